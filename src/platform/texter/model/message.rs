//! What is written in chats, and what becomes of it on its way.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::super::subscription::Chain;
use super::chat::ChatStatus;
use crate::base::time::VirtualTime;

/// Which way a message goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::platform::texter) enum Direction {
    /// From the contact.
    Incoming,
    /// To the contact.
    Outgoing,
}

/// What became of a message so far.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(in crate::platform::texter) enum MessageStatus {
    /// It has left the platform.
    Sent,
    /// The channel has it.
    Accepted,
    /// The contact has it.
    Delivered,
    /// The contact has seen it.
    Seen,
    /// It will not arrive.
    Failed,
    /// It will not arrive, because the channel does not work.
    ChannelFailed,
    /// It was taken back.
    Deleted,
}

impl MessageStatus {
    /// All of them, by the words that scenarios use, in the order of their numbers.
    pub(in crate::platform::texter) const ALL: [(&'static str, Self); 7] = [
        ("sent", Self::Sent),
        ("accepted", Self::Accepted),
        ("delivered", Self::Delivered),
        ("seen", Self::Seen),
        ("failed", Self::Failed),
        ("channel_failed", Self::ChannelFailed),
        ("deleted", Self::Deleted),
    ];

    /// The status that scenarios call so.
    pub(in crate::platform::texter) fn named(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, status)| *status)
    }

    /// Its number on the wire.
    pub(in crate::platform::texter) const fn number(self) -> u8 {
        self as u8
    }

    /// Whether it says that the message will not arrive.
    pub(in crate::platform::texter) const fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::ChannelFailed)
    }

    /// Whether a channel may report this after it has reported `before`: it does not take back what it has said.
    pub(in crate::platform::texter) fn follows(self, before: Self) -> bool {
        !before.is_failure() && before != Self::Deleted && self > before
    }
}

/// A file in a message.
#[derive(Clone, Debug)]
pub(in crate::platform::texter) struct Media {
    /// `image`, `video`, `document`, `audio` or `sticker`.
    pub(in crate::platform::texter) kind: String,
    /// The id of the file.
    pub(in crate::platform::texter) file: String,
    /// Its name.
    pub(in crate::platform::texter) filename: Option<String>,
    /// Its media type.
    pub(in crate::platform::texter) content_type: Option<String>,
    /// What is written below it.
    pub(in crate::platform::texter) caption: Option<String>,
    /// Whether it was scanned for viruses, as files of contacts are.
    pub(in crate::platform::texter) scanned: bool,
}

/// What the platform itself notes in a chat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::platform::texter) struct System {
    /// Where the chat stands from then on.
    pub(in crate::platform::texter) status: ChatStatus,
}

/// What a message says.
#[derive(Clone, Debug)]
pub(in crate::platform::texter) enum Content {
    /// Words.
    Text(String),
    /// Files.
    Media(Vec<Media>),
    /// Words with buttons, each `{title, payload}`.
    Buttons { text: String, buttons: Vec<Map<String, Value>> },
    /// Words with a list, `{button, sections: [{title, rows}]}`.
    List { text: String, list: Map<String, Value> },
    /// A choice of the contact among what buttons or a list offered, `{payload, title?, description?}`.
    Postback(Map<String, Value>),
    /// People, as vCards have them.
    Contacts(Vec<Value>),
    /// A place.
    Location(Map<String, Value>),
    /// What only one channel has, such as a template; its buttons, `{title, payload}` each, are the template's own and not
    /// shown with the message.
    Special { text: String, special: Map<String, Value>, buttons: Vec<Map<String, Value>> },
    /// A note of the platform's.
    System(System),
}

impl Content {
    /// The vendor's name for its type; nothing for notes of the platform.
    pub(in crate::platform::texter) const fn kind(&self) -> Option<&'static str> {
        match self {
            Self::Text(_) => Some("text"),
            Self::Media(_) => Some("media"),
            Self::Buttons { .. } => Some("buttons"),
            Self::List { .. } => Some("list"),
            Self::Postback(_) => Some("postback"),
            Self::Contacts(_) => Some("contacts"),
            Self::Location(_) => Some("location"),
            Self::Special { .. } => Some("special"),
            Self::System(_) => None,
        }
    }

    /// What people read.
    pub(in crate::platform::texter) fn text(&self) -> Cow<'_, str> {
        let titled = |members: &Map<String, Value>, key: &str| {
            members.get(key).and_then(Value::as_str).unwrap_or_default().to_owned().into()
        };
        match self {
            Self::Text(text) | Self::Buttons { text, .. } | Self::List { text, .. } | Self::Special { text, .. } => {
                text.into()
            }
            Self::Media(media) => {
                media.iter().filter_map(|media| media.caption.as_deref()).collect::<Vec<_>>().join("\n").into()
            }
            Self::Postback(postback) if postback.contains_key("title") => titled(postback, "title"),
            Self::Postback(postback) => titled(postback, "payload"),
            Self::Location(location) => titled(location, "name"),
            Self::Contacts(_) | Self::System(_) => "".into(),
        }
    }

    /// What it offers to choose from: `{title, payload, …}` each.
    pub(in crate::platform::texter) fn options(&self) -> Vec<&Map<String, Value>> {
        match self {
            Self::Buttons { buttons, .. } | Self::Special { buttons, .. } => buttons.iter().collect(),
            Self::List { list, .. } => {
                let sections = list.get("sections").and_then(Value::as_array).into_iter().flatten();
                let rows = sections.filter_map(|section| section.get("rows")?.as_array()).flatten();
                rows.filter_map(Value::as_object).collect()
            }
            Self::Text(_)
            | Self::Media(_)
            | Self::Postback(_)
            | Self::Contacts(_)
            | Self::Location(_)
            | Self::System(_) => Vec::new(),
        }
    }
}

/// A message.
#[derive(Clone, Debug)]
pub(in crate::platform::texter) struct Message {
    /// The id.
    pub(in crate::platform::texter) id: String,
    /// The channel's own id for it.
    pub(in crate::platform::texter) channel_id: String,
    /// Which way it goes; nothing for notes of the platform.
    pub(in crate::platform::texter) direction: Option<Direction>,
    /// What it says.
    pub(in crate::platform::texter) content: Content,
    /// Who sent it, where that is told: `Bot`, or an agent's uid.
    pub(in crate::platform::texter) agent: Option<String>,
    /// What became of it, in order, each with its time.
    pub(in crate::platform::texter) history: Vec<(MessageStatus, VirtualTime)>,
    /// When it was written.
    pub(in crate::platform::texter) at: VirtualTime,
    /// When it last changed.
    pub(in crate::platform::texter) updated: VirtualTime,
    /// The conversation of the bot that it is part of.
    pub(in crate::platform::texter) bot_session: Option<String>,
    /// What else is known about it.
    pub(in crate::platform::texter) metadata: Map<String, Value>,
    /// The subscriptions that have led to it.
    pub(in crate::platform::texter) chain: Chain,
}

impl Message {
    /// What became of it in the end.
    pub(in crate::platform::texter) fn status(&self) -> MessageStatus {
        self.history.last().map_or(MessageStatus::Sent, |(status, _)| *status)
    }

    /// Whether it goes to the contact.
    pub(in crate::platform::texter) fn is_outgoing(&self) -> bool {
        self.direction == Some(Direction::Outgoing)
    }
}
