//! What agents can send with one click.

use serde_json::{Map, Value};

use super::channel::Channel;
use super::chat::Chat;
use crate::base::time::VirtualTime;

/// Where agents see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::platform::texter) enum Position {
    /// Above the chat.
    Top,
    /// Among all others.
    Main,
}

impl Position {
    /// All of them, by their names.
    const ALL: [(&'static str, Self); 2] = [("top", Self::Top), ("main", Self::Main)];

    /// The position with this name.
    pub(in crate::platform::texter) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, position)| *position)
    }

    /// Its name.
    pub(in crate::platform::texter) const fn name(self) -> &'static str {
        match self {
            Self::Top => "top",
            Self::Main => "main",
        }
    }
}

/// In which chats it can be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::platform::texter) struct Target {
    /// Those on this channel.
    pub(in crate::platform::texter) channel: Channel,
    /// Of those, the ones of this account.
    pub(in crate::platform::texter) account: Option<String>,
    /// Of those, this one.
    pub(in crate::platform::texter) chat: Option<String>,
}

/// A chat, as far as somebody tells which one.
#[derive(Clone, Default, Debug)]
pub(in crate::platform::texter) struct Place<'q> {
    /// Its channel.
    pub(in crate::platform::texter) channel: Option<Channel>,
    /// The account of the tenant.
    pub(in crate::platform::texter) account: Option<&'q str>,
    /// Its id.
    pub(in crate::platform::texter) chat: Option<&'q str>,
}

impl<'q> Place<'q> {
    /// The same with what is known about a chat of which only the id is told.
    pub(in crate::platform::texter) fn in_chat(self, chat: Option<&'q Chat>) -> Self {
        let contact = chat.map(|chat| &chat.contact);
        Self {
            channel: self.channel.or(contact.map(|contact| contact.channel)),
            account: self.account.or(contact.map(|contact| contact.account.as_str())),
            chat: self.chat,
        }
    }
}

impl Target {
    fn takes(&self, place: &Place<'_>) -> bool {
        let same = |own: Option<&str>, asked: Option<&str>| match (own, asked) {
            (Some(own), Some(asked)) => own == asked,
            (None, _) | (_, None) => true,
        };
        place.channel.is_none_or(|channel| channel == self.channel)
            && same(self.account.as_deref(), place.account)
            && same(self.chat.as_deref(), place.chat)
    }
}

/// One or several messages that agents can send with one click.
#[derive(Clone, Debug)]
pub(in crate::platform::texter) struct QuickReply {
    /// The id.
    pub(in crate::platform::texter) id: String,
    /// The messages, as they were written.
    pub(in crate::platform::texter) contents: Vec<Value>,
    /// The pause between them, in milliseconds.
    pub(in crate::platform::texter) pause: Option<u64>,
    /// In which chats it can be sent; in all of them if there is no target.
    pub(in crate::platform::texter) targets: Vec<Target>,
    /// Where agents see it.
    pub(in crate::platform::texter) position: Position,
    /// What they read.
    pub(in crate::platform::texter) title: Option<String>,
    /// What they read below that.
    pub(in crate::platform::texter) note: Option<String>,
    /// For which departments it is; for all if none is named.
    pub(in crate::platform::texter) departments: Vec<String>,
    /// For which agents it is, by uid; for all if none is named.
    pub(in crate::platform::texter) users: Vec<String>,
    /// What clients have put down.
    pub(in crate::platform::texter) client: Map<String, Value>,
    /// When it was made.
    pub(in crate::platform::texter) created: VirtualTime,
    /// When it was last changed.
    pub(in crate::platform::texter) updated: VirtualTime,
}

impl QuickReply {
    /// Whether it can be sent in a chat.
    pub(in crate::platform::texter) fn fits(&self, place: &Place<'_>) -> bool {
        self.targets.is_empty() || self.targets.iter().any(|target| target.takes(place))
    }

    /// Whether one of its messages is of this type.
    pub(in crate::platform::texter) fn has(&self, kind: &str) -> bool {
        self.contents.iter().any(|content| content.get("type").and_then(Value::as_str) == Some(kind))
    }
}
