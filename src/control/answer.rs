//! From an operation to its answer.

use http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use http::request::Parts;
use serde::Serialize;

use super::problem::Problem;
use super::query::Query;
use super::registry::{Host, Named, OpenError};
use super::route::Operation;
use super::shape::shown;
use super::{Control, clock, faults, journal, metrics, openapi, run, schema, snapshot, steps, stream, world};
use crate::base::id::DeliveryId;
use crate::base::time::WallLimit;
use crate::platform::route::Reply;
use crate::scenario::node::decode_utf8;
use crate::server::feed::Answer;
use crate::server::ticker;

/// How long `idle` waits unless it is told.
const IDLE_WITHIN: WallLimit = WallLimit::from_secs(5);

shown! {
    /// That the program answers, or is ready.
    pub(super) struct Health {
        /// `ok` or `ready`.
        status: &'static str,
    }
}

shown! {
    /// That a world rests.
    pub(super) struct Idle {
        /// Always `true`.
        idle: bool,
    }
}

shown! {
    /// A webhook that is sent once more.
    pub(super) struct Resent {
        /// The number that it has now.
        delivery: DeliveryId,
    }
}

impl<H: Host> Control<H> {
    /// Does what an operation is for.
    pub(super) async fn act(
        &self,
        operation: Operation,
        id: &str,
        head: &Parts,
        body: &[u8],
    ) -> Result<Answer, Problem> {
        let query = Query::of(operation, head.uri.query().unwrap_or_default())?;
        let host = self.worlds().host();
        let text = || decode_utf8(body).map_err(|problem| Problem::diagnosed(vec![problem]));
        let reply = match operation {
            Operation::Health => Ok(document(200, &Health { status: "ok" })),
            Operation::Ready if self.is_ready() => Ok(document(200, &Health { status: "ready" })),
            Operation::Ready => Err(Problem::new(503, "not all worlds of the start are open yet")),
            Operation::Worlds => {
                let worlds: Vec<_> = self.worlds().all().iter().map(|named| world::Row::of(named)).collect();
                Ok(document(200, &worlds))
            }
            Operation::Open => {
                let (vendor, scenario) = world::read(text()?, host.worlds().vendors())?;
                let wish = world::Wish::of(&query)?;
                let plan = |number| wish.plan(&scenario, number, self.terms());
                let opened = self.worlds().open(vendor, wish.bot.clone(), plan).await;
                Ok(document(201, &world::Shown::of(&*opened.map_err(|error| cannot_open(&error, id))?, host.url())))
            }
            Operation::World => Ok(document(200, &world::Shown::of(&*self.find(id)?, host.url()))),
            Operation::Close => {
                self.worlds().close(id).await.map_err(|error| cannot_open(&error, id))?;
                Ok(bare(204))
            }
            Operation::Reset => {
                let named = self.worlds().reset(id).await.map_err(|error| cannot_open(&error, id))?;
                Ok(document(200, &world::Shown::of(&*named, host.url())))
            }
            Operation::Play => steps::play(&*self.find(id)?, &query, text()?).await,
            Operation::Clock => Ok(document(200, &clock::Shown::of(&self.find(id)?.world))),
            Operation::SetClock => {
                let named = self.find(id)?;
                clock::set(&named.world, &query, text()?).await?;
                Ok(document(200, &clock::Shown::of(&named.world)))
            }
            Operation::Resend => {
                let resent = self.find(id)?.world.resend(delivery(&query)?).ok_or_else(gone)?;
                let forgotten =
                    || Problem::new(404, "no such webhook was sent lately; the journal has them as `queued`");
                Ok(document(200, &Resent { delivery: resent.ok_or_else(forgotten)? }))
            }
            Operation::Keep => {
                let kept = self.worlds().keep(id).await.map_err(|error| cannot_open(&error, id))?;
                Ok(document(201, &kept))
            }
            Operation::TakeBack => {
                self.find(id)?;
                let missing = || Problem::new(400, "`snapshot` is missing: the id of one of the world's snapshots");
                let snapshot = query.get("snapshot").ok_or_else(missing)?;
                let named = self.worlds().take_back(id, snapshot).await;
                let named = named.map_err(|error| match error {
                    OpenError::NoSnapshot => cannot_open(&error, snapshot),
                    error => cannot_open(&error, id),
                })?;
                Ok(document(200, &world::Shown::of(&*named, host.url())))
            }
            Operation::Snapshots => Ok(document(200, &self.worlds().snapshots())),
            Operation::Fork => {
                let bot = world::bot(&query)?;
                let forked = self.worlds().fork(id, bot).await.map_err(|error| cannot_open(&error, id))?;
                Ok(document(201, &snapshot::Forked::of(&*forked.0, forked.1, host.url())))
            }
            Operation::Forget => {
                self.worlds().drop_snapshot(id).map_err(|error| cannot_open(&error, id))?;
                Ok(bare(204))
            }
            Operation::Begin => run::begin(&*self.find(id)?).map(|run| document(202, &run)),
            Operation::Follow => run::follow(&*self.find(id)?, &query).await.map(|run| document(200, &run)),
            Operation::Cancel => Ok(document(200, &run::cancel(&*self.find(id)?))),
            Operation::Document => Ok(document(200, &openapi::document(host.worlds().vendors(), &host.url()))),
            Operation::Metrics => Ok(metrics::show(self.worlds())),
            Operation::Stream => {
                let last = head.headers.get(stream::LAST_EVENT_ID).and_then(|last| last.to_str().ok());
                return stream::open(self.find(id)?, &query, last, self.place()?);
            }
            Operation::Faults => Ok(faults::list(&*self.find(id)?)),
            Operation::AddFaults => faults::add(&*self.find(id)?, text()?).await,
            Operation::ClearFaults => faults::clear(&*self.find(id)?, &query).await,
            Operation::Schema => schema::document(host.worlds().vendors(), id, &host.url()),
            Operation::Journal => journal::read(&self.find(id)?.world, &query).await,
            Operation::Idle => {
                let within = query.duration("within")?.unwrap_or(IDLE_WITHIN);
                let named = self.find(id)?;
                let idle = named.world.until(|world| world.is_idle().then_some(()));
                match ticker::within(within, idle).await {
                    Some(Some(())) => Ok(document(200, &Idle { idle: true })),
                    Some(None) => Err(gone()),
                    None => Err(Problem::new(408, format!("the world is still at something after {within}"))),
                }
            }
        };
        reply.map(Answer::from)
    }

    fn find(&self, id: &str) -> Result<std::sync::Arc<Named<H::Company>>, Problem> {
        self.worlds().get(id).ok_or_else(|| cannot_open(&OpenError::Unknown, id))
    }
}

/// The webhook that a query names.
fn delivery(query: &Query<'_>) -> Result<DeliveryId, Problem> {
    let missing = || Problem::new(400, "`delivery` is missing: the number of a webhook, as the journal has it");
    query.number("delivery")?.map(DeliveryId).ok_or_else(missing)
}

/// The world was closed, or begun anew, while it was waited for.
pub(super) fn gone() -> Problem {
    Problem::new(409, "the world was closed or reset meanwhile")
}

fn cannot_open(error: &OpenError, id: &str) -> Problem {
    match error {
        OpenError::Unknown => {
            Problem::new(404, format!("there is no world `{id}`; `GET /worlds` lists those there are"))
        }
        OpenError::NoSnapshot => {
            Problem::new(404, format!("there is no snapshot `{id}` here; `GET /snapshots` lists those there are"))
        }
        OpenError::Busy | OpenError::Taken => Problem::new(409, error.to_string()),
        OpenError::TooMany | OpenError::TooManySnapshots => Problem::new(429, error.to_string()),
        OpenError::Company(_) => Problem::new(502, error.to_string()),
    }
}

/// An answer with a document.
pub(super) fn document(status: u16, document: &impl Serialize) -> Reply {
    guarded(Reply::json(status, None, document))
}

fn bare(status: u16) -> Reply {
    guarded(Reply { status, headers: Vec::new(), body: bytes::Bytes::new(), code: None })
}

/// What every answer carries: it holds secrets, and is never anything but what it says it is.
pub(super) fn guarded(reply: Reply) -> Reply {
    reply.header(CACHE_CONTROL, "no-store").header(X_CONTENT_TYPE_OPTIONS, "nosniff")
}
