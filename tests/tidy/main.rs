//! The shape of the code, held by tests: who may import whom, where foreign crates and vendors may be named, and what a
//! file may look like.
//!
//! One crate has no borders that the compiler would guard, so these rules stand in for them. Each rule is a function over
//! the whole tree and has a test with a made-up violation, lest a rule that matches nothing passes for ever.

mod fence;
mod layer;
mod shape;
mod source;
mod vendor;

use source::{Finding, Source};

/// Runs a rule over the real tree.
fn tidy(rule: impl Fn(&[Source]) -> Vec<Finding>) {
    let found = rule(&source::tree());
    let shown: Vec<String> = found.iter().map(Finding::to_string).collect();
    assert!(found.is_empty(), "\n{}\n", shown.join("\n"));
}

/// Runs a rule over one made-up file; `lines` are those in which it must find something.
fn finds(rule: impl Fn(&[Source]) -> Vec<Finding>, path: &str, text: &str, lines: &[usize]) {
    let found: Vec<usize> = rule(&[Source::new(path, text)]).iter().map(|finding| finding.line).collect();
    assert_eq!(found, lines, "{path}:\n{text}");
}
