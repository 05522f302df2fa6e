//! Browsers: what pages of other origins may call, and what they are told about it.
//!
//! Customers' apps run in browsers, those of agents and bots do not. That the vendor answers so is inferred from what its
//! client libraries need: they call both hosts from the customer's page, and accounts with cookies.

use bytes::Bytes;
use http::Method;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN, VARY,
};

use super::pass::ACCOUNTS;
use crate::platform::route::{Call, Reply};

/// The status of an answer that says all in its headers.
const NO_CONTENT: u16 = 204;
/// The headers that pages may send.
const HEADERS: &str = "authorization, content-type";
/// The methods that pages may use.
const METHODS: &str = "DELETE, GET, OPTIONS, POST";

/// What pages may call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Realm {
    /// The chats of a customer.
    Chats,
    /// Their tokens, which take cookies.
    Accounts,
}

fn realm(path: &str) -> Option<Realm> {
    let area = path.trim_start_matches('/').split('/').nth(1);
    match path.starts_with(ACCOUNTS) {
        true => Some(Realm::Accounts),
        false => area.filter(|area| *area == "customer").map(|_| Realm::Chats),
    }
}

/// The answer to a browser that asks beforehand whether a page may call.
pub(super) fn preflight(call: &Call) -> Option<Reply> {
    realm(&call.path).filter(|_| call.method == Method::OPTIONS)?;
    let (headers, body) = (Vec::new(), Bytes::new());
    let reply = Reply { status: NO_CONTENT, headers, body, code: None };
    Some(allow(call, reply).header(ACCESS_CONTROL_ALLOW_METHODS, METHODS).header(ACCESS_CONTROL_ALLOW_HEADERS, HEADERS))
}

/// An answer that the page may read which has called.
pub(super) fn allow(call: &Call, reply: Reply) -> Reply {
    let (Some(realm), Some(origin)) = (realm(&call.path), call.header(ORIGIN.as_str())) else { return reply };
    let reply = reply.header(ACCESS_CONTROL_ALLOW_ORIGIN, origin).header(VARY, "origin");
    match realm {
        Realm::Accounts => reply.header(ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
        Realm::Chats => reply,
    }
}
