//! A receiver of webhooks that follows a script.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

/// What to do about one request.
#[derive(Clone, Debug)]
pub(crate) enum Line {
    /// Send these bytes and keep the connection.
    Answer(&'static str),
    /// Send these bytes and close the connection.
    Last(&'static str),
    /// Send the first bytes, and then the others again and again until nobody reads them any more.
    Flood(&'static str, &'static str),
    /// Read the request and do nothing more.
    Hang,
}

/// An acknowledgement.
pub(crate) const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

/// How long a test waits for something that must come.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a receiver saw.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// A connection was opened.
    Opened,
    /// A request, head and body.
    Request(String),
    /// A connection was closed, by whomever.
    Closed,
}

/// A port that is taken, and at which nobody listens as long as it is held.
pub(crate) fn nobody() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// Listens and follows its script, one line a request, whichever connection it comes on.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    pub(crate) sights: UnboundedReceiver<Sight>,
}

impl Receiver {
    pub(crate) async fn start(script: impl IntoIterator<Item = Line>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let script = Arc::new(Mutex::new(script.into_iter().collect::<VecDeque<_>>()));
        let (tell, sights) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = tell.send(Sight::Opened);
                tokio::spawn(follow(stream, Arc::clone(&script), tell.clone()));
            }
        });
        Self { address, sights }
    }

    /// The next thing it sees.
    pub(crate) async fn sight(&mut self) -> Sight {
        let sight = tokio::time::timeout(PATIENCE, self.sights.recv()).await;
        sight.expect("the receiver sees something in time").unwrap()
    }

    /// The next request it sees, whatever is before it.
    pub(crate) async fn request(&mut self) -> String {
        loop {
            if let Sight::Request(request) = self.sight().await {
                return request;
            }
        }
    }
}

async fn follow(stream: TcpStream, script: Arc<Mutex<VecDeque<Line>>>, tell: UnboundedSender<Sight>) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = request(&mut stream).await {
        let _ = tell.send(Sight::Request(request));
        let line = script.lock().unwrap().pop_front().unwrap_or(Line::Answer(OK));
        match line {
            Line::Answer(bytes) => stream.write_all(bytes.as_bytes()).await.unwrap(),
            Line::Last(bytes) => {
                stream.write_all(bytes.as_bytes()).await.unwrap();
                break;
            }
            Line::Flood(head, piece) => {
                let pieces = piece.repeat(64 * 1024 / piece.len());
                let mut sent = stream.write_all(head.as_bytes()).await;
                while sent.is_ok() {
                    sent = stream.write_all(pieces.as_bytes()).await;
                }
                break;
            }
            Line::Hang => {}
        }
    }
    drop(stream);
    let _ = tell.send(Sight::Closed);
}

async fn request(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(head + &String::from_utf8(body).unwrap())
}
