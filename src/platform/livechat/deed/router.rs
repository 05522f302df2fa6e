//! Who gets a chat: those who take chats and have a free slot, by priority, then by load, then by their order in the
//! set-up. Ties are not documented.

use serde_json::{Value, json};

use super::super::Livechat;
use super::super::events::Cause;
use super::super::model::{Fact, MemberKind, Phase, Priority, Reason, Staffer, Standing, Status, Visibility};
use crate::platform::cx::Cx;

/// Who comes into question for a chat.
#[derive(Clone, Debug)]
pub(crate) struct Choice<'c> {
    /// The groups of the chat.
    pub(crate) groups: &'c [u64],
    /// Those who do not.
    pub(crate) but: &'c [String],
}

impl Livechat {
    /// Whoever the router gives a chat to, if anybody can take it.
    pub(crate) fn choose(&self, choice: &Choice<'_>) -> Option<String> {
        let candidates = self.organization.staff().filter_map(|staffer| {
            let priority = staffer.priority_in(choice.groups).filter(|priority| *priority != Priority::Supervisor)?;
            let eligible = !choice.but.contains(&staffer.id) && self.free(staffer);
            eligible.then_some((priority, staffer))
        });
        let soonest = candidates.min_by_key(|(priority, staffer)| (*priority, self.chats.load(&staffer.id)));
        soonest.map(|(_, staffer)| staffer.id.clone())
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
    pub(crate) fn assign(&mut self, cx: &mut Cx<'_>, chat: &str, agent: &str) {
        let now = cx.now();
        let Some(found) = self.chats.get_mut(chat) else { return };
        found.join(agent, MemberKind::Agent, Visibility::All, now);
        self.dequeue(chat);
        let (user, agents) = (agent.to_owned(), vec![agent.to_owned()]);
        let added = Fact::UserAdded { user, reason: Reason::Assigned, requester: None };
        self.publish(cx, &Cause::system(), chat, &added);
        let moved = Fact::Transferred { reason: Reason::Assigned, requester: None, groups: None, agents };
        self.publish(cx, &Cause::system(), chat, &moved);
    }

    /// Gives waiting chats to those who have become free, longest wait first.
    pub(crate) fn serve_queue(&mut self, cx: &mut Cx<'_>) {
        let waiting: Vec<(String, Vec<u64>, Vec<String>)> = self
            .chats
            .queue()
            .iter()
            // Nobody gets back what they have just given away.
            .filter_map(|chat| Some((chat.id.clone(), chat.access.clone(), chat.latest()?.given_away_by.clone())))
            .collect();
        for (chat, groups, givers) in waiting {
            if let Some(agent) = self.choose(&Choice { groups: &groups, but: &givers }) {
                self.assign(cx, &chat, &agent);
            }
        }
    }
}

/// Sets a property.
pub(super) fn set(properties: &mut serde_json::Map<String, Value>, namespace: &str, name: &str, value: Value) {
    let space = properties.entry(namespace).or_insert_with(|| json!({}));
    if let Value::Object(space) = space {
        space.insert(name.to_owned(), value);
    }
}
