//! How webhooks are delivered where a set-up says so: order, pauses, addresses that are off, bounds, and the end.

use crate::support::stagehand::{Play, Reaction, play, post, serve};
use crate::support::toy::TOY;
use http::HeaderMap;
use rehearsal::base::id::Ticket;
use rehearsal::base::rng::Seed;
use rehearsal::base::time::{VirtualSpan, VirtualTime, WallLimit, WallTime};
use rehearsal::engine::clock::Pace;
use rehearsal::engine::port::{Answer, Effect, Input};
use rehearsal::engine::{Opening, QueueBounds, World};
use rehearsal::journal::entry::{Fate, Outcome, What};
use rehearsal::platform::cx::Identities;
use rehearsal::scenario;

const HEAD: &str = "platform: toy\ncustomers: {alice: {}, bob: {}}\n";
const START: WallTime = WallTime::from_nanos(1_790_000_000_000_000_000);

fn texts(played: &Play) -> Vec<String> {
    let text =
        |body: &String| serde_json::from_str::<serde_json::Value>(body).unwrap()["text"].as_str().unwrap().to_owned();
    played.bodies().iter().map(text).collect()
}

fn fates(world: &World) -> Vec<Fate> {
    let fate = |what: &What| match what {
        What::Settled { fate, .. } => Some(*fate),
        _ => None,
    };
    world.journal().iter().filter_map(|entry| fate(&entry.what)).collect()
}

fn remarks(world: &World) -> Vec<String> {
    let remark = |what: &What| match what {
        What::Remarked { remark } => Some(remark.clone()),
        _ => None,
    };
    world.journal().iter().filter_map(|entry| remark(&entry.what)).collect()
}

/// The attempts that a world asks for at once when a customer says these things one right after the other.
fn at_once(setup: &str, says: usize) -> usize {
    let text = format!("platform: toy\nsetup: {{delivery: {setup}}}\ncustomers: {{alice: {{}}}}\n");
    let mut played = serve(&TOY, &text, Pace::Running(1));
    let steps = format!(
        "{HEAD}steps:\n- start_chat: {{as: alice, text: x}}\n{}- expect: {{event: note}}\n",
        "- say: {as: alice, text: x}\n".repeat(says - 1)
    );
    let steps = scenario::load(&steps, &[TOY.vocabulary]).unwrap().steps.into_iter().take(says).collect();
    let effects = played.world.handle(START, Input::Play { ticket: Ticket(1), steps, from: None });
    effects.iter().filter(|effect| matches!(effect, Effect::Attempt(_))).count()
}

#[test]
fn webhooks_wait_for_those_of_their_chat_or_address_or_for_none() {
    let check = |setup: &str, expected: usize| assert_eq!(at_once(setup, 3), expected, "{setup}");
    check("{}", 1);
    check("{order: chat}", 1);
    check("{order: endpoint}", 1);
    check("{order: none}", 3);
}

#[test]
fn retries_hold_up_what_comes_after_or_do_not() {
    let check = |delivery: &str, expected: &[&str]| {
        let text = format!(
            "platform: toy\nsetup: {{delivery: {delivery}}}\ncustomers: {{alice: {{}}}}\nsteps:\n- start_chat: {{as: alice, text: one}}\n- say: {{as: alice, text: two}}\n- wait: 1h\n- expect: {{event: note}}\n"
        );
        let mut first = true;
        let played =
            play(&TOY, &text, |_| if std::mem::take(&mut first) { Reaction::status(500) } else { Reaction::ok() });
        assert_eq!(texts(&played), expected, "{delivery}");
    };
    for order in ["chat", "endpoint"] {
        check(&format!("{{order: {order}, next_after: outcome}}"), &["one", "one", "two"]);
        check(&format!("{{order: {order}, next_after: first_attempt}}"), &["one", "two", "one"]);
    }
    check("{order: none, next_after: outcome}", &["one", "two", "one"]);
}

fn sent_at(played: &Play) -> Vec<u64> {
    let entries = played.world.journal().iter().filter(|entry| matches!(entry.what, What::Sent { .. }));
    entries.map(|entry| entry.at.since(VirtualTime::OPENING).as_secs()).collect()
}

fn failing(delivery: &str, seed: u64, headers: &[(&'static str, &'static str)]) -> Play {
    let text = format!(
        "platform: toy\nseed: {seed}\nsetup: {{delivery: {delivery}}}\ncustomers: {{alice: {{}}}}\nsteps:\n- start_chat: {{as: alice, text: Hi}}\n- wait: 76h\n- expect: {{event: note, delivered: false}}\n"
    );
    let headers: HeaderMap = headers.iter().map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap())).collect();
    play(&TOY, &text, |_| Reaction {
        answer: Some(Answer { headers: headers.clone(), ..Answer::default() }),
        ..Reaction::status(503)
    })
}

#[test]
fn pauses_follow_the_table_the_receiver_and_the_seed() {
    let check = |delivery: &str, headers: &[(&'static str, &'static str)], expected: &[u64]| {
        let played = failing(delivery, 1, headers);
        assert_eq!(played.failure(), None, "{delivery}");
        assert_eq!(sent_at(&played), expected, "{delivery} {headers:?}");
    };
    // The table of the Standard Webhooks specification, up to 75 hours 35 minutes and 5 seconds.
    let table = "[5s, 5m, 30m, 2h, 5h, 10h, 14h, 20h, 24h]";
    let expected = [0, 5, 305, 2_105, 9_305, 27_305, 63_305, 113_705, 185_705, 272_105];
    check(&format!("{{retries: {table}}}"), &[], &expected);
    check("{retries: []}", &[("retry-after", "5")], &[0]);
    check("{retries: [10s, 1m]}", &[("retry-after", "30")], &[0, 10, 70]);
    check("{retries: [10s, 1m], retry_after: 1h}", &[("retry-after", "30")], &[0, 30, 90]);
    check("{retries: [10s, 1m], retry_after: 20s}", &[("retry-after", "30")], &[0, 20, 80]);
    let jittered = |seed: u64| sent_at(&failing("{retries: [1000s, 1000s], jitter: 50}", seed, &[]));
    let pauses = jittered(7);
    assert!((1_000..=1_500).contains(&pauses[1]) && (2_000..=3_000).contains(&pauses[2]), "{pauses:?}");
    assert_eq!(pauses, jittered(7));
    assert_ne!(pauses, jittered(8));
}

#[test]
fn an_address_that_is_gone_or_failed_too_often_gets_no_more() {
    let check = |delivery: &str, answers: &[u16], attempts: usize, expected: &[Fate], told: &str| {
        let text = format!(
            "platform: toy\nsetup: {{delivery: {delivery}}}\ncustomers: {{alice: {{}}}}\nsteps:\n- start_chat: {{as: alice, text: one}}\n- say: {{as: alice, text: two}}\n- say: {{as: alice, text: three}}\n- wait: 1h\n- expect: {{event: note}}\n"
        );
        let mut answers = answers.iter().copied();
        let played = play(&TOY, &text, |_| Reaction::status(answers.next().unwrap_or(200)));
        assert_eq!((played.attempts.len(), fates(&played.world)), (attempts, expected.to_vec()), "{delivery}");
        assert_eq!(remarks(&played.world).concat(), told, "{delivery}");
    };
    use Fate::{Delivered, Disabled, GivenUp};
    let gone = "${bot}/toy says that it is gone, so it gets no more webhooks";
    check("{gone: disable}", &[410], 1, &[GivenUp, Disabled, Disabled], gone);
    check("{gone: retry}", &[410], 4, &[Delivered; 3], "");
    check("{}", &[410], 4, &[Delivered; 3], "");
    let failed = "2 attempts in a row to reach ${bot}/toy failed, so it gets no more webhooks";
    check("{off_after: 2}", &[500, 500], 2, &[GivenUp, Disabled, Disabled], failed);
    check("{off_after: 2}", &[500, 200, 500], 5, &[Delivered; 3], "");
}

#[test]
fn an_address_that_somebody_sets_up_anew_gets_webhooks_again() {
    let imichat = rehearsal::platform::PLATFORMS.iter().find(|vendor| vendor.name == "imichat").unwrap();
    let text = "platform: imichat\nsetup: {virtual_agents: [{login: b, webhook: {url: \"${bot}/x\"}}], delivery: {gone: disable}}\ncustomers: {ada: {}}\nsteps:\n- start_chat: {as: ada, text: Hi}\n- say: {as: ada, text: lost}\n- subscribe: {agent: b}\n- say: {as: ada, text: found}\n- expect: {event: message.received, delivered: true}\n";
    let mut first = true;
    let played = play(imichat, text, |_| Reaction::status(if std::mem::take(&mut first) { 410 } else { 200 }));
    assert_eq!(played.failure(), None, "{}", played.journal());
    let fates = fates(&played.world);
    assert_eq!(fates.iter().filter(|fate| **fate == Fate::Delivered).count(), 1, "{fates:?}");
    assert!(fates.contains(&Fate::Disabled) && fates.contains(&Fate::GivenUp), "{fates:?}");
}

#[test]
fn the_journal_keeps_what_was_asked_and_answered_without_secrets() {
    let text = format!("{HEAD}steps:\n- start_chat: {{as: alice, text: Hi}}\n- expect: {{event: note}}\n");
    let headers = [("content-type", "text/plain"), ("set-cookie", "a=b"), ("x-echo", "toy-key"), ("date", "now")];
    let answer = Answer {
        headers: headers.iter().map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap())).collect(),
        body: "you sent toy-key and whsec_dG95".into(),
        cut: true,
    };
    let played = play(&TOY, &text, |_| Reaction { answer: Some(answer.clone()), ..Reaction::ok() });
    let journal = played.journal();
    let sent = r#""kind":"sent","delivery":1,"attempt":1,"headers":["content-type: application/json","user-agent: rehearsal/0.1.0","x-toy: ***"]}"#;
    assert!(journal.contains(sent), "{journal}");
    let answered = r#""outcome":{"status":200},"answer":{"headers":["content-type: text/plain","set-cookie: ***","x-echo: ***"],"body":"you sent ******* and **********","cut":true}}"#;
    assert!(journal.contains(answered), "{journal}");
    let signed = played.world.journal().iter().find_map(|entry| match &entry.what {
        What::Sent { wall_headers, .. } => Some(wall_headers.lines().map(str::to_owned).collect::<Vec<_>>()),
        _ => None,
    });
    let signed = signed.unwrap();
    assert!(signed[0].starts_with("webhook-id: msg_") && signed[2].starts_with("webhook-signature: v1,"), "{signed:?}");
}

/// A world whose queue takes so many webhooks, and steps for it.
fn narrow(webhooks: usize, bytes: usize, pace: Pace, steps: &str) -> World {
    let text = format!("{HEAD}steps:\n{steps}- expect: {{event: note}}\n");
    let scenario = scenario::load(&text, &[TOY.vocabulary]).unwrap();
    let opening = Opening {
        pace,
        queue: QueueBounds { webhooks, bytes },
        ..Opening::play(&scenario, "test", Seed(1), Identities::WellKnown)
    };
    World::open(&TOY, opening, START).unwrap()
}

const FIVE: &str = "- start_chat: {as: alice, text: x}\n- say: {as: alice, text: x}\n- say: {as: alice, text: x}\n- say: {as: alice, text: x}\n- say: {as: alice, text: x}\n";

fn queued(world: &World) -> usize {
    world.journal().iter().filter(|entry| matches!(entry.what, What::Queued { .. })).count()
}

#[test]
fn acts_wait_for_room_and_nothing_is_lost() {
    for (webhooks, bytes) in [(2, usize::MAX), (usize::MAX, 30)] {
        let mut world = narrow(webhooks, bytes, Pace::Running(1), FIVE);
        let mut due: Vec<_> = world.handle(START, Input::Begin);
        assert_eq!(queued(&world), 2, "{webhooks} {bytes}");
        assert!(!world.has_room());
        let mut most = 0;
        while let Some(effect) = due.pop() {
            let Effect::Attempt(attempt) = effect else { continue };
            let (delivery, attempt) = (attempt.delivery, attempt.attempt);
            let settled = fates(&world).len();
            most = most.max(queued(&world) - settled);
            due.extend(
                world.handle(START, Input::Attempted { delivery, attempt, ending: Outcome::Status(200).into() }),
            );
        }
        assert_eq!((queued(&world), most, fates(&world)), (5, 2, vec![Fate::Delivered; 5]));
        let told = remarks(&world);
        assert!(told[0].starts_with("as many webhooks are unsettled as are kept"), "{told:?}");
        assert!(world.has_room());
    }
}

#[test]
fn on_a_stepped_clock_time_passes_until_there_is_room() {
    // The last one is awaited, too.
    let mut world = narrow(1, usize::MAX, Pace::Stepped, &format!("{FIVE}- wait: 5m\n"));
    let mut due = world.handle(START, Input::Begin);
    let mut attempts = 0;
    let mut finished = false;
    while let Some(effect) = due.pop() {
        match effect {
            Effect::Attempt(attempt) => {
                attempts += 1;
                let (delivery, attempt) = (attempt.delivery, attempt.attempt);
                let ending = Outcome::Status(if attempt < 3 { 500 } else { 200 }).into();
                due.extend(world.handle(START, Input::Attempted { delivery, attempt, ending }));
            }
            Effect::Finished => finished = true,
            _ => {}
        }
    }
    assert!(finished, "the scenario ends");
    assert_eq!((attempts, fates(&world)), (15, vec![Fate::Delivered; 5]));
    let last = world.journal().iter().last().unwrap().at.since(VirtualTime::OPENING);
    assert!(last >= VirtualSpan::from_secs(5 * 70), "{last}");
}

#[test]
fn a_bot_that_answers_itself_for_ever_is_told_and_slowed_where_the_clock_runs() {
    let texter = rehearsal::platform::PLATFORMS.iter().find(|vendor| vendor.name == "texter").unwrap();
    let text =
        "platform: texter\nsetup: {subscriptions: [{event: newMessage, url: \"${bot}/x\"}]}\ncustomers: {ada: {}}\n";
    let mut world = serve(texter, text, Pace::Running(1)).world;
    let steps = format!("{text}steps:\n- start_chat: {{as: ada, text: Hi}}\n- expect: {{event: newMessage}}\n");
    let steps = scenario::load(&steps, &[texter.vocabulary]).unwrap().steps.into_iter().take(1).collect();
    let mut due = world.handle(START, Input::Play { ticket: Ticket(1), steps, from: None });
    let mut calls = 0;
    while let Some(effect) = due.pop() {
        let Effect::Attempt(attempt) = effect else { continue };
        let body: serde_json::Value = serde_json::from_slice(&attempt.body).unwrap();
        let chat = body["eventData"]["message"]["parent_chat"].as_str().unwrap().to_owned();
        let (delivery, attempt) = (attempt.delivery, attempt.attempt);
        due.extend(world.handle(START, Input::Attempted { delivery, attempt, ending: Outcome::Status(200).into() }));
        if world.has_room() {
            calls += 1;
            let path = format!("/server/api/v2/messages/send/{chat}");
            let headers = [("authorization", "Bearer texter-token"), ("content-type", "application/json")];
            due.extend(world.handle(START, Input::Call(post(&path, &headers, r#"{"type": "text", "text": "Again"}"#))));
        }
    }
    assert!((200..=251).contains(&calls), "{calls} calls before the first had to wait");
    let told = remarks(&world);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("about the chat ada") && told[0].contains("does the bot answer its own messages?"));
    // The second is over, and calls are taken again.
    world.handle(START + WallLimit::from_secs(1), Input::Begin);
    assert!(world.has_room());
}

#[test]
fn a_call_that_is_turned_away_is_in_the_journal() {
    let mut world = narrow(1, usize::MAX, Pace::Running(1), FIVE);
    world.handle(START, Input::Begin);
    let call = post("/toy/bob/answer", &[("x-key", "toy-key")], "re");
    let reply = rehearsal::platform::route::Reply::json(503, None, &serde_json::json!({"error": "full"}));
    let effects = world.handle(START, Input::TurnedAway { call, reply });
    assert!(matches!(&effects[..], [Effect::Reply(treated)] if treated.reply.status == 503), "{effects:?}");
    let line = rehearsal::journal::lines::lines(world.journal(), rehearsal::journal::lines::Wall::Masked);
    let last = line.lines().next_back().unwrap();
    assert!(last.contains(r#""path":"/toy/bob/answer""#) && last.contains(r#""status":503"#), "{last}");
}

#[test]
fn what_is_on_its_way_at_the_end_is_answered_or_given_up_and_the_rest_is_told() {
    use Fate::{Delivered, GivenUp, Stopped};
    let check = |status: Option<u16>, expected: &[Fate]| {
        let mut world = narrow(10, usize::MAX, Pace::Running(1), FIVE);
        world.handle(START, Input::Begin);
        assert!(!world.handle(START, Input::Stop).iter().any(|effect| matches!(effect, Effect::Attempt(_))));
        assert!(!world.is_quiet());
        if let Some(status) = status {
            let (delivery, ending) = (rehearsal::base::id::DeliveryId(1), Outcome::Status(status).into());
            let effects = world.handle(START, Input::Attempted { delivery, attempt: 1, ending });
            assert!(!effects.iter().any(|effect| matches!(effect, Effect::Attempt(_))));
            assert!(world.is_quiet());
        }
        world.handle(START, Input::Abandon);
        assert_eq!(fates(&world), expected, "{status:?}");
        assert!(world.is_quiet());
        // What is still said causes no more attempts, and is told.
        let steps = format!("{HEAD}steps:\n- start_chat: {{as: bob, text: x}}\n- expect: {{event: note}}\n");
        let steps = scenario::load(&steps, &[TOY.vocabulary]).unwrap().steps.into_iter().take(1).collect();
        world.handle(START, Input::Play { ticket: Ticket(1), steps, from: None });
        assert_eq!((queued(&world), fates(&world).len()), (6, 6));
    };
    check(Some(200), &[Stopped, Stopped, Stopped, Stopped, Delivered]);
    check(Some(500), &[Stopped, Stopped, Stopped, Stopped, GivenUp]);
    check(None, &[Stopped, Stopped, Stopped, Stopped, GivenUp]);
}
