//! All chats of a tenant, in the order in which they began.

use indexmap::IndexMap;

use super::channel::Channel;
use super::chat::{Chat, Contact};

/// All chats.
#[derive(Clone, Debug, Default)]
pub(in crate::platform::texter) struct Chats(IndexMap<String, Chat>);

impl Chats {
    /// Takes in a chat that has just begun.
    pub(in crate::platform::texter) fn open(&mut self, chat: Chat) {
        self.0.insert(chat.id.clone(), chat);
    }

    /// The chat with this id.
    pub(in crate::platform::texter) fn get(&self, id: &str) -> Option<&Chat> {
        self.0.get(id)
    }

    /// The same, to be changed.
    pub(in crate::platform::texter) fn get_mut(&mut self, id: &str) -> Option<&mut Chat> {
        self.0.get_mut(id)
    }

    /// The chat with a contact.
    pub(in crate::platform::texter) fn with(&self, contact: &Contact) -> Option<&Chat> {
        self.0.values().find(|chat| chat.contact == *contact)
    }

    /// All of them.
    pub(in crate::platform::texter) fn iter(&self) -> impl DoubleEndedIterator<Item = &Chat> {
        self.0.values()
    }

    /// Those with contacts who are known by this number, whatever the channel.
    pub(in crate::platform::texter) fn with_phone<'c>(&'c self, phone: &'c str) -> impl Iterator<Item = &'c Chat> {
        self.iter().filter(move |chat| chat.contact.channel.has_phones() && chat.contact.id == phone)
    }

    /// Takes a label off all chats.
    pub(in crate::platform::texter) fn forget_label(&mut self, label: &str) {
        self.0.values_mut().for_each(|chat| chat.labels.retain(|own| own != label));
    }

    /// The chats of one person.
    pub(in crate::platform::texter) fn of_person<'c>(&'c self, person: &'c str) -> impl Iterator<Item = &'c Chat> {
        self.iter().filter(move |chat| chat.person == person)
    }

    /// The chat with a contact who is known by these.
    pub(in crate::platform::texter) fn find(&self, channel: Channel, account: &str, id: &str) -> Option<&Chat> {
        let contact = Contact { channel, id: id.to_owned(), account: account.to_owned() };
        self.with(&contact)
    }
}
