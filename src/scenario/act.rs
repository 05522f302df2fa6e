//! Deeds of customers, agents and the platform, in words that fit every vendor.
//!
//! What a deed does to a chat is the vendor's business (`script.rs` in its folder), as is which deeds it does not know.

use super::codes;
use super::decode::{Decode, FieldDoc, Located, Problems, Schema};
use super::expect::check_word;
use super::manner::Manner;
use super::node::Node;
use super::text::Text;
use crate::base::locale::Locale;
use crate::base::time::VirtualTime;
use crate::record;

impl Decode for Locale {
    const EXPECTS: &'static str = "`en`, `he` or `ar`";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let word = Located::<String>::decode(node, problems)?;
        let words = Self::ALL.map(|(word, _)| word);
        check_word(&codes::UNKNOWN_KEY, "language that things are made up in", &word, &words, problems);
        Self::named(&word.value)
    }

    fn schema() -> serde_json::Value {
        serde_json::json!({"enum": Self::ALL.map(|(word, _)| word)})
    }
}

record! {
    /// Somebody the scenario plays. What is left out is made up from the seed.
    pub struct CustomerSpec {
        /// The full name.
        pub name: Option<String>,
        /// The e-mail address.
        pub email: Option<String>,
        /// The vendor's id for this customer.
        pub id: Option<String>,
        /// The phone number, country code first, digits only.
        pub phone: Option<String>,
        /// The language of what is made up about them: `en`, `he` or `ar`; the platform's own choice by default.
        pub locale: Option<Locale>,
        /// How they write; each text as one message by default.
        pub manner: Option<Manner>,
    }
}

impl Default for CustomerSpec {
    /// Somebody about whom nothing is said.
    fn default() -> Self {
        Self { name: None, email: None, id: None, phone: None, locale: None, manner: None }
    }
}

record! {
    /// A customer begins a conversation, or comes back to one that was closed.
    pub struct StartChat {
        /// Which customer.
        pub r#as: Located<String>,
        /// The first message, if there is one.
        pub text: Option<Text>,
        /// The name by which later steps refer to this chat; the customer's by default.
        pub chat: Option<String>,
        /// The channel, on platforms that have several.
        pub channel: Option<Located<String>>,
        /// The team or group the chat is for, by name or number.
        pub to: Option<Located<String>>,
    }
}

record! {
    /// A customer or an agent writes a message.
    pub struct Say {
        /// Which customer, or the id of an agent.
        pub r#as: Located<String>,
        /// What they write.
        pub text: Text,
        /// Which chat; the speaker's own, or else the latest, by default.
        pub chat: Option<Located<String>>,
    }
}

record! {
    /// A customer taps one of the quick replies that were last offered in the chat.
    pub struct Choose {
        /// Which customer.
        pub r#as: Located<String>,
        /// The label of the reply.
        pub option: Text,
        /// Which chat; the customer's own by default.
        pub chat: Option<Located<String>>,
    }
}

record! {
    /// A customer picks items from a list, or a time, where the channel has such pickers.
    pub struct Pick {
        /// Which customer.
        pub r#as: Located<String>,
        /// The items, in the order in which they are picked.
        pub items: Option<Vec<Text>>,
        /// The time instead, such as `2026-01-06T10:00:00Z`.
        pub time: Option<VirtualTime>,
        /// Which chat; the customer's own by default.
        pub chat: Option<Located<String>>,
    }
}

record! {
    /// A customer or an agent sends a file.
    pub struct Attach {
        /// Which customer, or the id of an agent.
        pub r#as: Located<String>,
        /// Where the file is.
        pub url: Text,
        /// Its media type, such as `image/png`.
        pub content_type: String = "image/png".to_owned(),
        /// What they write with it, where the vendor allows both in one message.
        pub text: Option<Text>,
        /// Which chat; the sender's own by default.
        pub chat: Option<Located<String>>,
    }
}

record! {
    /// A customer or an agent reads all that was written so far.
    pub struct Read {
        /// Which customer, or the id of an agent.
        pub r#as: Located<String>,
        /// Which chat; the reader's own, or else the latest, by default.
        pub chat: Option<Located<String>>,
    }
}

record! {
    /// A customer takes back something they wrote.
    pub struct Delete {
        /// Which customer.
        pub r#as: Located<String>,
        /// Which of the messages that they wrote since the chat last began, counted from 1; the last by default.
        pub nth: Option<u32>,
        /// Which chat; the customer's own by default.
        pub chat: Option<Located<String>>,
    }
}

record! {
    /// A customer goes away without a word.
    pub struct Leave {
        /// Which customer.
        pub r#as: Located<String>,
        /// Which chat; the customer's own by default.
        pub chat: Option<Located<String>>,
    }
}

record! {
    /// An agent comes, takes no more chats for a while, or goes.
    pub struct SetStatus {
        /// The id of the agent or bot.
        pub agent: Located<String>,
        /// The status, in the platform's own word for it.
        pub status: Located<String>,
    }
}

record! {
    /// A chat is given to an agent or a bot, as a supervisor or a router would.
    pub struct Assign {
        /// The id of the agent or bot.
        pub to: Located<String>,
        /// Which chat; the latest by default.
        pub chat: Option<Located<String>>,
    }
}

record! {
    /// A chat is moved to a team, a group or an agent.
    pub struct Transfer {
        /// The name or number of a team or group, or the id of an agent.
        pub to: Located<String>,
        /// The id of the agent who does it; the one who holds the chat by default.
        pub by: Option<Located<String>>,
        /// A skill within the team, on platforms that have skills.
        pub skill: Option<Located<String>>,
        /// Which chat; the latest by default.
        pub chat: Option<Located<String>>,
    }
}

record! {
    /// An agent puts a chat on hold.
    pub struct Hold {
        /// Which chat; the latest by default.
        pub chat: Option<Located<String>>,
    }
}

record! {
    /// A held chat goes on, or a closed one is opened again where the platform allows that.
    pub struct Resume {
        /// Which chat; the latest by default.
        pub chat: Option<Located<String>>,
    }
}

record! {
    /// An agent puts tags on a chat or takes them off.
    pub struct Tag {
        /// Tags to put on.
        pub add: Vec<String>,
        /// Tags to take off.
        pub remove: Vec<String>,
        /// The id of the agent who does it; the one who holds the chat by default.
        pub by: Option<Located<String>>,
        /// Which chat; the latest by default.
        pub chat: Option<Located<String>>,
    }
}

record! {
    /// A chat is closed.
    pub struct Close {
        /// Who closes it: a customer, the id of an agent, or `system`.
        pub by: Located<String>,
        /// The outcome they choose, on platforms that have outcomes.
        pub outcome: Option<String>,
        /// Which chat; the latest by default.
        pub chat: Option<Located<String>>,
    }
}

record! {
    /// An admin sets up where a bot's webhooks go, changes it, or switches it on again.
    pub struct Subscribe {
        /// The id of the bot.
        pub agent: Located<String>,
        /// The address, usually `${bot}/…`; as it was by default.
        pub url: Option<Located<String>>,
        /// The events that go there, all of them; as they were by default.
        pub events: Option<Vec<Located<String>>>,
    }
}

record! {
    /// A channel reports what became of a message to a customer.
    pub struct Receipt {
        /// What became of it, in the platform's own word.
        pub status: Located<String>,
        /// Why, if it failed.
        pub error: Option<String>,
        /// Which of the messages to the customer, counted from 1; the last by default.
        pub nth: Option<u32>,
        /// Which chat; the latest by default.
        pub chat: Option<Located<String>>,
    }
}

record! {
    /// A customer wants no more messages that they have not asked for.
    pub struct OptOut {
        /// Which customer.
        pub r#as: Located<String>,
        /// Which chat; the customer's own by default.
        pub chat: Option<Located<String>>,
    }
}

record! {
    /// A customer wants to get them again.
    pub struct OptIn {
        /// Which customer.
        pub r#as: Located<String>,
        /// Which chat; the customer's own by default.
        pub chat: Option<Located<String>>,
    }
}

record! {
    /// Something goes wrong with a channel.
    pub struct ReportProblem {
        /// The platform's name for what is wrong.
        pub name: Located<String>,
        /// The channel; the tenant's first by default.
        pub channel: Option<Located<String>>,
        /// How bad it is, in the platform's own word.
        pub severity: Option<Located<String>>,
        /// What people are told.
        pub message: Option<String>,
        /// What they can do about it.
        pub instruction: Option<String>,
        /// What does not work any more, in the platform's own words.
        pub impaired: Vec<String>,
        /// The incident it belongs to.
        pub case: Option<String>,
    }
}

record! {
    /// What was wrong with a channel is mended.
    pub struct ResolveProblem {
        /// The platform's name for what was wrong; the latest problem by default.
        pub name: Option<Located<String>>,
    }
}

record! {
    /// The platform closes the sockets of somebody, as it does for reasons of its own.
    pub struct Disconnect {
        /// Which customer, or the id of an agent; all sockets on which they have logged in.
        pub who: Located<String>,
        /// Why, in the platform's own word; what it says where it just wants it so by default.
        pub reason: Option<Located<String>>,
    }
}

/// One row of the table of acts.
#[derive(Clone, Copy, Debug)]
pub struct ActDoc {
    /// The step's key.
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// The keys below it.
    pub fields: &'static [FieldDoc],
}

macro_rules! acts {
    ($( $word:literal => $name:ident : $doc:literal ),* $(,)?) => {
        /// A deed.
        #[derive(Clone, Debug)]
        #[expect(missing_docs, reason = "each variant is documented by the record it holds")]
        pub enum Act { $( $name($name) ),* }

        /// All acts, in the order of a conversation.
        pub const ACTS: &[ActDoc] = &[ $( ActDoc { name: $word, doc: $doc, fields: $name::FIELDS } ),* ];

        impl Act {
            /// The step's key.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $( Self::$name(_) => $word ),* }
            }

            /// What stands under the act called `word`; nothing if there is no such act.
            pub(super) fn schema_of(word: &str) -> Option<Schema> {
                match word {
                    $( $word => Some($name::schema()), )*
                    _ => None,
                }
            }

            /// Reads the act called `word`; nothing if there is no such act.
            pub(super) fn decode(word: &str, node: &Node, problems: &mut Problems) -> Option<Option<Self>> {
                match word {
                    $( $word => Some($name::decode(node, problems).map(Self::$name)), )*
                    _ => None,
                }
            }
        }
    };
}

acts! {
    "start_chat" => StartChat: "a customer begins a conversation, or comes back to a closed one",
    "say" => Say: "a customer or an agent writes a message",
    "choose" => Choose: "a customer taps one of the quick replies last offered",
    "pick" => Pick: "a customer picks items from a list, or a time",
    "attach" => Attach: "a customer or an agent sends a file",
    "read" => Read: "a customer or an agent reads all that was written so far",
    "delete" => Delete: "a customer takes back something they wrote",
    "leave" => Leave: "a customer goes away without a word",
    "set_status" => SetStatus: "an agent comes, takes no more chats for a while, or goes",
    "assign" => Assign: "a chat is given to an agent or a bot",
    "transfer" => Transfer: "a chat is moved to a team, a group or an agent",
    "hold" => Hold: "an agent puts a chat on hold",
    "resume" => Resume: "a held chat goes on, or a closed one is opened again",
    "tag" => Tag: "an agent puts tags on a chat or takes them off",
    "close" => Close: "a customer, an agent or the system closes a chat",
    "receipt" => Receipt: "a channel reports what became of a message to a customer",
    "opt_out" => OptOut: "a customer wants no more messages that they have not asked for",
    "opt_in" => OptIn: "a customer wants to get them again",
    "report_problem" => ReportProblem: "something goes wrong with a channel",
    "resolve_problem" => ResolveProblem: "what was wrong with a channel is mended",
    "disconnect" => Disconnect: "the platform closes the sockets of an agent or a customer, and says why",
    "subscribe" => Subscribe: "an admin sets up a bot's webhook, changes it, or switches it on again",
}

macro_rules! about_chats {
    ($( $name:ident ),* $(,)?) => {
        impl Act {
            /// The chat it refers to, as written, if it names one.
            #[must_use]
            pub fn chat(&self) -> Option<&Located<String>> {
                match self {
                    $( Self::$name(act) => act.chat.as_ref(), )*
                    _ => None,
                }
            }

            /// Where it can name the chat it refers to; nothing if it is about none, or makes one.
            pub(super) fn chat_mut(&mut self) -> Option<&mut Option<Located<String>>> {
                match self {
                    $( Self::$name(act) => Some(&mut act.chat), )*
                    _ => None,
                }
            }
        }
    };
}

about_chats! {
    Say, Choose, Pick, Attach, Read, Delete, Leave, Assign, Transfer, Hold, Resume, Tag, Close, Receipt, OptOut, OptIn,
}

impl Act {
    /// The person who does it, as written, if the act names one.
    #[must_use]
    pub fn doer(&self) -> Option<&Located<String>> {
        match self {
            Self::StartChat(act) => Some(&act.r#as),
            Self::Say(act) => Some(&act.r#as),
            Self::Choose(act) => Some(&act.r#as),
            Self::Pick(act) => Some(&act.r#as),
            Self::Attach(act) => Some(&act.r#as),
            Self::Read(act) => Some(&act.r#as),
            Self::Delete(act) => Some(&act.r#as),
            Self::Leave(act) => Some(&act.r#as),
            Self::Transfer(act) => act.by.as_ref(),
            Self::Tag(act) => act.by.as_ref(),
            Self::Close(act) => Some(&act.by),
            Self::OptOut(act) => Some(&act.r#as),
            Self::OptIn(act) => Some(&act.r#as),
            Self::SetStatus(_)
            | Self::Assign(_)
            | Self::Hold(_)
            | Self::Resume(_)
            | Self::Receipt(_)
            | Self::ReportProblem(_)
            | Self::ResolveProblem(_)
            | Self::Disconnect(_)
            | Self::Subscribe(_) => None,
        }
    }

    /// The customer who does it, as written, if none but a customer can.
    #[must_use]
    pub fn customer(&self) -> Option<&Located<String>> {
        match self {
            Self::StartChat(_)
            | Self::Choose(_)
            | Self::Pick(_)
            | Self::Delete(_)
            | Self::Leave(_)
            | Self::OptOut(_)
            | Self::OptIn(_) => self.doer(),
            Self::Say(_)
            | Self::Attach(_)
            | Self::Read(_)
            | Self::Transfer(_)
            | Self::Tag(_)
            | Self::Close(_)
            | Self::SetStatus(_)
            | Self::Assign(_)
            | Self::Hold(_)
            | Self::Resume(_)
            | Self::Receipt(_)
            | Self::ReportProblem(_)
            | Self::ResolveProblem(_)
            | Self::Disconnect(_)
            | Self::Subscribe(_) => None,
        }
    }

    /// The texts in it that may hold names.
    #[must_use]
    pub fn texts(&self) -> Vec<&Text> {
        match self {
            Self::StartChat(act) => act.text.iter().collect(),
            Self::Say(act) => vec![&act.text],
            Self::Choose(act) => vec![&act.option],
            Self::Pick(act) => act.items.iter().flatten().collect(),
            Self::Attach(act) => std::iter::once(&act.url).chain(&act.text).collect(),
            Self::Read(_)
            | Self::Delete(_)
            | Self::Leave(_)
            | Self::SetStatus(_)
            | Self::Assign(_)
            | Self::Transfer(_)
            | Self::Hold(_)
            | Self::Resume(_)
            | Self::Tag(_)
            | Self::Close(_)
            | Self::Receipt(_)
            | Self::OptOut(_)
            | Self::OptIn(_)
            | Self::ReportProblem(_)
            | Self::ResolveProblem(_)
            | Self::Disconnect(_)
            | Self::Subscribe(_) => Vec::new(),
        }
    }
}
