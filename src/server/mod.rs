//! Inbound: one listener for all vendors, and whatever else is served within the same limits as a [`Service`].
//!
//! From the socket to the core and back, in this order, and why in this order:
//!
//! 1. **Bound on connections** (here): before anything is read, so that a flood costs nothing but an answer that is always
//!    the same (`refuse`), and those who have a place notice nothing of it.
//! 2. **[`tls`]**, where it is spoken: the first byte tells it from HTTP in the clear, which the same port takes, too. The
//!    client has to be done within the time that a head may take.
//! 3. **`faulty` stream**: lies on the `pipe` that comes of it, because a reset or a cut answer is a matter of bytes, not of
//!    HTTP.
//! 4. **hyper**: parses heads within their limits of size and time, and refuses what is not HTTP.
//! 5. **`proxy`**: lets vendors' own hosts be asked for, and nothing else that is not here. A tunnel begins at step 2 again.
//! 6. **`http`**: has the service judge the head (the vendors' finds the vendor by the path), and reads the body within its
//!    limits. It comes before the world is looked up, since a credential may stand in the body, and since no world may be
//!    kept waiting by a slow client.
//! 7. **[`worlds`]**: finds the world by the vendor's credential.
//! 8. **[`world`]**: takes the world's lock for as long as the core computes, and carries out the effects after.
//! 9. **`faulty` answer**: last, as the core has already decided and recorded what it does; a delay holds no lock. What has
//!    no end yet comes from a [`feed`].
//!
//! A connection that asks for a socket where a vendor has some (`upgrade`) is **`socket`**'s from step 6 on: it keeps its
//! place among the connections, and its frames take the same way through [`worlds`] and [`world`]. What worlds want of it
//! waits in its `line`. Like all of the vendors' port, sockets take any `Host` and any `Origin`: clients that run in pages
//! are among those who are served, nothing is known by cookies, and what a page could reach is a stand-in.
//!
//! [`ticker`] stands beside them: all that waits, waits there.

pub mod feed;
pub mod lobby;
pub mod port;
pub mod ticker;
pub mod tls;
pub mod world;
pub mod worlds;

mod faulty;
mod http;
mod line;
mod pipe;
mod proxy;
mod refuse;
mod socket;
mod upgrade;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};

use ::http::request::Parts;
use bytes::Bytes;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use self::faulty::{Mark, Wire};
use self::feed::Answer;
use self::http::{Connection, Next};
use self::pipe::Pipe;
use self::proxy::Door;
use self::tls::Tls;
use crate::base::time::WallLimit;
use crate::platform::host::Host;
use crate::platform::route::{Body, Reply};

/// Where the vendors listen unless another address is asked for.
pub const DEFAULT_ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 4600);

/// How many connections without a place are told so at once; more are closed without a word.
const PARTINGS: usize = 256;

/// What a client may use up.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many connections are open at once; more are answered with 503 and closed.
    pub connections: usize,
    /// How many bytes the request line and the headers may have; more are answered with 431.
    pub head: usize,
    /// How long a client may take to send them, and how long a connection may be idle.
    pub head_time: WallLimit,
    /// How many bytes a body may have.
    pub body: usize,
    /// How long a client may take to send a body.
    pub body_time: WallLimit,
    /// How long a client may take nothing of what it is sent; then its connection is closed.
    pub write_time: WallLimit,
    /// How many bytes a message on a socket may have.
    pub frame: usize,
    /// How many bytes may wait for a client who does not read them from its socket.
    pub backlog: usize,
    /// How long open requests may take once the server is to stop.
    pub drain: WallLimit,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 16_384,
            head: 16 * 1024,
            head_time: WallLimit::from_secs(30),
            body: 10 * 1024 * 1024,
            body_time: WallLimit::from_secs(10),
            write_time: WallLimit::from_secs(30),
            frame: 1024 * 1024,
            backlog: 1024 * 1024,
            drain: WallLimit::from_secs(5),
        }
    }
}

/// Why the server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Somebody else does.
    #[error("listen on {address}: the port is in use")]
    PortInUse {
        /// The address that was asked for.
        address: SocketAddr,
    },
    /// The operating system says no for another reason.
    #[error("listen on {address}: {source}")]
    Unavailable {
        /// The address that was asked for.
        address: SocketAddr,
        /// The reason.
        source: io::Error,
    },
}

/// Answers requests, whatever connection they come on.
pub trait Service: Clone + Send + Sync + 'static {
    /// What the head of a request tells about it.
    type Admitted: Send;

    /// The hosts of others whose requests are answered here, by clients who take this for a proxy; nothing if it is not to be
    /// taken for one.
    fn stands_in_for(&self) -> Option<Vec<Host>> {
        None
    }

    /// Judges a request by its head, before anything of its body is read.
    ///
    /// # Errors
    /// The answer, if the head is enough for one. The body is not read then.
    fn admit(&self, head: &Parts) -> Result<Self::Admitted, Reply>;

    /// Who takes the connection over, if this request asks for a socket where there are sockets.
    ///
    /// # Errors
    /// The answer, if it does not ask as it must.
    fn socket(&self, admitted: &Self::Admitted, head: &Parts) -> Result<Option<Usher>, Reply> {
        let _ = (admitted, head);
        Ok(None)
    }

    /// Answers a request. Dropped where it stands if the client goes away.
    fn answer(&self, admitted: Self::Admitted, head: Parts, body: Body) -> impl Future<Output = Answer> + Send;
}

/// Takes over a connection that has become a socket.
pub struct Usher {
    /// What the request is answered, so that it becomes one.
    reply: Reply,
    /// Holds it.
    hold: Box<dyn FnOnce(Seat) -> Holding + Send>,
}

type Holding = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What there is to hold a socket with.
struct Seat {
    /// The stream, and what was read from it already.
    stream: (Wire, Bytes),
    limits: Limits,
    mark: Mark,
    stopping: watch::Receiver<()>,
}

/// A server that listens; it answers once it is run.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    limits: Limits,
    tls: Option<Tls>,
}

impl Server {
    /// Listens on an address; on any free port if its port is 0.
    ///
    /// # Errors
    /// If the address is in use or cannot be listened on.
    pub async fn bind(address: SocketAddr, limits: Limits) -> Result<Self, ServerError> {
        let refused = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => ServerError::PortInUse { address },
            _ => ServerError::Unavailable { address, source },
        };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        Ok(Self { listener, address, limits, tls: None })
    }

    /// Speaks TLS, too, with who begins so.
    #[must_use]
    pub fn secured(self, tls: Option<Tls>) -> Self {
        Self { tls, ..self }
    }

    /// Where it listens, the port filled in.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop` is ready; then takes no more connections, finishes the requests that are open if they do not
    /// take longer than the limit, and closes the rest.
    pub async fn run<S: Service>(self, service: S, stop: impl Future<Output = ()>) {
        let Self { listener, limits, tls, .. } = self;
        let places = Arc::new(Semaphore::new(limits.connections.clamp(1, Semaphore::MAX_PERMITS)));
        let stopping = watch::Sender::new(());
        let partings = Arc::new(Semaphore::new(PARTINGS));
        let mut connections = JoinSet::new();
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                biased;
                () = &mut stop => break,
                Some(_) = connections.join_next() => {}
                stream = accept(&listener) => {
                    if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
                        let connection = serve(stream, service.clone(), limits, tls.clone(), stopping.subscribe());
                        connections.spawn(async move {
                            connection.await;
                            drop(place);
                        });
                    } else if let Ok(place) = Arc::clone(&partings).try_acquire_owned() {
                        connections.spawn(async move {
                            refuse::refuse(stream, limits.head).await;
                            drop(place);
                        });
                    }
                }
            }
        }
        drop(listener);
        stopping.send_replace(());
        let drained = ticker::within(limits.drain, async { while connections.join_next().await.is_some() {} }).await;
        if drained.is_none() {
            connections.shutdown().await;
        }
    }
}

/// The next connection. A client that is gone before it is accepted is no reason to stop, and neither is a lack of file
/// descriptors: it passes when other connections are closed.
async fn accept(listener: &TcpListener) -> TcpStream {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    const BREATH: WallLimit = WallLimit::from_millis(50);
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) => match error.kind() {
                ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted => {}
                _ => ticker::pause(BREATH).await,
            },
        }
    }
}

/// Serves a connection to its end, through whatever tunnel it leads into.
async fn serve<S: Service>(
    stream: TcpStream,
    service: S,
    limits: Limits,
    tls: Option<Tls>,
    mut stopping: watch::Receiver<()>,
) {
    // Answers are written whole, so nothing is won by waiting for more; an error only costs that time.
    let _ = stream.set_nodelay(true);
    let mark = Mark::default();
    let mut door = Door { here: stream.local_addr().ok(), secure: tls.is_some(), inside: false };
    let mut pipe = Pipe::new(stream, mark.clone());
    loop {
        if let Some(tls) = &tls {
            // Boxed, as a connection that has come through needs no room for it any more.
            let greeting = Box::pin(ticker::within(limits.head_time, greet(pipe, tls, door)));
            let greeted = tokio::select! {
                biased;
                greeted = greeting => greeted,
                _ = stopping.changed() => return,
            };
            // A client with whom nothing was begun has nothing to be told that TLS has not told it.
            let Some(Ok(greeted)) = greeted else { return };
            pipe = greeted;
        }
        let Some(tunnel) = converse(pipe, service.clone(), limits, door, &mark, &mut stopping).await else { return };
        pipe = tunnel;
        door.inside = true;
    }
}

/// Secures a pipe if the client begins so.
async fn greet(mut pipe: Pipe, tls: &Tls, door: Door) -> io::Result<Pipe> {
    match pipe.begins_tls().await? {
        true => tls.accept(pipe, door.here.map(|here| here.ip())).await,
        false => Ok(pipe),
    }
}

/// Answers what comes out of a pipe, and holds the socket that comes of it. Gives the pipe back if it leads into a tunnel.
async fn converse<S: Service>(
    pipe: Pipe,
    service: S,
    limits: Limits,
    door: Door,
    mark: &Mark,
    stopping: &mut watch::Receiver<()>,
) -> Option<Pipe> {
    let wire = Wire::new(pipe, mark.clone(), limits.write_time);
    let shared = Arc::new(Connection { service, limits, mark: mark.clone(), door, upgrade: Mutex::default() });
    let connection = Arc::clone(&shared);
    let answering = service_fn(move |request| {
        let shared = Arc::clone(&connection);
        async move { shared.answer(request).await }
    });
    let connection = http1::Builder::new()
        .timer(ticker::for_hyper())
        .header_read_timeout(limits.head_time.as_duration())
        .max_header_size(limits.head)
        .serve_connection(wire, answering)
        .with_upgrades();
    {
        let mut connection = pin!(connection);
        // How a connection ends is the client's business; what matters of it is in the journal already.
        tokio::select! {
            biased;
            _ = connection.as_mut() => {}
            _ = stopping.changed() => {
                mark.leave();
                connection.as_mut().graceful_shutdown();
                let _ = connection.await;
                return None;
            }
        }
    }
    let upgrade = shared.upgrade.lock().unwrap_or_else(PoisonError::into_inner).take();
    drop(shared);
    let (upgraded, next) = upgrade?;
    // A client who has gone before the answer has no socket.
    let parts = upgraded.await.ok()?.downcast::<Wire>().ok()?;
    match next {
        Next::Tunnel => Some(parts.io.into_pipe().unread(parts.read_buf)),
        Next::Socket(hold) => {
            let stream = (parts.io, parts.read_buf);
            hold(Seat { stream, limits, mark: mark.clone(), stopping: stopping.clone() }).await;
            None
        }
    }
}
