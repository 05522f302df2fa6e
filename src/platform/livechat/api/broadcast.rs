//! Words to agents, and what a thread was about.

use super::super::Livechat;
use super::super::codes::{self, Denial};
use super::{Outcome, Request, nothing};
use crate::platform::cx::Cx;

/// `multicast`. Sockets alone hear of it.
pub(super) fn multicast(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let recipients = fields.required_object("recipients")?;
    let agents = recipients.required_object("agents")?;
    let all = agents.flag("all")?;
    let (ids, groups) = (agents.texts("ids")?, agents.numbers("groups")?);
    if all.is_none() && ids.is_none() && groups.is_none() {
        return Err(Denial::validation("one of these is required: all, ids, groups").into());
    }
    let content = fields.get("content").ok_or_else(|| fields.missing("content"))?;
    let kind = fields.text("type")?;
    platform.admit(cx, request)?;
    let (ids, groups) = (ids.unwrap_or_default(), groups.unwrap_or_default());
    platform.push_multicast(cx, &request.caller.id, (content, kind), |agent| {
        let grouped = || platform.organization.staffer(agent).is_some_and(|staffer| staffer.covers(&groups));
        all == Some(true) || ids.iter().any(|id| id == agent) || grouped()
    });
    nothing()
}

/// `request_thread_summary`.
pub(super) fn request_thread_summary(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let (chat, thread) = (fields.required("chat_id")?, fields.required("thread_id")?);
    platform.chat(request, chat)?.thread(thread).ok_or_else(|| Denial::of(codes::NOT_FOUND))?;
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.summarize(cx, &cause, chat, thread, &request.caller.id);
    nothing()
}
