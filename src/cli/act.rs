//! `rehearsal act`: plays steps in a world of a running stand-in, through its control port.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value as Json;

use super::value::Token;
use super::{ActArgs, Terminal, client};
use crate::base::secret::Secret;
use crate::control;
use crate::report::Exit;

/// Plays steps, and tells how they ended.
///
/// # Errors
/// If a stream fails. Whatever else goes wrong is told, and makes the exit code.
pub async fn run(args: &ActArgs, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let (url, token) = match find(args) {
        Ok(found) => found,
        Err((exit, message)) => {
            terminal.remark(&format!("error: {message}"))?;
            return Ok(exit);
        }
    };
    if args.world.is_empty() || !args.world.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        terminal.remark(&format!("error: `{}` is no id of a world", args.world.escape_debug()))?;
        return Ok(Exit::Invalid);
    }
    match client::post(&url, &format!("/worlds/{}/steps", args.world), &token, &args.step).await {
        Ok((200, _)) => {
            terminal.data("met\n")?;
            Ok(Exit::Met)
        }
        Ok((status, problem)) => {
            terminal.remark(&told(&problem, status))?;
            Ok(match status {
                400 | 404 | 413 => Exit::Invalid,
                422 => Exit::Missed,
                _ => Exit::CouldNotRun,
            })
        }
        Err(error) => {
            terminal.remark(&format!("error: failed to {error}"))?;
            Ok(Exit::CouldNotRun)
        }
    }
}

/// What the ports file holds of the control port.
#[derive(Deserialize)]
struct Ports {
    control: String,
    control_token: String,
}

/// Where the control port is, and its token.
fn find(args: &ActArgs) -> Result<(String, Secret), (Exit, String)> {
    let ports = args.ports_file.as_deref().map(ports).transpose().map_err(|message| (Exit::CouldNotRun, message))?;
    let (url, token) =
        ports.map_or((None, None), |ports| (Some(ports.control), Some(Secret::new(ports.control_token))));
    let url = args.control.clone().or(url).unwrap_or_else(|| format!("http://127.0.0.1:{}", control::PORT));
    let token = args.token.as_ref().map(|Token(token)| token.clone()).or(token);
    let missing = "name the control port's token: `--token`, REHEARSAL_CONTROL_TOKEN, or the file of `--ports-file`";
    token.map(|token| (url, token)).ok_or((Exit::Invalid, missing.to_owned()))
}

fn ports(path: &Path) -> Result<Ports, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("failed to read {}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("failed to read {} as a ports file: {error}", path.display()))
}

/// A problem as text: what it is, and what is wrong at which place of the steps.
fn told(problem: &Json, status: u16) -> String {
    let text = |value: &Json, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let mut told = match problem["detail"].as_str() {
        Some(detail) => format!("error: {detail}"),
        None => format!("error: the control port answered {status}"),
    };
    if let Some(source) = problem["step"]["source"].as_str() {
        let _ = write!(told, "\n  in {source}");
    }
    for diagnostic in problem["diagnostics"].as_array().into_iter().flatten() {
        let (line, column) = (&diagnostic["line"], &diagnostic["column"]);
        let (code, message) = (text(diagnostic, "code"), text(diagnostic, "message"));
        let _ = write!(told, "\n  {line}:{column} {code} {message}");
        if let Some(help) = diagnostic["help"].as_str() {
            let _ = write!(told, "; {help}");
        }
    }
    for matched in problem["miss"]["matches"].as_array().into_iter().flatten() {
        let _ = write!(told, "\n  matches: {}", text(matched, "summary"));
    }
    for near in problem["miss"]["nearest"].as_array().into_iter().flatten() {
        let _ = write!(told, "\n  near: {}", text(near, "summary"));
    }
    told
}
