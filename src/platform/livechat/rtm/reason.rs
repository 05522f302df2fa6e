//! Why a socket is closed, in the vendor's words.

use serde_json::{Value, json};

use crate::platform::socket::{Farewell, close};

/// All that agents may be told, as documented.
pub(super) const AGENTS: &[&str] = &[
    "access_token_expired",
    "access_token_revoked",
    "agent_disconnected_by_server",
    "agent_logged_out_remotely",
    "connection_evicted",
    "connection_timeout",
    "internal_error",
    "license_expired",
    "license_not_found",
    "misdirected_connection",
    "role_permissions_changed",
    "too_many_connections",
    "too_many_unauthorized_connections",
    "unsupported_version",
];

/// All that customers may be told, as documented or listed in the vendor's client.
pub(super) const CUSTOMERS: &[&str] = &[
    "access_token_expired",
    "access_token_revoked",
    "connection_evicted",
    "connection_timeout",
    "customer_banned",
    "customer_temporarily_blocked",
    "inactivity_timeout",
    "internal_error",
    "license_expired",
    "license_not_found",
    "logged_out_remotely",
    "misdirected_connection",
    "product_version_changed",
    "service_temporarily_unavailable",
    "too_many_connections",
    "too_many_unauthorized_connections",
    "unsupported_version",
];

/// A reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) struct Reason(&'static str);

impl Reason {
    /// The token's life is over.
    pub(in super::super) const EXPIRED: Self = Self("access_token_expired");
    /// The token is worth nothing any more.
    pub(in super::super) const REVOKED: Self = Self("access_token_revoked");
    /// The server wants it so.
    pub(in super::super) const BY_SERVER: Self = Self("agent_disconnected_by_server");
    /// The agent has logged out on another socket.
    pub(in super::super) const LOGGED_OUT: Self = Self("agent_logged_out_remotely");
    /// An agent has more connections than allowed, and this is the oldest; or a customer's is given up by the server.
    pub(in super::super) const EVICTED: Self = Self("connection_evicted");
    /// No login, or no ping, in time.
    pub(in super::super) const TIMEOUT: Self = Self("connection_timeout");
    /// The token belongs into another region.
    pub(in super::super) const MISDIRECTED: Self = Self("misdirected_connection");
    /// The agent may do other things than before.
    pub(in super::super) const ROLE_CHANGED: Self = Self("role_permissions_changed");
    /// The version in the path is not served.
    pub(in super::super) const UNSUPPORTED: Self = Self("unsupported_version");

    /// The customer is kept out.
    pub(in super::super) const BANNED: Self = Self("customer_banned");
    /// The customer has done nothing on the site for long, and has no open chat.
    pub(in super::super) const INACTIVE: Self = Self("inactivity_timeout");
    /// There is no such organization.
    pub(in super::super) const NO_LICENSE: Self = Self("license_not_found");

    /// Those that customers are told.
    #[cfg(test)]
    pub(in super::super) const OF_CUSTOMERS: [Self; 9] = [
        Self::EXPIRED,
        Self::REVOKED,
        Self::EVICTED,
        Self::TIMEOUT,
        Self::MISDIRECTED,
        Self::UNSUPPORTED,
        Self::BANNED,
        Self::INACTIVE,
        Self::NO_LICENSE,
    ];

    /// Those that agents are told.
    #[cfg(test)]
    pub(in super::super) const OF_AGENTS: [Self; 9] = [
        Self::EXPIRED,
        Self::REVOKED,
        Self::BY_SERVER,
        Self::LOGGED_OUT,
        Self::EVICTED,
        Self::TIMEOUT,
        Self::MISDIRECTED,
        Self::ROLE_CHANGED,
        Self::UNSUPPORTED,
    ];

    /// The one of this word among those that one side may be told.
    pub(super) fn among(reasons: &[&'static str], word: &str) -> Option<Self> {
        reasons.iter().find(|known| **known == word).map(|known| Self(known))
    }

    /// The vendor's word.
    pub(in super::super) fn word(self) -> &'static str {
        self.0
    }

    /// What the last push says.
    pub(super) fn payload(self, region: Option<&str>) -> Value {
        match region {
            Some(region) => json!({"reason": self.0, "data": {"region": region}}),
            None => json!({"reason": self.0}),
        }
    }

    /// How the socket is closed after that. The code is not documented.
    pub(in super::super) fn farewell(self) -> Farewell {
        Farewell { code: close::NORMAL, reason: self.word().into() }
    }
}
