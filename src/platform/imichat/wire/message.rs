//! Messages as the REST API takes and gives them.
//!
//! Pages: docs.imi.chat/reference/create-chat (samples of message bodies per channel).

use serde::Serialize;
use serde_json::Value;

use super::reading::{Findings, Members};
use super::reply::Millis;
use crate::base::time::VirtualTime;
use crate::platform::imichat::model::channel::Channel;
use crate::platform::imichat::model::message::{Attachment, Content, Direction, Draft, FileKind, QuickReply, SubType};

/// The members of a message as they came, before it is known which channel they must fit.
#[derive(Debug)]
pub(crate) struct Body {
    path: String,
    direction: Option<Direction>,
    sub_types: Vec<(Channel, SubType)>,
    text: Option<String>,
    attachment: Option<Attachment>,
    template: Option<String>,
    offer: Option<(String, Vec<QuickReply>)>,
    chosen: Option<(String, Vec<String>)>,
    timestamp: Option<VirtualTime>,
    correlation: Option<String>,
}

impl Body {
    /// Reads the message at `path`.
    pub(crate) fn read(value: Value, path: &str, findings: &mut Findings) -> Self {
        let mut members = Members::open(value, path, findings);
        members.needs("type", findings);
        let direction = members.word("type", &Direction::ALL, Direction::name, findings);
        let mut sub_types = Vec::new();
        for channel in Channel::ALL {
            let Some(key) = channel.sub_type_member() else { continue };
            let sub_type = members.word(key, &SubType::ALL, SubType::name, findings);
            sub_types.extend(sub_type.map(|sub_type| (channel, sub_type)));
        }
        let text = members.text("text", findings);
        let attachment = members.members("attachment", findings).map(|mut members| {
            let kind = members.word("type", &FileKind::ALL, FileKind::name, findings).unwrap_or(FileKind::File);
            let url = members.needed_text("url", findings);
            members.close(findings);
            Attachment { kind, url }
        });
        let template = members.text("template_name", findings);
        let offer = members.members("quick_replies", findings).map(|members| {
            replies(members, findings, |option, findings| QuickReply {
                title: option.needed_text("title", findings),
                payload: option.needed_text("payload", findings),
            })
        });
        let chosen = members
            .members("quick_reply_response", findings)
            .map(|members| replies(members, findings, |option, findings| option.needed_text("title", findings)));
        members.needs("timestamp", findings);
        let timestamp = members.instant("timestamp", findings);
        let correlation = members.members("delivery_details", findings).and_then(|mut members| {
            let name = members.name("correlation_id");
            let id = members.take_either("correlation_id", "correlationid");
            members.close(findings);
            match id {
                Some(Value::String(id)) => Some(id),
                _ => {
                    findings.fault(format!("{name} must be a text"));
                    None
                }
            }
        });
        let path = members.name("");
        members.close(findings);
        Self { path, direction, sub_types, text, attachment, template, offer, chosen, timestamp, correlation }
    }

    /// The message as it fits a chat on this channel. What does not fit is noted, and left out.
    pub(crate) fn fit(mut self, channel: Channel, now: VirtualTime, findings: &mut Findings) -> Draft {
        let direction = self.direction.unwrap_or(Direction::Inbound);
        let sub_type = self.sub_type(channel, direction, findings);
        let correlation = match direction {
            Direction::Outbound => self.correlation.take(),
            Direction::Inbound | Direction::Announcement => {
                if self.correlation.take().is_some() {
                    findings.oddity(format!("{}delivery_details is for outbound messages; it is ignored", self.path));
                }
                None
            }
        };
        let timestamp = self.timestamp.unwrap_or(now);
        let content = self.content(channel, direction, sub_type, findings);
        Draft { direction, sub_type, content, timestamp, correlation }
    }

    fn sub_type(&self, channel: Channel, direction: Direction, findings: &mut Findings) -> Option<SubType> {
        let mut fitting = None;
        for (owner, sub_type) in &self.sub_types {
            let member = format!("{}{}", self.path, owner.sub_type_member().unwrap_or_default());
            if *owner != channel {
                findings.fault(format!("{member} belongs to {}, but the chat is on {}", owner.name(), channel.name()));
            } else if SubType::fitting(channel, direction).contains(sub_type) {
                fitting = Some(*sub_type);
            } else {
                findings.fault(format!("{member} cannot be {} on an {} message", sub_type.name(), direction.name()));
            }
        }
        fitting
    }

    fn content(
        self,
        channel: Channel,
        direction: Direction,
        sub_type: Option<SubType>,
        findings: &mut Findings,
    ) -> Content {
        let Self { path, text, attachment, template, offer, chosen, .. } = self;
        let outbound = direction == Direction::Outbound;
        let mut fits = |member: &str, there: bool, allowed: bool| {
            if there && !allowed {
                let (channel, direction) = (channel.name(), direction.name());
                findings.fault(format!("{path}{member} cannot stand in an {direction} message on {channel}"));
            }
            there && allowed
        };
        let announced = direction == Direction::Announcement;
        let offered = fits("quick_replies", offer.is_some(), outbound && channel.has_quick_replies());
        let answered = direction == Direction::Inbound && channel.has_quick_replies();
        let answered = fits("quick_reply_response", chosen.is_some(), answered);
        let from_template = fits("template_name", template.is_some(), outbound && channel.has_templates());
        let attached = fits("attachment", attachment.is_some(), channel.has_attachments() && !announced);
        let text_or_empty = text.clone().unwrap_or_default();
        let (wanted, content) = match (offer, chosen, template, attachment) {
            (Some((request, options)), ..) if offered => {
                (None, Content::QuickReplies { text: text_or_empty, request, options })
            }
            (_, Some((request, titles)), ..) if answered => (None, Content::Chosen { request, titles }),
            (_, _, Some(name), _) if from_template => (None, Content::Template(name)),
            (_, _, _, Some(attachment)) if attached => (None, Content::File { text: text_or_empty, attachment }),
            _ => (Some("text").filter(|_| text_or_empty.is_empty()), Content::Text(text_or_empty)),
        };
        // A label that announces something has to be followed by it.
        let wanted = match (sub_type, &content) {
            (Some(SubType::QuickReplies), Content::QuickReplies { .. } | Content::Chosen { .. })
            | (Some(SubType::QuickReplyResponse), Content::Chosen { .. })
            | (Some(SubType::Hsm), Content::Template(_)) => wanted,
            (Some(SubType::QuickReplies), _) if outbound => Some("quick_replies"),
            (Some(SubType::QuickReplies | SubType::QuickReplyResponse), _) => Some("quick_reply_response"),
            (Some(SubType::Hsm), _) => Some("template_name"),
            (Some(SubType::Text) | None, _) => wanted,
        };
        if let Some(member) = wanted {
            findings.fault(format!("{path}{member} is missing"));
        }
        content
    }
}

/// The two members that an offer of quick replies and the answer to it have in common.
fn replies<T>(
    mut members: Members,
    findings: &mut Findings,
    option: impl Fn(&mut Members, &mut Findings) -> T,
) -> (String, Vec<T>) {
    let request = members.needed_text("request_identifier", findings);
    let path = members.name("options");
    let options = match members.take("options") {
        Some(Value::Array(items)) if !items.is_empty() => items
            .into_iter()
            .enumerate()
            .map(|(index, item)| {
                let mut members = Members::open(item, &format!("{path}[{index}]"), findings);
                let read = option(&mut members, findings);
                members.close(findings);
                read
            })
            .collect(),
        _ => {
            findings.fault(format!("{path} must be a list of at least one option"));
            Vec::new()
        }
    };
    members.close(findings);
    (request, options)
}

/// Reads what may be one message or a list of them.
pub(crate) fn one_or_many(value: Value, path: &str, findings: &mut Findings) -> Vec<Body> {
    match value {
        Value::Array(items) => {
            let items = items.into_iter().enumerate();
            items.map(|(index, item)| Body::read(item, &format!("{path}[{index}]"), findings)).collect()
        }
        one => vec![Body::read(one, path, findings)],
    }
}

/// A message as the API gives it.
#[derive(Serialize)]
pub(crate) struct Shown<'c> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    abc_sub_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    livechat_sub_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
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
    timestamp: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_details: Option<DeliveryDetails<'c>>,
}

/// A file, in both worlds.
#[derive(Serialize)]
pub(crate) struct ShownAttachment<'c> {
    r#type: &'static str,
    url: &'c str,
}

#[derive(Serialize)]
struct ShownReplies<'c> {
    request_identifier: &'c str,
    options: Vec<ShownReply<'c>>,
}

#[derive(Serialize)]
struct ShownReply<'c> {
    title: &'c str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'c str>,
}

#[derive(Serialize)]
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
    pub(crate) fn new(channel: Channel, draft: &'c Draft) -> Self {
        let label = |owner| draft.sub_type.filter(|_| channel == owner).map(SubType::name);
        let said = Some(draft.content.text()).filter(|text| !text.is_empty());
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
            timestamp: Millis(draft.timestamp),
            delivery_details: draft.correlation.as_deref().map(|correlation_id| DeliveryDetails { correlation_id }),
        };
        match &draft.content {
            Content::Text(text) => shown.text = Some(text),
            Content::File { attachment, .. } => {
                shown.text = said;
                shown.attachment = Some(ShownAttachment::new(attachment));
            }
            Content::QuickReplies { request, options, .. } => {
                let option = |reply: &'c QuickReply| ShownReply { title: &reply.title, payload: Some(&reply.payload) };
                shown.text = said;
                shown.quick_replies =
                    Some(ShownReplies { request_identifier: request, options: options.iter().map(option).collect() });
            }
            Content::Chosen { request, titles } => {
                let option = |title: &'c String| ShownReply { title, payload: None };
                shown.quick_reply_response =
                    Some(ShownReplies { request_identifier: request, options: titles.iter().map(option).collect() });
            }
            Content::Template(name) => shown.template_name = Some(name),
        }
        shown
    }
}
