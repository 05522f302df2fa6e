//! Who gets a chat: bots before people, among those who are free and may see it; else it waits.

use super::Livechat;
use super::codes::{self, Denial};
use super::deed::{Actor, Routed, active, vars};
use super::model::{Chat, Fact, MemberKind, Phase, Reason, Visibility};
use super::tenant::Worker;
use crate::journal::entry::{Change, Party};
use crate::platform::cx::Cx;

/// Whereto a chat is transferred.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Target {
    /// To somebody in these groups.
    Groups(Vec<u64>),
    /// To one of these agents.
    Agents(Vec<String>),
    /// To somebody in the groups it is for now.
    Same,
}

/// A transfer that can be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Transfer {
    access: Vec<u64>,
    to: Option<String>,
    target: Target,
}

impl Livechat {
    /// Finds out what a transfer by this actor would lead to, without making it.
    ///
    /// # Errors
    /// If nobody can take the chat, or may.
    pub(super) fn plan_transfer(
        &self,
        id: &str,
        actor: &Actor,
        target: Target,
        ignore_availability: bool,
    ) -> Result<Transfer, Denial> {
        let chat = self.chats.get(id).ok_or_else(|| Denial::of(codes::NOT_FOUND))?;
        let thread = active(chat)?;
        let mut declined: Vec<String> = chat.agents().map(|member| member.id.clone()).collect();
        declined.extend(actor.id.clone());
        let handed_over = thread.handed_over || self.handed_over_by_bot(chat, actor);
        let access = match &target {
            Target::Groups(groups) => groups.clone(),
            Target::Agents(_) | Target::Same => chat.access.clone(),
        };
        let to = match &target {
            Target::Groups(_) | Target::Same => self.candidate(&access, &declined, handed_over).map(|to| to.id.clone()),
            Target::Agents(ids) => self.named(ids, &access, chat, ignore_availability)?,
        };
        if to.is_none() && !ignore_availability {
            return Err(Denial::of(codes::AGENT_OFFLINE));
        }
        Ok(Transfer { access, to, target })
    }

    /// Makes a transfer that was planned.
    pub(super) fn transfer(&mut self, cx: &mut Cx<'_>, id: &str, actor: &Actor, transfer: Transfer) {
        let now = cx.now();
        let Transfer { access, to, target } = transfer;
        let by_bot = self.chats.get(id).is_some_and(|chat| self.handed_over_by_bot(chat, actor));
        let targets = self.describe(&target, &access);
        let Some(chat) = self.chats.get_mut(id) else { return };
        let leaving: Vec<String> = chat
            .agents()
            .filter(|member| member.visibility == Visibility::All && Some(&member.id) != to.as_ref())
            .map(|member| member.id.clone())
            .collect();
        let widened = chat.access != access;
        chat.access.clone_from(&access);
        if let Some(thread) = chat.active_mut() {
            thread.access.clone_from(&access);
            thread.handed_over |= by_bot;
            thread.declined.clone_from(&leaving);
            thread.declined.extend(actor.id.clone());
        }
        if widened {
            self.publish(cx, id, actor, &Fact::AccessUpdated);
        }
        let initiator = actor.party.name.clone();
        let text = format!("{initiator} transferred the chat to {targets}");
        let words = vars([("initiator", initiator), ("targets", targets.clone())]);
        self.note(cx, id, actor, "chat_transferred", Some(text), words);
        if let Some(chat) = self.chats.get_mut(id) {
            leaving.iter().for_each(|user| chat.leave(user));
            let phase = if to.is_some() { Phase::Open } else { Phase::Queued(now) };
            if let Some(thread) = chat.active_mut() {
                thread.phase = phase;
            }
            if let Some(to) = &to {
                chat.join(to, MemberKind::Agent, Visibility::All, now);
            }
        }
        let (reason, requester) = (Reason::Manual, actor.id.clone());
        let groups = match &target {
            Target::Groups(groups) => Some(groups.clone()),
            Target::Agents(_) | Target::Same => None,
        };
        let agents = to.iter().cloned().collect();
        let transferred = Fact::Transferred { reason, requester: requester.clone(), groups, agents };
        self.publish(cx, id, actor, &transferred);
        cx.changed(id, actor.party.clone(), Change::Transferred { to: targets });
        for user in leaving {
            self.publish(cx, id, actor, &Fact::UserRemoved { user, reason, requester: requester.clone() });
        }
        match to {
            Some(to) => {
                self.publish(cx, id, actor, &Fact::UserAdded { user: to.clone(), reason, requester });
                cx.changed(id, Party::system(), Change::Assigned { to });
            }
            None => cx.changed(id, Party::system(), Change::Queued),
        }
        self.serve_queue(cx);
    }

    /// Gives an active chat to somebody, as the router would.
    pub(super) fn assign(&mut self, cx: &mut Cx<'_>, id: &str, to: &str) {
        let now = cx.now();
        let Some(chat) = self.chats.get_mut(id) else { return };
        let leaving: Vec<String> = chat
            .agents()
            .filter(|member| member.visibility == Visibility::All && member.id != to)
            .map(|member| member.id.clone())
            .collect();
        leaving.iter().for_each(|user| chat.leave(user));
        chat.join(to, MemberKind::Agent, Visibility::All, now);
        if let Some(thread) = chat.active_mut() {
            thread.phase = Phase::Open;
        }
        for user in leaving {
            let removed = Fact::UserRemoved { user, reason: Reason::Other, requester: None };
            self.publish(cx, id, &Actor::system(), &removed);
        }
        self.tell_assigned(cx, id, to.to_owned());
        self.serve_queue(cx);
    }

    /// Lets whoever is free take a chat that nobody has, or makes it wait; nothing if the chat is closed.
    pub(super) fn route(&mut self, cx: &Cx<'_>, id: &str) -> Option<Routed> {
        let chat = self.chats.get(id)?;
        let thread = chat.active()?;
        if chat.holder().is_some() {
            return Some(Routed::Held);
        }
        let to = self.candidate(&chat.access, &thread.declined, thread.handed_over).map(|to| to.id.clone());
        let chat = self.chats.get_mut(id)?;
        match to {
            Some(to) => {
                chat.join(&to, MemberKind::Agent, Visibility::All, cx.now());
                chat.active_mut()?.phase = Phase::Open;
                Some(Routed::To(to))
            }
            None => {
                chat.active_mut()?.phase = Phase::Queued(cx.now());
                Some(Routed::Queued)
            }
        }
    }

    /// Gives waiting chats to those who became free, longest wait first.
    pub(super) fn serve_queue(&mut self, cx: &mut Cx<'_>) {
        let waiting: Vec<String> = self.chats.queue().into_iter().map(|chat| chat.id.clone()).collect();
        for id in waiting {
            let Some(chat) = self.chats.get(&id) else { continue };
            let Some(thread) = chat.active() else { continue };
            let to = self.candidate(&chat.access, &thread.declined, thread.handed_over).map(|to| to.id.clone());
            let Some(to) = to else { continue };
            if let Some(chat) = self.chats.get_mut(&id) {
                chat.join(&to, MemberKind::Agent, Visibility::All, cx.now());
                if let Some(thread) = chat.active_mut() {
                    thread.phase = Phase::Open;
                }
            }
            self.tell_assigned(cx, &id, to);
        }
    }

    /// Tells that the router gave a chat to somebody.
    pub(super) fn tell_assigned(&self, cx: &mut Cx<'_>, id: &str, to: String) {
        let (reason, system) = (Reason::Assigned, Actor::system());
        self.publish(cx, id, &system, &Fact::UserAdded { user: to.clone(), reason, requester: None });
        let transferred = Fact::Transferred { reason, requester: None, groups: None, agents: vec![to.clone()] };
        self.publish(cx, id, &system, &transferred);
        cx.changed(id, Party::system(), Change::Assigned { to });
    }

    /// The first who is free and may see a chat for these groups.
    fn candidate(&self, access: &[u64], declined: &[String], people_only: bool) -> Option<&Worker> {
        let workers = self.tenant.workers.iter().filter(|worker| {
            worker.may_see(access) && !(people_only && worker.is_bot()) && !declined.contains(&worker.id)
        });
        workers.filter(|worker| self.is_free(worker)).min_by_key(|worker| worker.rank())
    }

    /// The one of these agents who takes a chat that is given to them by name.
    fn named(
        &self,
        ids: &[String],
        access: &[u64],
        chat: &Chat,
        ignore_availability: bool,
    ) -> Result<Option<String>, Denial> {
        let mut workers = Vec::new();
        for id in ids {
            let worker = self.tenant.worker(id).ok_or_else(|| Denial::of(codes::NOT_FOUND))?;
            if !worker.may_see(access) {
                return Err(Denial::of(codes::MISSING_ACCESS));
            }
            if chat.present(id).is_none() {
                workers.push(worker);
            }
        }
        if workers.is_empty() {
            return Err(Denial::validation("`target.ids` names only those who are in the chat"));
        }
        let free = workers.iter().find(|worker| self.is_free(worker));
        let taker = free.or_else(|| workers.first().filter(|_| ignore_availability));
        Ok(taker.map(|worker| worker.id.clone()))
    }

    fn is_free(&self, worker: &Worker) -> bool {
        (self.chats.load(&worker.id) as u64) < worker.max_chats
    }

    /// Whether a bot gives the chat away: it asks for that itself, or it has the chat.
    fn handed_over_by_bot(&self, chat: &Chat, actor: &Actor) -> bool {
        let asks = actor.id.as_deref().is_some_and(|id| self.is_bot(id));
        asks || chat.holder().is_some_and(|holder| self.is_bot(&holder.id))
    }

    fn describe(&self, target: &Target, access: &[u64]) -> String {
        let group = |id: &u64| self.tenant.group(*id).map_or_else(|| id.to_string(), |group| group.name.clone());
        let names: Vec<String> = match target {
            Target::Groups(groups) => groups.iter().map(group).collect(),
            Target::Same => access.iter().map(group).collect(),
            Target::Agents(ids) => ids.iter().map(|id| self.name_of(id)).collect(),
        };
        names.join(", ")
    }
}
