//! Webhooks by calls: what can be registered, what is listed, and what is sent for it.

use super::*;

fn registration() -> Value {
    json!({
        "url": "${bot}/hooks", "description": "customer messages", "action": "incoming_event",
        "secret_key": "test-secret-1", "owner_client_id": CLIENT, "type": "license",
        "additional_data": ["chat_properties"],
        "filters": {"author_type": "customer", "only_my_chats": false,
                    "chat_presence": {"user_ids": {"exclude_values": ["tom@acme.example"]}, "my_bots": true},
                    "source_type": ["other_clients", "system"]},
    })
}

/// The registration with some members changed.
fn with(changes: &Value) -> Value {
    let mut body = registration();
    for (key, value) in changes.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

/// Of the action `thread_tagged` and with no filters.
fn plain(changes: &Value) -> Value {
    let mut body = with(&json!({"action": "thread_tagged", "filters": null, "additional_data": null}));
    for (key, value) in changes.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

#[test]
fn what_was_registered_is_listed_without_its_secret_and_gets_events_until_it_is_removed() {
    let mut stage = Stage::open(json!({"bots": [{"name": "Acme Bot"}]}));
    let id = stage.done("register_webhook", registration())["id"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), 25);
    let listed = stage.done("list_webhooks", json!({"owner_client_id": CLIENT}));
    let expected = json!([{
        "id": id, "url": "${bot}/hooks", "description": "customer messages", "action": "incoming_event",
        "filters": {"author_type": "customer",
                    "chat_presence": {"user_ids": {"exclude_values": ["tom@acme.example"]}, "my_bots": true},
                    "source_type": ["other_clients", "system"]},
        "additional_data": ["chat_properties"], "owner_client_id": CLIENT, "type": "license",
    }]);
    assert_eq!(listed.to_string(), expected.to_string());
    stage.act(json!({"start_chat": {"as": "ada"}})).unwrap();
    stage.act(json!({"say": {"as": "ada", "text": "Hi"}})).unwrap();
    let bodies = stage.bodies();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    assert_eq!((&bodies[0]["webhook_id"], &bodies[0]["secret_key"]), (&json!(id), &json!("test-secret-1")));
    stage.done("unregister_webhook", json!({"id": id, "owner_client_id": CLIENT}));
    stage.act(json!({"say": {"as": "ada", "text": "Hi"}})).unwrap();
    assert!(stage.sent().is_empty());
    assert_eq!(stage.done("list_webhooks", json!({"owner_client_id": CLIENT})), json!([]));
    let gone = stage.refused("unregister_webhook", AGENT_TOKEN, &json!({"id": id, "owner_client_id": CLIENT}));
    assert_eq!(gone.0, "not_found");
}

#[test]
fn a_registration_has_to_be_sound() {
    let check = |body: Value, code: &str, message: &str| {
        let mut stage = Stage::with_bot();
        let refused = stage.refused("register_webhook", AGENT_TOKEN, &body);
        assert_eq!(refused, (code.to_owned(), message.to_owned()), "{body}");
    };
    let invalid = |changes: Value, message: &str| check(with(&changes), "validation", message);
    for key in ["action", "secret_key", "url", "owner_client_id", "type"] {
        invalid(json!({key: null}), &format!("`{key}` is required"));
        invalid(
            json!({key: ""}),
            &match key {
                "type" => "`type` must be one of: license, bot".to_owned(),
                _ => format!("`{key}` is required"),
            },
        );
    }
    invalid(json!({"action": "chat_archived"}), "`action` is not a known action");
    invalid(json!({"action": "incoming_customer"}), "`action` is not a known action");
    invalid(json!({"type": "app"}), "`type` must be one of: license, bot");
    invalid(json!({"url": "ftp://host/"}), "`url` is not valid");
    invalid(json!({"url": "http://user:secret@host/"}), "`url` is not valid");
    let long = format!("http://host/{}", "x".repeat(489));
    invalid(json!({"url": long}), "`url` cannot be longer than 500 characters");
    invalid(json!({"description": 1}), "`description` must be a string");
    invalid(json!({"filters": []}), "`filters` must be an object");
    invalid(json!({"filters": {"agent_ids": ["x"]}}), "`filters.agent_ids` cannot be used with `incoming_event`");
    invalid(json!({"filters": {"colour": "red"}}), "`filters.colour` cannot be used with `incoming_event`");
    invalid(json!({"filters": {"author_type": "bot"}}), "`filters.author_type` must be one of: customer, agent");
    invalid(
        json!({"filters": {"source_type": "system"}}),
        "`filters.source_type` must be an array of: my_client, other_clients, system",
    );
    invalid(
        json!({"filters": {"chat_presence": {"user_ids": {"values": ["x"], "exclude_values": ["y"]}}}}),
        "`filters.chat_presence.user_ids.values` cannot be used with `filters.chat_presence.user_ids.exclude_values`",
    );
    invalid(
        json!({"additional_data": ["x"]}),
        "`additional_data` must be an array of: chat_properties, chat_presence_user_ids",
    );
    invalid(json!({"action": "tag_created", "filters": null}), "`additional_data` cannot be used with `tag_created`");
    check(with(&json!({"owner_client_id": "somebody-elses"})), "authorization", "Authorization error");
}

#[test]
fn an_app_has_three_webhooks_for_an_action_and_no_fourth() {
    let mut stage = Stage::open(json!({"bots": [{"name": "Acme Bot"}, {"name": "Other", "client_id": "other-app"}]}));
    let ids: Vec<Value> = (0..3).map(|_| stage.done("register_webhook", registration())["id"].clone()).collect();
    assert_eq!(stage.refused("register_webhook", AGENT_TOKEN, &registration()).0, "limit_reached");
    stage.done("register_webhook", with(&json!({"owner_client_id": "other-app"})));
    stage.done("register_webhook", plain(&json!({})));
    stage.done("unregister_webhook", json!({"id": ids[1], "owner_client_id": CLIENT}));
    let fourth = stage.done("register_webhook", registration())["id"].clone();
    let listed = stage.done("list_webhooks", json!({"owner_client_id": CLIENT}));
    let of_events: Vec<&Value> = listed
        .as_array()
        .unwrap()
        .iter()
        .filter(|hook| hook["action"] == "incoming_event")
        .map(|hook| &hook["id"])
        .collect();
    assert_eq!(of_events, [&ids[0], &ids[2], &fourth], "the order is that of registration");
}

#[test]
fn an_app_is_named_where_its_token_does_not_tell() {
    let mut stage = Stage::open(json!({"bots": [{"name": "Other", "client_id": "other-app"}]}));
    let state = "get_license_webhooks_state";
    let missing = ("validation".to_owned(), "`owner_client_id` is required".to_owned());
    assert_eq!(stage.refused(state, PAT, &json!({})), missing);
    assert_eq!(stage.refused("list_webhooks", AGENT_TOKEN, &json!({})), missing, "there is no fallback here");
    assert_eq!(stage.refused(state, PAT, &json!({"owner_client_id": "x"})).0, "authorization");
    for body in [json!({"owner_client_id": CLIENT}), json!({"client_id": CLIENT})] {
        let (_, answer) = stage.call(state, PAT, &body);
        assert_eq!(answer, json!({"license_webhooks_enabled": true}));
    }
    stage.done("disable_license_webhooks", json!({"owner_client_id": "other-app"}));
    assert_eq!(stage.done(state, json!({})), json!({"license_webhooks_enabled": true}));
    assert_eq!(stage.done(state, json!({"owner_client_id": "other-app"})), json!({"license_webhooks_enabled": false}));
    let body = Body::Whole(json!({"owner_client_id": CLIENT}).to_string().into());
    let path = format!("/v3.4/configuration/action/{state}");
    let (_, old) = stage.send(Method::POST, &path, &[("authorization", AGENT_TOKEN)], body);
    assert_eq!(old["error"]["type"], "validation", "older versions did not let tokens of apps name one");
}

#[test]
fn webhooks_of_a_license_stop_while_they_are_disabled_and_those_of_bots_do_not() {
    let mut stage = Stage::open(json!({"bots": [{"name": "Acme Bot"}]}));
    stage.done("register_webhook", plain(&json!({})));
    stage.done("register_webhook", plain(&json!({"type": "bot"})));
    stage.start();
    for (switch, count) in [("disable_license_webhooks", 1), ("enable_license_webhooks", 2)] {
        stage.done(switch, json!({}));
        stage.act(json!({"tag": {"add": [switch]}})).unwrap();
        assert_eq!(stage.sent().len(), count, "{switch}");
    }
}

#[test]
fn a_call_about_webhooks_counts_after_the_delay_of_the_set_up() {
    let mut stage = Stage::open(json!({"webhooks_delay": "2m", "bots": [{"name": "Acme Bot"}]}));
    let id = stage.done("register_webhook", plain(&json!({})))["id"].clone();
    stage.start();
    let fires = |stage: &mut Stage, tag: &str| {
        stage.act(json!({"tag": {"add": [tag]}})).unwrap();
        !stage.sent().is_empty()
    };
    assert!(!fires(&mut stage, "a"));
    stage.wait(VirtualSpan::from_mins(2));
    assert!(fires(&mut stage, "b"));
    stage.done("unregister_webhook", json!({"id": id, "owner_client_id": CLIENT}));
    assert_eq!(stage.done("list_webhooks", json!({"owner_client_id": CLIENT})), json!([]));
    assert!(fires(&mut stage, "c"));
    stage.wait(VirtualSpan::from_mins(2));
    assert!(!fires(&mut stage, "d"));
}

#[test]
fn names_come_with_the_filters_that_each_version_knows() {
    let mut stage = Stage::with_bot();
    let names = stage.done("list_webhook_names", json!({}));
    let entry =
        |name: &str| names.as_array().unwrap().iter().find(|entry| entry["action"] == name).unwrap().to_string();
    let both = json!(["chat_properties", "chat_presence_user_ids"]);
    let event = json!({"action": "incoming_event", "filters": ["chat_presence", "author_type", "only_my_chats", "source_type"], "additional_data": both});
    assert_eq!(entry("incoming_event"), event.to_string());
    assert_eq!(
        entry("routing_status_set"),
        json!({"action": "routing_status_set", "filters": ["agent_ids", "source_type"]}).to_string()
    );
    assert_eq!(entry("tag_created"), json!({"action": "tag_created", "filters": ["source_type"]}).to_string());
    let (_, old) = stage.call("list_webhook_names", "Bearer x", &json!({"version": "3.4"}));
    assert_eq!(old.as_array().unwrap().len(), 36);
    assert_eq!(stage.refused("list_webhook_names", "", &json!({"version": "3.1"})).0, "unsupported_version");
}
