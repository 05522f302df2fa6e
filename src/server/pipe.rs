//! What the bytes of a connection go through: the socket itself, TLS on it, and a tunnel's TLS on that.
//!
//! Whatever lies on it, the socket can be reached: faults reset it, and it is listened to after good-byes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::faulty::{Mark, Stage};

/// What the first record of TLS begins with, and no request in clear text does.
const HANDSHAKE: u8 = 0x16;
/// How much is read to look at the first byte; what comes after it is not lost.
const FIRST_READ: usize = 2 * 1024;

/// The way of a connection's bytes.
pub(super) struct Pipe {
    /// What was read already and belongs before the rest.
    ahead: Bytes,
    layer: Layer,
}

enum Layer {
    Plain(Socket),
    Secured(Box<TlsStream<Pipe>>),
}

/// The socket, which is reset when it is dropped if its connection's mark says so.
struct Socket {
    stream: TcpStream,
    mark: Mark,
}

impl Pipe {
    /// The socket itself.
    pub(super) fn new(stream: TcpStream, mark: Mark) -> Self {
        Self { ahead: Bytes::new(), layer: Layer::Plain(Socket { stream, mark }) }
    }

    /// TLS on another pipe.
    pub(super) fn secured(stream: TlsStream<Self>) -> Self {
        Self { ahead: Bytes::new(), layer: Layer::Secured(Box::new(stream)) }
    }

    /// Takes back what was read of it.
    pub(super) fn unread(mut self, read: Bytes) -> Self {
        self.ahead = match self.ahead.is_empty() {
            true => read,
            false => [read, self.ahead].concat().into(),
        };
        self
    }

    /// Whether the client begins TLS. Waits for its first byte.
    pub(super) async fn begins_tls(&mut self) -> io::Result<bool> {
        if self.ahead.is_empty() {
            let mut first = BytesMut::with_capacity(FIRST_READ);
            self.read_buf(&mut first).await?;
            self.ahead = first.freeze();
        }
        Ok(self.ahead.first() == Some(&HANDSHAKE))
    }

    /// The socket below it all.
    pub(super) fn socket(&mut self) -> &mut TcpStream {
        match &mut self.layer {
            Layer::Plain(socket) => &mut socket.stream,
            Layer::Secured(stream) => stream.get_mut().0.socket(),
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.mark.stage() == Stage::Reset {
            // With no time to linger, closing sends a reset. If that fails, the connection is closed the gentle way.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Pipe {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.ahead.is_empty() {
            let length = self.ahead.len().min(buf.remaining());
            buf.put_slice(&self.ahead[..length]);
            self.ahead.advance(length);
            return Poll::Ready(Ok(()));
        }
        match &mut self.layer {
            Layer::Plain(socket) => Pin::new(&mut socket.stream).poll_read(cx, buf),
            Layer::Secured(stream) => match ready!(Pin::new(stream).poll_read(cx, buf)) {
                // Clients that close without saying so in TLS are gone like any other: what they sent has its own length.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Poll::Ready(Ok(())),
                read => Poll::Ready(read),
            },
        }
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.layer {
            Layer::Plain(socket) => Pin::new(&mut socket.stream).poll_write(cx, buf),
            Layer::Secured(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.layer {
            Layer::Plain(socket) => Pin::new(&mut socket.stream).poll_flush(cx),
            Layer::Secured(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.layer {
            Layer::Plain(socket) => Pin::new(&mut socket.stream).poll_shutdown(cx),
            Layer::Secured(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.layer {
            Layer::Plain(socket) => socket.stream.is_write_vectored(),
            Layer::Secured(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.layer {
            Layer::Plain(socket) => Pin::new(&mut socket.stream).poll_write_vectored(cx, bufs),
            Layer::Secured(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
        }
    }
}
