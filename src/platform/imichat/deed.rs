//! What callers and acts alike do to chats: change the model, tell the journal, let events go out.

use super::Imichat;
use super::model::chat::{Chat, Opening};
use super::model::message::{Content, Direction, Draft, Message};
use super::model::state::{Impossible, Move};
use super::model::{ChatId, ChatKey, Login};
use crate::journal::entry::{Audience, Change, Party, Role, Said};
use crate::platform::cx::{Customer, Cx};

/// The name of a caller who has no chat to be named after.
pub(super) const API: &str = "api";

/// A message and whoever says it.
pub(super) struct Utterance {
    /// Who.
    pub(super) from: Party,
    /// What.
    pub(super) draft: Draft,
}

/// What there is to know about a chat that begins.
pub(super) struct Beginning {
    /// What is known about it.
    pub(super) about: Opening,
    /// The name by which a scenario refers to it.
    pub(super) name: Option<String>,
    /// Who begins it.
    pub(super) by: Party,
    /// What was said so far.
    pub(super) said: Vec<Utterance>,
    /// Who shall have it; routing decides if nobody is named.
    pub(super) assignee: Option<Login>,
}

impl Imichat {
    /// Begins a chat, takes in what was said so far, and gives the chat to whoever shall have it.
    pub(super) fn begin(&mut self, cx: &mut Cx<'_>, beginning: Beginning) -> ChatKey {
        let Beginning { about, name, by, said, assignee } = beginning;
        let id = self.fresh_id(cx);
        if let Some(name) = &name {
            cx.name_chat(name, id.as_str());
        }
        let key = self.chats.open(id, cx.now(), about);
        cx.changed(self.chats.at(key).id().as_str(), by.clone(), Change::Started { name });
        for utterance in said {
            let taken = self.take_in(cx, key, utterance);
            taken.expect("a chat that was just opened is not closed");
        }
        match assignee {
            Some(login) => {
                let moved = self.change(cx, key, by, &Move::Assign(login));
                moved.expect("a chat that was just opened can be assigned");
            }
            None => self.place(cx, key),
        }
        key
    }

    /// Makes a move.
    pub(super) fn change(&mut self, cx: &mut Cx<'_>, key: ChatKey, by: Party, step: &Move) -> Result<(), Impossible> {
        let before = self.limited_holder(key);
        let change = self.chats.at_mut(key).make(cx.now(), step)?;
        if let Some(change) = change {
            let begins = matches!(change, Change::Assigned { .. } | Change::Resumed);
            self.tell(cx, key, by, change);
            if begins {
                self.owner_active(cx, key);
            }
        }
        self.refill(cx, key, before);
        Ok(())
    }

    /// Gives a chat these tags instead of those it has.
    pub(super) fn retag(
        &mut self,
        cx: &mut Cx<'_>,
        key: ChatKey,
        by: &Party,
        tags: Vec<String>,
    ) -> Result<(), Impossible> {
        for change in self.chats.at_mut(key).retag(cx.now(), tags)? {
            self.tell(cx, key, by.clone(), change);
        }
        Ok(())
    }

    /// Takes in a message that is news to whoever has the chat. If it is what a new chat was waiting for to be routed, whoever
    /// gets the chat gets the message with it, and not a second time.
    pub(super) fn append(&mut self, cx: &mut Cx<'_>, key: ChatKey, utterance: Utterance) -> Result<(), Impossible> {
        let direction = utterance.draft.direction;
        self.take_in(cx, key, utterance)?;
        match direction {
            Direction::Inbound => {
                if !self.obey_rules(cx, key) {
                    self.message_received(cx, key);
                }
            }
            Direction::Outbound | Direction::Announcement => {}
        }
        Ok(())
    }

    /// Tells what changed: to the journal, and to the bot if it concerns the bot.
    pub(super) fn tell(&self, cx: &mut Cx<'_>, key: ChatKey, by: Party, change: Change) {
        self.chat_changed(cx, key, &by, &change);
        cx.changed(self.chats.at(key).id().as_str(), by, change);
    }

    /// The customer of a chat.
    pub(super) fn contact(cx: &Cx<'_>, about: &Opening) -> Party {
        cx.customer_with_id(&about.destination).map_or_else(
            || {
                let name = if about.name.is_empty() { &about.destination } else { &about.name };
                Party::new(Role::Customer, &about.destination, name)
            },
            Customer::party,
        )
    }

    /// Whoever uses the API on a chat: the bot, named after the owner in whose stead it acts, or another program.
    pub(super) fn api_user(cx: &Cx<'_>, chat: &Chat) -> Party {
        let role = cx.caller_role();
        let owner = chat.state().assignee().filter(|_| role == Role::Bot);
        let login = owner.map_or(API, Login::as_str);
        Party::new(role, login, login)
    }

    fn take_in(&mut self, cx: &mut Cx<'_>, key: ChatKey, utterance: Utterance) -> Result<(), Impossible> {
        let Utterance { from, draft } = utterance;
        let chat = self.chats.at_mut(key);
        chat.ensure_open()?;
        let transid = trace(cx, &draft.content);
        let said = Said {
            chat: chat.id().as_str().to_owned(),
            id: transid.clone(),
            from,
            text: draft.content.text().into_owned(),
            options: draft.content.options().iter().map(|option| option.title.clone()).collect(),
            attachment: draft.content.attachment().map(|attachment| attachment.url.clone()),
            audience: Audience::All,
        };
        let answers = draft.direction == Direction::Outbound && chat.assignee() == said.from.id;
        chat.append(cx.now(), Message { transid, draft })?;
        cx.said(said);
        if answers {
            self.owner_active(cx, key);
        }
        Ok(())
    }

    fn fresh_id(&self, cx: &mut Cx<'_>) -> ChatId {
        loop {
            let id = format!("CSR{}", cx.draw("imichat/chat-id").upper_alphanumeric(13));
            if !self.chats.has(&id) {
                return ChatId::new(&id);
            }
        }
    }
}

/// The trace id of a message: a GUID, and in the vendor's sample of a quick reply two of them with a bar between.
fn trace(cx: &mut Cx<'_>, content: &Content) -> String {
    let draw = cx.draw("imichat/transid");
    let first = draw.guid();
    if content.is_picked() { format!("{first}|{}", draw.guid()) } else { first }
}
