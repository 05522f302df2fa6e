//! Who takes chats, and who could.

use serde_json::{Value, json};

use super::super::Livechat;
use super::super::codes::{self, Denial};
use super::super::model::{StaffKind, Staffer, Status};
use super::{Outcome, Request, done, missing, nothing};
use crate::platform::cx::Cx;

/// `set_routing_status`.
pub(super) fn set_routing_status(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let id = fields.text("agent_id")?.unwrap_or(&request.caller.id);
    let words = Status::ALL.map(|(word, _)| word);
    let word = fields.word("status", &words)?.ok_or_else(|| fields.missing("status"))?;
    let status = Status::ALL.iter().find(|(known, _)| *known == word).map_or(Status::Offline, |(_, status)| *status);
    let staffer = platform.organization.staffer(id).ok_or_else(|| Denial::of(codes::NOT_FOUND))?;
    platform.commands(request, staffer)?;
    match (&staffer.kind, status) {
        (StaffKind::Agent(_), Status::Offline) => {
            return Err(Denial::validation(
                "`status` of an agent must be one of: accepting_chats, not_accepting_chats",
            )
            .into());
        }
        // Agents come by logging in on a socket. The error types are inferred.
        (StaffKind::Agent(_), Status::Accepting | Status::NotAccepting) if staffer.status == Status::Offline => {
            let own = cx.socket().is_some() && id == request.caller.id;
            let code = if own { codes::REQUESTER_ALREADY_OFFLINE } else { codes::AGENT_OFFLINE };
            return Err(Denial::of(code).into());
        }
        (StaffKind::Agent(_) | StaffKind::Bot { .. }, _) => {}
    }
    let id = id.to_owned();
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.set_status(cx, &cause, &id, status);
    nothing()
}

/// `list_routing_statuses`: alone with `list_agents_for_transfer`, it answers a bare array.
pub(super) fn list_routing_statuses(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let groups = fields.object("filters")?.map(|filters| filters.numbers("group_ids")).transpose()?.flatten();
    platform.admit(cx, request)?;
    let wanted = |staffer: &&Staffer| groups.as_ref().is_none_or(|groups| staffer.covers(groups));
    let one = |staffer: &Staffer| json!({"agent_id": staffer.id, "status": staffer.status.word()});
    done(&platform.organization.staff().filter(wanted).map(one).collect::<Value>())
}

/// `list_agents_for_transfer`: everybody who is there and may see the chat, the least busy first. Those who are in the
/// chat already cannot get it.
pub(super) fn list_agents_for_transfer(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let chat = platform.chat(request, fields.required("chat_id")?)?;
    let able = |staffer: &&Staffer| {
        staffer.status != Status::Offline && staffer.covers(&chat.access) && chat.present(&staffer.id).is_none()
    };
    let able = platform.organization.staff().filter(able);
    let mut loads: Vec<(usize, &str)> = able.map(|staffer| (platform.chats.load(&staffer.id), &*staffer.id)).collect();
    loads.sort_by_key(|(load, _)| *load);
    platform.admit(cx, request)?;
    // The samples of the two APIs call it differently.
    let one = |(load, id): &(usize, &str)| match cx.socket() {
        Some(_) => json!({"agent_id": id, "active_chats": load, "total_active_chats": load}),
        None => json!({"agent_id": id, "total_active_chats": load}),
    };
    done(&loads.iter().map(one).collect::<Value>())
}

impl Livechat {
    /// Checks that a status is that of the caller or of their app's bot, or that their scopes are for those of others.
    fn commands(&self, request: &Request, staffer: &Staffer) -> Result<(), Denial> {
        let (own, scope) = match &staffer.kind {
            StaffKind::Agent(_) => (false, "agents--all:rw"),
            StaffKind::Bot { owner, .. } => (self.owns(request, owner), "agents-bot--all:rw"),
        };
        match own || staffer.id == request.caller.id || request.caller.grant.covers(scope) {
            true => Ok(()),
            false => Err(missing(scope)),
        }
    }
}
