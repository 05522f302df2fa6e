//! A probe for people and for machines.
//!
//! The JSON document, whose keys are stable:
//!
//! ```text
//! version      1
//! exit_code    the number the program ends with
//! url, platform, event, seed, deliveries
//! grade        good | weak | bad | unknown
//! summary      good, weak, bad, unknown, not_applicable, not_made
//! checks[]     id, name, severity, sends, wants, why, mend, grade (as above, or not_applicable, or not_made), found
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use crate::base::diag::Paint;
use crate::base::rng::Seed;
use crate::base::time::VirtualSpan;
use crate::cli::list::pretty;
use crate::journal::entry::Miss;
use crate::probe::grade::{Grade, overall};
use crate::probe::round::{Finding, Row};
use crate::report::failure::Recent;
use crate::report::text::{COLUMNS, Tone, one_line, wrap};
use crate::report::{Counts, Exit, Failure, Outcome, Problem, Status};

/// What a round came to.
pub(super) struct Probed {
    pub(super) url: String,
    pub(super) platform: &'static str,
    pub(super) event: &'static str,
    pub(super) seed: Seed,
    /// The command that repeats it, without secrets.
    pub(super) repeat: String,
    pub(super) deliveries: usize,
    pub(super) rows: Vec<Row>,
    pub(super) wall: Duration,
}

/// What can come of a check, each as one word.
const WORDS: [&str; 6] = ["good", "weak", "bad", "unknown", "not_applicable", "not_made"];

/// The indent of what is told about a check.
const INDENT: usize = 9;

impl Finding {
    fn grade(&self) -> Option<Grade> {
        match self {
            Self::Judged(verdict) => Some(verdict.grade),
            Self::NotApplicable(_) | Self::NotMade(_) => None,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Judged(verdict) => verdict.grade.name(),
            Self::NotApplicable(_) => "not_applicable",
            Self::NotMade(_) => "not_made",
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Judged(verdict) => verdict.to_string(),
            Self::NotApplicable(reason) | Self::NotMade(reason) => (*reason).to_owned(),
        }
    }

    /// How often the receiver acted, in words.
    fn acted(&self) -> &str {
        match self {
            Self::Judged(verdict) if !verdict.acted.is_empty() => &verdict.acted,
            Self::Judged(_) | Self::NotApplicable(_) | Self::NotMade(_) => "whether it acted is not known",
        }
    }
}

impl Probed {
    pub(super) fn grade(&self) -> Grade {
        overall(self.rows.iter().filter_map(|row| row.result.grade()))
    }

    /// Something bad is known to be bad, whatever was not tried; nothing bad is no news as long as something is left.
    pub(super) fn exit(&self) -> Exit {
        let unfinished = self.rows.iter().any(|row| matches!(row.result, Finding::NotMade(_)));
        match self.grade() {
            Grade::Bad => Exit::Missed,
            Grade::Good | Grade::Weak | Grade::Unknown if unfinished => Exit::CouldNotRun,
            Grade::Good | Grade::Weak | Grade::Unknown => Exit::Met,
        }
    }

    fn count(&self, word: &str) -> usize {
        self.rows.iter().filter(|row| row.result.word() == word).count()
    }

    /// For people.
    pub(super) fn console(&self, paint: Paint) -> String {
        let mut out = String::new();
        let name = Tone::Strong.paint(&one_line(&self.url), paint);
        let about = format!("{} {} · seed {}", self.platform, self.event, self.seed);
        let _ = writeln!(out, "{name}\n  {}\n", Tone::Faint.paint(&about, paint));
        // What was not made is told once for each reason.
        let mut left: IndexMap<(&str, String), Vec<&str>> = IndexMap::new();
        for Row { check, result } in &self.rows {
            let Some(grade) = result.grade() else {
                left.entry((result.word(), result.text())).or_default().push(check.id);
                continue;
            };
            let word = tone(grade).paint(&format!("{:<8}", grade.name()), paint);
            let _ = writeln!(out, "{word} {} {}: {}", check.id, check.name, result.text());
            if matches!(grade, Grade::Bad | Grade::Weak) {
                paragraph(&mut out, "sent", check.sends, paint);
                paragraph(&mut out, "wanted", check.wants.text(), paint);
                paragraph(&mut out, "why", check.why, paint);
                paragraph(&mut out, "mend", check.mend, paint);
            }
        }
        for ((word, reason), ids) in left {
            let word = word.replace('_', " ");
            let _ = writeln!(out, "\n{}: {reason}", Tone::Strong.paint(&word, paint));
            paragraph(&mut out, "", &ids.join(" "), paint);
        }
        let grade = tone(self.grade()).paint(self.grade().name(), paint);
        let counts = WORDS.map(|word| (self.count(word), word.replace('_', " ")));
        let counts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
        let _ = writeln!(out, "\n{grade}: {}", counts.collect::<Vec<_>>().join(", "));
        let spent = format!("{} deliveries in {:.1}s", self.deliveries, self.wall.as_secs_f64());
        let _ = writeln!(out, "{}", Tone::Faint.paint(&spent, paint));
        out
    }

    /// For programs.
    pub(super) fn document(&self) -> String {
        let checks = self.rows.iter().map(|Row { check, result }| {
            json!({
                "id": check.id,
                "name": check.name,
                "severity": check.severity,
                "sends": check.sends,
                "wants": check.wants.text(),
                "why": check.why,
                "mend": check.mend,
                "grade": result.word(),
                "found": result.text(),
            })
        });
        let summary: serde_json::Map<String, Json> =
            WORDS.into_iter().map(|word| (word.to_owned(), self.count(word).into())).collect();
        pretty(&json!({
            "version": 1,
            "exit_code": self.exit().number(),
            "url": self.url,
            "platform": self.platform,
            "event": self.event,
            "seed": self.seed.0,
            "deliveries": self.deliveries,
            "grade": self.grade(),
            "summary": summary,
            "checks": checks.collect::<Vec<_>>(),
        }))
    }

    /// As the outcomes of a run, for the forms in which those are told: a check is a scenario, what is bad a failure, what
    /// is weak a warning, and what is not known was skipped.
    pub(super) fn outcomes(&self) -> Vec<Outcome> {
        self.rows.iter().map(|row| self.outcome(row)).collect()
    }

    fn outcome(&self, Row { check, result }: &Row) -> Outcome {
        let told = |grade: Grade| format!("{}: {}; {}", grade.name(), result.text(), check.mend);
        let miss = || Miss {
            expected: format!("a receiver that {}", check.wants.text()),
            found: format!("{}; {}", result.text(), check.mend),
            matches: Vec::new(),
            nearest: Vec::new(),
        };
        let failure = || Failure {
            line: None,
            step: String::new(),
            problem: Problem::Missed(miss()),
            causes: BTreeMap::new(),
            recent: Recent { webhooks: vec![check.sends.to_owned()], calls: vec![result.acted().to_owned()] },
        };
        let (status, failures, warnings, skipped) = match result.grade() {
            Some(Grade::Good) => (Status::Passed, Vec::new(), Vec::new(), None),
            Some(grade @ Grade::Weak) => (Status::Passed, Vec::new(), vec![told(grade)], None),
            Some(Grade::Bad) => (Status::Failed, vec![failure()], Vec::new(), None),
            Some(Grade::Unknown) | None => (Status::Skipped, Vec::new(), Vec::new(), Some(result.text())),
        };
        let missed = failures.len();
        Outcome {
            name: format!("{} {}", check.id, check.name),
            file: self.url.clone(),
            platform: self.platform.to_owned(),
            seed: self.seed,
            status,
            steps: Vec::new(),
            failures,
            skipped,
            warnings,
            counts: Counts { met: usize::from(status == Status::Passed), missed, ..Counts::default() },
            span: VirtualSpan::ZERO,
            wall: Duration::ZERO,
            repeat: format!("{} --only {}", self.repeat, check.id),
        }
    }
}

/// A labelled text on as many lines as it takes.
fn paragraph(out: &mut String, label: &str, text: &str, paint: Paint) {
    let mut label = format!("{label:<7}");
    for line in wrap(text, COLUMNS - INDENT - label.len()) {
        let _ = writeln!(out, "{:INDENT$}{}{line}", "", Tone::Faint.paint(&label, paint));
        label = " ".repeat(label.len());
    }
}

fn tone(grade: Grade) -> Tone {
    match grade {
        Grade::Good => Tone::Good,
        Grade::Weak | Grade::Unknown => Tone::Warning,
        Grade::Bad => Tone::Bad,
    }
}
