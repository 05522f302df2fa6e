//! Webhooks from the moment they are due until they are settled: order, attempts, retries, and what faults do to them.
//!
//! Decides and keeps book; the rim makes the attempts. A lane holds the webhooks of one chat to one address; one attempt at
//! a time is made in it, so what happens in a chat happens in the same order in every run.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::{HeaderName, HeaderValue, header};
use serde_json::Value as Json;

use super::port::Attempt;
use crate::base::id::DeliveryId;
use crate::base::json::put;
use crate::base::secret::Secret;
use crate::base::time::{VirtualSpan, WallTime};
use crate::fault::{Deed, Forgery};
use crate::journal::What;
use crate::journal::entry::{Fate, Outcome, Payload};
use crate::platform::outgoing::{Ended, Order, Outgoing};
use crate::signing::Message;

/// How old a stale signature is, in seconds: longer than any receiver allows.
const STALE: u64 = 3_600;

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
    in_flight: usize,
    last: u64,
    /// What was settled last, the oldest first.
    lately: VecDeque<(DeliveryId, Delivery)>,
}

type LaneKey = (Option<String>, Arc<str>);

/// The webhooks of one chat to one address.
#[derive(Clone, Debug, Default)]
struct Lane {
    /// Those that may be tried, in order.
    waiting: VecDeque<DeliveryId>,
    /// Whether an attempt is being made.
    busy: bool,
    /// One that must be settled before any other is tried.
    held_by: Option<DeliveryId>,
}

#[derive(Debug, Clone)]
struct Delivery {
    out: Arc<Outgoing>,
    url: Arc<str>,
    /// The `webhook-id`: the same for all attempts and copies of one event.
    message: Arc<str>,
    forgery: Option<Forgery>,
    /// Whether it is not what the platform sent, once: how it ends says nothing about its receiver.
    spoiled: bool,
    attempts: u32,
    state: State,
    /// Whether a copy is still to be made of it, which needs its bytes after it is settled.
    copies_due: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Held back, waiting for its turn, or waiting for a retry.
    Waiting,
    /// An attempt is being made.
    InFlight,
    /// Done with; kept only while a copy is due.
    Settled,
}

impl Outbox {
    /// Whether no attempt is being made.
    #[must_use]
    pub(super) fn is_quiet(&self) -> bool {
        self.in_flight == 0
    }

    /// Takes in a webhook that is due. `deed` is the planned fault, if one fires; `message` names the event for the
    /// receiver's de-duplication.
    pub(super) fn accept(
        &mut self,
        mut out: Outgoing,
        deed: Option<Deed>,
        message: String,
        wall: WallTime,
    ) -> Vec<Todo> {
        let event = out.event.clone();
        let mut todo = Vec::new();
        if let Some(Deed::Set(members)) = &deed {
            let stuck = change(&mut out, members).err();
            let refused = |path| What::Refused { reason: format!("`{path}` leads nowhere in the body of {event}") };
            todo.extend(stuck.map(refused).map(Todo::Record));
        }
        let delivery = Delivery {
            url: out.url.as_str().into(),
            out: Arc::new(out),
            message: message.into(),
            forgery: None,
            spoiled: matches!(deed, Some(Deed::Set(_) | Deed::Tamper(_))),
            attempts: 0,
            state: State::Waiting,
            copies_due: 0,
        };
        let id = self.add(delivery, &mut todo);
        if let Some(deed) = &deed {
            todo.push(Todo::Record(What::Faulted { fault: deed.name().into(), on: event.into_owned() }));
        }
        match deed {
            Some(Deed::Drop) => {
                let dropped = self.forget(id);
                todo.push(Todo::Record(What::Settled { delivery: id, fate: Fate::Dropped }));
                let told = |webhook| Told { webhook, outcome: None, acknowledged: false, last: true, genuine: false };
                todo.extend(dropped.map(told).map(Todo::Tell));
                return todo;
            }
            Some(Deed::DelayDelivery(span)) => {
                todo.push(Todo::ReleaseAfter(span, id));
                return todo;
            }
            Some(Deed::Duplicate(gap)) => {
                self.edit(id, |delivery| delivery.copies_due += 1);
                todo.push(Todo::RepeatAfter(gap, id));
            }
            Some(Deed::Tamper(forgery)) => self.edit(id, |delivery| delivery.forgery = Some(forgery)),
            // Changed above. Deeds at the other seams never meet a webhook; the scenario's checker sees to that.
            Some(Deed::Set(_) | Deed::Code(_) | Deed::DelayAnswer(_) | Deed::Reset | Deed::Truncate(_)) | None => {}
        }
        todo.extend(self.release(id, wall));
        todo
    }

    /// Puts a webhook at the end of its lane.
    pub(super) fn release(&mut self, id: DeliveryId, wall: WallTime) -> Vec<Todo> {
        let Some(key) = self.deliveries.get(&id).map(lane_key) else { return Vec::new() };
        self.lanes.entry(key.clone()).or_default().waiting.push_back(id);
        self.go_on(&key, wall)
    }

    /// Tries a webhook again, before those that have not been tried yet.
    pub(super) fn retry(&mut self, id: DeliveryId, wall: WallTime) -> Vec<Todo> {
        let Some(key) = self.deliveries.get(&id).map(lane_key) else { return Vec::new() };
        let lane = self.lanes.entry(key.clone()).or_default();
        lane.held_by = lane.held_by.filter(|holder| *holder != id);
        lane.waiting.push_front(id);
        self.go_on(&key, wall)
    }

    /// Sends a webhook once more, not forged, whatever became of it; nothing if it is not kept any more.
    pub(super) fn resend(&mut self, id: DeliveryId, wall: WallTime) -> Option<(DeliveryId, Vec<Todo>)> {
        let settled = || self.lately.iter().find(|(settled, _)| *settled == id).map(|(_, delivery)| delivery);
        let original = self.deliveries.get(&id).or_else(settled)?;
        // How it ends is no business of the platform, which sees nothing of it.
        let copy = Delivery {
            forgery: None,
            spoiled: true,
            attempts: 0,
            state: State::Waiting,
            copies_due: 0,
            ..original.clone()
        };
        let mut todo = Vec::new();
        let copy = self.add(copy, &mut todo);
        todo.extend(self.release(copy, wall));
        Some((copy, todo))
    }

    /// Sends a copy of a webhook.
    pub(super) fn repeat(&mut self, id: DeliveryId, wall: WallTime) -> Vec<Todo> {
        let Some(original) = self.deliveries.get_mut(&id) else { return Vec::new() };
        original.copies_due -= 1;
        let copy = Delivery { spoiled: true, attempts: 0, state: State::Waiting, copies_due: 0, ..original.clone() };
        self.forget_if_done(id);
        let mut todo = Vec::new();
        let copy = self.add(copy, &mut todo);
        todo.extend(self.release(copy, wall));
        todo
    }

    /// Takes note of how an attempt ended. Reports of attempts that are not being made are ignored.
    pub(super) fn attempted(&mut self, id: DeliveryId, attempt: u32, outcome: Outcome, wall: WallTime) -> Vec<Todo> {
        let Some(delivery) = self.deliveries.get_mut(&id) else { return Vec::new() };
        if delivery.state != State::InFlight || delivery.attempts != attempt {
            return Vec::new();
        }
        self.in_flight -= 1;
        delivery.state = State::Waiting;
        let out = Arc::clone(&delivery.out);
        let key = lane_key(delivery);
        let acknowledged = matches!(outcome, Outcome::Status(status) if out.policy.acknowledged.by(status));
        let genuine = !delivery.spoiled;
        let told = outcome.clone();
        let mut todo = vec![Todo::Record(What::Answered { delivery: id, attempt, outcome })];
        let pause = out.policy.retries.get(attempt as usize - 1).copied();
        let fate = match (acknowledged, pause) {
            (true, _) => Some(Fate::Delivered),
            (false, None) => Some(Fate::GivenUp),
            (false, Some(pause)) => {
                todo.push(Todo::RetryAfter(pause, id));
                None
            }
        };
        if let Some(fate) = fate {
            todo.push(Todo::Record(What::Settled { delivery: id, fate }));
            self.edit(id, |delivery| delivery.state = State::Settled);
            self.forget_if_done(id);
        }
        let (webhook, outcome, last) = (Arc::clone(&out), Some(told), fate.is_some());
        todo.push(Todo::Tell(Told { webhook, outcome, acknowledged, last, genuine }));
        let lane = self.lanes.entry(key.clone()).or_default();
        lane.busy = false;
        if fate.is_none() && out.policy.order == Order::Outcome {
            lane.held_by = Some(id);
        }
        todo.extend(self.go_on(&key, wall));
        todo
    }

    /// Tries the next webhook of a lane, if one may be tried; forgets a lane that has nothing left.
    fn go_on(&mut self, key: &LaneKey, wall: WallTime) -> Vec<Todo> {
        let Some(lane) = self.lanes.get_mut(key) else { return Vec::new() };
        if lane.busy || lane.held_by.is_some() {
            return Vec::new();
        }
        let Some(next) = lane.waiting.pop_front() else {
            self.lanes.remove(key);
            return Vec::new();
        };
        lane.busy = true;
        self.attempt(next, wall)
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
        self.deliveries.insert(id, delivery);
        id
    }

    fn attempt(&mut self, id: DeliveryId, wall: WallTime) -> Vec<Todo> {
        let Some(delivery) = self.deliveries.get_mut(&id) else { return Vec::new() };
        delivery.attempts += 1;
        delivery.state = State::InFlight;
        self.in_flight += 1;
        let attempt = prepare(id, delivery, wall);
        vec![Todo::Record(What::Sent { delivery: id, attempt: attempt.attempt }), Todo::Attempt(attempt)]
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
        let out = Arc::clone(&delivery.out);
        if self.lately.len() == LATELY {
            self.lately.pop_front();
        }
        self.lately.push_back((id, delivery));
        Some(out)
    }
}

fn lane_key(delivery: &Delivery) -> LaneKey {
    (delivery.out.chat.clone(), Arc::clone(&delivery.url))
}

/// The bytes and headers of one attempt. Signing comes last, on the bytes that go out; only a forged body changes after.
fn prepare(id: DeliveryId, delivery: &Delivery, wall: WallTime) -> Attempt {
    let out = &delivery.out;
    let mut body = out.body.clone();
    let mut headers = Vec::with_capacity(out.headers.len() + 5);
    if !body.is_empty() && out.headers.iter().all(|(name, _)| name != header::CONTENT_TYPE) {
        headers.push((header::CONTENT_TYPE, HeaderValue::from_static("application/json")));
    }
    let agent = concat!("rehearsal/", env!("CARGO_PKG_VERSION"));
    headers.push((header::USER_AGENT, HeaderValue::from_static(agent)));
    let forged = delivery.forgery == Some(Forgery::Secret);
    if let Some(span) = out.secret_span.clone().filter(|_| forged) {
        body = overwritten(&body, span, b'x');
    }
    for (name, value) in &out.headers {
        let value = if forged && name != header::CONTENT_TYPE { "forged" } else { value.expose() };
        push(&mut headers, name.clone(), value);
    }
    for (name, value) in signatures(delivery, &body, wall) {
        push(&mut headers, HeaderName::from_static(name), &value);
    }
    if delivery.forgery == Some(Forgery::Body) {
        body = [&body[..], b" "].concat().into();
    }
    Attempt {
        delivery: id,
        attempt: delivery.attempts,
        method: out.method.clone(),
        url: Arc::clone(&delivery.url),
        headers,
        body,
        timeout: out.policy.timeout,
    }
}

/// The headers that sign an attempt, besides what the vendor does.
fn signatures(delivery: &Delivery, body: &[u8], wall: WallTime) -> Vec<(&'static str, String)> {
    let Delivery { out, forgery, attempts, .. } = delivery;
    let signing = &out.policy.signing;
    let (Some(scheme), Some(secret)) = (signing.scheme, &out.signing) else { return Vec::new() };
    let another = scheme.another_key();
    let previous = signing.previous.as_ref();
    let secrets: Vec<&Secret> = match forgery {
        Some(Forgery::Unsigned) => return Vec::new(),
        Some(Forgery::UnsignedRetry) if *attempts > 1 => return Vec::new(),
        Some(Forgery::Signature) => vec![&another],
        Some(Forgery::OldSecret) => vec![previous.unwrap_or(&another)],
        Some(Forgery::Secret | Forgery::Body | Forgery::Stale | Forgery::UnsignedRetry) | None => {
            std::iter::once(secret).chain(previous).collect()
        }
    };
    let age = if *forgery == Some(Forgery::Stale) { STALE } else { 0 };
    let timestamp = wall.as_secs().saturating_sub(age);
    scheme.sign(Message { id: &delivery.message, timestamp, url: &delivery.url, body }, &secrets)
}

/// Changes members of a body, or gives the path that leads nowhere.
fn change(out: &mut Outgoing, members: &[(String, Json)]) -> Result<(), String> {
    let mut document = serde_json::from_slice(&out.body).unwrap_or_default();
    for (path, value) in members {
        put(&mut document, path, value.clone()).map_err(|_| path.clone())?;
    }
    let secret = out.secret_span.take().and_then(|span| out.body.get(span)).map(<[u8]>::to_vec);
    out.body = document.to_string().into();
    out.secret_span = secret.and_then(|secret| {
        let at = out.body.windows(secret.len()).position(|window| window == secret)?;
        Some(at..at + secret.len())
    });
    Ok(())
}

/// Adds a header. A value that is no header value is left out; set-up checks see to it that there is none.
fn push(headers: &mut Vec<(HeaderName, HeaderValue)>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.push((name, value));
    }
}

/// The body with its secret replaced, for the journal; the same bytes, not a copy, where there is no secret.
fn without_secret(out: &Outgoing) -> Bytes {
    match out.secret_span.clone() {
        Some(span) => overwritten(&out.body, span, b'*'),
        None => out.body.clone(),
    }
}

fn overwritten(body: &Bytes, span: std::ops::Range<usize>, with: u8) -> Bytes {
    let mut bytes = BytesMut::from(&body[..]);
    if let Some(part) = bytes.get_mut(span) {
        part.fill(with);
    }
    bytes.freeze()
}
