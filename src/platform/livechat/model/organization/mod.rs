//! Who works in a license and what is configured there. Opened from the set-up, and changed by the Configuration API.
//!
//! Whoever changes it has checked that what the change refers to exists; what refers to something that goes, goes with it.

mod access;
mod amendment;
mod staffer;
mod tag;
mod webhook;

use std::collections::BTreeMap;

use indexmap::IndexMap;

pub(crate) use self::access::{Conditions, Pattern, Patterns, Place, Places, Rule, Whereabouts};
pub(crate) use self::amendment::Amendment;
pub(crate) use self::staffer::{
    EVERYBODY, Employment, Maker, Priority, Profile, Role, StaffKind, Staffer, Standing, Status,
};
pub(crate) use self::tag::Tag;
pub(crate) use self::webhook::{Registration, Unregistrable, Webhooks};

/// The organization behind a license.
#[derive(Clone, Debug)]
pub(crate) struct Organization {
    /// Agents and bots by id, in the order in which they came.
    staff: IndexMap<String, Staffer>,
    /// What bots are made from, by the ids that these bots will have.
    templates: IndexMap<String, Staffer>,
    groups: BTreeMap<u64, Group>,
    /// The number of the next group; none is given twice.
    next_group: u64,
    /// In the order in which they were made.
    tags: Vec<Tag>,
    /// In the order in which they are tried.
    rules: Vec<Rule>,
    /// The registered webhooks.
    pub(crate) webhooks: Webhooks,
}

/// A group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Group {
    /// Its name.
    pub(crate) name: String,
    /// The language that its customers are spoken to in.
    pub(crate) language_code: String,
}

/// The language of groups that say nothing about it.
pub(crate) const LANGUAGE: &str = "en";

impl Organization {
    /// An organization with these people, groups and webhooks.
    pub(crate) fn new(staff: IndexMap<String, Staffer>, groups: &BTreeMap<u64, String>, webhooks: Webhooks) -> Self {
        let group = |name: &String| Group { name: name.clone(), language_code: LANGUAGE.to_owned() };
        let groups: BTreeMap<u64, Group> = groups.iter().map(|(id, name)| (*id, group(name))).collect();
        let next_group = groups.keys().last().map_or(EVERYBODY, |last| last.saturating_add(1));
        Self { staff, templates: IndexMap::new(), groups, next_group, tags: Vec::new(), rules: Vec::new(), webhooks }
    }

    /// All agents and bots, in the order in which they came.
    pub(crate) fn staff(&self) -> impl Iterator<Item = &Staffer> {
        self.staff.values()
    }

    /// The agent or bot with this id.
    pub(crate) fn staffer(&self, id: &str) -> Option<&Staffer> {
        self.staff.get(id)
    }

    /// The agent or bot with this id, to be changed. Their groups must exist.
    pub(crate) fn staffer_mut(&mut self, id: &str) -> Option<&mut Staffer> {
        self.staff.get_mut(id)
    }

    /// The agent or bot with this id or, for bots, this name.
    pub(crate) fn staffer_called(&self, word: &str) -> Option<&Staffer> {
        self.staffer(word).or_else(|| self.staff().find(|staffer| staffer.name == word && staffer.is_bot()))
    }

    /// The bots of an app.
    pub(crate) fn bots_of<'o>(&'o self, client: &'o str) -> impl Iterator<Item = &'o Staffer> {
        self.staff().filter(move |staffer| match &staffer.kind {
            StaffKind::Bot { owner, .. } => owner == client,
            StaffKind::Agent(_) => false,
        })
    }

    /// Lets somebody in, or puts them into the place of whoever has their id. Their groups must exist.
    pub(crate) fn enlist(&mut self, staffer: Staffer) {
        self.staff.insert(staffer.id.clone(), staffer);
    }

    /// Lets somebody go.
    pub(crate) fn dismiss(&mut self, id: &str) {
        self.staff.shift_remove(id);
    }

    /// The templates of an app, in the order in which they were made.
    pub(crate) fn templates_of<'o>(&'o self, client: &'o str) -> impl Iterator<Item = &'o Staffer> {
        self.templates.values().filter(move |template| match &template.kind {
            StaffKind::Bot { owner, .. } => owner == client,
            StaffKind::Agent(_) => false,
        })
    }

    /// The template with this id.
    pub(crate) fn template(&self, id: &str) -> Option<&Staffer> {
        self.templates.get(id)
    }

    /// Adds a template, or puts it into the place of the one with its id.
    pub(crate) fn put_template(&mut self, template: Staffer) {
        self.templates.insert(template.id.clone(), template);
    }

    /// Removes a template.
    pub(crate) fn remove_template(&mut self, id: &str) {
        self.templates.shift_remove(id);
    }

    /// All groups by number.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (u64, &Group)> {
        self.groups.iter().map(|(id, group)| (*id, group))
    }

    /// The group with this number.
    pub(crate) fn group(&self, id: u64) -> Option<&Group> {
        self.groups.get(&id)
    }

    /// The group with this number, to be changed.
    pub(crate) fn group_mut(&mut self, id: u64) -> Option<&mut Group> {
        self.groups.get_mut(&id)
    }

    /// The group with this name or number.
    pub(crate) fn group_called(&self, word: &str) -> Option<u64> {
        let named = self.groups.iter().find(|(_, group)| group.name == word).map(|(id, _)| *id);
        named.or_else(|| word.parse().ok().filter(|id| self.groups.contains_key(id)))
    }

    /// The number that the next group will have.
    pub(crate) fn next_group(&self) -> u64 {
        self.next_group
    }

    /// Adds a group with nobody in it, and gives its number.
    pub(crate) fn found(&mut self, group: Group) -> u64 {
        let id = self.next_group;
        self.next_group = id.saturating_add(1);
        self.groups.insert(id, group);
        id
    }

    /// Puts these people, and nobody else, into a group.
    pub(crate) fn populate(&mut self, group: u64, members: &IndexMap<String, Priority>) {
        for (id, staffer) in &mut self.staff {
            match members.get(id) {
                Some(priority) => {
                    staffer.groups.insert(group, *priority);
                }
                None => {
                    staffer.groups.shift_remove(&group);
                }
            }
        }
    }

    /// Who is in a group, in the order in which they came, and how soon the router thinks of them there.
    pub(crate) fn members(&self, group: u64) -> IndexMap<String, Priority> {
        let member = |staffer: &Staffer| Some((staffer.id.clone(), staffer.priority_at(group)?));
        self.staff().filter_map(member).collect()
    }

    /// Whether a group takes chats: as the one among its members who is readiest to.
    pub(crate) fn group_status(&self, group: u64) -> Status {
        let status = |wanted: Status| {
            self.staff().any(|staffer| staffer.status == wanted && staffer.priority_at(group).is_some())
        };
        if status(Status::Accepting) {
            Status::Accepting
        } else if status(Status::NotAccepting) {
            Status::NotAccepting
        } else {
            Status::Offline
        }
    }

    /// Removes a group, also from whatever is for it.
    pub(crate) fn dissolve(&mut self, group: u64) {
        self.groups.remove(&group);
        for staffer in self.staff.values_mut() {
            staffer.groups.shift_remove(&group);
        }
        for tag in &mut self.tags {
            tag.groups.retain(|id| *id != group);
        }
        for rule in &mut self.rules {
            rule.groups.retain(|id| *id != group);
        }
    }

    /// All tags, in the order in which they were made.
    pub(crate) fn tags(&self) -> &[Tag] {
        &self.tags
    }

    /// The tag of this name, to the letter.
    pub(crate) fn tag(&self, name: &str) -> Option<&Tag> {
        self.tags.iter().find(|tag| tag.name == name)
    }

    /// Adds a tag, or puts it into the place of the one with its name.
    pub(crate) fn put_tag(&mut self, tag: Tag) {
        match self.tags.iter_mut().find(|other| other.name == tag.name) {
            Some(other) => *other = tag,
            None => self.tags.push(tag),
        }
    }

    /// Removes a tag.
    pub(crate) fn remove_tag(&mut self, name: &str) {
        self.tags.retain(|tag| tag.name != name);
    }

    /// The rules, in the order in which they are tried.
    pub(crate) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The id of the rule that is tried after this one; empty after the last.
    pub(crate) fn next_rule(&self, id: &str) -> &str {
        let after = self.rules.iter().skip_while(|rule| rule.id != id).nth(1);
        after.map_or("", |rule| &rule.id)
    }

    /// Adds a rule, or puts it into the place of the one with its id.
    pub(crate) fn put_rule(&mut self, rule: Rule) {
        match self.rules.iter_mut().find(|other| other.id == rule.id) {
            Some(other) => *other = rule,
            None => self.rules.push(rule),
        }
    }

    /// Moves a rule to directly before another, or to the end if there is no such other.
    pub(crate) fn move_rule(&mut self, id: &str, next: &str) {
        let Some(from) = self.rules.iter().position(|rule| rule.id == id).filter(|_| id != next) else { return };
        let rule = self.rules.remove(from);
        let to = self.rules.iter().position(|rule| rule.id == next).unwrap_or(self.rules.len());
        self.rules.insert(to, rule);
    }

    /// Removes a rule.
    pub(crate) fn remove_rule(&mut self, id: &str) {
        self.rules.retain(|rule| rule.id != id);
    }

    /// The groups that the chats of somebody there are for: those of the first rule that means them, or everybody's.
    pub(crate) fn groups_for(&self, there: &Whereabouts<'_>) -> Vec<u64> {
        let rule = self.rules.iter().find(|rule| !rule.groups.is_empty() && rule.conditions.met_by(there));
        rule.map_or_else(|| vec![EVERYBODY], |rule| rule.groups.clone())
    }
}
