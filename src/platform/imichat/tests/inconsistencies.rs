//! Where the vendor's public pages contradict themselves, and what is done about each contradiction: one test a row, so that
//! none is decided twice or by accident. The numbers only tell the rows apart.

use http::Method;
use serde_json::{Value, json};

use super::{chat, message};
use crate::base::time::{VirtualSpan, VirtualTime};
use crate::platform::imichat::stage::Stage;
use crate::platform::route::Body;

const AT: &str = "2026-01-05T08:59:59.500Z";

/// Creates a chat with one message, and gives the message as REST shows it; nothing if the message is refused.
fn shown(channel: &str, mut message: Value) -> Option<Value> {
    message["timestamp"] = json!(AT);
    let mut stage = Stage::open(json!({}));
    let (reply, document) = stage.call(Method::POST, "/v3.1/chats", &chat(channel, &json!({"messages": message})));
    (reply.status == 200).then(|| document["response"]["messages"][0].clone())
}

/// All three events of one chat, which carries a picture.
fn all_events(setup: &Value) -> Vec<Value> {
    let mut setup = setup.clone();
    let events = ["chat.assigned", "message.received", "chat.closed"];
    setup["virtual_agents"] = json!([{"login": "b", "webhook": {"url": "${bot}", "events": events}}]);
    let mut stage = Stage::open(setup);
    stage.start("livechat");
    stage.act(json!({"attach": {"as": "ada", "url": "http://x/a.png", "text": "Look"}})).unwrap();
    stage.act(json!({"close": {"by": "system"}})).unwrap();
    stage.desk.outgoing.iter().map(|outgoing| serde_json::from_slice(&outgoing.body).unwrap()).collect()
}

fn members(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn row_01_a_created_chat_is_answered_as_if_it_had_been_retrieved() {
    let create = |setup: Value| {
        let mut stage = Stage::open(setup);
        stage.call(Method::POST, "/v3.1/chats", &chat("livechat", &json!({}))).1
    };
    let usual = create(json!({}));
    assert_eq!(
        (&usual["status_code"], &usual["description"]),
        (&json!(4304), &json!("The chat details retrieved successfully"))
    );
    let own = create(json!({"success": {"create_chat": {"code": 4301, "text": "Created"}}}));
    assert_eq!((&own["status_code"], &own["description"]), (&json!(4301), &json!("Created")));
}

#[test]
fn row_02_pickers_are_read_in_both_spellings_and_shown_as_the_samples_have_them() {
    for member in ["listpicker_response", "list_picker_response"] {
        let shown = shown("abc", json!({"type": "inbound", member: ["a", "b"]})).unwrap();
        assert_eq!(shown, json!({"type": "inbound", "listpicker_response": ["a", "b"], "timestamp": AT}), "{member}");
    }
    for member in ["timepicker_response", "time_picker_response"] {
        let shown = shown("abc", json!({"type": "inbound", member: AT})).unwrap();
        assert_eq!(shown, json!({"type": "inbound", "timepicker_response": AT, "timestamp": AT}), "{member}");
    }
}

#[test]
fn row_03_apple_messages_are_labelled_as_in_the_table_or_as_in_the_samples() {
    let check = |label: &str, member: &str, value: Value| {
        let message = json!({"type": "inbound", "abc_sub_type": label, member: value});
        assert_eq!(shown("abc", message).unwrap()["abc_sub_type"], label, "the label is kept as it was given");
    };
    check("text", "text", json!("Hi"));
    check("listpicker", "listpicker_response", json!(["a"]));
    check("listpicker_response", "listpicker_response", json!(["a"]));
    check("timepicker", "timepicker_response", json!(AT));
    check("timepicker_response", "timepicker_response", json!(AT));
    assert_eq!(shown("abc", json!({"type": "inbound", "abc_sub_type": "list_picker", "text": "Hi"})), None);
}

#[test]
fn row_04_live_chat_answers_are_labelled_as_in_the_table_or_as_in_the_samples() {
    let answer = || json!({"request_identifier": "r", "options": [{"title": "Yes"}]});
    let offer = || json!({"request_identifier": "r", "options": [{"title": "Yes", "payload": "y"}]});
    let check = |direction: &str, label: &str, member: &str, value: Value, expected: bool| {
        let message = json!({"type": direction, "livechat_sub_type": label, member: value});
        assert_eq!(shown("livechat", message).is_some(), expected, "{direction} {label}");
    };
    check("inbound", "text", "text", json!("Hi"), true);
    check("inbound", "quick_reply_response", "quick_reply_response", answer(), true);
    check("inbound", "quick_replies", "quick_reply_response", answer(), true);
    check("outbound", "text", "text", json!("Hi"), true);
    check("outbound", "quick_replies", "quick_replies", offer(), true);
    check("outbound", "quick_reply_response", "quick_replies", offer(), false);
}

#[test]
fn row_05_the_correlation_id_is_read_in_both_spellings_and_shown_as_in_the_samples() {
    for member in ["correlation_id", "correlationid"] {
        let message = json!({"type": "outbound", "text": "Hi", "delivery_details": {member: "c-1"}});
        assert_eq!(shown("sms", message).unwrap()["delivery_details"], json!({"correlation_id": "c-1"}), "{member}");
    }
}

#[test]
fn row_06_the_correlation_id_is_any_text() {
    for id in ["1234567890123456789012345678", "89149b44-ed51-4760-a1a4-729376fb0602", "mine"] {
        let message = json!({"type": "outbound", "text": "Hi", "delivery_details": {"correlation_id": id}});
        assert_eq!(shown("sms", message).unwrap()["delivery_details"]["correlation_id"], id);
    }
}

#[test]
fn row_07_an_unknown_token_is_a_bad_request_and_an_expired_one_is_not_authorised() {
    let mut stage = Stage::open(json!({"access_tokens": [{"token": "old", "life": "1s"}]}));
    stage.now = stage.now + VirtualSpan::from_secs(1);
    let mut check = |token: &str, expected: (u16, &str)| {
        let (reply, _) = stage.send(Method::GET, "/v3.1/chats/x", &[("access_token", token)], Body::TooSlow);
        assert_eq!((reply.status, reply.code.as_deref().unwrap()), expected);
    };
    check("never", (400, "2003"));
    check("old", (401, "2004"));
}

#[test]
fn row_08_an_asset_is_a_number_only_where_the_tenant_has_it_as_a_number() {
    let check = |configured: Value, sent: Value, expected: Value| {
        let assets = json!([{"channel": "sms", "id": configured, "name": "Main line"}]);
        let bots = json!([{"login": "b", "webhook": {"url": "${bot}"}}]);
        let mut stage = Stage::open(json!({"assets": assets, "virtual_agents": bots}));
        let found = stage.create("sms", &json!({"asset": {"id": sent}}))["asset"].clone();
        assert_eq!(found, json!({"id": expected, "name": "Main line"}), "{configured} {sent}");
        assert_eq!(stage.last_event()["asset"], "447", "events have a text in any case");
    };
    check(json!(447), json!(447), json!(447));
    check(json!(447), json!("447"), json!(447));
    check(json!("447"), json!(447), json!("447"));
    check(json!("447"), json!("447"), json!("447"));
    let mut stage = Stage::open(json!({}));
    assert_eq!(stage.create("sms", &json!({"asset": {"id": 5}}))["asset"], json!({"id": "5", "name": ""}));
}

#[test]
fn row_09_assets_attachments_and_types_differ_between_rest_and_events() {
    let mut stage = Stage::with_bot();
    let id = stage.start("livechat");
    stage.act(json!({"attach": {"as": "ada", "url": "http://x/a.png", "text": "Look"}})).unwrap();
    let (rest, event) = (stage.show(&id), stage.last_event());
    assert_eq!((&rest["asset"]["id"], &event["asset"]), (&json!("im15102452"), &json!("im15102452")));
    let (said, heard) = (&rest["messages"][1], &event["payload"]["messages"][0]);
    assert_eq!((&said["type"], &heard["type"]), (&json!("inbound"), &json!("text")));
    let file = json!({"type": "image", "url": "http://x/a.png"});
    assert_eq!((&said["attachment"], &heard["attachments"]), (&file, &json!([file])));
    assert_eq!((said.get("attachments"), heard.get("attachment")), (None, None));
}

#[test]
fn row_10_live_chat_is_spelled_in_events_as_in_the_samples() {
    let channels =
        |setup: Value| -> Vec<Value> { all_events(&setup).into_iter().map(|event| event["channel"].clone()).collect() };
    assert_eq!(channels(json!({})), ["LiveChat"; 3]);
    assert_eq!(channels(json!({"events": {"channel_case": "lower"}})), ["livechat"; 3]);
    let mut stage = Stage::with_bot();
    let id = stage.start("sms");
    assert_eq!(stage.last_event()["channel"], "sms");
    assert_eq!(stage.show(&id)["channel"], "sms");
    let id = stage.start("livechat");
    assert_eq!(stage.show(&id)["channel"], "livechat");
}

#[test]
fn row_11_no_skill_is_an_empty_text_as_in_the_sample() {
    let skill = |setup: Value| all_events(&setup)[0]["payload"]["skill"].clone();
    assert_eq!(skill(json!({})), "");
    assert_eq!(skill(json!({"events": {"no_skill": null}})), Value::Null);
}

#[test]
fn row_12_the_answer_to_a_whatsapp_template_is_null_where_there_is_none() {
    for event in &all_events(&json!({}))[..2] {
        assert_eq!(event["payload"]["messages"][0].get("wab_interactive_response"), Some(&Value::Null));
    }
}

#[test]
fn row_13_events_have_the_members_of_the_samples() {
    let common = [
        "event_type",
        "channel",
        "chat_id",
        "asset",
        "destination_id",
        "thread_id",
        "browserfingerprint",
        "subject",
        "posted_on",
        "payload",
    ];
    let with_transaction = [&common[..], &["transaction_id"]].concat();
    let message =
        ["transid", "type", "text", "attachments", "timestamp", "interactive_response", "wab_interactive_response"];
    let events = all_events(&json!({}));
    let check = |event: &Value, own: &[&str], payload: &[&str]| {
        assert_eq!(members(event), own);
        assert_eq!(members(&event["payload"]), payload);
        event["payload"]["messages"].as_array().into_iter().flatten().for_each(|it| assert_eq!(members(it), message));
    };
    check(&events[0], &with_transaction, &["skill", "messages"]);
    check(&events[1], &with_transaction, &["messages"]);
    check(&events[2], &common, &["timestamp", "chat_outcome"]);
}

#[test]
fn row_14_tags_and_outcomes_have_the_name_of_the_place_they_stand_in() {
    let mut stage = Stage::with_bot();
    assert_eq!(stage.create("livechat", &json!({"tag": ["a"]}))["tag"], json!(["a"]));
    let shown = stage.create("livechat", &json!({"tags": ["a"]}));
    assert_eq!((&shown["tag"], shown.get("tags")), (&json!(["a"]), None));
    let id = shown["chat_id"].as_str().unwrap();
    stage.patch(id, &json!({"tags": ["b"]}));
    stage.patch(id, &json!({"tag": ["c"]}));
    assert_eq!(stage.show(id)["tag"], json!(["b"]), "an update knows no tag");
    stage.desk.outgoing.clear();
    stage.start("livechat");
    stage.act(json!({"close": {"by": "noa", "outcome": "Resolved"}})).unwrap();
    assert_eq!(stage.last_event()["payload"]["chat_outcome"], "Resolved");
}

#[test]
fn row_15_the_team_of_a_transfer_is_a_number_or_a_text() {
    for team in [json!(673), json!("673")] {
        let teams = json!([{"id": 672, "name": "A"}, {"id": 673, "name": "B"}]);
        let mut stage = Stage::open(json!({"teams": teams}));
        let id = stage.start("livechat");
        let path = format!("/v3.1/internal/chats/{id}");
        let (reply, _) = stage.call(Method::PATCH, &path, &json!({"transfer": {"teamid": team}}));
        assert_eq!((reply.status, &stage.show(&id)["team_id"]), (202, &json!(673)), "{team}");
    }
}

#[test]
fn row_16_chats_are_searched_under_the_version_of_the_note_and_not_of_the_title() {
    let check = |setup: Value, version: &str, expected: u16| {
        let mut stage = Stage::open(setup);
        let (reply, _) = stage.call(Method::POST, &format!("/{version}/chats/search"), &json!({}));
        assert_eq!(reply.status, expected, "{version}");
        assert_eq!(!stage.told().is_empty(), expected == 404, "{version}: a wrong version is a violation");
    };
    check(json!({}), "v3.0", 200);
    check(json!({}), "v3.1", 404);
    check(json!({"search": {"on_v31": true}}), "v3.1", 200);
    check(json!({"search": {"on_v31": true}}), "v3.0", 200);
}

#[test]
fn row_17_a_user_is_one_object_whose_times_stand_once_each() {
    let mut stage = Stage::open(json!({"agents": [{"login": "noa"}]}));
    let (_, listed) = stage.call(Method::GET, "/v3.1/users", &json!({}));
    let id = &listed["response"]["users"][0]["id"];
    let (reply, document) = stage.call(Method::GET, &format!("/v3.1/users/{id}"), &json!({}));
    assert_eq!((reply.status, document["response"].is_object()), (200, true), "no page of users");
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    for member in ["created_at", "updated_at"] {
        assert_eq!(text.matches(member).count(), 1, "{member}");
    }
    let role = &document["response"]["role_type"];
    assert_eq!(*role, json!("Customer Care"), "the table under another title is that of the roles");
}

#[test]
fn row_18_messages_have_the_same_shape_in_both_versions() {
    let mut stage = Stage::open(json!({}));
    let create = |stage: &mut Stage, version: &str| {
        let body = chat("livechat", &json!({"messages": message("inbound", "Hi")}));
        let (reply, document) = stage.call(Method::POST, &format!("/{version}/chats"), &body);
        assert_eq!(reply.status, 200);
        (document["response"]["chat_id"].as_str().unwrap().to_owned(), document["response"]["messages"].clone())
    };
    let ((_, old), (id, new)) = (create(&mut stage, "v3.0"), create(&mut stage, "v3.1"));
    assert_eq!(old, new);
    let (_, across) = stage.call(Method::GET, &format!("/v3.0/chats/{id}"), &json!({}));
    assert_eq!(across["response"]["messages"], new);
}

#[test]
fn row_19_a_chat_is_found_by_a_text_of_any_length() {
    let mut stage = Stage::open(json!({}));
    let id = stage.start("livechat");
    assert_eq!((id.len(), &id[..3]), (16, "CSR"));
    for unknown in ["CSR12389172839128", "CSR1", "x"] {
        let (reply, _) = stage.call(Method::GET, &format!("/v3.1/chats/{unknown}"), &json!({}));
        assert_eq!((reply.status, reply.code.as_deref()), (404, Some("2031")), "{unknown}");
    }
    for alias in ["CSR12389172839128", "x"] {
        assert_eq!(stage.call(Method::PATCH, &format!("/v3.1/chats/{id}"), &json!({"alias_id": alias})).0.status, 200);
        let (reply, _) = stage.call(Method::GET, &format!("/v3.1/chats/{alias}"), &json!({}));
        assert_eq!(reply.status, 200, "{alias}");
    }
}

#[test]
fn row_20_messages_come_one_or_many_and_are_shown_as_a_list() {
    let one = || message("inbound", "Hi");
    for (messages, count) in [(one(), 1), (json!([one()]), 1), (json!([one(), one()]), 2), (json!([]), 0)] {
        let mut stage = Stage::open(json!({}));
        let shown = stage.create("livechat", &json!({"messages": messages}));
        assert_eq!(shown["messages"].as_array().map(Vec::len), Some(count), "{messages}");
        let id = shown["chat_id"].as_str().unwrap();
        stage.append(id, &messages);
        stage.append(id, &json!({"messages": messages}));
        assert_eq!(stage.show(id)["messages"].as_array().map(Vec::len), Some(3 * count), "{messages}");
    }
}

#[test]
fn row_21_there_are_three_events_and_two_of_them_are_usual() {
    let names: Vec<&str> = crate::platform::imichat::events::EVENTS.iter().map(|event| event.name).collect();
    assert_eq!(names, ["chat.assigned", "message.received", "chat.closed"]);
    let mut stage = Stage::open(json!({"virtual_agents": [{"login": "b", "webhook": {"url": "${bot}"}}]}));
    stage.start("livechat");
    stage.act(json!({"say": {"as": "ada", "text": "x"}})).unwrap();
    stage.act(json!({"close": {"by": "system"}})).unwrap();
    assert_eq!(stage.events(), names[..2]);
}

#[test]
fn row_22_no_message_in_an_event_is_younger_than_the_event() {
    let mut stage = Stage::with_bot();
    for (said, shown) in
        [("2020-07-02T07:04:27.93Z", "2020-07-02T07:04:27.93Z"), ("2199-01-01T00:00:00Z", "2026-01-05T09:00:00Z")]
    {
        let mut message = message("inbound", "Hi");
        message["timestamp"] = json!(said);
        stage.create("livechat", &json!({"messages": message}));
        let event = stage.last_event();
        let instant = |text: &Value| VirtualTime::parse(text.as_str().unwrap()).unwrap();
        let timestamp = instant(&event["payload"]["messages"][0]["timestamp"]);
        assert_eq!(timestamp, instant(&json!(shown)));
        assert!(timestamp <= instant(&event["posted_on"]));
    }
}
