//! Checks what is said about forms.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::form::{Form, FormKind};
use crate::base::diag::Diagnostic;
use crate::record;
use crate::scenario::codes;
use crate::scenario::decode::{Located, Problems, meaning};

/// The id of the first form that has none of its own, which is that of the vendor's sample.
const FIRST_ID: u64 = 157_986_144_052_005_549;
/// What fields can be. The last two are known from the vendor's client library only.
const KINDS: &[&str] = &[
    "header",
    "checkbox",
    "email",
    "name",
    "question",
    "subject",
    "textarea",
    "group_chooser",
    "radio",
    "select",
    "rating",
    "checkbox_for_email",
];

record! {
    /// A form that customers fill in.
    pub(super) struct RawForm {
        /// When: `prechat`, `postchat` or `ticket`.
        r#type: Located<String>,
        /// The group whose customers do; group 0 by default.
        group: Located<u64> = Located { value: 0, place: Default::default() },
        /// Its id; made up by default.
        id: Option<String>,
        /// Its fields, each with `type` and `label`, as the API answers them. Fields without an `id` get their place, from 0.
        fields: Vec<Located<Value>>,
    }
}

/// The forms, as far as they can be.
pub(super) fn forms(
    raw: Vec<RawForm>,
    groups: &BTreeMap<u64, String>,
    problems: &mut Problems,
) -> BTreeMap<(u64, FormKind), Form> {
    let mut forms = BTreeMap::new();
    for (raw, number) in raw.into_iter().zip(FIRST_ID..) {
        let place = raw.r#type.place;
        let mut report = |place, message: String, help: &str| {
            problems.push(Diagnostic::new(&codes::SETUP, place, message).help(help));
        };
        if !groups.contains_key(&raw.group.value) {
            let message = format!("there is no group {}", raw.group.value);
            report(raw.group.place, message, "add it under `groups:`");
        }
        if raw.fields.is_empty() {
            report(place, "a form without fields asks nothing".to_owned(), "write `fields`");
        }
        for field in &raw.fields {
            let known = field.value["type"].as_str().is_some_and(|kind| KINDS.contains(&kind));
            if !known || !field.value["label"].is_string() {
                let message = "this is no field of a form".to_owned();
                report(field.place, message, &format!("write `label`, and as `type` one of: {}", KINDS.join(", ")));
            }
        }
        let kind = meaning(Some(&raw.r#type), FormKind::Prechat, "form", &FormKind::ALL, problems);
        let fields = raw.fields.into_iter().enumerate().map(|(at, field)| with_id(field.value, at)).collect();
        let form = Form { id: raw.id.unwrap_or_else(|| number.to_string()), fields };
        if forms.insert((raw.group.value, kind), form).is_some() {
            let message = format!("group {} has this form already", raw.group.value);
            problems.push(Diagnostic::new(&codes::SETUP, place, message).help("a group has one form of each type"));
        }
    }
    forms
}

fn with_id(mut field: Value, at: usize) -> Value {
    if let Value::Object(members) = &mut field
        && !members.contains_key("id")
    {
        members.shift_insert(0, "id".to_owned(), json!(at.to_string()));
    }
    field
}
