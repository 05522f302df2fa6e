//! What acts do.

use http::Method;
use serde_json::{Value, json};

use crate::platform::imichat::stage::Stage;

#[test]
fn acts_change_chats_and_tell_the_bot_what_concerns_it() {
    // What each act tells the journal, and which events it sends, one after the other in the same chat.
    let mut stage = Stage::with_bot();
    let mut check = |act: Value, told: &[&str], events: &[&str]| {
        stage.act(act.clone()).unwrap();
        assert_eq!(stage.told(), told, "{act}");
        assert_eq!(stage.events(), events, "{act}");
    };
    check(
        json!({"start_chat": {"as": "ada", "text": "Hi"}}),
        &["customer started", "customer ada: Hi", "system assigned"],
        &["chat.assigned"],
    );
    check(json!({"say": {"as": "ada", "text": "Hello?"}}), &["customer ada: Hello?"], &["message.received"]);
    check(json!({"hold": {}}), &["bot held"], &[]);
    check(json!({"say": {"as": "ada", "text": "Still?"}}), &["customer ada: Still?"], &["message.received"]);
    check(json!({"resume": {}}), &["bot resumed"], &[]);
    check(json!({"tag": {"add": ["a", "b"]}}), &["bot tagged", "bot tagged"], &[]);
    check(json!({"tag": {"add": ["b", "c"], "remove": ["a"], "by": "noa"}}), &["agent untagged", "agent tagged"], &[]);
    check(json!({"assign": {"to": "support_bot"}}), &[], &[]);
    check(json!({"transfer": {"to": "noa"}}), &["bot assigned"], &[]);
    check(json!({"say": {"as": "ada", "text": "Human?"}}), &["customer ada: Human?"], &[]);
    check(json!({"say": {"as": "noa", "text": "Yes"}}), &["agent noa: Yes"], &[]);
    check(json!({"transfer": {"to": "Team BOT"}}), &["agent transferred", "system assigned"], &["chat.assigned"]);
    check(json!({"attach": {"as": "ada", "url": "http://x/a.png"}}), &["customer ada: "], &["message.received"]);
    check(json!({"close": {"by": "noa", "outcome": "Resolved"}}), &["agent closed"], &["chat.closed"]);
    check(
        json!({"start_chat": {"as": "ada", "text": "Again", "channel": "sms"}}),
        &["customer started", "customer ada: Again", "system assigned"],
        &["chat.assigned"],
    );
    check(json!({"close": {"by": "support_bot"}}), &["bot closed"], &[]);
}

#[test]
fn without_a_webhook_chats_wait_in_the_queue() {
    let mut stage = Stage::open(json!({}));
    stage.start("livechat");
    assert_eq!(stage.told(), ["customer started", "customer ada: Hi", "system queued"]);
    assert_eq!(stage.events(), [""; 0]);
}

#[test]
fn a_customer_is_known_by_the_address_of_the_channel() {
    let check = |channel: &str, asset: Value, destination: Option<&str>, has_thread: bool| {
        let mut stage = Stage::with_bot();
        let chat = stage.start(channel);
        let (_, document) = stage.call(Method::GET, &format!("/v3.1/chats/{chat}"), &json!({}));
        let response = &document["response"];
        assert_eq!(response["asset"]["id"], asset, "{channel}");
        let address = response["customer"]["destination_id"].as_str().unwrap();
        assert!(destination.map_or(address.contains('@'), |wanted| wanted == address), "{channel}: {address}");
        assert_eq!(response["customer"]["name"], "Ada");
        assert_eq!(!response["thread_id"].as_str().unwrap().is_empty(), has_thread, "{channel}");
    };
    check("livechat", json!("im15102452"), Some("d-ada"), true);
    check("sms", json!(447), Some("d-ada"), false);
    check("facebook", json!("pg"), Some("d-ada"), false);
    check("email", json!("help@acme.example"), None, false);
}

#[test]
fn acts_that_cannot_be_done_say_why() {
    let check = |before: &[Value], act: Value, reason: &str| {
        let mut stage = Stage::with_bot();
        for act in before {
            stage.act(act.clone()).unwrap();
        }
        let refusal = stage.act(act.clone()).unwrap_err();
        assert_eq!(refusal.reason, reason, "{act}");
    };
    let start = |channel: &str| json!({"start_chat": {"as": "ada", "channel": channel}});
    let say = |who: &str| json!({"say": {"as": who, "text": "x"}});
    let closed = [start("livechat"), json!({"close": {"by": "system"}})];
    check(&[], say("ada"), "no chat has been started yet");
    check(&[], start("fax"), "`fax` is no channel of imi.chat");
    check(&[], start("abc"), "the tenant has no asset on abc; add one under `setup.assets`");
    check(&[start("livechat")], say("support_bot"), "`support_bot` is the bot under test, which speaks for itself");
    check(&closed, say("ada"), "the chat is closed");
    check(&closed, json!({"hold": {}}), "the chat is closed");
    check(&closed, json!({"tag": {"add": ["a"]}}), "the chat is closed");
    check(&closed, json!({"transfer": {"to": "672"}}), "the chat is closed");
    let by_customer = "nothing is documented for a customer who closes a chat; let `system` or an agent close it";
    check(&[start("livechat")], json!({"close": {"by": "ada"}}), by_customer);
    let choose = || json!({"choose": {"as": "ada", "option": "Yes"}});
    check(&[start("livechat")], choose(), "no quick replies have been offered in this chat");
    check(&[start("sms")], choose(), "there are no quick replies on sms");
    let pick = json!({"pick": {"as": "ada", "items": ["Blue"]}});
    check(&[start("livechat")], pick, "there are no pickers on livechat");
    let attach = json!({"attach": {"as": "ada", "url": "http://x"}});
    check(&[start("sms")], attach, "no files can be sent on sms");
    let skilled = json!({"transfer": {"to": "672", "skill": "Gold"}});
    check(&[start("livechat")], skilled, "`Gold` is no skill of team 672");
    let skilled = json!({"transfer": {"to": "noa", "skill": "Gold"}});
    check(&[start("livechat")], skilled, "a skill is wanted of a team, not of one person");
}

#[test]
fn the_bot_is_known_by_the_chat_it_holds() {
    let mut stage = Stage::with_bot();
    let chat = stage.start("livechat");
    stage.told();
    let path = format!("/v3.1/chats/{chat}/messages");
    let offer = json!({
        "type": "outbound", "livechat_sub_type": "quick_replies", "text": "Which?", "timestamp": "2026-01-05T09:00:00Z",
        "quick_replies": {"request_identifier": "r", "options": [{"title": "Yes", "payload": "y"}]},
    });
    stage.call(Method::POST, &path, &offer);
    assert_eq!(stage.told(), ["bot support_bot: Which?"]);
    stage.act(json!({"choose": {"as": "ada", "option": "Yes"}})).unwrap();
    assert_eq!(stage.told(), ["customer ada: Yes"]);
    let refusal = stage.act(json!({"choose": {"as": "ada", "option": "No"}})).unwrap_err();
    assert_eq!(refusal.reason, "`No` was not offered; there are `Yes`");
    stage.call(Method::PATCH, &format!("/v3.1/chats/{chat}"), &json!({"status": "queued"}));
    stage.call(Method::POST, &path, &json!({"type": "outbound", "text": "x", "timestamp": "2026-01-05T09:00:00Z"}));
    stage.call(Method::POST, &path, &json!({"type": "inbound", "text": "y", "timestamp": "2026-01-05T09:00:00Z"}));
    stage.call(Method::POST, &path, &json!({"type": "announcement", "text": "z", "timestamp": "2026-01-05T09:00:00Z"}));
    assert_eq!(stage.told(), ["bot queued", "bot api: x", "customer ada: y", "system : z"]);
    stage.events();
    stage.call(Method::PATCH, &format!("/v3.1/chats/{chat}"), &json!({"assignee": "support_bot"}));
    assert_eq!(stage.events(), ["chat.assigned"]);
    stage.call(Method::PATCH, &format!("/v3.1/chats/{chat}"), &json!({"status": "closed", "outcome": "Done"}));
    assert_eq!(stage.events(), [""; 0]);
}
