//! Steps from outside: played beside whatever else is played, with failures that end nothing but themselves.

use crate::support::stagehand::{Play, Reaction, play, play_beside, post, serve};
use crate::support::toy::TOY;
use rehearsal::base::id::Ticket;
use rehearsal::base::time::{VirtualSpan, WallLimit};
use rehearsal::engine::clock::Pace;
use rehearsal::engine::port::{Attempt, Input, Played};
use rehearsal::scenario::load_setup;

const TENANT: &str = "platform: toy\n";
const ALICE: &str = "- start_chat: {as: alice, text: Hi}\n";

/// These steps, with this ticket.
fn steps(ticket: u64, text: &str) -> Input {
    let text = format!("platform: toy\ncustomers: {{alice: {{}}, bob: {{}}}}\nsteps:\n{text}");
    let steps = load_setup(&text, &[TOY.vocabulary]).unwrap_or_else(|problems| panic!("{problems:#?}")).steps;
    Input::Play { ticket: Ticket(ticket), steps, from: None }
}

fn leap(ticket: u64, secs: u64) -> Input {
    Input::Advance { ticket: Ticket(ticket), span: VirtualSpan::from_secs(secs) }
}

/// A bot that says again what it is told.
fn echo(attempt: &Attempt) -> Reaction {
    let body: serde_json::Value = serde_json::from_slice(&attempt.body).unwrap();
    Reaction::calling(post("/toy/alice/answer", &[("x-key", "toy-key")], body["text"].as_str().unwrap()))
}

fn silent(_: &Attempt) -> Reaction {
    Reaction::ok()
}

fn slow(_: &Attempt) -> Reaction {
    Reaction { takes: WallLimit::from_secs(99), ..Reaction::ok() }
}

/// How steps ended: ticket, and `met` or why not.
fn ends(play: &Play) -> Vec<(u64, String)> {
    let word = |played: &Played| match played {
        Played::Met => "met".to_owned(),
        Played::Missed { index, miss } => format!("{index} missed: {}", miss.found),
        Played::Refused { index, reason } => format!("{index} refused: {reason}"),
    };
    play.played.iter().map(|(ticket, played)| (ticket.0, word(played))).collect()
}

fn check(play: &Play, expected: &[(u64, &str)]) {
    let found = ends(play);
    let found: Vec<(u64, &str)> = found.iter().map(|(ticket, end)| (*ticket, end.as_str())).collect();
    assert_eq!(found, expected, "{}", play.journal());
}

/// Virtual seconds since the world began.
fn elapsed(play: &Play) -> u64 {
    let begun = play.world.journal().iter().next().unwrap().at;
    play.world.now(play.wall).since(begun).as_nanos() / 1_000_000_000
}

#[test]
fn a_served_world_plays_steps_and_rests_again() {
    for pace in [Pace::Stepped, Pace::Running(1)] {
        let mut play = serve(&TOY, TENANT, pace);
        assert!(play.world.is_idle());
        play.put([steps(1, &format!("{ALICE}- expect: {{message: {{from: bot, text: Hi}}}}\n"))], 1, echo);
        check(&play, &[(1, "met")]);
        play.put([steps(2, "- say: {as: alice, text: More}\n")], 1, echo);
        // What the bot has said meanwhile is what comes since the last act.
        play.put([steps(3, "- expect: {message: {from: bot, text: More}}\n")], 1, echo);
        check(&play, &[(1, "met"), (2, "met"), (3, "met")]);
        assert!(play.world.is_idle(), "{}", play.journal());
        assert!(!play.journal().contains(r#""kind":"ended""#), "{}", play.journal());
    }
}

#[test]
fn a_failure_ends_its_own_steps_and_no_others() {
    let mut play = serve(&TOY, TENANT, Pace::Running(1));
    play.put([steps(1, ALICE)], 1, silent);
    let missed = "- parallel:\n  - steps: [{wait: 1h}, {say: {as: alice, text: Never}}]\n  - steps: [{expect: {message: {from: bot}, within: 1s}}]\n- say: {as: alice, text: Nor this}\n";
    let sound = "- wait: 5s\n- say: {as: alice, text: Late}\n";
    let refused = "- close: {by: system, chat: alice}\n- say: {as: alice, text: Nor that}\n";
    let refused = refused.replace("close", "read").replace("by: system", "as: alice");
    play.put(
        [
            steps(2, &format!("{ALICE}{missed}")),
            steps(3, &format!("{ALICE}{sound}")),
            steps(4, &format!("{ALICE}{refused}")),
        ],
        3,
        silent,
    );
    check(
        &play,
        &[
            (1, "met"),
            (4, "8 refused: a postbox knows no read"),
            (2, "4 missed: nothing of the kind happened since the last act"),
            (3, "met"),
        ],
    );
    let texts = play.bodies().concat();
    assert!(texts.contains("Late") && !texts.contains("Never") && !texts.contains("Nor "), "{texts}");
    assert!(play.world.is_idle());
}

#[test]
fn a_scenario_goes_on_whatever_happens_to_steps_from_outside() {
    let text = format!(
        "platform: toy\ncustomers: {{alice: {{}}}}\nsteps:\n{ALICE}- expect: {{message: {{text: Hi}}}}\n- wait: 1m\n- expect_none: {{violations: {{}}}}\n"
    );
    let text = text.replace("- expect_none: {violations: {}}", "- expect: {violations: none}");
    let alone = play(&TOY, &text, echo);
    assert_eq!(alone.failure(), None, "{}", alone.journal());
    let wrong = steps(1, "- expect: {message: {text: Nothing of the kind}, within: 1s}\n");
    let together = play_beside(&TOY, &text, [wrong], echo);
    check(&together, &[(1, "1 missed: nothing that matches; the nearest differs")]);
    let lines = |play: &Play, kind: &str| play.journal().matches(kind).count();
    for kind in [r#""kind":"said""#, r#""kind":"ended""#, r#""verdict":"met""#] {
        assert_eq!(lines(&alone, kind), lines(&together, kind), "{kind}\n{}", together.journal());
    }
}

#[test]
fn time_passes_at_once_and_awaits_what_it_brings() {
    // A note that is not acknowledged is tried again after 10 s, and once more after 60 s; a chat is closed after 30 min.
    for pace in [Pace::Stepped, Pace::Running(1), Pace::Running(60)] {
        let mut play = serve(&TOY, TENANT, pace);
        play.put([steps(1, ALICE)], 1, |_| Reaction::status(500));
        play.put([leap(2, 15), leap(3, 100)], 2, |_| Reaction::status(500));
        check(&play, &[(1, "met"), (2, "met"), (3, "met")]);
        assert_eq!(play.attempts.len(), 3, "{pace:?}\n{}", play.journal());
        assert!((100..200).contains(&elapsed(&play)), "{pace:?}: {}", elapsed(&play));
        play.put([leap(4, 1900)], 1, silent);
        assert!(play.journal().contains(r#""outcome":"idle""#), "{pace:?}\n{}", play.journal());
        let order: Vec<_> = play.world.journal().iter().map(|entry| entry.at).collect();
        assert!(order.is_sorted(), "{pace:?}: {order:?}");
    }
}

#[test]
fn a_world_whose_clock_stands_still_does_what_is_due_where_it_stands() {
    let mut play = serve(&TOY, "platform: toy\nsetup: {idle: 0s}\n", Pace::Running(1));
    play.put([Input::SetPace(Pace::Stepped), steps(1, ALICE)], 1, silent);
    assert!(play.journal().contains(r#""outcome":"idle""#), "{}", play.journal());
    let still = elapsed(&play);
    play.put([steps(2, "- say: {as: alice, text: More}\n")], 1, slow);
    assert_eq!(elapsed(&play), still + 1);
    play.put([Input::SetPace(Pace::Running(1)), steps(3, "- say: {as: alice, text: More}\n- wait: 5s\n")], 1, silent);
    assert_eq!(elapsed(&play), still + 6);
}
