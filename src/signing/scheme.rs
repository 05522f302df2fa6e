//! The table of schemes, and making signatures.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signer as _, SigningKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::Message;
use super::key::{Half, KeyError, KeyForm, half};
use crate::base::secret::Secret;

/// A way to sign webhooks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scheme {
    /// The word for it.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// What is signed, in a few words.
    pub signs: &'static str,
    /// Where it is documented.
    pub source: &'static str,
    /// The header that has the signature.
    pub header: &'static str,
    /// The header that has the time, in seconds since the Unix epoch, if it has one of its own.
    pub time_header: Option<&'static str>,
    /// The header that has the name of the event, if it is signed.
    pub id_header: Option<&'static str>,
    pub(super) layout: Layout,
    pub(super) content: Content,
    pub(super) mac: Mac,
    pub(super) encoding: Encoding,
    pub(super) key: KeyForm,
}

/// How signatures stand in their header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Layout {
    /// One for each secret, with a version before it: `v1,… v1,…`.
    List(&'static str),
    /// The time, and one for each secret: `t=…,v1=…,v1=…`.
    Pairs,
    /// That of the first secret, after a prefix.
    Single(&'static str),
}

/// What is signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Content {
    /// `id.time.body`
    IdTimeBody,
    /// `time.body`
    TimeBody,
    /// `v0:time:body`
    VersionTimeBody,
    /// The body.
    Body,
    /// The address, and the members of a form sorted by name; of other bodies their digest stands in the address.
    AddressAndForm,
}

/// How it is signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mac {
    HmacSha256,
    HmacSha1,
    Ed25519,
}

/// How a signature is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Encoding {
    Base64,
    Hex,
}

/// What Standard Webhooks 1.0.0 has in its headers.
const ID: &str = "webhook-id";
const TIME: &str = "webhook-timestamp";
const SIGNATURE: &str = "webhook-signature";
const SPEC: &str = "github.com/standard-webhooks/standard-webhooks";

/// The scheme that is used where nothing is said.
pub const STANDARD: &Scheme = &SCHEMES[0];

/// All schemes.
pub const SCHEMES: &[Scheme] = &[
    Scheme {
        name: "standard",
        about: "Standard Webhooks 1.0.0, version v1",
        signs: "id.time.body",
        source: SPEC,
        header: SIGNATURE,
        time_header: Some(TIME),
        id_header: Some(ID),
        layout: Layout::List("v1"),
        content: Content::IdTimeBody,
        mac: Mac::HmacSha256,
        encoding: Encoding::Base64,
        key: KeyForm::Decoded,
    },
    Scheme {
        name: "standard-v1a",
        about: "Standard Webhooks 1.0.0, version v1a, with a pair of keys",
        signs: "id.time.body",
        source: SPEC,
        header: SIGNATURE,
        time_header: Some(TIME),
        id_header: Some(ID),
        layout: Layout::List("v1a"),
        content: Content::IdTimeBody,
        mac: Mac::Ed25519,
        encoding: Encoding::Base64,
        key: KeyForm::Asymmetric,
    },
    Scheme {
        name: "github",
        about: "as GitHub and Meta sign",
        signs: "body",
        source: "docs.github.com/webhooks/securing",
        header: "x-hub-signature-256",
        time_header: None,
        id_header: None,
        layout: Layout::Single("sha256="),
        content: Content::Body,
        mac: Mac::HmacSha256,
        encoding: Encoding::Hex,
        key: KeyForm::AsWritten,
    },
    Scheme {
        name: "stripe",
        about: "as Stripe signs",
        signs: "time.body",
        source: "docs.stripe.com/webhooks/signatures",
        header: "stripe-signature",
        time_header: None,
        id_header: None,
        layout: Layout::Pairs,
        content: Content::TimeBody,
        mac: Mac::HmacSha256,
        encoding: Encoding::Hex,
        key: KeyForm::AsWritten,
    },
    Scheme {
        name: "slack",
        about: "as Slack signs",
        signs: "v0:time:body",
        source: "api.slack.com/authentication/verifying-requests-from-slack",
        header: "x-slack-signature",
        time_header: Some("x-slack-request-timestamp"),
        id_header: None,
        layout: Layout::Single("v0="),
        content: Content::VersionTimeBody,
        mac: Mac::HmacSha256,
        encoding: Encoding::Hex,
        key: KeyForm::AsWritten,
    },
    Scheme {
        name: "shopify",
        about: "as Shopify signs",
        signs: "body",
        source: "shopify.dev/docs/apps/build/webhooks/verify-deliveries",
        header: "x-shopify-hmac-sha256",
        time_header: None,
        id_header: None,
        layout: Layout::Single(""),
        content: Content::Body,
        mac: Mac::HmacSha256,
        encoding: Encoding::Base64,
        key: KeyForm::AsWritten,
    },
    Scheme {
        name: "webex",
        about: "as the Webex Webhooks API signs",
        signs: "body",
        source: "developer.webex.com/docs/receive-and-verify-webhooks",
        header: "x-spark-signature",
        time_header: None,
        id_header: None,
        layout: Layout::Single(""),
        content: Content::Body,
        mac: Mac::HmacSha1,
        encoding: Encoding::Hex,
        key: KeyForm::AsWritten,
    },
    Scheme {
        name: "twilio",
        about: "as Twilio signs; checked only, since the sender's own view of the address is signed",
        signs: "address and form, or address with the digest of the body in it",
        source: "www.twilio.com/docs/usage/security",
        header: "x-twilio-signature",
        time_header: None,
        id_header: None,
        layout: Layout::Single(""),
        content: Content::AddressAndForm,
        mac: Mac::HmacSha1,
        encoding: Encoding::Base64,
        key: KeyForm::AsWritten,
    },
];

impl Scheme {
    /// The scheme with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        SCHEMES.iter().find(|scheme| scheme.name == name)
    }

    /// Whether webhooks can be signed so before their address is known.
    #[must_use]
    pub fn knows_no_address(&self) -> bool {
        self.content != Content::AddressAndForm
    }

    /// Whether a time is signed, so that what is old can be told.
    #[must_use]
    pub fn is_timed(&self) -> bool {
        matches!(self.content, Content::IdTimeBody | Content::TimeBody | Content::VersionTimeBody)
    }

    /// Checks that a secret can be a key.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn check(&self, secret: &Secret) -> Result<(), KeyError> {
        self.key.check(secret)
    }

    /// A secret that is nobody's.
    #[must_use]
    pub fn another_key(&self) -> Secret {
        Secret::new(match self.mac {
            Mac::Ed25519 => "whsk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            Mac::HmacSha256 | Mac::HmacSha1 => "another key",
        })
    }

    /// The headers that sign a message with these secrets, the newest first.
    #[must_use]
    pub fn sign(&self, message: Message<'_>, secrets: &[&Secret]) -> Vec<(&'static str, String)> {
        let signatures: Vec<String> = secrets.iter().filter_map(|secret| self.signature(message, secret)).collect();
        let value = match self.layout {
            Layout::List(version) => {
                signatures.iter().map(|one| format!("{version},{one}")).collect::<Vec<_>>().join(" ")
            }
            Layout::Pairs => {
                let pairs: String = signatures.iter().map(|one| format!(",v1={one}")).collect();
                format!("t={}{pairs}", message.timestamp)
            }
            Layout::Single(prefix) => format!("{prefix}{}", signatures.first().map_or("", String::as_str)),
        };
        let id = self.id_header.map(|name| (name, message.id.to_owned()));
        let time = self.time_header.map(|name| (name, message.timestamp.to_string()));
        id.into_iter().chain(time).chain([(self.header, value)]).collect()
    }

    /// The signature of a message, as it is written; nothing if the secret is no key that can sign.
    pub(super) fn signature(&self, message: Message<'_>, secret: &Secret) -> Option<String> {
        let content = self.content.of(message);
        let bytes = match self.mac {
            Mac::HmacSha256 => hmac_sha256(&self.key.bytes(secret), &content),
            Mac::HmacSha1 => hmac_sha1(&self.key.bytes(secret), &content),
            Mac::Ed25519 => match half(secret).ok()? {
                Half::Private(seed) => SigningKey::from_bytes(&seed).sign(&content).to_bytes().to_vec(),
                Half::Public(_) => return None,
            },
        };
        Some(match self.encoding {
            Encoding::Base64 => BASE64.encode(bytes),
            Encoding::Hex => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }
}

impl Content {
    /// The bytes that are signed.
    pub(super) fn of(self, message: Message<'_>) -> Vec<u8> {
        let Message { id, timestamp, url, body } = message;
        match self {
            Self::IdTimeBody => [format!("{id}.{timestamp}.").as_bytes(), body].concat(),
            Self::TimeBody => [format!("{timestamp}.").as_bytes(), body].concat(),
            Self::VersionTimeBody => [format!("v0:{timestamp}:").as_bytes(), body].concat(),
            Self::Body => body.to_vec(),
            Self::AddressAndForm if url.contains("bodySHA256=") => url.as_bytes().to_vec(),
            Self::AddressAndForm => [url.as_bytes(), form(body).as_bytes()].concat(),
        }
    }
}

/// The names and values of a form, sorted by name, with nothing between them.
fn form(body: &[u8]) -> String {
    let mut members: Vec<(String, String)> = std::str::from_utf8(body)
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (unescaped(name), unescaped(value))
        })
        .collect();
    members.sort();
    members.into_iter().map(|(name, value)| name + &value).collect()
}

/// A part of a form as its author meant it.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        match crate::base::percent::escape(rest) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The digest of a body as it stands in an address, in hex.
pub(super) fn digest(body: &[u8]) -> String {
    Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hmac_sha256(key: &[u8], content: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(content);
    mac.finalize().into_bytes().to_vec()
}

fn hmac_sha1(key: &[u8], content: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(content);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &[u8] = br#"{"test": 2432232314}"#;
    const MSG: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const FORM: &[u8] =
        b"CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";
    const SLACK: &[u8] = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

    /// Published by the schemes' authors, or derived with other programs; none of them was made by this code.
    #[test]
    fn the_known_vectors_pass() {
        let check = |name: &str, secret: &str, id: &str, timestamp: u64, url: &str, body: &[u8], expected: &str| {
            let scheme = Scheme::named(name).unwrap();
            let headers = scheme.sign(Message { id, timestamp, url, body }, &[&Secret::new(secret)]);
            assert_eq!(headers.last(), Some(&(scheme.header, expected.to_owned())), "{name}");
        };
        check(
            "standard",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            MSG,
            1_614_265_330,
            "",
            ONE,
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        );
        check(
            "standard",
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            1_649_367_553,
            "",
            br#"{"email":"test@example.com","username":"test_user"}"#,
            "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
        );
        check(
            "standard-v1a",
            "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=",
            MSG,
            1_614_265_330,
            "",
            ONE,
            "v1a,fldxM4gAKugP6nnt1hdz3sgGfZ6d99nzrMFnZOELIxbzEHoVmAb2ADpkJK7zgPePmPsle0zV9jSeGlHFG2NVAw==",
        );
        check(
            "github",
            "It's a Secret to Everybody",
            "",
            0,
            "",
            b"Hello, World!",
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        );
        check(
            "slack",
            "8f742231b10e8888abcd99yyyzzz85a5",
            "",
            1_531_420_618,
            "",
            SLACK,
            "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        );
        check(
            "twilio",
            "12345",
            "",
            0,
            "https://mycompany.com/myapp.php?foo=1&bar=2",
            FORM,
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        );
        check(
            "twilio",
            "12345",
            "",
            0,
            "https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620",
            br#"{"property": "value", "boolean": true}"#,
            "a9nBmqA0ju/hNViExpshrM61xv4=",
        );
        check(
            "stripe",
            "whsec_test_secret",
            "",
            1_614_265_330,
            "",
            ONE,
            "t=1614265330,v1=10c96c6fd3f320fcfc264cdc4f476c15060ede8e8a08404cea2ddf3b72544a9c",
        );
        check("shopify", "hush", "", 0, "", ONE, "GSMkouYq910XCW7wBeiXYHW1KhmYc/L3xj5h5r26zw4=");
        check(
            "github",
            "hush",
            "",
            0,
            "",
            ONE,
            "sha256=192324a2e62af75d17096ef005e8976075b52a199873f2f7c63e61e6bdbacf0e",
        );
        check("webex", "hush", "", 0, "", ONE, "c68b01470b86ac36c5ba801a543c89d83b71f131");
        assert_eq!(
            digest(br#"{"property": "value", "boolean": true}"#),
            "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
        );
    }

    #[test]
    fn two_secrets_sign_where_the_header_has_room() {
        let secrets = [&Secret::new("new"), &Secret::new("old")];
        let check = |name: &str, both: bool| {
            let message = Message { id: "m", timestamp: 1, url: "", body: b"{}" };
            let scheme = Scheme::named(name).unwrap();
            let value = scheme.sign(message, &secrets).pop().unwrap().1;
            let has = |secret| value.contains(&scheme.signature(message, secret).unwrap());
            assert_eq!((has(secrets[0]), has(secrets[1])), (true, both), "{value}");
        };
        check("standard", true);
        check("stripe", true);
        check("github", false);
        check("slack", false);
    }

    #[test]
    fn secrets_of_the_wrong_form_are_refused() {
        let check = |name: &str, secret: &str, expected: Result<(), KeyError>| {
            assert_eq!(Scheme::named(name).unwrap().check(&Secret::new(secret)), expected, "{name} {secret}");
        };
        check("standard", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", Ok(()));
        check("standard", "a plain secret", Ok(()));
        check("standard", "", Err(KeyError::Empty));
        check("standard", "whsec_", Err(KeyError::Empty));
        check("standard", "whsec_%", Err(KeyError::NotBase64));
        check("stripe", "whsec_%", Ok(()));
        check("standard-v1a", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", Err(KeyError::NoPrefix));
        check("standard-v1a", "whsk_AAAA", Err(KeyError::Length));
        check("standard-v1a", "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=", Ok(()));
        check("github", "", Err(KeyError::Empty));
    }
}
