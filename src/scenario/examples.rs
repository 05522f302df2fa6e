//! `examples:`: one scenario, many rows. A row's values are filled in before anything is checked, so that what is checked is
//! what is played.

use super::codes;
use super::decode::{Problems, wrong_type};
use super::node::{Key, Node, Value};
use crate::base::diag::Diagnostic;

/// The key that examples stand under.
const KEY: &str = "examples";
/// How many rows there may be.
const MOST_ROWS: usize = 1_000;

/// One row.
pub(super) struct Row {
    /// Which, from 1.
    pub(super) number: usize,
    /// Its values in a few words.
    pub(super) title: String,
    /// Its values by their names.
    pub(super) values: Vec<(Key, Node)>,
}

/// The document once for each row, its values filled in; itself if there are no examples.
pub(super) fn rows(root: Node, problems: &mut Problems) -> Option<Vec<(Option<Row>, Node)>> {
    let Some(examples) = root.get(KEY) else { return Some(vec![(None, root)]) };
    let rows = check(examples, problems)?;
    let filled = rows.iter().enumerate().map(|(index, row)| {
        let title = row.iter().map(|(key, value)| format!("{}={}", key.name, plain(value)));
        let title = title.collect::<Vec<_>>().join(", ");
        (Some(Row { number: index + 1, title, values: row.to_vec() }), without_examples(&root, row))
    });
    Some(filled.collect())
}

type Members<'n> = &'n [(Key, Node)];

/// The rows, if all of them are mappings from the same names to plain values.
fn check<'n>(examples: &'n Node, problems: &mut Problems) -> Option<Vec<Members<'n>>> {
    let Value::List(items) = &examples.value else {
        wrong_type(examples, "a list of mappings", problems);
        return None;
    };
    if items.is_empty() || items.len() > MOST_ROWS {
        let message = format!("there are {} rows; 1 to {MOST_ROWS} are possible", items.len());
        problems.push(Diagnostic::new(&codes::OUT_OF_RANGE, examples.place, message));
        return None;
    }
    let before = problems.len();
    let mut rows: Vec<Members<'n>> = Vec::new();
    for item in items {
        let Value::Map(members) = &item.value else {
            wrong_type(item, "a mapping from names to values", problems);
            continue;
        };
        for (_, value) in members {
            if matches!(value.value, Value::List(_) | Value::Map(_)) {
                wrong_type(value, "text, a number, a boolean or nothing", problems);
            }
        }
        let names = |members: Members<'n>| members.iter().map(|(key, _)| key.name.as_str()).collect::<Vec<_>>();
        if let Some(first) = rows.first()
            && names(first) != names(members)
        {
            let message = "this row has other names than the first, or in another order";
            let problem = Diagnostic::new(&codes::CONTRADICTION, item.place, message);
            problems.push(problem.help(format!("give it {}", names(first).join(", "))));
        }
        rows.push(members);
    }
    (problems.len() == before).then_some(rows)
}

fn without_examples(root: &Node, row: Members<'_>) -> Node {
    let value = match &root.value {
        Value::Map(members) => {
            let others = members.iter().filter(|(key, _)| key.name != KEY);
            Value::Map(others.map(|(key, value)| (key.clone(), filled(value, row))).collect())
        }
        other => other.clone(),
    };
    Node { place: root.place, value }
}

/// A part with a row's values in it. A text that is one name and nothing else becomes the value itself, with its type.
pub(super) fn filled(node: &Node, row: Members<'_>) -> Node {
    let value = match &node.value {
        Value::Text(text) => match row.iter().find(|(key, _)| *text == reference(&key.name)) {
            Some((_, value)) => value.value.clone(),
            None => {
                let fill =
                    |text: String, (key, value): &(Key, Node)| text.replace(&reference(&key.name), &plain(value));
                Value::Text(row.iter().fold(text.clone(), fill))
            }
        },
        Value::List(items) => Value::List(items.iter().map(|item| filled(item, row)).collect()),
        Value::Map(members) => {
            Value::Map(members.iter().map(|(key, value)| (key.clone(), filled(value, row))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => node.value.clone(),
    };
    Node { place: node.place, value }
}

fn reference(name: &str) -> String {
    format!("${{{name}}}")
}

/// A value as it stands within a text.
fn plain(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => text.clone(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::Null | Value::List(_) | Value::Map(_) => String::new(),
    }
}
