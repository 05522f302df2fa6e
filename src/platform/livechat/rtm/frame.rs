//! Frames: requests as they come, responses and pushes as they go.

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::auth;
use super::super::codes::{self, Denial};
use super::super::version::Version;
use super::Session;
use crate::platform::cx::Credential;
use crate::platform::route::{Body, Call};
use crate::platform::socket::Inbound;

/// The older way for an agent to act as a bot.
const AUTHOR: &str = "x-author-id";

/// A frame that asks for something.
#[derive(Debug)]
pub(super) struct Request {
    /// What the client calls it; none is as good as any.
    pub(super) id: Option<String>,
    /// What it asks for.
    pub(super) action: String,
    version: Option<String>,
    author: Option<String>,
    payload: Map<String, Value>,
}

impl Request {
    /// Reads a frame. Its text is one JSON object; members that nobody knows are ignored.
    pub(super) fn read(frame: &Inbound) -> Result<Self, Denial> {
        let Inbound::Text(text) = frame else {
            return Err(Denial::validation("frames must be of text"));
        };
        let Ok(Value::Object(mut members)) = serde_json::from_slice(text) else {
            return Err(Denial::of(codes::VALIDATION));
        };
        let mut text = |key: &str| match members.remove(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Denial::validation(format!("`{key}` must be a string"))),
        };
        let (id, action) = (text("request_id")?, text("action")?);
        let (version, author) = (text("version")?, text("author_id")?);
        let payload = match members.remove("payload") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(payload)) => payload,
            Some(_) => return Err(Denial::validation("`payload` must be an object")),
        };
        let action = action.ok_or_else(|| Denial::validation("`action` is required"))?;
        Ok(Self { id, action, version, author, payload })
    }

    /// The version it is made in: that of its socket, or a higher one.
    pub(super) fn version_on(&self, session: &Session) -> Result<Version, Denial> {
        let Some(word) = &self.version else { return Ok(session.version) };
        let named = Version::named(word).filter(|named| *named >= session.version);
        named.ok_or_else(|| Denial::of(codes::UNSUPPORTED_VERSION))
    }

    /// The token of a login, with its scheme.
    pub(super) fn token(&self) -> Option<&str> {
        self.payload.get("token")?.as_str()
    }

    /// The same as a call to this path, which has the version in braces, on a socket that was opened for an organization or
    /// for none.
    pub(super) fn call(&self, version: Version, path: &str, organization: Option<&str>, header: Option<&str>) -> Call {
        let segment = version.segment();
        let path = path.replace("{version}", segment);
        let mut headers = HeaderMap::new();
        if let Some(value) = header.and_then(|header| HeaderValue::from_str(header).ok()) {
            headers.insert(AUTHORIZATION, value);
        }
        if let Some(value) = self.author.as_deref().and_then(|author| HeaderValue::from_str(author).ok()) {
            headers.insert(AUTHOR, value);
        }
        let body = Body::Whole(Value::Object(self.payload.clone()).to_string().into());
        let params = vec![("version", segment.to_owned())];
        let query = organization.map(|id| format!("organization_id={id}")).unwrap_or_default();
        Call { method: Method::POST, path, query, headers, body, params }
    }
}

/// The credential that a frame carries: that of a login.
pub(in super::super) fn credential(frame: &Inbound) -> Option<Credential> {
    #[derive(Deserialize)]
    struct Login {
        action: String,
        payload: Token,
    }
    #[derive(Deserialize)]
    struct Token {
        token: String,
    }
    let Inbound::Text(text) = frame else { return None };
    let login: Login = serde_json::from_slice(text).ok()?;
    (login.action == "login").then(|| auth::read(&login.payload.token)).flatten()
}

/// A response with this payload, which is JSON.
pub(super) fn response(id: Option<&str>, action: Option<&str>, success: bool, payload: &[u8]) -> Bytes {
    let mut text = Vec::with_capacity(payload.len() + 128);
    text.push(b'{');
    member(&mut text, "request_id", id);
    member(&mut text, "action", action);
    text.extend_from_slice(br#""type":"response","success":"#);
    text.extend_from_slice(if success { b"true" } else { b"false" });
    finish(text, payload)
}

/// A push with this payload.
pub(super) fn push(version: Version, id: Option<&str>, action: &str, payload: &Value) -> Bytes {
    push_raw(version, id, action, payload.to_string().as_bytes())
}

/// The same with a payload that is text already.
pub(super) fn push_raw(version: Version, id: Option<&str>, action: &str, payload: &[u8]) -> Bytes {
    let mut text = Vec::with_capacity(payload.len() + 128);
    text.push(b'{');
    member(&mut text, "version", Some(version.segment().trim_start_matches('v')));
    member(&mut text, "request_id", id);
    member(&mut text, "action", Some(action));
    text.extend_from_slice(br#""type":"push""#);
    finish(text, payload)
}

fn member(text: &mut Vec<u8>, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        text.extend_from_slice(format!("\"{key}\":{},", Value::from(value)).as_bytes());
    }
}

fn finish(mut text: Vec<u8>, payload: &[u8]) -> Bytes {
    text.extend_from_slice(br#","payload":"#);
    text.extend_from_slice(payload);
    text.push(b'}');
    text.into()
}
