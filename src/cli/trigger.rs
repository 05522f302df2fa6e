//! `rehearsal trigger`: sends one webhook, as the vendor would in a consistent little world.
//!
//! The world is that of the event's recipe: its scenario is played in memory, without the bot and without expectations, and
//! the webhook that comes of it goes to the address that was named. Everything else the recipe sends is kept here.

use std::io;

use super::list::pretty;
use super::play::{Play, recipe};
use super::{CaFile, Format, Header, Terminal, TriggerArgs};
use crate::base::rng::Seed;
use crate::delivery::{Delivery, Egress};
use crate::engine::port::Attempt;
use crate::engine::{Opening, World};
use crate::fault::{DeliveryDeed, Fault, Occasion};
use crate::journal::entry::Outcome;
use crate::platform::cx::Identities;
use crate::platform::{Event, Vendor};
use crate::report::Exit;
use crate::scenario::{Action, Scenario, Step};
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
    let mut play = Play::begin(world);
    let wanted = play.find(event.name);
    if let Some(reason) = play.refusal() {
        terminal.remark(&format!("error: {reason}"))?;
        return Ok(Exit::Invalid);
    }
    let mut attempt = wanted.expect("the recipe of an event leads to it, as a test shows");
    for Header((name, value)) in &args.headers {
        attempt.headers.retain(|(other, _)| other != name);
        attempt.headers.push((name.clone(), value.clone()));
    }
    let Some(to) = &args.to else {
        terminal.data(&shown(&attempt, args.format))?;
        return Ok(Exit::Met);
    };
    attempt.url = to.as_str().into();
    let authorities = args.ca.as_ref().map(CaFile::authorities).unwrap_or_default();
    let egress = Egress { authorities, ..Egress::to(to) };
    let outcome = Delivery::new(egress).attempt(&attempt).await.outcome;
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
    let (vendor, event, mut scenario) = recipe(&args.platform, Some(&args.event), vendors)?;
    if !args.changes.is_empty() {
        let members = args.changes.iter().map(|change| (change.path.clone(), change.value.clone())).collect();
        let fault = Fault::once(Occasion::Event(event.name.to_owned()), DeliveryDeed::Set(members));
        let place = crate::base::diag::Place::default();
        scenario.steps.insert(0, Step { place, source: "--set".to_owned(), action: Action::Fault(Box::new(fault)) });
    }
    Ok((vendor, event, scenario))
}

/// The request as it would come over the wire, as `verify` reads it. Or its headers and body as JSON.
fn shown(attempt: &Attempt, format: Format) -> String {
    let headers =
        attempt.headers.iter().map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())));
    match format {
        Format::Human => {
            let lines: Vec<String> = headers.map(|(name, value)| format!("{name}: {value}\n")).collect();
            let target = attempt.url.strip_prefix("${bot}").unwrap_or(&attempt.url);
            let (method, length) = (&attempt.method, attempt.body.len());
            let body = String::from_utf8_lossy(&attempt.body);
            format!("{method} {target} HTTP/1.1\n{}content-length: {length}\n\n{body}\n", lines.concat())
        }
        Format::Json => {
            let headers: serde_json::Map<String, serde_json::Value> =
                headers.map(|(name, value)| (name.to_owned(), value.into_owned().into())).collect();
            let body: serde_json::Value = serde_json::from_slice(&attempt.body).unwrap_or_default();
            pretty(&serde_json::json!({ "headers": headers, "body": body }))
        }
    }
}
