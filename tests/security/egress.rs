//! Webhooks that somebody wants to lead elsewhere, or round in a circle.

use std::process::Command;

use rehearsal::base::time::WallLimit;
use rehearsal::delivery::{Delivery, Egress};
use rehearsal::journal::entry::Outcome;
use rehearsal::platform::PLATFORMS;
use rehearsal::server::Limits;
use serde_json::Value as Json;

use crate::support::controlled::Controlled;
use crate::support::core::attempt;
use crate::support::receiver::{Line, Receiver};

const LATE: WallLimit = WallLimit::from_secs(30);

#[tokio::test]
async fn no_redirect_leads_anywhere() {
    let mut other = Receiver::start([]).await;
    let places = [
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "http://10.0.0.1/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "//evil.example/".to_owned(),
        format!("http://{}/", other.address),
    ];
    for (status, place) in [301_u16, 302, 303, 307, 308].into_iter().zip(places) {
        let answer = format!("HTTP/1.1 {status} There\r\nlocation: {place}\r\ncontent-length: 0\r\n\r\n");
        let receiver = Receiver::start([Line::Answer(answer.leak())]).await;
        let url = format!("http://{}/x", receiver.address);
        let outcome = Delivery::new(Egress::default()).attempt(&attempt(&url, LATE)).await.outcome;
        assert_eq!(outcome, Outcome::Status(status), "{place}");
    }
    assert!(other.sights.try_recv().is_err());
}

#[tokio::test]
async fn no_proxy_of_the_environment_is_used() {
    let (mut receiver, mut proxy) = (Receiver::start([]).await, Receiver::start([]).await);
    let (to, by) = (format!("http://{}/hook", receiver.address), format!("http://{}", proxy.address));
    let ran = tokio::task::spawn_blocking(move || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rehearsal"));
        command
            .args(["trigger", "texter", "newIncomingMessage", "--to", &to])
            .env_remove("NO_PROXY")
            .env_remove("no_proxy");
        for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            command.env(name, &by);
        }
        command.output().unwrap()
    });
    let ran = ran.await.unwrap();
    assert!(ran.status.success(), "{ran:?}");
    assert!(receiver.request().await.starts_with("POST /hook "));
    assert!(proxy.sights.try_recv().is_err());
}

/// A subscription that answers every message with one more, by way of the vendor's API.
const CIRCLE: &str = r#"
platform: texter
setup:
  tokens: [{token: circle}]
  subscriptions:
    - data:
        name: circle
        triggerEvents: [domain.message.created]
        actions:
          - name: request
            params:
              url: "${bot}/server/api/v2/messages/send/%message:parent_chat%"
              method: post
              json: true
              headers: {authorization: Bearer circle, x-rehearsal-hops: "0"}
              data: {type: text, text: again}
customers: {dana: {}}
"#;

#[tokio::test]
async fn webhooks_that_go_in_a_circle_are_stopped() {
    let (stand_in, _control) = Controlled::empty(PLATFORMS, Limits::default(), |vendor| vendor).await;
    let (status, world) = stand_in.ask("POST /worlds", CIRCLE).await;
    assert_eq!(status, 201, "{world}");
    let world = format!("/worlds/{}", world["id"].as_str().unwrap());
    let (status, told) = stand_in.ask(&format!("POST {world}/steps"), "start_chat: {as: dana, text: Hi}").await;
    assert_eq!(status, 200, "{told}");
    let (mut after, mut statuses) = (0, Vec::new());
    while statuses.last() != Some(&508) {
        let line = format!("GET {world}/journal?kind=called&after={after}&wait=10s");
        let called = stand_in.ask(&line, "").await.1;
        let called = called.as_array().unwrap();
        assert!(!called.is_empty(), "it stopped after {statuses:?}");
        statuses.extend(called.iter().map(|entry| entry["status"].as_u64().unwrap()));
        after = called.last().and_then(|entry| entry["seq"].as_u64()).unwrap();
        assert!(statuses.len() <= 100, "{statuses:?}");
    }
    assert_eq!(statuses.len(), 100);
    assert!(statuses[..99].iter().all(|status| *status == 200), "{statuses:?}");
    // Who begins anew is answered as ever.
    let (status, told) = stand_in.ask(&format!("GET {world}/idle?within=10s"), "").await;
    assert_eq!(status, 200, "{told}");
    let call: &str = "call: {route: list_labels, answer: {status: 200}}";
    assert_eq!(stand_in.ask(&format!("POST {world}/steps"), call).await.0, 200);
    assert_eq!(
        stand_in.ask(&format!("GET {world}/journal?kind=opened"), "").await.1.as_array().map(Vec::<Json>::len),
        Some(1)
    );
}
