//! What `run` and `serve` share: the vendor port, the worlds behind it, and the bot that the program brings along.

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;

use super::value::Bot;
use super::{ReachArgs, TlsArgs, builtin, descriptors, files::Loaded};
use crate::base::diag::render;
use crate::base::secret::Secret;
use crate::bot;
use crate::control::registry::{self, Host as _};
use crate::delivery::{BotUrl, BotUrlError, Delivery, Egress};
use crate::engine::World;
use crate::platform::Vendor;
use crate::platform::cx::Identities;
use crate::report::Exit;
use crate::scenario::codes;
use crate::server::lobby::lobby;
use crate::server::port::{self, Port};
use crate::server::tls::{Tls, TlsError};
use crate::server::world::WorldHandle;
use crate::server::worlds::Worlds;
use crate::server::{Limits, ServerError};

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
    /// What the port is to speak TLS with.
    #[error("{0}")]
    Tls(#[from] TlsError),
    /// The address of the bot.
    #[error("use the bot's address: {0}")]
    BotUrl(#[from] BotUrlError),
    /// The bot inside the program.
    #[error("start the built-in bot: {0}")]
    Builtin(#[source] io::Error),
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
    tls: Option<Tls>,
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
        (reach, tls): (&ReachArgs, &TlsArgs),
        vendors: &'static [Vendor],
    ) -> Result<Self, HouseError> {
        let url = match &bot {
            Bot::At(address) => Some(BotUrl::parse(address)?),
            Bot::Builtin | Bot::BuiltinBroken => None,
        };
        let mut allowed_hosts: BTreeSet<String> = reach.allowed_hosts.iter().map(|host| host.0.clone()).collect();
        // Naming the bot is leave enough to call it.
        if let Bot::At(address) = &bot {
            allowed_hosts.extend(Egress::to(address).allowed_hosts);
        }
        let authorities = reach.authorities();
        let egress = Egress { bot: url, allowed_hosts, authorities, ..Egress::default() };
        let worlds = Worlds::new(vendors, Box::new(lobby));
        let tls = tls.open()?;
        let port = Port::open(address, descriptors::bounded(Limits::default()), tls.clone(), worlds.clone()).await;
        let port = port.map_err(unavailable("--port"))?;
        Ok(Self { premises: Premises { address: port.address, worlds, egress, bot, tls }, port })
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

    /// Where the platforms are, for those who are told of no other address: over TLS, if it is spoken.
    pub(super) fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        port::url(scheme, self.address)
    }

    /// Where they are for those who trust nobody, and where a proxy is.
    pub(super) fn plain_url(&self) -> String {
        port::url("http", self.address)
    }

    /// What TLS is spoken with, if it is.
    pub(super) fn tls(&self) -> Option<&Tls> {
        self.tls.as_ref()
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
        let bot = bot::start(builtin::config(self.plain_url(), manners, exports)).await.map_err(HouseError::Builtin)?;
        let egress = Egress { bot: Some(BotUrl::parse(bot.url())?), ..self.egress.clone() };
        Ok((Some(bot), Delivery::new(egress)))
    }
}

/// Why a port is not open, with the option that names another.
pub(super) fn unavailable(flag: &'static str) -> impl Fn(ServerError) -> HouseError {
    move |error| match error {
        ServerError::PortInUse { .. } => HouseError::PortInUse { error, flag },
        ServerError::Unavailable { .. } => HouseError::Server(error),
    }
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
