//! What is said about expressions that cannot be read, or have no value.

use serde_json::json;

use super::super::{Expression, MOST_BYTES, MOST_NESTED, Mode, holds};

/// The message about an expression.
fn check(text: &str, mode: Mode, expected: &str) {
    let data = json!({"text": "a", "list": [1, 2], "none": null});
    let error = holds(text, mode, &data).map_err(|error| error.to_string());
    assert_eq!(error, Err(expected.to_owned()), "{text}");
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let check = |text, expected| check(text, Mode::Loose, expected);
    check("", "at column 1 a value is expected, not the end");
    check("a b", "at column 3 an operator or the end is expected, not `b`");
    check("שלום == 1", "at column 1 stands `ש`, which means nothing here");
    check(r#""שלום" = 1"#, "at column 8 stands `=`, which means nothing here; equality is `==`");
    check("a && b", "at column 3 stands `&`, which means nothing here; write `and` with a space behind it");
    check("(a, 1", "at column 6 `)` or `,` is expected, not the end");
    check("a ? 1", "at column 6 `:` is expected, not the end");
    check("if a then 1", "at column 12 `else` is expected, not the end");
    check("a not b", "at column 7 `in` is expected, not `b`");
    check(
        "not(text)",
        "at column 9 an operator or the end is expected, not `)`; \
         `not` at column 1 swallows the `(` behind it, put a space between them",
    );
    check("a == \"b", "the \" at column 6 is never closed");
    check("'b", "the ' at column 1 is never closed");
    check(r#"a ~= "\d""#, "after the backslash at column 7 only \" or another backslash may stand");
    check("010.5", "the number at column 1 must not begin with a zero");
}

#[test]
fn what_has_no_value_is_told_with_its_place() {
    check("exist(a)", Mode::Loose, "at column 1 the unknown function `exist` is called; did you mean `exists`?");
    check("a or strip(a)", Mode::Loose, "at column 6 the unknown function `strip` is called");
    check("text == 'b'", Mode::Strict, "the property 'b' at column 9 does not exist; texts stand in double quotes");
    check("text > 0", Mode::Strict, "the operator at column 6 expects a number, not a text");
    check("not list", Mode::Strict, "the operator at column 1 expects true or false, not a list");
    check("1 in none", Mode::Strict, "the operator at column 3 expects a list, not null");
    check("1 + x", Mode::Strict, "the operator at column 3 expects a text or a number, not undefined");
    check("1 ~= text", Mode::Strict, "the operator at column 3 expects a text, not a number");
    check(
        r#"text ~= "(?i)A""#,
        Mode::Loose,
        "the regular expression for `~=` at column 6 is invalid: \
         JavaScript has no flags inside a pattern, nor other things with `(?`",
    );
    check(
        r#"text ~= "a(?=b)""#,
        Mode::Loose,
        "the regular expression for `~=` at column 6 needs look-around, which this stand-in does not support",
    );
    check(
        r#"text ~= "a{2,1}""#,
        Mode::Loose,
        "the regular expression for `~=` at column 6 is not understood: \
         invalid repetition count range, the start must be <= the end",
    );
}

#[test]
fn length_and_nesting_are_bounded() {
    let check = |text: String, expected: Result<bool, &str>| {
        for mode in [Mode::Loose, Mode::Strict] {
            let answer = holds(&text, mode, &json!({})).map_err(|error| error.to_string());
            assert_eq!(answer.as_ref().map_err(String::as_str).copied(), expected);
        }
    };
    let nested = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    check(nested(MOST_NESTED - 1), Ok(true));
    check(nested(MOST_NESTED), Err("at column 101 more than 100 levels are nested"));
    check("- ".repeat(MOST_NESTED - 1) + "1", Ok(true));
    check("abs(".repeat(MOST_NESTED - 1) + "1" + &")".repeat(MOST_NESTED - 1), Ok(true));
    check("- ".repeat(MOST_BYTES / 2), Err("at column 201 more than 100 levels are nested"));
    check("x of ".repeat(MOST_BYTES / 5), Err("at column 501 more than 100 levels are nested"));
    check(" ".repeat(MOST_BYTES - 1) + "1", Ok(true));
    check(" ".repeat(MOST_BYTES) + "1", Err("the expression has 16385 bytes, at most 16384 are read"));
    check("1+".repeat(MOST_BYTES / 2 - 1) + "1", Ok(true));
}

#[test]
fn a_long_chain_is_not_nested() {
    let expression = Expression::parse(&("missing in (1,2) or ".repeat(800) + "flag"), Mode::Loose);
    assert_eq!(expression.map(|read| read.eval(&json!({"flag": true}))), Ok(Ok(true)));
}

#[test]
fn sums_of_texts_are_bounded() {
    let data = json!({"text": "a".repeat(1000)});
    let sum = |times: usize| format!("{}text", "text + ".repeat(times - 1));
    assert_eq!(holds(&sum(1000), Mode::Strict, &data), Ok(true));
    let error = holds(&sum(1100), Mode::Strict, &data).map_err(|error| error.to_string());
    assert_eq!(error, Err("the `+` at column 7335 makes a text of more than 1048576 bytes".to_owned()));
}
