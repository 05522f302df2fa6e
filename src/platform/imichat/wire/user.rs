//! Users, as they are added and as they are given.
//!
//! Pages: docs.imi.chat/reference/get-individual-user, docs.imi.chat/reference/create-user,
//! docs.imi.chat/reference/users-search. The last has the fields of the search, their operators and the key that lists
//! stand under.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::condition::{EQUAL, Field, Kind, ORDER, Operator};
use super::reading::{Findings, Members};
use super::reply::Millis;
use crate::platform::imichat::model::chat::Freeform;
use crate::platform::imichat::model::user::{Profile, RoleType, Status, UserNumber, Working};
use crate::platform::imichat::model::{Login, TeamId};

/// A page of users.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UserList<'u> {
    /// The users on it.
    pub(crate) users: Vec<ShownUser<'u>>,
}

/// A user as the API gives it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ShownUser<'u> {
    id: UserNumber,
    created_at: Millis,
    updated_at: Millis,
    first_name: &'u str,
    last_name: &'u str,
    login_id: &'u str,
    email_id: &'u str,
    #[schemars(extend("enum" = Status::ALL.map(Status::name)))]
    status: &'static str,
    logged_in: bool,
    job_description: &'u str,
    login_using_email: bool,
    #[schemars(extend("enum" = RoleType::ALL.map(RoleType::name)))]
    role_type: &'static str,
    accepting_chats: bool,
    skill_attributes: &'u Freeform,
    active_chats: u32,
}

impl<'u> ShownUser<'u> {
    /// Shows a user.
    pub(crate) fn new(working: Working<'u>) -> Self {
        let Working { user, active_chats } = working;
        let profile = user.profile();
        Self {
            id: user.number(),
            created_at: Millis(user.created()),
            updated_at: Millis(user.updated()),
            first_name: &profile.first_name,
            last_name: &profile.last_name,
            login_id: profile.login.as_str(),
            email_id: &profile.email,
            status: profile.status.name(),
            logged_in: profile.logged_in,
            job_description: &profile.job_description,
            login_using_email: profile.login_using_email,
            role_type: profile.role_type.name(),
            accepting_chats: profile.accepting_chats,
            skill_attributes: &profile.skill_attributes,
            active_chats,
        }
    }
}

/// The operators of a number of chats: the page of the search has no `eq` for it.
const RANGE: &[Operator] = &[Operator::Lt, Operator::Gt, Operator::Lte, Operator::Gte];

/// The fields of `search_users`. No constant, because what is searched borrows from the tenant.
pub(crate) fn user_fields<'u>() -> [Field<Working<'u>>; 5] {
    let words = || Status::ALL.map(Status::name).to_vec();
    [
        Field {
            name: "status",
            operators: EQUAL,
            kind: Kind::Word(words, |working| working.user.profile().status.name()),
        },
        Field { name: "created_at", operators: ORDER, kind: Kind::Instant(|working| working.user.created()) },
        Field { name: "updated_at", operators: ORDER, kind: Kind::Instant(|working| working.user.updated()) },
        Field {
            name: "accepting_chats",
            operators: EQUAL,
            kind: Kind::Flag(|working| working.user.profile().accepting_chats),
        },
        Field { name: "active_chats", operators: RANGE, kind: Kind::Number(|working| working.active_chats.into()) },
    ]
}

/// What a user may do in a team. It is checked and not kept, because no answer shows it.
#[derive(Clone, Copy)]
enum Role {
    Manager,
    Agent,
    Analyst,
}

impl Role {
    const ALL: [Self; 3] = [Self::Manager, Self::Agent, Self::Analyst];

    const fn name(self) -> &'static str {
        match self {
            Self::Manager => "Team Manager",
            Self::Agent => "Team Agent",
            Self::Analyst => "Team Analyst",
        }
    }
}

/// Reads the body of `create_user`. `knows` says which teams the caller may name; `home` is the team of the call, which a
/// lenient tenant falls back on.
///
/// The page marks no member as required, as far as it is known. Inferred: what an account cannot do without must be there,
/// that is a name, a login, an address, a password and a role in a team; a bot that leaves one of them out has most
/// probably forgotten it. The rest has an evident value when it is left out.
pub(crate) fn read_user(
    value: Value,
    home: TeamId,
    knows: impl Fn(TeamId) -> bool,
    findings: &mut Findings,
) -> Profile {
    let mut members = Members::open(value, "", findings);
    let first_name = members.needed_text("first_name", findings);
    let last_name = members.text("last_name", findings).unwrap_or_default();
    let login = members.needed_text("login_id", findings);
    let email = members.needed_text("email_id", findings);
    // Nobody can log in here, so the password is looked at and forgotten.
    members.needed_text("password", findings);
    let job_description = members.text("job_description", findings).unwrap_or_default();
    let login_using_email = members.flag("login_using_email", findings).unwrap_or(false);
    let mut teams = Vec::new();
    for mut privilege in members.each("privileges", findings) {
        teams.extend(read_team(&mut privilege, &knows, findings));
        privilege.needs("role", findings);
        privilege.word("role", &Role::ALL, Role::name, findings);
        privilege.close(findings);
    }
    let skill_attributes = members.freeform("skill_attributes", findings).unwrap_or_default();
    members.close(findings);
    if teams.is_empty() {
        teams.push(home);
    }
    Profile {
        login: Login::new(&login),
        teams,
        first_name,
        last_name,
        email,
        // Inferred: an account can be used at once, but nobody uses it before its owner logs in.
        status: Status::Active,
        logged_in: false,
        job_description,
        login_using_email,
        // The only one that the page lets callers add.
        role_type: RoleType::CustomerCare,
        accepting_chats: false,
        skill_attributes,
    }
}

fn read_team(privilege: &mut Members, knows: impl Fn(TeamId) -> bool, findings: &mut Findings) -> Option<TeamId> {
    if !privilege.needs("teamid", findings) {
        return None;
    }
    let number = privilege.take("teamid")?;
    let Some(team) = number.as_u64().map(|number| u32::try_from(number).ok().map(TeamId)) else {
        findings.fault(format!("{} must be a whole number", privilege.name("teamid")));
        return None;
    };
    let known = team.filter(|team| knows(*team));
    if known.is_none() {
        findings.fault(format!("{} {number} is no team that the API key is shared with", privilege.name("teamid")));
    }
    known
}
