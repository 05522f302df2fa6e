//! `probe`: what a receiver of webhooks does with good ones and with bad ones, and what is to be thought of it.
//!
//! [`check`] is the table of all that is tried, [`letter`] a request down to its bytes, [`send`] takes it to the receiver, and
//! [`grade`] judges what came of it. [`round`] goes through the table. Where events come from, and who counts what the receiver
//! makes of them, is up to a [`Source`].

pub mod check;
pub mod grade;
pub mod letter;
pub mod round;
pub mod send;

use crate::base::secret::Secret;
use crate::base::time::WallLimit;
use crate::platform::outgoing::Acknowledged;

/// A webhook that the receiver has not seen yet.
#[derive(Clone, Debug)]
pub struct Event {
    /// The vendor's name for it.
    pub name: String,
    /// What sets it apart from all others: the `webhook-id`.
    pub id: String,
    /// All headers but those that the way to the receiver or the signature needs, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// By what a receiver can tell that a webhook comes from the vendor. Where there is nothing, it cannot.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// The key of Standard Webhooks signatures.
    pub signing: Option<Secret>,
    /// What stands in every body.
    pub body: Option<Secret>,
    /// The names of the headers that stand on every webhook and that nobody else knows, in lower case.
    pub headers: Vec<String>,
}

/// Where events come from. An event belongs to a chat in which the receiver can act until the next one is asked for.
pub trait Source {
    /// A new event.
    fn next(&mut self) -> impl Future<Output = Event>;

    /// Two new events about one chat, in the order in which they happened; nothing if there are no two.
    fn pair(&mut self) -> impl Future<Output = Option<(Event, Event)>>;

    /// How much the receiver has done about the latest event so far: what it said and changed.
    fn deeds(&self) -> usize;
}

/// What the vendor asks of an answer.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// The statuses that acknowledge a webhook.
    pub acknowledged: Acknowledged,
    /// How long an answer may take.
    pub timeout: WallLimit,
}
