//! The journal as JSON lines.

use serde::Serialize;

use super::{Entry, Journal, What};

/// Whether real times are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wall {
    /// With `wall_ms`, the real time since the world began.
    Shown,
    /// Without, so that two runs can be compared byte for byte.
    Masked,
}

#[derive(Serialize)]
struct Line<'e> {
    seq: u64,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    wall_ms: Option<f64>,
    #[serde(flatten)]
    what: &'e What,
}

/// One line for each entry.
#[must_use]
pub fn lines(journal: &Journal, wall: Wall) -> String {
    let start = journal.iter().next().map(|entry| entry.wall);
    let mut out = String::new();
    for entry in journal.iter() {
        out.push_str(&line(entry, start.filter(|_| wall == Wall::Shown)));
        out.push('\n');
    }
    out
}

/// One entry as a JSON object, with the real time since `start` if that is given.
#[must_use]
pub fn line(entry: &Entry, start: Option<crate::base::time::WallTime>) -> String {
    let wall_ms = start.map(|start| (entry.after(start).as_secs_f64() * 1e6).round() / 1e3);
    let line = Line { seq: entry.seq.0, at: entry.at.micros(), wall_ms, what: &entry.what };
    serde_json::to_string(&line).expect("an entry has only string keys and finite numbers")
}
