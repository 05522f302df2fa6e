//! The bot's own little server and client. Bodies are read whole; connections to the API are kept and used again.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::SendRequest;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::chats::Failure;
use crate::base::secret::Secret;

/// The longest body the bot reads, in bytes; no webhook and no answer comes near it.
const LONGEST_BODY: usize = 4 * 1024 * 1024;

/// How long one API call may take. Vendors wait about ten seconds for the answer to a webhook, and a call is only a part of that.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often a call is made at once when the vendor answers that it is in trouble.
const TRIES: usize = 3;

/// A webhook as it came in.
pub(super) struct Incoming {
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// When it came, in unix seconds.
    pub(super) at: u64,
}

impl Incoming {
    /// A header's value, if it has one that is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Who takes webhooks.
pub(super) trait Webhooks: Send + Sync + 'static {
    /// Does what a webhook asks for and says how it is answered.
    fn take(&self, webhook: Incoming) -> impl Future<Output = StatusCode> + Send;
}

/// Takes webhooks until the task it runs in is stopped, which stops its connections too.
pub(super) async fn serve<W: Webhooks>(listener: TcpListener, webhooks: Arc<W>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else {
                    // Out of file descriptors, most likely: connections that end free some.
                    tokio::task::yield_now().await;
                    continue;
                };
                let webhooks = Arc::clone(&webhooks);
                let service = service_fn(move |request| respond(request, Arc::clone(&webhooks)));
                connections.spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn respond<W: Webhooks>(
    request: Request<hyper::body::Incoming>,
    webhooks: Arc<W>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let status = if head.method != Method::POST {
        StatusCode::METHOD_NOT_ALLOWED
    } else if let Ok(body) = Limited::new(body, LONGEST_BODY).collect().await {
        #[expect(clippy::disallowed_methods, reason = "the bot is a foreign program with a clock of its own")]
        let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let path = head.uri.path().to_owned();
        webhooks.take(Incoming { path, headers: head.headers, body: body.to_bytes(), at }).await
    } else {
        StatusCode::BAD_REQUEST
    };
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    Ok(response)
}

/// The vendor's API.
pub(super) struct Api {
    authority: String,
    idle: Mutex<Vec<SendRequest<Full<Bytes>>>>,
}

/// What the API answered.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Answer {
    /// The body, as far as it is what the caller expects; what the vendor says beside that is none of the bot's business.
    pub(super) fn json<T: serde::de::DeserializeOwned + Default>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl Api {
    pub(super) fn new(url: &str) -> io::Result<Self> {
        let authority = url
            .strip_prefix("http://")
            .map(|rest| rest.trim_end_matches('/'))
            .filter(|rest| !rest.is_empty() && !rest.contains('/'))
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "stand-in is not at http://HOST:PORT"))?;
        Ok(Self { authority: authority.to_owned(), idle: Mutex::default() })
    }

    /// Makes a call with a JSON body, again at once if the vendor answers that it is in trouble.
    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        credential: (&'static str, &Secret),
        body: &serde_json::Value,
    ) -> Result<Answer, Failure> {
        let mut value = HeaderValue::from_str(credential.1.expose()).map_err(|_| Failure::Unanswered)?;
        value.set_sensitive(true);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.authority)
            .header(header::CONTENT_TYPE, "application/json")
            .header(credential.0, value)
            .body(if body.is_null() { Full::default() } else { Full::from(body.to_string()) })
            .map_err(|_| Failure::Unanswered)?;
        let mut tries = 1;
        loop {
            let answer = tokio::time::timeout(PATIENCE, self.exchange(request.clone()));
            let answer = answer.await.map_err(|_| Failure::Unanswered)?.map_err(|_| Failure::Unanswered)?;
            if !answer.status.is_server_error() || tries == TRIES {
                return Ok(answer);
            }
            tries += 1;
        }
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Answer, Broken> {
        let mut connection = self.connection().await?;
        let (head, body) = connection.send_request(request).await?.into_parts();
        let body = Limited::new(body, LONGEST_BODY).collect().await.map_err(|_| Broken)?.to_bytes();
        // A connection that the vendor is about to close never becomes ready again, and is dropped here.
        if connection.ready().await.is_ok() {
            self.idle().push(connection);
        }
        Ok(Answer { status: head.status, headers: head.headers, body })
    }

    async fn connection(&self) -> Result<SendRequest<Full<Bytes>>, Broken> {
        while let Some(mut connection) = self.pop() {
            if connection.ready().await.is_ok() {
                return Ok(connection);
            }
        }
        let stream = TcpStream::connect(&self.authority).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        // It ends with the last user of `sender`; what goes wrong on it, the user is told.
        tokio::spawn(connection);
        Ok(sender)
    }

    fn pop(&self) -> Option<SendRequest<Full<Bytes>>> {
        self.idle().pop()
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<SendRequest<Full<Bytes>>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The exchange did not come to an end; how does not matter to the bot, which can only give up.
struct Broken;

impl From<io::Error> for Broken {
    fn from(_: io::Error) -> Self {
        Self
    }
}

impl From<hyper::Error> for Broken {
    fn from(_: hyper::Error) -> Self {
        Self
    }
}
