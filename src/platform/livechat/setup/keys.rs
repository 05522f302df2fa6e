//! Checks what is said about tokens and their scopes.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::super::key::{Key, Proof};
use super::super::model::{StaffKind, Staffer};
use super::super::scope;
use super::super::version::Version;
use crate::base::diag::Diagnostic;
use crate::base::secret::Secret;
use crate::base::time::{VirtualSpan, VirtualTime};
use crate::record;
use crate::scenario::codes;
use crate::scenario::decode::{Located, Problems, unknown_word};

record! {
    /// A token besides the one that everybody has.
    pub(super) struct RawKey {
        /// The e-mail address of an agent, or the id or name of a bot.
        of: Located<String>,
        /// A Bearer token.
        token: Option<Secret>,
        /// The app that the Bearer token belongs to.
        client_id: Option<String>,
        /// A personal access token instead.
        pat: Option<Secret>,
        /// The account that made the personal access token.
        account_id: Option<String>,
        /// How long it is good for; for ever by default. For a Bearer token only.
        expires_in: Option<VirtualSpan>,
        /// Its scopes; the usual ones of its kind by default.
        scopes: Option<Vec<Located<String>>>,
    }
}

/// Scopes, if they exist.
pub(super) fn scopes(raw: Option<Vec<Located<String>>>, problems: &mut Problems) -> Option<Vec<String>> {
    let raw = raw?;
    let known = scope::known();
    for scope in raw.iter().filter(|scope| !known.contains(&scope.value.as_str())) {
        unknown_word(&codes::SETUP, "scope", &scope.value, scope.place, &known, problems);
    }
    Some(raw.into_iter().map(|scope| scope.value).collect())
}

/// Further credentials of these people.
pub(super) fn keys(raw: Vec<RawKey>, staff: &IndexMap<String, Staffer>, problems: &mut Problems) -> Vec<Key> {
    let mut taken: Vec<Secret> = staff.values().filter_map(|staffer| staffer.token.clone()).collect();
    let mut keys = Vec::new();
    for raw in raw {
        let (of, token) = (raw.of.clone(), raw.token.clone().or(raw.pat.clone()));
        if token.as_ref().is_some_and(|token| taken.contains(token)) {
            let message = format!("the token of `{}` is somebody else's already", of.value);
            problems.push(Diagnostic::new(&codes::SETUP, of.place, message).help("give each its own token"));
        }
        taken.extend(token);
        keys.extend(key(raw, staff, problems));
    }
    keys
}

fn key(raw: RawKey, staff: &IndexMap<String, Staffer>, problems: &mut Problems) -> Option<Key> {
    let place = raw.of.place;
    let mut report = |message: String, help: &str| {
        problems.push(Diagnostic::new(&codes::SETUP, place, message).help(help));
    };
    let word = &raw.of.value;
    let called = |staffer: &&Staffer| staffer.name == *word && matches!(staffer.kind, StaffKind::Bot { .. });
    let Some(holder) = staff.get(word).or_else(|| staff.values().find(called)) else {
        report(format!("`{word}` is neither an agent nor a bot"), "add them under `agents:` or `bots:`");
        return None;
    };
    let bot = matches!(holder.kind, StaffKind::Bot { .. });
    if bot && raw.scopes.is_some() {
        report(format!("the scopes of a bot's token are fixed, and `{word}` is a bot"), "leave out `scopes`");
    }
    if raw.expires_in.is_some() && raw.pat.is_some() {
        report(
            format!("a personal access token does not expire, and this one of `{word}` is to"),
            "leave out `expires_in`",
        );
    }
    let proof = match (raw.token, raw.pat, raw.account_id) {
        (Some(token), None, None) => Proof::Token { token, client: raw.client_id },
        (None, Some(_), _) if bot => {
            report(format!("`{word}` is a bot, and only accounts make personal access tokens"), "write `token`");
            return None;
        }
        (None, Some(token), Some(account)) => Proof::Personal { account, token },
        (Some(_), _, _) | (None, Some(_), None) | (None, None, _) => {
            report(format!("this is no token of `{word}`"), "write either `token`, or `pat` and `account_id`");
            return None;
        }
    };
    Some(Key { holder: holder.id.clone(), proof, life: raw.expires_in, scopes: scopes(raw.scopes, problems) })
}

/// Dates by version.
pub(super) fn dates(raw: BTreeMap<String, Located<String>>, problems: &mut Problems) -> BTreeMap<Version, String> {
    let mut dates = BTreeMap::new();
    for (word, date) in raw {
        if VirtualTime::parse(&format!("{}T00:00:00Z", date.value)).is_none() {
            let message = format!("`{}` is no date", date.value);
            problems.push(Diagnostic::new(&codes::SETUP, date.place, message).help("write it as in \"2027-01-31\""));
        }
        match Version::named(&word) {
            Some(version) => {
                dates.insert(version, date.value);
            }
            None => unknown_word(&codes::SETUP, "version", &word, date.place, Version::WORDS, problems),
        }
    }
    dates
}
