//! A stand-in that runs: the vendor port, the control port, and one world for each platform.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::house::{self, House, HouseError, Premises};
use super::value::{Bot, Host};
use super::{TenantArgs, Terminal, Token, files, secure};
use crate::base::rng::{Seed, unguessable};
use crate::base::secret::Secret;
use crate::base::time::WallLimit;
use crate::control::registry::{OpenError, Registry};
use crate::control::{self, Control, Hosts, Terms};
use crate::engine::Opening;
use crate::engine::clock::Pace;
use crate::platform::Vendor;
use crate::platform::cx::Identities;
use crate::report::Exit;
use crate::report::watch::Watch;
use crate::scenario::{Scenario, load_tenant};
use crate::server::lobby::nothing_said;
use crate::server::port::Port;
use crate::server::ticker;
use crate::server::tls::Tls;

/// How long trouble may go untold.
const LOOK_AGAIN: WallLimit = WallLimit::from_millis(200);

/// How long webhooks on their way may take once the stand-in is to stop.
const LAST_ANSWERS: WallLimit = WallLimit::from_secs(3);

/// Where webhooks to `${bot}` go if no bot was named: a port at which nothing can listen.
const NOBODY: &str = "http://127.0.0.1:0";

/// Where a stand-in listens.
pub(super) struct Doors<'d> {
    pub(super) ip: IpAddr,
    pub(super) port: u16,
    pub(super) control_port: u16,
    /// By which names, besides those of this machine, its control port is reached.
    pub(super) names: &'d [Host],
}

impl Doors<'_> {
    /// Free ports that only this machine reaches.
    pub(super) const CLOSED: Self = Self { ip: IpAddr::V4(Ipv4Addr::LOCALHOST), port: 0, control_port: 0, names: &[] };
}

/// A stand-in, open and answering.
pub(super) struct StandIn {
    house: House,
    control: Control<Premises>,
    control_port: Port,
    /// What the control port wants.
    pub(super) token: Secret,
    /// What all made-up values follow from.
    pub(super) seed: Seed,
    /// How far each world's journal was looked at, by the world's number.
    watches: BTreeMap<u64, Watch>,
}

/// Why a stand-in does not run.
#[derive(Debug, thiserror::Error)]
pub(super) enum StandInError {
    /// A file is wrong; these are its problems, rendered.
    #[error("{0}")]
    Files(String),
    /// Two files are about the same platform.
    #[error("error: two files describe a tenant of {0}; one of each is served")]
    Twice(&'static str),
    /// A port or a bot.
    #[error("error: failed to {0}")]
    House(#[from] HouseError),
    /// A world.
    #[error("error: failed to open a world: {0}")]
    World(#[from] OpenError),
    /// There is no token.
    #[error("error: failed to make a token: the system has no entropy; name one in REHEARSAL_CONTROL_TOKEN")]
    NoToken,
    /// A port does not answer.
    #[error("error: failed to call its own ports: {0}")]
    Silent(#[source] io::Error),
}

impl StandInError {
    /// How the program ends for it.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Files(_) | Self::Twice(_) => Exit::Invalid,
            Self::House(_) | Self::World(_) | Self::NoToken | Self::Silent(_) => Exit::CouldNotRun,
        }
    }
}

impl StandIn {
    /// Opens both ports and all worlds; the tenants are those of the files, and the well-known ones.
    pub(super) async fn open(
        tenants: &[PathBuf],
        args: &TenantArgs,
        doors: &Doors<'_>,
        vendors: &'static [Vendor],
    ) -> Result<Self, StandInError> {
        let described = described(tenants, vendors)?;
        let bot = args.bot.clone().unwrap_or(Bot::At(NOBODY.to_owned()));
        let token = match &args.control_token {
            Some(Token(token)) => token.clone(),
            None => unguessable().ok_or(StandInError::NoToken)?,
        };
        let seed = args.seed.map_or_else(Seed::unplanned, Seed);
        let house = House::open((doors.ip, doors.port).into(), bot, (&args.reach, &args.tls), vendors).await?;
        let terms = Terms { seed, allow_prefer: args.allow_prefer };
        let control = Control::new(Registry::new(house.premises.clone()), token.clone(), terms, hosts(doors));
        let control_address = (doors.ip, doors.control_port).into();
        let control_port = Port::open(control_address, control::limits(), None, control.clone()).await;
        let control_port = control_port.map_err(house::unavailable("--control-port"))?;
        for vendor in vendors {
            let tenant = described.iter().find(|scenario| scenario.platform == vendor.name).cloned();
            let tenant = tenant.unwrap_or_else(|| nothing_said(vendor));
            let opening = Opening {
                pace: Pace::Running(1),
                allow_prefer: args.allow_prefer,
                steps: Vec::new(),
                ..Opening::play(&tenant, vendor.name, seed, Identities::WellKnown)
            };
            control.worlds().open(vendor, None, |_| (vendor.name.to_owned(), opening)).await?;
        }
        control.set_ready();
        let stand_in = Self { house, control, control_port, token, seed, watches: BTreeMap::new() };
        for (url, path) in [(stand_in.proxy_url(), "/"), (stand_in.control_url(), "/health")] {
            call(&url, path).await.map_err(StandInError::Silent)?;
        }
        Ok(stand_in)
    }

    /// Where the platforms are.
    pub(super) fn url(&self) -> String {
        self.house.premises.url()
    }

    /// Where clients find it that take it for a proxy.
    pub(super) fn proxy_url(&self) -> String {
        self.house.premises.plain_url()
    }

    /// What TLS is spoken with, if it is.
    pub(super) fn tls(&self) -> Option<&Tls> {
        self.house.premises.tls()
    }

    /// Where the control port is.
    pub(super) fn control_url(&self) -> String {
        self.control_port.url()
    }

    /// What clients must know of the worlds that are open from the start, under the names of environment variables.
    pub(super) fn exports(&self) -> Vec<(&'static str, Secret)> {
        self.control.worlds().all().iter().flat_map(|named| named.world.with(crate::engine::World::exports)).collect()
    }

    /// Tells what goes wrong until `stop` is ready.
    pub(super) async fn attend<T>(
        &mut self,
        stop: impl Future<Output = T>,
        terminal: &mut Terminal<'_>,
    ) -> io::Result<T> {
        let mut stop = std::pin::pin!(stop);
        loop {
            let ended = ticker::within(LOOK_AGAIN, stop.as_mut()).await;
            self.tell(terminal)?;
            if let Some(ended) = ended {
                return Ok(ended);
            }
        }
    }

    fn tell(&mut self, terminal: &mut Terminal<'_>) -> io::Result<()> {
        if let Some(why) = self.tls().and_then(Tls::distrust) {
            terminal.remark(&secure::distrusted(&why))?;
        }
        // Those of worlds that are closed stay behind.
        let mut watches = std::mem::take(&mut self.watches);
        for named in self.control.worlds().all() {
            let mut watch = watches.remove(&named.number).unwrap_or_else(|| Watch::new(named.vendor.name));
            for line in named.world.with(|world| watch.look(world.journal())) {
                terminal.remark(&line)?;
            }
            self.watches.insert(named.number, watch);
        }
        Ok(())
    }

    /// Waits for the webhooks that are on their way, but not for long; begins no more, and tells what became of all.
    pub(super) async fn stop(&mut self, terminal: &mut Terminal<'_>) -> io::Result<()> {
        let mut stopping = JoinSet::new();
        for named in self.control.worlds().all() {
            stopping.spawn(async move { named.world.stop(LAST_ANSWERS).await });
        }
        while stopping.join_next().await.is_some() {}
        self.tell(terminal)
    }

    /// Takes no more requests and finishes those that are open.
    pub(super) async fn close(self) {
        tokio::join!(self.control_port.close(), self.house.close());
    }
}

/// What may stand in `Host` at the control port.
fn hosts(doors: &Doors<'_>) -> Hosts {
    let names = doors.names.iter().map(|host| host.0.clone()).collect();
    if doors.ip.is_loopback() { Hosts::here(names) } else { Hosts::anywhere(names) }
}

/// The tenants that files describe, at most one of each platform.
fn described(paths: &[PathBuf], vendors: &'static [Vendor]) -> Result<Vec<Scenario>, StandInError> {
    let loaded = files::load_as(paths, vendors, load_tenant);
    if loaded.iter().any(|file| file.result.is_err()) {
        return Err(StandInError::Files(house::problems(&loaded)));
    }
    let mut described: Vec<Scenario> = loaded.into_iter().filter_map(|file| file.result.ok()).collect();
    described.sort_by_key(|scenario| scenario.platform);
    match described.windows(2).find(|pair| pair[0].platform == pair[1].platform) {
        Some(twice) => Err(StandInError::Twice(twice[0].platform)),
        None => Ok(described),
    }
}

/// Makes a request of our own, to see that a port answers.
async fn call(url: &str, path: &str) -> io::Result<()> {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    if answer.starts_with(b"HTTP/1.1 ") {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "the answer to our own request is not HTTP"))
}
