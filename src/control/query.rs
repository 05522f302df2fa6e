//! The parameters of a query.

use std::borrow::Cow;
use std::str::FromStr;

use super::problem::Problem;
use super::route::{Operation, ROUTES};
use crate::base::percent::decoded;
use crate::base::time::WallLimit;
use crate::platform::route::pairs;

/// The parameters of one request, all of which its operation knows.
pub(super) struct Query<'q>(Vec<(&'q str, Cow<'q, str>)>);

impl<'q> Query<'q> {
    /// Reads a query of this operation.
    pub(super) fn of(operation: Operation, text: &'q str) -> Result<Self, Problem> {
        let known = ROUTES.iter().find(|route| route.operation == operation).map_or(&[][..], |route| route.query);
        let plain = |text: &str| !text.contains(['%', '+']);
        let value = |value: &'q str| if plain(value) { Cow::Borrowed(value) } else { Cow::Owned(decoded(value)) };
        let read: Vec<_> = pairs(text).map(|(name, text)| (name, value(text))).collect();
        if let Some((stray, _)) = read.iter().find(|(name, _)| !known.iter().any(|(key, _)| key == name)) {
            let known: Vec<&str> = known.iter().map(|(key, _)| *key).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(Problem::new(400, format!("`{stray}` is no parameter here; known: {known}")));
        }
        Ok(Self(read))
    }

    /// A parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_ref())
    }

    /// A parameter that is a whole number.
    pub(super) fn number<T: FromStr>(&self, name: &str) -> Result<Option<T>, Problem> {
        let wrong =
            |value: &str| Problem::new(400, format!("`{name}={value}` is not a whole number that is possible here"));
        self.get(name).map(|value| value.parse().map_err(|_| wrong(value))).transpose()
    }

    /// A parameter that is a duration.
    pub(super) fn duration(&self, name: &str) -> Result<Option<WallLimit>, Problem> {
        let wrong = |error| Problem::new(400, format!("`{name}`: {error}"));
        self.get(name).map(|value| WallLimit::parse(value).map_err(wrong)).transpose()
    }
}
