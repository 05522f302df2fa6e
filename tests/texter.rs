//! Requests of subscriptions over real sockets: what arrives, and what becomes of a run whose request fails.

use std::fmt::Write as _;

use rehearsal::report::Exit;
use serde_json::Value;

use crate::support::program::{folder, rehearsal};
use crate::support::receiver::{Line, OK, Receiver};

/// Plays steps against a receiver that follows a script. `params` are those of the only action, beside its address.
async fn play(name: &str, params: &str, more: &str, steps: &str, script: Vec<Line>) -> (Receiver, Exit, String) {
    let mut receiver = Receiver::start(script).await;
    let bot = format!("http://{}", receiver.address);
    let mut scenario = format!(
        "platform: texter
customers: {{dana: {{name: Dana Levi, phone: \"972501112233\"}}}}
setup:
  subscriptions:
    - data:
        name: {name}
        triggerEvents: [domain.chat.assigned]
        actions: [{{name: request, params: {{url: \"${{bot}}/hook\", {params}}}}}]
{more}
steps:
  - start_chat: {{as: dana, text: Hi}}
  - assign: {{to: noa@example.com}}
"
    );
    write!(scenario, "{steps}").unwrap();
    let file = folder(name).join("it.yaml");
    std::fs::write(&file, scenario).unwrap();
    let ran = rehearsal(&["run", file.to_str().unwrap(), "--port", "0", "--bot", &bot]).await;
    receiver.sights.close();
    (receiver, ran.exit, format!("{}{}", ran.out, ran.err))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_what_its_subscriber_makes_of_it() {
    let check = async |name: &str, params: &str, head: &[&str], body: &str| {
        let steps = "  - expect: {event: taken, delivered: true}\n";
        let (mut receiver, exit, told) = play(name, params, "", steps, vec![Line::Answer(OK); 3]).await;
        assert_eq!(exit, Exit::Met, "{told}");
        let request = receiver.request().await;
        let (there, sent) = request.split_once("\r\n\r\n").unwrap();
        for part in head {
            assert!(there.contains(part), "{name}: {part} in {there}");
        }
        assert_eq!(sent, body, "{name}");
    };
    let data = "data: {eventName: taken, title: \"%chat:title%\", n: 1}";
    check(
        "texter-json",
        &format!("method: post, json: true, headers: {{x-key: \"%chat:channelInfo.id%\"}}, {data}"),
        &["POST /hook HTTP/1.1", "content-type: application/json", "x-key: 972501112233"],
        r#"{"eventName":"taken","title":"Dana Levi","n":1}"#,
    )
    .await;
    check(
        "texter-form",
        &format!("method: PUT, query: {{v: \"a b\"}}, {data}"),
        &["PUT /hook?v=a%20b HTTP/1.1", "content-type: application/x-www-form-urlencoded"],
        "eventName=taken&title=Dana%20Levi&n=1",
    )
    .await;
    check("texter-get", data, &["GET /hook?eventName=taken&title=Dana%20Levi&n=1 HTTP/1.1"], "").await;
    let boundary = "----rehearsal-b0a1d2c3e4f5";
    let part = |name: &str, value: &str| {
        format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    check(
        "texter-multipart",
        "method: post, multipart: true, data: {eventName: taken, n: 1}",
        &[&format!("content-type: multipart/form-data; boundary={boundary}")],
        &format!("{}{}--{boundary}--\r\n", part("eventName", "taken"), part("n", "1")),
    )
    .await;
    check(
        "texter-own-type",
        &format!("method: post, json: true, headers: {{content-type: application/x.taken+json}}, {data}"),
        &["content-type: application/x.taken+json"],
        r#"{"eventName":"taken","title":"Dana Levi","n":1}"#,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_request_fails_is_no_success_and_says_why() {
    let check = async |name: &str, params: &str, line: Line, error: &str| {
        let answer = format!(
            "{{runs: [{{success: false, conditionsResult: true, steps: [{{type: event}}, {{type: action, name: request, error: \"{error}\"}}]}}]}}"
        );
        let steps = format!(
            "  - expect: {{event: taken, delivered: false}}\n  - call: {{route: list_runs, answer: {{body: {answer}}}}}\n"
        );
        let params = format!("method: post, json: true, data: {{eventName: taken}}, {params}");
        let (_, exit, told) = play(name, &params, "", &steps, vec![line]).await;
        assert_eq!(exit, Exit::Met, "{name}: {told}");
    };
    let no = "HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n";
    check("texter-500", "keepResponse: true", Line::Answer(no), "the receiver answered 500").await;
    check("texter-hang", "response_timeout: 50", Line::Hang, "no answer in time").await;
    check(
        "texter-redirect",
        "headers: {}",
        Line::Answer("HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n"),
        "the receiver answered 302",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_2xx_acknowledges_and_retries_are_a_setting() {
    let steps = "  - expect: {event: taken, delivered: true, attempts: 2, by: 1m}
  - call: {route: list_runs, answer: {body: {runs: [{success: true, executionTime: 10000}]}}}
";
    let script =
        vec![Line::Answer("HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n"), Line::Answer("HTTP/1.1 204 Done\r\n\r\n")];
    let params = "method: post, json: true, data: {eventName: taken}";
    let (_, exit, told) = play("texter-retry", params, "  delivery: {retries: [10s]}", steps, script).await;
    assert_eq!(exit, Exit::Met, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_signed_where_a_subscription_has_a_secret() {
    let steps = "  - expect: {event: taken, delivered: true}\n";
    let params = "method: post, json: true, data: {eventName: taken}";
    let secret = "      secret: whsec_dGhpcyBpcyBhIHNlY3JldA==";
    let (mut receiver, exit, told) = play("texter-signed", params, secret, steps, vec![Line::Answer(OK)]).await;
    assert_eq!(exit, Exit::Met, "{told}");
    let request = receiver.request().await;
    assert!(request.contains("webhook-signature: v1,"), "{request}");
    let body: Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(body["eventName"], "taken");
}
