//! Snapshots: a world as it was at one moment, to which it can be taken back again and again, so that what comes next can
//! be tried in several ways.
//!
//! Only a world that rests can be kept: what is on its way to a receiver, or played for somebody who waits, cannot be had
//! twice. What falls due later is part of the state. A world that is taken back has the credentials it had then, so its
//! clients need not be told anything; what it forgets, a bot may still remember.
//!
//! A snapshot can also become worlds of their own, any number of them at once: forks. As a credential belongs to one world,
//! each has credentials of its own, and is told with which of them take whose place. Chats, people and all else keep their
//! ids, which tell nobody which world is meant; what is made up from then on is each fork's own. What went out before keeps
//! leading to the original: addresses of files, and webhooks that are tried again as they were.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;

use super::registry::Named;
use super::shape::shown;
use super::world;
use crate::base::id::EntrySeq;
use crate::base::secret::Secret;
use crate::base::time::VirtualTime;
use crate::delivery::BotUrl;
use crate::engine::{Opening, World};
use crate::platform::Vendor;
use crate::platform::cx::{Credential, Identities, Replaced};
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
    /// What it begins with again when it is reset, if not with its opening.
    pub(super) start: Option<Arc<Snapshot>>,
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

shown! {
    /// A world that a snapshot has become.
    pub(super) struct Forked {
        /// The world.
        world: world::Shown,
        /// The credentials and ids of the tenant that were replaced, each with the one in its place.
        replaced: IndexMap<String, String>,
    }
}

impl Forked {
    pub(super) fn of<K>(named: &Named<K>, replaced: Vec<Replaced>, url: String) -> Self {
        let text = |secret: &Secret| secret.expose().to_owned();
        let replaced = replaced.iter().map(|one| (text(&one.old), text(&one.new))).collect();
        Self { world: world::Shown::of(named, url), replaced }
    }
}

impl Snapshot {
    /// A world as it is; nothing if it does not rest, or if a socket is open in it.
    pub(super) fn of<K>(named: &Named<K>, claims: BTreeSet<Credential>) -> Option<Self> {
        let core = named.world.with(|world| world.can_be_kept().then(|| world.clone()))?;
        let Named { id, vendor, opening, bot, start, .. } = named;
        Some(Self {
            world: id.clone(),
            vendor,
            opening: opening.clone(),
            bot: bot.clone(),
            start: start.clone(),
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

    /// The same at the same moment as another world's, which is called `id`, with the credentials that were replaced for it.
    pub(super) fn fork(&self, id: &str, bot: Option<BotUrl>) -> (Self, Vec<Replaced>) {
        let mut core = self.core().clone();
        let replaced = core.split_off(id);
        let claims = core.take_claims().into_iter().collect();
        let opening = Opening { name: id.to_owned(), identities: Identities::Fresh, ..self.opening.clone() };
        let bot = bot.or_else(|| self.bot.clone());
        let fork = Self {
            world: id.to_owned(),
            vendor: self.vendor,
            opening,
            bot,
            start: None,
            claims,
            core: Mutex::new(core),
        };
        (fork, replaced)
    }

    fn core(&self) -> MutexGuard<'_, World> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
