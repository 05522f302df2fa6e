//! Requests for hosts that clients believe to be elsewhere, as programs send them that were told of a proxy.
//!
//! A vendor's host is answered here, whether it is asked for in full (`GET http://host/…`) or by a tunnel (`CONNECT`), and so
//! is this port by the names of this machine, as some clients leave no address out. Everything else is refused. Nothing is
//! ever connected to, and no name is looked up.

use std::net::{IpAddr, SocketAddr};

use http::header::{HOST, PROXY_AUTHORIZATION};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use serde::Serialize;

use crate::platform::host::Host;
use crate::platform::route::Reply;

/// The port of HTTP.
const HTTP: u16 = 80;
/// The port of HTTP over TLS.
const HTTPS: u16 = 443;
/// What a client tells a proxy besides its password.
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
/// How much is shown of what was asked for.
const MOST_SHOWN: usize = 100;

/// Where a connection has come in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Door {
    /// The address that the client has reached.
    pub(super) here: Option<SocketAddr>,
    /// Whether TLS is spoken here.
    pub(super) secure: bool,
    /// Whether the client is within a tunnel already.
    pub(super) inside: bool,
}

/// What becomes of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    /// It is answered.
    Answer,
    /// What follows on its connection is another one.
    Tunnel,
}

/// Whether a request goes beyond this port: by its method, or by a host in its first line.
pub(super) fn concerns(head: &Parts) -> bool {
    head.method == Method::CONNECT || head.uri.authority().is_some()
}

/// Makes a request as its host would get it: without what is meant for the proxy alone, a password among it, and with the
/// host that is really meant (RFC 9112, 3.2.2).
pub(super) fn forward(head: &mut Parts) {
    head.headers.remove(PROXY_AUTHORIZATION);
    head.headers.remove(PROXY_CONNECTION);
    let host = head.uri.authority().and_then(|authority| HeaderValue::from_str(authority.as_str()).ok());
    if let Some(host) = host {
        head.headers.insert(HOST, host);
    }
}

impl Door {
    /// Judges a request that goes beyond this port.
    ///
    /// # Errors
    /// The answer, if it is not one for a host that is stood in for.
    pub(super) fn judge(&self, head: &Parts, hosts: &[Host]) -> Result<Way, Reply> {
        let tunnel = head.method == Method::CONNECT;
        let usual = match (tunnel, head.uri.scheme_str()) {
            (true, _) => None,
            (false, Some("http")) => Some(HTTP),
            (false, Some("https")) => Some(HTTPS),
            (false, _) => return Err(refuse("only http and https are spoken".to_owned(), hosts)),
        };
        let Some((host, port)) = head.uri.authority().and_then(|authority| target(authority, usual)) else {
            let error = "the target must be a host and a port, and nothing else".to_owned();
            return Err(Reply::json(StatusCode::BAD_REQUEST.as_u16(), None, &Refused::of(error, hosts)));
        };
        let shown: String = host.chars().take(MOST_SHOWN).collect();
        let stands_in = hosts.iter().any(|known| known.covers(host));
        let refused = |why: &str| Err(refuse(format!("{shown}:{port} {why}; this is no way to elsewhere"), hosts));
        if tunnel && self.inside {
            return refused("was asked for within a tunnel");
        }
        match (stands_in || self.is(host, port), port) {
            (false, _) => refused("is no host of a platform that is played"),
            (true, HTTPS) if stands_in && tunnel && !self.secure => {
                refused("is spoken to over TLS, which is off; `--tls` turns it on")
            }
            (true, HTTP | HTTPS) if stands_in => Ok(if tunnel { Way::Tunnel } else { Way::Answer }),
            (true, _) if self.is(host, port) => Ok(if tunnel { Way::Tunnel } else { Way::Answer }),
            (true, _) => refused("is no port of this host; the platforms are at 80 and 443"),
        }
    }

    /// Whether this port itself is meant, by a name or an address of this machine.
    fn is(&self, host: &str, port: u16) -> bool {
        let Some(here) = self.here.filter(|here| here.port() == port) else { return false };
        match host.parse::<IpAddr>() {
            Ok(ip) => ip.is_loopback() || ip == here.ip().to_canonical(),
            Err(_) => host.eq_ignore_ascii_case("localhost"),
        }
    }
}

/// Host and port, if they are good and nothing else is there.
fn target(authority: &Authority, usual: Option<u16>) -> Option<(&str, u16)> {
    let (text, host) = (authority.as_str(), authority.host());
    let port = match authority.port() {
        Some(port) => port.as_u16(),
        // A port that is there but is none must not become the usual one.
        None if text.len() == host.len() => usual?,
        None => return None,
    };
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    (!text.contains('@') && !bare.is_empty()).then_some((bare, port))
}

#[derive(Serialize)]
struct Refused<'h> {
    error: String,
    /// The hosts that are stood in for.
    hosts: Vec<&'h str>,
}

impl<'h> Refused<'h> {
    fn of(error: String, hosts: &'h [Host]) -> Self {
        Self { error, hosts: hosts.iter().map(|host| host.name).collect() }
    }
}

fn refuse(error: String, hosts: &[Host]) -> Reply {
    Reply::json(StatusCode::FORBIDDEN.as_u16(), None, &Refused::of(error, hosts))
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;
    use crate::base::doc_ref::{DocRef, Mark};

    const DOC: DocRef = DocRef::new(Mark::Inferred, "made up");
    const HOSTS: &[Host] = &[
        Host { name: "api.toy.example", serves: "all", doc: DOC },
        Host { name: "api-*.toy.example", serves: "all", doc: DOC },
    ];
    const DOOR: Door = Door {
        here: Some(SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 7)), 4600)),
        secure: true,
        inside: false,
    };

    fn judge(door: Door, method: &str, target: &str) -> Result<Way, u16> {
        let request = Request::builder().method(method).uri(target).body(()).expect(target);
        let head = request.into_parts().0;
        assert!(concerns(&head), "{method} {target}");
        door.judge(&head, HOSTS).map_err(|reply| reply.status)
    }

    #[test]
    fn vendors_hosts_and_this_port_are_answered_and_nothing_else() {
        let check = |method: &str, target: &str, expected: Result<Way, u16>| {
            assert_eq!(judge(DOOR, method, target), expected, "{method} {target}");
        };
        let (tunnel, answer) = (Ok(Way::Tunnel), Ok(Way::Answer));
        check("CONNECT", "api.toy.example:443", tunnel);
        check("CONNECT", "API-Fra.Toy.Example.:80", tunnel);
        check("CONNECT", "localhost:4600", tunnel);
        check("CONNECT", "[::1]:4600", tunnel);
        check("CONNECT", "10.0.0.7:4600", tunnel);
        check("GET", "http://api.toy.example/x?y", answer);
        check("POST", "https://api.toy.example:443/x", answer);
        check("GET", "http://127.0.0.1:4600/x", answer);
        check("CONNECT", "api.toy.example:22", Err(403));
        check("CONNECT", "api.toy.example.evil.example:443", Err(403));
        check("CONNECT", "169.254.169.254:80", Err(403));
        check("CONNECT", "169.254.169.254:4600", Err(403));
        check("CONNECT", "10.0.0.7:22", Err(403));
        check("CONNECT", "10.0.0.7:443", Err(403));
        check("CONNECT", "localhost:22", Err(403));
        check("CONNECT", "0.0.0.0:4600", Err(403));
        check("CONNECT", "2130706433:4600", Err(403));
        check("CONNECT", "[::ffff:169.254.169.254]:80", Err(403));
        check("GET", "http://evil.example/", Err(403));
        check("GET", "http://api.toy.example:8080/", Err(403));
        check("GET", "ftp://api.toy.example/", Err(403));
        check("CONNECT", "user:word@api.toy.example:443", Err(400));
        check("GET", "http://evil.example@api.toy.example/", Err(400));
        check("GET", "http://api.toy.example@evil.example/", Err(400));
        check("CONNECT", "api.toy.example", Err(400));
        check("CONNECT", "/x", Err(400));
    }

    #[test]
    fn tunnels_lead_into_no_other_and_need_tls_for_its_port() {
        let inside = Door { inside: true, ..DOOR };
        assert_eq!(judge(inside, "CONNECT", "api.toy.example:443"), Err(403));
        assert_eq!(judge(inside, "GET", "https://api.toy.example/"), Ok(Way::Answer));
        let plain = Door { secure: false, ..DOOR };
        assert_eq!(judge(plain, "CONNECT", "api.toy.example:443"), Err(403));
        assert_eq!(judge(plain, "CONNECT", "api.toy.example:80"), Ok(Way::Tunnel));
        let lost = Door { here: None, ..DOOR };
        assert_eq!(judge(lost, "CONNECT", "localhost:4600"), Err(403));
    }

    #[test]
    fn what_was_for_the_proxy_goes_no_further() {
        let request = Request::get("http://api.toy.example/x").header("host", "other").header("host", "another");
        let request = request.header("proxy-authorization", "Basic c2VjcmV0").header("proxy-connection", "keep-alive");
        let mut head = request.header("x-own", "1").body(()).unwrap().into_parts().0;
        forward(&mut head);
        let mut left: Vec<_> = head.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        left.sort_unstable();
        assert_eq!(left, [("host", &b"api.toy.example"[..]), ("x-own", &b"1"[..])]);
    }

    #[test]
    fn what_is_refused_is_told_in_few_words() {
        let long = format!("{}.example:443", "x".repeat(5000));
        let head = Request::builder().method("CONNECT").uri(&long).body(()).unwrap().into_parts().0;
        let body = DOOR.judge(&head, HOSTS).unwrap_err().body;
        assert!(body.len() < 300, "{body:?}");
        let told = String::from_utf8(body.to_vec()).unwrap();
        assert!(told.contains(r#""hosts":["api.toy.example","api-*.toy.example"]"#), "{told}");
    }
}
