//! Sockets as a vendor sees them: where they can be opened, what comes in on them, what is to be done with them.
//!
//! The rim moves frames and measures real time; what a frame means is the vendor's business, and so is which frames are
//! answered before anybody has logged in. A frame that asks for an operation becomes a [`Call`] of that operation, so that
//! one handler serves both ways to ask. How patient the platform is with a client is a matter of the wall clock, since the
//! client is a foreign process: a scenario that skips an hour must not cut it off.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::cx::Cx;
use super::route::{Answer, Call, Reply};
use crate::base::doc_ref::DocRef;
use crate::base::time::WallLimit;

/// Close codes (RFC 6455, §7.4.1).
pub mod close {
    /// All is said.
    pub const NORMAL: u16 = 1000;
    /// The world, or the whole program, ends.
    pub const GOING_AWAY: u16 = 1001;
    /// Something that is no frame, or no text.
    pub const PROTOCOL: u16 = 1002;
    /// A message that is larger than is read.
    pub const TOO_BIG: u16 = 1009;
}

/// A place where sockets can be opened.
#[derive(Clone, Copy, Debug)]
pub struct Surface {
    /// What is told there, in one word; pushes name it.
    pub name: &'static str,
    /// The path, with parameters in braces, each of them one segment.
    pub path: &'static str,
    /// What it is for, in a few words.
    pub summary: &'static str,
    /// Where it is documented.
    pub doc: DocRef,
}

impl Surface {
    /// Whether a path is one of this surface.
    #[must_use]
    pub fn serves(&self, path: &str) -> bool {
        let (mut wanted, mut given) = (self.path.split('/'), path.split('/'));
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return true,
                (Some(wanted), Some(given)) if wanted == given || (wanted.starts_with('{') && !given.is_empty()) => {}
                _ => return false,
            }
        }
    }
}

/// An operation that there is on sockets only.
pub struct Action<P> {
    /// The vendor's name for it.
    pub name: &'static str,
    /// The path of the surface.
    pub path: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// Where it is documented.
    pub doc: DocRef,
    /// Does it. [`Cx::socket`] tells on which socket.
    pub handle: fn(&mut P, &mut Cx<'_>, &Call) -> Answer,
}

/// Something that sockets alone are told.
#[derive(Clone, Copy, Debug)]
pub struct Push {
    /// The vendor's name for it.
    pub name: &'static str,
    /// When it is sent.
    pub summary: &'static str,
    /// Where it is documented.
    pub doc: DocRef,
    /// The surfaces whose sockets are told.
    pub to: &'static [&'static str],
}

/// A frame that came in. Shown as its length, as it may be a login.
#[derive(Clone, PartialEq, Eq)]
pub enum Inbound {
    /// A message of text, which is UTF-8.
    Text(Bytes),
    /// A message of bytes.
    Binary(Bytes),
}

impl fmt::Debug for Inbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Text(_) => "text",
            Self::Binary(_) => "binary",
        };
        write!(f, "{} bytes of {kind}", self.bytes().len())
    }
}

impl Inbound {
    /// What is in it.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        match self {
            Self::Text(bytes) | Self::Binary(bytes) => bytes,
        }
    }
}

/// Something is wrong with a socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// The platform has lost its [`Patience`].
    Overdue,
    /// A message was larger than this many bytes. Nothing more is read from the socket.
    TooLarge(usize),
    /// The client does not read what it is sent, and too much of it waits. What waited is dropped.
    Behind,
    /// What came was no frame, or no text. Nothing more is read from the socket.
    Garbled,
}

/// How long the platform waits for a client, in real time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Patience {
    /// For ever.
    Endless,
    /// So long from now on, whatever comes.
    Until(WallLimit),
    /// So long after whatever came last, control frames included.
    Between(WallLimit),
    /// The same, or for ever where there is no limit, and the client is pinged so often: one that cannot ping, as browsers
    /// cannot, answers pings all the same.
    Pinging {
        /// How often.
        every: WallLimit,
        /// How long after whatever came last.
        limit: Option<WallLimit>,
    },
}

/// A message that goes out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    /// Its text, which is UTF-8.
    pub text: Bytes,
    /// The push it is; nothing for an answer.
    pub push: Option<Pushed>,
}

/// Which push a message is, and what and whom it is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pushed {
    /// The vendor's name for it.
    pub name: &'static str,
    /// The vendor's id of the chat it is about, if it is about one.
    pub chat: Option<Arc<str>>,
    /// The vendor's id of whoever is told, if they have said who they are.
    pub to: Option<Arc<str>>,
}

/// How a socket is closed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Farewell {
    /// The close code.
    pub code: u16,
    /// Why, in the vendor's word.
    pub reason: Cow<'static, str>,
}

/// What is to be done with a socket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Order {
    /// Send this.
    Say(Message),
    /// Close it, once all was sent.
    HangUp(Farewell),
    /// Be so patient from now on, and report [`Trouble::Overdue`] after.
    Wait(Patience),
}

/// An operation that a frame asks for.
pub struct Asked {
    /// Its name if sockets alone have it; otherwise the call says what it is.
    pub action: Option<&'static str>,
    /// The same as it would be called over HTTP.
    pub call: Call,
    /// Makes a message of the answer.
    pub respond: Box<dyn FnOnce(&Reply) -> Bytes + Send>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::doc_ref::Mark;

    #[test]
    fn a_surface_serves_paths_with_as_many_segments() {
        let doc = DocRef::new(Mark::Inferred, "");
        let surface = Surface { name: "a", path: "/{version}/a/ws", summary: "", doc };
        let check = |path: &str, expected: bool| assert_eq!(surface.serves(path), expected, "{path}");
        check("/v1/a/ws", true);
        check("/v2/a/ws", true);
        check("//a/ws", false);
        check("/v1/a/ws/", false);
        check("/v1/a", false);
        check("/v1/b/ws", false);
        check("v1/a/ws", false);
        check("", false);
    }
}
