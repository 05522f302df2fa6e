//! Every row of every vendor's tables is exercised: by a bundled scenario, or by a call of the table below.

use std::collections::BTreeSet;
use std::process::Command;

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
    let into = folder("coverage");
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

/// Starts the program itself: exit code, stdout, stderr.
fn started(words: &[&str]) -> (Option<i32>, String, String) {
    let ran = Command::new(env!("CARGO_BIN_EXE_rehearsal")).args(words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (ran.status.code(), text(ran.stdout), text(ran.stderr))
}

#[test]
fn the_floor_decides_how_a_run_ends_that_met_its_expectations() {
    let into = folder("coverage-floor");
    let skipped = into.join("skipped.yaml");
    std::fs::write(
        &skipped,
        "platform: texter\nskip: later\ncustomers: {d: {}}\nsteps: [start_chat: {as: d}, expect: {violations: none}]\n",
    )
    .unwrap();
    let check = |path: &str, flags: &[&str], code: i32, part: &str| {
        let words = ["run", path, "--port", "0", "--seed", "1", "--detail", "failures"];
        let (ended, out, err) = started(&words.into_iter().chain(flags.iter().copied()).collect::<Vec<_>>());
        assert_eq!(ended, Some(code), "{flags:?}: {out}{err}");
        assert!(out.contains(part) || err.contains(part), "{flags:?}: {part} is not in\n{out}{err}");
    };
    let path = "scenarios/imichat/order_status.yaml";
    check(path, &["--coverage", "--bot", "builtin"], 0, "acts       2 of  12   16 %\n    faults     0 of   8    0 %\n");
    check(
        path,
        &["--coverage=full"],
        0,
        "8 rows never touched: code, delay, reset, truncate, duplicate, drop, set, tamper\n",
    );
    check(path, &["--coverage-fail-under", "0"], 0, "1 passed");
    check(path, &["--coverage-fail-under", "10"], 0, "1 passed");
    check(path, &["--coverage-fail-under", "90"], 1, "rows below the 90 % that were asked for");
    let broken = ["--coverage-fail-under", "1", "--bot", "builtin:broken", "--coverage"];
    check(path, &broken, 1, "events     1 of   3   33 %");
    let page = format!("html={}", into.join("page.html").display());
    let nothing = ["--coverage", "--coverage-fail-under", "100", "--report", &page];
    check(skipped.to_str().unwrap(), &nothing, 4, "coverage\n  nothing was played\n");
    assert!(!std::fs::read_to_string(into.join("page.html")).unwrap().contains("Coverage"));
    for wrong in ["101", "-1", "90%", "", "much"] {
        check(path, &[&format!("--coverage-fail-under={wrong}")], 2, "a whole number from 0 to 100");
    }
    check(path, &["--coverage=all"], 2, "[possible values: summary, full]");
    check(path, &["--report", "coverage"], 2, "write the form and the file");
    check(path, &["--report", &format!("coverage={}", into.display())], 3, "failed to write");
}

#[test]
fn the_report_says_how_often_each_row_was_touched() {
    let into = folder("coverage-report");
    let (file, page) = (into.join("deep/coverage.json"), into.join("page.html"));
    let reports = format!("coverage={},html={}", file.display(), page.display());
    let path = "scenarios/imichat/order_status.yaml";
    let flags = ["--coverage", "--coverage-fail-under", "90", "--format", "json", "--report", &reports];
    let (code, out, err) = started(&[&["run", path, "--port", "0"], &flags[..]].concat());
    // Stdout stays one document, and it says how the program ended.
    let run: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &run["exit_code"]), (Some(1), &Value::from(1)), "{err}");
    assert!(err.contains("coverage\n  imichat\n    routes"), "{err}");
    let report: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let platforms = report["platforms"].as_array().unwrap();
    assert_eq!((platforms.len(), &platforms[0]["name"]), (1, &Value::from("imichat")));
    let routes = &platforms[0]["tables"][0];
    assert_eq!((&routes["kind"], &routes["all"]), (&Value::from("route"), &Value::from(13)));
    let append = routes["rows"].as_array().unwrap().iter().find(|row| row["name"] == "append_message").unwrap();
    assert_eq!(append["times"], append["by_bot"]);
    assert!(append["times"].as_u64() > Some(1), "{append}");
    assert!(
        std::fs::read_to_string(page).unwrap().contains("<th>imichat routes</th><td>3 of 13</td><td>create_chat, ")
    );
}
