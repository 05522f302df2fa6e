//! Worlds that are taken back to what they were.

use std::collections::VecDeque;

use crate::support::client::exchange;
use crate::support::controlled::Controlled;
use crate::support::program::mask_real_times;
use crate::support::receiver::{Line, Receiver};
use rehearsal::base::id::Ticket;
use rehearsal::base::rng::Seed;
use rehearsal::base::time::WallTime;
use rehearsal::engine::port::{Attempt, Effect, Input};
use rehearsal::engine::{Opening, World};
use rehearsal::journal::entry::Outcome;
use rehearsal::journal::lines::{Wall, lines};
use rehearsal::platform::cx::Identities;
use rehearsal::platform::{PLATFORMS, Vendor};
use rehearsal::scenario::node::Node;
use rehearsal::scenario::{load_setup, load_steps};
use serde_json::{Value as Json, json};

const START: WallTime = WallTime::from_nanos(1_800_000_000_000_000_000);
const STEPS: &str = "POST /worlds/toy/steps";
const HI: &str = "start_chat: {as: alice, text: Hi}";

async fn start(script: impl IntoIterator<Item = Line>) -> (Controlled, Receiver) {
    let receiver = Receiver::start(script).await;
    let stand_in = Controlled::start(receiver.address).await;
    (stand_in, receiver)
}

/// The world's journal without real times.
async fn journal(stand_in: &Controlled, query: &str) -> Vec<Json> {
    let (_, mut entries) = stand_in.ask(&format!("GET /worlds/toy/journal{query}"), "").await;
    entries.as_array_mut().unwrap().iter_mut().for_each(mask_real_times);
    entries.as_array().unwrap().clone()
}

async fn keep(stand_in: &Controlled) -> Json {
    assert_eq!(stand_in.ask("GET /worlds/toy/idle", "").await.0, 200);
    let (status, kept) = stand_in.ask("POST /worlds/toy/snapshots", "").await;
    assert_eq!(status, 201, "{kept}");
    kept
}

async fn take_back(stand_in: &Controlled, snapshot: &Json) {
    let line = format!("POST /worlds/toy/restore?snapshot={}", snapshot["id"].as_str().unwrap());
    let (status, world) = stand_in.ask(&line, "").await;
    assert_eq!((status, &world["id"]), (200, &json!("toy")), "{world}");
}

#[tokio::test]
async fn a_world_goes_on_from_a_snapshot_in_several_ways() {
    let (stand_in, mut receiver) = start([]).await;
    stand_in.ask("POST /worlds/toy/clock", "mode: virtual").await;
    assert_eq!(stand_in.ask(STEPS, HI).await.0, 200);
    receiver.request().await;
    let kept = keep(&stand_in).await;
    let before = journal(&stand_in, "").await;
    assert_eq!((&kept["world"], &kept["entry"]), (&json!("toy"), &before.last().unwrap()["seq"]));
    // The same way twice gives the same journal; another way gives another.
    let mut ways = Vec::new();
    for text in ["one", "other", "one"] {
        take_back(&stand_in, &kept).await;
        assert_eq!(journal(&stand_in, "").await, before);
        assert_eq!(stand_in.ask("GET /worlds/toy/clock", "").await.1["now"], kept["now"]);
        assert_eq!(stand_in.ask(STEPS, &format!("say: {{as: alice, text: {text}}}")).await.0, 200);
        assert!(receiver.request().await.ends_with(&format!(r#""n":2,"text":"{text}"}}"#)));
        assert_eq!(stand_in.ask("GET /worlds/toy/idle", "").await.0, 200);
        ways.push(journal(&stand_in, "").await);
    }
    assert_eq!(ways[0], ways[2]);
    assert_ne!(ways[0], ways[1]);
    // Clients go on with the credential that they have.
    let answer = "POST /toy/alice/answer HTTP/1.1\r\nhost: x\r\nx-key: toy-key\r\ncontent-length: 5\r\n\r\nHello";
    assert_eq!(exchange(stand_in.vendor, answer).await.status, 200);
    assert_eq!(journal(&stand_in, "?kind=called").await.len(), 1);
}

#[tokio::test]
async fn what_falls_due_later_is_kept_too() {
    let (stand_in, _receiver) = start([]).await;
    stand_in.ask(STEPS, HI).await;
    let kept = keep(&stand_in).await;
    for _ in 0..2 {
        // The toy closes a chat that is idle for half an hour.
        take_back(&stand_in, &kept).await;
        assert_eq!(journal(&stand_in, "?kind=changed").await.len(), 1);
        assert_eq!(stand_in.ask("POST /worlds/toy/clock", "advance: 1h").await.0, 200);
        assert_eq!(journal(&stand_in, "?kind=changed").await[1]["outcome"], "idle");
    }
    // On a running clock it falls due by itself; so does what was asked for before the snapshot.
    take_back(&stand_in, &kept).await;
    stand_in.ask("POST /worlds/toy/clock", "mode: x1000000").await;
    assert_eq!(stand_in.ask("GET /worlds/toy/journal?kind=changed&after=2&wait=30s", "").await.1[0]["outcome"], "idle");
    let running = keep(&stand_in).await;
    take_back(&stand_in, &running).await;
    stand_in.ask(STEPS, HI).await;
    let after = running["entry"].as_u64().unwrap() + 2;
    let line = format!("GET /worlds/toy/journal?kind=changed&after={after}&wait=30s");
    assert_eq!(stand_in.ask(&line, "").await.1[0]["outcome"], "idle");
}

#[tokio::test]
async fn only_a_world_that_rests_is_kept() {
    let (stand_in, mut receiver) = start([Line::Hang]).await;
    assert_eq!(stand_in.ask(STEPS, HI).await.0, 200);
    receiver.request().await;
    let (status, problem) = stand_in.ask("POST /worlds/toy/snapshots", "").await;
    assert_eq!((status, problem["detail"].as_str().unwrap().contains("rests")), (409, true), "{problem}");
}

#[tokio::test]
async fn snapshots_are_listed_dropped_and_bounded() {
    let (stand_in, _receiver) = start([]).await;
    let kept = keep(&stand_in).await;
    assert_eq!(stand_in.ask("GET /snapshots", "").await.1, json!([kept]));
    let id = kept["id"].as_str().unwrap();
    assert_eq!(stand_in.ask("POST /worlds/toy/restore", "").await.0, 400);
    assert_eq!(stand_in.ask("POST /worlds/toy/restore?snapshot=none", "").await.0, 404);
    assert_eq!(stand_in.ask(&format!("POST /worlds/none/restore?snapshot={id}"), "").await.0, 404);
    // A reset world can be taken back to what it was before.
    assert_eq!(stand_in.ask("POST /worlds/toy/reset", "").await.0, 200);
    take_back(&stand_in, &kept).await;
    assert_eq!(stand_in.ask(&format!("DELETE /snapshots/{id}"), "").await.0, 204);
    assert_eq!(stand_in.ask(&format!("DELETE /snapshots/{id}"), "").await.0, 404);
    for _ in 0..64 {
        keep(&stand_in).await;
    }
    let (status, problem) = stand_in.ask("POST /worlds/toy/snapshots", "").await;
    assert_eq!(status, 429, "{problem}");
    assert_eq!(stand_in.ask("DELETE /worlds/toy", "").await.0, 204);
    assert_eq!(stand_in.ask("GET /snapshots", "").await.1, json!([]));
}

/// Plays steps in a world whose webhooks are all acknowledged.
pub(crate) fn play(world: &mut World, vendor: &Vendor, setup: &Node, text: &str) {
    let steps = load_steps(text, &vendor.vocabulary, setup, world.known()).unwrap();
    let mut inputs = VecDeque::from([Input::Play { ticket: Ticket(0), steps, from: None }]);
    while let Some(input) = inputs.pop_front() {
        let attempts = world.handle(START, input).into_iter().filter_map(|effect| match effect {
            Effect::Attempt(Attempt { delivery, attempt, .. }) => Some((delivery, attempt)),
            _ => None,
        });
        inputs.extend(attempts.map(|(delivery, attempt)| {
            let outcome = Outcome::Status(200);
            Input::Attempted { delivery, attempt, ending: outcome.into() }
        }));
    }
    assert!(world.is_idle());
}

#[test]
fn a_copy_of_any_vendors_world_goes_on_as_the_original_does_and_apart_from_it() {
    for vendor in PLATFORMS {
        let scenario =
            load_setup(&format!("platform: {}\ncustomers: {{alice: {{}}}}\n", vendor.name), &[vendor.vocabulary]);
        let scenario = scenario.unwrap();
        let opening = Opening::play(&scenario, "copied", Seed(1), Identities::WellKnown);
        let mut original = World::open(vendor, opening, START).unwrap();
        let go = |world: &mut World, text: &str| play(world, vendor, &scenario.setup, text);
        go(&mut original, "start_chat: {as: alice, text: Hi}");
        let (mut same, mut other) = (original.clone(), original.clone());
        let before = lines(other.journal(), Wall::Masked);
        for world in [&mut original, &mut same] {
            go(world, "[{say: {as: alice, text: one}}, {wait: 3h}, {start_chat: {as: bob, text: two}}]");
        }
        assert_eq!(lines(original.journal(), Wall::Masked), lines(same.journal(), Wall::Masked), "{}", vendor.name);
        assert_eq!(lines(other.journal(), Wall::Masked), before, "{}", vendor.name);
        go(&mut other, "say: {as: alice, text: three}");
        assert!(!lines(original.journal(), Wall::Masked).contains("three"), "{}", vendor.name);
    }
}
