//! Tags that threads can be given.

use crate::base::time::VirtualTime;

/// A tag.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Tag {
    /// Its name.
    pub(crate) name: String,
    /// The groups it is for.
    pub(crate) groups: Vec<u64>,
    /// Who made it.
    pub(crate) author: String,
    /// When it was made.
    pub(crate) created_at: VirtualTime,
}
