//! What is true in a license: the organization, and its chats, threads, events and the people in them.
//!
//! Knows neither calls nor webhooks. Deeds change it one step at a time and publish each step as a [`Fact`].

mod ban;
mod chat;
mod dossier;
mod event;
mod fact;
mod file;
mod library;
mod organization;
mod property;
pub(super) mod registry;
mod thread;
mod visit;

use indexmap::IndexMap;

pub(super) use self::ban::{Ban, Banned, Bans};
pub(super) use self::chat::{Chat, Member, MemberKind};
pub(super) use self::dossier::{Dossier, Facebook, Revision};
pub(super) use self::event::{
    Button, Content, Draft, Element, Event, FormStage, IDLE, Postback, Press, Validity, Visibility,
};
pub(super) use self::fact::{Fact, Reason};
pub(super) use self::file::{File, Files};
pub(super) use self::library::{Audience, Canned, Greeting, Library};
pub(super) use self::organization::{
    Amendment, Conditions, EVERYBODY, Employment, Group, LANGUAGE, Maker, Organization, Pattern, Patterns, Place,
    Places, Priority, Profile, Registration, Role, Rule, StaffKind, Staffer, Standing, Status, Tag, Unregistrable,
    Webhooks, Whereabouts,
};
pub(super) use self::property::{Names, Properties, Subject, assign, remove, set};
pub(super) use self::thread::{Phase, Summary, Thread};
pub(super) use self::visit::{Page, Visit, Visits};
use crate::base::time::VirtualTime;

/// All chats of a license and the customers in them.
#[derive(Clone, Debug)]
pub(super) struct Chats {
    chats: IndexMap<String, Chat>,
    patrons: IndexMap<String, Patron>,
    /// What the next id is made from; it only grows, so that newer ids sort later.
    serial: u64,
}

/// A customer as the license knows them.
#[derive(Clone, Debug)]
pub(super) struct Patron {
    /// The name by which a scenario refers to them.
    pub(super) key: String,
    /// Their id.
    pub(super) id: String,
    /// Their name.
    pub(super) name: String,
    /// Their e-mail address.
    pub(super) email: String,
    /// What else is known about them.
    pub(super) profile: Dossier,
    /// When the license first saw them.
    pub(super) created_at: VirtualTime,
    /// When an agent last wrote to them.
    pub(super) agent_spoke_at: Option<VirtualTime>,
    /// When they last wrote.
    pub(super) spoke_at: Option<VirtualTime>,
    /// When they were on the site.
    pub(super) visits: Visits,
}

impl Patron {
    /// Whether they are on the site, as far as anybody can tell: those who are played are.
    pub(super) fn is_here(&self) -> bool {
        self.visits.is_on() || self.visits.latest().is_none()
    }
}

const BASE: u64 = 36;
/// Ten digits of base 36 of which the first is a letter in the latter half of the alphabet, as in the vendor's samples.
const FIRST_ID: u64 = 28 * BASE.pow(9);
/// Ids lie up to so far apart, so that nobody can count chats by them.
pub(super) const ID_GAP: u64 = BASE.pow(5);

impl Chats {
    /// A license without chats.
    pub(super) fn new() -> Self {
        Self { chats: IndexMap::new(), patrons: IndexMap::new(), serial: FIRST_ID }
    }

    /// The next id, `gap` after the last one.
    pub(super) fn next_id(&mut self, gap: u64) -> String {
        self.serial += gap + 1;
        let mut digits = [0_u8; 10];
        let mut rest = self.serial;
        for digit in digits.iter_mut().rev() {
            let value = u8::try_from(rest % BASE).unwrap_or(0);
            *digit = if value < 10 { b'0' + value } else { b'A' + value - 10 };
            rest /= BASE;
        }
        digits.iter().copied().map(char::from).collect()
    }

    /// A chat.
    pub(super) fn get(&self, id: &str) -> Option<&Chat> {
        self.chats.get(id)
    }

    /// A chat, to be changed.
    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Chat> {
        self.chats.get_mut(id)
    }

    /// All chats, in the order of their beginning.
    pub(super) fn all(&self) -> impl Iterator<Item = &Chat> {
        self.chats.values()
    }

    /// Adds a chat.
    pub(super) fn add(&mut self, chat: Chat) {
        self.chats.insert(chat.id.clone(), chat);
    }

    /// The chat of a customer; there is one at most.
    pub(super) fn of_customer(&self, customer: &str) -> Option<&Chat> {
        self.all().find(|chat| chat.customer().is_some_and(|member| member.id == customer))
    }

    /// In how many active chats an agent or bot is now.
    pub(super) fn load(&self, agent: &str) -> usize {
        self.all().filter(|chat| chat.active().is_some() && chat.present(agent).is_some()).count()
    }

    /// The chats that wait for somebody, longest wait first.
    pub(super) fn queue(&self) -> Vec<&Chat> {
        let since = |chat: &&Chat| match chat.latest().map(|thread| &thread.phase) {
            Some(Phase::Queued(at)) => Some(*at),
            Some(Phase::Open | Phase::Closed) | None => None,
        };
        let mut waiting: Vec<&Chat> = self.all().filter(|chat| since(chat).is_some()).collect();
        waiting.sort_by_key(since);
        waiting
    }

    /// A customer.
    pub(super) fn patron(&self, id: &str) -> Option<&Patron> {
        self.patrons.get(id)
    }

    /// All customers, in the order in which they came.
    pub(super) fn patrons(&self) -> impl Iterator<Item = &Patron> {
        self.patrons.values()
    }

    /// A customer, to be changed.
    pub(super) fn patron_mut(&mut self, id: &str) -> Option<&mut Patron> {
        self.patrons.get_mut(id)
    }

    /// Gets to know a customer, unless they are known; whether they were not.
    pub(super) fn meet(&mut self, patron: Patron) -> bool {
        let known = self.patrons.len();
        self.patrons.entry(patron.id.clone()).or_insert(patron);
        self.patrons.len() > known
    }
}
