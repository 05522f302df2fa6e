//! A core that does as it is told, and vendors for it.

use std::net::SocketAddr;

use bytes::Bytes;
use http::HeaderName;
use rehearsal::base::doc_ref::{DocRef, Mark};
use rehearsal::base::id::{AlarmId, DeliveryId};
use rehearsal::base::time::{WallLimit, WallTime};
use rehearsal::delivery::{BotUrl, Delivery, Egress};
use rehearsal::engine::port::{Attempt, Cut, Effect, Input, Treated};
use rehearsal::platform::Vendor;
use rehearsal::platform::cx::Credential;
use rehearsal::platform::host::Host;
use rehearsal::platform::route::{Body, Call, Reply};
use rehearsal::scenario::{Staff, Vocabulary};
use rehearsal::server::tls::Tls;
use rehearsal::server::world::Core;
use rehearsal::server::worlds::Worlds;
use rehearsal::server::{Limits, Server};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;

/// Two vendors whose credential is the header `x-key`.
pub(crate) static VENDORS: &[Vendor] = &[vendor("toy", &["v9"]), vendor("other", &["w1", "w2"])];

/// Where both are believed to be.
const HOSTS: &[Host] = &[
    Host { name: "api.toy.example", serves: "all", doc: DocRef::new(Mark::Inferred, "made up") },
    Host { name: "api-*.toy.example", serves: "all in one region", doc: DocRef::new(Mark::Inferred, "made up") },
];

const fn vendor(name: &'static str, roots: &'static [&'static str]) -> Vendor {
    Vendor {
        name,
        about: "A vendor of the tests",
        roots,
        hosts: HOSTS,
        setup: &[],
        shapes: &[],
        seen: "{}",
        codes: &[],
        missing: &[],
        surfaces: &[],
        pushes: &[],
        events: &[],
        prompt: "",
        vocabulary: Vocabulary {
            platform: name,
            lacks: &[],
            routes: Vec::new,
            params: |_| None,
            events: Vec::new,
            pushes: Vec::new,
            reasons: Vec::new,
            codes: Vec::new,
            secrets: &[],
            tokens_expire: false,
            setup_schema: || serde_json::json!({}),
            setup: |_, _| Staff::default(),
        },
        routes: Vec::new,
        actions: Vec::new,
        frame_credential: |_| None,
        credential: |call| call.header("x-key").map(|key| Credential(key.to_owned())),
        open: |_, _| None,
    }
}

/// Answers every call with what it was, tells the test about every other input, and does what paths ask for:
/// `/v9/reset`, `/v9/cut/N`, `/v9/drip/PIECES`, `/v9/hang`, `/v9/delay`, `/v9/claim/KEY`, `/v9/finish`.
pub(crate) struct Puppet {
    pub(crate) name: &'static str,
    pub(crate) seen: usize,
    begin: Vec<Effect>,
    inputs: UnboundedSender<String>,
}

impl Puppet {
    /// A puppet, and what it tells.
    pub(crate) fn new(name: &'static str) -> (Self, UnboundedReceiver<String>) {
        let (inputs, told) = mpsc::unbounded_channel();
        (Self { name, seen: 0, begin: Vec::new(), inputs }, told)
    }

    /// The same with something to do when it begins.
    pub(crate) fn beginning(mut self, effects: impl IntoIterator<Item = Effect>) -> Self {
        self.begin.extend(effects);
        self
    }

    fn treat(&self, call: &Call) -> (Option<WallLimit>, Option<Cut>) {
        match call.path.strip_prefix("/v9/").unwrap_or_default().split_once('/').unwrap_or_default() {
            ("cut", bytes) => (None, bytes.parse().ok().map(Cut::Truncate)),
            ("drip", pieces) => {
                let drip = |pieces| Cut::Drip { over: WallLimit::from_millis(60), pieces };
                (None, pieces.parse().ok().map(drip))
            }
            ("hang", _) => (None, Some(Cut::Hang)),
            ("reset", _) => (None, Some(Cut::Reset)),
            ("delay", _) => (Some(WallLimit::from_millis(20)), None),
            _ => (None, None),
        }
    }
}

impl Core for Puppet {
    fn handle(&mut self, _: WallTime, input: Input) -> Vec<Effect> {
        self.seen += 1;
        match input {
            Input::Call(call) => {
                let body = match &call.body {
                    Body::Whole(bytes) if bytes.len() > 100 => format!("{} bytes", bytes.len()),
                    Body::Whole(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                    Body::TooLarge(cap) => format!("more than {cap} bytes"),
                    Body::TooSlow => "too slow".to_owned(),
                };
                let text = format!("{}: {} {} {} {body}", self.name, call.method, call.path, call.query);
                let (delay, cut) = self.treat(&call);
                let reply = Reply { status: 200, headers: Vec::new(), body: text.into(), code: None };
                let mut effects = vec![Effect::Reply(Treated { reply, delay, cut })];
                if let Some(key) = call.path.strip_prefix("/v9/claim/") {
                    effects.push(Effect::Claim(Credential(key.to_owned())));
                }
                if call.path == "/v9/finish" {
                    effects.push(Effect::Finished);
                }
                effects
            }
            Input::Begin => std::mem::take(&mut self.begin),
            other => {
                let _ = self.inputs.send(format!("{other:?}"));
                Vec::new()
            }
        }
    }
}

/// An attempt to deliver.
pub(crate) fn attempt(url: &str, timeout: WallLimit) -> Attempt {
    Attempt {
        delivery: DeliveryId(1),
        attempt: 1,
        method: http::Method::POST,
        url: url.into(),
        headers: vec![(HeaderName::from_static("x-test"), "yes".parse().unwrap())],
        hops: 1,
        body: Bytes::from_static(b"{\"a\":1}"),
        timeout,
        lost: None,
    }
}

/// An alarm.
pub(crate) fn alarm(id: u64, millis: u64) -> Effect {
    Effect::Alarm { id: AlarmId(id), after: WallLimit::from_millis(millis) }
}

/// A delivery that has no bot.
pub(crate) fn nowhere() -> Delivery {
    Delivery::new(Egress::default())
}

/// A delivery whose bot listens there.
pub(crate) fn delivery_to(bot: SocketAddr) -> Delivery {
    let bot = Some(BotUrl::parse(&format!("http://{bot}")).unwrap());
    Delivery::new(Egress { bot, ..Egress::default() })
}

/// An empty registry.
pub(crate) fn worlds() -> Worlds<Puppet> {
    Worlds::new(VENDORS, Box::new(|_| Puppet::new("lobby").0))
}

/// A server that runs until it is told to stop.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) worlds: Worlds<Puppet>,
    stop: oneshot::Sender<()>,
    done: tokio::task::JoinHandle<()>,
}

impl Running {
    pub(crate) async fn start(limits: Limits) -> Self {
        Self::secured(limits, None).await
    }

    /// One that speaks TLS, too.
    pub(crate) async fn secured(limits: Limits, tls: Option<Tls>) -> Self {
        let server = Server::bind("127.0.0.1:0".parse().unwrap(), limits).await.unwrap().secured(tls);
        let (address, worlds) = (server.address(), worlds());
        let (stop, stopped) = oneshot::channel();
        let running = server.run(worlds.clone(), async move {
            let _ = stopped.await;
        });
        Self { address, worlds, stop, done: tokio::spawn(running) }
    }

    /// Stops, and waits until everything is closed.
    pub(crate) async fn stop(self) {
        let _ = self.stop.send(());
        self.done.await.unwrap();
    }
}
