//! Calls that every check lets pass, for the methods about properties, greetings, bans and the like.

use super::*;

/// The method that always says that it is not played.
pub(super) const UNPLAYED: &str = "get_product_source";

/// One call for each method, in a license that is made ready for it.
pub(super) fn calls(stage: &mut Stage) -> Vec<(&'static str, Value)> {
    let mut make = |version: &str, method: &str, body: &Value| {
        let answer = stage.configure(version, method, PAT, body);
        assert!(answer["error"].is_null(), "{method}: {answer}");
    };
    let access = json!({"license": {"agent": ["read", "write"]}, "group": {"agent": ["read", "write"]}});
    let property = |name: &str| json!({"name": name, "owner_client_id": CLIENT, "type": "int", "access": access, "access_type": ["read"]});
    let values = json!({CLIENT: {"level": 1}});
    let names = json!({CLIENT: ["level"]});
    let greeting = json!({"id": 1, "type": "normal", "active": true, "name": "Hi", "group": 19, "rules": []});
    let canned = json!({"id": 1, "text": "Bye", "group_id": 19});
    let phrases = json!({"group_id": 19, "language": "pl", "phrases": {"hello": "Witaj"}});
    let ban = json!({"ip": "192.0.2.7", "seconds": 60});
    make("v3.6", "register_property", &property("level"));
    make("v3.6", "create_greeting", &greeting);
    make("v3.7", "create_canned_response", &canned);
    make("v3.7", "add_allowed_domain", &json!({"domain": "old.example"}));
    make("v3.7", "ban_customer", &ban);
    vec![
        ("register_property", property("size")),
        ("unregister_property", property("level")),
        ("publish_property", property("level")),
        ("list_properties", json!({"owner_client_id": CLIENT})),
        ("update_license_properties", json!({"properties": values})),
        ("list_license_properties", json!({})),
        ("delete_license_properties", json!({"properties": names})),
        ("update_group_properties", json!({"group_id": 19, "properties": values})),
        ("list_groups_properties", json!({"group_ids": []})),
        ("list_group_properties", json!({"id": 19})),
        ("delete_group_properties", json!({"id": 19, "properties": names})),
        ("list_customer_bans", json!({})),
        ("unban_customer", json!({"ip": "192.0.2.7"})),
        ("configuration/ban_customer", ban),
        ("create_greeting", greeting.clone()),
        ("update_greeting", greeting.clone()),
        ("delete_greeting", greeting.clone()),
        ("get_greeting", greeting),
        ("list_greetings", json!({})),
        ("list_channels", json!({})),
        ("check_product_limits_for_plan", json!({"plan": "team"})),
        ("reactivate_email", json!({"agent_id": "mia@acme.example"})),
        ("update_company_details", json!({"enrich": true})),
        ("add_allowed_domain", json!({"domain": "shop.example"})),
        ("list_allowed_domains", json!({})),
        ("delete_allowed_domain", json!({"domain": "old.example"})),
        ("create_canned_response", canned.clone()),
        ("update_canned_response", canned.clone()),
        ("list_canned_responses", json!({})),
        ("delete_canned_response", canned),
        ("update_translations", phrases.clone()),
        ("batch_update_translations", json!({"requests": [phrases.clone()]})),
        ("list_translations", phrases),
    ]
}
