//! `run` as a user starts it: exit codes, bad bots, reports.

use std::net::TcpListener;

use rehearsal::report::Exit;

use crate::support::program::{folder, rehearsal};
use crate::support::receiver::{Line, OK, Receiver, nobody};

/// A scenario whose webhooks wait a short time only; the bot is expected to speak within `within`.
fn scenario(name: &str, within: &str) -> String {
    let path = folder(name).join("scenario.yaml");
    let text = format!(
        "platform: imichat\nsetup:\n  delivery: {{timeout: 200ms, retries: []}}\n  virtual_agents: [{{login: b, webhook: {{url: \"${{bot}}/x\"}}}}]\ncustomers: {{ada: {{}}}}\nsteps:\n  - start_chat: {{as: ada, text: Hi}}\n  - expect: {{message: {{from: bot}}, within: {within}}}\n"
    );
    std::fs::write(&path, text).unwrap();
    path.to_string_lossy().into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_bot_fails_the_run_and_the_report_says_why() {
    let into = folder("red");
    let (junit, json) = (into.join("junit.xml"), into.join("run.json"));
    let reports = format!("junit={},json={}", junit.display(), json.display());
    let path = "scenarios/livechat/refund_that_ends_with_a_human.yaml";
    let ran = rehearsal(&["run", path, "--port", "0", "--bot", "builtin:broken", "--report", &reports]).await;
    assert_eq!(ran.exit, Exit::Missed, "{}", ran.err);
    for part in ["expectation not met", "nearest", "order number", "--seed 7 --bot builtin:broken"] {
        assert!(ran.out.contains(part), "{part} is not in\n{}", ran.out);
    }
    let document: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap();
    assert_eq!(document["exit_code"], 1);
    assert!(std::fs::read_to_string(junit).unwrap().contains("<failure"));
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_bots_end_in_a_verdict() {
    let check = async |name: &str, script: Vec<Line>, within: &str, part: &str| {
        let receiver = Receiver::start(script).await;
        let bot = format!("http://{}", receiver.address);
        let ran = rehearsal(&["run", &scenario(name, within), "--port", "0", "--bot", &bot]).await;
        assert_eq!(ran.exit, Exit::Missed, "{name}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains(part), "{name}: {part} is not in\n{}", ran.out);
        // Whoever does not hear cannot be expected to speak.
        assert_eq!(ran.err.contains("has not called"), name == "silent", "{name}: {}", ran.err);
    };
    check("hanging", vec![Line::Hang], "100ms", "no answer in time").await;
    check("garbage", vec![Line::Last("nonsense\r\n\r\n")], "100ms", "the answer is not").await;
    check("closing", vec![Line::Last("")], "100ms", "the connection was closed").await;
    check("refusing", vec![Line::Answer("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n")], "100ms", "500").await;
    check("silent", vec![Line::Answer(OK)], "100ms", "nothing that matches").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_bot_may_have_seen_a_seed_before() {
    let path = scenario("seen_before", "100ms");
    let check = async |flags: &[&str], expected: bool| {
        let receiver = Receiver::start(vec![Line::Answer(OK)]).await;
        let bot = format!("http://{}", receiver.address);
        let words = ["run", path.as_str(), "--port", "0", "--bot", &bot];
        let ran = rehearsal(&words.into_iter().chain(flags.iter().copied()).collect::<Vec<_>>()).await;
        assert!(ran.err.contains("has not called"), "{flags:?}: {}", ran.err);
        assert_eq!(ran.err.contains("another --seed"), expected, "{flags:?}: {}", ran.err);
    };
    check(&[], false).await;
    check(&["--seed", "7"], true).await;
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("seed: 7\n{text}")).unwrap();
    check(&[], true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_violation_is_a_warning_and_with_strict_a_failure() {
    // Whoever refuses a webhook so often that it is switched off does what the vendor does not want.
    let path = folder("strict").join("scenario.yaml");
    let setup = "setup:\n  delivery: {retries: [], off_after: 1}\n  virtual_agents: [{login: b, webhook: {url: \"${bot}/x\"}}]\n";
    let steps = "customers: {ada: {}}\nsteps:\n  - start_chat: {as: ada, text: Hi}\n  - expect: {event: chat.assigned, delivered: false}\n";
    let own = "  - call: {path: /v3.1/nothing, answer: {status: 404}}\n";
    let expected = "  - say: {as: ada, text: Again}\n  - expect_none: {violation: {}}\n";
    let check = async |steps: &str, flags: &[&str], exit: Exit, part: &str| {
        std::fs::write(&path, format!("platform: imichat\n{setup}{steps}")).unwrap();
        let receiver = Receiver::start(vec![Line::Answer("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n"); 9]).await;
        let bot = format!("http://{}", receiver.address);
        let words = ["run", path.to_str().unwrap(), "--port", "0", "--seed", "3", "--bot", &bot];
        let ran = rehearsal(&words.into_iter().chain(flags.iter().copied()).collect::<Vec<_>>()).await;
        assert_eq!(ran.exit, exit, "{steps}{}{}", ran.out, ran.err);
        assert!(ran.out.contains(part), "{steps}: {part} is not in\n{}", ran.out);
    };
    let wrong = "violation: 1 attempts in a row to reach b failed";
    check(steps, &[], Exit::Met, "1 warning").await;
    check(steps, &["--strict"], Exit::Missed, wrong).await;
    check(steps, &["--strict"], Exit::Missed, "--strict").await;
    check(&format!("{steps}  - expect: {{violation: {{}}}}\n"), &["--strict"], Exit::Met, "1 passed").await;
    check(&format!("{steps}{expected}  - expect: {{violations: none}}\n"), &[], Exit::Missed, wrong).await;
    // What the scenario itself does wrong is not the bot's doing.
    let alone = format!("steps:\n{own}  - expect: {{violation: {{text: {{contains: \"is no path\"}}}}}}\n");
    check(&alone, &["--strict"], Exit::Met, "1 passed").await;
    check(&format!("steps:\n{own}"), &["--strict"], Exit::Met, "1 passed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_played_has_an_exit_code_of_its_own() {
    let check = async |words: &[&str], exit: Exit, part: &str| {
        let ran = rehearsal(words).await;
        assert_eq!(ran.exit, exit, "{words:?}: {}", ran.err);
        assert!(ran.err.contains(part), "{words:?}: {part} is not in {}", ran.err);
    };
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let sound = "scenarios/imichat/order_status.yaml";
    check(&["run", sound, "--port", &port], Exit::CouldNotRun, "--port 0").await;
    check(&["serve", "--port", &port], Exit::CouldNotRun, "--port 0").await;
    let (_held, gone) = nobody();
    let words = ["run", sound, "--port", "0", "--bot", &format!("http://{gone}")];
    check(&words, Exit::CouldNotRun, "does not listen").await;
    let empty = folder("nothing");
    check(&["run", empty.to_str().unwrap()], Exit::NothingTested, "nothing to play").await;
    let path = empty.join("x.yaml");
    let write = |text: &[u8]| std::fs::write(&path, text).unwrap();
    write(b"platform: imichat\nsteps: []\n");
    check(&["run", path.to_str().unwrap()], Exit::NothingTested, "E0109").await;
    write(b"platform: imichat\nstep: []\n");
    check(&["run", path.to_str().unwrap()], Exit::Invalid, "E0101").await;
    write(b"platform: \xff\n");
    check(&["run", path.to_str().unwrap()], Exit::Invalid, "E0009").await;
    write(&vec![b' '; 10 << 20]);
    check(&["run", path.to_str().unwrap()], Exit::Invalid, "E0007").await;
    check(&["run", "no/such/file.yaml"], Exit::Invalid, "E0010").await;
    check(&["run", sound, "--report", "xml=x"], Exit::Invalid, "junit").await;
}
