//! What is wrong with a channel.

use serde_json::{Map, Value as Json, json};

use super::super::model::Problem;

/// The capabilities that a problem always tells about; that it tells about all others only where they are impaired is
/// inferred from the vendor's example.
const TOLD: [&str; 2] = ["send", "receive"];

/// A problem with all its members.
pub(in crate::platform::texter) fn problem(problem: &Problem) -> Json {
    let mut impaired: Map<String, Json> = TOLD
        .iter()
        .map(|name| ((*name).to_owned(), json!(problem.impaired.iter().any(|other| other == name))))
        .collect();
    impaired.extend(problem.impaired.iter().map(|name| (name.clone(), json!(true))));
    let mut out = json!({
        "_id": problem.id,
        "channel": problem.channel,
        "accountId": problem.account,
        "name": problem.name,
    });
    if let Some(case) = &problem.case {
        out["caseId"] = json!(case);
    }
    out["severity"] = json!(problem.severity.name());
    out["impairedFunctionality"] = Json::Object(impaired);
    out["message"] = json!(problem.message);
    if let Some(instruction) = &problem.instruction {
        out["instruction"] = json!(instruction);
    }
    out["createdAt"] = json!(problem.created.as_millis());
    out["startedAt"] = json!(problem.created.as_millis());
    if let Some(resolved) = problem.resolved {
        out["resolvedAt"] = json!(resolved.as_millis());
    }
    out
}
