//! imi.chat, today sold as Webex Engage: REST API v3.1 and the webhooks of its virtual agents.
//!
//! Documented at docs.imi.chat: chats, their states and channels, the samples of messages, three events, the codes of
//! `create_chat`, the header `access_token`, the daily quota, the members, order and pages of the list of chats, the members
//! of users and the code of `get_user`, the fields and operators of searches. Not documented, and decided here: the request
//! of `create_chat` (mirrors the chat it answers with), which members `create_user` needs, how a search is written, the keys
//! that lists of chats and teams stand under, the list of teams, whom a call about users may see, the order of checks, what
//! an invalid body is answered with, how often and when webhooks are retried, how rules, skills and limits bring a chat to
//! somebody. Everything decided here is a named constant with its reason, is explained where it is done, or is a key of
//! `setup:`; what to make of contradictions is kept by `tests/inconsistencies.rs`.
//!
//! Left out on purpose: the OAuth API that the vendor sells as its successor, and what the admin pages do once a tenant is
//! open, but for the webhooks of virtual agents.

mod api;
mod assignment;
mod auth;
mod codes;
mod deed;
mod events;
mod hook;
mod idle;
mod model;
mod quota;
mod routing;
mod script;
mod setup;
#[cfg(test)]
mod stage;
mod tenant;
#[cfg(test)]
mod tests;
mod wire;

use std::sync::{Arc, LazyLock};

use http::{HeaderName, HeaderValue};

use self::auth::Auth;
use self::model::Chats;
use self::model::user::Users;
use self::quota::Quota;
use self::tenant::Tenant;
use super::cx::{Credential, Cx, Refusal, Replaced, WakeKey};
use super::host::Host;
use super::outgoing::{Ended, Outgoing, Policy};
use super::route::{Answer, Call, Client, Reply, Route, Unrouted};
use super::{Code, Event, Platform, Table};
use crate::base::doc_ref::{DocRef, Mark};
use crate::base::secret::Secret;
use crate::base::time::VirtualTime;
use crate::scenario::Staff;
use crate::scenario::act::Act;
use crate::scenario::decode::{KeyTable, Problems, Schema};
use crate::scenario::node::Node;

const OPT: &str = "nothing is documented about customers who want no messages; let them say so";
const PROBLEM: &str = "nothing is documented about channels that do not work";

/// One tenant of imi.chat.
#[derive(Clone)]
pub struct Imichat {
    tenant: Tenant,
    auth: Auth,
    quota: Quota,
    chats: Chats,
    users: Users,
    policy: Arc<Policy>,
}

impl Platform for Imichat {
    const NAME: &'static str = "imichat";
    const ABOUT: &'static str = "imi.chat (Webex Engage): REST API v3.1 and virtual agent webhooks";
    const ROOTS: &'static [&'static str] = &["v3.1", "v3.0"];
    const HOSTS: &'static [Host] = &[Host {
        name: "*.imi.chat",
        serves: "the REST API of a region or a tenant",
        doc: DocRef::new(Mark::Seed, "docs.imi.chat/reference"),
    }];
    const LACKS: &'static [(&'static str, &'static str)] = &[
        ("delete", "nothing is documented about messages that customers take back"),
        ("disconnect", "nobody has sockets here"),
        ("leave", "nothing is documented to happen when a customer goes away; let the system close the chat instead"),
        ("opt_in", OPT),
        ("opt_out", OPT),
        ("read", "nothing is documented about messages that somebody has read"),
        ("receipt", "nothing is documented about what becomes of messages on their way"),
        ("report_problem", PROBLEM),
        ("resolve_problem", PROBLEM),
        ("set_status", "nothing is documented about agents who come and go; assign or transfer the chat instead"),
    ];
    const ROUTES: &'static [Route<Self>] = api::ROUTES;
    const CODES: &'static [Code] = codes::CODES;
    const EVENTS: &'static [Event] = events::EVENTS;
    const PROMPT: &'static str = "chat.assigned";
    const SHAPES: &'static [crate::platform::Shape] = api::SHAPES;
    const SEEN: &'static str = include_str!("seen.json");
    const SECRETS: &'static [&'static str] = &["password"];

    const TOKENS_EXPIRE: bool = true;

    const SETUP: &'static [KeyTable] = setup::KEYS;

    type Setup = Tenant;

    fn table() -> &'static Table {
        static TABLE: LazyLock<Table> = LazyLock::new(Table::of::<Imichat>);
        &TABLE
    }

    fn setup(node: &Node, problems: &mut Problems) -> Option<Tenant> {
        setup::read(node, problems)
    }

    fn setup_schema() -> Schema {
        setup::schema()
    }

    fn staff(tenant: &Tenant) -> Staff {
        let bots = tenant.virtual_agents.iter().map(|bot| &bot.login);
        let agents = bots.chain(tenant.agents.iter().map(|agent| &agent.login));
        let teams = tenant.teams.iter().flat_map(|team| [team.name.clone(), team.id.to_string()]);
        let agents = agents.map(|login| login.as_str().to_owned());
        let codes = tenant.success.codes_of_its_own().map(str::to_owned).collect();
        let retries_after = tenant.policy.retries.first().copied();
        Staff { agents: agents.collect(), teams: teams.collect(), codes, retries_after, ..Staff::default() }
    }

    fn open(cx: &mut Cx<'_>, tenant: Tenant) -> Self {
        Self {
            auth: Auth::open(cx, tenant.identity.clone()),
            quota: Quota::new(tenant.daily_quota, cx.now()),
            chats: Chats::default(),
            users: Users::open(cx.now(), tenant.agents.iter().cloned()),
            policy: Arc::clone(&tenant.policy),
            tenant,
        }
    }

    fn credential(call: &Call) -> Option<Credential> {
        auth::credential(call)
    }

    fn caller(&self, call: &Call) -> Option<String> {
        // Keys and tokens are secrets, and the vendor has no other name for whoever holds one.
        self.auth.knows(call).then(|| deed::API.to_owned())
    }

    fn chat_of(&self, call: &Call) -> Option<String> {
        self.chats.find(call.param("chat_id")).map(|chat| self.chats.at(chat).id().as_str().to_owned())
    }

    fn expiry(&self, call: &Call) -> Option<&'static str> {
        self.auth.carries_token(call).then_some(codes::EXPIRED_TOKEN.code)
    }

    fn expire(&mut self, now: VirtualTime, call: &Call) {
        self.auth.expire(call, now);
    }

    fn client(&self, now: VirtualTime, route: Option<&'static str>) -> Client {
        let teams = self.tenant.teams.iter().map(|team| team.id);
        let headers = if route == Some(api::AUTHORIZE) {
            self.auth.client_key().into_iter().collect()
        } else {
            self.auth.client(now, teams)
        };
        Client { params: vec![("version", api::version_of(route).to_owned())], headers, ..Client::default() }
    }

    fn unrouted(&mut self, cx: &mut Cx<'_>, call: &Call, why: Unrouted) -> Answer {
        match why {
            Unrouted::Path => {
                cx.violation(format!("{} is no path of this API", call.path));
                Err(codes::refuse(codes::NOT_FOUND))
            }
            Unrouted::Method => Err(codes::refuse(codes::METHOD_NOT_ALLOWED)),
        }
    }

    fn finish(&mut self, cx: &mut Cx<'_>, reply: &mut Reply) {
        let trace = cx.draw("imichat/trxid").hex(32);
        if let Ok(trace) = HeaderValue::from_str(&trace) {
            reply.headers.push((HeaderName::from_static("trxid"), trace));
        }
        self.quota.count(cx.now(), reply);
    }

    fn act(&mut self, cx: &mut Cx<'_>, act: &Act) -> Result<(), Refusal> {
        script::act(self, cx, act)
    }

    fn wake(&mut self, cx: &mut Cx<'_>, key: &WakeKey) {
        // Tokens and quotas look at the clock when they are used, so all timers are about chats that are left alone.
        self.release_if_idle(cx, &key.0);
    }

    fn attempted(&mut self, cx: &mut Cx<'_>, webhook: &Outgoing, ended: Ended<'_>) {
        if ended.genuine {
            self.note_attempt(cx, webhook, ended.acknowledged);
        }
    }

    fn reissue(&mut self, cx: &mut Cx<'_>) -> Vec<Replaced> {
        self.auth.reissue(cx)
    }

    fn hooked(&self) -> Option<Vec<String>> {
        let webhooks = self.tenant.virtual_agents.iter().filter_map(|bot| bot.webhook.as_ref());
        Some(webhooks.flat_map(|webhook| &webhook.events).map(|event| event.name().to_owned()).collect())
    }

    fn exports(&self) -> Vec<(&'static str, Secret)> {
        let webhooks = self.tenant.virtual_agents.iter().filter_map(|bot| bot.webhook.as_ref());
        let key =
            webhooks.flat_map(|webhook| &webhook.headers).map(|(_, value)| ("IMICHAT_WEBHOOK_KEY", value.clone()));
        self.auth.exports().into_iter().chain(key.take(1)).collect()
    }
}

impl Imichat {
    /// Whether anybody has this login: one of the people, or a virtual agent.
    fn has_login(&self, login: &str) -> bool {
        self.users.has(login) || self.tenant.virtual_agent(login).is_some()
    }
}
