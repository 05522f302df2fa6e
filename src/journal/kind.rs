//! The kinds of entries, by the names that their JSON has.

use super::What;

impl What {
    /// All kinds, as the journal writes them.
    pub const KINDS: [&'static str; 20] = [
        "opened",
        "step",
        "refused",
        "said",
        "changed",
        "called",
        "violated",
        "faulted",
        "connected",
        "framed",
        "disconnected",
        "queued",
        "sent",
        "answered",
        "settled",
        "kept",
        "chosen",
        "judged",
        "remarked",
        "ended",
    ];

    /// Its kind among [`Self::KINDS`].
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Step { .. } => "step",
            Self::Refused { .. } => "refused",
            Self::Said(_) => "said",
            Self::Changed { .. } => "changed",
            Self::Called(_) => "called",
            Self::Violated { .. } => "violated",
            Self::Faulted { .. } => "faulted",
            Self::Connected { .. } => "connected",
            Self::Framed { .. } => "framed",
            Self::Disconnected { .. } => "disconnected",
            Self::Queued { .. } => "queued",
            Self::Sent { .. } => "sent",
            Self::Answered { .. } => "answered",
            Self::Settled { .. } => "settled",
            Self::Kept { .. } => "kept",
            Self::Chosen { .. } => "chosen",
            Self::Judged { .. } => "judged",
            Self::Remarked { .. } => "remarked",
            Self::Ended => "ended",
        }
    }
}
