//! Tags, which closed threads can have too.

use super::super::Livechat;
use super::super::codes::{self, Denial};
use super::{Outcome, Request, nothing};
use crate::platform::cx::Cx;

/// `tag_thread`. A tag that is there already changes nothing.
pub(super) fn tag_thread(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let (chat, thread, tag) = target(platform, request)?;
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.tag(cx, &cause, chat, thread, tag);
    nothing()
}

/// `untag_thread`. A tag that is not there changes nothing.
pub(super) fn untag_thread(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let (chat, thread, tag) = target(platform, request)?;
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.untag(cx, &cause, chat, thread, tag);
    nothing()
}

fn target<'r>(platform: &Livechat, request: &'r Request) -> Result<(&'r str, &'r str, &'r str), Denial> {
    let fields = request.fields()?;
    let (chat, thread, tag) = (fields.required("chat_id")?, fields.required("thread_id")?, fields.required("tag")?);
    platform.chat(request, chat)?.thread(thread).ok_or_else(|| Denial::of(codes::NOT_FOUND))?;
    Ok((chat, thread, tag))
}
