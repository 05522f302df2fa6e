//! Threads that are over, one by one.

use serde_json::{Map, Value, json};

use super::super::Livechat;
use super::super::codes::Denial;
use super::super::model::{Chat, Thread};
use super::archive_filter::{Archived, Filter};
use super::document::Fields;
use super::page::{Asked, limit, sort};
use super::{Outcome, Request, done};
use crate::platform::cx::Cx;

const DEFAULT_LIMIT: usize = 10;
/// What stands around words that were looked for, by default.
const TAGS: (&str, &str) = ("<em>", "</em>");

/// `list_archives`: the same chat stands here once for each of its threads.
pub(super) fn list_archives(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let asked = Asked::read(&request.document, &["filters", "limit", "sort_order", "highlights"])?;
    let fields = Fields::of(&asked.query, "")?;
    let filter = Filter::read(&fields)?;
    let limit = limit(&fields, DEFAULT_LIMIT)?;
    let highlights = Highlights::read(&fields, filter.query())?;
    if filter.by_thread() && (request.fields()?.get("page_id").is_some() || fields.get("limit").is_some()) {
        return Err(Denial::validation("`filters.thread_ids` cannot be used with pages").into());
    }
    let threads = |chat| Chat::threads(chat).iter().map(move |thread| (chat, thread));
    let mut found: Vec<(&Chat, &Thread)> = platform
        .chats
        .all()
        .flat_map(threads)
        .filter(|(chat, thread)| !thread.active() && platform.reads(request, chat, thread))
        .filter(|(chat, thread)| {
            filter.passes(&Archived { view: platform.view_for(request), library: &platform.library, chat, thread })
        })
        .collect();
    // Ids grow, so they sort by age.
    found.sort_by_key(|(_, thread)| &thread.id);
    sort(&fields, &mut found)?;
    platform.admit(cx, request)?;
    let count = found.len();
    let page = asked.page(found, if filter.by_thread() { count.max(1) } else { limit });
    let view = platform.view_for(request);
    let entry = |(chat, thread): &(&Chat, &Thread)| {
        let mut entry = json!(view.chat(chat, Some(thread), &request.caller.id));
        if let Some(thread) = entry["thread"].as_object_mut() {
            neighbours(platform, request, chat, thread);
        }
        if let Some(highlights) = &highlights {
            highlights.mark(&mut entry);
        }
        entry
    };
    let mut answer = Map::new();
    answer.insert("chats".to_owned(), page.entries.iter().map(entry).collect());
    answer.insert("found_chats".to_owned(), json!(count));
    page.ids(&mut answer);
    done(&answer)
}

/// Names the nearest threads before and after that the caller may read.
fn neighbours(platform: &Livechat, request: &Request, chat: &Chat, entry: &mut Map<String, Value>) {
    let place = chat.threads().iter().position(|thread| entry.get("id") == Some(&json!(thread.id)));
    let Some((before, [_, after @ ..])) = place.map(|place| chat.threads().split_at(place)) else { return };
    let readable = |thread: &&Thread| platform.reads(request, chat, thread);
    let neighbours = [
        ("previous_accessible_thread_id", before.iter().rev().find(readable)),
        ("next_accessible_thread_id", after.iter().find(readable)),
    ];
    for (key, thread) in neighbours {
        if let Some(thread) = thread {
            entry.insert(key.to_owned(), json!(thread.id));
        }
    }
}

/// How words that were looked for are marked in the texts of events. Where they are marked is not documented.
struct Highlights {
    query: String,
    before: String,
    after: String,
}

impl Highlights {
    fn read(fields: &Fields<'_>, query: Option<&str>) -> Result<Option<Self>, Denial> {
        let Some(highlights) = fields.object("highlights")? else { return Ok(None) };
        let (before, after) = (highlights.text("pre_tag")?, highlights.text("post_tag")?);
        Ok(query.map(|query| Self {
            query: query.to_ascii_lowercase(),
            before: before.unwrap_or(TAGS.0).to_owned(),
            after: after.unwrap_or(TAGS.1).to_owned(),
        }))
    }

    fn mark(&self, entry: &mut Value) {
        let Some(events) = entry.pointer_mut("/thread/events").and_then(Value::as_array_mut) else { return };
        for text in events.iter_mut().filter_map(|event| event.get_mut("text")) {
            if let Value::String(words) = text {
                *words = self.marked(words);
            }
        }
    }

    fn marked(&self, text: &str) -> String {
        let (mut marked, mut end) = (String::new(), 0);
        // The two texts differ in the case of ASCII letters only, so places in one are places in the other.
        for (place, found) in text.to_ascii_lowercase().match_indices(&self.query) {
            let words = &text[place..place + found.len()];
            marked.extend([&text[end..place], &self.before, words, &self.after]);
            end = place + found.len();
        }
        marked.push_str(&text[end..]);
        marked
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn highlights(query: &str) -> Highlights {
        Highlights { query: query.to_ascii_lowercase(), before: "<em>".to_owned(), after: "</em>".to_owned() }
    }

    #[test]
    fn every_place_is_marked_as_it_is_written() {
        let check = |query: &str, text: &str, expected: &str| {
            assert_eq!(highlights(query).marked(text), expected);
        };
        check("bill", "Bill the bill", "<em>Bill</em> the <em>bill</em>");
        check("x", "no place", "no place");
        check("É", "café É", "café <em>É</em>");
    }

    proptest! {
        #[test]
        fn what_is_marked_is_the_text_and_its_marks(query in "\\PC{1,4}", text in "\\PC{0,20}") {
            let marked = highlights(&query).marked(&text);
            prop_assert_eq!(marked.replace("<em>", "").replace("</em>", ""), text.replace("<em>", "").replace("</em>", ""));
        }
    }
}
