//! A tenant, its desk and its clock.

use http::{HeaderName, HeaderValue, Method};
use serde_json::{Value, json};

use super::super::Texter;
use crate::base::rng::Seed;
use crate::base::time::{VirtualSpan, VirtualTime};
use crate::fault::{AnswerDeed, Fault, Occasion};
use crate::journal::What;
use crate::journal::entry::Outcome;
use crate::platform::cx::{Desk, Identities, Refusal};
use crate::platform::outgoing::Ended;
use crate::platform::route::{Body, Call, Reply};
use crate::platform::{Instance, Vendor};
use crate::scenario::{Action, load_setup};

/// The token of a tenant about whose tokens nothing is said.
const TOKEN: &str = "Bearer texter-token";
/// The path before that of every operation.
const PREFIX: &str = "/server/api/v2";
/// The tenant's account on WhatsApp where none is set up.
pub(super) const ACCOUNT: &str = "972509998877";
/// The phone numbers of the two customers.
pub(super) const ADA: &str = "972501112233";
pub(super) const BOB: &str = "972501112244";
/// The uid of the well-known agent `noa@example.com`.
pub(super) const NOA: &str = "0d3c6f1e-58a7-4f0b-9a54-1f6b7a2f9c10";

/// A tenant at play.
pub(super) struct Stage {
    pub(super) desk: Desk,
    pub(super) now: VirtualTime,
    setup: Value,
    texter: Box<dyn Instance>,
}

impl Stage {
    /// Opens the tenant with customers `ada` and `bob`.
    pub(super) fn open(setup: Value) -> Self {
        let vendor = Vendor::of::<Texter>();
        let scenario = load_setup(&document(&setup, &[]), &[vendor.vocabulary]).expect("a sound tenant");
        let mut desk = Desk::new(Seed(7), "stage", &scenario.customers, Identities::WellKnown);
        let now = VirtualTime::OPENING;
        let texter = (vendor.open)(&mut desk.cx(now), &scenario.setup).expect("a tenant that opens");
        Self { desk, now, setup, texter }
    }

    /// Does an act, a second after what was done before.
    pub(super) fn act(&mut self, act: Value) -> Result<(), Refusal> {
        // Every chat is started before it is referred to, as far as the checker of scenarios can see.
        let starts = [json!({"start_chat": {"as": "ada"}}), json!({"start_chat": {"as": "bob"}})];
        let text = document(&self.setup, &[&starts[0], &starts[1], &act]);
        let scenario = load_setup(&text, &[Vendor::of::<Texter>().vocabulary]).expect("a sound act");
        let Action::Act(act) = &scenario.steps[2].action else { panic!("no act") };
        self.pass(VirtualSpan::from_secs(1));
        self.texter.act(&mut self.desk.cx(self.now), act)
    }

    /// Lets a chat of ada's begin, and gives its id.
    pub(super) fn start(&mut self) -> String {
        self.act(json!({"start_chat": {"as": "ada", "text": "Hi"}})).unwrap();
        self.desk.chat("ada").unwrap().to_owned()
    }

    /// Calls an operation with a good token; a query may follow the path. Answers without JSON are texts.
    pub(super) fn call(&mut self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let reply = self.send(method, &format!("{PREFIX}{path}"), TOKEN, Body::Whole(body.into()));
        let text = || Value::from(String::from_utf8_lossy(&reply.body).into_owned());
        (reply.status, serde_json::from_slice(&reply.body).unwrap_or_else(|_| text()))
    }

    /// Calls any path with any token.
    pub(super) fn send(&mut self, method: Method, path: &str, token: &str, body: Body) -> Reply {
        let headers = [(HeaderName::from_static("authorization"), HeaderValue::from_str(token).unwrap())];
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let (path, query) = (path.to_owned(), query.to_owned());
        let call = Call { method, path, query, headers: headers.into_iter().collect(), body, params: Vec::new() };
        self.texter.call(&mut self.desk.cx(self.now), call).reply
    }

    /// A chat with all its members, as webhooks show it.
    pub(super) fn chat(&mut self, phone: &str) -> Value {
        let (_, found) = self.call(Method::GET, &format!("/chats/search?search={phone}&includeEmpty=1"), &Value::Null);
        found["data"][0].clone()
    }

    /// The messages of a chat, in the order in which they were written.
    pub(super) fn messages(&mut self, chat: &str) -> Vec<Value> {
        let until = self.now.as_millis();
        let path = format!("/messages/chat/{chat}?beforeTime={until}&beforeId=none");
        self.call(Method::GET, &path, &Value::Null).1["messages"].as_array().cloned().unwrap_or_default()
    }

    /// Plans a code for the next call of an operation.
    pub(super) fn plan(&mut self, route: &str, code: &str) {
        let (on, deed) = (Occasion::Route(route.to_owned()), AnswerDeed::Code(code.to_owned()));
        self.desk.plan.add(Fault::once(on, deed), self.now);
    }

    /// Lets time pass, with the timers that fall due.
    pub(super) fn pass(&mut self, span: VirtualSpan) {
        let end = self.now + span;
        loop {
            let due = self.desk.wakes.iter().enumerate().filter(|(_, (at, _))| *at <= end);
            let Some((index, _)) = due.min_by_key(|(place, (at, _))| (*at, *place)) else { break };
            let (at, key) = self.desk.wakes.remove(index);
            self.now = self.now.max(at);
            self.texter.wake(&mut self.desk.cx(self.now), &key);
        }
        self.now = end;
    }

    /// The bodies of the webhooks that were sent since the last look.
    pub(super) fn sent(&mut self) -> Vec<Value> {
        self.desk.outgoing.drain(..).map(|outgoing| serde_json::from_slice(&outgoing.body).unwrap()).collect()
    }

    /// Reports how the deliveries that were sent since the last look ended. Their number.
    pub(super) fn deliver(&mut self, acknowledged: bool) -> usize {
        let sent = std::mem::take(&mut self.desk.outgoing);
        for webhook in &sent {
            let outcome = Outcome::Status(if acknowledged { 200 } else { 500 });
            let ended = Ended { outcome: Some(&outcome), acknowledged, last: true, genuine: true };
            self.texter.attempted(&mut self.desk.cx(self.now), webhook, ended);
        }
        sent.len()
    }

    /// The records of runs, the latest first.
    pub(super) fn runs(&mut self, query: &str) -> Vec<Value> {
        let (_, found) = self.call(Method::GET, &format!("/scenarios/runs?limit=10000&{query}"), &Value::Null);
        found["runs"].as_array().cloned().unwrap_or_default()
    }

    /// What callers did since the last look that the documents do not allow.
    pub(super) fn violations(&mut self) -> Vec<String> {
        let violated = |what| match what {
            What::Violated { detail, .. } => Some(detail),
            _ => None,
        };
        self.desk.facts.drain(..).filter_map(violated).collect()
    }
}

fn document(setup: &Value, steps: &[&Value]) -> String {
    let customers = json!({"ada": {"name": "Ada", "phone": ADA}, "bob": {"name": "Bob", "phone": BOB}});
    json!({"platform": "texter", "setup": setup, "customers": customers, "steps": steps}).to_string()
}
