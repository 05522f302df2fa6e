//! One webhook on its way: what is known of it, and the bytes of its attempts.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::{HeaderName, HeaderValue, Method, header};
use serde_json::Value as Json;

use super::lane::LaneKey;
use super::port::Attempt;
use crate::base::id::DeliveryId;
use crate::base::json::put;
use crate::base::secret::Secret;
use crate::base::time::{VirtualSpan, WallTime};
use crate::fault::{Forgery, Lost};
use crate::platform::outgoing::Outgoing;
use crate::signing::Message;

/// How old a stale signature is, in seconds: longer than any receiver allows.
const STALE: u64 = 3_600;

/// A webhook that is not settled, or was lately.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    /// As the platform sends it.
    pub(super) out: Arc<Outgoing>,
    pub(super) url: Arc<str>,
    /// The `webhook-id`: the same for all attempts and copies of one event.
    pub(super) message: Arc<str>,
    /// How many webhooks there were in its chain so far, with it.
    pub(super) hops: u32,
    pub(super) forgery: Option<Forgery>,
    /// How long it is held back once its turn has come, with all that waits behind it.
    pub(super) hold: Option<VirtualSpan>,
    /// What of its first attempt is lost.
    pub(super) lost: Option<Lost>,
    /// Whether it is not what the platform sent, once: how it ends says nothing about its receiver.
    pub(super) spoiled: bool,
    pub(super) attempts: u32,
    pub(super) state: State,
    /// Whether a copy is still to be made of it, which needs its bytes after it is settled.
    pub(super) copies_due: u32,
}

/// Where a webhook is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Not in its lane yet.
    Aside,
    /// Waiting for its turn, or for a retry.
    Waiting,
    /// An attempt is being made.
    InFlight,
    /// Done with; kept only while a copy is due.
    Settled,
}

impl Delivery {
    /// Which webhooks it goes with, one after the other.
    pub(super) fn lane(&self, id: DeliveryId) -> LaneKey {
        LaneKey::of(id, &self.out, &self.url)
    }
}

/// The bytes and headers of one attempt, and how many headers do not sign it; those that do are last. Signing comes last, on the
/// bytes that go out; only a forged body changes after.
pub(super) fn prepare(id: DeliveryId, delivery: &Delivery, wall: WallTime) -> (Attempt, usize) {
    let out = &delivery.out;
    let mut body = out.body.clone();
    let mut headers = Vec::with_capacity(out.headers.len() + 5);
    if !body.is_empty() && out.headers.iter().all(|(name, _)| name != header::CONTENT_TYPE) {
        headers.push((header::CONTENT_TYPE, HeaderValue::from_static("application/json")));
    }
    let agent = concat!("rehearsal/", env!("CARGO_PKG_VERSION"));
    headers.push((header::USER_AGENT, HeaderValue::from_static(agent)));
    let forged = delivery.forgery == Some(Forgery::Secret);
    if let Some(span) = out.secret_span.clone().filter(|_| forged) {
        body = overwritten(&body, span, b'x');
    }
    for (name, value) in &out.headers {
        let value = if forged && name != header::CONTENT_TYPE { "forged" } else { value.expose() };
        push(&mut headers, name.clone(), value);
    }
    let unsigned = headers.len();
    for (name, value) in signatures(delivery, &body, wall) {
        push(&mut headers, HeaderName::from_static(name), &value);
    }
    if delivery.forgery == Some(Forgery::Body) {
        body = [&body[..], b" "].concat().into();
    }
    let attempt = Attempt {
        delivery: id,
        attempt: delivery.attempts,
        method: out.method.clone(),
        url: Arc::clone(&delivery.url),
        headers,
        hops: delivery.hops,
        body,
        timeout: out.policy.timeout,
        lost: delivery.lost.filter(|_| delivery.attempts == 1),
    };
    (attempt, unsigned)
}

/// A method as the journal writes it.
pub(super) fn method_name(method: &Method) -> Cow<'static, str> {
    match *method {
        Method::POST => "POST".into(),
        _ => method.to_string().into(),
    }
}

/// The headers that sign an attempt, besides what the vendor does.
fn signatures(delivery: &Delivery, body: &[u8], wall: WallTime) -> Vec<(&'static str, String)> {
    let Delivery { out, forgery, attempts, .. } = delivery;
    let signing = &out.policy.signing;
    let (Some(scheme), Some(secret)) = (signing.scheme, &out.signing) else { return Vec::new() };
    let another = scheme.another_key();
    let previous = signing.previous.as_ref();
    let secrets: Vec<&Secret> = match forgery {
        Some(Forgery::Unsigned) => return Vec::new(),
        Some(Forgery::UnsignedRetry) if *attempts > 1 => return Vec::new(),
        Some(Forgery::Signature) => vec![&another],
        Some(Forgery::OldSecret) => vec![previous.unwrap_or(&another)],
        Some(Forgery::Secret | Forgery::Body | Forgery::Stale | Forgery::UnsignedRetry) | None => {
            std::iter::once(secret).chain(previous).collect()
        }
    };
    let age = if *forgery == Some(Forgery::Stale) { STALE } else { 0 };
    let timestamp = wall.as_secs().saturating_sub(age);
    scheme.sign(Message { id: &delivery.message, timestamp, url: &delivery.url, body }, &secrets)
}

/// Changes members of a body, or gives the path that leads nowhere.
pub(super) fn change(out: &mut Outgoing, members: &[(String, Json)]) -> Result<(), String> {
    let mut document = serde_json::from_slice(&out.body).unwrap_or_default();
    for (path, value) in members {
        put(&mut document, path, value.clone()).map_err(|_| path.clone())?;
    }
    let secret = out.secret_span.take().and_then(|span| out.body.get(span)).map(<[u8]>::to_vec);
    out.body = document.to_string().into();
    out.secret_span = secret.and_then(|secret| {
        let at = out.body.windows(secret.len()).position(|window| window == secret)?;
        Some(at..at + secret.len())
    });
    Ok(())
}

/// Adds a header. A value that is no header value is left out; set-up checks see to it that there is none.
fn push(headers: &mut Vec<(HeaderName, HeaderValue)>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.push((name, value));
    }
}

/// The body with its secret replaced, for the journal; the same bytes, not a copy, where there is no secret.
pub(super) fn without_secret(out: &Outgoing) -> Bytes {
    match out.secret_span.clone() {
        Some(span) => overwritten(&out.body, span, b'*'),
        None => out.body.clone(),
    }
}

fn overwritten(body: &Bytes, span: std::ops::Range<usize>, with: u8) -> Bytes {
    let mut bytes = BytesMut::from(&body[..]);
    if let Some(part) = bytes.get_mut(span) {
        part.fill(with);
    }
    bytes.freeze()
}
