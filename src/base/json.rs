//! Comparing JSON documents in part, and masking parts of them.

use std::ops::Range;

use bytes::Bytes;
use serde_json::{Map, Value};

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

/// Puts a value at a path such as `payload.chat.users.0.id`. Objects on the way are made where there are none; a list is
/// not made, and grows by one element at most.
///
/// # Errors
/// The step that leads nowhere.
pub fn put(document: &mut Value, path: &str, value: Value) -> Result<(), String> {
    let mut place = document;
    for step in path.split('.') {
        if place.is_null() {
            *place = Value::Object(Map::new());
        }
        place = match place {
            Value::Object(members) => members.entry(step).or_insert(Value::Null),
            Value::Array(items) => {
                let index =
                    step.parse::<usize>().ok().filter(|index| *index <= items.len()).ok_or_else(|| step.to_owned())?;
                if index == items.len() {
                    items.push(Value::Null);
                }
                &mut items[index]
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return Err(step.to_owned()),
        };
    }
    *place = value;
    Ok(())
}

/// The document with the values of these members overwritten, wherever they stand; the same bytes, not a copy, where there
/// are none. What is no JSON is treated alike, as far as it looks like JSON.
#[must_use]
pub fn masked(document: &Bytes, members: &[&str]) -> Bytes {
    // A name may be written with escapes, and only a reader sees through those.
    let suspicious = position(document, b"\\u").is_some();
    let named = || members.iter().any(|member| position(document, member.as_bytes()).is_some());
    if members.is_empty() || !(suspicious || named()) {
        return document.clone();
    }
    let spans: Vec<Range<usize>> = members.iter().flat_map(|member| texts_of(document, member)).collect();
    let mut bytes = document.to_vec();
    for span in spans {
        bytes[span].fill(b'*');
    }
    if let Ok(mut read) = serde_json::from_slice(&bytes)
        && overwrite(&mut read, members)
    {
        return read.to_string().into();
    }
    bytes.into()
}

/// Overwrites the values that are not overwritten yet; whether there were any.
fn overwrite(document: &mut Value, members: &[&str]) -> bool {
    match document {
        Value::Array(items) => items.iter_mut().fold(false, |any, item| overwrite(item, members) | any),
        Value::Object(object) => object.iter_mut().fold(false, |any, (name, value)| {
            let stars = value.as_str().is_some_and(|text| text.bytes().all(|byte| byte == b'*'));
            if !members.contains(&name.as_str()) || value.is_null() || stars {
                return overwrite(value, members) | any;
            }
            *value = "***".into();
            true
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Where the texts of a member stand, without their quotes.
fn texts_of(document: &[u8], member: &str) -> Vec<Range<usize>> {
    let quoted = format!("\"{member}\"");
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = position(&document[from..], quoted.as_bytes()) {
        from += at + quoted.len();
        let gap =
            document[from..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b':')).count();
        let begin = from + gap + 1;
        if document.get(from + gap) == Some(&b'"') && begin <= document.len() {
            let mut escaped = false;
            let length = document[begin..].iter().take_while(|byte| {
                let ends = **byte == b'"' && !escaped;
                escaped = **byte == b'\\' && !escaped;
                !ends
            });
            let end = begin + length.count();
            found.push(begin..end);
            from = end;
        }
    }
    found
}

fn position(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_put_where_its_path_leads() {
        let check = |path: &str, expected: Result<Value, &str>| {
            let mut document = json!({"a": {"b": [1, {"c": 2}]}, "d": "text", "e": null});
            let done = put(&mut document, path, json!("X"));
            assert_eq!(done.map(|()| document), expected.map_err(str::to_owned), "{path}");
        };
        check("d", Ok(json!({"a": {"b": [1, {"c": 2}]}, "d": "X", "e": null})));
        check("a.b.1.c", Ok(json!({"a": {"b": [1, {"c": "X"}]}, "d": "text", "e": null})));
        check("a.b.2", Ok(json!({"a": {"b": [1, {"c": 2}, "X"]}, "d": "text", "e": null})));
        check("e.f.g", Ok(json!({"a": {"b": [1, {"c": 2}]}, "d": "text", "e": {"f": {"g": "X"}}})));
        check("new.0", Ok(json!({"a": {"b": [1, {"c": 2}]}, "d": "text", "e": null, "new": {"0": "X"}})));
        check("a.b.3", Err("3"));
        check("a.b.x", Err("x"));
        check("d.x", Err("x"));
        check("a.b.0.x", Err("x"));
    }

    #[test]
    fn members_that_hold_secrets_are_overwritten() {
        let check = |document: &str, expected: &str| {
            let masked = masked(&Bytes::copy_from_slice(document.as_bytes()), &["password", "key"]);
            assert_eq!(masked, expected.as_bytes());
        };
        check(r#"{"a":"password"}"#, r#"{"a":"password"}"#);
        check(r#"{"password":"hunter2","b":1}"#, r#"{"password":"*******","b":1}"#);
        check(r#"[{"key" : "a\"b\\", "x": {"key":"c"}}]"#, r#"[{"key" : "******", "x": {"key":"*"}}]"#);
        check(r#"{"password":7,"key":null,"b":1}"#, r#"{"password":"***","key":null,"b":1}"#);
        check(r#"{"passw\u006frd":"hunter2"}"#, r#"{"password":"***"}"#);
        check(r#"[{"key":{"a":"b"}}]"#, r#"[{"key":"***"}]"#);
        check(r#"{"password":"cut o"#, r#"{"password":"*****"#);
        check(r#"{"password":"#, r#"{"password":"#);
    }

    proptest! {
        #[test]
        fn masking_never_panics_and_keeps_documents_whole(text in "[\"a:{}, \\\\x\n]{0,40}") {
            let text = text.replace('x', "\"key\"");
            let masked = masked(&Bytes::copy_from_slice(text.as_bytes()), &["key"]);
            if serde_json::from_str::<Value>(&text).is_ok() {
                prop_assert!(serde_json::from_slice::<Value>(&masked).is_ok(), "{}", text);
            }
        }
    }

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

    /// Any document, with the odd number and the odd key.
    fn document() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-1e9..1e9).prop_map(Value::from),
            "[a-z/~ ]{0,4}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec(("[a-c/~]{1,2}", inner), 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// The document without the members that `keep` rejects, at every level.
    fn thinned(document: &Value, keep: &mut impl FnMut() -> bool) -> Value {
        match document {
            Value::Object(members) => Value::Object(
                members.iter().filter(|_| keep()).map(|(key, value)| (key.clone(), value.clone())).collect(),
            ),
            Value::Array(items) => items.iter().map(|item| thinned(item, keep)).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => document.clone(),
        }
    }

    proptest! {
        #[test]
        fn a_document_matches_itself(document in document()) {
            prop_assert_eq!(mismatches(&document, &document), []);
        }

        #[test]
        fn a_thinner_pattern_has_no_new_mismatch(
            pattern in document(),
            actual in document(),
            kept in prop::collection::vec(any::<bool>(), 64),
        ) {
            let mut kept = kept.into_iter().cycle();
            let thinner = thinned(&pattern, &mut || kept.next().is_some_and(|keep| keep));
            prop_assert!(mismatches(&thinner, &actual).len() <= mismatches(&pattern, &actual).len());
            prop_assert_eq!(mismatches(&thinned(&actual, &mut || kept.next().is_some_and(|keep| keep)), &actual), []);
        }

        #[test]
        fn mismatches_point_into_the_document(pattern in document(), actual in document()) {
            for mismatch in mismatches(&pattern, &actual) {
                let pointer = if mismatch.at == "/" { "" } else { &mismatch.at };
                let there = actual.pointer(pointer).map_or("nothing".to_owned(), Value::to_string);
                prop_assert_eq!(there, mismatch.actual);
            }
        }
    }
}
