//! One sitting of a chat: from its opening to its closing.

use super::event::{Content, Draft, Event, IDLE, ROUTER, Validity};
use super::property::Properties;
use crate::base::time::VirtualTime;

/// One sitting of a chat.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    /// Its id; ids of later threads sort later.
    pub(crate) id: String,
    /// When it began.
    pub(crate) created_at: VirtualTime,
    /// Whether it goes on.
    pub(crate) phase: Phase,
    /// Everybody who took part, in the order of joining.
    pub(crate) user_ids: Vec<String>,
    /// What was said and noted.
    events: Vec<Event>,
    /// Its properties.
    pub(crate) properties: Properties,
    /// Those who gave it away when it last began to wait: it is not given back to them.
    pub(crate) given_away_by: Vec<String>,
    /// Whoever had it when it ended, if anybody had.
    pub(crate) held_by: Option<String>,
    /// The groups that may see it.
    pub(crate) access: Vec<u64>,
    /// Its tags, in the order of adding.
    pub(crate) tags: Vec<String>,
    /// What it was about, once somebody has asked.
    pub(crate) summary: Option<Summary>,
}

/// What a thread was about.
#[derive(Clone, Debug)]
pub(crate) struct Summary {
    /// In words.
    pub(crate) text: String,
    /// When they were written.
    pub(crate) updated_at: VirtualTime,
}

/// Whether a thread goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Phase {
    /// It goes on, and somebody has it or nobody needs to.
    Open,
    /// It waits for somebody since then.
    Queued(VirtualTime),
    /// It is over.
    Closed,
}

impl Thread {
    /// A thread that begins.
    pub(crate) fn new(id: String, at: VirtualTime, properties: Properties, access: Vec<u64>) -> Self {
        Self {
            id,
            created_at: at,
            phase: Phase::Open,
            user_ids: Vec::new(),
            events: Vec::new(),
            properties,
            given_away_by: Vec::new(),
            held_by: None,
            access,
            tags: Vec::new(),
            summary: None,
        }
    }

    /// Whether it goes on.
    pub(crate) fn active(&self) -> bool {
        match self.phase {
            Phase::Open | Phase::Queued(_) => true,
            Phase::Closed => false,
        }
    }

    /// What was said and noted.
    pub(crate) fn events(&self) -> &[Event] {
        &self.events
    }

    /// Adds an event and returns its place; nothing if the thread is over.
    pub(crate) fn push(&mut self, at: VirtualTime, author: Option<String>, draft: Draft) -> Option<usize> {
        self.active().then(|| self.add(at, author, draft))
    }

    /// Adds an event, whether or not the thread is over, and returns its place.
    pub(crate) fn add(&mut self, at: VirtualTime, author: Option<String>, draft: Draft) -> usize {
        let place = self.events.len();
        let number = u32::try_from(place).unwrap_or(u32::MAX).saturating_add(1);
        self.events.push(Event { number, at, author, draft, standing: Validity::Kept });
        place
    }

    /// The id of one of its events.
    pub(crate) fn event_id(&self, event: &Event) -> String {
        format!("{}_{}", self.id, event.number)
    }

    /// One of its events, unless it was taken back.
    pub(crate) fn event(&self, id: &str) -> Option<&Event> {
        self.events.iter().find(|event| event.standing == Validity::Kept && self.event_id(event) == id)
    }

    /// One of its events, to be changed, unless it was taken back.
    pub(crate) fn event_mut(&mut self, id: &str) -> Option<&mut Event> {
        let place = self.events.iter().position(|event| self.event_id(event) == id)?;
        self.events.get_mut(place).filter(|event| event.standing == Validity::Kept)
    }

    /// When something last happened in it. What the router does by itself is nothing that happens.
    pub(crate) fn last_event_at(&self) -> VirtualTime {
        self.last_but(|note| note.starts_with(ROUTER))
    }

    /// When something last happened in it, or the router last did something about it.
    pub(crate) fn last_move_at(&self) -> VirtualTime {
        self.last_but(|note| note == IDLE)
    }

    fn last_but(&self, nothing: impl Fn(&str) -> bool) -> VirtualTime {
        let counts = |event: &&Event| match &event.draft.content {
            Content::System { kind, .. } => !nothing(kind),
            Content::Message { .. }
            | Content::File { .. }
            | Content::RichMessage { .. }
            | Content::Form { .. }
            | Content::Custom { .. }
            | Content::Activity { .. } => true,
        };
        self.events.iter().rev().find(counts).map_or(self.created_at, |event| event.at)
    }

    /// Whoever wrote last, if anybody has written.
    pub(crate) fn last_author(&self) -> Option<&str> {
        self.events.iter().rev().find_map(|event| event.author.as_deref())
    }

    /// Notes that somebody took part.
    pub(crate) fn took_part(&mut self, user: &str) {
        if !self.user_ids.iter().any(|id| id == user) {
            self.user_ids.push(user.to_owned());
        }
    }
}
