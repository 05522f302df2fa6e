//! A scenario with faults put in, and everything that is a little smaller than it.

use super::shrink::Shrinkable;
use crate::base::diag::Place;
use crate::base::time::{VirtualSpan, WallLimit};
use crate::fault::Occasion;
use crate::scenario::expand::{each_list, parts};
use crate::scenario::node::{Key, Node, Value, parse};

/// The gap of a second delivery where any gap does.
const USUAL_GAP: VirtualSpan = VirtualSpan::from_millis(200);
/// How late a webhook comes where any time does.
const USUALLY_LATE: VirtualSpan = VirtualSpan::from_millis(100);

/// A scenario with faults put in.
#[derive(Clone, PartialEq, Debug)]
pub struct Case {
    /// The scenario without them.
    pub root: Node,
    /// The faults.
    pub faults: Vec<Planned>,
}

/// A fault that fires once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Planned {
    /// Before which step of the scenario's own list, from 0, it stands.
    pub before: usize,
    /// On which occasion.
    pub on: Occasion,
    /// On which of these from that step on, from 1.
    pub nth: u32,
    /// What it does.
    pub twist: Twist,
}

/// What a fault that is put in does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Twist {
    /// The webhook comes once more after this gap.
    Twice(VirtualSpan),
    /// The webhook comes so much later.
    Late(VirtualSpan),
    /// The answer takes so long.
    Slow(WallLimit),
    /// The call does its work, but its answer is lost.
    Cut,
}

impl Case {
    /// The scenario as it is played: the faults stand among its steps.
    #[must_use]
    pub fn document(&self) -> Node {
        let mut root = self.root.clone();
        let Some(steps) = own_steps(&mut root) else { return root };
        let own = std::mem::take(steps);
        for (index, step) in own.into_iter().enumerate() {
            steps.extend(self.faults.iter().filter(|fault| fault.before == index).map(Planned::step));
            steps.push(step);
        }
        root
    }

    /// The same scenario with nothing put in.
    #[must_use]
    pub fn without_faults(&self) -> Self {
        Self { root: self.root.clone(), faults: Vec::new() }
    }

    /// How many steps the scenario has, those within others not counted.
    #[must_use]
    pub fn steps(&self) -> usize {
        match self.root.get("steps").map(|steps| &steps.value) {
            Some(Value::List(steps)) => steps.len(),
            _ => 0,
        }
    }

    /// Whether a step that failed tells something about the bot. Where a webhook comes more than a moment late, the platform
    /// itself may send others at other times than the scenario expects.
    #[must_use]
    pub fn blames_bot(&self, step: &str) -> bool {
        let about_webhooks = || {
            let step = parse(step).ok()?;
            step.get("expect").or_else(|| step.get("expect_none"))?.get("event")?;
            Some(())
        };
        !self.faults.iter().any(Planned::takes_long) || about_webhooks().is_none()
    }

    fn without_fault(&self, index: usize) -> Self {
        let mut case = self.clone();
        case.faults.remove(index);
        case
    }

    fn with_simpler_fault(&self, index: usize) -> Option<Self> {
        let mut case = self.clone();
        case.faults[index].twist = case.faults[index].twist.simpler()?;
        Some(case)
    }

    fn without_steps(&self, start: usize, end: usize) -> Self {
        let mut case = self.clone();
        if let Some(steps) = own_steps(&mut case.root) {
            steps.drain(start..end);
        }
        for fault in &mut case.faults {
            if fault.before >= end {
                fault.before -= end - start;
            } else {
                fault.before = fault.before.min(start);
            }
        }
        case
    }

    /// With a step that has steps of its own replaced by these, one list after the other.
    fn flattened(&self, index: usize) -> Option<Self> {
        let mut case = self.clone();
        let steps = own_steps(&mut case.root)?;
        let inner: Vec<Node> = parts(&steps[index]).into_iter().flatten().collect();
        if inner.is_empty() {
            return None;
        }
        let count = inner.len();
        steps.splice(index..=index, inner);
        for fault in case.faults.iter_mut().filter(|fault| fault.before > index) {
            fault.before += count - 1;
        }
        Some(case)
    }

    /// With one step less within another one.
    fn without_inner_step(&self, list: usize, nth: usize) -> Self {
        let mut case = self.clone();
        let mut at = 0;
        each_list(&mut case.root, &mut |steps| {
            if at == list {
                steps.remove(nth);
            }
            at += 1;
        });
        case
    }

    fn without_customer(&self, index: usize) -> Self {
        let mut case = self.clone();
        if let Some(Node { value: Value::Map(customers), .. }) = member(&mut case.root, "customers") {
            customers.remove(index);
        }
        case
    }
}

/// One way to make a case smaller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cut {
    /// Without this fault.
    Fault(usize),
    /// With this fault made simpler.
    SimplerFault(usize),
    /// Without the steps from this one up to that one.
    Steps(usize, usize),
    /// With the steps of this step in its place.
    Flattened(usize),
    /// Without this step of that list of steps; the scenario's own is list 0.
    InnerStep {
        /// Which list.
        list: usize,
        /// Which of its steps.
        nth: usize,
    },
    /// Without this customer.
    Customer(usize),
}

impl Shrinkable for Case {
    type Cut = Cut;

    /// Faults first, then long runs of steps, single ones, and what stands within steps.
    fn cuts(&self) -> Vec<Cut> {
        let faults = 0..self.faults.len();
        // Without any fault it would be another scenario than the one that is explored.
        let mut cuts: Vec<Cut> = faults.clone().filter(|_| self.faults.len() > 1).map(Cut::Fault).collect();
        cuts.extend(faults.map(Cut::SimplerFault));
        let count = self.steps();
        let mut size = count.div_ceil(2);
        while size > 0 {
            // From the end, since what comes later depends on what comes before.
            let starts = (0..count).step_by(size).rev();
            cuts.extend(starts.map(|start| Cut::Steps(start, (start + size).min(count))));
            size /= 2;
        }
        cuts.extend((0..count).map(Cut::Flattened));
        let mut lengths = Vec::new();
        each_list(&mut self.root.clone(), &mut |steps| lengths.push(steps.len()));
        let inner = lengths.iter().enumerate().skip(1);
        cuts.extend(inner.flat_map(|(list, length)| (0..*length).map(move |nth| Cut::InnerStep { list, nth })));
        if let Some(Value::Map(customers)) = self.root.get("customers").map(|node| &node.value) {
            cuts.extend((0..customers.len()).map(Cut::Customer));
        }
        cuts
    }

    fn cut(&self, cut: &Cut) -> Option<Self> {
        match *cut {
            Cut::Fault(index) => Some(self.without_fault(index)),
            Cut::SimplerFault(index) => self.with_simpler_fault(index),
            Cut::Steps(start, end) => Some(self.without_steps(start, end)),
            Cut::Flattened(index) => self.flattened(index),
            Cut::InnerStep { list, nth } => Some(self.without_inner_step(list, nth)),
            Cut::Customer(index) => Some(self.without_customer(index)),
        }
    }
}

impl Twist {
    /// Something simpler that may do as well.
    fn simpler(self) -> Option<Self> {
        match self {
            Self::Twice(gap) => (gap > USUAL_GAP).then_some(Self::Twice(USUAL_GAP)),
            Self::Late(span) => (span > USUALLY_LATE).then_some(Self::Late(USUALLY_LATE)),
            Self::Slow(_) | Self::Cut => None,
        }
    }

    fn node(self) -> (&'static str, Node) {
        match self {
            Self::Twice(gap) => ("duplicate", map([("gap", text(gap.to_string()))])),
            Self::Late(span) => ("delay", text(span.to_string())),
            Self::Slow(limit) => ("delay", text(limit.to_string())),
            Self::Cut => ("reset", node(Value::Bool(true))),
        }
    }
}

impl Planned {
    /// Whether so much virtual time is lost that the platform itself may do things at other moments.
    #[must_use]
    pub fn takes_long(&self) -> bool {
        match self.twist {
            Twist::Late(span) | Twist::Twice(span) => span > VirtualSpan::from_secs(1),
            Twist::Slow(_) | Twist::Cut => false,
        }
    }

    /// It as a step of a scenario.
    fn step(&self) -> Node {
        let occasion = match &self.on {
            Occasion::Event(event) => ("event", text(event.clone())),
            Occasion::Route(route) => ("route", text(route.clone())),
        };
        let nth = (self.nth > 1).then(|| ("nth", number(self.nth)));
        let on = map(std::iter::once(occasion).chain(nth));
        map([("fault", map([("on", on), ("do", map([self.twist.node()])), ("times", number(1))]))])
    }
}

/// The scenario's own list of steps.
fn own_steps(root: &mut Node) -> Option<&mut Vec<Node>> {
    match member(root, "steps") {
        Some(Node { value: Value::List(steps), .. }) => Some(steps),
        _ => None,
    }
}

fn member<'n>(root: &'n mut Node, name: &str) -> Option<&'n mut Node> {
    let Value::Map(members) = &mut root.value else { return None };
    members.iter_mut().find(|(key, _)| key.name == name).map(|(_, value)| value)
}

fn node(value: Value) -> Node {
    Node { place: Place::default(), value }
}

fn text(text: String) -> Node {
    node(Value::Text(text))
}

fn number(number: u32) -> Node {
    node(Value::Int(number.into()))
}

fn map(members: impl IntoIterator<Item = (&'static str, Node)>) -> Node {
    let key = |name: &str| Key { name: name.to_owned(), place: Place::default() };
    node(Value::Map(members.into_iter().map(|(name, value)| (key(name), value)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::write::document;

    fn case(steps: &str, faults: &[usize]) -> Case {
        let planned = |before: &usize| Planned {
            before: *before,
            on: Occasion::Event("note".to_owned()),
            nth: 1,
            twist: Twist::Late(USUALLY_LATE),
        };
        Case { root: parse(&format!("steps: {steps}")).unwrap(), faults: faults.iter().map(planned).collect() }
    }

    /// The steps of a case, `F` for faults, each as its first word and value.
    fn told(case: &Case) -> String {
        let text = document(&case.document());
        let line = |line: &str| line.trim_start_matches("  - ").to_owned();
        let steps: Vec<String> = text.lines().skip(1).map(line).collect();
        steps.iter().map(|step| if step.starts_with("fault") { "F" } else { step }).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn faults_stand_before_their_steps_and_are_written_as_any_other() {
        assert_eq!(told(&case("[{a: 1}, {b: 2}]", &[0, 1])), "F a: 1 F b: 2");
        let check = |on: Occasion, nth: u32, twist: Twist, expected: &str| {
            let planned = Planned { before: 0, on, nth, twist };
            let case = Case { root: parse("steps: [{a: 1}]").unwrap(), faults: vec![planned] };
            assert_eq!(document(&case.document()), format!("steps:\n  - fault: {expected}\n  - a: 1\n"));
        };
        let event = || Occasion::Event("chat.closed".to_owned());
        let route = || Occasion::Route("send".to_owned());
        check(event(), 1, Twist::Late(USUALLY_LATE), "{on: {event: chat.closed}, do: {delay: 100ms}, times: 1}");
        check(
            event(),
            2,
            Twist::Twice(USUAL_GAP),
            "{on: {event: chat.closed, nth: 2}, do: {duplicate: {gap: 200ms}}, times: 1}",
        );
        check(route(), 1, Twist::Slow(WallLimit::from_millis(5)), "{on: {route: send}, do: {delay: 5ms}, times: 1}");
        check(route(), 1, Twist::Cut, "{on: {route: send}, do: {reset: true}, times: 1}");
    }

    #[test]
    fn faults_stay_before_the_steps_that_they_stand_before() {
        let check = |start: usize, end: usize, expected: &str| {
            let case = case("[{a: 1}, {b: 2}, {c: 3}, {d: 4}]", &[2]);
            assert_eq!(told(&case.without_steps(start, end)), expected);
        };
        check(0, 1, "b: 2 F c: 3 d: 4");
        check(1, 3, "a: 1 F d: 4");
        check(3, 4, "a: 1 b: 2 F c: 3");
        let nested = case("[{repeat: {times: 2, steps: [{a: 1}, {b: 2}]}}, {c: 3}]", &[1]);
        assert_eq!(nested.flattened(0).map(|case| told(&case)), Some("a: 1 b: 2 F c: 3".to_owned()));
        assert_eq!(nested.flattened(1), None);
    }

    fn smaller(case: &Case) -> Vec<Case> {
        case.cuts().iter().filter_map(|cut| case.cut(cut)).collect()
    }

    #[test]
    fn what_is_smaller_has_less_of_something() {
        let told_all = |case: &Case| smaller(case).iter().map(told).collect::<Vec<_>>();
        let two = case("[{a: 1}, {b: 2}]", &[0, 1]);
        assert_eq!(told_all(&two), ["a: 1 F b: 2", "F a: 1 b: 2", "F a: 1", "F F b: 2"]);
        let nested = case("[{parallel: [{steps: [{a: 1}]}, {steps: [{b: 2}]}]}]", &[]);
        assert_eq!(
            told_all(&nested),
            [
                "",
                "a: 1 b: 2",
                "parallel: [{steps: []}, {steps: [{b: 2}]}]",
                "parallel: [{steps: [{a: 1}]}, {steps: []}]"
            ]
        );
        let customers = Case { root: parse("customers: {ada: {}, ben: {}}").unwrap(), faults: Vec::new() };
        assert_eq!(
            smaller(&customers).iter().map(|case| document(&case.root)).collect::<Vec<_>>(),
            ["customers: {ben: {}}\n", "customers: {ada: {}}\n"]
        );
    }
}
