//! Every code of every platform on demand: each of the ways that `list codes` shows is gone, over real sockets.

use std::net::SocketAddr;

use rehearsal::base::rng::Seed;
use rehearsal::base::time::WallLimit;
use rehearsal::bot::Manners;
use rehearsal::control::Control;
use rehearsal::engine::Opening;
use rehearsal::engine::clock::Pace;
use rehearsal::platform::cx::Identities;
use rehearsal::platform::route::Call;
use rehearsal::platform::{Code, PLATFORMS, Vendor, recipe};
use rehearsal::scenario::load;
use rehearsal::server::Limits;
use serde_json::Value as Json;

use crate::support::bots::start_built_in;
use crate::support::client::{Answer, Client, exchange};
use crate::support::controlled::{Controlled, Place};
use crate::support::program::rehearsal;

/// Short, so that it is soon over for bodies that do not end, and long for those that do.
const BODY_TIME: WallLimit = WallLimit::from_secs(1);

struct Stage {
    stand_in: Controlled,
    control: Control<Place>,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_code_is_answered_in_each_of_its_ways() {
    let mut bot = None;
    let limits = Limits { body_time: BODY_TIME, ..Limits::default() };
    let (stand_in, control) = Controlled::empty(PLATFORMS, limits, |vendor| {
        let running = tokio::task::block_in_place(|| start_built_in(&format!("http://{vendor}"), Manners::Good));
        let address = running.url.trim_start_matches("http://").parse().unwrap();
        bot = Some(running);
        address
    })
    .await;
    let stage = Stage { stand_in, control };
    for vendor in PLATFORMS {
        let rows = rehearsal(&["list", "codes", "--platform", vendor.name, "--format", "json"]).await.out;
        let rows: Vec<Json> = serde_json::from_str(&rows).unwrap();
        assert_eq!(rows.len(), vendor.codes.len());
        for (code, row) in vendor.codes.iter().zip(rows) {
            assert_eq!(row["code"], code.code);
            let mut ways = 0;
            for way in ["state", "fault", "prefer"] {
                let (kind, text) = row[way].as_object().unwrap().iter().next().unwrap();
                let text = text.as_str().unwrap();
                ways += usize::from(stage.go(vendor, code, kind, text).await);
            }
            assert_ne!(ways, 0, "nothing leads to {} of {}", code.code, vendor.name);
        }
    }
    // The bot has a runtime of its own, which may not end within this one.
    tokio::task::block_in_place(|| drop(bot));
}

impl Stage {
    /// Goes one way, and checks that it leads to the code; tells whether there is one.
    async fn go(&self, vendor: &'static Vendor, code: &Code, kind: &str, text: &str) -> bool {
        let what = format!("{} {}, {kind}: {text}", vendor.name, code.code);
        match kind {
            "recipe" => {
                assert_eq!(text, code.recipe.path);
                self.play(vendor, code, &what).await;
            }
            "request" => {
                self.open(vendor, &format!("platform: {}\nsteps: []\n", vendor.name)).await;
                let answer = self.unending(vendor, text).await;
                check(&answer, code, &what);
            }
            "step" => {
                self.open(vendor, &format!("platform: {}\nsteps: []\n", vendor.name)).await;
                let (status, told) = self.stand_in.ask("POST /worlds/ways/steps", text).await;
                assert_eq!(status, 200, "{what}: {told}");
                let usual = recipe::usual(vendor).unwrap();
                assert!(text.contains(&usual.route), "{what} is planned elsewhere than at {}", usual.route);
                check(&self.make(&usual.calls, "").await, code, &what);
                // Once is once.
                assert!(self.make(&usual.calls, "").await.status < 300, "{what}");
            }
            "header" => {
                self.open(vendor, &format!("platform: {}\nsteps: []\n", vendor.name)).await;
                let usual = recipe::usual(vendor).unwrap();
                check(&self.make(&usual.calls, &format!("{text}\r\n")).await, code, &what);
            }
            "impossible" => {
                assert!(!text.is_empty(), "{what}");
                let is_planned = code.recipe.text.contains(&format!("do: {{code: {}}}", code.code));
                assert!(is_planned || !code.is_refusal(), "{what}, and yet its recipe does without a plan");
                return false;
            }
            other => panic!("{other} is no way"),
        }
        assert_eq!(self.stand_in.ask("DELETE /worlds/ways", "").await.0, 204);
        true
    }

    /// Opens the world of this scenario; its steps are left out.
    async fn open(&self, vendor: &'static Vendor, text: &str) {
        let scenario = load(&text.replace("steps: []", "steps: [expect: {violations: none}]"), &[vendor.vocabulary]);
        let opening = Opening::play(&scenario.unwrap(), "ways", Seed(1), Identities::WellKnown);
        let opening = Opening { pace: Pace::Stepped, allow_prefer: true, steps: Vec::new(), ..opening };
        self.control.worlds().open(vendor, None, |_| ("ways".to_owned(), opening)).await.unwrap();
    }

    /// Has the recipe lead to its code without planning it, by its calls if it has nothing else, step by step if it has.
    async fn play(&self, vendor: &'static Vendor, code: &Code, what: &str) {
        self.open(vendor, code.recipe.text).await;
        let calls = recipe::calls(vendor, code).unwrap();
        if calls.iter().all(|call| call.header("prefer").is_none()) {
            check(&self.make(&calls, "").await, code, what);
            return;
        }
        let (_, steps) = code.recipe.text.split_once("\nsteps:\n").unwrap();
        let (status, told) = self.stand_in.ask("POST /worlds/ways/steps", steps).await;
        assert_eq!(status, 200, "{what}: {told}");
        let count = async |kind: &str, key: &str, value: &str| {
            let (_, entries) = self.stand_in.ask(&format!("GET /worlds/ways/journal?kind={kind}"), "").await;
            entries.as_array().unwrap().iter().filter(|entry| entry[key] == value).count()
        };
        let (answered, planned) = (count("called", "code", code.code).await, count("faulted", "fault", "code").await);
        assert!(answered > planned, "{what} is answered {answered} times and planned {planned} times");
    }

    /// Makes calls one after the other, the last one with another header or none, and gives its answer.
    async fn make(&self, calls: &[Call], header: &str) -> Answer {
        let (last, before) = calls.split_last().unwrap();
        for call in before {
            exchange(self.stand_in.vendor, request(self.stand_in.vendor, call, "", call.bytes().len())).await;
        }
        exchange(self.stand_in.vendor, request(self.stand_in.vendor, last, header, last.bytes().len())).await
    }

    /// Makes the usual call and says that more of its body comes than will.
    async fn unending(&self, vendor: &Vendor, how: &str) -> Answer {
        let more = if how.contains("more than") { Limits::default().body } else { 1 };
        let usual = recipe::usual(vendor).unwrap();
        let call = usual.calls.last().unwrap();
        let mut client = Client::connect(self.stand_in.vendor).await;
        client.send(request(self.stand_in.vendor, call, "", call.bytes().len() + more)).await;
        client.answer().await.unwrap()
    }
}

fn request(vendor: SocketAddr, call: &Call, header: &str, length: usize) -> Vec<u8> {
    let query = if call.query.is_empty() { String::new() } else { format!("?{}", call.query) };
    let mut head =
        format!("{} {}{query} HTTP/1.1\r\nhost: {vendor}\r\ncontent-length: {length}\r\n", call.method, call.path);
    for (name, value) in &call.headers {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    [head.as_bytes(), header.as_bytes(), b"\r\n", &call.bytes()].concat()
}

/// An answer tells its code in its own way, but the vendors' tables agree on status and text.
fn check(answer: &Answer, code: &Code, what: &str) {
    assert_eq!(answer.status, code.status, "{what}: {}", answer.text());
    let document: Json = serde_json::from_slice(&answer.body).unwrap();
    let told = [&document["status_code"], &document["error"]["type"], &document["oauth_exception"]];
    let told = told.map(|told| told.to_string().replace('"', ""));
    let told = told.into_iter().find(|told| told != "null").unwrap_or(answer.status.to_string());
    assert_eq!(told, code.code, "{what}: {document}");
}
