//! The checks that operations share, in the order in which they apply: headers, token, team, quota, body.

use serde_json::Value;

use crate::platform::cx::Cx;
use crate::platform::imichat::auth::{BadToken, KeyRef, TEAM_HEADER, TOKEN_HEADER, WRONG_TEAM_HEADER};
use crate::platform::imichat::model::state::Impossible;
use crate::platform::imichat::model::{ChatKey, TeamId};
use crate::platform::imichat::wire::page::Page;
use crate::platform::imichat::wire::reading::Findings;
use crate::platform::imichat::{Imichat, codes};
use crate::platform::route::{Body, Call, Reply};

/// What the headers of a call that was let in say.
pub(super) struct Pass<T> {
    /// The API key that its token was issued for.
    pub(super) key: KeyRef,
    /// The team it is for, where it names one.
    pub(super) team: T,
}

impl Imichat {
    /// Lets a call in that works without a team. If it names one all the same, that one must be good.
    pub(super) fn gate(&mut self, cx: &mut Cx<'_>, call: &Call) -> Result<Pass<Option<TeamId>>, Reply> {
        let token = header(call, TOKEN_HEADER)?;
        misspelt_team(cx, call);
        let key = self.holder(cx, token)?;
        let team = call.headers.get(TEAM_HEADER);
        let team = team.map(|team| self.team(key, team.to_str().unwrap_or_default())).transpose()?;
        self.spend(cx)?;
        Ok(Pass { key, team })
    }

    /// Lets a call in that is for a team, and finds the team.
    pub(super) fn gate_for_team(&mut self, cx: &mut Cx<'_>, call: &Call) -> Result<Pass<TeamId>, Reply> {
        misspelt_team(cx, call);
        let token = header(call, TOKEN_HEADER)?;
        let team = header(call, TEAM_HEADER)?;
        let key = self.holder(cx, token)?;
        let team = self.team(key, team)?;
        self.spend(cx)?;
        Ok(Pass { key, team })
    }

    /// Refuses a call beyond the quota; whether it is answered or refused, the call is counted with its answer.
    pub(super) fn spend(&mut self, cx: &mut Cx<'_>) -> Result<(), Reply> {
        if self.quota.is_spent(cx.now()) {
            cx.violation("the daily quota is spent");
            return Err(codes::refuse(codes::QUOTA_SPENT));
        }
        Ok(())
    }

    /// Records what was found wrong with a body, and refuses the call if that makes it invalid.
    pub(super) fn settle(&self, cx: &mut Cx<'_>, findings: Findings) -> Result<(), Reply> {
        let refusal = findings.faults.first().filter(|_| !self.tenant.lenient);
        let refusal = refusal.map(|fault| codes::explain(codes::INVALID, fault));
        for detail in findings.faults.into_iter().chain(findings.oddities) {
            cx.violation(detail);
        }
        refusal.map_or(Ok(()), Err)
    }

    /// The page that a call without a body asks for.
    pub(super) fn page(&self, cx: &mut Cx<'_>, call: &Call) -> Result<Page, Reply> {
        let mut findings = Findings::default();
        let page = Page::read(&call.query, &mut findings);
        self.settle(cx, findings)?;
        Ok(page)
    }

    /// The chat that the path names by id or alias. A key works only within the teams it is shared with, so it does not know
    /// the chats of others; that they are as good as not there, and not a matter of the header, is inferred.
    pub(super) fn named_chat(&self, call: &Call, key: KeyRef) -> Result<ChatKey, Reply> {
        let found = self.chats.find(call.param("chat_id"));
        let own = found.filter(|chat| self.auth.shares(key, self.chats.at(*chat).about().team));
        own.ok_or_else(|| codes::refuse(codes::UNKNOWN_CHAT))
    }

    fn holder(&self, cx: &Cx<'_>, token: &str) -> Result<KeyRef, Reply> {
        self.auth.check(token, cx.now()).map_err(|why| {
            codes::refuse(match why {
                BadToken::Unknown => codes::INVALID_TOKEN,
                BadToken::Expired => codes::EXPIRED_TOKEN,
            })
        })
    }

    fn team(&self, key: KeyRef, number: &str) -> Result<TeamId, Reply> {
        let team = TeamId::parse(number).filter(|team| self.tenant.team(*team).is_some());
        team.filter(|team| self.auth.shares(key, *team)).ok_or_else(|| codes::refuse(codes::UNKNOWN_TEAM))
    }
}

/// A header that must be there.
pub(super) fn header<'c>(call: &'c Call, name: &str) -> Result<&'c str, Reply> {
    let value = call.header(name).filter(|value| !value.is_empty());
    value.ok_or_else(|| codes::refuse(codes::MISSING_HEADER))
}

/// Notes a team under a name that headers do not have, though bodies do. It is as good as not there.
fn misspelt_team(cx: &mut Cx<'_>, call: &Call) {
    if call.headers.contains_key(WRONG_TEAM_HEADER) {
        cx.violation(format!("the header is spelled {TEAM_HEADER}, not {WRONG_TEAM_HEADER}"));
    }
}

/// The JSON document in the body. A wrong content type does not keep it from being read.
pub(super) fn document(cx: &mut Cx<'_>, call: &Call) -> Result<Value, Reply> {
    let bytes = match &call.body {
        Body::Whole(bytes) => bytes,
        Body::TooLarge(limit) => {
            cx.violation(format!("the body has more than {limit} bytes"));
            return Err(codes::refuse(codes::TOO_LARGE));
        }
        Body::TooSlow => return Err(codes::refuse(codes::TOO_SLOW)),
    };
    if let Some(other) = call.header("content-type").filter(|kind| !is_json(kind)) {
        cx.violation(format!("the content type is {other}, but the body is application/json"));
    }
    serde_json::from_slice(bytes).map_err(|_| {
        let why = "the body is not JSON";
        cx.violation(why);
        codes::explain(codes::INVALID, why)
    })
}

fn is_json(content_type: &str) -> bool {
    content_type.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// The answer to a change that the state of the chat does not allow.
pub(super) fn impossible(cx: &mut Cx<'_>, why: Impossible) -> Reply {
    cx.violation(why.to_string());
    match why {
        Impossible::Closed => codes::refuse(codes::CONFLICT),
        Impossible::NoOwner => codes::explain(codes::INVALID, &why.to_string()),
    }
}
