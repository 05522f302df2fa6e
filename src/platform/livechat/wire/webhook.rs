//! The bodies of webhooks. Nothing is in them that is not documented: strict parsers reject keys they do not know.

use std::ops::Range;

use bytes::Bytes;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::hook::Extra;
use super::super::model;
use super::payload::{
    ChangedProperties, ChatAccess, ChatDeactivated, ChatTransfer, EventDeleted, EventsSeen, IncomingChat,
    IncomingEvent, Payload, RichMessagePostback, SessionFields, ThreadSummary, ThreadTag, UserAdded, UserRemoved,
};
use crate::openapi::{TypeOf, of};
use crate::platform::{Part, Shape};

/// A finished body, and where in it the secret stands.
pub(crate) struct Body {
    /// The bytes.
    pub(crate) bytes: Bytes,
    /// The secret within them, without its quotes.
    pub(crate) secret: Range<usize>,
}

/// Who has made the change that a webhook is about.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Requester {
    /// The agent or bot.
    pub(crate) user_id: String,
    /// The account behind them.
    pub(crate) account_id: String,
    /// The app they have made it with; empty for those who came without one.
    pub(crate) client_id: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Webhook_{P}")]
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

const fn event(name: &'static str, schema: TypeOf) -> Shape {
    Shape { of: Part::Event(name), schema }
}

/// The types of the bodies that are about chats.
pub(in crate::platform::livechat) const SHAPES: [Shape; 21] = [
    event("incoming_chat", of::<Envelope<'static, IncomingChat>>),
    event("incoming_event", of::<Envelope<'static, IncomingEvent>>),
    event("event_updated", of::<Envelope<'static, IncomingEvent>>),
    event("event_deleted", of::<Envelope<'static, EventDeleted>>),
    event("chat_access_updated", of::<Envelope<'static, ChatAccess>>),
    event("chat_transferred", of::<Envelope<'static, ChatTransfer>>),
    event("user_added_to_chat", of::<Envelope<'static, UserAdded>>),
    event("user_removed_from_chat", of::<Envelope<'static, UserRemoved>>),
    event("incoming_rich_message_postback", of::<Envelope<'static, RichMessagePostback>>),
    event("customer_session_fields_updated", of::<Envelope<'static, SessionFields>>),
    event("chat_properties_updated", of::<Envelope<'static, ChangedProperties>>),
    event("chat_properties_deleted", of::<Envelope<'static, ChangedProperties>>),
    event("thread_properties_updated", of::<Envelope<'static, ChangedProperties>>),
    event("thread_properties_deleted", of::<Envelope<'static, ChangedProperties>>),
    event("event_properties_updated", of::<Envelope<'static, ChangedProperties>>),
    event("event_properties_deleted", of::<Envelope<'static, ChangedProperties>>),
    event("events_marked_as_seen", of::<Envelope<'static, EventsSeen>>),
    event("thread_tagged", of::<Envelope<'static, ThreadTag>>),
    event("thread_untagged", of::<Envelope<'static, ThreadTag>>),
    event("thread_summary_set", of::<Envelope<'static, ThreadSummary>>),
    event("chat_deactivated", of::<Envelope<'static, ChatDeactivated>>),
];
