//! Reading scenarios: every diagnostic, many at once, hostile text, and the forms that are accepted.

mod broken;
mod fuzz;
mod hostile;
mod include;
mod matching;
mod rules;
mod steps;
pub(crate) mod toy;
