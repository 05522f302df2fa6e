//! Whose sockets there are. All that differs from one kind of party to the other in how a session goes is here, as data.

use super::super::api;
use super::Reason;

/// The surface of agents, for the tables.
pub(in super::super) const AGENTS: &[&str] = &["agents"];
/// That of customers.
pub(in super::super) const CUSTOMERS: &[&str] = &["customers"];
/// Both.
pub(in super::super) const BOTH: &[&str] = &["agents", "customers"];

/// A kind of party that has sockets.
#[derive(Debug)]
pub(in super::super) struct Side {
    /// Where their sockets are opened.
    pub(super) path: &'static str,
    /// Whether sockets are opened for an organization that must be named.
    pub(super) needs_organization: bool,
    /// The path of a method that they can ask for, if there is one of this name.
    pub(super) method: fn(&str) -> Option<&'static str>,
    /// The push that tells them that their socket is about to be closed.
    pub(super) disconnected: &'static str,
    /// What it says where the server wants it so.
    pub(super) by_server: Reason,
    /// All reasons that it may give.
    pub(in super::super) reasons: &'static [&'static str],
    /// The pushes that answer requests, by action.
    primary: &'static [(&'static str, &'static str)],
}

impl Side {
    /// Agents.
    pub(in super::super) const AGENTS: Self = Self {
        path: "/{version}/agent/rtm/ws",
        needs_organization: false,
        method: api::agent_method,
        disconnected: "agent_disconnected",
        by_server: Reason::BY_SERVER,
        reasons: super::reason::AGENTS,
        primary: AGENT_PRIMARY,
    };

    /// Customers.
    pub(in super::super) const CUSTOMERS: Self = Self {
        path: "/{version}/customer/rtm/ws",
        needs_organization: true,
        method: api::customer_method,
        disconnected: "customer_disconnected",
        // They have no word for it. This one has clients connect again, as what is wrong is one connection.
        by_server: Reason::EVICTED,
        reasons: super::reason::CUSTOMERS,
        primary: CUSTOMER_PRIMARY,
    };

    /// The one whose sockets are opened at this path; agents, if nobody's are.
    pub(super) fn at(path: &str) -> &'static Self {
        let area = path.trim_start_matches('/').split('/').nth(1);
        let all: [&'static Self; 2] = [&Self::AGENTS, &Self::CUSTOMERS];
        all.into_iter().find(|side| side.path.split('/').nth(2) == area).unwrap_or(&Self::AGENTS)
    }

    /// The push that answers requests of an action, if one does.
    pub(super) fn primary(&self, action: &str) -> Option<&'static str> {
        self.primary.iter().find(|(name, _)| *name == action).map(|(_, push)| *push)
    }
}

/// The push that answers a request, by which clients know what has come of it. Of all that a method causes it is the one
/// that the method is for.
const AGENT_PRIMARY: &[(&str, &str)] = &[
    ("start_chat", "incoming_chat"),
    ("resume_chat", "incoming_chat"),
    ("follow_chat", "incoming_chat"),
    ("unfollow_chat", "chat_unfollowed"),
    ("deactivate_chat", "chat_deactivated"),
    ("transfer_chat", "chat_transferred"),
    ("add_user_to_chat", "user_added_to_chat"),
    ("remove_user_from_chat", "user_removed_from_chat"),
    ("send_event", "incoming_event"),
    ("send_rich_message_postback", "incoming_rich_message_postback"),
    ("send_typing_indicator", "incoming_typing_indicator"),
    ("send_thinking_indicator", "incoming_thinking_indicator"),
    ("update_chat_properties", "chat_properties_updated"),
    ("delete_chat_properties", "chat_properties_deleted"),
    ("update_thread_properties", "thread_properties_updated"),
    ("delete_thread_properties", "thread_properties_deleted"),
    ("update_event_properties", "event_properties_updated"),
    ("delete_event_properties", "event_properties_deleted"),
    ("tag_thread", "thread_tagged"),
    ("untag_thread", "thread_untagged"),
    ("mark_events_as_seen", "events_marked_as_seen"),
    ("set_routing_status", "routing_status_set"),
    ("set_away_status", "routing_status_set"),
    ("update_customer", "customer_updated"),
    ("ban_customer", "customer_banned"),
    ("multicast", "incoming_multicast"),
    ("request_thread_summary", "thread_summary_set"),
];

/// The same for customers. Clients of theirs wait for these pushes and take no answer, and fail if another one has the id.
const CUSTOMER_PRIMARY: &[(&str, &str)] =
    &[("start_chat", "incoming_chat"), ("resume_chat", "incoming_chat"), ("send_event", "incoming_event")];
