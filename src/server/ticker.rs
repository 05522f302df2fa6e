//! Real time: the only place of the program that reads the wall clock or sleeps.
//!
//! The core gets its wall times from here, stamped on every input. Virtual time is none of this file's business.

#![expect(clippy::disallowed_methods, reason = "this is the one place that reads clocks and sleeps")]

use std::pin::Pin;
use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use futures_util::FutureExt as _;
use hyper_util::rt::TokioTimer;
use tokio::time::Sleep;

use crate::base::time::{WallLimit, WallTime};

/// What time it really is. Never goes backwards within a process, whatever is done to the machine's clock: the clock is
/// read once, and from then on only the time since then is measured.
#[must_use]
pub fn now() -> WallTime {
    static ANCHOR: OnceLock<(u64, Instant)> = OnceLock::new();
    let (epoch, anchor) = ANCHOR.get_or_init(|| {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        (saturated(since_epoch.as_nanos()), Instant::now())
    });
    WallTime::from_nanos(epoch.saturating_add(saturated(anchor.elapsed().as_nanos())))
}

/// Waits that long.
pub async fn pause(time: WallLimit) {
    tokio::time::sleep(time.as_duration()).await;
}

/// What `work` comes to, unless it takes longer than `limit`, which begins now; then it is dropped where it stands. No `async`
/// function, which would hold the work twice: as it was given and as it is awaited.
pub fn within<W: Future>(limit: WallLimit, work: W) -> impl Future<Output = Option<W::Output>> {
    tokio::time::timeout(limit.as_duration(), work).map(Result::ok)
}

/// An instant that may be moved, or not be there at all.
#[derive(Debug, Default)]
pub(super) struct Deadline(Option<Pin<Box<Sleep>>>);

impl Deadline {
    /// Never.
    pub(super) fn clear(&mut self) {
        self.0 = None;
    }

    /// So long from now, or never.
    pub(super) fn put(&mut self, limit: Option<WallLimit>) {
        let Some(limit) = limit else { return self.clear() };
        match &mut self.0 {
            Some(sleep) => sleep.as_mut().reset(tokio::time::Instant::now() + limit.as_duration()),
            None => self.0 = Some(Box::pin(tokio::time::sleep(limit.as_duration()))),
        }
    }

    /// Waits for it.
    pub(super) async fn reached(&mut self) {
        match &mut self.0 {
            Some(sleep) => sleep.as_mut().await,
            None => std::future::pending().await,
        }
    }
}

/// The timer that hyper measures its own limits with.
#[must_use]
pub(super) fn for_hyper() -> TokioTimer {
    TokioTimer::new()
}

fn saturated(nanos: u128) -> u64 {
    u64::try_from(nanos).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_does_not_go_backwards_and_agrees_with_the_machine() {
        let (first, second) = (now(), now());
        assert!(first <= second);
        let machine = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        assert!(machine.abs_diff(second.as_secs()) <= 1, "{machine} {second:?}");
    }
}
