//! Journals of worlds, read from a number on.

use super::answer::{gone, guarded};
use super::problem::Problem;
use super::query::Query;
use crate::base::id::EntrySeq;
use crate::base::time::WallLimit;
use crate::engine::World;
use crate::journal::What;
use crate::journal::lines::line;
use crate::platform::route::Reply;
use crate::server::ticker;
use crate::server::world::WorldHandle;

/// How many entries are given unless another number is asked for.
const LIMIT: usize = 1_000;
/// How many entries are given at most.
const MOST: usize = 10_000;

/// Which entries are wanted.
struct Wanted<'q> {
    from: EntrySeq,
    kinds: Vec<&'q str>,
    limit: usize,
}

/// Gives the entries that are wanted. If there are none, they are waited for as long as the query says, and then there may
/// still be none.
pub(super) async fn read(world: &WorldHandle<World>, query: &Query<'_>) -> Result<Reply, Problem> {
    let wanted = Wanted::of(query)?;
    let wait = query.duration("wait")?.unwrap_or(WallLimit::from_millis(0));
    let found = world.with(|world| wanted.find(world));
    let found = match found {
        Some(found) => found,
        None => match ticker::within(wait, world.until(|world| wanted.find(world))).await {
            Some(found) => found.ok_or_else(gone)?,
            None => Vec::new(),
        },
    };
    let mut reply = Reply::json(200, None, &());
    reply.body = format!("[{}]", found.join(",\n")).into();
    Ok(guarded(reply))
}

impl<'q> Wanted<'q> {
    fn of(query: &Query<'q>) -> Result<Self, Problem> {
        let kinds: Vec<&str> = query.get("kind").into_iter().flat_map(|kinds| kinds.split(',')).collect();
        if let Some(wrong) = kinds.iter().find(|kind| !What::KINDS.contains(kind)) {
            let detail = format!("`{wrong}` is no kind of entry; known: {}", What::KINDS.join(", "));
            return Err(Problem::new(400, detail));
        }
        let limit = query.number("limit")?.unwrap_or(LIMIT);
        if !(1..=MOST).contains(&limit) {
            return Err(Problem::new(400, format!("`limit={limit}` is out of range; 1 to {MOST} is possible")));
        }
        let after: Option<u64> = query.number("after")?;
        Ok(Self { from: EntrySeq(after.map_or(0, |after| after.saturating_add(1))), kinds, limit })
    }

    /// The entries as JSON; nothing if there is none.
    fn find(&self, world: &World) -> Option<Vec<String>> {
        let journal = world.journal();
        let start = journal.iter().next().map(|entry| entry.wall);
        let entries = journal.since(self.from);
        let entries = entries.filter(|entry| self.kinds.is_empty() || self.kinds.contains(&entry.what.kind()));
        let found: Vec<String> = entries.take(self.limit).map(|entry| line(entry, start)).collect();
        (!found.is_empty()).then_some(found)
    }
}
