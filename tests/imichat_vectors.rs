//! Plays what the vendor's pages print against the platform, without sockets, and compares whole documents with the order
//! of their members.
//!
//! In the expected documents `<chat>`, `<token>`, `<guid>`, `<hex32>` and `<any>` stand for what the platform makes up.
//! `<chat>` and `<token>` are remembered, and stand for the same value in later calls.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use rehearsal::base::rng::Seed;
use rehearsal::base::time::VirtualTime;
use rehearsal::fault::{AnswerDeed, Fault, Occasion};
use rehearsal::platform::cx::{Desk, Identities};
use rehearsal::platform::imichat::Imichat;
use rehearsal::platform::outgoing::Outgoing;
use rehearsal::platform::route::{Body, Call, Reply};
use rehearsal::platform::{Instance, Vendor};
use rehearsal::scenario::{Action, load_setup};
use serde_json::{Value, json};

use crate::support::vector;

/// One file at play.
struct Stage {
    file: &'static str,
    desk: Desk,
    imichat: Box<dyn Instance>,
    now: VirtualTime,
    /// The latest value of each placeholder that is remembered.
    remembered: BTreeMap<&'static str, String>,
}

fn play(file: &'static str, text: &str) {
    let vector: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{file}: {error}"));
    assert!(vector["source"].as_str().is_some_and(|url| url.starts_with("https://")), "{file} names no source");
    let steps = vector["steps"].as_array().expect("steps");
    let mut scenario = vector["scenario"].clone();
    scenario["steps"] = steps.iter().filter_map(|step| step.get("act").cloned()).collect();
    let vendor = Vendor::of::<Imichat>();
    let scenario = load_setup(&scenario.to_string(), &[vendor.vocabulary]).expect("a sound scenario");
    let mut desk = Desk::new(Seed(7), file, &scenario.customers, Identities::WellKnown);
    let now = steps[0]["at"].as_str().map_or(VirtualTime::OPENING, instant);
    let imichat = (vendor.open)(&mut desk.cx(now), &scenario.setup).expect("a sound tenant");
    let mut stage = Stage { file, desk, imichat, now, remembered: BTreeMap::new() };
    let mut acts = scenario.steps.iter();
    for (index, step) in steps.iter().enumerate() {
        let at = format!("{file}, step {index}");
        stage.now = step["at"].as_str().map_or(stage.now, instant);
        if let Some(fault) = step.get("fault") {
            let on = Occasion::Route(fault["route"].as_str().expect("a route").to_owned());
            let deed = AnswerDeed::Code(fault["code"].as_str().expect("a code").to_owned());
            stage.desk.plan.add(Fault::once(on, deed), stage.now);
        }
        if step.get("act").is_some() {
            let Action::Act(act) = &acts.next().expect("an act").action else { panic!("{at} is no act") };
            let mut cx = stage.desk.cx(stage.now);
            stage.imichat.act(&mut cx, act).unwrap_or_else(|refusal| panic!("{at}: {refusal}"));
        }
        if let Some(call) = step.get("call") {
            let reply = stage.call(call);
            stage.check_reply(&at, &step["reply"], &reply);
        }
        let sent = std::mem::take(&mut stage.desk.outgoing);
        if let Some(expected) = step.get("webhooks") {
            stage.check_webhooks(&at, expected.as_array().expect("a list"), &sent);
        }
    }
}

impl Stage {
    fn call(&mut self, call: &Value) -> Reply {
        let text = |key: &str| call[key].as_str().unwrap_or_else(|| panic!("{}: {key}", self.file));
        let mut headers = HeaderMap::new();
        for (name, value) in call["headers"].as_object().expect("headers") {
            let value = self.fill(value.as_str().expect("a text"));
            headers.insert(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
        }
        let body = call.get("body").map_or_else(Vec::new, |body| body.to_string().into_bytes());
        let target = self.fill(text("path"));
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let call = Call {
            method: Method::from_bytes(text("method").as_bytes()).unwrap(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers,
            body: Body::Whole(body.into()),
            params: Vec::new(),
        };
        self.imichat.call(&mut self.desk.cx(self.now), call).reply
    }

    fn check_reply(&mut self, at: &str, expected: &Value, reply: &Reply) {
        assert_eq!(json!(reply.status), expected["status"], "{at}: {}", String::from_utf8_lossy(&reply.body));
        for (name, wanted) in expected["headers"].as_object().into_iter().flatten() {
            let found = reply.headers.iter().find(|(header, _)| header.as_str() == name);
            let found = found.unwrap_or_else(|| panic!("{at}: no header {name}")).1.to_str().unwrap();
            self.compare(&format!("{at}, header {name}"), wanted, &json!(found));
        }
        if let Some(messages) = expected.get("messages") {
            let body: Value = serde_json::from_slice(&reply.body).unwrap();
            self.compare(at, messages, &body["response"]["messages"]);
        }
        if let Some(body) = expected.get("body") {
            self.compare(at, body, &serde_json::from_slice(&reply.body).unwrap());
        }
    }

    fn check_webhooks(&mut self, at: &str, expected: &[Value], sent: &[Outgoing]) {
        let events: Vec<&str> = sent.iter().map(|outgoing| &*outgoing.event).collect();
        assert_eq!(events.len(), expected.len(), "{at}: {events:?}");
        for (wanted, outgoing) in expected.iter().zip(sent) {
            if let Some(url) = wanted.get("url") {
                assert_eq!(*url, json!(outgoing.url), "{at}");
            }
            if let Some(headers) = wanted.get("headers") {
                let there: Vec<_> = outgoing.headers.iter().map(|(n, v)| (n.as_str(), v.expose())).collect();
                let wanted: Vec<_> =
                    headers.as_object().unwrap().iter().map(|(n, v)| (n.as_str(), v.as_str().unwrap())).collect();
                assert_eq!(there, wanted, "{at}");
            }
            self.compare(at, &wanted["body"], &serde_json::from_slice(&outgoing.body).unwrap());
            assert_eq!(wanted["body"]["event_type"], json!(outgoing.event), "{at}");
            assert_eq!(outgoing.chat.as_ref(), self.remembered.get("<chat>"), "{at}");
        }
    }

    fn compare(&mut self, at: &str, expected: &Value, actual: &Value) {
        vector::compare(at, expected, actual, &mut |at, placeholder, there| self.made_up(at, placeholder, there));
    }

    fn made_up(&mut self, at: &str, placeholder: &str, there: &str) {
        let fits = match placeholder {
            "<chat>" => {
                self.remembered.insert("<chat>", there.to_owned());
                there.len() == 16 && there.starts_with("CSR") && there.bytes().all(|b| b.is_ascii_alphanumeric())
            }
            "<token>" => {
                self.remembered.insert("<token>", there.to_owned());
                is_guid(there)
            }
            "<guid>" => is_guid(there),
            "<guid>|<guid>" => there.split_once('|').is_some_and(|(one, other)| is_guid(one) && is_guid(other)),
            "<hex32>" => there.len() == 32 && there.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')),
            "<any>" => !there.is_empty(),
            other => panic!("{at}: {other} is no placeholder"),
        };
        assert!(fits, "{at}: {there} is no {placeholder}");
    }

    /// A text of a call with what was remembered; a chat that only an act began is the latest one of the scenario.
    fn fill(&self, text: &str) -> String {
        let latest = self.desk.chat("second").or_else(|| self.desk.chat("ada")).unwrap_or_default();
        let mut filled = text.to_owned();
        for (placeholder, value) in &self.remembered {
            if *placeholder != "<chat>" || latest.is_empty() {
                filled = filled.replace(placeholder, value);
            }
        }
        filled.replace("<chat>", latest)
    }
}

fn is_guid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-'))
}

fn instant(text: &str) -> VirtualTime {
    VirtualTime::parse(text).expect("an instant")
}

macro_rules! vectors {
    ($( $test:ident: $file:literal; )*) => { $(
        #[test]
        fn $test() {
            play($file, include_str!(concat!("vectors/imichat/", $file)));
        }
    )* };
}

vectors! {
    a_chat_is_created_and_assigned_as_documented: "create_chat.json";
    a_chosen_quick_reply_is_received_as_documented: "message_received.json";
    a_closed_chat_is_told_as_documented: "chat_closed.json";
    a_token_is_issued_and_expires_as_documented: "authorize.json";
    refusals_are_worded_as_documented: "codes.json";
    a_chat_is_transferred_as_documented: "transfer.json";
    chats_are_listed_as_documented: "list_chats.json";
    chats_are_found_as_documented: "search_chats.json";
    users_are_given_as_documented: "users.json";
    teams_are_listed_with_their_ids: "teams.json";
}

#[test]
fn every_sample_of_a_message_is_taken_and_given_back() {
    let vector: Value = serde_json::from_str(include_str!("vectors/imichat/messages.json")).unwrap();
    for sample in vector["samples"].as_array().unwrap() {
        for channel in sample["on"].as_array().unwrap() {
            let asset = &vector["assets"][channel.as_str().unwrap()];
            let headers = json!({"access_token": "imi-access-token", "teamid": "672"});
            let chat = json!({
                "alias_id": "it", "channel": channel, "asset": {"id": asset}, "customer": {"destination_id": "d-1"},
            });
            let exchange = |method: &str, path: &str, body: &Value| json!({"call": {"method": method, "path": path, "headers": headers, "body": body}, "reply": {"status": 200}});
            let mut append = exchange("POST", "/v3.1/chats/it/messages", &sample["body"]);
            append["reply"]["messages"] = json!([sample["body"]]);
            let steps = [exchange("POST", "/v3.1/chats", &chat), append];
            let played = json!({
                "source": vector["source"], "scenario": {"platform": "imichat", "customers": {}}, "steps": steps,
            });
            play("messages.json", &played.to_string());
        }
    }
}
