//! What a JSON document must be like: members by value, or by a matcher such as `{$type: string}`.
//!
//! A mapping with a key that begins with `$` is a matcher, so that a slip in one is a mistake and never a member that no
//! document has.

use std::fmt;

use regex::Regex;
use serde_json::{Value as Json, json};

use super::codes;
use super::decode::{Decode, FieldDoc, Located, Problems, Schema, one_key, unknown_word, wrong_type};
use super::node::{Key, Node, Value};
use super::text::{expression, pointer};
use crate::base::diag::Diagnostic;
use crate::base::json::Mismatch;

/// The ways to match a value.
pub(super) const MATCHERS: &[FieldDoc] = &[
    FieldDoc { key: ANY, doc: &["Any value will do, as long as there is one."], expects: "`true`" },
    FieldDoc { key: TYPE, doc: &["The kind of value."], expects: "the name of a JSON type" },
    FieldDoc {
        key: LENGTH,
        doc: &["How many characters, elements or members there are."],
        expects: "a whole number, zero or more",
    },
    FieldDoc { key: MATCHES, doc: &["An expression that matches somewhere in the text."], expects: "text" },
    FieldDoc { key: HAS, doc: &["What at least one element of the list is like."], expects: "any value" },
    FieldDoc {
        key: AT,
        doc: &["What stands at JSON pointers, as in `{/payload/chat/id: x}`."],
        expects: "a mapping of pointers",
    },
];

const ANY: &str = "$any";
const TYPE: &str = "$type";
const LENGTH: &str = "$length";
const MATCHES: &str = "$matches";
const HAS: &str = "$has";
const AT: &str = "$at";

/// What a document, or a part of one, must be like.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// This text, number, boolean, or null. Numbers match by value, so `1` matches `1.0`.
    Is(Json),
    /// An object with these members, and perhaps with others.
    Object(Vec<(String, Pattern)>),
    /// A list of just these elements.
    List(Vec<Pattern>),
    /// Anything at all.
    Any,
    /// A value of this type.
    Type(Type),
    /// A text of so many characters, a list of so many elements, or an object of so many members.
    Length(u32),
    /// A text with a match of this expression somewhere in it.
    Matches(Regex),
    /// A list with such an element, and perhaps with others.
    Has(Box<Pattern>),
    /// These values at these pointers, whatever else there is.
    At(Vec<(String, Pattern)>),
}

/// A JSON type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    /// A text.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// An object.
    Object,
    /// A list.
    Array,
    /// Nothing.
    Null,
}

impl Type {
    const WORDS: [(&'static str, Self); 6] = [
        ("string", Self::String),
        ("number", Self::Number),
        ("boolean", Self::Boolean),
        ("object", Self::Object),
        ("array", Self::Array),
        ("null", Self::Null),
    ];

    fn of(value: &Json) -> Self {
        match value {
            Json::Null => Self::Null,
            Json::Bool(_) => Self::Boolean,
            Json::Number(_) => Self::Number,
            Json::String(_) => Self::String,
            Json::Array(_) => Self::Array,
            Json::Object(_) => Self::Object,
        }
    }
}

impl Pattern {
    /// The same with `fill` applied to its texts; expressions stay as they are written.
    #[must_use]
    pub fn filled(&self, fill: &dyn Fn(&str) -> String) -> Self {
        let all =
            |members: &[(String, Self)]| members.iter().map(|(key, value)| (key.clone(), value.filled(fill))).collect();
        match self {
            Self::Is(Json::String(text)) => Self::Is(Json::String(fill(text))),
            Self::Object(members) => Self::Object(all(members)),
            Self::At(places) => Self::At(all(places)),
            Self::Has(element) => Self::Has(Box::new(element.filled(fill))),
            Self::List(items) => Self::List(items.iter().map(|item| item.filled(fill)).collect()),
            Self::Is(_) | Self::Any | Self::Type(_) | Self::Length(_) | Self::Matches(_) => self.clone(),
        }
    }

    /// All differences between what is wanted and `actual`.
    #[must_use]
    pub fn mismatches(&self, actual: &Json) -> Vec<Mismatch> {
        let mut found = Vec::new();
        self.compare(&mut String::new(), actual, &mut found);
        found
    }

    fn compare(&self, pointer: &mut String, actual: &Json, found: &mut Vec<Mismatch>) {
        let depth = pointer.len();
        match (self, actual) {
            (Self::Object(wanted), Json::Object(there)) => {
                for (key, value) in wanted {
                    pointer.push('/');
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                    match there.get(key) {
                        Some(actual) => value.compare(pointer, actual, found),
                        None => found.push(Mismatch::new(pointer.as_str(), value.to_string(), "nothing")),
                    }
                    pointer.truncate(depth);
                }
            }
            (Self::List(wanted), Json::Array(there)) if wanted.len() == there.len() => {
                for (index, (value, actual)) in wanted.iter().zip(there).enumerate() {
                    pointer.push('/');
                    pointer.push_str(&index.to_string());
                    value.compare(pointer, actual, found);
                    pointer.truncate(depth);
                }
            }
            (Self::Has(wanted), Json::Array(there)) if !there.is_empty() => {
                // What is told of a list without such an element is how the nearest differs.
                let differences = |(index, actual): (usize, &Json)| {
                    let mut found = Vec::new();
                    wanted.compare(&mut format!("{pointer}/{index}"), actual, &mut found);
                    found
                };
                found.extend(there.iter().enumerate().map(differences).min_by_key(Vec::len).into_iter().flatten());
            }
            (Self::At(places), _) => {
                for (place, wanted) in places {
                    pointer.push_str(place);
                    match actual.pointer(place) {
                        Some(actual) => wanted.compare(pointer, actual, found),
                        None => found.push(Mismatch::new(pointer.as_str(), wanted.to_string(), "nothing")),
                    }
                    pointer.truncate(depth);
                }
            }
            _ if self.accepts(actual) => {}
            _ => found.push(Mismatch::new(
                if pointer.is_empty() { "/" } else { pointer.as_str() },
                self.to_string(),
                match self {
                    Self::Length(_) => measured(actual),
                    _ => actual.to_string(),
                },
            )),
        }
    }

    /// Whether a value as a whole is what is wanted.
    fn accepts(&self, actual: &Json) -> bool {
        match (self, actual) {
            (Self::Is(Json::Number(wanted)), Json::Number(there)) => wanted.as_f64() == there.as_f64(),
            (Self::Is(wanted), _) => wanted == actual,
            (Self::Any, _) => true,
            (Self::Type(wanted), _) => *wanted == Type::of(actual),
            (Self::Length(wanted), _) => length(actual) == Some(*wanted as usize),
            (Self::Matches(regex), Json::String(text)) => regex.is_match(text),
            // What matches part by part was compared before.
            (Self::Matches(_) | Self::Object(_) | Self::List(_) | Self::Has(_) | Self::At(_), _) => false,
        }
    }

    fn json(&self) -> Json {
        let all = |members: &[(String, Self)]| -> Json {
            members.iter().map(|(key, value)| (key.clone(), value.json())).collect::<serde_json::Map<_, _>>().into()
        };
        match self {
            Self::Is(value) => value.clone(),
            Self::Object(members) => all(members),
            Self::Has(element) => json!({HAS: element.json()}),
            Self::At(places) => json!({AT: all(places)}),
            Self::List(items) => items.iter().map(Self::json).collect(),
            Self::Any => json!({ANY: true}),
            Self::Type(wanted) => {
                let word = Type::WORDS.iter().find(|(_, known)| known == wanted).map(|(word, _)| *word);
                json!({TYPE: word})
            }
            Self::Length(wanted) => json!({LENGTH: wanted}),
            Self::Matches(regex) => json!({MATCHES: regex.as_str()}),
        }
    }
}

/// How long a value is, if it has a length.
fn length(value: &Json) -> Option<usize> {
    match value {
        Json::String(text) => Some(text.chars().count()),
        Json::Array(items) => Some(items.len()),
        Json::Object(members) => Some(members.len()),
        Json::Null | Json::Bool(_) | Json::Number(_) => None,
    }
}

/// A value's length in words, or the value itself if it has none.
fn measured(value: &Json) -> String {
    let unit = match value {
        Json::String(_) => "character",
        Json::Array(_) => "element",
        Json::Object(_) => "member",
        Json::Null | Json::Bool(_) | Json::Number(_) => "",
    };
    match length(value) {
        Some(1) => format!("1 {unit}"),
        Some(length) => format!("{length} {unit}s"),
        None => value.to_string(),
    }
}

/// As JSON, matchers as they are written.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.json().fmt(f)
    }
}

impl Decode for Pattern {
    const EXPECTS: &'static str = "any value";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {
                Json::decode(node, problems).map(Self::Is)
            }
            Value::List(_) => Vec::decode(node, problems).map(Self::List),
            Value::Map(members) => match members.iter().find(|(key, _)| key.name.starts_with('$')) {
                Some((key, _)) if members.len() > 1 => {
                    let message = format!("`{}` stands among other keys", key.name);
                    let problem = Diagnostic::new(&codes::ONE_KEY, key.place, message);
                    problems.push(problem.help("a matcher is the only key of its mapping"));
                    None
                }
                Some((key, value)) => matcher(key, value, problems),
                None => decode_all(members, problems).map(Self::Object),
            },
        }
    }

    fn schema() -> Schema {
        json!({"$ref": SCHEMA})
    }
}

/// Where the schema of scenarios keeps that of patterns, which may stand within each other.
const SCHEMA: &str = "#/$defs/pattern";

/// What a pattern may be.
pub(super) fn schema() -> Schema {
    let words: Vec<Json> = Type::WORDS.iter().map(|(word, _)| json!(word)).chain([Json::Null]).collect();
    let inner = json!({"$ref": SCHEMA});
    let matchers = one_key(json!({
        ANY: {"const": true},
        TYPE: {"enum": words},
        LENGTH: u32::schema(),
        MATCHES: {"type": "string", "format": "regex"},
        HAS: inner,
        AT: {"type": "object", "propertyNames": {"pattern": "^(/|$)"}, "additionalProperties": inner},
    }));
    json!({"anyOf": [
        {"type": ["string", "number", "boolean", "null"]},
        {"type": "array", "items": inner},
        {"type": "object", "propertyNames": {"not": {"pattern": "^\\$"}}, "additionalProperties": inner},
        matchers,
    ]})
}

/// Reads all of them before giving up, so that every problem is reported.
fn decode_all(members: &[(Key, Node)], problems: &mut Problems) -> Option<Vec<(String, Pattern)>> {
    let read = |(key, value): &(Key, Node)| Some((key.name.clone(), Pattern::decode(value, problems)?));
    let read: Vec<Option<(String, Pattern)>> = members.iter().map(read).collect();
    read.into_iter().collect()
}

fn matcher(key: &Key, node: &Node, problems: &mut Problems) -> Option<Pattern> {
    match key.name.as_str() {
        ANY => {
            let yes = matches!(node.value, Value::Bool(true));
            if !yes {
                wrong_type(node, "`true`", problems);
            }
            yes.then_some(Pattern::Any)
        }
        TYPE => {
            // A bare `null` is meant as the word.
            let word = match node.value {
                Value::Null => "null".to_owned(),
                _ => String::decode(node, problems)?,
            };
            let known = Type::WORDS.iter().find(|(name, _)| *name == word);
            if known.is_none() {
                let words = Type::WORDS.map(|(name, _)| name);
                unknown_word(&codes::WRONG_TYPE, "JSON type", &word, node.place, &words, problems);
            }
            known.map(|(_, known)| Pattern::Type(*known))
        }
        LENGTH => u32::decode(node, problems).map(Pattern::Length),
        MATCHES => expression(&Located::decode(node, problems)?, problems).map(Pattern::Matches),
        HAS => Pattern::decode(node, problems).map(|element| Pattern::Has(Box::new(element))),
        AT => {
            let Value::Map(places) = &node.value else {
                wrong_type(node, "a mapping of pointers", problems);
                return None;
            };
            let sound = places.iter().fold(true, |sound, (key, _)| pointer(&key.name, key.place, problems) && sound);
            decode_all(places, problems).filter(|_| sound).map(Pattern::At)
        }
        other => {
            let words: Vec<&str> = MATCHERS.iter().map(|matcher| matcher.key).collect();
            unknown_word(&codes::UNKNOWN_KEY, "way to match a value", other, key.place, &words, problems);
            None
        }
    }
}

#[cfg(test)]
mod tests;
