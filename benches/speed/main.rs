//! How fast the stand-in is, as ratios to bare hyper measured in the same run.
//!
//! `cargo bench` prints: start → first answer; `POST /v3.1/chats` per second; signed deliveries per second; the
//! memory of 10,000 idle worlds. `cargo bench -- start requests deliveries worlds` names the parts that are wanted. Server and load
//! run in processes of their own, each on one core where `taskset` is at hand; rounds alternate between the two sides, and
//! the median of the rounds' ratios is what to quote.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads clocks")]
#![expect(clippy::print_stdout, reason = "and prints what it found")]

mod bare;
mod deliveries;
mod load;
mod process;
mod worlds;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;

use crate::load::Request;
use crate::process::Server;

/// How many rounds each comparison has.
const ROUNDS: usize = 5;
/// How long one round of one side lasts.
const ROUND: Duration = Duration::from_millis(1500);
/// How many connections make requests at once.
const CONNECTIONS: usize = 64;

fn main() {
    // The same program serves as the bare server and as the receiver of webhooks, in a process of its own.
    if let Some(role) = process::role() {
        return bare::play(&role);
    }
    process::pin_self(1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be built");
    // Cargo adds flags of its own.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_wanted = |part: &str| wanted.is_empty() || wanted.iter().any(|word| word == part);
    if is_wanted("start") {
        start_to_first_answer();
    }
    if is_wanted("requests") {
        runtime.block_on(requests());
    }
    if is_wanted("deliveries") {
        runtime.block_on(deliveries());
    }
    if is_wanted("worlds") {
        runtime.block_on(worlds::idle());
    }
}

fn start_to_first_answer() {
    let mut samples: Vec<f64> = (0..20)
        .map(|_| {
            let begun = Instant::now();
            let server = Server::rehearsal(&[]);
            process::first_answer(&server);
            begun.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    println!("start → first answer            {:8.1} ms (median of 20)", median(&mut samples));
}

async fn requests() {
    let ours = Server::rehearsal(&[]);
    let create = Request::create_chat(ours.address());
    let size = load::answer_size(&create).await;
    let bare = Server::bare(&format!("constant:{size}"));
    let plain = Request { address: bare.address(), ..create.clone() };
    let mut ratios = Vec::new();
    let mut rates = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let theirs = load::rate(&plain, CONNECTIONS, ROUND).await;
        let mine = load::rate(&create, CONNECTIONS, ROUND).await;
        ratios.push(mine / theirs);
        rates.0.push(mine);
        rates.1.push(theirs);
    }
    report("POST /v3.1/chats", &mut rates.0, &mut rates.1, &mut ratios);
}

async fn deliveries() {
    let receiver = Server::bare("constant:2");
    let mut ratios = Vec::new();
    let mut rates = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let theirs = deliveries::bare(receiver.address(), CONNECTIONS, ROUND).await;
        let mine = deliveries::ours(receiver.address(), None, CONNECTIONS, ROUND).await;
        ratios.push(mine / theirs);
        rates.0.push(mine);
        rates.1.push(theirs);
    }
    report("signed deliveries", &mut rates.0, &mut rates.1, &mut ratios);
    beside_one_that_hangs(receiver.address()).await;
}

/// The same beside a receiver that takes connections and never answers, as a share of the rate without it.
async fn beside_one_that_hangs(receiver: SocketAddr) {
    let hanging = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
    let address = hanging.local_addr().expect("a bound socket has an address");
    let mut ratios = Vec::new();
    let mut rates = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        // Whoever listens without accepting has its connections made by the system, and says nothing on them.
        let alone = deliveries::ours(receiver, None, CONNECTIONS, ROUND).await;
        let beside = deliveries::ours(receiver, Some(address), CONNECTIONS, ROUND).await;
        ratios.push(beside / alone);
        rates.0.push(beside);
        rates.1.push(alone);
    }
    let (beside, alone, ratio) = (median(&mut rates.0), median(&mut rates.1), median(&mut ratios));
    println!("deliveries beside one that hangs {beside:7.0} /s, without it {alone:10.0} /s, ratio {ratio:.2}");
}

fn report(what: &str, ours: &mut [f64], bare: &mut [f64], ratios: &mut [f64]) {
    println!("{what:<31} {:8.0} /s, bare hyper {:8.0} /s, ratio {:.2}", median(ours), median(bare), median(ratios));
}

fn median(samples: &mut [f64]) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}
