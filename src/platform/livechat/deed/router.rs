//! Who gets a chat: those who take chats and have a free slot, by priority, then by load, then by their order in the
//! set-up. Ties are not documented.

use serde_json::json;

use super::super::Livechat;
use super::super::events::Cause;
use super::super::model::registry::{Datum, Holder, MANUAL_ROUTING};
use super::super::model::{
    Chat, Fact, MemberKind, Phase, Priority, Properties, Reason, Staffer, Standing, Status, Visibility, set,
};
use super::super::tenant::Returning;
use crate::platform::cx::Cx;

/// Who comes into question for a chat.
#[derive(Clone, Debug)]
pub(crate) struct Choice<'c> {
    /// The groups of the chat.
    pub(crate) groups: &'c [u64],
    /// Those who do not.
    pub(crate) but: &'c [String],
    /// What kind of people do.
    pub(crate) pool: Pool,
}

/// Which kind of people comes into question, by the properties of a chat and its thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Pool {
    /// Agents and bots.
    Everybody,
    /// Agents alone.
    Agents,
    /// Neither: the router leaves the chat to whoever takes it.
    Nobody,
}

/// What the router does with a chat.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Routing {
    /// It gives it to somebody.
    To(String),
    /// It would, but nobody can take it now.
    NobodyFree,
    /// It leaves it to whoever takes it.
    ByHand,
}

impl Pool {
    /// Who comes into question for what has these properties.
    pub(crate) fn of(chat: &Properties, thread: Option<&Properties>) -> Self {
        let routing =
            |properties: &Properties, name| properties.get("routing").and_then(|space| space.get(name)?.as_bool());
        let bots_ignored = thread.and_then(|thread| routing(thread, "ignore_bots"));
        match (routing(chat, "ignore_agents_routing"), bots_ignored) {
            (Some(true), _) => Self::Nobody,
            (Some(false) | None, Some(true)) => Self::Agents,
            (Some(false) | None, Some(false) | None) => Self::Everybody,
        }
    }

    /// Who comes into question for a chat as it is.
    pub(super) fn of_chat(chat: &Chat) -> Self {
        Self::of(&chat.properties, chat.active().map(|thread| &thread.properties))
    }
}

impl Routing {
    /// Whoever gets the chat, if anybody does.
    pub(crate) fn agent(self) -> Option<String> {
        match self {
            Self::To(agent) => Some(agent),
            Self::NobodyFree | Self::ByHand => None,
        }
    }
}

impl Livechat {
    /// What the router does with a chat.
    pub(crate) fn route(&self, choice: &Choice<'_>) -> Routing {
        let groups = self.routed(choice.groups);
        if choice.pool == Pool::Nobody || groups.is_empty() {
            return Routing::ByHand;
        }
        let staff = self.organization.staff();
        let candidates = staff.filter_map(|staffer| Some((self.suits(staffer, &groups, choice)?, staffer)));
        let soonest = candidates.min_by_key(|(priority, staffer)| (*priority, self.chats.load(&staffer.id)));
        soonest.map_or(Routing::NobodyFree, |(_, staffer)| Routing::To(staffer.id.clone()))
    }

    /// What the router does with the chat of a customer who comes back, and whom this one had last. Whoever is preferred
    /// must be free and come into question like everybody else.
    pub(crate) fn route_back(&self, choice: &Choice<'_>, recent: Option<&str>) -> Routing {
        let groups = self.routed(choice.groups);
        let recent = recent.and_then(|id| self.organization.staffer(id));
        let fitting = recent.filter(|staffer| self.suits(staffer, &groups, choice).is_some());
        match (self.tenant.returning, fitting) {
            (Returning::ToTheSame, Some(staffer)) => Routing::To(staffer.id.clone()),
            (Returning::ToTheSame, None) | (Returning::Anew, _) => self.route(choice),
        }
    }

    /// Those of these groups whose chats the router gives away. That a group which does not say so goes by what the license
    /// says is inferred, as is that a chat of several groups is given away if one of them wants so.
    fn routed(&self, groups: &[u64]) -> Vec<u64> {
        let by_hand = |group: &u64| {
            let own = self.properties.value(Holder::Group(*group), MANUAL_ROUTING);
            own.or_else(|| self.properties.value(Holder::License, MANUAL_ROUTING)) == Some(&Datum::Bool(true))
        };
        groups.iter().copied().filter(|group| !by_hand(group)).collect()
    }

    /// How soon the router thinks of somebody for what is in these groups; nothing if they do not come into question or
    /// cannot take one more chat.
    fn suits(&self, staffer: &Staffer, groups: &[u64], choice: &Choice<'_>) -> Option<Priority> {
        let wanted = match choice.pool {
            Pool::Everybody => true,
            Pool::Agents => !staffer.is_bot(),
            Pool::Nobody => false,
        };
        let eligible = wanted && !choice.but.contains(&staffer.id) && self.free(staffer);
        staffer.priority_in(groups).filter(|priority| eligible && *priority != Priority::Supervisor)
    }

    /// Whether somebody takes chats and has a free slot.
    pub(crate) fn free(&self, staffer: &Staffer) -> bool {
        let works = staffer.standing() == Standing::Active && staffer.status == Status::Accepting;
        works && self.chats.load(&staffer.id) < staffer.max_chats
    }

    /// Puts the active thread into the queue, because these gave it away. Whoever gave it away before does not count
    /// any more, unless it has waited ever since.
    pub(crate) fn enqueue(&mut self, cx: &Cx<'_>, chat: &str, givers: Vec<String>) {
        let Some(found) = self.chats.get_mut(chat) else { return };
        if let Some(thread) = found.active_mut() {
            match thread.phase {
                Phase::Queued(_) => thread.given_away_by.extend(givers),
                Phase::Open | Phase::Closed => thread.given_away_by = givers,
            }
            thread.phase = Phase::Queued(cx.now());
            set(&mut thread.properties, "routing", "unassigned", json!(true));
            set(&mut found.properties, "routing", "pinned", json!(true));
        }
    }

    /// Takes the active thread out of the queue.
    pub(crate) fn dequeue(&mut self, chat: &str) {
        let Some(found) = self.chats.get_mut(chat) else { return };
        if let Some(thread) = found.active_mut() {
            thread.phase = Phase::Open;
            set(&mut thread.properties, "routing", "unassigned", json!(false));
            set(&mut found.properties, "routing", "pinned", json!(false));
        }
    }

    /// Has the router give a chat to somebody.
    pub(crate) fn assign(&mut self, cx: &mut Cx<'_>, chat: &str, agent: &str, reason: Reason) {
        let now = cx.now();
        let Some(found) = self.chats.get_mut(chat) else { return };
        found.join(agent, MemberKind::Agent, Visibility::All, now);
        self.dequeue(chat);
        let (user, agents) = (agent.to_owned(), vec![agent.to_owned()]);
        let added = Fact::UserAdded { user, reason, requester: None };
        self.publish(cx, &Cause::system(), chat, &added);
        let moved = Fact::Transferred { reason, requester: None, groups: None, agents };
        self.publish(cx, &Cause::system(), chat, &moved);
        let groups = self.chats.get(chat).map(|chat| chat.access.clone()).unwrap_or_default();
        self.push_gained(cx, &Cause::system(), chat, Some(agent), (&groups, &[]));
    }

    /// Gives waiting chats to those who have become free, longest wait first.
    pub(crate) fn serve_queue(&mut self, cx: &mut Cx<'_>) {
        let waiting: Vec<String> = self.chats.queue().iter().map(|chat| chat.id.clone()).collect();
        for id in waiting {
            let Some((chat, thread)) = self.chats.get(&id).and_then(|chat| Some((chat, chat.active()?))) else {
                continue;
            };
            // Nobody gets back what they have just given away.
            let choice = Choice { groups: &chat.access, but: &thread.given_away_by, pool: Pool::of_chat(chat) };
            if let Routing::To(agent) = self.route(&choice) {
                self.assign(cx, &id, &agent, Reason::Assigned);
            }
        }
    }
}
