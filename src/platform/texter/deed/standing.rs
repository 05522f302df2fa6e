//! Where chats stand, and who has them.

use serde_json::Map;

use super::super::Texter;
use super::super::model::{BotSession, ChatStatus, Content, Message, System};
use super::super::subscription::Trigger;
use super::super::tenant::Notes;
use super::super::wire;
use super::{Hand, Handover};
use crate::journal::entry::{Change, Party};
use crate::platform::cx::Cx;

impl Texter {
    /// Lets a chat wait for a human.
    pub(in crate::platform::texter) fn hand_over(&mut self, cx: &mut Cx<'_>, id: &str, by: &Hand, to: Handover) {
        let now = cx.now();
        let Some(chat) = self.chats.get_mut(id) else { return };
        let before = chat.status;
        chat.status = ChatStatus::Pending;
        chat.agent = to.agent.clone();
        chat.department = to.department.clone().or(chat.department.take());
        chat.pending_since = Some(now);
        chat.updated = now;
        if before != ChatStatus::Pending {
            self.note(cx, id, ChatStatus::Pending);
        }
        let whom = to.agent.as_deref().and_then(|uid| self.tenant.agent(uid)).map(|agent| agent.email.clone());
        let change = whom.or(to.department).map_or(Change::Queued, |to| Change::Transferred { to });
        cx.changed(id, by.party.clone(), change);
        self.happened_to(Trigger::ChatPending, id, Vec::new());
    }

    /// An agent takes a chat.
    pub(in crate::platform::texter) fn take(&mut self, cx: &mut Cx<'_>, id: &str, by: &Hand, uid: &str) {
        let now = cx.now();
        let Some(agent) = self.tenant.agent(uid).cloned() else { return };
        let Some(chat) = self.chats.get_mut(id) else { return };
        let before = chat.status;
        chat.status = ChatStatus::Assigned;
        chat.agent = Some(agent.uid.clone());
        chat.unread = 0;
        chat.updated = now;
        if before != ChatStatus::Assigned {
            self.note(cx, id, ChatStatus::Assigned);
        }
        cx.changed(id, by.party.clone(), Change::Assigned { to: agent.email.clone() });
        self.happened_to(Trigger::ChatAssigned, id, vec![("agent", wire::agent(&agent))]);
    }

    /// Ends a chat until the contact writes again. Whoever has it keeps it, which is how one can tell who resolved it.
    /// Nothing happens to one that is over already, as with labels that it has already; that is inferred.
    pub(in crate::platform::texter) fn resolve(&mut self, cx: &mut Cx<'_>, id: &str, by: &Hand) {
        let now = cx.now();
        let Some(chat) = self.chats.get_mut(id).filter(|chat| chat.status != ChatStatus::Resolved) else { return };
        chat.status = ChatStatus::Resolved;
        chat.resolved_at = Some(now);
        chat.updated = now;
        chat.unread = 0;
        self.note(cx, id, ChatStatus::Resolved);
        cx.changed(id, by.party.clone(), Change::Closed { outcome: String::new() });
        self.happened_to(Trigger::ChatResolved, id, Vec::new());
    }

    /// Lets the tenant's own bot go on at a place in its flow.
    pub(in crate::platform::texter) fn run_bot(&mut self, cx: &mut Cx<'_>, id: &str, by: &Hand, node: String) {
        let (session, now) = (self.session(cx), cx.now());
        let Some(chat) = self.chats.get_mut(id) else { return };
        chat.updated = now;
        chat.previous_bot = chat.bot.replace(BotSession { node, ..session });
        let before = std::mem::replace(&mut chat.status, ChatStatus::Bot);
        chat.agent = None;
        if before != ChatStatus::Bot {
            self.note(cx, id, ChatStatus::Bot);
        }
        cx.changed(id, by.party.clone(), Change::Updated { what: "the tenant's own bot goes on".to_owned() });
    }

    /// Tells that a contact's words have brought a chat to this status.
    pub(super) fn announce(&mut self, cx: &mut Cx<'_>, id: &str, by: &Party, status: ChatStatus) {
        match status {
            ChatStatus::Bot => cx.changed(id, by.clone(), Change::Resumed),
            ChatStatus::Pending => {
                if let Some(chat) = self.chats.get_mut(id) {
                    chat.pending_since = Some(cx.now());
                }
                cx.changed(id, by.clone(), Change::Queued);
                self.happened_to(Trigger::ChatPending, id, Vec::new());
            }
            ChatStatus::Assigned => {
                let agent = self.chats.get(id).and_then(|chat| self.tenant.agent(chat.agent.as_deref()?)).cloned();
                if let Some(agent) = agent {
                    cx.changed(id, by.clone(), Change::Assigned { to: agent.email.clone() });
                    self.happened_to(Trigger::ChatAssigned, id, vec![("agent", wire::agent(&agent))]);
                }
            }
            ChatStatus::Resolved => {
                if let Some(chat) = self.chats.get_mut(id) {
                    chat.resolved_at = Some(cx.now());
                }
                cx.changed(id, by.clone(), Change::Closed { outcome: String::new() });
                self.happened_to(Trigger::ChatResolved, id, Vec::new());
            }
            ChatStatus::Bulk => {}
        }
    }

    /// Notes in a chat where it stands from now on. That nobody is told of such a note is inferred: the events of chats are.
    pub(super) fn note(&mut self, cx: &mut Cx<'_>, id: &str, status: ChatStatus) {
        let now = cx.now();
        if self.tenant.notes == Notes::Absent {
            return;
        }
        let note = Message {
            id: cx.draw("texter/message").hex(24),
            channel_id: cx.draw("texter/channel-id").hex(24),
            direction: None,
            content: Content::System(System { status }),
            agent: None,
            history: Vec::new(),
            at: now,
            updated: now,
            bot_session: None,
            metadata: Map::new(),
            chain: self.engine.chain(),
        };
        if let Some(chat) = self.chats.get_mut(id) {
            chat.messages.push(note);
        }
    }

    pub(super) fn session(&self, cx: &mut Cx<'_>) -> BotSession {
        BotSession { id: cx.draw("texter/bot-session").hex(32), node: self.tenant.flow.node.clone() }
    }
}
