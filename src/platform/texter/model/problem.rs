//! What is wrong with channels.

use crate::base::time::VirtualTime;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::platform::texter) enum Severity {
    /// Something does not work.
    Error,
    /// Something may stop working.
    Warning,
}

impl Severity {
    /// The severity with this name.
    pub(in crate::platform::texter) fn named(word: &str) -> Option<Self> {
        match word {
            "error" => Some(Self::Error),
            "warning" => Some(Self::Warning),
            _ => None,
        }
    }

    /// Its name.
    pub(in crate::platform::texter) const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Something that is wrong with a channel.
#[derive(Clone, Debug)]
pub(in crate::platform::texter) struct Problem {
    /// The id.
    pub(in crate::platform::texter) id: String,
    /// The channel.
    pub(in crate::platform::texter) channel: &'static str,
    /// The tenant's account there.
    pub(in crate::platform::texter) account: String,
    /// What is wrong, for programs.
    pub(in crate::platform::texter) name: String,
    /// The incident; the same name and case are the same problem.
    pub(in crate::platform::texter) case: Option<String>,
    /// How bad it is.
    pub(in crate::platform::texter) severity: Severity,
    /// What does not work any more.
    pub(in crate::platform::texter) impaired: Vec<String>,
    /// What people are told.
    pub(in crate::platform::texter) message: String,
    /// What they can do about it.
    pub(in crate::platform::texter) instruction: Option<String>,
    /// Since when it is known.
    pub(in crate::platform::texter) created: VirtualTime,
    /// Since when it is mended.
    pub(in crate::platform::texter) resolved: Option<VirtualTime>,
}
