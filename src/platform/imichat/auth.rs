//! Who may call: API keys, the access tokens they are exchanged for, and their expiry.
//!
//! Pages: docs.imi.chat/reference/authorize, docs.imi.chat/docs/api-keys.

use std::collections::HashMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderName, HeaderValue};

use super::model::TeamId;
use crate::base::secret::Secret;
use crate::base::time::{VirtualSpan, VirtualTime};
use crate::platform::cx::{Credential, Cx, Identities, Replaced};
use crate::platform::route::Call;

/// The header that carries an access token.
pub(super) const TOKEN_HEADER: &str = "access_token";
/// The header that carries the number of a team.
pub(super) const TEAM_HEADER: &str = "teamid";
/// A header that does not exist, although bodies spell it so: a likely slip.
pub(super) const WRONG_TEAM_HEADER: &str = "team_id";
/// The header that carries the credential of `authorize` unless the set-up names another: the page gives its format but not
/// its name, and this is the usual one.
pub(super) const KEY_HEADER: HeaderName = http::header::AUTHORIZATION;

const WELL_KNOWN_KEY: &str = "imi-api-key";
const WELL_KNOWN_TOKEN: &str = "imi-access-token";

/// By which credentials a tenant's callers are known, as set up.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    /// The tenant's domain.
    pub(super) domain: String,
    /// The API keys; without them one is well known or drawn.
    pub(super) keys: Option<Vec<Key>>,
    /// Tokens issued before; without them one is well known or drawn.
    pub(super) tokens: Option<Vec<Issued>>,
    /// How long further tokens are good for.
    pub(super) life: VirtualSpan,
    /// The header of `authorize` that carries the credential.
    pub(super) key_header: HeaderName,
}

/// An API key.
#[derive(Clone, Debug)]
pub(super) struct Key {
    /// The key.
    pub(super) secret: Secret,
    /// The teams it is shared with; nothing means all.
    pub(super) teams: Option<Vec<TeamId>>,
}

/// A token that was issued before the tenant was opened.
#[derive(Clone, Debug)]
pub(super) struct Issued {
    /// The token.
    pub(super) token: Secret,
    /// How much longer it is good for; nothing means for ever.
    pub(super) life: Option<VirtualSpan>,
    /// The place of its API key.
    pub(super) key: usize,
}

/// The keys and tokens in force.
#[derive(Clone)]
pub(super) struct Auth {
    domain: String,
    keys: Vec<Key>,
    tokens: HashMap<String, Token>,
    /// All tokens in the order in which they came, for the tenant's own client to choose from.
    issued: Vec<Secret>,
    life: VirtualSpan,
    key_header: HeaderName,
}

#[derive(Clone)]
struct Token {
    expires: Option<VirtualTime>,
    key: usize,
}

/// An API key that is in force, by place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct KeyRef(usize);

/// Why a token is not good.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum BadToken {
    /// It was never issued.
    Unknown,
    /// It was good once.
    Expired,
}

impl Auth {
    /// Puts the credentials of a tenant in force, and makes up those that were not set up.
    pub(super) fn open(cx: &mut Cx<'_>, identity: Identity) -> Self {
        let mut made_up = |purpose, known: &str| match cx.identities() {
            Identities::WellKnown => Secret::new(known),
            Identities::Fresh => Secret::new(cx.draw(purpose).guid()),
        };
        let keys = identity
            .keys
            .unwrap_or_else(|| vec![Key { secret: made_up("imichat/api-key", WELL_KNOWN_KEY), teams: None }]);
        let tokens = identity.tokens.unwrap_or_else(|| {
            vec![Issued { token: made_up("imichat/access-token", WELL_KNOWN_TOKEN), life: None, key: 0 }]
        });
        for key in &keys {
            cx.claim(Credential(format!("{}@{}", key.secret.expose(), identity.domain)));
        }
        let Identity { domain, life, key_header, .. } = identity;
        let mut auth = Self { domain, keys, tokens: HashMap::new(), issued: Vec::new(), life, key_header };
        for Issued { token, life, key } in tokens {
            let expires = life.map(|life| cx.now() + life);
            auth.put(cx, token.expose().to_owned(), Token { expires, key });
        }
        auth
    }

    /// Draws all keys and tokens anew; each is good for what the one before it was good for.
    pub(super) fn reissue(&mut self, cx: &mut Cx<'_>) -> Vec<Replaced> {
        let mut replaced = Vec::new();
        for key in &mut self.keys {
            let new = cx.draw("imichat/api-key").guid();
            cx.claim(Credential(format!("{new}@{}", self.domain)));
            replaced.push(Replaced::new(key.secret.expose(), new.as_str()));
            key.secret = Secret::new(new);
        }
        let mut tokens = std::mem::take(&mut self.tokens);
        for old in std::mem::take(&mut self.issued) {
            let Some(token) = tokens.remove(old.expose()) else { continue };
            let new = cx.draw("imichat/access-token").guid();
            replaced.push(Replaced::new(old.expose(), new.as_str()));
            self.put(cx, new, token);
        }
        replaced
    }

    /// The header that the tenant's own client asks for a token with.
    pub(super) fn client_key(&self) -> Option<(HeaderName, Secret)> {
        let credential = format!("{}@{}", self.keys.first()?.secret.expose(), self.domain);
        Some((self.key_header.clone(), Secret::new(BASE64_STANDARD.encode(credential))))
    }

    /// The headers that the tenant's own client calls with: the oldest token that is good, or else the oldest there is, and
    /// the first of the teams that its key is shared with.
    pub(super) fn client(&self, now: VirtualTime, teams: impl Iterator<Item = TeamId>) -> Vec<(HeaderName, Secret)> {
        let good = |token: &&Secret| self.check(token.expose(), now).is_ok();
        let token = self.issued.iter().find(good).or_else(|| self.issued.first());
        let key = token.and_then(|token| self.tokens.get(token.expose())).map(|token| KeyRef(token.key));
        let team = key.and_then(|key| teams.into_iter().find(|team| self.shares(key, *team)));
        let token = token.map(|token| (HeaderName::from_static(TOKEN_HEADER), token.clone()));
        let team = team.map(|team| (HeaderName::from_static(TEAM_HEADER), Secret::new(team.to_string())));
        token.into_iter().chain(team).collect()
    }

    /// What a client must know to get a token.
    pub(super) fn exports(&self) -> Vec<(&'static str, Secret)> {
        let key = self.keys.first().map(|key| ("IMICHAT_API_KEY", key.secret.clone()));
        key.into_iter().chain([("IMICHAT_DOMAIN", Secret::new(self.domain.as_str()))]).collect()
    }

    /// Issues a token to the holder of a key.
    pub(super) fn issue(&mut self, cx: &mut Cx<'_>, key: KeyRef) -> String {
        let token = cx.draw("imichat/access-token").guid();
        let expires = Some(cx.now() + self.life);
        self.put(cx, token.clone(), Token { expires, key: key.0 });
        token
    }

    /// The header of `authorize` that carries the credential.
    pub(super) fn key_header(&self) -> &HeaderName {
        &self.key_header
    }

    /// The API key that `APIKey@DomainName` names.
    pub(super) fn key(&self, credential: &str) -> Option<KeyRef> {
        let (key, domain) = credential.rsplit_once('@')?;
        let place = self.keys.iter().position(|known| known.secret.expose() == key)?;
        (domain == self.domain).then_some(KeyRef(place))
    }

    /// The API key a token was issued for.
    ///
    /// # Errors
    /// If the token is not good at this instant.
    pub(super) fn check(&self, token: &str, now: VirtualTime) -> Result<KeyRef, BadToken> {
        let Token { expires, key } = self.tokens.get(token).ok_or(BadToken::Unknown)?;
        match expires {
            Some(end) if *end <= now => Err(BadToken::Expired),
            Some(_) | None => Ok(KeyRef(*key)),
        }
    }

    /// Whether a call carries a credential of this tenant, good or expired.
    pub(super) fn knows(&self, call: &Call) -> bool {
        self.carries_token(call)
            || key_credential(call, &self.key_header).is_some_and(|credential| self.key(&credential).is_some())
    }

    /// Whether a call carries a token of this tenant, good or expired.
    pub(super) fn carries_token(&self, call: &Call) -> bool {
        call.header(TOKEN_HEADER).is_some_and(|token| self.tokens.contains_key(token))
    }

    /// Has the token of a call end at this instant.
    pub(super) fn expire(&mut self, call: &Call, now: VirtualTime) {
        if let Some(token) = call.header(TOKEN_HEADER).and_then(|token| self.tokens.get_mut(token)) {
            token.expires = Some(now);
        }
    }

    /// Whether a key may be used for a team.
    pub(super) fn shares(&self, key: KeyRef, team: TeamId) -> bool {
        let teams = self.keys.get(key.0).and_then(|key| key.teams.as_ref());
        teams.is_none_or(|teams| teams.contains(&team))
    }

    fn put(&mut self, cx: &mut Cx<'_>, text: String, token: Token) {
        cx.claim(Credential(text.clone()));
        self.issued.push(Secret::new(text.as_str()));
        self.tokens.insert(text, token);
    }
}

/// `APIKey@DomainName` out of the header of `authorize`, with or without `Basic `.
pub(super) fn key_credential(call: &Call, header: &HeaderName) -> Option<String> {
    decoded(call.headers.get(header)?)
}

fn decoded(header: &HeaderValue) -> Option<String> {
    let header = header.to_str().ok()?;
    let encoded = match header.split_once(' ') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("basic") => rest.trim(),
        _ => header.trim(),
    };
    String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()
}

/// The credential by which a call's tenant is found: the token, or on the way to one the API key with its domain. Before the
/// tenant is found nobody knows which header it wants, so there any header counts that holds something of that form.
pub(super) fn credential(call: &Call) -> Option<Credential> {
    let token = call.header(TOKEN_HEADER).filter(|token| !token.is_empty()).map(str::to_owned);
    let usual = || key_credential(call, &KEY_HEADER);
    if call.path.ends_with("/authorize") {
        let is_key = |text: &String| text.contains('@');
        let others = || call.headers.values().filter_map(decoded).find(is_key);
        return usual().filter(is_key).or_else(others).or(token).map(Credential);
    }
    token.or_else(usual).map(Credential)
}
