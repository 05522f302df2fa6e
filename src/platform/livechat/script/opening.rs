//! Customers who begin a chat, or come back to theirs.

use super::super::Livechat;
use super::super::deed::{Choice, Opening, Pool, Routing};
use super::super::model::{Content, MemberKind, Phase, assign};
use super::super::tenant::{Overflow, Widget};
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
    // For which groups the chat was does not count when a customer comes back.
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
    let widget = &platform.tenant.widget;
    let mut properties = chat.map(|chat| chat.properties.clone()).unwrap_or_default();
    assign(&mut properties, widget.chat.clone());
    let choice = Choice { groups: &access, but: &[], pool: Pool::of(&properties, Some(&widget.thread)) };
    let routing = platform.route_back(&choice, chat.and_then(|chat| chat.latest()?.held_by.as_deref()));
    let phase = match (&routing, platform.tenant.overflow) {
        (Routing::To(_), _) => Phase::Open,
        (Routing::ByHand, _) | (Routing::NobodyFree, Overflow::Queue) => Phase::Queued(cx.now()),
        (Routing::NobodyFree, Overflow::Refuse) => {
            return Err(Refusal::new("nobody is free and there is no queue"));
        }
    };
    let chat = chat.map(|chat| chat.id.clone());
    let Widget { chat: chat_properties, thread: thread_properties } = widget.clone();
    let actor = as_customer(customer);
    if platform.meet(cx, customer) {
        platform.announce_visitor(cx, &actor.cause, &customer.id);
    }
    let members = std::iter::once((customer.id.clone(), MemberKind::Customer))
        .chain(routing.agent().map(|agent| (agent, MemberKind::Agent)))
        .collect();
    let events = content.map(|content| (customer.id.clone(), sent(content, &actor.cause))).into_iter().collect();
    let opening = Opening {
        chat,
        name: Some(name),
        members,
        access,
        chat_properties,
        thread_properties,
        events,
        phase,
        continuous: None,
    };
    platform.begin(cx, &actor.cause, opening);
    Ok(())
}
