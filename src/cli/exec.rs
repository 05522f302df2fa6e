//! `rehearsal exec`: serves on free ports while a command runs, and ends as the command does.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::signal::unix::{Signal as Signals, SignalKind, signal};

use super::stand_in::{Doors, StandIn};
use super::{ExecArgs, Terminal, secure};
use crate::platform::Vendor;

/// What shells end with if a command is there but cannot be started.
const NOT_STARTED: u8 = 126;
/// What shells end with if there is no such command.
const NOT_FOUND: u8 = 127;
/// What shells add the number of the signal to that ended a command.
const SIGNALLED: i32 = 128;

/// Serves until the command ends; gives the exit code.
///
/// # Errors
/// If a stream or a signal handler fails. Whatever else goes wrong is told, and makes the exit code.
pub async fn run(args: &ExecArgs, vendors: &'static [Vendor], terminal: &mut Terminal<'_>) -> io::Result<u8> {
    // Taken over before the command is there, so that no signal ends this program without the command.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut stand_in = match StandIn::open(&args.files, &args.tenants, &Doors::CLOSED, vendors).await {
        Ok(stand_in) => stand_in,
        Err(error) => {
            terminal.remark(&error.to_string())?;
            return Ok(error.exit().number());
        }
    };
    for line in stand_in.tls().into_iter().flat_map(|tls| secure::instructions(tls, &stand_in.proxy_url())) {
        terminal.remark(&line)?;
    }
    if let Some(warning) = args.tenants.reach.warning(args.tenants.bot.as_ref()) {
        terminal.remark(&warning)?;
    }
    let code = match start(args, &stand_in) {
        Ok(mut child) => {
            let waiting = wait(&mut child, &mut terminate, &mut interrupt);
            code(stand_in.attend(waiting, terminal).await??)
        }
        Err(error) => {
            let command = args.command[0].to_string_lossy().into_owned();
            terminal.remark(&format!("error: failed to start `{}`: {error}", command.escape_debug()))?;
            if error.kind() == io::ErrorKind::NotFound { NOT_FOUND } else { NOT_STARTED }
        }
    };
    stand_in.close().await;
    Ok(code)
}

fn start(args: &ExecArgs, stand_in: &StandIn) -> io::Result<Child> {
    let mut command = Command::new(&args.command[0]);
    command.args(&args.command[1..]).kill_on_drop(true);
    command.env("REHEARSAL_URL", stand_in.url()).env("REHEARSAL_CONTROL_URL", stand_in.control_url());
    command.env("REHEARSAL_CONTROL_TOKEN", stand_in.token.expose());
    if let Some(tls) = stand_in.tls() {
        command.env("REHEARSAL_PROXY", stand_in.proxy_url());
        command.envs(tls.ca().map(|ca| ("REHEARSAL_TLS_CA", ca)));
    }
    command.envs(stand_in.exports().iter().map(|(name, secret)| (name, secret.expose())));
    command.spawn()
}

/// Waits for the command's end, and passes signals on to it.
async fn wait(child: &mut Child, terminate: &mut Signals, interrupt: &mut Signals) -> io::Result<ExitStatus> {
    loop {
        let signal = tokio::select! {
            ended = child.wait() => return ended,
            _ = terminate.recv() => Signal::TERM,
            _ = interrupt.recv() => Signal::INT,
        };
        // A command that has just ended has no use for it.
        if let Some(pid) = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) {
            let _ = kill_process(pid, signal);
        }
    }
}

/// The exit code, as shells have it.
fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| SIGNALLED + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
}
