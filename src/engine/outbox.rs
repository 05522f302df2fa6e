//! Webhooks from the moment they are due until they are settled: order, attempts, retries, and what faults do to them.
//!
//! Decides and keeps book; the rim makes the attempts. One attempt at a time is made in a lane, which
//! usually has the webhooks of one chat to one address, so what happens in a chat happens in the same order in every run.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use super::endpoint::Endpoints;
use super::lane::{Lane, LaneKey};
use super::port::{Attempt, Ending};
use super::webhook::{Delivery, State, change, method_name, prepare, without_secret};
use super::{QueueBounds, pause, receipt};
use crate::base::id::DeliveryId;
use crate::base::rng::Streams;
use crate::base::time::{VirtualSpan, WallTime};
use crate::fault::DeliveryDeed;
use crate::fault::plan::Verdict;
use crate::journal::What;
use crate::journal::entry::{Fate, Outcome, Payload};
use crate::platform::outgoing::{Ended, Order, Outgoing};

/// How many webhooks are kept after they are settled, in case somebody wants one sent once more.
const LATELY: usize = 256;

/// What the world has to do after the outbox has changed.
#[derive(Debug)]
pub(super) enum Todo {
    /// Write this into the journal.
    Record(What),
    /// Have this attempt made.
    Attempt(Attempt),
    /// Tell the platform how an attempt ended.
    Tell(Told),
    /// Call [`Outbox::release`] after this span.
    ReleaseAfter(VirtualSpan, DeliveryId),
    /// Call [`Outbox::retry`] after this span.
    RetryAfter(VirtualSpan, DeliveryId),
    /// Call [`Outbox::repeat`] after this span.
    RepeatAfter(VirtualSpan, DeliveryId),
}

/// What the platform is told about an attempt; see [`Ended`].
#[derive(Debug)]
pub(super) struct Told {
    pub(super) webhook: Arc<Outgoing>,
    outcome: Option<Outcome>,
    acknowledged: bool,
    last: bool,
    genuine: bool,
}

impl Told {
    /// It is not sent at all.
    fn unsent(webhook: Arc<Outgoing>) -> Self {
        Self { webhook, outcome: None, acknowledged: false, last: true, genuine: false }
    }

    pub(super) fn ended(&self) -> Ended<'_> {
        let Self { webhook: _, outcome, acknowledged, last, genuine } = self;
        Ended { outcome: outcome.as_ref(), acknowledged: *acknowledged, last: *last, genuine: *genuine }
    }
}

/// All webhooks of a world that are not settled.
#[derive(Clone, Debug, Default)]
pub(super) struct Outbox {
    deliveries: BTreeMap<DeliveryId, Delivery>,
    lanes: HashMap<LaneKey, Lane>,
    /// Those that wait for later ones of their lane to pass, and for how many.
    aside: BTreeMap<DeliveryId, u32>,
    endpoints: Endpoints,
    in_flight: usize,
    last: u64,
    /// The bytes in the bodies of all webhooks that are not settled.
    bytes: usize,
    /// Whether no more attempts begin.
    stopped: bool,
    /// What was settled last, the oldest first.
    lately: VecDeque<(DeliveryId, Delivery)>,
}

/// What tells where a webhook comes from.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// Names the event, for the receiver's de-duplication.
    pub(super) message: String,
    /// How many webhooks were in its chain so far, with it.
    pub(super) hops: u32,
}

/// What an end of an attempt is judged by, besides what the outbox knows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment<'w> {
    /// The real time.
    pub(super) wall: WallTime,
    /// All chance of the world.
    pub(super) streams: &'w Streams,
    /// The members of bodies that are secrets.
    pub(super) secrets: &'w [&'w str],
}

impl Outbox {
    /// Whether no attempt is being made.
    #[must_use]
    pub(super) fn is_quiet(&self) -> bool {
        self.in_flight == 0
    }

    /// Whether there are as many webhooks as there may be, or more.
    #[must_use]
    pub(super) fn exceeds(&self, bounds: QueueBounds) -> bool {
        self.deliveries.len() >= bounds.webhooks || self.bytes >= bounds.bytes
    }

    /// Begins no more attempts. What is not on its way is settled.
    pub(super) fn stop(&mut self) -> Vec<Todo> {
        self.stopped = true;
        let waiting = |delivery: &Delivery| matches!(delivery.state, State::Aside | State::Waiting);
        let waiting: Vec<_> = self.deliveries.iter().filter(|(_, d)| waiting(d)).map(|(id, _)| *id).collect();
        let mut todo = Vec::new();
        for id in waiting {
            self.settle(id, Fate::Stopped, &mut todo);
        }
        self.lanes.clear();
        todo
    }

    /// Gives up on what is on its way.
    pub(super) fn abandon(&mut self) -> Vec<Todo> {
        let mut todo = Vec::new();
        let flying = |delivery: &Delivery| (delivery.state == State::InFlight).then_some(delivery.attempts);
        let flying: Vec<_> = self.deliveries.iter().filter_map(|(id, d)| Some((*id, flying(d)?))).collect();
        for (id, attempt) in flying {
            todo.push(Todo::Record(What::answered(id, attempt, Outcome::Stopped)));
            self.settle(id, Fate::GivenUp, &mut todo);
        }
        self.in_flight = 0;
        todo
    }

    /// Takes in a webhook that is due. `verdict` is the planned fault, if one fires, with what tells of it.
    pub(super) fn accept(
        &mut self,
        mut out: Outgoing,
        verdict: Option<(Verdict<DeliveryDeed>, What)>,
        origin: Origin,
        wall: WallTime,
    ) -> Vec<Todo> {
        let event = out.event.clone();
        let mut todo = Vec::new();
        let (verdict, told) = verdict.unzip();
        if let Some(DeliveryDeed::Set(members)) = verdict.as_ref().map(|verdict| &verdict.deed) {
            let stuck = change(&mut out, members).err();
            let refused =
                |path| What::Refused { index: None, reason: format!("`{path}` leads nowhere in the body of {event}") };
            todo.extend(stuck.map(refused).map(Todo::Record));
        }
        let delivery = Delivery {
            url: out.url.as_str().into(),
            out: Arc::new(out),
            message: origin.message.into(),
            hops: origin.hops,
            forgery: None,
            hold: None,
            lost: None,
            spoiled: verdict.as_ref().is_some_and(|verdict| spoils(&verdict.deed)),
            attempts: 0,
            state: State::Aside,
            copies_due: 0,
        };
        let id = self.add(delivery, &mut todo);
        todo.extend(told.map(Todo::Record));
        match verdict.map(|verdict| (verdict.deed, verdict.luck)) {
            Some((DeliveryDeed::Drop, _)) => {
                let dropped = self.forget(id);
                todo.push(Todo::Record(What::Settled { delivery: id, fate: Fate::Dropped }));
                todo.extend(dropped.map(Told::unsent).map(Todo::Tell));
                return todo;
            }
            Some((DeliveryDeed::Delay(latency), luck)) => {
                todo.push(Todo::ReleaseAfter(VirtualSpan::from_millis(latency.millis(luck)), id));
                return todo;
            }
            Some((DeliveryDeed::Reorder { behind, within }, _)) => {
                self.aside.insert(id, behind);
                todo.push(Todo::ReleaseAfter(within, id));
                return todo;
            }
            Some((DeliveryDeed::Duplicate(gap), _)) => {
                self.edit(id, |delivery| delivery.copies_due += 1);
                todo.push(Todo::RepeatAfter(gap, id));
            }
            Some((DeliveryDeed::Hold(span), _)) => self.edit(id, |delivery| delivery.hold = Some(span)),
            Some((DeliveryDeed::Lose(lost), _)) => self.edit(id, |delivery| delivery.lost = Some(lost)),
            Some((DeliveryDeed::Tamper(forgery), _)) => self.edit(id, |delivery| delivery.forgery = Some(forgery)),
            // Changed above.
            Some((DeliveryDeed::Set(_), _)) | None => {}
        }
        self.line_up(id, wall, &mut todo);
        self.let_follow(id, wall, &mut todo);
        todo
    }

    /// Releases those webhooks that waited only for this one to pass.
    fn let_follow(&mut self, passed: DeliveryId, wall: WallTime, todo: &mut Vec<Todo>) {
        if self.aside.is_empty() {
            return;
        }
        let Self { aside, deliveries, .. } = self;
        let Some(key) = deliveries.get(&passed).map(|delivery| delivery.lane(passed)) else { return };
        let beside = |id: &DeliveryId| deliveries.get(id).is_some_and(|delivery| delivery.lane(*id) == key);
        for (_, left) in aside.iter_mut().filter(|(id, _)| beside(id)) {
            *left = left.saturating_sub(1);
        }
        let due: Vec<DeliveryId> = aside.iter().filter(|(_, left)| **left == 0).map(|(id, _)| *id).collect();
        for id in due {
            self.line_up(id, wall, todo);
        }
    }

    /// Puts a webhook that was aside at the end of its lane.
    pub(super) fn release(&mut self, id: DeliveryId, wall: WallTime) -> Vec<Todo> {
        let mut todo = Vec::new();
        self.line_up(id, wall, &mut todo);
        todo
    }

    /// Puts a webhook at the end of its lane, if it has not been put there before.
    fn line_up(&mut self, id: DeliveryId, wall: WallTime, todo: &mut Vec<Todo>) {
        self.aside.remove(&id);
        let Some(delivery) = self.deliveries.get_mut(&id).filter(|delivery| delivery.state == State::Aside) else {
            return;
        };
        delivery.state = State::Waiting;
        let key = delivery.lane(id);
        self.lanes.entry(key.clone()).or_default().waiting.push_back(id);
        self.go_on(&key, wall, todo);
    }

    /// Tries a webhook again, or one that was held back, before those that have not been tried yet.
    pub(super) fn retry(&mut self, id: DeliveryId, wall: WallTime) -> Vec<Todo> {
        let Some(key) = self.lane_of(id) else { return Vec::new() };
        let lane = self.lanes.entry(key.clone()).or_default();
        lane.held_by = lane.held_by.filter(|holder| *holder != id);
        lane.waiting.push_front(id);
        let mut todo = Vec::new();
        self.go_on(&key, wall, &mut todo);
        todo
    }

    /// Sends a webhook once more, not forged, whatever became of it; nothing if it is not kept any more.
    pub(super) fn resend(&mut self, id: DeliveryId, wall: WallTime) -> Option<(DeliveryId, Vec<Todo>)> {
        let settled = || self.lately.iter().find(|(settled, _)| *settled == id).map(|(_, delivery)| delivery);
        let original = self.deliveries.get(&id).or_else(settled)?;
        // How it ends is no business of the platform, which sees nothing of it.
        let copy = Delivery {
            forgery: None,
            hold: None,
            lost: None,
            spoiled: true,
            attempts: 0,
            state: State::Aside,
            copies_due: 0,
            ..original.clone()
        };
        let mut todo = Vec::new();
        let copy = self.add(copy, &mut todo);
        self.line_up(copy, wall, &mut todo);
        Some((copy, todo))
    }

    /// Sends a copy of a webhook.
    pub(super) fn repeat(&mut self, id: DeliveryId, wall: WallTime) -> Vec<Todo> {
        let Some(original) = self.deliveries.get_mut(&id) else { return Vec::new() };
        original.copies_due -= 1;
        let copy = Delivery { spoiled: true, attempts: 0, state: State::Aside, copies_due: 0, ..original.clone() };
        self.forget_if_done(id);
        let mut todo = Vec::new();
        let copy = self.add(copy, &mut todo);
        self.line_up(copy, wall, &mut todo);
        todo
    }

    /// Takes note of how an attempt ended. Reports of attempts that are not being made are ignored.
    pub(super) fn attempted(&mut self, id: DeliveryId, attempt: u32, ending: Ending, moment: Moment<'_>) -> Vec<Todo> {
        let Some(key) = self.lane_of(id) else { return Vec::new() };
        let Some(delivery) = self.deliveries.get_mut(&id) else { return Vec::new() };
        if delivery.state != State::InFlight || delivery.attempts != attempt {
            return Vec::new();
        }
        self.in_flight -= 1;
        delivery.state = State::Waiting;
        let (out, url, genuine) = (Arc::clone(&delivery.out), Arc::clone(&delivery.url), !delivery.spoiled);
        let chance = || moment.streams.once(&format!("engine/jitter/{}/{attempt}", delivery.message));
        let pause = pause::before_next(&out.policy, attempt, ending.answer.as_ref(), moment.wall, chance);
        let Ending { outcome, answer } = ending;
        let acknowledged = matches!(outcome, Outcome::Status(status) if out.policy.acknowledged.by(status));
        let answer = answer.map(|answer| Box::new(receipt::kept(&answer, &out, moment.secrets)));
        let told = outcome.clone();
        let off = genuine.then(|| self.endpoints.note(&url, &out.policy, &outcome, acknowledged)).flatten();
        let mut todo = vec![Todo::Record(What::Answered { delivery: id, attempt, outcome, answer })];
        let fate = match (acknowledged, pause) {
            (true, _) => Some(Fate::Delivered),
            (false, Some(pause)) if off.is_none() && !self.stopped => {
                todo.push(Todo::RetryAfter(pause, id));
                None
            }
            (false, Some(_) | None) => Some(Fate::GivenUp),
        };
        todo.extend(off.map(|remark| Todo::Record(What::Remarked { remark })));
        if let Some(fate) = fate {
            self.settle(id, fate, &mut todo);
        }
        let (webhook, outcome, last) = (Arc::clone(&out), Some(told), fate.is_some());
        todo.push(Todo::Tell(Told { webhook, outcome, acknowledged, last, genuine }));
        let lane = self.lanes.entry(key.clone()).or_default();
        lane.busy = false;
        if fate.is_none() && out.policy.order == Order::Outcome {
            lane.held_by = Some(id);
        }
        self.go_on(&key, moment.wall, &mut todo);
        todo
    }

    /// Has an address get webhooks again.
    pub(super) fn switch_on(&mut self, url: &str) {
        self.endpoints.switch_on(url);
    }

    /// Tries the next webhook of a lane, if one may be tried; forgets a lane that has nothing left.
    fn go_on(&mut self, key: &LaneKey, wall: WallTime, todo: &mut Vec<Todo>) {
        while let Some(lane) = self.lanes.get_mut(key) {
            if self.stopped {
                for id in std::mem::take(&mut lane.waiting) {
                    self.settle(id, Fate::Stopped, todo);
                }
                self.lanes.remove(key);
                break;
            }
            if lane.busy || lane.held_by.is_some() {
                break;
            }
            let Some(next) = lane.waiting.pop_front() else {
                self.lanes.remove(key);
                break;
            };
            let Some(delivery) = self.deliveries.get(&next) else { continue };
            if self.endpoints.is_off(&delivery.url) {
                let webhook = Arc::clone(&delivery.out);
                self.settle(next, Fate::Disabled, todo);
                todo.push(Todo::Tell(Told::unsent(webhook)));
                continue;
            }
            if let Some(span) = self.deliveries.get_mut(&next).and_then(|delivery| delivery.hold.take()) {
                lane.held_by = Some(next);
                todo.push(Todo::RetryAfter(span, next));
                break;
            }
            lane.busy = true;
            self.attempt(next, wall, todo);
        }
    }

    fn settle(&mut self, id: DeliveryId, fate: Fate, todo: &mut Vec<Todo>) {
        todo.push(Todo::Record(What::Settled { delivery: id, fate }));
        self.edit(id, |delivery| delivery.state = State::Settled);
        self.forget_if_done(id);
    }

    fn lane_of(&self, id: DeliveryId) -> Option<LaneKey> {
        self.deliveries.get(&id).map(|delivery| delivery.lane(id))
    }

    fn add(&mut self, delivery: Delivery, todo: &mut Vec<Todo>) -> DeliveryId {
        self.last += 1;
        let id = DeliveryId(self.last);
        todo.push(Todo::Record(What::Queued {
            delivery: id,
            event: delivery.out.event.clone(),
            chat: delivery.out.chat.clone(),
            url: delivery.out.url.clone(),
            body: Payload::new(without_secret(&delivery.out)),
        }));
        self.bytes += delivery.out.body.len();
        self.deliveries.insert(id, delivery);
        id
    }

    fn attempt(&mut self, id: DeliveryId, wall: WallTime, todo: &mut Vec<Todo>) {
        let Some(delivery) = self.deliveries.get_mut(&id) else { return };
        delivery.attempts += 1;
        delivery.state = State::InFlight;
        self.in_flight += 1;
        let (attempt, unsigned) = prepare(id, delivery, wall);
        let (unsigned, signing) = attempt.headers.split_at(unsigned);
        let sent = What::Sent {
            delivery: id,
            attempt: attempt.attempt,
            method: method_name(&attempt.method),
            headers: receipt::sent(unsigned, &delivery.out),
            wall_headers: receipt::signed(signing),
        };
        todo.extend([Todo::Record(sent), Todo::Attempt(attempt)]);
    }

    fn edit(&mut self, id: DeliveryId, change: impl FnOnce(&mut Delivery)) {
        if let Some(delivery) = self.deliveries.get_mut(&id) {
            change(delivery);
        }
    }

    fn forget_if_done(&mut self, id: DeliveryId) {
        if self.deliveries.get(&id).is_some_and(|d| d.state == State::Settled && d.copies_due == 0) {
            self.forget(id);
        }
    }

    /// Puts a webhook with those that were settled lately.
    fn forget(&mut self, id: DeliveryId) -> Option<Arc<Outgoing>> {
        let delivery = self.deliveries.remove(&id)?;
        self.bytes -= delivery.out.body.len();
        let out = Arc::clone(&delivery.out);
        if self.lately.len() == LATELY {
            self.lately.pop_front();
        }
        self.lately.push_back((id, delivery));
        Some(out)
    }
}

/// Whether a webhook to which this was done is not what the platform sent.
fn spoils(deed: &DeliveryDeed) -> bool {
    matches!(deed, DeliveryDeed::Set(_) | DeliveryDeed::Tamper(_))
}
