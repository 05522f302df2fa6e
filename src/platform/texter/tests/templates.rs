//! Templates are sent: what is checked, what the contact gets, and what their answer does.

use http::Method;
use serde_json::{Value, json};

use super::super::codes::{FORBIDDEN, INVALID};
use super::stage::{ACCOUNT, ADA, NOA, Stage};
use crate::base::time::VirtualSpan;
use crate::platform::route::Body;

const NAME: &str = "inbox_marketing_95";

fn usual() -> Value {
    json!({"templateName": NAME, "to": ADA, "language": "en", "body": ["Dana", "15033"]})
}

/// The usual body with one more member.
fn with(key: &str, value: Value) -> Value {
    let mut body = usual();
    body[key] = value;
    body
}

fn send(stage: &mut Stage, body: &Value) -> (u16, Value) {
    stage.call(Method::POST, "/whatsapp/templates/send", body)
}

fn sent(stage: &mut Stage, body: &Value) -> Value {
    let (status, answer) = send(stage, body);
    assert_eq!((status, &answer["success"]), (200, &json!(true)), "{answer}");
    answer
}

fn subscribed() -> Value {
    let of = |event: &str| json!({"event": event, "url": "${bot}/x"});
    let events = ["newMessage", "chatPending", "chatAssigned", "chatResolved"].map(of);
    json!({"subscriptions": events, "receipts": {"accepted": null, "delivered": null, "seen": null}})
}

/// The names of the events that were sent since the last look.
fn events(stage: &mut Stage) -> Vec<String> {
    stage.sent().iter().map(|body| body["eventName"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_template_opens_a_chat_that_waits_for_an_answer() {
    let mut stage = Stage::open(subscribed());
    let answer = sent(&mut stage, &usual());
    let expected = json!({
        "success": true, "text": "Hi Dana, order 15033", "sentAsSessionMessage": false, "messageId": answer["messageId"],
    });
    assert_eq!(answer, expected);
    let chat = stage.chat(ADA);
    assert_eq!((&chat["status"], &chat["title"], &chat["unreadCount"]), (&json!(4), &json!("Ada"), &json!(0)));
    assert_eq!(chat["channelInfo"], json!({"name": "whatsapp", "id": ADA, "accountId": ACCOUNT}));
    assert_eq!(chat["replyAction"], json!({"chatStatus": 1, "created": stage.now.as_secs()}));
    assert_eq!(stage.desk.chat("ada"), chat["_id"].as_str());
    let webhook = stage.sent().remove(0);
    let message = &webhook["eventData"]["message"];
    assert_eq!((&webhook["eventName"], &message["_id"]), (&json!("newMessage"), &answer["messageId"]));
    assert_eq!((&message["type"], &message["direction"]), (&json!("special"), &json!("outgoing")));
    assert_eq!(message["special"], json!({"whatsapp": {"template": {"name": NAME}}}));
    assert_eq!((&message["text"], &message["status"]), (&json!("Hi Dana, order 15033"), &json!(0)));
    assert!(stage.violations().is_empty());
}

#[test]
fn languages_values_and_accounts_have_defaults() {
    let check = |body: Value, expected: &str| {
        let mut stage = Stage::open(json!({}));
        let mut whole = json!({"templateName": NAME, "to": "+972 50-111-2233"});
        whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        assert_eq!(sent(&mut stage, &whole)["text"], expected, "{body}");
        assert_eq!(stage.chat(ADA)["channelInfo"]["id"], ADA);
    };
    check(json!({}), "היי דנה, הזמנה 15033");
    check(json!({"language": "en"}), "Hi Dana, order 15033");
    check(json!({"language": "en", "body": ["A", "    "]}), "Hi A, order     ");
    check(json!({"from": "+972-50-999-8877", "body": ["א", "1"]}), "היי א, הזמנה 1");
    check(json!({"templateName": "order_ready", "body": ["Noa"]}), "Hi Noa, your order is ready. May we deliver it?");
}

#[test]
fn what_is_wrong_with_a_send_is_told_and_nothing_is_sent() {
    let setup = json!({
        "accounts": [{"channel": "sms", "id": "5"}, {"channel": "whatsapp", "id": ACCOUNT}],
        "templates": [
            {"name": NAME, "localizations": [{"language": "en", "body": "Hi {{1}}, order {{2}}"},
                                             {"language": "ru", "body": "x", "status": "PENDING"}]},
            {"name": "pending", "localizations": [{"language": "en", "body": "x", "status": "REQUESTED"}]},
            {"name": "photo", "localizations": [{"language": "en", "body": "x", "header": "IMAGE", "buttons": ["a"]}]},
        ],
    });
    let mut stage = Stage::open(setup);
    let mut check = |body: Value, status: u16, words: &str| {
        let (found, answer) = send(&mut stage, &body);
        assert_eq!((found, &answer["success"]), (status, &json!(false)), "{body}");
        let error = answer["error"].as_str().unwrap();
        assert!(error.contains(words), "{error} lacks {words}");
        assert_eq!(stage.violations().len(), usize::from(status.to_string() == INVALID), "{body}");
    };
    check(json!([]), 400, "body must be object");
    check(with("templateName", Value::Null), 400, "body.templateName is required");
    check(with("templateName", json!("a b")), 400, "must match ^[a-zA-Z0-9_-]+$");
    check(with("templateName", json!("no-such")), 404, "Template not found");
    check(with("to", Value::Null), 400, "body.to is required");
    check(with("to", json!("123")), 400, "5 to 30 characters");
    check(with("to", json!("nobody at all")), 400, "must be a phone number");
    check(with("from", json!("972500000000")), 404, "Account not found");
    check(with("from", json!("5")), 404, "Account not found");
    check(with("language", json!("fr")), 404, "Localization not found");
    check(with("language", json!("ru")), 400, "Localization ru is not approved");
    check(json!({"templateName": "pending", "to": ADA}), 400, "Template is not approved");
    check(with("body", json!("Dana")), 400, "must be array");
    check(with("body", json!([1, 2])), 400, "array of strings");
    check(with("body", json!(["Dana"])), 400, "body.body must have 2 items");
    check(with("body", json!(["a", "b", "c"])), 400, "body.body must have 2 items");
    check(with("body", Value::Null), 400, "body.body must have 2 items");
    check(with("body", json!(["a\nb", "c"])), 400, "body.body[0] must not have line breaks");
    check(with("body", json!(["a", "b\tc"])), 400, "body.body[1] must not have line breaks");
    check(with("body", json!(["a", "b\rc"])), 400, "body.body[1]");
    check(with("body", json!(["a", "b     c"])), 400, "5 or more spaces");
    check(with("header", json!({"type": "image", "url": "https://a/b"})), 400, "body.header must be absent");
    let photo = |key: &str, value: Value| {
        let mut body = json!({"templateName": "photo", "to": ADA, "header": {"type": "image", "url": "https://a/b"}});
        body[key] = value;
        body
    };
    check(photo("header", Value::Null), 400, "body.header is required");
    check(photo("header", json!({"type": "video", "url": "https://a/b"})), 400, "body.header.type must be image");
    check(photo("header", json!({"type": "image"})), 400, "body.header.url is required");
    check(photo("header", json!({"type": "image", "url": "a"})), 400, "must be uri");
    check(photo("header", json!({"type": "image", "url": "https://a/b", "filename": 1})), 400, "must be string");
    check(photo("buttons", json!([{}, {}])), 400, "body.buttons must have 0 to 1 items");
    check(photo("buttons", json!([{"payload": 1}])), 400, "body.buttons[0].payload must be string");
    check(with("setChat", json!("x")), 400, "body.setChat must be object");
    check(with("setChat", json!({"externalBot": 1})), 400, "must be boolean");
    check(with("sessionMessage", json!(true)), 400, "body.sessionMessage must be object");
    check(with("sessionMessage", json!({"type": "x"})), 400, "body.sessionMessage.type must be one of");
    let action = |key: &str, value: Value| with("replyAction", json!({key: value}));
    check(with("replyAction", json!([])), 400, "body.replyAction must be object");
    check(action("chatStatus", json!(1)), 400, "body.replyAction.chatStatus must be one of 0, 2, 3");
    check(action("chatStatus", json!(4)), 400, "must be one of 0, 2, 3");
    check(action("chatStatus", json!("BOT")), 400, "must be integer");
    check(action("expirationTime", json!(0)), 400, "must be integer");
    check(action("setBotNode", json!(1)), 400, "must be string");
    check(action("replyText", json!(1)), 400, "must be string");
    check(action("bot", json!(1)), 400, "must be string");
    check(action("replyToTemplateFile", json!({"url": 1})), 400, "must be string");
    check(action("resolveTime", json!("x")), 400, "must be integer");
    check(action("responsibleAgent", json!("nobody@example.com")), 404, "Agent not found");
    check(action("responsibleDepartment", json!("nowhere")), 404, "Department not found");
    stage.plan("send_template", "404");
    assert_eq!(send(&mut stage, &usual()).0, 404);
    assert!(stage.chat(ADA).is_null());
}

#[test]
fn an_answer_does_what_the_reply_action_says() {
    let check = |action: Value, status: u64, agent: Option<&str>, department: Option<&str>, told: &[&str]| {
        let mut stage = Stage::open(subscribed());
        sent(&mut stage, &with("replyAction", action.clone()));
        events(&mut stage);
        stage.act(json!({"say": {"as": "ada", "text": "Thanks"}})).unwrap();
        let chat = stage.chat(ADA);
        assert_eq!((&chat["status"], &chat["replyAction"]), (&json!(status), &Value::Null), "{action}");
        assert_eq!((&chat["agent"]["uid"], &chat["departmentId"]), (&json!(agent), &json!(department)), "{action}");
        assert_eq!(events(&mut stage), told, "{action}");
        chat
    };
    let said = "newMessage";
    check(json!({}), 0, None, None, &[said]);
    let chat = check(json!({"chatStatus": 0, "setBotNode": "after_order"}), 0, None, None, &[said]);
    assert_eq!(chat["botState"]["node"], "after_order");
    let noa = json!({"chatStatus": 2, "responsibleAgent": "noa@example.com", "responsibleDepartment": "sales"});
    check(noa, 2, Some(NOA), Some("sales"), &[said, "chatAssigned"]);
    // A chat that is to be somebody's waits as long as nobody is named.
    check(json!({"chatStatus": 2, "responsibleDepartment": "sales"}), 1, None, Some("sales"), &[said, "chatPending"]);
    let chat = check(json!({"chatStatus": 3}), 3, None, None, &[said, "chatResolved"]);
    assert!(chat["resolvedUpdateTime"].is_number());
    check(json!({"chatStatus": 3, "replyText": "Bye!"}), 3, None, None, &[said, "chatResolved", said]);
}

#[test]
fn the_bot_replies_with_the_text_of_the_reply_action() {
    let mut stage = Stage::open(json!({}));
    let action = json!({"replyText": "We are on our way.", "bot": "main-bot", "resolveTime": 5});
    sent(&mut stage, &with("replyAction", action.clone()));
    let mut shown = action;
    shown["created"] = json!(stage.now.as_secs());
    assert_eq!(stage.chat(ADA)["replyAction"], shown);
    stage.act(json!({"say": {"as": "ada", "text": "Thanks"}})).unwrap();
    let chat = stage.chat(ADA)["_id"].as_str().unwrap().to_owned();
    let last = stage.messages(&chat).pop().unwrap();
    assert_eq!((&last["text"], &last["agent"]), (&json!("We are on our way."), &json!("Bot")));
}

#[test]
fn a_reply_action_expires() {
    let check = |after: u64, status: u64| {
        let mut stage = Stage::open(json!({}));
        let action = json!({"chatStatus": 2, "responsibleAgent": "noa@example.com", "expirationTime": 60});
        sent(&mut stage, &with("replyAction", action));
        stage.pass(VirtualSpan::from_secs(after));
        stage.act(json!({"say": {"as": "ada", "text": "Thanks"}})).unwrap();
        let chat = stage.chat(ADA);
        assert_eq!((&chat["status"], &chat["replyAction"]), (&json!(status), &Value::Null), "{after}");
    };
    check(58, 2);
    check(59, 0);
}

#[test]
fn without_a_reply_action_that_of_the_template_is_armed() {
    let answered = json!({
        "name": "a", "chat_status": "ASSIGNED", "agent": "noa@example.com", "department": "sales", "bot_node": "n",
        "reply_text": "Hello!", "localizations": [{"language": "en", "body": "x"}],
    });
    let mut stage = Stage::open(json!({"templates": [answered]}));
    sent(&mut stage, &json!({"templateName": "a", "to": ADA}));
    let expected = json!({
        "chatStatus": 2, "setBotNode": "n", "replyText": "Hello!", "responsibleAgent": "noa@example.com",
        "responsibleDepartment": "sales", "created": stage.now.as_secs(),
    });
    assert_eq!(stage.chat(ADA)["replyAction"], expected);
    stage.act(json!({"say": {"as": "ada", "text": "Thanks"}})).unwrap();
    let chat = stage.chat(ADA);
    assert_eq!((&chat["status"], &chat["agent"]["uid"]), (&json!(2), &json!(NOA)));
}

#[test]
fn a_chat_goes_on_at_a_node_even_where_templates_leave_it_as_it_is() {
    let mut stage = Stage::open(json!({"templates_make_bulk": false}));
    let chat = stage.start();
    sent(&mut stage, &with("replyAction", json!({"chatStatus": 0, "setBotNode": "later"})));
    assert_eq!(stage.chat(ADA)["status"], 0);
    stage.act(json!({"say": {"as": "ada", "text": "Thanks"}})).unwrap();
    assert_eq!(stage.chat(ADA)["botState"]["node"], "later");
    assert_eq!(stage.chat(ADA)["_id"], chat.as_str());
}

#[test]
fn a_template_begins_a_chat_of_the_status_that_is_set_up() {
    let check = |make_bulk: bool, status: u64| {
        let mut stage = Stage::open(json!({"templates_make_bulk": make_bulk}));
        sent(&mut stage, &with("replyAction", json!({"chatStatus": 2, "responsibleAgent": "noa@example.com"})));
        let chat = stage.chat(ADA);
        assert_eq!((&chat["status"], &chat["botState"].is_object()), (&json!(status), &!make_bulk), "{chat}");
        // The answer is awaited all the same.
        stage.act(json!({"start_chat": {"as": "ada", "text": "Thanks"}})).unwrap();
        assert_eq!(stage.chat(ADA)["status"], 2);
    };
    check(true, 4);
    check(false, 0);
}

#[test]
fn buttons_of_a_template_can_be_chosen() {
    let check = |buttons: Value, payload: &str| {
        let mut stage = Stage::open(subscribed());
        let body = json!({"templateName": "order_ready", "to": ADA, "body": ["Ada"], "buttons": buttons});
        sent(&mut stage, &body);
        let webhook = stage.sent().remove(0);
        assert!(webhook["eventData"]["message"].get("buttons").is_none());
        stage.act(json!({"choose": {"as": "ada", "option": "Not today"}})).unwrap();
        let webhook = stage.sent().remove(0);
        let message = &webhook["eventData"]["message"];
        assert_eq!(message["postback"], json!({"title": "Not today", "payload": payload}), "{buttons}");
    };
    check(Value::Null, "Not today");
    check(json!([{"payload": "yes"}]), "Not today");
    check(json!([{"payload": "yes"}, {"payload": "no"}]), "no");
}

#[test]
fn what_is_to_be_set_is_set_on_old_chats_and_new_ones() {
    let check = |mut stage: Stage| {
        let set =
            json!({"displayName": "Dana (gym)", "crmData": {"leadId": 7}, "externalBot": true, "crmDeepLink": "x"});
        sent(&mut stage, &with("setChat", set.clone()));
        let chat = stage.chat(ADA);
        for (key, value) in set.as_object().unwrap() {
            assert_eq!(&chat[key], value);
        }
        assert_eq!(chat["status"], 4);
    };
    check(Stage::open(json!({})));
    let mut stage = Stage::open(json!({}));
    stage.start();
    check(stage);
}

#[test]
fn an_open_window_lets_a_free_message_go_instead() {
    let free = json!({"type": "text", "text": "Your order 15033 is here."});
    let body = with("sessionMessage", free);
    // Nobody has written yet.
    let mut stage = Stage::open(json!({}));
    assert_eq!(sent(&mut stage, &body)["sentAsSessionMessage"], false);
    // Somebody has.
    let mut stage = Stage::open(json!({}));
    let chat = stage.start();
    let answer = sent(&mut stage, &body);
    assert_eq!((&answer["sentAsSessionMessage"], &answer["text"]), (&json!(true), &json!("Your order 15033 is here.")));
    let last = stage.messages(&chat).pop().unwrap();
    assert_eq!((&last["type"], &last["_id"]), (&json!("text"), &answer["messageId"]));
    // What was sent is no template, so the chat stays as it is; the answer is awaited all the same.
    assert_eq!((&stage.chat(ADA)["status"], &stage.chat(ADA)["replyAction"]["chatStatus"]), (&json!(0), &json!(1)));
    let answer = sent(&mut stage, &with("sessionMessage", json!({})));
    assert_eq!((&answer["sentAsSessionMessage"], &answer["text"]), (&json!(true), &json!("Hi Dana, order 15033")));
    // Without a free message it is a template, whether the window is open or not.
    assert_eq!(sent(&mut stage, &usual())["sentAsSessionMessage"], false);
    // Somebody has written too long ago.
    stage.pass(VirtualSpan::from_mins(24 * 60));
    assert_eq!(sent(&mut stage, &body)["sentAsSessionMessage"], false);
}

#[test]
fn whoever_wants_no_templates_gets_none() {
    let mut stage = Stage::open(json!({}));
    let chat = stage.start();
    stage.act(json!({"opt_out": {"as": "ada"}})).unwrap();
    let before = stage.messages(&chat).len();
    let since = stage.now.millis();
    stage.pass(VirtualSpan::from_secs(9));
    stage.violations();
    let expected =
        json!({"success": false, "error": format!("Recipient unsubscribed from template messages on {since}")});
    assert_eq!(send(&mut stage, &usual()), (200, expected));
    assert_eq!(stage.messages(&chat).len(), before);
    assert!(stage.violations().is_empty());
    stage.act(json!({"opt_in": {"as": "ada"}})).unwrap();
    sent(&mut stage, &usual());
}

#[test]
fn each_operation_has_its_scope() {
    let check = |method: Method, path: &str, scope: &str| {
        for (scopes, expected) in [(json!([scope]), true), (json!(["Manage labels"]), false)] {
            let mut stage = Stage::open(json!({"tokens": [{"token": "t", "scopes": scopes}]}));
            let path = format!("/server/api/v2{path}");
            let reply = stage.send(method.clone(), &path, "Bearer t", Body::Whole(String::new().into()));
            assert_eq!(reply.code.as_deref() != Some(FORBIDDEN), expected, "{path} {scopes}");
        }
    };
    let localizations = format!("/whatsapp/templates/{ACCOUNT}/x/localizations");
    check(Method::POST, "/whatsapp/templates/send", "Send template messages");
    check(Method::GET, "/whatsapp/templates", "View template messages");
    check(Method::POST, "/whatsapp/templates/1", "Manage WhatsApp templates");
    check(Method::POST, &localizations, "Manage WhatsApp templates");
    check(Method::POST, &format!("{localizations}/en/submit"), "Manage WhatsApp templates");
    check(Method::DELETE, "/whatsapp/templates/1/x", "Manage WhatsApp templates");
    check(Method::GET, "/quick-replies", "View quick replies");
    check(Method::POST, "/quick-replies", "Manage quick replies");
    check(Method::PATCH, "/quick-replies/1", "Manage quick replies");
    check(Method::DELETE, "/quick-replies/1", "Manage quick replies");
}
