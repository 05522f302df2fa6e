//! How JavaScript reads and writes numbers, and what it computes otherwise than Rust.

/// Whether `\s` matches it.
pub(super) fn is_space(c: char) -> bool {
    (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}'
}

/// The number that a text stands for, not-a-number if for none.
pub(super) fn number(text: &str) -> f64 {
    let text = text.trim_matches(is_space);
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(head) = text.get(..2)
            && head.eq_ignore_ascii_case(prefix)
        {
            return digits(&text[2..], radix);
        }
    }
    match text {
        "" => 0.0,
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        // Rust also knows `inf` and `nan`.
        _ if text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')) => {
            text.parse().unwrap_or(f64::NAN)
        }
        _ => f64::NAN,
    }
}

/// The number with these digits, not-a-number if there are none or others among them.
pub(super) fn digits(text: &str, radix: u32) -> f64 {
    if text.is_empty() {
        return f64::NAN;
    }
    if radix == 10 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().unwrap_or(f64::NAN);
    }
    text.chars()
        .try_fold(0.0, |sum, c| Some(sum * f64::from(radix) + f64::from(c.to_digit(radix)?)))
        .unwrap_or(f64::NAN)
}

/// A number as text.
pub(super) fn text(number: f64) -> String {
    let size = number.abs();
    if number == 0.0 {
        "0".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else if number.is_nan() || (1e-6..1e21).contains(&size) {
        number.to_string()
    } else {
        let text = format!("{number:e}");
        if size < 1.0 { text } else { text.replace('e', "e+") }
    }
}

/// To the nearest whole number, and up if two are equally near.
pub(super) fn round(number: f64) -> f64 {
    let below = number.floor();
    // A negative number that becomes zero keeps its sign.
    if number - below >= 0.5 { (below + 1.0).copysign(number) } else { below }
}

/// `base` to the power of `exponent`; where C and Rust say 1 for lack of a better answer, JavaScript says not-a-number.
pub(super) fn power(base: f64, exponent: f64) -> f64 {
    if exponent.is_nan() || (exponent.is_infinite() && base.abs() == 1.0) { f64::NAN } else { base.powf(exponent) }
}

/// The remainder with the sign of the divisor.
pub(super) fn modulo(a: f64, b: f64) -> f64 {
    ((a % b) + b) % b
}

/// How many units of UTF-16 a text has; this is what JavaScript calls its length.
pub(super) fn length(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_from_texts() {
        let check = |text: &str, expected: f64| {
            let read = number(text);
            assert!(read == expected || (read.is_nan() && expected.is_nan()), "{text:?}: {read}");
        };
        check("", 0.0);
        check(" \u{feff}12\n", 12.0);
        check("-1.5e3", -1500.0);
        check(".5", 0.5);
        check("5.", 5.0);
        check("0x1F", 31.0);
        check("0b101", 5.0);
        check("-Infinity", f64::NEG_INFINITY);
        for text in ["-0x1", "0x", "inf", "nan", "1_000", "1,5", ".", "e5", "1 2", "é"] {
            check(text, f64::NAN);
        }
    }

    #[test]
    fn numbers_are_written_as_texts() {
        let check = |number: f64, expected: &str| assert_eq!(text(number), expected);
        check(0.1 + 0.2, "0.30000000000000004");
        check(-0.0, "0");
        check(1e21, "1e+21");
        check(123_456_789_012_345_680_000.0, "123456789012345680000");
        check(-1.5e300, "-1.5e+300");
        check(0.000_001, "0.000001");
        check(1.5e-7, "1.5e-7");
        check(f64::NAN, "NaN");
        check(f64::NEG_INFINITY, "-Infinity");
    }

    #[test]
    fn halves_are_rounded_up() {
        let check = |number: f64, expected: f64| assert_eq!(round(number), expected, "{number}");
        check(2.5, 3.0);
        check(-2.5, -2.0);
        check(0.499_999_999_999_999_94, 0.0);
        check(-2.6, -3.0);
        check(f64::INFINITY, f64::INFINITY);
        assert!(round(-0.2).is_sign_negative() && round(f64::NAN).is_nan());
    }
}
