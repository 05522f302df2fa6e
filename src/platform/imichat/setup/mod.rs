//! The `setup:` block of a scenario, checked into a [`Tenant`].

mod agent;
mod block;
mod routing;
mod switches;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use http::{HeaderName, HeaderValue};

use self::block::{
    AgentBlock, AssetBlock, Block, KeyBlock, ReleaseBlock, SearchBlock, TeamBlock, TokenBlock, VirtualAgentBlock,
    WebhookBlock,
};
use self::routing::{RuleBlock, ToBlock, WhenBlock};
use self::switches::{EventsBlock, SuccessBlock};
use super::auth;
use super::idle::IdleRelease;
use super::model::channel::Channel;
use super::model::user::Profile;
use super::model::{AssetId, Login, TeamId};
use super::tenant::{Asset, Health, Subscription, Team, Tenant, VirtualAgent, Webhook};
use super::wire::event;
use crate::base::address::is_address;
use crate::base::diag::{Diagnostic, Place, Rule};
use crate::base::secret::Secret;
use crate::base::time::{VirtualSpan, WallLimit};
use crate::platform::delivery::RawDelivery;
use crate::platform::outgoing::{Acknowledged, Policy};
use crate::platform::signing::{RawSigning, Signing};
use crate::scenario::codes;
use crate::scenario::decode::{Decode, KeyTable, Located, Problems, Schema, unknown_word};
use crate::scenario::node::Node;

/// All keys of `setup:`.
pub(super) const KEYS: &[KeyTable] = &[
    ("", Block::FIELDS),
    ("api_keys", KeyBlock::FIELDS),
    ("access_tokens", TokenBlock::FIELDS),
    ("teams", TeamBlock::FIELDS),
    ("virtual_agents", VirtualAgentBlock::FIELDS),
    ("webhook", WebhookBlock::FIELDS),
    ("agents", AgentBlock::FIELDS),
    ("routing", RuleBlock::FIELDS),
    ("when of a rule", WhenBlock::FIELDS),
    ("to of a rule", ToBlock::FIELDS),
    ("release_idle", ReleaseBlock::FIELDS),
    ("assets", AssetBlock::FIELDS),
    ("events", EventsBlock::FIELDS),
    ("each operation of success", SuccessBlock::FIELDS),
    ("delivery", RawDelivery::FIELDS),
    ("signing", RawSigning::FIELDS),
    ("search", SearchBlock::FIELDS),
];

/// What may stand under `setup:`.
pub(super) fn schema() -> Schema {
    Block::schema()
}

/// No time limit is published for this product; its sister product has this one.
const TIMEOUT: WallLimit = WallLimit::from_secs(10);
/// Retries are documented, their number and spacing are not; the sister product has these.
const RETRIES: [VirtualSpan; 3] = [VirtualSpan::from_secs(60); 3];
/// The events that the vendor's page for beginners subscribes to.
const USUAL_EVENTS: [Subscription; 2] = [Subscription::Assigned, Subscription::Received];

/// Reads and checks the block; the tenant, unless something is wrong.
pub(super) fn read(node: &Node, problems: &mut Problems) -> Option<Tenant> {
    let before = problems.len();
    let block = Block::decode(node, problems)?;
    let signatures = Signing::read(block.signing, problems);
    let signing = signatures.clone();
    let mut check = Check { problems, teams: Vec::new(), limits: Vec::new(), usual_events: Vec::new(), signing };
    let style = block.events.style();
    check.usual_events = check.usual_events(block.events.subscribed);
    let success = check.successes(block.success);
    let key_header = check.header_name(&block.authorize_header);
    let idle_release = block.release_idle.map(|release| check.idle_release(release));
    let usual = Policy::new(Acknowledged::Only200, TIMEOUT, RETRIES.to_vec(), signatures);
    let mut policy = block.delivery.read(usual, check.problems);
    // A webhook of a virtual agent is more than its address: it is switched off and on as a whole.
    let off_after = policy.off_after.take();
    let teams = check.teams(block.teams);
    let virtual_agents = check.virtual_agents(block.virtual_agents, &teams);
    let agents = check.agents(block.agents, &teams, &block.domain);
    check.logins(&virtual_agents, &agents);
    let bots = virtual_agents.iter().map(|(bot, _)| &bot.login);
    let logins: Vec<&Login> = bots.chain(agents.iter().map(|(agent, _)| &agent.login)).collect();
    let routing = check.routing(block.routing, &teams, &logins);
    let assets = check.assets(block.assets);
    let keys = block.api_keys.map(|keys| check.keys(keys));
    let tokens = block.access_tokens.map(|tokens| check.tokens(tokens, keys.as_deref()));
    let tenant = Tenant {
        identity: auth::Identity { domain: block.domain, keys, tokens, life: block.token_life, key_header },
        daily_quota: block.daily_quota,
        teams,
        virtual_agents: virtual_agents.into_iter().map(|(bot, _)| bot).collect(),
        agents: agents.into_iter().map(|(agent, _)| agent).collect(),
        limits: check.limits,
        routing,
        idle_release,
        assets,
        style,
        closed_by_api: block.events.closed_by_api,
        usual_events: check.usual_events,
        success,
        off_after,
        policy: Arc::new(policy),
        search_on_v31: block.search.on_v31,
        lenient: block.lenient,
    };
    (problems.len() == before).then_some(tenant)
}

struct Check<'p> {
    problems: &'p mut Problems,
    /// The numbers of all teams, as words to compare with.
    teams: Vec<TeamId>,
    /// How many chats somebody may hold, as far as it was said.
    limits: Vec<(Login, u32)>,
    /// The events of webhooks that name none.
    usual_events: Vec<Subscription>,
    /// How webhooks are signed.
    signing: Signing,
}

impl Check<'_> {
    fn report(&mut self, rule: &'static Rule, place: Place, message: String, help: &str) {
        self.problems.push(Diagnostic::new(rule, place, message).help(help));
    }

    fn teams(&mut self, blocks: Option<Vec<TeamBlock>>) -> Vec<Team> {
        let Some(blocks) = blocks else {
            let team = Team { id: TeamId(672), name: "Team BOT".to_owned(), auto_assign: None, skills: Vec::new() };
            self.teams.push(team.id);
            return vec![team];
        };
        let mut teams = Vec::new();
        for block in blocks {
            let id = TeamId(block.id.value);
            if self.teams.contains(&id) {
                let message = format!("team {id} stands here for the second time");
                self.report(&codes::SETUP, block.id.place, message, "give each team a number of its own");
            }
            self.teams.push(id);
            teams.push(Team { id, name: block.name, auto_assign: block.auto_assign, skills: block.skills });
        }
        if teams.is_empty() {
            let message = "a tenant has at least one team".to_owned();
            self.report(&codes::SETUP, Place::default(), message, "name a team, or leave `teams` out");
        }
        teams
    }

    /// The team that is meant: the one that is named, or else the first.
    fn team(&mut self, named: Option<Located<u32>>, teams: &[Team]) -> TeamId {
        let Some(named) = named else { return teams.first().map_or(TeamId(0), |team| team.id) };
        self.known_team(&named);
        TeamId(named.value)
    }

    fn known_team(&mut self, team: &Located<u32>) {
        if !self.teams.contains(&TeamId(team.value)) {
            let known: Vec<String> = self.teams.iter().map(ToString::to_string).collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let word = team.value.to_string();
            unknown_word(&codes::UNKNOWN_TEAM, "team of this tenant", &word, team.place, &known, self.problems);
        }
    }

    fn virtual_agents(&mut self, blocks: Option<Vec<VirtualAgentBlock>>, teams: &[Team]) -> Vec<(VirtualAgent, Place)> {
        let Some(blocks) = blocks else {
            let team = self.team(None, teams);
            let bot = VirtualAgent { login: Login::new("support_bot"), team, skills: Vec::new(), webhook: None };
            return vec![(bot, Place::default())];
        };
        let mut bots = Vec::new();
        for block in blocks {
            let team = self.team(block.team, teams);
            if let Some(team) = teams.iter().find(|known| known.id == team) {
                block.skills.iter().for_each(|skill| self.known_skill(skill, team));
            }
            let skills = block.skills.into_iter().map(|skill| skill.value).collect();
            let webhook = block.webhook.map(|webhook| self.webhook(webhook));
            let login = Login::new(&block.login.value);
            self.limits.extend(block.max_chats.map(|limit| (login.clone(), limit)));
            bots.push((VirtualAgent { login, team, skills, webhook }, block.login.place));
        }
        bots
    }

    fn logins(&mut self, bots: &[(VirtualAgent, Place)], agents: &[(Profile, Place)]) {
        let bots = bots.iter().map(|(bot, place)| (&bot.login, *place));
        let agents = agents.iter().map(|(agent, place)| (&agent.login, *place));
        let mut seen: Vec<&Login> = Vec::new();
        for (login, place) in bots.chain(agents) {
            if login.as_str().is_empty() {
                self.report(&codes::SETUP, place, "a login is empty".to_owned(), "write a login");
            }
            if seen.contains(&login) {
                let message = format!("`{}` stands here for the second time", login.as_str());
                self.report(&codes::SETUP, place, message, "give each agent and virtual agent a login of its own");
            }
            seen.push(login);
        }
    }

    fn webhook(&mut self, block: WebhookBlock) -> Webhook {
        let url = &block.url.value;
        if !is_address(url) {
            let message = format!("`{url}` is not an address that webhooks can go to");
            self.report(&codes::BAD_URL, block.url.place, message, "write `${bot}/…` or `http://…`");
        }
        let mut headers = Vec::new();
        for (name, value) in block.headers {
            match (HeaderName::try_from(name.as_str()), HeaderValue::from_str(value.value.expose())) {
                (Ok(name), Ok(_)) => headers.push((name, value.value)),
                (Err(_), _) => {
                    let message = format!("`{name}` cannot be the name of a header");
                    self.report(&codes::SETUP, value.place, message, "use letters, digits and dashes");
                }
                (_, Err(_)) => {
                    let message = format!("the value of the header `{name}` has characters that no header can have");
                    self.report(&codes::SETUP, value.place, message, "use printable ASCII");
                }
            }
        }
        let events = match block.events {
            Some(names) => self.subscriptions(names),
            None => self.usual_events.clone(),
        };
        self.signing.check(block.secret.as_ref(), self.problems);
        let signing = block.secret.map(|secret| secret.value);
        Webhook { url: block.url.value, headers, events, signing, health: Health::GOOD }
    }

    fn idle_release(&mut self, block: ReleaseBlock) -> IdleRelease {
        if block.after.value == VirtualSpan::ZERO {
            let message = "chats cannot go back before anybody had time to answer".to_owned();
            self.report(&codes::SETUP, block.after.place, message, "write a longer time, such as `10m`");
        }
        IdleRelease { after: block.after.value, virtual_agents: block.virtual_agents }
    }

    /// The name of a header that callers use.
    fn header_name(&mut self, name: &Located<String>) -> HeaderName {
        HeaderName::try_from(name.value.as_str()).unwrap_or_else(|_| {
            let message = format!("`{}` cannot be the name of a header", name.value);
            self.report(&codes::SETUP, name.place, message, "use letters, digits and dashes");
            auth::KEY_HEADER
        })
    }

    fn subscriptions(&mut self, names: Vec<Located<String>>) -> Vec<Subscription> {
        names.into_iter().filter_map(|name| self.subscription(&name)).collect()
    }

    fn subscription(&mut self, name: &Located<String>) -> Option<Subscription> {
        let found = Subscription::named(&name.value);
        if found.is_none() {
            let known = [event::ASSIGNED, event::RECEIVED, event::CLOSED];
            unknown_word(&codes::UNKNOWN_EVENT, "event of imi.chat", &name.value, name.place, &known, self.problems);
        }
        found
    }

    fn assets(&mut self, blocks: Option<Vec<AssetBlock>>) -> Vec<Asset> {
        let Some(blocks) = blocks else {
            let (id, name) = (AssetId::Text("im15102452".to_owned()), "Website widget".to_owned());
            return vec![Asset { channel: Channel::Livechat, id, name }];
        };
        let mut assets: Vec<Asset> = Vec::new();
        for block in blocks {
            let Some(channel) = self.channel(&block.channel) else { continue };
            if assets.iter().any(|asset| asset.channel == channel && asset.id == block.id) {
                let message = format!("asset `{}` stands here for the second time", block.id);
                self.report(&codes::SETUP, block.channel.place, message, "keep one of the two");
            }
            assets.push(Asset { channel, id: block.id, name: block.name });
        }
        assets
    }

    fn keys(&mut self, blocks: Vec<KeyBlock>) -> Vec<auth::Key> {
        let mut keys: Vec<auth::Key> = Vec::new();
        if blocks.is_empty() {
            let message = "a tenant has at least one API key".to_owned();
            self.report(&codes::SETUP, Place::default(), message, "name a key, or leave `api_keys` out");
        }
        for block in blocks {
            self.secret(&block.key, keys.iter().any(|key| key.secret == block.key.value));
            let teams = block.teams.map(|teams| {
                teams.iter().for_each(|team| self.known_team(team));
                teams.into_iter().map(|team| TeamId(team.value)).collect()
            });
            keys.push(auth::Key { secret: block.key.value, teams });
        }
        keys
    }

    fn tokens(&mut self, blocks: Vec<TokenBlock>, keys: Option<&[auth::Key]>) -> Vec<auth::Issued> {
        let mut tokens: Vec<auth::Issued> = Vec::new();
        for block in blocks {
            self.secret(&block.token, tokens.iter().any(|token| token.token == block.token.value));
            let key = match block.key {
                None => 0,
                Some(named) => {
                    let found = keys.unwrap_or_default().iter().position(|key| key.secret == named.value);
                    if found.is_none() {
                        let message = "this API key is none of `api_keys`".to_owned();
                        self.report(&codes::SETUP, named.place, message, "name it under `api_keys` as well");
                    }
                    found.unwrap_or_default()
                }
            };
            tokens.push(auth::Issued { token: block.token.value, life: block.life, key });
        }
        tokens
    }

    fn secret(&mut self, secret: &Located<Secret>, seen: bool) {
        if seen {
            self.report(&codes::SETUP, secret.place, "this stands here for the second time".to_owned(), "keep one");
        }
        if HeaderValue::from_str(secret.value.expose()).is_err() || secret.value.expose().is_empty() {
            let message = "this cannot be sent in a header".to_owned();
            self.report(&codes::SETUP, secret.place, message, "use printable ASCII, at least one character");
        }
    }
}
