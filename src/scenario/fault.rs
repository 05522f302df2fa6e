//! `fault:` and `clear_faults:` steps, and the list under `setup: faults:`: nodes → rules of the fault plan, their words
//! checked against the vendor's.

use super::check::Checker;
use super::decode::{Decode, FieldDoc, Located, Problems, Unread, unknown_word, wrong_type};
use super::expect::check_word;
use super::node::{Key, Node, Value};
use super::steps::Strangers;
use super::{Staff, Vocabulary, codes, deed};
use crate::base::diag::{Diagnostic, Rule};
use crate::base::time::VirtualSpan;
use crate::fault::probability::Probability;
use crate::fault::{Fault, Occasion, Only, Unwanted};
use crate::record;

/// The key of `setup:` under which the faults stand that are there from the start.
pub(super) const IN_SETUP: &str = "faults";

/// It as a key of a mapping.
pub(super) const SETUP: &[FieldDoc] = &[FieldDoc {
    key: IN_SETUP,
    doc: &["What goes wrong from the start: a list of what stands under `fault`."],
    expects: "a list",
}];

record! {
    /// `fault:` as it is written.
    pub(super) struct RawFault {
        /// On which occasion.
        on: RawOccasion,
        /// What to do then.
        r#do: Unread,
        /// How often; every time by default.
        times: Option<Located<u32>>,
    }
}

record! {
    /// The occasion of a fault: one of `route`, `event` and `push`, and on which of these.
    pub(super) struct RawOccasion {
        /// A call to this operation.
        route: Option<Located<String>>,
        /// A webhook of this event.
        event: Option<Located<String>>,
        /// A push of this name; each socket that is told is an occasion.
        push: Option<Located<String>>,
        /// In this chat only, by the name of whoever starts it or the one that `start_chat` gives it.
        chat: Option<Located<String>>,
        /// On which of these occasions first, counted from 1; by default the first, or the one that `every` says.
        nth: Option<Located<u32>>,
        /// On each so many-th of them.
        every: Option<Located<u32>>,
        /// How likely it is on each of them, above 0 and up to 1; certain by default.
        probability: Option<Probability>,
        /// From when on, in virtual time; at once by default.
        after: Option<VirtualSpan>,
        /// For how long from then on, in virtual time; for good by default.
        during: Option<Located<VirtualSpan>>,
    }
}

record! {
    /// What `clear_faults:` takes: at most one of `route`, `event`, `push` and `rule`; with none, all faults end.
    pub(super) struct RawClear {
        /// Those on calls to this operation.
        route: Option<Located<String>>,
        /// Those on webhooks of this event.
        event: Option<Located<String>>,
        /// Those on pushes of this name.
        push: Option<Located<String>>,
        /// The one with this number in the journal.
        rule: Option<Located<u32>>,
    }
}

impl Decode for Probability {
    const EXPECTS: &'static str = "a number above 0 and up to 1";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let number = match node.value {
            Value::Float(number) => number,
            Value::Int(1) => 1.0,
            Value::Int(_) => 0.0,
            _ => {
                wrong_type(node, Self::EXPECTS, problems);
                return None;
            }
        };
        let read = Self::of(number);
        if read.is_none() {
            let message = format!("a probability is {}", Self::EXPECTS);
            problems.push(Diagnostic::new(&codes::OUT_OF_RANGE, node.place, message));
        }
        read
    }

    fn schema() -> serde_json::Value {
        serde_json::json!({"type": "number", "exclusiveMinimum": 0, "maximum": 1})
    }
}

/// The words that a fault may use.
pub(super) struct Words<'w> {
    pub(super) vendor: &'w Vocabulary,
    /// Events that the tenant names itself.
    pub(super) events: &'w [String],
    /// What the tenant has, if its set-up could be read.
    pub(super) staff: Option<&'w Staff>,
}

/// A fault, and the chat it is about if it names one: that chat may be started only later.
struct Read {
    fault: Fault,
    chat: Option<Located<String>>,
}

/// Takes the faults out of a set-up, since they are the same on every platform.
pub(super) fn take(setup: &mut Node, problems: &mut Problems) -> Vec<Node> {
    let Value::Map(members) = &mut setup.value else { return Vec::new() };
    // The likeliest slip, which no platform can have an answer to.
    let meant = |key: &Key| key.name == IN_SETUP || key.name == "fault";
    let Some(at) = members.iter().position(|(key, _)| meant(key)) else { return Vec::new() };
    let (key, faults) = members.remove(at);
    if key.name != IN_SETUP {
        unknown_word(&codes::UNKNOWN_KEY, "key here", &key.name, key.place, &[IN_SETUP], problems);
        return Vec::new();
    }
    Option::<Vec<Unread>>::decode(&faults, problems).flatten().into_iter().flatten().map(|Unread(node)| node).collect()
}

impl Checker<'_, '_> {
    /// Reads a fault; the chat that it may be about is checked when all chats are known.
    pub(super) fn fault(&mut self, node: &Node) -> Option<Fault> {
        let words = Words { vendor: self.vendor, events: &self.events, staff: self.staff.as_ref() };
        let read = decode(&words, node, self.problems)?;
        self.awaited.extend(read.chat);
        Some(read.fault)
    }

    /// Reads which faults are to end.
    pub(super) fn unwanted(&mut self, node: &Node) -> Option<Unwanted> {
        let words = Words { vendor: self.vendor, events: &self.events, staff: self.staff.as_ref() };
        decode_clear(&words, node, self.problems)
    }

    /// Checks the chats that faults are about: each must be started somewhere, or be that of somebody who may start one.
    pub(super) fn check_awaited(&mut self) {
        if self.strangers == Strangers::Unknown {
            let known: Vec<&str> = self.chats.iter().chain(&self.customers).map(String::as_str).collect();
            for chat in &self.awaited {
                check_word(&codes::UNKNOWN_CHAT, "chat of this scenario", chat, &known, self.problems);
            }
        }
    }
}

/// Reads a fault.
fn decode(words: &Words<'_>, node: &Node, problems: &mut Problems) -> Option<Read> {
    let raw = RawFault::decode(node, problems)?;
    let RawOccasion { route, event, push, chat, nth, every, probability, after, during } = raw.on;
    let nth = counted("occasions are counted from 1", &codes::OUT_OF_RANGE, nth.as_ref(), problems);
    let every = counted("`every: 1` is each of them, and less is none", &codes::OUT_OF_RANGE, every.as_ref(), problems);
    let times = counted("a fault that never fires does nothing", &codes::CONTRADICTION, raw.times.as_ref(), problems);
    let lasting = match &during {
        Some(never) if never.value == VirtualSpan::ZERO => {
            let message = "a fault that lasts no time does nothing";
            problems.push(Diagnostic::new(&codes::CONTRADICTION, never.place, message));
            None
        }
        during => Some(during.as_ref().map(|during| during.value)),
    };
    let on = match occasion(words, [route, event, push], problems) {
        Ok(Some(on)) => on,
        Ok(None) | Err(()) => {
            let problem = Diagnostic::new(&codes::ONE_KEY, node.place, "a fault has one occasion");
            problems.push(problem.help("name one of `route`, `event` and `push` under `on`"));
            return None;
        }
    };
    let deed = deed::decode(words, &on, &raw.r#do.0, problems)?;
    let (nth, every) = (nth?, every?.unwrap_or(1));
    let only = Only {
        chat: chat.as_ref().map(|chat| chat.value.clone()),
        nth: nth.unwrap_or(every),
        every,
        probability: probability.unwrap_or(Probability::CERTAIN),
        after: after.unwrap_or(VirtualSpan::ZERO),
        during: lasting?,
    };
    Some(Read { fault: Fault { on, only, deed, times: times? }, chat })
}

/// Reads a `clear_faults:` step.
fn decode_clear(words: &Words<'_>, node: &Node, problems: &mut Problems) -> Option<Unwanted> {
    let RawClear { route, event, push, rule } = RawClear::decode(node, problems)?;
    match (occasion(words, [route, event, push], problems), rule) {
        (Ok(None), None) => Some(Unwanted::All),
        (Ok(Some(on)), None) => Some(Unwanted::About(on)),
        (Ok(None), Some(rule)) => Some(Unwanted::Rule(rule.value)),
        (Ok(Some(_)), Some(_)) | (Err(()), _) => {
            let problem = Diagnostic::new(&codes::ONE_KEY, node.place, "faults are picked out in one way");
            problems.push(problem.help("name at most one of `route`, `event`, `push` and `rule`"));
            None
        }
    }
}

/// A number that must not be zero.
pub(super) fn counted(
    why: &str,
    rule: &'static Rule,
    number: Option<&Located<u32>>,
    problems: &mut Problems,
) -> Option<Option<u32>> {
    match number {
        Some(zero) if zero.value == 0 => {
            problems.push(Diagnostic::new(rule, zero.place, why));
            None
        }
        number => Some(number.map(|number| number.value)),
    }
}

/// The occasion that is named, if one is.
///
/// # Errors
/// If more than one is.
fn occasion(
    words: &Words<'_>,
    named: [Option<Located<String>>; 3],
    problems: &mut Problems,
) -> Result<Option<Occasion>, ()> {
    Ok(match named {
        [None, None, None] => None,
        [Some(route), None, None] => {
            words.vendor.check_route(&route, problems);
            Some(Occasion::Route(route.value))
        }
        [None, Some(event), None] => {
            words.vendor.check_event(&event, words.events, problems);
            Some(Occasion::Event(event.value))
        }
        [None, None, Some(push)] => {
            words.vendor.check_push(&push, problems);
            Some(Occasion::Push(push.value))
        }
        _ => return Err(()),
    })
}
