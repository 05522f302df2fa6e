//! Reading chats and threads.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::body::Fields;
use super::gate::{answer, read};
use super::page::Page;
use crate::base::time::VirtualTime;
use crate::platform::cx::Cx;
use crate::platform::livechat::Livechat;
use crate::platform::livechat::codes::{self, Denial, planned};
use crate::platform::livechat::model::Thread;
use crate::platform::livechat::version::Version;
use crate::platform::livechat::wire::Object;
use crate::platform::route::{Answer, Call};

const USUAL_CHATS: usize = 10;
const USUAL_THREADS: usize = 3;
const MOST_GROUPS: usize = 200;

/// Which chats are listed.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Wanted {
    active: Option<bool>,
    groups: Vec<u64>,
}

fn wanted(body: &Fields<'_>, version: Version) -> Result<Wanted, Denial> {
    let Some(filters) = body.maybe_object("filters")? else { return Ok(Wanted { active: None, groups: Vec::new() }) };
    let active = if version <= Version::V3_5 {
        // In these versions the filter can only leave active chats out.
        filters.maybe_flag("include_active")?.filter(|include| !include)
    } else {
        filters.maybe_flag("active")?
    };
    let groups = filters.numbers("group_ids")?;
    if groups.len() > MOST_GROUPS {
        return Err(filters.wrong("group_ids", &format!("must not have more than {MOST_GROUPS} items")));
    }
    Ok(Wanted { active, groups })
}

/// Lists chats in few words.
pub(super) fn list(livechat: &mut Livechat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let caller = livechat.gate(call)?;
    let page = read(cx, call, |body| Page::read(body, USUAL_CHATS, &["filters"], |body| wanted(body, caller.version)))?;
    cx.admit("list_chats", planned)?;
    let Wanted { active, groups } = &page.filters;
    let found: Vec<_> = livechat
        .chats
        .all()
        .filter(|chat| livechat.visible(&caller, &chat.id).is_ok())
        .filter(|chat| active.is_none_or(|active| chat.active().is_some() == active))
        .filter(|chat| groups.is_empty() || groups.iter().any(|group| chat.access.contains(group)))
        .collect();
    let count = found.len();
    let summaries: Value = page.cut(found).into_iter().map(|chat| livechat.summary(chat, caller.version)).collect();
    let key = if caller.version >= Version::V3_7 { "chats_info" } else { "chats_summary" };
    let document = Object::default().put(key, summaries).put("found_chats", count);
    Ok(answer(&page.neighbours(document, count).done()))
}

/// Gives a chat with one of its threads.
pub(super) fn get(livechat: &mut Livechat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let caller = livechat.gate(call)?;
    let (id, wanted) = read(cx, call, |body| {
        Ok((body.text("chat_id")?.to_owned(), body.maybe_text("thread_id")?.map(str::to_owned)))
    })?;
    let chat = livechat.visible(&caller, &id)?;
    let thread = match wanted {
        Some(wanted) => Some(chat.thread(&wanted).ok_or_else(|| Denial::of(codes::NOT_FOUND))?.1),
        None => chat.latest(),
    };
    cx.admit("get_chat", planned)?;
    Ok(answer(&livechat.chat_with(chat, thread, caller.version).put("is_followed", false).done()))
}

/// Which threads are listed.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Span {
    from: Option<i64>,
    to: Option<i64>,
    min_events: Option<usize>,
}

fn span(body: &Fields<'_>) -> Result<Span, Denial> {
    let min_events = body.number("min_events_count", 1, 100)?;
    let filters = body.maybe_object("filters")?;
    if min_events.is_some() && (filters.is_some() || body.raw("limit").is_some()) {
        return Err(body.wrong("min_events_count", "excludes `limit` and `filters`"));
    }
    let Some(filters) = filters else { return Ok(Span { from: None, to: None, min_events }) };
    let instant = |key| {
        let text = filters.maybe_text(key)?;
        let read = |text| VirtualTime::parse(text).map(VirtualTime::as_nanos);
        text.map(|text| read(text).ok_or_else(|| filters.wrong(key, "must be an RFC 3339 date and time"))).transpose()
    };
    Ok(Span { from: instant("from")?, to: instant("to")?, min_events })
}

/// Lists the threads of a chat.
pub(super) fn list_threads(livechat: &mut Livechat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let caller = livechat.gate(call)?;
    let (id, page) = read(cx, call, |body| {
        let exclusive = ["filters", "min_events_count"];
        Ok((body.text("chat_id")?.to_owned(), Page::read(body, USUAL_THREADS, &exclusive, span)?))
    })?;
    let chat = livechat.visible(&caller, &id)?;
    cx.admit("list_threads", planned)?;
    let Span { from, to, min_events } = page.filters;
    let began = |thread: &Thread| thread.created_at.as_nanos();
    let mut found: Vec<&Thread> = chat
        .threads()
        .iter()
        .filter(|thread| from.is_none_or(|from| began(thread) >= from) && to.is_none_or(|to| began(thread) <= to))
        .collect();
    let count = found.len();
    let document = |threads: Vec<&Thread>| {
        let threads: Value = threads.into_iter().map(|thread| livechat.thread(chat, thread)).collect();
        Object::default().put("threads", threads).put("found_threads", count)
    };
    if let Some(min_events) = min_events {
        // As many of the newest threads as have so many events together.
        let mut events = 0;
        found.reverse();
        let enough = found.iter().position(|thread| {
            events += thread.events().len();
            events >= min_events
        });
        found.truncate(enough.map_or(count, |place| place + 1));
        return Ok(answer(&document(found).done()));
    }
    Ok(answer(&page.neighbours(document(page.cut(found)), count).done()))
}
