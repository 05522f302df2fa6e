//! Snapshots: a world as it was at one moment, to which it can be taken back again and again, so that what comes next can
//! be tried in several ways.
//!
//! Only a world that rests can be kept: what is on its way to a receiver, or played for somebody who waits, cannot be had
//! twice. What falls due later is part of the state. A world that is taken back has the credentials it had then, so its
//! clients need not be told anything; what it forgets, a bot may still remember.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::registry::Named;
use super::shape::shown;
use crate::base::id::EntrySeq;
use crate::base::time::VirtualTime;
use crate::delivery::BotUrl;
use crate::engine::{Opening, World};
use crate::platform::Vendor;
use crate::platform::cx::Credential;
use crate::server::ticker;

/// How many snapshots are kept at most.
pub(super) const MOST: usize = 64;

/// A world as it was.
pub(super) struct Snapshot {
    /// The id of its world.
    pub(super) world: String,
    /// The platform.
    pub(super) vendor: &'static Vendor,
    /// What the world began with.
    pub(super) opening: Opening,
    /// What `${bot}` leads to in it.
    pub(super) bot: Option<BotUrl>,
    /// The credentials it had.
    pub(super) claims: BTreeSet<Credential>,
    /// All the rest. Nobody waits for it: it is copied, and that is all.
    core: Mutex<World>,
}

shown! {
    /// A snapshot.
    pub(super) struct Shown {
        /// What the control port calls it.
        id: String,
        /// The world that it is of.
        world: String,
        /// The time on its clock.
        now: VirtualTime,
        /// The number of the last entry of its journal.
        entry: EntrySeq,
    }
}

impl Snapshot {
    /// A world as it is; nothing if it does not rest, or if a socket is open in it.
    pub(super) fn of<K>(named: &Named<K>, claims: BTreeSet<Credential>) -> Option<Self> {
        let core = named.world.with(|world| world.can_be_kept().then(|| world.clone()))?;
        let Named { id, vendor, opening, bot, .. } = named;
        Some(Self {
            world: id.clone(),
            vendor,
            opening: opening.clone(),
            bot: bot.clone(),
            claims,
            core: Mutex::new(core),
        })
    }

    /// It in an answer.
    pub(super) fn show(&self, id: &str) -> Shown {
        let core = self.core();
        let entry = EntrySeq(core.journal().end().0.saturating_sub(1));
        Shown { id: id.to_owned(), world: self.world.clone(), now: core.kept_at(), entry }
    }

    /// The world, which goes on from now.
    pub(super) fn wake(&self) -> World {
        let mut core = self.core().clone();
        core.resume(ticker::now());
        core
    }

    fn core(&self) -> MutexGuard<'_, World> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
