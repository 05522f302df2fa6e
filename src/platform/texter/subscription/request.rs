//! The action `request`: whatever a subscriber wants sent, wherever they want it.
//!
//! How a body is written that is not JSON follows the library whose options the action has: as a form, or as its parts where
//! `multipart` says so; without a body the data go into the query. `useProxy`, `rejectUnauthorized`, `open_timeout`, `parse`
//! and `keepResponse` change nothing here: there is no proxy and no TLS, and nothing reads what comes back.

use std::borrow::Cow;
use std::sync::Arc;

use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, TE, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderName, HeaderValue, Method};
use serde_json::{Map, Value as Json};

use super::super::Texter;
use super::engine::Progress;
use crate::base::address::is_address;
use crate::base::percent::escaped;
use crate::base::secret::Secret;
use crate::base::time::WallLimit;
use crate::platform::outgoing::{Outgoing, Policy};

/// Headers that a request has of itself.
const FRAMING: [HeaderName; 6] = [HOST, CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION, TE, UPGRADE];

/// The name of the action.
pub(super) const NAME: &str = "request";
/// What parts the parts of a multipart body; it stands in no made-up text.
const BOUNDARY: &str = "----rehearsal-b0a1d2c3e4f5";
/// The longest that a receiver may take, however long the subscriber would wait.
const LONGEST_WAIT: u64 = 120_000;

/// A request, ready to go.
///
/// # Errors
/// Why there is none, in words.
pub(super) fn request(texter: &Texter, progress: &Progress, index: usize, params: &Json) -> Result<Outgoing, String> {
    let url = params.get("url").and_then(Json::as_str).unwrap_or_default();
    if !is_address(url) {
        return Err(format!("{url:?} is no address that requests can go to from here"));
    }
    let method = match params.get("method") {
        None | Some(Json::Null) => Method::GET,
        Some(method) => {
            let name = method.as_str().unwrap_or_default().to_ascii_uppercase();
            Method::from_bytes(name.as_bytes()).map_err(|_| format!("{method} is no method"))?
        }
    };
    let data = params.get("data").filter(|data| !data.is_null());
    let set = |key: &str| params.get(key).and_then(Json::as_bool) == Some(true);
    if params.get("files").is_some_and(|files| files.as_array().is_some_and(|files| !files.is_empty())) {
        return Err("files are not sent from here".to_owned());
    }
    let has_body = !matches!(method, Method::GET | Method::HEAD);
    let mut url = url.to_owned();
    if let Some(query) = params.get("query").and_then(Json::as_object) {
        extend(&mut url, &form(query));
    }
    let (body, content_type) = match data {
        None => (String::new(), None),
        Some(data) if set("json") && has_body => (data.to_string(), None),
        Some(Json::Object(members)) if set("multipart") && has_body => {
            (multipart(members), Some(format!("multipart/form-data; boundary={BOUNDARY}")))
        }
        Some(Json::Object(members)) if has_body => {
            (form(members), Some("application/x-www-form-urlencoded".to_owned()))
        }
        Some(Json::Object(members)) => {
            extend(&mut url, &form(members));
            (String::new(), None)
        }
        Some(Json::String(text)) => (text.clone(), Some("text/plain".to_owned())),
        Some(other) => (other.to_string(), None),
    };
    let mut headers: Vec<(HeaderName, Secret)> = Vec::new();
    for (name, value) in params.get("headers").and_then(Json::as_object).into_iter().flatten() {
        let bad = || format!("the header {name:?} cannot be sent");
        let name = HeaderName::try_from(name.as_str()).map_err(|_| bad())?;
        let text = plain(value);
        HeaderValue::from_str(&text).map_err(|_| bad())?;
        // They say where a request goes and where it ends, which is not for subscribers to say; that is inferred.
        if FRAMING.contains(&name) {
            return Err(bad());
        }
        headers.push((name, Secret::new(text.into_owned())));
    }
    if let Some(content_type) = content_type.filter(|_| headers.iter().all(|(name, _)| name != CONTENT_TYPE)) {
        headers.push((CONTENT_TYPE, Secret::new(content_type)));
    }
    let named = data.and_then(|data| data.get("eventName")).and_then(Json::as_str);
    let event: Cow<'static, str> = named.map_or(Cow::Borrowed(progress.trigger.name()), |name| name.to_owned().into());
    let subscription = texter.engine.subscriptions.get(progress.subscription());
    Ok(Outgoing {
        event,
        chat: progress.chat.clone(),
        to: Some(format!("{}/{index}", progress.id())),
        method,
        url,
        headers,
        body: body.into(),
        secret_span: None,
        signing: subscription.and_then(|subscription| subscription.secret.clone()),
        policy: policy(&texter.tenant.policy, params.get("response_timeout").and_then(Json::as_u64)),
    })
}

fn policy(usual: &Arc<Policy>, wait: Option<u64>) -> Arc<Policy> {
    match wait {
        None => Arc::clone(usual),
        Some(millis) => {
            let timeout = WallLimit::from_millis(millis.clamp(1, LONGEST_WAIT));
            Arc::new(Policy { timeout, ..Policy::clone(usual) })
        }
    }
}

/// A value as a text stands for it: texts as they are, everything else as JSON.
fn plain(value: &Json) -> Cow<'_, str> {
    match value {
        Json::String(text) => text.into(),
        other => other.to_string().into(),
    }
}

fn form(members: &Map<String, Json>) -> String {
    let pairs = members.iter().map(|(key, value)| format!("{}={}", escaped(key), escaped(&plain(value))));
    pairs.collect::<Vec<_>>().join("&")
}

fn extend(url: &mut String, query: &str) {
    if !query.is_empty() {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(query);
    }
}

fn multipart(members: &Map<String, Json>) -> String {
    let part = |(key, value): (&String, &Json)| {
        let name = key.replace(['"', '\r', '\n'], "_");
        format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{}\r\n", plain(value))
    };
    let parts: String = members.iter().map(part).collect();
    format!("{parts}--{BOUNDARY}--\r\n")
}
