//! Tokens of agents besides those that everybody has.

use std::collections::BTreeMap;

use crate::base::secret::Secret;
use crate::base::time::VirtualSpan;

/// A credential that the set-up adds.
#[derive(Clone, Debug)]
pub(super) struct Key {
    /// The id of the agent or bot who calls with it.
    pub(super) holder: String,
    /// What it consists of.
    pub(super) proof: Proof,
    /// How long it is good for; nothing if for ever.
    pub(super) life: Option<VirtualSpan>,
    /// Its scopes; nothing for those that tokens of its kind have by default.
    pub(super) scopes: Option<Vec<String>>,
}

/// What a credential consists of.
#[derive(Clone, Debug)]
pub(super) enum Proof {
    /// A token that belongs to an app, or to the tenant's where none is named.
    Token {
        /// The token.
        token: Secret,
        /// The app.
        client: Option<String>,
    },
    /// A personal access token.
    Personal {
        /// The account that made it.
        account: String,
        /// The token.
        token: Secret,
    },
}

/// All that the set-up says about credentials, besides the tokens themselves.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    /// The scopes of agents' tokens, by the id of the agent.
    pub(super) agents: BTreeMap<String, Vec<String>>,
    /// The scopes of the well-known personal access token; nothing for all.
    pub(super) pat: Option<Vec<String>>,
    /// More credentials.
    pub(super) more: Vec<Key>,
}
