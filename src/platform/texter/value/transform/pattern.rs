//! Regular expressions as JavaScript writes them, matched in time linear in the text.
//!
//! What needs more than that (look-around, back-references) is refused, and so is what JavaScript does not know.

use regex::{Captures, Regex, RegexBuilder};

use super::{Bounded, Unfit};

/// How large a compiled expression may be, in bytes.
const SIZE: usize = 1 << 20;

/// `text.replace(new RegExp(pattern, flags), replacement)`.
pub(super) fn replace(text: &str, pattern: &str, replacement: &str, flags: &str) -> Result<String, Unfit> {
    if let Some(flag) = flags.chars().find(|flag| !"gimsu".contains(*flag)) {
        return Err(Unfit::Flag(flag));
    }
    let regex = RegexBuilder::new(&translated(pattern)?)
        .case_insensitive(flags.contains('i'))
        .multi_line(flags.contains('m'))
        .dot_matches_new_line(flags.contains('s'))
        .size_limit(SIZE)
        .build()
        .map_err(|error| Unfit::Pattern(last_line(&error.to_string())))?;
    let most = if flags.contains('g') { usize::MAX } else { 1 };
    let mut out = Bounded::default();
    let mut end = 0;
    for captures in regex.captures_iter(text).take(most) {
        let whole = captures.get_match();
        out.push(&text[end..whole.start()])?;
        expand(replacement, &regex, &captures, text, &mut out)?;
        end = whole.end();
    }
    out.push(&text[end..])?;
    Ok(out.into())
}

fn last_line(text: &str) -> String {
    text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// The expression in the words of the `regex` crate: digits, letters and their borders are ASCII in JavaScript, and in
/// its classes few characters have a meaning.
fn translated(pattern: &str) -> Result<String, Unfit> {
    let mut out = String::new();
    let mut in_class = false;
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some('d') => out.push_str("[0-9]"),
                Some('D') => out.push_str("[^0-9]"),
                Some('w') => out.push_str("[0-9A-Za-z_]"),
                Some('W') => out.push_str("[^0-9A-Za-z_]"),
                Some('b') if !in_class => out.push_str(r"(?-u:\b)"),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            '[' | '&' | '~' if in_class => out.extend(['\\', c]),
            '(' if !in_class && rest.as_str().starts_with('?') => {
                let mut inside = rest.as_str()[1..].chars();
                match (inside.next(), inside.next()) {
                    (Some(':'), _) => {}
                    (Some('<'), Some(name)) if name.is_alphabetic() => {}
                    _ => return Err(Unfit::Pattern("look-around and flags in groups are not supported".to_owned())),
                }
                out.push('(');
            }
            _ => {
                in_class = c == '[' || (in_class && c != ']');
                out.push(c);
            }
        }
    }
    Ok(out)
}

/// What a match is replaced by: `$1`, `$<name>`, `$&`, `` $` ``, `$'` and `$$` in it have a meaning.
fn expand(
    replacement: &str,
    regex: &Regex,
    captures: &Captures<'_>,
    text: &str,
    out: &mut Bounded,
) -> Result<(), Unfit> {
    let whole = captures.get_match();
    let mut rest = replacement;
    while let Some((plain, after)) = rest.split_once('$') {
        out.push(plain)?;
        let (value, length) = match after.chars().next() {
            Some('$') => ("$", 1),
            Some('&') => (whole.as_str(), 1),
            Some('`') => (&text[..whole.start()], 1),
            Some('\'') => (&text[whole.end()..], 1),
            Some('<') => named(after, regex, captures).unwrap_or(("$", 0)),
            Some('0'..='9') => numbered(after, captures).unwrap_or(("$", 0)),
            Some(_) | None => ("$", 0),
        };
        out.push(value)?;
        rest = &after[length..];
    }
    out.push(rest)
}

/// The group whose name stands in angle brackets, and the length of its reference. Without named groups there is none.
fn named<'t>(after: &str, regex: &Regex, captures: &Captures<'t>) -> Option<(&'t str, usize)> {
    regex.capture_names().flatten().next()?;
    let end = after.find('>')?;
    Some((captures.name(&after[1..end]).map_or("", |group| group.as_str()), end + 1))
}

/// The group whose number stands there, in two digits if there are so many groups, and the length of its reference.
fn numbered<'t>(after: &str, captures: &Captures<'t>) -> Option<(&'t str, usize)> {
    [2, 1].into_iter().find_map(|digits| {
        let number: usize = after.get(..digits)?.parse().ok()?;
        let exists = (1..captures.len()).contains(&number);
        exists.then(|| (captures.get(number).map_or("", |group| group.as_str()), digits))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_are_replaced_as_javascript_does() {
        let check = |text: &str, pattern: &str, replacement: &str, flags: &str, expected: &str| {
            let replaced = replace(text, pattern, replacement, flags);
            assert_eq!(replaced.as_deref(), Ok(expected), "{text} {pattern} {replacement} {flags}");
        };
        check("a-b-c", "-", "+", "", "a+b-c");
        check("a-b-c", "-", "+", "g", "a+b+c");
        check("Abab", "ab", "x", "gi", "xx");
        check("a\nb", "^b$", "x", "m", "a\nx");
        check("a\nb", "a.b", "x", "s", "x");
        check("+972 52-123", r"\D", "", "g", "97252123");
        check("٣ 3", r"\d", "x", "g", "٣ x");
        check("é_a", r"\w+", "x", "", "éx");
        check("été", r"\bt\b", "x", "", "éxé");
        check("a[b]&c", r"[[\]&]", "", "g", "abc");
        check("a/b", r"\/", "|", "", "a|b");
        check("John Smith", r"(\w+) (\w+)", "$2, $1", "", "Smith, John");
        check("ab", "(?<x>a)", "[$<x>$<y>]", "", "[a]b");
        check("ab", "(a)|(z)", "[$1$2$3$01$<x>]", "", "[a$3a$<x>]b");
        check("abc", "b", "[$`$&$'$$$]", "", "a[abc$$]c");
        check("abc", "", "-", "g", "-a-b-c-");
        check("abc", "x", "-", "g", "abc");
    }

    #[test]
    fn what_cannot_be_matched_in_linear_time_is_refused() {
        let check = |pattern: &str, flags: &str, expected: &str| {
            let refused = replace("", pattern, "", flags).unwrap_err().to_string();
            assert!(refused.contains(expected), "{pattern}: {refused}");
        };
        check("(?=a)", "", "look-around");
        check("(?<!a)b", "", "look-around");
        check("(?i)a", "", "flags in groups");
        check(r"(a)\1", "", "backreferences are not supported");
        check("(a", "", "unclosed group");
        check("a", "gy", "not `y`");
        check(&"(a{99}){99}".repeat(99), "", "size limit");
    }

    #[test]
    fn what_grows_too_large_is_refused() {
        let text = "ab".repeat(5_000);
        assert_eq!(replace(&text, "a", "$`", "g"), Err(Unfit::TooLarge));
    }
}
