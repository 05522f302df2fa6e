//! The versions of the API and of webhook payloads.

/// A version that is served.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Version {
    /// Deprecated, but what published clients still speak.
    V3_4,
    /// Legacy.
    V3_5,
    /// Stable.
    V3_6,
    /// Developer preview.
    V3_7,
}

impl Version {
    /// The version with this name, as paths have it.
    pub(super) fn named(word: &str) -> Option<Self> {
        match word {
            "v3.4" => Some(Self::V3_4),
            "v3.5" => Some(Self::V3_5),
            "v3.6" => Some(Self::V3_6),
            "v3.7" => Some(Self::V3_7),
            _ => None,
        }
    }
}
