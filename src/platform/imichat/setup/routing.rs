//! `routing:` as it is written, checked into rules.

use indexmap::IndexMap;
use serde_json::Value;

use super::Check;
use crate::platform::imichat::model::channel::Channel;
use crate::platform::imichat::model::{Login, TeamId};
use crate::platform::imichat::routing::{Conditions, Rule, Target};
use crate::platform::imichat::tenant::Team;
use crate::record;
use crate::scenario::codes;
use crate::scenario::decode::{Located, unknown_word};
use crate::scenario::text::Matcher;

record! {
    /// A rule that says where new chats go. The first that applies wins.
    pub(super) struct RuleBlock {
        /// When it applies: all of it must be so; always if nothing stands here.
        pub(super) when: Option<WhenBlock>,
        /// Where it sends the chat.
        pub(super) to: Located<ToBlock>,
    }
}

record! {
    /// When a rule applies.
    pub(super) struct WhenBlock {
        /// The channel.
        pub(super) channel: Option<Located<String>>,
        /// Pairs that must be among those the chat was created with.
        pub(super) route_params: IndexMap<String, Value>,
        /// What the customer's first message is like.
        pub(super) text: Option<Matcher>,
    }
}

record! {
    /// Where a rule sends a chat: to somebody, or into the queue of a team.
    pub(super) struct ToBlock {
        /// The login of an agent or a virtual agent.
        pub(super) assignee: Option<Located<String>>,
        /// The number of a team.
        pub(super) team: Option<Located<u32>>,
        /// The skill that the chat waits for in the team.
        pub(super) skill: Option<Located<String>>,
    }
}

impl Check<'_> {
    /// The rules, as far as they are sound.
    pub(super) fn routing(&mut self, blocks: Vec<RuleBlock>, teams: &[Team], logins: &[&Login]) -> Vec<Rule> {
        let mut rules = Vec::new();
        for RuleBlock { when, to } in blocks {
            let when = self.conditions(when);
            let to = self.target(to, teams, logins);
            rules.extend(when.zip(to).map(|(when, to)| Rule { when, to }));
        }
        rules
    }

    fn conditions(&mut self, block: Option<WhenBlock>) -> Option<Conditions> {
        let Some(block) = block else {
            return Some(Conditions { channel: None, route_params: serde_json::Map::new(), text: None });
        };
        for text in block.text.iter().flat_map(Matcher::texts) {
            for name in text.names() {
                let message = format!("`${{{name}}}` stands in a rule, which is read before anything has a name");
                self.report(
                    &codes::UNKNOWN_NAME,
                    text.place(),
                    message,
                    "write the text itself, `$$` for a dollar sign",
                );
            }
        }
        let channel = match block.channel {
            None => None,
            Some(named) => Some(self.channel(&named)?),
        };
        Some(Conditions { channel, route_params: block.route_params.into_iter().collect(), text: block.text })
    }

    fn target(&mut self, to: Located<ToBlock>, teams: &[Team], logins: &[&Login]) -> Option<Target> {
        let Located { value: ToBlock { assignee, team, skill }, place } = to;
        match (assignee, team) {
            (Some(login), None) => {
                if let Some(skill) = skill {
                    let message = "a skill is wanted of a team, not of one person".to_owned();
                    self.report(&codes::SETUP, skill.place, message, "name a `team`, or leave `skill` out");
                }
                let known = logins.iter().any(|known| known.as_str() == login.value);
                if !known {
                    let words: Vec<&str> = logins.iter().map(|login| login.as_str()).collect();
                    let (word, place) = (&login.value, login.place);
                    let what = "agent or virtual agent of this tenant";
                    unknown_word(&codes::UNKNOWN_PERSON, what, word, place, &words, self.problems);
                }
                known.then(|| Target::Person(Login::new(&login.value)))
            }
            (None, Some(number)) => {
                self.known_team(&number);
                let team = teams.iter().find(|team| team.id == TeamId(number.value))?;
                if let Some(skill) = &skill {
                    self.known_skill(skill, team);
                }
                let skill = skill.map(|skill| skill.value).unwrap_or_default();
                Some(Target::Queue { team: team.id, skill })
            }
            (None, None) | (Some(_), Some(_)) => {
                let message = "a rule sends chats to one of `assignee` and `team`".to_owned();
                self.report(&codes::SETUP, place, message, "name one of the two");
                None
            }
        }
    }

    /// Checks a skill of a team.
    pub(super) fn known_skill(&mut self, skill: &Located<String>, team: &Team) {
        if !team.skills.contains(&skill.value) {
            let known: Vec<&str> = team.skills.iter().map(String::as_str).collect();
            let what = format!("skill of team {}", team.id);
            unknown_word(&codes::SETUP, &what, &skill.value, skill.place, &known, self.problems);
        }
    }

    /// Checks the name of a channel.
    pub(super) fn channel(&mut self, named: &Located<String>) -> Option<Channel> {
        let channel = Channel::named(&named.value);
        if channel.is_none() {
            let known = Channel::ALL.map(Channel::name);
            unknown_word(&codes::SETUP, "channel of imi.chat", &named.value, named.place, &known, self.problems);
        }
        channel
    }
}
