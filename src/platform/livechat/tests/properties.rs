//! Properties of chats, threads and events.

use serde_json::json;

use super::*;

/// The app of the bot.
const CLIENT: &str = "0805e283233042b37f460ed8fbf22160";

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
        let both = json!({CLIENT: {"a": 1, "b": "x"}});
        assert_eq!(tell("update", both.clone()), updated(both.clone()));
        assert_eq!(tell("update", both), []);
        assert_eq!(tell("update", json!({CLIENT: {"a": 2, "b": "x"}})), updated(json!({CLIENT: {"a": 2}})));
        assert_eq!(tell("delete", json!({CLIENT: ["b", "c"]})), deleted(json!({CLIENT: ["b"]})));
        assert_eq!(tell("delete", json!({CLIENT: ["b", "c"]})), []);
    }
    let seen = stage.get(&chat);
    assert_eq!(seen["properties"][CLIENT], json!({"a": 2}));
    assert_eq!(seen["thread"]["properties"][CLIENT], json!({"a": 2}));
    assert_eq!(seen["thread"]["events"][0]["properties"][CLIENT], json!({"a": 2}));
}

#[test]
fn closed_threads_keep_their_properties_open() {
    let mut stage = Stage::with_bot();
    let (chat, thread) = stage.start();
    stage.act(json!({"close": {"by": "ada"}})).unwrap();
    stage.sent();
    let body = json!({"chat_id": chat, "thread_id": thread, "properties": {CLIENT: {"a": 1}}});
    let told = changed(&mut stage, "update_thread_properties", &body);
    assert_eq!(told, [("thread_properties_updated".to_owned(), json!({CLIENT: {"a": 1}}))]);
}

#[test]
fn how_a_thread_was_is_noted_in_it_even_if_it_is_over() {
    let mut stage = Stage::with_bot();
    let (chat, thread) = stage.start();
    let check = |stage: &mut Stage, verb: &str, subject: &str, rating: Value, expected: &[(&str, Value)]| {
        let mut body = json!({"properties": {"rating": rating}});
        match subject {
            "chat" => body["id"] = json!(chat),
            _ => (body["chat_id"], body["thread_id"]) = (json!(chat), json!(thread)),
        }
        stage.sent();
        let (reply, document) = stage.call(&format!("{verb}_{subject}_properties"), BOT_TOKEN, &body);
        assert_eq!((reply.status, document), (200, json!({})));
        let bodies = stage.bodies();
        let notes = bodies.iter().filter(|body| body["action"] == "incoming_event").map(|body| {
            assert_eq!(
                (&body["payload"]["thread_id"], body["payload"]["event"].get("author_id")),
                (&json!(thread), None)
            );
            let event = &body["payload"]["event"];
            (event["system_message_type"].as_str().unwrap(), event.get("text_vars").cloned().unwrap_or_default())
        });
        assert_eq!(notes.collect::<Vec<_>>(), expected, "{verb} {subject} {rating}");
    };
    let rated = |score: &str| ("rating.chat_rated", json!({"customer": "Ada", "score": score}));
    let commented = |comment: &str| ("rating.chat_commented", json!({"comment": comment}));
    check(&mut stage, "update", "chat", json!({"score": 1}), &[]);
    check(&mut stage, "update", "thread", json!({"score": 1}), &[rated("1")]);
    check(&mut stage, "update", "thread", json!({"score": 1}), &[]);
    check(&mut stage, "update", "thread", json!({"score": 1, "comment": "Nice"}), &[commented("Nice")]);
    stage.act(json!({"close": {"by": "ada", "chat": "ada"}})).unwrap();
    check(&mut stage, "update", "thread", json!({"score": 0, "comment": "Not"}), &[rated("0"), commented("Not")]);
    check(&mut stage, "delete", "thread", json!(["comment"]), &[]);
    check(&mut stage, "delete", "thread", json!(["score"]), &[("rating.chat_rating_canceled", Value::Null)]);
    // A later thread goes on meanwhile, and is not the one that is spoken of.
    stage.start();
    check(&mut stage, "update", "thread", json!({"score": 1}), &[rated("1")]);
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

#[test]
fn what_an_app_has_registered_can_be_changed_where_it_has_values() {
    const OTHER: &str = "3c1f0a9b7d2e4f5a8b6c0d1e2f3a4b5c";
    let check = |level: &str, properties: Value, expected: (&str, &str)| {
        let mut stage = Stage::open(json!({
            "bots": [{"name": "Acme Bot"}, {"name": "Other Bot", "client_id": OTHER}],
            "properties": [
                {"name": "mine", "type": "bool"},
                {"name": "theirs", "client_id": OTHER},
                {"name": "everybodys", "client_id": OTHER, "public": true},
            ],
        }));
        let registered = json!({"name": "called", "owner_client_id": CLIENT, "type": "int", "range": {"from": 1, "to": 3},
            "access": {"thread": {"agent": ["read", "write"]}, "event": {"agent": ["read"]}}});
        assert_eq!(stage.configure("v3.6", "register_property", PAT, &registered), json!({}));
        let (chat, thread) = stage.start();
        let body = json!({"id": chat, "chat_id": chat, "thread_id": thread, "event_id": format!("{thread}_1"),
            "properties": properties});
        let answer = stage.call(&format!("update_{level}_properties"), BOT_TOKEN, &body).1;
        assert_eq!(error(&answer), expected, "{level} {properties}");
        let names: serde_json::Map<String, Value> = properties.as_object().unwrap().clone();
        let names: Value = names
            .into_iter()
            .map(|(space, names)| {
                let names: Vec<String> = names.as_object().unwrap().keys().cloned().collect();
                (space, json!(names))
            })
            .collect::<serde_json::Map<_, _>>()
            .into();
        let body = json!({"id": chat, "chat_id": chat, "thread_id": thread, "event_id": format!("{thread}_1"),
            "properties": names});
        let gone = stage.call(&format!("delete_{level}_properties"), BOT_TOKEN, &body).1;
        if !expected.1.contains("must be") {
            assert_eq!(error(&gone), expected, "{level} {names}");
        }
    };
    let fine = ("", "");
    check("chat", json!({CLIENT: {"mine": true}}), fine);
    check("event", json!({CLIENT: {"mine": true}}), fine);
    let text = |text: &str| text.replace("X", &format!("properties.{CLIENT}"));
    check("chat", json!({CLIENT: {"mine": 1}}), ("validation", &text("`X.mine` must be of the type bool")));
    check("chat", json!({CLIENT: {"ghost": 1}}), ("validation", &text("`X.ghost` is not a property")));
    let fixed = |name: &str| format!("Property {name} cannot be changed here");
    check("chat", json!({OTHER: {"theirs": "x"}}), ("authorization", &fixed(&format!("{OTHER}.theirs"))));
    check("chat", json!({OTHER: {"everybodys": "x"}}), fine);
    check("chat", json!({"crm": {"ticket": "x"}}), ("authorization", &fixed("crm.ticket")));
    check("thread", json!({CLIENT: {"called": 3}}), fine);
    check("thread", json!({CLIENT: {"called": 4}}), ("validation", &text("`X.called` must be between 1 and 3")));
    check("chat", json!({CLIENT: {"called": 3}}), ("validation", &text("`X.called` is no property of chats")));
    check("event", json!({CLIENT: {"called": 3}}), ("authorization", &fixed(&format!("{CLIENT}.called"))));
    check("event", json!({"lc2": {"greeting_id": 7}}), fine);
    check("event", json!({"core": {"x": 7}}), ("validation", "`properties.core.x` is not a property"));
}
