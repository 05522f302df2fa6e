//! What is made of lists, and what treats text as a list of characters.

use std::ops::Range;

use serde_json::Value as Json;

use super::{Arguments, Bounded, Unfit, as_text, reading};

fn items(value: &Json) -> Result<&[Json], Unfit> {
    value.as_array().map(Vec::as_slice).ok_or_else(|| Unfit::Input { wanted: "lists", found: reading::kind(value) })
}

pub(super) fn slice(value: &Json, arguments: Arguments<'_>) -> Result<Json, Unfit> {
    let (from, to) = (arguments.whole(0)?, arguments.whole(1)?);
    if let Json::Array(items) = value {
        return Ok(items[range(items.len(), from, to)].to_vec().into());
    }
    let units: Vec<u16> = as_text(value)?.encode_utf16().collect();
    Ok(String::from_utf16_lossy(&units[range(units.len(), from, to)]).into())
}

/// The places from one to before another. Negative ones count from the end; those outside are the nearest ones inside.
fn range(length: usize, from: Option<i64>, to: Option<i64>) -> Range<usize> {
    let place = |index: i64| {
        let distance = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
        if index < 0 { length.saturating_sub(distance) } else { length.min(distance) }
    };
    let start = from.map_or(0, place);
    start..to.map_or(length, place).max(start)
}

pub(super) fn column(value: &Json, arguments: Arguments<'_>) -> Result<Json, Unfit> {
    let path = arguments.needed_text(0)?;
    Ok(items(value)?.iter().map(|item| reading::find(item, path).cloned().unwrap_or_default()).collect())
}

pub(super) fn map(value: &Json, arguments: Arguments<'_>) -> Result<Json, Unfit> {
    let path = Json::from(arguments.needed_text(0)?.replace("::", "."));
    column(value, Arguments(&[path]))
}

pub(super) fn join(value: &Json, arguments: Arguments<'_>) -> Result<Json, Unfit> {
    let separator = arguments.text(0)?.unwrap_or(",");
    let mut out = Bounded::default();
    for (index, item) in items(value)?.iter().enumerate() {
        if index > 0 {
            out.push(separator)?;
        }
        out.push(&reading::text(item))?;
    }
    Ok(String::from(out).into())
}

pub(super) fn filter(value: &Json, arguments: Arguments<'_>) -> Result<Json, Unfit> {
    let (path, wanted) = (arguments.text(0)?, arguments.value(1));
    let keeps = |item: &&Json| {
        let found = path.map_or(Some(*item), |path| reading::find(item, path));
        match wanted {
            Some(wanted) => found.is_some_and(|found| reading::same(found, wanted)),
            None => found.is_some_and(reading::truthy),
        }
    };
    Ok(items(value)?.iter().filter(keeps).cloned().collect())
}

pub(super) fn sort(value: &Json, _: Arguments<'_>) -> Result<Json, Unfit> {
    let mut items = items(value)?.to_vec();
    // As JavaScript does without a comparison: by UTF-16 units of what `String` makes of them, also of `null`.
    items.sort_by_cached_key(|item| {
        let text = if item.is_null() { "null".to_owned() } else { reading::text(item) };
        text.encode_utf16().collect::<Vec<u16>>()
    });
    Ok(items.into())
}

pub(super) fn reverse(value: &Json, _: Arguments<'_>) -> Result<Json, Unfit> {
    Ok(items(value)?.iter().rev().cloned().collect())
}

pub(super) fn flatten(value: &Json, arguments: Arguments<'_>) -> Result<Json, Unfit> {
    let depth = arguments.whole(0)?.unwrap_or(1);
    let mut out = Vec::new();
    flatten_into(&mut out, items(value)?, depth);
    Ok(out.into())
}

fn flatten_into(out: &mut Vec<Json>, items: &[Json], depth: i64) {
    for item in items {
        match item {
            Json::Array(inner) if depth > 0 => flatten_into(out, inner, depth - 1),
            _ => out.push(item.clone()),
        }
    }
}

pub(super) fn length(value: &Json, _: Arguments<'_>) -> Result<Json, Unfit> {
    Ok(match value {
        Json::String(text) => text.encode_utf16().count().into(),
        Json::Array(items) => items.len().into(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => Json::Null,
    })
}
