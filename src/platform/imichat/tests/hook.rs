//! What an admin can do with the webhook of a virtual agent.

use serde_json::{Value, json};

use crate::platform::Vendor;
use crate::platform::imichat::Imichat;
use crate::platform::imichat::stage::Stage;
use crate::scenario::load_setup;

#[test]
fn a_virtual_agent_without_a_webhook_gets_one_and_with_it_the_chats_of_its_team() {
    let check = |auto_assign: Value, before: &str, after: &str| {
        let teams = json!([{"id": 672, "name": "Team BOT", "auto_assign": auto_assign}]);
        let mut stage = Stage::open(json!({"teams": teams, "events": {"subscribed": ["chat.assigned"]}}));
        let first = stage.start("livechat");
        assert_eq!((stage.whereabouts(&first).as_str(), stage.events()), (before, vec![]), "{auto_assign}");
        stage.act(json!({"subscribe": {"agent": "support_bot", "url": "${bot}/x"}})).unwrap();
        assert_eq!(stage.whereabouts(&first), before, "what waits goes on waiting");
        let second = stage.start("livechat");
        stage.act(json!({"say": {"as": "ada", "text": "x"}})).unwrap();
        let events = if after.starts_with("picked") { vec!["chat.assigned"] } else { vec![] };
        assert_eq!(stage.whereabouts(&second), after, "{auto_assign}");
        assert_eq!(stage.events(), events, "{auto_assign}");
    };
    check(json!(null), "queued  672", "picked support_bot 672");
    check(json!(false), "queued  672", "queued  672");
    check(json!(true), "picked support_bot 672", "picked support_bot 672");
}

#[test]
fn what_is_left_out_stays_as_it_was() {
    let check = |act: Value, url: &str, events: &[&str]| {
        let webhook =
            json!({"url": "${bot}/old", "headers": {"k": "v"}, "secret": "whsec_YQ==", "events": ["chat.assigned"]});
        let mut stage = Stage::open(json!({"virtual_agents": [{"login": "b", "webhook": webhook}]}));
        stage.act(json!({"subscribe": act})).unwrap();
        stage.start("livechat");
        stage.act(json!({"close": {"by": "system"}})).unwrap();
        let outgoing = &stage.desk.outgoing[0];
        assert_eq!(
            (outgoing.url.as_str(), outgoing.headers.len(), outgoing.signing.is_some()),
            (url, 1, true),
            "{act}"
        );
        assert_eq!(stage.events(), events, "{act}");
    };
    check(json!({"agent": "b"}), "${bot}/old", &["chat.assigned"]);
    check(json!({"agent": "b", "url": "${bot}/new"}), "${bot}/new", &["chat.assigned"]);
    check(json!({"agent": "b", "events": ["chat.closed"]}), "${bot}/old", &["chat.closed"]);
}

#[test]
fn what_cannot_be_subscribed_is_refused_or_reported() {
    let mut stage = Stage::with_bot();
    let refusal = stage.act(json!({"subscribe": {"agent": "noa", "url": "${bot}"}})).unwrap_err();
    assert_eq!(refusal.reason, "`noa` is no virtual agent, and only those have webhooks");
    let refusal = Stage::open(json!({})).act(json!({"subscribe": {"agent": "support_bot"}})).unwrap_err();
    assert_eq!(refusal.reason, "`support_bot` has no webhook yet, so it takes a `url` to set one up");
    let check = |subscribe: Value, code: &str, message: &str| {
        let text = json!({"platform": "imichat", "setup": {}, "steps": [{"subscribe": subscribe}]}).to_string();
        let problems = load_setup(&text, &[Vendor::of::<Imichat>().vocabulary]).unwrap_err();
        assert_eq!((problems[0].rule.code, problems[0].message.as_str()), (code, message));
        assert_eq!(problems.len(), 1, "{subscribe}");
    };
    check(json!({"agent": "suport_bot"}), "E0202", "`suport_bot` is no agent or bot of this tenant");
    let bad = "`ftp://x` is not an address that webhooks can go to";
    check(json!({"agent": "support_bot", "url": "ftp://x"}), "E0114", bad);
    let unknown = "`chat.opened` is no event of this platform";
    check(json!({"agent": "support_bot", "events": ["chat.opened"]}), "E0206", unknown);
}

#[test]
fn a_webhook_goes_off_for_the_bot_that_failed_and_not_for_its_neighbour() {
    let webhook = json!({"url": "${bot}/x"});
    let bots = json!([{"login": "a", "webhook": webhook}, {"login": "b", "webhook": webhook}]);
    let mut stage = Stage::open(json!({"virtual_agents": bots, "delivery": {"off_after": 1}}));
    for (login, expected) in [("a", vec!["chat.assigned"]), ("b", vec!["chat.assigned"]), ("a", vec![])] {
        stage.create("livechat", &json!({"assignee": login}));
        let sent: Vec<_> = stage.desk.outgoing.drain(..).collect();
        assert_eq!(sent.iter().map(|outgoing| &*outgoing.event).collect::<Vec<_>>(), expected, "{login}");
        for outgoing in sent.iter().filter(|outgoing| outgoing.to.as_deref() == Some("a")) {
            stage.attempted(outgoing, false);
        }
    }
}
