//! Templates are made, written, handed in, approved, listed and deleted.

use http::Method;
use serde_json::{Value, json};

use super::stage::{ACCOUNT, ADA, Stage};
use crate::base::time::VirtualSpan;
use crate::platform::Vendor;
use crate::scenario::load_setup;

fn path(rest: &str) -> String {
    format!("/whatsapp/templates/{ACCOUNT}{rest}")
}

fn form() -> Value {
    json!({"title": "Order ready", "category": "UTILITY", "chatStatus": 1, "usage": "inbox", "name": "pick_up"})
}

fn english() -> Value {
    json!({"language": "en", "components": [
        {"type": "BODY", "text": "Hi {{1}}", "example": {"body_text": [["Dana"]]}},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Yes"}]},
    ]})
}

fn ok(stage: &mut Stage, method: Method, path: &str, body: &Value) -> Value {
    let (status, answer) = stage.call(method, path, body);
    assert!((200..300).contains(&status), "{path}: {status} {answer}");
    answer
}

/// A tenant with a template that says nothing yet.
fn with_template(setup: Value) -> Stage {
    let mut stage = Stage::open(setup);
    ok(&mut stage, Method::POST, &path(""), &form());
    stage
}

/// How far WhatsApp has come with the English words of the template.
fn status(stage: &mut Stage) -> String {
    let listed = ok(stage, Method::GET, "/whatsapp/templates?includeAll=true", &Value::Null);
    let template = listed.as_array().unwrap().iter().find(|template| template["name"] == "pick_up").unwrap();
    template["provider_template"]["localizations"][0]["status"].as_str().unwrap_or("none").to_owned()
}

fn names(stage: &mut Stage, query: &str) -> Vec<String> {
    let listed = ok(stage, Method::GET, &format!("/whatsapp/templates?{query}"), &Value::Null);
    listed.as_array().unwrap().iter().map(|template| template["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_template_is_shown_as_it_was_made() {
    let mut stage = Stage::open(json!({}));
    let mut full = form();
    let more = json!({
        "isDefault": true, "departments": ["sales"], "setBotNode": "n", "replyText": "Hello!",
        "responsibleAgent": "noa@example.com", "responsibleDepartment": "support",
    });
    full.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (status, made) = stage.call(Method::POST, &path(""), &full);
    let expected = json!({
        "_id": made["_id"], "name": "pick_up", "title": "Order ready", "usage": "inbox", "chatStatus": 1,
        "setBotNode": "n", "replyText": "Hello!", "responsibleAgent": "noa@example.com",
        "responsibleDepartment": "support", "created": stage.now.as_millis(), "updatedAt": stage.now.millis(),
        "departments": ["sales"], "isDefault": true, "channelInfo": {"name": "whatsapp", "accountId": ACCOUNT},
        "provider_template": {"name": "pick_up", "category": "UTILITY", "localizations": [], "metadata": {}},
        "defaults": {}, "localizationDrafts": {},
    });
    assert_eq!((status, made), (201, expected));
}

#[test]
fn a_template_without_a_name_gets_one() {
    let mut stage = Stage::open(json!({}));
    let mut nameless = form();
    nameless.as_object_mut().unwrap().remove("name");
    let mut named = form();
    named["name"] = json!("inbox_utility_4");
    ok(&mut stage, Method::POST, &path(""), &named);
    assert_eq!(ok(&mut stage, Method::POST, &path(""), &nameless)["name"], "inbox_utility_5");
    assert_eq!(ok(&mut stage, Method::POST, &path(""), &nameless)["name"], "inbox_utility_6");
}

#[test]
fn what_is_wrong_with_a_template_is_told() {
    let mut stage = with_template(json!({}));
    let mut check = |key: &str, value: Value, status: u16, words: &str| {
        let mut body = form();
        body["name"] = json!("other");
        body[key] = value;
        let (found, answer) = stage.call(Method::POST, &path(""), &body);
        assert_eq!(found, status, "{answer}");
        assert!(answer["error"].as_str().unwrap().contains(words), "{answer}");
    };
    check("title", Value::Null, 400, "body.title is required");
    check("title", json!(""), 400, "must have 1 to");
    check("category", Value::Null, 400, "body.category is required");
    check("category", json!("NEWS"), 400, "must be one of MARKETING, UTILITY, AUTHENTICATION");
    check("chatStatus", Value::Null, 400, "body.chatStatus is required");
    check("chatStatus", json!(4), 400, "must be one of 0, 1, 2, 3");
    check("usage", Value::Null, 400, "body.usage is required");
    check("usage", json!("x"), 400, "must be one of inbox, bulk");
    check("name", json!("a-b"), 400, "must match ^[a-zA-Z0-9_]+$");
    check("name", json!("pick_up"), 409, "already exists");
    check("isDefault", json!(1), 400, "must be boolean");
    check("departments", json!(["nowhere"]), 404, "Department");
    check("responsibleAgent", json!("nobody@example.com"), 404, "Agent");
    check("responsibleDepartment", json!("nowhere"), 404, "Department");
    check("setBotNode", json!(1), 400, "must be string");
    check("replyText", json!(1), 400, "must be string");
    assert_eq!(stage.call(Method::POST, "/whatsapp/templates/123", &form()).0, 404);
    assert_eq!(names(&mut stage, "includeAll=1").len(), 3);
}

#[test]
fn what_is_written_can_be_changed_until_it_is_handed_in() {
    let mut stage = with_template(json!({}));
    let localizations = path("/pick_up/localizations");
    let submit = format!("{localizations}/en/submit");
    assert_eq!(stage.call(Method::POST, &submit, &Value::Null).0, 404);
    let mut body = english();
    body["defaults"] = json!({"body": ["Dana"]});
    let shown = ok(&mut stage, Method::POST, &localizations, &body);
    assert_eq!(shown["localizationDrafts"], json!({"en": {"components": body["components"]}}));
    assert_eq!(
        (&shown["defaults"], &shown["provider_template"]["localizations"]),
        (&json!({"en": {"body": ["Dana"]}}), &json!([]))
    );
    body["components"][0]["text"] = json!("Hello {{1}}");
    let shown = ok(&mut stage, Method::POST, &localizations, &body);
    assert_eq!(shown["localizationDrafts"]["en"]["components"][0]["text"], "Hello {{1}}");
    let shown = ok(&mut stage, Method::POST, &submit, &Value::Null);
    let expected = json!([{"language": "en", "status": "REQUESTED", "components": body["components"]}]);
    assert_eq!((&shown["provider_template"]["localizations"], &shown["localizationDrafts"]), (&expected, &json!({})));
    for (path, body) in [(&localizations, body), (&submit, Value::Null)] {
        let (status, answer) = stage.call(Method::POST, path, &body);
        assert_eq!((status, &answer["error"]), (400, &json!("Localization en is submitted already")));
    }
    // Other languages can still be written.
    let mut hebrew = english();
    hebrew["language"] = json!("he");
    ok(&mut stage, Method::POST, &localizations, &hebrew);
    assert_eq!(stage.call(Method::POST, &path("/none/localizations"), &hebrew).0, 404);
    assert_eq!(stage.call(Method::POST, &path("/none/localizations/en/submit"), &Value::Null).0, 404);
}

#[test]
fn what_is_wrong_with_a_localization_is_told() {
    let mut stage = with_template(json!({}));
    let mut check = |body: Value, expected: Option<&str>| {
        let (status, answer) = stage.call(Method::POST, &path("/pick_up/localizations"), &body);
        match expected {
            None => assert_eq!(status, 200, "{answer}"),
            Some(words) => {
                assert_eq!(status, 400, "{body}");
                assert!(answer["error"].as_str().unwrap().contains(words), "{answer} lacks {words}");
            }
        }
    };
    let says = |components: Value| json!({"language": "en", "components": components});
    let has = |buttons: Value| says(json!([{"type": "BUTTONS", "buttons": buttons}]));
    let body = json!({"type": "BODY", "text": "x"});
    let button = |kind: &str| json!({"type": kind, "text": "x"});
    let [answer, url, phone, flow] = ["QUICK_REPLY", "URL", "PHONE_NUMBER", "FLOW"].map(button);
    check(json!({"components": [body]}), Some("body.language is required"));
    check(json!({"language": "en/us", "components": [body]}), Some("must be a language"));
    check(json!({"language": "en"}), Some("body.components is required"));
    check(says(json!([])), Some("must have 1 to 4 items"));
    check(says(json!([body, body])), Some("body.components[1].type must not be BODY for the second time"));
    check(says(json!([{"text": "x"}])), Some("body.components[0].type is required"));
    check(says(json!([{"type": "TAIL"}])), Some("must be one of HEADER, BODY, FOOTER, BUTTONS"));
    check(says(json!([{"type": "BODY"}])), Some("body.components[0].text is required"));
    check(says(json!([{"type": "FOOTER", "text": ""}])), Some("must have 1 to"));
    check(says(json!([{"type": "HEADER"}])), Some("body.components[0].text is required"));
    check(says(json!([{"type": "HEADER", "format": "SOUND"}])), Some("must be one of TEXT, IMAGE, VIDEO, DOCUMENT"));
    check(says(json!([{"type": "HEADER", "format": "IMAGE"}, body])), None);
    check(says(json!([{"type": "HEADER", "text": "x"}, body, {"type": "FOOTER", "text": "x"}])), None);
    check(says(json!([{"type": "BUTTONS"}])), Some("buttons is required"));
    check(has(json!([])), Some("must have 1 to 3 items"));
    check(has(json!([answer, answer, answer, answer])), Some("must have 1 to 3 items"));
    check(has(json!([answer, answer, answer])), None);
    check(has(json!([url, phone])), None);
    check(has(json!([flow])), None);
    check(has(json!([url, phone, flow])), Some("at most 2 that lead elsewhere"));
    check(has(json!([answer, url])), Some("QUICK_REPLY all of them or none"));
    check(has(json!([{"type": "COPY", "text": "x"}])), Some("must be one of QUICK_REPLY, URL, PHONE_NUMBER, FLOW"));
    check(has(json!([{"type": "QUICK_REPLY"}])), Some("text is required"));
    check(json!({"language": "en", "components": [body], "defaults": {"body": "x"}}), Some("body.defaults.body"));
}

#[test]
fn whatsapp_approves_by_the_clock() {
    let check = |approval: Value, expected: &[(u64, &str)]| {
        let setup = if approval.is_null() { json!({}) } else { json!({"template_approval": approval}) };
        let mut stage = with_template(setup);
        ok(&mut stage, Method::POST, &path("/pick_up/localizations"), &english());
        assert_eq!(status(&mut stage), "none");
        ok(&mut stage, Method::POST, &path("/pick_up/localizations/en/submit"), &Value::Null);
        for (seconds, expected) in expected {
            stage.pass(VirtualSpan::from_secs(*seconds));
            assert_eq!(status(&mut stage), *expected, "{approval} {seconds}");
            let body = json!({"templateName": "pick_up", "to": ADA, "body": ["Ada"]});
            let sent = stage.call(Method::POST, "/whatsapp/templates/send", &body).0;
            assert_eq!(sent, if *expected == "APPROVED" { 200 } else { 400 });
        }
    };
    check(Value::Null, &[(0, "REQUESTED"), (1, "PENDING"), (58, "PENDING"), (1, "APPROVED"), (90_000, "APPROVED")]);
    check(json!({"pending": null, "approved": "10s"}), &[(9, "REQUESTED"), (1, "APPROVED")]);
    check(json!({"approved": null}), &[(90_000, "PENDING")]);
    check(json!({"pending": "10s", "approved": "5s"}), &[(4, "REQUESTED"), (1, "APPROVED"), (9, "APPROVED")]);
    check(json!({"pending": null, "approved": null}), &[(90_000, "REQUESTED")]);
}

#[test]
fn what_could_not_be_handed_in_is_written_anew() {
    let failed = json!({"language": "en", "body": "x", "status": "SUBMIT_FAILED"});
    let mut stage = Stage::open(json!({"templates": [{"name": "pick_up", "localizations": [failed]}]}));
    stage.pass(VirtualSpan::from_secs(9_000));
    assert_eq!(status(&mut stage), "SUBMIT_FAILED");
    ok(&mut stage, Method::POST, &path("/pick_up/localizations"), &english());
    ok(&mut stage, Method::POST, &path("/pick_up/localizations/en/submit"), &Value::Null);
    assert_eq!(status(&mut stage), "REQUESTED");
}

#[test]
fn what_is_deleted_is_gone_and_its_name_is_free() {
    let mut stage = with_template(json!({}));
    ok(&mut stage, Method::POST, &path("/pick_up/localizations"), &english());
    ok(&mut stage, Method::POST, &path("/pick_up/localizations/en/submit"), &Value::Null);
    assert_eq!(stage.call(Method::DELETE, &path("/pick_up"), &Value::Null), (200, json!("OK")));
    assert_eq!(stage.call(Method::DELETE, &path("/pick_up"), &Value::Null).0, 404);
    ok(&mut stage, Method::POST, &path(""), &form());
    // What was awaited for the old one does not reach the new one.
    stage.pass(VirtualSpan::from_secs(120));
    assert_eq!(status(&mut stage), "none");
}

#[test]
fn lists_have_what_is_approved_unless_all_is_asked_for() {
    let says =
        |status: &str, header: Value| json!([{"language": "en", "body": "x", "status": status, "header": header}]);
    let setup = json!({
        "accounts": [{"channel": "whatsapp", "id": "1"}, {"channel": "whatsapp", "id": "2"}],
        "templates": [
            {"name": "a", "localizations": says("APPROVED", Value::Null)},
            {"name": "b", "localizations": says("PENDING", json!("IMAGE"))},
            {"name": "c", "localizations": says("APPROVED", json!("VIDEO")), "account": "2"},
            {"name": "d", "account": "2"},
        ],
    });
    let mut stage = Stage::open(setup);
    let mut check = |query: &str, expected: &str| assert_eq!(names(&mut stage, query).concat(), expected, "{query}");
    check("", "ac");
    check("includeAll=true", "abcd");
    check("includeAll=false", "ac");
    check("accountId=2", "c");
    check("accountId=2&includeAll=1", "cd");
    check("accountId=3", "");
    check("hasHeader=true", "c");
    check("hasHeader=false", "a");
    check("includeAll=1&hasHeader=1", "bc");
    check("accountId=1&forceSync=true", "a");
    for query in ["forceSync=true", "includeAll=x", "hasHeader=x"] {
        assert_eq!(stage.call(Method::GET, &format!("/whatsapp/templates?{query}"), &Value::Null).0, 400, "{query}");
    }
}

#[test]
fn every_account_on_whatsapp_has_the_usual_templates() {
    let check = |accounts: Value, expected: usize| {
        let mut stage = Stage::open(json!({"accounts": accounts}));
        assert_eq!(names(&mut stage, "").len(), expected, "{accounts}");
    };
    check(json!([{"channel": "whatsapp", "id": "1"}]), 2);
    check(
        json!([{"channel": "whatsapp", "id": "1"}, {"channel": "sms", "id": "1"}, {"channel": "whatsapp", "id": "2"}]),
        4,
    );
    check(json!([{"channel": "sms", "id": "1"}]), 0);
}

#[test]
fn a_setup_that_cannot_be_is_told() {
    let check = |template: Value, words: &str| {
        let text = json!({"platform": "texter", "setup": {"templates": template}, "steps": []}).to_string();
        let vendor = Vendor::of::<super::super::Texter>();
        let problems = load_setup(&text, &[vendor.vocabulary]).unwrap_err();
        let told: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert!(told.iter().any(|message| message.contains(words)), "{template}: {told:?} lacks {words}");
    };
    let says = |key: &str, value: Value| {
        let mut localization = json!({"language": "en", "body": "x"});
        localization[key] = value;
        json!([{"name": "a", "localizations": [localization]}])
    };
    check(json!([{"name": "a b"}]), "`a b` cannot be the name of a template");
    check(json!([{"name": "a"}, {"name": "a"}]), "there is a template `a` already");
    check(json!([{"name": "a", "account": "1"}]), "only accounts on WhatsApp");
    check(json!([{"name": "a", "category": "NEWS"}]), "`NEWS` is no category of templates");
    check(json!([{"name": "a", "usage": "x"}]), "`x` is no usage of templates");
    check(json!([{"name": "a", "chat_status": "BULK"}]), "`BULK` is no status of a chat");
    check(json!([{"name": "a", "agent": "nobody"}]), "no agent is called `nobody`");
    check(json!([{"name": "a", "department": "nowhere"}]), "there is no department `nowhere`");
    check(says("language", json!("e/n")), "`e/n` is no language");
    check(says("status", json!("REJECTED")), "`REJECTED` is no status of localizations");
    check(says("header", json!("SOUND")), "`SOUND` is no kind of header");
    check(says("buttons", json!(["a", "b", "c", "d"])), "at most 3 buttons");
    let twice = json!([{"language": "en", "body": "x"}, {"language": "en", "body": "y"}]);
    check(json!([{"name": "a", "localizations": twice}]), "in `en` already");
}
