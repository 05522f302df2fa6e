//! Properties of apps, and their values in the license and its groups.

use super::*;

const CLIENT: &str = "0805e283233042b37f460ed8fbf22160";
const OTHER: &str = "3c1f0a9b7d2e4f5a8b6c0d1e2f3a4b5c";

/// A license with two apps; Mia has a token of the second one.
fn stage() -> Stage {
    let scopes = ["properties.license.value--my:rw", "properties.group.value--my:rw"];
    Stage::open(json!({
        "agents": [{"id": "mia@acme.example"}],
        "groups": [{"id": 19, "name": "Sales"}],
        "bots": [{"name": "Acme Bot", "client_id": OTHER}],
        "tokens": [{"of": "mia@acme.example", "token": "dal:other", "client_id": OTHER, "scopes": scopes}],
    }))
}

impl Stage {
    /// What a call with the personal access token is answered.
    fn ask(&mut self, method: &str, body: Value) -> Value {
        self.configure("v3.6", method, PAT, &body)
    }

    fn register(&mut self, name: &str, more: &Value) -> Value {
        let access = json!({"license": {"agent": ["read", "write"]}, "group": {"agent": ["read", "write"]}});
        let mut body = json!({"name": name, "owner_client_id": CLIENT, "type": "int", "access": access});
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        self.ask("register_property", body)
    }
}

#[test]
fn a_property_is_registered_once_published_for_good_and_unregistered_before_that() {
    let mut stage = stage();
    assert_eq!(stage.register("level", &json!({"range": {"from": 1, "to": 5}})), json!({}));
    assert_eq!(error(&stage.register("level", &json!({}))).0, "already_exists");
    let named = |name: &str| json!({"name": name, "owner_client_id": CLIENT});
    assert_eq!(error(&stage.ask("unregister_property", named("ghost"))).0, "not_found");
    assert_eq!(stage.ask("unregister_property", named("level")), json!({}));
    assert_eq!(stage.ask("list_properties", json!({"owner_client_id": CLIENT})), json!({}));
    stage.register("level", &json!({}));
    let publish = json!({"name": "level", "owner_client_id": CLIENT, "access_type": ["read"]});
    assert_eq!(stage.ask("publish_property", publish), json!({}));
    let refused = stage.ask("unregister_property", named("level"));
    assert_eq!(error(&refused), ("validation", "a published property cannot be unregistered"));
}

#[test]
fn a_registration_has_to_be_sound() {
    let check = |more: Value, expected: (&str, &str)| {
        assert_eq!(error(&stage().register("level", &more)), expected, "{more}");
    };
    check(json!({"name": ""}), ("validation", "`name` is required"));
    check(json!({"owner_client_id": null}), ("validation", "`owner_client_id` is required"));
    check(json!({"owner_client_id": "somebody"}), ("authorization", "Authorization error"));
    check(json!({"owner_client_id": "test"}), ("authorization", "Authorization error"));
    check(json!({"type": null}), ("validation", "`type` is required"));
    check(json!({"type": "float"}), ("validation", "`type` must be one of: int, bool, string, tokenized_string"));
    check(json!({"access": null}), ("validation", "`access` is required"));
    check(json!({"access": {}}), ("validation", "`access` must have at least one location"));
    check(json!({"access": {"moon": {}}}), ("validation", "`access.moon` is no place for properties"));
    check(json!({"access": {"chat": {}}}), ("validation", "`access.chat.agent` is required"));
    check(
        json!({"access": {"chat": {"agent": ["run"]}}}),
        ("validation", "`access.chat.agent` must be an array of: read, write"),
    );
    check(
        json!({"domain": [1], "range": {"from": 1, "to": 2}}),
        ("validation", "`domain` cannot be used with `range`"),
    );
    check(json!({"range": {"from": 1}}), ("validation", "`range.to` is required"));
    check(
        json!({"range": {"from": 1, "to": 2}, "default_value": 3}),
        ("validation", "`default_value` must be between 1 and 2"),
    );
}

#[test]
fn values_are_merged_fall_back_to_defaults_and_stay_within_bounds() {
    let mut stage = stage();
    stage.register("level", &json!({"range": {"from": 1, "to": 5}, "default_value": 2}));
    stage.register("size", &json!({}));
    let values = |stage: &mut Stage| stage.ask("list_license_properties", json!({"namespace": CLIENT}));
    assert_eq!(values(&mut stage), json!({CLIENT: {"level": 2}}));
    let set = |stage: &mut Stage, values: Value| stage.ask("update_license_properties", json!({"properties": values}));
    assert_eq!(set(&mut stage, json!({CLIENT: {"size": 9}})), json!({}));
    assert_eq!(set(&mut stage, json!({CLIENT: {"level": 5}})), json!({}));
    assert_eq!(values(&mut stage), json!({CLIENT: {"level": 5, "size": 9}}));
    let refused = set(&mut stage, json!({CLIENT: {"size": 1, "level": 6}}));
    let text = format!("`properties.{CLIENT}.level` must be between 1 and 5");
    assert_eq!(error(&refused), ("validation", text.as_str()));
    assert_eq!(values(&mut stage)[CLIENT]["size"], 9, "nothing of a refused call is done");
    let refused = set(&mut stage, json!({CLIENT: {"size": "big"}}));
    assert_eq!(error(&refused).0, "validation");
    assert_eq!(error(&set(&mut stage, json!({CLIENT: {"ghost": 1}}))).0, "not_found");
    assert_eq!(error(&set(&mut stage, json!({"ghost": {"ghost": 1}}))).0, "authorization");
    assert_eq!(error(&set(&mut stage, json!({"test": {"ghost": 1}}))).0, "not_found");
    let gone = stage.ask("delete_license_properties", json!({"properties": {CLIENT: ["level"]}}));
    assert_eq!(gone, json!({}));
    assert_eq!(values(&mut stage), json!({CLIENT: {"level": 2, "size": 9}}));
    let prefixed = stage.ask("list_license_properties", json!({"name_prefix": "si"}));
    assert_eq!(prefixed, json!({CLIENT: {"size": 9}}));
}

#[test]
fn groups_have_values_of_their_own() {
    let mut stage = stage();
    stage.register("level", &json!({"default_value": 1}));
    let body = json!({"group_id": 19, "properties": {CLIENT: {"level": 4}, "test": {"bool_property": true}}});
    assert_eq!(stage.ask("update_group_properties", body), json!({}));
    let expected = json!([{"id": 0, "properties": {CLIENT: {"level": 1}}},
        {"id": 19, "properties": {"test": {"bool_property": true}, CLIENT: {"level": 4}}}]);
    assert_eq!(stage.ask("list_groups_properties", json!({"group_ids": []})), expected);
    assert_eq!(error(&stage.ask("list_groups_properties", json!({}))).1, "`group_ids` is required");
    assert_eq!(error(&stage.ask("list_groups_properties", json!({"group_ids": [5]}))).0, "group_not_found");
    let unknown = stage.ask("update_group_properties", json!({"group_id": 5, "properties": {}}));
    assert_eq!(error(&unknown), ("group_not_found", "Group not found"));
    let gone = stage.ask("delete_group_properties", json!({"id": 19, "properties": {CLIENT: ["level"]}}));
    assert_eq!(gone, json!({}));
    let old = stage.configure("v3.4", "list_group_properties", PAT, &json!({"id": 19}));
    assert_eq!(old, json!({"test": {"bool_property": true}, CLIENT: {"level": 1}}));
}

#[test]
fn a_property_without_values_in_a_place_or_without_the_right_is_not_written() {
    let mut stage = stage();
    stage.register("chatty", &json!({"access": {"chat": {"agent": ["read", "write"]}}}));
    stage.register("fixed", &json!({"access": {"license": {"agent": ["read"]}}, "default_value": 7}));
    let set = |stage: &mut Stage, name: &str| {
        stage.ask("update_license_properties", json!({"properties": {CLIENT: {name: 1}}}))
    };
    let text = format!("`properties.{CLIENT}.chatty` is no property of licenses");
    assert_eq!(error(&set(&mut stage, "chatty")), ("validation", text.as_str()));
    assert_eq!(error(&set(&mut stage, "fixed")).0, "authorization");
    assert_eq!(stage.ask("list_license_properties", json!({})), json!({CLIENT: {"fixed": 7}}));
}

#[test]
fn what_belongs_to_others_is_out_of_reach_until_it_is_published_and_the_scope_is_wide() {
    let mut stage = stage();
    stage.register("level", &json!({"default_value": 1}));
    let list = |stage: &mut Stage, token: &str| stage.configure("v3.6", "list_license_properties", token, &json!({}));
    let set = |stage: &mut Stage, token: &str| {
        let body = json!({"properties": {CLIENT: {"level": 3}}});
        let answer = stage.configure("v3.6", "update_license_properties", token, &body);
        error(&answer).0.to_owned()
    };
    // Of the owner: an agent's token of the same app.
    assert_eq!(list(&mut stage, AGENT_TOKEN), json!({CLIENT: {"level": 1}}));
    assert_eq!(
        (list(&mut stage, "Bearer dal:other"), set(&mut stage, "Bearer dal:other")),
        (json!({}), "authorization".to_owned())
    );
    let publish = json!({"name": "level", "owner_client_id": CLIENT, "access_type": ["read", "write"]});
    stage.ask("publish_property", publish);
    assert_eq!(
        (list(&mut stage, "Bearer dal:other"), set(&mut stage, "Bearer dal:other")),
        (json!({}), "authorization".to_owned())
    );
    assert_eq!(set(&mut stage, PAT), "");
    assert_eq!(list(&mut stage, PAT), json!({CLIENT: {"level": 3}}));
}

#[test]
fn clients_of_the_vendor_read_with_a_query() {
    let mut stage = stage();
    stage.register("level", &json!({"default_value": 1}));
    let mut get = |path: &str, query: &str| {
        let headers = [(HeaderName::from_static("authorization"), HeaderValue::from_static(PAT))];
        let call = Call {
            method: Method::GET,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers.into_iter().collect(),
            body: Body::Whole("".into()),
            params: Vec::new(),
        };
        let reply = stage.livechat.call(&mut stage.desk.cx(stage.now), call).reply;
        serde_json::from_slice::<Value>(&reply.body).unwrap()
    };
    let path = "/v3.4/configuration/action/list_license_properties";
    assert_eq!(get(path, ""), json!({CLIENT: {"level": 1}}));
    assert_eq!(get(path, "namespace_prefix=x"), json!({}));
    let path = "/v3.4/configuration/action/list_group_properties";
    assert_eq!(get(path, "id=19"), json!({CLIENT: {"level": 1}}));
    assert_eq!(error(&get(path, "id=x")).0, "validation");
}
