//! Reading the fields of a body. Fields nobody knows are ignored, as clients send many that are out of date.

use serde_json::{Map, Value};

use super::super::codes::Denial;
use super::super::model::Visibility;
use crate::base::time::VirtualTime;

/// The members of one object in a body, and where it stands.
#[derive(Clone)]
pub(super) struct Fields<'d> {
    members: &'d Map<String, Value>,
    path: String,
}

impl<'d> Fields<'d> {
    /// The members of an object that stands at `path`.
    pub(super) fn of(value: &'d Value, path: &str) -> Result<Self, Denial> {
        match value {
            Value::Object(members) => Ok(Self { members, path: path.to_owned() }),
            _ => Err(Denial::validation(format!("`{path}` must be an object"))),
        }
    }

    /// The full name of a member, for messages.
    pub(super) fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// A member; `null` counts as absent.
    pub(super) fn get(&self, key: &str) -> Option<&'d Value> {
        self.members.get(key).filter(|value| !value.is_null())
    }

    /// A member of some type, if it is there.
    fn typed<T>(&self, key: &str, kind: &str, read: impl Fn(&'d Value) -> Option<T>) -> Result<Option<T>, Denial> {
        let Some(value) = self.get(key) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| Denial::validation(format!("`{}` must be {kind}", self.name(key))))
    }

    /// The denial of a request that lacks a member.
    pub(super) fn missing(&self, key: &str) -> Denial {
        Denial::validation(format!("`{}` is required", self.name(key)))
    }

    /// Text, if it is there.
    pub(super) fn text(&self, key: &str) -> Result<Option<&'d str>, Denial> {
        self.typed(key, "a string", Value::as_str)
    }

    /// Text that must be there and not be empty.
    pub(super) fn required(&self, key: &str) -> Result<&'d str, Denial> {
        self.text(key)?.filter(|text| !text.is_empty()).ok_or_else(|| self.missing(key))
    }

    /// A boolean, if it is there.
    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, Denial> {
        self.typed(key, "a boolean", Value::as_bool)
    }

    /// A whole number, if it is there.
    pub(super) fn number(&self, key: &str) -> Result<Option<u64>, Denial> {
        self.typed(key, "a number", Value::as_u64)
    }

    /// A whole number of 32 bits, if it is there.
    pub(super) fn integer(&self, key: &str) -> Result<Option<i32>, Denial> {
        self.typed(key, "an integer", |value| value.as_i64().and_then(|number| i32::try_from(number).ok()))
    }

    /// An instant, if it is there.
    pub(super) fn instant(&self, key: &str) -> Result<Option<VirtualTime>, Denial> {
        self.typed(key, "an RFC 3339 date", |value| value.as_str().and_then(VirtualTime::parse))
    }

    /// A list, if it is there.
    pub(super) fn list(&self, key: &str) -> Result<Option<&'d Vec<Value>>, Denial> {
        self.typed(key, "an array", Value::as_array)
    }

    /// An object, if it is there.
    pub(super) fn object(&self, key: &str) -> Result<Option<Self>, Denial> {
        let members = self.typed(key, "an object", Value::as_object)?;
        Ok(members.map(|members| Self { members, path: self.name(key) }))
    }

    /// A list of texts, if it is there.
    pub(super) fn texts(&self, key: &str) -> Result<Option<Vec<String>>, Denial> {
        let read = |value: &Value| value.as_array()?.iter().map(|item| Some(item.as_str()?.to_owned())).collect();
        self.typed(key, "an array of strings", read)
    }

    /// A list of whole numbers, if it is there.
    pub(super) fn numbers(&self, key: &str) -> Result<Option<Vec<u64>>, Denial> {
        let read = |value: &Value| value.as_array()?.iter().map(Value::as_u64).collect();
        self.typed(key, "an array of numbers", read)
    }

    /// One of these words, if it is there.
    pub(super) fn word(&self, key: &str, words: &[&'static str]) -> Result<Option<&'static str>, Denial> {
        let wanted = format!("one of: {}", words.join(", "));
        self.typed(key, &wanted, |value| words.iter().find(|word| value.as_str() == Some(word)).copied())
    }

    /// A list of these words, if it is there.
    pub(super) fn words(&self, key: &str, words: &[&'static str]) -> Result<Option<Vec<&'static str>>, Denial> {
        let known = |item: &Value| words.iter().find(|word| item.as_str() == Some(word)).copied();
        let wanted = format!("an array of: {}", words.join(", "));
        self.typed(key, &wanted, |value| value.as_array()?.iter().map(known).collect())
    }

    /// An object that must be there.
    pub(super) fn required_object(&self, key: &str) -> Result<Self, Denial> {
        self.object(key)?.ok_or_else(|| self.missing(key))
    }

    /// Who may see something, if it is there.
    pub(super) fn visibility(&self, key: &str) -> Result<Option<Visibility>, Denial> {
        Ok(self.word(key, &["all", "agents"])?.map(|word| match word {
            "agents" => Visibility::Agents,
            _ => Visibility::All,
        }))
    }

    /// Properties: namespace → name → value; none if they are not there.
    pub(super) fn properties(&self, key: &str) -> Result<Map<String, Value>, Denial> {
        let Some(object) = self.object(key)? else { return Ok(Map::new()) };
        for namespace in object.members.keys() {
            let names = object.object(namespace)?;
            for (name, value) in names.iter().flat_map(|names| names.members) {
                let whole = value.as_i64().is_some_and(|number| i32::try_from(number).is_ok());
                if !(whole || value.is_boolean() || value.is_string()) {
                    let name = format!("{}.{namespace}.{name}", object.path);
                    return Err(Denial::validation(format!("`{name}` must be a string, a boolean or an integer")));
                }
            }
        }
        Ok(object.members.clone())
    }

    /// Names by namespace: every member is a list of texts.
    pub(super) fn names(&self) -> Result<Vec<(String, Vec<String>)>, Denial> {
        let names = |space: &String| Ok((space.clone(), self.texts(space)?.unwrap_or_default()));
        self.members.keys().map(names).collect()
    }

    /// The members, in the order in which they were sent.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'d String> {
        self.members.keys()
    }
}
