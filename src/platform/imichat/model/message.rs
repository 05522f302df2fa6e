//! What is said in a chat.

use std::borrow::Cow;

use super::channel::Channel;
use crate::base::time::VirtualTime;

/// Which way a message goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Direction {
    /// From the customer.
    Inbound,
    /// To the customer.
    Outbound,
    /// A note of the system, to everybody.
    Announcement,
}

impl Direction {
    /// All directions, in the vendor's order.
    pub(crate) const ALL: [Self; 3] = [Self::Inbound, Self::Outbound, Self::Announcement];

    /// The vendor's word for it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
            Self::Announcement => "announcement",
        }
    }
}

/// How a channel with sub types labels a message. The label is kept as it was given, because samples show it both there
/// and left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SubType {
    /// Plain text.
    Text,
    /// Quick replies that are offered, and, in the samples, the answer to them as well.
    QuickReplies,
    /// The answer to quick replies, as the table of sub types calls it.
    QuickReplyResponse,
    /// A WhatsApp template.
    Hsm,
    /// Items picked from a list, as the table of sub types calls it.
    ListPicker,
    /// The same, as the samples call it.
    ListPickerResponse,
    /// A time that was picked, as the table of sub types calls it.
    TimePicker,
    /// The same, as the samples call it.
    TimePickerResponse,
}

impl SubType {
    /// All sub types.
    pub(crate) const ALL: [Self; 8] = [
        Self::Text,
        Self::QuickReplies,
        Self::QuickReplyResponse,
        Self::Hsm,
        Self::ListPicker,
        Self::ListPickerResponse,
        Self::TimePicker,
        Self::TimePickerResponse,
    ];

    /// The labels a message can have: those of the vendor's table and those of its samples, which differ.
    pub(crate) const fn fitting(channel: Channel, direction: Direction) -> &'static [Self] {
        match (channel, direction) {
            (Channel::Livechat, Direction::Inbound) => &[Self::Text, Self::QuickReplies, Self::QuickReplyResponse],
            (Channel::Livechat, Direction::Outbound) => &[Self::Text, Self::QuickReplies],
            (Channel::Whatsapp, Direction::Outbound) => &[Self::Text, Self::Hsm],
            (Channel::Abc, Direction::Inbound) => {
                &[Self::Text, Self::ListPicker, Self::ListPickerResponse, Self::TimePicker, Self::TimePickerResponse]
            }
            (_, Direction::Inbound | Direction::Outbound | Direction::Announcement) => &[],
        }
    }

    /// The label of plain text.
    pub(crate) fn of_text(channel: Channel, direction: Direction) -> Option<Self> {
        Self::fitting(channel, direction).contains(&Self::Text).then_some(Self::Text)
    }

    /// The vendor's word for it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::QuickReplies => "quick_replies",
            Self::QuickReplyResponse => "quick_reply_response",
            Self::Hsm => "hsm",
            Self::ListPicker => "listpicker",
            Self::ListPickerResponse => "listpicker_response",
            Self::TimePicker => "timepicker",
            Self::TimePickerResponse => "timepicker_response",
        }
    }
}

/// What kind of file is attached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FileKind {
    /// A picture.
    Image,
    /// Sound.
    Audio,
    /// A film.
    Video,
    /// Anything else.
    File,
}

impl FileKind {
    /// All kinds, in the vendor's order.
    pub(crate) const ALL: [Self; 4] = [Self::Image, Self::Audio, Self::Video, Self::File];

    /// The vendor's word for it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::File => "file",
        }
    }

    /// The kind of a file with this media type.
    pub(crate) fn of_media_type(media_type: &str) -> Self {
        match media_type.split('/').next().unwrap_or_default() {
            "image" => Self::Image,
            "audio" => Self::Audio,
            "video" => Self::Video,
            _ => Self::File,
        }
    }
}

/// A file sent with a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Attachment {
    /// What kind of file it is.
    pub(crate) kind: FileKind,
    /// Where it is.
    pub(crate) url: String,
}

/// One quick reply.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct QuickReply {
    /// What the customer sees.
    pub(crate) title: String,
    /// What the bot gets back.
    pub(crate) payload: String,
}

/// What a message says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Content {
    /// Text and nothing else.
    Text(String),
    /// A file, perhaps with text.
    File {
        /// The text; empty if there is none.
        text: String,
        /// The file.
        attachment: Attachment,
    },
    /// Quick replies to choose from.
    QuickReplies {
        /// The text above them; empty if there is none, as in the vendor's sample.
        text: String,
        /// The sender's name for this offer.
        request: String,
        /// The replies.
        options: Vec<QuickReply>,
    },
    /// The quick replies that were chosen.
    Chosen {
        /// The offer they answer.
        request: String,
        /// The titles of the chosen replies.
        titles: Vec<String>,
    },
    /// Items picked from a list.
    Items(Vec<String>),
    /// A time that was picked.
    Time(VirtualTime),
    /// A template that the channel fills in.
    Template(String),
    /// A button of such a template that the customer tapped. Only customers do that; no message of the API says it.
    Button {
        /// The platform's id of the answer.
        identifier: String,
        /// What stands on the button.
        title: String,
    },
}

impl Content {
    /// The text a reader sees; empty if there is none.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) | Self::File { text, .. } | Self::QuickReplies { text, .. } => text.into(),
            Self::Chosen { titles, .. } => titles.first().map_or("", String::as_str).into(),
            Self::Button { title, .. } => title.into(),
            Self::Items(items) => items.join(", ").into(),
            Self::Time(time) => time.millis().into(),
            Self::Template(_) => "".into(),
        }
    }

    /// The file that comes with it.
    pub(crate) fn attachment(&self) -> Option<&Attachment> {
        match self {
            Self::File { attachment, .. } => Some(attachment),
            Self::Text(_)
            | Self::QuickReplies { .. }
            | Self::Chosen { .. }
            | Self::Items(_)
            | Self::Time(_)
            | Self::Template(_)
            | Self::Button { .. } => None,
        }
    }

    /// Whether the customer answered by picking instead of writing.
    pub(crate) const fn is_picked(&self) -> bool {
        match self {
            Self::Chosen { .. } | Self::Items(_) | Self::Time(_) | Self::Button { .. } => true,
            Self::Text(_) | Self::File { .. } | Self::QuickReplies { .. } | Self::Template(_) => false,
        }
    }

    /// The quick replies it offers.
    pub(crate) fn options(&self) -> &[QuickReply] {
        match self {
            Self::QuickReplies { options, .. } => options,
            Self::Text(_)
            | Self::File { .. }
            | Self::Chosen { .. }
            | Self::Items(_)
            | Self::Time(_)
            | Self::Template(_)
            | Self::Button { .. } => &[],
        }
    }
}

/// A message before a chat has taken it in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Draft {
    /// Which way it goes.
    pub(crate) direction: Direction,
    /// Its label, on channels that have labels.
    pub(crate) sub_type: Option<SubType>,
    /// What it says.
    pub(crate) content: Content,
    /// When it was said, by the word of whoever sent it.
    pub(crate) timestamp: VirtualTime,
    /// The sender's own id for tracking its delivery.
    pub(crate) correlation: Option<String>,
}

/// A message in a chat.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Message {
    /// The platform's trace id of it.
    pub(crate) transid: String,
    /// What it is.
    pub(crate) draft: Draft,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_fall_into_the_vendors_four_kinds() {
        let check = |media_type, expected| assert_eq!(FileKind::of_media_type(media_type), expected, "{media_type}");
        check("image/png", FileKind::Image);
        check("audio/ogg", FileKind::Audio);
        check("video/mp4", FileKind::Video);
        check("application/pdf", FileKind::File);
        check("", FileKind::File);
    }
}
