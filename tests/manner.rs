//! Customers with habits: what they say comes in several messages, and an expectation looks at what has come of all of them.

use crate::support::stagehand::{Play, Reaction, play};
use crate::support::toy::TOY;

fn played(manner: &str, steps: &str) -> Play {
    let text = format!("platform: toy\ncustomers: {{alice: {{manner: {manner}}}}}\nsteps:\n{steps}");
    play(&TOY, &text, |_| Reaction::ok())
}

/// What went out, each with the virtual seconds since the first.
fn notes(play: &Play) -> Vec<String> {
    let said =
        |body: String| serde_json::from_str::<serde_json::Value>(&body).unwrap()["text"].as_str().unwrap().to_owned();
    play.bodies().into_iter().map(said).collect()
}

#[test]
fn one_act_is_several_messages() {
    let steps = "- start_chat: {as: alice, text: Hi}\n- say: {as: alice, text: 5 $ for one}\n- expect: {event: note, times: 2}\n";
    let play = played("{doubles: 100}", steps);
    assert_eq!(play.failure(), None, "{}", play.journal());
    assert_eq!(notes(&play), ["Hi", "Hi", "5 $ for one", "5 $ for one"]);
    let begun = played(
        "{bubbles: 20, doubles: 100}",
        "- start_chat: {as: alice, text: a b c d e f}\n- expect: {event: note}\n",
    );
    let mut bubbles = notes(&begun);
    bubbles.dedup();
    assert_eq!(bubbles.join(" "), "a b c d e f");
}

#[test]
fn habits_are_those_of_customers_and_take_virtual_time() {
    let steps = "- start_chat: {as: alice}\n- say: {as: bot, text: Hi}\n- expect: {event: note, times: 1}\n";
    assert_eq!(played("{doubles: 100, typing: 1h}", steps).failure(), None);
    let slow = "- start_chat: {as: alice, text: Hi}\n- say: {as: alice, text: Again}\n- expect: {event: note}\n";
    let span = |play: &Play| {
        let entries: Vec<_> = play.world.journal().iter().collect();
        entries[entries.len() - 1].at.since(entries[0].at).as_nanos() / 1_000_000_000
    };
    assert_eq!(span(&played("{}", slow)), 2);
    assert!(span(&played("{typing: 10h}", slow)) > 60);
    assert_eq!(played("{typing: 10h, slips: 50, doubles: 50, emoji: 50, invisible: 50}", slow).journal(), {
        played("{typing: 10h, slips: 50, doubles: 50, emoji: 50, invisible: 50}", slow).journal()
    });
}
