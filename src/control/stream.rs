//! Journals of worlds as server-sent events: entry after entry, for as long as somebody reads.
//!
//! An entry is formed only when its reader has taken those before, so a slow one costs no memory. It is told how many
//! entries a full journal has dropped before it came to them, and cut off once it takes nothing any more.

use std::sync::Arc;

use http::HeaderValue;
use http::header::CONTENT_TYPE;
use tokio::sync::OwnedSemaphorePermit;

use super::answer::guarded;
use super::journal::Wanted;
use super::problem::Problem;
use super::query::Query;
use super::registry::Named;
use crate::base::id::EntrySeq;
use crate::base::time::WallLimit;
use crate::engine::World;
use crate::journal::lines::line;
use crate::platform::route::Reply;
use crate::server::feed::{Answer, Feed, Feeder};
use crate::server::ticker;

/// The header in which a reader that comes back names what it has read last.
pub(super) const LAST_EVENT_ID: &str = "last-event-id";

/// How many streams are open at once at most. They are fewer than the port's connections, so that it can always be asked.
pub(super) const MOST_STREAMS: usize = 64;

/// After how many bytes entries that are there go out before others are formed.
const PIECE: usize = 64 << 10;

/// After how long without an entry a reader is told that the stream still goes.
const SIGN_OF_LIFE: WallLimit = WallLimit::from_secs(15);

/// What a look at a journal came to.
struct Found {
    /// How many entries were gone before they were read.
    dropped: u64,
    /// Events, as they go out.
    events: String,
}

/// Opens a stream. It goes on after the entry `last`, which the reader says it has read last.
pub(super) fn open<K: Send + Sync + 'static>(
    named: Arc<Named<K>>,
    query: &Query<'_>,
    last: Option<&str>,
    place: OwnedSemaphorePermit,
) -> Result<Answer, Problem> {
    let mut wanted = Wanted::of(query)?;
    if let Some(from) = last.and_then(|last| resumed(last, named.number)) {
        wanted.from = from;
    }
    let mut reply = guarded(Reply::json(200, None, &()));
    reply.body.clear();
    for (name, value) in &mut reply.headers {
        if *name == CONTENT_TYPE {
            *value = HeaderValue::from_static("text/event-stream");
        }
    }
    Ok(Answer::Flowing(reply, Feed::new(move |feeder| feed(named, wanted, feeder, place))))
}

/// From where on a reader wants the journal of the world of this number; nothing if what it has read is of another world
/// of this name, which was there before a reset.
fn resumed(last: &str, number: u64) -> Option<EntrySeq> {
    let (of, seq) = last.trim().split_once('.')?;
    let (of, seq): (u64, u64) = (of.parse().ok()?, seq.parse().ok()?);
    Some(EntrySeq(if of == number { seq.saturating_add(1) } else { 0 }))
}

async fn feed<K>(named: Arc<Named<K>>, mut wanted: Wanted, feeder: Feeder, place: OwnedSemaphorePermit) {
    feeder.put(": the journal\n\n").await;
    loop {
        let news = named.world.until(|world| look(world, &mut wanted, named.number));
        match ticker::within(SIGN_OF_LIFE, news).await {
            None => feeder.put(": nothing new\n\n").await,
            Some(None) => break feeder.put("event: closed\ndata: {}\n\n").await,
            Some(Some(Found { dropped, events })) => {
                if dropped > 0 {
                    feeder.put(format!("event: dropped\ndata: {{\"entries\": {dropped}}}\n\n")).await;
                }
                feeder.put(events).await;
            }
        }
    }
    drop(place);
}

/// The next entries as events; nothing if there are none.
fn look(world: &World, wanted: &mut Wanted, number: u64) -> Option<Found> {
    let journal = world.journal();
    let start = journal.iter().next().map(|entry| entry.wall);
    let dropped = journal.dropped().saturating_sub(wanted.from.0);
    let mut events = String::new();
    for entry in journal.since(wanted.from) {
        if events.len() >= PIECE {
            break;
        }
        wanted.from = EntrySeq(entry.seq.0 + 1);
        if wanted.wants(entry) {
            events.push_str(&format!("id: {number}.{}\ndata: {}\n\n", entry.seq.0, line(entry, start)));
        }
    }
    (!events.is_empty() || dropped > 0).then_some(Found { dropped, events })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_goes_on_where_it_stopped_unless_the_world_is_another() {
        let check = |last: &str, expected: Option<u64>| assert_eq!(resumed(last, 3), expected.map(EntrySeq), "{last}");
        check("3.17", Some(18));
        check(" 3.17 ", Some(18));
        check("2.17", Some(0));
        check("3.18446744073709551615", Some(u64::MAX));
        check("17", None);
        check("3.", None);
        check("3.x", None);
        check("-3.1", None);
        check("", None);
    }
}
