//! Who may call, and as whom.

use serde_json::json;

use super::*;

#[test]
fn a_call_is_known_by_its_credential_and_nothing_else() {
    let check = |authorization: Option<&str>, expected: u16| {
        let mut stage = Stage::with_bot();
        let headers: Vec<(&'static str, &str)> =
            authorization.map(|value| ("authorization", value)).into_iter().collect();
        let body = Body::Whole("{}".into());
        let (reply, document) = stage.send(Method::POST, "/v3.6/agent/action/list_chats", &headers, body);
        assert_eq!(reply.status, expected, "{authorization:?}");
        if expected == 401 {
            let text = r#"{"error":{"type":"authentication","message":"Invalid access token"}}"#;
            assert_eq!(reply.body, text.as_bytes(), "{document}");
        }
    };
    check(Some(AGENT_TOKEN), 200);
    check(Some("bearer dal:agent-token"), 200);
    check(Some("Bearer dal:agent2-token"), 200);
    check(Some(BOT_TOKEN), 200);
    check(Some(&basic("agent-account:dal:agent-pat")), 200);
    check(Some(&basic("agent-account:agent-pat")), 401);
    check(Some(&basic("agent-account")), 401);
    check(Some("Basic ???"), 401);
    check(Some("Bearer dal:agent-pat"), 401);
    check(Some("Bearer customer-token"), 401);
    check(Some(&basic("dal:agent-token")), 401);
    check(Some("Bearer agent-account:dal:agent-pat"), 401);
    check(Some("dal:agent-token"), 401);
    check(Some("Bearer dal:bot2-token"), 401);
    check(None, 401);
}

#[test]
fn an_agents_token_acts_for_a_bot_only_where_that_is_still_possible() {
    let check = |version: &str, author: &str, expected: Result<&str, u16>| {
        let mut stage = Stage::with_bot();
        let body = json!({"chat": {"thread": {"events": [{"type": "message", "text": "x"}]}}});
        let headers = [("authorization", AGENT_TOKEN), ("x-author-id", author)];
        let path = format!("/{version}/agent/action/start_chat");
        let (reply, document) = stage.send(Method::POST, &path, &headers, Body::Whole(body.to_string().into()));
        match expected {
            Ok(author) => {
                assert_eq!(reply.status, 200, "{document}");
                let event = &stage.bodies()[0]["payload"]["chat"]["thread"]["events"][0];
                assert_eq!(event["author_id"], author, "{version}");
            }
            Err(status) => assert_eq!(reply.status, status, "{version}"),
        }
    };
    check("v3.4", BOT, Ok(BOT));
    check("v3.5", BOT, Ok(BOT));
    check("v3.5", "mia@acme.example", Ok("mia@acme.example"));
    check("v3.5", "tom@acme.example", Err(403));
    check("v3.6", BOT, Ok("mia@acme.example"));
    check("v3.7", BOT, Ok("mia@acme.example"));
}

#[test]
fn what_an_agents_token_configures_for_a_bot_is_the_bots_doing() {
    let check = |version: &str, author: &str| {
        let mut stage = Stage::with_bot();
        let headers = [("authorization", AGENT_TOKEN), ("x-author-id", BOT)];
        let path = format!("/{version}/configuration/action/create_tag");
        let (reply, _) = stage.send(Method::POST, &path, &headers, Body::Whole(r#"{"name": "x"}"#.into()));
        assert_eq!(reply.status, 200, "{version}");
        let told = &stage.bodies()[0];
        assert_eq!((&told["payload"]["author_id"], &told["requester"]["user_id"]), (&json!(author), &json!(author)));
    };
    check("v3.5", BOT);
    check("v3.6", "mia@acme.example");
}

#[test]
fn a_bots_token_and_a_personal_one_act_for_nobody_else() {
    let check = |token: &str, author: &str, expected: u16| {
        let mut stage = Stage::open(json!({"bots": [{"name": "A"}, {"name": "B"}]}));
        let headers = [("authorization", token), ("x-author-id", author)];
        let path = "/v3.5/agent/action/list_chats";
        let (reply, document) = stage.send(Method::POST, path, &headers, Body::Whole("{}".into()));
        assert_eq!(reply.status, expected, "{document}");
    };
    let second = "b0700000000000000000000000000002";
    check(BOT_TOKEN, BOT, 200);
    check(BOT_TOKEN, second, 403);
    check(PAT, second, 403);
    check(AGENT_TOKEN, second, 200);
    check(AGENT_TOKEN, "b0700000000000000000000000000003", 403);
    check("Bearer dal:nobody", second, 401);
}

#[test]
fn well_known_identities_are_those_that_are_documented() {
    let stage = Stage::open(json!({"bots": [{"name": "A"}, {"name": "B"}]}));
    let claimed: Vec<&str> = stage.desk.claims.iter().map(|claim| claim.0.as_str()).collect();
    let expected = [
        "organization 390e44e6-f1e6-0368-c6dd-b74c14508c2e",
        "Bearer dal:agent-token",
        "Basic agent-account:dal:agent-pat",
        "Bearer dal:agent2-token",
        "Bearer dal:bot-token",
        "Bearer dal:bot2-token",
        "Bearer dal:customer-token",
    ];
    assert_eq!(claimed, expected);
    let exports: Vec<(&str, String)> =
        stage.livechat.exports().iter().map(|(name, value)| (*name, value.expose().to_owned())).collect();
    assert!(exports.contains(&("LIVECHAT_ORGANIZATION_ID", "390e44e6-f1e6-0368-c6dd-b74c14508c2e".to_owned())));
    assert!(exports.contains(&("LIVECHAT_CLIENT_ID", "0805e283233042b37f460ed8fbf22160".to_owned())));
    assert!(exports.contains(&("LIVECHAT_LICENSE_ID", "104130623".to_owned())));
    assert!(exports.contains(&("LIVECHAT_TOKEN", "dal:bot-token".to_owned())));
    assert!(exports.contains(&("LIVECHAT_BOT_ID", BOT.to_owned())));
}

#[test]
fn fresh_identities_are_nobody_elses_but_stay_as_they_are_spelled_out() {
    let setup = || json!({"bots": [{"name": "A"}, {"name": "B", "token": "mine"}]});
    let fresh = Stage::open_with(setup(), Identities::Fresh);
    let known = Stage::open(setup());
    let shared: Vec<&str> = fresh
        .desk
        .claims
        .iter()
        .filter(|claim| known.desk.claims.contains(claim))
        .map(|claim| claim.0.as_str())
        .collect();
    assert_eq!(shared, ["Bearer mine"]);
    let same = Stage::open_with(setup(), Identities::Fresh);
    assert!(same.desk.claims == fresh.desk.claims, "the same seed draws the same");
}
