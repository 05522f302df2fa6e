//! The table of pushes, and how one gets to those who want it.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use super::super::Livechat;
use super::super::model::{Role, Staffer};
use super::super::scope::MULTICAST;
use super::super::version::Version;
use super::super::wire::Erased;
use super::side::{AGENTS, BOTH, CUSTOMERS};
use super::{Member, Session, frame};
use crate::base::doc_ref::{DocRef, Mark};
use crate::base::id::SocketId;
use crate::platform::cx::Cx;
use crate::platform::socket::{Message, Push, Pushed};

const fn push(name: &'static str, summary: &'static str) -> Push {
    let doc = DocRef::new(Mark::Docs, "platform.text.com/docs/messaging/agent-chat-api/rtm-pushes");
    Push { name, summary, doc, to: AGENTS }
}

/// What customers are told, besides agents or alone.
const fn out(to: &'static [&'static str], name: &'static str, summary: &'static str) -> Push {
    let doc = DocRef::new(Mark::Docs, "platform.text.com/docs/messaging/customer-chat-api/rtm-pushes");
    Push { name, summary, doc, to }
}

/// What sockets alone are told; the rest is in the table of webhooks.
pub(in super::super) const PUSHES: &[Push] = &[
    out(BOTH, "incoming_typing_indicator", "an agent or a bot types, or does no longer"),
    push("incoming_sneak_peek", "a customer is about to write this"),
    out(BOTH, "incoming_thinking_indicator", "an agent or a bot thinks"),
    push("incoming_multicast", "somebody sent agents something that is in no chat"),
    push("chat_unfollowed", "the agent follows a chat no longer"),
    push("queue_positions_updated", "waiting chats have moved up or down"),
    out(BOTH, "groups_status_updated", "a group takes chats now, or does no longer"),
    push("agent_disconnected", "the socket is about to be closed"),
    push("incoming_customers", "the customers who are there, after a login"),
    out(BOTH, "customer_updated", "something else is known about a customer"),
    push("customer_statistics_updated", "a customer has another chat or thread"),
    push("customer_page_updated", "a customer has opened another page"),
    push("customer_banned", "a customer is kept out for some days"),
    push("customer_left", "a customer has gone"),
    push("subscribed_customers_totals_updated", "there are more customers than a subscription tells of"),
    push("license_properties_updated", "properties of the license have other values"),
    push("group_properties_updated", "properties of a group have other values"),
    out(CUSTOMERS, "incoming_event_preview", "an agent or a bot is about to write something; from v3.6 on"),
    out(CUSTOMERS, "queue_position_updated", "the waiting chat has moved up or down"),
    out(CUSTOMERS, "customer_side_storage_updated", "the browser is to keep something until the next login"),
    out(CUSTOMERS, "customer_disconnected", "the socket is about to be closed"),
];

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

/// A session that is told something.
pub(super) struct Listener<'l, W, K> {
    /// Its socket.
    pub(super) socket: SocketId,
    /// It.
    pub(super) session: &'l Session,
    /// The version in which it is told.
    pub(super) version: Version,
    /// For whom the payload is made.
    pub(super) who: W,
    /// Who else is told the same: those of the same version of whom this is equal; nobody if there is nothing.
    pub(super) alike: Option<K>,
}

/// A payload as it goes out.
#[derive(Clone)]
struct Written {
    text: Bytes,
    chat: Option<Arc<str>>,
}

/// Pushes something to these sessions. What is the same for many is written once.
pub(super) fn cast<'l, W: Copy, K: PartialEq>(
    cx: &mut Cx<'_>,
    name: &'static str,
    listeners: impl Iterator<Item = Listener<'l, W, K>>,
    payload: impl Fn(W) -> Option<Value>,
) {
    let write =
        |who| payload(who).map(|payload| Written { text: Bytes::from(payload.to_string()), chat: chat_of(&payload) });
    let mut written: Vec<(Version, K, Option<Written>)> = Vec::new();
    let mut frames: Vec<(usize, Bytes)> = Vec::new();
    for Listener { socket, session, version, who, alike } in listeners {
        let known = |key: &K| written.iter().position(|(of, known, _)| *of == version && known == key);
        let place = alike.as_ref().and_then(known);
        let (place, text) = match (place, alike) {
            (Some(place), _) => (Some(place), written[place].2.clone()),
            (None, Some(key)) => {
                let text = write(who);
                written.push((version, key, text.clone()));
                (Some(written.len() - 1), text)
            }
            (None, None) => (None, write(who)),
        };
        let Some(Written { text, chat }) = text else { continue };
        let id = if cx.socket() == Some(socket) { session.take_id(name) } else { None };
        let known = || frames.iter().find(|(of, _)| Some(*of) == place).map(|(_, frame)| frame.clone());
        let frame = match (id, known()) {
            (None, Some(frame)) => frame,
            (Some(id), _) => frame::push_raw(version, Some(&id), name, &text),
            (None, None) => {
                let frame = frame::push_raw(version, None, name, &text);
                frames.extend(place.map(|place| (place, frame.clone())));
                frame
            }
        };
        let to = session.holder().map(Into::into);
        cx.say(socket, Message { text: frame, push: Some(Pushed { name, chat, to }) });
    }
}

/// The chat that a payload is about: all that are about one name it at one of two places.
fn chat_of(payload: &Value) -> Option<Arc<str>> {
    let id = payload.get("chat_id").or_else(|| payload.get("chat")?.get("id"));
    id.and_then(Value::as_str).map(Into::into)
}

impl Livechat {
    /// Pushes something to all agents' sessions that want it, may hear of it, and are reached.
    pub(super) fn push(
        &self,
        cx: &mut Cx<'_>,
        name: &'static str,
        reaches: impl Fn(&Member) -> bool,
        payload: impl Fn(Viewer<'_>) -> Option<Value>,
    ) {
        let scope = scope(name);
        let personal = PERSONAL.contains(&name);
        let listeners = self.rtm.logins().filter_map(|(socket, session, login)| {
            let member = login.who.agent()?;
            let version = login.wanted.version_of(name)?;
            let hears = scope.is_none_or(|scope| member.grant.covers(scope)) && reaches(member);
            let erased = self.erased_for(&member.agent);
            let who = Viewer { member, version, erased };
            hears.then_some(Listener { socket, session, version, who, alike: (!personal).then_some(erased) })
        });
        cast(cx, name, listeners, payload);
    }

    fn erased_for(&self, agent: &str) -> Erased {
        match self.organization.staffer(agent).and_then(Staffer::role) {
            Some(Role::Viceowner | Role::Administrator) => Erased::Whole,
            Some(Role::Normal) | None => Erased::Place,
        }
    }
}
