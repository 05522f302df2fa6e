//! Where a vendor fact comes from.

use std::fmt;

/// How a fact became known, strongest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// The vendor page this tool started from.
    Seed,
    /// The vendor's public documentation.
    Docs,
    /// The vendor's own client code.
    Sdk,
    /// Seen by running the vendor's own client.
    Run,
    /// Reported by public code that talks to the real service.
    Seen,
    /// Nothing public says; decided here, and a setting where it matters.
    Inferred,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Seed => "seed",
            Self::Docs => "docs",
            Self::Sdk => "sdk",
            Self::Run => "run",
            Self::Seen => "seen",
            Self::Inferred => "inferred",
        })
    }
}

/// The source of one row of a vendor table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub struct DocRef {
    /// How the fact became known.
    pub mark: Mark,
    /// The page, as an address without scheme, or the reason for an inferred fact.
    pub source: &'static str,
}

impl DocRef {
    /// A fact that is marked so, from this source.
    #[must_use]
    pub const fn new(mark: Mark, source: &'static str) -> Self {
        Self { mark, source }
    }
}

impl fmt::Display for DocRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} · {}", self.mark, self.source)
    }
}
