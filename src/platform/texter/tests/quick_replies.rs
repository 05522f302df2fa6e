//! Quick replies: what they are made of, how they are found, changed and deleted.

use http::Method;
use serde_json::{Value, json};

use super::stage::{ACCOUNT, NOA, Stage};

fn usual() -> Value {
    json!({
        "send": {"contents": [{"type": "text", "text": "Hello"}]},
        "display": {"position": "top", "title": "Greeting"},
    })
}

fn make(stage: &mut Stage, body: &Value) -> Value {
    let (status, made) = stage.call(Method::POST, "/quick-replies", body);
    assert_eq!(status, 201, "{made}");
    made
}

/// The titles of what a query finds.
fn titles(stage: &mut Stage, query: &str) -> Vec<String> {
    let (status, found) = stage.call(Method::GET, &format!("/quick-replies?{query}"), &Value::Null);
    assert_eq!(status, 200, "{found}");
    let replies = found["quickReplies"].as_array().unwrap();
    replies.iter().map(|reply| reply["display"]["title"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_quick_reply_is_shown_as_it_was_made() {
    let mut stage = Stage::open(json!({}));
    let chat = stage.start();
    let made = make(&mut stage, &usual());
    let now = stage.now.as_millis();
    let mut expected = json!({
        "_id": made["_id"],
        "send": {"contents": [{"type": "text", "text": "Hello"}]},
        "display": {"position": "top", "title": "Greeting", "departments": [], "users": []},
        "metadata": {"created": now, "updated": now, "client": {}},
    });
    assert_eq!(made, expected);
    let (status, found) = stage.call(Method::GET, "/quick-replies", &Value::Null);
    assert_eq!((status, found), (200, json!({"total": 1, "quickReplies": [expected.take()]})));
    let full = json!({
        "send": {
            "contents": [{"type": "text", "text": "Hello"}, {"type": "buttons", "text": "?", "buttons": [{"title": "a", "payload": "b"}]}],
            "betweenMessagesDelay": 500,
            "target": [{"name": "whatsapp", "accountId": ACCOUNT, "id": chat}, {"name": "sms"}],
        },
        "display": {"position": "main", "title": "Greeting", "note": "n", "departments": ["support"], "users": [NOA]},
    });
    let made = make(&mut stage, &full);
    assert_eq!((&made["send"], &made["display"]), (&full["send"], &full["display"]));
    let made = make(&mut stage, &json!({"send": {"contents": [{"type": "text", "text": "Hello"}]}}));
    assert_eq!(made["display"], json!({"position": "main", "departments": [], "users": []}));
}

#[test]
fn what_cannot_be_sent_is_no_quick_reply() {
    let mut stage = Stage::open(json!({}));
    let mut check = |path: &str, value: Value, status: u16, words: &str| {
        let mut body = usual();
        let (parent, key) = path.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[key] = value;
        let (found, answer) = stage.call(Method::POST, "/quick-replies", &body);
        assert_eq!((found, answer["success"].as_bool()), (status, Some(false)), "{body}");
        let error = answer["error"].as_str().unwrap();
        assert!(error.contains(words), "{error} lacks {words}");
    };
    check("/send", Value::Null, 400, "body.send is required");
    check("/send", json!([]), 400, "body.send must be object");
    check("/send/contents", Value::Null, 400, "body.send.contents is required");
    check("/send/contents", json!([]), 400, "must have 1 to");
    check("/send/contents", json!([{"type": "sticker"}]), 400, "body.send.contents[0].type must be one of");
    check("/send/contents", json!([{"type": "text", "text": ""}]), 400, "body.send.contents[0].text must have 1");
    check("/send/contents", json!([{"type": "media", "media": [{"mediaType": "image", "fileId": "x"}]}]), 404, "File");
    check("/send/betweenMessagesDelay", json!(-1), 400, "must be integer");
    check("/send/target", json!([{"name": "fax"}]), 400, "body.send.target[0].name must be a channel");
    check("/send/target", json!([{"accountId": ACCOUNT}]), 400, "name is required");
    check("/send/target", json!([{"name": "whatsapp", "id": "nope"}]), 404, "Chat not found");
    check("/display/position", json!("bottom"), 400, "must be one of top, main");
    check("/display/title", json!(7), 400, "must be string");
    check("/display/departments", json!(["nowhere"]), 404, "Department not found");
    check("/display/users", json!(["nobody"]), 404, "Agent not found");
    assert!(titles(&mut stage, "").is_empty());
}

#[test]
fn lists_are_filtered_sorted_and_cut() {
    let mut stage =
        Stage::open(json!({"accounts": [{"channel": "whatsapp", "id": ACCOUNT}, {"channel": "sms", "id": "5"}]}));
    let chat = stage.start();
    let text = json!({"type": "text", "text": "x"});
    let place = json!({"type": "location", "location": {"latitude": 1, "longitude": 2}});
    let rows = [
        ("b", json!(["everywhere"]), "top", vec![&text]),
        ("a", json!([{"name": "whatsapp", "accountId": ACCOUNT}]), "main", vec![&text, &place]),
        ("d", json!([{"name": "whatsapp", "accountId": ACCOUNT, "id": chat}]), "main", vec![&place]),
        ("c", json!([{"name": "sms"}]), "main", vec![&text]),
    ];
    let mut ids = Vec::new();
    for (title, target, position, contents) in rows {
        let target = if target == json!(["everywhere"]) { Value::Null } else { target };
        let body = json!({"send": {"contents": contents, "target": target}, "display": {"title": title, "position": position}});
        ids.push(make(&mut stage, &body)["_id"].as_str().unwrap().to_owned());
        stage.pass(crate::base::time::VirtualSpan::from_secs(1));
    }
    let touch = json!([{"updateDisplayNote": "touched"}]);
    assert_eq!(stage.call(Method::PATCH, &format!("/quick-replies/{}", ids[0]), &touch).0, 200);
    let mut check = |query: &str, expected: &str| assert_eq!(titles(&mut stage, query).concat(), expected, "{query}");
    check("", "cdab");
    check("sortCreated=asc", "badc");
    check("sortCreated=desc", "cdab");
    check("sortTitle=asc", "abcd");
    check("sortTitle=desc", "dcba");
    check("sortUpdated=desc", "bcda");
    check("sortUpdated=asc", "adcb");
    check("skip=1&limit=2", "da");
    check("position=top", "b");
    check("position=main", "cda");
    check("hasContentsType[]=location", "da");
    check("hasContentsType[]=location&hasContentsType[]=text", "cdab");
    check("hasContentsType[]=media", "");
    check("forChat[name]=sms", "cb");
    check(&format!("forChat[name]=whatsapp&forChat[accountId]={ACCOUNT}"), "dab");
    check("forChat[name]=whatsapp&forChat[accountId]=1", "b");
    check(&format!("forChat[id]={chat}"), "dab");
    check("forChat[id]=other&forChat[name]=whatsapp", "ab");
    let (_, page) = stage.call(Method::GET, "/quick-replies?skip=1&limit=2", &Value::Null);
    assert_eq!(page["total"], 4);
    for query in [
        "limit=0",
        "limit=x",
        "skip=-1",
        "sortTitle=up",
        "position=x",
        "hasContentsType[]=special",
        "forChat[name]=fax",
    ] {
        assert_eq!(stage.call(Method::GET, &format!("/quick-replies?{query}"), &Value::Null).0, 400, "{query}");
    }
}

#[test]
fn every_operation_changes_a_quick_reply() {
    let mut stage = Stage::open(json!({}));
    let made = make(&mut stage, &usual());
    let path = format!("/quick-replies/{}", made["_id"].as_str().unwrap());
    stage.pass(crate::base::time::VirtualSpan::from_secs(5));
    let now = stage.now.as_millis();
    let mut check = |operation: Value, pointer: &str, expected: Option<Value>| {
        let (status, changed) = stage.call(Method::PATCH, &path, &json!([operation]));
        assert_eq!(status, 200, "{changed}");
        assert_eq!(changed.pointer(pointer), expected.as_ref(), "{operation}");
        assert_eq!(changed["metadata"]["updated"], now);
    };
    let contents = json!([{"type": "text", "text": "Bye"}]);
    check(json!({"updateSendContents": contents}), "/send/contents", Some(contents.clone()));
    let target = json!([{"name": "whatsapp", "accountId": ACCOUNT}]);
    check(json!({"updateSendTarget": target}), "/send/target", Some(target.clone()));
    check(json!({"updateSendTarget": null}), "/send/target", None);
    check(json!({"updateBetweenMessagesDelay": 700}), "/send/betweenMessagesDelay", Some(json!(700)));
    check(json!({"updateBetweenMessagesDelay": null}), "/send/betweenMessagesDelay", None);
    check(json!({"updateDisplayTitle": "Hi"}), "/display/title", Some(json!("Hi")));
    check(json!({"updateDisplayTitle": null}), "/display/title", None);
    check(json!({"updateDisplayNote": "n"}), "/display/note", Some(json!("n")));
    check(json!({"updateDisplayPosition": "main"}), "/display/position", Some(json!("main")));
    check(json!({"updateDisplayDepartments": ["sales"]}), "/display/departments", Some(json!(["sales"])));
    check(json!({"updateDisplayUsers": [NOA]}), "/display/users", Some(json!([NOA])));
    check(json!({"updateDisplayUsers": null}), "/display/users", Some(json!([])));
    let client = json!({"aiQuickReply": true});
    check(json!({"updateClientMetadata": client}), "/metadata/client", Some(client.clone()));
}

#[test]
fn either_all_operations_are_done_or_none() {
    let mut stage = Stage::open(json!({}));
    let made = make(&mut stage, &usual());
    let path = format!("/quick-replies/{}", made["_id"].as_str().unwrap());
    let mut check = |body: Value, status: u16, words: &str| {
        let (found, answer) = stage.call(Method::PATCH, &path, &body);
        assert_eq!(found, status, "{answer}");
        assert!(answer["error"].as_str().unwrap().contains(words), "{answer}");
    };
    check(json!({"updateDisplayTitle": "x"}), 400, "body must be array");
    check(json!([]), 400, "with 1 to 1000 items");
    check(json!(vec![json!({"updateDisplayTitle": "x"}); 1_001]), 400, "with 1 to 1000 items");
    check(json!([7]), 400, "body[0] must be object");
    check(json!([{}]), 400, "body[0] must have exactly one key");
    check(json!([{"updateDisplayTitle": "x", "updateDisplayNote": "y"}]), 400, "exactly one key");
    check(json!([{"updateDisplayTitle": "x"}, {"fly": 1}]), 400, "body[1].fly is no operation");
    check(json!([{"updateDisplayTitle": "x"}, {"updateSendContents": null}]), 400, "is required");
    check(json!([{"updateDisplayTitle": "x"}, {"updateDisplayPosition": null}]), 400, "is required");
    check(json!([{"updateDisplayTitle": "x"}, {"updateDisplayUsers": ["nobody"]}]), 404, "Agent");
    assert_eq!(titles(&mut stage, ""), ["Greeting"]);
    let many = vec![json!({"updateDisplayTitle": "x"}); 1_000];
    assert_eq!(stage.call(Method::PATCH, &path, &json!(many)).0, 200);
}

#[test]
fn what_is_deleted_is_gone() {
    let mut stage = Stage::open(json!({}));
    let made = make(&mut stage, &usual());
    let path = format!("/quick-replies/{}", made["_id"].as_str().unwrap());
    stage.plan("delete_quick_reply", "404");
    assert_eq!(stage.call(Method::DELETE, &path, &Value::Null).0, 404);
    assert_eq!(titles(&mut stage, ""), ["Greeting"]);
    assert_eq!(stage.call(Method::DELETE, &path, &Value::Null), (200, json!("OK")));
    assert_eq!(stage.call(Method::DELETE, &path, &Value::Null).0, 404);
    assert_eq!(stage.call(Method::PATCH, &path, &json!([{"updateDisplayTitle": "x"}])).0, 404);
    assert!(titles(&mut stage, "").is_empty());
}
