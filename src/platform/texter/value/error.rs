//! Why a template has no value, in words for the log of a run.

use super::LARGEST;

/// How much of a text an error repeats, in characters.
const EXCERPT: usize = 80;

/// The beginning of a text, which may be all of it.
pub(super) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Why a template has no value.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unresolved {
    /// Nobody of that name provides anything.
    #[error("unknown provider `{name}`{}", meant(.nearest.as_deref()))]
    Provider {
        /// The name in the template.
        name: String,
        /// The provider that was probably meant.
        nearest: Option<String>,
    },
    /// There is no transformer of that name.
    #[error("unknown transformer `{name}`{}", meant(*.nearest))]
    Transformer {
        /// The name in the template.
        name: String,
        /// The transformer that was probably meant.
        nearest: Option<&'static str>,
    },
    /// An expression cannot be read.
    #[error("`%{expression}%` cannot be read: {why}")]
    Malformed {
        /// What stands between the percent signs.
        expression: String,
        /// What is wrong with it.
        #[source]
        why: Malformed,
    },
    /// A transformer is given too few or too many arguments.
    #[error("`{transformer}` takes {}, not {given}", count(*.fewest, *.most))]
    Arity {
        /// Its name.
        transformer: &'static str,
        /// How many it needs.
        fewest: usize,
        /// How many it takes.
        most: usize,
        /// How many there are.
        given: usize,
    },
    /// A transformer, or the provider of times, cannot do what it is told.
    #[error("`{name}` {why}")]
    Unfit {
        /// Its name.
        name: &'static str,
        /// Why not.
        #[source]
        why: Unfit,
    },
    /// A key of the provider of times that stands for none.
    #[error("`{key}` is no time; write `now`, `now-2h` with one of the units y, M, w, d, h, m and s, or `date`")]
    Time {
        /// The key in the template.
        key: String,
    },
    /// `##provide` without the two texts that it consists of.
    #[error("`##provide` wants an object with the texts `provider` and `key`")]
    Reference,
    /// Members beside something that has none.
    #[error("members beside a reference are merged into an object, and it refers to {found}")]
    Merge {
        /// What it refers to.
        found: &'static str,
    },
    /// More levels than a document may have.
    #[error("the document has more than {} levels", super::DEEPEST)]
    TooDeep,
    /// More than the values of a document may come to.
    #[error("the values of the document come to more than {LARGEST} bytes")]
    TooLarge,
}

/// What is wrong with an expression.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Malformed {
    /// A pipe that leads nowhere.
    #[error("the name of a transformer is missing after `|`")]
    NoName,
    /// A quote without an end.
    #[error("a quote is never closed")]
    Quote,
    /// A list of arguments without an end.
    #[error("`(` is never closed")]
    Bracket,
    /// An argument of no known form.
    #[error("the argument `{0}` is neither text in double quotes nor a number")]
    Argument(String),
    /// Something after a transformer that is no pipe.
    #[error("`{0}` stands where a `|` or the end is expected")]
    Trailing(String),
}

/// Why a transformer cannot do what it is told; reads on from its name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unfit {
    /// A value that it does not work on.
    #[error("works on {wanted}, not on {found}")]
    Input {
        /// What it works on.
        wanted: &'static str,
        /// What it is given.
        found: &'static str,
    },
    /// An argument of the wrong kind.
    #[error("wants {wanted} as its argument, not {found}")]
    Argument {
        /// What it wants.
        wanted: &'static str,
        /// What it is given.
        found: &'static str,
    },
    /// Text that does not say what it should.
    #[error("cannot read {text:?} as {wanted}")]
    Unreadable {
        /// The text, or its beginning.
        text: String,
        /// What it should say.
        wanted: &'static str,
    },
    /// A regular expression that is none, or that needs more than linear time.
    #[error("cannot use its regular expression: {0}")]
    Pattern(String),
    /// A flag that regular expressions do not have.
    #[error("knows the flags `g`, `i`, `m`, `s` and `u`, not `{0}`")]
    Flag(char),
    /// A token of a format that is not played.
    #[error("knows no token `{0}` in formats; letters that stand for themselves are put in single quotes")]
    Token(String),
    /// A tag of a template that is more than a path.
    #[error("knows only `{{{{path}}}}` in templates, not `{0}`")]
    Tag(String),
    /// More than the values of a document may come to.
    #[error("makes more than {LARGEST} bytes")]
    TooLarge,
}

fn meant(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; did you mean `{nearest}`?"))
}

fn count(fewest: usize, most: usize) -> String {
    match (fewest, most) {
        (0, 0) => "no arguments".to_owned(),
        (1, 1) => "1 argument".to_owned(),
        (_, usize::MAX) => format!("{fewest} or more arguments"),
        _ if fewest == most => format!("{fewest} arguments"),
        _ => format!("{fewest} to {most} arguments"),
    }
}
