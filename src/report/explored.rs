//! What came of playing one scenario in many variants, for people and as JSON.
//!
//! ```text
//! version   1
//! exit_code the number the program ends with
//! file, seed, wall_ms
//! runs      variants that were played
//! failed    of these, failed ones
//! uncounted of these, failed ones that may be the doing of the platform's clock rather than of the bot
//! kinds[]   name, step, kind (missed | refused | trouble), summary, runs (how often), first (the first variant, from 1)
//! shrunk    null, or: file, runs (tried to get there), complete (whether nothing more can be left out), faults, steps,
//!           steps_before, failed, played (how often it failed of how many times), repeat
//! ```

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use super::text::{Tone, count, one_line, parted};
use super::{Exit, Outcome};
use crate::base::diag::Paint;
use crate::base::rng::Seed;

/// The version of the document's shape.
const VERSION: u32 = 1;

/// What sets one kind of failure apart from others, without what was found instead, which may have made-up values in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    name: String,
    step: String,
    kind: &'static str,
}

impl Mark {
    /// That of the first failure of a run; nothing if it passed.
    #[must_use]
    pub fn of(outcome: &Outcome) -> Option<Self> {
        let failure = outcome.failures.first()?;
        // In whichever round a step fails, it is the same failure.
        let step = match parted(&failure.step) {
            (text, note) if note.contains("# round ") => text,
            _ => &failure.step,
        };
        Some(Self { name: outcome.name.clone(), step: step.to_owned(), kind: failure.problem.kind() })
    }

    /// The step that failed, on one line.
    #[must_use]
    pub fn step(&self) -> &str {
        &self.step
    }
}

/// One kind of failure.
#[derive(Clone, Debug)]
pub struct Kind {
    /// What sets it apart.
    pub mark: Mark,
    /// What was wrong the first time, in one sentence.
    pub summary: String,
    /// In how many variants it was found.
    pub runs: usize,
    /// The first of these, from 1.
    pub first: usize,
}

/// All that was found.
#[derive(Clone, Debug)]
pub struct Explored {
    /// The scenario's file.
    pub file: String,
    /// What the variants follow from.
    pub seed: Seed,
    /// How many variants were played.
    pub runs: usize,
    /// How many failed in a way that does not count.
    pub uncounted: usize,
    /// The kinds of failure, by the first variant that had them.
    pub kinds: Vec<Kind>,
    /// How long it really took.
    pub wall: Duration,
}

impl Explored {
    /// Takes a variant, from 1, that failed.
    pub fn take(&mut self, variant: usize, mark: Mark, outcome: &Outcome) {
        if let Some(kind) = self.kinds.iter_mut().find(|kind| kind.mark == mark) {
            kind.runs += 1;
            return;
        }
        let summary = outcome.failures.first().map_or(String::new(), |failure| failure.problem.summary());
        self.kinds.push(Kind { mark, summary, runs: 1, first: variant });
    }

    fn failed(&self) -> usize {
        self.kinds.iter().map(|kind| kind.runs).sum()
    }
}

/// A scenario that was made as small as it can be while it fails.
#[derive(Clone, Debug, Serialize)]
pub struct Shrunk {
    /// The file it was written to.
    pub file: String,
    /// How many runs it took.
    pub runs: usize,
    /// Whether nothing more can be left out.
    pub complete: bool,
    /// How many faults are left in it.
    pub faults: usize,
    /// How many of the scenario's own steps.
    pub steps: usize,
    /// How many steps the scenario had.
    pub steps_before: usize,
    /// How often it failed when it was played again.
    pub failed: usize,
    /// Of how many times.
    pub played: usize,
    /// The command that repeats it.
    pub repeat: String,
}

/// What was found, for people: a line for each kind of failure, and what was tried.
#[must_use]
pub fn summary(explored: &Explored, paint: Paint) -> String {
    let mut out = String::new();
    for kind in &explored.kinds {
        let cross = Tone::Bad.paint("✗", paint);
        let _ = writeln!(out, "{cross} {}", one_line(&kind.mark.step));
        let often = format!("in {}, first in variant {}", count(kind.runs, "run"), kind.first);
        let _ = writeln!(out, "  {}; {}", kind.summary, Tone::Faint.paint(&often, paint));
    }
    let result = match explored.failed() {
        0 => Tone::Good.paint("none failed", paint),
        failed => Tone::Bad.paint(&format!("{failed} failed"), paint),
    };
    let _ = writeln!(
        out,
        "{} of {}: {result}{} ({:.1} s, seed {})",
        count(explored.runs, "variant"),
        one_line(&explored.file),
        match explored.uncounted {
            0 => String::new(),
            many => format!(", {many} not counted"),
        },
        explored.wall.as_secs_f64(),
        explored.seed,
    );
    out
}

/// How small it became, for people.
#[must_use]
pub fn shrunk(shrunk: &Shrunk, paint: Paint) -> String {
    let mut out = format!(
        "shrunk in {} to {} and {} of {} steps: {}\n",
        count(shrunk.runs, "run"),
        count(shrunk.faults, "fault"),
        shrunk.steps,
        shrunk.steps_before,
        one_line(&shrunk.file),
    );
    if !shrunk.complete {
        out.push_str("it may be larger than it has to be, since shrinking ended early\n");
    }
    let _ = match shrunk.failed {
        failed if failed == shrunk.played => writeln!(out, "it fails every time"),
        failed => {
            let flaky = format!("it is flaky: it failed {failed} of {} times", shrunk.played);
            writeln!(out, "{}", Tone::Warning.paint(&flaky, paint))
        }
    };
    let _ = writeln!(out, "  {}", shrunk.repeat);
    out
}

/// What was found, as one document.
///
/// # Panics
/// Never: the document has string keys and finite numbers only.
#[must_use]
pub fn document(explored: &Explored, shrunk: Option<&Shrunk>, exit: Exit) -> String {
    let document = Document {
        version: VERSION,
        exit_code: exit.number(),
        file: &explored.file,
        seed: explored.seed.0,
        wall_ms: explored.wall.as_secs_f64() * 1_000.0,
        runs: explored.runs,
        failed: explored.failed(),
        uncounted: explored.uncounted,
        kinds: explored.kinds.iter().map(KindOf::from).collect(),
        shrunk,
    };
    let mut text = serde_json::to_string_pretty(&document).expect("string keys and finite numbers only");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'e> {
    version: u32,
    exit_code: u8,
    file: &'e str,
    seed: u64,
    wall_ms: f64,
    runs: usize,
    failed: usize,
    uncounted: usize,
    kinds: Vec<KindOf<'e>>,
    shrunk: Option<&'e Shrunk>,
}

#[derive(Serialize)]
struct KindOf<'e> {
    name: &'e str,
    step: &'e str,
    kind: &'static str,
    summary: &'e str,
    runs: usize,
    first: usize,
}

impl<'e> From<&'e Kind> for KindOf<'e> {
    fn from(kind: &'e Kind) -> Self {
        let Mark { name, step, kind: word } = &kind.mark;
        Self { name, step, kind: word, summary: &kind.summary, runs: kind.runs, first: kind.first }
    }
}
