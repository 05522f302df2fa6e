//! Steps that a world plays because somebody asks for them.

use super::answer::{document, gone};
use super::problem::{Problem, StepShown};
use super::query::Query;
use super::registry::Named;
use super::shape::shown;
use crate::base::id::EntrySeq;
use crate::engine::World;
use crate::engine::port::Played;
use crate::platform::route::Reply;
use crate::scenario::load_steps;
use crate::server::ticker;

shown! {
    /// How steps have ended.
    pub(super) struct Shown {
        /// `met`: all were done, and all expectations met.
        result: &'static str,
        /// The number of the last entry of the journal before them.
        after: u64,
    }
}

/// Plays the steps of a text, and tells how they ended. They go on if that takes longer than the query says.
pub(super) async fn play<K>(named: &Named<K>, query: &Query<'_>, text: &str) -> Result<Reply, Problem> {
    let known = named.world.with(World::known);
    let steps = load_steps(text, &named.vendor.vocabulary, &named.opening.setup, known).map_err(Problem::diagnosed)?;
    let after = named.world.with(|world| world.journal().end().0.saturating_sub(1));
    let from = query.number("after")?.map(|after: u64| EntrySeq(after.saturating_add(1)));
    let played = match query.duration("within")? {
        None => named.world.play(steps, from).await,
        Some(within) => {
            let late = || Problem::new(408, format!("the steps have not ended after {within}; they go on"));
            ticker::within(within, named.world.play(steps, from)).await.ok_or_else(late)?
        }
    };
    let played = played.ok_or_else(gone)?;
    let step = |index| named.world.with(|world| shown(world, index));
    match played {
        Played::Met => Ok(document(200, &Shown { result: "met", after })),
        Played::Missed { index, miss } => Err(Problem::missed(step(index), miss)),
        Played::Refused { index, reason } => Err(Problem::refused(step(index), reason)),
    }
}

/// The step of this number, as the journal has it.
fn shown(world: &World, wanted: usize) -> StepShown {
    StepShown { index: wanted, source: world.journal().step(wanted).unwrap_or_default().to_owned() }
}
