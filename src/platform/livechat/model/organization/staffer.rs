//! Those who work in a license: agents and bots.

use indexmap::IndexMap;

use crate::base::secret::Secret;
use crate::journal::entry::{Party, Role};

/// The group that everybody is in.
pub(crate) const EVERYBODY: u64 = 0;

/// An agent or a bot.
#[derive(Clone, Debug)]
pub(crate) struct Staffer {
    /// The e-mail address of an agent; 32 hexadecimal digits for a bot.
    pub(crate) id: String,
    /// The name.
    pub(crate) name: String,
    /// What they are.
    pub(crate) kind: StaffKind,
    /// How soon the router thinks of them in each group they are in, besides everybody's.
    pub(crate) groups: IndexMap<u64, Priority>,
    /// How soon the router thinks of them in everybody's group.
    pub(crate) priority: Priority,
    /// How many chats the router gives them at once.
    pub(crate) max_chats: usize,
    /// Whether they take chats.
    pub(crate) status: Status,
    /// The token they call with; drawn or well known where the set-up names none.
    pub(crate) token: Option<Secret>,
}

/// What somebody who works in a license is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum StaffKind {
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
pub(crate) enum Priority {
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

impl Staffer {
    /// How soon the router thinks of them for what belongs to these groups; nothing if they may not see it.
    pub(crate) fn priority_in(&self, groups: &[u64]) -> Option<Priority> {
        let own = |group: &u64| match self.groups.get(group) {
            Some(priority) => Some(*priority),
            None => (*group == EVERYBODY).then_some(self.priority),
        };
        groups.iter().filter_map(own).min()
    }

    /// Whether they may see what belongs to these groups.
    pub(crate) fn covers(&self, groups: &[u64]) -> bool {
        self.priority_in(groups).is_some()
    }

    /// As a party to a chat, played by the scenario.
    pub(crate) fn party(&self) -> Party {
        let role = match self.kind {
            StaffKind::Agent => Role::Agent,
            StaffKind::Bot { .. } => Role::Bot,
        };
        Party::new(role, &self.id, &self.name)
    }

    /// The e-mail address; bots have none.
    pub(crate) fn email(&self) -> &str {
        match self.kind {
            StaffKind::Agent => &self.id,
            StaffKind::Bot { .. } => "",
        }
    }
}
