//! Requests to calls, treated replies to responses.
//!
//! Judges nothing but size, time and the roots of the paths: everything a vendor has an opinion on, an oversized body
//! included, is left to the vendor.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use bytes::{Bytes, BytesMut};
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use hyper::upgrade::OnUpgrade;
use serde::Serialize;

use super::faulty::{self, Mark, Portion, Severed, Stage};
use super::feed::{Answer, Ends};
use super::proxy::{self, Door, Way};
use super::socket::{self, Guest};
use super::world::Core;
use super::worlds::Worlds;
use super::{Holding, Limits, Seat, Service, Usher, ticker, upgrade};
use crate::base::percent::escape;
use crate::base::time::WallLimit;
use crate::engine::port::Cut;
use crate::platform::Vendor;
use crate::platform::host::Host;
use crate::platform::route::{Body, Call, Reply};

/// How long a call is left without an answer before its connection is closed.
const LONGEST_HANG: WallLimit = WallLimit::from_secs(300);

/// What the answers of one connection have in common.
pub(super) struct Connection<S> {
    pub(super) service: S,
    pub(super) limits: Limits,
    pub(super) mark: Mark,
    pub(super) door: Door,
    /// The connection is to become something else, and this is what.
    pub(super) upgrade: Mutex<Option<(OnUpgrade, Next)>>,
}

/// What becomes of a connection that HTTP has left.
pub(super) enum Next {
    /// A socket, held by this.
    Socket(Hold),
    /// A tunnel, in which another connection begins.
    Tunnel,
}

type Hold = Box<dyn FnOnce(Seat) -> Holding + Send>;

impl<S: Service> Connection<S> {
    /// Answers one request. Runs on the task of its connection from the first byte to the last.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Result<Response<Portion>, Severed> {
        let (mut head, incoming) = request.into_parts();
        if proxy::concerns(&head)
            && let Some(hosts) = self.service.stands_in_for()
        {
            match self.door.judge(&head, &hosts) {
                Ok(Way::Answer) => proxy::forward(&mut head),
                Ok(Way::Tunnel) => {
                    let status = StatusCode::OK.as_u16();
                    let begun = Reply { status, headers: Vec::new(), body: Bytes::new(), code: None };
                    return Ok(self.lead(&mut head, Next::Tunnel, begun));
                }
                Err(reply) => return Ok(self.unread(reply)),
            }
        }
        let admitted = match self.service.admit(&head) {
            Ok(admitted) => admitted,
            Err(reply) => return Ok(self.unread(reply)),
        };
        match self.service.socket(&admitted, &head) {
            Ok(None) => {}
            Ok(Some(Usher { reply, hold })) => {
                return Ok(self.lead(&mut head, Next::Socket(hold), reply));
            }
            Err(reply) => return Ok(self.unread(reply)),
        }
        let body = match read(&head.headers, incoming, &self.limits).await {
            Ok(body) => body,
            Err(error) => return Ok(self.unread(Reply::json(400, None, &Unreadable { error: error.to_string() }))),
        };
        match body {
            Body::Whole(_) => {}
            Body::TooLarge(_) | Body::TooSlow => self.mark.set(Stage::Unread),
        }
        match self.service.answer(admitted, head, body).await {
            Answer::Whole(treated) => faulty::carry_out(treated, &self.mark).await,
            Answer::Hanging(treated, ends) => {
                self.hang(ends).await;
                faulty::carry_out(treated, &self.mark).await
            }
            Answer::Flowing(reply, feed) => Ok(faulty::flowing(reply, feed, &self.mark)),
        }
    }

    /// Leaves a call without an answer until its world ends, the server stops, or it has taken too long. A client that goes
    /// away ends it, too, since then nobody asks for more.
    async fn hang(&self, ends: Ends) {
        tokio::select! {
            () = ends => {}
            () = self.mark.left() => {}
            () = ticker::pause(LONGEST_HANG) => {}
        }
    }

    /// An answer after which the connection is no longer one of HTTP.
    fn lead(&self, head: &mut Parts, next: Next, reply: Reply) -> Response<Portion> {
        let upgrade = head.extensions.remove::<OnUpgrade>();
        *self.upgrade.lock().unwrap_or_else(PoisonError::into_inner) = upgrade.map(|upgrade| (upgrade, next));
        faulty::plain(reply)
    }

    /// An answer before what the client may still be sending was read.
    fn unread(&self, reply: Reply) -> Response<Portion> {
        self.mark.set(Stage::Unread);
        faulty::plain(reply)
    }
}

impl<C: Core> Service for Worlds<C> {
    /// The vendor, and the path as it knows it.
    type Admitted = (&'static Vendor, String);

    fn stands_in_for(&self) -> Option<Vec<Host>> {
        Some(self.vendors().iter().flat_map(|vendor| vendor.hosts).copied().collect())
    }

    fn admit(&self, head: &Parts) -> Result<Self::Admitted, Reply> {
        let vendors = self.vendors();
        let path = decoded(head.uri.path());
        let served = vendors.iter().find_map(|vendor| vendor.serves(&path).map(|offset| (vendor, offset)));
        let (vendor, offset) = served.ok_or_else(|| Reply::json(404, None, &Unknown::of(&path, vendors)))?;
        let path = match path {
            Cow::Owned(path) if offset == 0 => path,
            path => path[offset..].to_owned(),
        };
        Ok((vendor, path))
    }

    fn socket(&self, (vendor, path): &Self::Admitted, head: &Parts) -> Result<Option<Usher>, Reply> {
        let vendor = *vendor;
        if !vendor.surfaces.iter().any(|surface| surface.serves(path)) || !upgrade::asks(head) {
            return Ok(None);
        }
        let reply = upgrade::accept(head)?;
        let query = head.uri.query().unwrap_or_default().to_owned();
        let (method, path, headers) = (head.method.clone(), path.clone(), head.headers.clone());
        let handshake = Call { method, path, query, headers, body: Body::Whole(Bytes::new()), params: Vec::new() };
        let guest = Guest { worlds: self.clone(), vendor, handshake };
        let hold = |seat: Seat| -> Holding {
            let Seat { stream, limits, mark, stopping } = seat;
            Box::pin(socket::hold(guest, stream, limits, mark, stopping))
        };
        Ok(Some(Usher { reply, hold: Box::new(hold) }))
    }

    async fn answer(&self, (vendor, path): Self::Admitted, head: Parts, body: Body) -> Answer {
        let query = head.uri.query().unwrap_or_default().to_owned();
        let call = Call { method: head.method, path, query, headers: head.headers, body, params: Vec::new() };
        let (treated, world) = self.answered(vendor, call).await;
        match treated.cut {
            Some(Cut::Hang) => Answer::Hanging(treated, Box::pin(world.closed())),
            _ => Answer::Whole(treated),
        }
    }
}

/// The answer to a path that belongs to no vendor.
#[derive(Serialize)]
struct Unknown {
    error: String,
    served: Vec<String>,
}

impl Unknown {
    fn of(path: &str, vendors: &[Vendor]) -> Self {
        let served = vendors.iter().flat_map(|vendor| vendor.roots).map(|root| format!("/{root}")).collect();
        Self { error: format!("no platform has the path {path}; all paths begin with one of those served"), served }
    }
}

/// The answer to a body that is not HTTP.
#[derive(Serialize)]
struct Unreadable {
    error: String,
}

#[derive(Debug, thiserror::Error)]
#[error("the body broke off or is not HTTP: {0}")]
struct BodyError(#[from] hyper::Error);

async fn read(headers: &HeaderMap, mut incoming: Incoming, limits: &Limits) -> Result<Body, BodyError> {
    if incoming.is_end_stream() {
        return Ok(Body::Whole(Bytes::new()));
    }
    // Not even begun where the outcome is known: a client that expects `100 Continue` is then spared the upload.
    if announced(headers).is_some_and(|length| length > limits.body) {
        return Ok(Body::TooLarge(limits.body));
    }
    ticker::within(limits.body_time, gather(&mut incoming, limits.body)).await.unwrap_or(Ok(Body::TooSlow))
}

fn announced(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn gather(incoming: &mut Incoming, cap: usize) -> Result<Body, BodyError> {
    // Nearly all bodies come in one piece.
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(frame) = incoming.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        if first.len().max(rest.len()) + data.len() > cap {
            return Ok(Body::TooLarge(cap));
        }
        match (first.is_empty(), rest.is_empty()) {
            (true, _) => first = data,
            (false, true) => {
                rest.reserve(first.len() + data.len());
                rest.extend_from_slice(&first);
                rest.extend_from_slice(&data);
            }
            (false, false) => rest.extend_from_slice(&data),
        }
    }
    // A piece is a part of what its connection reads into, all of which would stay for as long as the journal keeps the body.
    Ok(Body::Whole(if rest.is_empty() { Bytes::copy_from_slice(&first) } else { rest.freeze() }))
}

/// A path with its percent-encoding undone, but for encoded slashes, which separate nothing, and for what is not UTF-8
/// or no encoding at all.
fn decoded(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        match escape(rest).filter(|byte| *byte != b'/') {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(path), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_decoded_but_keep_their_segments() {
        let check = |path: &str, expected: &str| assert_eq!(decoded(path), expected, "{path}");
        check("/v1/chats", "/v1/chats");
        check("/v1/%61gent%40example.com", "/v1/agent@example.com");
        check("/v1/a%2Fb%2fc", "/v1/a%2Fb%2fc");
        check("/v1/%", "/v1/%");
        check("/v1/%4", "/v1/%4");
        check("/v1/%zz%+1", "/v1/%zz%+1");
        check("/v1/%C3%A9", "/v1/é");
        check("/v1/%FF%41", "/v1/%FF%41");
    }
}
