//! The provider `time`, and how values say an instant.
//!
//! `%time:now%`, `%time:now-2h%` and `%time:date%` are documented, and that formats are Luxon's. Where a format is written
//! is not: it is taken after the key, as `%time:now "x"%` or as `%time:now("x")%`, and `%time:now|formatDate("x")%` does
//! the same [inferred]. Without one, `now` is ISO 8601 with milliseconds, as `created` of a chat is, and `date` is the
//! date alone [inferred]. All of it is UTC [inferred: no zone is named anywhere].

use serde_json::Value as Json;

use super::error::{Unfit, Unresolved, excerpt};
use super::{TIME, expression, luxon, reading};
use crate::base::time::{CalendarUnit, VirtualTime};

/// How an instant is written where no format is given.
const INSTANT: &str = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'";
/// How a date is written where no format is given.
const DATE: &str = "yyyy-MM-dd";

/// The value of a key of `time`.
pub(super) fn read(now: VirtualTime, key: &str) -> Result<Json, Unresolved> {
    let unknown = || Unresolved::Time { key: excerpt(key) };
    let (moment, format) = key.split_at(key.find([' ', '(']).unwrap_or(key.len()));
    let (at, usual) = match moment {
        "date" => (now, DATE),
        _ => (moment.strip_prefix("now").and_then(|offset| shifted(now, offset)).ok_or_else(unknown)?, INSTANT),
    };
    let format = written(format.trim()).ok_or_else(unknown)?;
    let text = luxon::format(at, format.as_deref().unwrap_or(usual));
    text.map(Json::String).map_err(|why| Unresolved::Unfit { name: TIME, why })
}

/// The instant at an offset such as `-2h`.
fn shifted(now: VirtualTime, offset: &str) -> Option<VirtualTime> {
    if offset.is_empty() {
        return Some(now);
    }
    let (sign, rest) = match offset.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, offset.strip_prefix('+')?),
    };
    let (count, unit) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
    let unit = match unit {
        "y" => CalendarUnit::Year,
        "M" => CalendarUnit::Month,
        "w" => CalendarUnit::Week,
        "d" => CalendarUnit::Day,
        "h" => CalendarUnit::Hour,
        "m" => CalendarUnit::Minute,
        "s" => CalendarUnit::Second,
        _ => return None,
    };
    now.shifted(sign * count.parse::<i64>().ok()?, unit)
}

/// The format after a key: none, `"x"` or `("x")`. Nothing if it is none of these.
fn written(text: &str) -> Option<Option<String>> {
    let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(text).trim();
    if inner.is_empty() {
        return Some(None);
    }
    let (format, rest) = expression::quoted(inner)?;
    rest.is_empty().then_some(Some(format))
}

/// The instant that a value says: milliseconds, as a number or in digits, or a date or date and time of ISO 8601.
pub(super) fn instant(value: &Json) -> Result<VirtualTime, Unfit> {
    const WANTED: &str = "milliseconds or a date of ISO 8601";
    let unreadable = || Unfit::Unreadable { text: excerpt(&reading::text(value)), wanted: WANTED };
    match value {
        Json::Number(number) => {
            let whole = number.as_i64().or_else(|| number.as_f64().map(|real| real.floor() as i64));
            whole.and_then(VirtualTime::from_millis)
        }
        Json::String(text) => match text.parse() {
            Ok(millis) => VirtualTime::from_millis(millis),
            Err(_) => {
                // A date may stand alone, and a time may leave its zone to us.
                let readings = ["", "Z", "T00:00:00Z"];
                readings.iter().find_map(|rest| VirtualTime::parse(&format!("{text}{rest}")))
            }
        },
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => {
            return Err(Unfit::Input { wanted: WANTED, found: reading::kind(value) });
        }
    }
    .ok_or_else(unreadable)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_time_is_read_and_shifted() {
        let check = |key: &str, expected: Option<&str>| {
            let read = read(VirtualTime::OPENING, key);
            assert_eq!(read.ok(), expected.map(Json::from), "{key}");
        };
        check("now", Some("2026-01-05T09:00:00.000Z"));
        check("date", Some("2026-01-05"));
        check("now+1y", Some("2027-01-05T09:00:00.000Z"));
        check("now-2M", Some("2025-11-05T09:00:00.000Z"));
        check("now+1w", Some("2026-01-12T09:00:00.000Z"));
        check("now-5d", Some("2025-12-31T09:00:00.000Z"));
        check("now+16h", Some("2026-01-06T01:00:00.000Z"));
        check("now-1m", Some("2026-01-05T08:59:00.000Z"));
        check("now+90s", Some("2026-01-05T09:01:30.000Z"));
        check("now \"x\"", Some("1767603600000"));
        check("now-24h(\"X\")", Some("1767517200"));
        check("now ( \"HHmm\" )", Some("0900"));
        check("now()", Some("2026-01-05T09:00:00.000Z"));
        check("date \"dd/MM/yyyy\"", Some("05/01/2026"));
        for wrong in ["", "later", "now2h", "now+h", "now+2", "now+2x", "now+2hm", "now*2h", "now+9999y", "now±1d"] {
            check(wrong, None);
        }
        for wrong in ["now x", "now \"x", "now \"x\" y", "now(\"x\"", "now \"DD\"", "now+99999999999999999999s"] {
            check(wrong, None);
        }
    }

    #[test]
    fn values_say_instants() {
        let check = |value: Json, expected: Option<&str>| {
            let instant = instant(&value).ok().map(VirtualTime::millis);
            assert_eq!(instant.as_deref(), expected, "{value}");
        };
        check(json!(1_767_603_600_000_i64), Some("2026-01-05T09:00:00.000Z"));
        check(json!(1.5), Some("1970-01-01T00:00:00.001Z"));
        check(json!("1767603600000"), Some("2026-01-05T09:00:00.000Z"));
        check(json!("2026-01-05T09:00:00.120Z"), Some("2026-01-05T09:00:00.120Z"));
        check(json!("2026-01-05T11:00+02:00"), Some("2026-01-05T09:00:00.000Z"));
        check(json!("2026-01-05T09:00"), Some("2026-01-05T09:00:00.000Z"));
        check(json!("2026-01-05"), Some("2026-01-05T00:00:00.000Z"));
        check(json!("tomorrow"), None);
        check(json!(1e300), None);
        check(json!(true), None);
    }
}
