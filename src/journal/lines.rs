//! The journal as JSON lines, and back.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Entry, Journal, What};
use crate::base::id::EntrySeq;
use crate::base::time::{VirtualTime, WallTime};

/// Whether real times are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wall {
    /// With `wall_ms`, the real time since the first entry, and the headers that follow from real time.
    Shown,
    /// Without, so that two runs can be compared byte for byte.
    Masked,
}

/// The member with the headers that follow from real time.
const WALL_HEADERS: &str = "wall_headers";

#[derive(Serialize, Deserialize)]
struct Line<W> {
    seq: u64,
    at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wall_ms: Option<f64>,
    #[serde(flatten)]
    what: W,
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
pub fn line(entry: &Entry, start: Option<WallTime>) -> String {
    let wall_ms = start.map(|start| millis(entry.after(start)));
    let line = Line { seq: entry.seq.0, at: entry.at.exact(), wall_ms, what: &entry.what };
    let told = match (&entry.what, start) {
        (What::Sent { .. } | What::Answered { .. }, None) => serde_json::to_value(&line).map(|mut line| {
            for part in ["", "/answer"] {
                if let Some(part) = line.pointer_mut(part).and_then(serde_json::Value::as_object_mut) {
                    part.shift_remove(WALL_HEADERS);
                }
            }
            line.to_string()
        }),
        _ => serde_json::to_string(&line),
    };
    told.expect("an entry has only string keys and finite numbers")
}

/// The entry that a line tells of. Its real time counts from that of the first entry.
///
/// # Errors
/// Says what is missing or wrong in it.
pub(super) fn entry(line: serde_json::Value) -> Result<Entry, serde_json::Error> {
    let Line::<What> { seq, at, wall_ms, what } = serde_json::from_value(line)?;
    let at = VirtualTime::parse(&at).ok_or_else(|| serde::de::Error::custom(format!("`{at}` is not a time")))?;
    Ok(Entry { seq: EntrySeq(seq), at, wall: WallTime::from_nanos(nanos(wall_ms.unwrap_or_default())), what })
}

/// Milliseconds, exact to the nanosecond for some weeks.
pub(super) fn millis(duration: Duration) -> f64 {
    duration.as_nanos() as f64 / 1e6
}

/// The nanoseconds of so many [`millis`]; what is out of range becomes the nearest that is not.
pub(super) fn nanos(millis: f64) -> u64 {
    (millis * 1e6).round() as u64
}
