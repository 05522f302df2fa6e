//! Problems as SARIF 2.1.0, the form that code hosts and editors read
//! (docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html).

use serde_json::{Value, json};

use super::super::files::Loaded;
use super::super::list::pretty;
use crate::base::diag::{Diagnostic, Rule};
use crate::scenario::codes::RULES;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The document.
pub(super) fn document<T>(loaded: &[Loaded<T>]) -> String {
    let results = loaded.iter().flat_map(|file| {
        let problems = file.result.as_ref().err().into_iter().flatten();
        problems.map(|problem| result(&problem.source(&file.source).name, problem))
    });
    pretty(&json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "rules": RULES.iter().map(|rule| described(rule)).collect::<Vec<_>>(),
            }},
            // Places count characters, not the halves of pairs that are usual in SARIF.
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    }))
}

fn described(rule: &Rule) -> Value {
    json!({
        "id": rule.code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.meaning},
    })
}

fn result(file: &str, problem: &Diagnostic) -> Value {
    let text = match &problem.help {
        Some(help) => format!("{}; {help}", problem.message),
        None => problem.message.clone(),
    };
    let mut place = json!({"artifactLocation": {"uri": file.replace('\\', "/")}});
    let at = problem.place;
    if at.line > 0 {
        let column = at.column.max(1);
        place["region"] = json!({"startLine": at.line, "startColumn": column, "endColumn": column + at.width.max(1)});
    }
    json!({
        "ruleId": problem.rule.code,
        "level": "error",
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
    })
}
