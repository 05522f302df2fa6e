//! Pages of lists: a page id is opaque to clients and remembers everything that was asked for.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use super::body::Fields;
use crate::platform::livechat::codes::Denial;
use crate::platform::livechat::wire::Object;

/// Which part of a list is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Page<F> {
    /// How many come before it.
    start: usize,
    /// How many are on it.
    limit: usize,
    /// Whether the oldest comes first.
    ascending: bool,
    /// What is listed at all.
    pub(super) filters: F,
}

impl<F: Serialize + for<'d> Deserialize<'d> + Clone> Page<F> {
    /// Reads which part is asked for. `exclusive` are the keys that a page id excludes besides order and limit.
    pub(super) fn read(
        body: &Fields<'_>,
        usual: usize,
        exclusive: &[&str],
        filters: impl FnOnce(&Fields<'_>) -> Result<F, Denial>,
    ) -> Result<Self, Denial> {
        let Some(id) = body.maybe_text("page_id")? else {
            let limit = body.number("limit", 1, 100)?.unwrap_or(usual);
            let ascending = body.word("sort_order", &[("asc", true), ("desc", false)])?.unwrap_or_default();
            return Ok(Self { start: 0, limit, ascending, filters: filters(body)? });
        };
        for key in ["limit", "sort_order"].iter().chain(exclusive) {
            if body.raw(key).is_some() {
                return Err(body.wrong("page_id", &format!("excludes `{key}`")));
            }
        }
        let decoded = BASE64_STANDARD.decode(id).ok();
        let page = decoded.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        page.ok_or_else(|| body.wrong("page_id", "is no page that was given out"))
    }

    /// The items on the page out of all, which are oldest first.
    pub(super) fn cut<T>(&self, mut all: Vec<T>) -> Vec<T> {
        if !self.ascending {
            all.reverse();
        }
        all.into_iter().skip(self.start).take(self.limit).collect()
    }

    /// Puts the ids of the neighbouring pages into an answer, as far as there are any.
    pub(super) fn neighbours(&self, answer: Object, count: usize) -> Object {
        let id = |start: usize| {
            let page = Self { start, ..self.clone() };
            // What was read from JSON can be written as JSON again.
            BASE64_STANDARD.encode(serde_json::to_vec(&page).unwrap_or_default())
        };
        let next = self.start.checked_add(self.limit).filter(|start| *start < count);
        let previous = (self.start > 0).then(|| self.start.saturating_sub(self.limit));
        answer.maybe("next_page_id", next.map(id)).maybe("previous_page_id", previous.map(id))
    }
}
