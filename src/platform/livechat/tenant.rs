//! A license as it was set up: who works in it, and who wants to hear of what.

use std::sync::Arc;

use crate::base::secret::Secret;
use crate::base::time::VirtualSpan;
use crate::platform::outgoing::Policy;

/// A license.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// The organization's id; without one it is well known or drawn.
    pub(super) organization: Option<String>,
    /// The license's number, which stands in addresses of files.
    #[expect(dead_code, reason = "checked here, read by uploads of files")]
    pub(super) license: u64,
    /// The client id of the app under test.
    pub(super) client: String,
    /// Agents and bots, as they were set up.
    pub(super) workers: Vec<Worker>,
    /// The groups.
    pub(super) groups: Vec<Group>,
    /// Who wants to hear of what.
    pub(super) registrations: Vec<Registration>,
    /// How webhooks are delivered.
    pub(super) policy: Arc<Policy>,
    /// After how long without events a chat is closed.
    pub(super) archive_after: VirtualSpan,
}

/// An agent or a bot. Both are agents to the API.
#[derive(Clone, Debug)]
pub(super) struct Worker {
    /// The id: an e-mail address, or 32 hexadecimal digits; empty until a bot's id is drawn.
    pub(super) id: String,
    /// The name.
    pub(super) name: String,
    /// The groups.
    pub(super) groups: Vec<u64>,
    /// How many chats at most.
    pub(super) max_chats: u64,
    /// The token, if it is set up.
    pub(super) token: Option<Secret>,
    /// What they are.
    pub(super) kind: Kind,
}

/// What somebody who works here is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A person.
    Human,
    /// A bot that belongs to the app with this client id.
    Bot {
        /// The client id.
        client: String,
        /// Whether it has the priority `first`: it is asked before other bots.
        first: bool,
    },
}

/// A group.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// Its number.
    pub(super) id: u64,
    /// Its name.
    pub(super) name: String,
}

/// Somebody wants to hear of something.
#[derive(Clone, Debug)]
pub(super) struct Registration {
    /// Of what.
    pub(super) action: &'static str,
    /// Where it goes.
    pub(super) url: String,
    /// What shows that it is true; without one it is well known or drawn.
    pub(super) secret: Option<Secret>,
    /// The app that registered it.
    pub(super) client: String,
    /// For whom it is.
    pub(super) scope: Scope,
    /// Which of them.
    pub(super) filters: Filters,
    /// What is told besides.
    pub(super) additional: Vec<Additional>,
}

/// For whom a registration is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Scope {
    /// For the license as a whole.
    License,
    /// For the bots of the app; without bots nothing is sent.
    Bot,
}

/// What is told besides the payload.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Additional {
    /// The properties of the chat.
    ChatProperties,
    /// Who is in the chat.
    PresentUsers,
}

/// Which occasions a registration is for; all conditions must hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Filters {
    /// Who wrote the event.
    pub(super) author: Option<Author>,
    /// Only chats that the app began.
    pub(super) only_my_chats: bool,
    /// Who must be in the chat, any of them.
    pub(super) with: Vec<String>,
    /// Who must not be in the chat.
    pub(super) without: Vec<String>,
    /// A bot of the app must be in the chat.
    pub(super) my_bots: bool,
    /// Who caused it, any of them; empty for anybody.
    pub(super) sources: Vec<SourceType>,
}

/// Who wrote an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Author {
    /// A customer.
    Customer,
    /// An agent or a bot.
    Agent,
}

/// Who caused something, as an app sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SourceType {
    /// The app itself.
    MyClient,
    /// Another app.
    OtherClients,
    /// Nobody.
    System,
}

impl Worker {
    /// Whether this is a bot.
    pub(super) fn is_bot(&self) -> bool {
        match self.kind {
            Kind::Bot { .. } => true,
            Kind::Human => false,
        }
    }

    /// The place in the order in which routing asks: bots that come first, other bots, people.
    pub(super) fn rank(&self) -> u8 {
        match self.kind {
            Kind::Bot { first: true, .. } => 0,
            Kind::Bot { first: false, .. } => 1,
            Kind::Human => 2,
        }
    }

    /// Whether a chat for these groups is for them. Group 0 is everybody.
    pub(super) fn may_see(&self, groups: &[u64]) -> bool {
        groups.contains(&0) || groups.iter().any(|group| self.groups.contains(group))
    }
}

impl Tenant {
    /// The agent or bot with this id.
    pub(super) fn worker(&self, id: &str) -> Option<&Worker> {
        self.workers.iter().find(|worker| worker.id == id)
    }

    /// The agent or bot with this id or name.
    pub(super) fn worker_called(&self, word: &str) -> Option<&Worker> {
        self.worker(word).or_else(|| self.workers.iter().find(|worker| worker.name == word))
    }

    /// The first bot.
    pub(super) fn first_bot(&self) -> Option<&Worker> {
        self.workers.iter().find(|worker| worker.is_bot())
    }

    /// Whether an app has a bot here.
    pub(super) fn has_bot_of(&self, app: &str) -> bool {
        self.bots_of(app).next().is_some()
    }

    /// The bots of an app.
    pub(super) fn bots_of(&self, app: &str) -> impl Iterator<Item = &Worker> {
        self.workers.iter().filter(move |worker| matches!(&worker.kind, Kind::Bot { client, .. } if client == app))
    }

    /// The group with this name or number.
    pub(super) fn group_called(&self, word: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.name == word || group.id.to_string() == word)
    }

    /// The group with this number.
    pub(super) fn group(&self, id: u64) -> Option<&Group> {
        self.groups.iter().find(|group| group.id == id)
    }
}
