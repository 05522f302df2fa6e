//! Every rule: its bad example has the problem, its good example has none, and what the user is told does not change
//! unnoticed.

use std::collections::BTreeMap;

use rehearsal::base::diag::{Diagnostic, Paint, Place, Rule, Source, render};
use rehearsal::scenario::{codes, node};

use super::toy::{assert_shown, problems, read};

/// Where the problem stands in the bad example of each rule.
const PLACES: &[(&str, usize, usize)] = &[
    ("E0001", 3, 1),
    ("E0002", 3, 1),
    ("E0003", 2, 1),
    ("E0004", 1, 11),
    ("E0005", 2, 1),
    ("E0006", 0, 0),
    ("E0007", 0, 0),
    ("E0008", 1, 66),
    ("E0009", 2, 10),
    ("E0011", 2, 46),
    ("E0101", 2, 1),
    ("E0102", 4, 10),
    ("E0103", 4, 35),
    ("E0104", 5, 29),
    ("E0105", 5, 11),
    ("E0106", 4, 5),
    ("E0107", 5, 43),
    ("E0108", 4, 5),
    ("E0109", 1, 1),
    ("E0110", 1, 1),
    ("E0111", 5, 40),
    ("E0112", 5, 55),
    ("E0113", 4, 35),
    ("E0114", 4, 36),
    ("E0115", 5, 29),
    ("E0116", 4, 14),
    ("E0117", 4, 86),
    ("E0201", 1, 11),
    ("E0202", 4, 22),
    ("E0203", 6, 20),
    ("E0204", 5, 38),
    ("E0205", 4, 35),
    ("E0206", 5, 21),
    ("E0207", 5, 28),
    ("E0208", 5, 27),
    ("E0209", 5, 5),
    ("E0210", 3, 41),
];

/// Rules whose example cannot be a literal, with an input that breaks them.
fn generated() -> BTreeMap<&'static str, (&'static Rule, Vec<u8>)> {
    let rows: [(&'static Rule, Vec<u8>); 3] = [
        (&codes::FILE_TOO_LARGE, vec![b'#'; node::MAX_BYTES + 1]),
        (&codes::TOO_COMPLEX, vec![b'['; node::MAX_DEPTH + 2]),
        (&codes::NOT_UTF8, b"platform: livechat\nname: caf\xe9\n".to_vec()),
    ];
    rows.into_iter().map(|(rule, bytes)| (rule.code, (rule, bytes))).collect()
}

/// Rules that are not about the text of a file, so that no text can break them.
const NOT_ABOUT_TEXT: &[&str] = &["E0010"];

fn bad_text(rule: &Rule) -> Vec<u8> {
    match generated().remove(rule.code) {
        Some((_, bytes)) => bytes,
        None => rule.bad.as_bytes().to_vec(),
    }
}

fn found(bytes: &[u8]) -> Vec<Diagnostic> {
    match node::decode_utf8(bytes) {
        Ok(text) => read(text).err().unwrap_or_default(),
        Err(problem) => vec![problem],
    }
}

fn rules_about_text() -> impl Iterator<Item = &'static Rule> {
    codes::RULES.iter().copied().filter(|rule| !NOT_ABOUT_TEXT.contains(&rule.code))
}

#[test]
fn the_bad_example_of_every_rule_has_exactly_that_problem() {
    let rows: Vec<(&str, usize, usize)> = rules_about_text()
        .flat_map(|rule| {
            let found = found(&bad_text(rule));
            assert!(!found.is_empty(), "the bad example of {} has no problem", rule.code);
            found.into_iter().map(|problem| {
                assert_eq!(problem.rule.code, rule.code, "the bad example of {} has another problem", rule.code);
                (rule.code, problem.place.line, problem.place.column)
            })
        })
        .collect();
    assert_eq!(rows, PLACES);
}

#[test]
fn the_good_example_of_every_rule_has_no_problem() {
    for rule in codes::RULES {
        assert_eq!(problems(read(rule.good)), [], "{}", rule.code);
        assert_ne!(rule.bad, rule.good, "{}", rule.code);
    }
}

#[test]
fn no_rule_is_left_out_and_codes_ascend() {
    let listed: Vec<&str> = PLACES.iter().map(|row| row.0).chain(NOT_ABOUT_TEXT.iter().copied()).collect();
    for rule in codes::RULES {
        assert!(listed.contains(&rule.code), "{} is not tested", rule.code);
        let is_literal = !rule.bad.is_empty();
        let is_generated = generated().contains_key(rule.code) || NOT_ABOUT_TEXT.contains(&rule.code);
        assert!(is_literal != is_generated, "{} is written or generated, not both", rule.code);
        assert!(rule.meaning.ends_with('.'), "{} explains itself in sentences", rule.code);
    }
    assert!(codes::RULES.is_sorted_by(|a, b| a.code < b.code), "codes ascend and none stands twice");
}

#[test]
fn every_rule_is_shown_with_place_and_help() {
    for rule in rules_about_text() {
        let bytes = bad_text(rule);
        let text = String::from_utf8_lossy(&bytes);
        let shown =
            render(&Source { name: "scenario.yaml".into(), text: text.as_ref().into() }, &found(&bytes), Paint::Plain);
        assert_shown(rule.code, &shown);
    }
}

#[test]
fn all_problems_are_told_at_once_and_in_order() {
    let text = "\
platfrom: x
platform: livechat
seed: -1
setup: {groups: [{id: 7, name: A}, {id: 7, name: B}]}
customers:
  alice: {nmae: Alice}
  alice: {}
steps:
  - start_chat: {as: alcie, chat: main}
  - say: {as: alice, text: !x Hi, chat: mian}
  - wait: 45
  - expect: {event: incomming_chat, delivered: yes}
  - fault: {on: {route: send_evnt}, do: {cod: chat_inactive}}
  - let: {name: a b, from: {event: incoming_chat, call: send_event}, at: x}
  - transfer: {to: Nobody}
  - juggle: {}
";
    let source = Source { name: "scenario.yaml".into(), text: text.into() };
    let found = read(text).unwrap_err();
    assert!(found.is_sorted_by_key(|problem| problem.place), "{found:#?}");
    assert_shown("many", &render(&source, &found, Paint::Plain));
}

#[test]
fn an_unreadable_tenant_does_not_make_its_people_unknown() {
    let text = "\
platform: livechat
customers: {alice: {}}
setup: {agents: [{idd: ann}]}
steps:
  - start_chat: {as: alice, to: Sales}
  - assign: {to: ann}
  - expect: {message: {from: ann}}
";
    assert_eq!(problems(read(text)), [("E0102", 3, 18), ("E0101", 3, 19)]);
}

#[test]
fn a_step_that_cannot_be_read_does_not_make_its_names_unknown() {
    let text = "\
platform: livechat
customers: {alice: {}}
steps:
  - start_chat: {as: alice, chat: main, txt: Hi}
  - let: {name: id, from: {event: incoming_chat}}
  - say: {as: alice, text: \"${id}\", chat: main}
  - expect: {event: incoming_chat}
";
    assert_eq!(problems(read(text)), [("E0101", 4, 41), ("E0102", 5, 10)]);
}

#[test]
fn a_problem_without_a_place_is_about_the_file() {
    let problem = Diagnostic::new(&codes::UNREADABLE, Place::default(), "there is no such file");
    let source = Source { name: "missing.yaml".into(), text: "".into() };
    assert_shown("E0010", &render(&source, &[problem], Paint::Plain));
}
