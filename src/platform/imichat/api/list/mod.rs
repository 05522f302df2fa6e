//! The operations that list chats and teams, and search chats.

#[cfg(test)]
mod tests;

use crate::platform::cx::Cx;
use crate::platform::imichat::api::gate::{Pass, document};
use crate::platform::imichat::codes::Success;
use crate::platform::imichat::model::TeamId;
use crate::platform::imichat::model::chat::Chat;
use crate::platform::imichat::wire::condition::{self, Condition};
use crate::platform::imichat::wire::list::{ChatList, ListedChat, ListedTeam, TeamList};
use crate::platform::imichat::wire::page::Page;
use crate::platform::imichat::wire::reading::Findings;
use crate::platform::imichat::wire::search::CHAT_FIELDS;
use crate::platform::imichat::{Imichat, codes};
use crate::platform::route::{Answer, Call, Reply};

/// The name of [`chats`].
pub(super) const CHATS: &str = "list_chats";
/// The name of [`search`].
pub(super) const SEARCH: &str = "search_chats";
/// The name of [`teams`].
pub(super) const TEAMS: &str = "list_teams";

/// The only version that has `search_chats`, says the text of its page; its title has another.
pub(super) const SEARCHED: &str = "v3.0";

/// Lists chats. Without a team in the header they are those of all teams that the key is shared with.
pub(super) fn chats(imichat: &mut Imichat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let pass = imichat.gate(cx, call)?;
    let page = imichat.page(cx, call)?;
    cx.admit(CHATS, codes::planned)?;
    Ok(imichat.chat_list(&imichat.tenant.success.list_chats, page, &pass, &[]))
}

/// Lists the chats that meet all conditions, in the same order and of the same teams as [`chats`].
pub(super) fn search(imichat: &mut Imichat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let version = call.param("version");
    if version != SEARCHED && !imichat.tenant.search_on_v31 {
        let why = format!("chats can be searched under {SEARCHED} only, not under {version}");
        cx.violation(why.as_str());
        return Err(codes::explain(codes::NOT_FOUND, &why));
    }
    let pass = imichat.gate(cx, call)?;
    let mut findings = Findings::default();
    let page = Page::read(&call.query, &mut findings);
    let conditions = condition::read(document(cx, call)?, CHAT_FIELDS, &mut findings);
    imichat.settle(cx, findings)?;
    cx.admit(SEARCH, codes::planned)?;
    Ok(imichat.chat_list(&imichat.tenant.success.search_chats, page, &pass, &conditions))
}

/// Lists the teams, in the order of the set-up: all of them, because chats can be transferred to any, and this is where their
/// numbers come from.
pub(super) fn teams(imichat: &mut Imichat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    imichat.gate(cx, call)?;
    let page = imichat.page(cx, call)?;
    cx.admit(TEAMS, codes::planned)?;
    let teams = page
        .of(imichat.tenant.teams.iter())
        .map(|team| ListedTeam { team_id: team.id, team_name: &team.name })
        .collect();
    Ok(imichat.tenant.success.list_teams.reply(&TeamList { teams }))
}

impl Imichat {
    fn chat_list(
        &self,
        success: &Success,
        page: Page,
        pass: &Pass<Option<TeamId>>,
        conditions: &[Condition<Chat>],
    ) -> Reply {
        let shared = |team| self.auth.shares(pass.key, team);
        let of_team =
            |chat: &&Chat| pass.team.map_or_else(|| shared(chat.about().team), |team| chat.about().team == team);
        let meets_all = |chat: &&Chat| conditions.iter().all(|condition| condition.holds(chat));
        let chats = self.chats.latest_first().filter(of_team).filter(meets_all);
        let listed = page.of(chats).map(|chat| {
            let about = chat.about();
            ListedChat::new(chat, self.tenant.asset_name(about.channel, &about.asset))
        });
        success.reply(&ChatList { chats: listed.collect() })
    }
}
