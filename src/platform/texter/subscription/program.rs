//! What a subscription does, as it was imported.

use serde_json::{Map, Value as Json};

use super::engine::Trigger;
use super::request;
use crate::base::nearest::nearest;

/// A loader, a condition or an action.
#[derive(Clone, Debug)]
pub(in crate::platform::texter) struct Part {
    /// Which one.
    pub(in crate::platform::texter) name: String,
    /// The name under which a loader gives what it found.
    pub(in crate::platform::texter) alias: Option<String>,
    /// What it needs, with values to be filled in.
    pub(in crate::platform::texter) params: Json,
}

/// A subscription's program.
#[derive(Clone, Debug)]
pub(in crate::platform::texter) struct Program {
    /// What people call it.
    pub(in crate::platform::texter) name: String,
    /// What sets it off.
    pub(in crate::platform::texter) triggers: Vec<String>,
    /// What is fetched before the conditions.
    pub(in crate::platform::texter) before: Vec<Part>,
    /// What is fetched for the actions alone.
    pub(in crate::platform::texter) after: Vec<Part>,
    /// When it acts: if all conditions of some group hold, or if there are none.
    pub(in crate::platform::texter) conditions: Vec<Vec<Part>>,
    /// What it does.
    pub(in crate::platform::texter) actions: Vec<Part>,
    /// Whether it has loops, which are not played.
    pub(in crate::platform::texter) has_loops: bool,
    /// Whether its actions wait for each other.
    pub(in crate::platform::texter) order: ActionOrder,
    /// Members that the vendor does not document.
    unknown: Vec<String>,
}

/// The members that are documented.
const MEMBERS: [&str; 11] = [
    "version",
    "name",
    "description",
    "triggerEvents",
    "loaders",
    "conditions",
    "actions",
    "loops",
    "tags",
    "attachedData",
    "options",
];

/// Whether actions wait for each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::platform::texter) enum ActionOrder {
    /// Each waits for the one before it, and none comes after one that failed.
    Sequential,
    /// They do not.
    Parallel,
}

impl Program {
    /// The events of its requests; nothing if one of them does not spell its name out.
    pub(in crate::platform::texter) fn posted(&self) -> Option<Vec<String>> {
        let requests = self.actions.iter().filter(|action| action.name == request::NAME);
        let spelt = |name: &&str| name.chars().all(char::is_alphanumeric);
        requests.map(|part| part.params.pointer("/data/eventName")?.as_str().filter(spelt).map(str::to_owned)).collect()
    }

    /// Reads what stands under `data` of an import.
    ///
    /// Unknown names and bad expressions are no problem here: the vendor's page on runs is where one is told to look for
    /// them, so a run is where they come to light.
    ///
    /// # Errors
    /// What has not the documented shape, in words.
    pub(in crate::platform::texter) fn read(data: &Json) -> Result<Self, String> {
        let data = data.as_object().ok_or("`data` is not an object")?;
        let name = data.get("name").and_then(Json::as_str).ok_or("`data.name` is not a text")?.to_owned();
        let triggers = texts(data.get("triggerEvents")).filter(|triggers| !triggers.is_empty());
        let triggers = triggers.ok_or("`data.triggerEvents` is not a list of at least one text")?;
        let loaders = match data.get("loaders") {
            None | Some(Json::Null) => None,
            Some(Json::Object(loaders)) => Some(loaders),
            Some(_) => return Err("`data.loaders` is not an object".to_owned()),
        };
        let load = |position: &str| {
            let listed = loaders.and_then(|loaders| loaders.get(position));
            parts(listed, &format!("data.loaders.{position}"))
        };
        let groups = list(data.get("conditions"), "data.conditions")?;
        let conditions = groups.iter().enumerate();
        let conditions = conditions.map(|(index, group)| parts(Some(group), &format!("data.conditions[{index}]")));
        let options = data.get("options").and_then(|options| options.get("unorderedActions"));
        Ok(Self {
            name,
            triggers,
            before: load("beforeConditions")?,
            after: load("afterConditions")?,
            conditions: conditions.collect::<Result<_, _>>()?,
            actions: parts(data.get("actions"), "data.actions")?,
            has_loops: !list(data.get("loops"), "data.loops")?.is_empty(),
            order: match options.and_then(Json::as_bool) {
                Some(true) => ActionOrder::Parallel,
                Some(false) | None => ActionOrder::Sequential,
            },
            unknown: data.keys().filter(|key| !MEMBERS.contains(&key.as_str())).cloned().collect(),
        })
    }

    /// Whether this sets it off.
    pub(in crate::platform::texter) fn listens_to(&self, trigger: Trigger) -> bool {
        self.triggers.iter().any(|name| name == trigger.name())
    }

    /// What nobody can have meant, in words: triggers that do not exist, members that mean nothing.
    pub(in crate::platform::texter) fn mistakes(&self) -> Vec<String> {
        let triggers = self.triggers.iter().filter(|name| Trigger::named(name).is_none());
        let triggers = triggers.map(|name| match nearest(name, Trigger::names()) {
            Some(right) => format!("nothing is known to trigger `{name}`; did you mean `{right}`?"),
            None => format!("nothing is known to trigger `{name}`"),
        });
        let members = self.unknown.iter().map(|key| match nearest(key, MEMBERS) {
            Some(right) => format!("`{key}` means nothing in a subscription; did you mean `{right}`?"),
            None => format!("`{key}` means nothing in a subscription"),
        });
        triggers.chain(members).collect()
    }

    /// What will come to light when it runs, in words: mistakes, and gaps of templates.
    pub(in crate::platform::texter) fn doubts(&self) -> Vec<String> {
        let mut doubts = self.mistakes();
        let parts = self.before.iter().chain(&self.after).chain(self.conditions.iter().flatten()).chain(&self.actions);
        let gaps = parts.filter(|part| super::super::events::has_gap(&part.params.to_string()));
        doubts.extend(gaps.map(|part| format!("`{}` still has a gap of the template in it", part.name)));
        doubts
    }
}

fn texts(value: Option<&Json>) -> Option<Vec<String>> {
    value?.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
}

fn list<'j>(value: Option<&'j Json>, place: &str) -> Result<&'j [Json], String> {
    match value {
        None | Some(Json::Null) => Ok(&[]),
        Some(Json::Array(items)) => Ok(items),
        Some(_) => Err(format!("`{place}` is not a list")),
    }
}

fn parts(value: Option<&Json>, place: &str) -> Result<Vec<Part>, String> {
    let items = list(value, place)?.iter().enumerate();
    items.map(|(index, item)| part(item, &format!("{place}[{index}]"))).collect()
}

/// Reads a loader, a condition or an action.
pub(super) fn part(value: &Json, place: &str) -> Result<Part, String> {
    let members = value.as_object().ok_or_else(|| format!("`{place}` is not an object"))?;
    let name = members.get("name").and_then(Json::as_str).ok_or_else(|| format!("`{place}.name` is not a text"))?;
    let params = match members.get("params") {
        None | Some(Json::Null) => Json::Object(Map::new()),
        Some(params @ Json::Object(_)) => params.clone(),
        Some(_) => return Err(format!("`{place}.params` is not an object")),
    };
    let alias = members.get("alias").and_then(Json::as_str).map(str::to_owned);
    Ok(Part { name: name.to_owned(), alias, params })
}
