//! Who gets in, what they are told at the door, and whether they count as being there.

use super::*;

fn refusal(stage: &mut Stage, socket: u64, login: Value) -> String {
    let answer = stage.rpc(socket, "login", login);
    assert_eq!((&answer["success"], &answer["action"]), (&json!(false), &json!("login")));
    answer["payload"]["error"]["type"].as_str().unwrap().to_owned()
}

#[test]
fn those_who_may_not_log_in_are_told_why_and_may_try_again() {
    let mut stage = staffed();
    stage.configure(
        "v3.6",
        "create_agent",
        PAT,
        &json!({"id": "new@acme.example", "name": "N", "awaiting_approval": true}),
    );
    stage.configure("v3.6", "create_agent", PAT, &json!({"id": "sue@acme.example", "name": "S"}));
    stage.configure("v3.6", "suspend_agent", PAT, &json!({"id": "sue@acme.example"}));
    stage.orders();
    stage.connect(1, PATH);
    let token = |token: &str| json!({"token": token});
    for (login, expected) in [
        (json!({}), "validation"),
        (json!({"token": 5}), "validation"),
        (token("dal:agent-token"), "authentication"),
        (token("Bearer dal:nobody"), "authentication"),
        (token("Bearer "), "authentication"),
        (token(BOT_TOKEN), "authorization"),
        (token("Bearer dal:new@acme.example"), "requester_awaiting_approval"),
        (token("Bearer dal:sue@acme.example"), "requester_suspended"),
        (json!({"token": MIA, "away": "no"}), "validation"),
        (json!({"token": MIA, "reconnect": 1}), "validation"),
        (json!({"token": MIA, "application": {"name": 1}}), "validation"),
        (json!({"token": MIA, "customer_monitoring_level": "some"}), "validation"),
        (json!({"token": MIA, "pushes": []}), "validation"),
        (json!({"token": MIA, "pushes": {"3.6": "all"}}), "validation"),
        (json!({"token": MIA, "pushes": {"3.5": ["all"]}}), "unsupported_version"),
        (json!({"token": MIA, "pushes": {"4": ["all"]}}), "unsupported_version"),
    ] {
        assert_eq!(refusal(&mut stage, 1, login.clone()), expected, "{login}");
    }
    assert_eq!(stage.rpc(1, "login", token(MIA))["success"], true);
    // A personal access token is for calls, but older clients log in with one.
    assert_eq!(stage.rpc(1, "login", token(PAT))["success"], true);
    stage.connect(2, &format!("{PATH}?organization_id=other"));
    assert_eq!(refusal(&mut stage, 2, token(MIA)), "authentication");
    stage.connect(3, &format!("{PATH}?organization_id=390e44e6-f1e6-0368-c6dd-b74c14508c2e"));
    assert_eq!(stage.rpc(3, "login", token(MIA))["success"], true);
}

#[test]
fn the_answer_to_a_login_shows_the_license_the_agent_and_their_chats() {
    let mut stage = staffed();
    stage.enter(1, MIA);
    let chat = stage.rpc(1, "start_chat", json!({"continuous": true}))["payload"]["chat_id"].clone();
    for (version, list) in [("v3.5", "chats_summary"), ("v3.6", "chats_summary"), ("v3.7", "chats_info")] {
        stage.connect(2, &format!("/{version}/agent/rtm/ws"));
        let welcome = stage.rpc(2, "login", json!({"token": MIA}))["payload"].clone();
        let keys: Vec<&String> = welcome.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["license", "my_profile", list]);
        assert_eq!(welcome[list][0]["id"], chat);
        let profile = &welcome["my_profile"];
        assert_eq!((&profile["id"], &profile["permission"]), (&json!("mia@acme.example"), &json!("administrator")));
        assert_eq!(profile["routing_status"], "accepting_chats");
        stage.leave(2);
    }
}

#[test]
fn whom_a_login_brings_goes_with_the_last_socket() {
    let mut stage = Stage::open(json!({
        "agents": [{"id": "mia@acme.example"}, {"id": "tom@acme.example", "status": "offline"}],
        "bots": [{"name": "Acme Bot"}],
    }));
    stage.enter(1, MIA);
    let status = |stage: &mut Stage| {
        let all = stage.rpc(1, "list_routing_statuses", json!({}))["payload"].clone();
        let tom = all.as_array().unwrap().iter().find(|one| one["agent_id"] == "tom@acme.example").cloned();
        tom.unwrap()["status"].as_str().unwrap().to_owned()
    };
    stage.connect(2, PATH);
    let mut came = stage.asks(2, "login", json!({"token": TOM}));
    assert_eq!(
        payload(&came, 1, "routing_status_set"),
        json!({"agent_id": "tom@acme.example", "status": "accepting_chats"})
    );
    stage.connect(3, PATH);
    stage.asks(3, "login", json!({"token": TOM, "away": true}));
    assert_eq!(status(&mut stage), "accepting_chats", "somebody sits at one of them");
    stage.asks(2, "set_away_status", json!({"away": true}));
    assert_eq!(status(&mut stage), "not_accepting_chats");
    stage.asks(3, "set_away_status", json!({"away": false}));
    assert_eq!(status(&mut stage), "accepting_chats");
    came = stage.leave(3);
    assert_eq!(pushes(&came, 1), ["routing_status_set"], "only the one at which nobody sits is left");
    assert_eq!(status(&mut stage), "not_accepting_chats");
    stage.asks(2, "set_away_status", json!({"away": false}));
    stage.asks(2, "set_routing_status", json!({"status": "not_accepting_chats"}));
    stage.leave(2);
    assert_eq!(status(&mut stage), "offline");
    stage.connect(4, PATH);
    stage.asks(4, "login", json!({"token": TOM, "reconnect": true}));
    assert_eq!(status(&mut stage), "not_accepting_chats", "as when the last socket closed");
    stage.leave(4);
    stage.enter(5, TOM);
    assert_eq!(status(&mut stage), "accepting_chats");
    // Mia is there by the set-up.
    stage.leave(1);
    stage.enter(1, TOM);
    let all = stage.rpc(1, "list_routing_statuses", json!({}))["payload"].clone();
    assert_eq!(all[0], json!({"agent_id": "mia@acme.example", "status": "accepting_chats"}));
}

#[test]
fn an_agent_who_is_offline_can_set_no_status() {
    let mut stage = staffed();
    stage.enter(1, MIA);
    stage.act(json!({"set_status": {"agent": "mia@acme.example", "status": "offline"}})).unwrap();
    stage.orders();
    let answer = stage.rpc(1, "set_routing_status", json!({"status": "accepting_chats"}));
    assert_eq!(answer["payload"]["error"]["type"], "requester_already_offline");
}

#[test]
fn subscriptions_tell_of_further_customers_until_they_end() {
    let mut stage = staffed();
    stage.connect(1, PATH);
    stage.asks(1, "login", json!({"token": MIA}));
    let subscribed = stage.rpc(1, "subscribe_customers", json!({"limit": 5}))["payload"].clone();
    assert_eq!(subscribed["customers"], json!([]));
    let id = json!({"subscription_id": subscribed["subscription_id"]});
    stage.act(json!({"start_chat": {"as": "ada", "text": "Hi"}})).unwrap();
    assert_eq!(payload(&stage.orders(), 1, "incoming_customer")["id"], ADA);
    assert_eq!(stage.rpc(1, "unsubscribe_customers", id.clone())["success"], true);
    assert_eq!(stage.rpc(1, "unsubscribe_customers", id)["payload"]["error"]["type"], "not_found");
    stage.act(json!({"start_chat": {"as": "bob", "text": "Hi"}})).unwrap();
    assert!(!pushes(&stage.orders(), 1).contains(&"incoming_customer".to_owned()));
}
