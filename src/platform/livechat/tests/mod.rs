//! A license at play without an engine: tests call, act, let time pass and look at what was sent.

mod accounts;
mod archives;
mod auth;
mod chance;
mod configuration;
mod customers;
mod events;
mod files;
mod filters;
mod library;
mod license;
mod life;
mod listing;
mod opening;
mod patron;
mod properties;
mod property;
mod refusals;
mod routing;
mod rtm;
mod scope;
mod sequence;
mod setup;
mod shapes;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderName, HeaderValue, Method};
use serde_json::{Value, json};

use super::Livechat;
use crate::base::rng::Seed;
use crate::base::time::{VirtualSpan, VirtualTime};
use crate::fault::{AnswerDeed, Fault, Occasion};
use crate::platform::cx::{Desk, Identities, Refusal};
use crate::platform::outgoing::Outgoing;
use crate::platform::route::{Body, Call, Reply};
use crate::platform::{Instance, Vendor};
use crate::scenario::{Action, load_setup};

/// The id that the first bot of a tenant has by default.
const BOT: &str = "b0700000000000000000000000000001";
const BOT_TOKEN: &str = "Bearer dal:bot-token";
const AGENT_TOKEN: &str = "Bearer dal:agent-token";
/// The header of the well-known personal access token.
const PAT: &str = "Basic YWdlbnQtYWNjb3VudDpkYWw6YWdlbnQtcGF0";
const ADA: &str = "4d2f6a8c-1b3e-4f50-9c7d-8e9fa0b1c2d3";
const BOB: &str = "5e3f6a8c-1b3e-4f50-9c7d-8e9fa0b1c2d4";

/// A license, its desk and its clock.
struct Stage {
    desk: Desk,
    now: VirtualTime,
    setup: Value,
    livechat: Box<dyn Instance>,
}

/// The header of a personal access token.
fn basic(pair: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(pair))
}

/// The type and text of an error.
fn error(document: &Value) -> (&str, &str) {
    let text = |key: &str| document["error"][key].as_str().unwrap_or_default();
    (text("type"), text("message"))
}

/// Every webhook of the usual version, for the short form of a bot.
fn all_actions() -> Vec<&'static str> {
    super::action::of_version(super::version::Version::STABLE).map(|action| action.name).collect()
}

impl Stage {
    fn open(setup: Value) -> Self {
        Self::open_with(setup, Identities::WellKnown)
    }

    fn open_with(setup: Value, identities: Identities) -> Self {
        let vendor = Vendor::of::<Livechat>();
        let scenario = load_setup(&document(&setup, &[]), &[vendor.vocabulary]).expect("a sound tenant");
        let mut desk = Desk::new(Seed(7), "stage", &scenario.customers, identities);
        let now = VirtualTime::OPENING;
        let livechat = (vendor.open)(&mut desk.cx(now), &scenario.setup).unwrap();
        Self { desk, now, setup, livechat }
    }

    /// A tenant with a bot that gets everything and an agent in group 19, called Sales.
    fn with_bot() -> Self {
        Self::open(json!({
            "agents": [{"id": "mia@acme.example", "name": "Mia Lind", "groups": [19]},
                       {"id": "tom@acme.example", "name": "Tom Ray", "priority": "supervisor"}],
            "groups": [{"id": 19, "name": "Sales"}, {"id": 20, "name": "Nobody"}],
            "bots": [{"name": "Acme Bot", "webhooks": {"url": "${bot}/x", "actions": all_actions()}}],
            "properties": [{"name": "a", "type": "int"}, {"name": "b"}, {"name": "c"}],
        }))
    }

    fn act(&mut self, act: Value) -> Result<(), Refusal> {
        // Every chat is started before it is referred to, as far as the checker of scenarios can see.
        let starts = [json!({"start_chat": {"as": "ada"}}), json!({"start_chat": {"as": "bob"}})];
        let text = document(&self.setup, &[&starts[0], &starts[1], &act]);
        let scenario = load_setup(&text, &[Vendor::of::<Livechat>().vocabulary]).expect("a sound act");
        let Action::Act(act) = &scenario.steps[2].action else { panic!("no act") };
        self.now = self.now + VirtualSpan::from_secs(1);
        self.livechat.act(&mut self.desk.cx(self.now), act)
    }

    /// Lets a chat of ada's begin, and gives its id and that of its thread.
    fn start(&mut self) -> (String, String) {
        self.act(json!({"start_chat": {"as": "ada", "text": "Hi"}})).unwrap();
        let chat = self.desk.chat("ada").unwrap().to_owned();
        let thread = self.get(&chat)["thread"]["id"].as_str().unwrap().to_owned();
        (chat, thread)
    }

    /// A chat as its holders see it.
    fn get(&mut self, chat: &str) -> Value {
        let body = json!({"chat_id": chat});
        self.call("get_chat", BOT_TOKEN, &body).1
    }

    /// Who may call a method: the bot, unless its scopes are too few.
    fn caller(method: &str) -> &'static str {
        let bot = super::scope::Grant::listed(super::scope::BOT);
        if bot.meet(super::scope::need(method)).is_ok() { BOT_TOKEN } else { AGENT_TOKEN }
    }

    fn call(&mut self, method: &str, token: &str, body: &Value) -> (Reply, Value) {
        let routes = (Vendor::of::<Livechat>().routes)();
        let path = routes.iter().find(|route| route.name == method).expect("an operation").path;
        let path = path.replace("{version}", "v3.6");
        self.send(Method::POST, &path, &[("authorization", token)], Body::Whole(body.to_string().into()))
    }

    /// What a call of the Configuration API is answered.
    fn configure(&mut self, version: &str, method: &str, token: &str, body: &Value) -> Value {
        let path = format!("/{version}/configuration/action/{method}");
        self.send(Method::POST, &path, &[("authorization", token)], Body::Whole(body.to_string().into())).1
    }

    fn send(&mut self, method: Method, path: &str, headers: &[(&'static str, &str)], body: Body) -> (Reply, Value) {
        let headers =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()));
        let (path, query) = (path.to_owned(), String::new());
        let call = Call { method, path, query, headers: headers.collect(), body, params: Vec::new() };
        let reply = self.livechat.call(&mut self.desk.cx(self.now), call).reply;
        let document = serde_json::from_slice(&reply.body).unwrap();
        (reply, document)
    }

    /// Plans a code for the next call of an operation.
    fn plan(&mut self, route: &str, code: &str) {
        let (on, deed) = (Occasion::Route(route.to_owned()), AnswerDeed::Code(code.to_owned()));
        self.desk.plan.add(Fault::once(on, deed), self.now);
    }

    /// Lets time pass, with the timers that fall due.
    fn wait(&mut self, span: VirtualSpan) {
        let end = self.now + span;
        loop {
            let due = self.desk.wakes.iter().enumerate().filter(|(_, (at, _))| *at <= end);
            let Some((index, _)) = due.min_by_key(|(_, (at, _))| *at) else { break };
            let (at, key) = self.desk.wakes.remove(index);
            self.now = self.now.max(at);
            self.livechat.wake(&mut self.desk.cx(self.now), &key);
        }
        self.now = end;
    }

    /// The webhooks that were sent since the last look.
    fn sent(&mut self) -> Vec<Outgoing> {
        std::mem::take(&mut self.desk.outgoing)
    }

    /// The bodies of the webhooks that were sent since the last look.
    fn bodies(&mut self) -> Vec<Value> {
        self.sent().iter().map(|outgoing| serde_json::from_slice(&outgoing.body).unwrap()).collect()
    }

    /// The webhooks that were sent since the last look, in short: notes of the system by their type.
    fn told(&mut self) -> Vec<String> {
        let short = |body: Value| match body["payload"]["event"]["system_message_type"].as_str() {
            Some(note) => format!("sys {note}"),
            None => body["action"].as_str().unwrap().to_owned(),
        };
        self.bodies().into_iter().map(short).collect()
    }
}

fn document(setup: &Value, steps: &[&Value]) -> String {
    let customers = json!({"ada": {"name": "Ada", "email": "ada@example.com", "id": ADA},
                           "bob": {"name": "Bob", "email": "bob@example.com", "id": BOB}});
    json!({"platform": "livechat", "setup": setup, "customers": customers, "steps": steps}).to_string()
}
