//! Comparing JSON documents in part.

use serde_json::Value;

/// One difference between what was wanted and what was there.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Mismatch {
    /// Where: the name of a field, or a JSON pointer into a document.
    pub at: String,
    /// What was wanted there.
    pub expected: String,
    /// What was there instead.
    pub actual: String,
}

impl Mismatch {
    /// A difference at `at`.
    pub fn new(at: impl Into<String>, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        Self { at: at.into(), expected: expected.into(), actual: actual.into() }
    }
}

/// All differences between `pattern` and `actual`.
///
/// Objects match in part: members that the pattern does not name are ignored. Lists match element by element and must be
/// equally long. Numbers match by value, so `1` matches `1.0`.
#[must_use]
pub fn mismatches(pattern: &Value, actual: &Value) -> Vec<Mismatch> {
    let mut found = Vec::new();
    compare(&mut String::new(), pattern, actual, &mut found);
    found
}

fn compare(pointer: &mut String, pattern: &Value, actual: &Value, found: &mut Vec<Mismatch>) {
    let depth = pointer.len();
    match (pattern, actual) {
        (Value::Object(wanted), Value::Object(there)) => {
            for (key, value) in wanted {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                match there.get(key) {
                    Some(actual) => compare(pointer, value, actual, found),
                    None => found.push(Mismatch::new(pointer.as_str(), value.to_string(), "nothing")),
                }
                pointer.truncate(depth);
            }
        }
        (Value::Array(wanted), Value::Array(there)) if wanted.len() == there.len() => {
            for (index, (value, actual)) in wanted.iter().zip(there).enumerate() {
                pointer.push('/');
                pointer.push_str(&index.to_string());
                compare(pointer, value, actual, found);
                pointer.truncate(depth);
            }
        }
        (Value::Number(wanted), Value::Number(there)) if wanted.as_f64() == there.as_f64() => {}
        _ if pattern == actual => {}
        _ => found.push(Mismatch::new(
            if pointer.is_empty() { "/" } else { pointer.as_str() },
            pattern.to_string(),
            actual.to_string(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn objects_match_in_part_and_lists_in_full() {
        let check = |pattern: Value, actual: Value, expected: &[&str]| {
            let at: Vec<String> = mismatches(&pattern, &actual).into_iter().map(|m| m.at).collect();
            assert_eq!(at, expected, "{pattern} against {actual}");
        };
        check(json!({"a": 1}), json!({"a": 1.0, "b": 2}), &[]);
        check(json!({"a": {"b": "x"}}), json!({"a": {"b": "y"}}), &["/a/b"]);
        check(json!({"a": 1, "b": 2}), json!({}), &["/a", "/b"]);
        check(json!([{"a": 1}]), json!([{"a": 1, "b": 2}]), &[]);
        check(json!([1]), json!([1, 2]), &["/"]);
        check(json!([1, 2]), json!([1, 3]), &["/1"]);
        check(json!({"a/b": {"c~": 1}}), json!({"a/b": {"c~": 2}}), &["/a~1b/c~0"]);
        check(json!("x"), json!(null), &["/"]);
    }
}
