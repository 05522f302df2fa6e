//! One socket from its first frame to its last: frames in, errands out, and how long the client may be silent.
//!
//! Knows no vendor. Frames go to the world that the socket belongs to: if the request it was opened with carries a world's
//! credential, that world. Otherwise, before anybody has said who they are, that is the one in which a call without a
//! credential would be answered, and from the first frame on that carries a world's credential it is that world, to which
//! the socket then moves. A client who reads too slowly is told so and cut off, and a client who
//! does not read even that is cut off all the same: whatever happens here, nobody else waits for it.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio::sync::watch;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::Utf8Bytes;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::Limits;
use super::faulty::{Mark, Stage, Wire};
use super::line::{Line, Next};
use super::ticker::{self, Deadline};
use super::world::{Closed, Core, WorldHandle};
use super::worlds::Worlds;
use crate::base::id::SocketId;
use crate::base::time::WallLimit;
use crate::engine::port::{Errand, Happening};
use crate::platform::Vendor;
use crate::platform::route::Call;
use crate::platform::socket::{Farewell, Inbound, Patience, Trouble, close};

/// How long a client may take to read the last words and to close its side.
const FAREWELL: WallLimit = WallLimit::from_secs(2);
/// How much is read at once. There are many sockets, and their frames are small.
const READ_BUFFER: usize = 4 * 1024;
/// Why the server closes sockets when it stops.
const STOPPING: &str = "the server stops";

type Stream = WebSocketStream<TokioIo<Wire>>;

/// A client before its connection has become a socket.
pub(super) struct Guest<C: Core> {
    pub(super) worlds: Worlds<C>,
    pub(super) vendor: &'static Vendor,
    /// What it has asked for the socket with.
    pub(super) handshake: Call,
}

/// Which world a socket belongs to, and as what.
struct Place<C: Core> {
    worlds: Worlds<C>,
    vendor: &'static Vendor,
    world: WorldHandle<C>,
    socket: SocketId,
    line: Arc<Line>,
    /// The request it was opened with, until it is known for good which world it belongs to.
    handshake: Option<Call>,
}

/// How a socket ends.
enum End {
    /// The client has closed it, with this code and reason if it gave any.
    Gone(Option<(u16, String)>),
    /// It is closed properly.
    HangUp(Farewell),
    /// Only so much of a message is sent.
    Half(Bytes, usize),
    /// It is reset.
    Reset,
    /// This has gone wrong. Its world says what the client hears of it.
    Trouble(Trouble),
}

/// Holds a socket until it is closed, or `stopping` changes.
pub(super) async fn hold<C: Core>(
    guest: Guest<C>,
    (wire, read): (Wire, Bytes),
    limits: Limits,
    mark: Mark,
    mut stopping: watch::Receiver<()>,
) {
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_message_size(Some(limits.frame))
        .max_frame_size(Some(limits.frame));
    let read = read.to_vec();
    let mut stream = WebSocketStream::from_partially_read(TokioIo::new(wire), read, Role::Server, Some(config)).await;
    let mut place = Place::enter(guest, Arc::new(Line::new(limits.backlog)));
    let end = tokio::select! {
        biased;
        end = talk(&mut stream, &mut place) => end,
        _ = stopping.changed() => {
            mark.set(Stage::Leaving);
            End::HangUp(Farewell { code: close::GOING_AWAY, reason: STOPPING.into() })
        }
    };
    // Whoever does not take the end in time has it all the same.
    let _ = ticker::within(FAREWELL, part(&mut stream, &place, &mark, end)).await;
}

/// Moves frames and errands until the end.
async fn talk<C: Core>(stream: &mut Stream, place: &mut Place<C>) -> End {
    let (mut deadline, mut pulse) = (Deadline::default(), Deadline::default());
    let (mut between, mut every) = (None, None);
    loop {
        let line = Arc::clone(&place.line);
        tokio::select! {
            biased;
            next = line.next() => match next {
                Next::Behind => return End::Trouble(Trouble::Behind),
                Next::Wait(patience) => {
                    let once = match patience {
                        Patience::Until(limit) => Some(limit),
                        Patience::Endless | Patience::Between(_) | Patience::Pinging { .. } => None,
                    };
                    (every, between) = match patience {
                        Patience::Endless | Patience::Until(_) => (None, None),
                        Patience::Between(limit) => (None, Some(limit)),
                        Patience::Pinging { every, limit } => (Some(every), limit),
                    };
                    deadline.put(once.or(between));
                    pulse.put(every);
                }
                Next::Do(Errand::Say(text)) => {
                    if let Some(end) = send(stream, &line, message(text)).await {
                        return end;
                    }
                }
                Next::Do(Errand::HangUp(farewell)) => return End::HangUp(farewell),
                Next::Do(Errand::Half(text, bytes)) => return End::Half(text, bytes),
                Next::Do(Errand::Reset) => return End::Reset,
                Next::Do(Errand::Wait(_)) => {}
            },
            came = stream.next() => {
                if between.is_some() {
                    deadline.put(between);
                }
                match came {
                    // Copies, as what a socket reads into would stay for as long as the journal keeps a frame.
                    Some(Ok(Message::Text(text))) => place.heard(Inbound::Text(Bytes::copy_from_slice(text.as_bytes()))),
                    Some(Ok(Message::Binary(bytes))) => place.heard(Inbound::Binary(Bytes::copy_from_slice(&bytes))),
                    // Pings are answered by the protocol itself.
                    Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                    Some(Ok(Message::Close(said))) => {
                        return End::Gone(said.map(|said| (said.code.into(), said.reason.as_str().to_owned())));
                    }
                    Some(Err(Error::Capacity(_))) => {
                        return End::Trouble(Trouble::TooLarge(stream.get_config().max_message_size.unwrap_or_default()));
                    }
                    Some(Err(Error::Protocol(_) | Error::Utf8(_))) => return End::Trouble(Trouble::Garbled),
                    Some(Err(_)) | None => return End::Gone(None),
                }
            }
            () = deadline.reached() => {
                deadline.clear();
                place.tell(Happening::Trouble(Trouble::Overdue));
            }
            () = pulse.reached() => {
                pulse.put(every);
                if let Some(end) = send(stream, &line, Message::Ping(Bytes::new())).await {
                    return end;
                }
            }
        }
    }
}

/// Sends a message; how the socket ends, if it cannot be. While the client does not read, its line fills.
async fn send(stream: &mut Stream, line: &Line, message: Message) -> Option<End> {
    tokio::select! {
        sent = stream.send(message) => sent.is_err().then_some(End::Gone(None)),
        () = line.full() => Some(End::Trouble(Trouble::Behind)),
    }
}

fn message(text: Bytes) -> Message {
    // Messages are made of text; one that is not would be the vendor's mistake, and is shown as what it is.
    Utf8Bytes::try_from(text.clone()).map_or_else(|_| Message::Binary(text), Message::Text)
}

/// Ends a socket.
async fn part<C: Core>(stream: &mut Stream, place: &Place<C>, mark: &Mark, end: End) {
    let farewell = match end {
        End::Trouble(trouble) => {
            place.line.recover();
            place.tell(Happening::Trouble(trouble));
            last_words(stream, &place.line).await
        }
        End::Gone(said) => {
            place.tell(Happening::Gone(said));
            None
        }
        End::HangUp(farewell) => {
            place.tell(Happening::Gone(None));
            Some(farewell)
        }
        End::Half(text, bytes) => {
            mark.set(Stage::Leaving);
            half(stream, &text, bytes).await;
            return;
        }
        End::Reset => {
            mark.set(Stage::Reset);
            return;
        }
    };
    // A world that has said nothing to what went wrong has lost the socket all the same.
    place.tell(Happening::Gone(None));
    let frame =
        farewell.map(|farewell| CloseFrame { code: farewell.code.into(), reason: Utf8Bytes::from(&*farewell.reason) });
    if stream.close(frame).await.is_ok() {
        while stream.next().await.is_some_and(|came| came.is_ok()) {}
    }
    let _ = stream.get_mut().shutdown().await;
}

/// Sends what a world still has to say to a client whom it does not want any more.
async fn last_words(stream: &mut Stream, line: &Line) -> Option<Farewell> {
    while let Some(next) = line.poll() {
        match next {
            Next::Do(Errand::Say(text)) => stream.send(message(text)).await.ok()?,
            Next::Do(Errand::HangUp(farewell)) => return Some(farewell),
            Next::Do(Errand::Wait(_)) | Next::Wait(_) => {}
            Next::Do(Errand::Half(..) | Errand::Reset) | Next::Behind => return None,
        }
    }
    None
}

/// Writes the head of a frame of text and less of the text than it promises.
async fn half(stream: &mut Stream, text: &Bytes, bytes: usize) {
    /// The last frame of a message, which is text.
    const TEXT: u8 = 0x81;
    let mut frame = vec![TEXT];
    match (u8::try_from(text.len()), u16::try_from(text.len())) {
        (Ok(length @ ..126), _) => frame.push(length),
        (_, Ok(length)) => {
            frame.push(126);
            frame.extend(length.to_be_bytes());
        }
        (_, Err(_)) => {
            frame.push(127);
            frame.extend((text.len() as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(&text[..bytes.min(text.len())]);
    let wire = stream.get_mut();
    // A client who is gone already misses nothing.
    if wire.write_all(&frame).await.is_ok() && wire.flush().await.is_ok() {
        let _ = wire.shutdown().await;
    }
}

impl<C: Core> Place<C> {
    /// Opens the socket in the world where a call like its handshake would be answered.
    fn enter(guest: Guest<C>, line: Arc<Line>) -> Self {
        let Guest { worlds, vendor, handshake } = guest;
        let (world, socket) = loop {
            let world = worlds.find(vendor, &handshake);
            match world.open_socket(handshake.clone(), Arc::clone(&line)) {
                Ok(socket) => break (world, socket),
                Err(Closed(_)) => worlds.forget(&world),
            }
        };
        let owner = (vendor.credential)(&handshake).and_then(|credential| worlds.owner(vendor, &credential));
        let handshake = owner.is_none_or(|owner| owner != world).then_some(handshake);
        Self { worlds, vendor, world, socket, line, handshake }
    }

    fn heard(&mut self, frame: Inbound) {
        if self.handshake.is_some() {
            self.settle(&frame);
        }
        self.tell(Happening::Heard(frame));
    }

    /// Moves to the world whose credential a frame carries, if it carries one.
    fn settle(&mut self, frame: &Inbound) {
        let credential = (self.vendor.frame_credential)(frame);
        let Some(owner) = credential.and_then(|credential| self.worlds.owner(self.vendor, &credential)) else { return };
        let Some(handshake) = self.handshake.take() else { return };
        if owner == self.world {
            return;
        }
        match owner.open_socket(handshake, Arc::clone(&self.line)) {
            Ok(socket) => {
                self.world.leave(self.socket);
                (self.world, self.socket) = (owner, socket);
            }
            // It has just been closed, and nobody has its credentials any more.
            Err(Closed(handshake)) => self.handshake = Some(*handshake),
        }
    }

    fn tell(&self, happening: Happening) {
        self.world.on_socket(self.socket, happening);
    }
}
