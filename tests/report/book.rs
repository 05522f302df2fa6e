//! Journals as an engine would write them, entry by entry, with a clock that moves only where a test says so.

use rehearsal::base::id::DeliveryId;
use rehearsal::base::json::Mismatch;
use rehearsal::base::rng::Seed;
use rehearsal::base::time::{VirtualSpan, VirtualTime, WallLimit, WallTime};
use rehearsal::journal::entry::{
    Audience, Called, Change, Fate, Miss, Near, Outcome as Answer, Party, Payload, Role, Said, Verdict,
};
use rehearsal::journal::{Bounds, Journal, What};
use rehearsal::report::{Outcome, Run};

/// A journal that is being written.
pub(super) struct Book {
    pub(super) journal: Journal,
    at: VirtualTime,
    wall: WallTime,
    steps: usize,
}

impl Book {
    pub(super) fn new(bounds: Bounds) -> Self {
        let wall = WallTime::from_nanos(1_790_000_000_000_000_000);
        Self { journal: Journal::new(bounds), at: VirtualTime::OPENING, wall, steps: 0 }
    }

    /// A journal of a scenario with this name.
    pub(super) fn of(name: &str) -> Self {
        let mut book = Self::new(Bounds::DEFAULT);
        book.put(What::Opened { platform: "toy", name: name.to_owned(), seed: Seed(7) });
        book
    }

    /// Writes one entry; each takes a millisecond of real time.
    pub(super) fn put(&mut self, what: What) -> &mut Self {
        self.wall = self.wall + WallLimit::from_millis(1);
        self.journal.append(self.at, self.wall, what);
        self
    }

    /// Lets virtual time pass.
    pub(super) fn pass(&mut self, span: VirtualSpan) -> &mut Self {
        self.at = self.at + span;
        self
    }

    pub(super) fn step(&mut self, line: usize, source: &str) -> &mut Self {
        let index = self.steps;
        self.steps += 1;
        self.put(What::Step { index, line, source: source.to_owned() })
    }

    /// Decides the expectation of the latest step.
    pub(super) fn judged(&mut self, verdict: Verdict) -> &mut Self {
        let index = self.steps - 1;
        self.put(What::Judged { index, verdict })
    }

    pub(super) fn said(&mut self, from: Party, text: &str) -> &mut Self {
        self.put(What::Said(said(from, text)))
    }

    pub(super) fn changed(&mut self, by: Party, change: Change) -> &mut Self {
        self.put(What::Changed { chat: "c-1".to_owned(), by, change })
    }

    pub(super) fn queued(&mut self, number: u64, event: &'static str) -> &mut Self {
        let (chat, url) = (Some("c-1".to_owned()), "${bot}/hook".to_owned());
        self.put(What::Queued { delivery: DeliveryId(number), event, chat, url, body: payload(r#"{"n":1}"#) })
    }

    /// One attempt and how it ended.
    pub(super) fn tried(&mut self, number: u64, attempt: u32, outcome: Answer) -> &mut Self {
        let delivery = DeliveryId(number);
        self.put(What::Sent { delivery, attempt }).put(What::Answered { delivery, attempt, outcome })
    }

    pub(super) fn settled(&mut self, number: u64, fate: Fate) -> &mut Self {
        self.put(What::Settled { delivery: DeliveryId(number), fate })
    }

    pub(super) fn called(&mut self, status: u16, code: &'static str, request: &str, reply: &str) -> &mut Self {
        self.put(What::Called(Called {
            route: Some("answer"),
            method: "POST".to_owned(),
            path: "/toy/alice/answer".to_owned(),
            caller: Some("bot".to_owned()),
            status,
            code: Some(code),
            request: payload(request),
            reply: payload(reply),
        }))
    }

    /// What came of it.
    pub(super) fn outcome(&self, file: &str) -> Outcome {
        let repeat = format!("rehearsal run {file} --seed 7");
        Outcome::of(&self.journal, &Run { file, repeat: &repeat, trouble: None })
    }
}

pub(super) fn alice() -> Party {
    Party::new(Role::Customer, "alice", "Alice Cooper")
}

pub(super) fn bot() -> Party {
    Party::new(Role::Bot, "bot", "Bot")
}

pub(super) fn payload(text: &str) -> Payload {
    Payload(bytes::Bytes::copy_from_slice(text.as_bytes()))
}

pub(super) fn said(from: Party, text: &str) -> Said {
    Said {
        chat: "c-1".to_owned(),
        id: String::new(),
        from,
        text: text.to_owned(),
        options: Vec::new(),
        attachment: None,
        audience: Audience::All,
    }
}

/// A scenario in which everything is as it should be.
pub(super) fn passing() -> Book {
    let mut book = Book::of("A refund that ends with a human");
    book.step(4, "start_chat: {as: alice, text: Where is my order?}")
        .changed(alice(), Change::Started { name: Some("alice".to_owned()) })
        .said(alice(), "Where is my order?")
        .queued(1, "note")
        .tried(1, 1, Answer::Status(200))
        .settled(1, Fate::Delivered)
        .called(200, "ok", r#"{"text":"Which order number?"}"#, r#"{"thanks":"alice"}"#);
    let offer = Said {
        options: vec!["A-1001".to_owned(), "I do not know".to_owned()],
        attachment: Some("https://example.com/where.png".to_owned()),
        ..said(bot(), "Which order number?")
    };
    book.put(What::Said(offer))
        .step(5, "expect: {message: {from: bot}, within: 3s}")
        .judged(Verdict::Met)
        .pass(VirtualSpan::from_secs(1))
        .step(6, "transfer: {to: Sales}")
        .changed(Party::new(Role::Agent, "noa@example.com", "Noa"), Change::Transferred { to: "Sales".to_owned() });
    let note =
        Said { audience: Audience::Agents, ..said(Party::new(Role::Agent, "noa@example.com", "Noa"), "he is angry") };
    book.put(What::Said(note))
        .put(What::Kept { name: "id".to_owned(), value: "c-1".to_owned() })
        .step(7, "wait: 45m")
        .pass(VirtualSpan::from_mins(30))
        .changed(Party::system(), Change::Closed { outcome: "idle".to_owned() })
        .pass(VirtualSpan::from_mins(15))
        .step(8, "expect_none: {violation: {}}")
        .judged(Verdict::Met)
        .put(What::Ended);
    book
}

/// A scenario in which the bot gets it wrong, the network helps it to, and an act becomes impossible.
pub(super) fn failing() -> Book {
    let mut book = Book::of("The bot gets it wrong");
    book.step(4, "fault: {on: {event: note}, do: {duplicate: {gap: 200ms}}, times: 1}")
        .step(5, "start_chat: {as: alice, text: Hi}")
        .changed(alice(), Change::Started { name: Some("alice".to_owned()) })
        .said(alice(), "Hi")
        .queued(1, "note")
        .put(What::Faulted { fault: "duplicate", on: "note".to_owned() })
        .tried(1, 1, Answer::TimedOut)
        .pass(VirtualSpan::from_secs(10))
        .tried(1, 2, Answer::Status(500))
        .pass(VirtualSpan::from_secs(60))
        .tried(1, 3, Answer::Broken("connection reset\u{1b}[2J".to_owned()))
        .settled(1, Fate::GivenUp)
        .called(401, "no_key", r#"{"text":"hello"}"#, r#"{"error":"no_key"}"#)
        .put(What::Violated { detail: "the header x-key is missing".to_owned() })
        .called(200, "ok", r#"{"text":"hello"}"#, r#"{"thanks":"alice"}"#)
        .said(bot(), "hello\n\u{202e}there")
        .step(6, "expect: {message: {from: bot, text: Which order?}, within: 3s}");
    let said = book.journal.iter().rfind(|entry| matches!(entry.what, What::Said(_))).map(|entry| entry.seq);
    let nearest = said.map(|entry| Near {
        entry,
        summary: "bot says “hello”".to_owned(),
        mismatches: vec![Mismatch::new("text", "“Which order?”", "“hello”")],
    });
    let expected = "a message from bot with text “Which order?” within 3s".to_owned();
    let found = "1 message from bot, none of which matches".to_owned();
    book.judged(Verdict::Missed(Miss { expected, found, nearest }))
        .step(7, "say: {as: alice, text: again}")
        .queued(2, "note")
        .put(What::Refused { reason: "the chat of alice is closed".to_owned() })
        .put(What::Ended)
        .called(200, "ok", "{}", "{}");
    book
}
