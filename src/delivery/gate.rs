//! The one gate that everything outgoing passes: which addresses may be connected to.
//!
//! It looks at resolved addresses, never at names alone, so that no name can lead to where a webhook must not go. The
//! connection is then made to the very address that was looked at.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Lets through loopback addresses, and whatever the hosts resolve to that were allowed by name.
pub(super) struct Gate {
    allowed_hosts: BTreeSet<String>,
}

/// Addresses of cloud metadata services outside the link-local ranges.
const METADATA: [IpAddr; 3] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

/// The prefix of IPv6 addresses that networks translate to IPv4 (RFC 6052).
const NAT64: [u16; 6] = [0x64, 0xff9b, 0, 0, 0, 0];

impl Gate {
    pub(super) fn new(allowed_hosts: BTreeSet<String>) -> Self {
        Self { allowed_hosts: allowed_hosts.into_iter().map(|host| host.to_ascii_lowercase()).collect() }
    }

    /// Whether a connection may be made to `ip`, which `host` resolved to.
    pub(super) fn admits(&self, host: &str, ip: IpAddr) -> bool {
        let ip = plain(ip);
        ip.is_loopback() || (!never(ip) && self.allowed_hosts.contains(&host.to_ascii_lowercase()))
    }
}

/// An address without the clothes that IPv4 addresses wear in IPv6.
fn plain(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(v6) if v6.segments().starts_with(&NAT64) => {
            let [.., a, b, c, d] = v6.octets();
            IpAddr::V4(Ipv4Addr::new(a, b, c, d))
        }
        canonical => canonical,
    }
}

/// Whether nothing may ever be sent there, whoever allows it.
fn never(ip: IpAddr) -> bool {
    let kind = match ip {
        IpAddr::V4(v4) => v4.is_link_local() || v4.is_broadcast() || v4.octets()[0] == 0,
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    kind || ip.is_unspecified() || ip.is_multicast() || METADATA.contains(&ip)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_and_allowed_hosts_pass() {
        let gate = Gate::new(["Docker.internal".to_owned(), "10.0.0.5".to_owned()].into());
        let check = |host: &str, ip: &str, expected: bool| {
            assert_eq!(gate.admits(host, ip.parse().unwrap()), expected, "{host} {ip}");
        };
        check("anything", "127.0.0.1", true);
        check("anything", "127.8.9.1", true);
        check("anything", "::1", true);
        check("anything", "::ffff:127.0.0.1", true);
        check("docker.INTERNAL", "172.17.0.1", true);
        check("10.0.0.5", "10.0.0.5", true);
        check("10.0.0.6", "10.0.0.6", false);
        check("evil.example", "172.17.0.1", false);
        check("8.8.8.8", "8.8.8.8", false);
        check("2001:db8::1", "2001:db8::1", false);
        for never in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "100.100.100.200",
            "192.0.0.192",
            "fd00:ec2::254",
            "fe80::1",
            "0.0.0.0",
            "0.1.2.3",
            "::",
            "255.255.255.255",
            "224.0.0.1",
            "ff02::1",
        ] {
            check("docker.internal", never, false);
        }
    }
}
