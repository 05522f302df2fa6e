//! `rehearsal serve`: keeps the platforms up for a bot under development.

use std::io;
use std::path::Path;

use tokio::signal::unix::{SignalKind, signal};

use super::stand_in::{Doors, StandIn};
use super::{ServeArgs, Terminal, secure};
use crate::control;
use crate::platform::Vendor;
use crate::report::Exit;

/// Serves until it is told to stop.
///
/// # Errors
/// If a stream or a signal handler fails. Whatever else goes wrong is told, and makes the exit code.
pub async fn run(args: &ServeArgs, vendors: &'static [Vendor], terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    // Taken over before anything can be seen from outside, so that a signal never finds the program unprepared.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    // What an earlier run left must not be taken for news of this one.
    for stale in [&args.ports_file, &args.ready_file].into_iter().flatten() {
        // A file that is not there need not go; one that cannot go is found out when it is written.
        let _ = std::fs::remove_file(stale);
    }
    let control_port = args.control_port.unwrap_or(if args.port == 0 { 0 } else { control::PORT });
    let doors = Doors { ip: args.listen, port: args.port, control_port, names: &args.host_names };
    let mut stand_in = match StandIn::open(&args.files, &args.tenants, &doors, vendors).await {
        Ok(stand_in) => stand_in,
        Err(error) => {
            terminal.remark(&error.to_string())?;
            return Ok(error.exit());
        }
    };
    if let Err(error) = announce(args, &stand_in) {
        terminal.remark(&format!("error: failed to say where the platforms are: {error}"))?;
        return Ok(Exit::CouldNotRun);
    }
    let names: Vec<&str> = vendors.iter().map(|vendor| vendor.name).collect();
    let token = match args.tenants.control_token {
        Some(_) => "with the token that it was given",
        None => &format!("token {}", stand_in.token.expose()),
    };
    let (names, url, seed) = (listed(&names), stand_in.url(), stand_in.seed);
    terminal.remark(&format!("{names} at {url}, seed {seed}; stop with ctrl-c"))?;
    terminal.remark(&format!("control at {}, {token}", stand_in.control_url()))?;
    for line in stand_in.tls().into_iter().flat_map(|tls| secure::instructions(tls, &stand_in.proxy_url())) {
        terminal.remark(&line)?;
    }
    if !args.listen.is_loopback() {
        terminal.remark(&format!("warning: other machines reach it at {}, and can use the platforms", args.listen))?;
    }
    if let Some(warning) = args.tenants.reach.warning(args.tenants.bot.as_ref()) {
        terminal.remark(&warning)?;
    }
    let stop = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    stand_in.attend(stop, terminal).await?;
    terminal.remark("finishing what is open")?;
    stand_in.stop(terminal).await?;
    stand_in.close().await;
    Ok(Exit::Met)
}

/// Writes the files that tell others.
fn announce(args: &ServeArgs, stand_in: &StandIn) -> io::Result<()> {
    if let Some(path) = &args.ports_file {
        let mut ports = serde_json::json!({
            "vendor": stand_in.url(),
            "control": stand_in.control_url(),
            "control_token": stand_in.token.expose(),
        });
        if let Some(tls) = stand_in.tls() {
            ports["proxy"] = stand_in.proxy_url().into();
            ports["ca"] = tls.ca().map(|ca| ca.to_string_lossy()).into();
        }
        private(path, &format!("{ports}\n"))?;
    }
    args.ready_file.as_deref().map_or(Ok(()), |path| private(path, "ready\n"))
}

/// Writes a file that only its owner may read, at once and whole: whoever waits for it never reads half of it.
fn private(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", std::process::id()));
    let draft = path.with_file_name(name);
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(text.as_bytes())?;
    std::fs::rename(&draft, path)
}

/// Names as a sentence has them: "a", "a and b", "a, b and c".
fn listed(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}
