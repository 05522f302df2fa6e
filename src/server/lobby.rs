//! Who answers callers whom no world knows.

use super::ticker;
use super::world::Core;
use crate::base::rng::Seed;
use crate::base::time::WallTime;
use crate::engine::clock::Pace;
use crate::engine::port::{Effect, Input};
use crate::engine::{Opening, World};
use crate::platform::Vendor;
use crate::platform::cx::Identities;
use crate::scenario::{Scenario, load_setup};

impl Core for World {
    fn has_room(&self) -> bool {
        Self::has_room(self)
    }

    fn is_quiet(&self) -> bool {
        Self::is_quiet(self)
    }

    fn handle(&mut self, wall: WallTime, input: Input) -> Vec<Effect> {
        Self::handle(self, wall, input)
    }
}

/// A tenant with nothing in it and with credentials that nobody has.
///
/// # Panics
/// Never: a tenant about which nothing is said is valid.
#[must_use]
pub fn lobby(vendor: &'static Vendor) -> World {
    let opening = Opening {
        pace: Pace::Running(1),
        ..Opening::play(&nothing_said(vendor), "lobby", Seed::unplanned(), Identities::Fresh)
    };
    World::open(vendor, opening, ticker::now()).expect("a tenant about which nothing is said is valid")
}

/// A tenant about which nothing is said: the well-known one, or one with credentials of its own.
///
/// # Panics
/// Never: it is valid.
#[must_use]
pub fn nothing_said(vendor: &Vendor) -> Scenario {
    load_setup(&format!("platform: {}\n", vendor.name), &[vendor.vocabulary])
        .expect("a tenant about which nothing is said is valid")
}
