//! How far a run is, on one line for somebody who waits for it.

use std::collections::BTreeMap;

use super::Status;
use super::text::{clip, one_line};

/// How many columns the line may take: one less than the narrowest usual terminal has.
const COLUMNS: usize = 79;

/// How far a run is.
#[derive(Clone, Debug)]
pub struct Progress {
    total: usize,
    done: usize,
    failed: usize,
    /// The names of those under way, in the order of the run.
    running: BTreeMap<usize, String>,
}

impl Progress {
    /// Of a run of so many scenarios, none of which has begun.
    #[must_use]
    pub fn new(total: usize) -> Self {
        Self { total, done: 0, failed: 0, running: BTreeMap::new() }
    }

    /// The scenario at this place begins.
    pub fn begin(&mut self, index: usize, name: &str) {
        self.running.insert(index, one_line(name));
    }

    /// The scenario at this place has ended.
    pub fn end(&mut self, index: usize, status: Status) {
        self.running.remove(&index);
        self.done += 1;
        match status {
            Status::Failed | Status::Errored => self.failed += 1,
            Status::Passed | Status::Unplayed | Status::Skipped => {}
        }
    }

    /// All of it on one line.
    #[must_use]
    pub fn line(&self) -> String {
        let mut parts = vec![format!("{}/{}", self.done, self.total)];
        if self.failed > 0 {
            parts.push(format!("{} failed", self.failed));
        }
        if !self.running.is_empty() {
            parts.push(self.running.values().map(String::as_str).collect::<Vec<_>>().join(", "));
        }
        clip(&parts.join(" · "), COLUMNS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_told_from_its_beginning_to_its_end() {
        let mut progress = Progress::new(3);
        assert_eq!(progress.line(), "0/3");
        progress.begin(1, "two\u{1b}[2J");
        progress.begin(0, "one");
        assert_eq!(progress.line(), "0/3 · one, two\\u{1b}[2J");
        progress.end(1, Status::Failed);
        assert_eq!(progress.line(), "1/3 · 1 failed · one");
        progress.end(0, Status::Passed);
        progress.begin(2, &"long ".repeat(30));
        assert_eq!(progress.line().chars().count(), COLUMNS);
        progress.end(2, Status::Errored);
        assert_eq!(progress.line(), "3/3 · 2 failed");
    }
}
