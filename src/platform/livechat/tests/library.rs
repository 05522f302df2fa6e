//! Greetings, canned responses, allowed domains and translations.

use super::*;

fn greeting() -> Value {
    json!({
        "type": "normal", "active": true, "name": "Welcome", "group": 0,
        "rules": [{"condition": "and", "type": "visit_time_site", "operator": "greater_than", "value": "60"}],
    })
}

fn with(mut body: Value, key: &str, value: Value) -> Value {
    body[key] = value;
    body
}

#[test]
fn a_greeting_is_kept_as_it_was_sent_and_changed_in_part() {
    let mut stage = Stage::with_bot();
    let mut ask = |method: &str, body: Value| stage.configure("v3.6", method, PAT, &body);
    assert_eq!(ask("create_greeting", greeting()), json!({"id": 1}));
    let kept = with(with(greeting(), "id", json!(1)), "name", json!("Hello"));
    assert_eq!(ask("update_greeting", json!({"id": 1, "name": "Hello"})), json!({}));
    assert_eq!(ask("get_greeting", json!({"id": 1})), kept);
    let timed = json!({"id": 1, "active_from": "2026-01-05T09:00:00Z", "rich_message": {"template_id": "text"}});
    assert_eq!(ask("update_greeting", timed), json!({}));
    assert_eq!(ask("get_greeting", json!({"id": 1}))["rich_message"]["template_id"], "text");
    assert_eq!(ask("delete_greeting", json!({"id": 1})), json!({}));
    for method in ["get_greeting", "update_greeting", "delete_greeting"] {
        assert_eq!(error(&ask(method, json!({"id": 1}))).0, "not_found");
        assert_eq!(error(&ask(method, json!({}))).1, "`id` is required");
    }
}

#[test]
fn a_greeting_has_to_be_sound() {
    let mut stage = Stage::with_bot();
    let mut check = |key: &str, value: Value, expected: &str| {
        let answer = stage.configure("v3.6", "create_greeting", PAT, &with(greeting(), key, value));
        assert_eq!(error(&answer).1, expected);
    };
    for key in ["type", "active", "name", "group", "rules"] {
        check(key, Value::Null, &format!("`{key}` is required"));
    }
    check("type", json!("loud"), "`type` must be one of: normal, announcement");
    check("group", json!(5), "Group not found");
    check("active_from", json!("soon"), "`active_from` must be an RFC 3339 date");
    let rule = json!({"condition": "and", "type": "url_current", "operator": "contains", "value": "shop"});
    check("rules", vec![rule.clone(); 11].into(), "`rules` must not have more than 10 items");
    let mut check = |key: &str, value: Value, expected: &str| {
        let rules = json!([rule.clone(), with(rule.clone(), key, value)]);
        let answer = stage.configure("v3.6", "create_greeting", PAT, &with(greeting(), "rules", rules));
        assert_eq!(error(&answer), ("validation", expected));
    };
    check("condition", json!("xor"), "`rules.1.condition` must be one of: and, or");
    check("operator", Value::Null, "`rules.1.operator` is required");
    check("value", Value::Null, "`rules.1.value` is required");
    check("type", json!("url_funnel"), "`rules.1.urls` is required");
    check("type", json!("custom_variable"), "`rules.1.session_field` is required");
    check("type", json!("visit_time_page"), "`rules.1.value` must be 0 to 900 seconds");
    let mut funnel = |urls: Value, expected: &str| {
        let rules = json!([{"condition": "or", "type": "url_funnel", "urls": urls}]);
        let answer = stage.configure("v3.6", "create_greeting", PAT, &with(greeting(), "rules", rules));
        assert_eq!(error(&answer).1, expected);
    };
    funnel(json!([]), "`rules.0.urls` must have 1 to 10 items");
    funnel(json!([{"operator": "equals"}]), "`rules.0.urls.0.url` is required");
    funnel(json!([{"url": "https://shop.example", "operator": "equals"}]), "");
}

#[test]
fn greetings_are_listed_by_group_and_page_by_page() {
    let mut stage = Stage::with_bot();
    let mut ask = |method: &str, body: Value| stage.configure("v3.6", method, PAT, &body);
    for group in [0, 19, 19] {
        ask("create_greeting", with(greeting(), "group", json!(group)));
    }
    let ids = |answer: &Value| -> Vec<u64> {
        answer["greetings"].as_array().unwrap().iter().map(|greeting| greeting["id"].as_u64().unwrap()).collect()
    };
    let all = ask("list_greetings", json!({}));
    assert_eq!((ids(&all), &all["found_greetings"], all.get("next_page_id")), (vec![1, 2, 3], &json!(3), None));
    assert_eq!(ids(&ask("list_greetings", json!({"groups": [19]}))), [2, 3]);
    let first = ask("list_greetings", json!({"limit": 2}));
    let second = ask("list_greetings", json!({"page_id": first["next_page_id"]}));
    assert_eq!((ids(&first), ids(&second)), (vec![1, 2], vec![3]));
    assert_eq!(second.as_object().unwrap().keys().collect::<Vec<_>>(), ["greetings", "found_greetings"]);
    assert_eq!(error(&ask("list_greetings", json!({"limit": 101}))).1, "`limit` must be between 1 and 100");
    let both = ask("list_greetings", json!({"limit": 2, "page_id": first["next_page_id"]}));
    assert_eq!(error(&both).1, "`limit` cannot be used with `page_id`");
}

#[test]
fn canned_responses_are_for_their_group_or_for_their_author() {
    let mut stage = Stage::with_bot();
    let mut ask = |method: &str, token: &str, body: Value| stage.configure("v3.7", method, token, &body);
    let private = json!({"text": "Mine", "group_id": 0, "is_private": true});
    assert_eq!(ask("create_canned_response", AGENT_TOKEN, private), json!({"id": 1}));
    let public = json!({"text": "Ours", "group_id": 19, "tags": ["bye"]});
    assert_eq!(ask("create_canned_response", AGENT_TOKEN, public), json!({"id": 2}));
    let mine = json!({"id": 1, "text": "Mine", "tags": [], "group_id": 0, "is_private": true});
    let ours = json!({"id": 2, "text": "Ours", "tags": ["bye"], "group_id": 19, "is_private": false});
    let second = "Bearer dal:agent2-token";
    let list = |canned: &[&Value]| json!({"canned_responses": canned, "found_canned_responses": canned.len()});
    assert_eq!(ask("list_canned_responses", AGENT_TOKEN, json!({})), list(&[&mine, &ours]));
    assert_eq!(ask("list_canned_responses", AGENT_TOKEN, json!({"group_id": 0})), list(&[&mine]));
    assert_eq!(ask("list_canned_responses", second, json!({})), list(&[&ours]));
    assert_eq!(error(&ask("update_canned_response", second, json!({"id": 1, "text": "x"}))).0, "not_found");
    assert_eq!(ask("update_canned_response", AGENT_TOKEN, json!({"id": 1, "is_private": false})), json!({}));
    assert_eq!(ask("delete_canned_response", second, json!({"id": 1})), json!({}));
    assert_eq!(error(&ask("delete_canned_response", second, json!({"id": 1}))).0, "not_found");
    assert_eq!(error(&ask("create_canned_response", second, json!({"text": "x"}))).1, "`group_id` is required");
    assert_eq!(error(&ask("create_canned_response", second, json!({"group_id": 0}))).1, "`text` is required");
    let nowhere = json!({"text": "x", "group_id": 5});
    assert_eq!(error(&ask("create_canned_response", second, nowhere)).0, "group_not_found");
}

#[test]
fn domains_are_allowed_once() {
    let mut stage = Stage::with_bot();
    let mut ask = |method: &str, body: Value| stage.configure("v3.7", method, PAT, &body);
    let shop = || json!({"domain": "shop.example"});
    assert_eq!(ask("add_allowed_domain", shop()), json!({}));
    assert_eq!(error(&ask("add_allowed_domain", shop())).0, "already_exists");
    assert_eq!(ask("list_allowed_domains", json!({})), json!({"domains": ["shop.example"]}));
    assert_eq!(ask("delete_allowed_domain", shop()), json!({}));
    assert_eq!(error(&ask("delete_allowed_domain", shop())).0, "not_found");
    let long = json!({"domain": "x".repeat(256)});
    assert_eq!(error(&ask("add_allowed_domain", long)).1, "`domain` cannot be longer than 255 characters");
}

#[test]
fn phrases_are_kept_by_group_and_language() {
    let mut stage = Stage::with_bot();
    let mut ask = |method: &str, body: Value| stage.configure("v3.7", method, PAT, &body);
    let one = json!({"group_id": 19, "language": "pl", "phrases": {"hello": "Witaj"}});
    assert_eq!(ask("update_translations", one), json!({}));
    let more = json!({"group_id": 19, "language": "pl", "phrases": {"bye": "Pa"}});
    let wrong = json!({"group_id": 5, "language": "pl", "phrases": {}});
    let answer = ask("batch_update_translations", json!({"requests": [more, wrong]}));
    assert_eq!(answer["responses"][0], json!({}));
    assert_eq!(error(&answer["responses"][1]).0, "group_not_found");
    let list = |language: &str| json!({"group_id": 19, "language": language});
    assert_eq!(ask("list_translations", list("pl")), json!({"phrases": {"hello": "Witaj", "bye": "Pa"}}));
    assert_eq!(ask("list_translations", list("de")), json!({"phrases": {}}));
    let wrong = json!({"group_id": 19, "language": "pl", "phrases": {"hello": 1}});
    assert_eq!(error(&ask("update_translations", wrong)).1, "`phrases.hello` must be a string");
}
