//! The actions that webhooks can be registered for: since when there are they, and what a registration may ask of them.
//!
//! More of them than this stand-in ever sends: a registration for any of them is sound. What is sent is in the table of
//! events.
//!
//! Page: platform.text.com/docs/management/configuration-api#register-webhook, the table of actions and filters of each
//! version.

use serde::Serialize;

use super::version::Version;

/// Something that a webhook can be registered for.
#[derive(Debug)]
pub(super) struct Action {
    /// Its name.
    pub(super) name: &'static str,
    /// What it is about, which decides its filters.
    pub(super) subject: Subject,
    since: Version,
    until: Version,
}

/// What an action is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Subject {
    /// A chat.
    Chat,
    /// An event in a chat, which has an author.
    Event,
    /// A customer who has a chat.
    Session,
    /// Whether an agent or bot takes chats.
    Routing,
    /// What is configured.
    Configuration,
}

/// A filter that a registration may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Filter {
    /// By who is in the chat.
    ChatPresence,
    /// By whose event it is.
    AuthorType,
    /// By the app that the chat was started with.
    OnlyMyChats,
    /// By the agents it is about.
    AgentIds,
    /// By whose doing it is.
    SourceType,
}

impl Filter {
    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ChatPresence => "chat_presence",
            Self::AuthorType => "author_type",
            Self::OnlyMyChats => "only_my_chats",
            Self::AgentIds => "agent_ids",
            Self::SourceType => "source_type",
        }
    }
}

impl Subject {
    /// The filters that registrations may have, in the order of the vendor's table.
    pub(super) fn filters(self) -> &'static [Filter] {
        match self {
            Self::Chat => &[Filter::ChatPresence, Filter::OnlyMyChats, Filter::SourceType],
            Self::Event => &[Filter::ChatPresence, Filter::AuthorType, Filter::OnlyMyChats, Filter::SourceType],
            Self::Session => &[Filter::ChatPresence, Filter::SourceType],
            Self::Routing => &[Filter::AgentIds, Filter::SourceType],
            Self::Configuration => &[Filter::SourceType],
        }
    }

    /// What else bodies can carry.
    pub(super) fn extras(self) -> &'static [&'static str] {
        match self {
            Self::Chat | Self::Event | Self::Session => &["chat_properties", "chat_presence_user_ids"],
            Self::Routing | Self::Configuration => &[],
        }
    }
}

const fn action(name: &'static str, subject: Subject, since: Version, until: Version) -> Action {
    Action { name, subject, since, until }
}

const fn always(name: &'static str, subject: Subject) -> Action {
    action(name, subject, Version::V3_4, Version::V3_7)
}

const fn since(name: &'static str, subject: Subject, since: Version) -> Action {
    action(name, subject, since, Version::V3_7)
}

/// All actions, in the order of the vendor's table.
pub(super) const ACTIONS: &[Action] = &[
    always("incoming_chat", Subject::Chat),
    always("chat_deactivated", Subject::Chat),
    always("chat_access_updated", Subject::Chat),
    always("chat_transferred", Subject::Chat),
    always("user_added_to_chat", Subject::Chat),
    always("user_removed_from_chat", Subject::Chat),
    since("event_deleted", Subject::Chat, Version::V3_6),
    always("incoming_rich_message_postback", Subject::Chat),
    always("chat_properties_updated", Subject::Chat),
    always("chat_properties_deleted", Subject::Chat),
    always("thread_properties_updated", Subject::Chat),
    always("thread_properties_deleted", Subject::Chat),
    always("event_properties_updated", Subject::Chat),
    always("event_properties_deleted", Subject::Chat),
    always("thread_tagged", Subject::Chat),
    always("thread_untagged", Subject::Chat),
    always("events_marked_as_seen", Subject::Chat),
    since("thread_summary_set", Subject::Chat, Version::V3_6),
    always("incoming_event", Subject::Event),
    always("event_updated", Subject::Event),
    always("customer_session_fields_updated", Subject::Session),
    action("incoming_customer", Subject::Configuration, Version::V3_4, Version::V3_5),
    always("routing_status_set", Subject::Routing),
    always("group_created", Subject::Configuration),
    always("group_updated", Subject::Configuration),
    always("group_deleted", Subject::Configuration),
    always("agent_created", Subject::Configuration),
    always("agent_updated", Subject::Configuration),
    always("agent_deleted", Subject::Configuration),
    always("agent_suspended", Subject::Configuration),
    always("agent_unsuspended", Subject::Configuration),
    always("agent_approved", Subject::Configuration),
    always("bot_created", Subject::Configuration),
    always("bot_updated", Subject::Configuration),
    always("bot_deleted", Subject::Configuration),
    // The table of this version calls the first of them `auto_access_created`, everything else does not.
    action("auto_access_added", Subject::Configuration, Version::V3_4, Version::V3_4),
    action("auto_access_updated", Subject::Configuration, Version::V3_4, Version::V3_4),
    action("auto_access_deleted", Subject::Configuration, Version::V3_4, Version::V3_4),
    since("auto_accesses_updated", Subject::Configuration, Version::V3_5),
    since("tag_created", Subject::Configuration, Version::V3_5),
    since("tag_deleted", Subject::Configuration, Version::V3_5),
    since("tag_updated", Subject::Configuration, Version::V3_5),
];

/// The actions that a version knows.
pub(super) fn of_version(version: Version) -> impl Iterator<Item = &'static Action> {
    ACTIONS.iter().filter(move |action| action.since <= version && version <= action.until)
}

/// The action with this name, whatever the version.
pub(super) fn named(name: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.name == name)
}

/// An action as `list_webhook_names` shows it.
#[derive(Serialize)]
pub(super) struct Entry {
    action: &'static str,
    filters: &'static [Filter],
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    additional_data: &'static [&'static str],
}

impl Action {
    /// As `list_webhook_names` shows it.
    pub(super) fn entry(&self) -> Entry {
        Entry { action: self.name, filters: self.subject.filters(), additional_data: self.subject.extras() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_knows_as_many_actions_as_its_page_lists() {
        for (version, count) in [(Version::V3_4, 36), (Version::V3_5, 37), (Version::V3_6, 38), (Version::V3_7, 38)] {
            assert_eq!(of_version(version).count(), count, "{version:?}");
        }
    }
}
