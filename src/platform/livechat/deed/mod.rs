//! What can be done in a license, whoever does it: calls and acts meet here.
//!
//! A deed changes the model step by step and publishes each step at once, because webhooks show the state of their moment.
//! Whether the deed is allowed was checked before.

mod coming;
mod customer;
mod event;
mod idle;
mod lifecycle;
mod membership;
mod note;
mod property;
mod router;
mod status;
mod summary;
mod transfer;
mod visit;

pub(super) use self::coming::{Coming, Doors, Unwelcome};
pub(super) use self::event::Pressing;
pub(super) use self::lifecycle::{Begun, Closing, Opening, source};
pub(super) use self::membership::Joining;
pub(super) use self::note::Departure;
use self::note::Note;
pub(super) use self::router::{Choice, Pool, Routing};
pub(super) use self::transfer::{Availability, Destination, Unable};
pub(super) use self::visit::Entrance;
use super::Livechat;
use super::events::Cause;
use super::model::{Content, Draft, Fact, MemberKind, Visibility};
use crate::platform::cx::Cx;

/// Whose an event is. Notes of the system are nobody's, even if somebody has sent them.
pub(super) fn signature(author: Option<&str>, draft: &Draft) -> Option<String> {
    match draft.content {
        Content::System { .. } | Content::Activity { .. } => None,
        Content::Message { .. }
        | Content::File { .. }
        | Content::RichMessage { .. }
        | Content::Form { .. }
        | Content::Custom { .. } => author.map(str::to_owned),
    }
}

impl Livechat {
    /// Adds an event to the active thread and returns its id; nothing if there is no active thread. Whoever adds it has
    /// seen the chat up to now, whether or not they are its author.
    pub(super) fn append(
        &mut self,
        cx: &mut Cx<'_>,
        cause: &Cause,
        chat: &str,
        author: Option<&str>,
        draft: Draft,
    ) -> Option<String> {
        let thread = self.chats.get(chat)?.active()?.id.clone();
        self.put(cx, cause, chat, &thread, (author, draft))
    }

    /// Adds what somebody writes to a thread that may be over, and returns its id.
    pub(super) fn write(
        &mut self,
        cx: &mut Cx<'_>,
        cause: &Cause,
        chat: &str,
        thread: &str,
        (author, draft): (&str, Draft),
    ) -> Option<String> {
        self.put(cx, cause, chat, thread, (Some(author), draft))
    }

    fn put(
        &mut self,
        cx: &mut Cx<'_>,
        cause: &Cause,
        chat: &str,
        thread: &str,
        (author, draft): (Option<&str>, Draft),
    ) -> Option<String> {
        let now = cx.now();
        let public = draft.visibility == Visibility::All;
        if let Content::File { url, .. } = &draft.content {
            self.files.keep(url);
        }
        let found = self.chats.get_mut(chat)?;
        let thread = found.thread_mut(thread)?;
        let place = thread.add(now, signature(author, &draft), draft);
        let (id, thread) = (thread.event_id(&thread.events()[place]), thread.id.clone());
        if let Some(author) = author {
            found.saw(author, now);
            self.spoke(cx, chat, author, public);
        }
        self.publish(cx, cause, chat, &Fact::EventAdded { thread, place });
        if author.is_some() {
            self.stir(cx, chat);
        }
        Some(id)
    }

    /// Remembers when the customer and those who talk with them last spoke.
    fn spoke(&mut self, cx: &Cx<'_>, chat: &str, author: &str, public: bool) {
        let Some(found) = self.chats.get(chat) else { return };
        let Some(customer) = found.customer().map(|member| member.id.clone()) else { return };
        let kind = found.members().iter().find(|member| member.id == author).map(|member| member.kind);
        let Some(patron) = self.chats.patron_mut(&customer) else { return };
        match kind {
            Some(MemberKind::Customer) => patron.spoke_at = Some(cx.now()),
            Some(MemberKind::Agent) if public => patron.agent_spoke_at = Some(cx.now()),
            Some(MemberKind::Agent) | None => {}
        }
    }

    /// Puts a tag on a thread; nothing happens if it is there.
    pub(super) fn tag(&mut self, cx: &mut Cx<'_>, cause: &Cause, chat: &str, thread: &str, tag: &str) {
        let Some(found) = self.chats.get_mut(chat).and_then(|chat| chat.thread_mut(thread)) else { return };
        if !found.tags.iter().any(|other| other == tag) {
            found.tags.push(tag.to_owned());
            self.publish(cx, cause, chat, &Fact::Tagged { thread: thread.to_owned(), tag: tag.to_owned() });
        }
    }

    /// Takes a tag off a thread; nothing happens if it is not there.
    pub(super) fn untag(&mut self, cx: &mut Cx<'_>, cause: &Cause, chat: &str, thread: &str, tag: &str) {
        let Some(found) = self.chats.get_mut(chat).and_then(|chat| chat.thread_mut(thread)) else { return };
        let before = found.tags.len();
        found.tags.retain(|other| other != tag);
        if found.tags.len() < before {
            self.publish(cx, cause, chat, &Fact::Untagged { thread: thread.to_owned(), tag: tag.to_owned() });
        }
    }

    /// The name of an agent, a bot or a customer, for notes.
    pub(super) fn name_of(&self, id: &str) -> String {
        let staffer = self.organization.staffer(id).map(|staffer| staffer.name.clone());
        staffer.or_else(|| self.name_of_customer(id)).unwrap_or_default()
    }

    /// Has the system write a note into the active thread.
    pub(super) fn note(&mut self, cx: &mut Cx<'_>, cause: &Cause, chat: &str, note: Note) {
        self.append(cx, cause, chat, None, note.draft());
    }

    /// Has the system write a note into one of the threads, be it over or not.
    pub(super) fn note_in(&mut self, cx: &mut Cx<'_>, cause: &Cause, chat: &str, thread: &str, note: Note) {
        let Some(found) = self.chats.get_mut(chat).and_then(|chat| chat.thread_mut(thread)) else { return };
        let place = found.add(cx.now(), None, note.draft());
        self.publish(cx, cause, chat, &Fact::EventAdded { thread: thread.to_owned(), place });
    }
}
