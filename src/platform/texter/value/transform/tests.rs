//! What each transformer makes of values.

use std::collections::BTreeSet;

use serde_json::json;

use super::super::{Providers, resolve};
use super::*;
use crate::base::time::VirtualTime;

/// `value|pipe`.
fn pipe(value: &Json, pipe: &str) -> Result<Json, Unresolved> {
    let providers = Providers::at(VirtualTime::OPENING).with("v", value.clone());
    resolve(&json!(format!("%v:v|{pipe}%")), &providers)
}

/// A value, what it is piped through, and what comes out.
fn vectors() -> Vec<(Json, &'static str, Json)> {
    let people = || json!([{"n": {"f": "Dana"}, "age": 40, "in": true}, {"n": {"f": "Avi"}, "age": 7}, 3]);
    let list = || json!(["b", "a", 10, 9, null, ""]);
    let address = "https://a.example/שלום?q=a b&c=%#~";
    vec![
        (json!("42px"), "parseInt", json!(42)),
        (json!("  -7.9"), "parseInt", json!(-7)),
        (json!("+5"), "parseInt(10)", json!(5)),
        (json!(12.9), "parseInt", json!(12)),
        (json!("0x1F"), "parseInt", json!(31)),
        (json!("0x1F"), "parseInt(10)", json!(0)),
        (json!("ff"), "parseInt(16)", json!(255)),
        (json!("12"), "parseInt(2)", json!(1)),
        (json!("1"), "parseInt(1)", json!(null)),
        (json!("x1"), "parseInt", json!(null)),
        (json!("é"), "parseInt", json!(null)),
        (json!("99999999999999999999"), "parseInt", json!(1e20)),
        (json!(2.0), "toString", json!("2")),
        (json!(null), "toString", json!("")),
        (json!([1, [2, null]]), "toString", json!("1,2,")),
        (json!({}), "toString", json!("[object Object]")),
        (json!({"b": [1, "x"], "a": null}), "toJson", json!(r#"{"b":[1,"x"],"a":null}"#)),
        (json!(null), "toJson", json!("null")),
        (json!("a-b-c"), r#"replace("-", "+")"#, json!("a+b-c")),
        (json!("052-123 45"), r#"replace("\D", "", "g")"#, json!("05212345")),
        (json!("a\"b"), r#"replace("\"", "'")"#, json!("a'b")),
        (json!("\u{feff} a b\n"), "trim", json!("a b")),
        (json!(5), "trim", json!("5")),
        (json!("a,b,,c"), r#"split(",")"#, json!(["a", "b", "", "c"])),
        (json!("a,b,,c"), r#"split(",", 2)"#, json!(["a", "b"])),
        (json!("אב"), r#"split("")"#, json!(["א", "ב"])),
        (json!("a,b"), "split", json!(["a,b"])),
        (json!(""), r#"split(",")"#, json!([""])),
        (json!("abcdef"), "slice(1, 3)", json!("bc")),
        (json!("abcdef"), "slice(-2)", json!("ef")),
        (json!("abcdef"), "slice(0, -1)", json!("abcde")),
        (json!("abcdef"), "slice(4, 2)", json!("")),
        (json!("abcdef"), "slice(-99, 99)", json!("abcdef")),
        (json!("abcdef"), r#"slice("1", "2")"#, json!("b")),
        (json!("😀b"), "slice(2)", json!("b")),
        (json!([1, 2, 3, 4]), "slice(1, -1)", json!([2, 3])),
        (json!([1, 2]), "slice", json!([1, 2])),
        (json!("straße"), "toUpperCase", json!("STRASSE")),
        (json!("ÉA"), "toLowerCase", json!("éa")),
        (json!(r#"{"a":[1]}"#), "jsonParse", json!({"a": [1]})),
        (json!(5), "jsonParse", json!(5)),
        (json!(address), "encodeURI", json!("https://a.example/%D7%A9%D7%9C%D7%95%D7%9D?q=a%20b&c=%25#~")),
        (json!("0521234567"), "formatPhone", json!("972521234567")),
        (json!("+972 52-123-4567"), "formatPhone", json!("972521234567")),
        (json!("00972521234567"), "formatPhone", json!("972521234567")),
        (json!(972_521_234_567_i64), "formatPhone", json!("972521234567")),
        (people(), r#"column("age")"#, json!([40, 7, null])),
        (people(), r#"column("n.f")"#, json!(["Dana", "Avi", null])),
        (json!(["a", null, 1, [2, 3]]), "join", json!("a,,1,2,3")),
        (json!(["a", "b"]), r#"join(" | ")"#, json!("a | b")),
        (json!([]), "join", json!("")),
        (people(), r#"map("n::f")"#, json!(["Dana", "Avi", null])),
        (list(), "filter", json!(["b", "a", 10, 9])),
        (people(), r#"filter("in")|length"#, json!(1)),
        (people(), r#"filter("n.f", "Avi")|column("age")"#, json!([7])),
        (people(), r#"filter("age", 7.0)|length"#, json!(1)),
        (people(), r#"filter("age", "7")|length"#, json!(0)),
        (list(), "sort", json!(["", 10, 9, "a", "b", null])),
        (list(), "reverse", json!(["", null, 9, 10, "a", "b"])),
        (json!([1, [2, [3, [4]]]]), "flatten", json!([1, 2, [3, [4]]])),
        (json!([1, [2, [3, [4]]]]), "flatten(2)", json!([1, 2, 3, [4]])),
        (json!([1, [2]]), "flatten(0)", json!([1, [2]])),
        (json!(1_767_603_600_000_i64), r#"formatDate("dd/MM/yyyy HH:mm")"#, json!("05/01/2026 09:00")),
        (json!("1767603600000"), r#"formatDate("X")"#, json!("1767603600")),
        (json!("2026-01-05"), r#"formatDate("EEEE")"#, json!("Monday")),
        (json!("2026-01-05T09:00:00Z"), "parseDate", json!(1_767_603_600_000_i64)),
        (json!("05/01/2026"), r#"parseDate("dd/MM/yyyy")"#, json!(1_767_571_200_000_i64)),
        (json!("05.01.2026"), r#"parseDate("dd.MM.yyyy")|formatDate("yyyy-MM-dd")"#, json!("2026-01-05")),
        (json!("😀b"), "length", json!(3)),
        (json!([1, 2]), "length", json!(2)),
        (json!({"length": 5}), "length", json!(null)),
        (json!("x"), "typeof", json!("string")),
        (json!(1), "typeof", json!("number")),
        (json!(true), "typeof", json!("boolean")),
        (json!(null), "typeof", json!("object")),
        (json!([]), "typeof", json!("object")),
        (json!({}), "typeof", json!("object")),
        (json!({"a": [{"b": 1}]}), r#"get("a.0.b")"#, json!(1)),
        (json!({"a": null}), r#"get("a", "x")"#, json!(null)),
        (json!(null), r#"get("a", "x")"#, json!("x")),
        (json!({"a": 1, "b": 2, "c": 3}), r#"pick("c", "a", "x")"#, json!({"c": 3, "a": 1})),
        (json!({"a": 1, "b": 2, "c": 3}), r#"omit("b", "x")"#, json!({"a": 1, "c": 3})),
        (json!({"a": {"b": 1}, "c": "<&\">"}), r#"hbTpl("{{a.b}} {{ c }}{{d}}!")"#, json!("1 &lt;&amp;&quot;&gt;!")),
        (json!("x"), r#"hbTpl("[{{this}}] {")"#, json!("[x] {")),
        (json!({"a": 1}), r#"hbTpl("{{this.a}}")"#, json!("1")),
        (json!(null), r#"hbTpl("Hi {{name}}")"#, json!("Hi ")),
    ]
}

#[test]
fn values_are_transformed_as_javascript_does() {
    for (value, steps, expected) in vectors() {
        assert_eq!(pipe(&value, steps), Ok(expected), "{value}|{steps}");
    }
}

#[test]
fn every_transformer_is_tried() {
    let vectors = vectors();
    let tried: BTreeSet<&str> = vectors.iter().filter_map(|(_, steps, _)| steps.split(['(', '|']).next()).collect();
    let known: BTreeSet<&str> = TRANSFORMERS.iter().map(|row| row.name).collect();
    assert_eq!(tried, known);
}

#[test]
fn what_is_missing_stays_missing() {
    for row in TRANSFORMERS.iter().filter(|row| row.missing == Missing::Stays) {
        let arguments = vec!["\"a\""; *row.arity.start()].join(",");
        assert_eq!(pipe(&Json::Null, &format!("{}({arguments})", row.name)), Ok(Json::Null), "{}", row.name);
    }
}

#[test]
fn what_cannot_be_transformed_is_refused() {
    let check = |value: Json, steps: &str, expected: &str| {
        let refused = pipe(&value, steps).map_err(|error| error.to_string());
        assert_eq!(refused, Err(expected.to_owned()), "{value}|{steps}");
    };
    check(json!([]), "toUpperCase", "`toUpperCase` works on text, not on a list");
    check(json!("x"), "join", "`join` works on lists, not on text");
    check(json!("x"), r#"pick("a")"#, "`pick` works on objects, not on text");
    check(json!({}), "slice(1)", "`slice` works on text, not on an object");
    check(json!("x"), r#"slice("one")"#, "`slice` wants a whole number as its argument, not text");
    check(json!({}), "pick(1)", "`pick` wants text as its argument, not a number");
    check(json!("{"), "jsonParse", "`jsonParse` cannot read \"{\" as JSON");
    check(
        json!("soon"),
        r#"formatDate("x")"#,
        "`formatDate` cannot read \"soon\" as milliseconds or a date of ISO 8601",
    );
    check(json!("soon"), r#"parseDate("dd")"#, "`parseDate` cannot read \"soon\" as a date in its format");
    check(json!("x"), r#"replace("a", "b", "y")"#, "`replace` knows the flags `g`, `i`, `m`, `s` and `u`, not `y`");
    for tag in
        ["{{{a}}}", "{{#each a}}", "{{upper a}}", "{{> part}}", "{{! no }}", "{{../a}}", "{{@index}}", "{{else}}"]
    {
        let tag_shown = if tag == "{{{a}}}" { "{{{a}}" } else { tag };
        let expected = format!("`hbTpl` knows only `{{{{path}}}}` in templates, not `{tag_shown}`");
        check(json!({}), &format!("hbTpl(\"{tag}\")"), &expected);
    }
    check(json!({}), r#"hbTpl("{{a")"#, "`hbTpl` knows only `{{path}}` in templates, not `{{a`");
}
