//! Conditions of a search: `{"field": {"operator": value}, …}`, of which all must hold.
//!
//! Which fields a search knows, and by which operators each can be compared, is documented; how a body is written is not.
//! The form read here is inferred: it is the plainest that has room for several operators on one field.

use std::cmp::Ordering;

use serde_json::Value;

use super::reading::{AN_INSTANT, Findings, any_of};
use crate::base::time::VirtualTime;

/// How a field is compared with a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Operator {
    /// Is the same.
    Eq,
    /// Is not the same.
    NotEq,
    /// Is less.
    Lt,
    /// Is more.
    Gt,
    /// Is less or the same.
    Lte,
    /// Is more or the same.
    Gte,
}

impl Operator {
    /// The vendor's word for it.
    const fn name(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::NotEq => "not_eq",
            Self::Lt => "lt",
            Self::Gt => "gt",
            Self::Lte => "lte",
            Self::Gte => "gte",
        }
    }

    /// Whether it holds between two things that compare so; nothing if they are not the same and neither comes first.
    fn holds(self, found: Option<Ordering>) -> bool {
        match self {
            Self::Eq => found == Some(Ordering::Equal),
            Self::NotEq => found != Some(Ordering::Equal),
            Self::Lt => found == Some(Ordering::Less),
            Self::Gt => found == Some(Ordering::Greater),
            Self::Lte => found.is_some_and(Ordering::is_le),
            Self::Gte => found.is_some_and(Ordering::is_ge),
        }
    }
}

/// A field that `T` can be searched by.
pub(crate) struct Field<T> {
    /// The vendor's word for it.
    pub(crate) name: &'static str,
    /// How it can be compared.
    pub(crate) operators: &'static [Operator],
    /// What it is, and where it is found.
    pub(crate) kind: Kind<T>,
}

/// What a field is, and where it is found.
pub(crate) enum Kind<T> {
    /// Any text, which a thing has or has not.
    Text(fn(&T, &str) -> bool),
    /// One of these words.
    Word(fn() -> Vec<&'static str>, fn(&T) -> &'static str),
    /// An instant.
    Instant(fn(&T) -> VirtualTime),
}

/// A condition that `T` meets or does not meet.
pub(crate) struct Condition<T> {
    operator: Operator,
    against: Against<T>,
}

/// Where something is found, and what it is compared with.
enum Against<T> {
    Text(fn(&T, &str) -> bool, String),
    Word(fn(&T) -> &'static str, &'static str),
    Instant(fn(&T) -> VirtualTime, VirtualTime),
}

impl<T> Condition<T> {
    /// Whether a thing meets it.
    pub(crate) fn holds(&self, thing: &T) -> bool {
        self.operator.holds(match &self.against {
            Against::Text(has, wanted) => has(thing, wanted).then_some(Ordering::Equal),
            Against::Word(of, wanted) => (of(thing) == *wanted).then_some(Ordering::Equal),
            Against::Instant(of, wanted) => Some(millis(of(thing)).cmp(&millis(*wanted))),
        })
    }
}

/// Reads the body of a search by these fields. What is no condition is a fault; a lenient tenant searches without it.
pub(crate) fn read<T>(body: Value, fields: &[Field<T>], findings: &mut Findings) -> Vec<Condition<T>> {
    let Value::Object(members) = body else {
        findings.fault("the body must be an object");
        return Vec::new();
    };
    let mut conditions = Vec::new();
    for (name, comparisons) in members {
        let Some(field) = fields.iter().find(|field| field.name == name) else {
            let known: Vec<&str> = fields.iter().map(|field| field.name).collect();
            findings.fault(format!("{name} is no field of this search; it must be {}", any_of(&known)));
            continue;
        };
        match comparisons {
            Value::Object(comparisons) if !comparisons.is_empty() => {
                let read = comparisons.into_iter().filter_map(|(word, value)| field.compared(&word, value, findings));
                conditions.extend(read);
            }
            _ => findings.fault(format!("{name} must be an object of operators and values")),
        }
    }
    conditions
}

impl<T> Field<T> {
    fn compared(&self, word: &str, value: Value, findings: &mut Findings) -> Option<Condition<T>> {
        let Some(operator) = self.operators.iter().find(|operator| operator.name() == word) else {
            let known: Vec<&str> = self.operators.iter().map(|operator| operator.name()).collect();
            findings.fault(format!("{word} is no operator of {}; it must be {}", self.name, any_of(&known)));
            return None;
        };
        let against = self.kind.against(value);
        if against.is_none() {
            findings.fault(format!("{}.{word} must be {}", self.name, self.kind.wants()));
        }
        Some(Condition { operator: *operator, against: against? })
    }
}

impl<T> Kind<T> {
    fn against(&self, value: Value) -> Option<Against<T>> {
        match (self, value) {
            (Self::Text(has), Value::String(text)) => Some(Against::Text(*has, text)),
            (Self::Word(words, of), Value::String(text)) => {
                words().into_iter().find(|word| *word == text).map(|word| Against::Word(*of, word))
            }
            (Self::Instant(of), Value::String(text)) => VirtualTime::parse(&text).map(|at| Against::Instant(*of, at)),
            (Self::Text(_) | Self::Word(..) | Self::Instant(_), _) => None,
        }
    }

    /// What may stand as a value, for messages.
    fn wants(&self) -> String {
        match self {
            Self::Text(_) => "a text".to_owned(),
            Self::Word(words, _) => any_of(&words()),
            Self::Instant(_) => AN_INSTANT.to_owned(),
        }
    }
}

/// An instant as answers show it. Compared more finely, no instant of an answer would ever be found again.
const fn millis(at: VirtualTime) -> i64 {
    at.as_nanos().div_euclid(1_000_000)
}
