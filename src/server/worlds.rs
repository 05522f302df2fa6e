//! Which world a call belongs to: the one that owns the credential the vendor's own clients send.
//!
//! Two open worlds never own the same credential. Worlds are held weakly, so that whoever opened one decides how long it
//! lives; only the lobbies, which answer those whom nobody knows, belong to the registry.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak};

use http::StatusCode;
use tokio::sync::Notify;

use super::world::{Core, Shared, Standing, Unanswered, WorldHandle, WorldId};
use crate::base::time::WallLimit;
use crate::delivery::{Delivery, Egress};
use crate::engine::hops::{MOST_HOPS, behind};
use crate::engine::port::Treated;
use crate::platform::Vendor;
use crate::platform::cx::Credential;
use crate::platform::route::{Call, Reply};

/// How long a caller waits for room before it is turned away: shorter than clients usually wait for an answer.
const PATIENCE: WallLimit = WallLimit::from_secs(5);
/// What a caller gets who is turned away. No vendor has a word for it, as no vendor is this small.
const UNAVAILABLE: u16 = 503;
/// What a caller gets who is a webhook of ours that has gone in a circle for too long: 508, Loop Detected.
const LOOP: u16 = StatusCode::LOOP_DETECTED.as_u16();

/// Makes the core of a vendor's lobby.
pub type Lobby<C> = Box<dyn Fn(&'static Vendor) -> C + Send + Sync>;

/// All worlds of a process; clones name the same registry.
pub struct Worlds<C: Core>(Arc<Registry<C>>);

impl<C: Core> Clone for Worlds<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// The answer to a call that no world has dealt with.
#[derive(serde::Serialize)]
struct TurnedAway {
    error: &'static str,
}

impl TurnedAway {
    const FULL: Self = Self { error: "more webhooks wait to be delivered than there is room for; see the journal" };
    const CIRCLE: Self = Self { error: "webhooks lead back to here and cause further ones; see where they go" };
}

pub(super) struct Registry<C: Core> {
    vendors: &'static [Vendor],
    tenancies: RwLock<HashMap<&'static str, Tenancy<C>>>,
    /// Told whenever credentials were released.
    released: Notify,
    lobby: Lobby<C>,
    opened: AtomicU64,
    clashes: AtomicU64,
}

/// The worlds of one platform.
struct Tenancy<C: Core> {
    owners: HashMap<Credential, WorldId>,
    tenants: BTreeMap<WorldId, Tenant<C>>,
    lobby: Option<WorldHandle<C>>,
}

struct Tenant<C: Core> {
    world: Weak<Shared<C>>,
    owns: Vec<Credential>,
}

impl<C: Core> Default for Tenancy<C> {
    fn default() -> Self {
        Self { owners: HashMap::new(), tenants: BTreeMap::new(), lobby: None }
    }
}

impl<C: Core> Worlds<C> {
    /// An empty registry. `lobby` makes the core that answers callers whom no world knows, when the first such caller
    /// comes.
    #[must_use]
    pub fn new(vendors: &'static [Vendor], lobby: Lobby<C>) -> Self {
        Self(Arc::new(Registry {
            vendors,
            tenancies: RwLock::default(),
            released: Notify::new(),
            lobby,
            opened: AtomicU64::new(0),
            clashes: AtomicU64::new(0),
        }))
    }

    /// The vendors whose calls are answered.
    #[must_use]
    pub fn vendors(&self) -> &'static [Vendor] {
        self.0.vendors
    }

    /// Opens a world that owns these credentials. Waits until no other open world owns one of them; they are taken all at
    /// once, so worlds cannot wait for each other in a ring. Its webhooks go out through `delivery`.
    pub async fn open(
        &self,
        platform: &'static str,
        claims: BTreeSet<Credential>,
        core: C,
        delivery: Delivery,
    ) -> WorldHandle<C> {
        let world = self.0.world(platform, Standing::Tenant, core, delivery);
        loop {
            // It hears what is released from here on, so no release between looking and waiting is missed.
            let released = self.0.released.notified();
            if self.0.admit(&world, &claims) {
                return world;
            }
            released.await;
        }
    }

    /// Opens a world that owns these credentials; nothing if another open world owns one of them.
    #[must_use]
    pub fn try_open(
        &self,
        platform: &'static str,
        claims: &BTreeSet<Credential>,
        core: C,
        delivery: Delivery,
    ) -> Option<WorldHandle<C>> {
        let world = self.0.world(platform, Standing::Tenant, core, delivery);
        self.0.admit(&world, claims).then_some(world)
    }

    /// Answers a call in the world it belongs to: the one that owns its credential; if none does, the platform's only
    /// open world; if there is not exactly one, the platform's lobby, so that the vendor's own refusal is what the caller
    /// gets.
    ///
    /// Where the world has no room for what the call may cause, the caller waits for some time, and is then turned away. So is
    /// one that comes out of a circle of webhooks, at once.
    pub async fn call(&self, vendor: &'static Vendor, call: Call) -> Treated {
        self.answered(vendor, call).await.0
    }

    /// The same, with the world that has answered.
    pub(super) async fn answered(&self, vendor: &'static Vendor, mut call: Call) -> (Treated, WorldHandle<C>) {
        let circles = behind(&call.headers) >= MOST_HOPS;
        loop {
            let world = self.find(vendor, &call);
            let asked = match circles {
                true => world.turn_away(call, Reply::json(LOOP, None, &TurnedAway::CIRCLE)),
                false => world.call(call),
            };
            let answered = match asked {
                Err(Unanswered::Full(back)) if world.room(PATIENCE).await => {
                    call = *back;
                    continue;
                }
                Err(Unanswered::Full(back)) => {
                    world.turn_away(*back, Reply::json(UNAVAILABLE, None, &TurnedAway::FULL))
                }
                answered => answered,
            };
            match answered {
                Ok(treated) => return (treated, world),
                Err(Unanswered::Closed(back)) => {
                    self.forget(&world);
                    call = *back;
                }
                Err(Unanswered::Full(back)) => call = *back,
            }
        }
    }

    /// Makes sure that the next look does not find a closed world again, though it may not have released everything yet.
    pub(super) fn forget(&self, world: &WorldHandle<C>) {
        self.0.release(world.0.platform, world.0.id);
    }

    /// The open world that owns a credential.
    pub(super) fn owner(&self, vendor: &Vendor, credential: &Credential) -> Option<WorldHandle<C>> {
        self.0.read().get(vendor.name)?.owner(credential)?.world.upgrade().map(WorldHandle)
    }

    /// The world that a call belongs to, as [`call`](Self::call) describes.
    #[must_use]
    pub fn find(&self, vendor: &'static Vendor, call: &Call) -> WorldHandle<C> {
        let credential = (vendor.credential)(call);
        if let Some(world) = self.0.read().get(vendor.name).and_then(|tenancy| tenancy.find(credential.as_ref())) {
            return world;
        }
        // Made before the lock is taken, and dropped after it is given back if somebody else was quicker: a world that is
        // dropped takes this very lock.
        let nowhere = Delivery::new(Egress::default());
        let fresh = self.0.world(vendor.name, Standing::Lobby, (self.0.lobby)(vendor), nowhere);
        let mut tenancies = self.0.write();
        let lobby = &mut tenancies.entry(vendor.name).or_default().lobby;
        match lobby {
            Some(lobby) => lobby.clone(),
            None => lobby.insert(fresh).clone(),
        }
    }

    /// The credentials that a world owns.
    #[must_use]
    pub fn owned(&self, world: &WorldHandle<C>) -> BTreeSet<Credential> {
        let tenancies = self.0.read();
        let tenant = tenancies.get(world.0.platform).and_then(|tenancy| tenancy.tenants.get(&world.0.id));
        tenant.map(|tenant| tenant.owns.iter().cloned().collect()).unwrap_or_default()
    }

    /// How often an open world claimed a credential that another one owned; the first owner keeps it. Anything but 0
    /// means that a vendor draws credentials which are not unique.
    #[must_use]
    pub fn clashes(&self) -> u64 {
        self.0.clashes.load(Ordering::Relaxed)
    }
}

impl<C: Core> Tenancy<C> {
    fn owner(&self, credential: &Credential) -> Option<&Tenant<C>> {
        self.owners.get(credential).and_then(|id| self.tenants.get(id))
    }

    fn find(&self, credential: Option<&Credential>) -> Option<WorldHandle<C>> {
        let owner = credential.and_then(|credential| self.owner(credential));
        let sole = || self.tenants.values().next().filter(|_| self.tenants.len() == 1);
        let tenant = owner.or_else(sole).and_then(|tenant| tenant.world.upgrade());
        tenant.map(WorldHandle).or_else(|| self.lobby.clone())
    }
}

impl<C: Core> Registry<C> {
    /// Lets a world own a credential from now on.
    pub(super) fn claim(&self, world: &WorldHandle<C>, credential: Credential) {
        let mut tenancies = self.write();
        let Tenancy { owners, tenants, .. } = tenancies.entry(world.0.platform).or_default();
        // A world that was closed meanwhile is no tenant any more.
        let Some(tenant) = tenants.get_mut(&world.0.id) else { return };
        match owners.entry(credential) {
            Entry::Vacant(vacant) => {
                tenant.owns.push(vacant.key().clone());
                vacant.insert(world.0.id);
            }
            Entry::Occupied(owner) if *owner.get() == world.0.id => {}
            Entry::Occupied(_) => {
                self.clashes.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Frees what a world owns. Does nothing the second time.
    pub(super) fn release(&self, platform: &'static str, id: WorldId) {
        let tenant = {
            let mut tenancies = self.write();
            tenancies.get_mut(platform).and_then(|tenancy| {
                let tenant = tenancy.tenants.remove(&id)?;
                for credential in &tenant.owns {
                    tenancy.owners.remove(credential);
                }
                Some(tenant)
            })
        };
        if tenant.is_some() {
            self.released.notify_waiters();
        }
    }

    fn admit(&self, world: &WorldHandle<C>, claims: &BTreeSet<Credential>) -> bool {
        let mut tenancies = self.write();
        let tenancy = tenancies.entry(world.0.platform).or_default();
        if claims.iter().any(|claim| tenancy.owners.contains_key(claim)) {
            return false;
        }
        tenancy.owners.extend(claims.iter().map(|claim| (claim.clone(), world.0.id)));
        let tenant = Tenant { world: Arc::downgrade(&world.0), owns: claims.iter().cloned().collect() };
        tenancy.tenants.insert(world.0.id, tenant);
        true
    }

    fn world(
        self: &Arc<Self>,
        platform: &'static str,
        standing: Standing,
        core: C,
        delivery: Delivery,
    ) -> WorldHandle<C> {
        let id = WorldId(self.opened.fetch_add(1, Ordering::Relaxed));
        WorldHandle::new(id, platform, standing, core, delivery, Arc::downgrade(self))
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<&'static str, Tenancy<C>>> {
        self.tenancies.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<&'static str, Tenancy<C>>> {
        self.tenancies.write().unwrap_or_else(PoisonError::into_inner)
    }
}
