//! Any headers and bytes as a signed request, to every scheme: nothing panics, what was signed is good, and it is not any more
//! once its body or its time is another.
//!
//! The first byte picks the scheme; the rest of the first line is the secret, the second line the address, the third the time
//! in seconds. Then come header lines, an empty line, and the body.
//!
//! `cargo +nightly fuzz run signature -- -max_len=2048`

#![no_main]

use http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;
use rehearsal::base::secret::Secret;
use rehearsal::signing::verify::{Flaw, Received, TOLERANCE};
use rehearsal::signing::{Message, SCHEMES, Scheme};

fuzz_target!(|bytes: &[u8]| {
    let [scheme, rest @ ..] = bytes else { return };
    let scheme = &SCHEMES[usize::from(*scheme) % SCHEMES.len()];
    let mut lines = rest.split(|byte| *byte == b'\n');
    let mut line = || lines.next().map_or(String::new(), |line| String::from_utf8_lossy(line).into_owned());
    let (secret, url, now) = (Secret::new(line()), line(), line().parse().unwrap_or(1_800_000_000));
    let mut headers = HeaderMap::new();
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let value = line.get(colon + 1..).unwrap_or_default();
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(&line[..colon]), HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    let body = lines.collect::<Vec<_>>().join(&b'\n');

    let address = Some(url.as_str()).filter(|url| !url.is_empty());
    let received = Received { headers: &headers, url: address, body: &body };
    if let Err(flaw) = scheme.verify(received, &[&secret], now, TOLERANCE) {
        assert!(!flaw.to_string().is_empty());
    }
    if scheme.check(&secret).is_ok() {
        sign(scheme, &secret, Message { id: "msg_fuzz", timestamp: now, url: &url, body: &body });
    }
});

/// Signs a message, and has the signature checked.
fn sign(scheme: &Scheme, secret: &Secret, message: Message<'_>) {
    let signed = scheme.sign(message, &[secret]);
    let header = |(name, value): (&'static str, String)| {
        (HeaderName::from_static(name), HeaderValue::try_from(value).expect("signatures are header values"))
    };
    let headers: HeaderMap = signed.into_iter().map(header).collect();
    let other = scheme.another_key();
    let check = |body: &[u8], now: u64| {
        let received = Received { headers: &headers, url: Some(message.url), body };
        scheme.verify(received, &[&other, secret], now, TOLERANCE)
    };
    match check(message.body, message.timestamp) {
        Ok(()) => {}
        // A public key signs nothing.
        Err(Flaw::Malformed(..) | Flaw::UnknownVersions(_)) if secret.expose().starts_with("whpk_") => return,
        // The digest in an address is whoever's wrote the address.
        Err(Flaw::OtherDigest) if !scheme.knows_no_address() => return,
        Err(flaw) => panic!("{}: {flaw}", scheme.name),
    }
    if let Some(late) = message.timestamp.checked_add(TOLERANCE + 1) {
        assert_eq!(check(message.body, late).is_err(), scheme.is_timed(), "{}", scheme.name);
    }
    // A form has several ways to be written; all others have one.
    if scheme.knows_no_address() {
        let longer = [message.body, b"x"].concat();
        assert!(check(&longer, message.timestamp).is_err(), "{}: a byte more", scheme.name);
        let mut flipped = message.body.to_vec();
        if let Some(last) = flipped.last_mut() {
            *last ^= 1;
            assert!(check(&flipped, message.timestamp).is_err(), "{}: another byte", scheme.name);
        }
    }
}
