//! Calls that a scenario makes itself: what they say, what the vendor's client adds, and how answers are judged. And calls
//! that ask for their own refusal.

use rehearsal::base::rng::Seed;
use rehearsal::engine::port::{Effect, Input};
use rehearsal::engine::{Opening, World};
use rehearsal::journal::What;
use rehearsal::journal::entry::Source;
use rehearsal::platform::cx::Identities;
use rehearsal::report::Exit;
use rehearsal::scenario::load_setup;
use serde_json::Value;

use crate::scenario::toy::problems;
use crate::support::program::{folder, journals, rehearsal};
use crate::support::stagehand::{Play, Reaction, START, play, post};
use crate::support::toy::TOY;

fn toy(steps: &str) -> Play {
    let text = format!("platform: toy\ncustomers: {{alice: {{id: a-1}}}}\nsteps:\n{steps}");
    play(&TOY, &text, |_| Reaction::ok())
}

#[test]
fn a_call_is_made_as_the_tenants_client_would_and_its_answer_judged() {
    let check = |call: &str, expected: Option<&str>| {
        let play = toy(&format!("- call: {{{call}}}\n"));
        let failure = play.failure();
        match expected {
            None => assert_eq!(failure, None, "{call}"),
            Some(part) => assert!(failure.as_deref().is_some_and(|f| f.contains(part)), "{call}\n{failure:?}"),
        }
    };
    check("route: answer, params: {who: bob}, answer: {status: 200, code: ok, body: {thanks: bob}}", None);
    check("route: answer, params: {who: 7}, answer: {body: {thanks: \"7\"}}", None);
    check("route: answer, params: {who: \"${customer.alice}\"}, answer: {body: {thanks: a-1}}", None);
    check("route: answer, params: {who: bob}, headers: {x-key: ~}, answer: {status: 401, code: no_key}", None);
    check("route: answer, params: {who: bob}, headers: {X-Key: other}, answer: {status: 401}", None);
    check("route: answer, params: {who: bob}, method: PUT, answer: {status: 404}", None);
    check("path: /toy/bob/answer, method: POST, answer: {code: ok}", None);
    check("path: \"/toy/nothing\", query: {page: 2}, answer: {status: 404}", None);
    check("route: answer, params: {who: bob}, answer: {status: 404}", Some("it was answered with 200 ok"));
    check("route: answer, params: {who: bob}, answer: {body: {thanks: eve}}", Some("it was answered with 200 ok"));
    check("route: answer, answer: {status: 200}", Some("needs `who` under `params`"));
    check("route: answer, params: {who: \"a/{who} ü\"}, answer: {body: {thanks: \"a%2F{who} ü\"}}", None);
    check("path: /none/bob/answer, method: POST, answer: {status: 404}", None);
}

#[test]
fn a_call_bears_what_it_says_and_counts_as_an_act() {
    let play = toy("- start_chat: {as: alice, text: Hi}\n- let: {name: n, from: {event: note}, at: /n}\n\
         - call: {route: answer, params: {who: \"${chat.alice}\"}, query: {a: \"${n}\"}, body: {n: \"${n}\", x: [\"$${n}\"]}}\n\
         - expect_none: {message: {from: system}}\n- expect: {message: {from: integration, text: {contains: '\"n\":\"1\"'}}}\n- expect_none: {call: {}}\n");
    assert_eq!(play.failure(), None);
    let called = play.world.journal().iter().find_map(|entry| match &entry.what {
        What::Called(called) => Some((entry.at, called.clone())),
        _ => None,
    });
    let (at, called) = called.unwrap();
    assert_eq!((called.source, called.path.as_str()), (Source::Scenario, "/toy/toy/answer?a=1"));
    assert_eq!(called.request.json(), serde_json::json!({"n": "1", "x": ["${n}"]}));
    let end = play.world.journal().iter().last().unwrap().at;
    assert!(end > at, "a call takes its time, as acts do");
}

#[test]
fn a_planned_code_meets_the_scenarios_call_as_well() {
    let fault = "- fault: {on: {route: answer}, do: {code: broken}, times: 1}\n";
    // What is done to an answer on its way waits for a call that has one.
    let reset = "- fault: {on: {route: answer}, do: {reset: true}, times: 1}\n";
    let call = |code: &str| format!("- call: {{route: answer, params: {{who: bob}}, answer: {{code: {code}}}}}\n");
    assert_eq!(toy(&format!("{fault}{}{}", call("broken"), call("ok"))).failure(), None);
    let played = toy(&format!("{reset}{}", call("ok")));
    assert_eq!(played.failure(), None);
    assert!(!played.journal().contains("faulted"));
}

#[test]
fn mistakes_in_a_call_are_found_before_it_is_made() {
    let check = |call: &str, expected: &[&str]| {
        let step = format!("call: {{{call}}}");
        let steps = ["start_chat: {as: alice}", &step, "expect: {event: incoming_chat}"];
        let found: Vec<&str> = problems(crate::scenario::toy::read_steps(&steps)).iter().map(|row| row.0).collect();
        assert_eq!(found, expected, "{call}");
    };
    check("route: send_event, answer: {code: 4108}", &[]);
    check("route: send_event, body: {chat_id: \"${chat.alice}\"}", &[]);
    check("", &["E0106"]);
    check("route: send_event, path: /x", &["E0106"]);
    check("route: sent_event", &["E0207"]);
    check("route: send_event, answer: {code: 4109}", &["E0208"]);
    check("path: x", &["E0114"]);
    check("path: \"/x?page=1\"", &["E0114"]);
    check("path: /x, method: \"G T\"", &["E0103"]);
    check("path: /x, headers: {\"a b\": c}", &["E0103"]);
    check("path: /x, headers: {a: \"\\n\"}", &["E0103"]);
    check("path: /x, params: {a: [b]}", &["E0103"]);
    check("path: /x, body: [{a: \"${oops}\"}]", &["E0205"]);
    check("path: \"/${chat.bob}\"", &["E0205"]);
    check("path: \"/${chat.}\"", &["E0113"]);
}

#[test]
fn a_call_may_ask_for_its_own_refusal_where_that_is_allowed() {
    let ask = |allow_prefer: bool, prefer: &str, key: &str| {
        let scenario = load_setup("platform: toy\n", &[TOY.vocabulary]).unwrap();
        let opening = Opening { allow_prefer, ..Opening::play(&scenario, "x", Seed(1), Identities::WellKnown) };
        let mut world = World::open(&TOY, opening, START).unwrap();
        let mut call = post("/toy/bob/answer", &[], "");
        call.headers.insert("x-key", key.parse().unwrap());
        call.headers.insert("prefer", prefer.parse().unwrap());
        let effects = world.handle(START, Input::Call(call));
        let reply = effects.into_iter().find_map(|effect| match effect {
            Effect::Reply(treated) => Some(treated.reply),
            _ => None,
        });
        let reply = reply.unwrap();
        let applied = reply.headers.iter().find(|(name, _)| name == "preference-applied");
        let told: Vec<String> = world
            .journal()
            .iter()
            .filter_map(|entry| match &entry.what {
                What::Violated { detail, .. } => Some(detail.clone()),
                What::Faulted { fault, .. } => Some(fault.clone().into_owned()),
                What::Said(_) => Some("said".to_owned()),
                _ => None,
            })
            .collect();
        let code = reply.code.unwrap_or_default().into_owned();
        (code, applied.map(|(_, value)| value.to_str().unwrap().to_owned()), told.join(", "))
    };
    let check = |allow, prefer: &str, key: &str, expected: (&str, Option<&str>, &str)| {
        let (code, applied, told) = ask(allow, prefer, key);
        assert_eq!((code.as_str(), applied.as_deref(), told.as_str()), expected, "{prefer} {key}");
    };
    let refused = ("broken", Some("code=broken"), "code by prefer");
    check(true, "code=broken", "toy-key", refused);
    check(true, "wait=10, Code = \"broken\"; why", "toy-key", refused);
    check(false, "code=broken", "toy-key", ("ok", None, "said"));
    // What the caller does wrong comes first.
    check(true, "code=broken", "other", ("no_key", None, ""));
    check(true, "wait=10", "toy-key", ("ok", None, "said"));
    check(true, "code=ok", "toy-key", ("ok", None, "prefer asks for ok, which is no refusal; it is ignored, said"));
    let unknown = "prefer asks for none, which is no code of toy; it is ignored, said";
    check(true, "code=none", "toy-key", ("ok", None, unknown));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_secret_can_be_kept_and_is_not_shown() {
    let into = folder("secrets").join("run.jsonl");
    let file = "scenarios/livechat/configuration/bot_and_its_token.yaml";
    let ran = rehearsal(&["run", file, "--port", "0", "--bot", "builtin", "--journal", into.to_str().unwrap()]).await;
    assert_eq!(ran.exit, Exit::Met, "{}{}", ran.out, ran.err);
    let (_, journal) = journals(&into).remove(0);
    let entries: Vec<Value> = journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let secrets = ["/reply/secret", "/reply/token", "/request/bot_secret", "/value"];
    let stars =
        |text: &Value| text.as_str().is_some_and(|text| text.len() > 9 && text.bytes().all(|byte| byte == b'*'));
    for place in secrets {
        assert!(entries.iter().any(|entry| entry.pointer(place).is_some_and(stars)), "{place}");
    }
    for place in &secrets[..3] {
        assert!(entries.iter().filter_map(|entry| entry.pointer(place)).all(stars), "{place}");
    }
    assert!(!ran.out.contains("eyJ") && !journal.contains("eyJ"), "tokens begin so");
}
