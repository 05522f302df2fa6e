//! Phone numbers as the vendor writes them: digits alone, with the code of the country.

/// The country whose numbers may be written without its code. That there is one is documented by an example.
const COUNTRY: &str = "972";

/// The digits of a number.
pub(super) fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

/// Whether a text is a number in any common format, and nothing else.
pub(super) fn is_one(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c))
}

/// A number in any common format as digits with the country's code.
pub(super) fn normal(number: &str) -> String {
    let digits = digits(number);
    match (digits.strip_prefix("00"), digits.strip_prefix('0')) {
        (Some(international), _) => international.to_owned(),
        (None, Some(national)) => format!("{COUNTRY}{national}"),
        (None, None) => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn numbers_are_understood_in_any_common_format() {
        let check = |text: &str, expected: &str| assert_eq!(normal(text), expected, "{text}");
        check("0521234567", "972521234567");
        check("+972 52-123-4567", "972521234567");
        check("972521234567", "972521234567");
        check("00972521234567", "972521234567");
        check("(052) 123 4567", "972521234567");
        check("+1 212 555 0100", "12125550100");
        check("", "");
    }
}
