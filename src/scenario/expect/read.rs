//! `expect` and `expect_none` as they are written, and what goes together in them.

use std::collections::BTreeSet;

use super::super::codes;
use super::super::decode::{Decode, Located, Problems, Schema, wrong_type};
use super::super::node::{Node, Value};
use super::{
    CallPattern, DEFAULT_WATCH, DEFAULT_WITHIN, EventPattern, Expect, MessagePattern, Order, PushPattern, Since,
    StatePattern, Subject, ViolationPattern, Wanted,
};
use crate::base::diag::{Diagnostic, Place};
use crate::base::time::{VirtualSpan, WallLimit};
use crate::record;

record! {
    /// What the steps of a scenario do where they do not say.
    pub struct Defaults {
        /// How long `expect` waits for the bot, in real time; 3s where nothing is said at all.
        pub within: Option<WallLimit>,
        /// How long `expect_none` watches, in real time; 250ms where nothing is said at all.
        pub watch: Option<WallLimit>,
        /// How much virtual time may pass while `expect` waits; none where nothing is said at all.
        pub by: Option<VirtualSpan>,
    }
}

impl Default for Defaults {
    /// Nothing is said.
    fn default() -> Self {
        Self { within: None, watch: None, by: None }
    }
}

record! {
    /// The keys of `expect` and `expect_none` as they are written.
    pub(in super::super) struct RawExpect {
        /// A message that somebody sent.
        message: Option<MessagePattern>,
        /// A call that the bot made.
        call: Option<CallPattern>,
        /// A webhook that the platform sent: its name, or a mapping.
        event: Option<EventName>,
        /// A push that went out on a socket: its name, or a mapping.
        push: Option<PushName>,
        /// Something that the vendor's documents do not allow.
        violation: Option<ViolationPattern>,
        /// Where a chat stands.
        state: Option<StatePattern>,
        /// Several things that must happen one after the other; others may happen in between.
        in_order: Option<Located<Vec<Located<RawSubject>>>>,
        /// Several things that must happen, in whichever order.
        any_order: Option<Located<Vec<Located<RawSubject>>>>,
        /// `none`: nothing of that kind since the scenario began, but what was expected.
        violations: Option<Located<Nothing>>,
        /// Whether the webhook must have been acknowledged, or must have been given up.
        delivered: Option<Located<bool>>,
        /// How many attempts the webhook must have taken so far.
        attempts: Option<Located<u32>>,
        /// `true`: nothing else of its kind may come before it, such as another message of the same sender.
        first: Option<Located<bool>>,
        /// How often exactly; at least once by default.
        times: Option<Located<u32>>,
        /// How long the bot may take, in real time, counted from the last act.
        within: Option<WallLimit>,
        /// How much virtual time may pass while waiting.
        by: Option<VirtualSpan>,
    }
}

record! {
    /// One of several things that must happen.
    pub(in super::super) struct RawSubject {
        /// A message that somebody sent.
        message: Option<MessagePattern>,
        /// A call that the bot made.
        call: Option<CallPattern>,
        /// A webhook that the platform sent: its name, or a mapping.
        event: Option<EventName>,
        /// A push that went out on a socket: its name, or a mapping.
        push: Option<PushName>,
        /// Something that the vendor's documents do not allow.
        violation: Option<ViolationPattern>,
        /// Where a chat stands; not within a list.
        state: Option<StatePattern>,
        /// Whether the webhook must have been acknowledged, or must have been given up.
        delivered: Option<Located<bool>>,
        /// How many attempts the webhook must have taken so far.
        attempts: Option<Located<u32>>,
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

    fn schema() -> Schema {
        serde_json::json!({"anyOf": [{"type": "string"}, EventPattern::schema()]})
    }
}

/// `push:` takes a bare name or a mapping.
#[derive(Clone, Debug)]
struct PushName(PushPattern);

impl Decode for PushName {
    const EXPECTS: &'static str = "the name of a push, or a mapping";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Text(_) => {
                let name = Located::decode(node, problems)?;
                Some(Self(PushPattern { name, body: None, to: None, chat: None }))
            }
            Value::Map(_) => PushPattern::decode(node, problems).map(Self),
            _ => {
                wrong_type(node, Self::EXPECTS, problems);
                None
            }
        }
    }

    fn schema() -> Schema {
        serde_json::json!({"anyOf": [{"type": "string"}, PushPattern::schema()]})
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

    fn schema() -> Schema {
        serde_json::json!({"const": "none"})
    }
}

/// How many things may be expected in an order.
const MOST_SUBJECTS: usize = 100;
/// Why a state cannot be counted, nor come before something.
const NO_EVENT: &str = "where a chat stands does not happen, it is so";

/// Reports something that cannot be meant together with the rest.
fn contradiction(place: Place, message: &str, help: &str, problems: &mut Problems) {
    problems.push(Diagnostic::new(&codes::CONTRADICTION, place, message).help(help));
}

impl Expect {
    /// Reads `expect`.
    pub(in super::super) fn decode_some(node: &Node, defaults: &Defaults, problems: &mut Problems) -> Option<Self> {
        let before = problems.len();
        let (subject, terms) = RawExpect::decode(node, problems)?.parted();
        let slips: Vec<Place> = problems[before..].iter().map(|problem| problem.place).collect();
        if terms.violations.is_some() {
            return none_at_all(&subject, &terms, node.place, defaults, problems);
        }
        let Terms { in_order, any_order, first, times, .. } = terms;
        let first = first.filter(|first| first.value);
        let wanted = match (in_order, any_order) {
            (None, None) => so_often(subject.read(node.place, !slips.is_empty(), problems)?, first, times, problems)?,
            (Some(_), Some(other)) => {
                let message = "things happen in order or in any order, not both";
                contradiction(other.place, message, "remove one of `in_order` and `any_order`", problems);
                return None;
            }
            (Some(several), None) | (None, Some(several))
                if !subject.is_empty() || first.is_some() || times.is_some() =>
            {
                let message = "what is expected in an order stands in its list, and nothing beside it";
                contradiction(several.place, message, "move it into the list, or into a step of its own", problems);
                return None;
            }
            (Some(several), None) => Wanted::All(read_several(several, &slips, problems)?, Order::AsWritten),
            (None, Some(several)) => Wanted::All(read_several(several, &slips, problems)?, Order::Any),
        };
        let within = terms.within.or(defaults.within).unwrap_or(DEFAULT_WITHIN);
        Some(Self { wanted, within, by: terms.by.or(defaults.by) })
    }

    /// Reads `expect_none`.
    pub(in super::super) fn decode_none(node: &Node, defaults: &Defaults, problems: &mut Problems) -> Option<Self> {
        let before = problems.len();
        let (subject, terms) = RawExpect::decode(node, problems)?.parted();
        let slipped = problems.len() > before;
        if let Some(violations) = &terms.violations {
            let message = "`violations: none` is expected, not forbidden";
            let help = "write `expect: {violations: none}`, or `expect_none: {violation: {}}`";
            contradiction(violations.place, message, help, problems);
            return None;
        }
        if let Some((key, place)) = terms.strays().next() {
            let message = format!("`expect_none` cannot have `{key}`");
            contradiction(place, &message, &format!("remove `{key}`"), problems);
            return None;
        }
        let wanted = Wanted::Never(subject.read(node.place, slipped, problems)?, Since::Act);
        Some(Self { wanted, within: terms.within.or(defaults.watch).unwrap_or(DEFAULT_WATCH), by: terms.by })
    }
}

/// How and by when something must happen.
struct Terms {
    in_order: Option<Located<Vec<Located<RawSubject>>>>,
    any_order: Option<Located<Vec<Located<RawSubject>>>>,
    violations: Option<Located<Nothing>>,
    first: Option<Located<bool>>,
    times: Option<Located<u32>>,
    within: Option<WallLimit>,
    by: Option<VirtualSpan>,
}

impl Terms {
    /// What makes no sense about something that must not happen.
    fn strays(&self) -> impl Iterator<Item = (&'static str, Place)> {
        let keys = [
            ("times", self.times.as_ref().map(|times| times.place)),
            ("first", self.first.as_ref().map(|first| first.place)),
            ("in_order", self.in_order.as_ref().map(|several| several.place)),
            ("any_order", self.any_order.as_ref().map(|several| several.place)),
        ];
        keys.into_iter().filter_map(|(key, place)| Some((key, place?)))
    }
}

impl RawExpect {
    /// What it is about, and the rest.
    fn parted(self) -> (RawSubject, Terms) {
        let Self { message, call, event, push, violation, state, delivered, attempts, .. } = self;
        let Self { in_order, any_order, violations, first, times, within, by, .. } = self;
        (
            RawSubject { message, call, event, push, violation, state, delivered, attempts },
            Terms { in_order, any_order, violations, first, times, within, by },
        )
    }
}

impl RawSubject {
    fn is_empty(&self) -> bool {
        let Self { message, call, event, push, violation, state, delivered, attempts } = self;
        let happens = message.is_some() || call.is_some() || event.is_some() || push.is_some() || violation.is_some();
        !happens && state.is_none() && delivered.is_none() && attempts.is_none()
    }

    /// Reads the one thing that it is about. Where a key has slipped, as `mesage` for `message`, nobody needs to be told
    /// that nothing is left.
    fn read(self, place: Place, slipped: bool, problems: &mut Problems) -> Option<Subject> {
        let Self { message, call, event, push, violation, state, delivered, attempts } = self;
        if event.is_none() {
            for (key, stray) in [
                ("delivered", delivered.as_ref().map(|delivered| delivered.place)),
                ("attempts", attempts.as_ref().map(|attempts| attempts.place)),
            ] {
                if let Some(stray) = stray {
                    let help = format!("remove `{key}`, or expect an `event`");
                    contradiction(stray, &format!("`{key}` belongs to `event`"), &help, problems);
                }
            }
        }
        let (delivered, attempts) =
            (delivered.map(|delivered| delivered.value), attempts.map(|attempts| attempts.value));
        let mut subjects: Vec<Subject> = Vec::new();
        subjects.extend(message.map(Subject::Message));
        subjects.extend(call.map(Subject::Call));
        subjects.extend(event.map(|EventName(pattern)| Subject::Event { pattern, delivered, attempts }));
        subjects.extend(push.map(|PushName(pattern)| Subject::Push(pattern)));
        subjects.extend(violation.map(Subject::Violation));
        subjects.extend(state.map(Subject::State));
        if subjects.is_empty() && slipped {
            return None;
        }
        if subjects.len() != 1 {
            let message = format!("an expectation is about one thing, this one names {}", subjects.len());
            let problem = Diagnostic::new(&codes::ONE_KEY, place, message);
            problems.push(problem.help("name one of `message`, `call`, `event`, `push`, `violation`, `state`"));
            return None;
        }
        subjects.pop()
    }
}

/// A subject with what is said about how often it must be there.
fn so_often(
    subject: Subject,
    first: Option<Located<bool>>,
    times: Option<Located<u32>>,
    problems: &mut Problems,
) -> Option<Wanted> {
    if let (Subject::State(_), Some(place)) =
        (&subject, first.as_ref().map(|it| it.place).or(times.as_ref().map(|it| it.place)))
    {
        contradiction(place, NO_EVENT, "remove `first` or `times`", problems);
        return None;
    }
    match (first, times) {
        (Some(first), Some(_)) => {
            let message = "what comes first comes once";
            contradiction(first.place, message, "remove one of `first` and `times`", problems);
            None
        }
        (Some(_), None) => Some(Wanted::First(subject)),
        (None, Some(times)) if times.value == 0 => {
            let message = "`times: 0` expects something not to happen";
            contradiction(times.place, message, "write `expect_none` instead", problems);
            None
        }
        (None, Some(times)) => Some(Wanted::Exactly(times.value, subject)),
        (None, None) => Some(Wanted::Some(subject)),
    }
}

/// Reads several things that must happen.
fn read_several(
    several: Located<Vec<Located<RawSubject>>>,
    slips: &[Place],
    problems: &mut Problems,
) -> Option<Vec<Subject>> {
    if !(2..=MOST_SUBJECTS).contains(&several.value.len()) {
        let message = format!("{} things stand in the list; 2 to {MOST_SUBJECTS} are possible", several.value.len());
        let problem = Diagnostic::new(&codes::OUT_OF_RANGE, several.place, message);
        problems.push(problem.help("list what must happen, each as in an `expect`"));
        return None;
    }
    // A slip belongs to the last thing that begins before it.
    let begins: BTreeSet<Place> = several.value.iter().map(|raw| raw.place).collect();
    let begin_of = |slip: &Place| begins.range(..=*slip).next_back().copied();
    let slipped: BTreeSet<Place> = slips.iter().filter_map(begin_of).collect();
    let read = |raw: Located<RawSubject>, problems: &mut Problems| {
        let subject = raw.value.read(raw.place, slipped.contains(&raw.place), problems)?;
        if matches!(subject, Subject::State(_)) {
            contradiction(raw.place, NO_EVENT, "expect it in a step of its own", problems);
            return None;
        }
        Some(subject)
    };
    // Read all of them before giving up, so that every problem is reported.
    let read: Vec<Option<Subject>> = several.value.into_iter().map(|raw| read(raw, problems)).collect();
    read.into_iter().collect()
}

/// Reads `expect: {violations: none}`.
fn none_at_all(
    subject: &RawSubject,
    terms: &Terms,
    place: Place,
    defaults: &Defaults,
    problems: &mut Problems,
) -> Option<Expect> {
    if !subject.is_empty() || terms.strays().next().is_some() || terms.by.is_some() {
        let help = "write `expect: {violations: none}` as a step of its own";
        contradiction(place, "`violations` goes with nothing but `within`", help, problems);
        return None;
    }
    let within = terms.within.or(defaults.watch).unwrap_or(DEFAULT_WATCH);
    Some(Expect { within, ..Expect::no_violations() })
}
