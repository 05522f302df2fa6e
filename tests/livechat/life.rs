//! Which webhooks go out in which order, and who gets a chat.

use serde_json::{Value, json};

use super::stage::{ADA, BOT, Stage, usual};

#[test]
fn a_chat_lives_as_the_vendor_tells() {
    let mut stage = Stage::open(usual());
    let chat = stage.start();
    assert_eq!(stage.heard(), ["incoming_chat"]);
    let thread = stage.thread(&chat);
    stage.call("send_event", &json!({"chat_id": chat, "event": {"type": "message", "text": "Hello"}}));
    assert_eq!(stage.heard(), ["incoming_event"]);
    stage.act(&json!({"say": {"as": "ada", "text": "A human, please"}})).unwrap();
    assert_eq!(stage.heard(), ["incoming_event"]);
    let tag = json!({"chat_id": chat, "thread_id": thread, "tag": "vip"});
    stage.call("tag_thread", &tag);
    stage.call("tag_thread", &tag);
    assert_eq!(stage.heard(), ["thread_tagged"], "a tag is put on once");
    stage.call("untag_thread", &tag);
    stage.call("untag_thread", &tag);
    assert_eq!(stage.heard(), ["thread_untagged"]);
    stage.call("transfer_chat", &json!({"id": chat, "target": {"type": "group", "ids": [7]}}));
    let transfer = [
        "chat_access_updated",
        "sys chat_transferred",
        "chat_transferred",
        "user_removed_from_chat",
        "user_added_to_chat",
    ];
    assert_eq!(stage.heard(), transfer);
    stage.act(&json!({"say": {"as": "mia@example.com", "text": "Good morning"}})).unwrap();
    stage.act(&json!({"tag": {"add": ["angry"]}})).unwrap();
    assert_eq!(stage.heard(), ["incoming_event", "thread_tagged"]);
    stage.act(&json!({"close": {"by": "mia@example.com"}})).unwrap();
    assert_eq!(stage.heard(), ["sys manual_archived_agent", "chat_deactivated"]);
    stage.act(&json!({"start_chat": {"as": "ada", "text": "Me again"}})).unwrap();
    let again: Value = serde_json::from_slice(&stage.webhooks()[0].body).unwrap();
    assert_eq!(again["payload"]["chat"]["id"], chat.as_str());
    assert_eq!(again["payload"]["chat"]["thread"]["previous_thread_id"], thread.as_str());
    let newer = again["payload"]["chat"]["thread"]["id"].as_str().unwrap();
    assert!(newer > thread.as_str() && newer.len() == 10, "newer ids sort later");
    let (_, document) = stage.call("get_chat", &json!({"chat_id": chat, "thread_id": thread}));
    assert_eq!(document["thread"]["next_thread_id"], newer);
}

#[test]
fn a_chat_ends_in_different_ways() {
    let check = |act: Value, expected: [&str; 2], user: Value| {
        let mut stage = Stage::open(usual());
        stage.start();
        stage.webhooks();
        stage.act(&act).unwrap();
        let body: Value = serde_json::from_slice(&stage.desk.outgoing[1].body).unwrap();
        assert_eq!(body["payload"]["user_id"], user, "{act}");
        assert_eq!(stage.heard(), expected, "{act}");
    };
    check(json!({"close": {"by": "ada"}}), ["sys manual_archived_customer", "chat_deactivated"], json!(ADA));
    check(
        json!({"close": {"by": "tom@example.com"}}),
        ["sys manual_archived_agent", "chat_deactivated"],
        json!("tom@example.com"),
    );
    check(json!({"close": {"by": "system"}}), ["sys system_archived", "chat_deactivated"], Value::Null);
    check(json!({"leave": {"as": "ada"}}), ["sys archived_customer_disconnected", "chat_deactivated"], Value::Null);
}

#[test]
fn silence_closes_a_chat_and_words_keep_it_open() {
    let mut stage = Stage::open(usual());
    let chat = stage.start();
    stage.wait(29 * 60);
    stage.act(&json!({"say": {"as": "ada", "text": "Still here"}})).unwrap();
    stage.webhooks();
    stage.wait(29 * 60);
    assert!(stage.heard().is_empty());
    stage.wait(60);
    assert_eq!(stage.heard(), ["sys routing.archived_inactive", "chat_deactivated"]);
    stage.wait(2 * 60 * 60);
    assert!(stage.heard().is_empty(), "once");
    assert_eq!(stage.call("deactivate_chat", &json!({"id": chat})).0, 422);
    let mut setup = usual();
    setup["archive_after"] = json!("5m");
    let mut stage = Stage::open(setup);
    stage.start();
    stage.act(&json!({"transfer": {"to": "Support"}})).unwrap();
    stage.webhooks();
    stage.wait(5 * 60);
    assert_eq!(stage.heard(), ["sys routing.archived_inactive", "chat_deactivated"], "also if a human has it");
}

/// The agents in the latest chat of ada's.
fn agents(stage: &mut Stage) -> Vec<String> {
    let chat = stage.desk.chat("ada").expect("a chat").to_owned();
    let (_, document) = stage.call_as("dal:mia", "get_chat", &json!({"chat_id": chat}));
    let users = document["users"].as_array().cloned().unwrap_or_default();
    let here = users.iter().filter(|user| user["type"] == "agent" && user["present"] == true);
    here.map(|user| user["id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn bots_are_asked_before_people() {
    let check = |bots: Value, act: Value, expected: &[&str]| {
        let mut setup = usual();
        setup["bots"] = bots;
        let mut stage = Stage::open(setup);
        stage.act(&act).unwrap();
        assert_eq!(agents(&mut stage), expected);
    };
    let start = || json!({"start_chat": {"as": "ada"}});
    let hooks = json!({"url": "${bot}", "actions": ["incoming_chat"]});
    check(json!([]), start(), &["mia@example.com"]);
    check(json!([{"id": "b"}]), start(), &["b"]);
    check(json!([{"id": "b"}, {"id": "c", "webhooks": hooks}]), start(), &["c"]);
    check(
        json!([{"id": "b", "groups": [9]}]),
        json!({"start_chat": {"as": "ada", "to": "Support"}}),
        &["mia@example.com"],
    );
    check(json!([{"id": "b", "groups": [7]}]), json!({"start_chat": {"as": "ada", "to": "7"}}), &["b"]);
    check(json!([{"id": "b", "max_chats": 0}]), start(), &["mia@example.com"]);
}

#[test]
fn a_bot_hands_over_to_people() {
    let check = |target: Value, expected: &[&str]| {
        let mut setup = usual();
        setup["bots"].as_array_mut().unwrap().push(json!({"name": "Another bot"}));
        let mut stage = Stage::open(setup);
        let chat = stage.start();
        assert_eq!(agents(&mut stage), [BOT]);
        let body = json!({"id": chat, "target": target, "ignore_agents_availability": true});
        assert_eq!(stage.call("transfer_chat", &body).0, 200);
        assert_eq!(agents(&mut stage), expected);
    };
    check(json!({"type": "group", "ids": [0]}), &["mia@example.com"]);
    check(json!({"type": "group", "ids": [7, 9]}), &["mia@example.com"]);
    check(Value::Null, &["mia@example.com"]);
    check(json!({"type": "agent", "ids": ["tom@example.com"]}), &["tom@example.com"]);
}

#[test]
fn a_chat_waits_until_somebody_is_free() {
    let mut setup = usual();
    setup["agents"] = json!([{"id": "mia@example.com", "max_chats": 1, "token": "dal:mia"}]);
    let mut stage = Stage::open(setup);
    let chat = stage.start();
    stage.act(&json!({"transfer": {"to": "mia@example.com"}})).unwrap();
    stage.act(&json!({"start_chat": {"as": "bob"}})).unwrap();
    let other = stage.desk.chat("bob").unwrap().to_owned();
    let to_all = json!({"id": other, "target": {"type": "group", "ids": [0]}});
    assert_eq!(stage.call("transfer_chat", &to_all).1["error"]["type"], "agent_offline");
    stage.webhooks();
    let mut anyway = to_all;
    anyway["ignore_agents_availability"] = json!(true);
    assert_eq!(stage.call("transfer_chat", &anyway).0, 200);
    let transferred: Value = serde_json::from_slice(&stage.desk.outgoing[1].body).unwrap();
    let queue = json!({"position": 1, "wait_time": 60, "queued_at": "2026-01-05T09:00:03.000000Z"});
    assert_eq!(transferred["payload"]["queue"], queue);
    assert_eq!(transferred["payload"]["transferred_to"], json!({"group_ids": [0], "agent_ids": []}));
    assert_eq!(stage.heard(), ["sys chat_transferred", "chat_transferred", "user_removed_from_chat"]);
    stage.call_as("dal:mia", "deactivate_chat", &json!({"id": chat}));
    let closing = ["sys manual_archived_agent", "chat_deactivated", "user_added_to_chat", "chat_transferred"];
    assert_eq!(stage.heard(), closing, "whoever is free takes what waits; the bot does not get it back");
    let (_, document) = stage.call_as("dal:mia", "get_chat", &json!({"chat_id": other}));
    assert_eq!(document["thread"].get("queue"), None);
}

#[test]
fn joining_and_leaving_is_noted_after_the_first_agent() {
    let mut stage = Stage::open(usual());
    let chat = stage.start();
    stage.webhooks();
    let add = |user: &str, visibility: &str| json!({"chat_id": chat, "user_id": user, "user_type": "agent", "visibility": visibility, "ignore_requester_presence": true});
    let remove = |user: &str| json!({"chat_id": chat, "user_id": user, "user_type": "agent"});
    stage.call_as("dal:mia", "add_user_to_chat", &add("mia@example.com", "agents"));
    assert_eq!(stage.heard(), ["user_added_to_chat", "sys agent_joined"]);
    stage.call_as("dal:mia", "add_user_to_chat", &add("tom@example.com", "agents"));
    assert_eq!(stage.heard(), ["user_added_to_chat", "sys agent_added"]);
    stage.call_as("dal:mia", "remove_user_from_chat", &remove("tom@example.com"));
    assert_eq!(stage.heard(), ["user_removed_from_chat", "sys agent_removed"]);
    stage.call("remove_user_from_chat", &remove(BOT));
    let left = ["user_removed_from_chat", "sys agent_left", "user_added_to_chat", "chat_transferred"];
    assert_eq!(stage.heard(), left, "nobody whom the customer sees is left, so the router finds somebody");
}

#[test]
fn only_what_passes_the_filters_is_told() {
    let check = |filters: Value, expected: &[&str]| {
        let mut setup = usual();
        setup["bots"][0]["webhooks"]["filters"] = filters.clone();
        let mut stage = Stage::open(setup);
        let chat = stage.start();
        stage.call("send_event", &json!({"chat_id": chat, "event": {"type": "message", "text": "Hello"}}));
        stage.act(&json!({"say": {"as": "ada", "text": "Hi"}})).unwrap();
        stage.act(&json!({"close": {"by": "system"}})).unwrap();
        assert_eq!(stage.heard(), expected, "{filters}");
    };
    let all = ["incoming_chat", "incoming_event", "incoming_event", "sys system_archived", "chat_deactivated"];
    check(json!({}), &all);
    check(json!({"author_type": "customer"}), &["incoming_chat", "incoming_event", "chat_deactivated"]);
    check(json!({"author_type": "agent"}), &["incoming_chat", "incoming_event", "chat_deactivated"]);
    check(json!({"only_my_chats": true}), &[]);
    check(json!({"chat_presence": {"my_bots": true}}), &all);
    check(json!({"chat_presence": {"user_ids": {"values": [BOT]}}}), &all);
    check(json!({"chat_presence": {"user_ids": {"values": ["x"]}}}), &[]);
    check(json!({"chat_presence": {"user_ids": {"exclude_values": [BOT]}}}), &[]);
    check(json!({"source_type": ["my_client"]}), &["incoming_event"]);
    check(json!({"source_type": ["other_clients"]}), &["incoming_chat", "incoming_event"]);
    check(json!({"source_type": ["system"]}), &["sys system_archived", "chat_deactivated"]);
}

#[test]
fn webhooks_of_bots_need_a_bot() {
    let check = |kind: &str, bots: Value, expected: usize| {
        let webhooks = json!([{"action": "incoming_chat", "url": "http://bot.example/x", "type": kind}]);
        let mut stage = Stage::open(json!({"bots": bots, "webhooks": webhooks}));
        stage.start();
        assert_eq!(stage.webhooks().len(), expected, "{kind}");
    };
    check("license", json!([]), 1);
    check("bot", json!([]), 0);
    check("bot", json!([{}]), 1);
    check("bot", json!([{"client_id": "another app"}]), 0);
}

#[test]
fn impossible_acts_are_refused() {
    let check = |before: &[Value], act: Value, expected: &str| {
        let mut stage = Stage::open(usual());
        stage.start();
        for act in before {
            stage.act(act).unwrap();
        }
        stage.webhooks();
        assert_eq!(stage.act(&act).unwrap_err().reason, expected, "{act}");
        assert!(stage.webhooks().is_empty(), "{act}");
    };
    let close = || json!({"close": {"by": "system"}});
    let closed = "the chat is closed; `start_chat` opens it again";
    check(&[close()], json!({"say": {"as": "ada", "text": "x"}}), closed);
    check(&[close()], close(), closed);
    check(&[], json!({"say": {"as": "mia@example.com", "text": "x"}}), "`mia@example.com` is not in the chat");
    check(
        &[],
        json!({"say": {"as": BOT, "text": "x"}}),
        &format!("`{BOT}` is the bot under test, which speaks for itself"),
    );
    check(&[], json!({"start_chat": {"as": "ada"}}), "`ada` has an open chat already, and can have one only");
    check(&[], json!({"choose": {"as": "ada", "option": "x"}}), "no quick replies have been offered in this chat");
    check(&[], json!({"assign": {"to": BOT}}), &format!("`{BOT}` has the chat already"));
    check(&[], json!({"resume": {}}), "the chat is open");
    check(
        &[json!({"transfer": {"to": "Support"}})],
        json!({"assign": {"to": "tom@example.com"}}),
        "`tom@example.com` is in none of the groups that the chat is for",
    );
}
