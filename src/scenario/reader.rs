//! YAML text → a tree that knows where each of its parts stands. The only file that names the YAML crate.
//!
//! Built on the parser's events rather than on serde, because serde stops at the first problem and a scenario's author
//! wants all of them. Data only: tags and merge keys are refused, aliases are copied within a budget, duplicate keys are
//! problems.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, Tag};

use super::codes;
use super::decode::Problems;
use super::node::{Key, Node, Value, plain};
use crate::base::diag::{Diagnostic, Place};

/// The longest file that is read, in bytes.
pub const MAX_BYTES: usize = 1 << 20;
/// The deepest nesting that is read.
pub const MAX_DEPTH: usize = 64;
/// The most parts a file may have once its aliases are copied.
pub const MAX_NODES: usize = 100_000;
/// The most text, in bytes, that aliases may copy.
pub const MAX_COPIED: usize = 1 << 20;

/// Reads one document.
///
/// # Errors
/// All problems of the text as YAML, in the order of their places.
pub fn parse(text: &str) -> Result<Node, Vec<Diagnostic>> {
    let mut problems = Problems::new();
    match read(text, &mut problems) {
        Some(node) if problems.is_empty() => Ok(node),
        _ => {
            problems.sort_by_key(|problem| problem.place);
            Err(problems)
        }
    }
}

/// The bytes of a file as text.
///
/// # Errors
/// If they are not UTF-8, with the place of the first byte that is not.
pub fn decode_utf8(bytes: &[u8]) -> Result<&str, Diagnostic> {
    std::str::from_utf8(bytes).map_err(|error| {
        let sound = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        Diagnostic::new(&codes::NOT_UTF8, end_of(&sound), "the bytes from here on are not UTF-8")
            .help("save the file as UTF-8")
    })
}

/// Reads one document as far as it can be read, so that what is wrong with its meaning can be told together with what is
/// wrong with its form. Nothing if reading had to stop.
pub(super) fn read(text: &str, problems: &mut Problems) -> Option<Node> {
    if text.len() > MAX_BYTES {
        let message = format!("the file has {} bytes; {MAX_BYTES} is the most", text.len());
        let problem = Diagnostic::new(&codes::FILE_TOO_LARGE, Place::default(), message);
        problems.push(problem.help("check that this is the right file"));
        return None;
    }
    // Some editors put a byte order mark at the start. It is no part of the first line.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some((place, character)) = control_character(text) {
        let message = format!("an invisible character (U+{:04X}) stands here", u32::from(character));
        problems.push(
            Diagnostic::new(&codes::YAML_SYNTAX, place, message)
                .help("remove it, or write it as an escape between double quotes"),
        );
        return None;
    }
    let mut reader =
        Reader { parser: Parser::new_from_str(text), text, anchors: HashMap::new(), nodes: 0, copied: 0, problems };
    match reader.document() {
        Err(Stop) => None,
        Ok(Some(node)) if node.value != Value::Null => Some(node),
        Ok(_) => {
            problems.push(
                Diagnostic::new(&codes::EMPTY_FILE, Place::default(), "the file is empty")
                    .help("start with `platform:` and `steps:`"),
            );
            None
        }
    }
}

/// The first character that YAML does not allow and that the parser would take for the end of the text or let pass. A
/// carriage return alone is one of them: editors and we would not count lines alike.
fn control_character(text: &str) -> Option<(Place, char)> {
    let forbidden = |(at, c): (usize, char)| match c {
        '\t' | '\n' | '\u{85}' => false,
        '\r' => !text[at..].starts_with("\r\n"),
        c => c.is_control(),
    };
    let (at, character) = text.char_indices().find(|found| forbidden(*found))?;
    Some((end_of(&text[..at]), character))
}

/// The place right after a text.
fn end_of(text: &str) -> Place {
    let mut lines = text.split('\n');
    let column = lines.next_back().unwrap_or_default().chars().count() + 1;
    Place { line: lines.count() + 1, column, width: 1 }
}

/// Reading cannot go on; the reason is among the problems.
struct Stop;

struct Reader<'t, 'p> {
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
    text: &'t str,
    anchors: HashMap<usize, Anchored>,
    nodes: usize,
    /// Bytes of text that aliases have copied so far.
    copied: usize,
    problems: &'p mut Problems,
}

/// A part that aliases may copy, and what each copy costs.
struct Anchored {
    node: Node,
    size: Size,
}

/// How much there is in a part, itself included.
#[derive(Clone, Copy, Default)]
struct Size {
    nodes: usize,
    bytes: usize,
    levels: usize,
}

impl<'t> Reader<'t, '_> {
    fn document(&mut self) -> Result<Option<Node>, Stop> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(root),
                Event::DocumentStart(_) if root.is_some() => {
                    let problem = Diagnostic::new(&codes::MANY_DOCUMENTS, place(span), "a second document begins here")
                        .help("move it to a file of its own");
                    return self.stop(problem);
                }
                Event::Nothing | Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd => {}
                event => root = Some(self.node(event, span, 0)?),
            }
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Node, Stop> {
        let mut at = place(span);
        self.nodes += 1;
        if depth > MAX_DEPTH || self.nodes > MAX_NODES {
            return self.stop(too_much(at));
        }
        let (value, anchor, tag) = match event {
            Event::Alias(anchor) => return self.copy(anchor, at, depth),
            Event::Scalar(text, style, anchor, tag) => (scalar(&text, style), anchor, tag),
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
        self.refuse(tag.as_deref(), at);
        let node = Node { place: at, value };
        self.keep(anchor, &node);
        Ok(node)
    }

    /// Keeps what an anchor names; zero stands for no anchor.
    fn keep(&mut self, anchor: usize, node: &Node) {
        if anchor > 0 {
            self.anchors.insert(anchor, Anchored { size: size(node), node: node.clone() });
        }
    }

    /// A copy of what an anchor names. Its cost is checked before it is made, which is what defuses alias bombs.
    fn copy(&mut self, anchor: usize, at: Place, depth: usize) -> Result<Node, Stop> {
        let Some(Anchored { node, size }) = self.anchors.get(&anchor) else {
            return self.stop(Diagnostic::new(&codes::YAML_SYNTAX, at, "the alias refers to itself"));
        };
        self.nodes += size.nodes;
        self.copied += size.bytes;
        if self.nodes > MAX_NODES || self.copied > MAX_COPIED || depth + size.levels > MAX_DEPTH + 1 {
            return self.stop(too_much(at));
        }
        Ok(Node { place: at, value: node.value.clone() })
    }

    fn members(&mut self, depth: usize) -> Result<Vec<(Key, Node)>, Stop> {
        let mut members: Vec<(Key, Node)> = Vec::new();
        let mut index_of: HashMap<String, usize> = HashMap::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                return Ok(members);
            }
            let place = place(span);
            let name = self.key(event, span, depth)?;
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            let Some(name) = name else { continue };
            if let Some(first) = index_of.get(&name) {
                let line = members[*first].0.place.line;
                let message = format!("`{name}` stands here for the second time; the first is in line {line}");
                self.problems.push(Diagnostic::new(&codes::DUPLICATE_KEY, place, message).help("keep one of the two"));
            } else {
                index_of.insert(name.clone(), members.len());
                members.push((Key { name, place }, value));
            }
        }
    }

    /// A key as it is written; nothing, and a problem, if it cannot be one.
    fn key(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Option<String>, Stop> {
        let at = place(span);
        match event {
            Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<" => {
                let problem = Diagnostic::new(&codes::MERGE_KEY, at, "merge keys are not read");
                self.problems.push(problem.help("write the keys out, or alias the whole value"));
                Ok(None)
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse(tag.as_deref(), at);
                self.keep(anchor, &Node { place: at, value: scalar(&text, style) });
                Ok(Some(text.into_owned()))
            }
            event => {
                self.node(event, span, depth + 1)?;
                self.problems.push(Diagnostic::new(&codes::YAML_SYNTAX, at, "a key must be plain text"));
                Ok(None)
            }
        }
    }

    fn refuse(&mut self, tag: Option<&Tag>, at: Place) {
        if tag.is_some() {
            self.problems.push(Diagnostic::new(&codes::TAG, at, "tags are not read").help("remove the `!…`"));
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

    fn stop<T>(&mut self, problem: Diagnostic) -> Result<T, Stop> {
        self.problems.push(problem);
        Err(Stop)
    }
}

/// What stopped the parser. A tab is told apart, because the parser's own words for it help nobody.
fn syntax(text: &str, error: &ScanError) -> Diagnostic {
    let marker = error.marker();
    let at = Place { line: marker.line(), column: marker.col() + 1, width: 1 };
    // The scanner looks ahead, so it may meet its own limit on nesting before the reader meets ours.
    if error.info() == "recursion limit exceeded" {
        return too_much(at);
    }
    let line = text.split('\n').nth(at.line.saturating_sub(1)).unwrap_or_default();
    let blank = |c: &char| matches!(c, ' ' | '\t');
    let indent = line.chars().take_while(blank).position(|c| c == '\t');
    let nearby =
        || [at.column, marker.col()].into_iter().find(|column| line.chars().nth(column.wrapping_sub(1)) == Some('\t'));
    match indent.map(|index| index + 1).or_else(nearby) {
        Some(column) => Diagnostic::new(&codes::TAB, Place { column, ..at }, "a tab stands where YAML wants spaces")
            .help("write spaces instead"),
        None => Diagnostic::new(&codes::YAML_SYNTAX, at, error.info().to_owned()).help(remedy(error.info())),
    }
}

/// What usually mends the text where the parser says this.
fn remedy(info: &str) -> &'static str {
    const BRACKETS: &str =
        "check that the brackets end where they should, and put texts with brackets or `, ` in quotes";
    const REMEDIES: [(&str, &str); 6] = [
        ("mapping values are not allowed", "put a text with `: ` in it in quotes, and check the indentation"),
        ("unexpected character", "put a text that begins with `@`, `%` or a backtick in quotes"),
        ("quoted scalar", "check that the quotes end where they should"),
        ("anchor or alias", "put a text that begins with `&` or `*` in quotes"),
        ("flow", BRACKETS),
        ("',' or", BRACKETS),
    ];
    const USUAL: &str = "indent the keys of one mapping alike, and put texts with marks such as `: ` in quotes";
    REMEDIES.iter().find(|(words, _)| info.contains(words)).map_or(USUAL, |(_, help)| help)
}

fn too_much(at: Place) -> Diagnostic {
    let message = format!("more than {MAX_NODES} parts, {MAX_DEPTH} levels or {MAX_COPIED} bytes of copied text");
    Diagnostic::new(&codes::TOO_COMPLEX, at, message)
}

fn place(span: Span) -> Place {
    let (start, end) = (span.start, span.end);
    let width = if start.line() == end.line() { end.col().saturating_sub(start.col()) } else { 1 };
    Place { line: start.line(), column: start.col() + 1, width: width.max(1) }
}

fn size(node: &Node) -> Size {
    let (own, parts): (usize, Vec<Size>) = match &node.value {
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => (0, Vec::new()),
        Value::Text(text) => (text.len(), Vec::new()),
        Value::List(items) => (0, items.iter().map(size).collect()),
        Value::Map(members) => (
            members.iter().map(|(key, _)| key.name.len()).sum(),
            members.iter().map(|(_, value)| size(value)).collect(),
        ),
    };
    parts.iter().fold(Size { nodes: 1, bytes: own, levels: 1 }, |all, part| Size {
        nodes: all.nodes + part.nodes,
        bytes: all.bytes + part.bytes,
        levels: all.levels.max(part.levels + 1),
    })
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    match style {
        ScalarStyle::Plain => plain(text),
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted | ScalarStyle::Literal | ScalarStyle::Folded => {
            Value::Text(text.to_owned())
        }
    }
}
