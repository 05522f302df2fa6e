//! Bots, and the tokens they call with.
//!
//! Page: platform.text.com/docs/management/configuration-api#bots.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use indexmap::IndexMap;
use serde_json::json;

use super::super::document::Fields;
use super::super::{Outcome, Request, done, nothing};
use super::person::{add, groups, max_chats, priority, work_scheduler};
use crate::base::secret::Secret;
use crate::base::time::VirtualSpan;
use crate::platform::cx::{Cx, WakeKey};
use crate::platform::livechat::Livechat;
use crate::platform::livechat::codes::{self, Denial};
use crate::platform::livechat::model::{Maker, Priority, Profile, StaffKind, Staffer, Status};
use crate::platform::livechat::scope;
use crate::platform::livechat::version::Version;
use crate::platform::livechat::wire::organization as wire;

/// How many chats a bot may have at once, and has by default.
const MOST_CHATS: u64 = 500;
const USUAL_CHATS: usize = 6;
/// How soon the router thinks of a bot that says nothing about it; not documented.
const USUAL_PRIORITY: Priority = Priority::Normal;
/// How long ids and secrets are, in hexadecimal digits.
const DIGITS: usize = 32;
/// How long a token is good for.
const TOKEN_LIFE: VirtualSpan = VirtualSpan::from_mins(24 * 60);
/// The beginning of the key of timers that end a token.
pub(in crate::platform::livechat) const TOKEN_TIMER: &str = "token ";

/// `create_bot`.
pub(super) fn create_bot(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let owner = platform.app(request)?;
    let mut staffer = draft(platform, &fields, request.version, &owner)?;
    platform.admit(cx, request)?;
    if let (StaffKind::Bot { maker, .. }, None) = (&mut staffer.kind, &request.caller.client) {
        *maker = Maker::Person;
    }
    let (id, key) = secret(cx, &mut staffer);
    let cause = platform.cause(cx, request);
    platform.amend(cx, &cause, |organization| organization.enlist(staffer));
    done(&json!({"id": id, "secret": key}))
}

/// A bot as a request describes it, which has no id and no secret yet. Bots begin offline.
pub(super) fn draft(
    platform: &Livechat,
    fields: &Fields<'_>,
    version: Version,
    owner: &str,
) -> Result<Staffer, Denial> {
    let mut staffer = Staffer {
        id: String::new(),
        name: fields.required("name")?.to_owned(),
        kind: StaffKind::Bot { owner: owner.to_owned(), secret: None, maker: Maker::App },
        groups: IndexMap::new(),
        priority: USUAL_PRIORITY,
        max_chats: USUAL_CHATS,
        status: Status::Offline,
        token: None,
        profile: Profile::default(),
    };
    read(platform, fields, version, &mut staffer)?;
    Ok(staffer)
}

/// Gives a bot its id and secret.
pub(super) fn secret(cx: &mut Cx<'_>, staffer: &mut Staffer) -> (String, String) {
    let (id, key) = (cx.draw("livechat/bot-id").hex(DIGITS), fresh_secret(cx));
    staffer.id.clone_from(&id);
    if let StaffKind::Bot { secret, .. } = &mut staffer.kind {
        *secret = Some(Secret::new(key.as_str()));
    }
    (id, key)
}

/// A secret that nobody has.
pub(super) fn fresh_secret(cx: &mut Cx<'_>) -> String {
    cx.draw("livechat/bot-secret").hex(DIGITS)
}

/// `update_bot`.
pub(super) fn update_bot(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let (staffer, owner) = bot(platform, &fields, "id")?;
    platform.mine(request, owner)?;
    let mut staffer = staffer.clone();
    rename(&fields, &mut staffer)?;
    read(platform, &fields, request.version, &mut staffer)?;
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.amend(cx, &cause, |organization| organization.enlist(staffer));
    nothing()
}

/// Gives a bot another name, if there is one.
pub(super) fn rename(fields: &Fields<'_>, staffer: &mut Staffer) -> Result<(), Denial> {
    if fields.get("name").is_some() {
        fields.required("name")?.clone_into(&mut staffer.name);
    }
    Ok(())
}

/// Reads what can be said when a bot is created and later, too.
pub(super) fn read(
    platform: &Livechat,
    fields: &Fields<'_>,
    version: Version,
    staffer: &mut Staffer,
) -> Result<(), Denial> {
    staffer.priority = priority(fields, "default_group_priority")?.unwrap_or(staffer.priority);
    staffer.max_chats = max_chats(fields, MOST_CHATS)?.unwrap_or(staffer.max_chats);
    if let Some(groups) = groups(platform, fields, staffer.priority)? {
        staffer.groups = groups;
    }
    let profile = &mut staffer.profile;
    for (key, text) in [("avatar", &mut profile.avatar), ("job_title", &mut profile.job_title)] {
        if let Some(new) = fields.text(key)? {
            new.clone_into(text);
        }
    }
    // Of a bot, the zone has to be known whether there are hours or not.
    if let Some(scheduler) = fields.object("work_scheduler")?.filter(|_| version > Version::V3_4) {
        scheduler.required("timezone")?;
    }
    if let Some(scheduler) = work_scheduler(fields, version)? {
        profile.work_scheduler = Some(scheduler);
    }
    // The kind of bot decides nothing here, and strict receivers do not know the member.
    fields.text("type")?;
    Ok(())
}

/// `delete_bot`.
pub(super) fn delete_bot(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let (staffer, owner) = bot(platform, &fields, "id")?;
    platform.mine(request, owner)?;
    let id = staffer.id.clone();
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.retire(cx, &cause, &id);
    nothing()
}

/// `get_bot`.
pub(super) fn get_bot(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let (staffer, owner) = bot(platform, &fields, "id")?;
    platform.mine(request, owner)?;
    let wanted = fields.words("fields", wire::BOT_FIELDS)?.unwrap_or_default();
    platform.admit(cx, request)?;
    let mut document = wire::bot(staffer, owner);
    add(&mut document, &wanted, |field| wire::bot_field(staffer, field));
    done(&document)
}

/// `list_bots`: those of the caller's app, or all. Personal access tokens belong to no app; their holders see the bots that
/// were made with such tokens.
pub(super) fn list_bots(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let all = fields.flag("all")?.unwrap_or(false);
    let wanted = fields.words("fields", wire::BOT_FIELDS)?.unwrap_or_default();
    platform.admit(cx, request)?;
    let client = request.caller.client.as_ref();
    let bots = platform.organization.staff().filter(|staffer| match &staffer.kind {
        StaffKind::Bot { owner, maker, .. } => all || client.map_or(*maker == Maker::Person, |client| client == owner),
        StaffKind::Agent(_) => false,
    });
    let shown = bots.map(|staffer| {
        let mut document = wire::listed_bot(staffer);
        add(&mut document, &wanted, |field| wire::bot_field(staffer, field));
        document
    });
    done(&shown.collect::<Vec<_>>())
}

/// `reset_bot_secret`. Tokens that were issued for the old secret stay good.
pub(super) fn reset_bot_secret(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let (staffer, owner) = bot(platform, &fields, "id")?;
    let id = staffer.id.clone();
    if platform.app(request)? != owner {
        return Err(Denial::of(codes::AUTHORIZATION).into());
    }
    platform.admit(cx, request)?;
    let fresh = fresh_secret(cx);
    if let Some(Staffer { kind: StaffKind::Bot { secret, .. }, .. }) = platform.organization.staffer_mut(&id) {
        *secret = Some(Secret::new(fresh.as_str()));
    }
    done(&json!({"secret": fresh}))
}

/// `issue_bot_token`. The secret is the credential, so nobody is asked for another one.
pub(super) fn issue_bot_token(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let [id, client, given, organization] = [
        fields.required("bot_id"),
        fields.required("client_id"),
        fields.required("bot_secret"),
        fields.required("organization_id"),
    ];
    let (id, client, given, organization) = (id?, client?, given?, organization?);
    let known = platform.organization.staffer(id).is_some_and(|staffer| match &staffer.kind {
        StaffKind::Bot { owner, secret: Some(secret), .. } => owner == client && secret.expose() == given,
        StaffKind::Bot { secret: None, .. } | StaffKind::Agent(_) => false,
    });
    if !known || organization != platform.auth.organization_id {
        return Err(Denial::of(codes::AUTHENTICATION).into());
    }
    platform.admit(cx, request)?;
    let now = cx.now();
    let until = now + TOKEN_LIFE;
    let header = json!({"alg": "RS256", "typ": "JWT"}).to_string();
    let claims = json!({
        "sub": id, "client_id": client, "organization_id": organization, "scope": scope::BOT.join(","),
        "iat": now.as_secs(), "exp": until.as_secs(),
    });
    let parts = [header, claims.to_string()].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
    // Nobody here has the vendor's key, so the signature is drawn; it keeps tokens apart.
    let token = format!("{}.{}", parts.join("."), cx.draw("livechat/bot-token").hex(DIGITS));
    if let Some(bot) = platform.organization.staffer(id) {
        platform.auth.issue(cx, &token, bot, client);
    }
    cx.wake_at(until, WakeKey(format!("{TOKEN_TIMER}{token}")));
    done(&json!({"token": token}))
}

/// The bot that a request is about, and the app it belongs to.
fn bot<'p>(platform: &'p Livechat, fields: &Fields<'_>, key: &str) -> Result<(&'p Staffer, &'p str), Denial> {
    let staffer = platform.organization.staffer(fields.required(key)?);
    let bot = staffer.and_then(|staffer| match &staffer.kind {
        StaffKind::Bot { owner, .. } => Some((staffer, owner.as_str())),
        StaffKind::Agent(_) => None,
    });
    bot.ok_or_else(|| Denial::of(codes::NOT_FOUND))
}
