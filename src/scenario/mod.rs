//! Scenario text → a checked [`Scenario`], or every problem in it.
//!
//! Knows no vendor: the words that a vendor adds (events, routes, codes, `setup:`) come in as a [`Vocabulary`].

pub mod act;
pub mod call;
mod check;
pub mod codes;
mod compose;
pub mod decode;
mod deed;
mod examples;
pub mod expand;
pub mod expect;
mod fault;
mod flow;
pub mod include;
pub mod manner;
pub mod node;
pub mod pattern;
mod promise;
mod reader;
mod salvage;
pub mod schema;
mod steps;
pub mod text;
pub mod write;

use std::fmt;

use indexmap::IndexMap;

pub use check::{load, load_rows, load_setup, load_tenant};
pub use steps::{Known, load_faults, load_steps};

use self::act::{Act, CustomerSpec};
use self::call::CallStep;
use self::decode::{KeyTable, Located, Problems, Schema};
use self::expect::{Expect, Let, check_word};
use self::node::Node;
use crate::base::diag::Place;
use crate::base::rng::Seed;
use crate::base::time::VirtualSpan;
use crate::fault::{Fault, Unwanted};

/// A checked scenario. Shown without its tenant, whose secrets it spells out.
#[derive(Clone)]
pub struct Scenario {
    /// The platform it is played on.
    pub platform: &'static str,
    /// What it is about.
    pub name: String,
    /// The seed it asks for.
    pub seed: Option<Seed>,
    /// Words by which it can be picked out.
    pub tags: Vec<String>,
    /// Why it is not played, if it is not to be.
    pub skip: Option<String>,
    /// Which of its examples it is played with, from 1, if it has any.
    pub row: Option<usize>,
    /// The tenant before anything happens, already checked by the platform.
    pub setup: Node,
    /// What goes wrong from the start.
    pub faults: Vec<Fault>,
    /// Who the scenario plays, by the name that steps use.
    pub customers: IndexMap<String, CustomerSpec>,
    /// What happens.
    pub steps: Vec<Step>,
}

/// One step and where it stands. Shown as in timelines, where secrets are masked.
#[derive(Clone)]
pub struct Step {
    /// Where it stands.
    pub place: Place,
    /// Its text on one line, for timelines; behind ` # ` whatever else there is to know, such as the round of a repetition.
    pub source: String,
    /// What it does.
    pub action: Action,
}

impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scenario")
            .field("platform", &self.platform)
            .field("name", &self.name)
            .field("row", &self.row)
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} {}", self.place.line, self.place.column, self.source)
    }
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Action {
    /// Somebody does something.
    Act(Act),
    /// Virtual time passes.
    Wait(VirtualSpan),
    /// The bot must do, or must not do, something.
    Expect(Expect),
    /// Something will go wrong from here on.
    Fault(Box<Fault>),
    /// Faults end.
    ClearFaults(Unwanted),
    /// A value is kept under a name.
    Let(Let),
    /// Somebody besides the bot uses the vendor's API.
    Call(Box<CallStep>),
    /// Chance decides what happens.
    OneOf(Choice),
    /// Several things happen side by side.
    Parallel(Vec<Vec<Step>>),
}

/// Steps of which some are played.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Which of the scenario's choices it is, from 0: each has a stream of its own.
    pub number: usize,
    /// What there is to choose from; never empty.
    pub branches: Vec<Branch>,
}

/// Steps that may be played.
#[derive(Clone, Debug)]
pub struct Branch {
    /// How likely it is, compared with the others; never zero.
    pub weight: u32,
    /// What is played.
    pub steps: Vec<Step>,
}

impl Action {
    /// Whether the scenario fails if this does not come out as it says.
    fn expects(&self) -> bool {
        match self {
            Self::Expect(_) => true,
            Self::Call(call) => call.answer.is_some(),
            // Whatever is drawn has to test something.
            Self::OneOf(choice) => {
                choice.branches.iter().all(|branch| branch.steps.iter().any(|step| step.action.expects()))
            }
            Self::Parallel(branches) => branches.iter().flatten().any(|step| step.action.expects()),
            Self::Act(_) | Self::Wait(_) | Self::Fault(_) | Self::ClearFaults(_) | Self::Let(_) => false,
        }
    }
}

/// One row of the table of steps that are not acts.
#[derive(Clone, Copy, Debug)]
pub struct StepDoc {
    /// The step's key.
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// The keys below it, mapping by mapping.
    pub keys: &'static [KeyTable],
}

/// What `expect` and `expect_none` take.
const EXPECT_KEYS: &[KeyTable] = &[
    ("", expect::RawExpect::FIELDS),
    ("message", expect::MessagePattern::FIELDS),
    ("call", expect::CallPattern::FIELDS),
    ("event", expect::EventPattern::FIELDS),
    ("push", expect::PushPattern::FIELDS),
    ("violation", expect::ViolationPattern::FIELDS),
    ("state", expect::StatePattern::FIELDS),
    ("each of in_order and any_order", expect::RawSubject::FIELDS),
    ("body, reply, and what stands in them", pattern::MATCHERS),
];

/// All steps that are not acts.
pub const STEPS: &[StepDoc] = &[
    StepDoc { name: "wait", doc: "lets virtual time pass; timers that fall due fire in order", keys: &[] },
    StepDoc {
        name: "expect",
        doc: "what must have happened since the last act, or must happen soon",
        keys: EXPECT_KEYS,
    },
    StepDoc {
        name: "expect_none",
        doc: "what must not have happened since the last act, and must not happen soon",
        keys: EXPECT_KEYS,
    },
    StepDoc {
        name: "fault",
        doc: "plans a deviation: what the vendor answers, how a webhook is delivered, or what becomes of a push",
        keys: &[("", fault::RawFault::FIELDS), ("on", fault::RawOccasion::FIELDS)],
    },
    StepDoc {
        name: "clear_faults",
        doc: "ends faults: all of them, or those on one operation, event or push",
        keys: &[("", fault::RawClear::FIELDS)],
    },
    StepDoc {
        name: "repeat",
        doc: "plays steps several times, one round after the other",
        keys: &[("", compose::Repeat::FIELDS)],
    },
    StepDoc {
        name: "include",
        doc: "plays the steps of another file, named by its path from the folder of this one",
        keys: &[],
    },
    StepDoc {
        name: "one_of",
        doc: "plays one of several lists of steps, drawn from the seed by their weights",
        keys: &[("each of the list", compose::RawBranch::FIELDS)],
    },
    StepDoc {
        name: "parallel",
        doc: "plays several lists of steps side by side, such as the chats of several customers",
        keys: &[("each of the list", compose::Lane::FIELDS)],
    },
    StepDoc {
        name: "let",
        doc: "keeps a value from a webhook or a call under a name, for `${name}`",
        keys: &[("", Let::FIELDS), ("from", expect::LetFrom::FIELDS)],
    },
    StepDoc {
        name: "call",
        doc: "somebody besides the bot uses the vendor's API, as the tenant's own client would",
        keys: &[
            ("", call::RawCall::FIELDS),
            ("answer", call::AnswerPattern::FIELDS),
            ("answer.body, and what stands in it", pattern::MATCHERS),
        ],
    },
];

/// The keys of `setup:` that are the same on every platform.
pub const SETUP: &[KeyTable] = &[("on every platform", fault::SETUP)];

/// The words that a vendor adds to the language.
#[derive(Clone, Copy)]
pub struct Vocabulary {
    /// The platform's name.
    pub platform: &'static str,
    /// The acts it does not know, each with the reason.
    pub lacks: &'static [(&'static str, &'static str)],
    /// The names of its operations.
    pub routes: fn() -> Vec<&'static str>,
    /// The names of the parameters in the path of an operation; nothing if there is no such operation.
    pub params: fn(&str) -> Option<Vec<&'static str>>,
    /// The names of its webhooks.
    pub events: fn() -> Vec<&'static str>,
    /// The names of its pushes, those that tell the same as webhooks among them.
    pub pushes: fn() -> Vec<&'static str>,
    /// The words for why it closes a socket.
    pub reasons: fn() -> Vec<&'static str>,
    /// Its codes.
    pub codes: fn() -> Vec<&'static str>,
    /// The members of bodies that hold secrets, which steps are shown without.
    pub secrets: &'static [&'static str],
    /// Checks `setup:` and tells whom and what steps may refer to.
    pub setup: fn(&Node, &mut Problems) -> Staff,
    /// Whether its tokens expire.
    pub tokens_expire: bool,
    /// What may stand under `setup:`.
    pub setup_schema: fn() -> Schema,
}

impl Vocabulary {
    fn check_route(&self, route: &Located<String>, problems: &mut Problems) {
        check_word(&codes::UNKNOWN_ROUTE, "operation of this platform", route, &(self.routes)(), problems);
    }

    /// Checks an event: the vendor's, or one of `own`, which a tenant names itself.
    fn check_event(&self, event: &Located<String>, own: &[String], problems: &mut Problems) {
        let known: Vec<&str> = (self.events)().into_iter().chain(own.iter().map(String::as_str)).collect();
        check_word(&codes::UNKNOWN_EVENT, "event of this platform", event, &known, problems);
    }

    fn check_push(&self, push: &Located<String>, problems: &mut Problems) {
        check_word(&codes::UNKNOWN_EVENT, "push of this platform", push, &(self.pushes)(), problems);
    }

    fn check_code(&self, code: &Located<String>, problems: &mut Problems) {
        check_word(&codes::UNKNOWN_CODE, "code of this platform", code, &(self.codes)(), problems);
    }
}

/// Whom and what steps may refer to besides customers.
#[derive(Clone, Debug, Default)]
pub struct Staff {
    /// The ids of agents and bots.
    pub agents: Vec<String>,
    /// The names and numbers of teams or groups.
    pub teams: Vec<String>,
    /// Codes that this tenant answers with besides those of its platform.
    pub codes: Vec<String>,
    /// Events that this tenant sends besides those of its platform.
    pub events: Vec<String>,
    /// How long after a failed first attempt a webhook is tried again; nothing if it never is.
    pub retries_after: Option<VirtualSpan>,
}
