//! Recipes: for a vendor's code a bundled scenario in which it is answered, and the calls that get it out of `serve`.
//!
//! A recipe is an ordinary scenario. Nothing here plays it; that it really leads to its code is a test's business.

use bytes::Bytes;
use http::HeaderMap;

use crate::base::rng::Seed;
use crate::base::time::VirtualTime;
use crate::fault::{AnswerDeed, Deed, Fault, Occasion};
use crate::openapi::parameters;
use crate::platform::cx::{Desk, Identities, Refusal};
use crate::platform::mount::RouteDoc;
use crate::platform::route::{Call, Destination, Reply, Request};
use crate::platform::{Code, Instance, Vendor};
use crate::scenario::call::{CallStep, Target};
use crate::scenario::decode::Within;
use crate::scenario::expect::{CallPattern, Subject};
use crate::scenario::node::Value;
use crate::scenario::text::Word;
use crate::scenario::{Action, Scenario, load};

/// A bundled scenario, part of the program.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Recipe {
    /// Its file, from the root of the repository.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// The recipe in this file below `scenarios/`.
#[macro_export]
macro_rules! recipe {
    ($path:expr) => {
        $crate::platform::recipe::Recipe {
            path: concat!("scenarios/", $path),
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/", $path)),
        }
    };
}

/// The calls that lead to a code when they are made one after the other to the well-known tenant: those of the recipe, if
/// it does nothing but call, else one that asks for the code by itself. The latter works where [`Opening::allow_prefer`]
/// is set, as in `serve`.
///
/// Nothing if no recipe begins with a call to take.
///
/// [`Opening::allow_prefer`]: crate::engine::Opening::allow_prefer
#[must_use]
pub fn calls(vendor: &Vendor, code: &Code) -> Option<Vec<Call>> {
    let own = read(vendor, code.recipe)?;
    if let Some(calls) = bare_calls(&own, |answer| is_answered(answer, code.code)) {
        return WellKnown::of(vendor)?.compose(&calls).ok();
    }
    let Usual { mut calls, .. } = usual(vendor)?;
    calls.last_mut()?.headers.insert("prefer", format!("code={}", code.code).parse().ok()?);
    Some(calls)
}

/// Calls that a well-known tenant grants.
pub struct Usual {
    /// The operation that the last one is for.
    pub route: String,
    /// The calls, which are made one after the other.
    pub calls: Vec<Call>,
}

/// Calls to try out refusals with, from the first recipe that begins with one that is granted.
#[must_use]
pub fn usual(vendor: &Vendor) -> Option<Usual> {
    let client = WellKnown::of(vendor)?;
    let successes = vendor.codes.iter().filter(|row| !row.is_refusal());
    successes.chain(vendor.codes).find_map(|row| {
        let scenario = read(vendor, row.recipe)?;
        let steps = bare_calls(&scenario, succeeds)?;
        let Target::Route(route) = &steps.last()?.target else { return None };
        Some(Usual { route: route.value.clone(), calls: client.compose(&steps).ok()? })
    })
}

/// The answer that carries a code, as a well-known tenant gives it to the usual call that asks for it; nothing for codes
/// that cannot be asked for.
#[must_use]
pub fn refusal(vendor: &Vendor, code: &Code) -> Option<Reply> {
    let mut client = WellKnown::of(vendor).filter(|_| code.is_refusal())?;
    client.desk.allow_prefer = true;
    let Usual { mut calls, .. } = usual(vendor)?;
    calls.last_mut()?.headers.insert("prefer", format!("code={}", code.code).parse().ok()?);
    let reply = calls.into_iter().map(|call| client.make(call)).last()?;
    (reply.code.as_deref() == Some(code.code)).then_some(reply)
}

/// The operation at which a code is most natural: the one at which its recipe meets it.
#[must_use]
pub fn route(vendor: &Vendor, code: &Code) -> Option<String> {
    let is_wanted = |word: Option<&Word>| word.is_some_and(|Word(word)| word.value == code.code);
    read(vendor, code.recipe)?.steps.into_iter().find_map(|step| match step.action {
        Action::Fault(fault) => match *fault {
            Fault { on: Occasion::Route(route), deed: Deed::Answer(AnswerDeed::Code(planned)), .. } => {
                (planned == code.code).then_some(route)
            }
            _ => None,
        },
        Action::Call(call) => match call.target {
            Target::Route(route) => {
                is_wanted(call.answer.and_then(|answer| answer.code).as_ref()).then_some(route.value)
            }
            Target::Path(_) => None,
        },
        Action::Expect(expect) => expect.subjects().iter().find_map(|subject| match subject {
            Subject::Call(pattern) => {
                pattern.route.as_ref().filter(|_| is_wanted(pattern.code.as_ref())).map(|route| route.value.clone())
            }
            Subject::Message(_)
            | Subject::Event { .. }
            | Subject::Push(_)
            | Subject::Violation(_)
            | Subject::State(_) => None,
        }),
        Action::ClearFaults(_)
        | Action::Act(_)
        | Action::Wait(_)
        | Action::Let(_)
        | Action::OneOf(_)
        | Action::Parallel(_) => None,
    })
}

fn read(vendor: &Vendor, recipe: Recipe) -> Option<Scenario> {
    load(recipe.text, &[vendor.vocabulary]).ok()
}

/// The first steps of a scenario, up to the one that is answered as wanted, if they are calls to the well-known tenant and
/// refer to nothing that came before them.
fn bare_calls(scenario: &Scenario, wanted: impl Fn(&CallPattern) -> bool) -> Option<Vec<&CallStep>> {
    if !matches!(&scenario.setup.value, Value::Map(members) if members.is_empty()) {
        return None;
    }
    let mut calls = Vec::new();
    for step in &scenario.steps {
        let Action::Call(call) = &step.action else { return None };
        if call.texts(step.place).iter().any(|text| text.names().next().is_some()) {
            return None;
        }
        calls.push(&**call);
        if call.answer.as_ref().is_some_and(&wanted) {
            return Some(calls);
        }
    }
    None
}

/// Whether a call is answered with this code.
fn is_answered(answer: &CallPattern, code: &str) -> bool {
    answer.code.as_ref().is_some_and(|Word(word)| word.value == code)
}

/// Whether a call is granted, as its status says: not every vendor has codes for that.
fn succeeds(answer: &CallPattern) -> bool {
    answer.status.is_some_and(|Within(status)| status < 300)
}

/// The well-known tenant, whose client makes the calls.
pub(super) struct WellKnown {
    desk: Desk,
    tenant: Box<dyn Instance>,
}

impl WellKnown {
    pub(super) fn of(vendor: &Vendor) -> Option<Self> {
        let nothing =
            crate::scenario::load_setup(&format!("platform: {}\n", vendor.name), &[vendor.vocabulary]).ok()?;
        let mut desk = Desk::new(Seed(0), vendor.name, &nothing.customers, Identities::WellKnown);
        let tenant = (vendor.open)(&mut desk.cx(VirtualTime::OPENING), &nothing.setup)?;
        Some(Self { desk, tenant })
    }

    /// The headers that its client puts on a call of this operation.
    pub(super) fn headers(&self, route: &RouteDoc) -> HeaderMap {
        let params = parameters(route.path).map(|name| (name, "x".to_owned())).collect();
        let (method, headers) = (Some(route.method.clone()), Vec::new());
        let target = Destination::Route(route.name);
        let request = Request { target, method, params, query: String::new(), headers, body: Bytes::new() };
        self.tenant.compose(VirtualTime::OPENING, request).map(|call| call.headers).unwrap_or_default()
    }

    fn make(&mut self, call: Call) -> Reply {
        self.tenant.call(&mut self.desk.cx(VirtualTime::OPENING), call).reply
    }

    fn compose(&self, calls: &[&CallStep]) -> Result<Vec<Call>, Refusal> {
        calls.iter().map(|call| self.tenant.compose(VirtualTime::OPENING, self.desk.request(call))).collect()
    }
}
