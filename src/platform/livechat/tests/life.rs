//! The life of a chat: which webhooks come, in which order, with what in them.

use serde_json::{Value, json};

use super::*;

fn check(stage: &mut Stage, expected: &[&str]) {
    assert_eq!(stage.told(), expected);
}

fn called(stage: &mut Stage, method: &str, token: &str, body: Value) {
    let (reply, document) = stage.call(method, token, &body);
    assert_eq!(reply.status, 200, "{method}: {document}");
}

#[test]
fn a_chat_goes_from_customer_to_bot_to_human_to_its_end() {
    let stage = &mut Stage::with_bot();
    let (chat, thread) = stage.start();
    check(stage, &["incoming_chat"]);
    let hello = json!({"type": "message", "text": "Hello"});
    called(stage, "send_event", BOT_TOKEN, json!({"chat_id": chat, "event": hello}));
    check(stage, &["incoming_event"]);
    stage.act(json!({"say": {"as": "ada", "text": "a human!"}})).unwrap();
    check(stage, &["incoming_event"]);
    let tag = json!({"chat_id": chat, "thread_id": thread, "tag": "sales"});
    called(stage, "tag_thread", BOT_TOKEN, tag.clone());
    called(stage, "tag_thread", BOT_TOKEN, tag.clone());
    check(stage, &["thread_tagged"]);
    called(stage, "untag_thread", BOT_TOKEN, tag.clone());
    called(stage, "untag_thread", BOT_TOKEN, tag);
    check(stage, &["thread_untagged"]);
    let target = json!({"type": "group", "ids": [19]});
    called(stage, "transfer_chat", BOT_TOKEN, json!({"id": chat, "target": target}));
    check(
        stage,
        &[
            "chat_access_updated",
            "sys chat_transferred",
            "chat_transferred",
            "user_removed_from_chat",
            "user_added_to_chat",
        ],
    );
    let (reply, denied) = stage.call("send_event", BOT_TOKEN, &json!({"chat_id": chat, "event": hello}));
    assert_eq!((reply.status, &denied["error"]["type"]), (403, &json!("authorization")));
    stage.act(json!({"close": {"by": "mia@acme.example"}})).unwrap();
    check(stage, &["sys manual_archived_agent", "chat_deactivated"]);
}

#[test]
fn each_way_to_end_a_thread_has_its_note_and_its_closer() {
    let check = |act: Option<Value>, note: &str, user: Value| {
        let mut stage = Stage::with_bot();
        stage.start();
        stage.sent();
        match act {
            Some(act) => stage.act(act).unwrap(),
            None => stage.wait(VirtualSpan::from_mins(31)),
        }
        let bodies = stage.bodies();
        assert_eq!(bodies.len(), 2, "{note}");
        assert_eq!(bodies[0]["payload"]["event"]["system_message_type"], note);
        assert_eq!(bodies[1]["action"], "chat_deactivated");
        assert_eq!(bodies[1]["payload"]["user_id"], user, "{note}");
    };
    check(Some(json!({"close": {"by": "ada"}})), "manual_archived_customer", json!(ADA));
    check(Some(json!({"close": {"by": "mia@acme.example"}})), "manual_archived_agent", json!("mia@acme.example"));
    check(Some(json!({"close": {"by": "system"}})), "system_archived", Value::Null);
    check(Some(json!({"leave": {"as": "ada"}})), "archived_customer_disconnected", Value::Null);
    check(None, "routing.archived_inactive", Value::Null);
}

#[test]
fn a_thread_counts_as_idle_before_it_is_closed_and_a_word_ends_that() {
    let stage = &mut Stage::open(json!({
        "idle_after": "10m", "bots": [{"name": "B", "webhooks": {"url": "${bot}", "actions": all_actions()}}],
    }));
    let idle = ["thread_properties_updated", "sys routing.idle"];
    stage.start();
    stage.sent();
    stage.wait(VirtualSpan::from_mins(10));
    let bodies = stage.bodies();
    assert_eq!(bodies[0]["payload"]["properties"], json!({"routing": {"idle": true}}));
    assert_eq!(bodies[1]["payload"]["event"]["text_vars"], json!({"duration": "10"}));
    stage.act(json!({"say": {"as": "ada", "text": "still here"}})).unwrap();
    let bodies = stage.bodies();
    assert_eq!((&bodies[0]["action"], bodies.len()), (&json!("incoming_event"), 2));
    assert_eq!(bodies[1]["payload"]["properties"], json!({"routing": {"idle": false}}));
    stage.wait(VirtualSpan::from_mins(29));
    check(stage, &idle);
    stage.wait(VirtualSpan::from_mins(1));
    check(stage, &["sys routing.archived_inactive", "chat_deactivated"]);
}

#[test]
fn spans_of_no_length_do_not_keep_the_clock_from_going_on() {
    let mut stage = Stage::open(json!({"idle_after": "0s", "transfer_after": "0s", "bots": [{"name": "B"}]}));
    let (chat, _) = stage.start();
    stage.wait(VirtualSpan::from_mins(29));
    assert_eq!(stage.get(&chat)["thread"]["active"], true);
    stage.wait(VirtualSpan::from_mins(2));
    assert_eq!(stage.get(&chat)["thread"]["active"], false);
}

#[test]
fn a_customer_who_waits_too_long_goes_to_somebody_else() {
    let stage = &mut Stage::open(json!({
        "transfer_after": "5m", "agents": [{"id": "mia@acme.example"}],
        "bots": [{"name": "B", "webhooks": {"url": "${bot}", "actions": all_actions()}}],
    }));
    let (chat, _) = stage.start();
    let event = json!({"type": "message", "text": "Hello"});
    called(stage, "send_event", BOT_TOKEN, json!({"chat_id": chat, "event": event}));
    stage.sent();
    stage.wait(VirtualSpan::from_mins(10));
    check(stage, &[]);
    stage.act(json!({"say": {"as": "ada", "text": "anybody?"}})).unwrap();
    stage.sent();
    stage.wait(VirtualSpan::from_mins(5));
    let bodies = stage.bodies();
    let actions: Vec<&str> = bodies.iter().map(|body| body["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["user_removed_from_chat", "user_added_to_chat", "chat_transferred", "incoming_event"]);
    assert!(bodies[..3].iter().all(|body| body["payload"]["reason"] == "inactive"));
    assert_eq!(bodies[3]["payload"]["event"]["system_message_type"], "routing.assigned_inactive");
    // The next one has as much time, but the chat does not go round for ever.
    stage.wait(VirtualSpan::from_mins(4));
    check(stage, &[]);
    stage.wait(VirtualSpan::from_mins(21));
    let told = stage.told();
    assert_eq!(told.iter().filter(|told| *told == "sys routing.assigned_inactive").count(), 4, "{told:?}");
    assert_eq!(told[told.len() - 2..], ["sys routing.archived_inactive", "chat_deactivated"]);
}

#[test]
fn a_thread_is_closed_only_after_lying_idle() {
    let mut stage = Stage::with_bot();
    stage.start();
    stage.wait(VirtualSpan::from_mins(29));
    stage.act(json!({"say": {"as": "ada", "text": "still here"}})).unwrap();
    stage.sent();
    stage.wait(VirtualSpan::from_mins(29));
    check(&mut stage, &[]);
    stage.wait(VirtualSpan::from_mins(1));
    check(&mut stage, &["sys routing.archived_inactive", "chat_deactivated"]);
    stage.wait(VirtualSpan::from_mins(600));
    check(&mut stage, &[]);
}

#[test]
fn a_customer_comes_back_to_the_same_chat_in_a_new_thread() {
    let mut stage = Stage::with_bot();
    let (chat, first) = stage.start();
    stage.act(json!({"close": {"by": "ada"}})).unwrap();
    stage.sent();
    let (again, second) = stage.start();
    assert_eq!(again, chat);
    assert!(second > first, "{second} sorts after {first}");
    let bodies = stage.bodies();
    assert_eq!(bodies[0]["payload"]["chat"]["thread"]["previous_thread_id"], first);
    let threads = stage.call("list_threads", BOT_TOKEN, &json!({"chat_id": chat})).1;
    assert_eq!(threads["threads"][1]["next_thread_id"], second);
    assert_eq!(threads["found_threads"], 2);
}

#[test]
fn joining_is_noted_unless_nobody_was_there() {
    let mut stage = Stage::with_bot();
    let (chat, _) = stage.start();
    stage.sent();
    let add = |visibility| json!({"chat_id": chat, "user_id": "tom@acme.example", "user_type": "agent", "visibility": visibility});
    called(&mut stage, "add_user_to_chat", BOT_TOKEN, add("agents"));
    check(&mut stage, &["user_added_to_chat", "sys agent_added"]);
    let remove = |user: &str| json!({"chat_id": chat, "user_id": user, "user_type": "agent"});
    called(&mut stage, "remove_user_from_chat", BOT_TOKEN, remove("tom@acme.example"));
    check(&mut stage, &["user_removed_from_chat", "sys agent_removed"]);
    // The last one leaves; the router finds the next.
    called(&mut stage, "remove_user_from_chat", BOT_TOKEN, remove(BOT));
    check(
        &mut stage,
        &[
            "user_removed_from_chat",
            "sys agent_left",
            "user_added_to_chat",
            "chat_transferred",
            "sys routing.assigned_other",
        ],
    );
}

#[test]
fn a_customer_who_is_added_is_noted() {
    let mut stage = Stage::with_bot();
    let chat = stage.call("start_chat", BOT_TOKEN, &json!({})).1["chat_id"].clone();
    stage.sent();
    let body = json!({"chat_id": chat, "user_id": ADA, "user_type": "customer", "visibility": "all"});
    called(&mut stage, "add_user_to_chat", BOT_TOKEN, body);
    let bodies = stage.bodies();
    assert_eq!(bodies.len(), 2);
    assert_eq!(bodies[0]["action"], "user_added_to_chat");
    let note = &bodies[1]["payload"]["event"];
    assert_eq!(note["system_message_type"], "customer_added");
    assert_eq!(note["text"], "Acme Bot added Ada to the chat");
    assert_eq!(note["text_vars"], json!({"initiator": "Acme Bot", "customer": "Ada"}));
}

#[test]
fn a_chat_that_somebody_still_has_needs_no_successor() {
    let mut stage = Stage::with_bot();
    let users = json!([{"id": "mia@acme.example", "type": "agent"}]);
    let chat = stage.call("start_chat", BOT_TOKEN, &json!({"chat": {"users": users}})).1["chat_id"].clone();
    stage.sent();
    for (leaver, expected) in [
        ("mia@acme.example", vec!["user_removed_from_chat", "sys agent_removed"]),
        (
            BOT,
            vec![
                "user_removed_from_chat",
                "sys agent_left",
                "user_added_to_chat",
                "chat_transferred",
                "sys routing.assigned_other",
            ],
        ),
    ] {
        let body = json!({"chat_id": chat, "user_id": leaver, "user_type": "agent"});
        called(&mut stage, "remove_user_from_chat", BOT_TOKEN, body);
        check(&mut stage, &expected);
    }
}

#[test]
fn a_chat_nobody_is_free_for_waits_and_is_given_away_when_somebody_is() {
    let mut stage = Stage::open(json!({
        "agents": [{"id": "mia@acme.example", "max_chats": 1}],
        "webhooks": all_actions().iter().map(|action| json!({"action": action, "url": "${bot}"})).collect::<Vec<_>>(),
    }));
    stage.act(json!({"start_chat": {"as": "ada"}})).unwrap();
    stage.sent();
    stage.act(json!({"start_chat": {"as": "bob"}})).unwrap();
    let bodies = stage.bodies();
    let thread = &bodies[0]["payload"]["chat"]["thread"];
    assert_eq!(thread["queue"]["position"], 1);
    assert_eq!(thread["user_ids"], json!([BOB]));
    assert_eq!(thread["properties"]["routing"]["unassigned"], true);
    stage.act(json!({"close": {"by": "ada", "chat": "ada"}})).unwrap();
    let bodies = stage.bodies();
    let actions: Vec<&str> = bodies.iter().map(|body| body["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["incoming_event", "chat_deactivated", "user_added_to_chat", "chat_transferred"]);
    assert_eq!(bodies[2]["payload"]["reason"], "assigned");
    assert_eq!(bodies[3]["payload"]["transferred_to"], json!({"agent_ids": ["mia@acme.example"]}));
}

#[test]
fn without_a_queue_a_chat_nobody_is_free_for_cannot_begin() {
    let mut stage = Stage::open(json!({"agents": [], "queue": false}));
    let refusal = stage.act(json!({"start_chat": {"as": "ada"}})).unwrap_err();
    assert_eq!(refusal.reason, "nobody is free and there is no queue");
}

#[test]
fn a_transfer_to_where_nobody_is_waits_and_does_not_come_back() {
    let mut stage = Stage::with_bot();
    let (chat, _) = stage.start();
    stage.sent();
    let target = json!({"type": "group", "ids": [20]});
    let body = json!({"id": chat, "target": target, "ignore_agents_availability": true});
    called(&mut stage, "transfer_chat", BOT_TOKEN, body);
    let bodies = stage.bodies();
    let actions: Vec<&str> = bodies.iter().map(|body| body["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["chat_access_updated", "incoming_event", "chat_transferred", "user_removed_from_chat"]);
    assert_eq!(bodies[2]["payload"]["transferred_to"], json!({"group_ids": [20], "agent_ids": []}));
    assert_eq!(bodies[2]["payload"]["queue"]["position"], 1);
}

#[test]
fn a_chat_is_assigned_in_the_place_of_whoever_had_it() {
    let mut stage = Stage::with_bot();
    stage.start();
    stage.sent();
    stage.act(json!({"assign": {"to": "mia@acme.example"}})).unwrap();
    check(
        &mut stage,
        &["user_removed_from_chat", "user_added_to_chat", "chat_transferred", "sys routing.assigned_other"],
    );
}

#[test]
fn a_choice_is_a_message_that_says_which_button_it_came_from() {
    let mut stage = Stage::with_bot();
    let (chat, thread) = stage.start();
    let button =
        |text: &str, value: &str| json!({"text": text, "type": "message", "value": value, "postback_id": value});
    let elements = json!([{"title": "Which?", "buttons": [button("Yes", "y"), button("No", "n")]}]);
    let event = json!({"type": "rich_message", "template_id": "quick_replies", "elements": elements});
    called(&mut stage, "send_event", BOT_TOKEN, json!({"chat_id": chat, "event": event}));
    stage.sent();
    stage.act(json!({"choose": {"as": "ada", "option": "Yes"}})).unwrap();
    let bodies = stage.bodies();
    let actions: Vec<&str> = bodies.iter().map(|body| body["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["incoming_rich_message_postback", "event_updated", "incoming_event"]);
    let press = json!({"id": "y", "toggled": true, "button_type": "message", "button_value": "y"});
    assert_eq!(bodies[0]["payload"]["postback"], press);
    let buttons = &bodies[1]["payload"]["event"]["elements"][0]["buttons"];
    assert_eq!((&buttons[0]["user_ids"], &buttons[1]["user_ids"]), (&json!([ADA]), &json!([])));
    let event = &bodies[2]["payload"]["event"];
    assert_eq!(event["text"], "y");
    let offer = format!("{thread}_2");
    let postback = json!({"id": "y", "thread_id": thread, "event_id": offer, "type": "message", "value": "y"});
    assert_eq!(event["postback"], postback);
    let refusal = stage.act(json!({"choose": {"as": "ada", "option": "Maybe"}})).unwrap_err();
    assert_eq!(refusal.reason, "`Maybe` was not offered; offered were: Yes, No");
}

#[test]
fn older_receivers_get_older_names() {
    let hook = |version: &str| {
        let hooks = ["incoming_chat", "chat_transferred"]
            .map(|action| json!({"action": action, "url": "${bot}", "version": version}));
        let mut stage = Stage::open(json!({"agents": [], "groups": [{"id": 20, "name": "Nobody"}], "webhooks": hooks,
            "bots": [{"name": "B"}]}));
        let (chat, _) = stage.start();
        let target = json!({"type": "group", "ids": [20]});
        let body = json!({"id": chat, "target": target, "ignore_agents_availability": true});
        called(&mut stage, "transfer_chat", BOT_TOKEN, body);
        stage.bodies()
    };
    let check = |version: &str, visit: &str, queued: &str| {
        let bodies = hook(version);
        let chat = &bodies[0]["payload"]["chat"];
        assert!(chat["users"][0].get(visit).is_some(), "{version}");
        assert_eq!(chat["thread"].get("customer_visit").is_some(), visit == "visit", "{version}");
        assert!(bodies[1]["payload"]["queue"].get(queued).is_some(), "{version}: {}", bodies[1]);
    };
    check("3.4", "last_visit", "queued_at_us");
    check("3.5", "last_visit", "queued_at_us");
    check("3.6", "visit", "queued_at");
    check("3.7", "visit", "queued_at");
}

#[test]
fn nobody_gets_back_from_the_queue_what_they_have_given_away() {
    let hooks = json!({"url": "${bot}", "actions": all_actions()});
    let mut stage = Stage::open(json!({"agents": [], "bots": [{"name": "B", "webhooks": hooks}]}));
    let (chat, _) = stage.start();
    stage.sent();
    let target = json!({"type": "group", "ids": [0]});
    let body = json!({"id": chat, "target": target, "ignore_agents_availability": true});
    called(&mut stage, "transfer_chat", BOT_TOKEN, body);
    check(&mut stage, &["sys chat_transferred", "chat_transferred", "user_removed_from_chat"]);
}

#[test]
fn a_waiting_chat_may_go_to_somebody_who_had_it_before_the_last() {
    // The bot has one slot: ada's chat goes on to mia, and the bot gets bob's.
    let staged = || {
        let mut stage = Stage::open(json!({
            "agents": [{"id": "mia@acme.example", "max_chats": 1, "priority": "last"}],
            "bots": [{"name": "B", "max_chats": 1, "webhooks": {"url": "${bot}", "actions": all_actions()}}],
        }));
        let (chat, _) = stage.start();
        stage.act(json!({"transfer": {"to": "mia@acme.example", "chat": "ada"}})).unwrap();
        stage.act(json!({"start_chat": {"as": "bob"}})).unwrap();
        (stage, chat)
    };
    let check = |give_away: &dyn Fn(&mut Stage, &str)| {
        let (mut stage, chat) = staged();
        give_away(&mut stage, &chat);
        let waiting = stage.get(&chat);
        assert_eq!(waiting["thread"]["queue"]["position"], 1, "{waiting}");
        stage.sent();
        stage.act(json!({"close": {"by": "bob", "chat": "bob"}})).unwrap();
        let bodies = stage.bodies();
        let added = bodies.iter().find(|body| body["action"] == "user_added_to_chat").expect("the chat is given away");
        assert_eq!((&added["payload"]["chat_id"], &added["payload"]["user"]["id"]), (&json!(chat), &json!(BOT)));
    };
    check(&|stage, _| stage.act(json!({"transfer": {"to": "0", "chat": "ada"}})).unwrap());
    check(&|stage, chat| {
        let body = json!({"chat_id": chat, "user_id": "mia@acme.example", "user_type": "agent"});
        called(stage, "remove_user_from_chat", AGENT_TOKEN, body);
    });
}
