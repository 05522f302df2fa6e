//! Whole documents in the shape of the vendor's samples, compared with the order of their members.
//!
//! In the expected documents `<name>` stands for what the platform makes up. It is remembered within a file and stands for
//! the same value afterwards; only `<any>` is not remembered.

use std::collections::BTreeMap;

use serde_json::Value;

use super::stage::{Stage, read};

fn play(file: &str, text: &str) {
    let vector: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{file}: {error}"));
    assert!(vector["source"].as_str().is_some_and(|url| url.starts_with("https://")), "{file} names no source");
    let mut stage = Stage::open(vector["setup"].clone());
    let mut known = BTreeMap::new();
    for (index, step) in vector["steps"].as_array().expect("steps").iter().enumerate() {
        let at = format!("{file}, step {index}");
        if step.get("act").is_some() {
            stage.act(&step["act"]).unwrap_or_else(|refusal| panic!("{at}: {refusal}"));
        }
        if let Some(call) = step.get("call") {
            let headers = [("authorization", call["authorization"].as_str().unwrap_or("Bearer dal:bot-token"))];
            let version = call["version"].as_str().unwrap_or("v3.6");
            let body = filled(&call["body"].to_string(), &known);
            let handled = stage.send(version, call["method"].as_str().expect("a method"), &headers, &body);
            let (status, document) = read(&handled);
            assert_eq!(status, step["reply"]["status"], "{at}: {document}");
            compare(&at, &step["reply"]["body"], &document, &mut known);
        }
        let sent = stage.webhooks();
        let Some(expected) = step["webhooks"].as_array() else { continue };
        let actions: Vec<&str> = sent.iter().map(|outgoing| outgoing.event).collect();
        assert_eq!(expected.len(), sent.len(), "{at}: {actions:?}");
        for (expected, outgoing) in expected.iter().zip(sent) {
            let document: Value = serde_json::from_slice(&outgoing.body).expect("JSON");
            let span = outgoing.secret_span.clone().expect("a secret");
            assert_eq!(&outgoing.body[span], document["secret_key"].as_str().expect("a secret").as_bytes(), "{at}");
            assert_eq!(outgoing.signing.expect("a secret").expose(), document["secret_key"], "{at}");
            assert_eq!(document["action"], outgoing.event, "{at}");
            compare(&at, expected, &document, &mut known);
        }
    }
}

/// A text with the values that are known by now.
fn filled(text: &str, known: &BTreeMap<String, String>) -> String {
    known.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("<{name}>"), value))
}

fn compare(at: &str, expected: &Value, actual: &Value, known: &mut BTreeMap<String, String>) {
    match (expected, actual) {
        (Value::Object(wanted), Value::Object(there)) => {
            let (wanted_keys, keys): (Vec<_>, Vec<_>) = (wanted.keys().collect(), there.keys().collect());
            assert_eq!(wanted_keys, keys, "{at}");
            for (key, value) in wanted {
                compare(&format!("{at}/{key}"), value, &there[key], known);
            }
        }
        (Value::Array(wanted), Value::Array(there)) => {
            assert_eq!(wanted.len(), there.len(), "{at}: {actual}");
            for (index, (wanted, there)) in wanted.iter().zip(there).enumerate() {
                compare(&format!("{at}/{index}"), wanted, there, known);
            }
        }
        (Value::String(wanted), Value::String(there)) => {
            let wanted = filled(wanted, known);
            let open = wanted.split_once('<').and_then(|(head, rest)| Some((head, rest.split_once('>')?)));
            let Some((head, (name, tail))) = open else { return assert_eq!(&wanted, there, "{at}") };
            let value = there.strip_prefix(head).and_then(|there| there.strip_suffix(tail));
            let value = value.unwrap_or_else(|| panic!("{at}: {there} is not {wanted}"));
            if name != "any" {
                known.insert(name.to_owned(), value.to_owned());
            }
        }
        _ => assert_eq!(expected, actual, "{at}"),
    }
}

#[test]
fn documents_are_as_the_vendor_prints_them() {
    macro_rules! play_files {
        ($($name:literal),* $(,)?) => {
            $( play($name, include_str!(concat!("../vectors/livechat/", $name, ".json"))); )*
        };
    }
    play_files!("incoming_chat", "incoming_event", "transfer", "users", "closing", "reading", "registrations");
}

#[test]
fn every_webhook_has_a_vector() {
    let files = [
        include_str!("../vectors/livechat/incoming_chat.json"),
        include_str!("../vectors/livechat/incoming_event.json"),
        include_str!("../vectors/livechat/transfer.json"),
        include_str!("../vectors/livechat/users.json"),
        include_str!("../vectors/livechat/closing.json"),
    ];
    for action in super::stage::ACTIONS {
        let expected = format!("\"action\": \"{action}\"");
        assert!(files.iter().any(|file| file.contains(&expected)), "{action}");
    }
}
