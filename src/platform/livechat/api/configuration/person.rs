//! What requests about agents, bots and groups have in common.

use indexmap::IndexMap;
use serde_json::Value;

use super::super::document::Fields;
use super::super::{Request, missing};
use crate::platform::livechat::Livechat;
use crate::platform::livechat::codes::{self, Denial};
use crate::platform::livechat::model::Priority;
use crate::platform::livechat::version::Version;
use crate::platform::livechat::wire::organization::Document;

const PRIORITIES: [&str; 4] = ["first", "normal", "last", "supervisor"];
const DAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/// How soon the router thinks of somebody, if it is there.
pub(super) fn priority(fields: &Fields<'_>, key: &str) -> Result<Option<Priority>, Denial> {
    Ok(fields.word(key, &PRIORITIES)?.map(|word| match word {
        "first" => Priority::First,
        "last" => Priority::Last,
        "supervisor" => Priority::Supervisor,
        _ => Priority::Normal,
    }))
}

/// Checks a scope that only some uses of a method take.
pub(super) fn needs(request: &Request, scope: &str) -> Result<(), Denial> {
    if request.caller.grant.covers(scope) { Ok(()) } else { Err(missing(scope)) }
}

/// The numbers of groups that exist, if they are there.
pub(super) fn group_ids(platform: &Livechat, fields: &Fields<'_>, key: &str) -> Result<Option<Vec<u64>>, Denial> {
    let Some(ids) = fields.numbers(key)? else { return Ok(None) };
    let mut known = Vec::new();
    for id in ids {
        platform.organization.group(id).ok_or_else(|| Denial::of(codes::GROUP_NOT_FOUND))?;
        if !known.contains(&id) {
            known.push(id);
        }
    }
    Ok(Some(known))
}

/// Groups with a priority in each, if they are there: `[{"id": 19, "priority": "first"}]`.
pub(super) fn groups(
    platform: &Livechat,
    fields: &Fields<'_>,
    default: Priority,
) -> Result<Option<IndexMap<u64, Priority>>, Denial> {
    let Some(items) = fields.list("groups")? else { return Ok(None) };
    let mut groups = IndexMap::new();
    for (index, item) in items.iter().enumerate() {
        let item = Fields::of(item, &format!("{}.{index}", fields.name("groups")))?;
        let id = item.number("id")?.ok_or_else(|| item.missing("id"))?;
        platform.organization.group(id).ok_or_else(|| Denial::of(codes::GROUP_NOT_FOUND))?;
        groups.insert(id, priority(&item, "priority")?.unwrap_or(default));
    }
    Ok(Some(groups))
}

/// How many chats somebody has at once, if it is there.
pub(super) fn max_chats(fields: &Fields<'_>, most: u64) -> Result<Option<usize>, Denial> {
    let Some(count) = fields.number("max_chats_count")? else { return Ok(None) };
    if count > most {
        return Err(Denial::validation(format!("`max_chats_count` must be between 0 and {most}")));
    }
    Ok(usize::try_from(count).ok())
}

/// When somebody works, if it is there. Up to 3.4 it is one mapping of days, since then a list with a time zone.
pub(super) fn work_scheduler(fields: &Fields<'_>, version: Version) -> Result<Option<Value>, Denial> {
    let Some(scheduler) = fields.object("work_scheduler")? else { return Ok(None) };
    if version == Version::V3_4 {
        for day in scheduler.keys() {
            scheduler.object(day)?.map(|hours| hour(&hours, "start").and(hour(&hours, "end"))).transpose()?;
        }
    } else if let Some(schedule) = scheduler.list("schedule")? {
        scheduler.required("timezone")?;
        for (index, item) in schedule.iter().enumerate() {
            let item = Fields::of(item, &format!("{}.{index}", scheduler.name("schedule")))?;
            item.word("day", &DAYS)?.ok_or_else(|| item.missing("day"))?;
            item.flag("enabled")?.ok_or_else(|| item.missing("enabled"))?;
            hour(&item, "start")?;
            hour(&item, "end")?;
        }
    } else if scheduler.keys().any(|key| DAYS.contains(&key.as_str())) {
        return Err(scheduler.missing("schedule"));
    }
    Ok(fields.get("work_scheduler").cloned())
}

/// A time of day, `HH:MM`.
fn hour(fields: &Fields<'_>, key: &str) -> Result<(), Denial> {
    let digits = |part: &str, end: u8| part.len() == 2 && part.parse::<u8>().is_ok_and(|number| number < end);
    let time = fields.required(key)?.split_once(':');
    match time.is_some_and(|(hours, minutes)| digits(hours, 24) && digits(minutes, 60)) {
        true => Ok(()),
        false => Err(Denial::validation(format!("`{}` must be a time of day, HH:MM", fields.name(key)))),
    }
}

/// Adds the fields that were asked for to a document; what there is nothing of is left out.
pub(super) fn add(document: &mut Document, wanted: &[&str], value: impl Fn(&str) -> Option<Value>) {
    for field in wanted {
        if let Some(value) = value(field) {
            document.insert((*field).to_owned(), value);
        }
    }
}
