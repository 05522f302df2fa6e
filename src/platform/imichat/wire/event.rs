//! Webhooks to virtual agents, with their members in the documented order.
//!
//! Pages: docs.imi.chat/reference/chatassigned, docs.imi.chat/reference/messagearrived,
//! docs.imi.chat/reference/chatclosed.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::reply::ShownAttachment;
use crate::base::time::VirtualTime;
use crate::platform::imichat::model::channel::Channel;
use crate::platform::imichat::model::chat::Chat;
use crate::platform::imichat::model::message::{Content, Message};

/// How events are written where the public pages leave a choice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Style {
    /// How channels are spelled.
    pub(crate) channel: ChannelCase,
    /// What `skill` is when there is none.
    pub(crate) no_skill: NoSkill,
    /// Whether `chat.closed` has a `transaction_id`; the sample has none.
    pub(crate) closed_transaction: bool,
}

/// How channels are spelled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ChannelCase {
    /// As in the samples, which have `LiveChat` for live chat and the REST word for `sms`.
    Samples,
    /// As in the REST API.
    Lower,
}

impl ChannelCase {
    /// All ways.
    pub(crate) const ALL: [Self; 2] = [Self::Samples, Self::Lower];

    /// The word for it in a set-up.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Samples => "samples",
            Self::Lower => "lower",
        }
    }

    const fn spell(self, channel: Channel) -> &'static str {
        match (self, channel) {
            (Self::Samples, Channel::Livechat) => "LiveChat",
            (Self::Samples | Self::Lower, channel) => channel.name(),
        }
    }
}

/// What `skill` is when there is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NoSkill {
    /// An empty text, as in the sample.
    Empty,
    /// `null`, as the table has it.
    Null,
}

/// An instant with up to seven fraction digits, as the events of messages write it.
struct Ticks(VirtualTime);

impl Serialize for Ticks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.ticks())
    }
}

impl JsonSchema for Ticks {
    fn schema_name() -> Cow<'static, str> {
        "Ticks".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

/// The members that all events have. Those that do not apply are empty texts.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Event_{P}")]
pub(crate) struct Event<'c, P> {
    event_type: &'static str,
    channel: &'static str,
    chat_id: &'c str,
    asset: String,
    destination_id: &'c str,
    thread_id: &'c str,
    browserfingerprint: &'c str,
    subject: &'c str,
    posted_on: String,
    payload: P,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<String>,
}

/// The payload of `chat.assigned`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Assigned<'c> {
    skill: Option<&'c str>,
    messages: Vec<EventMessage<'c>>,
}

/// The payload of `message.received`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Received<'c> {
    messages: [EventMessage<'c>; 1],
}

/// The payload of `chat.closed`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Closed<'c> {
    timestamp: String,
    chat_outcome: &'c str,
}

/// A message as events carry it: `type` is the kind of content here.
#[derive(Serialize, JsonSchema)]
struct EventMessage<'c> {
    transid: &'c str,
    r#type: &'static str,
    text: &'c str,
    attachments: Vec<ShownAttachment<'c>>,
    timestamp: Ticks,
    interactive_response: Option<Interactive<'c>>,
    /// The answer to an interactive WhatsApp template. No message of the REST API leads to one, only a customer's tap.
    wab_interactive_response: Option<TappedButton<'c>>,
}

#[derive(Serialize, JsonSchema)]
struct TappedButton<'c> {
    identifier: &'c str,
    title: &'c str,
}

#[derive(Serialize, JsonSchema)]
struct Interactive<'c> {
    title: Cow<'c, str>,
    postback: Cow<'c, str>,
}

impl<'c, P> Event<'c, P> {
    fn new(event_type: &'static str, chat: &'c Chat, style: Style, posted_on: String, payload: P) -> Self {
        let about = chat.about();
        let livechat = about.channel == Channel::Livechat;
        Self {
            event_type,
            channel: style.channel.spell(about.channel),
            chat_id: chat.id().as_str(),
            asset: about.asset.to_string(),
            destination_id: &about.destination,
            thread_id: &about.thread,
            // The device's id equals the visitor's id in the vendor's samples of live chat.
            browserfingerprint: if livechat { &about.destination } else { "" },
            subject: &about.subject,
            posted_on,
            payload,
            transaction_id: None,
        }
    }
}

impl<'c> Event<'c, Assigned<'c>> {
    /// A chat came to a virtual agent; carries the last message in either direction.
    pub(crate) fn assigned(chat: &'c Chat, style: Style, now: VirtualTime, transaction: String) -> Self {
        let messages =
            chat.messages().last().map(|message| EventMessage::new(chat, message, now)).into_iter().collect();
        let skill = Some(chat.skill()).filter(|skill| !skill.is_empty() || style.no_skill == NoSkill::Empty);
        let payload = Assigned { skill, messages };
        Self { transaction_id: Some(transaction), ..Self::new(ASSIGNED, chat, style, now.ticks(), payload) }
    }
}

impl<'c> Event<'c, Received<'c>> {
    /// A customer wrote to a virtual agent.
    pub(crate) fn received(
        chat: &'c Chat,
        style: Style,
        message: &'c Message,
        now: VirtualTime,
        transaction: String,
    ) -> Self {
        let payload = Received { messages: [EventMessage::new(chat, message, now)] };
        Self { transaction_id: Some(transaction), ..Self::new(RECEIVED, chat, style, now.ticks(), payload) }
    }
}

impl<'c> Event<'c, Closed<'c>> {
    /// Somebody closed a virtual agent's chat. The vendor's sample has milliseconds and no `transaction_id`.
    pub(crate) fn closed(
        chat: &'c Chat,
        style: Style,
        outcome: &'c str,
        now: VirtualTime,
        transaction_id: Option<String>,
    ) -> Self {
        let payload = Closed { timestamp: now.millis(), chat_outcome: outcome };
        Self { transaction_id, ..Self::new(CLOSED, chat, style, now.millis(), payload) }
    }
}

impl<'c> EventMessage<'c> {
    fn new(chat: &'c Chat, message: &'c Message, now: VirtualTime) -> Self {
        let content = &message.draft.content;
        let title = content.text();
        let (kind, text, interactive_response) = match content {
            Content::Text(text) | Content::File { text, .. } => ("text", text.as_str(), None),
            Content::QuickReplies { text, .. } => ("interactive", text.as_str(), None),
            Content::Chosen { request, .. } => {
                let postback = chat.postback(request, &title).into();
                ("interactive", "", Some(Interactive { title, postback }))
            }
            Content::Items(_) | Content::Time(_) => {
                ("interactive", "", Some(Interactive { title: title.clone(), postback: title }))
            }
            Content::Button { .. } => ("interactive", "", None),
            Content::Template(_) => ("text", "", None),
        };
        let wab_interactive_response = match content {
            Content::Button { identifier, title } => Some(TappedButton { identifier, title }),
            Content::Text(_)
            | Content::File { .. }
            | Content::QuickReplies { .. }
            | Content::Chosen { .. }
            | Content::Items(_)
            | Content::Time(_)
            | Content::Template(_) => None,
        };
        Self {
            transid: &message.transid,
            r#type: kind,
            text,
            attachments: content.attachment().map(ShownAttachment::new).into_iter().collect(),
            // Callers' clocks may be ahead of the world's, but no event tells of what is still to come.
            timestamp: Ticks(message.draft.timestamp.min(now)),
            interactive_response,
            wab_interactive_response,
        }
    }
}

/// The event of a chat that came to a virtual agent.
pub(crate) const ASSIGNED: &str = "chat.assigned";
/// The event of a message to a virtual agent.
pub(crate) const RECEIVED: &str = "message.received";
/// The event of a virtual agent's chat that somebody else closed.
pub(crate) const CLOSED: &str = "chat.closed";

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::{Value, json};

    use crate::platform::imichat::stage::Stage;

    #[test]
    fn every_kind_of_inbound_message_has_its_form_in_events() {
        let check = |channel: &str, said: Value, expected: Value| {
            let mut stage = Stage::with_bot();
            let mut message = said.clone();
            message["type"] = json!("inbound");
            message["timestamp"] = json!("2026-01-05T08:59:59.120Z");
            let (asset, customer) = (json!({"id": "a"}), json!({"destination_id": "d"}));
            let chat = json!({"alias_id": "it", "channel": channel, "asset": asset, "customer": customer});
            assert_eq!(stage.call(Method::POST, "/v3.1/chats", &chat).0.status, 200);
            let (reply, document) = stage.call(Method::POST, "/v3.1/chats/it/messages", &message);
            assert_eq!(reply.status, 200, "{document}");
            let event: Value = serde_json::from_slice(&stage.desk.outgoing.last().unwrap().body).unwrap();
            assert_eq!(event["event_type"], "message.received");
            let mut shown = event["payload"]["messages"][0].clone();
            assert_eq!(shown["timestamp"], "2026-01-05T08:59:59.12Z");
            assert_eq!(shown["transid"].as_str().unwrap().contains('|'), expected["type"] == "interactive");
            for volatile in ["timestamp", "transid"] {
                shown.as_object_mut().unwrap().shift_remove(volatile);
            }
            assert_eq!(shown, expected, "{said}");
        };
        let written = |text: &str, attachments: Value| {
            json!({"type": "text", "text": text, "attachments": attachments,
                "interactive_response": null, "wab_interactive_response": null})
        };
        let picked = |title: &str, postback: &str| {
            json!({"type": "interactive", "text": "", "attachments": [],
                "interactive_response": {"title": title, "postback": postback}, "wab_interactive_response": null})
        };
        let file = || json!({"type": "image", "url": "http://x/a.png"});
        check("sms", json!({"text": "Hi"}), written("Hi", json!([])));
        check("abc", json!({"text": "Hi", "abc_sub_type": "text"}), written("Hi", json!([])));
        check("livechat", json!({"text": "Hi", "livechat_sub_type": "text"}), written("Hi", json!([])));
        check("facebook", json!({"text": "Hi", "attachment": file()}), written("Hi", json!([file()])));
        check("whatsapp", json!({"attachment": file()}), written("", json!([file()])));
        let chosen = json!({"request_identifier": "never offered", "options": [{"title": "Yes"}]});
        check("livechat", json!({"quick_reply_response": chosen}), picked("Yes", ""));
        for (label, member) in [("listpicker_response", "listpicker_response"), ("listpicker", "list_picker_response")]
        {
            check("abc", json!({"abc_sub_type": label, member: ["a", "b"]}), picked("a, b", "a, b"));
        }
        for (label, member) in [("timepicker_response", "timepicker_response"), ("timepicker", "time_picker_response")]
        {
            let time = "2026-01-06T10:00:00.000Z";
            check("abc", json!({"abc_sub_type": label, member: time}), picked(time, time));
        }
    }

    #[test]
    fn a_chosen_reply_stands_for_what_the_offer_of_its_name_says() {
        let mut stage = Stage::with_bot();
        let chat = stage.start("livechat");
        let path = format!("/v3.1/chats/{chat}/messages");
        let at = "2026-01-05T09:00:00Z";
        for (request, payload) in [("r1", "one"), ("r2", "two"), ("r1", "three")] {
            let option = json!({"title": "Yes", "payload": payload});
            let offer = json!({"request_identifier": request, "options": [option]});
            let message = json!({"type": "outbound", "quick_replies": offer, "timestamp": at});
            assert_eq!(stage.call(Method::POST, &path, &message).0.status, 200);
        }
        for (request, title, postback) in [("r1", "Yes", "three"), ("r2", "Yes", "two"), ("r2", "No", "")] {
            let chosen = json!({"request_identifier": request, "options": [{"title": title}]});
            let message = json!({"type": "inbound", "quick_reply_response": chosen, "timestamp": at});
            assert_eq!(stage.call(Method::POST, &path, &message).0.status, 200);
            let event: Value = serde_json::from_slice(&stage.desk.outgoing.last().unwrap().body).unwrap();
            let response = &event["payload"]["messages"][0]["interactive_response"];
            assert_eq!(*response, json!({"title": title, "postback": postback}), "{request}");
        }
    }
}
