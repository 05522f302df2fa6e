//! Many requests to one operation at once: each has its own answer, and the refusal of one does not touch the others.
//!
//! Page: platform.text.com/docs/management/configuration-api#batch-requests. How many requests there may be is not
//! documented, so there is no limit here.

use serde_json::{Value, json};

use super::super::Livechat;
use super::{Admission, Handler, Outcome, Request, Stop, done};
use crate::platform::cx::Cx;

/// Runs the requests one after the other. A planned fault is about all of them.
pub(super) fn batch(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request, handler: Handler) -> Outcome {
    let fields = request.fields()?;
    let items = fields.list("requests")?.ok_or_else(|| fields.missing("requests"))?;
    platform.admit(cx, request)?;
    let mut responses = Vec::with_capacity(items.len());
    for item in items {
        let single = Request {
            route: request.route,
            version: request.version,
            caller: request.caller.clone(),
            document: item.clone(),
            admission: Admission::Granted,
        };
        responses.push(match handler(platform, cx, &single) {
            Ok(reply) | Err(Stop::Planned(reply)) => serde_json::from_slice(&reply.body).unwrap_or(Value::Null),
            Err(Stop::Denied(denial)) => {
                if let Some(mistake) = denial.mistake() {
                    cx.violation(format!("{}: {mistake}", request.route));
                }
                denial.document()
            }
        });
    }
    done(&json!({"responses": responses}))
}
