//! What vectors are compared by.

use serde_json::{Map, Value};

/// Compares documents in full, the order of members included. `made_up` is asked about texts that stand where the expected
/// document has a placeholder, `<so>`: it is given where that is, the placeholder and the text.
pub(crate) fn compare(at: &str, expected: &Value, actual: &Value, made_up: &mut dyn FnMut(&str, &str, &str)) {
    match (expected, actual) {
        (Value::Object(wanted), Value::Object(there)) => {
            let keys = |map: &Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(wanted), keys(there), "{at}");
            for (key, value) in wanted {
                compare(&format!("{at}/{key}"), value, &there[key], made_up);
            }
        }
        (Value::Array(wanted), Value::Array(there)) => {
            assert_eq!(wanted.len(), there.len(), "{at}: {actual}");
            for (index, (wanted, there)) in wanted.iter().zip(there).enumerate() {
                compare(&format!("{at}/{index}"), wanted, there, made_up);
            }
        }
        (Value::String(wanted), Value::String(there)) if wanted.starts_with('<') => made_up(at, wanted, there),
        (expected, actual) => assert_eq!(expected, actual, "{at}"),
    }
}
