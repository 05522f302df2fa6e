//! Every push of the table comes, to whom it is for, and says what the vendor's samples say.

use std::collections::BTreeSet;

use super::super::super::{events, rtm};
use super::*;

/// All that can be pushed.
fn table() -> BTreeSet<&'static str> {
    let shared = events::EVENTS.iter().filter(|event| event.pushed.contains(&"agents")).map(|event| event.name);
    let own = rtm::PUSHES.iter().filter(|push| push.to.contains(&"agents")).map(|push| push.name);
    shared.chain(own).collect()
}

/// A license in which nearly everything has happened, and all that the socket of an agent was told.
fn eventful() -> (Stage, Told) {
    let mut stage = staffed();
    let mut told = stage.connect(1, PATH);
    told.extend(stage.asks(1, "login", json!({"token": PAT, "customer_monitoring_level": "online"})));
    told.extend(stage.asks(1, "subscribe_customers", json!({"limit": 1})));
    stage.act(json!({"start_chat": {"as": "ada", "text": "Hi"}})).unwrap();
    told.extend(stage.orders());
    let chat = stage.desk.chat("ada").unwrap().to_owned();
    let thread = stage.get(&chat)["thread"]["id"].as_str().unwrap().to_owned();
    let in_thread = |more: Value| {
        let mut body = json!({"chat_id": chat, "thread_id": thread});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    told.extend(stage.asks(1, "follow_chat", json!({"id": chat})));
    told.extend(stage.asks(1, "unfollow_chat", json!({"id": chat})));
    let joins = json!({"chat_id": chat, "user_id": "mia@acme.example", "user_type": "agent", "visibility": "agents",
        "ignore_requester_presence": true});
    told.extend(stage.asks(1, "add_user_to_chat", joins));
    let buttons = json!([{"text": "Yes", "postback_id": "y"}]);
    let event = json!({"type": "rich_message", "template_id": "cards", "elements": [{"buttons": buttons}],
        "visibility": "agents"});
    let sent = stage.asks(1, "send_event", json!({"chat_id": chat, "event": event}));
    let event = sent[0].1["payload"]["event_id"].clone();
    told.extend(sent);
    let of_event = |more: Value| {
        let mut body = in_thread(more);
        body["event_id"] = event.clone();
        body
    };
    let properties = || json!({"properties": {"test": {"int_property": 5}}});
    let names = || json!({"properties": {"test": ["int_property"]}});
    let of_chat = |more: Value| json!({"id": chat, "properties": more["properties"]});
    let pressed = json!({"postback": {"id": "y", "toggled": true}});
    let seen = stage.now + VirtualSpan::from_secs(1);
    for (action, body) in [
        ("send_rich_message_postback", of_event(pressed)),
        ("update_chat_properties", of_chat(properties())),
        ("delete_chat_properties", of_chat(names())),
        ("update_thread_properties", in_thread(properties())),
        ("delete_thread_properties", in_thread(names())),
        ("update_event_properties", of_event(properties())),
        ("delete_event_properties", of_event(names())),
        ("send_typing_indicator", json!({"chat_id": chat, "is_typing": true})),
        ("send_thinking_indicator", json!({"chat_id": chat, "title": "Hm"})),
        ("mark_events_as_seen", json!({"chat_id": chat, "seen_up_to": seen})),
        ("tag_thread", in_thread(json!({"tag": "late"}))),
        ("untag_thread", in_thread(json!({"tag": "late"}))),
        ("update_customer", json!({"id": ADA, "phone_number": "+4922212345"})),
        ("multicast", json!({"content": {"a": 1}, "type": "t", "recipients": {"agents": {"all": true}}})),
    ] {
        let came = stage.asks(1, action, body);
        assert_eq!(came[0].1["success"], true, "{action}: {}", came[0].1);
        told.extend(came);
    }
    let token = stage.token_of(ADA);
    stage.as_customer(&token, "send_sneak_peek", &json!({"chat_id": chat, "sneak_peek_text": "I wo"}));
    stage.act(json!({"delete": {"as": "ada"}})).unwrap();
    told.extend(stage.orders());
    let away = json!({"chat_id": chat, "user_id": "mia@acme.example", "user_type": "agent"});
    told.extend(stage.asks(1, "remove_user_from_chat", away));
    let transfer = json!({"id": chat, "target": {"type": "group", "ids": [19]}, "ignore_agents_availability": true,
        "ignore_requester_presence": true});
    told.extend(stage.asks(1, "transfer_chat", transfer));
    told.extend(stage.asks(1, "deactivate_chat", json!({"id": chat, "ignore_requester_presence": true})));
    told.extend(stage.asks(1, "request_thread_summary", in_thread(json!({}))));
    (stage, told)
}

/// The same, and what is done to the organization.
fn reorganized() -> Told {
    let (mut stage, mut told) = eventful();
    for (agent, status) in
        [(BOT, "offline"), ("tom@acme.example", "not_accepting_chats"), ("mia@acme.example", "not_accepting_chats")]
    {
        told.extend(stage.asks(1, "set_routing_status", json!({"agent_id": agent, "status": status})));
    }
    let came = stage.come(2, BOB, &json!({"customer_page": {"url": "https://shop.example/"}}));
    told.extend(came.into_iter().filter(|(socket, _)| *socket == 1));
    told.extend(stage.asks(2, "update_customer_page", json!({"url": "https://shop.example/b"})));
    stage.act(json!({"start_chat": {"as": "bob", "text": "Hi"}})).unwrap();
    stage.act(json!({"leave": {"as": "bob"}})).unwrap();
    told.extend(stage.orders());
    told.extend(stage.asks(1, "ban_customer", json!({"id": ADA, "ban": {"days": 5}})));
    let zoe = json!({"id": "zoe@acme.example"});
    let rule = json!({"access": {"groups": [19]}, "conditions": {"domain": {"values": [{"value": "acme.example"}]}}});
    for (method, body) in [
        ("create_agent", json!({"id": "zoe@acme.example", "name": "Zoe", "role": "normal"})),
        ("update_agent", json!({"id": "zoe@acme.example", "job_title": "Lead"})),
        ("suspend_agent", zoe.clone()),
        ("unsuspend_agent", zoe.clone()),
        ("delete_agent", zoe),
        ("create_group", json!({"name": "G", "agent_priorities": {}})),
        ("update_group", json!({"id": 20, "name": "H"})),
        ("delete_group", json!({"id": 20})),
        ("create_tag", json!({"name": "t", "group_ids": [0]})),
        ("update_tag", json!({"name": "t", "group_ids": [19]})),
        ("delete_tag", json!({"name": "t"})),
        ("create_bot", json!({"name": "B", "owner_client_id": "0805e283233042b37f460ed8fbf22160"})),
        ("add_auto_access", rule),
        ("update_license_properties", json!({"properties": {"chats": {"auto_summary_enabled": true}}})),
        ("update_group_properties", json!({"group_id": 19, "properties": {"test": {"int_property": 5}}})),
        ("approve_agent", json!({"id": "new@acme.example"})),
    ] {
        if method == "approve_agent" {
            let new = json!({"id": "new@acme.example", "name": "New", "awaiting_approval": true});
            stage.configure("v3.6", "create_agent", PAT, &new);
        }
        let answer = stage.configure("v3.6", method, PAT, &body);
        assert_eq!(answer.get("error"), None, "{method}: {answer}");
        told.extend(stage.orders());
        if method == "create_bot" {
            let id = answer["id"].clone();
            stage.configure("v3.6", "update_bot", PAT, &json!({"id": id, "name": "C"}));
            stage.configure("v3.6", "delete_bot", PAT, &json!({"id": id}));
            told.extend(stage.orders());
        }
    }
    told.extend(stage.in_trouble(1, Trouble::Overdue));
    told
}

#[test]
fn every_push_of_the_table_comes_and_no_other() {
    let came: BTreeSet<String> = pushes(&reorganized(), 1).into_iter().collect();
    let came: BTreeSet<&str> = came.iter().map(String::as_str).collect();
    let missing: Vec<_> = table().difference(&came).copied().collect();
    assert_eq!(missing, [""; 0], "these never came");
    let strange: Vec<_> = came.difference(&table()).copied().collect();
    assert_eq!(strange, [""; 0], "these are not in the table");
}

#[test]
fn pushes_say_what_the_samples_say() {
    let told = reorganized();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let check = |push: &str, expected: &[&str]| assert_eq!(keys(&payload(&told, 1, push)), expected, "{push}");
    check("incoming_chat", &["chat"]);
    assert_eq!(
        keys(&payload(&told, 1, "incoming_chat")["chat"]),
        ["id", "users", "properties", "access", "thread", "is_followed"]
    );
    check("incoming_event", &["chat_id", "thread_id", "event"]);
    check("chat_access_updated", &["id", "access"]);
    check("events_marked_as_seen", &["user_id", "chat_id", "seen_up_to"]);
    check("incoming_typing_indicator", &["chat_id", "thread_id", "typing_indicator"]);
    assert_eq!(
        keys(&payload(&told, 1, "incoming_typing_indicator")["typing_indicator"]),
        ["author_id", "visibility", "timestamp", "is_typing"]
    );
    check("incoming_thinking_indicator", &["chat_id", "thread_id", "author_id", "sent_at", "title"]);
    let expected = json!({"author_id": "mia@acme.example", "content": {"a": 1}, "type": "t"});
    assert_eq!(payload(&told, 1, "incoming_multicast"), expected);
    check("chat_unfollowed", &["chat_id"]);
    check("incoming_customers", &["customer_monitoring_level", "customers"]);
    let changed = json!({"id": ADA, "type": "customer", "phone_number": "+4922212345"});
    assert_eq!(payload(&told, 1, "customer_updated"), changed);
    assert_eq!(payload(&told, 1, "customer_banned"), json!({"customer_id": ADA, "ban": {"days": 5}}));
    check("customer_left", &["id", "left_at"]);
    let peek = payload(&told, 1, "incoming_sneak_peek");
    assert_eq!(keys(&peek), ["chat_id", "thread_id", "sneak_peek"]);
    assert_eq!(keys(&peek["sneak_peek"]), ["author_id", "text", "timestamp"]);
    assert_eq!((&peek["sneak_peek"]["author_id"], &peek["sneak_peek"]["text"]), (&json!(ADA), &json!("I wo")));
    check("customer_statistics_updated", &["customer_id", "statistics"]);
    let queue = payload(&told, 1, "queue_positions_updated");
    assert_eq!(keys(&queue[0]), ["chat_id", "thread_id", "queue"]);
    assert_eq!(keys(&queue[0]["queue"]), ["position", "wait_time"]);
    assert_eq!(
        payload(&told, 1, "groups_status_updated")["groups"][0],
        json!({"id": 0, "status": "not_accepting_chats"})
    );
    assert_eq!(payload(&told, 1, "agent_suspended"), json!({"id": "zoe@acme.example"}));
    let values = json!({"group_id": 19, "properties": {"test": {"int_property": 5}}});
    assert_eq!(payload(&told, 1, "group_properties_updated"), values);
    assert_eq!(payload(&told, 1, "agent_disconnected"), json!({"reason": "connection_timeout"}));
}

#[test]
fn requests_are_answered_before_their_pushes_and_one_push_carries_their_id() {
    let told = reorganized();
    let (mut answered, mut pushed) = (BTreeSet::new(), BTreeSet::new());
    // Statuses are set three times, by requests of one name.
    for (_, frame) in told.iter().filter(|(_, frame)| frame["request_id"] != "set_routing_status") {
        let Some(id) = frame["request_id"].as_str() else { continue };
        if frame["type"] == "response" {
            assert!(answered.insert(id), "{id} was answered twice");
        } else {
            assert!(answered.contains(id), "{} came before its answer", frame["action"]);
            assert!(pushed.insert(id), "{id} was pushed twice");
        }
    }
    for action in ["send_event", "transfer_chat", "deactivate_chat", "tag_thread", "multicast", "ban_customer"] {
        assert!(pushed.contains(action), "no push for {action}");
    }
}

#[test]
fn those_in_a_chat_hear_everything_and_others_what_changes_whose_it_is() {
    let mut stage = staffed();
    stage.enter(1, MIA);
    stage.enter(2, TOM);
    let started = stage.asks(1, "start_chat", json!({"continuous": true, "chat": {"access": {"group_ids": [19]}}}));
    let chat = started[0].1["payload"]["chat_id"].clone();
    // Tom is not in group 19, so he does not even hear of the chat.
    assert_eq!(pushes(&started, 2), [""; 0]);
    assert_eq!(pushes(&started, 1), ["incoming_chat"]);
    let open = stage.asks(1, "start_chat", json!({"continuous": true}));
    assert_eq!(pushes(&open, 2), ["incoming_chat"]);
    let open = open[0].1["payload"]["chat_id"].clone();
    let say = |chat: &Value| json!({"chat_id": chat, "event": {"type": "message", "text": "x"}});
    assert_eq!(pushes(&stage.asks(1, "send_event", say(&open)), 2), [""; 0]);
    let followed = stage.asks(2, "follow_chat", json!({"id": open}));
    assert_eq!(pushes(&followed, 2), ["incoming_chat"]);
    assert_eq!(payload(&followed, 2, "incoming_chat")["chat"]["is_followed"], true);
    assert_eq!(pushes(&stage.asks(2, "follow_chat", json!({"id": open})), 2), [""; 0]);
    assert_eq!(pushes(&stage.asks(1, "send_event", say(&open)), 2), ["incoming_event"]);
    let unfollowed = stage.asks(2, "unfollow_chat", json!({"id": open}));
    assert_eq!(
        (&unfollowed[0].1["payload"], pushes(&unfollowed, 2)),
        (&json!({"chat_id": open}), vec!["chat_unfollowed".to_owned()])
    );
    assert_eq!(pushes(&stage.asks(1, "send_event", say(&open)), 2), [""; 0]);
    let closed = stage.asks(1, "deactivate_chat", json!({"id": open}));
    assert_eq!(pushes(&closed, 2), ["chat_deactivated"]);
    // Whoever gains a chat is shown it.
    let to_all = json!({"id": chat, "target": {"type": "agent", "ids": ["tom@acme.example"]}});
    assert_eq!(stage.rpc(1, "transfer_chat", to_all)["payload"]["error"]["type"], "missing_access");
    let to_all = json!({"id": chat, "target": {"type": "group", "ids": [0]}, "ignore_agents_availability": true});
    let moved = stage.asks(1, "transfer_chat", to_all);
    let gained = payload(&moved, 2, "incoming_chat");
    assert_eq!(gained["transferred_from"], json!({"group_ids": [19], "agent_ids": ["mia@acme.example"]}));
}

#[test]
fn scopes_and_wishes_decide_what_is_pushed() {
    let open = |scopes: Value, pushes: Value| {
        let mut stage = Stage::open(json!({
            "agents": [{"id": "mia@acme.example"}, {"id": "tom@acme.example", "scopes": scopes, "status": "not_accepting_chats"}],
            "bots": [{"name": "Acme Bot"}],
        }));
        stage.enter(1, MIA);
        stage.connect(2, PATH);
        let login = json!({"token": TOM, "pushes": pushes, "customer_monitoring_level": "online"});
        let mut told = stage.asks(2, "login", login);
        assert_eq!(told[0].1["success"], true, "{}", told[0].1);
        told.extend(stage.asks(1, "start_chat", json!({"continuous": true})));
        told.extend(stage.asks(1, "multicast", json!({"content": 1, "recipients": {"agents": {"all": true}}})));
        told.extend(stage.asks(1, "set_routing_status", json!({"status": "not_accepting_chats"})));
        let bot = json!({"agent_id": BOT, "status": "not_accepting_chats"});
        told.extend(stage.asks(1, "set_routing_status", bot));
        let came = told.iter().filter(|(socket, frame)| *socket == 2 && frame["type"] == "push");
        let short = |(_, frame): &(u64, Value)| {
            format!("{} {}", frame["version"].as_str().unwrap(), frame["action"].as_str().unwrap())
        };
        came.map(short).collect::<Vec<_>>()
    };
    let check = |scopes: Value, pushes: Value, expected: &[&str]| {
        assert_eq!(open(scopes.clone(), pushes.clone()), expected, "{scopes} {pushes}");
    };
    let all = json!({"3.6": ["all"]});
    check(json!([]), all.clone(), &["3.6 groups_status_updated"]);
    check(json!(["chats--access:ro"]), all.clone(), &["3.6 incoming_chat", "3.6 groups_status_updated"]);
    check(json!(["customers:ro"]), all.clone(), &["3.6 incoming_customers", "3.6 groups_status_updated"]);
    check(json!(["multicast:ro"]), all.clone(), &["3.6 incoming_multicast", "3.6 groups_status_updated"]);
    check(json!(["agents--all:ro"]), all.clone(), &["3.6 routing_status_set", "3.6 groups_status_updated"]);
    check(json!(["agents-bot--all:ro"]), all, &["3.6 routing_status_set", "3.6 groups_status_updated"]);
    let some = json!({"3.6": ["incoming_chat"], "3.7": ["incoming_multicast"]});
    let scopes = json!(["chats--access:ro", "multicast:ro", "agents--all:ro"]);
    check(scopes.clone(), some, &["3.6 incoming_chat", "3.7 incoming_multicast"]);
    check(scopes, json!({}), &[]);
}
