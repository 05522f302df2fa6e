//! Where a chat stands: what the journal's entries about it come to.

use std::fmt;

use crate::base::id::EntrySeq;
use crate::journal::Journal;
use crate::journal::entry::{Change, What};
use crate::scenario::expect::{NOBODY, Status};

/// Where a chat stands, and since when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Standing {
    /// What can be done with it.
    pub status: Status,
    /// The id of whoever has it.
    pub holder: Option<String>,
    /// The outcome it was closed with; empty if there was none.
    pub outcome: String,
    /// The entry that made it so.
    pub since: EntrySeq,
}

impl Standing {
    /// The state of a chat; nothing if the journal says nothing of it.
    pub(super) fn of(journal: &Journal, chat: &str) -> Option<Self> {
        let mut standing = None;
        for entry in journal.iter() {
            if let What::Changed { chat: about, change, .. } = &entry.what
                && about == chat
            {
                let new = || Self { status: Status::Open, holder: None, outcome: String::new(), since: entry.seq };
                standing.get_or_insert_with(new).change(change, entry.seq);
            }
        }
        standing
    }

    fn change(&mut self, change: &Change, at: EntrySeq) {
        let before = (self.status, self.holder.clone());
        match change {
            Change::Started { .. } => {
                (self.status, self.holder) = (Status::Open, None);
                self.outcome.clear();
            }
            Change::Assigned { to } => (self.status, self.holder) = (Status::Open, Some(to.clone())),
            // Whoever it was given to takes it next, or it waits for them.
            Change::Queued | Change::Transferred { .. } => (self.status, self.holder) = (Status::Queued, None),
            Change::Left { who } if self.holder.as_ref() == Some(who) => self.holder = None,
            Change::Held => self.status = Status::Held,
            Change::Resumed => self.status = Status::Open,
            Change::Closed { outcome } => {
                self.status = Status::Closed;
                self.outcome.clone_from(outcome);
            }
            Change::Joined { .. }
            | Change::Left { .. }
            | Change::Tagged { .. }
            | Change::Untagged { .. }
            | Change::Updated { .. } => {}
        }
        if before != (self.status, self.holder.clone()) {
            self.since = at;
        }
    }

    /// Whoever has it, in a word.
    pub(super) fn holder(&self) -> &str {
        self.holder.as_deref().unwrap_or(NOBODY)
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, assigned to {}", self.status.word(), self.holder())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::{VirtualTime, WallTime};
    use crate::journal::Bounds;
    use crate::journal::entry::Party;

    #[test]
    fn changes_come_to_a_state() {
        let check = |changes: &[Change], expected: &str, since: u64| {
            let mut journal = Journal::new(Bounds::DEFAULT);
            for change in changes {
                for chat in ["a", "b"] {
                    let what = What::Changed { chat: chat.to_owned(), by: Party::system(), change: change.clone() };
                    journal.append(VirtualTime::OPENING, WallTime::from_nanos(0), what);
                }
            }
            let standing = Standing::of(&journal, "a").unwrap();
            assert_eq!((standing.to_string().as_str(), standing.since), (expected, EntrySeq(since)), "{changes:?}");
        };
        let started = Change::Started { name: None };
        let assigned = Change::Assigned { to: "noa".to_owned() };
        let left = |who: &str| Change::Left { who: who.to_owned() };
        let tagged = Change::Tagged { tag: "x".to_owned() };
        let closed = Change::Closed { outcome: "won".to_owned() };
        check(std::slice::from_ref(&started), "open, assigned to none", 0);
        check(&[started.clone(), Change::Queued], "queued, assigned to none", 2);
        check(&[started.clone(), assigned.clone(), tagged], "open, assigned to noa", 2);
        check(&[assigned.clone(), left("dan")], "open, assigned to noa", 0);
        check(&[assigned.clone(), left("noa")], "open, assigned to none", 2);
        check(&[assigned.clone(), Change::Held], "held, assigned to noa", 2);
        check(&[assigned.clone(), Change::Held, Change::Resumed], "open, assigned to noa", 4);
        check(&[assigned.clone(), Change::Transferred { to: "x".to_owned() }], "queued, assigned to none", 2);
        check(&[assigned.clone(), closed.clone()], "closed, assigned to noa", 2);
        check(&[assigned, closed, started], "open, assigned to none", 4);
        assert_eq!(Standing::of(&Journal::new(Bounds::DEFAULT), "a"), None);
    }
}
