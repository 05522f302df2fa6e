//! Lists: what is in them, in which order, on which page.

use serde_json::json;

use super::*;

/// A tenant with three closed chats and one that is active, oldest first.
fn four_chats() -> (Stage, Vec<String>) {
    let mut stage = Stage::with_bot();
    let start = |stage: &mut Stage, body: Value| {
        stage.call("start_chat", BOT_TOKEN, &body).1["chat_id"].as_str().unwrap().to_owned()
    };
    let mut chats: Vec<String> = (0..3).map(|_| start(&mut stage, json!({"active": false}))).collect();
    chats.push(start(&mut stage, json!({"chat": {"properties": {"test": {"int_property": 7}}}})));
    (stage, chats)
}

fn ids(document: &Value, key: &str) -> Vec<String> {
    document[key].as_array().unwrap().iter().map(|chat| chat["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn chats_are_listed_by_age_and_filter() {
    let check = |version: &str, body: Value, expected: &[usize]| {
        let (mut stage, chats) = four_chats();
        let path = format!("/{version}/agent/action/list_chats");
        let headers = [("authorization", BOT_TOKEN)];
        let (_, document) = stage.send(Method::POST, &path, &headers, Body::Whole(body.to_string().into()));
        let key = if version == "v3.7" { "chats_info" } else { "chats_summary" };
        let expected: Vec<String> = expected.iter().map(|index| chats[*index].clone()).collect();
        assert_eq!(ids(&document, key), expected, "{version} {body}");
        assert_eq!(document["found_chats"], expected.len());
    };
    check("v3.6", json!({}), &[3, 2, 1, 0]);
    check("v3.6", json!({"sort_order": "asc"}), &[0, 1, 2, 3]);
    check("v3.6", json!({"filters": {"active": true}}), &[3]);
    check("v3.6", json!({"filters": {"active": false}}), &[2, 1, 0]);
    check("v3.6", json!({"filters": {"active": null}}), &[3, 2, 1, 0]);
    check("v3.7", json!({"filters": {"active": true}}), &[3]);
    check("v3.5", json!({"filters": {"include_active": false}}), &[2, 1, 0]);
    check("v3.4", json!({"filters": {"include_active": true}}), &[3, 2, 1, 0]);
    check("v3.6", json!({"filters": {"group_ids": [19]}}), &[]);
    let property = |filter: Value| json!({"filters": {"properties": {"test": {"int_property": filter}}}});
    check("v3.6", property(json!({"exists": true})), &[3]);
    check("v3.6", property(json!({"values": [7, 8]})), &[3]);
    check("v3.6", property(json!({"exclude_values": [7]})), &[2, 1, 0]);
}

#[test]
fn pages_follow_each_other_and_lead_back() {
    let (mut stage, chats) = four_chats();
    let first = stage.call("list_chats", BOT_TOKEN, &json!({"limit": 3, "sort_order": "asc"})).1;
    assert_eq!(ids(&first, "chats_summary"), chats[..3]);
    assert!(first.get("previous_page_id").is_none());
    let second = stage.call("list_chats", BOT_TOKEN, &json!({"page_id": first["next_page_id"]})).1;
    assert_eq!(ids(&second, "chats_summary"), chats[3..]);
    assert!(second.get("next_page_id").is_none());
    let back = stage.call("list_chats", BOT_TOKEN, &json!({"page_id": second["previous_page_id"]})).1;
    assert_eq!(ids(&back, "chats_summary"), chats[..3]);
}

#[test]
fn as_many_threads_are_listed_as_have_so_many_events() {
    let mut stage = Stage::with_bot();
    let mut threads = Vec::new();
    let mut chat = String::new();
    for _ in 0..3 {
        let (id, thread) = stage.start();
        stage.act(json!({"close": {"by": "ada"}})).unwrap();
        chat = id;
        threads.push(thread);
    }
    // Each thread has two events: the message and the note.
    let mut check = |body: Value, expected: &[usize]| {
        let mut body = body;
        body["chat_id"] = json!(chat);
        let document = stage.call("list_threads", BOT_TOKEN, &body).1;
        let expected: Vec<String> = expected.iter().map(|index| threads[*index].clone()).collect();
        assert_eq!(ids(&document, "threads"), expected, "{body}");
    };
    check(json!({}), &[2, 1, 0]);
    check(json!({"limit": 1}), &[2]);
    check(json!({"sort_order": "asc", "limit": 2}), &[0, 1]);
    check(json!({"min_events_count": 1}), &[2]);
    check(json!({"min_events_count": 3}), &[2, 1]);
    check(json!({"min_events_count": 100}), &[2, 1, 0]);
    check(json!({"filters": {"to": "2026-01-05T09:00:02Z"}}), &[0]);
    check(json!({"filters": {"from": "2026-01-05T10:00:05+01:00"}}), &[2]);
}

#[test]
fn a_thread_is_read_by_those_it_was_for() {
    let mut stage = Stage::with_bot();
    let (chat, first) = stage.start();
    stage.act(json!({"close": {"by": "ada"}})).unwrap();
    let resume = json!({"chat": {"id": chat, "access": {"group_ids": [19]}}});
    let second = stage.call("resume_chat", AGENT_TOKEN, &resume).1["thread_id"].clone();
    let mut read = |token: &str, body: Value| {
        let answer = stage.call("get_chat", token, &body).1;
        (error(&answer).0.to_owned(), answer["thread"]["id"].clone())
    };
    let outsider = "Bearer dal:agent2-token";
    let refused = ("missing_access".to_owned(), Value::Null);
    assert_eq!(read(outsider, json!({"chat_id": chat})), refused);
    assert_eq!(read(outsider, json!({"chat_id": chat, "thread_id": second})), refused);
    assert_eq!(read(outsider, json!({"chat_id": chat, "thread_id": first})), (String::new(), json!(first)));
    assert_eq!(read(AGENT_TOKEN, json!({"chat_id": chat})), (String::new(), second));
}
