//! Which tenants can be.

use serde_json::json;

use super::*;

#[test]
fn impossible_tenants_are_reported() {
    let check = |setup: Value, expected: &[(&str, &str)]| {
        let problems = load_setup(&document(&setup, &[]), &[Vendor::of::<Livechat>().vocabulary]).unwrap_err();
        let found: Vec<(&str, &str)> =
            problems.iter().map(|problem| (problem.rule.code, problem.message.as_str())).collect();
        assert_eq!(found, expected, "{setup}");
    };
    let hooks = |hooks: Value| json!({"bots": [{"name": "B", "webhooks": hooks}]});
    let short = |url: &str| hooks(json!({"url": url, "actions": ["incoming_chat"]}));
    check(short("ftp://x"), &[("E0114", "`ftp://x` is not an address that webhooks can go to")]);
    check(short("http:///x"), &[("E0114", "`http:///x` is not an address that webhooks can go to")]);
    let long = format!("${{bot}}/{}", "x".repeat(500));
    check(short(&long), &[("E0114", "an address has at most 500 characters")]);
    let unknown = hooks(json!({"url": "${bot}", "actions": ["incomming_chat"]}));
    check(unknown, &[("E0206", "`incomming_chat` is no webhook of LiveChat")]);
    check(hooks(json!("x")), &[("E0103", "text stands here, but a list, or a mapping with `actions` is wanted")]);
    let hook = |more: Value| {
        let mut hook = json!({"action": "incoming_chat", "url": "${bot}"});
        hook.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"webhooks": [hook]})
    };
    check(hook(json!({"type": "app"})), &[("E0210", "`app` is no type of webhook")]);
    check(hook(json!({"version": "3.3"})), &[("E0210", "`3.3` is no version of webhooks")]);
    check(hook(json!({"additional_data": ["x"]})), &[("E0210", "`x` is no kind of additional data")]);
    let filter = |filters: Value| hook(json!({"filters": filters}));
    check(filter(json!({"author_type": "agent"})), &[("E0210", "`incoming_chat` has no filter `author_type`")]);
    check(filter(json!({"agent_ids": ["x"]})), &[("E0210", "`incoming_chat` has no filter `agent_ids`")]);
    let tags = |more: (&str, Value)| hook(json!({"action": "tag_created", more.0: more.1}));
    let presence = ("filters", json!({"chat_presence": {"my_bots": true}}));
    check(tags(presence), &[("E0210", "`tag_created` has no filter `chat_presence`")]);
    let extra = ("additional_data", json!(["chat_properties"]));
    check(tags(extra), &[("E0210", "`tag_created` has no additional data")]);
    check(filter(json!({"source_type": ["me"]})), &[("E0210", "`me` is no type of source")]);
    let both = json!({"chat_presence": {"user_ids": {"values": [], "exclude_values": []}}});
    check(filter(both), &[("E0106", "exactly one of `values` and `exclude_values` can stand here")]);
    let same = || json!({"action": "incoming_chat", "url": "${bot}"});
    let four = json!({"webhooks": [same(), same(), same(), same()]});
    check(four, &[("E0210", "an app has at most 3 webhooks for `incoming_chat`")]);
    let older = json!({"webhooks": [{"action": "incoming_customer", "url": "${bot}"}]});
    check(older, &[("E0210", "v3.6 has no webhook `incoming_customer`")]);
    let twice = json!({"properties": [{"name": "a"}, {"name": "a", "client_id": "x"}, {"name": "a"}]});
    check(twice, &[("E0210", "`a` stands here for the second time")]);
    check(json!({"properties": [{"name": "a", "type": "text"}]}), &[("E0210", "`text` is no type of property")]);
    let vendors = json!({"properties": [{"name": "a", "client_id": "routing"}]});
    check(vendors, &[("E0210", "`routing` is a namespace of the vendor")]);
    let form = |form: Value| json!({"forms": [form]});
    let name = || json!([{"type": "name", "label": "Name:"}]);
    let of = |kind: &str| json!({"type": kind, "fields": name()});
    check(form(of("survey")), &[("E0210", "`survey` is no form")]);
    check(form(json!({"type": "prechat"})), &[("E0210", "a form without fields asks nothing")]);
    let elsewhere = json!({"type": "prechat", "group": 5, "fields": name()});
    check(form(elsewhere), &[("E0210", "there is no group 5")]);
    let odd = json!({"type": "prechat", "fields": [{"type": "colour", "label": "x"}]});
    check(form(odd), &[("E0210", "this is no field of a form")]);
    check(json!({"forms": [of("ticket"), of("ticket")]}), &[("E0210", "group 0 has this form already")]);
    check(json!({"going_offline": "asleep"}), &[("E0210", "`asleep` is no way to go offline")]);
    let values = |values: Value| json!({"license_properties": values});
    check(values(json!({"chats": {"x": 1}})), &[("E0210", "there is no property `chats.x`")]);
    check(values(json!({"rating": {"score": 1}})), &[("E0210", "`rating.score` is no property of licenses")]);
    let summary = "`chats.auto_summary_enabled` must be of the type bool";
    check(values(json!({"chats": {"auto_summary_enabled": "yes"}})), &[("E0210", summary)]);
    let of_group = json!({"groups": [{"id": 7, "name": "A", "properties": {"chats": {"auto_summary_enabled": true}}}]});
    check(of_group, &[("E0210", "`chats.auto_summary_enabled` is no property of groups")]);
    let widget = |properties: Value| json!({"widget": {"thread_properties": properties}});
    let idle = "customers cannot write `routing.idle` here";
    check(widget(json!({"routing": {"idle": true}})), &[("E0210", idle)]);
    let formatting = "customers cannot write `chats.formatting` here";
    check(widget(json!({"chats": {"formatting": "commonmark"}})), &[("E0210", formatting)]);
    let bots = "`routing.ignore_bots` must be of the type bool";
    check(widget(json!({"routing": {"ignore_bots": 1}})), &[("E0210", bots)]);
    let group = || json!({"id": 7, "name": "A"});
    check(json!({"groups": [group(), group()]}), &[("E0210", "group 7 stands here for the second time")]);
    check(json!({"agents": [{"id": "a", "groups": [7]}]}), &[("E0210", "there is no group 7")]);
    check(json!({"agents": [{"id": "a"}, {"id": "a"}]}), &[("E0210", "`a` stands here for the second time")]);
    check(json!({"agents": [{"id": "a", "priority": "high"}]}), &[("E0210", "`high` is no priority")]);
    check(json!({"agents": [{"id": "a", "role": "owner"}]}), &[("E0210", "`owner` is no role of an agent")]);
    check(json!({"agents": [{"id": "a", "status": "away"}]}), &[("E0210", "`away` is no routing status")]);
    check(json!({"bots": [{"name": "B", "id": "b1"}]}), &[("E0210", "`b1` cannot be the id of a bot")]);
    let token = json!({"agents": [{"id": "a", "token": "t"}, {"id": "b", "token": "t"}]});
    check(token, &[("E0210", "the token of `b` is somebody else's already")]);
    check(
        json!({"agents": [{"id": "a", "scopes": ["chats--acess:rw"]}]}),
        &[("E0210", "`chats--acess:rw` is no scope")],
    );
    check(json!({"pat_scopes": ["chats"]}), &[("E0210", "`chats` is no scope")]);
    let key = |more: Value| {
        let mut key = json!({"of": "a"});
        key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"agents": [{"id": "a", "token": "t"}], "bots": [{"name": "B"}], "tokens": [key]})
    };
    check(key(json!({"of": "b", "token": "x"})), &[("E0210", "`b` is neither an agent nor a bot")]);
    check(key(json!({})), &[("E0210", "this is no token of `a`")]);
    check(key(json!({"pat": "x"})), &[("E0210", "this is no token of `a`")]);
    check(key(json!({"token": "x", "pat": "x", "account_id": "y"})), &[("E0210", "this is no token of `a`")]);
    check(key(json!({"token": "t"})), &[("E0210", "the token of `a` is somebody else's already")]);
    check(
        key(json!({"of": "B", "pat": "x", "account_id": "y"})),
        &[("E0210", "`B` is a bot, and only accounts make personal access tokens")],
    );
    check(
        key(json!({"of": "B", "token": "x", "scopes": []})),
        &[("E0210", "the scopes of a bot's token are fixed, and `B` is a bot")],
    );
    check(json!({"legacy": {"3.5": "soon"}}), &[("E0210", "`soon` is no date")]);
    check(json!({"deprecation": {"3.3": "2027-01-31"}}), &[("E0210", "`3.3` is no version")]);
    check(json!({"statuses": {"x": 422}}), &[("E0208", "`x` is no error type of LiveChat")]);
    let status = json!({"statuses": {"validation": 200}});
    check(status, &[("E0104", "200 is no status of an error; 400 to 599 is possible")]);
}

#[test]
fn three_webhooks_of_an_app_for_one_action_are_possible_and_those_of_another_app_do_not_count() {
    let hook = |client: Option<&str>| json!({"action": "incoming_chat", "url": "${bot}", "client_id": client});
    let setup = json!({"webhooks": [hook(None), hook(None), hook(None), hook(Some("other"))]});
    let mut stage = Stage::open(setup);
    stage.act(json!({"start_chat": {"as": "ada"}})).unwrap();
    let ids: std::collections::BTreeSet<String> =
        stage.bodies().iter().map(|body| body["webhook_id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 4, "each registration has its own id");
}

#[test]
fn bots_are_found_by_name_and_teams_by_name_or_number() {
    let mut stage = Stage::with_bot();
    stage.act(json!({"start_chat": {"as": "ada", "to": "Sales"}})).unwrap();
    stage.act(json!({"assign": {"to": "Acme Bot"}})).unwrap();
    stage.act(json!({"transfer": {"to": "19"}})).unwrap();
    let refusal = stage.act(json!({"assign": {"to": "mia@acme.example"}})).unwrap_err();
    assert_eq!(refusal.reason, "`mia@acme.example` has the chat already");
}

#[test]
fn an_agent_who_would_not_be_thought_of_is_not_given_chats() {
    let check = |agents: Value, expected: &str| {
        let hook = json!({"action": "incoming_chat", "url": "${bot}"});
        let mut stage = Stage::open(json!({"agents": agents, "webhooks": [hook]}));
        stage.act(json!({"start_chat": {"as": "ada"}})).unwrap();
        let user = &stage.bodies()[0]["payload"]["chat"]["users"][1];
        assert_eq!(user["id"].as_str().unwrap_or("nobody"), expected, "{agents}");
    };
    check(json!([{"id": "a"}, {"id": "b"}]), "a");
    check(json!([{"id": "a"}, {"id": "b", "priority": "first"}]), "b");
    check(json!([{"id": "a", "priority": "last"}, {"id": "b"}]), "b");
    check(json!([{"id": "a", "status": "not_accepting_chats"}, {"id": "b"}]), "b");
    check(json!([{"id": "a", "max_chats": 0}, {"id": "b"}]), "b");
    check(json!([{"id": "a", "priority": "supervisor"}]), "nobody");
    check(json!([{"id": "a", "status": "offline"}]), "nobody");
}
