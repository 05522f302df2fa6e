//! Planned deviations: what to break, decided before it breaks.
//!
//! [`plan::Plan`] turns rules into verdicts and does nothing else. Whoever carries a verdict out reports that it did.

pub mod plan;

use serde_json::Value as Json;

use crate::base::time::{VirtualSpan, WallLimit};

/// One row of the table of faults.
#[derive(Clone, Copy, Debug)]
pub struct FaultDoc {
    /// The key under `do:`.
    pub name: &'static str,
    /// Which seam it acts at.
    pub seam: Seam,
    /// What it does.
    pub doc: &'static str,
}

/// Where a fault acts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Seam {
    /// The vendor's answer to a call.
    Response,
    /// The bytes of the connection the answer travels on.
    Connection,
    /// A webhook on its way.
    Delivery,
    /// Calls and webhooks alike.
    Both,
}

/// All faults.
pub const FAULTS: &[FaultDoc] = &[
    FaultDoc {
        name: "code",
        seam: Seam::Response,
        doc: "answers with this documented code once the call has passed every check",
    },
    FaultDoc {
        name: "delay",
        seam: Seam::Both,
        doc: "answers that much later in real time; delivers that much later in virtual time",
    },
    FaultDoc {
        name: "reset",
        seam: Seam::Connection,
        doc: "does the work, then resets the connection instead of answering",
    },
    FaultDoc {
        name: "truncate",
        seam: Seam::Connection,
        doc: "sends only so many bytes of the answer's body, then closes",
    },
    FaultDoc {
        name: "duplicate",
        seam: Seam::Delivery,
        doc: "delivers the same webhook once more after a gap of virtual time",
    },
    FaultDoc { name: "drop", seam: Seam::Delivery, doc: "never delivers the webhook" },
    FaultDoc {
        name: "set",
        seam: Seam::Delivery,
        doc: "delivers with these members of the body changed, and signed as if they had always been so",
    },
    FaultDoc {
        name: "tamper",
        seam: Seam::Delivery,
        doc: "delivers with a forged `secret`, `signature` or `body`, `stale`, `unsigned`, unsigned from the second attempt on (`unsigned_retry`), or signed with the `old_secret` alone",
    },
];

/// When a fault fires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// A call to this operation.
    Route(String),
    /// A webhook of this event.
    Event(String),
}

/// What a fault does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Answer with this vendor code.
    Code(String),
    /// Answer later.
    DelayAnswer(WallLimit),
    /// Deliver later.
    DelayDelivery(VirtualSpan),
    /// Reset the connection instead of answering.
    Reset,
    /// Send only so many bytes of the body.
    Truncate(usize),
    /// Deliver once more, after this gap.
    Duplicate(VirtualSpan),
    /// Do not deliver.
    Drop,
    /// Deliver with these values in the body, each at its path, such as `payload.chat.id`.
    Set(Vec<(String, Json)>),
    /// Forge this part of the delivery.
    Tamper(Forgery),
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
}

impl Deed {
    /// Its row in [`FAULTS`].
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Code(_) => "code",
            Self::DelayAnswer(_) | Self::DelayDelivery(_) => "delay",
            Self::Reset => "reset",
            Self::Truncate(_) => "truncate",
            Self::Duplicate(_) => "duplicate",
            Self::Drop => "drop",
            Self::Set(_) => "set",
            Self::Tamper(_) => "tamper",
        }
    }
}

/// A rule: on this occasion do that, so often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// When.
    pub on: Occasion,
    /// On which of these occasions first, counted from 1.
    pub nth: u32,
    /// What.
    pub deed: Deed,
    /// How often; without a number, every time.
    pub times: Option<u32>,
}
