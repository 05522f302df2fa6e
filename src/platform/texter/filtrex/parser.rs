//! Tokens to a tree: operators are read as long as they bind tighter than what stands to their left.

use std::mem;
use std::vec;

use super::error::{ParseError, Swallowed};
use super::lexer::{Kind, Token, lex};
use super::syntax::{Arithmetic, Call, Comparison, Deed, Expr, Logic, Member, Name, Operand, Relation, Step};
use super::{MOST_BYTES, MOST_NESTED, Mode};

/// Operators that bind equally tight.
struct Level {
    side: Side,
    infix: &'static [(&'static str, Infix)],
    prefix: &'static [&'static str],
}

/// Which of two operators of one level comes first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
    /// Neither: `a < b < c` means that both hold.
    Chain,
}

/// What an operator between operands does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Infix {
    Choose,
    Logic(Logic),
    Member(Member),
    Relation(Relation),
    Compute(Arithmetic),
}

const CHOOSE: (&str, Infix) = ("?", Infix::Choose);
const OR: (&str, Infix) = ("or", Infix::Logic(Logic::Or));
const AND: (&str, Infix) = ("and", Infix::Logic(Logic::And));
const IN: (&str, Infix) = ("in", Infix::Member(Member::In));
/// The first word of `not in`; a `not` between operands can be nothing else.
const NOT_IN: (&str, Infix) = ("not", Infix::Member(Member::NotIn));
const EQUAL: (&str, Infix) = ("==", Infix::Relation(Relation::Equal));
const NOT_EQUAL: (&str, Infix) = ("!=", Infix::Relation(Relation::NotEqual));
const LIKE: (&str, Infix) = ("~=", Infix::Relation(Relation::Like));
const LESS: (&str, Infix) = ("<", Infix::Relation(Relation::Less));
const AT_MOST: (&str, Infix) = ("<=", Infix::Relation(Relation::AtMost));
const MORE: (&str, Infix) = (">", Infix::Relation(Relation::More));
const AT_LEAST: (&str, Infix) = (">=", Infix::Relation(Relation::AtLeast));
const ADD: (&str, Infix) = ("+", Infix::Compute(Arithmetic::Add));
const SUBTRACT: (&str, Infix) = ("-", Infix::Compute(Arithmetic::Subtract));
const MULTIPLY: (&str, Infix) = ("*", Infix::Compute(Arithmetic::Multiply));
const DIVIDE: (&str, Infix) = ("/", Infix::Compute(Arithmetic::Divide));
const REMAINDER: (&str, Infix) = ("%", Infix::Compute(Arithmetic::Remainder));
const MODULO: (&str, Infix) = ("mod", Infix::Compute(Arithmetic::Modulo));
const POWER: (&str, Infix) = ("^", Infix::Compute(Arithmetic::Power));

/// 2.2, loosest first. There `not in` is two words and binds as its first: `a + b not in c` is `a + (b not in c)`.
static LOOSE: &[Level] = &[
    Level { side: Side::Left, infix: &[CHOOSE], prefix: &[] },
    Level { side: Side::Left, infix: &[OR], prefix: &[] },
    Level { side: Side::Left, infix: &[AND], prefix: &[] },
    Level { side: Side::Left, infix: &[IN], prefix: &[] },
    Level { side: Side::Left, infix: &[EQUAL, NOT_EQUAL, LIKE], prefix: &[] },
    Level { side: Side::Left, infix: &[LESS, AT_MOST, MORE, AT_LEAST], prefix: &[] },
    Level { side: Side::Left, infix: &[ADD, SUBTRACT], prefix: &[] },
    Level { side: Side::Left, infix: &[MULTIPLY, DIVIDE, REMAINDER, MODULO], prefix: &[] },
    Level { side: Side::Left, infix: &[POWER], prefix: &[] },
    Level { side: Side::Left, infix: &[NOT_IN], prefix: &["not"] },
    Level { side: Side::Left, infix: &[], prefix: &["-"] },
];

/// 3.1, loosest first.
static STRICT: &[Level] = &[
    Level { side: Side::Right, infix: &[CHOOSE], prefix: &[] },
    Level { side: Side::Left, infix: &[OR], prefix: &[] },
    Level { side: Side::Left, infix: &[AND], prefix: &[] },
    Level { side: Side::Left, infix: &[IN, NOT_IN], prefix: &[] },
    Level { side: Side::Chain, infix: &[EQUAL, NOT_EQUAL, LIKE, LESS, AT_MOST, MORE, AT_LEAST], prefix: &[] },
    Level { side: Side::Left, infix: &[ADD, SUBTRACT], prefix: &[] },
    Level { side: Side::Left, infix: &[MULTIPLY, DIVIDE, REMAINDER, MODULO], prefix: &[] },
    Level { side: Side::Left, infix: &[], prefix: &["not", "-"] },
    Level { side: Side::Right, infix: &[POWER], prefix: &[] },
];

/// How tight an operator must bind to be read: tighter than the level of this number. Levels are counted from 1.
type Above = usize;

/// Any operator binds tighter.
const ANYTHING: Above = 0;
/// No operator binds tighter; this is how tight `of` binds.
const NOTHING: Above = usize::MAX;

const VALUE: &str = "a value";
const MORE_OR_END: &str = "an operator or the end";

/// Reads a whole expression.
pub(super) fn parse(text: &str, mode: Mode) -> Result<Expr, ParseError> {
    if text.len() > MOST_BYTES {
        return Err(ParseError::TooLong { length: text.len() });
    }
    let lexed = lex(text)?;
    let mut tokens = lexed.tokens.into_iter();
    let next = tokens.next().unwrap_or(Token { column: 1, kind: Kind::End });
    let levels = match mode {
        Mode::Loose => LOOSE,
        Mode::Strict => STRICT,
    };
    let mut parser = Parser { levels, next, tokens, swallowed: lexed.swallowed, depth: 0 };
    let expr = parser.expression(ANYTHING)?;
    match parser.take() {
        Token { kind: Kind::End, .. } => Ok(expr),
        other => Err(parser.unexpected(MORE_OR_END, &other)),
    }
}

struct Parser {
    levels: &'static [Level],
    next: Token,
    /// What stands behind the next.
    tokens: vec::IntoIter<Token>,
    swallowed: Option<Swallowed>,
    depth: usize,
}

impl Parser {
    /// An operand and all operators behind it that bind tight enough. All nesting passes here, and is counted here.
    fn expression(&mut self, above: Above) -> Result<Expr, ParseError> {
        if self.depth == MOST_NESTED {
            return Err(ParseError::TooDeep { column: self.next.column });
        }
        self.depth += 1;
        let mut expr = self.operand()?;
        while let Some((level, infix)) = self.infix()
            && level > above
        {
            let step = self.step(level, infix)?;
            expr.steps.push(step);
        }
        self.depth -= 1;
        Ok(expr)
    }

    fn operand(&mut self) -> Result<Expr, ParseError> {
        let token = self.take();
        let column = token.column;
        let operand = match token.kind {
            Kind::Number(number) => Operand::Number(number),
            Kind::Text(text) => Operand::Text(text),
            Kind::Symbol(name) => self.symbol(name)?,
            Kind::Mark("(") => {
                let first = self.expression(ANYTHING)?;
                if !self.is_next(",") {
                    self.expect(")", "`)` or `,`")?;
                    // What follows is done to what the brackets hold.
                    return Ok(first);
                }
                self.take();
                let mut items = vec![first];
                self.list(&mut items)?;
                Operand::List(items)
            }
            Kind::Mark(word @ "-") => Operand::Negate(column, Box::new(self.expression(self.prefix(word))?)),
            Kind::Mark(word @ "not") => Operand::Not(column, Box::new(self.expression(self.prefix(word))?)),
            Kind::Mark("if") => {
                let condition = self.expression(ANYTHING)?;
                self.expect("then", "`then`")?;
                let then = self.expression(ANYTHING)?;
                self.expect("else", "`else`")?;
                Operand::If(column, Box::new([condition, then, self.expression(ANYTHING)?]))
            }
            Kind::Mark(_) | Kind::End => return Err(self.unexpected(VALUE, &token)),
        };
        Ok(Expr { operand, steps: Vec::new() })
    }

    fn symbol(&mut self, name: Name) -> Result<Operand, ParseError> {
        if self.is_next("of") {
            self.take();
            return Ok(Operand::Of(name, Box::new(self.expression(NOTHING)?)));
        }
        if !self.is_next("(") {
            return Ok(Operand::Symbol(name));
        }
        self.take();
        let mut arguments = Vec::new();
        if self.is_next(")") {
            self.take();
        } else {
            self.list(&mut arguments)?;
        }
        Ok(Operand::Call(Call { name, arguments }))
    }

    /// One item or several, to the closing bracket.
    fn list(&mut self, items: &mut Vec<Expr>) -> Result<(), ParseError> {
        loop {
            items.push(self.expression(ANYTHING)?);
            if !self.is_next(",") {
                return self.expect(")", "`)` or `,`");
            }
            self.take();
        }
    }

    fn step(&mut self, level: usize, infix: Infix) -> Result<Step, ParseError> {
        let column = self.take().column;
        let above = match self.levels[level - 1].side {
            Side::Left | Side::Chain => level,
            Side::Right => level - 1,
        };
        let deed = match infix {
            Infix::Choose => {
                let then = self.expression(ANYTHING)?;
                self.expect(":", "`:`")?;
                Deed::Choose(Box::new([then, self.expression(above)?]))
            }
            Infix::Logic(logic) => Deed::Logic(logic, self.expression(above)?),
            Infix::Member(Member::In) => Deed::Member(Member::In, self.expression(above)?),
            Infix::Member(Member::NotIn) => {
                self.expect("in", "`in`")?;
                Deed::Member(Member::NotIn, self.expression(above)?)
            }
            Infix::Relation(relation) => {
                let mut chain = vec![Comparison { column, relation, right: self.expression(above)? }];
                while self.levels[level - 1].side == Side::Chain
                    && let Some((_, Infix::Relation(relation))) = self.infix()
                {
                    let column = self.take().column;
                    chain.push(Comparison { column, relation, right: self.expression(above)? });
                }
                Deed::Compare(chain)
            }
            Infix::Compute(arithmetic) => Deed::Compute(arithmetic, self.expression(above)?),
        };
        Ok(Step { column, deed })
    }

    /// The operator that comes next, if one does, and its level.
    fn infix(&self) -> Option<(usize, Infix)> {
        match self.next.kind {
            Kind::Mark(mark) => self.level(mark),
            Kind::Number(_) | Kind::Text(_) | Kind::Symbol(_) | Kind::End => None,
        }
    }

    fn level(&self, mark: &str) -> Option<(usize, Infix)> {
        (1..).zip(self.levels).find_map(|(number, level)| {
            let (_, infix) = level.infix.iter().find(|(infix, _)| *infix == mark)?;
            Some((number, *infix))
        })
    }

    /// How tight what stands behind a prefix must hold together.
    fn prefix(&self, mark: &str) -> Above {
        self.levels.iter().position(|level| level.prefix.contains(&mark)).map_or(NOTHING, |index| index + 1)
    }

    fn is_next(&self, mark: &str) -> bool {
        matches!(self.next.kind, Kind::Mark(next) if next == mark)
    }

    fn take(&mut self) -> Token {
        let end = Token { column: self.next.column, kind: Kind::End };
        mem::replace(&mut self.next, self.tokens.next().unwrap_or(end))
    }

    fn expect(&mut self, mark: &str, expected: &'static str) -> Result<(), ParseError> {
        let is_there = self.is_next(mark);
        let token = self.take();
        if is_there { Ok(()) } else { Err(self.unexpected(expected, &token)) }
    }

    fn unexpected(&self, expected: &'static str, token: &Token) -> ParseError {
        let Token { column, kind } = token;
        // What a keyword has swallowed further on is not to blame.
        let swallowed = self.swallowed.clone().filter(|swallowed| swallowed.column < *column);
        ParseError::Unexpected { column: *column, expected, found: kind.describe(), swallowed }
    }
}
