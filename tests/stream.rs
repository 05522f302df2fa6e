//! Journals as server-sent events, and what becomes of readers that take nothing.

use rehearsal::base::time::WallLimit;
use rehearsal::platform::route::{Body, Reply};
use rehearsal::server::feed::{Answer, Feed};
use rehearsal::server::{Limits, Server, Service};
use serde_json::Value as Json;

use crate::support::client::Client;
use crate::support::controlled::{Controlled, TOKEN};
use crate::support::receiver::Receiver;

/// A reader of a stream, and what has come and was not looked at yet.
struct Reader {
    client: Client,
    text: String,
}

/// One event: its id, its name, its data.
type Event = (String, String, Json);

impl Reader {
    async fn open(stand_in: &Controlled, query: &str, headers: &str) -> Self {
        let mut client = Client::connect(stand_in.address).await;
        let line = format!("GET /worlds/toy/journal/stream{query} HTTP/1.1\r\nhost: localhost\r\n");
        client.send(format!("{line}authorization: Bearer {TOKEN}\r\n{headers}\r\n")).await;
        let head = client.head().await.unwrap();
        assert!(head.starts_with("HTTP/1.1 200") && head.contains("content-type: text/event-stream"), "{head}");
        Self { client, text: String::new() }
    }

    /// The next event; nothing at the end.
    async fn event(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                let line =
                    |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
                if block.starts_with(':') {
                    continue;
                }
                return Some((line("id: "), line("event: "), serde_json::from_str(&line("data: ")).unwrap()));
            }
            let chunk = self.client.chunk().await.unwrap();
            if chunk.is_empty() {
                return None;
            }
            self.text.push_str(&chunk);
        }
    }

    /// The kinds of so many entries, and the id of the last.
    async fn kinds(&mut self, count: usize) -> (Vec<String>, String) {
        let (mut kinds, mut last) = (Vec::new(), String::new());
        while kinds.len() < count {
            let (id, _, data) = self.event().await.unwrap();
            kinds.push(data["kind"].as_str().unwrap().to_owned());
            last = id;
        }
        (kinds, last)
    }
}

async fn start() -> (Controlled, Receiver) {
    let receiver = Receiver::start([]).await;
    (Controlled::start(receiver.address).await, receiver)
}

const HI: &str = "start_chat: {as: alice, text: Hi}";

#[tokio::test]
async fn entries_come_as_they_are_written_and_a_reader_goes_on_where_it_stopped() {
    let (stand_in, _receiver) = start().await;
    let mut reader = Reader::open(&stand_in, "", "").await;
    assert_eq!(reader.kinds(1).await.0, ["opened"]);
    stand_in.ask("POST /worlds/toy/steps", HI).await;
    let (kinds, last) = reader.kinds(4).await;
    assert_eq!(kinds, ["step", "changed", "queued", "sent"]);
    let mut others = Reader::open(&stand_in, "?kind=answered,settled", &format!("last-event-id: {last}\r\n")).await;
    assert_eq!(others.kinds(2).await.0, ["answered", "settled"]);
    let mut later = Reader::open(&stand_in, "?after=3", "").await;
    assert_eq!(later.kinds(1).await.0, ["sent"]);
    // The readers see the world end. What one has read of it does not count in the one that took its place.
    assert_eq!(stand_in.ask("POST /worlds/toy/reset", "").await.0, 200);
    assert_eq!(others.event().await.map(|(_, event, _)| event).as_deref(), Some("closed"));
    assert_eq!(others.event().await, None);
    let mut again = Reader::open(&stand_in, "", &format!("last-event-id: {last}\r\n")).await;
    assert_eq!(again.kinds(1).await.0, ["opened"]);
}

#[tokio::test]
async fn streams_are_refused_as_everything_else_is() {
    let (stand_in, _receiver) = start().await;
    let check = async |line: &str, headers: &str, expected: u16| {
        let answer = stand_in.send(line, headers, "").await;
        assert_eq!(answer.status, expected, "{line} {headers}: {}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    };
    let bearer = format!("authorization: Bearer {TOKEN}\r\n");
    let stream = "GET /worlds/toy/journal/stream";
    check(stream, "", 401).await;
    check(stream, &format!("{bearer}origin: http://localhost:4601\r\n"), 403).await;
    check("GET /worlds/none/journal/stream", &bearer, 404).await;
    check("POST /worlds/toy/journal/stream", &bearer, 405).await;
    check(&format!("{stream}?kind=sad"), &bearer, 400).await;
    check(&format!("{stream}?wait=1s"), &bearer, 400).await;
}

#[tokio::test]
async fn only_so_many_streams_are_open_and_one_that_ends_makes_room() {
    let (stand_in, _receiver) = start().await;
    let mut readers = Vec::new();
    for _ in 0..64 {
        readers.push(Reader::open(&stand_in, "", "").await);
    }
    let (status, problem) = stand_in.ask("GET /worlds/toy/journal/stream", "").await;
    assert_eq!(status, 429, "{problem}");
    let mut last = readers.pop().unwrap();
    last.client.close_side().await;
    assert!(last.client.rest().await.is_ok(), "a reader that ends is closed");
    Reader::open(&stand_in, "", "").await;
}

/// Answers everything with a body that has no end, and tells when it is not made any more.
#[derive(Clone)]
struct Endless(tokio::sync::mpsc::UnboundedSender<()>);

struct Guard(tokio::sync::mpsc::UnboundedSender<()>);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

impl Service for Endless {
    type Admitted = ();

    fn admit(&self, _: &http::request::Parts) -> Result<(), Reply> {
        Ok(())
    }

    async fn answer(&self, (): (), _: http::request::Parts, _: Body) -> Answer {
        let guard = Guard(self.0.clone());
        let reply = Reply { status: 200, headers: Vec::new(), body: bytes::Bytes::new(), code: None };
        let feed = Feed::new(async move |feeder| {
            let _guard = guard;
            loop {
                feeder.put(vec![b'x'; 64 << 10]).await;
            }
        });
        Answer::Flowing(reply, feed)
    }
}

#[tokio::test]
async fn a_reader_that_takes_nothing_is_cut_off() {
    let limits = Limits { write_time: WallLimit::from_millis(60), ..Limits::default() };
    let server = Server::bind("127.0.0.1:0".parse().unwrap(), limits).await.unwrap();
    let (tell, mut ended) = tokio::sync::mpsc::unbounded_channel();
    let address = server.address();
    tokio::spawn(server.run(Endless(tell), std::future::pending()));
    let mut client = Client::connect(address).await;
    client.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    ended.recv().await.unwrap();
    // What was sent before is still there to be read, and then there is an end.
    let _ = client.rest().await;
}

#[tokio::test]
async fn a_server_that_stops_ends_its_streams() {
    let limits = Limits { drain: WallLimit::from_secs(3_600), ..Limits::default() };
    let server = Server::bind("127.0.0.1:0".parse().unwrap(), limits).await.unwrap();
    let (tell, mut ended) = tokio::sync::mpsc::unbounded_channel();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let address = server.address();
    let running = tokio::spawn(server.run(Endless(tell), async move {
        let _ = stopped.await;
    }));
    let mut client = Client::connect(address).await;
    client.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    client.head().await.unwrap();
    client.chunk().await.unwrap();
    drop(stop);
    assert!(client.rest().await.unwrap().ends_with(b"\r\n0\r\n\r\n"), "the body ends as one that is whole");
    ended.recv().await.unwrap();
    running.await.unwrap();
}
