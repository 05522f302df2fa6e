//! Steps without their scenario.

use crate::support::toy::TOY;
use rehearsal::scenario::node::parse;
use rehearsal::scenario::{Known, Step, load_steps};

fn load(text: &str) -> Result<Vec<Step>, Vec<(&'static str, usize)>> {
    let setup = parse("{}").unwrap();
    let known = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let known = Known { customers: known(&["alice"]), chats: known(&["alice"]), names: known(&["token"]) };
    load_steps(text, &TOY.vocabulary, &setup, known)
        .map_err(|problems| problems.iter().map(|problem| (problem.rule.code, problem.place.line)).collect())
}

#[test]
fn one_step_or_a_list_is_read_as_yaml_or_json() {
    let check = |text: &str, expected: &[&str]| {
        let steps = load(text).unwrap();
        let sources: Vec<&str> = steps.iter().map(|step| step.source.as_str()).collect();
        assert_eq!(sources, expected, "{text}");
    };
    check("wait: 5s", &["wait: 5s"]);
    check(r#"{"say": {"as": "alice", "text": "Hi"}}"#, &["say: {as: alice, text: Hi}"]);
    check("- wait: 1s\n- wait: 2s\n", &["wait: 1s", "wait: 2s"]);
    check("repeat: {times: 2, steps: [{wait: 1s}]}", &["wait: 1s  # round 1 of 2", "wait: 1s  # round 2 of 2"]);
    check(
        "say: {as: alice, text: '${token} ${customer.alice} ${chat.alice}'}",
        &["say: {as: alice, text: \"${token} ${customer.alice} ${chat.alice}\"}"],
    );
    // Whoever begins a chat becomes known by it.
    check(
        "- start_chat: {as: bob}\n- say: {as: bob, text: Hi, chat: bob}\n",
        &["start_chat: {as: bob}", "say: {as: bob, text: Hi, chat: bob}"],
    );
}

#[test]
fn what_is_wrong_with_steps_is_told_with_its_place() {
    let check = |text: &str, expected: &[(&str, usize)]| {
        assert_eq!(load(text).map(|steps| steps.len()), Err(expected.to_vec()), "{text}");
    };
    check("", &[("E0006", 0)]);
    check("[]", &[("E0109", 1)]);
    check("wait", &[("E0103", 1)]);
    check("wait: 1s\nsay: {as: alice, text: Hi}\n", &[("E0106", 1)]);
    check("- wait: 1s\n- sya: {as: alice}\n- say: {as: bob, text: Hi}\n", &[("E0108", 2), ("E0202", 3)]);
    check("say: {as: alice, text: '${other}'}", &[("E0205", 1)]);
    check("start_chat: {as: bot}", &[("E0202", 1)]);
    check("say: {as: alice, text: Hi, chat: bob}", &[("E0204", 1)]);
    check("include: other.yaml", &[("E0116", 1)]);
    check("hold: {chat: alice}", &[("E0209", 1)]);
    check("{\"wait\": ", &[("E0001", 2)]);
}
