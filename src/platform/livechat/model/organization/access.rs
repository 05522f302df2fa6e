//! Rules that say which groups a visitor's chats are for.

use serde::Serialize;

/// A rule. The first one that is met counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Rule {
    /// Its id.
    pub(crate) id: String,
    /// What its author says about it.
    pub(crate) description: String,
    /// The groups.
    pub(crate) groups: Vec<u64>,
    /// Whose chats; all conditions that are set must be met.
    pub(crate) conditions: Conditions,
}

/// Whom a rule is for.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub(crate) struct Conditions {
    /// Visitors of these pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<Patterns>,
    /// Visitors of these sites.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) domain: Option<Patterns>,
    /// Visitors from these places.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) geolocation: Option<Places>,
}

/// Which texts a condition is met by.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Patterns {
    /// By those that match one of these.
    Values(Vec<Pattern>),
    /// By those that match none of these.
    ExcludeValues(Vec<Pattern>),
}

/// A text to compare with.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(crate) struct Pattern {
    /// The text.
    pub(crate) value: String,
    /// Whether it must be all of the other one; it may be a part of it otherwise.
    pub(crate) exact_match: bool,
}

/// Places, any of which will do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(crate) struct Places {
    /// The places.
    pub(crate) values: Vec<Place>,
}

/// A place; what is not said of it does not matter.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub(crate) struct Place {
    /// The country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) country: Option<String>,
    /// Its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) country_code: Option<String>,
    /// The region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
    /// The city.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) city: Option<String>,
}

/// Where a visitor is: on which page, and where in the world.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whereabouts<'w> {
    /// The address of the page.
    pub(crate) url: &'w str,
    /// The country.
    pub(crate) country: &'w str,
    /// Its code.
    pub(crate) country_code: &'w str,
    /// The region.
    pub(crate) region: &'w str,
    /// The city.
    pub(crate) city: &'w str,
}

impl Conditions {
    /// Whether somebody there is meant.
    pub(crate) fn met_by(&self, there: &Whereabouts<'_>) -> bool {
        let domain = there.url.split("://").last().and_then(|rest| rest.split(['/', '?', '#', ':']).next());
        self.url.as_ref().is_none_or(|patterns| patterns.met_by(there.url))
            && self.domain.as_ref().is_none_or(|patterns| patterns.met_by(domain.unwrap_or_default()))
            && self.geolocation.as_ref().is_none_or(|places| places.values.iter().any(|place| place.is(there)))
    }
}

impl Patterns {
    fn met_by(&self, text: &str) -> bool {
        let matches = |pattern: &Pattern| match pattern.exact_match {
            true => text == pattern.value,
            false => text.contains(&pattern.value),
        };
        match self {
            Self::Values(patterns) => patterns.iter().any(matches),
            Self::ExcludeValues(patterns) => !patterns.iter().any(matches),
        }
    }
}

impl Place {
    fn is(&self, there: &Whereabouts<'_>) -> bool {
        let same = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
        same(&self.country, there.country)
            && same(&self.country_code, there.country_code)
            && same(&self.region, there.region)
            && same(&self.city, there.city)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_conditions_must_be_met_and_any_of_their_values_will_do() {
        let there = Whereabouts {
            url: "https://shop.example:80/pricing?x=1",
            country: "Poland",
            country_code: "PL",
            region: "Dolnoslaskie",
            city: "Wroclaw",
        };
        let pattern = |value: &str, exact_match| Pattern { value: value.to_owned(), exact_match };
        let values = |value: &str, exact| Some(Patterns::Values(vec![pattern("never", true), pattern(value, exact)]));
        let but = |value: &str, exact| Some(Patterns::ExcludeValues(vec![pattern(value, exact)]));
        let from = |code: &str, city: Option<&str>| {
            let place =
                Place { country_code: Some(code.to_owned()), city: city.map(str::to_owned), ..Place::default() };
            Some(Places { values: vec![place] })
        };
        let check = |url, domain, geolocation, met| {
            let conditions = Conditions { url, domain, geolocation };
            assert_eq!(conditions.met_by(&there), met, "{conditions:?}");
        };
        check(values("/pricing", false), None, None, true);
        check(values("/pricing", true), None, None, false);
        check(None, values("shop.example", true), None, true);
        check(None, values("example", true), None, false);
        check(None, but("example", false), None, false);
        check(None, but("example", true), None, true);
        check(None, None, from("PL", None), true);
        check(None, None, from("PL", Some("Wroclaw")), true);
        check(None, None, from("PL", Some("Gdansk")), false);
        check(values("/pricing", false), values("other.example", true), from("PL", None), false);
    }
}
