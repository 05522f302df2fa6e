//! How a draft is gone on with: operations with one key each, done in order, all of them or none.

use serde_json::{Map, Value as Json, json};

use super::program::part;

/// Does the operations to what stands under `data`.
///
/// # Errors
/// What is wrong with them, in words; then nothing was done.
pub(in crate::platform::texter) fn edit(data: &Json, operations: &[Json]) -> Result<Json, String> {
    let mut edited = data.clone();
    let Some(members) = edited.as_object_mut() else { return Err("the draft is no object".to_owned()) };
    for (index, operation) in operations.iter().enumerate() {
        let wrong = |why: String| format!("body[{index}]: {why}");
        let single = operation.as_object().filter(|operation| operation.len() == 1);
        let (name, value) = single
            .and_then(|operation| operation.iter().next())
            .ok_or_else(|| wrong("must have exactly one key".to_owned()))?;
        apply(members, name, value).map_err(wrong)?;
    }
    Ok(edited)
}

fn apply(data: &mut Map<String, Json>, name: &str, value: &Json) -> Result<(), String> {
    let text = || value.as_str().ok_or_else(|| format!("{name} must be string"));
    match name {
        "rename" => {
            data.insert("name".to_owned(), json!(text()?));
        }
        "setUnorderedActions" => {
            let unordered = value.as_bool().ok_or("setUnorderedActions must be boolean")?;
            data.insert("options".to_owned(), json!({"unorderedActions": unordered}));
        }
        "addTriggerEvent" => list(data, "triggerEvents")?.push(json!(text()?)),
        "removeTriggerEvent" => {
            let (events, event) = (list(data, "triggerEvents")?, text()?);
            let at =
                events.iter().position(|known| known == event).ok_or_else(|| format!("{event} is no trigger of it"))?;
            events.remove(at);
        }
        "addLoader" => {
            let position = position(value)?;
            let loader = without(value, "position", name)?;
            loader.get("alias").and_then(Json::as_str).ok_or("alias must be string")?;
            loaders(data, position)?.push(loader);
        }
        "removeLoader" => {
            let position = position(value)?;
            remove(loaders(data, position)?, value.get("index"))?;
        }
        "addCondition" => {
            let condition = without(value, "groupIndex", name)?;
            let groups = list(data, "conditions")?;
            let group = index(value.get("groupIndex"), groups.len() + 1)?;
            if group == groups.len() {
                groups.push(json!([]));
            }
            groups[group].as_array_mut().ok_or("the group is no list")?.push(condition);
        }
        "removeCondition" => {
            let groups = list(data, "conditions")?;
            let group = index(value.get("groupIndex"), groups.len())?;
            let conditions = groups[group].as_array_mut().ok_or("the group is no list")?;
            remove(conditions, value.get("index"))?;
            if conditions.is_empty() {
                groups.remove(group);
            }
        }
        "addAction" => {
            part(value, name)?;
            list(data, "actions")?.push(value.clone());
        }
        "removeAction" => remove(list(data, "actions")?, Some(value.get("index").unwrap_or(value)))?,
        "addLoop" => list(data, "loops")?.push(value.clone()),
        "removeLoop" => {
            let position = value.get("position").unwrap_or(value);
            let loops = list(data, "loops")?;
            let at = loops.iter().position(|known| known.get("position") == Some(position));
            loops.remove(at.ok_or("there is no loop at this position")?);
        }
        other => return Err(format!("{other} is no operation")),
    }
    Ok(())
}

fn list<'d>(data: &'d mut Map<String, Json>, key: &str) -> Result<&'d mut Vec<Json>, String> {
    let value = data.entry(key).or_insert_with(|| json!([]));
    value.as_array_mut().ok_or_else(|| format!("{key} is no list"))
}

fn loaders<'d>(data: &'d mut Map<String, Json>, position: &str) -> Result<&'d mut Vec<Json>, String> {
    let value = data.entry("loaders").or_insert_with(|| json!({}));
    list(value.as_object_mut().ok_or("loaders are no object")?, position)
}

fn position(value: &Json) -> Result<&'static str, String> {
    match value.get("position").and_then(Json::as_str) {
        Some("beforeConditions") => Ok("beforeConditions"),
        Some("afterConditions") => Ok("afterConditions"),
        Some(_) | None => Err("position must be beforeConditions or afterConditions".to_owned()),
    }
}

/// A part without what only tells its place.
fn without(value: &Json, key: &str, name: &str) -> Result<Json, String> {
    part(value, name)?;
    value.get("params").filter(|params| params.is_object()).ok_or("params must be object")?;
    let mut value = value.clone();
    if let Some(members) = value.as_object_mut() {
        members.shift_remove(key);
    }
    Ok(value)
}

fn remove(items: &mut Vec<Json>, at: Option<&Json>) -> Result<(), String> {
    let at = index(at, items.len())?;
    items.remove(at);
    Ok(())
}

fn index(value: Option<&Json>, end: usize) -> Result<usize, String> {
    let index = value.and_then(Json::as_u64).and_then(|index| usize::try_from(index).ok());
    index.filter(|index| *index < end).ok_or_else(|| "there is nothing at this index".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(operations: Json, expected: Result<Json, &str>) {
        let data = json!({"name": "x", "triggerEvents": ["a"], "actions": [{"name": "request"}]});
        let found = edit(&data, operations.as_array().unwrap());
        match expected {
            Ok(expected) => {
                let mut merged = data.as_object().unwrap().clone();
                merged.extend(expected.as_object().unwrap().clone());
                assert_eq!(found, Ok(Json::Object(merged)), "{operations}");
            }
            Err(words) => assert!(found.as_ref().is_err_and(|error| error.contains(words)), "{operations} {found:?}"),
        }
    }

    #[test]
    fn every_operation_changes_the_draft() {
        let condition = json!({"name": "filtrex", "params": {"expression": "a", "value": {}}});
        let placed = |part: &Json, key: &str, at: Json| {
            let mut part = part.clone();
            part[key] = at;
            part
        };
        check(json!([{"rename": "y"}]), Ok(json!({"name": "y"})));
        check(json!([{"setUnorderedActions": true}]), Ok(json!({"options": {"unorderedActions": true}})));
        check(json!([{"addTriggerEvent": "b"}]), Ok(json!({"triggerEvents": ["a", "b"]})));
        check(json!([{"addTriggerEvent": "b"}, {"removeTriggerEvent": "a"}]), Ok(json!({"triggerEvents": ["b"]})));
        check(
            json!([{"addAction": {"name": "sendEmail"}}, {"removeAction": 0}]),
            Ok(json!({"actions": [{"name": "sendEmail"}]})),
        );
        let add = json!({"addCondition": placed(&condition, "groupIndex", json!(0))});
        check(json!([add, add]), Ok(json!({"conditions": [[condition, condition]]})));
        check(json!([add, {"removeCondition": {"groupIndex": 0, "index": 0}}]), Ok(json!({"conditions": []})));
        let loader = json!({"name": "chat", "alias": "c", "params": {}});
        let add = json!({"addLoader": placed(&loader, "position", json!("afterConditions"))});
        check(json!([add]), Ok(json!({"loaders": {"afterConditions": [loader]}})));
        let remove = json!({"removeLoader": {"position": "afterConditions", "index": 0}});
        check(json!([add, remove]), Ok(json!({"loaders": {"afterConditions": []}})));
        check(json!([{"addLoop": {"position": 1}}, {"removeLoop": 1}]), Ok(json!({"loops": []})));
    }

    #[test]
    fn what_cannot_be_done_is_told_and_nothing_is_done() {
        check(json!([{"rename": "y", "addAction": {}}]), Err("body[0]: must have exactly one key"));
        check(json!([{"rename": "y"}, {"fly": 1}]), Err("body[1]: fly is no operation"));
        check(json!([{"rename": 1}]), Err("must be string"));
        check(json!([{"removeTriggerEvent": "b"}]), Err("is no trigger of it"));
        check(json!([{"removeAction": 1}]), Err("nothing at this index"));
        check(json!([{"addLoader": {"name": "chat"}}]), Err("position must be"));
        let loader = |more: Json| {
            let mut loader = json!({"name": "chat", "position": "afterConditions"});
            loader.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!([{"addLoader": loader}])
        };
        check(loader(json!({"alias": "c"})), Err("params must be object"));
        check(loader(json!({"params": {}})), Err("alias must be string"));
        check(json!([{"addCondition": {"name": "compare", "groupIndex": 0}}]), Err("params must be object"));
        check(json!([{"addAction": {"params": {}}}]), Err("`addAction.name` is not a text"));
        check(
            json!([{"addCondition": {"name": "compare", "groupIndex": 1, "params": {}}}]),
            Err("nothing at this index"),
        );
        check(json!([{"removeLoop": 7}]), Err("no loop"));
    }
}
