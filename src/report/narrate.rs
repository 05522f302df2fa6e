//! Journal entries in words: who did what, and how it was answered.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::cause::{Cause, causes};
use super::text::{Tone, one_line};
use crate::base::id::{DeliveryId, EntrySeq};
use crate::journal::entry::{Audience, Called, Change, Closer, Fate, Outcome as Answer, Party, Role, Said, Source};
use crate::journal::{Entry, Journal, What};

/// One thing that happened, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Line {
    /// Who did it.
    pub(super) who: String,
    /// The colour of who.
    pub(super) actor: Tone,
    /// What they did.
    pub(super) text: String,
    /// The colour of what.
    pub(super) tone: Tone,
}

/// Knows from the whole journal what single entries leave out: names of chats, events and answers of webhooks.
pub(super) struct Narrator<'j> {
    platform: &'j str,
    /// The scenario's names of chats, by the vendor's ids.
    names: BTreeMap<&'j str, &'j str>,
    /// How many chats there are: where there is one, nobody needs to be told which.
    chats: usize,
    deliveries: BTreeMap<DeliveryId, Delivery<'j>>,
    journal: &'j Journal,
    /// Which webhooks led to the bot's calls; told of few scenarios.
    causes: OnceCell<BTreeMap<EntrySeq, Cause>>,
}

struct Delivery<'j> {
    event: &'j str,
    chat: Option<&'j str>,
    url: &'j str,
    answers: BTreeMap<u32, &'j Answer>,
    attempts: Vec<Attempted<'j>>,
}

/// An attempt to deliver a webhook, and what came of it if that is known.
pub(super) struct Attempted<'j> {
    pub(super) number: u32,
    pub(super) sent: &'j Entry,
    pub(super) answered: Option<&'j Entry>,
}

impl<'j> Narrator<'j> {
    /// Reads the journal once for what single entries leave out.
    pub(super) fn of(journal: &'j Journal) -> Self {
        let (names, deliveries) = (BTreeMap::new(), BTreeMap::new());
        let mut narrator = Self { platform: "", names, chats: 0, deliveries, journal, causes: OnceCell::new() };
        let mut chats: Vec<&str> = Vec::new();
        for entry in journal.iter() {
            match &entry.what {
                What::Opened { platform, .. } => narrator.platform = platform,
                What::Changed { chat, change: Change::Started { name }, .. } => {
                    if !chats.contains(&chat.as_str()) {
                        chats.push(chat);
                    }
                    if let Some(name) = name {
                        narrator.names.insert(chat, name);
                    }
                }
                What::Queued { delivery, event, chat, url, body: _ } => {
                    let row =
                        Delivery { event, chat: chat.as_deref(), url, answers: BTreeMap::new(), attempts: Vec::new() };
                    narrator.deliveries.insert(*delivery, row);
                }
                What::Sent { delivery, attempt, .. } => {
                    if let Some(row) = narrator.deliveries.get_mut(delivery) {
                        row.attempts.push(Attempted { number: *attempt, sent: entry, answered: None });
                    }
                }
                What::Answered { delivery, attempt, outcome, answer: _ } => {
                    if let Some(row) = narrator.deliveries.get_mut(delivery) {
                        row.answers.insert(*attempt, outcome);
                        let attempts = row.attempts.iter_mut();
                        attempts.filter(|made| made.number == *attempt).for_each(|made| made.answered = Some(entry));
                    }
                }
                What::Step { .. }
                | What::Refused { .. }
                | What::Said(_)
                | What::Changed { .. }
                | What::Called(_)
                | What::Violated { .. }
                | What::Faulted { .. }
                | What::Connected { .. }
                | What::Framed { .. }
                | What::Disconnected { .. }
                | What::Settled { .. }
                | What::Kept { .. }
                | What::Chosen { .. }
                | What::Judged { .. }
                | What::Remarked { .. }
                | What::Ended => {}
            }
        }
        narrator.chats = chats.len();
        narrator
    }

    /// The entry in words; nothing for entries that others tell about.
    pub(super) fn line(&self, entry: &Entry) -> Option<Line> {
        match &entry.what {
            What::Said(said) => Some(party(&said.from, self.in_chat(&said.chat, message(said)), Tone::Plain)),
            What::Changed { chat, by, change } => Some(self.changed(chat, by, change)),
            What::Called(called) => {
                let tone = if called.status < 400 { Tone::Plain } else { Tone::Warning };
                let (who, actor) = match called.source {
                    Source::Bot => ("bot", Tone::Bot),
                    Source::Scenario => ("scenario", Tone::Agent),
                };
                Some(line(who, actor, format!("calls {}", call(called)), tone))
            }
            What::Violated { source, detail } => {
                let tone = match source {
                    Source::Bot => Tone::Warning,
                    Source::Scenario => Tone::Faint,
                };
                Some(line("warning", Tone::Warning, one_line(detail), tone))
            }
            What::Faulted { fault, on, socket, rule, detail } => {
                let detail = if detail.is_empty() { String::new() } else { format!(" {}", one_line(detail)) };
                let rule = rule.map_or(String::new(), |rule| format!(", by rule {rule}"));
                let socket = socket.map_or(String::new(), |socket| format!(" to {socket}"));
                let told = format!("{fault}{detail} on {}{socket}{rule}", one_line(on));
                Some(line("fault", Tone::Warning, told, Tone::Plain))
            }
            What::Refused { reason, .. } => {
                Some(line("refused", Tone::Bad, format!("the act is not possible: {}", one_line(reason)), Tone::Bad))
            }
            What::Connected { socket, path } => {
                Some(line("bot", Tone::Bot, format!("opens socket {socket} at {}", one_line(path)), Tone::Plain))
            }
            // What asks or answers is told as a call.
            What::Framed { socket, push, .. } => {
                let push = push.as_deref()?;
                Some(line("platform", Tone::Plain, format!("pushes {push} to {socket}"), Tone::Faint))
            }
            What::Disconnected { socket, by, reason, .. } => {
                let (who, actor) = match by {
                    Closer::Client => ("bot", Tone::Bot),
                    Closer::Platform => ("platform", Tone::Plain),
                    Closer::Fault => ("fault", Tone::Warning),
                };
                let why = if reason.is_empty() { String::new() } else { format!(": {}", one_line(reason)) };
                Some(line(who, actor, format!("closes socket {socket}{why}"), Tone::Plain))
            }
            What::Sent { delivery, attempt, .. } => Some(self.sent(*delivery, *attempt)),
            What::Settled { delivery, fate } => self.settled(*delivery, *fate),
            What::Kept { name, value } => {
                Some(line("", Tone::Plain, format!("keeps ${{{name}}} = {}", one_line(value)), Tone::Faint))
            }
            What::Chosen { branch, of } => {
                Some(line("", Tone::Plain, format!("takes branch {branch} of {of}"), Tone::Faint))
            }
            What::Remarked { remark } => Some(line(self.platform, Tone::Strong, one_line(remark), Tone::Warning)),
            What::Opened { .. }
            | What::Step { .. }
            | What::Queued { .. }
            | What::Answered { .. }
            | What::Judged { .. }
            | What::Ended => None,
        }
    }

    /// The attempts to deliver a webhook, in their order.
    pub(super) fn attempts(&self, delivery: DeliveryId) -> &[Attempted<'j>] {
        self.deliveries.get(&delivery).map_or(&[], |row| &row.attempts)
    }

    /// A webhook and what became of its attempts so far, on one line.
    pub(super) fn webhook(&self, delivery: DeliveryId) -> String {
        let Some(row) = self.deliveries.get(&delivery) else { return format!("webhook {delivery}") };
        let answers: Vec<String> = row.answers.values().map(|answer| one_line(&answer.to_string())).collect();
        let answers = if answers.is_empty() { "not answered".to_owned() } else { answers.join(", ") };
        self.about(row, &answers)
    }

    /// Which webhook led the bot to a call, as far as it can be told.
    pub(super) fn cause(&self, call: EntrySeq) -> Option<String> {
        let cause = self.causes.get_or_init(|| causes(self.journal)).get(&call)?;
        let event = self.deliveries.get(&cause.delivery).map_or("a webhook", |row| row.event);
        let how = if cause.sure { "while answering" } else { "probably after" };
        Some(format!("{how} {event} ({})", cause.delivery))
    }

    /// Whether the last attempt so far was answered with a status of success.
    pub(super) fn is_acknowledged(&self, delivery: DeliveryId) -> bool {
        let last = self.deliveries.get(&delivery).and_then(|row| row.answers.values().next_back());
        matches!(last, Some(Answer::Status(200..300)))
    }

    /// What the scenario calls a chat, where there is more than one.
    pub(super) fn label<'c>(&'c self, chat: &'c str) -> Option<&'c str> {
        (self.chats > 1).then(|| self.names.get(chat).copied().unwrap_or(chat))
    }

    fn about(&self, row: &Delivery<'_>, result: &str) -> String {
        let text = format!("{} → {} · {result}", row.event, one_line(row.url));
        row.chat.map_or(text.clone(), |chat| self.in_chat(chat, text))
    }

    fn sent(&self, delivery: DeliveryId, attempt: u32) -> Line {
        let Some(row) = self.deliveries.get(&delivery) else {
            return line(self.platform, Tone::Strong, format!("webhook {delivery} goes out"), Tone::Plain);
        };
        let answer = row.answers.get(&attempt);
        let tone = match answer {
            Some(Answer::Status(200..300)) => Tone::Plain,
            Some(
                Answer::Status(_)
                | Answer::TimedOut
                | Answer::Refused
                | Answer::Broken(_)
                | Answer::Forbidden(_)
                | Answer::Stopped,
            )
            | None => Tone::Warning,
        };
        let answer = answer.map_or_else(|| "not answered".to_owned(), |answer| one_line(&answer.to_string()));
        // The number comes first, because what follows may be long and is cut.
        let result = if attempt > 1 { format!("attempt {attempt}: {answer}") } else { answer };
        line(self.platform, Tone::Strong, self.about(row, &result), tone)
    }

    fn settled(&self, delivery: DeliveryId, fate: Fate) -> Option<Line> {
        let event = self.deliveries.get(&delivery).map_or("the webhook", |row| row.event);
        let text = match fate {
            Fate::Delivered => return None,
            Fate::GivenUp => format!("gives up on {event}"),
            Fate::Dropped => format!("never sends {event}"),
            Fate::Disabled => format!("does not send {event}: its address gets no more"),
            Fate::Stopped => format!("does not send {event}: the stand-in was stopped"),
        };
        Some(line(self.platform, Tone::Strong, text, Tone::Warning))
    }

    fn changed(&self, chat: &str, by: &Party, change: &Change) -> Line {
        let text = match change {
            Change::Started { name } => match name {
                Some(name) => format!("starts chat {}", one_line(name)),
                None => format!("starts chat {}", one_line(chat)),
            },
            Change::Assigned { to } => format!("the chat goes to {}", one_line(to)),
            Change::Queued => "the chat waits in the queue".to_owned(),
            Change::Transferred { to } => format!("transfers the chat to {}", one_line(to)),
            Change::Joined { who } => format!("{} joins the chat", one_line(who)),
            Change::Left { who } => format!("{} leaves the chat", one_line(who)),
            Change::Held => "puts the chat on hold".to_owned(),
            Change::Resumed => "resumes the chat".to_owned(),
            Change::Tagged { tag } => format!("puts on the tag {}", one_line(tag)),
            Change::Untagged { tag } => format!("takes off the tag {}", one_line(tag)),
            Change::Closed { outcome } if outcome.is_empty() => "closes the chat".to_owned(),
            Change::Closed { outcome } => format!("closes the chat as {}", one_line(outcome)),
            Change::Updated { what } => one_line(what),
        };
        let text = match change {
            Change::Started { .. } => text,
            Change::Assigned { .. }
            | Change::Queued
            | Change::Transferred { .. }
            | Change::Joined { .. }
            | Change::Left { .. }
            | Change::Held
            | Change::Resumed
            | Change::Tagged { .. }
            | Change::Untagged { .. }
            | Change::Closed { .. }
            | Change::Updated { .. } => self.in_chat(chat, text),
        };
        match by.role {
            Role::System => line(self.platform, Tone::Strong, text, Tone::Faint),
            Role::Customer | Role::Agent | Role::Bot | Role::Integration => party(by, text, Tone::Faint),
        }
    }

    /// Puts the chat's name before the text where there is more than one chat.
    fn in_chat(&self, chat: &str, text: String) -> String {
        match self.label(chat) {
            Some(name) => format!("[{}] {text}", one_line(name)),
            None => text,
        }
    }
}

/// A call and its answer on one line.
pub(super) fn call(called: &Called) -> String {
    let operation = match &called.route {
        Some(route) => route.to_string(),
        None => format!("{} {}, which is no operation,", called.method, one_line(&called.path)),
    };
    match &called.code {
        Some(code) => format!("{operation} · {} {code}", called.status),
        None => format!("{operation} · {}", called.status),
    }
}

fn message(said: &Said) -> String {
    let mut parts = Vec::new();
    if !said.text.is_empty() {
        parts.push(format!("“{}”", one_line(&said.text)));
    }
    parts.extend(said.options.iter().map(|option| format!("[{}]", one_line(option))));
    parts.extend(said.attachment.iter().map(|address| format!("attaches {}", one_line(address))));
    match said.audience {
        Audience::All => {}
        Audience::Agents => parts.push("(agents only)".to_owned()),
    }
    parts.join(" ")
}

fn party(by: &Party, text: String, tone: Tone) -> Line {
    let known = |first: &str, second: &str| if first.is_empty() { one_line(second) } else { one_line(first) };
    match by.role {
        Role::Customer => line(&known(&by.id, &by.name), Tone::Customer, text, tone),
        Role::Agent => line(&known(&by.name, &by.id), Tone::Agent, text, tone),
        Role::Bot => line("bot", Tone::Bot, text, tone),
        Role::Integration => line("scenario", Tone::Agent, text, tone),
        Role::System => line("system", Tone::Strong, text, tone),
    }
}

fn line(who: &str, actor: Tone, text: String, tone: Tone) -> Line {
    Line { who: who.to_owned(), actor, text, tone }
}
