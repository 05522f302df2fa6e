//! Percent-encoding, as paths and queries have it.

/// The byte that an escape such as `%2F` at the beginning of a text stands for; nothing if it begins with anything else.
#[must_use]
pub fn escape(text: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = text else { return None };
    Some(hex(*high)? << 4 | hex(*low)?)
}

/// A text as a part of a query or a form: everything but letters, digits, `-`, `.`, `_` and `~` escaped.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

/// A part of a query or a form without its escapes, `+` being a space; what is no proper escape stays as it is.
#[must_use]
pub fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = escape(rest);
        bytes.push(escaped.unwrap_or(if *first == b'+' { b' ' } else { *first }));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::{decoded, escape, escaped};

    #[test]
    fn an_escape_is_a_percent_sign_and_two_digits() {
        let check = |text: &str, expected: Option<u8>| assert_eq!(escape(text.as_bytes()), expected, "{text}");
        check("%2F", Some(b'/'));
        check("%c3%bc", Some(0xC3));
        check("a%2F", None);
        check("%zz", None);
        check("%+1", None);
        check("%2", None);
        check("", None);
    }

    #[test]
    fn what_was_escaped_can_be_read_again() {
        for text in ["", "a b+c", "שלום", "100%", "x=1&y=2", "~-._"] {
            assert_eq!(decoded(&escaped(text)), text);
        }
        assert_eq!(escaped("a b/ü"), "a%20b%2F%C3%BC");
        assert_eq!(decoded("a+b%zz%2"), "a b%zz%2");
    }
}
