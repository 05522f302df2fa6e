//! Following chats without being in them. Sockets alone hear of it.

use serde_json::json;

use super::super::Livechat;
use super::super::codes::Denial;
use super::{Outcome, Request, done, nothing};
use crate::platform::cx::Cx;

/// `follow_chat`. Whoever is in the chat need not follow it.
pub(super) fn follow_chat(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let id = fields.required("id")?;
    let (chat, agent) = (platform.chat(request, id)?, request.caller.id.as_str());
    let new = chat.present(agent).is_none() && !chat.followed_by(agent);
    platform.admit(cx, request)?;
    if let Some(chat) = platform.chats.get_mut(id).filter(|_| new) {
        chat.follow(agent);
        let cause = platform.cause(cx, request);
        platform.push_followed(cx, &cause, id, agent);
    }
    nothing()
}

/// `unfollow_chat`. Whoever is in the chat cannot.
pub(super) fn unfollow_chat(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let id = fields.required("id")?;
    if platform.chat(request, id)?.present(&request.caller.id).is_some() {
        // The error type is inferred: the page only says that it cannot be done.
        return Err(Denial::validation("users of the chat cannot unfollow it").into());
    }
    platform.admit(cx, request)?;
    if let Some(chat) = platform.chats.get_mut(id) {
        chat.unfollow(&request.caller.id);
        platform.push_unfollowed(cx, id, &request.caller.id);
    }
    match cx.socket() {
        // The samples of the two APIs differ.
        Some(_) => done(&json!({"chat_id": id})),
        None => nothing(),
    }
}
