//! What is said in chats, and the tags on them.

use serde_json::json;

use super::gate::{Presence, answer, nothing, read};
use super::message::draft;
use crate::platform::cx::Cx;
use crate::platform::livechat::codes::{self, Denial};
use crate::platform::livechat::model::Visibility;
use crate::platform::livechat::{Livechat, codes::planned};
use crate::platform::route::{Answer, Call};

/// Says something.
pub(super) fn send_event(livechat: &mut Livechat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let caller = livechat.gate(call)?;
    let (id, draft) = read(cx, call, |body| Ok((body.text("chat_id")?.to_owned(), draft(&body.object("event")?)?)))?;
    let chat = livechat.workable(&caller, &id, Presence::Wanted)?;
    let hidden = chat.present(&caller.id).is_some_and(|member| member.visibility == Visibility::Agents);
    if hidden && draft.visibility == Visibility::All {
        return Err(Denial::of(codes::AUTHORIZATION).into());
    }
    cx.admit("send_event", planned)?;
    let event_id = livechat.say(cx, &id, &caller.actor, draft).ok_or_else(|| Denial::of(codes::CHAT_INACTIVE))?;
    Ok(answer(&json!({"event_id": event_id})))
}

/// Puts a tag on a thread.
pub(super) fn tag(livechat: &mut Livechat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let caller = livechat.gate(call)?;
    let Tagging { chat, thread, tag } = tagging(livechat, cx, call)?;
    cx.admit("tag_thread", planned)?;
    livechat.tag(cx, &chat, &caller.actor, &thread, &tag);
    Ok(nothing())
}

/// Takes a tag off a thread.
pub(super) fn untag(livechat: &mut Livechat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let caller = livechat.gate(call)?;
    let Tagging { chat, thread, tag } = tagging(livechat, cx, call)?;
    cx.admit("untag_thread", planned)?;
    livechat.untag(cx, &chat, &caller.actor, &thread, &tag);
    Ok(nothing())
}

/// Which tag, on which thread.
struct Tagging {
    chat: String,
    thread: String,
    tag: String,
}

fn tagging(livechat: &Livechat, cx: &mut Cx<'_>, call: &Call) -> Result<Tagging, crate::platform::route::Reply> {
    let caller = livechat.gate(call)?;
    let tagging = read(cx, call, |body| {
        let text = |key| body.text(key).map(str::to_owned);
        Ok(Tagging { chat: text("chat_id")?, thread: text("thread_id")?, tag: text("tag")? })
    })?;
    let chat = livechat.visible(&caller, &tagging.chat)?;
    chat.thread(&tagging.thread).ok_or_else(|| Denial::of(codes::NOT_FOUND))?;
    Ok(tagging)
}
