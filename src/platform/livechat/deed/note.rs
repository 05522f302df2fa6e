//! The notes that the system writes into a thread.
//!
//! Page: platform.text.com/docs/messaging/references/system-activities. Where the page gives no words, a note
//! has none, unless they are marked as inferred.

use serde_json::{Map, Value};

use super::super::model::{Content, Draft, IDLE, Reason};
use crate::base::time::VirtualSpan;

/// Why somebody does not have a chat any more without wanting so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Departure {
    /// They did not answer.
    Inactive,
    /// They went.
    SignedOut,
    /// They were cut off.
    Disconnected,
    /// Anything else.
    Other,
}

impl Departure {
    /// The reason that is given for their going.
    pub(super) fn reason(self) -> Reason {
        match self {
            Self::Inactive => Reason::Inactive,
            Self::SignedOut => Reason::SignedOut,
            Self::Disconnected => Reason::Disconnected,
            Self::Other => Reason::Other,
        }
    }
}

/// A note of the system, with the names in it.
#[derive(Clone, Debug)]
pub(crate) enum Note {
    /// An agent closed the chat.
    ArchivedByAgent(String),
    /// The customer closed the chat.
    ArchivedByCustomer(String),
    /// The customer went away.
    CustomerDisconnected,
    /// The system closed the chat.
    ArchivedBySystem,
    /// Nothing happened for too long.
    ArchivedInactive,
    /// The last agent went and nobody can follow.
    Abandoned(Departure),
    /// The router put another agent in an agent's place: the new one, the old one.
    Assigned(Departure, String, String),
    /// The last agent went and the chat waits for another.
    Unassigned(Departure, String),
    /// An agent banned the customer: who, for how many days.
    CustomerBanned(String, u64),
    /// The customer has another name or address: who changed it, the name, the e-mail address.
    CustomerUpdated(String, String, String),
    /// Nothing has happened for this long.
    Idle(VirtualSpan),
    /// An agent transferred the chat: who, whereto.
    Transferred(String, String),
    /// An agent added another: who, whom.
    AgentAdded(String, String),
    /// An agent came by.
    AgentJoined(String),
    /// An agent added the customer: who, whom.
    CustomerAdded(String, String),
    /// An agent removed another: who, whom.
    AgentRemoved(String, String),
    /// An agent went.
    AgentLeft(String),
    /// The customer says how it was: who, the score.
    Rated(String, i64),
    /// The customer says how it was, in words.
    Commented(String),
    /// The customer says no longer how it was.
    RatingCanceled,
}

impl Note {
    /// As an event.
    pub(super) fn draft(self) -> Draft {
        let (kind, text, vars): (_, _, Vec<(&str, String)>) = match self {
            Self::ArchivedByAgent(agent) => {
                ("manual_archived_agent", Some(format!("{agent} archived the chat")), vec![("agent", agent)])
            }
            Self::ArchivedByCustomer(customer) => (
                "manual_archived_customer",
                Some(format!("{customer} archived the chat")),
                vec![("customer", customer)],
            ),
            Self::CustomerDisconnected => ("archived_customer_disconnected", None, vec![]),
            Self::ArchivedBySystem => ("system_archived", None, vec![]),
            Self::ArchivedInactive => ("routing.archived_inactive", None, vec![]),
            Self::Abandoned(Departure::SignedOut) => ("routing.archived_signed_out", None, vec![]),
            Self::Abandoned(Departure::Disconnected) => ("routing.archived_disconnected", None, vec![]),
            Self::Abandoned(Departure::Inactive | Departure::Other) => ("routing.archived_other", None, vec![]),
            Self::Assigned(departure, added, removed) => {
                let kind = match departure {
                    Departure::Inactive => "routing.assigned_inactive",
                    Departure::SignedOut => "routing.assigned_signed_out",
                    Departure::Disconnected => "routing.assigned_disconnected",
                    Departure::Other => "routing.assigned_other",
                };
                (kind, None, vec![("agent_added", added), ("agent_removed", removed)])
            }
            Self::Unassigned(Departure::SignedOut, agent) => {
                ("routing.unassigned_signed_out", None, vec![("agent", agent)])
            }
            Self::Unassigned(Departure::Disconnected, agent) => {
                ("routing.unassigned_disconnected", None, vec![("agent", agent)])
            }
            // There is no note for a chat that waits because its agent was inactive.
            Self::Unassigned(Departure::Inactive | Departure::Other, agent) => {
                ("routing.unassigned_other", None, vec![("agent", agent)])
            }
            // How durations are written is not documented.
            Self::CustomerBanned(agent, days) => {
                ("customer_banned", None, vec![("agent", agent), ("duration", format!("{days} days"))])
            }
            Self::CustomerUpdated(initiator, name, email) => (
                "customer_updated",
                None,
                vec![("initiator", initiator), ("customer_name", name), ("customer_email", email)],
            ),
            // The unit of the duration is not documented; minutes are what the setting has.
            Self::Idle(span) => (IDLE, None, vec![("duration", (span.as_secs() / 60).to_string())]),
            Self::Transferred(initiator, targets) => (
                "chat_transferred",
                Some(format!("{initiator} transferred the chat to {targets}")),
                vec![("initiator", initiator), ("targets", targets)],
            ),
            Self::AgentAdded(initiator, agent) => (
                "agent_added",
                Some(format!("{initiator} added {agent} to the chat")),
                vec![("initiator", initiator), ("agent", agent)],
            ),
            Self::AgentJoined(agent) => {
                ("agent_joined", Some(format!("{agent} joined the chat")), vec![("agent", agent)])
            }
            // The page names this note without its words and names: both are inferred from `agent_added`.
            Self::CustomerAdded(initiator, customer) => (
                "customer_added",
                Some(format!("{initiator} added {customer} to the chat")),
                vec![("initiator", initiator), ("customer", customer)],
            ),
            Self::AgentRemoved(initiator, agent) => (
                "agent_removed",
                Some(format!("{initiator} removed {agent} from the chat")),
                vec![("initiator", initiator), ("agent", agent)],
            ),
            Self::AgentLeft(agent) => ("agent_left", Some(format!("{agent} left the chat")), vec![("agent", agent)]),
            // How scores are written is not documented.
            Self::Rated(customer, score) => {
                ("rating.chat_rated", None, vec![("customer", customer), ("score", score.to_string())])
            }
            Self::Commented(comment) => ("rating.chat_commented", None, vec![("comment", comment)]),
            Self::RatingCanceled => ("rating.chat_rating_canceled", None, vec![]),
        };
        let vars: Map<String, Value> = vars.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        Draft::plain(Content::System { kind: kind.to_owned(), text, vars })
    }
}
