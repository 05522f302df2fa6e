//! A receiver of Texter's webhooks in this process, right or with one bug.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex as StdMutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rehearsal::base::secret::Secret;
use rehearsal::signing::{Message, STANDARD};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

/// What a receiver does wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Bug {
    None,
    ChecksNoSignature,
    ComparesPrefix,
    AcceptsStale,
    VerifiesWhatItParsed,
    ActsTwice,
    Races,
    BreaksOnNull,
    BreaksOnMark,
    FailsOnUnknownEvent,
    AcceptsGet,
    HangsOnHead,
    NeedsLength,
    NeverActs,
}

/// A running receiver; it ends with this.
pub(crate) struct Receiver {
    pub(crate) url: String,
    _server: JoinSet<()>,
}

/// Why a webhook is not taken.
enum Failure {
    Malformed,
    Broken,
}

struct Inside {
    bug: Bug,
    secret: Secret,
    /// Where the platform is, as `127.0.0.1:4600`.
    platform: String,
    done: Mutex<HashMap<String, ()>>,
    /// The same for a receiver that looks, acts and only then remembers.
    racy: StdMutex<HashMap<String, ()>>,
}

impl Receiver {
    pub(crate) async fn start(bug: Bug, secret: &str, platform: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let platform = platform.trim_start_matches("http://").to_owned();
        let (done, racy) = (Mutex::default(), StdMutex::default());
        let inside = Arc::new(Inside { bug, secret: Secret::new(secret), platform, done, racy });
        let mut server = JoinSet::new();
        server.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let inside = Arc::clone(&inside);
                let service = service_fn(move |request| answer(request, Arc::clone(&inside)));
                let http = hyper::server::conn::http1::Builder::new();
                connections.spawn(http.serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { url, _server: server }
    }
}

async fn answer(request: Request<Incoming>, inside: Arc<Inside>) -> Result<Response<Full<Bytes>>, io::Error> {
    let (head, body) = request.into_parts();
    if head.method == Method::HEAD && inside.bug == Bug::HangsOnHead {
        std::future::pending::<()>().await;
    }
    let allowed = head.method == Method::POST || (head.method == Method::GET && inside.bug == Bug::AcceptsGet);
    let status = if !allowed {
        StatusCode::METHOD_NOT_ALLOWED
    } else if inside.bug == Bug::NeedsLength && !head.headers.contains_key("content-length") {
        StatusCode::LENGTH_REQUIRED
    } else {
        match body.collect().await {
            Ok(body) => match inside.take(&head.headers, &body.to_bytes()).await {
                Ok(status) => status,
                Err(Failure::Malformed) => StatusCode::BAD_REQUEST,
                // The connection is closed without an answer.
                Err(Failure::Broken) => return Err(io::Error::other("this is the bug")),
            },
            Err(_) => StatusCode::BAD_REQUEST,
        }
    };
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    Ok(response)
}

impl Inside {
    async fn take(&self, headers: &HeaderMap, body: &[u8]) -> Result<StatusCode, Failure> {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !self.trusts(header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"), body) {
            return Ok(StatusCode::UNAUTHORIZED);
        }
        if self.bug == Bug::BreaksOnMark && body.starts_with(b"\xef\xbb\xbf") {
            return Err(Failure::Broken);
        }
        let webhook: Value = serde_json::from_slice(body).map_err(|_| Failure::Malformed)?;
        if self.bug == Bug::BreaksOnNull && webhook.is_null() {
            return Err(Failure::Broken);
        }
        let name = webhook["eventName"].as_str().ok_or(Failure::Malformed)?;
        if name != "newIncomingMessage" {
            let failing = self.bug == Bug::FailsOnUnknownEvent;
            return Ok(if failing { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK });
        }
        let chat = webhook["eventData"]["chat"]["_id"].as_str().ok_or(Failure::Malformed)?;
        self.act_once(header("webhook-id"), chat).await;
        Ok(StatusCode::OK)
    }

    fn trusts(&self, id: &str, sent: &str, given: &str, body: &[u8]) -> bool {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let Ok(time) = sent.parse::<u64>() else { return self.bug == Bug::ChecksNoSignature };
        let fresh = time <= now + 300 && (self.bug == Bug::AcceptsStale || now <= time + 300);
        let again: Vec<u8>;
        let signed = match serde_json::from_slice::<Value>(body) {
            Ok(parsed) if self.bug == Bug::VerifiesWhatItParsed => {
                again = parsed.to_string().into_bytes();
                &again[..]
            }
            _ => body,
        };
        let headers = STANDARD.sign(Message { id, timestamp: time, url: "", body: signed }, &[&self.secret]);
        let (_, expected) = headers.into_iter().next_back().expect("the signature comes last");
        let is_ours = |entry: &str| match self.bug {
            Bug::ComparesPrefix => entry.len() > 3 && expected.starts_with(entry),
            _ => entry == expected,
        };
        self.bug == Bug::ChecksNoSignature || (fresh && given.split(' ').any(is_ours))
    }

    async fn act_once(&self, id: &str, chat: &str) {
        match self.bug {
            Bug::NeverActs => {}
            Bug::ActsTwice => self.say(chat).await,
            Bug::Races => {
                let known = self.racy.lock().unwrap().contains_key(id);
                if !known {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    self.say(chat).await;
                    self.racy.lock().unwrap().insert(id.to_owned(), ());
                }
            }
            _ => {
                let mut done = self.done.lock().await;
                if !done.contains_key(id) {
                    self.say(chat).await;
                    done.insert(id.to_owned(), ());
                }
            }
        }
    }

    async fn say(&self, chat: &str) {
        let body = r#"{"type":"text","text":"Hello"}"#;
        let head = format!(
            "POST /server/api/v2/messages/send/{chat} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer texter-token\r\n\
             content-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            self.platform,
            body.len()
        );
        let mut stream = TcpStream::connect(&self.platform).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    }
}
