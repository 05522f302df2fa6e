//! Properties of chats, threads and events.

use serde_json::json;

use super::*;

/// Changes properties and gives the webhooks in short: action and what changed.
fn changed(stage: &mut Stage, method: &str, body: &Value) -> Vec<(String, Value)> {
    let (reply, document) = stage.call(method, BOT_TOKEN, body);
    assert_eq!((reply.status, document), (200, json!({})), "{method}");
    let short = |body: Value| (body["action"].as_str().unwrap().to_owned(), body["payload"]["properties"].clone());
    stage.bodies().into_iter().map(short).collect()
}

#[test]
fn only_what_changes_is_told() {
    let mut stage = Stage::with_bot();
    let (chat, thread) = stage.start();
    stage.sent();
    let event = format!("{thread}_1");
    let subjects = [
        ("chat", json!({"id": chat})),
        ("thread", json!({"chat_id": chat, "thread_id": thread})),
        ("event", json!({"chat_id": chat, "thread_id": thread, "event_id": event})),
    ];
    for (noun, subject) in subjects {
        let mut tell = |verb: &str, properties: Value| {
            let mut body = subject.clone();
            body["properties"] = properties;
            changed(&mut stage, &format!("{verb}_{noun}_properties"), &body)
        };
        let updated = |properties: Value| vec![(format!("{noun}_properties_updated"), properties)];
        let deleted = |names: Value| vec![(format!("{noun}_properties_deleted"), names)];
        let both = json!({"app": {"a": 1, "b": "x"}});
        assert_eq!(tell("update", both.clone()), updated(both.clone()));
        assert_eq!(tell("update", both), []);
        assert_eq!(tell("update", json!({"app": {"a": 2, "b": "x"}})), updated(json!({"app": {"a": 2}})));
        assert_eq!(tell("delete", json!({"app": ["b", "c"]})), deleted(json!({"app": ["b"]})));
        assert_eq!(tell("delete", json!({"app": ["b", "c"]})), []);
    }
    let seen = stage.get(&chat);
    assert_eq!(seen["properties"]["app"], json!({"a": 2}));
    assert_eq!(seen["thread"]["properties"]["app"], json!({"a": 2}));
    assert_eq!(seen["thread"]["events"][0]["properties"]["app"], json!({"a": 2}));
}

#[test]
fn closed_threads_keep_their_properties_open() {
    let mut stage = Stage::with_bot();
    let (chat, thread) = stage.start();
    stage.act(json!({"close": {"by": "ada"}})).unwrap();
    stage.sent();
    let body = json!({"chat_id": chat, "thread_id": thread, "properties": {"rating": {"score": 1}}});
    let told = changed(&mut stage, "update_thread_properties", &body);
    assert_eq!(told, [("thread_properties_updated".to_owned(), json!({"rating": {"score": 1}}))]);
}

#[test]
fn the_vendors_own_properties_can_be_changed_where_the_vendor_lets_them() {
    let check = |level: &str, properties: Value, status: u16| {
        let mut stage = Stage::with_bot();
        let (chat, thread) = stage.start();
        let event = format!("{thread}_1");
        let body =
            json!({"id": chat, "chat_id": chat, "thread_id": thread, "event_id": event, "properties": properties});
        let method = format!("update_{level}_properties");
        assert_eq!(stage.call(&method, BOT_TOKEN, &body).0.status, status, "{method} {properties}");
    };
    check("chat", json!({"routing": {"pinned": true}}), 200);
    check("thread", json!({"routing": {"pinned": true}}), 403);
    check("thread", json!({"routing": {"idle": true}}), 403);
    check("chat", json!({"routing": {"no_such": true}}), 400);
    check("event", json!({"translation": {"source_lang_code": "en"}}), 200);
    check("chat", json!({"translation": {"source_lang_code": "en"}}), 403);
    check("event", json!({"status": {"delivered": "yes"}}), 400);
    check("event", json!({"test": {"int_property": 1, "bool_property": true, "string_property": "x"}}), 200);
    check("chat", json!({}), 200);
}
