//! Chats that go back to the queue, played with a clock that fires timers as the engine does.

use serde_json::{Value, json};

use super::message;
use crate::base::time::VirtualSpan;
use crate::platform::imichat::stage::Stage;

const MINUTE: VirtualSpan = VirtualSpan::from_mins(1);

/// A tenant that moves chats after ten minutes.
fn tenant(virtual_agents: bool) -> Stage {
    Stage::open(json!({
        "teams": [{"id": 672, "name": "Team BOT"}, {"id": 673, "name": "People"}],
        "virtual_agents": [{"login": "bot", "webhook": {"url": "${bot}"}}],
        "agents": [{"login": "noa", "team": 673}, {"login": "dan", "team": 673}],
        "release_idle": {"after": "10m", "virtual_agents": virtual_agents},
    }))
}

/// Plays what happens to a chat, each at its minute, and tells in which minutes the chat went back.
fn moved_back(stage: &mut Stage, deeds: &[(u64, Value)], until: u64) -> Vec<u64> {
    let start = stage.now;
    let mut found = Vec::new();
    for minute in 0..=until {
        stage.pass_to(start + VirtualSpan::from_mins(minute));
        for (_, act) in deeds.iter().filter(|(at, _)| *at == minute) {
            stage.act(act.clone()).unwrap();
        }
        stage.told();
        // Acts take a second, so what they lead to falls into the minute, not on its first instant.
        stage.pass_to(start + VirtualSpan::from_secs(60 * minute + 59));
        found.extend(stage.told().iter().filter(|told| *told == "system queued").map(|_| minute));
    }
    found
}

#[test]
fn a_chat_goes_back_when_its_owner_is_silent_for_too_long() {
    let start = || json!({"start_chat": {"as": "ada"}});
    let assign = |to: &str| json!({"assign": {"to": to}});
    let say = |who: &str| json!({"say": {"as": who, "text": "x"}});
    let check = |deeds: &[(u64, Value)], expected: &[u64]| {
        let mut stage = tenant(false);
        let all: Vec<(u64, Value)> = [(0, start())].into_iter().chain(deeds.iter().cloned()).collect();
        assert_eq!(moved_back(&mut stage, &all, 60), expected, "{deeds:?}");
    };
    // The bot, whose chat it is first, is left in peace.
    check(&[], &[]);
    check(&[(1, assign("noa"))], &[11]);
    // Only the owner's words count, and each time anew.
    check(&[(1, assign("noa")), (5, say("noa")), (9, say("noa"))], &[19]);
    check(&[(1, assign("noa")), (5, say("ada")), (6, say("dan"))], &[11]);
    // An owner who is given the chat once more has not done anything; another one has time of their own.
    check(&[(1, assign("noa")), (5, assign("noa"))], &[11]);
    check(&[(1, assign("noa")), (5, assign("dan"))], &[15]);
    check(&[(1, assign("noa")), (5, assign("bot"))], &[]);
    check(&[(1, assign("noa")), (5, assign("bot")), (6, assign("noa"))], &[16]);
    // A chat on hold rests; time begins anew when it goes on.
    check(&[(1, assign("noa")), (5, json!({"hold": {}}))], &[]);
    check(&[(1, assign("noa")), (5, json!({"hold": {}})), (20, json!({"resume": {}}))], &[30]);
    // What has left its owner by other ways is not moved again.
    check(&[(1, assign("noa")), (5, json!({"close": {"by": "noa"}}))], &[]);
    check(&[(1, assign("noa")), (5, json!({"transfer": {"to": "672"}}))], &[]);
    // Whoever gets it afterwards has the same time.
    check(&[(1, assign("noa")), (20, assign("dan"))], &[11, 30]);
}

#[test]
fn a_silent_virtual_agent_loses_its_chats_only_where_that_is_wanted() {
    let check = |virtual_agents: bool, expected: &[u64]| {
        let mut stage = tenant(virtual_agents);
        let start = json!({"start_chat": {"as": "ada", "text": "Hi"}});
        assert_eq!(moved_back(&mut stage, &[(0, start)], 30), expected);
        let id = stage.desk.chat("ada").unwrap().to_owned();
        let expected = if virtual_agents { "queued  672" } else { "picked bot 672" };
        assert_eq!(stage.whereabouts(&id), expected, "and it is not given back to the bot at once");
    };
    check(false, &[]);
    check(true, &[10]);
}

#[test]
fn what_a_bot_answers_through_the_api_counts_as_its_words() {
    let mut stage = tenant(true);
    let id = stage.start("livechat");
    let start = stage.now;
    stage.pass_to(start + VirtualSpan::from_mins(9));
    stage.append(&id, &message("outbound", "Hello"));
    stage.pass_to(start + VirtualSpan::from_mins(18));
    assert_eq!(stage.whereabouts(&id), "picked bot 672");
    stage.pass_to(stage.now + MINUTE);
    assert_eq!(stage.whereabouts(&id), "queued  672");
}

#[test]
fn a_limited_bot_that_loses_a_chat_gets_the_next() {
    let mut stage = Stage::open(json!({
        "virtual_agents": [{"login": "bot", "max_chats": 1, "webhook": {"url": "${bot}"}}],
        "release_idle": {"after": "10m", "virtual_agents": true},
    }));
    let ids = ["first", "second"].map(|alias| stage.create("livechat", &json!({"alias_id": alias})));
    let ids = ids.map(|shown| shown["chat_id"].as_str().unwrap().to_owned());
    let start = stage.now;
    stage.pass_to(start + VirtualSpan::from_mins(10));
    assert_eq!(ids.each_ref().map(|id| stage.whereabouts(id)), ["queued  672", "picked bot 672"]);
    stage.pass_to(start + VirtualSpan::from_mins(20));
    assert_eq!(ids.each_ref().map(|id| stage.whereabouts(id)), ["queued  672", "queued  672"]);
    // Neither waits for room: both were put into the queue because their owner was silent.
}

#[test]
fn without_the_setting_no_timer_is_ever_set() {
    let mut stage = Stage::with_bot();
    stage.start("livechat");
    stage.act(json!({"assign": {"to": "noa"}})).unwrap();
    stage.act(json!({"say": {"as": "noa", "text": "x"}})).unwrap();
    assert!(stage.desk.wakes.is_empty());
}
