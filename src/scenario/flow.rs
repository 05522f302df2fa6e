//! A node on one line, as YAML's flow style would have it; reading the line again gives the same node, unless secrets in it
//! are hidden.

use std::fmt;

use super::node::{Key, Node, Value, plain};

/// Shows a node on one line.
pub(super) struct Flow<'n>(pub(super) &'n Node);

impl Flow<'_> {
    /// Text, such as a key: without quotes where it would be read as the same text.
    pub(super) fn text(text: &str) -> String {
        let bare = text.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '/'))
            && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '@' | '/'))
            && matches!(plain(text), Value::Text(_));
        // Quoted as JSON does it, which is YAML's double-quoted style.
        if bare { text.to_owned() } else { serde_json::Value::from(text).to_string() }
    }
}

impl fmt::Display for Flow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.value {
            Value::Null => f.write_str("null"),
            Value::Bool(yes) => yes.fmt(f),
            Value::Int(number) => number.fmt(f),
            // Unlike `Display`, `Debug` keeps the fraction of a whole float, which tells it from an integer.
            Value::Float(number) => fmt::Debug::fmt(number, f),
            Value::Text(text) => f.write_str(&Self::text(text)),
            Value::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{}", separator(index), Flow(item))?;
                }
                f.write_str("]")
            }
            Value::Map(members) => {
                f.write_str("{")?;
                for (index, (key, value)) in members.iter().enumerate() {
                    f.write_str(separator(index))?;
                    write!(f, "{}: {}", Self::text(&key.name), Flow(value))?;
                }
                f.write_str("}")
            }
        }
    }
}

/// The node as it may be shown to anybody: texts of these members are hidden, and so are those of headers, among which
/// credentials are.
pub(super) fn discreet(node: &Node, secrets: &[&str]) -> Node {
    let value = match &node.value {
        Value::List(items) => Value::List(items.iter().map(|item| discreet(item, secrets)).collect()),
        Value::Map(members) => {
            let hide = |(key, value): &(Key, Node)| {
                let value = match &value.value {
                    Value::Text(_) if secrets.contains(&key.name.as_str()) => hidden(value),
                    Value::Map(headers) if key.name == HEADERS => {
                        let hide = |(key, value): &(Key, Node)| (key.clone(), hidden(value));
                        Node { value: Value::Map(headers.iter().map(hide).collect()), ..value.clone() }
                    }
                    _ => discreet(value, secrets),
                };
                (key.clone(), value)
            };
            Value::Map(members.iter().map(hide).collect())
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => return node.clone(),
    };
    Node { value, ..node.clone() }
}

/// Where scenarios write the headers of calls and webhooks.
const HEADERS: &str = "headers";

/// The same without its text; that there is none may be seen.
fn hidden(node: &Node) -> Node {
    let value = if node.value == Value::Null { Value::Null } else { Value::Text("***".to_owned()) };
    Node { value, ..node.clone() }
}

fn separator(index: usize) -> &'static str {
    if index == 0 { "" } else { ", " }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::super::node::parse;
    use super::*;
    use crate::base::diag::Place;

    #[test]
    fn a_node_is_shown_on_one_line() {
        let check = |yaml: &str, expected: &str| assert_eq!(Flow(&parse(yaml).unwrap()).to_string(), expected);
        check("a", "a");
        check("as: alice\ntext: Where is it?", r#"{as: alice, text: "Where is it?"}"#);
        check("- 1\n- 1.0\n- -2.5e9\n- true\n- ~", "[1, 1.0, -2500000000.0, true, null]");
        check("- '1'\n- 'true'\n- ''\n- '~'\n- '- x'\n- '-'", r#"["1", "true", "", "~", "- x", "-"]"#);
        check("agent@example.com", "agent@example.com");
        check("'@x'", r#""@x""#);
        check("|\n  two\n  lines\n", r#""two\nlines\n""#);
        check("שלום", "שלום");
        check("'a b': {'1': x, '<<': y}", r#"{"a b": {"1": x, "<<": y}}"#);
        check("[]", "[]");
        check("{}", "{}");
    }

    #[test]
    fn secrets_are_hidden_and_nothing_else() {
        let check = |yaml: &str, expected: &str| {
            assert_eq!(Flow(&discreet(&parse(yaml).unwrap(), &["token"])).to_string(), expected);
        };
        check(
            "{headers: {authorization: Bearer x, accept: ~}, path: /x}",
            r#"{headers: {authorization: "***", accept: null}, path: /x}"#,
        );
        check(
            "{body: [{token: x, tokens: y, a: {token: z}}]}",
            r#"{body: [{token: "***", tokens: y, a: {token: "***"}}]}"#,
        );
        check("{token: ~, headers: x}", "{token: null, headers: x}");
        check("{token: {x: string}}", "{token: {x: string}}");
    }

    /// A node as if it stood nowhere.
    pub(in crate::scenario) fn bare(node: Node) -> Value {
        let free = |node: Node| Node { place: Place::default(), value: bare(node) };
        match node.value {
            Value::List(items) => Value::List(items.into_iter().map(free).collect()),
            Value::Map(members) => Value::Map(
                members
                    .into_iter()
                    .map(|(key, node)| (Key { name: key.name, place: Place::default() }, free(node)))
                    .collect(),
            ),
            value @ (Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_)) => value,
        }
    }

    /// Any value that a file may hold.
    pub(in crate::scenario) fn value() -> impl Strategy<Value = Value> {
        let text = prop_oneof!["\\PC{0,12}", "[-+.0-9e]{1,4}", "[a-zA-Z@/<~ :#\n\"'\\\\]{0,6}", "null|true|false|~"];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(|int| Value::Int(int.into())),
            any::<u64>().prop_map(|int| Value::Int(int.into())),
            (-1e300..1e300).prop_map(Value::Float),
            text.prop_map(Value::Text),
        ];
        let free = |value| Node { place: Place::default(), value };
        leaf.prop_recursive(4, 24, 4, move |inner| {
            let keyed = prop::collection::btree_map("\\PC{0,5}", inner.clone(), 0..4);
            let member = move |(name, value)| (Key { name, place: Place::default() }, free(value));
            prop_oneof![
                prop::collection::vec(inner.prop_map(free), 0..4).prop_map(Value::List),
                keyed.prop_map(move |map| Value::Map(map.into_iter().map(member).collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_line_reads_as_the_node_it_shows(value in value()) {
            let line = format!("- {}", Flow(&Node { place: Place::default(), value: value.clone() }));
            prop_assert!(!line.contains('\n'));
            let read = parse(&line).map(bare);
            let expected = Value::List(vec![Node { place: Place::default(), value }]);
            prop_assert_eq!(read, Ok(expected), "{}", line);
        }
    }
}
