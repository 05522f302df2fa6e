//! What is expected of several things, of the first of its kind, and of where a chat stands.

use rehearsal::journal::entry::{Miss, Verdict, What};
use rehearsal::platform::PLATFORMS;

use crate::support::stagehand::{Play, Reaction, play, post};
use crate::support::toy::TOY;

/// Plays a step after a chat has begun whose bot has written `a`, `b` and `a`, each by a call.
fn after_three(step: &str) -> Play {
    played("", step)
}

fn played(head: &str, step: &str) -> Play {
    let text = format!(
        "platform: toy\n{head}customers: {{alice: {{}}}}\nsteps:\n- start_chat: {{as: alice, text: Hi}}\n- {step}\n"
    );
    let answer = |text: &str| post("/toy/alice/answer", &[("x-key", "toy-key")], text);
    play(&TOY, &text, |_| Reaction { calls: vec![answer("a"), answer("b"), answer("a")], ..Reaction::ok() })
}

fn check(step: &str, failure: Option<&str>) {
    let found = after_three(step).failure();
    match failure {
        None => assert_eq!(found, None, "{step}"),
        Some(words) => assert!(found.as_ref().is_some_and(|it| it.contains(words)), "{step}: {found:?}"),
    }
}

#[test]
fn things_happen_one_after_the_other() {
    check("expect: {in_order: [{message: {text: a}}, {message: {text: b}}]}", None);
    check("expect: {in_order: [{message: {text: b}}, {message: {text: a}}]}", None);
    check(
        "expect: {in_order: [{event: note}, {message: {text: a}}, {call: {route: answer}}, {message: {text: a}}]}",
        None,
    );
    let twice = "1 of 2 happened, and no message saying \"b\" in time";
    check("expect: {in_order: [{message: {text: b}}, {message: {text: b}}], within: 1s}", Some(twice));
    let before = "one after the other a message from bot, then a webhook note within 3s";
    check("expect: {in_order: [{message: {from: bot}}, {event: note}]}", Some(before));
    check("expect: {in_order: [{event: note, delivered: true}, {message: {text: b}}]}", None);
}

#[test]
fn things_happen_in_any_order_and_each_of_them_is_another() {
    check("expect: {any_order: [{message: {text: b}}, {message: {text: a}}]}", None);
    check("expect: {any_order: [{message: {text: a}}, {message: {text: b}}, {message: {text: a}}]}", None);
    // What fits anywhere makes room for what fits there only.
    check("expect: {any_order: [{message: {}}, {message: {}}, {message: {text: b}}]}", None);
    check(
        "expect: {any_order: [{message: {text: {one_of: [a, b]}}}, {message: {text: a}}, {message: {text: a}}]}",
        None,
    );
    let four = "3 of 4 happened, and no message in time";
    check("expect: {any_order: [{message: {}}, {message: {}}, {message: {}}, {message: {}}], within: 1s}", Some(four));
    check("expect: {any_order: [{message: {text: b}}, {message: {text: b}}]}", Some("1 of 2 happened"));
}

#[test]
fn several_things_are_taken_like_one() {
    let text = "expect: {any_order: [{message: {text: a}}, {message: {text: b}}]}\n- expect: {message: {text: a}}\n";
    check(&format!("{text}- expect_none: {{message: {{}}}}"), None);
    check(&format!("{text}- expect: {{message: {{text: a}}}}"), Some("nothing of the kind"));
}

#[test]
fn something_comes_first() {
    check("expect: {message: {from: bot, text: a}, first: true}", None);
    check("expect: {message: {from: bot, text: b}, first: true}", Some("something else of its kind came first"));
    check("expect: {message: {from: bot, text: b}, first: false}", None);
    // Of the bot's messages, whatever others write.
    check("expect: {message: {from: customer}, first: true, within: 1s}", Some("nothing of the kind"));
    check("expect: {event: note, first: true, delivered: true}", None);
    check("expect: {call: {route: answer, body: b}, first: true}", Some("came first"));
    check("expect: {message: {text: a}, first: true}\n- expect: {message: {text: b}, first: true}", None);
}

#[test]
fn a_chat_stands_somewhere() {
    check("expect: {state: {chat: alice, status: open, assigned_to: none}}", None);
    check("expect: {state: {chat: alice}}", None);
    check("expect: {state: {chat: alice, assigned_to: bot}, within: 1s}", Some("nothing that matches"));
    check("expect: {state: {chat: alice, status: closed, outcome: idle}, by: 40m}", None);
    check("wait: 40m\n- expect: {state: {chat: alice, status: closed}}", None);
    check(
        "expect: {state: {chat: alice, status: closed, outcome: other}, by: 40m, within: 1s}",
        Some("nothing that matches"),
    );
    check("expect_none: {state: {chat: alice, status: closed}}", None);
    check("wait: 40m\n- expect_none: {state: {chat: alice, status: closed}}", Some("it happened 1 time(s)"));
}

/// Why the step's expectation was not met.
fn miss(step: &str) -> Miss {
    let play = after_three(step);
    let miss = play.world.journal().iter().find_map(|entry| match &entry.what {
        What::Judged { verdict: Verdict::Missed(miss), .. } => Some(miss.clone()),
        _ => None,
    });
    miss.unwrap_or_else(|| panic!("{step} is met"))
}

#[test]
fn what_matches_is_told_and_what_comes_nearest_only_where_it_is_too_little() {
    let check = |step: &str, found: &str, matches: &[&str], nearest: usize| {
        let miss = miss(step);
        assert!(miss.found.contains(found), "{step}: {miss:?}");
        assert_eq!(miss.matches.iter().map(|it| it.summary.as_str()).collect::<Vec<_>>(), matches, "{step}");
        assert_eq!(miss.nearest.len(), nearest, "{step}: {miss:?}");
    };
    let (a, b) = ("bot said \"a\"", "bot said \"b\"");
    check("expect: {message: {from: bot, text: a}, times: 1}", "it happened 2 time(s)", &[a, a], 0);
    check("expect: {message: {from: bot, text: b}, times: 2, within: 1s}", "it happened 1 time(s)", &[b], 2);
    check("expect_none: {message: {from: bot}}", "it happened 3 time(s)", &[a, b, a], 0);
    check("expect: {message: {text: c}, within: 1s}", "the nearest differs", &[], 3);
    check("expect_none: {state: {chat: alice}}", "it happened", &["chat alice is open, assigned to none"], 0);
    check("expect: {any_order: [{message: {text: b}}, {message: {text: c}}], within: 1s}", "1 of 2", &[b], 3);
    let note = "webhook note (d1)";
    let early = "1 of 2 happened, and a webhook note (#3) came before #8, not after it";
    check("expect: {in_order: [{message: {from: bot, text: b}}, {event: note}], within: 1s}", early, &[note, b], 0);
    let twice = "1 of 2 happened, and no message saying \"b\" in time";
    check("expect: {in_order: [{message: {text: b}}, {message: {text: b}}], within: 1s}", twice, &[b], 1);
}

#[test]
fn what_comes_nearest_is_told_in_order() {
    let miss = miss("expect: {message: {from: agent, text: b}, within: 1s}");
    let near: Vec<(String, usize)> =
        miss.nearest.into_iter().map(|near| (near.summary, near.mismatches.len())).collect();
    let expected = [("bot said \"b\"", 1), ("bot said \"a\"", 2), ("bot said \"a\"", 2)];
    assert_eq!(near, expected.map(|(summary, mismatches)| (summary.to_owned(), mismatches)));
    let play = after_three("expect: {state: {chat: alice, status: held, assigned_to: bot}, within: 1s}");
    assert!(play.journal().contains(r#""summary":"chat alice is open, assigned to none""#), "{}", play.journal());
}

#[test]
fn a_scenario_says_what_its_expectations_go_by() {
    let late = "expect: {message: {text: c}}";
    let says = |head: &str, step: &str, words: &str| {
        let failure = played(head, step).failure().unwrap();
        assert!(failure.contains(words), "{head}{step}: {failure}");
    };
    says("", late, "within 3s:");
    says("defaults: {within: 1s, by: 5m}\n", late, "within 1s, by 5m of virtual time");
    says("defaults: {within: 1s}\n", "expect: {message: {text: c}, within: 2s}", "within 2s:");
    says("defaults: {within: 1s, watch: 7s}\n", "expect_none: {message: {}}", "for 7s:");
    assert_eq!(played("defaults: {by: 40m}\n", "expect: {state: {chat: alice, status: closed}}").failure(), None);
}

#[test]
fn a_webhook_that_nobody_has_set_up_is_told() {
    let check = |platform: &str, setup: &str, expect: &str, why: Option<&str>| {
        let vendor = PLATFORMS.iter().find(|vendor| vendor.name == platform).unwrap();
        let text = format!(
            "platform: {platform}\n{setup}customers: {{alice: {{}}}}\nsteps:\n- start_chat: {{as: alice, text: Hi}}\n- {expect}\n"
        );
        let failure = play(vendor, &text, |_| Reaction::ok()).failure().unwrap();
        let told = failure.split_once("; no webhook ").map(|(_, told)| told);
        assert_eq!(told, why, "{setup}{expect}: {failure}");
    };
    let hook = |actions: &str| {
        format!("setup: {{bots: [{{name: B, webhooks: {{url: \"${{bot}}/x\", actions: [{actions}]}}}}]}}\n")
    };
    let spoken = "expect: {message: {from: bot}, within: 1s}";
    let event = "expect: {event: chat_deactivated, within: 1s}";
    check("livechat", &hook("incoming_chat"), event, Some("is set up for chat_deactivated"));
    check("livechat", &hook("incoming_chat, chat_deactivated"), event, None);
    check("livechat", &hook("incoming_chat"), spoken, None);
    check("livechat", "setup: {bots: []}\n", spoken, Some("is set up at all"));
    check("livechat", "setup: {bots: []}\n", "expect: {message: {from: agent}, within: 1s}", None);
    let order = "expect: {in_order: [{event: incoming_chat}, {event: chat_deactivated}], within: 1s}";
    check("livechat", &hook("incoming_chat"), order, Some("is set up for chat_deactivated"));
    let agent = |webhook: &str| format!("setup: {{virtual_agents: [{{login: b{webhook}}}]}}\n");
    let hooked = agent(", webhook: {url: \"${bot}/x\", events: [chat.assigned]}");
    check("imichat", &hooked, "expect: {event: chat.closed, within: 1s}", Some("is set up for chat.closed"));
    check("imichat", &hooked, spoken, None);
    check("imichat", &agent(""), spoken, Some("is set up at all"));
    let resolved = "expect: {event: chatResolved, within: 1s}";
    let subscribed = |event: &str| format!("setup: {{subscriptions: [{{event: {event}, url: \"${{bot}}/x\"}}]}}\n");
    check("texter", &subscribed("chatResolved"), resolved, None);
    check("texter", &subscribed("chatPending"), resolved, Some("is set up for chatResolved"));
    check("texter", "", spoken, Some("is set up at all"));
}
