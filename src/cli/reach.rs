//! Flags that say how far webhooks may reach, and whom they trust there.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;

use super::shell::quoted;
use super::value::Host;
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

impl ReachArgs {
    /// Whom to trust.
    pub(super) fn authorities(&self) -> Authorities {
        self.ca.as_ref().map(CaFile::authorities).unwrap_or_default()
    }

    /// The flags of a command that reaches as far, each with a space before it.
    pub(super) fn flags(&self) -> String {
        let hosts = self.allowed_hosts.iter().map(|host| format!(" --allow-host {}", host.0));
        let ca = self.ca.iter().map(|ca| format!(" --ca {}", quoted(&ca.path.to_string_lossy())));
        hosts.chain(ca).collect()
    }
}
