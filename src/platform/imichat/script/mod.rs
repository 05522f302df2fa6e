//! What acts mean here: the deeds of customers, agents and the system, who use the vendor's pages and not its API.

#[cfg(test)]
mod tests;

use super::Imichat;
use super::deed::{Beginning, Utterance};
use super::model::channel::Channel;
use super::model::chat::{Chat, Freeform, Opening};
use super::model::message::{Attachment, Content, Direction, Draft, FileKind, SubType};
use super::model::state::{Impossible, Move};
use super::model::{ChatKey, Login, TeamId};
use crate::journal::entry::{Party, Role};
use crate::platform::cx::{Customer, Cx, Refusal};
use crate::scenario::act::{Act, Assign, Attach, Choose, Close, Pick, Say, StartChat, Tag, Transfer};
use crate::scenario::decode::Located;

/// Does what an act means.
pub(super) fn act(imichat: &mut Imichat, cx: &mut Cx<'_>, act: &Act) -> Result<(), Refusal> {
    match act {
        Act::StartChat(act) => imichat.start(cx, act),
        Act::Say(act) => imichat.say(cx, act),
        Act::Choose(act) => imichat.choose(cx, act),
        Act::Pick(act) => imichat.pick(cx, act),
        Act::Attach(act) => imichat.attach(cx, act),
        Act::Assign(act) => imichat.assign(cx, act),
        Act::Transfer(act) => imichat.hand_over(cx, act),
        Act::Hold(act) => imichat.rest(cx, act.chat.as_ref(), &Move::Hold),
        Act::Resume(act) => imichat.rest(cx, act.chat.as_ref(), &Move::Pick),
        Act::Tag(act) => imichat.tag(cx, act),
        Act::Close(act) => imichat.close(cx, act),
        Act::Subscribe(act) => imichat.subscribe(cx, act),
        Act::Receipt(_) => Err(Refusal::new("the API does not show what becomes of messages on their way")),
        Act::OptOut(_) | Act::OptIn(_) => Err(Refusal::new("customers can only say that they want no messages")),
        Act::ReportProblem(_) | Act::ResolveProblem(_) => Err(Refusal::new("the API does not show how channels do")),
        Act::Read(_) => Err(Refusal::new("the API does not show what was read")),
        Act::Delete(_) => Err(Refusal::new("no customer can take back a message")),
        Act::SetStatus(_) => Err(Refusal::new("agents have no status that the API shows")),
        Act::Disconnect(_) => Err(Refusal::new("nobody has sockets here")),
        Act::Leave(_) => Err(Refusal::new("nothing is documented to happen when a customer goes away")),
    }
}

impl From<Impossible> for Refusal {
    fn from(why: Impossible) -> Self {
        Self::new(why.to_string())
    }
}

impl Imichat {
    fn start(&mut self, cx: &mut Cx<'_>, act: &StartChat) -> Result<(), Refusal> {
        let customer = known_customer(cx, &act.r#as)?.clone();
        let channel = match &act.channel {
            None => Channel::Livechat,
            Some(named) => Channel::named(&named.value)
                .ok_or_else(|| Refusal::new(format!("`{}` is no channel of imi.chat", named.value)))?,
        };
        let asset = self.tenant.asset_of(channel).map(|asset| asset.id.clone()).ok_or_else(|| {
            Refusal::new(format!("the tenant has no asset on {}; add one under `setup.assets`", channel.name()))
        })?;
        let team = match &act.to {
            Some(named) => self.team_called(&named.value)?,
            None => self.usual_team(),
        };
        let about = Opening {
            team,
            channel,
            asset,
            destination: if channel == Channel::Email { customer.email.clone() } else { customer.id.clone() },
            name: customer.name.clone(),
            alias: String::new(),
            subject: String::new(),
            thread: if channel == Channel::Livechat { cx.draw("imichat/thread").guid() } else { String::new() },
            flag: String::new(),
            tags: Vec::new(),
            route_params: Freeform::new(),
            other_details: Freeform::new(),
        };
        let by = customer.party();
        let first = act.text.as_ref().map(|text| {
            let draft = draft(cx, channel, Direction::Inbound, Content::Text(cx.fill(text)));
            Utterance { from: by.clone(), draft }
        });
        let name = Some(act.chat.clone().unwrap_or(customer.key));
        self.begin(cx, Beginning { about, name, by, said: first.into_iter().collect(), assignee: None });
        Ok(())
    }

    fn say(&mut self, cx: &mut Cx<'_>, act: &Say) -> Result<(), Refusal> {
        let key = self.meant(cx, act.chat.as_ref(), Some(&act.r#as))?;
        let content = Content::Text(cx.fill(&act.text));
        self.utter(cx, key, &act.r#as, content)
    }

    fn attach(&mut self, cx: &mut Cx<'_>, act: &Attach) -> Result<(), Refusal> {
        let key = self.meant(cx, act.chat.as_ref(), Some(&act.r#as))?;
        let channel = self.chats.at(key).about().channel;
        if !channel.has_attachments() {
            return Err(Refusal::new(format!("no files can be sent on {}", channel.name())));
        }
        let attachment = Attachment { kind: FileKind::of_media_type(&act.content_type), url: cx.fill(&act.url) };
        let text = act.text.as_ref().map(|text| cx.fill(text)).unwrap_or_default();
        self.utter(cx, key, &act.r#as, Content::File { text, attachment })
    }

    fn choose(&mut self, cx: &mut Cx<'_>, act: &Choose) -> Result<(), Refusal> {
        let key = self.meant(cx, act.chat.as_ref(), Some(&act.r#as))?;
        let wanted = cx.fill(&act.option);
        let chat = self.chats.at(key);
        let content = match chat.about().channel {
            Channel::Livechat => chosen(chat, wanted)?,
            Channel::Whatsapp => tapped(cx, chat, wanted)?,
            other @ (Channel::Sms
            | Channel::Facebook
            | Channel::Twitter
            | Channel::Email
            | Channel::Abc
            | Channel::Api) => {
                return Err(Refusal::new(format!("there are no quick replies on {}", other.name())));
            }
        };
        self.utter(cx, key, &act.r#as, content)
    }

    fn pick(&mut self, cx: &mut Cx<'_>, act: &Pick) -> Result<(), Refusal> {
        let key = self.meant(cx, act.chat.as_ref(), Some(&act.r#as))?;
        let channel = self.chats.at(key).about().channel;
        if !channel.has_pickers() {
            return Err(Refusal::new(format!("there are no pickers on {}", channel.name())));
        }
        let content = match (&act.items, act.time) {
            (_, Some(time)) => Content::Time(time),
            (items, None) => Content::Items(items.iter().flatten().map(|item| cx.fill(item)).collect()),
        };
        self.utter(cx, key, &act.r#as, content)
    }

    fn assign(&mut self, cx: &mut Cx<'_>, act: &Assign) -> Result<(), Refusal> {
        let key = self.meant(cx, act.chat.as_ref(), None)?;
        let login = self.login(&act.to.value)?;
        Ok(self.change(cx, key, Party::system(), &Move::Assign(login))?)
    }

    fn hand_over(&mut self, cx: &mut Cx<'_>, act: &Transfer) -> Result<(), Refusal> {
        let key = self.meant(cx, act.chat.as_ref(), None)?;
        let by = self.doer(key, act.by.as_ref());
        let skill = act.skill.as_ref().map(|skill| skill.value.clone()).unwrap_or_default();
        match (self.login(&act.to.value), skill.as_str()) {
            (Ok(login), "") => Ok(self.change(cx, key, by, &Move::Assign(login))?),
            (Ok(_), _) => Err(Refusal::new("a skill is wanted of a team, not of one person")),
            (Err(_), _) => {
                let team = self.team_called(&act.to.value)?;
                let skills = self.tenant.team(team).map_or(&[][..], |team| &team.skills);
                if !skill.is_empty() && !skills.contains(&skill) {
                    return Err(Refusal::new(format!("`{skill}` is no skill of team {team}")));
                }
                Ok(self.transfer(cx, key, by, team, skill)?)
            }
        }
    }

    /// Puts a chat on hold or takes it off, by the hand of its owner.
    fn rest(&mut self, cx: &mut Cx<'_>, chat: Option<&Located<String>>, step: &Move) -> Result<(), Refusal> {
        let key = self.meant(cx, chat, None)?;
        let by = self.doer(key, None);
        Ok(self.change(cx, key, by, step)?)
    }

    fn tag(&mut self, cx: &mut Cx<'_>, act: &Tag) -> Result<(), Refusal> {
        let key = self.meant(cx, act.chat.as_ref(), None)?;
        let by = self.doer(key, act.by.as_ref());
        let mut tags = self.chats.at(key).about().tags.clone();
        tags.retain(|tag| !act.remove.contains(tag));
        for tag in &act.add {
            if !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
        Ok(self.retag(cx, key, &by, tags)?)
    }

    fn close(&mut self, cx: &mut Cx<'_>, act: &Close) -> Result<(), Refusal> {
        let key = self.meant(cx, act.chat.as_ref(), Some(&act.by))?;
        let by = match act.by.value.as_str() {
            "system" => Party::system(),
            login if self.has_login(login) => self.colleague(login),
            _ => {
                let why = "nothing is documented for a customer who closes a chat; let `system` or an agent close it";
                return Err(Refusal::new(why));
            }
        };
        let outcome = act.outcome.clone().unwrap_or_default();
        Ok(self.change(cx, key, by, &Move::Close { outcome })?)
    }

    /// A customer's words come in, an agent's go out. A virtual agent is the software under test and speaks for itself.
    fn utter(
        &mut self,
        cx: &mut Cx<'_>,
        key: ChatKey,
        speaker: &Located<String>,
        content: Content,
    ) -> Result<(), Refusal> {
        let who = speaker.value.as_str();
        let (from, direction) = match cx.customer(who) {
            Some(customer) => (customer.party(), Direction::Inbound),
            None if self.users.has(who) => (self.colleague(who), Direction::Outbound),
            None if self.tenant.virtual_agent(who).is_some() => {
                return Err(Refusal::new(format!("`{who}` is the bot under test, which speaks for itself")));
            }
            None => return Err(Refusal::new(format!("nobody here is called `{who}`"))),
        };
        let draft = draft(cx, self.chats.at(key).about().channel, direction, content);
        Ok(self.append(cx, key, Utterance { from, draft })?)
    }

    fn meant(
        &self,
        cx: &Cx<'_>,
        named: Option<&Located<String>>,
        doer: Option<&Located<String>>,
    ) -> Result<ChatKey, Refusal> {
        let id = cx.chat_of(named, doer.map(|doer| doer.value.as_str()))?;
        self.chats.find(&id).ok_or_else(|| Refusal::new("no such chat has been started yet"))
    }

    /// Who does something to a chat: whoever is named, or else its owner, or else the system.
    fn doer(&self, key: ChatKey, named: Option<&Located<String>>) -> Party {
        let owner = |chat: &Chat| chat.state().assignee().map(|login| self.colleague(login.as_str()));
        match named {
            Some(named) => self.colleague(&named.value),
            None => owner(self.chats.at(key)).unwrap_or_else(Party::system),
        }
    }

    fn colleague(&self, login: &str) -> Party {
        let role = if self.tenant.virtual_agent(login).is_some() { Role::Bot } else { Role::Agent };
        Party::new(role, login, login)
    }

    fn login(&self, login: &str) -> Result<Login, Refusal> {
        let known = self.has_login(login);
        known.then(|| Login::new(login)).ok_or_else(|| Refusal::new(format!("no agent is called `{login}`")))
    }

    fn team_called(&self, word: &str) -> Result<TeamId, Refusal> {
        let team = self.tenant.team_called(word).map(|team| team.id);
        team.ok_or_else(|| Refusal::new(format!("there is no team `{word}`")))
    }

    /// The team for whom new chats are: that of the first virtual agent, which the vendor advises to be the first to
    /// touch a chat; without virtual agents the first team.
    fn usual_team(&self) -> TeamId {
        let of_bot = self.tenant.virtual_agents.first().map(|bot| bot.team);
        of_bot.or_else(|| self.tenant.teams.first().map(|team| team.id)).expect("a tenant has at least one team")
    }
}

fn known_customer<'c>(cx: &'c Cx<'_>, who: &Located<String>) -> Result<&'c Customer, Refusal> {
    cx.customer(&who.value).ok_or_else(|| Refusal::new(format!("no customer is called `{}`", who.value)))
}

/// One of the quick replies that were last offered in a chat.
fn chosen(chat: &Chat, wanted: String) -> Result<Content, Refusal> {
    let Some(Content::QuickReplies { request, options, .. }) = chat.last_offer().map(|offer| &offer.draft.content)
    else {
        return Err(Refusal::new("no quick replies have been offered in this chat"));
    };
    if !options.iter().any(|option| option.title == wanted) {
        let titles: Vec<String> = options.iter().map(|option| format!("`{}`", option.title)).collect();
        return Err(Refusal::new(format!("`{wanted}` was not offered; there are {}", titles.join(", "))));
    }
    Ok(Content::Chosen { request: request.clone(), titles: vec![wanted] })
}

/// A button of the template that was last sent in a chat. Templates are made at WhatsApp and go by name here, so which buttons
/// they have is not known, and any title will do.
fn tapped(cx: &mut Cx<'_>, chat: &Chat, title: String) -> Result<Content, Refusal> {
    if !chat.has_template() {
        return Err(Refusal::new("no template has been sent in this chat, so there is no button to tap"));
    }
    Ok(Content::Button { identifier: cx.draw("imichat/button").guid(), title })
}

/// A message of this instant, labelled as the vendor's samples on this channel are.
fn draft(cx: &Cx<'_>, channel: Channel, direction: Direction, content: Content) -> Draft {
    let sub_type = match &content {
        Content::Text(_) => SubType::of_text(channel, direction),
        Content::QuickReplies { .. } | Content::Chosen { .. } => Some(SubType::QuickReplies),
        Content::Items(_) => Some(SubType::ListPickerResponse),
        Content::Time(_) => Some(SubType::TimePickerResponse),
        Content::File { .. } | Content::Template(_) | Content::Button { .. } => None,
    };
    Draft { direction, sub_type, content, timestamp: cx.now(), correlation: None }
}
