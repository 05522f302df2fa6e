//! What `run` and `serve` share: the vendor port, the worlds behind it, and the bot that the program brings along.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::value::Bot;
use super::{ReachArgs, builtin, descriptors, files::Loaded};
use crate::base::diag::render;
use crate::base::rng::Seed;
use crate::base::secret::Secret;
use crate::base::time::WallTime;
use crate::bot;
use crate::control::registry::{self, Host as _};
use crate::delivery::{BotUrl, BotUrlError, Delivery, Egress};
use crate::engine::clock::Pace;
use crate::engine::port::{Effect, Input};
use crate::engine::{Opening, World};
use crate::platform::Vendor;
use crate::platform::cx::Identities;
use crate::report::Exit;
use crate::scenario::{Scenario, codes, load_setup};
use crate::server::world::{Core, WorldHandle};
use crate::server::worlds::Worlds;
use crate::server::{Limits, Server, ServerError, Service, ticker};

/// Why the program cannot do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(super) enum HouseError {
    /// Somebody else listens on a port.
    #[error("{error}; stop what uses it, or take a free one with `{flag} 0`")]
    PortInUse {
        /// The reason.
        error: ServerError,
        /// The option that names the port.
        flag: &'static str,
    },
    /// A port cannot be listened on for another reason.
    #[error("{0}")]
    Server(ServerError),
    /// The address of the bot.
    #[error("use the bot's address: {0}")]
    BotUrl(#[from] BotUrlError),
    /// The bot inside the program.
    #[error("start the built-in bot: {0}")]
    Builtin(#[source] io::Error),
}

impl Core for World {
    fn has_room(&self) -> bool {
        Self::has_room(self)
    }

    fn is_quiet(&self) -> bool {
        Self::is_quiet(self)
    }

    fn handle(&mut self, wall: WallTime, input: Input) -> Vec<Effect> {
        Self::handle(self, wall, input)
    }
}

/// The vendor port, open and answering.
pub(super) struct House {
    /// What stays open on it.
    pub(super) premises: Premises,
    port: Port,
}

/// The worlds behind the vendor port, and the bot that they are for; clones are the same.
#[derive(Clone)]
pub(super) struct Premises {
    address: SocketAddr,
    worlds: Worlds<World>,
    egress: Egress,
    bot: Bot,
}

/// A port that is answered.
pub(super) struct Port {
    /// Where.
    pub(super) address: SocketAddr,
    stop: watch::Sender<()>,
    servers: JoinSet<()>,
}

/// A world that is open, and the bot of its own that goes with it, if it has one.
pub(super) struct Tenancy {
    /// The world.
    pub(super) world: WorldHandle<World>,
    _bot: Option<bot::Bot>,
}

impl House {
    /// Listens and answers.
    pub(super) async fn open(
        address: SocketAddr,
        bot: Bot,
        reach: &ReachArgs,
        vendors: &'static [Vendor],
    ) -> Result<Self, HouseError> {
        let url = match &bot {
            Bot::At(address) => Some(BotUrl::parse(address)?),
            Bot::Builtin | Bot::BuiltinBroken => None,
        };
        let mut allowed_hosts: BTreeSet<String> = reach.allowed_hosts.iter().map(|host| host.0.clone()).collect();
        // Naming the bot is leave enough to call it.
        if let Bot::At(address) = &bot {
            let host = address.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(str::to_ascii_lowercase));
            allowed_hosts.extend(host.map(|host| host.trim_matches(['[', ']']).to_owned()));
        }
        let authorities = reach.authorities();
        let egress = Egress { bot: url, allowed_hosts, authorities, ..Egress::default() };
        let worlds = Worlds::new(vendors, Box::new(lobby));
        let port = Port::open(address, "--port", descriptors::bounded(Limits::default()), worlds.clone()).await?;
        Ok(Self { premises: Premises { address: port.address, worlds, egress, bot }, port })
    }

    /// Takes no more calls and finishes those that are open.
    pub(super) async fn close(self) {
        self.port.close().await;
    }
}

impl Premises {
    /// Which credentials worlds have: the bot inside the program learns those of its own world, so each world can have
    /// its own and many can be open at once; a foreign bot was configured beforehand.
    pub(super) fn identities(&self) -> Identities {
        match self.bot {
            Bot::Builtin | Bot::BuiltinBroken => Identities::Fresh,
            Bot::At(_) => Identities::WellKnown,
        }
    }

    /// Where the platforms are.
    pub(super) fn url(&self) -> String {
        url(self.address)
    }

    /// Opens a world; waits while another one owns a credential of its.
    pub(super) async fn admit(&self, vendor: &'static Vendor, mut world: World) -> Result<Tenancy, HouseError> {
        let claims = world.take_claims().into_iter().collect();
        let (bot, delivery) = self.prepare(world.exports(), None).await?;
        let world = self.worlds.open(vendor.name, claims, world, delivery).await;
        Ok(Tenancy { world, _bot: bot })
    }
}

impl registry::Host for Premises {
    type Company = Option<bot::Bot>;
    type Error = HouseError;

    fn url(&self) -> String {
        Self::url(self)
    }

    fn worlds(&self) -> &Worlds<World> {
        &self.worlds
    }

    async fn prepare(
        &self,
        exports: Vec<(&'static str, Secret)>,
        bot: Option<&BotUrl>,
    ) -> Result<(Option<bot::Bot>, Delivery), HouseError> {
        if let Some(bot) = bot {
            let egress = Egress { bot: Some(bot.clone()), ..self.egress.clone() };
            return Ok((None, Delivery::new(egress)));
        }
        let manners = match self.bot {
            Bot::Builtin => bot::Manners::Good,
            Bot::BuiltinBroken => bot::Manners::Broken,
            Bot::At(_) => return Ok((None, Delivery::new(self.egress.clone()))),
        };
        let bot = bot::start(builtin::config(self.url(), manners, exports)).await.map_err(HouseError::Builtin)?;
        let egress = Egress { bot: Some(BotUrl::parse(bot.url())?), ..self.egress.clone() };
        Ok((Some(bot), Delivery::new(egress)))
    }
}

impl Port {
    /// Listens and answers; `flag` is the option that names the port.
    pub(super) async fn open(
        address: SocketAddr,
        flag: &'static str,
        limits: Limits,
        service: impl Service,
    ) -> Result<Self, HouseError> {
        let (first, second) = bind(address, limits).await.map_err(|error| match error {
            ServerError::PortInUse { .. } => HouseError::PortInUse { error, flag },
            ServerError::Unavailable { .. } => HouseError::Server(error),
        })?;
        let address = first.address();
        let (stop, stopped) = watch::channel(());
        let mut servers = JoinSet::new();
        for server in [first].into_iter().chain(second) {
            let mut stopped = stopped.clone();
            servers.spawn(server.run(service.clone(), async move {
                // A dropped sender stops as well as a sent word.
                let _ = stopped.changed().await;
            }));
        }
        Ok(Self { address, stop, servers })
    }

    /// The URL by which programs on this machine reach it.
    pub(super) fn url(&self) -> String {
        url(self.address)
    }

    /// Takes no more requests and finishes those that are open.
    pub(super) async fn close(self) {
        drop(self.stop);
        self.servers.join_all().await;
    }
}

/// Listens on an address, and if it is the loopback address on its other form too: clients differ in which of them `localhost`
/// is.
async fn bind(address: SocketAddr, limits: Limits) -> Result<(Server, Option<Server>), ServerError> {
    loop {
        let first = Server::bind(address, limits).await?;
        if address.ip() != Ipv4Addr::LOCALHOST {
            return Ok((first, None));
        }
        match Server::bind((Ipv6Addr::LOCALHOST, first.address().port()).into(), limits).await {
            Ok(second) => return Ok((first, Some(second))),
            // Not every machine has the other form.
            Err(ServerError::Unavailable { .. }) => return Ok((first, None)),
            // A port that is free in one form only: take the next.
            Err(ServerError::PortInUse { .. }) if address.port() == 0 => {}
            Err(error @ ServerError::PortInUse { .. }) => return Err(error),
        }
    }
}

/// An address of this machine that only itself reaches.
pub(super) fn here(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// The URL by which programs on this machine reach an address that is listened on.
fn url(address: SocketAddr) -> String {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}

/// Answers callers whom no world knows: a tenant with nothing in it and with credentials that nobody has.
fn lobby(vendor: &'static Vendor) -> World {
    let opening = Opening {
        pace: Pace::Running(1),
        ..Opening::play(&nothing_said(vendor), "lobby", Seed::unplanned(), Identities::Fresh)
    };
    World::open(vendor, opening, ticker::now()).expect("a tenant about which nothing is said is valid")
}

/// A tenant about which nothing is said: the well-known one, or one with credentials of its own.
pub(super) fn nothing_said(vendor: &Vendor) -> Scenario {
    load_setup(&format!("platform: {}\n", vendor.name), &[vendor.vocabulary])
        .expect("a tenant about which nothing is said is valid")
}

/// Why nothing is played out of these files: all their problems, rendered, and how the program ends. Nothing if all could be
/// loaded.
pub(super) fn refusal<T>(loaded: &[Loaded<T>]) -> Option<(Exit, String)> {
    let mut wrong = loaded.iter().filter_map(|file| file.result.as_ref().err()).flatten().peekable();
    wrong.peek()?;
    let untested = [codes::NO_STEPS.code, codes::NO_EXPECTATION.code];
    let exit = match wrong.all(|problem| untested.contains(&problem.rule.code)) {
        true => Exit::NothingTested,
        false => Exit::Invalid,
    };
    Some((exit, problems(loaded)))
}

/// All problems of files that could not be loaded, rendered.
pub(super) fn problems<T>(loaded: &[Loaded<T>]) -> String {
    let wrong = loaded.iter().filter_map(|file| Some((&file.source, file.result.as_ref().err()?)));
    wrong.map(|(source, problems)| render(source, problems, crate::base::diag::Paint::Plain)).collect()
}
