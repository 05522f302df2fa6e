//! Journals of worlds, read from a number on.

use super::answer::{gone, guarded};
use super::problem::Problem;
use super::query::Query;
use crate::base::id::EntrySeq;
use crate::base::time::WallLimit;
use crate::engine::World;
use crate::journal::lines::line;
use crate::journal::{Entry, What};
use crate::platform::route::Reply;
use crate::server::ticker;
use crate::server::world::WorldHandle;

/// How many entries are given unless another number is asked for.
const LIMIT: usize = 1_000;
/// How many entries are given at most.
pub(super) const MOST: usize = 10_000;

/// Which entries are wanted.
pub(super) struct Wanted {
    /// From where on.
    pub(super) from: EntrySeq,
    kinds: Vec<&'static str>,
    limit: usize,
}

/// Gives the entries that are wanted. If there are none, they are waited for as long as the query says, and then there may
/// still be none.
pub(super) async fn read(world: &WorldHandle<World>, query: &Query<'_>) -> Result<Reply, Problem> {
    let mut wanted = Wanted::of(query)?;
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

impl Wanted {
    /// What a query asks for.
    pub(super) fn of(query: &Query<'_>) -> Result<Self, Problem> {
        let known = |word: &str| {
            let kind = What::KINDS.into_iter().find(|kind| *kind == word);
            let known = || What::KINDS.join(", ");
            kind.ok_or_else(|| Problem::new(400, format!("`{word}` is no kind of entry; known: {}", known())))
        };
        let kinds = query.get("kind").into_iter().flat_map(|kinds| kinds.split(',')).map(known);
        let kinds = kinds.collect::<Result<_, _>>()?;
        let limit = query.number("limit")?.unwrap_or(LIMIT);
        if !(1..=MOST).contains(&limit) {
            return Err(Problem::new(400, format!("`limit={limit}` is out of range; 1 to {MOST} is possible")));
        }
        let after: Option<u64> = query.number("after")?;
        Ok(Self { from: EntrySeq(after.map_or(0, |after| after.saturating_add(1))), kinds, limit })
    }

    /// Whether an entry is of the wanted kinds.
    pub(super) fn wants(&self, entry: &Entry) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&entry.what.kind())
    }

    /// The entries as JSON; nothing if there is none, and then the next look is only at newer ones.
    fn find(&mut self, world: &World) -> Option<Vec<String>> {
        let journal = world.journal();
        let start = journal.iter().next().map(|entry| entry.wall);
        let entries = journal.since(self.from);
        let entries = entries.filter(|entry| self.wants(entry)).take(self.limit);
        let found: Vec<String> = entries.map(|entry| line(entry, start)).collect();
        if found.is_empty() {
            self.from = journal.end();
            return None;
        }
        Some(found)
    }
}
