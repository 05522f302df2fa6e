//! Registered webhooks: what they are for, where they go, and which occasions they pass over.

use super::version::Version;
use crate::base::secret::Secret;

/// How many registrations an app may have for one action.
pub(super) const MOST_PER_ACTION: usize = 3;
/// How long an address may be.
pub(super) const LONGEST_URL: usize = 500;

/// A registered webhook.
#[derive(Clone, Debug)]
pub(super) struct Hook {
    /// The action it is for; a row of the table of events.
    pub(super) action: &'static str,
    /// Where it goes.
    pub(super) url: String,
    /// What stands in its bodies; drawn or well known where the set-up names none.
    pub(super) secret: Option<Secret>,
    /// The app it belongs to.
    pub(super) owner: String,
    /// When it is live.
    pub(super) kind: HookKind,
    /// Which occasions it passes over.
    pub(super) filters: Filters,
    /// What else its bodies carry.
    pub(super) extras: Vec<Extra>,
    /// The version whose payloads it gets.
    pub(super) version: Version,
    /// What its owner says about it.
    pub(super) description: Option<String>,
}

/// When a webhook is live.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum HookKind {
    /// While webhooks are enabled for the license.
    License,
    /// While some bot of its app is not offline.
    Bot,
}

/// What else a body carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Extra {
    /// All properties of the chat.
    ChatProperties,
    /// Who is in the chat.
    PresenceUserIds,
}

/// Which occasions a webhook passes over. All that are set must be met.
#[derive(Clone, Debug, Default)]
pub(super) struct Filters {
    /// Whose events it is for.
    pub(super) author: Option<AuthorType>,
    /// Which chats it is for, by the app they were started with.
    pub(super) chats: Scope,
    /// Which chats it is for, by who is in them.
    pub(super) presence: Only,
    /// Whether a bot of its app must be in the chat.
    pub(super) bots: BotPresence,
    /// Which agents and bots it is for, where it is about one of them.
    pub(super) agents: Only,
    /// Whose doing it is for; empty means everybody's.
    pub(super) sources: Vec<SourceType>,
}

/// Whose events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum AuthorType {
    /// Those of customers.
    Customer,
    /// Those of agents and bots.
    Agent,
}

/// Which chats, by the app they were started with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Scope {
    /// All.
    #[default]
    AllChats,
    /// Those that were started with the webhook's own app.
    OnlyMine,
}

/// Only what concerns some people.
#[derive(Clone, Debug, Default)]
pub(super) enum Only {
    /// Whomever it concerns.
    #[default]
    Anybody,
    /// One of these.
    OneOf(Vec<String>),
    /// None of these.
    NoneOf(Vec<String>),
}

impl Only {
    fn holds<'p>(&self, mut people: impl Iterator<Item = &'p str>) -> bool {
        match self {
            Self::Anybody => true,
            Self::OneOf(ids) => people.any(|person| ids.iter().any(|id| id == person)),
            Self::NoneOf(ids) => !people.any(|person| ids.iter().any(|id| id == person)),
        }
    }
}

/// Whether a bot of the webhook's app must be in the chat.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum BotPresence {
    /// It need not.
    #[default]
    Whatever,
    /// It must.
    Mine,
}

/// Whose doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SourceType {
    /// That of the webhook's own app.
    MyClient,
    /// That of any other app.
    OtherClients,
    /// The system's own.
    System,
}

/// What the filters look at.
pub(super) struct Occasion<'o> {
    /// The app that caused it; nothing for the system.
    pub(super) client: Option<&'o str>,
    /// Who wrote the event, if it is about an event that somebody wrote.
    pub(super) author: Option<AuthorType>,
    /// The app that the chat was started with.
    pub(super) chat_client: Option<&'o str>,
    /// Who is in the chat.
    pub(super) present: &'o [&'o str],
    /// The agent or bot it is about, if it is about one.
    pub(super) agent: Option<&'o str>,
    /// The bots of the webhook's app.
    pub(super) bots: &'o [&'o str],
}

impl Filters {
    /// Whether a webhook of the app `owner` fires.
    pub(super) fn pass(&self, owner: &str, on: &Occasion<'_>) -> bool {
        let author = self.author.is_none_or(|wanted| on.author == Some(wanted));
        let chat = match self.chats {
            Scope::AllChats => true,
            Scope::OnlyMine => on.chat_client == Some(owner),
        };
        let presence = self.presence.holds(on.present.iter().copied());
        let agents = self.agents.holds(on.agent.into_iter());
        let bots = match self.bots {
            BotPresence::Whatever => true,
            BotPresence::Mine => on.bots.iter().any(|bot| on.present.contains(bot)),
        };
        let source = match on.client {
            None => SourceType::System,
            Some(client) if client == owner => SourceType::MyClient,
            Some(_) => SourceType::OtherClients,
        };
        author && chat && presence && bots && agents && (self.sources.is_empty() || self.sources.contains(&source))
    }
}
