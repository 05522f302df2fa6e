//! Webhooks: registering them, and switching them on and off.

use super::super::super::Livechat;
use super::super::super::action;
use super::super::super::codes::{self, Denial};
use super::super::super::version::Version;
use super::super::{Outcome, Request, done};
use crate::platform::cx::Cx;

/// `list_webhook_names`.
pub(super) fn list_webhook_names(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let version = match request.fields()?.text("version")? {
        Some(word) => Version::named(word).ok_or_else(|| Denial::of(codes::UNSUPPORTED_VERSION))?,
        None => Version::STABLE,
    };
    platform.admit(cx, request)?;
    done(&action::of_version(version).map(action::Action::entry).collect::<Vec<_>>())
}
