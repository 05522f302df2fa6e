//! A request to a receiver, down to the bytes and the pace at which they are sent.

use super::{Event, Proof};
use crate::base::secret::Secret;
use crate::signing::{Message, STANDARD};

/// One request.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The method.
    pub method: &'static str,
    /// The version of HTTP.
    pub version: &'static str,
    /// All headers but `host` and those that tell how long the body is.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// How the end of the body is told.
    pub framing: Framing,
    /// How fast the body is sent.
    pub pace: Pace,
    /// Whether the answer is judged.
    pub role: Role,
}

/// How the end of a body is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Framing {
    /// By `content-length`.
    Length,
    /// By `content-length`, which promises so many bytes more than are sent before the sender ends.
    Short(usize),
    /// By chunks.
    Chunked,
    /// Not at all: there is no body.
    None,
}

/// How fast a body is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pace {
    /// At once.
    Whole,
    /// In pieces with pauses in between.
    Drip,
    /// Once the receiver asks for it, or says nothing for a second.
    Asked,
}

/// What the answer to a letter is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// It is judged.
    Judged,
    /// It only prepares what follows.
    Prelude,
}

/// What is at hand when a letter is written.
#[derive(Clone, Copy, Debug)]
pub struct Desk<'a> {
    /// The event it is about.
    pub event: &'a Event,
    /// What proves who sends it.
    pub proof: &'a Proof,
    /// The real time, in seconds since the Unix epoch.
    pub now: u64,
}

impl Desk<'_> {
    /// The event as the vendor sends it.
    #[must_use]
    pub fn genuine(&self) -> Letter {
        self.sealed(self.event.body.clone())
    }

    /// The event with another body, signed.
    #[must_use]
    pub fn sealed(&self, body: Vec<u8>) -> Letter {
        self.sealed_as(&self.event.id, body)
    }

    /// A body under another `webhook-id`, signed.
    #[must_use]
    pub fn sealed_as(&self, id: &str, body: Vec<u8>) -> Letter {
        self.dated(id, &self.now.to_string(), self.now, body)
    }

    /// The event of another time, signed with that time.
    #[must_use]
    pub fn sealed_at(&self, time: u64) -> Letter {
        self.dated(&self.event.id, &time.to_string(), time, self.event.body.clone())
    }

    /// The event with this in place of its timestamp. What is no number is signed as 0.
    #[must_use]
    pub fn stamped(&self, timestamp: &str) -> Letter {
        self.dated(&self.event.id, timestamp, timestamp.parse().unwrap_or(0), self.event.body.clone())
    }

    /// The event, signed with another key.
    #[must_use]
    pub fn forged(&self) -> Letter {
        let mut letter = self.genuine();
        letter.set(
            "webhook-signature",
            &self.signature_by(&Secret::new("whsec_YW5vdGhlciBrZXkgb2Ygc29tZWJvZHkgZWxzZQ==")),
        );
        letter
    }

    /// The signature of the event as it is, by a key.
    #[must_use]
    pub fn signature_by(&self, key: &Secret) -> String {
        signature(key, &self.event.id, self.now, &self.event.body)
    }

    fn dated(&self, id: &str, timestamp: &str, signed: u64, body: Vec<u8>) -> Letter {
        let mut headers = self.event.headers.clone();
        if let Some(key) = &self.proof.signing {
            headers.push(("webhook-id".to_owned(), id.to_owned()));
            headers.push(("webhook-timestamp".to_owned(), timestamp.to_owned()));
            headers.push(("webhook-signature".to_owned(), signature(key, id, signed, &body)));
        }
        let (framing, pace, role) = (Framing::Length, Pace::Whole, Role::Judged);
        Letter { method: "POST", version: "HTTP/1.1", headers, body, framing, pace, role }
    }
}

/// The value of `webhook-signature`.
fn signature(key: &Secret, id: &str, timestamp: u64, body: &[u8]) -> String {
    let headers = STANDARD.sign(Message { id, timestamp, url: "", body }, &[key]);
    headers.into_iter().next_back().map(|(_, value)| value).unwrap_or_default()
}

impl Letter {
    /// The value of a header; empty if it is not there.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Gives a header another value; adds it if it is not there.
    pub fn set(&mut self, name: &str, value: &str) {
        match self.headers.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => value.clone_into(known),
            None => self.headers.push((name.to_owned(), value.to_owned())),
        }
    }

    /// Takes a header away.
    pub fn remove(&mut self, name: &str) {
        self.headers.retain(|(known, _)| known != name);
    }

    /// The request line and the headers, with the empty line after them.
    #[must_use]
    pub fn head(&self, authority: &str, target: &str) -> Vec<u8> {
        let mut head = format!("{} {target} {}\r\nhost: {authority}\r\n", self.method, self.version);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        match self.framing {
            Framing::Length => head.push_str(&format!("content-length: {}\r\n", self.body.len())),
            Framing::Short(missing) => head.push_str(&format!("content-length: {}\r\n", self.body.len() + missing)),
            Framing::Chunked => head.push_str("transfer-encoding: chunked\r\n"),
            Framing::None => {}
        }
        if self.pace == Pace::Asked {
            head.push_str("expect: 100-continue\r\n");
        }
        head.push_str("\r\n");
        head.into_bytes()
    }

    /// The body as it goes over the wire, in the pieces in which it is sent.
    #[must_use]
    pub fn pieces(&self) -> Vec<Vec<u8>> {
        const PIECES: usize = 8;
        let size = match (self.framing, self.pace) {
            (Framing::None, _) => return Vec::new(),
            (Framing::Chunked, _) | (_, Pace::Drip) => self.body.len().div_ceil(PIECES).max(1),
            (Framing::Length | Framing::Short(_), Pace::Whole | Pace::Asked) => self.body.len().max(1),
        };
        let pieces = self.body.chunks(size);
        match self.framing {
            Framing::Chunked => {
                let chunk = |piece: &[u8]| [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat();
                pieces.map(chunk).chain([b"0\r\n\r\n".to_vec()]).collect()
            }
            Framing::Length | Framing::Short(_) | Framing::None => pieces.map(<[u8]>::to_vec).collect(),
        }
    }
}
