//! What the bot must do, or must not do, and by when.
//!
//! An expectation looks at what happened since the last act and takes what it matched: nothing is counted twice.

use super::codes;
use super::decode::{Decode, Located, Problems, unknown_word, wrong_type};
use super::node::{Node, Value};
use super::pattern::Pattern;
use super::text::{Matcher, Text, Word};
use crate::base::diag::{Diagnostic, Place};
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
        pub status: Option<u16>,
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
    /// Something the bot did that the vendor's documents do not allow.
    pub struct ViolationPattern {
        /// What the record of it says.
        pub text: Option<Matcher>,
    }
}

record! {
    /// The keys of `expect` and `expect_none` as they are written.
    pub(super) struct RawExpect {
        /// A message that somebody sent.
        message: Option<MessagePattern>,
        /// A call that the bot made.
        call: Option<CallPattern>,
        /// A webhook that the platform sent: its name, or a mapping.
        event: Option<EventName>,
        /// Something that the vendor's documents do not allow.
        violation: Option<ViolationPattern>,
        /// `none`: nothing of that kind since the scenario began, but what was expected.
        violations: Option<Located<Nothing>>,
        /// Whether the webhook must have been acknowledged, or must have been given up.
        delivered: Option<Located<bool>>,
        /// How many attempts the webhook must have taken so far.
        attempts: Option<Located<u32>>,
        /// How often exactly; at least once by default.
        times: Option<Located<u32>>,
        /// How long the bot may take, in real time, counted from the last act.
        within: Option<WallLimit>,
        /// How much virtual time may pass while waiting.
        by: Option<VirtualSpan>,
    }
}

/// `event:` takes a bare name or a mapping.
#[derive(Clone, Debug)]
struct EventName(EventPattern);

impl Decode for EventName {
    const EXPECTS: &'static str = "the name of an event, or a mapping";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Text(_) => {
                Some(Self(EventPattern { name: Located::decode(node, problems)?, body: None, chat: None }))
            }
            Value::Map(_) => EventPattern::decode(node, problems).map(Self),
            _ => {
                wrong_type(node, Self::EXPECTS, problems);
                None
            }
        }
    }

    fn schema() -> serde_json::Value {
        serde_json::json!({"anyOf": [{"type": "string"}, EventPattern::schema()]})
    }
}

/// The word `none`.
#[derive(Clone, Copy, Debug)]
struct Nothing;

impl Decode for Nothing {
    const EXPECTS: &'static str = "`none`";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        if matches!(&node.value, Value::Text(word) if word == "none") {
            return Some(Self);
        }
        wrong_type(node, Self::EXPECTS, problems);
        None
    }

    fn schema() -> serde_json::Value {
        serde_json::json!({"const": "none"})
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
    /// A violation.
    Violation(ViolationPattern),
}

/// How often the subject must be there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Count {
    /// Once or more.
    AtLeastOnce,
    /// Exactly so often; zero for `expect_none`.
    Exactly(u32),
}

/// A checked expectation.
#[derive(Clone, Debug)]
pub struct Expect {
    /// What it is about.
    pub subject: Subject,
    /// From when on it looks.
    pub since: Since,
    /// How often.
    pub count: Count,
    /// How long the bot may take, in real time, counted from the last act.
    pub within: WallLimit,
    /// How much virtual time may pass while waiting.
    pub by: Option<VirtualSpan>,
}

impl Expect {
    /// Nothing that the vendor's documents do not allow, from the beginning of the scenario to its end; what was expected
    /// does not count.
    #[must_use]
    pub fn no_violations() -> Self {
        Self {
            subject: Subject::Violation(ViolationPattern { text: None }),
            since: Since::Beginning,
            count: Count::Exactly(0),
            within: DEFAULT_WATCH,
            by: None,
        }
    }

    /// Reads `expect`.
    pub(super) fn decode_some(node: &Node, problems: &mut Problems) -> Option<Self> {
        let raw = RawExpect::decode(node, problems)?;
        if raw.violations.is_some() {
            return Self::none_at_all(&raw, node.place, problems);
        }
        let count = match &raw.times {
            Some(times) if times.value == 0 => {
                let problem =
                    Diagnostic::new(&codes::CONTRADICTION, times.place, "`times: 0` expects something not to happen");
                problems.push(problem.help("write `expect_none` instead"));
                return None;
            }
            Some(times) => Count::Exactly(times.value),
            None => Count::AtLeastOnce,
        };
        let within = raw.within.unwrap_or(DEFAULT_WITHIN);
        Self::build(raw, count, within, node.place, problems)
    }

    /// Reads `expect_none`.
    pub(super) fn decode_none(node: &Node, problems: &mut Problems) -> Option<Self> {
        let raw = RawExpect::decode(node, problems)?;
        if let Some(violations) = &raw.violations {
            problems.push(
                Diagnostic::new(
                    &codes::CONTRADICTION,
                    violations.place,
                    "`violations: none` is expected, not forbidden",
                )
                .help("write `expect: {violations: none}`, or `expect_none: {violation: {}}`"),
            );
            return None;
        }
        if let Some(times) = &raw.times {
            problems.push(
                Diagnostic::new(&codes::CONTRADICTION, times.place, "`expect_none` cannot have `times`")
                    .help("remove `times`"),
            );
            return None;
        }
        let within = raw.within.unwrap_or(DEFAULT_WATCH);
        Self::build(raw, Count::Exactly(0), within, node.place, problems)
    }

    /// Reads `expect: {violations: none}`.
    fn none_at_all(raw: &RawExpect, place: Place, problems: &mut Problems) -> Option<Self> {
        let RawExpect { message, call, event, violation, delivered, attempts, times, by, within, violations: _ } = raw;
        let alone = message.is_none() && call.is_none() && event.is_none() && violation.is_none();
        if !alone || delivered.is_some() || attempts.is_some() || times.is_some() || by.is_some() {
            let problem = Diagnostic::new(&codes::CONTRADICTION, place, "`violations` goes with nothing but `within`");
            problems.push(problem.help("write `expect: {violations: none}` as a step of its own"));
            return None;
        }
        Some(Self { within: within.unwrap_or(DEFAULT_WATCH), ..Self::no_violations() })
    }

    fn build(raw: RawExpect, count: Count, within: WallLimit, place: Place, problems: &mut Problems) -> Option<Self> {
        let by = raw.by;
        if raw.event.is_none() {
            for (key, stray) in [
                ("delivered", raw.delivered.as_ref().map(|d| d.place)),
                ("attempts", raw.attempts.as_ref().map(|a| a.place)),
            ] {
                if let Some(stray) = stray {
                    let problem = Diagnostic::new(&codes::CONTRADICTION, stray, format!("`{key}` belongs to `event`"));
                    problems.push(problem.help(format!("remove `{key}`, or expect an `event`")));
                }
            }
        }
        let (delivered, attempts) = (raw.delivered.map(|d| d.value), raw.attempts.map(|a| a.value));
        let mut subjects: Vec<Subject> = Vec::new();
        subjects.extend(raw.message.map(Subject::Message));
        subjects.extend(raw.call.map(Subject::Call));
        subjects.extend(raw.event.map(|EventName(pattern)| Subject::Event { pattern, delivered, attempts }));
        subjects.extend(raw.violation.map(Subject::Violation));
        if subjects.len() != 1 {
            let message = format!("an expectation is about one thing, this one names {}", subjects.len());
            let problem = Diagnostic::new(&codes::ONE_KEY, place, message);
            problems.push(problem.help("name one of `message`, `call`, `event`, `violation`"));
            return None;
        }
        subjects.pop().map(|subject| Self { subject, since: Since::Act, count, within, by })
    }

    /// The texts in it that may hold names.
    #[must_use]
    pub fn texts(&self) -> Vec<&Text> {
        match &self.subject {
            Subject::Message(pattern) => {
                pattern.text.iter().flat_map(Matcher::texts).chain(pattern.options.iter().flatten()).collect()
            }
            Subject::Violation(pattern) => pattern.text.iter().flat_map(Matcher::texts).collect(),
            Subject::Call(_) | Subject::Event { .. } => Vec::new(),
        }
    }

    /// The name of the chat it refers to, if it names one.
    #[must_use]
    pub fn chat(&self) -> Option<&Located<String>> {
        match &self.subject {
            Subject::Message(pattern) => pattern.chat.as_ref(),
            Subject::Event { pattern, .. } => pattern.chat.as_ref(),
            Subject::Call(_) | Subject::Violation(_) => None,
        }
    }
}

record! {
    /// Captures a value out of the latest thing that matches.
    pub struct Let {
        /// The name that `${…}` refers to.
        pub name: Located<String>,
        /// Where the value comes from.
        pub from: LetFrom,
        /// A JSON pointer into the webhook's body, or into the call's answer.
        pub at: Located<String>,
    }
}

record! {
    /// The source of a captured value: one of the two.
    pub struct LetFrom {
        /// The latest webhook with this name.
        pub event: Option<Located<String>>,
        /// The latest answered call of this operation.
        pub call: Option<Located<String>>,
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
