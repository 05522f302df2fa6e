//! Threads that are over, and which of them are found.

use serde_json::json;

use super::*;

/// Three threads that are over, ada's two and bob's one, and one that goes on.
fn archived() -> Stage {
    let mut stage = Stage::with_bot();
    let (chat, thread) = stage.start();
    let event = json!({"type": "message", "text": "Your Invoice is here"});
    stage.call("send_event", BOT_TOKEN, &json!({"chat_id": chat, "event": event}));
    stage.call("tag_thread", BOT_TOKEN, &json!({"chat_id": chat, "thread_id": thread, "tag": "billing"}));
    let rating = json!({"rating": {"score": 1}});
    let body = json!({"chat_id": chat, "thread_id": thread, "properties": rating});
    stage.call("update_thread_properties", BOT_TOKEN, &body);
    stage.act(json!({"close": {"by": "ada"}})).unwrap();
    stage.act(json!({"start_chat": {"as": "bob", "text": "Anybody?"}})).unwrap();
    stage.act(json!({"transfer": {"to": "mia@acme.example"}})).unwrap();
    stage.act(json!({"say": {"as": "mia@acme.example", "text": "Me"}})).unwrap();
    stage.act(json!({"close": {"by": "bob", "chat": "bob"}})).unwrap();
    stage.start();
    stage.act(json!({"close": {"by": "ada", "chat": "ada"}})).unwrap();
    stage.act(json!({"start_chat": {"as": "bob", "text": "Invoice"}})).unwrap();
    stage.sent();
    stage
}

/// The first words of the threads that are found, the oldest first.
fn found(stage: &mut Stage, filters: &Value) -> Vec<String> {
    let (reply, document) = stage.call("list_archives", BOT_TOKEN, &json!({"filters": filters, "sort_order": "asc"}));
    assert_eq!(reply.status, 200, "{document}");
    let chats = document["chats"].as_array().unwrap();
    assert_eq!(document["found_chats"], chats.len());
    chats.iter().map(|chat| chat["thread"]["created_at"].as_str().unwrap()[17..19].to_owned()).collect()
}

#[test]
fn each_filter_finds_its_threads() {
    let stage = &mut archived();
    let (ada, bob) = (stage.desk.chat("ada").unwrap().to_owned(), stage.desk.chat("bob").unwrap().to_owned());
    // Threads are known by the second in which they began.
    let (first, second, third) = ("01", "03", "07");
    let mut check = |filters: Value, expected: &[&str]| assert_eq!(found(stage, &filters), expected, "{filters}");
    check(json!({}), &[first, second, third]);
    check(json!({"query": "invoice"}), &[first]);
    check(json!({"query": "Nobody"}), &[]);
    check(json!({"from": "2026-01-05T09:00:03.000000Z"}), &[second, third]);
    check(json!({"to": "2026-01-05T10:00:03.000000+01:00"}), &[first, second]);
    check(json!({"chat_ids": [ada]}), &[first, third]);
    check(json!({"chat_ids": [bob]}), &[second]);
    check(json!({"group_ids": [19]}), &[]);
    check(json!({"group_ids": [0, 19]}), &[first, second, third]);
    check(json!({"properties": {"rating": {"score": {"values": [1]}}}}), &[first]);
    check(json!({"tags": {"exists": true}}), &[first]);
    check(json!({"tags": {"exists": false}}), &[second, third]);
    check(json!({"tags": {"values": ["billing", "x"]}}), &[first]);
    check(json!({"tags": {"values": ["billing", "x"], "require_every_value": true}}), &[]);
    check(json!({"tags": {"exclude_values": ["billing"]}}), &[second, third]);
    check(json!({"agents": {"values": ["mia@acme.example"]}}), &[second]);
    check(json!({"agents": {"exists": false}}), &[]);
    check(json!({"event_types": {"values": ["message"]}}), &[first, second, third]);
    check(json!({"event_types": {"exclude_values": ["system_message"]}}), &[]);
    check(json!({"customer_countries": {"values": ["PL"]}}), &[first, second, third]);
    check(json!({"sales": {"exists": true}}), &[]);
    check(json!({"goals": {"exists": false}}), &[first, second, third]);
    check(json!({"agent_response": {"exists": true}}), &[first, second]);
    check(json!({"agent_response": {"first": true, "agents": {"values": [BOT]}}}), &[first]);
    check(json!({"agent_response": {"groups": {"values": [19]}}}), &[second]);
    check(json!({"agent_types": {"any_values": ["human"]}}), &[second]);
    check(json!({"agent_types": {"all_values": ["human", "chatbot"]}}), &[second]);
    check(json!({"agent_types": {"exclude_values": ["human"]}}), &[first, third]);
    check(json!({"customer_id": BOB}), &[second]);
    check(json!({"customer_email": "ada@example.com"}), &[first, third]);
}

#[test]
fn forms_and_greetings_are_found_by_what_they_hold() {
    let stage = &mut Stage::with_bot();
    let greeting = json!({"type": "normal", "active": true, "name": "Hi", "group": 19, "rules": []});
    assert_eq!(stage.configure("v3.6", "create_greeting", PAT, &greeting), json!({"id": 1}));
    let choice = |id: &str, label: &str| json!({"id": id, "label": label});
    let field = |kind: &str, key: &str, answer: Value| json!({"type": kind, "id": "f", "label": "Q", key: answer});
    let form = |kind: &str, id: &str, fields: Value| json!({"type": "filled_form", "form_id": id, "fields": fields, "properties": {"lc2": {"form_type": kind}}});
    let answers = json!([
        field("name", "answer", json!("Ada")),
        field("radio", "answer", choice("0", "Support")),
        field("checkbox", "answers", json!([choice("1", "Shop"), choice("2", "API")])),
    ]);
    // The first thread begins with a greeting and a form, and ends with another form; the second has nothing.
    let events = json!([form("prechat", "pre", answers)]);
    let chat =
        json!({"thread": {"events": events, "properties": {"lc2": {"greeting_id": 1}}}, "access": {"group_ids": [0]}});
    let chat = stage.call("start_chat", BOT_TOKEN, &json!({"chat": chat})).1["chat_id"].clone();
    stage.wait(VirtualSpan::from_mins(2));
    let after = json!({"chat_id": chat, "event": form("postchat", "post", json!([]))});
    assert_eq!(stage.call("send_event", BOT_TOKEN, &after).0.status, 200);
    assert_eq!(stage.call("deactivate_chat", BOT_TOKEN, &json!({"id": chat})).0.status, 200);
    stage.act(json!({"start_chat": {"as": "bob"}})).unwrap();
    stage.act(json!({"close": {"by": "bob", "chat": "bob"}})).unwrap();
    let (first, second) = ("00", "01");
    let mut check = |filters: Value, expected: &[&str]| assert_eq!(found(stage, &filters), expected, "{filters}");
    let mut forms = |id: &str, wanted: Value, expected: &[&str]| check(json!({"forms": {id: [wanted]}}), expected);
    forms("pre", json!({}), &[first]);
    forms("pre", json!({"exists": true}), &[first]);
    forms("pre", json!({"exists": false}), &[second]);
    forms("post", json!({"exists": true}), &[first]);
    forms("other", json!({"exists": true}), &[]);
    forms("pre", json!({"type": "pre_chat"}), &[first]);
    forms("pre", json!({"type": "post_chat"}), &[]);
    forms("pre", json!({"type": "post_chat", "exists": false}), &[first, second]);
    for answer in ["Ada", "0", "Support", "1", "Shop", "API"] {
        forms("pre", json!({"values": ["x", answer]}), &[first]);
        forms("pre", json!({"exclude_values": [answer]}), &[second]);
    }
    forms("pre", json!({"values": ["Q"]}), &[]);
    forms("post", json!({"values": ["Ada"]}), &[]);
    forms("pre", json!({"to": "2026-01-05T09:01:00.000000Z"}), &[first]);
    forms("post", json!({"to": "2026-01-05T09:01:00.000000Z"}), &[]);
    forms("post", json!({"from": "2026-01-05T09:01:00.000000Z"}), &[first]);
    forms("pre", json!({"groups": {"values": [0]}}), &[first]);
    forms("pre", json!({"groups": {"values": [19]}}), &[]);
    forms("pre", json!({"groups": {"exclude_values": [19]}}), &[first, second]);
    check(json!({"forms": {"pre": [{"values": ["Ada"]}], "post": [{"type": "post_chat"}]}}), &[first]);
    check(json!({"forms": {"pre": [{"values": ["Ada"]}, {"values": ["Bob"]}]}}), &[]);
    check(json!({"greetings": {"exists": true}}), &[first]);
    check(json!({"greetings": {"exists": false}}), &[second]);
    check(json!({"greetings": {"values": [7, 1]}}), &[first]);
    check(json!({"greetings": {"values": [7]}}), &[]);
    check(json!({"greetings": {"exclude_values": [1]}}), &[second]);
    check(json!({"greetings": {"groups": {"values": [19]}}}), &[first]);
    check(json!({"greetings": {"groups": {"values": [20]}}}), &[]);
    check(json!({"greetings": {"from": "2026-01-05T09:01:00.000000Z"}}), &[]);
    let refused = stage.call("list_archives", BOT_TOKEN, &json!({"filters": {"forms": {"pre": [{"type": "x"}]}}})).1;
    assert_eq!(error(&refused), ("validation", "`filters.forms.pre.0.type` must be one of: pre_chat, post_chat"));
}

#[test]
fn pages_follow_each_other_and_remember_what_was_asked() {
    let stage = &mut archived();
    let first = stage.call("list_archives", BOT_TOKEN, &json!({"limit": 2})).1;
    assert_eq!((first["chats"].as_array().unwrap().len(), &first["found_chats"]), (2, &json!(3)));
    assert_eq!(first.get("previous_page_id"), None);
    let second = stage.call("list_archives", BOT_TOKEN, &json!({"page_id": first["next_page_id"]})).1;
    assert_eq!((second["chats"].as_array().unwrap().len(), second.get("next_page_id")), (1, None));
    assert!(second.get("previous_page_id").is_some());
    let thread = &second["chats"][0]["thread"];
    let newer = &first["chats"][0]["thread"];
    assert_eq!(
        (&thread["next_accessible_thread_id"], thread.get("previous_accessible_thread_id")),
        (&newer["id"], None)
    );
    assert_eq!(newer["previous_accessible_thread_id"], thread["id"]);
    let one = json!({"filters": {"thread_ids": [thread["id"]]}});
    assert_eq!(stage.call("list_archives", BOT_TOKEN, &one).1["found_chats"], 1);
}

#[test]
fn what_was_looked_for_is_marked_if_wanted() {
    let stage = &mut archived();
    let mut check = |highlights: Value, expected: &str| {
        let body = json!({"filters": {"query": "invoice"}, "highlights": highlights});
        let found = stage.call("list_archives", BOT_TOKEN, &body).1;
        assert_eq!(found["chats"][0]["thread"]["events"][1]["text"], expected);
    };
    check(json!({}), "Your <em>Invoice</em> is here");
    check(json!({"pre_tag": "[", "post_tag": "]"}), "Your [Invoice] is here");
    check(Value::Null, "Your Invoice is here");
}

#[test]
fn threads_of_other_groups_are_not_found() {
    let stage = &mut Stage::with_bot();
    stage.act(json!({"start_chat": {"as": "ada", "to": "Sales"}})).unwrap();
    stage.act(json!({"close": {"by": "ada"}})).unwrap();
    let mut count = |token: &str| stage.call("list_archives", token, &json!({})).1["found_chats"].clone();
    assert_eq!(count(AGENT_TOKEN), 1);
    assert_eq!(count("Bearer dal:agent2-token"), 0);
}
