//! Every fault does what its row says, at its seam, and says in the journal that it did.

use std::collections::BTreeSet;

use crate::support::stagehand::{Play, Reaction, play, post};
use crate::support::toy::TOY;
use rehearsal::base::time::WallLimit;
use rehearsal::engine::port::Cut;
use rehearsal::fault::FAULTS;
use rehearsal::journal::entry::What;

fn with(fault: &str) -> Play {
    let text = format!(
        "platform: toy\ncustomers: {{alice: {{}}}}\nsteps:\n- fault: {fault}\n- start_chat: {{as: alice, text: Hi}}\n- wait: 1m\n- expect: {{event: note}}\n"
    );
    play(&TOY, &text, |_| Reaction::calling(post("/toy/alice/answer", &[("x-key", "toy-key")], "re")))
}

fn fired(played: &Play) -> Vec<String> {
    let entries = played.world.journal().iter();
    entries
        .filter_map(|entry| if let What::Faulted { fault, .. } = &entry.what { Some(fault.to_string()) } else { None })
        .collect()
}

#[test]
fn every_row_of_the_table_takes_effect() {
    let mut seen = BTreeSet::new();
    let mut check = |fault: &str, effect: fn(&Play) -> bool| {
        let played = with(fault);
        let names = fired(&played);
        assert_eq!(names.len(), 1, "{fault}\n{}", played.journal());
        seen.extend(names);
        assert!(effect(&played), "{fault}\n{}", played.journal());
    };
    check("{on: {route: answer}, do: {code: broken}}", |p| p.replies[0].reply.status == 500);
    check("{on: {route: answer}, do: {delay: 2s}}", |p| p.replies[0].delay == Some(WallLimit::from_secs(2)));
    check("{on: {route: answer}, do: {reset: true}}", |p| p.replies[0].cut == Some(Cut::Reset));
    check("{on: {route: answer}, do: {truncate: 5}}", |p| p.replies[0].cut == Some(Cut::Truncate(5)));
    check("{on: {event: note}, do: {delay: 20s}}", |p| p.journal().contains("T09:00:20.000000Z\",\"kind\":\"sent\""));
    check("{on: {event: note}, do: {duplicate: {gap: 5s}}}", |p| {
        p.attempts.len() == 2 && p.bodies()[0] == p.bodies()[1]
    });
    check("{on: {event: note}, do: {drop: true}}", |p| p.attempts.is_empty() && p.journal().contains("\"dropped\""));
    check("{on: {event: note}, do: {set: {n: 9, more.x: [a]}}}", |p| {
        p.bodies()[0] == r#"{"n":9,"text":"Hi","more":{"x":["a"]}}"#
    });
    check("{on: {event: note}, do: {tamper: body}}", |p| p.bodies()[0].ends_with(' '));
    check("{on: {event: note}, do: {tamper: secret}}", |p| {
        p.attempts[0].headers.iter().any(|(_, value)| value == "forged")
    });
    check("{on: {event: note}, do: {tamper: signature}}", |p| {
        let sound = with("{on: {event: note, nth: 2}, do: {drop: true}}");
        let signature =
            |p: &Play| p.attempts[0].headers.iter().find(|(n, _)| n == "webhook-signature").map(|(_, v)| v.clone());
        signature(&sound).is_some() && signature(&sound) != signature(p)
    });
    let all: BTreeSet<&str> = FAULTS.iter().map(|fault| fault.name).collect();
    assert_eq!(seen.iter().map(String::as_str).collect::<BTreeSet<_>>(), all);
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
