//! The bodies of webhooks. Nothing is in them that is not documented: strict parsers reject keys they do not know.

use std::ops::Range;

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::hook::Extra;
use super::super::model::{self, Fact, Properties, Reason};
use super::super::tenant::RequesterId;
use super::{Access, Event, Queue, Thread, User, View};

/// A finished body, and where in it the secret stands.
pub(crate) struct Body {
    /// The bytes.
    pub(crate) bytes: Bytes,
    /// The secret within them, without its quotes.
    pub(crate) secret: Range<usize>,
}

/// Who has made the change that a webhook is about.
#[derive(Serialize)]
pub(crate) struct Requester {
    /// The agent or bot.
    pub(crate) user_id: String,
    /// The account behind them.
    pub(crate) account_id: String,
    /// The app they have made it with; empty for those who came without one.
    pub(crate) client_id: String,
}

#[derive(Serialize)]
struct Envelope<'a, P> {
    webhook_id: &'a str,
    secret_key: &'a str,
    action: &'static str,
    organization_id: &'a str,
    payload: &'a P,
    #[serde(skip_serializing_if = "Option::is_none")]
    requester: Option<&'a Requester>,
    additional_data: Map<String, Value>,
}

impl Body {
    /// Puts a payload into its envelope.
    pub(crate) fn new(
        webhook_id: &str,
        secret_key: &str,
        action: &'static str,
        organization_id: &str,
        payload: &Payload,
        additional_data: Map<String, Value>,
    ) -> Self {
        let requester = None;
        Self::of(&Envelope { webhook_id, secret_key, action, organization_id, payload, requester, additional_data })
    }

    /// The same for what is no chat's: such bodies have no additional data, and may say who has made the change.
    pub(crate) fn configured(
        (webhook_id, secret_key): (&str, &str),
        action: &'static str,
        organization_id: &str,
        payload: &Value,
        requester: Option<&Requester>,
    ) -> Self {
        let additional_data = Map::new();
        Self::of(&Envelope { webhook_id, secret_key, action, organization_id, payload, requester, additional_data })
    }

    fn of<P: Serialize>(envelope: &Envelope<'_, P>) -> Self {
        let bytes = serde_json::to_vec(envelope).expect("wire types have string keys and finite numbers only");
        let (id, secret) = (json!(envelope.webhook_id).to_string(), json!(envelope.secret_key).to_string());
        let before = r#"{"webhook_id":"#.len() + id.len() + r#","secret_key":"#.len();
        Self { bytes: bytes.into(), secret: before + 1..before + secret.len() - 1 }
    }
}

/// What a webhook says about a chat besides its payload; empty unless asked for.
pub(crate) fn additional_data(chat: &model::Chat, extras: &[Extra]) -> Map<String, Value> {
    let present = || chat.members().iter().filter(|member| member.present).map(|member| member.id.as_str());
    let one = |extra: &Extra| match extra {
        Extra::ChatProperties => ("chat_properties".to_owned(), json!(chat.properties)),
        Extra::PresenceUserIds => ("chat_presence_user_ids".to_owned(), present().collect()),
    };
    extras.iter().map(one).collect()
}

/// What a webhook is about.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Payload {
    /// `incoming_chat`.
    Chat {
        /// The chat with its new thread.
        chat: Box<Chat>,
    },
    /// `incoming_event`.
    Event {
        /// The chat.
        chat_id: String,
        /// The thread.
        thread_id: String,
        /// The event.
        event: Box<Event>,
    },
    /// `chat_access_updated`, which alone calls the chat `id`.
    Access {
        /// The chat.
        id: String,
        /// Its groups.
        access: Access,
    },
    /// `chat_transferred`.
    Transfer {
        /// The chat.
        chat_id: String,
        /// The thread, if it is active.
        #[serde(skip_serializing_if = "Option::is_none")]
        thread_id: Option<String>,
        /// Who asked for it.
        #[serde(skip_serializing_if = "Option::is_none")]
        requester_id: Option<String>,
        /// Why.
        reason: Reason,
        /// Whereto.
        transferred_to: Target,
        /// Its place in the queue, if it waits.
        #[serde(skip_serializing_if = "Option::is_none")]
        queue: Option<Queue>,
    },
    /// `user_added_to_chat`.
    Added {
        /// The chat.
        chat_id: String,
        /// The thread, if it is active.
        #[serde(skip_serializing_if = "Option::is_none")]
        thread_id: Option<String>,
        /// Who.
        user: User,
        /// Why.
        reason: Reason,
        /// Who asked for it.
        #[serde(skip_serializing_if = "Option::is_none")]
        requester_id: Option<String>,
    },
    /// `user_removed_from_chat`.
    Removed {
        /// The chat.
        chat_id: String,
        /// The thread, if it is active.
        #[serde(skip_serializing_if = "Option::is_none")]
        thread_id: Option<String>,
        /// Who.
        user_id: String,
        /// Why.
        reason: Reason,
        /// Who asked for it.
        #[serde(skip_serializing_if = "Option::is_none")]
        requester_id: Option<String>,
    },
    /// `thread_tagged` and `thread_untagged`.
    Tag {
        /// The chat.
        chat_id: String,
        /// The thread.
        thread_id: String,
        /// The tag.
        tag: String,
    },
    /// `chat_deactivated`.
    Deactivated {
        /// The chat.
        chat_id: String,
        /// The thread.
        thread_id: String,
        /// Who closed it, if anybody did.
        #[serde(skip_serializing_if = "Option::is_none")]
        user_id: Option<String>,
    },
}

/// The chat of `incoming_chat`.
#[derive(Serialize)]
pub(crate) struct Chat {
    id: String,
    users: Vec<User>,
    properties: Properties,
    access: Access,
    thread: Thread,
}

/// Whereto a chat was transferred.
#[derive(Serialize)]
pub(crate) struct Target {
    #[serde(skip_serializing_if = "Option::is_none")]
    group_ids: Option<Vec<u64>>,
    agent_ids: Vec<String>,
}

impl Payload {
    /// What a webhook about this fact says.
    pub(super) fn new(view: &View<'_>, chat: &model::Chat, fact: &Fact) -> Option<Self> {
        let chat_id = chat.id.clone();
        let thread_id = chat.active().map(|thread| thread.id.clone());
        let latest = chat.latest()?;
        Some(match fact {
            Fact::Began => Self::Chat {
                chat: Box::new(Chat {
                    id: chat_id,
                    users: view.users(chat),
                    properties: chat.properties.clone(),
                    access: view.access(&chat.access),
                    thread: view.thread(chat, latest),
                }),
            },
            Fact::EventAdded { place } => {
                let event = Box::new(Event::new(latest, latest.events().get(*place)?));
                Self::Event { chat_id, thread_id: latest.id.clone(), event }
            }
            Fact::AccessUpdated => Self::Access { id: chat_id, access: view.access(&chat.access) },
            Fact::Transferred { reason, requester, groups, agents } => Self::Transfer {
                chat_id,
                thread_id,
                requester_id: requester.clone(),
                reason: *reason,
                transferred_to: Target { group_ids: groups.clone(), agent_ids: agents.clone() },
                queue: view.queue_of_transfer(chat),
            },
            Fact::UserAdded { user, reason, requester } => {
                let user = view.user(chat, chat.members().iter().find(|member| member.id == *user)?);
                Self::Added { chat_id, thread_id, user, reason: *reason, requester_id: required(view, requester) }
            }
            Fact::UserRemoved { user, reason, requester } => Self::Removed {
                chat_id,
                thread_id,
                user_id: user.clone(),
                reason: *reason,
                requester_id: required(view, requester),
            },
            Fact::Tagged { thread, tag } | Fact::Untagged { thread, tag } => {
                Self::Tag { chat_id, thread_id: thread.clone(), tag: tag.clone() }
            }
            Fact::Deactivated { user } => {
                Self::Deactivated { chat_id, thread_id: latest.id.clone(), user_id: user.clone() }
            }
        })
    }
}

/// The requester, or an empty one where the tenant's receivers cannot do without.
fn required(view: &View<'_>, requester: &Option<String>) -> Option<String> {
    match view.tenant.requester_id {
        RequesterId::IfAny => requester.clone(),
        RequesterId::Always => Some(requester.clone().unwrap_or_default()),
    }
}
