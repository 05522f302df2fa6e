//! Why an expression cannot be read, or has no value. Columns are counted from 1, in characters.

use std::fmt;

use super::pattern::PatternError;
use super::{MOST_BYTES, MOST_NESTED, MOST_TEXT};

/// Why a condition neither holds nor fails to hold.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    /// The text is no expression.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// The expression has no value for these data.
    #[error(transparent)]
    Eval(#[from] EvalError),
}

/// Why a text is no expression.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ParseError {
    /// More text than is read.
    #[error("the expression has {length} bytes, at most {MOST_BYTES} are read")]
    TooLong {
        /// How long it is, in bytes.
        length: usize,
    },
    /// More nesting than is followed.
    #[error("at column {column} more than {MOST_NESTED} levels are nested")]
    TooDeep {
        /// Where the first level too many begins.
        column: usize,
    },
    /// A character that begins no token.
    #[error("at column {column} stands `{found}`, which means nothing here{}", instead(*.found))]
    Character {
        /// Where it stands.
        column: usize,
        /// The character.
        found: char,
    },
    /// A text or quoted name without end.
    #[error("the {quote} at column {column} is never closed")]
    Unclosed {
        /// Where it begins.
        column: usize,
        /// Its quotation mark.
        quote: char,
    },
    /// A backslash before a character that needs none.
    #[error("after the backslash at column {column} only {quote} or another backslash may stand")]
    Escape {
        /// Where the backslash stands.
        column: usize,
        /// The quotation mark of the text.
        quote: char,
    },
    /// A number such as `010.5`, which JavaScript takes for an octal one with a fraction.
    #[error("the number at column {column} must not begin with a zero")]
    Octal {
        /// Where it begins.
        column: usize,
    },
    /// A token in the wrong place.
    #[error("at column {column} {expected} is expected, not {found}{}", Swallowed::remark(.swallowed))]
    Unexpected {
        /// Where it stands.
        column: usize,
        /// What could stand there.
        expected: &'static str,
        /// What stands there.
        found: String,
        /// What may be the true reason.
        swallowed: Option<Swallowed>,
    },
}

/// A keyword that has taken the next character with it: `not(x)` is read as `not x)`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Swallowed {
    /// Where the keyword stands.
    pub column: usize,
    /// The keyword.
    pub keyword: &'static str,
    /// The character that is lost.
    pub lost: char,
}

impl Swallowed {
    fn remark(swallowed: &Option<Self>) -> String {
        swallowed.as_ref().map(|swallowed| format!("; {swallowed}")).unwrap_or_default()
    }
}

impl fmt::Display for Swallowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { column, keyword, lost } = self;
        write!(f, "`{keyword}` at column {column} swallows the `{lost}` behind it, put a space between them")
    }
}

/// What to write instead of a character that other languages know.
fn instead(found: char) -> &'static str {
    match found {
        '=' => "; equality is `==`",
        '&' => "; write `and` with a space behind it",
        '|' => "; write `or` with a space behind it",
        '!' => "; write `not` with a space behind it",
        _ => "",
    }
}

/// Why an expression has no value.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EvalError {
    /// A function that does not exist.
    #[error("at column {column} the unknown function `{name}` is called{}", meant(.nearest))]
    UnknownFunction {
        /// Where its name stands.
        column: usize,
        /// Its name.
        name: String,
        /// The function that was probably meant.
        nearest: Option<&'static str>,
    },
    /// A quoted name that the data do not have. Only the strict mode minds.
    #[error("the property '{name}' at column {column} does not exist; texts stand in double quotes")]
    UnknownProperty {
        /// Where it stands.
        column: usize,
        /// The name.
        name: String,
    },
    /// A value of the wrong type. Only the strict mode minds.
    #[error("the operator at column {column} expects {expected}, not {found}")]
    Type {
        /// Where the operator stands.
        column: usize,
        /// What it takes.
        expected: &'static str,
        /// What it got.
        found: &'static str,
    },
    /// A regular expression that is none, or that is not understood.
    #[error("the regular expression for `~=` at column {column} {reason}")]
    Pattern {
        /// Where the operator stands.
        column: usize,
        /// What is wrong with it.
        reason: PatternError,
    },
    /// A sum of texts that is longer than any that is of use.
    #[error("the `+` at column {column} makes a text of more than {MOST_TEXT} bytes")]
    TooLong {
        /// Where the operator stands.
        column: usize,
    },
}

fn meant(nearest: &Option<&'static str>) -> String {
    nearest.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}
