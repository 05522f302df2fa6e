//! One scenario of a run: how it is played, and what is kept of it.

use tokio::sync::watch;

use super::house::{House, HouseError};
use super::performance::Play;
use super::told::{Manner, Told};
use crate::base::rng::Seed;
use crate::base::time::WallLimit;
use crate::engine::clock::Pace;
use crate::journal::file::{self, Heading, Played};
use crate::journal::{Bounds, Journal};
use crate::platform::Vendor;
use crate::scenario::Scenario;

/// A scenario that is ready to be played.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) file: String,
    pub(super) scenario: Scenario,
    pub(super) seed: Seed,
    /// Which time it is, from 0, that it is played.
    pub(super) round: u32,
    pub(super) pace: Pace,
    pub(super) allow_prefer: bool,
    pub(super) timeout: Option<WallLimit>,
    /// The command that plays it again.
    pub(super) repeat: String,
    pub(super) manner: Manner,
    /// Whether its journal is written.
    pub(super) recorded: bool,
}

/// A scenario that was played, or was not.
pub(super) struct Done {
    /// What is told of it.
    pub(super) told: Told,
    /// Its lines of the journal file, if that is written.
    pub(super) lines: String,
}

impl Part {
    /// Plays it, unless it is not to be played, or the run is interrupted.
    pub(super) async fn play(
        &self,
        house: &House,
        vendors: &'static [Vendor],
        interrupted: &mut watch::Receiver<bool>,
    ) -> Done {
        if let Some(reason) = &self.scenario.skip {
            return self.unplayed(Played::Skipped(reason.clone()));
        }
        if *interrupted.borrow() {
            return self.never();
        }
        match self.perform(house, vendors, interrupted).await {
            Ok(done) => done,
            Err(error) => self.unplayed(Played::Cut(format!("failed to {error}"))),
        }
    }

    async fn perform(
        &self,
        house: &House,
        vendors: &'static [Vendor],
        interrupted: &mut watch::Receiver<bool>,
    ) -> Result<Done, HouseError> {
        let play = Play {
            scenario: &self.scenario,
            world: self.world(),
            seed: self.seed,
            pace: self.pace,
            allow_prefer: self.allow_prefer,
            timeout: self.timeout,
        };
        let look =
            |journal: &Journal, trouble: Option<String>| self.done(trouble.map_or(Played::Whole, Played::Cut), journal);
        let done = play.perform(house, vendors, raised(interrupted), look).await?;
        Ok(done.unwrap_or_else(|| self.never()))
    }

    /// What it is called.
    pub(super) fn title(&self) -> &str {
        if self.scenario.name.is_empty() { &self.file } else { &self.scenario.name }
    }

    /// What sets its world apart from those of other scenarios, and of other rows of the same.
    fn world(&self) -> String {
        match self.scenario.row {
            Some(row) => format!("{}#{row}", self.file),
            None => self.file.clone(),
        }
    }

    fn never(&self) -> Done {
        self.unplayed(Played::Never("the run was interrupted before it began".to_owned()))
    }

    /// What is kept of it if it was not played.
    pub(super) fn unplayed(&self, played: Played) -> Done {
        self.done(played, &Journal::new(Bounds::DEFAULT))
    }

    fn done(&self, played: Played, journal: &Journal) -> Done {
        let heading = Heading {
            name: self.scenario.name.clone(),
            file: self.file.clone(),
            platform: self.scenario.platform.to_owned(),
            seed: self.seed,
            row: self.scenario.row,
            round: self.round,
            repeat: self.repeat.clone(),
            played,
        };
        let lines = if self.recorded { file::scene(&heading, journal) } else { String::new() };
        Done { told: Told::of(&heading, journal, self.manner), lines }
    }
}

/// Waits until the run is interrupted.
async fn raised(interrupted: &mut watch::Receiver<bool>) {
    if interrupted.wait_for(|raised| *raised).await.is_err() {
        // Nobody can interrupt it any more.
        std::future::pending::<()>().await;
    }
}
