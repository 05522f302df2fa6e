//! Customers and addresses that are banned for a while.

use crate::base::time::{VirtualSpan, VirtualTime};

/// Whom a ban is about: a customer, an address, or both.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Banned {
    /// The customer.
    pub(crate) customer: Option<String>,
    /// The address.
    pub(crate) ip: Option<String>,
}

/// A ban.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Ban {
    /// Whom it is about.
    pub(crate) banned: Banned,
    /// The agent or bot who banned them.
    pub(crate) by: String,
    /// When.
    pub(crate) created_at: VirtualTime,
    /// For how long.
    pub(crate) span: VirtualSpan,
}

/// All bans of a license.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bans(Vec<Ban>);

impl Bans {
    /// The bans in force now, in the order in which they were made.
    pub(crate) fn in_force(&self, now: VirtualTime) -> impl Iterator<Item = &Ban> {
        self.0.iter().filter(move |ban| now < ban.expires_at())
    }

    /// The ban in force that keeps out a customer who comes from an address.
    pub(crate) fn of(&self, customer: &str, ip: &str, now: VirtualTime) -> Option<&Ban> {
        self.in_force(now).find(|ban| ban.banned.includes(customer, ip))
    }

    /// Adds a ban, in place of one of the same.
    pub(crate) fn add(&mut self, ban: Ban) {
        self.0.retain(|other| other.banned != ban.banned);
        self.0.push(ban);
    }

    /// Lifts bans of a customer or of an address.
    pub(crate) fn lift(&mut self, banned: &Banned) {
        self.0.retain(|ban| !ban.is_of(banned));
    }
}

impl Banned {
    /// Whether a customer who comes from an address is meant, be it by the one or by the other.
    pub(crate) fn includes(&self, customer: &str, ip: &str) -> bool {
        self.customer.as_deref() == Some(customer) || self.ip.as_deref() == Some(ip)
    }
}

impl Ban {
    /// When it is over.
    pub(crate) fn expires_at(&self) -> VirtualTime {
        self.created_at + self.span
    }

    /// Whether it is one of this customer or of this address.
    pub(crate) fn is_of(&self, banned: &Banned) -> bool {
        let same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
        same(&self.banned.customer, &banned.customer) || same(&self.banned.ip, &banned.ip)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ban_ends_by_itself_or_by_a_call_and_is_there_once() {
        let now = VirtualTime::OPENING;
        let banned = |customer: Option<&str>, ip: Option<&str>| Banned {
            customer: customer.map(str::to_owned),
            ip: ip.map(str::to_owned),
        };
        let ban = |banned: Banned, secs: u64| Ban {
            banned,
            by: "mia".to_owned(),
            created_at: now,
            span: VirtualSpan::from_secs(secs),
        };
        let mut bans = Bans::default();
        bans.add(ban(banned(Some("ada"), Some("10.0.0.1")), 10));
        bans.add(ban(banned(None, Some("10.0.0.2")), 20));
        bans.add(ban(banned(None, Some("10.0.0.2")), 30));
        let count = |bans: &Bans, secs: u64| bans.in_force(now + VirtualSpan::from_secs(secs)).count();
        assert_eq!([count(&bans, 0), count(&bans, 10), count(&bans, 29), count(&bans, 30)], [2, 1, 1, 0]);
        let later = now + VirtualSpan::from_secs(10);
        let out = |customer, ip, at| bans.of(customer, ip, at).is_some();
        assert!(out("ada", "", now) && !out("bob", "", now) && !out("ada", "", later));
        assert!(out("bob", "10.0.0.2", later) && !out("bob", "10.0.0.3", now));
        bans.lift(&banned(Some("bob"), None));
        assert_eq!(count(&bans, 0), 2);
        bans.lift(&banned(None, Some("10.0.0.1")));
        assert_eq!(count(&bans, 0), 1);
    }
}
