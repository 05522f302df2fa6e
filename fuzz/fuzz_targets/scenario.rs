//! Any bytes as a scenario: loading ends, tells places that are in the file, and shows them. What loads is opened as a tenant.
//!
//! `cargo +nightly fuzz run scenario fuzz/corpus/scenario scenarios tests/scenario/broken -- -only_ascii=0 -max_len=4096`

#![no_main]

use libfuzzer_sys::fuzz_target;
use rehearsal::base::diag::{Paint, Source, render};
use rehearsal::base::rng::Seed;
use rehearsal::base::time::WallTime;
use rehearsal::engine::{Opening, World};
use rehearsal::platform::PLATFORMS;
use rehearsal::platform::cx::Identities;
use rehearsal::scenario::include::Nowhere;
use rehearsal::scenario::node::decode_utf8;
use rehearsal::scenario::{Vocabulary, load_rows};

fuzz_target!(|bytes: &[u8]| {
    let vocabularies: Vec<Vocabulary> = PLATFORMS.iter().map(|vendor| vendor.vocabulary).collect();
    let Ok(text) = decode_utf8(bytes) else { return };
    match load_rows(text, &vocabularies, &Nowhere) {
        Err(problems) => {
            assert!(!problems.is_empty(), "a refusal without a reason");
            let lines = text.split('\n').count();
            assert!(problems.iter().all(|problem| problem.place.line <= lines + 1), "{problems:#?}");
            let source = Source { name: "fuzz".into(), text: text.into() };
            assert!(!render(&source, &problems, Paint::Plain).is_empty());
        }
        Ok(rows) => {
            for scenario in rows.iter().take(3) {
                let vendor = PLATFORMS.iter().find(|vendor| vendor.name == scenario.platform);
                let opening = Opening::play(scenario, "fuzz", Seed(1), Identities::WellKnown);
                let world = vendor.and_then(|vendor| World::open(vendor, opening, WallTime::from_nanos(0)));
                assert!(world.is_some(), "a scenario that loads cannot be opened");
            }
        }
    }
});
