//! What webhooks are about, each a type of its own.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::super::model::{self, Fact, Names, Press, Properties, Reason, Subject};
use super::super::tenant::RequesterId;
use super::super::version::Version;
use super::{Access, Event, Queue, Summary, Thread, User, View, knows};
use crate::base::time::VirtualTime;

/// What a webhook is about.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Payload {
    Chat(IncomingChat),
    Event(IncomingEvent),
    Access(ChatAccess),
    Transfer(ChatTransfer),
    Added(UserAdded),
    Removed(UserRemoved),
    Postback(RichMessagePostback),
    Deleted(EventDeleted),
    SessionFields(SessionFields),
    Properties(ChangedProperties),
    Seen(EventsSeen),
    Tag(ThreadTag),
    Summary(ThreadSummary),
    Deactivated(ChatDeactivated),
}

/// The payload of `incoming_chat`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct IncomingChat {
    /// The chat with its new thread.
    chat: Box<Chat>,
}

/// The payload of `incoming_event` and `event_updated`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct IncomingEvent {
    /// The chat.
    chat_id: String,
    /// The thread.
    thread_id: String,
    /// The event.
    event: Box<Event>,
}

/// The payload of `chat_access_updated`, which alone calls the chat `id`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ChatAccess {
    /// The chat.
    id: String,
    /// Its groups.
    access: Access,
}

/// The payload of `chat_transferred`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ChatTransfer {
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
}

/// The payload of `user_added_to_chat`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UserAdded {
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
}

/// The payload of `user_removed_from_chat`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UserRemoved {
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
}

/// The payload of `incoming_rich_message_postback`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RichMessagePostback {
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
}

/// The payload of `event_deleted`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct EventDeleted {
    /// The chat.
    chat_id: String,
    /// The thread.
    thread_id: String,
    /// The event.
    event_id: String,
}

/// The payload of `customer_session_fields_updated`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SessionFields {
    /// The customer.
    id: String,
    /// Their chat.
    active_chat: ActiveChat,
    /// All that is noted.
    session_fields: Vec<Map<String, Value>>,
}

/// What changed in properties of a chat, a thread or an event.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ChangedProperties {
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
}

/// The payload of `events_marked_as_seen`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct EventsSeen {
    /// Who has seen them.
    user_id: String,
    /// The chat.
    chat_id: String,
    /// Up to when.
    seen_up_to: VirtualTime,
}

/// The payload of `thread_tagged` and `thread_untagged`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ThreadTag {
    /// The chat.
    chat_id: String,
    /// The thread.
    thread_id: String,
    /// The tag.
    tag: String,
}

/// The payload of `thread_summary_set`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ThreadSummary {
    /// The chat.
    chat_id: String,
    /// The thread.
    thread_id: String,
    /// What it was about.
    summary: Summary,
}

/// The payload of `chat_deactivated`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ChatDeactivated {
    /// The chat.
    chat_id: String,
    /// The thread.
    thread_id: String,
    /// Who closed it, if anybody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
}

/// The open chat of a customer.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ActiveChat {
    chat_id: String,
    thread_id: String,
}

/// Properties that changed.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Changed {
    /// With their new values.
    Updated(Properties),
    /// The names of those that are gone.
    Deleted(Names),
}

/// The chat of `incoming_chat`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Chat {
    id: String,
    users: Vec<User>,
    properties: Properties,
    access: Access,
    thread: Thread,
}

/// Whereto a chat was transferred.
#[derive(Serialize, JsonSchema)]
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
            Fact::Began => Self::Chat(IncomingChat {
                chat: Box::new(Chat {
                    id: chat_id,
                    users: view.users(chat),
                    properties: chat.properties.clone(),
                    access: view.access(&chat.access),
                    thread: view.thread(chat, latest),
                }),
            }),
            Fact::EventAdded { thread, place } => {
                let (_, thread) = chat.thread(thread)?;
                let event = thread.events().get(*place).filter(|event| knows(view.version, event))?;
                let event = Box::new(Event::new(thread, event, view.erased));
                Self::Event(IncomingEvent { chat_id, thread_id: thread.id.clone(), event })
            }
            Fact::EventUpdated { thread, event } => {
                let (_, thread) = chat.thread(thread)?;
                let event = Box::new(Event::new(thread, thread.event(event)?, view.erased));
                Self::Event(IncomingEvent { chat_id, thread_id: thread.id.clone(), event })
            }
            Fact::Pressed { user, thread, event, press } => Self::Postback(RichMessagePostback {
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
            }),
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
                    Self::Deleted(EventDeleted { chat_id, thread_id: thread.clone(), event_id: event.clone() })
                }
            },
            Fact::SessionFieldsUpdated { customer } => Self::SessionFields(SessionFields {
                id: customer.clone(),
                active_chat: ActiveChat { chat_id, thread_id: thread_id? },
                session_fields: view.chats.patron(customer)?.profile.session_fields.clone().unwrap_or_default(),
            }),
            Fact::Seen { user, up_to } => Self::Seen(EventsSeen { user_id: user.clone(), chat_id, seen_up_to: *up_to }),
            Fact::AccessUpdated => Self::Access(ChatAccess { id: chat_id, access: view.access(&chat.access) }),
            Fact::Transferred { reason, requester, groups, agents } => Self::Transfer(ChatTransfer {
                chat_id,
                thread_id,
                requester_id: requester.clone(),
                reason: *reason,
                transferred_to: Target { group_ids: groups.clone(), agent_ids: agents.clone() },
                queue: view.queue_of_transfer(chat),
            }),
            Fact::UserAdded { user, reason, requester } => {
                let user = view.user(chat, chat.members().iter().find(|member| member.id == *user)?);
                Self::Added(UserAdded {
                    chat_id,
                    thread_id,
                    user,
                    reason: *reason,
                    requester_id: required(view, requester),
                })
            }
            Fact::UserRemoved { user, reason, requester } => Self::Removed(UserRemoved {
                chat_id,
                thread_id,
                user_id: user.clone(),
                reason: *reason,
                requester_id: required(view, requester),
            }),
            Fact::Tagged { thread, tag } | Fact::Untagged { thread, tag } => {
                Self::Tag(ThreadTag { chat_id, thread_id: thread.clone(), tag: tag.clone() })
            }
            Fact::Summarized { thread } => match view.version {
                // Older versions know no such webhook.
                Version::V3_4 | Version::V3_5 => return None,
                Version::V3_6 | Version::V3_7 => {
                    let summary = view.summary_of(chat.thread(thread)?.1)?;
                    Self::Summary(ThreadSummary { chat_id, thread_id: thread.clone(), summary })
                }
            },
            Fact::Deactivated { user } => {
                Self::Deactivated(ChatDeactivated { chat_id, thread_id: latest.id.clone(), user_id: user.clone() })
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
        Self::Properties(ChangedProperties {
            chat_id,
            thread_id: thread.cloned(),
            event_id: event.cloned(),
            properties,
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
