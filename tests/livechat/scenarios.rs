//! The scenarios that come with the tool, played against a small bot.

use std::collections::BTreeSet;

use rehearsal::engine::port::Attempt;
use rehearsal::platform::Vendor;
use rehearsal::platform::livechat::Livechat;
use serde_json::{Value, json};

use crate::support::stagehand::{Reaction, play, post};

/// A bot that answers what it understands, hands over and closes.
#[derive(Default)]
struct Bot {
    seen: BTreeSet<String>,
    done: BTreeSet<String>,
}

impl Bot {
    fn take(&mut self, attempt: &Attempt) -> Reaction {
        let webhook: Value = serde_json::from_slice(&attempt.body).expect("JSON");
        let payload = &webhook["payload"];
        let (chat, thread, event, hello) = match webhook["action"].as_str() {
            Some("incoming_chat") => {
                let chat = &payload["chat"];
                (&chat["id"], &chat["thread"]["id"], &chat["thread"]["events"][0], true)
            }
            Some("incoming_event") => (&payload["chat_id"], &payload["thread_id"], &payload["event"], false),
            _ => return Reaction::ok(),
        };
        let mut reaction = Reaction::ok();
        let author = event["author_id"].as_str().unwrap_or("@");
        let theirs = !author.contains('@') && author.len() != 32;
        let key = if hello { thread.to_string() } else { event["id"].to_string() };
        if !theirs || self.done.contains(&thread.to_string()) || !self.seen.insert(key) {
            return reaction;
        }
        if hello {
            reaction.calls.push(say(chat, json!({"type": "message", "text": "Hello! How can I help?"})));
        }
        let text = if event["type"] == "file" { "file" } else { event["text"].as_str().unwrap_or_default() };
        let mut answer = |text: &str| reaction.calls.push(say(chat, json!({"type": "message", "text": text})));
        if text == "file" {
            answer("Thanks, I got your file.");
        } else if text.contains("A-1001") {
            answer("Order A-1001 is on its way.");
        } else if text.contains("human") {
            answer("I'll get a colleague.");
            let target = json!({"type": "group", "ids": [0]});
            let body = json!({"id": chat, "target": target, "ignore_agents_availability": true});
            reaction.calls.push(call("transfer_chat", &body));
            self.done.insert(thread.to_string());
        } else if text.contains("order") {
            answer("What is your order number?");
        } else if text.contains("menu") {
            let button =
                |(text, id)| json!({"text": text, "type": "message", "value": text, "postback_id": id, "user_ids": []});
            let buttons = [("Track an order", "a"), ("Talk to a human", "b"), ("Nothing, thanks", "c")].map(button);
            let elements = json!([{"title": "What would you like?", "buttons": buttons}]);
            let event = json!({"type": "rich_message", "template_id": "quick_replies", "elements": elements});
            reaction.calls.push(say(chat, event));
        } else if text.contains("bye") {
            answer("Goodbye!");
            let tag = json!({"chat_id": chat, "thread_id": thread, "tag": "bot-handled"});
            reaction.calls.push(call("tag_thread", &tag));
            reaction.calls.push(call("deactivate_chat", &json!({"id": chat})));
        } else if !hello {
            answer("Sorry?");
        }
        reaction
    }
}

fn say(chat: &Value, event: Value) -> rehearsal::platform::route::Call {
    call("send_event", &json!({"chat_id": chat, "event": event}))
}

fn call(method: &str, body: &Value) -> rehearsal::platform::route::Call {
    let headers = [("authorization", "Bearer dal:bot-token")];
    post(&format!("/v3.6/agent/action/{method}"), &headers, &body.to_string())
}

#[test]
fn the_scenarios_can_be_played() {
    let check = |name: &str, text: &str| {
        let mut bot = Bot::default();
        let play = play(&Vendor::of::<Livechat>(), text, |attempt| bot.take(attempt));
        assert_eq!(play.failure(), None, "{name}:\n{}", play.journal());
    };
    macro_rules! check_files {
        ($($name:literal),* $(,)?) => {
            $( check($name, include_str!(concat!("../../scenarios/livechat/", $name, ".yaml"))); )*
        };
    }
    check_files!(
        "from_incoming_chat_to_chat_deactivated",
        "customer_comes_back",
        "customer_walks_away",
        "quick_replies",
        "refund_that_ends_with_a_human",
        "errors/duplicate_delivery",
    );
}

#[test]
fn a_play_is_the_same_every_time() {
    let text = include_str!("../../scenarios/livechat/from_incoming_chat_to_chat_deactivated.yaml");
    let journal = || {
        let mut bot = Bot::default();
        play(&Vendor::of::<Livechat>(), text, |attempt| bot.take(attempt)).journal()
    };
    assert_eq!(journal(), journal());
}
