//! Expectations that a secret is a certain text: they could never be met, as the journal holds no secrets, and would show the
//! text wherever they are told.

use super::super::codes;
use super::super::decode::Problems;
use super::super::node::{Node, Value};
use crate::base::diag::Diagnostic;

/// Reports texts that members with these names are to be, wherever the step expects something.
pub(in crate::scenario) fn check(step: &str, node: &Node, secrets: &[&str], problems: &mut Problems) {
    match step {
        "expect" | "expect_none" => walk(node, secrets, problems),
        "call" => node.get("answer").into_iter().for_each(|answer| walk(answer, secrets, problems)),
        _ => {}
    }
}

fn walk(node: &Node, secrets: &[&str], problems: &mut Problems) {
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| walk(item, secrets, problems)),
        Value::Map(members) => {
            for (key, value) in members {
                // The key may be a JSON pointer.
                let member = key.name.rsplit('/').next().unwrap_or_default();
                if matches!(value.value, Value::Text(_)) && secrets.contains(&member) {
                    let message = format!("`{member}` is a secret, so the journal does not hold its text");
                    let problem = Diagnostic::new(&codes::CONTRADICTION, value.place, message);
                    problems.push(problem.help("have it matched by `{$any: true}`"));
                } else {
                    walk(value, secrets, problems);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {}
    }
}
