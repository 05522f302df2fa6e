//! Webhooks: registering them, listing them, and switching those of a license on and off.
//!
//! Page: platform.text.com/docs/management/configuration-api#webhooks.

use serde_json::json;

use super::super::document::Fields;
use super::super::{Outcome, Request, done, nothing};
use super::registration::{read, shown};
use crate::base::address::is_address;
use crate::base::secret::Secret;
use crate::platform::cx::Cx;
use crate::platform::livechat::Livechat;
use crate::platform::livechat::action;
use crate::platform::livechat::codes::{self, Denial};
use crate::platform::livechat::hook::LONGEST_URL;
use crate::platform::livechat::model::{Registration, Unregistrable};
use crate::platform::livechat::tenant::LicenseWebhooks;
use crate::platform::livechat::version::Version;

/// `register_webhook`.
pub(super) fn register_webhook(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let secret = Secret::new(fields.required("secret_key")?);
    let url = fields.required("url")?;
    if url.len() > LONGEST_URL {
        return Err(Denial::validation(format!("`url` cannot be longer than {LONGEST_URL} characters")).into());
    }
    if !is_address(url) {
        return Err(Denial::validation("`url` is not valid").into());
    }
    let owner = own_app(platform, &fields)?;
    let hook = read(&fields, owner, request.version)?;
    platform.organization.webhooks.admits(owner, hook.action).map_err(too_many)?;
    platform.admit(cx, request)?;
    let id = crate::platform::livechat::hook_id(cx);
    cx.set_up(url);
    let registration = Registration { id: id.clone(), secret, hook };
    platform.organization.webhooks.register(cx.now(), registration).map_err(too_many)?;
    done(&json!({"id": id}))
}

fn too_many(why: Unregistrable) -> Denial {
    match why {
        Unregistrable::TooMany => Denial::of(codes::LIMIT_REACHED),
    }
}

/// `list_webhooks`.
pub(super) fn list_webhooks(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let owner = own_app(platform, &fields)?;
    platform.admit(cx, request)?;
    done(&platform.organization.webhooks.of(owner).map(shown).collect::<Vec<_>>())
}

/// `unregister_webhook`.
pub(super) fn unregister_webhook(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let id = fields.required("id")?;
    let owner = own_app(platform, &fields)?;
    if !platform.organization.webhooks.of(owner).any(|registration| registration.id == id) {
        return Err(Denial::of(codes::NOT_FOUND).into());
    }
    platform.admit(cx, request)?;
    platform.organization.webhooks.unregister(cx.now(), owner, id);
    nothing()
}

/// The app that a call is about, where it has to be named whoever calls.
pub(super) fn own_app<'d>(platform: &Livechat, fields: &Fields<'d>) -> Result<&'d str, Denial> {
    let owner = fields.required("owner_client_id")?;
    if platform.organization.webhooks.knows(owner) { Ok(owner) } else { Err(Denial::of(codes::AUTHORIZATION)) }
}

/// `list_webhook_names`.
pub(super) fn list_webhook_names(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let version = match request.fields()?.text("version")? {
        Some(word) => Version::named(word).ok_or_else(|| Denial::of(codes::UNSUPPORTED_VERSION))?,
        None => Version::STABLE,
    };
    platform.admit(cx, request)?;
    done(&action::of_version(version).map(action::Action::entry).collect::<Vec<_>>())
}

/// `enable_license_webhooks`.
pub(super) fn enable_license_webhooks(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    switch(platform, cx, request, LicenseWebhooks::Enabled)
}

/// `disable_license_webhooks`.
pub(super) fn disable_license_webhooks(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    switch(platform, cx, request, LicenseWebhooks::Disabled)
}

fn switch(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request, to: LicenseWebhooks) -> Outcome {
    let app = platform.app(request)?;
    platform.admit(cx, request)?;
    platform.organization.webhooks.switch(&app, to);
    nothing()
}

/// `get_license_webhooks_state`.
pub(super) fn get_license_webhooks_state(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let app = platform.app(request)?;
    platform.admit(cx, request)?;
    let enabled = platform.organization.webhooks.license(&app) == LicenseWebhooks::Enabled;
    done(&json!({"license_webhooks_enabled": enabled}))
}

impl Livechat {
    /// The app that a call is about: the one it names, or else the one that its token belongs to. Personal access tokens
    /// belong to none, so their holders have to name one. Up to 3.4 other tokens had to be used without.
    pub(super) fn app(&self, request: &Request) -> Result<String, Denial> {
        let fields = request.fields()?;
        // Published clients spell the field as older versions did.
        let named = match fields.text("owner_client_id")? {
            Some(named) => Some(named),
            None => fields.text("client_id")?,
        };
        match (named.filter(|named| !named.is_empty()), &request.caller.client) {
            (Some(_), Some(_)) if request.version == Version::V3_4 && fields.get("owner_client_id").is_some() => {
                Err(Denial::validation("`owner_client_id` can only be used with a personal access token"))
            }
            (Some(named), _) if self.organization.webhooks.knows(named) => Ok(named.to_owned()),
            (Some(_), _) => Err(Denial::of(codes::AUTHORIZATION)),
            (None, Some(own)) => Ok(own.clone()),
            (None, None) => Err(fields.missing("owner_client_id")),
        }
    }
}
