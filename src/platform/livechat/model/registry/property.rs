//! Properties: what values an app may keep where.
//!
//! A [`Datum`] comes from [`Property::datum`] only, so there is none that is not of the property's type and within its
//! bounds.
//!
//! Page: platform.text.com/docs/management/configuration-api#properties.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What values a property has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// Whole numbers of 32 bits.
    Int,
    /// Yes or no.
    Bool,
    /// Texts.
    String,
    /// Texts that can be searched word by word.
    TokenizedString,
    /// Any of these, where the vendor does not say; nobody can register it.
    Any,
}

/// Where properties can have values.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Location {
    /// In chats.
    Chat,
    /// In threads.
    Thread,
    /// In events.
    Event,
    /// In groups.
    Group,
    /// In the license as a whole.
    License,
}

/// Who has rights to a property.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Side {
    /// Agents and bots.
    Agent,
    /// Customers.
    Customer,
}

/// What may be done to a property.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Right {
    /// Reading.
    Read,
    /// Writing.
    Write,
}

/// What may be done to a property, all in all.
pub(crate) type Rights = BTreeSet<Right>;
/// Who may do what, place by place.
pub(crate) type Access = BTreeMap<Location, BTreeMap<Side, Rights>>;

/// A value that fits a property.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Datum {
    /// A number.
    Int(i32),
    /// Yes or no.
    Bool(bool),
    /// A text.
    Text(String),
}

/// Which values of its type a property may have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Bounds {
    /// All of them.
    None,
    /// These only.
    Domain(Vec<Datum>),
    /// Numbers between these two, which belong to it.
    Range(i32, i32),
}

/// A registered property.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Property {
    kind: Kind,
    description: String,
    access: Access,
    bounds: Bounds,
    default: Option<Datum>,
    /// What other apps may do; nothing as long as it is not published.
    public: Rights,
}

/// Why properties or their values cannot be as asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Refused {
    /// There is no such property.
    Unknown,
    /// There is one already.
    Exists,
    /// It belongs to somebody else, or may not be written.
    Forbidden,
    /// Something about it cannot be; a full sentence with the name in it.
    Invalid(String),
}

impl Datum {
    fn read(kind: Kind, value: &Value) -> Option<Self> {
        match kind {
            Kind::Int => value.as_i64().and_then(|number| i32::try_from(number).ok()).map(Self::Int),
            Kind::Bool => value.as_bool().map(Self::Bool),
            Kind::String | Kind::TokenizedString => value.as_str().map(|text| Self::Text(text.to_owned())),
            Kind::Any => [Kind::Int, Kind::Bool, Kind::String].into_iter().find_map(|kind| Self::read(kind, value)),
        }
    }

    /// As it stands in documents.
    pub(crate) fn value(&self) -> Value {
        match self {
            Self::Int(number) => (*number).into(),
            Self::Bool(flag) => (*flag).into(),
            Self::Text(text) => text.as_str().into(),
        }
    }
}

impl Kind {
    /// Those that properties can be registered with.
    pub(crate) const REGISTRABLE: [Self; 4] = [Self::Int, Self::Bool, Self::String, Self::TokenizedString];

    /// The vendor's word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Bool => "bool",
            Self::String => "string",
            Self::TokenizedString => "tokenized_string",
            Self::Any => "int, bool or string",
        }
    }
}

impl Location {
    /// In words, for messages.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Chat => "chats",
            Self::Thread => "threads",
            Self::Event => "events",
            Self::Group => "groups",
            Self::License => "licenses",
        }
    }
}

impl Property {
    /// A property with these rights, which is nobody else's business yet.
    pub(crate) fn new(kind: Kind, description: &str, access: Access) -> Self {
        let description = description.to_owned();
        Self { kind, description, access, bounds: Bounds::None, default: None, public: Rights::new() }
    }

    /// The same with no other values than these.
    ///
    /// # Errors
    /// If one of them is not of the property's type.
    pub(crate) fn with_domain(mut self, values: &[Value]) -> Result<Self, Refused> {
        let wrong = || Refused::Invalid(format!("`domain` must have values of the type {}", self.kind.word()));
        let domain = values.iter().map(|value| Datum::read(self.kind, value)).collect::<Option<Vec<_>>>();
        self.bounds = Bounds::Domain(domain.filter(|domain| !domain.is_empty()).ok_or_else(wrong)?);
        Ok(self)
    }

    /// The same with no other numbers than those from the one to the other.
    ///
    /// # Errors
    /// If the property has no numbers, or there are none in between.
    pub(crate) fn with_range(mut self, from: i32, to: i32) -> Result<Self, Refused> {
        if self.kind != Kind::Int {
            return Err(Refused::Invalid("`range` is for the type int only".to_owned()));
        }
        if from > to {
            return Err(Refused::Invalid("`range.from` must not be greater than `range.to`".to_owned()));
        }
        self.bounds = Bounds::Range(from, to);
        Ok(self)
    }

    /// The same with a value for licenses and groups that have none.
    ///
    /// # Errors
    /// If the value does not fit, or the property is in neither licenses nor groups.
    pub(crate) fn with_default(mut self, value: &Value) -> Result<Self, Refused> {
        let places = [Location::License, Location::Group];
        if !places.iter().any(|place| self.access.contains_key(place)) {
            let message = "`default_value` is for properties of licenses and groups only";
            return Err(Refused::Invalid(message.to_owned()));
        }
        self.default = Some(self.datum("default_value", value)?);
        Ok(self)
    }

    /// The same with these rights for everybody.
    pub(crate) fn published(mut self, rights: &Rights) -> Self {
        self.publish(rights);
        self
    }

    /// Lets other apps do this, too. It cannot be taken back.
    pub(super) fn publish(&mut self, rights: &Rights) {
        self.public.extend(rights);
    }

    /// A value of this property; `name` is what messages call it.
    ///
    /// # Errors
    /// If it is not of the property's type or not within its bounds.
    pub(crate) fn datum(&self, name: &str, value: &Value) -> Result<Datum, Refused> {
        let refuse = |what: String| Refused::Invalid(format!("`{name}` must be {what}"));
        let datum = Datum::read(self.kind, value).ok_or_else(|| refuse(format!("of the type {}", self.kind.word())))?;
        match (&self.bounds, &datum) {
            (Bounds::Domain(domain), datum) if !domain.contains(datum) => Err(refuse("in its domain".to_owned())),
            (Bounds::Range(from, to), Datum::Int(number)) if !(from..=to).contains(&number) => {
                Err(refuse(format!("between {from} and {to}")))
            }
            (Bounds::None | Bounds::Domain(_) | Bounds::Range(..), _) => Ok(datum),
        }
    }

    /// What values it has.
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// What it is for.
    pub(crate) fn description(&self) -> &str {
        &self.description
    }

    /// Who may do what, place by place.
    pub(crate) fn access(&self) -> &Access {
        &self.access
    }

    /// Which values of its type it may have.
    pub(crate) fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// The value of licenses and groups that have none.
    pub(crate) fn default(&self) -> Option<&Datum> {
        self.default.as_ref()
    }

    /// What other apps may do.
    pub(crate) fn public(&self) -> &Rights {
        &self.public
    }

    /// Whether somebody of a side may do this in a place.
    pub(super) fn lets(&self, side: Side, right: Right, place: Location) -> bool {
        let rights = self.access.get(&place).and_then(|sides| sides.get(&side));
        rights.is_some_and(|rights| rights.contains(&right))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn property(kind: Kind) -> Property {
        let agent = BTreeMap::from([(Side::Agent, Rights::from([Right::Read, Right::Write]))]);
        Property::new(kind, "", Access::from([(Location::License, agent)]))
    }

    #[test]
    fn a_value_is_of_the_type_and_within_the_bounds() {
        let check = |property: &Property, value: Value, expected: Result<(), &str>| {
            let found = property.datum("x", &value);
            let expected = expected.map_err(|text| Refused::Invalid(text.to_owned()));
            assert_eq!(found.map(|datum| assert_eq!(datum.value(), value)), expected, "{value}");
        };
        let (int, flag, text) = (property(Kind::Int), property(Kind::Bool), property(Kind::TokenizedString));
        check(&int, json!(-5), Ok(()));
        check(&int, json!(i64::from(i32::MAX) + 1), Err("`x` must be of the type int"));
        check(&int, json!(1.5), Err("`x` must be of the type int"));
        check(&int, json!("1"), Err("`x` must be of the type int"));
        check(&flag, json!(true), Ok(()));
        check(&flag, json!(1), Err("`x` must be of the type bool"));
        check(&text, json!(""), Ok(()));
        check(&text, json!(null), Err("`x` must be of the type tokenized_string"));
        let ranged = int.clone().with_range(1, 3).unwrap();
        check(&ranged, json!(3), Ok(()));
        check(&ranged, json!(4), Err("`x` must be between 1 and 3"));
        let chosen = property(Kind::String).with_domain(&[json!("a"), json!("b")]).unwrap();
        check(&chosen, json!("b"), Ok(()));
        check(&chosen, json!("c"), Err("`x` must be in its domain"));
    }

    #[test]
    fn what_cannot_be_is_no_property() {
        let check = |made: Result<Property, Refused>, expected: &str| {
            assert_eq!(made.unwrap_err(), Refused::Invalid(expected.to_owned()));
        };
        check(property(Kind::Int).with_range(2, 1), "`range.from` must not be greater than `range.to`");
        check(property(Kind::Bool).with_range(0, 1), "`range` is for the type int only");
        check(property(Kind::Int).with_domain(&[json!("a")]), "`domain` must have values of the type int");
        check(property(Kind::Int).with_domain(&[]), "`domain` must have values of the type int");
        check(property(Kind::Int).with_default(&json!("a")), "`default_value` must be of the type int");
        let ranged = property(Kind::Int).with_range(1, 2).unwrap();
        check(ranged.with_default(&json!(3)), "`default_value` must be between 1 and 2");
        let in_chats = Property::new(Kind::Int, "", Access::from([(Location::Chat, BTreeMap::new())]));
        let nowhere = "`default_value` is for properties of licenses and groups only";
        check(in_chats.with_default(&json!(3)), nowhere);
    }

    /// Values of all types, those at the edges among them.
    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-3..4_i32).prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[ab]{0,2}".prop_map(Value::from),
            Just(Value::Null),
            Just(json!([1])),
        ]
    }

    fn kind() -> impl Strategy<Value = Kind> {
        prop_oneof![Just(Kind::Int), Just(Kind::Bool), Just(Kind::String), Just(Kind::TokenizedString), Just(Kind::Any)]
    }

    proptest! {
        #[test]
        fn no_value_gets_in_that_does_not_fit(
            kind in kind(),
            range in proptest::option::of((-3..4_i32, -3..4_i32)),
            domain in proptest::option::of(proptest::collection::vec(value(), 0..4)),
            default in value(),
            value in value(),
        ) {
            let bounded = match (range, &domain) {
                (Some((from, to)), _) => property(kind).with_range(from, to),
                (None, Some(domain)) => property(kind).with_domain(domain),
                (None, None) => Ok(property(kind)),
            };
            let Ok(bounded) = bounded else { return Ok(()) };
            let fits = |value: &Value| {
                let typed = match kind {
                    Kind::Int => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
                    Kind::Bool => value.is_boolean(),
                    Kind::String | Kind::TokenizedString => value.is_string(),
                    Kind::Any => {
                        value.is_string()
                            || value.is_boolean()
                            || value.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
                    }
                };
                let ranged = |(from, to): (i32, i32)| {
                    value.as_i64().is_some_and(|number| i64::from(from) <= number && number <= i64::from(to))
                };
                let chosen = match range {
                    Some(_) => true,
                    None => domain.as_ref().is_none_or(|domain| domain.contains(value)),
                };
                typed && range.is_none_or(ranged) && chosen
            };
            prop_assert_eq!(bounded.datum("x", &value).is_ok(), fits(&value));
            if let Ok(datum) = bounded.datum("x", &value) {
                prop_assert_eq!(datum.value(), value);
            }
            prop_assert_eq!(bounded.with_default(&default).is_ok(), fits(&default));
        }
    }
}
