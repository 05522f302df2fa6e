//! Which threads that are over are wanted.
//!
//! Nobody sells or reaches goals here, so threads have neither: what must have one is not found, and what must not is.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::codes::Denial;
use super::super::model::{Chat, Content, EVERYBODY, Event, Library, StaffKind, Staffer, Thread, Validity};
use super::super::wire::{Erased, View};
use super::archive_survey::SurveyFilter;
use super::document::Fields;
use super::list::{PropertyFilter, Span};

const MOST_CHATS: usize = 1000;
const MOST_THREADS: usize = 20;
const MOST_GROUPS: usize = 200;
/// The country of all customers, who are at the place of the vendor's sample.
const COUNTRY: &str = "PL";

/// A thread that is over, with what is known around it.
pub(super) struct Archived<'a> {
    /// What the caller sees.
    pub(super) view: View<'a>,
    /// The greetings, among others.
    pub(super) library: &'a Library,
    /// The chat.
    pub(super) chat: &'a Chat,
    /// The thread.
    pub(super) thread: &'a Thread,
}

/// Which threads are wanted. All that is set must be met.
pub(super) struct Filter {
    query: Option<String>,
    span: Span,
    chats: Option<Vec<String>>,
    threads: Option<Vec<String>>,
    groups: Option<Vec<u64>>,
    properties: Vec<PropertyFilter>,
    sets: Vec<(Trait, SetFilter)>,
    surveys: Vec<SurveyFilter>,
    customer_id: Option<String>,
    customer_email: Option<String>,
}

/// What a thread may have several of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Trait {
    Agents,
    Tags,
    Sales,
    Goals,
    Countries,
    EventTypes,
    Responders,
    FirstResponder,
    ResponderGroups,
    FirstResponderGroups,
    AgentTypes,
}

/// What must be among several.
#[derive(Debug, Default)]
pub(super) struct SetFilter {
    exists: Option<bool>,
    any: Option<Vec<Value>>,
    every: Option<Vec<Value>>,
    none: Option<Vec<Value>>,
}

impl SetFilter {
    /// Reads it.
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, Denial> {
        let exists = fields.flag("exists")?;
        let (values, none) = (fields.list("values")?.cloned(), fields.list("exclude_values")?.cloned());
        let given = [exists.is_some(), values.is_some(), none.is_some()];
        if given.into_iter().filter(|given| *given).count() > 1 {
            let names = ["exists", "values", "exclude_values"].map(|key| fields.name(key));
            return Err(Denial::validation(format!("only one of these can be used: {}", names.join(", "))));
        }
        let (any, every) = match fields.flag("require_every_value")? {
            Some(true) => (None, values),
            Some(false) | None => (values, None),
        };
        Ok(Self { exists, any, every, none })
    }

    /// Whether everything will do.
    pub(super) fn is_empty(&self) -> bool {
        self.exists.is_none() && self.any.is_none() && self.every.is_none() && self.none.is_none()
    }

    /// Whether these will do.
    pub(super) fn passes(&self, found: &BTreeSet<String>) -> bool {
        self.takes(!found.is_empty()) && self.matches(found)
    }

    /// Whether it will do that there are some, or none.
    pub(super) fn takes(&self, some: bool) -> bool {
        self.exists.is_none_or(|exists| exists == some)
    }

    /// Whether these values will do, whether or not there have to be some.
    pub(super) fn matches(&self, found: &BTreeSet<String>) -> bool {
        let has = |value: &Value| found.contains(&plain(value));
        self.any.as_ref().is_none_or(|values| values.iter().any(has))
            && self.every.as_ref().is_none_or(|values| values.iter().all(has))
            && self.none.as_ref().is_none_or(|values| !values.iter().any(has))
    }
}

/// A value as text, so that texts and numbers are compared alike.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Filter {
    /// Reads `filters`.
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, Denial> {
        let nothing = json!({});
        let filters = match fields.object("filters")? {
            Some(filters) => filters,
            None => Fields::of(&nothing, "filters")?,
        };
        let read = Self {
            query: filters.text("query")?.filter(|query| !query.is_empty()).map(str::to_owned),
            span: Span::read(fields)?,
            chats: at_most(&filters, "chat_ids", MOST_CHATS, filters.texts("chat_ids")?)?,
            threads: at_most(&filters, "thread_ids", MOST_THREADS, filters.texts("thread_ids")?)?,
            groups: at_most(&filters, "group_ids", MOST_GROUPS, filters.numbers("group_ids")?)?,
            properties: PropertyFilter::read(&filters)?,
            sets: sets(&filters)?,
            surveys: SurveyFilter::read(&filters)?,
            customer_id: filters.text("customer_id")?.map(str::to_owned),
            customer_email: filters.text("customer_email")?.map(str::to_owned),
        };
        let others = filters.keys().filter(|key| *key != "thread_ids" && filters.get(key).is_some());
        if read.by_thread() && others.count() > 0 {
            return Err(Denial::validation("`filters.thread_ids` cannot be used with other filters"));
        }
        Ok(read)
    }

    /// What is looked for in texts.
    pub(super) fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// Whether threads are asked for by their ids.
    pub(super) fn by_thread(&self) -> bool {
        self.threads.is_some()
    }

    /// Whether a thread is wanted.
    pub(super) fn passes(&self, found: &Archived<'_>) -> bool {
        let Archived { chat, thread, .. } = found;
        let properties = |filter: &PropertyFilter| filter.passes(&thread.properties) || filter.passes(&chat.properties);
        let customer = chat.customer().map(|member| member.id.as_str());
        let email = customer.and_then(|id| found.view.chats.patron(id)).map(|patron| patron.email.as_str());
        self.query.as_ref().is_none_or(|query| found.mentions(query))
            && self.span.holds(thread)
            && self.chats.as_ref().is_none_or(|ids| ids.contains(&chat.id))
            && self.threads.as_ref().is_none_or(|ids| ids.contains(&thread.id))
            && self.groups.as_ref().is_none_or(|ids| ids.iter().any(|id| thread.access.contains(id)))
            && self.properties.iter().all(properties)
            && self.sets.iter().all(|(noun, filter)| filter.passes(&found.all(*noun)))
            && self.surveys.iter().all(|filter| filter.passes(found))
            && self.customer_id.as_ref().is_none_or(|id| customer == Some(id))
            && self.customer_email.as_ref().is_none_or(|wanted| email == Some(wanted))
    }
}

fn at_most<T>(filters: &Fields<'_>, key: &str, most: usize, list: Option<Vec<T>>) -> Result<Option<Vec<T>>, Denial> {
    match list {
        Some(list) if list.len() > most => {
            Err(Denial::validation(format!("`{}` must not have more than {most} items", filters.name(key))))
        }
        list => Ok(list),
    }
}

/// The filters that look at what a thread may have several of.
fn sets(filters: &Fields<'_>) -> Result<Vec<(Trait, SetFilter)>, Denial> {
    let plain = [
        ("agents", Trait::Agents),
        ("tags", Trait::Tags),
        ("sales", Trait::Sales),
        ("goals", Trait::Goals),
        ("customer_countries", Trait::Countries),
        ("event_types", Trait::EventTypes),
    ];
    let mut sets = Vec::new();
    for (key, noun) in plain {
        if let Some(filter) = filters.object(key)? {
            sets.push((noun, SetFilter::read(&filter)?));
        }
    }
    if let Some(response) = filters.object("agent_response")? {
        let (people, groups) = match response.flag("first")? {
            Some(true) => (Trait::FirstResponder, Trait::FirstResponderGroups),
            Some(false) | None => (Trait::Responders, Trait::ResponderGroups),
        };
        sets.push((people, SetFilter { exists: response.flag("exists")?, ..SetFilter::default() }));
        for (key, noun) in [("agents", people), ("groups", groups)] {
            if let Some(filter) = response.object(key)? {
                sets.push((noun, SetFilter::read(&filter)?));
            }
        }
    }
    if let Some(types) = filters.object("agent_types")? {
        let (every, any) = (types.texts("all_values")?, types.texts("any_values")?);
        let values = |words: Option<Vec<String>>| words.map(|words| words.into_iter().map(Value::from).collect());
        let none = values(types.texts("exclude_values")?);
        sets.push((Trait::AgentTypes, SetFilter { exists: None, any: values(any), every: values(every), none }));
    }
    Ok(sets)
}

impl Archived<'_> {
    /// All that a thread has of something.
    fn all(&self, noun: Trait) -> BTreeSet<String> {
        let ids = |staff: Vec<&Staffer>| staff.into_iter().map(|staffer| staffer.id.clone()).collect();
        match noun {
            Trait::Agents => ids(self.agents().collect()),
            Trait::Tags => self.thread.tags.iter().cloned().collect(),
            Trait::Sales | Trait::Goals => BTreeSet::new(),
            Trait::Countries => self.chat.customer().map(|_| COUNTRY.to_owned()).into_iter().collect(),
            Trait::EventTypes => self.events().map(|event| event.draft.content.kind().to_owned()).collect(),
            Trait::Responders => ids(self.responders().collect()),
            Trait::FirstResponder => ids(self.responders().take(1).collect()),
            Trait::ResponderGroups => self.responders().flat_map(groups).collect(),
            Trait::FirstResponderGroups => self.responders().take(1).flat_map(groups).collect(),
            Trait::AgentTypes => self.agents().map(|staffer| agent_type(staffer).to_owned()).collect(),
        }
    }

    fn events(&self) -> impl Iterator<Item = &Event> {
        self.thread.events().iter()
    }

    /// The events that the caller is shown. Nobody finds what they are not shown.
    pub(super) fn shown(&self) -> impl Iterator<Item = &Event> {
        self.events().filter(|event| event.standing == Validity::Kept || self.view.erased == Erased::Whole)
    }

    /// Whether a text has these words in it.
    fn mentions(&self, query: &str) -> bool {
        let query = query.to_ascii_lowercase();
        self.shown().any(|event| match &event.draft.content {
            Content::Message { text, .. } => text.to_ascii_lowercase().contains(&query),
            Content::File { .. }
            | Content::RichMessage { .. }
            | Content::Form { .. }
            | Content::Custom { .. }
            | Content::System { .. }
            | Content::Activity { .. } => false,
        })
    }

    fn agents(&self) -> impl Iterator<Item = &Staffer> {
        self.thread.user_ids.iter().filter_map(|id| self.view.organization.staffer(id))
    }

    /// Those who wrote in it, in the order of their writing.
    fn responders(&self) -> impl Iterator<Item = &Staffer> {
        self.events().filter_map(|event| self.view.organization.staffer(event.author.as_ref()?))
    }
}

fn groups(staffer: &Staffer) -> Vec<String> {
    let everybody = (!staffer.groups.contains_key(&EVERYBODY)).then_some(EVERYBODY);
    staffer.groups.keys().copied().chain(everybody).map(|group| group.to_string()).collect()
}

/// What an agent is; none is of the third type, `ai_agent`.
fn agent_type(staffer: &Staffer) -> &'static str {
    match staffer.kind {
        StaffKind::Agent(_) => "human",
        StaffKind::Bot { .. } => "chatbot",
    }
}
