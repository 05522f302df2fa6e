//! Customers who begin a chat, or come back to theirs.

use super::super::Livechat;
use super::super::deed::{Coming, Doors, Unwelcome};
use super::super::model::Content;
use super::super::tenant::Widget;
use super::super::wire::whereabouts;
use super::{as_customer, customer, group, sent};
use crate::platform::cx::{Customer, Cx, Refusal};
use crate::scenario::act::{Resume, StartChat};

pub(super) fn start(platform: &mut Livechat, cx: &mut Cx<'_>, act: &StartChat) -> Result<(), Refusal> {
    if act.channel.is_some() {
        return Err(Refusal::new("LiveChat has no channels"));
    }
    let customer = customer(cx, &act.r#as.value)?;
    let access = match &act.to {
        None => platform.organization.groups_for(&whereabouts(platform.chats.patron(&customer.id))),
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
    let access = platform.organization.groups_for(&whereabouts(platform.chats.patron(&customer.id)));
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
    let Widget { chat: chat_properties, thread: thread_properties } = platform.tenant.widget.clone();
    let actor = as_customer(customer);
    let events = content.map(|content| (customer.id.clone(), sent(content, &actor.cause))).into_iter().collect();
    let coming = Coming {
        customer: customer.id.clone(),
        name,
        access,
        chat_properties,
        thread_properties,
        events,
        doors: Doors::Open,
        continuous: None,
    };
    let reception = platform.receive(cx, &coming).map_err(|why| {
        Refusal::new(match why {
            Unwelcome::Banned(until) => format!("`{}` is banned until {}", customer.key, until.micros()),
            Unwelcome::Open => format!("`{}` has an open chat already", customer.key),
            Unwelcome::NobodyThere | Unwelcome::NobodyFree => "nobody is free and there is no queue".to_owned(),
        })
    })?;
    platform.come(cx, &actor.cause, coming, reception);
    Ok(())
}
