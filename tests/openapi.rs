//! The OpenAPI documents of the platforms tell about everything that is in their tables. That bodies fit their schemas is
//! checked by `.ci/openapi.py`, which has a validator of somebody else's.

use std::collections::BTreeSet;

use rehearsal::platform::{PLATFORMS, Part, Vendor};
use rehearsal::report::Exit;
use serde_json::Value as Json;

use crate::support::program::rehearsal;
use crate::support::toy::TOY;

/// Every value of a member of this name, wherever it stands.
fn all<'d>(document: &'d Json, name: &str, found: &mut Vec<&'d Json>) {
    match document {
        Json::Object(members) => {
            found.extend(members.get(name));
            members.values().for_each(|value| all(value, name, found));
        }
        Json::Array(items) => items.iter().for_each(|value| all(value, name, found)),
        _ => {}
    }
}

fn codes(document: &Json) -> BTreeSet<&str> {
    let mut lists = Vec::new();
    all(document, "x-codes", &mut lists);
    lists.iter().flat_map(|list| list.as_array().unwrap()).map(|row| row["code"].as_str().unwrap()).collect()
}

#[test]
fn a_vendor_is_told_from_its_tables() {
    let document = serde_json::to_string_pretty(&TOY.document("http://stand.in")).unwrap();
    insta::assert_snapshot!(document.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

#[test]
fn every_route_is_an_operation_with_all_refusals() {
    for vendor in PLATFORMS.iter().chain([&TOY]) {
        let document = vendor.document("http://stand.in");
        let statuses: BTreeSet<u16> =
            vendor.codes.iter().filter(|code| code.is_refusal()).map(|code| code.status).collect();
        for route in (vendor.routes)() {
            let operation = &document["paths"][route.path][route.method.as_str().to_lowercase()];
            assert_eq!(operation["summary"], route.summary, "{} {}", vendor.name, route.name);
            assert!(operation["description"].as_str().unwrap().contains(route.doc.source), "{}", route.name);
            let answers = operation["responses"].as_object().unwrap();
            assert!(answers.keys().any(|status| status.starts_with('2')), "{} is never granted", route.name);
            for status in &statuses {
                let name = answers[&status.to_string()]["$ref"].as_str().unwrap();
                assert!(document.pointer(&name[1..]).is_some(), "{name}");
            }
        }
        let mut ids = Vec::new();
        all(&document["paths"], "operationId", &mut ids);
        let different: BTreeSet<&str> = ids.iter().map(|id| id.as_str().unwrap()).collect();
        assert_eq!((ids.len(), different.len()), ((vendor.routes)().len(), ids.len()), "{}", vendor.name);
    }
}

#[test]
fn every_code_is_told_and_every_refusal_shown() {
    for vendor in PLATFORMS.iter().chain([&TOY]) {
        let document = vendor.document("http://stand.in");
        let told = codes(&document);
        for code in vendor.codes {
            assert!(told.contains(code.code), "{} of {} is not told", code.code, vendor.name);
            if code.is_refusal() {
                let answer = &document["components"]["responses"][format!("status_{}", code.status)];
                let example = &answer["content"]["application/json"]["examples"][code.code];
                assert!(example["value"].is_object(), "{} of {} is not shown", code.code, vendor.name);
            }
        }
    }
}

#[test]
fn every_event_is_a_webhook_whose_members_are_told() {
    for vendor in PLATFORMS {
        let document = vendor.document("http://stand.in");
        for event in vendor.events {
            let webhook = &document["webhooks"][event.name]["post"];
            assert_eq!(webhook["summary"], event.summary);
            let schema = vendor.event_schema(event.name).unwrap();
            let mut members = Vec::new();
            all(&schema, "properties", &mut members);
            assert!(!members.is_empty(), "{} {}: {schema}", vendor.name, event.name);
            assert!(!schema.to_string().contains("#/components"), "{schema}");
        }
    }
}

/// What is known beside the tables names nothing that is not in them.
#[test]
fn nothing_is_told_of_what_is_not_there() {
    for vendor in PLATFORMS {
        let (routes, events) = (names(vendor, true), names(vendor, false));
        let seen = vendor.seen();
        let stray = seen.routes.keys().find(|name| !routes.contains(name.as_str()));
        assert_eq!(stray, None, "{}: write seen.json anew", vendor.name);
        let stray = seen.events.keys().find(|name| !events.contains(name.as_str()));
        assert_eq!(stray, None, "{}: write seen.json anew", vendor.name);
        for shape in vendor.shapes {
            match shape.of {
                Part::Refusal => {}
                Part::Answer(route) => assert!(routes.contains(route), "{route}"),
                Part::Event(event) => assert!(events.contains(event), "{event}"),
            }
        }
    }
}

fn names(vendor: &Vendor, routes: bool) -> BTreeSet<&'static str> {
    if routes {
        (vendor.routes)().iter().map(|route| route.name).collect()
    } else {
        vendor.events.iter().map(|event| event.name).collect()
    }
}

#[tokio::test]
async fn one_document_or_one_schema_is_printed() {
    let check = async |words: &[&str], exit: Exit, part: &str| {
        let ran = rehearsal(&[&["schema"], words].concat()).await;
        assert_eq!(ran.exit, exit, "{words:?}: {}", ran.err);
        assert!(ran.out.contains(part) || ran.err.contains(part), "{words:?}: {}{}", ran.out, ran.err);
        if exit == Exit::Met {
            assert!(serde_json::from_str::<Json>(&ran.out).unwrap().is_object());
        }
    };
    check(&[], Exit::Met, "\"$schema\"").await;
    check(&["--platform", "texter"], Exit::Met, "\"openapi\": \"3.1.0\"").await;
    check(&["-p", "imichat", "-e", "chat.closed"], Exit::Met, "\"chat_outcome\"").await;
    check(&["-p", "livchat"], Exit::Invalid, "did you mean `livechat`?").await;
    check(&["-p", "livechat", "-e", "incoming_chats"], Exit::Invalid, "did you mean `incoming_chat`?").await;
    check(&["-e", "incoming_chat"], Exit::Invalid, "--platform").await;
}
