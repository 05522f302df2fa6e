//! Answers whose end is not known when they begin.
//!
//! Whoever writes a feed is run by whoever reads it: as long as the client takes nothing, nothing more is made, and once it
//! is gone the writer is dropped where it stands. How long a client may take nothing is the connection's matter.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::engine::port::Treated;
use crate::platform::route::Reply;

/// What a service answers with.
pub enum Answer {
    /// All of it at once.
    Whole(Treated),
    /// Nothing until this ends, besides the client, the server or patience.
    Hanging(Treated, Ends),
    /// The head, whose body is empty, and then piece by piece what the feed brings.
    Flowing(Reply, Feed),
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self::Whole(Treated::plain(reply))
    }
}

/// What ends a call that hangs.
pub type Ends = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A body that comes piece by piece.
pub struct Feed {
    writer: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    pieces: mpsc::Receiver<Bytes>,
}

/// Where the pieces of a [`Feed`] are put in.
pub struct Feeder(mpsc::Sender<Bytes>);

impl Feed {
    /// A body that `write` puts in. It ends when that does.
    pub fn new<W: Future<Output = ()> + Send + 'static>(write: impl FnOnce(Feeder) -> W) -> Self {
        let (put, pieces) = mpsc::channel(1);
        Self { writer: Some(Box::pin(write(Feeder(put)))), pieces }
    }

    /// The next piece; nothing after the last.
    pub(super) fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if let Some(writer) = &mut self.writer
            && writer.as_mut().poll(cx).is_ready()
        {
            self.writer = None;
        }
        self.pieces.poll_recv(cx)
    }
}

impl Feeder {
    /// Puts in one piece, once the one before was taken.
    pub async fn put(&self, piece: impl Into<Bytes>) {
        // The feed drops its writer before it drops the receiver, so nobody is left to hear that there is none.
        let _ = self.0.send(piece.into()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;

    #[test]
    fn pieces_are_made_only_as_they_are_taken() {
        let made = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let count = std::sync::Arc::clone(&made);
        let mut feed = Feed::new(async move |feeder| {
            for piece in ["a", "b", "c", "d"] {
                count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                feeder.put(piece).await;
            }
        });
        let mut cx = Context::from_waker(Waker::noop());
        assert_eq!(feed.poll_piece(&mut cx), Poll::Ready(Some(Bytes::from("a"))));
        assert_eq!(made.load(std::sync::atomic::Ordering::Relaxed), 2, "one is ready, and one waits for its place");
        for expected in [Some("b"), Some("c"), Some("d"), None, None] {
            assert_eq!(feed.poll_piece(&mut cx), Poll::Ready(expected.map(Bytes::from)));
        }
    }
}
