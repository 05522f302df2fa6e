//! What a run shows that could have gone another way: its webhooks and the bot's calls, and how much time there was for each.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::id::DeliveryId;
use crate::base::time::{VirtualSpan, VirtualTime, WallLimit};
use crate::fault::Occasion;
use crate::journal::entry::Source;
use crate::journal::{Journal, What};
use crate::scenario::expect::{Subject, Wanted};
use crate::scenario::node::{Node, Value};
use crate::scenario::{Action, Scenario, Step};

/// Steps before which nothing is put, because they make nothing happen.
const IDLE: [&str; 4] = ["expect", "expect_none", "let", "fault"];
/// Steps that tell nothing about what came before them, whenever it comes.
const BLIND: [&str; 3] = ["wait", "fault", "start_chat"];
/// Steps that judge or use what came before them. All others are acts.
const WITNESSES: [&str; 4] = ["expect", "expect_none", "let", "call"];

/// Something that could have gone another way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chance {
    /// Before which of the scenario's steps, from 0, a fault has to stand.
    pub before: usize,
    /// Which of these occasions it is from that step on, from 1.
    pub nth: u32,
    /// What it is.
    pub on: Occasion,
    /// What can be done to it.
    pub room: Room,
}

/// How much may be done without the scenario being disturbed by more than the bot's mistakes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Room {
    /// A webhook.
    Webhook {
        /// How much later it may come, without another one of its chat overtaking it.
        late: VirtualSpan,
        /// How much later it may come once more; not at all where the scenario counts such webhooks.
        copy: VirtualSpan,
        /// How long after a first attempt that fails the vendor makes another one; nothing if it makes none.
        retry: Option<VirtualSpan>,
    },
    /// A call of the bot.
    Answer {
        /// How long its answer may take in real time.
        slow: WallLimit,
    },
}

/// The longest that an answer is held back.
const SLOWEST: WallLimit = WallLimit::from_millis(150);

/// Everything in the journal of a run that could have gone another way, in its order. `root` is the text that was played, and
/// `retry` how long after a failed first attempt the tenant makes another one.
#[must_use]
pub fn survey(journal: &Journal, root: &Node, scenario: &Scenario, retry: Option<VirtualSpan>) -> Vec<Chance> {
    let mut spoken_for = SpokenFor::of(&scenario.steps);
    spoken_for.broken.extend(scenario.faults.iter().map(|fault| fault.on.name().to_owned()));
    let lines = Lines::of(root);
    let ends = Ends::of(journal);
    let slow = patience(&scenario.steps).unwrap_or(SLOWEST).min(SLOWEST);
    let (mut before, mut seen) = (0, BTreeMap::new());
    let mut chances = Vec::new();
    for entry in journal.iter() {
        let (on, room) = match &entry.what {
            What::Step { line, .. } => {
                if let Some(step) = lines.acting(*line).filter(|step| *step != before) {
                    (before, seen) = (step, BTreeMap::new());
                }
                continue;
            }
            What::Queued { delivery, event, .. } if !spoken_for.broken.contains(&**event) => {
                let (late, copy) = ends.room(*delivery, entry.at);
                let counted = spoken_for.counted.contains(&**event);
                let copy = if counted { VirtualSpan::ZERO } else { copy };
                (Occasion::Event(event.clone().into_owned()), Room::Webhook { late, copy, retry })
            }
            What::Called(called) if called.source == Source::Bot && called.status < 400 => {
                match called.route.as_deref() {
                    Some(route) if !spoken_for.broken.contains(route) => {
                        (Occasion::Route(route.to_owned()), Room::Answer { slow })
                    }
                    _ => continue,
                }
            }
            _ => continue,
        };
        let nth = seen.entry(on.name().to_owned()).and_modify(|nth| *nth += 1).or_insert(1);
        chances.push(Chance { before, nth: *nth, on, room });
    }
    chances
}

/// How long an answer may be held back at the most: a small part of what the bot has for all it does, so that it has enough left.
fn patience(steps: &[Step]) -> Option<WallLimit> {
    let one = |step: &Step| match &step.action {
        Action::Expect(expect) => Some(WallLimit::from_millis(
            u64::try_from(expect.within.as_duration().as_millis() / 20).unwrap_or(u64::MAX),
        )),
        Action::OneOf(choice) => choice.branches.iter().filter_map(|branch| patience(&branch.steps)).min(),
        Action::Parallel(lanes) => lanes.iter().filter_map(|lane| patience(lane)).min(),
        Action::Act(_)
        | Action::Wait(_)
        | Action::Fault(_)
        | Action::ClearFaults(_)
        | Action::Let(_)
        | Action::Call(_) => None,
    };
    steps.iter().filter_map(one).min()
}

/// What the scenario has plans for.
#[derive(Default)]
struct SpokenFor {
    /// Events and operations that it has faults for.
    broken: BTreeSet<String>,
    /// Events that it counts in some way.
    counted: BTreeSet<String>,
}

impl SpokenFor {
    fn of(steps: &[Step]) -> Self {
        let mut all = Self::default();
        all.look_at(steps);
        all
    }

    fn look_at(&mut self, steps: &[Step]) {
        for step in steps {
            match &step.action {
                Action::Fault(fault) => {
                    self.broken.insert(fault.on.name().to_owned());
                }
                Action::Expect(expect) => {
                    let once_or_more = matches!(expect.wanted, Wanted::Some(Subject::Event { attempts: None, .. }));
                    let events = expect.subjects().iter().filter_map(|subject| match subject {
                        Subject::Event { pattern, .. } => Some(pattern.name.value.clone()),
                        Subject::Message(_)
                        | Subject::Call(_)
                        | Subject::Push(_)
                        | Subject::Violation(_)
                        | Subject::State(_) => None,
                    });
                    self.counted.extend(events.filter(|_| !once_or_more));
                }
                Action::OneOf(choice) => choice.branches.iter().for_each(|branch| self.look_at(&branch.steps)),
                Action::Parallel(lanes) => lanes.iter().for_each(|lane| self.look_at(lane)),
                Action::Act(_) | Action::Wait(_) | Action::ClearFaults(_) | Action::Let(_) | Action::Call(_) => {}
            }
        }
    }
}

/// Where the scenario's own steps begin, and whether they make something happen.
struct Lines(Vec<(usize, bool)>);

impl Lines {
    fn of(root: &Node) -> Self {
        let line = |step: &Node| (step.place.line, !IDLE.iter().any(|word| step.get(word).is_some()));
        match root.get("steps").map(|steps| &steps.value) {
            Some(Value::List(steps)) => Self(steps.iter().map(line).collect()),
            _ => Self(Vec::new()),
        }
    }

    /// The step of the scenario's own list that stands at a line, if it makes something happen.
    fn acting(&self, line: usize) -> Option<usize> {
        let step = self.0.iter().rposition(|(first, _)| *first <= line)?;
        self.0[step].1.then_some(step)
    }
}

/// Until when webhooks can come without anybody noticing anything but the bot.
struct Ends(BTreeMap<DeliveryId, (VirtualTime, VirtualTime)>);

impl Ends {
    /// For each webhook, when the next one of its chat was due, and when the next step could tell whether it had come.
    fn of(journal: &Journal) -> Self {
        let mut ends = BTreeMap::new();
        let last = journal.iter().next_back().map_or(VirtualTime::OPENING, |entry| entry.at);
        // From the last entry to the first, with what comes next in mind.
        let (mut witness, mut acts, mut lanes) = (last, Vec::new(), BTreeMap::new());
        for entry in journal.iter().rev() {
            match &entry.what {
                What::Step { source, .. } => {
                    let word = source.split(':').next().unwrap_or_default();
                    if WITNESSES.contains(&word) {
                        witness = entry.at;
                        acts.clear();
                    } else if !BLIND.contains(&word) {
                        acts.push(entry.at);
                    }
                }
                What::Queued { delivery, chat, url, .. } => {
                    // Acts at the same moment are those of others, or the one that the webhook comes from.
                    let act = acts.iter().rev().find(|act| **act > entry.at).copied();
                    let told = act.map_or(witness, |act| act.min(witness));
                    let next = lanes.insert((chat.clone(), url.clone()), entry.at);
                    ends.insert(*delivery, (next.map_or(told, |next: VirtualTime| next.min(told)), told));
                }
                _ => {}
            }
        }
        Self(ends)
    }

    /// How much later it can come: the first time, and once more.
    fn room(&self, delivery: DeliveryId, at: VirtualTime) -> (VirtualSpan, VirtualSpan) {
        let (next, told) = self.0.get(&delivery).copied().unwrap_or((at, at));
        (next.since(at), told.since(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::diag::Place;
    use crate::base::time::WallTime;
    use crate::fault::{AnswerDeed, Fault};
    use crate::journal::Bounds;
    use crate::journal::entry::{Called, Payload};
    use crate::scenario::decode::Located;
    use crate::scenario::expect::{EventPattern, Expect};
    use crate::scenario::node::parse;

    /// What happens in a run, and when in milliseconds.
    enum Happens {
        /// The step in this line of the file begins.
        Step(u64, usize, &'static str),
        /// A webhook of this event is due in this chat.
        Due(u64, &'static str, &'static str),
        /// The bot calls this operation.
        Calls(u64, &'static str, u16),
        /// The scenario ends.
        Ends(u64),
    }
    use Happens::{Calls, Due, Ends, Step as Begins};

    fn journal(events: &[Happens]) -> Journal {
        let mut journal = Journal::new(Bounds::DEFAULT);
        let mut delivery = 0;
        for event in events {
            let (at, what) = match *event {
                Begins(at, line, word) => (at, What::Step { index: 0, line, source: format!("{word}: {{}}") }),
                Due(at, name, chat) => {
                    delivery += 1;
                    let (url, body) = (String::new(), Payload::new(bytes::Bytes::new()));
                    let (event, chat) = (name.into(), Some(chat.to_owned()));
                    (at, What::Queued { delivery: DeliveryId(delivery), event, chat, url, body })
                }
                Calls(at, route, status) => {
                    let (request, reply) = (Payload::new(bytes::Bytes::new()), Payload::new(bytes::Bytes::new()));
                    let (method, path) = ("POST".to_owned(), String::new());
                    let (source, route, caller, code) = (Source::Bot, Some(route), None, None);
                    (
                        at,
                        What::Called(Box::new(Called {
                            source,
                            route: route.map(Into::into),
                            socket: None,
                            method,
                            path,
                            caller,
                            status,
                            code,
                            request,
                            reply,
                        })),
                    )
                }
                Ends(at) => (at, What::Ended),
            };
            let at = VirtualTime::OPENING + VirtualSpan::from_millis(at);
            journal.append(at, WallTime::from_nanos(0), what);
        }
        journal
    }

    /// Surveys a scenario of these steps, each on a line of its own, from line 2 on.
    fn check(steps: &[Action], events: &[Happens], expected: &[&str]) {
        let lines: String = (0..steps.len())
            .map(|nth| format!("  - {}: {{}}\n", if nth % 2 == 0 { "say" } else { "expect" }))
            .collect();
        let root = parse(&format!("steps:\n{lines}")).unwrap();
        let mut scenario = nothing();
        scenario.steps = steps
            .iter()
            .map(|action| Step { place: root.place, source: String::new(), action: action.clone() })
            .collect();
        let told = |chance: Chance| {
            let room = match chance.room {
                Room::Webhook { late, copy, retry: _ } => format!("late {late}, copy {copy}"),
                Room::Answer { slow } => format!("slow {slow}"),
            };
            format!("{} of step {}, {}: {room}", chance.on.name(), chance.before, chance.nth)
        };
        let found: Vec<String> = survey(&journal(events), &root, &scenario, None).into_iter().map(told).collect();
        assert_eq!(found, expected);
    }

    fn nothing() -> Scenario {
        Scenario {
            platform: "toy",
            name: String::new(),
            seed: None,
            tags: Vec::new(),
            skip: None,
            row: None,
            setup: parse("{}").unwrap(),
            faults: Vec::new(),
            customers: indexmap::IndexMap::new(),
            steps: Vec::new(),
        }
    }

    fn acts(number: usize) -> Vec<Action> {
        vec![Action::Wait(VirtualSpan::ZERO); number]
    }

    #[test]
    fn a_webhook_may_be_late_until_somebody_could_tell() {
        let one = [Begins(0, 2, "say"), Due(0, "a", "1"), Begins(1_000, 3, "expect"), Ends(5_000)];
        check(&acts(2), &one, &["a of step 0, 1: late 1s, copy 1s"]);
        let waited = [
            Begins(0, 2, "say"),
            Due(0, "a", "1"),
            Begins(1_000, 2, "wait"),
            Begins(61_000, 3, "expect"),
            Ends(62_000),
        ];
        check(&acts(2), &waited, &["a of step 0, 1: late 1m1s, copy 1m1s"]);
        let ended = [Begins(0, 2, "say"), Due(0, "a", "1"), Ends(3_000)];
        check(&acts(2), &ended, &["a of step 0, 1: late 3s, copy 3s"]);
        let watched = [
            Begins(0, 2, "say"),
            Begins(1_000, 3, "expect"),
            Due(1_000, "a", "1"),
            Begins(1_000, 3, "expect"),
            Ends(2_000),
        ];
        check(&acts(2), &watched, &["a of step 0, 1: late 0s, copy 0s"]);
        let next_act = [Begins(0, 2, "say"), Due(0, "a", "1"), Begins(1_000, 4, "say"), Ends(5_000)];
        check(&acts(3), &next_act, &["a of step 0, 1: late 1s, copy 1s"]);
        let others = [
            Begins(0, 2, "start_chat"),
            Due(0, "a", "1"),
            Begins(1_000, 4, "start_chat"),
            Begins(2_000, 5, "expect"),
            Ends(5_000),
        ];
        check(&acts(4), &others, &["a of step 0, 1: late 2s, copy 2s"]);
    }

    #[test]
    fn webhooks_of_a_chat_keep_their_order() {
        let events = [
            Begins(0, 2, "say"),
            Due(0, "a", "1"),
            Due(0, "a", "2"),
            Due(500, "b", "1"),
            Begins(1_000, 3, "expect"),
            Ends(1_000),
        ];
        let expected = [
            "a of step 0, 1: late 500ms, copy 1s",
            "a of step 0, 2: late 1s, copy 1s",
            "b of step 0, 1: late 500ms, copy 500ms",
        ];
        check(&acts(2), &events, &expected);
    }

    #[test]
    fn occasions_are_counted_from_the_last_step_that_does_something() {
        let events = [
            Begins(0, 2, "say"),
            Calls(0, "send", 200),
            Begins(1_000, 3, "expect"),
            Calls(1_000, "send", 200),
            Calls(1_000, "send", 401),
            Begins(1_000, 4, "say"),
            Calls(1_000, "send", 200),
            Ends(2_000),
        ];
        let expected =
            ["send of step 0, 1: slow 150ms", "send of step 0, 2: slow 150ms", "send of step 2, 1: slow 150ms"];
        check(&acts(3), &events, &expected);
    }

    #[test]
    fn what_the_scenario_has_plans_for_is_left_alone() {
        let fault = |on: Occasion| Action::Fault(Box::new(Fault::on(on, AnswerDeed::Reset)));
        let wanted = |wanted: fn(Subject) -> Wanted, attempts: Option<u32>| {
            let name = Located { value: "a".to_owned(), place: Place::default() };
            let pattern = EventPattern { name, body: None, chat: None };
            let wanted = wanted(Subject::Event { pattern, delivered: None, attempts });
            Action::Expect(Expect { wanted, within: WallLimit::from_secs(1), by: None })
        };
        let events = [Begins(0, 2, "say"), Due(0, "a", "1"), Calls(0, "send", 200), Ends(1_000)];
        let (webhook, copied, answer) =
            ("a of step 0, 1: late 1s, copy 0s", "a of step 0, 1: late 1s, copy 1s", "send of step 0, 1: slow 50ms");
        let slow = "send of step 0, 1: slow 150ms";
        check(&[fault(Occasion::Event("a".to_owned()))], &events, &[slow]);
        check(&[fault(Occasion::Route("send".to_owned()))], &events, &[copied]);
        check(&[wanted(Wanted::Some, None)], &events, &[copied, answer]);
        check(&[wanted(Wanted::Some, Some(1))], &events, &[webhook, answer]);
        check(&[wanted(|event| Wanted::Exactly(1, event), None)], &events, &[webhook, answer]);
        let nested = Action::Parallel(vec![vec![Step {
            place: Place::default(),
            source: String::new(),
            action: wanted(Wanted::First, None),
        }]]);
        check(&[nested], &events, &[webhook, answer]);
    }
}
