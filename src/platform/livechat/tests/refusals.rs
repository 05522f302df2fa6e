//! What each operation refuses, and with what.

use serde_json::json;

use super::*;

/// The app of the bot.
const CLIENT: &str = "0805e283233042b37f460ed8fbf22160";

/// A call that every check lets pass, for each operation.
fn sound(chat: &str, thread: &str) -> Vec<(&'static str, Value)> {
    let tag = json!({"chat_id": chat, "thread_id": thread, "tag": "t"});
    let user = "tom@acme.example";
    vec![
        ("list_chats", json!({})),
        ("list_threads", json!({"chat_id": chat})),
        ("list_archives", json!({})),
        ("get_chat", json!({"chat_id": chat})),
        ("start_chat", json!({})),
        ("resume_chat", json!({"chat": {"id": chat}})),
        ("deactivate_chat", json!({"id": chat})),
        ("transfer_chat", json!({"id": chat, "target": {"type": "group", "ids": [19]}})),
        ("add_user_to_chat", json!({"chat_id": chat, "user_id": user, "user_type": "agent", "visibility": "agents"})),
        ("remove_user_from_chat", json!({"chat_id": chat, "user_id": BOT, "user_type": "agent"})),
        ("send_event", json!({"chat_id": chat, "event": {"type": "message", "text": "x"}})),
        ("send_event_preview", json!({"chat_id": chat, "event": {"type": "message", "text": "x"}})),
        (
            "send_rich_message_postback",
            json!({"chat_id": chat, "thread_id": thread, "event_id": format!("{thread}_2"),
            "postback": {"id": "y", "toggled": true}}),
        ),
        ("send_typing_indicator", json!({"chat_id": chat, "is_typing": true})),
        ("send_thinking_indicator", json!({"chat_id": chat, "title": "Thinking"})),
        ("mark_events_as_seen", json!({"chat_id": chat, "seen_up_to": "2026-01-05T10:00:00.000000Z"})),
        ("follow_chat", json!({"id": chat})),
        ("unfollow_chat", json!({"id": chat})),
        ("update_chat_properties", json!({"id": chat, "properties": {CLIENT: {"a": 1}}})),
        ("delete_chat_properties", json!({"id": chat, "properties": {CLIENT: ["a"]}})),
        ("update_thread_properties", json!({"chat_id": chat, "thread_id": thread, "properties": {CLIENT: {"a": 1}}})),
        ("delete_thread_properties", json!({"chat_id": chat, "thread_id": thread, "properties": {CLIENT: ["a"]}})),
        (
            "update_event_properties",
            json!({"chat_id": chat, "thread_id": thread, "event_id": format!("{thread}_1"),
            "properties": {CLIENT: {"a": 1}}}),
        ),
        (
            "delete_event_properties",
            json!({"chat_id": chat, "thread_id": thread, "event_id": format!("{thread}_1"),
            "properties": {CLIENT: ["a"]}}),
        ),
        ("set_routing_status", json!({"status": "not_accepting_chats"})),
        ("list_routing_statuses", json!({})),
        ("list_agents_for_transfer", json!({"chat_id": chat})),
        ("get_customer", json!({"id": ADA})),
        ("update_customer", json!({"id": ADA, "name": "Ada L."})),
        ("ban_customer", json!({"id": ADA, "ban": {"days": 1}})),
        ("multicast", json!({"recipients": {"agents": {"all": true}}, "content": {"a": 1}})),
        ("request_thread_summary", json!({"chat_id": chat, "thread_id": thread})),
        ("tag_thread", tag.clone()),
        ("untag_thread", tag),
    ]
}

/// Operations on what is in a chat that ask for nothing but access.
const EVENTFUL: &[&str] = &[
    "send_rich_message_postback",
    "mark_events_as_seen",
    "update_thread_properties",
    "delete_thread_properties",
    "update_event_properties",
    "delete_event_properties",
    "list_agents_for_transfer",
    "request_thread_summary",
];

/// The operations that answer a bare array.
const ARRAYS: &[&str] = &["list_routing_statuses", "list_agents_for_transfer"];

/// A chat in the state that an operation needs.
pub(super) fn staged(method: &str) -> (Stage, Value) {
    let mut stage = Stage::with_bot();
    let (chat, thread) = stage.start();
    match method {
        "resume_chat" => stage.act(json!({"close": {"by": "ada"}})).unwrap(),
        // Nobody can unfollow a chat that they are in.
        "unfollow_chat" => stage.act(json!({"transfer": {"to": "mia@acme.example"}})).unwrap(),
        "send_rich_message_postback" => offer(&mut stage, &chat),
        _ => {}
    }
    stage.sent();
    stage.desk.facts.clear();
    let body = sound(&chat, &thread).into_iter().find(|(name, _)| *name == method).unwrap().1;
    (stage, body)
}

/// Has the bot offer a choice.
fn offer(stage: &mut Stage, chat: &str) {
    let buttons = json!([{"text": "Yes", "postback_id": "y"}]);
    let event = json!({"type": "rich_message", "template_id": "quick_replies", "elements": [{"buttons": buttons}]});
    assert_eq!(stage.call("send_event", BOT_TOKEN, &json!({"chat_id": chat, "event": event})).0.status, 200);
}

fn methods() -> Vec<&'static str> {
    // Forms and files are not JSON and have tests of their own.
    let forms = ["upload_file", "download_file"];
    let routes = (Vendor::of::<Livechat>().routes)();
    let ours = routes.iter().filter(|route| route.path.contains("/agent/") && !forms.contains(&route.name));
    ours.map(|route| route.name).collect()
}

#[test]
fn every_operation_has_a_sound_call_and_ignores_what_nobody_knows() {
    for method in methods() {
        let (mut stage, mut body) = staged(method);
        body["attach_to_last_thread"] = json!(true);
        let (reply, document) = stage.call(method, Stage::caller(method), &body);
        assert_eq!(reply.status, 200, "{method}: {document}");
        assert_eq!(document.is_array(), ARRAYS.contains(&method), "{method}");
    }
}

#[test]
fn a_planned_code_takes_over_every_operation_and_nothing_is_changed() {
    for method in methods() {
        for code in Vendor::of::<Livechat>().codes {
            let (mut stage, body) = staged(method);
            stage.plan(method, code.code);
            let (reply, document) = stage.call(method, Stage::caller(method), &body);
            assert_eq!((reply.status, reply.code.as_deref()), (code.status, Some(code.code)), "{method}");
            // What accounts say has a form of its own, wherever it is planned.
            let (word, text) = match document.get("oauth_exception") {
                Some(word) => (word, &document["exception_description"]),
                None => (&document["error"]["type"], &document["error"]["message"]),
            };
            assert_eq!((word, text), (&json!(code.code), &json!(code.text)), "{method}");
            let region = document["error"].get("data").map(|data| data["region"].clone());
            assert_eq!(region.is_some(), code.code == "misdirected_request", "{document}");
            assert_eq!(stage.desk.facts.len(), 1, "{method} {code:?} leaves only the fault in the journal");
            assert!(stage.sent().is_empty(), "{method}");
        }
    }
}

#[test]
fn every_operation_checks_version_credential_and_body_in_this_order() {
    for method in methods() {
        let check = |version: &str, token: &str, body: Body, status: u16, code: &str| {
            let (mut stage, _) = staged(method);
            let path = format!("/{version}/agent/action/{method}");
            let (reply, document) = stage.send(Method::POST, &path, &[("authorization", token)], body);
            assert_eq!((reply.status, &document["error"]["type"]), (status, &json!(code)), "{method} {version}");
        };
        let whole = |text: &'static str| Body::Whole(text.into());
        check("v3.2", "Bearer x", whole("{"), 400, "unsupported_version");
        check("v3.3", Stage::caller(method), whole("{}"), 400, "unsupported_version");
        check("v9.9", Stage::caller(method), whole("{}"), 400, "unsupported_version");
        check("v3.6", "Bearer x", whole("{"), 401, "authentication");
        check("v3.6", Stage::caller(method), whole("{"), 400, "validation");
        check("v3.6", Stage::caller(method), whole("[]"), 400, "validation");
        check("v3.6", Stage::caller(method), whole(""), 400, "validation");
        check("v3.6", Stage::caller(method), Body::TooLarge(1 << 24), 413, "entity_too_large");
        check("v3.6", Stage::caller(method), Body::TooSlow, 504, "request_timeout");
    }
}

#[test]
fn a_chat_out_of_reach_is_refused_by_the_reason() {
    let check =
        |before: &[Value], method: &str, token: &str, change: &dyn Fn(&mut Value), expected: (u16, &str, &str)| {
            let (mut stage, mut body) = staged(method);
            for act in before {
                stage.act(act.clone()).unwrap();
            }
            stage.sent();
            change(&mut body);
            let (reply, document) = stage.call(method, token, &body);
            let error = &document["error"];
            let found =
                (reply.status, error["type"].as_str().unwrap_or("none"), error["message"].as_str().unwrap_or("none"));
            assert_eq!(found, expected, "{method} {body}");
            assert!(stage.sent().is_empty(), "{method}");
        };
    let same = |_: &mut Value| {};
    let closed = [json!({"close": {"by": "ada"}})];
    let inactive = (422, "chat_inactive", "Chat is inactive");
    let methods = ["deactivate_chat", "transfer_chat", "add_user_to_chat", "remove_user_from_chat", "send_event"];
    for method in methods {
        check(&closed, method, BOT_TOKEN, &same, inactive);
        let absent = (403, "authorization", "Requester is not user of the chat");
        check(&[], method, "Bearer dal:agent2-token", &same, absent);
        let away = [json!({"transfer": {"to": "Sales"}})];
        check(&away, method, "Bearer dal:agent2-token", &same, absent);
        if method != "send_event" {
            let waived = |body: &mut Value| body["ignore_requester_presence"] = json!(true);
            let foreign = (403, "missing_access", "Missing access");
            check(&away, method, "Bearer dal:agent2-token", &waived, foreign);
        }
    }
    for method in ["send_typing_indicator", "send_thinking_indicator", "send_event_preview"] {
        check(&closed, method, BOT_TOKEN, &same, inactive);
    }
    let outsider = "Bearer dal:agent2-token";
    check(&[], "send_event_preview", outsider, &same, (403, "authorization", "Requester is not user of the chat"));
    let away = [json!({"transfer": {"to": "Sales"}})];
    for method in EVENTFUL.iter().chain(&["update_chat_properties", "delete_chat_properties", "follow_chat"]) {
        check(&away, method, outsider, &same, (403, "missing_access", "Missing access"));
        let unknown = |body: &mut Value| {
            let key = if body.get("id").is_some() { "id" } else { "chat_id" };
            body[key] = json!("X");
        };
        check(&[], method, BOT_TOKEN, &unknown, (404, "not_found", "Not found"));
    }
    for method in ["update_event_properties", "delete_event_properties", "send_rich_message_postback"] {
        let unknown = |body: &mut Value| body["event_id"] = json!("X");
        check(&[], method, BOT_TOKEN, &unknown, (404, "not_found", "Not found"));
    }
    for method in ["update_thread_properties", "delete_thread_properties", "send_rich_message_postback"] {
        let unknown = |body: &mut Value| body["thread_id"] = json!("X");
        check(&[], method, BOT_TOKEN, &unknown, (404, "not_found", "Not found"));
    }
    let other = |body: &mut Value| body["postback"]["id"] = json!("z");
    check(&[], "send_rich_message_postback", BOT_TOKEN, &other, (404, "not_found", "postback.id not found"));
    for method in ["get_customer", "update_customer", "ban_customer"] {
        let stranger = |body: &mut Value| body["id"] = json!("00000000-0000-4000-8000-000000000000");
        check(&[], method, Stage::caller(method), &stranger, (404, "not_found", "Not found"));
    }
    let own = |body: &mut Value| body["properties"] = json!({"source": {"client_id": "x"}});
    let fixed = (403, "authorization", "Property source.client_id cannot be changed here");
    check(&[], "update_event_properties", BOT_TOKEN, &own, fixed);
    let inside = (400, "validation", "users of the chat cannot unfollow it");
    check(&[json!({"assign": {"to": "Acme Bot"}})], "unfollow_chat", BOT_TOKEN, &same, inside);
    let offline = |id: &'static str| move |body: &mut Value| *body = json!({"agent_id": id, "status": "offline"});
    let words = "`status` of an agent must be one of: accepting_chats, not_accepting_chats";
    check(&[], "set_routing_status", AGENT_TOKEN, &offline("mia@acme.example"), (400, "validation", words));
    check(&[], "set_routing_status", BOT_TOKEN, &offline("x"), (404, "not_found", "Not found"));
    let unscoped = (403, "authorization", "Missing scope `agents--all:rw`.");
    check(&[], "set_routing_status", BOT_TOKEN, &offline("mia@acme.example"), unscoped);
    let gone = [json!({"set_status": {"agent": "mia@acme.example", "status": "offline"}})];
    let back = |body: &mut Value| *body = json!({"agent_id": "mia@acme.example", "status": "accepting_chats"});
    check(&gone, "set_routing_status", AGENT_TOKEN, &back, (422, "agent_offline", "Agent offline"));
    for method in ["get_chat", "list_threads", "tag_thread", "untag_thread", "send_event"] {
        let unknown = |body: &mut Value| body["chat_id"] = json!("X");
        check(&[], method, BOT_TOKEN, &unknown, (404, "not_found", "Not found"));
    }
    for method in ["get_chat", "tag_thread"] {
        let unknown = |body: &mut Value| body["thread_id"] = json!("X");
        check(&[], method, BOT_TOKEN, &unknown, (404, "not_found", "Not found"));
    }
    let user = |id: &'static str| move |body: &mut Value| body["user_id"] = json!(id);
    check(&[], "add_user_to_chat", BOT_TOKEN, &user("x"), (422, "not_found", "user_id not found"));
    check(&[], "remove_user_from_chat", BOT_TOKEN, &user("x"), (422, "not_found", "user_id not found"));
    check(&[], "remove_user_from_chat", BOT_TOKEN, &user(ADA), (400, "validation", "a customer cannot be removed"));
    check(&[], "add_user_to_chat", BOT_TOKEN, &user(BOT), (400, "validation", "`user_id` is in the chat already"));
    let public = |body: &mut Value| body["visibility"] = json!("all");
    let gone = [json!({"set_status": {"agent": "tom@acme.example", "status": "offline"}})];
    check(&gone, "add_user_to_chat", BOT_TOKEN, &same, (422, "agent_offline", "Agent offline"));
    let full = (422, "limit_reached", "Public agents in chat limit reached");
    check(&[], "add_user_to_chat", BOT_TOKEN, &public, full);
    let to = |target: Value| move |body: &mut Value| body["target"] = target.clone();
    let offline = (422, "agent_offline", "Agent offline");
    check(&[], "transfer_chat", BOT_TOKEN, &to(json!({"type": "group", "ids": [20]})), offline);
    let nobody = to(json!({"type": "agent", "ids": ["x"]}));
    check(&[], "transfer_chat", BOT_TOKEN, &nobody, (404, "not_found", "Not found"));
    let reopen = [json!({"start_chat": {"as": "ada"}})];
    check(&reopen, "resume_chat", BOT_TOKEN, &same, (422, "validation", "Chat is already active"));
}

#[test]
fn somebody_hidden_cannot_speak_to_the_customer() {
    let (mut stage, body) = staged("add_user_to_chat");
    assert_eq!(stage.call("add_user_to_chat", BOT_TOKEN, &body).0.status, 200);
    let mut send = json!({"chat_id": body["chat_id"], "event": {"type": "message", "text": "x"}});
    let (reply, document) = stage.call("send_event", "Bearer dal:agent2-token", &send);
    assert_eq!((reply.status, &document["error"]["type"]), (403, &json!("authorization")));
    send["event"]["visibility"] = json!("agents");
    assert_eq!(stage.call("send_event", "Bearer dal:agent2-token", &send).0.status, 200);
}

#[test]
fn statuses_are_a_setting() {
    let mut stage = Stage::open(json!({"statuses": {"validation": 422, "authentication": 403}}));
    assert_eq!(stage.call("get_chat", AGENT_TOKEN, &json!({})).0.status, 422);
    assert_eq!(stage.call("get_chat", "Bearer x", &json!({})).0.status, 403);
}

#[test]
fn a_call_for_nothing_is_refused_in_the_vendors_shape_and_noted() {
    let check = |method: Method, path: &str, status: u16, code: &str, noted: usize| {
        let mut stage = Stage::with_bot();
        let (reply, document) = stage.send(method, path, &[("authorization", BOT_TOKEN)], Body::Whole("{}".into()));
        assert_eq!((reply.status, &document["error"]["type"]), (status, &json!(code)), "{path}");
        assert_eq!(stage.desk.facts.len(), noted, "{path}");
    };
    check(Method::POST, "/v3.6/agent/action/sendevent", 404, "not_found", 1);
    check(Method::POST, "/v3.6/nothing", 404, "not_found", 1);
    check(Method::GET, "/v3.6/agent/action/get_chat", 400, "validation", 1);
    check(Method::POST, "/v3.2/agent/action/activate_chat", 400, "unsupported_version", 0);
}

#[test]
fn callers_beyond_the_limit_are_told_when_to_come_again() {
    let (mut stage, body) = staged("get_chat");
    let mut wait = |code: &str| {
        stage.plan("get_chat", code);
        let reply = stage.call("get_chat", BOT_TOKEN, &body).0;
        let found = reply.headers.iter().find(|(name, _)| name == "retry-after");
        found.map(|(_, value)| value.to_str().unwrap().to_owned())
    };
    assert_eq!(wait("too_many_requests").as_deref(), Some("1"));
    assert_eq!(wait("service_unavailable"), None);
}
