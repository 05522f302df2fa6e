//! What is wrong with channels. The paths of these operations are guesses.

use serde_json::{Value as Json, json};

use super::super::Texter;
use super::super::codes::Denial;
use super::super::model::{Problem, Severity};
use super::super::wire;
use super::{Outcome, Request, done};
use crate::platform::cx::Cx;

pub(super) fn list(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let query = request.query();
    let severity = query
        .get("severity")
        .map(|word| Severity::named(word).ok_or_else(|| Denial::invalid("query.severity must be error or warning")));
    let severity = severity.transpose()?;
    let with_resolved = query.flag("includeResolved")?;
    texter.admit(cx, request)?;
    let wanted = |problem: &&Problem| {
        severity.is_none_or(|severity| problem.severity == severity)
            && query.get("accountId").is_none_or(|account| problem.account == account)
            && query.get("channel").is_none_or(|channel| problem.channel == channel)
            && (with_resolved || problem.resolved.is_none())
    };
    let problems: Vec<Json> = texter.problems.iter().filter(wanted).map(wire::problem).collect();
    done(&json!({"total": problems.len(), "problems": problems}))
}

pub(super) fn resolve(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let id = request.param("problemId").to_owned();
    if !texter.problems.iter().any(|problem| problem.id == id) {
        return Err(Denial::unknown("Problem").into());
    }
    texter.admit(cx, request)?;
    texter.solve(cx, &id);
    let problem = texter.problems.iter().find(|problem| problem.id == id).map(wire::problem);
    done(&problem)
}
