//! Customers who begin a chat, or come back to theirs.

use serde_json::Map;

use super::super::Livechat;
use super::super::deed::{Choice, Opening};
use super::super::model::{Content, MemberKind, Phase};
use super::super::tenant::Overflow;
use super::super::wire::{ADDRESS, WHEREABOUTS};
use super::{as_customer, customer, group, sent};
use crate::platform::cx::{Customer, Cx, Refusal};
use crate::scenario::act::{Resume, StartChat};

pub(super) fn start(platform: &mut Livechat, cx: &mut Cx<'_>, act: &StartChat) -> Result<(), Refusal> {
    if act.channel.is_some() {
        return Err(Refusal::new("LiveChat has no channels"));
    }
    let customer = customer(cx, &act.r#as.value)?;
    let access = match &act.to {
        None => platform.organization.groups_for(&WHEREABOUTS),
        Some(to) => vec![group(platform, &to.value)?],
    };
    let content = act.text.as_ref().map(|text| Content::message(cx.fill(text)));
    let name = act.chat.clone().unwrap_or_else(|| customer.key.clone());
    open(platform, cx, &customer, name, access, content)
}

pub(super) fn resume(platform: &mut Livechat, cx: &mut Cx<'_>, act: &Resume) -> Result<(), Refusal> {
    let id = cx.chat_of(act.chat.as_ref(), None)?;
    let chat = platform.chats.get(&id).ok_or_else(|| Refusal::new("there is no such chat"))?;
    let key = chat.customer().and_then(|member| platform.chats.patron(&member.id)).map(|patron| patron.key.clone());
    let key = key.ok_or_else(|| Refusal::new("the chat has no customer who could resume it"))?;
    let customer = customer(cx, &key)?;
    let name = cx.chat_name(&id).unwrap_or(&key).to_owned();
    // Neither who had the chat before nor for which groups it was counts when a customer comes back.
    let access = platform.organization.groups_for(&WHEREABOUTS);
    open(platform, cx, &customer, name, access, None)
}

/// Begins the one chat of a customer, or goes on with it.
fn open(
    platform: &mut Livechat,
    cx: &mut Cx<'_>,
    customer: &Customer,
    name: String,
    access: Vec<u64>,
    content: Option<Content>,
) -> Result<(), Refusal> {
    if let Some(ban) = platform.bans.of(&customer.id, ADDRESS, cx.now()) {
        return Err(Refusal::new(format!("`{}` is banned until {}", customer.key, ban.expires_at().micros())));
    }
    let chat = platform.chats.of_customer(&customer.id);
    if chat.is_some_and(|chat| chat.active().is_some()) {
        return Err(Refusal::new(format!("`{}` has an open chat already", customer.key)));
    }
    let chat = chat.map(|chat| chat.id.clone());
    let agent = platform.choose(&Choice { groups: &access, but: &[] });
    let phase = match (&agent, platform.tenant.overflow) {
        (Some(_), _) => Phase::Open,
        (None, Overflow::Queue) => Phase::Queued(cx.now()),
        (None, Overflow::Refuse) => return Err(Refusal::new("nobody is free and there is no queue")),
    };
    let actor = as_customer(customer);
    if platform.meet(cx, customer) {
        platform.announce_visitor(cx, &actor.cause, &customer.id);
    }
    let members = std::iter::once((customer.id.clone(), MemberKind::Customer))
        .chain(agent.map(|agent| (agent, MemberKind::Agent)))
        .collect();
    let events = content.map(|content| (customer.id.clone(), sent(content, &actor.cause))).into_iter().collect();
    let opening = Opening {
        chat,
        name: Some(name),
        members,
        access,
        chat_properties: Map::new(),
        thread_properties: Map::new(),
        events,
        phase,
        continuous: None,
    };
    platform.begin(cx, &actor.cause, opening);
    Ok(())
}
