//! Agents and bots who take chats, take no more, or go.

use super::super::Livechat;
use super::super::events::Cause;
use super::super::model::Status;
use super::super::tenant::{GoingOffline, Overflow};
use super::lifecycle::Closing;
use super::note::Departure;
use super::router::{Choice, Pool, Routing};
use crate::platform::cx::Cx;

impl Livechat {
    /// Gives an agent or bot another status; nothing happens if it is the one they have. Whoever goes has no chats any
    /// more; whoever comes gets those that wait.
    pub(crate) fn set_status(&mut self, cx: &mut Cx<'_>, cause: &Cause, id: &str, status: Status) {
        let is_news = self.organization.staffer(id).is_some_and(|staffer| staffer.status != status);
        if !is_news {
            return;
        }
        self.amend(cx, cause, |organization| {
            if let Some(staffer) = organization.staffer_mut(id) {
                staffer.status = status;
            }
        });
        match status {
            Status::Accepting | Status::NotAccepting => {}
            Status::Offline => {
                let theirs = self.chats.all().filter(|chat| chat.active().is_some() && chat.present(id).is_some());
                let theirs: Vec<String> = theirs.map(|chat| chat.id.clone()).collect();
                for chat in theirs {
                    self.sign_out(cx, &chat, id);
                }
            }
        }
    }

    /// Has somebody who has gone leave a chat. Where nobody can follow and nobody may wait, it is closed as it is.
    fn sign_out(&mut self, cx: &mut Cx<'_>, chat: &str, id: &str) {
        let why = match self.tenant.going_offline {
            GoingOffline::SignedOut => Departure::SignedOut,
            GoingOffline::Disconnected => Departure::Disconnected,
        };
        let Some(found) = self.chats.get(chat) else { return };
        let held = found.holder().is_some_and(|holder| holder.id == id);
        let next = self.route(&Choice { groups: &found.access, but: &[id.to_owned()], pool: Pool::of_chat(found) });
        if held && next == Routing::NobodyFree && self.tenant.overflow == Overflow::Refuse {
            self.deactivate(cx, &Cause::system(), chat, &Closing::Abandoned(why));
            return;
        }
        self.depart(cx, &Cause::system(), chat, id, why.reason(), None);
        let deserted = self.chats.get(chat).is_some_and(|chat| chat.holder().is_none());
        if held && deserted {
            self.succeed(cx, chat, id, why);
        }
    }
}
