//! A tenant as it was set up. Nothing in it changes while it is open but its webhooks, which an admin can change, and which
//! go off if nobody answers them.

use std::sync::Arc;

use http::HeaderName;

use super::auth::Identity;
use super::codes::Successes;
use super::idle::IdleRelease;
use super::model::channel::Channel;
use super::model::user::Profile;
use super::model::{AssetId, Login, TeamId};
use super::routing::Rule;
use super::wire::event::{self, Style};
use crate::base::secret::Secret;
use crate::platform::outgoing::Policy;

/// A checked tenant.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// By which credentials its callers are known.
    pub(super) identity: Identity,
    /// How many calls a day are answered, if there is a limit.
    pub(super) daily_quota: Option<u32>,
    /// The teams; at least one.
    pub(super) teams: Vec<Team>,
    /// The bots.
    pub(super) virtual_agents: Vec<VirtualAgent>,
    /// The people it begins with.
    pub(super) agents: Vec<Profile>,
    /// How many chats somebody may hold, for those who have a limit.
    pub(super) limits: Vec<(Login, u32)>,
    /// Where new chats go.
    pub(super) routing: Vec<Rule>,
    /// Whether and when chats of silent owners go back to the queue.
    pub(super) idle_release: Option<IdleRelease>,
    /// The business's addresses.
    pub(super) assets: Vec<Asset>,
    /// How events are written.
    pub(super) style: Style,
    /// Whether `chat.closed` is sent for closes through the API, too.
    pub(super) closed_by_api: bool,
    /// What operations answer with when they succeed.
    pub(super) success: Successes,
    /// The events of webhooks that name none.
    pub(super) usual_events: Vec<Subscription>,
    /// After how many failed attempts in a row a webhook is switched off; never by default.
    pub(super) off_after: Option<u32>,
    /// How webhooks are delivered.
    pub(super) policy: Arc<Policy>,
    /// Whether chats can be searched under v3.1 as well.
    pub(super) search_on_v31: bool,
    /// Whether invalid bodies are only recorded.
    pub(super) lenient: bool,
}

/// A team.
#[derive(Clone, Debug)]
pub(super) struct Team {
    /// Its number.
    pub(super) id: TeamId,
    /// Its name.
    pub(super) name: String,
    /// Whether its chats go to its virtual agent at once, if somebody said so.
    pub(super) auto_assign: Option<bool>,
    /// The skills that chats can be transferred for.
    pub(super) skills: Vec<String>,
}

/// A bot.
#[derive(Clone, Debug)]
pub(super) struct VirtualAgent {
    /// Its login.
    pub(super) login: Login,
    /// Its team.
    pub(super) team: TeamId,
    /// What it can do, of the skills of its team.
    pub(super) skills: Vec<String>,
    /// Where its events go.
    pub(super) webhook: Option<Webhook>,
}

/// Where a bot's events go.
#[derive(Clone, Debug)]
pub(super) struct Webhook {
    /// The address.
    pub(super) url: String,
    /// Headers that go with every event.
    pub(super) headers: Vec<(HeaderName, Secret)>,
    /// The events it gets.
    pub(super) events: Vec<Subscription>,
    /// A secret to sign with.
    pub(super) signing: Option<Secret>,
    /// Whether events go there.
    pub(super) health: Health,
}

/// Whether events go to a webhook.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Health {
    /// They do.
    On {
        /// How many attempts have failed since the last that did not.
        failed: u32,
    },
    /// It failed too often, and gets no more.
    Off,
}

impl Health {
    /// As an admin leaves it.
    pub(super) const GOOD: Self = Self::On { failed: 0 };

    /// Whether new events go there.
    pub(super) const fn is_on(self) -> bool {
        match self {
            Self::On { .. } => true,
            Self::Off => false,
        }
    }
}

/// An event that a bot can subscribe to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Subscription {
    /// A chat came to the bot.
    Assigned,
    /// A customer wrote to the bot.
    Received,
    /// Somebody else closed a chat of the bot's.
    Closed,
}

impl Subscription {
    /// The event with this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            event::ASSIGNED => Some(Self::Assigned),
            event::RECEIVED => Some(Self::Received),
            event::CLOSED => Some(Self::Closed),
            _ => None,
        }
    }

    /// The name of the event.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Assigned => event::ASSIGNED,
            Self::Received => event::RECEIVED,
            Self::Closed => event::CLOSED,
        }
    }
}

/// The business's address on a channel.
#[derive(Clone, Debug)]
pub(super) struct Asset {
    /// The channel.
    pub(super) channel: Channel,
    /// The address.
    pub(super) id: AssetId,
    /// What people call it.
    pub(super) name: String,
}

impl VirtualAgent {
    /// Whether it can take a chat that waits for a skill; empty if the chat waits for none.
    fn can(&self, skill: &str) -> bool {
        skill.is_empty() || self.skills.iter().any(|own| own == skill)
    }
}

impl Tenant {
    /// The team with this number.
    pub(super) fn team(&self, id: TeamId) -> Option<&Team> {
        self.teams.iter().find(|team| team.id == id)
    }

    /// The team with this name or number.
    pub(super) fn team_called(&self, word: &str) -> Option<&Team> {
        self.teams.iter().find(|team| team.name == word || team.id.to_string() == word)
    }

    /// The bot with this login.
    pub(super) fn virtual_agent(&self, login: &str) -> Option<&VirtualAgent> {
        self.virtual_agents.iter().find(|bot| bot.login.as_str() == login)
    }

    /// How many chats somebody may hold; nothing if any number.
    pub(super) fn limit(&self, login: &Login) -> Option<usize> {
        self.limits.iter().find(|(limited, _)| limited == login).map(|(_, limit)| *limit as usize)
    }

    /// Who gets a chat that comes to a team, if the team assigns by itself: its virtual agent that has the skill the chat
    /// waits for, if any, and room for it. Nobody if several can take it, for nothing says how the vendor chooses.
    pub(super) fn taker(&self, team: TeamId, skill: &str, has_room: impl Fn(&Login) -> bool) -> Option<&Login> {
        let can = |bot: &&VirtualAgent| bot.team == team && bot.can(skill) && has_room(&bot.login);
        let mut bots = self.virtual_agents.iter().filter(can);
        let only = bots.next().filter(|_| bots.next().is_none())?;
        self.auto_assigns(team).then_some(&only.login)
    }

    /// Whether a team assigns by itself: as it was said, or else if a virtual agent of it has a webhook.
    fn auto_assigns(&self, team: TeamId) -> bool {
        let webhook = || self.virtual_agents.iter().any(|bot| bot.team == team && bot.webhook.is_some());
        self.team(team).is_some_and(|team| team.auto_assign.unwrap_or_else(webhook))
    }

    /// The first asset of a channel.
    pub(super) fn asset_of(&self, channel: Channel) -> Option<&Asset> {
        self.assets.iter().find(|asset| asset.channel == channel)
    }

    /// The address of an asset in the form in which the tenant has it: a caller's number is a number only if the tenant's is.
    pub(super) fn asset_as_known(&self, channel: Channel, id: &AssetId) -> AssetId {
        let text = id.to_string();
        let known = self.assets.iter().find(|asset| asset.channel == channel && asset.id.to_string() == text);
        known.map_or(AssetId::Text(text), |asset| asset.id.clone())
    }

    /// What people call an asset; empty if nobody set it up.
    pub(super) fn asset_name(&self, channel: Channel, id: &AssetId) -> &str {
        let mut assets = self.assets.iter();
        assets.find(|asset| asset.channel == channel && asset.id == *id).map_or("", |asset| &asset.name)
    }
}
