//! Calls as lines for a shell.

use crate::cli::PORT;
use crate::cli::shell::quoted;
use crate::platform::route::Call;

/// The command that makes a call to a stand-in at the usual port, on one line.
pub(super) fn line(call: &Call) -> String {
    let query = if call.query.is_empty() { String::new() } else { format!("?{}", call.query) };
    let mut words = vec!["curl".to_owned(), "-sS".to_owned(), "-i".to_owned()];
    if call.method != http::Method::GET {
        words.extend(["-X".to_owned(), call.method.to_string()]);
    }
    words.push(quoted(&format!("http://127.0.0.1:{PORT}{}{query}", encoded(&call.path))));
    for (name, value) in &call.headers {
        words.push("-H".to_owned());
        // Without a value, curl would take the header for one to be left out.
        let empty = value.is_empty();
        let value = String::from_utf8_lossy(value.as_bytes());
        words.push(quoted(&if empty { format!("{name};") } else { format!("{name}: {value}") }));
    }
    let body = call.bytes();
    if !body.is_empty() {
        words.extend(["--data-raw".to_owned(), quoted(&String::from_utf8_lossy(&body))]);
    }
    words.join(" ")
}

/// A path as it goes over the wire.
fn encoded(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b' ' | b'"' | b'<' | b'>' | b'?' | b'#' | b'`' | b'{' | b'}' | 0x7F.. | ..0x20 => {
                out.push_str(&format!("%{byte:02X}"));
            }
            plain => out.push(char::from(plain)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Method};

    use super::*;
    use crate::platform::route::Body;

    #[test]
    fn a_call_is_one_line_that_a_shell_takes_as_it_is() {
        assert_eq!(encoded("/a b/é{?}%2F@x"), "/a%20b/%C3%A9%7B%3F%7D%2F@x");
        let check = |method: Method, query: &str, header: Option<&str>, body: &'static str, expected: &str| {
            let mut headers = HeaderMap::new();
            if let Some(value) = header {
                headers.insert("x-key", value.parse().unwrap());
            }
            let (path, query) = ("/v1/it".to_owned(), query.to_owned());
            let call = Call { method, path, query, headers, body: Body::Whole(body.into()), params: Vec::new() };
            assert_eq!(line(&call), expected);
        };
        check(Method::GET, "", None, "", "curl -sS -i http://127.0.0.1:4600/v1/it");
        check(Method::GET, "", Some(""), "", "curl -sS -i http://127.0.0.1:4600/v1/it -H 'x-key;'");
        check(Method::GET, "page=2", None, "", "curl -sS -i 'http://127.0.0.1:4600/v1/it?page=2'");
        let expected = r#"curl -sS -i -X POST http://127.0.0.1:4600/v1/it -H 'x-key: k' --data-raw '{"it":"it'\''s"}'"#;
        check(Method::POST, "", Some("k"), r#"{"it":"it's"}"#, expected);
    }
}
