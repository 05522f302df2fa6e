//! The record of what a subscription did: one for every time something set it off, whether it acted or not.

use serde::Serialize;

use crate::base::time::VirtualTime;

/// A record.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::platform::texter) struct Run {
    /// How many runs had begun when it did.
    #[serde(skip)]
    pub(super) nth: u64,
    /// The id.
    #[serde(rename = "_id")]
    pub(in crate::platform::texter) id: String,
    /// Which subscription.
    pub(in crate::platform::texter) scenario_id: String,
    /// Which version of it.
    pub(in crate::platform::texter) version: u64,
    /// Whether nothing went wrong.
    pub(in crate::platform::texter) success: bool,
    /// Whether a receiver did not acknowledge a request.
    #[serde(skip)]
    pub(super) undelivered: bool,
    /// When it began.
    #[serde(serialize_with = "millis")]
    pub(in crate::platform::texter) started: VirtualTime,
    /// How long it took on the world's clock, in milliseconds.
    pub(in crate::platform::texter) execution_time: u64,
    /// Whether its conditions held.
    pub(in crate::platform::texter) conditions_result: bool,
    /// What it did, in order.
    pub(in crate::platform::texter) steps: Vec<RunStep>,
}

/// One thing that a run did.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::platform::texter) struct RunStep {
    /// `event`, `loader`, `condition` or `action`.
    pub(super) r#type: &'static str,
    /// Which one.
    pub(super) name: String,
    /// Whether a loader comes before or after the conditions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) position: Option<&'static str>,
    /// The group of a condition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) group_index: Option<usize>,
    /// Its place in the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) index: Option<usize>,
    /// Whether a condition held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) result: Option<bool>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    /// How long it took on the world's clock, in milliseconds.
    pub(super) execution_time: u64,
}

impl RunStep {
    /// A step that took no time, and in which nothing went wrong.
    pub(super) fn new(r#type: &'static str, name: impl Into<String>) -> Self {
        Self {
            r#type,
            name: name.into(),
            position: None,
            group_index: None,
            index: None,
            result: None,
            error: None,
            execution_time: 0,
        }
    }

    /// The same at this place in the program.
    pub(super) fn at(mut self, index: usize) -> Self {
        self.index = Some(index);
        self
    }

    /// The same with what went wrong, if something did.
    pub(super) fn failing(mut self, error: Option<String>) -> Self {
        self.error = error;
        self
    }
}

impl Run {
    /// Notes a step; a run in which something went wrong is no success.
    pub(super) fn note(&mut self, step: RunStep) {
        self.success &= step.error.is_none();
        self.steps.push(step);
    }

    /// What went wrong first.
    pub(super) fn error(&self) -> Option<(&str, &str)> {
        self.steps.iter().find_map(|step| Some((step.name.as_str(), step.error.as_deref()?)))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn millis<S: serde::Serializer>(at: &VirtualTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(at.as_millis())
}
