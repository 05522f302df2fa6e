//! Whatever is configured in whatever order, the organization stays of one piece.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const PEOPLE: [&str; 4] = ["mia@acme.example", "tom@acme.example", "new@acme.example", BOT];

/// A call at random: which, about whom or what, and with what.
fn call() -> impl Strategy<Value = (u8, u8, u8)> {
    (0..24_u8, 0..4_u8, 0..4_u8)
}

fn play(stage: &mut Stage, (which, one, other): (u8, u8, u8)) {
    let person = PEOPLE[usize::from(one)];
    let group = [0, 19, 20, 21][usize::from(other)];
    let tag = ["a", "b", "A", "c"][usize::from(one)];
    let rules = stage.call("list_auto_accesses", PAT, &json!({})).1;
    let rule = rules[usize::from(one)]["id"].as_str().unwrap_or_default().to_owned();
    let next = rules[usize::from(other)]["id"].as_str().unwrap_or_default().to_owned();
    let hooks = stage.call("list_webhooks", PAT, &json!({"owner_client_id": CLIENT})).1;
    let hook = hooks[usize::from(one)]["id"].as_str().unwrap_or_default().to_owned();
    let named = |list: &str, stage: &mut Stage| {
        let body = json!({"owner_client_id": CLIENT, "all": true});
        stage.call(list, PAT, &body).1[usize::from(one)]["id"].as_str().unwrap_or_default().to_owned()
    };
    let bot = named("list_bots", stage);
    let template = named("list_bot_templates", stage);
    let size = json!({"license": {"agent": ["read", "write"]}});
    let (method, body) = match which {
        0 => ("create_agent", json!({"id": person, "name": "N", "groups": [{"id": group, "priority": "first"}]})),
        1 => ("update_agent", json!({"id": person, "groups": [{"id": group}]})),
        2 if person != PEOPLE[0] => ("delete_agent", json!({"id": person})),
        3 => ("create_group", json!({"name": tag, "agent_priorities": {person: "last"}})),
        4 => ("update_group", json!({"id": group, "agent_priorities": {person: "normal"}})),
        5 => ("delete_group", json!({"id": group})),
        6 => ("create_tag", json!({"name": tag, "group_ids": [group]})),
        7 => ("update_tag", json!({"name": tag, "group_ids": [group, group]})),
        8 => ("delete_tag", json!({"name": tag})),
        9 => (
            "add_auto_access",
            json!({"access": {"groups": [group]}, "conditions": {"url": {"values": []}}, "next_id": next}),
        ),
        10 => ("update_auto_access", json!({"id": rule, "next_id": next})),
        11 => ("delete_auto_access", json!({"id": rule})),
        12 => (
            "register_webhook",
            json!({"action": "tag_created", "url": "${bot}/x", "secret_key": "s", "owner_client_id": CLIENT, "type": "license"}),
        ),
        13 => ("unregister_webhook", json!({"id": hook, "owner_client_id": CLIENT})),
        14 => ("create_bot", json!({"name": tag, "owner_client_id": CLIENT, "groups": [{"id": group}]})),
        15 => ("update_bot", json!({"id": bot, "groups": [{"id": group, "priority": "last"}]})),
        16 => ("delete_bot", json!({"id": bot})),
        17 | 18 => (
            "create_bot_template",
            json!({"name": tag, "owner_client_id": CLIENT, "affect_existing_installations": one > 1}),
        ),
        19 => (
            "delete_bot_template",
            json!({"id": template, "owner_client_id": CLIENT, "affect_existing_installations": one > 1}),
        ),
        20 => (
            "register_property",
            json!({"name": tag, "owner_client_id": CLIENT, "type": "int", "access": size, "range": {"from": 0, "to": 2}}),
        ),
        21 => ("unregister_property", json!({"name": tag, "owner_client_id": CLIENT})),
        22 => ("update_license_properties", json!({"properties": {CLIENT: {tag: other}}})),
        _ => ("suspend_agent", json!({"id": person})),
    };
    stage.call(method, PAT, &body);
}

/// Checks what lists show against each other.
fn hold(stage: &mut Stage) {
    let mut list = |method: &str, body: Value| stage.call(method, PAT, &body).1.as_array().unwrap().clone();
    let agents = list("list_agents", json!({"fields": ["groups"]}));
    let bots = list("list_bots", json!({"all": true, "fields": ["groups"]}));
    let templates = list("list_bot_templates", json!({"owner_client_id": CLIENT}));
    let groups = list("list_groups", json!({"fields": ["agent_priorities"]}));
    let tags = list("list_tags", json!({}));
    let rules = list("list_auto_accesses", json!({}));
    let hooks = list("list_webhooks", json!({"owner_client_id": CLIENT}));
    let ids = |documents: &[Value]| documents.iter().map(|document| document["id"].to_string()).collect::<Vec<_>>();
    let staff: BTreeSet<String> = ids(&agents).into_iter().chain(ids(&bots)).collect();
    let known: BTreeSet<String> = ids(&groups).into_iter().collect();
    assert!(known.contains("0"));
    for group in &groups {
        for (id, priority) in group["agent_priorities"].as_object().unwrap() {
            assert!(staff.contains(&json!(id).to_string()), "{id} of {group} is nobody");
            let somebody = agents.iter().chain(&bots).find(|somebody| somebody["id"] == *id).unwrap();
            let own = somebody["groups"].as_array().unwrap().iter().find(|own| own["id"] == group["id"]).unwrap();
            assert_eq!(own["priority"], *priority, "{somebody} and {group} agree");
        }
    }
    assert_eq!(staff.len(), agents.len() + bots.len(), "nobody is there twice");
    for own in agents.iter().chain(&bots).flat_map(|somebody| somebody["groups"].as_array().unwrap()) {
        assert!(known.contains(&own["id"].to_string()), "somebody is in a group that is none");
    }
    assert!(templates.len() <= 5);
    for tag in &tags {
        for group in tag["group_ids"].as_array().unwrap() {
            assert!(known.contains(&group.to_string()), "{tag} is for a group that is none");
        }
    }
    let names: BTreeSet<String> = tags.iter().map(|tag| tag["name"].to_string().to_lowercase()).collect();
    assert_eq!(names.len(), tags.len(), "no two tags have one name");
    for (rule, next) in rules.iter().zip(rules.iter().skip(1).map(|next| &next["id"]).chain([&json!("")])) {
        assert_eq!(rule["next_id"], *next, "rules are one list");
        for group in rule["access"]["groups"].as_array().unwrap() {
            assert!(known.contains(&group.to_string()), "{rule} is for a group that is none");
        }
    }
    let properties = stage.call("list_properties", PAT, &json!({"owner_client_id": CLIENT})).1;
    let values = stage.call("list_license_properties", PAT, &json!({"namespace": CLIENT})).1;
    for (name, value) in values[CLIENT].as_object().into_iter().flatten() {
        assert!(!properties[name].is_null(), "{name} is not registered and has a value");
        assert!(value.as_u64().is_some_and(|value| value <= 2), "{name} is out of its range");
    }
    assert!(hooks.iter().filter(|hook| hook["action"] == "tag_created").count() <= 3);
    for (method, earlier) in [("list_agents", agents), ("list_tags", tags), ("list_webhooks", hooks)] {
        let body = json!({"owner_client_id": CLIENT, "fields": ["groups"]});
        let body = if method == "list_agents" { body } else { json!({"owner_client_id": CLIENT}) };
        assert_eq!(stage.call(method, PAT, &body).1, json!(earlier), "lists keep their order");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_calls_leaves_an_organization_of_one_piece(calls in prop::collection::vec(call(), 1..30)) {
        let mut stage = Stage::with_bot();
        for one in calls {
            play(&mut stage, one);
            hold(&mut stage);
        }
    }
}
