//! Keys that look as if they opened something real. They have no place in a test: it is committed, reported and copied.
//!
//! Only what its issuer marks can be told: a prefix that is documented to be that of keys in use, and not of test keys. What
//! looks the same for both, as tokens of chat platforms do, is not looked at.

use std::borrow::Cow;

/// What keys in use begin with at those who mark them: Stripe, Slack, GitHub, GitLab, Shopify, Amazon, Google, SendGrid, npm,
/// OpenAI, Anthropic.
const PREFIXES: &[&str] = &[
    "sk_live_",
    "rk_live_",
    "xoxb-",
    "xoxp-",
    "xapp-",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "shpat_",
    "shpca_",
    "shppa_",
    "shpss_",
    "AKIA",
    "ASIA",
    "AIza",
    "ya29.",
    "SG.",
    "npm_",
    "sk-proj-",
    "sk-ant-",
];

/// How long a key is at least, besides its prefix. What is shorter is a word that happens to begin so.
const SHORTEST: usize = 12;

/// The prefix of the first key in a text that looks as if it opened something real.
#[must_use]
pub fn prefix(text: &str) -> Option<&'static str> {
    find(text).map(|(_, prefix, _)| prefix)
}

/// A text with everything but the prefix of such keys replaced, character by character, so that it can be shown.
#[must_use]
pub fn veiled(text: &str) -> Cow<'_, str> {
    let mut rest = text;
    let mut shown = String::new();
    while let Some((start, prefix, end)) = find(rest) {
        let inner = start + prefix.len();
        shown.push_str(&rest[..inner]);
        shown.extend(std::iter::repeat_n('*', end - inner));
        rest = &rest[end..];
    }
    if shown.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(shown + rest) }
}

/// The first key: where it begins, its prefix, and where it ends.
fn find(text: &str) -> Option<(usize, &'static str, usize)> {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let key = |start: usize, prefix: &'static str| {
        let inner = start + prefix.len();
        let length = text[inner..].find(|c| !is_inner(c)).unwrap_or(text.len() - inner);
        let begins = !text[..start].chars().next_back().is_some_and(is_inner);
        (begins && length >= SHORTEST).then_some((start, prefix, inner + length))
    };
    let keys =
        PREFIXES.iter().filter_map(|prefix| text.match_indices(prefix).find_map(|(start, _)| key(start, prefix)));
    keys.min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_use_are_told_by_their_prefix() {
        let check = |text: &str, expected: Option<&str>, shown: &str| {
            assert_eq!((prefix(text), &*veiled(text)), (expected, shown), "{text}");
        };
        check("", None, "");
        check("whsec_cmVoZWFyc2FsLXRlc3Qtc2VjcmV0", None, "whsec_cmVoZWFyc2FsLXRlc3Qtc2VjcmV0");
        check("sk_test_not-a-real-one", None, "sk_test_not-a-real-one");
        check("sk_live_short", None, "sk_live_short");
        check("sk_live_not-a-real-one", Some("sk_live_"), "sk_live_**************");
        check("Bearer ghp_not-a-real-one", Some("ghp_"), "Bearer ghp_**************");
        check("ask_live_not-a-real-one", None, "ask_live_not-a-real-one");
        check("é \"AKIA-not-a-real-one\", é", Some("AKIA"), "é \"AKIA***************\", é");
        check(
            "[xoxb-not-a-real-one,sk_live_not-a-real-one]",
            Some("xoxb-"),
            "[xoxb-**************,sk_live_**************]",
        );
    }

    #[test]
    fn every_prefix_is_found() {
        for known in PREFIXES {
            assert_eq!(prefix(&format!("{known}not-a-real-one")), Some(*known));
        }
    }
}
