//! Customers who may not come in for a while.

use crate::base::time::{VirtualSpan, VirtualTime};

/// A customer who may not come in for a while.
#[derive(Clone, Debug)]
pub(crate) struct Ban {
    /// The id of the customer.
    pub(crate) customer: String,
    /// Since when.
    pub(crate) created_at: VirtualTime,
    /// For how long.
    pub(crate) span: VirtualSpan,
}

/// All bans of a license, the oldest first. Those that are over stay listed, but not in force.
#[derive(Debug, Default)]
pub(crate) struct Bans(Vec<Ban>);

impl Ban {
    /// When it is over.
    pub(crate) fn expires_at(&self) -> VirtualTime {
        self.created_at + self.span
    }
}

impl Bans {
    /// Adds one, in the place of what was in force for the same customer.
    pub(crate) fn add(&mut self, ban: Ban) {
        self.0.retain(|other| other.customer != ban.customer);
        self.0.push(ban);
    }

    /// Those that are in force.
    pub(crate) fn in_force(&self, now: VirtualTime) -> impl Iterator<Item = &Ban> {
        self.0.iter().filter(move |ban| now < ban.expires_at())
    }

    /// The one that is in force for a customer.
    pub(crate) fn of(&self, customer: &str, now: VirtualTime) -> Option<&Ban> {
        self.in_force(now).find(|ban| ban.customer == customer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ban_is_in_force_until_it_expires_or_another_takes_its_place() {
        let start = VirtualTime::OPENING;
        let at = |minutes| start + VirtualSpan::from_mins(minutes);
        let ban = |created_at| Ban { customer: "ada".to_owned(), created_at, span: VirtualSpan::from_mins(10) };
        let mut bans = Bans::default();
        bans.add(ban(start));
        assert!(bans.of("ada", at(9)).is_some() && bans.of("bob", at(9)).is_none());
        assert!(bans.of("ada", at(10)).is_none());
        bans.add(ban(at(5)));
        assert_eq!(bans.in_force(at(6)).count(), 1);
        assert!(bans.of("ada", at(14)).is_some());
    }
}
