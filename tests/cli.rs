//! The command line as its users see it: help, and the commands that need neither a bot nor a port.
//!
//! What they say is kept in snapshots, so that every change of a word is seen. The vendor is the toy of these tests: what
//! the real vendors' tables hold is for tests of those vendors.

use std::fs;
use std::path::{Path, PathBuf};

use rehearsal::base::diag::Paint;
use rehearsal::cli::{self, Command, Look, Terminal};
use rehearsal::report::Exit;
use serde_json::Value;

use crate::support::shown::assert_shown;
use crate::support::toy::TOY;

/// What a command wrote, and how it ended.
struct Done {
    out: String,
    err: String,
    exit: Exit,
}

impl Done {
    /// All of it as one text.
    fn shown(&self) -> String {
        let Self { out, err, exit } = self;
        format!("exit {}\n--- stdout\n{out}--- stderr\n{err}", exit.number())
    }
}

/// Does what a command line says, as the program does for commands that only look things up.
fn rehearsal(words: &[&str]) -> Done {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut terminal = Terminal { out: &mut out, err: &mut err, paint: Paint::Plain };
    let words = std::iter::once("rehearsal").chain(words.iter().copied()).map(Into::into);
    let exit = match cli::parse(words) {
        Ok(cli) => match cli.command {
            Command::Look(look) => self::look(&look, &mut terminal),
            other => panic!("{other:?} needs a bot or a port"),
        },
        Err(stopped) => stopped.tell(&mut terminal).expect("a buffer takes everything"),
    };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("what is written is text");
    Done { out: text(out), err: text(err), exit }
}

fn look(command: &Look, terminal: &mut Terminal<'_>) -> Exit {
    cli::look(command, &[TOY], terminal).expect("a buffer takes everything")
}

/// Compares what the user is shown with the snapshot of this name.
fn assert_cli(name: &str, shown: &str) {
    assert_shown(&format!("cli_{name}"), shown);
}

/// A folder of its own for one test, empty.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if path.exists() {
        fs::remove_dir_all(&path).expect("the folder is this test's own");
    }
    fs::create_dir_all(&path).expect("the folder for tests can be written");
    path
}

const SOUND: &str = "\
platform: toy
customers: {alice: {}}
steps:
  - start_chat: {as: alice, text: Hi}
  - expect: {event: note}
";

/// What `--help` writes, on a terminal of a width that does not depend on who runs the tests.
fn help(words: &[&str]) -> String {
    let words = std::iter::once("rehearsal").chain(words.iter().copied());
    cli::command().term_width(100).try_get_matches_from(words).expect_err("help is asked for").render().to_string()
}

#[test]
fn help_tells_how_to_begin() {
    assert_cli("help", &help(&["--help"]));
    assert_cli("help_short", &help(&["-h"]));
}

#[test]
fn every_command_has_help() {
    for command in ["run", "serve", "check", "list", "explain"] {
        assert_cli(&format!("help_{command}"), &help(&[command, "--help"]));
    }
}

#[test]
fn help_is_data() {
    for words in [&["--help"][..], &["help"], &["run", "--help"]] {
        let done = rehearsal(words);
        assert_eq!((done.exit, done.err.as_str()), (Exit::Met, ""), "{words:?}");
        assert!(done.out.contains("Usage: rehearsal"), "{}", done.out);
    }
}

#[test]
fn the_version_is_the_packages() {
    let done = rehearsal(&["--version"]);
    assert_eq!(done.out, concat!("rehearsal ", env!("CARGO_PKG_VERSION"), "\n"));
    assert_eq!(done.exit, Exit::Met);
}

#[test]
fn a_wrong_command_line_is_told_on_stderr() {
    let check = |words: &[&str], says: &str| {
        let done = rehearsal(words);
        assert_eq!((done.exit, done.out.as_str()), (Exit::Invalid, ""), "{words:?}");
        assert!(done.err.contains(says), "{says:?} is not in\n{}", done.err);
    };
    check(&[], "Usage: rehearsal");
    check(&["rnu", "x.yaml"], "unrecognized subcommand");
    check(&["chek", "x.yaml"], "check");
    check(&["run"], "<PATH>");
    check(&["run", "x.yaml", "--bot", "https://bot.example.com"], "plain http");
    check(&["run", "x.yaml", "--report", "html=x"], "`junit` and `json`");
    check(&["run", "x.yaml", "--jobs", "0"], "--jobs");
    check(&["run", "x.yaml", "--allow-host", "http://x"], "without scheme");
    check(&["serve", "--port", "65536"], "65535");
    check(&["list", "code"], "codes");
    check(&["check", "x.yaml", "--format", "xml"], "json");
    check(&["explain", "a", "b", "c"], "no more were expected");
}

#[test]
fn everything_can_be_listed() {
    for what in ["platforms", "routes", "codes", "events", "acts", "faults", "diagnostics"] {
        let done = rehearsal(&["list", what]);
        assert_eq!((done.exit, done.err.as_str()), (Exit::Met, ""), "{what}");
        assert_cli(&format!("list_{what}"), &done.out);
    }
}

#[test]
fn lists_are_json_on_demand() {
    for what in ["platforms", "routes", "codes", "events", "acts", "faults", "diagnostics"] {
        let text = rehearsal(&["list", what]).out;
        let json: Value = serde_json::from_str(&rehearsal(&["list", what, "--format", "json"]).out).unwrap();
        assert_eq!(json.as_array().map(Vec::len), Some(text.lines().count()), "{what}");
    }
    assert_cli("list_codes_json", &rehearsal(&["list", "codes", "--format", "json"]).out);
    assert_cli("list_acts_json", &rehearsal(&["list", "acts", "--format", "json"]).out);
}

#[test]
fn a_list_can_be_of_one_platform() {
    assert_eq!(rehearsal(&["list", "codes", "--platform", "toy"]).out, rehearsal(&["list", "codes"]).out);
    let done = rehearsal(&["list", "codes", "--platform", "tyo"]);
    assert_eq!((done.exit, done.out.as_str()), (Exit::Invalid, ""));
    assert_eq!(done.err, "error: `tyo` is no platform; did you mean `toy`?\n");
}

#[test]
fn words_are_explained() {
    let check = |words: &[&str]| {
        let done = rehearsal(&[&["explain"], words].concat());
        assert_eq!((done.exit, done.err.as_str()), (Exit::Met, ""), "{words:?}");
        assert_cli(&format!("explain_{}", words.join("_").replace("_--format", "")), &done.out);
    };
    check(&["E0103"]);
    check(&["toy"]);
    check(&["toy", "broken"]);
    check(&["note"]);
    check(&["toy", "answer"]);
    check(&["hold"]);
    check(&["start_chat"]);
    check(&["expect"]);
    check(&["duplicate"]);
    check(&["toy", "no_key", "--format", "json"]);
}

#[test]
fn a_word_of_a_platform_needs_no_platform() {
    for word in ["broken", "answer", "note", "hold"] {
        assert_eq!(rehearsal(&["explain", word]).out, rehearsal(&["explain", "toy", word]).out, "{word}");
    }
    assert_eq!(rehearsal(&["explain", "e0103"]).out, rehearsal(&["explain", "E0103"]).out);
}

#[test]
fn every_listed_word_is_explained() {
    let columns = [("platforms", "name"), ("routes", "name"), ("codes", "code"), ("events", "name"), ("acts", "name")];
    for (what, key) in columns.into_iter().chain([("faults", "name"), ("diagnostics", "code")]) {
        let rows: Value = serde_json::from_str(&rehearsal(&["list", what, "--format", "json"]).out).unwrap();
        for row in rows.as_array().unwrap() {
            let word = row[key].as_str().unwrap();
            let done = rehearsal(&["explain", word]);
            assert_eq!(done.exit, Exit::Met, "{word}: {}", done.err);
            assert!(done.out.starts_with(&format!("{word} (")), "{}", done.out);
        }
    }
}

#[test]
fn an_unknown_word_gets_the_nearest_right_one() {
    let check = |words: &[&str], says: &str| {
        let done = rehearsal(&[&["explain"], words].concat());
        assert_eq!((done.exit, done.out.as_str()), (Exit::Invalid, ""), "{words:?}");
        assert_eq!(done.err, format!("error: {says}\n"));
    };
    check(&["strat_chat"], "`strat_chat` is no word that can be explained; did you mean `start_chat`?");
    check(&["E01003"], "`E01003` is no word that can be explained; did you mean `E0103`?");
    check(&["answr"], "`answr` is no word that can be explained; did you mean `answer`?");
    check(&["banana"], "`banana` is no word that can be explained; `rehearsal list` names what there is");
    check(&["toy", "brokn"], "`brokn` is no code, event, route or act of toy; did you mean `broken`?");
    check(&["tox", "broken"], "`tox` is no platform; did you mean `toy`?");
    check(&["a\u{1b}[31m"], "`a\\u{1b}[31m` is no word that can be explained; `rehearsal list` names what there is");
}

#[test]
fn all_mistakes_of_a_folder_are_shown() {
    let folder = folder("check-broken");
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).expect("the folder was made just now");
    write("a_sound.yaml", SOUND.as_bytes());
    write("b_words.yml", SOUND.replace("note", "noet").replace("as: alice", "as: alcie").as_bytes());
    write("c_latin1.yaml", b"platform: toy\nname: caf\xe9\n");
    write("d_syntax.yaml", b"platform: toy\nsteps: [\n");
    write("e_empty.yaml", b"");
    write("f_lacking.yaml", SOUND.replace("  - expect", "  - hold: {}\n  - expect").as_bytes());
    write("ignored.txt", b"no scenario");
    write(".hidden.yaml", b"no scenario");
    fs::create_dir(folder.join("deeper")).unwrap();
    write("deeper/g_platform.yaml", SOUND.replace("toy", "tyo").as_bytes());

    let shown = |words: &[&str]| {
        let path = folder.to_str().expect("the path is text");
        let mut words = words.to_vec();
        words.push(path);
        let done = rehearsal(&words);
        assert_eq!(done.exit, Exit::Invalid);
        done.shown().replace(path, "FOLDER").replace('\\', "/")
    };
    assert_cli("check", &shown(&["check"]));
    assert_cli("check_json", &shown(&["check", "--format", "json"]));
}

#[test]
fn sound_files_are_said_to_be_sound() {
    let folder = folder("check-sound");
    let file = folder.join("a.yaml");
    fs::write(&file, SOUND).expect("the folder was made just now");
    let (folder, file) = (folder.to_str().expect("the path is text"), file.to_str().expect("the path is text"));
    let done = rehearsal(&["check", folder, file, file]);
    assert_eq!((done.exit, done.out.as_str()), (Exit::Met, "1 file checked: no mistakes\n"), "{}", done.err);
    let done = rehearsal(&["check", file, "--format", "json"]);
    assert_eq!((done.exit, done.out.as_str()), (Exit::Met, "[]\n"), "{}", done.err);
}

#[test]
fn a_folder_without_scenarios_tests_nothing() {
    let folder = folder("check-empty");
    let done = rehearsal(&["check", folder.to_str().expect("the path is text")]);
    assert_eq!((done.exit, done.out.as_str()), (Exit::NothingTested, ""));
    assert!(done.err.contains("no scenario found"), "{}", done.err);
}

#[test]
fn a_path_that_leads_nowhere_is_a_mistake() {
    let path = folder("check-nowhere").join("gone.yaml");
    let done = rehearsal(&["check", path.to_str().expect("the path is text")]);
    assert_eq!(done.exit, Exit::Invalid);
    assert!(done.out.contains("E0010") && done.out.contains("gone.yaml"), "{}", done.out);
}
