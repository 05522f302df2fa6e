//! What operations take and what they do not: numbers, names, and pages of lists.

use http::Method;
use serde_json::{Value, json};

use super::stage::{ADA, NOA, Stage};

/// How many chats are found, or the status if nothing is looked for.
fn found(stage: &mut Stage, query: &str) -> Result<usize, u16> {
    match stage.call(Method::GET, &format!("/chats/search?{query}"), &Value::Null) {
        (200, answer) => Ok(answer["data"].as_array().unwrap().len()),
        (status, _) => Err(status),
    }
}

#[test]
fn chats_are_found_by_names_and_by_numbers_in_any_format() {
    let mut stage = Stage::open(json!({}));
    stage.start();
    let mut check =
        |query: &str, expected: Result<usize, u16>| assert_eq!(found(&mut stage, query), expected, "{query}");
    check("search=ADA", Ok(1));
    check("search=0501112233", Ok(1));
    check("search=%2B972+50-111-2233", Ok(1));
    check("search=(050)%20111", Ok(1));
    check("search=2233", Ok(1));
    check("search=room%2005", Ok(0));
    check("search=zz05", Ok(0));
    check("search=a", Err(400));
    check("statuses[]=BOT&statuses[]=BULK", Ok(1));
    check("statuses[]=PENDING", Ok(0));
    check("statuses[]=TAKEN", Err(400));
    check("labels[]=none", Ok(0));
    check("channel[name]=whatsapp&channel[accountId]=972509998877", Ok(1));
    check("channel[name]=whatsapp", Err(400));
    check("limit=10001", Err(400));
    check("limit=%2B5", Err(400));
    check("skip=1", Ok(0));
}

#[test]
fn agents_are_known_by_the_name_that_is_asked_for() {
    let mut stage = Stage::open(json!({"agents": [{"email": "noa@example.com", "uid": NOA, "crm_id": "noa01"}]}));
    let chat = stage.start();
    let mut check = |key: &str, word: &str, status: u16| {
        let (found, answer) = stage.call(Method::POST, "/chats/assign", &json!({"chatId": chat, key: word}));
        assert_eq!(found, status, "{key} {word}: {answer}");
    };
    check("agentUid", NOA, 200);
    check("agentEmail", "noa@example.com", 200);
    check("agentCrmId", "noa01", 200);
    check("agentUid", "noa@example.com", 404);
    check("agentEmail", "noa01", 404);
    check("agentCrmId", NOA, 404);
}

#[test]
fn messages_are_read_page_by_page_to_the_first_one() {
    let mut stage = Stage::open(json!({}));
    let chat = stage.start();
    // All of them are written within one millisecond.
    for text in ["a", "b", "c"] {
        let body = json!({"type": "text", "text": text});
        assert_eq!(stage.call(Method::POST, &format!("/messages/send/{chat}"), &body).0, 200);
    }
    let (mut time, mut id) = (stage.now.as_millis(), "none".to_owned());
    let mut texts = Vec::new();
    for _ in 0..4 {
        let path = format!("/messages/chat/{chat}?limit=1&beforeTime={time}&beforeId={id}");
        let (_, page) = stage.call(Method::GET, &path, &Value::Null);
        let message = &page["messages"][0];
        texts.push(message["text"].as_str().unwrap_or_default().to_owned());
        time = message["timestamp"].as_i64().unwrap();
        id = message["_id"].as_str().unwrap().to_owned();
    }
    assert_eq!(texts, ["c", "b", "a", "Hi"]);
    let mut check = |query: &str, status: u16| {
        let path = format!("/messages/chat/{chat}{query}");
        assert_eq!(stage.call(Method::GET, &path, &Value::Null).0, status, "{query}");
    };
    check("", 400);
    check("?beforeTime=1", 400);
    check("?beforeTime=x&beforeId=y", 400);
    check("?beforeTime=%2B1&beforeId=y", 400);
    check("?botSessionId=A", 400);
    check("?botSessionId=a1", 200);
    check("?botSessionId=a1&beforeTime=1&beforeId=y", 400);
}

#[test]
fn contacts_who_want_no_templates_are_listed_within_the_documented_patterns() {
    let mut stage = Stage::open(json!({}));
    stage.start();
    let (status, _) = stage.call(Method::POST, "/whatsapp/templates/unsubscribe", &json!({"phone": "0501112233"}));
    assert_eq!(status, 200);
    let mut check = |path: &str, expected: Result<usize, u16>| {
        let (status, answer) =
            stage.call(Method::GET, &format!("/whatsapp/templates/unsubscribed{path}"), &Value::Null);
        let found = answer.as_array().map(Vec::len).ok_or(status);
        assert_eq!(found, expected, "{path}: {answer}");
    };
    check("", Ok(1));
    check("/972509998877", Ok(1));
    check("/972500000000", Ok(0));
    check("?limit=9999&skip=00000", Ok(1));
    check("?limit=10000", Err(400));
    check("?limit=01", Err(400));
    check("?skip=000000", Err(400));
    check("?skip=1", Ok(0));
    let (_, rows) = stage.call(Method::GET, "/whatsapp/templates/unsubscribed", &Value::Null);
    assert_eq!(rows, json!([{"phone": format!("+{ADA}"), "title": "Ada"}]));
}

#[test]
fn labels_are_reached_whatever_their_ids() {
    let mut stage = Stage::open(json!({}));
    // The server has read all escapes but those of slashes before an operation is looked for.
    for (id, path) in [("vip", "vip"), ("a/b", "a%2Fb"), ("c/d", "c%2fd"), ("דחוף", "דחוף")] {
        assert_eq!(stage.call(Method::POST, "/labels", &json!({"id": id, "name": "x"})).0, 201);
        assert_eq!(stage.call(Method::POST, "/labels", &json!({"id": id, "name": "x"})).0, 409);
        let path = format!("/labels/{path}");
        assert_eq!(stage.call(Method::PATCH, &path, &json!({"name": "y"})), (200, json!("OK")));
        let (_, label) = stage.call(Method::GET, &path, &Value::Null);
        assert_eq!(label, json!({"id": id, "name": "y", "color": "#555555"}));
        assert_eq!(stage.call(Method::DELETE, &path, &Value::Null), (200, json!("OK")));
        assert_eq!(stage.call(Method::GET, &path, &Value::Null).0, 404);
    }
    assert_eq!(stage.call(Method::DELETE, "/labels/failed-message", &Value::Null).0, 403);
}

#[test]
fn revisions_have_numbers() {
    let mut stage = Stage::open(json!({}));
    let data = json!({"name": "x", "triggerEvents": ["domain.chat.pending"], "actions": []});
    let (_, made) = stage.call(Method::POST, "/scenarios/manage/import", &json!({"data": data, "asStatus": "active"}));
    let id = made["_id"].as_str().unwrap().to_owned();
    for (version, status) in [("1", 400), ("2", 404), ("+1", 400), ("x", 400), ("99999999999999999999", 404)] {
        let path = format!("/scenarios/manage/{id}/revisions/{version}");
        assert_eq!(stage.call(Method::DELETE, &path, &Value::Null).0, status, "{version}");
    }
}

#[test]
fn labels_of_chats_are_labels_of_the_tenant() {
    let mut stage = Stage::open(json!({"labels": [{"id": "a"}, {"id": "b"}]}));
    let path = format!("/chats/{}/labels", stage.start());
    let mut check = |body: Value, status: u16, labels: Value| {
        let (found, answer) = stage.call(Method::POST, &path, &body);
        assert_eq!((found, &stage.chat(ADA)["labels"]), (status, &labels), "{body}: {answer}");
    };
    check(json!({"add": ["a", "b", "a"]}), 200, json!(["a", "b"]));
    check(json!({"add": ["c"]}), 404, json!(["a", "b"]));
    check(json!({"remove": ["c"]}), 404, json!(["a", "b"]));
    check(json!({"set": ["a", "c"]}), 404, json!(["a", "b"]));
    check(json!({"remove": ["a"]}), 200, json!(["b"]));
    check(json!({"remove": ["a"]}), 200, json!(["b"]));
    check(json!({"add": []}), 400, json!(["b"]));
    check(json!({"add": ["a"], "remove": ["b"]}), 400, json!(["b"]));
    check(json!({}), 400, json!(["b"]));
    check(json!({"set": [1]}), 400, json!(["b"]));
    check(json!({"set": []}), 200, json!([]));
}

#[test]
fn chats_are_changed_by_values_and_not_by_null() {
    let mut stage = Stage::open(json!({}));
    let path = format!("/chats/{}", stage.start());
    let mut check = |body: Value, status: u16, name: Value| {
        let (found, answer) = stage.call(Method::PATCH, &path, &body);
        assert_eq!((found, &stage.chat(ADA)["displayName"]), (status, &name), "{body}: {answer}");
    };
    check(json!({"displayName": "Dana (gym)"}), 200, json!("Dana (gym)"));
    for key in ["displayName", "title", "externalBot", "crmData", "crmDeepLink"] {
        check(json!({key: null}), 400, json!("Dana (gym)"));
    }
    check(json!({"displayName": null, "externalBot": true}), 400, json!("Dana (gym)"));
    check(json!({"displayName": "x".repeat(255)}), 200, json!("x".repeat(255)));
    check(json!({"displayName": "x".repeat(256)}), 400, json!("x".repeat(255)));
    check(json!({"title": "x".repeat(256)}), 400, json!("x".repeat(255)));
    check(json!({"displayName": 1}), 400, json!("x".repeat(255)));
    check(json!({"displayName": ""}), 200, json!(""));
    check(json!({"somethingElse": null}), 200, json!(""));
    check(json!({}), 400, json!(""));
}

#[test]
fn labels_are_changed_by_values_and_not_by_null() {
    let mut stage = Stage::open(json!({"labels": [{"id": "a"}]}));
    let mut check = |body: Value, status: u16| {
        let (found, answer) = stage.call(Method::PATCH, "/labels/a", &body);
        assert_eq!(found, status, "{body}: {answer}");
    };
    check(json!({"name": "A", "color": null}), 400);
    check(json!({"name": null}), 400);
    check(json!({"name": "x".repeat(101)}), 400);
    check(json!({"color": "red"}), 400);
    check(json!({}), 400);
    check(json!({"name": "A", "color": "#a769FF"}), 200);
    assert_eq!(
        stage.call(Method::GET, "/labels/a", &Value::Null).1,
        json!({"id": "a", "name": "A", "color": "#a769FF"})
    );
}

/// The number of the version that runs, those of versions that do not, and that of the version the draft was made of.
type Versions = (Option<u64>, Vec<u64>, Option<u64>);

#[test]
fn numbers_of_deleted_revisions_are_not_given_again() {
    let mut stage = Stage::open(json!({}));
    let data = json!({"name": "x", "triggerEvents": ["domain.chat.pending"], "actions": []});
    let mut import = |status: &str| {
        let body = json!({"data": data, "asStatus": status});
        let (_, made) = stage.call(Method::POST, "/scenarios/manage/import", &body);
        format!("/scenarios/manage/{}", made["_id"].as_str().unwrap())
    };
    let (draft, active) = (import("draft"), import("active"));
    let mut check = |method: Method, path: String, body: Value, expected: Result<Versions, u16>| {
        let (status, answer) = stage.call(method, &path, &body);
        let found = answer["_id"].as_str().ok_or(status).map(|_| {
            let resting = answer["inactiveRevisions"].as_array().unwrap().iter();
            let resting = resting.map(|revision| revision["version"].as_u64().unwrap()).collect();
            let version = answer["activeRevision"]["version"].as_u64();
            (version, resting, answer["drafts"][0]["parentVersion"].as_u64())
        });
        assert_eq!(found, expected, "{path}: {answer}");
    };
    let rename = || json!([{"rename": "y"}]);
    check(Method::POST, format!("{draft}/activate"), Value::Null, Err(404));
    check(Method::POST, format!("{draft}/revisions"), Value::Null, Ok((None, vec![1], None)));
    check(Method::DELETE, format!("{draft}/revisions/1"), Value::Null, Ok((None, vec![], None)));
    // There is neither a draft nor a version that one could be made of.
    check(Method::PATCH, format!("{draft}/draft"), rename(), Err(404));
    check(Method::POST, format!("{draft}/revisions"), Value::Null, Err(404));
    check(Method::POST, format!("{draft}/activate"), Value::Null, Err(404));

    check(Method::PATCH, format!("{active}/draft"), rename(), Ok((Some(1), vec![], Some(1))));
    check(Method::POST, format!("{active}/revisions"), Value::Null, Ok((Some(1), vec![2], None)));
    check(Method::DELETE, format!("{active}/revisions/2"), Value::Null, Ok((Some(1), vec![], None)));
    // The next draft is made of what is there, and its number is a new one.
    check(Method::PATCH, format!("{active}/draft"), rename(), Ok((Some(1), vec![], Some(1))));
    check(Method::POST, format!("{active}/revisions"), Value::Null, Ok((Some(1), vec![3], None)));
    check(Method::POST, format!("{active}/activate"), Value::Null, Ok((Some(3), vec![1], None)));
    check(Method::POST, format!("{active}/activate"), json!({"version": 2}), Err(404));
}

#[test]
fn messages_and_channels_are_of_the_documented_form() {
    let mut stage = Stage::open(json!({}));
    let chat = stage.start();
    let mut check = |path: &str, body: Value, status: u16| {
        let (found, answer) = stage.call(Method::POST, path, &body);
        assert_eq!(found, status, "{body}: {answer}");
    };
    let send = format!("/messages/send/{chat}");
    let list =
        |section: Value| json!({"type": "list", "text": "Menu", "list": {"button": "Open", "sections": [section]}});
    let rows = json!([{"title": "One", "payload": "one"}]);
    check(&send, list(json!({"title": "A", "rows": rows})), 200);
    check(&send, list(json!({"rows": rows})), 400);
    check(&send, list(json!({"title": 1, "rows": rows})), 400);
    let location = |key: &str, value: Value| json!({"type": "location", "location": {"latitude": 32.07, "longitude": 34.78, key: value}});
    check(&send, location("name", json!("Office")), 200);
    check(&send, location("name", json!(1)), 400);
    check(&send, location("address", json!({})), 400);
    let assign =
        |key: &str, value: &str, channel: Value| json!({key: value, "departmentId": "support", "channel": channel});
    let account = json!({"name": "whatsapp", "accountId": "972509998877"});
    check("/chats/assign", assign("phone", "0501112233", account.clone()), 200);
    check("/chats/assign", assign("chatId", &chat, account), 200);
    check("/chats/assign", assign("phone", "0501112233", json!({"name": "pigeon"})), 400);
    check("/chats/assign", assign("phone", "0501112233", json!({"accountId": 7})), 400);
    check("/chats/assign", assign("chatId", &chat, json!("whatsapp")), 400);
    check("/chats/assign", assign("phone", "0501112233", json!({"name": "sms"})), 404);
}
