//! How often what happened, in numbers that only grow: they count on when a full journal drops what they counted.

use super::What;
use super::entry::{Fate, Outcome};

/// What happened in a world, counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Entries of all kinds.
    pub entries: u64,
    /// Messages that somebody said.
    pub messages: u64,
    /// Deeds that the vendor's documents do not allow.
    pub violations: u64,
    /// Planned faults that fired.
    pub faults: u64,
    /// Webhooks that were due.
    pub deliveries: u64,
    calls: [u64; CLASSES.len()],
    attempts: [u64; OUTCOMES.len()],
    fates: [u64; FATES.len()],
}

/// The classes of statuses.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// How attempts end.
const OUTCOMES: [&str; 10] =
    ["1xx", "2xx", "3xx", "4xx", "5xx", "timed_out", "refused", "broken", "forbidden", "stopped"];
/// What becomes of webhooks.
const FATES: [&str; 5] = ["delivered", "given_up", "dropped", "disabled", "stopped"];

impl Tally {
    /// Counts one entry.
    pub(super) fn count(&mut self, what: &What) {
        self.entries += 1;
        match what {
            What::Said(_) => self.messages += 1,
            What::Violated { .. } => self.violations += 1,
            What::Faulted { .. } => self.faults += 1,
            What::Queued { .. } => self.deliveries += 1,
            What::Called(called) => self.calls[class(called.status)] += 1,
            What::Answered { outcome, .. } => self.attempts[ending(outcome)] += 1,
            What::Settled { fate, .. } => self.fates[end(*fate)] += 1,
            What::Opened { .. }
            | What::Step { .. }
            | What::Refused { .. }
            | What::Changed { .. }
            | What::Connected { .. }
            | What::Framed { .. }
            | What::Disconnected { .. }
            | What::Sent { .. }
            | What::Kept { .. }
            | What::Remarked { .. }
            | What::Chosen { .. }
            | What::Judged { .. }
            | What::Ended => {}
        }
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: &Self) {
        let Self { entries, messages, violations, faults, deliveries, calls, attempts, fates } = self;
        let alone = [
            (entries, other.entries),
            (messages, other.messages),
            (violations, other.violations),
            (faults, other.faults),
            (deliveries, other.deliveries),
        ];
        let listed = [(&mut calls[..], &other.calls[..]), (attempts, &other.attempts), (fates, &other.fates)];
        let listed = listed.into_iter().flat_map(|(mine, others)| mine.iter_mut().zip(others.iter().copied()));
        for (mine, others) in alone.into_iter().chain(listed) {
            *mine += others;
        }
    }

    /// Calls, by the class of the answer's status.
    pub fn calls(&self) -> impl Iterator<Item = (&'static str, u64)> {
        CLASSES.into_iter().zip(self.calls)
    }

    /// Attempts to deliver that have ended: by the class of the status, or by why there was none.
    pub fn attempts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        OUTCOMES.into_iter().zip(self.attempts)
    }

    /// Webhooks that are settled, by what became of them.
    pub fn fates(&self) -> impl Iterator<Item = (&'static str, u64)> {
        FATES.into_iter().zip(self.fates)
    }
}

/// The place of a status among [`CLASSES`]; what is no status counts as a failure.
fn class(status: u16) -> usize {
    match status / 100 {
        class @ 1..=5 => usize::from(class) - 1,
        _ => 4,
    }
}

/// The place of an outcome among [`OUTCOMES`].
fn ending(outcome: &Outcome) -> usize {
    match outcome {
        Outcome::Status(status) => class(*status),
        Outcome::TimedOut => 5,
        Outcome::Refused => 6,
        Outcome::Broken(_) => 7,
        Outcome::Forbidden(_) => 8,
        Outcome::Stopped => 9,
    }
}

/// The place of a fate among [`FATES`].
fn end(fate: Fate) -> usize {
    match fate {
        Fate::Delivered => 0,
        Fate::GivenUp => 1,
        Fate::Dropped => 2,
        Fate::Disabled => 3,
        Fate::Stopped => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::DeliveryId;

    #[test]
    fn what_is_counted_is_found_under_its_name() {
        let answered = |outcome| What::answered(DeliveryId(1), 1, outcome);
        let settled = |fate| What::Settled { delivery: DeliveryId(1), fate };
        let check = |what: What, expected: &str| {
            let mut tally = Tally::default();
            tally.count(&what);
            let named: Vec<_> = tally.attempts().chain(tally.fates()).filter(|(_, count)| *count > 0).collect();
            assert_eq!((named.as_slice(), tally.entries), (&[(expected, 1)][..], 1), "{what:?}");
            let once = tally;
            tally.add(&once);
            let named: Vec<_> = tally.attempts().chain(tally.fates()).filter(|(_, count)| *count > 0).collect();
            assert_eq!((named.as_slice(), tally.entries), (&[(expected, 2)][..], 2), "{what:?}");
        };
        check(answered(Outcome::Status(204)), "2xx");
        check(answered(Outcome::Status(599)), "5xx");
        check(answered(Outcome::Status(100)), "1xx");
        check(answered(Outcome::Status(999)), "5xx");
        check(answered(Outcome::TimedOut), "timed_out");
        check(answered(Outcome::Refused), "refused");
        check(answered(Outcome::Broken(String::new())), "broken");
        check(answered(Outcome::Forbidden(String::new())), "forbidden");
        check(settled(Fate::Delivered), "delivered");
        check(settled(Fate::GivenUp), "given_up");
        check(settled(Fate::Dropped), "dropped");
    }
}
