//! How a connection becomes a socket (RFC 6455, §4.2): what the request must have, and what it is answered.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version};
use serde::Serialize;
use sha1::{Digest as _, Sha1};

use crate::platform::route::Reply;

/// What is appended to the client's key, so that only those agree who know the protocol.
const PHRASE: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// The only version of the protocol.
const PROTOCOL: &str = "13";
/// How long the client's key is once it is decoded.
const KEY_LENGTH: usize = 16;

/// Whether a request asks for a socket, be it properly or not.
pub(super) fn asks(head: &Parts) -> bool {
    // Older ones know no upgrades.
    head.method == Method::GET && head.version == Version::HTTP_11 && lists(&head.headers, &UPGRADE, "websocket")
}

/// The answer that makes a socket of the connection.
///
/// # Errors
/// What the request is answered if it is not as it must be.
pub(super) fn accept(head: &Parts) -> Result<Reply, Reply> {
    let version = head.headers.get(SEC_WEBSOCKET_VERSION).and_then(|version| version.to_str().ok());
    if version.map(str::trim) != Some(PROTOCOL) {
        let refused = refuse(StatusCode::UPGRADE_REQUIRED, "the version of the WebSocket protocol must be 13");
        return Err(refused.header(SEC_WEBSOCKET_VERSION, PROTOCOL));
    }
    let key = head.headers.get(SEC_WEBSOCKET_KEY).map(|key| key.as_bytes().trim_ascii());
    let sound = |key: &&[u8]| BASE64_STANDARD.decode(key).is_ok_and(|key| key.len() == KEY_LENGTH);
    let key = key.filter(sound).ok_or_else(|| {
        refuse(StatusCode::BAD_REQUEST, "sec-websocket-key must be there and hold 16 bytes in base64")
    })?;
    if !lists(&head.headers, &CONNECTION, "upgrade") {
        return Err(refuse(StatusCode::BAD_REQUEST, "connection must list upgrade"));
    }
    let digest = Sha1::new().chain_update(key).chain_update(PHRASE).finalize();
    let headers =
        vec![(CONNECTION, HeaderValue::from_static("upgrade")), (UPGRADE, HeaderValue::from_static("websocket"))];
    let reply =
        Reply { status: StatusCode::SWITCHING_PROTOCOLS.as_u16(), headers, body: bytes::Bytes::new(), code: None };
    Ok(reply.header(SEC_WEBSOCKET_ACCEPT, &BASE64_STANDARD.encode(digest)))
}

#[derive(Serialize)]
struct Refused {
    error: &'static str,
}

fn refuse(status: StatusCode, error: &'static str) -> Reply {
    Reply::json(status.as_u16(), None, &Refused { error })
}

/// Whether one of the words of a header that lists words is this one.
fn lists(headers: &HeaderMap, name: &HeaderName, wanted: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|word| word.trim().eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn head(headers: &[(&str, &str)]) -> Parts {
        let request = headers.iter().fold(Request::get("/"), |request, (name, value)| request.header(*name, *value));
        request.body(()).unwrap().into_parts().0
    }

    const SOUND: &[(&str, &str)] = &[
        ("upgrade", "WebSocket"),
        ("connection", "keep-alive, Upgrade"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];

    #[test]
    fn the_answer_is_that_of_the_standard() {
        let head = head(SOUND);
        assert!(asks(&head));
        let reply = accept(&head).unwrap();
        let accepted = reply.headers.iter().find(|(name, _)| *name == SEC_WEBSOCKET_ACCEPT).unwrap();
        assert_eq!((reply.status, accepted.1.to_str().unwrap()), (101, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    }

    #[test]
    fn what_is_not_as_it_must_be_is_refused() {
        let check = |name: &str, value: Option<&str>, status: u16| {
            let others = SOUND.iter().filter(|(known, _)| *known != name).copied();
            let headers: Vec<_> = others.chain(value.map(|value| (name, value))).collect();
            assert_eq!(accept(&head(&headers)).unwrap_err().status, status, "{name} {value:?}");
        };
        check("sec-websocket-version", Some("8"), 426);
        check("sec-websocket-version", None, 426);
        check("sec-websocket-key", Some("c2hvcnQ="), 400);
        check("sec-websocket-key", Some("???"), 400);
        check("sec-websocket-key", None, 400);
        check("connection", Some("close"), 400);
        assert!(!asks(&head(&SOUND[1..])));
    }
}
