//! Who may call: tokens that carry scopes.

use std::collections::HashMap;

use http::header::AUTHORIZATION;

use super::codes::{self, Denial};
use super::scope::Grant;
use super::tenant::Tenant;
use crate::base::secret::Secret;
use crate::platform::cx::{Credential, Cx, Identities, Replaced};
use crate::platform::route::{Call, Client};

/// The token of a tenant about whose tokens nothing is said.
const WELL_KNOWN: &str = "texter-token";

/// The tokens of a tenant.
#[derive(Clone)]
pub(super) struct Auth {
    grants: HashMap<Credential, Grant>,
    /// The tenant's own client.
    usual: Secret,
}

impl Auth {
    /// Opens the tenant to those who have a token. Further tokens are well known by the same pattern.
    pub(super) fn open(cx: &mut Cx<'_>, tenant: &Tenant) -> Self {
        let mut grants = HashMap::new();
        let mut usual = None;
        for (index, token) in tenant.tokens.iter().enumerate() {
            let secret = match (&token.token, cx.identities()) {
                (Some(token), _) => token.clone(),
                (None, Identities::WellKnown) if index == 0 => Secret::new(WELL_KNOWN),
                (None, Identities::WellKnown) => Secret::new(format!("texter-token-{}", index + 1)),
                (None, Identities::Fresh) => Secret::new(cx.draw("texter/token").hex(64)),
            };
            let credential = bearer(secret.expose());
            cx.claim(credential.clone());
            grants.insert(credential, token.grant.clone());
            usual.get_or_insert(secret);
        }
        Self { grants, usual: usual.unwrap_or_else(|| Secret::new(WELL_KNOWN)) }
    }

    /// Draws all tokens anew; each is good for what the one before it was good for.
    pub(super) fn reissue(&mut self, cx: &mut Cx<'_>) -> Vec<Replaced> {
        let mut old: Vec<(Credential, Grant)> = self.grants.drain().collect();
        old.sort_by(|(one, _), (other, _)| one.cmp(other));
        let usual = bearer(self.usual.expose());
        let mut replaced = Vec::new();
        for (credential, grant) in old {
            let new = cx.draw("texter/token").hex(64);
            cx.claim(bearer(&new));
            self.grants.insert(bearer(&new), grant);
            replaced.push(Replaced::new(credential.0.strip_prefix(BEARER).unwrap_or_default(), new.as_str()));
            if credential == usual {
                self.usual = Secret::new(new);
            }
        }
        replaced
    }

    /// What the caller's token is good for.
    pub(super) fn grant(&self, call: &Call) -> Result<&Grant, Denial> {
        let grant = credential(call).and_then(|credential| self.grants.get(&credential));
        grant.ok_or_else(|| Denial::of(codes::UNAUTHORIZED))
    }

    /// What the tenant's own client puts on calls.
    pub(super) fn client(&self) -> Client {
        let header = Secret::new(format!("Bearer {}", self.usual.expose()));
        Client { headers: vec![(AUTHORIZATION, header)], ..Client::default() }
    }

    /// What a client must know.
    pub(super) fn exports(&self) -> Vec<(&'static str, Secret)> {
        vec![("TEXTER_TOKEN", self.usual.clone())]
    }
}

/// What stands before a token in its header.
const BEARER: &str = "Bearer ";

fn bearer(token: &str) -> Credential {
    Credential(format!("{BEARER}{token}"))
}

/// The credential that a call carries.
pub(super) fn credential(call: &Call) -> Option<Credential> {
    let (scheme, token) = call.header("authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| bearer(token.trim()))
}
