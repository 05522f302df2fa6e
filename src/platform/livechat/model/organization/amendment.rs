//! What has changed in an organization: facts, found by comparing it with what it was before.

use super::{Organization, Staffer, Standing};

/// Something that has changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Amendment {
    /// There is a new agent.
    AgentCreated(String),
    /// An agent is not what they were.
    AgentUpdated(String),
    /// An agent has gone.
    AgentDeleted(String),
    /// An agent may not work for now.
    AgentSuspended(String),
    /// An agent may work again.
    AgentUnsuspended(String),
    /// An agent was waited for and may work.
    AgentApproved(String),
    /// There is a new bot.
    BotCreated(String),
    /// A bot is not what it was.
    BotUpdated(String),
    /// A bot has gone.
    BotDeleted(String),
    /// There is a new group.
    GroupCreated(u64),
    /// A group is not what it was.
    GroupUpdated(u64),
    /// A group has gone.
    GroupDeleted(u64),
    /// There is a new tag.
    TagCreated(String),
    /// A tag is not what it was.
    TagUpdated(String),
    /// A tag has gone.
    TagDeleted(String),
    /// Some rules are not what, or where, they were.
    AutoAccessesUpdated,
    /// An agent or bot takes chats now, or does no longer.
    RoutingStatusSet(String),
}

impl Organization {
    /// What has changed since this organization was as it was: first what is new or gone, then what is different. No
    /// order is documented.
    pub(crate) fn amendments(&self, before: &Self) -> Vec<Amendment> {
        let mut found = Vec::new();
        found.extend(self.staff().filter(|now| before.staffer(&now.id).is_none()).map(|now| match now.is_bot() {
            true => Amendment::BotCreated(now.id.clone()),
            false => Amendment::AgentCreated(now.id.clone()),
        }));
        found.extend(before.staff().filter(|then| self.staffer(&then.id).is_none()).map(|then| match then.is_bot() {
            true => Amendment::BotDeleted(then.id.clone()),
            false => Amendment::AgentDeleted(then.id.clone()),
        }));
        let groups = || self.groups().map(|(id, _)| id);
        found.extend(groups().filter(|id| before.group(*id).is_none()).map(Amendment::GroupCreated));
        let gone = before.groups().map(|(id, _)| id).filter(|id| self.group(*id).is_none());
        found.extend(gone.map(Amendment::GroupDeleted));
        let new = self.tags().iter().filter(|tag| before.tag(&tag.name).is_none());
        found.extend(new.map(|tag| Amendment::TagCreated(tag.name.clone())));
        let gone = before.tags().iter().filter(|tag| self.tag(&tag.name).is_none());
        found.extend(gone.map(|tag| Amendment::TagDeleted(tag.name.clone())));
        for now in self.staff() {
            if let Some(then) = before.staffer(&now.id) {
                found.extend(changed(then, now));
            }
        }
        found.extend(groups().filter(|id| self.regrouped(before, *id)).map(Amendment::GroupUpdated));
        let different = self.tags().iter().filter(|tag| before.tag(&tag.name).is_some_and(|then| then != *tag));
        found.extend(different.map(|tag| Amendment::TagUpdated(tag.name.clone())));
        if self.rules() != before.rules() {
            found.push(Amendment::AutoAccessesUpdated);
        }
        found
    }

    /// Whether a group is different. Whoever is new or has gone makes no difference: that is told of them.
    fn regrouped(&self, before: &Self, id: u64) -> bool {
        let (Some(then), Some(now)) = (before.group(id), self.group(id)) else { return false };
        let stayed = |then: &&Staffer| self.staffer(&then.id).is_some();
        let moved = |then: &Staffer| self.staffer(&then.id).and_then(|now| now.priority_at(id)) != then.priority_at(id);
        then != now || before.staff().filter(stayed).any(moved)
    }
}

/// What has changed about somebody who was there before.
fn changed(then: &Staffer, now: &Staffer) -> Vec<Amendment> {
    let id = || now.id.clone();
    let mut found = Vec::new();
    // Everything else is told by what is changed about them.
    let alike = Staffer { status: now.status, kind: then.kind.clone(), token: now.token.clone(), ..then.clone() };
    let told = Staffer { kind: then.kind.clone(), ..now.clone() };
    if alike != told || then.role() != now.role() {
        found.push(if now.is_bot() { Amendment::BotUpdated(id()) } else { Amendment::AgentUpdated(id()) });
    }
    match (then.standing(), now.standing()) {
        (Standing::Active | Standing::AwaitingApproval, Standing::Suspended) => {
            found.push(Amendment::AgentSuspended(id()));
        }
        (Standing::Suspended, Standing::Active) => found.push(Amendment::AgentUnsuspended(id())),
        (Standing::AwaitingApproval, Standing::Active) => found.push(Amendment::AgentApproved(id())),
        (Standing::Active, Standing::Active | Standing::AwaitingApproval)
        | (Standing::AwaitingApproval, Standing::AwaitingApproval)
        | (Standing::Suspended, Standing::Suspended | Standing::AwaitingApproval) => {}
    }
    if then.status != now.status {
        found.push(Amendment::RoutingStatusSet(id()));
    }
    found
}
