//! One thing that was not as it should be, with all that is needed to understand it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Outcome;
use super::narrate::{Narrator, call};
use super::text::{COLUMNS, Tone, clip, one_line, wrap};
use crate::base::diag::Paint;
use crate::base::id::EntrySeq;
use crate::journal::entry::{Miss, Source};
use crate::journal::{Journal, What};

/// How many of the last webhooks, and of the last calls, a failure shows.
const RECENT: usize = 5;
/// The width of the labels in front of the parts of a failure.
const LABEL: usize = 10;

/// One thing that was not as it should be.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The line of the step, if it happened in one.
    pub line: Option<usize>,
    /// The step on one line; empty if it happened outside of the steps.
    pub step: String,
    /// What was wrong.
    pub problem: Problem,
    /// What led the bot to the entries that the problem tells of, as far as it can be told.
    pub causes: BTreeMap<EntrySeq, String>,
    /// What happened just before.
    pub recent: Recent,
}

/// What was wrong.
#[derive(Clone, Debug)]
pub enum Problem {
    /// An expectation was not met.
    Missed(Miss),
    /// An act was not possible.
    Refused {
        /// Why.
        reason: String,
    },
    /// The scenario could not be played to its end.
    Trouble {
        /// Why.
        reason: String,
    },
}

/// The last things that happened, oldest first, each on one line.
#[derive(Clone, Debug, Default)]
pub struct Recent {
    /// The last webhooks and how they were answered.
    pub webhooks: Vec<String>,
    /// The last calls of the bot and how they were answered.
    pub calls: Vec<String>,
}

impl Recent {
    /// The last things before this entry.
    pub(super) fn before(seq: EntrySeq, journal: &Journal, narrator: &Narrator<'_>) -> Self {
        let mut recent = Self::default();
        for entry in journal.iter().rev().skip_while(|entry| entry.seq >= seq) {
            match &entry.what {
                What::Queued { delivery, .. } if recent.webhooks.len() < RECENT => {
                    recent.webhooks.push(format!("{delivery} {}", narrator.webhook(*delivery)));
                }
                What::Called(called) if called.source == Source::Bot && recent.calls.len() < RECENT => {
                    // What was refused is explained by the answer, what was done by the request.
                    let body = if called.status < 400 { &called.request } else { &called.reply };
                    let body = clip(&one_line(&body.to_string()), 2 * COLUMNS);
                    let cause = narrator.cause(entry.seq).map_or(String::new(), |cause| format!(", {cause}"));
                    recent.calls.push(format!("{}{cause} {body}", call(called)).trim_end().to_owned());
                }
                _ => {}
            }
        }
        recent.webhooks.reverse();
        recent.calls.reverse();
        recent
    }
}

impl Problem {
    /// What led the bot to the entries that it tells of.
    pub(super) fn causes(&self, narrator: &Narrator<'_>) -> BTreeMap<EntrySeq, String> {
        let Self::Missed(miss) = self else { return BTreeMap::new() };
        let near = miss.nearest.iter().map(|near| near.entry);
        let told = miss.matches.iter().map(|matched| matched.entry).chain(near);
        told.filter_map(|entry| Some((entry, narrator.cause(entry)?))).collect()
    }

    /// What was wrong, in a few words.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self {
            Self::Missed(_) => "expectation not met",
            Self::Refused { .. } => "act not possible",
            Self::Trouble { .. } => "could not be played to the end",
        }
    }

    /// The kind of problem as one word, for machines.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Missed(_) => "missed",
            Self::Refused { .. } => "refused",
            Self::Trouble { .. } => "trouble",
        }
    }

    /// What was wrong, in one sentence.
    #[must_use]
    pub fn summary(&self) -> String {
        match self {
            Self::Missed(miss) => format!("expected {}; {}", one_line(&miss.expected), one_line(&miss.found)),
            Self::Refused { reason } | Self::Trouble { reason } => one_line(reason),
        }
    }
}

impl Failure {
    /// Where it happened, as editors take it: `file:line`.
    #[must_use]
    pub fn place(&self, outcome: &Outcome) -> String {
        match self.line {
            Some(line) => format!("{}:{line}", outcome.file),
            None => outcome.file.clone(),
        }
    }

    /// All there is to say about it, on several lines.
    #[must_use]
    pub fn render(&self, outcome: &Outcome, paint: Paint) -> String {
        let mut out = String::new();
        let title = Tone::Bad.paint(self.problem.title(), paint);
        let _ = writeln!(out, "{}: {title}", Tone::Strong.paint(&one_line(&self.place(outcome)), paint));
        let mut part = |label: &str, text: &str| labelled(&mut out, label, text, paint);
        if !self.step.is_empty() {
            part("step", &self.step);
        }
        match &self.problem {
            Problem::Missed(miss) => {
                part("expected", &miss.expected);
                part("found", &miss.found);
                let cause =
                    |entry: EntrySeq| self.causes.get(&entry).map_or(String::new(), |cause| format!(", {cause}"));
                for (index, matched) in miss.matches.iter().enumerate() {
                    let label = if index == 0 { "matches" } else { "" };
                    part(label, &format!("{} {}{}", matched.entry, matched.summary, cause(matched.entry)));
                }
                for (index, near) in miss.nearest.iter().enumerate() {
                    let label = if index == 0 { "nearest" } else { "then" };
                    part(label, &format!("{} {}{}", near.entry, near.summary, cause(near.entry)));
                    for mismatch in &near.mismatches {
                        part("", &format!("{}: expected {}", mismatch.at, mismatch.expected));
                        part("", &format!("{}  but was {}", " ".repeat(mismatch.at.chars().count()), mismatch.actual));
                    }
                }
            }
            Problem::Refused { reason } | Problem::Trouble { reason } => part("reason", reason),
        }
        for (label, lines) in [("webhooks", &self.recent.webhooks), ("calls", &self.recent.calls)] {
            if lines.is_empty() {
                part(label, "none so far");
            }
            for (index, line) in lines.iter().enumerate() {
                part(if index == 0 { label } else { "" }, line);
            }
        }
        // Never wrapped, so that it can be copied.
        let _ = writeln!(out, "  {}{}", Tone::Faint.paint(&format!("{:<LABEL$}", "repeat"), paint), outcome.repeat);
        out
    }
}

fn labelled(out: &mut String, label: &str, text: &str, paint: Paint) {
    let mut label = format!("{label:<LABEL$}");
    let indent = text.len() - text.trim_start().len();
    for line in wrap(one_line(text).trim_start(), COLUMNS - LABEL - 2 - indent) {
        let _ = writeln!(out, "  {}{:indent$}{line}", Tone::Faint.paint(&label, paint), "");
        label = " ".repeat(LABEL);
    }
}
