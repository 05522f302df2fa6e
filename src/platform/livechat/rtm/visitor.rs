//! What becomes of customers' sessions while they are on the site.

use super::super::Livechat;
use super::super::model::Chat;
use super::super::wire::ADDRESS;
use super::Reason;
use crate::base::id::SocketId;
use crate::base::time::VirtualSpan;
use crate::platform::cx::{Cx, WakeKey};

/// What timers begin with that look after customers who do nothing; the number of the socket follows.
pub(in super::super) const ACTIVITY_TIMER: &str = "activity of socket ";

/// How soon a customer is looked at again, lest a set-up in which nothing takes any time wake it without end.
const SOONEST: VirtualSpan = VirtualSpan::from_secs(1);

impl Livechat {
    /// Asks to be woken when a customer will have done nothing for too long, if nothing happens until then.
    pub(in super::super) fn watch_activity(&self, cx: &mut Cx<'_>, socket: SocketId) {
        let key = WakeKey(format!("{ACTIVITY_TIMER}{}", socket.0));
        cx.wake_at(cx.now() + SOONEST.max(self.tenant.rtm.inactive_after), key);
    }

    /// Looks whether a customer has done nothing for too long: opened no page and talked with nobody.
    pub(in super::super) fn weigh_activity(&mut self, cx: &mut Cx<'_>, socket: &str) {
        let Some(socket) = socket.parse().ok().map(SocketId) else { return };
        let Some(visitor) = self.rtm.visitor_mut(socket) else { return };
        let (customer, stirred_at) = (visitor.id.clone(), visitor.stirred_at);
        let chat = self.chats.of_customer(&customer);
        let talks = chat.is_some_and(|chat| chat.active().is_some());
        let last = chat.and_then(Chat::latest).map_or(stirred_at, |thread| thread.last_event_at().max(stirred_at));
        let due = last + self.tenant.rtm.inactive_after;
        if talks {
            self.watch_activity(cx, socket);
        } else if cx.now() < due {
            cx.wake_at(due, WakeKey(format!("{ACTIVITY_TIMER}{}", socket.0)));
        } else {
            self.cut(cx, socket, Reason::INACTIVE, None);
        }
    }

    /// Notes that a customer does something on the site.
    pub(in super::super) fn stir_visitor(&mut self, cx: &Cx<'_>, socket: SocketId) {
        if let Some(visitor) = self.rtm.visitor_mut(socket) {
            visitor.stirred_at = cx.now();
        }
    }

    /// Closes the sockets of customers who are kept out.
    pub(in super::super) fn cut_banned(&mut self, cx: &mut Cx<'_>) {
        let now = cx.now();
        self.cut_where(cx, Reason::BANNED, |platform, _, login| {
            let customer = login.who.customer();
            customer.is_some_and(|visitor| platform.bans.of(&visitor.id, ADDRESS, now).is_some())
        });
    }
}
