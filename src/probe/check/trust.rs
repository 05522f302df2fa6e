//! Whether the receiver tells the vendor from everybody else.

use super::{Check, Course, Needs, Severity, Wants, add, rewritten};
use crate::probe::letter::{Desk, Letter};

/// How far a receiver's clock may be from the sender's, as the reference libraries have it, is 300 seconds; this is twice that.
const TOO_FAR: u64 = 600;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "P001",
        name: "valid delivery",
        sends: "an event as the platform sends it, with everything that proves its origin",
        wants: Wants::Action,
        why: "a receiver that does not take good webhooks cannot be told anything; the other checks are skipped then",
        mend: "see that URL, platform, secret and headers are those the receiver is configured with, and that it answers with the \
               status the platform takes for an acknowledgement",
        severity: Severity::Critical,
        needs: Needs::Nothing,
        course: Course::Each(|desk| vec![desk.genuine()]),
    },
    Check {
        id: "P002",
        name: "signed with another key",
        sends: "an event whose signature was made with a key that is not the receiver's",
        wants: Wants::Refusal,
        why: "whoever finds the URL can make the receiver act",
        mend: "compute the HMAC-SHA256 of id, timestamp and body with your secret, and refuse where no entry of the header matches",
        severity: Severity::Critical,
        needs: Needs::Signature,
        course: Course::Each(|desk| vec![desk.forged()]),
    },
    Check {
        id: "P003",
        name: "no proof of origin",
        sends: "an event without signature, without secret headers and without the secret in its body",
        wants: Wants::Refusal,
        why: "a check that is only made where there is something to check is passed by leaving it out",
        mend: "refuse what lacks the proof, before looking at anything else",
        severity: Severity::Critical,
        needs: Needs::AnyProof,
        course: Course::Each(|desk| vec![bare(desk)]),
    },
    Check {
        id: "P004",
        name: "malformed signature",
        sends: "four events whose `webhook-signature` is empty, `v1,` alone, no base64, and without a version",
        wants: Wants::Refusal,
        why: "parsers of headers fail in ways that let things through, or crash",
        mend: "split entries at spaces and each at its first comma; what has not that form does not match",
        severity: Severity::Critical,
        needs: Needs::Signature,
        course: Course::Each(malformed),
    },
    Check {
        id: "P005",
        name: "part of a signature",
        sends: "events with only the beginning of the right signature: four characters, and all but the last four",
        wants: Wants::Refusal,
        why: "a comparison that ends with the shorter text lets a few guesses through",
        mend: "compare all bytes, with a function made for it such as `hmac.compare_digest` or `crypto.timingSafeEqual`",
        severity: Severity::Critical,
        needs: Needs::Signature,
        course: Course::Each(parts),
    },
    Check {
        id: "P006",
        name: "unknown version only",
        sends: "an event whose right signature is marked as version `v9`",
        wants: Wants::Refusal,
        why: "versions exist so that a weak one can be left behind; what is not known proves nothing",
        mend: "look only at entries whose version you know",
        severity: Severity::Serious,
        needs: Needs::Signature,
        course: Course::Each(|desk| {
            let mut letter = desk.genuine();
            letter.set("webhook-signature", &letter.get("webhook-signature").replacen("v1,", "v9,", 1));
            vec![letter]
        }),
    },
    Check {
        id: "P007",
        name: "signature of other bytes",
        sends: "an event with the signature of another body",
        wants: Wants::Refusal,
        why: "a signature that does not cover the body proves nothing about it",
        mend: "put the bytes of the body into the HMAC, as they came",
        severity: Severity::Critical,
        needs: Needs::Signature,
        course: Course::Each(|desk| {
            let mut letter = desk.genuine();
            letter.body = rewritten(desk.event, |document| add(document, "rehearsal", "added later"));
            vec![letter]
        }),
    },
    Check {
        id: "P008",
        name: "signature of another id",
        sends: "an event with another `webhook-id` than was signed",
        wants: Wants::Refusal,
        why: "who can change the id can have an old webhook done again",
        mend: "put `webhook-id` into the HMAC",
        severity: Severity::Critical,
        needs: Needs::Signature,
        course: Course::Each(|desk| {
            let mut letter = desk.genuine();
            letter.set("webhook-id", &format!("{}0", desk.event.id));
            vec![letter]
        }),
    },
    Check {
        id: "P009",
        name: "timestamp that was not signed",
        sends: "an event from ten minutes ago whose `webhook-timestamp` was set to now afterwards",
        wants: Wants::Refusal,
        why: "if the timestamp is not signed, checking its age is worth nothing",
        mend: "put `webhook-timestamp` into the HMAC",
        severity: Severity::Critical,
        needs: Needs::Signature,
        course: Course::Each(|desk| {
            let mut letter = desk.sealed_at(desk.now - TOO_FAR);
            letter.set("webhook-timestamp", &desk.now.to_string());
            vec![letter]
        }),
    },
    Check {
        id: "P010",
        name: "stale timestamp",
        sends: "an event that was signed ten minutes ago",
        wants: Wants::Refusal,
        why: "a webhook that somebody recorded can be sent again for ever",
        mend: "refuse timestamps that are more than five minutes old",
        severity: Severity::Serious,
        needs: Needs::Signature,
        course: Course::Each(|desk| vec![desk.sealed_at(desk.now - TOO_FAR)]),
    },
    Check {
        id: "P011",
        name: "timestamp from the future",
        sends: "an event whose signed timestamp is ten minutes ahead",
        wants: Wants::Refusal,
        why: "it stays fresh for longer than it should, so a recording can be used longer",
        mend: "refuse timestamps that are more than five minutes ahead",
        severity: Severity::Serious,
        needs: Needs::Signature,
        course: Course::Each(|desk| vec![desk.sealed_at(desk.now + TOO_FAR)]),
    },
    Check {
        id: "P012",
        name: "timestamp that is no number",
        sends: "four events whose `webhook-timestamp` is empty, a word, negative, and too large for any integer",
        wants: Wants::Refusal,
        why: "a conversion that fails must not crash the receiver, and what is not a number has no age",
        mend: "take only digits for a timestamp, and refuse everything else",
        severity: Severity::Serious,
        needs: Needs::Signature,
        course: Course::Each(|desk| {
            ["", "yesterday", "-1", "99999999999999999999"].map(|text| desk.stamped(text)).to_vec()
        }),
    },
    Check {
        id: "P013",
        name: "rotated keys",
        sends: "an event with two signatures, the first by a key that the receiver does not know",
        wants: Wants::Action,
        why: "while a secret is exchanged, webhooks carry a signature by the old key and one by the new",
        mend: "go through all entries of `webhook-signature`; one that matches is enough",
        severity: Severity::Serious,
        needs: Needs::Signature,
        course: Course::Each(|desk| {
            let mut letter = desk.genuine();
            let (other, own) = (desk.forged(), letter.get("webhook-signature").to_owned());
            letter.set("webhook-signature", &format!("{} {own}", other.get("webhook-signature")));
            vec![letter]
        }),
    },
    Check {
        id: "P014",
        name: "names of headers in capitals",
        sends: "an event whose headers are named `WEBHOOK-ID`, `CONTENT-TYPE` and so on",
        wants: Wants::Action,
        why: "names of headers have no case, and proxies change it",
        mend: "look headers up without regard to case",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Each(|desk| {
            let mut letter = desk.genuine();
            for (name, _) in &mut letter.headers {
                name.make_ascii_uppercase();
            }
            vec![letter]
        }),
    },
    Check {
        id: "P015",
        name: "another secret in the body",
        sends: "an event with another secret in its body, and one with none; signed, if anything is",
        wants: Wants::Refusal,
        why: "the secret in the body is how this platform proves who it is",
        mend: "compare the secret in the body with yours, in constant time, and refuse if it differs or is missing",
        severity: Severity::Critical,
        needs: Needs::BodySecret,
        course: Course::Each(|desk| ["forged", ""].map(|secret| desk.sealed(with_secret(desk, secret))).to_vec()),
    },
    Check {
        id: "P016",
        name: "another secret in a header",
        sends: "for each header of `--header` an event in which its value is another, and one in which it is cut short",
        wants: Wants::Refusal,
        why: "the header is how this platform proves who it is",
        mend: "compare the whole value with yours, in constant time",
        severity: Severity::Critical,
        needs: Needs::Header,
        course: Course::Each(|desk| {
            let forged = |name: &String| {
                let genuine = desk.genuine();
                let value = genuine.get(name);
                let cut: String = value.chars().take(value.chars().count().saturating_sub(1)).collect();
                ["forged".to_owned(), cut].map(|value| {
                    let mut letter = genuine.clone();
                    letter.set(name, &value);
                    letter
                })
            };
            desk.proof.headers.iter().flat_map(forged).collect()
        }),
    },
];

/// The event without anything that proves its origin.
fn bare(desk: &Desk<'_>) -> Letter {
    let mut letter = desk.genuine();
    letter.body = with_secret(desk, "");
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        letter.remove(name);
    }
    for name in &desk.proof.headers {
        letter.remove(name);
    }
    letter
}

fn malformed(desk: &Desk<'_>) -> Vec<Letter> {
    let right = desk.genuine().get("webhook-signature").trim_start_matches("v1,").to_owned();
    let damaged = |value: &str| {
        let mut letter = desk.genuine();
        letter.set("webhook-signature", value);
        letter
    };
    ["", "v1,", "v1,%%%", right.as_str()].map(damaged).to_vec()
}

fn parts(desk: &Desk<'_>) -> Vec<Letter> {
    let shortened = |letter: Letter, length: usize| {
        let cut = letter.get("webhook-signature").get(..length).unwrap_or_default().to_owned();
        let mut letter = letter;
        letter.set("webhook-signature", &cut);
        letter
    };
    let whole = desk.genuine().get("webhook-signature").len();
    ["v1,".len() + 4, whole - 4].map(|length| shortened(desk.genuine(), length)).to_vec()
}

/// The body with this in place of its secret.
fn with_secret(desk: &Desk<'_>, secret: &str) -> Vec<u8> {
    let Some(known) = &desk.proof.body else { return desk.event.body.clone() };
    String::from_utf8_lossy(&desk.event.body).replace(known.expose(), secret).into_bytes()
}
