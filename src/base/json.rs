//! Differences between JSON documents, and changing and masking parts of them.

use std::ops::Range;

use bytes::Bytes;
use serde_json::{Map, Value};

/// How many characters of a value are told.
const TOLD: usize = 240;
/// How many of them stand before the first that differs.
const BEFORE: usize = 60;

/// One difference between what was wanted and what was there.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Mismatch {
    /// Where: the name of a field, or a JSON pointer into a document.
    pub at: String,
    /// What was wanted there.
    pub expected: String,
    /// What was there instead.
    pub actual: String,
}

impl Mismatch {
    /// A difference at `at`. Of values of more than 240 characters only what surrounds the first difference is kept.
    pub fn new(at: impl Into<String>, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        let (expected, actual) = (expected.into(), actual.into());
        let alike = expected.chars().zip(actual.chars()).take_while(|(wanted, there)| wanted == there).count();
        Self { at: at.into(), expected: around(expected, alike), actual: around(actual, alike) }
    }
}

/// The text, or so much of a long one as surrounds its character of this number. An ellipsis shows what is left out.
fn around(text: String, number: usize) -> String {
    let length = text.chars().count();
    if length <= TOLD {
        return text;
    }
    let from = number.saturating_sub(BEFORE).min(length - TOLD);
    let kept: String = text.chars().skip(from).take(TOLD).collect();
    let before = if from > 0 { "…" } else { "" };
    let after = if from + TOLD < length { "…" } else { "" };
    format!("{before}{kept}{after}")
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

/// The document with the values of these members overwritten, wherever they stand; nothing where there are none. What is no
/// JSON is treated alike, as far as it looks like JSON.
#[must_use]
pub fn masked(document: &Bytes, members: &[&str]) -> Option<Bytes> {
    // A name may be written with escapes, and only a reader sees through those.
    let suspicious = position(document, b"\\u").is_some();
    let named = || members.iter().any(|member| position(document, member.as_bytes()).is_some());
    if members.is_empty() || !(suspicious || named()) {
        return None;
    }
    let spans: Vec<Range<usize>> = members.iter().flat_map(|member| texts_of(document, member)).collect();
    let mut bytes = document.to_vec();
    for span in spans {
        bytes[span].fill(b'*');
    }
    if let Ok(mut read) = serde_json::from_slice(&bytes)
        && overwrite(&mut read, members)
    {
        return Some(read.to_string().into());
    }
    (bytes != *document).then(|| bytes.into())
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
    memchr::memmem::find(hay, needle)
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
    fn long_values_are_told_around_their_first_difference() {
        let check = |wanted: &str, there: &str, expected: (&str, &str)| {
            let Mismatch { expected: wanted, actual, .. } = Mismatch::new("/", wanted, there);
            assert_eq!((wanted.as_str(), actual.as_str()), expected);
        };
        let (same, rest) = ("ש".repeat(300), "x".repeat(300));
        check(&same[..480], "y", (&same[..480], "y"));
        check("y", &same, ("y", &format!("{}…", &same[..480])));
        let surrounded = |there: &str| format!("…{}{there}…", &same[..120]);
        check(
            &format!("{same}a{rest}"),
            &format!("{same}b{rest}"),
            (&surrounded(&format!("a{}", &rest[..179])), &surrounded(&format!("b{}", &rest[..179]))),
        );
        check(&same, &format!("{same}b"), (&format!("…{}", &same[..480]), &format!("…{}b", &same[..478])));
    }

    #[test]
    fn members_that_hold_secrets_are_overwritten() {
        let check = |document: &str, expected: &str| {
            let whole = Bytes::copy_from_slice(document.as_bytes());
            let masked = masked(&whole, &["password", "key"]);
            assert_eq!(masked.is_some(), document != expected);
            assert_eq!(masked.unwrap_or(whole), expected.as_bytes());
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
            let whole = Bytes::copy_from_slice(text.as_bytes());
            let masked = masked(&whole, &["key"]).unwrap_or(whole);
            if serde_json::from_str::<Value>(&text).is_ok() {
                prop_assert!(serde_json::from_slice::<Value>(&masked).is_ok(), "{}", text);
            }
        }
    }
}
