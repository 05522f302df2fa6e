//! Something that happened; webhooks and the journal are projections of it.

use super::event::Press;
use super::property::{Names, Properties, Subject};
use crate::base::time::VirtualTime;

/// Something that happened in a chat.
#[derive(Clone, Debug)]
pub(crate) enum Fact {
    /// The chat got a new thread.
    Began,
    /// A thread got an event, at this place among its events.
    EventAdded {
        /// The thread.
        thread: String,
        /// The place.
        place: usize,
    },
    /// An event has other content than before.
    EventUpdated {
        /// The thread.
        thread: String,
        /// The event.
        event: String,
    },
    /// A button of a rich message was pressed or released.
    Pressed {
        /// By whom.
        user: String,
        /// The thread.
        thread: String,
        /// The rich message.
        event: String,
        /// Which button, and how.
        press: Press,
    },
    /// Properties have other values than before: these.
    PropertiesUpdated {
        /// What they belong to.
        subject: Subject,
        /// They, with their new values.
        properties: Properties,
    },
    /// Properties are gone: these.
    PropertiesDeleted {
        /// What they belonged to.
        subject: Subject,
        /// Their names.
        names: Names,
    },
    /// An event was taken back.
    EventDeleted {
        /// The thread.
        thread: String,
        /// The event.
        event: String,
    },
    /// Apps have noted something else about the customer.
    SessionFieldsUpdated {
        /// The customer.
        customer: String,
    },
    /// Somebody has seen more events than before.
    Seen {
        /// Who.
        user: String,
        /// Up to when.
        up_to: VirtualTime,
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
    /// What a thread was about is known.
    Summarized {
        /// The thread.
        thread: String,
    },
    /// The thread was closed.
    Deactivated {
        /// By whom; by nobody if the system did it.
        user: Option<String>,
    },
}

/// Why somebody joined, left, or got a chat.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reason {
    /// Somebody wanted it so.
    Manual,
    /// The router gave it.
    Assigned,
    /// The router took it.
    Unassigned,
    /// Whoever had it did not answer.
    Inactive,
    /// Whoever had it went.
    SignedOut,
    /// Whoever had it was cut off.
    Disconnected,
    /// Anything else.
    Other,
}
