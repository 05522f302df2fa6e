//! The vendor's objects as JSON, keys in the order of the vendor's samples.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Livechat;
use super::deed::merge;
use super::model::{Chat, Content, Event, Member, MemberKind, Patron, Phase, Properties, Thread, Visibility};
use super::version::Version;

/// The picture of everybody who works here, from the vendor's sample.
const AVATAR: &str = "https://cdn.livechatinc.com/avatars/1.png";
/// The waiting time that each place in the queue stands for, in seconds; the vendor tells an estimate.
const WAIT_PER_PLACE: usize = 60;

/// An object under construction: keys stay in the order in which they are put.
#[derive(Default)]
pub(super) struct Object(Map<String, Value>);

impl Object {
    /// With this key.
    pub(super) fn put(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// With this key, if there is a value.
    pub(super) fn maybe(self, key: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.put(key, value),
            None => self,
        }
    }

    /// With this key, its value being a document of its own.
    pub(super) fn document(self, key: &str, document: &impl Serialize) -> Self {
        // Wire types have string keys and finite numbers only, so nothing is ever lost here.
        self.put(key, serde_json::to_value(document).unwrap_or_default())
    }

    /// Finished.
    pub(super) fn done(self) -> Value {
        Value::Object(self.0)
    }
}

impl Visibility {
    /// The vendor's word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Agents => "agents",
        }
    }
}

/// An event.
pub(super) fn event(thread: &Thread, event: &Event) -> Value {
    let draft = &event.draft;
    let common = Object::default()
        .put("id", thread.event_id(event))
        .put("created_at", event.at.micros())
        .put("visibility", draft.visibility.word())
        .put("type", draft.content.kind());
    let authored = |object: Object| {
        object.maybe("author_id", event.author.as_deref()).maybe("custom_id", draft.custom_id.as_deref())
    };
    let owned = |object: Object| authored(object).put("properties", draft.properties.clone());
    match &draft.content {
        Content::Message { text, postback } => {
            let object = authored(common.put("text", text.as_str()));
            let object = match postback {
                Some(postback) => object.document("postback", postback),
                None => object,
            };
            object.put("properties", draft.properties.clone())
        }
        Content::File { url, content_type, alternative_text } => owned(common)
            .put("name", url.rsplit('/').next().unwrap_or_default())
            .put("url", url.as_str())
            .put("content_type", content_type.as_str())
            .maybe("alternative_text", alternative_text.as_deref()),
        Content::RichMessage { template, elements } => {
            owned(common).put("template_id", *template).document("elements", elements)
        }
        Content::Form { form_id, fields, .. } => {
            owned(common).put("form_id", form_id.as_str()).put("fields", fields.clone())
        }
        Content::Custom { content } => owned(common).maybe("content", content.clone()),
        Content::System { kind, text, vars } => common
            .maybe("text", text.as_deref())
            .put("system_message_type", kind.as_str())
            .maybe("text_vars", (!vars.is_empty()).then(|| vars.clone())),
    }
    .done()
}

fn access(groups: &[u64]) -> Value {
    json!({"group_ids": groups})
}

impl Livechat {
    /// Somebody in a chat.
    pub(super) fn user(&self, chat: &Chat, member: &Member, version: Version) -> Value {
        match member.kind {
            MemberKind::Agent => self.agent(member),
            MemberKind::Customer => self.customer(chat, member, version),
        }
    }

    fn agent(&self, member: &Member) -> Value {
        // Bots have no address, and nothing else but their id tells them from people.
        let email = if self.is_bot(&member.id) { "" } else { &member.id };
        Object::default()
            .put("id", member.id.as_str())
            .put("type", "agent")
            .put("name", self.name_of(&member.id))
            .put("email", email)
            .put("present", member.present)
            .put("events_seen_up_to", member.seen_up_to.micros())
            .put("avatar", AVATAR)
            .put("visibility", member.visibility.word())
            .done()
    }

    fn customer(&self, chat: &Chat, member: &Member, version: Version) -> Value {
        let object = Object::default().put("id", member.id.as_str()).put("type", "customer");
        let Some(patron) = self.chats.patron(&member.id) else { return object.done() };
        let visit = if version <= Version::V3_5 { "last_visit" } else { "visit" };
        // The vendor's own client takes a customer for complete only if both times are there.
        let or_since = |at: Option<crate::base::time::VirtualTime>| at.unwrap_or(patron.created_at).micros();
        object
            .put("name", patron.name.as_str())
            .put("email", patron.email.as_str())
            .put("email_verified", false)
            .put("present", member.present)
            .put("created_at", patron.created_at.micros())
            .put("events_seen_up_to", member.seen_up_to.micros())
            .put("agent_last_event_created_at", or_since(patron.agent_spoke_at))
            .put("customer_last_event_created_at", or_since(patron.spoke_at))
            .put(visit, visited(patron))
            .put("session_fields", Value::Array(Vec::new()))
            .put("statistics", statistics(chat))
            .put("followed", false)
            .put("online", member.present)
            .put("state", if member.present { "chatting" } else { "browsing" })
            .put("group_ids", chat.access.as_slice())
            .done()
    }

    /// Everybody in a chat.
    pub(super) fn users(&self, chat: &Chat, version: Version) -> Value {
        chat.members().iter().map(|member| self.user(chat, member, version)).collect()
    }

    /// A thread with its events.
    pub(super) fn thread(&self, chat: &Chat, thread: &Thread) -> Value {
        let events: Value = thread.events().iter().map(|found| event(thread, found)).collect();
        self.outline(chat, thread, Some(events)).done()
    }

    /// A thread, with its events or without.
    fn outline(&self, chat: &Chat, thread: &Thread, events: Option<Value>) -> Object {
        let place = chat.thread(&thread.id).map_or(0, |(place, _)| place);
        let mut properties = thread.properties.clone();
        if let Phase::Queued(_) = thread.phase {
            merge(&mut properties, Map::from_iter([("routing".to_owned(), json!({"unassigned": true}))]));
        }
        let neighbour = |place: usize| chat.threads().get(place).map(|thread| thread.id.as_str());
        Object::default()
            .put("id", thread.id.as_str())
            .put("active", thread.active())
            .put("user_ids", thread.user_ids.as_slice())
            .put("created_at", thread.created_at.micros())
            .maybe("events", events)
            .put("properties", properties)
            .put("access", access(&thread.access))
            .maybe("tags", (!thread.tags.is_empty()).then_some(thread.tags.as_slice()))
            .maybe("queue", self.queue(chat, thread))
            .maybe("previous_thread_id", place.checked_sub(1).and_then(neighbour))
            .maybe("next_thread_id", neighbour(place + 1))
    }

    /// Where a thread stands in the queue.
    pub(super) fn queue(&self, chat: &Chat, thread: &Thread) -> Option<Value> {
        let Phase::Queued(since) = thread.phase else { return None };
        let ahead = self.chats.queue().iter().take_while(|other| other.id != chat.id).count();
        let position = ahead + 1;
        let object = Object::default()
            .put("position", position)
            .put("wait_time", position * WAIT_PER_PLACE)
            .put("queued_at", since.micros());
        Some(object.done())
    }

    /// A chat with one of its threads, as webhooks and `get_chat` have it.
    pub(super) fn chat_with(&self, chat: &Chat, thread: Option<&Thread>, version: Version) -> Object {
        Object::default()
            .put("id", chat.id.as_str())
            .put("users", self.users(chat, version))
            .put("properties", chat.properties.clone())
            .put("access", access(&chat.access))
            .maybe("thread", thread.map(|thread| self.thread(chat, thread)))
    }

    /// A chat in few words, as `list_chats` has it.
    pub(super) fn summary(&self, chat: &Chat, version: Version) -> Value {
        let mut latest: Map<String, Value> = Map::new();
        for thread in chat.threads() {
            for found in thread.events() {
                let entry = Object::default()
                    .put("thread_id", thread.id.as_str())
                    .put("thread_created_at", thread.created_at.micros())
                    .put("event", event(thread, found));
                latest.insert(found.draft.content.kind().to_owned(), entry.done());
            }
        }
        let outline = chat.latest().map(|thread| self.outline(chat, thread, None));
        let object = Object::default().put("id", chat.id.as_str());
        let object = if version >= Version::V3_7 {
            let outline = outline.map(|outline| outline.put("last_event_per_type", latest).done());
            object.put("users", self.users(chat, version)).maybe("last_thread_info", outline)
        } else {
            object
                .put("last_event_per_type", latest)
                .put("users", self.users(chat, version))
                .maybe("last_thread_summary", outline.map(Object::done))
        };
        object
            .put("properties", chat.properties.clone())
            .put("access", access(&chat.access))
            .put("is_followed", false)
            .done()
    }
}

/// A chat's access as a payload has it.
pub(super) fn access_of(chat: &Chat) -> Value {
    access(&chat.access)
}

/// Properties as an object.
pub(super) fn properties_of(properties: &Properties) -> Value {
    Value::Object(properties.clone())
}

/// A visit: addresses are those reserved for documentation.
fn visited(patron: &Patron) -> Value {
    let started_at = patron.created_at.micros();
    json!({
        "started_at": started_at,
        "referrer": "https://search.example/",
        "ip": "203.0.113.24",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36",
        "geolocation": {
            "country": "Poland",
            "country_code": "PL",
            "region": "Dolnoslaskie",
            "city": "Wroclaw",
            "timezone": "Europe/Warsaw",
            "latitude": "51.1043",
            "longitude": "17.0335",
        },
        "last_pages": [{"opened_at": started_at, "url": "https://shop.example/", "title": "Shop"}],
    })
}

fn statistics(chat: &Chat) -> Value {
    json!({
        "chats_count": 1,
        "threads_count": chat.threads().len(),
        "visits_count": 1,
        "page_views_count": 1,
        "greetings_shown_count": 0,
        "greetings_accepted_count": 0,
        "tickets_count": 0,
    })
}
