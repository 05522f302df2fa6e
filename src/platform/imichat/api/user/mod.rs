//! The operations on users.
//!
//! All of them need a team in the header. Inferred: it is the team whose people they are about, because a key works for
//! users only within the teams it is shared with, and so whom a list leaves out cannot be read by id either.

#[cfg(test)]
mod tests;

use super::gate::{Pass, document};
use crate::platform::cx::Cx;
use crate::platform::imichat::codes::Success;
use crate::platform::imichat::model::TeamId;
use crate::platform::imichat::model::user::Working;
use crate::platform::imichat::wire::condition::{self, Condition};
use crate::platform::imichat::wire::page::Page;
use crate::platform::imichat::wire::reading::Findings;
use crate::platform::imichat::wire::user::{ShownUser, UserList, read_user, user_fields};
use crate::platform::imichat::{Imichat, codes};
use crate::platform::route::{Answer, Call, Reply};

/// The name of [`list`].
pub(super) const LIST: &str = "list_users";
/// The name of [`get`].
pub(super) const GET: &str = "get_user";
/// The name of [`create`].
pub(super) const CREATE: &str = "create_user";
/// The name of [`search`].
pub(super) const SEARCH: &str = "search_users";

/// Lists the users of the team. Nothing is documented about their order; here it is that of their numbers.
pub(super) fn list(imichat: &mut Imichat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let team = imichat.gate_for_team(cx, call)?.team;
    let page = imichat.page(cx, call)?;
    cx.admit(LIST, codes::planned)?;
    Ok(imichat.user_list(&imichat.tenant.success.list_users, page, team, &[]))
}

/// Gives a user of the team.
pub(super) fn get(imichat: &mut Imichat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let team = imichat.gate_for_team(cx, call)?.team;
    let number = call.param("user_id");
    let Some(working) = imichat.people(team).find(|working| working.user.number().to_string() == number) else {
        let why = format!("no user of team {team} has the id {number}");
        cx.violation(why.as_str());
        return Err(codes::explain(codes::NOT_FOUND, &why));
    };
    cx.admit(GET, codes::planned)?;
    Ok(imichat.tenant.success.get_user.reply(&ShownUser::new(working)))
}

/// Adds a user, who from then on can be given chats.
pub(super) fn create(imichat: &mut Imichat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let Pass { key, team } = imichat.gate_for_team(cx, call)?;
    let mut findings = Findings::default();
    let shared = |team| imichat.tenant.team(team).is_some() && imichat.auth.shares(key, team);
    let profile = read_user(document(cx, call)?, team, shared, &mut findings);
    imichat.settle(cx, findings)?;
    if profile.login.as_str().is_empty() {
        // Not even a lenient tenant can tell users apart without it.
        return Err(codes::explain(codes::INVALID, "login_id is missing"));
    }
    if imichat.has_login(profile.login.as_str()) {
        let why = format!("login_id {} is taken", profile.login.as_str());
        cx.violation(why.as_str());
        return Err(codes::explain(codes::CONFLICT, &why));
    }
    cx.admit(CREATE, codes::planned)?;
    let user = imichat.users.add(cx.now(), profile);
    Ok(imichat.tenant.success.create_user.reply(&ShownUser::new(Working { user, active_chats: 0 })))
}

/// Lists the users of the team who meet all conditions, in the same order as [`list`].
pub(super) fn search(imichat: &mut Imichat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let team = imichat.gate_for_team(cx, call)?.team;
    let mut findings = Findings::default();
    let page = Page::read(&call.query, &mut findings);
    let conditions = condition::read(document(cx, call)?, &user_fields(), &mut findings);
    imichat.settle(cx, findings)?;
    cx.admit(SEARCH, codes::planned)?;
    Ok(imichat.user_list(&imichat.tenant.success.search_users, page, team, &conditions))
}

impl Imichat {
    /// The people of a team, and how many chats each of them has.
    fn people(&self, team: TeamId) -> impl Iterator<Item = Working<'_>> {
        let held = self.chats.held();
        self.users.all().filter(move |user| user.is_in(team)).map(move |user| {
            let active_chats = held.get(&user.profile().login).copied().unwrap_or_default();
            Working { user, active_chats }
        })
    }

    fn user_list<'u>(
        &'u self,
        success: &Success,
        page: Page,
        team: TeamId,
        conditions: &[Condition<Working<'u>>],
    ) -> Reply {
        let meets_all = |working: &Working<'u>| conditions.iter().all(|condition| condition.holds(working));
        let users = page.of(self.people(team).filter(meets_all)).map(ShownUser::new).collect();
        success.reply(&UserList { users })
    }
}
