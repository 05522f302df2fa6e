//! Addresses that webhooks can go to, as they are written in scenarios and set-ups.

/// Whether a webhook can go to this address: below the bot's, or an absolute one over HTTP or HTTPS. An address with a user or
/// password in it is refused: it would stand in journals and reports.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let at_bot = text.strip_prefix("${bot}").is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    let absolute = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let elsewhere = absolute.and_then(|rest| rest.split(['/', '?', '#']).next());
    at_bot || elsewhere.is_some_and(|authority| !authority.is_empty() && !authority.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn addresses_are_the_bots_or_http_without_a_password() {
        let check = |text: &str, expected: bool| assert_eq!(is_address(text), expected, "{text}");
        check("${bot}", true);
        check("${bot}/hook?x=1", true);
        check("${bot}x", false);
        check("http://127.0.0.1:1/a@b", true);
        check("http://user:hunter2@host/", false);
        check("http:///x", false);
        check("https://host/", true);
        check("https://user:hunter2@host/", false);
        check("ftp://host/", false);
        check("", false);
    }
}
