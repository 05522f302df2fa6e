//! What a user is told about a file: which rule, where, what, and how to mend it. The only renderer of such messages.

use std::fmt::Write as _;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use super::live;

/// A kind of problem with a stable code. The rows stand in `scenario::codes`.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// The stable code, such as `E0103`.
    pub code: &'static str,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// Why it is wrong and what to do about it.
    pub meaning: &'static str,
    /// A small file with this problem.
    pub bad: &'static str,
    /// The same file, mended.
    pub good: &'static str,
}

/// A place in a file. Lines and columns count from 1, columns and widths in characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, PartialOrd, Ord, serde::Serialize)]
pub struct Place {
    /// The line, from 1; 0 means the file as a whole.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// How many characters are meant.
    pub width: usize,
}

/// A file as it was read, kept so that diagnostics can show the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The name to show.
    pub name: Arc<str>,
    /// The whole text.
    pub text: Arc<str>,
}

/// One problem in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind of problem.
    pub rule: &'static Rule,
    /// Where it is.
    pub place: Place,
    /// What is wrong, with the words of the file.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
    /// The file it is in, if it is not the one that was asked for but one that is included there.
    pub within: Option<Arc<Source>>,
}

impl Diagnostic {
    /// A problem of this kind at this place.
    #[must_use]
    pub fn new(rule: &'static Rule, place: Place, message: impl Into<String>) -> Self {
        Self { rule, place, message: message.into(), help: None, within: None }
    }

    /// The file it is in, where `asked` is the one that was asked for.
    #[must_use]
    pub fn source<'s>(&'s self, asked: &'s Source) -> &'s Source {
        self.within.as_deref().unwrap_or(asked)
    }

    /// What problems are sorted by: those of the file that was asked for come first, and each file's by their places.
    #[must_use]
    pub fn order(&self) -> (Option<Arc<str>>, Place) {
        (self.within.as_ref().map(|source| Arc::clone(&source.name)), self.place)
    }

    /// The same with a way to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Serialize for Diagnostic {
    /// Without the file it is in.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut shown = serializer.serialize_struct("Diagnostic", 7)?;
        shown.serialize_field("code", self.rule.code)?;
        shown.serialize_field("title", self.rule.title)?;
        shown.serialize_field("line", &self.place.line)?;
        shown.serialize_field("column", &self.place.column)?;
        shown.serialize_field("width", &self.place.width)?;
        shown.serialize_field("message", &self.message)?;
        shown.serialize_field("help", &self.help)?;
        shown.end()
    }
}

/// Whether text may carry terminal colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Paint {
    /// Plain text.
    Plain,
    /// With ANSI colours.
    Colour,
}

/// Shows problems of one file, and of those that it includes, in the order of their places, each with the line it is about.
#[must_use]
pub fn render(source: &Source, diagnostics: &[Diagnostic], paint: Paint) -> String {
    let renderer = match paint {
        Paint::Plain => Renderer::plain(),
        Paint::Colour => Renderer::styled(),
    };
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_cached_key(|d| d.order());
    let mut out = String::new();
    let mut shown: Option<(&Source, Vec<&str>)> = None;
    for diagnostic in sorted {
        let source = diagnostic.source(source);
        let (_, lines) = match shown.take() {
            // Problems of one file follow each other, so each file is taken apart once.
            Some(same) if std::ptr::eq(same.0, source) => shown.insert(same),
            _ => shown.insert((source, lines_of(&source.text))),
        };
        let title = Level::ERROR.primary_title(diagnostic.message.as_str()).id(diagnostic.rule.code);
        let mut group = match diagnostic.place.line {
            0 => title.element(Origin::path(&*source.name)),
            // Only the line itself is handed over, lest many problems in a long file take quadratic time.
            number => {
                let number = number.min(lines.len());
                // Whatever is wrong in a line, it is shown, and often to many.
                let line = live::veiled(lines[number - 1]);
                let mark =
                    AnnotationKind::Primary.span(byte_span(&line, diagnostic.place)).label(diagnostic.rule.title);
                title.element(Snippet::source(line).line_start(number).path(&*source.name).annotation(mark))
            }
        };
        if let Some(help) = &diagnostic.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let _ = writeln!(out, "{}\n", renderer.render(&[group]));
    }
    out
}

fn lines_of(text: &str) -> Vec<&str> {
    // A byte order mark is no part of the first line; places do not count it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.split('\n').map(|line| line.trim_end_matches('\r')).collect()
}

/// The bytes of a place's line that the place means; clipped, never outside the line.
fn byte_span(line: &str, place: Place) -> std::ops::Range<usize> {
    let offset = |chars: usize| line.char_indices().nth(chars).map_or(line.len(), |(at, _)| at);
    let start = offset(place.column.saturating_sub(1));
    let end = offset(place.column.saturating_sub(1).saturating_add(place.width)).max(start);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    static RULE: Rule = Rule { code: "E9999", title: "wrong", meaning: "", bad: "", good: "" };

    #[test]
    fn places_become_byte_spans() {
        let check = |line: &str, (column, width), expected: &str| {
            assert_eq!(&line[byte_span(line, Place { line: 1, column, width })], expected);
        };
        check("two: three", (6, 5), "three");
        check("שלום: x", (1, 4), "שלום");
        check("short", (3, 99), "ort");
        check("short", (9, 1), "");
        check("short", (usize::MAX, usize::MAX), "");
        check("", (0, 0), "");
    }

    #[test]
    fn a_problem_is_shown_with_its_line_and_no_other() {
        let check = |text: &str, (line, column), shown: &str| {
            let source = Source { name: "a.yaml".into(), text: text.into() };
            let problem = Diagnostic::new(&RULE, Place { line, column, width: 1 }, "this is wrong").help("do that");
            let out = render(&source, &[problem], Paint::Plain);
            assert!(out.contains(shown), "{shown:?} is not in\n{out}");
            assert!(out.contains("this is wrong") && out.contains("do that") && out.contains("E9999"), "{out}");
            assert!(!out.contains("other"), "{out}");
        };
        check("other\nplace\nother", (2, 1), "2 | place");
        check("other\r\nplace\r\nother", (2, 1), "2 | place\n");
        check("\u{feff}place\nother", (1, 1), "1 | place");
        check("other", (0, 0), "--> a.yaml");
        check("place", (99, 99), "1 | place");
    }
}
