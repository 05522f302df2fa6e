//! From an operation to its answer.

use http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use serde::Serialize;
use serde_json::json;

use super::problem::Problem;
use super::query::Query;
use super::registry::{Host, Named, OpenError};
use super::route::Operation;
use super::{Control, clock, journal, schema, steps, world};
use crate::base::time::WallLimit;
use crate::platform::route::Reply;
use crate::scenario::node::decode_utf8;
use crate::server::ticker;

/// How long `idle` waits unless it is told.
const IDLE_WITHIN: WallLimit = WallLimit::from_secs(5);

impl<H: Host> Control<H> {
    /// Does what an operation is for.
    pub(super) async fn act(&self, operation: Operation, id: &str, query: &str, body: &[u8]) -> Result<Reply, Problem> {
        let query = Query::of(operation, query)?;
        let host = self.worlds().host();
        let text = || decode_utf8(body).map_err(|problem| Problem::diagnosed(vec![problem]));
        match operation {
            Operation::Health => Ok(document(200, &json!({ "status": "ok" }))),
            Operation::Ready if self.is_ready() => Ok(document(200, &json!({ "status": "ready" }))),
            Operation::Ready => Err(Problem::new(503, "not all worlds of the start are open yet")),
            Operation::Worlds => {
                let worlds: Vec<_> = self.worlds().all().iter().map(|named| world::Row::of(named)).collect();
                Ok(document(200, &worlds))
            }
            Operation::Open => {
                let (vendor, scenario) = world::read(text()?, host.worlds().vendors())?;
                let opened = self.worlds().open(vendor, |number| world::plan(&scenario, number, self.terms())).await;
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
            Operation::Play => steps::play(&*self.find(id)?, text()?).await,
            Operation::Clock => Ok(document(200, &clock::Shown::of(&self.find(id)?.world))),
            Operation::SetClock => {
                let named = self.find(id)?;
                clock::set(&named.world, text()?).await?;
                Ok(document(200, &clock::Shown::of(&named.world)))
            }
            Operation::Schema => schema::document(host.worlds().vendors(), id, &host.url()),
            Operation::Journal => journal::read(&self.find(id)?.world, &query).await,
            Operation::Idle => {
                let within = query.duration("within")?.unwrap_or(IDLE_WITHIN);
                let named = self.find(id)?;
                let idle = named.world.until(|world| world.is_idle().then_some(()));
                match ticker::within(within, idle).await {
                    Some(Some(())) => Ok(document(200, &json!({ "idle": true }))),
                    Some(None) => Err(gone()),
                    None => Err(Problem::new(408, format!("the world is still at something after {within}"))),
                }
            }
        }
    }

    fn find(&self, id: &str) -> Result<std::sync::Arc<Named<H::Company>>, Problem> {
        self.worlds().get(id).ok_or_else(|| cannot_open(&OpenError::Unknown, id))
    }
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
        OpenError::Taken => Problem::new(409, error.to_string()),
        OpenError::TooMany => Problem::new(429, error.to_string()),
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
