//! The control port's description of itself.

use crate::support::controlled::{Controlled, TOKEN};
use crate::support::receiver::Receiver;
use rehearsal::control::route::{Access, ROUTES};
use serde_json::{Value as Json, json};

async fn document(stand_in: &Controlled) -> Json {
    let answer = stand_in.send("GET /openapi.json", "", "").await;
    assert_eq!(answer.status, 200, "no token is needed");
    serde_json::from_slice(&answer.body).unwrap()
}

/// All that references in a document lead to.
fn references(value: &Json, found: &mut Vec<String>) {
    match value {
        Json::Object(members) => {
            for (key, value) in members {
                match value {
                    Json::String(place) if key == "$ref" => found.push(place.clone()),
                    _ => references(value, found),
                }
            }
        }
        Json::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn every_operation_is_described_and_nothing_else() {
    let document = document(&Controlled::start(Receiver::start([]).await.address).await).await;
    let count: usize =
        document["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len()).sum();
    assert_eq!(count, ROUTES.len());
    let mut ids = std::collections::BTreeSet::new();
    for route in ROUTES {
        let operation = &document["paths"][route.path][route.method.to_lowercase()];
        assert_eq!(operation["summary"], route.summary, "{}", route.path);
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{operation}");
        let names: Vec<&str> = operation["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|parameter| parameter["in"] == "query")
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, route.query.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        let open = operation["security"] == json!([]);
        assert_eq!(open, route.access == Access::Anyone, "{}", route.path);
    }
}

#[tokio::test]
async fn references_lead_somewhere_and_all_that_is_shared_is_used() {
    let document = document(&Controlled::start(Receiver::start([]).await.address).await).await;
    let mut places = Vec::new();
    references(&document, &mut places);
    for place in &places {
        assert!(document.pointer(place.trim_start_matches('#')).is_some(), "{place} leads nowhere");
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(places.contains(&format!("#/components/schemas/{name}")), "{name} is used nowhere");
    }
}

/// What is wrong with a value for a schema that is made of objects, lists, words and references only.
fn mismatch(document: &Json, schema: &Json, value: &Json, at: &str) -> Option<String> {
    if let Some(place) = schema["$ref"].as_str() {
        return mismatch(document, document.pointer(place.trim_start_matches('#')).unwrap(), value, at);
    }
    let kind = match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(number) if number.is_f64() => "number",
        Json::Number(_) => "integer",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    };
    let fits = |wanted: &Json| wanted == kind || (wanted == "number" && kind == "integer");
    let types = &schema["type"];
    if !types.is_null() && !fits(types) && !types.as_array().is_some_and(|types| types.iter().any(fits)) {
        return Some(format!("{at} is {kind}, not {types}"));
    }
    let required = schema["required"].as_array().into_iter().flatten();
    if let Some(missing) = required.map(|name| name.as_str().unwrap()).find(|name| value.get(name).is_none()) {
        return Some(format!("{at} has no {missing}"));
    }
    let members = value.as_object().into_iter().flatten();
    let members = members.filter_map(|(key, value)| match schema["properties"].get(key) {
        Some(schema) => mismatch(document, schema, value, &format!("{at}/{key}")),
        None if schema["additionalProperties"] == false => Some(format!("{at} has a {key} that nobody described")),
        None if schema["additionalProperties"].is_object() => {
            mismatch(document, &schema["additionalProperties"], value, &format!("{at}/{key}"))
        }
        None => None,
    });
    let items = value.as_array().into_iter().flatten();
    let mut items = items.filter_map(|item| mismatch(document, &schema["items"], item, &format!("{at}/-")));
    members.into_iter().next().or_else(|| items.next())
}

#[tokio::test]
async fn answers_are_as_described() {
    let stand_in = Controlled::start(Receiver::start([]).await.address).await;
    let document = document(&stand_in).await;
    let check = async |line: &str, form: &str, body: &str, expected: u16| {
        let answer = stand_in.send(line, &format!("authorization: Bearer {TOKEN}\r\n"), body).await;
        assert_eq!(answer.status, expected, "{line}: {}", answer.text());
        let (method, path) = form.split_once(' ').unwrap();
        let content = &document["paths"][path][method.to_lowercase()]["responses"][expected.to_string()]["content"];
        let media = answer.header("content-type").unwrap().to_owned();
        let schema = &content[&media]["schema"];
        assert!(schema.is_object(), "{line}: {expected} with {media} is not described");
        let value: Json = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(mismatch(&document, schema, &value, ""), None, "{line}: {value}");
    };
    let steps = "POST /worlds/{id}/steps";
    check("GET /health", "GET /health", "", 200).await;
    check("GET /ready", "GET /ready", "", 200).await;
    check("GET /worlds", "GET /worlds", "", 200).await;
    check("GET /worlds/toy", "GET /worlds/{id}", "", 200).await;
    check("GET /worlds/none", "GET /worlds/{id}", "", 404).await;
    check("POST /worlds", "POST /worlds", "platform: tyo", 400).await;
    check("POST /worlds", "POST /worlds", "platform: toy", 409).await;
    check("POST /worlds/toy/steps", steps, "start_chat: {as: alice, text: Hi}", 200).await;
    check("POST /worlds/toy/steps", steps, "expect: {message: {text: Bye}, within: 10ms}", 422).await;
    check("POST /worlds/toy/steps", steps, "read: {as: alice}", 422).await;
    check("POST /worlds/toy/steps", steps, "sya: {}", 400).await;
    check("GET /worlds/toy/idle", "GET /worlds/{id}/idle", "", 200).await;
    check("GET /worlds/toy/journal", "GET /worlds/{id}/journal", "", 200).await;
    check("GET /worlds/toy/journal?limit=0", "GET /worlds/{id}/journal", "", 400).await;
    check("GET /worlds/toy/clock", "GET /worlds/{id}/clock", "", 200).await;
    check("POST /worlds/toy/clock", "POST /worlds/{id}/clock", "mode: virtual", 200).await;
    check("POST /worlds/toy/resend?delivery=1", "POST /worlds/{id}/resend", "", 200).await;
    check("POST /worlds/toy/resend?delivery=9", "POST /worlds/{id}/resend", "", 404).await;
    check("GET /worlds/toy/run", "GET /worlds/{id}/run", "", 200).await;
    check("POST /worlds/toy/run", "POST /worlds/{id}/run", "", 409).await;
    check("POST /worlds/toy/reset", "POST /worlds/{id}/reset", "", 200).await;
    assert_eq!(stand_in.ask("DELETE /worlds/toy", "").await.0, 204);
    check(
        "POST /worlds",
        "POST /worlds",
        "{platform: toy, steps: [{expect: {message: {text: Bye}, within: 10ms}}]}",
        201,
    )
    .await;
    let (_, worlds) = stand_in.ask("GET /worlds", "").await;
    let run = format!("/worlds/{}/run", worlds[0]["id"].as_str().unwrap());
    check(&format!("POST {run}"), "POST /worlds/{id}/run", "", 202).await;
    check(&format!("GET {run}?wait=10s"), "GET /worlds/{id}/run", "", 200).await;
    check(&format!("DELETE {run}"), "DELETE /worlds/{id}/run", "", 200).await;
}
