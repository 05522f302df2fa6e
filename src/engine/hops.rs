//! Loops: a webhook that leads back to the stand-in may cause a call, which causes a webhook, and so on without end.
//!
//! Every webhook says how many came before it in such a chain, and a call that bears what a webhook says hands it on to those
//! that it causes at once. Whoever only remembers and answers later, as a bot does, begins a new chain: those are slowed as
//! a flood.

use http::{HeaderMap, HeaderName};

/// The header that says it: 1 on a webhook that no other has caused.
pub const HOPS: HeaderName = HeaderName::from_static("x-rehearsal-hops");

/// The most hops that a call may have behind it; the next one is refused.
pub const MOST_HOPS: u32 = 100;

/// How many hops a call has behind it.
#[must_use]
pub fn behind(headers: &HeaderMap) -> u32 {
    let Some(text) = headers.get(HOPS).and_then(|value| value.to_str().ok()) else { return 0 };
    match text.parse() {
        Ok(hops) => hops,
        // A number that cannot be read is too large, if it is one.
        Err(_) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => u32::MAX,
        Err(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hops_are_those_that_the_header_tells() {
        let check = |value: Option<&'static str>, expected: u32| {
            let value = value.map(|value| (HOPS, http::HeaderValue::from_static(value)));
            assert_eq!(behind(&value.into_iter().collect()), expected);
        };
        check(None, 0);
        check(Some("7"), 7);
        check(Some("99999999999999999999"), u32::MAX);
        check(Some(""), 0);
        check(Some("-1"), 0);
        check(Some("many"), 0);
    }
}
