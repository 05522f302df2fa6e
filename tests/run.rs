//! `run` and `serve` as a user starts them: exit codes, bad bots, reports, and the end of the program.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};

use rehearsal::report::Exit;

use crate::support::program::{folder, rehearsal};
use crate::support::receiver::{Line, OK, Receiver, nobody};

/// A chat that the well-known tenant of imi.chat takes.
const CHAT: &str = r#"{"channel":"livechat","asset":{"id":"im15102452"},"customer":{"destination_id":"d"}}"#;

/// A scenario whose webhooks wait a short time only; the bot is expected to speak within `within`.
fn scenario(name: &str, within: &str) -> String {
    let path = folder(name).join("scenario.yaml");
    let text = format!(
        "platform: imichat\nsetup:\n  delivery: {{timeout: 200ms, retries: []}}\n  virtual_agents: [{{login: b, webhook: {{url: \"${{bot}}/x\"}}}}]\ncustomers: {{ada: {{}}}}\nsteps:\n  - start_chat: {{as: ada, text: Hi}}\n  - expect: {{message: {{from: bot}}, within: {within}}}\n"
    );
    std::fs::write(&path, text).unwrap();
    path.to_string_lossy().into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_bot_fails_the_run_and_the_report_says_why() {
    let into = folder("red");
    let (junit, json) = (into.join("junit.xml"), into.join("run.json"));
    let reports = format!("junit={},json={}", junit.display(), json.display());
    let path = "scenarios/livechat/refund_that_ends_with_a_human.yaml";
    let ran = rehearsal(&["run", path, "--port", "0", "--bot", "builtin:broken", "--report", &reports]).await;
    assert_eq!(ran.exit, Exit::Missed, "{}", ran.err);
    for part in ["expectation not met", "nearest", "order number", "--seed 7 --bot builtin:broken"] {
        assert!(ran.out.contains(part), "{part} is not in\n{}", ran.out);
    }
    let document: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap();
    assert_eq!(document["exit_code"], 1);
    assert!(std::fs::read_to_string(junit).unwrap().contains("<failure"));
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_bots_end_in_a_verdict() {
    let check = async |name: &str, script: Vec<Line>, within: &str, part: &str| {
        let receiver = Receiver::start(script).await;
        let bot = format!("http://{}", receiver.address);
        let ran = rehearsal(&["run", &scenario(name, within), "--port", "0", "--bot", &bot]).await;
        assert_eq!(ran.exit, Exit::Missed, "{name}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains(part), "{name}: {part} is not in\n{}", ran.out);
        assert!(ran.err.contains("has not called"), "{name}: {}", ran.err);
    };
    check("hanging", vec![Line::Hang], "100ms", "no answer in time").await;
    check("garbage", vec![Line::Last("nonsense\r\n\r\n")], "100ms", "the answer is not").await;
    check("closing", vec![Line::Last("")], "100ms", "the connection was closed").await;
    check("silent", vec![Line::Answer(OK)], "100ms", "nothing that matches").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_violation_is_a_warning_and_with_strict_a_failure() {
    // Whoever refuses a webhook so often that it is switched off does what the vendor does not want.
    let path = folder("strict").join("scenario.yaml");
    let setup = "setup:\n  delivery: {retries: [], off_after: 1}\n  virtual_agents: [{login: b, webhook: {url: \"${bot}/x\"}}]\n";
    let steps = "customers: {ada: {}}\nsteps:\n  - start_chat: {as: ada, text: Hi}\n  - expect: {event: chat.assigned, delivered: false}\n";
    let own = "  - call: {path: /v3.1/nothing, answer: {status: 404}}\n";
    let expected = "  - say: {as: ada, text: Again}\n  - expect_none: {violation: {}}\n";
    let check = async |steps: &str, flags: &[&str], exit: Exit, part: &str| {
        std::fs::write(&path, format!("platform: imichat\n{setup}{steps}")).unwrap();
        let receiver = Receiver::start(vec![Line::Answer("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n"); 9]).await;
        let bot = format!("http://{}", receiver.address);
        let words = ["run", path.to_str().unwrap(), "--port", "0", "--seed", "3", "--bot", &bot];
        let ran = rehearsal(&words.into_iter().chain(flags.iter().copied()).collect::<Vec<_>>()).await;
        assert_eq!(ran.exit, exit, "{steps}{}{}", ran.out, ran.err);
        assert!(ran.out.contains(part), "{steps}: {part} is not in\n{}", ran.out);
    };
    let wrong = "violation: 1 attempts in a row to reach b failed";
    check(steps, &[], Exit::Met, "1 warning").await;
    check(steps, &["--strict"], Exit::Missed, wrong).await;
    check(steps, &["--strict"], Exit::Missed, "--strict").await;
    check(&format!("{steps}  - expect: {{violation: {{}}}}\n"), &["--strict"], Exit::Met, "1 passed").await;
    check(&format!("{steps}{expected}  - expect: {{violations: none}}\n"), &[], Exit::Missed, wrong).await;
    // What the scenario itself does wrong is not the bot's doing.
    let alone = format!("steps:\n{own}  - expect: {{violation: {{text: {{contains: \"is no path\"}}}}}}\n");
    check(&alone, &["--strict"], Exit::Met, "1 passed").await;
    check(&format!("steps:\n{own}"), &["--strict"], Exit::Met, "1 passed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_played_has_an_exit_code_of_its_own() {
    let check = async |words: &[&str], exit: Exit, part: &str| {
        let ran = rehearsal(words).await;
        assert_eq!(ran.exit, exit, "{words:?}: {}", ran.err);
        assert!(ran.err.contains(part), "{words:?}: {part} is not in {}", ran.err);
    };
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let sound = "scenarios/imichat/order_status.yaml";
    check(&["run", sound, "--port", &port], Exit::CouldNotRun, "--port 0").await;
    check(&["serve", "--port", &port], Exit::CouldNotRun, "--port 0").await;
    let (_held, gone) = nobody();
    let words = ["run", sound, "--port", "0", "--bot", &format!("http://{gone}")];
    check(&words, Exit::CouldNotRun, "does not listen").await;
    let empty = folder("nothing");
    check(&["run", empty.to_str().unwrap()], Exit::NothingTested, "nothing to play").await;
    let path = empty.join("x.yaml");
    let write = |text: &[u8]| std::fs::write(&path, text).unwrap();
    write(b"platform: imichat\nsteps: []\n");
    check(&["run", path.to_str().unwrap()], Exit::NothingTested, "E0109").await;
    write(b"platform: imichat\nstep: []\n");
    check(&["run", path.to_str().unwrap()], Exit::Invalid, "E0101").await;
    write(b"platform: \xff\n");
    check(&["run", path.to_str().unwrap()], Exit::Invalid, "E0009").await;
    write(&vec![b' '; 10 << 20]);
    check(&["run", path.to_str().unwrap()], Exit::Invalid, "E0007").await;
    check(&["run", "no/such/file.yaml"], Exit::Invalid, "E0010").await;
    check(&["run", sound, "--report", "xml=x"], Exit::Invalid, "junit").await;
}

#[test]
fn serve_tells_where_it_is_answers_and_ends_on_sigterm() {
    let into = folder("serve");
    let (ports, ready) = (into.join("ports.json"), into.join("ready"));
    let child = Command::new(env!("CARGO_BIN_EXE_rehearsal"))
        .args(["serve", "--port", "0", "--ports-file"])
        .arg(&ports)
        .arg("--ready-file")
        .arg(&ready)
        .stderr(Stdio::piped())
        .spawn();
    let mut served = Served(child.unwrap());
    let mut said = BufReader::new(served.0.stderr.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    assert!(line.contains("imichat, livechat and texter at http://127.0.0.1:"), "{line}");
    line.clear();
    said.read_line(&mut line).unwrap();
    assert!(ready.exists());
    assert_eq!(std::fs::metadata(&ports).unwrap().permissions().mode() & 0o777, 0o600);
    let written: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&ports).unwrap()).unwrap();
    let member = |name: &str| written[name].as_str().unwrap();
    assert_eq!(line, format!("control at {}, token {}\n", member("control"), member("control_token")));
    assert_eq!(member("control_token").len(), 64);
    let address = written["vendor"].as_str().unwrap().trim_start_matches("http://").to_owned();
    let ask = |request: &str| {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let agent = "authorization: Bearer dal:agent-token";
    let list = format!(
        "POST /v3.6/agent/action/list_chats HTTP/1.1\r\nhost: x\r\n{agent}\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}"
    );
    assert!(ask(&list).starts_with("HTTP/1.1 200"), "{}", ask(&list));
    let stranger = list.replace("dal:agent-token", "dal:nobody");
    assert!(ask(&stranger).contains(r#"{"error":{"type":"authentication","message":"Invalid access token"}}"#));
    let form = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nwords\r\n--b--\r\n";
    let upload = format!(
        "POST /base/v3.6/agent/action/upload_file HTTP/1.1\r\nhost: {address}\r\n{agent}\r\nconnection: close\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    );
    let uploaded = ask(&upload);
    let place = uploaded.split(&format!("http://{address}")).nth(1).and_then(|rest| rest.split('"').next());
    let place = place.unwrap_or_else(|| panic!("{uploaded}"));
    let read = ask(&format!("GET {place} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"));
    assert!(read.starts_with("HTTP/1.1 200") && read.ends_with("\r\n\r\nwords"), "{read}");
    let key = "authorization: aW1pLWFwaS1rZXlAYWNtZS5pbWkuY2hhdA==";
    let authorize = format!("GET /v3.1/authorize HTTP/1.1\r\nhost: x\r\n{key}\r\nconnection: close\r\n\r\n");
    assert!(ask(&authorize).to_lowercase().contains("access_token: "));
    let team = "access_token: imi-access-token\r\nteamid: 672\r\nprefer: code=4108";
    let prefer = format!(
        "POST /v3.1/chats HTTP/1.1\r\nhost: x\r\n{team}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{CHAT}",
        CHAT.len()
    );
    let refused = ask(&prefer);
    assert!(refused.starts_with("HTTP/1.1 500") && refused.contains("\"status_code\":4108"), "{refused}");
    let odd = prefer.replace("prefer: code=4108\r\n", "").replace(CHAT, &CHAT.replacen('{', "{\"odd\":1,", 1));
    let odd = odd.replace(&CHAT.len().to_string(), &(CHAT.len() + 8).to_string());
    assert!(ask(&odd).starts_with("HTTP/1.1 200"), "{}", ask(&odd));
    let label = "{\"id\":\"vip\",\"name\":\"VIP\"}";
    let token = "authorization: Bearer texter-token";
    let create = format!(
        "POST /base/server/api/v2/labels HTTP/1.1\r\nhost: x\r\n{token}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{label}",
        label.len()
    );
    assert!(ask(&create).starts_with("HTTP/1.1 201"), "{}", ask(&create));
    line.clear();
    said.read_line(&mut line).unwrap();
    assert_eq!(line, "imichat: violation: odd is not a documented member; it is ignored\n");
    assert!(ask("GET /nowhere HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").starts_with("HTTP/1.1 404"));
    let killed = Command::new("kill").args(["-TERM", &served.0.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(served.0.wait().unwrap().code(), Some(0));
}

/// A stand-in in a process of its own, which does not outlive a test that fails.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
