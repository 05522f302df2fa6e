//! Who is at the other end of which socket, and what they want to hear.
//!
//! A session is the same whoever holds it; what differs from one kind of party to the other is its [`Side`], and [`Who`] has
//! logged in.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::super::model::Status;
use super::super::scope::Grant;
use super::super::version::Version;
use super::side::Side;
use crate::base::id::SocketId;
use crate::base::secret::Secret;
use crate::base::time::VirtualTime;
use crate::platform::cx::Credential;

/// All sessions of a license.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Rtm {
    /// By socket, and so in the order in which they began.
    pub(in super::super) sessions: BTreeMap<SocketId, Session>,
    /// Whom a login has brought here, who were offline before.
    pub(in super::super) brought: BTreeSet<String>,
    /// Who takes no chats because nobody sits at their connections.
    pub(in super::super) absent: BTreeSet<String>,
    /// Whether agents took chats when their last session ended.
    pub(in super::super) resting: BTreeMap<String, Status>,
    /// How much agents want to hear of customers, from one session to the next.
    pub(in super::super) levels: BTreeMap<String, Level>,
    /// The queue as it was last told.
    pub(super) queue: RefCell<Vec<String>>,
}

/// One session.
#[derive(Clone, Debug)]
pub(in super::super) struct Session {
    /// Whose socket it is.
    pub(super) side: &'static Side,
    /// The version of its socket.
    pub(in super::super) version: Version,
    /// The organization that the socket was opened for, if it named one.
    pub(in super::super) organization: Option<String>,
    /// Who has logged in, and with what.
    pub(in super::super) login: Option<Login>,
    /// Whether its socket is about to be closed, after which it hears of nothing more.
    pub(super) parting: bool,
    /// The latest request, until the push that answers it has been sent.
    asking: RefCell<Option<Asking>>,
}

#[derive(Clone, Debug)]
struct Asking {
    id: String,
    primary: &'static str,
}

/// A login that was granted.
#[derive(Clone, Debug)]
pub(in super::super) struct Login {
    /// What it was made with.
    pub(in super::super) credential: Credential,
    /// The same as a header.
    pub(in super::super) header: Secret,
    /// Which pushes are wanted.
    pub(in super::super) wanted: Wanted,
    /// Whose it is.
    pub(in super::super) who: Who,
}

/// Who has logged in.
#[derive(Clone, Debug)]
pub(in super::super) enum Who {
    /// An agent.
    Agent(Member),
    /// A customer.
    Customer(Visitor),
}

/// An agent who has logged in.
#[derive(Clone, Debug)]
pub(in super::super) struct Member {
    /// The agent.
    pub(in super::super) agent: String,
    /// What their credential allows.
    pub(in super::super) grant: Grant,
    /// Whether nobody sits at this connection.
    pub(in super::super) away: bool,
    /// Of which customers they want to hear.
    pub(in super::super) level: Level,
    /// Of which others.
    pub(in super::super) subscriptions: Vec<Subscription>,
}

/// A customer who has logged in.
#[derive(Clone, Debug)]
pub(in super::super) struct Visitor {
    /// The customer.
    pub(in super::super) id: String,
    /// The group that they are watched by, whose status they are told.
    pub(in super::super) group: u64,
    /// Whether they have named that group, so that no page changes it.
    pub(in super::super) chosen: bool,
    /// When they last did something on the site.
    pub(in super::super) stirred_at: VirtualTime,
}

/// Which pushes somebody wants, by version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in super::super) struct Wanted(BTreeMap<Version, Vec<String>>);

/// Stands for all pushes.
const ALL: &str = "all";

/// Of which customers an agent hears.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in super::super) enum Level {
    /// Those in the agent's own chats.
    #[default]
    My,
    /// Those with an open chat.
    Chatting,
    /// Those and those who were invited, of whom there are none here.
    Invited,
    /// All who are there.
    Online,
    /// As many as the plan allows, which here are all.
    Highest,
}

/// Customers that an agent wants to hear of besides.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in super::super) struct Subscription {
    /// Its id.
    pub(in super::super) id: String,
    /// Of how many.
    pub(in super::super) limit: usize,
    /// Of those whom these groups see; of all if none is named.
    pub(in super::super) groups: Vec<u64>,
}

impl Rtm {
    /// The sessions of an agent, oldest first.
    pub(in super::super) fn of_agent(&self, agent: &str) -> impl Iterator<Item = (SocketId, &Member)> {
        self.members().filter(move |(_, member)| member.agent == agent)
    }

    /// The sessions in which somebody has logged in and that go on, oldest first.
    pub(super) fn logins(&self) -> impl Iterator<Item = (SocketId, &Session, &Login)> {
        let staying = self.sessions.iter().filter(|(_, session)| !session.parting);
        staying.filter_map(|(socket, session)| Some((*socket, session, session.login.as_ref()?)))
    }

    /// Those of agents.
    fn members(&self) -> impl Iterator<Item = (SocketId, &Member)> {
        self.logins().filter_map(|(socket, _, login)| Some((socket, login.who.agent()?)))
    }

    /// The login of an agent on a socket, to be changed.
    pub(in super::super) fn member_mut(&mut self, socket: SocketId) -> Option<&mut Member> {
        match &mut self.sessions.get_mut(&socket)?.login.as_mut()?.who {
            Who::Agent(member) => Some(member),
            Who::Customer(_) => None,
        }
    }

    /// The login of a customer on a socket, to be changed.
    pub(in super::super) fn visitor_mut(&mut self, socket: SocketId) -> Option<&mut Visitor> {
        match &mut self.sessions.get_mut(&socket)?.login.as_mut()?.who {
            Who::Customer(visitor) => Some(visitor),
            Who::Agent(_) => None,
        }
    }

    /// Whether a customer has a socket on which they have logged in.
    pub(in super::super) fn has_visitor(&self, customer: &str) -> bool {
        self.logins().any(|(_, _, login)| login.who.customer().is_some_and(|visitor| visitor.id == customer))
    }
}

impl Who {
    /// The agent, if it is one.
    pub(super) fn agent(&self) -> Option<&Member> {
        match self {
            Self::Agent(member) => Some(member),
            Self::Customer(_) => None,
        }
    }

    /// The vendor's id of whoever it is.
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Agent(member) => &member.agent,
            Self::Customer(visitor) => &visitor.id,
        }
    }

    /// The customer, if it is one.
    pub(super) fn customer(&self) -> Option<&Visitor> {
        match self {
            Self::Customer(visitor) => Some(visitor),
            Self::Agent(_) => None,
        }
    }
}

impl Session {
    pub(super) fn new(side: &'static Side, version: Version, organization: Option<String>) -> Self {
        Self { side, version, organization, login: None, parting: false, asking: RefCell::default() }
    }

    /// The vendor's id of whoever has logged in.
    pub(super) fn holder(&self) -> Option<&str> {
        self.login.as_ref().map(|login| login.who.id())
    }

    /// Remembers what is asked for, for the push that belongs to it.
    pub(super) fn ask(&self, id: Option<String>, action: &str) {
        let asking = id.zip(self.side.primary(action)).map(|(id, primary)| Asking { id, primary });
        self.asking.replace(asking);
    }

    /// The id of the request that a push belongs to. One push carries it, and no other.
    pub(super) fn take_id(&self, push: &str) -> Option<String> {
        let mut asking = self.asking.borrow_mut();
        if asking.as_ref().is_some_and(|asking| asking.primary == push) {
            asking.take().map(|asking| asking.id)
        } else {
            None
        }
    }
}

impl Wanted {
    /// All pushes of one version.
    pub(in super::super) fn all(version: Version) -> Self {
        Self(BTreeMap::from([(version, vec![ALL.to_owned()])]))
    }

    /// These pushes.
    pub(in super::super) fn listed(names: BTreeMap<Version, Vec<String>>) -> Self {
        Self(names)
    }

    /// The version in which a push is wanted, if it is: the highest that names it, or else the highest that wants all.
    pub(super) fn version_of(&self, push: &str) -> Option<Version> {
        let lists = |wanted: &str| {
            self.0.iter().rev().find(|(_, names)| names.iter().any(|name| name == wanted)).map(|(version, _)| *version)
        };
        lists(push).or_else(|| lists(ALL))
    }
}

impl Level {
    /// The vendor's words.
    pub(in super::super) const WORDS: [(&'static str, Self); 5] = [
        ("my", Self::My),
        ("chatting", Self::Chatting),
        ("invited", Self::Invited),
        ("online", Self::Online),
        ("highest_available", Self::Highest),
    ];

    /// The vendor's word.
    pub(in super::super) fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, level)| *level == self).map_or("", |(word, _)| *word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_comes_in_the_highest_version_that_names_it() {
        let wanted = |list: &[(Version, &[&str])]| {
            let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            Wanted::listed(list.iter().map(|(version, list)| (*version, names(list))).collect())
        };
        let both = wanted(&[(Version::V3_6, &["incoming_chat", "incoming_event"]), (Version::V3_7, &["all"])]);
        assert_eq!(both.version_of("incoming_chat"), Some(Version::V3_6));
        assert_eq!(both.version_of("thread_tagged"), Some(Version::V3_7));
        let some = wanted(&[(Version::V3_5, &["incoming_chat"]), (Version::V3_6, &["incoming_chat"])]);
        assert_eq!(some.version_of("incoming_chat"), Some(Version::V3_6));
        assert_eq!(some.version_of("incoming_event"), None);
        assert_eq!(Wanted::all(Version::V3_4).version_of("anything"), Some(Version::V3_4));
    }

    #[test]
    fn a_request_is_answered_by_one_push() {
        let session = Session::new(&Side::AGENTS, Version::V3_6, None);
        session.ask(Some("a".to_owned()), "send_event");
        assert_eq!(session.take_id("thread_properties_updated"), None);
        assert_eq!(session.take_id("incoming_event").as_deref(), Some("a"));
        assert_eq!(session.take_id("incoming_event"), None);
        session.ask(Some("b".to_owned()), "get_chat");
        assert_eq!(session.take_id("incoming_event"), None);
    }
}
