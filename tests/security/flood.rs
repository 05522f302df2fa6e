//! Clients that want all there is: connections, bytes, time, nesting; and what must not spoil anything for the others.

use http::request::Parts;
use rehearsal::base::rng::Seed;
use rehearsal::base::time::{WallLimit, WallTime};
use rehearsal::engine::port::{Effect, Input};
use rehearsal::engine::{Opening, World};
use rehearsal::journal::Bounds;
use rehearsal::journal::lines::{Wall, lines};
use rehearsal::platform::cx::Identities;
use rehearsal::platform::route::{Body, Reply};
use rehearsal::platform::{PLATFORMS, Vendor};
use rehearsal::scenario::{load_setup, load_steps};
use rehearsal::server::feed::Answer;
use rehearsal::server::{Limits, Server, Service};
use serde_json::{Value as Json, json};

use crate::support::client::{Client, exchange};
use crate::support::controlled::{Controlled, TOKEN};
use crate::support::core::Running;
use crate::support::stagehand::{Reaction, play, post};
use crate::support::toy::TOY;
use crate::support::websocket::House;

const SOON: WallLimit = WallLimit::from_millis(60);
const START: WallTime = WallTime::from_nanos(1_800_000_000_000_000_000);

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n")
}

#[tokio::test]
async fn clients_too_many_are_refused_at_once_and_the_others_served() {
    const PLACES: usize = 20;
    let running = Running::start(Limits { connections: PLACES, ..Limits::default() }).await;
    let served = async |client: &mut Client| {
        client.send(get("/v9/a")).await;
        client.answer().await.unwrap().status
    };
    let mut inside = Vec::new();
    for _ in 0..PLACES {
        let mut client = Client::connect(running.address).await;
        assert_eq!(served(&mut client).await, 200);
        inside.push(client);
    }
    // None of them goes away by itself.
    let mut outside = Vec::new();
    for _ in 0..100 {
        outside.push(Client::connect(running.address).await);
    }
    for client in &mut outside {
        let answer = client.answer().await.unwrap();
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")), "{}", answer.head);
    }
    for client in &mut inside {
        assert_eq!(served(client).await, 200);
    }
    drop(outside);
    // Whoever sends a large request is told as well.
    let mut client = Client::connect(running.address).await;
    let large = format!("POST /v9/a HTTP/1.1\r\nhost: x\r\ncontent-length: 10000\r\n\r\n{}", "x".repeat(10_000));
    client.send(large).await;
    assert_eq!(client.answer().await.unwrap().status, 503);
    assert_eq!(client.rest().await.unwrap(), b"");
    // A place that becomes free is given away.
    drop(inside.pop());
    let mut tries = 0;
    while exchange(running.address, get("/v9/a")).await.status == 503 {
        tries += 1;
        assert!(tries < 10_000, "the place of a client that has gone is not given away");
    }
    running.stop().await;
}

#[tokio::test]
async fn slow_clients_are_cut_off_at_both_ports() {
    let limits = Limits { head_time: SOON, body_time: SOON, ..Limits::default() };
    let (stand_in, _control) = Controlled::within(PLATFORMS, (limits, limits), |vendor| vendor).await;
    for address in [stand_in.vendor, stand_in.address] {
        for start in ["", "GET", "GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: "] {
            let mut client = Client::connect(address).await;
            client.send(start).await;
            assert_eq!(client.rest().await.unwrap(), b"", "{address}: {start:?}");
        }
    }
    let slow = |path: &str| {
        let headers = format!("host: localhost\r\nauthorization: Bearer {TOKEN}\r\ncontent-length: 9\r\n");
        format!("POST {path} HTTP/1.1\r\n{headers}\r\nab")
    };
    assert_eq!(exchange(stand_in.address, slow("/worlds")).await.status, 408);
    for vendor in PLATFORMS {
        let answer = exchange(stand_in.vendor, slow(&format!("/{}/x", vendor.roots[0]))).await;
        assert!((400..600).contains(&answer.status), "{}: {}", vendor.name, answer.head);
    }
}

#[tokio::test]
async fn floods_of_heads_and_bodies_are_refused_at_both_ports() {
    let (stand_in, _control) = Controlled::empty(PLATFORMS, Limits::default(), |vendor| vendor).await;
    let head = format!("host: localhost\r\nauthorization: Bearer {TOKEN}\r\n");
    for (address, path) in [(stand_in.vendor, "/v3.1/chats"), (stand_in.address, "/worlds")] {
        let refused = async |more: &str| {
            let answer = exchange(address, format!("POST {path} HTTP/1.1\r\n{head}{more}\r\n")).await;
            assert!((400..600).contains(&answer.status), "{address}: {}", answer.head);
            answer.status
        };
        assert_eq!(refused(&format!("x-long: {}\r\n", "x".repeat(64 << 10))).await, 431);
        assert_eq!(refused(&"x-many: x\r\n".repeat(1_000)).await, 431);
        let line = format!("POST {path}?{} HTTP/1.1\r\n{head}\r\n", "x".repeat(64 << 10));
        assert!(matches!(exchange(address, line).await.status, 414 | 431), "{address}");
        // Nothing is sent before the answer, and an answer comes.
        refused("expect: 100-continue\r\ncontent-length: 99999999999\r\n").await;
        let endless = format!("{head}transfer-encoding: chunked\r\n\r\n");
        let chunk = format!("100000\r\n{}\r\n", "x".repeat(1 << 20));
        let answer = exchange(address, format!("POST {path} HTTP/1.1\r\n{endless}{}", chunk.repeat(11))).await;
        assert!((400..600).contains(&answer.status), "{address}: {}", answer.head);
    }
}

/// Text that is nested very deep.
fn deep() -> String {
    format!("{}{}", "[".repeat(2_000), "]".repeat(2_000))
}

#[test]
fn json_of_any_depth_is_answered_by_every_operation() {
    for vendor in PLATFORMS {
        let scenario = load_setup(&format!("platform: {}\n", vendor.name), &[vendor.vocabulary]).unwrap();
        let opening = Opening::play(&scenario, "deep", Seed(1), Identities::WellKnown);
        let mut world = World::open(vendor, opening, START).unwrap();
        let names: Vec<&str> = (vendor.routes)().iter().map(|route| route.name).collect();
        for (nth, route) in names.iter().enumerate() {
            let params = (vendor.vocabulary.params)(route).unwrap_or_default().into_iter();
            let params: serde_json::Map<_, _> =
                params.map(|name| (name.to_owned(), json!(if name == "version" { "v3.6" } else { "x" }))).collect();
            for body in [deep(), format!("{{\"a\":{}}}", deep()), "{\"a\":".repeat(2_000)] {
                let step = json!({"call": {"route": route, "params": params, "body": body}}).to_string();
                let steps = load_steps(&step, &vendor.vocabulary, &scenario.setup, world.known());
                let steps = steps.unwrap_or_else(|problems| panic!("{route}: {problems:?}"));
                let ticket = rehearsal::base::id::Ticket(nth as u64);
                world.handle(START, Input::Play { ticket, steps, from: None });
            }
        }
        let told = lines(world.journal(), Wall::Masked);
        let told: Vec<Json> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let called: Vec<&Json> = told.iter().filter(|entry| entry["kind"] == "called").collect();
        let refused: Vec<&Json> = told.iter().filter(|entry| entry["kind"] == "refused").collect();
        assert_eq!((called.len(), refused.len()), (3 * names.len(), 0), "{}: {refused:?}", vendor.name);
        for entry in called {
            assert!(entry["status"].as_u64().is_some_and(|status| (200..600).contains(&status)), "{entry}");
        }
    }
}

#[tokio::test]
async fn frames_of_any_depth_are_answered() {
    let house = House::start(Limits::default()).await;
    let _world = house.license(&json!({}), "license", Identities::WellKnown).await;
    let (mut good, _) = house.agent("Bearer dal:agent2-token").await;
    for frame in [deep(), format!(r#"{{"action":"ping","payload":{}}}"#, deep()), "{\"action\":".repeat(2_000)] {
        let (mut socket, _) = house.agent("Bearer dal:agent-token").await;
        socket.send(frame).await;
        let mut told = socket.next().await;
        while told["type"] == "push" {
            told = socket.next().await;
        }
        assert!(told["success"] == false || told.is_string(), "{told}");
        assert_eq!(good.ask("ping", json!({})).await["success"], true);
    }
}

#[test]
fn a_journal_that_overflows_forgets_the_oldest_and_nothing_else() {
    let vendor: &Vendor = &TOY;
    let scenario = load_setup("platform: toy\ncustomers: {alice: {}}\n", &[vendor.vocabulary]).unwrap();
    for bounds in [Bounds { entries: 40, bytes: 1 << 20 }, Bounds { entries: 100_000, bytes: 20_000 }] {
        let opening = Opening { bounds, ..Opening::play(&scenario, "full", Seed(1), Identities::WellKnown) };
        let mut world = World::open(vendor, opening, START).unwrap();
        world.handle(START, Input::Begin);
        for n in 0..2_000 {
            let call = post("/toy/alice/answer", &[("x-key", "toy-key")], &format!("{n} {}", "x".repeat(n % 300)));
            let effects = world.handle(START, Input::Call(call));
            let reply = effects.iter().find_map(|effect| match effect {
                Effect::Reply(treated) => Some(treated.reply.status),
                _ => None,
            });
            assert_eq!(reply, Some(200));
        }
        let journal = world.journal();
        let bytes: usize = lines(journal, Wall::Masked).len();
        assert!(
            journal.len() <= bounds.entries && bytes < 4 * bounds.bytes,
            "{} entries, {bytes} bytes",
            journal.len()
        );
        assert_eq!(journal.dropped() + journal.len() as u64, journal.end().0);
        // Steps are judged by what is still there.
        let step = "call: {route: answer, params: {who: alice}, body: last, answer: {status: 200}}";
        let steps = load_steps(step, &vendor.vocabulary, &scenario.setup, world.known()).unwrap();
        let ticket = rehearsal::base::id::Ticket(1);
        let effects = world.handle(START, Input::Play { ticket, steps, from: None });
        let played = effects
            .iter()
            .any(|effect| matches!(effect, Effect::Played { played: rehearsal::engine::port::Played::Met, .. }));
        assert!(played, "{effects:?}");
    }
}

/// Panics where it is asked to.
#[derive(Clone)]
struct Brittle;

impl Service for Brittle {
    type Admitted = bool;

    fn admit(&self, head: &Parts) -> Result<bool, Reply> {
        Ok(head.uri.path() == "/panic")
    }

    async fn answer(&self, panics: bool, _: Parts, _: Body) -> Answer {
        assert!(!panics, "as it was asked to");
        let treated = rehearsal::engine::port::Treated::plain(Reply::json(200, None, &json!({})));
        Answer::Whole(treated)
    }
}

#[tokio::test]
async fn a_panic_costs_its_own_connection_and_no_other() {
    let limits = Limits { connections: 2, ..Limits::default() };
    let server = Server::bind("127.0.0.1:0".parse().unwrap(), limits).await.unwrap();
    let address = server.address();
    tokio::spawn(server.run(Brittle, std::future::pending()));
    let mut other = Client::connect(address).await;
    for _ in 0..3 {
        let mut client = Client::connect(address).await;
        client.send(get("/panic")).await;
        assert_eq!(client.rest().await.unwrap_or_default(), b"", "nothing is told of why");
        other.send(get("/x")).await;
        assert_eq!(other.answer().await.unwrap().status, 200);
    }
}

#[test]
fn no_expression_takes_long() {
    let words = "a".repeat(20_000);
    for pattern in ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*a){20}b", "^(([a-z])+.)+[A-Z]([a-z])+$"] {
        let text = format!(
            "platform: toy\ncustomers: {{alice: {{}}}}\nsteps:\n  - start_chat: {{as: alice, text: '{words}!'}}\n  - expect_none: {{event: {{name: note, body: {{text: {{matches: '{pattern}'}}}}}}, within: 1ms}}\n"
        );
        let play = play(&TOY, &text, |_| Reaction::ok());
        assert_eq!(play.failure(), None, "{pattern}");
    }
    let step = "expect: {message: {text: {matches: '(a{1000}){1000}'}}}";
    let nothing = load_setup("platform: toy\n", &[TOY.vocabulary]).unwrap();
    let found = load_steps(step, &TOY.vocabulary, &nothing.setup, Default::default()).unwrap_err();
    assert_eq!(found[0].rule.code, "E0111", "what would take too much room is refused");
}
