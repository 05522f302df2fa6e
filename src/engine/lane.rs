//! Lanes: which webhooks go one after the other. One attempt at a time is made in a lane.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::base::id::DeliveryId;
use crate::platform::outgoing::{Lanes, Outgoing};

/// Tells lanes apart.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum LaneKey {
    /// The webhooks about one chat, or about none, to one address.
    Chat(Option<String>, Arc<str>),
    /// All webhooks to one address.
    Endpoint(Arc<str>),
    /// One webhook that waits for no other.
    Alone(DeliveryId),
}

impl LaneKey {
    /// The lane of a webhook to this address.
    pub(super) fn of(id: DeliveryId, out: &Outgoing, url: &Arc<str>) -> Self {
        match out.policy.lanes {
            Lanes::Chat => Self::Chat(out.chat.clone(), Arc::clone(url)),
            Lanes::Endpoint => Self::Endpoint(Arc::clone(url)),
            Lanes::None => Self::Alone(id),
        }
    }
}

/// The webhooks that go one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Lane {
    /// Those that may be tried, in order.
    pub(super) waiting: VecDeque<DeliveryId>,
    /// Whether an attempt is being made.
    pub(super) busy: bool,
    /// One that must be settled before any other is tried.
    pub(super) held_by: Option<DeliveryId>,
}
