//! The bodies of webhooks. Nothing is in them that is not documented: strict parsers reject keys they do not know.

use std::ops::Range;

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::hook::Extra;
use super::super::model::{self, Fact, Names, Press, Properties, Reason, Subject};
use super::super::tenant::RequesterId;
use super::super::version::Version;
use super::{Access, Event, Queue, Summary, Thread, User, View, knows};
use crate::base::time::VirtualTime;

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
    /// `incoming_event` and `event_updated`.
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
    /// `incoming_rich_message_postback`.
    Postback {
        /// Who pressed the button.
        user_id: String,
        /// The chat.
        chat_id: String,
        /// The thread.
        thread_id: String,
        /// The rich message.
        event_id: String,
        /// The button.
        postback: Press,
    },
    /// `event_deleted`.
    Deleted {
        /// The chat.
        chat_id: String,
        /// The thread.
        thread_id: String,
        /// The event.
        event_id: String,
    },
    /// `customer_session_fields_updated`.
    SessionFields {
        /// The customer.
        id: String,
        /// Their chat.
        active_chat: ActiveChat,
        /// All that is noted.
        session_fields: Vec<Map<String, Value>>,
    },
    /// What changed in properties of a chat, a thread or an event.
    Properties {
        /// The chat.
        chat_id: String,
        /// The thread, if they belong to it or to one of its events.
        #[serde(skip_serializing_if = "Option::is_none")]
        thread_id: Option<String>,
        /// The event, if they belong to one.
        #[serde(skip_serializing_if = "Option::is_none")]
        event_id: Option<String>,
        /// They.
        properties: Changed,
    },
    /// `events_marked_as_seen`.
    Seen {
        /// Who has seen them.
        user_id: String,
        /// The chat.
        chat_id: String,
        /// Up to when.
        seen_up_to: VirtualTime,
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
    /// `thread_summary_set`.
    Summary {
        /// The chat.
        chat_id: String,
        /// The thread.
        thread_id: String,
        /// What it was about.
        summary: Summary,
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

/// The open chat of a customer.
#[derive(Serialize)]
pub(crate) struct ActiveChat {
    chat_id: String,
    thread_id: String,
}

/// Properties that changed.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Changed {
    /// With their new values.
    Updated(Properties),
    /// The names of those that are gone.
    Deleted(Names),
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
            Fact::EventAdded { thread, place } => {
                let (_, thread) = chat.thread(thread)?;
                let event = thread.events().get(*place).filter(|event| knows(view.version, event))?;
                let event = Box::new(Event::new(thread, event, view.erased));
                Self::Event { chat_id, thread_id: thread.id.clone(), event }
            }
            Fact::EventUpdated { thread, event } => {
                let (_, thread) = chat.thread(thread)?;
                let event = Box::new(Event::new(thread, thread.event(event)?, view.erased));
                Self::Event { chat_id, thread_id: thread.id.clone(), event }
            }
            Fact::Pressed { user, thread, event, press } => Self::Postback {
                user_id: user.clone(),
                chat_id,
                thread_id: thread.clone(),
                event_id: event.clone(),
                postback: match view.version {
                    Version::V3_6 | Version::V3_7 => press.clone(),
                    Version::V3_4 | Version::V3_5 => {
                        Press { button_type: None, button_value: None, ecommerce: None, ..press.clone() }
                    }
                },
            },
            Fact::PropertiesUpdated { subject, properties } => {
                Self::properties(chat_id, subject, Changed::Updated(properties.clone()))
            }
            Fact::PropertiesDeleted { subject, names } => {
                Self::properties(chat_id, subject, Changed::Deleted(names.clone()))
            }
            Fact::EventDeleted { thread, event } => match view.version {
                // Older versions know no such webhook.
                Version::V3_4 | Version::V3_5 => return None,
                Version::V3_6 | Version::V3_7 => {
                    Self::Deleted { chat_id, thread_id: thread.clone(), event_id: event.clone() }
                }
            },
            Fact::SessionFieldsUpdated { customer } => Self::SessionFields {
                id: customer.clone(),
                active_chat: ActiveChat { chat_id, thread_id: thread_id? },
                session_fields: view.chats.patron(customer)?.profile.session_fields.clone().unwrap_or_default(),
            },
            Fact::Seen { user, up_to } => Self::Seen { user_id: user.clone(), chat_id, seen_up_to: *up_to },
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
            Fact::Summarized { thread } => match view.version {
                // Older versions know no such webhook.
                Version::V3_4 | Version::V3_5 => return None,
                Version::V3_6 | Version::V3_7 => {
                    let summary = view.summary_of(chat.thread(thread)?.1)?;
                    Self::Summary { chat_id, thread_id: thread.clone(), summary }
                }
            },
            Fact::Deactivated { user } => {
                Self::Deactivated { chat_id, thread_id: latest.id.clone(), user_id: user.clone() }
            }
        })
    }
}

impl Payload {
    fn properties(chat_id: String, subject: &Subject, properties: Changed) -> Self {
        let (thread, event) = match subject {
            Subject::Chat => (None, None),
            Subject::Thread { thread } => (Some(thread), None),
            Subject::Event { thread, event } => (Some(thread), Some(event)),
        };
        Self::Properties { chat_id, thread_id: thread.cloned(), event_id: event.cloned(), properties }
    }
}

/// The requester, or an empty one where the tenant's receivers cannot do without.
fn required(view: &View<'_>, requester: &Option<String>) -> Option<String> {
    match view.tenant.requester_id {
        RequesterId::IfAny => requester.clone(),
        RequesterId::Always => Some(requester.clone().unwrap_or_default()),
    }
}
