//! Steps that stand for others: `repeat`, `one_of`, `parallel` and `include`.

use super::check::Checker;
use super::decode::{Decode, Located, Problems, Schema, Unread, wrong_type};
use super::node::{Key, Node, Value};
use super::{Action, Branch, Choice, Step, codes};
use crate::base::diag::Diagnostic;
use crate::record;

/// The step that plays others several times.
pub(super) const REPEAT: &str = "repeat";
/// The step that plays some of others.
pub(super) const ONE_OF: &str = "one_of";
/// The step that plays others side by side.
pub(super) const PARALLEL: &str = "parallel";
/// The step that stands for those of another file.
pub(super) const INCLUDE: &str = "include";
/// How many steps repeated ones may be in all.
const MOST_STEPS: usize = 10_000;
/// How many lists of steps may be played side by side.
const MOST_LANES: usize = 100;
/// What stands before all that is told of a step besides its text.
pub(super) const NOTE: &str = "  # ";
/// The greatest weight of a branch.
const MOST_WEIGHT: u32 = 1_000_000;

record! {
    /// Steps that are played several times, one round after the other.
    pub(super) struct Repeat {
        /// How often.
        times: Located<u32>,
        /// What.
        steps: Steps,
    }
}

record! {
    /// Steps that may be played.
    pub(super) struct RawBranch {
        /// How likely it is, compared with the others; 1 by default.
        weight: Option<Located<u32>>,
        /// What is played; an empty list for nothing at all.
        steps: Steps,
    }
}

record! {
    /// Steps that are played beside others.
    pub(super) struct Lane {
        /// What is played.
        steps: Steps,
    }
}

/// Steps within a step. Unlike other lists they cannot be left out, since nobody means a step without any.
#[derive(Clone, Debug)]
pub(super) struct Steps(pub(super) Vec<Unread>);

impl Decode for Steps {
    const EXPECTS: &'static str = "a list of steps";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        Vec::decode(node, problems).map(Self)
    }

    fn schema() -> Schema {
        serde_json::json!({"$ref": "#/properties/steps"})
    }
}

impl Checker<'_, '_> {
    /// A step as what is played: itself, or what it stands for.
    pub(super) fn steps(&mut self, node: &Node) -> Vec<Step> {
        let alone = match &node.value {
            Value::Map(members) => match members.as_slice() {
                [(key, value)] => Some((key, value)),
                _ => None,
            },
            _ => None,
        };
        match alone {
            Some((key, value)) if key.name == REPEAT => self.repeat(value),
            Some((key, value)) if key.name == INCLUDE => self.include(key.place, value),
            Some((key, value)) if key.name == ONE_OF => self.one_of(key, value).into_iter().collect(),
            Some((key, value)) if key.name == PARALLEL => self.parallel(key, value).into_iter().collect(),
            _ => self.step(node).into_iter().collect(),
        }
    }

    fn repeat(&mut self, node: &Node) -> Vec<Step> {
        let Some(repeat) = Repeat::decode(node, self.problems) else { return Vec::new() };
        // What is wrong in one round is wrong in all of them.
        let round: Vec<Step> = repeat.steps.0.iter().flat_map(|Unread(node)| self.steps(node)).collect();
        let times = repeat.times.value as usize;
        let (one, all) = (count(&round), count(&round).saturating_mul(times));
        if times == 0 || self.repeated.saturating_add(all) > MOST_STEPS {
            let message = format!("{one} steps {times} times is out of range; 1 to {MOST_STEPS} steps are possible");
            let problem = Diagnostic::new(&codes::OUT_OF_RANGE, repeat.times.place, message);
            self.problems.push(match self.repeated {
                0 => problem,
                others => problem.help(format!("{others} of them are taken by what else is repeated")),
            });
            return Vec::new();
        }
        self.repeated += all - one;
        // Where there is one round only, nobody asks which.
        let note = |number: usize| if times > 1 { format!("round {number} of {times}") } else { String::new() };
        (1..=times).flat_map(|number| in_round(round.clone(), &note(number))).collect()
    }

    fn one_of(&mut self, key: &Key, node: &Node) -> Option<Step> {
        let number = self.choices;
        self.choices += 1;
        let Value::List(items) = &node.value else {
            wrong_type(node, "a list of branches, such as `[{steps: […]}, {steps: […]}]`", self.problems);
            return None;
        };
        if items.is_empty() {
            let problem = Diagnostic::new(&codes::CONTRADICTION, node.place, "there is no branch to choose");
            self.problems.push(problem.help("list what may happen, as in `[{steps: […]}, {steps: […]}]`"));
            return None;
        }
        // Each branch knows what was there before, and none what is in the others.
        let (chats, names) = (self.chats.clone(), self.names.clone());
        let mut known: Option<(Vec<String>, Vec<String>)> = None;
        let mut branches = Vec::with_capacity(items.len());
        for item in items {
            self.chats.clone_from(&chats);
            self.names.clone_from(&names);
            let branch = self.branch(item);
            // A branch that cannot be read takes nothing from the others, lest its mistake bring more.
            if branch.is_some() {
                known = Some(match known.take() {
                    None => (self.chats.clone(), self.names.clone()),
                    Some((in_chats, in_names)) => (common(in_chats, &self.chats), common(in_names, &self.names)),
                });
            }
            branches.push(branch);
        }
        // Afterwards only that is known which every branch has made known.
        (self.chats, self.names) = known.unwrap_or((chats, names));
        let branches: Vec<Branch> = branches.into_iter().collect::<Option<_>>()?;
        let (place, source) = self.included.place(key.place, format!("{ONE_OF}: {} branches", branches.len()));
        Some(Step { place, source, action: Action::OneOf(Choice { number, branches }) })
    }

    fn parallel(&mut self, key: &Key, node: &Node) -> Option<Step> {
        let Value::List(items) = &node.value else {
            wrong_type(node, "a list, such as `[{steps: […]}, {steps: […]}]`", self.problems);
            return None;
        };
        if !(2..=MOST_LANES).contains(&items.len()) {
            let message = format!("{} lists of steps side by side; 2 to {MOST_LANES} are possible", items.len());
            let problem = Diagnostic::new(&codes::OUT_OF_RANGE, node.place, message);
            self.problems
                .push(problem.help("list what happens at the same time, as in `[{steps: […]}, {steps: […]}]`"));
            return None;
        }
        // Each lane knows what was there before, since nobody can tell how far the others are. Afterwards all is known.
        let (chats, names) = (self.chats.clone(), self.names.clone());
        let (mut all_chats, mut all_names) = (chats.clone(), names.clone());
        let outer = self.lane.take();
        let mut lanes: Vec<Option<Vec<Step>>> = Vec::with_capacity(items.len());
        for item in items {
            self.chats.clone_from(&chats);
            self.names.clone_from(&names);
            self.lane = Some(outer.clone().flatten());
            let lane = Lane::decode(item, self.problems);
            lanes.push(lane.map(|lane| lane.steps.0.iter().flat_map(|Unread(node)| self.steps(node)).collect()));
            all_chats.extend(self.chats.drain(..).filter(|chat| !chats.contains(chat)));
            all_names.extend(self.names.drain(..).filter(|name| !names.contains(name)));
        }
        self.lane = outer;
        (self.chats, self.names) = (all_chats, all_names);
        let lanes: Vec<Vec<Step>> = lanes.into_iter().collect::<Option<_>>()?;
        let (place, source) = self.included.place(key.place, format!("{PARALLEL}: {} side by side", lanes.len()));
        Some(Step { place, source, action: Action::Parallel(lanes) })
    }

    fn branch(&mut self, node: &Node) -> Option<Branch> {
        let raw = RawBranch::decode(node, self.problems)?;
        let steps = raw.steps.0.iter().flat_map(|Unread(node)| self.steps(node)).collect();
        let weight = match raw.weight {
            Some(weight) if !(1..=MOST_WEIGHT).contains(&weight.value) => {
                let message = format!("{} is out of range; 1 to {MOST_WEIGHT} is possible", weight.value);
                let problem = Diagnostic::new(&codes::OUT_OF_RANGE, weight.place, message);
                self.problems.push(problem.help("remove a branch that is never to be played"));
                return None;
            }
            weight => weight.map_or(1, |weight| weight.value),
        };
        Some(Branch { weight, steps })
    }
}

/// What both lists have, in the order of the first.
fn common(mut one: Vec<String>, other: &[String]) -> Vec<String> {
    one.retain(|word| other.contains(word));
    one
}

/// The same steps, each of which tells in which round it is played: of which round, where a repetition stands in another.
fn in_round(mut steps: Vec<Step>, note: &str) -> Vec<Step> {
    for step in &mut steps {
        if !note.is_empty() {
            let inner = step.source.rsplit_once(NOTE).is_some_and(|(_, noted)| noted.starts_with("round "));
            step.source.push_str(if inner { " of " } else { NOTE });
            step.source.push_str(note);
        }
        match &mut step.action {
            Action::OneOf(choice) => {
                for branch in &mut choice.branches {
                    branch.steps = in_round(std::mem::take(&mut branch.steps), note);
                }
            }
            Action::Parallel(lanes) => {
                for lane in lanes {
                    *lane = in_round(std::mem::take(lane), note);
                }
            }
            Action::Act(_)
            | Action::Wait(_)
            | Action::Expect(_)
            | Action::Fault(_)
            | Action::ClearFaults(_)
            | Action::Let(_)
            | Action::Call(_) => {}
        }
    }
    steps
}

/// How many steps there are, those of all branches included.
fn count(steps: &[Step]) -> usize {
    let within = |step: &Step| match &step.action {
        Action::OneOf(choice) => choice.branches.iter().map(|branch| count(&branch.steps)).sum(),
        Action::Parallel(lanes) => lanes.iter().map(|lane| count(lane)).sum(),
        Action::Act(_)
        | Action::Wait(_)
        | Action::Expect(_)
        | Action::Fault(_)
        | Action::ClearFaults(_)
        | Action::Let(_)
        | Action::Call(_) => 0,
    };
    steps.iter().map(|step| 1 + within(step)).sum()
}
