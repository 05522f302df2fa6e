//! The control port: what tests and people do to a stand-in that runs. Opens worlds and resets them, plays steps, moves
//! clocks, plans faults, shows journals.
//!
//! It is a port of its own, never the vendors'. Only programs of this machine that know the token are answered: a request
//! whose `Host` is not this machine, or that comes from a web page (it has an `Origin`) or is one of our own webhooks, is
//! refused, and no answer allows other origins. No body names a file, and nothing here starts a program.

mod answer;
mod clock;
mod faults;
mod host;
mod journal;
mod metrics;
mod openapi;
mod problem;
mod query;
pub mod registry;
pub mod route;
mod run;
mod schema;
mod shape;
mod snapshot;
mod steps;
mod stream;
mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use http::header::{ALLOW, AUTHORIZATION, HOST, ORIGIN, WWW_AUTHENTICATE};
use http::request::Parts;
use subtle::ConstantTimeEq as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub use self::host::Hosts;
use self::problem::Problem;
use self::registry::{Host, Registry};
use self::route::{Access, Found, Operation};
use crate::base::rng::Seed;
use crate::base::secret::Secret;
use crate::base::time::WallLimit;
use crate::engine::hops::HOPS;
use crate::platform::route::{Body, Reply};
use crate::scenario::node::MAX_BYTES;
use crate::server::feed::Answer;
use crate::server::{Limits, Service};

/// The port that control is at unless another one is asked for.
pub const PORT: u16 = 4601;

/// What a client of the control port may use up: bodies are scenarios, and few programs talk to it.
#[must_use]
pub fn limits() -> Limits {
    Limits { connections: 256, body: MAX_BYTES, drain: WallLimit::from_secs(1), ..Limits::default() }
}

/// What all worlds have that are opened here.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// The seed of those whose scenario has none.
    pub seed: Seed,
    /// Whether a call may name the code that it wants to be refused with.
    pub allow_prefer: bool,
}

/// The control port's service; clones are the same one.
pub struct Control<H: Host>(Arc<Inner<H>>);

struct Inner<H: Host> {
    worlds: Registry<H>,
    token: Secret,
    terms: Terms,
    hosts: Hosts,
    ready: AtomicBool,
    /// How many more journals may be streamed.
    streams: Arc<Semaphore>,
}

impl<H: Host> Clone for Control<H> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<H: Host> Control<H> {
    /// Controls these worlds for whoever knows the token.
    #[must_use]
    pub fn new(worlds: Registry<H>, token: Secret, terms: Terms, hosts: Hosts) -> Self {
        let streams = Arc::new(Semaphore::new(stream::MOST_STREAMS));
        Self(Arc::new(Inner { worlds, token, terms, hosts, ready: AtomicBool::new(false), streams }))
    }

    /// The worlds it controls.
    #[must_use]
    pub fn worlds(&self) -> &Registry<H> {
        &self.0.worlds
    }

    /// Says that all that was to be opened is open.
    pub fn set_ready(&self) {
        self.0.ready.store(true, Ordering::Release);
    }

    fn terms(&self) -> Terms {
        self.0.terms
    }

    fn is_ready(&self) -> bool {
        self.0.ready.load(Ordering::Acquire)
    }

    /// A place for one more stream.
    fn place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let most = stream::MOST_STREAMS;
        let full = |_| Problem::new(429, format!("{most} journals are streamed, which is the most; end some"));
        Arc::clone(&self.0.streams).try_acquire_owned().map_err(full)
    }

    fn knows(&self, head: &Parts) -> bool {
        let given = head.headers.get(AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
        given.is_some_and(|given| given.ct_eq(self.0.token.expose().as_bytes()).into())
    }
}

impl<H: Host> Service for Control<H> {
    /// The operation, and the id in the path if it has one.
    type Admitted = (Operation, String);

    fn admit(&self, head: &Parts) -> Result<Self::Admitted, Reply> {
        let hosts = head.headers.get_all(HOST).iter().map(http::HeaderValue::as_bytes);
        let hosts = hosts.chain(head.uri.authority().map(|authority| authority.as_str().as_bytes()));
        if let Some(host) = hosts.into_iter().find(|host| !self.0.hosts.admit(host)) {
            let host = String::from_utf8_lossy(host);
            return Err(Problem::new(403, format!("`{host}` in `Host` is not this machine")).reply());
        }
        if head.headers.contains_key(HOPS) {
            return Err(Problem::new(403, "webhooks may not use the control port").reply());
        }
        if head.headers.contains_key(ORIGIN) {
            return Err(Problem::new(403, "web pages may not use the control port").reply());
        }
        let found = route::find(&head.method, head.uri.path());
        let open = matches!(&found, Found::Route(route, _) if route.access == Access::Anyone);
        if !open && !self.knows(head) {
            let problem =
                Problem::new(401, "send `Authorization: Bearer TOKEN` with the token that was told at the start");
            return Err(problem.reply().header(WWW_AUTHENTICATE, "Bearer"));
        }
        match found {
            Found::Route(route, id) => Ok((route.operation, id)),
            Found::Method(allowed) => {
                let allowed = allowed.join(", ");
                let problem = Problem::new(405, format!("{} takes {allowed}", head.uri.path()));
                Err(problem.reply().header(ALLOW, &allowed))
            }
            Found::Nothing => {
                let paths: Vec<&str> = route::ROUTES.iter().map(|route| route.path).collect();
                let detail = format!("there is no {}; known: {}", head.uri.path(), paths.join(", "));
                Err(Problem::new(404, detail).reply())
            }
        }
    }

    async fn answer(&self, (operation, id): Self::Admitted, head: Parts, body: Body) -> Answer {
        let answer = match read(body) {
            Ok(body) => self.act(operation, &id, &head, &body).await,
            Err(problem) => Err(problem),
        };
        answer.unwrap_or_else(|problem| problem.reply().into())
    }
}

fn read(body: Body) -> Result<Bytes, Problem> {
    match body {
        Body::Whole(bytes) => Ok(bytes),
        Body::TooLarge(most) => Err(Problem::new(413, format!("the body has more than {most} bytes"))),
        Body::TooSlow => Err(Problem::new(408, "the body did not end in time")),
    }
}
