//! Outbound: makes one attempt to deliver a webhook and says how it ended.
//!
//! When to try again, in which order and with which signature is decided in the core. Here are only the network and its
//! limits: the address of the bot, the gate that keeps webhooks from going elsewhere, and a bound on how many are on
//! their way at once.

mod address;
mod client;
mod gate;

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use crate::engine::port::Attempt;
use crate::journal::entry::Outcome;

pub use address::{BotUrl, BotUrlError};

use address::Address;
use client::Client;
use gate::Gate;

/// Where webhooks may go.
#[derive(Clone, Debug)]
pub struct Egress {
    /// What `${bot}` stands for, if there is a bot.
    pub bot: Option<BotUrl>,
    /// Names of hosts, besides loopback addresses, that webhooks may go to, written as they stand in URLs.
    pub allowed_hosts: BTreeSet<String>,
    /// How many attempts may be under way at once; more wait. Their time limits count from when they begin.
    pub concurrent: usize,
}

impl Default for Egress {
    fn default() -> Self {
        Self { bot: None, allowed_hosts: BTreeSet::new(), concurrent: 256 }
    }
}

/// Delivers webhooks; clones share connections and bounds.
#[derive(Clone)]
pub struct Delivery(Arc<Inner>);

struct Inner {
    bot: Option<BotUrl>,
    permits: Semaphore,
    client: Client,
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
        let Egress { bot, allowed_hosts, concurrent } = egress;
        let permits = Semaphore::new(concurrent.clamp(1, Semaphore::MAX_PERMITS));
        Self(Arc::new(Inner { bot, permits, client: Client::new(Gate::new(allowed_hosts)) }))
    }

    /// Makes one attempt. Dropping the future takes the attempt back: its connection is closed.
    pub async fn attempt(&self, attempt: &Attempt) -> Outcome {
        let Inner { bot, permits, client } = &*self.0;
        let address = match Address::of(&attempt.url, bot.as_ref()) {
            Ok(address) => address,
            Err(forbidden) => return Outcome::Forbidden(forbidden.to_string()),
        };
        // The semaphore is never closed; if it were, attempts would merely be unbounded.
        let _permit = permits.acquire().await;
        client.send(&address, attempt).await
    }

    /// Connects to where a URL leads, for requests that are no ordinary attempts. The connection passes the same gate.
    ///
    /// # Errors
    /// If nobody can be reached there, or nothing may be sent there.
    pub async fn dial(&self, url: &str) -> Result<Dialled, Outcome> {
        let Inner { bot, client, .. } = &*self.0;
        let address = Address::of(url, bot.as_ref()).map_err(|forbidden| Outcome::Forbidden(forbidden.to_string()))?;
        let stream = client.reach(&address).await?;
        Ok(Dialled { stream, authority: address.authority, target: address.target.to_string() })
    }
}
