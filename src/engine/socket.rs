//! Sockets: what happens on them goes to the platform, what the platform wants of them goes out, all of it into the journal.
//!
//! An operation that is asked for by a frame is answered by the same handler as a call over HTTP, is journaled as a call
//! of the same route, and can be met by the same faults. The answer goes out before anything that the operation causes; if
//! a fault holds it back, so is what the same socket is told because of it, and nothing else.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;

use super::port::{Effect, Errand, Happening};
use super::{World, malformed};
use crate::base::id::SocketId;
use crate::base::time::{WallLimit, WallTime};
use crate::fault::AnswerDeed;
use crate::fault::plan::Verdict;
use crate::journal::What;
use crate::journal::entry::{Called, Closer, Payload, Source, Way};
use crate::platform::socket::{Asked, Inbound, Message, Order, Pushed};

/// What the journal has for a method where there is none.
const METHOD: &str = "WS";

/// The sockets that are open.
#[derive(Clone, Debug, Default)]
pub(super) struct Sockets {
    pub(super) open: BTreeMap<SocketId, Line>,
    /// The socket whose orders are held back, and until when.
    holding: Option<(SocketId, WallTime)>,
}

/// An open socket.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// The path it was opened with, and the query.
    path: String,
    /// Answers that are held back, each with what the socket is told because of it; the one that was asked for first
    /// comes first, even if another one is free earlier.
    held: VecDeque<Held>,
    /// What waits while a fault keeps the socket silent, in order; nothing if none does.
    pub(super) stalled: Option<VecDeque<Waiting>>,
}

/// Something that waits while a socket is silent.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) order: Order,
    /// Whether the plan has had its say, as it has about what was held back before.
    pub(super) is_judged: bool,
}

#[derive(Clone, Debug)]
struct Held {
    due: WallTime,
    orders: Vec<Order>,
}

impl World {
    pub(super) fn on_socket(&mut self, socket: SocketId, happening: Happening) {
        match happening {
            Happening::Opened(handshake) => {
                let path = match handshake.query.as_str() {
                    "" => handshake.path.clone(),
                    query => format!("{}?{query}", handshake.path),
                };
                self.record(What::Connected { socket, path: path.clone() });
                self.sockets.open.insert(socket, Line { path, held: VecDeque::new(), stalled: None });
                self.perform(|platform, cx| platform.connected(cx, socket, &handshake));
            }
            // The rim may not have heard yet that the world has closed it.
            _ if !self.sockets.open.contains_key(&socket) => {}
            Happening::Heard(frame) => self.hear(socket, frame),
            Happening::Trouble(trouble) => self.perform(|platform, cx| platform.trouble(cx, socket, trouble)),
            Happening::Gone(said) => {
                let (code, reason) = said.map_or((None, String::new()), |(code, reason)| (Some(code), reason));
                self.forget(socket, Closer::Client, code, reason);
            }
        }
    }

    fn hear(&mut self, socket: SocketId, frame: Inbound) {
        let text = Payload::masking(frame.bytes().clone(), self.platform.secrets());
        self.record(What::Framed { socket, way: Way::In, push: None, chat: None, to: None, text });
        let unanswered = self.sockets.open.get(&socket).map_or(0, Line::unanswered);
        let asked = self.perform(|platform, cx| platform.hear(cx, socket, frame, unanswered));
        if let Some(asked) = asked {
            self.ask(socket, asked);
        }
    }

    fn ask(&mut self, socket: SocketId, asked: Asked) {
        let Asked { action, call, respond } = asked;
        let request = Payload::masking(call.bytes(), self.platform.secrets());
        let mut cx = self.desk.cx(self.clock.now()).over(socket);
        let handled = self.platform.ask(&mut cx, action, call);
        let verdict = cx.admitted().flatten();
        let reply = handled.reply;
        self.record(What::Called(Box::new(Called {
            source: Source::Bot,
            route: handled.route.map(Into::into),
            socket: Some(socket),
            method: METHOD.to_owned(),
            path: self.sockets.open.get(&socket).map_or_else(String::new, |line| line.path.clone()),
            caller: handled.caller,
            status: reply.status,
            code: reply.code.clone(),
            request,
            reply: Payload::masking(reply.body.clone(), self.platform.secrets()),
        })));
        self.respond(socket, respond(&reply), verdict);
        self.collect();
        self.sockets.holding = None;
    }

    /// Sends an answer before all that was ordered because of it, as far as a planned fault lets it.
    fn respond(&mut self, socket: SocketId, text: Bytes, verdict: Option<Verdict<AnswerDeed>>) {
        let say = |text| (socket, Order::Say(Message { text, push: None }));
        let Some(Verdict { deed, luck, .. }) = verdict else {
            self.desk.orders.insert(0, say(text));
            return;
        };
        let delay = match deed {
            AnswerDeed::Reset => return self.abandon(socket, Errand::Reset),
            AnswerDeed::Truncate(bytes) if bytes < text.len() => {
                return self.abandon(socket, Errand::Half(text, bytes));
            }
            AnswerDeed::Hang => return,
            AnswerDeed::Malformed => return self.desk.orders.insert(0, say(malformed(&text))),
            AnswerDeed::Delay(latency) => Some(WallLimit::from_millis(latency.millis(luck))),
            // A message is there once its last piece is.
            AnswerDeed::Drip { over, .. } => Some(over),
            // In the answer already, or there is no more to be cut off.
            AnswerDeed::Code(_) | AnswerDeed::Expire | AnswerDeed::Redirect(_) | AnswerDeed::Truncate(_) => None,
        };
        self.desk.orders.insert(0, say(text));
        if let (Some(delay), Some(line)) = (delay, self.sockets.open.get_mut(&socket)) {
            let due = self.wall + delay;
            line.held.push_back(Held { due, orders: Vec::new() });
            self.sockets.holding = Some((socket, due));
        }
    }

    /// Does what the platform wants done with a socket, or keeps it for later if it is part of what is held back.
    pub(super) fn obey(&mut self, socket: SocketId, order: Order) {
        let Some(line) = self.sockets.open.get_mut(&socket) else { return };
        let holding = self.sockets.holding.is_some_and(|(held, _)| held == socket);
        match line.held.back_mut().filter(|_| holding) {
            Some(held) => held.orders.push(order),
            None => self.execute(socket, order),
        }
    }

    pub(super) fn execute(&mut self, socket: SocketId, order: Order) {
        match order {
            // It says how the client is waited for, and nothing to the client.
            Order::Wait(patience) => self.effects.push(Effect::Socket(socket, Errand::Wait(patience))),
            order if self.is_stalled(socket) => self.wait_in_line(socket, Waiting { order, is_judged: false }),
            Order::Say(Message { text, push: Some(push) }) => self.push(socket, text, push),
            Order::Say(message) => self.say(socket, message),
            Order::HangUp(farewell) => {
                let (code, reason) = (Some(farewell.code), farewell.reason.clone().into_owned());
                self.effects.push(Effect::Socket(socket, Errand::HangUp(farewell)));
                self.forget(socket, Closer::Platform, code, reason);
            }
        }
    }

    /// Sends a message, whatever the plan says.
    pub(super) fn say(&mut self, socket: SocketId, message: Message) {
        let Message { text, push } = message;
        let shown = Payload::masking(text.clone(), self.platform.secrets());
        let (push, chat, to) =
            push.map_or((None, None, None), |Pushed { name, chat, to }| (Some(name.into()), chat, to));
        let (chat, to) = (chat.as_deref().map(str::to_owned), to.as_deref().map(str::to_owned));
        self.record(What::Framed { socket, way: Way::Out, push, chat, to, text: shown });
        self.effects.push(Effect::Socket(socket, Errand::Say(text)));
    }

    /// Has a planned fault end a socket.
    pub(super) fn abandon(&mut self, socket: SocketId, errand: Errand) {
        let (code, reason) = match &errand {
            Errand::HangUp(farewell) => (Some(farewell.code), farewell.reason.clone().into_owned()),
            Errand::Say(_) | Errand::Half(..) | Errand::Reset | Errand::Wait(_) => (None, String::new()),
        };
        self.effects.push(Effect::Socket(socket, errand));
        self.forget(socket, Closer::Fault, code, reason);
    }

    fn forget(&mut self, socket: SocketId, by: Closer, code: Option<u16>, reason: String) {
        if self.sockets.open.remove(&socket).is_some() {
            self.record(What::Disconnected { socket, by, code, reason });
            self.perform(|platform, cx| platform.disconnected(cx, socket));
        }
    }

    /// Sends the answers that were held back long enough.
    pub(super) fn let_go(&mut self) {
        while let Some((socket, orders)) = self.sockets.pop_due(self.wall) {
            for order in orders {
                if self.sockets.open.contains_key(&socket) {
                    self.execute(socket, order);
                }
            }
        }
    }

    /// Asks to be called back when the next answer that is held back is to go.
    pub(super) fn arm_for_answers(&mut self) {
        if let Some(due) = self.sockets.next_due() {
            self.arm(due);
        }
    }
}

impl Line {
    /// How many answers are on their way: held back by faults of their own, or waiting while the socket is silent.
    fn unanswered(&self) -> usize {
        let answers = |waiting: &&Waiting| matches!(waiting.order, Order::Say(Message { push: None, .. }));
        self.held.len() + self.stalled.iter().flatten().filter(answers).count()
    }
}

impl Sockets {
    /// Whether there are any.
    pub(super) fn are_open(&self) -> bool {
        !self.open.is_empty()
    }

    fn fronts(&self) -> impl Iterator<Item = (WallTime, SocketId)> {
        self.open.iter().filter_map(|(socket, line)| Some((line.held.front()?.due, *socket)))
    }

    fn next_due(&self) -> Option<WallTime> {
        self.fronts().map(|(due, _)| due).min()
    }

    fn pop_due(&mut self, wall: WallTime) -> Option<(SocketId, Vec<Order>)> {
        let (_, socket) = self.fronts().filter(|(due, _)| *due <= wall).min()?;
        let held = self.open.get_mut(&socket)?.held.pop_front()?;
        Some((socket, held.orders))
    }
}
