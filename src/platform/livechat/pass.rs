//! What customers are given: tokens, the cookies they are known by again, and transfers of their identity to elsewhere.
//!
//! Pages: platform.text.com/docs/authorization/customer-authorization, …/customer-accounts-api.

use std::collections::HashMap;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::header::COOKIE;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::auth::bearer;
use crate::base::percent::decoded;
use crate::base::time::VirtualTime;
use crate::platform::cx::Credential;
use crate::platform::route::Call;

/// Where the paths of customers' accounts begin.
pub(super) const ACCOUNTS: &str = "/v2/customer/";
/// The cookie that has the id of a customer.
pub(super) const ID_COOKIE: &str = "__lc_cid";
/// The cookie that has their secret.
pub(super) const SECRET_COOKIE: &str = "__lc_cst";
/// How long the secret is, in hexadecimal digits.
pub(super) const SECRET_LENGTH: usize = 80;

/// All that customers were given.
#[derive(Clone, Debug, Default)]
pub(super) struct Passes {
    tokens: HashMap<String, Pass>,
    /// The secrets in cookies, by customer.
    secrets: HashMap<String, String>,
    transfers: HashMap<String, Transfer>,
}

/// A token of a customer.
#[derive(Clone, Debug)]
pub(super) struct Pass {
    /// Until when it is good.
    pub(super) until: VirtualTime,
}

/// An identity on its way to another device.
#[derive(Clone, Debug)]
pub(super) struct Transfer {
    /// Whose it is.
    pub(super) customer: String,
    /// The app that may take it over.
    pub(super) client: String,
    /// The hash of what whoever takes it over has to know, if there is such a thing.
    pub(super) challenge: Option<String>,
    /// Until when it can be taken over.
    pub(super) until: VirtualTime,
}

impl Passes {
    /// Notes a token.
    pub(super) fn add(&mut self, token: &str, pass: Pass) {
        self.tokens.insert(token.to_owned(), pass);
    }

    /// What was noted about a token, if it is still good.
    pub(super) fn get(&self, token: &str, now: VirtualTime) -> Option<&Pass> {
        self.tokens.get(token).filter(|pass| now < pass.until)
    }

    /// Has another token take the place of one.
    pub(super) fn rename(&mut self, old: &str, new: &str) {
        if let Some(pass) = self.tokens.remove(old) {
            self.tokens.insert(new.to_owned(), pass);
        }
    }

    /// Forgets a token.
    pub(super) fn remove(&mut self, token: &str) {
        self.tokens.remove(token);
    }

    /// The secret of a customer who has one.
    pub(super) fn secret(&self, customer: &str) -> Option<&String> {
        self.secrets.get(customer)
    }

    /// Gives a customer a secret.
    pub(super) fn entrust(&mut self, customer: &str, secret: String) {
        self.secrets.insert(customer.to_owned(), secret);
    }

    /// Whether cookies are those of a customer. Whoever is not known here may be so elsewhere: the cookies are those of the
    /// host, not of an organization, and outlive a stand-in.
    pub(super) fn vouches(&self, customer: &str, secret: &str) -> bool {
        let well_formed =
            is_uuid(customer) && secret.len() == SECRET_LENGTH && secret.bytes().all(|byte| byte.is_ascii_hexdigit());
        well_formed && self.secrets.get(customer).is_none_or(|known| known == secret)
    }

    /// Sends an identity on its way.
    pub(super) fn send(&mut self, code: &str, transfer: Transfer) {
        self.transfers.insert(code.to_owned(), transfer);
    }

    /// An identity that can be taken over by whoever knows this.
    pub(super) fn arriving(
        &self,
        code: &str,
        client: &str,
        verifier: Option<&str>,
        now: VirtualTime,
    ) -> Option<&Transfer> {
        let transfer = self.transfers.get(code)?;
        let known = match (&transfer.challenge, verifier) {
            (None, _) => true,
            (Some(challenge), Some(verifier)) => {
                BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge.trim_end_matches('=')
            }
            (Some(_), None) => false,
        };
        Some(transfer).filter(|transfer| known && transfer.client == client && now < transfer.until)
    }

    /// Ends a transfer: each can be used once.
    pub(super) fn arrived(&mut self, code: &str) {
        self.transfers.remove(code);
    }
}

/// Whether a text is a UUID.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The value of a cookie that a call carries.
pub(super) fn cookie<'c>(call: &'c Call, name: &str) -> Option<&'c str> {
    let values = call.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// The organization that a call of a customer names: in its query, or where accounts want it, in its path or its body.
pub(super) fn organization(call: &Call) -> Option<String> {
    let Some(rest) = call.path.strip_prefix(ACCOUNTS) else {
        return call.query("organization_id").map(decoded);
    };
    match rest.split('/').collect::<Vec<_>>()[..] {
        [organization, _, "token"] => Some(organization.to_owned()),
        _ => member(call, "organization_id"),
    }
}

/// What a call for accounts shows that is neither a header nor an organization: a transfer, or a token in the query.
pub(super) fn shown(call: &Call) -> Option<Credential> {
    let rest = call.path.strip_prefix(ACCOUNTS)?;
    match rest {
        "info" => call.query("code").map(|code| bearer(&decoded(code))),
        _ => member(call, "code").map(|code| transfer(&code)),
    }
}

/// What a transfer is claimed as.
pub(super) fn transfer(code: &str) -> Credential {
    Credential(format!("transfer {code}"))
}

fn member(call: &Call, key: &str) -> Option<String> {
    let document: Value = serde_json::from_slice(&call.bytes()).ok()?;
    Some(document.get(key)?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::VirtualSpan;

    const ADA: &str = "4d2f6a8c-1b3e-4f50-9c7d-8e9fa0b1c2d3";

    #[test]
    fn cookies_are_believed_unless_they_are_known_to_be_wrong() {
        let (good, other) = ("a".repeat(SECRET_LENGTH), "b".repeat(SECRET_LENGTH));
        let mut passes = Passes::default();
        let check = |passes: &Passes, customer: &str, secret: &str, expected: bool| {
            assert_eq!(passes.vouches(customer, secret), expected, "{customer} {secret}");
        };
        check(&passes, ADA, &good, true);
        check(&passes, ADA, "short", false);
        check(&passes, ADA, &"x".repeat(SECRET_LENGTH), false);
        check(&passes, "ada", &good, false);
        passes.entrust(ADA, good.clone());
        check(&passes, ADA, &good, true);
        check(&passes, ADA, &other, false);
    }

    #[test]
    fn an_identity_is_taken_over_by_whoever_knows_what_it_takes() {
        let (now, mut passes) = (VirtualTime::OPENING, Passes::default());
        let later = now + VirtualSpan::from_secs(10);
        // The pair of RFC 7636, appendix B.
        let (verifier, challenge) =
            ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let transfer = |challenge: Option<&str>| Transfer {
            customer: ADA.to_owned(),
            client: "app".to_owned(),
            challenge: challenge.map(str::to_owned),
            until: later,
        };
        passes.send("free", transfer(None));
        passes.send("bound", transfer(Some(challenge)));
        let check = |code: &str, client: &str, known: Option<&str>, at: VirtualTime, expected: bool| {
            assert_eq!(passes.arriving(code, client, known, at).is_some(), expected, "{code} {client} {known:?}");
        };
        check("free", "app", None, now, true);
        check("free", "other", None, now, false);
        check("free", "app", None, later, false);
        check("bound", "app", Some(verifier), now, true);
        check("bound", "app", Some("guess"), now, false);
        check("bound", "app", None, now, false);
        check("none", "app", None, now, false);
    }
}
