//! Whatever happens in whatever order: nothing panics, and what must always be so stays so.

use http::Method;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::super::subscription::Trigger;
use super::stage::Stage;
use crate::base::time::VirtualSpan;

/// The names of the subscriptions that do nothing but listen.
const WATCHERS: [&str; 2] = ["one", "other"];

/// Something that happens.
#[derive(Clone, Debug)]
enum Happening {
    Act(Value),
    Call(Method, String, Value),
    /// All deliveries that are on their way end so.
    Deliver(bool),
    Pass(u64),
}

fn happening() -> impl Strategy<Value = Happening> {
    let who = select(vec!["ada", "bob"]);
    let agent = select(vec!["noa@example.com", "dan@example.com", "Bot"]);
    let label = select(vec!["a", "b", "nothing"]);
    let status = select(vec!["sent", "accepted", "delivered", "seen", "failed", "channel_failed", "deleted", "lost"]);
    let acts = prop_oneof![
        3 => (who.clone(), select(vec!["Hi", "הסר", "menu"]))
            .prop_map(|(who, text)| json!({"start_chat": {"as": who, "text": text}})),
        2 => who.clone().prop_map(|who| json!({"say": {"as": who, "text": "well"}})),
        1 => who.clone().prop_map(|who| json!({"attach": {"as": who, "url": "https://f.example/a.png"}})),
        1 => who.clone().prop_map(|who| json!({"read": {"as": who}})),
        1 => who.clone().prop_map(|who| json!({"opt_out": {"as": who}})),
        1 => who.prop_map(|who| json!({"opt_in": {"as": who}})),
        2 => agent.clone().prop_map(|agent| json!({"assign": {"to": agent}})),
        1 => select(vec!["support", "noa@example.com"]).prop_map(|to| json!({"transfer": {"to": to}})),
        1 => agent.clone().prop_map(|agent| json!({"say": {"as": agent, "text": "Hello"}})),
        1 => agent.prop_map(|agent| json!({"close": {"by": agent}})),
        2 => (label.clone(), label.clone()).prop_map(|(add, remove)| json!({"tag": {"add": [add], "remove": [remove]}})),
        2 => status.prop_map(|status| json!({"receipt": {"status": status}})),
        1 => Just(json!({"report_problem": {"name": "p"}})),
        1 => Just(json!({"resolve_problem": {}})),
    ];
    let body = prop_oneof![
        Just(json!({"type": "text", "text": "Hey"})),
        Just(json!({"type": "buttons", "text": "?", "buttons": [{"title": "Yes", "payload": "y"}]})),
        Just(json!({"type": "media", "media": [{"mediaType": "image", "url": "https://f.example/b.png"}]})),
        Just(json!({"type": "fax"})),
        Just(Value::Null),
    ];
    let chat = |method: Method, path: &'static str, body: Value| Happening::Call(method, path.to_owned(), body);
    let calls = prop_oneof![
        3 => body.prop_map(move |body| chat(Method::POST, "/messages/send/{chat}", body)),
        1 => Just(chat(Method::POST, "/chats/{chat}/resolve", Value::Null)),
        1 => any::<bool>().prop_map(move |on| chat(Method::PATCH, "/chats/{chat}", json!({"externalBot": on}))),
        2 => label.prop_map(move |label| chat(Method::POST, "/chats/{chat}/labels", json!({"set": [label]}))),
        1 => Just(chat(Method::POST, "/chats/assign", json!({"chatId": "{chat}", "departmentId": "sales"}))),
        1 => select(vec!["a", "b"])
            .prop_map(|label| Happening::Call(Method::DELETE, format!("/labels/{label}"), Value::Null)),
        1 => select(vec!["activate", "inactivate"])
            .prop_map(|what| Happening::Call(Method::POST, format!("/scenarios/manage/{{scenario}}/{what}"), Value::Null)),
        2 => select(vec![json!({}), json!({"chatStatus": 2}), json!({"chatStatus": 3, "replyText": "Bye"})])
            .prop_map(move |action| chat(Method::POST, "/whatsapp/templates/send", json!({
                "templateName": "inbox_marketing_95", "to": "0501112233", "language": "en", "body": ["A", "B"],
                "replyAction": action,
            }))),
    ];
    prop_oneof![
        6 => acts.prop_map(Happening::Act),
        3 => calls,
        2 => any::<bool>().prop_map(Happening::Deliver),
        1 => select(vec![1_u64, 15, 90_000]).prop_map(Happening::Pass),
    ]
}

/// A tenant that subscribes to nearly everything, and changes things by itself.
fn open() -> Stage {
    let events =
        ["newMessage", "messageStatusChanged", "chatAssigned", "chatPending", "chatResolved", "chatLabelsUpdated"];
    let mut subscriptions: Vec<Value> = events.iter().map(|event| json!({"event": event, "url": "${bot}/x"})).collect();
    subscriptions.push(json!({"data": {
        "name": "busy", "triggerEvents": ["domain.chat.pending", "domain.chat.labels"],
        "actions": [
            {"name": "chatUpdateLabels", "params": {"operation": "add", "labels": ["b"], "chatId": "%chat:_id%"}},
            {"name": "request", "params": {"url": "${bot}/y", "method": "post", "json": true, "data": {"chat": "%chat:_id%"}}},
            {"name": "chatUpdateExternalBot", "params": {"externalBot": true, "chatId": "%chat:_id%"}},
        ],
    }}));
    // Two that do nothing but listen, so that there are records of all that happens.
    for name in WATCHERS {
        let triggers: Vec<&str> = Trigger::names().collect();
        subscriptions.push(json!({"data": {"name": name, "triggerEvents": triggers, "actions": []}}));
    }
    Stage::open(json!({"labels": [{"id": "a"}, {"id": "b"}], "subscriptions": subscriptions}))
}

/// Whatever happens gives each subscription that listens one run: as many as there are messages, and reports on them.
fn hold_runs(stage: &mut Stage, watchers: &[String], written: usize, reported: usize) -> Result<(), TestCaseError> {
    let mut seen = Vec::new();
    for watcher in watchers {
        let runs = stage.runs(&format!("scenarioId={watcher}"));
        let events: Vec<String> = runs.iter().map(|run| run["steps"][0]["name"].to_string()).collect();
        let count = |trigger: Trigger| events.iter().filter(|event| **event == format!("{:?}", trigger.name())).count();
        prop_assert_eq!(count(Trigger::MessageCreated), written);
        prop_assert_eq!(count(Trigger::StatusRequest), reported);
        seen.push(events);
    }
    prop_assert_eq!(&seen[0], &seen[1]);
    Ok(())
}

/// What must be so at any time.
fn hold(stage: &mut Stage, watchers: &[String]) -> Result<(), TestCaseError> {
    let (_, known) = stage.call(Method::GET, "/labels", &Value::Null);
    let known: Vec<&Value> = known["labels"].as_array().unwrap().iter().map(|label| &label["id"]).collect();
    let (mut written, mut reported) = (0, 0);
    let (_, found) = stage.call(Method::GET, "/chats/search?includeEmpty=1&limit=10000", &Value::Null);
    for chat in found["data"].as_array().unwrap() {
        let has = |key: &str| !chat[key].is_null();
        let status = chat["status"].as_u64().unwrap();
        prop_assert!(status <= 4, "{chat}");
        prop_assert!(status != 2 || chat["agent"]["uid"].is_string(), "taken by nobody: {chat}");
        prop_assert!(status != 1 || has("pendingUpdateTime"), "waits since never: {chat}");
        prop_assert!(status != 3 || has("resolvedUpdateTime"), "resolved never: {chat}");
        prop_assert!(status != 2 && status != 3 || chat["unreadCount"].is_u64());
        let labels = chat["labels"].as_array().unwrap();
        prop_assert!(labels.iter().all(|label| known.contains(&label)), "{chat}");
        for message in stage.messages(chat["_id"].as_str().unwrap()) {
            let Some(history) = message["statusHistory"].as_array() else {
                prop_assert!(message["systemMessage"] == true && message["newChatStatus"].is_u64(), "{message}");
                continue;
            };
            let statuses: Vec<u64> = history.iter().map(|row| row["status"].as_u64().unwrap()).collect();
            prop_assert!(statuses.windows(2).all(|pair| pair[0] < pair[1]), "goes back: {message}");
            prop_assert_eq!(Some(&message["status"].as_u64().unwrap()), statuses.last());
            written += 1;
            reported += statuses.len() - 1;
        }
    }
    for run in stage.runs("") {
        let failed = run["steps"].as_array().unwrap().iter().any(|step| step["error"].is_string());
        prop_assert_eq!(run["success"] == false, failed, "{}", run);
    }
    hold_runs(stage, watchers, written, reported)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_what_must_be_so_stays_so(happenings in prop::collection::vec(happening(), 1..24)) {
        let mut stage = open();
        let listed = stage.call(Method::GET, "/scenarios/manage", &Value::Null).1["scenarios"].clone();
        let scenario = &listed[0]["_id"];
        let is_watcher = |scenario: &&Value| WATCHERS.iter().any(|name| scenario["activeRevision"]["name"] == *name);
        let watchers = listed.as_array().unwrap().iter().filter(is_watcher);
        let watchers: Vec<String> = watchers.map(|scenario| scenario["_id"].as_str().unwrap().to_owned()).collect();
        for happening in happenings {
            match happening {
                // What cannot be done is refused, and that is all.
                Happening::Act(act) => drop(stage.act(act)),
                Happening::Call(method, path, body) => {
                    let chat = stage.desk.chat("ada").unwrap_or("none").to_owned();
                    let path = path.replace("{chat}", &chat).replace("{scenario}", scenario.as_str().unwrap());
                    let body: Value = serde_json::from_str(&body.to_string().replace("{chat}", &chat)).unwrap();
                    let (status, answer) = stage.call(method, &path, &body);
                    prop_assert!(matches!(status / 100, 2 | 4), "{}", answer);
                }
                Happening::Deliver(acknowledged) => drop(stage.deliver(acknowledged)),
                Happening::Pass(seconds) => stage.pass(VirtualSpan::from_secs(seconds)),
            }
            hold(&mut stage, &watchers)?;
        }
        // Once everything is delivered, nothing is under way any more.
        while stage.deliver(true) > 0 {}
        let recorded = stage.runs("").len();
        stage.pass(VirtualSpan::from_secs(60));
        while stage.deliver(true) > 0 {}
        prop_assert!(stage.runs("").len() >= recorded);
        hold(&mut stage, &watchers)?;
    }
}
