//! What acts mean here: the deeds of customers, agents and the system, who use the vendor's pages and not its API.

use super::Livechat;
use super::codes::Denial;
use super::deed::{Actor, Closing, Opening};
use super::model::{Chat, Content, Draft, MemberKind, Postback, Visibility};
use super::routing::Target;
use crate::journal::entry::{Change, Party};
use crate::platform::cx::{Customer, Cx, Refusal};
use crate::scenario::act::{Act, Assign, Attach, Choose, Close, Leave, Resume, Say, StartChat, Tag, Transfer};
use crate::scenario::decode::Located;

/// The template of buttons that are offered under a message.
const QUICK_REPLIES: &str = "quick_replies";

/// Does what an act means.
pub(super) fn act(livechat: &mut Livechat, cx: &mut Cx<'_>, act: &Act) -> Result<(), Refusal> {
    match act {
        Act::StartChat(act) => livechat.start(cx, act),
        Act::Say(act) => livechat.speak(cx, act),
        Act::Choose(act) => livechat.choose(cx, act),
        Act::Attach(act) => livechat.attach(cx, act),
        Act::Leave(act) => livechat.walk_away(cx, act),
        Act::Assign(act) => livechat.give(cx, act),
        Act::Transfer(act) => livechat.hand_over(cx, act),
        Act::Resume(act) => livechat.resume(cx, act),
        Act::Tag(act) => livechat.retag(cx, act),
        Act::Close(act) => livechat.shut(cx, act),
        Act::Hold(_) => Err(Refusal::new("chats cannot be put on hold here")),
    }
}

impl From<Denial> for Refusal {
    fn from(denial: Denial) -> Self {
        Self::new(format!("the platform refuses: {}", denial.message()))
    }
}

impl Livechat {
    fn start(&mut self, cx: &mut Cx<'_>, act: &StartChat) -> Result<(), Refusal> {
        let customer = known_customer(cx, &act.r#as)?.clone();
        if let Some(channel) = &act.channel {
            return Err(Refusal::new(format!("there are no channels here, so no `{}`", channel.value)));
        }
        let access = match &act.to {
            Some(named) => vec![self.group_called(&named.value)?],
            None => vec![0],
        };
        let actor = Actor::customer(&customer);
        let text = act.text.as_ref().map(|text| cx.fill(text));
        let opening = Opening {
            name: Some(act.chat.clone().unwrap_or_else(|| customer.key.clone())),
            users: vec![(customer.id.clone(), MemberKind::Customer)],
            events: text.map(|text| (actor.clone(), Draft::plain(Content::message(text)))).into_iter().collect(),
            ..Opening::plain(access)
        };
        self.meet(cx, &customer);
        match self.chats.of_customer(&customer.id) {
            Some(chat) if chat.active().is_some() => {
                Err(Refusal::new(format!("`{}` has an open chat already, and can have one only", customer.key)))
            }
            Some(chat) => {
                let id = chat.id.clone();
                self.open_thread(cx, &id, &actor, opening);
                Ok(())
            }
            None => {
                self.open_chat(cx, &actor, opening);
                Ok(())
            }
        }
    }

    fn speak(&mut self, cx: &mut Cx<'_>, act: &Say) -> Result<(), Refusal> {
        let id = self.open_one(cx, act.chat.as_ref(), Some(&act.r#as))?;
        let actor = self.speaker(cx, &id, &act.r#as)?;
        let text = cx.fill(&act.text);
        self.utter(cx, &id, &actor, Content::message(text));
        Ok(())
    }

    fn attach(&mut self, cx: &mut Cx<'_>, act: &Attach) -> Result<(), Refusal> {
        let id = self.open_one(cx, act.chat.as_ref(), Some(&act.r#as))?;
        let actor = self.speaker(cx, &id, &act.r#as)?;
        // A file has no text of its own here, so the text goes before it.
        if let Some(text) = act.text.as_ref().map(|text| cx.fill(text)) {
            self.utter(cx, &id, &actor, Content::message(text));
        }
        let content_type = act.content_type.clone();
        let file = Content::File { url: cx.fill(&act.url), content_type, alternative_text: None };
        self.utter(cx, &id, &actor, file);
        Ok(())
    }

    fn choose(&mut self, cx: &mut Cx<'_>, act: &Choose) -> Result<(), Refusal> {
        let id = self.open_one(cx, act.chat.as_ref(), Some(&act.r#as))?;
        let actor = self.speaker(cx, &id, &act.r#as)?;
        let wanted = cx.fill(&act.option);
        let thread = self.chats.get(&id).and_then(Chat::active).ok_or_else(closed)?;
        let offers =
            |content: &Content| matches!(content, Content::RichMessage { template, .. } if *template == QUICK_REPLIES);
        let offer = thread.events().iter().rev().find(|event| offers(&event.draft.content));
        let offer = offer.ok_or_else(|| Refusal::new("no quick replies have been offered in this chat"))?;
        let Some(button) = offer.draft.content.buttons().find(|button| button.text == wanted) else {
            let titles: Vec<String> =
                offer.draft.content.buttons().map(|button| format!("`{}`", button.text)).collect();
            return Err(Refusal::new(format!("`{wanted}` was not offered; there are {}", titles.join(", "))));
        };
        let postback = Postback {
            id: button.postback_id.clone(),
            thread_id: thread.id.clone(),
            event_id: thread.event_id(offer),
            r#type: button.r#type.clone(),
            value: button.value.clone(),
        };
        self.utter(cx, &id, &actor, Content::Message { text: wanted, postback: Some(postback) });
        Ok(())
    }

    fn walk_away(&mut self, cx: &mut Cx<'_>, act: &Leave) -> Result<(), Refusal> {
        known_customer(cx, &act.r#as)?;
        let id = self.open_one(cx, act.chat.as_ref(), Some(&act.r#as))?;
        self.close(cx, &id, &Actor::system(), Closing::Disconnected);
        Ok(())
    }

    fn give(&mut self, cx: &mut Cx<'_>, act: &Assign) -> Result<(), Refusal> {
        let id = self.open_one(cx, act.chat.as_ref(), None)?;
        let to = self.worker_called(&act.to.value)?;
        let chat = self.chats.get(&id).ok_or_else(closed)?;
        if chat.present(&to).is_some_and(|member| member.visibility == Visibility::All) {
            return Err(Refusal::new(format!("`{}` has the chat already", act.to.value)));
        }
        if !self.tenant.worker(&to).is_some_and(|worker| worker.may_see(&chat.access)) {
            return Err(Refusal::new(format!("`{}` is in none of the groups that the chat is for", act.to.value)));
        }
        self.assign(cx, &id, &to);
        Ok(())
    }

    fn hand_over(&mut self, cx: &mut Cx<'_>, act: &Transfer) -> Result<(), Refusal> {
        let id = self.open_one(cx, act.chat.as_ref(), None)?;
        if act.skill.is_some() {
            return Err(Refusal::new("there are no skills here"));
        }
        let actor = self.doer(&id, act.by.as_ref())?;
        let word = &act.to.value;
        let target = match self.worker_called(word) {
            Ok(worker) => Target::Agents(vec![worker]),
            Err(_) => Target::Groups(vec![self.group_called(word)?]),
        };
        let transfer = self.plan_transfer(&id, &actor, target, IGNORE_AVAILABILITY)?;
        self.transfer(cx, &id, &actor, transfer);
        Ok(())
    }

    fn resume(&mut self, cx: &mut Cx<'_>, act: &Resume) -> Result<(), Refusal> {
        let id = cx.chat_of(act.chat.as_ref(), None)?;
        let chat = self.chats.get(&id).ok_or_else(unknown)?;
        if chat.active().is_some() {
            return Err(Refusal::new("the chat is open"));
        }
        let customer = chat.customer().and_then(|member| cx.customer_with_id(&member.id)).cloned();
        let actor = customer.as_ref().map_or_else(Actor::system, Actor::customer);
        let access = chat.access.clone();
        self.open_thread(cx, &id, &actor, Opening::plain(access));
        cx.changed(&id, Party::system(), Change::Resumed);
        Ok(())
    }

    fn retag(&mut self, cx: &mut Cx<'_>, act: &Tag) -> Result<(), Refusal> {
        let id = cx.chat_of(act.chat.as_ref(), None)?;
        let actor = self.doer(&id, act.by.as_ref())?;
        let thread = self.chats.get(&id).and_then(Chat::latest).map(|thread| thread.id.clone()).ok_or_else(unknown)?;
        for tag in &act.add {
            self.tag(cx, &id, &actor, &thread, tag);
        }
        for tag in &act.remove {
            self.untag(cx, &id, &actor, &thread, tag);
        }
        Ok(())
    }

    fn shut(&mut self, cx: &mut Cx<'_>, act: &Close) -> Result<(), Refusal> {
        let id = self.open_one(cx, act.chat.as_ref(), Some(&act.by))?;
        if act.outcome.is_some() {
            return Err(Refusal::new("there are no outcomes here"));
        }
        let (actor, closing) = match (act.by.value.as_str(), cx.customer(&act.by.value)) {
            ("system", _) => (Actor::system(), Closing::System),
            (_, Some(customer)) => (Actor::customer(customer), Closing::Customer),
            (agent, None) => (self.colleague(&self.worker_called(agent)?), Closing::Agent),
        };
        self.close(cx, &id, &actor, closing);
        Ok(())
    }

    fn utter(&mut self, cx: &mut Cx<'_>, id: &str, actor: &Actor, content: Content) {
        // A supervisor whom the customer does not see cannot be heard by the customer either.
        let hidden = actor.id.as_ref().and_then(|who| self.chats.get(id)?.present(who)).map(|member| member.visibility);
        let visibility = hidden.unwrap_or(Visibility::All);
        self.say(cx, id, actor, Draft { visibility, ..Draft::plain(content) });
    }

    /// Whoever speaks must be in the chat; the bot under test speaks for itself.
    fn speaker(&self, cx: &Cx<'_>, id: &str, who: &Located<String>) -> Result<Actor, Refusal> {
        let word = who.value.as_str();
        let actor = match cx.customer(word) {
            Some(customer) => Actor::customer(customer),
            None => {
                let agent = self.worker_called(word)?;
                if self.is_bot(&agent) {
                    return Err(Refusal::new(format!("`{word}` is the bot under test, which speaks for itself")));
                }
                self.colleague(&agent)
            }
        };
        let present = |actor: &Actor| self.chats.get(id)?.present(actor.id.as_deref()?);
        match present(&actor) {
            Some(_) => Ok(actor),
            None => Err(Refusal::new(format!("`{word}` is not in the chat"))),
        }
    }

    /// The chat that is meant, which must be open.
    fn open_one(
        &self,
        cx: &Cx<'_>,
        named: Option<&Located<String>>,
        doer: Option<&Located<String>>,
    ) -> Result<String, Refusal> {
        let id = cx.chat_of(named, doer.map(|doer| doer.value.as_str()))?;
        let chat = self.chats.get(&id).ok_or_else(unknown)?;
        if chat.active().is_some() { Ok(id) } else { Err(closed()) }
    }

    /// Who does something to a chat: whoever is named, or else who has it, or else the system.
    fn doer(&self, id: &str, named: Option<&Located<String>>) -> Result<Actor, Refusal> {
        let holder = || self.chats.get(id).and_then(Chat::holder).map(|holder| self.colleague(&holder.id));
        match named {
            Some(named) => Ok(self.colleague(&self.worker_called(&named.value)?)),
            None => Ok(holder().unwrap_or_else(Actor::system)),
        }
    }

    fn worker_called(&self, word: &str) -> Result<String, Refusal> {
        let worker = self.tenant.worker_called(word);
        worker.map(|worker| worker.id.clone()).ok_or_else(|| Refusal::new(format!("nobody here is called `{word}`")))
    }

    fn group_called(&self, word: &str) -> Result<u64, Refusal> {
        let group = self.tenant.group_called(word);
        group.map(|group| group.id).ok_or_else(|| Refusal::new(format!("there is no group `{word}`")))
    }
}

/// In the vendor's app a chat can always be transferred; if nobody is free it waits.
const IGNORE_AVAILABILITY: bool = true;

fn closed() -> Refusal {
    Refusal::new("the chat is closed; `start_chat` opens it again")
}

fn unknown() -> Refusal {
    Refusal::new("no such chat has been started yet")
}

fn known_customer<'c>(cx: &'c Cx<'_>, who: &Located<String>) -> Result<&'c Customer, Refusal> {
    cx.customer(&who.value).ok_or_else(|| Refusal::new(format!("no customer is called `{}`", who.value)))
}
