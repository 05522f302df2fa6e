//! Plays the scenarios of a run, some side by side, and tells of them in their order.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, OnceLock};

use tokio::sync::watch;

use super::Terminal;
use super::house::House;
use super::part::{Done, Part};
use super::performance;
use super::recording::Recording;
use super::signals::Signals;
use super::told::Told;
use super::value::Bot;
use crate::base::time::WallLimit;
use crate::journal::file::Played;
use crate::platform::Vendor;
use crate::report::Status;
use crate::report::progress::Progress;
use crate::server::ticker;

/// Why a scenario is not played after another one that did not pass.
const STOPPED: &str = "--fail-fast: a scenario did not pass";
/// Why nothing is known of a scenario that began.
const BROKEN: &str = "the program failed while it was played";

/// How long a status line stands, at least.
const GLANCE: WallLimit = WallLimit::from_millis(100);

/// What a worker tells.
enum News {
    /// The part at this place begins.
    Began(usize),
    /// It has ended.
    Ended(usize, Box<Done>),
}

/// What has been played.
pub(super) struct Repertoire {
    /// What is told of each scenario, in their order.
    pub(super) told: Vec<Told>,
    /// Whether a signal has cut it short.
    pub(super) interrupted: bool,
}

/// Where scenarios are played.
pub(super) struct Stage {
    pub(super) house: Arc<House>,
    pub(super) jobs: usize,
    pub(super) bot: Bot,
    pub(super) fail_fast: bool,
}

impl Stage {
    /// Plays all parts, so many at once, and shows and records them in their order. A signal ends it early, with what is
    /// known by then; a second one at once, with nothing.
    ///
    /// # Errors
    /// If a stream or a signal handler fails.
    pub(super) async fn play(
        self,
        parts: Vec<Part>,
        vendors: &'static [Vendor],
        recording: Option<&mut Recording>,
        terminal: &mut Terminal<'_>,
    ) -> io::Result<Option<Repertoire>> {
        // Taken over before anything can be seen from outside, so that a signal never finds the program unprepared.
        let mut signals = Signals::listen()?;
        let interrupt = watch::Sender::new(false);
        let fail_fast = self.fail_fast;
        let bot = Arc::new(self.bot);
        let parts: Arc<[Part]> = parts.into();
        let mut programme = Programme { waiting: BTreeMap::new(), told: Vec::new(), recording };
        // What becomes of those that have not begun, once that is clear.
        let stopped = Arc::new(OnceLock::new());
        let (house, interrupted) = (Arc::clone(&self.house), interrupt.subscribe());
        let (mut workers, mut news) = performance::side_by_side(self.jobs, &parts, move |parts, index, tell| {
            let (house, bot, stopped) = (Arc::clone(&house), Arc::clone(&bot), Arc::clone(&stopped));
            let mut interrupted = interrupted.clone();
            async move {
                // Nobody receives any more only if the program ends at once.
                let _ = tell.send(News::Began(index));
                let played = match stopped.get() {
                    Some(instead) => parts[index].unplayed(Played::clone(instead)),
                    None => parts[index].play(&house, vendors, &mut interrupted).await,
                };
                let failed = matches!(played.told.outcome.status, Status::Failed | Status::Errored);
                if failed && fail_fast {
                    stopped.get_or_init(|| Played::Skipped(STOPPED.to_owned()));
                } else if failed
                    && index + 1 < parts.len()
                    && let Some(why) = performance::gone(&bot).await
                {
                    stopped.get_or_init(|| Played::Never(why));
                }
                let _ = tell.send(News::Ended(index, Box::new(played)));
            }
        });
        let mut progress = Progress::new(parts.len());
        let mut glance = std::pin::pin!(ticker::pause(GLANCE));
        loop {
            tokio::select! {
                next = news.recv() => match next {
                    Some(News::Began(index)) => progress.begin(index, parts[index].title()),
                    Some(News::Ended(index, done)) => {
                        progress.end(index, done.told.outcome.status);
                        programme.take(index, *done, terminal)?;
                    }
                    None => break,
                },
                () = &mut glance => {
                    terminal.show(&progress.line())?;
                    glance.set(ticker::pause(GLANCE));
                }
                () = signals.next() => {
                    if interrupt.send_replace(true) {
                        terminal.clear()?;
                        return Ok(None);
                    }
                    terminal.remark("interrupted; this is what is known so far (once more ends at once)")?;
                }
            }
        }
        terminal.clear()?;
        // A worker does not panic; if one does, the others go on, and what it played is told as well.
        for (index, part) in parts.iter().enumerate() {
            if programme.lacks(index) {
                programme.take(index, part.unplayed(Played::Cut(BROKEN.to_owned())), terminal)?;
            }
        }
        while workers.join_next().await.is_some() {}
        if let Ok(house) = Arc::try_unwrap(self.house) {
            tokio::select! {
                () = house.close() => {}
                () = signals.next() => {
                    if interrupt.send_replace(true) {
                        return Ok(None);
                    }
                }
            }
        }
        let interrupted = *interrupt.borrow();
        Ok(Some(Repertoire { told: programme.told, interrupted }))
    }
}

/// Tells of scenarios in their order, whatever the order in which they end.
struct Programme<'r> {
    /// Those that ended before one that comes first.
    waiting: BTreeMap<usize, Done>,
    /// Those that were shown and recorded.
    told: Vec<Told>,
    recording: Option<&'r mut Recording>,
}

impl Programme<'_> {
    /// Takes the scenario at this place, and shows and records all whose turn it is.
    fn take(&mut self, index: usize, done: Done, terminal: &mut Terminal<'_>) -> io::Result<()> {
        self.waiting.insert(index, done);
        while let Some(next) = self.waiting.remove(&self.told.len()) {
            let Done { mut told, lines } = next;
            terminal.data(&std::mem::take(&mut told.shown))?;
            if let Some(recording) = &mut self.recording {
                recording.write(&lines);
            }
            self.told.push(told);
        }
        Ok(())
    }

    /// Whether nothing is known of the scenario at this place.
    fn lacks(&self, index: usize) -> bool {
        index >= self.told.len() && !self.waiting.contains_key(&index)
    }
}
