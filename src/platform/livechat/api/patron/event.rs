//! What customers write, take back, and are about to write.

use serde_json::{Map, json};

use super::super::super::Livechat;
use super::super::super::codes::{self, Denial};
use super::super::super::model::Visibility;
use super::super::super::rtm::notice::Indicator;
use super::super::draft::draft;
use super::super::{Outcome, Request, done, nothing};
use crate::platform::cx::Cx;

/// `send_event`. Into a chat that is closed only where the caller wants it appended.
pub(super) fn send_event(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let cause = platform.cause(cx, request);
    let id = fields.required("chat_id")?;
    let event = fields.required_object("event")?;
    let draft = draft(platform, cx, request, &event, &cause)?;
    let appended = fields.flag("attach_to_last_thread")? == Some(true);
    let chat = platform.chat(request, id)?;
    let thread = if appended { chat.latest() } else { chat.active() };
    let thread = thread.ok_or_else(|| Denial::of(codes::CHAT_INACTIVE))?.id.clone();
    platform.admit(cx, request)?;
    let event_id = platform.write(cx, &cause, id, &thread, (&request.caller.id, draft));
    done(&json!({"event_id": event_id}))
}

/// `delete_event`. What others have written is not the customer's to take back; that this is `not_allowed` is inferred.
pub(super) fn delete_event(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let chat = fields.required("chat_id")?;
    let (thread, event) = (fields.required("thread_id")?, fields.required("event_id")?);
    let found = platform.chat(request, chat)?.thread(thread).and_then(|(_, thread)| thread.event(event));
    let found = found.filter(|found| platform.shows(request, found));
    let found = found.ok_or_else(|| Denial::of(codes::NOT_FOUND))?;
    if found.author.as_ref() != Some(&request.caller.id) {
        return Err(Denial::of(codes::NOT_ALLOWED).into());
    }
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.erase(cx, &cause, chat, thread.to_owned(), event.to_owned());
    nothing()
}

/// `send_sneak_peek`. Sockets of agents alone hear of it.
pub(super) fn send_sneak_peek(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let id = fields.required("chat_id")?;
    let text = fields.text("sneak_peek_text")?.ok_or_else(|| fields.missing("sneak_peek_text"))?;
    platform.chat(request, id)?.active().ok_or_else(|| Denial::of(codes::CHAT_INACTIVE))?;
    platform.admit(cx, request)?;
    let peek = json!({"author_id": request.caller.id, "text": text, "timestamp": cx.now().as_secs()});
    let members = Map::from_iter([("sneak_peek".to_owned(), peek)]);
    platform.push_indicator(
        cx,
        &Indicator { push: "incoming_sneak_peek", chat: id, members, visibility: Visibility::Agents },
    );
    nothing()
}
