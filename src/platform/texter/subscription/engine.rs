//! Runs subscriptions when something happens.
//!
//! What happens is put down first and acted on once the deed that caused it is done, so that a subscription that changes
//! something never does so in the middle of another change. A request ends when its delivery does; until then its run is
//! under way.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::super::Texter;
use super::action::Done;
use super::chain::{Caused, Chain};
use super::program::{ActionOrder, Part, Program};
use super::run::{Run, RunStep};
use super::store::Subscriptions;
use super::{condition, loader};
use crate::base::time::VirtualTime;
use crate::journal::entry::Outcome;
use crate::platform::cx::Cx;
use crate::platform::outgoing::{Ended, Outgoing};
use crate::platform::texter::value::Providers;

/// How many records are kept; the oldest are forgotten first.
const MOST_RUNS: usize = 10_000;

macro_rules! triggers {
    ($( $(#[doc = $doc:literal])* $name:ident = $word:literal; )*) => {
        /// What sets subscriptions off.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(in crate::platform::texter) enum Trigger { $( $(#[doc = $doc])* $name ),* }

        impl Trigger {
            /// All of them.
            const ALL: &'static [Self] = &[ $( Self::$name ),* ];

            /// The vendor's name for it.
            pub(in crate::platform::texter) const fn name(self) -> &'static str {
                match self { $( Self::$name => $word ),* }
            }
        }
    };
}

triggers! {
    /// A message was written.
    MessageCreated = "domain.message.created";
    /// An agent took a chat.
    ChatAssigned = "domain.chat.assigned";
    /// A chat waits for a human.
    ChatPending = "domain.chat.pending";
    /// A chat was resolved.
    ChatResolved = "domain.chat.resolved";
    /// The labels of a chat changed.
    ChatLabels = "domain.chat.labels";
    /// A contact wants no templates.
    ChatUnsubscribed = "domain.chat.unsubscribed";
    /// A contact wants templates again.
    ChatSubscribed = "domain.chat.subscribed";
    /// Somebody left a chat to an external bot, or took it back.
    ExternalBotUpdated = "domain.chat.updated.externalBot";
    /// A bot left a chat to an external bot, or took it back.
    ExternalBotSet = "app.bot.chat.setExternal";
    /// A channel reported what became of a message.
    StatusRequest = "app.message.statusRequest";
    /// Something is wrong with a channel.
    ProblemCreated = "domain.channel.health.problem.created";
    /// What was wrong with a channel is mended.
    ProblemResolved = "domain.channel.health.problem.resolved";
    /// The clock.
    Cron = "app.scenarios.customTriggers.cron";
}

impl Trigger {
    /// The names of all of them.
    pub(in crate::platform::texter) fn names() -> impl Iterator<Item = &'static str> + Clone {
        Self::ALL.iter().map(|trigger| trigger.name())
    }

    /// The trigger with this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|trigger| trigger.name() == name).copied()
    }
}

/// Something that happened.
#[derive(Clone, Debug)]
pub(in crate::platform::texter) struct Occurrence {
    /// What.
    pub(in crate::platform::texter) trigger: Trigger,
    /// What is known about it, as it was then.
    pub(in crate::platform::texter) known: Vec<(&'static str, Json)>,
    /// The chat it is about.
    pub(in crate::platform::texter) chat: Option<String>,
}

/// All subscriptions, and what they are at.
#[derive(Clone, Default)]
pub(in crate::platform::texter) struct Engine {
    /// All subscriptions.
    pub(in crate::platform::texter) subscriptions: Subscriptions,
    /// What subscriptions have put down to be found later.
    pub(super) data: IndexMap<(String, String), Datum>,
    /// The records, in the order in which their runs began.
    runs: VecDeque<Run>,
    /// What nobody has acted on yet, each with the subscriptions that have led to it.
    happened: VecDeque<(Occurrence, Chain)>,
    /// How many runs have begun.
    begun: u64,
    /// Runs that wait for a delivery, by id.
    underway: IndexMap<String, Progress>,
    /// The subscriptions that have led to what is being done.
    chain: Chain,
    caused: Caused,
}

/// Something that a subscription has put down.
#[derive(Clone, Debug)]
pub(super) struct Datum {
    pub(super) value: Json,
    pub(super) tags: Vec<String>,
    pub(super) until: Option<VirtualTime>,
}

/// A run on its way.
#[derive(Clone)]
pub(super) struct Progress {
    run: Run,
    program: Arc<Program>,
    /// What loaders and the occurrence itself have brought.
    pub(super) providers: Providers,
    /// The chat it is about.
    pub(super) chat: Option<String>,
    /// What set it off.
    pub(super) trigger: Trigger,
    /// The next action.
    next: usize,
    /// Whether an action failed. A condition that could not be weighed is no obstacle if those of another group hold.
    failed: bool,
    /// The actions that are waited for, each with when it began.
    waiting: BTreeSet<(usize, VirtualTime)>,
    /// The subscriptions that have led to what it does, itself included.
    chain: Chain,
}

impl Progress {
    /// The id of the run.
    pub(super) fn id(&self) -> &str {
        &self.run.id
    }

    /// The subscription.
    pub(super) fn subscription(&self) -> &str {
        &self.run.scenario_id
    }
}

impl Engine {
    /// Puts down what happened.
    pub(in crate::platform::texter) fn happened(&mut self, occurrence: Occurrence) {
        self.happened.push_back((occurrence, self.chain.clone()));
    }

    /// The subscriptions that have led to what is being done.
    pub(in crate::platform::texter) fn chain(&self) -> Chain {
        self.chain.clone()
    }

    /// What is done from now on was led to by other subscriptions. Those that it was until now.
    pub(in crate::platform::texter) fn follow(&mut self, chain: Chain) -> Chain {
        std::mem::replace(&mut self.chain, chain)
    }

    /// The records, the latest first.
    pub(in crate::platform::texter) fn runs(&self) -> impl Iterator<Item = &Run> {
        self.runs.iter().rev()
    }

    fn record(&mut self, cx: &mut Cx<'_>, mut run: Run) {
        run.execution_time = millis(run.started, cx.now());
        if self.runs.len() == MOST_RUNS {
            self.runs.pop_front();
        }
        // Those that waited for a delivery end after others that began later.
        let after = self.runs.iter().rposition(|other| other.nth < run.nth);
        self.runs.insert(after.map_or(0, |at| at + 1), run);
    }
}

/// How many milliseconds of the world's clock have passed.
fn millis(from: VirtualTime, to: VirtualTime) -> u64 {
    to.since(from).as_nanos() / 1_000_000
}

impl Texter {
    /// Runs the subscriptions to all that happened.
    pub(in crate::platform::texter) fn run_subscriptions(&mut self, cx: &mut Cx<'_>) {
        while let Some((occurrence, chain)) = self.engine.happened.pop_front() {
            let listens = self.engine.subscriptions.iter().filter_map(|subscription| {
                let active = subscription.active.as_ref()?;
                let listens = active.program.listens_to(occurrence.trigger);
                listens.then(|| (subscription.id.clone(), active.version.unwrap_or(1), Arc::clone(&active.program)))
            });
            for (id, version, program) in listens.collect::<Vec<_>>() {
                self.begin(cx, &occurrence, &chain, (id, version), program);
            }
        }
    }

    /// Takes note of how a request of a run ended.
    pub(in crate::platform::texter) fn request_ended(&mut self, cx: &mut Cx<'_>, webhook: &Outgoing, ended: Ended<'_>) {
        let ticket = webhook.to.as_deref().and_then(|to| to.split_once('/'));
        let Some((run, index)) = ticket.filter(|_| ended.last) else { return };
        let Some(mut progress) = self.engine.underway.shift_remove(run) else { return };
        let waited = progress.waiting.iter().find(|(waiting, _)| waiting.to_string() == index).copied();
        let Some((index, since)) = waited else {
            self.engine.underway.insert(run.to_owned(), progress);
            return;
        };
        progress.waiting.remove(&(index, since));
        let error = (!ended.acknowledged).then(|| unanswered(ended.outcome));
        progress.run.undelivered |= error.is_some();
        progress.failed |= error.is_some();
        let name = progress.program.actions.get(index).map_or("", |action| &action.name);
        let mut step = RunStep::new("action", name).at(index).failing(error);
        step.execution_time = millis(since, cx.now());
        progress.run.note(step);
        self.go_on(cx, progress);
        self.run_subscriptions(cx);
    }

    fn begin(
        &mut self,
        cx: &mut Cx<'_>,
        occurrence: &Occurrence,
        chain: &Chain,
        (scenario_id, version): (String, u64),
        program: Arc<Program>,
    ) {
        self.engine.begun += 1;
        let mut run = Run {
            nth: self.engine.begun,
            id: cx.draw("texter/run").hex(24),
            scenario_id,
            version,
            success: true,
            undelivered: false,
            started: cx.now(),
            execution_time: 0,
            conditions_result: false,
            steps: Vec::new(),
        };
        let endless = self.engine.caused.count(chain);
        run.note(RunStep::new("event", occurrence.trigger.name()).failing(endless));
        let mut providers = Providers::at(cx.now());
        for (name, value) in &occurrence.known {
            providers.insert(*name, value.clone());
        }
        let (chat, trigger) = (occurrence.chat.clone(), occurrence.trigger);
        let (waiting, chain) = (BTreeSet::new(), chain.longer(self.engine.begun));
        let mut progress = Progress { run, program, providers, chat, trigger, next: 0, failed: false, waiting, chain };
        if progress.run.success && self.decide(cx, &mut progress) {
            self.go_on(cx, progress);
        } else {
            self.finish(cx, progress.run);
        }
    }

    /// Fetches and weighs what is known. Whether there is something to be done.
    fn decide(&mut self, cx: &mut Cx<'_>, progress: &mut Progress) -> bool {
        let program = Arc::clone(&progress.program);
        if program.has_loops {
            let error = "loops are not played here".to_owned();
            progress.run.note(RunStep::new("loop", "loop").at(0).failing(Some(error)));
            return false;
        }
        if !self.load(cx, progress, &program.before, "beforeConditions") || !self.weigh(progress, &program.conditions) {
            return false;
        }
        progress.run.conditions_result = true;
        self.load(cx, progress, &program.after, "afterConditions")
    }

    /// Runs loaders. Whether all of them found something.
    fn load(&self, cx: &Cx<'_>, progress: &mut Progress, loaders: &[Part], position: &'static str) -> bool {
        for (index, part) in loaders.iter().enumerate() {
            let loaded = loader::load(self, cx, part, &progress.providers);
            let mut step = RunStep::new("loader", &part.name).at(index);
            step.position = Some(position);
            match loaded {
                Ok(value) => {
                    progress.run.note(step);
                    progress.providers.insert(part.alias.as_deref().unwrap_or(&part.name), value);
                }
                Err(error) => {
                    progress.run.note(step.failing(Some(error)));
                    return false;
                }
            }
        }
        true
    }

    /// Whether the conditions hold: all of some group, or there are none. One that cannot be weighed does not hold.
    fn weigh(&self, progress: &mut Progress, groups: &[Vec<Part>]) -> bool {
        for (group, conditions) in groups.iter().enumerate() {
            let mut holds = true;
            for (index, part) in conditions.iter().enumerate() {
                let weighed = condition::holds(part, &progress.providers, self.tenant.filtrex);
                let mut step = RunStep::new("condition", &part.name).at(index);
                step.group_index = Some(group);
                holds = weighed == Ok(true);
                step.result = Some(holds);
                progress.run.note(step.failing(weighed.err()));
                if !holds {
                    break;
                }
            }
            if holds {
                return true;
            }
        }
        groups.is_empty()
    }

    /// Does what is to be done next, as far as nothing has to be waited for.
    fn go_on(&mut self, cx: &mut Cx<'_>, mut progress: Progress) {
        let program = Arc::clone(&progress.program);
        let in_order = program.order == ActionOrder::Sequential;
        let outer = self.engine.follow(progress.chain.clone());
        while !progress.failed || !in_order {
            if in_order && !progress.waiting.is_empty() {
                break;
            }
            let Some(part) = program.actions.get(progress.next) else { break };
            let index = progress.next;
            progress.next += 1;
            match self.perform(cx, &progress, index, part) {
                Ok(Done::Now) => progress.run.note(RunStep::new("action", &part.name).at(index)),
                Ok(Done::Later) => {
                    progress.waiting.insert((index, cx.now()));
                }
                Err(error) => {
                    progress.failed = true;
                    progress.run.note(RunStep::new("action", &part.name).at(index).failing(Some(error)));
                }
            }
        }
        self.engine.follow(outer);
        if progress.waiting.is_empty() {
            self.finish(cx, progress.run);
        } else {
            self.engine.underway.insert(progress.run.id.clone(), progress);
        }
    }

    fn finish(&mut self, cx: &mut Cx<'_>, run: Run) {
        // What a receiver does is no mistake of the subscription's.
        if let Some((step, error)) = run.error().filter(|_| !run.undelivered) {
            let name = self.engine.subscriptions.get(&run.scenario_id);
            let name = name.and_then(|it| it.active.as_ref()).map_or("", |active| &active.program.name);
            cx.violation(format!("the subscription {name:?} fails at `{step}`: {error}"));
        }
        self.engine.record(cx, run);
    }
}

/// Why a request counts as not answered. The vendor's words are not published.
fn unanswered(outcome: Option<&Outcome>) -> String {
    match outcome {
        Some(Outcome::Status(status)) => format!("the receiver answered {status}"),
        Some(other) => other.to_string(),
        None => "no answer in time".to_owned(),
    }
}
