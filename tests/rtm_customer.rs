//! Sockets of customers, over real sockets, with those of agents and the webhooks of a bot beside them.

use futures_util::{SinkExt, StreamExt};
use rehearsal::platform::cx::Identities;
use rehearsal::server::Limits;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::receiver::Receiver;
use crate::support::websocket::{House, Socket, journal};

const AGENT: &str = "Bearer dal:agent-token";
const CUSTOMER: &str = "Bearer dal:customer-token";
const CUSTOMER_ID: &str = "c0571000-0000-4000-8000-000000000001";
const PATH: &str = "/v3.6/customer/rtm/ws?organization_id=390e44e6-f1e6-0368-c6dd-b74c14508c2e";

type World = rehearsal::server::world::WorldHandle<rehearsal::engine::World>;

async fn open(setup: Value) -> (House, World) {
    let house = House::start(Limits::default()).await;
    let world = house.license(&setup, "license", Identities::WellKnown).await;
    (house, world)
}

async fn customer(house: &House) -> (Socket, Value) {
    let mut socket = house.socket(PATH).await;
    let welcome = socket.ask("login", json!({"token": CUSTOMER})).await;
    (socket, welcome)
}

/// The actions of the webhooks that come until this one does.
async fn webhooks(receiver: &mut Receiver, last: &str) -> Vec<String> {
    let mut seen = Vec::new();
    while seen.last().is_none_or(|seen| seen != last) {
        let request = receiver.request().await;
        let body: Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
        seen.push(body["action"].as_str().unwrap().to_owned());
    }
    seen
}

#[tokio::test]
async fn a_customer_talks_with_an_agent_and_a_bot_hears_of_it() {
    let mut receiver = Receiver::start([]).await;
    let actions = [
        "incoming_chat",
        "incoming_event",
        "events_marked_as_seen",
        "incoming_rich_message_postback",
        "chat_transferred",
        "chat_deactivated",
    ];
    let hooks = json!({"url": format!("http://{}/hook", receiver.address), "actions": actions});
    let setup = json!({
        "agents": [{"id": "agent@example.com", "name": "Agent Smith"}, {"id": "jones@example.com", "name": "Jones"}],
        "bots": [{"name": "Bot", "status": "not_accepting_chats", "webhooks": hooks}],
    });
    let (house, world) = open(setup).await;
    let (mut agent, _) = house.agent(AGENT).await;
    let (mut customer, welcome) = customer(&house).await;
    assert_eq!(welcome["payload"]["customer"]["id"], CUSTOMER_ID, "{welcome}");
    assert_eq!(customer.next().await["action"], "customer_side_storage_updated");
    assert_eq!(customer.ask("list_chats", json!({})).await["payload"]["chats_summary"], json!([]));

    let greets = json!({"active": true, "chat": {"thread": {"events": [{"type": "message", "text": "hi"}]}}});
    let begun = customer.ask("start_chat", greets).await["payload"].clone();
    let (chat, thread) = (&begun["chat_id"], &begun["thread_id"]);
    let shown = customer.next().await;
    assert_eq!((&shown["action"], &shown["request_id"]), (&json!("incoming_chat"), &json!("start_chat")));
    assert_eq!((&shown["payload"]["requester_id"], &shown["payload"]["chat"]["id"]), (&json!(CUSTOMER_ID), chat));
    let hired = agent.until("incoming_chat").await;
    assert_eq!((&hired["payload"]["chat"]["id"], hired.get("request_id")), (chat, None));
    assert_eq!(webhooks(&mut receiver, "incoming_chat").await, ["incoming_chat"]);

    agent.send(json!({"action": "send_typing_indicator", "payload": {"chat_id": chat, "is_typing": true}})).await;
    let typing = customer.next().await;
    assert_eq!((&typing["action"], &typing["payload"]["thread_id"]), (&json!("incoming_typing_indicator"), thread));
    let soon = json!({"chat_id": chat, "event": {"type": "message", "text": "One mom"}});
    agent.ask("send_event_preview", soon).await;
    assert_eq!(customer.next().await["payload"]["event"]["text"], "One mom");
    let card = json!({"type": "rich_message", "template_id": "quick_replies",
        "elements": [{"title": "Which?", "buttons": [{"text": "This", "type": "message", "value": "this", "postback_id": "p"}]}]});
    let sent = agent.ask("send_event", json!({"chat_id": chat, "event": card})).await["payload"]["event_id"].clone();
    let asked = customer.next().await;
    assert_eq!((&asked["action"], &asked["payload"]["event"]["id"]), (&json!("incoming_event"), &sent));
    assert!(!asked.to_string().contains("agent@example.com"), "{asked}");

    let seen = json!({"chat_id": chat, "seen_up_to": asked["payload"]["event"]["created_at"]});
    assert_eq!(customer.ask("mark_events_as_seen", seen).await["success"], true);
    let postback =
        json!({"chat_id": chat, "thread_id": thread, "event_id": sent, "postback": {"id": "p", "toggled": true}});
    assert_eq!(customer.ask("send_rich_message_postback", postback).await["success"], true);
    let chosen = json!({"type": "message", "text": "this", "custom_id": "c1",
        "postback": {"id": "p", "thread_id": thread, "event_id": sent, "type": "message", "value": "this"}});
    customer
        .send(json!({"request_id": "9", "action": "send_event", "payload": {"chat_id": chat, "event": chosen}}))
        .await;
    let own = loop {
        let frame = customer.next().await;
        if frame["request_id"] == "9" && frame["type"] == "push" {
            break frame;
        }
    };
    assert_eq!((&own["action"], &own["payload"]["event"]["custom_id"]), (&json!("incoming_event"), &json!("c1")));
    agent.until("incoming_rich_message_postback").await;
    assert_eq!(agent.until("incoming_event").await["payload"]["event"]["text"], "this");

    let moves = json!({"id": chat, "target": {"type": "agent", "ids": ["jones@example.com"]}});
    assert_eq!(agent.ask("transfer_chat", moves).await["success"], true);
    let mut told = Vec::new();
    while told.last().is_none_or(|last| last != "user_added_to_chat") {
        told.push(customer.next().await["action"].as_str().unwrap().to_owned());
    }
    for push in ["incoming_event", "chat_transferred", "user_removed_from_chat"] {
        assert!(told.iter().any(|told| told == push), "no {push} in {told:?}");
    }
    customer.send(json!({"request_id": "10", "action": "deactivate_chat", "payload": {"id": chat}})).await;
    let ended: Vec<Value> = vec![customer.next().await, customer.next().await, customer.next().await];
    let short =
        |frame: &Value| (frame["type"].as_str().unwrap().to_owned(), frame["action"].as_str().unwrap().to_owned());
    let expected = [("response", "deactivate_chat"), ("push", "incoming_event"), ("push", "chat_deactivated")];
    let expected = expected.map(|(kind, action)| (kind.to_owned(), action.to_owned()));
    assert_eq!(ended.iter().map(short).collect::<Vec<_>>(), expected);
    let heard = webhooks(&mut receiver, "chat_deactivated").await;
    for action in &actions[1..] {
        assert!(heard.iter().any(|heard| heard == action), "no {action} in {heard:?}");
    }
    let journal = journal(&world);
    let called =
        journal.iter().find(|entry| entry["kind"] == "called" && entry["route"] == "customer/start_chat").unwrap();
    assert_eq!((&called["method"], &called["status"]), (&json!("WS"), &json!(200)));
    assert!(!journal.iter().any(|entry| entry.to_string().contains("customer-token")), "tokens are masked");
}

#[tokio::test]
async fn the_organization_in_the_address_decides_whose_customer_it_is() {
    let house = House::start(Limits::default()).await;
    let setup = |id: &str| json!({"organization_id": id});
    let (first, second) = ("11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222");
    let one = house.license(&setup(first), "first", Identities::Fresh).await;
    let two = house.license(&setup(second), "second", Identities::WellKnown).await;
    let at = |id: &str| format!("/v3.6/customer/rtm/ws?organization_id={id}");
    for path in [at("33333333-3333-4333-8333-333333333333"), "/v3.6/customer/rtm/ws".to_owned()] {
        let mut nowhere = house.socket(&path).await;
        let told = nowhere.next().await;
        assert_eq!(told["payload"], json!({"reason": "license_not_found"}), "{path}");
        assert_eq!((&told["action"], &told["type"]), (&json!("customer_disconnected"), &json!("push")));
        assert_eq!(nowhere.next().await, "1000 license_not_found");
    }
    let mut foreign = house.socket(&at(first)).await;
    let refused = foreign.ask("login", json!({"token": CUSTOMER})).await;
    assert_eq!(refused["payload"]["error"], json!({"type": "authentication", "message": "Invalid access token"}));
    let mut own = house.socket(&at(second)).await;
    assert_eq!(own.ask("login", json!({"token": CUSTOMER})).await["success"], true);
    let count = |world: &World| journal(world).iter().filter(|entry| entry["kind"] == "connected").count();
    assert_eq!((count(&one), count(&two)), (1, 1));
}

#[tokio::test]
async fn a_browser_that_only_answers_pings_stays_and_one_that_is_gone_does_not() {
    let (house, _world) = open(json!({"rtm": {"ping_every": "10ms", "ping_within": "1s"}})).await;
    let (mut socket, _) = customer(&house).await;
    // The client answers pings as it reads, and sends nothing of its own.
    let mut pings = 0;
    while pings < 150 {
        match socket.0.next().await.unwrap().unwrap() {
            Message::Ping(_) => pings += 1,
            Message::Text(_) => {}
            other => panic!("{other:?} after {pings} pings"),
        }
    }
    assert_eq!(socket.ask("ping", json!({})).await["success"], true);
    let (house, _world) = open(json!({"rtm": {"ping_every": "1h", "ping_within": "30ms"}})).await;
    let (mut socket, _) = customer(&house).await;
    assert_eq!(socket.until("customer_disconnected").await["payload"]["reason"], "connection_timeout");
    assert_eq!(socket.next().await, "1000 connection_timeout");
}

#[tokio::test]
async fn what_cannot_be_read_closes_its_own_socket_and_no_other() {
    let house = House::start(Limits { frame: 10_000, ..Limits::default() }).await;
    let _world = house.license(&json!({"rtm": {"login_within": "5s"}}), "license", Identities::WellKnown).await;
    let (mut good, _) = customer(&house).await;
    let mut early = house.socket(PATH).await;
    let refused = early.ask("send_event", json!({"chat_id": "x", "event": {"type": "message", "text": "x"}})).await;
    assert_eq!(refused["payload"]["error"]["type"], "authentication");
    for frame in [Message::text("{"), Message::text("[]"), Message::binary(&br#"{"action":"ping"}"#[..])] {
        early.0.send(frame).await.unwrap();
        let refused = early.next().await;
        assert_eq!((&refused["success"], &refused["payload"]["error"]["type"]), (&json!(false), &json!("validation")));
    }
    let refused = early.ask("login", json!({"token": AGENT})).await;
    assert_eq!(refused["payload"]["error"]["type"], "authentication", "an agent's token is none of a customer");
    let _ = early.0.send(Message::text("x".repeat(10_001))).await;
    assert_eq!(early.until("customer_disconnected").await["payload"]["reason"], "connection_evicted");
    assert_eq!(early.next().await, "1009 connection_evicted");
    assert_eq!(good.ask("ping", json!({})).await["success"], true);
}

#[tokio::test]
async fn faults_meet_what_customers_ask_for() {
    let house = House::start(Limits::default()).await;
    let fault = |route: &str, deed: Value| json!({"fault": {"on": {"route": route}, "do": deed, "times": 1}});
    let steps = json!([
        fault("customer/login", json!({"code": "internal"})),
        fault("customer/send_event", json!({"code": "too_many_requests"})),
    ]);
    let _world = house.stage(&json!({}), &steps, "license", Identities::WellKnown).await;
    let mut socket = house.socket(PATH).await;
    assert_eq!(socket.ask("login", json!({"token": CUSTOMER})).await["payload"]["error"]["type"], "internal");
    assert_eq!(socket.ask("login", json!({"token": CUSTOMER})).await["success"], true);
    let begun = socket.ask("start_chat", json!({"continuous": true})).await;
    let event = json!({"chat_id": begun["payload"]["chat_id"], "event": {"type": "message", "text": "x"}});
    assert_eq!(socket.ask("send_event", event.clone()).await["payload"]["error"]["type"], "too_many_requests");
    assert_eq!(socket.ask("send_event", event).await["success"], true);
}
