//! Every row of every vendor's tables is exercised: by a bundled scenario, or by a call of the table below.

use std::collections::BTreeSet;

use rehearsal::platform::PLATFORMS;
use rehearsal::scenario::act::ACTS;
use serde_json::Value;

use crate::support::program::{folder, journals, rehearsal};
use crate::support::provoke::provoked;

/// What was seen in journals of one platform.
#[derive(Default)]
struct Seen {
    routes: BTreeSet<String>,
    codes: BTreeSet<String>,
    events: BTreeSet<String>,
    acts: BTreeSet<String>,
}

impl Seen {
    fn take(&mut self, entry: &Value) {
        let text = |key: &str| entry[key].as_str().map(str::to_owned);
        match entry["kind"].as_str() {
            Some("called") => {
                self.routes.extend(text("route"));
                self.codes.extend(text("code"));
            }
            Some("queued") => self.events.extend(text("event")),
            Some("step") => self.acts.extend(text("source").and_then(|s| Some(s.split_once(':')?.0.to_owned()))),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_of_every_table_is_exercised() {
    let into = folder("coverage").join("run.jsonl");
    rehearsal(&["run", "scenarios", "--port", "0", "--bot", "builtin", "--journal", into.to_str().unwrap()]).await;
    let journals = journals(&into);
    let mut missing = Vec::new();
    let mut acts = BTreeSet::new();
    for vendor in PLATFORMS {
        let mut seen = Seen::default();
        for (_, journal) in &journals {
            let entries: Vec<Value> = journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            if entries[0]["platform"] == vendor.name {
                entries.iter().for_each(|entry| seen.take(entry));
            }
        }
        let (codes, routes) = provoked(vendor);
        seen.codes.extend(codes);
        seen.routes.extend(routes);
        let mut lacks = |kind: &str, rows: Vec<&str>, seen: &BTreeSet<String>| {
            missing.extend(
                rows.iter().filter(|row| !seen.contains(**row)).map(|row| format!("{} {kind} {row}", vendor.name)),
            );
        };
        lacks("route", (vendor.routes)().iter().map(|route| route.name).collect(), &seen.routes);
        lacks("code", vendor.codes.iter().map(|code| code.code).collect(), &seen.codes);
        lacks("event", vendor.events.iter().map(|event| event.name).collect(), &seen.events);
        let known =
            ACTS.iter().map(|act| act.name).filter(|act| vendor.vocabulary.lacks.iter().all(|(name, _)| name != act));
        lacks("act", known.collect(), &seen.acts);
        acts.extend(seen.acts);
    }
    assert_eq!(missing, Vec::<String>::new(), "never seen");
    assert!(ACTS.iter().all(|act| acts.contains(act.name)));
}
