//! Greetings: they are kept, listed and checked. Nobody shows them.
//!
//! Page: platform.text.com/docs/management/configuration-api#greetings. The object that reads answer with is not spelled
//! out there; here it has the fields of `create_greeting` in their order, after the id.

use serde_json::{Map, Value, json};

use super::super::document::Fields;
use super::super::page::{Asked, limit};
use super::super::{Outcome, Request, done, nothing};
use crate::platform::cx::Cx;
use crate::platform::livechat::Livechat;
use crate::platform::livechat::codes::{self, Denial};
use crate::platform::livechat::model::Greeting;

/// How many greetings a page has, at most and unless fewer are asked for.
const PAGE: usize = 100;
const MOST_RULES: usize = 10;
const MOST_URLS: usize = 10;
/// The longest time that a rule about visits can name, in seconds.
const LONGEST_VISIT: u64 = 900;
const KINDS: &[&str] = &["normal", "announcement"];
const CONDITIONS: &[&str] = &["and", "or"];
const OPERATORS: &[&str] = &[
    "equals",
    "doesnt_equal",
    "lower_than",
    "lower_or_equal",
    "greater_than",
    "greater_or_equal",
    "contains",
    "doesnt_contain",
];

/// What a rule is about, and what it has besides its condition and type.
const RULES: &[(&str, &[Part])] = &[
    ("visit_time_site", &[Part::Operator, Part::Time]),
    ("visit_time_page", &[Part::Operator, Part::Time]),
    ("url_current", &[Part::Operator, Part::Value]),
    ("url_visited", &[Part::Operator, Part::Value]),
    ("url_referrer", &[Part::Operator, Part::Value]),
    ("pages_view_number", &[Part::Operator, Part::Value]),
    ("geolocation", &[Part::Operator, Part::Value]),
    ("visits_number", &[Part::Operator, Part::Value]),
    ("search_keyword", &[Part::Operator, Part::Value]),
    ("url_funnel", &[Part::Urls]),
    ("url_match_page_view_number", &[Part::Operator, Part::Value, Part::Urls]),
    ("custom_variable", &[Part::SessionField]),
    ("ads_traffic", &[Part::SessionField]),
];

/// A part of a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    Operator,
    Value,
    /// A value in seconds.
    Time,
    Urls,
    SessionField,
}

/// `create_greeting`.
pub(super) fn create_greeting(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let greeting = read(platform, &fields, None)?;
    platform.admit(cx, request)?;
    done(&json!({"id": platform.library.greetings.add(greeting)}))
}

/// `update_greeting`.
pub(super) fn update_greeting(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let (id, greeting) = found(platform, &fields)?;
    let greeting = read(platform, &fields, Some(greeting))?;
    platform.admit(cx, request)?;
    platform.library.greetings.replace(id, greeting);
    nothing()
}

/// `delete_greeting`.
pub(super) fn delete_greeting(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let (id, _) = found(platform, &request.fields()?)?;
    platform.admit(cx, request)?;
    platform.library.greetings.remove(id);
    nothing()
}

/// `get_greeting`.
pub(super) fn get_greeting(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let (id, greeting) = found(platform, &request.fields()?)?;
    platform.admit(cx, request)?;
    done(&shown(id, greeting))
}

/// `list_greetings`, in the order in which they were made.
pub(super) fn list_greetings(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let asked = Asked::read(&request.document, &["groups", "limit"])?;
    let fields = Fields::of(&asked.query, "")?;
    let groups = fields.numbers("groups")?.unwrap_or_default();
    let limit = limit(&fields, PAGE)?;
    platform.admit(cx, request)?;
    let wanted = |(_, greeting): &(u64, &Greeting)| groups.is_empty() || groups.contains(&greeting.group);
    let greetings: Vec<_> = platform.library.greetings.all().filter(wanted).collect();
    let found = greetings.len();
    let page = asked.page(greetings, limit);
    let mut answer = Map::new();
    answer.insert("greetings".to_owned(), page.entries.iter().map(|(id, greeting)| shown(*id, greeting)).collect());
    answer.insert("found_greetings".to_owned(), json!(found));
    page.next_id(&mut answer);
    done(&answer)
}

fn found<'p>(platform: &'p Livechat, fields: &Fields<'_>) -> Result<(u64, &'p Greeting), Denial> {
    let id = fields.number("id")?.ok_or_else(|| fields.missing("id"))?;
    let greeting = platform.library.greetings.get(id).ok_or_else(|| Denial::of(codes::NOT_FOUND))?;
    Ok((id, greeting))
}

fn shown(id: u64, greeting: &Greeting) -> Value {
    let mut shown = Map::new();
    let mut put = |key: &str, value: Value| shown.insert(key.to_owned(), value);
    put("id", json!(id));
    put("type", json!(greeting.kind));
    put("active", json!(greeting.active));
    put("name", json!(greeting.name));
    put("group", json!(greeting.group));
    put("rules", json!(greeting.rules));
    let times = [("active_from", &greeting.active_from), ("active_until", &greeting.active_until)];
    for (key, time) in times.into_iter().filter_map(|(key, time)| Some((key, time.as_ref()?))) {
        put(key, json!(time));
    }
    let objects = [("properties", &greeting.properties), ("rich_message", &greeting.rich_message)];
    for (key, object) in objects.into_iter().filter_map(|(key, object)| Some((key, object.as_ref()?))) {
        put(key, object.clone());
    }
    Value::Object(shown)
}

/// A greeting as a call has it; what a call leaves out is as it was before.
fn read(platform: &Livechat, fields: &Fields<'_>, before: Option<&Greeting>) -> Result<Greeting, Denial> {
    let old = |key: &str| before.ok_or_else(|| fields.missing(key));
    let kind = match fields.word("type", KINDS)? {
        Some(kind) => kind,
        None => old("type")?.kind,
    };
    let active = match fields.flag("active")? {
        Some(active) => active,
        None => old("active")?.active,
    };
    let name = match fields.text("name")?.filter(|name| !name.is_empty()) {
        Some(name) => name.to_owned(),
        None => old("name")?.name.clone(),
    };
    let group = match fields.number("group")? {
        Some(group) => group,
        None => old("group")?.group,
    };
    if platform.organization.group(group).is_none() {
        return Err(Denial::of(codes::GROUP_NOT_FOUND));
    }
    let rules = match fields.list("rules")? {
        Some(rules) => read_rules(fields, rules)?,
        None => old("rules")?.rules.clone(),
    };
    let time = |key, before: Option<&String>| {
        let given = fields.instant(key)?.and(fields.text(key)?);
        Ok::<_, Denial>(given.map(str::to_owned).or_else(|| before.cloned()))
    };
    let object = |key, before: Option<&Value>| {
        let given = fields.object(key)?.and(fields.get(key));
        Ok::<_, Denial>(given.or(before).cloned())
    };
    Ok(Greeting {
        kind,
        active,
        name,
        group,
        rules,
        active_from: time("active_from", before.and_then(|before| before.active_from.as_ref()))?,
        active_until: time("active_until", before.and_then(|before| before.active_until.as_ref()))?,
        properties: object("properties", before.and_then(|before| before.properties.as_ref()))?,
        rich_message: object("rich_message", before.and_then(|before| before.rich_message.as_ref()))?,
    })
}

fn read_rules(fields: &Fields<'_>, rules: &[Value]) -> Result<Vec<Value>, Denial> {
    let path = fields.name("rules");
    if rules.len() > MOST_RULES {
        return Err(Denial::validation(format!("`{path}` must not have more than {MOST_RULES} items")));
    }
    for (index, rule) in rules.iter().enumerate() {
        check_rule(&Fields::of(rule, &format!("{path}.{index}"))?)?;
    }
    Ok(rules.to_vec())
}

fn check_rule(rule: &Fields<'_>) -> Result<(), Denial> {
    rule.word("condition", CONDITIONS)?.ok_or_else(|| rule.missing("condition"))?;
    let types: Vec<&str> = RULES.iter().map(|(name, _)| *name).collect();
    let kind = rule.word("type", &types)?.ok_or_else(|| rule.missing("type"))?;
    let parts = RULES.iter().find(|(name, _)| *name == kind).map_or([].as_slice(), |(_, parts)| *parts);
    parts.iter().try_for_each(|part| check_part(rule, *part))
}

fn check_part(rule: &Fields<'_>, part: Part) -> Result<(), Denial> {
    match part {
        Part::Operator => rule.word("operator", OPERATORS)?.map(|_| ()).ok_or_else(|| rule.missing("operator")),
        Part::Value => rule.get("value").map(|_| ()).ok_or_else(|| rule.missing("value")),
        // Samples have numbers in quotation marks.
        Part::Time => {
            let value = rule.get("value").ok_or_else(|| rule.missing("value"))?;
            let seconds = value.as_u64().or_else(|| value.as_str()?.parse().ok());
            let wrong = || Denial::validation(format!("`{}` must be 0 to {LONGEST_VISIT} seconds", rule.name("value")));
            seconds.filter(|seconds| *seconds <= LONGEST_VISIT).map(|_| ()).ok_or_else(wrong)
        }
        Part::Urls => {
            let urls = rule.list("urls")?.ok_or_else(|| rule.missing("urls"))?;
            let name = rule.name("urls");
            if urls.is_empty() || urls.len() > MOST_URLS {
                return Err(Denial::validation(format!("`{name}` must have 1 to {MOST_URLS} items")));
            }
            for (index, url) in urls.iter().enumerate() {
                let url = Fields::of(url, &format!("{name}.{index}"))?;
                url.required("url")?;
                url.word("operator", OPERATORS)?.ok_or_else(|| url.missing("operator"))?;
            }
            Ok(())
        }
        Part::SessionField => rule.required_object("session_field").map(|_| ()),
    }
}
