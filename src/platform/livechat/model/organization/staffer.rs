//! Those who work in a license: agents and bots.

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value;

use crate::base::secret::Secret;
use crate::journal::entry::{Party, Role as Part};

/// The group that everybody is in.
pub(crate) const EVERYBODY: u64 = 0;

/// An agent or a bot.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Staffer {
    /// The e-mail address of an agent; 32 hexadecimal digits for a bot.
    pub(crate) id: String,
    /// The name.
    pub(crate) name: String,
    /// What they are.
    pub(crate) kind: StaffKind,
    /// How soon the router thinks of them in each group for which that was said.
    pub(crate) groups: IndexMap<u64, Priority>,
    /// How soon it does in everybody's group, unless that was said as well.
    pub(crate) priority: Priority,
    /// How many chats the router gives them at once.
    pub(crate) max_chats: usize,
    /// Whether they take chats.
    pub(crate) status: Status,
    /// The token they call with; drawn or well known where the set-up names none.
    pub(crate) token: Option<Secret>,
    /// What is told about them and changes nothing.
    pub(crate) profile: Profile,
}

/// What is told about somebody and changes nothing.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Profile {
    /// The address of a picture; empty if there is none.
    pub(crate) avatar: String,
    /// What their work is.
    pub(crate) job_title: String,
    /// The telephone number.
    pub(crate) mobile: String,
    /// What they are notified of.
    pub(crate) notifications: Vec<&'static str>,
    /// Which mails they get.
    pub(crate) email_subscriptions: Vec<&'static str>,
    /// When they work, as it was sent. Nobody comes or goes by it here.
    pub(crate) work_scheduler: Option<Value>,
}

/// What somebody who works in a license is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum StaffKind {
    /// A person.
    Agent(Employment),
    /// A program that belongs to an app.
    Bot {
        /// The app.
        owner: String,
        /// What its tokens are issued for; those of the set-up have none until it is reset.
        secret: Option<Secret>,
        /// How it was made.
        maker: Maker,
    },
}

/// How a bot was made, which decides who sees it in lists.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Maker {
    /// With a token of an app, from a template, or by the set-up.
    App,
    /// With a personal access token.
    Person,
}

/// How an agent is employed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Employment {
    /// The account behind the agent; those of the set-up get theirs when the license is opened.
    pub(crate) account: String,
    /// What they may do.
    pub(crate) role: Role,
    /// Whether they may work.
    pub(crate) standing: Standing,
}

/// What an agent may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// Nearly everything.
    Viceowner,
    /// What concerns the configuration, too.
    Administrator,
    /// To chat.
    Normal,
}

/// Whether an agent may work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    /// They may.
    Active,
    /// Somebody has to agree first.
    AwaitingApproval,
    /// Not for now.
    Suspended,
}

/// How soon the router thinks of somebody.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
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

impl Status {
    /// All of them, with the vendor's words.
    pub(crate) const ALL: [(&'static str, Self); 3] =
        [("accepting_chats", Self::Accepting), ("not_accepting_chats", Self::NotAccepting), ("offline", Self::Offline)];

    /// The vendor's word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Accepting => "accepting_chats",
            Self::NotAccepting => "not_accepting_chats",
            Self::Offline => "offline",
        }
    }
}

impl serde::Serialize for Status {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl Staffer {
    /// How soon the router thinks of them in one group; nothing if they are not in it.
    pub(crate) fn priority_at(&self, group: u64) -> Option<Priority> {
        self.groups.get(&group).copied().or_else(|| (group == EVERYBODY).then_some(self.priority))
    }

    /// How soon the router thinks of them for what belongs to these groups; nothing if they may not see it.
    pub(crate) fn priority_in(&self, groups: &[u64]) -> Option<Priority> {
        groups.iter().filter_map(|group| self.priority_at(*group)).min()
    }

    /// Whether they may see what belongs to these groups.
    pub(crate) fn covers(&self, groups: &[u64]) -> bool {
        self.priority_in(groups).is_some()
    }

    /// Whether they may work; bots always may.
    pub(crate) fn standing(&self) -> Standing {
        match &self.kind {
            StaffKind::Agent(employment) => employment.standing,
            StaffKind::Bot { .. } => Standing::Active,
        }
    }

    /// What they may do, if they are an agent.
    pub(crate) fn role(&self) -> Option<Role> {
        match &self.kind {
            StaffKind::Agent(employment) => Some(employment.role),
            StaffKind::Bot { .. } => None,
        }
    }

    /// Whether they are a bot.
    pub(crate) fn is_bot(&self) -> bool {
        match self.kind {
            StaffKind::Bot { .. } => true,
            StaffKind::Agent(_) => false,
        }
    }

    /// As a party to a chat, played by the scenario.
    pub(crate) fn party(&self) -> Party {
        let part = if self.is_bot() { Part::Bot } else { Part::Agent };
        Party::new(part, &self.id, &self.name)
    }

    /// The e-mail address; bots have none.
    pub(crate) fn email(&self) -> &str {
        if self.is_bot() { "" } else { &self.id }
    }
}
