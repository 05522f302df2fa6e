//! What the plan of faults says about webhooks and pushes that a platform wants sent, and the facts that tell of it.

use super::cx::Desk;
use super::outgoing::Outgoing;
use super::socket::Pushed;
use crate::base::id::SocketId;
use crate::base::time::VirtualTime;
use crate::fault::deed::Doing;
use crate::fault::plan::{Plan, Scene, Verdict};
use crate::fault::{DeliveryDeed, PushDeed};
use crate::journal::What;

impl Desk {
    /// What the plan says about a webhook that is due.
    pub(crate) fn judge_delivery(
        &mut self,
        now: VirtualTime,
        webhook: &Outgoing,
    ) -> Option<(Verdict<DeliveryDeed>, What)> {
        let verdict =
            self.judge(now, webhook.chat.as_deref(), |plan, scene| plan.on_delivery(&webhook.event, scene))?;
        let told = faulted(&verdict, &webhook.event, None);
        Some((verdict, told))
    }

    /// What the plan says about a push that is about to go out on a socket.
    pub(crate) fn judge_push(
        &mut self,
        now: VirtualTime,
        socket: SocketId,
        push: &Pushed,
    ) -> Option<(Verdict<PushDeed>, What)> {
        let verdict = self.judge(now, push.chat.as_deref(), |plan, scene| plan.on_push(push.name, scene))?;
        let told = faulted(&verdict, push.name, Some(socket));
        Some((verdict, told))
    }

    fn judge<D>(
        &mut self,
        now: VirtualTime,
        chat: Option<&str>,
        decide: impl FnOnce(&mut Plan, &mut Scene<'_>) -> Option<Verdict<D>>,
    ) -> Option<Verdict<D>> {
        let Self { plan, streams, chats, .. } = self;
        let in_chat = |name: &str| chat.is_some() && chats.get(name).map(String::as_str) == chat;
        decide(plan, &mut Scene { now, streams, in_chat: &in_chat })
    }
}

/// That a planned fault fires, and on which socket if it is about a push.
pub(super) fn faulted<D: Doing>(verdict: &Verdict<D>, on: &str, socket: Option<SocketId>) -> What {
    let (fault, detail) = (verdict.deed.name().into(), verdict.detail());
    What::Faulted { fault, on: on.to_owned(), socket, rule: Some(verdict.rule), detail }
}
