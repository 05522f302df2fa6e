//! What is put on chats: labels, an external bot, what contacts want, what is to happen when they answer.

use serde_json::json;

use super::super::Texter;
use super::super::model::{ChatStatus, ReplyAction};
use super::super::subscription::Trigger;
use super::super::tenant::TemplateStatus;
use super::Hand;
use crate::journal::entry::Change;
use crate::platform::cx::Cx;

impl Texter {
    /// Gives a chat these labels instead of those it has. Nothing happens if they are the same.
    pub(in crate::platform::texter) fn relabel(&mut self, cx: &mut Cx<'_>, id: &str, by: &Hand, labels: Vec<String>) {
        let now = cx.now();
        let Some(chat) = self.chats.get_mut(id) else { return };
        let old = std::mem::replace(&mut chat.labels, labels.clone());
        let not_in = |one: &[String], other: &[String]| -> Vec<String> {
            one.iter().filter(|label| !other.contains(label)).cloned().collect()
        };
        let (added, removed) = (not_in(&labels, &old), not_in(&old, &labels));
        if added.is_empty() && removed.is_empty() {
            return;
        }
        chat.updated = now;
        for tag in &added {
            cx.changed(id, by.party.clone(), Change::Tagged { tag: tag.clone() });
        }
        for tag in &removed {
            cx.changed(id, by.party.clone(), Change::Untagged { tag: tag.clone() });
        }
        let listed = |labels: Vec<String>| json!({"labels": labels});
        let known = [("oldLabels", listed(old)), ("addedLabels", listed(added)), ("removedLabels", listed(removed))];
        self.happened_to(Trigger::ChatLabels, id, known.to_vec());
    }

    /// Leaves a chat to an external bot, or takes it back. Nothing happens if that is so already.
    pub(in crate::platform::texter) fn set_external(
        &mut self,
        cx: &mut Cx<'_>,
        id: &str,
        by: &Hand,
        on: bool,
        trigger: Trigger,
    ) {
        let now = cx.now();
        let Some(chat) = self.chats.get_mut(id).filter(|chat| chat.external_bot != on) else { return };
        chat.external_bot = on;
        chat.updated = now;
        let what = if on { "left to an external bot" } else { "no longer left to an external bot" };
        cx.changed(id, by.party.clone(), Change::Updated { what: what.to_owned() });
        self.happened_to(trigger, id, Vec::new());
    }

    /// The contact wants no more templates. Nothing happens if that is known already.
    pub(in crate::platform::texter) fn unsubscribe(&mut self, cx: &mut Cx<'_>, id: &str, by: &Hand) {
        let now = cx.now();
        let Some(chat) = self.chats.get_mut(id).filter(|chat| chat.unsubscribed.is_none()) else { return };
        chat.unsubscribed = Some(now);
        chat.updated = now;
        cx.changed(id, by.party.clone(), Change::Updated { what: "wants no templates".to_owned() });
        self.happened_to(Trigger::ChatUnsubscribed, id, Vec::new());
    }

    /// The contact wants templates again. Nothing happens if that is known already.
    pub(in crate::platform::texter) fn resubscribe(&mut self, cx: &mut Cx<'_>, id: &str, by: &Hand) {
        let now = cx.now();
        let Some(chat) = self.chats.get_mut(id).filter(|chat| chat.unsubscribed.is_some()) else { return };
        chat.unsubscribed = None;
        chat.updated = now;
        cx.changed(id, by.party.clone(), Change::Updated { what: "wants templates again".to_owned() });
        self.happened_to(Trigger::ChatSubscribed, id, Vec::new());
    }

    /// Arms what happens when the contact answers.
    pub(in crate::platform::texter) fn arm_reply(&mut self, id: &str, action: ReplyAction) {
        if let Some(chat) = self.chats.get_mut(id) {
            chat.reply_action = Some(action);
        }
    }

    /// A template has been sent: its chat waits for the contact's answer.
    pub(in crate::platform::texter) fn await_reply(&mut self, cx: &mut Cx<'_>, id: &str) {
        let becomes_bulk = self.tenant.template_status == TemplateStatus::Bulk;
        let Some(chat) = self.chats.get_mut(id) else { return };
        if becomes_bulk && chat.status != ChatStatus::Bulk {
            chat.status = ChatStatus::Bulk;
            self.note(cx, id, ChatStatus::Bulk);
        }
    }
}
