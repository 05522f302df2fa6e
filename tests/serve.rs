//! `serve` as a user starts it: where it listens, what it tells, and how it ends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Stdio};

use crate::support::program::folder;

/// A chat that the well-known tenant of imi.chat takes.
const CHAT: &str = r#"{"channel":"livechat","asset":{"id":"im15102452"},"customer":{"destination_id":"d"}}"#;

/// A stand-in in a process of its own, which does not outlive a test that fails.
struct Served {
    child: Child,
    said: BufReader<ChildStderr>,
    folder: PathBuf,
}

impl Served {
    /// Starts on free ports; gives the first line it says, too. By then all of it answers.
    fn start(flags: &[&str]) -> (Self, String) {
        let folder = folder(&format!("serve{}", flags.concat()));
        let mut command = Command::new(env!("CARGO_BIN_EXE_rehearsal"));
        command.args(["serve", "--port", "0"]).args(flags);
        command.arg("--ports-file").arg(folder.join("ports.json")).arg("--ready-file").arg(folder.join("ready"));
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(child.stderr.take().unwrap());
        let mut served = Self { child, said, folder };
        let mut line = String::new();
        served.said.read_line(&mut line).unwrap();
        (served, line)
    }

    /// A member of the ports file.
    fn port(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.folder.join("ports.json")).unwrap();
        let written: serde_json::Value = serde_json::from_str(&text).unwrap();
        written[name].as_str().unwrap().to_owned()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn address(url: &str) -> SocketAddr {
    url.trim_start_matches("http://").parse().unwrap()
}

fn ask(address: &SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn serve_tells_where_it_is_answers_and_ends_on_sigterm() {
    let (mut served, mut line) = Served::start(&[]);
    assert!(line.contains("imichat, livechat and texter at http://127.0.0.1:"), "{line}");
    line.clear();
    served.said.read_line(&mut line).unwrap();
    assert!(served.folder.join("ready").exists());
    let mode = std::fs::metadata(served.folder.join("ports.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (control, token) = (served.port("control"), served.port("control_token"));
    assert_eq!(line, format!("control at {control}, token {token}\n"));
    assert_eq!(token.len(), 64);
    let address = address(&served.port("vendor"));
    let ask = |request: &str| ask(&address, request);
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
    served.said.read_line(&mut line).unwrap();
    assert_eq!(line, "imichat: violation: odd is not a documented member; it is ignored\n");
    assert!(ask("GET /nowhere HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").starts_with("HTTP/1.1 404"));
    let killed = Command::new("kill").args(["-TERM", &served.child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
}

#[test]
fn both_forms_of_this_machine_are_answered() {
    let (served, _) = Served::start(&["--seed", "1"]);
    let nothing = "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    for name in ["vendor", "control"] {
        let port = address(&served.port(name)).port();
        for address in [(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()] {
            assert!(ask(&address, nothing).starts_with("HTTP/1.1 4"), "{address}");
        }
    }
}

/// The address by which other machines would reach this one, if it has one. Nothing is sent.
fn outward() -> Option<std::net::IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|ip| !ip.is_loopback())
}

#[test]
fn other_machines_reach_it_only_if_it_is_told_so() {
    let listing = |served: &Served, host: &str| {
        let token = served.port("control_token");
        format!("GET /worlds HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n")
    };
    let (closed, _) = Served::start(&["--host-name", "stand-in"]);
    let (mut open, _) = Served::start(&["--listen", "0.0.0.0", "--host-name", "stand-in"]);
    let mut line = String::new();
    open.said.read_line(&mut line).unwrap();
    line.clear();
    open.said.read_line(&mut line).unwrap();
    assert_eq!(line, "warning: other machines reach it at 0.0.0.0, and can use the platforms\n");
    let check = |served: &Served, host: &str, status: &str| {
        let answer = ask(&address(&served.port("control")), &listing(served, host));
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{host}: {answer}");
    };
    assert_ne!(closed.port("control_token"), open.port("control_token"), "each has a token of its own");
    for served in [&closed, &open] {
        check(served, "stand-in:4601", "200");
        check(served, "evil.example", "403");
    }
    check(&closed, "192.0.2.7", "403");
    check(&open, "192.0.2.7", "200");
    if let Some(ip) = outward() {
        let port = |served: &Served| (ip, address(&served.port("control")).port());
        assert!(TcpStream::connect(port(&closed)).is_err(), "{ip} reaches it");
        let stranger = listing(&open, "stand-in").replace("Bearer", "Basic");
        assert!(ask(&port(&open).into(), &stranger).starts_with("HTTP/1.1 401"), "{ip}");
    }
}
