//! The only witness: an ordered record of everything observable in a world.
//!
//! Expectations, reports and exports read it and nothing else. Bounded by count and by bytes; what no longer fits is
//! dropped from the front and counted.

pub mod entry;
pub mod file;
mod headers;
mod kind;
pub mod lines;
mod outcome;
mod payload;
pub mod tally;

use std::collections::VecDeque;

pub use entry::{Entry, What};

use self::tally::Tally;
use crate::base::id::EntrySeq;
use crate::base::time::{VirtualTime, WallTime};

/// How much a journal keeps.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The most entries.
    pub entries: usize,
    /// The most bytes in bodies and texts.
    pub bytes: usize,
}

impl Bounds {
    /// What a world keeps unless it is told otherwise: 200 000 entries and 256 MiB.
    pub const DEFAULT: Self = Self { entries: 200_000, bytes: 256 << 20 };
}

/// The record of one world.
#[derive(Clone, Debug)]
pub struct Journal {
    entries: VecDeque<Entry>,
    next: u64,
    bytes: usize,
    bounds: Bounds,
    tally: Tally,
}

impl Journal {
    /// An empty journal.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self::from(EntrySeq(0), bounds)
    }

    /// An empty journal that has dropped all that came before `first`.
    #[must_use]
    fn from(first: EntrySeq, bounds: Bounds) -> Self {
        Self { entries: VecDeque::new(), next: first.0, bytes: 0, bounds, tally: Tally::default() }
    }

    /// Puts one entry at the end.
    pub fn append(&mut self, at: VirtualTime, wall: WallTime, what: What) -> EntrySeq {
        let seq = EntrySeq(self.next);
        self.next += 1;
        self.bytes += what.weight();
        self.tally.count(&what);
        self.entries.push_back(Entry { seq, at, wall, what });
        while self.entries.len() > self.bounds.entries || self.bytes > self.bounds.bytes {
            let Some(gone) = self.entries.pop_front() else { break };
            self.bytes -= gone.what.weight();
        }
        seq
    }

    /// The number the next entry will have.
    #[must_use]
    pub fn end(&self) -> EntrySeq {
        EntrySeq(self.next)
    }

    /// How many entries are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many entries were dropped because the journal was full.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.next - self.entries.len() as u64
    }

    /// How often what happened, dropped entries included, but not those of a journal that this is a copy of.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Counts from now on only: what came before is counted in the journal that this is a copy of.
    pub fn count_anew(&mut self) {
        self.tally = Tally::default();
    }

    /// The entries from `seq` on, in order.
    pub fn since(&self, seq: EntrySeq) -> impl DoubleEndedIterator<Item = &Entry> + Clone {
        let skip = usize::try_from(seq.0.saturating_sub(self.dropped())).unwrap_or(usize::MAX);
        self.entries.range(skip.min(self.entries.len())..)
    }

    /// The step of this number on one line, as it was played last; nothing if it is not kept.
    #[must_use]
    pub fn step(&self, wanted: usize) -> Option<&str> {
        self.entries.iter().rev().find_map(|entry| match &entry.what {
            What::Step { index, source, .. } if *index == wanted => Some(source.as_str()),
            _ => None,
        })
    }

    /// All entries that are kept, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> + Clone {
        self.entries.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(bounds: Bounds, count: u64) -> Journal {
        let mut journal = Journal::new(bounds);
        for _ in 0..count {
            journal.append(
                VirtualTime::OPENING,
                WallTime::from_nanos(0),
                What::Violated { source: super::entry::Source::Bot, detail: "x".repeat(10) },
            );
        }
        journal
    }

    #[test]
    fn a_full_journal_drops_from_the_front_and_counts() {
        let journal = filled(Bounds { entries: 3, bytes: 10_000 }, 5);
        assert_eq!(journal.dropped(), 2);
        assert_eq!(journal.iter().map(|e| e.seq.0).collect::<Vec<_>>(), [2, 3, 4]);
        assert_eq!(journal.since(EntrySeq(4)).count(), 1);
        assert_eq!(journal.since(EntrySeq(0)).count(), 3);
        assert_eq!(journal.since(EntrySeq(9)).count(), 0);
        let heavy = filled(Bounds { entries: 100, bytes: 25 }, 5);
        assert_eq!(heavy.dropped(), 3);
        assert_eq!(heavy.end(), EntrySeq(5));
    }
}
