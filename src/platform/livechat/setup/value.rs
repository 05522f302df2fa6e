//! Checks values that properties have from the beginning.

use indexmap::IndexMap;
use serde_json::Value;

use super::super::model::registry::{Holder, Refused, Registry};
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

fn problem(space: &str, name: &str, value: &Located<Value>, refused: Refused) -> Diagnostic {
    let message = match refused {
        Refused::Unknown => format!("there is no property `{space}.{name}`"),
        Refused::Forbidden | Refused::Exists => format!("`{space}.{name}` cannot be set"),
        Refused::Invalid(message) => message,
    };
    Diagnostic::new(&codes::SETUP, value.place, message)
}
