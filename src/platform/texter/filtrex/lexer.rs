//! Text to tokens, quirks included.

use super::error::{ParseError, Swallowed};
use super::js;
use super::syntax::Name;

/// A token and where it stands.
#[derive(Debug)]
pub(super) struct Token {
    /// Counted from 1, in characters.
    pub(super) column: usize,
    pub(super) kind: Kind,
}

/// What a token is.
#[derive(Debug)]
pub(super) enum Kind {
    Number(f64),
    Text(String),
    Symbol(Name),
    /// One of [`MARKS`] or [`KEYWORDS`].
    Mark(&'static str),
    /// The end of the expression.
    End,
}

impl Kind {
    /// What it is called in messages.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Number(_) => "a number".to_owned(),
            Self::Text(_) => "a text".to_owned(),
            Self::Symbol(name) => format!("`{}`", name.text),
            Self::Mark(mark) => format!("`{mark}`"),
            Self::End => "the end".to_owned(),
        }
    }
}

/// What is no word. A mark stands before those it begins with.
const MARKS: &[&str] = &["==", "!=", "~=", ">=", "<=", "<", ">", "+", "-", "*", "/", "%", "^", "(", ")", ",", "?", ":"];

/// Words that are no names, in this spelling only. All of 3.1's are taken in both modes.
const KEYWORDS: &[&str] = &["and", "or", "not", "in", "of", "if", "then", "else", "mod"];

/// All tokens of a text.
#[derive(Debug)]
pub(super) struct Lexed {
    /// The last of them is the end.
    pub(super) tokens: Vec<Token>,
    /// The first keyword that has swallowed anything but a space.
    pub(super) swallowed: Option<Swallowed>,
}

/// Takes a text apart.
pub(super) fn lex(text: &str) -> Result<Lexed, ParseError> {
    let mut lexer = Lexer { rest: text, column: 1, swallowed: None };
    let mut tokens = Vec::new();
    loop {
        lexer.take_while(js::is_space);
        let column = lexer.column;
        let kind = lexer.token()?;
        let is_last = matches!(kind, Kind::End);
        tokens.push(Token { column, kind });
        if is_last {
            return Ok(Lexed { tokens, swallowed: lexer.swallowed });
        }
    }
}

struct Lexer<'t> {
    rest: &'t str,
    column: usize,
    swallowed: Option<Swallowed>,
}

impl<'t> Lexer<'t> {
    fn token(&mut self) -> Result<Kind, ParseError> {
        let Some(first) = self.rest.chars().next() else { return Ok(Kind::End) };
        if let Some(mark) = MARKS.iter().find(|mark| self.rest.starts_with(**mark)) {
            self.take(mark.len());
            return Ok(Kind::Mark(mark));
        }
        if let Some(keyword) = self.keyword()? {
            return Ok(Kind::Mark(keyword));
        }
        let column = self.column;
        match first {
            '"' => self.quoted(first).map(Kind::Text),
            '\'' => Ok(Kind::Symbol(Name { column, text: self.quoted(first)?, is_quoted: true })),
            '0'..='9' => self.number(),
            'a'..='z' | 'A'..='Z' | '$' | '_' => {
                let text = self.take_while(|c| is_word(c) || matches!(c, '$' | '.')).to_owned();
                Ok(Kind::Symbol(Name { column, text, is_quoted: false }))
            }
            found => Err(ParseError::Character { column, found }),
        }
    }

    /// A keyword is one if a character follows that belongs to no word, and takes that character with it: `not(x)` loses
    /// its bracket, and the last word of a text is always a name.
    fn keyword(&mut self) -> Result<Option<&'static str>, ParseError> {
        let found = KEYWORDS.iter().find_map(|keyword| {
            let next = self.rest.strip_prefix(*keyword)?.chars().next()?;
            (!is_word(next)).then_some((*keyword, next))
        });
        let Some((keyword, lost)) = found else { return Ok(None) };
        let column = self.column;
        self.take(keyword.len());
        if lost.len_utf16() > 1 {
            // Only half of it is taken, as JavaScript counts, and the other half means nothing.
            return Err(ParseError::Character { column: self.column, found: lost });
        }
        self.take(lost.len_utf8());
        if !js::is_space(lost) && self.swallowed.is_none() {
            self.swallowed = Some(Swallowed { column, keyword, lost });
        }
        Ok(Some(keyword))
    }

    /// What stands between quotation marks. Of escapes there are two, the mark itself and the backslash.
    fn quoted(&mut self, quote: char) -> Result<String, ParseError> {
        let begin = self.column;
        self.take(quote.len_utf8());
        let mut text = String::new();
        loop {
            text.push_str(self.take_while(|c| c != quote && c != '\\'));
            let mut next = self.rest.chars();
            match (next.next(), next.next()) {
                (None, _) => return Err(ParseError::Unclosed { column: begin, quote }),
                (Some('\\'), Some(escaped)) if escaped == quote || escaped == '\\' => {
                    text.push(escaped);
                    self.take(1 + escaped.len_utf8());
                }
                (Some('\\'), _) => return Err(ParseError::Escape { column: self.column, quote }),
                (Some(_), _) => {
                    self.take(quote.len_utf8());
                    return Ok(text);
                }
            }
        }
    }

    /// A number has no sign, no exponent, and digits on both sides of its point. It becomes source text of JavaScript, which
    /// reads digits below eight behind a zero as octal: `0700` is 448, `0800` is 800.
    fn number(&mut self) -> Result<Kind, ParseError> {
        let column = self.column;
        let whole = self.take_while(|c| c.is_ascii_digit());
        let is_octal = whole.len() > 1 && whole.starts_with('0') && whole.bytes().all(|digit| digit < b'8');
        if self.rest.strip_prefix('.').is_none_or(|rest| !rest.starts_with(|c: char| c.is_ascii_digit())) {
            return Ok(Kind::Number(js::digits(whole, if is_octal { 8 } else { 10 })));
        }
        if is_octal {
            return Err(ParseError::Octal { column });
        }
        self.take(1);
        let fraction = self.take_while(|c| c.is_ascii_digit());
        Ok(Kind::Number(js::number(&format!("{whole}.{fraction}"))))
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        self.take(self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len()))
    }

    /// Takes so many bytes, which must end where a character does.
    fn take(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.column += taken.chars().count();
        self.rest = rest;
        taken
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
