//! `rehearsal trigger`: sends one webhook, as the vendor would in a consistent little world.
//!
//! The world is that of the event's recipe: its scenario is played in memory, without the bot and without expectations, and
//! the webhook that comes of it goes to the address that was named. Everything else the recipe sends is kept here.

use std::io;

use super::list::{pretty, unknown};
use super::{Format, Header, Terminal, TriggerArgs};
use crate::base::rng::Seed;
use crate::delivery::{Delivery, Egress};
use crate::engine::port::{Attempt, Effect, Input};
use crate::engine::{Opening, World};
use crate::fault::{Deed, Fault, Occasion};
use crate::journal::What;
use crate::journal::entry::{Fate, Outcome};
use crate::platform::cx::Identities;
use crate::platform::{Event, Vendor};
use crate::report::Exit;
use crate::scenario::{Action, Scenario, Step, load};
use crate::server::ticker;

/// Sends one webhook, or prints it.
///
/// # Errors
/// If a stream fails. Whatever else goes wrong is told, and makes the exit code.
pub async fn run(args: &TriggerArgs, vendors: &[Vendor], terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let (vendor, event, scenario) = match find(args, vendors) {
        Ok(found) => found,
        Err(message) => {
            terminal.remark(&message)?;
            return Ok(Exit::Invalid);
        }
    };
    let seed = args.seed.map_or_else(Seed::unplanned, Seed);
    let opening = Opening::play(&scenario, event.name, seed, Identities::WellKnown);
    let world = World::open(vendor, opening, ticker::now()).expect("a checked scenario has a valid set-up");
    let mut play = Play { world, event: event.name, wanted: None };
    play.run();
    if let Some(reason) = play.refusal() {
        terminal.remark(&format!("error: {reason}"))?;
        return Ok(Exit::Invalid);
    }
    let mut attempt = play.wanted.clone().expect("the recipe of an event leads to it, as a test shows");
    for Header((name, value)) in &args.headers {
        attempt.headers.retain(|(other, _)| other != name);
        attempt.headers.push((name.clone(), value.clone()));
    }
    let Some(to) = &args.to else {
        terminal.data(&shown(&attempt, args.format))?;
        return Ok(Exit::Met);
    };
    attempt.url = to.as_str().into();
    let outcome = deliver(to, &attempt).await;
    let known = !matches!(outcome, Outcome::Refused | Outcome::Forbidden(_));
    let acknowledged = play.conclude(&attempt, outcome.clone());
    let verdict = if acknowledged { "acknowledged" } else { "not acknowledged" };
    terminal.remark(&format!("seed {seed}"))?;
    terminal.data(&format!("{} {} → {to} · {outcome}, {verdict}\n", vendor.name, event.name))?;
    Ok(match (known, acknowledged) {
        (true, true) => Exit::Met,
        (true, false) => Exit::Missed,
        (false, _) => Exit::CouldNotRun,
    })
}

/// What is to be sent, and the scenario that leads to it, with the changes that were asked for.
fn find<'v>(args: &TriggerArgs, vendors: &'v [Vendor]) -> Result<(&'v Vendor, &'v Event, Scenario), String> {
    let vendor = vendors.iter().find(|vendor| vendor.name == args.platform);
    let names = || vendors.iter().map(|vendor| vendor.name).collect::<Vec<_>>();
    let vendor = vendor.ok_or_else(|| unknown("platform", &args.platform, names()))?;
    let event = vendor.events.iter().find(|event| event.name == args.event);
    let names = || vendor.events.iter().map(|event| event.name).collect::<Vec<_>>();
    let event = event.ok_or_else(|| unknown(&format!("event of {}", vendor.name), &args.event, names()))?;
    let mut scenario =
        load(event.recipe.text, &[vendor.vocabulary]).map_err(|_| format!("error: {} is broken", event.recipe.path))?;
    scenario.steps.retain(|step| !matches!(step.action, Action::Expect(_)));
    if !args.changes.is_empty() {
        let deed = Deed::Set(args.changes.iter().map(|change| (change.path.clone(), change.value.clone())).collect());
        let fault = Fault { on: Occasion::Event(event.name.to_owned()), nth: 1, deed, times: Some(1) };
        let place = crate::base::diag::Place::default();
        scenario.steps.insert(0, Step { place, source: "--set".to_owned(), action: Action::Fault(fault) });
    }
    Ok((vendor, event, scenario))
}

/// A recipe at play, without sockets.
struct Play {
    world: World,
    event: &'static str,
    /// The first attempt to deliver the event.
    wanted: Option<Attempt>,
}

impl Play {
    /// Plays on until nothing more happens; receivers acknowledge everything but the wanted webhook, which is kept.
    fn run(&mut self) {
        let mut inputs = vec![Input::Begin];
        while let Some(input) = inputs.pop() {
            for effect in self.world.handle(ticker::now(), input) {
                let Effect::Attempt(attempt) = effect else { continue };
                if self.wanted.is_none() && self.is_wanted(&attempt) {
                    self.wanted = Some(attempt);
                    return;
                }
                let (delivery, attempt) = (attempt.delivery, attempt.attempt);
                inputs.push(Input::Attempted { delivery, attempt, outcome: Outcome::Status(200) });
            }
        }
    }

    fn is_wanted(&self, attempt: &Attempt) -> bool {
        self.world.journal().iter().any(|entry| {
            matches!(&entry.what, What::Queued { delivery, event, .. }
                if *delivery == attempt.delivery && *event == self.event)
        })
    }

    /// Why the recipe could not be played, or changed as it should be.
    fn refusal(&self) -> Option<String> {
        self.world.journal().iter().find_map(|entry| match &entry.what {
            What::Refused { reason } => Some(reason.clone()),
            _ => None,
        })
    }

    /// Tells the world how the attempt ended; whether the vendor takes that for an acknowledgement.
    fn conclude(&mut self, attempt: &Attempt, outcome: Outcome) -> bool {
        let (delivery, attempt) = (attempt.delivery, attempt.attempt);
        self.world.handle(ticker::now(), Input::Attempted { delivery, attempt, outcome });
        self.world.journal().iter().any(|entry| {
            matches!(&entry.what, What::Settled { delivery: settled, fate: Fate::Delivered } if *settled == delivery)
        })
    }
}

/// Makes the attempt. Naming an address is leave enough to call it.
async fn deliver(to: &str, attempt: &Attempt) -> Outcome {
    let host = to.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(str::to_ascii_lowercase));
    let allowed_hosts = host.map(|host| host.trim_matches(['[', ']']).to_owned()).into_iter().collect();
    Delivery::new(Egress { allowed_hosts, ..Egress::default() }).attempt(attempt).await
}

/// The request as text: its headers, an empty line, its body. Or both as JSON.
fn shown(attempt: &Attempt, format: Format) -> String {
    let headers =
        attempt.headers.iter().map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())));
    match format {
        Format::Human => {
            let lines: Vec<String> = headers.map(|(name, value)| format!("{name}: {value}\n")).collect();
            format!("{}\n{}\n", lines.concat(), String::from_utf8_lossy(&attempt.body))
        }
        Format::Json => {
            let headers: serde_json::Map<String, serde_json::Value> =
                headers.map(|(name, value)| (name.to_owned(), value.into_owned().into())).collect();
            let body: serde_json::Value = serde_json::from_slice(&attempt.body).unwrap_or_default();
            pretty(&serde_json::json!({ "headers": headers, "body": body }))
        }
    }
}
