//! Which fault fires on which occasion. The first rule that fires wins.

use super::{Deed, Fault, Occasion};

/// The rules in force, in the order they were given.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    fault: Fault,
    seen: u32,
    fired: u32,
}

impl Plan {
    /// Puts one more rule in force, after those that are.
    pub fn add(&mut self, fault: Fault) {
        self.rules.push(Rule { fault, seen: 0, fired: 0 });
    }

    /// What to do about a call to `route`, if anything; rules whose deed cannot be done to it do not see it.
    pub fn on_call(&mut self, route: &str, possible: impl Fn(&Deed) -> bool) -> Option<Deed> {
        self.decide(|fault| matches!(&fault.on, Occasion::Route(name) if name == route) && possible(&fault.deed))
    }

    /// What to do about a webhook of `event`, if anything.
    pub fn on_delivery(&mut self, event: &str) -> Option<Deed> {
        self.decide(|fault| matches!(&fault.on, Occasion::Event(name) if name == event))
    }

    fn decide(&mut self, applies: impl Fn(&Fault) -> bool) -> Option<Deed> {
        // Every rule that applies counts the occasion, so that `nth` means the same whatever stands before it.
        let mut verdict = None;
        for rule in self.rules.iter_mut().filter(|rule| applies(&rule.fault)) {
            rule.seen += 1;
            let spent = rule.fault.times.is_some_and(|times| rule.fired >= times);
            if verdict.is_none() && rule.seen >= rule.fault.nth && !spent {
                rule.fired += 1;
                verdict = Some(rule.fault.deed.clone());
            }
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(nth: u32, times: Option<u32>, deed: Deed) -> Fault {
        Fault { on: Occasion::Route("send".into()), nth, deed, times }
    }

    #[test]
    fn a_rule_fires_from_its_nth_occasion_and_so_often() {
        let check = |nth, times, expected: [bool; 4]| {
            let mut plan = Plan::default();
            plan.add(rule(nth, times, Deed::Reset));
            let fired = [(); 4].map(|()| plan.on_call("send", |_| true).is_some());
            assert_eq!(fired, expected, "nth {nth}, times {times:?}");
        };
        check(1, None, [true, true, true, true]);
        check(1, Some(1), [true, false, false, false]);
        check(3, Some(1), [false, false, true, false]);
        check(2, None, [false, true, true, true]);
    }

    #[test]
    fn the_first_rule_that_fires_wins() {
        let mut plan = Plan::default();
        plan.add(rule(1, Some(1), Deed::Reset));
        plan.add(rule(1, None, Deed::Truncate(3)));
        assert_eq!(plan.on_call("send", |_| true), Some(Deed::Reset));
        assert_eq!(plan.on_call("send", |_| true), Some(Deed::Truncate(3)));
        assert_eq!(plan.on_call("other", |_| true), None);
        assert_eq!(plan.on_delivery("send"), None);
    }
}
