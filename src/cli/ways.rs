//! The three ways to a code: what leads to it, a planned fault, and a call that asks for it.

use serde::Serialize;

use super::explain::example;
use crate::platform::recipe::usual;
use crate::platform::{Code, State, Vendor};
use crate::server::Limits;

/// Why a success can neither be planned nor be asked for.
const ONLY_DONE: &str = "it tells that something was done, and a plan keeps that from being done";

/// All ways to one code.
#[derive(Serialize)]
pub(super) struct Ways {
    /// What leads to it by itself.
    state: Way,
    /// What plans it.
    fault: Way,
    /// What a call asks for it with.
    prefer: Way,
}

/// One way, or why there is none.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Way {
    /// To play this scenario.
    Recipe(&'static str),
    /// To send this.
    Request(String),
    /// To play this step.
    Step(String),
    /// To send this header.
    Header(String),
    Impossible(&'static str),
}

impl Ways {
    /// The ways to the codes of a vendor, in the order of its table. Faults are planned at an operation at which they are
    /// easily met; any other one does as well.
    pub(super) fn of(vendor: &Vendor) -> Vec<Self> {
        let route = usual(vendor).map(|usual| usual.route);
        let route = route.as_deref().or_else(|| (vendor.vocabulary.routes)().first().copied()).unwrap_or("ROUTE");
        let ways = |code: &Code| {
            let planned = |way: Way| if code.is_refusal() { way } else { Way::Impossible(ONLY_DONE) };
            Self {
                state: by_state(code),
                fault: planned(Way::Step(example::plan(code, route))),
                prefer: planned(Way::Header(format!("Prefer: code={}", code.code))),
            }
        };
        vendor.codes.iter().map(ways).collect()
    }

    /// The ways as lines with a name before each.
    pub(super) fn lines(&self, code: &Code) -> String {
        let line = |(name, way): (&str, &Way)| format!("    {name:<6}  {}\n", way.text(code));
        [("state", &self.state), ("fault", &self.fault), ("prefer", &self.prefer)].map(line).concat()
    }

    /// The ways as cells of a table.
    pub(super) fn cells(&self, code: &Code) -> [String; 3] {
        [&self.state, &self.fault, &self.prefer].map(|way| way.text(code))
    }
}

impl Way {
    fn text(&self, code: &Code) -> String {
        match self {
            Self::Recipe(path) => format!("{} ({path})", code.cause),
            Self::Request(text) | Self::Step(text) | Self::Header(text) => text.clone(),
            Self::Impossible(why) => format!("impossible: {why}"),
        }
    }
}

fn by_state(code: &Code) -> Way {
    let Limits { body, body_time, .. } = Limits::default();
    match code.state {
        State::Recipe => Way::Recipe(code.recipe.path),
        State::LargeBody => Way::Request(format!("send a body of more than {} MiB", body >> 20)),
        State::SlowBody => Way::Request(format!("begin a body and do not end it within {body_time}")),
        State::Nothing(why) => Way::Impossible(why),
    }
}
