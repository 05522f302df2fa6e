//! What acts mean here: the deeds of contacts, agents and channels, who do not use the API.

use serde_json::{Map, Value as Json, json};

use super::Texter;
use super::deed::{BOT, Hand, Handover};
use super::model::{Channel, Chat, ChatStatus, Contact, Content, File, Media, MessageStatus, Problem, Severity};
use super::subscription::{Occurrence, Trigger};
use super::wire;
use crate::platform::cx::{Customer, Cx, Refusal};
use crate::scenario::act::{
    Act, Assign, Attach, Choose, Close, Read, Receipt, ReportProblem, ResolveProblem, Say, StartChat, Tag, Transfer,
};
use crate::scenario::decode::Located;

/// The acts that mean nothing here.
pub(super) const LACKS: &[(&str, &str)] = &[
    ("delete", "nothing is documented about messages that contacts take back"),
    ("disconnect", "nobody has sockets here"),
    ("hold", "a chat cannot be put on hold; it is the bot's, waits, is somebody's or is resolved"),
    ("leave", "contacts do not come and go; let the chat be closed instead"),
    ("pick", "there are no pickers of lists or times; what a message offers is chosen with `choose`"),
    ("resume", "a resolved chat goes on when its contact writes, or an agent takes it with `assign`"),
    ("set_status", "agents have no status that the API shows"),
    ("subscribe", "subscriptions are imported through the API; `call` it, or name them under `setup.subscriptions`"),
];

/// What the system is called in `close: {by: …}`.
const SYSTEM: &str = "system";
/// What people are told about a problem where nothing is said.
const PROBLEM: &str = "The channel does not work as it should.";

/// Does what an act means.
pub(super) fn act(texter: &mut Texter, cx: &mut Cx<'_>, act: &Act) -> Result<(), Refusal> {
    match act {
        Act::StartChat(act) => texter.start(cx, act),
        Act::Say(act) => texter.say(cx, act),
        Act::Choose(act) => texter.choose(cx, act),
        Act::Attach(act) => texter.attach(cx, act),
        Act::Read(act) => texter.read(cx, act),
        Act::Assign(act) => texter.assign(cx, act),
        Act::Transfer(act) => texter.transfer(cx, act),
        Act::Tag(act) => texter.tag(cx, act),
        Act::Close(act) => texter.close(cx, act),
        Act::Receipt(act) => texter.receipt(cx, act),
        Act::OptOut(act) => {
            let (id, by) = texter.contact_of(cx, act.chat.as_ref(), &act.r#as)?;
            texter.unsubscribe(cx, &id, &by);
            Ok(())
        }
        Act::OptIn(act) => {
            let (id, by) = texter.contact_of(cx, act.chat.as_ref(), &act.r#as)?;
            texter.resubscribe(cx, &id, &by);
            Ok(())
        }
        Act::ReportProblem(act) => texter.report_problem(cx, act),
        Act::ResolveProblem(act) => texter.resolve_problem(cx, act),
        Act::Pick(_)
        | Act::Delete(_)
        | Act::Leave(_)
        | Act::SetStatus(_)
        | Act::Hold(_)
        | Act::Resume(_)
        | Act::Disconnect(_)
        | Act::Subscribe(_) => {
            let why = LACKS.iter().find(|(name, _)| *name == act.name()).map_or("", |(_, why)| why);
            Err(Refusal::new(why))
        }
    }
}

/// Who speaks in a chat.
enum Speaker {
    Contact,
    Colleague(Hand),
}

impl Texter {
    fn start(&mut self, cx: &mut Cx<'_>, act: &StartChat) -> Result<(), Refusal> {
        let customer = customer(cx, &act.r#as)?.clone();
        let account = match &act.channel {
            None => self.tenant.accounts.first(),
            Some(named) => {
                let channel = Channel::named(&named.value)
                    .ok_or_else(|| Refusal::new(format!("`{}` is no channel of Texter", named.value)))?;
                self.tenant.account_on(channel)
            }
        };
        let account = account
            .cloned()
            .ok_or_else(|| Refusal::new("the tenant has no account on this channel; add one under `setup.accounts`"))?;
        if act.to.is_some() {
            return Err(Refusal::new("contacts cannot choose who gets their chat; use `transfer`"));
        }
        let id = match account.channel {
            Channel::Whatsapp | Channel::Sms => customer.phone.clone(),
            Channel::Email => customer.email.clone(),
            Channel::Messenger | Channel::Instagram | Channel::WebsiteChat => customer.id.clone(),
        };
        let contact = Contact { channel: account.channel, id, account: account.id };
        let name = act.chat.clone().unwrap_or_else(|| customer.key.clone());
        // Chats here begin with words, so those are made up as well.
        let text = match &act.text {
            Some(text) => cx.fill(text),
            None => cx.draw("texter/remark").remark(customer.locale),
        };
        let id = self.meet(cx, contact, ChatStatus::Bot, Some(name.clone()), customer.party());
        // A chat that was there already may be called by another name from now on.
        cx.name_chat(&name, &id);
        self.receive(cx, &id, Content::Text(text));
        Ok(())
    }

    fn say(&mut self, cx: &mut Cx<'_>, act: &Say) -> Result<(), Refusal> {
        let content = Content::Text(cx.fill(&act.text));
        self.utter(cx, act.chat.as_ref(), &act.r#as, content)
    }

    fn choose(&mut self, cx: &mut Cx<'_>, act: &Choose) -> Result<(), Refusal> {
        let (id, _) = self.contact_of(cx, act.chat.as_ref(), &act.r#as)?;
        let wanted = cx.fill(&act.option);
        let offers = self.chat(&id)?.outgoing().rev();
        let offer = offers.into_iter().find(|message| !message.content.options().is_empty());
        let offer = offer.ok_or_else(|| Refusal::new("nothing has been offered in this chat"))?;
        let options = offer.content.options();
        let title =
            |option: &Map<String, Json>| option.get("title").and_then(Json::as_str).unwrap_or_default().to_owned();
        let chosen = options.iter().find(|option| title(option) == wanted).ok_or_else(|| {
            let titles: Vec<String> = options.iter().map(|option| format!("`{}`", title(option))).collect();
            Refusal::new(format!("`{wanted}` was not offered; there are {}", titles.join(", ")))
        })?;
        let postback = (*chosen).clone();
        self.receive(cx, &id, Content::Postback(postback));
        Ok(())
    }

    fn attach(&mut self, cx: &mut Cx<'_>, act: &Attach) -> Result<(), Refusal> {
        let url = cx.fill(&act.url);
        let name = url.rsplit('/').next().unwrap_or_default().split(['?', '#']).next().unwrap_or_default().to_owned();
        let file = cx.draw("texter/file").hex(24);
        let content_type = act.content_type.clone();
        let stored = File { name: name.clone(), content_type: content_type.clone(), url, shares: Vec::new() };
        let scanned = cx.customer(&act.r#as.value).is_some();
        let media = Media {
            kind: media_kind(&content_type).to_owned(),
            file: file.clone(),
            filename: Some(name),
            content_type: Some(content_type),
            caption: act.text.as_ref().map(|text| cx.fill(text)),
            scanned,
        };
        self.files.insert(file, stored);
        self.utter(cx, act.chat.as_ref(), &act.r#as, Content::Media(vec![media]))
    }

    /// A contact who reads has seen what was sent to them; an agent who reads leaves nothing unread.
    fn read(&mut self, cx: &mut Cx<'_>, act: &Read) -> Result<(), Refusal> {
        let (id, speaker) = self.speaker(cx, act.chat.as_ref(), &act.r#as)?;
        match speaker {
            Speaker::Contact => {
                let unseen = self.chat(&id)?.outgoing().filter(|message| MessageStatus::Seen.follows(message.status()));
                for message in unseen.map(|message| message.id.clone()).collect::<Vec<_>>() {
                    self.report(cx, &id, &message, MessageStatus::Seen, None);
                }
            }
            Speaker::Colleague(_) => {
                if let Some(chat) = self.chats.get_mut(&id) {
                    chat.unread = 0;
                }
            }
        }
        Ok(())
    }

    fn assign(&mut self, cx: &mut Cx<'_>, act: &Assign) -> Result<(), Refusal> {
        let id = self.meant(cx, act.chat.as_ref(), None)?;
        let agent = self.agent(&act.to.value)?;
        let (by, uid) = (Hand::agent(agent), agent.uid.clone());
        self.take(cx, &id, &by, &uid);
        Ok(())
    }

    /// A chat that is handed over waits for whoever it is handed to.
    fn transfer(&mut self, cx: &mut Cx<'_>, act: &Transfer) -> Result<(), Refusal> {
        let id = self.meant(cx, act.chat.as_ref(), None)?;
        if act.skill.is_some() {
            return Err(Refusal::new("there are no skills here"));
        }
        let by = self.doer(&id, act.by.as_ref())?;
        let to = match self.tenant.has_department(&act.to.value) {
            true => Handover { agent: None, department: Some(act.to.value.clone()) },
            false => Handover { agent: Some(self.agent(&act.to.value)?.uid.clone()), department: None },
        };
        self.hand_over(cx, &id, &by, to);
        Ok(())
    }

    fn tag(&mut self, cx: &mut Cx<'_>, act: &Tag) -> Result<(), Refusal> {
        let id = self.meant(cx, act.chat.as_ref(), None)?;
        let by = self.doer(&id, act.by.as_ref())?;
        let mut labels = self.chat(&id)?.labels.clone();
        labels.retain(|label| !act.remove.contains(label));
        for label in &act.add {
            if !self.labels.contains_key(label) {
                let known: Vec<&str> = self.labels.keys().map(String::as_str).collect();
                return Err(Refusal::new(format!("there is no label `{label}`; there are {}", known.join(", "))));
            }
            if !labels.contains(label) {
                labels.push(label.clone());
            }
        }
        self.relabel(cx, &id, &by, labels);
        Ok(())
    }

    fn close(&mut self, cx: &mut Cx<'_>, act: &Close) -> Result<(), Refusal> {
        let id = self.meant(cx, act.chat.as_ref(), Some(&act.by))?;
        let by = match act.by.value.as_str() {
            SYSTEM => Hand::own_bot(),
            word if cx.customer(word).is_some() => {
                return Err(Refusal::new("contacts cannot resolve their chats; let an agent or `system` do it"));
            }
            word => self.colleague(word)?,
        };
        self.resolve(cx, &id, &by);
        Ok(())
    }

    fn receipt(&mut self, cx: &mut Cx<'_>, act: &Receipt) -> Result<(), Refusal> {
        let id = self.meant(cx, act.chat.as_ref(), None)?;
        let word = &act.status.value;
        let status = MessageStatus::named(word).ok_or_else(|| {
            let words: Vec<&str> = MessageStatus::ALL.iter().map(|(word, _)| *word).collect();
            Refusal::new(format!("`{word}` is no status of a message; there are {}", words.join(", ")))
        })?;
        let sent: Vec<String> = self.chat(&id)?.outgoing().map(|message| message.id.clone()).collect();
        let nth = act.nth.map_or(sent.len(), |nth| nth as usize);
        let message = nth.checked_sub(1).and_then(|at| sent.get(at));
        let message = message.ok_or_else(|| match sent.len() {
            0 => Refusal::new("nothing has been sent to the contact yet"),
            count => Refusal::new(format!("{count} messages have been sent to the contact, counted from 1")),
        })?;
        match self.report(cx, &id, message, status, act.error.as_deref()) {
            true => Ok(()),
            false => Err(Refusal::new(format!("the message cannot be `{word}` after what was reported before"))),
        }
    }

    fn report_problem(&mut self, cx: &mut Cx<'_>, act: &ReportProblem) -> Result<(), Refusal> {
        let account = match &act.channel {
            None => self.tenant.accounts.first(),
            Some(named) => Channel::named(&named.value).and_then(|channel| self.tenant.account_on(channel)),
        };
        let account = account.ok_or_else(|| Refusal::new("the tenant has no account on this channel"))?;
        let severity = match &act.severity {
            None => Severity::Error,
            Some(word) => Severity::named(&word.value).ok_or_else(|| {
                Refusal::new(format!("`{}` is no severity; there are `error` and `warning`", word.value))
            })?,
        };
        let problem = Problem {
            id: cx.draw("texter/problem").hex(24),
            channel: account.channel.name(),
            account: account.id.clone(),
            name: act.name.value.clone(),
            case: act.case.clone(),
            severity,
            impaired: act.impaired.clone(),
            message: act.message.clone().unwrap_or_else(|| PROBLEM.to_owned()),
            instruction: act.instruction.clone(),
            created: cx.now(),
            resolved: None,
        };
        let same =
            |other: &Problem| other.resolved.is_none() && other.name == problem.name && other.case == problem.case;
        if self.problems.iter().any(same) {
            return Err(Refusal::new(format!(
                "`{}` is known already; the same incident is the same problem",
                problem.name
            )));
        }
        let known = vec![("problem", wire::problem(&problem))];
        self.problems.push(problem);
        self.engine.happened(Occurrence { trigger: Trigger::ProblemCreated, known, chat: None });
        Ok(())
    }

    fn resolve_problem(&mut self, cx: &mut Cx<'_>, act: &ResolveProblem) -> Result<(), Refusal> {
        let named = |problem: &&Problem| act.name.as_ref().is_none_or(|name| name.value == problem.name);
        let open = self.problems.iter().rev().filter(|problem| problem.resolved.is_none());
        let id = open.clone().find(named).map(|problem| problem.id.clone());
        let id = id.ok_or_else(|| Refusal::new("there is no such problem, or it is resolved already"))?;
        self.solve(cx, &id);
        Ok(())
    }

    /// A problem is mended. Whether there was one to be mended.
    pub(super) fn solve(&mut self, cx: &mut Cx<'_>, id: &str) -> bool {
        let now = cx.now();
        let mut problems = self.problems.iter_mut();
        let Some(problem) = problems.find(|problem| problem.id == id && problem.resolved.is_none()) else {
            return false;
        };
        problem.resolved = Some(now);
        let known = vec![("problem", wire::problem(problem))];
        self.engine.happened(Occurrence { trigger: Trigger::ProblemResolved, known, chat: None });
        true
    }

    /// The clock sets subscriptions off.
    pub(super) fn tick(&mut self, name: &str) {
        let known = vec![("cron", json!({"name": name}))];
        self.engine.happened(Occurrence { trigger: Trigger::Cron, known, chat: None });
    }

    /// A contact's words come in, an agent's go out.
    fn utter(
        &mut self,
        cx: &mut Cx<'_>,
        chat: Option<&Located<String>>,
        who: &Located<String>,
        content: Content,
    ) -> Result<(), Refusal> {
        let (id, speaker) = self.speaker(cx, chat, who)?;
        match speaker {
            Speaker::Contact => self.receive(cx, &id, content),
            Speaker::Colleague(by) => {
                if !self.reaches(self.chat(&id)?, cx.now()) {
                    return Err(Refusal::new("the contact has not written for a day, so only templates reach them"));
                }
                self.send(cx, &id, &by, content);
            }
        }
        Ok(())
    }

    fn speaker(
        &self,
        cx: &Cx<'_>,
        chat: Option<&Located<String>>,
        who: &Located<String>,
    ) -> Result<(String, Speaker), Refusal> {
        let id = self.meant(cx, chat, Some(who))?;
        match cx.customer(&who.value) {
            Some(_) => Ok((id, Speaker::Contact)),
            None => Ok((id, Speaker::Colleague(self.colleague(&who.value)?))),
        }
    }

    fn contact_of(
        &self,
        cx: &Cx<'_>,
        chat: Option<&Located<String>>,
        who: &Located<String>,
    ) -> Result<(String, Hand), Refusal> {
        let party = customer(cx, who)?.party();
        Ok((self.meant(cx, chat, Some(who))?, Hand::contact(party)))
    }

    fn meant(
        &self,
        cx: &Cx<'_>,
        named: Option<&Located<String>>,
        doer: Option<&Located<String>>,
    ) -> Result<String, Refusal> {
        let id = cx.chat_of(named, doer.map(|doer| doer.value.as_str()))?;
        self.chat(&id).map(|chat| chat.id.clone())
    }

    fn chat(&self, id: &str) -> Result<&Chat, Refusal> {
        self.chats.get(id).ok_or_else(|| Refusal::new("no such chat has been started yet"))
    }

    fn agent(&self, word: &str) -> Result<&super::model::Agent, Refusal> {
        self.tenant.agent_called(word).ok_or_else(|| Refusal::new(format!("no agent is called `{word}`")))
    }

    /// An agent, or the tenant's own bot.
    fn colleague(&self, word: &str) -> Result<Hand, Refusal> {
        match word {
            BOT => Ok(Hand::own_bot()),
            word => self.agent(word).map(Hand::agent),
        }
    }

    /// Whoever does something to a chat: whoever is named, or whoever has it, or the tenant's own bot.
    fn doer(&self, id: &str, by: Option<&Located<String>>) -> Result<Hand, Refusal> {
        if let Some(by) = by {
            return self.colleague(&by.value);
        }
        let holder = self.chat(id)?.agent.as_deref().and_then(|uid| self.tenant.agent(uid));
        Ok(holder.map_or_else(Hand::own_bot, Hand::agent))
    }
}

fn customer<'c>(cx: &'c Cx<'_>, who: &Located<String>) -> Result<&'c Customer, Refusal> {
    cx.customer(&who.value).ok_or_else(|| Refusal::new(format!("no customer is called `{}`", who.value)))
}

/// The vendor's word for a media type.
fn media_kind(content_type: &str) -> &'static str {
    match content_type.split('/').next() {
        Some("image") if content_type == "image/webp" => "sticker",
        Some("image") => "image",
        Some("video") => "video",
        Some("audio") => "audio",
        Some(_) | None => "document",
    }
}
