//! Bans. The notes of the vendor's table on `unban_customer` are those of another method; what it says in its text counts.

use serde_json::{Map, Value, json};

use super::super::document::Fields;
use super::super::{Outcome, Request, done, nothing};
use crate::base::time::VirtualSpan;
use crate::platform::cx::Cx;
use crate::platform::livechat::Livechat;
use crate::platform::livechat::codes::{self, Denial};
use crate::platform::livechat::deed::Closing;
use crate::platform::livechat::events::Cause;
use crate::platform::livechat::model::{Ban, Banned, Chat};
use crate::platform::livechat::wire::ADDRESS;

const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

/// `list_customer_bans`.
pub(super) fn list_customer_bans(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    platform.admit(cx, request)?;
    done(&platform.bans.in_force(cx.now()).map(shown).collect::<Vec<_>>())
}

fn shown(ban: &Ban) -> Value {
    let mut shown = Map::new();
    for (key, value) in [("ip", &ban.banned.ip), ("customer_id", &ban.banned.customer)] {
        if let Some(value) = value {
            shown.insert(key.to_owned(), json!(value));
        }
    }
    shown.insert("agent_id".to_owned(), json!(ban.by));
    shown.insert("created_at".to_owned(), json!(ban.created_at.micros()));
    shown.insert("expires_at".to_owned(), json!(ban.expires_at().micros()));
    Value::Object(shown)
}

/// `unban_customer`.
pub(super) fn unban_customer(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let banned = banned(&request.fields()?)?;
    if banned.ip.is_some() && banned.customer.is_some() {
        return Err(Denial::validation("`ip` cannot be used with `customer_id`").into());
    }
    if !platform.bans.in_force(cx.now()).any(|ban| ban.is_of(&banned)) {
        return Err(Denial::of(codes::NOT_FOUND).into());
    }
    platform.admit(cx, request)?;
    platform.bans.lift(&banned);
    nothing()
}

/// `ban_customer` of the Configuration API, which the Agent Chat API has by days. Inferred, because a ban is a ban: that
/// it closes open chats as the other one does. Their notes count in days, so that a part of a day is one more.
pub(super) fn ban_customer(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let banned = banned(&fields)?;
    let seconds = fields.number("seconds")?.ok_or_else(|| fields.missing("seconds"))?;
    let seconds = u32::try_from(seconds).ok().filter(|seconds| *seconds > 0);
    let seconds = seconds.ok_or_else(|| Denial::validation("`seconds` is out of range"))?;
    let unknown = |id: &String| platform.chats.patron(id).is_none() && cx.customer_with_id(id).is_none();
    if banned.customer.as_ref().is_some_and(unknown) {
        return Err(Denial::of(codes::NOT_FOUND).into());
    }
    platform.admit(cx, request)?;
    let (by, created_at, span) = (request.caller.id.clone(), cx.now(), VirtualSpan::from_secs(seconds.into()));
    let closing = Closing::Banned { by: platform.name_of(&by), days: u64::from(seconds).div_ceil(SECONDS_PER_DAY) };
    let cut_off = chats_of(platform, &banned);
    platform.bans.add(Ban { banned, by, created_at, span });
    for chat in cut_off {
        platform.deactivate(cx, &Cause::system(), &chat, &closing);
    }
    platform.cut_banned(cx);
    nothing()
}

/// The open chats of those whom a ban is about.
fn chats_of(platform: &Livechat, banned: &Banned) -> Vec<String> {
    let meant = |chat: &&Chat| chat.customer().is_some_and(|customer| banned.includes(&customer.id, ADDRESS));
    let open = platform.chats.all().filter(|chat| chat.active().is_some()).filter(meant);
    open.map(|chat| chat.id.clone()).collect()
}

fn banned(fields: &Fields<'_>) -> Result<Banned, Denial> {
    let text = |key| Ok::<_, Denial>(fields.text(key)?.filter(|text| !text.is_empty()).map(str::to_owned));
    let banned = Banned { customer: text("customer_id")?, ip: text("ip")? };
    match banned.customer.is_none() && banned.ip.is_none() {
        true => Err(Denial::validation("`ip` or `customer_id` is required")),
        false => Ok(banned),
    }
}
