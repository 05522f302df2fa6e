//! How expressions are written in text: `%provider:key|transformer("argument")|transformer%`.
//!
//! Between two percent signs there is an expression if it begins with a name, a colon and something right after it; all
//! other text, lone percent signs among it, stands for itself [inferred: nothing is said about either].

use serde_json::Value as Json;

use super::error::{Malformed, excerpt};

/// A part of a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Piece<'t> {
    /// Stands for itself.
    Plain(&'t str),
    /// The inside of an expression, without the percent signs.
    Expression(&'t str),
}

/// A text, taken apart.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(at) = rest[from..].find('%').map(|at| from + at) {
        let after = &rest[at + 1..];
        from = match inside(after) {
            Some(inner) => {
                pieces.extend((at > 0).then(|| Piece::Plain(&rest[..at])));
                pieces.push(Piece::Expression(inner));
                rest = &after[inner.len() + 1..];
                0
            }
            None => at + 1,
        };
    }
    pieces.extend((!rest.is_empty()).then_some(Piece::Plain(rest)));
    pieces
}

/// What stands up to the next percent sign, if it is an expression. There are none in expressions, not even in quotes.
fn inside(text: &str) -> Option<&str> {
    let (inner, _) = text.split_once('%')?;
    let (name, key) = inner.split_once(':')?;
    let begins = key.starts_with(|c: char| !c.is_whitespace() && c != '|');
    (begins && is_name(name)).then_some(inner)
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$'))
}

/// An expression, read.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Expression<'t> {
    pub(super) provider: &'t str,
    pub(super) key: &'t str,
    pub(super) steps: Vec<Step<'t>>,
}

/// A transformer to go through.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Step<'t> {
    pub(super) name: &'t str,
    pub(super) arguments: Vec<Json>,
}

impl<'t> Expression<'t> {
    /// Reads what stands between two percent signs.
    pub(super) fn parse(inner: &'t str) -> Result<Self, Malformed> {
        let (provider, path) = inner.split_once(':').unwrap_or((inner, ""));
        let (key, mut rest) = path.split_at(end_of_key(path));
        let mut steps = Vec::new();
        while let Some(tail) = rest.strip_prefix('|') {
            let (step, tail) = Step::parse(tail.trim_start())?;
            steps.push(step);
            rest = tail.trim_start();
        }
        if !rest.is_empty() {
            return Err(Malformed::Trailing(excerpt(rest)));
        }
        Ok(Self { provider, key: key.trim_end(), steps })
    }
}

impl<'t> Step<'t> {
    /// Reads a transformer; also what stands after it.
    fn parse(text: &'t str) -> Result<(Self, &'t str), Malformed> {
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        let (name, tail) = text.split_at(end);
        if name.is_empty() {
            return Err(Malformed::NoName);
        }
        let (arguments, tail) = match tail.trim_start().strip_prefix('(') {
            Some(list) => arguments(list)?,
            None => (Vec::new(), tail),
        };
        Ok((Self { name, arguments }, tail))
    }
}

/// Where the key of a path ends: at the first pipe that stands in no quotes.
fn end_of_key(path: &str) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    let pipe = path.find(|c| {
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        c == '|' && !quoted
    });
    pipe.unwrap_or(path.len())
}

/// Reads the arguments after an opening bracket; also what stands after the closing one.
fn arguments(list: &str) -> Result<(Vec<Json>, &str), Malformed> {
    let mut arguments = Vec::new();
    let mut rest = list.trim_start();
    if let Some(tail) = rest.strip_prefix(')') {
        return Ok((arguments, tail));
    }
    loop {
        let (argument, tail) = argument(rest)?;
        arguments.push(argument);
        let tail = tail.trim_start();
        if let Some(tail) = tail.strip_prefix(')') {
            return Ok((arguments, tail));
        }
        rest = tail.strip_prefix(',').ok_or(Malformed::Bracket)?.trim_start();
    }
}

fn argument(text: &str) -> Result<(Json, &str), Malformed> {
    if text.starts_with('"') {
        let (argument, tail) = quoted(text).ok_or(Malformed::Quote)?;
        return Ok((Json::String(argument), tail));
    }
    let (word, tail) = text.split_at(text.find([',', ')']).ok_or(Malformed::Bracket)?);
    match serde_json::from_str(word.trim()) {
        Ok(value @ (Json::Null | Json::Bool(_) | Json::Number(_))) => Ok((value, tail)),
        Ok(Json::String(_) | Json::Array(_) | Json::Object(_)) | Err(_) => {
            Err(Malformed::Argument(excerpt(word.trim())))
        }
    }
}

/// Reads text in double quotes; also what stands after them. `\"`, `\\`, `\n`, `\r` and `\t` are escapes; a backslash
/// before anything else stands for itself, so that regular expressions need no second one [inferred: `\d` is what people
/// write].
pub(super) fn quoted(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut chars = text.strip_prefix('"')?.chars();
    loop {
        match chars.next()? {
            '"' => return Some((out, chars.as_str())),
            '\\' => match chars.next()? {
                c @ ('"' | '\\') => out.push(c),
                'n' => out.push('\n'),
                'r' => out.push('\r'),
                't' => out.push('\t'),
                other => out.extend(['\\', other]),
            },
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn expressions_stand_in_text() {
        use Piece::{Expression as E, Plain as P};
        let check = |text: &str, expected: &[Piece<'_>]| assert_eq!(pieces(text), expected, "{text}");
        check("", &[]);
        check("plain", &[P("plain")]);
        check("%chat:_id%", &[E("chat:_id")]);
        check("a %chat:_id%%chat:title% b", &[P("a "), E("chat:_id"), E("chat:title"), P(" b")]);
        check("100%", &[P("100%")]);
        check("100% of %chat:title%", &[P("100% of "), E("chat:title")]);
        check("%", &[P("%")]);
        check("%%", &[P("%%")]);
        check("%chat%", &[P("%chat%")]);
        check("%chat:%", &[P("%chat:%")]);
        check("%chat:title", &[P("%chat:title")]);
        check("5%off: today 10% more", &[P("5%off: today 10% more")]);
        check("https://a.example/%D7%90:%D7%91", &[P("https://a.example/%D7%90:%D7%91")]);
        check("%7Bcode:x%", &[P("%7Bcode:x%")]);
        check("%חבר:שם%", &[E("חבר:שם")]);
    }

    #[test]
    fn expressions_are_read() {
        let check = |text: &str, key: &str, steps: &[(&str, Json)]| {
            let read = Expression::parse(text).unwrap();
            let found: Vec<_> = read.steps.into_iter().map(|step| (step.name, Json::Array(step.arguments))).collect();
            assert_eq!((read.provider, read.key, found.as_slice()), ("p", key, steps), "{text}");
        };
        check("p:a.0.b", "a.0.b", &[]);
        check("p:now \"HH|mm\" | trim", "now \"HH|mm\"", &[("trim", json!([]))]);
        check("p:a|trim|slice(1, -2)", "a", &[("trim", json!([])), ("slice", json!([1, -2]))]);
        check("p:a|trim ( ) | slice ( 1 )", "a", &[("trim", json!([])), ("slice", json!([1]))]);
        check(r#"p:a|f("x,)|y", true,null,1.5)"#, "a", &[("f", json!(["x,)|y", true, null, 1.5]))]);
        check(r#"p:a|f("\d\"\\\n")"#, "a", &[("f", json!(["\\d\"\\\n"]))]);
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let check = |text: &str, expected: Malformed| assert_eq!(Expression::parse(text), Err(expected), "{text}");
        check("p:a|", Malformed::NoName);
        check("p:a||trim", Malformed::NoName);
        check("p:a|(1)", Malformed::NoName);
        check("p:a|f(\"x", Malformed::Quote);
        check("p:a|f(\"x\\", Malformed::Quote);
        check("p:a|f(", Malformed::Bracket);
        check("p:a|f(1", Malformed::Bracket);
        check("p:a|f(\"x\"", Malformed::Bracket);
        check("p:a|f(\"x\" \"y\")", Malformed::Bracket);
        check("p:a|f(1,)", Malformed::Argument(String::new()));
        check("p:a|f(word)", Malformed::Argument("word".to_owned()));
        check("p:a|f([1])", Malformed::Argument("[1]".to_owned()));
        check("p:a|f(1) g", Malformed::Trailing("g".to_owned()));
    }
}
