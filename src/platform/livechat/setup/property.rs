//! Checks what is said about properties that apps have registered before a scenario begins.

use std::collections::BTreeMap;

use super::super::model::registry::{Access, Kind, Location, Property, Registry, Right, Rights, Side};
use crate::base::diag::Diagnostic;
use crate::record;
use crate::scenario::codes;
use crate::scenario::decode::{Located, Problems, meaning};

record! {
    /// A property that everybody who works there may read and write in chats, threads and events.
    pub(super) struct RawProperty {
        /// Its name.
        name: Located<String>,
        /// `int`, `bool`, `string` or `tokenized_string`.
        r#type: Option<Located<String>>,
        /// The app it belongs to, which is its namespace; the tenant's by default.
        client_id: Option<Located<String>>,
        /// Whether other apps may use it, too.
        public: bool = false,
    }
}

/// The properties of the vendor, and these as far as they can be.
pub(super) fn registry(raw: Vec<RawProperty>, client: &str, problems: &mut Problems) -> Registry {
    let mut registry = Registry::new();
    for raw in raw {
        let (name, place) = (raw.name.value, raw.name.place);
        let kinds = Kind::REGISTRABLE.map(|kind| (kind.word(), kind));
        let kind = meaning(raw.r#type.as_ref(), Kind::String, "type of property", &kinds, problems);
        if let Some(owner) = raw.client_id.as_ref().filter(|owner| Registry::is_built_in(&owner.value)) {
            let message = format!("`{}` is a namespace of the vendor", owner.value);
            let problem = Diagnostic::new(&codes::SETUP, owner.place, message);
            problems.push(problem.help("write the `client_id` of an app"));
        }
        let owner = raw.client_id.map_or_else(|| client.to_owned(), |owner| owner.value);
        if registry.vacant(&owner, &name).is_err() {
            let message = format!("`{name}` stands here for the second time");
            problems.push(Diagnostic::new(&codes::SETUP, place, message).help("give each property its own name"));
        }
        let property = Property::new(kind, "", access());
        let property = if raw.public { property.published(&rights()) } else { property };
        registry.register(&owner, &name, property);
    }
    registry
}

fn rights() -> Rights {
    Rights::from([Right::Read, Right::Write])
}

fn access() -> Access {
    let sides = BTreeMap::from([(Side::Agent, rights()), (Side::Customer, rights())]);
    [Location::Chat, Location::Thread, Location::Event].map(|place| (place, sides.clone())).into()
}
