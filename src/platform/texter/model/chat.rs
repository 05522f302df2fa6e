//! A chat: all that was ever written between a contact and the tenant on one channel.

use serde_json::{Map, Value};

use super::channel::Channel;
use super::message::{Content, Message};
use crate::base::time::{VirtualSpan, VirtualTime};

/// How long a contact's last message lets free messages through.
const WINDOW: VirtualSpan = VirtualSpan::from_mins(24 * 60);

/// Where a chat stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(in crate::platform::texter) enum ChatStatus {
    /// The tenant's bot talks.
    Bot,
    /// It waits for a human.
    Pending,
    /// An agent has it.
    Assigned,
    /// It is over until the contact writes again.
    Resolved,
    /// A template was sent, and nobody has answered it yet.
    Bulk,
}

impl ChatStatus {
    /// All of them, by the names that searches use, in the order of their numbers.
    pub(in crate::platform::texter) const ALL: [(&'static str, Self); 5] = [
        ("BOT", Self::Bot),
        ("PENDING", Self::Pending),
        ("ASSIGNED", Self::Assigned),
        ("RESOLVED", Self::Resolved),
        ("BULK", Self::Bulk),
    ];

    /// The status with this name.
    pub(in crate::platform::texter) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, status)| *status)
    }

    /// The status with this number.
    pub(in crate::platform::texter) fn numbered(number: u64) -> Option<Self> {
        Self::ALL.iter().map(|(_, status)| *status).find(|status| u64::from(status.number()) == number)
    }

    /// Its number on the wire.
    pub(in crate::platform::texter) const fn number(self) -> u8 {
        self as u8
    }
}

/// Whom a chat is with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::platform::texter) struct Contact {
    /// On which channel.
    pub(in crate::platform::texter) channel: Channel,
    /// The contact's id there: a phone number in digits, an address.
    pub(in crate::platform::texter) id: String,
    /// The tenant's own account there.
    pub(in crate::platform::texter) account: String,
}

/// One conversation of the tenant's bot with a contact.
#[derive(Clone, Debug)]
pub(in crate::platform::texter) struct BotSession {
    /// Its id.
    pub(in crate::platform::texter) id: String,
    /// Where in its flow the bot is.
    pub(in crate::platform::texter) node: String,
}

/// What happens when the contact answers a template.
#[derive(Clone, Debug)]
pub(in crate::platform::texter) struct ReplyAction {
    /// As it was armed, which is how it is shown.
    pub(in crate::platform::texter) shown: Map<String, Value>,
    /// When it was armed.
    pub(in crate::platform::texter) created: VirtualTime,
    /// For how long it is armed; for ever without it.
    pub(in crate::platform::texter) expires: Option<VirtualSpan>,
    /// Where the chat goes.
    pub(in crate::platform::texter) status: Option<ChatStatus>,
    /// Where the bot goes on.
    pub(in crate::platform::texter) node: Option<String>,
    /// What is answered.
    pub(in crate::platform::texter) text: Option<String>,
    /// Who gets the chat: an agent's uid.
    pub(in crate::platform::texter) agent: Option<String>,
    /// Which department gets it.
    pub(in crate::platform::texter) department: Option<String>,
}

/// A chat.
#[derive(Clone, Debug)]
pub(in crate::platform::texter) struct Chat {
    /// The id.
    pub(in crate::platform::texter) id: String,
    /// The contact's own name.
    pub(in crate::platform::texter) title: String,
    /// The name that somebody here gave the contact.
    pub(in crate::platform::texter) display_name: Option<String>,
    /// Whose chat it is; one person may have several.
    pub(in crate::platform::texter) person: String,
    /// Whom it is with.
    pub(in crate::platform::texter) contact: Contact,
    /// Who has it, or has had it last: an agent's uid.
    pub(in crate::platform::texter) agent: Option<String>,
    /// The department it is for.
    pub(in crate::platform::texter) department: Option<String>,
    /// Where it stands.
    pub(in crate::platform::texter) status: ChatStatus,
    /// How many messages of the contact nobody has read.
    pub(in crate::platform::texter) unread: u32,
    /// The ids of its labels.
    pub(in crate::platform::texter) labels: Vec<String>,
    /// What was written, in order.
    pub(in crate::platform::texter) messages: Vec<Message>,
    /// When the contact last wrote.
    pub(in crate::platform::texter) last_incoming: Option<VirtualTime>,
    /// When it began.
    pub(in crate::platform::texter) created: VirtualTime,
    /// When it last changed.
    pub(in crate::platform::texter) updated: VirtualTime,
    /// When it last began to wait for a human.
    pub(in crate::platform::texter) pending_since: Option<VirtualTime>,
    /// When it was last resolved.
    pub(in crate::platform::texter) resolved_at: Option<VirtualTime>,
    /// What the bot is at.
    pub(in crate::platform::texter) bot: Option<BotSession>,
    /// What the bot was at before that.
    pub(in crate::platform::texter) previous_bot: Option<BotSession>,
    /// What happens when the contact answers a template.
    pub(in crate::platform::texter) reply_action: Option<ReplyAction>,
    /// What the tenant's own system says about it.
    pub(in crate::platform::texter) crm: Option<Map<String, Value>>,
    /// Where the tenant's own system shows it.
    pub(in crate::platform::texter) crm_link: Option<String>,
    /// Whether it is left to an external bot.
    pub(in crate::platform::texter) external_bot: bool,
    /// Since when the contact wants no templates.
    pub(in crate::platform::texter) unsubscribed: Option<VirtualTime>,
}

impl Chat {
    /// The latest message with something in it.
    pub(in crate::platform::texter) fn last_message(&self) -> Option<&Message> {
        self.messages.iter().rev().find(|message| !matches!(message.content, Content::System(_)))
    }

    /// Whether a free message reaches the contact now.
    pub(in crate::platform::texter) fn is_open_at(&self, now: VirtualTime) -> bool {
        let recent = || self.last_incoming.is_some_and(|at| now < at + WINDOW);
        !self.contact.channel.has_window() || recent()
    }

    /// Messages to the contact, in order.
    pub(in crate::platform::texter) fn outgoing(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.iter().filter(|message| message.is_outgoing())
    }

    /// The message with this id.
    pub(in crate::platform::texter) fn message_mut(&mut self, id: &str) -> Option<&mut Message> {
        self.messages.iter_mut().rev().find(|message| message.id == id)
    }

    /// What people call the contact.
    pub(in crate::platform::texter) fn name(&self) -> &str {
        let known = self.display_name.as_deref().unwrap_or(&self.title);
        if known.is_empty() { &self.contact.id } else { known }
    }
}
