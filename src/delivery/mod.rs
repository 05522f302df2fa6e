//! Outbound: makes one attempt to deliver a webhook and says how it ended.
//!
//! When to try again, in which order and with which signature is decided in the core. Here are only the network and its
//! limits: the address of the bot, the gate that keeps webhooks from going elsewhere, and a bound on how many are on
//! their way to one receiver at once, so that one that hangs holds up nobody but itself.

mod address;
mod client;
mod gate;
mod resolve;
mod tls;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use crate::engine::port::{Attempt, Ending};
use crate::fault::Lost;
use crate::journal::entry::Outcome;

pub use address::{BotUrl, BotUrlError};
pub use tls::{Authorities, AuthoritiesError};

use address::{Address, AddressError, Scheme};
use client::Client;
use gate::Gate;
use tls::Tls;

/// From how many receivers on those that nothing is on its way to are forgotten.
const RECEIVERS: usize = 64;

/// How many URLs are remembered.
const DESTINATIONS: usize = 256;

/// Where webhooks may go.
#[derive(Clone, Debug)]
pub struct Egress {
    /// What `${bot}` stands for, if there is a bot.
    pub bot: Option<BotUrl>,
    /// Names of hosts, besides loopback addresses, that webhooks may go to, written as they stand in URLs.
    pub allowed_hosts: BTreeSet<String>,
    /// How many attempts to one receiver, a host with its port, may be under way at once; more wait. Their time limits count
    /// from when they begin.
    pub concurrent: usize,
    /// Who is trusted, besides the usual authorities, to say who a receiver is.
    pub authorities: Authorities,
}

impl Default for Egress {
    fn default() -> Self {
        Self { bot: None, allowed_hosts: BTreeSet::new(), concurrent: 256, authorities: Authorities::default() }
    }
}

/// Delivers webhooks; clones share connections and bounds.
#[derive(Clone)]
pub struct Delivery(Arc<Inner>);

struct Inner {
    bot: Option<BotUrl>,
    concurrent: usize,
    /// The receivers that attempts are on their way to, by authority.
    receivers: Mutex<HashMap<Arc<str>, Arc<Semaphore>>>,
    /// What URLs mean that were used before.
    destinations: Mutex<HashMap<Arc<str>, Arc<Destination>>>,
    client: Client,
}

/// What a URL means.
struct Destination {
    address: Address,
    /// The bound of its receiver.
    bound: Arc<Semaphore>,
}

/// A connection to a receiver that was not used yet.
#[derive(Debug)]
pub struct Dialled {
    /// The connection.
    pub stream: TcpStream,
    /// Host and port as they are written, for the `host` header.
    pub authority: String,
    /// Path and query, for the request line.
    pub target: String,
}

impl Egress {
    /// Lets webhooks go to the host of this URL, besides loopback addresses: who names an address gives leave to call it.
    #[must_use]
    pub fn to(url: &str) -> Self {
        let host = url.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(str::to_ascii_lowercase));
        let allowed_hosts = host.map(|host| host.trim_matches(['[', ']']).to_owned()).into_iter().collect();
        Self { allowed_hosts, ..Self::default() }
    }
}

impl Delivery {
    /// Delivers within these bounds.
    #[must_use]
    pub fn new(egress: Egress) -> Self {
        let Egress { bot, allowed_hosts, concurrent, authorities } = egress;
        let concurrent = concurrent.clamp(1, Semaphore::MAX_PERMITS);
        let client = Client::new(Gate::new(allowed_hosts), Tls::new(authorities), resolve::system());
        Self(Arc::new(Inner { bot, concurrent, receivers: Mutex::default(), destinations: Mutex::default(), client }))
    }

    /// Makes one attempt, as far as nothing of it is to be lost: what is lost looks like an answer that does not come in
    /// time, which nobody waits for. Dropping the future takes the attempt back: its connection is closed.
    pub async fn attempt(&self, attempt: &Attempt) -> Ending {
        let destination = match self.destination(&attempt.url) {
            Ok(destination) => destination,
            Err(forbidden) => return Outcome::Forbidden(forbidden.to_string()).into(),
        };
        // The semaphore is never closed; if it were, attempts would merely be unbounded.
        let _permit = destination.bound.acquire().await;
        if attempt.lost == Some(Lost::Request) {
            return Outcome::TimedOut.into();
        }
        let ending = self.0.client.send(&destination.address, attempt).await;
        match ending.outcome {
            Outcome::Status(_) if attempt.lost == Some(Lost::Answer) => Outcome::TimedOut.into(),
            _ => ending,
        }
    }

    /// What a URL means. Nearly all attempts go to a few.
    fn destination(&self, url: &Arc<str>) -> Result<Arc<Destination>, AddressError> {
        let mut destinations = self.0.destinations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = destinations.get(url) {
            return Ok(Arc::clone(known));
        }
        let address = Address::of(url, self.0.bot.as_ref())?;
        let destination = Arc::new(Destination { bound: self.receiver(&address.authority), address });
        if destinations.len() >= DESTINATIONS {
            destinations.clear();
        }
        destinations.insert(Arc::clone(url), Arc::clone(&destination));
        Ok(destination)
    }

    /// The bound of one receiver. Bounds that nobody holds on to are forgotten when there are many.
    fn receiver(&self, authority: &Arc<str>) -> Arc<Semaphore> {
        let mut receivers = self.0.receivers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = receivers.get(authority) {
            return Arc::clone(known);
        }
        if receivers.len() >= RECEIVERS {
            receivers.retain(|_, bound| Arc::strong_count(bound) > 1);
        }
        let bound = Arc::new(Semaphore::new(self.0.concurrent));
        receivers.insert(Arc::clone(authority), Arc::clone(&bound));
        bound
    }

    /// Connects to where a URL leads, for requests that are no ordinary attempts. The connection passes the same gate.
    ///
    /// # Errors
    /// If nobody can be reached there, or nothing may be sent there.
    pub async fn dial(&self, url: &str) -> Result<Dialled, Outcome> {
        let Inner { bot, client, .. } = &*self.0;
        let address = Address::of(url, bot.as_ref()).map_err(|forbidden| Outcome::Forbidden(forbidden.to_string()))?;
        if address.scheme == Scheme::Https {
            return Err(Outcome::Forbidden(format!(
                "`{url}` is an https address, and such requests go over plain http only"
            )));
        }
        let stream = client.reach(&address).await?;
        Ok(Dialled { stream, authority: address.authority.to_string(), target: address.target.to_string() })
    }
}
