//! How many chats somebody is given, and who gets the next one.

use serde_json::{Value, json};

use super::message;
use crate::platform::imichat::stage::Stage;

/// A bot that may hold two chats, and a person who may hold one.
fn limited() -> Stage {
    Stage::open(json!({
        "teams": [{"id": 672, "name": "Team BOT"}, {"id": 673, "name": "People"}],
        "virtual_agents": [{"login": "bot", "max_chats": 2, "webhook": {"url": "${bot}"}}],
        "agents": [{"login": "noa", "max_chats": 1, "team": 673}],
        "routing": [{"when": {"text": "human"}, "to": {"assignee": "noa"}}],
    }))
}

/// Starts chats, and gives their ids.
fn start(stage: &mut Stage, count: usize) -> Vec<String> {
    (0..count).map(|_| stage.create("livechat", &json!({}))["chat_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn whoever_holds_as_many_chats_as_they_may_is_passed_over() {
    let mut stage = limited();
    let chats = start(&mut stage, 3);
    assert_eq!(stage.whereabouts(&chats[0]), "picked bot 672");
    assert_eq!(stage.whereabouts(&chats[1]), "picked bot 672");
    assert_eq!(stage.whereabouts(&chats[2]), "queued  672");
    let human = || json!({"messages": message("inbound", "human")});
    assert_eq!(stage.create("livechat", &human())["assignee"], "noa");
    assert_eq!(stage.create("livechat", &human())["assignee"], "", "both noa and the bot have enough to do");
    // The limit is to what is given by itself: a supervisor may give more, and so may a caller.
    stage.patch(&chats[2], &json!({"assignee": "noa"}));
    assert_eq!(stage.create("livechat", &json!({"assignee": "bot"}))["assignee"], "bot");
}

#[test]
fn whoever_is_not_at_work_is_passed_over() {
    for (state, expected) in [
        (json!({}), "noa"),
        (json!({"accepting_chats": false}), ""),
        (json!({"logged_in": false}), ""),
        (json!({"status": "inactive"}), ""),
    ] {
        let mut agent = json!({"login": "noa"});
        agent.as_object_mut().unwrap().extend(state.as_object().unwrap().clone());
        let mut stage = Stage::open(json!({"agents": [agent], "routing": [{"to": {"assignee": "noa"}}]}));
        assert_eq!(stage.create("livechat", &json!({}))["assignee"], expected, "{state}");
        assert_eq!(stage.create("livechat", &json!({"assignee": "noa"}))["assignee"], "noa", "whoever names her can");
    }
}

#[test]
fn a_chat_that_was_put_into_the_queue_does_not_come_back() {
    let mut stage = limited();
    let chats = start(&mut stage, 2);
    stage.patch(&chats[0], &json!({"status": "queued"}));
    stage.patch(&chats[1], &json!({"status": "closed"}));
    assert_eq!(stage.whereabouts(&chats[0]), "queued  672");
}

#[test]
fn a_chat_that_several_could_take_goes_to_nobody_for_the_sake_of_room() {
    let mut stage = Stage::open(json!({
        "virtual_agents": [
            {"login": "a", "max_chats": 1, "webhook": {"url": "${bot}"}}, {"login": "b", "webhook": {"url": "${bot}"}},
        ],
    }));
    let own = stage.create("livechat", &json!({"assignee": "a"}));
    let first = stage.create("livechat", &json!({}));
    assert_eq!(first["assignee"], "b", "a has no room");
    stage.patch(own["chat_id"].as_str().unwrap(), &json!({"status": "closed"}));
    let waiting = stage.create("livechat", &json!({}))["chat_id"].as_str().unwrap().to_owned();
    assert_eq!(stage.whereabouts(&waiting), "queued  672", "both could take it");
    let more = stage.create("livechat", &json!({"assignee": "a"}));
    stage.patch(more["chat_id"].as_str().unwrap(), &json!({"status": "closed"}));
    assert_eq!(stage.whereabouts(&waiting), "queued  672");
}

#[test]
fn a_held_chat_counts_and_a_closed_one_does_not() {
    let mut stage = limited();
    let chats = start(&mut stage, 2);
    stage.patch(&chats[0], &json!({"status": "onhold"}));
    assert_eq!(stage.create("livechat", &json!({}))["assignee"], "");
    let mut stage = limited();
    let chats = start(&mut stage, 2);
    stage.patch(&chats[0], &json!({"status": "closed"}));
    assert_eq!(stage.create("livechat", &json!({}))["assignee"], "bot");
}

#[test]
fn when_a_chat_ends_or_leaves_the_oldest_that_waits_takes_its_place() {
    let check = |deed: fn(&mut Stage, &str)| {
        let mut stage = limited();
        let chats = start(&mut stage, 4);
        // The customer of the younger one is impatient, which makes the chat no older.
        stage.append(&chats[3], &message("inbound", "Hello?"));
        stage.append(&chats[2], &message("inbound", "Hi"));
        stage.assigned();
        deed(&mut stage, &chats[1]);
        let assigned: Vec<_> = stage.assigned().into_iter().filter(|(_, to)| to == "bot").collect();
        assert_eq!(assigned, [(chats[2].clone(), "bot".to_owned())]);
        assert_eq!(stage.last_event()["event_type"], "chat.assigned");
        assert_eq!(stage.last_event()["payload"]["messages"][0]["text"], "Hi");
        assert_eq!(stage.whereabouts(&chats[3]), "queued  672");
    };
    check(|stage, chat| stage.patch(chat, &json!({"status": "closed"})));
    check(|stage, chat| stage.patch(chat, &json!({"status": "queued"})));
    check(|stage, chat| stage.patch(chat, &json!({"assignee": "noa"})));
    check(|stage, chat| {
        let path = format!("/v3.1/internal/chats/{chat}");
        stage.call(http::Method::PATCH, &path, &json!({"transfer": {"teamid": 673}}));
    });
}

#[test]
fn nobody_gets_a_chat_by_itself_that_would_not_have_come_by_itself() {
    let check = |change: fn(&mut Value), expected: &str| {
        let mut setup = json!({
            "teams": [{"id": 672, "name": "Team BOT", "skills": ["Gold"]}],
            "virtual_agents": [{"login": "bot", "max_chats": 1, "webhook": {"url": "${bot}"}}],
        });
        change(&mut setup);
        let mut stage = Stage::open(setup);
        let mut create = |more: Value| stage.create("livechat", &more)["chat_id"].as_str().unwrap().to_owned();
        let (held, waiting) = (create(json!({"assignee": "bot"})), create(json!({})));
        let skilled = json!({"transfer": {"teamid": 672, "skill_name": "Gold"}});
        stage.call(http::Method::PATCH, &format!("/v3.1/internal/chats/{waiting}"), &skilled);
        stage.patch(&held, &json!({"status": "closed"}));
        assert_eq!(stage.whereabouts(&waiting), expected);
    };
    check(|setup| setup["virtual_agents"][0]["skills"] = json!(["Gold"]), "picked bot 672");
    check(|_| {}, "queued  672");
    check(
        |setup| {
            setup["virtual_agents"][0]["skills"] = json!(["Gold"]);
            setup["teams"][0]["auto_assign"] = json!(false);
        },
        "queued  672",
    );
}

#[test]
fn of_two_virtual_agents_the_one_with_room_takes_the_chat() {
    let bot = |login: &str| json!({"login": login, "max_chats": 1, "webhook": {"url": "${bot}"}});
    let mut stage = Stage::open(json!({"virtual_agents": [bot("a"), bot("b")]}));
    assert_eq!(stage.create("livechat", &json!({}))["assignee"], "", "nothing says which of the two");
    stage.create("livechat", &json!({"assignee": "a"}));
    assert_eq!(stage.create("livechat", &json!({}))["assignee"], "b");
}
