//! `examples:`: one scenario, many rows. A row's values are filled in before anything is checked, so that what is checked is
//! what is played.

use super::codes;
use super::decode::{Problems, wrong_type};
use super::node::{Key, Node, Value};
use crate::base::diag::Diagnostic;

/// The key that examples stand under.
const KEY: &str = "examples";
/// The value that a row is called by, if it has one.
const NAME: &str = "name";
/// How many rows there may be.
const MOST_ROWS: usize = 1_000;

/// One row.
pub(super) struct Row {
    /// Which, from 1.
    pub(super) number: usize,
    /// Its name, or its values in a few words.
    pub(super) title: String,
    /// Its values by their names.
    pub(super) values: Vec<(Key, Node)>,
}

/// The document once for each row, its values filled in; itself if there are no examples.
///
/// # Errors
/// The document without its examples, if they cannot be used.
pub(super) fn rows(root: Node, problems: &mut Problems) -> Result<Vec<(Option<Row>, Node)>, Node> {
    let Some(examples) = root.get(KEY) else { return Ok(vec![(None, root)]) };
    let Some(rows) = check(examples, problems) else { return Err(without_examples(&root, &[])) };
    let filled = rows.iter().enumerate().map(|(index, row)| {
        let named = row.iter().find(|(key, value)| key.name == NAME && !plain(value).is_empty());
        let title = named.map_or_else(|| listed(row), |(_, name)| plain(name));
        (Some(Row { number: index + 1, title, values: row.to_vec() }), without_examples(&root, row))
    });
    Ok(filled.collect())
}

/// The values of a row that has no name.
fn listed(row: Members<'_>) -> String {
    let values: Vec<String> = row.iter().map(|(key, value)| format!("{}={}", key.name, plain(value))).collect();
    values.join(", ")
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
            None => Value::Text(replaced(text, row)),
        },
        Value::List(items) => Value::List(items.iter().map(|item| filled(item, row)).collect()),
        Value::Map(members) => {
            Value::Map(members.iter().map(|(key, value)| (key.clone(), filled(value, row))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => node.value.clone(),
    };
    Node { place: node.place, value }
}

/// A text with a row's values in it. What the values themselves say is not looked at again, and `$$` stays a dollar sign.
fn replaced(text: &str, row: Members<'_>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let found = row.iter().find_map(|(key, value)| Some((rest.strip_prefix(&reference(&key.name))?, value)));
        rest = if let Some((after, value)) = found {
            out.push_str(&plain(value));
            after
        } else {
            let whole = if rest.starts_with("$$") { 2 } else { 1 };
            out.push_str(&rest[..whole]);
            &rest[whole..]
        };
    }
    out.push_str(rest);
    out
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

#[cfg(test)]
mod tests {
    use super::super::node::parse;
    use super::*;

    fn row(yaml: &str) -> Vec<(Key, Node)> {
        match parse(yaml).unwrap().value {
            Value::Map(members) => members,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn values_are_filled_in_once() {
        let row = row("{a: 1, b: \"${a}\", c: x}");
        let check = |text: &str, expected: &str| assert_eq!(replaced(text, &row), expected, "{text}");
        check("${a} and ${c}${c}", "1 and xx");
        check("${b}", "${a}");
        check("$${a}", "$${a}");
        check("$$${a}", "$$1");
        check("5 $ and ${d}", "5 $ and ${d}");
        check("${a", "${a");
        check("", "");
    }

    #[test]
    fn a_row_is_called_by_its_name_or_its_values() {
        let check = |rows: &str, expected: &[&str]| {
            let root = parse(&format!("examples: {rows}")).unwrap();
            let found = examples_of(root);
            assert_eq!(found, expected);
        };
        check("[{a: 1, b: x}, {a: 2, b: ~}]", &["a=1, b=x", "a=2, b="]);
        check("[{name: first, a: 1}, {name: \"\", a: 2}]", &["first", "name=, a=2"]);
    }

    fn examples_of(root: Node) -> Vec<String> {
        let rows = rows(root, &mut Problems::new()).unwrap();
        rows.into_iter().filter_map(|(row, _)| Some(row?.title)).collect()
    }
}
