//! Makes something that fails smaller, as long as it fails.

/// Something that can be made smaller step by step.
pub trait Shrinkable: Sized {
    /// One way to make it smaller.
    type Cut;

    /// All ways to make it smaller, those first that are likely to make most of a difference.
    fn cuts(&self) -> Vec<Self::Cut>;

    /// The same made smaller in one of these ways; nothing if there is no such thing. By some measure everything that is made like
    /// this must be smaller, so that shrinking ends.
    fn cut(&self, cut: &Self::Cut) -> Option<Self>;
}

/// Walks through what is smaller than the best so far, until nothing is left that would fail as well. Whoever holds it tries.
#[derive(Debug)]
pub struct Shrink<T: Shrinkable> {
    best: T,
    cuts: Vec<T::Cut>,
    /// Where to go on among the cuts.
    at: usize,
    /// How many in a row were not as good.
    rejected: usize,
}

impl<T: Shrinkable> Shrink<T> {
    /// Begins with something that fails.
    pub fn new(first: T) -> Self {
        Self { cuts: first.cuts(), best: first, at: 0, rejected: 0 }
    }

    /// The next to be tried, to be kept or rejected; nothing once all that is smaller than the best has been.
    pub fn candidate(&mut self) -> Option<T> {
        while self.rejected < self.cuts.len() {
            let cut = &self.cuts[self.at % self.cuts.len()];
            match self.best.cut(cut) {
                Some(candidate) => return Some(candidate),
                None => self.reject(),
            }
        }
        None
    }

    /// Takes the candidate for the best, since it fails.
    pub fn keep(&mut self, candidate: T) {
        self.cuts = candidate.cuts();
        self.best = candidate;
        self.rejected = 0;
    }

    /// Passes over the candidate.
    pub fn reject(&mut self) {
        self.at += 1;
        self.rejected += 1;
    }

    /// The smallest so far that fails.
    #[must_use]
    pub fn best(&self) -> &T {
        &self.best
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    impl Shrinkable for Vec<u8> {
        type Cut = usize;

        fn cuts(&self) -> Vec<usize> {
            (0..self.len()).collect()
        }

        fn cut(&self, index: &usize) -> Option<Self> {
            let mut fewer = self.clone();
            fewer.remove(*index);
            Some(fewer)
        }
    }

    fn shrunk(first: Vec<u8>, fails: impl Fn(&[u8]) -> bool) -> Vec<u8> {
        let mut shrink = Shrink::new(first);
        while let Some(candidate) = shrink.candidate() {
            if fails(&candidate) { shrink.keep(candidate) } else { shrink.reject() }
        }
        shrink.best().clone()
    }

    #[test]
    fn what_is_not_needed_for_the_failure_is_gone() {
        let check = |needed: &[u8]| {
            let found = shrunk((0..20).collect(), |list| needed.iter().all(|need| list.contains(need)));
            assert_eq!(found, needed);
        };
        check(&[]);
        check(&[0]);
        check(&[3, 7, 19]);
        check(&(0..20).collect::<Vec<u8>>());
    }

    proptest! {
        /// Even if it fails for one of several reasons, none of which is the sum of its parts.
        #[test]
        fn nothing_more_can_be_left_out(first in prop::collection::vec(0..6_u8, 0..12), odd in 1..4_usize) {
            let fails = |list: &[u8]| list.iter().filter(|item| **item % 2 == 1).count() % 4 == odd || list.contains(&0);
            prop_assume!(fails(&first));
            let found = shrunk(first, fails);
            prop_assert!(fails(&found));
            prop_assert!(found.cuts().iter().all(|cut| !fails(&found.cut(cut).unwrap())));
        }
    }
}
