//! Steps without their scenario: for a world that runs already.

use super::check::{Checker, staff};
use super::decode::Problems;
use super::flow::Flow;
use super::include::Nowhere;
use super::node::{self, Node, Value};
use super::{Step, Vocabulary, codes};
use crate::base::diag::Diagnostic;
use crate::fault::Fault;

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
    done(steps, problems)
}

/// Reads and checks one fault or a list of faults, as they stand under `fault:` or `setup: faults:`, for a tenant with this
/// set-up. Each comes with its text on one line.
///
/// # Errors
/// All problems of the text, in the order of their places.
pub fn load_faults(
    text: &str,
    vendor: &Vocabulary,
    setup: &Node,
    known: Known,
) -> Result<Vec<(Fault, String)>, Vec<Diagnostic>> {
    let mut problems = Problems::new();
    let root = node::read(text, &mut problems);
    let staff = staff(vendor, setup, &mut Problems::new());
    let mut checker = Checker::new(vendor, known.customers, staff, &Nowhere, &mut problems);
    checker.strangers = Strangers::Welcome;
    let nodes = match root.as_ref().map(|root| &root.value) {
        Some(Value::List(faults)) => faults.as_slice(),
        Some(_) => root.as_slice(),
        None => &[],
    };
    let read = |node: &Node| Some((checker.fault(node)?, Flow(node).to_string()));
    let faults: Vec<(Fault, String)> = nodes.iter().filter_map(read).collect();
    if faults.is_empty() && problems.is_empty() {
        let place = root.map(|root| root.place).unwrap_or_default();
        let problem = Diagnostic::new(&codes::NO_STEPS, place, "there is no fault to plan");
        problems.push(problem.help("write a fault such as `{on: {route: …}, do: {reset: true}}`"));
    }
    done(faults, problems)
}

fn done<T>(read: T, mut problems: Problems) -> Result<T, Vec<Diagnostic>> {
    if problems.is_empty() {
        return Ok(read);
    }
    problems.sort_by_cached_key(Diagnostic::order);
    problems.dedup();
    Err(problems)
}
