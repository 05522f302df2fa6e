//! The operations that list chats and teams.

#[cfg(test)]
mod tests;

use crate::platform::Code;
use crate::platform::cx::Cx;
use crate::platform::imichat::model::TeamId;
use crate::platform::imichat::wire::list::{ChatList, ListedChat, ListedTeam, TeamList};
use crate::platform::imichat::wire::page::Page;
use crate::platform::imichat::wire::reading::Findings;
use crate::platform::imichat::{Imichat, codes};
use crate::platform::route::{Answer, Call, Reply};

/// The name of [`chats`].
pub(super) const CHATS: &str = "list_chats";
/// The name of [`teams`].
pub(super) const TEAMS: &str = "list_teams";

/// Lists chats. Without a team in the header they are those of the whole tenant; nothing says that they are fewer.
pub(super) fn chats(imichat: &mut Imichat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let team = imichat.gate(cx, call)?.team;
    let mut findings = Findings::default();
    let page = Page::read(&call.query, &mut findings);
    imichat.settle(cx, findings)?;
    cx.admit(CHATS, codes::planned)?;
    Ok(imichat.chat_list(codes::LIST_SUCCESS, page, team))
}

/// Lists the teams of the caller's API key, for which it can do something, in the order of the set-up.
pub(super) fn teams(imichat: &mut Imichat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let key = imichat.gate(cx, call)?.key;
    let mut findings = Findings::default();
    let page = Page::read(&call.query, &mut findings);
    imichat.settle(cx, findings)?;
    cx.admit(TEAMS, codes::planned)?;
    let shared = imichat.tenant.teams.iter().filter(|team| imichat.auth.shares(key, team.id));
    let teams = page.of(shared).map(|team| ListedTeam { team_id: team.id, team_name: &team.name }).collect();
    Ok(codes::reply(codes::TEAMS_SUCCESS, &TeamList { teams }))
}

impl Imichat {
    fn chat_list(&self, code: Code, page: Page, team: Option<TeamId>) -> Reply {
        let chats = self.chats.latest_first().filter(|chat| team.is_none_or(|team| chat.about().team == team));
        let listed = page.of(chats).map(|chat| {
            let about = chat.about();
            ListedChat::new(chat, self.tenant.asset_name(about.channel, &about.asset))
        });
        codes::reply(code, &ChatList { chats: listed.collect() })
    }
}
