//! A file as a tree that knows where each of its parts stands.

use std::collections::BTreeSet;

use crate::base::diag::Place;

pub(super) use super::reader::read;
pub use super::reader::{MAX_BYTES, MAX_COPIED, MAX_DEPTH, MAX_NODES, decode_utf8, parse};

/// A part of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub value: Value,
}

/// What a part is.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing, or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number, from the least `i64` to the greatest `u64`.
    Int(i128),
    /// Any other number.
    Float(f64),
    /// Everything else that is not a collection.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping; keys are unique.
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// The key.
    pub name: String,
    /// Where it stands.
    pub place: Place,
}

impl Node {
    /// The kind of value, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// The value under `key`, if this is a mapping that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(members) => members.iter().find(|(k, _)| k.name == key).map(|(_, node)| node),
            _ => None,
        }
    }

    /// The same without the members and elements that stand at these places, or whose keys do.
    pub(super) fn without(&self, places: &BTreeSet<Place>) -> Self {
        let stays = |place: &Place| !places.contains(place);
        let value = match &self.value {
            Value::List(items) => {
                Value::List(items.iter().filter(|item| stays(&item.place)).map(|item| item.without(places)).collect())
            }
            Value::Map(members) => {
                let members = members.iter().filter(|(key, node)| stays(&key.place) && stays(&node.place));
                Value::Map(members.map(|(key, node)| (key.clone(), node.without(places))).collect())
            }
            scalar @ (Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_)) => {
                scalar.clone()
            }
        };
        Self { place: self.place, value }
    }

    /// The places of all texts in it with this part.
    pub(super) fn places_of(&self, part: &str) -> BTreeSet<Place> {
        match &self.value {
            Value::Text(text) if text.contains(part) => BTreeSet::from([self.place]),
            Value::List(items) => items.iter().flat_map(|item| item.places_of(part)).collect(),
            Value::Map(members) => members.iter().flat_map(|(_, node)| node.places_of(part)).collect(),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => BTreeSet::new(),
        }
    }
}

/// What a plain scalar means: YAML's words in lower case, JSON's numbers, and otherwise text. So `yes`, `on`, `0o7`, `007`
/// and `+972501234567` are text, as their authors meant.
pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => number(text).unwrap_or_else(|| Value::Text(text.to_owned())),
    }
}

fn number(text: &str) -> Option<Value> {
    let number: serde_json::Number = text.parse().ok()?;
    match number.as_i128() {
        Some(int) => Some(Value::Int(int)),
        // Read once more, because JSON's reader may be off by one in the last digit.
        None => text.parse().ok().map(Value::Float),
    }
}
