//! Lists of chats and threads.

use serde_json::{Map, Value, json};

use super::super::Livechat;
use super::super::codes::Denial;
use super::super::model::{Chat, Properties, Thread};
use super::super::version::Version;
use super::document::Fields;
use super::page::{Asked, limit, sort};
use super::{Outcome, Request, done};
use crate::base::time::VirtualTime;
use crate::platform::cx::Cx;

const CHATS: usize = 10;
const THREADS: usize = 3;
const MOST_GROUPS: usize = 200;
const MOST_EVENTS: u64 = 100;

/// `list_chats`.
pub(super) fn list_chats(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let asked = Asked::read(&request.document, &["filters", "limit", "sort_order"])?;
    let fields = Fields::of(&asked.query, "")?;
    let filter = ChatFilter::read(&fields, request.version)?;
    let limit = limit(&fields, CHATS)?;
    let mut chats: Vec<&Chat> =
        platform.chats.all().filter(|chat| platform.sees(request, chat) && filter.passes(chat)).collect();
    // Ids grow, so they sort by age.
    chats.sort_by_key(|chat| chat.latest().map_or(&chat.id, |thread| &thread.id));
    sort(&fields, &mut chats)?;
    platform.admit(cx, request)?;
    let found = chats.len();
    let page = asked.page(chats, limit);
    let view = platform.view_for(request);
    let key = if request.version >= Version::V3_7 { "chats_info" } else { "chats_summary" };
    let mut answer = Map::new();
    answer.insert(key.to_owned(), page.entries.iter().map(|chat| view.summary(chat, &request.caller.id)).collect());
    answer.insert("found_chats".to_owned(), json!(found));
    page.ids(&mut answer);
    done(&answer)
}

/// Which chats are wanted.
struct ChatFilter {
    /// Chats whose thread goes on, or those whose thread is over; both if nothing is said.
    active: Option<bool>,
    groups: Option<Vec<u64>>,
    properties: Vec<PropertyFilter>,
}

impl ChatFilter {
    fn read(fields: &Fields<'_>, version: Version) -> Result<Self, Denial> {
        let Some(filters) = fields.object("filters")? else {
            return Ok(Self { active: None, groups: None, properties: Vec::new() });
        };
        let active = match version {
            // The older filter can only leave active chats out.
            Version::V3_4 | Version::V3_5 => filters.flag("include_active")?.filter(|include| !include),
            Version::V3_6 | Version::V3_7 => filters.flag("active")?,
        };
        filters.flag("include_chats_without_threads")?;
        let groups = filters.numbers("group_ids")?;
        if groups.as_ref().is_some_and(|groups| groups.len() > MOST_GROUPS) {
            let name = filters.name("group_ids");
            return Err(Denial::validation(format!("`{name}` must not have more than {MOST_GROUPS} items")));
        }
        Ok(Self { active, groups, properties: PropertyFilter::read(&filters)? })
    }

    fn passes(&self, chat: &Chat) -> bool {
        let wanted = self.groups.as_ref();
        self.active.is_none_or(|active| chat.active().is_some() == active)
            && wanted.is_none_or(|groups| groups.iter().any(|group| chat.access.contains(group)))
            && self.properties.iter().all(|filter| filter.passes(&chat.properties))
    }
}

/// What one property must be like.
pub(super) struct PropertyFilter {
    namespace: String,
    name: String,
    wanted: Wanted,
}

enum Wanted {
    Exists(bool),
    OneOf(Vec<Value>),
    NoneOf(Vec<Value>),
}

impl PropertyFilter {
    /// Reads all of them.
    pub(super) fn read(filters: &Fields<'_>) -> Result<Vec<Self>, Denial> {
        let mut read = Vec::new();
        let Some(properties) = filters.object("properties")? else { return Ok(read) };
        for namespace in properties.keys() {
            let Some(names) = properties.object(namespace)? else { continue };
            for name in names.keys() {
                let Some(filter) = names.object(name)? else { continue };
                let wanted = match (filter.flag("exists")?, filter.list("values")?, filter.list("exclude_values")?) {
                    (Some(exists), None, None) => Wanted::Exists(exists),
                    (None, Some(values), None) => Wanted::OneOf(values.clone()),
                    (None, None, Some(values)) => Wanted::NoneOf(values.clone()),
                    _ => {
                        let name = names.name(name);
                        return Err(Denial::validation(format!("`{name}` must have exactly one filter")));
                    }
                };
                read.push(Self { namespace: namespace.clone(), name: name.clone(), wanted });
            }
        }
        Ok(read)
    }

    /// Whether properties are as they must be.
    pub(super) fn passes(&self, properties: &Properties) -> bool {
        let value = properties.get(&self.namespace).and_then(|space| space.get(&self.name));
        match &self.wanted {
            Wanted::Exists(wanted) => value.is_some() == *wanted,
            Wanted::OneOf(values) => value.is_some_and(|value| values.contains(value)),
            Wanted::NoneOf(values) => value.is_none_or(|value| !values.contains(value)),
        }
    }
}

/// `list_threads`.
pub(super) fn list_threads(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let keys = ["filters", "limit", "sort_order", "min_events_count"];
    let asked = Asked::read(&request.document, &keys)?;
    let fields = Fields::of(&asked.query, "")?;
    let id = fields.required("chat_id")?;
    let span = Span::read(&fields)?;
    let enough = enough(&fields)?;
    let mut limit = limit(&fields, THREADS)?;
    let chat = platform.chat(request, id)?;
    let mut threads: Vec<&Thread> = chat.threads().iter().filter(|thread| span.holds(thread)).collect();
    sort(&fields, &mut threads)?;
    if let Some(enough) = enough {
        threads = chat.threads().iter().rev().collect();
        let mut events = 0;
        let fewest = threads.iter().position(|thread| {
            events += thread.events().len();
            events >= enough
        });
        threads.truncate(fewest.map_or(threads.len(), |place| place + 1));
        threads.reverse();
        sort(&fields, &mut threads)?;
        limit = threads.len().max(1);
    }
    platform.admit(cx, request)?;
    let found = threads.len();
    let page = asked.page(threads, limit);
    let threads: Vec<_> = page.entries.iter().map(|thread| platform.thread_for(request, chat, thread)).collect();
    let mut answer = Map::new();
    answer.insert("threads".to_owned(), json!(threads));
    answer.insert("found_threads".to_owned(), json!(found));
    page.ids(&mut answer);
    done(&answer)
}

/// How many events the newest threads must have together, if that decides.
fn enough(fields: &Fields<'_>) -> Result<Option<usize>, Denial> {
    let Some(count) = fields.number("min_events_count")? else { return Ok(None) };
    if let Some(key) = ["limit", "filters"].into_iter().find(|key| fields.get(key).is_some()) {
        return Err(Denial::validation(format!("`{key}` cannot be used with `min_events_count`")));
    }
    match usize::try_from(count) {
        Ok(enough) if (1..=MOST_EVENTS).contains(&count) => Ok(Some(enough)),
        Ok(_) | Err(_) => Err(Denial::validation(format!("`min_events_count` must be between 1 and {MOST_EVENTS}"))),
    }
}

/// When the threads that are wanted began.
pub(super) struct Span {
    from: Option<VirtualTime>,
    to: Option<VirtualTime>,
}

impl Span {
    /// Reads `filters.from` and `filters.to`.
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, Denial> {
        let filters = fields.object("filters")?;
        let Some(filters) = filters else { return Ok(Self { from: None, to: None }) };
        Ok(Self { from: filters.instant("from")?, to: filters.instant("to")? })
    }

    /// Whether a thread began then.
    pub(super) fn holds(&self, thread: &Thread) -> bool {
        self.from.is_none_or(|from| thread.created_at >= from) && self.to.is_none_or(|to| thread.created_at <= to)
    }
}
