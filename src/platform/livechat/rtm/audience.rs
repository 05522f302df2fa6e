//! Who hears of what happens in a chat.
//!
//! Those in it and those who follow it hear everything. Others who may see it hear what changes whose it is; that this is
//! all they hear is inferred.

use super::super::Livechat;
use super::super::model::{Chat, Fact};
use super::Member;

impl Livechat {
    /// Whether a session hears of a fact.
    pub(super) fn hears(&self, member: &Member, chat: &Chat, fact: &Fact) -> bool {
        let agent = member.agent.as_str();
        takes_part(chat, agent) || concerns(fact, agent) || (is_key(fact) && self.may_see(member, chat))
    }

    /// Whether whoever has logged in may see a chat.
    pub(super) fn may_see(&self, member: &Member, chat: &Chat) -> bool {
        let grouped = self.organization.staffer(&member.agent).is_some_and(|staffer| staffer.covers(&chat.access));
        grouped || member.grant.covers("chats--all:ro")
    }
}

/// Whether somebody is in a chat or follows it. Nobody is in one that is closed, but those who were care for it.
pub(super) fn takes_part(chat: &Chat, agent: &str) -> bool {
    let was = || chat.active().is_none() && chat.members().iter().any(|member| member.id == agent);
    chat.present(agent).is_some() || chat.followed_by(agent) || was()
}

/// Whether a fact is about somebody, who may be in the chat no longer.
fn concerns(fact: &Fact, agent: &str) -> bool {
    match fact {
        Fact::UserAdded { user, .. } | Fact::UserRemoved { user, .. } => user == agent,
        Fact::Transferred { agents, .. } => agents.iter().any(|id| id == agent),
        Fact::Began
        | Fact::EventAdded { .. }
        | Fact::EventUpdated { .. }
        | Fact::Pressed { .. }
        | Fact::PropertiesUpdated { .. }
        | Fact::PropertiesDeleted { .. }
        | Fact::EventDeleted { .. }
        | Fact::SessionFieldsUpdated { .. }
        | Fact::Seen { .. }
        | Fact::AccessUpdated
        | Fact::Tagged { .. }
        | Fact::Untagged { .. }
        | Fact::Summarized { .. }
        | Fact::Deactivated { .. } => false,
    }
}

/// Whether a fact changes whose a chat is.
fn is_key(fact: &Fact) -> bool {
    match fact {
        Fact::Began
        | Fact::Deactivated { .. }
        | Fact::Transferred { .. }
        | Fact::AccessUpdated
        | Fact::UserAdded { .. }
        | Fact::UserRemoved { .. } => true,
        Fact::EventAdded { .. }
        | Fact::EventUpdated { .. }
        | Fact::Pressed { .. }
        | Fact::PropertiesUpdated { .. }
        | Fact::PropertiesDeleted { .. }
        | Fact::EventDeleted { .. }
        | Fact::SessionFieldsUpdated { .. }
        | Fact::Seen { .. }
        | Fact::Tagged { .. }
        | Fact::Untagged { .. }
        | Fact::Summarized { .. } => false,
    }
}
