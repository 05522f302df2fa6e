//! Calls against the checks and the tables of codes.

use http::Method;
use serde_json::{Value, json};

use crate::base::time::VirtualSpan;
use crate::platform::Platform as _;
use crate::platform::cx::Identities;
use crate::platform::imichat::Imichat;
use crate::platform::imichat::stage::Stage;
use crate::platform::route::{Body, Call};

const KEY: &str = "aW1pLWFwaS1rZXlAYWNtZS5pbWkuY2hhdA==";

fn livechat() -> Value {
    json!({"channel": "livechat", "asset": {"id": "im15102452"}, "customer": {"destination_id": "d"}})
}

fn text(words: &str) -> Value {
    json!({"type": "outbound", "text": words, "timestamp": "2026-01-05T09:00:00Z"})
}

#[test]
fn checks_come_in_the_documented_order() {
    // Each call has one mistake more than the next; the first mistake in the order of checks decides.
    let check = |method: Method, path: &str, headers: &[(&'static str, &str)], body: &str, expected: (u16, u16)| {
        let mut stage = Stage::open(json!({
            "access_tokens": [{"token": "good"}, {"token": "old", "life": "1s"}],
            "teams": [{"id": 672, "name": "Team BOT"}, {"id": 7, "name": "Secret"}],
            "api_keys": [{"key": "k", "teams": [672]}],
        }));
        stage.now = stage.now + VirtualSpan::from_secs(1);
        stage.plan("create_chat", "4108");
        let body = Body::Whole(body.to_owned().into());
        let (reply, document) = stage.send(method.clone(), path, headers, body);
        let found = (reply.status, document["status_code"].as_u64().unwrap() as u16);
        assert_eq!(found, expected, "{method} {path} {headers:?}");
        assert_eq!(reply.code.unwrap(), expected.1.to_string());
    };
    let post = || Method::POST;
    let good = [("access_token", "good"), ("teamid", "672")];
    check(post(), "/v3.1/nothing", &[], "", (404, 404));
    check(Method::PUT, "/v3.1/chats", &[], "", (405, 2099));
    check(post(), "/v3.1/chats", &[], "", (400, 2002));
    check(post(), "/v3.1/chats", &[("access_token", "wrong")], "", (400, 2002));
    check(post(), "/v3.1/chats", &[("access_token", "wrong"), ("team_id", "672")], "", (400, 2002));
    check(post(), "/v3.1/chats", &[("access_token", ""), ("teamid", "672")], "", (400, 2002));
    check(post(), "/v3.1/chats", &[("access_token", "wrong"), ("teamid", "1")], "", (400, 2003));
    check(post(), "/v3.1/chats", &[("access_token", "old"), ("teamid", "1")], "", (401, 2004));
    check(post(), "/v3.1/chats", &[("access_token", "good"), ("teamid", "1")], "", (404, 2010));
    check(post(), "/v3.1/chats", &[("access_token", "good"), ("teamid", "x")], "", (404, 2010));
    check(post(), "/v3.1/chats", &[("access_token", "good"), ("teamid", "7")], "", (404, 2010));
    check(post(), "/v3.1/chats", &good, "", (400, 400));
    check(post(), "/v3.1/chats", &good, "[]", (400, 400));
    check(post(), "/v3.1/chats", &good, &livechat().to_string(), (500, 4108));
    check(post(), "/v3.1/chats/search", &[], "", (404, 404));
    for path in ["/v3.1/users", "/v3.1/users/search"] {
        check(post(), path, &[], "", (400, 2002));
        check(post(), path, &[("access_token", "wrong")], "", (400, 2002));
        check(post(), path, &[("access_token", "wrong"), ("teamid", "1")], "", (400, 2003));
        check(post(), path, &[("access_token", "old"), ("teamid", "1")], "", (401, 2004));
        check(post(), path, &[("access_token", "good"), ("teamid", "7")], "", (404, 2010));
        check(post(), path, &good, "", (400, 400));
    }
    check(Method::GET, "/v3.1/users/1", &good[..1], "", (400, 2002));
    check(Method::GET, "/v3.1/users/1", &good, "", (404, 404));
    let search = "/v3.0/chats/search";
    check(post(), search, &[], "", (400, 2002));
    check(post(), search, &[("access_token", "old"), ("teamid", "1")], "", (401, 2004));
    check(post(), search, &[("access_token", "good"), ("teamid", "7")], "", (404, 2010));
    check(post(), search, &good[..1], "[]", (400, 400));
    for path in ["/v3.1/chats?page=0", "/v3.1/teams?page=0"] {
        check(Method::GET, path, &[], "", (400, 2002));
        check(Method::GET, path, &[("access_token", "wrong"), ("teamid", "1")], "", (400, 2003));
        check(Method::GET, path, &[("access_token", "good"), ("teamid", "7")], "", (404, 2010));
        check(Method::GET, path, &good[..1], "", (400, 400));
    }
    let path = "/v3.1/chats/CSRNOBODY/messages";
    check(post(), path, &[("access_token", "good"), ("teamid", "1")], "", (404, 2010));
    check(post(), path, &good[..1], "{}", (400, 400));
    check(post(), path, &good[..1], &text("Hi").to_string(), (404, 2031));
}

#[test]
fn a_spent_quota_refuses_after_the_headers_and_before_the_body() {
    let mut stage = Stage::open(json!({"daily_quota": 1}));
    let (first, _) = stage.call(Method::POST, "/v3.1/chats", &livechat());
    assert_eq!(first.status, 200);
    let (second, document) = stage.call(Method::POST, "/v3.1/chats", &json!([]));
    assert_eq!((second.status, &document["status_code"]), (429, &json!(429)));
    for (team, expected) in [("1", "2010"), ("672", "429")] {
        let headers = [("access_token", "imi-access-token"), ("teamid", team)];
        let (reply, _) = stage.send(Method::POST, "/v3.1/chats", &headers, Body::TooSlow);
        assert_eq!(reply.code.as_deref(), Some(expected));
        let (reply, _) = stage.send(Method::GET, "/v3.1/chats/x", &headers, Body::TooSlow);
        assert_eq!(reply.code.as_deref(), Some(expected));
    }
    for route in Imichat::ROUTES {
        let path = route.path.replace("{version}", "v3.0").replace("{chat_id}", "x").replace("{user_id}", "x");
        let headers = [("authorization", KEY), ("access_token", "imi-access-token"), ("teamid", "672")];
        let (reply, _) = stage.send(route.method.clone(), &path, &headers, Body::TooSlow);
        assert_eq!(reply.code.as_deref(), Some("429"), "{}", route.name);
    }
}

#[test]
fn every_operation_lets_a_planned_fault_take_over_and_then_does_nothing() {
    for route in Imichat::ROUTES {
        let mut stage = Stage::with_bot();
        let chat = stage.start("livechat");
        let body = match route.name {
            "create_chat" => livechat(),
            "update_chat" => json!({"status": "closed"}),
            "append_message" => text("Hi"),
            "transfer_chat" => json!({"transfer": {"teamid": 672}}),
            "create_user" => json!({
                "first_name": "Ziv", "login_id": "ziv", "email_id": "z@acme.example", "password": "x",
                "privileges": [{"teamid": 672, "role": "Team Agent"}],
            }),
            _ => json!({}),
        };
        let version = if route.name == "search_chats" { "v3.0" } else { "v3.1" };
        let path = route.path.replace("{version}", version).replace("{chat_id}", &chat).replace("{user_id}", "1001");
        let headers = [("access_token", "imi-access-token"), ("teamid", "672"), ("authorization", KEY)];
        let all = |stage: &mut Stage| {
            let paths = ["/v3.1/chats".to_owned(), format!("/v3.1/chats/{chat}"), "/v3.1/users".to_owned()];
            paths.map(|path| stage.call(Method::GET, &path, &json!({})).1)
        };
        let before = all(&mut stage);
        stage.told();
        stage.events();
        stage.plan(route.name, "2007");
        let body = Body::Whole(body.to_string().into());
        let (reply, document) = stage.send(route.method.clone(), &path, &headers, body.clone());
        let expected = json!({"status_code": 2007, "description": "Internal Server Error", "response": ""});
        assert_eq!((reply.status, document), (500, expected), "{}", route.name);
        assert_eq!(stage.events(), [""; 0], "{}", route.name);
        assert_eq!(stage.told().len(), 1, "{}: only the fault", route.name);
        let after = all(&mut stage);
        assert_eq!(before, after, "{}", route.name);
        let (reply, _) = stage.send(route.method.clone(), &path, &headers, body);
        assert!(reply.status < 300, "{} works without a fault", route.name);
    }
}

#[test]
fn every_answer_carries_trace_and_quota() {
    let mut stage = Stage::open(json!({}));
    for (method, path) in [(Method::GET, "/v3.1/none"), (Method::PUT, "/v3.1/chats"), (Method::GET, "/v3.1/chats/x")] {
        let (reply, _) = stage.call(method, path, &json!({}));
        let names: Vec<&str> = reply.headers.iter().map(|(name, _)| name.as_str()).collect();
        let expected = ["content-type", "trxid", "rate-limit-limit", "rate-limit-remaining", "rate-limit-reset"];
        assert_eq!(names, expected, "{path}");
    }
}

#[test]
fn bodies_that_cannot_be_read_are_refused() {
    let check = |body: Body, expected: u16| {
        let mut stage = Stage::open(json!({"lenient": true}));
        let headers = [("access_token", "imi-access-token"), ("teamid", "672")];
        let (reply, document) = stage.send(Method::POST, "/v3.1/chats", &headers, body);
        assert_eq!((reply.status, document["status_code"].clone()), (expected, json!(expected)));
        assert!(document["description"].as_str().unwrap().starts_with("simulator: "));
    };
    check(Body::TooLarge(9), 413);
    check(Body::TooSlow, 408);
    check(Body::Whole("{".into()), 400);
    check(Body::Whole("".into()), 400);
}

#[test]
fn what_is_wrong_with_a_body_is_said_or_overlooked() {
    let check = |change: Value, expected: &str| {
        let mut body = livechat();
        for (key, value) in change.as_object().unwrap() {
            body[key] = value.clone();
        }
        let mut strict = Stage::open(json!({}));
        let (reply, document) = strict.call(Method::POST, "/v3.1/chats", &body);
        assert_eq!(document["description"], format!("simulator: {expected}"), "{change}");
        assert_eq!(reply.status, 400);
        assert_eq!(strict.told()[0], format!("violation: {expected}"));
        let mut lenient = Stage::open(json!({"lenient": true}));
        let (reply, _) = lenient.call(Method::POST, "/v3.1/chats", &body);
        assert_eq!(reply.status, 200, "{change}");
        assert_eq!(lenient.told()[0], format!("violation: {expected}"));
    };
    let message = |message: Value| json!({"messages": [message]});
    let at = "2019-08-16T22:02:13.842Z";
    let channels = "sms, facebook, twitter, livechat, email, abc, whatsapp or api";
    check(json!({"channel": null}), "channel is missing");
    check(json!({"channel": "LiveChat"}), &format!("channel must be {channels}"));
    check(json!({"asset": {}}), "asset.id must be a text or a whole number");
    check(json!({"customer": null}), "customer is missing");
    check(json!({"customer": {"destination_id": ""}}), "customer.destination_id must not be empty");
    check(json!({"channel": "email"}), "subject is missing; e-mail needs one");
    check(json!({"tag": "one"}), "tag must be a list of texts");
    check(json!({"assignee": "nobody"}), "assignee nobody is no agent or virtual agent of this tenant");
    check(
        message(json!({"type": "in", "text": "x", "timestamp": at})),
        "messages[0].type must be inbound, outbound or announcement",
    );
    check(message(json!({"type": "inbound", "text": "x"})), "messages[0].timestamp is missing");
    check(
        message(json!({"type": "inbound", "text": "x", "timestamp": "now"})),
        "messages[0].timestamp must be an ISO 8601 instant such as 2019-08-16T22:02:13.842Z",
    );
    check(message(json!({"type": "inbound", "timestamp": at})), "messages[0].text is missing");
    check(
        message(json!({"type": "inbound", "abc_sub_type": "text", "text": "x", "timestamp": at})),
        "messages[0].abc_sub_type belongs to abc, but the chat is on livechat",
    );
    check(
        message(json!({"type": "outbound", "livechat_sub_type": "quick_reply_response", "text": "x", "timestamp": at})),
        "messages[0].livechat_sub_type cannot be quick_reply_response on an outbound message",
    );
    check(
        message(json!({"type": "outbound", "livechat_sub_type": "quick_replies", "text": "x", "timestamp": at})),
        "messages[0].quick_replies is missing",
    );
    check(
        message(json!({"type": "outbound", "template_name": "t", "text": "x", "timestamp": at})),
        "messages[0].template_name cannot stand in an outbound message on livechat",
    );
    check(
        message(
            json!({"type": "outbound", "text": "x", "timestamp": at, "quick_replies": {"request_identifier": "r", "options": []}}),
        ),
        "messages[0].quick_replies.options must be a list of at least one option",
    );
}

#[test]
fn what_does_no_harm_is_only_noted() {
    let check = |headers: &[(&'static str, &str)], change: Value, expected: &str| {
        let mut stage = Stage::open(json!({}));
        let mut body = livechat();
        for (key, value) in change.as_object().unwrap() {
            body[key] = value.clone();
        }
        let headers = [&[("access_token", "imi-access-token"), ("teamid", "672")], headers].concat();
        let body = Body::Whole(body.to_string().into());
        let (reply, _) = stage.send(Method::POST, "/v3.1/chats", &headers, body);
        assert_eq!(reply.status, 200);
        assert_eq!(stage.told()[0], format!("violation: {expected}"));
    };
    check(&[], json!({"colour": "red"}), "colour is not a documented member; it is ignored");
    check(
        &[("content-type", "text/plain")],
        json!({}),
        "the content type is text/plain, but the body is application/json",
    );
    let message = json!({"type": "inbound", "text": "x", "timestamp": "2019-08-16T22:02:13.842Z", "delivery_details": {"correlationid": "1"}});
    check(&[], json!({"messages": message}), "messages.delivery_details is for outbound messages; it is ignored");
}

#[test]
fn a_patch_is_done_as_a_whole_or_not_at_all() {
    let check = |patch: Value, expected: u16, status: &str, assignee: &str| {
        let mut stage = Stage::open(json!({"agents": [{"login": "noa"}]}));
        let chat = stage.start("livechat");
        let (reply, _) = stage.call(Method::PATCH, &format!("/v3.1/chats/{chat}"), &patch);
        assert_eq!(reply.status, expected, "{patch}");
        let (_, document) = stage.call(Method::GET, &format!("/v3.1/chats/{chat}"), &json!({}));
        let response = &document["response"];
        assert_eq!(
            (response["status"].as_str(), response["assignee"].as_str()),
            (Some(status), Some(assignee)),
            "{patch}"
        );
        let untouched = expected != 200 || patch.get("tags").is_none();
        assert_eq!(response["tag"].as_array().unwrap().is_empty(), untouched, "{patch}");
    };
    check(json!({"assignee": "noa", "tags": ["a"]}), 200, "picked", "noa");
    check(json!({"assignee": "noa", "status": "onhold"}), 200, "onhold", "noa");
    check(json!({"assignee": "noa", "status": "closed", "outcome": "Resolved"}), 200, "closed", "noa");
    check(json!({"status": "queued"}), 200, "queued", "");
    check(json!({"status": "picked", "tags": ["a"]}), 400, "queued", "");
    check(json!({"status": "onhold", "tags": ["a"]}), 400, "queued", "");
    check(json!({"assignee": "noa", "status": "queued"}), 400, "queued", "");
    check(json!({"assignee": "nobody", "tags": ["a"]}), 400, "queued", "");
    check(json!({"assignee": ""}), 400, "queued", "");
}

#[test]
fn a_patch_replaces_what_it_names() {
    let mut stage = Stage::open(json!({}));
    let body = {
        let mut body = livechat();
        body["alias_id"] = json!("old");
        body["tags"] = json!(["a", "b"]);
        body["other_details"] = json!({"cart": 1, "size": "L"});
        body
    };
    let created = stage.call(Method::POST, "/v3.1/chats", &body).1["response"].clone();
    stage.told();
    stage.now = stage.now + VirtualSpan::from_secs(2);
    let patch = json!({"alias_id": "new", "tags": ["b", "c"], "other_details": {"cart": 2}, "outcome": "Resolved"});
    let (_, document) = stage.call(Method::PATCH, "/v3.1/chats/old", &patch);
    let mut expected = created;
    expected["alias_id"] = json!("new");
    expected["tag"] = json!(["b", "c"]);
    expected["other_details"] = json!({"cart": 2});
    expected["updated_at"] = json!("2026-01-05T09:00:02.000Z");
    assert_eq!(document["response"], expected);
    let ignored = "violation: outcome goes with status closed; it is ignored";
    assert_eq!(stage.told(), [ignored, "bot updated", "bot untagged", "bot tagged", "bot updated"]);
    assert_eq!(stage.call(Method::GET, "/v3.1/chats/old", &json!({})).0.status, 404);
    assert_eq!(stage.call(Method::GET, "/v3.1/chats/new", &json!({})).1["response"], expected);
}

#[test]
fn nothing_changes_a_closed_chat() {
    let check = |method: Method, path: &str, body: Value| {
        let mut stage = Stage::with_bot();
        let chat = stage.start("livechat");
        stage.act(json!({"close": {"by": "noa"}})).unwrap();
        let (reply, document) = stage.call(method, &path.replace("{}", &chat), &body);
        assert_eq!((reply.status, &document["status_code"]), (409, &json!(409)), "{path}");
    };
    check(Method::PATCH, "/v3.1/chats/{}", json!({"tags": []}));
    check(Method::PATCH, "/v3.1/chats/{}", json!({"status": "closed"}));
    check(Method::POST, "/v3.1/chats/{}/messages", text("late"));
    check(Method::PATCH, "/v3.1/internal/chats/{}", json!({"transfer": {"teamid": 672}}));
}

#[test]
fn a_transfer_needs_a_known_team_and_skill() {
    let check = |transfer: Value, expected: (u16, &str)| {
        let mut stage = Stage::open(json!({"teams": [{"id": 672, "name": "Bots", "skills": ["Gold"]}]}));
        let chat = stage.start("livechat");
        let path = format!("/v3.1/internal/chats/{chat}");
        let (reply, _) = stage.call(Method::PATCH, &path, &json!({"transfer": transfer}));
        assert_eq!((reply.status, reply.code.as_deref().unwrap()), expected, "{transfer}");
    };
    check(json!({"teamid": 672}), (202, "4342"));
    check(json!({"teamid": "672", "skill_name": "Gold"}), (202, "4342"));
    check(json!({"teamid": 1}), (404, "2010"));
    check(json!({"teamid": "x"}), (404, "2010"));
    check(json!({"teamid": -1}), (404, "2010"));
    check(json!({"teamid": 672, "skill_name": "Lead"}), (400, "400"));
    check(json!({}), (400, "400"));
    check(json!(null), (400, "400"));
}

#[test]
fn a_key_is_good_only_with_its_domain() {
    let check = |header: &str, expected: u16| {
        let mut stage = Stage::open(json!({}));
        let (reply, _) = stage.send(Method::GET, "/v3.1/authorize", &[("authorization", header)], Body::TooSlow);
        assert_eq!(reply.status, expected, "{header}");
    };
    check(KEY, 200);
    check(&format!("Basic {KEY}"), 200);
    check(&format!("basic {KEY}"), 200);
    check(&format!("Bearer {KEY}"), 400);
    check("aW1pLWFwaS1rZXlAb3RoZXIuaW1pLmNoYXQ=", 400);
    check("imi-api-key@acme.imi.chat", 400);
    check("", 400);
}

#[test]
fn fresh_tenants_have_credentials_of_their_own() {
    let mut stage = Stage::open_with(json!({}), Identities::Fresh);
    let claims: Vec<String> = stage.desk.claims.drain(..).map(|claim| claim.0).collect();
    assert_eq!(claims.len(), 2);
    assert!(claims[0].ends_with("@acme.imi.chat") && !claims[0].starts_with("imi-api-key"));
    let (reply, _) = stage.call(Method::GET, "/v3.1/chats/x", &json!({}));
    assert_eq!(reply.code.as_deref(), Some("2003"), "the well-known token is not theirs");
    let (reply, _) = stage.send(Method::GET, "/v3.1/chats/x", &[("access_token", &claims[1])], Body::TooSlow);
    assert_eq!(reply.code.as_deref(), Some("2031"));
}

#[test]
fn calls_are_recognised_by_what_the_tenant_claims() {
    let check = |path: &str, headers: &[(&'static str, &str)], expected: Option<&str>| {
        let headers = headers
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), http::HeaderValue::from_str(value).unwrap()));
        let (path, query, headers) = (path.to_owned(), String::new(), headers.collect());
        let call = Call { method: Method::GET, path, query, headers, body: Body::TooSlow, params: Vec::new() };
        let found = Imichat::credential(&call).map(|credential| credential.0);
        assert_eq!(found.as_deref(), expected);
        let stage = Stage::open(json!({}));
        assert!(found.is_none_or(|found| stage.desk.claims.iter().any(|claim| claim.0 == found)));
    };
    check("/v3.1/authorize", &[("authorization", KEY)], Some("imi-api-key@acme.imi.chat"));
    check("/v3.1/chats", &[("access_token", "imi-access-token")], Some("imi-access-token"));
    check("/v3.1/chats", &[("authorization", KEY)], Some("imi-api-key@acme.imi.chat"));
    let both = [("authorization", KEY), ("access_token", "imi-access-token")];
    check("/v3.1/authorize", &both, Some("imi-api-key@acme.imi.chat"));
    check("/v3.1/chats", &both, Some("imi-access-token"));
    check("/v3.1/chats", &[("authorization", "Bearer imi-access-token")], None);
    check("/v3.1/chats", &[("access_token", "")], None);
}
