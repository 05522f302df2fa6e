//! Every row of every platform's tables is touched by a bundled scenario, and what `--coverage` says of a run.

use std::collections::BTreeSet;
use std::process::Command;

use rehearsal::platform::PLATFORMS;
use rehearsal::report::Exit;
use rehearsal::scenario::act::ACTS;
use serde_json::Value;

use crate::support::program::{folder, rehearsal};
use crate::support::provoke::provoke;

/// The rows that no bundled scenario touches: platform, kind, name, and why it is so.
const EXCEPTIONS: &[(&str, &str, &str, &str)] = &[
    ("imichat", "change", "joined", "a chat is with one person at a time"),
    ("imichat", "change", "left", "a chat is with one person at a time"),
    ("livechat", "act", "disconnect", "the example bot has no sockets; those of real clients are closed in `push.rs`"),
    ("livechat", "change", "held", "LiveChat knows no hold"),
    ("livechat", "change", "resumed", "LiveChat knows no hold; who comes back starts another thread"),
    ("texter", "change", "held", "Texter knows no hold"),
    ("texter", "change", "joined", "a chat is with one person at a time"),
    ("texter", "change", "left", "a chat is with one person at a time"),
    ("texter", "fault", "tamper", "Texter signs nothing by itself, so the example bots believe every webhook"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_row_of_every_table_is_touched_by_a_bundled_scenario() {
    let file = folder("coverage").join("coverage.json");
    let report = format!("coverage={}", file.display());
    let ran = rehearsal(&["run", "scenarios", "--port", "0", "--bot", "builtin", "--report", &report]).await;
    assert_eq!(ran.exit, Exit::Met, "{}", ran.out);
    let report: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let list = |value: &Value| value.as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (mut untouched, mut acts) = (BTreeSet::new(), BTreeSet::new());
    for platform in list(&report["platforms"]) {
        for table in list(&platform["tables"]) {
            if table["kind"] == "act" {
                acts.extend(list(&table["rows"]).iter().map(|row| text(&row["name"])));
            }
            for row in list(&table["rows"]).into_iter().filter(|row| row["times"] == 0) {
                untouched.insert((text(&platform["name"]), text(&table["kind"]), text(&row["name"])));
            }
        }
    }
    let excepted = EXCEPTIONS.iter().map(|(platform, kind, name, _)| (*platform, *kind, *name));
    let excepted: BTreeSet<_> =
        excepted.map(|(p, kind, name)| (p.to_owned(), kind.to_owned(), name.to_owned())).collect();
    let new: Vec<_> = untouched.difference(&excepted).collect();
    assert_eq!(new, [] as [&(String, String, String); 0], "no scenario touches these");
    let stale: Vec<_> = excepted.difference(&untouched).collect();
    assert_eq!(stale, [] as [&(String, String, String); 0], "these are touched; take them off the list");
    assert!(ACTS.iter().all(|act| acts.contains(act.name)), "an act that every platform lacks");
    let played: Vec<_> = list(&report["platforms"]).iter().map(|platform| text(&platform["name"])).collect();
    assert_eq!(played, PLATFORMS.iter().map(|vendor| vendor.name).collect::<Vec<_>>());
}

#[test]
fn every_provocation_is_answered_with_its_code() {
    PLATFORMS.iter().for_each(provoke);
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
    check(path, &["--coverage", "--bot", "builtin"], 0, "acts       2 of  12   16 %\n    faults     0 of  16    0 %\n");
    check(
        path,
        &["--coverage=full"],
        0,
        "16 rows never touched: code, expire, redirect, malformed, delay, drip, reset,\n",
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
