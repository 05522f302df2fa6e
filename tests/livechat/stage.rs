//! A license at play without an engine: tests call, act and look at what was told.

use std::collections::VecDeque;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use rehearsal::base::rng::Seed;
use rehearsal::base::time::{VirtualSpan, VirtualTime};
use rehearsal::fault::{Deed, Fault, Occasion};
use rehearsal::journal::What;
use rehearsal::platform::cx::{Desk, Identities, Refusal};
use rehearsal::platform::livechat::Livechat;
use rehearsal::platform::mount::Handled;
use rehearsal::platform::outgoing::Outgoing;
use rehearsal::platform::route::{Body, Call};
use rehearsal::platform::{Instance, Vendor};
use rehearsal::scenario::{Action, load_setup};
use serde_json::{Value, json};

pub(super) const ACTIONS: [&str; 9] = [
    "incoming_chat",
    "user_added_to_chat",
    "incoming_event",
    "chat_access_updated",
    "chat_transferred",
    "user_removed_from_chat",
    "thread_tagged",
    "thread_untagged",
    "chat_deactivated",
];
pub(super) const BOT: &str = "a17c3e5b9d204f6881c2d3e4f5a6b7c8";
pub(super) const ADA: &str = "4d2f6a8c-1b3e-4f50-9c7d-8e9fa0b1c2d3";

pub(super) struct Stage {
    pub(super) desk: Desk,
    pub(super) now: VirtualTime,
    setup: Value,
    pub(super) livechat: Box<dyn Instance>,
}

/// A license with a bot that hears everything, two people in groups of their own, and a supervisor.
pub(super) fn usual() -> Value {
    json!({
        "groups": [{"id": 7, "name": "Support"}, {"id": 9, "name": "Sales"}],
        "agents": [
            {"id": "mia@example.com", "name": "Mia Lind", "groups": [7], "token": "dal:mia"},
            {"id": "tom@example.com", "name": "Tom Ray", "groups": [9], "token": "dal:tom"},
        ],
        "bots": [{"id": BOT, "name": "Acme Bot", "webhooks": {"url": "${bot}/livechat", "actions": ACTIONS}}],
    })
}

impl Stage {
    pub(super) fn open(setup: Value) -> Self {
        Self::open_as(setup, Identities::WellKnown)
    }

    pub(super) fn open_as(setup: Value, identities: Identities) -> Self {
        let vendor = Vendor::of::<Livechat>();
        let scenario = load_setup(&document(&setup, &[]), &[vendor.vocabulary]).expect("a sound license");
        let mut desk = Desk::new(Seed(7), "stage", &scenario.customers, identities);
        let now = VirtualTime::OPENING;
        let livechat = (vendor.open)(&mut desk.cx(now), &scenario.setup).expect("a sound license");
        Self { desk, now, setup, livechat }
    }

    pub(super) fn act(&mut self, act: &Value) -> Result<(), Refusal> {
        let starts = [json!({"start_chat": {"as": "ada"}}), json!({"start_chat": {"as": "bob"}})];
        let text = document(&self.setup, &[&starts[0], &starts[1], act]);
        let loaded = load_setup(&text, &[Vendor::of::<Livechat>().vocabulary]);
        let scenario = loaded.unwrap_or_else(|problems| panic!("{act}: {problems:?}"));
        let Action::Act(act) = &scenario.steps[2].action else { panic!("no act") };
        self.wait(1);
        self.livechat.act(&mut self.desk.cx(self.now), act)
    }

    /// Lets time pass, timer by timer.
    pub(super) fn wait(&mut self, seconds: u64) {
        let until = self.now + VirtualSpan::from_secs(seconds);
        loop {
            let due = self.desk.wakes.iter().enumerate().filter(|(_, (at, _))| *at <= until);
            let Some((place, _)) = due.min_by_key(|(_, (at, _))| *at) else { break };
            let (at, key) = self.desk.wakes.remove(place);
            self.now = self.now.max(at);
            self.livechat.wake(&mut self.desk.cx(self.now), &key);
        }
        self.now = until;
    }

    /// Lets a chat of ada's begin, and gives its id.
    pub(super) fn start(&mut self) -> String {
        self.act(&json!({"start_chat": {"as": "ada", "text": "Hi"}})).expect("a chat");
        self.desk.chat("ada").expect("a chat").to_owned()
    }

    /// Calls as the bot.
    pub(super) fn call(&mut self, method: &str, body: &Value) -> (u16, Value) {
        self.call_as("dal:bot-token", method, body)
    }

    pub(super) fn call_as(&mut self, token: &str, method: &str, body: &Value) -> (u16, Value) {
        let handled = self.send("v3.6", method, &[("authorization", &format!("Bearer {token}"))], &body.to_string());
        read(&handled)
    }

    pub(super) fn send(
        &mut self,
        version: &str,
        method: &str,
        headers: &[(&'static str, &str)],
        body: &str,
    ) -> Handled {
        let body = Body::Whole(body.to_owned().into());
        self.hand(Method::POST, &format!("/{version}/agent/action/{method}"), headers, body)
    }

    pub(super) fn hand(&mut self, method: Method, path: &str, headers: &[(&'static str, &str)], body: Body) -> Handled {
        let call = call(method, path, headers, body);
        self.livechat.call(&mut self.desk.cx(self.now), call)
    }

    pub(super) fn plan(&mut self, route: &str, code: &str) {
        let (on, deed) = (Occasion::Route(route.to_owned()), Deed::Code(code.to_owned()));
        self.desk.plan.add(Fault { on, nth: 1, deed, times: Some(1) });
    }

    /// The webhooks since the last look.
    pub(super) fn webhooks(&mut self) -> VecDeque<Outgoing> {
        self.desk.outgoing.drain(..).collect()
    }

    /// The webhooks since the last look in short: the action, or the system message.
    pub(super) fn heard(&mut self) -> Vec<String> {
        let short = |outgoing: Outgoing| {
            let body: Value = serde_json::from_slice(&outgoing.body).expect("JSON");
            match body["payload"]["event"]["system_message_type"].as_str() {
                Some(kind) => format!("sys {kind}"),
                None => outgoing.event.to_owned(),
            }
        };
        self.webhooks().into_iter().map(short).collect()
    }

    /// What was told since the last look, in short.
    pub(super) fn told(&mut self) -> Vec<String> {
        let short = |what| match what {
            What::Said(said) => format!("{} {}: {}", said.from.role, said.from.id, said.text),
            What::Changed { by, change, .. } => {
                let change = serde_json::to_value(change).expect("JSON");
                format!("{} {}", by.role, change["change"].as_str().expect("a change"))
            }
            What::Violated { detail } => format!("violation: {detail}"),
            other => format!("{other:?}"),
        };
        self.desk.facts.drain(..).map(short).collect()
    }

    /// The id of the latest thread of a chat.
    pub(super) fn thread(&mut self, chat: &str) -> String {
        let (_, document) = self.call_as("dal:bot-token", "get_chat", &json!({"chat_id": chat}));
        document["thread"]["id"].as_str().expect("a thread").to_owned()
    }
}

pub(super) fn call(method: Method, path: &str, headers: &[(&'static str, &str)], body: Body) -> Call {
    let header = |(name, value): &(&'static str, &str)| {
        (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header value"))
    };
    let headers: HeaderMap = headers.iter().map(header).collect();
    Call { method, path: path.to_owned(), query: String::new(), headers, body, params: Vec::new() }
}

pub(super) fn read(handled: &Handled) -> (u16, Value) {
    (handled.reply.status, serde_json::from_slice(&handled.reply.body).expect("JSON"))
}

fn document(setup: &Value, steps: &[&Value]) -> String {
    let customers = json!({
        "ada": {"name": "Ada Byron", "email": "ada@example.com", "id": ADA},
        "bob": {"name": "Bob Ross", "id": "00000000-0000-4000-8000-000000000002"},
    });
    json!({"platform": "livechat", "setup": setup, "customers": customers, "steps": steps}).to_string()
}
