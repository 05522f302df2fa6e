//! Worlds that go on from one moment side by side, each with credentials of its own.

use std::collections::BTreeSet;

use rehearsal::base::rng::Seed;
use rehearsal::base::time::WallTime;
use rehearsal::engine::port::Input;
use rehearsal::engine::{Opening, World};
use rehearsal::journal::lines::{Wall, lines};
use rehearsal::platform::cx::{Credential, Identities, Replaced};
use rehearsal::platform::{PLATFORMS, Vendor};
use rehearsal::scenario::{Scenario, load_setup};
use rehearsal::server::Limits;
use serde_json::{Value as Json, json};

use crate::snapshot::play;
use crate::support::client::exchange;
use crate::support::controlled::Controlled;
use crate::support::program::mask_real_times;
use crate::support::receiver::Receiver;

const START: WallTime = WallTime::from_nanos(1_800_000_000_000_000_000);

/// A tenant of each platform with more than the usual credentials; a call that its own client makes; and the same call with
/// a credential that was spelled out.
const TENANTS: [(&str, &str, &str, &str); 3] = [
    (
        "imichat",
        "api_keys: [{key: key-1}, {key: key-2}]\n  access_tokens: [{token: token-1}, {token: token-2, key: key-2}]",
        "call: {route: list_teams, answer: {status: 200}}",
        "call: {route: list_teams, headers: {access_token: token-1}, answer: {status: 400}}",
    ),
    (
        "livechat",
        "agents: [{id: agent@example.com, token: \"dal:one\"}, {id: zoe@example.com}]\n  tokens: [{of: agent@example.com, account_id: acc, pat: \"dal:pat\"}, {of: zoe@example.com, token: \"fra:two\", expires_in: 1h}]\n  bots: [{name: B, webhooks: {url: \"${bot}/x\", actions: [incoming_chat]}}]",
        "call: {route: list_chats, body: {}, answer: {status: 200}}",
        "call: {route: list_chats, headers: {authorization: \"Bearer dal:one\"}, body: {}, answer: {status: 401}}",
    ),
    (
        "texter",
        "tokens: [{token: token-1}, {scopes: [View scenarios]}]\n  subscriptions: [{event: newIncomingMessage, url: \"${bot}/texter\"}]",
        "call: {route: list_labels, answer: {status: 200}}",
        "call: {route: list_labels, headers: {authorization: \"Bearer token-1\"}, answer: {status: 401}}",
    ),
];

/// A world of a tenant, and the credentials that it has.
fn open(platform: &str, setup: &str) -> (&'static Vendor, Scenario, World, BTreeSet<Credential>) {
    let vendor = PLATFORMS.iter().find(|vendor| vendor.name == platform).unwrap();
    let text = format!("platform: {platform}\nsetup:\n  {setup}\ncustomers: {{ada: {{}}}}\n");
    let scenario = load_setup(&text, &[vendor.vocabulary]).unwrap();
    let opening = Opening::play(&scenario, "parent", Seed(1), Identities::WellKnown);
    let mut world = World::open(vendor, opening, START).unwrap();
    world.handle(START, Input::Begin);
    let claims = world.take_claims().into_iter().collect();
    (vendor, scenario, world, claims)
}

/// A fork, what was replaced for it, and the credentials that it has.
fn fork(world: &World, name: &str) -> (World, Vec<Replaced>, BTreeSet<Credential>) {
    let mut fork = world.clone();
    let replaced = fork.split_off(name);
    let claims = fork.take_claims().into_iter().collect();
    (fork, replaced, claims)
}

fn told(world: &World) -> String {
    lines(world.journal(), Wall::Masked)
}

#[test]
fn forks_of_any_vendors_world_have_one_past_and_no_credential_in_common() {
    for (platform, setup, call, stranger) in TENANTS {
        let (vendor, scenario, mut parent, claims) = open(platform, setup);
        let go = |world: &mut World, steps: &str| play(world, vendor, &scenario.setup, steps);
        go(&mut parent, &format!("[{{start_chat: {{as: ada, text: Hi}}}}, {{{call}}}]"));
        let past = told(&parent);
        let forks = ["w1", "w2"].map(|name| fork(&parent, name));
        let [(_, _, one), (_, _, other)] = &forks;
        assert_eq!((one.len(), other.len()), (claims.len(), claims.len()), "{platform}");
        assert!(claims.is_disjoint(one) && claims.is_disjoint(other) && one.is_disjoint(other), "{platform}");
        let all: Vec<String> = forks
            .iter()
            .flat_map(|(_, replaced, _)| replaced.iter().map(|one| one.new.expose().to_owned()))
            .chain(forks[0].1.iter().map(|one| one.old.expose().to_owned()))
            .collect();
        for (mut fork, replaced, _) in forks {
            let own: BTreeSet<&str> = replaced.iter().map(|one| one.new.expose()).collect();
            let foreign = || all.iter().filter(|text| !own.contains(text.as_str()));
            assert_eq!(told(&fork), past, "{platform}");
            for (name, export) in fork.exports() {
                assert!(foreign().all(|text| text != export.expose()), "{platform}: {name} is another's");
            }
            go(
                &mut fork,
                &format!(
                    "[{{say: {{as: ada, text: more}}}}, {{wait: 3h}}, {{start_chat: {{as: bea, text: Hi}}}}, {{{call}}}]"
                ),
            );
            let told = told(&fork);
            let since = told.strip_prefix(&past).unwrap_or_else(|| panic!("{platform}: the past has changed"));
            assert!(!since.contains(r#""kind":"refused""#) && !since.contains("missed"), "{platform}: {since}");
            for text in foreign() {
                assert!(!since.contains(text.as_str()), "{platform}: {text} is in {since}");
            }
            go(&mut fork, stranger);
            assert!(!self::told(&fork).contains("missed"), "{platform}: a credential of the original is good");
        }
        assert_eq!(told(&parent), past, "{platform}");
        go(&mut parent, call);
    }
}

#[test]
fn a_token_that_was_to_expire_expires_in_a_fork_too() {
    let (platform, setup, ..) = TENANTS[1];
    let (vendor, scenario, parent, _) = open(platform, setup);
    let (mut fork, replaced, _) = fork(&parent, "w1");
    let token = replaced.iter().find(|one| one.old.expose() == "fra:two").unwrap().new.expose();
    assert!(token.starts_with("fra:"), "the region says where the license is");
    let call = |status: u16| {
        format!(
            "call: {{route: list_chats, headers: {{authorization: 'Bearer {token}'}}, body: {{}}, answer: {{status: {status}}}}}"
        )
    };
    play(&mut fork, vendor, &scenario.setup, &format!("[{{{}}}, {{wait: 2h}}, {{{}}}]", call(200), call(401)));
    assert!(!told(&fork).contains("missed"), "{}", told(&fork));
}

const SCENARIO: &str = "platform: livechat
setup: {bots: [{name: B, webhooks: {url: \"${bot}/hook\", actions: [incoming_chat, incoming_event]}}]}
customers: {ada: {}}
";

/// The entries of a world's journal, without real times.
async fn journal(stand_in: &Controlled, world: &str) -> Vec<Json> {
    let (status, mut entries) = stand_in.ask(&format!("GET /worlds/{world}/journal"), "").await;
    assert_eq!(status, 200, "{entries}");
    entries.as_array_mut().unwrap().iter_mut().for_each(mask_real_times);
    entries.as_array().unwrap().clone()
}

async fn step(stand_in: &Controlled, world: &str, step: &str) {
    let (status, told) = stand_in.ask(&format!("POST /worlds/{world}/steps"), step).await;
    assert_eq!(status, 200, "{step}: {told}");
    assert_eq!(stand_in.ask(&format!("GET /worlds/{world}/idle"), "").await.0, 200);
}

async fn keep(stand_in: &Controlled, world: &str) -> String {
    let (status, kept) = stand_in.ask(&format!("POST /worlds/{world}/snapshots"), "").await;
    assert_eq!(status, 201, "{kept}");
    kept["id"].as_str().unwrap().to_owned()
}

async fn forked(stand_in: &Controlled, snapshot: &str, query: &str) -> (String, Json) {
    let (status, forked) = stand_in.ask(&format!("POST /snapshots/{snapshot}/fork{query}"), "").await;
    assert_eq!(status, 201, "{forked}");
    (forked["world"]["id"].as_str().unwrap().to_owned(), forked)
}

#[tokio::test]
async fn a_test_goes_on_from_one_step_in_several_ways_at_once() {
    let (mut first, mut second) = (Receiver::start([]).await, Receiver::start([]).await);
    let (stand_in, _control) = Controlled::empty(PLATFORMS, Limits::default(), |vendor| vendor).await;
    let query = format!("?mode=virtual&bot=http://{}", first.address);
    let (status, parent) = stand_in.ask(&format!("POST /worlds{query}"), SCENARIO).await;
    assert_eq!(status, 201, "{parent}");
    let world = parent["id"].as_str().unwrap().to_owned();
    step(&stand_in, &world, "start_chat: {as: ada, text: Hi}").await;
    let snapshot = keep(&stand_in, &world).await;
    let past = journal(&stand_in, &world).await;
    let (one, shown) = forked(&stand_in, &snapshot, "").await;
    let (other, _) = forked(&stand_in, &snapshot, &format!("?bot=http://{}", second.address)).await;
    assert_eq!(stand_in.ask("GET /worlds", "").await.1.as_array().map(Vec::len), Some(3));
    // What was replaced is told, and is what clients are told of the world.
    let (old, new) = (&parent["exports"], &shown["world"]["exports"]);
    for name in ["LIVECHAT_TOKEN", "LIVECHAT_AGENT_TOKEN", "LIVECHAT_PAT", "LIVECHAT_ORGANIZATION_ID"] {
        assert_ne!(old[name], new[name], "{name}");
        assert_eq!(shown["replaced"][old[name].as_str().unwrap()], new[name], "{name}");
    }
    assert_eq!(stand_in.ask(&format!("GET /worlds/{one}"), "").await.1, shown["world"]);
    for fork in [&one, &other] {
        assert_eq!(journal(&stand_in, fork).await, past);
    }
    tokio::join!(
        step(&stand_in, &world, "say: {as: ada, text: as it was}"),
        step(&stand_in, &one, "say: {as: ada, text: one way}"),
        step(&stand_in, &other, "say: {as: ada, text: another way}"),
    );
    // Each goes to its bot, and is in its own journal alone.
    assert!(first.request().await.contains("\"text\":\"Hi\""));
    let sent = [first.request().await, first.request().await];
    assert!(sent.iter().any(|sent| sent.contains("as it was")) && sent.iter().any(|sent| sent.contains("one way")));
    assert!(second.request().await.contains("another way"));
    for (fork, text) in [(&world, "as it was"), (&one, "one way"), (&other, "another way")] {
        let told = Json::Array(journal(&stand_in, fork).await).to_string();
        for (_, words) in [(&world, "as it was"), (&one, "one way"), (&other, "another way")] {
            assert_eq!(told.contains(words), words == text, "{fork}: {words}");
        }
    }
    // A call lands in the world whose credential it has.
    for (fork, exports) in [(&world, old), (&one, new)] {
        let token = exports["LIVECHAT_TOKEN"].as_str().unwrap();
        let head =
            format!("POST /v3.6/agent/action/list_chats HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n");
        assert_eq!(exchange(stand_in.vendor, format!("{head}content-length: 2\r\n\r\n{{}}")).await.status, 200);
        let line = format!("GET /worlds/{fork}/journal?kind=called");
        assert_eq!(stand_in.ask(&line, "").await.1.as_array().map(Vec::len), Some(1), "{fork}");
    }
    // A fork that is reset is what it was when it began; it can be kept and forked again, and outlives where it comes from.
    let again = keep(&stand_in, &one).await;
    assert_eq!(stand_in.ask(&format!("POST /worlds/{one}/reset"), "").await.1["exports"], *new);
    assert_eq!(journal(&stand_in, &one).await, past);
    assert_eq!(stand_in.ask(&format!("DELETE /worlds/{world}"), "").await.0, 204);
    assert_eq!(stand_in.ask(&format!("POST /snapshots/{snapshot}/fork"), "").await.0, 404, "it went with its world");
    let (third, third_shown) = forked(&stand_in, &again, "").await;
    let told = Json::Array(journal(&stand_in, &third).await).to_string();
    assert!(told.contains("one way") && third_shown["world"]["exports"]["LIVECHAT_TOKEN"] != new["LIVECHAT_TOKEN"]);
    step(&stand_in, &one, "say: {as: ada, text: once more}").await;
    assert_eq!(stand_in.ask(&format!("POST /worlds/{one}/restore?snapshot={again}"), "").await.0, 200);
    assert_eq!(stand_in.ask(&format!("POST /worlds/{one}/reset"), "").await.0, 200);
    assert_eq!(journal(&stand_in, &one).await, past);
}

#[tokio::test]
async fn what_cannot_be_forked_is_told() {
    let stand_in = Controlled::start(Receiver::start([]).await.address).await;
    let (status, problem) = stand_in.ask("POST /snapshots/none/fork", "").await;
    assert_eq!((status, problem["detail"].as_str().unwrap().contains("`none`")), (404, true), "{problem}");
    let snapshot = keep(&stand_in, "toy").await;
    for (query, needle) in [("?bot=ftp://x", "bot's address"), ("?mode=real", "known: bot")] {
        let (status, problem) = stand_in.ask(&format!("POST /snapshots/{snapshot}/fork{query}"), "").await;
        assert_eq!(status, 400, "{query}");
        assert!(problem["detail"].as_str().unwrap().contains(needle), "{problem}");
    }
    let (fork, shown) = forked(&stand_in, &snapshot, "").await;
    let key = shown["replaced"]["toy-key"].as_str().unwrap();
    assert_eq!(shown["world"]["exports"], json!({"TOY_KEY": key}));
    for (key, world) in [(key, fork.as_str()), ("toy-key", "toy")] {
        let answer =
            format!("POST /toy/alice/answer HTTP/1.1\r\nhost: x\r\nx-key: {key}\r\ncontent-length: 2\r\n\r\nHi");
        assert_eq!(exchange(stand_in.vendor, answer).await.status, 200);
        let line = format!("GET /worlds/{world}/journal?kind=called");
        assert_eq!(stand_in.ask(&line, "").await.1.as_array().map(Vec::len), Some(1), "{world}");
    }
}
