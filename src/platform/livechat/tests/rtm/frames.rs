//! Frames that are no requests, or no good ones.

use super::*;

fn error(told: &Told) -> (&Value, &str) {
    let (_, frame) = &told[0];
    assert_eq!((told.len(), &frame["type"], &frame["success"]), (1, &json!("response"), &json!(false)), "{told:?}");
    (frame, frame["payload"]["error"]["type"].as_str().unwrap())
}

#[test]
fn what_is_no_request_is_refused_and_the_socket_stays_open() {
    let mut stage = staffed();
    stage.enter(1, MIA);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for text in [
        "",
        "{",
        "null",
        "[]",
        "\"ping\"",
        "{}",
        r#"{"action": 1}"#,
        r#"{"action": "ping", "request_id": 5}"#,
        r#"{"action": "ping", "payload": []}"#,
        r#"{"action": "ping", "version": 3.6}"#,
        &deep,
    ] {
        let told = stage.hear(1, Inbound::Text(text.to_owned().into()), 0);
        let (frame, code) = error(&told);
        assert_eq!((code, frame.get("request_id")), ("validation", None), "{}", &text[..text.len().min(40)]);
    }
    let told = stage.hear(1, Inbound::Binary(r#"{"action":"ping"}"#.into()), 0);
    assert_eq!(error(&told).1, "validation");
    assert_eq!(stage.rpc(1, "ping", json!({}))["success"], true);
}

#[test]
fn requests_that_cannot_be_are_refused_by_name() {
    let mut stage = staffed();
    stage.connect(1, PATH);
    // Before a login there is nothing but it and pings.
    for action in ["send_event", "logout", "list_chats", "set_away_status", "update_session"] {
        assert_eq!(stage.rpc(1, action, json!({}))["payload"]["error"]["type"], "authentication", "{action}");
    }
    assert_eq!(stage.rpc(1, "ping", json!({}))["success"], true);
    stage.enter(2, MIA);
    for action in
        ["", "upload_file", "download_file", "create_bot", "fly", "../configuration/action/list_bots", "login/"]
    {
        let told = stage.asks(2, action, json!({}));
        let (frame, code) = error(&told);
        assert_eq!((code, &frame["request_id"], &frame["action"]), ("not_found", &json!(action), &json!(action)));
    }
    let versioned = |version: &str| json!({"action": "list_chats", "version": version});
    for (version, expected) in [
        ("3.5", Some("unsupported_version")),
        ("4.0", Some("unsupported_version")),
        ("v3.6", Some("unsupported_version")),
        ("3.6", None),
        ("3.7", None),
    ] {
        let told = stage.frame(2, &versioned(version));
        assert_eq!(told[0].1["payload"]["error"]["type"].as_str(), expected, "{version}");
    }
    assert!(stage.frame(2, &versioned("3.7"))[0].1["payload"].get("chats_info").is_some());
    // An older socket lacks what came later, unless the request is newer.
    stage.connect(3, "/v3.5/agent/rtm/ws");
    stage.asks(3, "login", json!({"token": MIA}));
    assert_eq!(stage.rpc(3, "subscribe_customers", json!({}))["payload"]["error"]["type"], "not_found");
    let newer = json!({"action": "subscribe_customers", "version": "3.6"});
    assert_eq!(stage.frame(3, &newer)[0].1["success"], true);
}

#[test]
fn ten_requests_may_be_unanswered() {
    let mut stage = staffed();
    stage.enter(1, MIA);
    let ping = || Inbound::Text(r#"{"action":"ping"}"#.into());
    assert_eq!(stage.hear(1, ping(), 9)[0].1["success"], true);
    let told = stage.hear(1, ping(), 10);
    assert_eq!(error(&told).1, "pending_requests_limit_reached");
}

#[test]
fn the_envelope_is_the_vendors() {
    let mut stage = staffed();
    stage.connect(1, PATH);
    let told = stage.hear(1, Inbound::Text("{\n  \"action\": \"ping\",\n  \"unknown\": {}\n}".into()), 0);
    assert_eq!(told[0].1.to_string(), r#"{"action":"ping","type":"response","success":true,"payload":{}}"#);
    let told = stage.asks(1, "login", json!({"token": "Bearer x"}));
    assert_eq!(
        told[0].1.to_string(),
        r#"{"request_id":"login","action":"login","type":"response","success":false,"payload":{"error":{"type":"authentication","message":"Invalid access token"}}}"#
    );
    stage.asks(1, "login", json!({"token": MIA}));
    let told = stage.asks(1, "multicast", json!({"content": 1, "recipients": {"agents": {"all": true}}}));
    assert_eq!(
        told[1].1.to_string(),
        r#"{"version":"3.6","request_id":"multicast","action":"incoming_multicast","type":"push","payload":{"author_id":"mia@acme.example","content":1}}"#
    );
}

#[test]
fn every_method_of_the_web_api_is_an_action() {
    let mut stage = staffed();
    stage.enter(1, MIA);
    let routes = (Vendor::of::<Livechat>().routes)();
    let methods = routes.iter().filter(|route| route.path.starts_with("/{version}/agent/action/"));
    let mut count = 0;
    for method in methods.filter(|route| route.name != "upload_file") {
        let web = stage.call(method.name, MIA, &json!({})).1;
        stage.orders();
        let answer = stage.rpc(1, method.name, json!({}));
        assert_eq!(answer["action"], method.name);
        // Both are answered alike: the same document, or the same refusal.
        assert_eq!(answer["success"].as_bool().unwrap(), web.get("error").is_none(), "{}", method.name);
        if web.get("error").is_some() {
            assert_eq!(answer["payload"], web, "{}", method.name);
        }
        count += 1;
    }
    assert!(count >= 34, "only {count} methods");
}

#[test]
fn everything_that_sockets_alone_have_is_answered() {
    let mut stage = staffed();
    stage.enter(1, MIA);
    let subscription = stage.rpc(1, "subscribe_customers", json!({}))["payload"]["subscription_id"].clone();
    for action in (Vendor::of::<Livechat>().actions)() {
        assert!(super::super::super::scope::is_listed(action.name), "{} is not in the table of scopes", action.name);
        let payload = match action.name {
            // Those of customers are asked for on sockets of theirs.
            name if name.starts_with("customer/") => continue,
            "login" | "update_session" => json!({"token": MIA}),
            "set_away_status" => json!({"away": false}),
            "unsubscribe_customers" => json!({"subscription_id": subscription}),
            // Nothing comes after it.
            "logout" => continue,
            _ => json!({}),
        };
        // A login forgets the subscriptions of the one before, so it is made on a socket of its own.
        let socket = if action.name == "login" { 2 } else { 1 };
        if socket == 2 {
            stage.connect(socket, PATH);
        }
        let told = stage.asks(socket, action.name, payload);
        assert_eq!(told[0].1["success"], true, "{}: {}", action.name, told[0].1);
    }
    let told = stage.asks(1, "logout", json!({}));
    assert_eq!((&told[0].1["success"], &told.last().unwrap().1), (&json!(true), &json!("agent_logged_out_remotely")));
}
