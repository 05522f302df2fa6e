//! Customers who begin their chat, go on with it, or end it.

use serde_json::{Map, json};

use super::super::super::Livechat;
use super::super::super::codes::{self, Denial};
use super::super::super::deed::{Closing, Coming, Doors, Unwelcome};
use super::super::super::events::Cause;
use super::super::super::model::Draft;
use super::super::super::wire::whereabouts;
use super::super::document::Fields;
use super::super::draft::draft;
use super::super::opening::{already_active, with_thread};
use super::super::property::{Level, begun_with};
use super::super::{Outcome, Request, done, nothing};
use crate::platform::cx::Cx;

/// `start_chat`.
pub(super) fn start_chat(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let cause = platform.cause(cx, request);
    let coming = coming(platform, cx, request, &fields, &cause)?;
    if platform.chats.of_customer(&request.caller.id).is_some() {
        return Err(Denial::of(codes::LIMIT_REACHED).into());
    }
    let reception = platform.receive(cx, &coming).map_err(unwelcome)?;
    platform.admit(cx, request)?;
    let begun = platform.come(cx, &cause, coming, reception);
    let answer = Map::from_iter([("chat_id".to_owned(), json!(begun.chat))]);
    done(&with_thread(answer, &begun))
}

/// `resume_chat`.
pub(super) fn resume_chat(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let cause = platform.cause(cx, request);
    let id = fields.required_object("chat")?.required("id")?;
    let coming = coming(platform, cx, request, &fields, &cause)?;
    platform.chat(request, id)?;
    let reception = platform.receive(cx, &coming).map_err(unwelcome)?;
    platform.admit(cx, request)?;
    let begun = platform.come(cx, &cause, coming, reception);
    done(&with_thread(Map::new(), &begun))
}

/// `deactivate_chat`.
pub(super) fn deactivate_chat(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let id = fields.required("id")?;
    platform.chat(request, id)?.active().ok_or_else(|| Denial::of(codes::CHAT_INACTIVE))?;
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.deactivate(cx, &cause, id, &Closing::Customer(request.caller.id.clone()));
    nothing()
}

fn unwelcome(why: Unwelcome) -> Denial {
    match why {
        Unwelcome::Banned(_) => Denial::of(codes::CUSTOMER_BANNED),
        Unwelcome::Open => already_active(),
        Unwelcome::NobodyThere | Unwelcome::NobodyFree => Denial::of(codes::GROUPS_OFFLINE),
    }
}

/// Reads what both methods have in common. Whom the caller names as users does not matter: it is them.
fn coming(
    platform: &Livechat,
    cx: &Cx<'_>,
    request: &Request,
    fields: &Fields<'_>,
    cause: &Cause,
) -> Result<Coming, Denial> {
    let chat = fields.object("chat")?;
    let thread = chat.as_ref().map(|chat| chat.object("thread")).transpose()?.flatten();
    let access = chat.as_ref().map(|chat| chat.object("access")).transpose()?.flatten();
    let named = access.map(|access| access.numbers("group_ids")).transpose()?.flatten();
    let access = match named.filter(|groups| !groups.is_empty()) {
        Some(groups) => groups,
        None => platform.organization.groups_for(&whereabouts(platform.chats.patron(&request.caller.id))),
    };
    if !access.iter().all(|group| platform.organization.group(*group).is_some()) {
        return Err(Denial::of(codes::GROUP_NOT_FOUND));
    }
    let properties = |of: Option<&Fields<'_>>, level| {
        of.map(|of| begun_with(platform, request, level, of)).transpose().map(Option::unwrap_or_default)
    };
    let doors = match fields.flag("active")? {
        Some(false) => Doors::Closed,
        Some(true) | None => Doors::OfficeHours,
    };
    Ok(Coming {
        customer: request.caller.id.clone(),
        name: cause.by.id.clone(),
        access,
        chat_properties: properties(chat.as_ref(), Level::Chat)?,
        thread_properties: properties(thread.as_ref(), Level::Thread)?,
        events: events(platform, cx, request, thread.as_ref(), cause)?,
        doors,
        continuous: fields.flag("continuous")?,
    })
}

fn events(
    platform: &Livechat,
    cx: &Cx<'_>,
    request: &Request,
    thread: Option<&Fields<'_>>,
    cause: &Cause,
) -> Result<Vec<(String, Draft)>, Denial> {
    let events = thread.map(|thread| thread.list("events")).transpose()?.flatten();
    let one = |(index, event)| {
        let event = Fields::of(event, &format!("chat.thread.events.{index}"))?;
        Ok((request.caller.id.clone(), draft(platform, cx, request, &event, cause)?))
    };
    events.into_iter().flatten().enumerate().map(one).collect()
}
