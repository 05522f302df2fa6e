//! Who works in a license and what it has registered. Opened from the set-up, and changed by the Configuration API.

mod staffer;
mod webhook;

use std::collections::BTreeMap;

use indexmap::IndexMap;

pub(crate) use self::staffer::{EVERYBODY, Priority, StaffKind, Staffer, Status};
pub(crate) use self::webhook::{Registration, Unregistrable, Webhooks};

/// The organization behind a license.
#[derive(Debug)]
pub(crate) struct Organization {
    /// Agents and bots by id, in the order in which they came.
    staff: IndexMap<String, Staffer>,
    /// The names of the groups by number.
    groups: BTreeMap<u64, String>,
    /// The registered webhooks.
    pub(crate) webhooks: Webhooks,
}

impl Organization {
    /// An organization with these people, groups and webhooks.
    pub(crate) fn new(staff: IndexMap<String, Staffer>, groups: BTreeMap<u64, String>, webhooks: Webhooks) -> Self {
        Self { staff, groups, webhooks }
    }

    /// All agents and bots, in the order in which they came.
    pub(crate) fn staff(&self) -> impl Iterator<Item = &Staffer> {
        self.staff.values()
    }

    /// The agent or bot with this id.
    pub(crate) fn staffer(&self, id: &str) -> Option<&Staffer> {
        self.staff.get(id)
    }

    /// The agent or bot with this id or, for bots, this name.
    pub(crate) fn staffer_called(&self, word: &str) -> Option<&Staffer> {
        self.staffer(word).or_else(|| {
            self.staff().find(|staffer| staffer.name == word && matches!(staffer.kind, StaffKind::Bot { .. }))
        })
    }

    /// The bots of an app.
    pub(crate) fn bots_of<'o>(&'o self, client: &'o str) -> impl Iterator<Item = &'o Staffer> {
        self.staff().filter(move |staffer| matches!(&staffer.kind, StaffKind::Bot { owner } if owner == client))
    }

    /// The numbers of the groups.
    pub(crate) fn groups(&self) -> impl Iterator<Item = u64> {
        self.groups.keys().copied()
    }

    /// The name of a group, if there is one with this number.
    pub(crate) fn group(&self, id: u64) -> Option<&str> {
        self.groups.get(&id).map(String::as_str)
    }

    /// The group with this name or number.
    pub(crate) fn group_called(&self, word: &str) -> Option<u64> {
        let named = self.groups.iter().find(|(_, name)| *name == word).map(|(id, _)| *id);
        named.or_else(|| word.parse().ok().filter(|id| self.groups.contains_key(id)))
    }
}
