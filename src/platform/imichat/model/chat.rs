//! One chat: what is known about it, what was said in it, and how it changes.

use serde_json::{Map, Value};

use super::channel::Channel;
use super::message::{Content, Direction, Message};
use super::state::{Impossible, Move, State};
use super::{AssetId, ChatId, CustomerNumber, Login, TeamId};
use crate::base::time::VirtualTime;
use crate::journal::entry::Change;

/// Pairs of keys and values that callers attach and that mean nothing to the platform.
pub(crate) type Freeform = Map<String, Value>;

/// What is known about a chat when it begins.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    /// Whose queue it goes to.
    pub(crate) team: TeamId,
    /// Where it takes place.
    pub(crate) channel: Channel,
    /// The business's address on the channel.
    pub(crate) asset: AssetId,
    /// The customer's address on the channel.
    pub(crate) destination: String,
    /// The customer's name; empty if nobody said it.
    pub(crate) name: String,
    /// The caller's own id for the chat; empty if there is none.
    pub(crate) alias: String,
    /// The subject, on e-mail.
    pub(crate) subject: String,
    /// The thread, on live chat.
    pub(crate) thread: String,
    /// The flag; empty if there is none.
    pub(crate) flag: String,
    /// The tags.
    pub(crate) tags: Vec<String>,
    /// What routing may look at.
    pub(crate) route_params: Freeform,
    /// Anything else.
    pub(crate) other_details: Freeform,
}

/// A conversation with one customer.
#[derive(Clone, Debug)]
pub(crate) struct Chat {
    id: ChatId,
    contact: CustomerNumber,
    created: VirtualTime,
    updated: VirtualTime,
    state: State,
    /// Whether routing rules may still look at it.
    new: bool,
    /// Since when whoever has it is silent, if somebody has it.
    silent_since: VirtualTime,
    /// Whether it waits only because those who would take it have no room.
    awaits_room: bool,
    skill: String,
    about: Opening,
    messages: Vec<Message>,
}

impl Chat {
    /// A chat that begins now, in the queue.
    pub(super) fn open(id: ChatId, contact: CustomerNumber, now: VirtualTime, about: Opening) -> Self {
        let skill = String::new();
        let (state, messages) = (State::Queued, Vec::new());
        Self {
            id,
            contact,
            created: now,
            updated: now,
            state,
            new: true,
            silent_since: now,
            awaits_room: false,
            skill,
            about,
            messages,
        }
    }

    /// The platform's id of it.
    pub(crate) fn id(&self) -> &ChatId {
        &self.id
    }

    /// The platform's number for the customer.
    pub(crate) fn contact(&self) -> CustomerNumber {
        self.contact
    }

    /// When it began.
    pub(crate) fn created(&self) -> VirtualTime {
        self.created
    }

    /// When it last changed.
    pub(crate) fn updated(&self) -> VirtualTime {
        self.updated
    }

    /// Where it is in its life.
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// The skill it waits for or was routed by; empty if there is none.
    pub(crate) fn skill(&self) -> &str {
        &self.skill
    }

    /// Whether routing rules may still look at it: nobody had it yet, nobody moved it, and no rule decided about it.
    pub(crate) fn is_new(&self) -> bool {
        self.new
    }

    /// Since when whoever has it is silent; means nothing if nobody has it.
    pub(crate) fn silent_since(&self) -> VirtualTime {
        self.silent_since
    }

    /// What is known about it, as of now.
    pub(crate) fn about(&self) -> &Opening {
        &self.about
    }

    /// All that was said, oldest first.
    pub(crate) fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The login of whoever has it; empty if nobody does.
    pub(crate) fn assignee(&self) -> &str {
        self.state.assignee().map_or("", Login::as_str)
    }

    /// Whether the moves are possible one after the other.
    ///
    /// # Errors
    /// The first that is not.
    pub(crate) fn allows(&self, moves: &[Move]) -> Result<(), Impossible> {
        let mut state = self.state.clone();
        for step in moves {
            state = state.after(step)?.0;
        }
        Ok(())
    }

    /// Whether anything about it can still change.
    ///
    /// # Errors
    /// If it is closed.
    pub(crate) fn ensure_open(&self) -> Result<(), Impossible> {
        if self.state.is_closed() { Err(Impossible::Closed) } else { Ok(()) }
    }

    /// Makes one move, and tells what changed.
    ///
    /// # Errors
    /// If the move is impossible.
    pub(crate) fn make(&mut self, now: VirtualTime, step: &Move) -> Result<Option<Change>, Impossible> {
        let (state, change) = self.state.after(step)?;
        self.state = state;
        self.new &= change.is_none();
        self.awaits_room &= change.is_none();
        self.touch(now);
        Ok(change)
    }

    /// Puts it into the queue of a team, for whoever has this skill.
    ///
    /// # Errors
    /// If it is closed.
    pub(crate) fn transfer(&mut self, now: VirtualTime, team: TeamId, skill: String) -> Result<(), Impossible> {
        self.make(now, &Move::Queue)?;
        self.about.team = team;
        self.skill = skill;
        self.new = false;
        self.awaits_room = false;
        Ok(())
    }

    /// Takes a message in.
    ///
    /// # Errors
    /// If it is closed.
    pub(crate) fn append(&mut self, now: VirtualTime, message: Message) -> Result<(), Impossible> {
        self.ensure_open()?;
        self.messages.push(message);
        self.touch(now);
        Ok(())
    }

    /// Gives it these tags instead of those it has, and tells which are new and which are gone.
    ///
    /// # Errors
    /// If it is closed.
    pub(crate) fn retag(&mut self, now: VirtualTime, tags: Vec<String>) -> Result<Vec<Change>, Impossible> {
        self.ensure_open()?;
        let gone = self.about.tags.iter().filter(|tag| !tags.contains(tag));
        let new = tags.iter().filter(|tag| !self.about.tags.contains(tag));
        let changes = gone
            .map(|tag| Change::Untagged { tag: tag.clone() })
            .chain(new.map(|tag| Change::Tagged { tag: tag.clone() }))
            .collect();
        self.about.tags = tags;
        self.touch(now);
        Ok(changes)
    }

    /// Gives it other details instead of those it has.
    ///
    /// # Errors
    /// If it is closed.
    pub(crate) fn redescribe(&mut self, now: VirtualTime, details: Freeform) -> Result<Change, Impossible> {
        self.ensure_open()?;
        self.about.other_details = details;
        self.touch(now);
        Ok(Change::Updated { what: "other details".to_owned() })
    }

    /// Renames it; only the store may, because it finds chats by their alias.
    pub(super) fn rename(&mut self, now: VirtualTime, alias: String) {
        self.about.alias = alias;
        self.touch(now);
    }

    /// Notes that whoever has it got it, took it up or spoke now.
    pub(crate) fn note_owner(&mut self, now: VirtualTime) {
        self.silent_since = now;
    }

    /// Whether it waits only because those who would take it have no room.
    pub(crate) fn awaits_room(&self) -> bool {
        self.awaits_room
    }

    /// Notes that it would be taken if there were room.
    pub(crate) fn note_no_room(&mut self) {
        self.awaits_room = true;
    }

    /// Keeps routing rules from looking at it again.
    pub(crate) fn no_longer_new(&mut self) {
        self.new = false;
    }

    /// The customer's first message.
    pub(crate) fn first_inbound(&self) -> Option<&Message> {
        self.messages.iter().find(|message| message.draft.direction == Direction::Inbound)
    }

    /// The message that last offered quick replies.
    pub(crate) fn last_offer(&self) -> Option<&Message> {
        let offers = |message: &&Message| !message.draft.content.options().is_empty();
        self.messages.iter().rev().filter(|message| message.draft.direction == Direction::Outbound).find(offers)
    }

    /// Whether the customer was sent a template.
    pub(crate) fn has_template(&self) -> bool {
        self.messages.iter().any(|message| matches!(message.draft.content, Content::Template(_)))
    }

    /// What a chosen quick reply stands for: the payload of the option with this title in the latest offer of this name;
    /// empty if there is none.
    pub(crate) fn postback(&self, wanted: &str, title: &str) -> &str {
        let offered = |message: &'_ Message| match &message.draft.content {
            Content::QuickReplies { request, .. } => request == wanted,
            Content::Text(_)
            | Content::File { .. }
            | Content::Chosen { .. }
            | Content::Items(_)
            | Content::Time(_)
            | Content::Template(_)
            | Content::Button { .. } => false,
        };
        let offer = self.messages.iter().rev().find(|message| offered(message));
        let mut options = offer.map_or(&[][..], |message| message.draft.content.options()).iter();
        options.find(|option| option.title == title).map_or("", |option| option.payload.as_str())
    }

    /// Notes that it changed now, even if the change left everything as it was.
    pub(crate) fn touch(&mut self, now: VirtualTime) {
        self.updated = self.updated.max(now);
    }
}
