//! A tenant as it was set up. What changes while it is open is kept elsewhere.

use std::sync::Arc;

use super::filtrex::Mode;
use super::model::{Agent, Channel, ChatStatus, Department, Label, Localization, TemplateForm};
use super::scope::Grant;
use super::subscription::Import;
use crate::base::secret::Secret;
use crate::base::time::VirtualSpan;
use crate::platform::outgoing::Policy;

/// A checked tenant.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// The name of the project, which is the first part of its address.
    pub(super) project: String,
    /// Its accounts on channels; at least one.
    pub(super) accounts: Vec<Account>,
    /// Who works there.
    pub(super) agents: Vec<Agent>,
    /// Its parts.
    pub(super) departments: Vec<Department>,
    /// The labels it begins with.
    pub(super) labels: Vec<Label>,
    /// The tokens of its callers; at least one.
    pub(super) tokens: Vec<Token>,
    /// The subscriptions it begins with.
    pub(super) subscriptions: Vec<Subscribed>,
    /// The tenant's own bot.
    pub(super) flow: Flow,
    /// Whether new chats are left to an external bot.
    pub(super) external_bot: bool,
    /// Whether free messages reach only those who have written within a day.
    pub(super) window: Window,
    /// When channels report what became of messages.
    pub(super) receipts: Receipts,
    /// The words by which contacts say that they want no templates.
    pub(super) unsubscribe_words: Vec<String>,
    /// The templates it begins with.
    pub(super) templates: Vec<SeedTemplate>,
    /// How fast WhatsApp approves of templates.
    pub(super) approval: Approval,
    /// Whether every template makes its chat one of the status BULK.
    pub(super) template_status: TemplateStatus,
    /// How expressions are read.
    pub(super) filtrex: Mode,
    /// Whether changes of status are noted in the chat.
    pub(super) notes: Notes,
    /// What the clock sets off.
    pub(super) crons: Vec<Cron>,
    /// How webhooks are delivered, where a subscription does not say.
    pub(super) policy: Arc<Policy>,
}

/// An account of the tenant on a channel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Account {
    /// The channel.
    pub(super) channel: Channel,
    /// The account's id there: a phone number in digits, an address.
    pub(super) id: String,
}

/// A token of a caller.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// The token; well known or drawn where none is spelled out.
    pub(super) token: Option<Secret>,
    /// What it is good for.
    pub(super) grant: Grant,
}

/// A subscription that a tenant begins with.
#[derive(Clone, Debug)]
pub(super) struct Subscribed {
    /// What is imported.
    pub(super) import: Import,
    /// A secret to sign its requests with.
    pub(super) secret: Option<Secret>,
}

/// The tenant's own bot, as far as chats show it.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    /// Its name.
    pub(super) identifier: String,
    /// Its version.
    pub(super) version: u64,
    /// Where its conversations begin.
    pub(super) node: String,
}

/// How long after a message has been sent its channel reports what became of it; nothing for never.
#[derive(Clone, Debug)]
pub(super) struct Receipts {
    /// That the channel has it.
    pub(super) accepted: Option<VirtualSpan>,
    /// That the contact has it.
    pub(super) delivered: Option<VirtualSpan>,
    /// That the contact has seen it.
    pub(super) seen: Option<VirtualSpan>,
}

/// A template that a tenant begins with.
#[derive(Clone, Debug)]
pub(super) struct SeedTemplate {
    /// What was decided about it.
    pub(super) form: TemplateForm,
    /// What it says, and what fills its gaps where a call does not say.
    pub(super) localizations: Vec<(Localization, Vec<String>)>,
}

/// How long after a localization was handed in WhatsApp comes to something; nothing for never.
#[derive(Clone, Debug)]
pub(super) struct Approval {
    /// It looks at it.
    pub(super) pending: Option<VirtualSpan>,
    /// It approves of it.
    pub(super) approved: Option<VirtualSpan>,
}

/// What a template does to the status of its chat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TemplateStatus {
    /// It becomes BULK.
    Bulk,
    /// It stays as it is.
    Unchanged,
}

impl TemplateStatus {
    /// Where a chat stands that a template begins. That it is the bot's where templates change nothing is inferred: so are
    /// chats that begin without one.
    pub(super) const fn of_new_chats(self) -> ChatStatus {
        match self {
            Self::Bulk => ChatStatus::Bulk,
            Self::Unchanged => ChatStatus::Bot,
        }
    }
}

/// Whether free messages reach only those who have written within a day, on channels where that is so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Window {
    /// They do.
    Kept,
    /// They reach everybody, which is not so at the vendor: where nobody plays the contacts, nobody writes.
    Open,
}

/// Whether changes of status are noted in the chat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Notes {
    /// They are.
    Kept,
    /// They are not.
    Absent,
}

/// Something that the clock sets off again and again.
#[derive(Clone, Debug)]
pub(super) struct Cron {
    /// Its name.
    pub(super) name: String,
    /// How often.
    pub(super) every: VirtualSpan,
}

impl Tenant {
    /// The agent whom somebody calls so: by uid, address, or id in the tenant's own system.
    pub(super) fn agent_called(&self, word: &str) -> Option<&Agent> {
        let is = |agent: &&Agent| agent.uid == word || agent.email == word || agent.crm_id.as_deref() == Some(word);
        self.agents.iter().find(is)
    }

    /// The agent with this uid.
    pub(super) fn agent(&self, uid: &str) -> Option<&Agent> {
        self.agents.iter().find(|agent| agent.uid == uid)
    }

    /// Whether there is such a department.
    pub(super) fn has_department(&self, id: &str) -> bool {
        self.departments.iter().any(|department| department.id == id)
    }

    /// The first account on a channel.
    pub(super) fn account_on(&self, channel: Channel) -> Option<&Account> {
        self.accounts.iter().find(|account| account.channel == channel)
    }
}
