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

/// The operator of what is the same or not.
pub(super) const EQUAL: &[Operator] = &[Operator::Eq];
/// The operators of what comes before or after something.
pub(super) const ORDER: &[Operator] = &[Operator::Eq, Operator::Lt, Operator::Gt, Operator::Lte, Operator::Gte];

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
    /// A whole number.
    Number(fn(&T) -> i64),
    /// True or false.
    Flag(fn(&T) -> bool),
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
    Number(fn(&T) -> i64, i64),
    Flag(fn(&T) -> bool, bool),
}

impl<T> Condition<T> {
    /// Whether a thing meets it.
    pub(crate) fn holds(&self, thing: &T) -> bool {
        self.operator.holds(match &self.against {
            Against::Text(has, wanted) => has(thing, wanted).then_some(Ordering::Equal),
            Against::Word(of, wanted) => (of(thing) == *wanted).then_some(Ordering::Equal),
            Against::Instant(of, wanted) => Some(millis(of(thing)).cmp(&millis(*wanted))),
            Against::Number(of, wanted) => Some(of(thing).cmp(wanted)),
            Against::Flag(of, wanted) => (of(thing) == *wanted).then_some(Ordering::Equal),
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
            (Self::Number(of), Value::Number(number)) => number.as_i64().map(|number| Against::Number(*of, number)),
            (Self::Flag(of), Value::Bool(flag)) => Some(Against::Flag(*of, flag)),
            (Self::Text(_) | Self::Word(..) | Self::Instant(_) | Self::Number(_) | Self::Flag(_), _) => None,
        }
    }

    /// What may stand as a value, for messages.
    fn wants(&self) -> String {
        match self {
            Self::Text(_) => "a text".to_owned(),
            Self::Word(words, _) => any_of(&words()),
            Self::Instant(_) => AN_INSTANT.to_owned(),
            Self::Number(_) => "a whole number".to_owned(),
            Self::Flag(_) => "true or false".to_owned(),
        }
    }
}

/// An instant as answers show it. Compared more finely, no instant of an answer would ever be found again.
const fn millis(at: VirtualTime) -> i64 {
    at.as_nanos().div_euclid(1_000_000)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    struct Thing {
        label: &'static str,
        at: VirtualTime,
        count: i64,
        good: bool,
    }

    const ALL: &[Operator] = &[Operator::Eq, Operator::NotEq, Operator::Lt, Operator::Gt, Operator::Lte, Operator::Gte];
    const FIELDS: &[Field<Thing>] = &[
        Field { name: "label", operators: ALL, kind: Kind::Text(|thing, wanted| thing.label == wanted) },
        Field { name: "word", operators: ALL, kind: Kind::Word(|| vec!["a", "b"], |thing| thing.label) },
        Field { name: "at", operators: ALL, kind: Kind::Instant(|thing| thing.at) },
        Field { name: "count", operators: ALL, kind: Kind::Number(|thing| thing.count) },
        Field { name: "good", operators: &[Operator::Eq], kind: Kind::Flag(|thing| thing.good) },
    ];

    fn thing() -> Thing {
        // 2026-01-05T09:00:00.0019Z
        let at = VirtualTime::from_nanos(VirtualTime::OPENING.as_nanos() + 1_900_000);
        Thing { label: "a", at, count: 3, good: true }
    }

    #[test]
    fn every_operator_compares_every_kind_of_value() {
        let check = |field: &str, value: Value, expected: &[&str]| {
            let holds = |operator: &&Operator| {
                let mut findings = Findings::default();
                let conditions = read(json!({field: {operator.name(): value}}), FIELDS, &mut findings);
                assert_eq!(findings, Findings::default());
                conditions.iter().all(|condition| condition.holds(&thing()))
            };
            let found: Vec<&str> = ALL.iter().filter(holds).map(|operator| operator.name()).collect();
            assert_eq!(found, expected, "{field} {value}");
        };
        check("label", json!("a"), &["eq", "lte", "gte"]);
        check("label", json!("b"), &["not_eq"]);
        check("word", json!("a"), &["eq", "lte", "gte"]);
        check("word", json!("b"), &["not_eq"]);
        check("count", json!(2), &["not_eq", "gt", "gte"]);
        check("count", json!(3), &["eq", "lte", "gte"]);
        check("count", json!(4), &["not_eq", "lt", "lte"]);
        check("at", json!("2026-01-05T09:00:00.000Z"), &["not_eq", "gt", "gte"]);
        check("at", json!("2026-01-05T09:00:00.001Z"), &["eq", "lte", "gte"]);
        check("at", json!("2026-01-05T09:00:00.0015Z"), &["eq", "lte", "gte"]);
        check("at", json!("2026-01-05T10:00:00.001+01:00"), &["eq", "lte", "gte"]);
        check("at", json!("2026-01-05T09:00:00.002Z"), &["not_eq", "lt", "lte"]);
    }

    #[test]
    fn all_conditions_must_hold() {
        let check = |body: Value, expected: bool| {
            let mut findings = Findings::default();
            let conditions = read(body.clone(), FIELDS, &mut findings);
            assert_eq!(findings, Findings::default());
            assert_eq!(conditions.iter().all(|condition| condition.holds(&thing())), expected, "{body}");
        };
        check(json!({}), true);
        check(json!({"count": {"gt": 2, "lt": 4}, "good": {"eq": true}}), true);
        check(json!({"count": {"gt": 2, "lt": 3}, "good": {"eq": true}}), false);
        check(json!({"count": {"gt": 2, "lt": 4}, "good": {"eq": false}}), false);
    }

    #[test]
    fn everything_that_is_no_condition_is_said() {
        let mut findings = Findings::default();
        let body = json!({
            "colour": {"eq": "red"}, "good": {"lt": true, "eq": 1}, "count": {"eq": 1.5, "gt": "3", "lt": 2},
            "word": {"eq": "c"}, "at": {"lt": "now"}, "label": {"eq": null},
        });
        assert_eq!(read(body, FIELDS, &mut findings).len(), 1, "the only sound one");
        let faults = [
            "colour is no field of this search; it must be label, word, at, count or good",
            "lt is no operator of good; it must be eq",
            "good.eq must be true or false",
            "count.eq must be a whole number",
            "count.gt must be a whole number",
            "word.eq must be a or b",
            "at.lt must be an ISO 8601 instant such as 2019-08-16T22:02:13.842Z",
            "label.eq must be a text",
        ];
        assert_eq!(findings.faults, faults);
        for (body, fault) in [
            (json!([]), "the body must be an object"),
            (json!({"good": true}), "good must be an object of operators and values"),
            (json!({"good": null}), "good must be an object of operators and values"),
            (json!({"good": {}}), "good must be an object of operators and values"),
        ] {
            let mut findings = Findings::default();
            assert!(read(body, FIELDS, &mut findings).is_empty());
            assert_eq!(findings.faults, [fault]);
        }
    }
}
