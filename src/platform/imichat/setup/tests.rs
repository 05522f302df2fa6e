//! Tenants that can be, and those that cannot.

use serde_json::{Value, json};

use crate::base::time::VirtualSpan;
use crate::platform::Vendor;
use crate::platform::imichat::Imichat;
use crate::platform::imichat::model::TeamId;
use crate::platform::imichat::tenant::{Subscription, Tenant};
use crate::scenario::load_setup;
use crate::scenario::node::parse;

fn read(setup: &Value) -> Tenant {
    let mut problems = Vec::new();
    let tenant = super::read(&parse(&setup.to_string()).unwrap(), &mut problems);
    assert_eq!(problems, []);
    tenant.unwrap()
}

#[test]
fn an_empty_block_is_the_well_known_tenant() {
    let tenant = read(&json!({}));
    assert_eq!(tenant.identity.domain, "acme.imi.chat");
    assert_eq!(tenant.identity.life, VirtualSpan::from_secs(3_600));
    let team = tenant.team(TeamId(672)).unwrap();
    assert_eq!((team.name.as_str(), team.auto_assign), ("Team BOT", None));
    assert!(tenant.virtual_agent("support_bot").unwrap().webhook.is_none());
    assert_eq!(tenant.assets[0].id.to_string(), "im15102452");
    assert_eq!(tenant.daily_quota, None);
    assert_eq!(tenant.policy.retries, [VirtualSpan::from_mins(1); 3]);
}

#[test]
fn a_bot_with_a_webhook_gets_the_chats_of_its_team() {
    let bot = |webhook: Value| json!({"login": "b", "team": 1, "webhook": webhook});
    let check = |auto_assign: Value, bots: Value, expected: Option<&str>| {
        let setup = json!({"teams": [{"id": 1, "name": "A", "auto_assign": auto_assign}], "virtual_agents": bots});
        let routed = read(&setup).taker(TeamId(1), "", |_| true).map(|login| login.as_str().to_owned());
        assert_eq!(routed.as_deref(), expected, "{setup}");
    };
    let webhook = || json!({"url": "${bot}/x"});
    check(json!(null), json!([bot(webhook())]), Some("b"));
    check(json!(null), json!([bot(json!(null))]), None);
    check(json!(true), json!([bot(json!(null))]), Some("b"));
    check(json!(false), json!([bot(webhook())]), None);
    check(json!(true), json!([bot(webhook()), {"login": "c"}]), None);
    check(json!(true), json!([]), None);
}

#[test]
fn a_webhook_gets_the_two_usual_events_unless_it_says_otherwise() {
    let check = |events: Value, expected: &[Subscription]| {
        let webhook = json!({"url": "http://127.0.0.1:9/x", "events": events});
        let tenant = read(&json!({"virtual_agents": [{"login": "b", "webhook": webhook}]}));
        assert_eq!(tenant.virtual_agents[0].webhook.as_ref().unwrap().events, expected);
    };
    check(json!(null), &[Subscription::Assigned, Subscription::Received]);
    check(json!(["chat.closed"]), &[Subscription::Closed]);
    check(json!([]), &[]);
}

#[test]
fn what_is_left_out_about_people_is_made_up() {
    let check = |agent: Value, names: [&str; 3], words: [&str; 2], flags: [bool; 3]| {
        let tenant = read(&json!({"agents": [agent]}));
        let found = &tenant.agents[0];
        assert_eq!([&found.first_name, &found.last_name, &found.email], names, "{agent}");
        assert_eq!([found.status.name(), found.role_type.name()], words, "{agent}");
        assert_eq!([found.logged_in, found.accepting_chats, found.login_using_email], flags, "{agent}");
        assert_eq!(found.teams, [TeamId(672)]);
    };
    let usual = ["active", "Customer Care"];
    check(json!({"login": "noa"}), ["noa", "", "noa@acme.imi.chat"], usual, [true, true, false]);
    check(json!({"login": "noa@x.example"}), ["noa@x.example", "", "noa@x.example"], usual, [true, true, false]);
    check(
        json!({
            "login": "noa", "first_name": "Noa", "last_name": "Levi", "email": "n@x.example", "status": "inactive",
            "role_type": "Administrative", "logged_in": false, "accepting_chats": false, "login_using_email": true,
        }),
        ["Noa", "Levi", "n@x.example"],
        ["inactive", "Administrative"],
        [false, false, true],
    );
}

#[test]
fn impossible_tenants_are_reported() {
    let check = |setup: Value, expected: &[(&str, &str)]| {
        let text = json!({"platform": "imichat", "setup": setup}).to_string();
        let problems = load_setup(&text, &[Vendor::of::<Imichat>().vocabulary]).unwrap_err();
        let found: Vec<(&str, &str)> =
            problems.iter().map(|problem| (problem.rule.code, problem.message.as_str())).collect();
        assert_eq!(found, expected, "{setup}");
        assert!(problems.iter().all(|problem| problem.help.is_some()), "{setup}");
    };
    let bot = |webhook: Value| json!({"virtual_agents": [{"login": "b", "webhook": webhook}]});
    let team = |id: u32| json!({"id": id, "name": "A"});
    check(json!({"teams": [team(1), team(1)]}), &[("E0210", "team 1 stands here for the second time")]);
    check(json!({"teams": []}), &[("E0210", "a tenant has at least one team")]);
    check(json!({"agents": [{"login": "a", "team": 9}]}), &[("E0203", "`9` is no team of this tenant")]);
    check(json!({"virtual_agents": [{"login": "a", "team": 9}]}), &[("E0203", "`9` is no team of this tenant")]);
    check(json!({"agents": [{"login": "support_bot"}]}), &[("E0210", "`support_bot` stands here for the second time")]);
    check(
        json!({"agents": [{"login": "a", "status": "asleep", "role_type": "Boss"}]}),
        &[("E0210", "`asleep` is no status of a user"), ("E0210", "`Boss` is no role type of a user")],
    );
    check(json!({"search": {"on_v3.1": true}}), &[("E0101", "`on_v3.1` is no key here")]);
    check(json!({"agents": [{"login": ""}]}), &[("E0210", "a login is empty")]);
    check(bot(json!({"url": "ftp://x"})), &[("E0114", "`ftp://x` is not an address that webhooks can go to")]);
    check(bot(json!({"url": "${bot}x"})), &[("E0114", "`${bot}x` is not an address that webhooks can go to")]);
    check(bot(json!({"url": "http:///x"})), &[("E0114", "`http:///x` is not an address that webhooks can go to")]);
    check(bot(json!({"url": "${bot}", "headers": {"a b": "c"}})), &[("E0210", "`a b` cannot be the name of a header")]);
    check(
        bot(json!({"url": "${bot}", "headers": {"a": "c\n"}})),
        &[("E0210", "the value of the header `a` has characters that no header can have")],
    );
    check(
        bot(json!({"url": "${bot}", "events": ["chat.asigned"]})),
        &[("E0206", "`chat.asigned` is no event of imi.chat")],
    );
    check(json!({"assets": [{"channel": "fax", "id": 1}]}), &[("E0210", "`fax` is no channel of imi.chat")]);
    let asset = || json!({"channel": "sms", "id": 1});
    check(json!({"assets": [asset(), asset()]}), &[("E0210", "asset `1` stands here for the second time")]);
    let key = || json!({"key": "k"});
    check(json!({"api_keys": [key(), key()]}), &[("E0210", "this stands here for the second time")]);
    check(json!({"api_keys": [{"key": "k", "teams": [9]}]}), &[("E0203", "`9` is no team of this tenant")]);
    check(json!({"access_tokens": [{"token": ""}]}), &[("E0210", "this cannot be sent in a header")]);
    check(
        json!({"api_keys": [key()], "access_tokens": [{"token": "t", "key": "x"}]}),
        &[("E0210", "this API key is none of `api_keys`")],
    );
    check(json!({"virtual_agent": []}), &[("E0101", "`virtual_agent` is no key here")]);
    let at_once = "chats cannot go back before anybody had time to answer";
    check(json!({"release_idle": {"after": "0s"}}), &[("E0210", at_once)]);
    check(json!({"release_idle": {}}), &[("E0102", "`after` is missing; a duration such as `45m` is wanted")]);
}

#[test]
fn secrets_are_not_printed() {
    let tenant = read(&json!({
        "api_keys": [{"key": "s3cret"}], "access_tokens": [{"token": "s3cret"}],
        "virtual_agents": [{"login": "b", "webhook": {"url": "${bot}", "headers": {"k": "s3cret"}, "secret": "s3cret"}}],
    }));
    assert!(!format!("{tenant:?}").contains("s3cret"));
}
