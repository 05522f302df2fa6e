//! A tenant at play without an engine: unit tests call, act and look at what was told.

use std::borrow::Cow;

use http::{HeaderName, HeaderValue, Method};
use serde_json::{Value, json};

use super::Imichat;
use crate::base::rng::Seed;
use crate::base::time::{VirtualSpan, VirtualTime};
use crate::fault::{AnswerDeed, Fault, Occasion};
use crate::journal::What;
use crate::platform::cx::{Desk, Identities, Refusal};
use crate::platform::outgoing::{Ended, Outgoing};
use crate::platform::route::{Body, Call, Reply};
use crate::platform::{Instance, Vendor};
use crate::scenario::{Action, load_setup};

/// A tenant, its desk and its clock.
pub(super) struct Stage {
    pub(super) desk: Desk,
    pub(super) now: VirtualTime,
    setup: Value,
    imichat: Box<dyn Instance>,
}

impl Stage {
    /// Opens the tenant with customers `ada` and `bob`.
    pub(super) fn open(setup: Value) -> Self {
        Self::open_with(setup, Identities::WellKnown)
    }

    pub(super) fn open_with(setup: Value, identities: Identities) -> Self {
        let vendor = Vendor::of::<Imichat>();
        let scenario = load_setup(&document(&setup, &[]), &[vendor.vocabulary]).expect("a sound tenant");
        let mut desk = Desk::new(Seed(7), "stage", &scenario.customers, identities);
        let now = VirtualTime::OPENING;
        let imichat = (vendor.open)(&mut desk.cx(now), &scenario.setup).unwrap();
        Self { desk, now, setup, imichat }
    }

    /// A tenant whose virtual agent gets all three events.
    pub(super) fn with_bot() -> Self {
        let events = ["chat.assigned", "message.received", "chat.closed"];
        Self::open(json!({
            "virtual_agents": [{"login": "support_bot", "webhook": {"url": "${bot}", "events": events}}],
            "agents": [{"login": "noa"}, {"login": "dan"}],
            "assets": [{"channel": "livechat", "id": "im15102452"}, {"channel": "sms", "id": 447},
                       {"channel": "facebook", "id": "pg"}, {"channel": "email", "id": "help@acme.example"}],
        }))
    }

    pub(super) fn act(&mut self, act: Value) -> Result<(), Refusal> {
        self.act_at(act, self.now + VirtualSpan::from_secs(1))
    }

    pub(super) fn act_at(&mut self, act: Value, now: VirtualTime) -> Result<(), Refusal> {
        // Every chat is started before it is referred to, as far as the checker of scenarios can see.
        let starts = [json!({"start_chat": {"as": "ada"}}), json!({"start_chat": {"as": "bob"}})];
        let text = document(&self.setup, &[&starts[0], &starts[1], &act]);
        let scenario = load_setup(&text, &[Vendor::of::<Imichat>().vocabulary]).expect("a sound act");
        let Action::Act(act) = &scenario.steps[2].action else { panic!("no act") };
        self.now = now;
        self.imichat.act(&mut self.desk.cx(self.now), act)
    }

    /// Calls with a good token, and the team where one is needed.
    pub(super) fn call(&mut self, method: Method, path: &str, body: &Value) -> (Reply, Value) {
        let headers = [("access_token", "imi-access-token"), ("teamid", "672")];
        self.send(method, path, &headers, Body::Whole(body.to_string().into()))
    }

    /// Calls with these headers; a query may follow the path.
    pub(super) fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: Body,
    ) -> (Reply, Value) {
        let headers =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()));
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let (path, query) = (path.to_owned(), query.to_owned());
        let call = Call { method, path, query, headers: headers.collect(), body, params: Vec::new() };
        let reply = self.imichat.call(&mut self.desk.cx(self.now), call).reply;
        let document = serde_json::from_slice(&reply.body).unwrap();
        (reply, document)
    }

    /// Lets a chat of ada's begin, and gives its id.
    pub(super) fn start(&mut self, channel: &str) -> String {
        self.act(json!({"start_chat": {"as": "ada", "text": "Hi", "channel": channel}})).unwrap();
        self.desk.chat("ada").unwrap().to_owned()
    }

    /// Plans a code for the next call of an operation.
    pub(super) fn plan(&mut self, route: &str, code: &str) {
        let (on, deed) = (Occasion::Route(route.to_owned()), AnswerDeed::Code(code.to_owned()));
        self.desk.plan.add(Fault::once(on, deed), self.now);
    }

    /// Lets time pass until an instant, and fires the timers that fall due on the way, in order.
    pub(super) fn pass_to(&mut self, until: VirtualTime) {
        while self.fire_next(until) {}
        self.now = self.now.max(until);
    }

    /// Fires the next timer that falls due until an instant; false if there is none.
    pub(super) fn fire_next(&mut self, until: VirtualTime) -> bool {
        let due = self.desk.wakes.iter().enumerate().filter(|(_, (at, _))| *at <= until);
        let Some(first) = due.min_by_key(|(place, (at, _))| (*at, *place)).map(|(place, _)| place) else {
            return false;
        };
        let (at, key) = self.desk.wakes.remove(first);
        self.now = self.now.max(at);
        self.imichat.wake(&mut self.desk.cx(self.now), &key);
        true
    }

    /// Reports how an attempt to deliver a webhook ended.
    pub(super) fn attempted(&mut self, webhook: &Outgoing, acknowledged: bool) {
        let ended = Ended { outcome: None, acknowledged, last: true, genuine: true };
        self.imichat.attempted(&mut self.desk.cx(self.now), webhook, ended);
    }

    /// The events that were sent since the last look.
    pub(super) fn events(&mut self) -> Vec<Cow<'static, str>> {
        self.desk.outgoing.drain(..).map(|outgoing| outgoing.event).collect()
    }

    /// What was told since the last look, in short.
    pub(super) fn told(&mut self) -> Vec<String> {
        let short = |what| match what {
            What::Said(said) => format!("{} {}: {}", said.from.role, said.from.id, said.text),
            What::Changed { by, change, .. } => {
                let change = serde_json::to_value(change).unwrap();
                format!("{} {}", by.role, change["change"].as_str().unwrap())
            }
            What::Violated { detail, .. } => format!("violation: {detail}"),
            other => format!("{other:?}"),
        };
        self.desk.facts.drain(..).map(short).collect()
    }
}

fn document(setup: &Value, steps: &[&Value]) -> String {
    let customers = json!({"ada": {"name": "Ada", "id": "d-ada"}, "bob": {"name": "Bob", "id": "d-bob"}});
    json!({"platform": "imichat", "setup": setup, "customers": customers, "steps": steps}).to_string()
}
