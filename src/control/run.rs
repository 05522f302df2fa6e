//! Runs: the steps of the scenario that a world was opened with, begun, followed and broken off.

use super::answer::gone;
use super::problem::Problem;
use super::query::Query;
use super::registry::Named;
use super::shape::shown;
use crate::base::time::WallLimit;
use crate::engine::World;
use crate::engine::outside::Progress;
use crate::engine::port::Input;
use crate::journal::What;
use crate::journal::entry::{Miss, Verdict};
use crate::server::ticker;

shown! {
    /// How far the scenario of a world is.
    pub(super) struct Shown {
        /// `waiting` until it is begun, then `playing`, then `ended`.
        state: &'static str,
        /// Once it has ended: whether every step was done and every expectation met.
        passed: Option<bool>,
        /// How many steps have begun.
        steps: usize,
        /// How many expectations were met.
        met: usize,
        /// What went wrong, in the order in which it did.
        failures: Vec<Failure>,
    }
}

shown! {
    /// A step that was not done, or not met.
    pub(super) struct Failure {
        /// Its number among all that the world has begun.
        index: usize,
        /// It on one line.
        source: String,
        /// Why it was not done.
        reason: Option<String>,
        /// What happened instead of what it expects.
        miss: Option<Miss>,
    }
}

/// Begins the steps.
pub(super) fn begin<K>(named: &Named<K>) -> Result<Shown, Problem> {
    match named.world.with(World::progress) {
        Progress::Nothing => {
            Err(Problem::new(409, "the world was opened without steps; `POST /worlds/{id}/steps` plays some"))
        }
        Progress::Playing | Progress::Ended => {
            Err(Problem::new(409, "its steps have begun already; `POST /worlds/{id}/reset` lets them begin again"))
        }
        Progress::Waiting => {
            named.world.input(Input::Begin);
            Ok(named.world.with(Shown::of))
        }
    }
}

/// Breaks the steps off, if they have not ended.
pub(super) fn cancel<K>(named: &Named<K>) -> Shown {
    named.world.input(Input::Cancel);
    named.world.with(Shown::of)
}

/// Waits for the end of the steps as long as the query says, and tells how far they are.
pub(super) async fn follow<K>(named: &Named<K>, query: &Query<'_>) -> Result<Shown, Problem> {
    let wait = query.duration("wait")?.unwrap_or(WallLimit::from_millis(0));
    let ended = named.world.until(|world| (world.progress() != Progress::Playing).then(|| Shown::of(world)));
    match ticker::within(wait, ended).await {
        Some(ended) => ended.ok_or_else(gone),
        None => Ok(named.world.with(Shown::of)),
    }
}

impl Shown {
    fn of(world: &World) -> Self {
        let (mut steps, mut met, mut failures) = (Vec::new(), 0, Vec::new());
        let source = |steps: &[(usize, String)], index: usize| {
            steps.iter().rev().find(|(begun, _)| *begun == index).map(|(_, source)| source.clone()).unwrap_or_default()
        };
        for entry in world.journal().iter() {
            match &entry.what {
                What::Step { index, source, .. } => steps.push((*index, source.clone())),
                What::Judged { verdict: Verdict::Met, .. } => met += 1,
                What::Judged { index, verdict: Verdict::Missed(miss) } => {
                    let source = source(&steps, *index);
                    failures.push(Failure { index: *index, source, reason: None, miss: Some(miss.clone()) });
                }
                What::Refused { index, reason } => {
                    let index = index.or(steps.last().map(|(last, _)| *last)).unwrap_or_default();
                    let source = source(&steps, index);
                    failures.push(Failure { index, source, reason: Some(reason.clone()), miss: None });
                }
                _ => {}
            }
        }
        let progress = world.progress();
        let state = match progress {
            Progress::Nothing | Progress::Waiting => "waiting",
            Progress::Playing => "playing",
            Progress::Ended => "ended",
        };
        let passed = (progress == Progress::Ended).then_some(failures.is_empty());
        Self { state, passed, steps: steps.len(), met, failures }
    }
}
