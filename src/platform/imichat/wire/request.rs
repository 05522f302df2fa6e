//! Bodies of requests.
//!
//! Pages: docs.imi.chat/reference/create-chat, docs.imi.chat/v5.1/reference/update-chat,
//! docs.imi.chat/reference/transfer-api-private-beta. The first prints no table of the request, so `create_chat` takes the
//! members of the chat that a caller can know.

use serde_json::Value;

use super::message::{Body, one_or_many};
use super::reading::{Findings, Members};
use crate::platform::imichat::model::channel::Channel;
use crate::platform::imichat::model::chat::{Freeform, Opening};
use crate::platform::imichat::model::{AssetId, Login, TeamId};

/// The body of `create_chat`.
#[derive(Debug)]
pub(crate) struct NewChat {
    /// What is known about the chat.
    pub(crate) about: Opening,
    /// Who shall have it.
    pub(crate) assignee: Option<Login>,
    /// What was said so far.
    pub(crate) messages: Vec<Body>,
}

impl NewChat {
    /// Reads the body of a call for this team.
    pub(crate) fn read(value: Value, team: TeamId, findings: &mut Findings) -> Self {
        let mut members = Members::open(value, "", findings);
        members.needs("channel", findings);
        let channel = members.word("channel", &Channel::ALL, Channel::name, findings).unwrap_or(Channel::Livechat);
        members.needs("asset", findings);
        let asset = members.members("asset", findings).map(|asset| read_asset(asset, findings));
        members.needs("customer", findings);
        let (destination, name) =
            members.members("customer", findings).map(|customer| read_customer(customer, findings)).unwrap_or_default();
        let mut text = |key| members.text(key, findings).unwrap_or_default();
        let (alias, subject, thread, flag, assignee) =
            (text("alias_id"), text("subject"), text("thread_id"), text("flag"), text("assignee"));
        if channel == Channel::Email && subject.is_empty() {
            findings.fault("subject is missing; e-mail needs one");
        }
        let tags = members.texts("tag", findings).or_else(|| members.texts("tags", findings)).unwrap_or_default();
        let route_params = members.freeform("route_params", findings).unwrap_or_default();
        let other_details = members.freeform("other_details", findings).unwrap_or_default();
        let messages = members.take("messages").map(|value| one_or_many(value, "messages", findings));
        members.close(findings);
        let about = Opening {
            team,
            channel,
            asset: asset.unwrap_or(AssetId::Text(String::new())),
            destination,
            name,
            alias,
            subject,
            thread,
            flag,
            tags,
            route_params,
            other_details,
        };
        let assignee = (!assignee.is_empty()).then(|| Login::new(&assignee));
        Self { about, assignee, messages: messages.unwrap_or_default() }
    }
}

fn read_asset(mut asset: Members, findings: &mut Findings) -> AssetId {
    asset.take("name");
    let id = match asset.take("id") {
        Some(Value::Number(number)) => number.as_i64().map(AssetId::Number),
        Some(Value::String(text)) if !text.is_empty() => Some(AssetId::Text(text)),
        _ => None,
    };
    asset.close(findings);
    id.unwrap_or_else(|| {
        findings.fault("asset.id must be a text or a whole number");
        AssetId::Text(String::new())
    })
}

/// The address and the name of a customer.
fn read_customer(mut customer: Members, findings: &mut Findings) -> (String, String) {
    let destination = customer.needed_text("destination_id", findings);
    let name = customer.text("name", findings).unwrap_or_default();
    // The platform gives its own number; a caller who repeats one means no harm.
    customer.take("id");
    customer.close(findings);
    (destination, name)
}

/// What `update_chat` can set `status` to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Status {
    /// Back to the queue.
    Queued,
    /// With its owner.
    Picked,
    /// With its owner, resting.
    OnHold,
    /// Ended.
    Closed,
}

impl Status {
    /// All of them.
    pub(super) const ALL: [Self; 4] = [Self::Queued, Self::Picked, Self::OnHold, Self::Closed];

    /// The vendor's word for it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Picked => "picked",
            Self::OnHold => "onhold",
            Self::Closed => "closed",
        }
    }
}

/// The body of `update_chat`. What is not there stays as it is.
#[derive(Debug)]
pub(crate) struct Patch {
    /// Another alias.
    pub(crate) alias: Option<String>,
    /// Other tags instead of all tags.
    pub(crate) tags: Option<Vec<String>>,
    /// Another status.
    pub(crate) status: Option<Status>,
    /// Another owner.
    pub(crate) assignee: Option<Login>,
    /// The outcome, when the chat is closed.
    pub(crate) outcome: String,
    /// Other details instead of all details.
    pub(crate) other_details: Option<Freeform>,
}

impl Patch {
    /// Reads the body.
    pub(crate) fn read(value: Value, findings: &mut Findings) -> Self {
        let mut members = Members::open(value, "", findings);
        let alias = members.text("alias_id", findings);
        let tags = members.texts("tags", findings);
        let status = members.word("status", &Status::ALL, Status::name, findings);
        let assignee = members.text("assignee", findings);
        let outcome = members.text("outcome", findings);
        let other_details = members.freeform("other_details", findings);
        members.close(findings);
        if assignee.as_deref() == Some("") {
            findings.fault("assignee must not be empty; a chat without owner is queued");
        }
        let assignee = assignee.filter(|login| !login.is_empty()).map(|login| Login::new(&login));
        if assignee.is_some() && status == Some(Status::Queued) {
            findings.fault("assignee and status queued exclude each other");
        }
        if outcome.is_some() && status != Some(Status::Closed) {
            findings.oddity("outcome goes with status closed; it is ignored");
        }
        Self { alias, tags, status, assignee, outcome: outcome.unwrap_or_default(), other_details }
    }
}

/// The body of `transfer_chat`.
#[derive(Debug)]
pub(crate) struct TransferRequest {
    /// The team; nothing if the number is no team's.
    pub(crate) team: Option<TeamId>,
    /// The skill within the team; empty if the chat goes to the team's queue.
    pub(crate) skill: String,
}

impl TransferRequest {
    /// Reads the body. The documented sample has the team as a text, the table as a number.
    pub(crate) fn read(value: Value, findings: &mut Findings) -> Self {
        let mut members = Members::open(value, "", findings);
        members.needs("transfer", findings);
        let transfer = members.members("transfer", findings);
        members.close(findings);
        let Some(mut transfer) = transfer else {
            return Self { team: None, skill: String::new() };
        };
        let team = match transfer.take("teamid") {
            Some(Value::Number(number)) => {
                Some(number.as_u64().and_then(|number| u32::try_from(number).ok()).map(TeamId))
            }
            Some(Value::String(text)) => Some(TeamId::parse(&text)),
            _ => None,
        };
        if team.is_none() {
            findings.fault("transfer.teamid must be the number of a team");
        }
        let skill = transfer.text("skill_name", findings).unwrap_or_default();
        transfer.close(findings);
        Self { team: team.flatten(), skill }
    }
}

/// The body of `append_message`: one message, a list of them, or an object that holds a list.
pub(crate) fn appended(value: Value, findings: &mut Findings) -> Vec<Body> {
    match value {
        Value::Object(mut rest) if rest.contains_key("messages") => {
            let list = rest.shift_remove("messages").unwrap_or_default();
            Members::open(Value::Object(rest), "", findings).close(findings);
            one_or_many(list, "messages", findings)
        }
        value => one_or_many(value, "", findings),
    }
}
