//! A webhook that is ready to go: finished bytes, and how the vendor wants it delivered.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderName, Method};

use super::signing::Signing;
use crate::base::secret::Secret;
use crate::base::time::{VirtualSpan, WallLimit};
use crate::journal::entry::Outcome;

/// A webhook before its first attempt. Shown without its body, as a secret may stand there.
#[derive(Clone)]
pub struct Outgoing {
    /// The event, as the vendor names it, or its subscriber where the vendor leaves that to them.
    pub event: Cow<'static, str>,
    /// The chat it is about; webhooks of one chat to one address stay in order.
    pub chat: Option<String>,
    /// Who or what it is for, where the vendor wants to hear how it ended: a bot, a registration, a step of a program.
    pub to: Option<String>,
    /// The HTTP method.
    pub method: Method,
    /// Where it goes. `${bot}` stands for the bot's address, which only the rim knows.
    pub url: String,
    /// Headers, values as they go out. Where `content-type` is not among them, a body is JSON.
    pub headers: Vec<(HeaderName, Secret)>,
    /// The body, as it goes out.
    pub body: Bytes,
    /// Where in the body a shared secret stands, so that it can be masked and forged.
    pub secret_span: Option<Range<usize>>,
    /// The secret to sign with, besides what the vendor does; without one it is not signed.
    pub signing: Option<Secret>,
    /// How it is delivered.
    pub policy: Arc<Policy>,
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { event, chat, to, method, url, headers, .. } = self;
        f.debug_struct("Outgoing")
            .field("event", event)
            .field("chat", chat)
            .field("to", to)
            .field("method", method)
            .field("url", url)
            .field("headers", headers)
            .finish_non_exhaustive()
    }
}

/// How an attempt to deliver a webhook ended, or that there will be none.
#[derive(Clone, Copy, Debug)]
pub struct Ended<'o> {
    /// How the attempt ended; nothing if a fault kept the webhook from being sent.
    pub outcome: Option<&'o Outcome>,
    /// Whether the receiver acknowledged it.
    pub acknowledged: bool,
    /// Whether this was the last attempt.
    pub last: bool,
    /// Whether it was what the vendor sent, once: a receiver that refuses a forged webhook does well, which is not to be
    /// held against it.
    pub genuine: bool,
}

/// How a vendor delivers, as data.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Which statuses acknowledge a webhook.
    pub acknowledged: Acknowledged,
    /// How long the receiver may take for one attempt.
    pub timeout: WallLimit,
    /// The pauses before the second, third … attempt.
    pub retries: Vec<VirtualSpan>,
    /// By how many percent, from 0 to 100, a pause may be longer.
    pub jitter: u32,
    /// The longest pause that a receiver may ask for with `Retry-After`; nothing if that header is not heeded.
    pub retry_after: Option<VirtualSpan>,
    /// What an answer of 410 does.
    pub gone: Gone,
    /// After how many failed attempts in a row an address gets no more webhooks.
    pub off_after: Option<u32>,
    /// Which webhooks go one after the other.
    pub lanes: Lanes,
    /// What a webhook waits for while an earlier one in its lane is on its way.
    pub order: Order,
    /// How it is signed, besides what the vendor does.
    pub signing: Signing,
}

impl Policy {
    /// The policy of a vendor that documents so much and nothing more.
    #[must_use]
    pub fn new(acknowledged: Acknowledged, timeout: WallLimit, retries: Vec<VirtualSpan>, signing: Signing) -> Self {
        Self {
            acknowledged,
            timeout,
            retries,
            jitter: 0,
            retry_after: None,
            gone: Gone::Retry,
            off_after: None,
            lanes: Lanes::Chat,
            order: Order::Outcome,
            signing,
        }
    }
}

/// Which statuses acknowledge a webhook.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Acknowledged {
    /// 200 and nothing else.
    Only200,
    /// Any status from 200 to 299.
    Any2xx,
}

impl Acknowledged {
    /// Whether this status does.
    #[must_use]
    pub fn by(self, status: u16) -> bool {
        match self {
            Self::Only200 => status == 200,
            Self::Any2xx => (200..300).contains(&status),
        }
    }
}

/// What a webhook waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// The end of the earlier one's first attempt; retries do not hold up others.
    FirstAttempt,
    /// The final outcome of the earlier one.
    Outcome,
}

/// Which webhooks to one address go one after the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lanes {
    /// Those about one chat.
    Chat,
    /// All.
    Endpoint,
    /// None: each goes as soon as it is due.
    None,
}

/// What an answer of 410 does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gone {
    /// What any other failure does.
    Retry,
    /// The address gets no more webhooks.
    Disable,
}
