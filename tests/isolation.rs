//! Many worlds at once: each has the journal that it has alone, and nothing of another.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use crate::support::controlled::Controlled;
use crate::support::program::{folder, journals, rehearsal};
use crate::support::receiver::Receiver;
use rehearsal::base::rng::Seed;
use rehearsal::engine::Opening;
use rehearsal::engine::port::Input;
use rehearsal::journal::lines::{Wall, lines};
use rehearsal::platform::PLATFORMS;
use rehearsal::platform::cx::Identities;
use rehearsal::report::Exit;
use rehearsal::scenario::load_setup;
use rehearsal::server::Limits;
use serde_json::Value as Json;

/// How often each platform's scenario is played; 501 worlds in all.
const ROUNDS: &str = "167";

/// Each platform with a bot's webhook.
const TENANTS: [(&str, &str); 3] = [
    (
        "imichat",
        r#"virtual_agents: [{login: support_bot, webhook: {url: "${bot}/imichat", headers: {x-bot-key: s3cret}}}]"#,
    ),
    (
        "livechat",
        r#"bots: [{name: Bot, webhooks: {url: "${bot}/livechat", actions: [incoming_chat, incoming_event]}}]"#,
    ),
    ("texter", r#"subscriptions: [{event: newIncomingMessage, url: "${bot}/texter"}]"#),
];

/// How many worlds are open at once. A bot gives up a call after some seconds and a platform a webhook, so on a machine that
/// has much else to do more of them would not be as quick as each alone.
const AT_ONCE: &str = "48";

/// Each expectation has a minute, so that it does not depend on how busy the machine is.
const STEPS: &str = r#"
customers: {alice: {}}
steps:
  - start_chat: {as: alice, text: "Hi, where is my order?"}
  - expect: {message: {from: bot, text: {contains: order number}}, within: 5m}
  - say: {as: alice, text: "A-1001, and my number is ${phone.alice}"}
  - expect: {message: {from: bot, text: {contains: A-1001}}, within: 5m}
"#;

async fn played(jobs: &str) -> Vec<(String, String)> {
    // The worlds' chance follows from the names of the files, so they are the same each time.
    let folder = folder("isolation");
    for (platform, setup) in TENANTS {
        let text = format!("platform: {platform}\nsetup:\n  {setup}{STEPS}");
        std::fs::write(folder.join(format!("{platform}.yaml")), text).unwrap();
    }
    let into = folder.join("run.jsonl");
    let (scenarios, journal) = (folder.to_str().unwrap(), into.to_str().unwrap());
    let words = ["run", scenarios, "--port", "0", "--seed", "7", "--repeat", ROUNDS, "--bot", "builtin"];
    let ran = rehearsal(&[&words[..], &["--detail", "failures", "--jobs", jobs, "--journal", journal]].concat()).await;
    assert_eq!(ran.exit, Exit::Met, "{}\n{}", ran.out, ran.err);
    let named = |(file, journal): (String, String)| (file.rsplit('/').next().unwrap().to_owned(), journal);
    journals(&into).into_iter().map(named).collect()
}

/// The ids of a world that its journal shows: of its chats, and of its customer.
fn ids(journal: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for line in journal.lines() {
        let entry: Json = serde_json::from_str(line).unwrap();
        if entry["kind"] == "changed" {
            ids.insert(entry["chat"].as_str().unwrap().to_owned());
        }
        let told = entry["text"].as_str().and_then(|text| text.split_once("my number is "));
        ids.extend(told.map(|(_, phone)| phone.to_owned()));
    }
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_worlds_side_by_side_are_as_each_alone() {
    compare(&played("1").await, &played(AT_ONCE).await);
}

/// Asserts that worlds have the journals that they have alone, and that nothing of one is in that of another.
fn compare(serial: &[(String, String)], at_once: &[(String, String)]) {
    assert_eq!((serial.len(), at_once.len()), (501, 501));
    for ((world, one), (same, other)) in serial.iter().zip(at_once) {
        assert_eq!(world, same);
        let differs = one.lines().zip(other.lines()).find(|(one, other)| one != other);
        assert_eq!((differs, one.len()), (None, other.len()), "{world}");
    }
    let mut owners = HashMap::new();
    for (world, journal) in at_once {
        let ids = ids(journal);
        assert!(ids.len() >= 2, "{world} has {ids:?}");
        for id in ids {
            let before = owners.insert(id.clone(), world);
            assert_eq!(before, None, "{id} is of {world}, too");
        }
    }
    let mut foreign = String::new();
    for (world, journal) in at_once {
        for word in journal.split(|c: char| !c.is_ascii_alphanumeric() && c != '-') {
            if let Some(owner) = owners.get(word).filter(|owner| **owner != world) {
                writeln!(foreign, "{word} of {owner} appears in {world}").unwrap();
            }
        }
    }
    assert_eq!(foreign, "");
}

/// Tiny scenarios in which nobody but the tenant's own client calls, so that no bot's patience has a part in them.
const TINY: &str = r#"
customers: {alice: {}}
steps:
  - start_chat: {as: alice, text: Hi}
  - say: {as: alice, text: "my number is ${phone.alice}"}
  - wait: 1m
  - expect: {state: {chat: alice, status: open}}
"#;

/// The journals of 501 worlds, all of them open, and then played, at once or one after the other.
async fn opened(at_once: bool) -> Vec<(String, String)> {
    let receiver = Receiver::start([]).await;
    let (_stand_in, control) = Controlled::empty(PLATFORMS, Limits::default(), |_| receiver.address).await;
    let worlds = control.worlds();
    let scenarios = TENANTS.map(|(platform, setup)| {
        let vendor = PLATFORMS.iter().find(|vendor| vendor.name == platform).unwrap();
        let text = format!("platform: {platform}\nsetup:\n  {setup}{TINY}");
        (vendor, load_setup(&text, &[vendor.vocabulary]).unwrap())
    });
    let mut journals = Vec::new();
    let mut open = Vec::new();
    for (nth, (vendor, scenario)) in scenarios.iter().cycle().take(501).enumerate() {
        let name = format!("world-{nth:03}");
        let opening = Opening::play(scenario, name.clone(), Seed(7), Identities::Fresh);
        open.push(worlds.open(vendor, None, |_| (name, opening)).await.unwrap());
        if at_once && nth < 500 {
            continue;
        }
        for named in &open {
            named.world.input(Input::Begin);
        }
        for named in open.drain(..) {
            named.world.finished().await;
            journals.push((named.id.clone(), named.world.with(|world| lines(world.journal(), Wall::Masked))));
            worlds.close(&named.id).await.unwrap();
        }
    }
    assert!(journals.iter().all(|(_, journal)| journal.contains(r#""verdict":{"result":"met"}"#)), "{:?}", journals[0]);
    journals
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_worlds_that_are_open_at_once_are_as_each_alone() {
    compare(&opened(false).await, &opened(true).await);
}
