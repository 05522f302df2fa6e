//! Percent-encoding, as paths and queries have it.

/// The byte that an escape such as `%2F` at the beginning of a text stands for; nothing if it begins with anything else.
#[must_use]
pub fn escape(text: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = text else { return None };
    Some(hex(*high)? << 4 | hex(*low)?)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::escape;

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
}
