//! Summaries of threads. What the vendor's model would write cannot be known; here it is what was said, counted.

use serde_json::json;

use super::super::Livechat;
use super::super::events::Cause;
use super::super::model::registry::{AUTO_SUMMARY, Datum, Holder};
use super::super::model::{Chat, Content, Draft, Event, Fact, MemberKind, Summary, Thread, Validity, Visibility};
use crate::platform::cx::Cx;

impl Livechat {
    /// Sums a thread up: one that is over once and for all, one that goes on by an event for agents.
    pub(crate) fn summarize(&mut self, cx: &mut Cx<'_>, cause: &Cause, chat: &str, thread: &str, requester: &str) {
        let Some(found) = self.chats.get(chat) else { return };
        let Some((_, of)) = found.thread(thread) else { return };
        let text = text(found, of);
        if of.active() {
            let details = json!({"summary": {"text": text, "status": "ok"}, "requested_by": requester});
            let content = Content::Activity { source: "messaging", subtype: "summary", details: details.to_string() };
            let draft = Draft { visibility: Visibility::Agents, ..Draft::plain(content) };
            self.append(cx, cause, chat, None, draft);
        } else if of.summary.is_none() {
            self.conclude(cx, cause, chat, thread, text);
        }
    }

    /// Sums a thread up that was just closed, where the license wants so. That this takes no time is inferred.
    pub(super) fn summarize_closed(&mut self, cx: &mut Cx<'_>, chat: &str, thread: &str) {
        let wanted = self.properties.value(Holder::License, AUTO_SUMMARY) == Some(&Datum::Bool(true));
        let found = self.chats.get(chat).and_then(|chat| Some((chat, chat.thread(thread)?.1)));
        if let Some((chat, of)) = found.filter(|_| wanted) {
            let (id, text) = (chat.id.clone(), text(chat, of));
            self.conclude(cx, &Cause::system(), &id, thread, text);
        }
    }

    fn conclude(&mut self, cx: &mut Cx<'_>, cause: &Cause, chat: &str, thread: &str, text: String) {
        let found = self.chats.get_mut(chat).and_then(|chat| chat.thread_mut(thread));
        if let Some(found) = found {
            found.summary = Some(Summary { text, updated_at: cx.now() });
            self.publish(cx, cause, chat, &Fact::Summarized { thread: thread.to_owned() });
        }
    }
}

/// Who wrote how much, and with which words the customer began.
fn text(chat: &Chat, thread: &Thread) -> String {
    let customer = chat.members().iter().find(|member| member.kind == MemberKind::Customer);
    let customer = customer.map(|member| member.id.as_str());
    let kept = || thread.events().iter().filter(|event| event.standing == Validity::Kept && event.author.is_some());
    let theirs = |event: &&Event| event.author.as_deref() == customer;
    let (all, theirs_count) = (kept().count(), kept().filter(theirs).count());
    let counts = format!("• {theirs_count} from the customer, {} from agents.", all - theirs_count);
    let first = kept().filter(theirs).find_map(|event| match &event.draft.content {
        Content::Message { text, .. } => Some(text),
        Content::File { .. }
        | Content::RichMessage { .. }
        | Content::Form { .. }
        | Content::Custom { .. }
        | Content::System { .. }
        | Content::Activity { .. } => None,
    });
    first.map_or(counts.clone(), |first| format!("• The customer began with: {first}\n{counts}"))
}
