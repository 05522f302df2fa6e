//! A run as TAP 14 (testanything.org): a test point for each scenario, with what was wrong in a block below it.

use std::fmt::Write as _;

use super::{Outcome, Status};
use crate::base::diag::Paint;

/// The document for these outcomes.
#[must_use]
pub fn document(outcomes: &[Outcome]) -> String {
    let mut out = format!("TAP version 14\n1..{}\n", outcomes.len());
    for (index, outcome) in outcomes.iter().enumerate() {
        let verdict = match outcome.status {
            Status::Passed | Status::Skipped | Status::Unplayed => "ok",
            Status::Failed | Status::Errored => "not ok",
        };
        let _ = write!(out, "{verdict} {} - {}", index + 1, escaped(&format!("{} ({})", outcome.name, outcome.file)));
        if let Some(reason) = &outcome.skipped {
            let _ = write!(out, " # SKIP {}", escaped(reason));
        }
        out.push('\n');
        if !outcome.failures.is_empty() {
            out.push_str(&block(outcome));
        }
    }
    if outcomes.iter().any(|outcome| outcome.status == Status::Unplayed) {
        out.push_str("Bail out! The run ended before all scenarios were played\n");
    }
    out
}

/// The failures as a block of YAML, whose texts are written as JSON, which YAML is a superset of.
fn block(outcome: &Outcome) -> String {
    let mut out = String::from("  ---\n");
    let _ = writeln!(out, "  seed: {}\n  repeat: {}\n  failures:", outcome.seed, quoted(&outcome.repeat));
    for failure in &outcome.failures {
        let _ = writeln!(out, "    - place: {}", quoted(&failure.place(outcome)));
        let _ = writeln!(out, "      message: {}", quoted(&failure.problem.summary()));
        let _ = writeln!(out, "      text: {}", quoted(&failure.render(outcome, Paint::Plain)));
    }
    out.push_str("  ...\n");
    out
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A text on one line, in which `#` begins no directive.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('#', "\\#").replace(['\r', '\n'], " ")
}
