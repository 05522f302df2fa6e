//! A vendor written from outside plays scenarios: nothing in the engine knows which vendors there are.

use crate::support::stagehand::{Play, Reaction, play, post};
use crate::support::toy::TOY;

const HEAD: &str = "platform: toy\ncustomers: {alice: {}}\n";

fn answering(attempt: &rehearsal::engine::port::Attempt) -> Reaction {
    let text = format!("re: {}", String::from_utf8_lossy(&attempt.body));
    Reaction::calling(post("/toy/alice/answer", &[("x-key", "toy-key")], &text))
}

fn toy(steps: &str) -> Play {
    play(&TOY, &format!("{HEAD}{steps}"), answering)
}

#[test]
fn a_conversation_is_played_and_judged() {
    let check = |steps: &str, expected: Option<&str>| {
        let failure = toy(steps).failure();
        match expected {
            None => assert_eq!(failure, None, "{steps}"),
            Some(part) => assert!(failure.as_deref().is_some_and(|f| f.contains(part)), "{steps}\n{failure:?}"),
        }
    };
    check(
        "steps:\n- start_chat: {as: alice, text: Hi}\n- expect: {message: {from: bot, text: {contains: Hi}}}\n",
        None,
    );
    check("steps:\n- start_chat: {as: alice, text: Hi}\n- expect: {event: note, delivered: true, attempts: 1}\n", None);
    check(
        "steps:\n- start_chat: {as: alice, text: Hi}\n- expect: {call: {route: answer, status: 200, code: ok}}\n",
        None,
    );
    check(
        "steps:\n- start_chat: {as: alice, text: Hi}\n- expect: {message: {text: Bye}}\n",
        Some("nothing that matches; the nearest differs"),
    );
    // What an expectation has taken, the next one cannot have.
    let twice = "- expect: {message: {from: bot}}\n";
    check(&format!("steps:\n- start_chat: {{as: alice, text: Hi}}\n{twice}{twice}"), Some("nothing of the kind"));
    check("steps:\n- start_chat: {as: alice, text: Hi}\n- expect: {message: {from: bot}, times: 1}\n", None);
    check(
        "steps:\n- start_chat: {as: alice, text: Hi}\n- expect: {message: {from: bot}, times: 2}\n",
        Some("happened 1 time"),
    );
    check(
        "steps:\n- start_chat: {as: alice, text: Hi}\n- expect_none: {message: {from: bot}}\n- expect: {event: note}\n",
        Some("it happened 1 time"),
    );
    check(
        "steps:\n- start_chat: {as: alice}\n- expect_none: {message: {from: bot}}\n- say: {as: alice, text: Hi}\n- expect: {event: note}\n",
        None,
    );
    check(
        "steps:\n- start_chat: {as: alice, text: Hi}\n- tag: {add: [x]}\n- expect: {event: note}\n",
        Some("knows no tag"),
    );
}

#[test]
fn values_are_captured_and_filled_in() {
    let steps = "steps:
- start_chat: {as: alice, text: Hi}
- let: {name: n, from: {event: note}, at: /n}
- say: {as: alice, text: \"note ${n}\"}
- expect: {event: {name: note, body: {text: \"note ${n}\"}}}
- expect: {message: {text: {contains: \"note ${n}\"}}}
";
    assert_eq!(toy(steps).failure(), None);
    let steps = steps.replace("/n}", "/nothing}");
    assert_eq!(toy(&steps).failure().as_deref(), Some("the latest note has nothing at /nothing"));
}

#[test]
fn what_the_vendor_lacks_is_a_diagnostic() {
    let text = format!("{HEAD}steps:\n- start_chat: {{as: alice}}\n- hold: {{}}\n- expect: {{event: note}}\n");
    let problems = rehearsal::scenario::load(&text, &[TOY.vocabulary]).unwrap_err();
    assert_eq!(problems.iter().map(|p| p.rule.code).collect::<Vec<_>>(), ["E0209"]);
}

#[test]
fn calls_that_no_operation_takes_are_answered_by_the_vendor() {
    let played = play(
        &TOY,
        &format!(
            "{HEAD}steps:\n- start_chat: {{as: alice, text: Hi}}\n- expect: {{violation: {{text: {{contains: Path}}}}}}\n"
        ),
        |_| Reaction::calling(post("/toy/nowhere", &[("x-key", "toy-key")], "")),
    );
    assert_eq!(played.failure(), None);
    assert_eq!(played.replies[0].reply.status, 404);
}

#[test]
fn no_violation_means_none_since_the_beginning_but_those_that_were_expected() {
    let check = |steps: &str, expected: Option<&str>| {
        let text = format!("{HEAD}steps:\n- start_chat: {{as: alice, text: Hi}}\n- expect: {{event: note}}\n{steps}");
        let lost =
            |_: &rehearsal::engine::port::Attempt| Reaction::calling(post("/toy/nowhere", &[("x-key", "toy-key")], ""));
        let failure = play(&TOY, &text, lost).failure();
        assert_eq!(failure.is_some(), expected.is_some(), "{steps}\n{failure:?}");
        assert!(failure.unwrap_or_default().contains(expected.unwrap_or_default()), "{steps}");
    };
    let none = "- expect: {violations: none}\n";
    let one = "- expect: {violation: {text: {contains: Path}}}\n";
    let later = "- wait: 1m\n- tag: {add: [x]}\n";
    check(none, Some("no violation since the scenario began: it happened 1 time"));
    check(&format!("{one}{none}"), None);
    check(&format!("{one}- say: {{as: alice, text: Again}}\n- expect: {{event: note}}\n{none}"), Some("1 time"));
    check(&format!("- wait: 1m\n- expect_none: {{violation: {{}}}}\n{none}"), Some("1 time"));
    check(later, Some("knows no tag"));
}

#[test]
fn the_same_seed_and_bot_give_the_same_journal() {
    let steps = "seed: 5\nsteps:\n- start_chat: {as: alice, text: Hi}\n- expect: {message: {from: bot}}\n- wait: 45m\n- say: {as: alice, text: More}\n- expect: {event: note}\n";
    assert_eq!(toy(steps).journal(), toy(steps).journal());
    assert_ne!(toy(steps).journal(), toy(&steps.replace("seed: 5", "seed: 6")).journal());
}
