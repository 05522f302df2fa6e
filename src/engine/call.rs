//! What a scenario does by itself besides acting: calls of its own, and values that it keeps.

use serde_json::Value as Json;

use super::World;
use super::judge;
use crate::journal::What;
use crate::journal::entry::{Miss, Source, Verdict};
use crate::platform::cx::Refusal;
use crate::scenario::call::CallStep;
use crate::scenario::expect::Let;

impl World {
    /// Makes a call of the scenario's own, and judges the answer; what is wrong with it if it is not as it has to be.
    pub(super) fn make_call(&mut self, index: usize, step: &CallStep) -> Result<Option<Miss>, Refusal> {
        let call = self.platform.compose(self.clock.now(), self.desk.request(step))?;
        let seq = self.journal.end();
        self.answer(call, Source::Scenario);
        let Some(wanted) = &step.answer else { return Ok(None) };
        let call = self.journal.since(seq).next().expect("an answered call is recorded before what comes of it");
        let miss = judge::answered(wanted, call, (&self.journal, &self.desk));
        self.record(What::Judged { index, verdict: miss.clone().map_or(Verdict::Met, Verdict::Missed) });
        Ok(miss)
    }

    /// The value that a `let` keeps, and as it is shown.
    pub(super) fn capture(&self, binding: &Let) -> Result<(String, String), String> {
        let wanted = |entry: &crate::journal::Entry| match (&entry.what, &binding.from.event, &binding.from.call) {
            (What::Queued { event, body, .. }, Some(name), _) if name.value == *event => Some(body.clone()),
            (What::Called(called), _, Some(route)) if called.route.as_deref() == Some(route.value.as_str()) => {
                Some(called.reply.clone())
            }
            _ => None,
        };
        let source = binding.from.event.as_ref().or(binding.from.call.as_ref()).map_or("", |name| name.value.as_str());
        let body = self
            .journal
            .iter()
            .rev()
            .find_map(wanted)
            .ok_or_else(|| format!("there was no {source} yet to take a value from"))?;
        let at = |document: Json| match document.pointer(&binding.at.value) {
            Some(Json::String(text)) => Ok(text.clone()),
            Some(value) => Ok(value.to_string()),
            None => Err(format!("the latest {source} has nothing at {}", binding.at.value)),
        };
        Ok((at(body.reveal())?, at(body.json())?))
    }
}
