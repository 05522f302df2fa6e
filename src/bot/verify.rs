//! Whether a webhook comes from the vendor: a shared secret, and Standard Webhooks signatures
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::base::secret::Secret;

/// How far the sender's clock may be from ours, in seconds and both ways; what the reference libraries use.
const TOLERANCE: u64 = 300;

/// Why a signature is not believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum Distrust {
    /// A header of the scheme is missing or unreadable.
    #[error("signature headers are incomplete")]
    Incomplete,
    /// The attempt is too old or from the future.
    #[error("timestamp is out of tolerance")]
    OutOfTime,
    /// No signature in the list is ours.
    #[error("signature does not match")]
    Mismatch,
}

/// Compares in a time that does not tell where the first difference is.
pub(super) fn same(given: &str, expected: &Secret) -> bool {
    given.as_bytes().ct_eq(expected.expose().as_bytes()).into()
}

/// Checks the signature of a webhook that has one; one without is for the vendor's own means to judge.
///
/// `now` is in unix seconds.
///
/// # Errors
///
/// If there is a signature and it cannot be believed.
pub(super) fn signature_if_any(headers: &HeaderMap, body: &[u8], secret: &Secret, now: u64) -> Result<(), Distrust> {
    if headers.contains_key("webhook-signature") { signature(headers, body, secret, now) } else { Ok(()) }
}

/// Checks the signature of a webhook that must have one.
///
/// `now` is in unix seconds.
///
/// # Errors
///
/// If there is no signature, or it cannot be believed.
pub(super) fn signature(headers: &HeaderMap, body: &[u8], secret: &Secret, now: u64) -> Result<(), Distrust> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).ok_or(Distrust::Incomplete);
    let (id, timestamp, signatures) =
        (header("webhook-id")?, header("webhook-timestamp")?, header("webhook-signature")?);
    let sent: u64 = timestamp.parse().map_err(|_| Distrust::Incomplete)?;
    if now.abs_diff(sent) > TOLERANCE {
        return Err(Distrust::OutOfTime);
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(&key(secret)).map_err(|_| Distrust::Mismatch)?;
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    let expected = STANDARD.encode(mac.finalize().into_bytes());
    let ours = |entry: &str| {
        entry.strip_prefix("v1,").is_some_and(|given| bool::from(given.as_bytes().ct_eq(expected.as_bytes())))
    };
    if signatures.split(' ').any(ours) { Ok(()) } else { Err(Distrust::Mismatch) }
}

/// The bytes that sign: what `whsec_…` encodes, or the text itself if it is no base64.
fn key(secret: &Secret) -> Vec<u8> {
    let text = secret.expose();
    STANDARD.decode(text.strip_prefix("whsec_").unwrap_or(text)).unwrap_or_else(|_| text.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    // Published test vectors of the reference libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const TIME: u64 = 1_614_265_330;
    const BODY: &str = r#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn verdict(secret: &str, headers: &[(&'static str, &str)], body: &str, now: u64) -> Result<(), Distrust> {
        let headers = headers.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()));
        signature_if_any(&headers.collect(), body.as_bytes(), &Secret::new(secret), now)
    }

    fn check(signatures: &str, body: &str, now: u64, expected: Result<(), Distrust>) {
        let time = TIME.to_string();
        let headers = [("webhook-id", ID), ("webhook-timestamp", time.as_str()), ("webhook-signature", signatures)];
        assert_eq!(verdict(SECRET, &headers, body, now), expected, "{signatures} {body} {now}");
    }

    #[test]
    fn the_published_vectors_are_believed() {
        check(SIGNATURE, BODY, TIME, Ok(()));
        let headers = [
            ("webhook-id", "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk"),
            ("webhook-timestamp", "1649367553"),
            ("webhook-signature", "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="),
        ];
        let body = r#"{"email":"test@example.com","username":"test_user"}"#;
        assert_eq!(verdict("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", &headers, body, 1_649_367_553), Ok(()));
        assert_eq!(verdict("C2FVsBQIhrscChlQIMV+b5sSYspob7oD", &headers, body, 1_649_367_553), Ok(()));
    }

    #[test]
    fn any_known_signature_in_the_list_is_enough() {
        check(&format!("v1,AAAA {SIGNATURE}"), BODY, TIME, Ok(()));
        check(&format!("v9,AAAA {SIGNATURE}"), BODY, TIME, Ok(()));
    }

    #[test]
    fn anything_else_is_not() {
        check(SIGNATURE, r#"{"test":2432232314}"#, TIME, Err(Distrust::Mismatch));
        check("v1,", BODY, TIME, Err(Distrust::Mismatch));
        check(&SIGNATURE.replace("v1,", "v2,"), BODY, TIME, Err(Distrust::Mismatch));
        check(&SIGNATURE.replace("g0", "g1"), BODY, TIME, Err(Distrust::Mismatch));
        check(SIGNATURE, BODY, TIME + 301, Err(Distrust::OutOfTime));
        check(SIGNATURE, BODY, TIME - 301, Err(Distrust::OutOfTime));
        assert_eq!(verdict(SECRET, &[("webhook-signature", SIGNATURE)], BODY, TIME), Err(Distrust::Incomplete));
    }

    #[test]
    fn tolerance_ends_after_five_minutes() {
        check(SIGNATURE, BODY, TIME + 300, Ok(()));
        check(SIGNATURE, BODY, TIME - 300, Ok(()));
    }

    #[test]
    fn a_webhook_without_a_signature_is_left_to_other_means() {
        assert_eq!(verdict(SECRET, &[("webhook-id", ID)], BODY, TIME), Ok(()));
        let refused = signature(&HeaderMap::new(), BODY.as_bytes(), &Secret::new(SECRET), TIME);
        assert_eq!(refused, Err(Distrust::Incomplete), "unless there are none");
    }
}
