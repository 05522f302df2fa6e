//! What is made of text.

use serde_json::Value as Json;

use super::super::super::phone_number;
use super::{Arguments, Unfit, as_text, excerpt, pattern, reading};

pub(super) fn parse_int(value: &Json, arguments: Arguments<'_>) -> Result<Json, Unfit> {
    let text = as_text(value)?;
    let text = text.trim_start_matches(reading::is_space);
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1.0, digits),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let hexadecimal = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let (radix, digits) = match (arguments.whole(0)?.unwrap_or(0), hexadecimal) {
        (0 | 16, Some(digits)) => (16, digits),
        (0, None) => (10, digits),
        (radix @ 2..=36, _) => (radix.unsigned_abs() as u32, digits),
        _ => return Ok(Json::Null),
    };
    let digits = &digits[..digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len())];
    if digits.is_empty() {
        return Ok(Json::Null);
    }
    let number = match digits.parse::<f64>() {
        Ok(number) if radix == 10 => number,
        Ok(_) | Err(_) => digits
            .chars()
            .filter_map(|c| c.to_digit(radix))
            .fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(digit)),
    };
    Ok(whole(sign * number))
}

/// A number without a fraction, as JSON writes it; `null`, as JavaScript does, if it is too large for any.
fn whole(number: f64) -> Json {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.abs() <= EXACT { Json::from(number as i64) } else { Json::from(number) }
}

pub(super) fn to_string(value: &Json, _: Arguments<'_>) -> Result<Json, Unfit> {
    Ok(reading::text(value).into())
}

pub(super) fn replace(value: &Json, arguments: Arguments<'_>) -> Result<Json, Unfit> {
    let (pattern, replacement) = (arguments.needed_text(0)?, arguments.needed_text(1)?);
    let flags = arguments.text(2)?.unwrap_or_default();
    pattern::replace(&as_text(value)?, pattern, replacement, flags).map(Json::from)
}

pub(super) fn trim(value: &Json, _: Arguments<'_>) -> Result<Json, Unfit> {
    Ok(as_text(value)?.trim_matches(reading::is_space).into())
}

pub(super) fn split(value: &Json, arguments: Arguments<'_>) -> Result<Json, Unfit> {
    let text = as_text(value)?;
    let most = arguments.whole(1)?.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
    Ok(match arguments.text(0)? {
        None => [Json::from(text)].into_iter().take(most).collect(),
        Some("") => text.chars().map(|c| Json::from(c.to_string())).take(most).collect(),
        Some(separator) => text.split(separator).take(most).collect(),
    })
}

pub(super) fn to_upper_case(value: &Json, _: Arguments<'_>) -> Result<Json, Unfit> {
    Ok(as_text(value)?.to_uppercase().into())
}

pub(super) fn to_lower_case(value: &Json, _: Arguments<'_>) -> Result<Json, Unfit> {
    Ok(as_text(value)?.to_lowercase().into())
}

pub(super) fn json_parse(value: &Json, _: Arguments<'_>) -> Result<Json, Unfit> {
    let text = as_text(value)?;
    serde_json::from_str(&text).map_err(|_| Unfit::Unreadable { text: excerpt(&text), wanted: "JSON" })
}

pub(super) fn encode_uri(value: &Json, _: Arguments<'_>) -> Result<Json, Unfit> {
    let mut out = String::new();
    for byte in as_text(value)?.bytes() {
        if byte.is_ascii_alphanumeric() || b";,/?:@&=+$-_.!~*'()#".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    Ok(out.into())
}

pub(super) fn format_phone(value: &Json, _: Arguments<'_>) -> Result<Json, Unfit> {
    let text = as_text(value)?;
    let is_international = text.trim_start().starts_with('+');
    let number = if is_international { phone_number::digits(&text) } else { phone_number::normal(&text) };
    Ok(number.into())
}
