//! Every fault does what its row says, at its seam, and says in the journal that it did.

use std::collections::BTreeSet;

use crate::support::stagehand::{Play, Reaction, play, post};
use crate::support::toy::TOY;
use rehearsal::base::time::WallLimit;
use rehearsal::engine::port::Cut;
use rehearsal::fault::{FAULTS, Seam};
use rehearsal::journal::entry::What;

fn with(fault: &str) -> Play {
    let text = format!(
        "platform: toy\ncustomers: {{alice: {{}}}}\nsteps:\n- fault: {fault}\n- start_chat: {{as: alice, text: Hi}}\n- wait: 1m\n- expect: {{event: note}}\n"
    );
    play(&TOY, &text, |_| Reaction::calling(post("/toy/alice/answer", &[("x-key", "toy-key")], "re")))
}

/// The faults that fired, with the rule and what it came to.
fn fired(played: &Play) -> Vec<(String, Option<u32>, String)> {
    let entries = played.world.journal().iter();
    let fired = entries.filter_map(|entry| match &entry.what {
        What::Faulted { fault, rule, detail, .. } => Some((fault.to_string(), *rule, detail.clone())),
        _ => None,
    });
    fired.collect()
}

fn headers<'p>(played: &'p Play, name: &str) -> Vec<&'p str> {
    let reply = &played.replies[0].reply;
    let named = reply.headers.iter().filter(|(header, _)| header.as_str() == name);
    named.map(|(_, value)| value.to_str().unwrap()).collect()
}

/// When the attempts began, as the journal tells it.
fn sent(played: &Play) -> Vec<String> {
    let entries = played.world.journal().iter();
    let sent = entries.filter(|entry| matches!(entry.what, What::Sent { .. }));
    sent.map(|entry| entry.at.exact().split('T').nth(1).unwrap()[..8].to_owned()).collect()
}

#[test]
fn every_row_of_the_table_takes_effect() {
    let mut seen = BTreeSet::new();
    let mut check = |fault: &str, detail: &str, effect: fn(&Play) -> bool| {
        let played = with(fault);
        let fired = fired(&played);
        assert_eq!(fired.len(), 1, "{fault}\n{}", played.journal());
        assert_eq!((fired[0].1, fired[0].2.as_str()), (Some(1), detail), "{fault}");
        seen.insert(fired[0].0.clone());
        assert!(effect(&played), "{fault}\n{}", played.journal());
    };
    check("{on: {route: answer}, do: {code: broken}}", "broken", |p| {
        p.replies[0].reply.code.as_deref() == Some("broken")
    });
    check("{on: {route: answer}, do: {expire: true}}", "", |p| p.replies[0].reply.code.as_deref() == Some("no_key"));
    check("{on: {route: answer}, do: {redirect: /b}}", "to /b", |p| {
        (p.replies[0].reply.status, headers(p, "location").as_slice()) == (307, &["/b"])
            && !p.journal().contains("\"from\":{\"role\":\"bot\"")
    });
    check("{on: {route: answer}, do: {malformed: true}}", "", |p| {
        p.replies[0].reply.body == "{\"thanks\":\"alice\"," && p.journal().contains("\"from\":{\"role\":\"bot\"")
    });
    check("{on: {route: answer}, do: {delay: 2s}}", "2s", |p| p.replies[0].delay == Some(WallLimit::from_secs(2)));
    check("{on: {route: answer}, do: {drip: {over: 2s, pieces: 4}}}", "in 4 pieces over 2s", |p| {
        p.replies[0].cut == Some(Cut::Drip { over: WallLimit::from_secs(2), pieces: 4 })
    });
    check("{on: {route: answer}, do: {reset: true}}", "", |p| p.replies[0].cut == Some(Cut::Reset));
    check("{on: {route: answer}, do: {truncate: 5}}", "after 5 bytes", |p| p.replies[0].cut == Some(Cut::Truncate(5)));
    check("{on: {route: answer}, do: {hang: true}}", "", |p| p.replies[0].cut == Some(Cut::Hang));
    check("{on: {event: note}, do: {delay: 20s}}", "20s", |p| sent(p) == ["09:00:20"]);
    check("{on: {event: note}, do: {duplicate: {gap: 5s}}}", "after 5s", |p| {
        sent(p) == ["09:00:00", "09:00:05"] && p.bodies()[0] == p.bodies()[1]
    });
    check("{on: {event: note}, do: {hold: 20s}}", "for 20s", |p| sent(p) == ["09:00:20"]);
    check("{on: {event: note}, do: {reorder: {within: 15s}}}", "behind 1, within 15s", |p| sent(p) == ["09:00:15"]);
    check("{on: {event: note}, do: {lose: request}}", "request", |p| {
        sent(p) == ["09:00:00", "09:00:10"] && p.replies.len() == 1
    });
    check("{on: {event: note}, do: {lose: answer}}", "answer", |p| {
        sent(p) == ["09:00:00", "09:00:10"] && p.replies.len() == 2 && p.bodies()[0] == p.bodies()[1]
    });
    check("{on: {event: note}, do: {drop: true}}", "", |p| {
        p.attempts.is_empty() && p.journal().contains("\"dropped\"")
    });
    check("{on: {event: note}, do: {set: {n: 9, more.x: [a]}}}", "n, more.x", |p| {
        p.bodies()[0] == r#"{"n":9,"text":"Hi","more":{"x":["a"]}}"#
    });
    check("{on: {event: note}, do: {tamper: body}}", "body", |p| p.bodies()[0].ends_with(' '));
    check("{on: {event: note}, do: {tamper: secret}}", "secret", |p| {
        p.attempts[0].headers.iter().any(|(_, value)| value == "forged")
    });
    check("{on: {event: note}, do: {tamper: signature}}", "signature", |p| {
        let sound = with("{on: {event: note, nth: 2}, do: {drop: true}}");
        let signature =
            |p: &Play| p.attempts[0].headers.iter().find(|(n, _)| n == "webhook-signature").map(|(_, v)| v.clone());
        signature(&sound).is_some() && signature(&sound) != signature(p)
    });
    // Those that only pushes know are played in `push.rs`.
    let others = FAULTS.iter().filter(|fault| fault.seam != Seam::Push);
    let all: BTreeSet<&str> = others.map(|fault| fault.name).collect();
    assert_eq!(seen.iter().map(String::as_str).collect::<BTreeSet<_>>(), all);
}

/// Plays four messages, all said at once, and gives the order in which the bot gets them.
fn order(fault: &str) -> Vec<String> {
    let text = format!(
        "platform: toy\ncustomers: {{alice: {{}}}}\nsteps:\n- fault: {{on: {{event: note, nth: 2}}, do: {fault}, times: 1}}\n- start_chat: {{as: alice, text: one}}\n- say: {{as: alice, text: two}}\n- say: {{as: alice, text: three}}\n- say: {{as: alice, text: four}}\n- wait: 1m\n- expect: {{event: note}}\n"
    );
    let played = play(&TOY, &text, |_| Reaction::ok());
    played.bodies().iter().map(|body| body.split('"').nth(5).unwrap().to_owned()).collect()
}

#[test]
fn a_webhook_keeps_its_place_only_where_the_fault_says_so() {
    let check = |fault: &str, expected: [&str; 4]| assert_eq!(order(fault), expected, "{fault}");
    check("{hold: 20s}", ["one", "two", "three", "four"]);
    check("{delay: 20s}", ["one", "three", "four", "two"]);
    check("{reorder: {}}", ["one", "three", "two", "four"]);
    check("{reorder: {behind: 2}}", ["one", "three", "four", "two"]);
    // Nobody comes behind whom it could go, so its time ends.
    check("{reorder: {behind: 3}}", ["one", "three", "four", "two"]);
    check("{reorder: {behind: 2, within: 500ms}}", ["one", "two", "three", "four"]);
}

#[test]
fn an_expired_token_stays_expired() {
    let text = "platform: toy\ncustomers: {alice: {}}\nsteps:\n- fault: {on: {route: answer, nth: 2}, do: {expire: true}, times: 1}\n- start_chat: {as: alice, text: Hi}\n- expect: {call: {code: ok}}\n- say: {as: alice, text: again}\n- expect: {call: {code: no_key}}\n- say: {as: alice, text: again}\n- expect: {call: {code: no_key}}\n";
    let played = play(&TOY, text, |_| Reaction::calling(post("/toy/alice/answer", &[("x-key", "toy-key")], "re")));
    assert_eq!(played.failure(), None, "{}", played.journal());
    assert_eq!(fired(&played).len(), 1);
}

#[test]
fn a_range_is_drawn_from_the_seed() {
    let delays = |seed: u64| {
        let text = format!(
            "platform: toy\nseed: {seed}\ncustomers: {{alice: {{}}}}\nsteps:\n- fault: {{on: {{event: note}}, do: {{delay: {{from: 10s, to: 50s}}}}}}\n- start_chat: {{as: alice, text: Hi}}\n- wait: 1m\n- say: {{as: alice, text: Hi}}\n- wait: 1m\n- expect: {{event: note}}\n"
        );
        let played = play(&TOY, &text, |_| Reaction::ok());
        let details: Vec<String> = fired(&played).into_iter().map(|(_, _, detail)| detail).collect();
        assert_eq!(details.len(), 2);
        details
    };
    assert_eq!(delays(1), delays(1));
    assert_ne!(delays(1), delays(2));
    assert_ne!(delays(1)[0], delays(1)[1]);
}

#[test]
fn faults_end_when_they_are_cleared_and_when_their_time_is_over() {
    let codes = |setup: &str, steps: &[&str]| {
        let say = "- say: {as: alice, text: again}\n";
        let steps: String = steps.iter().map(|step| format!("- {step}\n{say}")).collect();
        let text = format!(
            "platform: toy\nsetup: {{faults: [{setup}]}}\ncustomers: {{alice: {{}}, ben: {{}}}}\nsteps:\n- start_chat: {{as: alice, text: Hi}}\n{steps}- expect: {{call: {{}}}}\n"
        );
        let played = play(&TOY, &text, |_| Reaction::calling(post("/toy/alice/answer", &[("x-key", "toy-key")], "re")));
        let codes = played.replies.iter().map(|reply| reply.reply.code.as_deref().unwrap_or_default().to_owned());
        codes.collect::<Vec<_>>()
    };
    let broken = "{on: {route: answer}, do: {code: broken}}";
    assert_eq!(codes(broken, &["wait: 1s"]), ["broken", "broken"]);
    for clear in ["clear_faults: {}", "clear_faults: {route: answer}", "clear_faults: {rule: 1}"] {
        assert_eq!(codes(broken, &[clear]), ["broken", "ok"], "{clear}");
    }
    for other in ["clear_faults: {event: note}", "clear_faults: {rule: 2}"] {
        assert_eq!(codes(broken, &[other]), ["broken", "broken"], "{other}");
    }
    let a_while = "{on: {route: answer, after: 1m, during: 1m}, do: {code: broken}}";
    assert_eq!(codes(a_while, &["wait: 70s", "wait: 1m"]), ["ok", "broken", "ok"]);
    // All chats of the toy are the same one, which carries the name of whoever has started it.
    assert_eq!(codes("{on: {route: answer, chat: alice}, do: {code: broken}}", &[]), ["broken"]);
    assert_eq!(codes("{on: {route: answer, chat: ben}, do: {code: broken}}", &[]), ["ok"]);
    assert_eq!(codes("{on: {event: note, chat: ben}, do: {drop: true}}", &[]), ["ok"]);
    assert_eq!(codes("{on: {event: note, chat: alice}, do: {drop: true}}", &[]), [""; 0]);
    assert_eq!(
        codes("{on: {route: answer, every: 2}, do: {code: broken}}", &["wait: 1s"; 3]),
        ["ok", "broken"].repeat(2)
    );
}

#[test]
fn a_change_that_cannot_be_made_is_told() {
    let played = with("{on: {event: note}, do: {set: {text.x: 1}}}");
    assert_eq!(played.failure().as_deref(), Some("`text.x` leads nowhere in the body of note"));
    assert_eq!(played.bodies()[0], r#"{"n":1,"text":"Hi"}"#);
}

#[test]
fn a_planned_code_waits_for_a_call_that_passes_every_check() {
    let text = "platform: toy\ncustomers: {alice: {}}\nsteps:\n- fault: {on: {route: answer}, do: {code: broken}, times: 1}\n- start_chat: {as: alice, text: Hi}\n- expect: {call: {code: no_key}}\n- say: {as: alice, text: again}\n- expect: {call: {code: broken}}\n- say: {as: alice, text: again}\n- expect: {call: {code: ok}}\n";
    let mut calls = 0;
    let played = play(&TOY, text, |_| {
        calls += 1;
        let headers: &[_] = if calls == 1 { &[] } else { &[("x-key", "toy-key")] };
        Reaction::calling(post("/toy/alice/answer", headers, "re"))
    });
    assert_eq!(played.failure(), None, "{}", played.journal());
}
