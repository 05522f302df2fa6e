//! Expectations over the journal: what matches, what nearly does, and why not.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::standing::Standing;
use crate::base::id::{DeliveryId, EntrySeq};
use crate::base::json::Mismatch;
use crate::base::time::WallTime;
use crate::journal::Journal;
use crate::journal::entry::{Called, Entry, Fate, Match, Miss, Near, Outcome, Payload, Said, Source, What};
use crate::platform::cx::Desk;
use crate::scenario::decode::Within;
use crate::scenario::expect::{
    CallPattern, EventPattern, Expect, MessagePattern, Order, PushPattern, Since, StatePattern, Subject, Wanted,
};
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

/// How many of those that match are told.
const MOST_MATCHES: usize = 5;
/// The fields that say what kind of thing an entry is.
const NAMES: [&str; 3] = ["event", "route", "from"];
/// How many of those that nearly match are told.
const MOST_NEAR: usize = 3;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Finding {
    /// Entries that match and came in time, in order; of several things those that are there.
    pub matches: Vec<EntrySeq>,
    /// Entries that match but came too late.
    pub late: Vec<EntrySeq>,
    /// The entries that differ least from what is not there, the nearest first.
    pub nearest: Vec<Near>,
    /// Which of several things is not there, or the first of them.
    pub missing: Option<usize>,
    /// The last entry that matches the missing one of several things, but came before the one that it should have followed.
    pub early: Option<EntrySeq>,
    /// Whether something else has come before what had to be the first of its kind.
    pub overtaken: bool,
    /// Where the chat stands that was asked about.
    standing: Option<String>,
}

/// Looks for what an expectation is about.
#[must_use]
pub(super) fn examine(expect: &Expect, journal: &Journal, window: Window<'_>, desk: &Desk) -> Finding {
    let judge = Judge { journal, desk };
    match &expect.wanted {
        Wanted::Some(subject) | Wanted::Exactly(_, subject) => judge.scan(subject, Since::Act, window),
        Wanted::Never(subject, since) => judge.scan(subject, *since, window),
        Wanted::First(subject) => judge.first(subject, window),
        Wanted::All(subjects, Order::AsWritten) => judge.one_by_one(subjects, window),
        Wanted::All(subjects, Order::Any) => judge.each(subjects, window),
    }
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
        matches: Vec::new(),
        nearest: vec![Near { entry: call.seq, summary: summary(call), mismatches }],
    })
}

impl Finding {
    /// The first of those that match, whether they came in time or not, in words.
    #[must_use]
    pub(super) fn matched(&self, journal: &Journal) -> Vec<Match> {
        let all: BTreeSet<EntrySeq> = self.matches.iter().chain(&self.late).chain(&self.early).copied().collect();
        let entries = all.into_iter().filter_map(|seq| journal.since(seq).next()).take(MOST_MATCHES);
        let told = |entry| self.standing.clone().unwrap_or_else(|| summary(entry));
        entries.map(|entry| Match { entry: entry.seq, summary: told(entry) }).collect()
    }

    /// Takes note of an entry of the right kind.
    fn note(&mut self, entry: &Entry, differences: Vec<Mismatch>, deadline: WallTime) {
        if !differences.is_empty() {
            self.nearest.push(Near { entry: entry.seq, summary: summary(entry), mismatches: differences });
        } else if entry.wall <= deadline {
            self.matches.push(entry.seq);
        } else {
            self.late.push(entry.seq);
        }
    }
}

/// How far something is from what is wanted: whatever differs in its body, what has the right name comes nearer.
fn distance(near: &Near) -> (usize, usize) {
    let names = near.mismatches.iter().filter(|mismatch| NAMES.contains(&mismatch.at.as_str()));
    (names.count(), near.mismatches.len())
}

/// Gives each thing an entry of its own out of those that match it, such that as many as possible have one: Kuhn's
/// algorithm. The thing that each entry was given to.
fn assign(candidates: &[&[EntrySeq]]) -> BTreeMap<EntrySeq, usize> {
    let mut owners = BTreeMap::new();
    for thing in 0..candidates.len() {
        place(thing, candidates, &mut owners, &mut BTreeSet::new());
    }
    owners
}

/// Finds an entry for a thing, if need be by finding another one for whatever has it.
fn place(
    thing: usize,
    candidates: &[&[EntrySeq]],
    owners: &mut BTreeMap<EntrySeq, usize>,
    tried: &mut BTreeSet<EntrySeq>,
) -> bool {
    for entry in candidates[thing] {
        if !tried.insert(*entry) {
            continue;
        }
        let owner = owners.get(entry).copied();
        if owner.is_none_or(|owner| place(owner, candidates, owners, tried)) {
            owners.insert(*entry, thing);
            return true;
        }
    }
    false
}

struct Judge<'j> {
    journal: &'j Journal,
    desk: &'j Desk,
}

impl Judge<'_> {
    /// All that matches, and what nearly does.
    fn scan(&self, subject: &Subject, since: Since, window: Window<'_>) -> Finding {
        let mut finding = Finding::default();
        if let Subject::State(pattern) = subject {
            self.state(pattern, window.deadline, &mut finding);
            return finding;
        }
        for entry in self.journal.since(window.from).filter(|entry| !window.taken.contains(&entry.seq)) {
            if let Some(differences) = self.compare(subject, since, entry) {
                finding.note(entry, differences, window.deadline);
            }
        }
        // Of those that differ alike the latest come first.
        finding.nearest.reverse();
        finding.nearest.sort_by_key(distance);
        finding.nearest.truncate(MOST_NEAR);
        finding
    }

    /// The first entry of the subject's kind. What another sender writes is of another kind, and so is what somebody else is
    /// told, and another chat.
    fn first(&self, subject: &Subject, window: Window<'_>) -> Finding {
        let mut finding = Finding::default();
        let entries = self.journal.since(window.from).filter(|entry| !window.taken.contains(&entry.seq));
        let mut alike = entries.filter_map(|entry| Some((entry, self.compare(subject, Since::Act, entry)?)));
        if let Some((entry, differences)) = alike
            .find(|(_, differences)| differences.iter().all(|it| !["from", "to", "chat"].contains(&it.at.as_str())))
        {
            finding.overtaken = !differences.is_empty();
            finding.note(entry, differences, window.deadline);
        }
        finding
    }

    /// One thing after the other, each as early as it can be.
    fn one_by_one(&self, subjects: &[Subject], window: Window<'_>) -> Finding {
        let mut matches = Vec::new();
        let mut from = window.from;
        for (index, subject) in subjects.iter().enumerate() {
            let found = self.scan(subject, Since::Act, Window { from, ..window });
            let Some(first) = found.matches.first() else {
                let before = self.scan(subject, Since::Act, window).matches;
                let early = before.into_iter().rfind(|seq| !matches.contains(seq));
                return Finding { matches, missing: Some(index), early, ..found };
            };
            matches.push(*first);
            from = EntrySeq(first.0 + 1);
        }
        Finding { matches, ..Finding::default() }
    }

    /// As many things as there can be, each of them another entry.
    fn each(&self, subjects: &[Subject], window: Window<'_>) -> Finding {
        let mut found: Vec<Finding> = subjects.iter().map(|subject| self.scan(subject, Since::Act, window)).collect();
        let candidates: Vec<&[EntrySeq]> = found.iter().map(|finding| &*finding.matches).collect();
        let owners = assign(&candidates);
        let matches = owners.keys().copied().collect();
        let missing = (0..subjects.len()).find(|index| !owners.values().any(|owner| owner == index));
        let rest = missing.map(|index| found.swap_remove(index)).unwrap_or_default();
        Finding { matches, missing, ..rest }
    }

    /// Where a chat stands: found if it is as wanted, or nearly found if not.
    fn state(&self, pattern: &StatePattern, deadline: WallTime, finding: &mut Finding) {
        let standing = self.desk.chat(&pattern.chat.value).and_then(|chat| Standing::of(self.journal, chat));
        let Some(standing) = standing else { return };
        let Some(entry) = self.journal.since(standing.since).next() else { return };
        let mut differences = Vec::new();
        if let Some(status) = pattern.status.filter(|status| *status != standing.status) {
            differences.push(Mismatch::new("status", status.word(), standing.status.word()));
        }
        if let Some(holder) = pattern.assigned_to.as_ref().filter(|holder| holder.value != standing.holder()) {
            differences.push(Mismatch::new("assigned_to", holder.value.as_str(), standing.holder()));
        }
        if let Some(outcome) =
            pattern.outcome.as_ref().map(|text| self.desk.fill(text)).filter(|it| *it != standing.outcome)
        {
            differences.push(Mismatch::new("outcome", format!("{outcome:?}"), format!("{:?}", standing.outcome)));
        }
        finding.note(entry, differences, deadline);
        let told = format!("chat {} is {standing}", pattern.chat.value);
        for near in &mut finding.nearest {
            near.summary.clone_from(&told);
        }
        finding.standing = Some(told);
    }

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
                    let is = match course.fate {
                        Some(Fate::Delivered) => *wanted,
                        Some(Fate::GivenUp | Fate::Disabled) => !*wanted,
                        Some(Fate::Dropped | Fate::Stopped) | None => false,
                    };
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
            (Subject::Push(pattern), What::Framed { push: Some(push), chat, to, text, .. }) => {
                Some(self.push(pattern, (push, chat.as_deref(), to.as_deref()), text))
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
            (
                Subject::Message(_)
                | Subject::Call(_)
                | Subject::Event { .. }
                | Subject::Push(_)
                | Subject::Violation(_)
                | Subject::State(_),
                _,
            ) => None,
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
        if let Some(Within(status)) = pattern.status.filter(|Within(status)| *status != u32::from(called.status)) {
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

    fn push(
        &self,
        pattern: &PushPattern,
        (push, chat, to): (&str, Option<&str>, Option<&str>),
        frame: &Payload,
    ) -> Vec<Mismatch> {
        let mut found = Vec::new();
        if pattern.name.value != push {
            found.push(Mismatch::new("push", pattern.name.value.as_str(), push));
        }
        if let Some(wanted) = pattern.to.as_ref().map(|to| to.value.as_str()) {
            let customer = self.desk.customers.get(wanted).map(|customer| customer.id.as_str());
            if to.is_none_or(|to| to != wanted && Some(to) != customer) {
                let named = self.desk.customers.values().find(|customer| Some(customer.id.as_str()) == to);
                let actual = named.map(|customer| customer.key.as_str()).or(to);
                found.push(Mismatch::new("to", wanted, actual.unwrap_or("somebody without a login")));
            }
        }
        found.extend(self.document("body", pattern.body.as_ref(), || frame.json()));
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
            (Some(Fate::Disabled), _) => write!(f, "not sent, as its address got no more"),
            (Some(Fate::Stopped), _) => write!(f, "not sent, as the stand-in was stopped"),
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
        What::Framed { push: Some(push), to, socket, .. } => {
            let to = to.as_ref().map_or(String::new(), |to| format!(", {to}"));
            format!("push {push} (socket {socket}{to})")
        }
        What::Violated { detail, .. } => format!("violation: {detail}"),
        What::Changed { chat, change, .. } => format!("chat {chat}: {}", change.name()),
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
    let status = pattern.status.map_or(String::new(), |Within(status)| format!(" answered with {status}"));
    let code = pattern.code.as_ref().map_or(String::new(), |Word(code)| format!(" code {}", code.value));
    let body = pattern.body.as_ref().map_or(String::new(), |body| format!(" with body {body}"));
    let reply = pattern.reply.as_ref().map_or(String::new(), |reply| format!(" and reply {reply}"));
    format!("call{route}{status}{code}{body}{reply}")
}

/// What an expectation wants, in words.
#[must_use]
pub(super) fn describe(expect: &Expect, desk: &Desk) -> String {
    let by = expect.by.map_or(String::new(), |by| format!(", by {by} of virtual time"));
    let within = format!("within {}{by}", expect.within);
    match &expect.wanted {
        Wanted::Some(subject) => format!("a {} {within}", describe_subject(subject, desk)),
        Wanted::First(subject) => {
            format!("a {} {within}, before any other of its kind", describe_subject(subject, desk))
        }
        Wanted::Exactly(times, subject) => format!("exactly {times} × {} {within}", describe_subject(subject, desk)),
        Wanted::Never(subject, Since::Act) => {
            format!("no {} for {}{by}", describe_subject(subject, desk), expect.within)
        }
        Wanted::Never(subject, Since::Beginning) => {
            format!("no {} since the scenario began", describe_subject(subject, desk))
        }
        Wanted::All(subjects, order) => {
            let (order, joint) = match order {
                Order::AsWritten => ("one after the other", ", then a "),
                Order::Any => ("in any order", ", a "),
            };
            let subjects: Vec<String> = subjects.iter().map(|subject| describe_subject(subject, desk)).collect();
            format!("{order} a {} {within}", subjects.join(joint))
        }
    }
}

/// What is wanted, without how often and by when.
#[must_use]
pub(super) fn describe_subject(subject: &Subject, desk: &Desk) -> String {
    let fill = |text: &Text| desk.fill(text);
    match subject {
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
        Subject::Push(pattern) => {
            let body = pattern.body.as_ref().map_or(String::new(), |body| format!(" with body {body}"));
            let to = pattern.to.as_ref().map_or(String::new(), |to| format!(" to {}", to.value));
            format!("push {}{body}{to}", pattern.name.value)
        }
        Subject::Violation(pattern) => {
            let text = pattern.text.as_ref().map_or(String::new(), |text| format!(" saying {}", text.describe(fill)));
            format!("violation{text}")
        }
        Subject::State(pattern) => {
            let status = pattern.status.map_or(String::new(), |status| format!(" that is {}", status.word()));
            let holder = pattern.assigned_to.as_ref();
            let holder = holder.map_or(String::new(), |holder| format!(" assigned to {}", holder.value));
            let outcome = pattern.outcome.as_ref();
            let outcome = outcome.map_or(String::new(), |outcome| format!(" with outcome {:?}", fill(outcome)));
            format!("chat {}{status}{holder}{outcome}", pattern.chat.value)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_the_right_name_comes_nearest() {
        let near = |places: &[&str]| {
            let mismatches = places.iter().map(|at| Mismatch::new(*at, "a", "b")).collect();
            Near { entry: EntrySeq(0), summary: String::new(), mismatches }
        };
        let check = |nearer: &[&str], further: &[&str]| {
            assert!(distance(&near(nearer)) < distance(&near(further)), "{nearer:?} {further:?}");
        };
        check(&["body/a", "body/b", "chat"], &["event"]);
        check(&["body/a", "status"], &["route"]);
        check(&["text", "options"], &["from"]);
        check(&["event"], &["event", "chat"]);
        check(&["body/a"], &["body/a", "body/b"]);
    }
}
