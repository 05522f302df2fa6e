//! The `setup:` block as it is written, with the value of everything that is left out.

use indexmap::IndexMap;

use super::routing::RuleBlock;
use super::switches::{EventsBlock, SuccessBlock};
use crate::base::diag::Place;
use crate::base::secret::Secret;
use crate::base::time::VirtualSpan;
use crate::platform::delivery::RawDelivery;
use crate::platform::imichat::auth;
use crate::platform::imichat::model::AssetId;
use crate::platform::signing::RawSigning;
use crate::record;
use crate::scenario::decode::{Decode, Located, Problems, wrong_type};
use crate::scenario::node::{Node, Value};

/// No life of tokens is published; the vendor's newer API has this one.
const TOKEN_LIFE: VirtualSpan = VirtualSpan::from_secs(3_600);

record! {
    /// A tenant of imi.chat. What is left out is as in the well-known test tenant.
    pub(super) struct Block {
        /// The tenant's domain, the part after `@` in the credential for `authorize`.
        pub(super) domain: String = "acme.imi.chat".to_owned(),
        /// The API keys, each with the teams it is shared with.
        pub(super) api_keys: Option<Vec<KeyBlock>>,
        /// Access tokens that were issued before.
        pub(super) access_tokens: Option<Vec<TokenBlock>>,
        /// The header of `authorize` that carries the credential; its name is not published.
        pub(super) authorize_header: Located<String> = Located { value: auth::KEY_HEADER.as_str().to_owned(), place: Place::default() },
        /// How long tokens from `authorize` are good for, in virtual time.
        pub(super) token_life: VirtualSpan = TOKEN_LIFE,
        /// How many calls a day are answered; without it calls are counted and none is refused.
        pub(super) daily_quota: Option<u32>,
        /// The teams.
        pub(super) teams: Option<Vec<TeamBlock>>,
        /// The bots.
        pub(super) virtual_agents: Option<Vec<VirtualAgentBlock>>,
        /// The people.
        pub(super) agents: Vec<AgentBlock>,
        /// Where new chats go; the first rule that applies wins. Without one, chats go as their team does with all of them.
        pub(super) routing: Vec<RuleBlock>,
        /// Whether chats go back to the queue when whoever has them is silent; they do not by default.
        pub(super) release_idle: Option<ReleaseBlock>,
        /// The business's addresses on the channels.
        pub(super) assets: Option<Vec<AssetBlock>>,
        /// How events are written and when they are sent, where the public pages leave it open.
        pub(super) events: EventsBlock = EventsBlock::NONE,
        /// What operations, by name, answer with when they succeed, where the public pages leave it open.
        pub(super) success: IndexMap<String, SuccessBlock>,
        /// How webhooks are delivered.
        pub(super) delivery: RawDelivery = RawDelivery::default(),
        /// How webhooks with a secret are signed, besides what the vendor does.
        pub(super) signing: RawSigning = RawSigning::default(),
        /// How chats are searched.
        pub(super) search: SearchBlock = SearchBlock { on_v31: false },
        /// Whether invalid bodies are answered as if they were valid, and only recorded as violations.
        pub(super) lenient: bool = false,
    }
}

record! {
    /// An API key.
    pub(super) struct KeyBlock {
        /// The key.
        pub(super) key: Located<Secret>,
        /// The numbers of the teams it is shared with; all by default.
        pub(super) teams: Option<Vec<Located<u32>>>,
    }
}

record! {
    /// An access token that was issued before.
    pub(super) struct TokenBlock {
        /// The token.
        pub(super) token: Located<Secret>,
        /// How much longer it is good for; for ever by default.
        pub(super) life: Option<VirtualSpan>,
        /// The API key it was issued for; the first by default.
        pub(super) key: Option<Located<Secret>>,
    }
}

record! {
    /// A team.
    pub(super) struct TeamBlock {
        /// Its number.
        pub(super) id: Located<u32>,
        /// Its name.
        pub(super) name: String,
        /// Whether its chats go at once to its virtual agent, if exactly one can take them; by default, if one has a webhook.
        pub(super) auto_assign: Option<bool>,
        /// Skills that chats can wait for.
        pub(super) skills: Vec<String>,
    }
}

record! {
    /// A bot.
    pub(super) struct VirtualAgentBlock {
        /// Its login.
        pub(super) login: Located<String>,
        /// The number of its team; the first team by default.
        pub(super) team: Option<Located<u32>>,
        /// The skills it has, of those of its team; only such chats come to it that wait for none or for one of these.
        pub(super) skills: Vec<Located<String>>,
        /// How many chats it may hold before no more are routed to it; any number by default. When one ends or leaves, the
        /// oldest that waits in the team takes its place.
        pub(super) max_chats: Option<u32>,
        /// Where its events go; without it none are sent.
        pub(super) webhook: Option<WebhookBlock>,
    }
}

record! {
    /// Where a bot's events go.
    pub(super) struct WebhookBlock {
        /// The address, usually `${bot}/…`.
        pub(super) url: Located<String>,
        /// Headers that go with every event, as they are.
        pub(super) headers: IndexMap<String, Located<Secret>>,
        /// The events; by default those of `events.subscribed`.
        pub(super) events: Option<Vec<Located<String>>>,
        /// A secret to sign with, in addition to what the vendor does.
        pub(super) secret: Option<Located<Secret>>,
    }
}

record! {
    /// A human agent.
    pub(super) struct AgentBlock {
        /// The login.
        pub(super) login: Located<String>,
        /// The number of the team; the first team by default.
        pub(super) team: Option<Located<u32>>,
        /// The first name; the login by default.
        pub(super) first_name: Option<String>,
        /// The last name.
        pub(super) last_name: String = String::new(),
        /// The e-mail address; by default the login, followed by the tenant's domain if it is no address.
        pub(super) email: Option<String>,
        /// Whether the account can be used: `active` or `inactive`; `active` by default.
        pub(super) status: Option<Located<String>>,
        /// Whether the agent is logged in.
        pub(super) logged_in: bool = true,
        /// Whether the agent takes new chats.
        pub(super) accepting_chats: bool = true,
        /// What the agent does, in words.
        pub(super) job_description: String = String::new(),
        /// Whether the agent logs in with the e-mail address.
        pub(super) login_using_email: bool = false,
        /// What the agent is there for: `Customer Care` or `Administrative`; `Customer Care` by default.
        pub(super) role_type: Option<Located<String>>,
        /// What the agent is good at: names and values.
        pub(super) skill_attributes: IndexMap<String, serde_json::Value>,
        /// How many chats they may hold before no more are routed to them; any number by default, though the vendor's
        /// people begin with 99.
        pub(super) max_chats: Option<u32>,
    }
}

record! {
    /// When chats go back to the queue because whoever has them is silent.
    pub(super) struct ReleaseBlock {
        /// After how long, in virtual time.
        pub(super) after: Located<VirtualSpan>,
        /// Whether virtual agents lose their chats as well.
        pub(super) virtual_agents: bool = false,
    }
}

record! {
    /// The business's address on a channel.
    pub(super) struct AssetBlock {
        /// The channel.
        pub(super) channel: Located<String>,
        /// The address: a text, or a number where the tenant has it as a number.
        pub(super) id: AssetId,
        /// What people call it.
        pub(super) name: String = String::new(),
    }
}

record! {
    /// How chats are searched.
    pub(super) struct SearchBlock {
        /// Whether it can be done under v3.1 as well; the vendor's page is titled so, but its text allows v3.0 only.
        pub(super) on_v31: bool = false,
    }
}

impl Decode for AssetId {
    const EXPECTS: &'static str = "text or a whole number";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Int(_) => i64::decode(node, problems).map(Self::Number),
            Value::Text(text) => Some(Self::Text(text.clone())),
            Value::Null | Value::Bool(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => {
                wrong_type(node, Self::EXPECTS, problems);
                None
            }
        }
    }

    fn schema() -> serde_json::Value {
        serde_json::json!({"type": ["string", "integer"]})
    }
}
