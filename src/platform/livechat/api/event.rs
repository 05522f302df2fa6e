//! What callers do to events besides writing them: pressing buttons, seeing them, and what comes before them.

use serde_json::{Map, json};

use super::super::Livechat;
use super::super::codes::{self, Denial};
use super::super::deed::Pressing;
use super::super::model::{Press, Visibility};
use super::super::rtm::notice::{Indicator, audience};
use super::document::Fields;
use super::draft::{draft, purchase};
use super::{Outcome, PresenceRule, Request, nothing};
use crate::platform::cx::Cx;

/// `send_rich_message_postback`. Works in closed threads, too, but nobody hears of it.
pub(super) fn send_rich_message_postback(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let chat = fields.required("chat_id")?;
    let (thread, event) = (fields.required("thread_id")?, fields.required("event_id")?);
    let press = press(&fields.required_object("postback")?)?;
    let found = platform.chat(request, chat)?.thread(thread).and_then(|(_, thread)| thread.event(event));
    let message =
        found.filter(|message| platform.shows(request, message)).ok_or_else(|| Denial::of(codes::NOT_FOUND))?;
    if !message.draft.content.buttons().any(|button| button.postback_id == press.id) {
        return Err(Denial::of(codes::NOT_FOUND).saying("postback.id not found").into());
    }
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    let (user, thread, event) = (request.caller.id.clone(), thread.to_owned(), event.to_owned());
    platform.press(cx, &cause, chat, Pressing { user, thread, event, press });
    nothing()
}

fn press(postback: &Fields<'_>) -> Result<Press, Denial> {
    Ok(Press {
        id: postback.required("id")?.to_owned(),
        toggled: postback.flag("toggled")?.ok_or_else(|| postback.missing("toggled"))?,
        button_type: postback.text("button_type")?.map(str::to_owned),
        button_value: postback.text("button_value")?.map(str::to_owned),
        ecommerce: purchase(postback)?,
    })
}

/// `mark_events_as_seen`. Changes nothing for a caller who was never in the chat, or has seen more.
pub(super) fn mark_events_as_seen(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let chat = fields.required("chat_id")?;
    let up_to = fields.instant("seen_up_to")?.ok_or_else(|| fields.missing("seen_up_to"))?;
    platform.chat(request, chat)?;
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.see(cx, &cause, chat, &request.caller.id, up_to);
    nothing()
}

/// `send_typing_indicator`. Sockets alone hear of it, those of customers if it is for all.
pub(super) fn send_typing_indicator(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let chat = fields.required("chat_id")?;
    let typing = fields.flag("is_typing")?.ok_or_else(|| fields.missing("is_typing"))?;
    let visibility = fields.visibility("visibility")?.unwrap_or(Visibility::All);
    let answer = indicate(platform, cx, request, chat, PresenceRule::Waived)?;
    let indicator = json!({
        "author_id": request.caller.id,
        "visibility": audience(visibility),
        "timestamp": cx.now().as_secs(),
        "is_typing": typing,
    });
    let members = Map::from_iter([("typing_indicator".to_owned(), indicator)]);
    platform.push_indicator(cx, &Indicator { push: "incoming_typing_indicator", chat, members, visibility });
    Ok(answer)
}

/// `send_thinking_indicator`. As above.
pub(super) fn send_thinking_indicator(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let chat = fields.required("chat_id")?;
    let mut members = Map::new();
    members.insert("author_id".to_owned(), json!(request.caller.id));
    members.insert("sent_at".to_owned(), json!(cx.now()));
    for key in ["title", "description", "custom_id"] {
        if let Some(text) = fields.text(key)? {
            members.insert(key.to_owned(), json!(text));
        }
    }
    let visibility = fields.visibility("visibility")?.unwrap_or(Visibility::All);
    let answer = indicate(platform, cx, request, chat, PresenceRule::Waived)?;
    platform.push_indicator(cx, &Indicator { push: "incoming_thinking_indicator", chat, members, visibility });
    Ok(answer)
}

/// `send_event_preview`. The customer's sockets alone hear of it.
pub(super) fn send_event_preview(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let chat = fields.required("chat_id")?;
    let event = fields.required_object("event")?;
    event.word("type", &["message"])?;
    event.word("visibility", &["all"])?;
    let draft = draft(platform, cx, request, &event, &platform.cause(cx, request))?;
    let answer = indicate(platform, cx, request, chat, PresenceRule::Required)?;
    platform.push_preview(cx, chat, &request.caller.id, &draft);
    Ok(answer)
}

fn indicate(
    platform: &mut Livechat,
    cx: &mut Cx<'_>,
    request: &Request,
    chat: &str,
    presence: PresenceRule,
) -> Outcome {
    platform.open_chat(request, chat, presence)?;
    platform.admit(cx, request)?;
    nothing()
}
