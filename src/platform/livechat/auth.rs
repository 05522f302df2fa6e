//! Who calls: tokens of agents and bots, personal access tokens, and the older way to call as a bot.
//!
//! Pages: platform.text.com/docs/authorization, platform.text.com/docs/authorization/personal-access-tokens.

use std::collections::HashMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::api::{self, TOKEN_TIMER};
use super::codes::{self, Denial};
use super::key::{Key, Proof};
use super::model::registry::Side;
use super::model::{Organization, StaffKind, Staffer};
use super::pass::{self, Passes};
use super::region;
use super::scope::{self, Grant};
use super::tenant::Tenant;
use super::version::Version;
use crate::base::secret::Secret;
use crate::base::time::VirtualSpan;
use crate::platform::cx::{Credential, Cx, Identities, Replaced, WakeKey};
use crate::platform::route::Call;

const WELL_KNOWN_ORGANIZATION: &str = "390e44e6-f1e6-0368-c6dd-b74c14508c2e";
const WELL_KNOWN_CUSTOMER: &str = "c0571000-0000-4000-8000-000000000001";
const WELL_KNOWN_ACCOUNT: &str = "agent-account";
/// The personal access token, after its region.
const WELL_KNOWN_PAT: &str = "agent-pat";
/// The older way for an agent's token to call as a bot. Went with 3.6.
const AUTHOR_HEADER: &str = "x-author-id";

/// Somebody who may call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Caller {
    /// The id of the agent, bot or customer.
    pub(super) id: String,
    /// On whose side they are: tokens of the one are worth nothing where those of the other are asked for.
    pub(super) side: Side,
    /// The app the token belongs to; personal access tokens belong to none.
    pub(super) client: Option<String>,
    /// What the token allows.
    pub(super) grant: Grant,
}

impl Caller {
    /// Whoever calls without a credential, where none is asked for.
    pub(super) fn nobody() -> Self {
        Self { id: String::new(), side: Side::Agent, client: None, grant: Grant::Listed(Vec::new()) }
    }

    /// A customer of whom nothing is known.
    pub(super) fn visitor() -> Self {
        Self { side: Side::Customer, ..Self::nobody() }
    }

    /// An agent or a bot.
    fn staffer(id: &str, client: Option<String>, grant: Grant) -> Self {
        Self { id: id.to_owned(), side: Side::Agent, client, grant }
    }

    /// A customer, who has no scopes: what is theirs is open to them, and nothing else is.
    fn customer(id: &str, client: &str) -> Self {
        let grant = Grant::Listed(Vec::new());
        Self { id: id.to_owned(), side: Side::Customer, client: Some(client.to_owned()), grant }
    }
}

/// Everything by which callers are known.
#[derive(Clone, Debug)]
pub(super) struct Auth {
    callers: HashMap<Credential, Caller>,
    /// What was given to customers.
    pub(super) passes: Passes,
    /// The organization.
    pub(super) organization_id: String,
    /// The account of the first agent, which has a personal access token.
    pub(super) account: String,
    /// The credentials that a client may want, under the names of environment variables.
    pub(super) exports: Vec<(&'static str, Secret)>,
    /// The headers that the tenant's own client may call with, in the order in which it prefers them.
    usual: Vec<(Grant, Secret)>,
    /// The header that it calls with as a customer.
    own_customer: Option<Secret>,
}

impl Auth {
    /// Gives everybody in the tenant their credentials, well known or drawn, and claims them.
    pub(super) fn open(cx: &mut Cx<'_>, tenant: &Tenant) -> Self {
        let organization_id = match (&tenant.organization_id, cx.identities()) {
            (Some(id), _) => id.clone(),
            (None, Identities::WellKnown) => WELL_KNOWN_ORGANIZATION.to_owned(),
            (None, Identities::Fresh) => cx.draw("livechat/organization").guid(),
        };
        // Customers who have no token yet name the organization they want to talk to.
        cx.claim(organization(&organization_id));
        let mut auth = Self {
            callers: HashMap::new(),
            passes: Passes::default(),
            organization_id,
            account: String::new(),
            exports: Vec::new(),
            usual: Vec::new(),
            own_customer: None,
        };
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
            let (token, grant) = (token(cx, tenant, staffer, noun, *nth), granted(tenant, staffer, None));
            let header = Secret::new(format!("Bearer {}", token.expose()));
            let caller = Caller::staffer(&staffer.id, Some(client.clone()), grant.clone());
            auth.admit(cx, bearer(token.expose()), caller);
            match (&staffer.kind, *nth) {
                (StaffKind::Bot { .. }, 1) => {
                    auth.exports.push(("LIVECHAT_BOT_ID", Secret::new(staffer.id.as_str())));
                    auth.exports.push(("LIVECHAT_TOKEN", token));
                    auth.usual.insert(0, (grant, header));
                }
                (StaffKind::Agent(_), 1) => {
                    auth.exports.push(("LIVECHAT_AGENT_TOKEN", token));
                    auth.usual.push((grant, header));
                    auth.admit_personally(cx, tenant, staffer);
                }
                (StaffKind::Agent(_) | StaffKind::Bot { .. }, _) => {}
            }
        }
        for key in &tenant.keys.more {
            auth.admit_key(cx, tenant, key);
        }
        auth.admit_customer(cx, tenant);
        auth
    }

    /// Gives the tenant's own client a customer to call as.
    fn admit_customer(&mut self, cx: &mut Cx<'_>, tenant: &Tenant) {
        let region = tenant.region.as_deref().unwrap_or(region::USUAL);
        let (id, token) = match cx.identities() {
            Identities::WellKnown => (WELL_KNOWN_CUSTOMER.to_owned(), format!("{region}:customer-token")),
            Identities::Fresh => {
                let draw = cx.draw("livechat/own-customer");
                (draw.guid(), format!("{region}:{}", draw.hex(32)))
            }
        };
        self.admit(cx, bearer(&token), Caller::customer(&id, &tenant.client_id));
        self.own_customer = Some(Secret::new(format!("Bearer {token}")));
        self.exports.push(("LIVECHAT_CUSTOMER_ID", Secret::new(id)));
        self.exports.push(("LIVECHAT_CUSTOMER_TOKEN", Secret::new(token)));
    }

    /// Gives the first agent a personal access token.
    fn admit_personally(&mut self, cx: &mut Cx<'_>, tenant: &Tenant, agent: &Staffer) {
        let (account, pat) = personal(cx, tenant);
        let grant = tenant.keys.pat.clone().map_or(Grant::All, Grant::Listed);
        let header = BASE64_STANDARD.encode(format!("{account}:{pat}"));
        self.usual.push((grant.clone(), Secret::new(format!("Basic {header}"))));
        self.admit(cx, basic(&account, &pat), Caller::staffer(&agent.id, None, grant));
        self.account.clone_from(&account);
        self.exports.push(("LIVECHAT_ACCOUNT_ID", Secret::new(account)));
        self.exports.push(("LIVECHAT_PAT", Secret::new(pat)));
    }

    /// Lets somebody call with one more credential.
    fn admit_key(&mut self, cx: &mut Cx<'_>, tenant: &Tenant, key: &Key) {
        let Some(holder) = tenant.staff.get(&key.holder) else { return };
        let id = holder.id.clone();
        match &key.proof {
            Proof::Token { token, client } => {
                let usual = match &holder.kind {
                    StaffKind::Agent(_) => &tenant.client_id,
                    StaffKind::Bot { owner, .. } => owner,
                };
                let client = Some(client.as_ref().unwrap_or(usual).clone());
                let grant = granted(tenant, holder, key.scopes.as_ref());
                self.admit(cx, bearer(token.expose()), Caller::staffer(&id, client, grant));
                if let Some(life) = key.life {
                    cx.wake_at(cx.now() + life, WakeKey(format!("{TOKEN_TIMER}{}", token.expose())));
                }
            }
            Proof::Personal { account, token } => {
                let grant = key.scopes.clone().map_or(Grant::All, Grant::Listed);
                self.admit(cx, basic(account, token.expose()), Caller::staffer(&id, None, grant));
            }
        }
    }

    fn admit(&mut self, cx: &mut Cx<'_>, credential: Credential, caller: Caller) {
        cx.claim(credential.clone());
        self.callers.insert(credential, caller);
    }

    /// Draws the organization and all tokens anew; each is good for what the one before it was good for. Accounts and apps stay.
    pub(super) fn reissue(&mut self, cx: &mut Cx<'_>) -> Vec<Replaced> {
        let organization = cx.draw("livechat/organization").guid();
        let mut replaced = vec![Replaced::new(self.organization_id.as_str(), organization.as_str())];
        cx.claim(self::organization(&organization));
        self.organization_id = organization;
        let mut old: Vec<(Credential, Caller)> = self.callers.drain().collect();
        old.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (credential, caller) in old {
            // The last part of a credential is the token, whatever is before it.
            let (before, token) = match credential.0.split_once(' ') {
                Some(("Basic", rest)) => rest
                    .split_once(':')
                    .map_or((String::new(), rest), |(account, pat)| (format!("Basic {account}:"), pat)),
                Some((scheme, token)) => (format!("{scheme} "), token),
                None => (String::new(), credential.0.as_str()),
            };
            let region = token.split_once(':').map_or(region::USUAL, |(region, _)| region);
            let new = format!("{region}:{}", cx.draw("livechat/token").hex(32));
            let admitted = Credential(format!("{before}{new}"));
            for header in self.usual.iter_mut().map(|(_, header)| header).chain(&mut self.own_customer) {
                if read(header.expose()).as_ref() == Some(&credential) {
                    *header = Secret::new(written(&admitted));
                }
            }
            self.passes.rename(token, &new);
            let timer = |token: &str| WakeKey(format!("{TOKEN_TIMER}{token}"));
            cx.rename_timer(timer(token), timer(&new));
            replaced.push(Replaced::new(token, new));
            self.admit(cx, admitted, caller);
        }
        for (_, export) in &mut self.exports {
            if let Some(found) = replaced.iter().find(|one| one.old == *export) {
                *export = found.new.clone();
            }
        }
        replaced
    }

    /// Makes callers with this token callers as somebody, for an app.
    pub(super) fn issue(&mut self, cx: &mut Cx<'_>, token: &str, staffer: &Staffer, client: &str) {
        self.admit(cx, bearer(token), Caller::staffer(&staffer.id, Some(client.to_owned()), scope::of(staffer)));
    }

    /// Makes callers with this token callers as a customer, for an app, for so long.
    pub(super) fn admit_for(&mut self, cx: &mut Cx<'_>, token: &str, (id, client): (&str, &str), life: VirtualSpan) {
        self.admit(cx, bearer(token), Caller::customer(id, client));
        cx.wake_at(cx.now() + life, WakeKey(format!("{TOKEN_TIMER}{token}")));
    }

    /// Whether a credential is good for anything.
    pub(super) fn knows(&self, credential: &Credential) -> bool {
        self.callers.contains_key(credential)
    }

    /// Whoever a credential belongs to.
    pub(super) fn of(&self, credential: &Credential) -> Option<&Caller> {
        self.callers.get(credential)
    }

    /// Makes a token worthless.
    pub(super) fn expire(&mut self, token: &str) {
        self.callers.remove(&bearer(token));
    }

    /// Makes the credential of a call worthless.
    pub(super) fn forget(&mut self, call: &Call) {
        let Some(credential) = credential(call) else { return };
        self.callers.remove(&credential);
        // The tenant's own client calls with another one from now on, if there is one.
        let given = call.header("authorization").unwrap_or_default();
        self.usual.retain(|(_, header)| header.expose() != given);
    }

    /// Makes all credentials of somebody worthless.
    pub(super) fn dismiss(&mut self, id: &str) {
        self.callers.retain(|_, caller| caller.id != id);
    }

    /// The header that the tenant's own client calls an operation with: that of its first bot, or else of its first agent,
    /// or a personal access token, whichever has the scopes.
    pub(super) fn token(&self, route: Option<&'static str>) -> Option<Secret> {
        if route.is_some_and(api::is_customers) {
            return self.own_customer.clone();
        }
        let good = |(grant, _): &&(Grant, Secret)| route.is_none_or(|route| grant.meet(scope::need(route)).is_ok());
        self.usual.iter().find(good).or(self.usual.first()).map(|(_, header)| header.clone())
    }

    /// Whoever the credential of a call belongs to.
    pub(super) fn holder(&self, call: &Call) -> Option<&Caller> {
        self.callers.get(&credential(call)?)
    }

    /// The customer whom a call is made as.
    pub(super) fn customer(&self, call: &Call) -> Result<Caller, Denial> {
        let holder = self.holder(call).filter(|holder| holder.side == Side::Customer);
        holder.cloned().ok_or_else(|| Denial::of(codes::AUTHENTICATION))
    }

    /// The agent or bot whom a call is made as.
    pub(super) fn caller(&self, organization: &Organization, call: &Call, version: Version) -> Result<Caller, Denial> {
        let holder = self.holder(call).filter(|holder| holder.side == Side::Agent);
        let holder = holder.ok_or_else(|| Denial::of(codes::AUTHENTICATION))?;
        match call.header(AUTHOR_HEADER) {
            // Clients go on to send the header where it means nothing any more.
            Some(bot) if version <= Version::V3_5 && bot != holder.id => {
                // Only a person's token can be used for a bot, and only for one of the app that the token belongs to.
                let agent = organization.staffer(&holder.id).is_some_and(|staffer| !staffer.is_bot());
                let owned = |client: &String| organization.bots_of(client).any(|staffer| staffer.id == bot);
                if agent && holder.client.as_ref().is_some_and(owned) {
                    return Ok(Caller { id: bot.to_owned(), ..holder.clone() });
                }
                Err(Denial::of(codes::AUTHORIZATION))
            }
            Some(_) | None => Ok(holder.clone()),
        }
    }
}

/// What a token of somebody allows: these scopes, if they are given, or else those by default. The scopes of a bot's token
/// are fixed.
fn granted(tenant: &Tenant, staffer: &Staffer, scopes: Option<&Vec<String>>) -> Grant {
    match scopes.or_else(|| tenant.keys.agents.get(&staffer.id)).filter(|_| !staffer.is_bot()) {
        Some(scopes) => Grant::Listed(scopes.clone()),
        None => scope::of(staffer),
    }
}

/// The token of an agent or bot. Third and later ones are well known by the same pattern.
fn token(cx: &mut Cx<'_>, tenant: &Tenant, staffer: &Staffer, noun: &str, nth: usize) -> Secret {
    let region = tenant.region.as_deref().unwrap_or(region::USUAL);
    match (&staffer.token, cx.identities()) {
        (Some(token), _) => token.clone(),
        (None, Identities::WellKnown) if nth == 1 => Secret::new(format!("{region}:{noun}-token")),
        (None, Identities::WellKnown) => Secret::new(format!("{region}:{noun}{nth}-token")),
        (None, Identities::Fresh) => Secret::new(format!("{region}:{}", cx.draw("livechat/token").hex(32))),
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
fn personal(cx: &mut Cx<'_>, tenant: &Tenant) -> (String, String) {
    let region = tenant.region.as_deref().unwrap_or(region::USUAL);
    match cx.identities() {
        Identities::WellKnown => (WELL_KNOWN_ACCOUNT.to_owned(), format!("{region}:{WELL_KNOWN_PAT}")),
        Identities::Fresh => {
            let draw = cx.draw("livechat/pat");
            (draw.guid(), format!("{region}:{}", draw.hex(32)))
        }
    }
}

/// What a token is claimed as.
pub(super) fn bearer(token: &str) -> Credential {
    Credential(format!("Bearer {token}"))
}

/// What an organization is claimed as.
fn organization(id: &str) -> Credential {
    Credential(format!("organization {id}"))
}

fn basic(account: &str, pat: &str) -> Credential {
    Credential(format!("Basic {account}:{pat}"))
}

/// A credential as it stands in a header.
fn written(credential: &Credential) -> String {
    match credential.0.strip_prefix("Basic ") {
        Some(pair) => format!("Basic {}", BASE64_STANDARD.encode(pair)),
        None => credential.0.clone(),
    }
}

/// By what the world of a call is found. Customers name their organization beside their token, and it goes first: a token
/// that nobody knows is refused by the organization that it was shown to. Elsewhere it stands in for whatever is not shown.
pub(super) fn address(call: &Call) -> Option<Credential> {
    let named = || pass::organization(call).map(|id| organization(&id));
    let shown = || credential(call).or_else(|| pass::shown(call));
    let of_customers = call.path.split('/').nth(2) == Some("customer");
    match of_customers && !call.path.starts_with(pass::ACCOUNTS) {
        true => named().or_else(shown),
        false => shown().or_else(named),
    }
}

/// The credential that a call carries, in the form in which it is claimed.
pub(super) fn credential(call: &Call) -> Option<Credential> {
    read(call.header("authorization")?)
}

/// The credential in a header, or in a login, which looks the same.
pub(super) fn read(header: &str) -> Option<Credential> {
    let (scheme, rest) = header.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(bearer(rest.trim()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let (account, pat) = decoded(rest)?;
    Some(basic(&account, &pat))
}

/// The token that a call carries, whatever it is good for.
pub(super) fn secret(call: &Call) -> Option<String> {
    let (scheme, rest) = call.header("authorization")?.split_once(' ')?;
    match scheme.eq_ignore_ascii_case("basic") {
        true => decoded(rest).map(|(_, pat)| pat),
        false => Some(rest.trim().to_owned()),
    }
}

fn decoded(rest: &str) -> Option<(String, String)> {
    let decoded = String::from_utf8(BASE64_STANDARD.decode(rest.trim()).ok()?).ok()?;
    // The token has a colon of its own after its region, so only the first one parts account and token.
    let (account, pat) = decoded.split_once(':')?;
    Some((account.to_owned(), pat.to_owned()))
}
