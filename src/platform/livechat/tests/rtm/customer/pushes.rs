//! What customers are told, in which form, and what they are not told.

use std::collections::BTreeSet;

use super::super::super::super::{events, rtm};
use super::*;

/// All that can be pushed to customers.
fn table() -> BTreeSet<&'static str> {
    let shared = events::EVENTS.iter().filter(|event| event.pushed.contains(&"customers")).map(|event| event.name);
    let own = rtm::PUSHES.iter().filter(|push| push.to.contains(&"customers")).map(|push| push.name);
    shared.chain(own).collect()
}

/// Has everything happen that a customer hears of; gives all that their socket was told.
fn eventful(path: &str) -> (Stage, Told) {
    let mut stage = shop();
    let mut told = stage.come_to(2, path, ADA, &json!({}));
    let (chat, thread, begun) = begin(&mut stage, 2);
    told.extend(begun);
    let of_chat = |more: Value| merged(json!({"id": chat}), more);
    let in_chat = |more: Value| merged(json!({"chat_id": chat}), more);
    let in_thread = |more: Value| merged(json!({"chat_id": chat, "thread_id": thread}), more);
    let buttons = json!([{"text": "Yes", "postback_id": "y"}]);
    let card = json!({"type": "rich_message", "template_id": "cards", "elements": [{"buttons": buttons}]});
    let sent = stage.asks(1, "send_event", in_chat(json!({"event": card})));
    let event = sent[0].1["payload"]["event_id"].clone();
    assert!(event.is_string(), "{}", sent[0].1);
    told.extend(sent);
    let of_event = |more: Value| merged(in_thread(json!({"event_id": event})), more);
    let values = || json!({"properties": {"test": {"int_property": 5}}});
    let names = || json!({"properties": {"test": ["int_property"]}});
    let seen = stage.now + VirtualSpan::from_secs(1);
    for (action, body) in [
        ("send_event_preview", in_chat(json!({"event": {"type": "message", "text": "Soon"}}))),
        ("send_typing_indicator", in_chat(json!({"is_typing": true}))),
        ("send_thinking_indicator", in_chat(json!({"title": "Hm"}))),
        ("update_chat_properties", of_chat(values())),
        ("delete_chat_properties", of_chat(names())),
        ("update_thread_properties", in_thread(values())),
        ("delete_thread_properties", in_thread(names())),
        ("update_event_properties", of_event(values())),
        ("delete_event_properties", of_event(names())),
        ("mark_events_as_seen", in_chat(json!({"seen_up_to": seen}))),
        ("tag_thread", in_thread(json!({"tag": "late"}))),
    ] {
        let came = stage.asks(1, action, body);
        assert_eq!(came[0].1["success"], true, "{action}: {}", came[0].1);
        told.extend(came);
    }
    let pressed = of_event(json!({"postback": {"id": "y", "toggled": true}}));
    told.extend(stage.asks(2, "send_rich_message_postback", pressed));
    told.extend(stage.asks(2, "update_customer", json!({"name": "Ada L."})));
    stage.act(json!({"delete": {"as": "ada"}})).unwrap();
    told.extend(stage.orders());
    for (kind, to) in [("agent", json!("tom@acme.example")), ("group", json!(19))] {
        let transfer = json!({"target": {"type": kind, "ids": [to]}, "ignore_agents_availability": true,
            "ignore_requester_presence": true});
        let came = stage.asks(1, "transfer_chat", of_chat(transfer));
        assert_eq!(came[0].1["success"], true, "{}", came[0].1);
        told.extend(came);
    }
    told.extend(stage.asks(1, "set_routing_status", json!({"status": "not_accepting_chats"})));
    told.extend(stage.asks(2, "deactivate_chat", of_chat(json!({}))));
    told.extend(stage.in_trouble(2, Trouble::Overdue));
    (stage, told)
}

fn merged(mut one: Value, other: Value) -> Value {
    one.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    one
}

#[test]
fn every_push_of_the_table_comes_and_no_other() {
    let came: BTreeSet<String> = pushes(&eventful(SITE).1, 2).into_iter().collect();
    let came: BTreeSet<&str> = came.iter().map(String::as_str).collect();
    let missing: Vec<_> = table().difference(&came).copied().collect();
    assert_eq!(missing, [""; 0], "these never came");
    let strange: Vec<_> = came.difference(&table()).copied().collect();
    assert_eq!(strange, [""; 0], "these are not in the table");
}

#[test]
fn older_versions_have_fewer_pushes() {
    let came: BTreeSet<String> = pushes(&eventful(&SITE.replace("v3.6", "v3.5")).1, 2).into_iter().collect();
    let newer: Vec<_> = table().into_iter().filter(|name| !came.contains(*name)).collect();
    assert_eq!(newer, ["event_deleted", "incoming_event_preview", "incoming_thinking_indicator"]);
}

#[test]
fn no_address_of_an_agent_and_no_visibility_comes_to_a_customer() {
    let (_, told) = eventful(SITE);
    for (_, frame) in told.iter().filter(|(socket, _)| *socket == 2) {
        let text = frame.to_string();
        assert!(!text.contains("acme.example") && !text.contains("visibility"), "{text}");
    }
}

#[test]
fn pushes_say_what_the_samples_say() {
    let (_, told) = eventful(SITE);
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let check = |push: &str, expected: &[&str]| assert_eq!(keys(&payload(&told, 2, push)), expected, "{push}");
    check("incoming_chat", &["requester_id", "chat"]);
    assert_eq!(payload(&told, 2, "incoming_chat")["requester_id"], ADA);
    check("incoming_event", &["chat_id", "thread_id", "event"]);
    check("incoming_event_preview", &["chat_id", "thread_id", "event"]);
    let preview = payload(&told, 2, "incoming_event_preview")["event"].clone();
    assert_eq!(
        (keys(&preview), &preview["text"]),
        (["created_at", "type", "text", "author_id"].map(str::to_owned).to_vec(), &json!("Soon"))
    );
    let typing = payload(&told, 2, "incoming_typing_indicator")["typing_indicator"].clone();
    assert_eq!(keys(&typing), ["author_id", "recipients", "timestamp", "is_typing"]);
    assert_eq!(typing["author_id"].as_str().unwrap().len(), 32);
    check("incoming_thinking_indicator", &["chat_id", "thread_id", "author_id", "sent_at", "title"]);
    check("queue_position_updated", &["chat_id", "thread_id", "queue"]);
    assert_eq!(keys(&payload(&told, 2, "queue_position_updated")["queue"]), ["position", "wait_time"]);
    assert_eq!(payload(&told, 2, "customer_updated"), json!({"id": ADA, "name": "Ada L."}));
    check("groups_status_updated", &["groups"]);
    assert_eq!(payload(&told, 2, "groups_status_updated")["groups"].as_array().unwrap().len(), 1);
    check("chat_deactivated", &["chat_id", "thread_id", "user_id"]);
    assert_eq!(payload(&told, 2, "customer_disconnected"), json!({"reason": "connection_timeout"}));
}

#[test]
fn the_push_that_clients_wait_for_has_the_id_of_the_request_and_no_other_has() {
    let mut stage = shop();
    stage.come(2, ADA, &json!({}));
    stage.come(3, ADA, &json!({}));
    let check = |stage: &mut Stage, action: &str, body: Value, expected: Option<&str>| {
        let told = stage.asks(2, action, body);
        assert_eq!(
            (told[0].0, &told[0].1["type"], &told[0].1["success"]),
            (2, &json!("response"), &json!(true)),
            "{}",
            told[0].1
        );
        let with_id = told[1..].iter().filter(|(_, frame)| frame.get("request_id").is_some());
        let with_id: Vec<_> = with_id.map(|(socket, frame)| (*socket, frame["action"].as_str().unwrap())).collect();
        assert_eq!(with_id, expected.map(|push| (2, push)).into_iter().collect::<Vec<_>>(), "{action}");
        // The other tab hears the same, without the id.
        assert_eq!(pushes(&told, 2), pushes(&told, 3), "{action}");
        told[0].1["payload"].clone()
    };
    let greets = json!({"chat": {"thread": {"events": [{"type": "message", "text": "Hi"}]}}});
    let chat = check(&mut stage, "start_chat", greets, Some("incoming_chat"))["chat_id"].clone();
    let event = json!({"chat_id": chat, "event": {"type": "message", "text": "More", "custom_id": "c"}});
    check(&mut stage, "send_event", event, Some("incoming_event"));
    check(&mut stage, "deactivate_chat", json!({"id": chat}), None);
    check(&mut stage, "resume_chat", json!({"chat": {"id": chat}}), Some("incoming_chat"));
    check(&mut stage, "update_customer", json!({"name": "A"}), None);
    check(&mut stage, "get_customer", json!({}), None);
}

#[test]
fn what_is_for_agents_only_is_not_told() {
    let mut stage = shop();
    stage.come(2, ADA, &json!({}));
    let (chat, thread, _) = begin(&mut stage, 2);
    let note = json!({"chat_id": chat, "event": {"type": "message", "text": "psst", "visibility": "agents"}});
    let told = stage.asks(1, "send_event", note);
    assert_eq!(pushes(&told, 2), [""; 0]);
    let of_note = json!({"chat_id": chat, "thread_id": thread, "event_id": told[0].1["payload"]["event_id"],
        "properties": {"test": {"int_property": 5}}});
    assert_eq!(pushes(&stage.asks(1, "update_event_properties", of_note), 2), [""; 0]);
    let types = json!({"chat_id": chat, "is_typing": true, "visibility": "agents"});
    assert_eq!(pushes(&stage.asks(1, "send_typing_indicator", types), 2), [""; 0]);
    let watches = json!({"chat_id": chat, "user_id": "tom@acme.example", "user_type": "agent", "visibility": "agents"});
    let told = stage.asks(1, "add_user_to_chat", watches);
    assert_eq!(told[0].1["success"], true, "{}", told[0].1);
    assert!(!pushes(&told, 2).contains(&"user_added_to_chat".to_owned()), "{told:?}");
    // Whoever is there without the customer's knowing does not type for them, either.
    stage.enter(4, TOM);
    let told = stage.asks(4, "send_typing_indicator", json!({"chat_id": chat, "is_typing": true}));
    assert_eq!((&told[0].1["success"], pushes(&told, 2)), (&json!(true), vec![]), "{}", told[0].1);
    // Nor is what happens in chats of others.
    stage.come(3, BOB, &json!({}));
    let (_, _, told) = begin(&mut stage, 3);
    assert_eq!(pushes(&told, 2), [""; 0]);
}

#[test]
fn customers_hear_of_what_they_have_asked_for() {
    let mut stage = shop();
    stage.come(2, ADA, &json!({"pushes": {"3.6": ["incoming_event"], "3.7": ["incoming_chat"]}}));
    let (chat, _, told) = begin(&mut stage, 2);
    let versions = |told: &Told| {
        let pushed = told.iter().filter(|(socket, frame)| *socket == 2 && frame["type"] == "push");
        pushed
            .map(|(_, frame)| format!("{} {}", frame["version"].as_str().unwrap(), frame["action"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(versions(&told), ["3.7 incoming_chat"]);
    let told = stage.asks(2, "deactivate_chat", json!({"id": chat}));
    assert_eq!(versions(&told), ["3.6 incoming_event"]);
    // They are told why they must go, asked for or not.
    assert_eq!(versions(&stage.in_trouble(2, Trouble::Overdue)), ["3.6 customer_disconnected"]);
}
