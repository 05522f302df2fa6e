//! Text that is meant to hurt, and text that only looks so.

use std::fmt::Write as _;

use rehearsal::base::diag::{Paint, Source, render};
use rehearsal::scenario::node::{self, Value};

use super::toy::{assert_shown, problems, read};

const STEPS: &str = "steps:\n  - start_chat: {as: alice}\n  - expect: {event: incoming_chat}\n";

#[test]
fn what_costs_too_much_is_refused() {
    let check = |text: &str, expected: (&str, usize, usize)| assert_eq!(problems(read(text)), [expected]);
    check(&"- x\n".repeat(2_500_000), ("E0007", 0, 0));
    check(&"[".repeat(500_000), ("E0008", 1, 256));
    check(&"- ".repeat(400_000), ("E0008", 1, 131));
    check(&format!("x: {}", "{a: ".repeat(200_000)), ("E0008", 1, 260));
    check(&"- x\n".repeat(100_001), ("E0008", 100_000, 3));
}

#[test]
fn aliases_cannot_blow_a_file_up() {
    let check = |text: &str, line| {
        let found = problems(read(text));
        let [(code, at, _)] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((*code, *at), ("E0008", line));
    };
    // A billion laughs: nine levels of ten.
    let mut laughs = String::from("a0: &a0 lol\n");
    for level in 1..=9 {
        let copies = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(laughs, "a{level}: &a{level} [{copies}]").unwrap();
    }
    check(&laughs, 6);
    // Few parts, but each of them long.
    check(&format!("a: &a {}\nb:\n{}", "x".repeat(100_000), "- *a\n".repeat(10_000)), 13);
    // Few parts, but nested deeper with each line.
    let mut tower = String::from("a0: &a0 []\n");
    for level in 1..200 {
        writeln!(tower, "a{level}: &a{level} [*a{}]", level - 1).unwrap();
    }
    check(&tower, 65);
}

#[test]
fn anchors_are_copied_and_keep_their_meaning() {
    let text = format!("platform: livechat\ncustomers:\n  alice: &a {{name: Alice}}\n  bob: *a\n{STEPS}");
    let scenario = read(&text).unwrap();
    assert_eq!(scenario.customers["bob"].name.as_deref(), Some("Alice"));
    let check = |text: &str, code| {
        assert_eq!(node::parse(text).unwrap_err()[0].rule.code, code, "{text}");
    };
    check("platform: &p livechat\nname: *q\n", "E0001");
    check("steps: &s [*s]\n", "E0001");
    check("customers: {a: {<<: {name: x}}}\n", "E0011");
    // Between quotes it is a key like any other.
    assert_eq!(node::parse("'<<': 1").unwrap().get("<<").unwrap().value, Value::Int(1));
}

#[test]
fn keys_are_plain_text_and_stand_once_at_every_level() {
    let check = |text: &str, expected: &[(&str, usize, usize)]| {
        let found: Vec<_> = node::parse(text).unwrap_err();
        let found: Vec<_> = found.iter().map(|p| (p.rule.code, p.place.line, p.place.column)).collect();
        assert_eq!(found, expected, "{text}");
    };
    check("a: 1\na: 2\na: 3\n", &[("E0003", 2, 1), ("E0003", 3, 1)]);
    check("a: {b: 1, b: {c: 1, c: 2}}\n", &[("E0003", 1, 11), ("E0003", 1, 21)]);
    check("- {a: 1, 'a': 2}\n", &[("E0003", 1, 10)]);
    check("- [{a: 1}]\n- {a: {a: 1}}\n- {x: 1, x: 1}\n", &[("E0003", 3, 10)]);
    check("[a, b]: 1\n", &[("E0001", 1, 1)]);
    check("{a: 1}: 1\n", &[("E0001", 1, 1)]);
    check("!x a: 1\n", &[("E0004", 1, 1)]);
}

#[test]
fn a_mapping_with_very_many_keys_is_read_at_once() {
    let keys: String = (0..90_000).fold(String::new(), |mut text, n| {
        writeln!(text, "k{n}: 1").unwrap();
        text
    });
    assert!(matches!(node::parse(&keys).unwrap().value, Value::Map(members) if members.len() == 90_000));
}

#[test]
fn very_many_problems_are_told_without_delay() {
    let mut text = String::from("platform: livechat\ncustomers:\n");
    (0..10_000).for_each(|n| writeln!(text, "  customer-{n}: {{}}").unwrap());
    text.push_str("steps:\n");
    (0..10_000).for_each(|n| writeln!(text, "  - start_chat: {{as: costumer-{n}}}").unwrap());
    let found = read(&text).unwrap_err();
    assert_eq!(found.len(), 10_000);
    assert!(found.iter().map(|problem| problem.message.len()).sum::<usize>() < 1 << 20);
    let first = &found[..50];
    assert!(render(&Source { name: "big".into(), text: text.into() }, first, Paint::Plain).contains("did you mean"));
}

#[test]
fn a_very_long_line_is_read_and_its_words_are_cut_in_messages() {
    let long = "x".repeat(500_000);
    let text = format!("platform: livechat\ncustomers: {{alice: {{name: {long}}}}}\n{STEPS}");
    assert_eq!(problems(read(&text)), []);
    let found = read(&format!("platform: {long}\n")).unwrap_err();
    assert!(found[0].message.len() < 200, "{}", found[0].message);
    let shown =
        render(&Source { name: "long".into(), text: format!("platform: {long}\n").into() }, &found, Paint::Plain);
    assert!(shown.len() < 2_000, "{} bytes", shown.len());
}

#[test]
fn line_ends_marks_and_directives_do_not_disturb() {
    let sound = format!("platform: livechat\ncustomers: {{alice: {{}}}}\n{STEPS}");
    let check = |text: &str, expected: &[(&str, usize, usize)]| assert_eq!(problems(read(text)), expected, "{text:?}");
    check(&sound, &[]);
    check(&sound.replace('\n', "\r\n"), &[]);
    check(&format!("\u{feff}{sound}"), &[]);
    check(&format!("%YAML 1.2\n---\n{sound}...\n"), &[]);
    check(&format!("---\n{sound}"), &[]);
    check(&format!("{sound}---\n{sound}"), &[("E0005", 6, 1)]);
    check("", &[("E0006", 0, 0)]);
    check("---\n", &[("E0006", 0, 0)]);
    check("\u{feff}# only a comment\n", &[("E0006", 0, 0)]);
    check("\u{feff}platfrom: livechat\n", &[("E0102", 1, 1), ("E0101", 1, 1)]);
    check("platform: livechat\r\nstep: []\r\n", &[("E0101", 2, 1)]);
    check("platform: livechat\rsteps: []\n", &[("E0001", 1, 19)]);
    check("platform: livechat\0\nstep: []\n", &[("E0001", 1, 19)]);
    check("platform: livechat\nname: a\u{7}b\n", &[("E0001", 2, 8)]);
    check("platform: livechat\nsteps:\n\t- wait: 1s\n", &[("E0002", 3, 1)]);
    check("platform: livechat\nsteps:\n  - wait:\t1s\n", &[("E0002", 3, 10)]);
}

#[test]
fn columns_count_characters_in_any_script() {
    let text = "platform: livechat\ncustomers: {שרה: {nam: שרה כהן}}\nname: שלום\n";
    assert_eq!(problems(read(text))[0], ("E0101", 2, 19));
    let source = Source { name: "hebrew.yaml".into(), text: text.into() };
    assert_shown("hebrew", &render(&source, &read(text).unwrap_err(), Paint::Plain));
}

#[test]
fn a_plain_scalar_means_what_its_author_meant() {
    let check = |text: &str, expected: Value| assert_eq!(node::parse(&format!("- {text}\n")).map(first), Ok(expected));
    let text = |text: &str| Value::Text(text.to_owned());
    for word in [
        "yes",
        "no",
        "on",
        "off",
        "True",
        "NULL",
        "0o7",
        "0x1F",
        "007",
        "+972501234567",
        "1_000",
        "1e999",
        ".5",
        "1:30",
    ] {
        check(word, text(word));
    }
    check("true", Value::Bool(true));
    check("~", Value::Null);
    check("null", Value::Null);
    check("-3", Value::Int(-3));
    check("0", Value::Int(0));
    check("18446744073709551615", Value::Int(u64::MAX.into()));
    check("1.50", Value::Float(1.5));
    check("1e3", Value::Float(1000.0));
    check("'1'", text("1"));
}

fn first(node: node::Node) -> Value {
    match node.value {
        Value::List(mut items) => items.remove(0).value,
        other => other,
    }
}

#[test]
fn every_seed_can_be_written() {
    let text = format!("platform: livechat\nseed: {}\ncustomers: {{alice: {{}}}}\n{STEPS}", u64::MAX);
    assert_eq!(read(&text).unwrap().seed.map(|seed| seed.0), Some(u64::MAX));
}

#[test]
fn bytes_that_are_not_text_are_refused_where_they_stand() {
    let check = |bytes: &[u8], expected: Result<&str, (usize, usize)>| {
        let read = node::decode_utf8(bytes).map_err(|problem| (problem.place.line, problem.place.column));
        assert_eq!(read, expected);
    };
    check("שלום".as_bytes(), Ok("שלום"));
    check(b"", Ok(""));
    check(b"\xff\xfep\0", Err((1, 1)));
    check(b"a\nbc\xc3", Err((2, 3)));
}

#[test]
fn no_text_takes_long() {
    // A reader that is quadratic in any of these would not come back for minutes.
    for piece in [
        "? ", "- ", "[", "{a: ", "&a ", "!x ", "\"", "'", "'a' ", "a: ", "a:\n", "|\n", ">\n", "#", "# \n", "\n", " ",
        "\t", "\\", "---\n", "%A\n", "*a ", "a, ", "[], ", "{}\n", "- a\n", "- &a b\n", "? a\n", "\r\n", "a b ",
        "\"\\n", "אב ", "${",
    ] {
        let text = piece.repeat(node::MAX_BYTES / 4 / piece.len());
        let _ = (node::parse(&text), node::parse(&format!("a: [{text}")), node::parse(&format!("a: \"{text}\"")));
    }
}
