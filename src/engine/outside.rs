//! What others do to a world while it runs: play steps, let time pass, ask whether it rests.
//!
//! Their steps are played as a scenario's are, beside whatever else is played, and their failures end nothing but themselves.
//! An expectation that comes alone looks from the last act from outside on, unless it is told where to begin.

use indexmap::IndexMap;

use super::World;
use super::stage::{Pause, State, Track};
use crate::base::id::{EntrySeq, Ticket};
use crate::base::time::{VirtualSpan, VirtualTime, WallTime};
use crate::platform::cx::{Customer, Replaced};
use crate::scenario::{Known, Step};

/// How far a world is with the steps it was opened with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// It has none.
    Nothing,
    /// They have not begun.
    Waiting,
    /// They are played, or what came of them is still under way.
    Playing,
    /// They have ended.
    Ended,
}

impl World {
    /// How far it is with the steps it was opened with.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.stage.progress()
    }

    /// Whether it rests: no steps are played and no webhook is on its way. What falls due later wakes it again.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.stage.is_empty() && self.outbox.is_quiet()
    }

    /// Whether a copy of it could go on by itself: it rests, and nobody holds a socket that the copy would not have.
    #[must_use]
    pub fn can_be_kept(&self) -> bool {
        self.is_idle() && !self.sockets.are_open()
    }

    /// Whether no webhook is on its way at this moment.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.outbox.is_quiet()
    }

    /// Whether calls may cause more webhooks. Where they may not, they have to wait: what is unsettled is bounded, and so is
    /// how fast the bot and the platform can keep each other busy.
    #[must_use]
    pub fn has_room(&self) -> bool {
        !self.crowded && self.flood.over_until().is_none()
    }

    /// The people it knows, by the names that steps use.
    #[must_use]
    pub fn customers(&self) -> &IndexMap<String, Customer> {
        &self.desk.customers
    }

    /// What steps from outside may refer to.
    #[must_use]
    pub fn known(&self) -> Known {
        self.desk.known()
    }

    /// Where its clock stood when it last took something in.
    #[must_use]
    pub fn kept_at(&self) -> VirtualTime {
        self.clock.now()
    }

    /// Goes on at this real instant as if no real time had passed since it last took something in. To be called on a copy of
    /// a world that rested, before anything else is put in.
    pub fn resume(&mut self, wall: WallTime) {
        self.wall = self.wall.max(wall);
        self.clock.set_pace(self.clock.pace(), self.wall);
        // Alarms were asked for by the original, which has also counted what is in the journal.
        self.armed = None;
        self.journal.count_anew();
    }

    /// Makes of a copy a world of its own, of this name: its credentials are nobody else's, and its chance does not follow that
    /// of the original. Gives the credentials that were replaced; those in their place are among its claims.
    pub fn split_off(&mut self, name: &str) -> Vec<Replaced> {
        self.desk.become_anothers(name);
        let replaced = self.platform.reissue(&mut self.desk.cx(self.clock.now()));
        self.desk.replace(&replaced);
        for (old, new) in std::mem::take(&mut self.desk.renamed) {
            self.schedule.rename(&old, &new);
            // Those of the opening may not be in the schedule yet.
            for (_, key) in self.desk.wakes.iter_mut().filter(|(_, key)| *key == old) {
                key.clone_from(&new);
            }
        }
        replaced
    }

    pub(super) fn play(&mut self, ticket: Ticket, steps: Vec<Step>, from: Option<EntrySeq>) {
        let from = from.unwrap_or(self.stage.outside());
        let track = Track::new(Some(ticket), steps, from, self.wall);
        self.stage.admit(track);
    }

    pub(super) fn pass_time(&mut self, ticket: Ticket, span: VirtualSpan) {
        let mut track = Track::new(Some(ticket), Vec::new(), self.stage.outside(), self.wall);
        track.state = State::Travelling(self.clock.now() + span, Pause::Leap);
        self.stage.admit(track);
    }
}
