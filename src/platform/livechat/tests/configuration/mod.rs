//! The Configuration API: what each method answers and refuses, and what comes of it.

mod chance;
mod rest;
mod staff;
mod webhook;

use super::super::version::Version;
use super::*;

const CLIENT: &str = "0805e283233042b37f460ed8fbf22160";

/// A credential that has the scopes: that of an agent, unless it takes scopes that are not for the public.
fn good_for(method: &str) -> &'static str {
    match method {
        "check_product_limits_for_plan" => PAT,
        _ if method.contains("suspend") || method.contains("approve") => PAT,
        _ => AGENT_TOKEN,
    }
}

impl Stage {
    /// The answer to a call that is taken.
    fn done(&mut self, method: &str, body: Value) -> Value {
        let (reply, document) = self.call(method, good_for(method), &body);
        assert_eq!(reply.status, 200, "{method} {body}: {document}");
        document
    }

    /// The type of error and text of a call that is not.
    fn refused(&mut self, method: &str, token: &str, body: &Value) -> (String, String) {
        let (reply, document) = self.call(method, token, body);
        assert_ne!(reply.status, 200, "{method} {body}: {document}");
        let text = |key: &str| document["error"][key].as_str().unwrap().to_owned();
        (text("type"), text("message"))
    }
}

#[test]
fn every_method_checks_version_credential_and_body() {
    let routes = (Vendor::of::<Livechat>().routes)();
    for route in routes.iter().filter(|route| route.path.contains("/configuration/") && route.method == Method::POST) {
        let method = route.name;
        let check = |version: &str, token: &str, body: &'static str, code: &str| {
            let path = route.path.replace("{version}", version);
            let body = Body::Whole(body.into());
            let (_, document) = Stage::with_bot().send(Method::POST, &path, &[("authorization", token)], body);
            assert_eq!(document["error"]["type"], code, "{method}");
        };
        check("v3.3", AGENT_TOKEN, "{}", "unsupported_version");
        let newest = newest(method);
        check(&newest, PAT, "{", "validation");
        check(&newest, PAT, "[]", "validation");
        if !OPEN.contains(&method) {
            check(&newest, "Bearer x", "{", "authentication");
        }
    }
}

/// The methods that ask nobody who they are.
const OPEN: &[&str] = &["list_webhook_names", "issue_bot_token"];

/// The newest version that has a method, as paths have it.
fn newest(method: &str) -> String {
    let has = |word: &&&str| Version::named(word).is_some_and(|version| version.has(method));
    format!("v{}", Version::WORDS.iter().rfind(has).unwrap())
}

/// A license with one of everything, and a call for each method that every check lets pass.
fn furnished() -> (Stage, Vec<(&'static str, Value)>) {
    let mut stage = Stage::with_bot();
    let zoe = "zoe@acme.example";
    let own = json!({"owner_client_id": CLIENT});
    let rule = json!({"access": {"groups": [19]}, "conditions": {"url": {"values": [{"value": "x"}]}}});
    let hook = json!({"action": "tag_created", "url": "${bot}/x", "secret_key": "s", "owner_client_id": CLIENT, "type": "bot"});
    stage.done("create_agent", json!({"id": zoe, "name": "Zoe"}));
    stage.done("create_tag", json!({"name": "old"}));
    let made = stage.done("create_bot", json!({"name": "B"}));
    let (bot, secret) = (made["id"].clone(), made["secret"].clone());
    let template = stage.done("create_bot_template", json!({"name": "T", "owner_client_id": CLIENT}))["id"].clone();
    let access = stage.done("add_auto_access", rule.clone())["id"].clone();
    let registered = stage.done("register_webhook", hook.clone())["id"].clone();
    let all = |item: Value| json!({"requests": [item]});
    let named = |more: (&str, Value)| json!({"owner_client_id": CLIENT, more.0: more.1});
    let mut calls = vec![
        ("register_webhook", hook),
        ("list_webhooks", own.clone()),
        ("unregister_webhook", named(("id", registered))),
        ("enable_license_webhooks", own.clone()),
        ("disable_license_webhooks", own.clone()),
        ("get_license_webhooks_state", own.clone()),
        ("list_webhook_names", json!({})),
        ("create_bot", json!({"name": "C"})),
        ("batch_create_bots", all(json!({"name": "C"}))),
        ("list_bots", json!({})),
        ("create_bot_template", named(("name", json!("U")))),
        ("list_bot_templates", own),
        ("create_agent", json!({"id": "kim@acme.example", "name": "Kim"})),
        ("batch_create_agents", all(json!({"id": "kim@acme.example", "name": "Kim"}))),
        ("list_agents", json!({})),
        ("request_agent_unsuspension", json!({})),
        ("create_group", json!({"name": "G", "agent_priorities": {}})),
        ("update_group", json!({"id": 19, "name": "G"})),
        ("delete_group", json!({"id": 19})),
        ("get_group", json!({"id": 19})),
        ("list_groups", json!({})),
        ("create_tag", json!({"name": "new"})),
        ("update_tag", json!({"name": "old", "group_ids": [19]})),
        ("delete_tag", json!({"name": "old"})),
        ("list_tags", json!({})),
        ("add_auto_access", rule),
        ("update_auto_access", json!({"id": access, "description": "x"})),
        ("delete_auto_access", json!({"id": access})),
        ("list_auto_accesses", json!({})),
    ];
    for method in ["update_agent", "delete_agent", "suspend_agent", "unsuspend_agent", "approve_agent"] {
        calls.push((method, json!({"id": zoe, "mobile": "1"})));
    }
    for method in ["update", "delete", "suspend", "unsuspend", "approve"] {
        let batches = (Vendor::of::<Livechat>().routes)();
        let batch = batches.iter().find(|route| route.name == format!("batch_{method}_agents")).unwrap();
        calls.push((batch.name, all(json!({"id": zoe, "mobile": "1"}))));
    }
    calls.push(("get_agent", json!({"id": zoe})));
    for method in ["update_bot", "delete_bot", "get_bot", "reset_bot_secret"] {
        calls.push((method, json!({"id": bot, "job_title": "x"})));
    }
    calls.push(("batch_update_bots", all(json!({"id": bot, "job_title": "x"}))));
    calls.push(("batch_delete_bots", all(json!({"id": bot}))));
    for method in ["update_bot_template", "delete_bot_template", "reset_bot_template_secret"] {
        calls.push((method, named(("id", template.clone()))));
    }
    let organization = "390e44e6-f1e6-0368-c6dd-b74c14508c2e";
    calls.push((
        "issue_bot_token",
        json!({"bot_id": bot, "client_id": CLIENT, "bot_secret": secret, "organization_id": organization}),
    ));
    calls.extend(rest::calls(&mut stage));
    stage.sent();
    stage.desk.facts.clear();
    (stage, calls)
}

#[test]
fn a_planned_code_takes_over_every_method_and_nothing_is_changed() {
    let routes = (Vendor::of::<Livechat>().routes)();
    let posts = routes.iter().filter(|route| route.path.contains("/configuration/") && route.method == Method::POST);
    let known: Vec<&str> = furnished().1.iter().map(|(method, _)| *method).collect();
    for (method, path) in posts.map(|route| (route.name, route.path)).filter(|(method, _)| *method != rest::UNPLAYED) {
        let place = known.iter().position(|known| *known == method).unwrap_or_else(|| panic!("{method} has no call"));
        let (mut stage, mut calls) = furnished();
        let body = calls.swap_remove(place).1;
        stage.plan(method, "internal");
        let before = stage.configured();
        let path = path.replace("{version}", &newest(method));
        let call = |stage: &mut Stage| {
            let headers = [("authorization", good_for(method))];
            stage.send(Method::POST, &path, &headers, Body::Whole(body.to_string().into()))
        };
        let (reply, document) = call(&mut stage);
        assert_eq!((reply.status, &document["error"]["type"]), (500, &json!("internal")), "{method}");
        assert_eq!(stage.desk.facts.len(), 1, "{method} leaves only the fault in the journal");
        assert!(stage.sent().is_empty(), "{method}");
        assert_eq!(stage.configured(), before, "{method}");
        let (reply, document) = call(&mut stage);
        assert_eq!(reply.status, 200, "{method}: {document}");
        assert!(!document.to_string().contains("error"), "{method}: {document}");
    }
}

impl Stage {
    /// Everything that is configured, as lists show it.
    fn configured(&mut self) -> Vec<Value> {
        let own = json!({"owner_client_id": CLIENT, "all": true});
        let methods = [
            "list_webhooks",
            "get_license_webhooks_state",
            "list_bots",
            "list_bot_templates",
            "list_agents",
            "list_groups",
            "list_tags",
            "list_auto_accesses",
        ];
        let state = methods.map(|method| {
            let plan = std::mem::take(&mut self.desk.plan);
            let listed = self.call(method, PAT, &own).1;
            self.desk.plan = plan;
            listed
        });
        state.to_vec()
    }
}
