//! Registered webhooks in force, whoever registered them: the set-up or a call.

use crate::base::secret::Secret;
use crate::platform::livechat::hook::{Hook, HookKind};
use crate::platform::livechat::tenant::LicenseWebhooks;

/// A registration in force: what the set-up left open is settled.
#[derive(Debug)]
pub(crate) struct Registration {
    /// Its id.
    pub(crate) id: String,
    /// What stands in its bodies, and what they are signed with.
    pub(crate) secret: Secret,
    /// What it is for.
    pub(crate) hook: Hook,
}

/// The registrations of a license.
#[derive(Debug)]
pub(crate) struct Webhooks {
    /// In the order of registration.
    registrations: Vec<Registration>,
    license: LicenseWebhooks,
}

impl Webhooks {
    /// These registrations; `license` says whether those of the type `license` are enabled.
    pub(crate) fn new(registrations: Vec<Registration>, license: LicenseWebhooks) -> Self {
        Self { registrations, license }
    }

    /// All registrations, in the order in which they were made.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Registration> {
        self.registrations.iter()
    }

    /// Whether webhooks of this type are enabled, as far as the license decides it.
    pub(crate) fn enabled(&self, kind: HookKind) -> bool {
        match kind {
            HookKind::License => self.license == LicenseWebhooks::Enabled,
            HookKind::Bot => true,
        }
    }
}
