//! What widgets ask for before anybody has a token: what is configured for those who come.
//!
//! Only what the API or the set-up configures is told. Versions are hashes of what they are versions of, so that they change
//! with it; their form is the vendor's.

use serde_json::{Map, Value, json};

use super::super::super::Livechat;
use super::super::super::codes::Denial;
use super::super::super::form::FormKind;
use super::super::super::model::registry::{Asker, Filter, Holder, Reach, Side};
use super::super::super::model::{LANGUAGE, Status, Whereabouts};
use super::super::super::version::Version;
use super::super::super::wire::{WHEREABOUTS, hashed};
use super::super::document::Fields;
use super::super::{Outcome, Request, done};
use super::group::known;
use crate::platform::cx::Cx;

/// What stands on the pages of every customer; the vendor has two more, which are other products.
const WIDGET: &str = "livechat";

/// `list_license_properties`.
pub(super) fn list_license_properties(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let (namespace, name) = (fields.text("namespace")?, fields.text("name")?);
    platform.admit(cx, request)?;
    done(&named(readable(platform, Holder::License, namespace), name))
}

/// `list_group_properties`.
pub(super) fn list_group_properties(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let (namespace, name) = (fields.text("namespace")?, fields.text("name")?);
    let group = group(platform, &fields, "id")?.ok_or_else(|| fields.missing("id"))?;
    platform.admit(cx, request)?;
    done(&named(readable(platform, Holder::Group(group), namespace), name))
}

/// `get_dynamic_configuration`: flat before 3.6.
pub(super) fn get_dynamic_configuration(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let url = fields.text("url")?;
    let group = match group(platform, &fields, "group_id")? {
        Some(group) => group,
        None => {
            let there = Whereabouts { url: url.unwrap_or(WHEREABOUTS.url), ..WHEREABOUTS };
            platform.organization.groups_for(&there).first().copied().unwrap_or_default()
        }
    };
    platform.admit(cx, request)?;
    let organization = &platform.organization;
    let online = |id: &u64| organization.group_status(*id) != Status::Offline;
    let online: Vec<u64> = organization.groups().map(|(id, _)| id).filter(online).collect();
    let language = organization.group(group).map_or(LANGUAGE, |group| &group.language_code);
    let mut inner = Map::new();
    inner.insert("group_id".to_owned(), json!(group));
    inner.insert("client_limit_exceeded".to_owned(), json!(false));
    inner.insert("domain_allowed".to_owned(), json!(url.is_none_or(|url| allowed(platform, url))));
    if !online.is_empty() {
        inner.insert("online_group_ids".to_owned(), json!(online));
    }
    inner.insert("config_version".to_owned(), json!(hashed(&configuration(platform, group).to_string())));
    let phrases = Value::Object(phrases(platform, group, language));
    inner.insert("localization_version".to_owned(), json!(hashed(&phrases.to_string())));
    inner.insert("language".to_owned(), json!(language));
    let mut answer = Map::new();
    answer.insert("organization_id".to_owned(), json!(platform.auth.organization_id));
    answer.insert("livechat_active".to_owned(), json!(true));
    match request.version {
        Version::V3_4 | Version::V3_5 => answer.extend(inner),
        Version::V3_6 | Version::V3_7 => {
            answer.insert("default_widget".to_owned(), json!(WIDGET));
            answer.insert("livechat".to_owned(), Value::Object(inner));
        }
    }
    done(&answer)
}

/// `get_configuration`. Any version is answered with the present one.
pub(super) fn get_configuration(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let group = group(platform, &fields, "group_id")?.ok_or_else(|| fields.missing("group_id"))?;
    fields.required("version")?;
    platform.admit(cx, request)?;
    done(&configuration(platform, group))
}

/// `get_localization`: the phrases that were translated. The vendor's own texts are not public.
pub(super) fn get_localization(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let group = group(platform, &fields, "group_id")?.ok_or_else(|| fields.missing("group_id"))?;
    let language = fields.required("language")?;
    fields.required("version")?;
    platform.admit(cx, request)?;
    done(&phrases(platform, group, language))
}

/// What a widget shows in a group. There are no buttons and integrations here.
fn configuration(platform: &Livechat, group: u64) -> Value {
    let mut shown = Map::new();
    shown.insert("buttons".to_owned(), json!([]));
    for (key, kind) in [("ticket_form", FormKind::Ticket), ("prechat_form", FormKind::Prechat)] {
        if let Some(form) = platform.tenant.forms.get(&(group, kind)) {
            shown.insert(key.to_owned(), json!(form));
        }
    }
    shown.insert("integrations".to_owned(), json!({}));
    let properties = json!({
        "group": readable(platform, Holder::Group(group), None),
        "license": readable(platform, Holder::License, None),
    });
    shown.insert("properties".to_owned(), properties);
    Value::Object(shown)
}

fn phrases(platform: &Livechat, group: u64, language: &str) -> Map<String, Value> {
    platform.library.phrases.get(&(group, language.to_owned())).cloned().unwrap_or_default()
}

/// Whether the widget may stand on a page: anywhere, unless domains were named. A domain has its subdomains, which is
/// inferred.
fn allowed(platform: &Livechat, url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.split(['/', ':', '?', '#']).next().unwrap_or_default();
    let within =
        |domain: &String| host == domain || host.strip_suffix(domain.as_str()).is_some_and(|sub| sub.ends_with('.'));
    platform.library.domains.is_empty() || platform.library.domains.iter().any(within)
}

/// The values that customers may read, whoever's app they are of: these calls have no token and so no app.
fn readable(platform: &Livechat, holder: Holder, namespace: Option<&str>) -> Map<String, Value> {
    let asker = Asker { owns: &|_| true, reach: Reach::Published, side: Side::Customer };
    platform.properties.list(holder, &asker, &Filter { namespace, name_prefix: "" })
}

/// Of these values those with a name, if one is wanted.
fn named(mut values: Map<String, Value>, wanted: Option<&str>) -> Map<String, Value> {
    if let Some(wanted) = wanted {
        for names in values.values_mut().filter_map(Value::as_object_mut) {
            names.retain(|name, _| name == wanted);
        }
        values.retain(|_, names| names.as_object().is_some_and(|names| !names.is_empty()));
    }
    values
}

/// A group that a query names by its digits, if it does.
fn group(platform: &Livechat, fields: &Fields<'_>, key: &str) -> Result<Option<u64>, Denial> {
    let Some(digits) = fields.text(key)? else { return Ok(None) };
    let id = digits.parse().map_err(|_| Denial::validation(format!("`{key}` must be a number")))?;
    known(platform, id).map(Some)
}
