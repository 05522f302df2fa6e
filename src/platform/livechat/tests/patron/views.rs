//! What customers see of chats, and what they do not.

use super::*;

/// A chat of the own customer with a bot, which Tom is in without the customer's knowledge.
fn staged() -> (Stage, String, String) {
    let mut stage = Stage::with_bot();
    let (chat, thread) = stage.pat_starts();
    let mut add = |user: &str, visibility: &str| {
        let body = json!({"chat_id": chat, "user_id": user, "user_type": "agent", "visibility": visibility});
        let (reply, document) = stage.call("add_user_to_chat", BOT_TOKEN, &body);
        assert_eq!(reply.status, 200, "{document}");
    };
    add("tom@acme.example", "agents");
    (stage, chat, thread)
}

fn say(stage: &mut Stage, chat: &str, event: Value) -> String {
    let (reply, document) = stage.call("send_event", BOT_TOKEN, &json!({"chat_id": chat, "event": event}));
    assert_eq!(reply.status, 200, "{document}");
    document["event_id"].as_str().unwrap().to_owned()
}

fn ids(events: &Value) -> Vec<&str> {
    events.as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap()).collect()
}

#[test]
fn what_is_for_agents_or_was_taken_back_is_not_there() {
    let (mut stage, chat, thread) = staged();
    let said = say(&mut stage, &chat, json!({"type": "message", "text": "Hello!"}));
    say(&mut stage, &chat, json!({"type": "message", "text": "A regular", "visibility": "agents"}));
    let mistake = stage.pat("send_event", &json!({"chat_id": chat, "event": {"type": "message", "text": "Oops"}}));
    let mistake = json!({"chat_id": chat, "thread_id": thread, "event_id": mistake["event_id"]});
    stage.pat("delete_event", &mistake);
    let shown = stage.pat("get_chat", &json!({"chat_id": chat}));
    let joined = format!("{thread}_2");
    assert_eq!(ids(&shown["thread"]["events"]), [format!("{thread}_1").as_str(), &joined, &said]);
    assert!(!shown.to_string().contains("visibility"), "{shown}");
    assert!(!shown.to_string().contains("acme.example"), "{shown}");
    let users: Vec<&str> = shown["users"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap()).collect();
    assert_eq!(users, [PAT_ID, BOT]);
    assert_eq!(shown["thread"]["user_ids"], json!([PAT_ID, BOT]));
    let listed = stage.pat("list_threads", &json!({"chat_id": chat}));
    assert_eq!(listed["threads"][0], shown["thread"]);
}

#[test]
fn agents_are_known_by_a_hash_and_their_work() {
    let mut stage = Stage::open(json!({"agents": [{"id": "mia@acme.example", "name": "Mia Lind"}]}));
    let (chat, thread) = stage.pat_starts();
    stage.act(json!({"say": {"as": "mia@acme.example", "text": "Hello!"}})).unwrap();
    let shown = stage.pat("get_chat", &json!({"chat_id": chat}));
    let agent = &shown["users"][1];
    assert_eq!(agent["id"], "dad938b01696c1947ec5a9ca4ade057f");
    assert_eq!(
        agent.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["id", "type", "name", "avatar", "job_title", "present", "events_seen_up_to"]
    );
    assert_eq!(shown["thread"]["events"][1]["author_id"], agent["id"]);
    let offer = json!({"type": "rich_message", "template_id": "quick_replies",
                       "elements": [{"buttons": [{"text": "Yes", "postback_id": "y"}]}]});
    let body = json!({"chat_id": chat, "event": offer});
    let event = stage.call("send_event", AGENT_TOKEN, &body).1["event_id"].clone();
    let press =
        json!({"chat_id": chat, "thread_id": thread, "event_id": event, "postback": {"id": "y", "toggled": true}});
    stage.call("send_rich_message_postback", AGENT_TOKEN, &press);
    stage.pat("send_rich_message_postback", &press);
    let shown = stage.pat("get_chat", &json!({"chat_id": chat}));
    let pressed = &shown["thread"]["events"][2]["elements"][0]["buttons"][0]["user_ids"];
    assert_eq!(pressed, &json!([agent["id"], PAT_ID]));
}

#[test]
fn a_customer_sees_what_they_have_told_and_how_often_they_came() {
    let mut stage = Stage::with_bot();
    stage.pat(
        "update_customer",
        &json!({"name": "Pat", "phone_number": "+48123456789", "address": {"city": "Wroclaw"}}),
    );
    stage.pat_starts();
    let shown = stage.pat("get_customer", &json!({}));
    let keys: Vec<&String> = shown.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "type", "name", "phone_number", "session_fields", "address", "statistics"]);
    let counts = json!({"chats_count": 1, "threads_count": 1, "visits_count": 1, "page_views_count": 1,
                        "greetings_shown_count": 0, "greetings_accepted_count": 0});
    assert_eq!(shown["statistics"], counts);
}

#[test]
fn versions_list_chats_under_different_names() {
    let mut stage = Stage::with_bot();
    let (chat, thread) = stage.pat_starts();
    let mut list = |version: &str| {
        let query = format!("organization_id={ORGANIZATION}");
        stage.visit(version, "list_chats", &query, Some(OWN), Body::Whole("{}".into())).1
    };
    for version in ["v3.4", "v3.5", "v3.6"] {
        let listed = list(version);
        let summary = &listed["chats_summary"][0];
        assert_eq!((&summary["id"], &summary["last_thread_id"]), (&json!(chat), &json!(thread)), "{version}");
        assert_eq!((&summary["active"], &listed["total_chats"]), (&json!(true), &json!(1)));
        assert_eq!(summary["last_event_per_type"]["message"]["event"]["text"], "Hi");
        assert_eq!(summary.get("is_followed"), None);
    }
    let listed = list("v3.7");
    let summary = &listed["chats_info"][0];
    assert_eq!((&summary["last_thread_info"]["id"], summary.get("last_thread_id")), (&json!(thread), None));
    assert_eq!(summary["last_thread_info"]["last_event_per_type"]["message"]["event"]["text"], "Hi");
}

#[test]
fn properties_are_shown_to_those_who_may_read_them() {
    let mut stage = Stage::with_bot();
    let client = "0805e283233042b37f460ed8fbf22160";
    let access = json!({"chat": {"agent": ["read", "write"]}});
    let secret = json!({"name": "secret", "owner_client_id": client, "type": "int", "access": access});
    let answer = stage.configure("v3.6", "register_property", PAT, &secret);
    assert_eq!(answer.get("error"), None, "{answer}");
    let (chat, _) = stage.pat_starts();
    let body = json!({"id": chat, "properties": {client: {"secret": 1, "a": 2}}});
    let (reply, document) = stage.call("update_chat_properties", BOT_TOKEN, &body);
    assert_eq!(reply.status, 200, "{document}");
    let shown = stage.pat("get_chat", &json!({"chat_id": chat}));
    assert_eq!(shown["properties"][client], json!({"a": 2}));
    let (reply, _) = stage.as_customer(OWN, "update_chat_properties", &body);
    assert_eq!(reply.code.as_deref(), Some("authorization"));
}
