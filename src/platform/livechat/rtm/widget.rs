//! What customers are told on their sockets: the same facts as agents and webhooks are told of, as customers see them.
//!
//! A customer hears of their own chat, and of nothing in it that is for agents only. That groups' statuses are told of the
//! group that watches the customer, and of no other, is inferred: the vendor's client takes the first it hears of for its own.

use serde_json::{Map, Value, json};

use super::super::Livechat;
use super::super::events::Cause;
use super::super::model::{Chat, Content, Draft, Fact, Organization};
use super::super::version::Version;
use super::super::wire::availability;
use super::notice::Indicator;
use super::push::{Listener, cast};
use super::session::{Visitor, Who};
use super::{Message, Pushed, frame};
use crate::base::id::SocketId;
use crate::journal::entry::Role;
use crate::platform::cx::Cx;

/// The pushes that versions before 3.6 do not have.
const NEWER: &[&str] = &["event_deleted", "incoming_event_preview", "incoming_thinking_indicator"];

impl Livechat {
    /// Pushes something to the sessions of customers that want it and are reached.
    fn push_out(
        &self,
        cx: &mut Cx<'_>,
        name: &'static str,
        reaches: impl Fn(&Visitor) -> bool,
        payload: impl Fn(Version) -> Option<Value>,
    ) {
        let listeners = self.rtm.logins().filter_map(|(socket, session, login)| {
            let version = login.wanted.version_of(name)?;
            let known = version >= Version::V3_6 || !NEWER.contains(&name);
            let hears = known && login.who.customer().is_some_and(&reaches);
            hears.then_some(Listener { socket, session, version, who: version, alike: Some(()) })
        });
        cast(cx, name, listeners, payload);
    }

    /// The id by which customers know somebody, which is the same in all versions.
    fn known_as(&self, id: &str) -> String {
        self.customers_view(Version::STABLE).id(id)
    }

    /// Pushes something to one customer.
    fn push_to(&self, cx: &mut Cx<'_>, name: &'static str, customer: &str, payload: impl Fn(Version) -> Option<Value>) {
        self.push_out(cx, name, |visitor| visitor.id == customer, payload);
    }

    /// Tells a customer of a fact about their chat.
    pub(super) fn push_fact_out(&self, cx: &mut Cx<'_>, cause: &Cause, chat: &Chat, fact: &Fact) {
        let Some(customer) = chat.customer() else { return };
        self.push_to(cx, fact.action(), &customer.id, |version| {
            let view = self.customers_view(version);
            let payload = view.payload(chat, fact)?;
            // That a chat begins is told with who wanted it; the system is nobody.
            let requester = match (fact, cause.by.role) {
                (Fact::Began, Role::Customer) => customer.id.clone(),
                (Fact::Began, Role::Agent | Role::Bot | Role::Integration) => view.id(&cause.by.id),
                (_, _) => return Some(payload),
            };
            let Value::Object(members) = payload else { return None };
            let first = std::iter::once(("requester_id".to_owned(), json!(requester)));
            Some(Value::Object(first.chain(members).collect()))
        });
    }

    /// Whether customers see somebody in a chat, or would.
    fn is_seen(&self, chat: &Chat, id: &str) -> bool {
        let member = chat.members().iter().find(|member| member.id == id);
        member.is_none_or(|member| self.customers_view(Version::STABLE).knows_of(member))
    }

    /// Tells a customer that somebody types or thinks whom they see.
    pub(super) fn push_indicator_out(&self, cx: &mut Cx<'_>, chat: &Chat, indicator: &Indicator<'_>) {
        let (Some(customer), Some(thread)) = (chat.customer(), chat.active()) else { return };
        let mut payload = Map::new();
        payload.insert("chat_id".to_owned(), json!(chat.id));
        payload.insert("thread_id".to_owned(), json!(thread.id));
        payload.extend(indicator.members.clone());
        let mut payload = Value::Object(payload);
        for at in ["/author_id", "/typing_indicator/author_id"] {
            if let Some(Value::String(author)) = payload.pointer_mut(at) {
                if !self.is_seen(chat, author) {
                    return;
                }
                *author = self.known_as(author);
            }
        }
        // Customers get under an older name who can see it.
        if let Some(Value::Object(typing)) = payload.get_mut("typing_indicator")
            && let Some(visibility) = typing.shift_remove("visibility")
        {
            typing.shift_insert(1, "recipients".to_owned(), visibility);
        }
        self.push_to(cx, indicator.push, &customer.id, |_| Some(payload.clone()));
    }

    /// Shows a customer what is about to be written.
    pub(in super::super) fn push_preview(&self, cx: &mut Cx<'_>, chat: &str, author: &str, draft: &Draft) {
        let Some(chat) = self.chats.get(chat) else { return };
        let (Some(customer), Some(thread)) = (chat.customer(), chat.active()) else { return };
        let Content::Message { text, .. } = &draft.content else { return };
        if !self.is_seen(chat, author) {
            return;
        }
        let mut event = Map::new();
        event.insert("created_at".to_owned(), json!(cx.now()));
        event.insert("type".to_owned(), json!("message"));
        event.insert("text".to_owned(), json!(text));
        event.insert("author_id".to_owned(), json!(self.known_as(author)));
        event.extend(draft.custom_id.clone().map(|id| ("custom_id".to_owned(), json!(id))));
        let payload = json!({"chat_id": chat.id, "thread_id": thread.id, "event": event});
        self.push_to(cx, "incoming_event_preview", &customer.id, |_| Some(payload.clone()));
    }

    /// Tells customers of their places in the queue.
    pub(super) fn push_places(&self, cx: &mut Cx<'_>, moved: &[&Chat]) {
        for chat in moved {
            let (Some(customer), Some(thread)) = (chat.customer(), chat.latest()) else { continue };
            self.push_to(cx, "queue_position_updated", &customer.id, |version| {
                let queue = json!(self.view(version).queue(chat)?);
                let place = json!({"position": queue["position"], "wait_time": queue["wait_time"]});
                Some(json!({"chat_id": chat.id, "thread_id": thread.id, "queue": place}))
            });
        }
    }

    /// Tells customers of another status of the group that watches them.
    pub(super) fn push_group_out(&self, cx: &mut Cx<'_>, before: &Organization, group: u64) {
        let status = |organization: &Organization| availability(organization.group_status(group));
        let (was, is) = (status(before), status(&self.organization));
        if was != is {
            let payload = json!({"groups": [{"id": group, "status": is}]});
            self.push_out(cx, "groups_status_updated", |visitor| visitor.group == group, |_| Some(payload.clone()));
        }
    }

    /// Tells a customer what is known about them now and was not, or was otherwise.
    pub(super) fn push_customer_out(&self, cx: &mut Cx<'_>, customer: &str, changed: &Map<String, Value>) {
        self.push_to(cx, "customer_updated", customer, |version| {
            let Value::Object(mut shown) = self.customers_view(version).customer(customer) else { return None };
            shown.retain(|key, _| key == "id" || changed.contains_key(key));
            (shown.len() > 1).then_some(Value::Object(shown))
        });
    }

    /// Gives a browser what it is to keep, right after a login.
    pub(in super::super) fn push_storage(&self, cx: &mut Cx<'_>, socket: SocketId, mut storage: Map<String, Value>) {
        let Some(session) = self.rtm.sessions.get(&socket) else { return };
        let login = session.login.as_ref();
        let Some((Who::Customer(visitor), wanted)) = login.map(|login| (&login.who, &login.wanted)) else { return };
        let Some(version) = wanted.version_of("customer_side_storage_updated") else { return };
        let visits = self.chats.patron(&visitor.id).map_or(0, |patron| patron.visits.count());
        storage.insert(VISITS.to_owned(), json!(visits.to_string()));
        let payload = json!({ "customer_side_storage": storage });
        let text = frame::push(version, None, "customer_side_storage_updated", &payload);
        let pushed = Pushed { name: "customer_side_storage_updated", chat: None, to: Some(visitor.id.as_str().into()) };
        cx.say(socket, Message { text, push: Some(pushed) });
    }
}

/// The name under which browsers keep the number of visits, which is all that is documented of what they keep.
const VISITS: &str = "customer_visits";
