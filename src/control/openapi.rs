//! The control port's own description, as OpenAPI 3.1: made of the table of operations and of the types that answers are
//! made of.

use serde_json::{Map, Value as Json, json};

use super::answer::{Health, Idle, Resent};
use super::problem::Problem;
use super::route::{Access, Operation, ROUTES, Route};
use super::shape::Shape as _;
use super::{clock, faults, journal, run, snapshot, steps, stream, world};
use crate::journal::What;
use crate::platform::Vendor;
use crate::scenario::decode::{Decode as _, Schema};
use crate::scenario::{Vocabulary, schema};

/// What an operation takes and gives.
struct Contract {
    /// The body it takes, if it takes one.
    body: Option<Schema>,
    /// The status of its answer where all is well.
    status: u16,
    /// What that answer holds.
    answer: Content,
    /// The statuses of problems that only it has.
    problems: &'static [u16],
}

/// What an answer holds.
enum Content {
    /// A document.
    Json(Schema),
    /// Text of this media type.
    Text(&'static str),
    /// Nothing.
    Nothing,
}

/// The document, for a stand-in of these vendors at this address.
pub(super) fn document(vendors: &[Vendor], vendor_url: &str) -> Json {
    let words: Vec<Vocabulary> = vendors.iter().map(|vendor| vendor.vocabulary).collect();
    let mut scenario = schema::document(&words);
    let pattern = scenario["$defs"]["pattern"].take();
    if let Some(scenario) = scenario.as_object_mut() {
        scenario.shift_remove("$defs");
        scenario.shift_remove("$schema");
    }
    let mut schemas = json!({
        "Scenario": scenario,
        "Step": schema::step(),
        "Pattern": pattern,
        "Entry": entry(),
        "Problem": Problem::schema(),
        "World": world::Shown::schema(),
        "Run": run::Shown::schema(),
    });
    relocate(&mut schemas);
    let mut paths = Map::new();
    for route in ROUTES {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.to_lowercase()] = operation(route);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "rehearsal: control port",
            "version": env!("CARGO_PKG_VERSION"),
            "description": format!("Controls a stand-in that runs. The vendors' APIs are at {vendor_url}."),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "The token that is told at the start."},
            },
        },
    })
}

/// Has references of the scenario language's schema lead to where their places are in this document.
fn relocate(schema: &mut Json) {
    match schema {
        Json::Object(members) => {
            for (key, value) in members {
                match value {
                    Json::String(place) if key == "$ref" => *place = relocated(place),
                    value => relocate(value),
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(relocate),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn relocated(place: &str) -> String {
    match place.trim_start_matches("#/") {
        "$defs/pattern" => "#/components/schemas/Pattern".to_owned(),
        other => format!("#/components/schemas/Scenario/{other}"),
    }
}

fn operation(route: &Route) -> Json {
    let Contract { body, status, answer, problems } = contract(route.operation);
    let mut parameters: Vec<Json> = route.query.iter().map(|(name, meaning)| parameter(name, meaning)).collect();
    let mut refusals = vec![400, 403, 408, 413, 431];
    refusals.extend_from_slice(problems);
    if route.path.contains("{id}") {
        let of = match route.path.split('/').nth(1) {
            Some("snapshots") => "The id of a snapshot.",
            Some("platforms") => "The name of a platform.",
            _ => "The id of a world.",
        };
        let id = json!({"type": "string", "minLength": 1, "pattern": "^[A-Za-z0-9._-]+$"});
        parameters.push(json!({"name": "id", "in": "path", "required": true, "description": of, "schema": id}));
        refusals.extend([404, 409]);
    }
    if route.operation == Operation::Stream {
        parameters.push(json!({
            "name": stream::LAST_EVENT_ID,
            "in": "header",
            "description": "The id of the event that was read last.",
            "schema": {"type": "string"},
        }));
    }
    if route.access == Access::Token {
        refusals.push(401);
    }
    refusals.sort_unstable();
    refusals.dedup();
    let mut responses = Map::new();
    responses.insert(status.to_string(), response(status, &answer));
    for refusal in refusals {
        let problem = json!({"application/problem+json": {"schema": reference("Problem")}});
        responses.insert(refusal.to_string(), json!({"description": reason(refusal), "content": problem}));
    }
    let name = format!("{:?}", route.operation);
    let mut operation = json!({
        "operationId": format!("{}{}", name[..1].to_lowercase(), &name[1..]),
        "summary": route.summary,
        "parameters": parameters,
        "responses": responses,
    });
    if let Some(schema) = body {
        let content = json!({"application/json": {"schema": schema}, "application/yaml": {"schema": schema}});
        operation["requestBody"] = json!({"required": true, "content": content});
    }
    if route.access == Access::Anyone {
        operation["security"] = json!([]);
    }
    operation
}

fn response(status: u16, answer: &Content) -> Json {
    let mut response = json!({"description": reason(status)});
    match answer {
        Content::Json(schema) => response["content"] = json!({"application/json": {"schema": schema}}),
        Content::Text(media) => response["content"] = json!({*media: {"schema": {"type": "string"}}}),
        Content::Nothing => {}
    }
    response
}

fn reason(status: u16) -> &'static str {
    let status = http::StatusCode::from_u16(status).ok();
    status.and_then(|status| status.canonical_reason()).unwrap_or("Problem")
}

fn reference(name: &str) -> Json {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn contract(operation: Operation) -> Contract {
    let gives = |status, schema| Contract { body: None, status, answer: Content::Json(schema), problems: &[] };
    match operation {
        Operation::Health => gives(200, Health::schema()),
        Operation::Ready => Contract { problems: &[503], ..gives(200, Health::schema()) },
        Operation::Document | Operation::Schema => gives(200, json!({"type": "object"})),
        Operation::Metrics => Contract { answer: Content::Text("text/plain"), ..gives(200, json!({})) },
        Operation::Worlds => gives(200, json!({"type": "array", "items": world::Row::schema()})),
        Operation::Open => {
            let body = Some(reference("Scenario"));
            Contract { body, problems: &[409, 429, 502], ..gives(201, reference("World")) }
        }
        Operation::World => gives(200, reference("World")),
        Operation::Close => Contract { answer: Content::Nothing, ..gives(204, json!({})) },
        Operation::Reset => Contract { problems: &[502], ..gives(200, reference("World")) },
        Operation::Play => {
            let list = json!({"type": "array", "minItems": 1, "items": reference("Step")});
            let body = Some(json!({"anyOf": [reference("Step"), list]}));
            Contract { body, problems: &[422], ..gives(200, steps::Shown::schema()) }
        }
        Operation::Begin => gives(202, reference("Run")),
        Operation::Follow | Operation::Cancel => gives(200, reference("Run")),
        Operation::Clock => gives(200, clock::Shown::schema()),
        Operation::SetClock => {
            let mut change = clock::Change::schema();
            change["minProperties"] = json!(1);
            Contract { body: Some(change), ..gives(200, clock::Shown::schema()) }
        }
        Operation::Faults | Operation::ClearFaults => gives(200, rules()),
        Operation::AddFaults => {
            let list = json!({"type": "array", "minItems": 1, "items": fault()});
            Contract { body: Some(json!({"anyOf": [fault(), list]})), ..gives(201, rules()) }
        }
        Operation::Journal => gives(200, json!({"type": "array", "items": reference("Entry")})),
        Operation::Stream => {
            Contract { answer: Content::Text("text/event-stream"), problems: &[429], ..gives(200, json!({})) }
        }
        Operation::Idle => gives(200, Idle::schema()),
        Operation::Keep => Contract { problems: &[429], ..gives(201, snapshot::Shown::schema()) },
        Operation::TakeBack => Contract { problems: &[502], ..gives(200, reference("World")) },
        Operation::Snapshots => gives(200, json!({"type": "array", "items": snapshot::Shown::schema()})),
        Operation::Fork => Contract { problems: &[429, 502], ..gives(201, snapshot::Forked::schema()) },
        Operation::Forget => Contract { answer: Content::Nothing, ..gives(204, json!({})) },
        Operation::Resend => gives(200, Resent::schema()),
    }
}

/// A fault as a scenario's step has it.
fn fault() -> Schema {
    schema::step()["properties"]["fault"].take()
}

/// The faults in force.
fn rules() -> Schema {
    json!({"type": "array", "items": faults::Shown::schema(&fault())})
}

/// What may stand in a parameter of a query.
fn parameter(name: &str, meaning: &str) -> Json {
    let duration = || crate::base::time::WallLimit::schema();
    let schema = match name {
        "after" => json!({"type": "integer", "minimum": 0}),
        "limit" => json!({"type": "integer", "minimum": 1, "maximum": journal::MOST}),
        "delivery" | "rule" => json!({"type": "integer", "minimum": 1}),
        "wait" | "within" => duration(),
        "identities" => json!({"enum": ["fresh", "well_known"]}),
        "mode" => json!({"type": "string", "pattern": "^(real|virtual|x[0-9]+)$"}),
        "bot" => json!({"type": "string", "format": "uri", "pattern": "^http://"}),
        _ => json!({"type": "string"}),
    };
    let required = matches!(name, "delivery" | "snapshot");
    json!({"name": name, "in": "query", "required": required, "description": meaning, "schema": schema})
}

/// An entry of a journal. What else it has depends on its kind.
fn entry() -> Schema {
    json!({
        "type": "object",
        "description": "An entry of a journal. What else it has depends on its kind.",
        "properties": {
            "seq": {"type": "integer", "minimum": 0, "description": "Its number."},
            "at": {"type": "string", "description": "When it happened on the world's clock."},
            "wall_ms": {"type": "number", "description": "After how many real milliseconds since the first entry."},
            "kind": {"enum": What::KINDS, "description": "What happened."},
        },
        "required": ["seq", "at", "wall_ms", "kind"],
    })
}
