//! The least that must hold for whoever subscribes: what is resumed, paused and deleted, who is told, what is recorded.

use http::Method;
use serde_json::{Value, json};

use super::stage::Stage;
use crate::platform::route::Body;

/// A subscription to a happening, under conditions.
fn import(name: &str, trigger: &str, conditions: &Value) -> Value {
    let params = json!({"url": "http://127.0.0.1:9/x", "method": "post", "json": true, "data": {"eventName": name}});
    json!({"asStatus": "active", "data": {
        "version": "v1", "name": name, "triggerEvents": [trigger], "loaders": {}, "conditions": conditions,
        "actions": [{"name": "request", "params": params, "confidentialData": false}],
    }})
}

/// Subscribes. The id of the subscription.
fn subscribe(stage: &mut Stage, body: &Value) -> String {
    let (status, made) = stage.call(Method::POST, "/scenarios/manage/import", body);
    assert_eq!(status, 201, "{made}");
    made["_id"].as_str().unwrap().to_owned()
}

/// The names of the events that were sent since the last look.
fn told(stage: &mut Stage) -> Vec<String> {
    stage.sent().iter().map(|body| body["eventName"].as_str().unwrap().to_owned()).collect()
}

fn filtrex(expression: &str, value: &Value) -> Value {
    json!([[{"name": "filtrex", "params": {"expression": expression, "value": value}}]])
}

#[test]
fn subscriptions_are_paused_resumed_and_deleted() {
    let mut stage = Stage::open(json!({}));
    stage.start();
    let id = subscribe(&mut stage, &import("taken", "domain.chat.assigned", &json!([])));
    let mut check = |method: Method, path: &str, status: u16, expected: &[&str]| {
        assert_eq!(stage.call(method, path, &Value::Null).0, status, "{path}");
        stage.act(json!({"assign": {"to": "noa@example.com"}})).unwrap();
        assert_eq!(told(&mut stage), expected, "{path}");
    };
    let path = format!("/scenarios/manage/{id}");
    check(Method::GET, "/scenarios/manage", 200, &["taken"]);
    check(Method::POST, &format!("{path}/inactivate"), 200, &[]);
    check(Method::POST, &format!("{path}/activate"), 200, &["taken"]);
    check(Method::DELETE, &path, 200, &[]);
    for (method, path) in [(Method::DELETE, path.clone()), (Method::POST, format!("{path}/activate"))] {
        check(method, &path, 404, &[]);
    }
}

#[test]
fn either_an_agent_or_a_bot_has_resolved_a_chat() {
    let mut stage = Stage::open(json!({}));
    stage.start();
    let chat = json!("%chat:chat%");
    for (name, expression) in [("agent", "exists(agent.uid)"), ("bot", "not exists(agent.uid)")] {
        subscribe(&mut stage, &import(name, "domain.chat.resolved", &filtrex(expression, &chat)));
    }
    stage.act(json!({"close": {"by": "Bot"}})).unwrap();
    assert_eq!(told(&mut stage), ["bot"]);
    stage.act(json!({"say": {"as": "ada", "text": "Again"}})).unwrap();
    stage.act(json!({"assign": {"to": "noa@example.com"}})).unwrap();
    stage.act(json!({"close": {"by": "noa@example.com"}})).unwrap();
    assert_eq!(told(&mut stage), ["agent"]);
    assert_eq!(stage.runs("success=true").iter().filter(|run| run["conditionsResult"] == false).count(), 2);
}

#[test]
fn what_is_filtered_out_or_breaks_is_recorded() {
    let mut stage = Stage::open(json!({"labels": [{"id": "a"}]}));
    stage.start();
    let mut check = |expression: &str, value: Value, success: bool| {
        let id = subscribe(&mut stage, &import("label", "domain.chat.labels", &filtrex(expression, &value)));
        for tag in [json!({"add": ["a"]}), json!({"remove": ["a"]})] {
            stage.act(json!({"tag": tag})).unwrap();
        }
        assert_eq!(told(&mut stage), Vec::<String>::new(), "{expression}");
        let runs = stage.runs(&format!("scenarioId={id}"));
        assert_eq!(runs.len(), 2, "{expression}");
        for run in runs {
            assert_eq!((&run["success"], &run["conditionsResult"]), (&json!(success), &json!(false)), "{run}");
            let steps = run["steps"].as_array().unwrap();
            assert_eq!((steps.len(), &steps[1]["result"]), (2, &json!(false)), "{run}");
            assert_eq!(steps[1]["error"].is_string(), !success, "{run}");
        }
    };
    check("inArray(added, \"vip\")", json!({"added": "%addedLabels:labels%"}), true);
    check("a && b", json!({}), false);
    check("", json!({}), false);
    check("a", json!("%nobody:x%"), false);
    check(&"(".repeat(100_000), json!({}), false);
    check(&"not ".repeat(100_000), json!({}), false);
}

#[test]
fn documents_that_are_too_deep_are_refused() {
    let mut stage = Stage::open(json!({}));
    for (depth, status) in [(20, 201), (127, 400), (500, 400), (100_000, 400)] {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        let action = format!(r#"{{"name": "request", "params": {{"data": {open}{close}}}}}"#);
        let data = format!(r#"{{"name": "x", "triggerEvents": ["domain.chat.labels"], "actions": [{action}]}}"#);
        let body = Body::Whole(format!(r#"{{"asStatus": "active", "data": {data}}}"#).into());
        let path = "/server/api/v2/scenarios/manage/import";
        assert_eq!(stage.send(Method::POST, path, "Bearer texter-token", body).status, status, "{depth}");
    }
}
