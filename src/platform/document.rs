//! What a vendor's API is, as an OpenAPI document: its operations, codes and webhooks, from the tables that play them.
//!
//! The schema of a body is that of the type it is serialized from, where there is one ([`Shape`]). Where the program puts
//! a body together member by member, and of requests, which are read the same way, the schema tells what the bundled
//! scenarios show and the vendors' pages print ([`Seen`]); it requires nothing and excludes nothing.

use std::collections::BTreeMap;

use http::HeaderMap;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::mount::RouteDoc;
use super::recipe::{WellKnown, refusal};
use super::{Code, Part, Shape, Vendor};
use crate::base::doc_ref::{DocRef, Mark};
use crate::openapi::{Content, Document, Example, Operation, Parameter, Place, Response, Webhook};

/// The status of a success about which nothing else is known.
const OK: u16 = 200;

/// What the bundled scenarios show, and the vendor's pages print, of bodies. A script of the gate makes it of journals and test
/// vectors, and holds it to them.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seen {
    /// The operations.
    pub routes: IndexMap<String, SeenRoute>,
    /// The bodies of webhooks.
    pub events: IndexMap<String, Json>,
}

/// What was seen of one operation.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeenRoute {
    /// The parameters of the query.
    pub query: IndexMap<String, Json>,
    /// The bodies of calls that were granted.
    pub request: Option<Json>,
    /// The answers that granted them, by status.
    pub answers: IndexMap<String, SeenAnswer>,
}

/// What was seen of the answers with one status.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeenAnswer {
    /// The codes in them.
    pub codes: Vec<String>,
    /// The bodies.
    pub body: Option<Json>,
}

impl Vendor {
    /// What was seen of its bodies.
    ///
    /// # Panics
    /// If the file is not as the script writes it, which a test rules out.
    #[must_use]
    pub fn seen(&self) -> Seen {
        serde_json::from_str(self.seen).expect("a test reads the file of every vendor")
    }

    /// Its API as an OpenAPI 3.1 document, for clients of a stand-in at this address.
    #[must_use]
    pub fn document(&self, server: &str) -> Json {
        let about = format!(
            "{}, as `rehearsal` plays it. Each row tells where it is documented, and what is inferred is marked so. Schemas \
             that are named are those of the program's own types; others tell what its bundled scenarios show and the vendor's \
             pages print, and require nothing.",
            self.about
        );
        let mut document = Document::new(self.about, env!("CARGO_PKG_VERSION"), &about, server);
        let refusals = self.refusals(&mut document);
        let seen = self.seen();
        let (nothing, client) = (SeenRoute::default(), WellKnown::of(self));
        for route in (self.routes)() {
            let seen = seen.routes.get(route.name).unwrap_or(&nothing);
            let sent = client.as_ref().map(|client| client.headers(&route)).unwrap_or_default();
            self.route(&mut document, &route, seen, &sent, &refusals);
        }
        for event in self.events {
            let schema = self.schema(&mut document, Part::Event(event.name));
            let schema = schema.or_else(|| seen.events.get(event.name).cloned()).unwrap_or_else(|| json!({}));
            document.webhook(Webhook {
                name: event.name,
                summary: event.summary,
                description: source(event.doc),
                content: Content::json(schema),
                // Whatever else a platform takes for an acknowledgement, this is one.
                acknowledged: "200",
            });
        }
        document.finish()
    }

    /// The JSON Schema of the body of a webhook, as a document of its own; nothing if there is no such webhook.
    #[must_use]
    pub fn event_schema(&self, event: &str) -> Option<Json> {
        let event = self.events.iter().find(|row| row.name == event)?.name;
        let mut document = Document::new(event, "", "", "/");
        let body = self.schema(&mut document, Part::Event(event)).or_else(|| self.seen().events.swap_remove(event));
        let body = body.unwrap_or_else(|| json!({}));
        let definitions = document.finish()["components"]["schemas"].take();
        let mut schema = json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "title": event });
        let (Json::Object(members), Json::Object(body)) = (&mut schema, body) else { return None };
        members.extend(body);
        members.insert("$defs".to_owned(), definitions);
        rebase(&mut schema);
        Some(schema)
    }

    /// The schema of a body that has a type.
    fn schema(&self, document: &mut Document, part: Part) -> Option<Json> {
        let Shape { schema, .. } = self.shapes.iter().find(|shape| shape.of == part)?;
        Some(schema(document.types()))
    }

    /// Tells about all refusals, those of one status together, since that is how answers are told apart; gives the statuses.
    fn refusals(&self, document: &mut Document) -> Vec<u16> {
        let mut statuses: BTreeMap<u16, Vec<&Code>> = BTreeMap::new();
        for code in self.codes.iter().filter(|code| code.is_refusal()) {
            statuses.entry(code.status).or_default().push(code);
        }
        for (status, codes) in &statuses {
            let schema = self.schema(document, Part::Refusal).unwrap_or_else(|| json!({}));
            let lines = codes.iter().map(|code| format!("- `{}`: {}. {}", code.code, code.cause, source(code.doc)));
            let description = lines.collect::<Vec<_>>().join("\n");
            let examples = codes.iter().filter_map(|code| self.example(code)).collect();
            let content = Some(Content { examples, ..Content::json(schema) });
            document.response(&name_of(*status), description, content, told(codes));
        }
        statuses.into_keys().collect()
    }

    /// The body in which a refusal is told.
    fn example(&self, code: &Code) -> Option<(String, Example)> {
        let value = serde_json::from_slice(&refusal(self, code)?.body).ok()?;
        Some((code.code.to_owned(), Example { summary: code.text.to_owned(), value }))
    }

    fn route(&self, document: &mut Document, route: &RouteDoc, seen: &SeenRoute, sent: &HeaderMap, refusals: &[u16]) {
        let typed = self.schema(document, Part::Answer(route.name));
        let mut answers: Vec<(u16, Response)> = seen
            .answers
            .iter()
            .filter_map(|(status, answer)| {
                let body = answer.body.as_ref().map(|body| typed.clone().unwrap_or_else(|| body.clone()));
                Some((status.parse().ok()?, self.granted(&answer.codes, body)))
            })
            .collect();
        if answers.is_empty() {
            let codes = self.codes.iter().filter(|code| code.status == OK).map(|code| code.code.to_owned());
            answers.push((OK, self.granted(&codes.collect::<Vec<_>>(), typed)));
        }
        answers.extend(refusals.iter().map(|status| (*status, Response::Shared(name_of(*status)))));
        let mut security = None;
        let mut parameters: Vec<Parameter<'_>> = Vec::new();
        for (name, value) in sent {
            if name == http::header::AUTHORIZATION {
                let (scheme, how) = scheme(value.to_str().unwrap_or_default());
                document.security(scheme, how);
                security = Some(scheme);
            } else {
                let (place, schema) = (Place::Header, json!({ "type": "string" }));
                let description = "Well-behaved clients send it.";
                parameters.push(Parameter { name: name.as_str(), place, description, schema, required: false });
            }
        }
        parameters.extend(seen.query.iter().map(|(name, schema)| {
            let (place, schema) = (Place::Query, schema.clone());
            Parameter { name, place, description: "", schema, required: false }
        }));
        document.operation(Operation {
            name: route.name,
            method: route.method.as_str(),
            path: route.path,
            summary: route.summary,
            description: source(route.doc),
            parameters,
            security,
            request: seen.request.clone().map(content),
            answers,
        });
    }

    fn granted(&self, words: &[String], body: Option<Json>) -> Response {
        let codes: Vec<&Code> = self.codes.iter().filter(|code| words.iter().any(|word| word == code.code)).collect();
        let lines = codes.iter().map(|code| format!("- `{}`: {}. {}", code.code, code.text, source(code.doc)));
        let description = if codes.is_empty() { "done".to_owned() } else { lines.collect::<Vec<_>>().join("\n") };
        Response::Own { description, content: body.map(content), extensions: told(&codes) }
    }
}

/// Has references lead to where definitions stand in a schema, instead of where they stand in an OpenAPI document.
fn rebase(schema: &mut Json) {
    match schema {
        Json::Object(members) => {
            for (key, value) in members {
                match value {
                    Json::String(text) if key == "$ref" => *text = text.replace("#/components/schemas/", "#/$defs/"),
                    value => rebase(value),
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(rebase),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// A body that is JSON, or one that is a text and so of a type which its schema does not tell.
fn content(schema: Json) -> Content {
    if schema["type"] == "string" { Content::of("*/*", schema) } else { Content::json(schema) }
}

/// Codes, for programs that look for them.
fn told(codes: &[&Code]) -> Map<String, Json> {
    let told = |code: &&Code| json!({ "code": code.code, "text": code.text, "cause": code.cause, "doc": code.doc });
    let told: Vec<Json> = codes.iter().map(told).collect();
    if told.is_empty() { Map::new() } else { Map::from_iter([("x-codes".to_owned(), told.into())]) }
}

/// The name of all refusals with a status.
fn name_of(status: u16) -> String {
    format!("status_{status}")
}

/// Where something is documented.
fn source(doc: DocRef) -> String {
    match doc.mark {
        Mark::Inferred => format!("Inferred: {}.", doc.source),
        Mark::Seed | Mark::Docs | Mark::Sdk | Mark::Run | Mark::Seen => {
            format!("Source ({}): {}.", doc.mark, doc.source)
        }
    }
}

/// What a value of `authorization` is an example of.
fn scheme(value: &str) -> (&'static str, Json) {
    match value.split_once(' ') {
        Some(("Bearer", _)) => ("bearer", json!({ "type": "http", "scheme": "bearer" })),
        Some(("Basic", _)) => ("basic", json!({ "type": "http", "scheme": "basic" })),
        _ => ("authorization", json!({ "type": "apiKey", "in": "header", "name": "Authorization" })),
    }
}
