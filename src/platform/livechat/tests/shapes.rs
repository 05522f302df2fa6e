//! Bodies of the wrong shape, and bodies that are just not too large.

use serde_json::json;

use super::refusals::staged;
use super::*;

#[test]
fn what_is_missing_or_of_the_wrong_kind_is_named() {
    let check = |method: &str, body: Value, message: &str| {
        let mut stage = Stage::with_bot();
        stage.start();
        let (reply, document) = stage.call(method, Stage::caller(method), &body);
        assert_eq!(document["error"], json!({"type": "validation", "message": message}), "{method} {body}");
        assert_eq!(reply.status, 400);
    };
    let event = |event: Value| json!({"chat_id": "X", "event": event});
    let rich = |elements: Value| event(json!({"type": "rich_message", "template_id": "cards", "elements": elements}));
    let button = |button: Value| rich(json!([{"buttons": [button]}]));
    check("get_chat", json!({}), "`chat_id` is required");
    check("get_chat", json!({"chat_id": null}), "`chat_id` is required");
    check("get_chat", json!({"chat_id": 1}), "`chat_id` must be a string");
    check("list_threads", json!({}), "`chat_id` is required");
    check("list_threads", json!({"chat_id": "X", "limit": 0}), "`limit` must be between 1 and 100");
    check(
        "list_threads",
        json!({"chat_id": "X", "filters": {"from": "now"}}),
        "`filters.from` must be an RFC 3339 date",
    );
    check(
        "list_threads",
        json!({"chat_id": "X", "min_events_count": 1, "limit": 2}),
        "`limit` cannot be used with `min_events_count`",
    );
    check("list_chats", json!({"limit": 101}), "`limit` must be between 1 and 100");
    check("list_chats", json!({"sort_order": "up"}), "`sort_order` must be one of: desc, asc");
    check("list_chats", json!({"page_id": "x"}), "`page_id` is not valid");
    check("list_chats", json!({"page_id": "x", "limit": 1}), "`limit` cannot be used with `page_id`");
    check("list_chats", json!({"filters": {"active": "yes"}}), "`filters.active` must be a boolean");
    let archived = |filters: Value| json!({"filters": filters});
    check("list_archives", json!({"page_id": "x", "filters": {}}), "`filters` cannot be used with `page_id`");
    check("list_archives", archived(json!({"from": "now"})), "`filters.from` must be an RFC 3339 date");
    check("list_archives", archived(json!({"query": 1})), "`filters.query` must be a string");
    let many: Vec<String> = (0..21).map(|number| number.to_string()).collect();
    check(
        "list_archives",
        archived(json!({"thread_ids": many})),
        "`filters.thread_ids` must not have more than 20 items",
    );
    let both = archived(json!({"thread_ids": ["a"], "query": "b"}));
    check("list_archives", both, "`filters.thread_ids` cannot be used with other filters");
    let paged = json!({"filters": {"thread_ids": ["a"]}, "limit": 1});
    check("list_archives", paged, "`filters.thread_ids` cannot be used with pages");
    let two = "only one of these can be used: filters.tags.exists, filters.tags.values, filters.tags.exclude_values";
    check("list_archives", archived(json!({"tags": {"exists": true, "values": ["a"]}})), two);
    check("list_archives", archived(json!({"agents": ["a"]})), "`filters.agents` must be an object");
    let groups: Vec<u32> = (0..201).collect();
    check(
        "list_archives",
        archived(json!({"group_ids": groups})),
        "`filters.group_ids` must not have more than 200 items",
    );
    check(
        "list_chats",
        archived(json!({"group_ids": groups})),
        "`filters.group_ids` must not have more than 200 items",
    );
    check("resume_chat", json!({}), "`chat` is required");
    check("resume_chat", json!({"chat": {}}), "`chat.id` is required");
    check("start_chat", json!({"chat": 1}), "`chat` must be an object");
    check("start_chat", json!({"chat": {"users": [{"id": ADA}]}}), "`chat.users.0.type` is required");
    check("deactivate_chat", json!({}), "`id` is required");
    check("transfer_chat", json!({"id": "X", "target": {}}), "`target.type` is required");
    check("transfer_chat", json!({"id": "X", "target": {"type": "group"}}), "`target.ids` is required");
    let target = json!({"type": "group", "ids": ["a"]});
    check("transfer_chat", json!({"id": "X", "target": target}), "`target.ids` must be an array of numbers");
    check("add_user_to_chat", json!({"chat_id": "X", "user_id": "Y"}), "`user_type` is required");
    let half = json!({"chat_id": "X", "user_id": "Y", "user_type": "agent"});
    check("add_user_to_chat", half, "`visibility` is required");
    let customer = json!({"chat_id": "X", "user_id": "Y", "user_type": "customer"});
    check("remove_user_from_chat", customer, "`user_type` must be one of: agent");
    check("send_event_preview", json!({"chat_id": "X"}), "`event` is required");
    let preview = |event: Value| json!({"chat_id": "X", "event": event});
    check("send_event_preview", preview(json!({"type": "custom"})), "`event.type` must be one of: message");
    let hidden = json!({"type": "message", "text": "x", "visibility": "agents"});
    check("send_event_preview", preview(hidden), "`event.visibility` must be one of: all");
    let pressed = |postback: Value| json!({"chat_id": "X", "thread_id": "Y", "event_id": "Z", "postback": postback});
    check("send_rich_message_postback", pressed(Value::Null), "`postback` is required");
    check("send_rich_message_postback", pressed(json!({"toggled": true})), "`postback.id` is required");
    check("send_rich_message_postback", pressed(json!({"id": "y"})), "`postback.toggled` is required");
    let bought = pressed(json!({"id": "y", "toggled": true, "ecommerce": {}}));
    check("send_rich_message_postback", bought, "`postback.ecommerce.product_id` is required");
    check("send_typing_indicator", json!({"chat_id": "X"}), "`is_typing` is required");
    let typing = json!({"chat_id": "X", "is_typing": true, "visibility": "me"});
    check("send_typing_indicator", typing, "`visibility` must be one of: all, agents");
    check("send_thinking_indicator", json!({"chat_id": "X", "title": 1}), "`title` must be a string");
    check("mark_events_as_seen", json!({"chat_id": "X"}), "`seen_up_to` is required");
    let never = json!({"chat_id": "X", "seen_up_to": "never"});
    check("mark_events_as_seen", never, "`seen_up_to` must be an RFC 3339 date");
    check("follow_chat", json!({}), "`id` is required");
    check("update_chat_properties", json!({"id": "X"}), "`properties` is required");
    let properties = |properties: Value| json!({"id": "X", "properties": properties});
    check("update_chat_properties", properties(json!({"a": 1})), "`properties.a` must be an object");
    let score = properties(json!({"rating": {"score": "good"}}));
    check("update_chat_properties", score, "`properties.rating.score` must be of the type int");
    let unknown = properties(json!({"rating": {"stars": 1}}));
    check("update_chat_properties", unknown, "`properties.rating.stars` is not a property");
    let large = properties(json!({"ns": {"a": 4_294_967_296_u64}}));
    check("update_chat_properties", large, "`properties.ns.a` must be a string, a boolean or an integer");
    let object = properties(json!({"ns": {"a": 1}}));
    check("delete_chat_properties", object, "`properties.ns` must be an array of strings");
    check("delete_thread_properties", json!({"chat_id": "X"}), "`thread_id` is required");
    check("delete_event_properties", json!({"chat_id": "X", "thread_id": "Y"}), "`event_id` is required");
    check("set_routing_status", json!({}), "`status` is required");
    let words = "`status` must be one of: accepting_chats, not_accepting_chats, offline";
    check("set_routing_status", json!({"status": "accepting chats"}), words);
    check("list_agents_for_transfer", json!({}), "`chat_id` is required");
    check("get_customer", json!({}), "`id` is required");
    let nothing = "one of these is required: name, email, avatar, phone_number, session_fields, omnichannel, address";
    check("update_customer", json!({"id": ADA}), nothing);
    check("update_customer", json!({"id": ADA, "name": 1}), "`name` must be a string");
    check("update_customer", json!({"id": ADA, "email": "ada"}), "`email` must be an e-mail address");
    check("update_customer", json!({"id": ADA, "avatar": "ada.png"}), "`avatar` must be a URL");
    let phone = "`phone_number` must be a telephone number in the format E.164";
    check("update_customer", json!({"id": ADA, "phone_number": "555 1234"}), phone);
    let fields = "`session_fields` must be an array of objects with one string each";
    check("update_customer", json!({"id": ADA, "session_fields": [{"a": "b", "c": "d"}]}), fields);
    check("update_customer", json!({"id": ADA, "session_fields": [{"a": 1}]}), fields);
    let channels = |channels: Value| json!({"id": ADA, "omnichannel": channels});
    check("update_customer", channels(json!({"fbmessenger": {}})), "`omnichannel.fbmessenger.id` is required");
    check("update_customer", channels(json!({"twilio": {}})), "`omnichannel.twilio.phone_number` is required");
    check("update_customer", json!({"id": ADA, "address": {"city": 1}}), "`address.city` must be a string");
    check("ban_customer", json!({"id": ADA}), "`ban` is required");
    check("ban_customer", json!({"id": ADA, "ban": {}}), "`ban.days` is required");
    check("ban_customer", json!({"id": ADA, "ban": {"days": 0}}), "`ban.days` must be between 1 and 36500");
    let recipients = |agents: Value| json!({"recipients": {"agents": agents}});
    check("multicast", json!({"content": 1}), "`recipients` is required");
    check("multicast", recipients(json!({})), "one of these is required: all, ids, groups");
    check("multicast", recipients(json!({"groups": ["a"]})), "`recipients.agents.groups` must be an array of numbers");
    check("multicast", recipients(json!({"all": true})), "`content` is required");
    check("request_thread_summary", json!({"chat_id": "X"}), "`thread_id` is required");
    check("tag_thread", json!({"chat_id": "X", "thread_id": "Y"}), "`tag` is required");
    check("untag_thread", json!({"chat_id": "X", "tag": "t"}), "`thread_id` is required");
    check("send_event", json!({"chat_id": "X"}), "`event` is required");
    check("send_event", event(json!({})), "`event.type` is required");
    check("send_event", event(json!({"type": "message"})), "`event.text` is required");
    let form = |kind: &str, fields: Value| event(json!({"type": kind, "form_id": "1", "fields": fields}));
    check("send_event", event(json!({"type": "form", "fields": []})), "`event.form_id` is required");
    check("send_event", event(json!({"type": "form", "form_id": "1"})), "`event.fields` is required");
    check("send_event", form("form", json!(["name"])), "`event.fields.0` must be an object");
    check("send_event", form("form", json!([{"id": "1", "label": "x"}])), "`event.fields.0.type` is required");
    check("send_event", form("form", json!([{"type": "name", "label": "x"}])), "`event.fields.0.id` is required");
    check("send_event", form("form", json!([{"type": "header"}])), "`event.fields.0.label` is required");
    let answered = |key: &str, value: Value| {
        let mut field = json!({"type": "radio", "id": "1", "label": "x"});
        field[key] = value;
        form("filled_form", json!([field]))
    };
    check("send_event", answered("answer", json!(1)), "`event.fields.0.answer` must be a string or an object");
    check("send_event", answered("answers", json!("x")), "`event.fields.0.answers` must be an array");
    let long = "x".repeat(16 * 1024 + 1);
    check("send_event", event(json!({"type": "message", "text": long})), "`event.text` must not exceed 16 KB");
    let elsewhere = json!({"type": "file", "url": "https://example.com/a.png"});
    check("send_event", event(elsewhere), "`event.url` must point to the LiveChat CDN");
    let ill = json!({"type": "message", "text": "x", "properties": {"ns": {"a": [1]}}});
    check("send_event", event(ill), "`event.properties.ns.a` must be a string, a boolean or an integer");
    check("send_event", rich(json!(vec![json!({}); 11])), "`event.elements` must not have more than 10 items");
    let many = json!([{"buttons": vec![json!({"text": "x", "postback_id": "y"}); 14]}]);
    check("send_event", rich(many), "`event.elements.0.buttons` must not have more than 13 items");
    check("send_event", button(json!({"postback_id": "x"})), "`event.elements.0.buttons.0.text` is required");
    check("send_event", button(json!({"text": "x"})), "`event.elements.0.buttons.0.postback_id` is required");
    let sold = |ecommerce: Value| rich(json!([{"ecommerce": ecommerce}]));
    check("send_event", sold(json!({"product_id": "7"})), "`event.elements.0.ecommerce.view_type` is required");
    check("send_event", sold(json!({"view_type": "tags"})), "`event.elements.0.ecommerce.product_id` is required");
    let nameless = json!({"view_type": "tags", "product_id": "7", "options": [{"label": "Red"}]});
    check("send_event", sold(nameless), "`event.elements.0.ecommerce.options.0.option_id` is required");
    let valueless = json!({"text": "x", "postback_id": "y", "type": "message"});
    check("send_event", button(valueless), "`event.elements.0.buttons.0.value` is required");
    let postback = json!({"id": "a", "thread_id": "b", "event_id": "c", "value": "d"});
    let lopsided = json!({"type": "message", "text": "x", "postback": postback});
    check("send_event", event(lopsided), "`event.postback.type` is required");
}

#[test]
fn limits_are_reached_but_not_crossed() {
    let (mut stage, mut body) = staged("send_event");
    body["event"]["text"] = json!("x".repeat(16 * 1024));
    assert_eq!(stage.call("send_event", BOT_TOKEN, &body).0.status, 200);
    let buttons = vec![json!({"text": "x", "postback_id": "y"}); 13];
    let elements = vec![json!({"buttons": buttons}); 10];
    body["event"] = json!({"type": "rich_message", "template_id": "quick_replies", "elements": elements});
    assert_eq!(stage.call("send_event", BOT_TOKEN, &body).0.status, 200);
}
