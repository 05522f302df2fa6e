//! What the actions of subscriptions do and refuse.

use serde_json::{Value, json};

use super::stage::{ADA, Stage};
use crate::base::time::VirtualSpan;

/// A tenant with one subscription to chats that are taken, which does one thing.
fn tenant(action: &Value) -> Stage {
    let data = json!({"name": "x", "triggerEvents": ["domain.chat.assigned"], "actions": [action]});
    Stage::open(json!({"labels": [{"id": "a"}], "subscriptions": [{"data": data}]}))
}

/// Sends the contact of the chat a text.
fn message(text: &str) -> Value {
    json!({"name": "sendMessage", "params": {
        "message": {"type": "text", "text": text},
        "chat": {"name": "whatsapp", "accountId": "%chat:channelInfo.accountId%", "id": "%chat:channelInfo.id%"},
    }})
}

/// Lets the subscription run once. The error of its only action, if there is one.
fn run(stage: &mut Stage) -> Value {
    stage.act(json!({"assign": {"to": "noa@example.com"}})).unwrap();
    let run = stage.runs("").remove(0);
    assert_eq!(run["success"] == true, run["steps"][1]["error"].is_null(), "{run}");
    run["steps"][1]["error"].clone()
}

#[test]
fn subscriptions_send_free_messages_within_a_day_as_callers_do() {
    let check = |text: &str, minutes: u64, opts_out: bool, error: Value| {
        let mut stage = tenant(&message(text));
        let chat = stage.start();
        if opts_out {
            stage.act(json!({"opt_out": {"as": "ada"}})).unwrap();
        }
        stage.pass(VirtualSpan::from_mins(minutes));
        let before = stage.messages(&chat).len();
        assert_eq!(run(&mut stage), error, "{text:?} after {minutes} minutes");
        // A note that the chat is taken comes in any case.
        let written = usize::from(error.is_null());
        assert_eq!(stage.messages(&chat).len(), before + 1 + written);
        let violations = stage.violations();
        assert_eq!(violations.len(), 1 - written, "{violations:?}");
    };
    let day = 24 * 60;
    check("Hello", 0, false, Value::Null);
    check("Hello", day - 1, false, Value::Null);
    check("Hello", day, false, json!("Session window closed"));
    check("", 0, false, json!("body.text must have 1 to 4096 characters"));
    // Who wants no templates may well want answers.
    check("Hello", 0, true, Value::Null);
    check("Hello", day, true, json!("Session window closed"));
}

#[test]
fn windows_that_are_left_open_are_open_to_subscriptions_too() {
    let data = json!({"name": "x", "triggerEvents": ["domain.chat.assigned"], "actions": [message("Hello")]});
    let mut stage = Stage::open(json!({"session_window": false, "subscriptions": [{"data": data}]}));
    stage.start();
    stage.pass(VirtualSpan::from_mins(48 * 60));
    assert_eq!(run(&mut stage), Value::Null);
    assert_eq!(stage.chat(ADA)["status"], 2);
}

#[test]
fn actions_refuse_what_they_cannot_read() {
    let check = |name: &str, params: Value, error: Value| {
        let mut stage = tenant(&json!({"name": name, "params": params}));
        stage.start();
        assert_eq!(run(&mut stage), error, "{params}");
    };
    let label = |labels: Value| json!({"operation": "add", "labels": labels, "chatId": "%chat:_id%"});
    check("chatUpdateLabels", label(json!(["a"])), Value::Null);
    check("chatUpdateLabels", label(json!("a")), json!("`labels` is not a list"));
    check("chatUpdateLabels", label(Value::Null), json!("`labels` is not a list"));
    check("chatUpdateLabels", label(json!([1])), json!("`labels` are not texts"));
    let request = |headers: Value| json!({"url": "http://127.0.0.1:9/x", "method": "post", "headers": headers});
    for header in ["Host", "content-length", "transfer-encoding", "connection", "te", "upgrade", "x y"] {
        check("request", request(json!({header: "5"})), json!(format!("the header {header:?} cannot be sent")));
    }
    let data =
        |count: Value| json!({"collection": "c", "key": "k", "data": 1, "expiresIn": count, "expiresInUnit": "days"});
    check("setData", data(json!(1)), Value::Null);
    check("setData", data(Value::Null), Value::Null);
    check("setData", data(json!("1")), json!("`expiresIn` is not a whole number"));
    check("setData", data(json!(-1)), json!("`expiresIn` is not a whole number"));
}
