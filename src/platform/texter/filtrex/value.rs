//! Values as JavaScript has them, and how it turns one kind into another.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ptr;
use std::rc::Rc;

use serde_json::{Map, Value as Json};

use super::js;

/// A value of an expression; most of them are borrowed from the data or from the expression.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
    List(List<'a>),
    Object(&'a Map<String, Json>),
}

/// A list of the data, or one that the expression has made.
#[derive(Clone, Debug)]
pub(super) enum List<'a> {
    /// Not a slice: empty ones may share an address, and lists are the same only if it is the same.
    Data(&'a Vec<Json>),
    Made(Rc<[Value<'a>]>),
}

impl<'a> List<'a> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Data(items) => items.len(),
            Self::Made(items) => items.len(),
        }
    }

    pub(super) fn get(&self, index: usize) -> Option<Value<'a>> {
        match self {
            Self::Data(items) => items.get(index).map(Value::of),
            Self::Made(items) => items.get(index).cloned(),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Value<'a>> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// Whether a value is among the items, as `Array.prototype.includes` has it.
    pub(super) fn includes(&self, value: &Value<'_>) -> bool {
        self.iter().any(|item| item.is_same(value))
    }
}

impl<'a> Value<'a> {
    pub(super) fn of(data: &'a Json) -> Self {
        match data {
            Json::Null => Self::Null,
            Json::Bool(bool) => Self::Bool(*bool),
            Json::Number(number) => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            Json::String(text) => Self::Text(Cow::Borrowed(text)),
            Json::Array(items) => Self::List(List::Data(items)),
            Json::Object(members) => Self::Object(members),
        }
    }

    /// So many of something.
    pub(super) fn count(parts: usize) -> Self {
        Self::Number(parts as f64)
    }

    /// What it is called in messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Undefined => "undefined",
            Self::Null => "null",
            Self::Bool(true) => "true",
            Self::Bool(false) => "false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// The item of a list of one, anything else as it is.
    pub(super) fn into_single(self) -> Self {
        match self {
            Self::List(list) if list.len() == 1 => list.get(0).unwrap_or(Self::Undefined),
            value => value,
        }
    }

    /// Whether it is undefined or null.
    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Self::Undefined | Self::Null)
    }

    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Undefined | Self::Null => false,
            Self::Bool(bool) => *bool,
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Text(text) => !text.is_empty(),
            Self::List(_) | Self::Object(_) => true,
        }
    }

    pub(super) fn number(&self) -> f64 {
        match self {
            Self::Undefined | Self::Object(_) => f64::NAN,
            Self::Null => 0.0,
            Self::Bool(bool) => f64::from(u8::from(*bool)),
            Self::Number(number) => *number,
            Self::Text(text) => js::number(text),
            Self::List(list) => js::number(&joined(list)),
        }
    }

    pub(super) fn text(&self) -> Cow<'a, str> {
        match self {
            Self::Undefined => "undefined".into(),
            Self::Null => "null".into(),
            Self::Bool(bool) => bool.to_string().into(),
            Self::Number(number) => js::text(*number).into(),
            Self::Text(text) => text.clone(),
            Self::List(list) => joined(list).into(),
            Self::Object(_) => OBJECT.into(),
        }
    }

    /// As [`Self::text`], without a copy where it is one already.
    pub(super) fn into_text(self) -> Cow<'a, str> {
        match self {
            Self::Text(text) => text,
            Self::Undefined | Self::Null | Self::Bool(_) | Self::Number(_) | Self::List(_) | Self::Object(_) => {
                self.text()
            }
        }
    }

    /// Lists and objects as the texts they become, anything else as it is.
    pub(super) fn into_primitive(self) -> Self {
        match self {
            Self::List(_) | Self::Object(_) => Self::Text(self.text()),
            Self::Undefined | Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => self,
        }
    }

    /// `==` of JavaScript.
    pub(super) fn is_alike(&self, other: &Value<'_>) -> bool {
        match (self, other) {
            (Self::Undefined | Self::Null, other) => other.is_nothing(),
            (value, Value::Undefined | Value::Null) => value.is_nothing(),
            (Self::List(_) | Self::Object(_), Value::List(_) | Value::Object(_))
            | (Self::Text(_), Value::Text(_))
            | (Self::Number(_), Value::Number(_))
            | (Self::Bool(_), Value::Bool(_)) => self.is_identical(other),
            (Self::List(_) | Self::Object(_), Value::Text(text)) => self.text() == *text,
            (Self::Text(text), Value::List(_) | Value::Object(_)) => *text == other.text(),
            (
                Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::List(_) | Self::Object(_),
                Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) | Value::Object(_),
            ) => self.number() == other.number(),
        }
    }

    /// `===` of JavaScript.
    pub(super) fn is_identical(&self, other: &Value<'_>) -> bool {
        match (self, other) {
            (Self::Undefined, Value::Undefined) | (Self::Null, Value::Null) => true,
            (Self::Bool(a), Value::Bool(b)) => a == b,
            (Self::Number(a), Value::Number(b)) => a == b,
            (Self::Text(a), Value::Text(b)) => a == b,
            (Self::List(List::Data(a)), Value::List(List::Data(b))) => ptr::eq(*a, *b),
            (Self::Object(a), Value::Object(b)) => ptr::eq(*a, *b),
            (
                Self::Undefined
                | Self::Null
                | Self::Bool(_)
                | Self::Number(_)
                | Self::Text(_)
                | Self::List(_)
                | Self::Object(_),
                _,
            ) => false,
        }
    }

    /// As `===`, but not-a-number is the same as itself.
    pub(super) fn is_same(&self, other: &Value<'_>) -> bool {
        let is_nan = |value: &Value<'_>| matches!(value, Value::Number(number) if number.is_nan());
        self.is_identical(other) || (is_nan(self) && is_nan(other))
    }

    /// Which is greater: two texts by their letters, anything else by its number. Nothing if there is no telling.
    pub(super) fn compare(&self, other: &Value<'_>) -> Option<Ordering> {
        match (self.clone().into_primitive(), other.clone().into_primitive()) {
            (Value::Text(a), Value::Text(b)) => Some(a.encode_utf16().cmp(b.encode_utf16())),
            (a, b) => a.number().partial_cmp(&b.number()),
        }
    }

    /// A member of an object, an item of a list, a character of a text, or the `length` of either.
    pub(super) fn member(&self, name: &str) -> Option<Value<'a>> {
        match self {
            Self::Undefined | Self::Null | Self::Bool(_) | Self::Number(_) => None,
            Self::Object(members) => members.get(name).map(Value::of),
            Self::List(list) if name == "length" => Some(Self::count(list.len())),
            Self::List(list) => list.get(index(name)?),
            Self::Text(text) if name == "length" => Some(Self::count(js::length(text))),
            Self::Text(text) => {
                let unit = text.encode_utf16().nth(index(name)?)?;
                Some(Self::Text(String::from_utf16_lossy(&[unit]).into()))
            }
        }
    }
}

const OBJECT: &str = "[object Object]";

/// The items with commas between them, and those of lists within likewise, however deep; nothing for what is nothing.
fn joined(list: &List<'_>) -> String {
    let mut text = String::new();
    let mut open = vec![(list.clone(), 0)];
    while let Some((list, next)) = open.last_mut() {
        let Some(item) = list.get(*next) else {
            open.pop();
            continue;
        };
        if *next > 0 {
            text.push(',');
        }
        *next += 1;
        match item {
            Value::Undefined | Value::Null => {}
            Value::List(inner) => open.push((inner, 0)),
            Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Object(_) => text.push_str(&item.text()),
        }
    }
    text
}

/// The index that a name is, in its only spelling.
fn index(name: &str) -> Option<usize> {
    name.parse().ok().filter(|index: &usize| index.to_string() == name)
}
