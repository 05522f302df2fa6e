//! Webhooks that are sent once more because somebody asks for it.

use crate::support::controlled::Controlled;
use crate::support::receiver::{Line, OK, Receiver};
use serde_json::json;

const BUSY: &str = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";

/// The lines of a request that must be the same when it is sent once more.
fn kept(request: &str) -> Vec<&str> {
    request
        .lines()
        .filter(|line| !line.starts_with("webhook-signature") && !line.starts_with("webhook-timestamp"))
        .collect()
}

#[tokio::test]
async fn a_webhook_is_sent_once_more_whatever_became_of_it() {
    let mut receiver = Receiver::start([Line::Answer(OK), Line::Answer(OK), Line::Answer(BUSY)]).await;
    let stand_in = Controlled::start(receiver.address).await;
    assert_eq!(stand_in.ask("POST /worlds/toy/steps", "start_chat: {as: alice, text: Hi}").await.0, 200);
    let first = receiver.request().await;
    assert_eq!(stand_in.ask("GET /worlds/toy/idle", "").await.0, 200);
    for number in [2, 3, 4] {
        // A copy can be sent once more, too.
        let (status, resent) = stand_in.ask(&format!("POST /worlds/toy/resend?delivery={}", number - 1), "").await;
        assert_eq!((status, resent), (200, json!({"delivery": number})));
        assert_eq!(kept(&receiver.request().await), kept(&first));
    }
    assert!(first.contains("webhook-id: msg_"), "{first}");
}

#[tokio::test]
async fn what_was_dropped_by_a_fault_can_be_sent_after_all() {
    let mut receiver = Receiver::start([]).await;
    let stand_in = Controlled::start(receiver.address).await;
    let steps = "- fault: {on: {event: note}, do: {drop: true}}\n- start_chat: {as: alice, text: Hi}\n";
    assert_eq!(stand_in.ask("POST /worlds/toy/steps", steps).await.0, 200);
    assert_eq!(stand_in.ask("POST /worlds/toy/resend?delivery=1", "").await, (200, json!({"delivery": 2})));
    assert!(receiver.request().await.ends_with(r#""text":"Hi"}"#));
}

#[tokio::test]
async fn only_a_webhook_that_is_known_is_sent_once_more() {
    let receiver = Receiver::start([]).await;
    let stand_in = Controlled::start(receiver.address).await;
    let check = async |query: &str, expected: u16, needle: &str| {
        let (status, problem) = stand_in.ask(&format!("POST /worlds/toy/resend{query}"), "").await;
        assert_eq!(status, expected, "{query}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(needle), "{problem}");
    };
    check("?delivery=1", 404, "queued").await;
    check("?delivery=0", 404, "queued").await;
    check("?delivery=one", 400, "`delivery=one`").await;
    check("", 400, "`delivery` is missing").await;
    check("?webhook=1", 400, "known: delivery").await;
}
