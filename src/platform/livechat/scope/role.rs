//! The scopes that tokens have by default: those their holder's role may grant.
//!
//! The page names the least role for each scope but says nothing about `chats`, `customers`, `multicast`, bans and
//! greetings. Decided here: what an agent does in the agent app without being an administrator, an agent's token may do.
//! All chats are for those whose scopes say so.

use super::Grant;
use crate::platform::livechat::model::{Role, Staffer};

/// The scopes of a bot's token, which cannot be chosen. Documented with `issue_bot_token`.
pub(in super::super) const BOT: &[&str] = &["chats--access:rw", "agents-bot--my:rw", "customers:rw"];

/// What it takes to get tokens for customers. No method asks for it, but Customer Accounts do.
pub(in super::super) const OWN_CUSTOMERS: &str = "customers:own";

/// What everybody may grant.
const NORMAL: &[&str] = &[
    "agents--my:rw",
    "agents--all:ro",
    "agents-bot--all:ro",
    "accounts--my:rw",
    "accounts--all:rc",
    "groups--all:ro",
    "tags--all:ro",
    "chats--access:rw",
    "customers:rw",
    "customers.ban:rw",
    OWN_CUSTOMERS,
    "multicast:rw",
    "banlist_write",
    "greetings:ro",
    "canned_responses--all:rw",
    "canned_responses_write",
    "languages_read",
];

/// What it takes an administrator to grant.
const ADMINISTRATOR: &[&str] = &[
    "agents--all:rw",
    "accounts--all:rw",
    "accounts.roles.lc--all:rw",
    "agents-bot--all:rw",
    "bots.templates:rw",
    "groups--all:rw",
    "access_rules:rw",
    "tags--all:rw",
    "properties.configuration:rw",
    "properties.license.value--all:rw",
    "properties.group.value--all:rw",
    "webhooks.configuration:rw",
    "webhooks.state:rw",
    "greetings:rw",
    "organization--my:rw",
    "domain_manage",
    "languages_write",
];

/// Scopes that exist but are not for the public.
const PRIVATE: &[&str] = &["subscription.lc:rw", "sessions--all:rw"];

/// Scopes that a token has only if the set-up says so: those for all chats, since with them groups would not matter, and
/// those that no method here asks for.
const CHOSEN: &[&str] = &[
    "chats--all:rw",
    "chats--my:ro",
    "chats--my:rw",
    "accounts--my:ro",
    "accounts--all:ro",
    "properties.group.value--my:ro",
];

/// What tokens of somebody allow by default.
pub(in super::super) fn of(staffer: &Staffer) -> Grant {
    match staffer.role() {
        None => Grant::listed(BOT),
        Some(Role::Viceowner | Role::Administrator) => Grant::listed(&[NORMAL, ADMINISTRATOR].concat()),
        Some(Role::Normal) => Grant::listed(NORMAL),
    }
}

/// All scopes in this file.
pub(super) fn named() -> impl Iterator<Item = &'static str> {
    [BOT, NORMAL, ADMINISTRATOR, PRIVATE, CHOSEN].into_iter().flatten().copied()
}
