//! Agents.
//!
//! Page: platform.text.com/docs/management/configuration-api#agents.

use indexmap::IndexMap;
use serde_json::json;

use super::super::document::Fields;
use super::super::{Outcome, Request, done, nothing};
use super::person::{add, groups, max_chats, needs, work_scheduler};
use crate::platform::cx::{Cx, Identities};
use crate::platform::livechat::Livechat;
use crate::platform::livechat::codes::{self, Denial};
use crate::platform::livechat::model::{Employment, Priority, Profile, Role, StaffKind, Staffer, Standing, Status};
use crate::platform::livechat::region;
use crate::platform::livechat::version::Version;
use crate::platform::livechat::wire::organization as wire;

/// How many chats an agent may have at once, and has by default.
const MOST_CHATS: u64 = 20;
const MOST_CHATS_3_4: u64 = 100;
const USUAL_CHATS: usize = 6;
const NOTIFICATIONS: [&str; 14] = [
    "new_visitor",
    "incoming_chat",
    "returning_visitor",
    "queued_visitor",
    "visitor_is_typing",
    "new_goal",
    "unassigned_chats",
    "unassigned_chat_messages",
    "ticket",
    "inactive_notifications",
    "mute_all_sounds",
    "repeat_sound_notifications",
    "ticket_notifications",
    "incoming_message_for_focused_chat",
];
const SUBSCRIPTIONS: [&str; 2] = ["daily_summary", "weekly_summary"];
/// What it takes besides to create an agent whom nobody has to approve.
const UNAPPROVED: [&str; 2] = ["accounts--all:rw", "subscription.lc:rw"];
/// What it takes besides to give an agent a role other than the one they have; new ones have the lowest.
const ROLES: &str = "accounts.roles.lc--all:rw";

/// `create_agent`.
pub(super) fn create_agent(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let id = fields.required("id")?;
    if !id.contains('@') {
        return Err(Denial::validation("`id` must be an e-mail address").into());
    }
    let name = fields.required("name")?.to_owned();
    // Only apps of the vendor may leave the approval out, so it is what everybody else gets.
    let standing = match fields.flag("awaiting_approval")? {
        Some(false) => {
            UNAPPROVED.iter().try_for_each(|scope| needs(request, scope))?;
            Standing::Active
        }
        Some(true) | None => Standing::AwaitingApproval,
    };
    let mut staffer = Staffer {
        id: id.to_owned(),
        name,
        kind: StaffKind::Agent(Employment { account: String::new(), role: Role::Normal, standing }),
        groups: IndexMap::new(),
        priority: Priority::Normal,
        max_chats: USUAL_CHATS,
        status: Status::NotAccepting,
        token: None,
        profile: Profile::default(),
    };
    read(platform, &fields, request, &mut staffer)?;
    if platform.organization.staffer(id).is_some() {
        return Err(Denial::of(codes::ALREADY_EXISTS).into());
    }
    platform.admit(cx, request)?;
    if let StaffKind::Agent(employment) = &mut staffer.kind {
        employment.account = cx.draw("livechat/account").guid();
    }
    // Where many worlds are open at once, an address may be somebody's in each of them and cannot be a token.
    if cx.identities() == Identities::WellKnown {
        let client = platform.tenant.client_id.clone();
        let region = platform.tenant.region.as_deref().unwrap_or(region::USUAL);
        platform.auth.issue(cx, &format!("{region}:{id}"), &staffer, &client);
    }
    let cause = platform.cause(cx, request);
    platform.amend(cx, &cause, |organization| organization.enlist(staffer));
    done(&json!({"id": id}))
}

/// `update_agent`.
pub(super) fn update_agent(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let mut staffer = agent(platform, &fields)?.0.clone();
    mine(request, &staffer.id)?;
    if request.version < Version::V3_6
        && let Some(name) = fields.text("name")?
    {
        name.clone_into(&mut staffer.name);
    }
    read(platform, &fields, request, &mut staffer)?;
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.amend(cx, &cause, |organization| organization.enlist(staffer));
    nothing()
}

/// Reads what can be said when an agent is created and later, too.
fn read(platform: &Livechat, fields: &Fields<'_>, request: &Request, staffer: &mut Staffer) -> Result<(), Denial> {
    let version = request.version;
    let role = match fields.word("role", &["owner", "viceowner", "administrator", "normal"])? {
        // A license has its owner, and another one only when it is handed over.
        Some("owner") => return Err(Denial::of(codes::OWNERSHIP_TRANSFER)),
        Some("viceowner") => Some(Role::Viceowner),
        Some("administrator") => Some(Role::Administrator),
        Some(_) => Some(Role::Normal),
        None => None,
    };
    if let (StaffKind::Agent(employment), Some(role)) = (&mut staffer.kind, role)
        && employment.role != role
    {
        needs(request, ROLES)?;
        employment.role = role;
    }
    match fields.word("login_status", &["accepting chats", "not accepting chats"])? {
        Some("accepting chats") => staffer.status = Status::Accepting,
        Some(_) => staffer.status = Status::NotAccepting,
        None => {}
    }
    let most = if version == Version::V3_4 { MOST_CHATS_3_4 } else { MOST_CHATS };
    staffer.max_chats = max_chats(fields, most)?.unwrap_or(staffer.max_chats);
    if let Some(groups) = groups(platform, fields, Priority::Normal)? {
        staffer.groups = groups;
    }
    let profile = &mut staffer.profile;
    let texts = [("job_title", &mut profile.job_title), ("mobile", &mut profile.mobile)];
    for (key, text) in texts {
        if let Some(new) = fields.text(key)? {
            new.clone_into(text);
        }
    }
    if version < Version::V3_6
        && let Some(avatar) = fields.text("avatar")?
    {
        avatar.clone_into(&mut profile.avatar);
    }
    if let Some(words) = fields.words("notifications", &NOTIFICATIONS)? {
        profile.notifications = words;
    }
    if let Some(words) = fields.words("email_subscriptions", &SUBSCRIPTIONS)? {
        profile.email_subscriptions = words;
    }
    if let Some(scheduler) = work_scheduler(fields, version)? {
        profile.work_scheduler = Some(scheduler);
    }
    Ok(())
}

/// `delete_agent`.
pub(super) fn delete_agent(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let id = agent(platform, &fields)?.0.id.clone();
    mine(request, &id)?;
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.retire(cx, &cause, &id);
    nothing()
}

/// `suspend_agent`. Whoever is suspended gets no chats. Inferred: their tokens stay good, since the error that tells
/// requesters of their suspension is listed for sockets only, and `request_agent_unsuspension` is for just these callers.
pub(super) fn suspend_agent(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    stand(platform, cx, request, Standing::Suspended, |now| now != Standing::Suspended)
}

/// `unsuspend_agent`.
pub(super) fn unsuspend_agent(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    stand(platform, cx, request, Standing::Active, |now| now == Standing::Suspended)
}

/// `approve_agent`.
pub(super) fn approve_agent(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    stand(platform, cx, request, Standing::Active, |now| now == Standing::AwaitingApproval)
}

/// Changes whether an agent may work, if there is something to change; what becomes of a change that is none is not
/// documented.
fn stand(
    platform: &mut Livechat,
    cx: &mut Cx<'_>,
    request: &Request,
    to: Standing,
    possible: fn(Standing) -> bool,
) -> Outcome {
    let fields = request.fields()?;
    let (staffer, employment) = agent(platform, &fields)?;
    let (id, now) = (staffer.id.clone(), employment.standing);
    platform.admit(cx, request)?;
    if possible(now) {
        let cause = platform.cause(cx, request);
        platform.amend(cx, &cause, |organization| {
            if let Some(Staffer { kind: StaffKind::Agent(employment), .. }) = organization.staffer_mut(&id) {
                employment.standing = to;
            }
        });
    }
    nothing()
}

/// `request_agent_unsuspension`: a mail to the owners, which nobody gets here.
pub(super) fn request_agent_unsuspension(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    platform.admit(cx, request)?;
    nothing()
}

/// `get_agent`.
pub(super) fn get_agent(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let (staffer, employment) = agent(platform, &fields)?;
    mine(request, &staffer.id)?;
    let wanted = fields.words("fields", wire::AGENT_FIELDS)?.unwrap_or_default();
    platform.admit(cx, request)?;
    let mut document = wire::agent(staffer, employment);
    add(&mut document, &wanted, |field| wire::agent_field(staffer, employment, field));
    done(&document)
}

/// `list_agents`.
pub(super) fn list_agents(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let wanted = fields.words("fields", wire::AGENT_FIELDS)?.unwrap_or_default();
    let (groups, suspended) = match fields.object("filters")? {
        Some(filters) => (filters.numbers("group_ids")?, filters.flag("suspended")?),
        None => (None, None),
    };
    platform.admit(cx, request)?;
    let mut agents = Vec::new();
    for staffer in platform.organization.staff() {
        let StaffKind::Agent(employment) = &staffer.kind else { continue };
        let of_group = groups.as_ref().is_none_or(|groups| staffer.covers(groups));
        let is_suspended = employment.standing == Standing::Suspended;
        if of_group && suspended.is_none_or(|wanted| wanted == is_suspended) {
            let mut document = wire::agent(staffer, employment);
            add(&mut document, &wanted, |field| wire::agent_field(staffer, employment, field));
            agents.push(document);
        }
    }
    done(&agents)
}

/// Checks that a request is about the caller, or that the caller's scopes are for others, too.
fn mine(request: &Request, id: &str) -> Result<(), Denial> {
    if id == request.caller.id { Ok(()) } else { request.reaches_others() }
}

/// The agent whom a request is about.
fn agent<'p>(platform: &'p Livechat, fields: &Fields<'_>) -> Result<(&'p Staffer, &'p Employment), Denial> {
    let staffer = platform.organization.staffer(fields.required("id")?);
    let agent = staffer.and_then(|staffer| match &staffer.kind {
        StaffKind::Agent(employment) => Some((staffer, employment)),
        StaffKind::Bot { .. } => None,
    });
    agent.ok_or_else(|| Denial::of(codes::NOT_FOUND))
}
