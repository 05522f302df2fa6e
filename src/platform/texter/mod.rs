//! Texter (texterchat.com): the REST API v2, and subscriptions as the vendor runs them.
//!
//! A subscription is a small program of its subscriber, and what is delivered is what running it gives. Documented at
//! help.texterchat.com, and in the vendor's own repositories: the objects, most operations, the nineteen templates, the forms
//! of values, the functions and operators of expressions. Not documented, and decided here: the paths of some operations
//! (their answers carry the header `x-mock-inferred`), all bodies of errors, which version of the expression library is run
//! (`setup: {filtrex: …}`), how often and how long a delivery is tried (`setup: {delivery: …}`), when channels report what
//! became of messages (`setup: {receipts: …}`), how fast WhatsApp approves of templates (`setup: {template_approval: …}`),
//! whether every template makes its chat BULK (`setup: {templates_make_bulk: …}`).
//!
//! Left out on purpose: the vendor's own bot, of which chats show no more than a session and a node; the deliveries of its
//! older external bots, which are signed by Google; the automation that resolves chats by itself.

mod api;
mod auth;
mod codes;
mod deed;
mod events;
pub mod filtrex;
mod missing;
mod model;
mod phone_number;
mod scope;
mod script;
mod setup;
mod subscription;
mod tenant;
#[cfg(test)]
mod tests;
pub mod value;
mod wire;

use std::collections::HashMap;
use std::sync::LazyLock;

use indexmap::IndexMap;

use self::auth::Auth;
use self::codes::Denial;
use self::model::{Chats, File, Label, LocalizationStatus, MessageStatus, Problem, QuickReply, Template};
use self::subscription::{Engine, Subscription};
use self::tenant::{SeedTemplate, Tenant};
use super::cx::{Credential, Cx, Refusal, Replaced, WakeKey};
use super::host::Host;
use super::outgoing::{Ended, Outgoing};
use super::route::{Answer, Call, Client, Route, Unrouted};
use super::{Code, Event, Missing, Platform, Table};
use crate::base::doc_ref::{DocRef, Mark};
use crate::base::secret::Secret;
use crate::base::time::VirtualTime;
use crate::scenario::Staff;
use crate::scenario::act::Act;
use crate::scenario::decode::{KeyTable, Problems, Schema};
use crate::scenario::node::Node;

/// What timers of the clock's own triggers begin with.
const CRON_TIMER: &str = "cron/";

/// One project of Texter.
#[derive(Clone)]
pub struct Texter {
    tenant: Tenant,
    auth: Auth,
    chats: Chats,
    /// The persons behind the customers of the scenario, by the customers' keys.
    people: HashMap<String, String>,
    labels: IndexMap<String, Label>,
    problems: Vec<Problem>,
    quick_replies: IndexMap<String, QuickReply>,
    templates: Vec<Template>,
    files: HashMap<String, File>,
    engine: Engine,
}

impl Platform for Texter {
    const NAME: &'static str = "texter";
    const ABOUT: &'static str = "Texter (texterchat.com): REST API v2 and subscriptions";
    const ROOTS: &'static [&'static str] = &["server/api/v2", "server/files"];
    const HOSTS: &'static [Host] = &[Host {
        name: "*.texterchat.com",
        serves: "the REST API and the files of a project",
        doc: DocRef::new(Mark::Docs, "help.texterchat.com/api-reference/authentication"),
    }];
    const LACKS: &'static [(&'static str, &'static str)] = script::LACKS;
    const ROUTES: &'static [Route<Self>] = api::ROUTES;
    const CODES: &'static [Code] = codes::CODES;
    const EVENTS: &'static [Event] = events::EVENTS;
    const PROMPT: &'static str = "newIncomingMessage";
    const SHAPES: &'static [crate::platform::Shape] = codes::SHAPES;
    const SEEN: &'static str = include_str!("seen.json");
    const MISSING: &'static [Missing] = missing::MISSING;

    const SECRETS: &'static [&'static str] = &["token"];

    const SETUP: &'static [KeyTable] = setup::KEYS;

    type Setup = Tenant;

    fn table() -> &'static Table {
        static TABLE: LazyLock<Table> = LazyLock::new(Table::of::<Texter>);
        &TABLE
    }

    fn setup(node: &Node, problems: &mut Problems) -> Option<Tenant> {
        setup::read(node, problems)
    }

    fn setup_schema() -> Schema {
        setup::schema()
    }

    fn staff(tenant: &Tenant) -> Staff {
        let agents = tenant.agents.iter().flat_map(|agent| [agent.email.clone(), agent.uid.clone()]);
        let agents: Vec<String> = agents.chain([deed::BOT.to_owned()]).collect();
        let departments = tenant.departments.iter().map(|department| department.id.clone());
        let named = tenant.subscriptions.iter().flat_map(|subscribed| subscribed.import.events()).map(str::to_owned);
        Staff {
            teams: departments.collect(),
            agents,
            events: named.collect(),
            retries_after: tenant.policy.retries.first().copied(),
            ..Staff::default()
        }
    }

    fn open(cx: &mut Cx<'_>, mut tenant: Tenant) -> Self {
        let auth = Auth::open(cx, &tenant);
        // What a tenant begins with becomes what it has, and need not be kept twice.
        let labels = std::mem::take(&mut tenant.labels).into_iter().map(|label| (label.id.clone(), label)).collect();
        let (templates, subscriptions) =
            (std::mem::take(&mut tenant.templates), std::mem::take(&mut tenant.subscriptions));
        let mut texter = Self {
            auth,
            chats: Chats::default(),
            people: HashMap::new(),
            labels,
            problems: Vec::new(),
            quick_replies: IndexMap::new(),
            templates: Vec::new(),
            files: HashMap::new(),
            engine: Engine::default(),
            tenant,
        };
        for seed in templates {
            texter.stock(cx, seed);
        }
        for subscribed in subscriptions {
            texter.import(cx, subscribed.import, subscribed.secret);
        }
        for cron in &texter.tenant.crons {
            cx.wake_at(cx.now() + cron.every, WakeKey(format!("{CRON_TIMER}{}", cron.name)));
        }
        texter
    }

    fn credential(call: &Call) -> Option<Credential> {
        // Whoever reads a shared file has its address and nothing else.
        api::file_credential(call).or_else(|| auth::credential(call))
    }

    fn caller(&self, call: &Call) -> Option<String> {
        // Tokens are secrets, and the vendor has no other name for whoever holds one.
        self.auth.grant(call).is_ok().then(|| deed::API.to_owned())
    }

    fn chat_of(&self, call: &Call) -> Option<String> {
        let of_body = || {
            let document: serde_json::Value = serde_json::from_slice(&call.bytes()).ok()?;
            Some(document.get("chatId")?.as_str()?.to_owned())
        };
        let of_path = Some(call.param("chatId")).filter(|id| !id.is_empty()).map(str::to_owned);
        of_path.or_else(of_body).filter(|id| self.chats.get(id).is_some())
    }

    fn client(&self, _: VirtualTime, _: Option<&'static str>) -> Client {
        self.auth.client()
    }

    fn unrouted(&mut self, cx: &mut Cx<'_>, call: &Call, why: Unrouted) -> Answer {
        // The framework that the vendor's sample code uses knows a path by its method alone.
        let denial = match why {
            Unrouted::Path => Denial::unknown("Path"),
            Unrouted::Method => Denial::unknown("Method"),
        };
        cx.violation(format!("{} {} is no operation of this API", call.method, call.path));
        Err(denial.reply())
    }

    fn act(&mut self, cx: &mut Cx<'_>, act: &Act) -> Result<(), Refusal> {
        let done = script::act(self, cx, act);
        self.run_subscriptions(cx);
        done
    }

    fn wake(&mut self, cx: &mut Cx<'_>, key: &WakeKey) {
        if let Some(receipt) = key.0.strip_prefix(deed::RECEIPT_TIMER) {
            self.receipt_due(cx, receipt);
        } else if let Some(review) = key.0.strip_prefix(deed::REVIEW_TIMER) {
            self.review_due(cx, review);
        } else if let Some(name) = key.0.strip_prefix(CRON_TIMER) {
            self.tick(name);
            if let Some(cron) = self.tenant.crons.iter().find(|cron| cron.name == name) {
                cx.wake_at(cx.now() + cron.every, key.clone());
            }
        }
        self.run_subscriptions(cx);
    }

    fn attempted(&mut self, cx: &mut Cx<'_>, webhook: &Outgoing, ended: Ended<'_>) {
        self.request_ended(cx, webhook, ended);
    }

    fn reissue(&mut self, cx: &mut Cx<'_>) -> Vec<Replaced> {
        self.auth.reissue(cx)
    }

    fn hooked(&self) -> Option<Vec<String>> {
        let revisions = self.engine.subscriptions.iter().flat_map(Subscription::revisions);
        let named: Vec<Option<Vec<String>>> = revisions.map(|revision| revision.program.posted()).collect();
        named.into_iter().collect::<Option<Vec<_>>>().map(|events| events.concat())
    }

    fn exports(&self) -> Vec<(&'static str, Secret)> {
        let account = self.tenant.accounts.first().map(|account| ("TEXTER_ACCOUNT", Secret::new(account.id.as_str())));
        self.auth.exports().into_iter().chain(account).collect()
    }
}

impl Texter {
    /// A channel reports, as was to be expected: `CHAT/MESSAGE/STATUS`.
    fn receipt_due(&mut self, cx: &mut Cx<'_>, receipt: &str) {
        let mut parts = receipt.split('/');
        let (Some(chat), Some(message), Some(number)) = (parts.next(), parts.next(), parts.next()) else { return };
        let status = MessageStatus::ALL.iter().map(|(_, status)| *status);
        let sent = self.chats.get_mut(chat).and_then(|chat| chat.message_mut(message));
        let status = status.into_iter().find(|status| status.number().to_string() == number);
        if let (Some(status), Some(chain)) = (status, sent.map(|sent| sent.chain.clone())) {
            // Without it, subscriptions to receipts that send messages would set each other off as long as the clock goes.
            let outer = self.engine.follow(chain);
            self.report(cx, chat, message, status, None);
            self.engine.follow(outer);
        }
    }

    /// WhatsApp comes to something about a localization: `TEMPLATE/LANGUAGE/STATUS`. The template may be gone by then.
    fn review_due(&mut self, cx: &mut Cx<'_>, review: &str) {
        let mut parts = review.split('/');
        let (Some(id), Some(language), Some(name)) = (parts.next(), parts.next(), parts.next()) else { return };
        let status = LocalizationStatus::ALL.iter().find(|(known, _)| *known == name).map(|(_, status)| *status);
        let template = self.templates.iter_mut().find(|template| template.id == id);
        if let (Some(template), Some(status)) = (template, status) {
            template.review(language, status, cx.now());
        }
    }

    /// Takes in a template that the tenant begins with.
    fn stock(&mut self, cx: &mut Cx<'_>, seed: SeedTemplate) {
        let mut template = Template::new(cx.draw("texter/template").hex(24), seed.form, cx.now());
        for (localization, defaults) in seed.localizations {
            if !defaults.is_empty() {
                template.defaults.insert(localization.language.clone(), defaults);
            }
            template.localizations.push(localization);
        }
        self.templates.push(template);
    }
}
