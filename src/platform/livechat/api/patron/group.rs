//! What customers ask about groups before they have a chat: whether anybody is there, who, and what is to be filled in.

use serde_json::{Map, Value, json};

use super::super::super::Livechat;
use super::super::super::codes::{self, Denial};
use super::super::super::deed::{Choice, Pool, Routing};
use super::super::super::form::FormKind;
use super::super::super::model::{Properties, Status};
use super::super::super::wire::{availability, whereabouts};
use super::super::document::Fields;
use super::super::{Outcome, Request, done};
use crate::platform::cx::Cx;

/// `list_group_statuses`: of these groups, or of all. Groups that nobody knows are left out.
pub(super) fn list_group_statuses(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let (all, wanted) = (fields.flag("all")? == Some(true), fields.numbers("group_ids")?);
    if !all && wanted.is_none() {
        return Err(Denial::validation("one of these is required: all, group_ids").into());
    }
    platform.admit(cx, request)?;
    let organization = &platform.organization;
    let meant = |id: &u64| all || wanted.iter().flatten().any(|wanted| wanted == id);
    let ids = organization.groups().map(|(id, _)| id).filter(meant);
    let statuses: Map<String, Value> =
        ids.map(|id| (id.to_string(), json!(availability(organization.group_status(id))))).collect();
    done(&json!({"groups_status": statuses}))
}

/// `get_predicted_agent`: whoever the router would choose now. It never predicts somebody for whom the customer would have
/// to wait, so the answer always says that there is no queue. That the customer must be here by a socket is not asked for.
pub(super) fn get_predicted_agent(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let groups = match request.fields()?.number("group_id")? {
        Some(group) => vec![known(platform, group)?],
        None => platform.organization.groups_for(&whereabouts(platform.chats.patron(&request.caller.id))),
    };
    if groups.iter().all(|group| platform.organization.group_status(*group) == Status::Offline) {
        return Err(Denial::of(codes::GROUP_OFFLINE).into());
    }
    let chat = platform.chats.of_customer(&request.caller.id);
    let properties = chat.map(|chat| chat.properties.clone()).unwrap_or_default();
    let pool = Pool::of(&properties, None::<&Properties>);
    let recent = chat.and_then(|chat| chat.latest()?.held_by.as_deref());
    let agent = match platform.route_back(&Choice { groups: &groups, but: &[], pool }, recent) {
        Routing::To(agent) => platform.organization.staffer(&agent),
        Routing::NobodyFree | Routing::ByHand => None,
    };
    let agent = agent.ok_or_else(|| Denial::of(codes::GROUP_UNAVAILABLE))?;
    platform.admit(cx, request)?;
    done(&json!({"agent": platform.customers_view(request.version).staffer(agent), "queue": false}))
}

/// `get_form`.
pub(super) fn get_form(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let group = fields.number("group_id")?.ok_or_else(|| fields.missing("group_id"))?;
    let kind = kind(&fields)?;
    known(platform, group)?;
    platform.admit(cx, request)?;
    done(&match platform.tenant.forms.get(&(group, kind)) {
        Some(form) => json!({"form": form, "enabled": true}),
        None => json!({"enabled": false}),
    })
}

fn kind(fields: &Fields<'_>) -> Result<FormKind, Denial> {
    let words = FormKind::ALL.map(|(word, _)| word);
    let word = fields.word("type", &words)?.ok_or_else(|| fields.missing("type"))?;
    let known = FormKind::ALL.into_iter().find(|(known, _)| *known == word);
    known.map(|(_, kind)| kind).ok_or_else(|| fields.missing("type"))
}

/// A group that exists.
pub(super) fn known(platform: &Livechat, group: u64) -> Result<u64, Denial> {
    match platform.organization.group(group) {
        Some(_) => Ok(group),
        None => Err(Denial::of(codes::GROUP_NOT_FOUND)),
    }
}
