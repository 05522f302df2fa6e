//! What can still be told of parts that cannot be read, so that one mistake hides no others, and brings none that are not there.

use std::collections::BTreeSet;

use super::check::Checker;
use super::codes;
use super::decode::Problems;
use super::node::{Key, Node, Value};
use crate::base::diag::{Diagnostic, Place, Rule};

/// The rules that what remains of a step may break: words that nothing is called. What it lacks may have been taken away.
const ABOUT_WORDS: [&Rule; 7] = [
    &codes::UNKNOWN_PERSON,
    &codes::UNKNOWN_TEAM,
    &codes::UNKNOWN_CHAT,
    &codes::UNKNOWN_NAME,
    &codes::UNKNOWN_EVENT,
    &codes::UNKNOWN_ROUTE,
    &codes::UNKNOWN_CODE,
];

/// The rules that a scenario seems to break where the values of its examples are not known.
const ABOUT_VALUES: [&Rule; 3] = [&codes::UNKNOWN_CHAT, &codes::UNKNOWN_NAME, &codes::UNKNOWN_PERSON];

/// What is certainly wrong in a scenario whose examples cannot be read: not what stands where a value would be filled in, nor
/// what may refer to it.
pub(super) fn sure(root: &Node, problems: Problems) -> impl Iterator<Item = Diagnostic> {
    let open = root.places_of("${");
    problems.into_iter().filter(move |problem| {
        open.is_empty() || !(open.contains(&problem.place) || ABOUT_VALUES.contains(&problem.rule))
    })
}

impl Checker<'_, '_> {
    /// Checks what is left of a step without the parts that cannot be read, of which the problems from this one on tell.
    pub(super) fn salvage(&mut self, key: &Key, value: &Node, from: usize) {
        let slips: BTreeSet<Place> = self.problems[from..].iter().map(|problem| problem.place).collect();
        let told = std::mem::take(self.problems);
        let action = self.read(key, &value.without(&slips));
        *self.problems = told;
        let Some(mut action) = action else { return self.presume(&key.name, value) };
        let before = self.problems.len();
        self.check(&mut action, key.place);
        let found = self.problems.split_off(before);
        self.problems.extend(found.into_iter().filter(|problem| ABOUT_WORDS.contains(&problem.rule)));
    }

    /// A step that cannot be read still gives its names, lest every step that uses them be reported as well.
    fn presume(&mut self, step: &str, node: &Node) {
        let name = |key| match &node.get(key)?.value {
            Value::Text(name) => Some(name.clone()),
            _ => None,
        };
        match step {
            "start_chat" => self.chats.extend(name("chat").or_else(|| name("as"))),
            "let" => self.names.extend(name("name")),
            _ => {}
        }
    }
}
