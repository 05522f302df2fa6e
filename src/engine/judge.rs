//! Expectations over the journal: what matches, what nearly does, and why not.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::base::id::{DeliveryId, EntrySeq};
use crate::base::json::Mismatch;
use crate::base::time::WallTime;
use crate::journal::Journal;
use crate::journal::entry::{Called, Entry, Fate, Miss, Near, Outcome, Payload, Said, Source, What};
use crate::platform::cx::Desk;
use crate::scenario::expect::{CallPattern, Count, EventPattern, Expect, MessagePattern, Since, Subject};
use crate::scenario::pattern::Pattern;
use crate::scenario::text::{Text, Word};

/// Which part of the journal an expectation looks at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window<'w> {
    /// The first entry: the last act.
    pub from: EntrySeq,
    /// Entries that earlier expectations have taken.
    pub taken: &'w BTreeSet<EntrySeq>,
    /// Until when, in real time, something may have happened to count.
    pub deadline: WallTime,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Finding {
    /// Entries that match and came in time, in order.
    pub matches: Vec<EntrySeq>,
    /// Entries that match but came too late.
    pub late: Vec<EntrySeq>,
    /// The entry that differs least, if nothing matches.
    pub nearest: Option<Near>,
}

/// Looks for what an expectation is about.
#[must_use]
pub(super) fn examine(expect: &Expect, journal: &Journal, window: Window<'_>, desk: &Desk) -> Finding {
    let judge = Judge { journal, desk };
    let mut finding = Finding::default();
    for entry in journal.since(window.from).filter(|entry| !window.taken.contains(&entry.seq)) {
        let Some(differences) = judge.compare(&expect.subject, expect.since, entry) else { continue };
        if !differences.is_empty() {
            let nearer = finding.nearest.as_ref().is_none_or(|near| differences.len() <= near.mismatches.len());
            if nearer {
                finding.nearest = Some(Near { entry: entry.seq, summary: summary(entry), mismatches: differences });
            }
        } else if entry.wall <= window.deadline {
            finding.matches.push(entry.seq);
        } else {
            finding.late.push(entry.seq);
        }
    }
    finding
}

/// What is wrong with the answer to the scenario's own call that was just recorded; nothing if it is as wanted.
#[must_use]
pub(super) fn answered(wanted: &CallPattern, call: &Entry, judge: (&Journal, &Desk)) -> Option<Miss> {
    let What::Called(called) = &call.what else { return None };
    let (journal, desk) = judge;
    let mismatches = Judge { journal, desk }.call(wanted, called);
    (!mismatches.is_empty()).then(|| Miss {
        expected: format!("a {}", describe_call(wanted)),
        found: format!("it was answered with {}", in_figures(called)),
        nearest: Some(Near { entry: call.seq, summary: summary(call), mismatches }),
    })
}

/// An entry as what came nearest, or all too near.
#[must_use]
pub(super) fn near(entry: &Entry) -> Near {
    Near { entry: entry.seq, summary: summary(entry), mismatches: Vec::new() }
}

struct Judge<'j> {
    journal: &'j Journal,
    desk: &'j Desk,
}

impl Judge<'_> {
    /// How an entry differs from what is wanted; nothing if it is of another kind.
    fn compare(&self, subject: &Subject, since: Since, entry: &Entry) -> Option<Vec<Mismatch>> {
        match (subject, &entry.what) {
            (Subject::Message(pattern), What::Said(said)) => Some(self.message(pattern, said)),
            (Subject::Call(pattern), What::Called(called)) if called.source == Source::Bot => {
                Some(self.call(pattern, called))
            }
            (Subject::Event { pattern, delivered, attempts }, What::Queued { delivery, event, chat, body, .. }) => {
                let mut found = self.event(pattern, event, chat.as_deref(), body);
                let course = self.course(entry.seq, *delivery);
                if let Some(wanted) = delivered {
                    let is = course.fate == Some(if *wanted { Fate::Delivered } else { Fate::GivenUp });
                    if !is {
                        let expected = if *wanted { "acknowledged" } else { "given up" };
                        found.push(Mismatch::new("delivered", expected, course.to_string()));
                    }
                }
                if let Some(wanted) = attempts.filter(|wanted| *wanted != course.attempts) {
                    found.push(Mismatch::new("attempts", wanted.to_string(), course.attempts.to_string()));
                }
                Some(found)
            }
            (Subject::Violation(pattern), What::Violated { source, detail }) => {
                // A scenario may expect that its own calls are wrong, but what it looks for throughout is the bot's doing.
                if since == Since::Beginning && *source == Source::Scenario {
                    return None;
                }
                let wanted = pattern.text.as_ref().filter(|text| !text.accepts(detail, |text| self.desk.fill(text)));
                let differs = |text: &crate::scenario::text::Matcher| {
                    Mismatch::new("text", text.describe(|text| self.desk.fill(text)), format!("{detail:?}"))
                };
                Some(wanted.map(differs).into_iter().collect())
            }
            (Subject::Message(_) | Subject::Call(_) | Subject::Event { .. } | Subject::Violation(_), _) => None,
        }
    }

    fn message(&self, pattern: &MessagePattern, said: &Said) -> Vec<Mismatch> {
        let mut found = Vec::new();
        if let Some(from) = &pattern.from {
            let role = said.from.role.to_string();
            if from.value != role && from.value != said.from.id {
                let actual = if said.from.id.is_empty() { role } else { format!("{role} {}", said.from.id) };
                found.push(Mismatch::new("from", from.value.as_str(), actual));
            }
        }
        if let Some(text) = &pattern.text
            && !text.accepts(&said.text, |text| self.desk.fill(text))
        {
            let expected = text.describe(|text| self.desk.fill(text));
            found.push(Mismatch::new("text", expected, format!("{:?}", said.text)));
        }
        if let Some(options) = &pattern.options {
            let wanted: Vec<String> = options.iter().map(|text| self.desk.fill(text)).collect();
            if wanted != said.options {
                found.push(Mismatch::new("options", format!("{wanted:?}"), format!("{:?}", said.options)));
            }
        }
        found.extend(self.chat(pattern.chat.as_ref().map(|chat| chat.value.as_str()), Some(&said.chat)));
        found
    }

    fn call(&self, pattern: &CallPattern, called: &Called) -> Vec<Mismatch> {
        let mut found = Vec::new();
        if let Some(route) =
            pattern.route.as_ref().filter(|route| called.route.as_deref() != Some(route.value.as_str()))
        {
            found.push(Mismatch::new(
                "route",
                route.value.as_str(),
                called.route.as_deref().unwrap_or("no known operation"),
            ));
        }
        if let Some(status) = pattern.status.filter(|status| *status != called.status) {
            found.push(Mismatch::new("status", status.to_string(), called.status.to_string()));
        }
        if let Some(Word(code)) = &pattern.code
            && called.code.as_deref() != Some(code.value.as_str())
        {
            found.push(Mismatch::new("code", code.value.as_str(), called.code.as_deref().unwrap_or("none")));
        }
        found.extend(self.document("body", pattern.body.as_ref(), || called.request.json()));
        found.extend(self.document("reply", pattern.reply.as_ref(), || called.reply.json()));
        found
    }

    fn event(&self, pattern: &EventPattern, event: &str, chat: Option<&str>, body: &Payload) -> Vec<Mismatch> {
        let mut found = Vec::new();
        if pattern.name.value != event {
            found.push(Mismatch::new("event", pattern.name.value.as_str(), event));
        }
        found.extend(self.document("body", pattern.body.as_ref(), || body.json()));
        found.extend(self.chat(pattern.chat.as_ref().map(|chat| chat.value.as_str()), chat));
        found
    }

    fn chat(&self, wanted: Option<&str>, actual: Option<&str>) -> Option<Mismatch> {
        let wanted = wanted?;
        (self.desk.chat(wanted) != actual).then(|| Mismatch::new("chat", wanted, actual.unwrap_or("none")))
    }

    fn document(&self, at: &str, pattern: Option<&Pattern>, actual: impl FnOnce() -> Json) -> Vec<Mismatch> {
        let Some(pattern) = pattern else { return Vec::new() };
        let found = pattern.filled(&|text| self.desk.fill_str(text)).mismatches(&actual());
        found.into_iter().map(|m| Mismatch { at: format!("{at}{}", m.at), ..m }).collect()
    }

    /// What became of a delivery so far.
    fn course(&self, queued: EntrySeq, id: DeliveryId) -> Course {
        let mut course = Course::default();
        for entry in self.journal.since(queued) {
            match &entry.what {
                What::Sent { delivery, .. } if *delivery == id => course.attempts += 1,
                What::Answered { delivery, outcome, .. } if *delivery == id => course.last = Some(outcome.clone()),
                What::Settled { delivery, fate } if *delivery == id => course.fate = Some(*fate),
                _ => {}
            }
        }
        course
    }
}

/// What became of a delivery so far.
#[derive(Default)]
struct Course {
    attempts: u32,
    last: Option<Outcome>,
    fate: Option<Fate>,
}

impl std::fmt::Display for Course {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.fate, &self.last) {
            (Some(Fate::Delivered), _) => write!(f, "acknowledged"),
            (Some(Fate::Dropped), _) => write!(f, "dropped by a fault"),
            (Some(Fate::GivenUp), Some(last)) => {
                write!(f, "given up after {} attempts, the last: {last}", self.attempts)
            }
            (Some(Fate::GivenUp), None) => write!(f, "given up"),
            (None, Some(last)) => write!(f, "not yet; attempt {}: {last}", self.attempts),
            (None, None) if self.attempts == 0 => write!(f, "not yet; it waits for its turn"),
            (None, None) => write!(f, "not yet; attempt {} is on its way", self.attempts),
        }
    }
}

/// An entry in a few words.
fn summary(entry: &Entry) -> String {
    match &entry.what {
        What::Said(said) => format!("{} said {:?}", said.from.role, said.text),
        What::Called(called) => {
            let who = match called.source {
                Source::Bot => "the bot",
                Source::Scenario => "the scenario",
            };
            let route = called.route.as_deref().unwrap_or(called.path.as_str());
            format!("{who} called {route}: {}", in_figures(called))
        }
        What::Queued { event, delivery, .. } => format!("webhook {event} ({delivery})"),
        What::Violated { detail, .. } => format!("violation: {detail}"),
        other => format!("{other:?}"),
    }
}

/// The status of an answer, and its code if it has one.
fn in_figures(called: &Called) -> String {
    match &called.code {
        Some(code) => format!("{} {code}", called.status),
        None => called.status.to_string(),
    }
}

fn describe_call(pattern: &CallPattern) -> String {
    let route = pattern.route.as_ref().map_or(String::new(), |route| format!(" of {}", route.value));
    let status = pattern.status.map_or(String::new(), |status| format!(" answered with {status}"));
    let code = pattern.code.as_ref().map_or(String::new(), |Word(code)| format!(" code {}", code.value));
    let body = pattern.body.as_ref().map_or(String::new(), |body| format!(" with body {body}"));
    let reply = pattern.reply.as_ref().map_or(String::new(), |reply| format!(" and reply {reply}"));
    format!("call{route}{status}{code}{body}{reply}")
}

/// What an expectation wants, in words.
#[must_use]
pub(super) fn describe(expect: &Expect, desk: &Desk) -> String {
    let fill = |text: &Text| desk.fill(text);
    let what = match &expect.subject {
        Subject::Message(pattern) => {
            let from = pattern.from.as_ref().map_or(String::new(), |from| format!(" from {}", from.value));
            let text = pattern.text.as_ref().map_or(String::new(), |text| format!(" saying {}", text.describe(fill)));
            let options = pattern.options.as_ref().map_or(String::new(), |options| {
                let labels: Vec<String> = options.iter().map(|text| format!("{:?}", fill(text))).collect();
                format!(" offering {}", labels.join(", "))
            });
            format!("message{from}{text}{options}")
        }
        Subject::Call(pattern) => describe_call(pattern),
        Subject::Event { pattern, delivered, attempts } => {
            let delivered = match delivered {
                Some(true) => ", acknowledged",
                Some(false) => ", given up",
                None => "",
            };
            let attempts = attempts.map_or(String::new(), |attempts| format!(", after {attempts} attempts"));
            let body = pattern.body.as_ref().map_or(String::new(), |body| format!(" with body {body}"));
            format!("webhook {}{body}{delivered}{attempts}", pattern.name.value)
        }
        Subject::Violation(pattern) => {
            let text = pattern.text.as_ref().map_or(String::new(), |text| format!(" saying {}", text.describe(fill)));
            format!("violation{text}")
        }
    };
    let by = expect.by.map_or(String::new(), |by| format!(", by {by} of virtual time"));
    match expect.count {
        Count::AtLeastOnce => format!("a {what} within {}{by}", expect.within),
        Count::Exactly(0) => match expect.since {
            Since::Act => format!("no {what} for {}{by}", expect.within),
            Since::Beginning => format!("no {what} since the scenario began"),
        },
        Count::Exactly(times) => format!("exactly {times} × {what} within {}{by}", expect.within),
    }
}
