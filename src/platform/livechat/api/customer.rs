//! Customers, whatever chat they are in.

use serde_json::{Map, Value};

use super::super::Livechat;
use super::super::codes::{self, Denial};
use super::super::model::{Dossier, Facebook, Revision};
use super::document::Fields;
use super::{Outcome, Request, done, nothing};
use crate::platform::cx::Cx;

/// The longest ban, in days: a century, since the world's clock has an end. None is documented.
const LONGEST_BAN: u64 = 36_500;
/// The most digits of a telephone number (E.164).
const PHONE_DIGITS: usize = 15;
/// What can be changed about a customer.
const CHANGEABLE: &[&str] = &["name", "email", "avatar", "phone_number", "session_fields", "omnichannel", "address"];

/// `get_customer`.
pub(super) fn get_customer(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let id = known(platform, cx, &fields)?;
    platform.admit(cx, request)?;
    platform.meet_id(cx, id);
    let view = platform.view_for(request);
    done(&view.patron(id))
}

/// `update_customer`.
pub(super) fn update_customer(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    fields.required("id")?;
    let revision = revision(&fields)?;
    let id = known(platform, cx, &fields)?;
    platform.admit(cx, request)?;
    platform.meet_id(cx, id);
    let cause = platform.cause(cx, request);
    platform.revise(cx, &cause, id, revision);
    nothing()
}

/// `ban_customer`.
pub(super) fn ban_customer(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    fields.required("id")?;
    let ban = fields.required_object("ban")?;
    let days = ban.number("days")?.ok_or_else(|| ban.missing("days"))?;
    if !(1..=LONGEST_BAN).contains(&days) {
        return Err(Denial::validation(format!("`ban.days` must be between 1 and {LONGEST_BAN}")).into());
    }
    let id = known(platform, cx, &fields)?;
    platform.admit(cx, request)?;
    platform.meet_id(cx, id);
    platform.ban(cx, id, days, &request.caller.id);
    nothing()
}

/// The customer that a request is about, if there is one.
fn known<'d>(platform: &Livechat, cx: &Cx<'_>, fields: &Fields<'d>) -> Result<&'d str, Denial> {
    let id = fields.required("id")?;
    let known = platform.chats.patron(id).is_some() || cx.customer_with_id(id).is_some();
    if known { Ok(id) } else { Err(Denial::of(codes::NOT_FOUND)) }
}

/// What is to be different about a customer.
pub(super) fn revision(fields: &Fields<'_>) -> Result<Revision, Denial> {
    if CHANGEABLE.iter().all(|key| fields.get(key).is_none()) {
        return Err(Denial::validation(format!("one of these is required: {}", CHANGEABLE.join(", "))));
    }
    let mail = |text: &str| text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
    let address = |text: &str| text.starts_with("https://") || text.starts_with("http://");
    let omnichannel = fields.object("omnichannel")?;
    let channel = |key| omnichannel.as_ref().map(|channels| channels.object(key)).transpose().map(Option::flatten);
    let twilio = channel("twilio")?;
    Ok(Revision {
        name: fields.text("name")?.map(str::to_owned),
        email: text(fields, "email", "an e-mail address", mail)?,
        profile: Dossier {
            avatar: text(fields, "avatar", "a URL", address)?,
            phone_number: text(fields, "phone_number", "a telephone number in the format E.164", is_phone)?,
            session_fields: session_fields(fields)?,
            facebook: channel("fbmessenger")?.map(|account| facebook(&account)).transpose()?,
            twilio: twilio.map(|twilio| twilio.required("phone_number").map(str::to_owned)).transpose()?,
            address: postal(fields)?,
        },
    })
}

/// Text of some form, if it is there.
fn text(fields: &Fields<'_>, key: &str, form: &str, fits: impl Fn(&str) -> bool) -> Result<Option<String>, Denial> {
    match fields.text(key)? {
        Some(text) if !fits(text) => Err(Denial::validation(format!("`{}` must be {form}", fields.name(key)))),
        text => Ok(text.map(str::to_owned)),
    }
}

fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (1..=PHONE_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Objects of one text each.
pub(super) fn session_fields(fields: &Fields<'_>) -> Result<Option<Vec<Map<String, Value>>>, Denial> {
    let Some(list) = fields.list("session_fields")? else { return Ok(None) };
    let one = |value: &Value| {
        let pair = value.as_object().filter(|pair| pair.len() == 1 && pair.values().all(Value::is_string));
        let wrong = || Denial::validation("`session_fields` must be an array of objects with one string each");
        pair.cloned().ok_or_else(wrong)
    };
    list.iter().map(one).collect::<Result<_, _>>().map(Some)
}

fn facebook(account: &Fields<'_>) -> Result<Facebook, Denial> {
    let text = |key| account.text(key).map(|text| text.map(str::to_owned));
    Ok(Facebook {
        id: account.required("id")?.to_owned(),
        name: text("name")?,
        first_name: text("first_name")?,
        last_name: text("last_name")?,
        profile_pic: text("profile_pic")?,
        gender: text("gender")?,
        locale: text("locale")?,
        is_verified_user: account.flag("is_verified_user")?,
    })
}

/// The parts of a postal address that are documented.
pub(super) fn postal(fields: &Fields<'_>) -> Result<Option<Map<String, Value>>, Denial> {
    let Some(address) = fields.object("address")? else { return Ok(None) };
    let mut parts = Map::new();
    for key in ["address", "city", "country", "state", "postal_code"] {
        if let Some(part) = address.text(key)? {
            parts.insert(key.to_owned(), part.into());
        }
    }
    Ok(Some(parts))
}
