//! One request over HTTP/1.1, in the clear or over TLS, on connections that are kept for the next one.
//!
//! Deliberately does not follow redirects, know proxies, or retry what a receiver may have seen, with one
//! exception: a kept connection that the receiver closed while it was idle.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use http::header::HOST;
use http::{HeaderValue, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::address::{Address, Scheme};
use super::gate::Gate;
use super::resolve::Resolver;
use super::tls::Tls;
use crate::base::time::WallLimit;
use crate::engine::hops::HOPS;
use crate::engine::port::{Answer, Attempt, Ending};
use crate::journal::entry::Outcome;
use crate::server::ticker;

/// How much of an answer's body is read, in bytes: the beginning is told, and the end lets its connection be kept.
const BODY_CAP: usize = 64 * 1024;
/// How long the rest of an answer may take once its status is known.
const BODY_LIMIT: WallLimit = WallLimit::from_secs(1);
/// How large the head of an answer may be.
const HEAD_CAP: usize = 64 * 1024;
/// How many connections to one authority are kept.
const KEPT: usize = 256;
/// From how many authorities on those without an open connection are forgotten.
const AUTHORITIES: usize = 64;

/// Whom a connection is to: how it is spoken to, and its authority.
type Origin = (Scheme, Arc<str>);

type Sender = SendRequest<Full<Bytes>>;

pub(super) struct Client {
    gate: Gate,
    tls: Tls,
    resolver: Resolver,
    idle: Mutex<HashMap<Origin, Vec<Sender>>>,
}

/// Why an attempt got no status.
enum Failure {
    Connect(Outcome),
    Exchange { error: hyper::Error, unsent: Option<Box<Request<Full<Bytes>>>> },
}

impl Client {
    pub(super) fn new(gate: Gate, tls: Tls, resolver: Resolver) -> Self {
        Self { gate, tls, resolver, idle: Mutex::default() }
    }

    /// Makes the attempt's request and reports the answer, or why there is none.
    pub(super) async fn send(&self, address: &Address, attempt: &Attempt) -> Ending {
        let Some(result) = ticker::within(attempt.timeout, self.exchange(address, attempt)).await else {
            return Outcome::TimedOut.into();
        };
        match result {
            Ok((sender, response)) => self.finish(address, sender, response).await,
            Err(Failure::Connect(outcome)) => outcome.into(),
            Err(Failure::Exchange { error, .. }) => Outcome::Broken(explain(&error).to_owned()).into(),
        }
    }

    async fn exchange(&self, address: &Address, attempt: &Attempt) -> Result<(Sender, Response<Incoming>), Failure> {
        let mut request = None;
        loop {
            let (sender, is_fresh) = match self.take(address) {
                Some(kept) => (kept, false),
                // What it takes to connect is large and rarely needed, so that not every attempt has room for it.
                None => (Box::pin(self.connect(address)).await.map_err(Failure::Connect)?, true),
            };
            let ready = request.take().unwrap_or_else(|| compose(address, attempt));
            match send(sender, ready).await {
                // The receiver closed it while it was idle; the request never left.
                Err(Failure::Exchange { unsent: Some(unsent), .. }) if !is_fresh => request = Some(*unsent),
                other => return other,
            }
        }
    }

    async fn connect(&self, address: &Address) -> Result<Sender, Outcome> {
        let stream = self.reach(address).await?;
        match address.scheme {
            Scheme::Http => handshake(stream).await,
            Scheme::Https => handshake(self.tls.secure(&address.host, stream).await?).await,
        }
    }

    /// A connection to where the gate lets through.
    pub(super) async fn reach(&self, address: &Address) -> Result<TcpStream, Outcome> {
        let Address { host, port, .. } = address;
        let resolved = (self.resolver)(host.clone(), *port).await;
        let resolved = resolved.map_err(|_| Outcome::Broken(format!("the name `{host}` has no address")))?;
        let admitted = resolved.iter().filter(|address| self.gate.admits(host, address.ip()));
        let mut failure = Outcome::Forbidden(format!(
            "`{host}` is not this machine; webhooks go elsewhere only where a host is allowed by name"
        ));
        for address in admitted {
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    // Without it a small request may wait for the acknowledgement of an earlier one; an error only costs
                    // that time.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Err(error) => failure = unreachable(&error),
            }
        }
        Err(failure)
    }

    fn take(&self, address: &Address) -> Option<Sender> {
        let mut idle = self.idle();
        let kept = idle.get_mut(&origin(address))?;
        // The latest first: it is the least likely to have been closed.
        std::iter::from_fn(|| kept.pop()).find(|sender| !sender.is_closed())
    }

    /// Reads the rest of an answer, and keeps its connection if it ends soon enough.
    async fn finish(&self, address: &Address, sender: Sender, response: Response<Incoming>) -> Ending {
        let (head, mut body) = response.into_parts();
        let mut read = BytesMut::new();
        let ended =
            body.is_end_stream() || ticker::within(BODY_LIMIT, gather(&mut body, &mut read)).await == Some(true);
        if ended && head.status != StatusCode::SWITCHING_PROTOCOLS && !sender.is_closed() {
            self.keep(address, sender);
        }
        let answer = Answer { headers: head.headers, body: read.freeze(), cut: !ended };
        Ending { outcome: Outcome::Status(head.status.as_u16()), answer: Some(answer) }
    }

    fn keep(&self, address: &Address, sender: Sender) {
        let mut idle = self.idle();
        if let Some(kept) = idle.get_mut(&origin(address)) {
            if kept.len() < KEPT {
                kept.push(sender);
            }
            return;
        }
        if idle.len() >= AUTHORITIES {
            idle.retain(|_, kept| kept.iter().any(|sender| !sender.is_closed()));
        }
        idle.insert(origin(address), vec![sender]);
    }

    fn idle(&self) -> MutexGuard<'_, HashMap<Origin, Vec<Sender>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn origin(address: &Address) -> Origin {
    (address.scheme, Arc::clone(&address.authority))
}

async fn handshake<S>(stream: S) -> Result<Sender, Outcome>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let built = http1::Builder::new().max_header_size(HEAD_CAP).handshake(TokioIo::new(stream)).await;
    let (sender, connection) = built.map_err(|error| Outcome::Broken(explain(&error).to_owned()))?;
    // Ends with its sender. What goes wrong on it is reported to the request that is on it.
    tokio::spawn(async move {
        let _ = connection.await;
    });
    Ok(sender)
}

async fn send(mut sender: Sender, request: Request<Full<Bytes>>) -> Result<(Sender, Response<Incoming>), Failure> {
    if let Err(error) = sender.ready().await {
        return Err(Failure::Exchange { error, unsent: Some(Box::new(request)) });
    }
    match sender.try_send_request(request).await {
        Ok(response) => Ok((sender, response)),
        Err(mut failed) => {
            let unsent = failed.take_message().map(Box::new);
            Err(Failure::Exchange { error: failed.into_error(), unsent })
        }
    }
}

fn compose(address: &Address, attempt: &Attempt) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(attempt.body.clone()));
    *request.method_mut() = attempt.method.clone();
    *request.uri_mut() = Uri::from(address.target.clone());
    let headers = request.headers_mut();
    headers.reserve(attempt.headers.len() + 2);
    let host = HeaderValue::from_str(&address.authority);
    headers.insert(HOST, host.expect("an authority has only characters that headers may have"));
    headers.insert(HOPS, attempt.hops.into());
    for (name, value) in &attempt.headers {
        // What a set-up puts there must not hide a loop.
        if *name == HOPS {
            continue;
        }
        headers.append(name.clone(), value.clone());
    }
    request
}

/// Reads a body, as much of it as is told; whether that was all of it.
async fn gather(body: &mut Incoming, read: &mut BytesMut) -> bool {
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return false };
        let data = frame.data_ref().map_or(&[][..], |data| data);
        let room = BODY_CAP - read.len();
        read.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return false;
        }
    }
    true
}

/// Whether a connection ended without a word of an answer.
fn is_silent_close(error: &hyper::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset};
    error.is_incomplete_message() || error.is_canceled() || matches!(io_kind(error), Some(ConnectionReset | BrokenPipe))
}

fn explain(error: &hyper::Error) -> &'static str {
    if error.is_parse() {
        "the answer is not HTTP"
    } else if is_silent_close(error) {
        "the connection was closed before an answer"
    } else {
        "the connection failed before an answer"
    }
}

fn unreachable(error: &io::Error) -> Outcome {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Outcome::Refused,
        _ => Outcome::Broken("the address cannot be reached".to_owned()),
    }
}

fn io_kind(error: &hyper::Error) -> Option<io::ErrorKind> {
    std::error::Error::source(error)?.downcast_ref::<io::Error>().map(io::Error::kind)
}
