//! LiveChat, the chat of text.com: the Agent Chat API and the Customer Chat API over HTTP and over sockets, the tokens of
//! customers, the Configuration API, and webhooks.
//!
//! Documented at platform.text.com: methods, objects, events, error types, filters, three retries within a minute. Not
//! documented, and decided here: the statuses of most errors (`setup: {statuses: …}`), when retries happen
//! (`setup: {delivery: …}`), the order of webhooks that one deed causes, who gets a chat among equals, after which time a
//! thread counts as idle (`setup: {idle_after: …, transfer_after: …}`), how those go who become offline (`going_offline`),
//! whether customers who come back get whoever they had (`prefer_recent_agent`), what a summary says, the well-known tokens
//! of bots (`dal:bot-token`, `dal:bot2-token` …) and which scopes tokens have by default (`setup: {agents: [{scopes: …}]}`,
//! `tokens`, `pat_scopes`). Everything decided here is a named constant or a key of `setup:`.
//!
//! Customers whom a scenario plays come by the vendor's chat widget, whose part in how a chat begins is `setup: {widget: …}`;
//! those who call for themselves, or open a socket, come with tokens of their own. Agents who are created by a call have
//! their own address as a token (`dal:zoe@example.com`), where identities are well known; bots get one for their secret.

mod action;
mod announce;
mod api;
mod auth;
mod codes;
mod cors;
mod deed;
mod events;
mod form;
mod hook;
mod host;
mod key;
mod missing;
mod model;
mod pass;
mod region;
mod rtm;
mod scope;
mod script;
mod setup;
mod shape;
mod tenant;
#[cfg(test)]
mod tests;
mod version;
mod wire;

use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::AUTHORIZATION;

use self::auth::Auth;
use self::codes::Denial;
use self::model::registry::Registry;
use self::model::{Bans, Chats, Files, Library, Organization, Registration, StaffKind, Webhooks};
use self::rtm::Rtm;
use self::tenant::Tenant;
use super::cx::{Credential, Cx, Identities, Refusal, Replaced, WakeKey};
use super::host::Host;
use super::route::{Answer, Call, Client, Reply, Route, Unrouted};
use super::socket::{Action, Asked, Inbound, Push, Surface, Trouble};
use super::{Code, Event, Missing, Platform, Table};
use crate::base::id::SocketId;
use crate::base::secret::Secret;
use crate::base::time::VirtualTime;
use crate::scenario::Staff;
use crate::scenario::act::Act;
use crate::scenario::decode::{KeyTable, Problems, Schema};
use crate::scenario::node::Node;

/// The secret of webhooks that have none of their own, so that any receiver can be configured beforehand.
const WELL_KNOWN_SECRET: &str = "whsec_cmVoZWFyc2FsLXRlc3Qtc2VjcmV0LTAwMDE=";
/// How long the ids of registrations are.
const HOOK_ID_LENGTH: usize = 25;

/// One license of LiveChat.
#[derive(Clone)]
pub struct Livechat {
    tenant: Tenant,
    auth: Auth,
    organization: Organization,
    chats: Chats,
    /// The properties of apps, and their values in the license and its groups.
    properties: Registry,
    /// Whom nobody wants to hear from.
    bans: Bans,
    /// Greetings, canned responses and the like.
    library: Library,
    files: Files,
    /// The sockets of agents and customers.
    rtm: Rtm,
}

impl Platform for Livechat {
    const NAME: &'static str = "livechat";
    const ABOUT: &'static str =
        "LiveChat (text.com): Agent Chat and Customer Chat Web and RTM APIs, Configuration API v3.4 to v3.7, webhooks";
    const ROOTS: &'static [&'static str] = &[
        "v3.2",
        "v3.3",
        "v3.4",
        "v3.5",
        "v3.6",
        "v3.7",
        "v2/customer",
        "agent/action",
        "configuration/action",
        "customer/action",
    ];
    const HOSTS: &'static [Host] = host::HOSTS;
    const LACKS: &'static [(&'static str, &'static str)] = script::LACKS;
    const ROUTES: &'static [Route<Self>] = api::ROUTES;
    const CODES: &'static [Code] = codes::CODES;
    const EVENTS: &'static [Event] = events::EVENTS;
    const PROMPT: &'static str = "incoming_chat";
    const SURFACES: &'static [Surface] = rtm::SURFACES;
    const ACTIONS: &'static [Action<Self>] = rtm::ACTIONS;
    const PUSHES: &'static [Push] = rtm::PUSHES;
    const REASONS: &'static [&'static [&'static str]] = &[rtm::Side::AGENTS.reasons, rtm::Side::CUSTOMERS.reasons];
    const SHAPES: &'static [crate::platform::Shape] = &shape::SHAPES;
    const SEEN: &'static str = include_str!("seen.json");
    const MISSING: &'static [Missing] = missing::MISSING;

    const SECRETS: &'static [&'static str] =
        &["secret_key", "secret", "bot_secret", "token", "access_token", "identity_transfer_token"];
    const SECRET_PARAMETERS: &'static [&'static str] = &["code"];

    const TOKENS_EXPIRE: bool = true;

    const SETUP: &'static [KeyTable] = setup::KEYS;

    type Setup = Tenant;

    fn table() -> &'static Table {
        static TABLE: LazyLock<Table> = LazyLock::new(Table::of::<Livechat>);
        &TABLE
    }

    fn setup(node: &Node, problems: &mut Problems) -> Option<Tenant> {
        setup::read(node, problems)
    }

    fn setup_schema() -> Schema {
        setup::schema()
    }

    fn staff(tenant: &Tenant) -> Staff {
        let ids = tenant.staff.keys().cloned();
        let named = tenant.staff.values().filter(|staffer| staffer.is_bot());
        let teams = tenant.groups.iter().flat_map(|(id, name)| [name.clone(), id.to_string()]);
        Staff {
            agents: ids.chain(named.map(|bot| bot.name.clone())).collect(),
            teams: teams.collect(),
            retries_after: tenant.policy.retries.first().copied(),
            ..Staff::default()
        }
    }

    fn open(cx: &mut Cx<'_>, tenant: Tenant) -> Self {
        let mut auth = Auth::open(cx, &tenant);
        let mut staff = tenant.staff.clone();
        let employed = staff.values_mut().filter_map(|staffer| match &mut staffer.kind {
            StaffKind::Agent(employment) => Some(employment),
            StaffKind::Bot { .. } => None,
        });
        for (index, employment) in employed.enumerate() {
            employment.account = auth::account(cx, index + 1, &auth.account);
        }
        let shared = match cx.identities() {
            Identities::WellKnown => Secret::new(WELL_KNOWN_SECRET),
            Identities::Fresh => {
                let drawn = cx.draw("livechat/secret-key").hex(24);
                Secret::new(format!("whsec_{}", BASE64_STANDARD.encode(drawn)))
            }
        };
        let mut webhooks = Webhooks::new(tenant.license_webhooks, tenant.webhooks_delay);
        for app in tenant.apps() {
            webhooks.know(app);
        }
        for hook in &tenant.hooks {
            let secret = hook.secret.clone().unwrap_or_else(|| shared.clone());
            webhooks.found(Registration { id: hook_id(cx), secret, hook: hook.clone() });
        }
        // A bot knows one secret: that of its webhooks, or the one they would have.
        let secret = webhooks.counting(cx.now()).next().map_or(shared, |first| first.secret.clone());
        auth.exports.push(("LIVECHAT_SECRET_KEY", secret));
        let organization = Organization::new(staff, &tenant.groups, webhooks);
        let (bans, library, files) = (Bans::default(), Library::default(), Files::default());
        let properties = tenant.properties.clone();
        let (chats, rtm) = (Chats::new(), Rtm::default());
        Self { tenant, auth, organization, chats, properties, bans, library, files, rtm }
    }

    fn credential(call: &Call) -> Option<Credential> {
        // Whoever reads a file has its address and nothing else.
        api::file_credential(call).or_else(|| auth::address(call))
    }

    fn caller(&self, call: &Call) -> Option<String> {
        let version = api::version(call.param("version")).ok();
        let caller = version.and_then(|version| self.auth.caller(&self.organization, call, version).ok());
        caller.map(|caller| caller.id).or_else(|| self.auth.holder(call).map(|holder| holder.id.clone()))
    }

    fn chat_of(&self, call: &Call) -> Option<String> {
        let document: serde_json::Value = serde_json::from_slice(&call.bytes()).ok()?;
        // Most methods say `chat_id`; those about nothing but a chat say `id`, and those that begin one have a `chat`.
        let named = ["/chat_id", "/id", "/chat/id"].into_iter().filter_map(|at| document.pointer(at)?.as_str());
        named.into_iter().find(|id| self.chats.get(id).is_some()).map(str::to_owned)
    }

    fn expiry(&self, call: &Call) -> Option<&'static str> {
        let code = if call.path.starts_with(pass::ACCOUNTS) { codes::INVALID_GRANT } else { codes::AUTHENTICATION };
        self.auth.holder(call).map(|_| code)
    }

    fn expire(&mut self, _: VirtualTime, call: &Call) {
        self.auth.forget(call);
    }

    fn client(&self, _: VirtualTime, route: Option<&'static str>) -> Client {
        let token = self.auth.token(route);
        Client {
            params: vec![("version", version::USUAL.to_owned())],
            query: match route.is_some_and(api::names_organization) {
                true => vec![("organization_id", self.auth.organization_id.clone())],
                false => Vec::new(),
            },
            headers: token.map(|token| (AUTHORIZATION, token)).into_iter().collect(),
        }
    }

    fn arrange(call: &mut Call) {
        version::into_path(call);
        // The vendor's specification writes one of these paths with a slash at its end.
        if call.path.starts_with(pass::ACCOUNTS) {
            call.path.truncate(call.path.trim_end_matches('/').len());
        }
    }

    fn unrouted(&mut self, cx: &mut Cx<'_>, call: &Call, why: Unrouted) -> Answer {
        if let (Unrouted::Method, Some(reply)) = (why, cors::preflight(call)) {
            return Ok(reply);
        }
        let segment = call.path.trim_start_matches('/').split('/').next().unwrap_or_default();
        let denial = match (api::version(segment), why) {
            (_, Unrouted::Path) if call.path.starts_with(pass::ACCOUNTS) => Denial::of(codes::RESOURCE_NOT_FOUND),
            (_, Unrouted::Method) if call.path.starts_with(pass::ACCOUNTS) => Denial::of(codes::BAD_REQUEST),
            (Err(denial), _) => denial,
            (Ok(_), Unrouted::Path) => {
                cx.violation(format!("{} is no path of this API", call.path));
                Denial::of(codes::NOT_FOUND)
            }
            // No error type is about HTTP methods; clients read the type, and this one says that the call is wrong.
            (Ok(_), Unrouted::Method) => {
                cx.violation(format!("{} does not take {}", call.path, call.method));
                Denial::validation(format!("{} requests are not accepted here", call.method))
            }
        };
        Err(cors::allow(call, self.refuse(&denial)))
    }

    fn finish(&mut self, _: &mut Cx<'_>, _: &mut Reply) {
        // Answers carry nothing but their document; what depends on the version is put on where it is known.
    }

    fn act(&mut self, cx: &mut Cx<'_>, act: &Act) -> Result<(), Refusal> {
        script::act(self, cx, act)
    }

    fn wake(&mut self, cx: &mut Cx<'_>, key: &WakeKey) {
        if let Some(token) = key.0.strip_prefix(api::TOKEN_TIMER) {
            self.auth.expire(token);
            self.cut_expired(cx);
        } else if let Some(socket) = key.0.strip_prefix(rtm::ACTIVITY_TIMER) {
            self.weigh_activity(cx, socket);
        } else {
            self.look_after(cx, key);
        }
    }

    fn frame_credential(frame: &Inbound) -> Option<Credential> {
        rtm::credential(frame)
    }

    fn connected(&mut self, cx: &mut Cx<'_>, socket: SocketId, handshake: &Call) {
        self.begin_session(cx, socket, handshake);
    }

    fn hear(&mut self, cx: &mut Cx<'_>, socket: SocketId, frame: Inbound, unanswered: usize) -> Option<Asked> {
        self.take_frame(cx, socket, &frame, unanswered)
    }

    fn trouble(&mut self, cx: &mut Cx<'_>, socket: SocketId, trouble: Trouble) {
        self.meet_trouble(cx, socket, trouble);
    }

    fn disconnected(&mut self, cx: &mut Cx<'_>, socket: SocketId) {
        self.end_session(cx, socket);
    }

    fn reissue(&mut self, cx: &mut Cx<'_>) -> Vec<Replaced> {
        self.auth.reissue(cx)
    }

    fn hooked(&self) -> Option<Vec<String>> {
        Some(self.organization.webhooks.actions().map(str::to_owned).collect())
    }

    fn exports(&self) -> Vec<(&'static str, Secret)> {
        self.auth.exports.clone()
    }
}

/// The id of a new registration.
fn hook_id(cx: &mut Cx<'_>) -> String {
    cx.draw("livechat/webhook-id").characters(b"abcdefghijklmnopqrstuvwxyz0123456789", HOOK_ID_LENGTH)
}
