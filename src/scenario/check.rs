//! A document → a checked scenario. Collects all problems and fills all defaults.

use indexmap::IndexMap;

use super::act::{ACTS, Act, CustomerSpec};
use super::decode::{Decode, FieldDoc, Fields, Located, Problems, unknown_word, wrong_type};
use super::expect::{Expect, Let, Subject, check_word};
use super::node::{self, Node, Value};
use super::{Action, STEPS, Scenario, Staff, Step, Vocabulary, codes};
use crate::base::diag::{Diagnostic, Place};
use crate::base::rng::Seed;
use crate::base::time::{VirtualSpan, WallLimit};
use crate::fault::{Deed, FAULTS, Fault, Forgery, Occasion, Seam};
use crate::record;

/// The top of a scenario.
pub(super) const HEAD: &[FieldDoc] = &[
    FieldDoc { key: "platform", doc: &["The platform: `imichat` or `livechat`."], expects: "text" },
    FieldDoc { key: "name", doc: &["What the scenario is about, for people."], expects: "text" },
    FieldDoc {
        key: "seed",
        doc: &["The seed that made-up values follow from."],
        expects: "a whole number, zero or more",
    },
    FieldDoc { key: "setup", doc: &["The tenant before anything happens."], expects: "a mapping" },
    FieldDoc { key: "customers", doc: &["The people the scenario plays."], expects: "a mapping" },
    FieldDoc { key: "steps", doc: &["What happens, in order."], expects: "a list" },
];

/// A part that is read later, by somebody who knows what it is.
#[derive(Clone, Debug)]
struct AnyNode(Node);

impl Decode for AnyNode {
    const EXPECTS: &'static str = "a mapping or a list";

    fn decode(node: &Node, _: &mut Problems) -> Option<Self> {
        Some(Self(node.clone()))
    }
}

/// Reads and checks a scenario.
///
/// # Errors
/// All problems of the text.
pub fn load(text: &str, vendors: &[Vocabulary]) -> Result<Scenario, Vec<Diagnostic>> {
    read(text, vendors, Purpose::Play)
}

/// Reads and checks a scenario of which only the tenant is wanted; it may have no steps and no expectation.
///
/// # Errors
/// All problems of the text.
pub fn load_setup(text: &str, vendors: &[Vocabulary]) -> Result<Scenario, Vec<Diagnostic>> {
    read(text, vendors, Purpose::Serve)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Play,
    Serve,
}

fn read(text: &str, vendors: &[Vocabulary], purpose: Purpose) -> Result<Scenario, Vec<Diagnostic>> {
    let root = node::parse(text)?;
    let mut problems = Problems::new();
    let Some(mut fields) = Fields::open(&root, HEAD, &mut problems) else { return Err(problems) };
    let platform: Option<Located<String>> = fields.take("platform", None, &mut problems);
    let name: Option<Option<String>> = fields.take("name", None, &mut problems);
    let seed: Option<Option<u64>> = fields.take("seed", None, &mut problems);
    let setup: Option<Option<AnyNode>> = fields.take("setup", None, &mut problems);
    let customers: Option<IndexMap<String, Option<CustomerSpec>>> = fields.take("customers", None, &mut problems);
    let steps: Option<Vec<AnyNode>> = fields.take("steps", None, &mut problems);

    // The platform decides what the rest may say; without it the rest cannot be judged.
    let Some(platform) = platform else { return Err(sorted(problems)) };
    let Some(vendor) = vendors.iter().find(|vendor| vendor.platform == platform.value) else {
        let names: Vec<&str> = vendors.iter().map(|vendor| vendor.platform).collect();
        unknown_word(&codes::UNKNOWN_PLATFORM, "platform", &platform.value, platform.place, &names, &mut problems);
        return Err(sorted(problems));
    };
    let setup = setup.flatten().map_or(Node { place: root.place, value: Value::Map(Vec::new()) }, |AnyNode(node)| node);
    let staff = (vendor.setup)(&setup, &mut problems);
    let people = match root.get("customers").map(|node| &node.value) {
        Some(Value::Map(members)) => members.iter().map(|(key, _)| key.name.clone()).collect(),
        _ => Vec::new(),
    };
    let mut checker = Checker { vendor, customers: people, staff, chats: Vec::new(), names: Vec::new(), problems };
    let steps: Vec<Step> = steps.unwrap_or_default().iter().filter_map(|AnyNode(node)| checker.step(node)).collect();
    let mut problems = checker.problems;
    if purpose == Purpose::Play && problems.is_empty() {
        nothing_tested(&root, &steps, &mut problems);
    }
    match (name, seed, customers) {
        (Some(name), Some(seed), Some(customers)) if problems.is_empty() => Ok(Scenario {
            platform: vendor.platform,
            name: name.unwrap_or_default(),
            seed: seed.map(Seed),
            setup,
            customers: customers.into_iter().map(|(key, spec)| (key, spec.unwrap_or_default())).collect(),
            steps,
        }),
        _ => Err(sorted(problems)),
    }
}

fn sorted(mut problems: Problems) -> Problems {
    problems.sort_by_key(|problem| problem.place);
    problems
}

fn nothing_tested(root: &Node, steps: &[Step], problems: &mut Problems) {
    if steps.is_empty() {
        problems.push(Diagnostic::new(&codes::NO_STEPS, root.place, "the scenario has no steps"));
    } else if !steps.iter().any(|step| matches!(step.action, Action::Expect(_))) {
        let problem =
            Diagnostic::new(&codes::NO_EXPECTATION, root.place, "the scenario expects nothing, so it can never fail");
        problems.push(problem.help("add an `expect` step"));
    }
}

record! {
    /// `fault:` as it is written.
    struct RawFault {
        /// On which occasion.
        on: RawOccasion,
        /// What to do then.
        r#do: AnyNode,
        /// How often; every time by default.
        times: Option<u32>,
    }
}

record! {
    /// The occasion of a fault: one of `route` and `event`.
    struct RawOccasion {
        /// A call to this operation.
        route: Option<Located<String>>,
        /// A webhook of this event.
        event: Option<Located<String>>,
        /// On which of these occasions first, counted from 1.
        nth: Option<Located<u32>>,
    }
}

record! {
    /// What `duplicate:` takes.
    struct RawDuplicate {
        /// How much later the copy is delivered, in virtual time.
        gap: VirtualSpan = VirtualSpan::from_millis(200),
    }
}

struct Checker<'v> {
    vendor: &'v Vocabulary,
    customers: Vec<String>,
    staff: Staff,
    /// Chats that have been started so far.
    chats: Vec<String>,
    /// Names that `${…}` may refer to so far.
    names: Vec<String>,
    problems: Problems,
}

impl Checker<'_> {
    fn step(&mut self, node: &Node) -> Option<Step> {
        let Value::Map(members) = &node.value else {
            wrong_type(node, "a step, such as `say: {…}`", &mut self.problems);
            return None;
        };
        let [(key, value)] = members.as_slice() else {
            let message = format!("a step has one key, this one has {}", members.len());
            let problem = Diagnostic::new(&codes::ONE_KEY, node.place, message);
            self.problems.push(problem.help("begin each step with its own `- `"));
            return None;
        };
        let action = match key.name.as_str() {
            "wait" => VirtualSpan::decode(value, &mut self.problems).map(Action::Wait),
            "expect" => Expect::decode_some(value, &mut self.problems).map(Action::Expect),
            "expect_none" => Expect::decode_none(value, &mut self.problems).map(Action::Expect),
            "fault" => self.fault(value).map(Action::Fault),
            "let" => Let::decode(value, &mut self.problems).map(Action::Let),
            word => match Act::decode(word, value, &mut self.problems) {
                Some(act) => act.map(Action::Act),
                None => {
                    let words: Vec<&str> =
                        ACTS.iter().map(|act| act.name).chain(STEPS.iter().map(|step| step.name)).collect();
                    unknown_word(&codes::UNKNOWN_STEP, "step", word, key.place, &words, &mut self.problems);
                    None
                }
            },
        }?;
        match &action {
            Action::Act(act) => self.act(act, key.place),
            Action::Expect(expect) => self.expect(expect),
            Action::Let(binding) => self.binding(binding),
            Action::Fault(_) | Action::Wait(_) => {}
        }
        Some(Step { place: key.place, source: format!("{}: {}", key.name, flow(value)), action })
    }

    fn act(&mut self, act: &Act, place: Place) {
        if let Some((name, why)) = self.vendor.lacks.iter().find(|(name, _)| *name == act.name()) {
            let message = format!("`{name}` cannot be done on {}", self.vendor.platform);
            self.problems.push(Diagnostic::new(&codes::ACT_NOT_HERE, place, message).help(*why));
        }
        if let Some(doer) = act.doer() {
            self.person(act, doer);
        }
        if let Some(chat) = act.chat() {
            self.chat(chat);
        }
        for text in act.texts() {
            self.text(text);
        }
        match act {
            Act::StartChat(start) => {
                self.chats.push(start.chat.clone().unwrap_or_else(|| start.r#as.value.clone()));
                if let Some(to) = &start.to {
                    self.team(to, &[]);
                }
            }
            Act::Transfer(transfer) => {
                let agents = self.staff.agents.clone();
                self.team(&transfer.to, &agents);
            }
            Act::Assign(assign) => {
                let agents: Vec<&str> = self.staff.agents.iter().map(String::as_str).collect();
                check_word(
                    &codes::UNKNOWN_PERSON,
                    "agent or bot of this tenant",
                    &assign.to,
                    &agents,
                    &mut self.problems,
                );
            }
            Act::Say(_)
            | Act::Choose(_)
            | Act::Attach(_)
            | Act::Leave(_)
            | Act::Hold(_)
            | Act::Resume(_)
            | Act::Tag(_)
            | Act::Close(_) => {}
        }
    }

    fn person(&mut self, act: &Act, who: &Located<String>) {
        let customers = self.customers.iter().map(String::as_str);
        let agents = self.staff.agents.iter().map(String::as_str);
        let (what, known): (_, Vec<&str>) = match act {
            Act::StartChat(_) | Act::Choose(_) | Act::Leave(_) => ("customer of this scenario", customers.collect()),
            Act::Transfer(_) | Act::Tag(_) => ("agent or bot of this tenant", agents.collect()),
            Act::Close(_) => ("customer or agent here", customers.chain(agents).chain(["system"]).collect()),
            Act::Say(_) | Act::Attach(_) | Act::Assign(_) | Act::Hold(_) | Act::Resume(_) => {
                ("customer or agent here", customers.chain(agents).collect())
            }
        };
        check_word(&codes::UNKNOWN_PERSON, what, who, &known, &mut self.problems);
    }

    fn team(&mut self, to: &Located<String>, besides: &[String]) {
        let known: Vec<&str> = self.staff.teams.iter().chain(besides).map(String::as_str).collect();
        check_word(&codes::UNKNOWN_TEAM, "team, group or agent of this tenant", to, &known, &mut self.problems);
    }

    fn chat(&mut self, chat: &Located<String>) {
        let known: Vec<&str> = self.chats.iter().map(String::as_str).collect();
        check_word(&codes::UNKNOWN_CHAT, "chat that was started before", chat, &known, &mut self.problems);
    }

    fn text(&mut self, text: &super::text::Text) {
        let known: Vec<&str> = self.names.iter().map(String::as_str).collect();
        for name in text.names().filter(|name| !known.contains(name)) {
            unknown_word(
                &codes::UNKNOWN_NAME,
                "name that is known here",
                name,
                text.place(),
                &known,
                &mut self.problems,
            );
        }
    }

    fn expect(&mut self, expect: &Expect) {
        if let Some(chat) = expect.chat() {
            self.chat(chat);
        }
        for text in expect.texts() {
            self.text(text);
        }
        match &expect.subject {
            Subject::Message(pattern) => {
                if let Some(from) = &pattern.from {
                    let roles = ["bot", "agent", "customer", "system"];
                    let people = self.customers.iter().chain(&self.staff.agents).map(String::as_str);
                    let known: Vec<&str> = roles.into_iter().chain(people).collect();
                    check_word(&codes::UNKNOWN_PERSON, "sender", from, &known, &mut self.problems);
                }
            }
            Subject::Call(pattern) => {
                if let Some(route) = &pattern.route {
                    check_word(
                        &codes::UNKNOWN_ROUTE,
                        "operation of this platform",
                        route,
                        &(self.vendor.routes)(),
                        &mut self.problems,
                    );
                }
                if let Some(code) = &pattern.code {
                    check_word(
                        &codes::UNKNOWN_CODE,
                        "code of this platform",
                        code,
                        &(self.vendor.codes)(),
                        &mut self.problems,
                    );
                }
            }
            Subject::Event { pattern, .. } => {
                check_word(
                    &codes::UNKNOWN_EVENT,
                    "event of this platform",
                    &pattern.name,
                    &(self.vendor.events)(),
                    &mut self.problems,
                );
            }
            Subject::Violation(_) => {}
        }
    }

    fn binding(&mut self, binding: &Let) {
        match (&binding.from.event, &binding.from.call) {
            (Some(event), None) => {
                check_word(
                    &codes::UNKNOWN_EVENT,
                    "event of this platform",
                    event,
                    &(self.vendor.events)(),
                    &mut self.problems,
                );
            }
            (None, Some(route)) => {
                check_word(
                    &codes::UNKNOWN_ROUTE,
                    "operation of this platform",
                    route,
                    &(self.vendor.routes)(),
                    &mut self.problems,
                );
            }
            _ => {
                let problem = Diagnostic::new(
                    &codes::ONE_KEY,
                    binding.name.place,
                    "a value comes from one of `event` and `call`",
                );
                self.problems.push(problem);
            }
        }
        if !binding.at.value.is_empty() && !binding.at.value.starts_with('/') {
            let message = format!("`{}` is not a JSON pointer", binding.at.value);
            let problem = Diagnostic::new(&codes::POINTER, binding.at.place, message);
            self.problems.push(problem.help("a pointer begins with `/`, as in `/payload/chat/id`"));
        }
        self.names.push(binding.name.value.clone());
    }

    fn fault(&mut self, node: &Node) -> Option<Fault> {
        let raw = RawFault::decode(node, &mut self.problems)?;
        let nth = match raw.on.nth {
            Some(nth) if nth.value == 0 => {
                self.problems.push(Diagnostic::new(&codes::OUT_OF_RANGE, nth.place, "occasions are counted from 1"));
                return None;
            }
            nth => nth.map_or(1, |nth| nth.value),
        };
        let (on, seams): (_, &[Seam]) = match (raw.on.route, raw.on.event) {
            (Some(route), None) => {
                check_word(
                    &codes::UNKNOWN_ROUTE,
                    "operation of this platform",
                    &route,
                    &(self.vendor.routes)(),
                    &mut self.problems,
                );
                (Occasion::Route(route.value), &[Seam::Response, Seam::Connection, Seam::Both])
            }
            (None, Some(event)) => {
                check_word(
                    &codes::UNKNOWN_EVENT,
                    "event of this platform",
                    &event,
                    &(self.vendor.events)(),
                    &mut self.problems,
                );
                (Occasion::Event(event.value), &[Seam::Delivery, Seam::Both])
            }
            _ => {
                let problem = Diagnostic::new(&codes::ONE_KEY, node.place, "a fault has one occasion");
                self.problems.push(problem.help("name one of `route` and `event` under `on`"));
                return None;
            }
        };
        let deed = self.deed(&raw.r#do.0, &on, seams)?;
        Some(Fault { on, nth, deed, times: raw.times })
    }

    fn deed(&mut self, node: &Node, on: &Occasion, seams: &[Seam]) -> Option<Deed> {
        let known: Vec<FieldDoc> = FAULTS
            .iter()
            .filter(|fault| seams.contains(&fault.seam))
            .map(|fault| FieldDoc { key: fault.name, doc: &[], expects: "" })
            .collect();
        Fields::open(node, &known, &mut self.problems)?;
        let Value::Map(members) = &node.value else { return None };
        let [(key, value)] = members.as_slice() else {
            let message = format!("a fault does one thing, this one does {}", members.len());
            self.problems.push(Diagnostic::new(&codes::ONE_KEY, node.place, message));
            return None;
        };
        let problems = &mut self.problems;
        match (key.name.as_str(), on) {
            ("code", _) => {
                let code = match &value.value {
                    Value::Int(number) => Located { value: number.to_string(), place: value.place },
                    _ => Located::<String>::decode(value, problems)?,
                };
                check_word(&codes::UNKNOWN_CODE, "code of this platform", &code, &(self.vendor.codes)(), problems);
                Some(Deed::Code(code.value))
            }
            ("delay", Occasion::Route(_)) => WallLimit::decode(value, problems).map(Deed::DelayAnswer),
            ("delay", Occasion::Event(_)) => VirtualSpan::decode(value, problems).map(Deed::DelayDelivery),
            ("reset", _) => flag(value, Deed::Reset, problems),
            ("drop", _) => flag(value, Deed::Drop, problems),
            ("truncate", _) => u32::decode(value, problems).map(|bytes| Deed::Truncate(bytes as usize)),
            ("duplicate", _) => RawDuplicate::decode(value, problems).map(|duplicate| Deed::Duplicate(duplicate.gap)),
            ("tamper", _) => {
                let word = Located::<String>::decode(value, problems)?;
                check_word(&codes::UNKNOWN_KEY, "part that can be forged", &word, Forgery::WORDS, problems);
                Forgery::named(&word.value).map(Deed::Tamper)
            }
            _ => None,
        }
    }
}

/// `reset: true`; `false` would be a fault that does nothing.
fn flag(node: &Node, deed: Deed, problems: &mut Problems) -> Option<Deed> {
    if bool::decode(node, problems)? {
        return Some(deed);
    }
    let problem = Diagnostic::new(&codes::CONTRADICTION, node.place, "`false` would be a fault that does nothing");
    problems.push(problem.help("remove the step"));
    None
}

/// A node on one line, as YAML's flow style would have it.
fn flow(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(yes) => yes.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Text(text)
            if text.chars().any(|c| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.' | '@' | '/')) =>
        {
            format!("{text:?}")
        }
        Value::Text(text) => text.clone(),
        Value::List(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Map(members) => {
            let members: Vec<String> =
                members.iter().map(|(key, value)| format!("{}: {}", key.name, flow(value))).collect();
            format!("{{{}}}", members.join(", "))
        }
    }
}
