//! Agents and bots who come, take no more chats, and go.

use serde_json::json;

use super::*;

fn stage(queue: bool, agents: Value) -> Stage {
    let hooks: Vec<Value> = all_actions().iter().map(|action| json!({"action": action, "url": "${bot}"})).collect();
    Stage::open(json!({"agents": agents, "bots": [{"name": "Acme Bot"}], "queue": queue, "webhooks": hooks}))
}

fn mia() -> Value {
    json!([{"id": "mia@acme.example"}])
}

fn set(stage: &mut Stage, status: &str) {
    let (reply, document) = stage.call("set_routing_status", BOT_TOKEN, &json!({"status": status}));
    assert_eq!((reply.status, document), (200, json!({})));
}

#[test]
fn a_status_is_told_when_it_changes() {
    let mut stage = stage(true, mia());
    for (status, expected) in [("not_accepting_chats", 1), ("not_accepting_chats", 0), ("accepting_chats", 1)] {
        set(&mut stage, status);
        let bodies = stage.bodies();
        assert_eq!(bodies.len(), expected, "{status}");
        for body in bodies {
            assert_eq!(body["payload"], json!({"agent_id": BOT, "status": status}));
            assert_eq!(body["additional_data"], json!({}));
        }
    }
    let mia = json!({"agent_id": "mia@acme.example", "status": "not_accepting_chats"});
    assert_eq!(stage.call("set_routing_status", AGENT_TOKEN, &mia).0.status, 200);
    let statuses = stage.call("list_routing_statuses", AGENT_TOKEN, &json!({})).1;
    assert_eq!(statuses, json!([mia, {"agent_id": BOT, "status": "accepting_chats"}]));
    let none = json!({"filters": {"group_ids": [7]}});
    assert_eq!(stage.call("list_routing_statuses", AGENT_TOKEN, &none).1, json!([]));
}

#[test]
fn chats_of_somebody_who_goes_are_given_to_somebody_else() {
    let mut stage = stage(true, mia());
    let (chat, _) = stage.start();
    stage.sent();
    set(&mut stage, "offline");
    let bodies = stage.bodies();
    let actions: Vec<&str> = bodies.iter().map(|body| body["action"].as_str().unwrap()).collect();
    let expected =
        ["routing_status_set", "user_removed_from_chat", "user_added_to_chat", "chat_transferred", "incoming_event"];
    assert_eq!(actions, expected);
    assert_eq!(bodies[1]["payload"]["reason"], "signed_out");
    assert_eq!(bodies[2]["payload"]["user"]["id"], "mia@acme.example");
    assert_eq!(bodies[3]["payload"]["reason"], "assigned");
    assert_eq!(bodies[4]["payload"]["event"]["system_message_type"], "routing.assigned_signed_out");
    let transfer = stage.call("list_agents_for_transfer", AGENT_TOKEN, &json!({"chat_id": chat})).1;
    assert_eq!(transfer, json!([]), "the bot is gone, and mia has the chat");
}

#[test]
fn chats_of_somebody_who_goes_wait_where_nobody_is_free_until_somebody_comes() {
    let mut stage = stage(true, json!([{"id": "mia@acme.example", "status": "offline"}]));
    stage.start();
    stage.sent();
    set(&mut stage, "offline");
    assert_eq!(
        stage.told(),
        ["routing_status_set", "user_removed_from_chat", "chat_transferred", "sys routing.unassigned_signed_out"]
    );
    stage.act(json!({"set_status": {"agent": "mia@acme.example", "status": "accepting_chats"}})).unwrap();
    let bodies = stage.bodies();
    let actions: Vec<&str> = bodies.iter().map(|body| body["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["routing_status_set", "user_added_to_chat", "chat_transferred"]);
}

#[test]
fn chats_of_somebody_who_goes_are_closed_where_nobody_can_follow_or_wait() {
    let mut stage = stage(false, json!([]));
    stage.start();
    stage.sent();
    set(&mut stage, "offline");
    let bodies = stage.bodies();
    assert_eq!(bodies[1]["payload"]["event"]["system_message_type"], "routing.archived_signed_out");
    assert_eq!(bodies[2]["action"], "chat_deactivated");
    assert_eq!(bodies[2]["payload"].get("user_id"), None);
}

#[test]
fn somebody_offline_gets_no_chats_and_a_bots_webhooks_sleep_with_it() {
    let mut stage = Stage::with_bot();
    stage.act(json!({"set_status": {"agent": "mia@acme.example", "status": "not_accepting_chats"}})).unwrap();
    stage.sent();
    set(&mut stage, "offline");
    assert_eq!(stage.sent().len(), 0, "the bot's own webhooks are not live any more");
    let (chat, _) = stage.start();
    assert_eq!(stage.get(&chat)["users"].as_array().unwrap().len(), 1, "nobody takes chats");
    set(&mut stage, "accepting_chats");
    assert_eq!(stage.told(), ["routing_status_set", "user_added_to_chat", "chat_transferred"]);
}

/// Who has ada's chat, if anybody has, and whether the properties say that nobody has.
fn holder(stage: &mut Stage) -> (Option<String>, Value) {
    let chat = stage.desk.chat("ada").unwrap().to_owned();
    let chat = stage.call("get_chat", PAT, &json!({"chat_id": chat})).1;
    let thread = &chat["thread"];
    let unassigned = thread["properties"]["routing"]["unassigned"].clone();
    assert_eq!(chat["properties"]["routing"]["pinned"], unassigned, "{chat}");
    assert_eq!(thread.get("queue").is_some(), unassigned == json!(true), "{chat}");
    let agents = chat["users"].as_array().unwrap().iter();
    let mut agents = agents.filter(|user| user["type"] == "agent" && user["present"] == json!(true));
    (agents.next().map(|user| user["id"].as_str().unwrap().to_owned()), unassigned)
}

/// A license with a bot, with Mia and Tom, of whom Mia is in group 19 alone thought of, and with these settings.
fn routed(more: &Value) -> Stage {
    let mut setup = json!({
        "agents": [{"id": "mia@acme.example", "groups": [19]}, {"id": "tom@acme.example", "priority": "last"}],
        "groups": [{"id": 19, "name": "Sales"}, {"id": 20, "name": "Support"}],
        "bots": [{"name": "Acme Bot", "groups": [19, 20]}],
    });
    setup.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Stage::open(setup)
}

#[test]
fn properties_say_whom_the_router_thinks_of() {
    let check = |setup: Value, group: &str, expected: Option<&str>| {
        let mut stage = routed(&setup);
        stage.act(json!({"start_chat": {"as": "ada", "to": group}})).unwrap();
        let (found, unassigned) = holder(&mut stage);
        assert_eq!((found.as_deref(), unassigned), (expected, json!(expected.is_none())), "{setup}, {group}");
    };
    let widget = |thread: Value, chat: Value| json!({"widget": {"thread_properties": thread, "chat_properties": chat}});
    let routing = |name: &str, value: bool| json!({"routing": {name: value}});
    let by_hand = |value: bool| json!({"chats": {"manual_routing": value}});
    let group = |id: u64, value: bool| json!({"id": id, "name": "G", "properties": by_hand(value)});
    let (bot, mia) = (Some(BOT), Some("mia@acme.example"));
    check(json!({}), "19", bot);
    check(widget(routing("ignore_bots", false), json!({})), "19", bot);
    check(widget(routing("ignore_bots", true), json!({})), "19", mia);
    check(widget(routing("ignore_bots", true), json!({})), "20", None);
    check(widget(json!({}), routing("ignore_agents_routing", false)), "19", bot);
    check(widget(json!({}), routing("ignore_agents_routing", true)), "19", None);
    check(json!({"license_properties": by_hand(true)}), "19", None);
    check(json!({"license_properties": by_hand(false)}), "19", bot);
    check(json!({"groups": [group(19, true), group(20, false)]}), "19", None);
    check(json!({"groups": [group(19, true), group(20, false)]}), "20", bot);
    check(json!({"groups": [group(19, false), group(20, true)], "license_properties": by_hand(true)}), "19", bot);
    // Where people look for their chats there is no need of a queue.
    check(json!({"license_properties": by_hand(true), "queue": false}), "19", None);
}

#[test]
fn a_chat_that_is_left_to_people_is_taken_by_hand_or_given_away_when_that_changes() {
    let check = |setup: Value, deed: &dyn Fn(&mut Stage, &str), expected: Option<&str>| {
        let mut stage = routed(&setup);
        stage.act(json!({"start_chat": {"as": "ada", "to": "19"}})).unwrap();
        let chat = stage.desk.chat("ada").unwrap().to_owned();
        deed(&mut stage, &chat);
        let (found, unassigned) = holder(&mut stage);
        assert_eq!((found.as_deref(), unassigned), (expected, json!(expected.is_none())), "{setup}");
    };
    let by_hand = |value: bool| json!({"chats": {"manual_routing": value}});
    let license = json!({"license_properties": by_hand(true)});
    let ignored = json!({"widget": {"chat_properties": {"routing": {"ignore_agents_routing": true}}}});
    let call = |method: &'static str, body: &dyn Fn(&str) -> Value| {
        let body = body("<chat>").to_string();
        move |stage: &mut Stage, chat: &str| {
            let body = serde_json::from_str(&body.replace("<chat>", chat)).unwrap();
            let (reply, document) = stage.call(method, PAT, &body);
            assert_eq!((reply.status, document), (200, json!({})), "{method}");
        }
    };
    let tom = "tom@acme.example";
    let comes = |stage: &mut Stage, _: &str| {
        stage.act(json!({"set_status": {"agent": tom, "status": "not_accepting_chats"}})).unwrap();
        stage.act(json!({"set_status": {"agent": tom, "status": "accepting_chats"}})).unwrap();
    };
    check(license.clone(), &comes, None);
    let joins = |chat: &str| {
        json!({"chat_id": chat, "user_id": "mia@acme.example", "user_type": "agent", "visibility": "all",
            "ignore_requester_presence": true})
    };
    check(license.clone(), &call("add_user_to_chat", &joins), Some("mia@acme.example"));
    let assign = |stage: &mut Stage, _: &str| stage.act(json!({"assign": {"to": tom}})).unwrap();
    check(ignored.clone(), &assign, Some(tom));
    let off = |_: &str| json!({"properties": by_hand(false)});
    check(license.clone(), &call("update_license_properties", &off), Some(BOT));
    let gone = |_: &str| json!({"properties": {"chats": ["manual_routing"]}});
    check(license.clone(), &call("delete_license_properties", &gone), Some(BOT));
    let group = |_: &str| json!({"group_id": 19, "properties": by_hand(false)});
    check(license.clone(), &call("update_group_properties", &group), Some(BOT));
    let routed = |chat: &str| json!({"id": chat, "properties": {"routing": {"ignore_agents_routing": false}}});
    check(ignored.clone(), &call("update_chat_properties", &routed), Some(BOT));
    let forgotten = |chat: &str| json!({"id": chat, "properties": {"routing": ["ignore_agents_routing"]}});
    check(ignored, &call("delete_chat_properties", &forgotten), Some(BOT));
    // It can be moved to where nobody is given chats, whether or not anybody needs to be free there.
    let target = json!({"type": "group", "ids": [19]});
    let moved = move |chat: &str| json!({"id": chat, "target": target, "ignore_requester_presence": true});
    let sales = json!({"id": 19, "name": "Sales", "properties": by_hand(true)});
    let sales = json!({"groups": [sales, {"id": 20, "name": "Support"}]});
    check(sales, &call("transfer_chat", &moved), None);
}

#[test]
fn whoever_leaves_a_chat_that_is_not_given_away_leaves_it_unassigned_even_without_a_queue() {
    let mut stage = routed(&json!({"queue": false}));
    stage.start();
    let chat = stage.desk.chat("ada").unwrap().to_owned();
    let body = json!({"id": chat, "properties": {"routing": {"ignore_agents_routing": true}}});
    assert_eq!(stage.call("update_chat_properties", BOT_TOKEN, &body).0.status, 200);
    assert_eq!(holder(&mut stage), (Some(BOT.to_owned()), json!(false)));
    set(&mut stage, "offline");
    assert_eq!(holder(&mut stage), (None, json!(true)));
}

#[test]
fn a_customer_who_comes_back_gets_whoever_they_had_if_the_license_prefers_so() {
    let check = |prefers: bool, meanwhile: Value, expected: &str| {
        let mut stage = routed(&json!({"prefer_recent_agent": prefers}));
        stage.act(json!({"start_chat": {"as": "ada", "to": "19"}})).unwrap();
        stage.act(json!({"transfer": {"to": "mia@acme.example"}})).unwrap();
        stage.act(json!({"close": {"by": "ada", "chat": "ada"}})).unwrap();
        if !meanwhile.is_null() {
            stage.act(meanwhile.clone()).unwrap();
        }
        stage.act(json!({"start_chat": {"as": "ada", "to": "19"}})).unwrap();
        assert_eq!(holder(&mut stage).0.as_deref(), Some(expected), "{prefers}, {meanwhile}");
    };
    check(false, Value::Null, BOT);
    check(true, Value::Null, "mia@acme.example");
    check(true, json!({"set_status": {"agent": "mia@acme.example", "status": "not_accepting_chats"}}), BOT);
}

#[test]
fn those_who_could_get_a_chat_are_sorted_by_their_load() {
    let mut stage = Stage::open(json!({"agents": [{"id": "a@x.example"}, {"id": "b@x.example"},
        {"id": "c@x.example", "status": "offline"}, {"id": "d@x.example", "status": "not_accepting_chats"}],
        "bots": [{"name": "B"}]}));
    stage.act(json!({"start_chat": {"as": "bob"}})).unwrap();
    stage.act(json!({"transfer": {"to": "a@x.example"}})).unwrap();
    let (chat, _) = stage.start();
    let found = stage.call("list_agents_for_transfer", BOT_TOKEN, &json!({"chat_id": chat})).1;
    let one = |id: &str, load: u8| json!({"agent_id": id, "total_active_chats": load});
    assert_eq!(found, json!([one("b@x.example", 0), one("d@x.example", 0), one("a@x.example", 1)]));
    let refusal = stage.act(json!({"set_status": {"agent": "B", "status": "away"}})).unwrap_err();
    assert_eq!(refusal.reason, "`away` is no status; there are: accepting_chats, not_accepting_chats, offline");
}
