//! The people of `setup:`, with what is left out about them.

use super::block::AgentBlock;
use super::{Check, Team};
use crate::base::diag::Place;
use crate::platform::imichat::model::Login;
use crate::platform::imichat::model::user::{Profile, RoleType, Status};
use crate::scenario::codes;
use crate::scenario::decode::{Located, unknown_word};

impl Check<'_> {
    /// Checks the people. Whoever is set up is taken to be at work, because scenarios let them act.
    pub(super) fn agents(&mut self, blocks: Vec<AgentBlock>, teams: &[Team], domain: &str) -> Vec<(Profile, Place)> {
        blocks.into_iter().map(|block| self.agent(block, teams, domain)).collect()
    }

    fn agent(&mut self, block: AgentBlock, teams: &[Team], domain: &str) -> (Profile, Place) {
        let Located { value: login, place } = block.login;
        let team = self.team(block.team, teams);
        let name = Login::new(&login);
        self.limits.extend(block.max_chats.map(|limit| (name.clone(), limit)));
        let status = self.word(block.status, "status of a user", &Status::ALL, Status::name);
        let role_type = self.word(block.role_type, "role type of a user", &RoleType::ALL, RoleType::name);
        let address = || if login.contains('@') { login.clone() } else { format!("{login}@{domain}") };
        let profile = Profile {
            login: name,
            teams: vec![team],
            email: block.email.unwrap_or_else(address),
            first_name: block.first_name.unwrap_or_else(|| login.clone()),
            last_name: block.last_name,
            status: status.unwrap_or(Status::Active),
            logged_in: block.logged_in,
            job_description: block.job_description,
            login_using_email: block.login_using_email,
            role_type: role_type.unwrap_or(RoleType::CustomerCare),
            accepting_chats: block.accepting_chats,
            skill_attributes: block.skill_attributes.into_iter().collect(),
        };
        (profile, place)
    }

    /// One of the vendor's words, if one is written.
    fn word<T: Copy>(
        &mut self,
        written: Option<Located<String>>,
        what: &str,
        words: &[T],
        name: fn(T) -> &'static str,
    ) -> Option<T> {
        let written = written?;
        let found = words.iter().copied().find(|word| name(*word) == written.value);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|word| name(*word)).collect();
            unknown_word(&codes::SETUP, what, &written.value, written.place, &known, self.problems);
        }
        found
    }
}
