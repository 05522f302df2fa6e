//! How a thread begins and ends.

use serde_json::json;

use super::super::Livechat;
use super::super::events::Cause;
use super::super::model::{
    Chat, Content, Draft, Fact, ID_GAP, MemberKind, Patron, Phase, Properties, Thread, Visibility, assign, set,
};
use super::super::wire::{page, referrer};
use super::note::{Departure, Note};
use super::signature;
use crate::journal::entry::Role;
use crate::platform::cx::Cx;

/// How a thread begins.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    /// The chat that goes on; nothing for a new one.
    pub(crate) chat: Option<String>,
    /// The scenario's name for a new chat.
    pub(crate) name: Option<String>,
    /// Who is in it, besides those who were.
    pub(crate) members: Vec<(String, MemberKind)>,
    /// The groups that may see it.
    pub(crate) access: Vec<u64>,
    /// Properties of the chat besides those that are always set.
    pub(crate) chat_properties: Properties,
    /// Properties of the thread besides those that are always set.
    pub(crate) thread_properties: Properties,
    /// The first events, with their authors.
    pub(crate) events: Vec<(String, Draft)>,
    /// In which state it begins.
    pub(crate) phase: Phase,
    /// Whether nobody needs to be there; unchanged if the caller does not say.
    pub(crate) continuous: Option<bool>,
}

/// A thread that has begun.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    /// The chat.
    pub(crate) chat: String,
    /// The thread.
    pub(crate) thread: String,
    /// The first events.
    pub(crate) events: Vec<String>,
}

/// Who or what ends a thread.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Closing {
    /// An agent or bot.
    Agent(String),
    /// The customer.
    Customer(String),
    /// The customer is gone.
    Left,
    /// The customer was banned.
    Banned {
        /// The name of whoever did it.
        by: String,
        /// For how many days.
        days: u64,
    },
    /// The system.
    System,
    /// Nothing has happened for too long.
    Idle,
    /// The last agent has gone and nobody can follow.
    Abandoned(Departure),
}

impl Livechat {
    /// Begins a thread.
    pub(crate) fn begin(&mut self, cx: &mut Cx<'_>, cause: &Cause, opening: Opening) -> Begun {
        let now = cx.now();
        let id = match &opening.chat {
            Some(id) => id.clone(),
            None => {
                let id = self.next_id(cx);
                self.chats.add(Chat::new(id.clone(), chat_properties(cause), opening.access.clone()));
                id
            }
        };
        if let Some(name) = &opening.name {
            cx.name_chat(name, &id);
        }
        for (_, draft) in &opening.events {
            if let Content::File { url, .. } = &draft.content {
                self.files.keep(url);
            }
        }
        let comer = opening.members.iter().find(|(_, kind)| *kind == MemberKind::Customer);
        let comer = comer.and_then(|(id, _)| self.chats.patron(id));
        let properties = thread_properties(cause, comer);
        let mut thread = Thread::new(self.next_id(cx), now, properties, opening.access.clone());
        let thread_id = thread.id.clone();
        assign(&mut thread.properties, opening.thread_properties);
        let mut begun = Begun { chat: id.clone(), thread: thread_id.clone(), events: Vec::new() };
        let Some(chat) = self.chats.get_mut(&id) else { return begun };
        chat.access = opening.access;
        assign(&mut chat.properties, opening.chat_properties);
        if let Some(continuous) = opening.continuous {
            set(&mut chat.properties, "routing", "continuous", json!(continuous));
            set(&mut thread.properties, "routing", "continuous", json!(continuous));
        }
        let waits = matches!(opening.phase, Phase::Queued(_));
        set(&mut chat.properties, "routing", "pinned", json!(waits));
        set(&mut thread.properties, "routing", "unassigned", json!(waits));
        chat.begin(thread);
        for (member, kind) in &opening.members {
            chat.join(member, *kind, Visibility::All, now);
            chat.saw(member, now);
        }
        let customer = chat.customer().map(|member| member.id.clone());
        if let Some(thread) = chat.active_mut() {
            for (author, draft) in opening.events {
                let author = signature(Some(&author), &draft);
                let users = author.is_some();
                let place = thread.push(now, author, draft);
                // Answers tell of what users have said only.
                begun.events.extend(place.filter(|_| users).map(|place| thread.event_id(&thread.events()[place])));
            }
            thread.phase = opening.phase;
        }
        let authors: Vec<String> = chat
            .latest()
            .map(|thread| thread.events().iter().filter_map(|event| event.author.clone()).collect())
            .unwrap_or_default();
        if let Some(patron) = customer.and_then(|customer| self.chats.patron_mut(&customer)) {
            for author in authors {
                let spoke = if author == patron.id { &mut patron.spoke_at } else { &mut patron.agent_spoke_at };
                *spoke = Some(now);
            }
        }
        self.publish(cx, cause, &id, &Fact::Began);
        match self.chats.get_mut(&id) {
            // Nobody is in a chat whose thread began closed.
            Some(chat) if chat.active().is_none() => chat.empty(),
            Some(_) | None => self.watch(cx, &id, &thread_id),
        }
        begun
    }

    /// Ends the active thread. Members are let go after the webhook, which is to reach those who filter by presence.
    pub(crate) fn deactivate(&mut self, cx: &mut Cx<'_>, cause: &Cause, chat: &str, closing: &Closing) {
        let (note, user) = match closing {
            Closing::Agent(id) => (Note::ArchivedByAgent(self.name_of(id)), Some(id.clone())),
            Closing::Customer(id) => (Note::ArchivedByCustomer(self.name_of(id)), Some(id.clone())),
            Closing::Left => (Note::CustomerDisconnected, None),
            Closing::Banned { by, days } => (Note::CustomerBanned(by.clone(), *days), None),
            Closing::System => (Note::ArchivedBySystem, None),
            Closing::Idle => (Note::ArchivedInactive, None),
            Closing::Abandoned(why) => (Note::Abandoned(*why), None),
        };
        self.note(cx, cause, chat, note);
        let Some(found) = self.chats.get_mut(chat) else { return };
        let holder = found.holder().map(|holder| holder.id.clone());
        let Some(thread) = found.active_mut() else { return };
        thread.phase = Phase::Closed;
        thread.held_by = holder;
        let thread = thread.id.clone();
        set(&mut found.properties, "routing", "pinned", json!(false));
        self.publish(cx, cause, chat, &Fact::Deactivated { user });
        if let Some(found) = self.chats.get_mut(chat) {
            found.empty();
        }
        self.summarize_closed(cx, chat, &thread);
        self.serve_queue(cx);
    }

    fn next_id(&mut self, cx: &mut Cx<'_>) -> String {
        let gap = cx.draw("livechat/id").below(ID_GAP);
        self.chats.next_id(gap)
    }
}

/// The properties that every chat has.
fn chat_properties(cause: &Cause) -> Properties {
    let mut properties = Properties::new();
    properties.insert("routing".to_owned(), json!({"continuous": false, "email_follow_up": false, "pinned": false}));
    origin(&mut properties, cause);
    properties
}

/// The properties that every thread has. Where a customer begins it, they do so from the page that they visit.
fn thread_properties(cause: &Cause, customer: Option<&Patron>) -> Properties {
    let place = match cause.by.role {
        Role::Customer => [("referrer", referrer(customer)), ("start_url", page(customer))],
        Role::Agent | Role::Bot | Role::Integration | Role::System => [("referrer", None), ("start_url", None)],
    };
    let place = place.into_iter().filter_map(|(name, text)| Some((name, json!(text?))));
    let [first, second, last] = ["continuous", "idle", "unassigned"].map(|name| (name, json!(false)));
    let routing = [first, second].into_iter().chain(place).chain([last]);
    let mut properties = Properties::new();
    properties.insert("routing".to_owned(), routing.map(|(name, value)| (name.to_owned(), value)).collect());
    origin(&mut properties, cause);
    properties
}

/// Notes the app that a chat or thread was begun with, and that it is the customer's if it is.
fn origin(properties: &mut Properties, cause: &Cause) {
    source(properties, cause);
    if let (Role::Customer, Some(client)) = (cause.by.role, &cause.client) {
        set(properties, "source", "customer_client_id", json!(client));
    }
}

/// Notes the app that something came through.
pub(crate) fn source(properties: &mut Properties, cause: &Cause) {
    if let Some(client) = &cause.client {
        set(properties, "source", "client_id", json!(client));
    }
}
