//! Which organization a license belongs to, and the other way round.

use serde_json::{Value, json};

use super::super::{Outcome, Request, done};
use crate::platform::cx::Cx;
use crate::platform::livechat::Livechat;
use crate::platform::livechat::codes::{self, Denial};

/// `get_license_id`.
pub(super) fn get_license_id(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let known = platform.auth.organization_id.clone();
    answer(platform, cx, request, ("organization_id", known), ("license_id", json!(platform.tenant.license_id)))
}

/// `get_organization_id`.
pub(super) fn get_organization_id(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let known = platform.tenant.license_id.to_string();
    answer(platform, cx, request, ("license_id", known), ("organization_id", json!(platform.auth.organization_id)))
}

fn answer(
    platform: &Livechat,
    cx: &mut Cx<'_>,
    request: &Request,
    (key, known): (&str, String),
    (name, value): (&str, Value),
) -> Outcome {
    if request.fields()?.required(key)? != known {
        return Err(Denial::of(codes::NOT_FOUND).into());
    }
    platform.admit(cx, request)?;
    done(&json!({name: value}))
}
