//! Takes letters to a receiver and reads its answers, byte by byte: what is sent is often not what a client would send.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{Barrier, Notify};

use super::letter::{Framing, Letter, Pace};
use crate::base::time::WallLimit;
use crate::delivery::{Delivery, Dialled};
use crate::journal::entry::Outcome;
use crate::server::ticker;

/// How many bytes of an answer are read.
const ANSWER_CAP: usize = 256 * 1024;
/// How long the rest of an answer may take once its status is known.
const REST: WallLimit = WallLimit::from_secs(1);
/// How long is waited until all letters that are to arrive at once are on their way.
const GATHERING: WallLimit = WallLimit::from_millis(500);
/// How long all of a dripping body takes, and how long is waited until a receiver asks for a body; a quarter of the
/// receiver's time if that is less.
const SLOWLY: Duration = Duration::from_millis(1500);

/// What came of a letter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The status, or why there is none.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
}

/// A way to the receiver, with the connection that was kept.
pub struct Way {
    delivery: Delivery,
    url: Arc<str>,
    timeout: WallLimit,
    gate: Option<Arc<Barrier>>,
    kept: Option<Connection>,
}

/// One connection.
struct Connection {
    read: OwnedReadHalf,
    write: OwnedWriteHalf,
    authority: String,
    target: String,
    /// What was read and belongs to the next answer.
    ahead: Vec<u8>,
    used: bool,
}

/// What is peculiar about how letters are sent.
struct Manner {
    /// How many milliseconds all of a dripping body takes.
    slowly: u64,
    /// Where the last byte waits.
    gate: Option<Arc<Barrier>>,
}

/// An answer on the wire.
struct Head {
    status: u16,
    body: Body,
    keeps: bool,
}

/// How the end of an answer's body is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Body {
    Length(usize),
    Chunked,
    UntilClosed,
}

impl Way {
    /// The way to this URL, on which every answer may take so long.
    #[must_use]
    pub fn new(delivery: Delivery, url: Arc<str>, timeout: WallLimit) -> Self {
        Self { delivery, url, timeout, gate: None, kept: None }
    }

    /// The same, with the last byte of each letter held back until it has got so far on all ways through this gate.
    #[must_use]
    pub fn through(self, gate: Arc<Barrier>) -> Self {
        Self { gate: Some(gate), ..self }
    }

    /// Sends a letter on a connection of its own.
    pub async fn send(&mut self, letter: &Letter) -> Answer {
        self.kept = None;
        let answer = self.send_on(letter).await;
        self.kept = None;
        answer
    }

    /// Sends a letter on the connection of the one before, if the receiver has kept it.
    pub async fn send_on(&mut self, letter: &Letter) -> Answer {
        let begun = ticker::now();
        let exchanged = ticker::within(self.timeout, self.exchange(letter)).await;
        let outcome = exchanged.unwrap_or_else(|| {
            self.kept = None;
            Outcome::TimedOut
        });
        Answer { outcome, took: ticker::now().since(begun) }
    }

    async fn exchange(&mut self, letter: &Letter) -> Outcome {
        let slowly = SLOWLY.min(self.timeout.as_duration() / 4).as_millis();
        let manner = &Manner { slowly: u64::try_from(slowly).unwrap_or(u64::MAX), gate: self.gate.clone() };
        loop {
            let mut connection = match self.kept.take() {
                Some(kept) => kept,
                None => match self.delivery.dial(&self.url).await {
                    Ok(dialled) => Connection::of(dialled),
                    Err(outcome) => return outcome,
                },
            };
            let used = std::mem::replace(&mut connection.used, true);
            match connection.exchange(letter, manner).await {
                Some((status, keeps)) => {
                    self.kept = keeps.then_some(connection);
                    return Outcome::Status(status);
                }
                // The receiver may close a connection while it is idle.
                None if used && connection.ahead.is_empty() => {}
                None if connection.ahead.is_empty() => {
                    return Outcome::Broken("the connection was closed before an answer".to_owned());
                }
                None => return Outcome::Broken("the answer is not HTTP".to_owned()),
            }
        }
    }
}

impl Connection {
    fn of(Dialled { stream, authority, target }: Dialled) -> Self {
        let (read, write) = stream.into_split();
        Self { read, write, authority, target, ahead: Vec::new(), used: false }
    }

    /// The status of the answer, and whether the connection can be used again; nothing if there is no answer.
    async fn exchange(&mut self, letter: &Letter, manner: &Manner) -> Option<(u16, bool)> {
        let Self { read, write, authority, target, ahead, used: _ } = self;
        let asked = Notify::new();
        let send = async {
            // A receiver may answer before it has read everything, and close; its answer is what counts.
            let _ = post(write, letter, &letter.head(authority, target), manner, &asked).await;
            std::future::pending().await
        };
        let head = tokio::select! {
            head = receive(read, ahead, letter, &asked) => head?,
            () = send => return None,
        };
        let rest = ticker::within(REST, finish(read, ahead, head.body)).await;
        Some((head.status, head.keeps && rest == Some(true)))
    }
}

/// Writes a letter.
async fn post(
    write: &mut OwnedWriteHalf,
    letter: &Letter,
    head: &[u8],
    manner: &Manner,
    asked: &Notify,
) -> std::io::Result<()> {
    let pieces = letter.pieces();
    if letter.pace == Pace::Whole {
        let mut bytes = [head, &pieces.concat()].concat();
        let last = bytes.split_off(bytes.len() - 1);
        if let Some(gate) = &manner.gate {
            write.write_all(&bytes).await?;
            // If one cannot get so far, the others go on after a while.
            let _ = ticker::within(GATHERING, gate.wait()).await;
            bytes.clear();
        }
        write.write_all(&[bytes, last].concat()).await?;
    } else {
        write.write_all(head).await?;
        if letter.pace == Pace::Asked {
            // Whoever says nothing gets the body all the same.
            let _ = ticker::within(WallLimit::from_millis(manner.slowly), asked.notified()).await;
        }
        let pause = manner.slowly / (pieces.len() as u64).max(1);
        for piece in &pieces {
            write.write_all(piece).await?;
            if letter.pace == Pace::Drip {
                ticker::pause(WallLimit::from_millis(pause)).await;
            }
        }
    }
    match letter.framing {
        Framing::Short(_) => write.shutdown().await,
        Framing::Length | Framing::Chunked | Framing::None => write.flush().await,
    }
}

/// Reads the head of the final answer. What follows it stays in `ahead`.
async fn receive(read: &mut OwnedReadHalf, ahead: &mut Vec<u8>, letter: &Letter, asked: &Notify) -> Option<Head> {
    loop {
        if let Some(end) = ahead.windows(4).position(|window| window == b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&ahead[..end]).into_owned();
            let mut head = parse(&text)?;
            ahead.drain(..end + 4);
            if (100..200).contains(&head.status) {
                asked.notify_one();
                continue;
            }
            if letter.method == "HEAD" || matches!(head.status, 204 | 304) {
                head.body = Body::Length(0);
            }
            return Some(head);
        }
        more(read, ahead).await?;
    }
}

/// Reads a body to its end; whether it has one.
async fn finish(read: &mut OwnedReadHalf, ahead: &mut Vec<u8>, body: Body) -> bool {
    loop {
        let end = match body {
            Body::Length(length) => Some(length).filter(|length| *length <= ahead.len()),
            Body::Chunked => ahead.windows(5).position(|window| window == b"0\r\n\r\n").map(|at| at + 5),
            Body::UntilClosed => None,
        };
        if let Some(end) = end {
            ahead.drain(..end);
            return true;
        }
        if more(read, ahead).await.is_none() {
            return false;
        }
    }
}

/// Reads some bytes; nothing if there are none or too many.
async fn more(read: &mut OwnedReadHalf, ahead: &mut Vec<u8>) -> Option<()> {
    let mut bytes = [0; 4096];
    match read.read(&mut bytes).await {
        Ok(count) if count > 0 && ahead.len() < ANSWER_CAP => {
            ahead.extend_from_slice(&bytes[..count]);
            Some(())
        }
        Ok(_) | Err(_) => None,
    }
}

fn parse(text: &str) -> Option<Head> {
    let mut lines = text.split("\r\n");
    let (version, rest) = lines.next()?.strip_prefix("HTTP/1.")?.split_once(' ')?;
    let status = rest.get(..3)?.parse().ok().filter(|status| (100..600).contains(status))?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_ascii_lowercase()))
        .collect();
    let get = |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let body = match (get("transfer-encoding"), get("content-length").map(str::parse)) {
        (Some(coding), _) if coding.ends_with("chunked") => Body::Chunked,
        (_, Some(Ok(length))) => Body::Length(length),
        _ => Body::UntilClosed,
    };
    let keeps = match get("connection") {
        Some("close") => false,
        Some("keep-alive") => true,
        _ => version == "1",
    };
    Some(Head { status, body, keeps })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_an_answer_tells_status_body_and_connection() {
        let check = |text: &str, expected: Option<(u16, Body, bool)>| {
            let found = parse(text).map(|head| (head.status, head.body, head.keeps));
            assert_eq!(found, expected, "{text}");
        };
        check("HTTP/1.1 200 OK\r\nContent-Length: 2", Some((200, Body::Length(2), true)));
        check("HTTP/1.0 404 Not Found\r\ncontent-length: 0", Some((404, Body::Length(0), false)));
        check("HTTP/1.0 200\r\nConnection: Keep-Alive", Some((200, Body::UntilClosed, true)));
        check(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\nconnection: close",
            Some((200, Body::Chunked, false)),
        );
        check("HTTP/2 200", None);
        check("HTTP/1.1 2x0 OK", None);
        check("HTTP/1.1 999 OK", None);
        check("HTTP/1.1", None);
        check("", None);
    }
}
