//! A stand-in inside a test that is written in Rust: a typed way to what the control port does for tests in other languages.
//!
//! ```
//! use rehearsal::{Stage, Tenant};
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let stage = Stage::start().await?;
//! let tenant = "
//! platform: texter
//! customers: {dana: {name: Dana Levi}}
//! ";
//! let world = stage.open(Tenant::of(tenant).seed(7)).await?;
//!
//! // What the integration under test is configured with.
//! let (url, token) = (stage.url(), world.export("TEXTER_TOKEN").unwrap());
//! assert!(url.starts_with("http://127.0.0.1:") && !token.expose().is_empty());
//!
//! // Acts and expectations are the steps of scenarios.
//! world.play("start_chat: {as: dana, text: Where is my order?}").await?;
//! world.play("expect: {message: {from: customer, text: {contains: order}}}").await?;
//!
//! // Virtual time passes when the test says so.
//! let before = world.now();
//! world.advance(std::time::Duration::from_secs(3_600)).await?;
//! assert!(world.now().since(before).as_nanos() >= 3_600_000_000_000);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Worlds of one stage do not see each other, so tests that run side by side can share one. An expectation that is not met
//! is an error that tells what happened instead:
//!
//! ```
//! # use rehearsal::{Stage, StageError, Tenant};
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let stage = Stage::start().await?;
//! let world = stage.open(Tenant::of("platform: livechat\ncustomers: {alice: {}}")).await?;
//! world.play("start_chat: {as: alice, text: Hi}").await?;
//! let missed = world.play("expect: {message: {from: bot}, within: 50ms}").await.unwrap_err();
//! assert!(matches!(missed, StageError::Missed { .. }));
//! assert!(missed.to_string().contains("expected  a message from bot within 50ms"), "{missed}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::base::diag::{Diagnostic, Paint, Source, render};
use crate::base::rng::Seed;
use crate::base::secret::Secret;
use crate::base::time::{VirtualSpan, VirtualTime, WallLimit};
use crate::delivery::{BotUrl, BotUrlError, Delivery, Egress};
use crate::engine::clock::Pace;
use crate::engine::port::Played;
use crate::engine::{Opening, World};
use crate::journal::Entry;
use crate::journal::entry::Miss;
use crate::platform::cx::Identities;
use crate::platform::{PLATFORMS, Vendor};
use crate::scenario::{Vocabulary, load_setup, load_steps};
use crate::server::lobby::lobby;
use crate::server::port::{self, Port};
use crate::server::world::WorldHandle;
use crate::server::worlds::Worlds;
use crate::server::{Limits, ServerError, ticker};

/// The vendors' APIs on a free port of this machine, and the worlds behind it. Ends when it is dropped.
pub struct Stage {
    port: Port,
    worlds: Worlds<World>,
    opened: AtomicU64,
}

/// What a world begins with.
#[derive(Clone, Debug)]
pub struct Tenant {
    text: String,
    bot: Option<String>,
    seed: Option<u64>,
    pace: Pace,
}

/// A tenant of its own, whom nobody else's credentials reach. Closed when it is dropped.
pub struct StagedWorld {
    vendor: &'static Vendor,
    opening: Opening,
    world: WorldHandle<World>,
}

/// Why something on a stage is not done.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// No port can be opened.
    #[error("failed to {0}")]
    Port(#[from] ServerError),
    /// A text is wrong; its problems, rendered.
    #[error("{0}")]
    Text(String),
    /// The address of the bot is none.
    #[error("failed to use the bot's address: {0}")]
    Bot(#[from] BotUrlError),
    /// Another world has a credential that the set-up spells out.
    #[error("another world has a credential that its set-up spells out; leave it to chance, or drop the other")]
    Taken,
    /// An expectation was not met.
    #[error("{}", missed(.step, .miss))]
    Missed {
        /// The step on one line.
        step: String,
        /// What was expected, and what happened instead.
        miss: Box<Miss>,
    },
    /// A step was not possible.
    #[error("`{step}` is not possible: {reason}")]
    Refused {
        /// The step on one line.
        step: String,
        /// Why.
        reason: String,
    },
}

impl Tenant {
    /// Reads like a scenario without steps: `platform:`, and if they matter `setup:` and `customers:`.
    #[must_use]
    pub fn of(text: impl Into<String>) -> Self {
        Self { text: text.into(), bot: None, seed: None, pace: Pace::Running(1) }
    }

    /// What `${bot}` stands for, such as `http://127.0.0.1:8080`. Webhooks go to this machine and to this host.
    #[must_use]
    pub fn bot(self, url: impl Into<String>) -> Self {
        Self { bot: Some(url.into()), ..self }
    }

    /// What all chance in it follows from, if not from `seed:` in its text; another one each time if neither is there.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// How its clock runs: as real time does, unless something else is asked for.
    #[must_use]
    pub fn clock(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }
}

impl Stage {
    /// Opens a free port on which all platforms are served. Must be awaited within a tokio runtime.
    ///
    /// # Errors
    /// If no port can be had.
    pub async fn start() -> Result<Self, StageError> {
        let worlds = Worlds::new(PLATFORMS, Box::new(lobby));
        let port = Port::open(port::here(0), Limits::default(), None, worlds.clone()).await?;
        Ok(Self { port, worlds, opened: AtomicU64::new(0) })
    }

    /// Where the platforms are, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> String {
        self.port.url()
    }

    /// Opens a world with credentials of its own.
    ///
    /// # Errors
    /// If the text is wrong, the address of the bot is none, or a credential that the text spells out is taken.
    pub async fn open(&self, tenant: Tenant) -> Result<StagedWorld, StageError> {
        let Tenant { text, bot, seed, pace } = tenant;
        let words: Vec<Vocabulary> = PLATFORMS.iter().map(|vendor| vendor.vocabulary).collect();
        let scenario = load_setup(&text, &words).map_err(|problems| wrong(&text, &problems))?;
        let vendor = PLATFORMS.iter().find(|vendor| vendor.name == scenario.platform);
        let vendor = vendor.expect("a checked text names a platform that there is");
        let seed = seed.map(Seed).or(scenario.seed).unwrap_or_else(Seed::unplanned);
        let name = format!("stage-{}", self.opened.fetch_add(1, Ordering::Relaxed));
        let opening = Opening { pace, steps: Vec::new(), ..Opening::play(&scenario, name, seed, Identities::Fresh) };
        let mut world = World::open(vendor, opening.clone(), ticker::now()).expect("a checked text is valid");
        let claims = world.take_claims().into_iter().collect();
        let egress = match &bot {
            Some(bot) => Egress { bot: Some(BotUrl::parse(bot)?), ..Egress::to(bot) },
            None => Egress::default(),
        };
        let world = self.worlds.try_open(vendor.name, &claims, world, Delivery::new(egress));
        Ok(StagedWorld { vendor, opening, world: world.ok_or(StageError::Taken)? })
    }
}

impl StagedWorld {
    /// What a client must know of it: one of the names that `rehearsal exec` exports, such as `LIVECHAT_TOKEN`.
    #[must_use]
    pub fn export(&self, name: &str) -> Option<Secret> {
        self.exports().into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// All that a client must know of it.
    #[must_use]
    pub fn exports(&self) -> Vec<(&'static str, Secret)> {
        self.world.with(World::exports)
    }

    /// Plays a step of the scenario language, or a list of them, to its end. An expectation looks at what has happened since
    /// the last act.
    ///
    /// # Errors
    /// If the text is wrong, a step is not possible, or an expectation is not met.
    ///
    /// # Panics
    /// Never: the world is open as long as this is.
    pub async fn play(&self, steps: &str) -> Result<(), StageError> {
        let known = self.world.with(World::known);
        let read = load_steps(steps, &self.vendor.vocabulary, &self.opening.setup, known);
        let steps = read.map_err(|problems| wrong(steps, &problems))?;
        self.conclude(self.world.play(steps, None).await)
    }

    /// Lets virtual time pass at once, timer by timer, and waits for the webhooks that fall due.
    ///
    /// # Errors
    /// None that are known: nothing is expected of it.
    ///
    /// # Panics
    /// Never: the world is open as long as this is.
    pub async fn advance(&self, span: Duration) -> Result<(), StageError> {
        let span = VirtualSpan::from_millis(u64::try_from(span.as_millis()).unwrap_or(u64::MAX));
        self.conclude(self.world.advance(span).await)
    }

    /// Waits until no webhook is on its way, but not longer than this; whether that is so then.
    pub async fn idle(&self, limit: Duration) -> bool {
        let limit = WallLimit::from_millis(u64::try_from(limit.as_millis()).unwrap_or(u64::MAX));
        ticker::within(limit, self.world.until(|world| world.is_idle().then_some(()))).await.is_some()
    }

    /// Where its clock stands.
    #[must_use]
    pub fn now(&self) -> VirtualTime {
        self.world.with(|world| world.now(ticker::now()))
    }

    /// All that was observed in it, as far as it is kept.
    #[must_use]
    pub fn journal(&self) -> Vec<Entry> {
        self.world.with(|world| world.journal().iter().cloned().collect())
    }

    fn conclude(&self, played: Option<Played>) -> Result<(), StageError> {
        match played.expect("a world is open as long as somebody holds it") {
            Played::Met => Ok(()),
            Played::Missed { index, miss } => Err(StageError::Missed { step: self.step(index), miss: Box::new(miss) }),
            Played::Refused { index, reason } => Err(StageError::Refused { step: self.step(index), reason }),
        }
    }

    /// The step of this number on one line.
    fn step(&self, wanted: usize) -> String {
        self.world.with(|world| world.journal().step(wanted).unwrap_or_default().to_owned())
    }
}

impl Drop for StagedWorld {
    fn drop(&mut self) {
        self.world.close();
    }
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage").field("url", &self.url()).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for StagedWorld {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StagedWorld").field("platform", &self.vendor.name).finish_non_exhaustive()
    }
}

fn wrong(text: &str, problems: &[Diagnostic]) -> StageError {
    let source = Source { name: "text".into(), text: text.into() };
    StageError::Text(render(&source, problems, Paint::Plain))
}

/// An expectation that was not met, for people.
fn missed(step: &str, miss: &Miss) -> String {
    let mut told = format!("`{step}` is not met\n  expected  {}\n  found     {}", miss.expected, miss.found);
    for near in &miss.nearest {
        let _ = write!(told, "\n  nearest   {} {}", near.entry, near.summary);
        for mismatch in &near.mismatches {
            let _ = write!(
                told,
                "\n            {}: expected {}, but was {}",
                mismatch.at, mismatch.expected, mismatch.actual
            );
        }
    }
    told
}
