//! `one_of`: chance that decides what is played follows from the seed and from nothing else.

use crate::support::stagehand::{Play, Reaction, play};
use crate::support::toy::TOY;
use rehearsal::journal::entry::What;

const END: &str = "- start_chat: {as: alice, text: end}\n- expect: {event: note}\n";

fn played(seed: u64, steps: &str) -> Play {
    let text = format!("platform: toy\nseed: {seed}\ncustomers: {{alice: {{}}}}\nsteps:\n{steps}{END}");
    let played = play(&TOY, &text, |_| Reaction::ok());
    assert_eq!(played.failure(), None, "{}", played.journal());
    played
}

fn drawn(play: &Play) -> Vec<usize> {
    let entries = play.world.journal().iter();
    entries.filter_map(|entry| if let What::Chosen { branch, .. } = entry.what { Some(branch) } else { None }).collect()
}

/// The steps in the order they were played, each with its number.
fn steps(play: &Play) -> Vec<(usize, String)> {
    let entries = play.world.journal().iter();
    let step = |what: &What| match what {
        What::Step { index, source, .. } => Some((*index, source.clone())),
        _ => None,
    };
    entries.filter_map(|entry| step(&entry.what)).collect()
}

/// The steps as they are told.
fn steps_of(play: &Play) -> Vec<String> {
    steps(play).into_iter().map(|(_, source)| source).collect()
}

const COIN: &str = "- one_of: [{steps: [{wait: 1m}]}, {steps: [{wait: 2m}, {wait: 3m}]}]\n";

#[test]
fn the_branch_that_is_drawn_is_played_where_it_stands() {
    let both: Vec<Play> = (0..20).map(|seed| played(seed, COIN)).collect();
    let of = |branch: usize| both.iter().find(|play| drawn(play) == [branch]).expect("each is drawn some time");
    assert_eq!(steps_of(of(1))[..2], ["one_of: 2 branches", "wait: 1m"]);
    assert_eq!(steps_of(of(2))[..3], ["one_of: 2 branches", "wait: 2m", "wait: 3m"]);
    for play in &both {
        let numbers: Vec<usize> = steps(play).into_iter().map(|(index, _)| index).collect();
        assert_eq!(numbers, (0..numbers.len()).collect::<Vec<_>>());
    }
    assert!(of(2).journal().contains(r#""kind":"chosen","branch":2,"of":2"#), "{}", of(2).journal());
}

#[test]
fn the_same_seed_draws_the_same_whatever_else_is_played() {
    for seed in 0..20 {
        let alone = drawn(&played(seed, COIN));
        assert_eq!(drawn(&played(seed, COIN)), alone);
        assert_eq!(drawn(&played(seed, &format!("- wait: 1m\n{COIN}"))), alone);
        assert_eq!(drawn(&played(seed, &format!("{COIN}{COIN}")))[0], alone[0]);
    }
}

#[test]
fn steps_tell_which_round_they_are_of() {
    let told = |steps: &str| steps_of(&played(1, steps));
    let twice = "- repeat: {times: 2, steps: [{wait: 1m}, {one_of: [{steps: [{wait: 2m}]}]}]}\n";
    let both =
        |round: &str| [format!("wait: 1m{round}"), format!("one_of: 1 branches{round}"), format!("wait: 2m{round}")];
    assert_eq!(told(twice)[..6], [both("  # round 1 of 2"), both("  # round 2 of 2")].concat());
    let within = "- repeat: {times: 2, steps: [{repeat: {times: 3, steps: [{wait: 1m}]}}, {wait: 2m}]}\n";
    assert_eq!(told(within)[2..4], ["wait: 1m  # round 3 of 3 of round 1 of 2", "wait: 2m  # round 1 of 2"]);
    assert_eq!(told("- repeat: {times: 1, steps: [{wait: 1m}]}\n")[0], "wait: 1m");
    let side = "- repeat: {times: 2, steps: [{parallel: [{steps: [{wait: 1m}]}, {steps: [{wait: 2m}]}]}]}\n";
    assert!(told(side).contains(&"wait: 2m  # round 2 of 2".to_owned()), "{:?}", told(side));
}

#[test]
fn rounds_of_a_repetition_draw_anew() {
    let coin = COIN.trim_start_matches("- ").trim_end();
    let draws = drawn(&played(1, &format!("- repeat: {{times: 20, steps: [{{{coin}}}]}}\n")));
    assert_eq!(draws.len(), 20);
    assert!(draws.contains(&1) && draws.contains(&2), "{draws:?}");
}

#[test]
fn weights_make_branches_likelier() {
    let heavy = "- repeat: {times: 200, steps: [{one_of: [{weight: 9, steps: []}, {steps: []}, {steps: []}]}]}\n";
    let draws = drawn(&played(1, heavy));
    let heavy = draws.iter().filter(|branch| **branch == 1).count();
    assert!((140..190).contains(&heavy), "{heavy} of 200, where 164 are likely");
    assert!(draws.contains(&2) && draws.contains(&3));
}
