//! Objects as they travel in answers and webhooks, members in the order of the vendor's samples.
//!
//! Page: platform.text.com/docs/messaging/agent-chat-api/data-structures.

mod event;
pub(super) mod organization;
mod patron;
mod payload;
mod told;
mod user;
mod webhook;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

pub(super) use self::event::{Erased, Event};
pub(super) use self::patron::{CustomerView, availability, hashed};
pub(super) use self::payload::Payload;
pub(super) use self::user::{ADDRESS, User, Visit, WHEREABOUTS, page, referrer, whereabouts};
pub(super) use self::webhook::{Body, Requester, SHAPES, additional_data};
use super::model::{self, Chats, Fact, Organization, Phase};
use super::tenant::Tenant;
use super::version::Version;
use crate::base::time::VirtualTime;

/// How long one place in the queue is said to take, in seconds; the vendor's estimate is not documented.
const WAIT_PER_PLACE: usize = 60;

/// What objects are made from.
#[derive(Clone, Copy)]
pub(super) struct View<'v> {
    /// The settings.
    pub(super) tenant: &'v Tenant,
    /// The people who work there.
    pub(super) organization: &'v Organization,
    /// The chats and customers.
    pub(super) chats: &'v Chats,
    /// The version whose shape is wanted.
    pub(super) version: Version,
    /// How much is shown of what was taken back.
    pub(super) erased: Erased,
}

/// The groups that may see something.
#[derive(Serialize, JsonSchema)]
pub(super) struct Access {
    group_ids: Vec<u64>,
}

/// A place in the queue.
#[derive(Serialize, JsonSchema)]
pub(super) struct Queue {
    position: usize,
    wait_time: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    queued_at: Option<VirtualTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queued_at_us: Option<VirtualTime>,
}

/// A thread.
#[derive(Serialize, JsonSchema)]
pub(super) struct Thread {
    id: String,
    active: bool,
    user_ids: Vec<String>,
    created_at: VirtualTime,
    events: Vec<Event>,
    properties: model::Properties,
    access: Access,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<Queue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_thread_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_thread_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_visit: Option<Visit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<Summary>,
}

/// A chat as `get_chat` answers it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ShownChat")]
pub(super) struct Chat {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread: Option<Thread>,
    users: Vec<User>,
    properties: model::Properties,
    access: Access,
    is_followed: bool,
}

/// What a thread was about.
#[derive(Serialize, JsonSchema)]
pub(super) struct Summary {
    status: &'static str,
    text: String,
    updated_at: VirtualTime,
}

impl View<'_> {
    /// A chat's groups.
    pub(super) fn access(&self, groups: &[u64]) -> Access {
        Access { group_ids: groups.to_vec() }
    }

    /// Where a chat stands in the queue, with the members that its thread has.
    pub(super) fn queue(&self, chat: &model::Chat) -> Option<Queue> {
        let Some(Phase::Queued(since)) = chat.latest().map(|thread| &thread.phase) else { return None };
        let place = self.chats.queue().iter().position(|waiting| waiting.id == chat.id)? + 1;
        Some(Queue { position: place, wait_time: place * WAIT_PER_PLACE, queued_at: Some(*since), queued_at_us: None })
    }

    /// The same for `chat_transferred`, where older versions call the time differently.
    fn queue_of_transfer(&self, chat: &model::Chat) -> Option<Queue> {
        let queue = self.queue(chat)?;
        Some(match self.version {
            Version::V3_4 | Version::V3_5 => Queue { queued_at: None, queued_at_us: queue.queued_at, ..queue },
            Version::V3_6 | Version::V3_7 => queue,
        })
    }

    /// Everybody who is or was in a chat.
    pub(super) fn users(&self, chat: &model::Chat) -> Vec<User> {
        chat.members().iter().map(|member| self.user(chat, member)).collect()
    }

    /// One thread of a chat.
    pub(super) fn thread(&self, chat: &model::Chat, thread: &model::Thread) -> Thread {
        let place = chat.threads().iter().position(|other| other.id == thread.id).unwrap_or_default();
        let id_at = |place: Option<usize>| Some(chat.threads().get(place?)?.id.clone());
        let visited = self.version >= Version::V3_6 && chat.customer().is_some();
        Thread {
            id: thread.id.clone(),
            active: thread.active(),
            user_ids: thread.user_ids.clone(),
            created_at: thread.created_at,
            events: self.events(thread).map(|event| Event::new(thread, event, self.erased)).collect(),
            properties: thread.properties.clone(),
            access: self.access(&thread.access),
            tags: thread.tags.clone(),
            queue: self.queue(chat).filter(|_| thread.active()),
            previous_thread_id: id_at(place.checked_sub(1)),
            next_thread_id: id_at(place.checked_add(1)),
            customer_visit: visited.then(Visit::of_thread),
            summary: self.summary_of(thread).filter(|_| self.version >= Version::V3_6),
        }
    }

    /// What a thread was about, if anybody has asked.
    pub(super) fn summary_of(&self, thread: &model::Thread) -> Option<Summary> {
        let summary = thread.summary.as_ref()?;
        Some(Summary { status: "ok", text: summary.text.clone(), updated_at: summary.updated_at })
    }

    /// The events of a thread that the version knows.
    fn events<'t>(&self, thread: &'t model::Thread) -> impl Iterator<Item = &'t model::Event> {
        let version = self.version;
        thread.events().iter().filter(move |event| knows(version, event))
    }

    /// A chat as `get_chat` answers it to somebody.
    pub(super) fn chat(&self, chat: &model::Chat, thread: Option<&model::Thread>, viewer: &str) -> Chat {
        Chat {
            id: chat.id.clone(),
            thread: thread.map(|thread| self.thread(chat, thread)),
            users: self.users(chat),
            properties: chat.properties.clone(),
            access: self.access(&chat.access),
            is_followed: chat.followed_by(viewer),
        }
    }

    /// A chat as `list_chats` answers it to somebody: the preview since 3.7 under other names.
    pub(super) fn summary(&self, chat: &model::Chat, viewer: &str) -> Value {
        let preview = self.version >= Version::V3_7;
        let mut summary = Map::new();
        summary.insert("id".to_owned(), json!(chat.id));
        let latest = self.latest_events(chat);
        if !preview {
            summary.insert("last_event_per_type".to_owned(), Value::Object(latest.clone()));
        }
        summary.insert("users".to_owned(), json!(self.users(chat)));
        if let Some(thread) = chat.latest() {
            let mut last = Map::new();
            last.insert("id".to_owned(), json!(thread.id));
            last.insert("created_at".to_owned(), json!(thread.created_at));
            last.insert("user_ids".to_owned(), json!(thread.user_ids));
            last.insert("properties".to_owned(), json!(thread.properties));
            last.insert("active".to_owned(), json!(thread.active()));
            last.insert("access".to_owned(), json!(self.access(&thread.access)));
            if !thread.tags.is_empty() {
                last.insert("tags".to_owned(), json!(thread.tags));
            }
            if let Some(queue) = self.queue(chat) {
                last.insert("queue".to_owned(), json!(queue));
            }
            if preview {
                last.insert("last_event_per_type".to_owned(), Value::Object(latest));
            }
            let name = if preview { "last_thread_info" } else { "last_thread_summary" };
            summary.insert(name.to_owned(), Value::Object(last));
        }
        summary.insert("properties".to_owned(), json!(chat.properties));
        summary.insert("access".to_owned(), json!(self.access(&chat.access)));
        summary.insert("is_followed".to_owned(), json!(chat.followed_by(viewer)));
        Value::Object(summary)
    }

    fn latest_events(&self, chat: &model::Chat) -> Map<String, Value> {
        let mut latest = Map::new();
        for thread in chat.threads() {
            for event in self.events(thread) {
                let entry = json!({
                    "thread_id": thread.id,
                    "thread_created_at": thread.created_at,
                    "event": Event::new(thread, event, self.erased),
                });
                latest.insert(event.draft.content.kind().to_owned(), entry);
            }
        }
        latest
    }

    /// What a webhook about a fact says; nothing if the fact is about what is not there.
    pub(super) fn payload(&self, chat: &model::Chat, fact: &Fact) -> Option<Payload> {
        Payload::new(self, chat, fact)
    }
}

/// Whether a version knows an event: what the vendor's software did came later.
pub(super) fn knows(version: Version, event: &model::Event) -> bool {
    match event.draft.content {
        model::Content::Activity { .. } => version >= Version::V3_6,
        model::Content::Message { .. }
        | model::Content::File { .. }
        | model::Content::RichMessage { .. }
        | model::Content::Form { .. }
        | model::Content::Custom { .. }
        | model::Content::System { .. } => true,
    }
}
