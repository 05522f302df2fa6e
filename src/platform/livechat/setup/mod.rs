//! The `setup:` block: what an author writes, with its defaults. [`check`] turns it into a tenant.

mod check;
mod form;
mod hooks;
mod keys;
mod property;
mod value;

use std::collections::BTreeMap;

pub(super) use self::check::read;
use crate::base::secret::Secret;
use crate::base::time::{VirtualSpan, WallLimit};
use crate::platform::delivery::RawDelivery;
use crate::platform::signing::RawSigning;
use crate::record;
use crate::scenario::decode::{Decode, KeyTable, Located, Problems, Schema, wrong_type};
use crate::scenario::node::{Node, Value};

/// All keys of `setup:`.
pub(super) const KEYS: &[KeyTable] = &[
    ("", RawTenant::FIELDS),
    ("agents", RawAgent::FIELDS),
    ("tokens", keys::RawKey::FIELDS),
    ("groups", RawGroup::FIELDS),
    ("bots", RawBot::FIELDS),
    ("webhooks of a bot", RawShortHook::FIELDS),
    ("webhooks", RawHook::FIELDS),
    ("filters", RawFilters::FIELDS),
    ("chat_presence", RawPresence::FIELDS),
    ("user_ids", RawUserIds::FIELDS),
    ("properties", property::RawProperty::FIELDS),
    ("widget", RawWidget::FIELDS),
    ("forms", form::RawForm::FIELDS),
    ("rtm", RawRtm::FIELDS),
    ("delivery", RawDelivery::FIELDS),
    ("signing", RawSigning::FIELDS),
];

/// What may stand under `setup:`.
pub(super) fn schema() -> Schema {
    RawTenant::schema()
}

const LICENSE: u64 = 104_130_623;
const CLIENT: &str = "0805e283233042b37f460ed8fbf22160";
/// How many chats an agent or bot has at once by default.
const MAX_CHATS: u32 = 6;
/// How long the vendor waits for an answer.
const TIMEOUT: WallLimit = WallLimit::from_secs(10);
/// How long a client may take to log in.
const LOGIN_WITHIN: WallLimit = WallLimit::from_secs(30);
/// How often customers are pinged. Inferred: as often as clients are to ping that can.
const PING_EVERY: WallLimit = WallLimit::from_secs(15);
/// How long customers may do nothing on the site who have no open chat, as the vendor's own client has it.
const INACTIVE_AFTER: VirtualSpan = VirtualSpan::from_mins(30);
/// How long a thread lies idle before it is closed.
const ARCHIVE_AFTER: VirtualSpan = VirtualSpan::from_mins(30);

/// The pauses before the second, third and fourth attempt. Documented are three retries within a minute, not when.
fn retries() -> Vec<VirtualSpan> {
    [5, 15, 35].map(VirtualSpan::from_secs).to_vec()
}

record! {
    /// A license.
    struct RawTenant {
        /// The organization; well known by default, drawn where many worlds are open at once.
        organization_id: Option<String>,
        /// The number of the license.
        license_id: u64 = LICENSE,
        /// The app that tokens and webhooks belong to where nothing else is said.
        client_id: String = CLIENT.to_owned(),
        /// The agents; two well-known ones by default.
        agents: Option<Vec<RawAgent>>,
        /// The groups besides group 0, which everybody is in.
        groups: Vec<RawGroup>,
        /// The bots.
        bots: Vec<RawBot>,
        /// Registered webhooks.
        webhooks: Vec<RawHook>,
        /// How webhooks are delivered.
        delivery: RawDelivery = RawDelivery::default(),
        /// How webhooks are signed, besides the secret in their bodies.
        signing: RawSigning = RawSigning::default(),
        /// How long a thread may lie idle before it is marked as idle; by default it never is, as no default is published.
        idle_after: Option<VirtualSpan>,
        /// How long a customer may wait for a word before the chat goes to somebody else; by default it never does.
        transfer_after: Option<VirtualSpan>,
        /// How long a thread may lie idle before the system closes it.
        archive_after: VirtualSpan = ARCHIVE_AFTER,
        /// Whether customers who come back get whoever had their chat last, if they are free; by default the router starts anew.
        prefer_recent_agent: bool = false,
        /// Whether chats wait when nobody is free; without a queue they cannot begin.
        queue: bool = true,
        /// How agents and bots go who become offline: `signed_out`, the default, or `disconnected`.
        going_offline: Option<Located<String>>,
        /// Whether webhooks of the type `license` are enabled.
        license_webhooks: bool = true,
        /// Whether webhooks about the configuration say who has changed it.
        requester: bool = true,
        /// How long it takes until webhooks that are registered, or no longer are, count.
        webhooks_delay: VirtualSpan = VirtualSpan::from_secs(0),
        /// Whether webhooks about users carry an empty `requester_id` where nobody asked.
        requester_id_always: bool = false,
        /// HTTP statuses of error types, where they are to differ.
        statuses: BTreeMap<String, Located<u16>>,
        /// The HTTP status of `validation`, in short.
        validation_status: Option<Located<u16>>,
        /// More tokens of agents and bots.
        tokens: Vec<keys::RawKey>,
        /// Properties that apps have registered.
        properties: Vec<property::RawProperty>,
        /// Values of properties of the license, by namespace and name, such as `chats: {auto_summary_enabled: true}`.
        license_properties: value::RawValues,
        /// What the chat widget writes where customers begin a thread.
        widget: RawWidget = RawWidget { chat_properties: value::RawValues::new(), thread_properties: value::RawValues::new() },
        /// The forms that customers fill in; none by default.
        forms: Vec<form::RawForm>,
        /// How patient sockets are.
        rtm: RawRtm = RawRtm { login_within: LOGIN_WITHIN, ping_within: None, connections: None, ping_every: PING_EVERY, inactive_after: INACTIVE_AFTER },
        /// The scopes of the well-known personal access token; all by default.
        pat_scopes: Option<Vec<Located<String>>>,
        /// The data centre. Calls with a token or an `X-Region` of another one are then answered `misdirected_request`.
        region: Option<String>,
        /// The dates in `Legacy`, by version, such as `"3.5": "2027-01-31"`; none by default.
        legacy: BTreeMap<String, Located<String>>,
        /// The dates in `Deprecation`, by version; none by default.
        deprecation: BTreeMap<String, Located<String>>,
    }
}

record! {
    /// An agent.
    struct RawAgent {
        /// The e-mail address, which is the id.
        id: Located<String>,
        /// The name; the id by default.
        name: Option<String>,
        /// `viceowner`, `administrator` or `normal`; the second by default, so that tokens are good for nearly everything.
        role: Option<Located<String>>,
        /// The numbers of the groups.
        groups: Vec<Located<u64>>,
        /// The Bearer token.
        token: Option<Secret>,
        /// The scopes of the Bearer token; what their role may grant by default.
        scopes: Option<Vec<Located<String>>>,
        /// How many chats the router gives them at once.
        max_chats: u32 = MAX_CHATS,
        /// How soon the router thinks of them: `first`, `normal`, `last` or `supervisor`.
        priority: Option<Located<String>>,
        /// `accepting_chats`, `not_accepting_chats` or `offline`.
        status: Option<Located<String>>,
    }
}

record! {
    /// A group.
    struct RawGroup {
        /// The number.
        id: Located<u64>,
        /// The name.
        name: String,
        /// Values of properties of the group, by namespace and name.
        properties: value::RawValues,
    }
}

record! {
    /// A bot.
    struct RawBot {
        /// The id: 32 hexadecimal digits; counted up from a constant by default.
        id: Option<Located<String>>,
        /// The name.
        name: Located<String>,
        /// The numbers of the groups.
        groups: Vec<Located<u64>>,
        /// The app it belongs to; the tenant's by default.
        client_id: Option<String>,
        /// The Bearer token.
        token: Option<Secret>,
        /// How many chats the router gives it at once.
        max_chats: u32 = MAX_CHATS,
        /// How soon the router thinks of it; before all agents by default.
        priority: Option<Located<String>>,
        /// `accepting_chats`, `not_accepting_chats` or `offline`.
        status: Option<Located<String>>,
        /// Its webhooks: a list of registrations, or one mapping with `actions`.
        webhooks: BotHooks = BotHooks::Listed(Vec::new()),
    }
}

record! {
    /// A registered webhook.
    struct RawHook {
        /// The action.
        action: Located<String>,
        /// Where it goes.
        url: Located<String>,
        /// What stands in its bodies; well known by default, drawn where many worlds are open at once.
        secret_key: Option<Secret>,
        /// Which occasions it passes over.
        filters: Option<RawFilters>,
        /// `license` or `bot`.
        r#type: Option<Located<String>>,
        /// `chat_properties` and `chat_presence_user_ids`, if its bodies are to carry them.
        additional_data: Vec<Located<String>>,
        /// The app it belongs to.
        client_id: Option<String>,
        /// The version it was registered with.
        version: Option<Located<String>>,
    }
}

record! {
    /// Webhooks that differ in their action only.
    struct RawShortHook {
        /// The actions.
        actions: Vec<Located<String>>,
        /// Where they go.
        url: Located<String>,
        /// What stands in their bodies.
        secret_key: Option<Secret>,
        /// Which occasions they pass over; each filter concerns those actions that know it.
        filters: Option<RawFilters>,
        /// `license` or `bot`.
        r#type: Option<Located<String>>,
        /// `chat_properties` and `chat_presence_user_ids`, if the bodies of those about chats are to carry them.
        additional_data: Vec<Located<String>>,
        /// The version they were registered with.
        version: Option<Located<String>>,
    }
}

record! {
    /// Which occasions a webhook passes over.
    struct RawFilters {
        /// `customer` or `agent`.
        author_type: Option<Located<String>>,
        /// Only chats that were started with the webhook's own app.
        only_my_chats: bool = false,
        /// Who must, or must not, be in the chat.
        chat_presence: RawPresence = RawPresence { user_ids: None, my_bots: false },
        /// Only what is about these agents and bots.
        agent_ids: Vec<String>,
        /// `my_client`, `other_clients` and `system`.
        source_type: Vec<Located<String>>,
    }
}

record! {
    /// Who must, or must not, be in the chat.
    struct RawPresence {
        /// Of these people.
        user_ids: Option<Located<RawUserIds>>,
        /// A bot of the webhook's own app must.
        my_bots: bool = false,
    }
}

record! {
    /// One of `values` and `exclude_values`.
    struct RawUserIds {
        /// One of these must.
        values: Option<Vec<String>>,
        /// None of these may.
        exclude_values: Option<Vec<String>>,
    }
}

record! {
    /// What the chat widget writes where customers begin a thread.
    struct RawWidget {
        /// Properties of the chat, by namespace and name.
        chat_properties: value::RawValues,
        /// Properties of the thread, such as `routing: {ignore_bots: true}`.
        thread_properties: value::RawValues,
    }
}

record! {
    /// How patient sockets are. All of it is real time, as clients are real.
    struct RawRtm {
        /// How long a client may take to log in.
        login_within: WallLimit = LOGIN_WITHIN,
        /// After how long a socket is closed on which nothing has come, not even a ping; never by default. The vendor's own is about 30 s.
        ping_within: Option<WallLimit>,
        /// How many connections an agent may have, before the oldest is closed; as many as they like by default.
        connections: Option<Located<u32>>,
        /// How often customers are pinged, whose browsers cannot ping themselves.
        ping_every: WallLimit = PING_EVERY,
        /// After how long a customer is cut off who opens no page and has no open chat, on the clock of the world.
        inactive_after: VirtualSpan = INACTIVE_AFTER,
    }
}

/// The webhooks of a bot.
#[derive(Clone, Debug)]
enum BotHooks {
    /// One by one.
    Listed(Vec<RawHook>),
    /// All in one.
    Short(Box<RawShortHook>),
}

impl Decode for BotHooks {
    const EXPECTS: &'static str = "a list, or a mapping with `actions`";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match node.value {
            Value::List(_) => Vec::decode(node, problems).map(Self::Listed),
            Value::Map(_) => RawShortHook::decode(node, problems).map(|short| Self::Short(Box::new(short))),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {
                wrong_type(node, Self::EXPECTS, problems);
                None
            }
        }
    }

    fn schema() -> serde_json::Value {
        serde_json::json!({"anyOf": [Vec::<RawHook>::schema(), RawShortHook::schema()]})
    }
}
