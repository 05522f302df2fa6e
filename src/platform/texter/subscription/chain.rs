//! How many subscriptions have led to something, so that those that set each other off for ever are stopped.

use std::collections::HashMap;

/// How many subscriptions may set each other off in a row. The vendor must have some limit, but publishes none.
const LONGEST: u32 = 16;
/// How many runs may come of one. Chains that branch become far too many long before any of them is too long.
const MOST_CAUSED: usize = 1_000;

/// The subscriptions that have led to something. A message remembers them, so that what its channel reports later is
/// counted as well.
#[derive(Clone, Default, Debug)]
pub(in crate::platform::texter) struct Chain {
    length: u32,
    /// The number of the run that was the first.
    first: u64,
}

impl Chain {
    /// The same with one more subscription, whose run has this number; what follows from the first one is counted together.
    pub(super) fn longer(&self, run: u64) -> Self {
        let first = if self.length == 0 { run } else { self.first };
        Self { length: self.length + 1, first }
    }
}

/// How many runs have come of others, whichever way, by the number of the first one.
#[derive(Clone, Default, Debug)]
pub(super) struct Caused(HashMap<u64, usize>);

impl Caused {
    /// Counts a run that comes of a chain. Why it is taken for one of a row that never ends.
    pub(super) fn count(&mut self, chain: &Chain) -> Option<String> {
        if chain.length == 0 {
            return None;
        }
        let caused = self.0.entry(chain.first).or_default();
        *caused += 1;
        if chain.length >= LONGEST {
            return Some(format!("more than {LONGEST} subscriptions have set each other off in a row"));
        }
        (*caused > MOST_CAUSED).then(|| format!("subscriptions have set each other off more than {MOST_CAUSED} times"))
    }
}
