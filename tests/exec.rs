//! `exec` and `act` as processes of their own.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Output, Stdio};

use crate::support::program::folder;

fn exec(words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rehearsal"));
    command.arg("exec").args(words).output().unwrap()
}

#[test]
fn a_command_finds_the_stand_in_and_its_exit_code_is_passed_on() {
    let check = |words: &[&str], code: i32| {
        let ended = exec(words);
        assert_eq!(ended.status.code(), Some(code), "{words:?}: {}", String::from_utf8_lossy(&ended.stderr));
        (String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap())
    };
    let (out, _) = check(&["--", "env"], 0);
    for name in
        ["REHEARSAL_URL=http://127.0.0.1:", "REHEARSAL_CONTROL_URL=http://127.0.0.1:", "REHEARSAL_CONTROL_TOKEN="]
    {
        assert!(out.contains(name), "{name} is not in\n{out}");
    }
    assert!(out.contains("TEXTER_TOKEN=texter-token"), "{out}");
    check(&["--", "sh", "-c", "exit 7"], 7);
    check(&["--", "sh", "-c", "kill -9 $$"], 137);
    let (_, err) = check(&["--", "no-such-command"], 127);
    assert!(err.contains("no-such-command"), "{err}");
    check(&["--", env!("CARGO_MANIFEST_DIR")], 126);
    check(&[], 2);
    check(&["no/such/file.yaml", "--", "true"], 2);
}

#[test]
fn act_plays_steps_in_a_world_of_the_stand_in() {
    let act = env!("CARGO_BIN_EXE_rehearsal");
    let check = |script: &str, code: i32, needle: &str| {
        let tenant = "scenarios/livechat/quick_replies.yaml";
        let ended =
            exec(&[tenant, "--bot", "builtin", "--", "sh", "-c", &script.replace("act ", &format!("{act} act "))]);
        let said = format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
        assert_eq!(ended.status.code(), Some(code), "{script}: {said}");
        assert!(said.contains(needle), "{needle:?} is not in\n{said}");
    };
    let hi = "act livechat 'start_chat: {as: dana, text: Hello}'";
    check(&format!("{hi} && act livechat 'expect: {{message: {{from: bot}}}}'"), 0, "met\nmet\n");
    check(&format!("{hi}; act livechat 'expect: {{message: {{from: bot, text: No}}, within: 10ms}}'"), 1, "text: No");
    check("act livechat 'sya: {as: dana}'", 2, "1:1 E0108");
    check("act nowhere 'wait: 1s'", 2, "no world `nowhere`");
    check("act ../x 'wait: 1s'", 2, "no id of a world");
    check("act livechat 'wait: 1s' --token wrong", 3, "token");
    check("act livechat 'wait: 1s' --control http://127.0.0.1:1", 3, "rehearsal serve");
    check("env -u REHEARSAL_CONTROL_TOKEN act livechat 'wait: 1s'", 2, "--token");
    check("act livechat 'wait: 1s' --ports-file no/such/file", 3, "no/such/file");
}

#[test]
fn signals_are_passed_on() {
    let into = folder("exec");
    let script = "trap 'kill $!; echo bye; exit 9' TERM; sleep 60 & echo ready; wait";
    let mut child = Command::new(env!("CARGO_BIN_EXE_rehearsal"))
        .args(["exec", "--", "sh", "-c", script])
        .current_dir(into)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(9));
    line.clear();
    out.read_to_string(&mut line).unwrap();
    assert_eq!(line, "bye\n");
}

#[test]
fn fixtures_give_every_test_a_world_of_its_own() {
    for command in [["node", "--test", "tests/fixtures/"].as_slice(), &["sh", "tests/fixtures/chats.sh"]] {
        let listing =
            "curl -sS -H \"Authorization: Bearer $REHEARSAL_CONTROL_TOKEN\" \"$REHEARSAL_CONTROL_URL/worlds\"";
        let script = format!("\"$@\" >&2 && {listing}");
        let ended = exec(&[&["--bot", "builtin", "--", "sh", "-c", &script, "sh"], command].concat());
        assert!(ended.status.success(), "{command:?}: {}", String::from_utf8_lossy(&ended.stderr));
        let left: Vec<serde_json::Value> = serde_json::from_slice(&ended.stdout).unwrap();
        let left: Vec<_> = left.iter().map(|world| world["id"].as_str().unwrap()).collect();
        assert_eq!(left, ["imichat", "livechat", "texter"], "{command:?}");
    }
}

#[test]
fn fixtures_are_short_enough_to_be_copied() {
    let there = std::fs::read_dir("tests/fixtures").unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = there.filter(|path| path.is_file()).collect();
    assert_eq!(files.len(), 3, "{files:?}");
    for path in files {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines < 60, "{}: {lines} lines", path.display());
    }
}
