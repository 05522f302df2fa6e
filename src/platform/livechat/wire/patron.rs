//! Objects as customers see them: no addresses of agents, nothing that is for agents only, nothing that was taken back.
//!
//! Everything here reads the model and changes nothing, so that answers and pushes show the same.
//!
//! Page: platform.text.com/docs/messaging/customer-chat-api/data-structures.

use md5::{Digest as _, Md5};
use serde_json::{Map, Value, json};

use super::super::model::registry::{Location, Registry, Side};
use super::super::model::{self, MemberKind, Properties, Staffer, Status, Validity, Visibility};
use super::super::version::Version;
use super::{Event, View, knows};

/// What of a customer they see themselves as a member of a chat.
const OWN: &[&str] = &[
    "id",
    "type",
    "name",
    "email",
    "email_verified",
    "avatar",
    "phone_number",
    "session_fields",
    "present",
    "events_seen_up_to",
    "omnichannel",
    "address",
];
/// What they see besides when they ask for themselves: the vendor's client library fails without their statistics, which
/// its page does not list.
const ASKED_FOR: &[&str] = &[
    "id",
    "type",
    "name",
    "email",
    "avatar",
    "phone_number",
    "session_fields",
    "omnichannel",
    "address",
    "statistics",
];

/// What customers see of a license.
#[derive(Clone, Copy)]
pub(in crate::platform::livechat) struct CustomerView<'v> {
    /// What agents would see.
    pub(in crate::platform::livechat) view: View<'v>,
    /// Which properties are for customers' eyes.
    pub(in crate::platform::livechat) registry: &'v Registry,
}

/// The id by which customers know somebody. Agents are known to them by a hash, since their own ids are addresses. Which
/// hash it is is not published; that it is the MD5 of the address is settled here.
pub(in crate::platform::livechat) fn shown_id(view: &View<'_>, id: &str) -> String {
    let is_address = id.contains('@') && view.chats.patron(id).is_none();
    if is_address { hashed(id) } else { id.to_owned() }
}

/// The MD5 of a text, in hexadecimal digits.
pub(in crate::platform::livechat) fn hashed(text: &str) -> String {
    Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl CustomerView<'_> {
    /// The id by which customers know somebody.
    pub(in crate::platform::livechat) fn id(&self, id: &str) -> String {
        shown_id(&self.view, id)
    }

    /// Whether customers see an event at all.
    pub(in crate::platform::livechat) fn sees(&self, event: &model::Event) -> bool {
        event.standing == Validity::Kept && event.draft.visibility == Visibility::All && knows(self.view.version, event)
    }

    /// An event; nothing if customers do not see it.
    pub(in crate::platform::livechat) fn event(&self, thread: &model::Thread, event: &model::Event) -> Option<Value> {
        if !self.sees(event) {
            return None;
        }
        let mut shown = json!(Event::new(thread, event, self.view.erased));
        let members = shown.as_object_mut()?;
        members.shift_remove("visibility");
        if let Some(author) = &event.author {
            members.insert("author_id".to_owned(), json!(self.id(author)));
        }
        if members.contains_key("properties") {
            members.insert("properties".to_owned(), self.properties(Location::Event, &event.draft.properties));
        }
        for element in members.get_mut("elements").and_then(Value::as_array_mut).into_iter().flatten() {
            for button in element.get_mut("buttons").and_then(Value::as_array_mut).into_iter().flatten() {
                let pressed = button.get("user_ids").and_then(Value::as_array).into_iter().flatten();
                button["user_ids"] = pressed.filter_map(Value::as_str).map(|id| self.id(id)).collect();
            }
        }
        Some(shown)
    }

    /// Whether customers see somebody in a chat: supervisors are not there for them.
    pub(in crate::platform::livechat) fn knows_of(&self, member: &model::Member) -> bool {
        member.kind == MemberKind::Customer || member.visibility == Visibility::All
    }

    /// Somebody in a chat; nothing if customers do not see them.
    pub(in crate::platform::livechat) fn user(&self, chat: &model::Chat, member: &model::Member) -> Option<Value> {
        if !self.knows_of(member) {
            return None;
        }
        Some(match member.kind {
            MemberKind::Customer => picked(json!(self.view.user(chat, member)), OWN),
            MemberKind::Agent => {
                let mut shown = Map::new();
                shown.insert("id".to_owned(), json!(self.id(&member.id)));
                shown.insert("type".to_owned(), json!("agent"));
                shown.extend(self.view.organization.staffer(&member.id).map(profile).into_iter().flatten());
                shown.insert("present".to_owned(), json!(member.present));
                shown.insert("events_seen_up_to".to_owned(), json!(member.seen_up_to));
                Value::Object(shown)
            }
        })
    }

    /// Everybody in a chat whom customers see.
    pub(in crate::platform::livechat) fn users(&self, chat: &model::Chat) -> Vec<Value> {
        chat.members().iter().filter_map(|member| self.user(chat, member)).collect()
    }

    /// An agent or a bot who is in no chat yet.
    pub(in crate::platform::livechat) fn staffer(&self, staffer: &Staffer) -> Value {
        let mut shown = Map::new();
        shown.insert("id".to_owned(), json!(self.id(&staffer.id)));
        shown.extend(profile(staffer));
        shown.insert("is_bot".to_owned(), json!(staffer.is_bot()));
        shown.insert("type".to_owned(), json!("agent"));
        Value::Object(shown)
    }

    /// A thread.
    pub(in crate::platform::livechat) fn thread(&self, chat: &model::Chat, thread: &model::Thread) -> Value {
        let place = chat.threads().iter().position(|other| other.id == thread.id).unwrap_or_default();
        let hidden = |id: &str| chat.members().iter().any(|member| member.id == id && !self.knows_of(member));
        let users = thread.user_ids.iter().filter(|id| !hidden(id)).map(|id| self.id(id));
        let mut shown = Map::new();
        shown.insert("id".to_owned(), json!(thread.id));
        shown.insert("active".to_owned(), json!(thread.active()));
        shown.insert("user_ids".to_owned(), users.collect());
        shown.insert(
            "events".to_owned(),
            thread.events().iter().filter_map(|event| self.event(thread, event)).collect(),
        );
        shown.insert("properties".to_owned(), self.properties(Location::Thread, &thread.properties));
        shown.insert("access".to_owned(), json!(self.view.access(&thread.access)));
        if let Some(queue) = self.view.queue(chat).filter(|_| thread.active()) {
            shown.insert("queue".to_owned(), json!(queue));
        }
        let neighbours = [("previous_thread_id", place.checked_sub(1)), ("next_thread_id", place.checked_add(1))];
        for (key, place) in neighbours {
            if let Some(other) = place.and_then(|place| chat.threads().get(place)) {
                shown.insert(key.to_owned(), json!(other.id));
            }
        }
        shown.insert("created_at".to_owned(), json!(thread.created_at));
        Value::Object(shown)
    }

    /// A chat with one of its threads.
    pub(in crate::platform::livechat) fn chat(&self, chat: &model::Chat, thread: Option<&model::Thread>) -> Value {
        let mut shown = Map::new();
        shown.insert("id".to_owned(), json!(chat.id));
        if let Some(thread) = thread {
            shown.insert("thread".to_owned(), self.thread(chat, thread));
        }
        shown.insert("users".to_owned(), json!(self.users(chat)));
        shown.insert("access".to_owned(), json!(self.view.access(&chat.access)));
        shown.insert("properties".to_owned(), self.properties(Location::Chat, &chat.properties));
        Value::Object(shown)
    }

    /// A chat as `list_chats` answers it; the preview since 3.7 puts what is about the last thread together.
    pub(in crate::platform::livechat) fn summary(&self, chat: &model::Chat) -> Value {
        let preview = self.view.version >= Version::V3_7;
        let latest = self.latest_events(chat);
        let mut shown = Map::new();
        shown.insert("id".to_owned(), json!(chat.id));
        if let Some(thread) = chat.latest() {
            if preview {
                let info = json!({"id": thread.id, "created_at": thread.created_at, "last_event_per_type": latest});
                shown.insert("last_thread_info".to_owned(), info);
            } else {
                shown.insert("last_thread_id".to_owned(), json!(thread.id));
                shown.insert("last_thread_created_at".to_owned(), json!(thread.created_at));
            }
        }
        shown.insert("users".to_owned(), json!(self.users(chat)));
        if !preview {
            shown.insert("last_event_per_type".to_owned(), Value::Object(latest));
        }
        shown.insert("properties".to_owned(), self.properties(Location::Chat, &chat.properties));
        shown.insert("access".to_owned(), json!(self.view.access(&chat.access)));
        shown.insert("active".to_owned(), json!(chat.active().is_some()));
        Value::Object(shown)
    }

    fn latest_events(&self, chat: &model::Chat) -> Map<String, Value> {
        let mut latest = Map::new();
        for thread in chat.threads() {
            for event in thread.events() {
                let Some(shown) = self.event(thread, event) else { continue };
                let entry = json!({"thread_id": thread.id, "thread_created_at": thread.created_at, "event": shown});
                latest.insert(event.draft.content.kind().to_owned(), entry);
            }
        }
        latest
    }

    /// A customer as they see themselves.
    pub(in crate::platform::livechat) fn customer(&self, id: &str) -> Value {
        let mut shown = picked(json!(self.view.patron(id)), ASKED_FOR);
        if let Some(counts) = shown.get_mut("statistics").and_then(Value::as_object_mut) {
            // Tickets are counted for agents alone.
            counts.shift_remove("tickets_count");
        }
        shown
    }

    /// Those of these properties that customers may read.
    pub(in crate::platform::livechat) fn properties(&self, place: Location, properties: &Properties) -> Value {
        json!(self.registry.readable(Side::Customer, place, properties))
    }
}

/// Whether a group takes chats, in the words that customers hear. That those who are there and take no chats make a queue of
/// their group is inferred: customers have three words, and so have agents.
pub(in crate::platform::livechat) fn availability(status: Status) -> &'static str {
    match status {
        Status::Accepting => "online",
        Status::NotAccepting => "online_for_queue",
        Status::Offline => "offline",
    }
}

fn profile(staffer: &Staffer) -> Map<String, Value> {
    let members =
        [("name", &staffer.name), ("avatar", &staffer.profile.avatar), ("job_title", &staffer.profile.job_title)];
    members.into_iter().map(|(key, text)| (key.to_owned(), json!(text))).collect()
}

/// These members of an object, in this order, as far as they are there.
fn picked(mut whole: Value, keys: &[&str]) -> Value {
    let member = |key: &&str| Some(((*key).to_owned(), whole.get_mut(*key)?.take()));
    Value::Object(keys.iter().filter_map(member).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_hashed_as_rfc_1321_has_it() {
        assert_eq!(hashed(""), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(hashed("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
    }
}
