//! Standard Webhooks 1.0.0 signatures, version `v1`: HMAC-SHA256 over id, timestamp and body.
//!
//! The time that is signed is real time, not the world's: a receiver compares it with its own clock.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::base::secret::Secret;

/// The value of `webhook-signature` for one attempt. `timestamp` is in seconds since the Unix epoch.
#[must_use]
pub fn signature(secret: &Secret, id: &str, timestamp: u64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key(secret)).expect("HMAC takes keys of any length");
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// The key bytes of a secret: what follows `whsec_`, decoded; any other text as it is, so that a vendor's plain shared
/// secret can sign as well.
fn key(secret: &Secret) -> Vec<u8> {
    let text = secret.expose();
    text.strip_prefix("whsec_")
        .and_then(|encoded| STANDARD.decode(encoded).ok())
        .unwrap_or_else(|| text.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published with the reference libraries (github.com/standard-webhooks/standard-webhooks).
    #[test]
    fn the_published_vectors_pass() {
        let check = |secret: &str, id: &str, timestamp, body: &str, expected: &str| {
            assert_eq!(signature(&Secret::new(secret), id, timestamp, body.as_bytes()), expected);
        };
        check(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        );
        check(
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            1_649_367_553,
            r#"{"email":"test@example.com","username":"test_user"}"#,
            "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
        );
    }

    #[test]
    fn a_plain_secret_signs_too() {
        let plain = signature(&Secret::new("test-secret-1"), "msg_1", 1, b"{}");
        assert_ne!(plain, signature(&Secret::new("test-secret-2"), "msg_1", 1, b"{}"));
    }
}
