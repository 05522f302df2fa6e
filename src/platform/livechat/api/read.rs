//! Looking at one chat and writing into it.

use serde_json::json;

use super::super::Livechat;
use super::super::codes::{self, Denial};
use super::super::model::Visibility;
use super::draft::draft;
use super::{Outcome, PresenceRule, Request, done};
use crate::platform::cx::Cx;

/// `get_chat`: the latest thread unless one is named. Whoever may not see the chat may see a thread of it that was for
/// their groups, and the other way round.
pub(super) fn get_chat(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let (id, wanted) = (fields.required("chat_id")?, fields.text("thread_id")?);
    let chat = platform.chats.get(id).ok_or_else(|| Denial::of(codes::NOT_FOUND))?;
    let thread = match wanted {
        Some(wanted) => Some(chat.thread(wanted).ok_or_else(|| Denial::of(codes::NOT_FOUND))?.1),
        None => chat.latest(),
    };
    if !thread.map_or_else(|| platform.sees(request, chat), |thread| platform.reads(request, chat, thread)) {
        return Err(Denial::of(codes::MISSING_ACCESS).into());
    }
    platform.admit(cx, request)?;
    let view = platform.view_for(request);
    done(&view.chat(chat, thread, &request.caller.id))
}

/// `send_event`.
pub(super) fn send_event(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let cause = platform.cause(cx, request);
    let id = fields.required("chat_id")?;
    let event = fields.object("event")?.ok_or_else(|| fields.missing("event"))?;
    let draft = draft(platform, cx, request, &event, &cause)?;
    let (chat, _) = platform.open_chat(request, id, PresenceRule::Required)?;
    let hidden = chat.present(&request.caller.id).is_some_and(|member| member.visibility == Visibility::Agents);
    if hidden && draft.visibility == Visibility::All {
        let denial = Denial::of(codes::AUTHORIZATION);
        return Err(denial.saying("Requester is not visible to the customer").into());
    }
    platform.admit(cx, request)?;
    let author = request.caller.id.as_str();
    let event_id = platform.append(cx, &cause, id, Some(author), draft);
    done(&json!({"event_id": event_id}))
}
