//! The example bots, the built-in one and those in other languages, hold the same conversations over real sockets.

use crate::support::bots::{config, start_all, start_all_with_secret, start_built_in};
use crate::support::fake_vendor::{Call, FakeVendor, post};
use crate::support::webhook::Move::{self, Attaches, Chooses, IsClosed, Opens, OpensWith, OthersTalk, Says};
use crate::support::webhook::Vendor::{Imichat, Livechat, Texter};
use crate::support::webhook::{BOT, SECRET_KEY, now, signed};
use rehearsal::bot::{self, Manners};
use serde_json::json;

const HELLO: &str = "says Hello! How can I help?";
const NUMBER: &str = "says What is your order number?";
const SORRY: &str = "says Sorry, I did not get that. Ask for the menu or a human.";
const MENU: &str = "offers the menu";
const HANDOVER: [&str; 2] = ["says I'll get a colleague.", "hands over"];
const GOODBYE: [&str; 3] = ["says Goodbye!", "tags", "closes"];

/// What happens in a chat, and what the bot does about it.
type Conversation = &'static [(Move, &'static [&'static str])];

const TRACK: Move = Chooses { title: "Track an order", payload: "track-order" };
const HUMAN: Move = Chooses { title: "Talk to a human", payload: "human" };
const NOTHING: Move = Chooses { title: "Nothing, thanks", payload: "nothing" };

const CONVERSATIONS: &[Conversation] = &[
    &[
        (Opens, &[HELLO]),
        (Says("Where is my order?"), &[NUMBER]),
        (Says("a-1001"), &["says Order A-1001 is on its way."]),
    ],
    &[(OpensWith("Hi"), &[HELLO]), (Says("nothing"), &[SORRY]), (Says("Menu?"), &[MENU]), (TRACK, &[NUMBER])],
    &[(OpensWith("Where is my order?"), &[HELLO, NUMBER]), (Attaches, &["says Thanks, I got your file."])],
    &[(OpensWith("help"), &[HELLO, MENU]), (HUMAN, &HANDOVER), (Says("menu"), &[]), (Attaches, &[])],
    &[(Opens, &[HELLO]), (Says("options"), &[MENU]), (NOTHING, &GOODBYE), (Says("menu"), &[])],
    &[(Opens, &[HELLO]), (Says("Can I talk to a person?"), &HANDOVER), (Says("hello?"), &[])],
    &[(Opens, &[HELLO]), (Says("Track an order"), &[NUMBER]), (Says("that's all"), &GOODBYE), (OthersTalk, &[])],
    &[(Opens, &[HELLO]), (OthersTalk, &[]), (Says("menu"), &[MENU]), (IsClosed, &[]), (Says("menu"), &[])],
];

#[test]
fn every_bot_holds_every_conversation_at_every_vendor() {
    let vendor = FakeVendor::start();
    for bot in start_all(&vendor.url()) {
        for platform in [Imichat, Livechat, Texter] {
            for (at, conversation) in CONVERSATIONS.iter().enumerate() {
                for (n, (what, expected)) in conversation.iter().enumerate() {
                    for webhook in platform.webhooks(&format!("C{at}"), n, *what) {
                        assert_eq!(webhook.send(&bot.url), 200, "{} at {platform:?}, {what:?}", bot.name);
                    }
                    assert_eq!(
                        vendor.take_deeds(),
                        *expected,
                        "{} at {platform:?}, conversation {at}, {what:?}",
                        bot.name
                    );
                }
            }
        }
    }
}

#[test]
fn a_chat_that_nobody_opened_begins_where_the_vendor_does_not_tell() {
    let vendor = FakeVendor::start();
    for bot in start_all(&vendor.url()) {
        for (platform, greeting) in [(Imichat, None), (Livechat, None), (Texter, Some(HELLO))] {
            assert_eq!(platform.webhook("C", 0, Says("bye")).send(&bot.url), 200, "{} at {platform:?}", bot.name);
            let expected: Vec<&str> = greeting.into_iter().chain(GOODBYE).collect();
            assert_eq!(vendor.take_deeds(), expected, "{} at {platform:?}", bot.name);
        }
    }
}

#[test]
fn a_duplicate_is_answered_once() {
    let vendor = FakeVendor::start();
    for bot in start_all(&vendor.url()) {
        for platform in [Imichat, Livechat, Texter] {
            for (n, what) in [OpensWith("menu"), Says("menu")].into_iter().enumerate() {
                let webhook = platform.webhook("C", n, what);
                assert_eq!(webhook.send(&bot.url), 200);
                assert!(!vendor.take_deeds().is_empty());
                assert_eq!(webhook.send(&bot.url), 200);
                assert_eq!(vendor.take_deeds(), [""; 0], "{} at {platform:?}, {what:?}", bot.name);
            }
        }
        for (platform, id) in [(Imichat, "/transaction_id"), (Texter, "/eventData/message/_id")] {
            let renamed = platform.webhook("C", 2, Says("menu")).with_header("webhook-id", "msg_1");
            let mut body = renamed.json();
            *body.pointer_mut(id).unwrap() = json!("");
            for (webhook, expected) in [(renamed.clone(), vec![MENU]), (renamed.with_body(&body), vec![])] {
                assert_eq!(webhook.send(&bot.url), 200);
                assert_eq!(vendor.take_deeds(), expected, "{} knows it by its webhook-id", bot.name);
            }
        }
    }
}

#[test]
fn duplicates_at_the_same_time_are_answered_once() {
    let vendor = FakeVendor::start();
    for bot in start_all(&vendor.url()) {
        for platform in [Imichat, Livechat, Texter] {
            let webhook = platform.webhook("C", 0, OpensWith("bye"));
            let statuses: Vec<u16> = std::thread::scope(|scope| {
                let senders: Vec<_> = (0..4).map(|_| scope.spawn(|| webhook.send(&bot.url))).collect();
                senders.into_iter().map(|sender| sender.join().unwrap()).collect()
            });
            assert_eq!(statuses, [200; 4], "{} at {platform:?}", bot.name);
            let expected: Vec<&str> = std::iter::once(HELLO).chain(GOODBYE).collect();
            assert_eq!(vendor.take_deeds(), expected, "{} at {platform:?}", bot.name);
        }
    }
}

#[test]
fn a_forged_webhook_is_refused_and_does_nothing() {
    let vendor = FakeVendor::start();
    let genuine = Livechat.webhook("C", 0, Says("menu"));
    let mut wrong_secret = genuine.json();
    wrong_secret["secret_key"] = json!("whsec_d3Jvbmc=");
    let at = |time| genuine.clone().with_headers(signed("msg_1", time, &genuine.body, SECRET_KEY));
    let forged = [
        ("static header", Imichat.webhook("C", 0, Says("menu")).with_header("x-bot-key", "s3cre")),
        ("no static header", Imichat.webhook("C", 0, Says("menu")).without_header("x-bot-key")),
        ("secret in the body", genuine.clone().with_body(&wrong_secret)),
        ("signature", genuine.clone().with_header("webhook-signature", "v1,AAAA v2,BBBB")),
        ("signed id", genuine.clone().with_header("webhook-id", "msg_2")),
        ("no timestamp", genuine.clone().without_header("webhook-timestamp")),
        ("too old", at(now() - 310)),
        ("too new", at(now() + 310)),
    ];
    for bot in start_all(&vendor.url()) {
        for (what, webhook) in &forged {
            assert_eq!(webhook.send(&bot.url), 401, "{}: {what}", bot.name);
        }
        assert_eq!(vendor.take_calls(), [], "{}", bot.name);
        let unsigned = genuine.clone().with_headers(vec![]);
        assert_eq!(unsigned.send(&bot.url), 200, "{}: a signature is not required", bot.name);
        assert_eq!(vendor.take_deeds(), [MENU], "{}", bot.name);
    }
}

#[test]
fn a_secret_of_a_subscription_makes_a_signature_a_must() {
    let vendor = FakeVendor::start();
    let plain = Texter.webhook("C", 0, OpensWith("menu"));
    let sealed = |time, secret| plain.clone().with_headers(signed("msg_1", time, &plain.body, secret));
    let mut other = plain.json();
    other["eventData"]["message"]["text"] = json!("bye");
    let forged = [
        ("no signature", plain.clone()),
        ("another secret", sealed(now(), "whsec_d3Jvbmc=")),
        ("another body", sealed(now(), SECRET_KEY).with_body(&other)),
        ("too old", sealed(now() - 310, SECRET_KEY)),
    ];
    for bot in start_all_with_secret(&vendor.url(), SECRET_KEY) {
        for (what, webhook) in &forged {
            assert_eq!(webhook.send(&bot.url), 401, "{}: {what}", bot.name);
        }
        assert_eq!(vendor.take_calls(), [], "{}", bot.name);
        assert_eq!(sealed(now(), SECRET_KEY).send(&bot.url), 200, "{}", bot.name);
        assert_eq!(vendor.take_deeds(), [HELLO, MENU], "{}", bot.name);
    }
}

#[test]
fn a_stale_access_token_is_renewed_once() {
    let vendor = FakeVendor::start();
    for bot in start_all(&vendor.url()) {
        vendor.revoke_token();
        let calls = |n| {
            assert_eq!(Imichat.webhook("C", n, Says("menu")).send(&bot.url), 200, "{}", bot.name);
            let told = |call: Call| format!("{} {} {}", call.method, call.path, call.status);
            vendor.take_calls().into_iter().map(told).collect::<Vec<_>>()
        };
        let authorized = "GET /v3.1/authorize 200";
        let done = "POST /v3.1/chats/C/messages 200";
        assert_eq!(calls(0), [authorized, done], "{}", bot.name);
        assert_eq!(calls(1), [done], "{}", bot.name);
        vendor.revoke_token();
        assert_eq!(calls(2), ["POST /v3.1/chats/C/messages 400", authorized, done], "{}", bot.name);
        vendor.plan(
            "/messages",
            401,
            json!({"status_code": 2004, "description": "Access Token expired", "response": ""}),
        );
        assert_eq!(calls(3), ["POST /v3.1/chats/C/messages 401", authorized, done], "{}", bot.name);
        for _ in 0..2 {
            vendor.plan("/messages", 400, json!({"status_code": 2003}));
        }
        assert_eq!(
            Imichat.webhook("C", 4, Says("menu")).send(&bot.url),
            500,
            "{} asks for one new token only",
            bot.name
        );
        vendor.take_calls();
    }
}

#[test]
fn a_vendor_in_trouble_is_asked_three_times() {
    let vendor = FakeVendor::start();
    for bot in start_all(&vendor.url()) {
        for (platform, path) in [(Imichat, "/messages"), (Livechat, "send_event"), (Texter, "/messages/send")] {
            assert_eq!(platform.webhook("C", 0, OpensWith("Hi")).send(&bot.url), 200, "{} at {platform:?}", bot.name);
            vendor.take_calls();
            for (n, (failures, status)) in [(1, (2, 200)), (2, (3, 500))] {
                for _ in 0..failures {
                    vendor.plan(path, 500, json!({"status_code": 2007, "error": {"type": "internal"}}));
                }
                assert_eq!(
                    platform.webhook("C", n, Says("menu")).send(&bot.url),
                    status,
                    "{} at {platform:?}",
                    bot.name
                );
                let calls = vendor.take_calls().into_iter().filter(|call| call.path.contains(path)).count();
                assert_eq!(calls, 3, "{} at {platform:?}", bot.name);
            }
        }
    }
}

#[test]
fn a_retry_does_what_was_left_undone_and_no_more() {
    let vendor = FakeVendor::start();
    for bot in start_all(&vendor.url()) {
        let handovers = [(Imichat, "/internal/chats"), (Livechat, "transfer_chat"), (Texter, "/chats/assign")];
        for (platform, path) in handovers {
            let webhook = platform.webhook("C", 0, OpensWith("human"));
            vendor.plan(path, 404, json!({"status_code": 2010, "error": {"type": "not_found"}}));
            for (status, expected) in [(500, &[HELLO, HANDOVER[0]][..]), (200, &HANDOVER[1..]), (200, &[])] {
                assert_eq!(webhook.send(&bot.url), status, "{} at {platform:?}", bot.name);
                assert_eq!(vendor.take_deeds(), expected, "{} at {platform:?}", bot.name);
            }
        }
    }
}

#[test]
fn a_chat_that_somebody_else_has_is_left_alone() {
    let vendor = FakeVendor::start();
    for bot in start_all(&vendor.url()) {
        let lost = [
            (Imichat, "/messages", 409, json!({"status_code": 409})),
            (
                Livechat,
                "send_event",
                403,
                json!({"error": {"type": "authorization", "message": "Requester is not user of the chat"}}),
            ),
            (Livechat, "send_event", 422, json!({"error": {"type": "chat_inactive", "message": "Chat is inactive"}})),
            (Texter, "/messages/send", 400, json!({"success": false, "error": "Session window closed"})),
            (Texter, "/messages/send", 404, json!({"success": false, "error": "Chat not found"})),
        ];
        for (at, (platform, path, status, body)) in lost.into_iter().enumerate() {
            vendor.plan(path, status, body);
            for n in 0..2 {
                let webhook = platform.webhook(&format!("C{at}"), n, Says("menu"));
                assert_eq!(webhook.send(&bot.url), 200, "{} at {platform:?}", bot.name);
            }
            assert_eq!(vendor.take_deeds(), [""; 0], "{} at {platform:?}", bot.name);
        }
    }
}

#[test]
fn a_chat_without_the_bot_waits_until_the_bot_is_added() {
    let vendor = FakeVendor::start();
    for bot in start_all(&vendor.url()) {
        let opened = Livechat.webhook("C", 0, OpensWith("menu"));
        let mut queued = opened.json();
        queued["payload"]["chat"]["users"].as_array_mut().unwrap().pop();
        let added = Livechat.webhooks("C", 2, Opens).remove(1);
        let waiting = Livechat.webhook("C", 1, Says("hello?"));
        for (webhook, expected) in [(opened.with_body(&queued), vec![]), (waiting, vec![]), (added, vec![HELLO])] {
            assert_eq!(webhook.send(&bot.url), 200, "{}", bot.name);
            assert_eq!(vendor.take_deeds(), expected, "{}", bot.name);
        }
    }
}

#[test]
fn a_bot_that_was_taken_out_of_a_chat_is_silent() {
    let vendor = FakeVendor::start();
    for bot in start_all(&vendor.url()) {
        let heard = |n| Livechat.webhook("C", n, Says("menu"));
        let mut removed = heard(1).json();
        removed["action"] = json!("user_removed_from_chat");
        removed["payload"] =
            json!({"chat_id": "C", "thread_id": "CT", "user_id": "agent@example.com", "reason": "manual"});
        let agent_removed = heard(1).with_body(&removed);
        removed["payload"]["user_id"] = json!(BOT);
        let headers = signed("msg_removed", now(), removed.to_string().as_bytes(), SECRET_KEY);
        let bot_removed = heard(1).with_body(&removed).with_headers(headers);
        for (webhook, expected) in
            [(agent_removed, vec![]), (heard(2), vec![MENU]), (bot_removed, vec![]), (heard(3), vec![])]
        {
            assert_eq!(webhook.send(&bot.url), 200, "{}", bot.name);
            assert_eq!(vendor.take_deeds(), expected, "{}", bot.name);
        }
    }
}

#[test]
fn a_new_session_at_texter_is_a_new_chat() {
    let vendor = FakeVendor::start();
    let said = |n, session: &str, status: u8| {
        let webhook = Texter.webhook("C", n, Says("menu"));
        let mut body = webhook.json();
        body["eventData"]["message"]["botSessionId"] = json!(session);
        body["eventData"]["chat"]["botState"]["id"] = json!(session);
        body["eventData"]["chat"]["status"] = json!(status);
        webhook.with_body(&body)
    };
    for bot in start_all(&vendor.url()) {
        for (at, event) in ["chatPending", "chatAssigned", "chatResolved", "chatResolvedByAgent", "chatResolvedByBot"]
            .iter()
            .enumerate()
        {
            let [before, after] = ["before", "after"].map(|word| format!("{word}{at}"));
            let mut lost = said(0, &before, 2).json();
            lost["eventName"] = json!(event);
            let lost = said(0, &before, 2).with_body(&lost);
            let n = 10 * at;
            for (webhook, expected) in [
                (said(n, &before, 1), vec![]),
                (said(n + 1, &before, 0), vec![HELLO, MENU]),
                (said(n + 2, &before, 0), vec![MENU]),
                (said(n + 3, &before, 2), vec![]),
                (lost, vec![]),
                (said(n + 4, &before, 0), vec![]),
                (said(n + 5, &after, 0), vec![HELLO, MENU]),
            ] {
                assert_eq!(webhook.send(&bot.url), 200, "{} after {event}", bot.name);
                assert_eq!(vendor.take_deeds(), expected, "{} after {event}", bot.name);
            }
        }
    }
}

#[test]
fn a_quick_reply_that_is_taken_back_asks_for_nothing() {
    let vendor = FakeVendor::start();
    for bot in start_all(&vendor.url()) {
        let pressed = Livechat.webhooks("C", 0, TRACK).remove(1);
        let mut released = pressed.json();
        released["payload"]["postback"]["toggled"] = json!(false);
        for (webhook, expected) in [(pressed.clone().with_body(&released), vec![]), (pressed, vec![NUMBER])] {
            assert_eq!(webhook.send(&bot.url), 200, "{}", bot.name);
            assert_eq!(vendor.take_deeds(), expected, "{}", bot.name);
        }
    }
}

#[tokio::test]
async fn a_bot_that_knows_its_id_takes_nobody_else_for_itself() {
    let vendor = FakeVendor::start();
    for (id, expected) in [(BOT, vec![HELLO]), ("0123456789abcdef0123456789abcdef", vec![])] {
        let mut config = config(&vendor.url(), Manners::Good);
        config.livechat.as_mut().unwrap().bot_id = Some(id.to_owned());
        let bot = bot::start(config).await.unwrap();
        let (webhook, url) = (Livechat.webhook("C", 0, OpensWith("Hi")), bot.url().to_owned());
        assert_eq!(tokio::task::spawn_blocking(move || webhook.send(&url)).await.unwrap(), 200, "{id}");
        assert_eq!(vendor.take_deeds(), expected, "{id}");
    }
}

#[test]
fn the_menu_is_a_text_where_there_are_no_quick_replies() {
    let vendor = FakeVendor::start();
    let menu = "What would you like to do?\n- Track an order\n- Talk to a human\n- Nothing, thanks";
    let plain = json!({"type": "outbound", "text": menu, "timestamp": "2020-07-06T07:11:33.259Z"});
    let mut labelled = plain.clone();
    labelled["whatsapp_sub_type"] = json!("text");
    for bot in start_all(&vendor.url()) {
        for (n, (channel, expected)) in
            [("sms", &plain), ("abc", &plain), ("whatsapp", &labelled)].into_iter().enumerate()
        {
            let webhook = Imichat.webhook("C", n, Says("menu"));
            let mut body = webhook.json();
            body["channel"] = json!(channel);
            assert_eq!(webhook.with_body(&body).send(&bot.url), 200, "{} on {channel}", bot.name);
            let sent = vendor.take_calls().pop().map(|call| call.body);
            assert_eq!(sent.as_ref(), Some(expected), "{} on {channel}", bot.name);
        }
    }
}

#[test]
fn what_is_no_webhook_is_told_so() {
    let vendor = FakeVendor::start();
    let bodies = [
        (Imichat, json!("no event"), 400),
        (Imichat, json!({"event_type": "message.received"}), 400),
        (Imichat, json!({"event_type": "chat.unheard_of", "chat_id": "C", "posted_on": "2020-07-06T07:11:33Z"}), 200),
        (Livechat, json!({"secret_key": SECRET_KEY, "action": "incoming_event", "payload": {}}), 400),
        (Livechat, json!({"secret_key": SECRET_KEY, "action": "tag_created", "payload": {}}), 200),
        (Livechat, json!({"secret_key": SECRET_KEY, "action": "auto_accesses_updated", "payload": []}), 200),
        (Texter, json!("no event"), 400),
        (Texter, json!({"eventName": "newIncomingMessage", "eventData": {}}), 400),
        (Texter, json!({"eventName": "chatAssigned", "eventData": {"chat": {}}}), 400),
        (Texter, json!({"eventName": "chatLabelsUpdated", "eventData": {"chat": {}}}), 200),
        (Texter, json!({"eventName": "channelHealthProblemCreated", "eventData": {"problem": {}}}), 200),
    ];
    for bot in start_all(&vendor.url()) {
        for (platform, body, expected) in &bodies {
            let status = platform.webhook("C", 0, Says("menu")).with_body(body).send(&bot.url);
            assert_eq!(status, *expected, "{} at {platform:?}: {body}", bot.name);
        }
        assert_eq!(post(&format!("{}/elsewhere", bot.url), &[], b"{}"), 404, "{}", bot.name);
        assert_eq!(vendor.take_calls(), [], "{}", bot.name);
    }
}

#[test]
fn a_broken_bot_is_wrong_in_three_ways() {
    let vendor = FakeVendor::start();
    let bot = start_built_in(&vendor.url(), Manners::Broken);
    let webhook = Livechat.webhook("C", 0, Says("Where is my order?"));
    for _ in 0..2 {
        assert_eq!(webhook.send(&bot.url), 202);
        assert_eq!(vendor.take_deeds(), ["says Have you tried to turn it off and on again?"]);
    }
}

#[tokio::test]
async fn a_stopped_bot_leaves_nothing_behind() {
    let bot = bot::start(config("http://127.0.0.1:1", Manners::Good)).await.unwrap();
    let address = bot.url().strip_prefix("http://").unwrap().to_owned();
    assert!(std::net::TcpStream::connect(&address).is_ok());
    bot.stop().await;
    assert!(std::net::TcpStream::connect(&address).is_err());
}

#[tokio::test]
async fn a_bot_that_is_told_no_plain_address_does_not_start() {
    for address in ["127.0.0.1:4600", "https://127.0.0.1:4600", "http://", "http://host/path"] {
        assert!(bot::start(config(address, Manners::Good)).await.is_err(), "{address}");
    }
}
