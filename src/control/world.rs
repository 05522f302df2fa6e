//! Worlds as the control port reads and shows them.

use indexmap::IndexMap;
use serde::Serialize;

use super::Terms;
use super::problem::Problem;
use super::registry::Named;
use crate::engine::Opening;
use crate::engine::clock::Pace;
use crate::platform::Vendor;
use crate::platform::cx::{Customer, Identities};
use crate::scenario::{Scenario, load_setup};

/// Reads what a world is to begin with.
pub(super) fn read(text: &str, vendors: &'static [Vendor]) -> Result<(&'static Vendor, Scenario), Problem> {
    let words: Vec<_> = vendors.iter().map(|vendor| vendor.vocabulary).collect();
    let scenario = load_setup(text, &words).map_err(Problem::diagnosed)?;
    let vendor = vendors.iter().find(|vendor| vendor.name == scenario.platform);
    Ok((vendor.expect("a checked scenario is one of a platform that is there"), scenario))
}

/// The id and the opening of the world of this number. Its steps are left to whoever opens it, because a bot cannot know
/// its credentials before.
pub(super) fn plan(scenario: &Scenario, number: u64, terms: Terms) -> (String, Opening) {
    let id = format!("w{number}");
    let seed = scenario.seed.unwrap_or(terms.seed);
    let opening = Opening {
        pace: Pace::Running(1),
        allow_prefer: terms.allow_prefer,
        steps: Vec::new(),
        ..Opening::play(scenario, id.clone(), seed, Identities::Fresh)
    };
    (id, opening)
}

/// A world in a list.
#[derive(Serialize)]
pub(super) struct Row {
    id: String,
    platform: &'static str,
    name: String,
}

impl Row {
    pub(super) fn of<K>(named: &Named<K>) -> Self {
        Self { id: named.id.clone(), platform: named.vendor.name, name: named.opening.title.clone() }
    }
}

/// A world with all that a client must know of it.
#[derive(Serialize)]
pub(super) struct Shown {
    #[serde(flatten)]
    row: Row,
    seed: u64,
    url: String,
    /// Under the names of environment variables.
    exports: IndexMap<&'static str, String>,
    customers: IndexMap<String, Person>,
}

#[derive(Serialize)]
struct Person {
    name: String,
    email: String,
    id: String,
    phone: String,
}

impl Shown {
    pub(super) fn of<K>(named: &Named<K>, url: String) -> Self {
        let person = |customer: &Customer| Person {
            name: customer.name.clone(),
            email: customer.email.clone(),
            id: customer.id.clone(),
            phone: customer.phone.clone(),
        };
        let (exports, customers) = named.world.with(|world| {
            let exports = world.exports().into_iter().map(|(name, secret)| (name, secret.expose().to_owned()));
            let customers = world.customers().iter().map(|(key, customer)| (key.clone(), person(customer)));
            (exports.collect(), customers.collect())
        });
        Self { row: Row::of(named), seed: named.opening.seed.0, url, exports, customers }
    }
}
