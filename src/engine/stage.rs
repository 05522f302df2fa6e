//! Walks the steps of a scenario and decides when time may move.
//!
//! On a stepped clock virtual time moves only between steps and during waits, timer by timer, and never while a webhook
//! is on its way: the outcome of each delivery is awaited first. How long the bot may think is real time.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use serde_json::Value as Json;

use super::World;
use super::clock::Pace;
use super::judge::{self, Finding, Window};
use super::port::Effect;
use crate::base::id::EntrySeq;
use crate::base::time::{VirtualSpan, VirtualTime, WallLimit, WallTime};
use crate::journal::What;
use crate::journal::entry::{Miss, Source, Verdict};
use crate::platform::cx::Refusal;
use crate::scenario::call::CallStep;
use crate::scenario::expect::{Count, DEFAULT_WATCH, Expect, Let, Since};
use crate::scenario::{Action, Choice, Step};

/// How much virtual time an act takes on a stepped clock: people are not infinitely quick, and what was planned for the
/// moment after an act, such as a duplicate delivery, happens within it.
pub(super) const ACT_TAKES: VirtualSpan = VirtualSpan::from_secs(1);

/// How much real time the bot is granted before each timer while an expectation lets virtual time pass.
const GRANT: WallLimit = WallLimit::from_millis(250);

/// The scenario and how far it has got.
#[derive(Debug)]
pub(super) struct Stage {
    steps: VecDeque<Step>,
    /// How many steps have begun.
    begun: usize,
    state: State,
    /// Where the last act stands in the journal: expectations look from here on.
    window: EntrySeq,
    /// What expectations have taken so far.
    taken: BTreeSet<EntrySeq>,
    /// From when, in real time, the bot's thinking is measured.
    granted_from: WallTime,
}

#[derive(Debug)]
enum State {
    /// Nothing is played, or not yet.
    Idle,
    /// The next step can begin.
    Ready,
    /// Virtual time passes until this instant. Afterwards the bot's thinking is measured anew if it was a wait; what an
    /// act takes is part of the bot's time.
    Travelling(VirtualTime, Pause),
    /// An expectation is open.
    Watching(Box<Watch>),
    /// No more steps; what is on its way is awaited.
    Ending,
    /// The journal is complete.
    Done,
}

/// Why virtual time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pause {
    /// An act takes its time.
    Act,
    /// The scenario waits.
    Wait,
}

#[derive(Debug)]
struct Watch {
    index: usize,
    expect: Expect,
    /// When the step began, in real time.
    begun: WallTime,
    /// When the count was reached, in real time, for expectations that must then hold a while.
    reached: Option<WallTime>,
    /// Until when virtual time may pass.
    by: Option<VirtualTime>,
    /// When virtual time last moved for its sake, in real time; long ago if it never did.
    moved: WallTime,
}

/// What to do about an open expectation.
enum Decision {
    Met(Vec<EntrySeq>),
    Missed(Finding),
    /// Look again at this real instant, or when something happens.
    LookAgain(WallTime),
    /// Let virtual time pass up to the next timer.
    Travel,
}

impl Stage {
    pub(super) fn new(steps: Vec<Step>) -> Self {
        Self {
            steps: steps.into(),
            begun: 0,
            state: State::Idle,
            window: EntrySeq(0),
            taken: BTreeSet::new(),
            granted_from: WallTime::from_nanos(0),
        }
    }
}

impl World {
    pub(super) fn begin(&mut self) {
        if matches!(self.stage.state, State::Idle) && !self.stage.steps.is_empty() {
            self.stage.state = State::Ready;
            self.stage.granted_from = self.wall;
        }
    }

    /// Goes on as far as it can without anything more from outside.
    pub(super) fn advance(&mut self) {
        if let Pace::Running(_) = self.clock.pace() {
            while self.fire_one() {}
        }
        while self.advance_once() {}
        self.arm_for_timers();
    }

    /// One move; false if something from outside has to come first.
    fn advance_once(&mut self) -> bool {
        match std::mem::replace(&mut self.stage.state, State::Idle) {
            State::Idle => false,
            State::Ready => {
                self.stage.state = match self.stage.steps.pop_front() {
                    Some(step) => {
                        let index = self.stage.begun;
                        self.stage.begun += 1;
                        self.step(index, step)
                    }
                    None => State::Ending,
                };
                true
            }
            State::Travelling(until, pause) => {
                let arrived = self.travel(until);
                if arrived && pause == Pause::Wait {
                    self.stage.granted_from = self.stage.granted_from.max(self.wall);
                }
                self.stage.state = if arrived { State::Ready } else { State::Travelling(until, pause) };
                arrived
            }
            State::Watching(watch) => self.watch(watch),
            State::Ending => {
                let quiet = self.outbox.is_quiet();
                self.stage.state = if quiet { State::Done } else { State::Ending };
                if quiet {
                    self.record(What::Ended);
                    self.effects.push(Effect::Finished);
                }
                false
            }
            State::Done => {
                self.stage.state = State::Done;
                false
            }
        }
    }

    /// Begins a step and says what state it leads to.
    fn step(&mut self, index: usize, step: Step) -> State {
        let seq = self.journal.end();
        self.record(What::Step { index, line: step.place.line, source: step.source });
        let now = self.clock.now();
        match step.action {
            Action::Act(act) => {
                self.open_window(seq);
                match self.perform(|platform, cx| platform.act(cx, &act)) {
                    Ok(()) => self.take_time(),
                    Err(refusal) => self.refuse(refusal.reason),
                }
            }
            Action::Call(call) => {
                self.open_window(seq);
                match self.make_call(index, &call) {
                    Ok(true) => self.take_time(),
                    Ok(false) => self.end(),
                    Err(refusal) => self.refuse(refusal.reason),
                }
            }
            Action::Wait(span) => State::Travelling(now + span, Pause::Wait),
            Action::Fault(fault) => {
                self.desk.plan.add(fault);
                State::Ready
            }
            Action::Let(binding) => match self.capture(&binding) {
                Ok((value, shown)) => {
                    self.desk.keep(&binding.name.value, value);
                    self.record(What::Kept { name: binding.name.value, value: shown });
                    State::Ready
                }
                Err(reason) => self.refuse(reason),
            },
            Action::OneOf(choice) => {
                self.choose(choice);
                State::Ready
            }
            Action::Expect(expect) => {
                let by = expect.by.map(|by| now + by);
                let moved = WallTime::from_nanos(0);
                let watch = Watch { index, expect, begun: self.wall, reached: None, by, moved };
                State::Watching(Box::new(watch))
            }
        }
    }

    /// Draws one of the branches and has its steps played next.
    fn choose(&mut self, choice: Choice) {
        let weights = || choice.branches.iter().map(|branch| u64::from(branch.weight));
        let stream = self.desk.streams.of(format!("scenario/one_of/{}", choice.number));
        let mut left = stream.below(weights().sum());
        let drawn = weights().position(|weight| {
            let here = left < weight;
            left = left.saturating_sub(weight);
            here
        });
        let drawn = drawn.expect("what is drawn lies below the sum of all weights");
        self.record(What::Chosen { branch: drawn + 1, of: choice.branches.len() });
        for step in choice.branches.into_iter().nth(drawn).into_iter().flat_map(|branch| branch.steps).rev() {
            self.stage.steps.push_front(step);
        }
    }

    /// Has expectations look from this entry on, and the bot's thinking measured from now on.
    fn open_window(&mut self, from: EntrySeq) {
        self.stage.window = from;
        self.stage.granted_from = self.wall;
    }

    /// What an act leads to: the time it takes passes.
    fn take_time(&self) -> State {
        let takes = match self.clock.pace() {
            Pace::Stepped => ACT_TAKES,
            Pace::Running(_) => VirtualSpan::ZERO,
        };
        State::Travelling(self.clock.now() + takes, Pause::Act)
    }

    fn refuse(&mut self, reason: String) -> State {
        self.record(What::Refused { reason });
        self.end()
    }

    /// Skips all further steps.
    fn end(&mut self) -> State {
        self.stage.steps.clear();
        State::Ending
    }

    /// Makes a call of the scenario's own, and judges the answer; false if it was not as it had to be.
    fn make_call(&mut self, index: usize, step: &CallStep) -> Result<bool, Refusal> {
        let call = self.platform.compose(self.clock.now(), self.desk.request(step))?;
        let seq = self.journal.end();
        self.answer(call, Source::Scenario);
        let Some(wanted) = &step.answer else { return Ok(true) };
        let call = self.journal.since(seq).next().expect("an answered call is recorded before what comes of it");
        let miss = judge::answered(wanted, call, (&self.journal, &self.desk));
        let met = miss.is_none();
        self.record(What::Judged { index, verdict: miss.map_or(Verdict::Met, Verdict::Missed) });
        Ok(met)
    }

    /// Lets virtual time pass; true once it has come to `until`.
    fn travel(&mut self, until: VirtualTime) -> bool {
        if self.clock.pace() != Pace::Stepped {
            let arrived = self.clock.now() >= until;
            if !arrived {
                self.arm_for(until);
            }
            return arrived;
        }
        while self.outbox.is_quiet() {
            if self.fire_one() {
                continue;
            }
            match self.schedule.first().filter(|first| *first <= until) {
                Some(first) => self.clock.step_to(first),
                None => {
                    self.clock.step_to(until);
                    return true;
                }
            }
        }
        false
    }

    /// Looks at an open expectation; true if the scenario goes on.
    fn watch(&mut self, mut watch: Box<Watch>) -> bool {
        match self.decide(&mut watch) {
            Decision::Met(matches) => {
                let last = matches.last().and_then(|seq| self.journal.since(*seq).next()).map(|entry| entry.wall);
                self.stage.granted_from = self.stage.granted_from.max(last.unwrap_or(self.stage.granted_from));
                self.stage.taken.extend(matches);
                if let (Pace::Stepped, Some(by), Count::Exactly(0)) = (self.clock.pace(), watch.by, watch.expect.count)
                {
                    self.clock.step_to(by);
                }
                self.record(What::Judged { index: watch.index, verdict: Verdict::Met });
                self.stage.state = State::Ready;
                true
            }
            Decision::Missed(finding) => {
                let miss = self.miss(&watch, finding);
                self.record(What::Judged { index: watch.index, verdict: Verdict::Missed(miss) });
                self.stage.steps.clear();
                self.stage.state = State::Ending;
                true
            }
            Decision::LookAgain(at) => {
                self.arm(at);
                self.stage.state = State::Watching(watch);
                false
            }
            Decision::Travel => {
                if let Some(first) = self.schedule.first() {
                    self.clock.step_to(first);
                    self.fire_one();
                }
                watch.moved = self.wall;
                self.stage.state = State::Watching(watch);
                true
            }
        }
    }

    fn decide(&self, watch: &mut Watch) -> Decision {
        let absence = watch.expect.count == Count::Exactly(0);
        let from = if absence { watch.begun } else { self.stage.granted_from };
        let deadline = from.max(watch.moved) + watch.expect.within;
        let since = match watch.expect.since {
            Since::Act => self.stage.window,
            Since::Beginning => EntrySeq(0),
        };
        let window = Window { from: since, taken: &self.stage.taken, deadline };
        let finding = judge::examine(&watch.expect, &self.journal, window, &self.desk);
        let wanted = match watch.expect.count {
            Count::AtLeastOnce => match finding.matches.first() {
                Some(first) => return Decision::Met(vec![*first]),
                None => return self.go_on(watch, deadline).unwrap_or(Decision::Missed(finding)),
            },
            Count::Exactly(times) => times as usize,
        };
        if finding.matches.len() > wanted || (absence && !finding.late.is_empty()) {
            return Decision::Missed(finding);
        }
        if absence {
            return self.go_on(watch, deadline).unwrap_or(Decision::Met(Vec::new()));
        }
        if finding.matches.len() < wanted {
            watch.reached = None;
            return self.go_on(watch, deadline).unwrap_or(Decision::Missed(finding));
        }
        // The count is reached; one too many may still come, now or within the virtual time that may pass.
        if self.has_time_to_pass(watch)
            && let Some(decision) = self.go_on(watch, deadline)
        {
            return decision;
        }
        let reached = *watch.reached.get_or_insert(self.wall);
        let holds_until = reached + watch.expect.within.min(DEFAULT_WATCH);
        if self.wall < holds_until { Decision::LookAgain(holds_until) } else { Decision::Met(finding.matches) }
    }

    /// Whether a stepped clock has timers left that fall due while the expectation lets time pass.
    fn has_time_to_pass(&self, watch: &Watch) -> bool {
        let first = self.schedule.first().zip(watch.by);
        self.clock.pace() == Pace::Stepped && first.is_some_and(|(first, by)| first <= by)
    }

    /// How an undecided expectation goes on: by waiting for the bot, or by letting virtual time pass; nothing if its time
    /// is up.
    fn go_on(&self, watch: &Watch, deadline: WallTime) -> Option<Decision> {
        if let Some(by) = watch.by {
            match self.clock.pace() {
                Pace::Stepped if self.has_time_to_pass(watch) => {
                    let granted_until = watch.begun.max(watch.moved) + GRANT.min(watch.expect.within);
                    let free = self.wall >= granted_until && self.outbox.is_quiet();
                    let soon = granted_until.max(self.wall + WallLimit::from_millis(1));
                    return Some(if free { Decision::Travel } else { Decision::LookAgain(soon) });
                }
                Pace::Running(_) if self.clock.now() < by => {
                    return self.clock.until(by).map(|limit| Decision::LookAgain(self.wall + limit));
                }
                Pace::Stepped | Pace::Running(_) => {}
            }
        }
        (self.wall < deadline).then_some(Decision::LookAgain(deadline))
    }

    fn miss(&self, watch: &Watch, finding: Finding) -> Miss {
        let matched = finding.matches.len();
        let late = finding.late.first().and_then(|seq| self.journal.since(*seq).next());
        let found = match (watch.expect.count, late) {
            (Count::Exactly(0), _) => format!("it happened {} time(s)", matched + finding.late.len()),
            (Count::Exactly(_), _) if matched > 0 => format!("it happened {matched} time(s)"),
            (_, Some(late)) => {
                let after = late.wall.since(self.stage.granted_from);
                format!("it happened, but only after {}", seconds(after))
            }
            _ if finding.nearest.is_some() => "nothing that matches; the nearest differs".to_owned(),
            _ => "nothing of the kind happened since the last act".to_owned(),
        };
        // Where there should be nothing, what there is says more than what there nearly was.
        let unwanted = finding
            .matches
            .first()
            .or(finding.late.first())
            .filter(|_| matches!(watch.expect.count, Count::Exactly(0)));
        let unwanted = unwanted.and_then(|seq| self.journal.since(*seq).next()).map(judge::near);
        Miss { expected: judge::describe(&watch.expect, &self.desk), found, nearest: unwanted.or(finding.nearest) }
    }

    /// The value that a `let` keeps, and as it is shown.
    fn capture(&self, binding: &Let) -> Result<(String, String), String> {
        let wanted = |entry: &crate::journal::Entry| match (&entry.what, &binding.from.event, &binding.from.call) {
            (What::Queued { event, body, .. }, Some(name), _) if name.value == *event => Some(body.clone()),
            (What::Called(called), _, Some(route)) if called.route.as_deref() == Some(route.value.as_str()) => {
                Some(called.reply.clone())
            }
            _ => None,
        };
        let source = binding.from.event.as_ref().or(binding.from.call.as_ref()).map_or("", |name| name.value.as_str());
        let body = self
            .journal
            .iter()
            .rev()
            .find_map(wanted)
            .ok_or_else(|| format!("there was no {source} yet to take a value from"))?;
        let at = |document: Json| match document.pointer(&binding.at.value) {
            Some(Json::String(text)) => Ok(text.clone()),
            Some(value) => Ok(value.to_string()),
            None => Err(format!("the latest {source} has nothing at {}", binding.at.value)),
        };
        Ok((at(body.reveal())?, at(body.json())?))
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
