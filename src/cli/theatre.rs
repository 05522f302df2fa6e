//! Where `explore` plays scenarios: each run has a number, which its seed follows from.

use std::sync::Arc;

use super::house::House;
use super::performance::Play;
use super::select;
use super::shell::quoted;
use crate::base::diag::Paint;
use crate::base::rng::Seed;
use crate::base::time::WallLimit;
use crate::engine::clock::Pace;
use crate::explore::case::Case;
use crate::explore::survey::{Chance, survey};
use crate::journal::file::Heading;
use crate::journal::{self, Journal};
use crate::platform::Vendor;
use crate::report::explored::Mark;
use crate::report::{Detail, Outcome, console};
use crate::scenario::node::parse;
use crate::scenario::write::document;
use crate::scenario::{Scenario, Vocabulary, load};

/// Where cases are played.
#[derive(Clone)]
pub(super) struct Theatre {
    /// Where worlds are open.
    pub(super) house: Arc<House>,
    /// All platforms.
    pub(super) vendors: &'static [Vendor],
    /// The file that is explored.
    pub(super) file: String,
    /// The file that the smallest case will stand in: all chance follows from it, so that it fails there as it did here.
    pub(super) output: String,
    /// What the seeds of all runs follow from.
    pub(super) seed: Seed,
    /// How long a run may really take.
    pub(super) timeout: Option<WallLimit>,
    /// What follows the name of a file in the command that plays it with the same bot.
    pub(super) flags: String,
    /// Whether what is shown has colours.
    pub(super) paint: Paint,
}

/// What came of one run.
pub(super) struct Played {
    /// What the journal tells.
    pub(super) outcome: Outcome,
    /// What sets its failure apart; nothing if it passed.
    pub(super) mark: Option<Mark>,
    /// The run for people, if it failed.
    pub(super) shown: String,
    /// What could have gone another way in it.
    pub(super) chances: Vec<Chance>,
}

impl Theatre {
    /// The command that plays a file with the same bot.
    pub(super) fn repeat(&self, file: &str) -> String {
        format!("rehearsal run {}{}", quoted(file), self.flags)
    }

    /// Plays a case as the `nth` run, if it is a scenario at all.
    pub(super) async fn play(&self, case: &Case, nth: u32) -> Option<Played> {
        let text = document(&case.document());
        let words: Vec<Vocabulary> = self.vendors.iter().map(|vendor| vendor.vocabulary).collect();
        let scenario = load(&text, &words).ok()?;
        let root = parse(&text).ok()?;
        let retry = self.vendors.iter().find(|vendor| vendor.name == scenario.platform).and_then(|vendor| {
            let staff = (vendor.vocabulary.setup)(&scenario.setup, &mut Vec::new());
            staff.retries_after
        });
        let look = |journal: &Journal| survey(journal, &root, &scenario, retry);
        Some(self.perform(&scenario, &self.output, nth, look).await)
    }

    /// Plays a scenario as the `nth` run, as it stands in this file.
    pub(super) async fn perform(
        &self,
        scenario: &Scenario,
        file: &str,
        nth: u32,
        look: impl Fn(&Journal) -> Vec<Chance>,
    ) -> Played {
        let seed = select::round(self.seed, nth);
        let play = Play {
            scenario,
            world: file.to_owned(),
            seed,
            pace: Pace::Stepped,
            allow_prefer: false,
            timeout: self.timeout,
        };
        let told = |journal: &Journal, played: journal::file::Played| {
            let heading = Heading {
                name: scenario.name.clone(),
                file: file.to_owned(),
                platform: scenario.platform.to_owned(),
                seed,
                row: scenario.row,
                round: 0,
                repeat: self.repeat(file),
                played,
            };
            let outcome = Outcome::of(journal, &heading);
            let mark = Mark::of(&outcome);
            let shown = console::scenario(&outcome, journal, Detail::FailuresOnly, self.paint);
            Played { mark, shown, chances: look(journal), outcome }
        };
        let whole = journal::file::Played::Whole;
        let seen = |journal: &Journal, trouble: Option<String>| {
            told(journal, trouble.map_or(whole, journal::file::Played::Cut))
        };
        // A signal ends the search as a whole, runs that are not over with it.
        let nothing = Journal::new(journal::Bounds::DEFAULT);
        match play.perform(&self.house, self.vendors, std::future::pending(), seen).await {
            Ok(Some(played)) => played,
            Ok(None) => told(&nothing, journal::file::Played::Never("it never began".to_owned())),
            Err(error) => told(&nothing, journal::file::Played::Cut(format!("failed to {error}"))),
        }
    }
}
