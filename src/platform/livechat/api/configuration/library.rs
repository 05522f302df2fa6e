//! Allowed domains, canned responses and translations, which are part of the developer preview.
//!
//! Page: platform.text.com/docs/management/configuration-api/v3.7. Inferred: the fields of a canned response in lists, that
//! private ones are for their author, and which error is for what.

use serde_json::{Map, Value, json};

use super::super::document::Fields;
use super::super::page::{Asked, limit};
use super::super::{Outcome, Request, done, nothing};
use crate::platform::cx::Cx;
use crate::platform::livechat::Livechat;
use crate::platform::livechat::codes::{self, Denial};
use crate::platform::livechat::model::{Audience, Canned};

const LONGEST_DOMAIN: usize = 255;
/// How many canned responses a page has, at most and unless fewer are asked for.
const PAGE: usize = 100;

/// `add_allowed_domain`.
pub(super) fn add_allowed_domain(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let domain = domain(request)?;
    if platform.library.domains.contains(domain) {
        return Err(Denial::of(codes::ALREADY_EXISTS).into());
    }
    platform.admit(cx, request)?;
    platform.library.domains.insert(domain.to_owned());
    nothing()
}

/// `list_allowed_domains`.
pub(super) fn list_allowed_domains(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    platform.admit(cx, request)?;
    done(&json!({"domains": platform.library.domains}))
}

/// `delete_allowed_domain`.
pub(super) fn delete_allowed_domain(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let domain = domain(request)?;
    if !platform.library.domains.contains(domain) {
        return Err(Denial::of(codes::NOT_FOUND).into());
    }
    platform.admit(cx, request)?;
    platform.library.domains.shift_remove(domain);
    nothing()
}

fn domain(request: &Request) -> Result<&str, Denial> {
    let domain = request.fields()?.required("domain")?;
    match domain.len() > LONGEST_DOMAIN {
        true => Err(Denial::validation(format!("`domain` cannot be longer than {LONGEST_DOMAIN} characters"))),
        false => Ok(domain),
    }
}

/// `create_canned_response`.
pub(super) fn create_canned_response(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let canned = read_canned(platform, request, None)?;
    platform.admit(cx, request)?;
    done(&json!({"id": platform.library.canned.add(canned)}))
}

/// `update_canned_response`.
pub(super) fn update_canned_response(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let (id, canned) = found(platform, request)?;
    let canned = read_canned(platform, request, Some(canned))?;
    platform.admit(cx, request)?;
    platform.library.canned.replace(id, canned);
    nothing()
}

/// `delete_canned_response`.
pub(super) fn delete_canned_response(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let (id, _) = found(platform, request)?;
    platform.admit(cx, request)?;
    platform.library.canned.remove(id);
    nothing()
}

/// `list_canned_responses`, in the order in which they were made.
pub(super) fn list_canned_responses(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let asked = Asked::read(&request.document, &["group_id", "limit"])?;
    let fields = Fields::of(&asked.query, "")?;
    let (group, limit) = (fields.number("group_id")?, limit(&fields, PAGE)?);
    platform.admit(cx, request)?;
    let wanted = |(_, canned): &(u64, &Canned)| {
        canned.is_for(&request.caller.id) && group.is_none_or(|group| group == canned.group)
    };
    let canned: Vec<_> = platform.library.canned.all().filter(wanted).collect();
    let found = canned.len();
    let page = asked.page(canned, limit);
    let shown = |(id, canned): &(u64, &Canned)| {
        let private = canned.audience != Audience::Group;
        json!({"id": id, "text": canned.text, "tags": canned.tags, "group_id": canned.group, "is_private": private})
    };
    let mut answer = Map::new();
    answer.insert("canned_responses".to_owned(), page.entries.iter().map(shown).collect());
    answer.insert("found_canned_responses".to_owned(), json!(found));
    page.next_id(&mut answer);
    done(&answer)
}

fn found<'p>(platform: &'p Livechat, request: &Request) -> Result<(u64, &'p Canned), Denial> {
    let fields = request.fields()?;
    let id = fields.number("id")?.ok_or_else(|| fields.missing("id"))?;
    let canned = platform.library.canned.get(id).filter(|canned| canned.is_for(&request.caller.id));
    Ok((id, canned.ok_or_else(|| Denial::of(codes::NOT_FOUND))?))
}

/// A canned response as a call has it; what a call leaves out is as it was before.
fn read_canned(platform: &Livechat, request: &Request, before: Option<&Canned>) -> Result<Canned, Denial> {
    let fields = request.fields()?;
    let group = match (fields.number("group_id")?, before) {
        (Some(group), _) => group,
        (None, Some(before)) => before.group,
        (None, None) => return Err(fields.missing("group_id")),
    };
    if platform.organization.group(group).is_none() {
        return Err(Denial::of(codes::GROUP_NOT_FOUND));
    }
    let text = match (fields.text("text")?.filter(|text| !text.is_empty()), before) {
        (Some(text), _) => text.to_owned(),
        (None, Some(before)) => before.text.clone(),
        (None, None) => return Err(fields.missing("text")),
    };
    let tags = fields.texts("tags")?.or_else(|| before.map(|before| before.tags.clone())).unwrap_or_default();
    let audience = match (fields.flag("is_private")?, before) {
        (Some(true), _) => Audience::Author(request.caller.id.clone()),
        (None, Some(before)) => before.audience.clone(),
        (Some(false), _) | (None, None) => Audience::Group,
    };
    Ok(Canned { text, tags, group, audience })
}

/// `update_translations`: phrases beside those that are there.
pub(super) fn update_translations(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let key = translated(platform, request)?;
    let fields = request.fields()?;
    let phrases = fields.required_object("phrases")?;
    for name in phrases.keys() {
        phrases.text(name)?.ok_or_else(|| phrases.missing(name))?;
    }
    let phrases = fields.get("phrases").and_then(Value::as_object).cloned().unwrap_or_default();
    platform.admit(cx, request)?;
    platform.library.phrases.entry(key).or_default().extend(phrases);
    nothing()
}

/// `list_translations`.
pub(super) fn list_translations(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let key = translated(platform, request)?;
    platform.admit(cx, request)?;
    let phrases = platform.library.phrases.get(&key).cloned().unwrap_or_default();
    done(&json!({"phrases": phrases}))
}

/// The group and language that a call is about.
fn translated(platform: &Livechat, request: &Request) -> Result<(u64, String), Denial> {
    let fields = request.fields()?;
    let group = fields.number("group_id")?.ok_or_else(|| fields.missing("group_id"))?;
    let language = fields.required("language")?;
    match platform.organization.group(group) {
        Some(_) => Ok((group, language.to_owned())),
        None => Err(Denial::of(codes::GROUP_NOT_FOUND)),
    }
}
