//! What faults do, and how they are told.

use serde_json::{Value as Json, json};

use super::latency::{Latency, Luck};
use crate::base::time::{VirtualSpan, WallLimit};

/// What a fault does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// To the answer of a call.
    Answer(AnswerDeed),
    /// To a webhook.
    Delivery(DeliveryDeed),
    /// To a push.
    Push(PushDeed),
}

/// What a fault does to the answer of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerDeed {
    /// Refuse the call with this vendor code.
    Code(String),
    /// Let the call's token expire, and refuse the call for it.
    Expire,
    /// Send the caller to this address instead.
    Redirect(String),
    /// Spoil the JSON of the body.
    Malformed,
    /// Answer later.
    Delay(Latency),
    /// Send the body piece by piece.
    Drip {
        /// How long it takes in all.
        over: WallLimit,
        /// In how many pieces, at least two.
        pieces: u32,
    },
    /// Reset the connection instead of answering.
    Reset,
    /// Send only so many bytes of the body.
    Truncate(usize),
    /// Never answer.
    Hang,
}

/// What a fault does to a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryDeed {
    /// Deliver later, perhaps after what follows in the chat.
    Delay(Latency),
    /// Deliver once more, after this gap.
    Duplicate(VirtualSpan),
    /// Deliver later, and what follows in the chat after it.
    Hold(VirtualSpan),
    /// Deliver after later ones of the chat.
    Reorder {
        /// After how many, at least one.
        behind: u32,
        /// After how long, at the latest.
        within: VirtualSpan,
    },
    /// Lose this part of the first attempt.
    Lose(Lost),
    /// Do not deliver.
    Drop,
    /// Deliver with these values in the body, each at its path, such as `payload.chat.id`.
    Set(Vec<(String, Json)>),
    /// Forge this part of the delivery.
    Tamper(Forgery),
}

/// What a fault does to a push on its way out on one socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushDeed {
    /// Do not send it.
    Drop,
    /// Send it later, perhaps after what follows on the socket.
    Delay(Latency),
    /// Send it once more, after this gap.
    Duplicate(VirtualSpan),
    /// Spoil its JSON.
    Malformed,
    /// Send only so many bytes of it, then close the connection.
    Truncate(usize),
    /// Reset the connection instead.
    Reset,
    /// Send nothing more on the socket for so long, and then all that waited.
    Stall(VirtualSpan),
    /// Close the socket instead.
    Close {
        /// The close code.
        code: u16,
        /// Why; empty if nothing is said.
        reason: String,
    },
}

/// What is lost of an attempt to deliver a webhook. The vendor cannot tell one from the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The request: the receiver never sees it.
    Request,
    /// The answer: the receiver has seen the request.
    Answer,
}

impl Lost {
    /// The words for them.
    pub const WORDS: &'static [&'static str] = &["request", "answer"];

    /// The loss with this name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        match word {
            "request" => Some(Self::Request),
            "answer" => Some(Self::Answer),
            _ => None,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Answer => "answer",
        }
    }
}

/// What is forged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Forgery {
    /// The shared secret, wherever the vendor puts it.
    Secret,
    /// The signature: made with another key.
    Signature,
    /// The body: changed after it was signed.
    Body,
    /// The time: signed as if the attempt had been made an hour ago.
    Stale,
    /// The signature: not there.
    Unsigned,
    /// The signature: there at the first attempt, and not at those after it.
    UnsignedRetry,
    /// The signature: made with the secret before the present one alone.
    OldSecret,
}

impl Forgery {
    /// The words for them.
    pub const WORDS: &'static [&'static str] =
        &["secret", "signature", "body", "stale", "unsigned", "unsigned_retry", "old_secret"];

    /// The forgery with this name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        match word {
            "secret" => Some(Self::Secret),
            "signature" => Some(Self::Signature),
            "body" => Some(Self::Body),
            "stale" => Some(Self::Stale),
            "unsigned" => Some(Self::Unsigned),
            "unsigned_retry" => Some(Self::UnsignedRetry),
            "old_secret" => Some(Self::OldSecret),
            _ => None,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Signature => "signature",
            Self::Body => "body",
            Self::Stale => "stale",
            Self::Unsigned => "unsigned",
            Self::UnsignedRetry => "unsigned_retry",
            Self::OldSecret => "old_secret",
        }
    }
}

impl From<AnswerDeed> for Deed {
    fn from(deed: AnswerDeed) -> Self {
        Self::Answer(deed)
    }
}

impl From<DeliveryDeed> for Deed {
    fn from(deed: DeliveryDeed) -> Self {
        Self::Delivery(deed)
    }
}

impl From<PushDeed> for Deed {
    fn from(deed: PushDeed) -> Self {
        Self::Push(deed)
    }
}

impl Deed {
    /// Its row in [`FAULTS`](super::FAULTS).
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Answer(deed) => deed.name(),
            Self::Delivery(deed) => deed.name(),
            Self::Push(deed) => deed.name(),
        }
    }

    /// What stands after its name under `do:`.
    #[must_use]
    pub fn written(&self) -> Json {
        match self {
            Self::Answer(deed) => deed.written(),
            Self::Delivery(deed) => deed.written(),
            Self::Push(deed) => deed.written(),
        }
    }
}

/// What verdicts are about.
pub trait Doing {
    /// Its row in [`FAULTS`](super::FAULTS).
    fn name(&self) -> &'static str;

    /// What it comes to with this luck, in a few words; empty where the name says it all.
    fn detail(&self, luck: Luck) -> String;

    /// The time it takes, where luck decides about it.
    fn latency(&self) -> Option<&Latency>;
}

impl Doing for AnswerDeed {
    fn name(&self) -> &'static str {
        match self {
            Self::Code(_) => "code",
            Self::Expire => "expire",
            Self::Redirect(_) => "redirect",
            Self::Malformed => "malformed",
            Self::Delay(_) => "delay",
            Self::Drip { .. } => "drip",
            Self::Reset => "reset",
            Self::Truncate(_) => "truncate",
            Self::Hang => "hang",
        }
    }

    fn detail(&self, luck: Luck) -> String {
        match self {
            Self::Code(code) => code.clone(),
            Self::Redirect(to) => format!("to {to}"),
            Self::Delay(latency) => WallLimit::from_millis(latency.millis(luck)).to_string(),
            Self::Drip { over, pieces } => format!("in {pieces} pieces over {over}"),
            Self::Truncate(bytes) => format!("after {bytes} bytes"),
            Self::Expire | Self::Malformed | Self::Reset | Self::Hang => String::new(),
        }
    }

    fn latency(&self) -> Option<&Latency> {
        match self {
            Self::Delay(latency) => Some(latency),
            Self::Code(_)
            | Self::Expire
            | Self::Redirect(_)
            | Self::Malformed
            | Self::Drip { .. }
            | Self::Reset
            | Self::Truncate(_)
            | Self::Hang => None,
        }
    }
}

impl AnswerDeed {
    fn written(&self) -> Json {
        match self {
            Self::Code(code) => json!(code),
            Self::Redirect(to) => json!(to),
            Self::Delay(latency) => latency.written(),
            Self::Drip { over, pieces } => json!({"over": over.to_string(), "pieces": pieces}),
            Self::Truncate(bytes) => json!(bytes),
            Self::Expire | Self::Malformed | Self::Reset | Self::Hang => json!(true),
        }
    }
}

impl Doing for DeliveryDeed {
    fn name(&self) -> &'static str {
        match self {
            Self::Delay(_) => "delay",
            Self::Duplicate(_) => "duplicate",
            Self::Hold(_) => "hold",
            Self::Reorder { .. } => "reorder",
            Self::Lose(_) => "lose",
            Self::Drop => "drop",
            Self::Set(_) => "set",
            Self::Tamper(_) => "tamper",
        }
    }

    fn detail(&self, luck: Luck) -> String {
        match self {
            Self::Delay(latency) => VirtualSpan::from_millis(latency.millis(luck)).to_string(),
            Self::Duplicate(gap) => format!("after {gap}"),
            Self::Hold(span) => format!("for {span}"),
            Self::Reorder { behind, within } => format!("behind {behind}, within {within}"),
            Self::Lose(lost) => lost.word().to_owned(),
            Self::Drop => String::new(),
            // The values may be long, and what was sent is told anyway.
            Self::Set(members) => members.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>().join(", "),
            Self::Tamper(forgery) => forgery.word().to_owned(),
        }
    }

    fn latency(&self) -> Option<&Latency> {
        match self {
            Self::Delay(latency) => Some(latency),
            Self::Duplicate(_)
            | Self::Hold(_)
            | Self::Reorder { .. }
            | Self::Lose(_)
            | Self::Drop
            | Self::Set(_)
            | Self::Tamper(_) => None,
        }
    }
}

impl DeliveryDeed {
    fn written(&self) -> Json {
        match self {
            Self::Delay(latency) => latency.written(),
            Self::Duplicate(gap) => json!({"gap": gap}),
            Self::Hold(span) => json!(span),
            Self::Reorder { behind, within } => json!({"behind": behind, "within": within}),
            Self::Lose(lost) => json!(lost.word()),
            Self::Drop => json!(true),
            Self::Set(members) => Json::Object(members.iter().cloned().collect()),
            Self::Tamper(forgery) => json!(forgery.word()),
        }
    }
}

impl Doing for PushDeed {
    fn name(&self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::Delay(_) => "delay",
            Self::Duplicate(_) => "duplicate",
            Self::Malformed => "malformed",
            Self::Truncate(_) => "truncate",
            Self::Reset => "reset",
            Self::Stall(_) => "stall",
            Self::Close { .. } => "close",
        }
    }

    fn detail(&self, luck: Luck) -> String {
        match self {
            Self::Delay(latency) => VirtualSpan::from_millis(latency.millis(luck)).to_string(),
            Self::Duplicate(gap) => format!("after {gap}"),
            Self::Truncate(bytes) => format!("after {bytes} bytes"),
            Self::Stall(span) => format!("for {span}"),
            Self::Close { code, .. } => format!("with {code}"),
            Self::Drop | Self::Malformed | Self::Reset => String::new(),
        }
    }

    fn latency(&self) -> Option<&Latency> {
        match self {
            Self::Delay(latency) => Some(latency),
            Self::Drop
            | Self::Duplicate(_)
            | Self::Malformed
            | Self::Truncate(_)
            | Self::Reset
            | Self::Stall(_)
            | Self::Close { .. } => None,
        }
    }
}

impl PushDeed {
    fn written(&self) -> Json {
        match self {
            Self::Delay(latency) => latency.written(),
            Self::Duplicate(gap) => json!({"gap": gap}),
            Self::Truncate(bytes) => json!(bytes),
            Self::Stall(span) => json!(span),
            Self::Close { code, reason } if reason.is_empty() => json!({"code": code}),
            Self::Close { code, reason } => json!({"code": code, "reason": reason}),
            Self::Drop | Self::Malformed | Self::Reset => json!(true),
        }
    }
}
