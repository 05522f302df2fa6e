//! Load: connections that send one request after the other, and deliveries of signed webhooks.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// One request, sent again and again.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) address: SocketAddr,
    pub(crate) path: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
}

impl Request {
    /// `POST /v3.1/chats` with one message, as a bot's integration sends it.
    pub(crate) fn create_chat(address: SocketAddr) -> Self {
        let body = r#"{"channel":"livechat","asset":{"id":"im15102452"},"customer":{"destination_id":"d3a7c304-da43-4ab2-bf7c-0ea4733ab16c","name":"Ada"},"messages":[{"type":"inbound","livechat_sub_type":"text","text":"Hi, I need help","timestamp":"2020-07-06T07:11:30.120Z"}]}"#;
        let headers = vec![
            ("access_token", "imi-access-token".to_owned()),
            ("teamid", "672".to_owned()),
            ("content-type", "application/json".to_owned()),
        ];
        Self { address, path: "/v3.1/chats", headers, body: Bytes::from_static(body.as_bytes()) }
    }

    fn build(&self) -> hyper::Request<Full<Bytes>> {
        let mut request = hyper::Request::post(self.path).header("host", "127.0.0.1");
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request.body(Full::new(self.body.clone())).expect("its parts are valid")
    }
}

/// How long the answer to a request is, in bytes. Fails unless it is a success.
pub(crate) async fn answer_size(request: &Request) -> usize {
    let mut connection = connect(request.address).await;
    let response = connection.send_request(request.build()).await.expect("the server answers");
    assert_eq!(response.status(), 200, "the request that is measured must succeed");
    response.into_body().collect().await.expect("the answer is whole").to_bytes().len()
}

/// Successful requests a second over so many connections.
pub(crate) async fn rate(request: &Request, connections: usize, duration: Duration) -> f64 {
    let request = Arc::new(request.clone());
    let count = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let (request, count) = (Arc::clone(&request), Arc::clone(&count));
        tasks.spawn(async move {
            let mut connection = connect(request.address).await;
            while begun.elapsed() < duration {
                exchange(&mut connection, request.build()).await;
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    while tasks.join_next().await.is_some() {}
    count.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64()
}

pub(crate) async fn exchange(connection: &mut SendRequest<Full<Bytes>>, request: hyper::Request<Full<Bytes>>) {
    connection.ready().await.expect("the connection stays open");
    let response = connection.send_request(request).await.expect("the server answers");
    assert!(response.status().is_success(), "every measured request succeeds");
    response.into_body().collect().await.expect("the answer is whole");
}

pub(crate) async fn connect(address: SocketAddr) -> SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(address).await.expect("the server listens");
    stream.set_nodelay(true).expect("a TCP socket has this option");
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("the server speaks HTTP");
    tokio::spawn(connection);
    sender
}
