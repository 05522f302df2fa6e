//! What is known about customers, and who may not come in.

use serde_json::json;

use super::*;

fn update(stage: &mut Stage, mut change: Value) -> Vec<Value> {
    change["id"] = json!(ADA);
    let (reply, document) = stage.call("update_customer", BOT_TOKEN, &change);
    assert_eq!((reply.status, document), (200, json!({})));
    stage.bodies()
}

#[test]
fn a_customer_is_known_with_all_that_was_said_about_them() {
    let mut stage = Stage::with_bot();
    let before = stage.call("get_customer", BOT_TOKEN, &json!({"id": ADA})).1;
    assert_eq!((&before["name"], &before["chat_ids"]), (&json!("Ada"), &json!([])));
    assert_eq!((before.get("visit"), before.get("present"), before.get("omnichannel")), (None, None, None));
    let (chat, _) = stage.start();
    update(&mut stage, json!({"avatar": "https://x.example/a.png", "phone_number": "+48555123456"}));
    let account = json!({"id": "7", "first_name": "Ada", "is_verified_user": true});
    update(&mut stage, json!({"omnichannel": {"fbmessenger": account, "twilio": {"phone_number": "+18005550100"}}}));
    update(&mut stage, json!({"address": {"city": "Wroclaw", "planet": "Earth"}}));
    let after = stage.call("get_customer", BOT_TOKEN, &json!({"id": ADA})).1;
    assert_eq!(after["avatar"], "https://x.example/a.png");
    assert_eq!(after["phone_number"], "+48555123456");
    assert_eq!(after["address"], json!({"city": "Wroclaw"}));
    let account = json!({"ID": "7", "FirstName": "Ada", "IsVerifiedUser": true});
    let number = json!({"+18005550100": {"phone_number": "+18005550100"}});
    assert_eq!(after["omnichannel"], json!({"fb_messenger": [account], "twilio": [number]}));
    assert_eq!(after["chat_ids"], json!([chat]));
    assert!(after.get("visit").is_some());
    // Older versions do not know all of it.
    let body = Body::Whole(json!({"id": ADA}).to_string().into());
    let path = "/v3.5/agent/action/get_customer";
    let older = stage.send(Method::POST, path, &[("authorization", BOT_TOKEN)], body).1;
    assert_eq!((older.get("phone_number"), older.get("address")), (None, None));
    assert!(older.get("last_visit").is_some());
}

#[test]
fn session_fields_are_told_once_and_only_in_an_open_chat() {
    let mut stage = Stage::with_bot();
    let fields = json!([{"plan": "pro"}, {"cart_value": "0.00"}]);
    assert_eq!(update(&mut stage, json!({"session_fields": [{"plan": "trial"}]})).len(), 0);
    let (chat, thread) = stage.start();
    stage.sent();
    let bodies = update(&mut stage, json!({"session_fields": fields}));
    assert_eq!(bodies.len(), 1);
    assert_eq!(bodies[0]["action"], "customer_session_fields_updated");
    let active = json!({"chat_id": chat, "thread_id": thread});
    assert_eq!(bodies[0]["payload"], json!({"id": ADA, "active_chat": active, "session_fields": fields}));
    assert_eq!(update(&mut stage, json!({"session_fields": fields})).len(), 0, "nothing has changed");
    assert_eq!(stage.get(&chat)["users"][0]["session_fields"], fields);
    stage.act(json!({"close": {"by": "ada"}})).unwrap();
    stage.sent();
    assert_eq!(update(&mut stage, json!({"session_fields": []})).len(), 0);
}

#[test]
fn another_name_is_noted_in_an_open_chat() {
    let mut stage = Stage::with_bot();
    let (chat, _) = stage.start();
    stage.sent();
    let bodies = update(&mut stage, json!({"name": "Ada L.", "email": "ada.l@example.com"}));
    let note = &bodies[0]["payload"]["event"];
    assert_eq!((bodies.len(), &note["system_message_type"]), (1, &json!("customer_updated")));
    let vars = json!({"initiator": "Acme Bot", "customer_name": "Ada L.", "customer_email": "ada.l@example.com"});
    assert_eq!(note["text_vars"], vars);
    assert_eq!(stage.get(&chat)["users"][0]["name"], "Ada L.");
    assert_eq!(update(&mut stage, json!({"name": "Ada L."})).len(), 0);
}

#[test]
fn a_ban_closes_the_chat_and_keeps_the_customer_out_for_its_time() {
    let mut stage = Stage::with_bot();
    let (chat, thread) = stage.start();
    stage.sent();
    let ban = json!({"id": ADA, "ban": {"days": 2}});
    let (reply, document) = stage.call("ban_customer", AGENT_TOKEN, &ban);
    assert_eq!((reply.status, document), (200, json!({})));
    let bodies = stage.bodies();
    let note = &bodies[0]["payload"]["event"];
    assert_eq!(note["system_message_type"], "customer_banned");
    assert_eq!(note["text_vars"], json!({"agent": "Mia Lind", "duration": "2 days"}));
    assert_eq!(bodies[1]["payload"], json!({"chat_id": chat, "thread_id": thread}));
    let refusal = stage.act(json!({"start_chat": {"as": "ada"}})).unwrap_err();
    assert_eq!(refusal.reason, "`ada` is banned until 2026-01-07T09:00:01.000000Z");
    stage.wait(VirtualSpan::from_mins(2 * 24 * 60));
    stage.act(json!({"start_chat": {"as": "ada"}})).unwrap();
}
