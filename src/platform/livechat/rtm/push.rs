//! The table of pushes, and how one gets to those who want it.

use bytes::Bytes;
use serde_json::Value;

use super::super::Livechat;
use super::super::model::{Role, Staffer};
use super::super::scope::MULTICAST;
use super::super::version::Version;
use super::super::wire::Erased;
use super::{Member, frame};
use crate::base::doc_ref::{DocRef, Mark};
use crate::platform::cx::Cx;
use crate::platform::socket::{Message, Push};

/// The surface of agents, for the tables.
pub(in super::super) const AGENTS: &[&str] = &["agents"];

const fn push(name: &'static str, summary: &'static str) -> Push {
    let doc = DocRef::new(Mark::Docs, "platform.text.com/docs/messaging/agent-chat-api/rtm-pushes");
    Push { name, summary, doc, to: AGENTS }
}

/// What sockets of agents alone are told; the rest is in the table of webhooks.
pub(in super::super) const PUSHES: &[Push] = &[
    push("incoming_typing_indicator", "an agent or a bot types, or does no longer"),
    push("incoming_sneak_peek", "a customer is about to write this"),
    push("incoming_thinking_indicator", "an agent or a bot thinks"),
    push("incoming_multicast", "somebody sent agents something that is in no chat"),
    push("chat_unfollowed", "the agent follows a chat no longer"),
    push("queue_positions_updated", "waiting chats have moved up or down"),
    push("groups_status_updated", "a group takes chats now, or does no longer"),
    push("agent_disconnected", "the socket is about to be closed"),
    push("incoming_customers", "the customers who are there, after a login"),
    push("customer_updated", "something else is known about a customer"),
    push("customer_statistics_updated", "a customer has another chat or thread"),
    push("customer_banned", "a customer is kept out for some days"),
    push("customer_left", "a customer has gone"),
    push("subscribed_customers_totals_updated", "there are more customers than a subscription tells of"),
    push("license_properties_updated", "properties of the license have other values"),
    push("group_properties_updated", "properties of a group have other values"),
];

/// The push that answers a request, by which clients know what has come of it. Of all that a method causes it is the one
/// that the method is for.
const PRIMARY: &[(&str, &str)] = &[
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

/// The push that answers requests of an action, if one does.
pub(super) fn primary(action: &str) -> Option<&'static str> {
    PRIMARY.iter().find(|(name, _)| *name == action).map(|(_, push)| *push)
}

/// The scope that a push takes; none is documented for groups, tags and properties.
fn scope(name: &str) -> Option<&'static str> {
    const FREE: &[&str] = &["routing_status_set", "groups_status_updated", "license_properties_updated"];
    let begins = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
    if FREE.contains(&name) || begins(&["group_", "tag_", "auto_accesses"]) {
        None
    } else if begins(&["agent_"]) {
        Some("agents--all:ro")
    } else if begins(&["bot_"]) {
        Some("agents-bot--all:ro")
    } else if name == "incoming_multicast" {
        Some(MULTICAST)
    } else if begins(&["customer", "incoming_customer", "subscribed_customers"]) {
        Some("customers:ro")
    } else {
        Some("chats--access:ro")
    }
}

/// Pushes that say something else to each agent.
const PERSONAL: &[&str] =
    &["incoming_chat", "incoming_customers", "queue_positions_updated", "subscribed_customers_totals_updated"];

/// For whom a payload is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Viewer<'m> {
    /// Who has logged in.
    pub(super) member: &'m Member,
    /// The version in which they want it.
    pub(super) version: Version,
    /// How much they see of what was taken back.
    pub(super) erased: Erased,
}

impl Livechat {
    /// Pushes something to all sessions that want it, may hear of it, and are reached.
    pub(super) fn push(
        &self,
        cx: &mut Cx<'_>,
        name: &'static str,
        reaches: impl Fn(&Member) -> bool,
        payload: impl Fn(Viewer<'_>) -> Option<Value>,
    ) {
        let scope = scope(name);
        let personal = PERSONAL.contains(&name);
        // What is the same for many is written once.
        let mut written: Vec<((Version, Erased), Option<Bytes>)> = Vec::new();
        let mut plain: Vec<((Version, Erased), Bytes)> = Vec::new();
        for (socket, session, member) in self.rtm.members() {
            let Some(version) = member.wanted.version_of(name) else { continue };
            if scope.is_some_and(|scope| !member.grant.covers(scope)) || !reaches(member) {
                continue;
            }
            let erased = self.erased_for(&member.agent);
            let key = (version, erased);
            let known = written.iter().find(|(known, _)| *known == key).filter(|_| !personal);
            let text = match known {
                Some((_, text)) => text.clone(),
                None => {
                    let text = payload(Viewer { member, version, erased }).map(|payload| payload.to_string().into());
                    written.push((key, text.clone()));
                    text
                }
            };
            let Some(text) = text else { continue };
            let id = if cx.socket() == Some(socket) { session.take_id(name) } else { None };
            let frame = match (id, plain.iter().find(|(known, _)| *known == key).filter(|_| !personal)) {
                (None, Some((_, frame))) => frame.clone(),
                (Some(id), _) => frame::push_raw(version, Some(&id), name, &text),
                (None, None) => {
                    let frame = frame::push_raw(version, None, name, &text);
                    plain.push((key, frame.clone()));
                    frame
                }
            };
            cx.say(socket, Message { text: frame, push: Some(name) });
        }
    }

    fn erased_for(&self, agent: &str) -> Erased {
        match self.organization.staffer(agent).and_then(Staffer::role) {
            Some(Role::Viceowner | Role::Administrator) => Erased::Whole,
            Some(Role::Normal) | None => Erased::Place,
        }
    }
}
