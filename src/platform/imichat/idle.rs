//! Chats that go back to the queue because whoever has them is silent.
//!
//! Page: docs.imi.chat/docs/my-chats, where admins can have chats of idle agents moved to the queue. Decided here: an owner is
//! idle from the moment they get a chat, take it up again or last wrote in it; a chat on hold is not moved, because its owner
//! has said that it rests; virtual agents are left in peace unless the set-up says otherwise.

use super::Imichat;
use super::model::ChatKey;
use super::model::state::{Move, State};
use crate::base::time::{VirtualSpan, VirtualTime};
use crate::journal::entry::Party;
use crate::platform::cx::{Cx, WakeKey};

/// When chats of silent owners go back to the queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct IdleRelease {
    /// After how long.
    pub(super) after: VirtualSpan,
    /// Whether virtual agents lose their chats as well.
    pub(super) virtual_agents: bool,
}

impl Imichat {
    /// Measures anew how long the owner of a chat is silent. Each time sets a timer of its own; those that are overtaken find
    /// when they fire that the chat is not due.
    pub(super) fn owner_active(&mut self, cx: &mut Cx<'_>, key: ChatKey) {
        self.chats.at_mut(key).note_owner(cx.now());
        if let Some(due) = self.due(key) {
            cx.wake_at(due, WakeKey(self.chats.at(key).id().as_str().to_owned()));
        }
    }

    /// A timer of the chat with this id is due: moves the chat, if its owner was silent all the time.
    pub(super) fn release_if_idle(&mut self, cx: &mut Cx<'_>, id: &str) {
        let Some(key) = self.chats.find(id) else { return };
        if self.due(key).is_some_and(|due| due <= cx.now()) {
            let moved = self.change(cx, key, Party::system(), &Move::Queue);
            moved.expect("a picked chat can go to the queue");
        }
    }

    /// When a chat goes back to the queue if its owner stays silent; nothing if it does not.
    fn due(&self, key: ChatKey) -> Option<VirtualTime> {
        let release = self.tenant.idle_release?;
        let chat = self.chats.at(key);
        let assignee = match chat.state() {
            State::Picked { assignee } => assignee,
            State::Queued | State::OnHold { .. } | State::Closed { .. } => return None,
        };
        let exempt = !release.virtual_agents && self.tenant.virtual_agent(assignee.as_str()).is_some();
        (!exempt).then(|| chat.silent_since() + release.after)
    }
}
