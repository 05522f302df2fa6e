//! How much goes on in the stand-in, in the text format of Prometheus.
//!
//! Nothing but the platform and closed lists of words are labels, so the number of series does not grow with what is done.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use http::HeaderValue;
use http::header::CONTENT_TYPE;

use super::answer::guarded;
use super::registry::{Host, Registry};
use crate::journal::tally::Tally;
use crate::platform::route::Reply;

/// The version of the text format.
const FORMAT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// What is known of one platform's worlds.
#[derive(Clone, Copy, Default)]
pub(super) struct Census {
    /// How many are open.
    pub(super) open: usize,
    /// How many entries their journals keep.
    pub(super) kept: usize,
    /// What has happened in them, and in those that were closed.
    pub(super) tally: Tally,
}

/// One value of a metric: its labels besides the platform, and itself.
type Sample = (Option<(&'static str, &'static str)>, u64);

/// A metric: its name, its type, what it means, and its values on one platform.
type Metric = (&'static str, &'static str, &'static str, fn(&Census) -> Vec<Sample>);

const METRICS: &[Metric] = &[
    ("rehearsal_worlds", "gauge", "Worlds that are open.", |census| one(census.open as u64)),
    ("rehearsal_journal_entries", "gauge", "Entries that journals of open worlds keep.", |census| {
        one(census.kept as u64)
    }),
    ("rehearsal_journal_entries_total", "counter", "Entries that were written into journals.", |census| {
        one(census.tally.entries)
    }),
    ("rehearsal_calls_total", "counter", "Calls of vendor APIs, by the class of the answer's status.", |census| {
        labelled("status", census.tally.calls())
    }),
    ("rehearsal_violations_total", "counter", "Deeds that a vendor's documents do not allow.", |census| {
        one(census.tally.violations)
    }),
    ("rehearsal_messages_total", "counter", "Messages in chats.", |census| one(census.tally.messages)),
    ("rehearsal_faults_total", "counter", "Planned faults that fired.", |census| one(census.tally.faults)),
    ("rehearsal_deliveries_total", "counter", "Webhooks that were due.", |census| one(census.tally.deliveries)),
    ("rehearsal_deliveries_settled_total", "counter", "Webhooks that are settled, by what became of them.", |census| {
        labelled("fate", census.tally.fates())
    }),
    (
        "rehearsal_attempts_total",
        "counter",
        "Attempts to deliver webhooks, by the class of the answer's status or by why there was none.",
        |census| labelled("outcome", census.tally.attempts()),
    ),
];

fn one(value: u64) -> Vec<Sample> {
    vec![(None, value)]
}

fn labelled(label: &'static str, values: impl Iterator<Item = (&'static str, u64)>) -> Vec<Sample> {
    values.map(|(name, value)| (Some((label, name)), value)).collect()
}

/// All metrics of these worlds.
pub(super) fn show<H: Host>(worlds: &Registry<H>) -> Reply {
    let mut reply = guarded(Reply::json(200, None, &()));
    reply.body = text(&worlds.census()).into();
    for (name, value) in &mut reply.headers {
        if *name == CONTENT_TYPE {
            *value = FORMAT;
        }
    }
    reply
}

fn text(census: &BTreeMap<&'static str, Census>) -> String {
    let mut text = String::new();
    let mut line =
        |line: std::fmt::Arguments<'_>| writeln!(text, "{line}").expect("a string takes all that is written");
    line(format_args!("# HELP rehearsal_build_info The program.\n# TYPE rehearsal_build_info gauge"));
    line(format_args!("rehearsal_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION")));
    for (name, kind, help, values) in METRICS {
        line(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"));
        for (platform, census) in census {
            for (label, value) in values(census) {
                match label {
                    Some((label, of)) => {
                        line(format_args!("{name}{{platform=\"{platform}\",{label}=\"{of}\"}} {value}"));
                    }
                    None => line(format_args!("{name}{{platform=\"{platform}\"}} {value}")),
                }
            }
        }
    }
    text
}
