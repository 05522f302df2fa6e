//! `fault:` steps: nodes → a rule of the fault plan, its words checked against the vendor's.

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::decode::{Decode, FieldDoc, Fields, Located, Problems, Unread};
use super::expect::check_word;
use super::node::{Node, Value};
use super::text::Word;
use super::{Vocabulary, codes};
use crate::base::diag::{Diagnostic, Rule};
use crate::base::time::{VirtualSpan, WallLimit};
use crate::fault::{Deed, FAULTS, Fault, Forgery, Occasion, Seam};
use crate::record;

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
    /// The occasion of a fault: one of `route` and `event`.
    pub(super) struct RawOccasion {
        /// A call to this operation.
        route: Option<Located<String>>,
        /// A webhook of this event.
        event: Option<Located<String>>,
        /// On which of these occasions first, counted from 1.
        nth: Option<Located<u32>>,
    }
}

record! {
    /// What `duplicate:` takes.
    struct RawDuplicate {
        /// How much later the copy is delivered, in virtual time.
        gap: VirtualSpan = VirtualSpan::from_millis(200),
    }
}

/// Reads a `fault:` step.
pub(super) fn decode(vendor: &Vocabulary, events: &[String], node: &Node, problems: &mut Problems) -> Option<Fault> {
    let raw = RawFault::decode(node, problems)?;
    let nth = counted("occasions are counted from 1", &codes::OUT_OF_RANGE, raw.on.nth.as_ref(), problems);
    let times = counted("a fault that never fires does nothing", &codes::CONTRADICTION, raw.times.as_ref(), problems);
    let on = occasion(vendor, events, raw.on, node, problems)?;
    let deed = deed(vendor, &on, &raw.r#do.0, problems)?;
    Some(Fault { on, nth: nth?.unwrap_or(1), deed, times: times? })
}

/// A number that must not be zero.
fn counted(
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

fn occasion(
    vendor: &Vocabulary,
    events: &[String],
    raw: RawOccasion,
    node: &Node,
    problems: &mut Problems,
) -> Option<Occasion> {
    match (raw.route, raw.event) {
        (Some(route), None) => {
            vendor.check_route(&route, problems);
            Some(Occasion::Route(route.value))
        }
        (None, Some(event)) => {
            vendor.check_event(&event, events, problems);
            Some(Occasion::Event(event.value))
        }
        (None, None) | (Some(_), Some(_)) => {
            let problem = Diagnostic::new(&codes::ONE_KEY, node.place, "a fault has one occasion");
            problems.push(problem.help("name one of `route` and `event` under `on`"));
            None
        }
    }
}

fn deed(vendor: &Vocabulary, on: &Occasion, node: &Node, problems: &mut Problems) -> Option<Deed> {
    let seams: &[Seam] = match on {
        Occasion::Route(_) => &[Seam::Response, Seam::Connection, Seam::Both],
        Occasion::Event(_) => &[Seam::Delivery, Seam::Both],
    };
    let known: Vec<FieldDoc> = FAULTS
        .iter()
        .filter(|fault| seams.contains(&fault.seam))
        .map(|fault| FieldDoc { key: fault.name, doc: &[], expects: "" })
        .collect();
    Fields::open(node, &known, problems)?;
    let Value::Map(members) = &node.value else { return None };
    let [(key, value)] = members.as_slice() else {
        let message = format!("a fault does one thing, this one does {}", members.len());
        problems.push(Diagnostic::new(&codes::ONE_KEY, node.place, message));
        return None;
    };
    match (key.name.as_str(), on) {
        ("code", _) => {
            let Word(code) = Word::decode(value, problems)?;
            vendor.check_code(&code, problems);
            Some(Deed::Code(code.value))
        }
        ("delay", Occasion::Route(_)) => WallLimit::decode(value, problems).map(Deed::DelayAnswer),
        ("delay", Occasion::Event(_)) => VirtualSpan::decode(value, problems).map(Deed::DelayDelivery),
        ("reset", _) => flag(value, Deed::Reset, problems),
        ("drop", _) => flag(value, Deed::Drop, problems),
        ("truncate", _) => u32::decode(value, problems).map(|bytes| Deed::Truncate(bytes as usize)),
        ("duplicate", _) => RawDuplicate::decode(value, problems).map(|duplicate| Deed::Duplicate(duplicate.gap)),
        ("set", _) => {
            let members = IndexMap::<String, Json>::decode(value, problems)?;
            if members.is_empty() {
                let problem = Diagnostic::new(&codes::CONTRADICTION, value.place, "nothing would be changed");
                problems.push(problem.help("name a path and its value, as in `payload.chat.id: X`"));
                return None;
            }
            Some(Deed::Set(members.into_iter().collect()))
        }
        ("tamper", _) => {
            let word = Located::<String>::decode(value, problems)?;
            check_word(&codes::UNKNOWN_KEY, "part that can be forged", &word, Forgery::WORDS, problems);
            Forgery::named(&word.value).map(Deed::Tamper)
        }
        // `Fields::open` has reported it.
        _ => None,
    }
}

/// `reset: true`; `false` would be a fault that does nothing.
fn flag(node: &Node, deed: Deed, problems: &mut Problems) -> Option<Deed> {
    if bool::decode(node, problems)? {
        return Some(deed);
    }
    let problem = Diagnostic::new(&codes::CONTRADICTION, node.place, "`false` would be a fault that does nothing");
    problems.push(problem.help("remove the step"));
    None
}
