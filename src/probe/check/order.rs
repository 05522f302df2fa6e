//! Whether the receiver copes with webhooks that come twice, late, out of order or all at once.

use super::{Check, Course, Needs, Severity, Wants};
use crate::probe::letter::{Desk, Letter, Role};

/// How many webhooks come at once.
const CROWD: usize = 20;
/// How many other webhooks come between an event and its replay.
const BETWEEN: usize = 10;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "P101",
        name: "duplicate delivery",
        sends: "an event, and the same once more",
        wants: Wants::ActionOnce,
        why: "a platform sends again what was not acknowledged in time, though the receiver may have done it",
        mend: "remember the ids of events that were done, and acknowledge a known one without acting",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Series(|desk| vec![desk.genuine(), desk.genuine()]),
    },
    Check {
        id: "P102",
        name: "replay after others",
        sends: "an event, ten other webhooks, and the event again with the timestamp of the new attempt",
        wants: Wants::ActionOnce,
        why: "retries come minutes and hours later, when the last id that was seen is another",
        mend: "remember more than the last id, for as long as the platform tries again",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Series(replayed),
    },
    Check {
        id: "P103",
        name: "many at once",
        sends: "an event in 20 copies at the same time",
        wants: Wants::ActionOnce,
        why: "retries and duplicates can meet the first attempt while it is still at work",
        mend: "claim an event's id before acting on it, in one step that only one request can win, and let the others wait for it",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::AtOnce(|desk| vec![desk.genuine(); CROWD]),
    },
    Check {
        id: "P104",
        name: "reordered pair",
        sends: "two events of one chat, the later one first",
        wants: Wants::Answer,
        why: "no platform promises that webhooks come in the order in which things happened",
        mend: "take an event about a chat that is not known yet, or is over already, for what it is",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Reordered,
    },
];

fn replayed(desk: &Desk<'_>) -> Vec<Letter> {
    let others = (0..BETWEEN).map(|n| Letter {
        role: Role::Prelude,
        ..desk.sealed_as(&format!("{}{n}", desk.event.id), super::content::unknown_event(desk.event))
    });
    std::iter::once(desk.genuine()).chain(others).chain([desk.genuine()]).collect()
}
