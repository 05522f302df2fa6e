//! `run --journal` and `report`: what was written is told again as the run told it, byte for byte.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rehearsal::report::Exit;

use crate::support::program::{Ran, folder, rehearsal};
use crate::support::receiver::nobody;

/// The forms in which a run is told into files.
const FORMS: [&str; 4] = ["junit", "json", "tap", "html"];

/// A chat at a bot that answers, with texts and bodies that are hard to keep.
const CHAT: &str = "platform: livechat
name: NAME
setup: {bots: [{name: b, webhooks: {url: \"${bot}/livechat\", actions: [incoming_chat, incoming_event]}}]}
customers: {alice: {name: \"עליזה <b>\"}}
steps:
  - start_chat: {as: alice, text: \"שלום\\n<script>alert(1)</script> \\u202e\"}
  - expect: {message: {from: bot}, within: 3s}
";

/// Scenarios of every outcome: passed, failed, refused, cut off, skipped.
fn scenarios(name: &str) -> PathBuf {
    let folder = folder(name);
    let write = |file: &str, name: &str, more: &str| {
        std::fs::write(folder.join(file), CHAT.replace("NAME", name) + more).unwrap();
    };
    write("a.yaml", "It passes", "  - wait: 1h30m\n");
    write("b.yaml", "It fails", "  - expect: {message: {from: bot, text: {equals: never}}, within: 100ms}\n");
    write("c.yaml", "It is refused", "  - close: {by: alice}\n  - close: {by: alice}\n");
    write("d.yaml", "It is cut off", "  - expect: {message: {from: bot, text: {equals: never}}, within: 1m}\n");
    write("e.yaml", "It is skipped\nskip: not yet", "");
    write("f.yaml", "Rows\nexamples: [{a: \"1\"}, {a: \"2\"}]", "  - say: {as: alice, text: \"${a}\"}\n");
    folder
}

fn reports(folder: &Path, prefix: &str) -> String {
    let report = |form: &&str| format!("{form}={}", folder.join(format!("{prefix}.{form}")).display());
    FORMS.iter().map(report).chain(["github".to_owned()]).collect::<Vec<_>>().join(",")
}

/// Runs scenarios and tells the run again from its journal; gives both.
async fn twice(folder: &Path, paths: &Path, flags: &[&str], telling: &[&str]) -> (Ran, Ran) {
    let journal = folder.join("out/run.jsonl");
    let (first, second) = (reports(folder, "run"), reports(folder, "again"));
    let (paths, journal) = (paths.to_str().unwrap(), journal.to_str().unwrap());
    let words = ["run", paths, "--port", "0", "--journal", journal, "--report", &first];
    let ran = rehearsal(&[&words[..], flags, telling].concat()).await;
    let told = rehearsal(&[&["report", journal, "--report", &second], telling].concat()).await;
    for form in FORMS {
        let read = |prefix: &str| std::fs::read_to_string(folder.join(format!("{prefix}.{form}"))).unwrap();
        assert!(read("run") == read("again"), "{form} differs in {}", folder.display());
    }
    assert_eq!(told.out, ran.out);
    assert_eq!(told.exit, ran.exit, "{}", told.err);
    (ran, told)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_told_again_as_it_was() {
    let folder = scenarios("record");
    let flags = ["--bot", "builtin", "--seed", "7", "--timeout", "2s", "--repeat", "2", "--jobs", "4"];
    let (ran, told) = twice(&folder, &folder, &flags, &[]).await;
    assert_eq!((ran.exit, told.err.as_str()), (Exit::Missed, ""));
    let all = "14 scenarios: 6 passed, 4 failed, 2 could not be played, 2 skipped";
    assert!(ran.out.contains(all), "{all} is not in\n{}", ran.out);
    for part in ["act not possible", "it took longer than --timeout 2s", "skipped: not yet", "Rows [a=2] (2 of 2)"] {
        assert!(ran.out.contains(part), "{part} is not in\n{}", ran.out);
    }
    for telling in [["--detail", "failures"], ["--format", "json"]] {
        twice(&folder, &folder.join("b.yaml"), &["--bot", "builtin:broken"], &telling).await;
    }
    twice(&folder, &folder.join("b.yaml"), &["--bot", "builtin", "--clock", "x60"], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bundled_scenarios_are_told_again_as_they_were() {
    let folder = folder("record-bundled");
    let (ran, _) = twice(&folder, Path::new("scenarios"), &["--bot", "builtin"], &[]).await;
    assert_eq!(ran.exit, Exit::Met, "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_is_not_whole_is_told_as_far_as_it_goes() {
    let folder = scenarios("record-cut");
    let (journal, json) = (folder.join("run.jsonl"), folder.join("again.json"));
    let (path, into) = (journal.to_str().unwrap(), format!("json={}", json.display()));
    let words = ["run", folder.to_str().unwrap(), "--port", "0", "--bot", "builtin", "--filter", "a.yaml"];
    rehearsal(&[&words[..], &["--journal", path]].concat()).await;
    let whole = std::fs::read_to_string(&journal).unwrap();
    let check = async |text: &str, exit: Exit, out: &str, err: &str| {
        std::fs::write(&journal, text).unwrap();
        let _ = std::fs::remove_file(&json);
        let told = rehearsal(&["report", path, "--report", &into]).await;
        assert_eq!(told.exit, exit, "{}", told.err);
        assert!(told.out.contains(out), "{out} is not in\n{}", told.out);
        assert!(told.err.contains(err), "{err} is not in\n{}", told.err);
        assert_eq!(json.exists(), exit != Exit::Invalid, "reports are written of what is a journal only");
    };
    check(&whole, Exit::Met, "1 scenario: 1 passed", "").await;
    let end = whole.lines().count();
    let cut = &whole[..whole.len() - 9];
    let broken = format!("it breaks off after line {}; 1 of 1 scenarios are whole", end - 1);
    check(cut, Exit::CouldNotRun, "1 scenario: 1 passed", &broken).await;
    let cut = &whole[..whole.len() / 2];
    let line = cut.lines().count() - 1;
    let broken = format!("its journal breaks off after line {line}");
    check(cut, Exit::CouldNotRun, &broken, &format!("run.jsonl: it breaks off after line {line}; 0 of 1")).await;
    check(&(whole.clone() + "more\n"), Exit::CouldNotRun, "1 passed", &format!("line {} is not JSON", end + 1)).await;
    check("", Exit::Invalid, "", "run.jsonl: it is empty").await;
    check("# notes\n", Exit::Invalid, "", "line 1 is not JSON").await;
    check("{\"version\":1}\n", Exit::Invalid, "", "rehearsal run --journal FILE").await;
    check(&whole.replacen("\"version\":1", "\"version\":9", 1), Exit::Invalid, "", "of version 9").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_or_written_is_told() {
    let folder = scenarios("record-paths");
    let check = async |words: &[&str], exit: Exit, part: &str| {
        let told = rehearsal(words).await;
        assert_eq!((told.exit, told.out.as_str()), (exit, ""), "{words:?}: {}", told.err);
        assert!(told.err.contains(part), "{part} is not in {}", told.err);
    };
    check(&["report", "no/such.jsonl"], Exit::Invalid, "failed to read no/such.jsonl: No such file").await;
    check(&["report", folder.to_str().unwrap()], Exit::Invalid, "failed to read").await;
    check(&["report"], Exit::Invalid, "<FILE>").await;
    let journal = folder.join("run.jsonl");
    let path = journal.to_str().unwrap();
    let file = folder.join("a.yaml");
    let words = ["run", file.to_str().unwrap(), "--port", "0", "--bot", "builtin", "--journal", path];
    rehearsal(&words).await;
    let written = std::fs::read(&journal).unwrap();
    check(&["report", path, "--report", &format!("tap={path}")], Exit::Invalid, "more than one").await;
    check(&["report", path, "--report", &format!("tap={path}/x")], Exit::CouldNotRun, "failed to write").await;
    check(&[&words[..], &["--report", &format!("tap={path}")]].concat(), Exit::Invalid, "more than one").await;
    let (_held, gone) = nobody();
    let bot = format!("http://{gone}");
    check(&[&words[..4], &["--bot", &bot, "--journal", path]].concat(), Exit::CouldNotRun, "does not listen").await;
    assert_eq!(std::fs::read(&journal).unwrap(), written, "what was recorded is still there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_costs_only_the_journal() {
    let folder = scenarios("record-full");
    let file = folder.join("a.yaml");
    let words = ["run", file.to_str().unwrap(), "--port", "0", "--bot", "builtin", "--journal", "/dev/full"];
    let ran = rehearsal(&words).await;
    assert_eq!(ran.exit, Exit::CouldNotRun, "{}", ran.err);
    assert!(ran.err.contains("error: failed to write /dev/full: No space left on device"), "{}", ran.err);
    assert!(ran.out.contains("1 scenario: 1 passed"), "{}", ran.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_comes_through_a_pipe_too() {
    let folder = scenarios("record-pipe");
    let (file, journal) = (folder.join("a.yaml"), folder.join("run.jsonl"));
    let words = ["run", file.to_str().unwrap(), "--port", "0", "--bot", "builtin", "--journal"];
    let ran = rehearsal(&[&words[..], &[journal.to_str().unwrap()]].concat()).await;
    let told = Command::new(env!("CARGO_BIN_EXE_rehearsal"))
        .args(["report", "-"])
        .stdin(Stdio::from(std::fs::File::open(&journal).unwrap()))
        .output()
        .unwrap();
    assert_eq!(told.status.code(), Some(0));
    assert_eq!(String::from_utf8(told.stdout).unwrap(), ran.out);
}
