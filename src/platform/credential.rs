//! By what worlds tell their callers apart: credentials, each of which belongs to one world.

use std::fmt;

use crate::base::secret::Secret;

/// Which credentials a tenant has that does not spell them out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Identities {
    /// The well-known test identities, so that any bot can be configured beforehand.
    WellKnown,
    /// Credentials of its own, drawn from the seed, so that many tenants can be open at once.
    Fresh,
}

/// A credential that belongs to one world. Shown masked.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Credential(pub String);

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(***)")
    }
}

/// A credential that was replaced, both as clients write them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replaced {
    /// What it was.
    pub old: Secret,
    /// What is in its place.
    pub new: Secret,
}

impl Replaced {
    /// One that was replaced by another.
    pub fn new(old: impl Into<String>, new: impl Into<String>) -> Self {
        Self { old: Secret::new(old), new: Secret::new(new) }
    }
}
