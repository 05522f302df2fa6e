//! What a tenant knows: contacts and their chats, labels, files, templates, quick replies, problems of channels. Knows no JSON of the vendor's.

mod channel;
mod chat;
mod message;
mod problem;
mod quick_reply;
mod store;
mod template;

use crate::base::time::VirtualTime;

pub(super) use self::channel::Channel;
pub(super) use self::chat::{BotSession, Chat, ChatStatus, Contact, ReplyAction};
pub(super) use self::message::{Content, Direction, Media, Message, MessageStatus, System};
pub(super) use self::problem::{Problem, Severity};
pub(super) use self::quick_reply::{Place, Position, QuickReply, Target};
pub(super) use self::store::Chats;
pub(super) use self::template::{
    Answer, Category, Localization, LocalizationStatus, Template, TemplateForm, Usage, Wording,
};

/// Somebody who works for the tenant.
#[derive(Clone, Debug)]
pub(super) struct Agent {
    /// The id: a UUID.
    pub(super) uid: String,
    /// The id in the tenant's own system.
    pub(super) crm_id: Option<String>,
    /// The e-mail address.
    pub(super) email: String,
    /// The name.
    pub(super) name: String,
    /// What they may do.
    pub(super) roles: Vec<String>,
}

/// A part of the tenant.
#[derive(Clone, Debug)]
pub(super) struct Department {
    /// The id, for programs and people.
    pub(super) id: String,
}

/// A word on chats.
#[derive(Clone, Debug, serde::Serialize)]
pub(super) struct Label {
    /// The id.
    pub(super) id: String,
    /// What people read.
    pub(super) name: String,
    /// The colour: `#RRGGBB`.
    pub(super) color: String,
    /// Whether it is the vendor's own, which cannot be deleted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) system: bool,
}

/// The colour of labels that have none of their own.
pub(super) const LABEL_COLOR: &str = "#555555";

/// A file that somebody has sent.
#[derive(Clone, Debug)]
pub(super) struct File {
    /// Its name.
    pub(super) name: String,
    /// Its media type, such as `image/png`.
    pub(super) content_type: String,
    /// Where it is, if it is not here.
    pub(super) url: String,
    /// The addresses under which everybody can read it.
    pub(super) shares: Vec<Share>,
}

/// An address under which everybody can read a file.
#[derive(Clone, Debug)]
pub(super) struct Share {
    /// What makes the address hard to guess.
    pub(super) token: String,
    /// Until when; for ever without it.
    pub(super) until: Option<VirtualTime>,
}
