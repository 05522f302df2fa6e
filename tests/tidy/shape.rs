//! What a file may look like.

use super::source::{Finding, Source};
use super::{finds, tidy};

/// The most lines a file may have without its tests.
const MOST_LINES: usize = 600;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["common", "helper", "helpers", "manager", "misc", "shared", "util", "utils"];

fn too_long(tree: &[Source]) -> Vec<Finding> {
    let long = tree.iter().filter(|source| source.lines > MOST_LINES);
    long.map(|source| source.finding(source.lines, format!("more than {MOST_LINES} lines; split it by idea"))).collect()
}

fn empty_names(tree: &[Source]) -> Vec<Finding> {
    let says_nothing =
        |source: &&Source| source.path.trim_end_matches(".rs").split('/').any(|part| EMPTY_NAMES.contains(&part));
    tree.iter().filter(says_nothing).map(|source| source.finding(1, "name it after the idea it holds")).collect()
}

fn undocumented(tree: &[Source]) -> Vec<Finding> {
    let silent = tree.iter().filter(|source| !source.text.starts_with("//!"));
    silent.map(|source| source.finding(1, "begin with `//!`: what it is for, and what it does not do")).collect()
}

fn lifted_lints(tree: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in tree {
        for (at, token) in source.tokens.iter().enumerate() {
            let opens = at > 1 && source.mark(at - 1, '[') && (source.mark(at - 2, '#') || source.mark(at - 2, '!'));
            let is_attribute = opens || (at > 1 && source.mark(at - 1, ','));
            if is_attribute && source.word(at) == Some("allow") && source.mark(at + 1, '(') {
                found.push(source.finding(token.line, "write `expect(…, reason = …)`: it tells when it is not needed"));
            }
        }
    }
    found
}

fn unfinished(tree: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in tree {
        for (at, token) in source.tokens.iter().enumerate() {
            let is_macro = source.mark(at + 1, '!') && !source.mark(at + 2, '=');
            if let Some(word @ ("todo" | "unimplemented" | "dbg")) = source.word(at)
                && is_macro
            {
                found.push(source.finding(token.line, format!("`{word}!` is for drafts")));
            }
        }
    }
    found
}

#[test]
fn files_are_short() {
    tidy(too_long);
}

#[test]
fn long_files_are_found() {
    let line = "fn f() {}\n";
    finds(too_long, "src/engine/mod.rs", &line.repeat(MOST_LINES), &[]);
    finds(too_long, "src/engine/mod.rs", &line.repeat(MOST_LINES + 1), &[MOST_LINES + 1]);
    let tested = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", line.repeat(MOST_LINES), line.repeat(500));
    finds(too_long, "src/engine/mod.rs", &tested, &[]);
}

#[test]
fn files_have_names_that_say_something() {
    tidy(empty_names);
}

#[test]
fn empty_names_are_found() {
    for path in ["src/engine/utils.rs", "src/helpers/mod.rs", "tests/common/mod.rs", "src/chat/manager.rs"] {
        finds(empty_names, path, "", &[1]);
    }
    finds(empty_names, "src/engine/outbox.rs", "", &[]);
}

#[test]
fn every_file_says_what_it_is_for() {
    tidy(undocumented);
}

#[test]
fn silent_files_are_found() {
    finds(undocumented, "src/engine/mod.rs", "use a::b;\n//! too late\n", &[1]);
    finds(undocumented, "src/engine/mod.rs", "//! The engine.\n", &[]);
}

#[test]
fn lints_are_expected_and_not_allowed() {
    tidy(lifted_lints);
}

#[test]
fn allowed_lints_are_found() {
    finds(lifted_lints, "src/a.rs", "#[allow(dead_code)]\nfn f() {}\n#![allow(unused)]", &[1, 3]);
    finds(lifted_lints, "src/a.rs", "#[cfg_attr(test, allow(unused))]", &[1]);
    finds(
        lifted_lints,
        "src/a.rs",
        "#[expect(dead_code, reason = \"allow(me)\")]\nfn allow(x: u8) {}\nlet y = [allow(1)];",
        &[],
    );
}

#[test]
fn nothing_is_left_unfinished() {
    tidy(unfinished);
}

#[test]
fn drafts_are_found() {
    finds(unfinished, "src/a.rs", "fn f() { todo!() }\nfn g() { dbg!(x); unimplemented!() }", &[1, 2, 2]);
    finds(unfinished, "src/a.rs", "// todo!\nlet s = \"todo!\"; if todo != 1 {}", &[]);
}
