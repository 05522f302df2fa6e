//! A socket's way out: what its world wants of it, until the task of the socket has done it.
//!
//! Worlds put errands in while they are locked, so that all sockets are told everything in the order in which it happened.
//! That never waits: a client who does not read fills its own line, and once the line is full it is the client's loss.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::engine::port::Errand;
use crate::platform::socket::{Farewell, Patience, close};

/// What an errand takes up besides its bytes, so that many small ones fill a line, too.
const OVERHEAD: usize = 64;

/// Why a world closes a socket that it does not want any more.
const ENDED: &str = "the world has ended";

/// Errands for one socket.
#[derive(Debug)]
pub(super) struct Line {
    inside: Mutex<Inside>,
    /// Told of everything that is put in.
    news: Notify,
    /// How many bytes may wait.
    bound: usize,
}

#[derive(Debug, Default)]
struct Inside {
    errands: VecDeque<Errand>,
    bytes: usize,
    patience: Option<Patience>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum State {
    /// Takes errands.
    #[default]
    Open,
    /// Was full, and has dropped what was in it.
    Full,
    /// Takes no more errands: the last one was to close the socket.
    Ended,
}

/// What a socket is to do next.
#[derive(Debug)]
pub(super) enum Next {
    /// An errand. Patience is no errand.
    Do(Errand),
    /// To be so patient.
    Wait(Patience),
    /// To report that its client is behind.
    Behind,
}

impl Line {
    /// A line in which so many bytes may wait.
    pub(super) fn new(bound: usize) -> Self {
        Self { inside: Mutex::default(), news: Notify::new(), bound }
    }

    /// Puts an errand in; whether more may follow.
    pub(super) fn put(&self, errand: Errand) -> bool {
        let goes_on = {
            let mut inside = self.lock();
            match (inside.state, errand) {
                (State::Ended, _) => return false,
                (_, Errand::Wait(patience)) => {
                    inside.patience = Some(patience);
                    true
                }
                (_, errand @ (Errand::HangUp(_) | Errand::Half(..) | Errand::Reset)) => {
                    inside.state = State::Ended;
                    inside.errands.push_back(errand);
                    false
                }
                (State::Full, Errand::Say(_)) => true,
                (State::Open, Errand::Say(text)) => {
                    inside.bytes += text.len() + OVERHEAD;
                    if inside.bytes > self.bound {
                        inside.state = State::Full;
                        inside.errands.clear();
                    } else {
                        inside.errands.push_back(Errand::Say(text));
                    }
                    true
                }
            }
        };
        self.news.notify_one();
        goes_on
    }

    /// Has the socket closed because its world is.
    pub(super) fn abandon(&self) {
        self.put(Errand::HangUp(Farewell { code: close::GOING_AWAY, reason: ENDED.into() }));
    }

    /// What comes next. Safe to drop: nothing is taken out before it is handed over.
    pub(super) async fn next(&self) -> Next {
        loop {
            if let Some(next) = self.poll() {
                return next;
            }
            self.news.notified().await;
        }
    }

    /// Waits until the line is full.
    pub(super) async fn full(&self) {
        while self.lock().state != State::Full {
            self.news.notified().await;
        }
    }

    /// Takes errands again, so that the client can be told what happens to it.
    pub(super) fn recover(&self) {
        let mut inside = self.lock();
        if inside.state == State::Full {
            inside.state = State::Open;
            inside.bytes = 0;
        }
    }

    /// What comes next, if there is anything.
    pub(super) fn poll(&self) -> Option<Next> {
        let mut inside = self.lock();
        if inside.state == State::Full {
            return Some(Next::Behind);
        }
        if let Some(patience) = inside.patience.take() {
            return Some(Next::Wait(patience));
        }
        let errand = inside.errands.pop_front()?;
        if let Errand::Say(text) = &errand {
            inside.bytes -= text.len() + OVERHEAD;
        }
        if inside.errands.is_empty() {
            // Most sockets are silent most of the time, and there are many of them.
            inside.errands = VecDeque::new();
        }
        Some(Next::Do(errand))
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn say(text: &'static str) -> Errand {
        Errand::Say(Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn errands_come_out_in_order_and_patience_comes_first() {
        let line = Line::new(1000);
        assert!(line.put(say("a")) && line.put(say("b")) && line.put(Errand::Wait(Patience::Endless)));
        assert!(matches!(line.poll(), Some(Next::Wait(Patience::Endless))));
        assert!(matches!(line.poll(), Some(Next::Do(Errand::Say(text))) if text == "a"));
        assert!(!line.put(Errand::Reset) && !line.put(say("late")));
        assert!(matches!(line.poll(), Some(Next::Do(Errand::Say(text))) if text == "b"));
        assert!(matches!(line.poll(), Some(Next::Do(Errand::Reset))));
        assert!(line.poll().is_none());
    }

    #[test]
    fn a_full_line_drops_what_is_in_it_and_recovers_for_last_words() {
        let line = Line::new(2 * OVERHEAD + 10);
        assert!(line.put(say("12345")) && line.put(say("12345")) && line.put(say("1")) && line.put(say("2")));
        assert!(matches!(line.poll(), Some(Next::Behind)));
        line.recover();
        assert!(line.put(say("bye")));
        line.abandon();
        assert!(matches!(line.poll(), Some(Next::Do(Errand::Say(text))) if text == "bye"));
        assert!(matches!(line.poll(), Some(Next::Do(Errand::HangUp(_)))));
        assert!(line.poll().is_none());
    }
}
