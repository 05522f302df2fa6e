//! `trigger`: one webhook out of a world of its own, printed or sent.

use rehearsal::platform::PLATFORMS;
use rehearsal::report::Exit;
use serde_json::Value;

use crate::support::program::{folder, rehearsal};
use crate::support::receiver::{Line, Receiver, nobody};

#[tokio::test]
async fn every_event_can_be_printed() {
    for vendor in PLATFORMS {
        for event in vendor.events {
            let ran = rehearsal(&["trigger", vendor.name, event.name, "--seed", "7", "--format", "json"]).await;
            assert_eq!((ran.exit, ran.err.as_str()), (Exit::Met, ""), "{}", event.name);
            let printed: Value = serde_json::from_str(&ran.out).unwrap();
            let named = ["event_type", "action", "eventName"].iter().any(|key| printed["body"][key] == event.name);
            assert!(named, "{}: {}", event.name, ran.out);
            let again = rehearsal(&["trigger", vendor.name, event.name, "--seed", "7", "--format", "json"]).await;
            let body = |text: &str| serde_json::from_str::<Value>(text).unwrap()["body"].clone();
            assert_eq!(body(&again.out), body(&ran.out), "the same seed makes the same world");
        }
    }
}

#[tokio::test]
async fn what_is_printed_can_be_verified() {
    let request = folder("trigger-verify").join("request.txt");
    let printed = rehearsal(&["trigger", "livechat", "incoming_chat"]).await;
    assert!(printed.out.starts_with("POST /livechat HTTP/1.1\n"), "{}", printed.out);
    std::fs::write(&request, printed.out).unwrap();
    let check = async |secret: &str, exit: Exit| {
        let ran = rehearsal(&["verify", request.to_str().unwrap(), "--secret", secret]).await;
        assert_eq!(ran.exit, exit, "{}{}", ran.out, ran.err);
    };
    check("whsec_cmVoZWFyc2FsLXRlc3Qtc2VjcmV0LTAwMDE=", Exit::Met).await;
    check("whsec_cmVoZWFyc2FsLXRlc3Qtc2VjcmV0LTAwMDI=", Exit::Missed).await;
}

#[tokio::test]
async fn an_event_is_sent_with_its_changes_and_the_answer_judged_as_the_vendor_does() {
    let check = async |answer: &'static str, exit: Exit, verdict: &str| {
        let mut receiver = Receiver::start([Line::Last(answer)]).await;
        let to = format!("http://{}/hook", receiver.address);
        let words = ["trigger", "imichat", "message.received", "--to", &to, "--set", "payload.messages.0.text=Hey"];
        let more = ["--set", "extra={\"a\":[1]}", "--header", "X-Bot-Key: mine"];
        let ran = rehearsal(&words.into_iter().chain(more).collect::<Vec<_>>()).await;
        assert_eq!(ran.exit, exit, "{}{}", ran.out, ran.err);
        assert!(ran.out.contains(verdict), "{}", ran.out);
        let request = receiver.request().await;
        assert!(request.starts_with("POST /hook HTTP/1.1"), "{request}");
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert_eq!(head.matches("x-bot-key: ").count(), 1, "{head}");
        assert!(head.contains("x-bot-key: mine"), "{head}");
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["payload"]["messages"][0]["text"], "Hey");
        assert_eq!(body["extra"]["a"][0], 1);
    };
    check("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", Exit::Met, "· 200, acknowledged").await;
    check("HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n", Exit::Missed, "· 202, not acknowledged").await;
    check("nonsense\r\n\r\n", Exit::Missed, "not acknowledged").await;
}

#[tokio::test]
async fn what_cannot_be_sent_is_told() {
    let check = async |words: &[&str], exit: Exit, part: &str| {
        let ran = rehearsal(&[&["trigger"], words].concat()).await;
        assert_eq!(ran.exit, exit, "{words:?}: {}{}", ran.out, ran.err);
        assert!(format!("{}{}", ran.out, ran.err).contains(part), "{words:?}: {}{}", ran.out, ran.err);
    };
    let (_held, gone) = nobody();
    let gone = format!("http://{gone}/");
    check(&["imichat", "chat.assigned", "--to", &gone], Exit::CouldNotRun, "nobody listens there").await;
    check(&["imichat", "chat.assigned", "--to", "http://169.254.169.254/"], Exit::CouldNotRun, "not sent").await;
    check(&["imichatt", "chat.assigned"], Exit::Invalid, "did you mean `imichat`?").await;
    check(&["imichat", "chat.assignd"], Exit::Invalid, "did you mean `chat.assigned`?").await;
    check(&["imichat", "chat.assigned", "--set", "event_type.x=1"], Exit::Invalid, "leads nowhere").await;
    check(&["imichat", "chat.assigned", "--set", "x"], Exit::Invalid, "payload.chat.id=X").await;
    check(&["imichat", "chat.assigned", "--header", "a b: c"], Exit::Invalid, "x-bot-key").await;
    check(&["imichat", "chat.assigned", "--to", "ftp://x"], Exit::Invalid, "http://").await;
    check(&["imichat", "chat.assigned", "--to", "http://u:p@127.0.0.1/"], Exit::Invalid, "without user").await;
}
