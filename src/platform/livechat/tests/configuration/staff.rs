//! Agents, bots, groups, tags and rules: what is refused, and what a change does to chats.

use super::*;

const TOM: &str = "tom@acme.example";
const MIA: &str = "mia@acme.example";

#[test]
fn a_request_has_to_be_sound() {
    let check = |method: &str, body: Value, code: &str, message: &str| {
        let mut stage = Stage::with_bot();
        stage.done("create_tag", json!({"name": "billing", "group_ids": [19]}));
        let refused = stage.refused(method, good_for(method), &body);
        assert_eq!(refused, (code.to_owned(), message.to_owned()), "{method} {body}");
    };
    let invalid = |method: &str, body: Value, message: &str| check(method, body, "validation", message);
    let agent = |key: &str, value: Value| json!({"id": "new@acme.example", "name": "New", key: value});
    invalid("create_agent", json!({"name": "New"}), "`id` is required");
    invalid("create_agent", json!({"id": "new@acme.example"}), "`name` is required");
    invalid("create_agent", json!({"id": "new", "name": "New"}), "`id` must be an e-mail address");
    invalid("create_agent", agent("max_chats_count", json!(21)), "`max_chats_count` must be between 0 and 20");
    invalid("create_agent", agent("max_chats_count", json!("6")), "`max_chats_count` must be a number");
    invalid(
        "create_agent",
        agent("login_status", json!("offline")),
        "`login_status` must be one of: accepting chats, not accepting chats",
    );
    invalid(
        "create_agent",
        agent("email_subscriptions", json!(["x"])),
        "`email_subscriptions` must be an array of: daily_summary, weekly_summary",
    );
    invalid("create_agent", agent("groups", json!([{}])), "`groups.0.id` is required");
    invalid("create_agent", agent("groups", json!([1])), "`groups.0` must be an object");
    invalid(
        "create_agent",
        agent("groups", json!([{"id": 19, "priority": "x"}])),
        "`groups.0.priority` must be one of: first, normal, last, supervisor",
    );
    let slot = |slot: Value| agent("work_scheduler", json!({"timezone": "Europe/Warsaw", "schedule": [slot]}));
    invalid(
        "create_agent",
        slot(json!({"day": "x"})),
        "`work_scheduler.schedule.0.day` must be one of: sunday, monday, tuesday, wednesday, thursday, friday, saturday",
    );
    invalid(
        "create_agent",
        slot(json!({"day": "monday", "enabled": true, "start": "8:00", "end": "12:00"})),
        "`work_scheduler.schedule.0.start` must be a time of day, HH:MM",
    );
    invalid(
        "create_agent",
        slot(json!({"day": "monday", "enabled": true, "start": "08:00", "end": "24:00"})),
        "`work_scheduler.schedule.0.end` must be a time of day, HH:MM",
    );
    invalid("create_agent", agent("work_scheduler", json!({"schedule": []})), "`work_scheduler.timezone` is required");
    invalid("create_agent", agent("work_scheduler", json!({"monday": {}})), "`work_scheduler.schedule` is required");
    let hours = json!({"name": "B", "work_scheduler": {}});
    invalid("create_bot", hours, "`work_scheduler.timezone` is required");
    check("create_agent", agent("groups", json!([{"id": 77}])), "group_not_found", "Group not found");
    check("create_agent", agent("role", json!("owner")), "ownership_transfer", "Invalid transfer ownership request");
    check("create_agent", json!({"id": MIA, "name": "Mia"}), "already_exists", "Already exists");
    for method in ["update_agent", "delete_agent", "suspend_agent", "unsuspend_agent", "approve_agent", "get_agent"] {
        invalid(method, json!({}), "`id` is required");
        check(method, json!({"id": "nobody@acme.example"}), "not_found", "Not found");
        check(method, json!({"id": BOT}), "not_found", "Not found");
    }
    for method in ["update_bot", "delete_bot", "get_bot", "reset_bot_secret"] {
        check(method, json!({"id": MIA}), "not_found", "Not found");
    }
    invalid(
        "get_agent",
        json!({"id": MIA, "fields": ["colour"]}),
        "`fields` must be an array of: job_title, mobile, max_chats_count, awaiting_approval, groups, notifications, email_subscriptions, summaries, work_scheduler, suspended, last_logout",
    );
    invalid("create_bot", json!({}), "`name` is required");
    invalid("create_bot", json!({"name": "B", "max_chats_count": 501}), "`max_chats_count` must be between 0 and 500");
    check("create_bot", json!({"name": "B", "owner_client_id": "x"}), "authorization", "Authorization error");
    invalid("create_group", json!({"name": "G"}), "`agent_priorities` is required");
    invalid("create_group", json!({"agent_priorities": {}}), "`name` is required");
    invalid(
        "create_group",
        json!({"name": "x".repeat(181), "agent_priorities": {}}),
        "`name` cannot be longer than 180 characters",
    );
    invalid(
        "create_group",
        json!({"name": "G", "agent_priorities": {MIA: 1}}),
        &format!("`agent_priorities.{MIA}` must be one of: first, normal, last, supervisor"),
    );
    check("create_group", json!({"name": "G", "agent_priorities": {"nobody": "first"}}), "not_found", "Not found");
    for method in ["update_group", "delete_group", "get_group"] {
        check(method, json!({"id": 77}), "group_not_found", "Group not found");
    }
    invalid("delete_group", json!({"id": 0}), "group 0 cannot be deleted");
    check("create_tag", json!({"name": "BILLING"}), "already_exists", "Already exists");
    check("create_tag", json!({"name": "x", "group_ids": [77]}), "group_not_found", "Group not found");
    check("update_tag", json!({"name": "Billing", "group_ids": []}), "not_found", "Not found");
    check("delete_tag", json!({"name": "Billing"}), "not_found", "Not found");
    invalid("list_tags", json!({"filters": {}}), "`filters.group_ids` is required");
    let rule = |conditions: Value| json!({"access": {"groups": [19]}, "conditions": conditions});
    let values = json!({"values": [{"value": "x"}]});
    invalid("add_auto_access", json!({"conditions": {"url": values}}), "`access` is required");
    invalid("add_auto_access", json!({"access": {}, "conditions": {"url": values}}), "`access.groups` is required");
    invalid("add_auto_access", json!({"access": {"groups": [19]}}), "`conditions` is required");
    invalid("add_auto_access", rule(json!({})), "`conditions` must have `url`, `domain` or `geolocation`");
    invalid("add_auto_access", rule(json!({"url": {}})), "`conditions.url.values` is required");
    invalid(
        "add_auto_access",
        rule(json!({"url": {"values": [], "exclude_values": []}})),
        "`conditions.url.values` cannot be used with `conditions.url.exclude_values`",
    );
    invalid(
        "add_auto_access",
        rule(json!({"domain": {"values": [{}]}})),
        "`conditions.domain.values.0.value` is required",
    );
    check(
        "add_auto_access",
        json!({"access": {"groups": [77]}, "conditions": {"url": values}}),
        "group_not_found",
        "Group not found",
    );
    let mut before_none = rule(json!({"url": values}));
    before_none["next_id"] = json!("none");
    check("add_auto_access", before_none, "not_found", "Not found");
    check("update_auto_access", json!({"id": "none"}), "not_found", "Not found");
    check("delete_auto_access", json!({"id": "none"}), "not_found", "Not found");
    invalid("batch_create_agents", json!({}), "`requests` is required");
    let (_, answer) = Stage::with_bot().call("batch_update_agents", AGENT_TOKEN, &json!({"requests": [{}, 5]}));
    let denied = |message: &str| json!({"error": {"type": "validation", "message": message}});
    assert_eq!(answer, json!({"responses": [denied("`id` is required"), denied("Wrong format of request")]}));
}

/// Who has ada's chat now.
fn holder(stage: &mut Stage) -> Option<String> {
    let chat = stage.desk.chat("ada")?.to_owned();
    let (_, answer) = stage.call("get_chat", AGENT_TOKEN, &json!({"chat_id": chat}));
    let users = answer["users"].as_array()?.clone();
    let is_holder = |user: &&Value| user["type"] == "agent" && user["present"] == true && user["visibility"] == "all";
    Some(users.iter().find(is_holder)?["id"].as_str()?.to_owned())
}

#[test]
fn a_new_agent_gets_chats_once_approved_and_a_suspended_one_gets_none() {
    let mut stage = Stage::open(json!({"agents": [{"id": TOM, "priority": "supervisor"}]}));
    stage.done("create_agent", json!({"id": "zoe@acme.example", "name": "Zoe", "login_status": "accepting chats"}));
    stage.act(json!({"start_chat": {"as": "ada"}})).unwrap();
    assert_eq!(holder(&mut stage), None, "somebody has to approve of her first");
    stage.done("approve_agent", json!({"id": "zoe@acme.example"}));
    assert_eq!(holder(&mut stage).as_deref(), Some("zoe@acme.example"), "waiting chats go to whoever is free");
    let (reply, _) = stage.call("list_chats", "Bearer dal:zoe@acme.example", &json!({}));
    assert_eq!(reply.status, 200, "her token is her address");
    stage.done("suspend_agent", json!({"id": "zoe@acme.example"}));
    stage.act(json!({"start_chat": {"as": "bob"}})).unwrap();
    let (_, chats) = stage.call("list_chats", AGENT_TOKEN, &json!({}));
    let waiting = chats["chats_summary"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|chat| !chat["last_thread_summary"]["queue"].is_null())
        .count();
    assert_eq!(waiting, 1);
    let (reply, _) = stage.call("request_agent_unsuspension", "Bearer dal:zoe@acme.example", &json!({}));
    assert_eq!(reply.status, 200, "she can still ask to be let in again");
    stage.done("unsuspend_agent", json!({"id": "zoe@acme.example"}));
    let bob = stage.desk.chat("bob").unwrap().to_owned();
    let (_, answer) = stage.call("get_chat", AGENT_TOKEN, &json!({"chat_id": bob}));
    assert!(answer["thread"]["queue"].is_null(), "waiting chats go to her again");
}

#[test]
fn whoever_is_deleted_leaves_their_chats_and_cannot_call_any_more() {
    let mut stage = Stage::open(json!({"agents": [{"id": MIA}, {"id": TOM, "priority": "last"}]}));
    stage.act(json!({"start_chat": {"as": "ada"}})).unwrap();
    assert_eq!(holder(&mut stage).as_deref(), Some(MIA));
    let (_, answer) = stage.call("delete_agent", "Bearer dal:agent2-token", &json!({"id": MIA}));
    assert_eq!(answer, json!({}));
    assert_eq!(stage.refused("list_agents", AGENT_TOKEN, &json!({})).0, "authentication");
    let (_, chats) = stage.call("list_chats", "Bearer dal:agent2-token", &json!({}));
    let users = chats["chats_summary"][0]["users"].as_array().unwrap();
    let present: Vec<&Value> = users
        .iter()
        .filter(|user| user["type"] == "agent" && user["present"] == true)
        .map(|user| &user["id"])
        .collect();
    assert_eq!(present, [TOM]);
}

#[test]
fn priorities_are_those_of_the_groups_and_nobody_gets_more_than_they_may_have() {
    let mut stage = Stage::open(
        json!({"agents": [{"id": TOM, "priority": "supervisor"}, {"id": MIA}], "groups": [{"id": 19, "name": "Sales"}]}),
    );
    stage.done("update_group", json!({"id": 19, "agent_priorities": {TOM: "first", MIA: "normal"}}));
    stage.done("update_agent", json!({"id": TOM, "max_chats_count": 1}));
    stage.act(json!({"start_chat": {"as": "ada", "to": "Sales"}})).unwrap();
    assert_eq!(holder(&mut stage).as_deref(), Some(TOM), "the group outweighs everybody's");
    stage.act(json!({"start_chat": {"as": "bob", "to": "Sales"}})).unwrap();
    let (_, chats) = stage.call("list_chats", AGENT_TOKEN, &json!({"filters": {"include_active": true}}));
    assert!(chats.to_string().contains(MIA), "there is room for one only");
}

#[test]
fn a_new_group_can_be_transferred_to_and_a_rule_sends_visitors_there() {
    let mut stage = Stage::open(json!({"agents": [{"id": MIA}, {"id": TOM, "priority": "last"}]}));
    let id = stage.done("create_group", json!({"name": "Billing", "agent_priorities": {TOM: "normal"}}))["id"].clone();
    stage.act(json!({"start_chat": {"as": "ada"}})).unwrap();
    let chat = stage.desk.chat("ada").unwrap().to_owned();
    stage.done("transfer_chat", json!({"id": chat, "target": {"type": "group", "ids": [id]}}));
    let (_, answer) = stage.call("get_chat", "Bearer dal:agent2-token", &json!({"chat_id": chat}));
    assert_eq!(answer["access"]["group_ids"], json!([id]));
    let conditions = json!({"geolocation": {"values": [{"country_code": "PL"}]}});
    stage.done("add_auto_access", json!({"access": {"groups": [id]}, "conditions": conditions}));
    stage.act(json!({"start_chat": {"as": "bob"}})).unwrap();
    let bob = stage.desk.chat("bob").unwrap().to_owned();
    let (_, answer) = stage.call("get_chat", "Bearer dal:agent2-token", &json!({"chat_id": bob}));
    assert_eq!(answer["access"]["group_ids"], json!([id]));
}

#[test]
fn the_requester_is_told_since_3_6_unless_the_set_up_says_no() {
    let check = |setup: Value, version: &str, told: bool| {
        let mut setup = setup;
        setup["webhooks"] = json!([{"action": "tag_created", "url": "${bot}/x", "version": version}]);
        let mut stage = Stage::open(setup);
        stage.done("create_tag", json!({"name": "x"}));
        let bodies = stage.bodies();
        assert_eq!(bodies[0].get("requester").is_some(), told, "{version}");
        assert_eq!(bodies[0]["additional_data"], json!({}));
    };
    check(json!({}), "3.6", true);
    check(json!({}), "3.5", false);
    check(json!({"requester": false}), "3.6", false);
}

#[test]
fn filters_look_at_who_has_made_a_change_and_whom_it_is_about() {
    let check = |action: &str, filters: Value, count: usize| {
        let webhooks = json!([{"action": action, "url": "${bot}/x", "filters": filters}]);
        let mut stage = Stage::open(json!({"webhooks": webhooks}));
        let body = json!({"id": "agent2@example.com", "login_status": "not accepting chats", "mobile": "1"});
        stage.done("update_agent", body);
        assert_eq!(stage.sent().len(), count, "{action} {filters}");
    };
    let of_nobody = |sources: Value| {
        let webhooks = json!([{"action": "tag_created", "url": "${bot}/x", "filters": {"source_type": sources}}]);
        let mut stage = Stage::open(json!({"webhooks": webhooks}));
        stage.call("create_tag", PAT, &json!({"name": "x"}));
        let requesters = stage.bodies().into_iter().map(|body| body["requester"].clone());
        requesters.collect::<Vec<_>>()
    };
    let requester = json!({"user_id": "agent@example.com", "account_id": "agent-account", "client_id": ""});
    assert_eq!(of_nobody(json!(["other_clients"])), [requester], "a personal access token is no app, nor the system");
    assert_eq!(of_nobody(json!(["my_client", "system"])), [] as [Value; 0]);
    check("agent_updated", json!({"source_type": ["my_client"]}), 1);
    check("agent_updated", json!({"source_type": ["other_clients", "system"]}), 0);
    check("routing_status_set", json!({"agent_ids": ["agent2@example.com"]}), 1);
    check("routing_status_set", json!({"agent_ids": ["agent@example.com"]}), 0);
}

#[test]
fn a_change_that_changes_nothing_is_not_told() {
    let mut stage = Stage::with_bot();
    for (method, body) in [
        ("update_agent", json!({"id": MIA, "login_status": "accepting chats"})),
        ("unsuspend_agent", json!({"id": MIA})),
        ("approve_agent", json!({"id": MIA})),
        ("update_group", json!({"id": 19, "name": "Sales"})),
        ("update_bot", json!({"id": BOT})),
    ] {
        stage.done(method, body);
        assert_eq!(stage.told(), Vec::<String>::new(), "{method}");
    }
}

#[test]
fn bots_are_listed_by_how_they_were_made() {
    let mut stage = Stage::open(json!({"bots": [{"name": "Ours"}, {"name": "Theirs", "client_id": "other-app"}]}));
    stage.done("create_bot", json!({"name": "By token"}));
    stage.call("create_bot", PAT, &json!({"name": "By person", "owner_client_id": CLIENT}));
    let mut check = |token: &str, all: bool, expected: &[&str]| {
        let (_, listed) = stage.call("list_bots", token, &json!({"all": all}));
        let names: Vec<&Value> = listed.as_array().unwrap().iter().map(|bot| &bot["name"]).collect();
        assert_eq!(names, expected, "{token} {all}");
    };
    check(AGENT_TOKEN, false, &["Ours", "By token", "By person"]);
    check(PAT, false, &["By person"]);
    check(PAT, true, &["Ours", "Theirs", "By token", "By person"]);
}

#[test]
fn a_template_changes_its_bots_only_where_the_caller_says_so_and_an_app_has_five() {
    let mut stage = Stage::open(json!({"webhooks": [{"action": "bot_updated", "url": "${bot}/x"}]}));
    let own = |more: Value| {
        let mut body = json!({"owner_client_id": CLIENT});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let everywhere = json!({"name": "A", "affect_existing_installations": true});
    let made = stage.done("create_bot_template", own(everywhere));
    let id = made["id"].clone();
    stage.done("create_bot_template", own(json!({"name": "B"})));
    assert_eq!(stage.done("list_bots", json!({})), json!([{"id": id, "name": "A", "avatar_path": ""}]));
    stage.done("update_bot_template", own(json!({"id": id, "name": "C"})));
    assert_eq!(stage.bodies(), Vec::<Value>::new());
    stage.done("update_bot_template", own(json!({"id": id, "job_title": "D", "affect_existing_installations": true})));
    assert_eq!(stage.bodies()[0]["payload"], json!({"id": id, "name": "C", "job_title": "D"}));
    let templates = stage.done("list_bot_templates", own(json!({})));
    assert_eq!(templates[0], json!({"id": id, "name": "C", "avatar_path": ""}));
    let token = json!({"bot_id": id, "client_id": CLIENT, "bot_secret": made["secret"],
        "organization_id": "390e44e6-f1e6-0368-c6dd-b74c14508c2e"});
    stage.done("issue_bot_token", token.clone());
    stage.done("reset_bot_template_secret", own(json!({"id": id})));
    stage.done("issue_bot_token", token.clone());
    stage.done("reset_bot_template_secret", own(json!({"id": id, "affect_existing_installations": true})));
    assert_eq!(stage.refused("issue_bot_token", "", &token).0, "authentication");
    for name in ["E", "F", "G"] {
        stage.done("create_bot_template", own(json!({"name": name})));
    }
    assert_eq!(stage.refused("create_bot_template", AGENT_TOKEN, &own(json!({"name": "H"}))).0, "limit_reached");
    stage.done("delete_bot_template", own(json!({"id": id})));
    assert_eq!(stage.done("list_bots", json!({})).as_array().unwrap().len(), 1, "the bot stays");
    for method in ["update_bot_template", "delete_bot_template", "reset_bot_template_secret"] {
        assert_eq!(stage.refused(method, AGENT_TOKEN, &own(json!({"id": id}))).0, "not_found");
        assert_eq!(stage.refused(method, AGENT_TOKEN, &own(json!({}))).1, "`id` is required");
        assert_eq!(stage.refused(method, AGENT_TOKEN, &json!({"id": id})).1, "`owner_client_id` is required");
    }
}
