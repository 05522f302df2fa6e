//! Registering properties, publishing them, and listing those of an app.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::document::Fields;
use super::super::{Outcome, Request, done, nothing};
use crate::platform::cx::Cx;
use crate::platform::livechat::Livechat;
use crate::platform::livechat::codes::{self, Denial};
use crate::platform::livechat::model::registry::{
    Access, Bounds, Datum, Kind, Location, Property, Refused, Registry, Right, Rights, Side,
};

const KINDS: [(&str, Kind); 4] =
    [("int", Kind::Int), ("bool", Kind::Bool), ("string", Kind::String), ("tokenized_string", Kind::TokenizedString)];
const LOCATIONS: [(&str, Location); 5] = [
    ("chat", Location::Chat),
    ("thread", Location::Thread),
    ("event", Location::Event),
    ("group", Location::Group),
    ("license", Location::License),
];
const SIDES: [(&str, Side); 2] = [("agent", Side::Agent), ("customer", Side::Customer)];
const RIGHTS: [(&str, Right); 2] = [("read", Right::Read), ("write", Right::Write)];

impl From<Refused> for Denial {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Unknown => Self::of(codes::NOT_FOUND),
            Refused::Exists => Self::of(codes::ALREADY_EXISTS),
            Refused::Forbidden => Self::of(codes::AUTHORIZATION),
            Refused::Invalid(message) => Self::validation(message),
        }
    }
}

/// `register_property`.
pub(super) fn register_property(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let name = fields.required("name")?;
    let owner = platform.owner(&fields)?;
    let property = read(&fields)?;
    platform.properties.vacant(owner, name).map_err(Denial::from)?;
    platform.admit(cx, request)?;
    platform.properties.register(owner, name, property);
    nothing()
}

/// `unregister_property`. What is published stays: others may count on it.
pub(super) fn unregister_property(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let name = fields.required("name")?;
    let owner = platform.owner(&fields)?;
    let property = platform.properties.find(owner, name).map_err(Denial::from)?;
    if !property.public().is_empty() {
        return Err(Denial::validation("a published property cannot be unregistered").into());
    }
    platform.admit(cx, request)?;
    platform.properties.unregister(owner, name);
    nothing()
}

/// `publish_property`.
pub(super) fn publish_property(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let name = fields.required("name")?;
    let owner = platform.owner(&fields)?;
    let rights = rights(&fields, "access_type")?.ok_or_else(|| fields.missing("access_type"))?;
    if rights.is_empty() {
        return Err(fields.missing("access_type").into());
    }
    platform.properties.find(owner, name).map_err(Denial::from)?;
    platform.admit(cx, request)?;
    platform.properties.publish(owner, name, &rights);
    nothing()
}

/// `list_properties`.
pub(super) fn list_properties(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let owner = platform.owner(&fields)?;
    platform.admit(cx, request)?;
    let shown: Map<String, Value> =
        platform.properties.of(owner).map(|(name, property)| (name.clone(), shown(property))).collect();
    done(&shown)
}

impl Livechat {
    /// The app whose properties a call is about. It has to be named whoever calls, and to be one of this organization;
    /// the vendor's own namespaces are nobody's.
    fn owner<'d>(&self, fields: &Fields<'d>) -> Result<&'d str, Denial> {
        let owner = fields.required("owner_client_id")?;
        match self.is_app(owner) && !Registry::is_built_in(owner) {
            true => Ok(owner),
            false => Err(Denial::of(codes::AUTHORIZATION)),
        }
    }
}

fn read(fields: &Fields<'_>) -> Result<Property, Denial> {
    let word = fields.word("type", &KINDS.map(|(word, _)| word))?.ok_or_else(|| fields.missing("type"))?;
    let kind = KINDS.iter().find(|(known, _)| *known == word).map_or(Kind::String, |(_, kind)| *kind);
    let description = fields.text("description")?.unwrap_or_default();
    let property = Property::new(kind, description, access(&fields.required_object("access")?)?);
    let property = match (fields.list("domain")?, fields.object("range")?) {
        (Some(_), Some(_)) => return Err(Denial::validation("`domain` cannot be used with `range`")),
        (Some(domain), None) => property.with_domain(domain)?,
        (None, Some(range)) => {
            let end = |key| range.integer(key)?.ok_or_else(|| range.missing(key));
            property.with_range(end("from")?, end("to")?)?
        }
        (None, None) => property,
    };
    match fields.get("default_value") {
        Some(value) => Ok(property.with_default(value)?),
        None => Ok(property),
    }
}

/// At least one place, and at least one side in each.
fn access(fields: &Fields<'_>) -> Result<Access, Denial> {
    let mut access = Access::new();
    for (word, location) in LOCATIONS {
        let Some(object) = fields.object(word)? else { continue };
        let mut sides = BTreeMap::new();
        for (word, side) in SIDES {
            if let Some(rights) = rights(&object, word)? {
                sides.insert(side, rights);
            }
        }
        if sides.is_empty() {
            return Err(object.missing("agent"));
        }
        access.insert(location, sides);
    }
    match fields.keys().find(|key| LOCATIONS.iter().all(|(known, _)| known != key)) {
        Some(key) => Err(Denial::validation(format!("`{}` is no place for properties", fields.name(key)))),
        None if access.is_empty() => Err(Denial::validation("`access` must have at least one location")),
        None => Ok(access),
    }
}

fn rights(fields: &Fields<'_>, key: &str) -> Result<Option<Rights>, Denial> {
    let words = fields.words(key, &RIGHTS.map(|(word, _)| word))?;
    let right = |word: &str| RIGHTS.iter().find(|(known, _)| *known == word).map(|(_, right)| *right);
    Ok(words.map(|words| words.into_iter().filter_map(right).collect()))
}

/// A property as lists show it; what it does not have is not there.
fn shown(property: &Property) -> Value {
    let mut shown = Map::new();
    shown.insert("type".to_owned(), property.kind().word().into());
    shown.insert("description".to_owned(), property.description().into());
    let places = LOCATIONS.iter().filter_map(|(word, location)| Some((word, property.access().get(location)?)));
    let sides = |sides: &BTreeMap<Side, Rights>| -> Map<String, Value> {
        let sides = SIDES.iter().filter_map(|(word, side)| Some((word, sides.get(side)?)));
        sides.map(|(word, rights)| ((*word).to_owned(), words(rights))).collect()
    };
    let access: Map<String, Value> =
        places.map(|(word, found)| ((*word).to_owned(), Value::Object(sides(found)))).collect();
    shown.insert("access".to_owned(), Value::Object(access));
    match property.bounds() {
        Bounds::None => {}
        Bounds::Domain(domain) => {
            shown.insert("domain".to_owned(), domain.iter().map(Datum::value).collect());
        }
        Bounds::Range(from, to) => {
            shown.insert("range".to_owned(), json!({"from": from, "to": to}));
        }
    }
    if let Some(default) = property.default() {
        shown.insert("default_value".to_owned(), default.value());
    }
    if !property.public().is_empty() {
        shown.insert("public_access".to_owned(), words(property.public()));
    }
    Value::Object(shown)
}

fn words(rights: &Rights) -> Value {
    RIGHTS.iter().filter(|(_, right)| rights.contains(right)).map(|(word, _)| *word).collect()
}
