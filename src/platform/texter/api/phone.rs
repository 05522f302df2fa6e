//! Who wants no templates, by phone number.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::super::Texter;
use super::super::codes::Denial;
use super::super::deed::Hand;
use super::super::model::{Channel, Chat};
use super::super::phone_number;
use super::{Outcome, Request, done};
use crate::platform::cx::Cx;

const SHORTEST: usize = 5;
const LONGEST: usize = 30;
/// How many rows there are where nothing is said; whoever says something can say no more than four digits.
const USUAL_PAGE: u64 = 10_000;
const LONGEST_PAGE: u64 = 9_999;
const FURTHEST: u64 = 99_999;
/// How many digits `skip` has at most.
const MOST_DIGITS: usize = 5;

pub(super) fn unsubscribe(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let chats = addressed(texter, request)?;
    texter.admit(cx, request)?;
    let by = Hand::caller(cx);
    for chat in chats {
        texter.unsubscribe(cx, &chat, &by);
    }
    done(&json!({"success": true}))
}

pub(super) fn resubscribe(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let chats = addressed(texter, request)?;
    texter.admit(cx, request)?;
    let by = Hand::caller(cx);
    for chat in chats {
        texter.resubscribe(cx, &chat, &by);
    }
    done(&json!({"success": true}))
}

/// The chats on WhatsApp that a request is about: those with a number, of one account or of all.
fn addressed(texter: &Texter, request: &Request<'_>) -> Result<Vec<String>, Denial> {
    let fields = request.fields()?;
    let number = phone_number::normal(fields.sized("phone", SHORTEST, LONGEST)?);
    let account = fields.text("accountId")?;
    let is_meant = |chat: &&Chat| {
        chat.contact.channel == Channel::Whatsapp && account.is_none_or(|account| chat.contact.account == account)
    };
    let chats: Vec<String> = texter.chats.with_phone(&number).filter(is_meant).map(|chat| chat.id.clone()).collect();
    match chats.is_empty() {
        true => Err(Denial::unknown("Chat")),
        false => Ok(chats),
    }
}

pub(super) fn list(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let query = request.query();
    if query.get("limit").is_some_and(|limit| limit.starts_with('0')) {
        return Err(Denial::invalid("query.limit must match ^[1-9][0-9]{0,3}$").into());
    }
    if query.get("skip").is_some_and(|skip| skip.len() > MOST_DIGITS) {
        return Err(Denial::invalid("query.skip must match ^[0-9]{1,5}$").into());
    }
    let (skip, limit) = query.page(USUAL_PAGE, LONGEST_PAGE, FURTHEST)?;
    let account = request.param("accountId");
    texter.admit(cx, request)?;
    let mut found: Vec<(&Chat, _)> = texter
        .chats
        .iter()
        .filter(|chat| chat.contact.channel == Channel::Whatsapp)
        .filter(|chat| account.is_empty() || chat.contact.account == account)
        .filter_map(|chat| Some((chat, chat.unsubscribed?)))
        .collect();
    found.sort_by_key(|(_, at)| *at);
    let mut seen = BTreeSet::new();
    let rows = found.iter().filter(|(chat, _)| seen.insert(&chat.contact.id)).map(|(chat, _)| {
        let mut row = json!({"phone": format!("+{}", chat.contact.id)});
        if !chat.title.is_empty() {
            row["title"] = json!(chat.title);
        }
        row
    });
    done(&rows.skip(skip).take(limit).collect::<Vec<Json>>())
}
