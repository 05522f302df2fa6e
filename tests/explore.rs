//! `explore`: a bot that does well passes every variant; one that does not is told by the smallest scenario that shows it.

use std::path::{Path, PathBuf};

use rehearsal::report::Exit;
use serde_json::Value;

use crate::support::program::{Ran, folder, rehearsal};
use crate::support::receiver::nobody;

/// Two customers, each of whom wants one answer. The broken example bot acknowledges with 202, which has to do here.
const TWO_CUSTOMERS: &str = r#"platform: livechat
name: One answer each
defaults: {within: 1s, watch: 50ms}
setup:
  delivery: {any_2xx: true}
  bots: [{name: Bot, webhooks: {url: "${bot}/livechat", actions: [incoming_chat, incoming_event]}}]
customers: {ada: {}, ben: {}}
steps:
  - start_chat: {as: ada, text: Hello}
  - expect: {message: {from: bot, chat: ada}}
  - start_chat: {as: ben, text: Hello}
  - expect: {message: {from: bot, chat: ben}}
  - say: {as: ada, chat: ada, text: A-1001}
  - wait: 1m
  - expect: {message: {from: bot, chat: ada, text: {contains: A-1001}}, times: 1}
"#;

/// What is left of it for a bot that answers twice what comes twice.
const SMALLEST: &str = r#"platform: livechat
name: "One answer each"
defaults: {within: 1s, watch: 50ms}
setup:
  delivery: {any_2xx: true}
  bots: [{name: Bot, webhooks: {url: "${bot}/livechat", actions: [incoming_chat, incoming_event]}}]
customers: {ada: {}}
steps:
  - start_chat: {as: ada, text: Hello}
  - fault: {on: {event: incoming_event}, do: {duplicate: {gap: 200ms}}, times: 1}
  - say: {as: ada, chat: ada, text: A-1001}
  - expect: {message: {from: bot, chat: ada, text: {contains: A-1001}}, times: 1}
"#;

/// What matters here stands in a round of a lane.
const ROUNDS_AND_LANES: &str = r#"platform: livechat
name: Rounds and lanes
defaults: {within: 1s, watch: 50ms}
setup:
  delivery: {any_2xx: true}
  bots: [{name: Bot, webhooks: {url: "${bot}/livechat", actions: [incoming_chat, incoming_event]}}]
customers: {ada: {}, ben: {}, cleo: {}}
steps:
  - start_chat: {as: cleo, text: Hello}
  - parallel:
      - steps:
          - start_chat: {as: ada, text: Hello}
          - repeat:
              times: 3
              steps:
                - say: {as: ada, text: A-1001}
                - wait: 1m
                - expect: {message: {from: bot, text: {contains: A-1001}}, times: 1}
      - steps:
          - start_chat: {as: ben, text: Hello}
          - expect: {message: {from: bot}}
"#;

/// A folder with a scenario in it.
fn scenario(name: &str, text: &str) -> (PathBuf, PathBuf) {
    let folder = folder(name);
    let file = folder.join("scenario.yaml");
    std::fs::write(&file, text).unwrap();
    (folder, file)
}

async fn explore(file: &Path, flags: &[&str]) -> Ran {
    let words = ["explore", file.to_str().unwrap(), "--port", "0", "--seed", "7"];
    rehearsal(&words.into_iter().chain(flags.iter().copied()).collect::<Vec<_>>()).await
}

async fn run(file: &Path, bot: &str) -> Ran {
    rehearsal(&["run", file.to_str().unwrap(), "--port", "0", "--bot", bot]).await
}

/// The steps of a written scenario: what stands below its comment.
fn without_comment(text: &str) -> String {
    text.lines().skip_while(|line| line.starts_with('#')).map(|line| format!("{line}\n")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_does_well_passes_every_variant() {
    let (folder, file) = scenario("explore-good", TWO_CUSTOMERS);
    let output = folder.join("found.yaml");
    let flags = ["--bot", "builtin", "--budget", "25", "--output", output.to_str().unwrap()];
    let ran = explore(&file, &flags).await;
    assert_eq!(ran.exit, Exit::Met, "{}{}", ran.out, ran.err);
    assert!(ran.out.starts_with("25 variants of ") && ran.out.contains("none failed"), "{}", ran.out);
    assert!(!output.exists());
    for bundled in ["scenarios/imichat/order_status.yaml", "scenarios/texter/order_status.yaml"] {
        let ran = explore(Path::new(bundled), &["--bot", "builtin", "--budget", "10"]).await;
        assert_eq!(ran.exit, Exit::Met, "{}{}", ran.out, ran.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_answers_twice_is_caught_and_shown_by_the_smallest_scenario() {
    let (folder, file) = scenario("explore-twice", TWO_CUSTOMERS);
    let output = folder.join("found/twice.yaml");
    let flags = ["--bot", "builtin:broken", "--budget", "40", "--output", output.to_str().unwrap()];
    let ran = explore(&file, &flags).await;
    assert_eq!(ran.exit, Exit::Missed, "{}{}", ran.out, ran.err);
    for part in ["✗ expect: {message: {from: bot, chat: ada", "to 1 fault and 3 of 7 steps", "it fails every time"] {
        assert!(ran.out.contains(part), "{part} is not in\n{}", ran.out);
    }
    let written = std::fs::read_to_string(&output).unwrap();
    assert_eq!(without_comment(&written), SMALLEST);
    let (name, from) = (output.display(), file.display());
    for part in [
        format!("# Repeat: rehearsal run {name} --bot builtin:broken\n"),
        format!("# Found by: rehearsal explore {from} --seed 7 --budget 40 --bot builtin:broken\n"),
    ] {
        assert!(written.contains(&part), "{part} is not in\n{written}");
    }
    assert_eq!(rehearsal(&["check", output.to_str().unwrap()]).await.exit, Exit::Met);
    assert_eq!(run(&output, "builtin:broken").await.exit, Exit::Missed);
    assert_eq!(run(&output, "builtin").await.exit, Exit::Met);
    // What was found is never overwritten.
    let ran = explore(&file, &flags).await;
    assert_eq!(ran.exit, Exit::Invalid);
    assert!(ran.err.contains("is there already; name another file with --output"), "{}", ran.err);
    assert_eq!(std::fs::read_to_string(&output).unwrap(), written);
}

#[tokio::test(flavor = "multi_thread")]
async fn lanes_and_rounds_are_shrunk_to_the_steps_that_matter() {
    let (folder, file) = scenario("explore-nested", ROUNDS_AND_LANES);
    let output = folder.join("found.yaml");
    let flags = ["--bot", "builtin:broken", "--budget", "60", "--output", output.to_str().unwrap()];
    let ran = explore(&file, &flags).await;
    assert_eq!(ran.exit, Exit::Missed, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("to 1 fault and 3 of 7 steps"), "{}", ran.out);
    let written = std::fs::read_to_string(&output).unwrap();
    let steps = written.split_once("steps:\n").unwrap().1;
    assert_eq!(
        steps,
        "  - fault: {on: {event: incoming_event, nth: 2}, do: {duplicate: {gap: 200ms}}, times: 1}
  - start_chat: {as: ada, text: Hello}
  - say: {as: ada, text: A-1001}
  - expect: {message: {from: bot, text: {contains: A-1001}}, times: 1}
"
    );
    // An answer that is lost makes it come twice as well, as late as the vendor's table of retries says.
    let lost =
        steps.replace("duplicate: {gap: 200ms}", "lose: answer").replace("  - expect", "  - wait: 6s\n  - expect");
    let text = written.replace(steps, &lost);
    std::fs::write(&output, text).unwrap();
    assert_eq!(run(&output, "builtin:broken").await.exit, Exit::Missed);
    assert_eq!(run(&output, "builtin").await.exit, Exit::Met);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_does_not_depend_on_how_many_variants_are_played_at_once() {
    let (folder, file) = scenario("explore-jobs", TWO_CUSTOMERS);
    let mut found = Vec::new();
    for jobs in ["1", "4"] {
        let output = folder.join(jobs);
        let flags = ["--bot", "builtin:broken", "--budget", "20", "--format", "json", "--jobs", jobs, "--output"];
        let ran = explore(&file, &[&flags[..], &[output.to_str().unwrap()]].concat()).await;
        let mut told: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err));
        assert_eq!(told["exit_code"], 1);
        assert_eq!(told["shrunk"]["file"], output.to_str().unwrap());
        told["wall_ms"].take();
        told["shrunk"]["file"].take();
        told["shrunk"]["repeat"].take();
        found.push((told, without_comment(&std::fs::read_to_string(output).unwrap())));
    }
    assert_eq!(found[0], found[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_answers_are_for_those_who_ask_for_them() {
    // The bot cannot know that the call has done its work, so it says the same again at the next attempt.
    let (folder, file) = scenario("explore-reset", TWO_CUSTOMERS);
    let output = folder.join("found.yaml");
    let flags = ["--bot", "builtin", "--budget", "25", "--also", "reset", "--output", output.to_str().unwrap()];
    let ran = explore(&file, &flags).await;
    assert_eq!(ran.exit, Exit::Missed, "{}{}", ran.out, ran.err);
    let written = std::fs::read_to_string(&output).unwrap();
    assert!(written.contains("do: {reset: true}, times: 1}"), "{written}");
    assert_eq!(run(&output, "builtin").await.exit, Exit::Missed);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_and_included_steps_stand_in_what_is_written() {
    let rows = "examples: [{order: A-1001}, {order: A-1002}]\nsteps:\n  - include: greeting.yaml\n";
    let text = TWO_CUSTOMERS
        .replace("steps:\n", rows)
        .replace("A-1001}\n", "\"${order}\"}\n")
        .replace("contains: A-1001", "contains: \"${order}\"");
    let (folder, file) = scenario("explore-rows", &text);
    std::fs::write(folder.join("greeting.yaml"), "steps:\n  - wait: 1s\n").unwrap();
    let output = folder.join("elsewhere/found.yaml");
    let flags = ["--bot", "builtin:broken", "--budget", "60", "--output", output.to_str().unwrap()];
    let ran = explore(&file, &flags).await;
    assert_eq!(ran.exit, Exit::Missed, "{}{}", ran.out, ran.err);
    let written = std::fs::read_to_string(&output).unwrap();
    assert!(written.contains("name: \"One answer each [order=A-100"), "{written}");
    assert!(!written.contains("include") && !written.contains("examples"), "{written}");
    assert_eq!(run(&output, "builtin:broken").await.exit, Exit::Missed);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_explored_has_an_exit_code_of_its_own() {
    let (folder, file) = scenario("explore-not", TWO_CUSTOMERS);
    let check = async |text: &str, flags: &[&str], exit: Exit, part: &str| {
        std::fs::write(&file, text).unwrap();
        let ran = explore(&file, flags).await;
        assert_eq!(ran.exit, exit, "{flags:?}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(part), "{flags:?}: {part} is not in {}", ran.err);
    };
    let (_held, gone) = nobody();
    check(TWO_CUSTOMERS, &["--bot", &format!("http://{gone}")], Exit::CouldNotRun, "does not listen").await;
    check(&TWO_CUSTOMERS.replace("Hello", "menu"), &["--timeout", "1ms"], Exit::CouldNotRun, "fails as it is").await;
    check(&TWO_CUSTOMERS.replace("times: 1", "times: 2"), &[], Exit::Missed, "fails as it is").await;
    check(&TWO_CUSTOMERS.replace("wait", "wiat"), &[], Exit::Invalid, "E0108").await;
    check("platform: livechat\nsteps: []\n", &[], Exit::NothingTested, "E0109").await;
    check(&format!("skip: not yet\n{TWO_CUSTOMERS}"), &[], Exit::NothingTested, "to be skipped").await;
    let alone = "platform: imichat\nsteps:\n  - call: {route: list_teams, answer: {status: 200}}\n";
    check(alone, &[], Exit::NothingTested, "nothing to explore").await;
    check(TWO_CUSTOMERS, &["--budget", "0"], Exit::Invalid, "--budget").await;
    let ran = explore(&folder, &[]).await;
    assert_eq!((ran.exit, ran.err.contains("is a folder")), (Exit::Invalid, true), "{}", ran.err);
    let ran = explore(&folder.join("nowhere.yaml"), &[]).await;
    assert_eq!((ran.exit, ran.err.contains("E0010")), (Exit::Invalid, true), "{}", ran.err);
    // A file that cannot be written is told instead.
    let below_a_file = file.join("found.yaml");
    let flags = ["--bot", "builtin:broken", "--budget", "20", "--output", below_a_file.to_str().unwrap()];
    check(TWO_CUSTOMERS, &flags, Exit::CouldNotRun, "do: {duplicate: {gap: 200ms}}").await;
}
