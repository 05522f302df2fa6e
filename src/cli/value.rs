//! Values of command line options that are more than text or a number.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::str::FromStr;

use clap::ValueEnum;
use http::{HeaderName, HeaderValue};

use crate::base::address::is_address;
use crate::base::secret::Secret;
use crate::base::time::VirtualTime;
use crate::report::Detail;
use crate::report::coverage::Names;
use crate::signing::{SCHEMES, Scheme};

/// The scheme with this name.
pub(super) fn scheme(name: &str) -> Result<&'static Scheme, String> {
    let known: Vec<&str> = SCHEMES.iter().map(|scheme| scheme.name).collect();
    Scheme::named(name).ok_or_else(|| format!("write one of {}", known.join(", ")))
}

/// A seed.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("write a whole number from 0 to {}", u64::MAX))
}

/// How many things are done at once.
pub(super) fn jobs(text: &str) -> Result<NonZeroUsize, &'static str> {
    text.parse().map_err(|_| "write a whole number from 1 on")
}

/// How often something is done.
pub(super) fn times(text: &str) -> Result<NonZeroU32, String> {
    text.parse().map_err(|_| format!("write a whole number from 1 to {}", u32::MAX))
}

/// An instant.
pub(super) fn instant(text: &str) -> Result<VirtualTime, &'static str> {
    VirtualTime::parse(text).ok_or("write date, time and zone, such as `2026-01-06T10:00:00Z`")
}

/// The software under test.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Bot {
    /// The small example bot inside this program.
    Builtin,
    /// The same with mistakes, to see what failures look like.
    BuiltinBroken,
    /// A bot that runs already; the address without a slash at its end.
    At(String),
}

/// Why a text does not name a bot.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BotError {
    /// Neither an address nor one of the words.
    #[error("write the bot's address as `http://127.0.0.1:8080`, or `builtin`, or `builtin:broken`")]
    NoAddress,
    /// An address with a password in it, which would stand in remarks and reports.
    #[error("the bot's address cannot have a user or password in it")]
    Password,
    /// An address that goes on after its path.
    #[error("an address to which paths are added cannot have a query")]
    Query,
}

impl FromStr for Bot {
    type Err = BotError;

    fn from_str(text: &str) -> Result<Self, BotError> {
        match text {
            "builtin" => return Ok(Self::Builtin),
            "builtin:broken" => return Ok(Self::BuiltinBroken),
            _ => {}
        }
        let uri: http::Uri = text.parse().map_err(|_| BotError::NoAddress)?;
        match (uri.scheme_str(), uri.host()) {
            (Some("http" | "https"), Some(host)) if !host.is_empty() => {}
            _ => return Err(BotError::NoAddress),
        }
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(BotError::Password);
        }
        if uri.query().is_some() || text.contains('#') {
            return Err(BotError::Query);
        }
        Ok(Self::At(text.trim_end_matches('/').to_owned()))
    }
}

impl std::fmt::Display for Bot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Builtin => "builtin",
            Self::BuiltinBroken => "builtin:broken",
            Self::At(address) => address,
        })
    }
}

/// What happens in variants of a scenario only if it is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Also {
    /// An answer of the platform is lost after the call has done its work
    Reset,
}

/// One report to write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReportTo {
    /// Into a file.
    File {
        /// In which form.
        form: ReportForm,
        /// Into which file.
        file: PathBuf,
    },
    /// As annotations on standard output, where GitHub's workflow runner reads them.
    Annotations,
}

impl ReportTo {
    /// Whether it is a page.
    #[must_use]
    pub fn is_page(&self) -> bool {
        matches!(self, Self::File { form: ReportForm::Html, .. })
    }

    /// Whether it tells what was touched of the platforms.
    #[must_use]
    pub fn shows_coverage(&self) -> bool {
        matches!(self, Self::File { form: ReportForm::Html | ReportForm::Coverage, .. })
    }
}

/// A form of report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReportForm {
    /// JUnit XML.
    Junit,
    /// One JSON document.
    Json,
    /// TAP 14.
    Tap,
    /// One page.
    Html,
    /// What was touched of the platforms' tables, as JSON.
    Coverage,
}

/// Why a text does not name a report.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReportError {
    /// The file is missing.
    #[error("write the form and the file, as in `junit=report.xml`")]
    NoFile,
    /// There is no such form.
    #[error("`{0}` is no form of report; there are `junit`, `json`, `tap`, `html`, `coverage` and `github`")]
    UnknownForm(String),
}

impl FromStr for ReportTo {
    type Err = ReportError;

    fn from_str(text: &str) -> Result<Self, ReportError> {
        if text == "github" {
            return Ok(Self::Annotations);
        }
        let (form, file) = text.split_once('=').filter(|(_, file)| !file.is_empty()).ok_or(ReportError::NoFile)?;
        let form = match form {
            "junit" => ReportForm::Junit,
            "json" => ReportForm::Json,
            "tap" => ReportForm::Tap,
            "html" => ReportForm::Html,
            "coverage" => ReportForm::Coverage,
            other => return Err(ReportError::UnknownForm(other.to_owned())),
        };
        Ok(Self::File { form, file: file.into() })
    }
}

/// A percentage, 0 to 100.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Percent(u8);

impl Percent {
    /// The number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// Why a text is not a percentage.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("write a whole number from 0 to 100")]
pub struct PercentError;

impl FromStr for Percent {
    type Err = PercentError;

    fn from_str(text: &str) -> Result<Self, PercentError> {
        text.parse().ok().filter(|number| *number <= 100).map(Self).ok_or(PercentError)
    }
}

/// A host that webhooks may be sent to besides this machine: a name or an address, without a port.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Host(pub String);

/// Why a text is not a host.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("write a name or an address without scheme, port and path, as in `bot.example.com` or `192.168.0.7`")]
pub struct HostError;

impl FromStr for Host {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, HostError> {
        let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if inner.parse::<std::net::IpAddr>().is_ok() || (!text.is_empty() && text.chars().all(name)) {
            return Ok(Self(inner.to_ascii_lowercase()));
        }
        Err(HostError)
    }
}

/// Reads an address that a webhook can go to.
///
/// # Errors
/// If it is none.
pub(super) fn address(text: &str) -> Result<String, &'static str> {
    let absolute = is_address(text) && text.starts_with("http://") && text.parse::<http::Uri>().is_ok();
    if absolute { Ok(text.to_owned()) } else { Err("write `http://…`, without user and password") }
}

/// Reads the address of a receiver, which may be an https one.
///
/// # Errors
/// If it is not an absolute one without a password.
pub(super) fn receiver(text: &str) -> Result<String, &'static str> {
    let absolute = is_address(text) && !text.starts_with('$') && text.parse::<http::Uri>().is_ok();
    if absolute { Ok(text.to_owned()) } else { Err("write `http://…` or `https://…`, without user and password") }
}

/// Reads a secret.
///
/// # Errors
/// If it is empty, which anybody would know.
pub(super) fn secret(text: &str) -> Result<Secret, &'static str> {
    if text.is_empty() { Err("an empty secret protects nothing") } else { Ok(Secret::new(text)) }
}

/// A member of a document and its new value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setting {
    /// Where it stands, such as `payload.chat.id`.
    pub path: String,
    /// What it becomes.
    pub value: serde_json::Value,
}

impl FromStr for Setting {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let (path, value) = text
            .split_once('=')
            .filter(|(path, _)| !path.is_empty())
            .ok_or("write a path and a value, as in `payload.chat.id=X`")?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
        Ok(Self { path: path.to_owned(), value })
    }
}

/// A token that can stand in a header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token(pub Secret);

impl FromStr for Token {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let visible = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if visible { Ok(Self(Secret::new(text))) } else { Err("write letters, digits and signs without spaces") }
    }
}

/// A header; its value is not shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header(pub (HeaderName, HeaderValue));

impl FromStr for Header {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let wrong = "write a name and a value, as in `x-bot-key: secret`";
        let (name, value) = text.split_once(':').ok_or(wrong)?;
        let name = HeaderName::try_from(name.trim()).map_err(|_| wrong)?;
        let mut value = HeaderValue::try_from(value.trim()).map_err(|_| wrong)?;
        value.set_sensitive(true);
        Ok(Self((name, value)))
    }
}

/// The form of what is written to stdout.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Format {
    /// Text for people
    #[default]
    Human,
    /// JSON for programs
    Json,
}

/// The form in which mistakes in files are written to stdout.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum ProblemFormat {
    /// Text for people
    #[default]
    Human,
    /// JSON for programs
    Json,
    /// SARIF 2.1.0, for code hosts and editors
    Sarif,
    /// Annotations for GitHub's workflow runner
    Github,
}

impl From<Format> for ProblemFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Human => Self::Human,
            Format::Json => Self::Json,
        }
    }
}

/// The form in which a table is written to stdout.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum TableFormat {
    /// Aligned columns for people
    #[default]
    Human,
    /// JSON for programs
    Json,
    /// A table for documents
    Markdown,
}

/// How much of a run is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Show {
    /// The timeline of every scenario
    #[default]
    Full,
    /// Only the timelines of scenarios that did not pass
    Failures,
}

impl From<Show> for Detail {
    fn from(show: Show) -> Self {
        match show {
            Show::Full => Self::Full,
            Show::Failures => Self::FailuresOnly,
        }
    }
}

/// How much of the coverage is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum ShowCoverage {
    /// The numbers
    Summary,
    /// The numbers, and the names of what was never touched
    Full,
}

impl From<ShowCoverage> for Names {
    fn from(show: ShowCoverage) -> Self {
        match show {
            ShowCoverage::Summary => Self::None,
            ShowCoverage::Full => Self::Untouched,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bot_is_an_address_or_a_word() {
        let check = |text: &str, expected: Result<Bot, BotError>| assert_eq!(text.parse::<Bot>(), expected, "{text}");
        check("builtin", Ok(Bot::Builtin));
        check("builtin:broken", Ok(Bot::BuiltinBroken));
        check("http://127.0.0.1:8080/", Ok(Bot::At("http://127.0.0.1:8080".into())));
        check("http://[::1]:80/hooks", Ok(Bot::At("http://[::1]:80/hooks".into())));
        check("https://bot.example.com", Ok(Bot::At("https://bot.example.com".into())));
        check("http://x/?a=b", Err(BotError::Query));
        check("http://x/#a", Err(BotError::Query));
        check("http://user:hunter2@x/", Err(BotError::Password));
        for wrong in ["", "buitlin", "localhost:8080", "ftp://x", "http://", "/hooks"] {
            check(wrong, Err(BotError::NoAddress));
        }
    }

    #[test]
    fn numbers_out_of_range_are_told_the_range() {
        assert_eq!(seed("18446744073709551615"), Ok(u64::MAX));
        assert_eq!(jobs("8").map(NonZeroUsize::get), Ok(8));
        assert_eq!(times("4294967295").map(NonZeroU32::get), Ok(u32::MAX));
        for wrong in ["", "x", "-1", "1.5", "18446744073709551616"] {
            assert_eq!(seed(wrong), Err("write a whole number from 0 to 18446744073709551615".to_owned()), "{wrong}");
        }
        for wrong in ["", "x", "0", "-1"] {
            assert_eq!(jobs(wrong), Err("write a whole number from 1 on"), "{wrong}");
            assert_eq!(times(wrong), Err("write a whole number from 1 to 4294967295".to_owned()), "{wrong}");
        }
    }

    #[test]
    fn a_bot_prints_as_it_is_written() {
        for text in ["builtin", "builtin:broken", "http://127.0.0.1:8080"] {
            assert_eq!(text.parse::<Bot>().map(|bot| bot.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn a_report_is_a_form_and_a_file() {
        let check = |text: &str, expected: Result<(ReportForm, &str), ReportError>| {
            let expected = expected.map(|(form, file)| ReportTo::File { form, file: file.into() });
            assert_eq!(text.parse::<ReportTo>(), expected, "{text}");
        };
        check("junit=out/a=b.xml", Ok((ReportForm::Junit, "out/a=b.xml")));
        check("json=r.json", Ok((ReportForm::Json, "r.json")));
        check("tap=r.tap", Ok((ReportForm::Tap, "r.tap")));
        check("coverage=c.json", Ok((ReportForm::Coverage, "c.json")));
        assert_eq!("github".parse(), Ok(ReportTo::Annotations));
        check("junit", Err(ReportError::NoFile));
        check("junit=", Err(ReportError::NoFile));
        check("html=r.html", Ok((ReportForm::Html, "r.html")));
        check("xml=r.xml", Err(ReportError::UnknownForm("xml".into())));
    }

    #[test]
    fn a_percentage_is_a_whole_number_up_to_100() {
        let check = |text: &str, expected: Option<u8>| {
            assert_eq!(text.parse::<Percent>().ok().map(Percent::number), expected, "{text}");
        };
        check("0", Some(0));
        check("100", Some(100));
        for wrong in ["", "101", "-1", "80%", "99.5", "256", "half"] {
            check(wrong, None);
        }
    }

    #[test]
    fn a_host_is_a_name_or_an_address() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(text.parse::<Host>().ok().map(|host| host.0).as_deref(), expected, "{text}");
        };
        check("Bot.Example.com", Some("bot.example.com"));
        check("192.168.0.7", Some("192.168.0.7"));
        check("[fd00::7]", Some("fd00::7"));
        check("fd00::7", Some("fd00::7"));
        for wrong in ["", "http://x", "x:80", "x/y", "*", "a b"] {
            check(wrong, None);
        }
    }
}
