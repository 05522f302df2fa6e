//! Steps that stand in files of their own: what they are read as, which files may be included, and where mistakes are.

use std::collections::BTreeMap;

use rehearsal::base::diag::{Diagnostic, Paint, Source, render};
use rehearsal::report::Exit;
use rehearsal::scenario::include::{Library, Refusal};
use rehearsal::scenario::{Scenario, load_rows};

use super::toy::{TOY, assert_shown};
use crate::support::program::{folder, rehearsal};

/// Files by their paths.
struct Shelf(BTreeMap<&'static str, &'static str>);

impl Library for Shelf {
    fn read(&self, folder: &str, path: &str) -> Result<Source, Refusal> {
        let whole = if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
        let text = self.0.get(&*whole).ok_or_else(|| Refusal::Unreadable("it is not there".to_owned()))?;
        Ok(Source { name: whole.into(), text: (*text).into() })
    }
}

const HEAD: &str = "platform: livechat\ncustomers: {alice: {}}\n";
const EXPECT: &str = "  - expect: {event: incoming_chat}\n";

fn read(steps: &str, files: &[(&'static str, &'static str)]) -> Result<Vec<Scenario>, Vec<Diagnostic>> {
    load_rows(&format!("{HEAD}{steps}{EXPECT}"), &[TOY], &Shelf(files.iter().copied().collect()))
}

/// The lines of a scenario's steps, and the steps.
fn steps(scenario: &Scenario) -> Vec<(usize, &str)> {
    scenario.steps.iter().map(|step| (step.place.line, step.source.as_str())).collect()
}

/// Files, codes and lines of all problems.
fn problems(read: Result<Vec<Scenario>, Vec<Diagnostic>>) -> Vec<(String, &'static str, usize)> {
    let row = |problem: &Diagnostic| {
        let file = problem.within.as_ref().map_or(String::new(), |source| source.name.to_string());
        (file, problem.rule.code, problem.place.line)
    };
    read.err().unwrap_or_default().iter().map(row).collect()
}

#[test]
fn the_steps_of_a_file_are_played_where_it_is_included() {
    let files = [
        ("parts/greet.steps", "steps:\n- start_chat: {as: alice}\n- include: more/say.steps\n"),
        ("parts/more/say.steps", "steps: [{say: {as: alice, text: Hi}}]\n"),
    ];
    let read = read("steps:\n  - include: ./parts//greet.steps\n  - wait: 1m\n", &files).unwrap();
    assert_eq!(
        steps(&read[0]),
        [
            (4, "start_chat: {as: alice}  # parts/greet.steps:2"),
            (4, "say: {as: alice, text: Hi}  # parts/more/say.steps:1"),
            (5, "wait: 1m"),
            (6, "expect: {event: incoming_chat}"),
        ]
    );
}

#[test]
fn rows_of_examples_are_filled_into_included_steps() {
    let files = [("greet.steps", "steps: [{start_chat: {as: alice, text: \"${text}\"}}]")];
    let rows = read("examples: [{text: Hi}, {text: Hello}]\nsteps:\n  - include: greet.steps\n", &files).unwrap();
    let texts: Vec<&str> = rows.iter().map(|row| row.steps[0].source.as_str()).collect();
    assert_eq!(
        texts,
        ["start_chat: {as: alice, text: Hi}  # greet.steps:1", "start_chat: {as: alice, text: Hello}  # greet.steps:1",]
    );
}

#[test]
fn mistakes_are_told_in_the_file_they_are_in() {
    let text = format!(
        "{HEAD}steps:\n  - include: a.steps\n  - include: none.steps\n  - say: {{as: alcie, text: Hi}}\n{EXPECT}"
    );
    let files = [
        ("a.steps", "steps:\n  - start_chat: {as: alice}\n  - include: b.steps\n  - wiat: 1m\n"),
        ("b.steps", "# one more line\nname: B\nsteps: [{say: {as: bob, text: Hi}}]\n"),
    ];
    let found = load_rows(&text, &[TOY], &Shelf(files.into_iter().collect())).unwrap_err();
    let source = Source { name: "scenario.yaml".into(), text: text.as_str().into() };
    assert_shown("include", &render(&source, &found, Paint::Plain));
}

#[test]
fn only_files_of_steps_within_the_folder_are_included() {
    let check = |path: &str, expected: &str| {
        let found = read(&format!("steps:\n  - start_chat: {{as: alice}}\n  - include: {path}\n"), &[]).unwrap_err();
        let found: Vec<&str> = found.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(found, [expected]);
    };
    let because = |path: &str, why: &str| format!("`{path}` cannot be included, because {why}");
    check("../a.steps", &because("../a.steps", "it leads out of its folder"));
    check("a/../../b.steps", &because("a/../../b.steps", "it leads out of its folder"));
    check("/etc/passwd", &because("/etc/passwd", "it is not a path from here, with `/` between its parts"));
    check("'C:\\a'", &because("C:\\a", "it is not a path from here, with `/` between its parts"));
    check("./", &because("./", "it names no file"));
    check("''", &because("", "it names no file"));
    check("none", &because("none", "of this: it is not there"));
    check("[a]", "a list stands here, but text is wanted");
}

#[test]
fn a_file_includes_itself_in_no_way() {
    let start = "steps:\n  - start_chat: {as: alice}\n  - include: a\n";
    let file = |name: &str| (name.to_owned(), "E0116", 1);
    assert_eq!(problems(read(start, &[("a", "steps: [{include: a}]")])), [file("a")]);
    let circle = [("a", "steps: [{include: b}]"), ("b", "steps: [{include: a}]")];
    assert_eq!(problems(read(start, &circle)), [file("b")]);
}

#[test]
fn depth_and_number_of_files_are_limited() {
    const NAMES: [&str; 9] = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    const NEXT: [&str; 9] = [
        "steps: [{include: b}]",
        "steps: [{include: c}]",
        "steps: [{include: d}]",
        "steps: [{include: e}]",
        "steps: [{include: f}]",
        "steps: [{include: g}]",
        "steps: [{include: h}]",
        "steps: [{include: i}]",
        "steps: []",
    ];
    let files: Vec<_> = NAMES.into_iter().zip(NEXT).collect();
    let from = |name: &str| format!("steps:\n  - start_chat: {{as: alice}}\n  - include: {name}\n");
    assert_eq!(problems(read(&from("a"), &files)), [("h".to_owned(), "E0116", 1)]);
    assert_eq!(problems(read(&from("b"), &files)), []);
    let many = format!("steps:\n  - start_chat: {{as: alice}}\n{}", "  - include: i\n".repeat(201));
    assert_eq!(problems(read(&many, &files)), [(String::new(), "E0116", 205)]);
}

#[test]
fn a_file_that_is_no_list_of_steps_is_told_so() {
    let check = |text: &'static str, code: &'static str| {
        let found = problems(read("steps:\n  - start_chat: {as: alice}\n  - include: a\n", &[("a", text)]));
        assert_eq!(found.iter().map(|(file, code, _)| (file.as_str(), *code)).collect::<Vec<_>>(), [("a", code)]);
    };
    check("", "E0006");
    check("steps: [", "E0001");
    check("- wait: 1m", "E0103");
    check("{}", "E0102");
    check("platform: livechat\nsteps: []", "E0101");
}

const SCENARIO: &str = "platform: imichat\ncustomers: {ada: {}}\nsteps:\n  - include: parts/chat.steps\n";
const CHAT: &str =
    "steps:\n  - start_chat: {as: ada, text: Hi}\n  - call: {route: list_teams, answer: {status: 200}}\n";

#[tokio::test(flavor = "multi_thread")]
async fn files_are_included_from_the_folder_of_the_scenario() {
    let folder = folder("include");
    std::fs::create_dir(folder.join("parts")).unwrap();
    std::fs::write(folder.join("a.yaml"), SCENARIO).unwrap();
    std::fs::write(folder.join("parts/chat.steps"), CHAT).unwrap();
    let played = rehearsal(&["run", folder.to_str().unwrap(), "--port", "0", "--seed", "7", "--bot", "builtin"]).await;
    assert_eq!(played.exit, Exit::Met, "{}{}", played.out, played.err);

    std::fs::write(folder.join("parts/chat.steps"), CHAT.replace("as: ada", "as: bob")).unwrap();
    let checked = rehearsal(&["check", folder.to_str().unwrap(), "--format", "json"]).await;
    let rows: serde_json::Value = serde_json::from_str(&checked.out).unwrap();
    let file = folder.join("parts/chat.steps");
    assert_eq!(checked.exit, Exit::Invalid);
    assert_eq!((rows[0]["file"].as_str(), rows[0]["line"].as_u64()), (file.to_str(), Some(2)), "{rows}");
}

#[cfg(unix)]
#[tokio::test]
async fn no_link_leads_out_of_the_folder() {
    let folder = folder("include-link");
    let (inner, parts) = (folder.join("inner"), folder.join("inner/parts"));
    std::fs::create_dir_all(&parts).unwrap();
    std::fs::write(inner.join("a.yaml"), SCENARIO).unwrap();
    let check = async |target: &str, expected: &str| {
        let link = parts.join("chat.steps");
        let _ = std::fs::remove_file(&link);
        std::os::unix::fs::symlink(target, &link).unwrap();
        let checked = rehearsal(&["check", inner.to_str().unwrap()]).await;
        assert!(checked.out.contains(expected), "{target}: {}", checked.out);
    };
    std::fs::write(folder.join("outside.steps"), CHAT).unwrap();
    std::fs::write(inner.join("inside.steps"), CHAT).unwrap();
    check("../../outside.steps", "because a link leads out of the folder").await;
    check("/dev/null", "because a link leads out of the folder").await;
    check("..", "because it is not a file").await;
    check("../inside.steps", "no mistakes").await;
}
