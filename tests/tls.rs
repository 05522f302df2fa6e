//! TLS on the vendors' port: whose certificates are trusted, what else the port speaks, and what clients may do to it.

use std::net::SocketAddr;
use std::time::Duration;

use rehearsal::base::time::WallLimit;
use rehearsal::server::Limits;
use rehearsal::server::tls::{Tls, TlsError};
use rustls::version::{TLS12, TLS13};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::client::{Client, exchange};
use crate::support::core::Running;
use crate::support::program::{folder, rehearsal};
use crate::support::secured::{Trusting, ask};
use rehearsal::report::Exit;

const GET: &str = "GET /v9/a HTTP/1.1\r\nhost: x\r\n\r\n";
const ANSWER: &str = "lobby: GET /v9/a  ";

async fn secured(limits: Limits) -> (Running, Tls, Trusting) {
    let tls = Tls::of_this_run().unwrap();
    let client = Trusting::file(tls.ca().unwrap());
    (Running::secured(limits, Some(tls.clone())).await, tls, client)
}

#[tokio::test]
async fn whatever_host_is_asked_for_has_a_certificate() {
    let (running, tls, client) = secured(Limits::default()).await;
    let check = async |client: &Trusting, host: &str, protocol: Option<&[u8]>| {
        let mut stream = client.connect(host, running.address).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), protocol, "{host}");
        for _ in 0..2 {
            let answer = ask(&mut stream, GET).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(ANSWER), "{host}: {answer}");
        }
    };
    for host in ["localhost", "api.toy.example", "stand-in", "127.0.0.1", "::1"] {
        check(&client, host, None).await;
    }
    check(&client.clone().offering(&["h2", "http/1.1"]), "localhost", Some(b"http/1.1")).await;
    for version in [&TLS12, &TLS13] {
        check(&Trusting::speaking(tls.ca(), &[version]), "localhost", None).await;
    }
    running.stop().await;
}

#[tokio::test]
async fn plain_http_is_spoken_at_the_same_port() {
    let (running, _tls, _) = secured(Limits::default()).await;
    let answer = exchange(running.address, GET).await;
    assert_eq!((answer.status, answer.text().as_str()), (200, ANSWER));
    let mut piecemeal = Client::connect(running.address).await;
    for byte in GET.as_bytes() {
        piecemeal.send([*byte]).await;
    }
    assert_eq!(piecemeal.answer().await.unwrap().text(), ANSWER);
    assert_eq!(exchange(running.address, "hello there\r\n\r\n").await.status, 400);
    running.stop().await;
}

#[tokio::test]
async fn an_authority_is_trusted_by_who_was_told_of_it_and_else_that_is_said_once() {
    let (running, tls, _) = secured(Limits::default()).await;
    let other = Tls::of_this_run().unwrap();
    assert_eq!(tls.distrust(), None);
    let stranger = Trusting::file(other.ca().unwrap());
    let error = stranger.connect("localhost", running.address).await.unwrap_err().to_string();
    assert!(error.contains("UnknownIssuer"), "{error}");
    // The client has its reason before the server has heard it.
    let heard = async {
        loop {
            match tls.distrust() {
                Some(why) => return why,
                None => tokio::task::yield_now().await,
            }
        }
    };
    assert_eq!(tokio::time::timeout(Duration::from_secs(10), heard).await.unwrap(), "UnknownCA");
    assert!(stranger.connect("localhost", running.address).await.is_err());
    running.stop().await;
    assert_eq!(tls.distrust(), None);
}

/// The first words of a client that speaks this version and says no more than it must.
fn hello(version: [u8; 2]) -> Vec<u8> {
    let mut body = version.to_vec();
    body.extend([7; 32]);
    // No session, one cipher, no compression, one extension: a kind of signature.
    body.extend([0, 0, 2, 0xc0, 0x13, 1, 0, 0, 8, 0, 13, 0, 4, 0, 2, 4, 3]);
    let mut message = vec![1, 0, 0, u8::try_from(body.len()).unwrap()];
    message.extend(body);
    let mut record = vec![0x16, 3, 1, 0, u8::try_from(message.len()).unwrap()];
    record.extend(message);
    record
}

#[tokio::test]
async fn what_is_not_good_tls_is_refused_with_an_alert_or_closed() {
    let (running, _tls, client) = secured(Limits::default()).await;
    let check = async |bytes: &[u8], alert: Option<u8>| {
        let mut stream = Client::connect(running.address).await;
        stream.send(bytes).await;
        stream.close_side().await;
        let told = stream.rest().await.unwrap_or_default();
        assert_eq!(told.first().copied(), alert.map(|_| 0x15), "{bytes:02x?}: {told:02x?}");
        assert_eq!(told.get(6).copied(), alert, "{bytes:02x?}: {told:02x?}");
    };
    const PROTOCOL_VERSION: Option<u8> = Some(70);
    let garbage = async |bytes: &[u8]| {
        let mut stream = Client::connect(running.address).await;
        stream.send(bytes).await;
        // An alert is lost where the connection is reset, as it is if something was left unread.
        let told = tokio::time::timeout(Duration::from_secs(10), stream.rest()).await.expect("it is closed at once");
        assert!(matches!(told.unwrap_or_default().first(), None | Some(0x15)), "{:02x?}", &bytes[..8]);
    };
    for version in [[3, 0], [3, 1], [3, 2]] {
        check(&hello(version), PROTOCOL_VERSION).await;
    }
    check(&hello([3, 3])[..20], None).await;
    check(&[0x16], None).await;
    garbage(&[&[0x16, 3, 1, 0x40, 0][..], &[0xff; 0x4000]].concat()).await;
    garbage(&[&[0x16, 3, 1][..], &[0xff; 8000]].concat()).await;
    garbage(&[&[0x16][..], &[0; 8000]].concat()).await;
    let other = client.offering(&["h2"]).connect("localhost", running.address).await.unwrap_err().to_string();
    assert!(other.contains("NoApplicationProtocol"), "{other}");
    assert_eq!(exchange(running.address, GET).await.status, 200);
    running.stop().await;
}

#[tokio::test]
async fn a_hand_that_is_held_out_slowly_is_let_go() {
    let limits = Limits { connections: 1, head_time: WallLimit::from_millis(150), ..Limits::default() };
    let (running, _tls, client) = secured(limits).await;
    let silent: &[u8] = &[];
    let hello = hello([3, 3]);
    for begun in [silent, &[0x16], &hello[..12]] {
        let mut slow = Client::connect(running.address).await;
        slow.send(begun).await;
        // It is closed although the client stays, and then there is room for the next.
        let told = tokio::time::timeout(Duration::from_secs(10), slow.rest()).await.expect("it is let go");
        assert_eq!(told.unwrap_or_default(), b"", "{begun:?}");
        let mut next = client.connect("localhost", running.address).await.unwrap();
        assert!(ask(&mut next, GET).await.unwrap().ends_with(ANSWER));
    }
    running.stop().await;
}

#[tokio::test]
async fn the_server_stops_in_the_midst_of_a_handshake() {
    let (running, _tls, _) = secured(Limits::default()).await;
    let mut slow = Client::connect(running.address).await;
    slow.send(&hello([3, 3])[..12]).await;
    let answer = exchange(running.address, GET).await;
    assert_eq!(answer.status, 200);
    tokio::time::timeout(Duration::from_secs(3), running.stop()).await.expect("it does not wait for the client");
    assert_eq!(slow.rest().await.unwrap_or_default(), b"");
}

#[tokio::test]
async fn answers_are_cut_dripped_and_reset_under_tls() {
    let (running, _tls, client) = secured(Limits::default()).await;
    let connect = async || client.connect("localhost", running.address).await.unwrap();
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
    let mut stream = connect().await;
    let dripped = ask(&mut stream, &get("/v9/drip/4")).await.unwrap();
    assert!(dripped.ends_with("lobby: GET /v9/drip/4  "), "{dripped}");
    let mut cut = Vec::new();
    stream.write_all(get("/v9/cut/5").as_bytes()).await.unwrap();
    // Without the farewell of TLS, by which clients tell an end from a connection that broke.
    let broken = stream.read_to_end(&mut cut).await.unwrap_err();
    assert_eq!(broken.kind(), std::io::ErrorKind::UnexpectedEof);
    let cut = String::from_utf8(cut).unwrap();
    assert!(cut.contains("content-length: 22\r\n") && cut.ends_with("\r\n\r\nlobby"), "{cut}");
    let mut stream = connect().await;
    let reset = ask(&mut stream, &get("/v9/reset/now")).await.unwrap_err();
    assert_eq!(reset.kind(), std::io::ErrorKind::ConnectionReset);
    running.stop().await;
}

#[tokio::test]
async fn a_body_of_many_records_is_read_and_large_ones_are_refused() {
    let (running, _tls, client) = secured(Limits { body: 300_000, ..Limits::default() }).await;
    let check = async |length: usize, expected: &str| {
        let mut stream = client.connect("localhost", running.address).await.unwrap();
        let post = format!("POST /v9/a HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n{}", "x".repeat(length));
        let answer = ask(&mut stream, &post).await.unwrap();
        assert!(answer.ends_with(&format!("lobby: POST /v9/a  {expected}")), "{answer}");
    };
    check(200_000, "200000 bytes").await;
    check(300_001, "more than 300000 bytes").await;
    running.stop().await;
}

/// A certificate for `localhost` that signs itself, and its key, as files.
fn own(name: &str) -> (std::path::PathBuf, std::path::PathBuf) {
    let folder = folder(name);
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    (cert, key)
}

#[tokio::test]
async fn a_certificate_that_was_given_is_shown_for_every_name() {
    let (cert, key) = own("tls-given");
    let tls = Tls::given(&cert, &key).unwrap();
    assert_eq!(tls.ca(), None);
    let running = Running::secured(Limits::default(), Some(tls)).await;
    let client = Trusting::file(&cert);
    let mut stream = client.connect("localhost", running.address).await.unwrap();
    assert!(ask(&mut stream, GET).await.unwrap().ends_with(ANSWER));
    let other = client.connect("api.toy.example", running.address).await.unwrap_err().to_string();
    assert!(other.contains("not valid for name"), "{other}");
    running.stop().await;
}

#[test]
fn a_certificate_that_is_of_no_use_is_refused() {
    let ((cert, key), (other, _)) = (own("tls-one"), own("tls-other"));
    let missing = Tls::given(&cert.with_file_name("none"), &key).unwrap_err();
    assert!(matches!(missing, TlsError::Unreadable { .. }), "{missing}");
    let keyless = Tls::given(&cert, &cert).unwrap_err();
    assert!(matches!(keyless, TlsError::Unreadable { .. }), "{keyless}");
    let mismatched = Tls::given(&other, &key).unwrap_err();
    assert!(matches!(mismatched, TlsError::Unusable { .. }), "{mismatched}");
    let empty = Tls::given(&key, &key).unwrap_err();
    assert!(matches!(empty, TlsError::Unusable { .. }), "{empty}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_plays_under_tls_and_tells_no_key() {
    let kept = folder("tls-run").join("ca");
    let (dir, journal) = (kept.to_str().unwrap(), kept.with_file_name("journal"));
    let scenario = "scenarios/livechat/quick_replies.yaml";
    let words = ["run", scenario, "--port", "0", "--bot", "builtin", "--tls-dir", dir, "--journal"];
    let ran = rehearsal(&[&words[..], &[journal.to_str().unwrap()]].concat()).await;
    assert_eq!(ran.exit, Exit::Met, "{}{}", ran.out, ran.err);
    let ca = kept.canonicalize().unwrap().join("ca.pem");
    assert!(ran.err.contains(&format!("NODE_EXTRA_CA_CERTS={}", ca.display())), "{}", ran.err);
    assert!(ran.err.contains("the platforms are at https://127.0.0.1:"), "{}", ran.err);
    let secret = std::fs::read_to_string(kept.join("ca-key.pem")).unwrap();
    let secret = secret.lines().nth(1).unwrap();
    assert!(secret.len() > 40);
    for text in [ran.out, ran.err, std::fs::read_to_string(journal).unwrap()] {
        assert!(!text.contains(secret) && !text.contains("PRIVATE"), "{text}");
    }
    let words = ["run", scenario, "--port", "0", "--bot", "builtin", "--cert", "no", "--key", "no"];
    let failed = rehearsal(&words).await;
    assert_eq!(failed.exit, Exit::CouldNotRun);
    assert!(failed.err.contains("error: failed to read no: "), "{}", failed.err);
}

#[test]
fn a_command_is_told_of_the_authority_which_is_gone_with_it() {
    let script = "env; cat \"$REHEARSAL_TLS_CA\"";
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rehearsal"));
    let ended = command.args(["exec", "--tls", "--", "sh", "-c", script]).output().unwrap();
    let (out, err) = (String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap());
    assert!(ended.status.success(), "{err}");
    let value = |name: &str| out.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{out}"));
    let port: SocketAddr = value("REHEARSAL_URL=https://").parse().unwrap();
    assert_eq!(value("REHEARSAL_PROXY=http://").parse(), Ok(port));
    assert!(out.contains("-----BEGIN CERTIFICATE-----") && !out.contains("PRIVATE"), "{out}");
    let ca = value("REHEARSAL_TLS_CA=");
    assert!(err.contains(&format!("SSL_CERT_FILE={ca}")), "{err}");
    assert!(!std::path::Path::new(ca).exists());
}

#[tokio::test]
async fn a_client_that_leaves_without_a_word_is_gone() {
    let limits = Limits { connections: 1, ..Limits::default() };
    let (running, _tls, client) = secured(limits).await;
    for _ in 0..3 {
        let mut stream = client.connect("localhost", running.address).await.unwrap();
        assert!(ask(&mut stream, GET).await.unwrap().ends_with(ANSWER));
        let (stream, _): (TcpStream, _) = stream.into_inner();
        drop(stream);
    }
    running.stop().await;
}
