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

/// The version that clients use unless they have a reason, as paths have it.
pub(super) const USUAL: &str = "v3.6";

impl Version {
    /// The one that clients use unless they have a reason.
    pub(super) const STABLE: Self = Self::V3_6;

    /// The words for them in `setup:`.
    pub(super) const WORDS: &'static [&'static str] = &["3.4", "3.5", "3.6", "3.7"];

    /// The version with this name, without the `v`.
    pub(super) fn named(word: &str) -> Option<Self> {
        match word {
            "3.4" => Some(Self::V3_4),
            "3.5" => Some(Self::V3_5),
            "3.6" => Some(Self::V3_6),
            "3.7" => Some(Self::V3_7),
            _ => None,
        }
    }
}
