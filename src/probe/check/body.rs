//! Whether the receiver takes a body for the bytes it is, whatever is in them.

use super::{Check, Course, Needs, Severity, Wants, add, rewritten};
use crate::probe::letter::{Desk, Framing, Letter};

/// How deep arrays are nested.
const DEPTH: usize = 5000;
/// How long the long body is at least, in bytes.
const LONG: usize = 1 << 20;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "P201",
        name: "truncated body",
        sends: "an event whose `content-length` promises 100 bytes more than come before the sender hangs up",
        wants: Wants::NoAction,
        why: "connections break; half a webhook must not be taken for a whole one, nor wait for ever",
        mend: "read as many bytes as were promised, and give up when the connection ends before",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Each(|desk| {
            let mut letter = desk.genuine();
            let half = letter.body.len() / 2;
            letter.framing = Framing::Short(letter.body.len() - half + 100);
            letter.body.truncate(half);
            vec![letter]
        }),
    },
    Check {
        id: "P202",
        name: "trailing bytes",
        sends: "an event to whose body `{\"more\":1}` was added after it was signed",
        wants: Wants::Refusal,
        why: "what is behind the document was not signed, and readers differ in what they make of it",
        mend: "sign-check the whole body, not the part that was parsed",
        severity: Severity::Critical,
        needs: Needs::Signature,
        course: Course::Each(|desk| vec![changed(desk, |body| [body, b"{\"more\":1}"].concat())]),
    },
    Check {
        id: "P203",
        name: "written anew after signing",
        sends: "an event whose body was indented after it was signed",
        wants: Wants::Refusal,
        why: "who accepts it checks the signature of what it parsed and wrote again, and will refuse good webhooks that are \
              spaced, ordered or escaped differently",
        mend: "keep the bytes of the body as they came, and check the signature of those before parsing",
        severity: Severity::Serious,
        needs: Needs::Signature,
        course: Course::Each(|desk| vec![changed(desk, |_| indented(desk))]),
    },
    Check {
        id: "P204",
        name: "unusual spacing",
        sends: "an event whose body was indented before it was signed",
        wants: Wants::Action,
        why: "how JSON is spaced is up to the sender, and can change any day",
        mend: "keep the bytes of the body as they came, and check the signature of those before parsing",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Each(|desk| vec![desk.sealed(indented(desk))]),
    },
    Check {
        id: "P205",
        name: "line end added",
        sends: "an event to whose body a line end was added after it was signed",
        wants: Wants::Refusal,
        why: "a reader that trims the body checks other bytes than it got",
        mend: "check the signature of the body as it came, without trimming it",
        severity: Severity::Minor,
        needs: Needs::Signature,
        course: Course::Each(|desk| vec![changed(desk, |body| [body, b"\r\n"].concat())]),
    },
    Check {
        id: "P206",
        name: "byte order mark",
        sends: "an event whose body begins with a byte order mark, signed",
        wants: Wants::Answer,
        why: "many parsers of JSON do not expect one, and an error nobody handles is a crash",
        mend: "skip the mark, or refuse the body with 400",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Each(|desk| vec![desk.sealed([b"\xef\xbb\xbf", &desk.event.body[..]].concat())]),
    },
    Check {
        id: "P207",
        name: "empty body",
        sends: "a webhook without a body, signed",
        wants: Wants::Refusal,
        why: "acknowledging it says that something was done",
        mend: "answer 400 to a body that is not what the platform documents",
        severity: Severity::Minor,
        needs: Needs::Nothing,
        course: Course::Each(|desk| vec![desk.sealed(Vec::new())]),
    },
    Check {
        id: "P208",
        name: "not JSON",
        sends: "bodies that are no JSON: a word, an open brace, bytes that are no UTF-8; signed",
        wants: Wants::Refusal,
        why: "an error of the parser that nobody handles is a crash, and the platform will try again for hours",
        mend: "answer 400 to a body that cannot be parsed",
        severity: Severity::Minor,
        needs: Needs::Nothing,
        course: Course::Each(|desk| {
            [&b"hello"[..], b"{", b"{\"a\":\"\xff\xfe\"}"].map(|body| desk.sealed(body.to_vec())).to_vec()
        }),
    },
    Check {
        id: "P209",
        name: "JSON of another shape",
        sends: "bodies that are an array, a text, a number, `null` and an empty object; signed",
        wants: Wants::Refusal,
        why: "they parse, and fail where a member is taken from them",
        mend: "see that the document is an object with the members you need before using it; answer 400 if not",
        severity: Severity::Minor,
        needs: Needs::Nothing,
        course: Course::Each(|desk| {
            ["[]", "\"text\"", "1", "null", "{}"].map(|body| desk.sealed(body.as_bytes().to_vec())).to_vec()
        }),
    },
    Check {
        id: "P210",
        name: "deep nesting",
        sends: "an event with a member of 5000 arrays in one another, signed",
        wants: Wants::Answer,
        why: "parsers that call themselves run out of stack, which ends a whole process in some languages",
        mend: "use a parser with a limit of depth, and answer 400 to its error",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Each(|desk| {
            let nested = format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH));
            vec![desk.sealed(with_member(desk, &nested))]
        }),
    },
    Check {
        id: "P211",
        name: "long body",
        sends: "an event with a member of a megabyte, signed",
        wants: Wants::Answer,
        why: "long histories make long webhooks; a limit is fine, a crash is not",
        mend: "read bodies up to a limit of your own, and answer 413 beyond it",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Each(|desk| vec![desk.sealed(with_member(desk, &format!("\"{}\"", "x".repeat(LONG))))]),
    },
];

/// The event with a body that was changed after it was signed.
fn changed(desk: &Desk<'_>, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Letter {
    let mut letter = desk.genuine();
    letter.body = change(&letter.body);
    letter
}

fn indented(desk: &Desk<'_>) -> Vec<u8> {
    let document: serde_json::Value = serde_json::from_slice(&desk.event.body).unwrap_or_default();
    format!("{document:#}").into_bytes()
}

/// The body with one more member, given as JSON.
pub(super) fn with_member(desk: &Desk<'_>, value: &str) -> Vec<u8> {
    const MARK: &str = "rehearsal mark";
    let body = rewritten(desk.event, |document| add(document, "rehearsal", MARK));
    String::from_utf8_lossy(&body).replace(&format!("\"{MARK}\""), value).into_bytes()
}
