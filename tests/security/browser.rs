//! Pages of other sites, in the browser of whoever runs the stand-in.

use rehearsal::platform::PLATFORMS;
use rehearsal::server::Limits;

use crate::support::client::{Answer, exchange};
use crate::support::controlled::{Controlled, TOKEN};
use crate::support::receiver::Receiver;

/// What makes a request one for a WebSocket.
const UPGRADE: &str = "upgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// Whether an answer lets a page read it.
fn shares(answer: &Answer) -> bool {
    answer.head.to_ascii_lowercase().contains("access-control-")
}

#[tokio::test]
async fn no_page_opens_a_socket_at_the_control_port() {
    let stand_in = Controlled::start(Receiver::start([]).await.address).await;
    let bearer = format!("authorization: Bearer {TOKEN}\r\n");
    for path in ["/", "/health", "/worlds", "/worlds/toy/journal/stream", "/v3.6/agent/rtm/ws", "/toy/alice/answer"] {
        let check = async |host: &str, headers: &str, expected: Option<u16>| {
            let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n{UPGRADE}{headers}\r\n");
            let mut client = crate::support::client::Client::connect(stand_in.address).await;
            client.send(request).await;
            let head = client.head().await.unwrap();
            let status: u16 = head[9..12].parse().unwrap();
            assert_ne!(status, 101, "{path} {headers}");
            assert!(expected.is_none_or(|expected| expected == status), "{path} {host} {headers}: {head}");
        };
        // Even with the token nothing there is a socket.
        check("localhost", &bearer, None).await;
        for origin in ["http://evil.example", "http://localhost:4601", "null", "file://"] {
            check("localhost", &format!("{bearer}origin: {origin}\r\n"), Some(403)).await;
        }
        check("rebound.example", &bearer, Some(403)).await;
        let open = path == "/health";
        check("localhost", "", (!open).then_some(401)).await;
    }
}

#[tokio::test]
async fn no_page_reads_what_a_vendor_answers_or_makes_a_step() {
    let (stand_in, control) = Controlled::empty(PLATFORMS, Limits::default(), |vendor| vendor).await;
    for vendor in PLATFORMS {
        for method in ["OPTIONS", "GET", "POST"] {
            let request = format!(
                "{method} /{}/x HTTP/1.1\r\nhost: x\r\norigin: http://evil.example\r\naccess-control-request-method: POST\r\ncontent-length: 0\r\n\r\n",
                vendor.roots[0]
            );
            let answer = exchange(stand_in.vendor, request).await;
            assert!(!shares(&answer), "{} {method}: {}", vendor.name, answer.head);
        }
    }
    // What a form sends needs no leave of anybody.
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"] {
        let headers = format!("authorization: Bearer {TOKEN}\r\ncontent-type: {kind}\r\norigin: null\r\n");
        let answer = stand_in.send("POST /worlds", &headers, "platform: texter\n").await;
        assert_eq!((answer.status, shares(&answer)), (403, false), "{kind}");
    }
    assert!(control.worlds().all().is_empty());
}
