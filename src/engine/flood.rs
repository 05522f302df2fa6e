//! Sees, on a running clock, that the bot and the platform keep each other busy: so many webhooks about one chat within a
//! second of real time, without anybody doing anything, that nobody can mean it.
//!
//! On a stepped clock that ends the scenario. Here nothing ends: calls wait until the second is over, which is what keeps a
//! bot that answers its own messages from going round as fast as it can.

use std::collections::HashMap;

use crate::base::time::{WallLimit, WallTime};

/// How many webhooks about one chat may be due within a second.
pub(super) const MOST_A_SECOND: u32 = 250;
/// How long a second is.
const SECOND: WallLimit = WallLimit::from_secs(1);

/// Counts webhooks.
#[derive(Clone, Debug, Default)]
pub(super) struct Flood {
    /// How many about which chat, in this second.
    due: HashMap<String, u32>,
    /// When this second ends.
    until: WallTime,
    /// Whether it is too many.
    over: bool,
    /// Whether it was too many in the second before, so that it was told.
    told: bool,
}

impl Flood {
    /// Takes note of a webhook that is due. True if it is the one too many and that was not told yet.
    pub(super) fn count(&mut self, chat: &str, wall: WallTime) -> bool {
        self.observe(wall);
        let due = match self.due.get_mut(chat) {
            Some(due) => due,
            None => self.due.entry(chat.to_owned()).or_default(),
        };
        *due += 1;
        if *due <= MOST_A_SECOND {
            return false;
        }
        self.over = true;
        !std::mem::replace(&mut self.told, true)
    }

    /// Lets time go on.
    pub(super) fn observe(&mut self, wall: WallTime) {
        if wall >= self.until {
            self.told = self.over;
            self.over = false;
            self.due.clear();
            self.until = wall + SECOND;
        }
    }

    /// Somebody does something, so what comes of it is meant.
    pub(super) fn forget(&mut self) {
        self.due.clear();
        self.over = false;
    }

    /// When calls are taken again, if they have to wait.
    pub(super) fn over_until(&self) -> Option<WallTime> {
        self.over.then_some(self.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_told_once_and_is_over_with_its_second() {
        let at = |millis: u64| WallTime::from_nanos(5_000_000_000) + WallLimit::from_millis(millis);
        let mut flood = Flood::default();
        let pour = |flood: &mut Flood, chat: &str, webhooks: u32, millis: u64| {
            (0..webhooks).filter(|_| flood.count(chat, at(millis))).count()
        };
        assert_eq!(pour(&mut flood, "a", MOST_A_SECOND, 0) + pour(&mut flood, "b", MOST_A_SECOND, 10), 0);
        assert_eq!(flood.over_until(), None);
        assert_eq!(pour(&mut flood, "a", 5, 20), 1);
        assert_eq!(flood.over_until(), Some(at(1_000)));
        flood.observe(at(1_000));
        assert_eq!(flood.over_until(), None);
        // It goes on, which is no news.
        assert_eq!(pour(&mut flood, "a", MOST_A_SECOND + 1, 1_500), 0);
        assert!(flood.over_until().is_some());
        flood.forget();
        assert_eq!((flood.over_until(), pour(&mut flood, "a", MOST_A_SECOND, 1_600)), (None, 0));
        // After a calm second it is news again.
        flood.observe(at(3_000));
        flood.observe(at(4_000));
        assert_eq!(pour(&mut flood, "a", MOST_A_SECOND + 1, 4_500), 1);
    }
}
