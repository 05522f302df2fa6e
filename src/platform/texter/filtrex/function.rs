//! The functions that an expression may call.

use std::borrow::Cow;

use super::js;
use super::value::Value;
use crate::base::doc_ref::{DocRef, Mark};

/// A function. As in JavaScript, what is not given to it is undefined, and what is given beyond is ignored.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub parameters: &'static [&'static str],
    /// What it tells.
    pub about: &'static str,
    /// Where it is documented.
    pub doc: DocRef,
    body: Body,
}

/// What a function does.
#[derive(Clone, Copy, Debug)]
enum Body {
    /// Computes with its argument as a number.
    Math(fn(f64) -> f64),
    /// Picks one of its arguments, all as numbers and with this one before them.
    Pick(f64, fn(f64, f64) -> f64),
    /// Counts something of its argument.
    Count(fn(&Value<'_>) -> usize),
    /// Tells something about its first argument, or about the first and the second.
    Test(fn(&Value<'_>, &Value<'_>) -> bool),
}

impl Function {
    pub(super) fn call(&self, arguments: &[Value<'_>]) -> Value<'static> {
        let argument = |index: usize| arguments.get(index).unwrap_or(&Value::Undefined);
        match self.body {
            Body::Math(compute) => Value::Number(compute(argument(0).number())),
            Body::Pick(first, pick) => Value::Number(arguments.iter().map(Value::number).fold(first, pick)),
            Body::Count(count) => Value::count(count(argument(0))),
            Body::Test(test) => Value::Bool(test(argument(0), argument(1))),
        }
    }
}

const LIBRARY: DocRef = DocRef::new(Mark::Run, "github.com/cshaa/filtrex, tags v2.2.0 and v3.1.0");
const GUIDE: DocRef = DocRef::new(Mark::Docs, "help.texterchat.com/api-reference/webhooks-guide");
const PAGES: DocRef = DocRef::new(Mark::Docs, "github.com/whatsper/texterdocs, docs/YAML, Match Expression");
/// The same pages have the name and no more; that a number passes for a text is decided here.
const GUESS: DocRef = DocRef::new(Mark::Inferred, "documented by name only, and does what the name says");

const X: &[&str] = &["x"];
const NUMBERS: &[&str] = &["x", "…"];
const LIST_X: &[&str] = &["list", "x"];
const PREFIX: &[&str] = &["x", "prefix"];

/// All functions, by name. The library's `random` is not among them: a run could not be repeated.
pub static FUNCTIONS: &[Function] = &[
    Function {
        name: "abs",
        parameters: X,
        about: "the number without its sign",
        doc: LIBRARY,
        body: Body::Math(f64::abs),
    },
    Function {
        name: "ceil",
        parameters: X,
        about: "the least whole number that is not less",
        doc: LIBRARY,
        body: Body::Math(f64::ceil),
    },
    Function {
        name: "empty",
        parameters: X,
        about: "whether it is undefined, null, an empty text or an empty list",
        doc: LIBRARY,
        body: Body::Test(|x, _| is_empty(x)),
    },
    Function {
        name: "exists",
        parameters: X,
        about: "whether it is neither undefined nor null",
        doc: LIBRARY,
        body: Body::Test(|x, _| !x.is_nothing()),
    },
    Function {
        name: "floor",
        parameters: X,
        about: "the greatest whole number that is not greater",
        doc: LIBRARY,
        body: Body::Math(f64::floor),
    },
    Function {
        name: "inArray",
        parameters: LIST_X,
        about: "whether it is an item of the list; no if there is no list",
        doc: GUIDE,
        body: Body::Test(is_item),
    },
    Function {
        name: "includes",
        parameters: LIST_X,
        about: "the same as inArray",
        doc: PAGES,
        body: Body::Test(is_item),
    },
    Function {
        name: "isNumber",
        parameters: X,
        about: "whether it is a number; a text that reads like one is none",
        doc: GUESS,
        body: Body::Test(|x, _| is_number(x)),
    },
    Function { name: "log", parameters: X, about: "the natural logarithm", doc: LIBRARY, body: Body::Math(f64::ln) },
    Function {
        name: "log10",
        parameters: X,
        about: "the decimal logarithm",
        doc: LIBRARY,
        body: Body::Math(f64::log10),
    },
    Function { name: "log2", parameters: X, about: "the binary logarithm", doc: LIBRARY, body: Body::Math(f64::log2) },
    Function {
        name: "max",
        parameters: NUMBERS,
        about: "the greatest of the numbers",
        doc: LIBRARY,
        body: Body::Pick(f64::NEG_INFINITY, greater),
    },
    Function {
        name: "min",
        parameters: NUMBERS,
        about: "the least of the numbers",
        doc: LIBRARY,
        body: Body::Pick(f64::INFINITY, |a, b| -greater(-a, -b)),
    },
    Function {
        name: "round",
        parameters: X,
        about: "the nearest whole number; the greater of two",
        doc: LIBRARY,
        body: Body::Math(js::round),
    },
    Function { name: "sqrt", parameters: X, about: "the square root", doc: LIBRARY, body: Body::Math(f64::sqrt) },
    Function {
        name: "startsWith",
        parameters: PREFIX,
        about: "whether the text begins so",
        doc: GUESS,
        body: Body::Test(|x, prefix| wording(x).starts_with(&*wording(prefix))),
    },
    Function {
        name: "strlen",
        parameters: X,
        about: "how long the text is, in units of UTF-16",
        doc: GUESS,
        body: Body::Count(|x| js::length(&wording(x))),
    },
    Function {
        name: "wordCount",
        parameters: X,
        about: "how many words the text has, with spaces between them",
        doc: GUESS,
        body: Body::Count(|x| words(&wording(x))),
    },
];

fn is_empty(value: &Value<'_>) -> bool {
    match value {
        Value::Undefined | Value::Null => true,
        Value::Text(text) => text.is_empty(),
        Value::List(list) => list.len() == 0,
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

fn is_number(value: &Value<'_>) -> bool {
    matches!(value, Value::Number(number) if !number.is_nan())
}

fn is_item(list: &Value<'_>, value: &Value<'_>) -> bool {
    matches!(list, Value::List(list) if list.includes(value))
}

/// The greater of two numbers, not-a-number if either is none. Zero is greater than minus zero.
fn greater(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if a.total_cmp(&b).is_gt() {
        a
    } else {
        b
    }
}

/// A text or a number as text. Anything else has no wording.
fn wording<'a>(value: &Value<'a>) -> Cow<'a, str> {
    match value {
        Value::Text(_) | Value::Number(_) => value.text(),
        Value::Undefined | Value::Null | Value::Bool(_) | Value::List(_) | Value::Object(_) => Cow::Borrowed(""),
    }
}

fn words(text: &str) -> usize {
    text.split(js::is_space).filter(|word| !word.is_empty()).count()
}
