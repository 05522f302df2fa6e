//! Under which names the control port answers.

use std::collections::BTreeSet;
use std::net::IpAddr;

use http::uri::Authority;

/// What may stand in the `Host` of a request. A page that has its own name point to where the control port listens still sends
/// that name, so names are only taken if they are known; addresses are taken wherever they cannot be another machine's.
#[derive(Clone, Debug)]
pub struct Hosts {
    addresses: Addresses,
    names: BTreeSet<String>,
}

#[derive(Clone, Copy, Debug)]
enum Addresses {
    /// Those that mean this machine from inside only.
    Loopback,
    /// Any.
    All,
}

impl Hosts {
    /// This machine alone, under `localhost` and these names.
    #[must_use]
    pub fn here(names: BTreeSet<String>) -> Self {
        Self { addresses: Addresses::Loopback, names }
    }

    /// This machine as others see it: under any address, `localhost` and these names.
    #[must_use]
    pub fn anywhere(names: BTreeSet<String>) -> Self {
        Self { addresses: Addresses::All, names }
    }

    /// Whether it may stand there.
    pub(super) fn admit(&self, host: &[u8]) -> bool {
        let Ok(authority) = Authority::try_from(host) else { return false };
        if authority.as_str().contains('@') {
            return false;
        }
        let name = authority.host().to_ascii_lowercase();
        match name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            Ok(address) => matches!(self.addresses, Addresses::All) || address.is_loopback(),
            Err(_) => name == "localhost" || self.names.contains(&name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether it may stand in a `Host` where only this machine reaches the port, and where others do.
    fn check(host: &str, here: bool, anywhere: bool) {
        let names = || BTreeSet::from(["rehearsal".to_owned()]);
        let found = [Hosts::here(names()), Hosts::anywhere(names())].map(|hosts| hosts.admit(host.as_bytes()));
        assert_eq!(found, [here, anywhere], "{host}");
    }

    #[test]
    fn names_are_taken_if_they_are_known() {
        check("localhost:4601", true, true);
        check("LocalHost", true, true);
        check("rehearsal:4601", true, true);
        check("Rehearsal", true, true);
        check("", false, false);
        check("evil.example", false, false);
        check("rehearsal.evil.example", false, false);
        check("localhost.evil.example:4601", false, false);
        check("127.0.0.1.evil.example", false, false);
        check("localhost@evil.example", false, false);
        check("user@127.0.0.1", false, false);
        check("a b", false, false);
    }

    #[test]
    fn addresses_are_taken_if_no_other_machine_can_have_them() {
        check("127.0.0.1:4601", true, true);
        check("127.0.0.1", true, true);
        check("127.9.9.9:1", true, true);
        check("[::1]:4601", true, true);
        check("0.0.0.0:4601", false, true);
        check("192.168.0.7", false, true);
        check("[::]:4601", false, true);
    }
}
