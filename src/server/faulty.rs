//! Carries out what a fault has decided about an answer: hold it back, let it drip, reset its connection, cut it short.
//!
//! Decides nothing. The connection's stream is wrapped in a [`Wire`], the answer's body is a [`Portion`], and both share a
//! [`Mark`], by which the one tells the other how far it has come.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Response, StatusCode};
use hyper::body::{Body, Frame, SizeHint};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::feed::Feed;
use super::pipe::Pipe;
use super::ticker;
use crate::base::time::WallLimit;
use crate::engine::port::{Cut, Treated};
use crate::platform::route::Reply;

/// How much a client may still send after its connection was closed for writing.
const LINGER_BYTES: usize = 64 * 1024 * 1024;
/// How long a client may take for it.
const LINGER_LIMIT: WallLimit = WallLimit::from_secs(2);

/// The answer is not to be given: its connection is reset or closed instead.
#[derive(Debug, thiserror::Error)]
pub(super) enum Severed {
    #[error("the connection is reset as planned")]
    Reset,
    #[error("the answer is cut short as planned")]
    Short,
    #[error("the call is not answered, as planned")]
    Unanswered,
}

/// Turns a treated reply into what hyper sends.
pub(super) async fn carry_out(treated: Treated, mark: &Mark) -> Result<Response<Portion>, Severed> {
    let Treated { reply, delay, cut } = treated;
    if let Some(delay) = delay {
        ticker::pause(delay).await;
    }
    match cut {
        None => Ok(plain(reply)),
        Some(Cut::Reset) => {
            mark.set(Stage::Reset);
            Err(Severed::Reset)
        }
        Some(Cut::Hang) => {
            mark.set(Stage::Leaving);
            Err(Severed::Unanswered)
        }
        Some(Cut::Drip { over, pieces }) => Ok(shaped(reply, |body| Portion::drip(body, over, pieces))),
        Some(Cut::Truncate(bytes)) if bytes >= reply.body.len() => Ok(plain(reply)),
        Some(Cut::Truncate(bytes)) => Ok(shaped(reply, |body| Portion::Part {
            promised: body.len() as u64,
            sent: Some(body.slice(..bytes)),
            mark: mark.clone(),
        })),
    }
}

/// A reply that nothing is done to.
pub(super) fn plain(reply: Reply) -> Response<Portion> {
    shaped(reply, |body| Portion::All(Some(body)))
}

/// A reply whose body comes piece by piece.
pub(super) fn flowing(reply: Reply, feed: Feed, mark: &Mark) -> Response<Portion> {
    shaped(reply, |_| Portion::Flow { feed, mark: mark.clone() })
}

fn shaped(reply: Reply, portion: impl FnOnce(Bytes) -> Portion) -> Response<Portion> {
    let mut response = Response::new(portion(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.reserve(reply.headers.len());
    for (name, value) in reply.headers {
        headers.append(name, value);
    }
    response
}

/// The body of an answer, or the part of it that is really sent.
pub(super) enum Portion {
    /// All of it.
    All(Option<Bytes>),
    /// Less than the headers promise.
    Part {
        /// How many bytes the headers promise.
        promised: u64,
        /// The bytes that are sent, until they are.
        sent: Option<Bytes>,
        /// Tells when they have left.
        mark: Mark,
    },
    /// What comes, until nothing more does or the server stops.
    Flow {
        /// Where it comes from.
        feed: Feed,
        /// Tells when the server stops.
        mark: Mark,
    },
    /// All of it, piece by piece.
    Drip {
        /// What is still to be sent.
        left: Bytes,
        /// How many bytes make a piece.
        piece: usize,
        /// How long each piece is waited for.
        pause: WallLimit,
        /// The time before the next piece, once it runs.
        waiting: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    },
}

impl Portion {
    fn drip(body: Bytes, over: WallLimit, pieces: u32) -> Self {
        // No more pieces than bytes.
        let piece = body.len().div_ceil(pieces.max(1) as usize).max(1);
        let pieces = u32::try_from(body.len().div_ceil(piece)).unwrap_or(u32::MAX).max(1);
        let pause = u64::try_from(over.as_duration().as_millis() / u128::from(pieces)).unwrap_or(u64::MAX);
        Self::Drip { left: body, piece, pause: WallLimit::from_millis(pause), waiting: None }
    }
}

impl Body for Portion {
    type Data = Bytes;
    type Error = Severed;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Severed>>> {
        match self.get_mut() {
            Self::All(body) => {
                Poll::Ready(body.take().filter(|body| !body.is_empty()).map(|body| Ok(Frame::data(body))))
            }
            Self::Drip { left, .. } if left.is_empty() => Poll::Ready(None),
            Self::Drip { left, piece, pause, waiting } => {
                let timer = waiting.get_or_insert_with(|| Box::pin(ticker::pause(*pause)));
                ready!(timer.as_mut().poll(cx));
                *waiting = None;
                let next = left.split_to((*piece).min(left.len()));
                Poll::Ready(Some(Ok(Frame::data(next))))
            }
            Self::Part { sent, mark, .. } => {
                if let Some(bytes) = sent.take().filter(|bytes| !bytes.is_empty()) {
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                // An error here makes hyper close the connection without writing what it still holds, so it must wait
                // until the wire has been flushed. The wire wakes the task, which is the same for both.
                match mark.stage() {
                    Stage::Flushed => Poll::Ready(Some(Err(Severed::Short))),
                    Stage::Whole | Stage::Leaving | Stage::Unread | Stage::Reset | Stage::Flushing => {
                        mark.set(Stage::Flushing);
                        Poll::Pending
                    }
                }
            }
            // The connection is polled anew when the server stops, and so is this.
            Self::Flow { mark, .. } if mark.stage() == Stage::Leaving => Poll::Ready(None),
            Self::Flow { feed, .. } => feed.poll_piece(cx).map(|piece| piece.map(|piece| Ok(Frame::data(piece)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::All(body) => body.as_ref().is_none_or(Bytes::is_empty),
            Self::Drip { left, .. } => left.is_empty(),
            Self::Part { .. } | Self::Flow { .. } => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::All(body) => SizeHint::with_exact(body.as_ref().map_or(0, |body| body.len() as u64)),
            Self::Drip { left, .. } => SizeHint::with_exact(left.len() as u64),
            Self::Part { promised, .. } => SizeHint::with_exact(*promised),
            Self::Flow { .. } => SizeHint::new(),
        }
    }
}

/// How far a connection has come with its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(super) enum Stage {
    /// Nothing special.
    Whole,
    /// The server stops; there is no time for good-byes.
    Leaving,
    /// The client was answered before all it sends was read.
    Unread,
    /// To be reset.
    Reset,
    /// All that shall be sent of an answer was handed to hyper.
    Flushing,
    /// All that shall be sent of an answer has left.
    Flushed,
}

/// What a connection and its answers tell each other.
#[derive(Clone, Debug, Default)]
pub(super) struct Mark(Arc<Signs>);

#[derive(Debug, Default)]
struct Signs {
    stage: AtomicU8,
    /// Told when the server stops.
    leaving: Notify,
}

impl Mark {
    pub(super) fn set(&self, stage: Stage) {
        self.0.stage.store(stage as u8, Ordering::Release);
    }

    /// The server stops: whoever hangs is let go.
    pub(super) fn leave(&self) {
        self.set(Stage::Leaving);
        self.0.leaving.notify_one();
    }

    /// Waits until the server stops.
    pub(super) async fn left(&self) {
        self.0.leaving.notified().await;
    }

    pub(super) fn stage(&self) -> Stage {
        let stored = self.0.stage.load(Ordering::Acquire);
        let stages = [Stage::Whole, Stage::Leaving, Stage::Unread, Stage::Reset, Stage::Flushing];
        stages.into_iter().find(|stage| *stage as u8 == stored).unwrap_or(Stage::Flushed)
    }
}

/// The stream of a connection.
pub(super) struct Wire {
    stream: TokioIo<Pipe>,
    mark: Mark,
    farewell: Option<Farewell>,
    patience: Patience,
}

/// What a client may still send after the connection was closed for writing.
struct Farewell {
    deadline: Pin<Box<dyn Future<Output = ()> + Send>>,
    bytes: usize,
}

impl Wire {
    /// `limit` is how long the client may take nothing of what it is sent.
    pub(super) fn new(pipe: Pipe, mark: Mark, limit: WallLimit) -> Self {
        Self { stream: TokioIo::new(pipe), mark, farewell: None, patience: Patience { limit, left: None } }
    }

    /// What lies below it, for another protocol.
    pub(super) fn into_pipe(self) -> Pipe {
        self.stream.into_inner()
    }
}

/// How long a client may still take nothing.
struct Patience {
    limit: WallLimit,
    left: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Patience {
    /// Has an attempt to write, to flush or to close fail if none before it has got anything through for too long.
    fn apply<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.left = None;
            return written;
        }
        let limit = self.limit;
        let left = self.left.get_or_insert_with(|| Box::pin(ticker::pause(limit)));
        ready!(left.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Farewell {
    fn new() -> Self {
        Self { deadline: Box::pin(ticker::pause(LINGER_LIMIT)), bytes: LINGER_BYTES }
    }

    /// Reads and forgets what comes, until the client closes its side or has used up its allowance.
    fn poll(&mut self, stream: &mut TcpStream, cx: &mut Context<'_>) -> Poll<()> {
        let mut space = [0; 8 * 1024];
        while self.bytes > 0 && self.deadline.as_mut().poll(cx).is_pending() {
            let mut buffer = ReadBuf::new(&mut space);
            match ready!(Pin::new(&mut *stream).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => self.bytes = self.bytes.saturating_sub(buffer.filled().len()),
                Ok(()) | Err(_) => break,
            }
        }
        Poll::Ready(())
    }
}

impl Read for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl Write for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.patience.apply(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // A pipe that encrypts holds bytes back, too.
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        ready!(self.patience.apply(cx, flushed))?;
        // Hyper flushes the stream only after its own buffer is empty.
        if self.mark.stage() == Stage::Flushing {
            self.mark.set(Stage::Flushed);
            cx.waker().wake_by_ref();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { stream, mark, farewell, patience } = &mut *self;
        let farewell = match (mark.stage(), farewell) {
            (Stage::Reset, _) => return Poll::Ready(Ok(())),
            (Stage::Leaving | Stage::Flushing | Stage::Flushed, _) => {
                let closed = Pin::new(stream).poll_shutdown(cx);
                return patience.apply(cx, closed);
            }
            (Stage::Whole | Stage::Unread, Some(farewell)) => farewell,
            (Stage::Whole | Stage::Unread, none) => {
                let closed = Pin::new(&mut *stream).poll_shutdown(cx);
                ready!(patience.apply(cx, closed))?;
                none.insert(Farewell::new())
            }
        };
        // Closing a socket while there is something unread in it resets the connection, and the client would lose what
        // it has not read of the answer.
        farewell.poll(stream.inner_mut().socket(), cx).map(Ok)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.patience.apply(cx, written)
    }
}
