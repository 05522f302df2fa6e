//! What sockets alone can be asked for: coming, staying and going.
//!
//! Page: platform.text.com/docs/messaging/agent-chat-api/rtm-reference.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::Livechat;
use super::super::auth::Caller;
use super::super::codes::{self, Denial};
use super::super::model::{Chat, Role, StaffKind, Standing, Status};
use super::super::rtm::{Level, Login, Member, Reason, Subscription, Wanted, Who};
use super::super::version::Version;
use super::document::Fields;
use super::{Outcome, Request, done, nothing};
use crate::base::id::SocketId;
use crate::base::secret::Secret;
use crate::platform::cx::Cx;
use crate::platform::socket::Patience;

/// What is said about the license. Taken from the vendor's sample, but for the trial, since a trial ends.
const PLAN: &str = "enterprise";
/// How long before and after now the license begins and ends, in seconds: a year.
const YEAR: i64 = 365 * 24 * 60 * 60;
/// How many customers a subscription tells of that does not say. Inferred: as many as pages have at most.
const MOST_CUSTOMERS: u64 = 100;

/// `login`.
pub(in super::super) fn login(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let (socket, fields) = (on(cx)?, request.fields()?);
    let token = fields.required("token")?;
    fields.text("timezone")?;
    if let Some(application) = fields.object("application")? {
        application.text("name")?;
        application.text("version")?;
    }
    let (away, reconnect) = (fields.flag("away")? == Some(true), fields.flag("reconnect")? == Some(true));
    let level = level(&fields)?;
    let session = platform.rtm.sessions.get(&socket).ok_or_else(|| Denial::of(codes::INTERNAL))?;
    let wanted = wanted(&fields, session.version)?;
    // A token is good for its own organization, and for no other.
    let elsewhere = session.organization.as_ref().is_some_and(|id| *id != platform.auth.organization_id);
    if elsewhere || request.caller.id.is_empty() {
        return Err(Denial::of(codes::AUTHENTICATION).into());
    }
    let status = may_enter(platform, &request.caller)?;
    let credential = super::auth::read(token).ok_or_else(|| Denial::of(codes::AUTHENTICATION))?;
    platform.admit(cx, request)?;
    let agent = request.caller.id.clone();
    let level = level.or_else(|| platform.rtm.levels.get(&agent).copied()).unwrap_or_default();
    platform.rtm.levels.insert(agent.clone(), level);
    evict(platform, cx, socket, &agent);
    let grant = request.caller.grant.clone();
    let who = Who::Agent(Member { agent: agent.clone(), grant, away, level, subscriptions: Vec::new() });
    if let Some(session) = platform.rtm.sessions.get_mut(&socket) {
        session.login = Some(Login { credential, header: Secret::new(token), wanted, who });
    }
    let patience = platform.tenant.rtm.ping_within.map_or(Patience::Endless, Patience::Between);
    cx.wait_for(socket, patience);
    let cause = platform.cause(cx, request);
    if status == Status::Offline {
        // Inferred: whoever logs in takes chats.
        let rested = platform.rtm.resting.get(&agent).copied().filter(|status| reconnect && *status != Status::Offline);
        platform.rtm.brought.insert(agent.clone());
        platform.set_status(cx, &cause, &agent, rested.unwrap_or(Status::Accepting));
    }
    platform.weigh_presence(cx, &cause, &agent);
    platform.push_customers(cx);
    done(&welcome(platform, cx, request, &agent))
}

/// Checks that whoever logs in may do so, and gives whether they take chats now.
fn may_enter(platform: &Livechat, caller: &Caller) -> Result<Status, Denial> {
    let staffer = platform.organization.staffer(&caller.id).ok_or_else(|| Denial::of(codes::AUTHENTICATION))?;
    match (&staffer.kind, staffer.standing()) {
        // That bots have no sockets is documented, what they are told is inferred.
        (StaffKind::Bot { .. }, _) => Err(Denial::of(codes::AUTHORIZATION)),
        (StaffKind::Agent(_), Standing::Suspended) => Err(Denial::of(codes::REQUESTER_SUSPENDED)),
        (StaffKind::Agent(_), Standing::AwaitingApproval) => Err(Denial::of(codes::REQUESTER_AWAITING_APPROVAL)),
        (StaffKind::Agent(_), Standing::Active) => Ok(staffer.status),
    }
}

/// Closes the oldest connections of an agent who is about to have more than allowed.
fn evict(platform: &mut Livechat, cx: &mut Cx<'_>, socket: SocketId, agent: &str) {
    let Some(most) = platform.tenant.rtm.connections else { return };
    let others: Vec<SocketId> =
        platform.rtm.of_agent(agent).map(|(other, _)| other).filter(|other| *other != socket).collect();
    let excess = (others.len() + 1).saturating_sub(most);
    for other in others.into_iter().take(excess) {
        platform.cut(cx, other, Reason::EVICTED, None);
    }
}

fn welcome(platform: &Livechat, cx: &Cx<'_>, request: &Request, agent: &str) -> Value {
    let view = platform.view_for(request);
    let own = |chat: &&Chat| chat.active().is_some() && chat.present(agent).is_some();
    let chats: Vec<&Chat> = platform.chats.all().filter(own).collect();
    let seen = chats.iter().filter_map(|chat| chat.present(agent)).map(|member| member.seen_up_to).max();
    let chats: Vec<Value> = chats.into_iter().map(|chat| view.summary(chat, agent)).collect();
    let now = cx.now();
    let license = json!({
        "id": platform.tenant.license_id.to_string(),
        "organization_id": platform.auth.organization_id,
        "plan": PLAN,
        "expiration_timestamp": now.as_secs() + YEAR,
        "creation_timestamp": now.as_secs() - YEAR,
        "in_trial": false,
        "website_last_activity": &now.micros()[..10],
    });
    let profile = platform.organization.staffer(agent).map(|staffer| {
        json!({
            "id": staffer.id,
            "type": "agent",
            "name": staffer.name,
            "email": staffer.email(),
            "present": true,
            "events_seen_up_to": seen.unwrap_or(now),
            "avatar": staffer.profile.avatar,
            "routing_status": staffer.status,
            "permission": staffer.role().unwrap_or(Role::Normal),
        })
    });
    let list = if request.version >= Version::V3_7 { "chats_info" } else { "chats_summary" };
    json!({"license": license, "my_profile": profile, list: chats})
}

fn level(fields: &Fields<'_>) -> Result<Option<Level>, Denial> {
    let words = Level::WORDS.map(|(word, _)| word);
    let word = fields.word("customer_monitoring_level", &words)?;
    Ok(word.and_then(|word| Level::WORDS.iter().find(|(known, _)| *known == word).map(|(_, level)| *level)))
}

/// The pushes that are asked for, by version. Names that nobody knows are as good as any: none of them ever comes.
pub(super) fn wanted(fields: &Fields<'_>, version: Version) -> Result<Wanted, Denial> {
    let Some(pushes) = fields.object("pushes")? else { return Ok(Wanted::all(version)) };
    let mut wanted = BTreeMap::new();
    for word in pushes.keys() {
        let named = Version::named(word).filter(|named| *named >= version);
        let named = named.ok_or_else(|| Denial::of(codes::UNSUPPORTED_VERSION))?;
        wanted.insert(named, pushes.texts(word)?.unwrap_or_default());
    }
    Ok(Wanted::listed(wanted))
}

/// `ping`: whoever asks has an answer.
pub(in super::super) fn ping(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    platform.admit(cx, request)?;
    nothing()
}

/// `logout`. Ends the sessions of all connections; the others are told why.
pub(in super::super) fn logout(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let socket = on(cx)?;
    platform.admit(cx, request)?;
    let agent = &request.caller.id;
    let all: Vec<SocketId> = platform.rtm.of_agent(agent).map(|(socket, _)| socket).collect();
    for other in all.into_iter().filter(|other| *other != socket) {
        platform.cut(cx, other, Reason::LOGGED_OUT, None);
    }
    platform.dismiss(cx, socket);
    nothing()
}

/// `set_away_status`.
pub(in super::super) fn set_away_status(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let (socket, fields) = (on(cx)?, request.fields()?);
    let away = fields.flag("away")?.ok_or_else(|| fields.missing("away"))?;
    platform.admit(cx, request)?;
    if let Some(member) = platform.rtm.member_mut(socket) {
        member.away = away;
    }
    let cause = platform.cause(cx, request);
    platform.weigh_presence(cx, &cause, &request.caller.id);
    nothing()
}

/// `update_session`. The new token must be the same agent's, which is inferred.
pub(in super::super) fn update_session(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let (socket, fields) = (on(cx)?, request.fields()?);
    let token = fields.required("token")?;
    let credential = super::auth::read(token).ok_or_else(|| Denial::of(codes::AUTHENTICATION))?;
    let holder = platform.auth.of(&credential).ok_or_else(|| Denial::of(codes::AUTHENTICATION))?;
    if holder.id != request.caller.id {
        return Err(Denial::of(codes::AUTHENTICATION).into());
    }
    let grant = holder.grant.clone();
    platform.admit(cx, request)?;
    let login = platform.rtm.sessions.get_mut(&socket).and_then(|session| session.login.as_mut());
    if let Some(login) = login {
        (login.credential, login.header) = (credential, Secret::new(token));
    }
    if let Some(member) = platform.rtm.member_mut(socket) {
        member.grant = grant;
    }
    nothing()
}

/// `subscribe_customers`.
pub(in super::super) fn subscribe_customers(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let (socket, fields) = (on(cx)?, request.fields()?);
    let groups = fields.numbers("group_ids")?.unwrap_or_default();
    let limit = fields.number("limit")?.unwrap_or(MOST_CUSTOMERS);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    platform.admit(cx, request)?;
    let id = cx.draw("livechat/subscription").guid();
    let customers = platform.customers_of(&groups, limit, request.version);
    if let Some(member) = platform.rtm.member_mut(socket) {
        member.subscriptions.push(Subscription { id: id.clone(), limit, groups });
    }
    done(&json!({"subscription_id": id, "customers": customers}))
}

/// `unsubscribe_customers`.
pub(in super::super) fn unsubscribe_customers(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let (socket, fields) = (on(cx)?, request.fields()?);
    let id = fields.required("subscription_id")?;
    let member = platform.rtm.member_mut(socket);
    if !member.is_some_and(|member| member.subscriptions.iter().any(|one| one.id == id)) {
        return Err(Denial::of(codes::NOT_FOUND).into());
    }
    platform.admit(cx, request)?;
    if let Some(member) = platform.rtm.member_mut(socket) {
        member.subscriptions.retain(|one| one.id != id);
    }
    nothing()
}

/// The socket on which something is asked for.
pub(super) fn on(cx: &Cx<'_>) -> Result<SocketId, Denial> {
    cx.socket().ok_or_else(|| Denial::of(codes::INTERNAL))
}
