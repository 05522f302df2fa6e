//! Reading JSON bodies member by member: everything found wrong is collected, and what nobody asked for is noticed.
//!
//! Values are moved out of the document, not copied; what is left in the end are the members that nothing reads.

use serde_json::{Map, Value};

use crate::base::time::VirtualTime;

/// What an instant must look like, for messages.
pub(super) const AN_INSTANT: &str = "an ISO 8601 instant such as 2019-08-16T22:02:13.842Z";

/// What was found wrong with a body.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    /// What makes the body invalid; a lenient tenant overlooks it.
    pub(crate) faults: Vec<String>,
    /// What no document allows but does no harm.
    pub(crate) oddities: Vec<String>,
}

impl Findings {
    /// Notes something that makes the body invalid.
    pub(crate) fn fault(&mut self, what: impl Into<String>) {
        self.faults.push(what.into());
    }

    /// Notes something that does no harm.
    pub(crate) fn oddity(&mut self, what: impl Into<String>) {
        self.oddities.push(what.into());
    }
}

/// The members of one object that were not read yet.
#[derive(Debug)]
pub(crate) struct Members {
    /// What stands before a member's name in messages: empty, or a path with a dot at its end.
    path: String,
    rest: Map<String, Value>,
}

impl Members {
    /// Begins to read the object that stands at `path`.
    pub(crate) fn open(value: Value, path: &str, findings: &mut Findings) -> Self {
        let rest = match value {
            Value::Object(rest) => rest,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                let what = if path.is_empty() { "the body" } else { path };
                findings.fault(format!("{what} must be an object"));
                Map::new()
            }
        };
        let path = if path.is_empty() { String::new() } else { format!("{path}.") };
        Self { path, rest }
    }

    /// The full name of a member, for messages.
    pub(crate) fn name(&self, key: &str) -> String {
        format!("{}{key}", self.path)
    }

    /// The value of a member; `null` is as good as nothing.
    pub(crate) fn take(&mut self, key: &str) -> Option<Value> {
        self.rest.shift_remove(key).filter(|value| !value.is_null())
    }

    /// The value of a member that goes by two names in the vendor's pages.
    pub(crate) fn take_either(&mut self, key: &str, other: &str) -> Option<Value> {
        let value = self.take(key);
        value.or_else(|| self.take(other))
    }

    /// A text.
    pub(crate) fn text(&mut self, key: &str, findings: &mut Findings) -> Option<String> {
        let value = self.take(key)?;
        let Value::String(text) = value else {
            findings.fault(format!("{} must be a text", self.name(key)));
            return None;
        };
        Some(text)
    }

    /// Whether a member is there; complains if it is not.
    pub(crate) fn needs(&mut self, key: &str, findings: &mut Findings) -> bool {
        let there = self.rest.get(key).is_some_and(|value| !value.is_null());
        if !there {
            // A `null` that was complained about is no member that nobody asked for.
            self.rest.shift_remove(key);
            findings.fault(format!("{} is missing", self.name(key)));
        }
        there
    }

    /// A text that must be there and must not be empty; empty after complaint if it is not.
    pub(crate) fn needed_text(&mut self, key: &str, findings: &mut Findings) -> String {
        if !self.needs(key, findings) {
            return String::new();
        }
        let text = self.text(key, findings);
        if text.as_deref() == Some("") {
            findings.fault(format!("{} must not be empty", self.name(key)));
        }
        text.unwrap_or_default()
    }

    /// One of a set of words.
    pub(crate) fn word<T: Copy>(
        &mut self,
        key: &str,
        words: &[T],
        name: fn(T) -> &'static str,
        findings: &mut Findings,
    ) -> Option<T> {
        let text = self.text(key, findings)?;
        let found = words.iter().copied().find(|word| name(*word) == text);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|word| name(*word)).collect();
            findings.fault(format!("{} must be {}", self.name(key), any_of(&known)));
        }
        found
    }

    /// A list of texts.
    pub(crate) fn texts(&mut self, key: &str, findings: &mut Findings) -> Option<Vec<String>> {
        let value = self.take(key)?;
        let texts = match value {
            Value::Array(items) => items
                .into_iter()
                .map(|item| match item {
                    Value::String(text) => Some(text),
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
                })
                .collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => None,
        };
        if texts.is_none() {
            findings.fault(format!("{} must be a list of texts", self.name(key)));
        }
        texts
    }

    /// True or false.
    pub(crate) fn flag(&mut self, key: &str, findings: &mut Findings) -> Option<bool> {
        let flag = self.take(key)?.as_bool();
        if flag.is_none() {
            findings.fault(format!("{} must be true or false", self.name(key)));
        }
        flag
    }

    /// A list of at least one object, which must be there, each to be read member by member.
    pub(crate) fn each(&mut self, key: &str, findings: &mut Findings) -> Vec<Self> {
        if !self.needs(key, findings) {
            return Vec::new();
        }
        match self.take(key) {
            Some(Value::Array(items)) if !items.is_empty() => {
                let at = |(index, item)| Self::open(item, &format!("{}[{index}]", self.name(key)), findings);
                items.into_iter().enumerate().map(at).collect()
            }
            _ => {
                findings.fault(format!("{} must be a list of at least one object", self.name(key)));
                Vec::new()
            }
        }
    }

    /// An object that is kept as it is.
    pub(crate) fn freeform(&mut self, key: &str, findings: &mut Findings) -> Option<Map<String, Value>> {
        let value = self.take(key)?;
        let Value::Object(members) = value else {
            findings.fault(format!("{} must be an object", self.name(key)));
            return None;
        };
        Some(members)
    }

    /// An instant.
    pub(crate) fn instant(&mut self, key: &str, findings: &mut Findings) -> Option<VirtualTime> {
        let text = self.text(key, findings)?;
        let instant = VirtualTime::parse(&text);
        if instant.is_none() {
            findings.fault(format!("{} must be {AN_INSTANT}", self.name(key)));
        }
        instant
    }

    /// An object to be read member by member.
    pub(crate) fn members(&mut self, key: &str, findings: &mut Findings) -> Option<Self> {
        let value = self.take(key)?;
        Some(Self::open(value, &self.name(key), findings))
    }

    /// Ends reading: what is left is ignored, and noted.
    pub(crate) fn close(self, findings: &mut Findings) {
        for key in self.rest.keys() {
            findings.oddity(format!("{} is not a documented member; it is ignored", self.name(key)));
        }
    }
}

/// `a, b or c`.
pub(crate) fn any_of(words: &[&str]) -> String {
    match words {
        [] => "nothing".to_owned(),
        [only] => (*only).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_wrong_is_said_with_its_path() {
        let mut findings = Findings::default();
        let document = json!({
            "a": 1, "b": "", "x": null, "c": ["t", 2], "y": 0, "n": null, "f": 1, "l": {}, "e": [], "o": [{"p": 1}],
        });
        let mut body = Members::open(document, "", &mut findings);
        assert_eq!(body.text("a", &mut findings), None);
        assert_eq!(body.needed_text("b", &mut findings), "");
        assert_eq!(body.needed_text("missing", &mut findings), "");
        assert_eq!(body.text("x", &mut findings), None);
        assert_eq!(body.texts("c", &mut findings), None);
        assert_eq!(body.needed_text("n", &mut findings), "");
        assert_eq!(body.flag("f", &mut findings), None);
        for key in ["l", "e", "m"] {
            assert!(body.each(key, &mut findings).is_empty());
        }
        let mut one = body.each("o", &mut findings).remove(0);
        assert_eq!(one.text("p", &mut findings), None);
        Members::open(json!([]), "d[0]", &mut findings).close(&mut findings);
        body.close(&mut findings);
        let faults = [
            "a must be a text",
            "b must not be empty",
            "missing is missing",
            "c must be a list of texts",
            "n is missing",
            "f must be true or false",
            "l must be a list of at least one object",
            "e must be a list of at least one object",
            "m is missing",
            "o[0].p must be a text",
            "d[0] must be an object",
        ];
        assert_eq!(findings.faults, faults);
        assert_eq!(findings.oddities, ["y is not a documented member; it is ignored"]);
    }

    #[test]
    fn words_are_listed_as_people_list_them() {
        let check = |words: &[&str], expected| assert_eq!(any_of(words), expected);
        check(&["a"], "a");
        check(&["a", "b"], "a or b");
        check(&["a", "b", "c"], "a, b or c");
    }
}
