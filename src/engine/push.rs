//! Pushes on their way out, and the faults that are planned for them.
//!
//! Each socket that is told something is an occasion of its own. A push is judged when it is about to go out: what an
//! answer holds back, and what waits while its socket is silent, is judged once that is over. What a fault keeps from going
//! out is no frame in the journal.

use std::collections::VecDeque;

use bytes::Bytes;

use super::port::Errand;
use super::schedule::Timer;
use super::socket::Waiting;
use super::{World, malformed};
use crate::base::id::SocketId;
use crate::base::time::VirtualSpan;
use crate::fault::PushDeed;
use crate::platform::socket::{Farewell, Message, Order, Pushed, Trouble};

/// How many messages wait for a silent socket at the most. A client that is so far behind is cut off, as one is that does not read.
const MOST_WAITING: usize = 1_000;

impl World {
    /// Sends a push, as far as a planned fault lets it.
    pub(super) fn push(&mut self, socket: SocketId, text: Bytes, push: Pushed) {
        let judged = self.desk.judge_push(self.clock.now(), socket, &push);
        let message = Message { text, push: Some(push) };
        let Some((verdict, told)) = judged else { return self.say(socket, message) };
        self.record(told);
        match verdict.deed {
            PushDeed::Drop => {}
            PushDeed::Delay(latency) => {
                let span = VirtualSpan::from_millis(latency.millis(verdict.luck));
                self.schedule.add(self.clock.now() + span, Timer::Push(socket, message));
            }
            PushDeed::Duplicate(gap) => {
                self.say(socket, message.clone());
                self.schedule.add(self.clock.now() + gap, Timer::Push(socket, message));
            }
            PushDeed::Malformed => self.say(socket, Message { text: malformed(&message.text), ..message }),
            PushDeed::Truncate(bytes) if bytes < message.text.len() => {
                self.abandon(socket, Errand::Half(message.text, bytes));
            }
            // There is no more of it to be cut off.
            PushDeed::Truncate(_) => self.say(socket, message),
            PushDeed::Reset => self.abandon(socket, Errand::Reset),
            PushDeed::Close { code, reason } => {
                self.abandon(socket, Errand::HangUp(Farewell { code, reason: reason.into() }));
            }
            PushDeed::Stall(span) => {
                if let Some(line) = self.sockets.open.get_mut(&socket) {
                    line.stalled = Some(VecDeque::from([Waiting { order: Order::Say(message), is_judged: true }]));
                    self.schedule.add(self.clock.now() + span, Timer::Unstall(socket));
                }
            }
        }
    }

    /// Sends a push that was held back, behind what its socket still waits for.
    pub(super) fn release_push(&mut self, socket: SocketId, message: Message) {
        if self.is_stalled(socket) {
            self.wait_in_line(socket, Waiting { order: Order::Say(message), is_judged: true });
        } else if self.sockets.open.contains_key(&socket) {
            self.say(socket, message);
        }
    }

    pub(super) fn is_stalled(&self, socket: SocketId) -> bool {
        self.sockets.open.get(&socket).is_some_and(|line| line.stalled.is_some())
    }

    /// Keeps something until its socket is silent no longer.
    pub(super) fn wait_in_line(&mut self, socket: SocketId, one: Waiting) {
        let Some(line) = self.sockets.open.get_mut(&socket) else { return };
        let Some(waiting) = &mut line.stalled else { return };
        waiting.push_back(one);
        if waiting.len() > MOST_WAITING {
            line.stalled = None;
            self.perform(|platform, cx| platform.trouble(cx, socket, Trouble::Behind));
        }
    }

    /// Sends what has waited while a socket was silent, which another fault may end again.
    pub(super) fn unstall(&mut self, socket: SocketId) {
        let Some(line) = self.sockets.open.get_mut(&socket) else { return };
        for Waiting { order, is_judged } in line.stalled.take().into_iter().flatten() {
            match order {
                _ if !self.sockets.open.contains_key(&socket) => return,
                Order::Say(message) if is_judged => self.release_push(socket, message),
                order => self.execute(socket, order),
            }
        }
    }
}
