//! Whatever is done on sockets, in whatever order, leaves the rules whole.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

/// Something that happens on one of three sockets.
#[derive(Clone, Debug)]
enum Move {
    Connect(u64, usize),
    Frame(u64, usize, usize),
    Raw(u64, Vec<u8>),
    Trouble(u64, usize),
    Leave(u64),
    Wait(u64),
    Act(usize),
}

/// Where sockets are opened: four times by agents, then by customers.
const PATHS: [&str; 8] = [
    PATH,
    "/v3.7/agent/rtm/ws",
    "/v3.4/agent/rtm/ws?organization_id=x",
    "/v9/agent/rtm/ws",
    customer::SITE,
    customer::SITE,
    "/v3.5/customer/rtm/ws?organization_id=390e44e6-f1e6-0368-c6dd-b74c14508c2e",
    "/v3.6/customer/rtm/ws",
];
const CUSTOMER: &str = "Bearer dal:customer-token";
const CUSTOMER_ID: &str = "c0571000-0000-4000-8000-000000000001";
const TROUBLES: [Trouble; 4] = [Trouble::Overdue, Trouble::TooLarge(1), Trouble::Behind, Trouble::Garbled];

fn actions() -> Vec<&'static str> {
    let vendor = Vendor::of::<Livechat>();
    let ours = |path: &str| path.contains("/agent/") || path.contains("/customer/action/");
    let methods = (vendor.routes)().into_iter().filter(|route| ours(route.path)).map(|route| route.name);
    let all = methods.chain((vendor.actions)().into_iter().map(|action| action.name)).chain(["fly"]);
    all.map(|name| name.rsplit('/').next().unwrap()).collect()
}

fn payloads(chat: &str) -> Vec<Value> {
    vec![
        json!({}),
        json!({"token": MIA}),
        json!({"token": TOM, "away": true, "pushes": {"3.7": ["all"]}}),
        json!({"token": "Bearer dal:brief"}),
        json!({"token": CUSTOMER}),
        json!({"token": CUSTOMER, "customer_page": {"url": "https://shop.example/"}, "pushes": {"3.7": ["all"]}}),
        json!({"url": "https://shop.example/", "group_ids": [0], "sneak_peek_text": "x", "seen_up_to": "2026-01-01T00:00:00Z"}),
        json!({"id": chat, "chat_id": chat, "event": {"type": "message", "text": "x"}, "is_typing": true}),
        json!({"id": chat, "chat_id": chat, "ignore_requester_presence": true, "user_id": "tom@acme.example",
            "user_type": "agent", "visibility": "agents"}),
        json!({"continuous": true, "away": false, "status": "not_accepting_chats", "limit": 1}),
        json!({"id": CUSTOMER_ID, "ban": {"days": 1}}),
        json!({"chat": {"thread": {"events": [{"type": "message", "text": "Hi"}]}}, "continuous": true}),
        json!({"id": ADA, "ban": {"days": 1}, "name": "A", "content": 1, "recipients": {"agents": {"all": true}}}),
        json!({"id": 5, "chat_id": [], "token": null, "away": 1}),
    ]
}

fn a_move() -> impl Strategy<Value = Move> {
    let socket = 1_u64..4;
    prop_oneof![
        2 => (socket.clone(), 0..PATHS.len()).prop_map(|(socket, path)| Move::Connect(socket, path)),
        // Logins are drawn often, since little happens without one.
        4 => (socket.clone(), 1_usize..6).prop_map(|(socket, payload)| Move::Frame(socket, usize::MAX, payload)),
        14 => (socket.clone(), 0_usize..96, 0..payloads("").len()).prop_map(|(socket, action, payload)| Move::Frame(socket, action, payload)),
        2 => (socket.clone(), prop::collection::vec(any::<u8>(), 0..40)).prop_map(|(socket, bytes)| Move::Raw(socket, bytes)),
        1 => (socket.clone(), 0_usize..4).prop_map(|(socket, trouble)| Move::Trouble(socket, trouble)),
        1 => socket.prop_map(Move::Leave),
        1 => (1_u64..90).prop_map(Move::Wait),
        2 => (0_usize..4).prop_map(Move::Act),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn answers_come_once_and_first_and_nothing_comes_after_the_end(moves in prop::collection::vec(a_move(), 1..60)) {
        let mut stage = Stage::open(json!({
            "agents": [{"id": "mia@acme.example", "role": "viceowner"}, {"id": "tom@acme.example", "status": "offline"}],
            "bots": [{"name": "Acme Bot"}],
            "tokens": [{"of": "mia@acme.example", "token": "dal:brief", "expires_in": "1h"}],
            "rtm": {"connections": 2},
        }));
        let actions = actions();
        // Sockets are never opened twice, so each opening has a number of its own.
        let (mut open, mut opened): (BTreeMap<u64, u64>, u64) = (BTreeMap::new(), 0);
        let mut latest: Option<String> = None;
        let mut of_customers = BTreeSet::new();
        for (nth, one) in moves.into_iter().enumerate() {
            let id = format!("r{nth}");
            let mut asked = None;
            let told = match one {
                Move::Connect(socket, path) => {
                    if open.contains_key(&socket) { continue }
                    opened += 1;
                    open.insert(socket, opened);
                    of_customers.extend((path >= 4).then_some(opened));
                    stage.connect(opened, PATHS[path])
                }
                Move::Frame(socket, action, payload) => {
                    let Some(number) = open.get(&socket).copied() else { continue };
                    let chat = latest.clone().or_else(|| stage.desk.chat("ada").map(str::to_owned)).unwrap_or_default();
                    let action = if action == usize::MAX { "login" } else { actions[action % actions.len()] };
                    asked = Some(number);
                    stage.frame(number, &json!({"request_id": id, "action": action, "payload": payloads(&chat)[payload]}))
                }
                Move::Raw(socket, bytes) => {
                    let Some(number) = open.get(&socket).copied() else { continue };
                    let frame = match String::from_utf8(bytes) {
                        Ok(text) => Inbound::Text(text.into()),
                        Err(error) => Inbound::Binary(error.into_bytes().into()),
                    };
                    stage.hear(number, frame, nth % 12)
                }
                Move::Trouble(socket, trouble) => {
                    let Some(number) = open.get(&socket).copied() else { continue };
                    stage.in_trouble(number, TROUBLES[trouble])
                }
                Move::Leave(socket) => {
                    let Some(number) = open.remove(&socket) else { continue };
                    stage.leave(number)
                }
                Move::Wait(minutes) => {
                    stage.wait(VirtualSpan::from_mins(minutes));
                    stage.orders()
                }
                Move::Act(act) => {
                    let act = [
                        json!({"start_chat": {"as": "ada", "text": "Hi"}}),
                        json!({"say": {"as": "ada", "text": "More"}}),
                        json!({"leave": {"as": "ada"}}),
                        json!({"set_status": {"agent": "tom@acme.example", "status": "accepting_chats"}}),
                    ][act].clone();
                    let _ = stage.act(act);
                    stage.orders()
                }
            };
            let (mut answers, mut carriers) = (0, 0);
            for (number, frame) in &told {
                latest = frame["payload"]["chat"]["id"].as_str().map(str::to_owned).or(latest);
                let leaks = of_customers.contains(number) && frame["type"] == "push" && frame.to_string().contains("@acme.example");
                prop_assert!(!leaks, "{frame} to a customer");
                let socket = open.iter().find(|(_, of)| *of == number).map(|(socket, _)| *socket);
                prop_assert!(socket.is_some(), "{frame} to a socket that is closed");
                if frame.is_string() {
                    open.remove(&socket.unwrap());
                } else if frame["request_id"] == id.as_str() {
                    prop_assert_eq!(Some(*number), asked);
                    if frame["type"] == "response" {
                        answers += 1;
                        prop_assert_eq!(frame["success"].as_bool().unwrap(), frame["payload"].get("error").is_none());
                    } else {
                        prop_assert_eq!(answers, 1, "{} before its answer", frame);
                        carriers += 1;
                    }
                }
            }
            prop_assert!(carriers < 2, "{:?}", told);
            // A client that is sent elsewhere gets a reason in place of an answer, and nothing else here is so.
            prop_assert_eq!(answers, usize::from(asked.is_some()), "{:?}", told);
        }
    }
}
