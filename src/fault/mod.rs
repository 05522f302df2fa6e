//! Planned deviations: what to break, decided before it breaks.
//!
//! [`plan::Plan`] turns rules into verdicts and does nothing else. Whoever carries a verdict out reports that it did.

pub mod deed;
pub mod latency;
pub mod plan;
pub mod probability;

pub use deed::{AnswerDeed, Deed, DeliveryDeed, Forgery, Lost, PushDeed};

use self::probability::Probability;
use crate::base::time::VirtualSpan;

/// One row of the table of faults.
#[derive(Clone, Copy, Debug)]
pub struct FaultDoc {
    /// The key under `do:`.
    pub name: &'static str,
    /// Which seam it acts at.
    pub seam: Seam,
    /// Whether it can be done to a push as well.
    pub meets_pushes: bool,
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
    /// A push that goes out on a socket.
    Push,
    /// Calls and webhooks alike.
    Both,
}

/// The fault that only those platforms know whose tokens expire.
pub const EXPIRE: &str = "expire";

const fn fault(seam: Seam, name: &'static str, doc: &'static str) -> FaultDoc {
    FaultDoc { name, seam, meets_pushes: matches!(seam, Seam::Push), doc }
}

impl FaultDoc {
    const fn and_pushes(self) -> Self {
        Self { meets_pushes: true, ..self }
    }
}

/// All faults.
pub const FAULTS: &[FaultDoc] = &[
    fault(Seam::Response, "code", "answers with this documented code once the call has passed every check"),
    fault(
        Seam::Response,
        EXPIRE,
        "lets the token of the call expire: it is refused as the vendor documents, now and from now on",
    ),
    fault(
        Seam::Response,
        "redirect",
        "does nothing and sends the caller elsewhere, with its method and body (307); who follows must not take the token along",
    ),
    fault(
        Seam::Response,
        "malformed",
        "does the work, then answers with a body that is complete but no JSON; pushes such a frame",
    )
    .and_pushes(),
    fault(
        Seam::Both,
        "delay",
        "answers that much later in real time; delivers or pushes that much later in virtual time, perhaps after what follows",
    )
    .and_pushes(),
    fault(Seam::Connection, "drip", "sends the answer's body in pieces, spread over so much real time"),
    fault(
        Seam::Connection,
        "reset",
        "does the work, then resets the connection instead of answering; resets a socket instead of the push",
    )
    .and_pushes(),
    fault(
        Seam::Connection,
        "truncate",
        "sends only so many bytes of the answer's body or of the push's frame, then closes the connection",
    )
    .and_pushes(),
    fault(
        Seam::Connection,
        "hang",
        "does the work, then never answers: the connection is open until the caller, the world or five minutes end it",
    ),
    fault(
        Seam::Delivery,
        "duplicate",
        "delivers the same webhook, or sends the same push, once more after a gap of virtual time",
    )
    .and_pushes(),
    fault(
        Seam::Delivery,
        "hold",
        "delivers that much later in virtual time, and what follows in its chat after it",
    ),
    fault(
        Seam::Delivery,
        "reorder",
        "delivers the webhook behind so many later ones of its chat, or at the latest when so much virtual time has passed",
    ),
    fault(
        Seam::Delivery,
        "lose",
        "loses the `request` or the `answer` of the first attempt, so that the webhook is tried again",
    ),
    fault(Seam::Delivery, "drop", "never delivers the webhook, or never sends the push").and_pushes(),
    fault(
        Seam::Delivery,
        "set",
        "delivers with these members of the body changed, and signed as if they had always been so",
    ),
    fault(
        Seam::Delivery,
        "tamper",
        "delivers with a forged `secret`, `signature` or `body`, `stale`, `unsigned`, unsigned from the second attempt on (`unsigned_retry`), or signed with the `old_secret` alone",
    ),
    fault(
        Seam::Push,
        "stall",
        "sends nothing on the socket, neither the push nor what follows, until so much virtual time has passed; pings are answered",
    ),
    fault(Seam::Push, "close", "closes the socket instead of the push, with this code and reason and without a word before"),
];

/// What a fault is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// A call to this operation.
    Route(String),
    /// A webhook of this event.
    Event(String),
    /// A push of this name, on each socket that gets it.
    Push(String),
}

impl Occasion {
    /// The operation, event or push.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Route(name) | Self::Event(name) | Self::Push(name) => name,
        }
    }
}

/// On which of all occasions a rule fires. Those outside its chat and its time are not counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Only {
    /// In this chat, as the scenario calls it; in any without one.
    pub chat: Option<String>,
    /// From which occasion on, counted from 1.
    pub nth: u32,
    /// How many occasions on is the next one; never zero.
    pub every: u32,
    /// How likely it is on each of them.
    pub probability: Probability,
    /// From when on, counted from the moment at which it was planned.
    pub after: VirtualSpan,
    /// For how long from then on; without a span, for good.
    pub during: Option<VirtualSpan>,
}

impl Default for Only {
    /// Every occasion there is.
    fn default() -> Self {
        Self { chat: None, nth: 1, every: 1, probability: Probability::CERTAIN, after: VirtualSpan::ZERO, during: None }
    }
}

/// A rule: on this occasion do that, so often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// When.
    pub on: Occasion,
    /// On which of these occasions.
    pub only: Only,
    /// What. A deed at another seam than the occasion's never happens.
    pub deed: Deed,
    /// How often; without a number, every time.
    pub times: Option<u32>,
}

impl Fault {
    /// Does this on every such occasion.
    pub fn on(on: Occasion, deed: impl Into<Deed>) -> Self {
        Self { on, only: Only::default(), deed: deed.into(), times: None }
    }

    /// Does this on the next such occasion.
    pub fn once(on: Occasion, deed: impl Into<Deed>) -> Self {
        Self { times: Some(1), ..Self::on(on, deed) }
    }
}

/// Which rules are no longer wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unwanted {
    /// All.
    All,
    /// Those about this.
    About(Occasion),
    /// The one with this number.
    Rule(u32),
}

impl Unwanted {
    /// Whether a rule is among them.
    fn covers(&self, number: u32, fault: &Fault) -> bool {
        match self {
            Self::All => true,
            Self::About(on) => fault.on == *on,
            Self::Rule(wanted) => *wanted == number,
        }
    }
}
