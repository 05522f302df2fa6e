//! What happens to events that are there, and what sockets alone would hear of.

use serde_json::json;

use super::*;

/// A chat in which the bot has offered a choice; gives the chat, its thread and the event.
fn offered(stage: &mut Stage) -> (String, String, String) {
    let (chat, thread) = stage.start();
    let buttons = json!([{"text": "Yes", "postback_id": "y"}, {"text": "No", "postback_id": "n"}]);
    let event = json!({"type": "rich_message", "template_id": "cards", "elements": [{"buttons": buttons}]});
    let id = stage.call("send_event", BOT_TOKEN, &json!({"chat_id": chat, "event": event})).1["event_id"].clone();
    stage.sent();
    (chat, thread, id.as_str().unwrap().to_owned())
}

fn pressed(stage: &mut Stage, (chat, thread, event): &(String, String, String), toggled: bool) -> Vec<Value> {
    let postback = json!({"id": "y", "toggled": toggled, "ecommerce": {"product_id": "77", "quantity": 2}});
    let body = json!({"chat_id": chat, "thread_id": thread, "event_id": event, "postback": postback});
    assert_eq!(stage.call("send_rich_message_postback", BOT_TOKEN, &body).0.status, 200);
    stage.bodies()
}

fn users(stage: &mut Stage, chat: &str) -> Value {
    stage.get(chat)["thread"]["events"][1]["elements"][0]["buttons"][0]["user_ids"].clone()
}

#[test]
fn a_press_is_told_and_so_is_what_it_changes() {
    let stage = &mut Stage::with_bot();
    let offer = offered(stage);
    let bodies = pressed(stage, &offer, true);
    assert_eq!(bodies.len(), 2);
    let payload = json!({"user_id": BOT, "chat_id": offer.0, "thread_id": offer.1, "event_id": offer.2,
        "postback": {"id": "y", "toggled": true, "ecommerce": {"product_id": "77", "quantity": 2}}});
    assert_eq!(bodies[0]["payload"], payload);
    assert_eq!(bodies[1]["action"], "event_updated");
    assert_eq!(users(stage, &offer.0), json!([BOT]));
    assert_eq!(pressed(stage, &offer, true).len(), 1, "nothing changes the second time");
    assert_eq!(pressed(stage, &offer, false).len(), 2);
    assert_eq!(users(stage, &offer.0), json!([]));
}

#[test]
fn nobody_hears_of_a_press_in_a_closed_thread() {
    let stage = &mut Stage::with_bot();
    let offer = offered(stage);
    stage.act(json!({"close": {"by": "ada"}})).unwrap();
    stage.sent();
    assert_eq!(pressed(stage, &offer, true), Vec::<Value>::new());
    assert_eq!(users(stage, &offer.0), json!([BOT]));
}

#[test]
fn what_is_seen_is_never_seen_less() {
    let mut stage = Stage::with_bot();
    let (chat, _) = stage.start();
    stage.sent();
    let mut check = |token: &str, up_to: &str, told: bool| {
        let body = json!({"chat_id": chat, "seen_up_to": up_to});
        let (reply, document) = stage.call("mark_events_as_seen", token, &body);
        assert_eq!((reply.status, document), (200, json!({})));
        let bodies = stage.bodies();
        assert_eq!(bodies.len(), usize::from(told), "{up_to}");
        for body in bodies {
            assert_eq!(body["payload"], json!({"user_id": BOT, "chat_id": chat, "seen_up_to": up_to}));
        }
    };
    check(BOT_TOKEN, "2026-01-05T09:30:00.000000Z", true);
    check(BOT_TOKEN, "2026-01-05T09:30:00.000000Z", false);
    check(BOT_TOKEN, "2026-01-05T09:15:00.000000Z", false);
    check(BOT_TOKEN, "2026-01-05T09:45:00.000000Z", true);
    // Somebody who is not in the chat has seen nothing of it.
    check("Bearer dal:agent2-token", "2026-01-05T09:45:00.000000Z", false);
}

#[test]
fn whoever_reads_has_seen_all_there_is() {
    let mut stage = Stage::with_bot();
    let (chat, _) = stage.start();
    stage.sent();
    stage.act(json!({"read": {"as": "ada"}})).unwrap();
    let bodies = stage.bodies();
    let payload = json!({"user_id": ADA, "chat_id": chat, "seen_up_to": "2026-01-05T09:00:02.000000Z"});
    assert_eq!((bodies.len(), &bodies[0]["payload"]), (1, &payload));
    let refusal = stage.act(json!({"read": {"as": "mia@acme.example"}})).unwrap_err();
    assert_eq!(refusal.reason, "`mia@acme.example` is not in the chat");
}

#[test]
fn what_is_taken_back_leaves_only_its_place() {
    let mut stage = Stage::with_bot();
    let (chat, thread) = stage.start();
    stage.act(json!({"say": {"as": "ada", "text": "secret"}})).unwrap();
    stage.sent();
    stage.act(json!({"delete": {"as": "ada"}})).unwrap();
    let bodies = stage.bodies();
    assert_eq!(bodies[0]["action"], "event_deleted");
    let event = format!("{thread}_2");
    assert_eq!(bodies[0]["payload"], json!({"chat_id": chat, "thread_id": thread, "event_id": event}));
    let left = json!({"id": event, "created_at": "2026-01-05T09:00:02.000000Z", "visibility": "all",
        "type": "message", "author_id": ADA, "deleted": true});
    assert_eq!(stage.get(&chat)["thread"]["events"][1], left);
    let body = json!({"chat_id": chat, "thread_id": thread, "event_id": event, "properties": {"0805e283233042b37f460ed8fbf22160": {"a": 1}}});
    assert_eq!(stage.call("update_event_properties", BOT_TOKEN, &body).0.status, 404);
    let refusal = stage.act(json!({"delete": {"as": "ada", "nth": 2}})).unwrap_err();
    assert_eq!(refusal.reason, "`ada` has no such message to delete");
    stage.act(json!({"delete": {"as": "ada", "nth": 1}})).unwrap();
    assert_eq!(stage.told(), ["event_deleted"]);
}

#[test]
fn what_was_taken_back_is_shown_to_those_who_run_the_license() {
    let agents = ["viceowner", "administrator", "normal"]
        .map(|role| json!({"id": format!("{role}@acme.example"), "role": role, "status": "not_accepting_chats"}));
    let mut stage = Stage::open(json!({"agents": agents, "bots": [{"name": "B"}]}));
    let (chat, _) = stage.start();
    stage.act(json!({"say": {"as": "ada", "text": "secret"}})).unwrap();
    stage.act(json!({"delete": {"as": "ada"}})).unwrap();
    stage.act(json!({"close": {"by": "ada"}})).unwrap();
    let mut check = |token: &str, method: &str, pointer: &str, text: Option<&str>| {
        let reads_one = matches!(method, "get_chat" | "list_threads");
        let body = if reads_one { json!({"chat_id": chat}) } else { json!({}) };
        let answer = stage.call(method, token, &body).1;
        let event = answer.pointer(pointer).unwrap_or_else(|| panic!("{method}: {answer}"));
        assert_eq!((&event["deleted"], event["text"].as_str()), (&json!(true), text), "{method}, {token}");
        assert_eq!(event.get("properties").is_some(), text.is_some(), "{method}, {token}");
        let found = stage.call("list_archives", token, &json!({"filters": {"query": "secret"}})).1;
        assert_eq!(found["found_chats"], usize::from(text.is_some()), "{token}");
    };
    let reads = [
        ("get_chat", "/thread/events/1"),
        ("list_chats", "/chats_summary/0/last_event_per_type/message/event"),
        ("list_threads", "/threads/0/events/1"),
        ("list_archives", "/chats/0/thread/events/1"),
    ];
    for (method, pointer) in reads {
        check("Bearer dal:agent-token", method, pointer, Some("secret"));
        check("Bearer dal:agent2-token", method, pointer, Some("secret"));
        check("Bearer dal:agent3-token", method, pointer, None);
        check(BOT_TOKEN, method, pointer, None);
    }
}

#[test]
fn a_thread_that_goes_on_is_summed_up_by_an_event_and_one_that_is_over_once() {
    let mut stage = Stage::with_bot();
    let (chat, thread) = stage.start();
    stage.sent();
    let ask = |stage: &mut Stage| {
        let body = json!({"chat_id": chat, "thread_id": thread});
        let (reply, document) = stage.call("request_thread_summary", BOT_TOKEN, &body);
        assert_eq!((reply.status, document), (200, json!({})));
        stage.bodies()
    };
    let words = "• The customer began with: Hi\n• 1 from the customer, 0 from agents.";
    let bodies = ask(&mut stage);
    let event = &bodies[0]["payload"]["event"];
    assert_eq!(
        (&event["type"], &event["subtype"], &event["visibility"]),
        (&json!("system"), &json!("summary"), &json!("agents"))
    );
    let details: Value = serde_json::from_str(event["details"].as_str().unwrap()).unwrap();
    assert_eq!(details, json!({"summary": {"text": words, "status": "ok"}, "requested_by": BOT}));
    stage.act(json!({"close": {"by": "ada"}})).unwrap();
    stage.sent();
    let bodies = ask(&mut stage);
    assert_eq!(bodies[0]["action"], "thread_summary_set");
    let summary = json!({"status": "ok", "text": words, "updated_at": "2026-01-05T09:00:02.000000Z"});
    assert_eq!(bodies[0]["payload"]["summary"], summary);
    assert_eq!(ask(&mut stage).len(), 0);
    assert_eq!(stage.get(&chat)["thread"]["summary"], summary);
    // Older versions know neither the event nor the summary.
    let body = Body::Whole(json!({"chat_id": chat}).to_string().into());
    let older = stage.send(Method::POST, "/v3.5/agent/action/get_chat", &[("authorization", BOT_TOKEN)], body).1;
    assert_eq!(older["thread"].get("summary"), None);
    let kinds: Vec<&str> =
        older["thread"]["events"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["message", "system_message"]);
}

#[test]
fn a_thread_that_is_closed_is_summed_up_where_the_license_wants_so() {
    let check = |setup: Value, call: Option<Value>, expected: &[&str]| {
        let mut all = json!({"bots": [{"name": "B", "webhooks": {"url": "${bot}", "actions": all_actions()}}]});
        all.as_object_mut().unwrap().extend(setup.as_object().unwrap().clone());
        let mut stage = Stage::open(all);
        let (chat, thread) = stage.start();
        if let Some(properties) = call {
            let answer = stage.configure("v3.6", "update_license_properties", PAT, &json!({"properties": properties}));
            assert_eq!(answer, json!({}));
        }
        stage.sent();
        stage.act(json!({"close": {"by": "ada"}})).unwrap();
        assert_eq!(stage.told(), expected);
        // It is done once.
        let asked = json!({"chat_id": chat, "thread_id": thread});
        assert_eq!(stage.call("request_thread_summary", BOT_TOKEN, &asked).0.status, 200);
        assert_eq!(stage.sent().len() + expected.len(), 3);
    };
    let on = json!({"chats": {"auto_summary_enabled": true}});
    let off = json!({"chats": {"auto_summary_enabled": false}});
    let closed = ["sys manual_archived_customer", "chat_deactivated"];
    let summed_up = ["sys manual_archived_customer", "chat_deactivated", "thread_summary_set"];
    check(json!({}), None, &closed);
    check(json!({"license_properties": on}), None, &summed_up);
    check(json!({}), Some(on.clone()), &summed_up);
    check(json!({"license_properties": on}), Some(off), &closed);
}

#[test]
fn indicators_and_previews_leave_no_trace() {
    let mut stage = Stage::with_bot();
    let (chat, _) = stage.start();
    stage.sent();
    let before = stage.get(&chat);
    let calls = [
        ("send_typing_indicator", json!({"chat_id": chat, "is_typing": true, "visibility": "agents"})),
        ("send_thinking_indicator", json!({"chat_id": chat, "title": "Hm", "description": "…", "custom_id": "1"})),
        ("send_event_preview", json!({"chat_id": chat, "event": {"type": "message", "text": "Hel"}})),
    ];
    for (method, body) in &calls {
        let (reply, document) = stage.call(method, BOT_TOKEN, body);
        assert_eq!((reply.status, document), (200, json!({})), "{method}");
    }
    assert_eq!(stage.sent().len(), 0);
    assert_eq!(stage.get(&chat), before);
    for (method, body) in &calls[1..] {
        let path = format!("/v3.5/agent/action/{method}");
        let headers = [("authorization", BOT_TOKEN)];
        let (reply, _) = stage.send(Method::POST, &path, &headers, Body::Whole(body.to_string().into()));
        assert_eq!(reply.code.as_deref(), Some("not_found"), "{method} came with 3.6");
    }
}

#[test]
fn a_chat_is_followed_until_it_begins_again() {
    let mut stage = Stage::with_bot();
    let (chat, _) = stage.start();
    let outsider = "Bearer dal:agent2-token";
    let followed = |stage: &mut Stage, token: &str| {
        let chats = stage.call("list_chats", token, &json!({})).1;
        let chat = stage.call("get_chat", token, &json!({"chat_id": chat})).1;
        assert_eq!(chats["chats_summary"][0]["is_followed"], chat["is_followed"]);
        chat["is_followed"] == json!(true)
    };
    let call = |stage: &mut Stage, method: &str, token: &str| {
        assert_eq!(stage.call(method, token, &json!({"id": chat})).0.status, 200, "{method}");
    };
    assert!(!followed(&mut stage, outsider));
    call(&mut stage, "follow_chat", outsider);
    assert!(followed(&mut stage, outsider) && !followed(&mut stage, BOT_TOKEN));
    call(&mut stage, "unfollow_chat", outsider);
    assert!(!followed(&mut stage, outsider));
    call(&mut stage, "follow_chat", BOT_TOKEN);
    assert!(!followed(&mut stage, BOT_TOKEN), "whoever is in the chat need not follow it");
    call(&mut stage, "follow_chat", outsider);
    stage.act(json!({"close": {"by": "ada"}})).unwrap();
    assert!(followed(&mut stage, outsider));
    stage.start();
    assert!(!followed(&mut stage, outsider));
}

#[test]
fn what_is_sold_comes_back_as_it_was_sent() {
    let mut stage = Stage::with_bot();
    let (chat, thread) = stage.start();
    stage.sent();
    let mut send = |event: Value| {
        let (reply, document) = stage.call("send_event", BOT_TOKEN, &json!({"chat_id": chat, "event": event}));
        assert_eq!(reply.status, 200, "{document}");
        stage.bodies()[0]["payload"]["event"].clone()
    };
    let ecommerce =
        json!({"view_type": "swatch", "product_id": "77", "options": [{"option_id": "red", "label": "Red"}]});
    let button = json!({"text": "Buy", "postback_id": "buy", "role": "primary"});
    let elements = json!([{"title": "Shoes", "buttons": [button], "ecommerce": ecommerce}]);
    let sent = send(json!({"type": "rich_message", "template_id": "ecommerce", "elements": elements}));
    assert_eq!(sent["elements"][0]["ecommerce"], ecommerce);
    assert_eq!(sent["elements"][0]["buttons"][0]["role"], "primary");
    let bought = json!({"product_id": "77", "option_id": "red", "quantity": 1});
    let postback = json!({"id": "buy", "thread_id": thread, "event_id": format!("{thread}_2"), "ecommerce": bought});
    let sent = send(json!({"type": "message", "text": "I take it", "postback": postback}));
    assert_eq!(sent["postback"], postback);
}

#[test]
fn a_note_in_the_systems_name_has_no_author() {
    let mut stage = Stage::open(json!({"bots": [{"name": "Acme Bot", "webhooks": [
        {"action": "incoming_event", "url": "${bot}/all"},
        {"action": "incoming_event", "url": "${bot}/agents", "filters": {"author_type": "agent"}},
    ]}]}));
    let note =
        json!({"type": "system_message", "system_message_type": "routing.assigned_other", "text": "Hello there!"});
    let (chat, _) = stage.start();
    let (_, answer) = stage.call("send_event", BOT_TOKEN, &json!({"chat_id": chat, "event": note}));
    assert!(answer["event_id"].is_string(), "{answer}");
    let bodies = stage.bodies();
    assert_eq!(bodies.len(), 1, "filters by author pass it over");
    let event = bodies[0]["payload"]["event"].as_object().unwrap();
    let keys: Vec<&String> = event.keys().collect();
    assert_eq!(keys, ["id", "created_at", "visibility", "type", "text", "system_message_type"]);
    let events = json!([note, {"type": "message", "text": "Hi"}]);
    let (_, answer) = stage.call("start_chat", BOT_TOKEN, &json!({"chat": {"thread": {"events": events}}}));
    let thread = answer["thread_id"].as_str().unwrap();
    assert_eq!(answer["event_ids"], json!([format!("{thread}_2")]));
}
