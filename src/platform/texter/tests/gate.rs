//! What every operation has in common: tokens, scopes, bodies, and the warning that a path is a guess.

use http::Method;
use serde_json::{Value, json};

use super::super::Texter;
use super::super::scope::SCOPES;
use super::stage::Stage;
use crate::base::doc_ref::Mark;
use crate::platform::Platform as _;
use crate::platform::route::Body;

/// A path with something in the place of its parameters.
fn filled(path: &str) -> String {
    path.split('{')
        .map(|part| part.split_once('}').map_or(part.to_owned(), |(_, rest)| format!("nobody{rest}")))
        .collect()
}

/// The operations that need a token.
fn guarded() -> impl Iterator<Item = (&'static str, Method, String, Mark)> {
    let routes = Texter::ROUTES.iter().filter(|route| route.path.starts_with("/server/api"));
    routes.map(|route| (route.name, route.method.clone(), filled(route.path), route.doc.mark))
}

#[test]
fn nobody_comes_in_without_a_token_and_guessed_paths_say_so() {
    let mut stage = Stage::open(json!({}));
    for (name, method, path, mark) in guarded() {
        for token in ["Bearer nobody", "Basic texter-token", "texter-token"] {
            let reply = stage.send(method.clone(), &path, token, Body::Whole("{}".into()));
            assert_eq!(
                (reply.status, &reply.body[..]),
                (401, &br#"{"success":false,"error":"Unauthorized"}"#[..]),
                "{name}"
            );
            let warned = reply.headers.iter().any(|(header, value)| header == "x-mock-inferred" && value == "1");
            assert_eq!(warned, mark == Mark::Inferred, "{name}");
        }
    }
}

#[test]
fn every_operation_needs_all_of_its_scopes() {
    // As the vendor's page on tokens has it, operation by operation.
    let needed: &[(&str, &[&str])] = &[
        ("search_chats", &["List all chats"]),
        ("get_chat", &["Send session message"]),
        ("update_chat", &["Manage all chats"]),
        ("update_crm_data", &["Manage all chats"]),
        ("manage_chat_labels", &["Manage all chats"]),
        ("assign_chat", &["Manage all chats"]),
        ("resolve_chat", &["Manage all chats"]),
        ("send_message", &["Send session message"]),
        ("get_messages", &["View all chats"]),
        ("share_file", &["View all chats", "View all files"]),
        ("list_labels", &[]),
        ("get_label", &[]),
        ("create_label", &["Manage labels"]),
        ("update_label", &["Manage labels"]),
        ("delete_label", &["Manage labels"]),
        ("send_template", &["Send template messages"]),
        ("list_templates", &["View template messages"]),
        ("create_template", &["Manage WhatsApp templates"]),
        ("put_localization", &["Manage WhatsApp templates"]),
        ("submit_localization", &["Manage WhatsApp templates"]),
        ("delete_template", &["Manage WhatsApp templates"]),
        ("unsubscribe", &["Manage all chats"]),
        ("resubscribe", &["Manage all chats"]),
        ("list_unsubscribed", &["List all chats"]),
        ("list_unsubscribed_of_account", &["List all chats"]),
        ("list_quick_replies", &["View quick replies"]),
        ("create_quick_reply", &["Manage quick replies"]),
        ("update_quick_reply", &["Manage quick replies"]),
        ("delete_quick_reply", &["Manage quick replies"]),
        ("list_scenarios", &["View scenarios", "Manage scenarios on behalf of user"]),
        ("import_scenario", &["Create scenarios", "Manage scenarios on behalf of user"]),
        ("create_scenario", &["Create scenarios", "Manage scenarios on behalf of user"]),
        ("copy_scenario", &["Create scenarios", "Manage scenarios on behalf of user"]),
        ("activate_scenario", &["Activate/inactivate scenarios", "Manage scenarios on behalf of user"]),
        ("inactivate_scenario", &["Activate/inactivate scenarios", "Manage scenarios on behalf of user"]),
        ("delete_scenario", &["Delete scenarios", "Manage scenarios on behalf of user"]),
        ("update_draft", &["Edit scenarios", "Manage scenarios on behalf of user"]),
        ("create_revision", &["Edit scenarios", "Manage scenarios on behalf of user"]),
        ("delete_revision", &["Edit scenarios", "Manage scenarios on behalf of user"]),
        ("list_runs", &["View scenarios runs", "Manage scenarios on behalf of user"]),
        ("list_problems", &[]),
        ("resolve_problem", &["Manage channels"]),
    ];
    for (name, method, path, _) in guarded() {
        // The same operation by another method needs the same.
        let plain = name.split("_by_").next().unwrap();
        let (_, scopes) = needed.iter().find(|(known, _)| *known == plain).unwrap_or_else(|| panic!("{name}"));
        let answer = |granted: Vec<&str>| {
            let mut stage = Stage::open(json!({"tokens": [{"scopes": granted}]}));
            let reply = stage.send(method.clone(), &path, "Bearer texter-token", Body::Whole("{}".into()));
            (reply.status, serde_json::from_slice::<Value>(&reply.body).unwrap_or_default())
        };
        assert_ne!(answer(scopes.to_vec()).0, 403, "{name}");
        for lacked in *scopes {
            let granted = SCOPES.iter().copied().filter(|scope| scope != lacked).collect();
            let refusal = json!({"success": false, "error": format!("Missing scope: {lacked}")});
            assert_eq!(answer(granted), (403, refusal), "{name}");
        }
    }
}

#[test]
fn bodies_that_cannot_be_read_are_refused() {
    let mut stage = Stage::open(json!({}));
    let deep = format!("{}1{}", "[".repeat(500), "]".repeat(500));
    let mut check = |body: Body, status: u16, words: &str| {
        let reply = stage.send(Method::POST, "/server/api/v2/labels", "Bearer texter-token", body);
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        assert_eq!(reply.status, status, "{text}");
        assert!(text.contains(words), "{text}");
    };
    check(Body::Whole("{\"id\":".into()), 400, "body is no JSON");
    check(Body::Whole("[1]".into()), 400, "body must be object");
    check(Body::Whole(deep.into()), 400, "body is no JSON");
    check(Body::Whole("".into()), 400, "body must be object");
    check(Body::Whole("{\"id\":7,\"name\":\"x\"}".into()), 400, "body.id must be string");
    check(Body::TooLarge(1), 413, "Payload too large");
    check(Body::TooSlow, 400, "request aborted");
    assert_eq!(stage.call(Method::PUT, "/labels", &json!({})).0, 404);
    assert_eq!(stage.call(Method::GET, "/nothing", &Value::Null).0, 404);
}
