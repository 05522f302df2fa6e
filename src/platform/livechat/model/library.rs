//! What a license keeps for its customers and agents: greetings, canned responses, phrases, and the domains its chat may
//! stand on.

use std::collections::BTreeMap;

use indexmap::{IndexMap, IndexSet};
use serde_json::{Map, Value};

/// All of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Library {
    /// Greetings.
    pub(crate) greetings: Numbered<Greeting>,
    /// Canned responses.
    pub(crate) canned: Numbered<Canned>,
    /// The domains, in the order in which they were added.
    pub(crate) domains: IndexSet<String>,
    /// Phrases by group and language.
    pub(crate) phrases: BTreeMap<(u64, String), Map<String, Value>>,
}

/// Things that are numbered from one on, in their order. No number is given twice.
#[derive(Clone, Debug)]
pub(crate) struct Numbered<T> {
    entries: IndexMap<u64, T>,
    last: u64,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { entries: IndexMap::new(), last: 0 }
    }
}

impl<T> Numbered<T> {
    /// Adds one and gives its number.
    pub(crate) fn add(&mut self, entry: T) -> u64 {
        self.last += 1;
        self.entries.insert(self.last, entry);
        self.last
    }

    /// All of them with their numbers.
    pub(crate) fn all(&self) -> impl Iterator<Item = (u64, &T)> {
        self.entries.iter().map(|(id, entry)| (*id, entry))
    }

    /// One of them.
    pub(crate) fn get(&self, id: u64) -> Option<&T> {
        self.entries.get(&id)
    }

    /// Puts another one in the place of one that is there.
    pub(crate) fn replace(&mut self, id: u64, entry: T) {
        if let Some(place) = self.entries.get_mut(&id) {
            *place = entry;
        }
    }

    /// Removes one of them.
    pub(crate) fn remove(&mut self, id: u64) {
        self.entries.shift_remove(&id);
    }
}

/// A greeting. Nobody shows it here: customers do not visit pages.
#[derive(Clone, Debug)]
pub(crate) struct Greeting {
    /// `normal` or `announcement`.
    pub(crate) kind: &'static str,
    /// Whether it is shown.
    pub(crate) active: bool,
    /// Its name.
    pub(crate) name: String,
    /// The group that it is for.
    pub(crate) group: u64,
    /// When it is shown. The API checks their shape.
    pub(crate) rules: Vec<Value>,
    /// From when on.
    pub(crate) active_from: Option<String>,
    /// Until when.
    pub(crate) active_until: Option<String>,
    /// Properties; opaque.
    pub(crate) properties: Option<Value>,
    /// What it shows; opaque.
    pub(crate) rich_message: Option<Value>,
}

/// A canned response.
#[derive(Clone, Debug)]
pub(crate) struct Canned {
    /// The text.
    pub(crate) text: String,
    /// The words that agents find it by.
    pub(crate) tags: Vec<String>,
    /// The group it is for.
    pub(crate) group: u64,
    /// Who sees it.
    pub(crate) audience: Audience,
}

/// Who sees a canned response.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Audience {
    /// The group.
    Group,
    /// The agent or bot who made it.
    Author(String),
}

impl Canned {
    /// Whether somebody sees it.
    pub(crate) fn is_for(&self, id: &str) -> bool {
        match &self.audience {
            Audience::Group => true,
            Audience::Author(author) => author == id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_never_given_twice() {
        let mut numbered = Numbered::default();
        assert_eq!([numbered.add('a'), numbered.add('b')], [1, 2]);
        numbered.remove(2);
        numbered.replace(2, 'x');
        assert_eq!(numbered.add('c'), 3);
        numbered.replace(1, 'y');
        assert_eq!(numbered.all().collect::<Vec<_>>(), [(1, &'y'), (3, &'c')]);
        assert_eq!((numbered.get(1), numbered.get(2)), (Some(&'y'), None));
    }
}
