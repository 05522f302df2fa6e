//! How many subscriptions have led to something, so that those that set each other off for ever are stopped.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many subscriptions may set each other off in a row. The vendor must have some limit, but publishes none.
const LONGEST: u32 = 16;
/// How many runs may come of one. Chains that branch become far too many long before any of them is too long.
const MOST_CAUSED: usize = 1_000;

/// The subscriptions that have led to something. A message remembers them, so that what its channel reports later is
/// counted as well.
#[derive(Clone, Default, Debug)]
pub(in crate::platform::texter) struct Chain {
    length: u32,
    /// The runs that have come of the first one, whichever way.
    caused: Arc<AtomicUsize>,
}

impl Chain {
    /// The same with one more subscription; what follows from the first one is counted together.
    pub(super) fn longer(&self) -> Self {
        let caused = if self.length == 0 { Arc::default() } else { Arc::clone(&self.caused) };
        Self { length: self.length + 1, caused }
    }

    /// Counts a run that comes of it. Why it is taken for one of a row that never ends.
    pub(super) fn count(&self) -> Option<String> {
        if self.length == 0 {
            return None;
        }
        let caused = self.caused.fetch_add(1, Ordering::Relaxed) + 1;
        if self.length >= LONGEST {
            return Some(format!("more than {LONGEST} subscriptions have set each other off in a row"));
        }
        (caused > MOST_CAUSED).then(|| format!("subscriptions have set each other off more than {MOST_CAUSED} times"))
    }
}
