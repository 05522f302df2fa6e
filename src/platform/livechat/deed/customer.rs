//! What is done about customers, whatever chat they are in.

use super::super::Livechat;
use super::super::events::Cause;
use super::super::model::{Ban, Banned, Chat, Dossier, Fact, Patron, Revision, Visits};
use super::lifecycle::Closing;
use super::note::Note;
use crate::base::time::VirtualSpan;
use crate::journal::entry::{Party, Role};
use crate::platform::cx::Cx;

const MINUTES_PER_DAY: u64 = 24 * 60;

/// What notes call customers who have given no name. Inferred: pages say nothing about them.
const UNNAMED: &str = "Visitor";

impl Livechat {
    /// Gets to know whoever comes with a token of their own, be it a customer of the scenario or somebody new, and tells of
    /// them; nothing happens if they are known.
    pub(crate) fn arrive(&mut self, cx: &mut Cx<'_>, id: &str, client: Option<&str>) {
        if self.acquaint(cx, id) {
            self.announce_visitor(cx, &self.customers_cause(cx, id, client), id);
        }
    }

    /// The same without telling of them; whether they were not known.
    pub(super) fn acquaint(&mut self, cx: &Cx<'_>, id: &str) -> bool {
        match cx.customer_with_id(id).cloned() {
            Some(customer) => self.meet(cx, &customer),
            None => self.chats.meet(Patron {
                key: id.to_owned(),
                id: id.to_owned(),
                name: String::new(),
                email: String::new(),
                profile: Dossier::default(),
                created_at: cx.now(),
                agent_spoke_at: None,
                spoke_at: None,
                visits: Visits::default(),
            }),
        }
    }

    /// That a customer does something, through an app.
    pub(crate) fn customers_cause(&self, cx: &Cx<'_>, id: &str, client: Option<&str>) -> Cause {
        let by = match (self.chats.patron(id), cx.customer_with_id(id)) {
            (Some(patron), _) => Party::new(Role::Customer, &patron.key, self.name_of(id)),
            (None, Some(customer)) => customer.party(),
            (None, None) => Party::new(Role::Customer, id, UNNAMED),
        };
        Cause { by, client: client.map(str::to_owned) }
    }

    /// The name of a customer as notes have it.
    pub(super) fn name_of_customer(&self, id: &str) -> Option<String> {
        let name = &self.chats.patron(id)?.name;
        Some(if name.is_empty() { UNNAMED.to_owned() } else { name.clone() })
    }

    /// Changes what is known about a customer. Their open chat notes another name or address; webhooks tell of other
    /// session fields, once for each open chat, of which there is one at most.
    pub(crate) fn revise(&mut self, cx: &mut Cx<'_>, cause: &Cause, customer: &str, revision: Revision) {
        let known = self.customer_as_known(customer);
        let Some(patron) = self.chats.patron_mut(customer) else { return };
        let before = (patron.name.clone(), patron.email.clone(), patron.profile.session_fields.clone());
        patron.name = revision.name.unwrap_or_else(|| before.0.clone());
        patron.email = revision.email.unwrap_or_else(|| before.1.clone());
        patron.profile.revise(revision.profile);
        let renamed = (&before.0, &before.1) != (&patron.name, &patron.email);
        let (name, email) = (patron.name.clone(), patron.email.clone());
        let noted = before.2 != patron.profile.session_fields;
        self.push_revised(cx, customer, &known);
        let Some(chat) = self.open_chat_of(customer) else { return };
        if renamed {
            self.note(cx, cause, &chat, Note::CustomerUpdated(cause.by.name.clone(), name, email));
        }
        if noted {
            self.publish(cx, cause, &chat, &Fact::SessionFieldsUpdated { customer: customer.to_owned() });
        }
    }

    /// Keeps a customer out for some days and closes their chat.
    pub(crate) fn ban(&mut self, cx: &mut Cx<'_>, customer: &str, days: u64, by: &str) {
        let span = VirtualSpan::from_mins(days.saturating_mul(MINUTES_PER_DAY));
        let banned = Banned { customer: Some(customer.to_owned()), ip: None };
        self.bans.add(Ban { banned, by: by.to_owned(), created_at: cx.now(), span });
        self.push_banned(cx, customer, days);
        if let Some(chat) = self.open_chat_of(customer) {
            let closing = Closing::Banned { by: self.name_of(by), days };
            self.deactivate(cx, &Cause::system(), &chat, &closing);
        }
        self.cut_banned(cx);
    }

    fn open_chat_of(&self, customer: &str) -> Option<String> {
        let open = self.chats.of_customer(customer).filter(|chat| chat.active().is_some());
        open.map(|chat: &Chat| chat.id.clone())
    }
}
