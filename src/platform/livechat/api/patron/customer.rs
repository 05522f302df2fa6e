//! What customers tell about themselves.

use super::super::super::Livechat;
use super::super::super::codes::{self, Denial};
use super::super::super::model::{Dossier, Revision};
use super::super::customer::{revision, session_fields};
use super::super::{Outcome, Request, done, nothing};
use crate::platform::cx::Cx;

/// How many session fields there may be.
const MOST_SESSION_FIELDS: usize = 100;

/// `get_customer`.
pub(super) fn get_customer(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    platform.admit(cx, request)?;
    arrive(platform, cx, request);
    done(&platform.customers_view(request.version).customer(&request.caller.id))
}

/// `update_customer`.
pub(super) fn update_customer(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let revision = revision(&request.fields()?)?;
    revise(platform, cx, request, revision)
}

/// `set_customer_session_fields`.
pub(super) fn set_customer_session_fields(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let noted = session_fields(&fields)?.ok_or_else(|| fields.missing("session_fields"))?;
    let profile = Dossier { session_fields: Some(noted), ..Dossier::default() };
    revise(platform, cx, request, Revision { name: None, email: None, profile })
}

fn revise(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request, revision: Revision) -> Outcome {
    if revision.profile.session_fields.as_ref().is_some_and(|fields| fields.len() > MOST_SESSION_FIELDS) {
        return Err(Denial::of(codes::LIMIT_REACHED).into());
    }
    platform.admit(cx, request)?;
    arrive(platform, cx, request);
    let cause = platform.cause(cx, request);
    platform.revise(cx, &cause, &request.caller.id, revision);
    nothing()
}

/// Gets to know a customer whose token the set-up has given.
fn arrive(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) {
    platform.arrive(cx, &request.caller.id, request.caller.client.as_deref());
}

/// `check_goals`. There are no goals here, so none is ever reached, and the answer would not tell.
pub(super) fn check_goals(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    session_fields(&fields)?.ok_or_else(|| fields.missing("session_fields"))?;
    let group = fields.number("group_id")?.ok_or_else(|| fields.missing("group_id"))?;
    fields.required("page_url")?;
    if platform.organization.group(group).is_none() {
        return Err(Denial::of(codes::GROUP_NOT_FOUND).into());
    }
    platform.admit(cx, request)?;
    nothing()
}
