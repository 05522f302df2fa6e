//! Calls in, replies out, and the table of operations.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::cx::Cx;
use super::host::Host;
use crate::base::doc_ref::DocRef;
use crate::base::secret::Secret;

/// One operation of a vendor's API.
pub struct Route<P> {
    /// The vendor's name for it.
    pub name: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path, with parameters in braces: `/{version}/chats/{chat_id}`.
    pub path: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// Where it is documented.
    pub doc: DocRef,
    /// Does it.
    pub handle: fn(&mut P, &mut Cx<'_>, &Call) -> Answer,
}

/// The answer of an operation: either way a reply, so that checks can use `?`.
pub type Answer = Result<Reply, Reply>;

/// A call of the bot, read in full. Shown without what may be secret in it.
#[derive(Clone)]
pub struct Call {
    /// The HTTP method.
    pub method: Method,
    /// The path from the version on, without the query.
    pub path: String,
    /// The query, without the question mark; empty if there is none.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
    /// The parameters of the path, filled in when the route is found.
    pub params: Vec<(&'static str, String)>,
}

/// A call before it is made: what is peculiar about it. The rest is as the tenant's own [`Client`] has it. Shown without
/// what may be secret in it.
#[derive(Clone)]
pub struct Request<'r> {
    /// What is called.
    pub target: Destination<'r>,
    /// The HTTP method, if it is not the target's own.
    pub method: Option<Method>,
    /// Values for the parameters of the path.
    pub params: Vec<(&'r str, String)>,
    /// The query, without the question mark.
    pub query: String,
    /// Headers that differ from the client's; nothing leaves one out.
    pub headers: Vec<(HeaderName, Option<String>)>,
    /// The body.
    pub body: Bytes,
}

/// What a [`Request`] is for.
#[derive(Clone, Debug)]
pub enum Destination<'r> {
    /// An operation of the vendor.
    Route(&'r str),
    /// A path that may be no operation's.
    Path(String),
}

/// What a well-behaved client of a tenant puts on a call.
#[derive(Debug, Default)]
pub struct Client {
    /// Values for parameters of the path, such as the version.
    pub params: Vec<(&'static str, String)>,
    /// Parameters of the query, encoded.
    pub query: Vec<(&'static str, String)>,
    /// Headers, the credential among them.
    pub headers: Vec<(HeaderName, Secret)>,
}

/// The body of a call. Shown as its length.
#[derive(Clone)]
pub enum Body {
    /// All of it.
    Whole(Bytes),
    /// It was larger than this many bytes.
    TooLarge(usize),
    /// It did not end in time.
    TooSlow,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, path, query: _, headers, body, params: _ } = self;
        let headers: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        f.debug_struct("Call")
            .field("method", method)
            .field("path", path)
            .field("headers", &headers)
            .field("body", body)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("target", &self.target).field("method", &self.method).finish_non_exhaustive()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::TooLarge(most) => write!(f, "more than {most} bytes"),
            Self::TooSlow => f.write_str("too slow"),
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("status", &self.status).field("code", &self.code).finish_non_exhaustive()
    }
}

impl Call {
    /// The value of a header, if it is there once or more and readable.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// A parameter of the path; empty if the route has none of that name.
    #[must_use]
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value)
    }

    /// A parameter of the query, undecoded, if it is there.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query
            .split('&')
            .find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name).map(|(_, value)| value))
    }

    /// The address that the caller has reached, without a path; nothing if the call does not name it. The vendor's own
    /// hosts are spoken to over TLS and in no other way.
    #[must_use]
    pub fn origin(&self, own: &[Host]) -> Option<String> {
        let host = self.header("host")?;
        let name = host.split_once(':').map_or(host, |(name, _)| name);
        let scheme = if own.iter().any(|known| known.covers(name)) { "https" } else { "http" };
        Some(format!("{scheme}://{host}"))
    }

    /// The bytes of the body that were read.
    #[must_use]
    pub fn bytes(&self) -> Bytes {
        match &self.body {
            Body::Whole(bytes) => bytes.clone(),
            Body::TooLarge(_) | Body::TooSlow => Bytes::new(),
        }
    }
}

/// The parameters of a query, undecoded, in their order; those without a value have an empty one.
pub fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts.map(|part| part.split_once('=').unwrap_or((part, "")))
}

/// What the vendor answers. Shown without its body, which may be a token.
#[derive(Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Headers besides `content-length` and `date`.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body.
    pub body: Bytes,
    /// The vendor's code in it, if the vendor has codes; owned where the set-up gave it.
    pub code: Option<Cow<'static, str>>,
}

impl Reply {
    /// A JSON document with this status.
    ///
    /// # Panics
    /// Never: wire types serialize without errors.
    #[must_use]
    pub fn json(status: u16, code: Option<&'static str>, document: &impl serde::Serialize) -> Self {
        let body = serde_json::to_vec(document).expect("wire types have string keys and finite numbers only");
        let headers = vec![(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
        Self { status, headers, body: body.into(), code: code.map(Cow::Borrowed) }
    }

    /// Sends the caller to another address, with the same method and body (RFC 9110, 15.4.8).
    #[must_use]
    pub fn elsewhere(address: &str) -> Self {
        let status = http::StatusCode::TEMPORARY_REDIRECT.as_u16();
        Self { status, headers: Vec::new(), body: Bytes::new(), code: None }.header(http::header::LOCATION, address)
    }

    /// The same with one more header; a value that is no header value is left out.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }
}

/// Why no operation was found for a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unrouted {
    /// No operation has this path.
    Path,
    /// Some operation has this path, but not with this method.
    Method,
}
