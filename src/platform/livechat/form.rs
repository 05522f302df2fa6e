//! Forms that customers fill in: the set-up has them, since no method of the API makes one.
//!
//! Page: platform.text.com/docs/messaging/customer-chat-api/data-structures.

use serde::Serialize;
use serde_json::Value;

/// When a form is to be filled in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum FormKind {
    /// Before the chat.
    Prechat,
    /// After it.
    Postchat,
    /// Instead of it.
    Ticket,
}

impl FormKind {
    /// All of them, with the vendor's words.
    pub(super) const ALL: [(&'static str, Self); 3] =
        [("prechat", Self::Prechat), ("postchat", Self::Postchat), ("ticket", Self::Ticket)];
}

/// A form.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Form {
    /// Its id.
    pub(super) id: String,
    /// What it asks.
    pub(super) fields: Vec<Value>,
}
