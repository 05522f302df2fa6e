//! A run as one JSON document. Keys are stable: new ones may be added, none is renamed or removed within a version.
//!
//! ```text
//! version      1
//! exit_code    the number the program ends with
//! wall_ms      how long the run really took, in milliseconds
//! summary      scenarios, passed, failed, errored, unplayed, skipped, and the sums of all `counts`
//! scenarios[]  name, file, platform, seed, status (passed | failed | errored | unplayed | skipped), skipped (why it was not
//!              played, or null), repeat, virtual_ms, wall_ms
//!   counts     met, missed, deliveries, attempts, undecided, calls, violations, faults, late
//!   steps[]    index, line, source, result (done | met | missed | refused); for `missed`: expected, found, matches, nearest;
//!              for `refused`: reason
//!   failures[] line, kind (missed | refused | trouble), summary, text (what the console shows)
//!   warnings[] what the bot did that the vendor's documents do not allow
//! ```

use std::time::Duration;

use serde::Serialize;

use super::{Counts, Exit, Outcome, Status, StepOutcome, StepResult};
use crate::base::diag::Paint;
use crate::journal::entry::{Match, Miss, Near};

/// The version of the document's shape.
const VERSION: u32 = 1;

/// The document for these outcomes and what the program ends with.
///
/// # Panics
/// Never: the document has string keys and finite numbers only.
#[must_use]
pub fn document(outcomes: &[Outcome], exit: Exit, wall: Duration) -> String {
    let document = Document {
        version: VERSION,
        exit_code: exit.number(),
        wall_ms: millis(wall),
        summary: Summary::of(outcomes),
        scenarios: outcomes.iter().map(Scenario::of).collect(),
    };
    let mut text = serde_json::to_string_pretty(&document).expect("string keys and finite numbers only");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'o> {
    version: u32,
    exit_code: u8,
    wall_ms: f64,
    summary: Summary,
    scenarios: Vec<Scenario<'o>>,
}

#[derive(Serialize)]
struct Summary {
    scenarios: usize,
    passed: usize,
    failed: usize,
    errored: usize,
    unplayed: usize,
    skipped: usize,
    #[serde(flatten)]
    counts: Counts,
}

impl Summary {
    fn of(outcomes: &[Outcome]) -> Self {
        let of = |status: Status| outcomes.iter().filter(|outcome| outcome.status == status).count();
        let mut counts = Counts::default();
        for outcome in outcomes {
            counts += outcome.counts;
        }
        Self {
            scenarios: outcomes.len(),
            passed: of(Status::Passed),
            failed: of(Status::Failed),
            errored: of(Status::Errored),
            unplayed: of(Status::Unplayed),
            skipped: of(Status::Skipped),
            counts,
        }
    }
}

#[derive(Serialize)]
struct Scenario<'o> {
    name: &'o str,
    file: &'o str,
    platform: &'o str,
    seed: u64,
    status: Status,
    skipped: Option<&'o str>,
    repeat: &'o str,
    virtual_ms: u64,
    wall_ms: f64,
    counts: Counts,
    steps: Vec<Step<'o>>,
    failures: Vec<Failure>,
    warnings: &'o [String],
}

#[derive(Serialize)]
struct Step<'o> {
    index: usize,
    line: usize,
    source: &'o str,
    #[serde(flatten)]
    result: Result<'o>,
}

#[derive(Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
enum Result<'o> {
    Done,
    Met,
    Missed { expected: &'o str, found: &'o str, matches: &'o [Match], nearest: &'o [Near] },
    Refused { reason: &'o str },
}

#[derive(Serialize)]
struct Failure {
    line: Option<usize>,
    kind: &'static str,
    summary: String,
    text: String,
}

impl<'o> Scenario<'o> {
    fn of(outcome: &'o Outcome) -> Self {
        let failure = |failure: &super::Failure| Failure {
            line: failure.line,
            kind: failure.problem.kind(),
            summary: failure.problem.summary(),
            text: failure.render(outcome, Paint::Plain),
        };
        Self {
            name: &outcome.name,
            file: &outcome.file,
            platform: &outcome.platform,
            seed: outcome.seed.0,
            status: outcome.status,
            skipped: outcome.skipped.as_deref(),
            repeat: &outcome.repeat,
            virtual_ms: outcome.span.as_nanos() / 1_000_000,
            wall_ms: millis(outcome.wall),
            counts: outcome.counts,
            steps: outcome.steps.iter().map(Step::of).collect(),
            failures: outcome.failures.iter().map(failure).collect(),
            warnings: &outcome.warnings,
        }
    }
}

impl<'o> Step<'o> {
    fn of(step: &'o StepOutcome) -> Self {
        let result = match &step.result {
            StepResult::Done => Result::Done,
            StepResult::Met => Result::Met,
            StepResult::Missed(Miss { expected, found, matches, nearest }) => {
                Result::Missed { expected, found, matches, nearest }
            }
            StepResult::Refused(reason) => Result::Refused { reason },
        };
        Self { index: step.index, line: step.line, source: &step.source, result }
    }
}

/// Milliseconds to the microsecond, as in the journal's lines.
fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
