//! How JavaScript, which the vendor's templates run in, reads values.

use serde_json::{Number, Value as Json};

/// What a path such as `personChats.0.name` leads to.
pub(super) fn find<'v>(value: &'v Json, path: &str) -> Option<&'v Json> {
    path.split('.').try_fold(value, |place, step| match place {
        Json::Object(members) => members.get(step),
        Json::Array(items) => items.get(step.parse::<usize>().ok()?),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    })
}

/// The value as text: `String(value)`, but nothing for `null`, which stands for what is missing here [inferred: nobody
/// wants to read "null" in a message].
pub(super) fn text(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::Bool(value) => value.to_string(),
        Json::Number(value) => number(value),
        Json::String(value) => value.clone(),
        Json::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        Json::Object(_) => "[object Object]".to_owned(),
    }
}

/// A number as JavaScript prints it: without `.0`, and with an exponent only where it is very large or very small.
fn number(value: &Number) -> String {
    match value.as_f64() {
        Some(real) if value.is_f64() => {
            if real == 0.0 {
                "0".to_owned()
            } else if (1e-6..1e21).contains(&real.abs()) {
                real.to_string()
            } else {
                let text = format!("{real:e}");
                if real.abs() < 1.0 { text } else { text.replace('e', "e+") }
            }
        }
        Some(_) | None => value.to_string(),
    }
}

/// Whether a condition takes the value for true.
pub(super) fn truthy(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::Bool(value) => *value,
        Json::Number(value) => value.as_f64() != Some(0.0),
        Json::String(value) => !value.is_empty(),
        Json::Array(_) | Json::Object(_) => true,
    }
}

/// Whether the values are equal and of the same type; `1` equals `1.0`.
pub(super) fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        _ => a == b,
    }
}

/// White space that `trim` and `parseInt` pass over.
pub(super) fn is_space(c: char) -> bool {
    (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}'
}

/// What it is, for messages.
pub(super) fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_read_as_text() {
        let check = |value: Json, expected: &str| assert_eq!(text(&value), expected, "{value}");
        check(json!(null), "");
        check(json!(true), "true");
        check(json!(1_767_225_605_000_i64), "1767225605000");
        check(json!(2.0), "2");
        check(json!(-0.0), "0");
        check(json!(0.1), "0.1");
        check(json!(1e20), "100000000000000000000");
        check(json!(1.5e21), "1.5e+21");
        check(json!(1e-6), "0.000001");
        check(json!(-1.5e-7), "-1.5e-7");
        check(json!("x"), "x");
        check(json!(["a", null, [1, 2]]), "a,,1,2");
        check(json!({"a": 1}), "[object Object]");
    }

    #[test]
    fn paths_lead_through_objects_and_lists() {
        let document = json!({"a": {"b": [1, {"c": null}]}, "0": "zero"});
        let check = |path: &str, expected: Option<Json>| assert_eq!(find(&document, path), expected.as_ref(), "{path}");
        check("a.b.0", Some(json!(1)));
        check("a.b.1.c", Some(json!(null)));
        check("0", Some(json!("zero")));
        check("a.b.2", None);
        check("a.b.-1", None);
        check("a.b.0.c", None);
        check("a..b", None);
        check("", None);
    }
}
