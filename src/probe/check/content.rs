//! Whether the receiver copes with events that say more, less or other things than those it knows.

use std::collections::VecDeque;

use serde_json::Value as Json;

use super::body::with_member;
use super::{Check, Course, Needs, Severity, Wants, add, rewritten};
use crate::base::secret::Secret;
use crate::probe::Event;
use crate::probe::letter::{Desk, Letter};

/// How many members of an event are tried one by one because they are the first.
const FIRST: usize = 8;
/// How many others are tried.
const OTHERS: usize = 16;

/// What stands for a text while a document is written, so that its bytes can be chosen.
const MARK: &str = "rehearsal mark";

/// The members that hold what people write.
const WORDS: &[&str] = &["text", "title", "name", "message", "subject"];

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "P301",
        name: "unknown event",
        sends: "an event of a name that no platform has, signed",
        wants: Wants::Acknowledgement,
        why: "platforms add events; one that is refused is sent again for hours, and some platforms switch the webhook off",
        mend: "acknowledge events that mean nothing to you",
        severity: Severity::Minor,
        needs: Needs::Nothing,
        course: Course::Each(|desk| vec![desk.sealed(unknown_event(desk.event))]),
    },
    Check {
        id: "P302",
        name: "unknown member",
        sends: "an event with members that nobody has documented, at the top and in each object below it, signed",
        wants: Wants::Action,
        why: "platforms add members without asking",
        mend: "ignore what you do not know",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Each(|desk| {
            let more = |document: &mut Json| visit(document, &mut |value| add(value, "rehearsal_unknown", "?"));
            vec![desk.sealed(rewritten(desk.event, more))]
        }),
    },
    Check {
        id: "P303",
        name: "member left out",
        sends: "up to 24 events, each without another one of their members, signed",
        wants: Wants::Answer,
        why: "members that were always there in tests are missing one day",
        mend: "answer 400 where you cannot do without a member; never fail on one",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Each(without_each),
    },
    Check {
        id: "P304",
        name: "null where a text is",
        sends: "up to 24 events, each with `null` in place of another one of their texts, signed",
        wants: Wants::Answer,
        why: "`null` fails where a text is trimmed, split or searched",
        mend: "treat `null` as if the member were not there",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Each(null_each),
    },
    Check {
        id: "P305",
        name: "huge numbers",
        sends: "events with a member that is 1e400, and one that is an integer of 40 digits, signed",
        wants: Wants::Answer,
        why: "they become infinite, lose digits, or fail in the parser",
        mend: "answer 400 to what your parser refuses",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Each(|desk| {
            ["1e400", "1234567890123456789012345678901234567890"].map(|n| desk.sealed(with_member(desk, n))).to_vec()
        }),
    },
    Check {
        id: "P306",
        name: "right-to-left text and emoji",
        sends: "an event in which people write Arabic, Hebrew and emoji of several code points, signed",
        wants: Wants::Action,
        why: "customers do write so, and bytes, UTF-16 units and characters are not the same",
        mend: "read the body as UTF-8, and check the signature before",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Each(|desk| vec![desk.sealed(saying(desk, "\"شكرا \u{200f}תודה 👩🏽‍💻🇮🇱\""))]),
    },
    Check {
        id: "P307",
        name: "half a surrogate pair",
        sends: "an event in which people write `\\ud83d` without the other half, signed",
        wants: Wants::Answer,
        why: "JSON can say it and UTF-8 cannot, so it fails late: where the text is sent on or stored",
        mend: "replace or refuse texts that are no Unicode",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Each(|desk| vec![desk.sealed(saying(desk, "\"oh \\ud83d\""))]),
    },
];

/// The body of an event of another name.
pub(super) fn unknown_event(event: &Event) -> Vec<u8> {
    rewritten(event, |document| {
        let members = document.as_object_mut().into_iter().flat_map(serde_json::Map::values_mut);
        for value in members.filter(|value| value.as_str() == Some(&event.name)) {
            *value = format!("{}_of_tomorrow", event.name).into();
        }
    })
}

/// Shows every object of a document, the outer ones first.
fn visit(value: &mut Json, show: &mut impl FnMut(&mut Json)) {
    show(value);
    match value {
        Json::Object(members) => members.values_mut().for_each(|value| visit(value, show)),
        Json::Array(elements) => elements.iter_mut().for_each(|value| visit(value, show)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// The events that each lack another member.
fn without_each(desk: &Desk<'_>) -> Vec<Letter> {
    let lacking = |pointer: String| {
        let body = rewritten(desk.event, |document| {
            let (parent, key) = pointer.rsplit_once('/').unwrap_or_default();
            if let Some(members) = document.pointer_mut(parent).and_then(Json::as_object_mut) {
                members.shift_remove(&key.replace("~1", "/").replace("~0", "~"));
            }
        });
        desk.sealed(body)
    };
    some(&members(desk, |_| true)).map(lacking).collect()
}

/// The events that each have `null` for another text.
fn null_each(desk: &Desk<'_>) -> Vec<Letter> {
    let nulled = |pointer: String| {
        let body = rewritten(desk.event, |document| {
            if let Some(value) = document.pointer_mut(&pointer) {
                *value = Json::Null;
            }
        });
        desk.sealed(body)
    };
    let is_word = |pointer: &String| pointer.rsplit_once('/').is_some_and(|(_, key)| WORDS.contains(&key));
    let (words, others): (Vec<_>, Vec<_>) = members(desk, Json::is_string).into_iter().partition(is_word);
    some(&[words, others].concat()).map(nulled).collect()
}

/// The event in which people write this, given as JSON.
fn saying(desk: &Desk<'_>, text: &str) -> Vec<u8> {
    let body = rewritten(desk.event, |document| {
        visit(document, &mut |value| {
            for (key, value) in value.as_object_mut().into_iter().flatten() {
                if value.is_string() && WORDS.contains(&key.as_str()) {
                    *value = MARK.into();
                }
            }
        });
    });
    String::from_utf8_lossy(&body).replace(&format!("\"{MARK}\""), text).into_bytes()
}

/// Where members stand that are like this, as JSON pointers, the outer ones first; those that prove the origin are left out.
fn members(desk: &Desk<'_>, is_wanted: impl Fn(&Json) -> bool) -> Vec<String> {
    let document: Json = serde_json::from_slice(&desk.event.body).unwrap_or_default();
    let secret = desk.proof.body.as_ref().map(Secret::expose);
    let mut found = Vec::new();
    let mut open = VecDeque::from([(String::new(), &document)]);
    while let Some((pointer, value)) = open.pop_front() {
        match value {
            Json::Object(members) => open.extend(
                members
                    .iter()
                    .map(|(name, value)| (format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")), value)),
            ),
            Json::Array(elements) => {
                open.extend(elements.iter().enumerate().map(|(n, value)| (format!("{pointer}/{n}"), value)));
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
        let proves = secret.is_some() && value.as_str() == secret;
        if is_member(&document, &pointer) && is_wanted(value) && !proves {
            found.push(pointer);
        }
    }
    found
}

/// Whether what stands there is a member of an object, not an element of an array or the document itself.
fn is_member(document: &Json, pointer: &str) -> bool {
    pointer.rsplit_once('/').and_then(|(parent, _)| document.pointer(parent)).is_some_and(Json::is_object)
}

/// At most so many of them as are tried: the first, and some from all over the rest.
fn some(all: &[String]) -> impl Iterator<Item = String> {
    let (first, others) = all.split_at(FIRST.min(all.len()));
    let step = others.len().div_ceil(OTHERS).max(1);
    first.iter().chain(others.iter().step_by(step)).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::secret::Secret;
    use crate::probe::Proof;

    fn with_desk<T>(body: &str, look: impl FnOnce(&Desk<'_>) -> T) -> T {
        let event =
            Event { name: "spoken".into(), id: "msg_1".into(), headers: vec![], body: body.as_bytes().to_vec() };
        let proof = Proof { body: Some(Secret::new("s3cret")), ..Proof::default() };
        look(&Desk { event: &event, proof: &proof, now: 1000 })
    }

    fn bodies(letters: &[Letter]) -> Vec<String> {
        letters.iter().map(|letter| String::from_utf8(letter.body.clone()).unwrap()).collect()
    }

    const BODY: &str = r#"{"secret":"s3cret","event":"spoken","a":{"text":"hi","n":[1,{"b/c":"x"}]}}"#;

    #[test]
    fn members_are_left_out_and_texts_are_nulled_one_by_one() {
        with_desk(BODY, |desk| {
            assert_eq!(
                bodies(&without_each(desk)),
                [
                    r#"{"secret":"s3cret","a":{"text":"hi","n":[1,{"b/c":"x"}]}}"#,
                    r#"{"secret":"s3cret","event":"spoken"}"#,
                    r#"{"secret":"s3cret","event":"spoken","a":{"n":[1,{"b/c":"x"}]}}"#,
                    r#"{"secret":"s3cret","event":"spoken","a":{"text":"hi"}}"#,
                    r#"{"secret":"s3cret","event":"spoken","a":{"text":"hi","n":[1,{}]}}"#,
                ]
            );
            assert_eq!(
                bodies(&null_each(desk)),
                [
                    r#"{"secret":"s3cret","event":"spoken","a":{"text":null,"n":[1,{"b/c":"x"}]}}"#,
                    r#"{"secret":"s3cret","event":null,"a":{"text":"hi","n":[1,{"b/c":"x"}]}}"#,
                    r#"{"secret":"s3cret","event":"spoken","a":{"text":"hi","n":[1,{"b/c":null}]}}"#,
                ]
            );
        });
    }

    #[test]
    fn names_and_words_are_replaced() {
        with_desk(BODY, |desk| {
            let body = String::from_utf8(unknown_event(desk.event)).unwrap();
            assert_eq!(body, BODY.replace("spoken", "spoken_of_tomorrow"));
            let body = String::from_utf8(saying(desk, "\"\\ud83d\"")).unwrap();
            assert_eq!(body, BODY.replace("hi", "\\ud83d"));
        });
    }

    #[test]
    fn only_so_many_members_are_tried_and_they_are_from_all_over() {
        let all = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>();
        for (count, expected) in [(0, 0), (1, 1), (8, 8), (24, 24), (25, 17), (168, 24)] {
            assert_eq!(some(&all(count)).count(), expected, "{count}");
        }
        assert_eq!(some(&all(168)).last().as_deref(), Some("158"));
    }
}
