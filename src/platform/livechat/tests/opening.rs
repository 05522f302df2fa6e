//! Chats that callers start and resume.

use serde_json::json;

use super::*;
use crate::journal::What;
use crate::journal::entry::{Party, Role};

#[test]
fn a_started_chat_tells_the_ids_of_what_it_began_with() {
    let mut stage = Stage::with_bot();
    let events = json!([{"type": "message", "text": "a", "custom_id": "c"}, {"type": "custom", "content": {"x": 1}}]);
    let body =
        json!({"chat": {"users": [{"id": ADA, "type": "customer"}], "thread": {"events": events}}, "continuous": true});
    let answer = stage.call("start_chat", BOT_TOKEN, &body).1;
    let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["chat_id", "thread_id", "event_ids"]);
    let thread = answer["thread_id"].as_str().unwrap();
    assert_eq!(answer["event_ids"], json!([format!("{thread}_1"), format!("{thread}_2")]));
    let bodies = stage.bodies();
    assert_eq!(bodies.len(), 1);
    let chat = &bodies[0]["payload"]["chat"];
    assert_eq!(chat["thread"]["user_ids"], json!([ADA, BOT]));
    assert_eq!(chat["properties"]["routing"]["continuous"], true);
    assert_eq!(chat["properties"]["source"]["client_id"], "0805e283233042b37f460ed8fbf22160");
    // One chat per customer.
    let (reply, _) = stage.call("start_chat", BOT_TOKEN, &body);
    assert_eq!(reply.status, 400);
}

#[test]
fn what_a_thread_begins_with_is_said_by_its_authors() {
    let authors = [ADA, BOT, "mia@acme.example"];
    let events = authors.map(|author| json!({"type": "message", "text": "x", "author_id": author}));
    let users = json!([{"id": ADA, "type": "customer"}, {"id": "mia@acme.example", "type": "agent"}]);
    let expected = [
        Party::new(Role::Customer, "ada", "Ada"),
        Party::new(Role::Bot, BOT, "Acme Bot"),
        Party::new(Role::Agent, "mia@acme.example", "Mia Lind"),
    ];
    let check = |stage: &mut Stage, method: &str, chat: Value| {
        stage.desk.facts.clear();
        let (reply, document) = stage.call(method, BOT_TOKEN, &json!({"chat": chat}));
        assert_eq!(reply.status, 200, "{method}: {document}");
        let said = stage.desk.facts.iter().filter_map(|fact| match fact {
            What::Said(said) => Some(&said.from),
            _ => None,
        });
        assert!(said.eq(&expected), "{method}: {:?}", stage.desk.facts);
        document
    };
    let mut stage = Stage::with_bot();
    let begun = check(&mut stage, "start_chat", json!({"users": users, "thread": {"events": events}}));
    let id = &begun["chat_id"];
    assert_eq!(stage.call("deactivate_chat", BOT_TOKEN, &json!({"id": id})).0.status, 200);
    check(&mut stage, "resume_chat", json!({"id": id, "users": users, "thread": {"events": events}}));
}

#[test]
fn a_resumed_chat_has_its_customer_and_whoever_resumes_it() {
    let mut stage = Stage::with_bot();
    let (chat, first) = stage.start();
    stage.act(json!({"close": {"by": "ada"}})).unwrap();
    stage.sent();
    let answer = stage.call("resume_chat", BOT_TOKEN, &json!({"chat": {"id": chat}})).1;
    let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["thread_id"]);
    let bodies = stage.bodies();
    let thread = &bodies[0]["payload"]["chat"]["thread"];
    assert_eq!(thread["user_ids"], json!([ADA, BOT]));
    assert_eq!(thread["previous_thread_id"], first);
}

#[test]
fn a_caller_cannot_set_what_the_platform_sets() {
    const CLIENT: &str = "0805e283233042b37f460ed8fbf22160";
    let given = json!({"source": {"client_id": "mine"}, "routing": {"continuous": "mine"}, CLIENT: {"a": 2}});
    let check = |stage: &mut Stage, method: &str, body: Value, continuous: [bool; 2]| {
        stage.sent();
        let (reply, document) = stage.call(method, BOT_TOKEN, &body);
        assert_eq!(reply.status, 200, "{method}: {document}");
        let chat = &stage.bodies()[0]["payload"]["chat"];
        for (found, continuous) in [chat, &chat["thread"]].into_iter().zip(continuous) {
            assert_eq!(found["properties"]["source"], json!({"client_id": CLIENT}), "{method}");
            assert_eq!(found["properties"]["routing"]["continuous"], continuous, "{method}");
            assert_eq!(found["properties"][CLIENT], json!({"a": 2}), "{method}");
        }
        document["chat_id"].clone()
    };
    let chat = |id: &Value| match id {
        Value::Null => json!({"properties": given, "thread": {"properties": given}}),
        id => json!({"id": id, "properties": given, "thread": {"properties": given}}),
    };
    let mut stage = Stage::with_bot();
    check(&mut stage, "start_chat", json!({"chat": chat(&Value::Null)}), [false, false]);
    let body = json!({"chat": chat(&Value::Null), "continuous": true});
    let id = check(&mut stage, "start_chat", body, [true, true]);
    assert_eq!(stage.call("deactivate_chat", BOT_TOKEN, &json!({"id": id})).0.status, 200);
    check(&mut stage, "resume_chat", json!({"chat": chat(&id), "continuous": false}), [false, false]);
}

#[test]
fn what_something_begins_with_is_checked_like_what_it_is_given_later() {
    let ask = |method: &str, body: Value| {
        let mut stage = Stage::with_bot();
        let (chat, _) = stage.start();
        if method == "resume_chat" {
            stage.act(json!({"close": {"by": "ada"}})).unwrap();
        }
        let body = body.to_string().replace("<chat>", &chat);
        error(&stage.call(method, BOT_TOKEN, &serde_json::from_str(&body).unwrap()).1).0.to_owned()
    };
    let check = |properties: Value, chat: &str, thread: &str, event: &str| {
        let said = json!({"type": "message", "text": "x", "properties": properties});
        let begun = [
            (json!({"id": "<chat>", "properties": properties}), chat),
            (json!({"id": "<chat>", "thread": {"properties": properties}}), thread),
            (json!({"id": "<chat>", "thread": {"events": [said]}}), event),
        ];
        for (chat, expected) in begun {
            for method in ["start_chat", "resume_chat"] {
                assert_eq!(ask(method, json!({"chat": chat})), expected, "{method}, {chat}");
            }
        }
        assert_eq!(ask("send_event", json!({"chat_id": "<chat>", "event": said})), event, "{properties}");
    };
    const CLIENT: &str = "0805e283233042b37f460ed8fbf22160";
    check(json!({CLIENT: {"a": 1}}), "", "", "");
    check(json!({CLIENT: {"a": "x"}}), "validation", "validation", "validation");
    check(json!({CLIENT: {"z": 1}}), "validation", "validation", "validation");
    check(json!({"3c1f0a9b7d2e4f5a8b6c0d1e2f3a4b5c": {"a": 1}}), "authorization", "authorization", "authorization");
    check(json!({"routing": {"pinned": true}}), "", "authorization", "authorization");
    check(json!({"routing": {"ignore_bots": true}}), "authorization", "authorization", "authorization");
    check(json!({"chats": {"formatting": "commonmark"}}), "authorization", "authorization", "");
}

#[test]
fn a_chat_may_begin_closed() {
    let mut stage = Stage::with_bot();
    let events = json!([{"type": "message", "text": "a"}]);
    let body = json!({"active": false, "chat": {"thread": {"events": events}}});
    let answer = stage.call("start_chat", BOT_TOKEN, &body).1;
    assert_eq!(answer["event_ids"].as_array().unwrap().len(), 1);
    let bodies = stage.bodies();
    assert_eq!(bodies[0]["payload"]["chat"]["thread"]["active"], false);
    let body = json!({"chat_id": answer["chat_id"], "event": {"type": "message", "text": "x"}});
    assert_eq!(stage.call("send_event", BOT_TOKEN, &body).0.status, 422);
}

#[test]
fn who_begins_a_chat_is_limited() {
    let check = |setup: Value, chat: Value, expected: (u16, &str)| {
        let mut stage = Stage::open(setup);
        let (reply, document) = stage.call("start_chat", AGENT_TOKEN, &json!({"chat": chat}));
        assert_eq!((reply.status, document["error"]["type"].as_str().unwrap()), expected, "{chat}");
    };
    let agents: Vec<Value> = (0..6).map(|n| json!({"id": format!("a{n}@example.com")})).collect();
    let users: Vec<Value> = (1..6).map(|n| json!({"id": format!("a{n}@example.com"), "type": "agent"})).collect();
    check(json!({"agents": agents}), json!({"users": users}), (400, "validation"));
    let both = json!([{"id": ADA, "type": "customer"}, {"id": BOB, "type": "customer"}]);
    check(json!({}), json!({"users": both}), (400, "validation"));
    check(json!({}), json!({"users": [{"id": "x", "type": "agent"}]}), (404, "not_found"));
    let foreign = json!({"thread": {"events": [{"type": "message", "text": "x", "author_id": ADA}]}});
    check(json!({}), foreign, (400, "validation"));
    check(json!({"groups": [{"id": 7, "name": "A"}]}), json!({"access": {"group_ids": [7]}}), (403, "missing_access"));
    check(json!({}), json!({"access": {"group_ids": [8]}}), (404, "not_found"));
    let apart = json!({"groups": [{"id": 7, "name": "A"}],
        "agents": [{"id": "a@example.com", "groups": [7]}, {"id": "b@example.com"}]});
    let outsider = json!({"access": {"group_ids": [7]}, "users": [{"id": "b@example.com", "type": "agent"}]});
    check(apart, outsider, (403, "missing_access"));
    check(json!({"agents": [{"id": "a@example.com", "max_chats": 0}]}), json!({}), (422, "limit_reached"));
}

#[test]
fn a_chat_with_a_customer_is_for_the_groups_of_the_first_rule_they_meet() {
    let mut stage = Stage::with_bot();
    let rule = json!({"access": {"groups": [19]}, "conditions": {"url": {"values": [{"value": "shop.example"}]}}});
    assert!(stage.configure("v3.6", "add_auto_access", PAT, &rule)["id"].is_string());
    let mut begin = |method: &str, chat: Value| {
        let (reply, document) = stage.call(method, AGENT_TOKEN, &json!({"chat": chat}));
        assert_eq!(reply.status, 200, "{method}: {document}");
        let body = stage.bodies().pop().unwrap();
        let chat = &body["payload"]["chat"];
        let id = chat["id"].clone();
        assert_eq!(stage.call("deactivate_chat", AGENT_TOKEN, &json!({"id": id})).0.status, 200);
        stage.sent();
        assert_eq!(chat["access"], chat["thread"]["access"]);
        (id, chat["access"]["group_ids"].clone())
    };
    let users = json!([{"id": ADA, "type": "customer"}]);
    let (id, groups) = begin("start_chat", json!({"users": users}));
    assert_eq!(groups, json!([19]));
    assert_eq!(begin("resume_chat", json!({"id": id})).1, json!([19]));
    assert_eq!(begin("resume_chat", json!({"id": id, "access": {"group_ids": [0]}})).1, json!([0]));
    // Nobody visits a page in this one.
    assert_eq!(begin("start_chat", json!({})).1, json!([0]));
}

#[test]
fn a_customer_who_comes_back_is_anybodys_again() {
    let mut stage = Stage::with_bot();
    let (chat, _) = stage.start();
    stage.act(json!({"transfer": {"to": "Sales"}})).unwrap();
    stage.act(json!({"close": {"by": "ada"}})).unwrap();
    assert_eq!(stage.get(&chat)["error"]["type"], "missing_access");
    stage.act(json!({"resume": {"chat": "ada"}})).unwrap();
    let seen = stage.get(&chat);
    assert_eq!((&seen["access"], &seen["thread"]["access"]), (&json!({"group_ids": [0]}), &json!({"group_ids": [0]})));
    assert_eq!(seen["thread"]["user_ids"], json!([ADA, BOT]));
}
