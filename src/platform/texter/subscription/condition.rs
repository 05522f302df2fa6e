//! Conditions: expressions, and comparisons of two values.

use serde_json::Value as Json;

use super::program::Part;
use crate::platform::texter::filtrex::{self, Mode};
use crate::platform::texter::value::{Providers, resolve};

/// Whether a condition holds.
///
/// # Errors
/// Why it cannot be told, in words.
pub(super) fn holds(part: &Part, providers: &Providers, mode: Mode) -> Result<bool, String> {
    let params = resolve(&part.params, providers).map_err(|error| error.to_string())?;
    match part.name.as_str() {
        "filtrex" => {
            let expression = params.get("expression").and_then(Json::as_str).ok_or("`expression` is not a text")?;
            let value = params.get("value").unwrap_or(&Json::Null);
            filtrex::holds(expression, mode, value).map_err(|error| error.to_string())
        }
        "compare" => compare(&params),
        other => Err(format!("there is no condition `{other}`")),
    }
}

/// Compares `value` with `compareTo`. Only two comparisons and their opposites are published by name; the other three follow
/// from them. Values of different types are never equal.
fn compare(params: &Json) -> Result<bool, String> {
    let comparison = params.get("comparison").and_then(Json::as_str).ok_or("`comparison` is not a text")?;
    let side = |key: &str| params.get(key).unwrap_or(&Json::Null);
    let (value, to) = (side("value"), side("compareTo"));
    let order = || match (value, to) {
        (Json::String(value), Json::String(to)) => Some(value.cmp(to)),
        (value, to) => value.as_f64().and_then(|value| value.partial_cmp(&to.as_f64()?)),
    };
    let ordered = |holds: fn(std::cmp::Ordering) -> bool| Ok(order().is_some_and(holds));
    match comparison {
        "Equal" => Ok(same(value, to)),
        "Not equal" => Ok(!same(value, to)),
        "Greater than" => ordered(std::cmp::Ordering::is_gt),
        "Greater than or equal" => ordered(std::cmp::Ordering::is_ge),
        "Less than" => ordered(std::cmp::Ordering::is_lt),
        "Less than or equal" => ordered(std::cmp::Ordering::is_le),
        other => Err(format!("there is no comparison `{other}`")),
    }
}

/// Whether two values are the same; numbers are the same however they are written.
fn same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::time::VirtualTime;

    fn check(name: &str, params: Json, expected: Result<bool, &str>) {
        let providers = Providers::at(VirtualTime::OPENING);
        let part = Part { name: name.to_owned(), alias: None, params };
        let found = holds(&part, &providers, Mode::Loose);
        match expected {
            Ok(expected) => assert_eq!(found, Ok(expected), "{:?}", part.params),
            Err(words) => assert!(found.clone().is_err_and(|error| error.contains(words)), "{found:?}"),
        }
    }

    #[test]
    fn values_are_compared_by_type_and_size() {
        let compare = |comparison: &str, value: Json, to: Json, expected: Result<bool, &str>| {
            check("compare", json!({"comparison": comparison, "value": value, "compareTo": to}), expected);
        };
        compare("Equal", json!(4), json!(4.0), Ok(true));
        compare("Equal", json!("4"), json!(4), Ok(false));
        compare("Equal", json!(null), json!(false), Ok(false));
        compare("Not equal", json!(null), json!(false), Ok(true));
        compare("Greater than", json!(5), json!(4), Ok(true));
        compare("Greater than or equal", json!(4), json!(4), Ok(true));
        compare("Less than", json!("a"), json!("b"), Ok(true));
        compare("Less than or equal", json!("a"), json!(1), Ok(false));
        compare("Contains", json!(1), json!(1), Err("there is no comparison `Contains`"));
    }

    #[test]
    fn what_is_no_condition_is_told() {
        check("filter", json!({}), Err("there is no condition `filter`"));
        check("filtrex", json!({"value": {}}), Err("`expression` is not a text"));
        check("compare", json!({}), Err("`comparison` is not a text"));
        check("compare", json!({"comparison": "%nobody:x%"}), Err("nobody"));
    }
}
