//! Three kinds of time that never mix.
//!
//! [`VirtualTime`] and [`VirtualSpan`] belong to a world: retry tables, token life, inactivity. [`WallLimit`] is how long a
//! foreign process may really take, and [`WallTime`] is when something really happened. There is no conversion between
//! the two families; only `engine::clock` relates them, and only in the `real` and `xN` modes.

use std::fmt;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{Span, Timestamp};
use serde::{Serialize, Serializer};

const NANOS: i64 = 1_000_000_000;

/// An instant on a world's clock, in nanoseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VirtualTime(i64);

impl VirtualTime {
    /// When a world with a stepped clock begins: 2026-01-05T09:00:00Z, a Monday morning. A constant, so that the same
    /// seed gives the same journal on every day.
    pub const OPENING: Self = Self(1_767_603_600 * NANOS);

    /// The instant `nanos` nanoseconds after the Unix epoch.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the Unix epoch.
    #[must_use]
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch.
    #[must_use]
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(NANOS)
    }

    /// The instant `millis` milliseconds after the Unix epoch; nothing outside of the years 1678 to 2261.
    #[must_use]
    pub fn from_millis(millis: i64) -> Option<Self> {
        millis.checked_mul(1_000_000).map(Self)
    }

    /// Whole milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// What a calendar and a clock show at this instant, UTC.
    #[must_use]
    pub fn calendar(self) -> Calendar {
        let (at, nanos) = self.civil();
        Calendar {
            year: at.year().unsigned_abs(),
            month: at.month().unsigned_abs(),
            day: at.day().unsigned_abs(),
            weekday: at.weekday().to_monday_one_offset().unsigned_abs(),
            ordinal: at.day_of_year().unsigned_abs(),
            hour: at.hour().unsigned_abs(),
            minute: at.minute().unsigned_abs(),
            second: at.second().unsigned_abs(),
            millisecond: nanos / 1_000_000,
        }
    }

    /// The instant that is `count` units later, or earlier if `count` is negative. A day of the month that the month
    /// arrived at does not have becomes its last one. Nothing if no instant is that far away.
    #[must_use]
    pub fn shifted(self, count: i64, unit: CalendarUnit) -> Option<Self> {
        let span = match unit {
            CalendarUnit::Year => Span::new().try_years(count),
            CalendarUnit::Month => Span::new().try_months(count),
            CalendarUnit::Week => Span::new().try_weeks(count),
            CalendarUnit::Day => Span::new().try_days(count),
            CalendarUnit::Hour => Span::new().try_hours(count),
            CalendarUnit::Minute => Span::new().try_minutes(count),
            CalendarUnit::Second => Span::new().try_seconds(count),
        };
        let (at, nanos) = self.civil();
        let there = Offset::UTC.to_timestamp(at.checked_add(span.ok()?).ok()?).ok()?;
        there.as_second().checked_mul(NANOS)?.checked_add(i64::from(nanos)).map(Self)
    }

    /// Reads RFC 3339 with any number of fraction digits and any offset.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let stamp: Timestamp = text.parse().ok()?;
        i64::try_from(stamp.as_nanosecond()).ok().map(Self)
    }

    /// The time from `earlier` to this instant; zero if `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> VirtualSpan {
        let nanos = self.0.saturating_sub(earlier.0).max(0);
        VirtualSpan(Duration::from_nanos(nanos.unsigned_abs()))
    }

    /// The next midnight, UTC, strictly after this instant.
    #[must_use]
    pub const fn next_midnight(self) -> Self {
        const DAY: i64 = 86_400 * NANOS;
        Self((self.0.div_euclid(DAY) + 1) * DAY)
    }

    /// RFC 3339 in UTC with exactly three fraction digits.
    #[must_use]
    pub fn millis(self) -> String {
        self.render(3)
    }

    /// RFC 3339 in UTC with exactly six fraction digits.
    #[must_use]
    pub fn micros(self) -> String {
        self.render(6)
    }

    /// RFC 3339 in UTC with six fraction digits, or with nine where six do not tell it exactly.
    #[must_use]
    pub fn exact(self) -> String {
        self.render(if self.0 % 1_000 == 0 { 6 } else { 9 })
    }

    /// RFC 3339 in UTC with up to seven fraction digits (100 ns ticks), trailing zeros trimmed.
    #[must_use]
    pub fn ticks(self) -> String {
        let mut text = self.render(7);
        text.pop();
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
        text.push('Z');
        text
    }

    /// RFC 3339 in UTC without a fraction.
    #[must_use]
    pub fn seconds(self) -> String {
        self.render(0)
    }

    /// RFC 3339 in UTC with so many fraction digits. Written digit by digit: every answer and webhook carries several of
    /// these, and the general formatter is ten times as slow.
    fn render(self, fraction: u32) -> String {
        let (at, nanos) = self.civil();
        let mut text = String::with_capacity(30);
        let mut put = |value: u32, width: u32, before: &str| {
            text.push_str(before);
            for place in (0..width).rev() {
                text.push(char::from(b'0' + u8::try_from(value / 10_u32.pow(place) % 10).unwrap_or_default()));
            }
        };
        put(u32::from(at.year().unsigned_abs()), 4, "");
        put(u32::from(at.month().unsigned_abs()), 2, "-");
        put(u32::from(at.day().unsigned_abs()), 2, "-");
        put(u32::from(at.hour().unsigned_abs()), 2, "T");
        put(u32::from(at.minute().unsigned_abs()), 2, ":");
        put(u32::from(at.second().unsigned_abs()), 2, ":");
        if fraction > 0 {
            put(nanos / 10_u32.pow(9 - fraction), fraction, ".");
        }
        text.push('Z');
        text
    }

    fn civil(self) -> (DateTime, u32) {
        let seconds = self.0.div_euclid(NANOS);
        let nanos = self.0.rem_euclid(NANOS);
        let stamp = Timestamp::from_second(seconds).expect("every i64 of nanoseconds lies within jiff's range");
        let nanos = u32::try_from(nanos).expect("a remainder below 10^9 fits");
        (Offset::UTC.to_datetime(stamp), nanos)
    }
}

impl std::ops::Add<VirtualSpan> for VirtualTime {
    type Output = Self;

    fn add(self, span: VirtualSpan) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.0.as_nanos()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Debug for VirtualTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.micros())
    }
}

impl schemars::JsonSchema for VirtualTime {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Instant".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

impl Serialize for VirtualTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.micros())
    }
}

/// What a calendar and a clock show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Calendar {
    /// 1677 to 2262.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// Of the month, from 1.
    pub day: u8,
    /// 1 for Monday to 7 for Sunday.
    pub weekday: u8,
    /// The day of the year, from 1.
    pub ordinal: u16,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// 0 to 999.
    pub millisecond: u32,
}

/// In what a calendar and a clock count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CalendarUnit {
    /// As long as the years it covers.
    Year,
    /// As long as the months it covers.
    Month,
    /// Seven days.
    Week,
    /// 24 hours: days are counted in UTC.
    Day,
    /// 60 minutes.
    Hour,
    /// 60 seconds.
    Minute,
    /// A second.
    Second,
}

/// The seconds since 1970 that a date of HTTP names, in any of the three forms that RFC 9110 has.
#[must_use]
pub fn http_date(text: &str) -> Option<i64> {
    const FORMS: [&str; 3] = ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];
    let civil = FORMS.iter().find_map(|form| DateTime::strptime(form, text).ok())?;
    Offset::UTC.to_timestamp(civil).ok().map(Timestamp::as_second)
}

/// A length of virtual time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VirtualSpan(Duration);

impl VirtualSpan {
    /// No time at all.
    pub const ZERO: Self = Self(Duration::ZERO);

    /// A span of whole seconds.
    #[must_use]
    pub const fn from_secs(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// A span of whole minutes.
    #[must_use]
    pub const fn from_mins(minutes: u64) -> Self {
        Self(Duration::from_secs(minutes * 60))
    }

    /// A span of whole milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    /// Reads a duration with a unit, such as `45m` or `1h30m`.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, DurationError> {
        parse_duration(text).map(Self)
    }

    /// Whole seconds, rounded down.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0.as_secs()
    }

    /// Nanoseconds, saturating.
    #[must_use]
    pub fn as_nanos(self) -> u64 {
        u64::try_from(self.0.as_nanos()).unwrap_or(u64::MAX)
    }

    /// So many parts of it, out of so many that it has. `of` must not be zero.
    #[must_use]
    pub fn share(self, parts: u64, of: u64) -> Self {
        let nanos = self.0.as_nanos().saturating_mul(u128::from(parts)) / u128::from(of);
        Self(Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)))
    }
}

impl std::ops::Add for VirtualSpan {
    type Output = Self;

    fn add(self, more: Self) -> Self {
        Self(self.0.saturating_add(more.0))
    }
}

impl fmt::Display for VirtualSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_duration(f, self.0)
    }
}

impl fmt::Debug for VirtualSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_duration(f, self.0)
    }
}

impl Serialize for VirtualSpan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How much real time something foreign may take.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallLimit(Duration);

impl WallLimit {
    /// A limit of whole milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    /// A limit of whole seconds.
    #[must_use]
    pub const fn from_secs(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// Reads a duration with a unit, such as `3s` or `250ms`.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, DurationError> {
        parse_duration(text).map(Self)
    }

    /// The limit as the rim's timers take it.
    #[must_use]
    pub const fn as_duration(self) -> Duration {
        self.0
    }

    /// What is left of the limit after `spent`.
    #[must_use]
    pub const fn minus(self, spent: Duration) -> Self {
        Self(self.0.saturating_sub(spent))
    }
}

impl fmt::Display for WallLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_duration(f, self.0)
    }
}

impl fmt::Debug for WallLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_duration(f, self.0)
    }
}

/// When something really happened: nanoseconds since the Unix epoch. The core never reads a clock; the rim stamps every
/// input. Never part of what determinism compares.
#[derive(Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct WallTime(u64);

impl WallTime {
    /// The instant `nanos` nanoseconds after the Unix epoch.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Whole seconds since the Unix epoch.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0 / 1_000_000_000
    }

    /// Nanoseconds since the Unix epoch.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Real time from `earlier` to this instant; zero if `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl std::ops::Add<WallLimit> for WallTime {
    type Output = Self;

    fn add(self, limit: WallLimit) -> Self {
        Self(self.0.saturating_add(u64::try_from(limit.0.as_nanos()).unwrap_or(u64::MAX)))
    }
}

/// Why a text is not a duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// A number without a unit.
    #[error("`{0}` has no unit; write it as `{0}s`, `{0}m`, `{0}h`, `{0}d` or `{0}ms`")]
    NoUnit(String),
    /// Something that is not a duration at all.
    #[error("`{0}` is not a duration; write a number with a unit, such as `200ms`, `3s`, `45m` or `1h30m`")]
    Malformed(String),
    /// Longer than a hundred years.
    #[error("`{0}` is longer than a hundred years")]
    TooLong(String),
}

const LONGEST: Duration = Duration::from_secs(100 * 366 * 86_400);

fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let malformed = || DurationError::Malformed(text.to_owned());
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(DurationError::NoUnit(text.to_owned()));
    }
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(malformed)?;
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let number: u64 = number.parse().map_err(|_| malformed())?;
        let unit_millis = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(malformed()),
        };
        let millis = number.checked_mul(unit_millis).ok_or_else(|| DurationError::TooLong(text.to_owned()))?;
        total = total.saturating_add(Duration::from_millis(millis));
        rest = tail;
    }
    match total {
        _ if text.is_empty() => Err(malformed()),
        total if total > LONGEST => Err(DurationError::TooLong(text.to_owned())),
        total => Ok(total),
    }
}

fn write_duration(f: &mut fmt::Formatter<'_>, duration: Duration) -> fmt::Result {
    let mut millis = duration.as_millis();
    if millis == 0 {
        return f.write_str("0s");
    }
    for (unit, size) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)] {
        if millis >= size {
            write!(f, "{}{unit}", millis / size)?;
            millis %= size;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_carry_a_unit() {
        let check = |text: &str, expected: Option<u64>| {
            let read = parse_duration(text).ok().map(|d| u64::try_from(d.as_millis()).unwrap());
            assert_eq!(read, expected, "{text:?}");
        };
        check("200ms", Some(200));
        check("3s", Some(3_000));
        check("1h30m", Some(5_400_000));
        check("76h", Some(273_600_000));
        check("2d", Some(172_800_000));
        for wrong in ["", "3", "s", "3 s", "-3s", "3.5s", "3x", "9999999999999999999s", "99999d"] {
            check(wrong, None);
        }
    }

    #[test]
    fn durations_print_as_they_are_written() {
        for text in ["0s", "200ms", "3s", "1h30m", "2d", "1m500ms"] {
            assert_eq!(VirtualSpan::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn wire_formats_match_the_vendors() {
        let at = VirtualTime::parse("2020-07-06T07:11:33.2599382Z").unwrap();
        assert_eq!(at.millis(), "2020-07-06T07:11:33.259Z");
        assert_eq!(at.micros(), "2020-07-06T07:11:33.259938Z");
        assert_eq!(at.ticks(), "2020-07-06T07:11:33.2599382Z");
        assert_eq!(at.exact(), "2020-07-06T07:11:33.259938200Z");
        assert_eq!(VirtualTime::OPENING.exact(), "2026-01-05T09:00:00.000000Z");
        assert_eq!(VirtualTime::parse("2020-07-06T09:04:27.930+02:00").unwrap().ticks(), "2020-07-06T07:04:27.93Z");
        assert_eq!(at.next_midnight().seconds(), "2020-07-07T00:00:00Z");
        assert_eq!(VirtualTime::OPENING.ticks(), "2026-01-05T09:00:00Z");
    }

    #[test]
    fn an_instant_is_shifted_as_a_calendar_counts() {
        use CalendarUnit::{Day, Hour, Minute, Month, Second, Week, Year};
        let check = |from: &str, count: i64, unit: CalendarUnit, expected: Option<&str>| {
            let there = VirtualTime::parse(from).unwrap().shifted(count, unit).map(VirtualTime::ticks);
            assert_eq!(there.as_deref(), expected, "{from} and {count} {unit:?}");
        };
        check("2026-01-31T09:00:00.5Z", 1, Month, Some("2026-02-28T09:00:00.5Z"));
        check("2028-02-29T09:00:00Z", -1, Year, Some("2027-02-28T09:00:00Z"));
        check("2026-01-05T09:00:00Z", 1, Week, Some("2026-01-12T09:00:00Z"));
        check("2026-01-01T00:00:00Z", -1, Day, Some("2025-12-31T00:00:00Z"));
        check("2026-01-01T00:00:00Z", -25, Hour, Some("2025-12-30T23:00:00Z"));
        check("2026-01-01T00:00:00Z", 90, Minute, Some("2026-01-01T01:30:00Z"));
        check("1969-12-31T23:59:59.9Z", 1, Second, Some("1970-01-01T00:00:00.9Z"));
        check("2026-01-05T09:00:00Z", 300, Year, None);
        check("2026-01-05T09:00:00Z", i64::MIN, Second, None);
    }

    #[test]
    fn an_instant_is_a_day_of_a_calendar() {
        let at = VirtualTime::parse("2028-12-31T23:04:05.678Z").unwrap();
        let (year, month, day, weekday, ordinal) = (2028, 12, 31, 7, 366);
        let expected =
            Calendar { year, month, day, weekday, ordinal, hour: 23, minute: 4, second: 5, millisecond: 678 };
        assert_eq!(at.calendar(), expected);
        assert_eq!(VirtualTime::from_millis(at.as_millis()), Some(at));
        assert_eq!(VirtualTime::from_nanos(-1).as_millis(), -1);
        assert_eq!(VirtualTime::from_millis(i64::MAX), None);
    }

    proptest! {
        #[test]
        fn a_printed_duration_reads_as_itself(millis in 0..=u64::try_from(LONGEST.as_millis()).unwrap()) {
            let (span, limit) = (VirtualSpan::from_millis(millis), WallLimit::from_millis(millis));
            prop_assert_eq!(VirtualSpan::parse(&span.to_string()), Ok(span));
            prop_assert_eq!(WallLimit::parse(&limit.to_string()), Ok(limit));
        }

        #[test]
        fn what_is_no_duration_is_refused_without_panic(text in "[0-9]{0,25}[a-zµ ]{0,3}[0-9]{0,3}[smhd]{0,2}") {
            if let Ok(span) = VirtualSpan::parse(&text) {
                prop_assert_eq!(VirtualSpan::parse(&span.to_string()), Ok(span));
            }
        }
    }
}
