//! Plays what the vendor's pages print against the platform, without sockets, and compares whole documents with the order
//! of their members.
//!
//! In the expected documents `<chat>`, `<wamid>` and the like stand for what the platform makes up. Each is bound where it is
//! first met, and stands for the same value from then on. The times and texts of the pages' samples do not fit together
//! everywhere; where they do not, the files have what would have been sent.

use std::collections::{BTreeMap, BTreeSet};

use rehearsal::base::rng::Seed;
use rehearsal::base::time::VirtualTime;
use rehearsal::platform::cx::{Desk, Identities};
use rehearsal::platform::outgoing::Outgoing;
use rehearsal::platform::route::Reply;
use rehearsal::platform::texter::Texter;
use rehearsal::platform::{Instance, Platform, Vendor};
use rehearsal::scenario::{Action, Step, load_setup};
use serde_json::{Value, json};

use crate::support::vector;

/// A tenant at play.
struct Stage {
    desk: Desk,
    texter: Box<dyn Instance>,
    now: VirtualTime,
    /// What the placeholders stand for.
    bound: BTreeMap<String, String>,
}

impl Stage {
    fn open(name: &str, scenario: &Value, steps: &[&Value]) -> (Self, Vec<Step>) {
        let mut scenario = scenario.clone();
        scenario["steps"] = steps.iter().map(|step| step["step"].clone()).collect();
        let vendor = Vendor::of::<Texter>();
        let scenario = load_setup(&scenario.to_string(), &[vendor.vocabulary]);
        let scenario = scenario.unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
        let mut desk = Desk::new(Seed(7), name, &scenario.customers, Identities::WellKnown);
        let now = instant(&steps[0]["at"]);
        let texter = (vendor.open)(&mut desk.cx(now), &scenario.setup).expect("a sound tenant");
        (Self { desk, texter, now, bound: BTreeMap::new() }, scenario.steps)
    }

    /// Does a step; the answer, if it is a call.
    fn play(&mut self, at: &str, written: &Value, step: &Step) -> Option<Reply> {
        self.now = instant(&written["at"]);
        match &step.action {
            Action::Act(act) => {
                let done = self.texter.act(&mut self.desk.cx(self.now), act);
                done.unwrap_or_else(|refusal| panic!("{at}: {refusal}"));
                None
            }
            Action::Call(call) => {
                let call = self.texter.compose(self.now, self.desk.request(call));
                let call = call.unwrap_or_else(|refusal| panic!("{at}: {refusal}"));
                Some(self.texter.call(&mut self.desk.cx(self.now), call).reply)
            }
            other => panic!("{at}: {other:?} cannot be played here"),
        }
    }

    fn compare(&mut self, at: &str, expected: &Value, actual: &Value) {
        vector::compare(at, expected, actual, &mut |at, placeholder, there| {
            assert!(fits(placeholder, there), "{at}: {there} is no {placeholder}");
            let bound = self.bound.entry(placeholder.to_owned()).or_insert_with(|| there.to_owned());
            assert_eq!(bound, there, "{at}: another {placeholder}");
        });
    }
}

/// Whether a made-up text has the shape of what it stands for.
fn fits(placeholder: &str, text: &str) -> bool {
    let hex = |digits: usize| text.len() == digits && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    match placeholder {
        "<wamid>" => text.starts_with("wamid."),
        "<session>" => hex(32),
        "<share>" => hex(96),
        _ => hex(24),
    }
}

fn instant(text: &Value) -> VirtualTime {
    text.as_str().and_then(VirtualTime::parse).expect("an instant")
}

fn read(text: &str) -> Value {
    let vector: Value = serde_json::from_str(text).unwrap();
    assert!(vector["source"].as_str().is_some_and(|url| url.starts_with("https://")), "a source");
    vector
}

#[test]
fn every_event_is_sent_as_documented() {
    let vector = read(include_str!("vectors/texter/events.json"));
    let mut sent = BTreeSet::new();
    for case in vector["cases"].as_array().unwrap() {
        let event = case["subscription"]["event"].as_str().unwrap();
        let mut scenario = vector["scenario"].clone();
        scenario["setup"]["subscriptions"] = json!([case["subscription"]]);
        let lists = [&vector["preamble"], &case["steps"]];
        let steps: Vec<&Value> = lists.iter().flat_map(|list| list.as_array().unwrap()).collect();
        let (mut stage, actions) = Stage::open(event, &scenario, &steps);
        for (index, (written, step)) in steps.iter().zip(&actions).enumerate() {
            stage.play(&format!("{event}, step {index}"), written, step);
        }
        let outgoing: Vec<Outgoing> = std::mem::take(&mut stage.desk.outgoing);
        let last = outgoing.last().unwrap_or_else(|| panic!("{event} is not sent"));
        assert_eq!((&*last.event, last.url.as_str(), last.method.as_str()), (event, "${bot}/texter", "POST"));
        stage.compare(event, &case["body"], &serde_json::from_slice(&last.body).unwrap());
        sent.insert(event.to_owned());
    }
    let published: BTreeSet<String> = Texter::EVENTS.iter().map(|event| event.name.to_owned()).collect();
    assert_eq!(sent, published);
}
