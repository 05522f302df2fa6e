//! The operations on chats.

use super::gate::{document, impossible};
use crate::journal::entry::{Change, Party};
use crate::platform::cx::Cx;
use crate::platform::imichat::codes::Success;
use crate::platform::imichat::deed::{Beginning, Utterance};
use crate::platform::imichat::model::ChatKey;
use crate::platform::imichat::model::chat::Opening;
use crate::platform::imichat::model::message::{Direction, Draft};
use crate::platform::imichat::model::state::{Impossible, Move};
use crate::platform::imichat::wire::reading::Findings;
use crate::platform::imichat::wire::reply::{NOTHING, ShownChat};
use crate::platform::imichat::wire::request::{NewChat, Patch, Status, TransferRequest, appended};
use crate::platform::imichat::{Imichat, codes, deed};
use crate::platform::route::{Answer, Call, Reply};

/// The name of [`create`].
pub(super) const CREATE: &str = "create_chat";
/// The name of [`get`].
pub(super) const GET: &str = "get_chat";
/// The name of [`update`].
pub(super) const UPDATE: &str = "update_chat";
/// The name of [`append`].
pub(super) const APPEND: &str = "append_message";
/// The name of [`transfer`].
pub(super) const TRANSFER: &str = "transfer_chat";

/// Begins a chat. A second one with the same customer is a second chat: no de-duplication is documented.
pub(super) fn create(imichat: &mut Imichat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let team = imichat.gate_for_team(cx, call)?.team;
    let mut findings = Findings::default();
    let NewChat { mut about, assignee, messages } = NewChat::read(document(cx, call)?, team, &mut findings);
    about.asset = imichat.tenant.asset_as_known(about.channel, &about.asset);
    let assignee = assignee.filter(|login| imichat.known_login(login.as_str(), &mut findings));
    let user = Party::new(cx.caller_role(), deed::API, deed::API);
    let drafts = messages.into_iter().map(|message| message.fit(about.channel, cx.now(), &mut findings)).collect();
    imichat.settle(cx, findings)?;
    cx.admit(CREATE, codes::planned)?;
    let said = utterances(cx, &about, &user, drafts);
    let key = imichat.begin(cx, Beginning { about, name: None, by: user, said, assignee });
    Ok(imichat.show(&imichat.tenant.success.create_chat, key))
}

/// Gives a chat.
pub(super) fn get(imichat: &mut Imichat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let pass = imichat.gate(cx, call)?;
    let key = imichat.named_chat(call, pass.key)?;
    cx.admit(GET, codes::planned)?;
    Ok(imichat.show(&imichat.tenant.success.get_chat, key))
}

/// Changes a chat.
pub(super) fn update(imichat: &mut Imichat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let pass = imichat.gate(cx, call)?;
    let mut findings = Findings::default();
    let mut patch = Patch::read(document(cx, call)?, &mut findings);
    patch.assignee = patch.assignee.filter(|login| imichat.known_login(login.as_str(), &mut findings));
    imichat.settle(cx, findings)?;
    let key = imichat.named_chat(call, pass.key)?;
    let mut moves = moves(&mut patch);
    match imichat.chats.at(key).allows(&moves).and_then(|()| imichat.chats.at(key).ensure_open()) {
        Ok(()) => {}
        Err(Impossible::NoOwner) if imichat.tenant.lenient => {
            cx.violation(Impossible::NoOwner.to_string());
            moves.clear();
        }
        Err(why) => return Err(impossible(cx, why)),
    }
    cx.admit(UPDATE, codes::planned)?;
    imichat.apply(cx, key, patch, &moves).map_err(|why| impossible(cx, why))?;
    Ok(imichat.show(&imichat.tenant.success.update_chat, key))
}

/// Adds messages to a chat.
pub(super) fn append(imichat: &mut Imichat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let pass = imichat.gate(cx, call)?;
    let mut findings = Findings::default();
    let messages = appended(document(cx, call)?, &mut findings);
    imichat.settle(cx, findings)?;
    let key = imichat.named_chat(call, pass.key)?;
    let chat = imichat.chats.at(key);
    let channel = chat.about().channel;
    let mut findings = Findings::default();
    let drafts = messages.into_iter().map(|message| message.fit(channel, cx.now(), &mut findings)).collect();
    imichat.settle(cx, findings)?;
    chat.ensure_open().map_err(|why| impossible(cx, why))?;
    cx.admit(APPEND, codes::planned)?;
    for utterance in utterances(cx, chat.about(), &Imichat::api_user(cx, chat), drafts) {
        imichat.append(cx, key, utterance).map_err(|why| impossible(cx, why))?;
    }
    Ok(imichat.show(&imichat.tenant.success.append_message, key))
}

/// Moves a chat to another team.
pub(super) fn transfer(imichat: &mut Imichat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let pass = imichat.gate(cx, call)?;
    let mut findings = Findings::default();
    let request = TransferRequest::read(document(cx, call)?, &mut findings);
    imichat.settle(cx, findings)?;
    let key = imichat.named_chat(call, pass.key)?;
    let team = request.team.and_then(|team| imichat.tenant.team(team));
    let team = team.ok_or_else(|| codes::refuse(codes::UNKNOWN_TEAM))?;
    let mut findings = Findings::default();
    if !request.skill.is_empty() && !team.skills.contains(&request.skill) {
        findings.fault(format!("transfer.skill_name {} is no skill of team {}", request.skill, team.id));
    }
    let team = team.id;
    imichat.settle(cx, findings)?;
    let chat = imichat.chats.at(key);
    chat.ensure_open().map_err(|why| impossible(cx, why))?;
    let user = Imichat::api_user(cx, chat);
    cx.admit(TRANSFER, codes::planned)?;
    imichat.transfer(cx, key, user, team, request.skill).map_err(|why| impossible(cx, why))?;
    Ok(imichat.tenant.success.transfer_chat.reply(&NOTHING))
}

impl Imichat {
    fn known_login(&self, login: &str, findings: &mut Findings) -> bool {
        let known = self.has_login(login);
        if !known {
            findings.fault(format!("assignee {login} is no agent or virtual agent of this tenant"));
        }
        known
    }

    /// Carries a patch out. It was checked before, as a whole, so that no part of it is done if another cannot be.
    fn apply(&mut self, cx: &mut Cx<'_>, key: ChatKey, patch: Patch, moves: &[Move]) -> Result<(), Impossible> {
        let user = Self::api_user(cx, self.chats.at(key));
        if let Some(alias) = patch.alias {
            self.chats.rename(key, cx.now(), alias)?;
            self.tell(cx, key, user.clone(), Change::Updated { what: "alias".to_owned() });
        }
        if let Some(tags) = patch.tags {
            self.retag(cx, key, &user, tags)?;
        }
        if let Some(details) = patch.other_details {
            let change = self.chats.at_mut(key).redescribe(cx.now(), details)?;
            self.tell(cx, key, user.clone(), change);
        }
        moves.iter().try_for_each(|step| self.change(cx, key, user.clone(), step))?;
        self.chats.at_mut(key).touch(cx.now());
        Ok(())
    }

    fn show(&self, success: &Success, key: ChatKey) -> Reply {
        let chat = self.chats.at(key);
        let about = chat.about();
        let team = self.tenant.team(about.team).map_or("", |team| team.name.as_str());
        success.reply(&ShownChat::new(chat, team, self.tenant.asset_name(about.channel, &about.asset)))
    }
}

/// The moves that a patch asks for: first to another owner, then to another status.
fn moves(patch: &mut Patch) -> Vec<Move> {
    let assign = patch.assignee.take().map(Move::Assign);
    let status = patch.status.map(|status| match status {
        Status::Queued => Move::Queue,
        Status::Picked => Move::Pick,
        Status::OnHold => Move::Hold,
        Status::Closed => Move::Close { outcome: std::mem::take(&mut patch.outcome) },
    });
    assign.into_iter().chain(status).collect()
}

/// Who says what: inbound messages are the customer's, outbound ones of whoever uses the API.
fn utterances(cx: &Cx<'_>, about: &Opening, user: &Party, drafts: Vec<Draft>) -> Vec<Utterance> {
    let speaker = |direction| match direction {
        Direction::Inbound => Imichat::contact(cx, about),
        Direction::Outbound => user.clone(),
        Direction::Announcement => Party::system(),
    };
    drafts.into_iter().map(|draft| Utterance { from: speaker(draft.direction), draft }).collect()
}
