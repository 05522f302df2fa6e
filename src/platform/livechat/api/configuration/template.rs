//! Bots that an app brings along wherever it is installed: templates, and the bots made from them, which share their ids.
//!
//! There is one license here, and every app is installed there. A template changes its bots only if the caller says so,
//! and then there is one.
//!
//! Page: platform.text.com/docs/management/configuration-api#bot-templates.

use serde_json::json;

use super::super::document::Fields;
use super::super::{Outcome, Request, done, nothing};
use super::bot::{draft, read, rename, secret};
use super::webhook::own_app;
use crate::base::secret::Secret;
use crate::platform::cx::Cx;
use crate::platform::livechat::Livechat;
use crate::platform::livechat::codes::{self, Denial};
use crate::platform::livechat::model::{StaffKind, Staffer};
use crate::platform::livechat::wire::organization as wire;

/// How many templates an app may have.
const MOST: usize = 5;

/// `create_bot_template`.
pub(super) fn create_bot_template(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let owner = own_app(platform, &fields)?;
    let mut template = draft(platform, &fields, request.version, owner)?;
    let reach = reach(&fields)?;
    if platform.organization.templates_of(owner).count() >= MOST {
        return Err(Denial::of(codes::LIMIT_REACHED).into());
    }
    platform.admit(cx, request)?;
    let (id, key) = secret(cx, &mut template);
    let cause = platform.cause(cx, request);
    platform.amend(cx, &cause, |organization| {
        if reach == Reach::Installations {
            organization.enlist(template.clone());
        }
        organization.put_template(template);
    });
    done(&json!({"id": id, "secret": key}))
}

/// `update_bot_template`.
pub(super) fn update_bot_template(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let mut changed = template(platform, &fields)?.clone();
    rename(&fields, &mut changed)?;
    read(platform, &fields, request.version, &mut changed)?;
    let reach = reach(&fields)?;
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.amend(cx, &cause, |organization| {
        if let Some(bot) = organization.staffer_mut(&changed.id).filter(|_| reach == Reach::Installations) {
            let now = changed.clone();
            *bot = Staffer { kind: bot.kind.clone(), status: bot.status, groups: bot.groups.clone(), ..now };
        }
        organization.put_template(changed);
    });
    nothing()
}

/// `delete_bot_template`.
pub(super) fn delete_bot_template(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let id = template(platform, &fields)?.id.clone();
    let reach = reach(&fields)?;
    platform.admit(cx, request)?;
    platform.organization.remove_template(&id);
    if reach == Reach::Installations {
        let cause = platform.cause(cx, request);
        platform.retire(cx, &cause, &id);
    }
    nothing()
}

/// `list_bot_templates`.
pub(super) fn list_bot_templates(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let owner = own_app(platform, &fields)?;
    platform.admit(cx, request)?;
    done(&platform.organization.templates_of(owner).map(wire::listed_bot).collect::<Vec<_>>())
}

/// `reset_bot_template_secret`.
pub(super) fn reset_bot_template_secret(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let id = template(platform, &fields)?.id.clone();
    let mut changed = template(platform, &fields)?.clone();
    let reach = reach(&fields)?;
    platform.admit(cx, request)?;
    let key = super::bot::fresh_secret(cx);
    let bot = platform.organization.staffer_mut(&id).filter(|_| reach == Reach::Installations);
    for staffer in bot.into_iter().chain([&mut changed]) {
        if let StaffKind::Bot { secret, .. } = &mut staffer.kind {
            *secret = Some(Secret::new(key.as_str()));
        }
    }
    platform.organization.put_template(changed);
    done(&json!({"secret": key}))
}

/// Whom a change of a template is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// For bots that are made from it later.
    Later,
    /// For those that were made from it, too.
    Installations,
}

fn reach(fields: &Fields<'_>) -> Result<Reach, Denial> {
    Ok(match fields.flag("affect_existing_installations")? {
        Some(true) => Reach::Installations,
        Some(false) | None => Reach::Later,
    })
}

/// The template that a request is about, if it is the app's that it names.
fn template<'p>(platform: &'p Livechat, fields: &Fields<'_>) -> Result<&'p Staffer, Denial> {
    let id = fields.required("id")?;
    let owner = own_app(platform, fields)?;
    let found = platform.organization.template(id).filter(|template| match &template.kind {
        StaffKind::Bot { owner: own, .. } => own == owner,
        StaffKind::Agent(_) => false,
    });
    found.ok_or_else(|| Denial::of(codes::NOT_FOUND))
}
