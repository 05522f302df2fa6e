//! Which of the scenarios that were found are played, how often, and in which order.

use crate::base::rng::{Seed, Streams};
use crate::scenario::Scenario;

/// What a command line says about that.
#[derive(Clone, Copy, Debug)]
pub(super) struct Selection<'a> {
    /// Parts of paths or names, one of which must be there, in capitals or not.
    pub(super) filters: &'a [String],
    /// Tags, one of which a scenario must have.
    pub(super) tags: &'a [String],
}

impl Selection<'_> {
    /// Whether a scenario is wanted.
    pub(super) fn takes(&self, file: &str, scenario: &Scenario) -> bool {
        let (file, name) = (file.to_lowercase(), scenario.name.to_lowercase());
        let named = |part: &String| {
            let part = part.to_lowercase();
            file.contains(&part) || name.contains(&part)
        };
        let tagged = |tag: &String| scenario.tags.contains(tag);
        (self.filters.is_empty() || self.filters.iter().any(named))
            && (self.tags.is_empty() || self.tags.iter().any(tagged))
    }

    /// What is asked for, in words.
    pub(super) fn describe(&self) -> String {
        let listed = |what: &str, words: &[String]| {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            (!words.is_empty()).then(|| format!("{what} {}", words.join(" or ")))
        };
        let parts = [listed("a path or name with", self.filters), listed("the tag", self.tags)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" and ")
    }
}

/// The seed of the `nth` time, from 0, that a scenario is played: its own the first time, and others that follow from it.
pub(super) fn round(seed: Seed, nth: u32) -> Seed {
    match nth {
        0 => seed,
        // Short enough to be typed, as seeds that nobody asked for are.
        nth => Seed(Streams::new(seed, "run").of(format!("round/{nth}")).below(1 << 32)),
    }
}

/// Puts things into an order that follows from a seed.
pub(super) fn shuffle<T>(things: &mut [T], seed: Seed) {
    let mut streams = Streams::new(seed, "run");
    let draw = streams.of("shuffle");
    for end in (1..things.len()).rev() {
        let other = draw.below(end as u64 + 1);
        things.swap(end, usize::try_from(other).unwrap_or(end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_have_seeds_of_their_own_that_follow_from_the_first() {
        let seeds: Vec<u64> = (0..20).map(|nth| round(Seed(7), nth).0).collect();
        assert_eq!(seeds[0], 7);
        let distinct: std::collections::BTreeSet<&u64> = seeds.iter().collect();
        assert_eq!(distinct.len(), seeds.len());
        assert_eq!(round(Seed(7), 3), round(Seed(7), 3));
        assert_ne!(round(Seed(7), 3), round(Seed(8), 3));
    }

    #[test]
    fn an_order_follows_from_a_seed_and_loses_nothing() {
        let order = |seed: u64| {
            let mut things: Vec<u32> = (0..20).collect();
            shuffle(&mut things, Seed(seed));
            things
        };
        assert_eq!(order(7), order(7));
        assert_ne!(order(7), order(8));
        let mut sorted = order(7);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..20).collect::<Vec<u32>>());
        shuffle::<u32>(&mut [], Seed(1));
    }
}
