//! Routing rules: where a new chat goes by what is known about it. Only decides; others carry it out.
//!
//! Page: docs.imi.chat/docs/intelligent-routing-1. Documented there: rules act on new chats only and look at the first
//! message of the customer. Decided here: the first rule that applies wins, its conditions are joined by "and", values are
//! compared as they are written, and a rule that names somebody who has no room for one more chat is passed over.

use super::model::channel::Channel;
use super::model::chat::{Freeform, Opening};
use super::model::{Login, TeamId};
use crate::scenario::text::Matcher;

/// One rule.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// When it applies.
    pub(super) when: Conditions,
    /// Where it sends the chat.
    pub(super) to: Target,
}

/// What must be so for a rule to apply. A rule without conditions applies to every new chat.
#[derive(Clone, Debug)]
pub(super) struct Conditions {
    /// The channel.
    pub(super) channel: Option<Channel>,
    /// Pairs that must be among the chat's own.
    pub(super) route_params: Freeform,
    /// What the customer's first message must be like.
    pub(super) text: Option<Matcher>,
}

/// Where a rule sends a chat.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Target {
    /// To an agent or a virtual agent.
    Person(Login),
    /// Into the queue of a team.
    Queue {
        /// Which team.
        team: TeamId,
        /// The skill it waits for there; empty if anybody will do.
        skill: String,
    },
}

impl Conditions {
    /// Whether they are met by a chat whose customer began with these words; nothing if the customer said nothing yet.
    fn met(&self, about: &Opening, first: Option<&str>) -> bool {
        let channel = self.channel.is_none_or(|channel| channel == about.channel);
        let params = self.route_params.iter().all(|(key, value)| about.route_params.get(key) == Some(value));
        // The set-up is checked to have no names in its texts, so there is nothing to fill in.
        let says = |text: &Matcher| first.is_some_and(|first| text.accepts(first, |text| text.fill(|_| None)));
        channel && params && self.text.as_ref().is_none_or(says)
    }
}

/// Where a new chat goes: the target of the first rule that applies and does not name somebody without room.
pub(super) fn decide<'r>(
    rules: &'r [Rule],
    about: &Opening,
    first: Option<&str>,
    has_room: impl Fn(&Login) -> bool,
) -> Option<&'r Target> {
    let open = |target: &Target| match target {
        Target::Person(login) => has_room(login),
        Target::Queue { .. } => true,
    };
    rules.iter().filter(|rule| rule.when.met(about, first)).map(|rule| &rule.to).find(|target| open(target))
}
