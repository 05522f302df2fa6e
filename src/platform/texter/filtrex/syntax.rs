//! The tree of an expression.
//!
//! An expression is an operand and what is done to it step by step, so that a long chain such as `a or b or c` is a list and
//! not a deep tree: the tree is as deep as the text is nested, and whoever walks it may do so by recursion.

/// An operand, and what is done to it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Expr {
    pub(super) operand: Operand,
    pub(super) steps: Vec<Step>,
}

/// What an expression begins with.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Operand {
    Number(f64),
    Text(String),
    /// A member of the data.
    Symbol(Name),
    /// `name of owner`.
    Of(Name, Box<Expr>),
    Call(Call),
    /// `(a, b)`: two items or more, as `(a)` is `a`.
    List(Vec<Expr>),
    /// `-a`, with the column of the sign.
    Negate(usize, Box<Expr>),
    /// `not a`, with the column of the word.
    Not(usize, Box<Expr>),
    /// `if a then b else c`, with the column of `if`.
    If(usize, Box<[Expr; 3]>),
}

/// A name as it is written, and where.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Name {
    /// Columns are counted from 1, in characters.
    pub(super) column: usize,
    pub(super) text: String,
    /// Whether it stands in single quotes; dots in it mean nothing then.
    pub(super) is_quoted: bool,
}

/// A function and what it is given.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Call {
    pub(super) name: Name,
    pub(super) arguments: Vec<Expr>,
}

/// What is done to the value so far.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Step {
    /// Where the operator stands.
    pub(super) column: usize,
    pub(super) deed: Deed,
}

/// An operator and its right side.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Deed {
    Logic(Logic, Expr),
    Member(Member, Expr),
    /// One comparison, or several that must all hold: `a < b < c`.
    Compare(Vec<Comparison>),
    Compute(Arithmetic, Expr),
    /// `? a : b`
    Choose(Box<[Expr; 2]>),
}

/// One link of a chain of comparisons.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Comparison {
    pub(super) column: usize,
    pub(super) relation: Relation,
    pub(super) right: Expr,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Logic {
    And,
    Or,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Member {
    In,
    NotIn,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Relation {
    Equal,
    NotEqual,
    /// `~=`: the right side is a regular expression.
    Like,
    Less,
    AtMost,
    More,
    AtLeast,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// `%`
    Remainder,
    /// `mod`
    Modulo,
    Power,
}
