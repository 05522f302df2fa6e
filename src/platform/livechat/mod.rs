//! LiveChat (text.com): the Agent Chat API and its webhooks, for bots that are agents among agents.
//!
//! Documented at platform.text.com: methods, objects, webhooks, error types and texts, limits, who must be in a chat to
//! act in it. Not documented, and decided here: the HTTP status of most errors, the order of checks and of webhooks that
//! one deed causes, how retries are spaced. Everything decided here is a named constant with its reason or a key of
//! `setup:`.
//!
//! Left out on purpose: what only the vendor's own apps use, and everything that is shown but not told to bots.

mod api;
mod auth;
mod codes;
mod deed;
mod events;
mod model;
mod routing;
mod script;
mod setup;
mod tenant;
mod version;
mod wire;

use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use self::auth::Auth;
use self::codes::Denial;
use self::events::Hook;
use self::model::Chats;
use self::tenant::Tenant;
use super::cx::{Credential, Cx, Identities, Refusal, WakeKey};
use super::route::{Answer, Call, Route, Unrouted};
use super::{Code, Event, Platform, Table};
use crate::base::secret::Secret;
use crate::scenario::Staff;
use crate::scenario::act::Act;
use crate::scenario::decode::Problems;
use crate::scenario::node::Node;

const WELL_KNOWN_ORGANIZATION: &str = "390e44e6-f1e6-0368-c6dd-b74c14508c2e";
const WELL_KNOWN_SECRET: &str = "whsec_cmVoZWFyc2FsLXRlc3Qtc2VjcmV0LTAwMDE=";

/// One license of LiveChat.
pub struct Livechat {
    tenant: Tenant,
    organization: String,
    auth: Auth,
    hooks: Vec<Hook>,
    chats: Chats,
}

impl Platform for Livechat {
    const NAME: &'static str = "livechat";
    const ABOUT: &'static str = "LiveChat (text.com): Agent Chat API v3.6 and webhooks of bots";
    const ROOTS: &'static [&'static str] = &["v3.2", "v3.3", "v3.4", "v3.5", "v3.6", "v3.7"];
    const LACKS: &'static [(&'static str, &'static str)] =
        &[("hold", "chats cannot be put on hold here; a chat is active, waits in the queue, or is closed")];
    const ROUTES: &'static [Route<Self>] = api::ROUTES;
    const CODES: &'static [Code] = codes::CODES;
    const EVENTS: &'static [Event] = events::EVENTS;

    type Setup = Tenant;

    fn table() -> &'static Table {
        static TABLE: LazyLock<Table> = LazyLock::new(Table::of::<Livechat>);
        &TABLE
    }

    fn setup(node: &Node, problems: &mut Problems) -> Option<Tenant> {
        setup::read(node, problems)
    }

    fn staff(tenant: &Tenant) -> Staff {
        let ids = tenant.workers.iter().map(|worker| &worker.id).filter(|id| !id.is_empty());
        let bots = tenant.workers.iter().filter(|worker| worker.is_bot()).map(|bot| &bot.name);
        let teams = tenant.groups.iter().flat_map(|group| [group.name.clone(), group.id.to_string()]);
        Staff { agents: ids.chain(bots).cloned().collect(), teams: teams.collect() }
    }

    fn open(cx: &mut Cx<'_>, mut tenant: Tenant) -> Self {
        for worker in &mut tenant.workers {
            // Drawn even where it is given, so that giving one does not change the others.
            let drawn = cx.draw("livechat/bot-id").hex(32);
            if worker.id.is_empty() {
                worker.id = drawn;
            }
        }
        let (organization, secret) = match cx.identities() {
            Identities::WellKnown => (WELL_KNOWN_ORGANIZATION.to_owned(), Secret::new(WELL_KNOWN_SECRET)),
            Identities::Fresh => {
                let key = BASE64_STANDARD.encode(cx.draw("livechat/secret-key").hex(24));
                (cx.draw("livechat/organization").guid(), Secret::new(format!("whsec_{key}")))
            }
        };
        let organization = tenant.organization.take().unwrap_or(organization);
        let registrations = std::mem::take(&mut tenant.registrations);
        let hooks = registrations.into_iter().map(|registration| Hook::open(cx, registration, &secret)).collect();
        Self { auth: Auth::open(cx, &tenant), organization, hooks, chats: Chats::new(), tenant }
    }

    fn credential(call: &Call) -> Option<Credential> {
        auth::credential(call)
    }

    fn caller(&self, call: &Call) -> Option<String> {
        self.auth.holder(call).map(str::to_owned)
    }

    fn unrouted(&mut self, cx: &mut Cx<'_>, call: &Call, why: Unrouted) -> Answer {
        match why {
            Unrouted::Path => {
                cx.violation(format!("{} is no path of this API", call.path));
                Err(Denial::of(codes::NOT_FOUND).into())
            }
            Unrouted::Method => {
                cx.violation(format!("{} {}: all methods of this API are called with POST", call.method, call.path));
                Err(Denial::validation("Methods of this API are called with POST").into())
            }
        }
    }

    fn act(&mut self, cx: &mut Cx<'_>, act: &Act) -> Result<(), Refusal> {
        script::act(self, cx, act)
    }

    fn wake(&mut self, cx: &mut Cx<'_>, key: &WakeKey) {
        self.look_after(cx, key);
    }

    fn exports(&self) -> Vec<(&'static str, Secret)> {
        let bot = self.tenant.first_bot();
        let caller = bot.or_else(|| self.tenant.workers.first());
        let token = caller.and_then(|caller| self.auth.token(&caller.id)).cloned();
        let known = [
            ("LIVECHAT_TOKEN", token),
            ("LIVECHAT_BOT_ID", bot.map(|bot| Secret::new(bot.id.as_str()))),
            ("LIVECHAT_SECRET_KEY", self.hooks.first().map(|hook| hook.secret().clone())),
        ];
        known.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))).collect()
    }
}
