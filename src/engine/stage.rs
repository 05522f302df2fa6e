//! Walks the steps of a scenario and decides when time may move.
//!
//! Steps are played in tracks: the scenario's own, one for each branch of a `parallel`, and one for each list of steps
//! that came from outside. On a stepped clock virtual time moves only once no track can go on without it, timer by timer,
//! and never while a webhook is on its way: the outcome of each delivery is awaited first. How long the bot may think is real
//! time.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::World;
use super::clock::Pace;
use super::outside::Progress;
use super::port::{Effect, Played};
use super::speech::{self, Speech};
use super::watch::Watch;
use crate::base::id::{EntrySeq, Ticket};
use crate::base::time::{VirtualSpan, VirtualTime, WallTime};
use crate::journal::What;
use crate::scenario::{Action, Choice, Step};

/// How much virtual time an act takes on a stepped clock: people are not infinitely quick, and what was planned for the
/// moment after an act, such as a duplicate delivery, happens within it.
pub(super) const ACT_TAKES: VirtualSpan = VirtualSpan::from_secs(1);

/// How many webhooks about one chat may be due before virtual time goes on. Nobody means more: the bot and the platform
/// answer each other for ever, as when a bot answers its own messages.
const MOST_AT_ONCE: u32 = 250;

/// What is played in a world, and how far it has got.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    phase: Phase,
    /// The scenario's steps until they are played.
    script: Vec<Step>,
    /// Steps that go on side by side.
    pub(super) tracks: Vec<Track>,
    /// How many steps have begun.
    begun: usize,
    /// Where the last act from outside stands in the journal.
    outside: EntrySeq,
    /// What expectations have taken so far.
    pub(super) taken: BTreeSet<EntrySeq>,
    /// How many webhooks of each chat were due since virtual time last went on.
    due: BTreeMap<String, u32>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    /// The scenario's steps are not played, or not yet.
    Idle,
    /// They are played.
    Playing,
    /// No more steps; what is on its way is awaited.
    Ending,
    /// The journal is complete.
    Done,
}

/// Steps that are played one after the other.
#[derive(Clone, Debug)]
pub(super) struct Track {
    /// What they came with, if they came from outside.
    ticket: Option<Ticket>,
    steps: VecDeque<Step>,
    /// The number of the step that it is at.
    index: usize,
    pub(super) state: State,
    /// Where the last act stands in the journal: expectations look from here on.
    pub(super) window: EntrySeq,
    /// From when, in real time, the bot's thinking is measured.
    pub(super) granted_from: WallTime,
    /// What is left of an act that takes several.
    speech: Speech,
    /// The track that goes on once this one and others beside it have ended.
    parent: Option<usize>,
}

/// What a track is at.
#[derive(Clone, Debug)]
pub(super) enum State {
    /// The next step can begin.
    Ready,
    /// Virtual time passes until this instant. Afterwards the bot's thinking is measured anew if it was a wait; what an
    /// act takes is part of the bot's time.
    Travelling(VirtualTime, Pause),
    /// An expectation is open.
    Watching(Box<Watch>),
    /// An act or a call waits until some webhooks are settled.
    Crowded,
    /// So many other tracks have to end first.
    Forked(usize),
    /// No more steps.
    Over,
}

/// Why virtual time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pause {
    /// An act takes its time.
    Act,
    /// The scenario waits.
    Wait,
    /// Time passes at once, even if the clock runs.
    Leap,
}

impl Track {
    /// Steps that begin now. Expectations among them look from this entry on.
    pub(super) fn new(ticket: Option<Ticket>, steps: Vec<Step>, window: EntrySeq, wall: WallTime) -> Self {
        Self {
            ticket,
            steps: steps.into(),
            index: 0,
            state: State::Ready,
            window,
            granted_from: wall,
            speech: Speech::new(),
            parent: None,
        }
    }
}

impl Track {
    /// Whether what is next may cause webhooks.
    fn is_to_cause(&self) -> bool {
        let next = self.steps.front().map(|step| &step.action);
        !self.speech.is_empty() || matches!(next, Some(Action::Act(_) | Action::Call(_)))
    }
}

impl Stage {
    pub(super) fn new(steps: Vec<Step>) -> Self {
        Self {
            phase: Phase::Idle,
            script: steps,
            tracks: Vec::new(),
            begun: 0,
            outside: EntrySeq(0),
            taken: BTreeSet::new(),
            due: BTreeMap::new(),
        }
    }

    /// How far the scenario is.
    pub(super) fn progress(&self) -> Progress {
        match self.phase {
            Phase::Idle if self.script.is_empty() => Progress::Nothing,
            Phase::Idle => Progress::Waiting,
            Phase::Playing | Phase::Ending => Progress::Playing,
            Phase::Done => Progress::Ended,
        }
    }

    /// Where expectations from outside look from.
    pub(super) fn outside(&self) -> EntrySeq {
        self.outside
    }

    /// Whether nothing is played.
    pub(super) fn is_empty(&self) -> bool {
        self.tracks.is_empty()
    }

    /// Whether it has neither begun a scenario nor anything else to play.
    fn is_idle(&self) -> bool {
        self.phase == Phase::Idle && self.is_empty()
    }

    /// Begins a track, in the place of one that has ended if there is one.
    pub(super) fn admit(&mut self, track: Track) {
        match self.tracks.iter_mut().find(|track| matches!(track.state, State::Over)) {
            Some(ended) => *ended = track,
            None => self.tracks.push(track),
        }
    }

    /// Skips all further steps that came with this ticket; without one, those of the scenario.
    fn end(&mut self, ticket: Option<Ticket>) {
        for track in self.tracks.iter_mut().filter(|track| track.ticket == ticket) {
            track.state = State::Over;
        }
    }

    /// Whether the scenario has steps left to play.
    fn plays_scenario(&self) -> bool {
        self.tracks.iter().any(|track| track.ticket.is_none() && !matches!(track.state, State::Over))
    }

    /// Takes note of a webhook that is due.
    pub(super) fn count(&mut self, chat: &str) {
        match self.due.get_mut(chat) {
            Some(count) => *count += 1,
            None => {
                self.due.insert(chat.to_owned(), 1);
            }
        }
    }

    /// Forgets tracks that have ended, as far as the numbers of others stay what they are.
    fn tidy(&mut self) {
        while matches!(self.tracks.last(), Some(Track { state: State::Over, .. })) {
            self.tracks.pop();
        }
    }
}

impl World {
    pub(super) fn begin(&mut self) {
        if self.stage.phase == Phase::Idle && !self.stage.script.is_empty() {
            let steps = std::mem::take(&mut self.stage.script);
            let own = Track::new(None, steps, EntrySeq(0), self.wall);
            self.stage.admit(own);
            self.stage.phase = Phase::Playing;
        }
    }

    /// Goes on as far as it can without anything more from outside.
    pub(super) fn advance(&mut self) {
        self.let_go();
        // Where steps are played on a stepped clock, they say when what is due is done.
        if self.clock.pace() != Pace::Stepped || self.stage.is_idle() {
            while self.fire_one() {}
        }
        self.break_circle();
        while self.advance_once() {}
        self.arm_for_timers();
        self.arm_for_answers();
    }

    /// Ends a scenario in which the bot and the platform keep each other busy, so that virtual time never goes on.
    fn break_circle(&mut self) {
        let plays = matches!(self.stage.phase, Phase::Playing | Phase::Ending);
        let circle = self.stage.due.iter().find(|(_, count)| **count > MOST_AT_ONCE).filter(|_| plays);
        let Some((chat, _)) = circle else { return };
        let chat = self.desk.chat_name(chat).unwrap_or(chat).to_owned();
        let reason = format!(
            "more than {MOST_AT_ONCE} webhooks about the chat {chat} were due at one moment; does the bot answer its own messages?"
        );
        self.record(What::Refused { index: None, reason });
        self.stage.end(None);
        self.finish();
    }

    /// Breaks the scenario off, if it has not ended.
    pub(super) fn cancel(&mut self) {
        match self.stage.progress() {
            Progress::Nothing | Progress::Ended => {}
            Progress::Waiting | Progress::Playing => {
                self.stage.script.clear();
                self.stage.end(None);
                self.record(What::Refused { index: None, reason: "the run was cancelled".to_owned() });
                self.finish();
            }
        }
    }

    /// The journal is complete.
    fn finish(&mut self) {
        self.stage.phase = Phase::Done;
        self.record(What::Ended);
        self.effects.push(Effect::Finished);
    }

    /// One move of each track, or else of the clock; false if something from outside has to come first.
    fn advance_once(&mut self) -> bool {
        let mut moved = false;
        let mut track = 0;
        // Tracks come to be and go on the way.
        while track < self.stage.tracks.len() {
            moved |= self.advance_track(track);
            track += 1;
        }
        if self.stage.phase == Phase::Playing && !self.stage.plays_scenario() {
            self.stage.phase = Phase::Ending;
        }
        self.stage.tidy();
        if self.stage.phase == Phase::Ending && self.outbox.is_quiet() {
            self.finish();
        }
        moved || self.let_time_pass()
    }

    /// One move of a track; false if it has to wait.
    fn advance_track(&mut self, nth: usize) -> bool {
        let wall = self.wall;
        let track = &self.stage.tracks[nth];
        if matches!(track.state, State::Ready) && track.is_to_cause() && !self.admits_more() {
            self.stage.tracks[nth].state = State::Crowded;
            return false;
        }
        let track = &mut self.stage.tracks[nth];
        match std::mem::replace(&mut track.state, State::Over) {
            State::Crowded => {
                let more = self.admits_more();
                self.stage.tracks[nth].state = if more { State::Ready } else { State::Crowded };
                more
            }
            State::Ready if !track.speech.is_empty() => {
                self.speak(nth);
                true
            }
            State::Ready => match track.steps.pop_front() {
                Some(step) => {
                    track.index = self.stage.begun;
                    self.stage.begun += 1;
                    self.step(nth, step);
                    true
                }
                None => {
                    match (track.parent, track.ticket) {
                        (Some(parent), _) => {
                            let granted_from = track.granted_from;
                            self.join(parent, granted_from);
                        }
                        (None, Some(ticket)) => self.effects.push(Effect::Played { ticket, played: Played::Met }),
                        (None, None) => {}
                    }
                    true
                }
            },
            State::Travelling(until, pause) => {
                let arrived = self.has_arrived(until, pause);
                let track = &mut self.stage.tracks[nth];
                if arrived && pause != Pause::Act {
                    track.granted_from = track.granted_from.max(wall);
                }
                track.state = if arrived { State::Ready } else { State::Travelling(until, pause) };
                arrived
            }
            State::Watching(watch) => self.watch(nth, watch),
            state @ (State::Forked(_) | State::Over) => {
                track.state = state;
                false
            }
        }
    }

    /// A track has ended: the one it came from goes on once all others beside it have ended, too.
    fn join(&mut self, parent: usize, granted_from: WallTime) {
        let parent = &mut self.stage.tracks[parent];
        parent.granted_from = parent.granted_from.max(granted_from);
        if let State::Forked(left) = &mut parent.state {
            *left -= 1;
            if *left == 0 {
                parent.state = State::Ready;
            }
        }
    }

    /// Whether a track's time has come. Where time passes at once, all that was due on the way is done, too.
    fn has_arrived(&mut self, until: VirtualTime, pause: Pause) -> bool {
        let now = self.clock.now();
        if self.clock.pace() != Pace::Stepped && pause != Pause::Leap {
            if now < until {
                self.arm_for(until);
            }
            return now >= until;
        }
        now >= until && self.outbox.is_quiet() && self.schedule.first().is_none_or(|first| first > now)
    }

    /// Moves the clock to whatever is due next, if no track speaks against it.
    fn let_time_pass(&mut self) -> bool {
        if !self.outbox.is_quiet() {
            return false;
        }
        let Some(limit) = self.limit() else { return false };
        match self.schedule.first().filter(|first| *first <= limit) {
            Some(first) => {
                self.move_to(first);
                self.fire_one();
            }
            // Where nobody travels, time passes for the sake of timers alone.
            None if self.is_destination(limit) => self.move_to(limit),
            None => return false,
        }
        for track in &mut self.stage.tracks {
            if let State::Watching(watch) = &mut track.state {
                watch.time_passed(self.wall);
            }
        }
        true
    }

    /// Moves the clock.
    pub(super) fn move_to(&mut self, to: VirtualTime) {
        if to > self.clock.now() {
            self.stage.due.clear();
        }
        self.clock.move_to(to, self.wall);
    }

    /// How far time may move at once; nothing if it must stand still. A running clock goes by itself, and moves only for
    /// those for whom time passes at once.
    fn limit(&self) -> Option<VirtualTime> {
        if self.clock.pace() != Pace::Stepped {
            let leaps = self.stage.tracks.iter().filter_map(|track| match track.state {
                State::Travelling(until, Pause::Leap) => Some(until),
                State::Travelling(_, Pause::Act | Pause::Wait)
                | State::Ready
                | State::Crowded
                | State::Watching(_)
                | State::Forked(_)
                | State::Over => None,
            });
            return leaps.min();
        }
        let mut limit: Option<VirtualTime> = None;
        for track in &self.stage.tracks {
            let until = match &track.state {
                State::Travelling(until, _) => *until,
                State::Watching(watch) => watch.lets_time_pass()?,
                State::Ready => return None,
                // Retries settle webhooks, and those take their time.
                State::Crowded => self.schedule.first()?,
                State::Forked(_) | State::Over => continue,
            };
            limit = Some(limit.map_or(until, |limit| limit.min(until)));
        }
        limit
    }

    /// Whether some track wants time to come to this instant.
    fn is_destination(&self, at: VirtualTime) -> bool {
        self.stage.tracks.iter().any(|track| matches!(track.state, State::Travelling(until, _) if until == at))
    }

    /// When something falls due next, of the world's or of a track's.
    pub(super) fn next_due(&self) -> Option<VirtualTime> {
        let travels = self.stage.tracks.iter().filter_map(|track| match track.state {
            State::Travelling(until, _) => Some(until),
            State::Ready | State::Crowded | State::Watching(_) | State::Forked(_) | State::Over => None,
        });
        travels.chain(self.schedule.first()).min()
    }

    /// Begins a step.
    fn step(&mut self, nth: usize, step: Step) {
        let index = self.stage.tracks[nth].index;
        let seq = self.journal.end();
        self.record(What::Step { index, line: step.place.line, source: step.source });
        let now = self.clock.now();
        let state = match step.action {
            Action::Act(act) => {
                self.open_window(nth, seq);
                if let Some(customer) = act.customer() {
                    self.desk.meet(&customer.value);
                }
                self.stage.tracks[nth].speech = speech::of(&mut self.desk, act);
                State::Ready
            }
            Action::Call(call) => {
                self.open_window(nth, seq);
                match self.make_call(index, &call) {
                    Ok(None) => self.time_of_an_act(),
                    Ok(Some(miss)) => return self.fail(nth, Played::Missed { index, miss }),
                    Err(refusal) => return self.refuse(nth, refusal.reason),
                }
            }
            Action::Wait(span) => State::Travelling(now + span, Pause::Wait),
            Action::Fault(fault) => {
                self.desk.plan.add(*fault, now);
                State::Ready
            }
            Action::ClearFaults(unwanted) => {
                self.desk.plan.clear(&unwanted);
                State::Ready
            }
            Action::Let(binding) => match self.capture(&binding) {
                Ok((value, shown)) => {
                    self.desk.keep(&binding.name.value, value);
                    self.record(What::Kept { name: binding.name.value, value: shown });
                    State::Ready
                }
                Err(reason) => return self.refuse(nth, reason),
            },
            Action::OneOf(choice) => {
                self.choose(nth, choice);
                State::Ready
            }
            Action::Parallel(branches) => self.fork(nth, seq, branches),
            Action::Expect(expect) => State::Watching(Box::new(Watch::begin(index, expect, now, self.wall))),
        };
        self.stage.tracks[nth].state = state;
    }

    /// Does what is next of an act, after the time it takes to come to it.
    fn speak(&mut self, nth: usize) {
        let track = &mut self.stage.tracks[nth];
        let Some((after, act)) = track.speech.pop_front() else { return };
        if after > VirtualSpan::ZERO {
            track.speech.push_front((VirtualSpan::ZERO, act));
            track.state = State::Travelling(self.clock.now() + after, Pause::Act);
            return;
        }
        track.granted_from = self.wall;
        self.flood.forget();
        match self.perform(|platform, cx| platform.act(cx, &act)) {
            Ok(()) => self.stage.tracks[nth].state = self.time_of_an_act(),
            Err(refusal) => self.refuse(nth, refusal.reason),
        }
    }

    /// Draws one of the branches and has its steps played next.
    fn choose(&mut self, nth: usize, choice: Choice) {
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
        let track = &mut self.stage.tracks[nth];
        for step in choice.branches.into_iter().nth(drawn).into_iter().flat_map(|branch| branch.steps).rev() {
            track.steps.push_front(step);
        }
    }

    /// Has branches go on side by side. What they leave for later expectations is all that happened since.
    fn fork(&mut self, nth: usize, seq: EntrySeq, branches: Vec<Vec<Step>>) -> State {
        self.open_window(nth, seq);
        let count = branches.len();
        let ticket = self.stage.tracks[nth].ticket;
        let lane = |steps| Track { parent: Some(nth), ..Track::new(ticket, steps, seq, self.wall) };
        self.stage.tracks.extend(branches.into_iter().map(lane));
        State::Forked(count)
    }

    /// Has expectations of a track look from this entry on, and the bot's thinking measured from now on.
    fn open_window(&mut self, nth: usize, from: EntrySeq) {
        let track = &mut self.stage.tracks[nth];
        track.window = from;
        track.granted_from = self.wall;
        if track.ticket.is_some() {
            self.stage.outside = from;
        }
    }

    /// What an act leads to: the time it takes passes.
    fn time_of_an_act(&self) -> State {
        let takes = match self.clock.pace() {
            Pace::Stepped => ACT_TAKES,
            Pace::Running(_) => VirtualSpan::ZERO,
        };
        State::Travelling(self.clock.now() + takes, Pause::Act)
    }

    fn refuse(&mut self, nth: usize, reason: String) {
        let index = self.stage.tracks[nth].index;
        self.record(What::Refused { index: Some(index), reason: reason.clone() });
        self.fail(nth, Played::Refused { index, reason });
    }

    /// Ends what a track is part of: the scenario, or what came with the same ticket.
    pub(super) fn fail(&mut self, nth: usize, played: Played) {
        let ticket = self.stage.tracks[nth].ticket;
        self.stage.end(ticket);
        if let Some(ticket) = ticket {
            self.effects.push(Effect::Played { ticket, played });
        }
    }
}
