//! Who calls: tokens of agents and bots, personal access tokens, and the older way to call as a bot.
//!
//! Pages: platform.text.com/docs/authorization, platform.text.com/docs/authorization/personal-access-tokens.

use std::collections::HashMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::codes::{self, Denial};
use super::model::{Organization, StaffKind, Staffer};
use super::tenant::Tenant;
use super::version::Version;
use crate::base::secret::Secret;
use crate::platform::cx::{Credential, Cx, Identities};
use crate::platform::route::Call;

const WELL_KNOWN_ORGANIZATION: &str = "390e44e6-f1e6-0368-c6dd-b74c14508c2e";
const WELL_KNOWN_ACCOUNT: &str = "agent-account";
const WELL_KNOWN_PAT: &str = "dal:agent-pat";
/// The older way for an agent's token to call as a bot. Went with 3.6.
const AUTHOR_HEADER: &str = "x-author-id";

/// Somebody who may call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Caller {
    /// The id of the agent or bot.
    pub(super) id: String,
    /// The app the token belongs to; personal access tokens belong to none.
    pub(super) client: Option<String>,
}

impl Caller {
    /// Whoever calls without a credential, where none is asked for.
    pub(super) fn nobody() -> Self {
        Self { id: String::new(), client: None }
    }
}

/// Everything by which callers are known.
#[derive(Debug)]
pub(super) struct Auth {
    callers: HashMap<Credential, Caller>,
    /// The organization.
    pub(super) organization_id: String,
    /// The account of the first agent, which has a personal access token.
    pub(super) account: String,
    /// The credentials that a client may want, under the names of environment variables.
    pub(super) exports: Vec<(&'static str, Secret)>,
}

impl Auth {
    /// Gives everybody in the tenant their credentials, well known or drawn, and claims them.
    pub(super) fn open(cx: &mut Cx<'_>, tenant: &Tenant) -> Self {
        let organization_id = match (&tenant.organization_id, cx.identities()) {
            (Some(id), _) => id.clone(),
            (None, Identities::WellKnown) => WELL_KNOWN_ORGANIZATION.to_owned(),
            (None, Identities::Fresh) => cx.draw("livechat/organization").guid(),
        };
        let mut auth = Self { callers: HashMap::new(), exports: Vec::new(), organization_id, account: String::new() };
        auth.exports.push(("LIVECHAT_ORGANIZATION_ID", Secret::new(auth.organization_id.as_str())));
        auth.exports.push(("LIVECHAT_CLIENT_ID", Secret::new(tenant.client_id.as_str())));
        auth.exports.push(("LIVECHAT_LICENSE_ID", Secret::new(tenant.license_id.to_string())));
        let (mut agents, mut bots) = (0_usize, 0_usize);
        for staffer in tenant.staff.values() {
            let (noun, nth, client) = match &staffer.kind {
                StaffKind::Agent(_) => ("agent", &mut agents, &tenant.client_id),
                StaffKind::Bot { owner, .. } => ("bot", &mut bots, owner),
            };
            *nth += 1;
            let token = token(cx, staffer, noun, *nth);
            let caller = Caller { id: staffer.id.clone(), client: Some(client.clone()) };
            auth.admit(cx, bearer(token.expose()), caller);
            match (&staffer.kind, *nth) {
                (StaffKind::Bot { .. }, 1) => {
                    auth.exports.push(("LIVECHAT_BOT_ID", Secret::new(staffer.id.as_str())));
                    auth.exports.push(("LIVECHAT_TOKEN", token));
                }
                (StaffKind::Agent(_), 1) => auth.exports.push(("LIVECHAT_AGENT_TOKEN", token)),
                (StaffKind::Agent(_) | StaffKind::Bot { .. }, _) => {}
            }
            if noun == "agent" && *nth == 1 {
                let (account, pat) = personal(cx);
                auth.admit(cx, basic(&account, &pat), Caller { id: staffer.id.clone(), client: None });
                auth.account.clone_from(&account);
                auth.exports.push(("LIVECHAT_ACCOUNT_ID", Secret::new(account)));
                auth.exports.push(("LIVECHAT_PAT", Secret::new(pat)));
            }
        }
        auth
    }

    fn admit(&mut self, cx: &mut Cx<'_>, credential: Credential, caller: Caller) {
        cx.claim(credential.clone());
        self.callers.insert(credential, caller);
    }

    /// Makes callers with this token callers as a bot of this app.
    pub(super) fn issue(&mut self, cx: &mut Cx<'_>, token: &str, bot: &str, client: &str) {
        self.admit(cx, bearer(token), Caller { id: bot.to_owned(), client: Some(client.to_owned()) });
    }

    /// Makes a token worthless.
    pub(super) fn expire(&mut self, token: &str) {
        self.callers.remove(&bearer(token));
    }

    /// Makes all credentials of somebody worthless.
    pub(super) fn dismiss(&mut self, id: &str) {
        self.callers.retain(|_, caller| caller.id != id);
    }

    /// The header that the tenant's own client calls with: that of its first bot, or else of its first agent.
    pub(super) fn token(&self) -> Option<Secret> {
        let named = |wanted| self.exports.iter().find(|(name, _)| *name == wanted).map(|(_, token)| token);
        let token = named("LIVECHAT_TOKEN").or_else(|| named("LIVECHAT_AGENT_TOKEN"))?;
        Some(Secret::new(format!("Bearer {}", token.expose())))
    }

    /// Whoever the credential of a call belongs to.
    pub(super) fn holder(&self, call: &Call) -> Option<&Caller> {
        self.callers.get(&credential(call)?)
    }

    /// Whoever a call is made as.
    pub(super) fn caller(&self, organization: &Organization, call: &Call, version: Version) -> Result<Caller, Denial> {
        let holder = self.holder(call).ok_or_else(|| Denial::of(codes::AUTHENTICATION))?;
        match call.header(AUTHOR_HEADER) {
            // Clients go on to send the header where it means nothing any more.
            Some(bot) if version <= Version::V3_5 && bot != holder.id => {
                let owned = |client: &String| organization.bots_of(client).any(|staffer| staffer.id == bot);
                if holder.client.as_ref().is_some_and(owned) {
                    return Ok(Caller { id: bot.to_owned(), client: holder.client.clone() });
                }
                Err(Denial::of(codes::AUTHORIZATION))
            }
            Some(_) | None => Ok(holder.clone()),
        }
    }
}

/// The token of an agent or bot. Third and later ones are well known by the same pattern.
fn token(cx: &mut Cx<'_>, staffer: &Staffer, noun: &str, nth: usize) -> Secret {
    match (&staffer.token, cx.identities()) {
        (Some(token), _) => token.clone(),
        (None, Identities::WellKnown) if nth == 1 => Secret::new(format!("dal:{noun}-token")),
        (None, Identities::WellKnown) => Secret::new(format!("dal:{noun}{nth}-token")),
        (None, Identities::Fresh) => Secret::new(format!("dal:{}", cx.draw("livechat/token").hex(32))),
    }
}

/// The account of an agent; the first one has that of the personal access token.
pub(super) fn account(cx: &mut Cx<'_>, nth: usize, first: &str) -> String {
    match cx.identities() {
        Identities::WellKnown | Identities::Fresh if nth == 1 => first.to_owned(),
        Identities::WellKnown => format!("agent{nth}-account"),
        Identities::Fresh => cx.draw("livechat/account").guid(),
    }
}

/// The account and personal access token of the first agent.
fn personal(cx: &mut Cx<'_>) -> (String, String) {
    match cx.identities() {
        Identities::WellKnown => (WELL_KNOWN_ACCOUNT.to_owned(), WELL_KNOWN_PAT.to_owned()),
        Identities::Fresh => {
            let draw = cx.draw("livechat/pat");
            (draw.guid(), format!("dal:{}", draw.hex(32)))
        }
    }
}

fn bearer(token: &str) -> Credential {
    Credential(format!("Bearer {token}"))
}

fn basic(account: &str, pat: &str) -> Credential {
    Credential(format!("Basic {account}:{pat}"))
}

/// The credential that a call carries, in the form in which it is claimed.
pub(super) fn credential(call: &Call) -> Option<Credential> {
    let (scheme, rest) = call.header("authorization")?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(bearer(rest.trim()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(BASE64_STANDARD.decode(rest.trim()).ok()?).ok()?;
    // The token has a colon of its own after its region, so only the first one parts account and token.
    let (account, pat) = decoded.split_once(':')?;
    Some(basic(account, pat))
}
