//! Faults of a world that runs: which are planned, further ones, and their end.
//!
//! They are planned and ended by steps, so that the journal tells of them as it does of a scenario's.

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::answer::{document, gone};
use super::problem::Problem;
use super::query::Query;
use super::registry::Named;
use crate::base::diag::Place;
use crate::base::time::VirtualSpan;
use crate::engine::World;
use crate::fault::plan::Rule;
use crate::fault::probability::Probability;
use crate::fault::{Occasion, Unwanted};
use crate::platform::route::Reply;
use crate::scenario::decode::Schema;
use crate::scenario::{Action, Step, load_faults};

/// A rule in force: what it says, as scenarios write it, and how often it has been asked and has fired.
#[derive(Serialize)]
pub(super) struct Shown {
    rule: u32,
    on: Json,
    r#do: Json,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    seen: u32,
    fired: u32,
}

impl Shown {
    /// Its JSON Schema, for which that of a written fault stands.
    pub(super) fn schema(fault: &Schema) -> Schema {
        let number = |from: u32| json!({"type": "integer", "minimum": from});
        let mut shown = fault.clone();
        shown["properties"]["rule"] = number(1);
        shown["properties"]["seen"] = number(0);
        shown["properties"]["fired"] = number(0);
        shown["required"] = json!(["rule", "on", "do", "seen", "fired"]);
        shown
    }

    fn of(rule: &Rule) -> Self {
        let fault = &rule.fault;
        Self {
            rule: rule.number,
            on: occasion(rule),
            r#do: json!({fault.deed.name(): fault.deed.written()}),
            times: fault.times,
            seen: rule.seen,
            fired: rule.fired,
        }
    }
}

/// What stands under `on:`, without what goes without saying.
fn occasion(rule: &Rule) -> Json {
    let (on, only) = (&rule.fault.on, &rule.fault.only);
    let mut written = match on {
        Occasion::Route(name) => json!({"route": name}),
        Occasion::Event(name) => json!({"event": name}),
        Occasion::Push(name) => json!({"push": name}),
    };
    let mut put = |key: &str, value: Json| written[key] = value;
    if let Some(chat) = &only.chat {
        put("chat", json!(chat));
    }
    if only.nth != only.every {
        put("nth", json!(only.nth));
    }
    if only.every != 1 {
        put("every", json!(only.every));
    }
    if only.probability != Probability::CERTAIN {
        put("probability", json!(only.probability.part()));
    }
    if only.after > VirtualSpan::ZERO {
        put("after", json!(only.after));
    }
    if let Some(span) = only.during {
        put("during", json!(span));
    }
    written
}

/// The rules of a world that are in force.
pub(super) fn list<K>(named: &Named<K>) -> Reply {
    listed(named, 200)
}

fn listed<K>(named: &Named<K>, status: u16) -> Reply {
    let rules: Vec<Shown> = named.world.with(|world| world.faults().iter().map(Shown::of).collect());
    document(status, &rules)
}

/// Plans the faults of a text, and gives all that are in force then.
pub(super) async fn add<K>(named: &Named<K>, text: &str) -> Result<Reply, Problem> {
    let known = named.world.with(World::known);
    let faults =
        load_faults(text, &named.vendor.vocabulary, &named.opening.setup, known).map_err(Problem::diagnosed)?;
    let step = |(fault, source)| step(format!("fault: {source}"), Action::Fault(Box::new(fault)));
    named.world.play(faults.into_iter().map(step).collect(), None).await.ok_or_else(gone)?;
    Ok(listed(named, 201))
}

/// Ends the faults that a query picks out, and gives those that are left.
pub(super) async fn clear<K>(named: &Named<K>, query: &Query<'_>) -> Result<Reply, Problem> {
    let name = |key| query.get(key).map(str::to_owned);
    let about =
        |on: fn(String) -> Occasion, key: &str, name: String| (Unwanted::About(on(name.clone())), json!({ key: name }));
    let (unwanted, told) = match (name("route"), name("event"), name("push"), query.number("rule")?) {
        (None, None, None, None) => (Unwanted::All, json!({})),
        (Some(route), None, None, None) => about(Occasion::Route, "route", route),
        (None, Some(event), None, None) => about(Occasion::Event, "event", event),
        (None, None, Some(push), None) => about(Occasion::Push, "push", push),
        (None, None, None, Some(rule)) => {
            if !named.world.with(|world| world.faults().iter().any(|known| known.number == rule)) {
                return Err(Problem::new(404, format!("there is no rule {rule} in force")));
            }
            (Unwanted::Rule(rule), json!({"rule": rule}))
        }
        _ => return Err(Problem::new(400, "name at most one of `route`, `event`, `push` and `rule`")),
    };
    let step = step(format!("clear_faults: {told}"), Action::ClearFaults(unwanted));
    named.world.play(vec![step], None).await.ok_or_else(gone)?;
    Ok(list(named))
}

fn step(source: String, action: Action) -> Step {
    Step { place: Place::default(), source, action }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::VirtualTime;
    use crate::fault::plan::Plan;
    use crate::fault::{FAULTS, Fault};
    use crate::platform::{PLATFORMS, Vendor};
    use crate::scenario::node::parse;
    use crate::scenario::{Known, Vocabulary};

    fn read(text: &str, words: &Vocabulary) -> Fault {
        let setup = parse("{}").unwrap();
        let read = load_faults(text, words, &setup, Known::default());
        read.unwrap_or_else(|problems| panic!("{text}\n{problems:#?}")).remove(0).0
    }

    #[test]
    fn what_is_listed_can_be_planned_again() {
        let vendor = &PLATFORMS[0];
        let (route, event) = ((vendor.vocabulary.routes)()[0], vendor.prompt);
        let mut seen = Vec::new();
        let mut check = |vendor: &Vendor, on: &str, deed: &str, times: &str| {
            let fault = read(&format!("{{on: {on}, do: {{{deed}}}{times}}}"), &vendor.vocabulary);
            let mut plan = Plan::default();
            plan.add(fault.clone(), VirtualTime::OPENING);
            let shown = serde_json::to_value(Shown::of(&plan.rules()[0])).unwrap();
            let text = json!({"on": shown["on"], "do": shown["do"], "times": shown["times"]}).to_string();
            assert_eq!(read(&text, &vendor.vocabulary), fault, "{text}");
            seen.push(fault.deed.name());
        };
        let code = vendor.codes.iter().find(|code| code.is_refusal()).unwrap().code;
        let at_route = format!("{{route: {route}, nth: 2, every: 3, probability: 0.125, after: 1m, during: 1h30m}}");
        for deed in [
            &format!("code: {code:?}"),
            "expire: true",
            "redirect: /x",
            "malformed: true",
            "delay: 1s500ms",
            "delay: {from: 1s, to: 2s}",
            "delay: {median: 10ms, p99: 2s}",
            "drip: {over: 2s}",
            "reset: true",
            "truncate: 0",
            "hang: true",
        ] {
            check(vendor, &at_route, deed, ", times: 2");
        }
        let at_event = format!("{{event: {event}, chat: bob, every: 2}}");
        for deed in [
            "delay: 10m",
            "duplicate: {}",
            "hold: 10m",
            "reorder: {behind: 3}",
            "lose: answer",
            "drop: true",
            "set: {a.b: [1, {c: x}], d: ~}",
            "tamper: unsigned_retry",
        ] {
            check(vendor, &at_event, deed, "");
        }
        let vendor = PLATFORMS.iter().find(|vendor| !vendor.pushes.is_empty()).unwrap();
        let at_push = format!("{{push: {}, chat: bob, nth: 2}}", vendor.pushes[0].name);
        for deed in [
            "drop: true",
            "delay: {from: 1s, to: 2s}",
            "duplicate: {}",
            "malformed: true",
            "truncate: 20",
            "reset: true",
            "stall: 10s",
            "close: {}",
            "close: {code: 4000, reason: later}",
        ] {
            check(vendor, &at_push, deed, "");
        }
        assert!(FAULTS.iter().all(|fault| seen.contains(&fault.name)), "{seen:?}");
    }
}
