//! Regular expressions of JavaScript, without flags, as ones that take linear time.
//!
//! All groups become such that capture nothing, and all quantifiers greedy: whether there is a match does not depend on it.

use regex::{Regex, RegexBuilder};

use super::js;

/// Why a regular expression cannot be used. Reads after its name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PatternError {
    /// JavaScript does not take it either.
    #[error("is invalid: {0}")]
    Invalid(&'static str),
    /// JavaScript takes it, this program does not.
    #[error("needs {0}, which this stand-in does not support")]
    Unsupported(&'static str),
    /// Too large, or too odd for the engine.
    #[error("is not understood: {0}")]
    Rejected(String),
}

use PatternError::{Invalid, Unsupported};

/// The largest program of a regular expression, in bytes.
const MOST_PROGRAM: usize = 1 << 20;

/// Any character but those that end a line.
const ANY: &str = r"[^\n\r\u{2028}\u{2029}]";

/// What the letters `dDsSwW` behind a backslash stand for.
const CLASSES: &[(char, &str)] = &[
    ('d', "[0-9]"),
    ('D', "[^0-9]"),
    ('w', "[0-9A-Za-z_]"),
    ('W', "[^0-9A-Za-z_]"),
    ('s', r"[\t-\r \u{a0}\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}]"),
    ('S', r"[^\t-\r \u{a0}\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}]"),
];

/// Makes a pattern ready for use.
pub(super) fn compile(pattern: &str) -> Result<Regex, PatternError> {
    let translated = translate(pattern)?;
    RegexBuilder::new(&translated).size_limit(MOST_PROGRAM).build().map_err(|error| {
        let text = error.to_string();
        PatternError::Rejected(text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned())
    })
}

fn translate(pattern: &str) -> Result<String, PatternError> {
    let mut reader = Reader { rest: pattern };
    let mut out = String::new();
    let mut open = 0_usize;
    // Whether there is anything that a quantifier could repeat.
    let mut is_atom = false;
    while let Some(c) = reader.take() {
        if let Some(quantifier) = reader.quantifier(c) {
            if !is_atom {
                return Err(Invalid("there is nothing to repeat"));
            }
            out.push_str(&quantifier);
            is_atom = false;
            continue;
        }
        is_atom = match c {
            '(' => {
                reader.group()?;
                open += 1;
                out.push_str("(?:");
                false
            }
            ')' => {
                open = open.checked_sub(1).ok_or(Invalid("a `)` closes nothing"))?;
                out.push(c);
                true
            }
            '|' | '^' | '$' => {
                out.push(c);
                false
            }
            '\\' if reader.eat("b") => {
                out.push_str(r"(?-u:\b)");
                false
            }
            '\\' if reader.eat("B") => {
                out.push_str(r"(?-u:\B)");
                false
            }
            '\\' => {
                reader.escape()?.write(&mut out);
                true
            }
            '[' => {
                out.push_str(&reader.class()?);
                true
            }
            '.' => {
                out.push_str(ANY);
                true
            }
            literal => {
                Atom::Char(literal).write(&mut out);
                true
            }
        };
    }
    if open > 0 { Err(Invalid("a `(` is never closed")) } else { Ok(out) }
}

/// One character, or one of several.
#[derive(Clone, Copy)]
enum Atom {
    Char(char),
    Class(&'static str),
}

impl Atom {
    fn write(self, out: &mut String) {
        match self {
            Self::Char(c) => out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
            Self::Class(class) => out.push_str(class),
        }
    }
}

struct Reader<'p> {
    rest: &'p str,
}

impl<'p> Reader<'p> {
    fn take(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next();
        self.rest = chars.as_str();
        c
    }

    fn eat(&mut self, wanted: &str) -> bool {
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'p str {
        let (taken, rest) = self.rest.split_at(self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len()));
        self.rest = rest;
        taken
    }

    /// What follows the `(`, as far as it belongs to it.
    fn group(&mut self) -> Result<(), PatternError> {
        if !self.eat("?") || self.eat(":") {
            return Ok(());
        }
        if ["=", "!", "<=", "<!"].iter().any(|look| self.eat(look)) {
            return Err(Unsupported("look-around"));
        }
        if !self.eat("<") {
            return Err(Invalid("JavaScript has no flags inside a pattern, nor other things with `(?`"));
        }
        let name = self.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '$'));
        let is_name = !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit());
        if is_name && self.eat(">") { Ok(()) } else { Err(Invalid("the name of a group is none")) }
    }

    /// The quantifier that begins with this character, if one does, without the `?` that makes it lazy.
    fn quantifier(&mut self, begin: char) -> Option<String> {
        let quantifier = match begin {
            '*' | '+' | '?' => begin.to_string(),
            '{' => self.bounds()?,
            _ => return None,
        };
        self.eat("?");
        Some(quantifier)
    }

    /// What follows the `{`, if it is a quantifier; a bracket in any other place is just a bracket.
    fn bounds(&mut self) -> Option<String> {
        let mut reader = Reader { rest: self.rest };
        let least = reader.take_while(|c| c.is_ascii_digit());
        let most = if reader.eat(",") { Some(reader.take_while(|c| c.is_ascii_digit())) } else { None };
        if least.is_empty() || !reader.eat("}") {
            return None;
        }
        self.rest = reader.rest;
        Some(most.map_or_else(|| format!("{{{least}}}"), |most| format!("{{{least},{most}}}")))
    }

    /// What follows the `[`, to its end. It may be empty, and a second `[` in it means nothing.
    fn class(&mut self) -> Result<String, PatternError> {
        let is_negated = self.eat("^");
        let mut items = String::new();
        while !self.eat("]") {
            let low = self.class_atom()?;
            if !self.rest.starts_with('-') || self.rest.starts_with("-]") {
                low.write(&mut items);
                continue;
            }
            self.eat("-");
            let high = self.class_atom()?;
            if let (Atom::Char(low), Atom::Char(high)) = (low, high)
                && low > high
            {
                return Err(Invalid("a range ends before it begins"));
            }
            let is_range = matches!((low, high), (Atom::Char(_), Atom::Char(_)));
            low.write(&mut items);
            items.push_str(if is_range { "-" } else { r"\-" });
            high.write(&mut items);
        }
        Ok(match (is_negated, &*items) {
            (false, "") => r"[^\s\S]".to_owned(),
            (true, "") => r"[\s\S]".to_owned(),
            (false, items) => format!("[{items}]"),
            (true, items) => format!("[^{items}]"),
        })
    }

    fn class_atom(&mut self) -> Result<Atom, PatternError> {
        match self.take().ok_or(Invalid("a `[` is never closed"))? {
            '\\' if self.eat("b") => Ok(Atom::Char('\u{8}')),
            '\\' => self.escape(),
            literal => Ok(Atom::Char(literal)),
        }
    }

    /// What follows a backslash. Letters that mean nothing special stand for themselves.
    fn escape(&mut self) -> Result<Atom, PatternError> {
        let c = self.take().ok_or(Invalid("it ends in a backslash"))?;
        if let Some((_, class)) = CLASSES.iter().find(|(letter, _)| *letter == c) {
            return Ok(Atom::Class(class));
        }
        Ok(Atom::Char(match c {
            't' => '\t',
            'n' => '\n',
            'v' => '\u{b}',
            'f' => '\u{c}',
            'r' => '\r',
            '0' if !self.rest.starts_with(|c: char| c.is_ascii_digit()) => '\0',
            '0'..='9' | 'k' => return Err(Unsupported("back-references or octal escapes")),
            'c' => return Err(Unsupported("control escapes")),
            'x' => self.hex(2)?.unwrap_or(c),
            'u' => self.hex(4)?.unwrap_or(c),
            literal => literal,
        }))
    }

    /// The character with so many hexadecimal digits, if they are there.
    fn hex(&mut self, digits: usize) -> Result<Option<char>, PatternError> {
        let Some((head, rest)) = self.rest.split_at_checked(digits) else { return Ok(None) };
        let number = js::digits(head, 16);
        if number.is_nan() {
            return Ok(None);
        }
        self.rest = rest;
        char::from_u32(number as u32).map(Some).ok_or(Unsupported("halves of characters"))
    }
}
