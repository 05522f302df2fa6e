//! How long after a failed attempt the next one is made: what the policy says, chance, and what the receiver asks for.

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

use super::port::Answer;
use crate::base::rng::Draw;
use crate::base::time::{VirtualSpan, WallTime, http_date};
use crate::platform::outgoing::Policy;

/// In how many steps a whole pause is drawn.
const FINENESS: u64 = 10_000;

/// The pause after the attempt with this number, from 1; nothing if there is no next attempt.
///
/// `chance` is asked only where the policy leaves something to it. A receiver can ask for a longer pause than the policy
/// has, not for a shorter one and not for more attempts.
pub(super) fn before_next(
    policy: &Policy,
    attempt: u32,
    answer: Option<&Answer>,
    wall: WallTime,
    chance: impl FnOnce() -> Draw,
) -> Option<VirtualSpan> {
    let mut pause = *policy.retries.get(attempt as usize - 1)?;
    if policy.jitter > 0 {
        let most = FINENESS * u64::from(policy.jitter) / 100;
        pause = pause + pause.share(chance().below(most + 1), FINENESS);
    }
    let asked = policy.retry_after.and_then(|most| Some(asked_for(&answer?.headers, wall)?.min(most)));
    Some(asked.map_or(pause, |asked| asked.max(pause)))
}

/// The pause that a receiver asks for: seconds, or a date, which is compared with the answer's own and else with the real
/// time. What is neither is not heeded.
fn asked_for(headers: &HeaderMap, wall: WallTime) -> Option<VirtualSpan> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More than can be told is as long as can be told; the policy has its own limit.
        return Some(VirtualSpan::from_secs(text.parse().unwrap_or(u64::from(u32::MAX)).min(u64::from(u32::MAX))));
    }
    let until = http_date(text)?;
    let own = headers.get(DATE).and_then(|date| http_date(date.to_str().ok()?));
    let from = own.unwrap_or_else(|| i64::try_from(wall.as_secs()).unwrap_or(i64::MAX));
    Some(VirtualSpan::from_secs(u64::try_from(until.saturating_sub(from)).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::rng::{Seed, Streams};
    use crate::base::time::WallLimit;
    use crate::platform::outgoing::Acknowledged;
    use crate::platform::signing::Signing;

    const WALL: WallTime = WallTime::from_nanos(784_111_777 * 1_000_000_000);

    fn policy(retries: &[u64], jitter: u32, retry_after: Option<u64>) -> Policy {
        let signing = Signing { scheme: None, previous: None };
        let retries = retries.iter().copied().map(VirtualSpan::from_secs).collect();
        let usual = Policy::new(Acknowledged::Only200, WallLimit::from_secs(1), retries, signing);
        Policy { jitter, retry_after: retry_after.map(VirtualSpan::from_secs), ..usual }
    }

    fn answer(headers: &[(&'static str, &'static str)]) -> Answer {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        Answer { headers: headers.collect(), ..Answer::default() }
    }

    #[test]
    fn pauses_are_those_of_the_policy_and_then_there_is_none() {
        let check = |attempt: u32, expected: Option<u64>| {
            let pause = before_next(&policy(&[5, 300], 0, None), attempt, None, WALL, || unreachable!("no chance"));
            assert_eq!(pause, expected.map(VirtualSpan::from_secs), "after attempt {attempt}");
        };
        check(1, Some(5));
        check(2, Some(300));
        check(3, None);
    }

    #[test]
    fn jitter_makes_pauses_longer_by_a_drawn_part_that_can_be_repeated() {
        let pauses = |seed: u64| -> Vec<VirtualSpan> {
            let streams = Streams::new(Seed(seed), "x");
            let draw = |n: u32| streams.once(&format!("jitter/{n}"));
            (0..200).filter_map(|n| before_next(&policy(&[100], 20, None), 1, None, WALL, || draw(n))).collect()
        };
        let drawn = pauses(1);
        assert!(drawn.iter().all(|pause| (100..=120).contains(&pause.as_secs())), "{drawn:?}");
        assert!(drawn.iter().any(|pause| pause.as_secs() < 103) && drawn.iter().any(|pause| pause.as_secs() > 117));
        assert_eq!(drawn, pauses(1));
        assert_ne!(drawn, pauses(2));
    }

    #[test]
    fn a_receiver_can_ask_for_a_longer_pause_up_to_a_limit() {
        let check = |headers: &[(&'static str, &'static str)], expected: u64| {
            let pause = before_next(&policy(&[60], 0, Some(3_600)), 1, Some(&answer(headers)), WALL, || unreachable!());
            assert_eq!(pause.map(VirtualSpan::as_secs), Some(expected), "{headers:?}");
        };
        check(&[], 60);
        check(&[("retry-after", "120")], 120);
        check(&[("retry-after", " 120 ")], 120);
        check(&[("retry-after", "0")], 60);
        check(&[("retry-after", "99999")], 3_600);
        check(&[("retry-after", "99999999999999999999999")], 3_600);
        for wrong in ["-5", "1.5", "soon", "", "Sun, 99 Nov 1994 08:49:37 GMT"] {
            check(&[("retry-after", wrong)], 60);
        }
        // The three forms of dates that RFC 9110 has; 08:49:37 is the real time here.
        check(&[("retry-after", "Sun, 06 Nov 1994 08:59:37 GMT")], 600);
        check(&[("retry-after", "Sunday, 06-Nov-94 08:59:37 GMT")], 600);
        check(&[("retry-after", "Sun Nov  6 08:59:37 1994")], 600);
        check(&[("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")], 60);
        // The receiver's own clock counts where it is told.
        let own = ("date", "Sun, 06 Nov 1994 08:54:37 GMT");
        check(&[("retry-after", "Sun, 06 Nov 1994 08:59:37 GMT"), own], 300);
        let unheeded =
            before_next(&policy(&[60], 0, None), 1, Some(&answer(&[("retry-after", "120")])), WALL, || unreachable!());
        assert_eq!(unheeded.map(VirtualSpan::as_secs), Some(60));
    }
}
