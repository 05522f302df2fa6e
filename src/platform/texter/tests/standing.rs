//! Where chats stand, what brings them there, and whom subscriptions tell.

use http::Method;
use serde_json::{Value, json};

use super::stage::{ADA, NOA, Stage};
use crate::base::time::VirtualSpan;

/// A tenant with agents, departments, and what is set up besides.
fn tenant(more: &Value) -> Stage {
    let mut setup = json!({"departments": ["support", "sales"], "labels": [{"id": "a"}]});
    setup.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Stage::open(setup)
}

/// A template is sent to ada, and she answers. Her chat.
fn answered(stage: &mut Stage, action: &Value) -> Value {
    let body = json!({
        "templateName": "inbox_marketing_95", "to": ADA, "language": "en", "body": ["A", "B"], "replyAction": action,
    });
    let (status, answer) = stage.call(Method::POST, "/whatsapp/templates/send", &body);
    assert_eq!((status, &answer["success"]), (200, &json!(true)), "{answer}");
    assert_eq!(stage.chat(ADA)["status"], 4);
    stage.act(json!({"start_chat": {"as": "ada", "text": "Yes"}})).unwrap();
    stage.chat(ADA)
}

#[test]
fn what_is_assigned_has_an_agent() {
    let check = |action: Value, had: bool, status: u64, uid: Value| {
        let mut stage = tenant(&json!({}));
        if had {
            stage.start();
            stage.act(json!({"assign": {"to": "noa@example.com"}})).unwrap();
        }
        let chat = answered(&mut stage, &action);
        assert_eq!((&chat["status"], &chat["agent"]["uid"]), (&json!(status), &uid), "{action}");
    };
    let named = json!({"chatStatus": 2, "responsibleAgent": "noa@example.com"});
    check(named.clone(), false, 2, json!(NOA));
    check(named, true, 2, json!(NOA));
    // Nobody is named, so it waits for somebody, whoever had it before.
    check(json!({"chatStatus": 2}), true, 1, Value::Null);
    check(json!({"chatStatus": 2}), false, 1, Value::Null);
    check(json!({"chatStatus": 0}), true, 0, Value::Null);
    check(json!({"chatStatus": 3}), false, 3, Value::Null);
}

#[test]
fn resolving_reads_everything_and_keeps_the_agent() {
    let mut stage = tenant(&json!({}));
    let id = stage.start();
    assert_eq!(stage.chat(ADA)["unreadCount"], 1);
    let path = format!("/chats/{id}/resolve");
    assert_eq!(stage.call(Method::POST, &path, &Value::Null), (200, json!({"success": true})));
    let chat = stage.chat(ADA);
    assert_eq!((&chat["status"], &chat["unreadCount"], &chat["agent"]["uid"]), (&json!(3), &json!(0), &Value::Null));
    assert_eq!(chat["resolvedUpdateTime"], stage.now.as_secs());
    stage.act(json!({"say": {"as": "ada", "text": "Hello?"}})).unwrap();
    stage.act(json!({"assign": {"to": "noa@example.com"}})).unwrap();
    assert_eq!(stage.chat(ADA)["unreadCount"], 0);
    assert_eq!(stage.call(Method::POST, &path, &json!({"notifyClient": "yes"})).0, 400);
    stage.call(Method::POST, &path, &json!({"notifyClient": true}));
    let chat = stage.chat(ADA);
    assert_eq!((&chat["status"], &chat["agent"]["uid"]), (&json!(3), &json!(NOA)));
}

/// A tenant with one subscription to chats that wait.
fn waiting(more: &Value) -> Stage {
    let mut data = json!({"name": "x", "triggerEvents": ["domain.chat.pending"]});
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    tenant(&json!({"subscriptions": [{"data": data}]}))
}

fn queue(stage: &mut Stage) {
    let chat = stage.start();
    let body = json!({"chatId": chat, "departmentId": "support"});
    assert_eq!(stage.call(Method::POST, "/chats/assign", &body), (200, json!("OK")));
}

#[test]
fn a_condition_that_cannot_be_weighed_is_false_and_no_more() {
    let filtrex = |expression: &str| json!([{"name": "filtrex", "params": {"expression": expression, "value": {}}}]);
    let request = json!({"name": "request", "params": {"url": "${bot}/x", "method": "post", "json": true, "data": {}}});
    for unordered in [false, true] {
        let check = |conditions: Value, sent: usize| {
            let options = json!({"unorderedActions": unordered});
            let mut stage = waiting(&json!({"conditions": conditions, "actions": [request], "options": options}));
            queue(&mut stage);
            assert_eq!(stage.deliver(true), sent, "{conditions}");
            stage.runs("").remove(0)
        };
        let run = check(json!([filtrex("((")]), 0);
        assert_eq!((&run["success"], &run["conditionsResult"]), (&json!(false), &json!(false)));
        // Another group holds. What went wrong before stands in the record all the same.
        let run = check(json!([filtrex("(("), filtrex("1 == 1")]), 1);
        assert_eq!((&run["success"], &run["conditionsResult"]), (&json!(false), &json!(true)));
        assert_eq!((&run["steps"][1]["result"], &run["steps"][2]["result"]), (&json!(false), &json!(true)));
        assert!(run["steps"][1]["error"].is_string(), "{run}");
        let run = check(json!([filtrex("1 == 2")]), 0);
        assert_eq!((&run["success"], &run["conditionsResult"]), (&json!(true), &json!(false)));
        assert!(check(json!([]), 1)["success"].as_bool().unwrap());
    }
}

#[test]
fn subscriptions_assign_chats_to_what_there_is() {
    let assign = |params: Value| json!({"actions": [{"name": "chatAssign", "params": params}]});
    let mut stage = waiting(&assign(json!({
        "status": "Assigned", "agent": NOA, "departmentId": "sales", "chatId": "%chat:_id%",
    })));
    queue(&mut stage);
    let chat = stage.chat(ADA);
    assert_eq!(
        (&chat["status"], &chat["departmentId"], &chat["agent"]["uid"]),
        (&json!(2), &json!("sales"), &json!(NOA))
    );
    let check = |params: Value, words: &str| {
        let mut stage = waiting(&assign(params));
        queue(&mut stage);
        let run = stage.runs("success=false").remove(0);
        assert!(run["steps"][1]["error"].as_str().unwrap().contains(words), "{run}");
        assert_eq!(stage.chat(ADA)["departmentId"], "support");
    };
    check(json!({"status": "Pending", "departmentId": "moon", "chatId": "%chat:_id%"}), "no department");
    check(json!({"status": "Assigned", "agent": "nobody", "chatId": "%chat:_id%"}), "no agent");
    check(json!({"status": "Assigned", "chatId": "%chat:_id%"}), "assigned to an `agent`");
    check(json!({"status": "Pending", "chatId": "none"}), "no chat");
}

#[test]
fn a_bot_that_goes_on_changes_the_chat() {
    let request = json!({"name": "request", "params": {"url": "${bot}/x", "method": "post"}});
    let run_bot = json!({"name": "runBot", "params": {"nodeName": "menu", "chatId": "%chat:_id%"}});
    let mut stage = waiting(&json!({"actions": [request, run_bot]}));
    queue(&mut stage);
    stage.pass(VirtualSpan::from_secs(30));
    assert_eq!(stage.deliver(true), 1);
    let chat = stage.chat(ADA);
    assert_eq!((&chat["status"], &chat["botState"]["node"]), (&json!(0), &json!("menu")));
    assert_eq!(chat["updatedAt"], stage.now.millis());
}
