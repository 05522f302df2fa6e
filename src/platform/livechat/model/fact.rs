//! Something that happened; webhooks and the journal are projections of it.

/// Something that happened in a chat.
#[derive(Clone, Debug)]
pub(crate) enum Fact {
    /// The chat got a new thread.
    Began,
    /// The thread got an event, at this place among its events.
    EventAdded {
        /// The place.
        place: usize,
    },
    /// The chat's groups changed.
    AccessUpdated,
    /// The chat went to somebody else, or into the queue.
    Transferred {
        /// Why.
        reason: Reason,
        /// Who asked for it.
        requester: Option<String>,
        /// The groups it went to.
        groups: Option<Vec<u64>>,
        /// Those it went to.
        agents: Vec<String>,
    },
    /// Somebody joined.
    UserAdded {
        /// Who.
        user: String,
        /// Why.
        reason: Reason,
        /// Who asked for it.
        requester: Option<String>,
    },
    /// Somebody left.
    UserRemoved {
        /// Who.
        user: String,
        /// Why.
        reason: Reason,
        /// Who asked for it.
        requester: Option<String>,
    },
    /// A thread got a tag.
    Tagged {
        /// The thread.
        thread: String,
        /// The tag.
        tag: String,
    },
    /// A thread lost a tag.
    Untagged {
        /// The thread.
        thread: String,
        /// The tag.
        tag: String,
    },
    /// The thread was closed.
    Deactivated {
        /// By whom; by nobody if the system did it.
        user: Option<String>,
    },
}

/// Why somebody joined, left, or got a chat.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reason {
    /// Somebody wanted it so.
    Manual,
    /// The router gave it.
    Assigned,
    /// The router took it.
    Unassigned,
    /// Anything else.
    Other,
}
