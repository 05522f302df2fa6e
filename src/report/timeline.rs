//! A journal as a timeline: steps as headings, and below each of them what happened.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::narrate::{Line, Narrator};
use super::text::{COLUMNS, Tone, clip, one_line, parted};
use crate::base::diag::Paint;
use crate::base::time::{VirtualSpan, VirtualTime};
use crate::journal::entry::Verdict;
use crate::journal::{Entry, Journal, What};

/// The column of virtual times.
const TIME: usize = 10;
/// Where the text of a step, and who did something, begin.
const INDENT: usize = TIME + 9;
/// The widest that the column of people may become.
const WIDEST: usize = 18;
/// An act takes this long, so it is no jump.
const USUAL: VirtualSpan = VirtualSpan::from_secs(1);

/// The whole journal, one line for each thing that is worth telling.
pub(super) fn render(journal: &Journal, paint: Paint) -> String {
    let narrator = Narrator::of(journal);
    let lines: Vec<Option<Line>> = journal.iter().map(|entry| narrator.line(entry)).collect();
    let widest = lines.iter().flatten().map(|line| line.who.chars().count()).max().unwrap_or_default();
    let last = lines.iter().rposition(Option::is_some);
    let verdicts: BTreeMap<usize, &Verdict> = journal.iter().filter_map(verdict).collect();
    let mut timeline = Timeline { out: String::new(), paint, people: widest.min(WIDEST), start: None, shown: None };
    for (at, (entry, line)) in journal.iter().zip(lines).enumerate() {
        match (&entry.what, line) {
            (What::Step { index, line, source }, _) => {
                timeline.step(entry.at, *line, source, verdicts.get(index).copied());
            }
            (_, Some(line)) => timeline.line(entry.at, &line),
            (What::Opened { .. }, None) => timeline.start = Some(entry.at),
            (What::Ended, None) if last > Some(at) => timeline.end(entry.at),
            (What::Ended, None) => timeline.jump(entry.at),
            (_, None) => {}
        }
    }
    timeline.out
}

/// The step that this entry decides, and how.
fn verdict(entry: &Entry) -> Option<(usize, &Verdict)> {
    if let What::Judged { index, verdict } = &entry.what { Some((*index, verdict)) } else { None }
}

struct Timeline {
    out: String,
    paint: Paint,
    /// How wide the column of people is.
    people: usize,
    /// When the world began.
    start: Option<VirtualTime>,
    /// The time that was shown last.
    shown: Option<VirtualTime>,
}

impl Timeline {
    fn step(&mut self, at: VirtualTime, line: usize, source: &str, verdict: Option<&Verdict>) {
        let time = self.time(at);
        let mark = match verdict {
            None => " ".to_owned(),
            Some(Verdict::Met) => Tone::Good.paint("✓", self.paint),
            Some(Verdict::Missed(_)) => Tone::Bad.paint("✗", self.paint),
        };
        let source = Tone::Strong.paint(&shortened(&one_line(source), COLUMNS - INDENT), self.paint);
        let _ = writeln!(self.out, "{time} {mark} {line:>4}  {source}");
    }

    fn line(&mut self, at: VirtualTime, line: &Line) {
        let time = self.time(at);
        let people = self.people;
        let who = line.actor.paint(&format!("{:<people$}", clip(&line.who, people)), self.paint);
        let text = line.tone.paint(&clip(&line.text, COLUMNS - INDENT - people - 2), self.paint);
        let row = format!("{time}{:1$}{who}  {text}", "", INDENT - TIME);
        let _ = writeln!(self.out, "{}", row.trim_end());
    }

    /// A line between what counts for the scenario and what does not.
    fn end(&mut self, at: VirtualTime) {
        let time = self.time(at);
        let text = Tone::Faint.paint("the scenario ends here; the rest came too late for it", self.paint);
        let _ = writeln!(self.out, "{time}{:1$}{text}", "", INDENT - TIME);
    }

    /// The time since the world began, where it is not the same as on the line above.
    fn time(&mut self, at: VirtualTime) -> String {
        self.jump(at);
        if self.shown == Some(at) {
            return " ".repeat(TIME);
        }
        self.shown = Some(at);
        let start = *self.start.get_or_insert(at);
        Tone::Faint.paint(&format!("{:>TIME$}", at.since(start).to_string()), self.paint)
    }

    /// A line for time that passed while nothing happened.
    fn jump(&mut self, at: VirtualTime) {
        let passed = self.shown.map_or(VirtualSpan::ZERO, |shown| at.since(shown));
        if passed > USUAL {
            let passed = Tone::Faint.paint(&format!("+{passed}"), self.paint);
            let _ = writeln!(self.out, "{:INDENT$}{passed}", "");
        }
    }
}

/// A step cut to `width` characters, but not what is noted behind it, such as the round that it is played in.
fn shortened(source: &str, width: usize) -> String {
    let (text, note) = parted(source);
    let room = width.saturating_sub(note.chars().count()).max(width / 3);
    clip(&format!("{}{note}", clip(text, room)), width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_of_a_step_outlasts_its_text() {
        let check = |source: &str, expected: &str| assert_eq!(shortened(source, 20), expected);
        check("wait: 1m", "wait: 1m");
        check("wait: 1m  # round 1", "wait: 1m  # round 1");
        check("say: {as: alice}  # round 1", "say: {as…  # round 1");
        check("say: {as: alice}  # a/file/far/away", "say:…  # a/file/far…");
        check("say: {as: alice, text: Hi}", "say: {as: alice, te…");
    }
}
