//! Draws what happens otherwise in a variant of a run.

use super::case::{Planned, Twist};
use super::survey::{Chance, Room};
use crate::base::rng::{Draw, Seed, Streams};
use crate::base::time::{VirtualSpan, WallLimit};
use crate::fault::Lost;

/// How many faults a variant has at the most.
const MOST_FAULTS: u64 = 3;
/// What is least worth to be told from no time at all, in milliseconds.
const LEAST: u64 = 10;
/// Times up to this, in milliseconds, are those of a network; longer ones are those of an outage.
const MOMENT: u64 = 1_000;

/// Which answers of the platform may get lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answers {
    /// None.
    Arrive,
    /// Any, after the call has done its work.
    MayBeLost,
}

/// The faults of one variant, counted from 1, by the order of their steps; none if nothing can be done to what there is.
#[must_use]
pub fn draw(seed: Seed, variant: u32, chances: &[Chance], answers: Answers) -> Vec<Planned> {
    let mut streams = Streams::new(seed, "explore");
    let draw = streams.of(format!("variant/{variant}"));
    let mut left: Vec<(&Chance, Vec<Kind>)> =
        chances.iter().map(|chance| (chance, possible(chance.room, answers))).collect();
    left.retain(|(_, kinds)| !kinds.is_empty());
    let wanted = 1 + draw.below(MOST_FAULTS);
    let mut faults = Vec::new();
    while (faults.len() as u64) < wanted && !left.is_empty() {
        let (chance, kinds) = left.swap_remove(index(draw, left.len()));
        let twist = kinds[index(draw, kinds.len())].draw(draw);
        let Chance { before, nth, on, room: _ } = chance.clone();
        faults.push(Planned { before, on, nth, twist });
    }
    faults.sort_by_key(|fault| fault.before);
    faults
}

/// Whether anything can be done to what there is.
#[must_use]
pub fn is_possible(chances: &[Chance], answers: Answers) -> bool {
    chances.iter().any(|chance| !possible(chance.room, answers).is_empty())
}

/// What can be done, and for how many milliseconds at the most.
#[derive(Clone, Copy)]
enum Kind {
    Twice(u64),
    Late(u64),
    Lost(Lost),
    Slow(u64),
    Cut,
}

fn possible(room: Room, answers: Answers) -> Vec<Kind> {
    match room {
        Room::Webhook { late, copy, retry } => {
            // Without its request a webhook is late by the retry's pause; without its answer it comes once more by then.
            let fits = |room: VirtualSpan, lost| retry.filter(|pause| *pause < room).map(|_| Kind::Lost(lost));
            let lost = [fits(late, Lost::Request), fits(copy, Lost::Answer)];
            let (late, copy) = (millis(late), millis(copy));
            let twice = (copy > LEAST).then_some(Kind::Twice(copy));
            let late = (late > LEAST).then_some(Kind::Late(late));
            [twice, late].into_iter().chain(lost).flatten().collect()
        }
        Room::Answer { slow } => {
            let slow = u64::try_from(slow.as_duration().as_millis()).unwrap_or(u64::MAX);
            let cut = (answers == Answers::MayBeLost).then_some(Kind::Cut);
            (slow > LEAST).then_some(Kind::Slow(slow)).into_iter().chain(cut).collect()
        }
    }
}

impl Kind {
    fn draw(self, draw: &mut Draw) -> Twist {
        match self {
            Self::Twice(room) => Twist::Twice(span(draw, room)),
            Self::Late(room) => Twist::Late(span(draw, room)),
            Self::Lost(lost) => Twist::Lost(lost),
            Self::Slow(most) => Twist::Slow(WallLimit::from_millis(LEAST + draw.below(most - LEAST))),
            Self::Cut => Twist::Cut,
        }
    }
}

/// A time within this room, in milliseconds: mostly a moment, now and then a tenth of all there is, where that is longer. More
/// would leave too little of a wait for what the scenario waits for.
fn span(draw: &mut Draw, room: u64) -> VirtualSpan {
    let tenth = room / 10;
    let most = if tenth > MOMENT && draw.below(4) == 0 { tenth } else { room.min(MOMENT) };
    VirtualSpan::from_millis(LEAST + draw.below(most - LEAST))
}

fn index(draw: &mut Draw, length: usize) -> usize {
    usize::try_from(draw.below(length as u64)).unwrap_or(0)
}

fn millis(span: VirtualSpan) -> u64 {
    span.as_nanos() / 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Occasion;

    fn chance(before: usize, on: Occasion, room: Room) -> Chance {
        Chance { before, nth: 1, on, room }
    }

    fn webhook(before: usize, late: u64, copy: u64) -> Chance {
        let (late, copy) = (VirtualSpan::from_millis(late), VirtualSpan::from_millis(copy));
        let room = Room::Webhook { late, copy, retry: None };
        chance(before, Occasion::Event(format!("e{before}")), room)
    }

    fn answer(before: usize) -> Chance {
        chance(before, Occasion::Route(format!("r{before}")), Room::Answer { slow: WallLimit::from_millis(150) })
    }

    #[test]
    fn a_variant_follows_from_the_seed_and_its_number() {
        let chances = [webhook(0, 1_000, 1_000), answer(0), webhook(1, 1_000, 1_000)];
        let drawn = |seed, variant| draw(Seed(seed), variant, &chances, Answers::Arrive);
        assert_eq!(drawn(7, 1), drawn(7, 1));
        let all = |seed| (1..20).map(|variant| drawn(seed, variant)).collect::<Vec<_>>();
        assert_ne!(all(7), all(8));
        assert!(all(7).windows(2).any(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn only_what_there_is_room_for_is_drawn() {
        let (cramped, counted, usual, long) =
            (webhook(0, 0, 0), webhook(1, 1_000, 0), webhook(2, 0, 1_000), webhook(3, 3_600_000, 3_600_000));
        let chances = [cramped, counted, usual, long, answer(4)];
        let mut kinds = std::collections::BTreeSet::new();
        for fault in (1..500).flat_map(|variant| draw(Seed(1), variant, &chances, Answers::Arrive)) {
            let most = |span: VirtualSpan| millis(span) < if fault.before == 3 { 360_000 } else { 1_000 };
            let (kind, fits) = match fault.twist {
                Twist::Twice(gap) => ("twice", most(gap)),
                Twist::Late(late) => ("late", most(late)),
                Twist::Slow(slow) => ("slow", slow < WallLimit::from_millis(150)),
                Twist::Lost(_) => ("lost", false),
                Twist::Cut => ("cut", false),
            };
            assert!(fits, "{fault:?}");
            kinds.insert((fault.before, kind, fault.takes_long()));
        }
        let expected = [
            (1, "late", false),
            (2, "twice", false),
            (3, "late", false),
            (3, "late", true),
            (3, "twice", false),
            (3, "twice", true),
            (4, "slow", false),
        ];
        assert_eq!(kinds.into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn answers_get_lost_only_if_they_may() {
        let lost =
            |answers| (1..100).flat_map(|n| draw(Seed(1), n, &[answer(0)], answers)).any(|f| f.twist == Twist::Cut);
        assert!(lost(Answers::MayBeLost));
        assert!(!lost(Answers::Arrive));
    }

    #[test]
    fn an_attempt_is_lost_only_if_the_next_one_comes_in_time() {
        let lost = |late: u64, copy: u64, retry: Option<u64>| {
            let mut chance = webhook(0, late, copy);
            let (late, copy) = (VirtualSpan::from_millis(late), VirtualSpan::from_millis(copy));
            chance.room = Room::Webhook { late, copy, retry: retry.map(VirtualSpan::from_millis) };
            let all = (1..100).flat_map(|n| draw(Seed(1), n, std::slice::from_ref(&chance), Answers::Arrive));
            let lost =
                all.filter_map(|fault| if let Twist::Lost(lost) = fault.twist { Some(lost.word()) } else { None });
            lost.collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>()
        };
        assert_eq!(lost(9_000, 9_000, Some(5_000)), ["answer", "request"]);
        assert_eq!(lost(1_000, 9_000, Some(5_000)), ["answer"]);
        // Where the scenario counts such webhooks, none comes twice.
        assert_eq!(lost(9_000, 0, Some(5_000)), ["request"]);
        assert_eq!(lost(5_000, 5_000, Some(5_000)), [""; 0]);
        assert_eq!(lost(9_000, 9_000, None), [""; 0]);
    }

    #[test]
    fn where_nothing_can_be_done_nothing_is() {
        assert_eq!(draw(Seed(1), 1, &[], Answers::MayBeLost), []);
        assert!(!is_possible(&[webhook(0, 0, 0)], Answers::Arrive));
        assert!(is_possible(&[webhook(0, 0, 900)], Answers::Arrive));
    }
}
