//! `setup: delivery:`, which all platforms have: how webhooks are delivered where that is not as the vendor does it.

use super::outgoing::{Acknowledged, Gone, Lanes, Order, Policy};
use crate::base::time::{VirtualSpan, WallLimit};
use crate::record;
use crate::scenario::decode::{Located, Problems, Within, meaning};

/// By how many percent a pause may be longer at most.
const MOST_JITTER: u32 = 100;

record! {
    /// How webhooks are delivered. What is left out is as the vendor documents it, or else as the vendor's sheet infers.
    pub struct RawDelivery {
        /// How long the receiver may take for one attempt, in real time.
        timeout: Option<WallLimit>,
        /// The pauses before the second, third … attempt, in virtual time; an empty list for one attempt only.
        retries: Option<Vec<VirtualSpan>>,
        /// By how many percent a pause may be longer, from 0 to 100; drawn for each attempt from the seed. 0 by default.
        jitter: Option<Within<0, MOST_JITTER>>,
        /// The longest pause that a receiver may ask for with `Retry-After`; by default that header is not heeded.
        retry_after: Option<VirtualSpan>,
        /// What an answer of 410 does: `retry` as after any other failure, the default, or `disable` the address.
        gone: Option<Located<String>>,
        /// After how many failed attempts in a row an address gets no more webhooks; never by default.
        off_after: Option<Within<1, { u32::MAX }>>,
        /// Which webhooks to one address go one after the other: those about one `chat`, the default, all to an `endpoint`, or
        /// `none`.
        order: Option<Located<String>>,
        /// What the next in order waits for: the `first_attempt` of the one before, or its `outcome`.
        next_after: Option<Located<String>>,
        /// Whether all statuses from 200 to 299 acknowledge, or only 200.
        any_2xx: Option<bool>,
    }
}

impl Default for RawDelivery {
    /// Nothing is said.
    fn default() -> Self {
        Self {
            timeout: None,
            retries: None,
            jitter: None,
            retry_after: None,
            gone: None,
            off_after: None,
            order: None,
            next_after: None,
            any_2xx: None,
        }
    }
}

impl RawDelivery {
    /// Checks what a set-up says; what it leaves out is as usual for the vendor.
    pub fn read(self, usual: Policy, problems: &mut Problems) -> Policy {
        let gone = [("retry", Gone::Retry), ("disable", Gone::Disable)];
        let lanes = [("chat", Lanes::Chat), ("endpoint", Lanes::Endpoint), ("none", Lanes::None)];
        let order = [("first_attempt", Order::FirstAttempt), ("outcome", Order::Outcome)];
        Policy {
            acknowledged: match self.any_2xx {
                Some(true) => Acknowledged::Any2xx,
                Some(false) => Acknowledged::Only200,
                None => usual.acknowledged,
            },
            timeout: self.timeout.unwrap_or(usual.timeout),
            retries: self.retries.unwrap_or(usual.retries),
            jitter: self.jitter.map_or(usual.jitter, |Within(percent)| percent),
            retry_after: self.retry_after.or(usual.retry_after),
            gone: meaning(self.gone.as_ref(), usual.gone, "answer to 410", &gone, problems),
            off_after: self.off_after.map(|Within(attempts)| attempts).or(usual.off_after),
            lanes: meaning(self.order.as_ref(), usual.lanes, "order of webhooks", &lanes, problems),
            order: meaning(self.next_after.as_ref(), usual.order, "end to wait for", &order, problems),
            signing: usual.signing,
        }
    }
}
