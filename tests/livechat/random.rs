//! Arbitrary use: whatever people and bots do, chats stay sound.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::stage::{BOT, Stage, usual};

fn deed() -> impl Strategy<Value = Value> {
    let customer = prop_oneof![Just("ada"), Just("bob")];
    let agent = prop_oneof![Just("mia@example.com"), Just("tom@example.com"), Just(BOT)];
    let group = prop_oneof![Just("Support"), Just("Sales"), Just("0")];
    let act = prop_oneof![
        4 => customer.clone().prop_map(|who| json!({"start_chat": {"as": who, "text": "Hi"}})),
        4 => customer.clone().prop_map(|who| json!({"say": {"as": who, "text": "x"}})),
        1 => agent.clone().prop_map(|who| json!({"say": {"as": who, "text": "x"}})),
        1 => customer.clone().prop_map(|who| json!({"choose": {"as": who, "option": "Yes"}})),
        1 => customer.clone().prop_map(|who| json!({"attach": {"as": who, "url": "https://x.example/a.png"}})),
        1 => customer.clone().prop_map(|who| json!({"leave": {"as": who}})),
        1 => agent.clone().prop_map(|to| json!({"assign": {"to": to}})),
        1 => prop_oneof![agent.clone(), group].prop_map(|to| json!({"transfer": {"to": to}})),
        1 => Just(json!({"resume": {}})),
        1 => Just(json!({"tag": {"add": ["a", "b"], "remove": ["b"]}})),
        1 => prop_oneof![customer, agent.clone(), Just("system")].prop_map(|by| json!({"close": {"by": by}})),
        1 => (1..4000_u64).prop_map(|seconds| json!({"wait": seconds})),
    ];
    let token = prop_oneof![Just("dal:bot-token"), Just("dal:mia"), Just("dal:tom")];
    let button = json!({"text": "Yes", "postback_id": "yes"});
    let offer = json!({"type": "rich_message", "template_id": "quick_replies", "elements": [{"buttons": [button]}]});
    let event = prop_oneof![Just(json!({"type": "message", "text": "x"})), Just(offer)];
    let group = prop_oneof![Just(json!([0])), Just(json!([7])), Just(json!([9, 7])), Just(json!([5]))];
    let ignore = any::<bool>();
    let call = prop_oneof![
        4 => event.prop_map(|event| json!(["send_event", {"chat_id": "<chat>", "event": event}])),
        1 => (group, ignore).prop_map(|(ids, ignore)| json!(["transfer_chat", {"id": "<chat>", "target": {"type": "group", "ids": ids}, "ignore_agents_availability": ignore}])),
        1 => ignore.prop_map(|ignore| json!(["deactivate_chat", {"id": "<chat>", "ignore_requester_presence": ignore}])),
        1 => Just(json!(["resume_chat", {"chat": {"id": "<chat>"}}])),
        1 => Just(json!(["start_chat", {}])),
        1 => (agent.clone(), any::<bool>()).prop_map(|(user, all)| json!(["add_user_to_chat", {"chat_id": "<chat>", "user_id": user, "user_type": "agent", "visibility": if all { "all" } else { "agents" }, "ignore_requester_presence": true}])),
        1 => agent.prop_map(|user| json!(["remove_user_from_chat", {"chat_id": "<chat>", "user_id": user, "user_type": "agent", "ignore_requester_presence": true}])),
        1 => Just(json!(["list_chats", {"limit": 1}])),
        1 => Just(json!(["list_threads", {"chat_id": "<chat>", "min_events_count": 2}])),
    ];
    prop_oneof![act, (token, call).prop_map(|(token, call)| json!({"call": [token, call[0], call[1]]}))]
}

/// The threads of a chat that were seen so far, with the number of events when they were closed.
type Closed = BTreeMap<String, usize>;

fn check(stage: &mut Stage, closed: &mut Closed) -> Result<(), TestCaseError> {
    let chats: Vec<String> =
        ["ada", "bob"].iter().filter_map(|name| stage.desk.chat(name).map(str::to_owned)).collect();
    for chat in chats {
        let mut threads = Vec::new();
        for token in ["dal:bot-token", "dal:mia", "dal:tom"] {
            let (status, document) = stage.call_as(token, "list_threads", &json!({"chat_id": chat, "limit": 100}));
            if status == 200 {
                threads = document["threads"].as_array().cloned().unwrap_or_default();
            }
        }
        let active = threads.iter().filter(|thread| thread["active"] == true).count();
        prop_assert!(active <= 1, "{chat} has {active} active threads");
        prop_assert!(threads.iter().skip(1).all(|thread| thread["active"] == false), "only the newest can be active");
        for thread in &threads {
            let id = thread["id"].as_str().unwrap_or_default();
            let events = thread["events"].as_array().cloned().unwrap_or_default();
            for (place, event) in events.iter().enumerate() {
                prop_assert_eq!(&event["id"], &json!(format!("{id}_{}", place + 1)));
            }
            if thread["active"] == false {
                let before = *closed.entry(id.to_owned()).or_insert(events.len());
                prop_assert_eq!(before, events.len(), "a closed thread got events");
            } else {
                prop_assert!(!closed.contains_key(id), "a closed thread was opened again");
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn chats_stay_sound_whatever_happens(deeds in prop::collection::vec(deed(), 1..30)) {
        let mut stage = Stage::open(usual());
        let mut closed = Closed::new();
        for deed in deeds {
            if let Some(seconds) = deed["wait"].as_u64() {
                stage.wait(seconds);
            } else if let Some(call) = deed["call"].as_array() {
                let chat = stage.desk.chat("ada").unwrap_or("none").to_owned();
                let text = call[2].to_string().replace("<chat>", &chat);
                let body = serde_json::from_str(&text).expect("JSON");
                let (token, method) = (call[0].as_str().expect("a token"), call[1].as_str().expect("a method"));
                let (status, document) = stage.call_as(token, method, &body);
                prop_assert!(status == 200 || document["error"]["type"].is_string(), "{document}");
            } else {
                // A refusal is fine; what counts is that it leaves no trace.
                let before = stage.desk.outgoing.len();
                if stage.act(&deed).is_err() {
                    prop_assert_eq!(before, stage.desk.outgoing.len(), "{} was refused but told", deed);
                }
            }
            check(&mut stage, &mut closed)?;
        }
    }
}
