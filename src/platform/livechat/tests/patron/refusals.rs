//! What customers are refused, and with what.

use super::*;

/// A call that every check lets pass, for each method that takes a token.
fn sound(chat: &str, thread: &str) -> Vec<(&'static str, Value)> {
    let event = |number: u32| format!("{thread}_{number}");
    let own = |more: Value| {
        let mut body = json!({"chat_id": chat, "thread_id": thread});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    vec![
        ("list_chats", json!({})),
        ("list_threads", json!({"chat_id": chat})),
        ("get_chat", json!({"chat_id": chat})),
        ("start_chat", json!({})),
        ("resume_chat", json!({"chat": {"id": chat}})),
        ("deactivate_chat", json!({"id": chat})),
        ("send_event", json!({"chat_id": chat, "event": {"type": "message", "text": "x"}})),
        ("delete_event", own(json!({"event_id": event(1)}))),
        ("send_rich_message_postback", own(json!({"event_id": event(2), "postback": {"id": "y", "toggled": true}}))),
        ("send_sneak_peek", json!({"chat_id": chat, "sneak_peek_text": "x"})),
        ("mark_events_as_seen", json!({"chat_id": chat, "seen_up_to": "2030-01-05T10:00:00.000000Z"})),
        ("update_chat_properties", json!({"id": chat, "properties": {"test": {"int_property": 1}}})),
        ("delete_chat_properties", json!({"id": chat, "properties": {"test": ["int_property"]}})),
        ("update_thread_properties", own(json!({"properties": {"rating": {"score": 1}}}))),
        ("delete_thread_properties", own(json!({"properties": {"rating": ["score"]}}))),
        ("update_event_properties", own(json!({"event_id": event(1), "properties": {"test": {"int_property": 1}}}))),
        ("delete_event_properties", own(json!({"event_id": event(1), "properties": {"test": ["int_property"]}}))),
        ("get_customer", json!({})),
        ("update_customer", json!({"name": "Pat"})),
        ("set_customer_session_fields", json!({"session_fields": [{"a": "b"}]})),
        ("check_goals", json!({"session_fields": [], "group_id": 0, "page_url": "https://shop.example"})),
        ("list_group_statuses", json!({"all": true})),
        ("get_predicted_agent", json!({})),
        ("get_form", json!({"group_id": 0, "type": "prechat"})),
    ]
}

/// A state in which a method succeeds, with a sound body.
fn staged(method: &str) -> (Stage, Value) {
    let mut stage = Stage::with_bot();
    let (chat, thread) = match method {
        "start_chat" => (String::new(), String::new()),
        _ => stage.pat_starts(),
    };
    match method {
        "resume_chat" => {
            stage.pat("deactivate_chat", &json!({"id": chat}));
        }
        "send_rich_message_postback" => {
            let buttons = json!([{"text": "Yes", "postback_id": "y"}]);
            let event = json!({"type": "rich_message", "template_id": "cards", "elements": [{"buttons": buttons}]});
            stage.call("send_event", BOT_TOKEN, &json!({"chat_id": chat, "event": event}));
        }
        _ => {}
    }
    stage.sent();
    stage.desk.facts.clear();
    let body = sound(&chat, &thread).into_iter().find(|(name, _)| *name == method).unwrap().1;
    (stage, body)
}

/// The methods that say that they are not played.
fn unplayed() -> Vec<&'static str> {
    let missing = Vendor::of::<Livechat>().missing.iter();
    missing.filter_map(|missing| missing.name.strip_prefix("customer/")).collect()
}

/// The methods that take a token. Forms are not JSON and have a test of their own.
fn methods() -> Vec<&'static str> {
    let routes = (Vendor::of::<Livechat>().routes)();
    let posts = routes.iter().filter(|route| route.path.contains("/customer/action/") && route.method == Method::POST);
    posts
        .map(|route| route.path.rsplit('/').next().unwrap())
        .filter(|name| *name != "upload_file" && !unplayed().contains(name))
        .collect()
}

#[test]
fn every_method_has_a_sound_call_and_ignores_what_nobody_knows() {
    for method in methods() {
        let (mut stage, mut body) = staged(method);
        body["recipients"] = json!("all");
        let (reply, document) = stage.as_customer(OWN, method, &body);
        assert_eq!(reply.status, 200, "{method}: {document}");
        assert!(document.is_object(), "{method}");
    }
}

#[test]
fn a_planned_code_takes_over_every_method_and_nothing_is_changed() {
    for method in methods() {
        for code in ["customer_banned", "groups_offline", "chat_anonymized", "internal", "too_many_requests"] {
            let (mut stage, body) = staged(method);
            stage.plan(&format!("customer/{method}"), code);
            let (reply, document) = stage.as_customer(OWN, method, &body);
            assert_eq!((reply.code.as_deref(), error(&document).0), (Some(code), code), "{method}");
            assert_eq!(stage.desk.facts.len(), 1, "{method} leaves only the fault in the journal");
            assert!(stage.sent().is_empty(), "{method}");
        }
    }
}

#[test]
fn every_method_checks_version_organization_token_and_body_in_this_order() {
    let good = format!("organization_id={ORGANIZATION}");
    for method in methods() {
        let check = |version: &str, query: &str, token: Option<&str>, body: Body, status: u16, code: &str| {
            let (mut stage, _) = staged(method);
            let (reply, document) = stage.visit(version, method, query, token, body);
            assert_eq!((reply.status, error(&document).0), (status, code), "{method} {version} {query} {token:?}");
        };
        let whole = |text: &'static str| Body::Whole(text.into());
        check("v3.3", &good, Some(OWN), whole("{}"), 400, "unsupported_version");
        check("v3.6", "", Some("Bearer x"), whole("{"), 404, "license_not_found");
        check("v3.6", "organization_id=x", Some(OWN), whole("{}"), 404, "license_not_found");
        check("v3.6", "license_id=104130623", Some(OWN), whole("{}"), 404, "license_not_found");
        check("v3.6", &good, None, whole("{"), 401, "authentication");
        check("v3.6", &good, Some("Bearer dal:nobody"), whole("{"), 401, "authentication");
        check("v3.6", &good, Some(AGENT_TOKEN), whole("{}"), 401, "authentication");
        check("v3.6", &good, Some(BOT_TOKEN), whole("{}"), 401, "authentication");
        check("v3.6", &good, Some(self::PAT), whole("{}"), 401, "authentication");
        check("v3.6", &good, Some(OWN), whole("{"), 400, "validation");
        check("v3.6", &good, Some(OWN), whole("[]"), 400, "validation");
        check("v3.6", &good, Some(OWN), whole(""), 400, "validation");
        check("v3.6", &good, Some(OWN), Body::TooLarge(1 << 24), 413, "entity_too_large");
        check("v3.6", &good, Some(OWN), Body::TooSlow, 504, "request_timeout");
    }
}

#[test]
fn a_chat_of_somebody_else_is_nobody_elses_business() {
    for (method, _) in sound("", "")
        .into_iter()
        .filter(|(_, body)| body.get("chat_id").is_some() || body.get("id").is_some() || body.get("chat").is_some())
    {
        let (mut stage, body) = staged(method);
        let token = stage.token_of(ADA);
        stage.told();
        let (reply, document) = stage.as_customer(&token, method, &body);
        assert_eq!((reply.status, error(&document).0), (403, "authorization"), "{method}");
        let unknown = sound("NONE", "NONE").into_iter().find(|(name, _)| *name == method).unwrap().1;
        let (reply, document) = stage.as_customer(&token, method, &unknown);
        assert_eq!((reply.status, error(&document).0), (404, "not_found"), "{method}");
        assert_eq!(stage.told(), [] as [&str; 0], "{method}");
    }
}

#[test]
fn tokens_expire_and_the_banned_stay_out() {
    let mut stage = Stage::with_bot();
    let token = stage.token_of(ADA);
    let list = |stage: &mut Stage| {
        let (reply, document) = stage.as_customer(&token, "list_chats", &json!({}));
        (reply.status, error(&document).0.to_owned())
    };
    assert_eq!(list(&mut stage).0, 200);
    stage.call("ban_customer", AGENT_TOKEN, &json!({"id": ADA, "ban": {"days": 1}}));
    assert_eq!(list(&mut stage), (403, "customer_banned".to_owned()));
    stage.wait(VirtualSpan::from_secs(60));
    assert_eq!(list(&mut stage), (401, "authentication".to_owned()));
}

#[test]
fn what_is_wrong_is_named() {
    let check = |method: &str, body: Value, code: &str, message: &str| {
        let mut stage = Stage::with_bot();
        let (chat, thread) = if method == "start_chat" { <_>::default() } else { stage.pat_starts() };
        let body: Value =
            serde_json::from_str(&body.to_string().replace("CHAT", &chat).replace("THREAD", &thread)).unwrap();
        let (_, document) = stage.as_customer(OWN, method, &body);
        assert_eq!(error(&document), (code, message), "{method} {body}");
    };
    check("list_chats", json!({"limit": 26}), "validation", "`limit` must be between 1 and 25");
    check("list_chats", json!({"page_id": "x"}), "validation", "`page_id` is not valid");
    check("list_threads", json!({}), "validation", "`chat_id` is required");
    check("list_threads", json!({"chat_id": "CHAT", "limit": 101}), "validation", "`limit` must be between 1 and 100");
    check("get_chat", json!({"chat_id": "CHAT", "thread_id": "x"}), "not_found", "Not found");
    check("start_chat", json!({"chat": []}), "validation", "`chat` must be an object");
    let in_group = json!({"chat": {"access": {"group_ids": [99]}}});
    check("start_chat", in_group, "group_not_found", "Group not found");
    let events = json!({"chat": {"thread": {"events": [{"type": "message"}]}}});
    check("start_chat", events, "validation", "`chat.thread.events.0.text` is required");
    let nobody = json!({"chat": {"access": {"group_ids": [20]}}});
    check("start_chat", nobody, "groups_offline", "Groups offline");
    check("resume_chat", json!({}), "validation", "`chat` is required");
    check("resume_chat", json!({"chat": {"id": "CHAT"}}), "validation", "Chat is already active");
    check("send_event", json!({"chat_id": "CHAT"}), "validation", "`event` is required");
    check("send_sneak_peek", json!({"chat_id": "CHAT"}), "validation", "`sneak_peek_text` is required");
    let fields: Vec<Value> = (0..101).map(|number| json!({ number.to_string(): "x" })).collect();
    check("set_customer_session_fields", json!({ "session_fields": fields }), "limit_reached", "Limit reached");
    check("set_customer_session_fields", json!({}), "validation", "`session_fields` is required");
    let wanted = "one of these is required: name, email, avatar, phone_number, session_fields, omnichannel, address";
    check("update_customer", json!({}), "validation", wanted);
    check("list_group_statuses", json!({}), "validation", "one of these is required: all, group_ids");
    check("get_form", json!({"group_id": 0}), "validation", "`type` is required");
    check("get_form", json!({"group_id": 99, "type": "prechat"}), "group_not_found", "Group not found");
    check("get_predicted_agent", json!({"group_id": 20}), "group_offline", "Group is offline");
    let settled = json!({"id": "CHAT", "properties": {"routing": {"idle": true}}});
    check("update_chat_properties", settled, "authorization", "Property routing.idle cannot be changed here");
    let second = json!({"chat_id": "CHAT", "thread_id": "THREAD", "event_id": "THREAD_9"});
    check("delete_event", second, "not_found", "Not found");
}

#[test]
fn a_method_is_there_in_its_versions() {
    let check = |method: &str, version: &str, expected: u16| {
        let (mut stage, body) = staged(method);
        let query = format!("organization_id={ORGANIZATION}");
        let (reply, document) = stage.visit(version, method, &query, Some(OWN), Body::Whole(body.to_string().into()));
        assert_eq!(reply.status, expected, "{method} {version} {document}");
    };
    for (version, deleted, predicted) in
        [("v3.4", 404, 200), ("v3.5", 404, 200), ("v3.6", 200, 200), ("v3.7", 200, 404)]
    {
        check("delete_event", version, deleted);
        check("get_predicted_agent", version, predicted);
        check("send_event", version, 200);
    }
}

#[test]
fn what_is_not_played_says_so() {
    for method in unplayed() {
        let mut stage = Stage::with_bot();
        let (reply, document) = stage.as_customer(OWN, method, &json!({}));
        assert_eq!((reply.status, error(&document).0), (503, "service_unavailable"), "{method}");
        assert!(format!("{:?}", stage.desk.facts).contains(&format!("customer/{method}: ")), "it is noted");
    }
    assert_eq!(unplayed().len(), 6);
}

#[test]
fn queries_are_checked_like_bodies() {
    let check = |method: &str, query: &str, code: &str| {
        let mut stage = Stage::with_bot();
        let query = format!("organization_id={ORGANIZATION}&{query}");
        let (_, document) = stage.visit("v3.6", method, &query, None, Body::Whole("".into()));
        assert_eq!(error(&document).0, code, "{method} {query}");
    };
    check("list_license_properties", "namespace=chats", "");
    check("list_group_properties", "", "validation");
    check("list_group_properties", "id=x", "validation");
    check("list_group_properties", "id=99", "group_not_found");
    check("get_configuration", "group_id=0", "validation");
    check("get_localization", "group_id=0&version=1", "validation");
    check("get_dynamic_configuration", "group_id=99", "group_not_found");
}
