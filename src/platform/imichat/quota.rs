//! The daily quota of calls, and the headers that tell of it.
//!
//! Page: docs.imi.chat/reference/rate-limits-1. The page does not say in which time zone a day begins; here it is UTC.

use http::{HeaderName, HeaderValue};

use super::codes::QUOTA_SPENT;
use crate::base::time::VirtualTime;
use crate::platform::route::Reply;

/// The documented quota of a tenant.
const DOCUMENTED: u32 = 10_000;

/// Calls counted per day.
#[derive(Clone, Debug)]
pub(super) struct Quota {
    limit: Option<u32>,
    used: u32,
    resets: VirtualTime,
}

impl Quota {
    /// A quota that begins to count now. Without a limit, calls are counted against the documented one but never refused.
    pub(super) fn new(limit: Option<u32>, now: VirtualTime) -> Self {
        Self { limit, used: 0, resets: now.next_midnight() }
    }

    /// Whether one more call would be too many.
    pub(super) fn is_spent(&mut self, now: VirtualTime) -> bool {
        self.roll(now);
        self.limit.is_some_and(|limit| self.used >= limit)
    }

    /// Counts a call and puts the headers on its answer.
    pub(super) fn count(&mut self, now: VirtualTime, reply: &mut Reply) {
        self.roll(now);
        self.used = self.used.saturating_add(1);
        let limit = self.limit.unwrap_or(DOCUMENTED);
        // A planned refusal is told as the spent quota would be.
        let left = if reply.status == QUOTA_SPENT.status { 0 } else { limit.saturating_sub(self.used) };
        let mut put = |name, value| reply.headers.push((HeaderName::from_static(name), value));
        put("rate-limit-limit", HeaderValue::from(limit));
        put("rate-limit-remaining", HeaderValue::from(left));
        if let Ok(resets) = HeaderValue::from_str(&self.resets.seconds()) {
            put("rate-limit-reset", resets);
        }
    }

    fn roll(&mut self, now: VirtualTime) {
        if now >= self.resets {
            self.used = 0;
            self.resets = now.next_midnight();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::VirtualSpan;

    fn told(quota: &mut Quota, now: VirtualTime) -> Vec<String> {
        let mut reply = Reply::json(200, None, &"");
        quota.count(now, &mut reply);
        reply.headers.iter().skip(1).map(|(_, value)| value.to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn calls_are_counted_until_midnight() {
        let monday = VirtualTime::OPENING;
        let mut quota = Quota::new(Some(2), monday);
        assert_eq!(told(&mut quota, monday), ["2", "1", "2026-01-06T00:00:00Z"]);
        assert!(!quota.is_spent(monday));
        assert_eq!(told(&mut quota, monday), ["2", "0", "2026-01-06T00:00:00Z"]);
        assert!(quota.is_spent(monday));
        let tuesday = monday + VirtualSpan::from_secs(15 * 3_600);
        assert!(!quota.is_spent(tuesday));
        assert_eq!(told(&mut quota, tuesday), ["2", "1", "2026-01-07T00:00:00Z"]);
    }

    #[test]
    fn a_planned_refusal_tells_of_a_spent_quota_and_spends_nothing_more() {
        let mut quota = Quota::new(None, VirtualTime::OPENING);
        let mut reply = Reply::json(QUOTA_SPENT.status, None, &"");
        quota.count(VirtualTime::OPENING, &mut reply);
        assert_eq!(reply.headers[2], (HeaderName::from_static("rate-limit-remaining"), HeaderValue::from(0)));
        assert_eq!(told(&mut quota, VirtualTime::OPENING)[1], "9998");
    }

    #[test]
    fn without_a_limit_nothing_is_refused() {
        let mut quota = Quota::new(None, VirtualTime::OPENING);
        quota.used = u32::MAX;
        assert!(!quota.is_spent(VirtualTime::OPENING));
        assert_eq!(told(&mut quota, VirtualTime::OPENING)[..2], ["10000", "0"]);
    }
}
