//! Calls that are refused, and who may call at all.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::Method;
use rehearsal::platform::cx::Identities;
use rehearsal::platform::livechat::Livechat;
use rehearsal::platform::route::Body;
use rehearsal::platform::{Platform, Vendor};
use serde_json::{Value, json};

use super::stage::{ADA, BOT, Stage, call, read, usual};

const BEARER: [(&str, &str); 1] = [("authorization", "Bearer dal:bot-token")];

/// A call of each method that succeeds in a chat that the bot has.
fn sound(chat: &str, thread: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("list_chats", json!({})),
        ("get_chat", json!({"chat_id": chat})),
        ("list_threads", json!({"chat_id": chat})),
        ("send_event", json!({"chat_id": chat, "event": {"type": "message", "text": "Hello"}})),
        ("tag_thread", json!({"chat_id": chat, "thread_id": thread, "tag": "vip"})),
        ("untag_thread", json!({"chat_id": chat, "thread_id": thread, "tag": "vip"})),
        (
            "add_user_to_chat",
            json!({"chat_id": chat, "user_id": "mia@example.com", "user_type": "agent", "visibility": "agents"}),
        ),
        ("remove_user_from_chat", json!({"chat_id": chat, "user_id": "mia@example.com", "user_type": "agent"})),
        ("transfer_chat", json!({"id": chat, "target": {"type": "group", "ids": [7]}})),
        ("deactivate_chat", json!({"id": chat, "ignore_requester_presence": true})),
        ("resume_chat", json!({"chat": {"id": chat}})),
        ("start_chat", json!({})),
    ]
}

#[test]
fn every_method_can_be_made_to_fail_and_then_succeeds() {
    let mut stage = Stage::open(usual());
    let chat = stage.start();
    let thread = stage.thread(&chat);
    let calls = sound(&chat, &thread);
    let mut names: Vec<&str> = calls.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    let mut known: Vec<&str> = Livechat::ROUTES.iter().map(|route| route.name).collect();
    known.sort_unstable();
    assert_eq!(names, known, "every method is called here");
    for (name, body) in calls {
        if name == "deactivate_chat" {
            // Group 7 alone sees the chat now, so the bot must be let in first.
            let token = "dal:mia";
            stage.plan(name, "internal");
            assert_eq!(stage.call_as(token, name, &body).0, 500, "{name}");
            assert_eq!(stage.call_as(token, name, &body), (200, json!({})), "{name}");
            continue;
        }
        let token = if name == "resume_chat" { "dal:mia" } else { "dal:bot-token" };
        stage.webhooks();
        stage.plan(name, "internal");
        let (status, document) = stage.call_as(token, name, &body);
        assert_eq!((status, &document["error"]["type"]), (500, &json!("internal")), "{name}");
        assert!(stage.webhooks().is_empty(), "{name} changed something although it failed");
        let (status, document) = stage.call_as(token, name, &body);
        assert_eq!(status, 200, "{name}: {document}");
    }
}

#[test]
fn every_code_can_be_planned() {
    for code in Livechat::CODES {
        let mut stage = Stage::open(usual());
        stage.plan("list_chats", code.code);
        let handled = stage.send("v3.6", "list_chats", &BEARER, "{}");
        assert_eq!((handled.reply.status, handled.reply.code), (code.status, Some(code.code)));
        let (_, document) = read(&handled);
        let mut error = json!({"type": code.code, "message": code.text});
        if code.code == "misdirected_request" {
            error["data"] = json!({"region": "fra"});
        }
        assert_eq!(document, json!({"error": error}));
    }
}

#[test]
fn what_is_wrong_with_a_body_is_named() {
    let check = |method: &str, body: Value, expected: &str| {
        let mut stage = Stage::open(usual());
        stage.start();
        stage.told();
        let (status, document) = stage.call(method, &body);
        let error = &document["error"];
        assert_eq!((status, error["type"].as_str()), (400, Some("validation")), "{method} {body}: {document}");
        assert_eq!(error["message"], expected, "{method} {body}");
        assert_eq!(stage.told(), [format!("violation: /v3.6/agent/action/{method}: {expected}")]);
    };
    for (method, key) in [
        ("get_chat", "chat_id"),
        ("list_threads", "chat_id"),
        ("send_event", "chat_id"),
        ("tag_thread", "chat_id"),
        ("untag_thread", "chat_id"),
        ("transfer_chat", "id"),
        ("deactivate_chat", "id"),
        ("resume_chat", "chat"),
        ("add_user_to_chat", "user_type"),
        ("remove_user_from_chat", "user_type"),
    ] {
        check(method, json!({}), &format!("`{key}` is required"));
    }
    check("get_chat", json!({"chat_id": 7}), "`chat_id` must be a string");
    check("get_chat", json!({"chat_id": null}), "`chat_id` is required");
    check("get_chat", json!({"chat_id": ""}), "`chat_id` must not be empty");
    check("resume_chat", json!({"chat": {}}), "`chat.id` is required");
    check(
        "deactivate_chat",
        json!({"id": "x", "ignore_requester_presence": 1}),
        "`ignore_requester_presence` must be a boolean",
    );
    check("list_chats", json!({"limit": 101}), "`limit` must be a number from 1 to 100");
    check("list_chats", json!({"sort_order": "up"}), "`sort_order` must be one of `asc`, `desc`");
    check("list_chats", json!({"filters": {"group_ids": ["x"]}}), "`filters.group_ids` must be an array of numbers");
    check("list_chats", json!({"page_id": "x"}), "`page_id` is no page that was given out");
    check("list_chats", json!({"page_id": "x", "limit": 1}), "`page_id` excludes `limit`");
    check(
        "list_threads",
        json!({"chat_id": "x", "limit": 1, "min_events_count": 1}),
        "`min_events_count` excludes `limit` and `filters`",
    );
    check(
        "list_threads",
        json!({"chat_id": "x", "filters": {"from": "now"}}),
        "`filters.from` must be an RFC 3339 date and time",
    );
    check(
        "transfer_chat",
        json!({"id": "x", "target": {"type": "team"}}),
        "`target.type` must be one of `group`, `agent`",
    );
    check("transfer_chat", json!({"id": "x", "target": {"type": "group"}}), "`target.ids` is required");
    check(
        "transfer_chat",
        json!({"id": "x", "target": {"type": "group", "ids": ["7"]}}),
        "`target.ids` must be an array of numbers",
    );
    check("start_chat", json!({"chat": []}), "`chat` must be an object");
    check("start_chat", json!({"chat": {"users": [{"id": "x"}]}}), "`chat.users[0].type` is required");
    check(
        "start_chat",
        json!({"chat": {"properties": {"a": {"b": []}}}}),
        "`chat.properties.a.b` must be an integer, a boolean or a string",
    );
    check(
        "remove_user_from_chat",
        json!({"user_type": "customer"}),
        "`user_type` must be `agent`; customers cannot be removed",
    );
    check(
        "add_user_to_chat",
        json!({"user_type": "customer", "visibility": "agents"}),
        "`visibility` must be `all` for customers",
    );
}

#[test]
fn events_keep_within_the_limits() {
    let check = |event: Value, expected: Option<&str>| {
        let mut stage = Stage::open(usual());
        let chat = stage.start();
        let (status, document) = stage.call("send_event", &json!({"chat_id": chat, "event": event}));
        match expected {
            None => assert_eq!(status, 200, "{document}"),
            Some(expected) => assert_eq!((status, document["error"]["message"].as_str()), (400, Some(expected))),
        }
    };
    let rich = |elements: Value| json!({"type": "rich_message", "template_id": "cards", "elements": elements});
    let button = json!({"text": "Yes", "postback_id": "yes"});
    check(json!({"type": "message", "text": "x".repeat(16 * 1024)}), None);
    check(
        json!({"type": "message", "text": "x".repeat(16 * 1024 + 1)}),
        Some("`event.text` must not be longer than 16 KB"),
    );
    check(json!({"text": "x"}), Some("`event.type` is required"));
    check(
        json!({"type": "system"}),
        Some(
            "`event.type` must be `message`, `file`, `rich_message`, `form`, `filled_form`, `custom` or `system_message`",
        ),
    );
    check(json!({"type": "message", "text": "x", "visibility": "all", "recipients": "all", "surprise": {}}), None);
    check(
        json!({"type": "message", "text": "x", "visibility": "me"}),
        Some("`event.visibility` must be one of `all`, `agents`"),
    );
    check(json!({"type": "custom"}), None);
    check(json!({"type": "system_message", "system_message_type": "note", "text": "x"}), None);
    check(json!({"type": "form", "form_id": "1", "fields": []}), None);
    check(json!({"type": "filled_form", "form_id": "1"}), Some("`event.fields` is required"));
    check(json!({"type": "file", "url": "https://cdn.livechat-files.com/a/b.png"}), None);
    check(
        json!({"type": "file", "url": "https://elsewhere/b.png"}),
        Some("`event.url` must begin with https://cdn.livechat-files.com/"),
    );
    check(rich(json!(vec![json!({}); 10])), None);
    check(rich(json!(vec![json!({}); 11])), Some("`event.elements` must not have more than 10 items"));
    check(rich(json!([{"buttons": vec![button.clone(); 13]}])), None);
    check(
        rich(json!([{"buttons": vec![button; 14]}])),
        Some("`event.elements[0].buttons` must not have more than 13 items"),
    );
    check(rich(json!([{"buttons": [{"text": "x"}]}])), Some("`event.elements[0].buttons[0].postback_id` is required"));
    check(
        rich(json!([{"buttons": [{"text": "x", "postback_id": "y", "type": "url"}]}])),
        Some("`event.elements[0].buttons[0].value` is required with `type`"),
    );
    check(
        json!({"type": "rich_message", "template_id": "menu"}),
        Some("`event.template_id` must be one of `cards`, `sticker`, `quick_replies`, `ecommerce`"),
    );
}

#[test]
fn bodies_that_cannot_be_read_are_refused() {
    let check = |body: Body, expected: (u16, &str)| {
        let mut stage = Stage::open(usual());
        let handled = stage.hand(Method::POST, "/v3.6/agent/action/list_chats", &BEARER, body);
        assert_eq!((handled.reply.status, handled.reply.code), (expected.0, Some(expected.1)));
    };
    check(Body::Whole("{".into()), (400, "validation"));
    check(Body::Whole("[]".into()), (400, "validation"));
    check(Body::Whole("".into()), (400, "validation"));
    check(Body::TooLarge(1), (413, "entity_too_large"));
    check(Body::TooSlow, (504, "request_timeout"));
}

#[test]
fn what_does_not_fit_the_state_is_refused() {
    type Call = (&'static str, &'static str, Value);
    let check = |name: &str, before: &[Call], (token, method, body): Call, expected: (u16, &str, &str)| {
        let mut stage = Stage::open(usual());
        let chat = stage.start();
        let thread = stage.thread(&chat);
        let fill = |body: &Value| {
            let text = body.to_string().replace("<chat>", &chat).replace("<thread>", &thread);
            serde_json::from_str::<Value>(&text).expect("JSON")
        };
        for (token, method, body) in before {
            let (status, document) = stage.call_as(token, method, &fill(body));
            assert_eq!(status, 200, "{name}: {document}");
        }
        stage.webhooks();
        let (status, document) = stage.call_as(token, method, &fill(&body));
        let error = &document["error"];
        let found = (status, error["type"].as_str().unwrap_or_default(), error["message"].as_str().unwrap_or_default());
        assert_eq!(found, expected, "{name}");
        assert!(stage.webhooks().is_empty(), "{name}");
    };
    let (bot, mia, tom) = ("dal:bot-token", "dal:mia", "dal:tom");
    let say = || json!({"chat_id": "<chat>", "event": {"type": "message", "text": "x"}});
    let to_group = |group: u64| json!({"id": "<chat>", "target": {"type": "group", "ids": [group]}});
    let add = |user: &str, visibility: &str| json!({"chat_id": "<chat>", "user_id": user, "user_type": "agent", "visibility": visibility, "ignore_requester_presence": true});
    let absent = (403, "authorization", "Requester is not user of the chat");
    let inactive = (422, "chat_inactive", "Chat is inactive");
    let unknown = (404, "not_found", "Not found");
    let hidden = (403, "missing_access", "Missing access");
    let offline = (422, "agent_offline", "Agent offline");
    let close = || (bot, "deactivate_chat", json!({"id": "<chat>"}));
    check("not in the chat", &[], (mia, "send_event", say()), absent);
    check("not in the chat, to close", &[], (mia, "deactivate_chat", json!({"id": "<chat>"})), absent);
    check("not in the chat, to transfer", &[], (mia, "transfer_chat", to_group(7)), absent);
    check("handed over", &[(bot, "transfer_chat", to_group(7))], (bot, "send_event", say()), absent);
    check("closed", &[close()], (bot, "send_event", say()), inactive);
    check("closed twice", &[close()], close(), inactive);
    check("closed, to transfer", &[close()], (bot, "transfer_chat", to_group(7)), inactive);
    check("closed, to join", &[close()], (mia, "add_user_to_chat", add("mia@example.com", "all")), inactive);
    check(
        "open already",
        &[],
        (bot, "resume_chat", json!({"chat": {"id": "<chat>"}})),
        (400, "validation", "Chat is already active"),
    );
    check("no such chat", &[], (bot, "get_chat", json!({"chat_id": "x"})), unknown);
    check("no such thread", &[], (bot, "get_chat", json!({"chat_id": "<chat>", "thread_id": "x"})), unknown);
    check(
        "no such thread, to tag",
        &[],
        (bot, "tag_thread", json!({"chat_id": "<chat>", "thread_id": "x", "tag": "t"})),
        unknown,
    );
    check("no such group", &[], (bot, "transfer_chat", to_group(99)), unknown);
    check(
        "no such agent",
        &[],
        (bot, "transfer_chat", json!({"id": "<chat>", "target": {"type": "agent", "ids": ["x"]}})),
        unknown,
    );
    check(
        "foreign group",
        &[(bot, "transfer_chat", to_group(7))],
        (tom, "get_chat", json!({"chat_id": "<chat>"})),
        hidden,
    );
    check(
        "foreign group, agent",
        &[(bot, "transfer_chat", to_group(7))],
        (mia, "transfer_chat", json!({"id": "<chat>", "target": {"type": "agent", "ids": ["tom@example.com"]}})),
        hidden,
    );
    check("foreign group, to begin", &[], (mia, "start_chat", json!({"chat": {"access": {"group_ids": [9]}}})), hidden);
    check("nobody else there", &[(bot, "transfer_chat", to_group(7))], (mia, "transfer_chat", to_group(7)), offline);
    check(
        "second public agent",
        &[],
        (bot, "add_user_to_chat", add("mia@example.com", "all")),
        (422, "limit_reached", "Public agents in chat limit reached"),
    );
    check("unknown user", &[], (bot, "add_user_to_chat", add("x", "agents")), (422, "not_found", "user_id not found"));
    check(
        "user not there",
        &[],
        (bot, "remove_user_from_chat", json!({"chat_id": "<chat>", "user_id": "x", "user_type": "agent"})),
        (422, "not_found", "user_id not found"),
    );
    check(
        "supervisor aloud",
        &[(mia, "add_user_to_chat", add("mia@example.com", "agents"))],
        (mia, "send_event", say()),
        (403, "authorization", "Authorization error"),
    );
    let unlisted = json!({"chat": {"thread": {"events": [{"type": "message", "text": "x", "author_id": ADA}]}}});
    check(
        "unlisted author",
        &[],
        (bot, "start_chat", unlisted),
        (400, "validation", "authors of events must be listed in `chat.users`"),
    );
    let again = json!({"chat": {"users": [{"id": ADA, "type": "customer"}]}});
    check(
        "second chat",
        &[],
        (bot, "start_chat", again),
        (400, "validation", "the customer has a chat already; `resume_chat` opens it again"),
    );
}

#[test]
fn callers_are_known_by_their_credentials() {
    let check = |version: &str, headers: &[(&'static str, &str)], expected: Result<&str, (u16, &str)>| {
        let mut stage = Stage::open(json!({"bots": [{"id": BOT}, {"id": "other", "client_id": "another app"}]}));
        let body = json!({"chat": {"thread": {"events": [{"type": "message", "text": "x"}]}}}).to_string();
        let handled = stage.send(version, "start_chat", headers, &body);
        match expected {
            Ok(author) => {
                let (status, document) = read(&handled);
                assert_eq!(status, 200, "{headers:?}: {document}");
                let (_, chat) = stage.call("get_chat", &json!({"chat_id": document["chat_id"]}));
                assert_eq!(chat["thread"]["events"][0]["author_id"], author, "{headers:?}");
            }
            Err(expected) => {
                assert_eq!((handled.reply.status, handled.reply.code), (expected.0, Some(expected.1)), "{headers:?}");
                if expected.0 == 401 {
                    let exact = r#"{"error":{"type":"authentication","message":"Invalid access token"}}"#;
                    assert_eq!(handled.reply.body, exact);
                }
            }
        }
    };
    let pat = format!("Basic {}", BASE64_STANDARD.encode("agent-account:dal:agent-pat"));
    let wrong = format!("Basic {}", BASE64_STANDARD.encode("agent-account:dal:other"));
    let unknown = (401, "authentication");
    check("v3.6", &[("authorization", "Bearer dal:agent-token")], Ok("agent@example.com"));
    check("v3.6", &[("authorization", "bearer dal:agent2-token")], Ok("agent2@example.com"));
    check("v3.6", &[("authorization", "Bearer dal:bot-token")], Ok(BOT));
    check("v3.6", &[("authorization", "Bearer dal:bot2-token")], Ok("other"));
    check("v3.6", &[("authorization", &pat)], Ok("agent@example.com"));
    check("v3.6", &[("authorization", &wrong)], Err(unknown));
    check("v3.6", &[("authorization", "Bearer agent-account:dal:agent-pat")], Err(unknown));
    check("v3.6", &[("authorization", "Bearer dal:agent-pat")], Err(unknown));
    check("v3.6", &[("authorization", "dal:agent-token")], Err(unknown));
    check("v3.6", &[("authorization", "Bearer ")], Err(unknown));
    check("v3.6", &[("authorization", "Basic !")], Err(unknown));
    check("v3.6", &[], Err(unknown));
    let both = |bot: &'static str| [("authorization", "Bearer dal:agent-token"), ("x-author-id", bot)];
    check("v3.5", &both(BOT), Ok(BOT));
    check("v3.4", &both(BOT), Ok(BOT));
    check("v3.5", &both(""), Ok("agent@example.com"));
    check("v3.5", &both("other"), Err((403, "authorization")));
    check("v3.6", &both(BOT), Ok("agent@example.com"));
    check("v3.7", &both("nobody"), Ok("agent@example.com"));
    for version in ["v3.2", "v3.3"] {
        check(version, &[("authorization", "Bearer dal:agent-token")], Err((400, "unsupported_version")));
    }
}

#[test]
fn fresh_licenses_have_credentials_of_their_own() {
    let stage = Stage::open_as(usual(), Identities::Fresh);
    let claims: Vec<&str> = stage.desk.claims.iter().map(|claim| claim.0.as_str()).collect();
    assert_eq!(claims.len(), 4, "a bot, two agents and a personal access token");
    assert!(claims[0].starts_with("dal:") && claims[0] != "dal:bot-token");
    assert!(claims[3].starts_with("Basic ") && !claims[3].contains("agent-account"));
    let exports: Vec<_> =
        stage.livechat.exports().into_iter().map(|(name, value)| (name, value.expose().to_owned())).collect();
    assert_eq!(exports[0], ("LIVECHAT_TOKEN", claims[0].to_owned()));
    assert_eq!(exports[1], ("LIVECHAT_BOT_ID", BOT.to_owned()));
    assert!(exports[2].0 == "LIVECHAT_SECRET_KEY" && exports[2].1.starts_with("whsec_"));
    let other = Stage::open(json!({}));
    let exports = other.livechat.exports();
    assert_eq!(exports.len(), 1, "no bot and no webhook");
    assert_eq!(exports[0].1.expose(), "dal:agent-token");
}

#[test]
fn calls_are_recognised_by_what_the_license_claims() {
    let stage = Stage::open(usual());
    let pat = format!("Basic {}", BASE64_STANDARD.encode("agent-account:dal:agent-pat"));
    for header in ["Bearer dal:bot-token", "Bearer dal:mia", pat.as_str()] {
        let call = call(Method::POST, "/v3.6/agent/action/list_chats", &[("authorization", header)], Body::TooSlow);
        let credential = Livechat::credential(&call).expect("a credential");
        assert!(stage.desk.claims.contains(&credential), "{header}");
    }
}

#[test]
fn what_is_no_method_is_answered_in_the_vendors_way() {
    let check = |method: Method, path: &str, expected: (u16, &str)| {
        let mut stage = Stage::open(usual());
        let handled = stage.hand(method, path, &BEARER, Body::Whole("{}".into()));
        assert_eq!((handled.reply.status, handled.reply.code), (expected.0, Some(expected.1)), "{path}");
        assert!(stage.told()[0].starts_with("violation: "), "{path}");
    };
    check(Method::POST, "/v3.6/agent/action/send_evnt", (404, "not_found"));
    check(Method::POST, "/v3.6/agent", (404, "not_found"));
    check(Method::GET, "/v3.6/agent/action/list_chats", (400, "validation"));
    let vendor = Vendor::of::<Livechat>();
    assert_eq!(vendor.serves("/prefix/v3.6/agent/action/list_chats"), Some("/prefix".len()));
}
