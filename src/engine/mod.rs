//! Advances a world: inputs in, effects out, everything observable into the journal.
//!
//! A [`World`] is one tenant of one platform with its state, clock, faults, webhooks on their way and scenario. It never
//! waits and never does I/O: whoever holds it carries out its effects and reports back with inputs.

pub mod clock;
mod judge;
mod outbox;
mod outside;
pub mod port;
mod schedule;
mod socket;
mod speech;
mod stage;
mod standing;
mod watch;

use indexmap::IndexMap;

use self::clock::{Clock, Pace};
use self::outbox::{Outbox, Todo};
use self::port::{Cut, Effect, Input, Treated};
use self::schedule::{Schedule, Timer};
use self::socket::Sockets;
use self::stage::Stage;
use crate::base::id::AlarmId;
use crate::base::rng::Seed;
use crate::base::secret::Secret;
use crate::base::time::{VirtualTime, WallLimit, WallTime};
use crate::fault::Deed;
use crate::journal::entry::{Called, Outcome, Payload, Source};
use crate::journal::{Bounds, Journal, What};
use crate::platform::cx::{Credential, Cx, Desk, Identities};
use crate::platform::route::{Call, Reply};
use crate::platform::{Instance, Vendor};
use crate::scenario::act::CustomerSpec;
use crate::scenario::node::Node;
use crate::scenario::{Scenario, Step};

/// What a world begins with.
#[derive(Clone, Debug)]
pub struct Opening {
    /// What sets it apart from the other worlds of a run: one half, with the seed, of what all its chance follows from.
    pub name: String,
    /// What it is about, for people.
    pub title: String,
    /// The seed.
    pub seed: Seed,
    /// How its clock runs.
    pub pace: Pace,
    /// Which credentials it has where `setup:` spells none out.
    pub identities: Identities,
    /// Whether a call may name the code that it wants to be refused with: `Prefer: code=…`.
    pub allow_prefer: bool,
    /// How much its journal keeps.
    pub bounds: Bounds,
    /// The tenant, as `setup:` describes it.
    pub setup: Node,
    /// The people the scenario plays.
    pub customers: IndexMap<String, CustomerSpec>,
    /// What happens; nothing for a tenant that is only served.
    pub steps: Vec<Step>,
}

impl Opening {
    /// Plays a scenario on a stepped clock.
    #[must_use]
    pub fn play(scenario: &Scenario, name: impl Into<String>, seed: Seed, identities: Identities) -> Self {
        let name = name.into();
        let title = if scenario.name.is_empty() { name.clone() } else { scenario.name.clone() };
        Self {
            name,
            title,
            seed,
            pace: Pace::Stepped,
            identities,
            allow_prefer: false,
            bounds: Bounds::DEFAULT,
            setup: scenario.setup.clone(),
            customers: scenario.customers.clone(),
            steps: scenario.steps.clone(),
        }
    }
}

/// One tenant of one platform.
pub struct World {
    platform: Box<dyn Instance>,
    desk: Desk,
    journal: Journal,
    clock: Clock,
    schedule: Schedule,
    outbox: Outbox,
    sockets: Sockets,
    stage: Stage,
    /// The real time of the input that is being handled.
    wall: WallTime,
    effects: Vec<Effect>,
    alarms: u64,
    /// The real instant for which the last alarm was asked; asking twice for the same would only make noise.
    armed: Option<WallTime>,
}

impl World {
    /// Opens a world. Nothing if `setup:` has problems, which loading a scenario rules out.
    #[must_use]
    pub fn open(vendor: &Vendor, opening: Opening, wall: WallTime) -> Option<Self> {
        let clock = Clock::new(opening.pace, wall);
        let mut journal = Journal::new(opening.bounds);
        let what = What::Opened { platform: vendor.name.into(), name: opening.title, seed: opening.seed };
        journal.append(clock.now(), wall, what);
        let mut desk = Desk::new(opening.seed, &opening.name, &opening.customers, opening.identities);
        desk.allow_prefer = opening.allow_prefer;
        let platform = (vendor.open)(&mut desk.cx(clock.now()), &opening.setup)?;
        Some(Self {
            platform,
            desk,
            journal,
            clock,
            schedule: Schedule::default(),
            outbox: Outbox::default(),
            sockets: Sockets::default(),
            stage: Stage::new(opening.steps),
            wall,
            effects: Vec::new(),
            alarms: 0,
            armed: None,
        })
    }

    /// The credentials by which its callers are known from the start. Later ones come as [`Effect::Claim`].
    pub fn take_claims(&mut self) -> Vec<Credential> {
        std::mem::take(&mut self.desk.claims)
    }

    /// What a client of this tenant must know, under the names of environment variables.
    #[must_use]
    pub fn exports(&self) -> Vec<(&'static str, Secret)> {
        self.platform.exports()
    }

    /// The record of everything observable.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// How its clock runs.
    #[must_use]
    pub fn pace(&self) -> Pace {
        self.clock.pace()
    }

    /// Where its clock stands at this real instant.
    #[must_use]
    pub fn now(&self, wall: WallTime) -> VirtualTime {
        let mut clock = self.clock.clone();
        clock.observe(wall);
        clock.now()
    }

    /// Handles one input that came in at this real time. The effects are to be carried out in order.
    pub fn handle(&mut self, wall: WallTime, input: Input) -> Vec<Effect> {
        self.wall = self.wall.max(wall);
        self.clock.observe(self.wall);
        match input {
            Input::Begin => self.begin(),
            Input::Call(call) => self.call(call),
            Input::Attempted { delivery, attempt, outcome } => self.attempted(delivery, attempt, outcome),
            Input::Socket(socket, happening) => self.on_socket(socket, happening),
            Input::Alarm(id) => {
                if id.0 == self.alarms {
                    self.armed = None;
                }
            }
            Input::Play { ticket, steps } => self.play(ticket, steps),
            Input::Advance { ticket, span } => self.pass_time(ticket, span),
            Input::SetPace(pace) => self.clock.set_pace(pace, self.wall),
        }
        self.advance();
        std::mem::take(&mut self.effects)
    }

    fn call(&mut self, call: Call) {
        let (reply, deed) = self.answer(call, Source::Bot);
        let (delay, cut) = match deed {
            Some(Deed::DelayAnswer(limit)) => (Some(limit), None),
            Some(Deed::Reset) => (None, Some(Cut::Reset)),
            Some(Deed::Truncate(bytes)) => (None, Some(Cut::Truncate(bytes))),
            // A planned code is in the reply already, and the rest never meets a call.
            Some(
                Deed::Code(_)
                | Deed::DelayDelivery(_)
                | Deed::Duplicate(_)
                | Deed::Drop
                | Deed::Set(_)
                | Deed::Tamper(_),
            )
            | None => (None, None),
        };
        self.effects.push(Effect::Reply(Treated { reply, delay, cut }));
    }

    /// Has the platform answer a call. The planned fault, if there was one, is still to be done to the answer's way.
    fn answer(&mut self, call: Call, source: Source) -> (Reply, Option<Deed>) {
        let method = call.method.to_string();
        let path = if call.query.is_empty() { call.path.clone() } else { format!("{}?{}", call.path, call.query) };
        let request = Payload::masking(call.bytes(), self.platform.secrets());
        let mut cx = self.desk.cx(self.clock.now()).called_by(source);
        let handled = self.platform.call(&mut cx, call);
        let deed = cx.admitted().flatten();
        let reply = handled.reply;
        self.record(What::Called(Called {
            source,
            route: handled.route.map(Into::into),
            socket: None,
            method,
            path,
            caller: handled.caller,
            status: reply.status,
            code: reply.code.clone(),
            request,
            reply: Payload::masking(reply.body.clone(), self.platform.secrets()),
        }));
        self.collect();
        (reply, deed)
    }

    fn attempted(&mut self, delivery: crate::base::id::DeliveryId, attempt: u32, outcome: Outcome) {
        let todo = self.outbox.attempted(delivery, attempt, outcome, self.wall);
        self.carry_out(todo);
    }

    /// Lets the platform do something and collects what comes of it.
    fn perform<T>(&mut self, deed: impl FnOnce(&mut dyn Instance, &mut Cx<'_>) -> T) -> T {
        let result = deed(self.platform.as_mut(), &mut self.desk.cx(self.clock.now()));
        self.collect();
        result
    }

    /// Moves what the platform left on the desk to where it belongs.
    fn collect(&mut self) {
        for what in std::mem::take(&mut self.desk.facts) {
            self.record(what);
        }
        for (at, key) in std::mem::take(&mut self.desk.wakes) {
            self.schedule.add(at, Timer::Wake(key));
        }
        for credential in std::mem::take(&mut self.desk.claims) {
            self.effects.push(Effect::Claim(credential));
        }
        for outgoing in std::mem::take(&mut self.desk.outgoing) {
            let deed = self.desk.plan.on_delivery(&outgoing.event);
            let message = format!("msg_{}", self.desk.streams.of("engine/webhook-id").hex(24));
            let todo = self.outbox.accept(outgoing, deed, message, self.wall);
            self.carry_out(todo);
        }
        for (socket, order) in std::mem::take(&mut self.desk.orders) {
            self.obey(socket, order);
        }
    }

    fn carry_out(&mut self, todo: Vec<Todo>) {
        let now = self.clock.now();
        for item in todo {
            match item {
                Todo::Record(what) => self.record(what),
                Todo::Attempt(attempt) => self.effects.push(Effect::Attempt(attempt)),
                Todo::Tell(told) => {
                    self.perform(|platform, cx| platform.attempted(cx, &told.webhook, told.ended()));
                }
                Todo::ReleaseAfter(span, id) => self.schedule.add(now + span, Timer::Release(id)),
                Todo::RetryAfter(span, id) => self.schedule.add(now + span, Timer::Retry(id)),
                Todo::RepeatAfter(span, id) => self.schedule.add(now + span, Timer::Repeat(id)),
            }
        }
    }

    /// Fires the first timer that is due; false if none is.
    fn fire_one(&mut self) -> bool {
        let Some(timer) = self.schedule.pop_due(self.clock.now()) else { return false };
        let todo = match timer {
            Timer::Wake(key) => {
                self.perform(|platform, cx| platform.wake(cx, &key));
                return true;
            }
            Timer::Release(id) => self.outbox.release(id, self.wall),
            Timer::Retry(id) => self.outbox.retry(id, self.wall),
            Timer::Repeat(id) => self.outbox.repeat(id, self.wall),
        };
        self.carry_out(todo);
        true
    }

    fn record(&mut self, what: What) {
        if let (What::Queued { chat: Some(chat), .. }, Pace::Stepped) = (&what, self.clock.pace()) {
            self.stage.count(chat);
        }
        self.journal.append(self.clock.now(), self.wall, what);
    }

    /// Asks to be called back at this real instant, unless that was asked before.
    fn arm(&mut self, at: WallTime) {
        if self.armed.is_some_and(|armed| armed <= at && armed > self.wall) {
            return;
        }
        self.armed = Some(at);
        self.alarms += 1;
        let left = u64::try_from(at.since(self.wall).as_millis()).unwrap_or(u64::MAX).saturating_add(1);
        self.effects.push(Effect::Alarm { id: AlarmId(self.alarms), after: WallLimit::from_millis(left) });
    }

    /// On a running clock, asks to be called back when the first timer falls due.
    fn arm_for_timers(&mut self) {
        if let Some(first) = self.schedule.first() {
            self.arm_for(first);
        }
    }

    fn arm_for(&mut self, at: VirtualTime) {
        if let Some(limit) = self.clock.until(at) {
            self.arm(self.wall + limit);
        }
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World")
            .field("now", &self.clock.now())
            .field("journal", &self.journal.end())
            .finish_non_exhaustive()
    }
}
