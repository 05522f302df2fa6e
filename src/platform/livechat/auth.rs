//! Who may call: tokens of agents and bots, personal access tokens, and the header by which old versions name a bot.
//!
//! Page: platform.text.com/docs/authorization.

use std::collections::HashMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::codes::{self, Denial};
use super::tenant::{Kind, Tenant};
use super::version::Version;
use crate::base::secret::Secret;
use crate::platform::cx::{Credential, Cx, Identities};
use crate::platform::route::Call;

/// The header by which versions up to 3.5 say that a bot speaks.
const AUTHOR_HEADER: &str = "x-author-id";

const AGENT_TOKENS: [&str; 2] = ["dal:agent-token", "dal:agent2-token"];
const BOT_TOKENS: [&str; 2] = ["dal:bot-token", "dal:bot2-token"];
const PERSONAL_TOKEN: &str = "agent-account:dal:agent-pat";

/// The credentials in force.
pub(super) struct Auth {
    /// Who is meant, by credential.
    holders: HashMap<String, String>,
    /// The tokens of agents and bots, in the order of the tenant.
    tokens: Vec<(String, Secret)>,
}

impl Auth {
    /// Puts the credentials of a tenant in force, and makes up those that were not set up.
    pub(super) fn open(cx: &mut Cx<'_>, tenant: &Tenant) -> Self {
        let mut auth = Self { holders: HashMap::new(), tokens: Vec::new() };
        let (mut agents, mut bots) = (0, 0);
        for worker in &tenant.workers {
            let (known, place) = match worker.kind {
                Kind::Human => (&AGENT_TOKENS, &mut agents),
                Kind::Bot { .. } => (&BOT_TOKENS, &mut bots),
            };
            // Drawn even where it is given, so that giving one does not change the others.
            let drawn = format!("dal:{}", cx.draw("livechat/token").hex(32));
            let usual = match cx.identities() {
                Identities::WellKnown => known.get(*place).map_or(drawn, |known| (*known).to_owned()),
                Identities::Fresh => drawn,
            };
            *place += 1;
            let token = worker.token.clone().unwrap_or_else(|| Secret::new(usual));
            auth.put(cx, token.expose().to_owned(), &worker.id);
            auth.tokens.push((worker.id.clone(), token));
        }
        let pair = match cx.identities() {
            Identities::WellKnown => PERSONAL_TOKEN.to_owned(),
            Identities::Fresh => {
                let draw = cx.draw("livechat/personal-token");
                format!("{}:dal:{}", draw.guid(), draw.hex(32))
            }
        };
        if let Some(agent) = tenant.workers.iter().find(|worker| !worker.is_bot()) {
            auth.put(cx, personal(&pair), &agent.id);
        }
        auth
    }

    /// The token of an agent or bot.
    pub(super) fn token(&self, id: &str) -> Option<&Secret> {
        self.tokens.iter().find(|(holder, _)| holder == id).map(|(_, token)| token)
    }

    /// The id of whoever holds the credential of a call.
    pub(super) fn holder(&self, call: &Call) -> Option<&str> {
        self.holders.get(&carried(call)?).map(String::as_str)
    }

    /// The id of the agent or bot who speaks with a call.
    ///
    /// # Errors
    /// If the credential is unknown, or an old version names a bot that is not the app's.
    pub(super) fn speaker(&self, tenant: &Tenant, call: &Call, version: Version) -> Result<String, Denial> {
        let holder = self.holder(call).ok_or_else(|| Denial::of(codes::AUTHENTICATION))?;
        let named = call.header(AUTHOR_HEADER).filter(|id| !id.is_empty() && version <= Version::V3_5);
        let Some(named) = named else { return Ok(holder.to_owned()) };
        let app = match tenant.worker(holder).map(|worker| &worker.kind) {
            Some(Kind::Bot { client, .. }) => client,
            Some(Kind::Human) | None => &tenant.client,
        };
        let bot = tenant.bots_of(app).find(|bot| bot.id == named);
        bot.map(|bot| bot.id.clone()).ok_or_else(|| {
            Denial::of(codes::AUTHORIZATION).saying("`X-Author-Id` names no bot of the client id that the token is for")
        })
    }

    fn put(&mut self, cx: &mut Cx<'_>, credential: String, holder: &str) {
        cx.claim(Credential(credential.clone()));
        self.holders.insert(credential, holder.to_owned());
    }
}

/// The credential by which a call's tenant is found.
pub(super) fn credential(call: &Call) -> Option<Credential> {
    carried(call).map(Credential)
}

/// A token, or `Basic ` and an account with its personal access token, so that one is never taken for the other.
fn carried(call: &Call) -> Option<String> {
    let (scheme, rest) = call.header("authorization")?.split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return (!rest.is_empty()).then(|| rest.to_owned());
    }
    let decoded = scheme.eq_ignore_ascii_case("basic").then(|| BASE64_STANDARD.decode(rest).ok()).flatten()?;
    String::from_utf8(decoded).ok().filter(|text| text.contains(':')).map(|text| personal(&text))
}

/// The credential of a personal access token, from `account:token`; the token itself has colons too.
fn personal(pair: &str) -> String {
    format!("Basic {pair}")
}
