//! Which properties there are, and which of them agents and bots can change.
//!
//! Page: platform.text.com/docs/messaging/references/default-properties. The levels at which the page lets agents write
//! are not all published; where they are not, every level is open.

/// What a property can belong to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Level {
    /// To a chat.
    Chat,
    /// To a thread.
    Thread,
    /// To an event.
    Event,
}

/// What the value of a property is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A boolean.
    Bool,
    /// A 32-bit integer.
    Int,
    /// A text.
    Text,
    /// Any of these: the page does not say.
    Any,
}

/// A property that every license has.
#[derive(Debug)]
pub(super) struct Property {
    /// Its namespace.
    namespace: &'static str,
    /// Its name; nothing for all names of the namespace.
    name: Option<&'static str>,
    /// What its value is.
    pub(super) kind: Kind,
    /// Where agents and bots can change it.
    pub(super) writable: &'static [Level],
}

/// What is known about a property.
#[derive(Clone, Copy, Debug)]
pub(super) enum Known {
    /// Every license has it.
    BuiltIn(&'static Property),
    /// It is in a namespace of somebody's own, where anything goes: nobody registers properties here.
    Own,
    /// The namespace is the vendor's, but has no such property.
    Unknown,
}

const NOWHERE: &[Level] = &[];
const CHATS: &[Level] = &[Level::Chat];
const THREADS: &[Level] = &[Level::Thread];
const EVENTS: &[Level] = &[Level::Event];
const EVERYWHERE: &[Level] = &[Level::Chat, Level::Thread, Level::Event];

const fn row(namespace: &'static str, name: &'static str, kind: Kind, writable: &'static [Level]) -> Property {
    Property { namespace, name: Some(name), kind, writable }
}

/// The properties that every license has.
const BUILT_IN: &[Property] = &[
    row("routing", "continuous", Kind::Bool, NOWHERE),
    row("routing", "pinned", Kind::Bool, CHATS),
    row("routing", "was_pinned", Kind::Bool, NOWHERE),
    row("routing", "idle", Kind::Bool, NOWHERE),
    row("routing", "unassigned", Kind::Bool, NOWHERE),
    row("routing", "unreplied", Kind::Bool, NOWHERE),
    row("routing", "last_transfer_timestamp", Kind::Int, NOWHERE),
    row("routing", "ignore_agents_routing", Kind::Bool, EVERYWHERE),
    row("routing", "referrer", Kind::Text, NOWHERE),
    row("routing", "start_url", Kind::Text, NOWHERE),
    row("routing", "transcript_email", Kind::Text, NOWHERE),
    row("routing", "offline_message", Kind::Bool, NOWHERE),
    row("routing", "email_follow_up", Kind::Bool, NOWHERE),
    // Customers write it.
    row("routing", "ignore_bots", Kind::Bool, NOWHERE),
    row("source", "client_id", Kind::Text, NOWHERE),
    row("source", "customer_client_id", Kind::Text, NOWHERE),
    // Customers write these; the pages of the Agent Chat API show agents doing so, too.
    row("rating", "score", Kind::Int, EVERYWHERE),
    row("rating", "comment", Kind::Text, EVERYWHERE),
    row("lc2", "form_type", Kind::Text, EVERYWHERE),
    row("lc2", "greeting_id", Kind::Any, EVERYWHERE),
    row("lc2", "greeting_unique_id", Kind::Any, EVERYWHERE),
    row("lc2", "welcome_message", Kind::Any, EVERYWHERE),
    row("lc2", "file_safety_confirmation", Kind::Any, EVERYWHERE),
    row("chats", "formatting", Kind::Text, EVENTS),
    row("chats", "resolved", Kind::Bool, NOWHERE),
    row("chats", "welcome_message_source", Kind::Text, THREADS),
    row("test", "bool_property", Kind::Bool, EVERYWHERE),
    row("test", "int_property", Kind::Int, EVERYWHERE),
    row("test", "string_property", Kind::Text, EVERYWHERE),
    row("test", "tokenized_string_property", Kind::Text, EVERYWHERE),
    row("status", "delivered", Kind::Bool, EVENTS),
    Property { namespace: "url_details", name: None, kind: Kind::Any, writable: EVENTS },
    Property { namespace: "translation", name: None, kind: Kind::Any, writable: EVENTS },
];

/// Looks a property up.
pub(super) fn known(namespace: &str, name: &str) -> Known {
    let mut space = BUILT_IN.iter().filter(|property| property.namespace == namespace).peekable();
    if space.peek().is_none() {
        return Known::Own;
    }
    let found = space.find(|property| property.name.is_none_or(|known| known == name));
    found.map_or(Known::Unknown, Known::BuiltIn)
}

impl Kind {
    /// Whether a value is of this kind.
    pub(super) fn fits(self, value: &serde_json::Value) -> bool {
        match self {
            Self::Bool => value.is_boolean(),
            Self::Int => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
            Self::Text => value.is_string(),
            Self::Any => true,
        }
    }

    /// In words.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Bool => "a boolean",
            Self::Int => "an integer",
            Self::Text => "a string",
            Self::Any => "a string, a boolean or an integer",
        }
    }
}
