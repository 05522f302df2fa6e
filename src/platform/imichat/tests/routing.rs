//! Where new chats go: rules, skills, and what comes before and after them.

use serde_json::{Value, json};

use super::message;
use crate::platform::Vendor;
use crate::platform::imichat::Imichat;
use crate::platform::imichat::stage::Stage;
use crate::scenario::load_setup;

fn tenant(routing: &Value) -> Value {
    json!({
        "teams": [{"id": 672, "name": "Team BOT"}, {"id": 673, "name": "People", "skills": ["Gold"], "auto_assign": true}],
        "virtual_agents": [
            {"login": "support_bot", "webhook": {"url": "${bot}/a"}},
            {"login": "gold_bot", "team": 673, "skills": ["Gold"], "webhook": {"url": "${bot}/b"}},
        ],
        "agents": [{"login": "noa"}],
        "routing": routing,
    })
}

/// Rules of all kinds, the first of which asks for most.
fn rules() -> Value {
    json!([
        {"when": {"channel": "livechat", "route_params": {"tier": "gold"}, "text": {"contains": "refund"}},
         "to": {"assignee": "noa"}},
        {"when": {"text": {"matches": "(?i)^human"}}, "to": {"assignee": "noa"}},
        {"when": {"route_params": {"tier": "gold"}}, "to": {"team": 673, "skill": "Gold"}},
        {"when": {"channel": "sms"}, "to": {"team": 673}},
    ])
}

#[test]
fn the_first_rule_that_applies_sends_a_new_chat_on_its_way() {
    let check = |channel: &str, more: Value, expected: &str, events: &[&str]| {
        let mut stage = Stage::open(tenant(&rules()));
        let shown = stage.create(channel, &more);
        assert_eq!(stage.whereabouts(shown["chat_id"].as_str().unwrap()), expected, "{channel} {more}");
        assert_eq!(stage.events(), events, "{channel} {more}");
    };
    let said = |text: &str| message("inbound", text);
    let gold = || json!({"tier": "gold", "region": "eu"});
    check("livechat", json!({"route_params": gold(), "messages": said("a refund")}), "picked noa 672", &[]);
    check(
        "livechat",
        json!({"route_params": gold(), "messages": said("hi")}),
        "picked gold_bot 673",
        &["chat.assigned"],
    );
    check("livechat", json!({"messages": said("a refund")}), "picked support_bot 672", &["chat.assigned"]);
    check("livechat", json!({"messages": said("Human, please")}), "picked noa 672", &[]);
    check("sms", json!({"messages": said("hi")}), "picked gold_bot 673", &["chat.assigned"]);
    check("email", json!({"route_params": {"tier": "Gold"}}), "picked support_bot 672", &["chat.assigned"]);
    // Only the customer's first message counts.
    let both = json!({"messages": [message("outbound", "human"), said("hi"), said("human")]});
    check("livechat", both, "picked support_bot 672", &["chat.assigned"]);
    // Whoever is named when the chat is created has it, whatever the rules say.
    check("sms", json!({"assignee": "support_bot"}), "picked support_bot 672", &["chat.assigned"]);
}

#[test]
fn the_event_of_a_chat_routed_for_a_skill_names_the_skill() {
    let mut stage = Stage::open(tenant(&rules()));
    stage.create("livechat", &json!({"route_params": {"tier": "gold"}}));
    assert_eq!(stage.last_event()["payload"]["skill"], "Gold");
    stage.create("sms", &json!({}));
    assert_eq!(stage.last_event()["payload"]["skill"], "");
}

#[test]
fn a_chat_that_waits_is_routed_by_the_first_message_that_comes_later() {
    let rule = json!([{"when": {"text": {"equals": "human"}}, "to": {"assignee": "support_bot"}}]);
    let setup = || {
        let mut setup = tenant(&rule);
        setup["teams"][0]["auto_assign"] = json!(false);
        setup
    };
    let check = |channel: &str, messages: &[Value], expected: &str, events: &[&str]| {
        let mut stage = Stage::open(setup());
        let shown = stage.create(channel, &json!({}));
        let id = shown["chat_id"].as_str().unwrap();
        messages.iter().for_each(|message| stage.append(id, message));
        assert_eq!(stage.whereabouts(id), expected, "{channel} {messages:?}");
        assert_eq!(stage.events(), events, "{channel} {messages:?}");
    };
    let said = |text: &str| message("inbound", text);
    check("livechat", &[], "queued  672", &[]);
    check("livechat", &[said("human")], "picked support_bot 672", &["chat.assigned"]);
    check("livechat", &[said("human"), said("?")], "picked support_bot 672", &["chat.assigned", "message.received"]);
    check("livechat", &[message("outbound", "Hi"), said("human")], "picked support_bot 672", &["chat.assigned"]);
    check("livechat", &[said("hello"), said("human")], "queued  672", &[]);
    check("whatsapp", &[said("human")], "queued  672", &[]);
    check("abc", &[said("human")], "queued  672", &[]);
}

#[test]
fn a_chat_that_somebody_had_or_moved_is_not_new_any_more() {
    let rule = json!([{"when": {"text": {"equals": "human"}}, "to": {"assignee": "support_bot"}}]);
    let check = |acts: &[Value]| {
        let mut setup = tenant(&rule);
        setup["teams"][0]["auto_assign"] = json!(false);
        let mut stage = Stage::open(setup);
        stage.act(json!({"start_chat": {"as": "ada"}})).unwrap();
        acts.iter().for_each(|act| stage.act(act.clone()).unwrap());
        let id = stage.desk.chat("ada").unwrap().to_owned();
        stage.patch(&id, &json!({"status": "queued"}));
        stage.append(&id, &message("inbound", "human"));
        assert_eq!(stage.whereabouts(&id), "queued  672", "{acts:?}");
    };
    check(&[json!({"assign": {"to": "noa"}})]);
    check(&[json!({"transfer": {"to": "672"}})]);
}

#[test]
fn a_skilled_chat_goes_only_to_a_virtual_agent_that_has_the_skill() {
    let check = |skills: Value, wanted: Value, expected: &str| {
        let bot = json!({"login": "b", "team": 1, "skills": skills, "webhook": {"url": "${bot}"}});
        let mut stage = Stage::open(json!({
            "teams": [{"id": 672, "name": "First"}, {"id": 1, "name": "Second", "skills": ["Gold", "Tax"]}],
            "virtual_agents": [bot],
        }));
        let id = stage.create("livechat", &json!({}))["chat_id"].as_str().unwrap().to_owned();
        stage.act(json!({"start_chat": {"as": "ada"}})).unwrap();
        let transfer = json!({"transfer": {"teamid": 1, "skill_name": wanted}});
        let (reply, _) = stage.call(http::Method::PATCH, &format!("/v3.1/internal/chats/{id}"), &transfer);
        assert_eq!(reply.status, 202);
        assert_eq!(stage.whereabouts(&id), expected, "{skills} {wanted}");
    };
    check(json!(["Gold"]), json!("Gold"), "picked b 1");
    check(json!(["Gold", "Tax"]), json!("Tax"), "picked b 1");
    check(json!(["Gold"]), json!(null), "picked b 1");
    check(json!(["Gold"]), json!("Tax"), "queued  1");
    check(json!([]), json!("Tax"), "queued  1");
}

#[test]
fn rules_that_cannot_be_are_reported_with_the_nearest_word() {
    let check = |rule: Value, expected: (&str, &str, Option<&str>)| {
        let setup = tenant(&json!([rule]));
        let text = json!({"platform": "imichat", "setup": setup}).to_string();
        let problems = load_setup(&text, &[Vendor::of::<Imichat>().vocabulary]).unwrap_err();
        let found: Vec<_> = problems.iter().map(|problem| (problem.rule.code, problem.message.as_str())).collect();
        assert_eq!(found, [(expected.0, expected.1)], "{rule}");
        let help = problems[0].help.as_deref().unwrap();
        assert!(expected.2.is_none_or(|word| help == format!("did you mean `{word}`?")), "{rule}: {help}");
        assert!(problems[0].place.column > 1, "{rule}: the place is the word's own");
    };
    let to = |to: Value| json!({"to": to});
    let when = |when: Value| json!({"when": when, "to": {"team": 673}});
    let person = "agent or virtual agent of this tenant";
    check(to(json!({"assignee": "nao"})), ("E0202", &format!("`nao` is no {person}"), Some("noa")));
    check(to(json!({"team": 674})), ("E0203", "`674` is no team of this tenant", Some("673")));
    check(to(json!({"team": 673, "skill": "gold"})), ("E0210", "`gold` is no skill of team 673", Some("Gold")));
    check(
        to(json!({"assignee": "noa", "skill": "Gold"})),
        ("E0210", "a skill is wanted of a team, not of one person", None),
    );
    check(to(json!({})), ("E0210", "a rule sends chats to one of `assignee` and `team`", None));
    check(
        to(json!({"assignee": "noa", "team": 673})),
        ("E0210", "a rule sends chats to one of `assignee` and `team`", None),
    );
    check(json!({"when": {}}), ("E0102", "`to` is missing; a mapping is wanted", None));
    check(when(json!({"channel": "live_chat"})), ("E0210", "`live_chat` is no channel of imi.chat", Some("livechat")));
    check(when(json!({"chanel": "sms"})), ("E0101", "`chanel` is no key here", Some("channel")));
    let named = "`${order}` stands in a rule, which is read before anything has a name";
    check(when(json!({"text": {"contains": "${order}"}})), ("E0205", named, None));
}

#[test]
fn virtual_agents_have_only_skills_of_their_team() {
    let bot = json!({"login": "b", "skills": ["gold"]});
    let setup = json!({"teams": [{"id": 1, "name": "A", "skills": ["Gold"]}], "virtual_agents": [bot]});
    let text = json!({"platform": "imichat", "setup": setup}).to_string();
    let problems = load_setup(&text, &[Vendor::of::<Imichat>().vocabulary]).unwrap_err();
    assert_eq!(problems[0].message, "`gold` is no skill of team 1");
    assert_eq!(problems[0].help.as_deref(), Some("did you mean `Gold`?"));
}
