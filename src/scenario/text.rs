//! Text with `${names}` in it, and ways to match text.

use std::borrow::Cow;

use regex::Regex;
use serde_json::Value as Json;

use super::codes;
use super::decode::{Decode, Located, Problems, one_key, unknown_word, wrong_type};
use super::node::{Node, Value};
use crate::base::diag::{Diagnostic, Place};

/// Text in which `${name}` stands for a value known only while the scenario runs: one that `let` has kept, or the vendor's
/// id of a chat, `${chat.alice}`, or of a customer, `${customer.alice}`, or the customer's phone number, `${phone.alice}`.
/// `$$` is a dollar sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pieces: Vec<Piece>,
    place: Place,
}

/// What stands before the name of a chat in a reference to its id.
pub(crate) const CHAT: &str = "chat.";
/// What stands before the name of a customer in a reference to their id.
pub(crate) const CUSTOMER: &str = "customer.";
/// What stands before the name of a customer in a reference to their phone number.
pub(crate) const PHONE: &str = "phone.";

/// The name that stands for the bot's address. Only the rim knows it, so texts keep it as it is written.
pub(super) const BOT: &str = "bot";

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Plain(String),
    Name(String),
}

impl Text {
    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> Place {
        self.place
    }

    /// The names it refers to.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Name(name) => Some(name.as_str()),
            Piece::Plain(_) => None,
        })
    }

    /// The text with every name replaced; names that `value_of` does not know stay as they are written.
    pub fn fill<'v>(&self, value_of: impl Fn(&str) -> Option<Cow<'v, str>>) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Plain(text) => out.push_str(text),
                Piece::Name(name) => match value_of(name) {
                    Some(value) => out.push_str(&value),
                    None => out.push_str(&format!("${{{name}}}")),
                },
            }
        }
        out
    }

    /// Whether `word` can be the name of a kept value.
    pub(super) fn is_name(word: &str) -> bool {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
    }

    /// Whether `word` can stand between `${` and `}`. What people call chats and customers may have any characters.
    fn is_reference(word: &str) -> bool {
        let named = [CHAT, CUSTOMER, PHONE].iter().find_map(|kind| word.strip_prefix(kind));
        named.map_or_else(|| Self::is_name(word), |name| !name.is_empty())
    }

    /// Text without names in it.
    pub(crate) fn plain(text: impl Into<String>, place: Place) -> Self {
        Self { pieces: vec![Piece::Plain(text.into())], place }
    }

    /// Reads text that no checker has seen; what is no proper placeholder stands for itself.
    #[must_use]
    pub fn lenient(text: &str) -> Self {
        let place = Place::default();
        Self::parse(text, place).unwrap_or_else(|_| Self::plain(text, place))
    }

    /// Collects the texts of a document that stands at `place`.
    pub(super) fn within(document: &Json, place: Place, texts: &mut Vec<Self>) {
        match document {
            Json::String(text) => texts.push(Self { place, ..Self::lenient(text) }),
            Json::Array(items) => items.iter().for_each(|item| Self::within(item, place, texts)),
            Json::Object(members) => members.values().for_each(|value| Self::within(value, place, texts)),
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    fn parse(text: &str, place: Place) -> Result<Self, &'static str> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            plain.push_str(&rest[..at]);
            let tail = &rest[at + 1..];
            if let Some(after) = tail.strip_prefix('$') {
                plain.push('$');
                rest = after;
            } else if let Some(inner) = tail.strip_prefix('{') {
                let end = inner.find('}').ok_or("`${` is never closed")?;
                let name = &inner[..end];
                if !Self::is_reference(name) {
                    return Err(
                        "between `${` and `}` stands a name of letters, digits, `_` and `-`, or `chat.`, `customer.` or `phone.` and theirs",
                    );
                }
                if !plain.is_empty() {
                    pieces.push(Piece::Plain(std::mem::take(&mut plain)));
                }
                pieces.push(Piece::Name(name.to_owned()));
                rest = &inner[end + 1..];
            } else {
                plain.push('$');
                rest = tail;
            }
        }
        plain.push_str(rest);
        if !plain.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Plain(plain));
        }
        Ok(Self { pieces, place })
    }
}

impl Decode for Text {
    const EXPECTS: &'static str = "text";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let text = String::decode(node, problems)?;
        match Self::parse(&text, node.place) {
            Ok(text) => Some(text),
            Err(why) => {
                let problem = Diagnostic::new(&codes::PLACEHOLDER, node.place, why);
                problems.push(problem.help("write `${name}`, or `$$` for a dollar sign"));
                None
            }
        }
    }

    fn schema() -> serde_json::Value {
        serde_json::json!({"type": "string"})
    }
}

/// A word that often looks like a number, such as a vendor's code, and may then be written as one.
#[derive(Clone, Debug, PartialEq)]
pub struct Word(pub Located<String>);

impl Decode for Word {
    const EXPECTS: &'static str = "text or a number";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Int(number) => Some(Self(Located { value: number.to_string(), place: node.place })),
            Value::Text(_) => Located::decode(node, problems).map(Self),
            Value::Null | Value::Bool(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => {
                wrong_type(node, Self::EXPECTS, problems);
                None
            }
        }
    }

    fn schema() -> serde_json::Value {
        serde_json::json!({"type": ["string", "integer"]})
    }
}

/// What a text must be like.
#[derive(Clone, Debug)]
pub enum Matcher {
    /// Exactly this.
    Equals(Text),
    /// This somewhere in it.
    Contains(Text),
    /// A match of this expression somewhere in it. Linear in the text, whatever the expression.
    Matches(Regex),
    /// Exactly one of these.
    OneOf(Vec<Text>),
}

impl Matcher {
    const WORDS: &'static [&'static str] = &["equals", "contains", "matches", "one_of"];

    /// The texts in it that may hold names.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        match self {
            Self::Equals(text) | Self::Contains(text) => std::slice::from_ref(text).iter(),
            Self::Matches(_) => [].iter(),
            Self::OneOf(texts) => texts.iter(),
        }
    }

    /// Whether `actual` is what is wanted, once names are filled in by `fill`.
    pub fn accepts(&self, actual: &str, fill: impl Fn(&Text) -> String) -> bool {
        match self {
            Self::Equals(text) => fill(text) == actual,
            Self::Contains(text) => actual.contains(&fill(text)),
            Self::Matches(regex) => regex.is_match(actual),
            Self::OneOf(texts) => texts.iter().any(|text| fill(text) == actual),
        }
    }

    /// What is wanted, for messages.
    pub fn describe(&self, fill: impl Fn(&Text) -> String) -> String {
        match self {
            Self::Equals(text) => format!("{:?}", fill(text)),
            Self::Contains(text) => format!("something containing {:?}", fill(text)),
            Self::Matches(regex) => format!("something matching /{regex}/"),
            Self::OneOf(texts) => {
                let texts: Vec<String> = texts.iter().map(|text| format!("{:?}", fill(text))).collect();
                format!("one of {}", texts.join(", "))
            }
        }
    }
}

/// A regular expression, or what is wrong with it.
pub(super) fn expression(written: &Located<String>, problems: &mut Problems) -> Option<Regex> {
    match regex::RegexBuilder::new(&written.value).size_limit(1 << 20).build() {
        Ok(regex) => Some(regex),
        Err(error) => {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
            problems.push(Diagnostic::new(&codes::REGEX, written.place, last));
            None
        }
    }
}

/// Whether this is a JSON pointer; told where it is none.
pub(super) fn pointer(written: &str, place: Place, problems: &mut Problems) -> bool {
    let sound = written.is_empty() || written.starts_with('/');
    if !sound {
        let problem = Diagnostic::new(&codes::POINTER, place, format!("`{written}` is not a JSON pointer"));
        problems.push(problem.help("a pointer begins with `/`, as in `/payload/chat/id`"));
    }
    sound
}

impl Decode for Matcher {
    const EXPECTS: &'static str = "text, or one of `equals`, `contains`, `matches`, `one_of`";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Text(_) => Text::decode(node, problems).map(Self::Equals),
            Value::Map(members) => {
                let [(key, value)] = members.as_slice() else {
                    let problem = Diagnostic::new(
                        &codes::ONE_KEY,
                        node.place,
                        format!("{} keys stand here, one is wanted", members.len()),
                    );
                    problems.push(problem.help(format!("keep one of {}", Self::WORDS.join(", "))));
                    return None;
                };
                match key.name.as_str() {
                    "equals" => Text::decode(value, problems).map(Self::Equals),
                    "contains" => Text::decode(value, problems).map(Self::Contains),
                    "one_of" => {
                        let texts = Vec::decode(value, problems)?;
                        if texts.is_empty() {
                            let message = "no text is one of an empty list";
                            let problem = Diagnostic::new(&codes::CONTRADICTION, value.place, message);
                            problems.push(problem.help("list what is accepted"));
                        }
                        Some(Self::OneOf(texts))
                    }
                    "matches" => expression(&Located::decode(value, problems)?, problems).map(Self::Matches),
                    other => {
                        unknown_word(&codes::UNKNOWN_KEY, "way to match text", other, key.place, Self::WORDS, problems);
                        None
                    }
                }
            }
            _ => {
                wrong_type(node, Self::EXPECTS, problems);
                None
            }
        }
    }

    fn schema() -> serde_json::Value {
        let text = Text::schema();
        let ways = one_key(serde_json::json!({
            "equals": text,
            "contains": text,
            "matches": {"type": "string", "format": "regex"},
            "one_of": {"type": "array", "items": text, "minItems": 1},
        }));
        serde_json::json!({"anyOf": [text, ways]})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_in() {
        let check = |text: &str, expected: Result<&str, &str>| {
            let filled =
                Text::parse(text, Place::default()).map(|t| t.fill(|name| (name == "bot").then(|| "B".into())));
            assert_eq!(
                filled.as_deref(),
                expected.map_err(|_| &"").as_deref().map_err(|_| filled.as_ref().unwrap_err()),
                "{text}"
            );
        };
        check("plain", Ok("plain"));
        check("", Ok(""));
        check("${bot}/livechat", Ok("B/livechat"));
        check("a ${other} b", Ok("a ${other} b"));
        check("5 $ and $$", Ok("5 $ and $"));
        check("$${bot}", Ok("${bot}"));
        check("${bot", Err(""));
        check("${}", Err(""));
        check("${a b}", Err(""));
    }
}
