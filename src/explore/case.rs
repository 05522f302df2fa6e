//! A scenario with faults put in.

use crate::base::diag::Place;
use crate::base::time::{VirtualSpan, WallLimit};
use crate::fault::{Lost, Occasion};
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
    /// This part of the webhook's first attempt is lost, so that another attempt follows.
    Lost(Lost),
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

    /// How many steps the scenario has, at any depth; those that only hold others do not count.
    #[must_use]
    pub fn steps(&self) -> usize {
        let mut count = 0;
        each_list(&mut self.root.clone(), &mut |steps| {
            count += steps.iter().filter(|step| parts(step).is_empty()).count();
        });
        count
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
}

impl Twist {
    /// Something simpler that may do as well.
    pub(super) fn simpler(self) -> Option<Self> {
        match self {
            Self::Twice(gap) => (gap > USUAL_GAP).then_some(Self::Twice(USUAL_GAP)),
            Self::Late(span) => (span > USUALLY_LATE).then_some(Self::Late(USUALLY_LATE)),
            Self::Lost(_) | Self::Slow(_) | Self::Cut => None,
        }
    }

    fn node(self) -> (&'static str, Node) {
        match self {
            Self::Twice(gap) => ("duplicate", map([("gap", text(gap.to_string()))])),
            Self::Late(span) => ("delay", text(span.to_string())),
            Self::Lost(lost) => ("lose", text(lost.word().to_owned())),
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
            // The pauses before a retry are never short.
            Twist::Lost(_) => true,
            Twist::Slow(_) | Twist::Cut => false,
        }
    }

    /// It as a step of a scenario.
    fn step(&self) -> Node {
        let occasion = match &self.on {
            Occasion::Event(event) => ("event", text(event.clone())),
            Occasion::Route(route) => ("route", text(route.clone())),
            Occasion::Push(push) => ("push", text(push.clone())),
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

pub(super) fn member<'n>(root: &'n mut Node, name: &str) -> Option<&'n mut Node> {
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
pub(super) mod tests {
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
    pub(in crate::explore) fn told(case: &Case) -> String {
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
        check(event(), 1, Twist::Lost(Lost::Answer), "{on: {event: chat.closed}, do: {lose: answer}, times: 1}");
        check(route(), 1, Twist::Cut, "{on: {route: send}, do: {reset: true}, times: 1}");
    }
}
