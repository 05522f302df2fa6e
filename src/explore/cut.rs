//! All that is a little smaller than a case: fewer and simpler faults, fewer steps at any depth, fewer rounds, branches and
//! customers.

use super::case::{Case, member};
use super::shrink::Shrinkable;
use crate::scenario::expand::{each_list, parts};
use crate::scenario::node::{Node, Value};

/// One way to make a case smaller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cut {
    what: What,
    /// On which occasion all faults are then, if theirs is a later one: what goes may have had occasions of its own, which
    /// theirs were counted behind.
    occasion: Option<u32>,
}

/// What of a case is cut. Lists of steps are numbered as [`each_list`] visits them; the scenario's own is list 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum What {
    /// Without this fault.
    Fault(usize),
    /// With this fault made simpler.
    SimplerFault(usize),
    /// Nothing but the occasions of the faults.
    Occasions,
    /// Without the steps of a list from one up to another.
    Steps {
        /// Which list.
        list: usize,
        /// The first that goes.
        start: usize,
        /// The first that stays.
        end: usize,
    },
    /// With the steps of a step in its place, one list after the other.
    Flattened {
        /// Which list.
        list: usize,
        /// Which of its steps.
        nth: usize,
    },
    /// With a `repeat` that has so many rounds only.
    Rounds {
        /// Which list.
        list: usize,
        /// Which of its steps.
        nth: usize,
        /// How many rounds.
        times: i128,
    },
    /// Without a branch of a `parallel` or `one_of`.
    Branch {
        /// Which list.
        list: usize,
        /// Which of its steps.
        nth: usize,
        /// Which branch.
        branch: usize,
    },
    /// Without this customer.
    Customer(usize),
}

/// What there is to cut in one list of steps.
struct Outline {
    length: usize,
    /// The steps that have steps of their own.
    nested: Vec<Nested>,
}

struct Nested {
    nth: usize,
    /// How many rounds it has, if it has several.
    rounds: Option<i128>,
    /// How many branches it has.
    branches: usize,
}

impl Outline {
    /// Of all lists, in the order of their numbers.
    fn of(root: &Node) -> Vec<Self> {
        let mut outlines = Vec::new();
        each_list(&mut root.clone(), &mut |steps| {
            let nested = steps.iter().enumerate().filter_map(|(nth, step)| Nested::of(nth, step)).collect();
            outlines.push(Self { length: steps.len(), nested });
        });
        outlines
    }

    /// Long runs of steps before single ones, and from the end, since what comes later depends on what comes before.
    fn runs(&self, list: usize) -> Vec<What> {
        let mut cuts = Vec::new();
        let mut size = self.length.div_ceil(2);
        while size > 0 {
            let starts = (0..self.length).step_by(size).rev();
            cuts.extend(starts.map(|start| What::Steps { list, start, end: (start + size).min(self.length) }));
            size /= 2;
        }
        cuts
    }

    fn nested(&self, list: usize) -> impl Iterator<Item = What> {
        self.nested.iter().flat_map(move |nested| {
            let Nested { nth, rounds, branches } = *nested;
            // One branch alone is no branch; that the step is flattened comes to the same.
            let branches = if branches > 1 { 0..branches } else { 0..0 };
            let fewer = rounds.into_iter().flat_map(|rounds| [1, rounds / 2, rounds - 1]);
            let mut fewer: Vec<i128> = fewer.filter(|times| *times > 0).collect();
            fewer.dedup();
            std::iter::once(What::Flattened { list, nth })
                .chain(fewer.into_iter().map(move |times| What::Rounds { list, nth, times }))
                .chain(branches.map(move |branch| What::Branch { list, nth, branch }))
        })
    }
}

impl Nested {
    /// A step, if it has steps of its own.
    fn of(nth: usize, step: &Node) -> Option<Self> {
        let Value::Map(members) = &step.value else { return None };
        let [(_, inner)] = members.as_slice() else { return None };
        if parts(step).is_empty() {
            return None;
        }
        let rounds = match inner.get("times").map(|times| &times.value) {
            Some(Value::Int(times)) if *times > 1 => Some(*times),
            _ => None,
        };
        let branches = if let Value::List(branches) = &inner.value { branches.len() } else { 0 };
        Some(Self { nth, rounds, branches })
    }
}

impl Shrinkable for Case {
    type Cut = Cut;

    /// Faults first, then the scenario's own steps, what stands within steps, and customers.
    fn cuts(&self) -> Vec<Cut> {
        let faults = 0..self.faults.len();
        let latest = self.faults.iter().map(|fault| fault.nth).max().unwrap_or(1);
        let earlier = |what: What| (1..latest).map(move |nth| Cut { what, occasion: Some(nth) });
        let plain = |what: What| Cut { what, occasion: None };
        // Without any fault it would be another scenario than the one that is explored.
        let mut cuts: Vec<Cut> = faults.clone().filter(|_| self.faults.len() > 1).map(What::Fault).map(plain).collect();
        cuts.extend(faults.map(What::SimplerFault).map(plain));
        cuts.extend(earlier(What::Occasions));
        for (list, outline) in Outline::of(&self.root).iter().enumerate() {
            cuts.extend(outline.runs(list).into_iter().map(plain));
            cuts.extend(outline.nested(list).flat_map(|what| std::iter::once(plain(what)).chain(earlier(what))));
        }
        if let Some(Value::Map(customers)) = self.root.get("customers").map(|node| &node.value) {
            cuts.extend((0..customers.len()).map(What::Customer).map(plain));
        }
        cuts
    }

    fn cut(&self, cut: &Cut) -> Option<Self> {
        let mut case = self.clone();
        match cut.what {
            What::Fault(index) => {
                case.faults.remove(index);
            }
            What::SimplerFault(index) => case.faults[index].twist = case.faults[index].twist.simpler()?,
            What::Occasions => {}
            What::Steps { list, start, end } => {
                case.edit(list, |steps| steps.drain(start..end).count())?;
                if list == 0 {
                    case.close_gap(start, end);
                }
            }
            What::Flattened { list, nth } => {
                let inner: Vec<Node> = case.edit(list, |steps| parts(&steps[nth]))?.into_iter().flatten().collect();
                if inner.is_empty() {
                    return None;
                }
                let more = inner.len() - 1;
                case.edit(list, |steps| steps.splice(nth..=nth, inner).count())?;
                if list == 0 {
                    case.faults.iter_mut().filter(|fault| fault.before > nth).for_each(|fault| fault.before += more);
                }
            }
            What::Rounds { list, nth, times } => case.edit(list, |steps| {
                let rounds = only_member(&mut steps[nth]).and_then(|repeat| member(repeat, "times"));
                rounds.map(|rounds| rounds.value = Value::Int(times))
            })??,
            What::Branch { list, nth, branch } => {
                case.edit(list, |steps| match only_member(&mut steps[nth]).map(|inner| &mut inner.value) {
                    Some(Value::List(branches)) => Some(branches.remove(branch)),
                    _ => None,
                })??;
            }
            What::Customer(index) => match member(&mut case.root, "customers").map(|customers| &mut customers.value) {
                Some(Value::Map(customers)) => drop(customers.remove(index)),
                _ => return None,
            },
        }
        if let Some(nth) = cut.occasion {
            case.faults.iter_mut().for_each(|fault| fault.nth = fault.nth.min(nth));
        }
        Some(case)
    }
}

impl Case {
    /// Does something to a list of steps.
    fn edit<T>(&mut self, list: usize, change: impl FnOnce(&mut Vec<Node>) -> T) -> Option<T> {
        let (mut at, mut change, mut result) = (0, Some(change), None);
        each_list(&mut self.root, &mut |steps| {
            if at == list
                && let Some(change) = change.take()
            {
                result = Some(change(steps));
            }
            at += 1;
        });
        result
    }

    /// Has faults stay before the steps that they stand before, now that those between are gone.
    fn close_gap(&mut self, start: usize, end: usize) {
        for fault in &mut self.faults {
            if fault.before >= end {
                fault.before -= end - start;
            } else {
                fault.before = fault.before.min(start);
            }
        }
    }
}

/// What stands under the one key of a step.
fn only_member(step: &mut Node) -> Option<&mut Node> {
    match &mut step.value {
        Value::Map(members) => members.first_mut().map(|(_, inner)| inner),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::case::{Planned, Twist};
    use super::*;
    use crate::base::time::VirtualSpan;
    use crate::explore::case::tests::told;
    use crate::fault::Occasion;
    use crate::scenario::node::parse;
    use crate::scenario::write::document;

    fn case(steps: &str, faults: &[(usize, u32)]) -> Case {
        let planned = |(before, nth): &(usize, u32)| Planned {
            before: *before,
            on: Occasion::Event("note".to_owned()),
            nth: *nth,
            twist: Twist::Late(VirtualSpan::from_millis(100)),
        };
        Case { root: parse(&format!("steps: {steps}")).unwrap(), faults: faults.iter().map(planned).collect() }
    }

    fn smaller(case: &Case) -> Vec<Case> {
        case.cuts().iter().filter_map(|cut| case.cut(cut)).collect()
    }

    #[test]
    fn faults_stay_before_the_steps_that_they_stand_before() {
        let check = |start: usize, end: usize, expected: &str| {
            let case = case("[{a: 1}, {b: 2}, {c: 3}, {d: 4}]", &[(2, 1)]);
            let cut = Cut { what: What::Steps { list: 0, start, end }, occasion: None };
            assert_eq!(told(&case.cut(&cut).unwrap()), expected);
        };
        check(0, 1, "b: 2 F c: 3 d: 4");
        check(1, 3, "a: 1 F d: 4");
        check(3, 4, "a: 1 b: 2 F c: 3");
        let nested = case("[{repeat: {times: 2, steps: [{a: 1}, {b: 2}]}}, {c: 3}]", &[(1, 1)]);
        let flat = |nth| nested.cut(&Cut { what: What::Flattened { list: 0, nth }, occasion: None });
        assert_eq!(flat(0).map(|case| told(&case)), Some("a: 1 b: 2 F c: 3".to_owned()));
        assert_eq!(flat(1), None);
    }

    #[test]
    fn what_is_smaller_has_less_of_something() {
        let check = |case: &Case, expected: &[&str]| {
            assert_eq!(smaller(case).iter().map(told).collect::<Vec<_>>(), expected);
        };
        check(&case("[{a: 1}, {b: 2}]", &[(0, 1), (1, 1)]), &["a: 1 F b: 2", "F a: 1 b: 2", "F a: 1", "F F b: 2"]);
        check(
            &case("[{parallel: [{steps: [{a: 1}]}, {steps: [{b: 2}]}]}]", &[]),
            &[
                "",
                "a: 1 b: 2",
                "parallel: [{steps: [{b: 2}]}]",
                "parallel: [{steps: [{a: 1}]}]",
                "parallel: [{steps: []}, {steps: [{b: 2}]}]",
                "parallel: [{steps: [{a: 1}]}, {steps: []}]",
            ],
        );
        let customers = Case { root: parse("customers: {ada: {}, ben: {}}").unwrap(), faults: Vec::new() };
        assert_eq!(
            smaller(&customers).iter().map(|case| document(&case.root)).collect::<Vec<_>>(),
            ["customers: {ben: {}}\n", "customers: {ada: {}}\n"]
        );
    }

    #[test]
    fn what_stands_within_steps_gets_smaller_at_any_depth() {
        let deep =
            case("[{repeat: {times: 5, steps: [{a: 1}, {one_of: [{steps: [{b: 2}, {c: 3}]}]}, {d: 4}]}}]", &[(0, 3)]);
        let all: Vec<String> = smaller(&deep).iter().map(told).collect();
        let outer = |inner: &str| format!("F repeat: {{times: 5, steps: [{inner}]}}");
        let branch = "{one_of: [{steps: [{b: 2}, {c: 3}]}]}";
        for expected in [
            // Fewer rounds.
            format!("F repeat: {{times: 1, steps: [{{a: 1}}, {branch}, {{d: 4}}]}}"),
            format!("F repeat: {{times: 2, steps: [{{a: 1}}, {branch}, {{d: 4}}]}}"),
            format!("F repeat: {{times: 4, steps: [{{a: 1}}, {branch}, {{d: 4}}]}}"),
            // Runs of steps within a step.
            outer(&format!("{{a: 1}}, {branch}")),
            outer("{d: 4}"),
            // A step within a step, flattened.
            outer("{a: 1}, {b: 2}, {c: 3}, {d: 4}"),
            // Steps within a step within a step.
            outer("{a: 1}, {one_of: [{steps: [{b: 2}]}]}, {d: 4}"),
        ] {
            assert!(all.contains(&expected), "{expected} is not among\n{}", all.join("\n"));
        }
        // Whatever goes may have had occasions of its own.
        let rounds = |case: &Case| told(case).contains("times: 1,");
        let occasions: Vec<u32> =
            smaller(&deep).iter().filter(|case| rounds(case)).map(|case| case.faults[0].nth).collect();
        assert_eq!(occasions, [3, 1, 2]);
    }
}
