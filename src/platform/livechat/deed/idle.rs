//! What happens to a thread in which nothing happens: it counts as idle, goes to somebody else, is closed.

use serde_json::json;

use super::super::Livechat;
use super::super::events::Cause;
use super::super::model::{Chat, Properties, Subject, Thread, set};
use super::lifecycle::Closing;
use super::note::{Departure, Note};
use super::router::{Choice, Pool, Routing};
use crate::base::time::{VirtualSpan, VirtualTime};
use crate::platform::cx::{Cx, WakeKey};

/// How soon a thread is looked at again, lest a set-up in which nothing takes any time wake it without end.
const SOONEST: VirtualSpan = VirtualSpan::from_secs(1);

/// Whether a thread begins or ceases to count as idle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Rest {
    Begins,
    Ends,
}

impl Livechat {
    /// Looks whether a thread has lain idle for too long, does what is due, and looks again when more may be.
    pub(crate) fn look_after(&mut self, cx: &mut Cx<'_>, key: &WakeKey) {
        let Some((chat, thread)) = key.0.split_once('/') else { return };
        let active = self.chats.get(chat).and_then(Chat::active).filter(|active| active.id == thread);
        let Some(active) = active else { return };
        let (last, moved, idle) = (active.last_event_at(), active.last_move_at(), counts_as_idle(active));
        if cx.now() >= last + self.tenant.archive_after {
            self.deactivate(cx, &Cause::system(), chat, &Closing::Idle);
            return;
        }
        if self.tenant.transfer_after.is_some_and(|span| cx.now() >= moved + span) {
            self.hand_on(cx, chat);
        }
        if let Some(span) = self.tenant.idle_after.filter(|span| !idle && cx.now() >= last + *span) {
            self.mark(cx, chat, thread, Rest::Begins);
            self.note(cx, &Cause::system(), chat, Note::Idle(span));
        }
        self.watch(cx, chat, thread);
    }

    /// Asks to be woken when the next thing is due, if nothing happens until then. What was due already may be due again
    /// as soon as that much time has passed since something happened, which is now at the earliest.
    pub(super) fn watch(&self, cx: &mut Cx<'_>, chat: &str, thread: &str) {
        let active = self.chats.get(chat).and_then(Chat::active).filter(|active| active.id == thread);
        let Some(active) = active else { return };
        let (last, moved) = (active.last_event_at(), active.last_move_at());
        let ends = [
            (last, self.tenant.idle_after),
            (moved, self.tenant.transfer_after),
            (last, Some(self.tenant.archive_after)),
        ];
        let due = |(from, span): (VirtualTime, Option<VirtualSpan>)| {
            let (span, now) = (span?, cx.now());
            Some(if from + span > now { from + span } else { now + SOONEST.max(span) })
        };
        if let Some(due) = ends.into_iter().filter_map(due).min() {
            cx.wake_at(due, WakeKey(format!("{chat}/{thread}")));
        }
    }

    /// Notes that something has happened in a chat again.
    pub(super) fn stir(&mut self, cx: &mut Cx<'_>, chat: &str) {
        let active = self.chats.get(chat).and_then(Chat::active);
        if let Some(thread) = active.filter(|thread| counts_as_idle(thread)).map(|thread| thread.id.clone()) {
            self.mark(cx, chat, &thread, Rest::Ends);
        }
    }

    fn mark(&mut self, cx: &mut Cx<'_>, chat: &str, thread: &str, rest: Rest) {
        let mut properties = Properties::new();
        set(&mut properties, "routing", "idle", json!(rest == Rest::Begins));
        let subject = Subject::Thread { thread: thread.to_owned() };
        self.update_properties(cx, &Cause::system(), chat, subject, properties);
    }

    /// Gives a chat whose customer waits for a word to somebody else, if anybody else can take it.
    fn hand_on(&mut self, cx: &mut Cx<'_>, chat: &str) {
        let Some(found) = self.chats.get(chat) else { return };
        let customer = found.customer().map(|member| member.id.as_str());
        let waits = customer.is_some() && found.active().is_some_and(|thread| thread.last_author() == customer);
        let Some(holder) = found.holder().filter(|_| waits).map(|holder| holder.id.clone()) else { return };
        let choice = Choice { groups: &found.access, but: &[holder], pool: Pool::of_chat(found) };
        if let Routing::To(next) = self.route(&choice) {
            self.reassign(cx, chat, &next, Departure::Inactive);
        }
    }
}

fn counts_as_idle(thread: &Thread) -> bool {
    let idle = thread.properties.get("routing").and_then(|routing| routing.get("idle"));
    idle == Some(&json!(true))
}
