//! Who is in a chat: joining, leaving, transferring.

use super::super::Livechat;
use super::super::codes::{self, Denial};
use super::super::deed::{Availability, Destination, Joining, Unable};
use super::super::model::{Chat, MemberKind, Status, Visibility};
use super::document::Fields;
use super::{Outcome, PresenceRule, Request, nothing};
use crate::platform::cx::Cx;

/// The status seen for users that are not known, unlike for anything else that is not known.
const UNKNOWN_USER_STATUS: u16 = 422;

fn unknown_user() -> Denial {
    Denial::of(codes::NOT_FOUND).saying("user_id not found").with_status(UNKNOWN_USER_STATUS)
}

/// `transfer_chat`.
pub(super) fn transfer_chat(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let id = fields.required("id")?;
    let to = destination(&fields)?;
    let need = match fields.flag("ignore_agents_availability")? {
        Some(true) => Availability::Ignored,
        Some(false) | None => Availability::Needed,
    };
    let presence = PresenceRule::read(&fields)?;
    platform.open_chat(request, id, presence)?;
    let known = match &to {
        Destination::Anew => true,
        Destination::Groups(ids) => ids.iter().all(|id| platform.organization.group(*id).is_some()),
        Destination::Agents(ids) => ids.iter().all(|id| platform.organization.staffer(id).is_some()),
    };
    if !known {
        return Err(Denial::of(codes::NOT_FOUND).into());
    }
    let plan = platform.plan_transfer(id, &to, need).map_err(|why| match why {
        Unable::Offline => Denial::of(codes::AGENT_OFFLINE),
        Unable::Access => Denial::of(codes::MISSING_ACCESS),
    })?;
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.transfer(cx, &cause, id, plan, &request.caller.id);
    nothing()
}

fn destination(fields: &Fields<'_>) -> Result<Destination, Denial> {
    let Some(target) = fields.object("target")? else { return Ok(Destination::Anew) };
    let kind = target.word("type", &["group", "agent"])?.ok_or_else(|| target.missing("type"))?;
    let ids = target.list("ids")?.filter(|ids| !ids.is_empty());
    ids.ok_or_else(|| target.missing("ids"))?;
    Ok(match kind {
        "group" => Destination::Groups(target.numbers("ids")?.unwrap_or_default()),
        _ => Destination::Agents(target.texts("ids")?.unwrap_or_default()),
    })
}

/// `add_user_to_chat`.
pub(super) fn add_user_to_chat(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let id = fields.required("chat_id")?;
    let user = fields.required("user_id")?;
    let kind = match fields.word("user_type", &["agent", "customer"])?.ok_or_else(|| fields.missing("user_type"))? {
        "agent" => MemberKind::Agent,
        _ => MemberKind::Customer,
    };
    let visibility = fields.visibility("visibility")?.ok_or_else(|| fields.missing("visibility"))?;
    let presence = PresenceRule::read(&fields)?;
    let (chat, _) = platform.open_chat(request, id, presence)?;
    match kind {
        MemberKind::Agent => may_join(platform, request, chat, user, visibility)?,
        MemberKind::Customer => {
            let known = platform.chats.patron(user).is_some() || cx.customer_with_id(user).is_some();
            if !known {
                return Err(unknown_user().into());
            }
            if visibility == Visibility::Agents {
                return Err(Denial::validation("`visibility` of a customer must be `all`").into());
            }
            if chat.customer().is_some() || platform.chats.of_customer(user).is_some() {
                return Err(Denial::validation("a chat has one customer, and a customer one chat").into());
            }
        }
    }
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    if kind == MemberKind::Customer {
        platform.meet_id(cx, user);
    }
    let joining = Joining { user: user.to_owned(), kind, visibility, requester: request.caller.id.clone() };
    platform.add_user(cx, &cause, id, joining);
    nothing()
}

fn may_join(
    platform: &Livechat,
    request: &Request,
    chat: &Chat,
    user: &str,
    visibility: Visibility,
) -> Result<(), Denial> {
    let staffer = platform.organization.staffer(user).ok_or_else(unknown_user)?;
    // Whoever asks for themselves is there, whatever their status.
    if staffer.status == Status::Offline && user != request.caller.id {
        return Err(Denial::of(codes::AGENT_OFFLINE));
    }
    if !staffer.covers(&chat.access) {
        return Err(Denial::of(codes::MISSING_ACCESS));
    }
    if chat.present(user).is_some() {
        return Err(Denial::validation("`user_id` is in the chat already"));
    }
    if visibility == Visibility::All && chat.holder().is_some() {
        return Err(Denial::of(codes::LIMIT_REACHED).saying("Public agents in chat limit reached"));
    }
    Ok(())
}

/// `remove_user_from_chat`. Customers cannot be removed.
pub(super) fn remove_user_from_chat(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let id = fields.required("chat_id")?;
    let user = fields.required("user_id")?;
    fields.word("user_type", &["agent"])?.ok_or_else(|| fields.missing("user_type"))?;
    let presence = PresenceRule::read(&fields)?;
    let (chat, _) = platform.open_chat(request, id, presence)?;
    match chat.present(user).map(|member| member.kind) {
        Some(MemberKind::Agent) => {}
        Some(MemberKind::Customer) => return Err(Denial::validation("a customer cannot be removed").into()),
        None => return Err(unknown_user().into()),
    }
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.remove_user(cx, &cause, id, user, &request.caller.id);
    nothing()
}
