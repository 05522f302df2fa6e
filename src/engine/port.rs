//! The door of the core: all that comes in, all that goes out.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::clock::Pace;
use crate::base::id::{AlarmId, DeliveryId, EntrySeq, SocketId, Ticket};
use crate::base::time::{VirtualSpan, WallLimit};
use crate::fault::Lost;
use crate::journal::entry::{Miss, Outcome};
use crate::platform::cx::Credential;
use crate::platform::route::{Call, Reply};
use crate::platform::socket::{Farewell, Inbound, Patience, Trouble};
use crate::scenario::Step;

/// Something that happened outside.
#[derive(Debug)]
pub enum Input {
    /// The world may begin: its steps are played from here on.
    Begin,
    /// The bot called; answered by [`Effect::Reply`] among the effects of this very input.
    Call(Call),
    /// The bot called, and whoever holds the world has decided on this very reply, as there was no room for what the call may
    /// cause, or as it comes out of a circle; answered like [`Input::Call`].
    TurnedAway {
        /// The call.
        call: Call,
        /// What it is answered with.
        reply: Reply,
    },
    /// An attempt to deliver a webhook ended.
    Attempted {
        /// Which webhook.
        delivery: DeliveryId,
        /// Which attempt.
        attempt: u32,
        /// How it ended.
        ending: Ending,
    },
    /// Something happened on a socket.
    Socket(SocketId, Happening),
    /// The real time that [`Effect::Alarm`] asked for has passed.
    Alarm(AlarmId),
    /// Somebody outside plays steps beside whatever else is played; answered by [`Effect::Played`] once they have ended.
    Play {
        /// Names them in the answer.
        ticket: Ticket,
        /// What is played, one after the other.
        steps: Vec<Step>,
        /// From which entry on expectations look that come before any act; from the last act from outside on if none is named.
        from: Option<EntrySeq>,
    },
    /// Somebody outside breaks the scenario off, if it has not ended.
    Cancel,
    /// Somebody outside has a webhook sent once more; answered by [`Effect::Resent`] among the effects of this very input.
    Resend(DeliveryId),
    /// Somebody outside lets virtual time pass at once, timer by timer, whatever the clock's pace; answered by
    /// [`Effect::Played`] once all is done that fell due.
    Advance {
        /// Names the request in the answer.
        ticket: Ticket,
        /// How much time.
        span: VirtualSpan,
    },
    /// Somebody outside has the clock run at another pace from now on.
    SetPace(Pace),
    /// The world is about to be closed: no more attempts begin, and none is made again. Those on their way may end.
    Stop,
    /// Nobody waits any longer for the attempts on their way.
    Abandon,
}

/// How an attempt to deliver a webhook ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ending {
    /// In one word, or a few.
    pub outcome: Outcome,
    /// What the receiver sent back besides a status, if it is known.
    pub answer: Option<Answer>,
}

/// What a receiver sent back besides a status. Shown without its headers and its body, which may repeat what was sent.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as far as it was read.
    pub body: Bytes,
    /// Whether the body was longer than that, or never ended.
    pub cut: bool,
}

impl From<Outcome> for Ending {
    /// An end of which nothing more is known.
    fn from(outcome: Outcome) -> Self {
        Self { outcome, answer: None }
    }
}

/// Something to be done outside.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Answer the call that was just put in.
    Reply(Treated),
    /// Do something with a socket. Nothing is to be done with one that is closed.
    Socket(SocketId, Errand),
    /// Make one attempt to deliver a webhook, and report it as [`Input::Attempted`].
    Attempt(Attempt),
    /// Put [`Input::Alarm`] in once this much real time has passed.
    Alarm {
        /// Which alarm.
        id: AlarmId,
        /// After how long.
        after: WallLimit,
    },
    /// Callers with this credential are callers of this world from now on.
    Claim(Credential),
    /// Steps that came from outside have ended.
    Played {
        /// Which.
        ticket: Ticket,
        /// How.
        played: Played,
    },
    /// A webhook is sent once more, under this number; nothing if it is not kept any more.
    Resent(Option<DeliveryId>),
    /// The scenario has ended. What the bot still does is recorded until the world is closed.
    Finished,
}

/// Something that happened on a socket.
#[derive(Debug)]
pub enum Happening {
    /// It was opened with this request. Comes first, and once.
    Opened(Box<Call>),
    /// A frame came.
    Heard(Inbound),
    /// Something is wrong.
    Trouble(Trouble),
    /// The client has closed it, with this code and reason if it gave any. Comes last, unless the world closes the socket.
    Gone(Option<(u16, String)>),
}

/// Something to be done with a socket. Messages are shown as their length.
#[derive(Clone)]
pub enum Errand {
    /// Send a message of this text.
    Say(Bytes),
    /// Send the head of a message of this text and so many bytes of it; then close the connection.
    Half(Bytes, usize),
    /// Close it properly once all was sent.
    HangUp(Farewell),
    /// Reset the connection.
    Reset,
    /// Be so patient from now on.
    Wait(Patience),
}

/// How steps that came from outside have ended.
#[derive(Clone, Debug)]
pub enum Played {
    /// All were done, and all expectations met.
    Met,
    /// An expectation was not met; what follows it was not played.
    Missed {
        /// The number of the step among all that the world has begun, as in the journal.
        index: usize,
        /// What happened instead.
        miss: Miss,
    },
    /// A step could not be done; what follows it was not played.
    Refused {
        /// The number of the step among all that the world has begun, as in the journal.
        index: usize,
        /// Why.
        reason: String,
    },
}

/// A reply and what a fault does to it on its way.
#[derive(Clone, Debug)]
pub struct Treated {
    /// The reply.
    pub reply: Reply,
    /// How long it is held back.
    pub delay: Option<WallLimit>,
    /// How its connection is cut.
    pub cut: Option<Cut>,
}

impl Treated {
    /// A reply to which nothing is done.
    #[must_use]
    pub const fn plain(reply: Reply) -> Self {
        Self { reply, delay: None, cut: None }
    }
}

/// How the connection of a reply is cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cut {
    /// Reset before the first byte of the answer.
    Reset,
    /// Closed after so many bytes of the body, though the headers promise all of it.
    Truncate(usize),
    /// Sent whole, but in so many pieces over so much time.
    Drip {
        /// How long the body takes.
        over: WallLimit,
        /// In how many pieces.
        pieces: u32,
    },
    /// Left open without an answer.
    Hang,
}

/// One attempt to deliver a webhook, with nothing left to decide but the network. Shown without what may be secret in it.
#[derive(Clone)]
pub struct Attempt {
    /// Which webhook.
    pub delivery: DeliveryId,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// The HTTP method.
    pub method: Method,
    /// Where it goes. `${bot}` stands for the bot's address.
    pub url: Arc<str>,
    /// All headers but those that say how it travels: `host`, `content-length` and [`HOPS`](super::hops::HOPS).
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// How many webhooks there were in its chain so far, with it.
    pub hops: u32,
    /// The body.
    pub body: Bytes,
    /// How long the receiver may take.
    pub timeout: WallLimit,
    /// What of it is lost on the way, if anything is.
    pub lost: Option<Lost>,
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Attempt")
            .field("delivery", &self.delivery)
            .field("attempt", &self.attempt)
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &headers)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("read", &self.body.len()).field("cut", &self.cut).finish_non_exhaustive()
    }
}

impl fmt::Debug for Errand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Say(text) => write!(f, "Say({} bytes)", text.len()),
            Self::Half(text, bytes) => write!(f, "Half({bytes} of {} bytes)", text.len()),
            Self::HangUp(farewell) => f.debug_tuple("HangUp").field(farewell).finish(),
            Self::Reset => f.write_str("Reset"),
            Self::Wait(patience) => f.debug_tuple("Wait").field(patience).finish(),
        }
    }
}
