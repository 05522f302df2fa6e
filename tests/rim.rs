//! The rim: what clients may do to the server, what receivers may do to deliveries, and which world gets what.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::support::client::{Client, exchange};
use crate::support::core::{Puppet, Running, alarm, attempt, delivery_to, nowhere, worlds};
use crate::support::receiver::{Line, OK, Receiver, Sight};
use rehearsal::base::time::WallLimit;
use rehearsal::delivery::{Delivery, Egress};
use rehearsal::engine::port::{Effect, Input};
use rehearsal::journal::entry::Outcome;
use rehearsal::platform::cx::Credential;
use rehearsal::server::{Limits, Server, ServerError};

const SOON: WallLimit = WallLimit::from_millis(60);
const LATE: WallLimit = WallLimit::from_secs(30);

fn claims(keys: &[&str]) -> BTreeSet<Credential> {
    keys.iter().map(|key| Credential((*key).to_owned())).collect()
}

fn noop() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

fn get(path: &str, key: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: x\r\nx-key: {key}\r\n\r\n")
}

// ---- what clients may do ----

#[tokio::test]
async fn a_port_in_use_is_named() {
    let first = Server::bind("127.0.0.1:0".parse().unwrap(), Limits::default()).await.unwrap();
    let error = Server::bind(first.address(), Limits::default()).await.unwrap_err();
    assert!(matches!(error, ServerError::PortInUse { address } if address == first.address()));
    let text = error.to_string();
    assert!(text.contains(&first.address().to_string()), "{text}");
}

#[tokio::test]
async fn requests_become_calls() {
    let running = Running::start(Limits::default()).await;
    let check = async |request: &str, expected: &str| {
        let answer = exchange(running.address, request).await;
        assert_eq!((answer.status, answer.text().as_str()), (200, expected), "{request}");
    };
    check("GET /v9/a HTTP/1.1\r\nhost: x\r\n\r\n", "lobby: GET /v9/a  ").await;
    check("GET /base/v9/a?b=%20c HTTP/1.1\r\nhost: x\r\n\r\n", "lobby: GET /v9/a b=%20c ").await;
    check("GET /base/v9/%61%2Fb HTTP/1.1\r\nhost: x\r\n\r\n", "lobby: GET /v9/a%2Fb  ").await;
    check("GET http://api.toy.example/v9/a HTTP/1.1\r\nhost: x\r\n\r\n", "lobby: GET /v9/a  ").await;
    check("POST /v9/a HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc", "lobby: POST /v9/a  abc").await;
    check("GET /v9/a HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc", "lobby: GET /v9/a  abc").await;
    let chunked =
        "POST /w2/a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n2\r\nde\r\n0\r\n\r\n";
    check(chunked, "lobby: POST /w2/a  abcde").await;
    running.stop().await;
}

#[tokio::test]
async fn connections_are_kept_and_head_has_no_body() {
    let running = Running::start(Limits::default()).await;
    let mut client = Client::connect(running.address).await;
    client.send("HEAD /v9/a HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let head = client.head().await.unwrap();
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("content-length: 19"), "{head}");
    for _ in 0..2 {
        client.send(get("/v9/delay/it", "k")).await;
        assert_eq!(client.answer().await.unwrap().text(), "lobby: GET /v9/delay/it  ");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_path_of_no_vendor_is_answered_with_those_there_are() {
    let running = Running::start(Limits::default()).await;
    for path in ["/", "/v8/chats", "/v99", "*"] {
        let answer = exchange(running.address, format!("OPTIONS {path} HTTP/1.1\r\nhost: x\r\n\r\n")).await;
        assert_eq!((answer.status, answer.header("content-type")), (404, Some("application/json")), "{path}");
        let document: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(document["served"], serde_json::json!(["/v9", "/w1", "/w2"]), "{path}");
        assert!(document["error"].as_str().unwrap().contains(path));
    }
    running.stop().await;
}

#[tokio::test]
async fn what_is_not_http_is_refused() {
    let running = Running::start(Limits::default()).await;
    let check = async |bytes: &str, expected: u16| {
        let answer = exchange(running.address, bytes).await;
        assert_eq!(answer.status, expected, "{:.40}", bytes);
    };
    check("hello there\r\n\r\n", 400).await;
    check("GET /v9/a HTTP/1.1\r\nhost x\r\n\r\n", 400).await;
    check("POST /v9/a HTTP/1.1\r\nhost: x\r\ncontent-length: many\r\n\r\n", 400).await;
    check("POST /v9/a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", 400).await;
    let long = "x".repeat(64 * 1024);
    check(&format!("GET /v9/a HTTP/1.1\r\nhost: x\r\nx-long: {long}\r\n\r\n"), 431).await;
    running.stop().await;
}

#[tokio::test]
async fn a_body_over_the_cap_is_told_to_the_vendor() {
    let running = Running::start(Limits { body: 1000, ..Limits::default() }).await;
    let told = "lobby: POST /v9/a  more than 1000 bytes";
    let body = "x".repeat(5_000_000);
    let whole = format!("POST /v9/a HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    assert_eq!(exchange(running.address, whole).await.text(), told);
    let chunk = format!("{:x}\r\n{body}\r\n", body.len());
    let chunked = format!("POST /v9/a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n{chunk}{chunk}");
    assert_eq!(exchange(running.address, chunked).await.text(), told);
    // Who asks first is told before anything was sent.
    let asking = "POST /v9/a HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 1001\r\n\r\n";
    assert_eq!(exchange(running.address, asking).await.text(), told);
    let fits = format!("POST /v9/a HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{}", &body[..1000]);
    assert_eq!(exchange(running.address, fits).await.text(), "lobby: POST /v9/a  1000 bytes");
    running.stop().await;
}

#[tokio::test]
async fn a_body_without_end_is_told_to_the_vendor() {
    let running = Running::start(Limits { body_time: SOON, ..Limits::default() }).await;
    for start in ["transfer-encoding: chunked\r\n\r\n2\r\nab\r\n", "content-length: 5\r\n\r\nab"] {
        let answer = exchange(running.address, format!("POST /v9/a HTTP/1.1\r\nhost: x\r\n{start}")).await;
        assert_eq!(answer.text(), "lobby: POST /v9/a  too slow", "{start}");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_head_without_end_is_cut_off() {
    let running = Running::start(Limits { head_time: SOON, ..Limits::default() }).await;
    for (before, start) in [(0, ""), (0, "GET /v9/a HTTP/1.1\r\nhost: x\r\nx-a: "), (1, ""), (2, "GET ")] {
        let mut client = Client::connect(running.address).await;
        for _ in 0..before {
            client.send(get("/v9/a", "k")).await;
            client.answer().await.unwrap();
        }
        client.send(start).await;
        assert_eq!(String::from_utf8(client.rest().await.unwrap()).unwrap(), "", "{before} requests, then {start:?}");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_planned_reset_is_a_real_one() {
    let running = Running::start(Limits::default()).await;
    let mut client = Client::connect(running.address).await;
    client.send(get("/v9/a", "k")).await;
    client.answer().await.unwrap();
    client.send(get("/v9/reset/now", "k")).await;
    assert_eq!(client.rest().await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    running.stop().await;
}

#[tokio::test]
async fn a_cut_answer_promises_more_than_it_has() {
    let running = Running::start(Limits::default()).await;
    let check = async |bytes: &str, promised: &str, expected: &str| {
        let mut client = Client::connect(running.address).await;
        client.send(get(&format!("/v9/cut/{bytes}"), "k")).await;
        let head = client.head().await.unwrap();
        assert!(head.starts_with("HTTP/1.1 200") && head.contains(&format!("content-length: {promised}")), "{head}");
        client.close_side().await;
        assert_eq!(String::from_utf8(client.rest().await.unwrap()).unwrap(), expected, "{bytes}");
    };
    check("0", "22", "").await;
    check("5", "22", "lobby").await;
    check("22", "23", "lobby: GET /v9/cut/22 ").await;
    check("24", "23", "lobby: GET /v9/cut/24  ").await;
    running.stop().await;
}

#[tokio::test]
async fn a_dripping_answer_takes_its_time_and_comes_in_pieces() {
    let running = Running::start(Limits::default()).await;
    let check = async |pieces: &str, expected: usize| {
        let mut client = Client::connect(running.address).await;
        let begun = std::time::Instant::now();
        client.send(get(&format!("/v9/drip/{pieces}"), "k")).await;
        let head = client.head().await.unwrap();
        let length: usize =
            head.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap().parse().unwrap();
        let mut got = Vec::new();
        let mut reads = 0;
        while got.len() < length {
            got.extend(client.some().await.unwrap());
            reads += 1;
        }
        assert_eq!(String::from_utf8(got).unwrap(), format!("lobby: GET /v9/drip/{pieces}  "));
        assert!(begun.elapsed() >= Duration::from_millis(50), "{:?}", begun.elapsed());
        // A machine that is busy may hand over two pieces at once, but not all.
        assert!((2..=expected).contains(&reads), "{reads} reads of {pieces} pieces");
        // The connection is as good as ever.
        client.send(get("/v9/a", "k")).await;
        assert_eq!(client.answer().await.unwrap().text(), "lobby: GET /v9/a  ");
    };
    check("4", 4).await;
    check("1000", 26).await;
    running.stop().await;
}

#[tokio::test]
async fn a_call_that_hangs_ends_with_its_client_and_with_its_world() {
    let running = Running::start(Limits { drain: LATE, ..Limits::default() }).await;
    let world = running.worlds.open("toy", claims(&["k"]), Puppet::new("one").0, nowhere()).await;
    let hung = async || {
        let mut client = Client::connect(running.address).await;
        client.send(get("/v9/hang/on", "k")).await;
        while world.with(|puppet| puppet.seen) == 0 {
            tokio::task::yield_now().await;
        }
        client
    };
    let mut client = hung().await;
    assert!(tokio::time::timeout(SOON.as_duration(), client.rest()).await.is_err(), "nothing comes");
    let gone = hung().await;
    drop(gone);
    world.close();
    assert_eq!(client.rest().await.unwrap(), b"");
    // Nothing is left that stopping would have to wait for.
    assert!(tokio::time::timeout(Duration::from_secs(10), running.stop()).await.is_ok());
}

#[tokio::test]
async fn stopping_does_not_wait_for_a_call_that_hangs() {
    let running = Running::start(Limits { drain: LATE, ..Limits::default() }).await;
    let world = running.worlds.open("toy", claims(&["k"]), Puppet::new("one").0, nowhere()).await;
    let mut client = Client::connect(running.address).await;
    client.send(get("/v9/hang/on", "k")).await;
    while world.with(|puppet| puppet.seen) == 0 {
        tokio::task::yield_now().await;
    }
    assert!(tokio::time::timeout(Duration::from_secs(10), running.stop()).await.is_ok());
    assert_eq!(client.rest().await.unwrap(), b"");
}

#[tokio::test]
async fn stopping_finishes_open_requests_and_closes_idle_connections() {
    let running = Running::start(Limits { body_time: LATE, ..Limits::default() }).await;
    let (mut idle, mut busy) = (Client::connect(running.address).await, Client::connect(running.address).await);
    idle.send(get("/v9/a", "k")).await;
    idle.answer().await.unwrap();
    busy.send("POST /v9/b HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n").await;
    assert!(busy.head().await.unwrap().starts_with("HTTP/1.1 100"));
    let address = running.address;
    let stopped = tokio::spawn(running.stop());
    assert_eq!(idle.rest().await.unwrap(), b"");
    busy.send("ab").await;
    assert_eq!(busy.answer().await.unwrap().text(), "lobby: POST /v9/b  ab");
    stopped.await.unwrap();
    let refused = tokio::net::TcpStream::connect(address).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn stopping_does_not_wait_longer_than_its_limit() {
    let running = Running::start(Limits { body_time: LATE, drain: SOON, ..Limits::default() }).await;
    let mut stuck = Client::connect(running.address).await;
    stuck.send("POST /v9/b HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n").await;
    stuck.head().await.unwrap();
    running.stop().await;
}

// ---- what receivers may do ----

#[tokio::test]
async fn a_webhook_arrives_as_it_was_made() {
    let mut receiver = Receiver::start([]).await;
    let delivery = delivery_to(receiver.address);
    assert_eq!(delivery.attempt(&attempt("${bot}/hook?a=b", LATE)).await.outcome, Outcome::Status(200));
    let request = receiver.request().await;
    assert!(request.starts_with("POST /hook?a=b HTTP/1.1\r\n"), "{request}");
    for part in [&format!("host: {}\r\n", receiver.address), "x-test: yes\r\n", "content-length: 7\r\n"] {
        assert!(request.contains(part), "{part} in {request}");
    }
    assert!(request.ends_with("\r\n\r\n{\"a\":1}"), "{request}");
}

#[tokio::test]
async fn every_end_of_an_attempt_has_its_outcome() {
    let check = async |line: Line, timeout: WallLimit, expected: Outcome| {
        let receiver = Receiver::start([line.clone()]).await;
        let outcome = delivery_to(receiver.address).attempt(&attempt("${bot}/x", timeout)).await.outcome;
        assert_eq!(outcome, expected, "{line:?}");
    };
    let closed = || Outcome::Broken("the connection was closed before an answer".into());
    let garbage = || Outcome::Broken("the answer is not HTTP".into());
    check(Line::Answer("HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n"), LATE, Outcome::Status(503)).await;
    check(Line::Last("HTTP/1.1 204 None\r\n\r\n"), LATE, Outcome::Status(204)).await;
    check(Line::Last("HTTP/1.0 200 OK\r\n\r\nuntil the end"), LATE, Outcome::Status(200)).await;
    check(Line::Hang, SOON, Outcome::TimedOut).await;
    check(Line::Last(""), LATE, closed()).await;
    check(Line::Last("HTTP/1.1 200 O"), LATE, closed()).await;
    check(Line::Last("220 mail.example ESMTP\r\n"), LATE, garbage()).await;
    check(Line::Last("\u{1}\u{2}\u{3}\r\n\r\n"), LATE, garbage()).await;
    // The status is known; that the body never ends only costs the connection.
    check(Line::Last("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nshort"), LATE, Outcome::Status(200)).await;
    check(Line::Answer("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nshort"), LATE, Outcome::Status(200)).await;
    // Informational answers are not the answer.
    let hints = "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n";
    let informed = |end: &str| Line::Last(format!("HTTP/1.1 100 Continue\r\n\r\n{}{end}", hints.repeat(50)).leak());
    check(informed("HTTP/1.1 201 Made\r\n\r\n"), LATE, Outcome::Status(201)).await;
    check(informed(""), LATE, closed()).await;
    check(Line::Last("HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nOK"), LATE, Outcome::Status(200)).await;
    check(Line::Last("HTTP/0.9 200 OK\r\n\r\n"), LATE, garbage()).await;
    check(Line::Last("HTTP/2 200\r\n\r\n"), LATE, garbage()).await;
    check(Line::Last("HTTP/1.1 99 Odd\r\n\r\n"), LATE, garbage()).await;
    check(Line::Last("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n"), LATE, garbage()).await;
}

#[tokio::test]
async fn of_an_answer_so_much_is_read_and_no_more() {
    let check = async |line: Line, expected: (usize, bool)| {
        let receiver = Receiver::start([line.clone()]).await;
        let ending = delivery_to(receiver.address).attempt(&attempt("${bot}/x", LATE)).await;
        let answer = ending.answer.expect("there is an answer");
        assert_eq!((ending.outcome, answer.body.len(), answer.cut), (Outcome::Status(200), expected.0, expected.1));
        assert_eq!(answer.headers.get("x-a").map(|value| value.as_bytes()), Some(&b"b"[..]));
    };
    let head = "HTTP/1.1 200 OK\r\nx-a: b\r\n";
    let chunk: &str = format!("400\r\n{}\r\n", "x".repeat(1024)).leak();
    check(Line::Last(format!("{head}content-length: 2\r\n\r\nOK").leak()), (2, false)).await;
    check(Line::Last(format!("{head}\r\nuntil the end").leak()), (13, false)).await;
    check(Line::Last(format!("{head}content-length: 5\r\n\r\nOK").leak()), (2, true)).await;
    check(Line::Flood(format!("{head}content-length: 104857600\r\n\r\n").leak(), "x"), (64 * 1024, true)).await;
    check(Line::Flood(format!("{head}transfer-encoding: chunked\r\n\r\n").leak(), chunk), (64 * 1024, true)).await;
}

#[tokio::test]
async fn headers_without_end_are_no_answer() {
    for (head, piece) in
        [("HTTP/1.1 200 OK\r\n", "x-a: b\r\n"), ("HTTP/1.1 200 OK\r\nx-a: ", "b"), ("HTTP/1.1 200 ", "O")]
    {
        let receiver = Receiver::start([Line::Flood(head, piece)]).await;
        let ending = delivery_to(receiver.address).attempt(&attempt("${bot}/x", LATE)).await;
        assert_eq!(ending.outcome, Outcome::Broken("the answer is not HTTP".into()), "{piece:?}");
    }
}

#[tokio::test]
async fn nobody_there_is_told_from_no_answer() {
    let address = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    assert_eq!(delivery_to(address).attempt(&attempt("${bot}/x", LATE)).await.outcome, Outcome::Refused);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let mut target = Receiver::start([]).await;
    let answer =
        format!("HTTP/1.1 307 Over There\r\nlocation: http://{}/\r\ncontent-length: 0\r\n\r\n", target.address);
    let receiver = Receiver::start([Line::Answer(answer.leak())]).await;
    let outcome = delivery_to(receiver.address).attempt(&attempt("${bot}/x", LATE)).await.outcome;
    assert_eq!(outcome, Outcome::Status(307));
    assert!(target.sights.try_recv().is_err());
}

#[tokio::test]
async fn nothing_is_sent_where_nothing_may_go() {
    let delivery = Delivery::new(Egress::default());
    for url in [
        "http://169.254.169.254/latest/meta-data",
        "http://93.184.215.14/",
        "http://0.0.0.0:80/",
        "http://[::]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[fe80::1]/",
        "http://224.0.0.1/",
        "http://2852039166/",
        "https://93.184.215.14/",
        "https://169.254.169.254/",
        "http://me@127.0.0.1/",
        "file:///etc/passwd",
        "${bot}/x",
    ] {
        let outcome = delivery.attempt(&attempt(url, LATE)).await.outcome;
        assert!(matches!(outcome, Outcome::Forbidden(_)), "{url}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_connection_serves_many_attempts() {
    let mut receiver = Receiver::start([]).await;
    let delivery = delivery_to(receiver.address);
    for _ in 0..3 {
        assert_eq!(delivery.attempt(&attempt("${bot}/x", LATE)).await.outcome, Outcome::Status(200));
    }
    assert_eq!(receiver.sight().await, Sight::Opened);
    for _ in 0..3 {
        assert!(matches!(receiver.sight().await, Sight::Request(_)));
    }
    assert!(receiver.sights.try_recv().is_err());
}

#[tokio::test]
async fn a_connection_closed_while_idle_does_not_fail_the_next_attempt() {
    let mut receiver = Receiver::start([Line::Last(OK), Line::Last(OK), Line::Last(OK)]).await;
    let delivery = delivery_to(receiver.address);
    for _ in 0..3 {
        assert_eq!(delivery.attempt(&attempt("${bot}/x", LATE)).await.outcome, Outcome::Status(200));
        assert_eq!(receiver.sight().await, Sight::Opened);
        assert!(matches!(receiver.sight().await, Sight::Request(_)));
        assert_eq!(receiver.sight().await, Sight::Closed);
    }
}

#[tokio::test]
async fn a_kept_connection_closed_without_a_word_is_not_tried_again() {
    let check = async |script: &[Line], expected: Outcome, connections: usize| {
        let mut receiver = Receiver::start([Line::Answer(OK)].iter().chain(script).cloned()).await;
        let delivery = delivery_to(receiver.address);
        assert_eq!(delivery.attempt(&attempt("${bot}/x", LATE)).await.outcome, Outcome::Status(200));
        assert_eq!(delivery.attempt(&attempt("${bot}/x", LATE)).await.outcome, expected, "{script:?}");
        let mut opened = 0;
        while let Ok(sight) = receiver.sights.try_recv() {
            opened += usize::from(sight == Sight::Opened);
        }
        assert_eq!(opened, connections, "{script:?}");
    };
    let closed = Outcome::Broken("the connection was closed before an answer".into());
    let garbage = Outcome::Broken("the answer is not HTTP".into());
    check(&[Line::Last(""), Line::Answer(OK)], closed, 1).await;
    check(&[Line::Last("nonsense\r\n\r\n"), Line::Answer(OK)], garbage, 1).await;
}

#[tokio::test]
async fn attempts_beyond_the_bound_wait() {
    let mut receiver = Receiver::start([Line::Hang]).await;
    let bot = Some(rehearsal::delivery::BotUrl::parse(&format!("http://{}", receiver.address)).unwrap());
    let delivery = Delivery::new(Egress { bot, concurrent: 1, ..Egress::default() });
    let (first, second) = (attempt("${bot}/first", SOON), attempt("${bot}/second", LATE));
    let (first, second) = tokio::join!(delivery.attempt(&first), delivery.attempt(&second));
    assert_eq!((first.outcome, second.outcome), (Outcome::TimedOut, Outcome::Status(200)));
    assert!(receiver.request().await.starts_with("POST /first"));
    assert!(receiver.request().await.starts_with("POST /second"));
}

#[tokio::test]
async fn a_receiver_that_hangs_holds_up_nobody_else() {
    let mut hanging = Receiver::start([Line::Hang, Line::Hang]).await;
    let quick = Receiver::start([]).await;
    let delivery = Delivery::new(Egress { concurrent: 1, ..Egress::default() });
    let to = |receiver: &Receiver, path: &str| attempt(&format!("http://{}/{path}", receiver.address), LATE);
    let stuck = [to(&hanging, "first"), to(&hanging, "second")];
    let mut stuck = pin!(both(&delivery, &stuck));
    let others = async {
        // The hanging one has its request before anything is sent to the other.
        assert!(hanging.request().await.starts_with("POST /first"));
        for _ in 0..3 {
            assert_eq!(delivery.attempt(&to(&quick, "x")).await.outcome, Outcome::Status(200));
        }
    };
    tokio::select! {
        biased;
        () = others => {}
        () = &mut stuck => panic!("a receiver that hangs has answered"),
    }
}

/// Makes two attempts at once.
async fn both(delivery: &Delivery, attempts: &[rehearsal::engine::port::Attempt; 2]) {
    tokio::join!(delivery.attempt(&attempts[0]), delivery.attempt(&attempts[1]));
}

// ---- which world gets what ----

#[tokio::test]
async fn a_credential_picks_the_world() {
    let running = Running::start(Limits::default()).await;
    let answered = async |path: &str, key: &str| exchange(running.address, get(path, key)).await.text();
    assert_eq!(answered("/v9/a", "one").await, "lobby: GET /v9/a  ");
    let one = running.worlds.open("toy", claims(&["one", "uno"]), Puppet::new("1").0, nowhere()).await;
    assert_eq!(answered("/v9/a", "one").await, "1: GET /v9/a  ");
    assert_eq!(answered("/v9/a", "unknown").await, "1: GET /v9/a  ", "it is the only one");
    assert_eq!(answered("/w1/a", "one").await, "lobby: GET /w1/a  ", "of another platform");
    let two = running.worlds.open("toy", claims(&["two"]), Puppet::new("2").0, nowhere()).await;
    assert_eq!(answered("/v9/a", "uno").await, "1: GET /v9/a  ");
    assert_eq!(answered("/v9/a", "two").await, "2: GET /v9/a  ");
    assert_eq!(answered("/v9/a", "unknown").await, "lobby: GET /v9/a  ", "nobody knows whose it is");
    assert_eq!(answered("/v9/claim/three", "two").await, "2: GET /v9/claim/three  ");
    assert_eq!(answered("/v9/a", "three").await, "2: GET /v9/a  ");
    assert_eq!(running.worlds.clashes(), 0);
    assert_eq!(answered("/v9/claim/one", "two").await, "2: GET /v9/claim/one  ");
    assert_eq!(answered("/v9/a", "one").await, "1: GET /v9/a  ", "the first keeps it");
    assert_eq!(running.worlds.clashes(), 1);
    assert_eq!(one.with(|puppet| puppet.seen), 4);
    two.close();
    assert_eq!(answered("/v9/a", "three").await, "1: GET /v9/a  ");
    drop(one);
    assert_eq!(answered("/v9/a", "one").await, "lobby: GET /v9/a  ");
    running.stop().await;
}

#[tokio::test]
async fn worlds_with_the_same_credential_open_one_after_the_other() {
    let worlds = worlds();
    let first = worlds.open("toy", claims(&["a", "b"]), Puppet::new("1").0, nowhere()).await;
    let elsewhere = worlds.open("other", claims(&["a"]), Puppet::new("2").0, nowhere()).await;
    let (mut waiting, mut cx) = (pin!(worlds.open("toy", claims(&["b", "c"]), Puppet::new("3").0, nowhere())), noop());
    assert!(waiting.as_mut().poll(&mut cx).is_pending());
    // Another world being closed wakes it, but does not let it in.
    elsewhere.close();
    drop(worlds.open("toy", claims(&["d"]), Puppet::new("4").0, nowhere()).await);
    assert!(waiting.as_mut().poll(&mut cx).is_pending());
    first.close();
    let Poll::Ready(opened) = waiting.poll(&mut cx) else { panic!("it is free") };
    assert_eq!((opened.platform(), opened.with(|puppet| puppet.name)), ("toy", "3"));
}

#[tokio::test]
async fn outcomes_and_alarms_come_back_as_inputs() {
    let receiver = Receiver::start([]).await;
    let (worlds, delivery) = (worlds(), delivery_to(receiver.address));
    let (puppet, mut told) = Puppet::new("1");
    let puppet = puppet.beginning([Effect::Attempt(attempt("${bot}/x", LATE))]);
    let world = worlds.open("toy", claims(&[]), puppet, delivery.clone()).await;
    world.input(Input::Begin);
    let outcome = told.recv().await.unwrap();
    assert!(outcome.starts_with("Attempted") && outcome.contains("Status(200)"), "{outcome}");
    let (puppet, mut told) = Puppet::new("2");
    let world = worlds.open("toy", claims(&[]), puppet.beginning([alarm(2, 40), alarm(1, 10)]), delivery.clone()).await;
    world.input(Input::Begin);
    assert_eq!(told.recv().await.unwrap(), "Alarm(AlarmId(1))");
    assert_eq!(told.recv().await.unwrap(), "Alarm(AlarmId(2))");
}

#[tokio::test]
async fn a_closed_world_leaves_nothing_under_way() {
    let mut receiver = Receiver::start([Line::Hang, Line::Hang]).await;
    let (worlds, delivery) = (worlds(), delivery_to(receiver.address));
    for explicitly in [true, false] {
        let (puppet, mut told) = Puppet::new("1");
        let effects = [Effect::Attempt(attempt("${bot}/x", WallLimit::from_secs(3600))), alarm(1, 20)];
        let world = worlds.open("toy", claims(&["a"]), puppet.beginning(effects), delivery.clone()).await;
        world.input(Input::Begin);
        receiver.request().await;
        let kept = explicitly.then(|| {
            world.close();
            world.clone()
        });
        drop(world);
        assert_eq!(receiver.sight().await, Sight::Closed);
        // An alarm that was set later and takes longer rings, the one of the closed world does not.
        let (puppet, mut witness) = Puppet::new("2");
        let other = worlds.open("other", claims(&[]), puppet.beginning([alarm(2, 40)]), delivery.clone()).await;
        other.input(Input::Begin);
        assert_eq!(witness.recv().await.unwrap(), "Alarm(AlarmId(2))");
        assert!(told.try_recv().is_err());
        if let Some(closed) = kept {
            closed.input(Input::Begin);
            assert_eq!(closed.with(|puppet| puppet.seen), 1, "a closed world takes no inputs");
            closed.finished().await;
        }
    }
}

#[tokio::test]
async fn whoever_waits_for_the_end_is_told() {
    let running = Running::start(Limits::default()).await;
    let world = running.worlds.open("toy", claims(&["a"]), Puppet::new("1").0, nowhere()).await;
    let waiting = tokio::spawn({
        let world = world.clone();
        async move { world.finished().await }
    });
    exchange(running.address, get("/v9/finish", "a")).await;
    waiting.await.unwrap();
    world.finished().await;
    running.stop().await;
}
