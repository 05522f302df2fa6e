//! Servers in processes of their own, each on one core.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};

/// Says, in the environment of a child, what it serves.
const ROLE: &str = "REHEARSAL_BENCH_ROLE";

/// A server that ends with this value.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    /// The control port and its token, if it has one.
    control: Option<(SocketAddr, String)>,
    folder: Option<std::path::PathBuf>,
}

impl Server {
    /// The stand-in as a user starts it.
    pub(crate) fn rehearsal(extra: &[&str]) -> Self {
        let unique = format!("rehearsal-bench-{}-{:?}", std::process::id(), std::time::Instant::now());
        let folder = std::env::temp_dir().join(unique.replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        let ports = folder.join("ports.json");
        let mut command = pinned(env!("CARGO_BIN_EXE_rehearsal"));
        command.args(["serve", "--port", "0", "--ports-file"]).arg(&ports).args(extra);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program can be started");
        let text = loop {
            if let Ok(text) = std::fs::read_to_string(&ports)
                && text.contains('}')
            {
                break text;
            }
            std::thread::yield_now();
        };
        let ports: serde_json::Value = serde_json::from_str(&text).expect("the ports file is JSON");
        let named = |key: &str| ports[key].as_str().expect("the ports file has it").to_owned();
        let address = |key: &str| named(key).trim_start_matches("http://").parse().expect("it is an address");
        let control = Some((address("control"), named("control_token")));
        Self { child, address: address("vendor"), control, folder: Some(folder) }
    }

    /// This program in another role.
    pub(crate) fn bare(role: &str) -> Self {
        let this = std::env::current_exe().expect("a running program has a path");
        let mut command = pinned(&this.to_string_lossy());
        let mut child = command.env(ROLE, role).stdout(Stdio::piped()).spawn().expect("this program can be started");
        let mut line = String::new();
        let stdout = child.stdout.as_mut().expect("it is piped");
        let mut byte = [0];
        while stdout.read_exact(&mut byte).is_ok() && byte[0] != b'\n' {
            line.push(char::from(byte[0]));
        }
        Self { child, address: line.parse().expect("it prints its address"), control: None, folder: None }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where its control port is, and the token for it.
    pub(crate) fn control(&self) -> (SocketAddr, &str) {
        let (address, token) = self.control.as_ref().expect("it is a stand-in");
        (*address, token)
    }

    /// How much memory it has, in MiB; 0 where the system does not tell.
    pub(crate) fn resident(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
        kib.unwrap_or_default() / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// What this process was started to serve, if it was.
pub(crate) fn role() -> Option<String> {
    std::env::var(ROLE).ok()
}

/// Waits for the first successful answer of a server.
pub(crate) fn first_answer(server: &Server) {
    let request = "GET /v3.1/authorize HTTP/1.1\r\nhost: x\r\nauthorization: aW1pLWFwaS1rZXlAYWNtZS5pbWkuY2hhdA==\r\nconnection: close\r\n\r\n";
    loop {
        let Ok(mut stream) = TcpStream::connect(server.address) else { continue };
        let mut answer = Vec::new();
        if stream.write_all(request.as_bytes()).is_ok()
            && stream.read_to_end(&mut answer).is_ok()
            && answer.starts_with(b"HTTP/1.1 200")
        {
            return;
        }
    }
}

/// Keeps this process on one core, where that can be done.
pub(crate) fn pin_self(core: u32) {
    let pid = std::process::id().to_string();
    let done = Command::new("taskset")
        .args(["-cp", &core.to_string(), &pid])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !done.is_ok_and(|status| status.success()) {
        println!("taskset is not at hand: server and load share all cores, ratios are rougher");
    }
}

fn pinned(program: &str) -> Command {
    if Command::new("taskset").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok() {
        let mut command = Command::new("taskset");
        command.args(["-c", "0", program]);
        return command;
    }
    Command::new(program)
}
