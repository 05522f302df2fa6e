//! Runs that do not end as they were to: interrupted by a signal, or left by their bot.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};

use rehearsal::report::Exit;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::program::{folder, rehearsal};
use crate::support::receiver::{Line, OK, Receiver};

const CHAT: &str = "platform: livechat
name: NAME
setup: {bots: [{name: b, webhooks: {url: \"${bot}/livechat\", actions: [incoming_chat, incoming_event]}}]}
customers: {alice: {}}
steps:
  - start_chat: {as: alice, text: Hi}
  - expect: {event: incoming_chat, delivered: true}
  - say: {as: alice, text: Anybody?}
  - expect: {message: {from: bot}, within: LIMIT}
";

/// A run in a process of its own, which does not outlive a test that fails.
struct Run {
    child: Child,
    err: BufReader<ChildStderr>,
}

impl Run {
    fn start(folder: &Path, bot: &str, port: &str) -> Self {
        let report = format!("json={}", folder.join("run.json").display());
        let journal = folder.join("run.jsonl");
        let more = ["--report", &report, "--journal", journal.to_str().unwrap()];
        Self::of("run", folder, &[&["--bot", bot, "--port", port], &more[..]].concat())
    }

    /// A command about these scenarios.
    fn of(command: &str, path: &Path, more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rehearsal"))
            .args([command, path.to_str().unwrap()])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let err = BufReader::new(child.stderr.take().unwrap());
        Self { child, err }
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// The next line on stderr.
    fn remark(&mut self) -> String {
        let mut line = String::new();
        self.err.read_line(&mut line).unwrap();
        line
    }

    /// The exit code and stdout, once it has ended.
    fn end(mut self) -> (Option<i32>, String) {
        let mut out = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        (self.child.wait().unwrap().code(), out)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Two scenarios, of which the first waits for its bot.
fn scenarios(name: &str, limit: &str) -> PathBuf {
    let folder = folder(name);
    for name in ["first", "second"] {
        let text = CHAT.replace("NAME", name).replace("LIMIT", limit);
        std::fs::write(folder.join(format!("{name}.yaml")), text).unwrap();
    }
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_a_run_with_what_is_known() {
    for signal in ["INT", "TERM"] {
        let folder = scenarios(&format!("interrupt-{signal}"), "10m");
        let mut receiver = Receiver::start([Line::Answer(OK), Line::Hang]).await;
        let mut run = Run::start(&folder, &format!("http://{}", receiver.address), "0");
        assert!(receiver.request().await.contains("incoming_chat"));
        // The bot hangs on what comes next, so the run is under way.
        assert!(receiver.request().await.contains("incoming_event"));
        run.signal(signal);
        assert_eq!(run.remark(), "interrupted; this is what is known so far (once more ends at once)\n");
        let (code, out) = run.end();
        assert_eq!(code, Some(3), "{out}");
        for part in [
            "incoming_chat → ${bot}/livechat · 200",
            "the run was interrupted while it was played",
            "not played: the run was interrupted before it began",
            "2 scenarios: 1 could not be played, 1 not played",
        ] {
            assert!(out.contains(part), "{part} is not in\n{out}");
        }
        let report: Value = serde_json::from_slice(&std::fs::read(folder.join("run.json")).unwrap()).unwrap();
        let statuses = [&report["scenarios"][0]["status"], &report["scenarios"][1]["status"]];
        assert_eq!((statuses, &report["exit_code"]), ([&"errored".into(), &"unplayed".into()], &3.into()));
        let told = rehearsal(&["report", folder.join("run.jsonl").to_str().unwrap()]).await;
        assert_eq!((told.exit, told.out, told.err), (Exit::CouldNotRun, out, String::new()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_a_run_at_once() {
    let folder = scenarios("interrupt-twice", "10m");
    let mut receiver = Receiver::start([Line::Answer(OK), Line::Hang]).await;
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut run = Run::start(&folder, &format!("http://{}", receiver.address), &port.to_string());
    assert!(receiver.request().await.contains("incoming_chat"));
    // A call that never ends keeps the run from ending in good order.
    let mut call = TcpStream::connect(("127.0.0.1", port)).unwrap();
    call.write_all(
        b"POST /v3.6/agent/action/list_chats HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 9\r\n\r\n",
    )
    .unwrap();
    let mut answer = [0; 12];
    call.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100", "the call is under way");
    run.signal("INT");
    assert!(run.remark().starts_with("interrupted"));
    run.signal("INT");
    let (code, out) = run.end();
    assert_eq!(code, Some(3), "{out}");
    assert!(!out.contains("2 scenarios"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_a_search_that_has_not_begun() {
    let folder = scenarios("interrupt-search", "10m");
    let mut receiver = Receiver::start([Line::Answer(OK), Line::Hang]).await;
    let bot = format!("http://{}", receiver.address);
    let mut search = Run::of("explore", &folder.join("first.yaml"), &["--bot", &bot, "--port", "0"]);
    assert!(receiver.request().await.contains("incoming_chat"));
    assert!(receiver.request().await.contains("incoming_event"));
    search.signal("INT");
    assert_eq!(search.remark(), "interrupted before anything was explored\n");
    assert_eq!(search.end(), (Some(3), String::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_dies_fails_the_run_and_is_missed() {
    let folder = scenarios("interrupt-death", "100ms");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let bot = format!("http://{}", listener.local_addr().unwrap());
    let dies = tokio::spawn(async move {
        // The first connection only asks whether anybody is there.
        listener.accept().await.unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();
        assert_ne!(stream.read(&mut [0; 1024]).await.unwrap(), 0);
        drop(listener);
        stream.write_all(OK.as_bytes()).await.unwrap();
    });
    let ran = rehearsal(&["run", folder.to_str().unwrap(), "--port", "0", "--bot", &bot]).await;
    assert_eq!(ran.exit, Exit::Missed, "{}{}", ran.out, ran.err);
    let crashed = format!("the bot does not listen at {bot} any more; has it crashed?");
    // No scenario after that waits for a bot that is not there.
    let unplayed = format!("not played: {crashed}");
    for part in ["incoming_chat → ${bot}/livechat · 200", "2 scenarios: 1 failed, 1 not played", &unplayed] {
        assert!(ran.out.contains(part), "{part} is not in\n{}", ran.out);
    }
    assert_eq!(ran.err, format!("{crashed}\n"));
    dies.await.unwrap();
}
