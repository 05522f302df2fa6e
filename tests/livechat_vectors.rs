//! Plays what the vendor's pages print against the platform, without sockets, and compares whole documents with the order
//! of their members.
//!
//! In the expected documents `<chat>`, `<thread>` and `<hook>` stand for what the platform makes up. The first two are
//! bound where they are first met and stand for the same value from then on; `<hook>` is the id of any registration. Others
//! are bound by the step whose answer tells them, as its `bind` says.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderValue, Method};
use rehearsal::base::rng::Seed;
use rehearsal::base::time::{VirtualSpan, VirtualTime};
use rehearsal::fault::{AnswerDeed, Fault, Occasion};
use rehearsal::platform::cx::{Desk, Identities};
use rehearsal::platform::livechat::Livechat;
use rehearsal::platform::route::{Body, Call, Reply};
use rehearsal::platform::{Instance, Vendor};
use rehearsal::scenario::{Action, load_setup};
use serde_json::Value;

/// One file at play.
struct Stage {
    desk: Desk,
    livechat: Box<dyn Instance>,
    now: VirtualTime,
    /// What the placeholders stand for.
    bound: BTreeMap<String, String>,
    /// The webhooks that were compared.
    events: BTreeSet<String>,
}

/// Plays a file, and tells which webhooks it compared.
fn play(file: &str, text: &str) -> BTreeSet<String> {
    let vector: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{file}: {error}"));
    assert!(vector["source"].as_str().is_some_and(|url| url.starts_with("https://")), "{file} names no source");
    let steps = vector["steps"].as_array().expect("steps");
    let mut scenario = vector["scenario"].clone();
    scenario["steps"] = steps.iter().filter_map(|step| step.get("act").cloned()).collect();
    let vendor = Vendor::of::<Livechat>();
    let scenario = load_setup(&scenario.to_string(), &[vendor.vocabulary]).expect("a sound scenario");
    let mut desk = Desk::new(Seed(7), file, &scenario.customers, Identities::WellKnown);
    let now = VirtualTime::OPENING;
    let livechat = (vendor.open)(&mut desk.cx(now), &scenario.setup).expect("a sound tenant");
    let mut stage = Stage { desk, livechat, now, bound: BTreeMap::new(), events: BTreeSet::new() };
    let mut acts = scenario.steps.iter();
    for (index, step) in steps.iter().enumerate() {
        let at = format!("{file}, step {index}");
        if let Some(fault) = step.get("fault") {
            let on = Occasion::Route(fault["route"].as_str().expect("a route").to_owned());
            let deed = AnswerDeed::Code(fault["code"].as_str().expect("a code").to_owned());
            stage.desk.plan.add(Fault::once(on, deed), stage.now);
        }
        if step.get("act").is_some() {
            let Action::Act(act) = &acts.next().expect("an act").action else { panic!("{at} is no act") };
            // Each act takes a second.
            stage.now = stage.now + VirtualSpan::from_secs(1);
            let mut cx = stage.desk.cx(stage.now);
            stage.livechat.act(&mut cx, act).unwrap_or_else(|refusal| panic!("{at}: {refusal}"));
            let chat = stage.desk.chat("dana").expect("dana's chat").to_owned();
            stage.bind(chat);
        }
        if let Some(call) = step.get("call") {
            let reply = stage.call(call);
            assert_eq!(Value::from(reply.status), step["reply"]["status"], "{at}");
            let body: Value = serde_json::from_slice(&reply.body).expect("JSON");
            for (name, pointer) in step["bind"].as_object().into_iter().flatten() {
                let value = body.pointer(pointer.as_str().expect("a pointer")).and_then(Value::as_str);
                stage.bound.insert(name.clone(), value.unwrap_or_else(|| panic!("{at}: {body}")).to_owned());
            }
            stage.compare(&at, &step["reply"]["body"], body);
        }
        let sent = std::mem::take(&mut stage.desk.outgoing);
        if let Some(expected) = step.get("webhooks") {
            let expected = expected.as_array().expect("a list");
            let events: Vec<&str> = sent.iter().map(|outgoing| &*outgoing.event).collect();
            assert_eq!(events.len(), expected.len(), "{at}: {events:?}");
            for (expected, outgoing) in expected.iter().zip(&sent) {
                let mut body: Value = serde_json::from_slice(&outgoing.body).expect("JSON");
                let id = body["webhook_id"].take();
                assert!(id.as_str().is_some_and(|id| id.len() == 25), "{at}: {id}");
                body["webhook_id"] = "<hook>".into();
                stage.events.insert(outgoing.event.to_string());
                stage.compare(&at, expected, body);
            }
        }
    }
    stage.events
}

impl Stage {
    /// Remembers the ids of the chat and its latest thread.
    fn bind(&mut self, chat: String) {
        let body = serde_json::json!({"method": "get_chat", "version": "v3.6", "body": {"chat_id": chat}});
        let mut call = body;
        call["token"] = "dal:bot-token".into();
        let reply: Value = serde_json::from_slice(&self.call(&call).body).expect("JSON");
        let thread = reply["thread"]["id"].as_str().expect("a thread").to_owned();
        for id in [&chat, &thread] {
            let letters = id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
            assert!(id.len() == 10 && letters, "`{id}` has ten upper-case letters and digits");
        }
        self.bound.insert("<chat>".to_owned(), chat);
        self.bound.insert("<thread>".to_owned(), thread);
    }

    fn call(&mut self, call: &Value) -> Reply {
        let text = |key: &str| call[key].as_str().unwrap_or_else(|| panic!("{key} in {call}"));
        let routes = (Vendor::of::<Livechat>().routes)();
        let path = routes.iter().find(|route| route.name == text("method")).expect("an operation").path;
        let path = path.replace("{version}", text("version"));
        let mut headers = HeaderMap::new();
        // A personal access token has its account before it, and goes out the way of passwords.
        let credential = match call["account"].as_str() {
            Some(account) => format!("Basic {}", BASE64_STANDARD.encode(format!("{account}:{}", text("token")))),
            None => format!("Bearer {}", text("token")),
        };
        headers.insert(http::header::AUTHORIZATION, HeaderValue::from_str(&credential).expect("a header"));
        let body = Body::Whole(self.fill(&call["body"]).into());
        let call = Call { method: Method::POST, path, query: String::new(), headers, body, params: Vec::new() };
        self.livechat.call(&mut self.desk.cx(self.now), call).reply
    }

    /// A document as text, its placeholders filled.
    fn fill(&self, document: &Value) -> String {
        let text = document.to_string();
        self.bound.iter().fold(text, |text, (name, value)| text.replace(name, value))
    }

    /// Texts are compared, so that the order of members counts.
    fn compare(&self, at: &str, expected: &Value, actual: Value) {
        assert_eq!(actual.to_string(), self.fill(expected), "{at}");
    }
}

macro_rules! vectors {
    ($($name:ident)*) => {
        $( #[test] fn $name() {
            play(stringify!($name), include_str!(concat!("vectors/livechat/", stringify!($name), ".json")));
        } )*

        #[test]
        fn every_webhook_has_a_vector() {
            let mut compared = BTreeSet::new();
            $( compared.extend(play(
                stringify!($name),
                include_str!(concat!("vectors/livechat/", stringify!($name), ".json")),
            )); )*
            let all: BTreeSet<String> =
                Vendor::of::<Livechat>().events.iter().map(|event| event.name.to_owned()).collect();
            assert_eq!(compared, all);
            assert_eq!(all.len(), 39, "the 38 of v3.6, and one of older versions");
        }
    };
}

vectors! {
    incoming_chat incoming_event transfer_chat tags_and_end reading errors properties what_happens_to_events
    incoming_customer routing_statuses customers archives scopes configuration_agents configuration_auto_access configuration_bots
    configuration_groups_and_tags configuration_license configuration_properties configuration_webhooks
}
