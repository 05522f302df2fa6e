//! How things ended: attempts to deliver, webhooks, expectations.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::id::EntrySeq;
use crate::base::json::Mismatch;

/// How an attempt to deliver ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The receiver answered with this status.
    Status(u16),
    /// No answer came in time.
    TimedOut,
    /// Nobody listens there.
    Refused,
    /// The connection broke, or what came back was not HTTP.
    Broken(String),
    /// The address is one that nothing may be sent to.
    Forbidden(String),
    /// The stand-in was stopped before an answer came.
    Stopped,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => status.fmt(f),
            Self::TimedOut => f.write_str("no answer in time"),
            Self::Refused => f.write_str("nobody listens there"),
            Self::Broken(why) => write!(f, "broken connection: {why}"),
            Self::Forbidden(why) => write!(f, "not sent: {why}"),
            Self::Stopped => f.write_str("stopped before an answer"),
        }
    }
}

/// What became of a webhook.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// The receiver acknowledged it.
    Delivered,
    /// All attempts failed.
    GivenUp,
    /// A fault kept it from being sent.
    Dropped,
    /// Its address got no more webhooks.
    Disabled,
    /// The stand-in was stopped before.
    Stopped,
}

/// How an expectation was decided.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Verdict {
    /// It was met.
    Met,
    /// It was not.
    Missed(Miss),
}

/// Why an expectation was not met.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Miss {
    /// What was expected, in words.
    pub expected: String,
    /// What was found instead, in words.
    pub found: String,
    /// The things that did match, but too often, too late, in the wrong order or not often enough: the first five of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matches: Vec<Match>,
    /// Where too few things match, those that come nearest, at most three, and how they differ; the nearest first.
    pub nearest: Vec<Near>,
}

/// Something that matched.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Match {
    /// Where it stands in the journal.
    pub entry: EntrySeq,
    /// It in a few words.
    pub summary: String,
}

/// Something that nearly matched.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Near {
    /// Where it stands in the journal.
    pub entry: EntrySeq,
    /// It in a few words.
    pub summary: String,
    /// How it differs from what was expected.
    pub mismatches: Vec<Mismatch>,
}
