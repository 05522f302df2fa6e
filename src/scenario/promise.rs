//! What is checked of expectations, and of values that are kept, once they are read.

use super::check::{Checker, words};
use super::codes;
use super::decode::Located;
use super::expect::{Expect, Let, NOBODY, Subject};
use super::text::{Text, Word, pointer};
use crate::base::diag::Diagnostic;

impl Checker<'_, '_> {
    pub(super) fn expect(&mut self, expect: &Expect) {
        self.texts(expect.texts());
        for subject in expect.subjects() {
            self.subject(subject);
        }
    }

    fn subject(&mut self, subject: &Subject) {
        if let Some(chat) = subject.chat() {
            self.chat(chat);
        }
        match subject {
            Subject::Message(pattern) => {
                if let Some(from) = &pattern.from {
                    self.person("sender", from, &["bot", "agent", "customer", "integration", "system"]);
                }
            }
            Subject::Call(pattern) => {
                if let Some(route) = &pattern.route {
                    self.vendor.check_route(route, self.problems);
                }
                if let Some(Word(code)) = &pattern.code {
                    self.code(code);
                }
            }
            Subject::Event { pattern, .. } => self.vendor.check_event(&pattern.name, &self.events, self.problems),
            Subject::Push(pattern) => {
                self.vendor.check_push(&pattern.name, self.problems);
                if let Some(to) = &pattern.to {
                    self.person("customer or agent here", to, &[]);
                }
            }
            Subject::State(pattern) => {
                if let Some(holder) = pattern.assigned_to.as_ref().filter(|holder| holder.value != NOBODY) {
                    self.tenant(&codes::UNKNOWN_PERSON, "agent or bot of this tenant", holder, |staff| {
                        words(&staff.agents)
                    });
                }
            }
            Subject::Violation(_) => {}
        }
    }

    /// Checks a code that is expected: the vendor's, or one of the tenant's own.
    pub(super) fn code(&mut self, code: &Located<String>) {
        let own = self.staff.as_ref().map_or(&[][..], |staff| &staff.codes);
        if !own.contains(&code.value) {
            self.vendor.check_code(code, self.problems);
        }
    }

    pub(super) fn binding(&mut self, binding: &Let) {
        match (&binding.from.event, &binding.from.call) {
            (Some(event), None) => self.vendor.check_event(event, &self.events, self.problems),
            (None, Some(route)) => self.vendor.check_route(route, self.problems),
            (None, None) | (Some(_), Some(_)) => {
                let message = "a value comes from one of `event` and `call`";
                let problem = Diagnostic::new(&codes::ONE_KEY, binding.name.place, message);
                self.problems.push(problem.help("name one of `event` and `call` under `from`"));
            }
        }
        pointer(&binding.at.value, binding.at.place, self.problems);
        if !Text::is_name(&binding.name.value) {
            let message = format!("`{}` cannot stand between `${{` and `}}`", binding.name.value);
            let problem = Diagnostic::new(&codes::PLACEHOLDER, binding.name.place, message);
            self.problems.push(problem.help("a name has only letters, digits, `_` and `-`"));
        }
        self.names.push(binding.name.value.clone());
    }
}
