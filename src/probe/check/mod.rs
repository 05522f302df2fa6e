//! The table of all that is tried on a receiver: what is sent, what a good receiver does, and why that matters.

mod body;
mod content;
mod order;
mod protocol;
mod trust;

use serde_json::Value as Json;

use super::letter::{Desk, Letter};
use super::{Event, Proof};

/// All checks, in the order in which they are made. The first one decides whether the others are.
pub static CHECKS: &[&[Check]] = &[trust::CHECKS, order::CHECKS, body::CHECKS, content::CHECKS, protocol::CHECKS];

/// All checks as one row after the other.
pub fn all() -> impl Iterator<Item = &'static Check> {
    CHECKS.iter().copied().flatten()
}

/// One thing that is tried.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Its stable name, such as `P001`.
    pub id: &'static str,
    /// What is tried, in a few words.
    pub name: &'static str,
    /// What is sent.
    pub sends: &'static str,
    /// What a good receiver does.
    pub wants: Wants,
    /// Why that matters.
    pub why: &'static str,
    /// How a receiver that does otherwise is mended.
    pub mend: &'static str,
    /// How bad it is if it does otherwise.
    pub severity: Severity,
    /// Without what it means nothing.
    pub needs: Needs,
    /// The letters.
    pub course: Course,
}

/// What a good receiver does with every letter of a check that is judged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wants {
    /// It acknowledges the event and acts on it.
    Action,
    /// It acknowledges every letter and acts once.
    ActionOnce,
    /// It acknowledges the event, whether it acts or not.
    Acknowledgement,
    /// It refuses with a status of 4xx and does not act.
    Refusal,
    /// It refuses or closes the connection, and does not act.
    NoAction,
    /// It answers in time with anything but a status of 5xx.
    Answer,
    /// It answers well within the vendor's time.
    Promptness,
}

impl Wants {
    /// What that means, after "a good receiver".
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Action => "acknowledges it, and acts on it",
            Self::ActionOnce => "acknowledges every copy, and acts once",
            Self::Acknowledgement => "acknowledges it",
            Self::Refusal => "refuses it with a status of 4xx, and does not act",
            Self::NoAction => "refuses it or closes the connection, and does not act",
            Self::Answer => "answers in time, with anything but a status of 5xx",
            Self::Promptness => "takes less than half of the platform's time",
        }
    }
}

/// How bad it is if a receiver does not do what is wanted. A crash or a hang is always bad.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It is untidy, and makes the grade weak.
    Minor,
    /// Webhooks are lost, or done twice.
    Serious,
    /// Anybody can make the receiver act.
    Critical,
}

impl Severity {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Minor => "minor",
            Self::Serious => "serious",
            Self::Critical => "critical",
        }
    }
}

/// Without what a check means nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Needs {
    /// It always means something.
    Nothing,
    /// A signature.
    Signature,
    /// A secret in the body.
    BodySecret,
    /// A header that nobody else knows.
    Header,
    /// Any proof that the webhook comes from the vendor.
    AnyProof,
}

impl Needs {
    /// Why a check is not applicable where this is all the proof there is; nothing if it is applicable.
    #[must_use]
    pub fn lacking(self, proof: &Proof) -> Option<&'static str> {
        let Proof { signing, body, headers } = proof;
        match self {
            Self::Signature if signing.is_none() => {
                Some("nothing is signed without `--secret`: this platform signs no webhooks by itself")
            }
            Self::BodySecret if body.is_none() => Some("this platform puts no secret into the body"),
            Self::Header if headers.is_empty() => Some("no header with a secret was named with `--header`"),
            Self::AnyProof if signing.is_none() && body.is_none() && headers.is_empty() => {
                Some("nothing proves who sends it: there is no `--secret`, no `--header`, and no secret in the body")
            }
            Self::Nothing | Self::Signature | Self::BodySecret | Self::Header | Self::AnyProof => None,
        }
    }
}

/// The letters of a check.
#[derive(Clone, Copy, Debug)]
pub enum Course {
    /// Each about an event of its own and on a connection of its own. As many events are made as the first one gives
    /// letters; the n-th letter is that of the n-th event.
    Each(fn(&Desk<'_>) -> Vec<Letter>),
    /// All about one event, one after the other, each on a connection of its own.
    Series(fn(&Desk<'_>) -> Vec<Letter>),
    /// All about one event, one after the other on one connection.
    Kept(fn(&Desk<'_>) -> Vec<Letter>),
    /// All about one event and at the same time.
    AtOnce(fn(&Desk<'_>) -> Vec<Letter>),
    /// Two events of one chat, the later one first.
    Reordered,
    /// Nothing is sent: it is about the answers so far.
    Measured,
}

/// The body of an event, written anew with changes.
fn rewritten(event: &Event, change: impl FnOnce(&mut Json)) -> Vec<u8> {
    let mut document = serde_json::from_slice(&event.body).unwrap_or_default();
    change(&mut document);
    document.to_string().into_bytes()
}

/// Adds a member to a document, if it is an object.
fn add(document: &mut Json, key: &str, value: impl Into<Json>) {
    if let Some(members) = document.as_object_mut() {
        members.insert(key.to_owned(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::base::secret::Secret;

    #[test]
    fn rows_have_names_of_their_own_in_order() {
        let ids: Vec<&str> = all().map(|check| check.id).collect();
        assert!(ids.is_sorted(), "{ids:?}");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        assert_eq!(all().map(|check| check.name).collect::<BTreeSet<_>>().len(), ids.len());
        assert_eq!(ids[0], "P001");
    }

    #[test]
    fn a_check_is_told_to_be_not_applicable_where_it_means_nothing() {
        let nothing = Proof::default();
        let signing = Proof { signing: Some(Secret::new("whsec_dGVzdA==")), ..Proof::default() };
        let header = Proof { headers: vec!["x-key".to_owned()], ..Proof::default() };
        for (needs, of_nothing, of_signing, of_header) in [
            (Needs::Nothing, true, true, true),
            (Needs::Signature, false, true, false),
            (Needs::BodySecret, false, false, false),
            (Needs::Header, false, false, true),
            (Needs::AnyProof, false, true, true),
        ] {
            let applicable = [&nothing, &signing, &header].map(|proof| needs.lacking(proof).is_none());
            assert_eq!(applicable, [of_nothing, of_signing, of_header], "{needs:?}");
        }
    }
}
