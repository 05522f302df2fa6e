//! What a JSON document must be like: members by value, or by a matcher such as `{$type: string}`.
//!
//! A mapping with a key that begins with `$` is a matcher, so that a slip in one is a mistake and never a member that no
//! document has.

use std::fmt;

use regex::Regex;
use serde_json::{Value as Json, json};

use super::codes;
use super::decode::{Decode, FieldDoc, Located, Problems, Schema, unknown_word, wrong_type};
use super::node::{Key, Node, Value};
use super::text::expression;
use crate::base::diag::Diagnostic;
use crate::base::json::Mismatch;

/// The ways to match a value.
pub(super) const MATCHERS: &[FieldDoc] = &[
    FieldDoc { key: ANY, doc: &["Any value will do, as long as there is one."], expects: "`true`" },
    FieldDoc { key: TYPE, doc: &["The kind of value."], expects: "the name of a JSON type" },
    FieldDoc {
        key: LENGTH,
        doc: &["How many characters, elements or members there are."],
        expects: "a whole number, zero or more",
    },
    FieldDoc { key: MATCHES, doc: &["An expression that matches somewhere in the text."], expects: "text" },
];

const ANY: &str = "$any";
const TYPE: &str = "$type";
const LENGTH: &str = "$length";
const MATCHES: &str = "$matches";

/// What a document, or a part of one, must be like.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// This text, number, boolean, or null. Numbers match by value, so `1` matches `1.0`.
    Is(Json),
    /// An object with these members, and perhaps with others.
    Object(Vec<(String, Pattern)>),
    /// A list of just these elements.
    List(Vec<Pattern>),
    /// Anything at all.
    Any,
    /// A value of this type.
    Type(Type),
    /// A text of so many characters, a list of so many elements, or an object of so many members.
    Length(u32),
    /// A text with a match of this expression somewhere in it.
    Matches(Regex),
}

/// A JSON type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    /// A text.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// An object.
    Object,
    /// A list.
    Array,
    /// Nothing.
    Null,
}

impl Type {
    const WORDS: [(&'static str, Self); 6] = [
        ("string", Self::String),
        ("number", Self::Number),
        ("boolean", Self::Boolean),
        ("object", Self::Object),
        ("array", Self::Array),
        ("null", Self::Null),
    ];

    fn of(value: &Json) -> Self {
        match value {
            Json::Null => Self::Null,
            Json::Bool(_) => Self::Boolean,
            Json::Number(_) => Self::Number,
            Json::String(_) => Self::String,
            Json::Array(_) => Self::Array,
            Json::Object(_) => Self::Object,
        }
    }
}

impl Pattern {
    /// The same with `fill` applied to its texts; expressions stay as they are written.
    #[must_use]
    pub fn filled(&self, fill: &dyn Fn(&str) -> String) -> Self {
        match self {
            Self::Is(Json::String(text)) => Self::Is(Json::String(fill(text))),
            Self::Object(members) => {
                Self::Object(members.iter().map(|(key, value)| (key.clone(), value.filled(fill))).collect())
            }
            Self::List(items) => Self::List(items.iter().map(|item| item.filled(fill)).collect()),
            Self::Is(_) | Self::Any | Self::Type(_) | Self::Length(_) | Self::Matches(_) => self.clone(),
        }
    }

    /// All differences between what is wanted and `actual`.
    #[must_use]
    pub fn mismatches(&self, actual: &Json) -> Vec<Mismatch> {
        let mut found = Vec::new();
        self.compare(&mut String::new(), actual, &mut found);
        found
    }

    fn compare(&self, pointer: &mut String, actual: &Json, found: &mut Vec<Mismatch>) {
        let depth = pointer.len();
        match (self, actual) {
            (Self::Object(wanted), Json::Object(there)) => {
                for (key, value) in wanted {
                    pointer.push('/');
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                    match there.get(key) {
                        Some(actual) => value.compare(pointer, actual, found),
                        None => found.push(Mismatch::new(pointer.as_str(), value.to_string(), "nothing")),
                    }
                    pointer.truncate(depth);
                }
            }
            (Self::List(wanted), Json::Array(there)) if wanted.len() == there.len() => {
                for (index, (value, actual)) in wanted.iter().zip(there).enumerate() {
                    pointer.push('/');
                    pointer.push_str(&index.to_string());
                    value.compare(pointer, actual, found);
                    pointer.truncate(depth);
                }
            }
            _ if self.accepts(actual) => {}
            _ => found.push(Mismatch::new(
                if pointer.is_empty() { "/" } else { pointer.as_str() },
                self.to_string(),
                actual.to_string(),
            )),
        }
    }

    /// Whether a value as a whole is what is wanted.
    fn accepts(&self, actual: &Json) -> bool {
        match (self, actual) {
            (Self::Is(Json::Number(wanted)), Json::Number(there)) => wanted.as_f64() == there.as_f64(),
            (Self::Is(wanted), _) => wanted == actual,
            (Self::Any, _) => true,
            (Self::Type(wanted), _) => *wanted == Type::of(actual),
            (Self::Length(wanted), _) => length(actual) == Some(*wanted as usize),
            (Self::Matches(regex), Json::String(text)) => regex.is_match(text),
            // What matches part by part was compared before.
            (Self::Matches(_) | Self::Object(_) | Self::List(_), _) => false,
        }
    }

    fn json(&self) -> Json {
        match self {
            Self::Is(value) => value.clone(),
            Self::Object(members) => {
                Json::Object(members.iter().map(|(key, value)| (key.clone(), value.json())).collect())
            }
            Self::List(items) => items.iter().map(Self::json).collect(),
            Self::Any => json!({ANY: true}),
            Self::Type(wanted) => {
                let word = Type::WORDS.iter().find(|(_, known)| known == wanted).map(|(word, _)| *word);
                json!({TYPE: word})
            }
            Self::Length(wanted) => json!({LENGTH: wanted}),
            Self::Matches(regex) => json!({MATCHES: regex.as_str()}),
        }
    }
}

/// How long a value is, if it has a length.
fn length(value: &Json) -> Option<usize> {
    match value {
        Json::String(text) => Some(text.chars().count()),
        Json::Array(items) => Some(items.len()),
        Json::Object(members) => Some(members.len()),
        Json::Null | Json::Bool(_) | Json::Number(_) => None,
    }
}

/// As JSON, matchers as they are written.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.json().fmt(f)
    }
}

impl Decode for Pattern {
    const EXPECTS: &'static str = "any value";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {
                Json::decode(node, problems).map(Self::Is)
            }
            Value::List(_) => Vec::decode(node, problems).map(Self::List),
            Value::Map(members) => match members.iter().find(|(key, _)| key.name.starts_with('$')) {
                Some((key, _)) if members.len() > 1 => {
                    let message = format!("`{}` stands among other keys", key.name);
                    let problem = Diagnostic::new(&codes::ONE_KEY, key.place, message);
                    problems.push(problem.help("a matcher is the only key of its mapping"));
                    None
                }
                Some((key, value)) => matcher(key, value, problems),
                None => {
                    let read = |(key, value): &(Key, Node)| Some((key.name.clone(), Self::decode(value, problems)?));
                    // Read all of them before giving up, so that every problem is reported.
                    let read: Vec<Option<(String, Self)>> = members.iter().map(read).collect();
                    read.into_iter().collect::<Option<_>>().map(Self::Object)
                }
            },
        }
    }

    fn schema() -> Schema {
        json!({"$ref": SCHEMA})
    }
}

/// Where the schema of scenarios keeps that of patterns, which may stand within each other.
const SCHEMA: &str = "#/$defs/pattern";

/// What a pattern may be.
pub(super) fn schema() -> Schema {
    let words: Vec<Json> = Type::WORDS.iter().map(|(word, _)| json!(word)).chain([Json::Null]).collect();
    let inner = json!({"$ref": SCHEMA});
    json!({"anyOf": [
        {"type": ["string", "number", "boolean", "null"]},
        {"type": "array", "items": inner},
        {"type": "object", "propertyNames": {"not": {"pattern": "^\\$"}}, "additionalProperties": inner},
        {
            "type": "object",
            "properties": {
                ANY: {"const": true},
                TYPE: {"enum": words},
                LENGTH: u32::schema(),
                MATCHES: {"type": "string", "format": "regex"},
            },
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 1,
        },
    ]})
}

fn matcher(key: &Key, node: &Node, problems: &mut Problems) -> Option<Pattern> {
    match key.name.as_str() {
        ANY => {
            let yes = matches!(node.value, Value::Bool(true));
            if !yes {
                wrong_type(node, "`true`", problems);
            }
            yes.then_some(Pattern::Any)
        }
        TYPE => {
            // A bare `null` is meant as the word.
            let word = match node.value {
                Value::Null => "null".to_owned(),
                _ => String::decode(node, problems)?,
            };
            let known = Type::WORDS.iter().find(|(name, _)| *name == word);
            if known.is_none() {
                let words = Type::WORDS.map(|(name, _)| name);
                unknown_word(&codes::WRONG_TYPE, "JSON type", &word, node.place, &words, problems);
            }
            known.map(|(_, known)| Pattern::Type(*known))
        }
        LENGTH => u32::decode(node, problems).map(Pattern::Length),
        MATCHES => expression(&Located::decode(node, problems)?, problems).map(Pattern::Matches),
        other => {
            let words: Vec<&str> = MATCHERS.iter().map(|matcher| matcher.key).collect();
            unknown_word(&codes::UNKNOWN_KEY, "way to match a value", other, key.place, &words, problems);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::node::parse;
    use super::*;

    fn read(yaml: &str) -> Result<Pattern, Vec<(&'static str, usize)>> {
        let mut problems = Problems::new();
        let read = Pattern::decode(&parse(yaml).unwrap(), &mut problems);
        read.ok_or_else(|| problems.iter().map(|problem| (problem.rule.code, problem.place.column)).collect())
    }

    /// JSON is YAML.
    fn mismatches(pattern: &Json, actual: &Json) -> Vec<Mismatch> {
        read(&format!("- {pattern}")).unwrap().mismatches(&json!([actual])).into_iter().map(whole).collect()
    }

    /// As if the document had not been put into a list.
    fn whole(mismatch: Mismatch) -> Mismatch {
        let at = mismatch.at.strip_prefix("/0").expect("a place within the list");
        Mismatch { at: if at.is_empty() { "/".to_owned() } else { at.to_owned() }, ..mismatch }
    }

    #[test]
    fn values_are_matched_by_what_they_are_like() {
        let check = |pattern: &str, actual: Json, expected: &[&str]| {
            let found = read(pattern).unwrap().mismatches(&actual);
            let found: Vec<String> = found.iter().map(|m| format!("{} {} {}", m.at, m.expected, m.actual)).collect();
            assert_eq!(found, expected, "{pattern} against {actual}");
        };
        check("{a: {$any: true}}", json!({"a": null}), &[]);
        check("{a: {$any: true}}", json!({}), &[r#"/a {"$any":true} nothing"#]);
        check("{$type: string}", json!("x"), &[]);
        check("{$type: null}", json!(null), &[]);
        check("{$type: array}", json!([1]), &[]);
        check(
            "{a: [{$type: number}, {$type: boolean}]}",
            json!({"a": ["1", true]}),
            &[r#"/a/0 {"$type":"number"} "1""#],
        );
        check("{$length: 4}", json!("שלום"), &[]);
        check("{$length: 2}", json!([1, 2]), &[]);
        check("{$length: 1}", json!({"a": 1, "b": 2}), &[r#"/ {"$length":1} {"a":1,"b":2}"#]);
        check("{$length: 0}", json!(0), &[r#"/ {"$length":0} 0"#]);
        check("{$matches: '^A-[0-9]+$'}", json!("A-1001"), &[]);
        check("{$matches: '^A-'}", json!("B-1"), &[r#"/ {"$matches":"^A-"} "B-1""#]);
        check("{$matches: '1'}", json!(1), &[r#"/ {"$matches":"1"} 1"#]);
        check("{price: '$5'}", json!({"price": "$5"}), &[]);
    }

    #[test]
    fn a_slip_in_a_matcher_is_told() {
        let check = |pattern: &str, expected: &[(&'static str, usize)]| {
            assert_eq!(read(pattern).map(|pattern| pattern.to_string()), Err(expected.to_vec()), "{pattern}");
        };
        check("{$anny: true}", &[("E0101", 2)]);
        check("{$any: false}", &[("E0103", 8)]);
        check("{$type: text}", &[("E0103", 9)]);
        check("{$length: -1}", &[("E0104", 11)]);
        check("{$matches: '('}", &[("E0111", 12)]);
        check("{a: 1, $any: true}", &[("E0106", 8)]);
        check("{a: {$x: 1}, b: [{$y: 1}]}", &[("E0101", 6), ("E0101", 19)]);
    }

    #[test]
    fn names_are_filled_in_everywhere_but_in_expressions() {
        let pattern = read("{a: [x, {$matches: x}], b: 1}").unwrap();
        assert_eq!(pattern.filled(&|text| format!("{text}!")).to_string(), r#"{"a":["x!",{"$matches":"x"}],"b":1}"#);
    }

    #[test]
    fn objects_match_in_part_and_lists_in_full() {
        let check = |pattern: Json, actual: Json, expected: &[&str]| {
            let at: Vec<String> = mismatches(&pattern, &actual).into_iter().map(|m| m.at).collect();
            assert_eq!(at, expected, "{pattern} against {actual}");
        };
        check(json!({"a": 1}), json!({"a": 1.0, "b": 2}), &[]);
        check(json!({"a": {"b": "x"}}), json!({"a": {"b": "y"}}), &["/a/b"]);
        check(json!({"a": 1, "b": 2}), json!({}), &["/a", "/b"]);
        check(json!([{"a": 1}]), json!([{"a": 1, "b": 2}]), &[]);
        check(json!([1]), json!([1, 2]), &["/"]);
        check(json!([1, 2]), json!([1, 3]), &["/1"]);
        check(json!({"a/b": {"c~": 1}}), json!({"a/b": {"c~": 2}}), &["/a~1b/c~0"]);
        check(json!("x"), json!(null), &["/"]);
    }

    /// Any document, with the odd number and the odd key.
    fn document() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<u64>().prop_map(Json::from),
            (-1e9..1e9).prop_map(Json::from),
            "[a-z/~ ]{0,4}".prop_map(Json::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
                prop::collection::vec(("[a-c/~]{1,2}", inner), 0..4)
                    .prop_map(|members| Json::Object(members.into_iter().collect())),
            ]
        })
    }

    /// The document without the members that `keep` rejects, at every level.
    fn thinned(document: &Json, keep: &mut impl FnMut() -> bool) -> Json {
        match document {
            Json::Object(members) => Json::Object(
                members.iter().filter(|_| keep()).map(|(key, value)| (key.clone(), value.clone())).collect(),
            ),
            Json::Array(items) => items.iter().map(|item| thinned(item, keep)).collect(),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => document.clone(),
        }
    }

    proptest! {
        #[test]
        fn a_document_matches_itself(document in document()) {
            prop_assert_eq!(mismatches(&document, &document), []);
        }

        #[test]
        fn a_thinner_pattern_has_no_new_mismatch(
            pattern in document(),
            actual in document(),
            kept in prop::collection::vec(any::<bool>(), 64),
        ) {
            let mut kept = kept.into_iter().cycle();
            let thinner = thinned(&pattern, &mut || kept.next().is_some_and(|keep| keep));
            prop_assert!(mismatches(&thinner, &actual).len() <= mismatches(&pattern, &actual).len());
            prop_assert_eq!(mismatches(&thinned(&actual, &mut || kept.next().is_some_and(|keep| keep)), &actual), []);
        }

        #[test]
        fn mismatches_point_into_the_document(pattern in document(), actual in document()) {
            for mismatch in mismatches(&pattern, &actual) {
                let pointer = if mismatch.at == "/" { "" } else { &mismatch.at };
                let there = actual.pointer(pointer).map_or("nothing".to_owned(), Json::to_string);
                prop_assert_eq!(there, mismatch.actual);
            }
        }
    }
}
