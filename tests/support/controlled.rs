//! A stand-in of the toy vendor within the test's process, with both its ports.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use rehearsal::base::rng::Seed;
use rehearsal::base::secret::Secret;
use rehearsal::control::registry::{Host, Registry};
use rehearsal::control::{self, Control, Hosts, Terms};
use rehearsal::delivery::{BotUrl, BotUrlError, Delivery, Egress};
use rehearsal::engine::clock::Pace;
use rehearsal::engine::{Opening, World};
use rehearsal::platform::Vendor;
use rehearsal::platform::cx::Identities;
use rehearsal::scenario::load_setup;
use rehearsal::server::worlds::Worlds;
use rehearsal::server::{Limits, Server};
use serde_json::Value as Json;

use super::client::{Answer, exchange};
use super::core::delivery_to;
use super::toy::TOY;

static VENDORS: &[Vendor] = &[TOY];
pub(crate) const TOKEN: &str = "t0ken";

pub(crate) struct Place {
    worlds: Worlds<World>,
    vendor: SocketAddr,
    bot: SocketAddr,
}

impl Host for Place {
    type Company = ();
    type Error = BotUrlError;

    fn url(&self) -> String {
        format!("http://{}", self.vendor)
    }

    fn worlds(&self) -> &Worlds<World> {
        &self.worlds
    }

    async fn prepare(
        &self,
        _: Vec<(&'static str, Secret)>,
        bot: Option<&BotUrl>,
    ) -> Result<((), Delivery), BotUrlError> {
        let named = |bot: &BotUrl| Delivery::new(Egress { bot: Some(bot.clone()), ..Egress::default() });
        Ok(((), bot.map_or_else(|| delivery_to(self.bot), named)))
    }
}

/// Both ports. Their tasks end with the test.
pub(crate) struct Controlled {
    pub(crate) address: SocketAddr,
    pub(crate) vendor: SocketAddr,
}

impl Controlled {
    /// With one world, `toy`, whose webhooks go to this bot.
    pub(crate) async fn start(bot: SocketAddr) -> Self {
        let (stand_in, control) = Self::empty(VENDORS, Limits::default(), |_| bot).await;
        let opening = || ("toy".to_owned(), Opening { pace: Pace::Running(1), ..opening(&VENDORS[0], "toy") });
        control.worlds().open(&VENDORS[0], None, |_| opening()).await.unwrap();
        control.set_ready();
        stand_in
    }

    /// With no world, and what opens some. The bot is found once the vendors' address is known.
    pub(crate) async fn empty(
        vendors: &'static [Vendor],
        limits: Limits,
        bot: impl FnOnce(SocketAddr) -> SocketAddr,
    ) -> (Self, Control<Place>) {
        Self::within(vendors, (limits, control::limits()), bot).await
    }

    /// The same, with these limits of the control port, too.
    pub(crate) async fn within(
        vendors: &'static [Vendor],
        (limits, controlled): (Limits, Limits),
        bot: impl FnOnce(SocketAddr) -> SocketAddr,
    ) -> (Self, Control<Place>) {
        let server = Server::bind("127.0.0.1:0".parse().unwrap(), limits).await.unwrap();
        let vendor = server.address();
        let place = Place { worlds: Worlds::new(vendors, Box::new(lobby)), vendor, bot: bot(vendor) };
        tokio::spawn(server.run(place.worlds.clone(), std::future::pending()));
        let terms = Terms { seed: Seed(1), allow_prefer: false };
        let control = Control::new(Registry::new(place), Secret::new(TOKEN), terms, Hosts::here(BTreeSet::new()));
        let server = Server::bind("127.0.0.1:0".parse().unwrap(), controlled).await.unwrap();
        let address = server.address();
        tokio::spawn(server.run(control.clone(), std::future::pending()));
        (Self { address, vendor }, control)
    }

    /// Asks the control port, with its token.
    pub(crate) async fn ask(&self, line: &str, body: &str) -> (u16, Json) {
        let answer = self.send(line, &format!("authorization: Bearer {TOKEN}\r\n"), body).await;
        let document = if answer.body.is_empty() { Json::Null } else { serde_json::from_slice(&answer.body).unwrap() };
        (answer.status, document)
    }

    /// Sends the control port a request with these headers besides `host` and `content-length`.
    pub(crate) async fn send(&self, line: &str, headers: &str, body: &str) -> Answer {
        let length = body.len();
        let head = format!("{line} HTTP/1.1\r\nhost: {}\r\n{headers}content-length: {length}\r\n\r\n", self.address);
        exchange(self.address, format!("{head}{body}")).await
    }
}

fn opening(vendor: &Vendor, name: &str) -> Opening {
    let text = format!("platform: {}\ncustomers: {{alice: {{name: Alice}}}}\n", vendor.name);
    let scenario = load_setup(&text, &[vendor.vocabulary]).unwrap();
    Opening::play(&scenario, name, Seed(1), Identities::WellKnown)
}

fn lobby(vendor: &'static Vendor) -> World {
    World::open(vendor, opening(vendor, "lobby"), rehearsal::server::ticker::now()).unwrap()
}
