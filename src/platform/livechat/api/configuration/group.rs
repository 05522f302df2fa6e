//! Groups.
//!
//! Page: platform.text.com/docs/management/configuration-api#groups.

use indexmap::IndexMap;
use serde_json::json;

use super::super::document::Fields;
use super::super::{Outcome, Request, done, nothing};
use super::person::priority;
use crate::platform::cx::Cx;
use crate::platform::livechat::Livechat;
use crate::platform::livechat::codes::{self, Denial};
use crate::platform::livechat::model::{EVERYBODY, Group, LANGUAGE, Priority};
use crate::platform::livechat::wire::organization as wire;

/// How long a name may be.
const LONGEST_NAME: usize = 180;
const FIELDS: [&str; 2] = ["agent_priorities", "routing_status"];

/// `create_group`.
pub(super) fn create_group(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let name = name(&fields)?.ok_or_else(|| fields.missing("name"))?;
    let members = members(platform, &fields)?.ok_or_else(|| fields.missing("agent_priorities"))?;
    let language_code = fields.text("language_code")?.unwrap_or(LANGUAGE).to_owned();
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    let id = platform.organization.next_group();
    platform.amend(cx, &cause, |organization| {
        let id = organization.found(Group { name, language_code });
        organization.populate(id, &members);
    });
    done(&json!({"id": id}))
}

/// `update_group`. Whoever is not among the priorities is no longer in the group; the documents do not say so, but there
/// is no other way to leave one.
pub(super) fn update_group(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let id = group_id(platform, &fields)?;
    platform.member(request, id)?;
    let name = name(&fields)?;
    let language_code = fields.text("language_code")?;
    let members = members(platform, &fields)?;
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.amend(cx, &cause, |organization| {
        if let Some(group) = organization.group_mut(id) {
            group.name = name.unwrap_or_else(|| group.name.clone());
            group.language_code = language_code.map_or_else(|| group.language_code.clone(), str::to_owned);
        }
        if let Some(members) = &members {
            organization.populate(id, members);
        }
    });
    nothing()
}

/// `delete_group`. Nobody can be taken out of the group that everybody is in, so it cannot be deleted either.
pub(super) fn delete_group(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let id = group_id(platform, &request.fields()?)?;
    platform.member(request, id)?;
    if id == EVERYBODY {
        return Err(Denial::validation("group 0 cannot be deleted").into());
    }
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.amend(cx, &cause, |organization| organization.dissolve(id));
    nothing()
}

/// `get_group`.
pub(super) fn get_group(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let id = group_id(platform, &fields)?;
    platform.member(request, id)?;
    let wanted = fields.words("fields", &FIELDS)?.unwrap_or_default();
    platform.admit(cx, request)?;
    done(&wire::group(&platform.organization, id, &wanted))
}

/// `list_groups`. The vendor's sample has the status of each group, though nobody has asked for it.
pub(super) fn list_groups(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let mut wanted = request.fields()?.words("fields", &FIELDS)?.unwrap_or_default();
    wanted.push("routing_status");
    platform.admit(cx, request)?;
    let organization = &platform.organization;
    done(&organization.groups().map(|(id, _)| wire::group(organization, id, &wanted)).collect::<Vec<_>>())
}

fn group_id(platform: &Livechat, fields: &Fields<'_>) -> Result<u64, Denial> {
    let id = fields.number("id")?.ok_or_else(|| fields.missing("id"))?;
    platform.organization.group(id).map(|_| id).ok_or_else(|| Denial::of(codes::GROUP_NOT_FOUND))
}

fn name(fields: &Fields<'_>) -> Result<Option<String>, Denial> {
    let Some(name) = fields.text("name")? else { return Ok(None) };
    match name.chars().count() {
        0 => Err(fields.missing("name")),
        1..=LONGEST_NAME => Ok(Some(name.to_owned())),
        _ => Err(Denial::validation(format!("`name` cannot be longer than {LONGEST_NAME} characters"))),
    }
}

/// Who is in the group, if it is there: `{"agent or bot": "priority"}`.
fn members(platform: &Livechat, fields: &Fields<'_>) -> Result<Option<IndexMap<String, Priority>>, Denial> {
    let Some(priorities) = fields.object("agent_priorities")? else { return Ok(None) };
    let mut members = IndexMap::new();
    for id in priorities.keys() {
        let priority = priority(&priorities, id)?.ok_or_else(|| priorities.missing(id))?;
        platform.organization.staffer(id).ok_or_else(|| Denial::of(codes::NOT_FOUND))?;
        members.insert(id.clone(), priority);
    }
    Ok(Some(members))
}

impl Livechat {
    /// Checks that the caller is in all of these groups, or that their scopes are for other groups, too.
    pub(super) fn members(&self, request: &Request, groups: &[u64]) -> Result<(), Denial> {
        groups.iter().try_for_each(|group| self.member(request, *group))
    }

    /// Checks that the caller is in a group, or that their scopes are for other groups, too.
    fn member(&self, request: &Request, group: u64) -> Result<(), Denial> {
        if self.covers(request, &[group]) { Ok(()) } else { request.reaches_others() }
    }
}
