//! A document as YAML for people: a line for each step, in the order in which it was written; reading it again gives the same
//! document. Comments are not part of a document, so they are lost.

use super::flow::Flow;
use super::node::{Key, Node, Value};

/// How long a line may be that could also stand on several.
const COLUMNS: usize = 120;

/// The text of a document. It ends with a line feed.
#[must_use]
pub fn document(root: &Node) -> String {
    let mut out = String::new();
    below(&mut out, root, 0);
    out
}

/// Writes a value after its key or dash, on the same line where there is room for it. Lists at the top of a document are what
/// it is about, so they never stand on one line.
fn beside(out: &mut String, node: &Node, indent: usize) {
    let line = Flow(node).to_string();
    let used = out.len() - out.rfind('\n').map_or(0, |at| at + 1);
    let (divisible, list) = match &node.value {
        Value::List(parts) => (!parts.is_empty(), true),
        Value::Map(members) => (!members.is_empty(), false),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => (false, false),
    };
    let at_the_top = indent == 0 && list;
    if divisible && (at_the_top || used + 1 + line.len() > COLUMNS) {
        out.push('\n');
        below(out, node, indent + 2);
    } else {
        out.push(' ');
        out.push_str(&line);
        out.push('\n');
    }
}

/// Writes a value on lines of its own.
fn below(out: &mut String, node: &Node, indent: usize) {
    let margin = " ".repeat(indent);
    match &node.value {
        Value::List(items) if !items.is_empty() => {
            for item in items {
                out.push_str(&margin);
                out.push('-');
                match &item.value {
                    Value::Map(members) if !members.is_empty() => {
                        out.push(' ');
                        map(out, members, indent + 2);
                    }
                    _ => beside(out, item, indent),
                }
            }
        }
        Value::Map(members) if !members.is_empty() => {
            out.push_str(&margin);
            map(out, members, indent);
        }
        _ => {
            out.push_str(&Flow(node).to_string());
            out.push('\n');
        }
    }
}

/// Writes the members of a mapping, the first where the line has got to.
fn map(out: &mut String, members: &[(Key, Node)], indent: usize) {
    for (index, (key, value)) in members.iter().enumerate() {
        if index > 0 {
            out.push_str(&" ".repeat(indent));
        }
        out.push_str(&Flow::text(&key.name));
        out.push(':');
        beside(out, value, indent);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::flow::tests::{bare, value};
    use super::super::node::parse;
    use super::*;
    use crate::base::diag::Place;

    #[test]
    fn a_step_stands_on_a_line() {
        let check = |yaml: &str, expected: &str| assert_eq!(document(&parse(yaml).unwrap()), expected);
        check(
            "{a: b, steps: [{wait: 1s}, {say: {as: ada, text: Hi there}}]}",
            "a: b\nsteps:\n  - wait: 1s\n  - say: {as: ada, text: \"Hi there\"}\n",
        );
        check("{steps: [], customers: {ada: {}}}", "steps: []\ncustomers: {ada: {}}\n");
        check("{a: [{b: 1, c: [x]}, [2, 3], ~]}", "a:\n  - b: 1\n    c: [x]\n  - [2, 3]\n  - null\n");
        check("one", "one\n");
    }

    #[test]
    fn what_is_too_long_for_a_line_stands_on_several() {
        let long = "x".repeat(COLUMNS);
        let yaml = format!(
            "{{steps: [{{repeat: {{times: 2, steps: [{{say: {long}}}, {{wait: 1s}}]}}}}], setup: {{a: {{b: {long}}}}}}}"
        );
        let expected = format!(
            "steps:\n  - repeat:\n      times: 2\n      steps:\n        - say: {long}\n        - wait: 1s\nsetup:\n  a:\n    b: {long}\n"
        );
        assert_eq!(document(&parse(&yaml).unwrap()), expected);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_as_what_it_was(value in value(), width in 0..100_usize) {
            // A long neighbour brings every part of the value to lines of its own.
            let node = |value| Node { place: Place::default(), value };
            let key = |name: &str| Key { name: name.to_owned(), place: Place::default() };
            let long = node(Value::Text("y".repeat(width)));
            let item = node(Value::Map(vec![(key("long"), long.clone()), (key("value"), node(value.clone()))]));
            let root = node(Value::Map(vec![
                (key("a"), node(Value::List(vec![item.clone(), node(value.clone())]))),
                (key("b"), item),
                (key("c"), node(Value::List(vec![node(Value::List(vec![node(value), long]))]))),
            ]));
            let text = document(&root);
            prop_assert_eq!(parse(&text).map(bare), Ok(bare(root)), "{}", text);
        }
    }
}
