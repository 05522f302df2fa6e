//! Who is in a chat, and who gets it next.

use super::body::Fields;
use super::gate::{Presence, nothing, read};
use super::message::VISIBILITIES;
use crate::platform::cx::Cx;
use crate::platform::livechat::Livechat;
use crate::platform::livechat::codes::{self, Denial, planned};
use crate::platform::livechat::model::{MemberKind, Visibility};
use crate::platform::livechat::routing::Target;
use crate::platform::route::{Answer, Call};

const KINDS: [(&str, MemberKind); 2] = [("agent", MemberKind::Agent), ("customer", MemberKind::Customer)];

/// Gives a chat to a group or to other agents.
pub(super) fn transfer(livechat: &mut Livechat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let caller = livechat.gate(call)?;
    let (id, target, ignore_availability, presence) = read(cx, call, |body| {
        let ignore_availability = body.flag("ignore_agents_availability")?;
        Ok((body.text("id")?.to_owned(), target(body)?, ignore_availability, Presence::asked(body)?))
    })?;
    livechat.workable(&caller, &id, presence)?;
    if let Target::Groups(groups) = &target
        && groups.iter().any(|group| livechat.tenant.group(*group).is_none())
    {
        return Err(Denial::of(codes::NOT_FOUND).into());
    }
    let transfer = livechat.plan_transfer(&id, &caller.actor, target, ignore_availability)?;
    cx.admit("transfer_chat", planned)?;
    livechat.transfer(cx, &id, &caller.actor, transfer);
    Ok(nothing())
}

fn target(body: &Fields<'_>) -> Result<Target, Denial> {
    let Some(target) = body.maybe_object("target")? else { return Ok(Target::Same) };
    let by_group = target.chosen("type", &[("group", true), ("agent", false)])?;
    if target.list("ids")?.is_empty() {
        return Err(target.wrong("ids", "is required"));
    }
    Ok(if by_group { Target::Groups(target.numbers("ids")?) } else { Target::Agents(target.texts("ids")?) })
}

/// Lets somebody in.
pub(super) fn add(livechat: &mut Livechat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let caller = livechat.gate(call)?;
    let (id, user, kind, visibility, presence) = read(cx, call, |body| {
        let kind = body.chosen("user_type", &KINDS)?;
        let visibility = body.chosen("visibility", &VISIBILITIES)?;
        if kind == MemberKind::Customer && visibility == Visibility::Agents {
            return Err(body.wrong("visibility", "must be `all` for customers"));
        }
        let (id, user) = (body.text("chat_id")?.to_owned(), body.text("user_id")?.to_owned());
        Ok((id, user, kind, visibility, Presence::asked(body)?))
    })?;
    let chat = livechat.workable(&caller, &id, presence)?;
    if chat.present(&user).is_some() {
        return Err(Denial::validation("`user_id` is in the chat already").into());
    }
    match kind {
        MemberKind::Agent => {
            let worker = livechat.tenant.worker(&user).ok_or_else(Denial::unknown_user)?;
            if !worker.may_see(&chat.access) {
                return Err(Denial::of(codes::MISSING_ACCESS).into());
            }
            if visibility == Visibility::All && chat.holder().is_some() {
                return Err(Denial::of(codes::LIMIT_REACHED).saying("Public agents in chat limit reached").into());
            }
        }
        MemberKind::Customer => {
            if chat.customer().is_some() {
                return Err(Denial::validation("a chat has one customer at most").into());
            }
            if livechat.chats.of_customer(&user).is_some() {
                return Err(Denial::validation("`user_id` has a chat of their own").into());
            }
            if cx.customer_with_id(&user).is_none() {
                return Err(Denial::unknown_user().into());
            }
        }
    }
    cx.admit("add_user_to_chat", planned)?;
    if let Some(customer) = cx.customer_with_id(&user).cloned() {
        livechat.meet(cx, &customer);
    }
    livechat.add_user(cx, &id, &caller.actor, (&user, kind, visibility));
    Ok(nothing())
}

/// Lets somebody go.
pub(super) fn remove(livechat: &mut Livechat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let caller = livechat.gate(call)?;
    let (id, user, presence) = read(cx, call, |body| {
        if body.chosen("user_type", &KINDS)? == MemberKind::Customer {
            return Err(body.wrong("user_type", "must be `agent`; customers cannot be removed"));
        }
        Ok((body.text("chat_id")?.to_owned(), body.text("user_id")?.to_owned(), Presence::asked(body)?))
    })?;
    let chat = livechat.workable(&caller, &id, presence)?;
    if !chat.agents().any(|member| member.id == user) {
        return Err(Denial::unknown_user().into());
    }
    cx.admit("remove_user_from_chat", planned)?;
    livechat.remove_user(cx, &id, &caller.actor, &user);
    Ok(nothing())
}
