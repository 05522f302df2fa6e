//! Checks a signature, and says what is wrong with it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use http::HeaderMap;
use subtle::ConstantTimeEq as _;

use super::Message;
use super::key::{Half, half};
use super::mistake::{Mistake, explain};
use super::scheme::{Content, Layout, Mac, Scheme, digest};
use crate::base::secret::Secret;

/// How old or how far ahead a signature may be by default, in seconds: what the reference libraries allow.
pub const TOLERANCE: u64 = 300;

/// A request as it was received.
#[derive(Clone, Copy, Debug)]
pub struct Received<'r> {
    /// Its headers.
    pub headers: &'r HeaderMap,
    /// The address as the sender has it, where it is signed.
    pub url: Option<&'r str>,
    /// Its body, byte for byte.
    pub body: &'r [u8],
}

/// What is wrong with a signed request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Flaw {
    /// A header is not there.
    Missing(&'static str),
    /// A header is there more than once.
    Twice(&'static str),
    /// A header cannot be read.
    Malformed(&'static str, &'static str),
    /// No signature has a version that the scheme knows.
    UnknownVersions(&'static str),
    /// It was signed so many seconds ago.
    TooOld(u64),
    /// It was signed so many seconds from now.
    TooNew(u64),
    /// The address that was signed is not known.
    NoAddress,
    /// The digest in the address is not that of the body.
    OtherDigest,
    /// No signature is that of the message; it would be if the body, or the secret, were like this.
    Mismatch(Option<Mistake>),
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "the header `{name}` is missing"),
            Self::Twice(name) => write!(f, "the header `{name}` is there more than once"),
            Self::Malformed(name, why) => write!(f, "the header `{name}` {why}"),
            Self::UnknownVersions(name) => write!(f, "no signature in `{name}` has a version that is known"),
            Self::TooOld(seconds) => write!(f, "it was signed {seconds} s ago, which is too old"),
            Self::TooNew(seconds) => write!(f, "it was signed {seconds} s in the future"),
            Self::NoAddress => f.write_str("the address is signed, and is not known; name it with `--url`"),
            Self::OtherDigest => f.write_str("the digest in the address is not that of the body"),
            Self::Mismatch(None) => f.write_str("the signature is not that of this message with this secret"),
            Self::Mismatch(Some(mistake)) => write!(f, "the signature is not that of this message, but {mistake}"),
        }
    }
}

impl Scheme {
    /// Checks a request that was received at `now`, in seconds since the Unix epoch. Any of the secrets will do.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn verify(&self, received: Received<'_>, secrets: &[&Secret], now: u64, tolerance: u64) -> Result<(), Flaw> {
        let value = only(received.headers, self.header)?;
        let (time, signatures) = self.parts(value)?;
        let id = self.id_header.map_or(Ok(""), |name| only(received.headers, name))?;
        let timestamp = match self.time_header {
            Some(name) => seconds(only(received.headers, name)?, name)?,
            None => time.unwrap_or_default(),
        };
        let url = match (self.content, received.url) {
            (Content::AddressAndForm, None) => return Err(Flaw::NoAddress),
            (_, url) => url.unwrap_or_default(),
        };
        if let Some((_, signed)) = url.split_once("bodySHA256=").filter(|_| self.content == Content::AddressAndForm)
            && signed.split('&').next() != Some(digest(received.body).as_str())
        {
            return Err(Flaw::OtherDigest);
        }
        let message = Message { id, timestamp, url, body: received.body };
        let matches =
            |body: &[u8]| secrets.iter().any(|secret| self.matches(Message { body, ..message }, secret, &signatures));
        if !matches(received.body) {
            return Err(Flaw::Mismatch(explain(received.body, matches)));
        }
        // Whether a time is right is no news to anybody but the sender, so the signature is judged first.
        match (self.is_timed(), timestamp.checked_sub(now), now.checked_sub(timestamp)) {
            (true, _, Some(age)) if age > tolerance => Err(Flaw::TooOld(age)),
            (true, Some(ahead), _) if ahead > tolerance => Err(Flaw::TooNew(ahead)),
            _ => Ok(()),
        }
    }

    /// The time in the header of a signature, if it stands there, and the signatures of versions that are known.
    fn parts<'v>(&self, value: &'v str) -> Result<(Option<u64>, Vec<&'v str>), Flaw> {
        let (time, found): (_, Vec<&str>) = match self.layout {
            Layout::List(version) => {
                let known = |one: &'v str| one.split_once(',').filter(|(found, _)| *found == version).map(|(_, it)| it);
                (None, value.split(' ').filter_map(known).collect())
            }
            Layout::Pairs => {
                let pairs = || value.split(',').filter_map(|pair| pair.split_once('='));
                let time = pairs().find(|(name, _)| *name == "t").map(|(_, time)| time);
                let time = seconds(time.ok_or(Flaw::Malformed(self.header, "has no `t=`"))?, self.header)?;
                (Some(time), pairs().filter(|(name, _)| *name == "v1").map(|(_, it)| it).collect())
            }
            Layout::Single(prefix) => {
                let found = value.strip_prefix(prefix);
                (None, vec![found.ok_or(Flaw::Malformed(self.header, "does not begin as it must"))?])
            }
        };
        match found.as_slice() {
            [] => Err(Flaw::UnknownVersions(self.header)),
            found if found.iter().all(|one| one.is_empty()) => {
                Err(Flaw::Malformed(self.header, "has an empty signature"))
            }
            _ => Ok((time, found)),
        }
    }

    fn matches(&self, message: Message<'_>, secret: &Secret, signatures: &[&str]) -> bool {
        if self.mac == Mac::Ed25519 {
            let public = match half(secret) {
                Ok(Half::Private(seed)) => Some(SigningKey::from_bytes(&seed).verifying_key()),
                Ok(Half::Public(key)) => VerifyingKey::from_bytes(&key).ok(),
                Err(_) => None,
            };
            let content = self.content.of(message);
            let reads = |one: &&str| Signature::from_slice(&BASE64.decode(one).ok()?).ok();
            return public.is_some_and(|public| {
                signatures.iter().filter_map(reads).any(|one| public.verify_strict(&content, &one).is_ok())
            });
        }
        let expected = self.signature(message, secret).unwrap_or_default();
        signatures.iter().any(|one| bool::from(one.as_bytes().ct_eq(expected.as_bytes())))
    }
}

/// The value of a header that must be there once.
fn only<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<&'h str, Flaw> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().ok_or(Flaw::Missing(name))?;
    if values.next().is_some() {
        return Err(Flaw::Twice(name));
    }
    value.to_str().map_err(|_| Flaw::Malformed(name, "has characters that are not printable ASCII"))
}

fn seconds(text: &str, name: &'static str) -> Result<u64, Flaw> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let read = text.parse().ok().filter(|_| digits);
    read.ok_or(Flaw::Malformed(name, "is not a time in whole seconds"))
}

#[cfg(test)]
mod tests {
    use super::super::SCHEMES;
    use super::*;

    const NOW: u64 = 1_800_000_000;
    const URL: &str = "https://example.com/hook";
    const BODY: &[u8] = b"{\"a\": 1}";
    const PRIVATE: &str = "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
    const PUBLIC: &str = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    fn secret(scheme: &Scheme) -> Secret {
        Secret::new(if scheme.mac == Mac::Ed25519 { PRIVATE } else { "a shared secret" })
    }

    fn signed(scheme: &Scheme, timestamp: u64) -> HeaderMap {
        let message = Message { id: "msg_1", timestamp, url: URL, body: BODY };
        let headers = scheme.sign(message, &[&secret(scheme)]);
        headers.into_iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    fn verified(scheme: &Scheme, headers: &HeaderMap, body: &[u8]) -> Result<(), Flaw> {
        scheme.verify(Received { headers, url: Some(URL), body }, &[&secret(scheme)], NOW, TOLERANCE)
    }

    #[test]
    fn every_scheme_accepts_what_it_signs_and_nothing_else() {
        for scheme in SCHEMES {
            let headers = signed(scheme, NOW);
            assert_eq!(verified(scheme, &headers, BODY), Ok(()), "{}", scheme.name);
            let mut flipped = BODY.to_vec();
            flipped[3] ^= 1;
            assert_eq!(verified(scheme, &headers, &flipped), Err(Flaw::Mismatch(None)), "{}", scheme.name);
            let other = Secret::new(if scheme.mac == Mac::Ed25519 {
                "whsk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
            } else {
                "other"
            });
            let received = Received { headers: &headers, url: Some(URL), body: BODY };
            assert_eq!(
                scheme.verify(received, &[&other], NOW, TOLERANCE),
                Err(Flaw::Mismatch(None)),
                "{}",
                scheme.name
            );
            assert_eq!(scheme.verify(received, &[&other, &secret(scheme)], NOW, TOLERANCE), Ok(()), "{}", scheme.name);
            for name in [Some(scheme.header), scheme.time_header, scheme.id_header].into_iter().flatten() {
                let mut fewer = headers.clone();
                fewer.remove(name);
                assert_eq!(verified(scheme, &fewer, BODY), Err(Flaw::Missing(name)), "{}", scheme.name);
                fewer.append(name, "x".parse().unwrap());
                fewer.append(name, "y".parse().unwrap());
                assert_eq!(verified(scheme, &fewer, BODY), Err(Flaw::Twice(name)), "{}", scheme.name);
            }
        }
    }

    #[test]
    fn times_are_held_to_the_tolerance_where_they_are_signed() {
        for scheme in SCHEMES {
            let check = |timestamp: u64, expected: Result<(), Flaw>| {
                let expected = if scheme.is_timed() { expected } else { Ok(()) };
                assert_eq!(verified(scheme, &signed(scheme, timestamp), BODY), expected, "{}", scheme.name);
            };
            check(NOW - 300, Ok(()));
            check(NOW - 301, Err(Flaw::TooOld(301)));
            check(NOW + 300, Ok(()));
            check(NOW + 301, Err(Flaw::TooNew(301)));
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let check = |name: &str, header: &str, value: &str, expected: &str| {
            let scheme = Scheme::named(name).unwrap();
            let mut headers = signed(scheme, NOW);
            headers.insert(http::HeaderName::try_from(header).unwrap(), value.parse().unwrap());
            let flaw = verified(scheme, &headers, BODY).unwrap_err().to_string();
            assert!(flaw.contains(expected), "{name} {value}: {flaw}");
        };
        check("standard", "webhook-signature", "v1,", "has an empty signature");
        check("standard", "webhook-signature", "v9,abc v1a,abc", "has a version that is known");
        check("standard", "webhook-signature", "", "has a version that is known");
        check("standard", "webhook-timestamp", "soon", "is not a time in whole seconds");
        check("standard", "webhook-timestamp", "+1", "is not a time in whole seconds");
        check("standard", "webhook-timestamp", "1800000001", "is not that of this message");
        check("stripe", "stripe-signature", "v1=abc", "has no `t=`");
        check("stripe", "stripe-signature", "t=1,v0=abc", "has a version that is known");
        check("github", "x-hub-signature-256", "sha1=abc", "does not begin as it must");
        check("standard-v1a", "webhook-signature", "v1a,%%%", "is not that of this message");
    }

    #[test]
    fn a_valid_signature_among_others_is_enough() {
        let scheme = Scheme::named("standard").unwrap();
        let mut headers = signed(scheme, NOW);
        let good = headers["webhook-signature"].to_str().unwrap().to_owned();
        headers.insert("webhook-signature", format!("v2,zzz v1,AAAA {good}").parse().unwrap());
        assert_eq!(verified(scheme, &headers, BODY), Ok(()));
        let asymmetric = Scheme::named("standard-v1a").unwrap();
        let headers = signed(asymmetric, NOW);
        let received = Received { headers: &headers, url: None, body: BODY };
        assert_eq!(asymmetric.verify(received, &[&Secret::new(PUBLIC)], NOW, TOLERANCE), Ok(()));
    }

    #[test]
    fn usual_mistakes_are_recognised() {
        let scheme = Scheme::named("github").unwrap();
        let check = |sent: &[u8], seen: &[u8], expected: &str| {
            let message = Message { id: "", timestamp: NOW, url: "", body: sent };
            let headers = scheme.sign(message, &[&secret(scheme)]);
            let headers = headers
                .into_iter()
                .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
                .collect();
            let flaw = verified(scheme, &headers, seen).unwrap_err().to_string();
            assert!(flaw.contains(expected), "{flaw}");
        };
        check(b"{}", b"{}\n", "without the line break at the end");
        check(b"{}\n", b"{}", "with a line break at the end");
        check(b"a\nb", b"a\r\nb", "instead of `\\r\\n`");
        check(b"a\r\nb", b"a\nb", "instead of `\\n`");
        check(b"{}", b"\xef\xbb\xbf{}", "byte order mark");
        check(br#"{"a":1}"#, b"{\n  \"a\": 1\n}", "written anew");
        check(b"{}", b"[]", "with this secret");
    }

    #[test]
    fn an_address_is_needed_where_it_is_signed() {
        let scheme = Scheme::named("twilio").unwrap();
        let headers = signed(scheme, NOW);
        let received = Received { headers: &headers, url: None, body: BODY };
        assert_eq!(scheme.verify(received, &[&secret(scheme)], NOW, TOLERANCE), Err(Flaw::NoAddress));
        let url = Some("https://example.com/hook?bodySHA256=00");
        assert_eq!(
            scheme.verify(Received { url, ..received }, &[&secret(scheme)], NOW, TOLERANCE),
            Err(Flaw::OtherDigest)
        );
    }
}
