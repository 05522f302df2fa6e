//! Who gets a chat: routing rules for new chats, the virtual agent of a team that assigns by itself, and how many chats
//! somebody may hold.
//!
//! Limits exist only where they are set up. They bind routing and automatic assignment, not people and callers who name an
//! owner: what is documented (docs.imi.chat/docs/users-1) is that somebody beyond the threshold *receives* no new chats.

use super::Imichat;
use super::model::chat::Chat;
use super::model::state::{Impossible, Move};
use super::model::user::User;
use super::model::{ChatKey, Login, TeamId};
use super::routing::{self, Target};
use crate::journal::entry::{Change, Party};
use crate::platform::cx::Cx;

impl Imichat {
    /// Finds a place for a chat that begins: by the rules, or else as its team does with all chats.
    pub(super) fn place(&mut self, cx: &mut Cx<'_>, key: ChatKey) {
        if !self.obey_rules(cx, key) {
            self.auto_assign(cx, key);
        }
    }

    /// Puts a chat into the queue of a team, where the team may take it up at once.
    pub(super) fn transfer(
        &mut self,
        cx: &mut Cx<'_>,
        key: ChatKey,
        by: Party,
        team: TeamId,
        skill: String,
    ) -> Result<(), Impossible> {
        let before = self.limited_holder(key);
        self.chats.at_mut(key).transfer(cx.now(), team, skill)?;
        let to = self.tenant.team(team).map_or_else(|| team.to_string(), |team| team.name.clone());
        self.tell(cx, key, by, Change::Transferred { to });
        self.auto_assign(cx, key);
        self.refill(cx, key, before);
        Ok(())
    }

    /// Lets the rules decide about a chat that they may still look at; whether one of them did.
    ///
    /// The first message of the customer is all they look at, so they never look again once there is one.
    pub(super) fn obey_rules(&mut self, cx: &mut Cx<'_>, key: ChatKey) -> bool {
        let chat = self.chats.at(key);
        if !chat.is_new() {
            return false;
        }
        let first = chat.first_inbound().map(|message| message.draft.content.text());
        let rules = &self.tenant.routing;
        let target = routing::decide(rules, chat.about(), first.as_deref(), |login| self.has_room(login)).cloned();
        if first.is_some() || !chat.about().channel.is_routed_later() {
            self.chats.at_mut(key).no_longer_new();
        }
        match target {
            Some(Target::Person(login)) => {
                let moved = self.change(cx, key, Party::system(), &Move::Assign(login));
                moved.expect("a new chat can be assigned");
                true
            }
            Some(Target::Queue { team, skill }) => {
                self.transfer(cx, key, Party::system(), team, skill).expect("a new chat can be moved");
                true
            }
            None => false,
        }
    }

    /// Gives a queued chat to the virtual agent of its team that can take it, if the team assigns by itself.
    fn auto_assign(&mut self, cx: &mut Cx<'_>, key: ChatKey) {
        let chat = self.chats.at(key);
        let taker = self.tenant.taker(chat.about().team, chat.skill(), |login| self.has_room(login)).cloned();
        match taker {
            Some(login) => {
                let moved = self.change(cx, key, Party::system(), &Move::Assign(login));
                moved.expect("a chat in a queue can be assigned");
            }
            None => {
                if self.tenant.taker(chat.about().team, chat.skill(), |_| true).is_some() {
                    self.chats.at_mut(key).note_no_room();
                }
                self.tell(cx, key, Party::system(), Change::Queued);
            }
        }
    }

    /// Whether somebody may be given one more chat: they are at work, and below their limit if they have one. Counted anew
    /// each time, so that the count cannot be wrong.
    fn has_room(&self, login: &Login) -> bool {
        self.users.get(login.as_str()).is_none_or(User::takes_chats)
            && self.tenant.limit(login).is_none_or(|limit| self.chats.held_by(login) < limit)
    }

    /// Whoever holds a chat, if there is a limit to how many chats they may hold.
    pub(super) fn limited_holder(&self, key: ChatKey) -> Option<Login> {
        let holder = self.chats.at(key).state().holder()?;
        self.tenant.limit(holder).map(|_| holder.clone())
    }

    /// After a chat has left somebody whose chats are limited: the oldest chat that waits for room takes its place. Chats
    /// that somebody has put into the queue wait for something else, or a bot could never get rid of one.
    pub(super) fn refill(&mut self, cx: &mut Cx<'_>, left: ChatKey, before: Option<Login>) {
        let Some(login) = before else { return };
        if self.chats.at(left).state().holder() == Some(&login) || !self.has_room(&login) {
            return;
        }
        let taker = |chat: &Chat| self.tenant.taker(chat.about().team, chat.skill(), |login| self.has_room(login));
        let fits = |chat: &Chat| chat.awaits_room() && taker(chat) == Some(&login);
        if let Some(next) = self.chats.oldest_waiting(fits) {
            let moved = self.change(cx, next, Party::system(), &Move::Assign(login));
            moved.expect("a chat in a queue can be assigned");
        }
    }
}
