//! Tags.
//!
//! Page: platform.text.com/docs/management/configuration-api#tags.

use super::super::{Outcome, Request, done, nothing};
use super::person::group_ids;
use crate::platform::cx::Cx;
use crate::platform::livechat::Livechat;
use crate::platform::livechat::codes::{self, Denial};
use crate::platform::livechat::model::Tag;
use crate::platform::livechat::wire::organization as wire;

/// `create_tag`.
pub(super) fn create_tag(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let name = fields.required("name")?;
    let groups = group_ids(platform, &fields, "group_ids")?.unwrap_or_default();
    platform.members(request, &groups)?;
    if platform.organization.tags().iter().any(|tag| tag.name.to_lowercase() == name.to_lowercase()) {
        return Err(Denial::of(codes::ALREADY_EXISTS).into());
    }
    platform.admit(cx, request)?;
    let author = request.caller.id.clone();
    let tag = Tag { name: name.to_owned(), groups, author, created_at: cx.now() };
    let cause = platform.cause(cx, request);
    platform.amend(cx, &cause, |organization| organization.put_tag(tag));
    nothing()
}

/// `update_tag`.
pub(super) fn update_tag(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let name = fields.required("name")?;
    let groups = group_ids(platform, &fields, "group_ids")?;
    let mut tag = platform.organization.tag(name).ok_or_else(|| Denial::of(codes::NOT_FOUND))?.clone();
    platform.members(request, &tag.groups)?;
    tag.groups = groups.unwrap_or(tag.groups);
    platform.members(request, &tag.groups)?;
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.amend(cx, &cause, |organization| organization.put_tag(tag));
    nothing()
}

/// `delete_tag`.
pub(super) fn delete_tag(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let name = request.fields()?.required("name")?;
    let tag = platform.organization.tag(name).ok_or_else(|| Denial::of(codes::NOT_FOUND))?;
    platform.members(request, &tag.groups)?;
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.amend(cx, &cause, |organization| organization.remove_tag(name));
    nothing()
}

/// `list_tags`. Whoever may only see those of their own groups sees those of no group, too, which is inferred: they are
/// not anybody else's.
pub(super) fn list_tags(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let wanted = match request.fields()?.object("filters")? {
        Some(filters) => Some(filters.numbers("group_ids")?.ok_or_else(|| filters.missing("group_ids"))?),
        None => None,
    };
    platform.admit(cx, request)?;
    let tags = platform
        .organization
        .tags()
        .iter()
        .filter(|tag| tag.groups.is_empty() || platform.covers(request, &tag.groups))
        .filter(|tag| wanted.as_ref().is_none_or(|wanted| tag.groups.iter().any(|group| wanted.contains(group))));
    done(&tags.map(wire::tag).collect::<Vec<_>>())
}
