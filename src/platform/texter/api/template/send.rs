//! A template is sent: checked, filled in, and its answer awaited.

use serde_json::{Map, Value as Json, json};

use super::super::super::Texter;
use super::super::super::codes::{Denial, Failure};
use super::super::super::deed::Hand;
use super::super::super::model::{
    Channel, Chat, Contact, Content, Localization, LocalizationStatus, ReplyAction, Template,
};
use super::super::super::phone_number;
use super::super::super::wire;
use super::super::chat::Changes;
use super::super::draft;
use super::super::fields::Fields;
use super::super::{OK, Outcome, Request, done};
use super::{answer, status};
use crate::base::time::{VirtualSpan, VirtualTime};
use crate::platform::cx::Cx;
use crate::platform::route::Reply;

/// How many characters a phone number has; documented for other operations.
const SHORTEST_NUMBER: usize = 5;
const LONGEST_NUMBER: usize = 30;
/// So many spaces in a row are too many in a value.
const TOO_MANY_SPACES: &str = "     ";
/// How long an answer is awaited at most, in seconds; nothing is published.
const LONGEST_WAIT: u64 = 630_720_000;
/// The files that can stand above a body, by the words of calls.
const FILES: [&str; 3] = ["image", "video", "document"];

pub(in super::super) fn send(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let fields = request.fields()?;
    let contact = contact(texter, &fields)?;
    let name = fields.need("templateName", fields.text("templateName"))?;
    if !is_sent_name(name) {
        return Err(fields.wrong("templateName", "must match ^[a-zA-Z0-9_-]+$").into());
    }
    let template = texter.template(&contact.account, name)?;
    let localization = localization(template, &fields)?;
    let text = localization.wording.filled(&values(template, localization, &fields)?);
    check_header(localization, &fields)?;
    let buttons = buttons(localization, &fields)?;
    let changes = fields.object("setChat")?.map(|set| Changes::read(&set)).transpose()?;
    let action = reply_action(texter, template, &fields, cx.now())?;
    let free = fields.object("sessionMessage")?.map(|message| free_message(texter, &message)).transpose()?;
    let chat = texter.chats.with(&contact);
    if let Some(since) = chat.and_then(|chat| chat.unsubscribed) {
        // The vendor does not count this as a mistake of the caller's: it is answered like a success.
        let why = format!("Recipient unsubscribed from template messages on {}", since.millis());
        return Ok(Reply::json(OK, None, &Failure::new(&why)));
    }
    let free = free.filter(|_| chat.is_some_and(|chat: &Chat| chat.is_open_at(cx.now())));
    let special = json!({"whatsapp": {"template": {"name": template.form.name}}});
    let template = Content::Special { text: text.clone(), special: members(special), buttons };
    texter.admit(cx, request)?;
    let by = Hand::caller(cx);
    let known = cx.customer_with_phone(&contact.id).map(|customer| customer.key.clone());
    let status = texter.tenant.template_status.of_new_chats();
    let id = texter.meet(cx, contact, status, known, by.party.clone());
    if let Some(changes) = changes {
        changes.apply(texter, cx, &id, &by);
    }
    let (content, is_free) = match free {
        Some(Free::Template) => (Content::Text(text), true),
        Some(Free::Message(plan)) => (plan.carry_out(texter, cx), true),
        None => (template, false),
    };
    let text = content.text().into_owned();
    let message = texter.send(cx, &id, &by, content);
    texter.arm_reply(&id, action);
    if !is_free {
        texter.await_reply(cx, &id);
    }
    done(&json!({"success": true, "text": text, "sentAsSessionMessage": is_free, "messageId": message}))
}

fn members(document: Json) -> Map<String, Json> {
    match document {
        Json::Object(members) => members,
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => Map::new(),
    }
}

/// Whether a text can be the name of a template that is sent. A hyphen is allowed here and not where templates are made.
fn is_sent_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// Who gets it, from which account: the first one on WhatsApp where nothing is said.
fn contact(texter: &Texter, fields: &Fields<'_>) -> Result<Contact, Denial> {
    let id = phone_number::normal(fields.sized("to", SHORTEST_NUMBER, LONGEST_NUMBER)?);
    if id.is_empty() {
        return Err(fields.wrong("to", "must be a phone number"));
    }
    let account = match fields.text("from")? {
        Some(number) => phone_number::normal(number),
        None => texter.tenant.account_on(Channel::Whatsapp).map(|account| account.id.clone()).unwrap_or_default(),
    };
    texter.sends_from(&account)?;
    Ok(Contact { channel: Channel::Whatsapp, id, account })
}

/// In which language: the first approved one where nothing is said.
fn localization<'t>(template: &'t Template, fields: &Fields<'_>) -> Result<&'t Localization, Denial> {
    match fields.text("language")? {
        None => template.approved().next().ok_or_else(|| Denial::invalid("Template is not approved")),
        Some(language) => match template.localization(language) {
            None => Err(Denial::unknown("Localization")),
            Some(localization) if localization.status == LocalizationStatus::Approved => Ok(localization),
            Some(_) => Err(Denial::invalid(format!("Localization {language} is not approved"))),
        },
    }
}

/// What fills the gaps: what the call says, or else the template's defaults.
fn values(template: &Template, localization: &Localization, fields: &Fields<'_>) -> Result<Vec<String>, Denial> {
    let gaps = localization.wording.gaps();
    let values = match fields.texts("body")? {
        Some(values) => values,
        None => template.defaults.get(&localization.language).cloned().unwrap_or_default(),
    };
    if values.len() != gaps {
        return Err(fields.wrong("body", &format!("must have {gaps} items, as the template has gaps")));
    }
    let is_broken = |value: &String| value.contains(['\n', '\r', '\t']) || value.contains(TOO_MANY_SPACES);
    match values.iter().position(is_broken) {
        Some(at) => {
            let why = "must not have line breaks, tabs or 5 or more spaces in a row";
            Err(fields.wrong(&format!("body[{at}]"), why))
        }
        None => Ok(values),
    }
}

/// A file goes with a template whose header has room for one of its kind, and with no other.
fn check_header(localization: &Localization, fields: &Fields<'_>) -> Result<(), Denial> {
    let wanted = localization.wording.file().map(str::to_lowercase);
    match (fields.object("header")?, wanted) {
        (None, None) => Ok(()),
        (None, Some(kind)) => Err(fields.wrong("header", &format!("is required: the template has a header of {kind}"))),
        (Some(_), None) => Err(fields.wrong("header", "must be absent: the template has none for a file")),
        (Some(header), Some(kind)) => {
            let given = header.need("type", header.text("type"))?;
            if !FILES.contains(&given) || given != kind {
                return Err(header.wrong("type", &format!("must be {kind}")));
            }
            let url = header.need("url", header.text("url"))?;
            if !url.starts_with("http://") && !url.starts_with("https://") {
                return Err(header.wrong("url", "must be uri"));
            }
            header.text("filename").map(|_| ())
        }
    }
}

/// What the contact can answer with. The form of `buttons` was not retrieved: here each may have a `payload` for the button
/// in the same place, and without one a button is worth what stands on it.
fn buttons(localization: &Localization, fields: &Fields<'_>) -> Result<Vec<Map<String, Json>>, Denial> {
    let own = localization.wording.buttons();
    let given = match fields.get("buttons") {
        Some(_) => fields.objects("buttons", 0, own.len())?,
        None => Vec::new(),
    };
    let payloads = given.iter().map(|button| button.text("payload")).collect::<Result<Vec<_>, _>>()?;
    let answers = own.iter().enumerate().filter(|(_, (is_answer, _))| *is_answer).map(|(index, (_, text))| {
        let payload = payloads.get(index).copied().flatten().unwrap_or(text);
        members(json!({"title": text, "payload": payload}))
    });
    Ok(answers.collect())
}

/// What happens when the contact answers: what the call says, or else the template. That the one replaces the other as a
/// whole is inferred.
fn reply_action(
    texter: &Texter,
    template: &Template,
    fields: &Fields<'_>,
    now: VirtualTime,
) -> Result<ReplyAction, Denial> {
    let Some(action) = fields.object("replyAction")? else {
        let own = template.form.answer.clone();
        let shown = wire::answer(&texter.tenant, &own);
        return Ok(own.arm(shown, now, None));
    };
    let status = status(&action, &[0, 2, 3])?;
    let answer = super::Answer { status, ..answer(texter, &action)? };
    action.text("bot")?;
    action.number("resolveTime", 0, u64::MAX)?;
    if let Some(file) = action.object("replyToTemplateFile")? {
        file.text("url")?;
        file.text("name")?;
    }
    let expires = action.number("expirationTime", 1, LONGEST_WAIT)?.map(VirtualSpan::from_secs);
    Ok(answer.arm(action.members().clone(), now, expires))
}

/// What is sent instead of a template to a contact who has written within a day.
enum Free {
    /// The words of the template.
    Template,
    /// A message.
    Message(draft::Plan),
}

/// The form of `sessionMessage` was not retrieved: here it is a message such as can be sent by itself, or empty.
fn free_message(texter: &Texter, fields: &Fields<'_>) -> Result<Free, Denial> {
    match fields.members().is_empty() {
        true => Ok(Free::Template),
        false => draft::check_fields(texter, fields).map(Free::Message),
    }
}
