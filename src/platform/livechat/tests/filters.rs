//! Which registrations fire, and what their bodies and deliveries are like.

use serde_json::json;

use super::*;
use crate::platform::outgoing::{Acknowledged, Order};

/// How many events of the customer, the bot and the system a filter lets through.
fn check(filters: Value, expected: [usize; 3]) {
    let hook = json!({"action": "incoming_event", "url": "${bot}", "filters": filters});
    let mut stage = Stage::open(json!({"agents": [{"id": "mia@acme.example"}],
        "bots": [{"name": "B", "webhooks": [hook]}]}));
    let (chat, _) = stage.start();
    stage.act(json!({"say": {"as": "ada", "text": "x"}})).unwrap();
    let customer = stage.sent().len();
    let event = json!({"type": "message", "text": "y"});
    stage.call("send_event", BOT_TOKEN, &json!({"chat_id": chat, "event": event}));
    let bot = stage.sent().len();
    stage.act(json!({"close": {"by": "system"}})).unwrap();
    assert_eq!([customer, bot, stage.sent().len()], expected, "{filters}");
}

#[test]
fn filters_decide_which_occasions_count() {
    check(json!({}), [1, 1, 1]);
    check(json!({"author_type": "customer"}), [1, 0, 0]);
    check(json!({"author_type": "agent"}), [0, 1, 0]);
    check(json!({"only_my_chats": true}), [0, 0, 0]);
    check(json!({"source_type": ["my_client"]}), [0, 1, 0]);
    check(json!({"source_type": ["other_clients"]}), [1, 0, 0]);
    check(json!({"source_type": ["system"]}), [0, 0, 1]);
    check(json!({"source_type": ["system", "other_clients"]}), [1, 0, 1]);
    check(json!({"chat_presence": {"my_bots": true}}), [1, 1, 1]);
    check(json!({"chat_presence": {"user_ids": {"values": [BOT]}}}), [1, 1, 1]);
    check(json!({"chat_presence": {"user_ids": {"values": ["mia@acme.example"]}}}), [0, 0, 0]);
    check(json!({"chat_presence": {"user_ids": {"exclude_values": [BOT]}}}), [0, 0, 0]);
    check(json!({"author_type": "agent", "source_type": ["system"]}), [0, 0, 0]);
}

#[test]
fn a_webhook_is_live_with_its_bot_or_its_license() {
    let check = |setup: Value, expected: usize| {
        let mut stage = Stage::open(setup.clone());
        stage.act(json!({"start_chat": {"as": "ada"}})).unwrap();
        assert_eq!(stage.sent().len(), expected, "{setup}");
    };
    let bot = |status: &str| json!({"bots": [{"name": "B", "status": status, "webhooks": {"url": "${bot}", "actions": ["incoming_chat"]}}]});
    check(bot("accepting_chats"), 1);
    check(bot("not_accepting_chats"), 1);
    check(bot("offline"), 0);
    let hook = json!({"action": "incoming_chat", "url": "${bot}"});
    check(json!({"webhooks": [hook, hook, hook]}), 3);
    check(json!({"webhooks": [hook], "license_webhooks": false}), 0);
    // A bot-type registration of an app without bots never fires.
    check(json!({"webhooks": [{"action": "incoming_chat", "url": "${bot}", "type": "bot"}]}), 0);
}

#[test]
fn bodies_carry_the_secret_where_it_can_be_found() {
    let check = |secret: Value, expected: &str| {
        let hooks = json!({"url": "${bot}", "actions": ["incoming_chat"], "secret_key": secret});
        let mut stage = Stage::open(json!({"bots": [{"name": "B", "webhooks": hooks}]}));
        stage.start();
        let sent = stage.sent();
        let span = sent[0].secret_span.clone().unwrap();
        let quoted = format!("\"{}\"", std::str::from_utf8(&sent[0].body[span]).unwrap());
        assert_eq!(serde_json::from_str::<String>(&quoted).unwrap(), expected);
        assert_eq!(sent[0].signing.as_ref().unwrap().expose(), expected);
        assert_eq!(stage.livechat.exports().last().unwrap().1.expose(), expected);
    };
    check(json!("plain"), "plain");
    check(json!("with \"quotes\" and \\ and é"), "with \"quotes\" and \\ and é");
    check(Value::Null, "whsec_cmVoZWFyc2FsLXRlc3Qtc2VjcmV0LTAwMDE=");
}

#[test]
fn delivery_is_as_documented_unless_set_up_otherwise() {
    let policy = |delivery: Value| {
        let hooks = json!({"url": "${bot}", "actions": ["incoming_chat"]});
        let mut stage = Stage::open(json!({"delivery": delivery, "bots": [{"name": "B", "webhooks": hooks}]}));
        stage.start();
        stage.sent()[0].policy.clone()
    };
    let usual = policy(json!({}));
    assert_eq!(usual.acknowledged, Acknowledged::Only200);
    assert_eq!(usual.timeout.to_string(), "10s");
    assert_eq!(usual.retries, [5, 15, 35].map(VirtualSpan::from_secs));
    assert_eq!(usual.order, Order::FirstAttempt);
    let other = policy(json!({"timeout": "2s", "retries": ["1s"], "any_2xx": true}));
    assert_eq!(other.acknowledged, Acknowledged::Any2xx);
    assert_eq!((other.timeout.to_string().as_str(), other.retries.len()), ("2s", 1));
}

#[test]
fn additional_data_is_always_there_and_full_only_if_asked_for() {
    let data = |extras: Value| {
        let hooks = json!({"url": "${bot}", "actions": ["user_removed_from_chat"], "additional_data": extras});
        let mut stage = Stage::open(json!({"bots": [{"name": "B", "webhooks": hooks}]}));
        stage.start();
        stage.act(json!({"assign": {"to": "agent@example.com"}})).unwrap();
        stage.bodies()[0]["additional_data"].clone()
    };
    assert_eq!(data(json!([])), json!({}));
    // Who is present is decided after the event: the bot has gone.
    assert_eq!(data(json!(["chat_presence_user_ids"])), json!({"chat_presence_user_ids": [ADA]}));
    assert_eq!(data(json!(["chat_properties"]))["chat_properties"]["routing"]["continuous"], false);
}

#[test]
fn a_requester_is_named_where_there_is_none_only_if_asked_for() {
    let requester = |setup: Value| {
        let mut setup = setup;
        setup["bots"] = json!([{"name": "B", "webhooks": {"url": "${bot}", "actions": ["user_added_to_chat"]}}]);
        let mut stage = Stage::open(setup);
        stage.start();
        stage.act(json!({"assign": {"to": "agent@example.com"}})).unwrap();
        stage.bodies()[0]["payload"].get("requester_id").cloned()
    };
    assert_eq!(requester(json!({})), None);
    assert_eq!(requester(json!({"requester_id_always": true})), Some(json!("")));
}

#[test]
fn the_end_of_a_thread_reaches_those_who_want_to_be_in_the_chat() {
    let hooks = json!({"url": "${bot}", "actions": ["chat_deactivated"], "additional_data": ["chat_presence_user_ids"],
        "filters": {"chat_presence": {"my_bots": true}}});
    let mut stage = Stage::open(json!({"bots": [{"name": "B", "webhooks": hooks}]}));
    let (chat, _) = stage.start();
    stage.act(json!({"close": {"by": "ada"}})).unwrap();
    assert_eq!(stage.bodies()[0]["additional_data"], json!({"chat_presence_user_ids": [ADA, BOT]}));
    let users = stage.get(&chat)["users"].clone();
    assert_eq!((&users[0]["present"], &users[1]["present"]), (&json!(false), &json!(false)));
}
