//! Operations on messages.

use serde_json::{Value as Json, json};

use super::super::Texter;
use super::super::codes::Denial;
use super::super::deed::Hand;
use super::super::model::Message;
use super::super::wire;
use super::draft;
use super::{Outcome, Request, done};
use crate::platform::cx::Cx;

/// How many messages a page has where nothing is said.
const USUAL_PAGE: u64 = 50;
/// How many it has at most; nothing is published.
const LONGEST_PAGE: u64 = 10_000;

pub(super) fn send(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let id = texter.chat_of(request)?;
    let fields = request.fields()?;
    fields.text("context")?;
    let correlation = fields.text("tmpSendId")?;
    let plan = draft::check(texter, &id, &request.document, cx.now())?;
    texter.admit(cx, request)?;
    let by = Hand::caller(cx);
    let content = plan.carry_out(texter, cx);
    let message = texter.send(cx, &id, &by, content);
    let chat = texter.chats.get(&id);
    let sent = chat.and_then(|chat| Some((chat, chat.messages.iter().rev().find(|sent| sent.id == message)?)));
    let mut shown: Vec<Json> = sent.into_iter().map(|(chat, sent)| wire::message(chat, sent)).collect();
    if let (Some(correlation), Some(sent)) = (correlation, shown.first_mut()) {
        sent["tmpSendId"] = json!(correlation);
    }
    done(&json!({"success": true, "messages": shown}))
}

pub(super) fn list(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let id = texter.chat_of(request)?;
    let query = request.query();
    let limit = query.number("limit", 1, LONGEST_PAGE)?.unwrap_or(USUAL_PAGE);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let filter = match (query.get("botSessionId"), query.get("beforeTime"), query.get("beforeId")) {
        (Some(session), None, None) if is_session(session) => Filter::Session(session.to_owned()),
        (Some(_), None, None) => return Err(Denial::invalid("query.botSessionId must match ^[a-z0-9]+$").into()),
        (None, Some(time), Some(message)) => {
            let time = time.parse::<u64>().ok().filter(|_| time.bytes().all(|byte| byte.is_ascii_digit()));
            let time = time.and_then(|time| i64::try_from(time).ok());
            let time = time.ok_or_else(|| Denial::invalid("query.beforeTime must be integer"))?;
            Filter::Before { time, message: message.to_owned() }
        }
        _ => {
            let message = "query must have either botSessionId, or beforeTime and beforeId";
            return Err(Denial::invalid(message).into());
        }
    };
    texter.admit(cx, request)?;
    let Some(chat) = texter.chats.get(&id) else { return Err(Denial::unknown("Chat").into()) };
    let found: Vec<&Message> = filter.within(&chat.messages).iter().filter(|message| filter.takes(message)).collect();
    // The latest ones of those, in the order in which they were written.
    let page = found.iter().skip(found.len().saturating_sub(limit)).map(|message| wire::message(chat, message));
    let time = |message: Option<&Message>| message.map(|message| message.at.as_millis());
    done(&json!({
        "messages": page.collect::<Vec<_>>(),
        "minTime": time(chat.messages.first()),
        "maxTime": time(chat.messages.last()),
    }))
}

/// Which messages are wanted.
enum Filter {
    Session(String),
    Before { time: i64, message: String },
}

impl Filter {
    /// What was written before the message that is named, if it is there. Messages of one millisecond have an order of their
    /// own, without which somebody who reads page by page would never come to an end; that is inferred.
    fn within<'m>(&self, messages: &'m [Message]) -> &'m [Message] {
        let end = match self {
            Self::Session(_) => None,
            Self::Before { message: before, .. } => messages.iter().position(|message| message.id == *before),
        };
        &messages[..end.unwrap_or(messages.len())]
    }

    fn takes(&self, message: &Message) -> bool {
        match self {
            Self::Session(session) => message.bot_session.as_ref() == Some(session),
            // The time is still within.
            Self::Before { time, .. } => message.at.as_millis() <= *time,
        }
    }
}

fn is_session(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}
