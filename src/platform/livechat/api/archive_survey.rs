//! Which forms must have been filled in in a thread, and which greeting it must have begun with.
//!
//! How forms are named in filters is not published: the name is taken to be the id of the form. Nor is what the values of a
//! form are: they are taken to be answers, by their text, or by the id or label of what was chosen.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::codes::Denial;
use super::super::model::{Content, Event, FormStage, Properties};
use super::archive_filter::{Archived, SetFilter, plain};
use super::document::Fields;
use crate::base::time::VirtualTime;

/// The types of forms, in filters and in the properties of events.
const TYPES: [(&str, &str); 2] = [("pre_chat", "prechat"), ("post_chat", "postchat")];

/// What must be among the forms of a thread, or what its greeting must be.
pub(super) struct SurveyFilter {
    noun: Noun,
    from: Option<VirtualTime>,
    to: Option<VirtualTime>,
    values: SetFilter,
    groups: SetFilter,
}

/// What is looked at.
enum Noun {
    /// Forms with this id, and of this type if one is wanted.
    Form(String, Option<&'static str>),
    /// The greeting.
    Greeting,
}

/// A form that was filled in, or a greeting that a customer has answered.
struct Found {
    at: VirtualTime,
    values: BTreeSet<String>,
    groups: BTreeSet<String>,
}

impl SurveyFilter {
    /// Reads `forms` and `greetings`.
    pub(super) fn read(filters: &Fields<'_>) -> Result<Vec<Self>, Denial> {
        let mut read = Vec::new();
        if let Some(forms) = filters.object("forms")? {
            for form in forms.keys() {
                for (index, one) in forms.list(form)?.into_iter().flatten().enumerate() {
                    let one = Fields::of(one, &format!("{}.{index}", forms.name(form)))?;
                    let word = one.word("type", &TYPES.map(|(word, _)| word))?;
                    let kind = TYPES.iter().find(|(known, _)| Some(*known) == word).map(|(_, kind)| *kind);
                    read.push(Self::one(&one, Noun::Form(form.clone(), kind))?);
                }
            }
        }
        if let Some(greetings) = filters.object("greetings")? {
            read.push(Self::one(&greetings, Noun::Greeting)?);
        }
        Ok(read)
    }

    fn one(fields: &Fields<'_>, noun: Noun) -> Result<Self, Denial> {
        let groups = fields.object("groups")?;
        Ok(Self {
            noun,
            from: fields.instant("from")?,
            to: fields.instant("to")?,
            values: SetFilter::read(fields)?,
            groups: groups.map_or_else(|| Ok(SetFilter::default()), |groups| SetFilter::read(&groups))?,
        })
    }

    /// Whether a thread is wanted. Where nothing is said but when, and of which type, there must be one.
    pub(super) fn passes(&self, archived: &Archived<'_>) -> bool {
        let mut found = match &self.noun {
            Noun::Form(id, kind) => forms(archived, id, *kind),
            Noun::Greeting => greeting(archived).into_iter().collect(),
        };
        found.retain(|one| self.from.is_none_or(|from| one.at >= from) && self.to.is_none_or(|to| one.at <= to));
        if self.values.is_empty() && self.groups.is_empty() {
            return !found.is_empty();
        }
        let all = |of: fn(&Found) -> &BTreeSet<String>| found.iter().flat_map(of).cloned().collect();
        self.values.takes(!found.is_empty())
            && self.values.matches(&all(|one| &one.values))
            && self.groups.passes(&all(|one| &one.groups))
    }
}

/// The forms that were filled in. No form says whose it is: it belongs to the groups of the thread, which is inferred, since
/// it is groups that have forms.
fn forms(archived: &Archived<'_>, id: &str, kind: Option<&str>) -> Vec<Found> {
    let form = |event: &Event| match &event.draft.content {
        Content::Form { stage: FormStage::Filled, form_id, fields } if form_id == id => {
            let wanted =
                kind.is_none() || word(&event.draft.properties, "form_type").as_ref().and_then(Value::as_str) == kind;
            let groups = archived.thread.access.iter().map(u64::to_string).collect();
            wanted.then(|| Found { at: event.at, values: answers(fields), groups })
        }
        Content::Form { stage: FormStage::Filled | FormStage::Blank, .. }
        | Content::Message { .. }
        | Content::File { .. }
        | Content::RichMessage { .. }
        | Content::Custom { .. }
        | Content::System { .. }
        | Content::Activity { .. } => None,
    };
    archived.shown().filter_map(form).collect()
}

/// All answers in a form.
fn answers(fields: &Value) -> BTreeSet<String> {
    let fields = fields.as_array().into_iter().flatten();
    let answers = fields.flat_map(|field| {
        let many = field.get("answers").and_then(Value::as_array).into_iter().flatten();
        field.get("answer").into_iter().chain(many)
    });
    let words = answers.flat_map(|answer| match answer {
        Value::Object(chosen) => ["id", "label"].iter().filter_map(|key| chosen.get(*key)).collect(),
        text => vec![text],
    });
    words.map(plain).collect()
}

/// The greeting that the thread began with, which the widget writes into its properties.
fn greeting(archived: &Archived<'_>) -> Option<Found> {
    let id = plain(&word(&archived.thread.properties, "greeting_id")?);
    let known = id.parse().ok().and_then(|number| archived.library.greetings.get(number));
    let groups = known.map(|greeting| greeting.group.to_string()).into_iter().collect();
    Some(Found { at: archived.thread.created_at, values: BTreeSet::from([id]), groups })
}

/// A property of the namespace that the vendor's own apps use.
fn word(properties: &Properties, name: &str) -> Option<Value> {
    properties.get("lc2")?.get(name).cloned()
}
