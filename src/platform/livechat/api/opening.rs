//! Beginning and ending threads.

use serde_json::{Map, Value, json};

use super::super::Livechat;
use super::super::codes::{self, Denial};
use super::super::deed::{Begun, Closing, Opening};
use super::super::events::Cause;
use super::super::model::{Chat, Draft, EVERYBODY, MemberKind, Phase};
use super::super::wire::whereabouts;
use super::document::Fields;
use super::draft::draft;
use super::property::{Level, begun_with};
use super::{Outcome, PresenceRule, Request, done, nothing};
use crate::platform::cx::Cx;

/// How many agents may be in a new thread besides the requester.
const MOST_AGENTS: usize = 4;
/// The status of a refusal to resume what goes on, unlike that of a malformed body. Inferred: none is documented, and
/// what a chat is not in the state for is answered so elsewhere.
const ALREADY_ACTIVE_STATUS: u16 = 422;

/// `start_chat`.
pub(super) fn start_chat(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let cause = platform.cause(cx, request);
    let opening = opening(platform, cx, request, &fields, &cause, None)?;
    let customer = opening.members.iter().find(|(_, kind)| *kind == MemberKind::Customer);
    if let Some((customer, _)) = customer
        && platform.chats.of_customer(customer).is_some()
    {
        return Err(Denial::validation("the customer has a chat already").into());
    }
    has_slot(platform, request)?;
    platform.admit(cx, request)?;
    let begun = begin(platform, cx, &cause, opening);
    let mut answer = Map::new();
    answer.insert("chat_id".to_owned(), json!(begun.chat));
    done(&with_thread(answer, &begun))
}

/// `resume_chat`.
pub(super) fn resume_chat(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let cause = platform.cause(cx, request);
    let chat = fields.object("chat")?.ok_or_else(|| fields.missing("chat"))?;
    let id = chat.required("id")?;
    let mut opening = opening(platform, cx, request, &fields, &cause, platform.chats.get(id))?;
    let found = platform.chat(request, id)?;
    if found.active().is_some() {
        return Err(already_active().into());
    }
    let present = found.customer().map(|member| member.id.clone());
    let named = opening.members.iter().find(|(_, kind)| *kind == MemberKind::Customer);
    match (&present, named) {
        (Some(present), Some((named, _))) if present != named => {
            return Err(Denial::validation("the chat has another customer").into());
        }
        (None, Some((named, _))) if platform.chats.of_customer(named).is_some() => {
            return Err(Denial::validation("the customer has a chat already").into());
        }
        (Some(present), None) => opening.members.insert(0, (present.clone(), MemberKind::Customer)),
        (Some(_) | None, Some(_)) | (None, None) => {}
    }
    opening.chat = Some(id.to_owned());
    has_slot(platform, request)?;
    platform.admit(cx, request)?;
    let begun = begin(platform, cx, &cause, opening);
    done(&with_thread(Map::new(), &begun))
}

/// `deactivate_chat`.
pub(super) fn deactivate_chat(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let id = fields.required("id")?;
    let presence = PresenceRule::read(&fields)?;
    platform.open_chat(request, id, presence)?;
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.deactivate(cx, &cause, id, &Closing::Agent(request.caller.id.clone()));
    nothing()
}

/// The refusal to resume what goes on.
pub(super) fn already_active() -> Denial {
    Denial::validation("Chat is already active").with_status(ALREADY_ACTIVE_STATUS)
}

fn begin(platform: &mut Livechat, cx: &mut Cx<'_>, cause: &Cause, opening: Opening) -> Begun {
    for (member, kind) in &opening.members {
        if *kind == MemberKind::Customer {
            platform.meet_id(cx, member);
        }
    }
    platform.begin(cx, cause, opening)
}

/// An answer that tells of a thread that has begun.
pub(super) fn with_thread(mut answer: Map<String, Value>, begun: &Begun) -> Map<String, Value> {
    answer.insert("thread_id".to_owned(), json!(begun.thread));
    if !begun.events.is_empty() {
        answer.insert("event_ids".to_owned(), json!(begun.events));
    }
    answer
}

/// Whether the requester may have one more chat.
fn has_slot(platform: &Livechat, request: &Request) -> Result<(), Denial> {
    let id = &request.caller.id;
    let full = |most| platform.chats.load(id) >= most;
    match platform.organization.staffer(id) {
        Some(staffer) if full(staffer.max_chats) => Err(Denial::of(codes::LIMIT_REACHED)),
        Some(_) | None => Ok(()),
    }
}

/// Reads what both methods have in common.
fn opening(
    platform: &Livechat,
    cx: &Cx<'_>,
    request: &Request,
    fields: &Fields<'_>,
    cause: &Cause,
    resumed: Option<&Chat>,
) -> Result<Opening, Denial> {
    let chat = fields.object("chat")?;
    let thread = chat.as_ref().map(|chat| chat.object("thread")).transpose()?.flatten();
    let access = access(platform, chat.as_ref(), resumed)?;
    if !access.iter().all(|group| platform.organization.group(*group).is_some()) {
        return Err(Denial::of(codes::NOT_FOUND));
    }
    if !platform.covers(request, &access) {
        return Err(Denial::of(codes::MISSING_ACCESS));
    }
    let members = members(platform, cx, request, chat.as_ref(), &access)?;
    let properties = |of: Option<&Fields<'_>>, level| {
        of.map(|of| begun_with(platform, request, level, of)).transpose().map(Option::unwrap_or_default)
    };
    let chat_properties = properties(chat.as_ref(), Level::Chat)?;
    let thread_properties = properties(thread.as_ref(), Level::Thread)?;
    let events = events(platform, cx, request, thread.as_ref(), &members, cause)?;
    let phase = match fields.flag("active")? {
        Some(false) => Phase::Closed,
        Some(true) | None => Phase::Open,
    };
    let continuous = fields.flag("continuous")?;
    Ok(Opening {
        chat: None,
        name: None,
        members,
        access,
        chat_properties,
        thread_properties,
        events,
        phase,
        continuous,
    })
}

/// The groups of the new thread: those that the caller names, or else those of the first rule of access that the customer
/// meets. Without a customer there is nobody to meet one. That such a rule counts in chats that agents resume is one of
/// two readings: the page of the method says all agents, that of the rules says that they are for this method, too.
fn access(platform: &Livechat, chat: Option<&Fields<'_>>, resumed: Option<&Chat>) -> Result<Vec<u64>, Denial> {
    let named = chat.map(|chat| chat.object("access")).transpose()?.flatten();
    let named = named.map(|access| access.numbers("group_ids")).transpose()?.flatten();
    if let Some(groups) = named.filter(|groups| !groups.is_empty()) {
        return Ok(groups);
    }
    let users = chat.map(|chat| chat.list("users")).transpose()?.flatten();
    let comer = users.into_iter().flatten().find(|user| user["type"] == "customer");
    let comer = comer.map(|user| user["id"].as_str().unwrap_or_default());
    let customer = comer.or_else(|| resumed.and_then(Chat::customer).map(|member| member.id.as_str()));
    let groups = |id| platform.organization.groups_for(&whereabouts(platform.chats.patron(id)));
    Ok(customer.map_or_else(|| vec![EVERYBODY], groups))
}

fn members(
    platform: &Livechat,
    cx: &Cx<'_>,
    request: &Request,
    chat: Option<&Fields<'_>>,
    access: &[u64],
) -> Result<Vec<(String, MemberKind)>, Denial> {
    let mut members: Vec<(String, MemberKind)> = Vec::new();
    let users = chat.map(|chat| chat.list("users")).transpose()?.flatten();
    for (index, user) in users.into_iter().flatten().enumerate() {
        let user = Fields::of(user, &format!("chat.users.{index}"))?;
        let id = user.required("id")?;
        let (kind, known) = match user.word("type", &["agent", "customer"])?.ok_or_else(|| user.missing("type"))? {
            "agent" => (MemberKind::Agent, platform.organization.staffer(id).is_some()),
            _ => {
                let known = platform.chats.patron(id).is_some() || cx.customer_with_id(id).is_some();
                (MemberKind::Customer, known)
            }
        };
        if !known {
            return Err(Denial::of(codes::NOT_FOUND));
        }
        let staffer = platform.organization.staffer(id).filter(|_| kind == MemberKind::Agent);
        if staffer.is_some_and(|staffer| !staffer.covers(access)) {
            return Err(Denial::of(codes::MISSING_ACCESS));
        }
        if !members.iter().any(|(other, _)| other == id) && id != request.caller.id {
            members.push((id.to_owned(), kind));
        }
    }
    let count = |wanted| members.iter().filter(|(_, kind)| *kind == wanted).count();
    if count(MemberKind::Agent) > MOST_AGENTS || count(MemberKind::Customer) > 1 {
        return Err(Denial::validation("`chat.users` has at most 4 agents and 1 customer"));
    }
    members.push((request.caller.id.clone(), MemberKind::Agent));
    Ok(members)
}

fn events(
    platform: &Livechat,
    cx: &Cx<'_>,
    request: &Request,
    thread: Option<&Fields<'_>>,
    members: &[(String, MemberKind)],
    cause: &Cause,
) -> Result<Vec<(String, Draft)>, Denial> {
    let events = thread.map(|thread| thread.list("events")).transpose()?.flatten();
    let mut drafts = Vec::new();
    for (index, event) in events.into_iter().flatten().enumerate() {
        let event = Fields::of(event, &format!("chat.thread.events.{index}"))?;
        let author = event.text("author_id")?.unwrap_or(&request.caller.id);
        if !members.iter().any(|(member, _)| member == author) {
            return Err(Denial::validation(format!("`{}` is not in `chat.users`", event.name("author_id"))));
        }
        let mut draft = draft(platform, cx, request, &event, cause)?;
        // Whatever the caller asks for, what a thread begins with is seen by everybody.
        draft.visibility = super::super::model::Visibility::All;
        drafts.push((author.to_owned(), draft));
    }
    Ok(drafts)
}
