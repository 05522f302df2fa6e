//! One sitting of a chat: from its opening to its closing.

use super::event::{Draft, Event, Properties};
use crate::base::time::VirtualTime;

/// One sitting of a chat.
#[derive(Clone, Debug)]
pub(in super::super) struct Thread {
    /// Its id; ids of later threads sort later.
    pub(in super::super) id: String,
    /// When it began.
    pub(in super::super) created_at: VirtualTime,
    /// Whether it goes on.
    pub(in super::super) phase: Phase,
    /// Everybody who took part, in the order of joining.
    pub(in super::super) user_ids: Vec<String>,
    /// What was said and noted.
    events: Vec<Event>,
    /// Its properties.
    pub(in super::super) properties: Properties,
    /// The groups that may see it.
    pub(in super::super) access: Vec<u64>,
    /// Its tags, in the order of adding.
    pub(in super::super) tags: Vec<String>,
    /// Those who gave it away last; routing does not give it back to them.
    pub(in super::super) declined: Vec<String>,
    /// Whether a bot handed it over, after which routing gives it to people only.
    pub(in super::super) handed_over: bool,
}

/// Whether a thread goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in super::super) enum Phase {
    /// It goes on, and somebody has it or nobody needs to.
    Open,
    /// It waits for somebody since then.
    Queued(VirtualTime),
    /// It is over.
    Closed,
}

impl Thread {
    /// A thread that begins.
    pub(in super::super) fn new(id: String, at: VirtualTime, properties: Properties, access: Vec<u64>) -> Self {
        Self {
            id,
            created_at: at,
            phase: Phase::Open,
            user_ids: Vec::new(),
            events: Vec::new(),
            properties,
            access,
            tags: Vec::new(),
            declined: Vec::new(),
            handed_over: false,
        }
    }

    /// Whether it goes on.
    pub(in super::super) fn active(&self) -> bool {
        match self.phase {
            Phase::Open | Phase::Queued(_) => true,
            Phase::Closed => false,
        }
    }

    /// What was said and noted.
    pub(in super::super) fn events(&self) -> &[Event] {
        &self.events
    }

    /// Adds an event and returns its place; nothing if the thread is over.
    pub(in super::super) fn push(&mut self, at: VirtualTime, author: Option<String>, draft: Draft) -> Option<usize> {
        if !self.active() {
            return None;
        }
        let place = self.events.len();
        let number = u32::try_from(place).unwrap_or(u32::MAX).saturating_add(1);
        self.events.push(Event { number, at, author, draft });
        Some(place)
    }

    /// The id of one of its events.
    pub(in super::super) fn event_id(&self, event: &Event) -> String {
        format!("{}_{}", self.id, event.number)
    }

    /// When something last happened in it.
    pub(in super::super) fn last_event_at(&self) -> VirtualTime {
        self.events.last().map_or(self.created_at, |event| event.at)
    }

    /// Notes that somebody took part.
    pub(in super::super) fn took_part(&mut self, user: &str) {
        if !self.user_ids.iter().any(|id| id == user) {
            self.user_ids.push(user.to_owned());
        }
    }
}
