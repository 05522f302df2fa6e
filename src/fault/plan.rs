//! Which fault fires on which occasion. The first rule that fires wins.
//!
//! Every rule counts its own occasions and draws from streams of its own, whatever stands before it: taking a rule away, or
//! adding one behind it, changes nothing about when another would fire.

use super::deed::Doing;
use super::latency::Luck;
use super::probability::Probability;
use super::{AnswerDeed, Deed, DeliveryDeed, Fault, Occasion, Only, PushDeed, Unwanted};
use crate::base::rng::Streams;
use crate::base::time::VirtualTime;

/// The rules in force, in the order they were given.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    rules: Vec<Rule>,
    given: u32,
}

/// A rule in force.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Which of all rules that were ever given it is, from 1.
    pub number: u32,
    /// What it says.
    pub fault: Fault,
    /// When it was given.
    pub since: VirtualTime,
    /// How many occasions it has counted.
    pub seen: u32,
    /// How often it has fired.
    pub fired: u32,
}

/// Where and when something happens.
pub struct Scene<'s> {
    /// The instant on the world's clock.
    pub now: VirtualTime,
    /// The world's chance.
    pub streams: &'s mut Streams,
    /// Whether it happens in the chat that the scenario calls so.
    pub in_chat: &'s dyn Fn(&str) -> bool,
}

/// What is to be done, and which rule says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict<D> {
    /// The number of the rule.
    pub rule: u32,
    /// What is to be done.
    pub deed: D,
    /// What was drawn for it.
    pub luck: Luck,
}

impl<D: Doing> Verdict<D> {
    /// What it comes to, in a few words; empty where the deed's name says it all.
    #[must_use]
    pub fn detail(&self) -> String {
        self.deed.detail(self.luck)
    }
}

impl Plan {
    /// Puts one more rule in force, after those that are, and gives its number.
    pub fn add(&mut self, fault: Fault, now: VirtualTime) -> u32 {
        self.given += 1;
        self.rules.push(Rule { number: self.given, fault, since: now, seen: 0, fired: 0 });
        self.given
    }

    /// Puts rules out of force, and tells how many.
    pub fn clear(&mut self, unwanted: &Unwanted) -> usize {
        let before = self.rules.len();
        self.rules.retain(|rule| !unwanted.covers(rule.number, &rule.fault));
        before - self.rules.len()
    }

    /// The rules in force, in the order they were given.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether some rule about calls is for one chat only.
    #[must_use]
    pub fn tells_chats_of_calls_apart(&self) -> bool {
        let is_for_one = |fault: &Fault| matches!(fault.on, Occasion::Route(_)) && fault.only.chat.is_some();
        self.rules.iter().any(|rule| is_for_one(&rule.fault))
    }

    /// What to do about a call to `route`, if anything; rules whose deed cannot be done to it do not see it.
    pub fn on_call(
        &mut self,
        route: &str,
        scene: &mut Scene<'_>,
        possible: impl Fn(&AnswerDeed) -> bool,
    ) -> Option<Verdict<AnswerDeed>> {
        self.decide(scene, |fault| match (&fault.on, &fault.deed) {
            (Occasion::Route(name), Deed::Answer(deed)) if name == route && possible(deed) => Some(deed),
            _ => None,
        })
    }

    /// What to do about a webhook of `event`, if anything.
    pub fn on_delivery(&mut self, event: &str, scene: &mut Scene<'_>) -> Option<Verdict<DeliveryDeed>> {
        self.decide(scene, |fault| match (&fault.on, &fault.deed) {
            (Occasion::Event(name), Deed::Delivery(deed)) if name == event => Some(deed),
            _ => None,
        })
    }

    /// What to do about a push of this name that goes out on one socket, if anything.
    pub fn on_push(&mut self, push: &str, scene: &mut Scene<'_>) -> Option<Verdict<PushDeed>> {
        self.decide(scene, |fault| match (&fault.on, &fault.deed) {
            (Occasion::Push(name), Deed::Push(deed)) if name == push => Some(deed),
            _ => None,
        })
    }

    fn decide<D: Doing + Clone>(
        &mut self,
        scene: &mut Scene<'_>,
        deed_of: impl Fn(&Fault) -> Option<&D>,
    ) -> Option<Verdict<D>> {
        let mut verdict = None;
        for rule in &mut self.rules {
            let Some(deed) = deed_of(&rule.fault) else { continue };
            if !is_within(&rule.fault.only, rule.since, scene) {
                continue;
            }
            rule.seen = rule.seen.saturating_add(1);
            let number = rule.number;
            let fires = is_counted(&rule.fault.only, rule.seen)
                && rule
                    .fault
                    .only
                    .probability
                    .happens(|| Probability::draw(scene.streams.of(format!("fault/{number}/whether"))));
            let spent = rule.fault.times.is_some_and(|times| rule.fired >= times);
            if !fires || spent || verdict.is_some() {
                continue;
            }
            let luck = match deed.latency() {
                Some(latency) if latency.varies() => Luck::drawn(scene.streams.of(format!("fault/{number}/how-long"))),
                Some(_) | None => Luck::EVEN,
            };
            verdict = Some(Verdict { rule: number, deed: deed.clone(), luck });
            rule.fired += 1;
        }
        verdict
    }
}

/// Whether something happens in the chat and the time that a rule is about.
fn is_within(only: &Only, since: VirtualTime, scene: &Scene<'_>) -> bool {
    let begins = since + only.after;
    let in_time = scene.now >= begins && only.during.is_none_or(|span| scene.now < begins + span);
    in_time && only.chat.as_deref().is_none_or(|chat| (scene.in_chat)(chat))
}

/// Whether the occasion of this number, from 1, is one of those that a rule fires on.
fn is_counted(only: &Only, seen: u32) -> bool {
    seen.checked_sub(only.nth).is_some_and(|beyond| beyond % only.every == 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::latency::Latency;
    use super::*;
    use crate::base::rng::Seed;
    use crate::base::time::VirtualSpan;

    const START: VirtualTime = VirtualTime::OPENING;

    fn rule(only: Only, times: Option<u32>, deed: AnswerDeed) -> Fault {
        Fault { only, times, ..Fault::on(Occasion::Route("send".into()), deed) }
    }

    /// The numbers of the rules that fire, one occasion after the other, each a minute later; 0 where none does.
    fn fired(rules: &[Fault], seed: u64, occasions: usize) -> Vec<u32> {
        let (mut plan, mut streams) = (Plan::default(), Streams::new(Seed(seed), "w"));
        for rule in rules {
            plan.add(rule.clone(), START);
        }
        let mut now = START;
        let mut fire = |_| {
            let mut scene = Scene { now, streams: &mut streams, in_chat: &|chat| chat == "alice" };
            let verdict = plan.on_call("send", &mut scene, |_| true);
            now = now + VirtualSpan::from_mins(1);
            verdict.map_or(0, |verdict| verdict.rule)
        };
        (0..occasions).map(&mut fire).collect()
    }

    fn nth(nth: u32) -> Only {
        Only { nth, ..Only::default() }
    }

    #[test]
    fn a_rule_fires_on_those_occasions_that_it_selects() {
        let check = |only: Only, times, expected: &[u32]| {
            let rules = [rule(only, times, AnswerDeed::Reset)];
            assert_eq!(fired(&rules, 1, expected.len()), expected, "{rules:?}");
        };
        check(nth(1), None, &[1, 1, 1, 1]);
        check(nth(1), Some(1), &[1, 0, 0, 0]);
        check(nth(3), Some(1), &[0, 0, 1, 0]);
        check(nth(2), None, &[0, 1, 1, 1]);
        check(Only { every: 2, ..nth(2) }, None, &[0, 1, 0, 1, 0, 1]);
        check(Only { every: 3, ..nth(1) }, Some(2), &[1, 0, 0, 1, 0, 0, 0]);
        let mins = VirtualSpan::from_mins;
        check(Only { after: mins(2), ..nth(1) }, None, &[0, 0, 1, 1]);
        check(Only { during: Some(mins(2)), ..nth(1) }, None, &[1, 1, 0, 0]);
        // What is outside of its time is not counted.
        check(Only { after: mins(1), during: Some(mins(3)), ..nth(2) }, None, &[0, 0, 1, 1, 0]);
        check(Only { chat: Some("alice".into()), ..nth(1) }, None, &[1, 1]);
        check(Only { chat: Some("ben".into()), ..nth(1) }, None, &[0, 0]);
    }

    #[test]
    fn the_first_rule_that_fires_wins() {
        let rules = [rule(nth(1), Some(1), AnswerDeed::Reset), rule(nth(1), None, AnswerDeed::Hang)];
        assert_eq!(fired(&rules, 1, 3), [1, 2, 2]);
        let (mut plan, mut streams) = (Plan::default(), Streams::new(Seed(1), "w"));
        plan.add(rules[0].clone(), START);
        let mut scene = Scene { now: START, streams: &mut streams, in_chat: &|_| false };
        assert_eq!(plan.on_call("other", &mut scene, |_| true), None);
        assert_eq!(plan.on_call("send", &mut scene, |deed| *deed != AnswerDeed::Reset), None);
        assert_eq!(plan.on_delivery("send", &mut scene), None);
        assert_eq!(plan.on_push("send", &mut scene), None);
        assert_eq!(plan.rules()[0].seen, 0);
    }

    #[test]
    fn rules_can_be_taken_back() {
        let (on, other) = (Occasion::Route("send".into()), Occasion::Event("send".into()));
        let check = |unwanted: &Unwanted, left: &[u32]| {
            let mut plan = Plan::default();
            plan.add(Fault::on(on.clone(), AnswerDeed::Reset), START);
            plan.add(Fault::on(other.clone(), DeliveryDeed::Drop), START);
            plan.add(Fault::on(on.clone(), AnswerDeed::Hang), START);
            assert_eq!(plan.clear(unwanted), 3 - left.len());
            assert_eq!(plan.rules().iter().map(|rule| rule.number).collect::<Vec<_>>(), left);
            // Numbers are never given twice.
            assert_eq!(plan.add(Fault::on(on.clone(), AnswerDeed::Hang), START), 4);
        };
        check(&Unwanted::All, &[]);
        check(&Unwanted::About(on.clone()), &[2]);
        check(&Unwanted::About(other.clone()), &[1, 3]);
        check(&Unwanted::Rule(3), &[1, 2]);
        check(&Unwanted::Rule(9), &[1, 2, 3]);
    }

    fn any_rule() -> impl Strategy<Value = Fault> {
        let chat = prop::option::of(prop::sample::select(vec!["alice".to_owned(), "ben".to_owned()]));
        let (after, during) = (0..5_u64, prop::option::of(1..10_u64));
        let counted = (1..4_u32, 1..4_u32, 1..=10_u32, prop::option::of(1..4_u32));
        (chat, counted, after, during).prop_map(|(chat, (nth, every, tenths, times), after, during)| {
            let probability = Probability::of(f64::from(tenths) / 10.0).unwrap();
            let (after, during) = (VirtualSpan::from_mins(after), during.map(VirtualSpan::from_mins));
            let only = Only { chat, nth, every, probability, after, during };
            rule(only, times, AnswerDeed::Delay(Latency::Range(0, 100)))
        })
    }

    proptest! {
        /// What a rule would do by itself decides; the others only take occasions away from it.
        #[test]
        fn the_first_of_those_that_would_fire_does(rules in prop::collection::vec(any_rule(), 1..5), seed: u64) {
            const OCCASIONS: usize = 20;
            let all = fired(&rules, seed, OCCASIONS);
            prop_assert_eq!(&all, &fired(&rules, seed, OCCASIONS), "the same seed is the same run");
            for (index, rule) in rules.iter().enumerate() {
                let own = u32::try_from(index).unwrap() + 1;
                let hits = all.iter().filter(|number| **number == own).count();
                prop_assert!(rule.times.is_none_or(|times| hits <= times as usize));
                // Rules behind it change nothing about it.
                let before = fired(&rules[..=index], seed, OCCASIONS);
                let mine = |run: &[u32]| run.iter().map(|number| *number == own).collect::<Vec<_>>();
                prop_assert_eq!(mine(&before), mine(&all));
            }
            // Who fires is selected, and whoever stands before it is not, or is spent.
            for (occasion, number) in all.iter().enumerate() {
                let Some(index) = number.checked_sub(1) else { continue };
                let only = &rules[index as usize].only;
                let at = occasion as u64;
                let begins = only.after.as_secs() / 60;
                prop_assert!(at >= begins && only.during.is_none_or(|span| at < begins + span.as_secs() / 60));
                prop_assert!(only.chat.as_deref() != Some("ben"));
                let seen = u32::try_from(at - begins).unwrap() + 1;
                prop_assert!(seen >= only.nth && (seen - only.nth) % only.every == 0);
            }
        }
    }
}
