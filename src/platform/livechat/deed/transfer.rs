//! Moving a chat to another group or agent.

use serde_json::json;

use super::super::Livechat;
use super::super::events::Cause;
use super::super::model::{Fact, Member, MemberKind, Reason, Status, Visibility, set};
use super::note::Note;
use super::router::{Choice, Pool, Routing};
use crate::platform::cx::Cx;

/// Whereto a chat is to go.
#[derive(Clone, Debug)]
pub(crate) enum Destination {
    /// To somebody else in its own groups.
    Anew,
    /// To these groups.
    Groups(Vec<u64>),
    /// To one of these agents or bots.
    Agents(Vec<String>),
}

/// Whether those who take no chats now come into question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Availability {
    /// Only those who are free.
    Needed,
    /// Others too; if there is nobody, the chat waits.
    Ignored,
}

/// Why a chat cannot go where it is to go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unable {
    /// Nobody there can take it.
    Offline,
    /// None of those named may see it.
    Access,
}

/// Where a chat goes, once that is known to be possible.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    access: Vec<u64>,
    groups: Option<Vec<u64>>,
    agent: Option<String>,
    targets: String,
}

impl Livechat {
    /// Finds out where a chat would go, without moving it.
    pub(crate) fn plan_transfer(&self, chat: &str, to: &Destination, need: Availability) -> Result<Plan, Unable> {
        let Some(found) = self.chats.get(chat) else { return Err(Unable::Offline) };
        let holder: Vec<String> = found.holder().map(|holder| holder.id.clone()).into_iter().collect();
        match to {
            Destination::Agents(ids) => {
                let named: Vec<_> = ids.iter().filter_map(|id| self.organization.staffer(id)).collect();
                let may: Vec<_> = named.iter().filter(|staffer| staffer.covers(&found.access)).collect();
                if may.is_empty() {
                    return Err(Unable::Access);
                }
                let can = may.iter().find(|staffer| match need {
                    Availability::Needed => self.free(staffer),
                    Availability::Ignored => staffer.status != Status::Offline,
                });
                let agent = can.ok_or(Unable::Offline)?;
                let (agent, targets) = (Some(agent.id.clone()), agent.name.clone());
                Ok(Plan { access: found.access.clone(), groups: None, agent, targets })
            }
            Destination::Anew | Destination::Groups(_) => {
                let groups = match to {
                    Destination::Groups(groups) => groups.clone(),
                    Destination::Anew | Destination::Agents(_) => found.access.clone(),
                };
                let routing = self.route(&Choice { groups: &groups, but: &holder, pool: Pool::of_chat(found) });
                // Where people look for their chats themselves it does not matter whether they can take one just now.
                if routing == Routing::NobodyFree && need == Availability::Needed {
                    return Err(Unable::Offline);
                }
                let agent = routing.agent();
                let names: Vec<String> = groups
                    .iter()
                    .map(|id| self.organization.group(*id).map_or_else(|| id.to_string(), |group| group.name.clone()))
                    .collect();
                Ok(Plan { access: groups.clone(), groups: Some(groups), agent, targets: names.join(", ") })
            }
        }
    }

    /// Moves a chat: access, note, transfer, whoever goes, whoever comes. The order is not documented.
    pub(crate) fn transfer(&mut self, cx: &mut Cx<'_>, cause: &Cause, chat: &str, plan: Plan, requester: &str) {
        let now = cx.now();
        let Some(found) = self.chats.get_mut(chat) else { return };
        let former = found.access.clone();
        let moved = former != plan.access;
        found.access.clone_from(&plan.access);
        if let Some(thread) = found.active_mut() {
            thread.access.clone_from(&plan.access);
            set(&mut thread.properties, "routing", "last_transfer_timestamp", json!(now.as_secs()));
        }
        if moved {
            self.publish(cx, cause, chat, &Fact::AccessUpdated);
        }
        let initiator = self.name_of(requester);
        self.note(cx, cause, chat, Note::Transferred(initiator, plan.targets));
        let public = |member: &&Member| member.visibility == Visibility::All;
        let holders: Vec<String> = self
            .chats
            .get(chat)
            .into_iter()
            .flat_map(|chat| chat.agents().filter(public))
            .map(|member| member.id.clone())
            .collect();
        match &plan.agent {
            Some(_) => self.dequeue(chat),
            None => {
                let givers = holders.iter().cloned().chain([requester.to_owned()]).collect();
                self.enqueue(cx, chat, givers);
            }
        }
        let transferred = Fact::Transferred {
            reason: Reason::Manual,
            requester: Some(requester.to_owned()),
            groups: plan.groups,
            agents: plan.agent.iter().cloned().collect(),
        };
        self.publish(cx, cause, chat, &transferred);
        for user in holders.iter().filter(|holder| Some(*holder) != plan.agent.as_ref()) {
            self.depart(cx, cause, chat, user, Reason::Manual, Some(requester));
        }
        if let Some(agent) = &plan.agent {
            self.welcome(cx, cause, chat, agent, requester);
        }
        self.push_gained(cx, cause, chat, plan.agent.as_deref(), (&former, &holders));
        self.serve_queue(cx);
    }

    /// Lets in whoever a chat was transferred to, unless the customer sees them in it already.
    fn welcome(&mut self, cx: &mut Cx<'_>, cause: &Cause, chat: &str, agent: &str, requester: &str) {
        let now = cx.now();
        let Some(found) = self.chats.get_mut(chat) else { return };
        if found.present(agent).is_some_and(|member| member.visibility == Visibility::All) {
            return;
        }
        found.join(agent, MemberKind::Agent, Visibility::All, now);
        let (user, requester) = (agent.to_owned(), Some(requester.to_owned()));
        self.publish(cx, cause, chat, &Fact::UserAdded { user, reason: Reason::Manual, requester });
    }
}
