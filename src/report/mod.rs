//! What came of a scenario, computed from its journal and from nothing else, and the forms in which it is told.
//!
//! [`Outcome`] holds the facts; [`console`], [`junit`], [`json`], [`tap`], [`github`], [`explored`] and
//! [`html`] give them form; [`coverage`] tells what all scenarios together touched, and [`progress`] how far a run is; [`exit`]
//! is the number for the shell.
//! Nothing here plays a scenario or writes a file.

mod cause;
pub mod console;
pub mod coverage;
pub mod exit;
pub mod explored;
pub mod failure;
pub mod github;
pub mod html;
pub mod json;
pub mod junit;
mod narrate;
pub mod progress;
pub mod tap;
pub(crate) mod text;
mod timeline;
pub mod watch;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

pub use exit::Exit;
pub use failure::{Failure, Problem};

use self::narrate::Narrator;
use crate::base::id::DeliveryId;
use crate::base::rng::Seed;
use crate::base::time::VirtualSpan;
use crate::journal::entry::{Miss, Source, Verdict};
use crate::journal::file::{Heading, Played};
use crate::journal::{Entry, Journal, What};

/// How much of a run is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detail {
    /// The timeline of every scenario.
    Full,
    /// The timelines of scenarios that did not pass; one line for each of the others.
    FailuresOnly,
}

/// What came of a scenario.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What the scenario is about; its file where it has no name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// The platform it was played on.
    pub platform: String,
    /// The seed of all chance in it.
    pub seed: Seed,
    /// Whether it passed.
    pub status: Status,
    /// The steps that were begun, in order.
    pub steps: Vec<StepOutcome>,
    /// What was not as it should be, in the order in which it turned out.
    pub failures: Vec<Failure>,
    /// Why it was not played, if it was not to be, or never began.
    pub skipped: Option<String>,
    /// What the bot did that the vendor's documents do not allow.
    pub warnings: Vec<String>,
    /// What happened how often.
    pub counts: Counts,
    /// How much virtual time it spans.
    pub span: VirtualSpan,
    /// How long it really took.
    pub wall: Duration,
    /// The command that repeats it.
    pub repeat: String,
}

/// Whether a scenario passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It was played to its end and every expectation was met.
    Passed,
    /// An expectation was not met, or what the bot had done made an act impossible.
    Failed,
    /// It could not be played to its end, so nothing is known.
    Errored,
    /// It never began, because the run ended before.
    Unplayed,
    /// It was not to be played.
    Skipped,
}

/// What came of one step.
#[derive(Clone, Debug)]
pub struct StepOutcome {
    /// Which step, from 0.
    pub index: usize,
    /// Its line in the file.
    pub line: usize,
    /// The step on one line.
    pub source: String,
    /// What came of it.
    pub result: StepResult,
}

/// What came of one step.
#[derive(Clone, Debug)]
pub enum StepResult {
    /// It was done; there was nothing to judge.
    Done,
    /// Its expectation was met.
    Met,
    /// Its expectation was not met.
    Missed(Miss),
    /// Its act was not possible, for this reason.
    Refused(String),
}

/// What happened how often.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Counts {
    /// Expectations that were met.
    pub met: usize,
    /// Expectations that were not met.
    pub missed: usize,
    /// Webhooks that were due.
    pub deliveries: usize,
    /// Attempts to deliver them.
    pub attempts: usize,
    /// Webhooks whose fate was still open when the scenario ended.
    pub undecided: usize,
    /// Calls of the bot.
    pub calls: usize,
    /// Things the bot did that the vendor's documents do not allow.
    pub violations: usize,
    /// Planned faults that fired.
    pub faults: usize,
    /// Calls of the bot that came after the scenario had ended.
    pub late: usize,
}

impl Counts {
    /// Expectations that were decided.
    #[must_use]
    pub const fn expectations(&self) -> usize {
        self.met + self.missed
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        let Self { met, missed, deliveries, attempts, undecided, calls, violations, faults, late } = other;
        self.met += met;
        self.missed += missed;
        self.deliveries += deliveries;
        self.attempts += attempts;
        self.undecided += undecided;
        self.calls += calls;
        self.violations += violations;
        self.faults += faults;
        self.late += late;
    }
}

impl Outcome {
    /// Reads the outcome out of a finished world's journal, and out of what the journal does not say.
    #[must_use]
    pub fn of(journal: &Journal, heading: &Heading) -> Self {
        let mut tally = Tally::new(journal, heading);
        for entry in journal.iter() {
            tally.take(entry);
        }
        tally.finish(heading)
    }

    /// That of a scenario of whose journal nothing is known yet.
    fn blank(heading: &Heading) -> Self {
        let Heading { name, file, platform, seed, repeat, .. } = heading;
        Self {
            name: if name.is_empty() { file.clone() } else { name.clone() },
            file: file.clone(),
            platform: platform.clone(),
            seed: *seed,
            status: Status::Passed,
            steps: Vec::new(),
            failures: Vec::new(),
            skipped: None,
            warnings: Vec::new(),
            counts: Counts::default(),
            span: VirtualSpan::ZERO,
            wall: Duration::ZERO,
            repeat: repeat.clone(),
        }
    }

    fn unplayed(self, status: Status, reason: &str) -> Self {
        Self { status, skipped: Some(reason.to_owned()), ..self }
    }

    /// The line of the file to look at first: that of the first failure, if one is known.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.failures.iter().find_map(|failure| failure.line)
    }
}

/// Goes through a journal once.
struct Tally<'j> {
    journal: &'j Journal,
    narrator: Narrator<'j>,
    outcome: Outcome,
    open: Vec<DeliveryId>,
    ended: bool,
}

impl<'j> Tally<'j> {
    fn new(journal: &'j Journal, heading: &Heading) -> Self {
        let outcome = Outcome::blank(heading);
        Self { journal, narrator: Narrator::of(journal), outcome, open: Vec::new(), ended: false }
    }

    fn take(&mut self, entry: &Entry) {
        let counts = &mut self.outcome.counts;
        match &entry.what {
            What::Step { index, line, source } => {
                let step = StepOutcome { index: *index, line: *line, source: source.clone(), result: StepResult::Done };
                self.outcome.steps.push(step);
            }
            What::Refused { index, reason } => self.refused(*index, reason, entry),
            What::Called(called) if called.source == Source::Scenario => {}
            What::Called(_) if self.ended => counts.late += 1,
            What::Called(_) => counts.calls += 1,
            // What the scenario itself does wrong, it does on purpose.
            What::Violated { source: Source::Scenario, .. } => {}
            What::Violated { source: Source::Bot, detail } => {
                counts.violations += 1;
                self.outcome.warnings.push(detail.clone());
            }
            What::Faulted { .. } => counts.faults += 1,
            What::Queued { delivery, .. } => {
                counts.deliveries += 1;
                self.open.push(*delivery);
            }
            What::Sent { .. } => counts.attempts += 1,
            What::Settled { delivery, fate: _ } => self.open.retain(|open| open != delivery),
            What::Judged { index, verdict } => self.judged(*index, verdict, entry),
            What::Ended => {
                self.ended = true;
                counts.undecided = self.open.len();
            }
            What::Opened { .. }
            | What::Said(_)
            | What::Changed { .. }
            | What::Connected { .. }
            | What::Framed { .. }
            | What::Disconnected { .. }
            | What::Answered { .. }
            | What::Kept { .. }
            | What::Chosen { .. }
            | What::Remarked { .. } => {}
        }
    }

    /// Where no step is to blame, it is told with the one that began last.
    fn refused(&mut self, index: Option<usize>, reason: &str, entry: &Entry) {
        let refused = |step: &&mut StepOutcome| index.is_none_or(|index| step.index == index);
        let step = self.outcome.steps.iter_mut().rfind(refused);
        let (line, source) = step.map_or((None, String::new()), |step| {
            step.result = StepResult::Refused(reason.to_owned());
            (Some(step.line), step.source.clone())
        });
        self.fail(line, source, Problem::Refused { reason: reason.to_owned() }, entry);
    }

    fn judged(&mut self, index: usize, verdict: &Verdict, entry: &Entry) {
        let step = self.outcome.steps.iter_mut().rfind(|step| step.index == index);
        match verdict {
            Verdict::Met => {
                self.outcome.counts.met += 1;
                if let Some(step) = step {
                    step.result = StepResult::Met;
                }
            }
            Verdict::Missed(miss) => {
                self.outcome.counts.missed += 1;
                let (line, source) = match step {
                    Some(step) => {
                        step.result = StepResult::Missed(miss.clone());
                        (Some(step.line), step.source.clone())
                    }
                    None => (None, String::new()),
                };
                self.fail(line, source, Problem::Missed(miss.clone()), entry);
            }
        }
    }

    fn fail(&mut self, line: Option<usize>, step: String, problem: Problem, entry: &Entry) {
        self.outcome.status = Status::Failed;
        let recent = failure::Recent::before(entry.seq, self.journal, &self.narrator);
        let causes = problem.causes(&self.narrator);
        self.outcome.failures.push(Failure { line, step, problem, causes, recent });
    }

    fn finish(mut self, heading: &Heading) -> Outcome {
        let journal = self.journal;
        if let (Some(first), Some(last)) = (journal.iter().next(), journal.iter().next_back()) {
            self.outcome.span = last.at.since(first.at);
            // A world may wait for others before it is played; that is not the bot's time.
            let played = journal.iter().find(|entry| matches!(entry.what, What::Step { .. })).unwrap_or(first);
            self.outcome.wall = last.wall.since(played.wall);
        }
        // A journal that lost its beginning may have lost a failure with it.
        let lost = journal.dropped();
        let reason = match &heading.played {
            Played::Skipped(reason) => return self.outcome.unplayed(Status::Skipped, reason),
            Played::Never(reason) => return self.outcome.unplayed(Status::Unplayed, reason),
            Played::Cut(reason) => Some(reason.clone()),
            Played::Whole if lost > 0 => Some(format!("the journal was full and lost its first {lost} entries")),
            Played::Whole if !self.ended && self.outcome.status == Status::Passed => {
                Some("the scenario was not played to its end".to_owned())
            }
            Played::Whole => None,
        };
        if let Some(reason) = reason {
            if self.outcome.status == Status::Passed {
                self.outcome.status = Status::Errored;
            }
            let (line, step) =
                self.outcome.steps.last().map_or((None, String::new()), |step| (Some(step.line), step.source.clone()));
            let recent = failure::Recent::before(journal.end(), journal, &self.narrator);
            let problem = Problem::Trouble { reason };
            self.outcome.failures.push(Failure { line, step, problem, causes: BTreeMap::new(), recent });
        }
        self.outcome
    }
}
