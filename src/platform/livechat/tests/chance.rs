//! Whatever is done in whatever order, some things always hold.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// A deed at random: an act, a call, or time.
fn deed() -> impl Strategy<Value = (u8, bool, u8)> {
    (0..35_u8, any::<bool>(), 0..4_u8)
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
        18 => Some(json!({"choose": {"as": key, "option": "Yes"}})),
        33 => Some(json!({"read": {"as": key}})),
        19 => Some(json!({"delete": {"as": key}})),
        20 | 21 => {
            let agent = if second { "Acme Bot" } else { "mia@acme.example" };
            let status = ["accepting_chats", "not_accepting_chats", "offline", "accepting_chats"][usize::from(pick)];
            Some(json!({"set_status": {"agent": agent, "status": status}}))
        }
        _ => None,
    };
    if let Some(act) = act {
        // A refusal is a fine outcome: it must leave everything as it was, which the invariants show.
        let _refused = stage.act(act);
        return;
    }
    let thread = latest(stage, &chat);
    let first = format!("{thread}_1");
    let value = json!({"0805e283233042b37f460ed8fbf22160": {"a": pick}});
    let buttons = json!([{"text": "Yes", "postback_id": "y"}]);
    let rich = json!({"type": "rich_message", "template_id": "cards", "elements": [{"buttons": buttons}]});
    let seen = format!("2026-01-05T09:{:02}:00.000000Z", pick * 10);
    let (method, body) = match deed {
        10 => ("send_event", json!({"chat_id": chat, "event": event})),
        11 => ("transfer_chat", json!({"id": chat, "target": target, "ignore_agents_availability": second})),
        12 => ("add_user_to_chat", user),
        13 => ("remove_user_from_chat", user),
        14 => ("deactivate_chat", json!({"id": chat, "ignore_requester_presence": second})),
        15 => ("resume_chat", json!({"chat": {"id": chat}})),
        16 => ("start_chat", json!({"active": second})),
        17 => ("list_chats", json!({})),
        22 => ("send_event", json!({"chat_id": chat, "event": rich})),
        23 => {
            let postback = json!({"id": "y", "toggled": second});
            let body = json!({"chat_id": chat, "thread_id": thread, "event_id": first, "postback": postback});
            ("send_rich_message_postback", body)
        }
        24 => ("mark_events_as_seen", json!({"chat_id": chat, "seen_up_to": seen})),
        25 if pick == 3 => {
            let properties = json!({"routing": {"ignore_agents_routing": second}});
            ("update_chat_properties", json!({"id": chat, "properties": properties}))
        }
        27 if pick == 3 => {
            let rating = json!({"rating": {"score": u8::from(second)}});
            ("update_thread_properties", json!({"chat_id": chat, "thread_id": thread, "properties": rating}))
        }
        25 => ("update_chat_properties", json!({"id": chat, "properties": value})),
        26 => {
            ("delete_chat_properties", json!({"id": chat, "properties": {"0805e283233042b37f460ed8fbf22160": ["a"]}}))
        }
        27 => ("update_thread_properties", json!({"chat_id": chat, "thread_id": thread, "properties": value})),
        28 => {
            let body = json!({"chat_id": chat, "thread_id": thread, "event_id": first, "properties": value});
            ("update_event_properties", body)
        }
        29 => (
            "update_customer",
            json!({"id": if second { BOB } else { ADA }, "session_fields": [{"n": pick.to_string()}]}),
        ),
        30 if pick == 0 => ("ban_customer", json!({"id": if second { BOB } else { ADA }, "ban": {"days": 1}})),
        31 => ("request_thread_summary", json!({"chat_id": chat, "thread_id": thread})),
        32 => ("list_archives", json!({})),
        _ => {
            stage.wait(VirtualSpan::from_mins(u64::from(pick) * 10));
            return;
        }
    };
    stage.call(method, token, &body);
}

/// Somebody who may see everything and takes no chats.
const AUDITOR: &str = "Bearer dal:agent3-token";

fn audited() -> Stage {
    Stage::open(json!({
        "idle_after": "7m", "transfer_after": "13m",
        "agents": [{"id": "mia@acme.example", "groups": [19]},
                   {"id": "tom@acme.example", "priority": "supervisor"},
                   {"id": "eve@acme.example", "groups": [19, 20], "status": "offline"}],
        "groups": [{"id": 19, "name": "Sales"}, {"id": 20, "name": "Nobody"}],
        "bots": [{"name": "Acme Bot"}],
        "webhooks": all_actions().iter().map(|action| json!({"action": action, "url": "${bot}"})).collect::<Vec<_>>(),
    }))
}

fn latest(stage: &mut Stage, chat: &str) -> String {
    let found = stage.call("get_chat", AUDITOR, &json!({"chat_id": chat})).1;
    found["thread"]["id"].as_str().unwrap_or("X").to_owned()
}

/// Checks what every chat looks like against what it looked like before.
fn audit(stage: &mut Stage, known: &mut Known) {
    let chats = stage.call("list_chats", AUDITOR, &json!({"limit": 100})).1;
    for chat in chats["chats_summary"].as_array().unwrap() {
        let id = chat["id"].as_str().unwrap();
        let threads = stage.call("list_threads", AUDITOR, &json!({"chat_id": id, "limit": 100})).1;
        let threads = threads["threads"].as_array().unwrap();
        for (place, thread) in threads.iter().enumerate() {
            let name = thread["id"].as_str().unwrap().to_owned();
            let active = thread["active"] == json!(true);
            assert!(!active || place == 0, "only the latest thread goes on");
            assert!(!active || !known.closed.contains(&name), "closed stays closed");
            if active {
                let held = chat["users"].as_array().unwrap().iter().any(|user| {
                    user["type"] == "agent" && user["present"] == json!(true) && user["visibility"] == "all"
                });
                assert!(held || thread.get("queue").is_some(), "whom nobody has waits: {chat}");
            } else {
                known.closed.insert(name);
            }
            let times: Vec<&str> = thread["events"]
                .as_array()
                .unwrap()
                .iter()
                .map(|event| event["created_at"].as_str().unwrap())
                .collect();
            assert!(times.is_sorted(), "events are in order: {times:?}");
        }
        for user in chat["users"].as_array().unwrap() {
            let key = (id.to_owned(), user["id"].as_str().unwrap().to_owned());
            let seen = user["events_seen_up_to"].as_str().unwrap().to_owned();
            let before = known.seen.insert(key, seen.clone());
            assert!(before.is_none_or(|before| before <= seen), "nobody sees less than before");
        }
    }
}

#[derive(Default)]
struct Known {
    closed: BTreeSet<String>,
    seen: BTreeMap<(String, String), String>,
}

/// What webhooks have said last about what can only have one value at a time.
type Said = BTreeMap<String, Value>;

/// Checks that each webhook tells of a change.
fn told(body: &Value, said: &mut Said) {
    let payload = &body["payload"];
    let action = body["action"].as_str().unwrap();
    let subject = format!("{} {} {}", payload["chat_id"], payload["thread_id"], payload["event_id"]);
    let mut change = |key: String, value: Value| {
        let before = said.insert(key, value.clone());
        assert_ne!(before, Some(value), "{body} tells nothing new");
    };
    match action {
        "routing_status_set" => change(payload["agent_id"].to_string(), payload["status"].clone()),
        "thread_tagged" | "thread_untagged" => change(format!("{subject} {}", payload["tag"]), json!(action)),
        "events_marked_as_seen" => {
            change(format!("seen {} {}", payload["user_id"], payload["chat_id"]), payload["seen_up_to"].clone());
        }
        "customer_session_fields_updated" => {
            change(format!("fields {}", payload["id"]), payload["session_fields"].clone());
        }
        "event_deleted" | "thread_summary_set" => change(format!("{action} {subject}"), json!(true)),
        "chat_properties_deleted" => change(format!("properties {subject}"), Value::Null),
        "chat_properties_updated" | "thread_properties_updated" | "event_properties_updated" => {
            change(format!("properties {subject}"), payload["properties"].clone());
        }
        "event_updated" => change(format!("event {}", payload["event"]["id"]), payload["event"].clone()),
        _ => {}
    }
}

/// Checks what the webhooks since the last look say against all that was said before.
fn hold(stage: &mut Stage, seen: &mut Seen) {
    for body in stage.bodies() {
        told(&body, &mut seen.said);
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
                seen.last.insert(thread_id.clone(), events);
                if thread["active"] == json!(true) {
                    seen.open.insert(id, thread_id);
                }
            }
            "incoming_event" => {
                let chat = payload["chat_id"].as_str().unwrap();
                let thread = payload["thread_id"].as_str().unwrap();
                let note = payload["event"]["system_message_type"].as_str().unwrap_or_default();
                let goes_on = seen.open.get(chat).is_some_and(|open| open == thread);
                assert!(goes_on || note.starts_with("rating."), "closed threads get nothing but ratings");
                let last = seen.last.get_mut(thread).expect("threads begin before they get events");
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
    /// The active thread of each chat.
    open: BTreeMap<String, String>,
    /// The number of the latest event of each thread.
    last: BTreeMap<String, u64>,
    newest: String,
    said: Said,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn threads_and_events_stay_in_order_whatever_happens(deeds in prop::collection::vec(deed(), 1..40)) {
        let mut stage = audited();
        let (mut seen, mut known) = (Seen::default(), Known::default());
        for deed in deeds {
            play(&mut stage, deed);
            hold(&mut stage, &mut seen);
            audit(&mut stage, &mut known);
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
