//! All properties of the vendor and of a license's apps, and the values that the license and its groups have. Chats,
//! threads and events keep their own values.
//!
//! Inferred, as no page lists the errors of single methods: which refusal is for what, that a property is looked for
//! before its value is looked at, and that values go with the property when it is unregistered.

mod built_in;
mod property;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use indexmap::IndexMap;
use serde_json::{Map, Value};

pub(crate) use self::built_in::{AUTO_SUMMARY, MANUAL_ROUTING, Name};
use super::property::Properties;

pub(crate) use self::property::{Access, Bounds, Datum, Kind, Location, Property, Refused, Right, Rights, Side};

/// What has values of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Holder {
    /// The license.
    License,
    /// A group.
    Group(u64),
}

impl Holder {
    /// As a place for properties.
    pub(crate) fn location(self) -> Location {
        match self {
            Self::License => Location::License,
            Self::Group(_) => Location::Group,
        }
    }
}

/// Whoever wants to read or write values.
pub(crate) struct Asker<'a> {
    /// Whether a namespace is theirs.
    pub(crate) owns: &'a dyn Fn(&str) -> bool,
    /// Whose namespaces their token is good for.
    pub(crate) reach: Reach,
    /// On whose side they are.
    pub(crate) side: Side,
}

/// Whose namespaces a token is good for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reach {
    /// The asker's own.
    Own,
    /// Those, and what others have published.
    Published,
}

impl Asker<'_> {
    fn may(&self, right: Right, namespace: &str, property: &Property) -> bool {
        (self.owns)(namespace) || (self.reach == Reach::Published && property.public().contains(&right))
    }
}

/// Names of properties, in the order in which they were asked for, each with what is wanted of it.
#[derive(Debug)]
pub(crate) struct Checked<T>(Vec<((String, String), T)>);

/// All properties, and the values in the license and its groups.
#[derive(Clone, Debug)]
pub(crate) struct Registry {
    /// The namespaces. Most tenants change none of the vendor's, so all tenants share them until one does.
    spaces: Arc<IndexMap<String, Arc<Space>>>,
    values: BTreeMap<Holder, IndexMap<(String, String), Datum>>,
}

/// What is in a namespace.
#[derive(Clone, Debug, Default)]
struct Space {
    /// The properties that have a name.
    named: IndexMap<String, Property>,
    /// What all other names stand for, where any name will do.
    others: Option<Property>,
}

impl Registry {
    /// The properties that every license has.
    pub(crate) fn new() -> Self {
        static BUILT_IN: LazyLock<Arc<IndexMap<String, Arc<Space>>>> = LazyLock::new(|| Arc::new(built_in::spaces()));
        Self { spaces: Arc::clone(&BUILT_IN), values: BTreeMap::new() }
    }

    /// A namespace that is going to change.
    fn space(&mut self, name: &str) -> &mut Space {
        Arc::make_mut(Arc::make_mut(&mut self.spaces).entry(name.to_owned()).or_default())
    }

    /// Whether a namespace is the vendor's own.
    pub(crate) fn is_built_in(namespace: &str) -> bool {
        built_in::NAMESPACES.contains(&namespace)
    }

    /// The properties of an app, in the order of their registration.
    pub(crate) fn of(&self, owner: &str) -> impl Iterator<Item = (&String, &Property)> {
        self.spaces.get(owner).into_iter().flat_map(|space| &space.named)
    }

    /// Whether a property could be registered.
    ///
    /// # Errors
    /// If the app has one of this name.
    pub(crate) fn vacant(&self, owner: &str, name: &str) -> Result<(), Refused> {
        match self.find(owner, name) {
            Ok(_) => Err(Refused::Exists),
            Err(_) => Ok(()),
        }
    }

    /// Adds a property, unless the app has one of this name.
    pub(crate) fn register(&mut self, owner: &str, name: &str, property: Property) {
        self.space(owner).named.entry(name.to_owned()).or_insert(property);
    }

    /// A property.
    ///
    /// # Errors
    /// If there is none of this name.
    pub(crate) fn find(&self, namespace: &str, name: &str) -> Result<&Property, Refused> {
        let space = self.spaces.get(namespace).ok_or(Refused::Unknown)?;
        space.named.get(name).or(space.others.as_ref()).ok_or(Refused::Unknown)
    }

    /// Lets other apps do this, too. It cannot be taken back.
    pub(crate) fn publish(&mut self, owner: &str, name: &str, rights: &Rights) {
        if self.find(owner, name).is_err() {
            return;
        }
        if let Some(property) = self.space(owner).named.get_mut(name) {
            property.publish(rights);
        }
    }

    /// Removes a property that is not published, with all its values.
    pub(crate) fn unregister(&mut self, owner: &str, name: &str) {
        if self.find(owner, name).is_ok_and(|property| property.public().is_empty()) {
            self.space(owner).named.shift_remove(name);
            let key = (owner.to_owned(), name.to_owned());
            self.values.values_mut().for_each(|values| {
                values.shift_remove(&key);
            });
        }
    }

    /// Checks values that somebody wants to write.
    ///
    /// # Errors
    /// If one of the properties does not exist or may not be written, or a value does not fit.
    pub(crate) fn check(
        &self,
        holder: Holder,
        asker: &Asker<'_>,
        wanted: &Map<String, Value>,
    ) -> Result<Checked<Datum>, Refused> {
        let mut checked = Vec::new();
        for (namespace, values) in wanted {
            for (name, value) in values.as_object().into_iter().flatten() {
                let property = self.writable(holder.location(), asker, namespace, name)?;
                let datum = property.datum(&format!("properties.{namespace}.{name}"), value)?;
                checked.push(((namespace.clone(), name.clone()), datum));
            }
        }
        Ok(Checked(checked))
    }

    /// Checks names of values that somebody wants to delete.
    ///
    /// # Errors
    /// If one of the properties does not exist or may not be written.
    pub(crate) fn check_names(
        &self,
        holder: Holder,
        asker: &Asker<'_>,
        wanted: &[(String, Vec<String>)],
    ) -> Result<Checked<()>, Refused> {
        let mut checked = Vec::new();
        for (namespace, names) in wanted {
            for name in names {
                self.writable(holder.location(), asker, namespace, name)?;
                checked.push(((namespace.clone(), name.clone()), ()));
            }
        }
        Ok(Checked(checked))
    }

    /// A property whose values somebody wants to write or delete somewhere.
    ///
    /// # Errors
    /// If it does not exist, has no values there, or may not be written.
    pub(crate) fn writable(
        &self,
        place: Location,
        asker: &Asker<'_>,
        space: &str,
        name: &str,
    ) -> Result<&Property, Refused> {
        let property = match self.find(space, name) {
            // Whoever may not look into a namespace does not learn what is in there.
            Err(_) if !(asker.owns)(space) && !Self::is_built_in(space) => return Err(Refused::Forbidden),
            found => found?,
        };
        if !asker.may(Right::Write, space, property) {
            return Err(Refused::Forbidden);
        }
        if !property.access().contains_key(&place) {
            return Err(elsewhere(&format!("properties.{space}.{name}"), place));
        }
        if property.lets(asker.side, Right::Write, place) { Ok(property) } else { Err(Refused::Forbidden) }
    }

    /// A value of a property that has values in a place, whoever may write them.
    ///
    /// # Errors
    /// If the property does not exist or has no values there, or the value does not fit.
    pub(crate) fn datum(&self, place: Location, space: &str, name: &str, value: &Value) -> Result<Datum, Refused> {
        let (property, full) = (self.find(space, name)?, format!("{space}.{name}"));
        match property.access().contains_key(&place) {
            true => property.datum(&full, value),
            false => Err(elsewhere(&full, place)),
        }
    }

    /// A value that customers can write in a place.
    ///
    /// # Errors
    /// If the property does not exist or customers cannot write it there, or the value does not fit.
    pub(crate) fn customers(&self, place: Location, space: &str, name: &str, value: &Value) -> Result<Datum, Refused> {
        let datum = self.datum(place, space, name, value)?;
        match self.find(space, name)?.lets(Side::Customer, Right::Write, place) {
            true => Ok(datum),
            false => Err(Refused::Forbidden),
        }
    }

    /// Those of some values that a side may read in a place.
    pub(crate) fn readable(&self, side: Side, place: Location, values: &Properties) -> Properties {
        let mut readable = values.clone();
        for (space, names) in &mut readable {
            if let Value::Object(names) = names {
                let lets = |name: &str| self.find(space, name).is_ok_and(|found| found.lets(side, Right::Read, place));
                names.retain(|name, _| lets(name));
            }
        }
        readable.retain(|_, names| names.as_object().is_some_and(|names| !names.is_empty()));
        readable
    }

    /// Gives a value to the license or a group, beside those that are there.
    pub(crate) fn give(&mut self, holder: Holder, (space, name): (&str, &str), datum: Datum) {
        self.values.entry(holder).or_default().insert((space.to_owned(), name.to_owned()), datum);
    }

    /// The value of the license or a group, or the one by default.
    pub(crate) fn value(&self, holder: Holder, (space, name): Name) -> Option<&Datum> {
        let stored = self.values.get(&holder).and_then(|values| values.get(&(space.to_owned(), name.to_owned())));
        stored.or_else(|| self.find(space, name).ok()?.default())
    }

    /// Writes values beside those that are there.
    pub(crate) fn set(&mut self, holder: Holder, checked: Checked<Datum>) {
        self.values.entry(holder).or_default().extend(checked.0);
    }

    /// Removes values; what has a default value has that from then on.
    pub(crate) fn delete(&mut self, holder: Holder, checked: &Checked<()>) {
        let values = self.values.entry(holder).or_default();
        for (key, ()) in &checked.0 {
            values.shift_remove(key);
        }
    }

    /// The values that somebody may read, namespace by namespace, those by default included.
    pub(crate) fn list(&self, holder: Holder, asker: &Asker<'_>, filter: &Filter<'_>) -> Map<String, Value> {
        let values = self.values.get(&holder);
        let mut out = Map::new();
        for (namespace, properties) in self.spaces.iter().filter(|(space, _)| filter.takes_space(space)) {
            let mut space = Map::new();
            for (name, property) in properties.named.iter().filter(|(name, _)| name.starts_with(filter.name_prefix)) {
                let readable = asker.may(Right::Read, namespace, property)
                    && property.lets(asker.side, Right::Read, holder.location());
                let stored = values.and_then(|values| values.get(&(namespace.clone(), name.clone())));
                if let Some(datum) = stored.or(property.default()).filter(|_| readable) {
                    space.insert(name.clone(), datum.value());
                }
            }
            if !space.is_empty() {
                out.insert(namespace.clone(), Value::Object(space));
            }
        }
        out
    }
}

fn elsewhere(name: &str, place: Location) -> Refused {
    Refused::Invalid(format!("`{name}` is no property of {}", place.noun()))
}

/// Which values are wanted.
pub(crate) struct Filter<'f> {
    /// Those of this namespace, or of all.
    pub(crate) namespace: Option<&'f str>,
    /// Those whose name begins so.
    pub(crate) name_prefix: &'f str,
}

impl Filter<'_> {
    fn takes_space(&self, namespace: &str) -> bool {
        self.namespace.is_none_or(|wanted| wanted == namespace)
    }
}
