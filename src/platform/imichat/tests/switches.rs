//! What a set-up can have otherwise where the public pages leave it open.

use http::Method;
use serde_json::{Value, json};

use crate::platform::Platform as _;
use crate::platform::Vendor;
use crate::platform::imichat::Imichat;
use crate::platform::imichat::stage::Stage;
use crate::platform::route::{Body, Call};
use crate::scenario::{load, load_setup};

/// A tenant whose virtual agent gets all events, with these switches for events.
fn with_events(events: &Value) -> Stage {
    let subscribed = ["chat.assigned", "message.received", "chat.closed"];
    let webhook = json!({"url": "${bot}", "events": subscribed});
    Stage::open(json!({
        "virtual_agents": [{"login": "b", "webhook": webhook}], "agents": [{"login": "noa"}], "events": events,
    }))
}

/// What is wrong with a tenant.
fn problems(setup: &Value) -> Vec<(&'static str, String)> {
    let text = json!({"platform": "imichat", "setup": setup}).to_string();
    let problems = load_setup(&text, &[Vendor::of::<Imichat>().vocabulary]).unwrap_err();
    problems.into_iter().map(|problem| (problem.rule.code, problem.message)).collect()
}

#[test]
fn a_bot_is_told_about_its_own_closes_only_where_that_is_switched_on() {
    let check = |events: Value, expected: &[&str]| {
        let mut stage = with_events(&events);
        let chat = stage.create("livechat", &json!({}))["chat_id"].as_str().unwrap().to_owned();
        stage.events();
        stage.patch(&chat, &json!({"status": "closed", "outcome": "Resolved"}));
        assert_eq!(stage.desk.outgoing.len(), expected.len(), "{events}");
        if !expected.is_empty() {
            assert_eq!(stage.last_event()["payload"]["chat_outcome"], "Resolved");
        }
        assert_eq!(stage.events(), expected, "{events}");
    };
    check(json!({}), &[]);
    check(json!({"closed_by_api": false}), &[]);
    check(json!({"closed_by_api": true}), &["chat.closed"]);
}

#[test]
fn chat_closed_has_a_transaction_id_only_where_that_is_switched_on() {
    let check = |events: Value, expected: bool| {
        let mut stage = with_events(&events);
        stage.start("livechat");
        stage.act(json!({"close": {"by": "noa"}})).unwrap();
        let event = stage.last_event();
        assert_eq!(event["event_type"], "chat.closed");
        assert_eq!(event.get("transaction_id").is_some(), expected, "{events}");
        assert!(event["transaction_id"].as_str().is_none_or(|id| id.len() == 32));
    };
    check(json!({}), false);
    check(json!({"closed_transaction_id": true}), true);
}

#[test]
fn a_missing_skill_and_live_chat_are_spelled_as_asked_for() {
    let check = |events: Value, skill: Value, channel: &str| {
        let mut stage = with_events(&events);
        stage.start("livechat");
        let event = stage.last_event();
        assert_eq!((&event["payload"]["skill"], &event["channel"]), (&skill, &json!(channel)), "{events}");
    };
    check(json!({}), json!(""), "LiveChat");
    check(json!({"no_skill": "", "channel_case": "samples"}), json!(""), "LiveChat");
    check(json!({"no_skill": null, "channel_case": "lower"}), json!(null), "livechat");
}

#[test]
fn webhooks_that_name_no_events_get_the_usual_ones() {
    let check = |events: Value, own: Value, expected: &[&str]| {
        let webhook = json!({"url": "${bot}", "events": own});
        let bots = json!([{"login": "b", "webhook": webhook}]);
        let mut stage = Stage::open(json!({"virtual_agents": bots, "events": events}));
        stage.start("livechat");
        stage.act(json!({"say": {"as": "ada", "text": "x"}})).unwrap();
        stage.act(json!({"close": {"by": "system"}})).unwrap();
        assert_eq!(stage.events(), expected, "{events} {own}");
    };
    check(json!({}), json!(null), &["chat.assigned", "message.received"]);
    check(json!({"subscribed": ["chat.closed"]}), json!(null), &["chat.closed"]);
    check(json!({"subscribed": ["chat.closed"]}), json!(["chat.assigned"]), &["chat.assigned"]);
}

#[test]
fn every_operation_succeeds_with_the_code_that_is_asked_for() {
    let own = json!({"code": 4301, "text": "Done"});
    for route in Imichat::ROUTES {
        let operation = route.name;
        for (success, expected) in [(json!({}), None), (json!({operation: own}), Some((4301, "Done")))] {
            let mut stage = Stage::open(json!({"success": success, "agents": [{"login": "noa"}]}));
            let chat = stage.start("livechat");
            let body = match operation {
                "create_chat" => super::chat("livechat", &json!({})),
                "append_message" => super::message("outbound", "x"),
                "transfer_chat" => json!({"transfer": {"teamid": 672}}),
                "create_user" => json!({
                    "first_name": "Dan", "login_id": "dan", "email_id": "dan@example.com", "password": "p",
                    "privileges": [{"teamid": 672, "role": "Team Agent"}],
                }),
                _ => json!({}),
            };
            let path = route.path.replace("{version}", "v3.0").replace("{chat_id}", &chat).replace("{user_id}", "1001");
            let key = ("authorization", "aW1pLWFwaS1rZXlAYWNtZS5pbWkuY2hhdA==");
            let headers = [("access_token", "imi-access-token"), ("teamid", "672"), key];
            let body = Body::Whole(body.to_string().into());
            let (reply, document) = stage.send(route.method.clone(), &path, &headers, body);
            let found = (document["status_code"].as_u64().unwrap(), document["description"].as_str().unwrap());
            let usual = match operation {
                "authorize" | "list_teams" => (200, "simulator: done"),
                "transfer_chat" => (4342, "Chat has been transferred successfully"),
                _ if operation.contains("user") => (4306, "The user details retrieved successfully"),
                _ => (4304, "The chat details retrieved successfully"),
            };
            assert_eq!(found, expected.unwrap_or(usual), "{operation}");
            assert_eq!(reply.code.as_deref(), Some(found.0.to_string().as_str()));
            assert_eq!(reply.status, if operation == "transfer_chat" { 202 } else { 200 });
        }
    }
}

#[test]
fn a_code_brings_its_own_text_if_it_is_in_the_table() {
    let check = |block: Value, expected: &str| {
        let mut stage = Stage::open(json!({"success": {"create_chat": block}}));
        let (_, document) = stage.call(Method::POST, "/v3.1/chats", &super::chat("livechat", &json!({})));
        assert_eq!(document["description"], expected, "{block}");
    };
    check(json!({"code": 4342}), "Chat has been transferred successfully");
    check(json!({"code": 4301}), "The chat details retrieved successfully");
    check(json!({"code": 4304, "text": "Created"}), "Created");
    let refusal = [("E0210", "2003 is the code of a refusal".to_owned())];
    assert_eq!(problems(&json!({"success": {"create_chat": {"code": 2003}}})), refusal);
}

#[test]
fn scenarios_may_expect_the_codes_of_their_set_up() {
    let check = |setup: Value, code: &str, expected: bool| {
        let steps = json!([{"expect": {"call": {"code": code}}}]);
        let text = json!({"platform": "imichat", "setup": setup, "steps": steps}).to_string();
        assert_eq!(load(&text, &[Vendor::of::<Imichat>().vocabulary]).is_ok(), expected, "{setup} {code}");
    };
    check(json!({}), "4301", false);
    check(json!({"success": {"create_chat": {"code": 4301}}}), "4301", true);
    check(json!({"success": {"create_chat": {"code": 4301}}}), "4304", true);
    check(json!({"success": {"create_chat": {"code": 4301}}}), "4302", false);
}

#[test]
fn the_credential_of_authorize_comes_in_the_header_that_is_asked_for() {
    let key = "aW1pLWFwaS1rZXlAYWNtZS5pbWkuY2hhdA==";
    let check = |name: Value, header: &'static str, expected: &str| {
        let setup = if name.is_null() { json!({}) } else { json!({"authorize_header": name}) };
        let mut stage = Stage::open(setup);
        let (reply, _) = stage.send(Method::GET, "/v3.1/authorize", &[(header, key)], Body::TooSlow);
        assert_eq!(reply.code.as_deref(), Some(expected), "{name} {header}");
    };
    check(json!(null), "authorization", "200");
    check(json!(null), "x-credential", "2002");
    check(json!("X-Credential"), "x-credential", "200");
    check(json!("X-Credential"), "authorization", "2002");
    let unnamed = [("E0210", "`a b` cannot be the name of a header".to_owned())];
    assert_eq!(problems(&json!({"authorize_header": "a b"})), unnamed);
    // The tenant is found by it even before anybody knows which header the tenant wants.
    let headers = [("authorization", "Basic dXNlcjpwYXNz"), ("x-credential", key)];
    let headers =
        headers.map(|(name, value)| (http::HeaderName::from_static(name), http::HeaderValue::from_static(value)));
    let (path, query) = ("/v3.1/authorize".to_owned(), String::new());
    let headers = headers.into_iter().collect();
    let call = Call { method: Method::GET, path, query, headers, body: Body::TooSlow, params: Vec::new() };
    let found = <Imichat as crate::platform::Platform>::credential(&call);
    assert_eq!(found.unwrap().0, "imi-api-key@acme.imi.chat");
}

#[test]
fn words_that_no_switch_has_are_reported() {
    let check = |events: Value, code: &str, message: &str| {
        assert_eq!(problems(&json!({"events": events})), [(code, message.to_owned())], "{events}");
    };
    check(json!({"channel_case": "upper"}), "E0210", "`upper` is no way to spell channels");
    check(json!({"no_skill": "none"}), "E0103", "text stands here, but `\"\"` or `null` is wanted");
    check(json!({"subscribed": ["chat.open"]}), "E0206", "`chat.open` is no event of imi.chat");
    check(json!({"closed_by_api": "yes"}), "E0103", "text stands here, but `true` or `false` is wanted");
}
