//! What the commands say that need neither a bot nor a port.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use rehearsal::base::diag::Paint;
use rehearsal::cli::list::What;
use rehearsal::cli::{
    CheckArgs, ExplainArgs, Format, ListArgs, Look, ProblemFormat, SchemaArgs, StatusLine, TableFormat, Terminal,
    files, look, parse,
};
use rehearsal::fault::FAULTS;
use rehearsal::report::Exit;
use rehearsal::scenario::STEPS;
use rehearsal::scenario::act::ACTS;

use crate::support::toy::TOY;

struct Said {
    exit: Exit,
    out: String,
    err: String,
}

fn ask(command: &Look) -> Said {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut terminal = Terminal { out: &mut out, err: &mut err, paint: Paint::Plain, status: StatusLine::Absent };
    let exit = look(command, &[TOY], &mut terminal).expect("buffers do not fail");
    Said {
        exit,
        out: String::from_utf8(out).expect("output is text"),
        err: String::from_utf8(err).expect("output is text"),
    }
}

fn list(what: What, format: TableFormat) -> String {
    let said = ask(&Look::List(ListArgs { what, platform: None, format }));
    assert_eq!((said.exit, said.err.as_str()), (Exit::Met, ""));
    said.out
}

fn explain(words: &[&str], format: Format) -> Said {
    let words = words.iter().map(|word| (*word).to_owned()).collect();
    ask(&Look::Explain(ExplainArgs { words, format }))
}

/// A folder of its own for one test, gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("commands-{name}"));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("the folder can be made");
        Self(path)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("the path is in the folder")).expect("the folder can be made");
        fs::write(path, bytes).expect("the file can be written");
    }

    fn check(&self, names: &[&str], format: impl Into<ProblemFormat>) -> Said {
        let paths = names.iter().map(|name| self.0.join(name)).collect();
        let mut said = ask(&Look::Check(CheckArgs { paths, format: format.into() }));
        said.out = said.out.replace(&format!("{}/", self.0.display()), "");
        said
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const SOUND: &str =
    "platform: toy\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice, text: Hi}\n  - expect: {event: note}\n";

#[test]
fn a_wrong_command_line_is_told_with_the_right_word() {
    let check = |words: &[&str], exit: Exit, needle: &str| {
        let words = words.iter().map(OsString::from);
        let stopped = parse(words).expect_err("the command line is not one to act upon");
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut terminal = Terminal { out: &mut out, err: &mut err, paint: Paint::Plain, status: StatusLine::Absent };
        assert_eq!(stopped.tell(&mut terminal).unwrap(), exit);
        let said = String::from_utf8(if exit == Exit::Met { out } else { err }).unwrap();
        assert!(said.contains(needle), "{needle:?} is not in\n{said}");
    };
    check(&["rehearsal", "serv"], Exit::Invalid, "serve");
    check(&["rehearsal", "list", "rotues"], Exit::Invalid, "routes");
    check(&["rehearsal", "run"], Exit::Invalid, "<PATH>");
    check(
        &["rehearsal", "run", "x", "--report", "xml=x"],
        Exit::Invalid,
        "`junit`, `json`, `tap`, `html`, `coverage` and `github`",
    );
    check(&["rehearsal", "run", "x", "--bot", "localhost"], Exit::Invalid, "http://127.0.0.1:8080");
    check(&["rehearsal", "--version"], Exit::Met, env!("CARGO_PKG_VERSION"));
    check(&["rehearsal", "help"], Exit::Met, "Exit codes:");
}

#[test]
fn tables_are_listed_one_row_a_line() {
    for (name, what) in [
        ("platforms", What::Platforms),
        ("routes", What::Routes),
        ("codes", What::Codes),
        ("events", What::Events),
        ("acts", What::Acts),
        ("faults", What::Faults),
        ("diagnostics", What::Diagnostics),
        ("probes", What::Probes),
        ("coverage", What::Coverage),
        ("control", What::Control),
    ] {
        insta::assert_snapshot!(format!("list_{name}"), list(what, TableFormat::Human));
        let rows: serde_json::Value = serde_json::from_str(&list(what, TableFormat::Json)).unwrap();
        // A code has three ways to it, each on a line of its own.
        let lines = list(what, TableFormat::Human).lines().count() / if what == What::Codes { 4 } else { 1 };
        assert_eq!(rows.as_array().map(Vec::len), Some(lines), "{name}");
    }
}

#[test]
fn a_word_is_explained_in_all_its_meanings() {
    for words in [
        &["E0103"][..],
        &["start_chat"],
        &["fault"],
        &["wait"],
        &["duplicate"],
        &["P103"],
        &["toy"],
        &["toy", "note"],
        &["toy", "answer"],
        &["toy", "no_key"],
        &["toy", "broken"],
        &["toy", "hold"],
    ] {
        let said = explain(words, Format::Human);
        assert_eq!((said.exit, said.err.as_str()), (Exit::Met, ""), "{words:?}");
        insta::assert_snapshot!(format!("explain_{}", words.join("_")), said.out);
    }
    assert_eq!(explain(&["e0103"], Format::Human).out, explain(&["E0103"], Format::Human).out);
    let rows: serde_json::Value = serde_json::from_str(&explain(&["toy", "note"], Format::Json).out).unwrap();
    assert_eq!((&rows[0]["kind"], &rows[0]["platform"]), (&"event".into(), &"toy".into()));
}

#[test]
fn every_word_of_every_list_is_explained() {
    let lists = [
        (What::Platforms, "name"),
        (What::Routes, "name"),
        (What::Codes, "code"),
        (What::Events, "name"),
        (What::Acts, "name"),
        (What::Faults, "name"),
        (What::Diagnostics, "code"),
    ];
    for (what, key) in lists {
        let rows: serde_json::Value = serde_json::from_str(&list(what, TableFormat::Json)).unwrap();
        for row in rows.as_array().unwrap() {
            let word = row[key].as_str().unwrap();
            let said = explain(&[word], Format::Human);
            assert_eq!((said.exit, said.err.as_str()), (Exit::Met, ""), "{word}");
            assert!(said.out.starts_with(&format!("{word} (")), "{word}: {}", said.out);
        }
    }
}

#[test]
fn unknown_words_are_answered_with_the_nearest_right_one() {
    let check = |words: &[&str], needle: &str| {
        let said = explain(words, Format::Human);
        assert_eq!((said.exit, said.out.as_str()), (Exit::Invalid, ""), "{words:?}");
        assert!(said.err.contains(needle), "{needle:?} is not in {}", said.err);
    };
    check(&["strat_chat"], "did you mean `start_chat`?");
    check(&["E0013"], "did you mean `E0");
    check(&["toy", "strat_chat"], "did you mean `start_chat`?");
    check(&["toy", "nots"], "did you mean `note`?");
    check(&["tyo", "note"], "did you mean `toy`?");
    check(&["xyzzy-nothing-like-it"], "`rehearsal list`");
    check(&["\u{1b}[31m"], "\\u{1b}");
    let args = ListArgs { what: What::Codes, platform: Some("tyo".to_owned()), format: TableFormat::Human };
    let said = ask(&Look::List(args));
    assert_eq!(said.exit, Exit::Invalid);
    assert!(said.err.contains("did you mean `toy`?"), "{}", said.err);
}

#[test]
fn all_problems_of_a_folder_are_told_in_the_order_of_names() {
    let folder = Folder::new("broken");
    folder.write("a.yaml", SOUND);
    folder.write("b.yml", SOUND.replace("start_chat", "strat_chat"));
    folder.write("c/d.yaml", [b"platform: toy\n".as_slice(), b"name: \xff\n"].concat());
    folder.write("c/e.yaml", "x".repeat((1 << 20) + 1));
    folder.write("c/notes.txt", "no scenario");
    folder.write(".hidden/f.yaml", "no scenario");
    let said = folder.check(&["", "missing.yaml"], Format::Human);
    assert_eq!((said.exit, said.err.as_str()), (Exit::Invalid, ""));
    insta::assert_snapshot!("check_broken", said.out.replace(&folder.0.display().to_string(), "FOLDER"));
    let rows: serde_json::Value = serde_json::from_str(&folder.check(&["b.yml"], Format::Json).out).unwrap();
    assert_eq!((&rows[0]["code"], &rows[0]["line"]), (&"E0108".into(), &4.into()));
}

#[test]
fn problems_are_told_in_the_forms_that_code_hosts_read() {
    let folder = Folder::new("hosts");
    folder.write("a, b.yaml", SOUND.replace("start_chat", "strat_chat"));
    folder.write("c.yaml", b"name: \xff\n");
    let file = |name: &str| folder.0.join(name).display().to_string();
    let said = ask(&Look::Check(CheckArgs { paths: vec![folder.0.clone()], format: ProblemFormat::Github }));
    let lines: Vec<&str> = said.out.lines().collect();
    let escaped = file("a, b.yaml").replace(',', "%2C");
    assert_eq!(
        lines[0],
        format!(
            "::error file={escaped},line=4,col=5,title=E0108 unknown step::`strat_chat` is no step%0Adid you mean `start_chat`?"
        )
    );
    assert!(lines[1].starts_with(&format!("::error file={},line=1", file("c.yaml"))), "{}", lines[1]);
    assert_eq!((said.exit, lines.len()), (Exit::Invalid, 2));
    let said = ask(&Look::Check(CheckArgs { paths: vec![folder.0.clone()], format: ProblemFormat::Sarif }));
    let document: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let run = &document["runs"][0];
    let results = run["results"].as_array().unwrap();
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], file("a, b.yaml"));
    assert_eq!(place["region"], serde_json::json!({"startLine": 4, "startColumn": 5, "endColumn": 15}));
    assert_eq!((&document["version"], &results[0]["ruleId"]), (&"2.1.0".into(), &"E0108".into()));
    let known = |id: &serde_json::Value| {
        run["tool"]["driver"]["rules"].as_array().unwrap().iter().any(|rule| rule["id"] == *id)
    };
    assert!(results.len() == 2 && results.iter().all(|result| known(&result["ruleId"])));
}

#[test]
fn the_schema_knows_and_explains_every_step_of_every_platform() {
    let said = ask(&Look::Schema(SchemaArgs { platform: None, event: None }));
    let schema: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let step = &schema["properties"]["steps"]["items"]["properties"];
    let words = ACTS.iter().map(|act| act.name).chain(STEPS.iter().map(|step| step.name));
    for word in words {
        let shown = &step[word];
        assert!(shown["description"].as_str().is_some_and(|text| !text.is_empty()), "{word}");
        assert!(shown["type"].is_string(), "{word}: {shown}");
    }
    let branches = schema["allOf"].as_array().unwrap();
    let platforms: Vec<&str> =
        branches.iter().map(|branch| branch["if"]["properties"]["platform"]["const"].as_str().unwrap()).collect();
    assert_eq!(serde_json::json!(platforms), schema["properties"]["platform"]["enum"]);
    for fault in FAULTS {
        let seams = step["fault"]["anyOf"].as_array().unwrap();
        let deed = |seam: &serde_json::Value| seam["properties"]["do"]["properties"][fault.name].clone();
        assert!(seams.iter().any(|seam| deed(seam)["description"].is_string()), "{}", fault.name);
    }
    let url = &branches[0]["then"]["properties"]["setup"]["anyOf"][0]["properties"]["url"];
    assert_eq!(*url, serde_json::json!({"type": "string", "description": "Where notes go."}));
}

#[test]
fn sound_files_and_empty_folders_have_exit_codes_of_their_own() {
    let folder = Folder::new("sound");
    folder.write("a.yaml", SOUND);
    folder.write("empty/readme.txt", "");
    let said = folder.check(&["a.yaml"], Format::Human);
    assert_eq!((said.exit, said.out.as_str()), (Exit::Met, "1 file checked: no mistakes\n"));
    let said = folder.check(&["empty"], Format::Json);
    assert_eq!((said.exit, said.out.as_str()), (Exit::NothingTested, "[]\n"));
    assert!(said.err.contains("no scenario found"), "{}", said.err);
}

#[test]
fn a_file_is_found_once_however_often_it_is_named() {
    let folder = Folder::new("twice");
    folder.write("b.yaml", SOUND);
    folder.write("a.yaml", SOUND);
    let found = files::collect(&[folder.0.join("b.yaml"), folder.0.clone()]);
    let expected = ["b.yaml", "a.yaml"].map(|name| files::Found::File(folder.0.join(name)));
    assert_eq!(found, expected);
}
