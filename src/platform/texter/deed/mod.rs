//! What calls, acts, subscriptions and the clock alike do to chats: change them, tell the journal, and put down what happened
//! for the subscriptions.

mod mark;
mod message;
mod standing;

use serde_json::Value as Json;

use super::Texter;
use super::model::{Agent, Channel, Chat, ChatStatus, Contact};
use super::subscription::{Occurrence, Trigger};
use super::tenant::Window;
use super::wire;
use crate::base::time::VirtualTime;
use crate::journal::entry::{Change, Party, Role};
use crate::platform::cx::{Customer, Cx};

/// The name of whoever uses the API, which knows tokens and no persons.
pub(in crate::platform::texter) const API: &str = "api";
/// Who sends what the tenant's own bot says.
pub(in crate::platform::texter) const BOT: &str = "Bot";
/// What timers of receipts begin with.
pub(in crate::platform::texter) const RECEIPT_TIMER: &str = "receipt/";
/// What timers of WhatsApp's looking at templates begin with.
pub(in crate::platform::texter) const REVIEW_TIMER: &str = "review/";

/// By whose hand something is done.
#[derive(Clone, Debug)]
pub(in crate::platform::texter) struct Hand {
    /// Who, for the journal.
    pub(in crate::platform::texter) party: Party,
    /// How messages show it: `Bot`, an agent's uid, or not at all.
    sender: Option<String>,
}

impl Hand {
    /// Whoever calls the API.
    pub(in crate::platform::texter) fn caller(cx: &Cx<'_>) -> Self {
        Self { party: Party::new(cx.caller_role(), API, API), sender: None }
    }

    /// A subscription.
    pub(in crate::platform::texter) fn subscription() -> Self {
        Self { party: Party::system(), sender: None }
    }

    /// The tenant's own bot, which is part of the platform.
    pub(in crate::platform::texter) fn own_bot() -> Self {
        Self { party: Party::new(Role::System, BOT, BOT), sender: Some(BOT.to_owned()) }
    }

    /// An agent.
    pub(in crate::platform::texter) fn agent(agent: &Agent) -> Self {
        Self { party: Party::new(Role::Agent, &agent.email, &agent.name), sender: Some(agent.uid.clone()) }
    }

    /// A contact.
    pub(in crate::platform::texter) fn contact(party: Party) -> Self {
        Self { party, sender: None }
    }
}

/// Whom a chat goes to when it is to wait for a human.
#[derive(Clone, Debug, Default)]
pub(in crate::platform::texter) struct Handover {
    /// An agent's uid.
    pub(in crate::platform::texter) agent: Option<String>,
    /// A department.
    pub(in crate::platform::texter) department: Option<String>,
}

impl Texter {
    /// The chat with a contact, which `by` begins if there is none. The customer of the scenario, if it is one, gives it a
    /// name.
    pub(in crate::platform::texter) fn meet(
        &mut self,
        cx: &mut Cx<'_>,
        contact: Contact,
        status: ChatStatus,
        name: Option<String>,
        by: Party,
    ) -> String {
        if let Some(chat) = self.chats.with(&contact) {
            return chat.id.clone();
        }
        let customer = customer_of(cx, &contact).cloned();
        let (id, now) = (cx.draw("texter/chat").hex(24), cx.now());
        let person = match &customer {
            Some(customer) => match self.people.get(&customer.key) {
                Some(person) => person.clone(),
                None => {
                    let person = cx.draw("texter/person").hex(24);
                    self.people.insert(customer.key.clone(), person.clone());
                    person
                }
            },
            None => cx.draw("texter/person").hex(24),
        };
        self.chats.open(Chat {
            id: id.clone(),
            title: customer.map(|customer| customer.name).unwrap_or_default(),
            display_name: None,
            person,
            contact,
            agent: None,
            department: None,
            status,
            unread: 0,
            labels: Vec::new(),
            messages: Vec::new(),
            last_incoming: None,
            created: now,
            updated: now,
            pending_since: None,
            resolved_at: None,
            bot: (status == ChatStatus::Bot).then(|| self.session(cx)),
            previous_bot: None,
            reply_action: None,
            crm: None,
            crm_link: None,
            external_bot: self.tenant.external_bot,
            unsubscribed: None,
        });
        if let Some(name) = &name {
            cx.name_chat(name, &id);
        }
        cx.changed(&id, by, Change::Started { name });
        id
    }

    /// Puts down what happened to a chat, with the chat as it is now.
    fn happened_to(&mut self, trigger: Trigger, id: &str, more: Vec<(&'static str, Json)>) {
        let Some(chat) = self.chats.get(id) else { return };
        let mut known = vec![("chat", wire::with_person(self, chat))];
        known.extend(more);
        self.engine.happened(Occurrence { trigger, known, chat: Some(id.to_owned()) });
    }

    /// Whether a free message reaches the contact of a chat.
    pub(in crate::platform::texter) fn reaches(&self, chat: &Chat, now: VirtualTime) -> bool {
        self.tenant.window == Window::Open || chat.is_open_at(now)
    }

    /// The uid of the agent whom somebody calls so.
    pub(in crate::platform::texter) fn agent_uid(&self, word: &str) -> Option<String> {
        self.tenant.agent_called(word).map(|agent| agent.uid.clone())
    }
}

/// The customer of the scenario who is known by this contact.
fn customer_of<'c>(cx: &'c Cx<'_>, contact: &Contact) -> Option<&'c Customer> {
    match contact.channel {
        Channel::Whatsapp | Channel::Sms => cx.customer_with_phone(&contact.id),
        Channel::Email => cx.customer_with_email(&contact.id),
        Channel::Messenger | Channel::Instagram | Channel::WebsiteChat => cx.customer_with_id(&contact.id),
    }
}

/// The contact of a chat.
fn party(cx: &Cx<'_>, chat: &Chat) -> Hand {
    let customer = customer_of(cx, &chat.contact).map(Customer::party);
    Hand::contact(customer.unwrap_or_else(|| Party::new(Role::Customer, &chat.contact.id, chat.name())))
}
