//! Sockets of agents, over real sockets.

use bytes::Bytes;
use futures_util::SinkExt;
use http::{HeaderMap, Method};
use rehearsal::base::id::SocketId;
use rehearsal::base::time::{WallLimit, WallTime};
use rehearsal::engine::port::{Effect, Errand, Happening, Input};
use rehearsal::journal::What;
use rehearsal::platform::cx::Identities;
use rehearsal::platform::route::{Body, Call};
use rehearsal::platform::socket::Inbound;
use rehearsal::server::Limits;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::client::{Client, exchange};
use crate::support::stagehand::START;
use crate::support::websocket::{House, handshake, journal, world};

const AGENT: &str = "Bearer dal:agent-token";
const OTHER: &str = "Bearer dal:agent2-token";
const PATH: &str = "/v3.6/agent/rtm/ws";

async fn open(setup: Value) -> (House, rehearsal::server::world::WorldHandle<rehearsal::engine::World>) {
    let house = House::start(Limits::default()).await;
    let world = house.license(&setup, "license", Identities::WellKnown).await;
    (house, world)
}

#[tokio::test]
async fn sockets_hear_of_what_is_done_over_http() {
    let (house, _world) = open(json!({})).await;
    let (mut agent, _) = house.agent(AGENT).await;
    let post = async |method: &str, body: Value| {
        let (address, body) = (house.address, body.to_string());
        let head = format!("POST /v3.6/agent/action/{method} HTTP/1.1\r\nhost: x\r\nauthorization: {AGENT}");
        let answer = exchange(address, format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len())).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        serde_json::from_str::<Value>(&answer.text()).unwrap()
    };
    let started = post("start_chat", json!({"active": true, "continuous": true})).await;
    let push = agent.until("incoming_chat").await;
    assert_eq!(push["payload"]["chat"]["id"], started["chat_id"]);
    let event = json!({"type": "message", "text": "Hello"});
    let sent = post("send_event", json!({"chat_id": started["chat_id"], "event": event})).await;
    assert_eq!(agent.until("incoming_event").await["payload"]["event"]["id"], sent["event_id"]);
    post("deactivate_chat", json!({"id": started["chat_id"], "ignore_requester_presence": true})).await;
    assert_eq!(agent.until("chat_deactivated").await["payload"]["chat_id"], started["chat_id"]);
}

#[tokio::test]
async fn an_agent_logs_in_and_starts_a_chat_of_which_another_hears() {
    let (house, world) = open(json!({})).await;
    let (mut other, welcome) = house.agent(OTHER).await;
    assert_eq!(welcome["payload"]["my_profile"]["id"], "agent2@example.com");
    let (mut agent, welcome) = house.agent(AGENT).await;
    assert_eq!(welcome["success"], true);
    assert_eq!(welcome["payload"]["license"]["organization_id"], "390e44e6-f1e6-0368-c6dd-b74c14508c2e");
    assert_eq!(welcome["payload"]["chats_summary"], json!([]));
    assert_eq!(agent.next().await["action"], "incoming_customers");

    agent.send(json!({"action": "ping"})).await;
    assert_eq!(agent.next().await, json!({"action": "ping", "type": "response", "success": true, "payload": {}}));
    agent.0.send(Message::Ping("x".into())).await.unwrap();

    let event = json!({"type": "message", "text": "Hello"});
    let chat = json!({"chat": {"thread": {"events": [event]}}, "continuous": true});
    agent.send(json!({"request_id": "7", "action": "start_chat", "version": "3.6", "payload": chat})).await;
    let answer = agent.next().await;
    assert_eq!(
        (&answer["request_id"], &answer["type"], &answer["success"]),
        (&json!("7"), &json!("response"), &json!(true))
    );
    let chat = answer["payload"]["chat_id"].clone();
    let own = agent.next().await;
    assert_eq!(
        (&own["action"], &own["type"], &own["request_id"]),
        (&json!("incoming_chat"), &json!("push"), &json!("7"))
    );
    let push = other.until("incoming_chat").await;
    assert_eq!((&push["version"], &push["payload"]["chat"]["id"]), (&json!("3.6"), &chat));
    assert_eq!(push.get("request_id"), None);
    assert_eq!(push["payload"]["requester_id"], "agent@example.com");
    assert_eq!(push["payload"]["chat"]["thread"]["events"][0]["text"], "Hello");

    let journal = journal(&world);
    let called = journal.iter().find(|entry| entry["kind"] == "called" && entry["route"] == "start_chat").unwrap();
    assert_eq!((&called["method"], &called["status"], &called["path"]), (&json!("WS"), &json!(200), &json!(PATH)));
    let pushed =
        |entry: &&Value| entry["kind"] == "framed" && entry["push"] == "incoming_chat" && entry["way"] == "out";
    assert_eq!(journal.iter().filter(pushed).count(), 2);
    assert!(!journal.iter().any(|entry| entry.to_string().contains("agent-token")), "tokens are masked");
}

#[tokio::test]
async fn what_is_done_over_http_is_told_on_sockets_at_once() {
    let (house, _world) = open(json!({})).await;
    let (mut agent, _) = house.agent(AGENT).await;
    assert_eq!(agent.next().await["action"], "incoming_customers");
    let request = format!(
        "POST /v3.6/agent/action/start_chat HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: {AGENT}\r\n\
         content-length: 20\r\n\r\n{{\"continuous\": true}}"
    );
    assert_eq!(exchange(house.address, &request).await.status, 200);
    let told = agent.next().await;
    assert_eq!((&told["action"], told.get("request_id")), (&json!("incoming_chat"), None));
}

#[tokio::test]
async fn a_socket_belongs_to_the_world_whose_token_it_logs_in_with() {
    let house = House::start(Limits::default()).await;
    let setup = |token: &str| json!({"agents": [{"id": "mia@acme.example", "token": token}]});
    let first = house.license(&setup("dal:first"), "first", Identities::Fresh).await;
    let second = house.license(&setup("dal:second"), "second", Identities::Fresh).await;
    let kinds = |world: &_, kind: &str| journal(world).iter().filter(|entry| entry["kind"] == kind).count();

    let mut socket = house.socket(PATH).await;
    // Nobody knows yet whose it is.
    assert_eq!(socket.ask("ping", json!({})).await["success"], true);
    let early = socket.ask("send_event", json!({"chat_id": "x"})).await;
    assert_eq!(early["payload"]["error"]["type"], "authentication");
    let foreign = socket.ask("login", json!({"token": "Bearer dal:nobody"})).await;
    assert_eq!(foreign["payload"]["error"], json!({"type": "authentication", "message": "Invalid access token"}));
    assert_eq!((kinds(&first, "connected"), kinds(&second, "connected")), (0, 0));
    assert_eq!(socket.ask("login", json!({"token": "Bearer dal:second"})).await["success"], true);
    assert_eq!((kinds(&first, "connected"), kinds(&second, "connected")), (0, 1));
    // From now on it is this world's, whatever token comes.
    let foreign = socket.ask("login", json!({"token": "Bearer dal:first"})).await;
    assert_eq!(foreign["payload"]["error"]["type"], "authentication");
    assert_eq!(kinds(&first, "framed"), 0);
    second.close();
    assert_eq!(socket.next().await, "1001 the world has ended");
    assert_eq!(socket.next().await, "gone");
}

#[tokio::test]
async fn whoever_does_not_log_in_or_ping_in_time_is_cut_off() {
    let (house, world) = open(json!({"rtm": {"login_within": "40ms"}})).await;
    let mut socket = house.socket(PATH).await;
    let reason = json!({"reason": "connection_timeout"});
    assert_eq!(socket.next().await["payload"], reason);
    assert_eq!(socket.next().await, "1000 connection_timeout");
    drop(world);
    let (house, _world) = open(json!({"rtm": {"ping_within": "200ms"}})).await;
    let (mut socket, _) = house.agent(AGENT).await;
    assert_eq!(socket.until("agent_disconnected").await["payload"], reason);
    assert_eq!(socket.next().await, "1000 connection_timeout");
}

#[tokio::test]
async fn what_cannot_be_read_closes_its_own_socket_and_no_other() {
    let limits = Limits { frame: 10_000, ..Limits::default() };
    let house = House::start(limits).await;
    let _world = house.license(&json!({}), "license", Identities::WellKnown).await;
    let (mut good, _) = house.agent(OTHER).await;
    for (bad, code) in [(vec![0x81, 0x80 + 1, 0, 0, 0, 0, 0xff], 1002), (vec![0x83, 0x80, 0, 0, 0, 0], 1002)] {
        let (mut socket, _) = house.agent(AGENT).await;
        tokio::io::AsyncWriteExt::write_all(socket.0.get_mut(), &bad).await.unwrap();
        let told = socket.until("agent_disconnected").await;
        assert_eq!(told["payload"]["reason"], "agent_disconnected_by_server");
        assert_eq!(socket.next().await, format!("{code} agent_disconnected_by_server"));
    }
    let (mut socket, _) = house.agent(AGENT).await;
    let _ = socket.0.send(Message::text("x".repeat(10_001))).await;
    assert_eq!(socket.until("agent_disconnected").await["payload"]["reason"], "agent_disconnected_by_server");
    assert_eq!(socket.next().await, "1009 agent_disconnected_by_server");
    assert_eq!(good.ask("ping", json!({})).await["success"], true);
}

#[tokio::test]
async fn whoever_does_not_read_is_cut_off_and_nobody_waits() {
    let house = House::start(Limits { backlog: 200_000, ..Limits::default() }).await;
    let world = house.license(&json!({}), "license", Identities::WellKnown).await;
    let (mut slow, _) = house.agent(OTHER).await;
    let (mut agent, _) = house.agent(AGENT).await;
    let content = json!({"content": "x".repeat(100_000), "recipients": {"agents": {"ids": ["agent2@example.com"]}}});
    let cut =
        || world.with(|world| world.journal().iter().any(|entry| matches!(entry.what, What::Disconnected { .. })));
    // The network has room for some of it.
    let mut sent = 0;
    while !cut() {
        assert_eq!(agent.ask("multicast", content.clone()).await["success"], true);
        sent += 1;
        assert!(sent < 2_000, "never cut off");
    }
    let last = journal(&world).into_iter().rfind(|entry| entry["kind"] == "disconnected").unwrap();
    assert_eq!((&last["by"], &last["reason"]), (&json!("platform"), &json!("agent_disconnected_by_server")));
    let mut frames = 0;
    while slow.next().await.is_object() {
        frames += 1;
    }
    assert!(frames <= sent);
}

#[tokio::test]
async fn faults_meet_actions_as_they_meet_calls() {
    let house = House::start(Limits::default()).await;
    let fault = |route: &str, deed: Value| json!({"fault": {"on": {"route": route}, "do": deed, "times": 1}});
    let steps = json!([
        fault("list_chats", json!({"code": "limit_reached"})),
        json!({"fault": {"on": {"route": "ping"}, "do": {"delay": "1h"}, "times": 10}}),
        fault("get_chat", json!({"truncate": 10})),
        fault("list_threads", json!({"reset": true})),
        fault("login", json!({"code": "seats_limit_exceeded"})),
    ]);
    let world = house.stage(&json!({}), &steps, "license", Identities::WellKnown).await;
    let (mut socket, refused) = house.agent(AGENT).await;
    assert_eq!(refused["payload"]["error"]["type"], "seats_limit_exceeded");
    assert_eq!(socket.ask("login", json!({"token": AGENT})).await["success"], true);
    let planned = socket.ask("list_chats", json!({})).await;
    assert_eq!((&planned["success"], &planned["payload"]["error"]["type"]), (&json!(false), &json!("limit_reached")));
    assert_eq!(socket.ask("list_chats", json!({})).await["success"], true);
    // What is held back holds up nothing else, until there is too much of it.
    for _ in 0..10 {
        socket.send(json!({"request_id": "slow", "action": "ping"})).await;
    }
    let eleventh = socket.ask("list_chats", json!({})).await;
    assert_eq!(eleventh["payload"]["error"]["type"], "pending_requests_limit_reached");

    let (mut socket, _) = house.agent(AGENT).await;
    let started = socket.ask("start_chat", json!({"continuous": true})).await;
    let chat = &started["payload"]["chat_id"];
    socket.send(json!({"action": "get_chat", "payload": {"chat_id": chat}})).await;
    while socket.next().await.is_object() {}
    let (mut socket, _) = house.agent(AGENT).await;
    socket.send(json!({"action": "list_threads", "payload": {"chat_id": chat}})).await;
    while socket.next().await.is_object() {}
    let journal = journal(&world);
    let ends: Vec<_> =
        journal.iter().filter(|entry| entry["kind"] == "disconnected").map(|entry| &entry["by"]).collect();
    assert_eq!(ends, ["fault", "fault"]);
}

#[tokio::test]
async fn what_is_asked_for_on_a_socket_meets_expectations_of_calls() {
    let house = House::start(Limits::default()).await;
    let expected = json!({"expect": {"call": {"route": "start_chat", "status": 200}, "within": "10s"}});
    let world = house.stage(&json!({}), &json!([expected]), "license", Identities::WellKnown).await;
    let (mut socket, _) = house.agent(AGENT).await;
    assert_eq!(socket.ask("start_chat", json!({"continuous": true})).await["success"], true);
    world.finished().await;
    let journal = journal(&world);
    let judged = journal.iter().find(|entry| entry["kind"] == "judged").unwrap();
    assert_eq!(judged["verdict"]["result"], "met", "{judged}");
}

#[tokio::test]
async fn a_request_that_is_no_proper_handshake_is_refused() {
    let (house, _world) = open(json!({})).await;
    let check = |request: String, status: u16| {
        let address = house.address;
        async move { assert_eq!(exchange(address, &request).await.status, status, "{request}") }
    };
    check(handshake(PATH).replace("13", "12"), 426).await;
    check(handshake(PATH).replace("dGhl", ""), 400).await;
    check(handshake(PATH).replace("Upgrade", "close"), 400).await;
    check(handshake("/v3.6/agent/rtm"), 404).await;
    check(handshake("/v3.6/agent/rtm/ws/x"), 404).await;
    check(handshake(PATH).replace("upgrade: websocket\r\n", ""), 404).await;
    check(handshake("/elsewhere"), 404).await;
    check(handshake(PATH).replace("HTTP/1.1", "HTTP/1.0"), 404).await;
    // Any prefix may stand before the path, as for calls.
    let mut client = Client::connect(house.address).await;
    client.send(handshake("/base/v3.6/agent/rtm/ws?organization_id=x")).await;
    assert!(client.head().await.unwrap().starts_with("HTTP/1.1 101 "));
    let mut socket = house.socket("/v3.3/agent/rtm/ws").await;
    assert_eq!(socket.next().await["payload"]["reason"], "unsupported_version");
    assert_eq!(socket.next().await, "1000 unsupported_version");
}

#[test]
fn an_answer_that_is_held_back_comes_before_what_it_causes() {
    let fault = json!({"fault": {"on": {"route": "start_chat"}, "do": {"delay": "2s"}, "times": 1}});
    let mut world = world(&json!({}), &json!([fault]));
    world.handle(START, Input::Begin);
    let socket = SocketId(1);
    let call = Call {
        method: Method::GET,
        path: PATH.to_owned(),
        query: String::new(),
        headers: HeaderMap::new(),
        body: Body::Whole(Bytes::new()),
        params: Vec::new(),
    };
    world.handle(START, Input::Socket(socket, Happening::Opened(Box::new(call))));
    let mut tell = |at: WallTime, action: &str, payload: Value| {
        let frame = json!({"request_id": action, "action": action, "payload": payload}).to_string();
        world.handle(at, Input::Socket(socket, Happening::Heard(Inbound::Text(frame.into()))))
    };
    let said = |effects: Vec<Effect>| -> Vec<String> {
        let text = |effect| match effect {
            Effect::Socket(_, Errand::Say(text)) => serde_json::from_slice::<Value>(&text).ok(),
            _ => None,
        };
        effects.into_iter().filter_map(text).map(|frame| format!("{} {}", frame["type"], frame["action"])).collect()
    };
    assert_eq!(said(tell(START, "login", json!({"token": AGENT}))).len(), 2);
    assert_eq!(said(tell(START, "start_chat", json!({"continuous": true}))), [""; 0]);
    let after = START + WallLimit::from_secs(1);
    assert_eq!(said(tell(after, "ping", json!({}))), [r#""response" "ping""#]);
    let after = START + WallLimit::from_secs(2);
    let expected = [r#""response" "start_chat""#, r#""push" "incoming_chat""#, r#""response" "ping""#];
    let mut told = said(tell(after, "ping", json!({})));
    told.sort_by_key(|line| !line.contains("chat"));
    assert_eq!(told, expected);
}
