//! A document → a checked scenario. Collects all problems and fills all defaults.

use indexmap::IndexMap;

use super::act::{ACTS, Act, CustomerSpec, Subscribe};
use super::call::CallStep;
use super::decode::{Decode, FieldDoc, Fields, Located, Problems, Unread, unknown_word, wrong_type};
use super::examples::{self, Row};
use super::expect::{Defaults, Expect, Let, check_word, secret};
use super::flow::{Flow, discreet};
use super::include::{Included, Library, Nowhere};
use super::node::{self, Key, Node, Value};
use super::salvage;
use super::steps::Strangers;
use super::text::{CHAT, CUSTOMER, PHONE, Text};
use super::{Action, STEPS, Scenario, Staff, Step, Vocabulary, codes, fault};
use crate::base::address::is_address;
use crate::base::diag::{Diagnostic, Place, Rule};
use crate::base::rng::Seed;
use crate::base::time::VirtualSpan;
use crate::fault::Fault;

/// The top of a scenario.
pub(super) const HEAD: &[FieldDoc] = &[
    FieldDoc { key: "platform", doc: &["The platform, as `rehearsal list platforms` names it."], expects: "text" },
    FieldDoc { key: "name", doc: &["What the scenario is about, for people."], expects: "text" },
    FieldDoc {
        key: "seed",
        doc: &["The seed that made-up values follow from."],
        expects: "a whole number, zero or more",
    },
    FieldDoc { key: "tags", doc: &["Words by which `run --tag` picks it out."], expects: "a list" },
    FieldDoc { key: "skip", doc: &["Why it is not played for now; it is checked all the same."], expects: "text" },
    FieldDoc {
        key: "examples",
        doc: &["Rows of values: the scenario is played once for each, with `${name}` replaced by the row's value."],
        expects: "a list of mappings",
    },
    FieldDoc {
        key: "defaults",
        doc: &["What expectations go by where they do not say: `within`, `watch` and `by`."],
        expects: "a mapping",
    },
    FieldDoc { key: "setup", doc: &["The tenant before anything happens."], expects: "a mapping" },
    FieldDoc { key: "customers", doc: &["The people the scenario plays."], expects: "a mapping" },
    FieldDoc { key: "steps", doc: &["What happens, in order."], expects: "a list" },
];

/// Reads and checks a scenario.
///
/// # Errors
/// All problems of the text, in the order of their places.
pub fn load(text: &str, vendors: &[Vocabulary]) -> Result<Scenario, Vec<Diagnostic>> {
    read(text, &Reading { vendors, purpose: Purpose::Play, library: &Nowhere }).map(|mut rows| rows.swap_remove(0))
}

/// Reads and checks a scenario, once for each row of its examples; without examples it is one.
///
/// # Errors
/// All problems of the text, in the order of their places.
pub fn load_rows(text: &str, vendors: &[Vocabulary], library: &dyn Library) -> Result<Vec<Scenario>, Vec<Diagnostic>> {
    read(text, &Reading { vendors, purpose: Purpose::Play, library })
}

/// Reads and checks a scenario of which only the tenant is wanted; it may have no steps and no expectation.
///
/// # Errors
/// All problems of the text, in the order of their places.
pub fn load_setup(text: &str, vendors: &[Vocabulary]) -> Result<Scenario, Vec<Diagnostic>> {
    load_tenant(text, vendors, &Nowhere)
}

/// The same with files that it may include.
///
/// # Errors
/// All problems of the text, in the order of their places.
pub fn load_tenant(text: &str, vendors: &[Vocabulary], library: &dyn Library) -> Result<Scenario, Vec<Diagnostic>> {
    read(text, &Reading { vendors, purpose: Purpose::Serve, library }).map(|mut rows| rows.swap_remove(0))
}

/// What a text is read with.
struct Reading<'r> {
    vendors: &'r [Vocabulary],
    purpose: Purpose,
    library: &'r dyn Library,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Play,
    Serve,
}

fn read(text: &str, reading: &Reading<'_>) -> Result<Vec<Scenario>, Vec<Diagnostic>> {
    let mut problems = Problems::new();
    let rows = rows(text, reading, &mut problems).filter(|rows| !rows.is_empty());
    match rows {
        Some(rows) if problems.is_empty() => Ok(rows),
        _ => {
            problems.sort_by_cached_key(Diagnostic::order);
            // What is wrong in the steps is wrong in every row.
            problems.dedup();
            Err(problems)
        }
    }
}

fn rows(text: &str, reading: &Reading<'_>, problems: &mut Problems) -> Option<Vec<Scenario>> {
    let root = node::read(text, problems)?;
    let rows = match examples::rows(root, problems) {
        Ok(rows) => rows,
        Err(root) => {
            let mut more = Problems::new();
            scenario(&root, None, reading, &mut more);
            problems.extend(salvage::sure(&root, more));
            return None;
        }
    };
    let read = |(row, root): (Option<Row>, Node)| {
        let mut scenario = scenario(&root, row.as_ref(), reading, problems)?;
        if let Some(row) = row {
            scenario.name = format!("{} [{}]", scenario.name, row.title).trim_start().to_owned();
            scenario.row = Some(row.number);
        }
        Some(scenario)
    };
    let rows: Vec<Option<Scenario>> = rows.into_iter().map(read).collect();
    rows.into_iter().collect()
}

fn scenario(root: &Node, row: Option<&Row>, reading: &Reading<'_>, problems: &mut Problems) -> Option<Scenario> {
    let mut fields = Fields::open(root, HEAD, problems)?;
    let platform: Option<Located<String>> = fields.take("platform", None, problems);
    let name: Option<Option<String>> = fields.take("name", None, problems);
    let seed: Option<Option<u64>> = fields.take("seed", None, problems);
    let tags: Option<Vec<String>> = fields.take("tags", None, problems);
    let skip: Option<Option<Located<String>>> = fields.take("skip", None, problems);
    if let Some(skip) = skip.iter().flatten().find(|skip| skip.value.trim().is_empty()) {
        let problem = Diagnostic::new(&codes::CONTRADICTION, skip.place, "a scenario is skipped for no reason");
        problems.push(problem.help("say why, or remove `skip`"));
    }
    let defaults: Option<Option<Defaults>> = fields.take("defaults", None, problems);
    let setup: Option<Option<Unread>> = fields.take("setup", None, problems);
    let customers: Option<IndexMap<String, Option<CustomerSpec>>> = fields.take("customers", None, problems);
    let steps: Option<Vec<Unread>> = fields.take("steps", None, problems);

    // The platform decides what the rest may say; without it the rest cannot be judged.
    let Some(vendor) = vendor(&platform?, reading.vendors, problems) else {
        if reading.purpose == Purpose::Play && steps.is_some_and(|steps| steps.is_empty()) {
            problems.push(no_steps(root));
        }
        return None;
    };
    let mut setup =
        setup.flatten().map_or(Node { place: root.place, value: Value::Map(Vec::new()) }, |Unread(node)| node);
    let faults = fault::take(&mut setup, problems);
    let staff = staff(vendor, &setup, problems);
    let people = match root.get("customers").map(|node| &node.value) {
        Some(Value::Map(members)) => members.iter().map(|(key, _)| key.name.clone()).collect(),
        _ => Vec::new(),
    };
    let mut checker = Checker::new(vendor, people, staff, reading.library, problems);
    checker.defaults = defaults.flatten().unwrap_or_default();
    checker.row = row;
    let faults: Vec<Fault> = faults.iter().filter_map(|node| checker.fault(node)).collect();
    let steps: Vec<Step> = steps?.iter().flat_map(|Unread(node)| checker.steps(node)).collect();
    checker.check_awaited();
    if reading.purpose == Purpose::Play && problems.is_empty() {
        nothing_tested(root, &steps, problems);
    }
    Some(Scenario {
        platform: vendor.platform,
        name: name?.unwrap_or_default(),
        seed: seed?.map(Seed),
        tags: tags?,
        skip: skip?.map(|skip| skip.value),
        row: None,
        setup,
        faults,
        customers: customers?.into_iter().map(|(key, spec)| (key, spec.unwrap_or_default())).collect(),
        steps,
    })
}

fn vendor<'v>(
    platform: &Located<String>,
    vendors: &'v [Vocabulary],
    problems: &mut Problems,
) -> Option<&'v Vocabulary> {
    let names: Vec<&str> = vendors.iter().map(|vendor| vendor.platform).collect();
    check_word(&codes::UNKNOWN_PLATFORM, "platform", platform, &names, problems);
    vendors.iter().find(|vendor| vendor.platform == platform.value)
}

/// What the tenant has; nothing if `setup:` has problems, lest each of them bring a dozen others.
pub(super) fn staff(vendor: &Vocabulary, setup: &Node, problems: &mut Problems) -> Option<Staff> {
    let before = problems.len();
    let staff = (vendor.setup)(setup, problems);
    (problems.len() == before).then_some(staff)
}

fn no_steps(root: &Node) -> Diagnostic {
    Diagnostic::new(&codes::NO_STEPS, root.place, "the scenario has no steps")
        .help("begin with `start_chat` under `steps:`")
}

fn nothing_tested(root: &Node, steps: &[Step], problems: &mut Problems) {
    if steps.is_empty() {
        problems.push(no_steps(root));
    } else if !steps.iter().any(|step| step.action.expects()) {
        let problem =
            Diagnostic::new(&codes::NO_EXPECTATION, root.place, "the scenario expects nothing, so it can never fail");
        problems.push(problem.help("add an `expect` step"));
    }
}

/// Walks the steps in order, because chats and names are known only from the step that makes them.
pub(super) struct Checker<'v, 'p> {
    pub(super) vendor: &'v Vocabulary,
    pub(super) customers: Vec<String>,
    pub(super) strangers: Strangers,
    pub(super) staff: Option<Staff>,
    /// Events that the tenant names itself, and what may be such a name: all texts that were sent to it so far.
    pub(super) events: Vec<String>,
    /// Chats that have been started so far.
    pub(super) chats: Vec<String>,
    /// Chats that faults are about, started or not.
    pub(super) awaited: Vec<Located<String>>,
    /// Names that `${…}` may refer to so far.
    pub(super) names: Vec<String>,
    /// How many steps there are only because others are repeated.
    pub(super) repeated: usize,
    /// How many choices there have been so far.
    pub(super) choices: usize,
    /// Whether other steps are played beside these, and then which chat these were about last.
    pub(super) lane: Option<Option<Located<String>>>,
    /// What expectations go by where they do not say.
    defaults: Defaults,
    /// Where included files are kept.
    pub(super) library: &'v dyn Library,
    /// The row of examples whose values are filled in.
    pub(super) row: Option<&'v Row>,
    /// Which included files are being read.
    pub(super) included: Included,
    pub(super) problems: &'p mut Problems,
}

impl<'v, 'p> Checker<'v, 'p> {
    pub(super) fn new(
        vendor: &'v Vocabulary,
        customers: Vec<String>,
        staff: Option<Staff>,
        library: &'v dyn Library,
        problems: &'p mut Problems,
    ) -> Self {
        Self {
            vendor,
            customers,
            strangers: Strangers::Unknown,
            events: staff.as_ref().map(|staff| staff.events.clone()).unwrap_or_default(),
            staff,
            chats: Vec::new(),
            awaited: Vec::new(),
            names: Vec::new(),
            repeated: 0,
            choices: 0,
            lane: None,
            defaults: Defaults::default(),
            library,
            row: None,
            included: Included::default(),
            problems,
        }
    }
}

impl Checker<'_, '_> {
    pub(super) fn step(&mut self, node: &Node) -> Option<Step> {
        let Value::Map(members) = &node.value else {
            wrong_type(node, "a step, such as `say: {…}`", self.problems);
            return None;
        };
        let [(key, value)] = members.as_slice() else {
            let message = format!("a step has one key, this one has {}", members.len());
            let problem = Diagnostic::new(&codes::ONE_KEY, node.place, message);
            self.problems.push(problem.help("begin each step with its own `- `"));
            return None;
        };
        if let Some((name, why)) = self.vendor.lacks.iter().find(|(name, _)| *name == key.name) {
            // What stands in it makes no difference.
            let message = format!("`{name}` cannot be done on {}", self.vendor.platform);
            self.problems.push(Diagnostic::new(&codes::ACT_NOT_HERE, key.place, message).help(*why));
            return None;
        }
        let before = self.problems.len();
        let Some(mut action) = self.read(key, value) else {
            self.salvage(key, value, before);
            return None;
        };
        self.check(&mut action, key.place);
        secret::check(&key.name, value, self.vendor.secrets, self.problems);
        let (place, source) =
            self.included.place(key.place, format!("{}: {}", key.name, Flow(&discreet(value, self.vendor.secrets))));
        Some(Step { place, source, action })
    }

    /// What a step does, if it can be read.
    pub(super) fn read(&mut self, key: &Key, value: &Node) -> Option<Action> {
        match key.name.as_str() {
            "wait" => VirtualSpan::decode(value, self.problems).map(Action::Wait),
            "expect" => Expect::decode_some(value, &self.defaults, self.problems).map(Action::Expect),
            "expect_none" => Expect::decode_none(value, &self.defaults, self.problems).map(Action::Expect),
            "fault" => self.fault(value).map(|fault| Action::Fault(Box::new(fault))),
            "clear_faults" => self.unwanted(value).map(Action::ClearFaults),
            "let" => Let::decode(value, self.problems).map(Action::Let),
            "call" => CallStep::decode(value, self.problems).map(|call| Action::Call(Box::new(call))),
            word => match Act::decode(word, value, self.problems) {
                Some(act) => act.map(Action::Act),
                None => {
                    let words: Vec<&str> =
                        ACTS.iter().map(|act| act.name).chain(STEPS.iter().map(|step| step.name)).collect();
                    unknown_word(&codes::UNKNOWN_STEP, "step", word, key.place, &words, self.problems);
                    None
                }
            },
        }
    }

    /// Checks whom and what a step refers to.
    pub(super) fn check(&mut self, action: &mut Action, place: Place) {
        match action {
            Action::Act(act) => {
                self.keep_to_lane(act, place);
                self.act(act, place);
            }
            Action::Expect(expect) => {
                if let Some(Some(chat)) = &self.lane {
                    expect.keep_to(chat);
                }
                self.expect(expect);
            }
            Action::Let(binding) => self.binding(binding),
            Action::Call(call) => self.call(call, place),
            // The steps of branches were checked one by one.
            Action::Fault(_) | Action::ClearFaults(_) | Action::Wait(_) | Action::OneOf(_) | Action::Parallel(_) => {}
        }
    }

    fn act(&mut self, act: &Act, place: Place) {
        if let Some(doer) = act.doer() {
            self.doer(act, doer);
        }
        if let Some(chat) = act.chat() {
            self.chat(chat);
        }
        self.texts(act.texts());
        match act {
            Act::StartChat(start) => {
                let name = start.chat.clone().unwrap_or_else(|| start.r#as.value.clone());
                if !self.chats.contains(&name) {
                    self.chats.push(name);
                }
                if let Some(to) = &start.to {
                    self.tenant(&codes::UNKNOWN_TEAM, "team or group of this tenant", to, |staff| words(&staff.teams));
                }
            }
            Act::Transfer(transfer) => {
                self.tenant(&codes::UNKNOWN_TEAM, "team, group or agent of this tenant", &transfer.to, |staff| {
                    words(staff.teams.iter().chain(&staff.agents))
                });
            }
            Act::Assign(assign) => {
                self.tenant(&codes::UNKNOWN_PERSON, "agent or bot of this tenant", &assign.to, |staff| {
                    words(&staff.agents)
                });
            }
            Act::Pick(pick) => {
                let wanted = match (&pick.items, pick.time) {
                    (Some(items), None) => !items.is_empty(),
                    (None, Some(_)) => true,
                    (None, None) | (Some(_), Some(_)) => false,
                };
                if !wanted {
                    let problem = Diagnostic::new(&codes::ONE_KEY, place, "a customer picks items or a time");
                    self.problems.push(problem.help("name at least one under `items`, or a `time`"));
                }
            }
            Act::SetStatus(status) => {
                self.tenant(&codes::UNKNOWN_PERSON, "agent or bot of this tenant", &status.agent, |staff| {
                    words(&staff.agents)
                });
            }
            Act::Subscribe(subscribe) => self.subscription(subscribe),
            Act::Disconnect(disconnect) => {
                self.person("customer or agent here", &disconnect.who, &[]);
                if let Some(reason) = &disconnect.reason {
                    let known = (self.vendor.reasons)();
                    check_word(&codes::UNKNOWN_KEY, "reason of this platform", reason, &known, self.problems);
                }
            }
            Act::Say(_)
            | Act::Choose(_)
            | Act::Attach(_)
            | Act::Read(_)
            | Act::Delete(_)
            | Act::Leave(_)
            | Act::Hold(_)
            | Act::Resume(_)
            | Act::Tag(_)
            | Act::Close(_)
            | Act::Receipt(_)
            | Act::OptOut(_)
            | Act::OptIn(_)
            | Act::ReportProblem(_)
            | Act::ResolveProblem(_) => {}
        }
    }

    /// Has an act beside others be about the chat of its lane, lest that depend on how far those others are.
    fn keep_to_lane(&mut self, act: &mut Act, place: Place) {
        let Some(lane) = &mut self.lane else { return };
        if let Act::StartChat(start) = act {
            let value = start.chat.clone().unwrap_or_else(|| start.r#as.value.clone());
            *lane = Some(Located { value, place: start.r#as.place });
            return;
        }
        let own = act.doer().filter(|doer| self.chats.contains(&doer.value)).cloned();
        let word = act.name();
        let Some(chat) = act.chat_mut() else { return };
        *chat = chat.take().or(own).or(lane.clone());
        lane.clone_from(chat);
        if chat.is_none() {
            let message = format!("which chat `{word}` is about depends on what happens beside it");
            self.problems.push(Diagnostic::new(&codes::CONTRADICTION, place, message).help("add `chat: …`"));
        }
    }

    fn subscription(&mut self, subscribe: &Subscribe) {
        let bot = &subscribe.agent;
        self.tenant(&codes::UNKNOWN_PERSON, "agent or bot of this tenant", bot, |staff| words(&staff.agents));
        if let Some(url) = subscribe.url.as_ref().filter(|url| !is_address(&url.value)) {
            let message = format!("`{}` is not an address that webhooks can go to", url.value);
            let problem = Diagnostic::new(&codes::BAD_URL, url.place, message);
            self.problems.push(problem.help("write `${bot}/…` or `http://…`"));
        }
        for event in subscribe.events.iter().flatten() {
            self.vendor.check_event(event, &self.events, self.problems);
        }
    }

    /// Checks who does an act: some are for customers, some for agents, some for both.
    fn doer(&mut self, act: &Act, who: &Located<String>) {
        match act {
            Act::StartChat(_)
            | Act::Choose(_)
            | Act::Pick(_)
            | Act::Delete(_)
            | Act::Leave(_)
            | Act::OptOut(_)
            | Act::OptIn(_) => {
                if self.strangers == Strangers::Welcome && !self.is_staff(who) && !self.customers.contains(&who.value) {
                    self.customers.push(who.value.clone());
                }
                let known = words(&self.customers);
                check_word(&codes::UNKNOWN_PERSON, "customer of this scenario", who, &known, self.problems);
            }
            Act::Transfer(_)
            | Act::Tag(_)
            | Act::SetStatus(_)
            | Act::Assign(_)
            | Act::Hold(_)
            | Act::Resume(_)
            | Act::Receipt(_)
            | Act::ReportProblem(_)
            | Act::ResolveProblem(_)
            | Act::Disconnect(_)
            | Act::Subscribe(_) => {
                self.tenant(&codes::UNKNOWN_PERSON, "agent or bot of this tenant", who, |staff| words(&staff.agents));
            }
            Act::Close(_) => self.person("customer or agent here", who, &["system"]),
            Act::Say(_) | Act::Attach(_) | Act::Read(_) => self.person("customer or agent here", who, &[]),
        }
    }

    fn is_staff(&self, who: &Located<String>) -> bool {
        self.staff.as_ref().is_some_and(|staff| staff.agents.contains(&who.value))
    }

    /// Checks a customer, an agent, a bot or one of `besides`.
    pub(super) fn person(&mut self, what: &str, who: &Located<String>, besides: &[&str]) {
        if let Some(staff) = &self.staff {
            let people = self.customers.iter().chain(&staff.agents).map(String::as_str);
            let known: Vec<&str> = besides.iter().copied().chain(people).collect();
            check_word(&codes::UNKNOWN_PERSON, what, who, &known, self.problems);
        }
    }

    /// Checks a word that `setup:` defines, if that could be read.
    pub(super) fn tenant(
        &mut self,
        rule: &'static Rule,
        what: &str,
        word: &Located<String>,
        known: impl FnOnce(&Staff) -> Vec<&str>,
    ) {
        if let Some(staff) = &self.staff {
            check_word(rule, what, word, &known(staff), self.problems);
        }
    }

    pub(super) fn chat(&mut self, chat: &Located<String>) {
        check_word(&codes::UNKNOWN_CHAT, "chat that was started before", chat, &words(&self.chats), self.problems);
    }

    pub(super) fn texts<'t>(&mut self, texts: impl IntoIterator<Item = &'t Text>) {
        self.named(texts, &[]);
    }

    /// Checks the names that texts refer to; `besides` are known as well.
    pub(super) fn named<'t>(&mut self, texts: impl IntoIterator<Item = &'t Text>, besides: &[&str]) {
        let names: Vec<(&str, Place)> =
            texts.into_iter().flat_map(|text| text.names().map(|name| (name, text.place()))).collect();
        if names.is_empty() {
            return;
        }
        let chats = self.chats.iter().map(|chat| format!("{CHAT}{chat}"));
        let customers = self.customers.iter().map(|customer| format!("{CUSTOMER}{customer}"));
        let phones = self.customers.iter().map(|customer| format!("{PHONE}{customer}"));
        let known: Vec<String> = self.names.iter().cloned().chain(chats).chain(customers).chain(phones).collect();
        let known = words(&known);
        for (name, place) in names.into_iter().filter(|(name, _)| !known.contains(name) && !besides.contains(name)) {
            unknown_word(&codes::UNKNOWN_NAME, "name that is known here", name, place, &known, self.problems);
        }
    }
}

pub(super) fn words<'w>(list: impl IntoIterator<Item = &'w String>) -> Vec<&'w str> {
    list.into_iter().map(String::as_str).collect()
}
