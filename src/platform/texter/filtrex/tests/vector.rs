//! Vectors: typed in from what both versions of the library answered when they were run.
//!
//! Decided here are the vendor's own functions, words of 3.1 in 2.2, and what is said about patterns that are not supported.

use serde_json::{Value as Json, json};

use super::super::{Error, Mode, holds};

/// What an expression comes to.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Answer {
    T,
    F,
    /// It has no value.
    Fails,
    /// It cannot be read.
    Unread,
}

use Answer::{F, Fails, T, Unread};

fn answer(text: &str, mode: Mode, data: &Json) -> Answer {
    match holds(text, mode, data) {
        Ok(true) => T,
        Ok(false) => F,
        Err(Error::Eval(_)) => Fails,
        Err(Error::Parse(_)) => Unread,
    }
}

/// The expression, the data, and what 2.2 and 3.1 say.
fn check(text: &str, data: Json, loose: Answer, strict: Answer) {
    assert_eq!(answer(text, Mode::Loose, &data), loose, "{text} over {data} in 2.2");
    assert_eq!(answer(text, Mode::Strict, &data), strict, "{text} over {data} in 3.1");
}

#[test]
fn conditions_as_scenarios_have_them() {
    check(r#"direction == "incoming""#, json!({"direction": "incoming"}), T, T);
    check(r#"text == "buy" or text == "purchase""#, json!({"text": "help"}), F, F);
    check(r#"text == "HELP""#, json!({"text": "help"}), F, F);
    check(r#"text == """#, json!({}), F, F);
    check("exists(agent.uid)", json!({"agent": {"uid": null}}), F, F);
    check("exists(agent.uid)", json!({}), F, F);
    check("exists(agent.uid)", json!({"agent": {"uid": ""}}), T, T);
    check("not exists(agent.uid)", json!({"agent": {"uid": "u"}}), F, F);
    check("exists(externalBot) and externalBot", json!({"externalBot": true}), T, T);
    check("exists(externalBot) and externalBot", json!({"externalBot": false}), F, F);
    check("exists(externalBot) and externalBot", json!({}), F, F);
    check("exists(externalBot) and externalBot", json!({"externalBot": 1}), T, Fails);
    check(r#"inArray(addedLabels, "vip")"#, json!({"addedLabels": ["vip"]}), T, T);
    check("status in (1,2,3)", json!({"status": 2}), T, T);
    check("status in (1,2,3)", json!({"status": "2"}), F, F);
    check("status not in (1,2)", json!({"status": 3}), T, T);
    check("label in labels", json!({"label": ["a"], "labels": ["a", "b"]}), T, T);
    check("not empty(special.0.facebook.referral)", json!({"special": [{"facebook": {"referral": 1}}]}), T, T);
    check("weekday <= 4 and (hhmm < 800 or hhmm >= 1615)", json!({"weekday": 3, "hhmm": 700}), T, T);
}

#[test]
fn types() {
    check(r#"n == "5""#, json!({"n": 5}), T, F);
    check("s > 0", json!({"s": "1"}), T, Fails);
    check("missing > 0", json!({}), F, Fails);
    check(r#"missing ~= "a""#, json!({}), F, Fails);
    check(r#"text ~= "^he""#, json!({"text": "help"}), T, T);
    check("text and flag", json!({"text": "a", "flag": true}), T, Fails);
    check("text or flag", json!({"text": "a", "flag": true}), F, Fails);
    check(r#"n + "1" == "51""#, json!({"n": 5}), T, T);
    check(r#"flag + 1 == 2"#, json!({"flag": true}), T, Fails);
    check(r#"list == "1,2""#, json!({"list": [1, 2]}), T, F);
    check("one + 1 == 3", json!({"one": [2]}), F, T);
    check("list == list", json!({"list": []}), T, T);
    check("(1,2) == (1,2)", json!({}), F, F);
    check("missing in missing", json!({}), T, Fails);
    check("5 - missing == -5", json!({}), F, T);
    check("-7 % 3 == 2", json!({}), F, T);
    check("-7 mod 3 == 2", json!({}), T, T);
    check(r#""b" > "a""#, json!({}), T, Fails);
    check("none + 1 == 1", json!({"none": null}), T, Fails);
}

#[test]
fn precedence() {
    check("a or b and c", json!({"a": true, "b": false, "c": false}), T, T);
    check("3 > 2 > 1", json!({}), F, T);
    check("1 == 1 == 1", json!({}), T, T);
    check("2 ^ 3 ^ 2 == 64", json!({}), T, F);
    check("2 ^ 3 ^ 2 == 512", json!({}), F, T);
    check("-2 ^ 2 == 4", json!({}), T, F);
    check(r#"not text == "x""#, json!({"text": "y"}), F, Fails);
    check(r#"not (text == "x")"#, json!({"text": "y"}), T, T);
    check("1 == 2 < 3", json!({}), T, F);
    check("1 + 2 not in (3,4)", json!({}), T, F);
    check("2 not in (2,3) == flag", json!({"flag": false}), T, T);
    check("1 ? 0 : 1 ? 2 : 3", json!({}), T, Fails);
    check("a ? 0 : b ? 2 : 3", json!({"a": true, "b": true}), T, F);
    check("x of y of z", json!({"z": {"y": {"x": 1}}}), T, T);
    check("-x of z == -1", json!({"z": {"x": 1}}), T, T);
    check("if a then 0 else 1 + 1", json!({"a": false}), T, T);
    check("if a then 1 else if b then 0 else 1", json!({"a": false, "b": true}), F, F);
}

#[test]
fn quirks() {
    check("text == 'help'", json!({"text": "help"}), F, Fails);
    check("'any name' == 1", json!({"any name": 1}), T, T);
    check("'a.b' == 1", json!({"a.b": 1, "a": {"b": 2}}), T, T);
    check("a.b == 1", json!({"a.b": 1, "a": {"b": 2}}), F, F);
    for text in ["not(flag)", r#"text in("a")"#, "a && b", r#"text = "a""#, ""] {
        check(text, json!({"text": "a", "flag": true, "a": 1, "b": 1}), Unread, Unread);
    }
    for text in
        ["a and(b)", "a OR b", "a === b", "!a", "a || b", "a b", "1.", ".5", "1e5", "a in", "a and", "(a", "a)", "()"]
    {
        check(text, json!({}), Unread, Unread);
    }
    for text in [
        r#""a\n""#,
        r#""a"#,
        "'a",
        r#""a\"#,
        "010.5",
        "a or😀 b",
        "f(",
        "f(a,)",
        "a ? b",
        "if a then b",
        "x of",
        "a not b",
    ] {
        check(text, json!({}), Unread, Unread);
    }
    check("order == 1 and android == 2", json!({"order": 1, "android": 2}), T, T);
    check("and", json!({"and": true}), T, T);
    check("(not in) == 1", json!({"in": 1}), Unread, Unread);
    check("010 == 8 and 08 == 8 and 0.5 == 1/2", json!({}), T, T);
    check(r#""\"\\" == text"#, json!({"text": "\"\\"}), T, T);
    check(r#"text == "שלום""#, json!({"text": "שלום"}), T, T);
    check("a\u{a0}==\n1", json!({"a": 1}), T, T);
    check("true", json!({}), F, F);
    check("text.length == 4 and list.length == 2", json!({"text": "a😀b", "list": [1, 2]}), T, T);
    check("items.01", json!({"items": [1, 2]}), F, F);
}

#[test]
fn functions() {
    check("nope(1)", json!({}), Fails, Fails);
    check("flag and nope(1)", json!({"flag": false}), F, F);
    check("max(1, 3, 2) == 3 and min(1, 3, 2) == 1", json!({}), T, T);
    check("round(2.5) == 3 and round(-2.5) == -2", json!({}), T, T);
    check("1 / max() == 0 and 1 / round(-0.2) < 0", json!({}), T, T);
    check("abs(x) == 1 and sqrt(4) == 2 and floor(1.5) == 1 and ceil(1.5) == 2", json!({"x": -1}), T, T);
    check("log10(100) == 2 and log2(8) == 3 and log(1) == 0", json!({}), T, T);
    check("empty(a) and empty(b) and empty(c)", json!({"a": null, "b": "", "c": []}), T, T);
    check("empty(a)", json!({"a": {}}), F, F);
    check("empty(a)", json!({"a": 0}), F, F);
    check(r#"includes(a, 1) or includes(a, "b")"#, json!({"a": [2, "1", "bb"]}), F, F);
    check(r#"inArray(a, "a")"#, json!({"a": "a"}), F, F);
    check(r#"strlen("a😀") == 3 and strlen(missing) == 0"#, json!({}), T, T);
    check(r#"wordCount(" two words ") == 2 and wordCount("") == 0"#, json!({}), T, T);
    check(r#"wordCount(text) == 2"#, json!({"text": " two\n words "}), T, T);
    check(r#"startsWith(text, "he") and startsWith(phone, "97")"#, json!({"text": "help", "phone": 97250}), T, T);
    check(r#"startsWith(text, "el")"#, json!({"text": "help"}), F, F);
    check("isNumber(n)", json!({"n": 1}), T, T);
    check("isNumber(n)", json!({"n": "1"}), F, F);
}

#[test]
fn regular_expressions() {
    let check = |pattern: &str, text: &str, expected: Answer| {
        check("text ~= pattern", json!({"text": text, "pattern": pattern}), expected, expected);
    };
    check("el", "help", T);
    check("^el", "help", F);
    check("HELP", "help", F);
    check(r"^\d{3}-\w+$", "123-ab_c", T);
    check(r"^\d$", "٣", F);
    check(r"^\s$", "\u{feff}", T);
    check(r"^\s$", "\u{85}", F);
    check("^.$", "\u{2028}", F);
    check(r"\bshe\b", "so she said", T);
    check(r"h\Be", "he", T);
    check("^[^]$", "\n", T);
    check("[]", "a", F);
    check("^[[&&]$", "&", T);
    check("^[a--]$", "b", Fails);
    check(r"^[\w-.]+$", "a-.", T);
    check(r"^[\b]$", "\u{8}", T);
    check(r"\q\/\-", "q/-", T);
    check(r"\x41\u05e9\xg", "Aשxg", T);
    check("^a{,2}]}$", "a{,2}]}", T);
    check("^a{2}?b{1,}$", "aab", T);
    check("(?<first>a)(?:b)", "ab", T);
    for invalid in
        ["(?i)a", "(?i:a)", "(?P<a>b)", "*", "a**", "a++", "^*", "(", ")", "[", "[z-a]", r"\", "(?<1>a)", "a{2,1}"]
    {
        check(invalid, "a", Fails);
    }
    for unsupported in ["a(?=b)", "(?!a)", "(?<=a)b", "(?<!a)b", r"(a)\1", r"\k<a>", r"\ud83d", "(a{999}){999}"] {
        check(unsupported, "a", Fails);
    }
}
