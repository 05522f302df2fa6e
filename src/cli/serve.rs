//! `rehearsal serve`: keeps the platforms up for a bot under development.

use std::io;
use std::path::Path;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::signal::unix::{SignalKind, signal};

use super::house::{self, House, Tenancy};
use super::value::Bot;
use super::{ServeArgs, Terminal, files};
use crate::base::rng::Seed;
use crate::base::time::WallLimit;
use crate::engine::clock::Pace;
use crate::engine::{Opening, World};
use crate::platform::Vendor;
use crate::platform::cx::Identities;
use crate::report::Exit;
use crate::report::watch::Watch;
use crate::scenario::load_tenant;
use crate::server::ticker;

/// Serves until it is told to stop.
///
/// # Errors
/// If a stream or a signal handler fails. Whatever else goes wrong is told, and makes the exit code.
pub async fn run(args: &ServeArgs, vendors: &'static [Vendor], terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    // Taken over before anything can be seen from outside, so that a signal never finds the program unprepared.
    let mut terminate = signal(SignalKind::terminate())?;
    let loaded = files::load_as(&args.files, vendors, load_tenant);
    if loaded.iter().any(|file| file.result.is_err()) {
        terminal.remark(&house::problems(&loaded))?;
        return Ok(Exit::Invalid);
    }
    let mut described: Vec<&str> = loaded.iter().filter_map(|file| Some(file.result.as_ref().ok()?.platform)).collect();
    described.sort_unstable();
    if let Some(twice) = described.windows(2).find(|pair| pair[0] == pair[1]) {
        terminal.remark(&format!("error: two files describe a tenant of {}; one of each is served", twice[0]))?;
        return Ok(Exit::Invalid);
    }
    let bot = args.bot.clone().unwrap_or(Bot::At(NOBODY.to_owned()));
    // What an earlier run left must not be taken for news of this one.
    for stale in [&args.ports_file, &args.ready_file].into_iter().flatten() {
        // A file that is not there need not go; one that cannot go is found out when it is written.
        let _ = std::fs::remove_file(stale);
    }
    let house = match House::open(args.port, bot, &args.allowed_hosts, vendors).await {
        Ok(house) => house,
        Err(error) => {
            terminal.remark(&format!("error: failed to {error}"))?;
            return Ok(Exit::CouldNotRun);
        }
    };
    let seed = args.seed.map_or_else(Seed::unplanned, Seed);
    let mut tenants: Vec<Tenancy> = Vec::new();
    for vendor in vendors {
        let described = loaded.iter().filter_map(|file| file.result.as_ref().ok()).find(|s| s.platform == vendor.name);
        let tenant = described.cloned().unwrap_or_else(|| house::nothing_said(vendor));
        let identities = Identities::WellKnown;
        let opening = Opening {
            pace: Pace::Running(1),
            allow_prefer: args.allow_prefer,
            steps: Vec::new(),
            ..Opening::play(&tenant, vendor.name, seed, identities)
        };
        let world = World::open(vendor, opening, ticker::now()).expect("a checked file has a valid set-up");
        match house.admit(vendor, world).await {
            Ok(tenancy) => tenants.push(tenancy),
            Err(error) => {
                terminal.remark(&format!("error: failed to {error}"))?;
                return Ok(Exit::CouldNotRun);
            }
        }
    }
    if let Err(error) = announce(args, &house.url()).await {
        terminal.remark(&format!("error: failed to say where the platforms are: {error}"))?;
        return Ok(Exit::CouldNotRun);
    }
    let names: Vec<&str> = vendors.iter().map(|vendor| vendor.name).collect();
    terminal.remark(&format!("{} at {}, seed {seed}; stop with ctrl-c", listed(&names), house.url()))?;
    let mut watched: Vec<(Tenancy, Watch)> =
        tenants.into_iter().zip(vendors).map(|(tenant, vendor)| (tenant, Watch::new(vendor.name))).collect();
    loop {
        let stop = tokio::select! {
            _ = terminate.recv() => true,
            interrupted = tokio::signal::ctrl_c() => {
                interrupted?;
                true
            }
            () = ticker::pause(LOOK_AGAIN) => false,
        };
        for (tenant, watch) in &mut watched {
            for line in tenant.world.with(|world| watch.look(world.journal())) {
                terminal.remark(&line)?;
            }
        }
        if stop {
            break;
        }
    }
    terminal.remark("finishing what is open")?;
    house.close().await;
    Ok(Exit::Met)
}

/// How long trouble may go untold.
const LOOK_AGAIN: WallLimit = WallLimit::from_millis(200);

/// Where webhooks to `${bot}` go if no bot was named: a port at which nothing can listen.
const NOBODY: &str = "http://127.0.0.1:0";

/// Writes the files that tell others, once a request of our own was answered.
async fn announce(args: &ServeArgs, url: &str) -> io::Result<()> {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(format!("GET / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    if !answer.starts_with(b"HTTP/1.1 ") {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the answer to our own request is not HTTP"));
    }
    if let Some(path) = &args.ports_file {
        let ports = serde_json::json!({ "vendor": url });
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
