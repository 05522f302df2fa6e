//! The properties that every license has, and which of them agents and bots can change.
//!
//! Page: platform.text.com/docs/messaging/references/default-properties. The levels at which the page lets agents write
//! are not all published; where they are not, every level is open. That agents can read all of them everywhere in chats
//! is inferred, as reading is never refused here.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::Space;
use super::property::{Access, Kind, Location, Property, Right, Rights, Side};

/// The vendor's own namespaces; nothing in them can be registered. Of some only the names are published.
pub(super) const NAMESPACES: &[&str] = &[
    "test",
    "routing",
    "source",
    "rating",
    "chats",
    "lc2",
    "core",
    "translation",
    "url_details",
    "statistics",
    "status",
    "limits",
    "monitoring",
    "smart_actions",
    "ecommerce",
];

/// A property that every license has.
struct Row {
    /// Its namespace.
    namespace: &'static str,
    /// Its name; nothing for all names of the namespace.
    name: Option<&'static str>,
    /// What its value is.
    kind: Kind,
    /// Where it can be read.
    readable: &'static [Location],
    /// Where agents and bots can change it.
    writable: &'static [Location],
    /// Where customers can.
    customers: &'static [Location],
}

/// A property by its namespace and name.
pub(crate) type Name = (&'static str, &'static str);

/// Whether threads are summed up when they are closed.
pub(crate) const AUTO_SUMMARY: Name = ("chats", "auto_summary_enabled");
/// Whether people look for their chats themselves, and the router gives them none.
pub(crate) const MANUAL_ROUTING: Name = ("chats", "manual_routing");

const NOWHERE: &[Location] = &[];
const CHATS: &[Location] = &[Location::Chat];
const THREADS: &[Location] = &[Location::Thread];
const EVENTS: &[Location] = &[Location::Event];
const LICENSE: &[Location] = &[Location::License];
const LICENSE_AND_GROUPS: &[Location] = &[Location::License, Location::Group];
/// Everywhere that has to do with chats.
const TALK: &[Location] = &[Location::Chat, Location::Thread, Location::Event];
const EVERYWHERE: &[Location] =
    &[Location::Chat, Location::Thread, Location::Event, Location::Group, Location::License];

const fn row(namespace: &'static str, name: &'static str, kind: Kind, writable: &'static [Location]) -> Row {
    // Where pages say nothing about customers they may do what agents may.
    Row { namespace, name: Some(name), kind, readable: TALK, writable, customers: writable }
}

/// Something about how the license, or a group, works. Pages name it without saying who may change it; that whoever may
/// change values of the license or group at all may is inferred, since there is nobody else here to do it.
const fn setting((namespace, name): Name, places: &'static [Location]) -> Row {
    Row { namespace, name: Some(name), kind: Kind::Bool, readable: places, writable: places, customers: NOWHERE }
}

const ROWS: &[Row] = &[
    row("test", "bool_property", Kind::Bool, EVERYWHERE),
    row("test", "int_property", Kind::Int, EVERYWHERE),
    row("test", "string_property", Kind::String, EVERYWHERE),
    row("test", "tokenized_string_property", Kind::TokenizedString, EVERYWHERE),
    row("routing", "continuous", Kind::Bool, NOWHERE),
    row("routing", "pinned", Kind::Bool, CHATS),
    row("routing", "was_pinned", Kind::Bool, NOWHERE),
    row("routing", "idle", Kind::Bool, NOWHERE),
    row("routing", "unassigned", Kind::Bool, NOWHERE),
    row("routing", "unreplied", Kind::Bool, NOWHERE),
    row("routing", "last_transfer_timestamp", Kind::Int, NOWHERE),
    row("routing", "ignore_agents_routing", Kind::Bool, TALK),
    row("routing", "referrer", Kind::String, NOWHERE),
    row("routing", "start_url", Kind::String, NOWHERE),
    row("routing", "transcript_email", Kind::String, NOWHERE).customers(TALK),
    row("routing", "offline_message", Kind::Bool, NOWHERE).customers(TALK),
    row("routing", "email_follow_up", Kind::Bool, NOWHERE).customers(TALK),
    row("routing", "ignore_bots", Kind::Bool, NOWHERE).customers(THREADS),
    row("source", "client_id", Kind::String, NOWHERE),
    row("source", "customer_client_id", Kind::String, NOWHERE),
    // Customers write these; the pages of the Agent Chat API show agents doing so, too.
    row("rating", "score", Kind::Int, TALK),
    row("rating", "comment", Kind::String, TALK),
    row("lc2", "form_type", Kind::String, TALK),
    row("lc2", "greeting_id", Kind::Any, TALK),
    row("lc2", "greeting_unique_id", Kind::Any, TALK),
    row("lc2", "welcome_message", Kind::Any, TALK),
    row("lc2", "file_safety_confirmation", Kind::Any, TALK),
    row("chats", "formatting", Kind::String, EVENTS),
    row("chats", "resolved", Kind::Bool, NOWHERE),
    row("chats", "welcome_message_source", Kind::String, THREADS),
    setting(AUTO_SUMMARY, LICENSE),
    setting(MANUAL_ROUTING, LICENSE_AND_GROUPS),
    row("status", "delivered", Kind::Bool, EVENTS),
    Row { namespace: "url_details", name: None, kind: Kind::Any, readable: TALK, writable: EVENTS, customers: EVENTS },
    Row { namespace: "translation", name: None, kind: Kind::Any, readable: TALK, writable: EVENTS, customers: EVENTS },
];

/// The properties, namespace by namespace.
pub(super) fn spaces() -> IndexMap<String, Arc<Space>> {
    let mut spaces: IndexMap<String, Space> = IndexMap::new();
    for row in ROWS {
        let space = spaces.entry(row.namespace.to_owned()).or_default();
        match row.name {
            Some(name) => {
                space.named.insert(name.to_owned(), row.property());
            }
            None => space.others = Some(row.property()),
        }
    }
    spaces.into_iter().map(|(name, space)| (name, Arc::new(space))).collect()
}

impl Row {
    /// The same, but only customers can change it.
    const fn customers(self, places: &'static [Location]) -> Self {
        Self { writable: NOWHERE, customers: places, ..self }
    }

    /// The property, which is everybody's: where it can be changed is a matter of place and side alone.
    fn property(&self) -> Property {
        let all = Rights::from([Right::Read, Right::Write]);
        let rights = |writable: &[Location], place: &Location| match writable.contains(place) {
            true => all.clone(),
            false => Rights::from([Right::Read]),
        };
        let sides = |place: &Location| {
            let (agents, customers) = (rights(self.writable, place), rights(self.customers, place));
            (*place, BTreeMap::from([(Side::Agent, agents), (Side::Customer, customers)]))
        };
        let places = [self.readable, self.writable, self.customers].concat();
        let access: Access = places.iter().map(sides).collect();
        Property::new(self.kind, "", access).published(&all)
    }
}
