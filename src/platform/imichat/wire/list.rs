//! Lists of chats and teams.
//!
//! Pages: docs.imi.chat/reference/get-chats (the members of an entry), docs.imi.chat/reference/chats-search (the same).
//! Neither prints the key that the list stands under; users stand under theirs, so chats and teams do too. Of teams only
//! the ids are mentioned, at docs.imi.chat/reference/transfer-api-private-beta; their members are called here what the
//! object of a chat calls them.

use schemars::JsonSchema;
use serde::Serialize;

use super::reply::{Millis, ShownAsset};
use super::request::Status;
use crate::platform::imichat::model::TeamId;
use crate::platform::imichat::model::channel::Channel;
use crate::platform::imichat::model::chat::{Chat, Freeform};

/// A page of chats.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ChatList<'c> {
    /// The chats on it.
    pub(crate) chats: Vec<ListedChat<'c>>,
}

/// A chat as lists give it: flat, without its team and without what was said.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ListedChat<'c> {
    chat_id: &'c str,
    alias_id: &'c str,
    created_at: Millis,
    updated_at: Millis,
    #[schemars(extend("enum" = Status::ALL.map(Status::name)))]
    status: &'static str,
    #[schemars(extend("enum" = Channel::ALL.map(Channel::name)))]
    channel: &'static str,
    asset: ShownAsset<'c>,
    /// A text here, although the object of a chat has it as a number.
    customer_id: String,
    destination_id: &'c str,
    assignee: &'c str,
    flag: &'c str,
    tag: &'c [String],
    other_details: &'c Freeform,
}

impl<'c> ListedChat<'c> {
    /// Lists a chat with the name its tenant has for the asset.
    pub(crate) fn new(chat: &'c Chat, asset_name: &'c str) -> Self {
        let about = chat.about();
        Self {
            chat_id: chat.id().as_str(),
            alias_id: &about.alias,
            created_at: Millis(chat.created()),
            updated_at: Millis(chat.updated()),
            status: chat.state().name(),
            channel: about.channel.name(),
            asset: ShownAsset { id: &about.asset, name: asset_name },
            customer_id: chat.contact().to_string(),
            destination_id: &about.destination,
            assignee: chat.assignee(),
            flag: &about.flag,
            tag: &about.tags,
            other_details: &about.other_details,
        }
    }
}

/// A page of teams.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TeamList<'t> {
    /// The teams on it.
    pub(crate) teams: Vec<ListedTeam<'t>>,
}

/// A team as lists give it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ListedTeam<'t> {
    /// Its number.
    pub(crate) team_id: TeamId,
    /// Its name.
    pub(crate) team_name: &'t str,
}
