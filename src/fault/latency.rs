//! How long something takes: always the same, anything within a range, or as networks do.
//!
//! Draws nothing: a [`Luck`] comes from outside and decides, so that the same luck is the same time.

use serde_json::{Value as Json, json};

use crate::base::rng::Draw;
use crate::base::time::VirtualSpan;

/// A length of time, in milliseconds, that luck may decide about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Latency {
    /// Always this.
    Fixed(u64),
    /// Anything from the first to the second, all as likely.
    Range(u64, u64),
    /// Mostly about `median`, at most `p99` in 99 of 100 cases, and now and then much more: a log-logistic distribution,
    /// which has the long tail of real latencies and needs nothing but these two numbers. Its last thousandth is cut off.
    Tail {
        /// Half of all are shorter. Never zero.
        median: u64,
        /// 99 of 100 are shorter. Not shorter than the median.
        p99: u64,
    },
}

/// What a draw has come to: which part of all cases is better, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Luck(u32);

/// How finely luck is told.
const WHOLE: u32 = 1_000_000;
/// The part of all cases that a tail is cut off at.
const CUT: f64 = 0.999;

impl Luck {
    /// As good as any.
    pub const EVEN: Self = Self(WHOLE / 2);

    /// Draws.
    #[must_use]
    pub fn drawn(draw: &mut Draw) -> Self {
        Self(u32::try_from(draw.below(WHOLE.into())).unwrap_or(WHOLE / 2))
    }

    fn part(self) -> f64 {
        f64::from(self.0) / f64::from(WHOLE)
    }
}

impl Latency {
    /// Whether luck has a say.
    #[must_use]
    pub const fn varies(&self) -> bool {
        !matches!(self, Self::Fixed(_))
    }

    /// How many milliseconds it comes to.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "times are positive, and nobody means years to the millisecond"
    )]
    pub fn millis(&self, luck: Luck) -> u64 {
        match *self {
            Self::Fixed(millis) => millis,
            Self::Range(from, to) => from + ((to - from) as f64 * luck.part()).round() as u64,
            Self::Tail { median, p99 } => {
                // The p99 is where 99 cases are better for one that is worse.
                let shape = (p99 as f64 / median as f64).ln() / 99_f64.ln();
                let part = luck.part().min(CUT);
                (median as f64 * (part / (1.0 - part)).powf(shape)).round() as u64
            }
        }
    }

    pub(super) fn written(self) -> Json {
        let text = |millis: u64| VirtualSpan::from_millis(millis).to_string();
        match self {
            Self::Fixed(millis) => json!(text(millis)),
            Self::Range(from, to) => json!({"from": text(from), "to": text(to)}),
            Self::Tail { median, p99 } => json!({"median": text(median), "p99": text(p99)}),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luck_decides_within_what_is_said() {
        let check = |latency: Latency, part: u32, expected: u64| {
            assert_eq!(latency.millis(Luck(part)), expected, "{latency:?} {part}");
        };
        check(Latency::Fixed(70), 0, 70);
        check(Latency::Fixed(70), 999_999, 70);
        check(Latency::Range(100, 300), 0, 100);
        check(Latency::Range(100, 300), 500_000, 200);
        check(Latency::Range(100, 300), 999_999, 300);
        check(Latency::Range(5, 5), 700_000, 5);
        let tail = Latency::Tail { median: 200, p99: 2_000 };
        check(tail, 0, 0);
        check(tail, 500_000, 200);
        check(tail, 990_000, 2_000);
        // A tail without end would make a run without end.
        check(tail, 999_999, 6_369);
        check(Latency::Tail { median: 200, p99: 200 }, 100_000, 200);
    }

    #[test]
    fn more_luck_is_never_less_time() {
        for latency in [Latency::Range(10, 1_000), Latency::Tail { median: 50, p99: 5_000 }] {
            let times: Vec<u64> = (0..1_000).map(|part| latency.millis(Luck(part * 1_000))).collect();
            assert!(times.is_sorted(), "{latency:?}");
        }
    }
}
