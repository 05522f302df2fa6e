//! What stands under the `do:` of a fault.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::decode::{Decode, FieldDoc, Fields, Located, Problems, Schema, one_key, sentence};
use super::expect::check_word;
use super::fault::{Words, counted};
use super::node::{Node, Value};
use super::text::Word;
use super::{Staff, codes};
use crate::base::address::is_address;
use crate::base::diag::Diagnostic;
use crate::base::time::{VirtualSpan, WallLimit};
use crate::fault::latency::Latency;
use crate::fault::{AnswerDeed, Deed, DeliveryDeed, FAULTS, FaultDoc, Forgery, Lost, Occasion, PushDeed, Seam};
use crate::record;

/// The close code of an endpoint that has met something it did not expect (RFC 6455, §7.4.1).
const UNEXPECTED: u16 = 1011;
/// In how many pieces an answer can be sent.
const PIECES: std::ops::RangeInclusive<u32> = 2..=1_000;

record! {
    /// What `delay:` takes besides a duration: a range, `from` and `to`, or a distribution, `median` and `p99`.
    struct RawDelay {
        /// At least this; any time from here to `to` is as likely.
        from: Option<VirtualSpan>,
        /// At most this.
        to: Option<VirtualSpan>,
        /// Half of all delays are shorter.
        median: Option<VirtualSpan>,
        /// 99 of 100 delays are shorter.
        p99: Option<VirtualSpan>,
    }
}

record! {
    /// What `drip:` takes.
    struct RawDrip {
        /// How long the body takes in all, in real time.
        over: WallLimit,
        /// In how many pieces it comes, 2 to 1000.
        pieces: u32 = 10,
    }
}

record! {
    /// What `duplicate:` takes.
    struct RawDuplicate {
        /// How much later the copy is delivered, in virtual time.
        gap: VirtualSpan = VirtualSpan::from_millis(200),
    }
}

record! {
    /// What `close:` takes.
    struct RawClose {
        /// The close code: 1000 to 1003, 1007 to 1014, or 3000 to 4999, which are those that may be sent; 1011 by default.
        code: Option<Located<u32>>,
        /// Why, in at most 123 bytes; nothing is said by default.
        reason: Option<Located<String>>,
    }
}

record! {
    /// What `reorder:` takes.
    struct RawReorder {
        /// How many later webhooks of its chat go first; 1 by default.
        behind: Option<Located<u32>>,
        /// How long it waits for them at the most, in virtual time.
        within: VirtualSpan = VirtualSpan::from_secs(30),
    }
}

/// Reads what a fault on this occasion does.
pub(super) fn decode(words: &Words<'_>, on: &Occasion, node: &Node, problems: &mut Problems) -> Option<Deed> {
    let known: Vec<FieldDoc> = FAULTS
        .iter()
        .filter(|fault| meets(fault, on))
        .map(|fault| FieldDoc { key: fault.name, doc: &[], expects: "" })
        .collect();
    Fields::open(node, &known, problems)?;
    let Value::Map(members) = &node.value else { return None };
    let [(key, value)] = members.as_slice() else {
        let message = format!("a fault does one thing, this one does {}", members.len());
        problems.push(Diagnostic::new(&codes::ONE_KEY, node.place, message));
        return None;
    };
    match on {
        Occasion::Route(_) => answer(words, &key.name, value, problems).map(Deed::Answer),
        Occasion::Event(_) => delivery(words, &key.name, value, problems).map(Deed::Delivery),
        Occasion::Push(_) => push(&key.name, value, problems).map(Deed::Push),
    }
}

/// Whether a fault can be done on an occasion.
fn meets(fault: &FaultDoc, on: &Occasion) -> bool {
    match on {
        Occasion::Route(_) => matches!(fault.seam, Seam::Response | Seam::Connection | Seam::Both),
        Occasion::Event(_) => matches!(fault.seam, Seam::Delivery | Seam::Both),
        Occasion::Push(_) => fault.meets_pushes,
    }
}

fn answer(words: &Words<'_>, name: &str, value: &Node, problems: &mut Problems) -> Option<AnswerDeed> {
    match name {
        "code" => {
            let Word(code) = Word::decode(value, problems)?;
            words.vendor.check_code(&code, problems);
            Some(AnswerDeed::Code(code.value))
        }
        "expire" => {
            let deed = flag(value, AnswerDeed::Expire, problems)?;
            if !words.vendor.tokens_expire {
                let message = format!("no token of {} expires", words.vendor.platform);
                problems.push(Diagnostic::new(&codes::CONTRADICTION, value.place, message));
                return None;
            }
            Some(deed)
        }
        "redirect" => redirect(value, problems),
        "malformed" => flag(value, AnswerDeed::Malformed, problems),
        "delay" => delay(value, problems).map(AnswerDeed::Delay),
        "drip" => {
            let RawDrip { over, pieces } = RawDrip::decode(value, problems)?;
            if !PIECES.contains(&pieces) {
                let message = format!("{pieces} is out of range; {} to {} is possible", PIECES.start(), PIECES.end());
                problems.push(Diagnostic::new(&codes::OUT_OF_RANGE, value.place, message));
                return None;
            }
            Some(AnswerDeed::Drip { over, pieces })
        }
        "reset" => flag(value, AnswerDeed::Reset, problems),
        "truncate" => u32::decode(value, problems).map(|bytes| AnswerDeed::Truncate(bytes as usize)),
        "hang" => flag(value, AnswerDeed::Hang, problems),
        // `Fields::open` has reported it.
        _ => None,
    }
}

fn delivery(words: &Words<'_>, name: &str, value: &Node, problems: &mut Problems) -> Option<DeliveryDeed> {
    match name {
        "delay" => delay(value, problems).map(DeliveryDeed::Delay),
        "duplicate" => RawDuplicate::decode(value, problems).map(|duplicate| DeliveryDeed::Duplicate(duplicate.gap)),
        "hold" => VirtualSpan::decode(value, problems).map(DeliveryDeed::Hold),
        "reorder" => {
            let RawReorder { behind, within } = RawReorder::decode(value, problems)?;
            let why = "a webhook that nothing passes is in order";
            let behind = counted(why, &codes::CONTRADICTION, behind.as_ref(), problems)?;
            Some(DeliveryDeed::Reorder { behind: behind.unwrap_or(1), within })
        }
        "lose" => lose(words.staff, value, problems),
        "drop" => flag(value, DeliveryDeed::Drop, problems),
        "set" => {
            let members = IndexMap::<String, Json>::decode(value, problems)?;
            if members.is_empty() {
                let problem = Diagnostic::new(&codes::CONTRADICTION, value.place, "nothing would be changed");
                problems.push(problem.help("name a path and its value, as in `payload.chat.id: X`"));
                return None;
            }
            Some(DeliveryDeed::Set(members.into_iter().collect()))
        }
        "tamper" => {
            let word = Located::<String>::decode(value, problems)?;
            check_word(&codes::UNKNOWN_KEY, "part that can be forged", &word, Forgery::WORDS, problems);
            Forgery::named(&word.value).map(DeliveryDeed::Tamper)
        }
        // `Fields::open` has reported it.
        _ => None,
    }
}

fn push(name: &str, value: &Node, problems: &mut Problems) -> Option<PushDeed> {
    match name {
        "drop" => flag(value, PushDeed::Drop, problems),
        "delay" => delay(value, problems).map(PushDeed::Delay),
        "duplicate" => RawDuplicate::decode(value, problems).map(|duplicate| PushDeed::Duplicate(duplicate.gap)),
        "malformed" => flag(value, PushDeed::Malformed, problems),
        "truncate" => u32::decode(value, problems).map(|bytes| PushDeed::Truncate(bytes as usize)),
        "reset" => flag(value, PushDeed::Reset, problems),
        "stall" => VirtualSpan::decode(value, problems).map(PushDeed::Stall),
        "close" => close(value, problems),
        // `Fields::open` has reported it.
        _ => None,
    }
}

/// Whether an endpoint may send this close code (RFC 6455, §7.4, and the registry that belongs to it).
fn is_close_code(code: u32) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

/// How long the reason for a close may be: a control frame has 125 bytes, of which the code takes two.
const MOST_REASON: usize = 123;

fn close(node: &Node, problems: &mut Problems) -> Option<PushDeed> {
    let RawClose { code, reason } = RawClose::decode(node, problems)?;
    let number = code.as_ref().map_or(u32::from(UNEXPECTED), |code| code.value);
    if let Some(code) = code.filter(|code| !is_close_code(code.value)) {
        let message = format!("no endpoint may close a socket with {}", code.value);
        let problem = Diagnostic::new(&codes::OUT_OF_RANGE, code.place, message);
        problems.push(problem.help("1000 to 1003, 1007 to 1014 and 3000 to 4999 are possible"));
        return None;
    }
    if let Some(reason) = reason.as_ref().filter(|reason| reason.value.len() > MOST_REASON) {
        let message = format!("the reason has {} bytes; {MOST_REASON} fit in", reason.value.len());
        problems.push(Diagnostic::new(&codes::OUT_OF_RANGE, reason.place, message));
        return None;
    }
    let code = u16::try_from(number).ok()?;
    Some(PushDeed::Close { code, reason: reason.map_or_else(String::new, |reason| reason.value) })
}

/// `delay: 2s`, `delay: {from: 1s, to: 3s}` or `delay: {median: 200ms, p99: 2s}`.
fn delay(node: &Node, problems: &mut Problems) -> Option<Latency> {
    if !matches!(node.value, Value::Map(_)) {
        return VirtualSpan::decode(node, problems).map(|span| Latency::Fixed(millis(span)));
    }
    let RawDelay { from, to, median, p99 } = RawDelay::decode(node, problems)?;
    let spans = [from, to, median, p99].map(|span| span.map(millis));
    let refusal = match spans {
        [Some(from), Some(to), None, None] if from <= to => return Some(Latency::Range(from, to)),
        [None, None, Some(median), Some(p99)] if (1..=p99).contains(&median) => {
            return Some(Latency::Tail { median, p99 });
        }
        [Some(_), Some(_), None, None] => {
            Diagnostic::new(&codes::CONTRADICTION, node.place, "a range goes from less to more")
        }
        [None, None, Some(_), Some(_)] => {
            let message = "half of all delays take some time, and 99 of 100 at least as much";
            Diagnostic::new(&codes::CONTRADICTION, node.place, message)
        }
        _ => Diagnostic::new(&codes::ONE_KEY, node.place, "a delay is said in one way")
            .help("write a duration, `{from: …, to: …}` or `{median: …, p99: …}`"),
    };
    problems.push(refusal);
    None
}

fn millis(span: VirtualSpan) -> u64 {
    span.as_nanos() / 1_000_000
}

fn redirect(node: &Node, problems: &mut Problems) -> Option<AnswerDeed> {
    let to = String::decode(node, problems)?;
    let plain = to.bytes().all(|byte| byte.is_ascii_graphic());
    let leads = to.starts_with('/') || (is_address(&to) && to.starts_with("http"));
    if plain && leads {
        return Some(AnswerDeed::Redirect(to));
    }
    let problem = Diagnostic::new(&codes::BAD_URL, node.place, "this is no address that a caller can be sent to");
    problems.push(problem.help("write a path, `/…`, or an address, `http://…`"));
    None
}

fn lose(staff: Option<&Staff>, node: &Node, problems: &mut Problems) -> Option<DeliveryDeed> {
    let word = Located::<String>::decode(node, problems)?;
    check_word(&codes::UNKNOWN_KEY, "part that can be lost", &word, Lost::WORDS, problems);
    let lost = Lost::named(&word.value)?;
    if staff.is_some_and(|staff| staff.retries_after.is_none()) {
        let message = "this tenant tries no webhook again, so one that is lost never comes";
        let problem = Diagnostic::new(&codes::CONTRADICTION, node.place, message);
        problems.push(problem.help("write `drop: true`, or set pauses under `setup: {delivery: {retries: […]}}`"));
        return None;
    }
    Some(DeliveryDeed::Lose(lost))
}

/// `reset: true`; `false` would be a fault that does nothing.
fn flag<T>(node: &Node, deed: T, problems: &mut Problems) -> Option<T> {
    if bool::decode(node, problems)? {
        return Some(deed);
    }
    let problem = Diagnostic::new(&codes::CONTRADICTION, node.place, "`false` would be a fault that does nothing");
    problems.push(problem.help("remove the step"));
    None
}

/// What a fault on a call, a webhook or a push does: a mapping with one key.
pub(super) fn schema(on: &Occasion) -> Schema {
    let properties: Map<String, Schema> = FAULTS
        .iter()
        .filter(|fault| meets(fault, on))
        .map(|fault| {
            let mut schema = schema_of(fault.name);
            schema["description"] = json!(sentence(&[fault.doc]));
            (fault.name.to_owned(), schema)
        })
        .collect();
    one_key(properties.into())
}

fn schema_of(name: &str) -> Schema {
    match name {
        "code" => Word::schema(),
        "delay" => {
            let pair = |first: &str, second: &str| {
                json!({
                    "type": "object",
                    "properties": {first: VirtualSpan::schema(), second: VirtualSpan::schema()},
                    "required": [first, second],
                    "additionalProperties": false,
                })
            };
            // In real time for a call, in virtual time for a webhook or a push, and written alike.
            json!({"anyOf": [WallLimit::schema(), pair("from", "to"), pair("median", "p99")]})
        }
        "expire" | "malformed" | "reset" | "hang" | "drop" => json!({"const": true}),
        "redirect" => json!({"type": "string", "pattern": "^(/|http://)[!-~]*$"}),
        "drip" => {
            let mut drip = RawDrip::schema();
            drip["properties"]["pieces"]["minimum"] = json!(PIECES.start());
            drip["properties"]["pieces"]["maximum"] = json!(PIECES.end());
            drip
        }
        "truncate" => u32::schema(),
        "duplicate" => RawDuplicate::schema(),
        "hold" | "stall" => VirtualSpan::schema(),
        "close" => {
            let mut close = RawClose::schema();
            close["properties"]["code"]["anyOf"][0]["minimum"] = json!(1000);
            close["properties"]["code"]["anyOf"][0]["maximum"] = json!(4999);
            close["properties"]["reason"]["anyOf"][0]["maxLength"] = json!(MOST_REASON);
            close
        }
        "reorder" => {
            let mut reorder = RawReorder::schema();
            reorder["properties"]["behind"]["anyOf"][0]["minimum"] = json!(1);
            reorder
        }
        "lose" => json!({"enum": Lost::WORDS}),
        "set" => json!({"type": "object", "minProperties": 1}),
        "tamper" => json!({"enum": Forgery::WORDS}),
        _ => json!({}),
    }
}
