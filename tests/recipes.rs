//! Recipes lead to what they promise: every code of a vendor that has recipes, by scenario and by calls.

use std::collections::BTreeMap;

use rehearsal::base::rng::Seed;
use rehearsal::engine::port::{Effect, Input};
use rehearsal::engine::{Opening, World};
use rehearsal::platform::PLATFORMS;
use rehearsal::platform::cx::Identities;
use rehearsal::platform::recipe::{self, Recipe};
use rehearsal::platform::route::Reply;
use rehearsal::scenario::load_setup;
use serde_json::Value;

use crate::support::program::{folder, journals, rehearsal};
use crate::support::stagehand::START;
use crate::support::toy::TOY;

#[test]
fn the_calls_of_a_recipe_get_its_code_out_of_a_stand_in_about_which_nothing_is_said() {
    for vendor in PLATFORMS.iter().chain([&TOY]) {
        for code in vendor.codes {
            let nothing = load_setup(&format!("platform: {}\n", vendor.name), &[vendor.vocabulary]).unwrap();
            let opening = Opening::play(&nothing, "recipe", Seed(1), Identities::WellKnown);
            let mut world = World::open(vendor, Opening { allow_prefer: true, ..opening }, START).unwrap();
            let calls = recipe::calls(vendor, code).unwrap_or_else(|| panic!("{} {}", vendor.name, code.code));
            let mut reply: Option<Reply> = None;
            for call in calls {
                let effects = world.handle(START, Input::Call(call));
                reply = effects.into_iter().find_map(|effect| match effect {
                    Effect::Reply(treated) => Some(treated.reply),
                    _ => None,
                });
            }
            let reply = reply.unwrap();
            assert_eq!(reply.code.as_deref(), Some(code.code), "{} {:?}", vendor.name, reply.body);
            assert_eq!(reply.status, code.status, "{} {}", vendor.name, code.code);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scenario_of_a_recipe_meets_its_code_or_event() {
    let into = folder("recipes").join("run.jsonl");
    let ran =
        rehearsal(&["run", "scenarios", "--port", "0", "--bot", "builtin", "--journal", into.to_str().unwrap()]).await;
    let journals: BTreeMap<String, String> = journals(&into).into_iter().collect();
    let journal = |recipe: Recipe| {
        let journal =
            journals.get(recipe.path).unwrap_or_else(|| panic!("{} was not played: {}", recipe.path, ran.err));
        journal.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>()
    };
    for vendor in PLATFORMS {
        for (code, recipe) in vendor.codes.iter().map(|code| (code.code, code.recipe)) {
            let met = journal(recipe).iter().any(|entry| entry["kind"] == "called" && entry["code"] == code);
            assert!(met, "{} does not lead to {code}", recipe.path);
        }
        for event in vendor.events {
            let sent = journal(event.recipe);
            let sent = sent.iter().any(|entry| entry["kind"] == "queued" && entry["event"] == event.name);
            assert!(sent, "{} does not lead to {}", event.recipe.path, event.name);
        }
    }
}
