//! Answers of the REST API.
//!
//! Page: docs.imi.chat/reference/create-chat.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeSeq as _;
use serde::{Serialize, Serializer};

use super::request::Status;
use crate::base::time::VirtualTime;
use crate::platform::imichat::model::channel::Channel;
use crate::platform::imichat::model::chat::{Chat, Freeform};
use crate::platform::imichat::model::message::{Attachment, Content, Direction, Draft, FileKind, QuickReply, SubType};
use crate::platform::imichat::model::{AssetId, CustomerNumber, TeamId};

/// What stands in `response` when there is nothing to return.
pub(crate) const NOTHING: &str = "";

/// The three members of every answer.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Envelope_{T}")]
pub(crate) struct Envelope<'r, T> {
    status_code: u16,
    description: &'r str,
    response: &'r T,
}

impl<'r, T> Envelope<'r, T> {
    /// An answer with this code.
    pub(crate) fn new(status_code: u16, description: &'r str, response: &'r T) -> Self {
        Self { status_code, description, response }
    }
}

/// An instant as the REST API writes it: UTC with milliseconds.
#[derive(Clone, Copy)]
pub(crate) struct Millis(pub(crate) VirtualTime);

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.millis())
    }
}

impl Serialize for AssetId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl JsonSchema for Millis {
    fn schema_name() -> Cow<'static, str> {
        "Millis".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

impl JsonSchema for AssetId {
    fn schema_name() -> Cow<'static, str> {
        "AssetId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["integer", "string"] })
    }
}

/// A chat as the API gives it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ShownChat<'c> {
    team_id: TeamId,
    team_name: &'c str,
    chat_id: &'c str,
    alias_id: &'c str,
    created_at: Millis,
    updated_at: Millis,
    #[schemars(extend("enum" = Status::ALL.map(Status::name)))]
    status: &'static str,
    #[schemars(extend("enum" = Channel::ALL.map(Channel::name)))]
    channel: &'static str,
    subject: &'c str,
    thread_id: &'c str,
    asset: ShownAsset<'c>,
    customer: ShownCustomer<'c>,
    messages: ShownMessages<'c>,
    assignee: &'c str,
    flag: &'c str,
    tag: &'c [String],
    route_params: &'c Freeform,
    other_details: &'c Freeform,
}

/// The business's address on a channel.
#[derive(Serialize, JsonSchema)]
pub(super) struct ShownAsset<'c> {
    /// The address.
    pub(super) id: &'c AssetId,
    /// What people call it; empty if nobody set it up.
    pub(super) name: &'c str,
}

#[derive(Serialize, JsonSchema)]
struct ShownCustomer<'c> {
    id: CustomerNumber,
    destination_id: &'c str,
    name: &'c str,
}

struct ShownMessages<'c>(&'c Chat);

impl Serialize for ShownMessages<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(chat) = self;
        let mut list = serializer.serialize_seq(Some(chat.messages().len()))?;
        for message in chat.messages() {
            list.serialize_element(&Shown::new(chat.about().channel, &message.draft))?;
        }
        list.end()
    }
}

impl JsonSchema for ShownMessages<'_> {
    fn schema_name() -> Cow<'static, str> {
        "Messages".into()
    }

    fn json_schema(types: &mut SchemaGenerator) -> Schema {
        <Vec<Shown<'_>>>::json_schema(types)
    }
}

impl<'c> ShownChat<'c> {
    /// Shows a chat with the names its tenant has for team and asset.
    pub(crate) fn new(chat: &'c Chat, team_name: &'c str, asset_name: &'c str) -> Self {
        let about = chat.about();
        Self {
            team_id: about.team,
            team_name,
            chat_id: chat.id().as_str(),
            alias_id: &about.alias,
            created_at: Millis(chat.created()),
            updated_at: Millis(chat.updated()),
            status: chat.state().name(),
            channel: about.channel.name(),
            subject: &about.subject,
            thread_id: &about.thread,
            asset: ShownAsset { id: &about.asset, name: asset_name },
            customer: ShownCustomer { id: chat.contact(), destination_id: &about.destination, name: &about.name },
            messages: ShownMessages(chat),
            assignee: chat.assignee(),
            flag: &about.flag,
            tag: &about.tags,
            route_params: &about.route_params,
            other_details: &about.other_details,
        }
    }
}

/// A message as the API gives it.
#[derive(Serialize, JsonSchema)]
struct Shown<'c> {
    #[schemars(extend("enum" = Direction::ALL.map(Direction::name)))]
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = SubType::ALL.map(SubType::name)))]
    abc_sub_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = SubType::ALL.map(SubType::name)))]
    livechat_sub_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = SubType::ALL.map(SubType::name)))]
    whatsapp_sub_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attachment: Option<ShownAttachment<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template_name: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quick_replies: Option<ShownReplies<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quick_reply_response: Option<ShownReplies<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    listpicker_response: Option<&'c [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timepicker_response: Option<Millis>,
    timestamp: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_details: Option<DeliveryDetails<'c>>,
}

/// A file, in both worlds.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ShownAttachment<'c> {
    #[schemars(extend("enum" = FileKind::ALL.map(FileKind::name)))]
    r#type: &'static str,
    url: &'c str,
}

#[derive(Serialize, JsonSchema)]
struct ShownReplies<'c> {
    request_identifier: &'c str,
    options: Vec<ShownReply<'c>>,
}

#[derive(Serialize, JsonSchema)]
struct ShownReply<'c> {
    title: &'c str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'c str>,
}

#[derive(Serialize, JsonSchema)]
struct DeliveryDetails<'c> {
    correlation_id: &'c str,
}

impl<'c> ShownAttachment<'c> {
    /// Shows a file.
    pub(crate) fn new(attachment: &'c Attachment) -> Self {
        Self { r#type: attachment.kind.name(), url: &attachment.url }
    }
}

impl<'c> Shown<'c> {
    /// Shows a message of a chat on this channel.
    fn new(channel: Channel, draft: &'c Draft) -> Self {
        let label = |owner| draft.sub_type.filter(|_| channel == owner).map(SubType::name);
        let said = |text: &'c String| Some(text.as_str()).filter(|text| !text.is_empty());
        let mut shown = Self {
            r#type: draft.direction.name(),
            abc_sub_type: label(Channel::Abc),
            livechat_sub_type: label(Channel::Livechat),
            whatsapp_sub_type: label(Channel::Whatsapp),
            text: None,
            attachment: None,
            template_name: None,
            quick_replies: None,
            quick_reply_response: None,
            listpicker_response: None,
            timepicker_response: None,
            timestamp: Millis(draft.timestamp),
            delivery_details: draft.correlation.as_deref().map(|correlation_id| DeliveryDetails { correlation_id }),
        };
        match &draft.content {
            // Nothing is published about how the API shows a tapped button; its title is what the customer said.
            Content::Text(text) | Content::Button { title: text, .. } => shown.text = Some(text),
            Content::File { text, attachment } => {
                shown.text = said(text);
                shown.attachment = Some(ShownAttachment::new(attachment));
            }
            Content::QuickReplies { text, request, options } => {
                let option = |reply: &'c QuickReply| ShownReply { title: &reply.title, payload: Some(&reply.payload) };
                shown.text = said(text);
                shown.quick_replies =
                    Some(ShownReplies { request_identifier: request, options: options.iter().map(option).collect() });
            }
            Content::Chosen { request, titles } => {
                let option = |title: &'c String| ShownReply { title, payload: None };
                shown.quick_reply_response =
                    Some(ShownReplies { request_identifier: request, options: titles.iter().map(option).collect() });
            }
            Content::Items(items) => shown.listpicker_response = Some(items),
            Content::Time(time) => shown.timepicker_response = Some(Millis(*time)),
            Content::Template(name) => shown.template_name = Some(name),
        }
        shown
    }
}
