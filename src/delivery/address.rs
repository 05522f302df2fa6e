//! From the URL of a webhook to what a connection and a request line need.

use std::fmt;
use std::sync::Arc;

use http::uri::{PathAndQuery, Uri};

/// What stands for the bot's address in URLs.
const BOT: &str = "${bot}";

/// The base address of the bot under test: `http` or `https`, a host, maybe a port, maybe a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BotUrl(String);

impl BotUrl {
    /// Reads a base address.
    ///
    /// # Errors
    /// If the text is not an address that paths can be put behind.
    pub fn parse(text: &str) -> Result<Self, BotUrlError> {
        Address::parse(text).map_err(|source| BotUrlError::Unusable { url: text.to_owned(), source })?;
        if text.contains(['?', '#']) {
            return Err(BotUrlError::Tail(text.to_owned()));
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }

    /// The address of `rest` below this one, with exactly one slash in between.
    fn join(&self, rest: &str) -> String {
        let Self(base) = self;
        match rest.as_bytes().first() {
            None | Some(b'/' | b'?' | b'#') => format!("{base}{rest}"),
            Some(_) => format!("{base}/{rest}"),
        }
    }
}

impl fmt::Display for BotUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is not the address of a bot.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BotUrlError {
    /// Nothing can be sent there.
    #[error("use `{url}` as the bot's address: {source}")]
    Unusable {
        /// The text.
        url: String,
        /// What is wrong with it.
        source: AddressError,
    },
    /// Paths cannot be put behind it.
    #[error("use `{0}` as the bot's address: leave out what follows the path")]
    Tail(String),
}

/// Why nothing can be sent to a URL, whoever listens there.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AddressError {
    /// `${bot}` stands for nothing.
    #[error("no bot address is known; name it with `--bot URL`")]
    NoBot,
    /// Not an absolute `http` or `https` URL.
    #[error("`{0}` is not an http address such as `http://127.0.0.1:8080/hook`")]
    NotHttp(String),
    /// A user name before the host, which no vendor documents to send.
    #[error("the address of a webhook must not carry a user name")]
    UserInfo,
}

/// How a receiver is spoken to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Scheme {
    /// In the clear.
    Http,
    /// Over TLS.
    Https,
}

/// Where a webhook goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Address {
    /// How it is spoken to.
    pub(super) scheme: Scheme,
    /// The host, without the brackets of an IPv6 address.
    pub(super) host: String,
    /// The port, filled in.
    pub(super) port: u16,
    /// Host and port as they are written, for the `host` header.
    pub(super) authority: Arc<str>,
    /// What the request line names.
    pub(super) target: PathAndQuery,
}

impl Address {
    /// The address that a webhook's URL means.
    pub(super) fn of(url: &str, bot: Option<&BotUrl>) -> Result<Self, AddressError> {
        match url.strip_prefix(BOT) {
            None => Self::parse(url),
            Some(rest) => Self::parse(&bot.ok_or(AddressError::NoBot)?.join(rest)),
        }
    }

    fn parse(url: &str) -> Result<Self, AddressError> {
        let not_http = || AddressError::NotHttp(url.to_owned());
        let uri: Uri = url.parse().map_err(|_| not_http())?;
        let (scheme, usual_port) = match uri.scheme_str() {
            Some("http") => (Scheme::Http, 80),
            Some("https") => (Scheme::Https, 443),
            Some(_) | None => return Err(not_http()),
        };
        let authority = uri.authority().ok_or_else(not_http)?;
        if authority.as_str().contains('@') {
            return Err(AddressError::UserInfo);
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        // A port that is there but no port number must not silently become the usual one.
        let port = match authority.port() {
            Some(port) => port.as_u16(),
            None if authority.as_str().len() == authority.host().len() => usual_port,
            None => return Err(not_http()),
        };
        if host.is_empty() {
            return Err(not_http());
        }
        let target = uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
        Ok(Self { scheme, host: host.to_owned(), port, authority: authority.as_str().into(), target })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_becomes_an_authority_and_a_target() {
        let check = |url: &str, bot: &str, expected: &str| {
            let bot = BotUrl::parse(bot).unwrap();
            let address = Address::of(url, Some(&bot)).unwrap();
            let Address { scheme: _, host, port, authority, target } = address;
            assert_eq!(format!("{host} {port} {authority} {target}"), expected, "{url}");
        };
        let bot = "http://127.0.0.1:8080";
        check("${bot}", bot, "127.0.0.1 8080 127.0.0.1:8080 /");
        check("${bot}/livechat?a=b", bot, "127.0.0.1 8080 127.0.0.1:8080 /livechat?a=b");
        check("${bot}/livechat", "http://localhost/base/", "localhost 80 localhost /base/livechat");
        check("${bot}livechat", "http://localhost/base", "localhost 80 localhost /base/livechat");
        check("${bot}?a=b", "http://localhost/base/", "localhost 80 localhost /base?a=b");
        check("http://[::1]:9/x#y", bot, "::1 9 [::1]:9 /x");
        check("http://h:80?x", bot, "h 80 h:80 /?x");
        check("https://h", bot, "h 443 h /");
        check("https://h:8443/x", bot, "h 8443 h:8443 /x");
        check("${bot}/x", "https://h/base", "h 443 h /base/x");
    }

    #[test]
    fn what_is_not_http_is_refused() {
        let check = |url: &str, expected: &str| {
            let error = Address::of(url, None).unwrap_err().to_string();
            assert!(error.contains(expected), "{url}: {error}");
        };
        check("${bot}/x", "--bot URL");
        check("ftp://127.0.0.1/x", "not an http address");
        check("/x", "not an http address");
        check("", "not an http address");
        check("http://", "not an http address");
        check("http://a b/", "not an http address");
        check("http://h:99999/", "not an http address");
        check("http://user:word@127.0.0.1/", "user name");
    }

    #[test]
    fn a_base_address_ends_with_its_path() {
        let check = |url: &str, expected: Option<&str>| {
            assert_eq!(BotUrl::parse(url).ok().map(|bot| bot.to_string()).as_deref(), expected, "{url}");
        };
        check("http://localhost:1/", Some("http://localhost:1"));
        check("http://localhost:1/a//", Some("http://localhost:1/a"));
        check("http://localhost:1/a?b", None);
        check("http://localhost:1/#b", None);
        check("https://localhost:1", Some("https://localhost:1"));
        check("localhost:1", None);
    }
}
