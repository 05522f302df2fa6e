//! Agents and bots coming and going.

use super::super::Livechat;
use super::super::events::Cause;
use super::super::model::{Fact, MemberKind, Reason, Visibility};
use super::super::tenant::Overflow;
use super::lifecycle::Closing;
use super::note::{Departure, Note};
use super::router::{Choice, Pool, Routing};
use crate::platform::cx::Cx;

/// Somebody who is to join a chat.
#[derive(Clone, Debug)]
pub(crate) struct Joining {
    /// Who.
    pub(crate) user: String,
    /// As what.
    pub(crate) kind: MemberKind,
    /// Who will see them.
    pub(crate) visibility: Visibility,
    /// Who asks for it.
    pub(crate) requester: String,
}

impl Livechat {
    /// Lets somebody into a chat because somebody wants it.
    pub(crate) fn add_user(&mut self, cx: &mut Cx<'_>, cause: &Cause, chat: &str, joining: Joining) {
        let now = cx.now();
        let Joining { user, kind, visibility, requester } = joining;
        let Some(found) = self.chats.get_mut(chat) else { return };
        let first = found.agents().next().is_none();
        found.join(&user, kind, visibility, now);
        if kind == MemberKind::Agent && visibility == Visibility::All {
            self.dequeue(chat);
        }
        let added = Fact::UserAdded { user: user.clone(), reason: Reason::Manual, requester: Some(requester.clone()) };
        self.publish(cx, cause, chat, &added);
        let (who, whom) = (self.name_of(&requester), self.name_of(&user));
        let note = match kind {
            MemberKind::Customer => Note::CustomerAdded(who, whom),
            MemberKind::Agent if first => return,
            MemberKind::Agent if requester == user => Note::AgentJoined(whom),
            MemberKind::Agent => Note::AgentAdded(who, whom),
        };
        self.note(cx, cause, chat, note);
    }

    /// Lets an agent or bot go because somebody wants it, and finds a successor if nobody is left.
    pub(crate) fn remove_user(&mut self, cx: &mut Cx<'_>, cause: &Cause, chat: &str, user: &str, requester: &str) {
        let held = self.chats.get(chat).and_then(|chat| chat.holder()).is_some_and(|holder| holder.id == user);
        self.depart(cx, cause, chat, user, Reason::Manual, Some(requester));
        let (who, whom) = (self.name_of(requester), self.name_of(user));
        let note = if requester == user { Note::AgentLeft(whom) } else { Note::AgentRemoved(who, whom) };
        self.note(cx, cause, chat, note);
        let deserted = self.chats.get(chat).is_some_and(|chat| chat.holder().is_none());
        if held && deserted {
            self.succeed(cx, chat, user, Departure::Other);
        }
        self.serve_queue(cx);
    }

    /// Finds somebody to follow an agent or bot who has gone; nobody documents who.
    pub(super) fn succeed(&mut self, cx: &mut Cx<'_>, chat: &str, gone: &str, why: Departure) {
        let Some(found) = self.chats.get(chat) else { return };
        let (groups, former) = (found.access.clone(), self.name_of(gone));
        let routing = self.route(&Choice { groups: &groups, but: &[gone.to_owned()], pool: Pool::of_chat(found) });
        match (routing, self.tenant.overflow) {
            (Routing::To(next), _) => {
                let added = self.name_of(&next);
                self.assign(cx, chat, &next, Reason::Assigned);
                self.note(cx, &Cause::system(), chat, Note::Assigned(why, added, former));
            }
            (Routing::ByHand, _) | (Routing::NobodyFree, Overflow::Queue) => {
                self.enqueue(cx, chat, vec![gone.to_owned()]);
                let waits = Fact::Transferred {
                    reason: Reason::Unassigned,
                    requester: None,
                    groups: Some(groups),
                    agents: Vec::new(),
                };
                self.publish(cx, &Cause::system(), chat, &waits);
                self.note(cx, &Cause::system(), chat, Note::Unassigned(why, former));
            }
            (Routing::NobodyFree, Overflow::Refuse) => {
                self.deactivate(cx, &Cause::system(), chat, &Closing::Abandoned(why))
            }
        }
    }

    /// Has the router give a chat to somebody, in the place of whoever has it.
    pub(crate) fn reassign(&mut self, cx: &mut Cx<'_>, chat: &str, agent: &str, why: Departure) {
        let came = match why {
            Departure::Inactive => Reason::Inactive,
            Departure::SignedOut | Departure::Disconnected | Departure::Other => Reason::Assigned,
        };
        let holder = self.chats.get(chat).and_then(|chat| chat.holder()).map(|holder| holder.id.clone());
        if let Some(holder) = &holder {
            self.depart(cx, &Cause::system(), chat, holder, why.reason(), None);
        }
        self.assign(cx, chat, agent, came);
        if let Some(holder) = holder {
            let (added, removed) = (self.name_of(agent), self.name_of(&holder));
            self.note(cx, &Cause::system(), chat, Note::Assigned(why, added, removed));
        }
    }

    /// Lets somebody go and says so.
    pub(super) fn depart(
        &mut self,
        cx: &mut Cx<'_>,
        cause: &Cause,
        chat: &str,
        user: &str,
        reason: Reason,
        requester: Option<&str>,
    ) {
        let Some(found) = self.chats.get_mut(chat) else { return };
        found.leave(user);
        let requester = requester.map(str::to_owned);
        self.publish(cx, cause, chat, &Fact::UserRemoved { user: user.to_owned(), reason, requester });
    }
}
