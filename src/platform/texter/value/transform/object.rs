//! What is made of objects, and of values of any type.

use serde_json::{Map, Value as Json};

use super::{Arguments, Unfit, reading};

fn members(value: &Json) -> Result<&Map<String, Json>, Unfit> {
    value.as_object().ok_or_else(|| Unfit::Input { wanted: "objects", found: reading::kind(value) })
}

pub(super) fn to_json(value: &Json, _: Arguments<'_>) -> Result<Json, Unfit> {
    Ok(value.to_string().into())
}

pub(super) fn type_of(value: &Json, _: Arguments<'_>) -> Result<Json, Unfit> {
    Ok(match value {
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Null | Json::Array(_) | Json::Object(_) => "object",
    }
    .into())
}

pub(super) fn get(value: &Json, arguments: Arguments<'_>) -> Result<Json, Unfit> {
    let found = reading::find(value, arguments.needed_text(0)?);
    Ok(found.or(arguments.value(1)).cloned().unwrap_or_default())
}

pub(super) fn pick(value: &Json, arguments: Arguments<'_>) -> Result<Json, Unfit> {
    let (members, names) = (members(value)?, arguments.texts()?);
    let kept = names.into_iter().filter_map(|name| members.get_key_value(name));
    Ok(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
}

pub(super) fn omit(value: &Json, arguments: Arguments<'_>) -> Result<Json, Unfit> {
    let (members, names) = (members(value)?, arguments.texts()?);
    let kept = members.iter().filter(|(name, _)| !names.contains(&name.as_str()));
    Ok(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
}
