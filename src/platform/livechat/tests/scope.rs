//! Which tokens are good for what.

use super::super::scope::{self, Need};
use super::*;

/// A license in which Mia has further tokens with these scopes, and another one with none.
fn stage(scopes: &[&str]) -> Stage {
    Stage::open(json!({
        "agents": [{"id": "mia@acme.example"}],
        "bots": [{"name": "Acme Bot"}],
        "tokens": [{"of": "mia@acme.example", "token": "dal:some", "scopes": scopes},
                   {"of": "mia@acme.example", "token": "dal:none", "scopes": []},
                   {"of": "mia@acme.example", "pat": "dal:second", "account_id": "5b0e1f7a"}],
    }))
}

/// The text of the refusal that a token meets at an operation, under the newest version that has it.
fn refusal(stage: &mut Stage, path: &str, method: &Method, token: &str) -> Option<String> {
    let versions = ["v3.7", "v3.6", "v3.5", "v3.4"].map(|version| path.replace("{version}", version));
    for path in versions {
        let headers = [("authorization", token)];
        let (_, document) = stage.send(method.clone(), &path, &headers, Body::Whole("{}".into()));
        if document["error"]["type"] != "not_found" {
            return document["error"]["message"].as_str().map(str::to_owned);
        }
    }
    None
}

#[test]
fn a_method_takes_exactly_its_scopes() {
    let mut checked = 0;
    for route in (Vendor::of::<Livechat>().routes)() {
        assert!(scope::is_listed(route.name), "{} is not in the table of scopes", route.name);
        let Need::AnyOf(ways) = scope::need(route.name) else { continue };
        let missing = format!("Missing scope `{}`.", ways[0].split(' ').next().unwrap());
        let without = refusal(&mut stage(&[]), route.path, &route.method, "Bearer dal:none");
        assert_eq!(without.as_deref(), Some(missing.as_str()), "{} without a scope", route.name);
        for way in ways {
            let scopes: Vec<&str> = way.split(' ').collect();
            let with = refusal(&mut stage(&scopes), route.path, &route.method, "Bearer dal:some");
            assert!(!with.is_some_and(|text| text.contains("scope")), "{} with {way}", route.name);
            for (index, lacking) in scopes.iter().enumerate() {
                let rest: Vec<&str> = scopes.iter().filter(|scope| *scope != lacking).copied().collect();
                let with = refusal(&mut stage(&rest), route.path, &route.method, "Bearer dal:some");
                assert!(with.is_some_and(|text| text.contains("scope")), "{} with {way} less {index}", route.name);
            }
            checked += 1;
        }
    }
    assert!(checked > 20, "only {checked} were checked");
}

#[test]
fn a_method_without_scopes_takes_any_token() {
    for route in (Vendor::of::<Livechat>().routes)() {
        if scope::need(route.name) == Need::Nothing {
            let text = refusal(&mut stage(&[]), route.path, &route.method, "Bearer dal:none");
            assert!(!text.is_some_and(|text| text.contains("scope")), "{}", route.name);
        }
    }
}

#[test]
fn tokens_have_the_scopes_of_their_kind_unless_the_set_up_chooses() {
    let mut stage = stage(&["chats--all:ro"]);
    let mut status =
        |token: &str, method: &str| stage.call(method, token, &json!({"id": "NONE", "chat_id": "NONE"})).0.status;
    // The token has passed as soon as the chat is looked for.
    assert_eq!(status("Bearer dal:some", "get_chat"), 404);
    assert_eq!(status("Bearer dal:some", "deactivate_chat"), 403);
    assert_eq!(status("Bearer dal:none", "get_chat"), 403);
    assert_eq!(status(AGENT_TOKEN, "deactivate_chat"), 404);
    assert_eq!(status(BOT_TOKEN, "deactivate_chat"), 404);
}

#[test]
fn whoever_has_the_scope_for_all_chats_needs_no_group() {
    let mut stage = Stage::open(json!({
        "agents": [{"id": "mia@acme.example", "groups": [19]}, {"id": "tom@acme.example"}],
        "groups": [{"id": 19, "name": "Sales"}],
        "tokens": [{"of": "tom@acme.example", "token": "dal:wide", "scopes": ["chats--all:ro", "chats--access:rw"]}],
    }));
    let chat = json!({"continuous": true, "chat": {"access": {"group_ids": [19]}}});
    let started = stage.call("start_chat", AGENT_TOKEN, &chat).1;
    let chat = json!({"chat_id": started["chat_id"]});
    assert_eq!(stage.call("get_chat", "Bearer dal:agent2-token", &chat).1["error"]["type"], "missing_access");
    assert_eq!(stage.call("get_chat", "Bearer dal:wide", &chat).0.status, 200);
    assert_eq!(stage.call("list_chats", "Bearer dal:wide", &json!({})).1["found_chats"], 1);
    assert_eq!(stage.call("list_chats", "Bearer dal:agent2-token", &json!({})).1["found_chats"], 0);
    let tag = json!({"chat_id": started["chat_id"], "thread_id": started["thread_id"], "tag": "vip"});
    assert_eq!(stage.call("tag_thread", "Bearer dal:wide", &tag).1["error"]["type"], "missing_access");
}

#[test]
fn personal_access_tokens_have_all_scopes_unless_the_set_up_chooses() {
    let check = |setup: Value, expected: u16| {
        let mut stage = Stage::open(setup);
        let pat = basic("agent-account:dal:agent-pat");
        assert_eq!(stage.call("list_chats", &pat, &json!({})).0.status, expected);
    };
    check(json!({}), 200);
    check(json!({"pat_scopes": ["chats--access:ro"]}), 200);
    check(json!({"pat_scopes": ["customers:ro"]}), 403);
    let mut stage = stage(&[]);
    assert_eq!(stage.call("list_chats", &basic("5b0e1f7a:dal:second"), &json!({})).0.status, 200);
    assert_eq!(stage.call("list_chats", &basic("other:dal:second"), &json!({})).0.status, 401);
}

#[test]
fn a_token_is_told_where_it_belongs_if_the_set_up_says_where_it_is() {
    let check = |setup: Value, token: &str, header: Option<&str>, expected: Option<&str>| {
        let mut stage = Stage::open(setup);
        let headers: Vec<(&'static str, &str)> =
            [("authorization", token)].into_iter().chain(header.map(|region| ("x-region", region))).collect();
        let (reply, document) =
            stage.send(Method::POST, "/v3.6/agent/action/list_chats", &headers, Body::Whole("{}".into()));
        match expected {
            None => assert_eq!(reply.status, 200, "{document}"),
            Some(region) => {
                assert_eq!(reply.status, 421);
                let error =
                    json!({"type": "misdirected_request", "message": "Wrong region", "data": {"region": region}});
                assert_eq!(document, json!({"error": error}));
            }
        }
    };
    check(json!({}), AGENT_TOKEN, Some("fra"), None);
    let fra = || json!({"region": "fra"});
    check(fra(), AGENT_TOKEN, None, Some("dal"));
    check(fra(), &basic("agent-account:dal:agent-pat"), None, Some("dal"));
    check(fra(), "Bearer us-south1:whatever", Some("dal"), Some("us-south1"));
    check(fra(), "Bearer fra:agent-token", Some("dal"), Some("dal"));
    check(fra(), "Bearer fra:agent-token", Some("fra"), None);
    check(fra(), "Bearer fra:agent-token", Some(""), None);
    check(fra(), &basic("agent-account:fra:agent-pat"), None, None);
}

#[test]
fn a_version_can_be_named_in_a_header_but_the_path_wins() {
    let mut stage = Stage::with_bot();
    let mut check = |path: &str, version: Option<&str>, expected: Result<(), &str>| {
        let headers: Vec<(&'static str, &str)> = [("authorization", BOT_TOKEN)]
            .into_iter()
            .chain(version.map(|version| ("x-api-version", version)))
            .collect();
        let (reply, document) = stage.send(Method::POST, path, &headers, Body::Whole("{}".into()));
        match expected {
            Ok(()) => assert_eq!(reply.status, 200, "{path} {document}"),
            Err(r#type) => assert_eq!(document["error"]["type"], r#type, "{path}"),
        }
    };
    check("/agent/action/list_chats", Some("3.6"), Ok(()));
    check("/agent/action/list_chats", Some("v3.4"), Ok(()));
    check("/agent/action/list_chats", Some("3.2"), Err("unsupported_version"));
    check("/agent/action/list_chats", None, Err("unsupported_version"));
    check("/v3.6/agent/action/list_chats", Some("3.2"), Ok(()));
    check("/agent/action/v3.6/agent/action/list_chats", None, Ok(()));
    check("/configuration/action/list_webhook_names", Some("3.6"), Ok(()));
    check("/agent/action/list_ghosts", Some("3.6"), Err("not_found"));
}

#[test]
fn a_path_without_a_version_is_known_by_two_segments() {
    let vendor = Vendor::of::<Livechat>();
    let check = |path: &str, expected: Option<usize>| assert_eq!(vendor.serves(path), expected, "{path}");
    check("/agent/action/list_chats", Some(0));
    check("/livechat/configuration/action/list_webhooks", Some(9));
    check("/livechat/v3.6/agent/action/list_chats", Some(9));
    check("/v9.9/agent/action/list_chats", Some(0));
    check("/v1/v3.6/agent/action/list_chats", Some(3));
    check("/video/agent/action/list_chats", Some(6));
    check("/agent/list_chats", None);
    check("/agent/actions/list_chats", None);
    check("/v3.1/chats/agent", None);
}

#[test]
fn what_belongs_to_others_takes_the_wider_scope() {
    let mut stage = Stage::open(json!({
        "agents": [{"id": "mia@acme.example"}, {"id": "tom@acme.example", "groups": [19]}],
        "groups": [{"id": 19, "name": "Sales"}],
        "bots": [{"name": "Ours"}, {"name": "Theirs", "client_id": "3c1f0a9b7d2e4f5a8b6c0d1e2f3a4b5c"}],
        "tokens": [{"of": "mia@acme.example", "token": "dal:narrow",
            "scopes": ["agents--my:rw", "agents-bot--my:rw", "groups--my:rw"]}],
    }));
    let mut check = |method: &str, id: Value, expected: &str| {
        let answer = stage.configure("v3.6", method, "Bearer dal:narrow", &json!({"id": id}));
        assert_eq!(error(&answer).1, expected, "{method} {id}");
    };
    check("get_agent", json!("mia@acme.example"), "");
    check("get_agent", json!("tom@acme.example"), "Missing scope `agents--all:ro`.");
    check("update_agent", json!("tom@acme.example"), "Missing scope `agents--all:rw`.");
    check("get_bot", json!(BOT), "");
    check("get_bot", json!("b0700000000000000000000000000002"), "Missing scope `agents-bot--all:ro`.");
    check("delete_bot", json!("b0700000000000000000000000000002"), "Missing scope `agents-bot--all:rw`.");
    check("get_group", json!(0), "");
    check("get_group", json!(19), "Missing scope `groups--all:ro`.");
    check("update_group", json!(19), "Missing scope `groups--all:rw`.");
}

#[test]
fn an_agent_without_approval_or_with_a_higher_role_takes_more_scopes() {
    let check = |scopes: &[&str], method: &str, body: Value, lacking: &str| {
        let answer = stage(scopes).configure("v3.6", method, "Bearer dal:some", &body);
        assert_eq!(error(&answer).1, lacking, "{method} {body}");
    };
    let new = |key: &str, value: Value| json!({"id": "zoe@acme.example", "name": "Zoe", key: value});
    let create = &["accounts--all:rc"];
    check(create, "create_agent", new("awaiting_approval", json!(true)), "");
    check(create, "create_agent", new("awaiting_approval", json!(false)), "Missing scope `accounts--all:rw`.");
    let wide = &["accounts--all:rw"];
    check(wide, "create_agent", new("awaiting_approval", json!(false)), "Missing scope `subscription.lc:rw`.");
    let both = &["accounts--all:rw", "subscription.lc:rw"];
    check(both, "create_agent", new("awaiting_approval", json!(false)), "");
    let roles = "Missing scope `accounts.roles.lc--all:rw`.";
    check(create, "create_agent", new("role", json!("normal")), "");
    check(create, "create_agent", new("role", json!("viceowner")), roles);
    let role = |role: &str| json!({"id": "mia@acme.example", "role": role});
    check(&["agents--my:rw"], "update_agent", role("normal"), roles);
    check(&["agents--my:rw"], "update_agent", role("administrator"), "");
    check(&["agents--my:rw", "accounts.roles.lc--all:rw"], "update_agent", role("normal"), "");
}

#[test]
fn tags_of_other_groups_take_the_wider_scope() {
    let mut stage = Stage::open(json!({
        "agents": [{"id": "mia@acme.example", "groups": [19]}],
        "groups": [{"id": 19, "name": "Sales"}, {"id": 20, "name": "Others"}],
        "tokens": [{"of": "mia@acme.example", "token": "dal:narrow", "scopes": ["tags--groups:rw"]}],
    }));
    for (name, groups) in [("own", json!([0, 19])), ("shared", json!([19, 20])), ("theirs", json!([20]))] {
        stage.call("create_tag", PAT, &json!({"name": name, "group_ids": groups}));
    }
    let mut check = |method: &str, name: &str, groups: Value, allowed: bool| {
        let body = json!({"name": name, "group_ids": groups});
        let answer = stage.configure("v3.6", method, "Bearer dal:narrow", &body);
        assert_eq!(error(&answer).1, if allowed { "" } else { "Missing scope `tags--all:rw`." }, "{method} {body}");
    };
    check("create_tag", "a", json!([19]), true);
    check("create_tag", "b", json!([]), true);
    check("create_tag", "c", json!([19, 20]), false);
    check("update_tag", "shared", json!([19]), false);
    check("update_tag", "own", json!([20]), false);
    check("update_tag", "own", json!([0]), true);
    check("delete_tag", "theirs", Value::Null, false);
    check("delete_tag", "own", Value::Null, true);
    let listed = stage.configure("v3.6", "list_tags", "Bearer dal:narrow", &json!({}));
    let names: Vec<&Value> = listed.as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    assert_eq!(names, ["shared", "a", "b"]);
}

#[test]
fn a_method_that_a_version_does_not_have_is_not_found_and_that_is_a_mistake() {
    let mut stage = Stage::with_bot();
    let path = "/v3.5/configuration/action/get_license_id";
    let (reply, document) = stage.send(Method::GET, path, &[], Body::Whole("".into()));
    assert_eq!((reply.status, document["error"]["type"].as_str()), (404, Some("not_found")));
    let facts = format!("{:?}", stage.desk.facts);
    assert!(facts.contains("there is no such method in v3.5"), "{facts}");
}

#[test]
fn answers_of_old_versions_tell_their_end_if_the_set_up_does() {
    let mut stage = Stage::open(json!({"legacy": {"3.5": "2027-01-31"}, "deprecation": {"3.4": "2026-06-30"}}));
    let mut header = |version: &str, name: &str, token: &str| {
        let path = format!("/{version}/agent/action/list_chats");
        let (reply, _) = stage.send(Method::POST, &path, &[("authorization", token)], Body::Whole("{}".into()));
        reply.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.to_str().unwrap().to_owned())
    };
    assert_eq!(header("v3.5", "legacy", AGENT_TOKEN).as_deref(), Some("2027-01-31"));
    assert_eq!(header("v3.5", "legacy", "Bearer nobody").as_deref(), Some("2027-01-31"));
    assert_eq!(header("v3.4", "deprecation", AGENT_TOKEN).as_deref(), Some("2026-06-30"));
    assert_eq!(header("v3.4", "legacy", AGENT_TOKEN), None);
    assert_eq!(header("v3.6", "legacy", AGENT_TOKEN), None);
}

#[test]
fn validation_has_the_status_that_the_set_up_gives_it() {
    let status = |setup: Value| Stage::open(setup).call("get_chat", AGENT_TOKEN, &json!({})).0.status;
    assert_eq!(status(json!({})), 400);
    assert_eq!(status(json!({"validation_status": 422})), 422);
    assert_eq!(status(json!({"validation_status": 422, "statuses": {"validation": 418}})), 418);
}
