//! Flags that say how far webhooks may reach, and whom they trust there.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;

use super::shell::quoted;
use super::value::{Bot, Host};
use crate::delivery::{Authorities, AuthoritiesError};

/// How far webhooks may reach.
#[derive(Args, Clone, Default, Debug)]
pub struct ReachArgs {
    /// Let webhooks go to this host too; can be given several times
    ///
    /// Without it they go to this machine only.
    #[arg(long = "allow-host", value_name = "HOST", env = "REHEARSAL_ALLOW_HOST", value_delimiter = ',')]
    #[arg(hide_env_values = true)]
    pub allowed_hosts: Vec<Host>,

    /// Trust the authorities in this PEM file, besides the usual ones, where webhooks go to https addresses
    #[arg(long, value_name = "FILE", env = "REHEARSAL_CA", hide_env_values = true)]
    pub ca: Option<CaFile>,
}

/// A file of authorities that was read.
#[derive(Clone, Debug)]
pub struct CaFile {
    path: PathBuf,
    authorities: Authorities,
}

impl FromStr for CaFile {
    type Err = AuthoritiesError;

    fn from_str(path: &str) -> Result<Self, AuthoritiesError> {
        Ok(Self { path: path.into(), authorities: Authorities::read(Path::new(path))? })
    }
}

impl CaFile {
    /// Whom it names.
    pub(super) fn authorities(&self) -> Authorities {
        self.authorities.clone()
    }
}

/// What the last part of a name says that only means something nearby (RFC 2606, 6762, 8375, and what containers have).
const NEARBY: &[&str] = &["localhost", "local", "internal", "test", "example", "invalid", "arpa", "lan"];

/// Whether a host can be that of a service that others use, as far as its name tells.
fn is_public(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(IpAddr::V4(ip)) => !(ip.is_loopback() || ip.is_private() || ip.is_unspecified()),
        Ok(IpAddr::V6(ip)) => !(ip.is_loopback() || ip.is_unique_local() || ip.is_unspecified()),
        Err(_) => bare
            .trim_end_matches('.')
            .rsplit_once('.')
            .is_some_and(|(_, last)| !NEARBY.iter().any(|nearby| nearby.eq_ignore_ascii_case(last))),
    }
}

impl ReachArgs {
    /// Whom to trust.
    pub(super) fn authorities(&self) -> Authorities {
        self.ca.as_ref().map(CaFile::authorities).unwrap_or_default()
    }

    /// What to think of before webhooks go to hosts that everybody can reach, if any do.
    pub(super) fn warning(&self, bot: Option<&Bot>) -> Option<String> {
        let bot = match bot {
            Some(Bot::At(address)) => address.parse::<http::Uri>().ok(),
            Some(Bot::Builtin | Bot::BuiltinBroken) | None => None,
        };
        let named = self.allowed_hosts.iter().map(|host| host.0.as_str());
        let public: BTreeSet<&str> =
            named.chain(bot.as_ref().and_then(http::Uri::host)).filter(|host| is_public(host)).collect();
        let public = public.into_iter().collect::<Vec<_>>().join(", ");
        (!public.is_empty()).then(|| {
            format!(
                "warning: webhooks that are made up may go to {public}; see to it that nothing in production is there"
            )
        })
    }

    /// The flags of a command that reaches as far, each with a space before it.
    pub(super) fn flags(&self) -> String {
        let hosts = self.allowed_hosts.iter().map(|host| format!(" --allow-host {}", host.0));
        let ca = self.ca.iter().map(|ca| format!(" --ca {}", quoted(&ca.path.to_string_lossy())));
        hosts.chain(ca).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_everybody_can_reach_are_warned_of() {
        let check = |hosts: &[&str], bot: Option<&str>, expected: &str| {
            let allowed_hosts = hosts.iter().map(|host| host.parse().unwrap()).collect();
            let bot = bot.map(|bot| Bot::At(bot.to_owned()));
            let told = ReachArgs { allowed_hosts, ca: None }.warning(bot.as_ref()).unwrap_or_default();
            let named = told.strip_prefix("warning: webhooks that are made up may go to ").unwrap_or_default();
            assert_eq!(named.split(';').next().unwrap(), expected, "{hosts:?} {bot:?}");
        };
        check(&[], None, "");
        check(&["localhost", "bot", "host.docker.internal", "bot.test", "a.b.local"], None, "");
        check(&["127.0.0.1", "10.1.2.3", "192.168.0.1", "[::1]", "fd00::1"], Some("http://[::1]:8080/hook"), "");
        check(&["bots.acme.com", "api.acme.com"], None, "api.acme.com, bots.acme.com");
        check(&[], Some("https://bots.acme.com/hook"), "bots.acme.com");
        check(&["bots.acme.com"], Some("https://bots.acme.com:8443"), "bots.acme.com");
        check(&["93.184.215.14", "2606:4700::1"], Some("http://bot:1"), "2606:4700::1, 93.184.215.14");
    }
}
