//! Reading members of a request: unknown ones are ignored, missing and ill-typed ones are named in the refusal.

use serde_json::{Map, Value};

use crate::platform::livechat::codes::Denial;

/// The members of one object of a request.
pub(super) struct Fields<'b> {
    members: &'b Map<String, Value>,
    /// Where the object stands, with a dot at its end; empty for the body itself.
    path: String,
}

impl<'b> Fields<'b> {
    /// The body itself.
    pub(super) fn root(members: &'b Map<String, Value>) -> Self {
        Self { members, path: String::new() }
    }

    /// All members.
    pub(super) fn all(&self) -> &'b Map<String, Value> {
        self.members
    }

    /// Refuses a member for this reason, a sentence without its subject: "must be a string".
    pub(super) fn wrong(&self, key: &str, reason: &str) -> Denial {
        Denial::validation(format!("`{}{key}` {reason}", self.path))
    }

    /// A member, if it is there; `null` is as good as absent.
    pub(super) fn raw(&self, key: &str) -> Option<&'b Value> {
        self.members.get(key).filter(|value| !value.is_null())
    }

    /// A text that may be missing.
    pub(super) fn maybe_text(&self, key: &str) -> Result<Option<&'b str>, Denial> {
        let text = |value: &'b Value| value.as_str().ok_or_else(|| self.wrong(key, "must be a string"));
        self.raw(key).map(text).transpose()
    }

    /// A text that must be there and say something.
    pub(super) fn text(&self, key: &str) -> Result<&'b str, Denial> {
        let text = self.maybe_text(key)?.ok_or_else(|| self.wrong(key, "is required"))?;
        if text.is_empty() { Err(self.wrong(key, "must not be empty")) } else { Ok(text) }
    }

    /// A flag that may be missing.
    pub(super) fn maybe_flag(&self, key: &str) -> Result<Option<bool>, Denial> {
        let flag = |value: &Value| value.as_bool().ok_or_else(|| self.wrong(key, "must be a boolean"));
        self.raw(key).map(flag).transpose()
    }

    /// A flag; false if it is missing.
    pub(super) fn flag(&self, key: &str) -> Result<bool, Denial> {
        Ok(self.maybe_flag(key)?.unwrap_or_default())
    }

    /// A whole number within bounds that may be missing.
    pub(super) fn number(&self, key: &str, least: u64, most: u64) -> Result<Option<usize>, Denial> {
        let number = |value: &Value| {
            let number = value.as_u64().filter(|number| (least..=most).contains(number));
            let number = number.and_then(|number| usize::try_from(number).ok());
            number.ok_or_else(|| self.wrong(key, &format!("must be a number from {least} to {most}")))
        };
        self.raw(key).map(number).transpose()
    }

    /// An object that may be missing.
    pub(super) fn maybe_object(&self, key: &str) -> Result<Option<Fields<'b>>, Denial> {
        let object = |value: &'b Value| match value {
            Value::Object(members) => Ok(Fields { members, path: format!("{}{key}.", self.path) }),
            _ => Err(self.wrong(key, "must be an object")),
        };
        self.raw(key).map(object).transpose()
    }

    /// An object that must be there.
    pub(super) fn object(&self, key: &str) -> Result<Fields<'b>, Denial> {
        self.maybe_object(key)?.ok_or_else(|| self.wrong(key, "is required"))
    }

    /// A list; empty if it is missing.
    pub(super) fn list(&self, key: &str) -> Result<&'b [Value], Denial> {
        match self.raw(key) {
            None => Ok(&[]),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(self.wrong(key, "must be an array")),
        }
    }

    /// A list of objects; empty if it is missing.
    pub(super) fn objects(&self, key: &str) -> Result<Vec<Fields<'b>>, Denial> {
        let object = |(index, item): (usize, &'b Value)| match item {
            Value::Object(members) => Ok(Fields { members, path: format!("{}{key}[{index}].", self.path) }),
            _ => Err(self.wrong(&format!("{key}[{index}]"), "must be an object")),
        };
        self.list(key)?.iter().enumerate().map(object).collect()
    }

    /// A list of texts; empty if it is missing.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<String>, Denial> {
        let text = |item: &Value| item.as_str().map(str::to_owned);
        let texts: Option<Vec<String>> = self.list(key)?.iter().map(text).collect();
        texts.ok_or_else(|| self.wrong(key, "must be an array of strings"))
    }

    /// A list of numbers; empty if it is missing.
    pub(super) fn numbers(&self, key: &str) -> Result<Vec<u64>, Denial> {
        let numbers: Option<Vec<u64>> = self.list(key)?.iter().map(Value::as_u64).collect();
        numbers.ok_or_else(|| self.wrong(key, "must be an array of numbers"))
    }

    /// Properties: namespace → name → whole number, boolean or text; empty if they are missing.
    pub(super) fn properties(&self, key: &str) -> Result<Map<String, Value>, Denial> {
        let Some(namespaces) = self.maybe_object(key)? else { return Ok(Map::new()) };
        for namespace in namespaces.members.keys() {
            for (name, value) in namespaces.object(namespace)?.members {
                if !(value.is_i64() || value.is_boolean() || value.is_string()) {
                    let at = format!("{namespace}.{name}");
                    return Err(namespaces.wrong(&at, "must be an integer, a boolean or a string"));
                }
            }
        }
        Ok(namespaces.members.clone())
    }

    /// One of a few words that may be missing.
    pub(super) fn word<T: Copy>(&self, key: &str, known: &[(&str, T)]) -> Result<Option<T>, Denial> {
        let Some(word) = self.maybe_text(key)? else { return Ok(None) };
        let found = known.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
        found.map(Some).ok_or_else(|| {
            let names: Vec<String> = known.iter().map(|(name, _)| format!("`{name}`")).collect();
            self.wrong(key, &format!("must be one of {}", names.join(", ")))
        })
    }

    /// One of a few words that must be there.
    pub(super) fn chosen<T: Copy>(&self, key: &str, known: &[(&str, T)]) -> Result<T, Denial> {
        self.word(key, known)?.ok_or_else(|| self.wrong(key, "is required"))
    }
}
