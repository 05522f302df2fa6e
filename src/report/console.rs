//! A run for people: the timeline of each scenario, what was wrong with it, and a summary at the end.

use std::fmt::Write as _;
use std::time::Duration;

use super::text::{Tone, count, one_line};
use super::{Counts, Detail, Outcome, Status, timeline};
use crate::base::diag::Paint;
use crate::base::time::VirtualSpan;
use crate::journal::Journal;

/// One scenario: a heading, its timeline, and its failures.
#[must_use]
pub fn scenario(outcome: &Outcome, journal: &Journal, detail: Detail, paint: Paint) -> String {
    let mut out = heading(outcome, paint);
    match (detail, outcome.status) {
        (_, Status::Skipped | Status::Unplayed) => {
            let word = if outcome.status == Status::Skipped { "skipped" } else { "not played" };
            let reason = one_line(outcome.skipped.as_deref().unwrap_or_default());
            let _ = writeln!(out, "  {}\n", Tone::Faint.paint(&format!("{word}: {reason}"), paint));
            return out;
        }
        (Detail::FailuresOnly, Status::Passed) => return out,
        (Detail::Full, Status::Passed | Status::Failed | Status::Errored)
        | (Detail::FailuresOnly, Status::Failed | Status::Errored) => {}
    }
    let _ = writeln!(out, "\n{}", timeline::render(journal, paint).trim_end_matches('\n'));
    for failure in &outcome.failures {
        out.push('\n');
        for line in failure.render(outcome, paint).lines() {
            let _ = writeln!(out, "  {line}");
        }
    }
    out.push('\n');
    out
}

/// The timeline alone, without colours, for reports that machines keep.
#[must_use]
pub fn transcript(journal: &Journal) -> String {
    timeline::render(journal, Paint::Plain)
}

/// The end of a run: how many scenarios passed, what happened in all of them together, and where to look.
#[must_use]
pub fn summary(outcomes: &[Outcome], wall: Duration, paint: Paint) -> String {
    let of = |status: Status| outcomes.iter().filter(|outcome| outcome.status == status).count();
    let mut total = Counts::default();
    let mut nanos = 0_u64;
    for outcome in outcomes {
        total += outcome.counts;
        nanos = nanos.saturating_add(outcome.span.as_nanos());
    }
    let span = VirtualSpan::from_millis(nanos / 1_000_000);
    let mut out = String::new();
    for outcome in outcomes {
        for failure in &outcome.failures {
            let place = one_line(&failure.place(outcome));
            let title = Tone::Bad.paint(failure.problem.title(), paint);
            let _ = writeln!(out, "{} {place}: {title}", mark(outcome.status, paint));
        }
    }
    if !out.is_empty() {
        out.push('\n');
    }
    let parts = [
        (of(Status::Passed), "passed", Tone::Good),
        (of(Status::Failed), "failed", Tone::Bad),
        (of(Status::Errored), "could not be played", Tone::Bad),
        (of(Status::Unplayed), "not played", Tone::Warning),
        (of(Status::Skipped), "skipped", Tone::Warning),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, word, tone)| tone.paint(&format!("{number} {word}"), paint))
        .collect();
    let _ = writeln!(
        out,
        "{}: {}",
        count(outcomes.len(), "scenario"),
        if parts.is_empty() { "nothing was tested".to_owned() } else { parts.join(", ") }
    );
    let _ = writeln!(
        out,
        "{} met, {} missed · {} in {} · {}",
        count(total.met, "expectation"),
        total.missed,
        count(total.deliveries, "webhook"),
        count(total.attempts, "attempt"),
        count(total.calls, "call"),
    );
    let notes = [
        (total.violations, "warning"),
        (total.faults, "planned fault"),
        (total.undecided, "undecided webhook"),
        (total.late, "late call"),
    ];
    let notes: Vec<String> =
        notes.iter().filter(|(number, _)| *number > 0).map(|(number, noun)| count(*number, noun)).collect();
    if !notes.is_empty() {
        let _ = writeln!(out, "{}", Tone::Warning.paint(&notes.join(" · "), paint));
    }
    let _ = writeln!(out, "{}", Tone::Faint.paint(&format!("{span} of virtual time in {}", real(wall)), paint));
    out
}

fn heading(outcome: &Outcome, paint: Paint) -> String {
    let name = Tone::Strong.paint(&one_line(&outcome.name), paint);
    let about = [one_line(&outcome.file), outcome.platform.clone(), format!("seed {}", outcome.seed)];
    let about: Vec<String> = about.into_iter().filter(|part| !part.is_empty()).collect();
    let about = Tone::Faint.paint(&about.join(" · "), paint);
    format!("{} {name}\n  {about}\n", mark(outcome.status, paint))
}

fn mark(status: Status, paint: Paint) -> String {
    match status {
        Status::Passed => Tone::Good.paint("✓", paint),
        Status::Failed => Tone::Bad.paint("✗", paint),
        Status::Errored => Tone::Bad.paint("!", paint),
        Status::Skipped | Status::Unplayed => Tone::Faint.paint("-", paint),
    }
}

/// Real time in seconds, to the millisecond.
fn real(wall: Duration) -> String {
    format!("{:.3}s", wall.as_secs_f64())
}
