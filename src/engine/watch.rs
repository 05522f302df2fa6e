//! Decides about open expectations: whether they are met, missed, or looked at again, and when.

use super::World;
use super::clock::Pace;
use super::judge::{self, Finding, Window};
use super::port::Played;
use super::stage::State;
use crate::base::id::EntrySeq;
use crate::base::time::{VirtualTime, WallLimit, WallTime};
use crate::journal::entry::{Miss, Verdict};
use crate::journal::{Entry, What};
use crate::scenario::decode::Located;
use crate::scenario::expect::{DEFAULT_WATCH, Expect, Since, Subject, Wanted};

/// How much real time the bot is granted before each timer while an expectation lets virtual time pass.
const GRANT: WallLimit = WallLimit::from_millis(250);

/// Who the bot is as the sender of a message.
const BOT: &str = "bot";

/// An open expectation.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    index: usize,
    expect: Expect,
    /// When the step began, in real time.
    begun: WallTime,
    /// When the count was reached, in real time, for expectations that must then hold a while.
    reached: Option<WallTime>,
    /// Until when virtual time may pass.
    by: Option<VirtualTime>,
    /// When virtual time last moved, in real time; long ago if it never did.
    moved: WallTime,
    /// Whether the bot has had its time, so that virtual time may pass.
    free: bool,
}

impl Watch {
    /// The step of this number begins now.
    pub(super) fn begin(index: usize, expect: Expect, now: VirtualTime, wall: WallTime) -> Self {
        let by = expect.by.map(|by| now + by);
        Self { index, expect, begun: wall, reached: None, by, moved: WallTime::from_nanos(0), free: false }
    }

    /// Until when virtual time may pass; nothing if it may not.
    pub(super) fn lets_time_pass(&self) -> Option<VirtualTime> {
        self.by.filter(|_| self.free)
    }

    /// Virtual time has passed, and the bot gets new time for what has come of it.
    pub(super) fn time_passed(&mut self, wall: WallTime) {
        (self.moved, self.free) = (wall, false);
    }

    fn is_absence(&self) -> bool {
        matches!(self.expect.wanted, Wanted::Never(..))
    }
}

/// What to do about an open expectation.
enum Decision {
    Met(Vec<EntrySeq>),
    Missed(Finding),
    /// Look again at this real instant, or when something happens.
    LookAgain(WallTime),
    /// Virtual time may pass up to whatever is due next.
    LetTimePass,
    /// Look again when something happens: the bot still has a webhook to answer.
    AwaitAnswer,
}

impl World {
    /// Looks at the open expectation of a track; true if the track goes on.
    pub(super) fn watch(&mut self, nth: usize, mut watch: Box<Watch>) -> bool {
        match self.decide(nth, &mut watch) {
            Decision::Met(matches) => {
                let last = matches.iter().max().and_then(|seq| self.journal.since(*seq).next()).map(|entry| entry.wall);
                if let (Pace::Stepped, Some(by), true) = (self.clock.pace(), watch.by, watch.is_absence()) {
                    self.move_to(by);
                }
                self.record(What::Judged { index: watch.index, verdict: Verdict::Met });
                self.stage.taken.extend(matches);
                let track = &mut self.stage.tracks[nth];
                track.granted_from = track.granted_from.max(last.unwrap_or(track.granted_from));
                track.state = State::Ready;
                true
            }
            Decision::Missed(finding) => {
                let miss = self.miss(nth, &watch, finding);
                self.record(What::Judged { index: watch.index, verdict: Verdict::Missed(miss.clone()) });
                self.fail(nth, Played::Missed { index: watch.index, miss });
                true
            }
            Decision::LookAgain(at) => {
                self.arm(at);
                self.stage.tracks[nth].state = State::Watching(watch);
                false
            }
            Decision::AwaitAnswer => {
                self.stage.tracks[nth].state = State::Watching(watch);
                false
            }
            Decision::LetTimePass => {
                watch.free = true;
                self.stage.tracks[nth].state = State::Watching(watch);
                false
            }
        }
    }

    fn decide(&self, nth: usize, watch: &mut Watch) -> Decision {
        let track = &self.stage.tracks[nth];
        let from = if watch.is_absence() { watch.begun } else { track.granted_from };
        let deadline = from.max(watch.moved) + watch.expect.within;
        let since = match watch.expect.wanted {
            Wanted::Never(_, Since::Beginning) => EntrySeq(0),
            _ => track.window,
        };
        let window = Window { from: since, taken: &self.stage.taken, deadline };
        let mut finding = judge::examine(&watch.expect, &self.journal, window, &self.desk);
        let wanted = match &watch.expect.wanted {
            Wanted::Never(..) if finding.matches.is_empty() && finding.late.is_empty() => {
                return self.go_on(watch, deadline).unwrap_or_else(|| self.met_at_the_end(Vec::new()));
            }
            Wanted::Never(..) => return Decision::Missed(finding),
            Wanted::First(_) if finding.overtaken => return Decision::Missed(finding),
            Wanted::Some(_) | Wanted::First(_) if finding.matches.is_empty() => {
                return self.go_on(watch, deadline).unwrap_or(Decision::Missed(finding));
            }
            Wanted::Some(_) | Wanted::First(_) => {
                finding.matches.truncate(1);
                return Decision::Met(finding.matches);
            }
            Wanted::All(..) if finding.missing.is_some() => {
                return self.go_on(watch, deadline).unwrap_or(Decision::Missed(finding));
            }
            Wanted::All(..) => return Decision::Met(finding.matches),
            Wanted::Exactly(times, _) => *times as usize,
        };
        if finding.matches.len() > wanted {
            return Decision::Missed(finding);
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
        if self.wall < holds_until { Decision::LookAgain(holds_until) } else { self.met_at_the_end(finding.matches) }
    }

    /// What was watched for a while has held. On a stepped clock the bot ends first what it is at: as long as it has not answered
    /// a webhook, nobody knows what it still does, and it could answer on either side of the verdict.
    fn met_at_the_end(&self, matches: Vec<EntrySeq>) -> Decision {
        if self.clock.pace() == Pace::Stepped && !self.outbox.is_quiet() {
            return Decision::AwaitAnswer;
        }
        Decision::Met(matches)
    }

    /// Whether there is something left on a stepped clock that falls due while the expectation lets time pass.
    fn has_time_to_pass(&self, watch: &Watch) -> bool {
        let next = self.next_due().zip(watch.by);
        self.clock.pace() == Pace::Stepped && next.is_some_and(|(next, by)| next <= by)
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
                    return Some(if free { Decision::LetTimePass } else { Decision::LookAgain(soon) });
                }
                Pace::Running(_) if self.clock.now() < by => {
                    return self.clock.until(by).map(|limit| Decision::LookAgain(self.wall + limit));
                }
                Pace::Stepped | Pace::Running(_) => {}
            }
        }
        (self.wall < deadline).then_some(Decision::LookAgain(deadline))
    }

    fn miss(&self, nth: usize, watch: &Watch, finding: Finding) -> Miss {
        let (matched, late) = (finding.matches.len(), finding.late.len());
        let all = matched + late;
        let first_late = finding.late.first().and_then(|seq| self.journal.since(*seq).next());
        let enough = match &watch.expect.wanted {
            Wanted::Exactly(times, _) => all >= *times as usize,
            Wanted::Some(_) | Wanted::First(_) | Wanted::Never(..) => all > 0,
            Wanted::All(..) => late > 0 || finding.early.is_some(),
        };
        let found = match (&watch.expect.wanted, first_late) {
            (Wanted::Never(..), _) => format!("it happened {all} time(s)"),
            (Wanted::Exactly(..), Some(_)) if matched > 0 => {
                format!("it happened {matched} time(s) in time, and {late} more too late")
            }
            (Wanted::Exactly(..), _) if matched > 0 => format!("it happened {matched} time(s)"),
            (Wanted::All(subjects, _), first_late) => {
                let missing = finding.missing.and_then(|missing| subjects.get(missing));
                let missing = missing.map_or(String::new(), |subject| judge::describe_subject(subject, &self.desk));
                let after = finding.early.zip(finding.matches.last());
                let why = match (after, first_late) {
                    (Some((early, after)), _) => format!("a {missing} ({early}) came before {after}, not after it"),
                    (None, Some(late)) => format!("a {missing} only after {}", self.since_granted(nth, late)),
                    (None, None) => format!("no {missing} in time"),
                };
                format!("{matched} of {} happened, and {why}", subjects.len())
            }
            (_, Some(late)) => {
                format!("it happened, but only after {}", self.since_granted(nth, late))
            }
            (Wanted::First(_), None) if finding.overtaken => "something else of its kind came first".to_owned(),
            _ if !finding.nearest.is_empty() => "nothing that matches; the nearest differs".to_owned(),
            _ => "nothing of the kind happened since the last act".to_owned(),
        };
        let found =
            match self.unhooked(&watch.expect, finding.missing).filter(|_| all == 0 || finding.missing.is_some()) {
                Some(why) => format!("{found}; {why}"),
                None => found,
            };
        Miss {
            expected: judge::describe(&watch.expect, &self.desk),
            found,
            matches: finding.matched(&self.journal),
            // What there is says more than what there nearly was, unless there is too little of it.
            nearest: if enough { Vec::new() } else { finding.nearest },
        }
    }

    /// Why something could not come at all: the bot is told nothing, or not of this. Nothing if it could.
    fn unhooked(&self, expect: &Expect, missing: Option<usize>) -> Option<String> {
        let hooked = self.platform.hooked()?;
        let by_bot = |from: &Option<Located<String>>| from.as_ref().is_some_and(|from| from.value == BOT);
        match expect.subjects().get(missing.unwrap_or(0))? {
            _ if matches!(expect.wanted, Wanted::Never(..)) => None,
            Subject::Event { pattern, .. } if !hooked.contains(&pattern.name.value) => {
                Some(format!("no webhook is set up for {}", pattern.name.value))
            }
            Subject::Call(_) | Subject::Message(_) if !hooked.is_empty() => None,
            Subject::Message(pattern) if !by_bot(&pattern.from) => None,
            // Sockets tell a bot as much.
            Subject::Call(_) | Subject::Message(_) => {
                (!self.was_connected()).then(|| "no webhook is set up at all".to_owned())
            }
            Subject::Push(_) => (!self.was_connected()).then(|| "nobody has opened a socket".to_owned()),
            Subject::Event { .. } | Subject::Violation(_) | Subject::State(_) => None,
        }
    }

    /// Whether anybody has opened a socket.
    fn was_connected(&self) -> bool {
        self.journal.iter().any(|entry| matches!(entry.what, What::Connected { .. }))
    }

    /// How much of the bot's time had passed when something came.
    fn since_granted(&self, nth: usize, entry: &Entry) -> String {
        format!("{:.1} s", entry.wall.since(self.stage.tracks[nth].granted_from).as_secs_f64())
    }
}
