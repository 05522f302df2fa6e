//! What the bot must do, or must not do, and by when.
//!
//! An expectation looks at what happened since the last act and takes what it matched: nothing is counted twice.

mod capture;
mod read;
pub(super) mod secret;

pub use capture::{Let, LetFrom};
pub use read::Defaults;
pub(super) use read::{RawExpect, RawSubject};

use super::codes;
use super::decode::{Decode, HttpStatus, Located, Problems, unknown_word};
use super::node::Node;
use super::pattern::Pattern;
use super::text::{Matcher, Text, Word};
use crate::base::time::{VirtualSpan, WallLimit};
use crate::record;

/// How long an expectation waits for the bot if it does not say.
pub const DEFAULT_WITHIN: WallLimit = WallLimit::from_secs(3);
/// How long `expect_none` watches if it does not say, and how long a met `times` is watched for one too many.
pub const DEFAULT_WATCH: WallLimit = WallLimit::from_millis(250);

record! {
    /// A message that somebody sent in a chat.
    pub struct MessagePattern {
        /// Who sent it: `bot`, `agent`, `customer`, `integration` (a `call` of the scenario), `system`, or an id.
        pub from: Option<Located<String>>,
        /// What it says.
        pub text: Option<Matcher>,
        /// The labels of the quick replies it offers, all of them and in order.
        pub options: Option<Vec<Text>>,
        /// The name of the chat it is in.
        pub chat: Option<Located<String>>,
    }
}

record! {
    /// A call that the bot made to the vendor's API.
    pub struct CallPattern {
        /// The operation, as `rehearsal list routes` names it.
        pub route: Option<Located<String>>,
        /// The HTTP status that it was answered with.
        pub status: Option<HttpStatus>,
        /// The vendor's code that it was answered with.
        pub code: Option<Word>,
        /// Members that the request's body must have.
        pub body: Option<Pattern>,
        /// Members that the answer's body must have.
        pub reply: Option<Pattern>,
    }
}

record! {
    /// A webhook that the platform sent.
    pub struct EventPattern {
        /// The event, as `rehearsal list events` names it.
        pub name: Located<String>,
        /// Members that the delivered body must have.
        pub body: Option<Pattern>,
        /// The name of the chat it is about.
        pub chat: Option<Located<String>>,
    }
}

record! {
    /// A push that went out on a socket. One that several sockets got went out several times.
    pub struct PushPattern {
        /// The push, as `rehearsal list events` names it.
        pub name: Located<String>,
        /// Members that its frame must have.
        pub body: Option<Pattern>,
        /// Whom it is for: a customer, or the id of an agent or bot.
        pub to: Option<Located<String>>,
        /// The name of the chat it is about.
        pub chat: Option<Located<String>>,
    }
}

record! {
    /// Something the bot did that the vendor's documents do not allow.
    pub struct ViolationPattern {
        /// What the record of it says.
        pub text: Option<Matcher>,
    }
}

/// What can be done with a chat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// Somebody has it, or nobody has been looked for.
    Open,
    /// It waits for somebody.
    Queued,
    /// It is on hold.
    Held,
    /// It was closed.
    Closed,
}

impl Status {
    const WORDS: [(&'static str, Self); 4] =
        [("open", Self::Open), ("queued", Self::Queued), ("held", Self::Held), ("closed", Self::Closed)];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, status)| *status == self).map_or("", |(word, _)| word)
    }
}

impl Decode for Status {
    const EXPECTS: &'static str = "`open`, `queued`, `held` or `closed`";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let word = Located::<String>::decode(node, problems)?;
        let words = Self::WORDS.map(|(word, _)| word);
        check_word(&codes::WRONG_TYPE, "status of a chat", &word, &words, problems);
        Self::WORDS.iter().find(|(known, _)| *known == word.value).map(|(_, status)| *status)
    }

    fn schema() -> serde_json::Value {
        serde_json::json!({"enum": Self::WORDS.map(|(word, _)| word)})
    }
}

/// What stands for nobody where the id of an agent could stand.
pub const NOBODY: &str = "none";

record! {
    /// Where a chat stands, as far as the journal tells.
    pub struct StatePattern {
        /// The name of the chat.
        pub chat: Located<String>,
        /// What can be done with it: `open`, `queued`, `held` or `closed`.
        pub status: Option<Status>,
        /// The id of the agent or bot who has it; `none` for nobody.
        pub assigned_to: Option<Located<String>>,
        /// The outcome it was closed with.
        pub outcome: Option<Text>,
    }
}

/// From when on an expectation looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Since {
    /// The last act.
    Act,
    /// The beginning of the scenario.
    Beginning,
}

/// What an expectation is about.
#[derive(Clone, Debug)]
pub enum Subject {
    /// A message.
    Message(MessagePattern),
    /// A call of the bot.
    Call(CallPattern),
    /// A webhook, and perhaps what became of it.
    Event {
        /// Which webhook.
        pattern: EventPattern,
        /// Whether it must have been acknowledged (`true`) or given up (`false`).
        delivered: Option<bool>,
        /// How many attempts it must have taken so far.
        attempts: Option<u32>,
    },
    /// A push.
    Push(PushPattern),
    /// A violation.
    Violation(ViolationPattern),
    /// Where a chat stands. Unlike all others it does not happen: it is so from some moment on.
    State(StatePattern),
}

/// In which order several things must happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// One after the other, as they are written.
    AsWritten,
    /// In any.
    Any,
}

/// What is expected.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// This, once or more.
    Some(Subject),
    /// This, and nothing else of its kind before it.
    First(Subject),
    /// This, just so often.
    Exactly(u32, Subject),
    /// This not at all.
    Never(Subject, Since),
    /// Each of these, and each of them by something else.
    All(Vec<Subject>, Order),
}

/// A checked expectation.
#[derive(Clone, Debug)]
pub struct Expect {
    /// What is expected.
    pub wanted: Wanted,
    /// How long the bot may take, in real time, counted from the last act.
    pub within: WallLimit,
    /// How much virtual time may pass while waiting.
    pub by: Option<VirtualSpan>,
}

impl Subject {
    /// The texts in it that may hold names.
    fn texts(&self) -> Vec<&Text> {
        match self {
            Self::Message(pattern) => {
                pattern.text.iter().flat_map(Matcher::texts).chain(pattern.options.iter().flatten()).collect()
            }
            Self::Violation(pattern) => pattern.text.iter().flat_map(Matcher::texts).collect(),
            Self::State(pattern) => pattern.outcome.iter().collect(),
            Self::Call(_) | Self::Event { .. } | Self::Push(_) => Vec::new(),
        }
    }

    /// The name of the chat it refers to, if it names one.
    #[must_use]
    pub fn chat(&self) -> Option<&Located<String>> {
        match self {
            Self::Message(pattern) => pattern.chat.as_ref(),
            Self::Event { pattern, .. } => pattern.chat.as_ref(),
            Self::Push(pattern) => pattern.chat.as_ref(),
            Self::State(pattern) => Some(&pattern.chat),
            Self::Call(_) | Self::Violation(_) => None,
        }
    }
}

impl Expect {
    /// Nothing that the vendor's documents do not allow, from the beginning of the scenario to its end; what was expected
    /// does not count.
    #[must_use]
    pub fn no_violations() -> Self {
        let violation = Subject::Violation(ViolationPattern { text: None });
        Self { wanted: Wanted::Never(violation, Since::Beginning), within: DEFAULT_WATCH, by: None }
    }

    /// All that it is about.
    #[must_use]
    pub fn subjects(&self) -> &[Subject] {
        match &self.wanted {
            Wanted::Some(subject)
            | Wanted::First(subject)
            | Wanted::Exactly(_, subject)
            | Wanted::Never(subject, _) => std::slice::from_ref(subject),
            Wanted::All(subjects, _) => subjects,
        }
    }

    /// Has messages, webhooks and pushes for which no chat is named be those of this one.
    pub(super) fn keep_to(&mut self, chat: &Located<String>) {
        let subjects = match &mut self.wanted {
            Wanted::Some(subject)
            | Wanted::First(subject)
            | Wanted::Exactly(_, subject)
            | Wanted::Never(subject, _) => std::slice::from_mut(subject),
            Wanted::All(subjects, _) => subjects,
        };
        for subject in subjects {
            let named = match subject {
                Subject::Message(pattern) => &mut pattern.chat,
                Subject::Event { pattern, .. } => &mut pattern.chat,
                Subject::Push(pattern) => &mut pattern.chat,
                Subject::Call(_) | Subject::Violation(_) | Subject::State(_) => continue,
            };
            named.get_or_insert_with(|| chat.clone());
        }
    }

    /// The texts in it that may hold names.
    #[must_use]
    pub fn texts(&self) -> Vec<&Text> {
        self.subjects().iter().flat_map(Subject::texts).collect()
    }
}

/// Reports a word that a vendor's table does not have.
pub(super) fn check_word(
    rule: &'static crate::base::diag::Rule,
    what: &str,
    word: &Located<String>,
    known: &[&str],
    problems: &mut Problems,
) {
    if !known.contains(&word.value.as_str()) {
        unknown_word(rule, what, &word.value, word.place, known, problems);
    }
}
