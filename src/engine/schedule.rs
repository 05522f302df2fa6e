//! What is due when: a queue ordered by virtual time, then by the order in which things were put in.

use std::collections::BTreeMap;

use crate::base::id::{DeliveryId, SocketId};
use crate::base::time::VirtualTime;
use crate::platform::cx::WakeKey;
use crate::platform::socket::Message;

/// Something that falls due.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Timer {
    /// The platform asked to be woken.
    Wake(WakeKey),
    /// A webhook was held back and joins its queue now.
    Release(DeliveryId),
    /// A webhook is to be tried again.
    Retry(DeliveryId),
    /// A copy of a webhook is to be sent.
    Repeat(DeliveryId),
    /// A push was held back and is to be sent, whatever the plan says about it now.
    Push(SocketId, Message),
    /// A socket has been silent long enough.
    Unstall(SocketId),
}

/// All timers of a world.
#[derive(Clone, Debug, Default)]
pub(super) struct Schedule {
    timers: BTreeMap<(VirtualTime, u64), Timer>,
    next: u64,
}

impl Schedule {
    /// Adds a timer.
    pub(super) fn add(&mut self, at: VirtualTime, timer: Timer) {
        self.timers.insert((at, self.next), timer);
        self.next += 1;
    }

    /// Has timers of the platform that have one key have another.
    pub(super) fn rename(&mut self, old: &WakeKey, new: &WakeKey) {
        for timer in self.timers.values_mut() {
            if let Timer::Wake(key) = timer
                && key == old
            {
                key.clone_from(new);
            }
        }
    }

    /// When the first timer falls due.
    #[must_use]
    pub(super) fn first(&self) -> Option<VirtualTime> {
        self.timers.keys().next().map(|(at, _)| *at)
    }

    /// Takes out the first timer if it is due at `now`.
    pub(super) fn pop_due(&mut self, now: VirtualTime) -> Option<Timer> {
        let first = self.timers.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::VirtualSpan;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn timers_come_out_by_time_and_then_by_order(delays in proptest::collection::vec(0_u64..20, 0..50)) {
            let mut schedule = Schedule::default();
            for (index, delay) in delays.iter().enumerate() {
                schedule.add(VirtualTime::OPENING + VirtualSpan::from_secs(*delay), Timer::Release(DeliveryId(index as u64)));
            }
            let mut expected: Vec<(u64, u64)> = delays.iter().enumerate().map(|(i, d)| (*d, i as u64)).collect();
            expected.sort_unstable();
            let mut seen = Vec::new();
            for second in 0..20 {
                while let Some(Timer::Release(id)) = schedule.pop_due(VirtualTime::OPENING + VirtualSpan::from_secs(second)) {
                    seen.push((second, id.0));
                }
            }
            prop_assert_eq!(seen, expected);
            prop_assert_eq!(schedule.first(), None);
        }
    }
}
