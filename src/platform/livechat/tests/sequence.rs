//! The typical life of a chat, row by row as the vendor's pages have it together: what happens, and which webhooks come of
//! it in which order.

use serde_json::json;

use super::*;

const MIA: &str = "mia@acme.example";
const CLIENT: &str = "0805e283233042b37f460ed8fbf22160";

/// A license whose webhooks come whether or not bots are there. Tom gets chats only if somebody wants it so.
fn stage(more: Value) -> Stage {
    let hooks: Vec<Value> = all_actions().iter().map(|action| json!({"action": action, "url": "${bot}"})).collect();
    let mut setup = json!({
        "agents": [{"id": MIA, "name": "Mia Lind", "groups": [19]},
                   {"id": "tom@acme.example", "name": "Tom Ray", "priority": "supervisor"}],
        "groups": [{"id": 19, "name": "Sales"}, {"id": 20, "name": "Nobody"}],
        "bots": [{"name": "Acme Bot"}],
        "properties": [{"name": "topic"}],
        "webhooks": hooks,
    });
    setup.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Stage::open(setup)
}

/// Something that happens in ada's chat.
enum Deed {
    Act(Value),
    /// A call of the bot; the chat and its thread are put into it.
    Call(&'static str, Value),
    /// The same, and it is refused.
    Refused(&'static str, Value, &'static str),
    /// Minutes go by.
    Wait(u64),
}

use Deed::{Act, Call, Refused, Wait};

/// Does things one after the other, of which only what the last one caused is told.
fn told(stage: &mut Stage, deeds: Vec<Deed>) -> Vec<String> {
    for deed in deeds {
        stage.sent();
        match deed {
            Act(act) => stage.act(act).unwrap(),
            Wait(minutes) => stage.wait(VirtualSpan::from_mins(minutes)),
            Call(method, body) => {
                let (reply, document) = ask(stage, method, &body);
                assert_eq!(reply.status, 200, "{method}: {document}");
            }
            Refused(method, body, kind) => {
                let document = ask(stage, method, &body).1;
                assert_eq!(error(&document).0, kind, "{method}");
            }
        }
    }
    stage.told()
}

fn ask(stage: &mut Stage, method: &str, body: &Value) -> (Reply, Value) {
    let chat = stage.desk.chat("ada").map(str::to_owned).unwrap_or_default();
    let seen = stage.get(&chat);
    let thread = seen["thread"]["id"].as_str().unwrap_or_default();
    let body = body.to_string().replace("<chat>", &chat).replace("<thread>", thread);
    stage.call(method, Stage::caller(method), &serde_json::from_str(&body).unwrap())
}

fn start() -> Deed {
    Act(json!({"start_chat": {"as": "ada", "text": "Hi"}}))
}

fn close() -> Deed {
    Act(json!({"close": {"by": "ada"}}))
}

/// How ada rates her latest thread.
fn rate(rating: Value) -> Deed {
    let body = json!({"chat_id": "<chat>", "thread_id": "<thread>", "properties": {"rating": rating}});
    Call("update_thread_properties", body)
}

fn transfer(group: u64, ignoring: bool) -> Value {
    json!({"id": "<chat>", "target": {"type": "group", "ids": [group]}, "ignore_agents_availability": ignoring})
}

fn send(event: Value) -> Deed {
    Call("send_event", json!({"chat_id": "<chat>", "event": event}))
}

fn quick_replies() -> Deed {
    let button = json!({"text": "Yes", "type": "message", "value": "y", "postback_id": "y"});
    let elements = json!([{"title": "Sure?", "buttons": [button]}]);
    send(json!({"type": "rich_message", "template_id": "quick_replies", "elements": elements}))
}

/// A chat that begins with a form and a message.
fn start_with_form() -> Deed {
    let field = json!({"type": "name", "id": "1", "label": "Your name", "answer": "Ada"});
    let form = json!({"type": "filled_form", "author_id": ADA, "form_id": "7", "fields": [field],
        "properties": {"lc2": {"form_type": "prechat"}}});
    let message = json!({"type": "message", "author_id": ADA, "text": "Hi"});
    let users = json!([{"id": ADA, "type": "customer"}]);
    Call("start_chat", json!({"chat": {"users": users, "thread": {"events": [form, message]}}}))
}

/// What [`told`] is to tell, row by row.
fn check(row: &str, setup: Value, deeds: Vec<Deed>, expected: &[&str]) {
    assert_eq!(told(&mut stage(setup), deeds), expected, "row {row}");
}

#[test]
fn the_life_of_a_chat_is_told_in_order() {
    let note = |text: &str| send(json!({"type": "message", "text": text}));
    let add = |user: &str, visibility: &str| {
        let body = json!({"chat_id": "<chat>", "user_id": user, "user_type": "agent", "visibility": visibility,
            "ignore_requester_presence": true});
        Call("add_user_to_chat", body)
    };
    let nobody = || json!({"agents": [], "bots": [{"name": "Acme Bot", "status": "not_accepting_chats"}]});

    check("1", json!({}), vec![start()], &["incoming_chat"]);
    check("1", json!({}), vec![start_with_form()], &["incoming_chat"]);
    check("1, nobody free", nobody(), vec![start()], &["incoming_chat"]);
    let comes = Act(json!({"set_status": {"agent": "Acme Bot", "status": "accepting_chats"}}));
    let assigned = ["routing_status_set", "user_added_to_chat", "chat_transferred"];
    check("1, assigned later", nobody(), vec![start(), comes], &assigned);

    check("1b", nobody(), vec![start(), add(BOT, "all")], &["user_added_to_chat"]);
    let second = ["user_added_to_chat", "sys agent_added"];
    check("1b, a second agent", json!({}), vec![start(), add("tom@acme.example", "agents")], &second);
    let itself = vec![start(), Act(json!({"assign": {"to": MIA}})), add(BOT, "agents")];
    check("1b, by itself", json!({}), itself, &["user_added_to_chat", "sys agent_joined"]);

    check("2", json!({}), vec![start(), note("Hello")], &["incoming_event"]);
    let says = || Act(json!({"say": {"as": "ada", "text": "x"}}));
    check("3", json!({}), vec![start(), note("Hello"), says()], &["incoming_event"]);
    let chooses = Act(json!({"choose": {"as": "ada", "option": "Yes"}}));
    let clicked = ["incoming_rich_message_postback", "event_updated", "incoming_event"];
    check("4", json!({}), vec![start(), quick_replies(), chooses], &clicked);
    let tag = Call("tag_thread", json!({"chat_id": "<chat>", "thread_id": "<thread>", "tag": "sales"}));
    check("5", json!({}), vec![start(), tag], &["thread_tagged"]);
    let topic = Call("update_chat_properties", json!({"id": "<chat>", "properties": {CLIENT: {"topic": "x"}}}));
    check("6", json!({}), vec![start(), topic], &["chat_properties_updated"]);

    let handed_over = [
        "chat_access_updated",
        "sys chat_transferred",
        "chat_transferred",
        "user_removed_from_chat",
        "user_added_to_chat",
    ];
    check("7", json!({}), vec![start(), Call("transfer_chat", transfer(19, false))], &handed_over);
    let ada = || json!({"chat_id": "<chat>", "event": {"type": "message", "text": "x"}});
    let gone = vec![start(), Call("transfer_chat", transfer(19, false)), Refused("send_event", ada(), "authorization")];
    check("7, the bot is out", json!({}), gone, &[]);
    check("7, nobody free", json!({}), vec![start(), Call("transfer_chat", transfer(20, true))], &handed_over[..4]);
    let offline = Refused("transfer_chat", transfer(20, false), "agent_offline");
    check("7, nobody free and needed", json!({}), vec![start(), offline], &[]);
    let inside = Call("transfer_chat", json!({"id": "<chat>"}));
    let mia = json!({"agents": [{"id": MIA}]});
    check("7, the same groups", mia, vec![start(), inside], &handed_over[1..]);

    let reads = Act(json!({"read": {"as": "ada"}}));
    check("8", json!({}), vec![start(), note("Hello"), reads], &["events_marked_as_seen"]);

    let summed_up = || json!({"license_properties": {"chats": {"auto_summary_enabled": true}}});
    check("9a", json!({}), vec![start(), close()], &["sys manual_archived_customer", "chat_deactivated"]);
    let by_bot = Call("deactivate_chat", json!({"id": "<chat>"}));
    check("9b", json!({}), vec![start(), by_bot], &["sys manual_archived_agent", "chat_deactivated"]);
    let idle = || json!({"idle_after": "10m"});
    check("9c, idle", idle(), vec![start(), Wait(10)], &["thread_properties_updated", "sys routing.idle"]);
    let timed_out = ["sys routing.archived_inactive", "chat_deactivated"];
    check("9c, time-out", idle(), vec![start(), Wait(10), Wait(20)], &timed_out);
    let leaves = Act(json!({"leave": {"as": "ada"}}));
    check("9d, left", json!({}), vec![start(), leaves], &["sys archived_customer_disconnected", "chat_deactivated"]);
    let ban = Call("ban_customer", json!({"id": ADA, "ban": {"days": 1}}));
    check("9d, banned", json!({}), vec![start(), ban], &["sys customer_banned", "chat_deactivated"]);
    let alone = json!({"agents": [], "queue": false, "going_offline": "disconnected"});
    let cut_off = Act(json!({"set_status": {"agent": "Acme Bot", "status": "offline"}}));
    let abandoned = ["routing_status_set", "sys routing.archived_disconnected", "chat_deactivated"];
    check("9d, agent gone", alone, vec![start(), cut_off], &abandoned);

    let good = json!({"score": 1, "comment": "Nice"});
    let rated = ["thread_properties_updated", "sys rating.chat_rated", "sys rating.chat_commented"];
    check("10", json!({}), vec![start(), rate(good.clone())], &rated);
    check("10, afterwards", json!({}), vec![start(), close(), rate(good)], &rated);
    check("10, score alone", json!({}), vec![start(), close(), rate(json!({"score": 0}))], &rated[..2]);
    let summary = ["sys manual_archived_customer", "chat_deactivated", "thread_summary_set"];
    check("11", summed_up(), vec![start(), close()], &summary);
}

#[test]
fn whoever_is_cut_off_is_told_of_as_such() {
    let check = |agents: Value, expected: &[&str]| {
        let mut stage = stage(json!({"agents": agents, "going_offline": "disconnected"}));
        stage.start();
        stage.sent();
        stage.act(json!({"set_status": {"agent": "Acme Bot", "status": "offline"}})).unwrap();
        let bodies = stage.bodies();
        let removed = bodies.iter().find(|body| body["action"] == "user_removed_from_chat").unwrap();
        assert_eq!(removed["payload"]["reason"], "disconnected");
        let note = &bodies.last().unwrap()["payload"]["event"]["system_message_type"];
        assert_eq!([note.as_str().unwrap()], expected);
    };
    check(json!([{"id": MIA}]), &["routing.assigned_disconnected"]);
    check(json!([]), &["routing.unassigned_disconnected"]);
}
