//! Checks values that properties have from the beginning.

use indexmap::IndexMap;
use serde_json::Value;

use super::super::model::registry::{Holder, Location, Refused, Registry};
use super::super::model::{Properties, set};
use crate::base::diag::Diagnostic;
use crate::scenario::codes;
use crate::scenario::decode::{Located, Problems};

/// Values by namespace and name.
pub(super) type RawValues = IndexMap<String, IndexMap<String, Located<Value>>>;

/// Gives values to the license or a group, as far as they can be.
pub(super) fn give(registry: &mut Registry, holder: Holder, raw: RawValues, problems: &mut Problems) {
    for (space, names) in raw {
        for (name, value) in names {
            match registry.datum(holder.location(), &space, &name, &value.value) {
                Ok(datum) => registry.give(holder, (&space, &name), datum),
                Err(refused) => problems.push(problem(&space, &name, &value, refused)),
            }
        }
    }
}

/// The properties that customers write where a chat or thread of theirs begins, as far as they can be.
pub(super) fn written(registry: &Registry, place: Location, raw: RawValues, problems: &mut Problems) -> Properties {
    let mut written = Properties::new();
    for (space, names) in raw {
        for (name, value) in names {
            match registry.customers(place, &space, &name, &value.value) {
                Ok(datum) => set(&mut written, &space, &name, datum.value()),
                Err(refused) => problems.push(problem(&space, &name, &value, refused)),
            }
        }
    }
    written
}

fn problem(space: &str, name: &str, value: &Located<Value>, refused: Refused) -> Diagnostic {
    let message = match refused {
        Refused::Unknown => format!("there is no property `{space}.{name}`"),
        Refused::Forbidden | Refused::Exists => format!("customers cannot write `{space}.{name}` here"),
        Refused::Invalid(message) => message,
    };
    Diagnostic::new(&codes::SETUP, value.place, message)
}
