//! Requests as a proxy gets them: vendors' hosts are answered, everything else is refused, and nothing is connected to.

use futures_util::{SinkExt as _, StreamExt as _};
use rehearsal::platform::PLATFORMS;
use rehearsal::platform::cx::Identities;
use rehearsal::server::Limits;
use rehearsal::server::tls::Tls;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

use crate::support::client::exchange;
use crate::support::core::Running;
use crate::support::program::rehearsal;
use crate::support::secured::{Trusting, ask, connect};
use crate::support::websocket::{House, handshake};

const GET: &str = "GET /v9/a HTTP/1.1\r\nhost: api.toy.example\r\n\r\n";
const ANSWER: &str = "lobby: GET /v9/a  ";

async fn secured() -> (Running, Tls, Trusting) {
    let tls = Tls::of_this_run().unwrap();
    let client = Trusting::file(tls.ca().unwrap());
    (Running::secured(Limits::default(), Some(tls.clone())).await, tls, client)
}

#[tokio::test]
async fn a_tunnel_leads_here_whatever_is_spoken_in_it() {
    let (running, _tls, client) = secured().await;
    let tunnel = async |target: &str| {
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        let begun = ask(&mut stream, &connect(target)).await.unwrap();
        assert!(begun.starts_with("HTTP/1.1 200") && begun.ends_with("\r\n\r\n"), "{target}: {begun}");
        assert!(!begun.contains("content-length") && !begun.contains("transfer-encoding"), "{begun}");
        stream
    };
    let mut secure = client.secure("api.toy.example", tunnel("api.toy.example:443").await).await.unwrap();
    for _ in 0..2 {
        assert!(ask(&mut secure, GET).await.unwrap().ends_with(ANSWER));
    }
    let inner = ask(&mut secure, &connect("api.toy.example:443")).await.unwrap();
    assert!(inner.starts_with("HTTP/1.1 403") && inner.contains("within a tunnel"), "{inner}");
    let mut plain = tunnel("api-fra.toy.example:80").await;
    assert!(ask(&mut plain, GET).await.unwrap().ends_with(ANSWER));
    let mut own = tunnel(&running.address.to_string()).await;
    assert!(ask(&mut own, GET).await.unwrap().ends_with(ANSWER));
    // TLS with the proxy, and TLS through it.
    let mut outer = client.connect("localhost", running.address).await.unwrap();
    assert!(ask(&mut outer, &connect("api.toy.example:443")).await.unwrap().starts_with("HTTP/1.1 200"));
    let mut inner = client.secure("api.toy.example", outer).await.unwrap();
    assert!(ask(&mut inner, GET).await.unwrap().ends_with(ANSWER));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_is_opened_in_a_tunnel() {
    let tls = Tls::of_this_run().unwrap();
    let client = Trusting::file(tls.ca().unwrap());
    let house = House::secured(Limits::default(), Some(tls)).await;
    let _world = house.license(&json!({}), "license", Identities::WellKnown).await;
    let host = "api.livechatinc.com";
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    assert!(ask(&mut stream, &connect(&format!("{host}:443"))).await.unwrap().starts_with("HTTP/1.1 200"));
    let mut secure = client.secure(host, stream).await.unwrap();
    let head = ask(&mut secure, &handshake("/v3.6/agent/rtm/ws")).await.unwrap();
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    let mut socket = WebSocketStream::from_raw_socket(secure, Role::Client, None).await;
    let login = json!({"request_id": "1", "action": "login", "payload": {"token": "Bearer dal:agent-token"}});
    socket.send(Message::text(login.to_string())).await.unwrap();
    let answer: Value = serde_json::from_str(socket.next().await.unwrap().unwrap().to_text().unwrap()).unwrap();
    assert_eq!((&answer["request_id"], &answer["success"]), (&json!("1"), &json!(true)), "{answer}");
}

#[tokio::test]
async fn what_is_sent_right_behind_the_request_for_a_tunnel_is_not_lost() {
    let (running, _tls, _) = secured().await;
    let mut eager = TcpStream::connect(running.address).await.unwrap();
    eager.write_all(format!("{}{GET}", connect("api.toy.example:80")).as_bytes()).await.unwrap();
    assert!(ask(&mut eager, "").await.unwrap().starts_with("HTTP/1.1 200"));
    assert!(ask(&mut eager, "").await.unwrap().ends_with(ANSWER));
    running.stop().await;
}

#[tokio::test]
async fn a_tunnel_can_be_reset() {
    let (running, _tls, client) = secured().await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    ask(&mut stream, &connect("api.toy.example:443")).await.unwrap();
    let mut secure = client.secure("api.toy.example", stream).await.unwrap();
    let reset = ask(&mut secure, "GET /v9/reset/now HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap_err();
    assert_eq!(reset.kind(), std::io::ErrorKind::ConnectionReset);
    running.stop().await;
}

#[tokio::test]
async fn nothing_else_is_reached() {
    let (running, _tls, _) = secured().await;
    let victim = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    victim.set_nonblocking(true).unwrap();
    let there = victim.local_addr().unwrap();
    let check = async |request: &str, expected: u16| {
        let answer = exchange(running.address, request).await;
        assert_eq!(answer.status, expected, "{request:.80}: {}", answer.text());
        assert!(answer.body.len() < 400, "{}", answer.text());
        answer
    };
    let long = format!("{}.example:443", "x".repeat(5_000));
    let refused = [
        "169.254.169.254:80",
        "localhost:22",
        "api.toy.example:22",
        "api.toy.example.evil.example:443",
        "evil.example:443",
        "[::ffff:169.254.169.254]:80",
        &format!("localhost:{}", there.port()),
        &there.to_string(),
        &long,
    ];
    for target in refused {
        let answer = check(&connect(target), 403).await;
        assert!(answer.text().contains(r#""hosts":["api.toy.example","#), "{}", answer.text());
        check(&format!("GET http://{target}/v9/a HTTP/1.1\r\nhost: x\r\n\r\n"), 403).await;
    }
    check("GET ftp://api.toy.example/v9/a HTTP/1.1\r\nhost: x\r\n\r\n", 403).await;
    for malformed in ["user:word@api.toy.example:443", "api.toy.example", "api.toy.example:", "api.toy.example:99999"] {
        let answer = check(&connect(malformed), 400).await;
        assert!(!answer.text().contains("word"), "{}", answer.text());
    }
    for malformed in ["/v9/a", "http://", "a b", ":443", "api.toy.example:443/x", "[::1"] {
        check(&connect(malformed), 400).await;
    }
    check(&connect(&format!("{}:443", "x".repeat(70_000))), 431).await;
    assert_eq!(victim.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "nobody has come");
    running.stop().await;
}

#[tokio::test]
async fn requests_in_full_are_answered_for_vendors_hosts() {
    let (running, _tls, _) = secured().await;
    let check = async |target: &str| {
        let answer = exchange(running.address, format!("GET {target} HTTP/1.1\r\nhost: x\r\n\r\n")).await;
        assert_eq!((answer.status, answer.text().as_str()), (200, ANSWER), "{target}");
    };
    check("http://api.toy.example/v9/a").await;
    check("http://API-DAL.toy.example.:80/v9/a").await;
    check("https://api.toy.example/v9/a").await;
    check(&format!("http://{}/v9/a", running.address)).await;
    check(&format!("http://localhost:{}/v9/a", running.address.port())).await;
    running.stop().await;
}

#[tokio::test]
async fn without_tls_its_port_is_refused_and_the_other_is_not() {
    let running = Running::start(Limits::default()).await;
    let refused = exchange(running.address, connect("api.toy.example:443")).await;
    assert!(refused.status == 403 && refused.text().contains("`--tls` turns it on"), "{}", refused.text());
    let mut plain = TcpStream::connect(running.address).await.unwrap();
    assert!(ask(&mut plain, &connect("api.toy.example:80")).await.unwrap().starts_with("HTTP/1.1 200"));
    assert!(ask(&mut plain, GET).await.unwrap().ends_with(ANSWER));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_host_of_every_platform_leads_to_it() {
    let house = House::start(Limits::default()).await;
    for vendor in PLATFORMS {
        assert!(!vendor.hosts.is_empty(), "{} is somewhere", vendor.name);
        for host in vendor.hosts {
            let name = host.name.replace('*', "acme");
            let mut stream = TcpStream::connect(house.address).await.unwrap();
            let begun = ask(&mut stream, &connect(&format!("{name}:80"))).await.unwrap();
            assert!(begun.starts_with("HTTP/1.1 200"), "{name}: {begun}");
            let answer =
                ask(&mut stream, &format!("GET /{}/nothing HTTP/1.1\r\nhost: {name}\r\n\r\n", vendor.roots[0])).await;
            assert!(!answer.unwrap().contains("\"served\""), "{name} is a platform's");
        }
    }
}

#[tokio::test]
async fn hosts_can_be_listed() {
    let listed = rehearsal(&["list", "hosts", "--format", "json"]).await.out;
    for host in PLATFORMS.iter().flat_map(|vendor| vendor.hosts) {
        assert!(listed.contains(&format!("\"name\": \"{}\"", host.name)), "{listed}");
    }
}
