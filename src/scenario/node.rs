//! YAML text → a tree that knows where each of its parts stands. The only file that names the YAML crate.
//!
//! Built on the parser's events rather than on serde, because serde stops at the first problem and a scenario's author
//! wants all of them. Data only: tags are refused, aliases are copied within a budget, duplicate keys are problems.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};

use super::codes;
use crate::base::diag::{Diagnostic, Place};

/// The longest file that is read, in bytes.
pub const MAX_BYTES: usize = 1 << 20;
/// The deepest nesting that is read.
pub const MAX_DEPTH: usize = 64;
/// The most parts a file may have once its aliases are copied.
pub const MAX_NODES: usize = 100_000;

/// A part of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub value: Value,
}

/// What a part is.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing, or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Everything else that is not a collection.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping; keys are unique.
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// The key.
    pub name: String,
    /// Where it stands.
    pub place: Place,
}

impl Node {
    /// The kind of value, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// The value under `key`, if this is a mapping that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(members) => members.iter().find(|(k, _)| k.name == key).map(|(_, node)| node),
            _ => None,
        }
    }
}

/// Reads one document.
///
/// # Errors
/// All problems of the text as YAML, in the order of their places.
pub fn parse(text: &str) -> Result<Node, Vec<Diagnostic>> {
    if text.len() > MAX_BYTES {
        let message = format!("the file has {} bytes; {MAX_BYTES} is the most", text.len());
        return Err(vec![Diagnostic::new(&codes::FILE_TOO_LARGE, Place::default(), message)]);
    }
    let mut reader =
        Reader { parser: Parser::new_from_str(text), text, anchors: HashMap::new(), nodes: 0, problems: Vec::new() };
    let read = reader.document();
    match read {
        Err(Stop) => Err(reader.problems),
        Ok(_) if !reader.problems.is_empty() => Err(reader.problems),
        Ok(None) => Err(vec![
            Diagnostic::new(&codes::EMPTY_FILE, Place::default(), "the file is empty")
                .help("start with `platform:` and `steps:`"),
        ]),
        Ok(Some(node)) => Ok(node),
    }
}

/// Reading cannot go on; the reason is among the problems.
struct Stop;

struct Reader<'t> {
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
    text: &'t str,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    problems: Vec<Diagnostic>,
}

impl<'t> Reader<'t> {
    fn document(&mut self) -> Result<Option<Node>, Stop> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(root),
                Event::DocumentStart(_) if root.is_some() => {
                    return self.stop(Diagnostic::new(
                        &codes::MANY_DOCUMENTS,
                        place(span),
                        "a second document begins here",
                    ));
                }
                Event::Nothing | Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd => {}
                event => root = Some(self.node(event, span, 0)?),
            }
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Node, Stop> {
        self.nodes += 1;
        if depth > MAX_DEPTH || self.nodes > MAX_NODES {
            return self.too_much(place(span));
        }
        let mut at = place(span);
        let (value, anchor, tag) = match event {
            Event::Alias(anchor) => {
                let Some(mut copy) = self.anchors.get(&anchor).cloned() else {
                    return self.stop(Diagnostic::new(&codes::YAML_SYNTAX, at, "the alias refers to itself"));
                };
                self.nodes += count(&copy);
                if self.nodes > MAX_NODES {
                    return self.too_much(at);
                }
                copy.place = at;
                return Ok(copy);
            }
            Event::Scalar(text, style, anchor, tag) => {
                let value = match style {
                    ScalarStyle::Plain => plain(&text),
                    _ => Value::Text(text.into_owned()),
                };
                (value, anchor, tag)
            }
            Event::SequenceStart(anchor, tag) => {
                let mut items = Vec::new();
                loop {
                    let (event, span) = self.next()?;
                    if matches!(event, Event::SequenceEnd) {
                        break;
                    }
                    items.push(self.node(event, span, depth + 1)?);
                }
                at.width = 1;
                (Value::List(items), anchor, tag)
            }
            Event::MappingStart(anchor, tag) => {
                let members = self.members(depth)?;
                at.width = 1;
                (Value::Map(members), anchor, tag)
            }
            _ => return self.stop(Diagnostic::new(&codes::YAML_SYNTAX, at, "the document ends in the middle")),
        };
        if tag.is_some() {
            self.problems.push(Diagnostic::new(&codes::TAG, at, "tags are not read").help("remove the `!…`"));
        }
        let node = Node { place: at, value };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn members(&mut self, depth: usize) -> Result<Vec<(Key, Node)>, Stop> {
        let mut members: Vec<(Key, Node)> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                return Ok(members);
            }
            let key_place = place(span);
            let name = match event {
                Event::Scalar(text, ..) => text.into_owned(),
                event => {
                    self.node(event, span, depth + 1)?;
                    self.problems.push(Diagnostic::new(&codes::YAML_SYNTAX, key_place, "a key must be plain text"));
                    String::new()
                }
            };
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            match members.iter().find(|(key, _)| key.name == name) {
                Some((first, _)) => {
                    let message =
                        format!("`{name}` stands here for the second time; the first is in line {}", first.place.line);
                    let problem = Diagnostic::new(&codes::DUPLICATE_KEY, key_place, message);
                    self.problems.push(problem.help("keep one of the two"));
                }
                None => members.push((Key { name, place: key_place }, value)),
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), Stop> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                let problem = syntax(self.text, &error);
                self.stop(problem)
            }
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn too_much<T>(&mut self, at: Place) -> Result<T, Stop> {
        let message = format!("more than {MAX_NODES} parts or {MAX_DEPTH} levels, aliases counted in full");
        self.stop(Diagnostic::new(&codes::TOO_COMPLEX, at, message))
    }

    fn stop<T>(&mut self, problem: Diagnostic) -> Result<T, Stop> {
        self.problems.push(problem);
        Err(Stop)
    }
}

fn syntax(text: &str, error: &ScanError) -> Diagnostic {
    let marker = error.marker();
    let at = Place { line: marker.line(), column: marker.col() + 1, width: 1 };
    let line = text.split('\n').nth(at.line.saturating_sub(1)).unwrap_or_default();
    let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
    match line[..indent].find('\t') {
        Some(tab) => Diagnostic::new(
            &codes::TAB,
            Place { line: at.line, column: tab + 1, width: 1 },
            "a tab stands where YAML wants spaces",
        )
        .help("indent with spaces"),
        None => Diagnostic::new(&codes::YAML_SYNTAX, at, error.info().to_owned()),
    }
}

fn place(span: Span) -> Place {
    let (start, end) = (span.start, span.end);
    let width = if start.line() == end.line() { end.col().saturating_sub(start.col()) } else { 1 };
    Place { line: start.line(), column: start.col() + 1, width: width.max(1) }
}

fn count(node: &Node) -> usize {
    1 + match &node.value {
        Value::List(items) => items.iter().map(count).sum(),
        Value::Map(members) => members.iter().map(|(_, value)| count(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => 0,
    }
}

/// A plain scalar by YAML's core schema, without its octal and spelled-out surprises: `yes`, `on` and `0o7` stay text.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => {
            let numeric = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'))
                && text.bytes().any(|b| b.is_ascii_digit());
            let leading_zero = text.trim_start_matches(['+', '-']).starts_with('0')
                && text.trim_start_matches(['+', '-']).len() > 1
                && !text.contains('.');
            if !numeric || leading_zero {
                return Value::Text(text.to_owned());
            }
            if let Ok(int) = text.parse() {
                return Value::Int(int);
            }
            text.parse().map_or_else(|_| Value::Text(text.to_owned()), Value::Float)
        }
    }
}
