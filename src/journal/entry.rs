//! Everything observable, as one closed enum with stable JSON.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use super::headers::Headers;
pub use super::outcome::{Fate, Match, Miss, Near, Outcome, Verdict};
pub use super::payload::Payload;
use crate::base::id::{DeliveryId, EntrySeq, SocketId};
use crate::base::rng::Seed;
use crate::base::time::{VirtualTime, WallTime};

/// One thing that was observed.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its place in the journal.
    pub seq: EntrySeq,
    /// When it happened on the world's clock.
    pub at: VirtualTime,
    /// When it really happened. Never part of what determinism compares.
    pub wall: WallTime,
    /// What happened.
    pub what: What,
}

/// What was observed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// A world began.
    Opened {
        /// The platform.
        platform: Cow<'static, str>,
        /// The scenario or tenant.
        name: String,
        /// The seed of all chance in it.
        seed: Seed,
    },
    /// A step of the scenario began.
    Step {
        /// Which step, from 0.
        index: usize,
        /// Its line in the file.
        line: usize,
        /// The step on one line.
        source: String,
    },
    /// An act could not be done.
    Refused {
        /// Which step it was, as in [`What::Step`]; nothing if it is none of them that is to blame.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        index: Option<usize>,
        /// Why.
        reason: String,
    },
    /// Somebody said something.
    Said(Box<Said>),
    /// A chat changed.
    Changed {
        /// The vendor's id of the chat.
        chat: String,
        /// Who did it.
        by: Party,
        /// What changed.
        #[serde(flatten)]
        change: Change,
    },
    /// The bot, or a step of the scenario, called the vendor's API.
    Called(Box<Called>),
    /// The bot, or a call of the scenario, did something that the vendor's documents do not allow.
    Violated {
        /// Who; not shown for the bot, of whom almost all are.
        #[serde(default, skip_serializing_if = "Source::is_bot")]
        source: Source,
        /// What, in full.
        detail: String,
    },
    /// A planned fault fired.
    Faulted {
        /// Which fault, as `rehearsal list faults` names it.
        fault: Cow<'static, str>,
        /// On which operation, event or push.
        on: String,
        /// The socket that the push goes to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        socket: Option<SocketId>,
        /// Which of all rules that were planned it comes from, from 1; nothing if the call itself has asked for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<u32>,
        /// What it came to, such as how long or after how many bytes; empty where its name says it all.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        detail: String,
    },
    /// Somebody opened a socket.
    Connected {
        /// Its number.
        socket: SocketId,
        /// The path with its query.
        path: String,
    },
    /// A frame came in or went out on a socket.
    Framed {
        /// On which.
        socket: SocketId,
        /// In which direction.
        way: Way,
        /// The push it is; nothing for what asks or answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        push: Option<Cow<'static, str>>,
        /// The vendor's id of the chat that a push is about, if it is about one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        chat: Option<String>,
        /// The vendor's id of whoever a push is for, if they have said who they are.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
        /// What is in it, secrets masked.
        text: Payload,
    },
    /// A socket was closed.
    Disconnected {
        /// Which.
        socket: SocketId,
        /// By whom.
        by: Closer,
        /// The close code, if one was sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<u16>,
        /// Why, if that was said.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// A webhook was due.
    Queued {
        /// Its number.
        delivery: DeliveryId,
        /// The event.
        event: Cow<'static, str>,
        /// The chat it is about.
        chat: Option<String>,
        /// Where it goes, as written in the set-up.
        url: String,
        /// The body, secrets masked.
        body: Payload,
    },
    /// An attempt to deliver a webhook began.
    Sent {
        /// Which webhook.
        delivery: DeliveryId,
        /// Which attempt, from 1.
        attempt: u32,
        /// The HTTP method.
        #[serde(default = "post", skip_serializing_if = "is_post")]
        method: Cow<'static, str>,
        /// Its headers but `host` and `content-length`, secrets masked.
        #[serde(default, skip_serializing_if = "Headers::is_empty")]
        headers: Headers,
        /// Those of its headers that follow from the real time, or sign it: never part of what determinism compares.
        #[serde(default, skip_serializing_if = "Headers::is_empty")]
        wall_headers: Headers,
    },
    /// An attempt to deliver a webhook ended.
    Answered {
        /// Which webhook.
        delivery: DeliveryId,
        /// Which attempt, from 1.
        attempt: u32,
        /// How it ended.
        outcome: Outcome,
        /// What the receiver sent back, if it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<Box<Receipt>>,
    },
    /// What became of a webhook in the end.
    Settled {
        /// Which webhook.
        delivery: DeliveryId,
        /// What became of it.
        fate: Fate,
    },
    /// A value was captured.
    Kept {
        /// Its name.
        name: String,
        /// The value, secrets masked.
        value: String,
    },
    /// A branch of the scenario was drawn.
    Chosen {
        /// Which, from 1.
        branch: usize,
        /// Of how many.
        of: usize,
    },
    /// An expectation was decided.
    Judged {
        /// The step, from 0.
        index: usize,
        /// How.
        verdict: Verdict,
    },
    /// The stand-in did something on its own account that people should know of.
    Remarked {
        /// What and why, in a sentence.
        remark: String,
    },
    /// The scenario ended.
    Ended,
}

/// What a receiver sent back, as much of it as is kept.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Receipt {
    /// The headers, secrets masked.
    #[serde(default, skip_serializing_if = "Headers::is_empty")]
    pub headers: Headers,
    /// Those that follow from the real time: never part of what determinism compares.
    #[serde(default, skip_serializing_if = "Headers::is_empty")]
    pub wall_headers: Headers,
    /// The body, secrets masked.
    #[serde(default, skip_serializing_if = "Payload::is_empty")]
    pub body: Payload,
    /// Whether the body was longer than what is kept, or never ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// The method of almost all webhooks.
fn post() -> Cow<'static, str> {
    "POST".into()
}

fn is_post(method: &str) -> bool {
    method == "POST"
}

/// Something somebody said in a chat.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Said {
    /// The vendor's id of the chat.
    pub chat: String,
    /// The vendor's id of the message; empty where the vendor gives none.
    pub id: String,
    /// Who.
    pub from: Party,
    /// The text; empty if there is none.
    pub text: String,
    /// The labels of the quick replies it offers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// The address of a file sent with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachment: Option<String>,
    /// Who can read it.
    pub audience: Audience,
}

/// Who can read a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Everybody in the chat.
    All,
    /// Agents and bots only.
    Agents,
}

/// A role somebody has in a chat.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A customer.
    Customer,
    /// A human agent.
    Agent,
    /// The software under test.
    Bot,
    /// Another program that uses the vendor's API, played by the scenario.
    Integration,
    /// The platform itself.
    System,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Customer => "customer",
            Self::Agent => "agent",
            Self::Bot => "bot",
            Self::Integration => "integration",
            Self::System => "system",
        })
    }
}

/// Somebody who takes part.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Party {
    /// In which role.
    pub role: Role,
    /// The name by which a scenario refers to them: a customer's key, an agent's or a bot's id; empty for the system.
    pub id: String,
    /// What people call them; the id where there is no name.
    pub name: String,
}

impl Party {
    /// The platform itself.
    #[must_use]
    pub fn system() -> Self {
        Self { role: Role::System, id: String::new(), name: String::new() }
    }

    /// Somebody in this role.
    pub fn new(role: Role, id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { role, id: id.into(), name: name.into() }
    }
}

/// How a chat changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// It began, or began again.
    Started {
        /// The name by which the scenario refers to it, if it does.
        name: Option<String>,
    },
    /// Somebody has it now.
    Assigned {
        /// Their id.
        to: String,
    },
    /// It waits for somebody.
    Queued,
    /// It went to another team, group or agent.
    Transferred {
        /// Whereto.
        to: String,
    },
    /// Somebody joined it.
    Joined {
        /// Their id.
        who: String,
    },
    /// Somebody left it.
    Left {
        /// Their id.
        who: String,
    },
    /// It was put on hold.
    Held,
    /// It goes on.
    Resumed,
    /// It got a tag.
    Tagged {
        /// The tag.
        tag: String,
    },
    /// It lost a tag.
    Untagged {
        /// The tag.
        tag: String,
    },
    /// It was closed.
    Closed {
        /// The outcome somebody chose; empty if nobody did.
        outcome: String,
    },
    /// Something else about it changed.
    Updated {
        /// What, in a few words.
        what: String,
    },
}

impl Change {
    /// The names of all changes, as the journal writes them.
    pub const NAMES: [&'static str; 12] = [
        "started",
        "assigned",
        "queued",
        "transferred",
        "joined",
        "left",
        "held",
        "resumed",
        "tagged",
        "untagged",
        "closed",
        "updated",
    ];

    /// Its name among [`Self::NAMES`].
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Started { .. } => "started",
            Self::Assigned { .. } => "assigned",
            Self::Queued => "queued",
            Self::Transferred { .. } => "transferred",
            Self::Joined { .. } => "joined",
            Self::Left { .. } => "left",
            Self::Held => "held",
            Self::Resumed => "resumed",
            Self::Tagged { .. } => "tagged",
            Self::Untagged { .. } => "untagged",
            Self::Closed { .. } => "closed",
            Self::Updated { .. } => "updated",
        }
    }
}

/// Who a call comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The software under test.
    #[default]
    Bot,
    /// A step of the scenario.
    Scenario,
}

impl Source {
    /// The role of whoever does something by such a call.
    #[must_use]
    pub const fn role(self) -> Role {
        match self {
            Self::Bot => Role::Bot,
            Self::Scenario => Role::Integration,
        }
    }

    const fn is_bot(&self) -> bool {
        matches!(self, Self::Bot)
    }
}

/// In which direction a frame goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// To the platform.
    In,
    /// To the client.
    Out,
}

/// Who closes a socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closer {
    /// The client, or the network.
    Client,
    /// The platform.
    Platform,
    /// A planned fault.
    Fault,
}

/// A call and its answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Called {
    /// Who it comes from; not shown for the bot, of whom almost all are.
    #[serde(default, skip_serializing_if = "Source::is_bot")]
    pub source: Source,
    /// The operation; nothing if the path or method is unknown.
    pub route: Option<Cow<'static, str>>,
    /// The socket on which it was asked for; nothing if it was called over HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub socket: Option<SocketId>,
    /// The HTTP method; `WS` on a socket.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// Who called, as far as the credential tells.
    pub caller: Option<String>,
    /// The HTTP status of the answer; on a socket, where there is none, the one that it would have had.
    pub status: u16,
    /// The vendor's code in the answer.
    pub code: Option<Cow<'static, str>>,
    /// The body of the request.
    pub request: Payload,
    /// The body of the answer.
    pub reply: Payload,
}

impl Entry {
    /// How long after `start` it really happened.
    #[must_use]
    pub fn after(&self, start: WallTime) -> Duration {
        self.wall.since(start)
    }
}

impl Receipt {
    fn weight(&self) -> usize {
        self.headers.weight() + self.wall_headers.weight() + self.body.weight()
    }
}

impl What {
    /// An attempt with this number began, of which nothing else is known.
    #[must_use]
    pub fn sent(delivery: DeliveryId, attempt: u32) -> Self {
        let (headers, wall_headers) = (Headers::default(), Headers::default());
        Self::Sent { delivery, attempt, method: post(), headers, wall_headers }
    }

    /// An attempt with this number ended like this, and nothing else is known.
    #[must_use]
    pub fn answered(delivery: DeliveryId, attempt: u32, outcome: Outcome) -> Self {
        Self::Answered { delivery, attempt, outcome, answer: None }
    }

    /// The bytes it keeps besides its own size.
    #[must_use]
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Called(called) => called.path.len() + called.request.weight() + called.reply.weight(),
            Self::Queued { body, url, .. } => body.weight() + url.len(),
            Self::Framed { text, .. } => text.weight(),
            Self::Connected { path, .. } => path.len(),
            Self::Said(said) => said.text.len() + said.chat.len() + said.id.len(),
            Self::Violated { detail, .. } => detail.len(),
            Self::Refused { index: _, reason } => reason.len(),
            Self::Step { source, .. } => source.len(),
            Self::Kept { value, .. } => value.len(),
            Self::Remarked { remark } => remark.len(),
            Self::Sent { headers, wall_headers, .. } => headers.weight() + wall_headers.weight(),
            Self::Answered { answer, .. } => answer.as_ref().map_or(0, |answer| answer.weight()),
            Self::Opened { .. }
            | Self::Changed { .. }
            | Self::Faulted { .. }
            | Self::Disconnected { .. }
            | Self::Settled { .. }
            | Self::Chosen { .. }
            | Self::Judged { .. }
            | Self::Ended => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_called_what_the_journal_writes() {
        let (to, who, tag) = (String::new, String::new, String::new);
        let all = [
            Change::Started { name: None },
            Change::Assigned { to: to() },
            Change::Queued,
            Change::Transferred { to: to() },
            Change::Joined { who: who() },
            Change::Left { who: who() },
            Change::Held,
            Change::Resumed,
            Change::Tagged { tag: tag() },
            Change::Untagged { tag: tag() },
            Change::Closed { outcome: String::new() },
            Change::Updated { what: String::new() },
        ];
        assert_eq!(all.each_ref().map(Change::name), Change::NAMES);
        for change in &all {
            assert_eq!(serde_json::to_value(change).unwrap()["change"], change.name());
        }
    }
}
