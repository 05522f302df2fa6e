//! The people of a tenant: those it was set up with, and those whom callers add.

use std::fmt;

use indexmap::IndexMap;

use super::chat::Freeform;
use super::{Login, TeamId};
use crate::base::time::VirtualTime;

/// The platform's number for a user.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, schemars::JsonSchema)]
#[serde(transparent)]
pub(crate) struct UserNumber(u32);

impl fmt::Display for UserNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether an account can be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Status {
    /// It can.
    Active,
    /// It was switched off.
    Inactive,
}

impl Status {
    /// Both, in the vendor's order.
    pub(crate) const ALL: [Self; 2] = [Self::Active, Self::Inactive];

    /// The vendor's word for it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
        }
    }
}

/// What a user is there for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RoleType {
    /// To talk to customers.
    CustomerCare,
    /// To look after the tenant.
    Administrative,
}

impl RoleType {
    /// Both, in the vendor's order.
    pub(crate) const ALL: [Self; 2] = [Self::CustomerCare, Self::Administrative];

    /// The vendor's word for it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::CustomerCare => "Customer Care",
            Self::Administrative => "Administrative",
        }
    }
}

/// What is known about a user. Passwords are not: nobody can log in here.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    /// The login.
    pub(crate) login: Login,
    /// The teams in which the user has a role. Which role shows nowhere.
    pub(crate) teams: Vec<TeamId>,
    /// The first name.
    pub(crate) first_name: String,
    /// The last name; empty if nobody said it.
    pub(crate) last_name: String,
    /// The e-mail address.
    pub(crate) email: String,
    /// Whether the account can be used. Chats can be given to the user either way: nothing public says otherwise.
    pub(crate) status: Status,
    /// Whether the user is logged in.
    pub(crate) logged_in: bool,
    /// What the user does, in words; empty if nobody said it.
    pub(crate) job_description: String,
    /// Whether the user logs in with the e-mail address.
    pub(crate) login_using_email: bool,
    /// What the user is there for.
    pub(crate) role_type: RoleType,
    /// Whether the user takes new chats.
    pub(crate) accepting_chats: bool,
    /// What the user is good at.
    pub(crate) skill_attributes: Freeform,
}

/// A user.
#[derive(Clone, Debug)]
pub(crate) struct User {
    number: UserNumber,
    created: VirtualTime,
    profile: Profile,
}

impl User {
    /// The platform's number.
    pub(crate) fn number(&self) -> UserNumber {
        self.number
    }

    /// Since when the user is there.
    pub(crate) fn created(&self) -> VirtualTime {
        self.created
    }

    /// When the user last changed: no operation changes users, so that is when they came.
    pub(crate) fn updated(&self) -> VirtualTime {
        self.created
    }

    /// What is known about the user.
    pub(crate) fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Whether new chats can come to the user. Whoever names an owner can give them a chat all the same: nothing says otherwise.
    pub(crate) fn takes_chats(&self) -> bool {
        let Profile { status, logged_in, accepting_chats, .. } = &self.profile;
        *status == Status::Active && *logged_in && *accepting_chats
    }

    /// Whether the user has a role in a team.
    pub(crate) fn is_in(&self, team: TeamId) -> bool {
        self.profile.teams.contains(&team)
    }
}

/// A user and the work at hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Working<'u> {
    /// The user.
    pub(crate) user: &'u User,
    /// How many chats the user has that are not closed.
    pub(crate) active_chats: u32,
}

/// All users of a tenant, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Users {
    by_login: IndexMap<Login, User>,
}

impl Users {
    /// The number of the first user; those after count up. No page shows one, so any number does.
    const FIRST: u32 = 1_001;

    /// The users that a tenant begins with.
    pub(crate) fn open(now: VirtualTime, profiles: impl IntoIterator<Item = Profile>) -> Self {
        let mut users = Self::default();
        for profile in profiles {
            users.add(now, profile);
        }
        users
    }

    /// Adds a user under a login that nobody has yet.
    pub(crate) fn add(&mut self, now: VirtualTime, profile: Profile) -> &User {
        let count = u32::try_from(self.by_login.len()).unwrap_or(u32::MAX);
        let number = UserNumber(Self::FIRST.saturating_add(count));
        let (place, _) = self.by_login.insert_full(profile.login.clone(), User { number, created: now, profile });
        &self.by_login[place]
    }

    /// The user with this login.
    pub(crate) fn get(&self, login: &str) -> Option<&User> {
        self.by_login.get(login)
    }

    /// Whether a user has this login.
    pub(crate) fn has(&self, login: &str) -> bool {
        self.by_login.contains_key(login)
    }

    /// All users, by number.
    pub(crate) fn all(&self) -> impl Iterator<Item = &User> {
        self.by_login.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Somebody of team 672.
    fn profile(login: &str) -> Profile {
        Profile {
            login: Login::new(login),
            teams: vec![TeamId(672)],
            first_name: login.to_owned(),
            last_name: String::new(),
            email: String::new(),
            status: Status::Active,
            logged_in: false,
            job_description: String::new(),
            login_using_email: false,
            role_type: RoleType::CustomerCare,
            accepting_chats: false,
            skill_attributes: Freeform::new(),
        }
    }

    #[test]
    fn users_are_numbered_as_they_come() {
        let now = VirtualTime::OPENING;
        let mut users = Users::open(now, ["noa", "dan"].map(profile));
        assert_eq!(users.add(now, profile("eve")).number().to_string(), "1003");
        let all: Vec<(u32, &str)> = users.all().map(|user| (user.number().0, user.profile().login.as_str())).collect();
        assert_eq!(all, [(1_001, "noa"), (1_002, "dan"), (1_003, "eve")]);
        assert!(users.has("dan") && !users.has("support_bot"));
        assert!(users.all().all(|user| user.is_in(TeamId(672)) && !user.is_in(TeamId(1))));
    }
}
