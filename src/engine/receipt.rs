//! What of requests and answers of webhooks the journal keeps, and what of it is masked.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, DATE, PROXY_AUTHENTICATE, SET_COOKIE, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue};

use super::port::Answer;
use crate::base::secret::Secret;
use crate::journal::entry::{Headers, Payload, Receipt};
use crate::platform::outgoing::Outgoing;

/// How many bytes of an answer's body are kept.
const BODY: usize = 8 * 1024;
/// How many bytes of the headers of a request or an answer are kept.
const HEADERS: usize = 8 * 1024;
/// What stands for a secret.
const MASK: &str = "***";
/// A shorter text is no secret that somebody could send back, and masking it would hide what is none.
const SHORTEST_SECRET: usize = 6;
/// Headers of answers whose values are nobody's business.
const PRIVATE: [HeaderName; 4] = [SET_COOKIE, AUTHORIZATION, WWW_AUTHENTICATE, PROXY_AUTHENTICATE];

/// The headers of a request, the vendor's own values masked: they are what a receiver knows the vendor by.
pub(super) fn sent(headers: &[(HeaderName, HeaderValue)], out: &Outgoing) -> Headers {
    let is_secret = |name: &HeaderName| *name != CONTENT_TYPE && out.headers.iter().any(|(own, _)| own == name);
    let shown = |(name, value)| (HeaderName::as_str(name), if is_secret(name) { MASK } else { text(value) });
    Headers::keep(headers.iter().map(|(name, value)| shown((name, value))), HEADERS)
}

/// The headers that sign a request.
pub(super) fn signed(headers: &[(HeaderName, HeaderValue)]) -> Headers {
    Headers::keep(headers.iter().map(|(name, value)| (name.as_str(), text(value))), HEADERS)
}

/// What is kept of an answer to this webhook. Members of these names are secrets in its body, and so is whatever of the
/// webhook itself is secret, should the receiver send it back.
pub(super) fn kept(answer: &Answer, out: &Outgoing, members: &[&str]) -> Receipt {
    let secrets: Vec<&[u8]> = secrets(out).collect();
    let shown = |(name, value)| {
        let value = text(value);
        let private = PRIVATE.contains(name) || secrets.iter().any(|secret| contains(value.as_bytes(), secret));
        (HeaderName::as_str(name), if private { MASK } else { value })
    };
    let (real_time, others): (Vec<_>, Vec<_>) = answer.headers.iter().partition(|(name, _)| **name == DATE);
    let length = answer.body.len().min(BODY);
    Receipt {
        headers: Headers::keep(others.iter().copied().map(shown), HEADERS),
        wall_headers: Headers::keep(real_time.iter().copied().map(shown), HEADERS),
        body: Payload::masking(without(&answer.body[..length], &secrets), members),
        cut: answer.cut || length < answer.body.len(),
    }
}

/// What of a webhook is secret.
fn secrets(out: &Outgoing) -> impl Iterator<Item = &[u8]> {
    let headers = out.headers.iter().filter(|(name, _)| *name != CONTENT_TYPE).map(|(_, value)| value);
    let named = headers.chain(&out.signing).chain(&out.policy.signing.previous).map(Secret::expose).map(str::as_bytes);
    let in_body = out.secret_span.clone().and_then(|span| out.body.get(span));
    named.chain(in_body).filter(|secret| secret.len() >= SHORTEST_SECRET)
}

/// The bytes with each secret overwritten. Copied, so that what is kept does not hold on to what it was read into.
fn without(body: &[u8], secrets: &[&[u8]]) -> Bytes {
    let mut bytes = body.to_vec();
    for secret in secrets {
        let mut from = 0;
        while let Some(at) = find(&bytes[from..], secret) {
            bytes[from + at..from + at + secret.len()].fill(b'*');
            from += at + secret.len();
        }
    }
    bytes.into()
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    find(text, part).is_some()
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

/// A value as text; what is no text is not shown.
fn text(value: &HeaderValue) -> &str {
    value.to_str().unwrap_or("(not text)")
}
