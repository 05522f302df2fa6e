//! Formats of dates, in the tokens of the library that the vendor names: moment.github.io/luxon, formatting and parsing.
//!
//! Numbers, names in English, and UTC; the formats that depend on where a reader lives are not played.

use super::error::{Unfit, excerpt};
use crate::base::time::{Calendar, VirtualTime};

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// How many letters a short name has.
const SHORT: usize = 3;

/// A part of a format.
#[derive(Debug)]
enum Token<'f> {
    /// Stands for itself.
    Plain(&'f str),
    /// A run of the same letter.
    Field(&'f str),
}

/// The instant in a format.
pub(super) fn format(at: VirtualTime, format: &str) -> Result<String, Unfit> {
    let calendar = at.calendar();
    let mut out = String::new();
    for token in tokens(format) {
        match token {
            Token::Plain(text) => out.push_str(text),
            Token::Field(name) => out.push_str(&field(at, &calendar, name).ok_or_else(|| unknown(name))?),
        }
    }
    Ok(out)
}

/// The instant that a text says in a format; nothing if it does not follow the format. The year must be among what it
/// says [inferred: Luxon would take the current one, which may change from run to run].
pub(super) fn parse(text: &str, format: &str) -> Result<Option<VirtualTime>, Unfit> {
    let mut found = Found::default();
    let mut rest = Some(text);
    for token in tokens(format) {
        rest = match token {
            Token::Plain(plain) => rest.and_then(|text| text.strip_prefix(plain)),
            Token::Field(name) => {
                let (place, digits) = found.place(name).ok_or_else(|| unknown(name))?;
                rest.and_then(|text| number(text, digits)).map(|(value, tail)| {
                    *place = Some(value);
                    tail
                })
            }
        };
    }
    Ok(rest.filter(|rest| rest.is_empty()).and_then(|_| found.instant()))
}

fn unknown(name: &str) -> Unfit {
    Unfit::Token(excerpt(name))
}

/// A format, taken apart. What stands in single quotes stands for itself, and two of them for one.
fn tokens(format: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        let (token, tail) = if first == '\'' {
            let (inner, tail) = after.split_once('\'').unwrap_or((after, ""));
            (Token::Plain(if after.starts_with('\'') { "'" } else { inner }), tail)
        } else if first.is_ascii_alphabetic() {
            let (run, tail) = rest.split_at(rest.find(|c| c != first).unwrap_or(rest.len()));
            (Token::Field(run), tail)
        } else {
            let (run, tail) = rest.split_at(first.len_utf8());
            (Token::Plain(run), tail)
        };
        tokens.push(token);
        rest = tail;
    }
    tokens
}

fn field(at: VirtualTime, calendar: &Calendar, name: &str) -> Option<String> {
    let Calendar { year, month, day, weekday, ordinal, hour, minute, second, millisecond } = *calendar;
    let month_name = MONTHS[usize::from(month - 1)];
    let day_name = DAYS[usize::from(weekday - 1)];
    let hour_of_half = (hour + 11) % 12 + 1;
    Some(match name {
        "y" => year.to_string(),
        "yy" => format!("{:02}", year % 100),
        "yyyy" => format!("{year:04}"),
        "q" => month.div_ceil(3).to_string(),
        "M" | "L" => month.to_string(),
        "MM" | "LL" => format!("{month:02}"),
        "MMM" | "LLL" => month_name[..SHORT].to_owned(),
        "MMMM" | "LLLL" => month_name.to_owned(),
        "o" => ordinal.to_string(),
        "ooo" => format!("{ordinal:03}"),
        "d" => day.to_string(),
        "dd" => format!("{day:02}"),
        "E" | "c" => weekday.to_string(),
        "EEE" | "ccc" => day_name[..SHORT].to_owned(),
        "EEEE" | "cccc" => day_name.to_owned(),
        "H" => hour.to_string(),
        "HH" => format!("{hour:02}"),
        "h" => hour_of_half.to_string(),
        "hh" => format!("{hour_of_half:02}"),
        "a" => if hour < 12 { "AM" } else { "PM" }.to_owned(),
        "m" => minute.to_string(),
        "mm" => format!("{minute:02}"),
        "s" => second.to_string(),
        "ss" => format!("{second:02}"),
        "S" => millisecond.to_string(),
        "SSS" | "u" => format!("{millisecond:03}"),
        "Z" => "+0".to_owned(),
        "ZZ" => "+00:00".to_owned(),
        "ZZZ" => "+0000".to_owned(),
        "z" => "UTC".to_owned(),
        "x" => at.as_millis().to_string(),
        "X" => at.as_secs().to_string(),
        _ => return None,
    })
}

/// What a text has said so far.
#[derive(Default)]
struct Found {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    hour: Option<i64>,
    minute: Option<i64>,
    second: Option<i64>,
    millisecond: Option<i64>,
    millis: Option<i64>,
    seconds: Option<i64>,
}

impl Found {
    /// What a field says, and the fewest and the most digits it does so in.
    fn place(&mut self, name: &str) -> Option<(&mut Option<i64>, (usize, usize))> {
        const STAMP: (usize, usize) = (1, 18);
        Some(match name {
            "yyyy" => (&mut self.year, (4, 4)),
            "M" | "L" => (&mut self.month, (1, 2)),
            "MM" | "LL" => (&mut self.month, (2, 2)),
            "d" => (&mut self.day, (1, 2)),
            "dd" => (&mut self.day, (2, 2)),
            "H" => (&mut self.hour, (1, 2)),
            "HH" => (&mut self.hour, (2, 2)),
            "m" => (&mut self.minute, (1, 2)),
            "mm" => (&mut self.minute, (2, 2)),
            "s" => (&mut self.second, (1, 2)),
            "ss" => (&mut self.second, (2, 2)),
            "S" => (&mut self.millisecond, (1, 3)),
            "SSS" => (&mut self.millisecond, (3, 3)),
            "x" => (&mut self.millis, STAMP),
            "X" => (&mut self.seconds, STAMP),
            _ => return None,
        })
    }

    fn instant(&self) -> Option<VirtualTime> {
        let stamp = self.millis.or_else(|| self.seconds?.checked_mul(1_000));
        if stamp.is_some() {
            return stamp.and_then(VirtualTime::from_millis);
        }
        let (year, month, day) = (self.year?, self.month.unwrap_or(1), self.day.unwrap_or(1));
        let [hour, minute, second, millisecond] =
            [self.hour, self.minute, self.second, self.millisecond].map(Option::unwrap_or_default);
        VirtualTime::parse(&format!(
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z"
        ))
    }
}

/// The number that a text begins with, and what stands after it.
fn number(text: &str, (fewest, most): (usize, usize)) -> Option<(i64, &str)> {
    let digits = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (number, tail) = text.split_at(digits);
    (digits >= fewest).then_some((number.parse().ok()?, tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_in_formats() {
        let check = |at: &str, pattern: &str, expected: &str| {
            let written = format(VirtualTime::parse(at).unwrap(), pattern);
            assert_eq!(written.as_deref(), Ok(expected), "{pattern}");
        };
        let morning = "2026-01-05T09:04:07.006Z";
        check(morning, "y yy yyyy", "2026 26 2026");
        check(morning, "q M MM MMM MMMM", "1 1 01 Jan January");
        check(morning, "L LL LLL LLLL", "1 01 Jan January");
        check(morning, "d dd o ooo", "5 05 5 005");
        check(morning, "E EEE EEEE c ccc cccc", "1 Mon Monday 1 Mon Monday");
        check(morning, "H HH h hh a", "9 09 9 09 AM");
        check(morning, "m mm s ss S SSS u", "4 04 7 07 6 006 006");
        check(morning, "x X", "1767603847006 1767603847");
        check(morning, "Z ZZ ZZZ z", "+0 +00:00 +0000 UTC");
        check(morning, "HHmm", "0904");
        check(morning, "dd.MM.yyyy 'at' HH 'o''clock'", "05.01.2026 at 09 oclock");
        check(morning, "'''' '' 'open", "'' ' open");
        check(morning, "יום d", "יום 5");
        check("2026-12-31T00:00:00Z", "q h a cccc ooo", "4 12 AM Thursday 365");
        check("2026-12-31T12:30:00Z", "h:mm a", "12:30 PM");
        check("2026-12-31T23:30:00Z", "h:mm a", "11:30 PM");
        check("1969-12-31T23:59:59.999Z", "x X", "-1 -1");
    }

    #[test]
    fn texts_in_formats_are_read() {
        let check = |text: &str, pattern: &str, expected: Option<&str>| {
            let read = parse(text, pattern).unwrap().map(VirtualTime::millis);
            assert_eq!(read.as_deref(), expected, "{text} as {pattern}");
        };
        check("05/01/2026", "dd/MM/yyyy", Some("2026-01-05T00:00:00.000Z"));
        check("5.1.2026 9:4", "d.M.yyyy H:m", Some("2026-01-05T09:04:00.000Z"));
        check("2026-01-05T09:04:07.006", "yyyy-MM-dd'T'HH:mm:ss.SSS", Some("2026-01-05T09:04:07.006Z"));
        check("2026", "yyyy", Some("2026-01-01T00:00:00.000Z"));
        check("1767603600000", "x", Some("2026-01-05T09:00:00.000Z"));
        check("1767603600", "X", Some("2026-01-05T09:00:00.000Z"));
        check("5/01/2026", "dd/MM/yyyy", None);
        check("05/01/2026 ", "dd/MM/yyyy", None);
        check("31/02/2026", "dd/MM/yyyy", None);
        check("05/01", "dd/MM", None);
        check("", "x", None);
    }

    #[test]
    fn tokens_that_are_not_played_are_named() {
        let check = |pattern: &str, name: &str| {
            let unknown = Unfit::Token(name.to_owned());
            assert_eq!(format(VirtualTime::OPENING, pattern), Err(unknown.clone()), "{pattern}");
            assert_eq!(parse("", pattern), Err(unknown), "{pattern}");
        };
        check("DD", "DD");
        check("yyy", "yyy");
        check("yyyy-t", "t");
        check("dd 'of' kkkk", "kkkk");
    }
}
