//! The truth of a tenant: its chats and its people. Knows no wire format and sends nothing; what changed is returned as
//! facts.

pub(super) mod channel;
pub(super) mod chat;
pub(super) mod message;
pub(super) mod state;
pub(super) mod user;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;

use self::channel::Channel;
use self::chat::{Chat, Opening};
use self::state::{Impossible, State};
use crate::base::time::VirtualTime;

/// The platform's id of a chat. Cheap to copy, because an id outlives the moment a chat is looked at.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct ChatId(Arc<str>);

impl ChatId {
    /// An id with this text.
    pub(super) fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The text of it.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for ChatId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// The login of an agent or a virtual agent.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Login(Arc<str>);

impl Login {
    /// A login with this text.
    pub(super) fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The text of it.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for Login {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// The number of a team.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, schemars::JsonSchema)]
#[serde(transparent)]
pub(super) struct TeamId(pub(super) u32);

impl TeamId {
    /// The number that a text consists of: digits and nothing else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok().map(Self)).flatten()
    }
}

impl fmt::Display for TeamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The platform's number for a customer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, schemars::JsonSchema)]
#[serde(transparent)]
pub(super) struct CustomerNumber(u64);

impl fmt::Display for CustomerNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The business's address on a channel. A number only where the tenant has it as a number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum AssetId {
    /// A number.
    Number(i64),
    /// Anything else.
    Text(String),
}

impl fmt::Display for AssetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// All chats of a tenant, and the customers who have them.
#[derive(Clone, Debug, Default)]
pub(super) struct Chats {
    by_id: IndexMap<ChatId, Chat>,
    /// Places in `by_id`; of chats with the same alias, the one that got it last.
    by_alias: HashMap<String, usize>,
    /// By address on a channel.
    customers: HashMap<(Channel, String), CustomerNumber>,
}

/// Where a chat is kept. Chats are never removed, so it stays good.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct ChatKey(usize);

impl Chats {
    /// The number of the first customer; those after count up.
    const FIRST_CUSTOMER: u64 = 90_210;

    /// Whether a chat has this id.
    pub(super) fn has(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    /// Begins a chat under an id that no chat has yet.
    pub(super) fn open(&mut self, id: ChatId, now: VirtualTime, about: Opening) -> ChatKey {
        let next = CustomerNumber(Self::FIRST_CUSTOMER + self.customers.len() as u64);
        let address = (about.channel, about.destination.clone());
        let contact = *self.customers.entry(address).or_insert(next);
        let alias = about.alias.clone();
        let (place, _) = self.by_id.insert_full(id.clone(), Chat::open(id, contact, now, about));
        self.index(alias, place);
        ChatKey(place)
    }

    /// The chat with this id, or else with this alias.
    pub(super) fn find(&self, reference: &str) -> Option<ChatKey> {
        let place = self.by_id.get_index_of(reference).or_else(|| self.by_alias.get(reference).copied());
        place.map(ChatKey)
    }

    /// The chat kept there.
    pub(super) fn at(&self, key: ChatKey) -> &Chat {
        &self.by_id[key.0]
    }

    /// The chat kept there, to be changed.
    pub(super) fn at_mut(&mut self, key: ChatKey) -> &mut Chat {
        &mut self.by_id[key.0]
    }

    /// All chats, the latest first. Time never goes back, so that is also the order of when they began.
    pub(super) fn latest_first(&self) -> impl Iterator<Item = &Chat> {
        self.by_id.values().rev()
    }

    /// How many chats everybody has who has any. A closed chat is nobody's any more.
    pub(super) fn held(&self) -> HashMap<&Login, u32> {
        let mut held = HashMap::new();
        for holder in self.by_id.values().filter_map(|chat| chat.state().holder()) {
            *held.entry(holder).or_default() += 1;
        }
        held
    }

    /// How many chats somebody holds. Looks at every chat there ever was, so it is for tenants with limits only.
    pub(super) fn held_by(&self, login: &Login) -> usize {
        self.by_id.values().filter(|chat| chat.state().holder() == Some(login)).count()
    }

    /// The chat that began first, of those that wait and fit.
    pub(super) fn oldest_waiting(&self, fits: impl Fn(&Chat) -> bool) -> Option<ChatKey> {
        let place = self.by_id.values().position(|chat| *chat.state() == State::Queued && fits(chat));
        place.map(ChatKey)
    }

    /// Gives a chat another alias, by which it is found from now on.
    ///
    /// # Errors
    /// If the chat is closed.
    pub(super) fn rename(&mut self, key: ChatKey, now: VirtualTime, alias: String) -> Result<(), Impossible> {
        let chat = &mut self.by_id[key.0];
        chat.ensure_open()?;
        if self.by_alias.get(&chat.about().alias) == Some(&key.0) {
            self.by_alias.remove(&chat.about().alias);
        }
        let old = chat.about().alias.clone();
        chat.rename(now, alias.clone());
        // Of those that still have the alias, the latest is found by it.
        if !old.is_empty() && !self.by_alias.contains_key(&old) {
            let heir = self.by_id.values().rposition(|chat| chat.about().alias == old);
            self.by_alias.extend(heir.map(|place| (old, place)));
        }
        self.index(alias, key.0);
        Ok(())
    }

    fn index(&mut self, alias: String, place: usize) {
        if !alias.is_empty() {
            self.by_alias.insert(alias, place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(alias: &str, destination: &str) -> Opening {
        Opening {
            team: TeamId(672),
            channel: Channel::Livechat,
            asset: AssetId::Text("im15102452".to_owned()),
            destination: destination.to_owned(),
            name: String::new(),
            alias: alias.to_owned(),
            subject: String::new(),
            thread: String::new(),
            flag: String::new(),
            tags: Vec::new(),
            route_params: chat::Freeform::new(),
            other_details: chat::Freeform::new(),
        }
    }

    #[test]
    fn a_chat_is_found_by_its_id_and_by_its_latest_alias() {
        let mut chats = Chats::default();
        let now = VirtualTime::OPENING;
        let first = chats.open(ChatId::new("CSR1"), now, opening("order", "d1"));
        let second = chats.open(ChatId::new("CSR2"), now, opening("", "d2"));
        assert_eq!(chats.find("CSR1"), Some(first));
        assert_eq!(chats.find("order"), Some(first));
        assert_eq!(chats.find(""), None);
        chats.rename(first, now, "other".to_owned()).unwrap();
        assert_eq!(chats.find("order"), None);
        chats.rename(second, now, "other".to_owned()).unwrap();
        assert_eq!(chats.find("other"), Some(second));
        chats.rename(first, now, String::new()).unwrap();
        assert_eq!(chats.find("other"), Some(second));
        chats.rename(first, now, "other".to_owned()).unwrap();
        chats.rename(first, now, "own".to_owned()).unwrap();
        assert_eq!(chats.find("other"), Some(second), "who still has the alias is found by it again");
    }

    #[test]
    fn a_customer_keeps_their_number() {
        let mut chats = Chats::default();
        let now = VirtualTime::OPENING;
        let keys = ["d1", "d2", "d1"].map(|to| {
            let id = ChatId::new(&format!("CSR{}", chats.by_id.len()));
            chats.open(id, now, opening("", to))
        });
        let numbers = keys.map(|key| chats.at(key).contact().0);
        assert_eq!(numbers, [90_210, 90_211, 90_210]);
    }
}
