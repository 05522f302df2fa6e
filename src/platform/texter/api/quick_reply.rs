//! Operations on quick replies.

use serde_json::{Value as Json, json};

use super::super::Texter;
use super::super::codes::Denial;
use super::super::model::{Channel, Place, Position, QuickReply, Target};
use super::super::wire;
use super::draft;
use super::fields::Fields;
use super::query::Query;
use super::{CREATED, Outcome, Request, done, nothing};
use crate::platform::cx::Cx;
use crate::platform::route::Reply;

/// How many quick replies a page has at most, and where nothing is said; nothing is published.
const LONGEST_PAGE: u64 = 10_000;
/// How many can be passed over; nothing is published.
const FURTHEST: u64 = 100_000;
/// How many operations one call does at most.
const MOST_OPERATIONS: usize = 1_000;
/// How many messages, targets, departments and agents there are at most; nothing is published.
const MOST_PARTS: usize = 100;
/// The longest pause between messages, in milliseconds; nothing is published.
const LONGEST_PAUSE: u64 = 60_000;
/// The types of messages that can be asked for.
const KINDS: [&str; 6] = ["text", "media", "buttons", "list", "contacts", "location"];

pub(super) fn list(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let query = request.query();
    let (skip, limit) = query.page(LONGEST_PAGE, LONGEST_PAGE, FURTHEST)?;
    let sorting = sorting(&query)?;
    let channel = query
        .get("forChat[name]")
        .map(|name| Channel::named(name).ok_or_else(|| Denial::invalid("query.forChat[name] must be a channel")));
    let place = Place {
        channel: channel.transpose()?,
        account: query.get("forChat[accountId]"),
        chat: query.get("forChat[id]"),
    };
    let position = query
        .get("position")
        .map(|name| Position::named(name).ok_or_else(|| Denial::invalid("query.position must be one of top, main")));
    let position = position.transpose()?;
    let kinds = query.all("hasContentsType", KINDS.len())?;
    if kinds.iter().any(|kind| !KINDS.contains(kind)) {
        return Err(Denial::invalid(format!("query.hasContentsType must be among {}", KINDS.join(", "))).into());
    }
    texter.admit(cx, request)?;
    let chat = place.chat.and_then(|id| texter.chats.get(id));
    let place = place.in_chat(chat);
    let wanted = |reply: &&QuickReply| {
        reply.fits(&place)
            && position.is_none_or(|position| reply.position == position)
            && (kinds.is_empty() || kinds.iter().any(|kind| reply.has(kind)))
    };
    let mut found: Vec<&QuickReply> = texter.quick_replies.values().filter(wanted).collect();
    for (key, order) in sorting {
        key.sort(&mut found, order);
    }
    let page: Vec<Json> = found.iter().skip(skip).take(limit).map(|reply| wire::quick_reply(reply)).collect();
    done(&json!({"total": found.len(), "quickReplies": page}))
}

/// What a list is sorted by.
#[derive(Clone, Copy)]
enum Key {
    Title,
    Created,
    Updated,
}

/// Which way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Rising,
    Falling,
}

impl Key {
    /// Sorts a list that may be sorted by something else already.
    fn sort(self, replies: &mut [&QuickReply], order: Order) {
        replies.sort_by(|one, other| {
            let (one, other) = if order == Order::Rising { (one, other) } else { (other, one) };
            match self {
                Self::Title => one.title.cmp(&other.title),
                Self::Created => one.created.cmp(&other.created),
                Self::Updated => one.updated.cmp(&other.updated),
            }
        });
    }
}

/// By what a list is sorted, the weightiest last: the latest first where nothing is said. That a title weighs more than a
/// time where both are asked for is inferred.
fn sorting(query: &Query) -> Result<Vec<(Key, Order)>, Denial> {
    let mut sorting = Vec::new();
    for (name, key) in [("sortCreated", Key::Created), ("sortUpdated", Key::Updated), ("sortTitle", Key::Title)] {
        match query.get(name) {
            None => {}
            Some("asc") => sorting.push((key, Order::Rising)),
            Some("desc") => sorting.push((key, Order::Falling)),
            Some(_) => return Err(Denial::invalid(format!("query.{name} must be one of asc, desc"))),
        }
    }
    if sorting.is_empty() {
        sorting.push((Key::Created, Order::Falling));
    }
    Ok(sorting)
}

/// That what was made is answered with 201 is inferred.
pub(super) fn create(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let fields = request.fields()?;
    let send = fields.need("send", fields.object("send"))?;
    let display = fields.object("display")?.unwrap_or_else(Fields::none);
    let now = cx.now();
    let mut reply = QuickReply {
        id: String::new(),
        contents: contents(texter, &send, "contents")?,
        pause: pause(&send, "betweenMessagesDelay")?,
        targets: targets(texter, &send, "target")?,
        // Where nothing is said, it is one among others; that is inferred.
        position: position(&display, "position")?.unwrap_or(Position::Main),
        title: display.text("title")?.map(str::to_owned),
        note: display.text("note")?.map(str::to_owned),
        departments: departments(texter, &display, "departments")?,
        users: users(texter, &display, "users")?,
        client: serde_json::Map::new(),
        created: now,
        updated: now,
    };
    texter.admit(cx, request)?;
    reply.id = cx.draw("texter/quick-reply").hex(24);
    let shown = wire::quick_reply(&reply);
    texter.quick_replies.insert(reply.id.clone(), reply);
    Ok(Reply::json(CREATED, None, &shown))
}

/// Does all operations or none.
pub(super) fn update(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let mut reply = known(texter, request)?.clone();
    let operations = request.document.as_array().filter(|list| (1..=MOST_OPERATIONS).contains(&list.len()));
    let wrong = || Denial::invalid(format!("body must be array with 1 to {MOST_OPERATIONS} items"));
    for (index, operation) in operations.ok_or_else(wrong)?.iter().enumerate() {
        apply(texter, &mut reply, &Fields::of(operation, format!("body[{index}]"))?)?;
    }
    texter.admit(cx, request)?;
    reply.updated = cx.now();
    let shown = wire::quick_reply(&reply);
    texter.quick_replies.insert(reply.id.clone(), reply);
    done(&shown)
}

/// Does one operation. What can be left out when a quick reply is made can be cleared with `null`; that it is so for each
/// of them is inferred.
fn apply(texter: &Texter, reply: &mut QuickReply, operation: &Fields<'_>) -> Result<(), Denial> {
    let mut names = operation.members().keys().map(String::as_str);
    let (Some(name), None) = (names.next(), names.next()) else {
        return Err(operation.broken("must have exactly one key"));
    };
    let text = || operation.text(name).map(|text| text.map(str::to_owned));
    match name {
        "updateSendContents" => reply.contents = contents(texter, operation, name)?,
        "updateSendTarget" => reply.targets = targets(texter, operation, name)?,
        "updateBetweenMessagesDelay" => reply.pause = pause(operation, name)?,
        "updateDisplayTitle" => reply.title = text()?,
        "updateDisplayNote" => reply.note = text()?,
        "updateDisplayPosition" => reply.position = operation.need(name, position(operation, name))?,
        "updateDisplayDepartments" => reply.departments = departments(texter, operation, name)?,
        "updateDisplayUsers" => reply.users = users(texter, operation, name)?,
        "updateClientMetadata" => {
            let client = operation.object(name)?;
            reply.client = client.map(|client| client.members().clone()).unwrap_or_default();
        }
        other => return Err(operation.wrong(other, "is no operation")),
    }
    Ok(())
}

pub(super) fn delete(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    known(texter, request)?;
    texter.admit(cx, request)?;
    texter.quick_replies.shift_remove(request.param("quickReplyId"));
    nothing()
}

fn known<'t>(texter: &'t Texter, request: &Request<'_>) -> Result<&'t QuickReply, Denial> {
    texter.quick_replies.get(request.param("quickReplyId")).ok_or_else(|| Denial::unknown("Quick reply"))
}

/// Messages, each such as could be sent by itself.
fn contents(texter: &Texter, fields: &Fields<'_>, key: &str) -> Result<Vec<Json>, Denial> {
    let contents = fields.objects(key, 1, MOST_PARTS)?;
    let check = |content: &Fields<'_>| draft::check_fields(texter, content).map(|_| content.members().clone().into());
    contents.iter().map(check).collect()
}

fn targets(texter: &Texter, fields: &Fields<'_>, key: &str) -> Result<Vec<Target>, Denial> {
    if fields.get(key).is_none() {
        return Ok(Vec::new());
    }
    let read = |target: &Fields<'_>| {
        let channel = Channel::named(target.need("name", target.text("name"))?);
        let chat = target.text("id")?;
        if chat.is_some_and(|id| texter.chats.get(id).is_none()) {
            return Err(Denial::unknown("Chat"));
        }
        Ok(Target {
            channel: channel.ok_or_else(|| target.wrong("name", "must be a channel"))?,
            account: target.text("accountId")?.map(str::to_owned),
            chat: chat.map(str::to_owned),
        })
    };
    fields.objects(key, 0, MOST_PARTS)?.iter().map(read).collect()
}

fn pause(fields: &Fields<'_>, key: &str) -> Result<Option<u64>, Denial> {
    fields.number(key, 0, LONGEST_PAUSE)
}

fn position(fields: &Fields<'_>, key: &str) -> Result<Option<Position>, Denial> {
    let read = |name| Position::named(name).ok_or_else(|| fields.wrong(key, "must be one of top, main"));
    fields.text(key)?.map(read).transpose()
}

fn departments(texter: &Texter, fields: &Fields<'_>, key: &str) -> Result<Vec<String>, Denial> {
    let departments = fields.texts(key)?.unwrap_or_default();
    match departments.iter().all(|department| texter.tenant.has_department(department)) {
        true => Ok(departments),
        false => Err(Denial::unknown("Department")),
    }
}

fn users(texter: &Texter, fields: &Fields<'_>, key: &str) -> Result<Vec<String>, Denial> {
    let users = fields.texts(key)?.unwrap_or_default();
    match users.iter().all(|uid| texter.tenant.agent(uid).is_some()) {
        true => Ok(users),
        false => Err(Denial::unknown("Agent")),
    }
}
