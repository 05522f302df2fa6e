//! The parameters of a query: single ones, lists such as `labels[]`, and members such as `channel[name]`.

use super::super::codes::Denial;
use crate::base::percent::decoded;
use crate::platform::route::pairs;

/// The parameters, without escapes.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn read(text: &str) -> Self {
        Self(pairs(text).map(|(key, value)| (decoded(key), decoded(value))).collect())
    }

    /// The parameter called so.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All items of a list, at most `most`; it may be written `name[]=x`, `name[0]=x` or, with one item, `name=x`.
    pub(super) fn all(&self, name: &str, most: usize) -> Result<Vec<&str>, Denial> {
        let is = |key: &str| {
            let rest = key.strip_prefix(name)?;
            let inner = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            let counted = inner.is_some_and(|inner| inner.bytes().all(|byte| byte.is_ascii_digit()));
            (rest.is_empty() || counted).then_some(())
        };
        let items: Vec<&str> = self.0.iter().filter(|(key, _)| is(key).is_some()).map(|(_, value)| &**value).collect();
        match items.len() <= most {
            true => Ok(items),
            false => Err(Denial::invalid(format!("query.{name} must have at most {most} items"))),
        }
    }

    /// A whole number from `least` to `most`.
    pub(super) fn number(&self, name: &str, least: u64, most: u64) -> Result<Option<u64>, Denial> {
        let read = |value: &str| {
            // Digits alone: no sign, though numbers are read with one elsewhere.
            let digits = value.bytes().all(|byte| byte.is_ascii_digit());
            let number = value.parse().ok().filter(|number| digits && (least..=most).contains(number));
            number.ok_or_else(|| Denial::invalid(format!("query.{name} must be integer from {least} to {most}")))
        };
        self.get(name).map(read).transpose()
    }

    /// A boolean: `1`, `true`, `0` or `false`.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Denial> {
        match self.get(name) {
            None | Some("0" | "false") => Ok(false),
            Some("1" | "true") => Ok(true),
            Some(_) => Err(Denial::invalid(format!("query.{name} must be boolean"))),
        }
    }

    /// Which part of a list is wanted: how many are passed over, and how many follow.
    pub(super) fn page(&self, usual: u64, most: u64, furthest: u64) -> Result<(usize, usize), Denial> {
        let limit = self.number("limit", 1, most)?.unwrap_or(usual);
        let skip = self.number("skip", 0, furthest)?.unwrap_or(0);
        let size = |number| usize::try_from(number).unwrap_or(usize::MAX);
        Ok((size(skip), size(limit)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_however_they_are_written() {
        let query = Query::read("labels[]=a&labels%5B%5D=b&labels[2]=c&labels=d&labels[x]=e&label=f&statuses[]=BOT");
        assert_eq!(query.all("labels", 100).unwrap(), ["a", "b", "c", "d"]);
        assert_eq!(query.all("statuses", 1).unwrap(), ["BOT"]);
        assert!(query.all("labels", 3).is_err());
        assert!(query.all("none", 1).unwrap().is_empty());
    }

    #[test]
    fn numbers_are_within_their_bounds() {
        let check = |query: &str, expected: Option<(usize, usize)>| {
            assert_eq!(Query::read(query).page(30, 100, 1_000).ok(), expected, "{query}");
        };
        check("", Some((0, 30)));
        check("limit=100&skip=7", Some((7, 100)));
        check("limit=0", None);
        check("limit=101", None);
        check("limit=x", None);
        check("skip=-1", None);
        check("limit=%2B7", None);
        check("skip=1001", None);
    }

    #[test]
    fn booleans_are_words_or_digits() {
        let check = |query: &str, expected: Option<bool>| {
            assert_eq!(Query::read(query).flag("x").ok(), expected, "{query}");
        };
        check("", Some(false));
        check("x=1", Some(true));
        check("x=true", Some(true));
        check("x=0", Some(false));
        check("x=yes", None);
    }
}
