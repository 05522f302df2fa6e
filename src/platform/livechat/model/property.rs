//! Properties of chats, threads and events: what they belong to, and how they change.

use indexmap::IndexMap;
use serde_json::{Map, Value};

/// Properties: namespace → name → value. Opaque here; the API checks their shape.
pub(crate) type Properties = Map<String, Value>;

/// Names of properties: namespace → names.
pub(crate) type Names = IndexMap<String, Vec<String>>;

/// What properties belong to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Subject {
    /// To the chat.
    Chat,
    /// To one of its threads.
    Thread {
        /// The thread.
        thread: String,
    },
    /// To an event.
    Event {
        /// The thread it is in.
        thread: String,
        /// The event.
        event: String,
    },
}

/// Gives properties other values and returns those that were others before.
pub(crate) fn assign(into: &mut Properties, from: Properties) -> Properties {
    let mut changed = Properties::new();
    for (namespace, names) in from {
        let Value::Object(names) = names else { continue };
        for (name, value) in names {
            if into.get(&namespace).and_then(|space| space.get(&name)) != Some(&value) {
                set(&mut changed, &namespace, &name, value.clone());
                set(into, &namespace, &name, value);
            }
        }
    }
    changed
}

/// Takes properties away and returns the names of those that were there.
pub(crate) fn remove(from: &mut Properties, names: &Names) -> Names {
    let mut removed = Names::new();
    for (namespace, names) in names {
        let Some(Value::Object(space)) = from.get_mut(namespace) else { continue };
        for name in names {
            if space.shift_remove(name).is_some() {
                removed.entry(namespace.clone()).or_default().push(name.clone());
            }
        }
        if space.is_empty() {
            from.shift_remove(namespace);
        }
    }
    removed
}

/// Sets one property.
pub(crate) fn set(properties: &mut Properties, namespace: &str, name: &str, value: Value) {
    let space = properties.entry(namespace).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(space) = space {
        space.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn properties(value: Value) -> Properties {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn what_changes_is_what_was_different() {
        let check = |before: Value, given: Value, after: Value, changed: Value| {
            let mut found = properties(before);
            assert_eq!(Value::Object(assign(&mut found, properties(given))), changed);
            assert_eq!(Value::Object(found), after);
        };
        check(json!({}), json!({"a": {"b": 1}}), json!({"a": {"b": 1}}), json!({"a": {"b": 1}}));
        check(json!({"a": {"b": 1}}), json!({"a": {"b": 1}}), json!({"a": {"b": 1}}), json!({}));
        let (before, after) = (json!({"a": {"b": 1, "c": 2}}), json!({"a": {"b": 1, "c": 3}}));
        check(before, json!({"a": {"b": 1, "c": 3}}), after, json!({"a": {"c": 3}}));
    }

    #[test]
    fn what_goes_is_what_was_there_and_an_empty_namespace_goes_too() {
        let check = |before: Value, names: &[&str], after: Value, removed: &[&str]| {
            let mut found = properties(before);
            let names = Names::from([("a".to_owned(), names.iter().map(|&name| name.to_owned()).collect())]);
            let gone = remove(&mut found, &names);
            assert_eq!(gone.values().flatten().collect::<Vec<_>>(), removed);
            assert_eq!(Value::Object(found), after);
        };
        check(json!({"a": {"b": 1, "c": 2}}), &["b", "x"], json!({"a": {"c": 2}}), &["b"]);
        check(json!({"a": {"b": 1}}), &["b"], json!({}), &["b"]);
        check(json!({"z": {"b": 1}}), &["b"], json!({"z": {"b": 1}}), &[]);
    }
}
