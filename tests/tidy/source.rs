//! The tree as these tests see it: tokens without comments, and without what is compiled for tests only.

use std::fmt;
use std::fs;
use std::path::Path;

/// One problem.
pub(crate) struct Finding {
    /// The file.
    pub(crate) path: String,
    /// The line, from 1.
    pub(crate) line: usize,
    /// What is wrong, and what to do instead.
    pub(crate) what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// One file.
pub(crate) struct Source {
    /// Its path from the root of the repository, with slashes.
    pub(crate) path: String,
    /// Its whole text.
    pub(crate) text: String,
    /// Its tokens, without items under `#[cfg(test)]`.
    pub(crate) tokens: Vec<Token>,
    /// How many lines it has, without items under `#[cfg(test)]`.
    pub(crate) lines: usize,
}

/// A token and its line.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Token {
    pub(crate) line: usize,
    pub(crate) kind: Kind,
}

/// What a token is.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Kind {
    /// An identifier or keyword, raw or not.
    Word(String),
    /// What stands between the quotes of a string or character literal.
    Text(String),
    /// A number as written.
    Number(String),
    /// Any other character.
    Mark(char),
}

impl Source {
    /// The file at `path` with this text.
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let (tokens, dropped) = without_tests(lex(text));
        Self { path: path.to_owned(), text: text.to_owned(), tokens, lines: text.lines().count() - dropped }
    }

    /// A problem in this file.
    pub(crate) fn finding(&self, line: usize, what: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line, what: what.into() }
    }

    /// Whether the file is one of these, or under one of them if they end in a slash.
    pub(crate) fn within(&self, places: &[&str]) -> bool {
        places.iter().any(|place| if place.ends_with('/') { self.path.starts_with(place) } else { self.path == *place })
    }

    /// The module the file holds, from the root of the crate: `["platform", "cx"]`.
    pub(crate) fn module(&self) -> Vec<String> {
        let inner = self.path.strip_prefix("src/").unwrap_or(&self.path).trim_end_matches(".rs");
        inner.split('/').filter(|part| !matches!(*part, "mod" | "lib")).map(str::to_owned).collect()
    }

    /// All paths of two or more segments that the code names, use trees taken apart, each with its line.
    pub(crate) fn paths(&self) -> Vec<(usize, Vec<String>)> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            let begins =
                self.word(at).is_some() && !(at > 0 && self.mark(at - 1, ':') && self.mark(at.wrapping_sub(2), ':'));
            let is_path = self.joins(at + 1) || (at > 0 && self.word(at - 1) == Some("use"));
            if begins && is_path {
                at = self.tree(at, &mut Vec::new(), &mut found);
            } else {
                at += 1;
            }
        }
        found
    }

    fn tree(&self, at: usize, prefix: &mut Vec<String>, found: &mut Vec<(usize, Vec<String>)>) -> usize {
        let Some(word) = self.word(at) else {
            found.push((self.tokens.get(at).map_or(0, |token| token.line), prefix.clone()));
            return at + 1;
        };
        prefix.push(word.to_owned());
        let end = if !self.joins(at + 1) {
            found.push((self.tokens[at].line, prefix.clone()));
            at + 1
        } else if self.mark(at + 3, '{') {
            let mut inner = at + 4;
            while inner < self.tokens.len() && !self.mark(inner, '}') {
                inner = if self.word(inner).is_some() { self.tree(inner, prefix, found) } else { inner + 1 };
                // `as name` is not another path.
                if self.word(inner) == Some("as") {
                    inner += 2;
                }
            }
            inner + 1
        } else if self.word(at + 3).is_some() {
            self.tree(at + 3, prefix, found)
        } else {
            found.push((self.tokens[at].line, prefix.clone()));
            at + 3
        };
        prefix.pop();
        end
    }

    /// The word at this token, if it is one.
    pub(crate) fn word(&self, at: usize) -> Option<&str> {
        match &self.tokens.get(at)?.kind {
            Kind::Word(word) => Some(word),
            Kind::Text(_) | Kind::Number(_) | Kind::Mark(_) => None,
        }
    }

    /// Whether this token is this mark.
    pub(crate) fn mark(&self, at: usize, mark: char) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == Kind::Mark(mark))
    }

    /// Whether `::` stands here.
    pub(crate) fn joins(&self, at: usize) -> bool {
        self.mark(at, ':') && self.mark(at + 1, ':')
    }
}

/// All Rust files of the repository, in order.
pub(crate) fn tree() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "tests"] {
        walk(&root.join(folder), &mut files);
    }
    files.sort();
    assert!(files.len() > 20, "the tree has been found");
    let read = |path: &std::path::PathBuf| {
        let text = fs::read_to_string(path).expect("sources are readable text");
        let inner = path.strip_prefix(root).expect("the walk began at the root");
        Source::new(&inner.to_string_lossy().replace('\\', "/"), &text)
    };
    files.iter().map(read).collect()
}

fn walk(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).expect("folders of the repository are readable") {
        let path = entry.expect("entries of the repository are readable").path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn lex(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut lexer = Lexer { chars, at: 0, line: 1, tokens: Vec::new() };
    while lexer.at < lexer.chars.len() {
        lexer.step();
    }
    lexer.tokens
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    tokens: Vec<Token>,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn take(&mut self) -> char {
        let c = self.peek(0);
        self.line += usize::from(c == '\n');
        self.at += 1;
        c
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while self.at < self.chars.len() && wanted(self.peek(0)) {
            taken.push(self.take());
        }
        taken
    }

    fn push(&mut self, line: usize, kind: Kind) {
        self.tokens.push(Token { line, kind });
    }

    fn step(&mut self) {
        let line = self.line;
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => {
                self.take_while(|c| c != '\n');
            }
            ('/', '*') => self.block_comment(),
            ('"', _) => self.text(line),
            ('\'', '\\') => self.character(line),
            ('\'', _) if self.peek(2) == '\'' => self.character(line),
            ('r', '#') if is_word(self.peek(2)) => self.at += 2,
            (c, _) if is_word(c) && !c.is_ascii_digit() => {
                let word = self.take_while(is_word);
                match (word.as_str(), self.peek(0)) {
                    ("b" | "c", '"') => self.text(line),
                    ("b", '\'') => self.character(line),
                    ("r" | "br" | "cr", '"' | '#') => self.raw_text(line),
                    _ => self.push(line, Kind::Word(word)),
                }
            }
            (c, _) if c.is_ascii_digit() => {
                let number = self.take_while(is_word);
                self.push(line, Kind::Number(number));
            }
            (c, _) => {
                self.take();
                if !c.is_whitespace() {
                    self.push(line, Kind::Mark(c));
                }
            }
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        loop {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ if self.at >= self.chars.len() => return,
                _ => {
                    self.take();
                    continue;
                }
            }
            self.at += 2;
            if depth == 0 {
                return;
            }
        }
    }

    fn text(&mut self, line: usize) {
        self.take();
        self.until('"', line);
    }

    fn character(&mut self, line: usize) {
        self.take();
        self.until('\'', line);
    }

    fn until(&mut self, end: char, line: usize) {
        let mut text = String::new();
        while self.at < self.chars.len() {
            match self.take() {
                '\\' => text.push(self.take()),
                c if c == end => break,
                c => text.push(c),
            }
        }
        self.push(line, Kind::Text(text));
    }

    fn raw_text(&mut self, line: usize) {
        let hashes = self.take_while(|c| c == '#').len();
        self.take();
        let mut text = String::new();
        while self.at < self.chars.len() {
            if self.peek(0) == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == '#') {
                self.at += 1 + hashes;
                break;
            }
            text.push(self.take());
        }
        self.push(line, Kind::Text(text));
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The tokens without items under `#[cfg(test)]`, and how many lines those have.
fn without_tests(tokens: Vec<Token>) -> (Vec<Token>, usize) {
    let attribute: Vec<Kind> = lex("#[cfg(test)]").into_iter().map(|token| token.kind).collect();
    let mut kept = Vec::new();
    let mut dropped = 0;
    let mut at = 0;
    while at < tokens.len() {
        let here = tokens[at..].iter().map(|token| &token.kind).take(attribute.len());
        if here.eq(attribute.iter()) {
            let end = item_end(&tokens, at + attribute.len());
            dropped += tokens[end - 1].line - tokens[at].line + 1;
            at = end;
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    (kept, dropped)
}

/// The token after an item: after its closing brace, or after a semicolon before any brace.
fn item_end(tokens: &[Token], start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match token.kind {
            Kind::Mark('{') => depth += 1,
            Kind::Mark('}') if depth == 1 => return at + 1,
            Kind::Mark('}') => depth = depth.saturating_sub(1),
            Kind::Mark(';') if depth == 0 => return at + 1,
            Kind::Word(_) | Kind::Text(_) | Kind::Number(_) | Kind::Mark(_) => {}
        }
    }
    tokens.len()
}

#[test]
fn tokens_leave_out_comments_and_tests() {
    let text = "//! doc\nuse a; /* b /* c */ d */ \"e\\\"f\" r#\"g\"h\"# 'i' '\\'' 'life 404\n#[cfg(test)]\nmod tests {\n  { j }\n}\nr#as\n";
    let source = Source::new("src/x.rs", text);
    let shown: Vec<String> = source
        .tokens
        .iter()
        .map(|token| match &token.kind {
            Kind::Word(word) => word.clone(),
            Kind::Text(text) => format!("<{text}>"),
            Kind::Number(number) => format!("#{number}"),
            Kind::Mark(mark) => mark.to_string(),
        })
        .collect();
    assert_eq!(shown.join(" "), "use a ; <e\"f> <g\"h> <i> <'> ' life #404 as");
    assert_eq!(source.lines, text.lines().count() - 4);
    assert_eq!(source.tokens.last().map(|token| token.line), Some(7));
}

#[test]
fn use_trees_are_taken_apart() {
    let check = |text: &str, expected: &[&str]| {
        let paths: Vec<String> =
            Source::new("src/x.rs", text).paths().into_iter().map(|(_, path)| path.join("::")).collect();
        assert_eq!(paths, expected, "{text}");
    };
    check("use tokio;", &["tokio"]);
    check("use a::{b, c::{self, d as e}, f::*};", &["a::b", "a::c::self", "a::c::d", "a::f"]);
    check("fn f(x: &a::B<c::D>) -> crate::e::F { g::<h::I>() }", &["a::B", "c::D", "crate::e::F", "g", "h::I"]);
    check("#[j::main] fn f() { x.y; z: 1 }", &["j::main"]);
    check("$crate::k::l! { m }", &["crate::k::l"]);
}
