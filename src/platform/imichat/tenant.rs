//! A tenant as it was set up: what does not change while it is open.

use http::HeaderName;

use super::auth::Identity;
use super::model::channel::Channel;
use super::model::user::Profile;
use super::model::{AssetId, Login, TeamId};
use crate::base::secret::Secret;
use crate::base::time::{VirtualSpan, WallLimit};

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
    /// The business's addresses.
    pub(super) assets: Vec<Asset>,
    /// How long a receiver of webhooks may take for one attempt.
    pub(super) timeout: WallLimit,
    /// The pauses before further attempts.
    pub(super) retries: Vec<VirtualSpan>,
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
    /// Whether its chats go to its virtual agent at once.
    pub(super) auto_assign: bool,
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

    /// Who gets the new chats of a team: its virtual agent, if it has exactly one and assigns by itself.
    pub(super) fn route(&self, team: TeamId) -> Option<&Login> {
        let mut bots = self.virtual_agents.iter().filter(|bot| bot.team == team);
        let only = bots.next().filter(|_| bots.next().is_none())?;
        self.team(team).filter(|team| team.auto_assign).map(|_| &only.login)
    }

    /// The first asset of a channel.
    pub(super) fn asset_of(&self, channel: Channel) -> Option<&Asset> {
        self.assets.iter().find(|asset| asset.channel == channel)
    }

    /// What people call an asset; empty if nobody set it up.
    pub(super) fn asset_name(&self, channel: Channel, id: &AssetId) -> &str {
        let mut assets = self.assets.iter();
        assets.find(|asset| asset.channel == channel && asset.id == *id).map_or("", |asset| &asset.name)
    }
}
