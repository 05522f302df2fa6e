//! A run as annotations in a pull request: an error for each thing that was wrong, at the line of its step, and a warning for
//! each thing the bot did that the vendor's documents do not allow.

use std::fmt::Write as _;

use super::Outcome;
use crate::base::annotation::{Annotation, Gravity};
use crate::base::diag::Paint;

/// The commands for these outcomes, one a line.
#[must_use]
pub fn annotations(outcomes: &[Outcome]) -> String {
    let mut out = String::new();
    for outcome in outcomes {
        let errors = outcome.failures.iter().map(|failure| {
            let title = format!("{}: {}", outcome.name, failure.problem.title());
            (Gravity::Error, failure.line, title, failure.render(outcome, Paint::Plain))
        });
        let warnings = outcome
            .warnings
            .iter()
            .map(|warning| (Gravity::Warning, None, format!("{}: not as documented", outcome.name), warning.clone()));
        for (gravity, line, title, message) in errors.chain(warnings) {
            let (file, line) = (outcome.file.as_str(), line.unwrap_or(0));
            let annotation = Annotation { gravity, file, line, column: 0, title: &title, message: message.trim_end() };
            let _ = writeln!(out, "{annotation}");
        }
    }
    out
}
