//! `parallel`: lists of steps that go on side by side on one clock.

use crate::support::stagehand::{Play, Reaction, play, play_at, post};
use crate::support::toy::TOY;
use rehearsal::engine::clock::Pace;
use rehearsal::journal::entry::What;

fn text(steps: &str) -> String {
    format!("platform: toy\ncustomers: {{alice: {{}}}}\nsteps:\n- start_chat: {{as: alice, text: Hi}}\n{steps}")
}

fn played(steps: &str) -> Play {
    play(&TOY, &text(steps), |_| Reaction::ok())
}

/// The steps in the order in which they began, each with the virtual seconds since the first.
fn steps(play: &Play) -> Vec<(u64, String)> {
    let entries: Vec<_> = play.world.journal().iter().collect();
    let step = |entry: &&rehearsal::journal::Entry| match &entry.what {
        What::Step { source, .. } => Some((entry.at.since(entries[0].at).as_nanos() / 1_000_000_000, source.clone())),
        _ => None,
    };
    entries.iter().filter_map(step).collect()
}

fn check(steps_of: &str, expected: &[(u64, &str)]) {
    let play = played(steps_of);
    assert_eq!(play.failure(), None, "{}", play.journal());
    let found = steps(&play);
    let found: Vec<(u64, &str)> = found.iter().map(|(at, source)| (*at, source.as_str())).skip(1).collect();
    assert_eq!(found, expected, "{}", play.journal());
}

#[test]
fn each_list_takes_its_own_time() {
    check(
        "- parallel:\n  - steps: [{wait: 10s}, {wait: 10s}]\n  - steps: [{wait: 5s}, {wait: 10s}, {wait: 1s}]\n- expect_none: {message: {}}\n",
        &[
            (1, "parallel: 2 side by side"),
            (1, "wait: 10s"),
            (1, "wait: 5s"),
            (6, "wait: 10s"),
            (11, "wait: 10s"),
            (16, "wait: 1s"),
            (21, "expect_none: {message: {}}"),
        ],
    );
    check(
        "- parallel:\n  - steps: []\n  - steps: [{parallel: [{steps: [{wait: 3s}]}, {steps: [{wait: 1s}]}]}, {wait: 2s}]\n- expect_none: {message: {}}\n",
        &[
            (1, "parallel: 2 side by side"),
            (1, "parallel: 2 side by side"),
            (1, "wait: 3s"),
            (1, "wait: 1s"),
            (4, "wait: 2s"),
            (6, "expect_none: {message: {}}"),
        ],
    );
}

#[test]
fn time_stands_still_while_somebody_waits_for_the_bot() {
    let play = play(
        &TOY,
        &text(
            "- parallel:\n  - steps: [{wait: 1h}, {say: {as: alice, text: Later}}]\n  - steps: [{say: {as: alice, text: Now}}, {expect: {message: {text: Now}, within: 1s}}]\n- expect: {message: {text: Later}}\n",
        ),
        |attempt| {
            let body: serde_json::Value = serde_json::from_slice(&attempt.body).unwrap();
            Reaction::calling(post("/toy/alice/answer", &[("x-key", "toy-key")], body["text"].as_str().unwrap()))
        },
    );
    assert_eq!(play.failure(), None, "{}", play.journal());
    let order: Vec<u64> = steps(&play).iter().map(|(at, _)| *at).collect();
    assert_eq!(order, [0, 1, 1, 1, 2, 3601, 3602], "{}", play.journal());
}

#[test]
fn what_lists_leave_is_there_for_those_who_come_after() {
    let says = |words: [&str; 2]| {
        let list = |word: &str| format!("  - steps: [{{say: {{as: alice, text: {word}}}}}]\n");
        format!("- parallel:\n{}{}", list(words[0]), list(words[1]))
    };
    let both = "- expect: {event: {name: note, body: {text: a}}}\n- expect: {event: {name: note, body: {text: b}}}\n";
    let none = "- expect_none: {event: {name: note, body: {text: Hi}}}\n";
    assert_eq!(played(&format!("{}{both}{none}", says(["a", "b"]))).failure(), None);
    let failure = played(&format!("{}{both}", says(["a", "c"]))).failure().unwrap();
    assert!(failure.contains("nothing that matches"), "{failure}");
}

#[test]
fn one_failure_ends_all_lists() {
    let play = played(
        "- parallel:\n  - steps: [{expect: {message: {from: bot}, within: 1s}}, {wait: 1s}]\n  - steps: [{wait: 5s}, {say: {as: alice, text: Never}}]\n",
    );
    assert!(play.failure().unwrap().contains("message from bot"));
    assert!(!play.journal().contains("Never"), "{}", play.journal());
    assert!(play.journal().trim_end().ends_with(r#""kind":"ended"}"#), "{}", play.journal());
    let refused = played(
        "- parallel:\n  - steps: [{close: {by: system, chat: alice}}]\n  - steps: [{wait: 5s}]\n- expect_none: {message: {}}\n",
    );
    assert!(refused.failure().is_some_and(|why| why.contains("close")), "{}", refused.journal());
    // The step that began last is the other list's; the refusal is not charged to it.
    assert!(refused.journal().contains(r#""kind":"refused","index":2,"#), "{}", refused.journal());
}

#[test]
fn expectations_that_let_time_pass_share_it() {
    let idle = "{expect: {state: {chat: alice, status: closed}, by: 40m}}";
    let absent = "{expect_none: {message: {}, by: 35m}}";
    check(
        &format!(
            "- parallel:\n  - steps: [{idle}]\n  - steps: [{{wait: 10m}}, {{wait: 10m}}]\n  - steps: [{absent}]\n- wait: 1s\n"
        ),
        &[
            (1, "parallel: 3 side by side"),
            (1, "expect: {state: {chat: alice, status: closed}, by: 40m}"),
            (1, "wait: 10m"),
            (1, "expect_none: {message: {}, by: 35m}"),
            (601, "wait: 10m"),
            (1 + 35 * 60, "wait: 1s"),
        ],
    );
}

#[test]
fn a_running_clock_plays_the_same_lists() {
    let steps = "- parallel:\n  - steps: [{wait: 10s}, {wait: 10s}]\n  - steps: [{wait: 5s}, {wait: 10s}]\n- expect_none: {message: {}}\n";
    let play = play_at(&TOY, &text(steps), Pace::Running(1), |_| Reaction::ok());
    assert_eq!(play.failure(), None, "{}", play.journal());
    let order: Vec<u64> = self::steps(&play).iter().map(|(at, _)| *at).collect();
    assert_eq!(order, [0, 0, 0, 0, 5, 10, 20], "{}", play.journal());
}
