//! OpenAPI 3.1 documents: what there is to say about an API, in the order and the form of that specification.
//!
//! Knows no API. Whoever has a table of operations tells a [`Document`] about each of its rows and gets JSON back; schemas of
//! bodies come from the types that are serialized, by [`of`].

use std::collections::BTreeSet;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value as Json, json};

/// Makes the schema of a type, and defines those of the types within it.
pub type TypeOf = fn(&mut Types) -> Json;

/// Where schemas that have a name stand in a document.
const DEFINITIONS: &str = "/components/schemas";

/// The schemas of types, each defined once in a document and referred to where it is needed.
pub struct Types(SchemaGenerator);

/// The schema of what a type is serialized to: members that can be left out are not required, and one that can be `null` is
/// said to be so.
pub fn of<T: JsonSchema>(types: &mut Types) -> Json {
    types.0.subschema_for::<T>().into()
}

/// A document that is being made.
pub struct Document {
    info: Json,
    server: String,
    paths: Map<String, Json>,
    webhooks: Map<String, Json>,
    responses: Map<String, Json>,
    security: Map<String, Json>,
    names: BTreeSet<String>,
    types: Types,
}

/// One operation. Parameters of the path are those in its braces and need not be told.
pub struct Operation<'o> {
    /// Its name; two of one name are told apart by their methods.
    pub name: &'o str,
    /// The HTTP method, in any case.
    pub method: &'o str,
    /// The path, with parameters in braces.
    pub path: &'o str,
    /// What it does, in a few words.
    pub summary: &'o str,
    /// What else there is to say.
    pub description: String,
    /// Parameters of the query and headers.
    pub parameters: Vec<Parameter<'o>>,
    /// The name of what authorizes a call, if anything does; see [`Document::security`].
    pub security: Option<&'o str>,
    /// The body of a call, if it may have one.
    pub request: Option<Content>,
    /// The answers, each by its status.
    pub answers: Vec<(u16, Response)>,
}

/// A parameter that is not in the path.
pub struct Parameter<'o> {
    /// Its name.
    pub name: &'o str,
    /// Whether it stands in the query or in a header.
    pub place: Place,
    /// What it means; empty if that is not known.
    pub description: &'o str,
    /// What it may be.
    pub schema: Json,
    /// Whether a call cannot do without.
    pub required: bool,
}

/// Where a parameter stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// Behind the question mark.
    Query,
    /// In a header.
    Header,
}

/// A body: its media type and its schema.
pub struct Content {
    /// The media type, or a range of them.
    pub media: &'static str,
    /// Its schema.
    pub schema: Json,
    /// Examples by name.
    pub examples: Vec<(String, Example)>,
}

/// An example of a body.
pub struct Example {
    /// What it is an example of.
    pub summary: String,
    /// The body.
    pub value: Json,
}

/// What a call is answered with.
pub enum Response {
    /// Something of this operation.
    Own {
        /// What it means.
        description: String,
        /// The body, if there is one.
        content: Option<Content>,
        /// Further members, whose names begin with `x-`.
        extensions: Map<String, Json>,
    },
    /// Something that many operations answer with; see [`Document::response`].
    Shared(String),
}

/// A webhook.
pub struct Webhook<'o> {
    /// Its name.
    pub name: &'o str,
    /// When it is sent.
    pub summary: &'o str,
    /// What else there is to say.
    pub description: String,
    /// What it carries.
    pub content: Content,
    /// The status that acknowledges it, or a range such as `2XX`.
    pub acknowledged: &'static str,
}

impl Content {
    /// JSON.
    #[must_use]
    pub fn json(schema: Json) -> Self {
        Self::of("application/json", schema)
    }

    /// Something of another media type.
    #[must_use]
    pub fn of(media: &'static str, schema: Json) -> Self {
        Self { media, schema, examples: Vec::new() }
    }

    fn document(self) -> Json {
        let mut document = json!({ "schema": self.schema });
        if !self.examples.is_empty() {
            let example = |(name, Example { summary, value })| (name, json!({ "summary": summary, "value": value }));
            document["examples"] = self.examples.into_iter().map(example).collect::<Map<_, _>>().into();
        }
        json!({ self.media: document })
    }
}

impl Document {
    /// A document about nothing yet.
    #[must_use]
    pub fn new(title: &str, version: &str, description: &str, server: &str) -> Self {
        let settings = SchemaSettings::draft2020_12().for_serialize();
        let settings = settings.with(|settings| {
            settings.definitions_path = DEFINITIONS.into();
            settings.meta_schema = None;
        });
        let settings = settings.with_transform(RecursiveTransform(left_out));
        Self {
            info: json!({ "title": title, "version": version, "description": description }),
            server: server.to_owned(),
            paths: Map::new(),
            webhooks: Map::new(),
            responses: Map::new(),
            security: Map::new(),
            names: BTreeSet::new(),
            types: Types(settings.into_generator()),
        }
    }

    /// The schemas of types that are told about in it.
    pub fn types(&mut self) -> &mut Types {
        &mut self.types
    }

    /// Tells about a way to authorize calls.
    pub fn security(&mut self, name: &str, scheme: Json) {
        self.security.insert(name.to_owned(), scheme);
    }

    /// Tells about an answer that many operations share.
    pub fn response(
        &mut self,
        name: &str,
        description: String,
        content: Option<Content>,
        extensions: Map<String, Json>,
    ) {
        let response = Response::Own { description, content, extensions }.document();
        self.responses.insert(name.to_owned(), response);
    }

    /// Tells about an operation.
    pub fn operation(&mut self, operation: Operation<'_>) {
        let method = operation.method.to_ascii_lowercase();
        let mut id = operation.name.to_owned();
        if !self.names.insert(id.clone()) {
            id = format!("{}_by_{method}", operation.name);
            self.names.insert(id.clone());
        }
        let in_path = parameters(operation.path)
            .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }));
        let parameters: Vec<Json> = in_path.chain(operation.parameters.into_iter().map(Parameter::document)).collect();
        let mut document = Map::new();
        document.insert("operationId".to_owned(), id.into());
        document.insert("summary".to_owned(), operation.summary.into());
        document.insert("description".to_owned(), operation.description.into());
        if let Some(name) = operation.security {
            document.insert("security".to_owned(), json!([{ name: [] }]));
        }
        if !parameters.is_empty() {
            document.insert("parameters".to_owned(), parameters.into());
        }
        if let Some(content) = operation.request {
            document.insert("requestBody".to_owned(), json!({ "content": content.document() }));
        }
        let answers = operation.answers.into_iter().map(|(status, answer)| (status.to_string(), answer.document()));
        document.insert("responses".to_owned(), answers.collect::<Map<_, _>>().into());
        let path = self.paths.entry(operation.path).or_insert_with(|| json!({}));
        path[method] = document.into();
    }

    /// Tells about a webhook.
    pub fn webhook(&mut self, webhook: Webhook<'_>) {
        let document = json!({ "post": {
            "summary": webhook.summary,
            "description": webhook.description,
            "requestBody": { "required": true, "content": webhook.content.document() },
            "responses": { webhook.acknowledged: { "description": "acknowledged" } },
        } });
        self.webhooks.insert(webhook.name.to_owned(), document);
    }

    /// The whole document.
    #[must_use]
    pub fn finish(mut self) -> Json {
        let schemas = self.types.0.take_definitions(true);
        json!({
            "openapi": "3.1.0",
            "info": self.info,
            "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
            "servers": [{ "url": self.server }],
            "paths": self.paths,
            "webhooks": self.webhooks,
            "components": {
                "schemas": schemas,
                "responses": self.responses,
                "securitySchemes": self.security,
            },
        })
    }
}

impl Parameter<'_> {
    fn document(self) -> Json {
        let place = match self.place {
            Place::Query => "query",
            Place::Header => "header",
        };
        let mut document = json!({ "name": self.name, "in": place, "schema": self.schema });
        if self.required {
            document["required"] = true.into();
        }
        if !self.description.is_empty() {
            document["description"] = self.description.into();
        }
        document
    }
}

impl Response {
    fn document(self) -> Json {
        match self {
            Self::Shared(name) => json!({ "$ref": format!("#/components/responses/{name}") }),
            Self::Own { description, content, extensions } => {
                let mut document = Map::new();
                document.insert("description".to_owned(), description.into());
                if let Some(content) = content {
                    document.insert("content".to_owned(), content.document());
                }
                document.extend(extensions);
                document.into()
            }
        }
    }
}

/// Members that need not be there are left out where there is nothing to tell, so they are never `null`; the type of a
/// member alone says otherwise.
fn left_out(schema: &mut Schema) {
    let required = schema.get("required").and_then(Json::as_array).cloned().unwrap_or_default();
    let Some(members) = schema.get_mut("properties").and_then(Json::as_object_mut) else { return };
    for (_, member) in members.iter_mut().filter(|(name, _)| !required.iter().any(|one| one == name.as_str())) {
        if let Some(kinds) = member.get_mut("type").and_then(Json::as_array_mut) {
            kinds.retain(|kind| kind != "null");
            if let [kind] = kinds.as_slice() {
                member["type"] = kind.clone();
            }
        }
        if let Some(choices) = member.get_mut("anyOf").and_then(Json::as_array_mut) {
            choices.retain(|choice| choice["type"] != "null");
            if let (1, Some(Json::Object(choice)), Some(whole)) = (choices.len(), choices.pop(), member.as_object_mut())
            {
                whole.shift_remove("anyOf");
                whole.extend(choice);
            }
        }
    }
}

/// The names in the braces of a path, in order.
pub fn parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split(['{', '}']).skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;

    /// A note.
    #[derive(Serialize, JsonSchema)]
    struct Note<'n> {
        /// What it says.
        text: &'n str,
        reply: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none", rename = "by")]
        author: Option<Author>,
        #[serde(skip_serializing_if = "Option::is_none")]
        stars: Option<u8>,
    }

    #[derive(Serialize, JsonSchema)]
    struct Author {
        name: String,
    }

    fn operation<'o>(name: &'o str, method: &'o str, path: &'o str) -> Operation<'o> {
        let (summary, description, parameters) = ("does it", String::new(), Vec::new());
        let answers = vec![(404, Response::Shared("missing".to_owned()))];
        Operation { name, method, path, summary, description, parameters, security: None, request: None, answers }
    }

    #[test]
    fn types_are_told_as_they_are_serialized_and_once() {
        let mut document = Document::new("Notes", "1", "", "/");
        for name in ["a", "b"] {
            let content = Content::json(of::<Note<'_>>(document.types()));
            let description = String::new();
            document.webhook(Webhook { name, summary: "", description, content, acknowledged: "200" });
        }
        let document = document.finish();
        let schema = &document["webhooks"]["b"]["post"]["requestBody"]["content"]["application/json"]["schema"];
        assert_eq!(schema["$ref"], "#/components/schemas/Note");
        let note = &document["components"]["schemas"]["Note"];
        assert_eq!(note["required"], json!(["text", "reply"]));
        assert_eq!(note["properties"]["reply"]["type"], json!(["integer", "null"]));
        assert_eq!(note["properties"]["text"]["description"], "What it says.");
        // What is left out where there is nothing is never `null`.
        assert_eq!(note["properties"]["by"], json!({"$ref": "#/components/schemas/Author"}));
        assert_eq!(note["properties"]["stars"]["type"], "integer");
        assert_eq!(document["components"]["schemas"].as_object().unwrap().len(), 2);
    }

    #[test]
    fn operations_stand_below_their_paths_and_have_names_of_their_own() {
        let mut document = Document::new("Notes", "1", "", "/");
        document.response("missing", "there is none".to_owned(), None, Map::new());
        document.operation(operation("note", "GET", "/notes/{id}/{part}"));
        document.operation(operation("note", "POST", "/notes/{id}/{part}"));
        let document = document.finish();
        let path = &document["paths"]["/notes/{id}/{part}"];
        assert_eq!(
            (&path["get"]["operationId"], &path["post"]["operationId"]),
            (&json!("note"), &json!("note_by_post"))
        );
        assert_eq!(path["get"]["parameters"][1]["name"], "part");
        assert_eq!(path["get"]["responses"]["404"]["$ref"], "#/components/responses/missing");
        assert_eq!(document["components"]["responses"]["missing"]["description"], "there is none");
    }
}
