//! The door of the core: all that comes in, all that goes out.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};

use crate::base::id::{AlarmId, DeliveryId};
use crate::base::time::WallLimit;
use crate::journal::entry::Outcome;
use crate::platform::cx::Credential;
use crate::platform::route::{Call, Reply};
use crate::scenario::act::Act;

/// Something that happened outside.
#[derive(Debug)]
pub enum Input {
    /// The world may begin: its steps are played from here on.
    Begin,
    /// The bot called; answered by [`Effect::Reply`] among the effects of this very input.
    Call(Call),
    /// An attempt to deliver a webhook ended.
    Attempted {
        /// Which webhook.
        delivery: DeliveryId,
        /// Which attempt.
        attempt: u32,
        /// How it ended.
        outcome: Outcome,
    },
    /// The real time that [`Effect::Alarm`] asked for has passed.
    Alarm(AlarmId),
    /// Somebody outside the scenario does something.
    Act(Act),
}

/// Something to be done outside.
#[derive(Debug)]
pub enum Effect {
    /// Answer the call that was just put in.
    Reply(Treated),
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
    /// The scenario has ended. What the bot still does is recorded until the world is closed.
    Finished,
}

/// A reply and what a fault does to it on its way.
#[derive(Debug)]
pub struct Treated {
    /// The reply.
    pub reply: Reply,
    /// How long it is held back.
    pub delay: Option<WallLimit>,
    /// How its connection is cut.
    pub cut: Option<Cut>,
}

/// How the connection of a reply is cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cut {
    /// Reset before the first byte of the answer.
    Reset,
    /// Closed after so many bytes of the body, though the headers promise all of it.
    Truncate(usize),
}

/// One attempt to deliver a webhook, with nothing left to decide but the network.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Which webhook.
    pub delivery: DeliveryId,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// The HTTP method.
    pub method: Method,
    /// Where it goes. `${bot}` stands for the bot's address.
    pub url: Arc<str>,
    /// All headers but `host` and `content-length`.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body.
    pub body: Bytes,
    /// How long the receiver may take.
    pub timeout: WallLimit,
}
