//! All subscriptions of a tenant.

use indexmap::IndexMap;

use super::revision::Subscription;

/// All subscriptions, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(in crate::platform::texter) struct Subscriptions(IndexMap<String, Subscription>);

impl Subscriptions {
    /// Takes one in.
    pub(in crate::platform::texter) fn add(&mut self, subscription: Subscription) {
        self.0.insert(subscription.id.clone(), subscription);
    }

    /// The one with this id.
    pub(in crate::platform::texter) fn get(&self, id: &str) -> Option<&Subscription> {
        self.0.get(id)
    }

    /// The same, to be changed.
    pub(in crate::platform::texter) fn get_mut(&mut self, id: &str) -> Option<&mut Subscription> {
        self.0.get_mut(id)
    }

    /// Forgets the one with this id; whether there was one.
    pub(in crate::platform::texter) fn remove(&mut self, id: &str) -> bool {
        self.0.shift_remove(id).is_some()
    }

    /// All of them.
    pub(in crate::platform::texter) fn iter(&self) -> impl Iterator<Item = &Subscription> {
        self.0.values()
    }

    /// How many there are.
    pub(in crate::platform::texter) fn len(&self) -> usize {
        self.0.len()
    }
}
