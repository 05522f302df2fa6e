//! What a platform may do besides computing: look at the clock, draw, record facts, send webhooks, ask to be woken.
//!
//! [`Desk`] owns what a [`Cx`] lends out, so that a platform can be tested without an engine around it.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::HeaderName;
use indexmap::IndexMap;
use serde_json::Value as Json;

pub use super::credential::{Credential, Identities, Replaced};
use super::outgoing::Outgoing;
use super::route::{Destination, Reply, Request};
use super::socket::{Farewell, Message, Order, Patience};
use super::verdict::faulted;
use crate::base::id::SocketId;
use crate::base::locale::Locale;
use crate::base::rng::{Draw, Seed, Streams};
use crate::base::time::VirtualTime;
use crate::fault::AnswerDeed;
use crate::fault::plan::{Plan, Scene, Verdict};
use crate::journal::What;
use crate::journal::entry::{Change, Party, Role, Said, Source};
use crate::scenario::Known;
use crate::scenario::act::CustomerSpec;
use crate::scenario::call::{CallStep, Target};
use crate::scenario::decode::Located;
use crate::scenario::manner::Manner;
use crate::scenario::text::{CHAT, CUSTOMER, PHONE, Text};

/// Somebody the scenario plays, with nothing left to make up.
#[derive(Clone, Debug)]
pub struct Customer {
    /// The name that steps use.
    pub key: String,
    /// The full name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// The id: as the scenario gives it, or a UUID.
    pub id: String,
    /// The phone number: country code first, digits only.
    pub phone: String,
    /// The language of what is made up about them.
    pub locale: Locale,
    /// How they write, if not each text as one message.
    pub manner: Option<Manner>,
}

impl Customer {
    /// Somebody of whom so much is said; the rest is drawn.
    fn made_up(key: &str, spec: &CustomerSpec, streams: &mut Streams) -> Self {
        let draw = streams.of(format!("customer/{key}"));
        // Drawn even where the scenario gives a value, so that giving one does not change the others.
        let (english, email, id, phone) = (draw.name(Locale::En), draw.email(), draw.guid(), draw.phone());
        let locale = spec.locale.unwrap_or(Locale::En);
        let name = match locale {
            Locale::En => english,
            // From a stream of their own, so that the language changes nothing but the name.
            Locale::He | Locale::Ar => streams.of(format!("customer/{key}/name")).name(locale),
        };
        Self {
            key: key.to_owned(),
            name: spec.name.clone().unwrap_or(name),
            email: spec.email.clone().unwrap_or(email),
            id: spec.id.clone().unwrap_or(id),
            phone: spec.phone.clone().unwrap_or(phone),
            locale,
            manner: spec.manner.clone(),
        }
    }

    /// As a party to a chat.
    #[must_use]
    pub fn party(&self) -> Party {
        Party::new(Role::Customer, &self.key, &self.name)
    }
}

/// Names a timer; the platform that set it knows what it means. Shown up to the first space: a token may come after.
#[derive(Clone, PartialEq, Eq)]
pub struct WakeKey(pub String);

impl fmt::Debug for WakeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.0.split(' ').next().unwrap_or_default();
        write!(f, "WakeKey({kind})")
    }
}

/// Why an act could not be done.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    /// The reason, as a sentence fragment that a scenario's author understands.
    pub reason: String,
}

impl Refusal {
    /// Refuses for this reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

/// What the journal calls a refusal that the call itself has asked for.
const PREFERRED: &str = "code by prefer";
/// Tells a caller that a preference was honoured (RFC 7240).
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// What lies on a world's desk between two inputs. Shown without most of it: captured values may be secrets.
#[derive(Clone)]
pub struct Desk {
    /// All chance of the world.
    pub streams: Streams,
    /// The faults in force.
    pub plan: Plan,
    /// The people the scenario plays, by key.
    pub customers: IndexMap<String, Customer>,
    /// Which credentials the tenant has where none are spelled out.
    pub identities: Identities,
    /// Whether a call may name the code that it wants to be refused with.
    pub allow_prefer: bool,
    /// Chats by the scenario's name for them, in the order they were started.
    pub(super) chats: IndexMap<String, String>,
    /// Captured values.
    values: IndexMap<String, String>,
    /// Facts that are not in the journal yet.
    pub facts: Vec<What>,
    /// Webhooks that are not in the outbox yet.
    pub outgoing: Vec<Outgoing>,
    /// What is to be done with sockets and is not done yet.
    pub orders: Vec<(SocketId, Order)>,
    /// Timers that are not in the schedule yet.
    pub wakes: Vec<(VirtualTime, WakeKey)>,
    /// Timers that get other keys, and those.
    pub renamed: Vec<(WakeKey, WakeKey)>,
    /// Credentials that callers of this world may use from now on.
    pub claims: Vec<Credential>,
    /// Addresses that somebody has set up anew, so that they get webhooks again.
    pub set_up: Vec<String>,
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk")
            .field("identities", &self.identities)
            .field("customers", &self.customers)
            .field("chats", &self.chats)
            .finish_non_exhaustive()
    }
}

impl Desk {
    /// The desk of a new world.
    #[must_use]
    pub fn new(seed: Seed, world: &str, specs: &IndexMap<String, CustomerSpec>, identities: Identities) -> Self {
        let mut streams = Streams::new(seed, world);
        let customers =
            specs.iter().map(|(key, spec)| (key.clone(), Customer::made_up(key, spec, &mut streams))).collect();
        Self {
            streams,
            plan: Plan::default(),
            customers,
            identities,
            allow_prefer: false,
            chats: IndexMap::new(),
            values: IndexMap::new(),
            facts: Vec::new(),
            outgoing: Vec::new(),
            orders: Vec::new(),
            wakes: Vec::new(),
            renamed: Vec::new(),
            claims: Vec::new(),
            set_up: Vec::new(),
        }
    }

    /// Makes a customer known that steps call `key`, if nobody is yet: one of whom nothing is said.
    pub fn meet(&mut self, key: &str) {
        if !self.customers.contains_key(key) {
            let customer = Customer::made_up(key, &CustomerSpec::default(), &mut self.streams);
            self.customers.insert(key.to_owned(), customer);
        }
    }

    /// Makes it the desk of another world that begins as this one is: chance is its own, and so are credentials from now on.
    pub(crate) fn become_anothers(&mut self, world: &str) {
        self.streams = self.streams.of_another(world);
        self.identities = Identities::Fresh;
    }

    /// Has captured values that are credentials be those that replaced them.
    pub(crate) fn replace(&mut self, replaced: &[Replaced]) {
        for value in self.values.values_mut() {
            if let Some(found) = replaced.iter().find(|one| one.old.expose() == value.as_str()) {
                found.new.expose().clone_into(value);
            }
        }
    }

    /// What steps from outside may refer to.
    #[must_use]
    pub fn known(&self) -> Known {
        let keys = |names: &IndexMap<String, String>| names.keys().cloned().collect();
        Known {
            customers: self.customers.keys().cloned().collect(),
            chats: keys(&self.chats),
            names: keys(&self.values),
        }
    }

    /// Lends the desk to a platform at this instant.
    pub fn cx(&mut self, now: VirtualTime) -> Cx<'_> {
        Cx {
            now,
            desk: self,
            source: Source::Bot,
            chat: None,
            expiry: None,
            socket: None,
            preferred: None,
            admitted: None,
        }
    }

    /// The scenario's name for a chat, if it has one.
    #[must_use]
    pub fn chat_name(&self, id: &str) -> Option<&str> {
        self.chats.iter().find(|(_, chat)| *chat == id).map(|(name, _)| name.as_str())
    }

    /// Keeps a captured value under a name.
    pub fn keep(&mut self, name: &str, value: String) {
        self.values.insert(name.to_owned(), value);
    }

    /// The vendor's id of the chat that the scenario calls `name`.
    #[must_use]
    pub fn chat(&self, name: &str) -> Option<&str> {
        self.chats.get(name).map(String::as_str)
    }

    /// A text with its names filled in.
    #[must_use]
    pub fn fill(&self, text: &Text) -> String {
        text.fill(|name| self.value(name))
    }

    /// The same for text that was not checked beforehand; what is no proper placeholder stays as it is.
    #[must_use]
    pub fn fill_str(&self, text: &str) -> String {
        Text::lenient(text).fill(|name| self.value(name))
    }

    /// The call that a step wants made, names filled in.
    #[must_use]
    pub fn request<'s>(&self, step: &'s CallStep) -> Request<'s> {
        let query: Vec<String> = step.query.iter().map(|(key, text)| format!("{key}={}", self.fill(text))).collect();
        Request {
            target: match &step.target {
                Target::Route(name) => Destination::Route(&name.value),
                Target::Path(path) => Destination::Path(self.fill(path)),
            },
            method: step.method.clone(),
            params: step.params.iter().map(|(name, text)| (name.as_str(), self.fill(text))).collect(),
            query: query.join("&"),
            headers: step
                .headers
                .iter()
                .map(|(name, text)| (name.clone(), text.as_ref().map(|text| self.fill(text))))
                .collect(),
            body: match &step.body {
                None => Bytes::new(),
                Some(Json::String(text)) => self.fill_str(text).into(),
                Some(document) => self.fill_json(document).to_string().into(),
            },
        }
    }

    /// A document with the names in its texts filled in.
    #[must_use]
    pub fn fill_json(&self, document: &Json) -> Json {
        match document {
            Json::String(text) => Json::String(self.fill_str(text)),
            Json::Array(items) => items.iter().map(|item| self.fill_json(item)).collect(),
            Json::Object(members) => members.iter().map(|(key, value)| (key.clone(), self.fill_json(value))).collect(),
            Json::Null | Json::Bool(_) | Json::Number(_) => document.clone(),
        }
    }

    fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        let found = if let Some(chat) = name.strip_prefix(CHAT) {
            self.chat(chat)
        } else if let Some(customer) = name.strip_prefix(CUSTOMER) {
            self.customers.get(customer).map(|customer| customer.id.as_str())
        } else if let Some(customer) = name.strip_prefix(PHONE) {
            self.customers.get(customer).map(|customer| customer.phone.as_str())
        } else {
            self.values.get(name).map(String::as_str)
        };
        found.map(Cow::Borrowed)
    }
}

/// A platform's view of its world while it handles one input.
pub struct Cx<'w> {
    now: VirtualTime,
    desk: &'w mut Desk,
    /// Who makes the call that is handled, if it is a call.
    source: Source,
    /// The chat that the call is about, as far as anybody asks.
    chat: Option<String>,
    /// The code that the call would be refused with if its token had expired; nothing if it carries none.
    expiry: Option<&'static str>,
    /// The socket on which it is asked for, if it is.
    socket: Option<SocketId>,
    /// The code that the call itself wants to be refused with.
    preferred: Option<&'static str>,
    admitted: Option<Option<Verdict<AnswerDeed>>>,
}

impl Cx<'_> {
    /// The same for a call from this source.
    #[must_use]
    pub fn called_by(self, source: Source) -> Self {
        Self { source, ..self }
    }

    /// The same for what a frame on this socket asks for.
    #[must_use]
    pub fn over(self, socket: SocketId) -> Self {
        Self { socket: Some(socket), ..self }
    }

    /// The socket on which somebody asks for what is handled; nothing if it is asked for in another way, or by nobody.
    #[must_use]
    pub fn socket(&self) -> Option<SocketId> {
        self.socket
    }

    /// The role of whoever makes the call that is handled.
    #[must_use]
    pub fn caller_role(&self) -> Role {
        self.source.role()
    }

    /// The instant on the world's clock.
    #[must_use]
    pub fn now(&self) -> VirtualTime {
        self.now
    }

    /// The stream of chance for one purpose, such as `imichat/chat-id`.
    pub fn draw(&mut self, purpose: &'static str) -> &mut Draw {
        self.desk.streams.of(purpose)
    }

    /// Which credentials the tenant has where none are spelled out.
    #[must_use]
    pub fn identities(&self) -> Identities {
        self.desk.identities
    }

    /// The customer whom steps call `key`.
    #[must_use]
    pub fn customer(&self, key: &str) -> Option<&Customer> {
        self.desk.customers.get(key)
    }

    /// The customer with this vendor id.
    #[must_use]
    pub fn customer_with_id(&self, id: &str) -> Option<&Customer> {
        self.desk.customers.values().find(|customer| customer.id == id)
    }

    /// The customer with this e-mail address.
    #[must_use]
    pub fn customer_with_email(&self, email: &str) -> Option<&Customer> {
        self.desk.customers.values().find(|customer| customer.email == email)
    }

    /// The customer with this phone number.
    #[must_use]
    pub fn customer_with_phone(&self, phone: &str) -> Option<&Customer> {
        self.desk.customers.values().find(|customer| customer.phone == phone)
    }

    /// A text with its names filled in.
    #[must_use]
    pub fn fill(&self, text: &Text) -> String {
        self.desk.fill(text)
    }

    /// Remembers that the scenario calls a chat `name`.
    pub fn name_chat(&mut self, name: &str, id: &str) {
        // A chat that is started again becomes the latest one.
        self.desk.chats.shift_remove(name);
        self.desk.chats.insert(name.to_owned(), id.to_owned());
    }

    /// The vendor's id of the chat an act is about: the one it names, or the one `doer` started, or the latest.
    ///
    /// # Errors
    /// If no such chat was started.
    pub fn chat_of(&self, named: Option<&Located<String>>, doer: Option<&str>) -> Result<String, Refusal> {
        let chats = &self.desk.chats;
        let id = match (named, doer) {
            (Some(name), _) => chats.get(&name.value),
            (None, Some(doer)) if self.desk.customers.contains_key(doer) => {
                chats.get(doer).or_else(|| chats.last().map(|(_, id)| id))
            }
            (None, _) => chats.last().map(|(_, id)| id),
        };
        id.cloned().ok_or_else(|| Refusal::new("no chat has been started yet"))
    }

    /// The scenario's name for a chat, if it has one.
    #[must_use]
    pub fn chat_name(&self, id: &str) -> Option<&str> {
        self.desk.chat_name(id)
    }

    /// Records that somebody said something.
    pub fn said(&mut self, said: Said) {
        self.desk.facts.push(What::Said(Box::new(said)));
    }

    /// Records that a chat changed.
    pub fn changed(&mut self, chat: &str, by: Party, change: Change) {
        self.desk.facts.push(What::Changed { chat: chat.to_owned(), by, change });
    }

    /// Records that whoever calls, or else the bot, did something that the vendor's documents do not allow.
    pub fn violation(&mut self, detail: impl Into<String>) {
        self.desk.facts.push(What::Violated { source: self.source, detail: detail.into() });
    }

    /// Gives timers that are set another key. Heeded where credentials are replaced.
    pub fn rename_timer(&mut self, old: WakeKey, new: WakeKey) {
        self.desk.renamed.push((old, new));
    }

    /// Sends a webhook, after those that were sent before.
    pub fn send(&mut self, outgoing: Outgoing) {
        self.desk.outgoing.push(outgoing);
    }

    /// Says that somebody has set this address up, anew or for the first time: it gets webhooks even if it failed before.
    pub fn set_up(&mut self, url: &str) {
        self.desk.set_up.push(url.to_owned());
    }

    /// Sends a message on a socket, after those that were sent before.
    pub fn say(&mut self, socket: SocketId, message: Message) {
        self.desk.orders.push((socket, Order::Say(message)));
    }

    /// Closes a socket once all was sent.
    pub fn hang_up(&mut self, socket: SocketId, farewell: Farewell) {
        self.desk.orders.push((socket, Order::HangUp(farewell)));
    }

    /// Is so patient with a socket's client from now on.
    pub fn wait_for(&mut self, socket: SocketId, patience: Patience) {
        self.desk.orders.push((socket, Order::Wait(patience)));
    }

    /// Asks for [`wake`](super::Platform::wake) with this key at this instant.
    pub fn wake_at(&mut self, at: VirtualTime, key: WakeKey) {
        self.desk.wakes.push((at, key));
    }

    /// Makes callers with this credential callers of this world.
    pub fn claim(&mut self, credential: Credential) {
        self.desk.claims.push(credential);
    }

    /// Whether calls may name the code that they want to be refused with.
    #[must_use]
    pub fn allows_prefer(&self) -> bool {
        self.desk.allow_prefer
    }

    /// Whether faults are planned, so that somebody asks what calls are about.
    pub(super) fn has_faults(&self) -> bool {
        !self.desk.plan.rules().is_empty()
    }

    /// Whether somebody asks which chats calls are about.
    pub(super) fn tells_chats_apart(&self) -> bool {
        self.desk.plan.tells_chats_of_calls_apart()
    }

    /// Notes the chat that the call is about, and the code that it would be refused with if its token had expired.
    pub(super) fn about(&mut self, chat: Option<String>, expiry: Option<&'static str>) {
        (self.chat, self.expiry) = (chat, expiry);
    }

    /// Has the call refused with this code once it has passed every check.
    pub(super) fn prefer(&mut self, code: &'static str) {
        self.preferred = Some(code);
    }

    /// Says that the call of this operation has passed every check and is about to change or read state. From here on a
    /// planned fault may take over, or the refusal that the call itself has asked for.
    ///
    /// # Errors
    /// The refusal that a planned code stands for, made by `refuse`.
    pub fn admit(&mut self, route: &'static str, refuse: impl FnOnce(&str) -> Reply) -> Result<(), Reply> {
        let preferred = self.preferred.take();
        if let Some(code) = preferred {
            let (fault, on, detail) = (PREFERRED.into(), route.to_owned(), code.to_owned());
            self.desk.facts.push(What::Faulted { fault, on, socket: None, rule: None, detail });
            self.admitted = Some(None);
            return Err(refuse(code).header(PREFERENCE_APPLIED, &format!("code={code}")));
        }
        let Desk { plan, streams, chats, facts, .. } = &mut *self.desk;
        let (chat, expiry, source) = (self.chat.as_deref(), self.expiry, self.source);
        let in_chat = |name: &str| chat.is_some() && chats.get(name).map(String::as_str) == chat;
        let mut scene = Scene { now: self.now, streams, in_chat: &in_chat };
        let verdict = plan.on_call(route, &mut scene, |deed| match deed {
            AnswerDeed::Code(_) | AnswerDeed::Redirect(_) => true,
            AnswerDeed::Expire => expiry.is_some(),
            // What happens to an answer on its way, nobody would notice: a call of the scenario has no way.
            AnswerDeed::Malformed
            | AnswerDeed::Delay(_)
            | AnswerDeed::Drip { .. }
            | AnswerDeed::Reset
            | AnswerDeed::Truncate(_)
            | AnswerDeed::Hang => source == Source::Bot,
        });
        let refused = match verdict.as_ref().map(|verdict| &verdict.deed) {
            Some(AnswerDeed::Code(code)) => Err(refuse(code)),
            Some(AnswerDeed::Expire) => expiry.map_or(Ok(()), |code| Err(refuse(code))),
            Some(AnswerDeed::Redirect(to)) => Err(Reply::elsewhere(to)),
            Some(
                AnswerDeed::Malformed
                | AnswerDeed::Delay(_)
                | AnswerDeed::Drip { .. }
                | AnswerDeed::Reset
                | AnswerDeed::Truncate(_)
                | AnswerDeed::Hang,
            )
            | None => Ok(()),
        };
        facts.extend(verdict.as_ref().map(|verdict| faulted(verdict, route, None)));
        self.admitted = Some(verdict);
        refused
    }

    /// Whether the token of the call has expired by a fault.
    pub(super) fn has_expired(&self) -> bool {
        let verdict = self.admitted.as_ref().and_then(Option::as_ref);
        verdict.is_some_and(|verdict| verdict.deed == AnswerDeed::Expire)
    }

    /// What [`admit`](Self::admit) found: nothing if it was not called, else the planned fault, if there was one.
    #[must_use]
    pub(crate) fn admitted(self) -> Option<Option<Verdict<AnswerDeed>>> {
        self.admitted
    }
}
