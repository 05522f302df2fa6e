//! imi.chat on a clock, from the tenant to the bot and back: retries, order, webhooks that go off, chats left alone.

use rehearsal::base::time::{VirtualSpan, VirtualTime};
use rehearsal::journal::entry::{Change, What};
use rehearsal::platform::Vendor;
use rehearsal::platform::imichat::Imichat;
use serde_json::Value;

use crate::support::stagehand::{Play, Reaction, play};

const IMICHAT: Vendor = Vendor::of::<Imichat>();

/// A scenario whose steps are to be appended.
fn scenario(delivery: &str, steps: &[&str]) -> String {
    let steps: String = steps.iter().map(|step| format!("- {step}\n")).collect();
    format!(
        "platform: imichat\nsetup:\n  delivery: {{{delivery}}}\n  virtual_agents:\n  - {{login: b, webhook: {{url: \"${{bot}}/x\", headers: {{k: v}}}}}}\ncustomers: {{ada: {{}}, bob: {{}}}}\nsteps:\n{steps}- expect_none: {{call: {{}}}}\n"
    )
}

/// When attempts were made, what they were about, and which text they carried.
fn attempts(played: &Play) -> Vec<(VirtualSpan, String)> {
    let entries = played.world.journal().iter();
    let sent = entries.filter(|entry| matches!(entry.what, What::Sent { .. }));
    let texts = played.bodies().into_iter().map(|body| {
        let body: Value = serde_json::from_str(&body).unwrap();
        body["payload"]["messages"][0]["text"].as_str().unwrap_or_default().to_owned()
    });
    sent.map(|entry| entry.at.since(VirtualTime::OPENING)).zip(texts).collect()
}

#[test]
fn retries_are_the_same_bytes_a_minute_apart_three_times_and_then_no_more() {
    let played =
        play(&IMICHAT, &scenario("", &["start_chat: {as: ada, text: Hi}", "wait: 1h"]), |_| Reaction::status(204));
    assert_eq!(played.failure(), None);
    let minutes: Vec<VirtualSpan> = attempts(&played).into_iter().map(|(at, _)| at).collect();
    assert_eq!(minutes, [0, 1, 2, 3].map(VirtualSpan::from_mins));
    let first = &played.attempts[0];
    for retry in &played.attempts[1..] {
        assert_eq!((&retry.body, &retry.headers, &retry.url), (&first.body, &first.headers, &first.url));
    }
    let body: Value = serde_json::from_slice(&first.body).unwrap();
    assert_eq!(body["posted_on"], "2026-01-05T09:00:00Z");
    assert_eq!(body["transaction_id"].as_str().map(str::len), Some(32));
}

#[test]
fn a_chat_waits_for_the_outcome_of_its_last_webhook_and_no_other_chat_does() {
    let steps = [
        "start_chat: {as: ada, text: first}",
        "say: {as: ada, text: second}",
        "start_chat: {as: bob, text: other}",
        "wait: 1h",
    ];
    let mut failed = 0;
    let played = play(&IMICHAT, &scenario("retries: [10s, 20s]", &steps), |attempt| {
        let first = String::from_utf8_lossy(&attempt.body).contains("first");
        failed += usize::from(first);
        if first && failed < 3 { Reaction::status(500) } else { Reaction::ok() }
    });
    assert_eq!(played.failure(), None);
    let expected = [(0, "first"), (2, "other"), (10, "first"), (30, "first"), (30, "second")];
    let expected = expected.map(|(at, text)| (VirtualSpan::from_secs(at), text.to_owned()));
    assert_eq!(attempts(&played), expected);
}

#[test]
fn a_webhook_that_fails_too_often_in_a_row_gets_no_more_until_it_is_switched_on() {
    let say = |text: &str| format!("say: {{as: ada, text: {text}}}");
    let (one, two, three, four) = (say("one"), say("two"), say("three"), say("four"));
    let off = "expect: {violation: {text: \"3 attempts in a row to reach b failed, so its webhook is switched off\"}}";
    let on = "subscribe: {agent: b}";
    let steps = ["start_chat: {as: ada, text: zero}", &one, "wait: 1m", off, &two, "wait: 1m", &three, on, &four];
    // Two attempts fail, one does not, and from then on all fail: only three in a row count.
    let mut answers = [500, 500, 200].into_iter();
    let played = play(&IMICHAT, &scenario("retries: [10s, 10s], off_after: 3", &steps), |_| {
        Reaction::status(answers.next().unwrap_or(500))
    });
    assert_eq!(played.failure(), None);
    let texts: Vec<String> = attempts(&played).into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, ["zero", "zero", "zero", "one", "one", "one", "four"], "{}", played.journal());
}

#[test]
fn what_was_on_its_way_when_a_webhook_went_off_is_tried_to_the_end() {
    let steps =
        ["start_chat: {as: ada, text: one}", "say: {as: ada, text: two}", "wait: 1h", "say: {as: ada, text: three}"];
    let played = play(&IMICHAT, &scenario("retries: [10s], off_after: 1", &steps), |_| Reaction::status(500));
    assert_eq!(played.failure(), None);
    let texts: Vec<String> = attempts(&played).into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, ["one", "one"], "the second was said after the first attempt had failed");
    let violations = played.world.journal().iter().filter(|entry| matches!(entry.what, What::Violated { .. }));
    assert_eq!(violations.count(), 1);
}

#[test]
fn a_forged_webhook_that_is_refused_does_not_count() {
    let steps = [
        "fault: {on: {event: chat.assigned}, do: {tamper: secret}}",
        "start_chat: {as: ada, text: one}",
        "say: {as: ada, text: two}",
    ];
    let text = scenario("retries: [], off_after: 1", &steps);
    let played = play(&IMICHAT, &text, |attempt| {
        let forged = attempt.headers.iter().any(|(name, value)| name == "k" && value != "v");
        Reaction::status(if forged { 401 } else { 200 })
    });
    assert_eq!(played.failure(), None);
    assert_eq!(attempts(&played).len(), 2, "{}", played.journal());
}

#[test]
fn a_corrected_webhook_goes_to_the_new_address_with_the_events_that_are_named() {
    let steps = [
        "start_chat: {as: ada, text: one}",
        "subscribe: {agent: b, url: \"${bot}/y\", events: [chat.closed]}",
        "say: {as: ada, text: two}",
        "close: {by: system}",
    ];
    let played = play(&IMICHAT, &scenario("", &steps), |_| Reaction::ok());
    let urls: Vec<&str> = played.attempts.iter().map(|attempt| &*attempt.url).collect();
    assert_eq!(urls, ["${bot}/x", "${bot}/y"]);
    let keys = played.attempts.iter().map(|attempt| attempt.headers.iter().any(|(name, _)| name == "k"));
    assert_eq!(keys.collect::<Vec<_>>(), [true, true], "headers stay as they were");
    let last: Value = serde_json::from_slice(&played.attempts[1].body).unwrap();
    assert_eq!(last["event_type"], "chat.closed");
}

#[test]
fn a_chat_that_is_left_alone_goes_back_within_a_wait_and_not_before() {
    let moved_at = |wait: &str| {
        let text = format!(
            "platform: imichat\nsetup: {{agents: [{{login: noa}}], release_idle: {{after: 10m}}}}\ncustomers: {{ada: {{}}}}\nsteps:\n- start_chat: {{as: ada, text: Hi}}\n- assign: {{to: noa}}\n- wait: {wait}\n- expect_none: {{call: {{}}}}\n"
        );
        let played = play(&IMICHAT, &text, |_| Reaction::ok());
        assert_eq!(played.failure(), None);
        let mut changes = played.world.journal().iter().filter_map(|entry| match &entry.what {
            What::Changed { change, .. } => Some((change.clone(), entry.at.since(VirtualTime::OPENING))),
            _ => None,
        });
        let assigned =
            changes.find(|(change, _)| matches!(change, Change::Assigned { .. })).expect("it was assigned").1;
        let queued = changes.find(|(change, _)| *change == Change::Queued);
        queued.map(|(_, at)| (at.to_string(), assigned.to_string()))
    };
    assert_eq!(moved_at("9m"), None);
    let expected = Some(("10m1s".to_owned(), "1s".to_owned()));
    assert_eq!(moved_at("10m"), expected);
    assert_eq!(moved_at("5h"), expected);
}
