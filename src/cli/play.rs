//! A recipe at play without sockets: its webhooks are handed over one by one instead of being sent.

use std::collections::VecDeque;

use super::list::unknown;
use crate::base::id::DeliveryId;
use crate::engine::World;
use crate::engine::port::{Attempt, Effect, Input};
use crate::journal::What;
use crate::journal::entry::{Fate, Outcome};
use crate::platform::{Event, Vendor};
use crate::scenario::{Action, Scenario, load};
use crate::server::ticker;

/// An event, with the scenario that leads to it and expects nothing on the way; or what is wrong with the names. Without a
/// name it is the event by which a chat comes to a bot.
pub(super) fn recipe<'v>(
    platform: &str,
    event: Option<&str>,
    vendors: &'v [Vendor],
) -> Result<(&'v Vendor, &'v Event, Scenario), String> {
    let vendor = vendors.iter().find(|vendor| vendor.name == platform);
    let names = || vendors.iter().map(|vendor| vendor.name).collect::<Vec<_>>();
    let vendor = vendor.ok_or_else(|| unknown("platform", platform, names()))?;
    let wanted = event.unwrap_or(vendor.prompt);
    let event = vendor.events.iter().find(|event| event.name == wanted);
    let names = || vendor.events.iter().map(|event| event.name).collect::<Vec<_>>();
    let event = event.ok_or_else(|| unknown(&format!("event of {}", vendor.name), wanted, names()))?;
    let mut scenario =
        load(event.recipe.text, &[vendor.vocabulary]).map_err(|_| format!("error: {} is broken", event.recipe.path))?;
    scenario.steps.retain(|step| !matches!(step.action, Action::Expect(_)));
    Ok((vendor, event, scenario))
}

/// A world whose steps are played as far as its webhooks are acknowledged.
pub(super) struct Play {
    world: World,
    /// Webhooks that are to be sent, in order.
    due: VecDeque<Attempt>,
}

impl Play {
    /// Plays until the first webhooks are due.
    pub(super) fn begin(world: World) -> Self {
        let mut play = Self { world, due: VecDeque::new() };
        play.put(Input::Begin);
        play
    }

    /// The first webhook of this event. Everything before it is acknowledged, and nothing happens after it.
    pub(super) fn find(&mut self, event: &str) -> Option<Attempt> {
        self.acknowledge_until(|what, attempt| {
            matches!(what, What::Queued { delivery, event: queued, .. } if *delivery == attempt && queued == event)
        })
    }

    /// The next webhook about the same chat as this one, which is acknowledged, as is everything between the two.
    pub(super) fn follower(&mut self, first: &Attempt) -> Option<Attempt> {
        let chat = self.world.journal().iter().find_map(|entry| match &entry.what {
            What::Queued { delivery, chat, .. } if *delivery == first.delivery => chat.clone(),
            _ => None,
        })?;
        self.conclude(first, Outcome::Status(200));
        self.acknowledge_until(|what, attempt| {
            matches!(what, What::Queued { delivery, chat: Some(about), .. } if *delivery == attempt && *about == chat)
        })
    }

    /// Why the recipe could not be played, or changed as it should be.
    pub(super) fn refusal(&self) -> Option<String> {
        self.world.journal().iter().find_map(|entry| match &entry.what {
            What::Refused { reason, .. } => Some(reason.clone()),
            _ => None,
        })
    }

    /// The body of an attempt as the journal shows it: secrets in it are masked, byte for byte.
    pub(super) fn shown(&self, attempt: &Attempt) -> Option<Vec<u8>> {
        self.world.journal().iter().find_map(|entry| match &entry.what {
            What::Queued { delivery, body, .. } if *delivery == attempt.delivery => {
                Some(format!("{body:?}").into_bytes())
            }
            _ => None,
        })
    }

    /// Tells the world how the attempt ended; whether the vendor takes that for an acknowledgement.
    pub(super) fn conclude(&mut self, attempt: &Attempt, ending: Outcome) -> bool {
        let (delivery, attempt) = (attempt.delivery, attempt.attempt);
        self.put(Input::Attempted { delivery, attempt, ending: ending.into() });
        self.world.journal().iter().any(|entry| {
            matches!(&entry.what, What::Settled { delivery: settled, fate: Fate::Delivered } if *settled == delivery)
        })
    }

    /// The world, in which no webhook is sent any more.
    pub(super) fn into_world(self) -> World {
        self.world
    }

    fn acknowledge_until(&mut self, is_wanted: impl Fn(&What, DeliveryId) -> bool) -> Option<Attempt> {
        while let Some(attempt) = self.due.pop_front() {
            if self.world.journal().iter().any(|entry| is_wanted(&entry.what, attempt.delivery)) {
                return Some(attempt);
            }
            self.conclude(&attempt, Outcome::Status(200));
        }
        None
    }

    fn put(&mut self, input: Input) {
        for effect in self.world.handle(ticker::now(), input) {
            if let Effect::Attempt(attempt) = effect {
                self.due.push_back(attempt);
            }
        }
    }
}
