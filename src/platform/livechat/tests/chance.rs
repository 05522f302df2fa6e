//! Whatever is done in whatever order, some things always hold.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// A deed at random: an act, a call, or time.
fn deed() -> impl Strategy<Value = (u8, bool, u8)> {
    (0..19_u8, any::<bool>(), 0..4_u8)
}

fn play(stage: &mut Stage, (deed, second, pick): (u8, bool, u8)) {
    let key = if second { "bob" } else { "ada" };
    let chat = stage.desk.chat(key).unwrap_or("X").to_owned();
    let token = if pick.is_multiple_of(2) { BOT_TOKEN } else { AGENT_TOKEN };
    let staff = [BOT, "mia@acme.example", "tom@acme.example", "nobody"][usize::from(pick)];
    let group = [0, 19, 20, 21][usize::from(pick)];
    let target = json!({"type": "group", "ids": [group]});
    let event = json!({"type": "message", "text": "x"});
    let user = json!({"chat_id": chat, "user_id": staff, "user_type": "agent", "visibility": "agents",
        "ignore_requester_presence": second});
    let to = if second { "Sales" } else { "mia@acme.example" };
    let act = match deed {
        0 | 1 => Some(json!({"start_chat": {"as": key, "text": "Hi"}})),
        2 | 3 => Some(json!({"say": {"as": key, "text": "x"}})),
        4 => Some(json!({"leave": {"as": key}})),
        5 => Some(json!({"close": {"by": key}})),
        6 => Some(json!({"assign": {"to": "Acme Bot", "chat": key}})),
        7 => Some(json!({"transfer": {"to": to, "chat": key}})),
        8 => Some(json!({"resume": {"chat": key}})),
        9 => Some(json!({"tag": {"add": ["t"], "remove": ["u"], "chat": key}})),
        _ => None,
    };
    if let Some(act) = act {
        // A refusal is a fine outcome: it must leave everything as it was, which the invariants show.
        let _refused = stage.act(act);
        return;
    }
    let (method, body) = match deed {
        10 => ("send_event", json!({"chat_id": chat, "event": event})),
        11 => ("transfer_chat", json!({"id": chat, "target": target, "ignore_agents_availability": second})),
        12 => ("add_user_to_chat", user),
        13 => ("remove_user_from_chat", user),
        14 => ("deactivate_chat", json!({"id": chat, "ignore_requester_presence": second})),
        15 => ("resume_chat", json!({"chat": {"id": chat}})),
        16 => ("start_chat", json!({"active": second})),
        17 => ("list_chats", json!({})),
        _ => {
            stage.wait(VirtualSpan::from_mins(u64::from(pick) * 10));
            return;
        }
    };
    stage.call(method, token, &body);
}

/// Checks what the webhooks since the last look say against all that was said before.
fn hold(stage: &mut Stage, seen: &mut Seen) {
    for body in stage.bodies() {
        let payload = &body["payload"];
        match body["action"].as_str().unwrap() {
            "incoming_chat" => {
                let (chat, thread) = (&payload["chat"], &payload["chat"]["thread"]);
                let id = chat["id"].as_str().unwrap().to_owned();
                let thread_id = thread["id"].as_str().unwrap().to_owned();
                assert!(!seen.open.contains_key(&id), "one active thread at most");
                assert!(seen.newest < thread_id, "newer ids sort later");
                seen.newest.clone_from(&thread_id);
                let users: Vec<&str> =
                    chat["users"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap()).collect();
                assert_eq!(users.iter().collect::<BTreeSet<_>>().len(), users.len(), "users are listed once");
                let events = thread["events"].as_array().unwrap().len() as u64;
                if thread["active"] == json!(true) {
                    seen.open.insert(id, (thread_id, events));
                }
            }
            "incoming_event" => {
                let chat = payload["chat_id"].as_str().unwrap();
                let (thread, last) = seen.open.get_mut(chat).expect("closed threads get no events");
                assert_eq!(payload["thread_id"], json!(thread));
                let number = payload["event"]["id"].as_str().unwrap().rsplit_once('_').unwrap().1;
                let number: u64 = number.parse().unwrap();
                assert_eq!(number, *last + 1, "numbers count every event");
                *last = number;
            }
            "chat_deactivated" => {
                let chat = payload["chat_id"].as_str().unwrap();
                assert!(seen.open.remove(chat).is_some(), "only what is open can be closed");
            }
            _ => {}
        }
    }
}

#[derive(Default)]
struct Seen {
    /// The active thread of each chat, and the number of its latest event.
    open: BTreeMap<String, (String, u64)>,
    newest: String,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn threads_and_events_stay_in_order_whatever_happens(deeds in prop::collection::vec(deed(), 1..40)) {
        let mut stage = Stage::with_bot();
        let mut seen = Seen::default();
        for deed in deeds {
            play(&mut stage, deed);
            hold(&mut stage, &mut seen);
        }
    }

    #[test]
    fn arbitrary_bodies_are_answered(method in any::<prop::sample::Index>(), body in "[ -~]{0,60}", keyed in any::<bool>()) {
        let mut stage = Stage::with_bot();
        let names = (Vendor::of::<Livechat>().vocabulary.routes)();
        let name = method.get(&names);
        let body = if keyed { json!({"chat_id": body, "id": body, "event": body, "chat": body}).to_string() } else { body };
        let path = format!("/v3.6/agent/action/{name}");
        let (reply, _) = stage.send(Method::POST, &path, &[("authorization", BOT_TOKEN)], Body::Whole(body.into()));
        prop_assert!(reply.status == 200 || reply.code.is_some());
    }
}
