//! The transformers that expressions pipe values through, as a table.
//!
//! The vendor lists their names; what they do is what the functions of these names do in JavaScript and in lodash. Where
//! there is no such function, the row says what was settled here, and why.

mod date;
mod list;
mod object;
mod pattern;
mod tag;
#[cfg(test)]
mod tests;
mod text;

use std::borrow::Cow;
use std::ops::RangeInclusive;

use serde_json::Value as Json;

use super::error::{Unfit, Unresolved, excerpt};
use super::expression::Step;
use super::{LARGEST, reading};
use crate::base::doc_ref::{DocRef, Mark};
use crate::base::nearest::nearest;

/// Where the names are listed.
const GUIDE: &str = "github.com/whatsper/texterdocs, docs/YAML, Data Injection";

/// One row of the table of transformers.
#[derive(Clone, Debug)]
pub struct Transformer {
    /// Its name in expressions.
    pub name: &'static str,
    /// How many arguments it takes.
    pub arity: RangeInclusive<usize>,
    /// What it makes of a value.
    pub about: &'static str,
    /// Where it is documented, or why it does what it does.
    pub doc: DocRef,
    apply: Apply,
    missing: Missing,
}

type Apply = fn(&Json, Arguments<'_>) -> Result<Json, Unfit>;

/// What becomes of `null`, which stands for what is missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Missing {
    /// It stays missing: the transformer is passed over [inferred: a template that reads something optional should not
    /// fail for most chats].
    Stays,
    /// It is a value like others.
    Applies,
}

/// All transformers.
pub const TRANSFORMERS: &[Transformer] = &[
    row("parseInt", 0..=1, text::parse_int, "the whole number at the beginning of text, to a base"),
    row("toString", 0..=0, text::to_string, "a value as text").applies(),
    row("toJson", 0..=0, object::to_json, "a value as JSON text").applies(),
    row("replace", 2..=3, text::replace, "text with the first match, or all with the flag `g`, replaced"),
    row("trim", 0..=0, text::trim, "text without white space around it"),
    row("split", 0..=2, text::split, "the list of what stands between separators, up to so many"),
    row("slice", 0..=2, list::slice, "a part of text or of a list; negative places count from the end"),
    row("toUpperCase", 0..=0, text::to_upper_case, "text in upper case"),
    row("toLowerCase", 0..=0, text::to_lower_case, "text in lower case"),
    row("jsonParse", 0..=0, text::json_parse, "the value that JSON text says"),
    row("encodeURI", 0..=0, text::encode_uri, "text with all but the signs of addresses percent-encoded"),
    row("formatPhone", 0..=0, text::format_phone, "the digits of a phone number, with the code of the country").inferred(
        "the vendor stores numbers so; its documents show numbers of one country, whose code stands in for a leading 0",
    ),
    row("column", 1..=1, list::column, "the list of what a path leads to in each element")
        .inferred("read as the column of a table"),
    row("join", 0..=1, list::join, "the elements as one text, with commas or another separator between them"),
    row("map", 1..=1, list::map, "the list of what a path such as `a::b` leads to in each element")
        .inferred("`a::b` is shown without an explanation; read as `a.b`"),
    row("filter", 0..=2, list::filter, "the elements that are truthy, or whose path is, or whose path equals a value")
        .inferred("no arguments are shown; read as the shorthands of lodash"),
    row("sort", 0..=0, list::sort, "the elements in the order of their texts"),
    row("reverse", 0..=0, list::reverse, "the elements, last first"),
    row("flatten", 0..=1, list::flatten, "the elements of the elements, to a depth of one or so many"),
    row("formatDate", 1..=1, date::format_date, "an instant in a format of Luxon, UTC"),
    row("parseDate", 0..=1, date::parse_date, "the instant that text says, in ISO 8601 or a format of Luxon")
        .inferred("in milliseconds, as the vendor's timestamps are"),
    row("length", 0..=0, list::length, "how many characters or elements there are"),
    row("typeof", 0..=0, object::type_of, "the type of a value").applies(),
    row("get", 1..=2, object::get, "what a path leads to, or else a value").applies(),
    row("pick", 1..=MANY, object::pick, "an object with these members alone"),
    row("omit", 1..=MANY, object::omit, "an object without these members"),
    row("hbTpl", 1..=1, tag::fill, "a template of Handlebars, filled in")
        .applies()
        .inferred("only `{{path}}` is played, escaped for HTML as Handlebars does by default"),
];

const MANY: usize = usize::MAX;

const fn row(name: &'static str, arity: RangeInclusive<usize>, apply: Apply, about: &'static str) -> Transformer {
    Transformer { name, arity, about, doc: DocRef::new(Mark::Docs, GUIDE), apply, missing: Missing::Stays }
}

impl Transformer {
    const fn inferred(mut self, reason: &'static str) -> Self {
        self.doc = DocRef::new(Mark::Inferred, reason);
        self
    }

    const fn applies(mut self) -> Self {
        self.missing = Missing::Applies;
        self
    }
}

/// What a step makes of a value.
pub(super) fn apply(value: &Json, step: &Step<'_>) -> Result<Json, Unresolved> {
    let Some(row) = TRANSFORMERS.iter().find(|row| row.name == step.name) else {
        let nearest = nearest(step.name, TRANSFORMERS.iter().map(|row| row.name));
        return Err(Unresolved::Transformer { name: excerpt(step.name), nearest });
    };
    let (fewest, most, given) = (*row.arity.start(), *row.arity.end(), step.arguments.len());
    if !row.arity.contains(&given) {
        return Err(Unresolved::Arity { transformer: row.name, fewest, most, given });
    }
    if value.is_null() && row.missing == Missing::Stays {
        return Ok(Json::Null);
    }
    (row.apply)(value, Arguments(&step.arguments)).map_err(|why| Unresolved::Unfit { name: row.name, why })
}

/// What stands in brackets after a transformer. Each argument is read as what the transformer wants it to be.
#[derive(Clone, Copy)]
struct Arguments<'a>(&'a [Json]);

impl<'a> Arguments<'a> {
    fn value(self, place: usize) -> Option<&'a Json> {
        self.0.get(place)
    }

    /// An argument as text; nothing if it is not there.
    fn text(self, place: usize) -> Result<Option<&'a str>, Unfit> {
        let read = |value: &'a Json| {
            value.as_str().ok_or_else(|| Unfit::Argument { wanted: "text", found: reading::kind(value) })
        };
        self.value(place).map(read).transpose()
    }

    /// An argument that the arity makes sure of, as text.
    fn needed_text(self, place: usize) -> Result<&'a str, Unfit> {
        Ok(self.text(place)?.unwrap_or_default())
    }

    /// All arguments as texts.
    fn texts(self) -> Result<Vec<&'a str>, Unfit> {
        (0..self.0.len()).map(|place| self.needed_text(place)).collect()
    }

    /// An argument as a whole number, which may be written as text; nothing if it is not there.
    fn whole(self, place: usize) -> Result<Option<i64>, Unfit> {
        let read = |value: &Json| {
            let number = match value {
                Json::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|real| real.trunc() as i64)),
                Json::String(text) => text.trim().parse().ok(),
                Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
            };
            number.ok_or_else(|| Unfit::Argument { wanted: "a whole number", found: reading::kind(value) })
        };
        self.value(place).map(read).transpose()
    }
}

/// A value that text is made of: text, or a number or the like, which methods of text would fail on [inferred: the
/// transformers are functions of the vendor's, and a number in the place of text is common].
fn as_text(value: &Json) -> Result<Cow<'_, str>, Unfit> {
    match value {
        Json::String(text) => Ok(Cow::Borrowed(text)),
        Json::Null | Json::Bool(_) | Json::Number(_) => Ok(Cow::Owned(reading::text(value))),
        Json::Array(_) | Json::Object(_) => Err(Unfit::Input { wanted: "text", found: reading::kind(value) }),
    }
}

/// Text that grows to [`LARGEST`] bytes and no further.
#[derive(Default)]
struct Bounded(String);

impl Bounded {
    fn push(&mut self, text: &str) -> Result<(), Unfit> {
        if text.len() > LARGEST - self.0.len() {
            return Err(Unfit::TooLarge);
        }
        self.0.push_str(text);
        Ok(())
    }
}

impl From<Bounded> for String {
    fn from(text: Bounded) -> Self {
        text.0
    }
}
