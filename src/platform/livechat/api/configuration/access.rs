//! Rules that say which groups a visitor's chats are for.
//!
//! Page: platform.text.com/docs/management/configuration-api#auto-access.

use serde_json::json;

use super::super::document::Fields;
use super::super::{Outcome, Request, done, nothing};
use super::person::group_ids;
use crate::platform::cx::Cx;
use crate::platform::livechat::Livechat;
use crate::platform::livechat::codes::{self, Denial};
use crate::platform::livechat::model::{Conditions, Pattern, Patterns, Place, Places, Rule};
use crate::platform::livechat::wire::organization as wire;

/// How long ids are, in hexadecimal digits.
const DIGITS: usize = 32;

/// `add_auto_access`.
pub(super) fn add_auto_access(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let groups = groups(platform, &fields)?.ok_or_else(|| fields.missing("access"))?;
    let conditions = conditions(&fields)?.ok_or_else(|| fields.missing("conditions"))?;
    let description = fields.text("description")?.unwrap_or_default().to_owned();
    let next = next(platform, &fields)?.unwrap_or_default();
    platform.admit(cx, request)?;
    let id = cx.draw("livechat/rule-id").hex(DIGITS);
    let cause = platform.cause(cx, request);
    platform.amend(cx, &cause, |organization| {
        organization.put_rule(Rule { id: id.clone(), description, groups, conditions });
        organization.move_rule(&id, next);
    });
    done(&json!({"id": id}))
}

/// `update_auto_access`.
pub(super) fn update_auto_access(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let mut rule = rule(platform, &fields)?.clone();
    rule.groups = groups(platform, &fields)?.unwrap_or(rule.groups);
    rule.conditions = conditions(&fields)?.unwrap_or(rule.conditions);
    if let Some(description) = fields.text("description")? {
        description.clone_into(&mut rule.description);
    }
    let next = next(platform, &fields)?;
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.amend(cx, &cause, |organization| {
        let id = rule.id.clone();
        organization.put_rule(rule);
        if let Some(next) = next {
            organization.move_rule(&id, next);
        }
    });
    nothing()
}

/// `delete_auto_access`.
pub(super) fn delete_auto_access(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let id = rule(platform, &request.fields()?)?.id.clone();
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.amend(cx, &cause, |organization| organization.remove_rule(&id));
    nothing()
}

/// `list_auto_accesses`.
pub(super) fn list_auto_accesses(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    platform.admit(cx, request)?;
    let organization = &platform.organization;
    done(&organization.rules().iter().map(|rule| wire::rule(organization, rule)).collect::<Vec<_>>())
}

fn rule<'p>(platform: &'p Livechat, fields: &Fields<'_>) -> Result<&'p Rule, Denial> {
    let id = fields.required("id")?;
    let found = platform.organization.rules().iter().find(|rule| rule.id == id);
    found.ok_or_else(|| Denial::of(codes::NOT_FOUND))
}

/// The rule to come before, if it is there; empty for the end.
fn next<'d>(platform: &Livechat, fields: &Fields<'d>) -> Result<Option<&'d str>, Denial> {
    let next = fields.text("next_id")?;
    let known = |next: &str| next.is_empty() || platform.organization.rules().iter().any(|rule| rule.id == next);
    match next.is_none_or(known) {
        true => Ok(next),
        false => Err(Denial::of(codes::NOT_FOUND)),
    }
}

fn groups(platform: &Livechat, fields: &Fields<'_>) -> Result<Option<Vec<u64>>, Denial> {
    let Some(access) = fields.object("access")? else { return Ok(None) };
    group_ids(platform, &access, "groups")?.map(Some).ok_or_else(|| access.missing("groups"))
}

fn conditions(fields: &Fields<'_>) -> Result<Option<Conditions>, Denial> {
    let Some(fields) = fields.object("conditions")? else { return Ok(None) };
    let conditions = Conditions {
        url: patterns(&fields, "url")?,
        domain: patterns(&fields, "domain")?,
        geolocation: places(&fields)?,
    };
    if conditions == Conditions::default() {
        return Err(Denial::validation("`conditions` must have `url`, `domain` or `geolocation`"));
    }
    Ok(Some(conditions))
}

fn patterns(fields: &Fields<'_>, key: &str) -> Result<Option<Patterns>, Denial> {
    let Some(fields) = fields.object(key)? else { return Ok(None) };
    let read = |key: &str| {
        let Some(items) = fields.list(key)? else { return Ok(None) };
        let pattern = |(index, item)| {
            let item = Fields::of(item, &format!("{}.{index}", fields.name(key)))?;
            let value = item.required("value")?.to_owned();
            Ok(Pattern { value, exact_match: item.flag("exact_match")?.unwrap_or(false) })
        };
        items.iter().enumerate().map(pattern).collect::<Result<Vec<_>, Denial>>().map(Some)
    };
    match (read("values")?, read("exclude_values")?) {
        (Some(values), None) => Ok(Some(Patterns::Values(values))),
        (None, Some(values)) => Ok(Some(Patterns::ExcludeValues(values))),
        (None, None) => Err(fields.missing("values")),
        (Some(_), Some(_)) => {
            let (one, other) = (fields.name("values"), fields.name("exclude_values"));
            Err(Denial::validation(format!("`{one}` cannot be used with `{other}`")))
        }
    }
}

fn places(fields: &Fields<'_>) -> Result<Option<Places>, Denial> {
    let Some(fields) = fields.object("geolocation")? else { return Ok(None) };
    let items = fields.list("values")?.ok_or_else(|| fields.missing("values"))?;
    let place = |(index, item)| {
        let item = Fields::of(item, &format!("{}.{index}", fields.name("values")))?;
        let text = |key: &str| Ok::<_, Denial>(item.text(key)?.map(str::to_owned));
        Ok(Place {
            country: text("country")?,
            country_code: text("country_code")?,
            region: text("region")?,
            city: text("city")?,
        })
    };
    Ok(Some(Places { values: items.iter().enumerate().map(place).collect::<Result<_, Denial>>()? }))
}
