//! What is done about customers, whatever chat they are in.

use super::super::Livechat;
use super::super::events::Cause;
use super::super::model::{Ban, Banned, Chat, Fact, Revision};
use super::lifecycle::Closing;
use super::note::Note;
use crate::base::time::VirtualSpan;
use crate::platform::cx::Cx;

const MINUTES_PER_DAY: u64 = 24 * 60;

impl Livechat {
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
    }

    fn open_chat_of(&self, customer: &str) -> Option<String> {
        let open = self.chats.of_customer(customer).filter(|chat| chat.active().is_some());
        open.map(|chat: &Chat| chat.id.clone())
    }
}
