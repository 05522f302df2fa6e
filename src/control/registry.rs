//! The worlds of a stand-in that runs, by the ids that the control port calls them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;

use super::metrics::Census;
use super::snapshot::{self, MOST as MOST_SNAPSHOTS, Snapshot};
use crate::base::secret::Secret;
use crate::delivery::{BotUrl, Delivery};
use crate::engine::port::Input;
use crate::engine::{Opening, World};
use crate::journal::tally::Tally;
use crate::platform::Vendor;
use crate::platform::cx::{Credential, Replaced};
use crate::server::ticker;
use crate::server::world::WorldHandle;
use crate::server::worlds::Worlds;

/// How many worlds may be open at once.
const MOST_WORLDS: usize = 16_384;

/// What worlds need around them.
pub trait Host: Send + Sync + 'static {
    /// What belongs to one world and ends with it, such as a bot of its own.
    type Company: Send + Sync + 'static;
    /// Why a world cannot be given its company.
    type Error: fmt::Display + Send;

    /// Where the vendors are.
    fn url(&self) -> String;

    /// The worlds that calls of the vendors' APIs reach.
    fn worlds(&self) -> &Worlds<World>;

    /// Makes ready what a world needs that clients know by these exports: its company, and the way for its webhooks, which
    /// go to `bot` if one is named.
    ///
    /// # Errors
    /// If its company cannot be started.
    fn prepare(
        &self,
        exports: Vec<(&'static str, Secret)>,
        bot: Option<&BotUrl>,
    ) -> impl Future<Output = Result<(Self::Company, Delivery), Self::Error>> + Send;
}

/// A world that is open, or was when it was looked up.
pub struct Named<K> {
    /// What the control port calls it.
    pub id: String,
    /// The platform.
    pub vendor: &'static Vendor,
    /// What it began with, and begins with again when it is reset.
    pub opening: Opening,
    /// What `${bot}` leads to in it, if it is not what it leads to elsewhere.
    pub bot: Option<BotUrl>,
    /// What it begins with again instead, if it is a fork.
    pub(super) start: Option<Arc<Snapshot>>,
    /// Tells apart what one id named before and after a reset.
    pub number: u64,
    /// The world.
    pub world: WorldHandle<World>,
    _company: K,
}

/// What a world is opened with.
struct Seat {
    id: String,
    vendor: &'static Vendor,
    opening: Opening,
    bot: Option<BotUrl>,
    start: Option<Arc<Snapshot>>,
    number: u64,
}

/// Why a world cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another one has the same credential.
    #[error(
        "another world has a credential that its set-up spells out, or the well-known ones; leave it to chance, or close the other"
    )]
    Taken,
    /// There are too many.
    #[error("{MOST_WORLDS} worlds are open, which is the most; close some")]
    TooMany,
    /// There is none of this id.
    #[error("there is no such world")]
    Unknown,
    /// It cannot be kept while something goes on in it.
    #[error("something goes on in the world; wait until it rests")]
    Busy,
    /// There are too many snapshots.
    #[error("{MOST_SNAPSHOTS} snapshots are kept, which is the most; drop some")]
    TooManySnapshots,
    /// There is no snapshot of this id, or it is another world's.
    #[error("the world has no such snapshot")]
    NoSnapshot,
    /// What it needs around it cannot be had, for this reason.
    #[error("failed to {0}")]
    Company(String),
}

/// What a registry knows.
struct Book<K> {
    open: IndexMap<String, Arc<Named<K>>>,
    snapshots: IndexMap<String, Arc<Snapshot>>,
    /// What had happened in worlds until they were closed, by platform.
    past: BTreeMap<&'static str, Tally>,
}

impl<K> Book<K> {
    /// Keeps what happened in a world that was closed.
    fn bury(&mut self, closed: &Named<K>) {
        closed.world.with(|world| self.past.entry(closed.vendor.name).or_default().add(world.journal().tally()));
    }
}

/// The open worlds.
pub struct Registry<H: Host> {
    host: H,
    book: Mutex<Book<H::Company>>,
    /// The number that the next world gets. Worlds are opened and reset one after the other, lest one take what another
    /// has just given free.
    next: tokio::sync::Mutex<u64>,
}

impl<H: Host> Registry<H> {
    /// No worlds yet.
    pub fn new(host: H) -> Self {
        let book = Book { open: IndexMap::new(), snapshots: IndexMap::new(), past: BTreeMap::new() };
        Self { host, book: Mutex::new(book), next: tokio::sync::Mutex::new(1) }
    }

    /// What worlds have around them.
    #[must_use]
    pub fn host(&self) -> &H {
        &self.host
    }

    /// Opens a world. The opening and its id are made of its number, which no other world ever gets.
    ///
    /// # Errors
    /// If it has a credential of another one, if there are too many, or if its company cannot be started.
    pub async fn open(
        &self,
        vendor: &'static Vendor,
        bot: Option<BotUrl>,
        plan: impl FnOnce(u64) -> (String, Opening) + Send,
    ) -> Result<Arc<Named<H::Company>>, OpenError> {
        let mut next = self.next.lock().await;
        if self.lock().open.len() >= MOST_WORLDS {
            return Err(OpenError::TooMany);
        }
        let (id, opening) = plan(*next);
        let seat = Seat { id, vendor, opening, bot, start: None, number: *next };
        let named = self.begin(seat, || {}).await?;
        *next += 1;
        Ok(named)
    }

    /// Begins a world anew, in the state and with the credentials that it had at first.
    ///
    /// # Errors
    /// If there is no such world, or if its company cannot be started.
    pub async fn reset(&self, id: &str) -> Result<Arc<Named<H::Company>>, OpenError> {
        let mut next = self.next.lock().await;
        let old = self.get(id).ok_or(OpenError::Unknown)?;
        let named = match &old.start {
            Some(start) => self.wake(start, Some(Arc::clone(start)), *next, || old.world.close()).await?,
            None => {
                let (vendor, opening, bot) = (old.vendor, old.opening.clone(), old.bot.clone());
                let seat = Seat { id: id.to_owned(), vendor, opening, bot, start: None, number: *next };
                self.begin(seat, || old.world.close()).await?
            }
        };
        *next += 1;
        Ok(named)
    }

    /// Keeps a world as it is, and gives the id that the snapshot has.
    ///
    /// # Errors
    /// If there is no such world, if it does not rest, or if there are too many snapshots.
    pub(super) async fn keep(&self, id: &str) -> Result<snapshot::Shown, OpenError> {
        let mut next = self.next.lock().await;
        let named = self.get(id).ok_or(OpenError::Unknown)?;
        if self.lock().snapshots.len() >= MOST_SNAPSHOTS {
            return Err(OpenError::TooManySnapshots);
        }
        let snapshot = Snapshot::of(&named, self.host.worlds().owned(&named.world)).ok_or(OpenError::Busy)?;
        let id = format!("s{next}");
        *next += 1;
        let shown = snapshot.show(&id);
        self.lock().snapshots.insert(id, Arc::new(snapshot));
        Ok(shown)
    }

    /// Takes a world back to what it was.
    ///
    /// # Errors
    /// If there is no such world, if it has no such snapshot, or if its company cannot be started.
    pub(super) async fn take_back(&self, id: &str, snapshot: &str) -> Result<Arc<Named<H::Company>>, OpenError> {
        let mut next = self.next.lock().await;
        let old = self.get(id).ok_or(OpenError::Unknown)?;
        let snapshot = self.lock().snapshots.get(snapshot).filter(|snapshot| snapshot.world == id).cloned();
        let snapshot = snapshot.ok_or(OpenError::NoSnapshot)?;
        let named = self.wake(&snapshot, snapshot.start.clone(), *next, || old.world.close()).await?;
        *next += 1;
        Ok(named)
    }

    /// Opens a world of its own that begins as another one was, with the credentials that were replaced for it. It is
    /// independent of both the other world and the snapshot.
    ///
    /// # Errors
    /// If there is no such snapshot, if there are too many worlds, or if its company cannot be started.
    pub(super) async fn fork(
        &self,
        snapshot: &str,
        bot: Option<BotUrl>,
    ) -> Result<(Arc<Named<H::Company>>, Vec<Replaced>), OpenError> {
        let mut next = self.next.lock().await;
        if self.lock().open.len() >= MOST_WORLDS {
            return Err(OpenError::TooMany);
        }
        let snapshot = self.lock().snapshots.get(snapshot).cloned().ok_or(OpenError::NoSnapshot)?;
        let (start, replaced) = snapshot.fork(&format!("w{next}"), bot);
        let start = Arc::new(start);
        let named = self.wake(&start, Some(Arc::clone(&start)), *next, || {}).await?;
        *next += 1;
        Ok((named, replaced))
    }

    /// Has the world of a snapshot go on in the place that `vacate` leaves.
    async fn wake(
        &self,
        snapshot: &Snapshot,
        start: Option<Arc<Snapshot>>,
        number: u64,
        vacate: impl FnOnce() + Send,
    ) -> Result<Arc<Named<H::Company>>, OpenError> {
        let Snapshot { world, vendor, opening, bot, claims, .. } = snapshot;
        let (opening, bot) = (opening.clone(), bot.clone());
        let seat = Seat { id: world.clone(), vendor, opening, bot, start, number };
        let named = self.seat(seat, (snapshot.wake(), claims.clone()), vacate).await?;
        // On a running clock somebody has to ask for an alarm.
        let pace = named.world.with(World::pace);
        named.world.input(Input::SetPace(pace));
        Ok(named)
    }

    /// All snapshots, in the order in which they were made.
    pub(super) fn snapshots(&self) -> Vec<snapshot::Shown> {
        self.lock().snapshots.iter().map(|(id, snapshot)| snapshot.show(id)).collect()
    }

    /// Drops a snapshot.
    ///
    /// # Errors
    /// If there is no such snapshot.
    pub(super) fn drop_snapshot(&self, id: &str) -> Result<(), OpenError> {
        self.lock().snapshots.shift_remove(id).map(drop).ok_or(OpenError::NoSnapshot)
    }

    /// Opens a world in the place that `vacate` leaves.
    async fn begin(&self, seat: Seat, vacate: impl FnOnce() + Send) -> Result<Arc<Named<H::Company>>, OpenError> {
        let core = World::open(seat.vendor, seat.opening.clone(), ticker::now());
        let mut core = core.expect("a checked text has a valid set-up");
        let claims = core.take_claims().into_iter().collect();
        self.seat(seat, (core, claims), vacate).await
    }

    /// Has a world take the place that `vacate` leaves.
    async fn seat(
        &self,
        seat: Seat,
        (world, claims): (World, BTreeSet<Credential>),
        vacate: impl FnOnce() + Send,
    ) -> Result<Arc<Named<H::Company>>, OpenError> {
        let Seat { id, vendor, opening, bot, start, number } = seat;
        let prepared = self.host.prepare(world.exports(), bot.as_ref()).await;
        let (company, delivery) = prepared.map_err(|error| OpenError::Company(error.to_string()))?;
        // Nothing is waited for from here on, so nobody finds the place empty, whoever stops waiting.
        vacate();
        let world = self.host.worlds().try_open(vendor.name, &claims, world, delivery).ok_or(OpenError::Taken)?;
        let named = Arc::new(Named { id: id.clone(), vendor, opening, bot, start, number, world, _company: company });
        let mut book = self.lock();
        if let Some(before) = book.open.insert(id, Arc::clone(&named)) {
            book.bury(&before);
        }
        Ok(named)
    }

    /// The world of this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Arc<Named<H::Company>>> {
        self.lock().open.get(id).cloned()
    }

    /// All open worlds, in the order in which their ids came up.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Named<H::Company>>> {
        self.lock().open.values().cloned().collect()
    }

    /// Closes a world.
    ///
    /// # Errors
    /// If there is no such world.
    pub async fn close(&self, id: &str) -> Result<(), OpenError> {
        let _next = self.next.lock().await;
        let mut book = self.lock();
        let named = book.open.shift_remove(id).ok_or(OpenError::Unknown)?;
        book.snapshots.retain(|_, snapshot| snapshot.world != id);
        named.world.close();
        book.bury(&named);
        Ok(())
    }

    /// What goes on and has gone on, by platform.
    pub(super) fn census(&self) -> BTreeMap<&'static str, Census> {
        let vendors = self.host.worlds().vendors().iter();
        let mut census: BTreeMap<_, _> = vendors.map(|vendor| (vendor.name, Census::default())).collect();
        let book = self.lock();
        for (platform, tally) in &book.past {
            census.entry(platform).or_default().tally.add(tally);
        }
        for named in book.open.values() {
            let census = census.entry(named.vendor.name).or_default();
            census.open += 1;
            named.world.with(|world| {
                census.kept += world.journal().len();
                census.tally.add(world.journal().tally());
            });
        }
        census
    }

    fn lock(&self) -> MutexGuard<'_, Book<H::Company>> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
