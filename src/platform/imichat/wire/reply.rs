//! Answers of the REST API.
//!
//! Page: docs.imi.chat/reference/create-chat.

use serde::ser::SerializeSeq as _;
use serde::{Serialize, Serializer};

use super::message::Shown;
use crate::base::time::VirtualTime;
use crate::platform::imichat::model::chat::{Chat, Freeform};
use crate::platform::imichat::model::{AssetId, CustomerNumber, TeamId};

/// What stands in `response` when there is nothing to return.
pub(crate) const NOTHING: &str = "";

/// The three members of every answer.
#[derive(Serialize)]
pub(crate) struct Envelope<'r, T> {
    status_code: u16,
    description: &'r str,
    response: &'r T,
}

impl<'r, T> Envelope<'r, T> {
    /// An answer with this code.
    pub(crate) fn new(status_code: u16, description: &'r str, response: &'r T) -> Self {
        Self { status_code, description, response }
    }
}

/// An instant as the REST API writes it: UTC with milliseconds.
#[derive(Clone, Copy)]
pub(crate) struct Millis(pub(crate) VirtualTime);

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.millis())
    }
}

impl Serialize for AssetId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

/// A chat as the API gives it.
#[derive(Serialize)]
pub(crate) struct ShownChat<'c> {
    team_id: TeamId,
    team_name: &'c str,
    chat_id: &'c str,
    alias_id: &'c str,
    created_at: Millis,
    updated_at: Millis,
    status: &'static str,
    channel: &'static str,
    subject: &'c str,
    thread_id: &'c str,
    asset: ShownAsset<'c>,
    customer: ShownCustomer<'c>,
    messages: ShownMessages<'c>,
    assignee: &'c str,
    flag: &'c str,
    tag: &'c [String],
    route_params: &'c Freeform,
    other_details: &'c Freeform,
}

#[derive(Serialize)]
struct ShownAsset<'c> {
    id: &'c AssetId,
    name: &'c str,
}

#[derive(Serialize)]
struct ShownCustomer<'c> {
    id: CustomerNumber,
    destination_id: &'c str,
    name: &'c str,
}

struct ShownMessages<'c>(&'c Chat);

impl Serialize for ShownMessages<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(chat) = self;
        let mut list = serializer.serialize_seq(Some(chat.messages().len()))?;
        for message in chat.messages() {
            list.serialize_element(&Shown::new(chat.about().channel, &message.draft))?;
        }
        list.end()
    }
}

impl<'c> ShownChat<'c> {
    /// Shows a chat with the names its tenant has for team and asset.
    pub(crate) fn new(chat: &'c Chat, team_name: &'c str, asset_name: &'c str) -> Self {
        let about = chat.about();
        Self {
            team_id: about.team,
            team_name,
            chat_id: chat.id().as_str(),
            alias_id: &about.alias,
            created_at: Millis(chat.created()),
            updated_at: Millis(chat.updated()),
            status: chat.state().name(),
            channel: about.channel.name(),
            subject: &about.subject,
            thread_id: &about.thread,
            asset: ShownAsset { id: &about.asset, name: asset_name },
            customer: ShownCustomer { id: chat.contact(), destination_id: &about.destination, name: &about.name },
            messages: ShownMessages(chat),
            assignee: chat.assignee(),
            flag: &about.flag,
            tag: &about.tags,
            route_params: &about.route_params,
            other_details: &about.other_details,
        }
    }
}
