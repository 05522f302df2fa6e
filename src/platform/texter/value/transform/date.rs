//! What is made of instants.

use serde_json::Value as Json;

use super::super::{clock, luxon};
use super::{Arguments, Unfit, as_text, excerpt};

pub(super) fn format_date(value: &Json, arguments: Arguments<'_>) -> Result<Json, Unfit> {
    luxon::format(clock::instant(value)?, arguments.needed_text(0)?).map(Json::from)
}

pub(super) fn parse_date(value: &Json, arguments: Arguments<'_>) -> Result<Json, Unfit> {
    let instant = match arguments.text(0)? {
        None => clock::instant(value)?,
        Some(format) => {
            let text = as_text(value)?;
            let unreadable = || Unfit::Unreadable { text: excerpt(&text), wanted: "a date in its format" };
            luxon::parse(&text, format)?.ok_or_else(unreadable)?
        }
    };
    Ok(instant.as_millis().into())
}
