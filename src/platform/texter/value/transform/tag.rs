//! Templates of Handlebars, as far as `{{path}}` goes: no helpers, blocks, partials or comments.

use serde_json::Value as Json;

use super::{Arguments, Bounded, Unfit, excerpt, reading};

/// The template with what its paths lead to in the value.
pub(super) fn fill(value: &Json, arguments: Arguments<'_>) -> Result<Json, Unfit> {
    let mut rest = arguments.needed_text(0)?;
    let mut out = Bounded::default();
    while let Some((plain, after)) = rest.split_once("{{") {
        out.push(plain)?;
        let unknown = |tag: &str| Unfit::Tag(excerpt(&format!("{{{{{tag}")));
        let (tag, tail) = after.split_once("}}").ok_or_else(|| unknown(after))?;
        let path = path(tag).ok_or_else(|| unknown(&format!("{tag}}}}}")))?;
        let found = if path == "this" { Some(value) } else { reading::find(value, path) };
        out.push(&escaped(&found.map(reading::text).unwrap_or_default()))?;
        rest = tail;
    }
    out.push(rest)?;
    Ok(String::from(out).into())
}

/// The path that a tag consists of, if it is nothing else.
fn path(tag: &str) -> Option<&str> {
    let path = tag.trim();
    let is_step = |step: &str| !step.is_empty() && step.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    (path != "else" && path.split('.').all(is_step)).then_some(path.strip_prefix("this.").unwrap_or(path))
}

/// Text as Handlebars escapes it for HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#x27;"),
            '`' => out.push_str("&#x60;"),
            '=' => out.push_str("&#x3D;"),
            c => out.push(c),
        }
    }
    out
}
