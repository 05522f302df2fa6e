//! Lists that are answered page by page.
//!
//! A page id remembers what was asked for, so a follow-up carries nothing else.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};

use super::super::codes::Denial;
use super::document::Fields;

/// The largest page.
const MOST: usize = 100;

/// What was asked for: by this call, or by the one that a page id comes from.
pub(super) struct Asked {
    /// The fields of the first call.
    pub(super) query: Value,
    /// How many entries come before this page.
    offset: usize,
}

/// One page of a list.
pub(super) struct Page<T> {
    /// What is on it.
    pub(super) entries: Vec<T>,
    /// The id of the next page, if there is one.
    next: Option<String>,
    /// The id of the page before, if there is one.
    previous: Option<String>,
}

impl Asked {
    /// Reads what is asked for. Of `keys`, none may stand beside a page id.
    pub(super) fn read(document: &Value, keys: &[&str]) -> Result<Self, Denial> {
        let fields = Fields::of(document, "")?;
        let Some(page) = fields.text("page_id")? else {
            return Ok(Self { query: document.clone(), offset: 0 });
        };
        if let Some(key) = keys.iter().find(|key| fields.get(key).is_some()) {
            return Err(Denial::validation(format!("`{key}` cannot be used with `page_id`")));
        }
        let wrong = || Denial::validation("`page_id` is not valid");
        let bytes = BASE64_STANDARD.decode(page).map_err(|_| wrong())?;
        let kept: Value = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
        let offset = kept["offset"].as_u64().and_then(|offset| usize::try_from(offset).ok()).ok_or_else(wrong)?;
        let mut query = kept["query"].as_object().cloned().ok_or_else(wrong)?;
        // What names the list itself is sent with every page.
        for key in fields.keys().filter(|key| *key != "page_id") {
            query.insert(key.clone(), document[key.as_str()].clone());
        }
        Ok(Self { query: Value::Object(query), offset })
    }

    /// The page of `all` that is asked for.
    pub(super) fn page<T>(&self, all: Vec<T>, limit: usize) -> Page<T> {
        let found = all.len();
        let end = self.offset.saturating_add(limit);
        let next = (end < found).then(|| self.id(end));
        let previous = (self.offset > 0).then(|| self.id(self.offset.saturating_sub(limit)));
        Page { entries: all.into_iter().skip(self.offset).take(limit).collect(), next, previous }
    }

    fn id(&self, offset: usize) -> String {
        let mut query = self.query.as_object().cloned().unwrap_or_default();
        query.shift_remove("page_id");
        BASE64_STANDARD.encode(json!({"offset": offset, "query": query}).to_string())
    }
}

impl<T> Page<T> {
    /// Puts the ids of the pages around this one into an answer.
    pub(super) fn ids(&self, answer: &mut Map<String, Value>) {
        for (key, id) in [("next_page_id", &self.next), ("previous_page_id", &self.previous)] {
            if let Some(id) = id {
                answer.insert(key.to_owned(), json!(id));
            }
        }
    }
}

impl<T> Page<T> {
    /// Puts the id of the next page into an answer, for lists that only go forward.
    pub(super) fn next_id(&self, answer: &mut Map<String, Value>) {
        if let Some(id) = &self.next {
            answer.insert("next_page_id".to_owned(), json!(id));
        }
    }
}

/// How many entries a page has.
pub(super) fn limit(fields: &Fields<'_>, default: usize) -> Result<usize, Denial> {
    limit_up_to(fields, default, MOST)
}

/// The same where pages are smaller.
pub(super) fn limit_up_to(fields: &Fields<'_>, default: usize, most: usize) -> Result<usize, Denial> {
    let Some(limit) = fields.number("limit")? else { return Ok(default) };
    let limit = usize::try_from(limit).ok().filter(|limit| (1..=most).contains(limit));
    limit.ok_or_else(|| Denial::validation(format!("`limit` must be between 1 and {most}")))
}

/// Puts what comes oldest first into the order that is asked for.
pub(super) fn sort<T>(fields: &Fields<'_>, entries: &mut [T]) -> Result<(), Denial> {
    if fields.word("sort_order", &["desc", "asc"])? != Some("asc") {
        entries.reverse();
    }
    Ok(())
}
