//! When virtual time moves, what falls due on the way, and that the bot's slowness is real time.

use proptest::prelude::*;

use crate::support::stagehand::{Play, Reaction, START, play, play_at, post};
use crate::support::toy::TOY;
use rehearsal::base::time::{VirtualSpan, VirtualTime, WallLimit};
use rehearsal::engine::clock::Pace;
use rehearsal::journal::entry::{Change, What};
use rehearsal::platform::PLATFORMS;

const HEAD: &str = "platform: toy\ncustomers: {alice: {}}\n";

fn sent_at(played: &Play) -> Vec<VirtualSpan> {
    let entries = played.world.journal().iter();
    let sent = entries.filter(|entry| matches!(entry.what, What::Sent { .. }));
    sent.map(|entry| entry.at.since(VirtualTime::OPENING)).collect()
}

#[test]
fn retries_happen_on_virtual_time_and_take_no_real_time() {
    let text = format!(
        "{HEAD}steps:\n- start_chat: {{as: alice, text: Hi}}\n- wait: 76h\n- expect: {{event: note, delivered: false, attempts: 3}}\n"
    );
    let played = play(&TOY, &text, |_| Reaction::status(500));
    assert_eq!(played.failure(), None);
    assert_eq!(sent_at(&played), [VirtualSpan::ZERO, VirtualSpan::from_secs(10), VirtualSpan::from_secs(70)]);
    let last = played.world.journal().iter().last().expect("a journal is never empty");
    assert_eq!(last.at.since(VirtualTime::OPENING), VirtualSpan::from_secs(76 * 3600 + 1));
    assert!(last.wall.since(START) < std::time::Duration::from_secs(1));
}

#[test]
fn attempts_of_one_delivery_are_byte_identical_but_for_their_signature() {
    let text = format!(
        "{HEAD}steps:\n- start_chat: {{as: alice, text: Hi}}\n- wait: 1h\n- expect: {{event: note, delivered: false}}\n"
    );
    let played = play(&TOY, &text, |_| Reaction { takes: WallLimit::from_secs(2), ..Reaction::status(503) });
    assert_eq!(played.bodies(), [r#"{"n":1,"text":"Hi"}"#; 3]);
    let header = |index: usize, name: &str| {
        let found = played.attempts[index].headers.iter().find(|(key, _)| key.as_str() == name);
        found.map(|(_, value)| value.to_str().expect("ours are text").to_owned())
    };
    assert_eq!(header(0, "webhook-id"), header(2, "webhook-id"));
    assert_ne!(header(0, "webhook-timestamp"), header(2, "webhook-timestamp"));
    assert_ne!(header(0, "webhook-signature"), header(2, "webhook-signature"));
    assert_eq!(header(1, "x-toy").as_deref(), Some("toy-key"));
}

#[test]
fn order_within_a_chat_is_kept_as_the_vendor_wants_it() {
    let check = |setup: &str, expected: &[&str]| {
        let text = format!(
            "{HEAD}setup: {setup}\nsteps:\n- start_chat: {{as: alice, text: one}}\n- say: {{as: alice, text: two}}\n- wait: 1h\n- expect: {{event: note}}\n"
        );
        let mut first = true;
        let played =
            play(&TOY, &text, |_| if std::mem::take(&mut first) { Reaction::status(500) } else { Reaction::ok() });
        let texts: Vec<String> = played.bodies().iter().map(|body| body[15..18].to_owned()).collect();
        assert_eq!(texts, expected, "{setup}");
    };
    check("{patient: false}", &["one", "two", "one"]);
    check("{patient: true}", &["one", "one", "two"]);
}

#[test]
fn an_expectation_may_let_time_pass() {
    let steps = |step: &str| {
        format!(
            "{HEAD}steps:\n- start_chat: {{as: alice, text: Hi}}\n- {step}\n- expect: {{event: note, attempts: 3}}\n"
        )
    };
    let check = |step: &str, passes: bool| {
        let mut attempts = 0;
        let played = play(&TOY, &steps(step), |_| {
            attempts += 1;
            Reaction::status(if attempts == 3 { 200 } else { 500 })
        });
        assert_eq!(played.failure().is_none(), passes, "{step}: {:?}", played.failure());
    };
    check("expect: {event: note, delivered: true, by: 2m}", false); // taken, so nothing is left for the second one
    let second = |step: &str| steps(step).replace("- expect: {event: note, attempts: 3}\n", "");
    let verdict = |step: &str| {
        let mut attempts = 0;
        play(&TOY, &second(step), |_| {
            attempts += 1;
            Reaction::status(if attempts == 3 { 200 } else { 500 })
        })
        .failure()
    };
    assert_eq!(verdict("expect: {event: note, delivered: true, by: 2m}"), None);
    assert!(verdict("expect: {event: note, delivered: true, by: 30s}").is_some());
    assert!(verdict("expect: {event: note, delivered: true}").is_some());
}

#[test]
fn an_exact_count_is_watched_over_all_the_time_that_may_pass() {
    let check = |step: &str, passes: bool| {
        let text = format!("{HEAD}steps:\n- start_chat: {{as: alice, text: Hi}}\n- {step}\n");
        // It answers every attempt, but acknowledges none: whoever counts its messages must see all of them.
        let played = play(&TOY, &text, |_| Reaction {
            outcome: rehearsal::journal::entry::Outcome::Status(500),
            ..Reaction::calling(post("/toy/alice/answer", &[("x-key", "toy-key")], "re"))
        });
        assert_eq!(played.failure().is_none(), passes, "{step}: {:?}", played.failure());
    };
    check("expect: {message: {from: bot}, times: 1}", true);
    check("expect: {message: {from: bot}, times: 1, by: 5s}", true);
    check("expect: {message: {from: bot}, times: 1, by: 5m}", false);
    check("expect: {message: {from: bot}, times: 3, by: 5m}", true);
}

#[test]
fn a_wait_gives_the_bot_its_time_anew() {
    let text = format!(
        "{HEAD}steps:\n- start_chat: {{as: alice, text: Hi}}\n- wait: 5m\n- expect: {{message: {{from: bot}}, within: 3s}}\n"
    );
    let mut first = true;
    let played = play(&TOY, &text, |_| {
        if std::mem::take(&mut first) {
            let outcome = rehearsal::journal::entry::Outcome::TimedOut;
            return Reaction { takes: WallLimit::from_secs(10), outcome, ..Reaction::ok() };
        }
        Reaction::calling(post("/toy/alice/answer", &[("x-key", "toy-key")], "re"))
    });
    assert_eq!(played.failure(), None);
}

#[test]
fn timers_of_the_platform_fire_within_a_wait_and_not_before() {
    let closed_at = |wait: &str| {
        let text =
            format!("{HEAD}steps:\n- start_chat: {{as: alice, text: Hi}}\n- wait: {wait}\n- expect: {{event: note}}\n");
        let played = play(&TOY, &text, |_| Reaction::ok());
        let mut entries = played.world.journal().iter();
        entries
            .find(|entry| matches!(entry.what, What::Changed { change: Change::Closed { .. }, .. }))
            .map(|entry| entry.at.since(VirtualTime::OPENING))
    };
    assert_eq!(closed_at("29m"), None);
    assert_eq!(closed_at("30m"), Some(VirtualSpan::from_mins(30)));
    assert_eq!(closed_at("10h"), Some(VirtualSpan::from_mins(30)));
}

#[test]
fn a_bot_that_is_slower_than_allowed_fails_however_virtual_time_stands() {
    let check = |takes: u64, within: &str, passes: bool| {
        let text = format!(
            "{HEAD}steps:\n- start_chat: {{as: alice, text: Hi}}\n- expect: {{message: {{from: bot}}, within: {within}}}\n"
        );
        let played = play(&TOY, &text, |_| Reaction {
            takes: WallLimit::from_millis(takes),
            ..Reaction::calling(post("/toy/alice/answer", &[("x-key", "toy-key")], "re"))
        });
        assert_eq!(played.failure().is_none(), passes, "{takes} ms within {within}: {:?}", played.failure());
    };
    check(500, "1s", true);
    check(1500, "1s", false);
    check(1500, "2s", true);
}

#[test]
fn a_running_clock_lets_real_time_pass() {
    let text = format!(
        "{HEAD}steps:\n- start_chat: {{as: alice, text: Hi}}\n- wait: 2m\n- expect: {{event: note, delivered: true, attempts: 2}}\n"
    );
    let check =
        |pace: Pace, expected: u64| {
            let mut first = true;
            let played = play_at(&TOY, &text, pace, |_| {
                if std::mem::take(&mut first) { Reaction::status(500) } else { Reaction::ok() }
            });
            assert_eq!(played.failure(), None);
            let last = played.world.journal().iter().last().expect("a journal is never empty");
            let passed = last.wall.since(START).as_millis();
            assert!((u128::from(expected)..u128::from(expected) + 200).contains(&passed), "{pace:?}: {passed} ms");
        };
    check(Pace::Running(1), 120_000);
    check(Pace::Running(60), 2_000);
    check(Pace::Stepped, 0);
}

#[test]
fn a_bot_that_answers_itself_for_ever_ends_the_scenario() {
    let texter = PLATFORMS.iter().find(|vendor| vendor.name == "texter").expect("it is there");
    let text = "platform: texter\nsetup: {subscriptions: [{event: newMessage, url: \"${bot}/x\"}]}\ncustomers: {ada: {}}\nsteps:\n- start_chat: {as: ada, text: Hi}\n- expect: {message: {from: bot}}\n";
    let played = play(texter, text, |attempt| {
        let body: serde_json::Value = serde_json::from_slice(&attempt.body).unwrap();
        let chat = body["eventData"]["message"]["parent_chat"].as_str().unwrap();
        let path = format!("/server/api/v2/messages/send/{chat}");
        let headers = [("authorization", "Bearer texter-token"), ("content-type", "application/json")];
        Reaction::calling(post(&path, &headers, r#"{"type": "text", "text": "Again"}"#))
    });
    let failure = played.failure().unwrap();
    assert!(failure.contains("more than 250 webhooks about the chat ada"), "{failure}");
    assert!(played.attempts.len() <= 251);
}

/// The effects of a random scenario in their order, without when. The waits are such that a second more or less, which is what an act
/// takes on a stepped clock only, changes nothing about what comes first.
fn effects(steps: &[(usize, bool)], answers: u16, pace: Pace) -> Vec<String> {
    let waits = ["25s", "200s", "2h"];
    let step = |(wait, says): &(usize, bool)| match says {
        true => format!("- say: {{as: alice, text: More}}\n- wait: {}\n", waits[*wait]),
        false => format!("- wait: {}\n", waits[*wait]),
    };
    let steps: String = steps.iter().map(step).collect();
    let text = format!(
        "{HEAD}steps:\n- start_chat: {{as: alice, text: Hi}}\n- wait: 25s\n{steps}- wait: 3h\n- expect: {{event: note}}\n"
    );
    let mut nth = 0;
    let played = play_at(&TOY, &text, pace, |_| {
        nth += 1;
        if answers >> (nth % 16) & 1 == 1 { Reaction::ok() } else { Reaction::status(500) }
    });
    let untimed = |line: &str| line.split_once(r#","kind":"#).map(|(_, what)| what.to_owned());
    let is_effect = |what: &String| !what.starts_with(r#""step""#);
    played.journal().lines().filter_map(untimed).filter(is_effect).collect()
}

proptest! {
    #[test]
    fn the_order_of_effects_does_not_depend_on_the_clock(
        steps in prop::collection::vec((0_usize..3, any::<bool>()), 0..4),
        answers in any::<u16>(),
    ) {
        let stepped = effects(&steps, answers, Pace::Stepped);
        prop_assert_eq!(&effects(&steps, answers, Pace::Running(1)), &stepped);
        prop_assert_eq!(&effects(&steps, answers, Pace::Running(60)), &stepped);
    }
}
