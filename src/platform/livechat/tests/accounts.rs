//! How customers come by tokens.

use super::*;
use crate::platform::cx::Credential;
use crate::platform::livechat::auth::address;

const CLIENT: &str = "0805e283233042b37f460ed8fbf22160";
const ORGANIZATION: &str = "390e44e6-f1e6-0368-c6dd-b74c14508c2e";
const TOKEN: &str = "/v2/customer/token";

impl Stage {
    /// What accounts answer; nothing if the answer has no body.
    fn account(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: &Value,
    ) -> (Reply, Value) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let call = call(method, path, query, headers, body);
        let reply = self.livechat.call(&mut self.desk.cx(self.now), call).reply;
        let document = serde_json::from_slice(&reply.body).unwrap_or_default();
        (reply, document)
    }

    fn by_agent(&mut self, more: Value) -> Value {
        let mut body = json!({"grant_type": "agent_token", "client_id": CLIENT});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.account(Method::POST, TOKEN, &[("authorization", AGENT_TOKEN)], &body).1
    }
}

fn call(method: Method, path: &str, query: &str, headers: &[(&'static str, &str)], body: &Value) -> Call {
    let headers =
        headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()));
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let (path, query) = (path.to_owned(), query.to_owned());
    Call { method, path, query, headers: headers.collect(), body: Body::Whole(body.into()), params: Vec::new() }
}

fn by_cookie() -> Value {
    json!({"response_type": "token", "grant_type": "cookie", "client_id": CLIENT, "organization_id": ORGANIZATION,
           "redirect_uri": "http://localhost:3000/shop"})
}

fn cookies(reply: &Reply) -> Vec<String> {
    let cookies = reply.headers.iter().filter(|(name, _)| name == "set-cookie");
    cookies.map(|(_, value)| value.to_str().unwrap().to_owned()).collect()
}

fn header<'r>(reply: &'r Reply, name: &str) -> Option<&'r str> {
    reply.headers.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.to_str().ok())
}

/// The two cookies as a browser sends them back.
fn jar(reply: &Reply) -> String {
    let pairs = cookies(reply);
    pairs.iter().map(|cookie| cookie.split(';').next().unwrap()).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_browser_gets_a_token_and_is_known_by_its_cookies_from_then_on() {
    let mut stage = Stage::with_bot();
    let headers = [("origin", "http://localhost:3000"), ("content-type", "text/plain;charset=UTF-8")];
    let (reply, first) = stage.account(Method::POST, TOKEN, &headers, &by_cookie());
    assert_eq!(reply.status, 200, "{first}");
    let keys: Vec<&String> = first.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["access_token", "entity_id", "expires_in", "token_type", "organization_id"]);
    assert_eq!((&first["expires_in"], &first["token_type"]), (&json!(28_800), &json!("Bearer")));
    assert_eq!(first["organization_id"], ORGANIZATION);
    assert_eq!(first["access_token"].as_str().unwrap().split(':').count(), 2);
    assert_eq!(header(&reply, "access-control-allow-origin"), Some("http://localhost:3000"));
    assert_eq!(header(&reply, "access-control-allow-credentials"), Some("true"));
    let set = cookies(&reply);
    let id = first["entity_id"].as_str().unwrap();
    assert_eq!(set[0], format!("__lc_cid={id}; Path=/v2/customer; Max-Age=63072000; HttpOnly"));
    assert!(set[1].starts_with("__lc_cst=") && set[1].len() > 80, "{}", set[1]);

    let jar = jar(&reply);
    let (again, second) = stage.account(Method::POST, TOKEN, &[("cookie", &jar)], &by_cookie());
    assert_eq!((&second["entity_id"], cookies(&again)), (&first["entity_id"], set), "the cookies are refreshed");
    assert_ne!(second["access_token"], first["access_token"]);
    let forged = format!("__lc_cid={id}; __lc_cst={}", "0".repeat(80));
    for other in [forged.as_str(), jar.split("; ").next().unwrap(), ""] {
        let (_, third) = stage.account(Method::POST, TOKEN, &[("cookie", other)], &by_cookie());
        assert_ne!(third["entity_id"], first["entity_id"], "{other}");
    }
    let host = [("host", "accounts.livechatinc.com:443")];
    let (secure, _) = stage.account(Method::POST, TOKEN, &host, &by_cookie());
    assert!(cookies(&secure)[0].ends_with("; HttpOnly; Domain=accounts.livechatinc.com; Secure; SameSite=None"));
}

#[test]
fn a_group_has_identities_of_its_own() {
    let mut stage = Stage::with_bot();
    let path = format!("/v2/customer/{ORGANIZATION}/19/token/");
    let body = json!({"grant_type": "cookie", "client_id": CLIENT});
    let (reply, document) = stage.account(Method::POST, &path, &[], &body);
    assert_eq!(document["organization_id"], ORGANIZATION, "{document}");
    assert!(cookies(&reply)[0].contains(&format!("; Path=/v2/customer/{ORGANIZATION}/19;")), "{:?}", cookies(&reply));
    for wrong in [format!("/v2/customer/{ORGANIZATION}/99/token"), format!("/v2/customer/{BOT}/19/token")] {
        let (reply, document) = stage.account(Method::POST, &wrong, &[], &body);
        assert_eq!((reply.status, &document["oauth_exception"]), (401, &json!("resource_not_found")), "{wrong}");
    }
}

#[test]
fn an_agent_gets_tokens_for_new_customers_and_for_those_who_are_known() {
    let mut stage = Stage::with_bot();
    let first = stage.by_agent(json!({"expires_in": 60}));
    assert_eq!((&first["client_id"], &first["expires_in"]), (&json!(CLIENT), &json!(60)));
    let id = first["entity_id"].clone();
    let known = stage.call("get_customer", AGENT_TOKEN, &json!({"id": id})).1;
    assert_eq!((&known["id"], &known["type"]), (&id, &json!("customer")));
    let again = stage.by_agent(json!({"entity_id": id}));
    assert_eq!(again["entity_id"], id);
    assert_eq!(stage.by_agent(json!({"entity_id": ADA}))["entity_id"], ADA, "whom the scenario plays");

    let show = |stage: &mut Stage, token: &Value| {
        let path = format!("/v2/customer/info?code={}", token.as_str().unwrap());
        stage.account(Method::GET, &path, &[], &Value::Null)
    };
    stage.wait(VirtualSpan::from_secs(20));
    let (_, shown) = show(&mut stage, &first["access_token"]);
    assert_eq!((&shown["entity_id"], &shown["expires_in"], &shown["client_id"]), (&id, &json!(40), &json!(CLIENT)));
    stage.wait(VirtualSpan::from_secs(40));
    assert_eq!(show(&mut stage, &first["access_token"]).1["oauth_exception"], "invalid_grant", "it has expired");

    let header = format!("Bearer {}", again["access_token"].as_str().unwrap());
    let (revoked, _) = stage.account(Method::DELETE, TOKEN, &[("authorization", &header)], &Value::Null);
    assert_eq!((revoked.status, revoked.body.len()), (200, 0));
    let (gone, _) = stage.account(Method::DELETE, TOKEN, &[("authorization", &header)], &Value::Null);
    assert_eq!(gone.status, 401);
}

#[test]
fn an_identity_moves_to_another_device_once() {
    let mut stage = Stage::with_bot();
    let token = stage.by_agent(json!({}));
    let header = format!("Bearer {}", token["access_token"].as_str().unwrap());
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let body = json!({"bearer_type": "customer", "client_id": CLIENT, "code_challenge": challenge});
    let path = "/v2/customer/identity_transfer";
    let (_, sent) = stage.account(Method::POST, path, &[("authorization", &header)], &body);
    assert_eq!(sent["expires_in"], 3600);
    let take = |verifier: &str| {
        json!({"grant_type": "identity_token", "client_id": CLIENT, "code": sent["identity_transfer_token"],
               "code_verifier": verifier})
    };
    let good = take("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assert_eq!(stage.account(Method::POST, TOKEN, &[], &take("guess")).1["oauth_exception"], "invalid_grant");
    assert_eq!(stage.account(Method::POST, TOKEN, &[], &good).1["entity_id"], token["entity_id"]);
    assert_eq!(stage.account(Method::POST, TOKEN, &[], &good).1["oauth_exception"], "invalid_grant", "used up");
    let body = json!({"bearer_type": "agent", "client_id": CLIENT, "customer_id": token["entity_id"]});
    let (_, sent) = stage.account(Method::POST, path, &[("authorization", AGENT_TOKEN)], &body);
    assert!(sent["identity_transfer_token"].is_string(), "{sent}");
}

#[test]
fn customers_who_come_by_a_token_are_announced_like_others() {
    let mut stage = Stage::open(json!({
        "webhooks": [{"action": "incoming_customer", "url": "http://bot.example/x", "version": "3.5"}],
    }));
    let id = stage.by_agent(json!({}))["entity_id"].clone();
    stage.by_agent(json!({"entity_id": id}));
    let bodies = stage.bodies();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    assert_eq!(bodies[0]["payload"]["customer"]["id"], id);
}

#[test]
fn tokens_of_customers_and_agents_are_worth_nothing_to_the_other_side() {
    let mut stage = Stage::with_bot();
    let (reply, document) = stage.call("list_chats", "Bearer dal:customer-token", &json!({}));
    assert_eq!((reply.status, error(&document).0), (401, "authentication"));
    let (reply, _) = stage.account(Method::DELETE, TOKEN, &[("authorization", AGENT_TOKEN)], &Value::Null);
    assert_eq!(reply.status, 401);
}

#[test]
fn pages_of_other_origins_may_ask_before_they_call() {
    let mut stage = Stage::with_bot();
    let headers = [("origin", "http://localhost:3000"), ("access-control-request-method", "POST")];
    let (reply, _) = stage.account(Method::OPTIONS, TOKEN, &headers, &Value::Null);
    assert_eq!(reply.status, 204);
    assert_eq!(header(&reply, "access-control-allow-headers"), Some("authorization, content-type"));
    assert_eq!(header(&reply, "access-control-allow-credentials"), Some("true"));
    let (reply, _) = stage.account(Method::OPTIONS, "/v3.6/agent/action/list_chats", &headers, &Value::Null);
    assert_eq!(header(&reply, "access-control-allow-origin"), None, "agents' apps call from no page");
}

#[test]
fn a_call_says_to_which_world_it_belongs() {
    let body = by_cookie();
    let check = |path: &str, query: &str, headers: &[(&'static str, &str)], body: &Value, expected: Option<&str>| {
        let found = address(&call(Method::POST, path, query, headers, body));
        assert_eq!(found, expected.map(|text| Credential(text.to_owned())), "{path} {query}");
    };
    let organization = format!("organization {ORGANIZATION}");
    let group = format!("/v2/customer/{ORGANIZATION}/19/token");
    check(TOKEN, "", &[], &body, Some(&organization));
    check(TOKEN, "", &[("authorization", AGENT_TOKEN)], &body, Some(AGENT_TOKEN));
    check(&group, "", &[], &json!({}), Some(&organization));
    check(TOKEN, "", &[], &json!({"code": "dal:x"}), Some("transfer dal:x"));
    check("/v2/customer/info", "code=dal%3Ax", &[], &Value::Null, Some("Bearer dal:x"));
    let (list, named) = ("/v3.6/customer/action/list_chats", format!("organization_id={ORGANIZATION}"));
    check(list, &named, &[("authorization", "Bearer dal:x")], &json!({}), Some(&organization));
    check(list, "", &[("authorization", "Bearer dal:x")], &json!({}), Some("Bearer dal:x"));
    let agents = "/v3.6/agent/action/list_chats";
    check(agents, &named, &[("authorization", "Bearer dal:x")], &json!({}), Some("Bearer dal:x"));
    check(TOKEN, "", &[], &json!([]), None);
}
