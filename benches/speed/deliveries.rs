//! Signed deliveries: ours, from an act in a world to the receiver's acknowledgement, against a bare hyper client that
//! signs and posts the same bytes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::Full;
use rehearsal::base::id::{EntrySeq, Ticket};
use rehearsal::base::rng::Seed;
use rehearsal::base::secret::Secret;
use rehearsal::base::time::WallLimit;
use rehearsal::delivery::{BotUrl, Delivery, Egress};
use rehearsal::engine::clock::Pace;
use rehearsal::engine::port::Input;
use rehearsal::engine::{Opening, World};
use rehearsal::journal::entry::Fate;
use rehearsal::journal::{Bounds, What};
use rehearsal::platform::PLATFORMS;
use rehearsal::platform::cx::Identities;
use rehearsal::scenario::act::Act;
use rehearsal::scenario::{Action, Step, load};
use rehearsal::server::ticker;
use rehearsal::server::worlds::Worlds;
use rehearsal::signing::{Message, STANDARD};
use tokio::task::JoinSet;

use crate::load::{connect, exchange};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// How long the stand-in may take for a batch before something must be wrong.
const LONGEST: WallLimit = WallLimit::from_secs(30);

/// A body of the size that the stand-in delivers for a message.
const BODY: &str = r#"{"event_type":"message.received","channel":"LiveChat","chat_id":"CSRCJ17FWP50IOZ9","asset":"im15102452","destination_id":"d3a7c304-da43-4ab2-bf7c-0ea4733ab16c","thread_id":"","browserfingerprint":"d3a7c304-da43-4ab2-bf7c-0ea4733ab16c","subject":"","posted_on":"2020-07-06T07:11:45.2743797Z","payload":{"messages":[{"transid":"8d125f60-38c4-45ba-823b-cf4c7f86cbf8","type":"text","text":"Where is my order?","attachments":[],"timestamp":"2020-07-06T07:11:44.093Z","interactive_response":null,"wab_interactive_response":null}]},"transaction_id":"eb42d2ecda2e42068a21419e2260494e"}"#;

/// Deliveries a second by a bare client, one request after the other on each connection.
pub(crate) async fn bare(receiver: SocketAddr, connections: usize, duration: Duration) -> f64 {
    let count = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let count = Arc::clone(&count);
        tasks.spawn(async move {
            let mut connection = connect(receiver).await;
            let secret = Secret::new(SECRET);
            while begun.elapsed() < duration {
                let n = count.fetch_add(1, Ordering::Relaxed);
                exchange(&mut connection, signed(&secret, n)).await;
            }
        });
    }
    while tasks.join_next().await.is_some() {}
    count.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64()
}

fn signed(secret: &Secret, n: u64) -> hyper::Request<Full<Bytes>> {
    let body = Bytes::from_static(BODY.as_bytes());
    let id = format!("msg_{n:024x}");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs();
    let mut request =
        hyper::Request::post("/hook").header("host", "127.0.0.1").header("content-type", "application/json");
    for (name, value) in STANDARD.sign(Message { id: &id, timestamp: now, url: "", body: &body }, &[secret]) {
        request = request.header(name, value);
    }
    request.body(Full::new(body)).expect("its parts are valid")
}

/// Deliveries a second by the stand-in: as many chats as the bare client has connections, each with a customer who keeps
/// writing, so that the bound is the way from the act over state, journal, signature and connection to the receiver.
///
/// If somebody is named who hangs, half as many chats again go to them first, whose webhooks stay unanswered all the while.
pub(crate) async fn ours(receiver: SocketAddr, hanging: Option<SocketAddr>, chats: usize, duration: Duration) -> f64 {
    let stuck = hanging.map_or(0, |_| chats / 2);
    let names = (0..chats).map(|n| format!("c{n}")).chain((0..stuck).map(|n| format!("h{n}")));
    let customers: Vec<String> = names.map(|name| format!("{name}: {{}}")).collect();
    let stuck = (0..stuck).map(|n| format!("- start_chat: {{as: h{n}, text: \"slow, please\"}}"));
    let lively = (0..chats)
        .map(|n| format!("- start_chat: {{as: c{n}, text: Hi}}\n- say: {{as: c{n}, text: \"Where is my order?\"}}"));
    let steps: Vec<String> = stuck.chain(lively).collect();
    let hanging = hanging.map_or_else(|| "${bot}".to_owned(), |address| format!("http://{address}"));
    let text = format!(
        r#"platform: imichat
setup:
  teams: [{{id: 672, name: Team BOT}}, {{id: 673, name: Slow}}]
  virtual_agents:
    - {{login: b, team: 672, webhook: {{url: "${{bot}}/hook", secret: {SECRET}}}}}
    - {{login: h, team: 673, webhook: {{url: "{hanging}/hook", secret: {SECRET}}}}}
  routing: [{{when: {{text: {{matches: "^slow"}}}}, to: {{team: 673}}}}]
customers: {{{}}}
steps:
{}
- expect: {{event: chat.assigned}}
"#,
        customers.join(", "),
        steps.join("\n"),
    );
    let vendor = PLATFORMS.iter().find(|vendor| vendor.name == "imichat").expect("it is one of ours");
    let scenario = load(&text, &[vendor.vocabulary]).expect("the bench's own scenario is valid");
    let acts = scenario.steps.iter().filter(|step| matches!(step.action, Action::Act(_))).cloned();
    let bounds = Bounds { entries: 50_000, ..Bounds::DEFAULT };
    let opening = Opening {
        pace: Pace::Running(1),
        steps: Vec::new(),
        bounds,
        ..Opening::play(&scenario, "bench", Seed(1), Identities::WellKnown)
    };
    let world = World::open(vendor, opening, ticker::now()).expect("the bench's own scenario is valid");
    let worlds = Worlds::new(PLATFORMS, Box::new(|_| unreachable!("nobody calls")));
    let bot = BotUrl::parse(&format!("http://{receiver}")).expect("an address");
    let delivery = Delivery::new(Egress { bot: Some(bot), ..Egress::default() });
    let world = worlds.open(vendor.name, Default::default(), world, delivery).await;
    let (starts, says): (Vec<Step>, Vec<Step>) =
        acts.partition(|step| matches!(step.action, Action::Act(Act::StartChat(_))));
    world.input(Input::Play { ticket: Ticket(0), steps: starts, from: None });
    let begun = Instant::now();
    let mut watcher = Watcher::default();
    let mut fed = 0;
    // Every chat has one message on its way and one waiting, so the sender never runs dry and never floods. What it is fed comes
    // in batches, so that the feeding costs little of what is measured.
    let (backlog, batch) = (2 * chats, chats / 4);
    while begun.elapsed() < duration {
        while fed < watcher.delivered + backlog {
            world.input(Input::Play { ticket: Ticket(0), steps: vec![says[fed % says.len()].clone()], from: None });
            fed += 1;
        }
        let enough = watcher.delivered + batch;
        let told = world.until(|world| {
            watcher.look(world);
            (watcher.delivered >= enough).then_some(())
        });
        ticker::within(LONGEST, told).await.expect("webhooks are delivered all the time");
    }
    world.with(|world| watcher.look(world));
    watcher.delivered as f64 / begun.elapsed().as_secs_f64()
}

/// Counts acknowledged webhooks, reading each journal entry once.
#[derive(Default)]
struct Watcher {
    next: EntrySeq,
    delivered: usize,
}

impl Watcher {
    fn look(&mut self, world: &World) {
        let journal = world.journal();
        for entry in journal.since(self.next) {
            if let What::Settled { fate, .. } = &entry.what {
                assert_eq!(*fate, Fate::Delivered, "every measured webhook is acknowledged");
                self.delivered += 1;
            }
        }
        self.next = journal.end();
    }
}
