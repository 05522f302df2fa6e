//! What happens to events that are there: buttons are pressed, somebody sees them.

use super::super::Livechat;
use super::super::events::Cause;
use super::super::model::{Fact, Press, Validity};
use crate::base::time::VirtualTime;
use crate::platform::cx::Cx;

/// A button of a rich message that is to be pressed or released.
#[derive(Clone, Debug)]
pub(crate) struct Pressing {
    /// By whom.
    pub(crate) user: String,
    /// The thread.
    pub(crate) thread: String,
    /// The rich message.
    pub(crate) event: String,
    /// Which button, and how.
    pub(crate) press: Press,
}

impl Livechat {
    /// Presses or releases a button. In a thread that is over nobody hears of it.
    pub(crate) fn press(&mut self, cx: &mut Cx<'_>, cause: &Cause, chat: &str, pressing: Pressing) {
        let Pressing { user, thread, event, press } = pressing;
        let Some(found) = self.chats.get_mut(chat).and_then(|chat| chat.thread_mut(&thread)) else { return };
        let active = found.active();
        let Some(message) = found.event_mut(&event) else { return };
        let changed = message.draft.content.press(&user, &press);
        if active {
            let pressed = Fact::Pressed { user, thread: thread.clone(), event: event.clone(), press };
            self.publish(cx, cause, chat, &pressed);
            if changed {
                self.publish(cx, cause, chat, &Fact::EventUpdated { thread, event });
            }
        }
    }

    /// Takes an event back; only its place is left.
    pub(crate) fn erase(&mut self, cx: &mut Cx<'_>, cause: &Cause, chat: &str, thread: String, event: String) {
        let found = self.chats.get_mut(chat).and_then(|chat| chat.thread_mut(&thread)?.event_mut(&event));
        if let Some(found) = found {
            found.standing = Validity::Deleted;
            self.publish(cx, cause, chat, &Fact::EventDeleted { thread, event });
        }
    }

    /// Notes that somebody has seen the events up to an instant; nothing happens if they had before.
    pub(crate) fn see(&mut self, cx: &mut Cx<'_>, cause: &Cause, chat: &str, user: &str, up_to: VirtualTime) {
        let later = self.chats.get_mut(chat).is_some_and(|chat| chat.saw(user, up_to));
        if later {
            self.publish(cx, cause, chat, &Fact::Seen { user: user.to_owned(), up_to });
        }
    }
}
