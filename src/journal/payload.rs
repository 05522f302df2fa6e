//! The bytes of a body, as they are kept, shown and read back.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::base::json::masked;

/// How deep a body that is told as JSON may be: a line of a journal wraps it, and readers of JSON stop at 128.
const DEEPEST: usize = 100;

/// The bytes of a body. Shown as JSON if they are JSON, else as text, and without the secrets in it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Payload {
    shown: Bytes,
    /// The body with its secrets, if it has any.
    whole: Option<Bytes>,
}

impl Payload {
    /// A body without secrets.
    #[must_use]
    pub fn new(shown: Bytes) -> Self {
        Self { shown, whole: None }
    }

    /// A body whose members of these names are secrets.
    #[must_use]
    pub fn masking(whole: Bytes, secrets: &[&str]) -> Self {
        match masked(&whole, secrets) {
            Some(shown) => Self { shown, whole: Some(whole) },
            None => Self::new(whole),
        }
    }

    /// The body as JSON, as it is shown; `null` if it is not JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.shown).unwrap_or_default()
    }

    /// The same with its secrets.
    #[must_use]
    pub fn reveal(&self) -> Value {
        self.whole.as_ref().map_or_else(|| self.json(), |whole| serde_json::from_slice(whole).unwrap_or_default())
    }

    /// The body as one JSON value, as it is told: what is no JSON is a text, and nothing is `null`.
    fn document(&self) -> Value {
        if self.shown.is_empty() {
            return Value::Null;
        }
        let document = serde_json::from_slice(&self.shown).ok();
        let document = document.filter(|document| is_shallower(document, DEEPEST));
        document.unwrap_or_else(|| Value::String(String::from_utf8_lossy(&self.shown).into_owned()))
    }

    /// Whether it has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// The bytes it keeps.
    pub(super) fn weight(&self) -> usize {
        self.shown.len() + self.whole.as_ref().map_or(0, Bytes::len)
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.shown))
    }
}

impl fmt::Display for Payload {
    /// As text if it is text, else as JSON without spaces; nothing if there is nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.document() {
            Value::Null => Ok(()),
            Value::String(text) => f.write_str(&text),
            document => document.fmt(f),
        }
    }
}

impl Serialize for Payload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.document().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Payload {
    /// A body that is shown as the one that was written; its bytes may be others, and its secrets are gone.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::Null => Self::default(),
            document => Self::new(document.to_string().into()),
        })
    }
}

/// Whether lists and objects stand within each other at most so deep.
fn is_shallower(document: &Value, depth: usize) -> bool {
    match document {
        Value::Array(items) => depth > 0 && items.iter().all(|item| is_shallower(item, depth - 1)),
        Value::Object(members) => depth > 0 && members.values().all(|member| is_shallower(member, depth - 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_told_the_same_once_it_was_read_back() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        let check = |body: &[u8], shown: &str| {
            let payload = Payload::new(body.to_vec().into());
            assert_eq!(payload.to_string(), shown);
            let written = serde_json::to_string(&payload).unwrap();
            let read: Payload = serde_json::from_str(&written).unwrap();
            assert_eq!(read.to_string(), shown);
            assert_eq!(serde_json::to_string(&read).unwrap(), written);
        };
        check(b"", "");
        check(b"null", "");
        check(b"{\"b\": 1,\n \"a\": [true, null]}", "{\"b\":1,\"a\":[true,null]}");
        check(b"\"words\"", "words");
        check(b"words", "words");
        check(b"\"17\"", "17");
        check(b"17", "17");
        check(b"{broken", "{broken");
        check(b"\xff\x00", "\u{fffd}\0");
        check(b"{\"n\": 0.1e-7, \"m\": 123456789012345678901}", "{\"n\":1e-8,\"m\":1.2345678901234568e+20}");
        check(b"[2.2250738585072011e-308,0.12345678901234567]", "[2.225073858507201e-308,0.12345678901234566]");
        for depth in [DEEPEST, DEEPEST + 1, 120, 100_000] {
            check(nested(depth).as_bytes(), &nested(depth));
        }
    }
}
