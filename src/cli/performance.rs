//! What `run` and `explore` share: scenarios are played against a bot, several side by side.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::TcpStream;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::JoinSet;

use super::house::{House, HouseError};
use super::value::Bot;
use super::{PORT, ReachArgs, Terminal, TlsArgs, secure};
use crate::base::rng::Seed;
use crate::base::time::WallLimit;
use crate::engine::clock::Pace;
use crate::engine::port::Input;
use crate::engine::{Opening, World};
use crate::journal::Journal;
use crate::platform::Vendor;
use crate::scenario::Scenario;
use crate::server::{port as server_port, ticker};

/// How long a bot that is just being started may take until it listens.
pub(super) const BOT_STARTS_WITHIN: WallLimit = WallLimit::from_secs(5);
/// How long to wait before knocking again.
pub(super) const KNOCK_AGAIN: WallLimit = WallLimit::from_millis(50);

/// How many scenarios are played at once for each core: they wait for the bot most of the time.
const SCENARIOS_PER_CORE: usize = 8;
/// How long webhooks on their way may take once a scenario was cut off.
const LAST_ANSWERS: WallLimit = WallLimit::from_millis(500);

/// A scenario and how it is played.
#[derive(Debug)]
pub(super) struct Play<'s> {
    /// The scenario.
    pub(super) scenario: &'s Scenario,
    /// What sets its world apart from those of other scenarios.
    pub(super) world: String,
    /// The seed of all made-up values.
    pub(super) seed: Seed,
    /// How its clock runs.
    pub(super) pace: Pace,
    /// Whether a call may name the code that it wants to be refused with.
    pub(super) allow_prefer: bool,
    /// How long it may really take.
    pub(super) timeout: Option<WallLimit>,
}

impl Play<'_> {
    /// Plays it to its end and looks at the journal. `look` is also told why the scenario was cut off, if it was. Nothing if
    /// it was interrupted before it began.
    pub(super) async fn perform<T>(
        self,
        house: &House,
        vendors: &'static [Vendor],
        interrupted: impl Future<Output = ()>,
        look: impl FnOnce(&Journal, Option<String>) -> T,
    ) -> Result<Option<T>, HouseError> {
        let vendor = vendors
            .iter()
            .find(|vendor| vendor.name == self.scenario.platform)
            .expect("a checked scenario names a platform that there is");
        let opening = Opening {
            pace: self.pace,
            allow_prefer: self.allow_prefer,
            ..Opening::play(self.scenario, self.world, self.seed, house.premises.identities())
        };
        let world = World::open(vendor, opening, ticker::now()).expect("a checked scenario has a valid set-up");
        let mut interrupted = pin!(interrupted);
        let tenancy = tokio::select! {
            biased;
            tenancy = house.premises.admit(vendor, world) => tenancy?,
            () = &mut interrupted => return Ok(None),
        };
        tenancy.world.input(Input::Begin);
        let trouble = tokio::select! {
            biased;
            () = tenancy.world.finished() => None,
            limit = spent(self.timeout) => Some(format!("it took longer than --timeout {limit}")),
            () = &mut interrupted => Some("the run was interrupted while it was played".to_owned()),
        };
        if trouble.is_some() {
            tenancy.world.stop(LAST_ANSWERS).await;
        }
        tenancy.world.close();
        Ok(Some(tenancy.world.with(|world| look(world.journal(), trouble))))
    }
}

/// Waits until a limit is spent; for ever where there is none.
async fn spent(limit: Option<WallLimit>) -> WallLimit {
    match limit {
        Some(limit) => {
            ticker::pause(limit).await;
            limit
        }
        None => std::future::pending().await,
    }
}

/// How many scenarios are played at once, unless the user says: a foreign bot may not be able to tell them apart.
pub(super) fn jobs(asked: Option<std::num::NonZeroUsize>, bot: &Bot) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    match (asked, bot) {
        (Some(jobs), _) => jobs.get(),
        (None, Bot::Builtin | Bot::BuiltinBroken) => SCENARIOS_PER_CORE * cores(),
        (None, Bot::At(_)) => 1,
    }
}

/// Does something with each of these, so many at once. What each deed tells is received in the order in which it is told;
/// dropping the set ends what is not done.
pub(super) fn side_by_side<T, N, F>(
    jobs: usize,
    items: &Arc<[T]>,
    deed: impl Fn(Arc<[T]>, usize, UnboundedSender<N>) -> F + Clone + Send + 'static,
) -> (JoinSet<()>, UnboundedReceiver<N>)
where
    T: Send + Sync + 'static,
    N: Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    // So many take the next item each until there is none left, so that items begin in their order.
    let next = Arc::new(AtomicUsize::new(0));
    let (tell, news) = mpsc::unbounded_channel();
    let mut workers = JoinSet::new();
    for _ in 0..jobs.min(items.len()) {
        let (items, next, tell, deed) = (Arc::clone(items), Arc::clone(&next), tell.clone(), deed.clone());
        workers.spawn(async move {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= items.len() {
                    break;
                }
                deed(Arc::clone(&items), index, tell.clone()).await;
            }
        });
    }
    (workers, news)
}

/// Opens the house that scenarios are played in against a bot, and says so if nobody named that bot; nothing if it cannot be
/// opened, which is told.
///
/// # Errors
/// If a stream fails.
pub(super) async fn open(
    (port, reach, tls): (u16, &ReachArgs, &TlsArgs),
    bot: Option<&Bot>,
    vendors: &'static [Vendor],
    terminal: &mut Terminal<'_>,
) -> io::Result<Option<Arc<House>>> {
    let played = bot.cloned().unwrap_or(Bot::Builtin);
    let unknown = tls.unknown_to(&played);
    let house = match House::open(server_port::here(port), played, (reach, tls), vendors).await {
        Ok(house) => house,
        Err(error) => {
            terminal.remark(&format!("error: failed to {error}"))?;
            return Ok(None);
        }
    };
    if let Some(warning) = reach.warning(bot) {
        terminal.remark(&warning)?;
    }
    if bot.is_none() {
        terminal.remark("playing with the built-in example bot; name yours with --bot http://…")?;
    }
    if let Some(tls) = house.premises.tls() {
        terminal.remark(&format!("the platforms are at {}", house.premises.url()))?;
        for line in secure::instructions(tls, &house.premises.plain_url()) {
            terminal.remark(&line)?;
        }
    }
    unknown.map_or(Ok(()), |why| terminal.remark(why))?;
    Ok(Some(Arc::new(house)))
}

/// Why the bot cannot be played with; nothing if it listens, now or soon.
pub(super) async fn out_of_reach(bot: &Bot) -> Option<String> {
    let Bot::At(address) = bot else { return None };
    (!listens(address).await)
        .then(|| format!("error: the bot does not listen at {address}; start it, or name another with --bot"))
}

/// Why nothing more can be played with a bot that listened before; nothing if it listens, now or soon.
pub(super) async fn gone(bot: &Bot) -> Option<String> {
    let Bot::At(address) = bot else { return None };
    (!listens(address).await).then(|| crashed(address))
}

/// What is said of a bot that listened before.
pub(super) fn crashed(address: &str) -> String {
    format!("the bot does not listen at {address} any more; has it crashed?")
}

/// The flags of a command that plays with the same bot, each with a space before it.
pub(super) fn bot_flags(bot: Option<&Bot>, port: u16) -> String {
    let bot = bot.map_or(String::new(), |bot| format!(" --bot {bot}"));
    // A bot of one's own is told where the platform is.
    match port {
        0 | PORT => bot,
        port => format!("{bot} --port {port}"),
    }
}

/// Whether somebody listens at an address, now or soon.
async fn listens(address: &str) -> bool {
    let knock = async {
        while !connect(address).await {
            ticker::pause(KNOCK_AGAIN).await;
        }
    };
    ticker::within(BOT_STARTS_WITHIN, knock).await.is_some()
}

/// Whether somebody listens at an address at this moment.
pub(super) async fn connect(address: &str) -> bool {
    let Ok(uri) = address.parse::<http::Uri>() else { return false };
    let Some(host) = uri.host() else { return false };
    TcpStream::connect((
        host.trim_matches(['[', ']']),
        uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 }),
    ))
    .await
    .is_ok()
}
