//! Steps without their scenario: for a world that runs already.

use super::check::{Checker, staff};
use super::decode::Problems;
use super::include::Nowhere;
use super::node::{self, Node, Value};
use super::{Step, Vocabulary, codes};
use crate::base::diag::Diagnostic;

/// What steps may refer to in a world that runs.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The customers by the names that steps use.
    pub customers: Vec<String>,
    /// The chats that have been started.
    pub chats: Vec<String>,
    /// The names of values that were kept.
    pub names: Vec<String>,
}

/// What becomes of customers whom nobody knows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Strangers {
    /// They are mistakes.
    Unknown,
    /// They are known from the first deed on that only customers do.
    Welcome,
}

/// Reads and checks one step or a list of steps for a tenant with this set-up. Customers whom nobody knows yet are no
/// problem where they do what only customers do. Nothing can be included.
///
/// # Errors
/// All problems of the text, in the order of their places.
pub fn load_steps(text: &str, vendor: &Vocabulary, setup: &Node, known: Known) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let mut problems = Problems::new();
    let root = node::read(text, &mut problems);
    let staff = staff(vendor, setup, &mut Problems::new());
    let mut checker = Checker::new(vendor, known.customers, staff, &Nowhere, &mut problems);
    checker.strangers = Strangers::Welcome;
    (checker.chats, checker.names) = (known.chats, known.names);
    let steps: Vec<Step> = match root.as_ref().map(|root| &root.value) {
        Some(Value::List(steps)) => steps.iter().flat_map(|step| checker.steps(step)).collect(),
        Some(_) => root.iter().flat_map(|step| checker.steps(step)).collect(),
        None => Vec::new(),
    };
    if steps.is_empty() && problems.is_empty() {
        let place = root.map(|root| root.place).unwrap_or_default();
        let problem = Diagnostic::new(&codes::NO_STEPS, place, "there is no step to play");
        problems.push(problem.help("write a step such as `start_chat: {as: alice, text: Hi}`"));
    }
    if problems.is_empty() {
        return Ok(steps);
    }
    problems.sort_by_cached_key(Diagnostic::order);
    problems.dedup();
    Err(problems)
}
