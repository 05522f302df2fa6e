//! Filtrex, the language of the conditions of scenarios.
//!
//! An expression is read by [`Expression::parse`] and judged over JSON data by [`Expression::eval`]; [`holds`] does both:
//!
//! ```
//! use rehearsal::platform::texter::filtrex::{Mode, holds};
//!
//! let chat = serde_json::json!({"status": 2, "agent": {"uid": "dana"}});
//! assert_eq!(holds("status in (1, 2) and exists(agent.uid)", Mode::Loose, &chat), Ok(true));
//!
//! let error = holds("not(status)", Mode::Loose, &chat).map_err(|error| error.to_string());
//! assert!(error.is_err_and(|text| text.starts_with("at column 11 an operator or the end is expected")));
//! ```
//!
//! The vendor does not tell which version of the library it runs, so there are two: [`Mode::Loose`] is 2.2 and
//! [`Mode::Strict`] is 3.1. In both a name with dots leads into objects and lists, `special.0.referral`, and leads to
//! undefined where a link is missing; that is inferred from the conditions that the vendor publishes.
//!
//! What differs from the library:
//! - Both modes have the same words and marks. So 2.2 also has `if … then … else …` and `mod`, which are no names then, and
//!   reads `1and 2`; and 3.1 reads `not.in`, where the first word swallows what stands behind it.
//! - Regular expressions are translated from JavaScript, and take linear time. Look-around, back-references, octal and control
//!   escapes are an error. What is beyond U+FFFF is one character for `.` and for classes, not two.
//! - What all objects of JavaScript inherit, such as `constructor`, does not exist; the `length` of lists and texts does.
//! - There is no function `random`: a run could not be repeated.
//! - An expression of more than [`MOST_BYTES`] or [`MOST_NESTED`] levels is an error, and so is a sum of texts of more than
//!   [`MOST_TEXT`].

mod error;
mod eval;
mod function;
mod js;
mod lexer;
mod parser;
mod pattern;
mod syntax;
#[cfg(test)]
mod tests;
mod value;

use serde_json::Value as Json;

use self::eval::Evaluator;
use self::value::Value;

pub use error::{Error, EvalError, ParseError, Swallowed};
pub use function::{FUNCTIONS, Function};
pub use pattern::PatternError;

/// The longest expression that is read, in bytes.
pub const MOST_BYTES: usize = 16 * 1024;
/// How deep an expression may be nested, in operands within operands.
pub const MOST_NESTED: usize = 100;
/// The longest text that `+` makes, in bytes.
pub const MOST_TEXT: usize = 1024 * 1024;

/// Which version of the library is played.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Mode {
    /// 2.2: values are converted as JavaScript does, so `"5" == 5`.
    #[default]
    Loose,
    /// 3.1: values of the wrong type are errors, and `"5" != 5`.
    Strict,
}

/// An expression that can be read.
#[derive(Clone, PartialEq, Debug)]
pub struct Expression {
    tree: syntax::Expr,
    mode: Mode,
}

impl Expression {
    /// Reads an expression. The mode decides how tight operators bind.
    ///
    /// # Errors
    /// If it is none, or too long or nested too deep.
    pub fn parse(text: &str, mode: Mode) -> Result<Self, ParseError> {
        Ok(Self { tree: parser::parse(text, mode)?, mode })
    }

    /// Whether its value for these data counts as true, which is anything but false, zero, not-a-number, an empty text,
    /// null and undefined.
    ///
    /// # Errors
    /// If it has no value: a function is unknown, a regular expression is none, a text becomes too long, or, in the strict
    /// mode, a value is of the wrong type.
    pub fn eval(&self, data: &Json) -> Result<bool, EvalError> {
        let evaluator = Evaluator { mode: self.mode, data: Value::of(data) };
        Ok(evaluator.value(&self.tree)?.is_true())
    }
}

/// Whether an expression holds for these data.
///
/// # Errors
/// If it cannot be read, or has no value.
pub fn holds(text: &str, mode: Mode, data: &Json) -> Result<bool, Error> {
    Ok(Expression::parse(text, mode)?.eval(data)?)
}
