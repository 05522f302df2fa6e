//! Nodes → typed values, collecting all problems on the way.
//!
//! [`record!`](crate::record) writes a mapping's struct, its reader and its table of keys from one declaration, so that
//! documentation, schema and reader cannot disagree.

use std::borrow::Cow;
use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::json;

use super::codes;
use super::node::{Key, Node, Value};
use crate::base::diag::{Diagnostic, Place, Rule};
use crate::base::live;
use crate::base::nearest::nearest;
use crate::base::secret::Secret;
use crate::base::time::{DurationError, VirtualSpan, VirtualTime, WallLimit};

/// How many problems come with a hint. Searching for the nearest word takes time, and nobody reads that far.
const MOST_HINTS: usize = 50;
/// How many words are compared with a wrong one.
const MOST_COMPARED: usize = 1_000;
/// How many words a hint lists.
const MOST_LISTED: usize = 24;
/// How many characters of a wrong word are repeated.
const MOST_QUOTED: usize = 60;

/// A JSON Schema.
pub type Schema = serde_json::Value;

/// How durations are written; how long they may be is no matter for a pattern.
const DURATION: &str = "^([0-9]+(ms|s|m|h|d))+$";

/// The problems found so far.
pub type Problems = Vec<Diagnostic>;

/// A value that remembers where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

/// One key of a mapping, for documentation and schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldDoc {
    /// The key.
    pub key: &'static str,
    /// What it means: the doc comment of the field.
    pub doc: &'static [&'static str],
    /// What may stand there.
    pub expects: &'static str,
}

/// The keys of a mapping, and where the mapping stands.
pub type KeyTable = (&'static str, &'static [FieldDoc]);

/// Something that can be read from a node.
pub trait Decode: Sized {
    /// What may stand here, for messages: "text", "a list of numbers".
    const EXPECTS: &'static str;

    /// Reads the node, or reports why it cannot be read and returns nothing.
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self>;

    /// The value of a key that is not there; nothing if the key must be there.
    fn absent() -> Option<Self> {
        None
    }

    /// What may stand here, as JSON Schema: everything that can be read, and as little else as a schema can tell.
    fn schema() -> serde_json::Value;
}

/// Reports that something else was wanted here.
pub fn wrong_type(node: &Node, expects: &str, problems: &mut Problems) {
    let message = format!("{} stands here, but {expects} is wanted", node.kind());
    let mut problem = Diagnostic::new(&codes::WRONG_TYPE, node.place, message);
    if expects.contains("text") && matches!(node.value, Value::Int(_) | Value::Float(_) | Value::Bool(_)) {
        problem = problem.help("put it in quotes");
    }
    if expects.contains("true")
        && matches!(&node.value, Value::Text(t) if matches!(t.as_str(), "yes" | "no" | "on" | "off"))
    {
        problem = problem.help("booleans are written `true` and `false`");
    }
    problems.push(problem);
}

/// Reports a word that is none of `known`, with the nearest of them.
pub fn unknown_word(
    rule: &'static Rule,
    what: &str,
    word: &str,
    place: Place,
    known: &[&str],
    problems: &mut Problems,
) {
    let problem = Diagnostic::new(rule, place, format!("`{}` is no {what}", shortened(word)));
    let problem = if problems.len() < MOST_HINTS { problem.help(hint(word, known)) } else { problem };
    problems.push(problem);
}

/// The meaning of a word of a set-up, or a problem and the default; the default, too, where there is no word.
pub fn meaning<T: Copy>(
    word: Option<&Located<String>>,
    default: T,
    what: &str,
    meanings: &[(&str, T)],
    problems: &mut Problems,
) -> T {
    let Some(word) = word else { return default };
    let meaning = meanings.iter().find(|(name, _)| *name == word.value);
    if meaning.is_none() {
        let words: Vec<&str> = meanings.iter().map(|(name, _)| *name).collect();
        unknown_word(&codes::SETUP, what, &word.value, word.place, &words, problems);
    }
    meaning.map_or(default, |(_, meaning)| *meaning)
}

/// The nearest word, or else all words.
fn hint(word: &str, known: &[&str]) -> String {
    if let Some(right) = nearest(word, known.iter().copied().take(MOST_COMPARED)) {
        return format!("did you mean `{right}`?");
    }
    let listed = known.get(..MOST_LISTED).unwrap_or(known).join(", ");
    match known.len() {
        0 => "there is none here yet".to_owned(),
        1..=MOST_LISTED => format!("known: {listed}"),
        all => format!("known: {listed} and {} more", all - MOST_LISTED),
    }
}

/// A word of the file, cut if it would fill the screen.
fn shortened(word: &str) -> Cow<'_, str> {
    match word.char_indices().nth(MOST_QUOTED) {
        Some((end, _)) => Cow::Owned(format!("{}…", &word[..end])),
        None => Cow::Borrowed(word),
    }
}

macro_rules! decode_scalar {
    ($type:ty, $expects:literal, $schema:literal, $node:ident => $pattern:pat => $value:expr) => {
        impl Decode for $type {
            const EXPECTS: &'static str = $expects;

            fn decode($node: &Node, problems: &mut Problems) -> Option<Self> {
                match &$node.value {
                    $pattern => Some($value),
                    _ => {
                        wrong_type($node, Self::EXPECTS, problems);
                        None
                    }
                }
            }

            fn schema() -> serde_json::Value {
                json!({"type": $schema})
            }
        }
    };
}

decode_scalar!(String, "text", "string", node => Value::Text(text) => text.clone());
decode_scalar!(bool, "`true` or `false`", "boolean", node => Value::Bool(yes) => *yes);

impl Decode for Secret {
    const EXPECTS: &'static str = String::EXPECTS;

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let text = String::decode(node, problems)?;
        if let Some(prefix) = live::prefix(&text) {
            let message = format!("a key that begins with `{prefix}` opens something real");
            let problem = Diagnostic::new(&codes::LIVE_SECRET, node.place, message);
            problems.push(problem.help("make one up for the test, and revoke this one if anybody else could read it"));
        }
        Some(Self::new(text))
    }

    fn schema() -> serde_json::Value {
        String::schema()
    }
}

macro_rules! decode_whole {
    ($($type:ty, $expects:literal;)*) => {$(
        impl Decode for $type {
            const EXPECTS: &'static str = $expects;

            fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
                let Value::Int(number) = node.value else {
                    wrong_type(node, Self::EXPECTS, problems);
                    return None;
                };
                let read = Self::try_from(number).ok();
                if read.is_none() {
                    let message = format!("{number} is out of range; {} to {} is possible", Self::MIN, Self::MAX);
                    problems.push(Diagnostic::new(&codes::OUT_OF_RANGE, node.place, message));
                }
                read
            }

            fn schema() -> serde_json::Value {
                json!({"type": "integer", "minimum": Self::MIN, "maximum": Self::MAX})
            }
        }
    )*};
}

decode_whole! {
    i64, "a whole number";
    u16, "a whole number, zero or more";
    u32, "a whole number, zero or more";
    u64, "a whole number, zero or more";
}

/// A whole number within bounds, both of which are possible.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Within<const LEAST: u32, const MOST: u32>(pub u32);

impl<const LEAST: u32, const MOST: u32> Decode for Within<LEAST, MOST> {
    const EXPECTS: &'static str = "a whole number";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let number = i64::decode(node, problems)?;
        let read = u32::try_from(number).ok().filter(|number| (LEAST..=MOST).contains(number));
        if read.is_none() {
            let message = format!("{number} is out of range; {LEAST} to {MOST} is possible");
            problems.push(Diagnostic::new(&codes::OUT_OF_RANGE, node.place, message));
        }
        read.map(Self)
    }

    fn schema() -> serde_json::Value {
        json!({"type": "integer", "minimum": LEAST, "maximum": MOST})
    }
}

/// The status of an HTTP answer.
pub type HttpStatus = Within<100, 599>;

/// Reads a duration, or says what is wrong with it.
fn duration<T>(node: &Node, problems: &mut Problems, parse: fn(&str) -> Result<T, DurationError>) -> Option<T> {
    let text = match &node.value {
        Value::Text(text) => text.clone(),
        Value::Int(number) => number.to_string(),
        _ => {
            wrong_type(node, VirtualSpan::EXPECTS, problems);
            return None;
        }
    };
    match parse(&text) {
        Ok(value) => Some(value),
        Err(error) => {
            problems.push(Diagnostic::new(&codes::DURATION, node.place, error.to_string()));
            None
        }
    }
}

impl Decode for VirtualSpan {
    const EXPECTS: &'static str = "a duration such as `45m`";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        duration(node, problems, Self::parse)
    }

    fn schema() -> serde_json::Value {
        json!({"type": "string", "pattern": DURATION})
    }
}

impl Decode for WallLimit {
    const EXPECTS: &'static str = "a duration such as `3s`";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        duration(node, problems, Self::parse)
    }

    fn schema() -> serde_json::Value {
        json!({"type": "string", "pattern": DURATION})
    }
}

impl Decode for VirtualTime {
    const EXPECTS: &'static str = "an instant such as `2026-01-06T10:00:00Z`";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let text = String::decode(node, problems)?;
        let instant = Self::parse(&text);
        if instant.is_none() {
            let message = format!("`{}` is not {}", shortened(&text), Self::EXPECTS);
            let problem = Diagnostic::new(&codes::INSTANT, node.place, message);
            problems.push(problem.help("write date, time and zone"));
        }
        instant
    }

    fn schema() -> serde_json::Value {
        json!({"type": "string", "format": "date-time"})
    }
}

impl<T: Decode> Decode for Located<T> {
    const EXPECTS: &'static str = T::EXPECTS;

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        Some(Self { value: T::decode(node, problems)?, place: node.place })
    }

    fn absent() -> Option<Self> {
        Some(Self { value: T::absent()?, place: Place::default() })
    }

    fn schema() -> serde_json::Value {
        T::schema()
    }
}

impl<T: Decode> Decode for Option<T> {
    const EXPECTS: &'static str = T::EXPECTS;

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match node.value {
            Value::Null => Some(None),
            _ => T::decode(node, problems).map(Some),
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn schema() -> serde_json::Value {
        json!({"anyOf": [T::schema(), {"type": "null"}]})
    }
}

impl<T: Decode> Decode for Vec<T> {
    const EXPECTS: &'static str = "a list";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let Value::List(items) = &node.value else {
            wrong_type(node, Self::EXPECTS, problems);
            return None;
        };
        // Read all of them before giving up, so that every problem is reported.
        let read: Vec<Option<T>> = items.iter().map(|item| T::decode(item, problems)).collect();
        read.into_iter().collect()
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    fn schema() -> serde_json::Value {
        json!({"type": "array", "items": T::schema()})
    }
}

impl<T: Decode> Decode for IndexMap<String, T> {
    const EXPECTS: &'static str = "a mapping";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let Value::Map(members) = &node.value else {
            wrong_type(node, Self::EXPECTS, problems);
            return None;
        };
        let read: Vec<Option<(String, T)>> =
            members.iter().map(|(key, value)| Some((key.name.clone(), T::decode(value, problems)?))).collect();
        read.into_iter().collect()
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    fn schema() -> serde_json::Value {
        json!({"type": "object", "additionalProperties": T::schema()})
    }
}

impl<T: Decode> Decode for BTreeMap<String, T> {
    const EXPECTS: &'static str = "a mapping";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        IndexMap::<String, T>::decode(node, problems).map(|map| map.into_iter().collect())
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    fn schema() -> serde_json::Value {
        IndexMap::<String, T>::schema()
    }
}

/// A part that is read later, by somebody who knows what it is.
#[derive(Clone, Debug)]
pub(super) struct Unread(pub(super) Node);

impl Decode for Unread {
    const EXPECTS: &'static str = "a mapping or a list";

    fn decode(node: &Node, _: &mut Problems) -> Option<Self> {
        Some(Self(node.clone()))
    }

    fn schema() -> serde_json::Value {
        json!({})
    }
}

/// Any JSON document, written as YAML.
impl Decode for serde_json::Value {
    const EXPECTS: &'static str = "any value";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        Some(match &node.value {
            Value::Null => Self::Null,
            Value::Bool(yes) => json!(yes),
            Value::Int(number) => serde_json::Number::from_i128(*number).map_or(Self::Null, Self::Number),
            Value::Float(number) => json!(number),
            Value::Text(text) => json!(text),
            Value::List(items) => {
                let read: Vec<Option<Self>> = items.iter().map(|item| Self::decode(item, problems)).collect();
                Self::Array(read.into_iter().collect::<Option<_>>()?)
            }
            Value::Map(_) => Self::Object(IndexMap::<String, Self>::decode(node, problems)?.into_iter().collect()),
        })
    }

    fn schema() -> Self {
        json!({})
    }
}

/// One key of a mapping, for its schema.
#[doc(hidden)]
pub struct Member {
    /// The key.
    pub key: &'static str,
    /// What it means.
    pub doc: &'static [&'static str],
    /// What may stand there.
    pub schema: serde_json::Value,
    /// Whether it must be there.
    pub required: bool,
}

/// The schema of a mapping with these keys.
#[doc(hidden)]
#[must_use]
pub fn mapping(doc: &[&str], members: Vec<Member>) -> serde_json::Value {
    let required: Vec<&str> = members.iter().filter(|member| member.required).map(|member| member.key).collect();
    let properties = members.into_iter().map(|member| {
        let mut schema = member.schema;
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".to_owned(), json!(sentence(member.doc)));
        }
        (member.key.to_owned(), schema)
    });
    let properties: serde_json::Map<String, serde_json::Value> = properties.collect();
    let mut schema = json!({
        "type": "object",
        "description": sentence(doc),
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// The schema of a mapping with one of these keys and no other.
pub(super) fn one_key(properties: serde_json::Value) -> serde_json::Value {
    json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
    })
}

/// The lines of a doc comment as one text.
pub(super) fn sentence(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

/// Reads the keys of one mapping and reports those that nobody asked for.
pub struct Fields<'n> {
    node: &'n Node,
    members: &'n [(Key, Node)],
}

impl<'n> Fields<'n> {
    /// Begins reading; reports keys that are not among `known`.
    pub fn open(node: &'n Node, known: &[FieldDoc], problems: &mut Problems) -> Option<Self> {
        let Value::Map(members) = &node.value else {
            wrong_type(node, "a mapping", problems);
            return None;
        };
        let words: Vec<&str> = known.iter().map(|field| field.key).collect();
        for (key, _) in members {
            if !words.contains(&key.name.as_str()) {
                unknown_word(&codes::UNKNOWN_KEY, "key here", &key.name, key.place, &words, problems);
            }
        }
        Some(Self { node, members })
    }

    /// Reads the value under `key`; its default if it is not there; a problem if it must be there.
    pub fn take<T: Decode>(&mut self, key: &str, default: Option<fn() -> T>, problems: &mut Problems) -> Option<T> {
        match self.members.iter().find(|(k, _)| k.name == key) {
            Some((_, value)) => T::decode(value, problems),
            None => match default.map(|default| default()).or_else(T::absent) {
                Some(value) => Some(value),
                None => {
                    let message = format!("`{key}` is missing; {} is wanted", T::EXPECTS);
                    let problem = Diagnostic::new(&codes::MISSING_KEY, self.node.place, message);
                    problems.push(problem.help(format!("add `{key}: …`")));
                    None
                }
            },
        }
    }
}

/// Declares the struct of a YAML mapping together with its reader.
///
/// A field is written `name: Type`, or `name: Type = default` where the key may be left out; `Option`, lists and maps
/// may be left out anyway. Raw identifiers such as `r#as` read the bare key.
#[macro_export]
macro_rules! record {
    (
        $(#[doc = $doc:literal])*
        $vis:vis struct $name:ident {
            $( $(#[doc = $field_doc:literal])* $field_vis:vis $field:ident : $type:ty $(= $default:expr)? ),* $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        $vis struct $name {
            $( $(#[doc = $field_doc])* $field_vis $field: $type ),*
        }

        impl $name {
            /// The keys of this mapping.
            $vis const FIELDS: &'static [$crate::scenario::decode::FieldDoc] = &[
                $( $crate::scenario::decode::FieldDoc {
                    key: $crate::scenario::decode::bare(stringify!($field)),
                    doc: &[$($field_doc),*],
                    expects: <$type as $crate::scenario::decode::Decode>::EXPECTS,
                } ),*
            ];
        }

        impl $crate::scenario::decode::Decode for $name {
            const EXPECTS: &'static str = "a mapping";

            fn decode(
                node: &$crate::scenario::node::Node,
                problems: &mut $crate::scenario::decode::Problems,
            ) -> Option<Self> {
                let mut fields = $crate::scenario::decode::Fields::open(node, Self::FIELDS, problems)?;
                $(
                    let default = None::<fn() -> $type>$(.or(Some(|| $default)))?;
                    let $field: Option<$type> =
                        fields.take($crate::scenario::decode::bare(stringify!($field)), default, problems);
                )*
                Some(Self { $( $field: $field? ),* })
            }

            fn schema() -> $crate::scenario::decode::Schema {
                $crate::scenario::decode::mapping(&[$($doc),*], vec![ $( $crate::scenario::decode::Member {
                    key: $crate::scenario::decode::bare(stringify!($field)),
                    doc: &[$($field_doc),*],
                    schema: <$type as $crate::scenario::decode::Decode>::schema(),
                    required: stringify!($($default)?).is_empty()
                        && <$type as $crate::scenario::decode::Decode>::absent().is_none(),
                } ),* ])
            }
        }
    };
}

/// The key that a field's identifier reads: without the `r#` of a raw identifier.
#[must_use]
pub const fn bare(identifier: &'static str) -> &'static str {
    match identifier.as_bytes() {
        [b'r', b'#', ..] => identifier.split_at(2).1,
        _ => identifier,
    }
}
