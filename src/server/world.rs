//! One world as the rim holds it: the lock around its core, and the hands that carry out what the core decides.
//!
//! The lock is taken on the task that brings the input and given back before any effect is carried out, so nothing ever
//! waits for the network while it holds a world. Only what is for sockets is put into their lines before, since their order
//! is that of the inputs; that waits for nobody. No guard leaves this file.
//!
//! Whatever a world has under way (attempts to deliver, alarms) are tasks that the world owns: they hold it weakly, and
//! end with it. Once a world is closed it takes no more inputs, so nothing of it can show up later.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

use super::line::Line;
use super::ticker;
use super::worlds::Registry;
use crate::base::id::{DeliveryId, EntrySeq, SocketId, Ticket};
use crate::base::time::{VirtualSpan, WallLimit, WallTime};
use crate::delivery::Delivery;
use crate::engine::port::{Attempt, Effect, Happening, Input, Played, Treated};
use crate::platform::cx::Credential;
use crate::platform::route::{Call, Reply};
use crate::scenario::Step;

/// What the rim needs of a world's inside; `engine::World` is the one that counts.
pub trait Core: Send + 'static {
    /// Takes in what happened and says what is to be done about it. An [`Input::Call`] has exactly one
    /// [`Effect::Reply`] among its effects, any other input has none.
    fn handle(&mut self, wall: WallTime, input: Input) -> Vec<Effect>;

    /// Whether a call may come in. If not, it may once something else has come in.
    fn has_room(&self) -> bool {
        true
    }

    /// Whether no attempt that was asked for is under way.
    fn is_quiet(&self) -> bool {
        true
    }
}

/// Names a world within the process.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct WorldId(pub(super) u64);

/// A world; clones name the same one. The world is closed when the last clone is dropped, or by
/// [`close`](Self::close).
pub struct WorldHandle<C: Core>(pub(super) Arc<Shared<C>>);

impl<C: Core> Clone for WorldHandle<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// Why a call was not taken in; here it is back.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    /// The world was closed before.
    #[error("answer a call: its world was closed")]
    Closed(Box<Call>),
    /// The world has no room at the moment.
    #[error("answer a call: its world has no room")]
    Full(Box<Call>),
}

impl<C: Core> PartialEq for WorldHandle<C> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The world was closed before a socket was opened in it; here is its handshake.
#[derive(Debug, thiserror::Error)]
#[error("open a socket: its world was closed")]
pub struct Closed(pub Box<Call>);

pub(super) struct Shared<C: Core> {
    pub(super) id: WorldId,
    pub(super) platform: &'static str,
    inside: Mutex<Inside<C>>,
    /// What is under way; nothing from the moment the world is closed.
    tasks: Mutex<Option<JoinSet<()>>>,
    /// Who waits for steps from outside; nobody can from the moment the world is closed.
    waiting: Mutex<Option<HashMap<Ticket, oneshot::Sender<Played>>>>,
    tickets: AtomicU64,
    /// Told, while somebody listens, that something has come in.
    stirred: watch::Sender<()>,
    phase: watch::Sender<Phase>,
    delivery: Delivery,
    registry: Weak<Registry<C>>,
    standing: Standing,
}

/// Whether a world may own credentials.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    /// It does.
    Tenant,
    /// It answers for nobody in particular, so it must never keep a credential from a tenant.
    Lobby,
}

struct Inside<C> {
    core: C,
    open: bool,
    /// The sockets that belong to it.
    lines: BTreeMap<SocketId, Arc<Line>>,
    /// How many have been opened.
    sockets: u64,
}

impl<C: Core> Inside<C> {
    /// Takes an input in, and gives the effects that are not for sockets.
    fn handle(&mut self, input: Input) -> Vec<Effect> {
        let mut effects = self.core.handle(ticker::now(), input);
        if !self.lines.is_empty() {
            for effect in effects.extract_if(.., |effect| matches!(effect, Effect::Socket(..))) {
                let Effect::Socket(socket, errand) = effect else { continue };
                let goes_on = self.lines.get(&socket).is_some_and(|line| line.put(errand));
                if !goes_on {
                    self.lines.remove(&socket);
                }
            }
        }
        effects
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Phase {
    Playing,
    Finished,
    Closed,
}

impl<C: Core> WorldHandle<C> {
    pub(super) fn new(
        id: WorldId,
        platform: &'static str,
        standing: Standing,
        core: C,
        delivery: Delivery,
        registry: Weak<Registry<C>>,
    ) -> Self {
        Self(Arc::new(Shared {
            id,
            platform,
            inside: Mutex::new(Inside { core, open: true, lines: BTreeMap::new(), sockets: 0 }),
            tasks: Mutex::new(Some(JoinSet::new())),
            waiting: Mutex::new(Some(HashMap::new())),
            tickets: AtomicU64::new(0),
            stirred: watch::Sender::new(()),
            phase: watch::Sender::new(Phase::Playing),
            delivery,
            registry,
            standing,
        }))
    }

    /// Answers a call of the bot. Must run within a tokio runtime, as [`input`](Self::input).
    ///
    /// # Errors
    /// If the world is closed or has no room: gives the call back.
    ///
    /// # Panics
    /// If the core breaks its contract and does not answer.
    pub fn call(&self, call: Call) -> Result<Treated, Unanswered> {
        let effects = {
            let mut inside = lock(&self.0.inside);
            match (inside.open, inside.core.has_room()) {
                (false, _) => return Err(Unanswered::Closed(Box::new(call))),
                (true, false) => return Err(Unanswered::Full(Box::new(call))),
                (true, true) => inside.handle(Input::Call(call)),
            }
        };
        Ok(self.answered(effects))
    }

    /// Answers a call with this reply and not with the platform's, for want of room.
    ///
    /// # Errors
    /// If the world is closed: gives the call back.
    ///
    /// # Panics
    /// If the core breaks its contract and does not answer.
    pub fn turn_away(&self, call: Call, reply: Reply) -> Result<Treated, Unanswered> {
        let effects = {
            let mut inside = lock(&self.0.inside);
            if !inside.open {
                return Err(Unanswered::Closed(Box::new(call)));
            }
            inside.handle(Input::TurnedAway { call, reply })
        };
        Ok(self.answered(effects))
    }

    fn answered(&self, effects: Vec<Effect>) -> Treated {
        self.0.stir();
        let reply = self.carry_out(effects);
        reply.expect("a core answers every call among the effects of that very input")
    }

    /// Waits until there is room for a call, but not longer than `limit`; also if the world is closed.
    pub async fn room(&self, limit: WallLimit) -> bool {
        ticker::within(limit, self.until(|core| core.has_room().then_some(()))).await.is_some()
    }

    /// Has no more attempts begin, waits for those under way, but not longer than `limit`, and gives up on the rest. What
    /// became of each webhook is known from then on. The world is to be closed next.
    pub async fn stop(&self, limit: WallLimit) {
        self.input(Input::Stop);
        let _ = ticker::within(limit, self.until(|core| core.is_quiet().then_some(()))).await;
        self.input(Input::Abandon);
    }

    /// Puts something in that happened outside; without effect once the world is closed.
    pub fn input(&self, input: Input) {
        if let Some(effects) = self.take_in(input) {
            self.carry_out(effects);
        }
    }

    /// The effects of an input, still to be carried out; nothing if the world is closed.
    fn take_in(&self, input: Input) -> Option<Vec<Effect>> {
        let effects = {
            let mut inside = lock(&self.0.inside);
            inside.open.then(|| inside.handle(input))
        };
        self.0.stir();
        effects
    }

    /// Opens a socket, whose errands go into this line.
    ///
    /// # Errors
    /// If the world is closed: gives the handshake back.
    pub(super) fn open_socket(&self, handshake: Call, line: Arc<Line>) -> Result<SocketId, Closed> {
        let (socket, effects) = {
            let mut inside = lock(&self.0.inside);
            if !inside.open {
                return Err(Closed(Box::new(handshake)));
            }
            inside.sockets += 1;
            let socket = SocketId(inside.sockets);
            inside.lines.insert(socket, line);
            (socket, inside.handle(Input::Socket(socket, Happening::Opened(Box::new(handshake)))))
        };
        self.0.stir();
        self.carry_out(effects);
        Ok(socket)
    }

    /// Puts in what happened on a socket.
    pub(super) fn on_socket(&self, socket: SocketId, happening: Happening) {
        let is_last = matches!(happening, Happening::Gone(_));
        self.input(Input::Socket(socket, happening));
        if is_last {
            lock(&self.0.inside).lines.remove(&socket);
        }
    }

    /// Lets a socket go that belongs to another world.
    pub(super) fn leave(&self, socket: SocketId) {
        lock(&self.0.inside).lines.remove(&socket);
        self.input(Input::Socket(socket, Happening::Gone(None)));
    }

    /// Plays steps and waits until they have ended; nothing if the world is closed before. They are played to their end
    /// even if nobody waits any more. Expectations before any act look from the entry `from` on, or from the last act on.
    pub async fn play(&self, steps: Vec<Step>, from: Option<EntrySeq>) -> Option<Played> {
        self.ask(|ticket| Input::Play { ticket, steps, from }).await
    }

    /// Sends a webhook once more, and gives the number that it has now; nothing in its place if it is not kept any more.
    /// Nothing at all if the world is closed.
    #[must_use]
    pub fn resend(&self, delivery: DeliveryId) -> Option<Option<DeliveryId>> {
        let effects = self.take_in(Input::Resend(delivery))?;
        let resent = effects.iter().find_map(|effect| match effect {
            Effect::Resent(copy) => Some(*copy),
            _ => None,
        });
        self.carry_out(effects);
        resent
    }

    /// Lets virtual time pass at once, and waits until all that fell due is done; nothing if the world is closed before.
    pub async fn advance(&self, span: VirtualSpan) -> Option<Played> {
        self.ask(|ticket| Input::Advance { ticket, span }).await
    }

    async fn ask(&self, input: impl FnOnce(Ticket) -> Input) -> Option<Played> {
        let ticket = Ticket(self.0.tickets.fetch_add(1, Ordering::Relaxed));
        let (tell, told) = oneshot::channel();
        lock(&self.0.waiting).as_mut()?.insert(ticket, tell);
        self.input(input(ticket));
        told.await.ok()
    }

    /// Waits until a look at the core finds something: looks now, and again whenever something has come in. Nothing if the
    /// world is closed before.
    pub async fn until<T>(&self, mut look: impl FnMut(&C) -> Option<T>) -> Option<T> {
        // It hears what comes in from here on, so nothing between looking and waiting is missed.
        let mut stirred = self.0.stirred.subscribe();
        loop {
            let found = {
                let inside = lock(&self.0.inside);
                if !inside.open {
                    return None;
                }
                look(&inside.core)
            };
            if found.is_some() {
                return found;
            }
            stirred.changed().await.ok()?;
        }
    }

    /// Looks at the core, also after the world was closed. Calls and inputs wait meanwhile.
    pub fn with<T>(&self, look: impl FnOnce(&C) -> T) -> T {
        look(&lock(&self.0.inside).core)
    }

    /// Waits until the scenario has ended, or the world was closed.
    pub async fn finished(&self) {
        let mut phase = self.0.phase.subscribe();
        // The sender lives in the world that `self` keeps alive, so waiting cannot fail.
        let _ = phase.wait_for(|phase| *phase >= Phase::Finished).await;
    }

    /// Waits until the world is closed. Does not keep it open meanwhile.
    pub(super) fn closed(&self) -> impl Future<Output = ()> + Send + use<C> {
        let mut phase = self.0.phase.subscribe();
        async move {
            // A sender that is gone went with its world.
            let _ = phase.wait_for(|phase| *phase == Phase::Closed).await;
        }
    }

    /// Ends the world: it takes no more inputs, what it has under way is dropped, its credentials are free again.
    pub fn close(&self) {
        self.0.close();
    }

    /// Names the platform it is a tenant of.
    #[must_use]
    pub fn platform(&self) -> &'static str {
        self.0.platform
    }

    fn carry_out(&self, effects: Vec<Effect>) -> Option<Treated> {
        let mut reply = None;
        for effect in effects {
            match effect {
                Effect::Reply(treated) => reply = Some(treated),
                Effect::Attempt(attempt) => self.deliver(attempt),
                Effect::Alarm { id, after } => {
                    let world = Arc::downgrade(&self.0);
                    self.spawn(async move {
                        ticker::pause(after).await;
                        report(&world, Input::Alarm(id));
                    });
                }
                // Those of open sockets are in their lines.
                Effect::Socket(..) => {}
                Effect::Claim(credential) => self.claim(credential),
                // Whoever put the input in has seen it.
                Effect::Resent(_) => {}
                Effect::Played { ticket, played } => {
                    if let Some(tell) = lock(&self.0.waiting).as_mut().and_then(|waiting| waiting.remove(&ticket)) {
                        // Whoever waited may be gone; the steps were played all the same.
                        let _ = tell.send(played);
                    }
                }
                Effect::Finished => {
                    self.0.phase.send_if_modified(|phase| {
                        let news = *phase < Phase::Finished;
                        *phase = (*phase).max(Phase::Finished);
                        news
                    });
                }
            }
        }
        reply
    }

    fn deliver(&self, attempt: Attempt) {
        let world = Arc::downgrade(&self.0);
        let delivery = self.0.delivery.clone();
        self.spawn(async move {
            let ending = delivery.attempt(&attempt).await;
            let Attempt { delivery, attempt, .. } = attempt;
            report(&world, Input::Attempted { delivery, attempt, ending });
        });
    }

    fn claim(&self, credential: Credential) {
        match self.0.standing {
            Standing::Tenant => {
                if let Some(registry) = self.0.registry.upgrade() {
                    registry.claim(self, credential);
                }
            }
            Standing::Lobby => {}
        }
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        if let Some(tasks) = lock(&self.0.tasks).as_mut() {
            while tasks.try_join_next().is_some() {}
            tasks.spawn(task);
        }
    }
}

impl<C: Core> Shared<C> {
    fn stir(&self) {
        if self.stirred.receiver_count() > 0 {
            self.stirred.send_replace(());
        }
    }

    pub(super) fn close(&self) {
        let lines = {
            let mut inside = lock(&self.inside);
            inside.open = false;
            std::mem::take(&mut inside.lines)
        };
        lines.values().for_each(|line| line.abandon());
        // Dropping the tasks ends them.
        drop(lock(&self.tasks).take());
        drop(lock(&self.waiting).take());
        self.stir();
        self.phase.send_replace(Phase::Closed);
        if let Some(registry) = self.registry.upgrade() {
            registry.release(self.platform, self.id);
        }
    }
}

impl<C: Core> Drop for Shared<C> {
    fn drop(&mut self) {
        self.close();
    }
}

fn report<C: Core>(world: &Weak<Shared<C>>, input: Input) {
    if let Some(world) = world.upgrade() {
        WorldHandle(world).input(input);
    }
}

/// A core that panicked spoils its own call and no other: the world goes on.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
