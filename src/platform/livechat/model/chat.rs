//! A chat: who is in it, who may see it, and its threads.

use super::event::Visibility;
use super::property::{Properties, Subject};
use super::thread::Thread;
use crate::base::time::VirtualTime;

/// A chat. It keeps its id over all its threads.
#[derive(Clone, Debug)]
pub(crate) struct Chat {
    /// Its id.
    pub(crate) id: String,
    /// Everybody who is or was in it; each once.
    members: Vec<Member>,
    /// Its properties.
    pub(crate) properties: Properties,
    /// The groups that may see it; group 0 is everybody.
    pub(crate) access: Vec<u64>,
    /// Agents who follow it without being in it.
    followers: Vec<String>,
    /// Its threads, oldest first; only the last can be active.
    threads: Vec<Thread>,
}

/// Somebody in a chat.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// Their id.
    pub(crate) id: String,
    /// As what.
    pub(crate) kind: MemberKind,
    /// Whether they are in it now.
    pub(crate) present: bool,
    /// Up to when they have seen its events.
    pub(crate) seen_up_to: VirtualTime,
    /// Who can see them.
    pub(crate) visibility: Visibility,
}

/// As what somebody is in a chat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum MemberKind {
    /// As a customer.
    Customer,
    /// As an agent; bots too.
    Agent,
}

impl Chat {
    /// A chat with nobody in it and no thread yet.
    pub(crate) fn new(id: String, properties: Properties, access: Vec<u64>) -> Self {
        Self { id, members: Vec::new(), properties, access, followers: Vec::new(), threads: Vec::new() }
    }

    /// Everybody who is or was in it.
    pub(crate) fn members(&self) -> &[Member] {
        &self.members
    }

    /// Lets somebody in, or in again.
    pub(crate) fn join(&mut self, id: &str, kind: MemberKind, visibility: Visibility, at: VirtualTime) {
        match self.members.iter_mut().find(|member| member.id == id) {
            Some(member) => {
                member.present = true;
                member.visibility = visibility;
            }
            None => self.members.push(Member { id: id.to_owned(), kind, present: true, seen_up_to: at, visibility }),
        }
        if let Some(thread) = self.threads.last_mut() {
            thread.took_part(id);
        }
    }

    /// Lets somebody go; they stay listed.
    pub(crate) fn leave(&mut self, id: &str) {
        for member in self.members.iter_mut().filter(|member| member.id == id) {
            member.present = false;
        }
    }

    /// Lets everybody go.
    pub(crate) fn empty(&mut self) {
        for member in &mut self.members {
            member.present = false;
        }
    }

    /// Somebody who is in it now.
    pub(crate) fn present(&self, id: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.present && member.id == id)
    }

    /// The agents and bots who are in it now.
    pub(crate) fn agents(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.present && member.kind == MemberKind::Agent)
    }

    /// The agent or bot who has it now, seen by the customer.
    pub(crate) fn holder(&self) -> Option<&Member> {
        self.agents().find(|member| member.visibility == Visibility::All)
    }

    /// The customer it is with.
    pub(crate) fn customer(&self) -> Option<&Member> {
        self.members.iter().find(|member| member.kind == MemberKind::Customer)
    }

    /// Notes that somebody has seen everything up to now; tells whether that is later than before.
    pub(crate) fn saw(&mut self, id: &str, at: VirtualTime) -> bool {
        let member = self.members.iter_mut().find(|member| member.id == id && member.seen_up_to < at);
        let later = member.is_some();
        if let Some(member) = member {
            member.seen_up_to = at;
        }
        later
    }

    /// Whether somebody follows it.
    pub(crate) fn followed_by(&self, id: &str) -> bool {
        self.followers.iter().any(|follower| follower == id)
    }

    /// Lets somebody follow it.
    pub(crate) fn follow(&mut self, id: &str) {
        if !self.followed_by(id) {
            self.followers.push(id.to_owned());
        }
    }

    /// Lets somebody follow it no longer.
    pub(crate) fn unfollow(&mut self, id: &str) {
        self.followers.retain(|follower| follower != id);
    }

    /// The properties of it, of a thread or of an event, to be changed.
    pub(crate) fn properties_mut(&mut self, subject: &Subject) -> Option<&mut Properties> {
        match subject {
            Subject::Chat => Some(&mut self.properties),
            Subject::Thread { thread } => Some(&mut self.thread_mut(thread)?.properties),
            Subject::Event { thread, event } => Some(&mut self.thread_mut(thread)?.event_mut(event)?.draft.properties),
        }
    }

    /// Its threads, oldest first.
    pub(crate) fn threads(&self) -> &[Thread] {
        &self.threads
    }

    /// Its latest thread.
    pub(crate) fn latest(&self) -> Option<&Thread> {
        self.threads.last()
    }

    /// Its active thread.
    pub(crate) fn active(&self) -> Option<&Thread> {
        self.threads.last().filter(|thread| thread.active())
    }

    /// Its active thread, to be changed.
    pub(crate) fn active_mut(&mut self) -> Option<&mut Thread> {
        self.threads.last_mut().filter(|thread| thread.active())
    }

    /// One of its threads, with its place among them.
    pub(crate) fn thread(&self, id: &str) -> Option<(usize, &Thread)> {
        self.threads.iter().enumerate().find(|(_, thread)| thread.id == id)
    }

    /// One of its threads, to be changed.
    pub(crate) fn thread_mut(&mut self, id: &str) -> Option<&mut Thread> {
        self.threads.iter_mut().find(|thread| thread.id == id)
    }

    /// Begins a thread, unless one is active. Whoever followed the chat does no longer.
    pub(crate) fn begin(&mut self, thread: Thread) {
        if self.active().is_none() {
            self.followers.clear();
            self.threads.push(thread);
        }
    }
}
