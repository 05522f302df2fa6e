//! How likely something is.

use crate::base::rng::Draw;

/// A number above 0 and up to 1, told in millionths so that it can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probability(u32);

const WHOLE: u32 = 1_000_000;

impl Probability {
    /// It happens.
    pub const CERTAIN: Self = Self(WHOLE);

    /// This likely; nothing where that is not above 0 and up to 1, or less than a millionth.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was looked at before")]
    pub fn of(part: f64) -> Option<Self> {
        let millionths = (part * f64::from(WHOLE)).round();
        (1.0..=f64::from(WHOLE)).contains(&millionths).then_some(Self(millionths as u32))
    }

    /// It as a number.
    #[must_use]
    pub fn part(self) -> f64 {
        f64::from(self.0) / f64::from(WHOLE)
    }

    /// Whether it happens this time. What is certain draws nothing.
    pub fn happens(self, draw: impl FnOnce() -> u64) -> bool {
        self == Self::CERTAIN || draw() < self.0.into()
    }

    /// One draw for [`happens`](Self::happens).
    pub fn draw(draw: &mut Draw) -> u64 {
        draw.below(WHOLE.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::rng::{Seed, Streams};

    #[test]
    fn only_numbers_above_zero_and_up_to_one_are_probabilities() {
        let check =
            |part: f64, expected: Option<f64>| assert_eq!(Probability::of(part).map(Probability::part), expected);
        check(1.0, Some(1.0));
        check(0.25, Some(0.25));
        check(0.000_001, Some(0.000_001));
        for wrong in [0.0, 0.000_000_1, -0.5, 1.1, f64::NAN, f64::INFINITY] {
            check(wrong, None);
        }
    }

    #[test]
    fn what_is_likely_happens_about_so_often() {
        let mut streams = Streams::new(Seed(1), "w");
        let draw = streams.of("test");
        let count = |probability: Probability, draw: &mut Draw| {
            (0..10_000).filter(|_| probability.happens(|| Probability::draw(draw))).count()
        };
        assert_eq!(count(Probability::CERTAIN, draw), 10_000);
        let quarter = count(Probability::of(0.25).unwrap(), draw);
        assert!((2_300..2_700).contains(&quarter), "{quarter}");
    }
}
