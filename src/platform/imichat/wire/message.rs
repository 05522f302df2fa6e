//! Messages as the REST API takes them.
//!
//! The samples do not say which channel they are for. A label of another channel is a fault; a message without a label is
//! taken for what it contains, on every channel, because nothing says that labels must be there.
//!
//! Pages: docs.imi.chat/reference/create-chat (samples of message bodies per channel).

use serde_json::Value;

use super::reading::{Findings, Members};
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
    items: Option<Vec<String>>,
    time: Option<VirtualTime>,
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
        let items = members.texts(ITEMS, findings).or_else(|| members.texts("list_picker_response", findings));
        let time = members.instant(TIME, findings).or_else(|| members.instant("time_picker_response", findings));
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
        Self {
            path,
            direction,
            sub_types,
            text,
            attachment,
            template,
            offer,
            chosen,
            items,
            time,
            timestamp,
            correlation,
        }
    }

    /// The message as it fits a chat on this channel. What does not fit is noted, and left out.
    pub(crate) fn fit(mut self, channel: Channel, now: VirtualTime, findings: &mut Findings) -> Draft {
        // A lenient tenant takes what does not say its way for an answer: taken for the customer's, it would come back to the
        // bot that sent it, and be answered again.
        let direction = self.direction.unwrap_or(Direction::Outbound);
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
        let Self { path, text, attachment, template, offer, chosen, items, time, .. } = self;
        let outbound = direction == Direction::Outbound;
        let inbound = direction == Direction::Inbound;
        let spot = Spot { path, channel, direction };
        let offer = spot.keep(OFFER, offer, outbound && channel.has_quick_replies(), findings);
        let chosen = spot.keep(CHOSEN, chosen, inbound && channel.has_quick_replies(), findings);
        let items = spot.keep(ITEMS, items, inbound && channel.has_pickers(), findings);
        let time = spot.keep(TIME, time, inbound && channel.has_pickers(), findings);
        let template = spot.keep(TEMPLATE, template, outbound && channel.has_templates(), findings);
        let attachment =
            spot.keep(ATTACHMENT, attachment, (inbound || outbound) && channel.has_attachments(), findings);
        let bearers = [
            (OFFER, offer.is_some()),
            (CHOSEN, chosen.is_some()),
            (ITEMS, items.is_some()),
            (TIME, time.is_some()),
            (TEMPLATE, template.is_some()),
            (ATTACHMENT, attachment.is_some()),
            // An offer may have words above it, and a file words beside it.
            (TEXT, text.is_some() && offer.is_none() && attachment.is_none()),
        ];
        let mut there = bearers.into_iter().filter(|(_, there)| *there).map(|(member, _)| member);
        if let Some(first) = there.next() {
            for other in there {
                findings.fault(format!("{}{other} cannot stand beside {first}", spot.path));
            }
        }
        let text = text.unwrap_or_default();
        let content = if let Some((request, options)) = offer {
            Content::QuickReplies { text, request, options }
        } else if let Some((request, titles)) = chosen {
            Content::Chosen { request, titles }
        } else if let Some(items) = items {
            Content::Items(items)
        } else if let Some(time) = time {
            Content::Time(time)
        } else if let Some(name) = template {
            Content::Template(name)
        } else if let Some(attachment) = attachment {
            Content::File { text, attachment }
        } else {
            Content::Text(text)
        };
        let announced = sub_type.map(|sub_type| announced(sub_type, direction));
        let bears = |member: &'static str| {
            member == bearer(&content)
                || (member == TEXT && matches!(&content, Content::File { text, .. } if !text.is_empty()))
        };
        let missing = announced.filter(|member| !bears(member)).or(match &content {
            Content::Text(text) if text.is_empty() => Some(TEXT),
            _ => None,
        });
        if let Some(member) = missing {
            findings.fault(format!("{}{member} is missing", spot.path));
        }
        content
    }
}

const TEXT: &str = "text";
const ATTACHMENT: &str = "attachment";
const TEMPLATE: &str = "template_name";
const OFFER: &str = "quick_replies";
const CHOSEN: &str = "quick_reply_response";
/// As the samples spell it; the table has `list_picker_response`, which is read as well.
const ITEMS: &str = "listpicker_response";
/// As the samples spell it; the table has `time_picker_response`, which is read as well.
const TIME: &str = "timepicker_response";

/// The member that a label promises.
const fn announced(sub_type: SubType, direction: Direction) -> &'static str {
    match (sub_type, direction) {
        (SubType::Text, _) => TEXT,
        (SubType::QuickReplies, Direction::Outbound) => OFFER,
        (SubType::QuickReplies, Direction::Inbound | Direction::Announcement) => CHOSEN,
        (SubType::QuickReplyResponse, _) => CHOSEN,
        (SubType::Hsm, _) => TEMPLATE,
        (SubType::ListPicker | SubType::ListPickerResponse, _) => ITEMS,
        (SubType::TimePicker | SubType::TimePickerResponse, _) => TIME,
    }
}

/// The member that bears a content.
const fn bearer(content: &Content) -> &'static str {
    match content {
        // A tapped button never comes from the API; it is shown as text.
        Content::Text(_) | Content::Button { .. } => TEXT,
        Content::File { .. } => ATTACHMENT,
        Content::QuickReplies { .. } => OFFER,
        Content::Chosen { .. } => CHOSEN,
        Content::Items(_) => ITEMS,
        Content::Time(_) => TIME,
        Content::Template(_) => TEMPLATE,
    }
}

/// Where a message stands, which decides what it can bear.
struct Spot {
    path: String,
    channel: Channel,
    direction: Direction,
}

impl Spot {
    /// The value of a member, if it can stand here; notes it if it cannot.
    fn keep<T>(&self, member: &str, value: Option<T>, allowed: bool, findings: &mut Findings) -> Option<T> {
        if value.is_some() && !allowed {
            let (path, channel, direction) = (&self.path, self.channel.name(), self.direction.name());
            findings.fault(format!("{path}{member} cannot stand in an {direction} message on {channel}"));
        }
        value.filter(|_| allowed)
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
