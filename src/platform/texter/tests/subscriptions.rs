//! How subscriptions run: the order of actions, chains that never end, secrets, what a request that fails leaves undone.

use http::Method;
use serde_json::{Value, json};

use super::stage::Stage;
use crate::base::time::VirtualSpan;

/// A request to this event.
fn request(event: &str) -> Value {
    json!({"name": "request", "params": {"url": "${bot}/x", "method": "post", "json": true, "data": {"eventName": event}}})
}

/// A tenant with one subscription to chats that are taken.
fn tenant(actions: &[Value], unordered: bool) -> Stage {
    let options = json!({"unorderedActions": unordered});
    let data = json!({"name": "x", "triggerEvents": ["domain.chat.assigned"], "actions": actions, "options": options});
    Stage::open(json!({"labels": [{"id": "a"}, {"id": "b"}], "subscriptions": [{"data": data}]}))
}

fn label(operation: &str, label: &str) -> Value {
    let params = json!({"operation": operation, "labels": [label], "chatId": "%chat:_id%"});
    json!({"name": "chatUpdateLabels", "params": params})
}

/// The names of the webhooks that were sent since the last look.
fn events(stage: &Stage) -> Vec<String> {
    stage.desk.outgoing.iter().map(|outgoing| outgoing.event.to_string()).collect()
}

#[test]
fn actions_wait_for_each_other_unless_they_are_unordered() {
    let actions = [request("first"), label("add", "a"), request("second")];
    let mut stage = tenant(&actions, false);
    let chat = stage.start();
    stage.act(json!({"assign": {"to": "noa@example.com"}})).unwrap();
    assert_eq!(events(&stage), ["first"]);
    assert_eq!(stage.chat("dana")["labels"], Value::Null);
    stage.deliver(true);
    assert_eq!(events(&stage), ["second"]);
    assert_eq!(stage.runs("").len(), 0, "the run is under way");
    stage.deliver(true);
    let run = &stage.runs("")[0];
    let names: Vec<&str> = run["steps"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["domain.chat.assigned", "request", "chatUpdateLabels", "request"]);
    assert_eq!((&run["success"], &run["conditionsResult"]), (&json!(true), &json!(true)));

    let mut stage = tenant(&actions, true);
    assert_eq!(stage.start(), chat);
    stage.act(json!({"assign": {"to": "noa@example.com"}})).unwrap();
    assert_eq!(events(&stage), ["first", "second"]);
    stage.deliver(false);
    assert_eq!(stage.runs("success=false").len(), 1);
}

#[test]
fn what_follows_a_request_that_fails_is_not_done() {
    let mut stage = tenant(&[request("first"), label("add", "a"), request("second")], false);
    stage.start();
    stage.act(json!({"assign": {"to": "noa@example.com"}})).unwrap();
    stage.deliver(false);
    assert_eq!(events(&stage), Vec::<String>::new());
    let run = &stage.runs("")[0];
    assert_eq!((&run["success"], run["steps"].as_array().unwrap().len()), (&json!(false), 2));
    assert_eq!(run["steps"][1]["error"], "the receiver answered 500");
    assert_eq!(stage.violations(), Vec::<String>::new(), "what a receiver does is no mistake of the subscription's");
}

#[test]
fn subscriptions_that_set_each_other_off_for_ever_are_stopped() {
    let toggle = |name: &str, operation: &str, expression: &str| {
        let condition = json!({"name": "filtrex", "params": {"expression": expression, "value": "%chat:chat%"}});
        json!({"data": {
            "name": name, "triggerEvents": ["domain.chat.labels"], "conditions": [[condition]],
            "actions": [label(operation, "a")],
        }})
    };
    let on = toggle("on", "add", "empty(labels)");
    let off = toggle("off", "remove", "not empty(labels)");
    let mut stage = Stage::open(json!({"labels": [{"id": "a"}], "subscriptions": [on, off]}));
    stage.start();
    stage.act(json!({"tag": {"add": ["a"]}})).unwrap();
    let ended = stage.runs("success=false");
    assert!(!ended.is_empty());
    let error = ended[0]["steps"][0]["error"].as_str().unwrap();
    assert!(error.contains("subscriptions have set each other off in a row"), "{error}");
    assert!(stage.runs("").len() < 100);
    assert!(stage.violations().iter().any(|violation| violation.contains("in a row")));
}

#[test]
fn subscriptions_that_set_off_ever_more_of_each_other_are_stopped() {
    let params = json!({
        "message": {"type": "text", "text": "Hey"},
        "chat": {"name": "whatsapp", "accountId": "%chat:channelInfo.accountId%", "id": "%chat:channelInfo.id%"},
    });
    let send = json!({"name": "sendMessage", "params": params});
    let load = json!({"name": "chat", "alias": "chat", "params": {"id": "%message:parent_chat%"}});
    // Each message makes three, so that a row of sixteen would make tens of millions.
    let data = json!({
        "name": "echo", "triggerEvents": ["domain.message.created"], "loaders": {"beforeConditions": [load]},
        "actions": [send, send, send],
    });
    let mut stage = Stage::open(json!({"subscriptions": [{"data": data}]}));
    stage.start();
    let ended = stage.runs("success=false");
    let error = ended[0]["steps"][0]["error"].as_str().unwrap();
    assert!(error.contains("more than 1000 times"), "{error}");
    assert_eq!(stage.runs("success=true").len(), 1_001, "the first one, and those that it may cause");
    assert!(stage.runs("").len() < 5_000);
}

#[test]
fn subscriptions_that_set_each_other_off_by_receipts_are_stopped() {
    let params = json!({
        "message": {"type": "text", "text": "Did you get that?"},
        "chat": {"name": "whatsapp", "accountId": "%messageStatusRequest:chat.accountId%", "id": "%messageStatusRequest:chat.id%"},
    });
    // Each receipt has a message follow, which has receipts of its own.
    let data = json!({
        "name": "nag", "triggerEvents": ["app.message.statusRequest"],
        "actions": [{"name": "sendMessage", "params": params}],
    });
    let check = |receipts: Value, words: &str, most: usize| {
        let mut stage = Stage::open(json!({"receipts": receipts, "subscriptions": [{"data": data}]}));
        let chat = stage.start();
        let written = |stage: &mut Stage| {
            let until = stage.now.as_millis();
            let path = format!("/messages/chat/{chat}?limit=10000&beforeTime={until}&beforeId=none");
            stage.call(Method::GET, &path, &Value::Null).1["messages"].as_array().unwrap().len()
        };
        for _ in 0..2 {
            stage.violations();
            let body = json!({"type": "text", "text": "Hello"});
            assert_eq!(stage.call(Method::POST, &format!("/messages/send/{chat}"), &body).0, 200);
            let before = written(&mut stage);
            stage.pass(VirtualSpan::from_mins(60));
            let after = written(&mut stage);
            assert!((16..=most).contains(&(after - before)), "{} messages came of one", after - before);
            assert!(stage.violations().iter().any(|violation| violation.contains(words)));
            // Nothing goes on, and what a caller sends later begins anew.
            stage.pass(VirtualSpan::from_mins(60));
            assert_eq!(written(&mut stage), after);
        }
    };
    check(json!({"accepted": "1s", "delivered": null, "seen": null}), "in a row", 16);
    let all = json!({"accepted": "1s", "delivered": "2s", "seen": "3s"});
    // Each of the three receipts of the first message is the first of a row of its own.
    check(all, "more than 1000 times", 3_003);
}

#[test]
fn confidential_params_are_kept_and_not_shown() {
    let mut action = request("secret");
    action["confidentialData"] = json!(true);
    let mut stage = tenant(&[action, label("add", "a")], false);
    let (_, listed) = stage.call(Method::GET, "/scenarios/manage", &Value::Null);
    let shown = &listed["scenarios"][0]["activeRevision"]["actions"];
    assert_eq!(shown[0], json!({"name": "request", "params": {}, "confidentialData": true}));
    assert_eq!(shown[1]["params"]["labels"], json!(["a"]));
    stage.start();
    stage.act(json!({"assign": {"to": "noa@example.com"}})).unwrap();
    assert_eq!(events(&stage), ["secret"]);
}

#[test]
fn imports_are_checked_and_become_what_they_are_to_be() {
    let mut stage = Stage::open(json!({}));
    let data = json!({"version": "v1", "name": "x", "triggerEvents": ["domain.chat.pending"], "loaders": {}, "conditions": []});
    let mut import = |body: Value| stage.call(Method::POST, "/scenarios/manage/import", &body);
    let (status, active) = import(json!({"data": data, "asStatus": "active"}));
    assert_eq!((status, &active["activeRevision"]["version"]), (201, &json!(1)));
    assert_eq!((&active["drafts"], &active["inactiveRevisions"]), (&json!([]), &json!([])));
    let (_, inactive) = import(json!({"data": data, "asStatus": "inactive"}));
    assert_eq!(
        (&inactive["inactiveRevisions"][0]["status"], inactive.get("activeRevision")),
        (&json!("inactive"), None)
    );
    let (_, draft) = import(json!({"data": data, "asStatus": "draft", "authorUid": "me"}));
    let revision = &draft["drafts"][0];
    assert_eq!((&revision["status"], revision.get("version")), (&json!("draft"), None));
    assert_eq!(revision["metadata"]["authorUid"], "me");
    let mut refused = |body: Value, words: &str| {
        let (status, answer) = import(body);
        assert_eq!(status, 400, "{answer}");
        assert!(answer["error"].as_str().unwrap().contains(words), "{answer}");
    };
    refused(json!({"asStatus": "active"}), "body.data is required");
    refused(json!({"data": [], "asStatus": "active"}), "`data` is not an object");
    refused(json!({"data": data}), "body.asStatus is required");
    refused(json!({"data": data, "asStatus": 1}), "body.asStatus must be string");
    let broken = |key: &str, value: Value| {
        let mut data = data.clone();
        data[key] = value;
        json!({"data": data, "asStatus": "active"})
    };
    refused(broken("name", json!(null)), "`data.name` is not a text");
    refused(broken("triggerEvents", json!("x")), "`data.triggerEvents`");
    refused(broken("conditions", json!([{}])), "`data.conditions[0]` is not a list");
    refused(broken("loaders", json!([])), "`data.loaders` is not an object");
    refused(broken("actions", json!([{"params": {}}])), "`data.actions[0].name` is not a text");
    refused(broken("actions", json!([{"name": "x", "params": 1}])), "`data.actions[0].params` is not an object");
    assert_eq!(stage.call(Method::GET, "/scenarios/manage", &Value::Null).1["total"], 3);
}

#[test]
fn the_window_can_be_left_open_where_nobody_plays_the_contacts() {
    let send = json!({"templateName": "inbox_marketing_95", "to": "0501112233", "language": "en", "body": ["A", "B"]});
    for (window, status) in [(true, 400), (false, 200)] {
        let mut stage = Stage::open(json!({"session_window": window}));
        stage.call(Method::POST, "/whatsapp/templates/send", &send);
        let chat = stage.chat("0501112233")["_id"].as_str().unwrap().to_owned();
        let body = json!({"type": "text", "text": "Hello"});
        assert_eq!(stage.call(Method::POST, &format!("/messages/send/{chat}"), &body).0, status);
    }
}
