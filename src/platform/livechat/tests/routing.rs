//! Agents and bots who come, take no more chats, and go.

use serde_json::json;

use super::*;

fn stage(queue: bool, agents: Value) -> Stage {
    let hooks: Vec<Value> = all_actions().iter().map(|action| json!({"action": action, "url": "${bot}"})).collect();
    Stage::open(json!({"agents": agents, "bots": [{"name": "Acme Bot"}], "queue": queue, "webhooks": hooks}))
}

fn mia() -> Value {
    json!([{"id": "mia@acme.example"}])
}

fn set(stage: &mut Stage, status: &str) {
    let (reply, document) = stage.call("set_routing_status", BOT_TOKEN, &json!({"status": status}));
    assert_eq!((reply.status, document), (200, json!({})));
}

#[test]
fn a_status_is_told_when_it_changes() {
    let mut stage = stage(true, mia());
    for (status, expected) in [("not_accepting_chats", 1), ("not_accepting_chats", 0), ("accepting_chats", 1)] {
        set(&mut stage, status);
        let bodies = stage.bodies();
        assert_eq!(bodies.len(), expected, "{status}");
        for body in bodies {
            assert_eq!(body["payload"], json!({"agent_id": BOT, "status": status}));
            assert_eq!(body["additional_data"], json!({}));
        }
    }
    let mia = json!({"agent_id": "mia@acme.example", "status": "not_accepting_chats"});
    assert_eq!(stage.call("set_routing_status", AGENT_TOKEN, &mia).0.status, 200);
    let statuses = stage.call("list_routing_statuses", AGENT_TOKEN, &json!({})).1;
    assert_eq!(statuses, json!([mia, {"agent_id": BOT, "status": "accepting_chats"}]));
    let none = json!({"filters": {"group_ids": [7]}});
    assert_eq!(stage.call("list_routing_statuses", AGENT_TOKEN, &none).1, json!([]));
}

#[test]
fn chats_of_somebody_who_goes_are_given_to_somebody_else() {
    let mut stage = stage(true, mia());
    let (chat, _) = stage.start();
    stage.sent();
    set(&mut stage, "offline");
    let bodies = stage.bodies();
    let actions: Vec<&str> = bodies.iter().map(|body| body["action"].as_str().unwrap()).collect();
    let expected =
        ["routing_status_set", "user_removed_from_chat", "user_added_to_chat", "chat_transferred", "incoming_event"];
    assert_eq!(actions, expected);
    assert_eq!(bodies[1]["payload"]["reason"], "signed_out");
    assert_eq!(bodies[2]["payload"]["user"]["id"], "mia@acme.example");
    assert_eq!(bodies[3]["payload"]["reason"], "assigned");
    assert_eq!(bodies[4]["payload"]["event"]["system_message_type"], "routing.assigned_signed_out");
    let transfer = stage.call("list_agents_for_transfer", AGENT_TOKEN, &json!({"chat_id": chat})).1;
    assert_eq!(transfer, json!([]), "the bot is gone, and mia has the chat");
}

#[test]
fn chats_of_somebody_who_goes_wait_where_nobody_is_free_until_somebody_comes() {
    let mut stage = stage(true, json!([{"id": "mia@acme.example", "status": "offline"}]));
    stage.start();
    stage.sent();
    set(&mut stage, "offline");
    assert_eq!(
        stage.told(),
        ["routing_status_set", "user_removed_from_chat", "chat_transferred", "sys routing.unassigned_signed_out"]
    );
    stage.act(json!({"set_status": {"agent": "mia@acme.example", "status": "accepting_chats"}})).unwrap();
    let bodies = stage.bodies();
    let actions: Vec<&str> = bodies.iter().map(|body| body["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["routing_status_set", "user_added_to_chat", "chat_transferred"]);
}

#[test]
fn chats_of_somebody_who_goes_are_closed_where_nobody_can_follow_or_wait() {
    let mut stage = stage(false, json!([]));
    stage.start();
    stage.sent();
    set(&mut stage, "offline");
    let bodies = stage.bodies();
    assert_eq!(bodies[1]["payload"]["event"]["system_message_type"], "routing.archived_signed_out");
    assert_eq!(bodies[2]["action"], "chat_deactivated");
    assert_eq!(bodies[2]["payload"].get("user_id"), None);
}

#[test]
fn somebody_offline_gets_no_chats_and_a_bots_webhooks_sleep_with_it() {
    let mut stage = Stage::with_bot();
    stage.act(json!({"set_status": {"agent": "mia@acme.example", "status": "not_accepting_chats"}})).unwrap();
    stage.sent();
    set(&mut stage, "offline");
    assert_eq!(stage.sent().len(), 0, "the bot's own webhooks are not live any more");
    let (chat, _) = stage.start();
    assert_eq!(stage.get(&chat)["users"].as_array().unwrap().len(), 1, "nobody takes chats");
    set(&mut stage, "accepting_chats");
    assert_eq!(stage.told(), ["routing_status_set", "user_added_to_chat", "chat_transferred"]);
}

#[test]
fn those_who_could_get_a_chat_are_sorted_by_their_load() {
    let mut stage = Stage::open(json!({"agents": [{"id": "a@x.example"}, {"id": "b@x.example"},
        {"id": "c@x.example", "status": "offline"}, {"id": "d@x.example", "status": "not_accepting_chats"}],
        "bots": [{"name": "B"}]}));
    stage.act(json!({"start_chat": {"as": "bob"}})).unwrap();
    stage.act(json!({"transfer": {"to": "a@x.example"}})).unwrap();
    let (chat, _) = stage.start();
    let found = stage.call("list_agents_for_transfer", BOT_TOKEN, &json!({"chat_id": chat})).1;
    let one = |id: &str, load: u8| json!({"agent_id": id, "total_active_chats": load});
    assert_eq!(found, json!([one("b@x.example", 0), one("d@x.example", 0), one("a@x.example", 1)]));
    let refusal = stage.act(json!({"set_status": {"agent": "B", "status": "away"}})).unwrap_err();
    assert_eq!(refusal.reason, "`away` is no status; there are: accepting_chats, not_accepting_chats, offline");
}
