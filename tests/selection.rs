//! Which scenarios a run plays, how often and in which order, and the forms in which it tells what came of them.

use std::path::PathBuf;

use rehearsal::report::Exit;
use serde_json::Value;

use crate::support::program::{Ran, folder, rehearsal};

const GOOD: &str = "platform: imichat
name: NAME
tags: [TAG]
customers: {ada: {}}
steps:
  - start_chat: {as: ada, text: Hi}
  - call: {route: list_teams, answer: {status: 200}}
";

/// Three scenarios: one that passes, one that fails, one that is skipped.
fn scenarios(name: &str) -> PathBuf {
    let folder = folder(name);
    let write = |file: &str, text: String| std::fs::write(folder.join(file), text).unwrap();
    write("a_good.yaml", GOOD.replace("NAME", "The good").replace("TAG", "smoke"));
    write("b_bad.yaml", GOOD.replace("NAME", "The, bad").replace("TAG", "slow").replace("200", "201"));
    write(
        "c_skipped.yaml",
        GOOD.replace("NAME", "\"The # rest\"").replace("tags:", "skip: \"not yet #7\"\ntags:").replace("TAG", "smoke"),
    );
    folder
}

async fn run(folder: &std::path::Path, flags: &[&str]) -> Ran {
    let words = ["run", folder.to_str().unwrap(), "--port", "0", "--seed", "7", "--bot", "builtin"];
    rehearsal(&words.into_iter().chain(flags.iter().copied()).collect::<Vec<_>>()).await
}

/// The scenarios of a run with what became of them, by the report as JSON.
async fn told(folder: &std::path::Path, flags: &[&str]) -> (Exit, Vec<(String, String)>) {
    let ran = run(folder, &[flags, &["--format", "json"]].concat()).await;
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rows = report["scenarios"].as_array().unwrap().iter();
    (ran.exit, rows.map(|row| (text(&row["name"]), text(&row["status"]))).collect())
}

fn rows_named(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, status)| ((*name).to_owned(), (*status).to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn scenarios_are_picked_out_by_path_name_and_tag() {
    let folder = scenarios("selection-pick");
    let all = [("The good", "passed"), ("The, bad", "failed"), ("The # rest", "skipped")];
    assert_eq!(told(&folder, &[]).await, (Exit::Missed, rows_named(&all)));
    assert_eq!(told(&folder, &["--filter", "a_good"]).await, (Exit::Met, rows_named(&all[..1])));
    assert_eq!(told(&folder, &["--filter", "A_Good"]).await, (Exit::Met, rows_named(&all[..1])));
    assert_eq!(told(&folder, &["--filter", "bad", "--filter", "rest"]).await, (Exit::Missed, rows_named(&all[1..])));
    assert_eq!(told(&folder, &["--tag", "smoke"]).await, (Exit::Met, rows_named(&[all[0], all[2]])));
    assert_eq!(
        told(&folder, &["--tag", "smoke", "--filter", "rest"]).await,
        (Exit::NothingTested, rows_named(&all[2..]))
    );
    let ran = run(&folder, &["--tag", "fast", "--filter", "ugly"]).await;
    assert_eq!(ran.exit, Exit::NothingTested);
    assert_eq!(ran.err, "nothing to play: no scenario has a path or name with `ugly` and the tag `fast`\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_stops_at_the_first_failure_if_it_is_told_to() {
    let folder = scenarios("selection-fast");
    std::fs::write(folder.join("d.yaml"), GOOD.replace("NAME", "Late").replace("TAG", "smoke")).unwrap();
    let (exit, rows) = told(&folder, &["--fail-fast", "--jobs", "1"]).await;
    assert_eq!((exit, rows[1].1.as_str()), (Exit::Missed, "failed"));
    assert_eq!(rows[3], ("Late".to_owned(), "skipped".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scenario_is_played_again_with_other_seeds_that_are_the_same_next_time() {
    let folder = scenarios("selection-repeat");
    let journals = folder.join("run.jsonl");
    let flags = ["--filter", "good", "--repeat", "3", "--format", "json", "--journal", journals.to_str().unwrap()];
    let seeds = |ran: &Ran| {
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        let rows = report["scenarios"].as_array().unwrap().clone();
        let row = |row: &Value| (row["name"].as_str().unwrap().to_owned(), row["seed"].as_u64().unwrap());
        rows.iter().map(row).collect::<Vec<_>>()
    };
    let first = seeds(&run(&folder, &flags).await);
    assert_eq!(first[0], ("The good (1 of 3)".to_owned(), 7));
    assert!(first[1].1 != 7 && first[2].1 != first[1].1, "{first:?}");
    assert_eq!(seeds(&run(&folder, &flags).await), first);
    let written = crate::support::program::journals(&journals);
    assert_eq!(written.len(), 3, "{written:?}");
    let ran = run(&folder, &["--shuffle", "--tag", "smoke"]).await;
    assert!(ran.err.contains("shuffled; --shuffle --seed 7 gives this order again"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scenario_that_takes_too_long_is_cut_off() {
    let folder = folder("selection-timeout");
    let slow = GOOD.replace("NAME", "Slow").replace("TAG", "slow") + "  - expect: {event: chat.closed, within: 1m}\n";
    std::fs::write(folder.join("slow.yaml"), slow).unwrap();
    let ran = run(&folder, &["--timeout", "200ms"]).await;
    assert_eq!(ran.exit, Exit::CouldNotRun, "{}", ran.out);
    assert!(ran.out.contains("it took longer than --timeout 200ms"), "{}", ran.out);
    let ran = run(&folder, &["--timeout", "soon"]).await;
    assert_eq!(ran.exit, Exit::Invalid);
    assert!(ran.err.contains("is not a duration"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_of_a_run_is_told_as_tap_and_as_annotations() {
    let folder = scenarios("selection-forms");
    let file = folder.join("out/run.tap");
    let tap = format!("tap={}", file.display());
    let ran = run(&folder, &["--report", &tap, "--report", "github"]).await;
    assert_eq!(ran.exit, Exit::Missed);
    let written = std::fs::read_to_string(&file).unwrap().replace(&folder.display().to_string(), "F");
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!(lines[..2], ["TAP version 14", "1..3"]);
    assert_eq!(lines[2], "ok 1 - The good (F/a_good.yaml)");
    assert_eq!(lines[3], "not ok 2 - The, bad (F/b_bad.yaml)");
    assert_eq!((lines[4], lines[5]), ("  ---", "  seed: 7"));
    assert!(lines[6].starts_with("  repeat: \"rehearsal run F/b_bad.yaml --seed 7"), "{}", lines[6]);
    assert!(lines[9].starts_with("      message: \""), "{}", lines[9]);
    assert_eq!(lines[lines.len() - 1], "ok 3 - The \\# rest (F/c_skipped.yaml) # SKIP not yet \\#7");
    let annotation = ran.out.lines().find(|line| line.starts_with("::error ")).unwrap();
    let expected = format!("::error file={},line=7,title=The%2C bad%3A ", folder.join("b_bad.yaml").display());
    assert!(annotation.starts_with(&expected), "{annotation}");
    let json = run(&folder, &["--format", "json", "--report", "github"]).await;
    assert!(serde_json::from_str::<Value>(&json.out).is_ok() && json.err.contains(&expected), "{}", json.err);
    assert!(ran.out.contains("skipped: not yet #7") && ran.out.contains("1 skipped"), "{}", ran.out);
}

/// The elements of a page, each closed as it was opened; the text between them is looked at for what must be escaped.
fn assert_well_formed(page: &str) {
    let void = ["meta", "!doctype"];
    let mut open: Vec<&str> = Vec::new();
    let body = page.split_once("</style>").map_or(page, |(_, rest)| rest);
    for tag in body.split('<').skip(1) {
        let (inside, _) = tag.split_once('>').expect("a tag ends");
        let name = inside.trim_start_matches('/').split_whitespace().next().unwrap();
        if inside.starts_with('/') {
            if let Some(last) = open.pop() {
                assert_eq!(last, name, "in {inside}");
            }
        } else if !void.contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_told_as_a_page_that_fetches_nothing_and_believes_nobody() {
    let folder = folder("selection-page");
    let hostile = "platform: texter
name: A <script>alert(1)</script> & \"more\"
setup: {subscriptions: [{event: newIncomingMessage, url: \"${bot}/texter\"}]}
customers: {dana: {locale: he}, omar: {locale: ar}}
steps:
  - start_chat: {as: dana, text: \"</pre><img src=x onerror='alert(1)'>\"}
  - expect: {message: {from: bot}}
  - start_chat: {as: omar, text: \"مرحبا\"}
  - expect: {message: {from: bot}}
  - call: {route: send_message, params: {chatId: \"${chat.dana}\"}, body: {type: buttons, text: \"?\", buttons: [{title: כן, payload: y}]}}
  - expect: {message: {text: never}, within: 10ms}
";
    std::fs::write(folder.join("hostile.yaml"), hostile).unwrap();
    let file = folder.join("run.html");
    let report = format!("html={}", file.display());
    let ran = run(&folder, &["--report", &report]).await;
    assert_eq!(ran.exit, Exit::Missed, "{}{}", ran.out, ran.err);
    let page = std::fs::read_to_string(&file).unwrap();
    assert_well_formed(&page);
    assert!(page.contains("default-src 'none'"));
    assert!(!page.contains("<script") && !page.contains("<img"), "what comes from outside is escaped");
    for fetches in ["src=", "href=", "url(", "@import"] {
        assert!(!page.replace("src=x onerror", "").contains(fetches), "{fetches}");
    }
    for part in [
        "<h2>✗ A &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;more&quot;</h2>",
        "<div class=\"bubble customer\" dir=\"auto\">",
        "in omar</b>مرحبا",
        "<span class=\"option\">כן</span>",
        "<div class=\"step missed\">",
        "<pre class=\"failure\">",
        "newIncomingMessage →",
        "&quot;eventName&quot;: &quot;newIncomingMessage&quot;",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scenario_is_played_once_for_each_row_of_its_examples() {
    let folder = folder("selection-rows");
    let rows = "platform: imichat
name: Teams
examples:
  - {wanted: 200, who: ada}
  - {wanted: 404, who: \"ada, again\"}
customers: {ada: {name: \"${who}\"}}
steps:
  - start_chat: {as: ada, text: \"${who} says hi\"}
  - expect: {message: {text: \"${who} says hi\"}}
  - call: {route: list_teams, answer: {status: \"${wanted}\"}}
";
    std::fs::write(folder.join("rows.yaml"), rows).unwrap();
    let expected =
        rows_named(&[("Teams [wanted=200, who=ada]", "passed"), ("Teams [wanted=404, who=ada, again]", "failed")]);
    assert_eq!(told(&folder, &[]).await, (Exit::Missed, expected.clone()));
    assert_eq!(told(&folder, &["--filter", "wanted=200"]).await, (Exit::Met, expected[..1].to_vec()));
    let journals = folder.join("run.jsonl");
    let ran = run(&folder, &["--journal", journals.to_str().unwrap()]).await;
    assert!(ran.out.contains("2 scenarios: 1 passed, 1 failed"), "{}", ran.out);
    let again = "--filter 'Teams [wanted=404, who=ada, again]' --seed 7";
    assert!(ran.out.contains(again), "the row that failed is played again by itself: {}", ran.out);
    let mut written = crate::support::program::journals(&journals);
    let texts: Vec<String> = written.drain(..).map(|(_, text)| text).collect();
    assert_eq!(texts.len(), 2);
    assert!(texts[0].contains("ada says hi") && texts[1].contains("ada, again says hi"));
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_are_repeated_and_a_long_scenario_takes_no_time() {
    let folder = folder("selection-long");
    // More than three days: an idle chat, and a customer who comes back every hour.
    let long = "platform: livechat
setup: {bots: [{name: b, webhooks: {url: \"${bot}/livechat\", actions: [incoming_chat, chat_deactivated]}}]}
customers: {alice: {}}
steps:
  - repeat:
      times: 76
      steps:
        - start_chat: {as: alice}
        - expect: {message: {from: bot}}
        - wait: 1h
        - expect: {event: chat_deactivated, delivered: true}
";
    std::fs::write(folder.join("long.yaml"), long).unwrap();
    let ran = run(&folder, &["--format", "json"]).await;
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let scenario = &report["scenarios"][0];
    assert_eq!((ran.exit, &scenario["status"]), (Exit::Met, &Value::from("passed")), "{}", ran.out);
    assert_eq!(scenario["counts"]["met"], 2 * 76);
    assert!(scenario["virtual_ms"].as_u64().unwrap() > 76 * 3_600_000, "{}", scenario["virtual_ms"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_that_cannot_be_written_are_told_before_anything_is_played() {
    let folder = scenarios("selection-unwritable");
    let taken = folder.join("a_good.yaml");
    let check = async |flags: &[&str]| {
        let ran = run(&folder, flags).await;
        assert_eq!((ran.exit, ran.out.as_str()), (Exit::CouldNotRun, ""), "{flags:?}");
        assert!(ran.err.starts_with("error: failed to write "), "{}", ran.err);
    };
    check(&["--report", &format!("json={}", folder.display())]).await;
    check(&["--report", &format!("tap={}/below/a.tap", taken.display())]).await;
    check(&["--journal", folder.to_str().unwrap()]).await;
    check(&["--journal", taken.join("below.jsonl").to_str().unwrap()]).await;
    let same = folder.join("run.out").display().to_string();
    let ran = run(&folder, &["--report", &format!("tap={same}"), "--report", &format!("json={same}")]).await;
    assert_eq!(
        (ran.exit, ran.err),
        (Exit::Invalid, format!("error: more than one report or journal is to be written into {same}\n"))
    );
}
