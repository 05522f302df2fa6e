//! The scenario language as a JSON Schema, for editors: made of the same declarations that scenarios are read by.
//!
//! It accepts every sound scenario. What it cannot tell (names that refer to each other, what makes sense together) is left
//! to `rehearsal check`.

use serde_json::{Map, json};

use super::act::{ACTS, Act, CustomerSpec};
use super::call::RawCall;
use super::check::HEAD;
use super::compose::{Lane, RawBranch, Repeat};
use super::decode::{Decode as _, FieldDoc, Schema, one_key, sentence};
use super::expect::{Defaults, Let, RawExpect, RawSubject};
use super::fault::{IN_SETUP, RawClear, RawFault};
use super::{STEPS, Vocabulary, deed, pattern};
use crate::base::time::VirtualSpan;
use crate::fault::Occasion;

/// What may stand in a row of examples.
const SCALARS: [&str; 5] = ["string", "number", "integer", "boolean", "null"];

/// Where the published form of the schema language is.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of scenarios on these platforms.
#[must_use]
pub fn document(vendors: &[Vocabulary]) -> Schema {
    let names: Vec<&str> = vendors.iter().map(|vendor| vendor.platform).collect();
    let properties: Map<String, Schema> =
        HEAD.iter().map(|field| (field.key.to_owned(), described(top(field, &names), field.doc))).collect();
    let branches: Vec<Schema> = vendors.iter().map(peculiar).collect();
    json!({
        "$schema": DIALECT,
        "title": "A scenario of rehearsal",
        "type": "object",
        "properties": properties,
        "required": ["platform"],
        "additionalProperties": false,
        "allOf": branches,
        "$defs": {"pattern": pattern::schema()},
    })
}

fn top(field: &FieldDoc, platforms: &[&str]) -> Schema {
    match field.key {
        "platform" => json!({"enum": platforms}),
        "name" => Option::<String>::schema(),
        "seed" => Option::<u64>::schema(),
        "tags" => Vec::<String>::schema(),
        "skip" => Option::<String>::schema(),
        "examples" => json!({
            "type": "array",
            "minItems": 1,
            "items": {"type": "object", "minProperties": 1, "additionalProperties": {"type": SCALARS}},
        }),
        "defaults" => Option::<Defaults>::schema(),
        "customers" => json!({
            "type": ["object", "null"],
            "additionalProperties": {"anyOf": [CustomerSpec::schema(), {"type": "null"}]},
        }),
        "steps" => json!({"type": "array", "items": step()}),
        // `setup` is the platform's own.
        _ => json!({}),
    }
}

/// What is so on one platform only.
fn peculiar(vendor: &Vocabulary) -> Schema {
    let lacks: Vec<&str> = vendor.lacks.iter().map(|(act, _)| *act).collect();
    let mut setup = (vendor.setup_schema)();
    if let Some(keys) = setup.get_mut("properties").and_then(Schema::as_object_mut) {
        let faults = json!({"type": ["array", "null"], "items": fault()});
        keys.insert(IN_SETUP.to_owned(), described(faults, super::fault::SETUP[0].doc));
    }
    let setup = json!({"anyOf": [setup, {"type": "null"}]});
    // What may be null besides has no other members either.
    let route = json!({"properties": {"route": {"enum": nullable((vendor.routes)())}}});
    let expect = json!({"properties": {"call": route}});
    let fault = json!({"properties": {"on": route}});
    let words = json!({"call": route, "clear_faults": route, "expect": expect, "expect_none": expect, "fault": fault});
    let steps = json!({"items": {"propertyNames": {"not": {"enum": lacks}}, "properties": words}});
    json!({
        "if": {"properties": {"platform": {"const": vendor.platform}}, "required": ["platform"]},
        "then": {"properties": {"setup": setup, "steps": steps}},
    })
}

/// A step: a mapping with one key. Patterns in it are at `#/$defs/pattern`, as in [`document`].
#[must_use]
pub fn step() -> Schema {
    let acts = ACTS.iter().filter_map(|act| Some((act.name, described(Act::schema_of(act.name)?, &[act.doc]))));
    let others = STEPS.iter().map(|step| (step.name, described(other(step.name), &[step.doc])));
    let properties: Map<String, Schema> = acts.chain(others).map(|(name, schema)| (name.to_owned(), schema)).collect();
    one_key(properties.into())
}

fn other(step: &str) -> Schema {
    match step {
        "wait" => VirtualSpan::schema(),
        "expect" => expectation(),
        "expect_none" => {
            let mut absence = expectation();
            for stray in ["times", "first", "in_order", "any_order", "violations"] {
                absence["properties"][stray] = json!({"type": "null"});
            }
            absence
        }
        "let" => {
            let mut binding = Let::schema();
            just_one(&mut binding["properties"]["from"], &["event", "call"]);
            binding["properties"]["at"]["pattern"] = json!("^(/.*)?$");
            binding
        }
        "call" => {
            let mut call = RawCall::schema();
            just_one(&mut call, &["route", "path"]);
            call
        }
        "repeat" => {
            let mut repeat = Repeat::schema();
            repeat["properties"]["times"]["minimum"] = json!(1);
            repeat
        }
        "include" => json!({"type": "string", "minLength": 1}),
        "one_of" => {
            let mut branch = RawBranch::schema();
            if let Some(weight) = branch.pointer_mut("/properties/weight/anyOf/0") {
                weight["minimum"] = json!(1);
            }
            json!({"type": "array", "minItems": 1, "items": branch})
        }
        "parallel" => json!({"type": "array", "minItems": 2, "items": Lane::schema()}),
        "fault" => fault(),
        "clear_faults" => {
            let mut clear = RawClear::schema();
            clear["maxProperties"] = json!(1);
            clear
        }
        _ => json!({}),
    }
}

/// What stands under `fault`, and in the list of faults of a set-up.
fn fault() -> Schema {
    let mut fault = RawFault::schema();
    just_one(&mut fault["properties"]["on"], &["route", "event", "push"]);
    for number in ["/properties/on/properties/nth", "/properties/on/properties/every", "/properties/times"] {
        if let Some(number) = fault.pointer_mut(&format!("{number}/anyOf/0")) {
            number["minimum"] = json!(1);
        }
    }
    fault["properties"]["do"] = json!({});
    let at = |key: &str, on: &Occasion| json!({"properties": {"on": {"required": [key]}, "do": deed::schema(on)}});
    let [route, event, push] = [Occasion::Route, Occasion::Event, Occasion::Push].map(|on| on(String::new()));
    fault["anyOf"] = json!([at("route", &route), at("event", &event), at("push", &push)]);
    fault
}

fn expectation() -> Schema {
    let mut expect = RawExpect::schema();
    just_one(
        &mut expect,
        &["message", "call", "event", "push", "violation", "state", "violations", "in_order", "any_order"],
    );
    expect["dependentRequired"] = json!({"delivered": ["event"], "attempts": ["event"]});
    // Each of the first is about something that has no number, or does not happen but is so.
    let pairs = [
        ("violations", ["times", "by", "first"].as_slice()),
        ("in_order", &["times", "first"]),
        ("any_order", &["times", "first"]),
        ("state", &["times", "first"]),
        ("first", &["times"]),
    ];
    let there = |key: &str| if key == "first" { json!({"const": true}) } else { json!({"not": {"type": "null"}}) };
    let apart = |key: &str, other: &str| json!({"not": {"required": [key, other], "properties": {key: there(key), other: there(other)}}});
    let others: Vec<Schema> =
        pairs.iter().flat_map(|(key, others)| others.iter().map(move |other| apart(key, other))).collect();
    for several in ["in_order", "any_order"] {
        let mut subject = RawSubject::schema();
        just_one(&mut subject, &["message", "call", "event", "push", "violation"]);
        subject["dependentRequired"] = json!({"delivered": ["event"], "attempts": ["event"]});
        expect["properties"][several]["anyOf"][0] = json!({"type": "array", "minItems": 2, "items": subject});
    }
    expect["allOf"] = json!(others);
    if let Some(times) = expect.pointer_mut("/properties/times/anyOf/0") {
        times["minimum"] = json!(1);
    }
    expect
}

/// Demands just one of these keys.
fn just_one(schema: &mut Schema, keys: &[&str]) {
    schema["oneOf"] = keys.iter().map(|key| json!({"required": [key]})).collect();
}

fn nullable(words: Vec<&'static str>) -> Vec<Option<&'static str>> {
    words.into_iter().map(Some).chain([None]).collect()
}

fn described(mut schema: Schema, doc: &[&str]) -> Schema {
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("description".to_owned(), json!(sentence(doc)));
    }
    schema
}
