//! Advances a world: inputs in, effects out, everything observable into the journal.
//!
//! A [`World`] is one tenant of one platform with its state, clock, faults, webhooks on their way and scenario. It never
//! waits and never does I/O: whoever holds it carries out its effects and reports back with inputs.

mod call;
pub mod clock;
mod endpoint;
mod flood;
pub mod hops;
mod judge;
mod lane;
mod outbox;
pub mod outside;
mod pause;
pub mod port;
mod push;
mod receipt;
mod schedule;
mod socket;
mod speech;
mod stage;
mod standing;
mod watch;
mod webhook;

use bytes::Bytes;
use indexmap::IndexMap;

use self::clock::{Clock, Pace};
use self::flood::{Flood, MOST_A_SECOND};
use self::outbox::{Moment, Origin, Outbox, Todo};
use self::port::{Cut, Effect, Ending, Input, Treated};
use self::schedule::{Schedule, Timer};
use self::socket::Sockets;
use self::stage::Stage;
use crate::base::id::{AlarmId, DeliveryId};
use crate::base::rng::Seed;
use crate::base::secret::Secret;
use crate::base::time::{VirtualTime, WallLimit, WallTime};
use crate::fault::plan::{Rule, Verdict};
use crate::fault::{AnswerDeed, Fault};
use crate::journal::entry::{Called, Payload, Source};
use crate::journal::{Bounds, Journal, What};
use crate::platform::cx::{Credential, Cx, Desk, Identities};
use crate::platform::route::{Call, Reply};
use crate::platform::{Instance, Vendor};
use crate::scenario::act::CustomerSpec;
use crate::scenario::node::Node;
use crate::scenario::{Scenario, Step};

/// What a world begins with. Shown without its tenant, whose secrets it spells out.
#[derive(Clone)]
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
    /// How many webhooks may be unsettled.
    pub queue: QueueBounds,
    /// The tenant, as `setup:` describes it.
    pub setup: Node,
    /// What goes wrong from the start.
    pub faults: Vec<Fault>,
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
            queue: QueueBounds::DEFAULT,
            setup: scenario.setup.clone(),
            faults: scenario.faults.clone(),
            customers: scenario.customers.clone(),
            steps: scenario.steps.clone(),
        }
    }
}

/// How many webhooks may be unsettled before whoever causes more has to wait: acts, and calls of the bot. What one act or
/// call causes is taken in whole, and so is what falls due by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QueueBounds {
    /// How many.
    pub webhooks: usize,
    /// How many bytes in their bodies.
    pub bytes: usize,
}

impl QueueBounds {
    /// What a world keeps unless it is told otherwise: 10 000 webhooks and 64 MiB.
    pub const DEFAULT: Self = Self { webhooks: 10_000, bytes: 64 << 20 };
}

/// One tenant of one platform.
#[derive(Clone)]
pub struct World {
    platform: Box<dyn Instance>,
    desk: Desk,
    journal: Journal,
    clock: Clock,
    schedule: Schedule,
    outbox: Outbox,
    queue: QueueBounds,
    /// Whether it was told that no more webhooks may be added.
    crowded: bool,
    flood: Flood,
    sockets: Sockets,
    stage: Stage,
    /// How many webhooks were before those that are caused now: see [`hops`].
    depth: u32,
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
        for fault in opening.faults {
            desk.plan.add(fault, clock.now());
        }
        let platform = (vendor.open)(&mut desk.cx(clock.now()), &opening.setup)?;
        Some(Self {
            platform,
            desk,
            journal,
            clock,
            schedule: Schedule::default(),
            outbox: Outbox::default(),
            queue: opening.queue,
            crowded: false,
            flood: Flood::default(),
            sockets: Sockets::default(),
            stage: Stage::new(opening.steps),
            depth: 0,
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

    /// The faults in force, in the order in which they were planned.
    #[must_use]
    pub fn faults(&self) -> &[Rule] {
        self.desk.plan.rules()
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
            Input::TurnedAway { call, reply } => self.turn_away(call, reply),
            Input::Attempted { delivery, attempt, ending } => self.attempted(delivery, attempt, ending),
            Input::Socket(socket, happening) => self.on_socket(socket, happening),
            Input::Alarm(id) => {
                if id.0 == self.alarms {
                    self.armed = None;
                }
            }
            Input::Play { ticket, steps, from } => self.play(ticket, steps, from),
            Input::Cancel => self.cancel(),
            Input::Resend(delivery) => self.resend(delivery),
            Input::Advance { ticket, span } => self.pass_time(ticket, span),
            Input::SetPace(pace) => self.clock.set_pace(pace, self.wall),
            Input::Stop => {
                let todo = self.outbox.stop();
                self.carry_out(todo);
            }
            Input::Abandon => {
                let todo = self.outbox.abandon();
                self.carry_out(todo);
            }
        }
        self.flood.observe(self.wall);
        self.advance();
        self.admits_more();
        std::mem::take(&mut self.effects)
    }

    fn call(&mut self, call: Call) {
        let (reply, verdict) = self.answer(call, Source::Bot);
        self.effects.push(Effect::Reply(treat(reply, verdict)));
    }

    /// Takes note of a call that the platform did not see, and of what was answered instead.
    fn turn_away(&mut self, call: Call, reply: Reply) {
        self.record(What::Called(Box::new(Called {
            source: Source::Bot,
            route: None,
            socket: None,
            method: call.method.to_string(),
            path: path_of(&call, self.platform.secret_parameters()),
            caller: None,
            status: reply.status,
            code: None,
            request: Payload::masking(call.bytes(), self.platform.secrets()),
            reply: Payload::new(reply.body.clone()),
        })));
        self.effects.push(Effect::Reply(Treated { reply, delay: None, cut: None }));
    }

    /// Has the platform answer a call. The planned fault, if there was one, is still to be done to the answer's way.
    fn answer(&mut self, call: Call, source: Source) -> (Reply, Option<Verdict<AnswerDeed>>) {
        let method = call.method.to_string();
        let path = path_of(&call, self.platform.secret_parameters());
        let request = Payload::masking(call.bytes(), self.platform.secrets());
        self.depth = hops::behind(&call.headers);
        let mut cx = self.desk.cx(self.clock.now()).called_by(source);
        let handled = self.platform.call(&mut cx, call);
        let verdict = cx.admitted().flatten();
        let reply = handled.reply;
        self.record(What::Called(Box::new(Called {
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
        })));
        self.collect();
        self.depth = 0;
        (reply, verdict)
    }

    fn attempted(&mut self, delivery: DeliveryId, attempt: u32, ending: Ending) {
        let secrets = self.platform.secrets();
        let moment = Moment { wall: self.wall, streams: &self.desk.streams, secrets };
        let todo = self.outbox.attempted(delivery, attempt, ending, moment);
        self.carry_out(todo);
    }

    fn resend(&mut self, delivery: crate::base::id::DeliveryId) {
        let (copy, todo) = self.outbox.resend(delivery, self.wall).unzip();
        self.effects.push(Effect::Resent(copy));
        self.carry_out(todo.unwrap_or_default());
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
        for url in std::mem::take(&mut self.desk.set_up) {
            self.outbox.switch_on(&url);
        }
        for outgoing in std::mem::take(&mut self.desk.outgoing) {
            let verdict = self.desk.judge_delivery(self.clock.now(), &outgoing);
            let message = format!("msg_{}", self.desk.streams.of("engine/webhook-id").hex(24));
            let origin = Origin { message, hops: self.depth.saturating_add(1) };
            let todo = self.outbox.accept(outgoing, verdict, origin, self.wall);
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
            Timer::Push(socket, message) => {
                self.release_push(socket, message);
                return true;
            }
            Timer::Unstall(socket) => {
                self.unstall(socket);
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
        let mut flooded = None;
        if let What::Queued { chat: Some(chat), .. } = &what {
            match self.clock.pace() {
                Pace::Stepped => self.stage.count(chat),
                Pace::Running(_) => flooded = self.flood.count(chat, self.wall).then(|| chat.clone()),
            }
        }
        self.journal.append(self.clock.now(), self.wall, what);
        if let Some(chat) = flooded {
            let chat = self.desk.chat_name(&chat).unwrap_or(&chat).to_owned();
            self.remark(format!(
                "more than {MOST_A_SECOND} webhooks about the chat {chat} were due within a second, so calls wait until it is over; does the bot answer its own messages?"
            ));
        }
    }

    fn remark(&mut self, remark: String) {
        self.journal.append(self.clock.now(), self.wall, What::Remarked { remark });
    }

    /// Whether acts and calls may cause more webhooks. Tells when they no longer may.
    fn admits_more(&mut self) -> bool {
        let full = self.outbox.exceeds(self.queue);
        if full && !self.crowded {
            let QueueBounds { webhooks, bytes } = self.queue;
            self.remark(format!(
                "as many webhooks are unsettled as are kept ({webhooks}, or {bytes} bytes), so acts and calls wait until some are settled"
            ));
        }
        self.crowded = full;
        !full
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
        if let Some(until) = self.flood.over_until() {
            self.arm(until);
        }
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

/// A reply, and what is still to be done to its way.
fn treat(mut reply: Reply, verdict: Option<Verdict<AnswerDeed>>) -> Treated {
    let Some(Verdict { deed, luck, .. }) = verdict else { return Treated::plain(reply) };
    let cut = match deed {
        AnswerDeed::Delay(latency) => {
            let delay = WallLimit::from_millis(latency.millis(luck));
            return Treated { delay: Some(delay), ..Treated::plain(reply) };
        }
        AnswerDeed::Malformed => {
            reply.body = malformed(&reply.body);
            return Treated::plain(reply);
        }
        AnswerDeed::Reset => Cut::Reset,
        AnswerDeed::Truncate(bytes) => Cut::Truncate(bytes),
        AnswerDeed::Drip { over, pieces } => Cut::Drip { over, pieces },
        AnswerDeed::Hang => Cut::Hang,
        // In the reply already.
        AnswerDeed::Code(_) | AnswerDeed::Expire | AnswerDeed::Redirect(_) => return Treated::plain(reply),
    };
    Treated { cut: Some(cut), ..Treated::plain(reply) }
}

/// A body that is no JSON, whatever it was before: its end is gone, and it goes on as if more came.
fn malformed(body: &Bytes) -> Bytes {
    let kept = body.len().saturating_sub(1);
    [&body[..kept], b","].concat().into()
}

/// The path of a call with its query.
/// The path and the query of a call, in which parameters of these names are secrets.
fn path_of(call: &Call, secrets: &[&str]) -> String {
    if call.query.is_empty() {
        return call.path.clone();
    }
    let shown = |pair: &str| match pair.split_once('=') {
        Some((name, value)) if secrets.contains(&name) => format!("{name}={}", "*".repeat(value.len())),
        Some(_) | None => pair.to_owned(),
    };
    let query: Vec<String> = call.query.split('&').map(shown).collect();
    format!("{}?{}", call.path, query.join("&"))
}

impl std::fmt::Debug for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opening")
            .field("name", &self.name)
            .field("seed", &self.seed)
            .field("pace", &self.pace)
            .field("identities", &self.identities)
            .field("steps", &self.steps)
            .finish_non_exhaustive()
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
