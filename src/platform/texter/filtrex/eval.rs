//! The value of a tree.
//!
//! Its time is bound by the length of the expression times the size of the data, or its square where lists are compared.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::rc::Rc;

use super::error::EvalError;
use super::function::FUNCTIONS;
use super::syntax::{Arithmetic, Call, Comparison, Deed, Expr, Logic, Member, Name, Operand, Relation, Step};
use super::value::{List, Value};
use super::{MOST_TEXT, Mode, js, pattern};
use crate::base::nearest::nearest;

/// What an expression is evaluated with.
pub(super) struct Evaluator<'a> {
    pub(super) mode: Mode,
    pub(super) data: Value<'a>,
}

type Evaluated<'a> = Result<Value<'a>, EvalError>;

impl<'a> Evaluator<'a> {
    pub(super) fn value(&self, expr: &'a Expr) -> Evaluated<'a> {
        expr.steps.iter().try_fold(self.operand(&expr.operand)?, |value, step| self.step(value, step))
    }

    fn operand(&self, operand: &'a Operand) -> Evaluated<'a> {
        Ok(match operand {
            Operand::Number(number) => Value::Number(*number),
            Operand::Text(text) => Value::Text(Cow::Borrowed(text)),
            Operand::Symbol(name) => self.property(name, self.data.clone())?,
            Operand::Of(name, owner) => self.property(name, self.value(owner)?)?,
            Operand::Call(call) => self.call(call)?,
            Operand::List(items) => Value::List(List::Made(self.values(items)?.into())),
            Operand::Negate(column, expr) => Value::Number(-self.number(&self.value(expr)?, *column)?),
            Operand::Not(column, expr) => self.truth(!self.holds(&self.value(expr)?, *column)?),
            Operand::If(column, parts) => {
                let [condition, then, otherwise] = &**parts;
                let holds = self.holds(&self.value(condition)?, *column)?;
                self.value(if holds { then } else { otherwise })?
            }
        })
    }

    fn step(&self, left: Value<'a>, step: &'a Step) -> Evaluated<'a> {
        let column = step.column;
        match &step.deed {
            Deed::Logic(logic, right) => self.logic(*logic, left, right, column),
            Deed::Member(member, right) => {
                let is_in = self.is_subset(left, self.value(right)?, column)?;
                Ok(self.truth(match member {
                    Member::In => is_in,
                    Member::NotIn => !is_in,
                }))
            }
            Deed::Compare(chain) => self.compare(left, chain),
            Deed::Compute(arithmetic, right) => self.compute(*arithmetic, left, self.value(right)?, column),
            Deed::Choose(sides) => {
                let [then, otherwise] = &**sides;
                self.value(if self.holds(&left, column)? { then } else { otherwise })
            }
        }
    }

    fn values(&self, exprs: &'a [Expr]) -> Result<Vec<Value<'a>>, EvalError> {
        exprs.iter().map(|expr| self.value(expr)).collect()
    }

    fn call(&self, call: &'a Call) -> Evaluated<'a> {
        let Name { column, text, is_quoted: _ } = &call.name;
        let Some(function) = FUNCTIONS.iter().find(|function| function.name == *text) else {
            let nearest = nearest(text, FUNCTIONS.iter().map(|function| function.name));
            return Err(EvalError::UnknownFunction { column: *column, name: text.clone(), nearest });
        };
        Ok(function.call(&self.values(&call.arguments)?))
    }

    /// A property of an owner. Dots in a name lead on into what is found, unless it is quoted.
    fn property(&self, name: &Name, owner: Value<'a>) -> Evaluated<'a> {
        let mut value = owner;
        for part in name.text.split(|c| c == '.' && !name.is_quoted) {
            value = match (value.member(part), self.mode) {
                (Some(member), _) => member,
                // 3.1 takes for a property of nothing what is there, undefined or null.
                (None, Mode::Strict) if value.is_nothing() => return Ok(value),
                (None, Mode::Strict) if name.is_quoted => {
                    return Err(EvalError::UnknownProperty { column: name.column, name: name.text.clone() });
                }
                (None, Mode::Loose | Mode::Strict) => Value::Undefined,
            };
        }
        Ok(match (value, self.mode) {
            (Value::Bool(bool), Mode::Loose) => self.truth(bool),
            (value, Mode::Loose | Mode::Strict) => value,
        })
    }

    /// Looks at the right side only if the left one does not decide.
    fn logic(&self, logic: Logic, left: Value<'a>, right: &'a Expr, column: usize) -> Evaluated<'a> {
        let is_decided = self.holds(&left, column)? == (logic == Logic::Or);
        let deciding = if is_decided { left } else { self.value(right)? };
        Ok(match self.mode {
            // So a text that is no number is false here: `text or flag`.
            Mode::Loose => Value::Number(deciding.number()),
            Mode::Strict => Value::Bool(self.holds(&deciding, column)?),
        })
    }

    fn compare(&self, mut left: Value<'a>, chain: &'a [Comparison]) -> Evaluated<'a> {
        for Comparison { column, relation, right } in chain {
            let right = self.value(right)?;
            if !self.relates(*relation, &left, &right, *column)? {
                return Ok(self.truth(false));
            }
            left = right;
        }
        Ok(self.truth(true))
    }

    fn relates(&self, relation: Relation, a: &Value<'a>, b: &Value<'a>, column: usize) -> Result<bool, EvalError> {
        Ok(match relation {
            Relation::Equal => self.is_equal(a, b),
            Relation::NotEqual => !self.is_equal(a, b),
            Relation::Like => self.is_like(a, b, column)?,
            Relation::Less => self.order(a, b, column)?.is_some_and(Ordering::is_lt),
            Relation::AtMost => self.order(a, b, column)?.is_some_and(Ordering::is_le),
            Relation::More => self.order(a, b, column)?.is_some_and(Ordering::is_gt),
            Relation::AtLeast => self.order(a, b, column)?.is_some_and(Ordering::is_ge),
        })
    }

    fn is_equal(&self, a: &Value<'a>, b: &Value<'a>) -> bool {
        match self.mode {
            Mode::Loose => a.is_alike(b),
            Mode::Strict => a.is_identical(b),
        }
    }

    fn order(&self, a: &Value<'a>, b: &Value<'a>, column: usize) -> Result<Option<Ordering>, EvalError> {
        match self.mode {
            Mode::Loose => Ok(a.compare(b)),
            Mode::Strict => Ok(self.number(a, column)?.partial_cmp(&self.number(b, column)?)),
        }
    }

    fn is_like(&self, subject: &Value<'a>, pattern: &Value<'a>, column: usize) -> Result<bool, EvalError> {
        let pattern = match (self.mode, pattern) {
            // `RegExp(undefined)` matches anything.
            (Mode::Loose, Value::Undefined) => Cow::Borrowed(""),
            (Mode::Loose | Mode::Strict, pattern) => self.text(pattern, column)?,
        };
        let regex = pattern::compile(&pattern).map_err(|reason| EvalError::Pattern { column, reason })?;
        Ok(regex.is_match(&self.text(subject, column)?))
    }

    fn is_subset(&self, left: Value<'a>, right: Value<'a>, column: usize) -> Result<bool, EvalError> {
        let (left, right) = (self.list(left, column)?, self.list(right, column)?);
        Ok(left.iter().all(|item| right.includes(&item)))
    }

    /// A list as it is, and anything else as a list of one item.
    fn list(&self, value: Value<'a>, column: usize) -> Result<List<'a>, EvalError> {
        match value {
            Value::List(list) => Ok(list),
            value if value.is_nothing() && self.mode == Mode::Strict => Err(wrong_type(column, "a list", &value)),
            value => Ok(List::Made(Rc::from([value]))),
        }
    }

    fn compute(&self, arithmetic: Arithmetic, a: Value<'a>, b: Value<'a>, column: usize) -> Evaluated<'a> {
        if arithmetic == Arithmetic::Add {
            return self.add(a, b, column);
        }
        let x = self.number(&a, column)?;
        if arithmetic == Arithmetic::Subtract && self.mode == Mode::Strict && matches!(b, Value::Undefined) {
            // 3.1 has one function for both signs, and tells them apart by their second operand.
            return Ok(Value::Number(-x));
        }
        let y = self.number(&b, column)?;
        Ok(Value::Number(match (arithmetic, self.mode) {
            (Arithmetic::Add, _) => x + y,
            (Arithmetic::Subtract, _) => x - y,
            (Arithmetic::Multiply, _) => x * y,
            (Arithmetic::Divide, _) => x / y,
            (Arithmetic::Remainder, Mode::Loose) => x % y,
            (Arithmetic::Remainder, Mode::Strict) | (Arithmetic::Modulo, _) => js::modulo(x, y),
            (Arithmetic::Power, _) => js::power(x, y),
        }))
    }

    /// The sum of two numbers, or one text behind the other if either is a text.
    fn add(&self, a: Value<'a>, b: Value<'a>, column: usize) -> Evaluated<'a> {
        let summand = |value: Value<'a>| match self.mode {
            Mode::Loose => Ok(value.into_primitive()),
            Mode::Strict => match value.into_single() {
                value @ (Value::Number(_) | Value::Text(_)) => Ok(value),
                other => Err(wrong_type(column, "a text or a number", &other)),
            },
        };
        let (a, b) = (summand(a)?, summand(b)?);
        if !matches!((&a, &b), (Value::Text(_), _) | (_, Value::Text(_))) {
            return Ok(Value::Number(a.number() + b.number()));
        }
        let (mut text, more) = (a.into_text().into_owned(), b.text());
        if text.len() + more.len() > MOST_TEXT {
            return Err(EvalError::TooLong { column });
        }
        text.push_str(&more);
        Ok(Value::Text(text.into()))
    }

    fn number(&self, value: &Value<'a>, column: usize) -> Result<f64, EvalError> {
        match self.mode {
            Mode::Loose => Ok(value.number()),
            Mode::Strict => match value.clone().into_single() {
                Value::Number(number) => Ok(number),
                other => Err(wrong_type(column, "a number", &other)),
            },
        }
    }

    fn text(&self, value: &Value<'a>, column: usize) -> Result<Cow<'a, str>, EvalError> {
        match self.mode {
            Mode::Loose => Ok(value.text()),
            Mode::Strict => match value.clone().into_single() {
                Value::Text(text) => Ok(text),
                other => Err(wrong_type(column, "a text", &other)),
            },
        }
    }

    fn holds(&self, value: &Value<'a>, column: usize) -> Result<bool, EvalError> {
        match self.mode {
            Mode::Loose => Ok(value.is_true()),
            Mode::Strict => match value.clone().into_single() {
                Value::Bool(bool) => Ok(bool),
                other => Err(wrong_type(column, "true or false", &other)),
            },
        }
    }

    /// What an operator answers: 2.2 knows no truth values but numbers.
    fn truth(&self, holds: bool) -> Value<'a> {
        match self.mode {
            Mode::Loose => Value::Number(f64::from(u8::from(holds))),
            Mode::Strict => Value::Bool(holds),
        }
    }
}

fn wrong_type(column: usize, expected: &'static str, found: &Value<'_>) -> EvalError {
    EvalError::Type { column, expected, found: found.kind() }
}
