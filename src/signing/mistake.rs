//! The usual mistakes of those who sign or check: what else a signature would be that of.

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;

use serde_json::Value as Json;

/// A change with which a signature matches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// What it would be with, after "it is".
    what: &'static str,
    /// Which bytes of the body are concerned, counted from 0; empty where something is missing before them.
    bytes: Range<usize>,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, bytes: Range { start, end } } = self;
        write!(f, "it is {what} (")?;
        match end - start {
            0 => write!(f, "at byte {start})"),
            1 => write!(f, "byte {start})"),
            _ => write!(f, "bytes {start} to {})", end - 1),
        }
    }
}

/// The mistake that explains why a signature does not match this body, if one does.
pub(super) fn explain(body: &[u8], matches: impl Fn(&[u8]) -> bool) -> Option<Mistake> {
    let (what, other) = bodies(body).into_iter().find(|(_, other)| matches(other))?;
    Some(Mistake { what, bytes: difference(body, &other) })
}

/// Begins UTF-8 text that some editors write.
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The body as it often was before something was done to it on its way.
fn bodies(body: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let cut = body.strip_suffix(b"\r\n").or_else(|| body.strip_suffix(b"\n"));
    let bare = body.strip_prefix(BOM);
    let mut all = vec![
        ("without the line break at the end of the body", cut.unwrap_or(body).to_vec()),
        ("with a line break at the end of the body", [body, b"\n"].concat()),
        ("without the white space around the body", body.trim_ascii().to_vec()),
        ("without the byte order mark before the body", bare.unwrap_or(body).to_vec()),
        ("with a byte order mark before the body", [BOM, body].concat()),
    ];
    if let Ok(text) = std::str::from_utf8(body) {
        let unix = text.replace("\r\n", "\n");
        all.push(("with `\\r\\n` instead of `\\n` in the body", unix.replace('\n', "\r\n").into()));
        all.push(("with `\\n` instead of `\\r\\n` in the body", unix.into()));
    }
    if let Ok(document) = serde_json::from_slice::<Json>(bare.unwrap_or(body)) {
        let compact = document.to_string();
        let escaped = ascii(&compact);
        all.push(("with the body as JSON written anew, without spaces", compact.into()));
        all.push(("with the body as JSON written anew, with characters beyond ASCII escaped", escaped.into()));
        all.push(("with the body as JSON written anew, as Python writes it", ascii(&spaced(&document)).into()));
        let indented = serde_json::to_vec_pretty(&document).unwrap_or_default();
        all.push(("with the body as JSON written anew, indented", indented));
    }
    let mut seen = HashSet::from([body.to_vec()]);
    all.retain(|(_, other)| seen.insert(other.clone()));
    all
}

/// Where two bodies differ, in bytes of the first.
fn difference(given: &[u8], other: &[u8]) -> Range<usize> {
    let same = |(one, other): &(&u8, &u8)| one == other;
    let start = given.iter().zip(other).take_while(same).count();
    let rest = given.len().min(other.len()) - start;
    let end = given.iter().rev().zip(other.iter().rev()).take(rest).take_while(same).count();
    start..given.len() - end
}

/// JSON as Python's `json.dumps` writes it, but for characters beyond ASCII.
fn spaced(document: &Json) -> String {
    match document {
        Json::Array(items) => format!("[{}]", items.iter().map(spaced).collect::<Vec<_>>().join(", ")),
        Json::Object(members) => {
            let member = |(name, value): (&String, &Json)| format!("{}: {}", Json::from(name.as_str()), spaced(value));
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => document.to_string(),
    }
}

/// JSON with everything beyond ASCII escaped.
fn ascii(text: &str) -> String {
    let escaped =
        |c: char| -> String { c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect() };
    text.chars().map(|c| if c.is_ascii() { c.to_string() } else { escaped(c) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_told_with_the_bytes_that_it_is_about() {
        let check = |given: &[u8], signed: &[u8], expected: &str| {
            let told = explain(given, |body| body == signed).map_or(String::new(), |mistake| mistake.to_string());
            assert_eq!(told, expected, "{}", String::from_utf8_lossy(given));
        };
        check(b"{}\n", b"{}", "it is without the line break at the end of the body (byte 2)");
        check(b"{}\r\n", b"{}", "it is without the line break at the end of the body (bytes 2 to 3)");
        check(b"{}", b"{}\n", "it is with a line break at the end of the body (at byte 2)");
        check(b"  {} ", b"{}", "it is without the white space around the body (bytes 0 to 4)");
        check(b"\xEF\xBB\xBF{}", b"{}", "it is without the byte order mark before the body (bytes 0 to 2)");
        check(b"{}", b"\xEF\xBB\xBF{}", "it is with a byte order mark before the body (at byte 0)");
        check(b"a\nb", b"a\r\nb", "it is with `\\r\\n` instead of `\\n` in the body (at byte 1)");
        check(b"a\r\nb", b"a\nb", "it is with `\\n` instead of `\\r\\n` in the body (byte 1)");
        check(br#"{"a": 1}"#, br#"{"a":1}"#, "it is with the body as JSON written anew, without spaces (byte 5)");
        check(
            br#"{"a":1,"b":2}"#,
            br#"{"a": 1, "b": 2}"#,
            "it is with the body as JSON written anew, as Python writes it (bytes 5 to 10)",
        );
        check(
            "{\"a\":\"é\"}".as_bytes(),
            br#"{"a":"\u00e9"}"#,
            "it is with the body as JSON written anew, with characters beyond ASCII escaped (bytes 6 to 7)",
        );
        check(br#"{"a":1}"#, b"{\n  \"a\": 1\n}", "it is with the body as JSON written anew, indented (bytes 1 to 5)");
        check(b"{}", b"[]", "");
        check(b"\xFF", b"\xFE", "");
    }
}
