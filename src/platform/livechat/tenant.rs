//! A license: who works there, which webhooks it has registered, and its settings.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::hook::Hook;
use crate::base::secret::Secret;
use crate::base::time::VirtualSpan;
use crate::journal::entry::{Party, Role};
use crate::platform::outgoing::Policy;

/// The group that everybody is in.
pub(super) const EVERYBODY: u64 = 0;

/// A license, checked.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// The organization; drawn or well known where the set-up names none.
    pub(super) organization_id: Option<String>,
    /// The number of the license.
    pub(super) license_id: u64,
    /// The app that tokens belong to where nothing else is said.
    pub(super) client_id: String,
    /// Agents and bots by id, in the order of the set-up.
    pub(super) staff: IndexMap<String, Staffer>,
    /// The names of the groups by number.
    pub(super) groups: BTreeMap<u64, String>,
    /// The registered webhooks, in the order of registration.
    pub(super) hooks: Vec<Hook>,
    /// How webhooks are delivered.
    pub(super) policy: Arc<Policy>,
    /// How long a thread may lie idle before it counts as idle; nothing if it never does.
    pub(super) idle_after: Option<VirtualSpan>,
    /// How long a customer may wait for a word before the chat goes to somebody else; nothing if it never does.
    pub(super) transfer_after: Option<VirtualSpan>,
    /// How long a thread may lie idle before the system closes it.
    pub(super) archive_after: VirtualSpan,
    /// What happens to a chat that nobody is free for.
    pub(super) overflow: Overflow,
    /// Whether webhooks name a requester where there is none.
    pub(super) requester_id: RequesterId,
    /// Whether webhooks of the type `license` are enabled.
    pub(super) license_webhooks: LicenseWebhooks,
    /// The statuses that the set-up gives to error types.
    pub(super) statuses: BTreeMap<String, u16>,
}

/// What happens to a chat that nobody is free for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Overflow {
    /// It waits in the queue.
    Queue,
    /// It cannot be.
    Refuse,
}

/// Whether webhooks name a requester where there is none: some parsers want the key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RequesterId {
    /// Only where there is one, as documented.
    IfAny,
    /// Always; empty where there is none.
    Always,
}

/// Whether webhooks of the type `license` are enabled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum LicenseWebhooks {
    /// They are, as after installing the app.
    Enabled,
    /// They were disabled.
    Disabled,
}

/// An agent or a bot.
#[derive(Clone, Debug)]
pub(crate) struct Staffer {
    /// The e-mail address of an agent; 32 hexadecimal digits for a bot.
    pub(super) id: String,
    /// The name.
    pub(super) name: String,
    /// What they are.
    pub(super) kind: StaffKind,
    /// The groups they are in, besides everybody's.
    pub(super) groups: Vec<u64>,
    /// How soon the router thinks of them.
    pub(super) priority: Priority,
    /// How many chats the router gives them at once.
    pub(super) max_chats: usize,
    /// Whether they take chats.
    pub(super) status: Status,
    /// The token they call with; drawn or well known where the set-up names none.
    pub(super) token: Option<Secret>,
}

/// What somebody who works in a license is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum StaffKind {
    /// A person.
    Agent,
    /// A program that belongs to an app.
    Bot {
        /// The app.
        owner: String,
    },
}

/// How soon the router thinks of somebody.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Priority {
    /// Before all others.
    First,
    /// As usual.
    Normal,
    /// After all others.
    Last,
    /// Never.
    Supervisor,
}

/// Whether somebody takes chats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Status {
    /// They do.
    Accepting,
    /// They are there but take no new ones.
    NotAccepting,
    /// They are not there.
    Offline,
}

impl Status {
    /// All of them, with the vendor's words.
    pub(super) const ALL: [(&'static str, Self); 3] =
        [("accepting_chats", Self::Accepting), ("not_accepting_chats", Self::NotAccepting), ("offline", Self::Offline)];

    /// The vendor's word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Accepting => "accepting_chats",
            Self::NotAccepting => "not_accepting_chats",
            Self::Offline => "offline",
        }
    }
}

impl Staffer {
    /// Whether they may see what belongs to these groups.
    pub(super) fn covers(&self, groups: &[u64]) -> bool {
        groups.iter().any(|group| *group == EVERYBODY || self.groups.contains(group))
    }

    /// As a party to a chat, played by the scenario.
    pub(super) fn party(&self) -> Party {
        let role = match self.kind {
            StaffKind::Agent => Role::Agent,
            StaffKind::Bot { .. } => Role::Bot,
        };
        Party::new(role, &self.id, &self.name)
    }

    /// The e-mail address; bots have none.
    pub(super) fn email(&self) -> &str {
        match self.kind {
            StaffKind::Agent => &self.id,
            StaffKind::Bot { .. } => "",
        }
    }
}

impl Tenant {
    /// The agent or bot with this id or, for bots, this name.
    pub(super) fn staffer(&self, word: &str) -> Option<&Staffer> {
        self.staff.get(word).or_else(|| {
            self.staff.values().find(|staffer| staffer.name == word && matches!(staffer.kind, StaffKind::Bot { .. }))
        })
    }

    /// The group with this name or number.
    pub(super) fn group(&self, word: &str) -> Option<u64> {
        let named = self.groups.iter().find(|(_, name)| *name == word).map(|(id, _)| *id);
        named.or_else(|| word.parse().ok().filter(|id| self.groups.contains_key(id)))
    }

    /// The bots of an app.
    pub(super) fn bots_of<'t>(&'t self, client: &'t str) -> impl Iterator<Item = &'t Staffer> {
        self.staff.values().filter(move |staffer| matches!(&staffer.kind, StaffKind::Bot { owner } if owner == client))
    }
}
